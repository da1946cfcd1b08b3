#ifndef ERFAD_STORE_H
#define ERFAD_STORE_H

/*
 * store - everything that cannot be rebuilt: logs, headers, HEADs, bodies,
 * arrival order, and the node's own notes (peers, invitations, outbox rows).
 *
 * It owns the LMDB environment `main` and the file `keys` beside it.  Callers
 * hand in what they have verified; the store checks position and commitment
 * once more, because the state may have moved since.  It checks no signature,
 * and knows no socket, no clock and no directory of members.
 *
 * One thread writes; any thread may read, in transactions of its own that live
 * shortly.  Writing is checked first and done second: a function that returns
 * an error its comment names has written nothing.  After ERR_FULL, ERR_IO,
 * ERR_NOMEM or ERR_DAMAGED, which any of them may return, the whole
 * transaction can only be aborted.
 *
 * The functions stand in store_open.c, store_txn.c, store_log.c, store_run.c,
 * store_branch.c, store_body.c, store_erase.c, store_note.c, store_outbox.c,
 * store_draft.c, store_copy.c and store_check.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "proto/log.h"

/* Opaque types. */
struct store;
struct store_txn;

#define STORE_EPOCH_LEN 16 /* random, drawn when a store is made */

#define STORE_SOFTWARE_MAX 64 /* bytes of the name of a program */

/* What wrote a store last. */
struct store_maker {
	uint32_t format;                       /* 0: there was no store */
	char software[STORE_SOFTWARE_MAX + 1]; /* empty if it did not say */
	uint64_t commits;                      /* as store_commits_found() */
};

struct store_options {
	const char *dir;      /* existing directory of mode 0700 */
	size_t map_bytes;     /* largest size of main; 0 = 64 GiB */
	const char *software; /* who opens it, to be kept; NULL = no word */
	struct store_maker *maker; /* filled in, on ERR_VERSION too; or NULL */
	bool look;      /* nothing is begun or finished: only to be read */
	uint64_t found; /* commits before this process wrote; 0: as it is */
};

/* What the store knows of one log. */
struct store_log {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	uint64_t inc;
	struct log_tip tip;
	uint8_t head[HEAD_LEN]; /* of tip.n, the latest time_ms */
	bool own;
	bool frozen;            /* forked: nothing is appended any more */
	uint64_t last_common;   /* if frozen: last entry of all branches */
	uint64_t bodies_absent; /* named by a header, not here, not erased */
};

/* One entry as stored; pointers die with the transaction or its next write. */
struct store_entry {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint64_t arrival;
	uint8_t c[HASH_LEN]; /* c_n */
	struct bytes header;
};

enum store_body_state {
	STORE_BODY_NONE, /* the header names none */
	STORE_BODY_HERE,
	STORE_BODY_ABSENT, /* named, not here (or damaged: fetch it again) */
	STORE_BODY_ERASED,
};

/* A body that was opened and checked; free with store_body_clear(). */
struct store_body {
	uint8_t salt[SALT_LEN];
	uint8_t *data;
	size_t len;
	void *memory; /* private */
};

/* A run read from the store; free with store_run_clear(). */
struct store_run {
	struct log_run run;
	struct log_tip end;
	void *memory; /* private */
};

/* Position of an entry, for lists. */
struct store_pos {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
};

/**
 * store_create(dir):
 * Make an empty store in ${dir}.  Return ERR_EXIST if there is one, else the
 * errors of store_open().  The directory and its parent are synced.
 */
enum err store_create(const char *dir) MUST_CHECK;

/**
 * store_open(options, ret_store):
 * Open the store in ${options}->dir, making it if the directory has none.
 * Return ERR_BUSY if it is open already, here or in another process,
 * ERR_VERSION if its format is not store_format() (an older one: see migrate.h),
 * ERR_NOENT if there is no directory, ERR_DENIED if it cannot be entered or its
 * file system is remote, ERR_DAMAGED if main is shorter than it says or keys
 * shorter than main says, ERR_FULL, ERR_IO or ERR_NOMEM; ERR_NOENT, too, if main
 * is empty and only to be read.  Close with store_close(); NULL is allowed there.
 */
