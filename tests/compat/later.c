/*
 * An erfad of a release to come, which keeps the format after today's: linked
 * into an erfad of its own, so that tests see how a store gets there, what today's
 * erfad says to it, and the way back.
 *
 * The step writes every note anew, as it is, and one more, so that whatever reads
 * a store of today reads that one too.  ERFA_LATER_KILL=N ends the process, as a
 * power cut would, when N notes are written; ERFA_LATER_FAIL makes the step fail
 * at its end.  ERFA_LATER_DAYS=N: it is N days later, too.
 */

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/migrate.h"
#include "daemon/store.h"
#include "daemon/store_txn.h"

uint32_t __real_store_format(void);
uint32_t __wrap_store_format(void);
uint64_t __real_node_clock(void);
uint64_t __wrap_node_clock(void);
const struct migrate_step *__real_migrate_steps(size_t *ret_count);
const struct migrate_step *__wrap_migrate_steps(size_t *ret_count);

#define STEPS_MAX 64
#define DAY_MS    UINT64_C(86400000)

uint32_t
__wrap_store_format(void)
{
	return __real_store_format() + 1;
}

uint64_t
__wrap_node_clock(void)
{
	const char *days = getenv("ERFA_LATER_DAYS");

	return __real_node_clock() +
	    (days == NULL ? 0 : strtoull(days, NULL, 10) * DAY_MS);
}

/* Write one note again; its bytes may not be lent by the transaction. */
static enum err
write_again(struct db_txn *txn, struct bytes *key, struct bytes val)
{
	static uint8_t name[DB_KEY_MAX];
	uint8_t *copy = malloc(val.len + 1);
	enum err err;

	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(name, key->data, key->len);
	memcpy(copy, val.data, val.len);
	key->data = name;
	err = db_put(txn, STORE_NOTES, *key, (struct bytes){ copy, val.len },
	    DB_REPLACE);
	free(copy);
	return err;
}

static enum err
write_notes(struct db_txn *txn)
{
	const struct bytes more = { (const uint8_t *)"zz/later", 8 };
	const char *kill = getenv("ERFA_LATER_KILL");
	long left = kill == NULL ? -1 : strtol(kill, NULL, 10);
	uint8_t after[DB_KEY_MAX + 1];
	struct bytes from = { after, 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	while (
	    (err = db_seek(txn, STORE_NOTES, from, &key, &val)) == ERR_NONE) {
		if (left-- == 0)
			(void)raise(SIGKILL);
		if ((err = write_again(txn, &key, val)) != ERR_NONE)
			return err;
		memcpy(after, key.data, key.len);
		after[key.len] = 0;
		from.len = key.len + 1;
	}
	if (err == ERR_NOENT)
		err = db_put(txn, STORE_NOTES, more, more, DB_REPLACE);
	return getenv("ERFA_LATER_FAIL") != NULL ? ERR_DEPTH : err;
}

/* Today's steps, and one more. */
const struct migrate_step *
__wrap_migrate_steps(size_t *ret_count)
{
	static struct migrate_step steps[STEPS_MAX];
	size_t count;
	const struct migrate_step *today = __real_migrate_steps(&count);

	if (count > 0)
		memcpy(steps, today, count * sizeof(*steps));
	steps[count] = (struct migrate_step){
		.from = __real_store_format(),
		.what = "every note is written anew",
		.run = write_notes,
	};
	*ret_count = count + 1;
	return steps;
}
