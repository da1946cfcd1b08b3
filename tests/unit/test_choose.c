#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/heirs.h"
#include "daemon/choose.h"
#include "daemon/codes.h"

#define MOST 8

/* A trial with up to MOST observations, all of indicator 1. */
struct fixture {
	Erfa__Trial trial;
	Erfa__Period window;
	Erfa__OrgRef sites[3];
	Erfa__OrgRef *site_list[3];
	Erfa__Observation observations[MOST];
	Erfa__Period periods[MOST];
	Erfa__Binary values[MOST];
	Erfa__OrgRef places[MOST];
	struct choose_seen seen[MOST];
	struct choose_trial asked;
	struct choose_result *results;
	size_t count;
	bool more;
};

static char *
lend(const char *text)
{
	union {
		const char *from;
		char *to;
	} lent = { .from = text };

	return lent.to;
}

static void
begin(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	erfa__trial__init(&f->trial);
	f->trial.sites = f->site_list;
	f->asked = (struct choose_trial){
		.trial = &f->trial, .publisher = "dk-791", .seen = f->seen
	};
}

static void
add_site(struct fixture *f, const char *id, const char *name)
{
	Erfa__OrgRef *site = &f->sites[f->trial.n_sites];

	erfa__org_ref__init(site);
	site->id = lend(id);
	site->name = lend(name);
	f->site_list[f->trial.n_sites++] = site;
}

static void
set_window(struct fixture *f, const char *end)
{
	erfa__period__init(&f->window);
	f->window.end = lend(end);
	f->trial.period = &f->window;
}

/* Somebody saw something; ${place} may be NULL. */
static struct choose_seen *
see(struct fixture *f, Erfa__Arm arm, Erfa__Occasion occasion, const char *day,
    const char *place)
{
	static const char *const ids[MOST] = { "o/0", "o/1", "o/2", "o/3",
		"o/4", "o/5", "o/6", "o/7" };
	size_t i = f->asked.count++;
	Erfa__Observation *observation = &f->observations[i];

	erfa__observation__init(observation);
	erfa__period__init(&f->periods[i]);
	erfa__binary__init(&f->values[i]);
	f->values[i].has_events = f->values[i].has_total = 1;
	f->values[i].events = 10;
	f->values[i].total = 100;
	f->periods[i].start = lend(day);
	observation->arm = arm;
	observation->occasion = occasion;
	observation->period = &f->periods[i];
	observation->value_case = ERFA__OBSERVATION__VALUE_BINARY;
	observation->binary = &f->values[i];
	if (place != NULL) {
		erfa__org_ref__init(&f->places[i]);
		f->places[i].id = lend(place);
		observation->site = &f->places[i];
	}
	f->seen[i] = (struct choose_seen){ .observation = observation,
		.publisher = "dk-791",
		.id = ids[i],
		.time_ms = i + 1,
		.indicator = 1 };
	return &f->seen[i];
}

#define TRIAL      ERFA__ARM__ARM_TRIAL
#define COMPARISON ERFA__ARM__ARM_COMPARISON
#define BASELINE   ERFA__OCCASION__OCCASION_BASELINE
#define FOLLOW_UP  ERFA__OCCASION__OCCASION_FOLLOW_UP

static void
run(struct fixture *f)
{
	free(f->results);
	assert_int_equal(
	    choose_results(&f->asked, &f->results, &f->count, &f->more),
	    ERR_NONE);
}

static void
the_last_follow_up_inside_the_window_stands(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	set_window(&f, "2020-12-31");
	(void)see(&f, TRIAL, BASELINE, "2018-01-01", NULL);
	(void)see(&f, TRIAL, FOLLOW_UP, "2020-06-30", NULL);
	(void)see(&f, TRIAL, FOLLOW_UP, "2019-06-30", NULL);
	(void)see(&f, TRIAL, FOLLOW_UP, "2021-06-30", NULL);
	run(&f);
	assert_int_equal(f.count, 1);
	assert_ptr_equal(f.results[0].after, &f.seen[1]);
	assert_ptr_equal(f.results[0].before, &f.seen[0]);
	assert_false(f.results[0].after_window);
	assert_string_equal(f.results[0].site.org, "dk-791");

	/* Of those after the window it is the first, and said. */
	f.window.end = lend("2018-12-31");
	run(&f);
	assert_ptr_equal(f.results[0].after, &f.seen[2]);
	assert_true(f.results[0].after_window);
	free(f.results);
}