enum err store_open(
    const struct store_options *options, struct store **ret_store) MUST_CHECK;
void store_close(struct store *store);

/**
 * store_format():
 * The version of what stands in a store, and the one that can be opened.  It rises
 * when something that is there changes its meaning or its place; a new table or a
 * new field of a message is no new format.  In migrate_steps.c.
 */
uint32_t store_format(void);

/**
 * store_epoch(store, out), store_inode(store, ret_dev, ret_ino):
 * The random mark of this store; device and inode of main, for the fence.
 */
void store_epoch(const struct store *store, uint8_t out[STORE_EPOCH_LEN]);
void store_inode(
    const struct store *store, uint64_t *ret_dev, uint64_t *ret_ino);

/**
 * store_commits(store), store_commits_found(store):
 * The number of the last commit, which rises with each that changed something;
 * and what it was before this process wrote: when the store was opened, or as
 * its options say, if it was opened before.  A store that was set back has a lower
 * one than it had.  Any thread.
 */
uint64_t store_commits(const struct store *store);
uint64_t store_commits_found(const struct store *store);

/**
 * store_in_hand(store):
 * No other main was in the place of this one since its last commit: keys in slots
 * that it has never taken are those of a commit that failed, and go with the next
 * one.  If that is not known they stay until they are overwritten, because they
 * may be those of a newer main that is put back.  Writing thread only.
 */
void store_in_hand(struct store *store);

/**
 * store_usage(store, ret_used, ret_max):
 * Bytes of main in use, and its largest size.
 */
void store_usage(struct store *store, uint64_t *ret_used, uint64_t *ret_max);

/**
 * store_check_readers(store):
 * Free what readers that died have left behind; call every minute.
 */
void store_check_readers(struct store *store);

/**
 * store_begin(store, write, ret_txn):
 * Start a transaction; end it with store_commit() or store_abort().  A write
 * transaction waits for the one before.  Return ERR_BUSY for too many readers,
 * ERR_NOMEM, or ERR_IO, always so for a write after a commit that failed with
 * it.
 */
enum err store_begin(
    struct store *store, bool write, struct store_txn **ret_txn) MUST_CHECK;

/**
 * store_commit(txn_p), store_abort(txn_p):
 * Sync the keys that were written, then make main durable, or drop it all;
 * free *${txn_p} and set it to NULL, whatever is returned.  ERR_FULL means that
 * nothing was written; the keys of what was to be go then, or with the next
 * commit.  ERR_IO means that it is unknown: reopen and look.
 * Aborting NULL is allowed.
 */
enum err store_commit(struct store_txn **txn_p) MUST_CHECK;
void store_abort(struct store_txn **txn_p);

/**
 * store_writes(txn):
 * How much ${txn} has written so far: if it has not changed over a call, that
 * call has written nothing.
 */
uint64_t store_writes(const struct store_txn *txn);

/* ---- logs ---- */

/**
 * store_log(txn, log_id, ret_log):
 * What is known of a log; ERR_NOENT if nothing.
 */
enum err store_log(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    struct store_log *ret_log) MUST_CHECK;

/**
 * store_log_next(txn, after, ret_log):
 * The log with the next greater id than ${after} (NULL = the first); ERR_NOENT
 * at the end.
 */
enum err store_log_next(struct store_txn *txn, const uint8_t *after,
    struct store_log *ret_log) MUST_CHECK;

/**
 * store_add_run(txn, key, inc, own, run):
 * Append a verified run; the log is made if run.first is 1.  Headers get
 * arrival numbers in order.  Return ERR_GAP if entries are missing before it,
 * ERR_EXIST if it lies wholly within what is held (its HEAD is kept if it is
 * newer), ERR_CHAIN if its c_prev or an overlap differs from what is held (a
 * fork: see store_add_branch()) or it does not fold to its HEAD, ERR_BOUNDARY
 * if a boundary lies inside, ERR_FORK if the log is frozen, or ERR_SIZE if
 * run.first lies within what is held and its end beyond (ask from the tip), or
 * for no header, too many, or one of a bad length.
 */
