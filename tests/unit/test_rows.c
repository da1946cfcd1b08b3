#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/control.h"
#include "client/groups.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/view.h"
#include "tests/unit/capture.h"

struct fixture {
	struct capture out;
	struct run run;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	/* No list of this test is to be remembered. */
	(void)setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
	capture_open(&f->out, &capture_plain);
	f->run.out = f->out.print;
	f->run.err = f->out.print;
	f->run.faults.print = f->out.print;
	*state = f;
	return labels_open("conf/labels.tsv", "nb", &f->run.labels) ==
		ERR_NONE ?
	    0 :
	    -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	labels_free(f->run.labels);
	capture_close(&f->out);
	free(f);
	return 0;
}

/* A row with ${text} wherever text can be. */
static void
fill_row(Erfa__Row *row, char *text, char **site)
{
	erfa__row__init(row);
	row->id = row->full_id = row->kind = row->title = text;
	row->language = row->publisher = row->country = row->status = text;
	row->period = row->time = row->log = row->matched = row->state = text;
	row->external_id = text;
	site[0] = site[1] = text;
	row->site = site;
	row->n_site = 2;
}

static void
trials_are_listed_with_place_status_and_period(void **state)
{
	struct fixture *f = *state;
	char id[] = "no-5501/k7m2p4qd", kind[] = "trial", title[] = "Nattilsyn";
	char lang[] = "nb", site[] = "Tromsø", status[] = "STATUS_ENDED";
	char period[] = "2012-07 - 2015", other[] = "Bodø";
	char *sites[2] = { site, other };
	Erfa__Row row = ERFA__ROW__INIT;
	Erfa__Row *rows[1] = { &row };

	row.id = id;
	row.kind = kind;
	row.title = title;
	row.language = lang;
	row.site = sites;
	row.n_site = 2;
	row.status = status;
	row.period = period;
	row.transcribed = true;
	assert_int_equal(rows_print(&f->run, rows, 1, false), EXIT_DONE);
	assert_string_equal(capture_text(&f->out),
	    "#  ID                TITLE      WHERE      STATUS"
	    "                  LANG  PERIOD\n"
	    "1  no-5501/k7m2p4qd  Nattilsyn  Tromsø +1  avsluttet "
	    "(rapportert)  nb    2012-07 - 2015\n");
}

static void
what_a_group_alone_may_read_is_marked(void **state)
{
	struct fixture *f = *state;
	char id[] = "no-5501/k7m2p4qd", trial[] = "trial", word[] = "comment";
	char lang[] = "nb", status[] = "STATUS_IDEA", title[] = "Nattilsyn";
	char group[] = "3f0a91c2d4e5f607", name[] = "Pilot \x1b[2J nord";
	Erfa__Row row = ERFA__ROW__INIT;
	Erfa__Row *rows[1] = { &row };

	row.id = id;
	row.kind = trial;
	row.title = title;
	row.language = lang;
	row.status = status;
	row.group = group;
	row.group_name = name;
	assert_int_equal(rows_print(&f->run, rows, 1, false), EXIT_DONE);
	assert_non_null(
	    strstr(capture_text(&f->out), "idé (begrenset tilgang)"));

	row.kind = word;
	assert_int_equal(rows_print(&f->run, rows, 1, false), EXIT_DONE);
	assert_non_null(
	    strstr(capture_text(&f->out), "kommentar (begrenset tilgang)"));
	rows_print_line(&f->run, &row);
	assert_non_null(strstr(capture_text(&f->out), "[begrenset tilgang]"));
	groups_say(&f->run, row.group, row.group_name);
	assert_non_null(strstr(capture_text(&f->out), "Restricted to Pilot"));
	assert_true(capture_harmless(capture_text(&f->out)));
}

static void
who_cannot_read_is_told_no_name(void **state)
{
	struct fixture *f = *state;
	char text[32] = "";

	groups_say(&f->run, NULL, NULL);
	groups_say(&f->run, "", "Pilot");
	groups_warn(f->run.out, 0);
	groups_mark(&f->run, "", text, sizeof(text));
	assert_string_equal(capture_text(&f->out), "");
	assert_string_equal(text, "");

	groups_say(&f->run, "3f0a91c2d4e5f607", NULL);
	groups_warn(f->run.out, 2);
	groups_mark(&f->run, "3f0a91c2d4e5f607", text, sizeof(text));
	assert_string_equal(capture_text(&f->out),
	    "Restricted to a group that this node is not in "
	    "(3f0a91c2d4e5f607).\n"
	    "Restricted: 2 records in this must not be passed on outside the "
	    "group.\n");
	assert_string_equal(text, "(begrenset tilgang)");
}

