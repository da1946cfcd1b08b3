#ifndef ERFAD_STORE_TXN_H
#define ERFAD_STORE_TXN_H

/*
 * store_txn - the tables of main and what a transaction holds in memory: totals,
 * the row of the log at hand, and the key slots it takes.
 *
 * Private to the files that implement store.h.
 *
 * Keys sort as bytes.  "L" is a log id, "B" one byte: 0 for the stored branch, 1
 * to STORE_BRANCHES_MAX for those beside it, "N" an entry number, be64.  All
 * other integers are little-endian.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "proto/log.h"
#include "daemon/db.h"
#include "daemon/keys.h"
#include "daemon/store.h"

/*
 * What is below is format 2: a change in its meaning or place is a new format,
 * and a step of migrate.h that leads there.
 */
enum store_table {
	STORE_META,    /* "format", "epoch", "state" */
	STORE_LOGS,    /* L -> struct store_row */
	STORE_HEADERS, /* L B N -> arrival (0 in a branch), c_n, header */
	STORE_HEADS,   /* L B N -> HEAD, boundaries only */
	STORE_BODIES,  /* L B N -> slot, salt and body sealed */
	STORE_ABSENT,  /* L 0 N -> length, and 1 + the slot of a lost body */
	STORE_ARRIVAL, /* number, be64 -> L 0 N */
	STORE_ERASED,  /* L 0 N -> c8 of each entry; nothing: of all branches */
	STORE_MEMBERS, /* L 0 N -> nothing */
	STORE_NOTES,   /* name -> anything */
	STORE_BRANCH,  /* L B 0 -> struct store_branch */
	STORE_OUTBOX,  /* ticket, be64 -> header length, header, slot, sealed */
	STORE_DRAFTS,  /* record -> time, slot, salt and draft sealed */
	STORE_DROPPED, /* slot, be64 -> nothing: to be zeroed, or just so */
	STORE_CLAIMS, /* L 0 N, key, c8 -> L, n of each ERASE not carried out */
	STORE_NTABLES
};

#define STORE_KEY_LEN    (LOG_ID_LEN + 1 + 8)
#define STORE_HEADER_PRE (8 + HASH_LEN) /* before the header bytes */
#define STORE_SLOT_PRE   8              /* before sealed bytes */
#define STORE_SEALED_MAX \
	(STORE_SLOT_PRE + SALT_LEN + BODY_MAX + CRYPTO_REST_EXTRA)

/* Slots to be zeroed. */
struct store_slots {
	uint64_t *at;
	size_t count;
	size_t size; /* that there is room for */
};

/* Totals, kept in one row that is written once per transaction. */
struct store_state {
	uint64_t arrival; /* last number given out */
	uint64_t slots;   /* first slot that was never taken */
	uint64_t logs;
	uint64_t entries;
	uint64_t absent;  /* bodies */
	uint64_t ticket;  /* last one given out */
	uint64_t waiting; /* entries in the outbox */
	uint64_t erased;
};

/* A log, and how many branches stand beside it. */
struct store_row {
	struct store_log log;
	uint8_t branches;
};

/* A branch that contradicts the stored one after ${base}. */
struct store_branch {
	uint64_t base;
	struct log_tip tip;
	uint8_t head[HEAD_LEN];
};

/* One entry of a table of headers, lent. */
struct store_stored {
	uint64_t arrival;
	const uint8_t *c;
	struct bytes header;
};

struct store {
	struct db *db;
	struct keys *keys;
	bool lent_keys; /* another store's: this is a copy of it */
	int lock_fd;
	uint8_t epoch[STORE_EPOCH_LEN];
	uint64_t dev;
	uint64_t ino;
	uint64_t found; /* commits before this process wrote any */

	/* The writer's: used between begin and end of a write transaction. */
	bool broken;            /* a commit failed half-way */
	bool left;              /* keys of one that failed may be there */
	uint8_t *new_keys;      /* of the slots taken since the last commit */
	size_t new_size;        /* keys that there is room for */
	struct store_slots old; /* to be zeroed just before the commit */
	struct store_slots dropped; /* just after it */
	struct store_slots zeroed;  /* after the last; still in STORE_DROPPED */
	uint8_t *sealed; /* STORE_SEALED_MAX bytes, for a body on its way */
};