enum err store_add_run(struct store_txn *txn, const uint8_t key[KEY_LEN],
    uint64_t inc, bool own, const struct log_run *run) MUST_CHECK;

/* Branches of one log that are kept beside the stored one. */
#define STORE_BRANCHES_MAX 16

/**
 * store_add_branch(txn, run, last_common):
 * Keep a verified run that contradicts the stored entries after ${last_common},
 * freeze the log there, and leave both branches readable.  The run covers
 * last_common + 1, or begins within a branch kept before or right after it.  On a
 * log that is frozen already, last_common may be the stored tip.  Of more than
 * STORE_BRANCHES_MAX branches only last_common is kept, without an error:
 * store_branch_has() tells.  Return ERR_EXIST if it
 * is kept already, ERR_NOENT if the log is not here, ERR_GAP if entries are
 * missing before it, ERR_CHAIN if it does not part from the stored entries
 * right after ${last_common}, or ERR_SIZE or ERR_BOUNDARY as store_add_run().
 */
enum err store_add_branch(struct store_txn *txn, const struct log_run *run,
    uint64_t last_common) MUST_CHECK;

/**
 * store_branch_next(txn, log_id, after, ret_tip):
 * The branches of a frozen log other than the stored one, by c8; ERR_NOENT at
 * the end.  ${after} is the c8 of the one before, or NULL.
 */
enum err store_branch_next(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], const uint8_t *after,
    struct log_tip *ret_tip) MUST_CHECK;

/**
 * store_branch_parts(txn, log_id):
 * Whether a branch of a frozen log parts before the stored tip, and so tells
 * where it is forked: what goes on after the tip does not.  Return ERR_NOENT if
 * none does, or if the log is not here.
 */
enum err store_branch_parts(
    struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN]) MUST_CHECK;

/**
 * store_branch_has(txn, log_id, branch, n, c8):
 * Whether entry ${n} of the branch that store_read_run() describes has a chain
 * value that begins with ${c8}.  Return ERR_NOENT if not, or if there is no such
 * log or branch.
 */
enum err store_branch_has(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], const uint8_t *branch, uint64_t n,
    const uint8_t c8[C8_LEN]) MUST_CHECK;

/**
 * store_freeze(txn, log_id, last_common):
 * Freeze a log without a branch at hand (an own log proved longer or
 * different).  The least of several ${last_common} holds; the first branch that
 * parts before the stored tip puts its own in their place.  ERR_NOENT if the log is
 * not here, ERR_GAP if it is shorter than that.
 */
enum err store_freeze(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t last_common) MUST_CHECK;

/**
 * store_put_head(txn, head):
 * Keep a verified HEAD of the tip with a later time_ms (a beacon).  ERR_EXIST
 * if the stored one is as new, ERR_CHAIN if it is not of the stored entry n,
 * ERR_NOENT if the log or the entry is not here.
 */
enum err store_put_head(
    struct store_txn *txn, const uint8_t head[HEAD_LEN]) MUST_CHECK;

/**
 * store_tip_at(txn, log_id, n, ret_tip):
 * Where the stored branch stood after entry ${n}, for log_run_verify() of a run
 * that begins after it.  ERR_NOENT if the log or the entry is not here.
 */
enum err store_tip_at(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, struct log_tip *ret_tip) MUST_CHECK;

/* ---- entries ---- */

/**
 * store_entry(txn, log_id, n, ret_entry):
 * One stored entry of the main branch; ERR_NOENT.
 */
enum err store_entry(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, struct store_entry *ret_entry) MUST_CHECK;

/**
 * store_entry_next(txn, log_id, n, branch, ret_entry):
 * Entry ${n} of the first branch from number ${branch} on, 0 being the stored
 * one, that shares it with none before; ${branch} becomes the number after.
 * ERR_NOENT at the end.
 */
enum err store_entry_next(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, uint8_t *branch,
    struct store_entry *ret_entry) MUST_CHECK;

