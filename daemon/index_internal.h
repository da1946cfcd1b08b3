#ifndef ERFAD_INDEX_INTERNAL_H
#define ERFAD_INDEX_INTERNAL_H

/*
 * index_internal - what the files of the index share.
 *
 *   index_open.c      opening, and whether it follows this store
 *   index_file.c      the file, and those beside it while it is compacted
 *   index_compact.c   putting in order between transactions
 *   index_progress.c  how far the store was followed; the FORMAT of all rows
 *   index_txn.c       transactions, and searches kept from one to the next
 *   index_row.c       rows and logs as bytes
 *   index_shown.c     when an entry is told
 *   index_refs.c      what an entry names: records, trial, organisations, group
 *   index_body.c      what is read from a body: facts, texts, facets
 *   index_erase.c     what goes with an erased body, and what stays known of it
 *   index_add.c       taking in an entry
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/header.h"
#include "proto/limits.h"
#include "daemon/db.h"
#include "daemon/index.h"
#include "daemon/lexicon.h"
#include "daemon/search.h"
#include "daemon/store.h"

#define INDEX_KEPT     4 /* searches that were left, for the next questions */
#define INDEX_PATH_MAX 4096 /* bytes of a path, the NUL counted */

enum index_table {
	INDEX_META,    /* "state" -> how far the store was followed */
	INDEX_LOGS,    /* number of log -> log id, key, claimed org */
	INDEX_LOG_IDS, /* log id -> number of log */
	INDEX_ROWS,    /* doc -> row */
	INDEX_ENTRIES, /* number of log, n -> doc */
	INDEX_SHOWN,   /* arrival, doc -> nothing */
	INDEX_COMMITS, /* key, commitment -> doc that was shown with it */
	INDEX_REFS,    /* record, doc, org -> nothing */
	INDEX_PARENTS, /* doc -> record, org: the trial it is about */
	INDEX_ORGS,    /* doc -> organisations that a transcribed entry names */
	INDEX_SEALED,  /* group, doc -> nothing */
	INDEX_SEARCHED, /* search.h; and the next one */
	INDEX_SEARCHED_END = INDEX_SEARCHED + SEARCH_TABLES - 1,
	INDEX_TABLES
};

/* How far the index has followed the store. */
struct index_progress {
	uint8_t epoch[STORE_EPOCH_LEN];
	uint64_t arrival;
	uint8_t c[HASH_LEN]; /* of the entry that arrived then */
	uint32_t docs;
	uint32_t logs;
	uint8_t stamp[LEXICON_STAMP];
	bool erased; /* words of erased texts may stand in free pages */
};

struct index {
	struct db *db; /* NULL if it could not be opened again */
	struct db_options options;
	char *path;
	pthread_rwlock_t lock; /* held by every transaction */
	const struct lexicon *lexicon;
	const struct sealed_ring *ring;
	struct search_batch *batch;                /* of the one who writes */
	_Atomic(struct search *) kept[INDEX_KEPT]; /* of this db; NULL = none */
};

struct index_txn {
	struct db_txn *txn;
	struct index_progress progress;
	struct index *index;
	struct search *search; /* NULL until it is asked for */
	bool write;
};

/* An entry while it is taken in. */
struct index_intake {
	struct index_txn *txn;
	struct store_txn *store_txn;
	const struct store_entry *entry;
	struct header header;
	struct index_log log;
	struct index_row row;
	enum index_state before;        /* of a row that was there; else BARE */
	uint8_t commit[INDEX_HASH_LEN]; /* likewise */
	bool known;
};

/* ---- index_file.c ---- */

/**
 * index_file_open(index), index_file_close(index):
 * Open the file, making it anew if it cannot be used.  Close it, with the
 * searches that were kept; it may be closed already.  With the lock held for
 * writing, or while nobody else knows the index.  Opening returns ERR_DENIED,
 * ERR_FULL, ERR_NOMEM or ERR_IO.
 */
enum err index_file_open(struct index *index) MUST_CHECK;
void index_file_close(struct index *index);

/**
 * index_file_beside(index, tail, out):
 * The name of a file beside the index while it is compacted: "-new" is made,
 * "-old" is to be wiped.  Return whether it fits.
 */
bool index_file_beside(
    const struct index *index, const char *tail, char out[INDEX_PATH_MAX]);

