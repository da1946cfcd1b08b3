#ifndef ERFA_HEIRS_H
#define ERFA_HEIRS_H

/*
 * heirs - which organisations took over from which: municipalities that were
 * merged, split or given another number.
 *
 * A set of words of the form "NEW took over from OLD", each with who says so.
 * Whose word gives what is decided here, the same for erfad and erfa:
 *
 *   - for finding things, NEW counts as OLD if the node of either says so, or a
 *     registry;
 *   - NEW speaks for OLD (as an authority, or about OLD's trials) only if the
 *     node of OLD says so, or a registry: nobody takes what is not given away;
 *   - a word of anybody else is kept to be shown, and gives nothing.
 *
 * Both go on from heir to heir.  An organisation counts as, and speaks for,
 * itself.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"
#include "proto/limits.h"

/* Who says that one took over from the other. */
#define HEIRS_OLD      1u /* the node of the one that was */
#define HEIRS_NEW      2u /* the node of the one that is */
#define HEIRS_REGISTRY 4u
#define HEIRS_OTHER    8u

#define HEIRS_MAX 10000 /* words kept; further ones are left out */

struct heirs_word {
	char old_org[ORG_MAX + 1];
	char new_org[ORG_MAX + 1];
	unsigned by; /* sum of HEIRS_* */
};

/* Opaque types. */
struct heirs;

/**
 * heirs_new(ret_heirs), heirs_free(heirs):
 * An empty set.  NULL may be freed.  Return ERR_NOMEM.
 */
enum err heirs_new(struct heirs **ret_heirs) MUST_CHECK;
void heirs_free(struct heirs *heirs);

/**
 * heirs_add(heirs, old_org, new_org, by):
 * Add that ${by} says that ${new_org} took over from ${old_org}; both are
 * copied.  What is known already gets one voice more.  Return ERR_SYNTAX if one
 * of them is no id, or both are the same; ERR_LIMIT beyond HEIRS_MAX; or
 * ERR_NOMEM.
 */
enum err heirs_add(struct heirs *heirs, const char *old_org,
    const char *new_org, unsigned by) MUST_CHECK;

/**
 * heirs_count(heirs), heirs_at(heirs, i):
 * The words, by ${old_org} and ${new_org}.
 */
size_t heirs_count(const struct heirs *heirs);
const struct heirs_word *heirs_at(const struct heirs *heirs, size_t i);

/**
 * heirs_counts(heirs, new_org, old_org):
 * Return whether ${new_org} counts as ${old_org} where something is looked for.
 * NULL ${heirs} are none.
 */
bool heirs_counts(
    const struct heirs *heirs, const char *new_org, const char *old_org);

/**
 * heirs_speaks(heirs, new_org, old_org):
 * Return whether ${new_org} speaks for ${old_org}.  NULL ${heirs} are none.
 */
bool heirs_speaks(
    const struct heirs *heirs, const char *new_org, const char *old_org);

#endif /* !ERFA_HEIRS_H */