/**
 * store_read_run(txn, log_id, first, branch, ret_run):
 * Read the run that begins at ${first} and ends at the next boundary HEAD or
 * the latest.  ${branch} is NULL, or the 8 + C8_LEN bytes le64 n, c8 of a HEAD
 * of the branch wanted; of several that have it, one that goes on after it.  Each
 * header is hashed again: ERR_DAMAGED if one does not fit.  ERR_NOENT if there is
 * no entry ${first}.
 */
enum err store_read_run(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t first, const uint8_t *branch,
    struct store_run *ret_run) MUST_CHECK;
void store_run_clear(struct store_run *run);

/**
 * store_arrival_next(txn, after, ret_entry):
 * The entry with the next arrival number after ${after}; ERR_NOENT if there is
 * none.  A number that an older erfad gave to an entry which is not here (an
 * ERASE in a branch beside the stored one) tells of the first entry of its log.
 */
enum err store_arrival_next(struct store_txn *txn, uint64_t after,
    struct store_entry *ret_entry) MUST_CHECK;

/**
 * store_arrival_last(txn):
 * The greatest arrival number given out; 0 if none.
 */
uint64_t store_arrival_last(struct store_txn *txn);

/* ---- bodies ---- */

/**
 * store_add_body(txn, log_id, n, salt, data, len):
 * Keep the body of a stored entry, sealed under a new slot.  Return ERR_NOENT
 * if the entry is not here or names no body, ERR_COMMIT if length or
 * commitment do not fit, ERR_EXIST if the body is here, ERR_ERASED.  One that is
 * here and damaged is replaced, and its old slot zeroed.  A body
 * that comes in a later transaction than its header gets an arrival number of
 * its own, so that the index sees the entry again (store_arrival_next()).  In a
 * frozen log it is kept for every branch whose entry ${n} it fits; those that
 * share an entry share its body.
 */
enum err store_add_body(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, const uint8_t salt[SALT_LEN], const uint8_t *data,
    size_t len) MUST_CHECK;

/**
 * store_body_state(txn, log_id, n, ret_state):
 * Is the body here?  ERR_NOENT if the entry is not.
 */
enum err store_body_state(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    enum store_body_state *ret_state) MUST_CHECK;

/**
 * store_body(txn, log_id, n, ret_body):
 * Open a body and check it against its commitment.  Return ERR_NOENT if it is
 * absent or there is none, ERR_ERASED, or ERR_DAMAGED if it does not fit (the
 * caller has it fetched again: store_body_lost()).
 */
enum err store_body(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, struct store_body *ret_body) MUST_CHECK;
void store_body_clear(struct store_body *body);

/**
 * store_branch_body(txn, log_id, branch, n, ret_body):
 * As store_body(), for entry ${n} of the branch that store_read_run()
 * describes; ERR_NOENT also if there is no such branch or entry.  One that is
 * damaged is fetched as an absent one is, until store_add_body() replaces it.
 */
enum err store_branch_body(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], const uint8_t *branch, uint64_t n,
    struct store_body *ret_body) MUST_CHECK;

/**
 * store_body_lost(txn, log_id, n):
 * A body of the stored branch was found damaged: count it as absent, so that it
 * is fetched again, into a new slot.  ERR_NOENT if it is not here, ERR_ERASED.
 */
enum err store_body_lost(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n) MUST_CHECK;

/**
 * store_bodies_lost(txn):
 * Do so for each body of the stored branches of which the key is gone, as in a
 * store out of a backup: it was erased while that was made.  Return ERR_DAMAGED or
 * ERR_IO.
 */
enum err store_bodies_lost(struct store_txn *txn) MUST_CHECK;

/* Entries of one number that can be erased one by one, before all of it are. */
#define STORE_ERASED_MAX 64

