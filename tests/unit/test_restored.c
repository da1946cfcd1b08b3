#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "client/restored.h"

/* Three backups: the node was restored from the one in the middle, and made the
 * last after that. */
struct fixture {
	Erfa__BackupKept rows[3];
	Erfa__BackupKept *kept[3];
	Erfa__BackupAnswer list;
	Erfa__ErasureEntry entry;
	Erfa__ErasureEntry *entries[1];
	Erfa__ErasureAnswer erasure;
};

static void
prepare(struct fixture *f)
{
	static char files[3][3] = { "/a", "/b", "/c" };
	static char times[3][25] = { "2026-03-01T02:00:00.000Z",
		"2026-03-02T02:00:00.000Z", "2026-03-09T02:00:00.000Z" };
	size_t i;

	erfa__backup_answer__init(&f->list);
	erfa__erasure_answer__init(&f->erasure);
	erfa__erasure_entry__init(&f->entry);
	for (i = 0; i < 3; i++) {
		erfa__backup_kept__init(&f->rows[i]);
		f->rows[i].file = files[i];
		f->rows[i].time = times[i];
		f->rows[i].arrival = 10 * (i + 1);
		f->rows[i].bytes = i == 1 ? 0 : 4096;
		f->kept[i] = &f->rows[i];
	}
	f->list.kept = f->kept;
	f->list.n_kept = 3;
	f->entries[0] = &f->entry;
	f->erasure.entry = f->entries;
	f->erasure.n_entry = 1;
	f->erasure.has_here = 1;
}

static size_t
find(struct fixture *f, const char *published)
{
	char text[25];

	(void)snprintf(text, sizeof(text), "%s", published);
	f->entry.time = text;
	return restored_from(&f->list, &f->erasure, 0);
}

static void
list_names_what_it_was_restored_from(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f);
	assert_int_equal(restored_from(&f.list, NULL, 0), 1);
	assert_int_equal(restored_from(&f.list, NULL, 2), 3);
	f.rows[1].bytes = 4096;
	assert_int_equal(restored_from(&f.list, NULL, 0), 3);
	f.list.n_kept = 0;
	assert_int_equal(restored_from(&f.list, NULL, 0), 0);
}

static void
what_was_there_before_the_restore_may_be_in_others(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f);
	assert_int_equal(find(&f, "2026-03-04T08:00:00.000Z"), 1);

	/* Clocks differ, and of a group no time may be told. */
	assert_int_equal(find(&f, "2026-03-09T08:00:00.000Z"), 1);
	assert_int_equal(find(&f, ""), 1);

	/* As long as none was made since, nobody knows when it was. */
	f.list.n_kept = 2;
	assert_int_equal(find(&f, "2026-09-01T08:00:00.000Z"), 1);
}

static void
what_came_after_it_is_not(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f);
	assert_int_equal(find(&f, "2026-03-11T08:00:00.000Z"), 3);

	/* A draft of it was in the backup. */
	f.erasure.backup = &f.kept[1];
	f.erasure.n_backup = 1;
	assert_int_equal(find(&f, "2026-03-11T08:00:00.000Z"), 1);
}

static void
one_of_before_with_a_clock_ahead_ends_nothing(void **state)
{
	struct fixture f;
	char ahead[] = "2026-03-02T02:30:00.000Z";

	(void)state;
	prepare(&f);
	f.rows[0].time = ahead;
	assert_int_equal(find(&f, "2026-03-08T08:00:00.000Z"), 1);
}

static void
what_is_not_erased_is_not_looked_for(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f);
	f.erasure.has_here = 0;
	assert_int_equal(find(&f, "2026-03-04T08:00:00.000Z"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_names_what_it_was_restored_from),
		cmocka_unit_test(
		    what_was_there_before_the_restore_may_be_in_others),
		cmocka_unit_test(what_came_after_it_is_not),
		cmocka_unit_test(one_of_before_with_a_clock_ahead_ends_nothing),
		cmocka_unit_test(what_is_not_erased_is_not_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
