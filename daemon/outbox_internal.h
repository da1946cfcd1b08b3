#ifndef ERFAD_OUTBOX_INTERNAL_H
#define ERFAD_OUTBOX_INTERNAL_H

/*
 * outbox_internal - what the files of outbox share.
 *
 *   outbox_open.c   opening: notes, own logs, fence; what any thread may ask
 *   outbox_add.c    accepting
 *   outbox_sign.c   signing into the open log, and the fence after the commit
 *   outbox_again.c  publishing again after a fork, and what was erased of that
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/log.h"
#include "daemon/fence.h"
#include "daemon/outbox.h"

/* Names of our notes in the store. */
#define OUTBOX_NOTE_LOG  "own/log"  /* id of the last log begun, 1 = open */
#define OUTBOX_NOTE_TIME "own/time" /* le64, the last time_ms used */

/* Where the own log stands; what a transaction changes is taken back with it. */
struct outbox_state {
	bool in_hand;               /* the store; a fence may vouch for it */
	bool has_last;              /* a log was begun some time */
	uint8_t log_id[LOG_ID_LEN]; /* the last one */
	bool open;                  /* and may be continued */
	bool forked;                /* or was proved longer or different */
	struct log_tip tip;         /* if open: as signed last */
	uint64_t time_ms;           /* the last one used */
	uint64_t waiting;
};

/* An entry's place, by its ticket. */
struct outbox_placed {
	uint64_t ticket;
	struct outbox_place place;
};

/* Places that become true with the commit. */
struct outbox_pending {
	struct outbox_placed *items;
	size_t count;
	size_t size;
};

/* The run that is being signed. */
struct outbox_builder {
	struct log_run run;
	uint64_t inc;
	struct log_tip tip;
	struct bytes headers[BOUNDARY_N];
	uint64_t tickets[BOUNDARY_N]; /* 0 = GENESIS */
	uint8_t c[BOUNDARY_N][HASH_LEN];
	uint8_t head[HEAD_LEN];
	size_t used;
	uint8_t bytes[BOUNDARY_BYTES + HEADER_MAX];
};

struct outbox {
	const struct crypto_key *key; /* not owned */
	char org[ORG_MAX + 1];
	char *fence_path;
	const struct store *store; /* not owned */
	struct fence fence;        /* the last; boot, device, inode always */
	bool was_in_hand;
	struct outbox_builder builder;

	/* The writer's. */
	struct outbox_state now;
	struct outbox_state committed;
	struct outbox_pending pending;
	bool look;       /* something published again may have to be erased */
	uint64_t waited; /* the last ticket that waited when this was opened */

	atomic_bool paused;
	atomic_bool fenced;
	pthread_mutex_t lock; /* guards what follows */
	struct outbox_placed places[OUTBOX_PLACES];
	bool open;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t waiting;
};

/* ---- outbox_open.c ---- */

/**
 * outbox_show(outbox):
 * Tell other threads what was committed.  With the lock held, or before there
 * are any.
 */
void outbox_show(struct outbox *outbox);

/* ---- outbox_add.c ---- */

/**
 * outbox_clock(), outbox_next_time(outbox, time_ms):
 * The wall clock, ms since 1970; 0 if it cannot be read.  The time of what is
 * written now: ${time_ms}, but never below the last one used.
 */
uint64_t outbox_clock(void);
uint64_t outbox_next_time(struct outbox *outbox, uint64_t time_ms);

/**
 * outbox_accept(outbox, txn, header, salt, body, ret_ticket):
 * Encode a header and put it into the outbox with its body, if that is not
 * empty.  Return ERR_SIZE if it is too long; what the store returns.
 */
enum err outbox_accept(struct outbox *outbox, struct store_txn *txn,
    const struct header *header, const uint8_t *salt, struct bytes body,
    uint64_t *ret_ticket) MUST_CHECK;

/**
 * outbox_push(outbox, ticket, place):
 * Remember a place until the commit.  Return ERR_NOMEM.
 */
enum err outbox_push(struct outbox *outbox, uint64_t ticket,
    const struct outbox_place *place) MUST_CHECK;

/* ---- outbox_again.c ---- */

/**
 * outbox_erase_copies(outbox, txn):
 * If something published again may have to be erased: erase every body in all
 * its places that is erased in one, and accept ERASE entries that name them.
 * Return what the store returns.
 */
enum err outbox_erase_copies(
    struct outbox *outbox, struct store_txn *txn) MUST_CHECK;

/**
 * outbox_note_place(outbox, txn, raw, ticket, place):
 * The entry with the header ${raw} was signed: if it was published again, or may
 * be signed in a copy of this store too, remember where its body stands.  Return
 * what the store returns.
 */
enum err outbox_note_place(struct outbox *outbox, struct store_txn *txn,
    struct bytes raw, uint64_t ticket,
    const struct outbox_place *place) MUST_CHECK;

#endif /* !ERFAD_OUTBOX_INTERNAL_H */