static void
a_narrow_terminal_is_told_below_why_a_trial_was_found(void **state)
{
	struct fixture *f = *state;
	const struct print_options narrow = { .utf8 = true, .columns = 60 };
	char id[] = "dk-791/k7m2p4qd", kind[] = "trial", title[] = "Kotihoito";
	char lang[] = "fi", word[] = "hjemmepleje", text[] = "kotihoito";
	char part[] = "title";
	Erfa__Reason reason = ERFA__REASON__INIT;
	Erfa__Reason *reasons[1] = { &reason };
	Erfa__Row row = ERFA__ROW__INIT;
	Erfa__Row *rows[1] = { &row };

	capture_close(&f->out);
	capture_open(&f->out, &narrow);
	f->run.out = f->out.print;
	row.id = id;
	row.kind = kind;
	row.title = title;
	row.language = lang;
	reason.word = word;
	reason.found = text;
	reason.part = part;
	row.reason = reasons;
	row.n_reason = 1;
	assert_int_equal(rows_print(&f->run, rows, 1, true), EXIT_DONE);
	assert_non_null(strstr(capture_text(&f->out),
	    "\n 1  fi  hjemmepleje \xe2\x86\x90 kotihoito in the title\n"));
}

static void
entries_without_an_id_are_named_by_their_position(void **state)
{
	struct fixture *f = *state;
	char kind[] = "77", log[] = "0123456789abcdef0123456789abcdef";
	char state_name[] = "unreadable", time_text[] = "x";
	Erfa__Row row = ERFA__ROW__INIT;
	Erfa__Row *rows[1] = { &row };

	row.kind = kind;
	row.log = log;
	row.n = 12;
	row.state = state_name;
	row.time = time_text;
	assert_int_equal(rows_print(&f->run, rows, 1, false), EXIT_DONE);
	assert_non_null(strstr(capture_text(&f->out), "01234567 12"));
	assert_non_null(strstr(capture_text(&f->out), "kan ikke leses"));
}

