#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/json.h"
#include "client/fault.h"
#include "tests/unit/capture.h"

/* Problems with one place, one fault and one remedy each. */
static void
fill(Erfa__ErrorAnswer *error, Erfa__Problem *problem, Erfa__Problem **list,
    char *text)
{
	erfa__error_answer__init(error);
	erfa__problem__init(problem);
	error->code = text;
	error->message = text;
	error->remedy = text;
	problem->where = text;
	problem->what = text;
	problem->remedy = text;
	list[0] = problem;
	error->problem = list;
	error->n_problem = 1;
}

static void
an_error_says_what_and_below_it_what_to_type(void **state)
{
	struct fault_sink sink = { NULL, false, NULL };
	struct capture out;
	int status;

	(void)state;
	capture_open(&out, &capture_plain);
	sink.print = out.print;
	status = fault_say(&sink, EXIT_NOINPUT, "no_file",
	    "Look for it.\nOr make it.", "there is no file %s", "x.json");
	assert_int_equal(status, 66);
	assert_string_equal(capture_text(&out),
	    "erfa: there is no file x.json\n"
	    "  Look for it.\n"
	    "  Or make it.\n");
	capture_close(&out);
}

static void
as_json_an_error_is_one_object(void **state)
{
	struct fault_sink sink = { NULL, true, NULL };
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	sink.print = out.print;
	assert_int_equal(
	    fault_say(&sink, EXIT_USAGE, "bad_word", NULL, "no \"%s\"", "x"),
	    64);
	assert_string_equal(capture_text(&out),
	    "{\"error\":{\"schema\":\"erfa.error/1\",\"code\":\"bad_word\","
	    "\"exit\":64,\"message\":\"no \\\"x\\\"\",\"remedy\":\"\","
	    "\"problem\":[],"
	    "\"pattern\":\"\",\"arg\":[]}}\n");
	capture_close(&out);
}

static void
every_problem_is_told_with_its_place_and_remedy(void **state)
{
	char where[] = "trial.title";
	char what[] = "longer than 120 characters (131)";
	char remedy[] = "Shorten it.";
	char message[] = "this cannot be published";
	Erfa__Problem problem, nowhere = ERFA__PROBLEM__INIT;
	Erfa__Problem *list[2];
	Erfa__ErrorAnswer error;
	struct fault_sink sink = { NULL, false, NULL };
	struct capture out;

	(void)state;
	fill(&error, &problem, list, message);
	problem.where = where;
	problem.what = what;
	problem.remedy = remedy;
	nowhere.what = what;
	list[1] = &nowhere;
	error.n_problem = 2;
	error.remedy = NULL;
	error.has_exit = 1;
	error.exit = 65;
	capture_open(&out, &capture_plain);
	sink.print = out.print;
	assert_int_equal(fault_tell(&sink, &error), 65);
	assert_string_equal(capture_text(&out),
	    "erfa: this cannot be published\n"
	    "  trial.title: longer than 120 characters (131)\n"
	    "    Shorten it.\n"
	    "  longer than 120 characters (131)\n");
	capture_close(&out);
}

static void
an_exit_code_that_is_none_of_ours_is_one(void **state)
{
	static const uint32_t bad[] = { 0, 2, 63, 255, 256, UINT32_MAX };
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	struct fault_sink sink = { NULL, false, NULL };
	struct capture out;
	size_t i;

	(void)state;
	capture_open(&out, &capture_plain);
	sink.print = out.print;
	assert_int_equal(fault_tell(&sink, &error), EXIT_FAILED);
	error.has_exit = 1;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		error.exit = bad[i];
		assert_int_equal(fault_tell(&sink, &error), EXIT_FAILED);
	}
	error.exit = 77;
	assert_int_equal(fault_tell(&sink, &error), 77);
	assert_non_null(
	    strstr(capture_text(&out), "erfa: erfad gave no reason\n"));
	capture_close(&out);
}

static void
hostile_errors_are_harmless(void **state)
{
	const char *const *hostile;
	Erfa__ErrorAnswer error;
	Erfa__Problem problem;
	Erfa__Problem *list[1];
	struct fault_sink sink;
	struct capture out;
	char text[64];
	size_t count, i;

	(void)state;
	hostile = capture_hostile(&count);
	for (i = 0; i < 2 * count; i++) {
		(void)strncpy(text, hostile[i / 2], sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		fill(&error, &problem, list, text);
		capture_open(&out, &capture_plain);
		sink.print = out.print;
		sink.json = i % 2 == 1;
		(void)fault_tell(&sink, &error);
		assert_true(capture_harmless(capture_text(&out)));
		capture_close(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_says_what_and_below_it_what_to_type),
		cmocka_unit_test(as_json_an_error_is_one_object),
		cmocka_unit_test(
		    every_problem_is_told_with_its_place_and_remedy),
		cmocka_unit_test(an_exit_code_that_is_none_of_ours_is_one),
		cmocka_unit_test(hostile_errors_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
