#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/control.h"
#include "client/pages.h"

/* A page of ${count} rows, numbered from ${first}, as erfad would send it. */
static Erfa__Answer *
page(unsigned first, size_t count)
{
	Erfa__Answer answer = ERFA__ANSWER__INIT;
	Erfa__ListAnswer list = ERFA__LIST_ANSWER__INIT;
	Erfa__Row rows[8];
	Erfa__Row *items[8];
	Erfa__Answer *decoded = NULL;
	uint8_t *buf = NULL;
	size_t len = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		erfa__row__init(&rows[i]);
		rows[i].has_n = 1;
		rows[i].n = first + i;
		items[i] = &rows[i];
	}
	list.row = items;
	list.n_row = count;
	answer.say_case = ERFA__ANSWER__SAY_LIST;
	answer.list = &list;
	assert_int_equal(control_encode_answer(&answer, &buf, &len), ERR_NONE);
	assert_int_equal(control_decode_answer(buf, len, &decoded), ERR_NONE);
	free(buf);
	return decoded;
}

static void
pages_are_put_together_in_their_order(void **state)
{
	Erfa__Answer *all = page(0, 0);
	Erfa__Answer *second = page(1, 3);
	Erfa__Answer *third = page(4, 2);
	size_t i;

	(void)state;
	assert_int_equal(
	    pages_append(&all->list->base, &second->list->base, "row"),
	    ERR_NONE);
	assert_int_equal(
	    pages_append(&all->list->base, &third->list->base, "row"),
	    ERR_NONE);
	assert_int_equal(all->list->n_row, 5);
	assert_int_equal(second->list->n_row, 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(all->list->row[i]->n, i + 1);
	control_free_answer(all);
	control_free_answer(second);
	control_free_answer(third);
}

/* An answer that names ${org}. */
static Erfa__Answer *
named(const char *org)
{
	Erfa__Answer answer = ERFA__ANSWER__INIT;
	Erfa__GroupChangeAnswer change = ERFA__GROUP_CHANGE_ANSWER__INIT;
	char text[16];
	char *orgs[1] = { text };
	Erfa__Answer *decoded = NULL;
	uint8_t *buf = NULL;
	size_t len = 0;

	(void)snprintf(text, sizeof(text), "%s", org);
	change.changed = orgs;
	change.n_changed = 1;
	answer.say_case = ERFA__ANSWER__SAY_GROUP_CHANGE;
	answer.group_change = &change;
	assert_int_equal(control_encode_answer(&answer, &buf, &len), ERR_NONE);
	assert_int_equal(control_decode_answer(buf, len, &decoded), ERR_NONE);
	free(buf);
	return decoded;
}

static void
strings_are_put_together_as_well(void **state)
{
	Erfa__Answer *all = named("dk-791");
	Erfa__Answer *more = named("no-5501");

	(void)state;
	assert_int_equal(pages_append(&all->group_change->base,
			     &more->group_change->base, "changed"),
	    ERR_NONE);
	assert_int_equal(all->group_change->n_changed, 2);
	assert_string_equal(all->group_change->changed[1], "no-5501");
	assert_null(pages_at(&all->group_change->base, "changed", 0));
	control_free_answer(all);
	control_free_answer(more);
}

static void
an_empty_page_changes_nothing(void **state)
{
	Erfa__Answer *all = page(1, 2);
	Erfa__Answer *empty = page(0, 0);

	(void)state;
	assert_int_equal(
	    pages_append(&all->list->base, &empty->list->base, "row"),
	    ERR_NONE);
	assert_int_equal(all->list->n_row, 2);
	control_free_answer(all);
	control_free_answer(empty);
}

static void
only_repeated_fields_of_one_type_can_be_put_together(void **state)
{
	Erfa__Answer *all = page(1, 1);
	Erfa__Answer *other = page(2, 1);

	(void)state;
	assert_int_equal(
	    pages_append(&all->list->base, &other->list->base, "none"),
	    ERR_NOENT);
	assert_int_equal(
	    pages_append(&all->list->base, &other->list->base, "next"),
	    ERR_NOENT);
	assert_int_equal(
	    pages_append(&all->list->base, &other->base, "row"), ERR_NOENT);
	assert_int_equal(all->list->n_row, 1);
	control_free_answer(all);
	control_free_answer(other);
}

static void
a_cursor_that_stands_still_ends_it(void **state)
{
	(void)state;
	assert_false(pages_more(NULL, NULL));
	assert_false(pages_more("", NULL));
	assert_true(pages_more("5", NULL));
	assert_true(pages_more("6", "5"));
	assert_false(pages_more("5", "5"));
}

static void
each_message_of_a_repeated_field_is_found_by_its_number(void **state)
{
	Erfa__Answer *all = page(1, 2);
	const ProtobufCMessage *base = &all->list->base;

	(void)state;
	assert_ptr_equal(pages_at(base, "row", 0), all->list->row[0]);
	assert_ptr_equal(pages_at(base, "row", 1), all->list->row[1]);
	assert_null(pages_at(base, "row", 2));
	assert_null(pages_at(base, "next", 0));
	assert_null(pages_at(base, "none", 0));
	control_free_answer(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_put_together_in_their_order),
		cmocka_unit_test(strings_are_put_together_as_well),
		cmocka_unit_test(an_empty_page_changes_nothing),
		cmocka_unit_test(
		    only_repeated_fields_of_one_type_can_be_put_together),
		cmocka_unit_test(
		    each_message_of_a_repeated_field_is_found_by_its_number),
		cmocka_unit_test(a_cursor_that_stands_still_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