struct store_txn {
	struct store *store;
	struct db_txn *db;
	bool write;
	struct store_state state;
	struct store_state before; /* as committed last */
	struct store_row row;      /* of one log */
	bool has_row;
	bool row_changed;
	bool erased; /* a body, so far */
	uint64_t erases_to;
};

/**
 * store_key(out, log_id, branch, n):
 * Write the key "L B N" and return it.
 */
struct bytes store_key(uint8_t out[STORE_KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN], uint8_t branch, uint64_t n);

/**
 * store_key_of_log(key, log_id, branch, ret_n):
 * Return whether ${key} belongs to this log and branch, and its entry number.
 */
bool store_key_of_log(struct bytes key, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t *ret_n);

/**
 * store_row(txn, log_id, ret_row):
 * The row of a log, lent until another log's is asked for; ERR_NOENT.  After
 * changing it call store_row_changed().
 */
enum err store_row(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    struct store_row **ret_row) MUST_CHECK;

/**
 * store_row_new(txn, log_id, ret_row):
 * An empty row for a log that is not here yet.
 */
enum err store_row_new(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    struct store_row **ret_row) MUST_CHECK;
void store_row_changed(struct store_txn *txn);

/**
 * store_row_flush(txn):
 * Write the row if it was changed, before the table of logs is walked.
 */
enum err store_row_flush(struct store_txn *txn) MUST_CHECK;

/**
 * store_row_decode(val, ret_row):
 * Take a row apart; ERR_DAMAGED.
 */
enum err store_row_decode(
    struct bytes val, struct store_row *ret_row) MUST_CHECK;

/**
 * store_stored(txn, log_id, branch, n, ret_stored):
 * Look up an entry of one branch, without those that it shares with the stored
 * one.  ERR_NOENT, or ERR_DAMAGED.
 */
enum err store_stored(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t n, struct store_stored *ret_stored) MUST_CHECK;

/**
 * store_is_erased_in(txn, log_id, branch, n):
 * store_is_erased() for an entry of one branch, which has it without sharing it.
 */
enum err store_is_erased_in(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint8_t branch, uint64_t n) MUST_CHECK;

/**
 * store_stored_decode(val, ret_stored):
 * Take such a row apart; ERR_DAMAGED.
 */
enum err store_stored_decode(
    struct bytes val, struct store_stored *ret_stored) MUST_CHECK;

/**
 * store_put_new(txn, table, key, val):
 * db_put() of a row that cannot be there: if it is, main is damaged.
 */
enum err store_put_new(struct store_txn *txn, enum store_table table,
    struct bytes key, struct bytes val) MUST_CHECK;

/**
 * store_arrive(txn, log_id, n):
 * Give an entry the next arrival number.
 */
enum err store_arrive(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n) MUST_CHECK;

/**
 * store_slot_take(txn, ret_slot, ret_key):
 * Take the next slot with a new random key, lent until the next one is taken.
 * The keys of a transaction are written and synced together before its commit.
 */
enum err store_slot_take(struct store_txn *txn, uint64_t *ret_slot,
    const uint8_t **ret_key) MUST_CHECK;

/**
 * store_slot_key(txn, slot, ret_key):
 * Read a key; ERR_NOENT if there is none.
 */
enum err store_slot_key(
    struct store_txn *txn, uint64_t slot, uint8_t ret_key[KEY_LEN]) MUST_CHECK;

/**
 * store_slot_zero(txn, slot):
 * Zero a slot when ${txn} is committed, just before: what is sealed under it is
 * of no use even if the commit fails.
 */
enum err store_slot_zero(struct store_txn *txn, uint64_t slot) MUST_CHECK;

/**
 * store_slot_drop(txn, slot):
 * Zero a slot when ${txn} is committed, just after, and never if it is not.  If
 * the process ends between the two, the next store_open() zeroes it.
 */
enum err store_slot_drop(struct store_txn *txn, uint64_t slot) MUST_CHECK;

/**
 * store_dropped_zero(db_txn, keys):
 * Zero and sync all slots that a store which ended too early has left to be
 * zeroed; what says so is removed with ${db_txn}.
 */
enum err store_dropped_zero(
    struct db_txn *db_txn, struct keys *keys) MUST_CHECK;