/**
 * store_erase(txn, log_id, n), store_erase_entry(txn, log_id, n, c8):
 * Erase the body of a number in all branches, or that of the entry with this
 * chain value alone (${c8} NULL: all): from the commit on it is neither told
 * nor taken, for ever, be the entry here yet or not.  The commit marks its
 * slots as pending; store_commit() zeroes and syncs them before it returns, so
 * that whatever is told afterwards is told of a body that is gone.  If the
 * process ends in between, the next store_open() does it.  An entry of the stored
 * branch gets a further arrival number, so that the index sees it again: the
 * ERASE may stand where no arrival tells of it.  What would be more than
 * STORE_ERASED_MAX entries of one number is all of it.  ERR_EXIST if it is
 * erased.
 */
enum err store_erase(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n) MUST_CHECK;
enum err store_erase_entry(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, const uint8_t *c8) MUST_CHECK;

/**
 * store_is_erased(txn, log_id, n), store_is_erased_entry(txn, log_id, n, c8),
 * store_has_erased(txn):
 * Return ERR_ERASED if the body of entry ${n} of the stored branch is erased, or
 * that of the entry with this chain value, be it here or not (${c8} NULL: all of
 * that number); else ERR_NONE or what went wrong.  Has ${txn} erased any body so
 * far?
 */
enum err store_is_erased(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n) MUST_CHECK;
enum err store_is_erased_entry(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, const uint8_t *c8) MUST_CHECK;
bool store_has_erased(const struct store_txn *txn);

/*
 * What an ERASE of another key than the log's names: whether it counts is for
 * the directory to say, which the store does not know.  store_add_run() and
 * store_add_branch() carry out what a log's own key has erased, whichever of
 * the two logs comes first, and keep the rest as claims.
 */
struct store_claim {
	uint8_t log_id[LOG_ID_LEN]; /* the body named */
	uint64_t n;
	bool has_c8; /* of this entry, else of all branches */
	uint8_t c8[C8_LEN];
	uint8_t key[KEY_LEN]; /* of the log in which the ERASE stands */
	uint8_t erase_log[LOG_ID_LEN];
	uint64_t erase_n;
};

/**
 * store_erases_to(txn, n):
 * The runs that this transaction adds from now on count up to entry ${n}: an
 * ERASE beyond it is kept as a claim, whoever's it is.  UINT64_MAX, as at the
 * beginning: all count.
 */
void store_erases_to(struct store_txn *txn, uint64_t n);

/**
 * store_claim_next(txn, after, ret_claim):
 * The next claim after ${after} (NULL = the first), which may be ${ret_claim};
 * ERR_NOENT at the end.  Of what one key names in several of its logs, each log
 * makes a claim, with the first entry that says so.
 */
enum err store_claim_next(struct store_txn *txn,
    const struct store_claim *after, struct store_claim *ret_claim) MUST_CHECK;

/**
 * store_claim_grant(txn, claim):
 * It counts: erase what it names, and forget all claims that say the same.
 * ERR_NOENT if there is no such claim.
 */
enum err store_claim_grant(
    struct store_txn *txn, const struct store_claim *claim) MUST_CHECK;

/**
 * store_absent_next(txn, after, ret_pos, ret_len):
 * The next position after ${after} (NULL = from the start), by log and n, whose
 * body is absent, and the length its header names; ERR_NOENT at the end.
 */
enum err store_absent_next(struct store_txn *txn, const struct store_pos *after,
    struct store_pos *ret_pos, size_t *ret_len) MUST_CHECK;

/**
 * store_absent_beyond(txn, log_id, n, ret_count):
 * How many bodies of a log are absent after its entry ${n}.
 */
enum err store_absent_beyond(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint64_t *ret_count) MUST_CHECK;

/* ---- MEMBER entries, kept aside: start need not scan all headers ---- */

/**
 * store_member_next(txn, after, ret_entry):
 * All stored entries of kind MEMBER, by log and n; ERR_NOENT at the end.
 */
enum err store_member_next(struct store_txn *txn, const struct store_pos *after,
    struct store_entry *ret_entry) MUST_CHECK;

/* ---- the node's own notes: small rows by name, never published ---- */

