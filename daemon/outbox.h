#ifndef ERFAD_OUTBOX_H
#define ERFAD_OUTBOX_H

/*
 * outbox - what this node publishes: accepted, then signed into its own log.
 *
 * outbox_add() makes an entry durable with its commit, without number or
 * signature.  outbox_sign() moves all that wait into the open log of this
 * boot, or begins a new log: a log is continued only if this process opened it
 * or a good fence vouches for it (PROTOCOL.md chapter 12).  The writer thread
 * alone calls it, except where said otherwise.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/header.h"

/* Opaque types. */
struct log_run;
struct outbox;
struct store;
struct store_txn;

/* Most that one call of outbox_sign() moves, so that commits stay bounded. */
#define OUTBOX_ENTRIES 4096
#define OUTBOX_BYTES   8388608

/* Entries whose place is remembered after they were accepted. */
#define OUTBOX_PLACES 16384

struct outbox_options {
	const struct crypto_key *key; /* borrowed for the outbox's life */
	const char *org;              /* org id, claimed in GENESIS; copied */
	const char *fence_path;       /* in the runtime directory; copied */
};

/* An entry to be published.  Everything is copied. */
struct outbox_entry {
	uint32_t kind;
	uint32_t topic;
	uint64_t group;
	bool has_record;
	uint8_t record[RECORD_LEN];
	struct bytes ext;
	struct bytes body; /* P; empty = no body */
};

/* Where an accepted entry ended up. */
struct outbox_place {
	bool is_signed;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint8_t c[HASH_LEN];
};

/**
 * outbox_open(store, options, ret_outbox):
 * Read the own logs and the fence.  A fence is good if boot id, device and
 * inode of main are the same and its (n, c_n) lies on the store's own chain, or
 * its log was about to begin in a store that was in hand, the store equal or
 * ahead, in this and in the number of commits: what came from others since must
 * not be gone either.  Another is removed, and without one no log is open until
 * there is something to sign.  Return ERR_SYNTAX for a bad org id, ERR_DENIED if
 * a fence may not be removed, ERR_NOMEM, ERR_IO or ERR_DAMAGED.  ${store} must
 * outlive it.  Close with outbox_close(); NULL is allowed.
 */
enum err outbox_open(struct store *store, const struct outbox_options *options,
    struct outbox **ret_outbox) MUST_CHECK;
void outbox_close(struct outbox *outbox);

/**
 * outbox_add(outbox, txn, entry, ret_ticket):
 * Accept an entry: its header is made now (time_ms never falls below the last
 * one's, and of a MEMBER entry is greater), its body is sealed under a slot.
 * ${ret_ticket} finds its place after the commit.  Return ERR_SIZE if header or
 * body are too long, having written nothing; what the store returns, otherwise.
 */
enum err outbox_add(struct outbox *outbox, struct store_txn *txn,
    const struct outbox_entry *entry, uint64_t *ret_ticket) MUST_CHECK;

/**
 * outbox_erase(outbox, txn, targets, count, ret_entries):
 * Accept as many ERASE entries as it takes to name the ${count} targets, and
 * tell how many those are.  The targets themselves stay as they are.  Return
 * what outbox_add() does.
 */
enum err outbox_erase(struct outbox *outbox, struct store_txn *txn,
    const struct header_target *targets, size_t count,
    size_t *ret_entries) MUST_CHECK;

/**
 * outbox_sign(outbox, txn, now_ms):
 * If signing is not paused, move accepted entries into the log, up to the
 * limits above, with HEADs at boundaries and at the end; GENESIS first if a log
 * must be begun, with a fence that vouches for its beginning.  A log that was
 * frozen, or to which somebody else appended, is not continued.  If a body was
 * erased that stands in other places too, because it was published again
 * (outbox_close_log()), it is erased there as well and an ERASE that names those
 * places is accepted, whatever came first, and paused or not.  Called once per
 * transaction, after its jobs.
 */
