#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/towns.h"

static void
a_municipality_is_known_by_its_id(void **state)
{
	struct towns *towns = NULL;
	char heir[ORG_MAX + 1] = "";

	(void)state;
	assert_int_equal(towns_open("conf", &towns), ERR_NONE);
	assert_string_equal(towns_name(towns, "dk-791"), "Viborg");
	assert_string_equal(towns_name(towns, "no-0301"), "Oslo");
	assert_null(towns_name(towns, "dk-000"));
	assert_int_equal(towns_heir(towns, "dk-791", heir), ERR_NOENT);
	towns_close(towns);
}

static void
a_former_one_has_an_heir(void **state)
{
	struct towns *towns = NULL;
	char heir[ORG_MAX + 1] = "";

	(void)state;
	assert_int_equal(towns_open("conf", &towns), ERR_NONE);
	assert_int_equal(towns_heir(towns, "no-0123", heir), ERR_NONE);
	assert_string_equal(heir, "no-3118");
	towns_close(towns);
}

static void
without_a_list_nothing_is_known(void **state)
{
	struct towns *towns = NULL;
	char heir[ORG_MAX + 1] = "";

	(void)state;
	assert_int_equal(towns_open("conf/none", &towns), ERR_NOENT);
	assert_null(towns);
	assert_null(towns_name(NULL, "dk-791"));
	assert_int_equal(towns_heir(NULL, "dk-791", heir), ERR_NOENT);
	towns_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_municipality_is_known_by_its_id),
		cmocka_unit_test(a_former_one_has_an_heir),
		cmocka_unit_test(without_a_list_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
