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
struct outbox;
struct store;
struct store_txn;

struct outbox_options {
	const struct crypto_key *key; /* borrowed for the outbox's life */
	const char *org;              /* org id, claimed in GENESIS */
	const char *fence_path; /* file in the runtime directory */
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
 * inode of main are the same and its (n, c_n) lies on the store's own chain,
 * the store equal or ahead.  Without one no log is open until there is
 * something to sign.  Close with outbox_close(); NULL is allowed.
 */
enum err outbox_open(struct store *store,
    const struct outbox_options *options,
    struct outbox **ret_outbox) MUST_CHECK;
void outbox_close(struct outbox *outbox);

/**
 * outbox_add(outbox, txn, entry, ret_ticket):
 * Accept an entry: its header is made now (time_ms never falls below the last
 * one's), its body is sealed under a slot.  ${ret_ticket} finds its place after
 * the commit.  Return ERR_SIZE if header or body are too long.
 */
enum err outbox_add(struct outbox *outbox, struct store_txn *txn,
    const struct outbox_entry *entry, uint64_t *ret_ticket) MUST_CHECK;

/**
 * outbox_sign(outbox, txn, now_ms):
 * If signing is not paused, move every accepted entry into the log, with HEADs
 * at boundaries and at the end; GENESIS first if a log must be begun.  Called
 * once per transaction, after its jobs.
 */
enum err outbox_sign(struct outbox *outbox, struct store_txn *txn,
    uint64_t now_ms) MUST_CHECK;

/**
 * outbox_beacon(outbox, txn, now_ms):
 * Sign the HEAD of the open log anew; ERR_NOENT if no log is open.
 */
enum err outbox_beacon(struct outbox *outbox, struct store_txn *txn,
    uint64_t now_ms) MUST_CHECK;

/**
 * outbox_committed(outbox), outbox_aborted(outbox):
 * The transaction's commit succeeded: write the fence, before anything is
 * told.  Or it did not: forget what outbox_sign() did in it.
 */
enum err outbox_committed(struct outbox *outbox) MUST_CHECK;
void outbox_aborted(struct outbox *outbox);

/**
 * outbox_place(outbox, ticket, ret_place):
 * Where the entry with this ticket of the last committed transactions stands.
 * Any thread; ERR_NOENT if the ticket is unknown.
 */
enum err outbox_place(struct outbox *outbox, uint64_t ticket,
    struct outbox_place *ret_place) MUST_CHECK;

/**
 * outbox_pause(outbox, paused):
 * Pause or resume signing.  Any thread.
 */
void outbox_pause(struct outbox *outbox, bool paused);

/**
 * outbox_close_log(outbox, txn, log_id, last_common):
 * An own log was proved longer or different (R5): never append to it again,
 * and put every own entry after ${last_common} of all its branches that are
 * here into the outbox again, with the same body and salt.  Entries of one key
 * with the same commitment are one entry and are taken once.
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