enum err outbox_sign(
    struct outbox *outbox, struct store_txn *txn, uint64_t now_ms) MUST_CHECK;

/**
 * outbox_beacon(outbox, txn, now_ms):
 * Sign the HEAD of the open log anew; ERR_NOENT if no log is open, ERR_BUSY if
 * signing is paused.
 */
enum err outbox_beacon(
    struct outbox *outbox, struct store_txn *txn, uint64_t now_ms) MUST_CHECK;

/**
 * outbox_committed(outbox), outbox_aborted(outbox):
 * The transaction's commit succeeded: write the fence, before anything is
 * told.  Or it did not: forget what was done in it, and if it began a log, vouch
 * for the store as it was.  If the fence cannot be written, the old one is
 * removed and outbox_fenced() says so: what was committed stays so, and may be
 * told, but the next log is a new one, at the latest after a restart; unless it
 * can be written after a later commit, even one of nothing.
 */
void outbox_committed(struct outbox *outbox);
void outbox_aborted(struct outbox *outbox);

/**
 * outbox_was_in_hand(outbox):
 * Was there a good fence at the opening: is the store as this boot left it, or
 * ahead, whatever became of the log that it names?
 */
bool outbox_was_in_hand(const struct outbox *outbox);

/**
 * outbox_ready(outbox), outbox_fenced(outbox):
 * Do entries wait that could be signed now?  Was the fence written, the last
 * time it had to be?  Any thread.
 */
bool outbox_ready(struct outbox *outbox);
bool outbox_fenced(struct outbox *outbox);

/**
 * outbox_place(outbox, ticket, ret_place):
 * Where the entry with this ticket stands, once its transaction is committed.
 * Any thread; ERR_NOENT if the ticket is not among the last OUTBOX_PLACES of
 * this process.
 */
enum err outbox_place(struct outbox *outbox, uint64_t ticket,
    struct outbox_place *ret_place) MUST_CHECK;

/**
 * outbox_pause(outbox, paused):
 * Pause or resume signing.  Any thread; after resuming, wake the writer.
 */
void outbox_pause(struct outbox *outbox, bool paused);

/**
 * outbox_found(outbox, txn, run):
 * The run of an own log, which this store had not written or had lost, came from
 * elsewhere and was added: remember where its bodies stand.  What counts there is
 * not published again, and what is erased there is erased wherever else it stands
 * (outbox_sign()).  What is accepted from now on has a later time than all of it:
 * of two words about one key the later holds.  Return what the store returns.
 */
enum err outbox_found(struct outbox *outbox, struct store_txn *txn,
    const struct log_run *run) MUST_CHECK;

/**
 * outbox_close_log(outbox, txn, log_id, last_common):
 * An own log was proved longer or different (R5): never append to it again, and
 * put every own entry after ${last_common} of all its branches that are here
 * into the outbox again, in the order of their time_ms, with the same time_ms,
 * body and salt.  Entries of one key with the same commitment, or that name no
 * body and are the same byte for byte, are one entry and are taken once. Bodies
 * that are not here yet are left out, so call again when they have come; but a
 * MEMBER entry is taken at once without its body.  An entry that counts in
 * another place, where its body is, or is erased in one, is not published
 * again; of a MEMBER entry that is erased the header alone is.  Return
 * ERR_NOENT if the log is not here, ERR_DENIED if it is not our own.
 */
enum err outbox_close_log(struct outbox *outbox, struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t last_common) MUST_CHECK;

/**
 * outbox_open_log(outbox, ret_log_id):
 * The open log's id; false if none is open.  Any thread.
 */
bool outbox_open_log(struct outbox *outbox, uint8_t ret_log_id[LOG_ID_LEN]);

/**
 * outbox_waiting(txn):
 * Entries accepted and not yet signed.  Any thread.
 */
uint64_t outbox_waiting(struct store_txn *txn);

#endif /* !ERFAD_OUTBOX_H */
