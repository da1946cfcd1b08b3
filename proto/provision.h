#ifndef ERFA_PROVISION_H
#define ERFA_PROVISION_H

/*
 * provision - provisions of law in one spelling, so that all trials that
 * suspend one are found together however people cite it.
 *
 * "Servicelovens § 54, stk. 2" and "§ 54, stk. 2, i serviceloven" become
 * "serviceloven § 54 stk 2".  The citation itself is kept as written; this
 * is only the key beside it.
 */

#include <stddef.h>

#include "proto/err.h"

#define PROVISION_SECTIONS 32  /* of one citation; further ones are left out */
#define PROVISION_MAX      320 /* bytes of a section's key, the NUL counted */

/* How a citation fits what somebody asks for. */
enum provision_fit {
	PROVISION_OTHER, /* it is about something else */
	PROVISION_SAME,  /* about just that */
	PROVISION_PART, /* about a part of it: asked § 83, cited § 83, stk. 2 */
	PROVISION_WHOLE, /* about all around it: the other way round */
};

/* Opaque types. */
struct provision;

/**
 * provision_key(citation, ret_key):
 * Make the key of ${citation}: the folded name of the act without its genitive,
 * then what follows the section sign, up to the first word that is no part of
 * a number.  The caller frees *${ret_key} with free().  Return ERR_NOENT if
 * ${citation} names no section or no act, ERR_SYNTAX if it is not UTF-8, or
 * ERR_NOMEM.
 */
enum err provision_key(const char *citation, char **ret_key) MUST_CHECK;

/**
 * provision_read(citation, ret_provision), provision_free(provision):
 * Find the sections that ${citation} names: "§§ 83-85", "§ 83 og § 85", "§ 83 a".
 * A hyphen spans sections after two signs only: § 1-3 is one section of an act
 * that counts by chapters.  NULL may be freed.  Errors are those of
 * provision_key().
 */
enum err provision_read(
    const char *citation, struct provision **ret_provision) MUST_CHECK;
void provision_free(struct provision *provision);

/**
 * provision_count(provision), provision_section(provision, i),
 * provision_detail(provision, i):
 * How many sections there are, at least one, the key of each without what narrows
 * it, and that: "serviceloven § 83" and "stk 2" of "Servicelovens § 83, stk. 2".
 * It is empty if the whole section is named.
 */
size_t provision_count(const struct provision *provision);
const char *provision_section(const struct provision *provision, size_t i);
const char *provision_detail(const struct provision *provision, size_t i);

/**
 * provision_fits(cited, asked):
 * How ${cited} fits the first section of ${asked} that it fits at all.  § 83 a is
 * another section than § 83.
 */
enum provision_fit provision_fits(
    const struct provision *cited, const struct provision *asked);

#endif /* !ERFA_PROVISION_H */
