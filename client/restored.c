#include "client/restored.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "client/print.h"
#include "client/run.h"

#define DAY_S 86400

/* When the first backup since a restore was made, as far as is known: whatever the
 * clocks said, more had come by then. */
static bool
find_end(const Erfa__BackupAnswer *list, const Erfa__BackupKept *row,
    time_t *ret_end)
{
	const Erfa__BackupKept *other;
	bool found = false;
	time_t made;
	size_t i;

	for (i = 0; i < list->n_kept; i++) {
		other = list->kept[i];
		if (other->arrival <= row->arrival || other->time == NULL ||
		    print_clock(other->time, &made) != ERR_NONE)
			continue;
		if (!found || made < *ret_end)
			*ret_end = made;
		found = true;
	}
	return found;
}

/* May backups that were made after this one hold something that is erased?  What
 * was published since the restore is in none of them; clocks differ by a day at
 * most.  What this one may hold, as a draft too, they may. */
static bool
may_hold(const Erfa__BackupAnswer *list, const Erfa__BackupKept *row,
    const Erfa__ErasureAnswer *erasure)
{
	const char *published;
	time_t end = 0;
	time_t when;
	size_t i;

	if (!erasure->has_here)
		return false;
	if (!find_end(list, row, &end))
		return true;
	for (i = 0; i < erasure->n_backup; i++)
		if (row->file != NULL && erasure->backup[i]->file != NULL &&
		    strcmp(row->file, erasure->backup[i]->file) == 0)
			return true;
	for (i = 0; i < erasure->n_entry; i++) {
		published = erasure->entry[i]->time;
		if (published == NULL ||
		    print_clock(published, &when) != ERR_NONE ||
		    when < end + DAY_S)
			return true;
	}
	return false;
}

size_t
restored_from(const Erfa__BackupAnswer *list,
    const Erfa__ErasureAnswer *erasure, size_t at)
{
	const Erfa__BackupKept *row;

	/* How much a backup takes is not known yet in itself. */
	for (; at < list->n_kept; at++) {
		row = list->kept[at];
		if (row->bytes == 0 &&
		    (erasure == NULL || may_hold(list, row, erasure)))
			return at;
	}
	return list->n_kept;
}

void
restored_tell(struct run *run, const Erfa__BackupAnswer *list,
    const Erfa__ErasureAnswer *erasure)
{
	char when[PRINT_TIME_MAX];
	size_t i;

	for (i = restored_from(list, erasure, 0); i < list->n_kept;
	     i = restored_from(list, erasure, i + 1)) {
		print_time(run_text(list->kept[i]->time), when);
		print_say(run->out,
		    "\nThis node was restored from its backup of %s.  Others "
		    "that were\nmade between that and the restore are not on "
		    "its list, and may hold what is\nerased.\n",
		    when);
	}
}
