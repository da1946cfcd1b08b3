/*
 * The format of what this erfad keeps, and the steps that lead there from what
 * earlier ones kept.
 *
 * A new format is one row and one function here, and what it changes in the
 * comments of store_txn.h; with a data directory of the release before in
 * tests/compat, on which tests/e2e/89-compat.sh tries it.
 */

#include "daemon/db.h"
#include "daemon/migrate.h"
#include "daemon/store.h"

/*
 * 2: rows of `erased` and `claim` may name one entry of a number that a forked log
 * has several of, where format 1 knew the number alone.  Its rows go on to mean all
 * of them, so that none is written anew; but an erfad that knows format 1 only
 * would take the new ones for erasures of all branches, or for damage.
 */
static enum err
erasures_name_entries(struct db_txn *txn)
{
	(void)txn;
	return ERR_NONE;
}

static const struct migrate_step steps[] = {
	{ 1, "an erasure may name one entry of a forked log",
	    erasures_name_entries },
};

#define COUNT (sizeof(steps) / sizeof(steps[0]))

uint32_t
store_format(void)
{
	return 1 + (uint32_t)COUNT;
}

const struct migrate_step *
migrate_steps(size_t *ret_count)
{
	*ret_count = COUNT;
	return steps;
}
