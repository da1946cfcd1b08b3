#ifndef ERFAD_SHOWN_H
#define ERFAD_SHOWN_H

/*
 * shown - what people see: every record once, in its current version.
 *
 * Computed from the rows of the index, the directory and the store's logs, and
 * immutable from then on, so that threads may share it.  Here is decided
 *
 *   - whose an entry is: the organisation of its log's key by the directory;
 *   - whether it counts: not beyond the directory's cut, nor after the last
 *     entry that all branches of a forked log have in common;
 *   - what a record is: an organisation and 16 bytes.  Its current version is
 *     the greatest (major, minor, time, log, n); what one organisation published
 *     twice with the same commitment is one version;
 *   - which records are one thing (shown_unite()).  One of them stands for all, a
 *     municipality's own word if there is one; the others are its twins.
 *
 * It takes about 110 bytes a record; nothing in it is text of a body.  The
 * functions stand in shown_items.c and shown_things.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"
#include "daemon/index.h"

/* Opaque types. */
struct directory;
struct heirs;
struct shown;
struct store_txn;

/* A log as it is shown. */
struct shown_log {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	uint32_t org;     /* shown_org() */
	uint64_t counted; /* last entry that counts; 0 = none */
};

/* A record in its current version, or an entry that belongs to none. */
struct shown_item {
	uint8_t record[RECORD_LEN]; /* of an entry: some other identity */
	uint64_t n;                 /* of the current version */
	uint64_t time_ms;           /* likewise */
	uint64_t arrival;           /* of the first version that arrived */
	uint64_t external;          /* hash of its external id; 0 = none */
	uint64_t commit;            /* private */
	uint32_t doc;
	uint32_t log;
	uint32_t kind;
	uint32_t major;
	uint32_t minor;
	uint32_t sectors;
	uint32_t org;
	uint32_t versions; /* of a record: how many */
	uint32_t version;  /* private */
	uint32_t thing;    /* likewise */
	enum index_state state;
	char country[3];
	uint8_t chars; /* of the record's id that people need: 8..26 */
	bool is_record;
	bool transcribed;
	bool twin;     /* another record stands for it */
	bool own_twin; /* one of the same organisation does */
};

/* Orders in which all items can be walked through. */
enum shown_order {
	SHOWN_BY_TIME,    /* newest version first */
	SHOWN_BY_ARRIVAL, /* of the first version */
	SHOWN_BY_RECORD,  /* organisation, record */
	SHOWN_ORDERS
};

/**
 * shown_new(txn, store_txn, directory, ret_shown), shown_free(shown):
 * Compute what is shown, every record as a thing of its own.  NULL may be freed.
 * Return ERR_NOMEM, or an error of index or store.
 */
enum err shown_new(struct index_txn *txn, struct store_txn *store_txn,
    const struct directory *directory, struct shown **ret_shown) MUST_CHECK;
void shown_free(struct shown *shown);

/**
 * shown_unite(shown, txn, heirs):
 * Find the records that are one thing, before ${shown} is shared.  They are of
 * one kind and bear the same external id (facts.h), and nobody is believed who is
 * not concerned:
 *
 *   - an own word stands before what others transcribed if its publisher is
 *     among the organisations that are named there (facts_orgs()), or speaks for
 *     one of them (heirs.h); where none of these has a word, if it is the
 *     transcriber;
 *   - two own words are one if their publisher is, or one speaks for the other,
 *     or if a third party's transcription names both;
 *   - transcriptions are one if their publisher is; if nobody stands before
 *     them, also if they name the same organisation first, or both none.
 *
 * The first own word by organisation and record stands for all, else the first
 * transcription.  ${txn} is the one ${shown} was made in; NULL ${heirs} are
 * none.  Return ERR_NOMEM, or an error of index.
 */
enum err shown_unite(struct shown *shown, struct index_txn *txn,
    const struct heirs *heirs) MUST_CHECK;

/**
 * shown_count(shown), shown_at(shown, order, i):
 * All items, twins among them.
 */
size_t shown_count(const struct shown *shown);
const struct shown_item *shown_at(
    const struct shown *shown, enum shown_order order, size_t i);

/**
 * shown_log(shown, number), shown_org(shown, number):
 * The log and the organisation that an item names.  NULL for an unknown log.
 */
const struct shown_log *shown_log(const struct shown *shown, uint32_t number);
const char *shown_org(const struct shown *shown, uint32_t number);

/**
 * shown_org_matches(id, typed):
 * Return whether somebody who typed ${typed} may mean the organisation ${id}:
 * its country may be left out.
 */
bool shown_org_matches(const char *id, const char *typed);

/**
 * shown_logs(shown):
 * How many logs there are; their numbers begin with 1.
 */
uint32_t shown_logs(const struct shown *shown);

/**
 * shown_by_doc(shown, doc):
 * The item whose current version is this entry, or NULL.
 */
const struct shown_item *shown_by_doc(const struct shown *shown, uint32_t doc);

/**
 * shown_versions(shown, item):
 * The entries of all versions, item->versions of them, in order.
 */
const uint32_t *shown_versions(
    const struct shown *shown, const struct shown_item *item);

/**
 * shown_record(shown, org, record):
 * The record of this identity, or NULL.
 */
const struct shown_item *shown_record(const struct shown *shown,
    const char *org, const uint8_t record[RECORD_LEN]);

/**
 * shown_prefix(shown, org, part, each, context):
 * Call ${each} for every record whose id begins with the base32 characters
 * ${part}, in organisations that ${org} may mean; by organisation and record.
 */
void shown_prefix(const struct shown *shown, const char *org, const char *part,
    void (*each)(void *context, const struct shown_item *item), void *context);

/**
 * shown_twins(shown, item, each, context):
 * Call ${each} for all records that are one thing with ${item}, itself among
 * them, the one that stands for all first.
 */
void shown_twins(const struct shown *shown, const struct shown_item *item,
    void (*each)(void *context, const struct shown_item *item), void *context);

/**
 * shown_first(shown, item):
 * The record that stands for all that are one thing with ${item}: the first of
 * shown_twins().
 */
const struct shown_item *shown_first(
    const struct shown *shown, const struct shown_item *item);

/**
 * shown_compare_entries(shown, a, b), shown_compare_names(shown, a, b):
 * Compare two items by the time of their current versions, the older first; then
 * by the entries of these, log and number, or by organisation and record.  Both
 * orders are the same on every node.  Return less than 0, 0 or more, for qsort_r().
 */
int shown_compare_entries(const struct shown *shown, const struct shown_item *a,
    const struct shown_item *b);
int shown_compare_names(const struct shown *shown, const struct shown_item *a,
    const struct shown_item *b);

/**
 * shown_same(a, b):
 * Return whether two items are one thing.
 */
bool shown_same(const struct shown_item *a, const struct shown_item *b);

#endif /* !ERFAD_SHOWN_H */
