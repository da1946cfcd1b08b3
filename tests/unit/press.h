#ifndef ERFA_PRESS_H
#define ERFA_PRESS_H

/*
 * press - a municipality that prints records into a log, for tests of index and
 * query.
 *
 * It keeps what it wrote, so that the same log can be put into several stores,
 * a piece at a time and with bodies in any order.  All calls fail the test when
 * something is wrong.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/crypto.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "proto/limits.h"
#include "proto/log.h"

struct store;
struct store_txn;

/* One entry as written. */
struct press_entry {
	uint8_t *header;
	size_t header_len;
	uint8_t *body; /* NULL = none */
	size_t body_len;
	uint8_t salt[SALT_LEN];
	struct log_tip tip; /* after it */
};

struct press {
	struct crypto_key key;
	uint64_t inc;
	uint8_t log_id[LOG_ID_LEN];
	char org[ORG_MAX + 1];
	struct log_tip start;
	uint64_t time_ms; /* of the next entry; every entry adds a second */
	struct press_entry *entries;
	size_t count;
};

/* What an entry is to be, besides its body. */
struct press_options {
	uint32_t kind;
	uint32_t topic;
	uint64_t group;
	const uint8_t *record; /* RECORD_LEN bytes; NULL = none */
	const struct header_about *about;
	size_t nabout;
	struct bytes ext; /* instead of about */
};

/**
 * press_begin(press, seed, inc, org), press_end(press):
 * A log that begins with GENESIS; the key follows from ${seed}.
 */
void press_begin(
    struct press *press, uint8_t seed, uint64_t inc, const char *org);
void press_end(struct press *press);

/**
 * press_add(press, options, body):
 * Write an entry and return its number.  ${body} is freed; NULL = none.
 */
uint64_t press_add(
    struct press *press, const struct press_options *options, Erfa__Body *body);

/**
 * press_add_raw(press, header, len, body, body_len):
 * Write an entry of any bytes; its header must name the body's commitment if
 * it is to be taken by a store.
 */
uint64_t press_add_raw(struct press *press, const void *header, size_t len,
    const void *body, size_t body_len);

/**
 * press_add_sealed(press, options, body, len):
 * As press_add(), with any bytes for a body.
 */
uint64_t press_add_sealed(struct press *press,
    const struct press_options *options, const void *body, size_t len);

/**
 * press_again(press, from, n):
 * Write the entry ${n} of ${from} once more, with the same body and salt.
 */
uint64_t press_again(struct press *press, const struct press *from, uint64_t n);

/**
 * press_put(press, txn, own, last), press_give(press, txn, n):
 * Put the headers up to ${last} into a store (0 = all); and one body.
 */
void press_put(
    const struct press *press, struct store_txn *txn, bool own, uint64_t last);
void press_give(const struct press *press, struct store_txn *txn, uint64_t n);

/**
 * press_publish(press, store, own):
 * Put all that is not there yet into ${store}, bodies with their headers, and
 * commit.
 */
void press_publish(const struct press *press, struct store *store, bool own);

/**
 * press_branch(press, txn, last_common):
 * Put what follows ${last_common} beside what a store holds of the log.
 */
void press_branch(
    const struct press *press, struct store_txn *txn, uint64_t last_common);

/**
 * press_record(text, out):
 * A record's identity, drawn from ${text}.
 */
void press_record(const char *text, uint8_t out[RECORD_LEN]);

/**
 * press_trial(title, summary, external_id, site):
 * The body of a trial, version 1.0, in Danish.  Arguments may be NULL;
 * ${site} is "dk-791 Viborg" or the like.
 */
Erfa__Body *press_trial(const char *title, const char *summary,
    const char *external_id, const char *site);

/**
 * press_body(kind):
 * An empty body of that kind, version 1.0.
 */
Erfa__Body *press_body(uint32_t kind);

/**
 * press_ref(press, record):
 * A reference to a record of this press.
 */
Erfa__RecordRef *press_ref(
    const struct press *press, const uint8_t record[RECORD_LEN]);

/**
 * press_vouch(press, about, withdrawn, cut, name):
 * Write a MEMBER entry about the key of ${about}; with ${withdrawn} and
 * ${cut} > 0 the entries of its log up to there stay.  ${name} is the body's,
 * NULL for none.
 */
uint64_t press_vouch(struct press *press, const struct press *about,
    bool withdrawn, uint64_t cut, const char *name);

/**
 * press_directory(own):
 * The directory of the node ${own}, from its own MEMBER entries.
 */
struct directory *press_directory(const struct press *own);

#endif /* !ERFA_PRESS_H */
