#ifndef ERFAD_SHOWN_INTERNAL_H
#define ERFAD_SHOWN_INTERNAL_H

/*
 * shown_internal - what shown_items.c and shown_things.c have in common.
 */

#include "daemon/shown.h"

/* An organisation's id. */
struct org {
	char id[ORG_MAX + 1];
};

struct shown {
	struct shown_item *items; /* by organisation and record */
	size_t count;
	size_t size;
	struct shown_log *logs; /* number 1 stands at 0 */
	uint32_t nlogs;
	struct org *orgs; /* sorted */
	uint32_t norgs;
	uint32_t *order[SHOWN_ORDERS]; /* SHOWN_BY_RECORD: NULL */
	uint32_t *external;            /* items with an external id, by thing */
	size_t nexternal;
	uint32_t *by_doc; /* item + 1 of an entry; 0 = none */
	uint32_t ndocs;
	uint32_t *versions; /* docs of all items' versions */
};

/* What an item is sorted by. */
struct shown_key {
	uint64_t first;
	uint64_t second;
	uint32_t item;
};

/**
 * shown_compare(a, b):
 * The order of two items by organisation and record.
 */
int shown_compare(const struct shown_item *a, const struct shown_item *b);

/**
 * shown_list(shown, make, compare, ret_list, ret_count):
 * The numbers of all items that ${make} gives a key to, sorted by that, and
 * where it is equal by ${compare}; freed by the caller.  Return ERR_NOMEM.
 */
enum err shown_list(const struct shown *shown,
    bool (*make)(const struct shown_item *item, struct shown_key *key),
    int (*compare)(const struct shown *shown, const struct shown_item *a,
	const struct shown_item *b),
    uint32_t **ret_list, size_t *ret_count) MUST_CHECK;

#endif /* !ERFAD_SHOWN_INTERNAL_H */
