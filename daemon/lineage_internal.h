#ifndef ERFAD_LINEAGE_INTERNAL_H
#define ERFAD_LINEAGE_INTERNAL_H

/*
 * lineage_internal - what the files of lineage share.
 *
 *   lineage_family.c  who is in the family, in which order; how it stands
 *   lineage_read.c    what entries and bodies say of one trial
 */

#include "daemon/lineage.h"
#include "daemon/shown.h"

#define LINEAGE_TWINS    64    /* records of one thing that are looked at */
#define LINEAGE_MENTIONS 65536 /* entries about one trial: likewise */

/* Records of one thing; the first stands for all. */
struct lineage_twins {
	const struct shown_item *items[LINEAGE_TWINS];
	size_t count;
};

/* Entries that name a trial, each once, in the order they were written. */
struct lineage_mentions {
	const struct shown_item **items;
	size_t count;
	size_t room;
	bool more;
};

/* The two ends of an ADAPTATION, as its header says. */
struct lineage_ends {
	char child_org[ORG_MAX + 1];
	uint8_t child[RECORD_LEN];
	char parent_org[ORG_MAX + 1];
	uint8_t parent[RECORD_LEN];
};

/**
 * lineage_twins(shown, org, record, ret_twins):
 * The records that are one thing with this one; none if it is not here.
 */
void lineage_twins(const struct shown *shown, const char *org,
    const uint8_t record[RECORD_LEN], struct lineage_twins *ret_twins);

/**
 * lineage_mentions(options, node, twins, ret_mentions):
 * Find what names the trial.  Free ${ret_mentions}->items with free().
 */
enum err lineage_mentions(const struct lineage_options *options,
    const struct lineage_node *node, const struct lineage_twins *twins,
    struct lineage_mentions *ret_mentions) MUST_CHECK;

/**
 * lineage_ends(options, item, ret_ends):
 * Read who came from whom.  Return ERR_NOENT if the header does not say, or if
 * it was not written by the publisher of the copy.
 */
enum err lineage_ends(const struct lineage_options *options,
    const struct shown_item *item, struct lineage_ends *ret_ends) MUST_CHECK;

/**
 * lineage_edge_read(options, item, edge):
 * Fill in what the body of an ADAPTATION says, if it is here.  Return ERR_NOMEM,
 * or an error of the store.
 */
enum err lineage_edge_read(const struct lineage_options *options,
    const struct shown_item *item, struct lineage_edge *edge) MUST_CHECK;

/**
 * lineage_read(options, node, twins, mentions):
 * Fill in what is known of the trial, except its place in the family.
 */
enum err lineage_read(const struct lineage_options *options,
    struct lineage_node *node, const struct lineage_twins *twins,
    const struct lineage_mentions *mentions) MUST_CHECK;

#endif /* !ERFAD_LINEAGE_INTERNAL_H */