/* Notes that tell a store that was put back from one that went on. */
#define STORE_NOTE_LOG       "own/log"      /* where the own log goes on */
#define STORE_NOTE_RESTORED  "own/restored" /* one byte */
#define STORE_RESTORED_FRESH 1              /* not started since */
#define STORE_RESTORED_KNOWN 2 /* not in step since with who knew it */

/**
 * store_note_put(txn, name, data, len), store_note_get(txn, name, ret_data),
 * store_note_del(txn, name), store_note_next(txn, prefix, after, ret_name,
 * ret_data):
 * Names are at most 200 bytes of text ("peer/<hex key>", "invite/<hex>").
 * Putting replaces.  store_note_next() gives the rows whose name begins with
 * ${prefix} in order; ${after} is the name of the row before, or NULL; the
 * results are lent until the transaction's next write or its end.  Return
 * ERR_SIZE for a name that is empty or too long, ERR_NOENT if there is no such
 * row, or none after.
 */
enum err store_note_put(struct store_txn *txn, const char *name,
    const void *data, size_t len) MUST_CHECK;
enum err store_note_get(
    struct store_txn *txn, const char *name, struct bytes *ret_data) MUST_CHECK;
enum err store_note_del(struct store_txn *txn, const char *name) MUST_CHECK;
enum err store_note_next(struct store_txn *txn, const char *prefix,
    const char *after, char ret_name[201], struct bytes *ret_data) MUST_CHECK;

/* ---- entries that wait to be signed; for the outbox alone ---- */

/**
 * store_outbox_add(txn, header, salt, body, ret_ticket):
 * Keep a finished header and its body, sealed under a slot of its own, until
 * they are given a position.  ${body} of no bytes = no body.  Tickets rise and
 * are never given out twice.  Return ERR_SIZE if header or body are too long,
 * or ERR_COMMIT if the body does not fit the header.
 */
enum err store_outbox_add(struct store_txn *txn, struct bytes header,
    const uint8_t salt[SALT_LEN], struct bytes body,
    uint64_t *ret_ticket) MUST_CHECK;

/**
 * store_outbox_next(txn, after, ret_ticket, ret_header, ret_bytes):
 * The entry with the next ticket after ${after}; its header is lent as
 * store_entry() does, ${ret_bytes} is what it takes in all.  ERR_NOENT at the
 * end.
 */
enum err store_outbox_next(struct store_txn *txn, uint64_t after,
    uint64_t *ret_ticket, struct bytes *ret_header,
    size_t *ret_bytes) MUST_CHECK;

/**
 * store_outbox_move(txn, ticket, log_id, n):
 * The entry stands in a log now: its body goes there, under the slot it has,
 * and the row is removed.  ERR_NOENT if there is no such ticket or entry,
 * ERR_CHAIN if the entry there has another header.
 */
enum err store_outbox_move(struct store_txn *txn, uint64_t ticket,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n) MUST_CHECK;

/**
 * store_outbox_count(txn):
 * Entries that wait.
 */
uint64_t store_outbox_count(struct store_txn *txn);

/* ---- drafts: what people write and nobody else sees ---- */

#define STORE_DRAFT_MAX  (BODY_MAX + 4096) /* bytes of one */
#define STORE_DRAFTS_MAX 1000

/* A draft that was opened; free with store_draft_clear(). */
struct store_draft {
	uint8_t record[RECORD_LEN];
	uint64_t time_ms; /* of its last change */
	const uint8_t *data;
	size_t len;
	void *memory; /* private */
};

/**
 * store_draft_put(txn, record, time_ms, data, len):
 * Keep the ${len} bytes as the draft of ${record}, sealed under a new slot; the
 * slot of the draft before is zeroed after the commit.  Return ERR_SIZE if they
 * are none or too many, or ERR_LIMIT if there are too many drafts.
 */
enum err store_draft_put(struct store_txn *txn,
    const uint8_t record[RECORD_LEN], uint64_t time_ms, const uint8_t *data,
    size_t len) MUST_CHECK;

/**
 * store_draft_drop(txn, record):
 * Remove a draft; its slot is zeroed after the commit.  ERR_NOENT.
 */