static void
of_one_day_the_later_word_stands(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", NULL);
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", NULL);
	run(&f);
	assert_ptr_equal(f.results[0].after, &f.seen[1]);
	f.seen[0].time_ms = 9;
	run(&f);
	assert_ptr_equal(f.results[0].after, &f.seen[0]);
	free(f.results);
}

static void
what_was_taken_back_stands_only_to_be_named(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	(void)see(&f, TRIAL, FOLLOW_UP, "2019", NULL);
	see(&f, TRIAL, FOLLOW_UP, "2020", NULL)->retracted = true;
	run(&f);
	assert_ptr_equal(f.results[0].after, &f.seen[0]);
	assert_null(f.results[0].left_out);
	f.seen[0].retracted = true;
	run(&f);
	assert_string_equal(f.results[0].left_out, "retracted");
	free(f.results);
}

static void
small_counts_that_nobody_confirmed_are_held_back(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", NULL);
	f.values[0].events = 3;
	run(&f);
	assert_string_equal(f.results[0].left_out, "small_counts");
	f.observations[0].has_small_count_confirmed = 1;
	f.observations[0].small_count_confirmed = 1;
	run(&f);
	assert_null(f.results[0].left_out);
	free(f.results);
}

static void
a_baseline_alone_is_no_result(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	(void)see(&f, TRIAL, BASELINE, "2020", NULL);
	(void)see(&f, COMPARISON, FOLLOW_UP, "2020", NULL);
	run(&f);
	assert_int_equal(f.count, 1);
	assert_string_equal(f.results[0].left_out, "no_follow_up");
	free(f.results);
}

static void
sites_are_told_apart_and_share_a_comparison(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	add_site(&f, "dk-791", "Viborg");
	add_site(&f, "dk-751", "Aarhus");
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", "dk-791");
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", "dk-751");
	(void)see(&f, COMPARISON, FOLLOW_UP, "2020", "dk-461");
	run(&f);
	assert_int_equal(f.count, 2);
	assert_string_equal(f.results[0].site.org, "dk-751");
	assert_string_equal(f.results[0].site.name, "Aarhus");
	assert_string_equal(f.results[1].compared.org, "dk-461");
	assert_true(f.results[0].shared);
	assert_true(f.results[1].shared);

	/* A group in one of them is that one's alone. */
	f.places[2].id = lend("dk-751");
	run(&f);
	assert_non_null(f.results[0].comparison);
	assert_string_equal(f.results[0].compared.org, "");
	assert_null(f.results[1].comparison);
	free(f.results);
}

static void
a_joint_trial_without_places_is_one_result(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	add_site(&f, "dk-791", "Viborg");
	add_site(&f, "dk-751", "Aarhus");
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", NULL);
	run(&f);
	assert_int_equal(f.count, 1);
	assert_true(f.results[0].site.joint);
	free(f.results);
}

static void
the_place_counts_and_not_the_publisher(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	add_site(&f, "dk-482", "Langeland");
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", NULL);
	run(&f);
	assert_string_equal(f.results[0].site.org, "dk-482");
	assert_null(f.results[0].owner);

	/* What others measured is theirs. */
	f.seen[0].publisher = "dk-vive";
	run(&f);
	assert_string_equal(f.results[0].owner, "dk-vive");
	f.seen[0].publisher = "dk-482";
	run(&f);
	assert_null(f.results[0].owner);
	free(f.results);
}

