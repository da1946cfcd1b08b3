#ifndef ERFAD_QUERY_H
#define ERFAD_QUERY_H

/*
 * query - answers to the requests that only read: list, show, find, watch,
 * export, logs, verify, bundle export, lineage, scale, orgs, guides; and the
 * counts that status shows.
 *
 * Any number of threads may ask at once; each answer is made in short read
 * transactions of its own.  It waits for nothing: an answer to watch may be
 * empty, and whoever asks decides whether to ask again later.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/control.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "proto/record.h"

/* Opaque types. */
struct directory;
struct docket;
struct docket_trial;
struct index;
struct lexicon;
struct query;
struct store;

struct query_options {
	struct store *store; /* borrowed for the query's life, as all below */
	struct index *index;
	const struct lexicon *lexicon; /* what words mean; NULL = nothing */
	const char *name;   /* of this node, for records of its own key */
	const uint8_t *key; /* KEY_LEN bytes: this node's key */
	uint64_t silent_ms; /* who signs no HEAD for longer is silent */
	/*
	 * Borrow the current directory.  ${ret_holder} is given back to put()
	 * when the directory is no longer used; get() gives the same holder as
	 * long as the directory is the same.  Any thread.
	 */
	const struct directory *(*get)(void *context, void **ret_holder);
	void (*put)(void *context, void *holder);
	void *context;
};

/* What status shows. */
struct query_counts {
	uint64_t entries;
	uint64_t bodies_absent;
	uint64_t arrival; /* last one given out by the store */
	uint64_t indexed; /* last one in the index */
	uint64_t logs;
	uint64_t logs_frozen;
	uint64_t logs_own;           /* incarnations */
	uint64_t trials;             /* shown, each once */
	uint64_t trials_transcribed; /* of these: documented only */
};

/* The current version of a record; free body with body_free(). */
struct query_record {
	uint32_t kind;
	uint32_t major;
	uint32_t minor;
	uint64_t time_ms;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	Erfa__Body *body; /* NULL if it is not here, or not to be read */
};

/**
 * query_new(options, ret_query), query_free(query):
 * ${options} is copied.  Free it when nobody asks any more, and before the
 * holders of the directory are gone; NULL is allowed.
 */
enum err query_new(
    const struct query_options *options, struct query **ret_query) MUST_CHECK;
void query_free(struct query *query);

/**
 * query_can(request):
 * Return whether ${request} is one of those that are answered here.
 */
bool query_can(const Erfa__Request *request);

/**
 * query_answer(query, request, ret_answer):
 * Answer ${request}; what is wrong with it, or with the data it needs, is told
 * in the answer (ErrorAnswer).  Its req is that of the request.  The caller
 * frees *${ret_answer} with control_free_answer().  Return ERR_NOMEM, or
 * ERR_NOENT for a request that is not answered here.
 *
 * watch: rows that are indexed by now, at most 200, and the cursor to go on
 * from; if there are no rows, ask again with that cursor when the index has
 * moved.  verify: what takes about 100 ms, with totals over all pages so far.
 */
enum err query_answer(struct query *query, const Erfa__Request *request,
    Erfa__Answer **ret_answer) MUST_CHECK;

/**
 * query_counts(query, ret_counts):
 * Count.  Return ERR_NOMEM, or an error of store or index.
 */
enum err query_counts(
    struct query *query, struct query_counts *ret_counts) MUST_CHECK;

/**
 * query_record(query, org, record, ret_record):
 * The current version of a record as far as the index has followed; ERR_NOENT
 * if there is none.  Free ${ret_record}->body with body_free().
 */
enum err query_record(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN],
    struct query_record *ret_record) MUST_CHECK;

/**
 * query_shown_id(query, org, record, out):
 * The id as people need it, at least 8 characters after the slash; 8 if the
 * record is not in the index.
 */
enum err query_shown_id(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN], char out[RECORD_ID_CHARS + 1]) MUST_CHECK;

/**
 * query_case(query, trial, ret_docket):
 * Gather the decisions, experiences, origins and the programme of a trial, as
 * far as the index has followed: current versions that their publishers have
 * not taken back.  Free it with docket_free().  Return ERR_NOMEM, or an error
 * of store or index.
 */
enum err query_case(struct query *query, const struct docket_trial *trial,
    struct docket **ret_docket) MUST_CHECK;

/* What somebody follows, and how far they were told. */
struct query_follow {
	const Erfa__FindRequest *find;
	const char *lang; /* in which its words are understood; may be NULL */
	uint64_t after;   /* tell of what arrived after this */
	uint64_t until;   /* and not after this; UINT64_MAX = all there is */
};

/**
 * query_follow(query, follow, ret_answer):
 * What arrived after ${follow}->after and fits: a FollowedAnswer without its
 * number, or an ErrorAnswer if ${follow}->find makes no sense; that is so too
 * where there is nothing to be looked at.  Work is done a bounded while, and
 * FollowedAnswer.more says that there is more to look at; the answer is the same
 * whenever the index was built.  The caller frees *${ret_answer} with
 * control_free_answer().  Return ERR_NOMEM, or an error of store or index.
 */
enum err query_follow(struct query *query, const struct query_follow *follow,
    Erfa__Answer **ret_answer) MUST_CHECK;

/**
 * query_started(query, org, record, ret_started):
 * Whether a trial of this programme runs or has run, transcribed ones and those
 * apart that only claim it.
 */
enum err query_started(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN], bool *ret_started) MUST_CHECK;

/**
 * query_speaks(query, new_org, old_org, ret_speaks):
 * Whether ${new_org} took over from ${old_org} and speaks for it (heirs.h).
 */
enum err query_speaks(struct query *query, const char *new_org,
    const char *old_org, bool *ret_speaks) MUST_CHECK;

#endif /* !ERFAD_QUERY_H */