/**
 * store_state_read(db_txn, ret_state), store_state_write(db_txn, state):
 * The row of totals; ERR_NOENT if there is none yet, ERR_DAMAGED.
 */
enum err store_state_read(
    struct db_txn *db_txn, struct store_state *ret_state) MUST_CHECK;
enum err store_state_write(
    struct db_txn *db_txn, const struct store_state *state) MUST_CHECK;

/* ---- between the files ---- */

/**
 * store_open_bare(options, ret_store):
 * Take the lock and open the files, making them if they are missing, as
 * store_open() does, whose errors it has; but look at nothing in them.
 */
enum err store_open_bare(
    const struct store_options *options, struct store **ret_store) MUST_CHECK;

/**
 * store_format_get(db_txn, ret_format), store_format_put(db_txn, format):
 * The format that main says it has; ERR_NOENT if it is new, ERR_DAMAGED.
 */
enum err store_format_get(
    struct db_txn *db_txn, uint32_t *ret_format) MUST_CHECK;
enum err store_format_put(struct db_txn *db_txn, uint32_t format) MUST_CHECK;

/**
 * store_software_put(db_txn, software):
 * Have main remember who opens it, if that is somebody else than before; NULL: do
 * not.
 */
enum err store_software_put(
    struct db_txn *db_txn, const char *software) MUST_CHECK;

/**
 * store_epoch_new(db_txn, out):
 * Draw the mark of a store, and keep it in main.
 */
enum err store_epoch_new(
    struct db_txn *db_txn, uint8_t out[STORE_EPOCH_LEN]) MUST_CHECK;

/**
 * store_sync_folder(dir):
 * Make the names in ${dir} safe.  Return ERR_NOENT, ERR_DENIED or ERR_IO.
 */
enum err store_sync_folder(const char *dir) MUST_CHECK;

/**
 * store_open_copy(path, keys, ret_store):
 * Open a copy of main, whose slots are those of ${keys}, which are only read
 * and must outlive it.  Errors as db_open().  End with store_close().
 */
enum err store_open_copy(
    const char *path, struct keys *keys, struct store **ret_store) MUST_CHECK;

/**
 * store_fold(run, start, ret_tip, ret_c):
 * Fold the headers of ${run} onto ${start}: the tip after the last, and the
 * chain value after each.  Return ERR_SIZE, ERR_BOUNDARY or ERR_CHAIN as
 * store_add_run().
 */
enum err store_fold(const struct log_run *run, const struct log_tip *start,
    struct log_tip *ret_tip, uint8_t ret_c[BOUNDARY_N][HASH_LEN]) MUST_CHECK;

/**
 * store_erase_run(txn, key, run, from):
 * After the entries of ${run} from ${from} on were written to a log of ${key}:
 * carry out what is an ERASE among them, or keep it as claims, and if the log is
 * new what claims of its own key name.  Lends rows of other logs.
 */
enum err store_erase_run(struct store_txn *txn, const uint8_t key[KEY_LEN],
    const struct log_run *run, uint64_t from) MUST_CHECK;

/**
 * store_branch_get(txn, log_id, branch, ret_branch):
 * The row of a branch; ERR_NOENT.
 */
enum err store_branch_get(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint8_t branch,
    struct store_branch *ret_branch) MUST_CHECK;

/**
 * store_branch_home(txn, log_id, branch, n, c, ret_home):
 * The least branch beside the stored one that has the entry ${n} of ${branch}, whose
 * chain value is ${c}: there its body is kept, once for all that share it.
 */
enum err store_branch_home(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint8_t branch, uint64_t n,
    const uint8_t c[HASH_LEN], uint8_t *ret_home) MUST_CHECK;

/**
 * store_branch_tip_at(txn, log_id, branch, n, ret_tip):
 * store_tip_at() for the branch of this number.
 */
enum err store_branch_tip_at(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint8_t branch, uint64_t n,
    struct log_tip *ret_tip) MUST_CHECK;

/**
 * store_branch_of(txn, log_id, name, ret_branch):
 * The number of the branch in which entry le64 n has the chain value c8, as
 * store_read_run() takes them; 0 is the stored one, also for ${name} NULL.
 * ERR_NOENT if there is none.
 */
enum err store_branch_of(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], const uint8_t *name,
    uint8_t *ret_branch) MUST_CHECK;

#endif /* !ERFAD_STORE_TXN_H */
