#ifndef ERFAD_QUERY_H
#define ERFAD_QUERY_H

/*
 * query - answers to the requests that only read: list, show, find, watch,
 * export, logs, verify, bundle export, lineage, scale, orgs, guides, groups; and
 * the counts that status shows.
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
struct indexer;
struct lexicon;
struct query;
struct sealed_ring;
struct store;

struct query_options {
	struct store *store; /* borrowed for the query's life, as all below */
	struct index *index;
	const struct lexicon *lexicon; /* what words mean; NULL = nothing */
	const char *name;   /* of this node, for records of its own key */
	const uint8_t *key; /* KEY_LEN bytes: this node's key */
	const struct sealed_ring
	    *ring;          /* what opens restricted bodies, or NULL */
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
	uint64_t bodies_absent; /* of what counts: they are still to come */
	uint64_t arrival;       /* last one given out by the store */
	uint64_t indexed;       /* last one in the index */
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
	uint64_t group; /* restricted group that it is sealed to; 0 = public */
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
 * export, erasure: an ErrorAnswer "index_behind" if the index has not yet taken
 * in what the answer must hold; ask again when it has moved.
 */
enum err query_answer(struct query *query, const Erfa__Request *request,
    Erfa__Answer **ret_answer) MUST_CHECK;

/**
 * query_refusal(indexer, ret_since_ms):
 * What to answer to who has waited for the index in vain: an ErrorAnswer
 * "index_behind", or "disk_full" or "index_failed" if it could not be written of
 * late, which has been so since ${ret_since_ms} (since 1970; else 0).  The caller
 * frees it with control_free_answer(); NULL if memory is short.  Any thread.
 */
Erfa__Answer *query_refusal(
    struct indexer *indexer, uint64_t *ret_since_ms) MUST_CHECK;

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

/* ---- restricted groups (PROTOCOL.md 5.4) ---- */

/* Whether what is written to a group now can be read here. */
enum query_group_state {
	QUERY_GROUP_UNKNOWN, /* nothing here says what it is */
	QUERY_GROUP_MEMBER,
	QUERY_GROUP_REMOVED, /* its last word is not for this node */
	QUERY_GROUP_BEHIND,  /* its last word is not here yet */
	QUERY_GROUP_CLOSED,  /* its last word was erased */
};

/* What the directory says of a member of a group. */
enum query_group_standing {
	QUERY_GROUP_IN,
	QUERY_GROUP_REPLACED, /* another key stands in its place */
	QUERY_GROUP_LEFT,     /* it is out */
	QUERY_GROUP_STRANGE, /* nobody vouched for it, as far as is known here */
};

/* One member. */
struct query_group_member {
	char org[ORG_MAX + 1]; /* as the founder wrote */
	uint8_t key[KEY_LEN];  /* likewise */
	enum query_group_standing standing;
	uint8_t heir[KEY_LEN];  /* if replaced */
	uint8_t curve[KEY_LEN]; /* X25519 key to seal to, if in or replaced */
	bool own;               /* this node */
	bool founder;
	uint64_t since_ms;      /* in it without a break */
	uint64_t since_arrival; /* when the word that says so came here */
};

/* Somebody else's word about a group, which changes nothing. */
struct query_group_ignored {
	uint8_t key[KEY_LEN];
	uint64_t time_ms;
};

/* A group as this node knows it; end with query_group_clear(). */
struct query_group {
	uint64_t number;
	enum query_group_state state;
	char *name; /* NULL while UNKNOWN, as the next */
	char *purpose;
	uint8_t founder[KEY_LEN]; /* whose number it is */
	uint8_t seed[8];          /* likewise */
	uint8_t
	    speaker[KEY_LEN]; /* who may change it now: that key, or its heir */
	bool is_founder;      /* that is this node */
	uint32_t edition;     /* of the latest word that can be read */
	uint64_t made_ms;
	uint64_t changed_ms;
	struct query_group_member *members; /* by org and key */
	size_t nmembers;
	uint8_t (*ever)[KEY_LEN]; /* whom any word that counts has named */
	size_t never;
	struct query_group_ignored *ignored; /* by key */
	size_t nignored;
	uint64_t entries; /* beside those that say who is in it, and those of
			     strangers; of these: */
	uint64_t readable;
	uint64_t restricted; /* not for this node */
	uint64_t absent;
	uint64_t erased;
	uint64_t own;  /* of readable */
	uint64_t seen; /* so far the index was that all this is read from */
};

/**
 * query_group(query, number, ret_group), query_group_clear(group):
 * What is known of a restricted group, as far as the index has followed; its state
 * says if that is nothing.  Return ERR_NOMEM, or an error of store or index.
 */
enum err query_group(struct query *query, uint64_t number,
    struct query_group *ret_group) MUST_CHECK;
void query_group_clear(struct query_group *group);

/**
 * query_group_find(query, text, ret_number):
 * The group that somebody means by its number, the first four or more of its 16
 * digits, or its name; among those that this node can read of.  Return ERR_NOENT,
 * or ERR_EXIST if several fit.
 */
enum err query_group_find(
    struct query *query, const char *text, uint64_t *ret_number) MUST_CHECK;

/**
 * query_group_view(query, number, out):
 * Fill ${out}, which is empty, as an answer shows the group.
 */
enum err query_group_view(
    struct query *query, uint64_t number, Erfa__GroupView *out) MUST_CHECK;

/**
 * query_group_any(query, ret_any):
 * Whether any restricted entry is here, or may be among those that the index has
 * not taken in.
 */
enum err query_group_any(struct query *query, bool *ret_any) MUST_CHECK;

/**
 * query_group_of(query, org, record, ret_group):
 * The restricted group of the current version of a record; 0 = public.  ERR_NOENT
 * if no version is here; ERR_GAP if the index knows none, and has not taken in all
 * restricted entries: it may be one of them.
 */
enum err query_group_of(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN], uint64_t *ret_group) MUST_CHECK;

/* One own version that can be sealed anew. */
struct query_group_entry {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint32_t kind;
	uint8_t record[RECORD_LEN];
};

/**
 * query_group_own(query, number, before, each, context):
 * Call ${each}, until it returns an error, for every version of an own record
 * of the group that can be read here and that came, sealed last, before arrival
 * ${before}; of copies of one version for the last.
 */
enum err query_group_own(struct query *query, uint64_t number, uint64_t before,
    enum err (*each)(void *context, const struct query_group_entry *entry),
    void *context) MUST_CHECK;

/**
 * query_find_record(query, id, ret_org, ret_record):
 * The record that somebody means by its id or a prefix of it.  Return ERR_NOENT if
 * none fits or several do.
 */
enum err query_find_record(struct query *query, const char *id,
    char ret_org[ORG_MAX + 1], uint8_t ret_record[RECORD_LEN]) MUST_CHECK;

#endif /* !ERFAD_QUERY_H */