enum err store_draft_drop(
    struct store_txn *txn, const uint8_t record[RECORD_LEN]) MUST_CHECK;

/**
 * store_draft_time(txn, record, ret_time_ms):
 * When a draft was last changed; ERR_NOENT.
 */
enum err store_draft_time(struct store_txn *txn,
    const uint8_t record[RECORD_LEN], uint64_t *ret_time_ms) MUST_CHECK;

/**
 * store_draft(txn, record, ret_draft):
 * Open a draft.  Return ERR_NOENT if there is none; ERR_ERASED if its slot is
 * zero: it was overwritten or dropped since a reading transaction began.
 * ERR_DAMAGED if it does not open.
 */
enum err store_draft(struct store_txn *txn, const uint8_t record[RECORD_LEN],
    struct store_draft *ret_draft) MUST_CHECK;
void store_draft_clear(struct store_draft *draft);

/**
 * store_draft_record_next(txn, after, ret_record):
 * The record alone of the next draft after ${after} (NULL: the first), unopened;
 * ERR_NOENT.  ${ret_record} may be ${after}.
 */
enum err store_draft_record_next(struct store_txn *txn, const uint8_t *after,
    uint8_t ret_record[RECORD_LEN]) MUST_CHECK;

/* ---- counts ---- */

struct store_counts {
	uint64_t logs;
	uint64_t entries;
	uint64_t bodies_absent;
	uint64_t arrival; /* last number given out */
};

/**
 * store_counts(txn, ret_counts):
 * Totals that are kept as the store is written, so that asking is cheap.
 */
enum err store_counts(
    struct store_txn *txn, struct store_counts *ret_counts) MUST_CHECK;

/* ---- copies ---- */

/**
 * store_copy(store, path, ret_copy):
 * Write what is in main now to the new file ${path}, without free pages, and
 * open that: a store with a new epoch, of which nothing waits to be zeroed, that
 * reads the slots of ${store}, which must outlive it.  Only notes may be written
 * in it.  Readers and the writer of ${store} go on; any thread may call it.
 * Return ERR_DENIED, ERR_FULL, ERR_IO, ERR_NOMEM or ERR_DAMAGED; the file may
 * be there then.  End it with store_close(); "${path}-lock" is the caller's to
 * remove as well.
 */
enum err store_copy(
    struct store *store, const char *path, struct store **ret_copy) MUST_CHECK;

/* Which slots a store names: those of bodies, of the outbox and of drafts. */
struct store_named {
	uint64_t slots; /* the first that was never taken */
	uint64_t count; /* of those named */
	uint8_t *bits;
};

/**
 * store_named(txn, ret_named), store_named_clear(named):
 * Go through all that is sealed.  Return ERR_NOMEM, or ERR_DAMAGED if a slot is
 * named that was never taken.
 */
enum err store_named(
    struct store_txn *txn, struct store_named *ret_named) MUST_CHECK;
void store_named_clear(struct store_named *named);

/**
 * store_named_keys(store, named, first, count, out):
 * The keys of ${count} slots from ${first} on as they are in ${store} at this
 * moment, KEY_LEN bytes each; zeros for what is not named or is erased.  Any
 * thread.  Return ERR_IO.
 */
enum err store_named_keys(struct store *store, const struct store_named *named,
    uint64_t first, size_t count, uint8_t *out) MUST_CHECK;

/**
 * store_check(txn):
 * Read main from end to end: every table in order, every chain and its HEAD,
 * every arrival, every entry that waits, every number of the totals, every free
 * page.  Return
 * ERR_DAMAGED if they do not fit together: this is no copy of one moment.
 * Bodies are not opened.  It takes as long as reading the file; a file that
 * somebody else made may make LMDB crash, so let a process do it that may.
 */
enum err store_check(struct store_txn *txn) MUST_CHECK;

/**
 * store_check_keys(txn):
 * Return ERR_DAMAGED if the last slot that main names is zero: then the file of
 * keys is older than main.
 */
enum err store_check_keys(struct store_txn *txn) MUST_CHECK;

#endif /* !ERFAD_STORE_H */
