#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/provision.h"

static struct provision *
read_one(const char *citation)
{
	struct provision *provision = NULL;

	assert_int_equal(provision_read(citation, &provision), ERR_NONE);
	return provision;
}

static enum provision_fit
fit(const char *cited, const char *asked)
{
	struct provision *one = read_one(cited);
	struct provision *two = read_one(asked);
	enum provision_fit result = provision_fits(one, two);

	provision_free(one);
	provision_free(two);
	return result;
}

static void
the_genitive_is_the_same_and_a_letter_is_not(void **state)
{
	(void)state;
	assert_int_equal(
	    fit("Servicelovens § 83", "Serviceloven § 83"), PROVISION_SAME);
	assert_int_equal(
	    fit("§ 83 i serviceloven", "serviceloven §83"), PROVISION_SAME);
	assert_int_equal(
	    fit("Servicelovens § 83 a", "Serviceloven § 83"), PROVISION_OTHER);
	assert_int_equal(
	    fit("Servicelovens § 83", "Serviceloven § 83 a"), PROVISION_OTHER);
	assert_int_equal(
	    fit("Servicelovens § 83 a, stk. 1", "Serviceloven § 83 a"),
	    PROVISION_PART);
	assert_int_equal(
	    fit("Folkeskolelovens § 83", "Serviceloven § 83"), PROVISION_OTHER);
	assert_int_equal(
	    fit("LAB § 2, nr. 1", "Lov om en aktiv beskæftigelsesindsats § 2"),
	    PROVISION_PART);
}

static void
what_is_narrower_and_what_is_wider_is_found(void **state)
{
	(void)state;
	assert_int_equal(fit("Servicelovens § 83, stk. 2", "Serviceloven § 83"),
	    PROVISION_PART);
	assert_int_equal(fit("Servicelovens § 83", "Serviceloven § 83, stk. 2"),
	    PROVISION_WHOLE);
	assert_int_equal(
	    fit("Servicelovens § 83, stk. 2", "Serviceloven § 83, stk. 2"),
	    PROVISION_SAME);
	assert_int_equal(
	    fit("Servicelovens § 83, stk. 3", "Serviceloven § 83, stk. 2"),
	    PROVISION_OTHER);
	assert_int_equal(fit("Servicelovens § 140, stk. 1 og 3–7",
			     "Serviceloven § 140, stk. 4"),
	    PROVISION_PART);
	assert_int_equal(fit("Servicelovens § 140, stk. 1 og 3–7",
			     "Serviceloven § 140, stk. 2"),
	    PROVISION_OTHER);
	assert_int_equal(fit("Servicelovens § 140, nr. 1, stk. 3",
			     "Serviceloven § 140, stk. 1"),
	    PROVISION_OTHER);
}

static void
several_sections_are_each_found(void **state)
{
	(void)state;
	assert_int_equal(
	    fit("Servicelovens §§ 83-85", "Serviceloven § 84"), PROVISION_SAME);
	assert_int_equal(fit("Servicelovens §§ 14-14 f", "Serviceloven § 14"),
	    PROVISION_SAME);
	assert_int_equal(fit("Servicelovens §§ 14-14 f", "Serviceloven § 14 f"),
	    PROVISION_SAME);
	assert_int_equal(fit("Servicelovens § 83 og § 85", "Serviceloven § 85"),
	    PROVISION_SAME);
	assert_int_equal(fit("Servicelovens § 83 og 85", "Serviceloven § 85"),
	    PROVISION_SAME);
	assert_int_equal(
	    fit("Serviceloven § 83 og folkeskoleloven § 5", "Serviceloven § 5"),
	    PROVISION_OTHER);
	assert_int_equal(fit("Serviceloven § 83 og folkeskoleloven § 5",
			     "Folkeskolelovens § 5"),
	    PROVISION_SAME);

	assert_int_equal(fit("Servicelovens § 9 k, p. 2", "Serviceloven § 9 k"),
	    PROVISION_PART);

	/* Who asks for several asks for each. */
	assert_int_equal(
	    fit("Servicelovens § 84", "Serviceloven §§ 83-85"), PROVISION_SAME);
	assert_int_equal(
	    fit("Serviceloven § 85, stk. 2", "Serviceloven § 83 og § 85"),
	    PROVISION_PART);
	assert_int_equal(
	    fit("Serviceloven § 86", "Serviceloven §§ 83-85"), PROVISION_OTHER);

	/* Chapter and section, not from one to three. */
	assert_int_equal(
	    fit("Opplæringslova § 1-3", "Opplæringslova § 2"), PROVISION_OTHER);
	assert_int_equal(fit("Opplæringslova § 1-3", "Opplæringslova § 1-3"),
	    PROVISION_SAME);
}

static void
a_section_is_told_without_what_narrows_it(void **state)
{
	struct provision *it = read_one("Servicelovens § 83 a, stk. 2 og 3");

	(void)state;
	assert_int_equal(provision_count(it), 1);
	assert_string_equal(provision_section(it, 0), "serviceloven § 83 a");
	assert_string_equal(provision_detail(it, 0), "stk 2 og 3");
	provision_free(it);
	it = read_one("LAB § 2");
	assert_string_equal(provision_section(it, 0),
	    "lov om en aktiv beskaeftigelsesindsats § 2");
	provision_free(it);
	it = read_one("Serviceloven §§ 1-64");
	assert_int_equal(provision_count(it), PROVISION_SECTIONS);
	assert_string_equal(provision_detail(it, 0), "");
	provision_free(it);
	provision_free(NULL);
}

static void
what_names_no_section_or_no_act_is_none(void **state)
{
	static const char *const none[] = { "", "Dagtilbudsloven", "§ 20", "§",
		"serviceloven §", "serviceloven § om tilsyn", "§ og § i lov" };
	struct provision *it = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(provision_read(none[i], &it), ERR_NOENT);
	assert_int_equal(provision_read("\xe6 § 1", &it), ERR_SYNTAX);
	assert_null(it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_genitive_is_the_same_and_a_letter_is_not),
		cmocka_unit_test(what_is_narrower_and_what_is_wider_is_found),
		cmocka_unit_test(several_sections_are_each_found),
		cmocka_unit_test(a_section_is_told_without_what_narrows_it),
		cmocka_unit_test(what_names_no_section_or_no_act_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