static void
codes_lose_their_prefix_and_their_capitals(void **state)
{
	char code[ROWS_CODE_MAX];
	char text[2 * ROWS_CODE_MAX];

	(void)state;
	rows_code("STATUS_NOT_STARTED", "STATUS_", code);
	assert_string_equal(code, "not_started");
	rows_code("ended", "STATUS_", code);
	assert_string_equal(code, "ended");
	memset(text, 'A', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	rows_code(text, "", code);
	assert_int_equal(strlen(code), ROWS_CODE_MAX - 1);
}

static void
hostile_rows_are_harmless(void **state)
{
	struct fixture *f = *state;
	char trial[] = "trial";
	const char *const *hostile;
	char text[64];
	char *sites[2];
	Erfa__Row row, other;
	Erfa__Row *rows[2] = { &row, &other };
	size_t count, i;

	hostile = capture_hostile(&count);
	for (i = 0; i < count; i++) {
		(void)strncpy(text, hostile[i], sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		fill_row(&row, text, sites);
		fill_row(&other, text, sites);
		assert_int_equal(
		    rows_print(&f->run, rows, 2, false), EXIT_DONE);
		rows_print_line(&f->run, &row);
		row.kind = other.kind = trial;
		assert_int_equal(
		    rows_print(&f->run, rows, 2, false), EXIT_DONE);
		assert_int_equal(rows_print(&f->run, rows, 2, true), EXIT_DONE);
	}
	assert_true(capture_harmless(capture_text(&f->out)));
}

static void
a_record_is_shown_field_by_field_in_words(void **state)
{
	struct fixture *f = *state;
	char summary[] = "Korte besøg";
	char text[] = "færre fall", criterion[] = "10 % færre";
	char start[] = "2016-12", end[] = "2018", unit[] = "Sør";
	Erfa__Sector sectors[2] = { ERFA__SECTOR__SECTOR_HEALTH,
		ERFA__SECTOR__SECTOR_HOUSING };
	Erfa__Goal goal = ERFA__GOAL__INIT;
	Erfa__Goal *goals[1] = { &goal };
	Erfa__Period period = ERFA__PERIOD__INIT;
	Erfa__Owner owner = ERFA__OWNER__INIT;
	Erfa__Trial trial = ERFA__TRIAL__INIT;
	Erfa__Body body = ERFA__BODY__INIT;

	goal.text = text;
	goal.success_criterion = criterion;
	period.start = start;
	period.end = end;
	owner.unit = unit;
	trial.summary = summary;
	trial.sector = sectors;
	trial.n_sector = 2;
	trial.goals = goals;
	trial.n_goals = 1;
	trial.period = &period;
	trial.owner = &owner;
	trial.has_status = true;
	trial.status = ERFA__STATUS__STATUS_STOPPED;
	trial.has_offers_sparring = true;
	body.record_case = ERFA__BODY__RECORD_TRIAL;
	body.trial = &trial;
	view_record(&f->run, &body, false, 0);
	assert_string_equal(capture_text(&f->out),
	    "summary           Korte besøg\n"
	    "sector            helse, bolig\n"
	    "goals             færre fall, 10 % færre\n"
	    "period            2016-12 - 2018\n"
	    "owner             Sør\n"
	    "status            avbrutt\n"
	    "offers sparring   nei\n");
}

static void
a_record_with_a_heading_is_not_named_twice(void **state)
{
	struct fixture *f = *state;
	char title[] = "Nattilsyn", summary[] = "Korte besøg";
	Erfa__Trial trial = ERFA__TRIAL__INIT;
	Erfa__Body body = ERFA__BODY__INIT;

	view_record(&f->run, &body, true, 0);
	trial.title = title;
	trial.summary = summary;
	trial.has_status = true;
	body.record_case = ERFA__BODY__RECORD_TRIAL;
	body.trial = &trial;
	view_record(&f->run, &body, true, 0);
	assert_string_equal(
	    capture_text(&f->out), "summary           Korte besøg\n");
}

static void
a_record_from_a_newer_version_is_shown_as_far_as_known(void **state)
{
	struct fixture *f = *state;
	Erfa__Trial trial = ERFA__TRIAL__INIT;
	Erfa__Body body = ERFA__BODY__INIT;

	trial.has_status = true;
	trial.status = (Erfa__Status)1234;
	body.record_case = ERFA__BODY__RECORD_TRIAL;
	body.trial = &trial;
	view_record(&f->run, &body, false, 0);
	assert_string_equal(capture_text(&f->out), "status            1234\n");
}

static void
hostile_records_are_harmless(void **state)
{
	struct fixture *f = *state;
	const char *const *hostile;
	char text[64];
	char *list[2] = { text, text };
	Erfa__Goal goal = ERFA__GOAL__INIT;
	Erfa__Goal *goals[1] = { &goal };
	Erfa__OrgRef lead = ERFA__ORG_REF__INIT;
	Erfa__Trial trial = ERFA__TRIAL__INIT;
	Erfa__Envelope envelope = ERFA__ENVELOPE__INIT;
	Erfa__Body body = ERFA__BODY__INIT;
	size_t count, i;

	goal.text = goal.success_criterion = text;
	lead.id = lead.name = text;
	trial.title = trial.summary = trial.mandate = text;
	trial.goals = goals;
	trial.n_goals = 1;
	trial.lead = &lead;
	trial.core_elements = list;
	trial.n_core_elements = 2;
	envelope.licence = envelope.external_id = envelope.as_of = text;
	envelope.amendment_note = envelope.reported_status = text;
	body.record_case = ERFA__BODY__RECORD_TRIAL;
	body.trial = &trial;
	hostile = capture_hostile(&count);
	for (i = 0; i < count; i++) {
		(void)strncpy(text, hostile[i], sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		view_record(&f->run, &body, false, 0);
		view_envelope(&f->run, &envelope);
	}
	assert_true(capture_harmless(capture_text(&f->out)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_narrow_terminal_is_told_below_why_a_trial_was_found,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_a_group_alone_may_read_is_marked, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    who_cannot_read_is_told_no_name, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    trials_are_listed_with_place_status_and_period, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    entries_without_an_id_are_named_by_their_position, setup,
		    teardown),
		cmocka_unit_test(codes_lose_their_prefix_and_their_capitals),
		cmocka_unit_test_setup_teardown(
		    hostile_rows_are_harmless, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_record_is_shown_field_by_field_in_words, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_record_from_a_newer_version_is_shown_as_far_as_known,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_record_with_a_heading_is_not_named_twice, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    hostile_records_are_harmless, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
