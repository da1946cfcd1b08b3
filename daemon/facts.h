#ifndef ERFAD_FACTS_H
#define ERFAD_FACTS_H

/*
 * facts - what lists, searches and links need to know of a body.
 *
 * Pure functions of one decoded body, used twice: to index it, and to show it.
 * Bodies come from anybody, so that every string may be anything and every
 * number out of range.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"
#include "proto/limits.h"

#define FACTS_HASH_LEN     16  /* of an external id */
#define FACTS_REFS_MAX     128 /* references taken from one body */
#define FACTS_ORGS_MAX     512 /* organisations taken from one body */
#define FACTS_TITLE_MAX    200 /* bytes of a title that is no title field */
#define FACTS_SECTIONS_MAX 500 /* sections of laws taken from one body */
#define FACTS_TEXT_MAX     100 /* bytes of status and period, the NUL counted */

struct facts {
	uint32_t kind; /* of the record; 0 = none that we know */
	uint32_t major;
	uint32_t minor;
	char country[3];  /* of the first site: "DK"; empty = not said */
	uint32_t sectors; /* facts_sector() added up */
	bool transcribed;
	bool has_external;
	uint8_t
	    external[FACTS_HASH_LEN]; /* of the thing: its external id, or the
					   * record that was claimed */
};

/* A record that a body names. */
struct facts_ref {
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];
};

/**
 * facts_read(body, ret_facts):
 * Take what rows of the index hold from ${body}.
 */
void facts_read(const Erfa__Body *body, struct facts *ret_facts);

/**
 * facts_sector(number):
 * The bit of a sector (1..19, 99) in a set of sectors; 0 for what is none.
 */
uint32_t facts_sector(uint32_t number);

/**
 * facts_external(external_id, out):
 * The hash under which an external id is compared.
 */
void facts_external(const char *external_id, uint8_t out[FACTS_HASH_LEN]);

/**
 * facts_country(org, ret_country):
 * The country of an organisation's id in upper case: "DK" for dk-791 or dk;
 * empty if the id does not begin with one.
 */
void facts_country(const char *org, char ret_country[3]);

/* Where in a body a text stands. */
enum facts_part {
	FACTS_TITLE,     /* title or name */
	FACTS_SUMMARY,   /* the record's summary */
	FACTS_PROVISION, /* a rule, as cited */
	FACTS_ORG,       /* name of an organisation or place */
	FACTS_PROSE,     /* everything else that people wrote */
};

/**
 * facts_texts(body, each, context):
 * Call ${each} for every text that people would search for, all but ids,
 * addresses, references and sources, until it returns an error, which is
 * returned.
 */
enum err facts_texts(const Erfa__Body *body,
    enum err (*each)(void *context, enum facts_part part, const char *text),
    void *context) MUST_CHECK;

/**
 * facts_facets(body, each, context):
 * Call ${each} for what the record can be chosen by, until it returns an error,
 * which is returned: every controlled value as its vocabulary and code
 * ("status:active", "barrier_kind:culture"), and "year:2019" for each year in
 * which it runs, "lang:da", "site:dk-791", "programme:ORG/RECORD", "provision:KEY",
 * "finding:unexpected", "transcribed:yes"; "section:ACT § 83" for each section that
 * a trial asks to be exempt from (proto/provision.h), and "section:§ 83" for those
 * that any text cites (proto/section.h), at most FACTS_SECTIONS_MAX in all.
 */
enum err facts_facets(const Erfa__Body *body,
    enum err (*each)(void *context, const char *facet),
    void *context) MUST_CHECK;

/**
 * facts_parent(body, ret_ref):
 * The trial that an application, decision or experience is about.  Return
 * ERR_NOENT for all others, and if none is named.
 */
enum err facts_parent(
    const Erfa__Body *body, struct facts_ref *ret_ref) MUST_CHECK;

/**
 * facts_refs(body, ret_refs):
 * The records that ${body} names, each once, at most FACTS_REFS_MAX; return
 * how many.
 */
size_t facts_refs(
    const Erfa__Body *body, struct facts_ref ret_refs[FACTS_REFS_MAX]);

/**
 * facts_each_ref(body, each, context):
 * Call ${each}, until it returns an error, for every record that ${body} names,
 * however many they are and as often as it does.  Return that error.
 */
enum err facts_each_ref(const Erfa__Body *body,
    enum err (*each)(void *context, const struct facts_ref *ref),
    void *context) MUST_CHECK;

/**
 * facts_about(body, ret_refs):
 * The records that the ext of an entry with ${body} names after its own, in the
 * order of the protocol: of an adaptation the copy, then the origin, if both
 * are known; of all others those of facts_refs().
 */
size_t facts_about(
    const Erfa__Body *body, struct facts_ref ret_refs[FACTS_REFS_MAX]);

/**
 * facts_orgs(body, ret_orgs):
 * The ids of the organisations whose own word goes before what ${body} tells of
 * them, lent by it, in its order; return how many.  They are a trial's sites and
 * lead, a programme's owner, a network's coordinator, an application's
 * applicants, a decision's authority, an observation's site, an experience's
 * authors.  What cannot be an id is left out.
 */
size_t facts_orgs(const Erfa__Body *body, const char *ret_orgs[FACTS_ORGS_MAX]);

/**
 * facts_title(body, ret_cut):
 * What a list calls the record: its title or name, lent by ${body}; or the
 * beginning of what it says, for which *${ret_cut} is set to the bytes to take.
 * Empty if it says nothing.
 */
const char *facts_title(const Erfa__Body *body, size_t *ret_cut);

/**
 * facts_status(body, out):
 * The name of the record's status ("ended"), or of a decision's outcome, in
 * lower case; empty if there is none.
 */
void facts_status(const Erfa__Body *body, char out[FACTS_TEXT_MAX]);

/**
 * facts_period(body, out):
 * When it runs, as precise as said: "2012-07 - 2015", "2012 -"; or empty.
 */
void facts_period(const Erfa__Body *body, char out[FACTS_TEXT_MAX]);

/**
 * facts_takes_back(body, id):
 * Return whether ${body} is a retraction that takes back the record of the full
 * id ${id} altogether; a correction or a reservation does not.  Only what the
 * publisher of that record wrote counts, which is the caller's to know.
 */
bool facts_takes_back(const Erfa__Body *body, const char *id);

#endif /* !ERFAD_FACTS_H */
