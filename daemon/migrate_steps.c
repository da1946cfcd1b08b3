/*
 * The format of what this erfad keeps, and the steps that lead there from what
 * earlier ones kept.
 *
 * A new format is one number, one row and one function:
 *
 *	static const struct migrate_step steps[] = {
 *		{ 1, "notes of copies get a table of their own", move_copies },
 *	};
 *
 * with a data directory of the release before in tests/compat, on which
 * tests/e2e/89-compat.sh tries it.
 */

#include "daemon/migrate.h"
#include "daemon/store.h"

#define FORMAT 1

uint32_t
store_format(void)
{
	return FORMAT;
}

/* All releases so far keep the first format. */
const struct migrate_step *
migrate_steps(size_t *ret_count)
{
	*ret_count = FORMAT - 1;
	return NULL;
}
