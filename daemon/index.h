#ifndef ERFAD_INDEX_H
#define ERFAD_INDEX_H

/*
 * index - everything derived from headers and bodies: rows to list, texts to
 * search, references to follow, the order in which things can be shown.
 *
 * An LMDB environment of its own beside main.  It follows the store by arrival
 * numbers, may trail and never leads, and can be thrown away at any time.  Its
 * rows are about entries, by log and number: which organisation a log stands
 * for, how far it counts, and which version of a record is the current one is
 * decided when somebody asks (daemon/shown.h), so that a change of the
 * directory changes no row.
 *
 * One thread writes; any thread reads.  Every function that returns an error may
 * return ERR_IO, ERR_NOMEM, and ERR_DAMAGED if the file holds what was never
 * written, besides what its comment names.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/limits.h"

/* Opaque types. */
struct index;
struct index_txn;
struct lexicon;
struct sealed_ring;
struct search;
struct store;
struct store_entry;
struct store_txn;

#define INDEX_HASH_LEN 16 /* bytes kept of commitments and external ids */

struct index_options {
	const char *path; /* the file; its directory exists */
	size_t map_bytes; /* largest size; 0 = 16 GiB */
	/* What words mean, borrowed for the index's life; NULL = nothing.  An
	 * index that was made with other words is built anew. */
	const struct lexicon *lexicon;
	/* What is sealed to one of these keys is read like what is public; borrowed
	 * for the index's life, NULL = nothing is. */
	const struct sealed_ring *ring;
};

#define INDEX_FACET_MAX 63 /* bytes of a facet as a term */
#define INDEX_TOMB_MAX  80 /* bytes of a note's name, the NUL counted */

/* What can be seen of an entry. */
enum index_state {
	INDEX_BARE,       /* its header names no body */
	INDEX_HERE,       /* body here and read */
	INDEX_ABSENT,     /* body named, not here yet */
	INDEX_ERASED,     /* body erased */
	INDEX_UNREADABLE, /* header or body cannot be decoded, or disagree */
	INDEX_RESTRICTED, /* body sealed for a group, and not for this node */
};

/*
 * One entry.  A restricted one that can be read has the record and version that
 * its body tells, and as commit what is the same for the same body sealed anew.
 */
struct index_row {
	uint32_t doc; /* its number in the index, from 1, by arrival */
	uint32_t log; /* number of its log: index_log() */
	uint64_t n;
	uint64_t arrival; /* of the header */
	uint64_t shown;   /* when the body came; 0 = not to be told (yet) */
	uint64_t time_ms;
	uint32_t kind; /* enum header_kind, or an unknown number */
	uint32_t topic;
	uint32_t major; /* version, 0.0 if not said */
	uint32_t minor;
	uint32_t sectors; /* facts.h: facts_sector() added up */
	enum index_state state;
	bool has_record;
	bool has_commit;
	bool has_external;
	bool transcribed;
	char country[3]; /* of the first site: "DK", or empty */
	uint8_t record[RECORD_LEN];
	uint8_t commit[INDEX_HASH_LEN];
	uint8_t external[INDEX_HASH_LEN];
};

/* A log as the index knows it. */
struct index_log {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	char claim[ORG_MAX + 1]; /* org of its GENESIS; empty if unreadable */
};

/**
 * index_open(options, ret_index):
 * Open the index, making it if it is missing; one that is damaged or of
 * another version is thrown away and made anew.  Return ERR_DENIED, ERR_FULL,
 * ERR_NOMEM or ERR_IO.  Close with index_close(); NULL is allowed there.
 */
enum err index_open(
    const struct index_options *options, struct index **ret_index) MUST_CHECK;
void index_close(struct index *index);

/**
 * index_reopen(index):
 * Close the file and open it as index_open() does, readers waiting meanwhile: after
 * ERR_IO it may be of no use before.  index_match() must follow.  Return its
 * errors; then nothing can be read until it is called again.
 */
enum err index_reopen(struct index *index) MUST_CHECK;

/**
 * index_match(index, store, ret_rebuild):
 * Compare what the index has followed with ${store}: its epoch, and the chain
 * value of the entry that arrived last.  If they do not fit, the index is
 * emptied and *${ret_rebuild} set.  Call it before anything is added.
 */
enum err index_match(
    struct index *index, struct store *store, bool *ret_rebuild) MUST_CHECK;

/**
 * index_rebuild(index, store):
 * Empty the index, so that it follows ${store} from its first entry.
 */
enum err index_rebuild(struct index *index, struct store *store) MUST_CHECK;

/**
 * index_begin(index, write, ret_txn), index_commit(txn_p), index_abort(txn_p):
 * A transaction; one that writes waits for the one before.  Both ends free
 * *${txn_p} and set it to NULL; aborting NULL is allowed.  Beginning returns
 * ERR_BUSY for too many readers, committing ERR_FULL.
 */
enum err index_begin(
    struct index *index, bool write, struct index_txn **ret_txn) MUST_CHECK;
enum err index_commit(struct index_txn **txn_p) MUST_CHECK;
void index_abort(struct index_txn **txn_p);

/**
 * index_add(txn, store_txn, entry, again):
 * Take in the entry that arrived next (store_arrival_next()).  ${again} says
 * that it is known to arrive once more, with its body: until then the body
 * counts as absent, so that whoever follows arrivals is told of it once, and
 * at the same arrival whenever the index is built.  What was erased arrives
 * again, and then all that was taken from it goes.  Return ERR_NOMEM, ERR_FULL
 * or ERR_IO, after which ${txn} can only be aborted.
 */
