#ifndef ERFA_PROVISION_H
#define ERFA_PROVISION_H

/*
 * provision - a provision of law in one spelling, so that all trials that
 * suspend it are found together however people cite it.
 *
 * "Servicelovens § 54, stk. 2" and "§ 54, stk. 2, i serviceloven" become
 * "serviceloven § 54 stk 2".  The citation itself is kept as written; this
 * is only the key beside it.
 */

#include "proto/err.h"

/**
 * provision_key(citation, ret_key):
 * Make the key of ${citation}: the folded name of the act without its genitive,
 * then what follows the section sign, up to the first word that is no part of
 * a number.  The caller frees *${ret_key} with free().  Return ERR_NOENT if
 * ${citation} names no section or no act, ERR_SYNTAX if it is not UTF-8, or
 * ERR_NOMEM.
 */
enum err provision_key(const char *citation, char **ret_key) MUST_CHECK;

#endif /* !ERFA_PROVISION_H */