static void
a_new_number_is_the_same_municipality_and_a_merger_is_not(void **state)
{
	struct fixture f;
	struct heirs *heirs;

	(void)state;
	begin(&f);
	add_site(&f, "no-5401", "Tromsø");
	(void)see(&f, TRIAL, FOLLOW_UP, "2020", NULL);
	assert_int_equal(heirs_new(&heirs), ERR_NONE);
	assert_int_equal(
	    heirs_add(heirs, "no-5401", "no-5501", HEIRS_OLD), ERR_NONE);
	f.asked.heirs = heirs;
	run(&f);
	assert_string_equal(f.results[0].site.org, "no-5501");
	assert_int_equal(
	    heirs_add(heirs, "no-5499", "no-5501", HEIRS_OLD), ERR_NONE);
	run(&f);
	assert_string_equal(f.results[0].site.org, "no-5401");
	free(f.results);
	heirs_free(heirs);
}

/* A stranger measures in many units what the trial measured in one. */
static void
no_stranger_takes_the_place_of_the_own_results(void **state)
{
	static char units[CHOOSE_MAX][8];
	static struct choose_seen seen[CHOOSE_MAX + 1];
	struct fixture f;
	size_t own = 0;
	size_t i;

	(void)state;
	begin(&f);
	seen[CHOOSE_MAX] = *see(&f, TRIAL, FOLLOW_UP, "2020-06-30", NULL);
	for (i = 0; i < CHOOSE_MAX; i++) {
		(void)snprintf(units[i], sizeof(units[i]), "u%zu", i);
		seen[i] = seen[CHOOSE_MAX];
		seen[i].publisher = "no-5501";
		seen[i].unit = units[i];
	}
	f.asked.seen = seen;
	f.asked.count = CHOOSE_MAX + 1;
	run(&f);
	assert_int_equal(f.count, CHOOSE_MAX);
	assert_true(f.more);
	for (i = 0; i < f.count; i++)
		own += f.results[i].owner == NULL;
	assert_int_equal(own, 1);
	f.asked.count = CHOOSE_MAX;
	run(&f);
	assert_int_equal(f.count, CHOOSE_MAX);
	assert_false(f.more);
	free(f.results);
}

static void
names_that_are_tied_are_one_class_in_any_order(void **state)
{
	struct codes *codes;
	size_t a;
	size_t b;
	size_t c;
	size_t found;

	(void)state;
	assert_int_equal(codes_new(&codes), ERR_NONE);
	assert_int_equal(codes_add(codes, "kolada:U1", &a), ERR_NONE);
	assert_int_equal(codes_add(codes, "kostra:x", &b), ERR_NONE);
	assert_int_equal(codes_add(codes, "dst:y", &c), ERR_NONE);
	assert_int_equal(codes_add(codes, "kostra:x", &found), ERR_NONE);
	assert_int_equal(found, b);
	assert_int_equal(codes_find(codes, "nix", &found), ERR_NOENT);
	assert_int_equal(codes_count(codes), 3);
	assert_int_not_equal(codes_class(codes, a), codes_class(codes, b));
	codes_tie(codes, b, a);
	codes_tie(codes, b, c);
	codes_tie(codes, c, a);
	assert_int_equal(codes_class(codes, a), codes_class(codes, b));
	assert_int_equal(codes_class(codes, a), codes_class(codes, c));
	assert_string_equal(codes_name(codes, codes_class(codes, a)), "dst:y");
	codes_free(codes);
	codes_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_follow_up_inside_the_window_stands),
		cmocka_unit_test(of_one_day_the_later_word_stands),
		cmocka_unit_test(what_was_taken_back_stands_only_to_be_named),
		cmocka_unit_test(
		    small_counts_that_nobody_confirmed_are_held_back),
		cmocka_unit_test(a_baseline_alone_is_no_result),
		cmocka_unit_test(sites_are_told_apart_and_share_a_comparison),
		cmocka_unit_test(a_joint_trial_without_places_is_one_result),
		cmocka_unit_test(the_place_counts_and_not_the_publisher),
		cmocka_unit_test(
		    a_new_number_is_the_same_municipality_and_a_merger_is_not),
		cmocka_unit_test(
		    no_stranger_takes_the_place_of_the_own_results),
		cmocka_unit_test(
		    names_that_are_tied_are_one_class_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