/**
 * index_file_wipe(path):
 * Overwrite a file and remove it, so that nothing of it can be read again.
 */
void index_file_wipe(const char *path);

/**
 * index_file_clean(index):
 * Finish what a crash has left of a compaction.
 */
void index_file_clean(const struct index *index);

/* ---- index_progress.c ---- */

/**
 * index_progress_get(txn, ret_progress), index_progress_put(txn, progress):
 * Read how far the store was followed, all zero if the index is empty or of
 * another format; write it.
 */
enum err index_progress_get(
    struct db_txn *txn, struct index_progress *ret_progress) MUST_CHECK;
enum err index_progress_put(
    struct db_txn *txn, const struct index_progress *progress) MUST_CHECK;

/**
 * index_progress_is_foreign(db):
 * Whether the rows are of another format, as those of an older erfad are.
 */
bool index_progress_is_foreign(struct db *db);

/* ---- index_txn.c ---- */

/**
 * index_drop_searches(index):
 * Close the searches that were kept for the next questions.
 */
void index_drop_searches(struct index *index);

/* ---- index_row.c ---- */

/**
 * index_put_be32(out, value), index_number_key(number, buf):
 * Write a number to the 4 bytes at ${out}, so that keys sort by it.  A number as
 * key, lent as long as ${buf}, which it is written to.
 */
void index_put_be32(uint8_t *out, uint32_t value);
struct bytes index_number_key(uint32_t number, uint8_t buf[4]);

/**
 * index_log_number(txn, log_id, ret_number), index_log_add(txn, log, ret_number):
 * The number of a log; ERR_NOENT if it has none yet.  Give it the next one.
 */
enum err index_log_number(struct index_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint32_t *ret_number) MUST_CHECK;
enum err index_log_add(struct index_txn *txn, const struct index_log *log,
    uint32_t *ret_number) MUST_CHECK;

/**
 * index_row_add(txn, log, n, ret_doc), index_row_put(txn, row):
 * Give an entry that has no row the number of the next one.  Write its row.
 */
enum err index_row_add(struct index_txn *txn, uint32_t log, uint64_t n,
    uint32_t *ret_doc) MUST_CHECK;
enum err index_row_put(
    struct index_txn *txn, const struct index_row *row) MUST_CHECK;

/* ---- index_shown.c ---- */

/**
 * index_tell(in, arrival):
 * Have the entry told at ${arrival}, unless the same one was told before.
 */
enum err index_tell(struct index_intake *in, uint64_t arrival) MUST_CHECK;

/**
 * index_forget_told(in):
 * Forget under which hash it was told.  That of a restricted body is made of its
 * text alone, so that somebody could guess at it.
 */
enum err index_forget_told(struct index_intake *in) MUST_CHECK;

/* ---- index_refs.c ---- */

/**
 * index_take_about(in), index_take_group(in):
 * Read version and references from the header's ext.  Note of which group a
 * restricted entry is.
 */
enum err index_take_about(struct index_intake *in) MUST_CHECK;
enum err index_take_group(struct index_intake *in) MUST_CHECK;

/**
 * index_take_refs(in, body), index_forget_refs(in):
 * Note what the body names: records, the trial it is about, and organisations
 * whose word goes before it.  Forget all that of a row that was there.
 */
enum err index_take_refs(
    struct index_intake *in, const Erfa__Body *body) MUST_CHECK;
enum err index_forget_refs(struct index_intake *in) MUST_CHECK;

/* ---- index_body.c ---- */

/**
 * index_take_body(in):
 * Decode the body, which is here, and take in what it says; what cannot be read
 * sets the state of the row.
 */
enum err index_take_body(struct index_intake *in) MUST_CHECK;

/* ---- index_erase.c ---- */

/**
 * index_take_tomb(in):
 * Find out which record an erased restricted entry was a version of.
 */
enum err index_take_tomb(struct index_intake *in) MUST_CHECK;

/**
 * index_is_news(in, ret_news):
 * Whether an entry that was read before is to be read again: its body came, or
 * was erased, and then everything that was taken from it goes.
 */
enum err index_is_news(struct index_intake *in, bool *ret_news) MUST_CHECK;

#endif /* !ERFAD_INDEX_INTERNAL_H */