enum err index_add(struct index_txn *txn, struct store_txn *store_txn,
    const struct store_entry *entry, bool again) MUST_CHECK;

/**
 * index_arrival(txn):
 * The arrival number that was taken in last; 0 if none.
 */
uint64_t index_arrival(const struct index_txn *txn);

/**
 * index_docs(txn), index_logs(txn):
 * How many entries and logs are in the index: the greatest number of each.
 */
uint32_t index_docs(const struct index_txn *txn);
uint32_t index_logs(const struct index_txn *txn);

/**
 * index_log(txn, number, ret_log):
 * The log of this number, from 1; ERR_NOENT if there is none.
 */
enum err index_log(struct index_txn *txn, uint32_t number,
    struct index_log *ret_log) MUST_CHECK;

/**
 * index_row(txn, doc, ret_row), index_row_at(txn, log_id, n, ret_row):
 * A row by its number, or by the entry; ERR_NOENT if there is none.
 */
enum err index_row(
    struct index_txn *txn, uint32_t doc, struct index_row *ret_row) MUST_CHECK;
enum err index_row_at(struct index_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, struct index_row *ret_row) MUST_CHECK;

/**
 * index_each_row(txn, each, context):
 * Call ${each} for all rows by their number, until it returns an error, which
 * is returned.
 */
enum err index_each_row(struct index_txn *txn,
    enum err (*each)(void *context, const struct index_row *row),
    void *context) MUST_CHECK;

/**
 * index_shown_next(txn, after, ret_row):
 * The entry that is to be told next after arrival ${after}: with its body, or
 * if there is none to come.  An entry that a key published again, with the
 * same body, is not told again.  ERR_NOENT at the end.
 */
enum err index_shown_next(struct index_txn *txn, uint64_t after,
    struct index_row *ret_row) MUST_CHECK;

/**
 * index_each_ref(txn, record, each, context):
 * Call ${each} for every entry that names a record of this identity, with the
 * organisation it names (empty: the entry's own), until it returns an error.
 */
enum err index_each_ref(struct index_txn *txn, const uint8_t record[RECORD_LEN],
    enum err (*each)(void *context, uint32_t doc, const char *org),
    void *context) MUST_CHECK;

/**
 * index_each_sealed(txn, group, each, context):
 * Call ${each} for every entry of the restricted group ${group}, or of all, by
 * group, if that is 0; with the group and the number of its row, in the order in
 * which they came, until it returns an error, which is returned.
 */
enum err index_each_sealed(struct index_txn *txn, uint64_t group,
    enum err (*each)(void *context, uint64_t group, uint32_t doc),
    void *context) MUST_CHECK;

/**
 * index_tomb(log_id, n, out):
 * The name of the store's note that says which record a restricted entry was a
 * version of: RECORD_LEN bytes.  Who erases one of its own writes it in the same
 * transaction, since its header does not say; where there is none, nobody knows.
 */
void index_tomb(
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, char out[INDEX_TOMB_MAX]);

/**
 * index_search(txn, ret_search):
 * The texts of all entries, for questions (daemon/search.h); a document is an
 * entry, by the number of its row.  Lent until the end of ${txn}, which reads.
 */
enum err index_search(
    struct index_txn *txn, struct search **ret_search) MUST_CHECK;

/**
 * index_parent(txn, doc, ret_org, ret_record):
 * The trial that the entry is about (facts.h: facts_parent()); ERR_NOENT if none.
 */
enum err index_parent(struct index_txn *txn, uint32_t doc,
    char ret_org[ORG_MAX + 1], uint8_t ret_record[RECORD_LEN]) MUST_CHECK;

/**
 * index_orgs(txn, doc, ret_orgs):
 * The organisations that a transcribed entry names (facts.h: facts_orgs()): ids,
 * each with its NUL, lent until the end of ${txn}.  ERR_NOENT if it names none,
 * is not transcribed, or tells of no thing that others can tell of.
 */
enum err index_orgs(
    struct index_txn *txn, uint32_t doc, struct bytes *ret_orgs) MUST_CHECK;

/**
 * index_facet(facet, out):
 * The term of a facet (facts.h: facts_facets()): itself, or if it is too long its
 * beginning and a hash.
 */
void index_facet(const char *facet, char out[INDEX_FACET_MAX + 1]);

/**
 * index_compact(index, ret_done):
 * Between transactions: if a text was erased since the last time, so that no word
 * of it stays in free pages, or if more than a third of a file of a MiB or more is
 * free, as it is after large parts of the search index were made one, write the
 * index into a new file and remove the old one, overwriting it in the first case;
 * *${ret_done} tells whether that was so.  Only the thread that writes calls it,
 * when index_tend() has nothing more to do.  Waits for all transactions while the
 * files change places, and holds up new ones meanwhile.  Return ERR_FULL,
 * ERR_NOMEM, ERR_DENIED or ERR_IO; the index then goes on as it was, or if that
 * fails too every index_begin() returns ERR_IO.
 */
enum err index_compact(struct index *index, bool *ret_done) MUST_CHECK;

/**
 * index_tend(index, ret_done):
 * Between transactions: put the search index in order where that is due, a step
 * at a time, in a transaction of its own; *${ret_done} tells whether there was
 * anything to do.  After an erasure its words are out of all rows when there is
 * nothing more to do.  Return ERR_DAMAGED, ERR_NOMEM, ERR_FULL or ERR_IO.
 */
enum err index_tend(struct index *index, bool *ret_done) MUST_CHECK;

#endif /* !ERFAD_INDEX_H */
