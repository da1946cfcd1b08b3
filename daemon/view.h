#ifndef ERFAD_VIEW_H
#define ERFAD_VIEW_H

/*
 * view - the loop's table of logs: how far each is held, how far it counts.
 *
 * It mirrors the store after each commit, adds what the directory says, and
 * remembers what is verified but not yet committed.  The loop thread alone
 * uses it; it knows no disk and no socket.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/directory.h"
#include "proto/err.h"
#include "proto/header.h"
#include "proto/limits.h"
#include "proto/log.h"

/* Opaque types. */
struct view;

/* How far another node has a log, by its WITNESS. */
struct view_seen {
	uint64_t n;  /* 0 = none */
	uint64_t ms; /* since 1970: when that came, or a cut let it */
	int64_t at;  /* the same, monotonic ms */
	uint8_t by[KEY_LEN];
};

/* Witnesses of one log that are remembered: one may lie. */
#define VIEW_SEEN_MAX 3

/* A log as the loop knows it. */
struct view_log {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	uint64_t inc;
	struct log_tip tip;     /* committed; n = 0: known by name only */
	struct log_tip pending; /* verified and handed to the writer */
	uint64_t head_ms;       /* time_ms of the newest HEAD */
	int64_t heard; /* when it came, monotonic ms; 0 = before the start */
	bool newest;   /* of all logs of its key */
	uint64_t witnessed; /* so far an own WITNESS has told it */
	struct view_seen seen[VIEW_SEEN_MAX];
	bool own;
	bool older; /* own, or of a key of before; closed at the start */
	bool frozen;
	uint64_t last_common; /* if frozen */
	uint64_t cut;         /* last entry that the directory lets count */
	uint64_t counted;     /* min of tip.n, cut and last_common */
	uint8_t counted_c8[C8_LEN];
	uint64_t word; /* the last MEMBER entry held, to last_common; or 0 */
	uint64_t told; /* to peers: counted, or word if that lies beyond */
	uint8_t told_c8[C8_LEN];
	const void *source;  /* link that brought its last entry; NULL = none */
	const void *fetcher; /* link that fetches its headers; NULL = none */
	int64_t fetch_until; /* its turn ends then, monotonic ms */
	const void *turn_of; /* link whose turn it is, or was last */
	int64_t turn_since;  /* it began then, monotonic ms */
};

/**
 * view_new(ret_view), view_free(view):
 * An empty table.  NULL may be freed.  Return ERR_NOMEM.
 */
enum err view_new(struct view **ret_view) MUST_CHECK;
void view_free(struct view *view);

/**
 * view_find(view, log_id):
 * The log with this id or NULL; lent until it is forgotten or the table freed.
 */
struct view_log *view_find(
    const struct view *view, const uint8_t log_id[LOG_ID_LEN]);

/**
 * view_add(view, key, inc, ret_log):
 * Find or make the log (${key}, ${inc}), n = 0; lent as view_find() does.  Return
 * ERR_NOMEM.
 */
enum err view_add(struct view *view, const uint8_t key[KEY_LEN], uint64_t inc,
    struct view_log **ret_log) MUST_CHECK;

/**
 * view_forget(view, log):
 * Forget a log that is known by name only (nothing committed, nothing pending,
 * no fetcher); others stay.
 */
void view_forget(struct view *view, struct view_log *log);

/**
 * view_release(view, log), view_releases(view):
 * Nobody fetches the headers of ${log} any more, or what was pending was
 * lost: others may try.  A number that changes with each release.
 */
void view_release(struct view *view, struct view_log *log);
uint64_t view_releases(const struct view *view);

/**
 * view_count(view), view_at(view, i):
 * The logs, sorted by log id.
 */
size_t view_count(const struct view *view);
struct view_log *view_at(const struct view *view, size_t i);

/**
 * view_from(view, log_id):
 * The place of the first log whose id is not less, or view_count().
 */
size_t view_from(const struct view *view, const uint8_t log_id[LOG_ID_LEN]);

/**
 * view_place(view):
 * The place of the first own log among them, from 0; 0 without one.
 */
size_t view_place(const struct view *view);

/**
 * view_counted(log, directory), view_told(log, directory):
 * The position up to which ${log} will count by ${directory}, and the one that
 * peers will be told: who computes a directory needs the MEMBER entries beyond a
 * cut as well (PROTOCOL.md 6.4).
 */
uint64_t view_counted(
    const struct view_log *log, const struct directory *directory);
uint64_t view_told(
    const struct view_log *log, const struct directory *directory);

/**
 * view_recount(view, log, directory, counted_c8, told_c8):
 * Compute what ${log} has of ${directory} anew.  The caller looks up the first
 * bytes of the chain values at both positions; NULL where that is the tip.
 */
void view_recount(struct view *view, struct view_log *log,
    const struct directory *directory, const uint8_t *counted_c8,
    const uint8_t *told_c8);

/**
 * view_ends(view, key, cuts):
 * Where the logs of ${key} end, as far as they count: the cuts of a withdrawal
 * that leaves all of them.  Return how many logs that are.  If there are more
 * than HEADER_CUTS_MAX, no withdrawal can name all, and what it does not name
 * would not count anywhere: ${cuts} then holds some of them.
 */
size_t view_ends(const struct view *view, const uint8_t key[KEY_LEN],
    struct header_cut cuts[HEADER_CUTS_MAX]);

/**
 * view_digest(view, out):
 * The digest over all told positions (PROTOCOL.md chapter 8).
 */
void view_digest(struct view *view, uint8_t out[HASH_LEN]);

#endif /* !ERFAD_VIEW_H */
