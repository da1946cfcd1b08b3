#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/fault.h"
#include "client/judge.h"
#include "tests/unit/bodies.h"
#include "tests/unit/capture.h"

#define IDEA                                                             \
	"{'envelope': {'publisher': 'dk-791'}, 'trial': {'title': 'T', " \
	"'summary': 'S', 'sector': ['SECTOR_SCHOOL']}}"
#define PLANNED                                                          \
	"{'envelope': {'publisher': 'dk-791'}, 'trial': {'title': 'T', " \
	"'summary': 'S', 'sector': ['SECTOR_SCHOOL'], 'status': "        \
	"'STATUS_PLANNED', 'goals': [{'text': 'G', 'successCriterion': " \
	"'C'}], 'period': {'start': '2026', 'end': '2027'}, 'owner': "   \
	"{'unit': 'U', 'role': 'R'}, 'anchoring': {'bodyKind': "         \
	"'BODY_KIND_COUNCIL', 'date': '2026-01-31', 'ref': '1'}}}"

/* A run without a terminal and without erfad. */
struct world {
	struct capture out;
	struct capture err;
	struct run run;
	Erfa__Body *body;
	struct judge judge;
};

static struct world *
world_new(const char *trial)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	capture_open(&world->out, &capture_plain);
	capture_open(&world->err, &capture_plain);
	world->run.out = world->out.print;
	world->run.err = world->err.print;
	world->run.faults.print = world->err.print;
	world->run.now = 1780000000; /* 2026-05-28 */
	world->body = bodies_read(trial);
	assert_int_equal(judge_open(&world->run, world->body, "dk-791/k7m2",
			     NULL, &world->judge),
	    EXIT_DONE);
	return world;
}

static void
world_free(struct world *world)
{
	judge_close(&world->judge);
	body_free(world->body);
	capture_close(&world->out);
	capture_close(&world->err);
	free(world);
}

static void
a_refusal_names_each_answer_and_its_command(void **state)
{
	struct world *world = world_new(IDEA);
	Erfa__Status status = ERFA__STATUS__STATUS_UNSET;
	const char *text;

	(void)state;
	assert_int_equal(
	    judge_check(&world->judge, LIFE_START, &status), EXIT_DATA);
	assert_int_equal(status, ERFA__STATUS__STATUS_UNSET);
	text = capture_text(&world->err);
	assert_non_null(strstr(text, "dk-791/k7m2: start is not possible"));
	assert_non_null(strstr(text, "erfa own dk-791/k7m2 --unit"));
	assert_non_null(strstr(text, "erfa anchor dk-791/k7m2 --body"));
	assert_non_null(strstr(text, "erfa plan dk-791/k7m2 --goal"));
	world_free(world);
}

static void
what_is_allowed_says_where_the_trial_stands_then(void **state)
{
	struct world *world = world_new(PLANNED);
	Erfa__Status status = ERFA__STATUS__STATUS_UNSET;

	(void)state;
	assert_int_equal(
	    judge_check(&world->judge, LIFE_START, &status), EXIT_DONE);
	assert_int_equal(status, ERFA__STATUS__STATUS_ACTIVE);
	assert_string_equal(capture_text(&world->err), "");
	world_free(world);
}

static void
only_missing_answers_are_told_apart_from_steps_that_are_not(void **state)
{
	struct world *world = world_new(IDEA);
	struct life_list blocks = { .count = 0 };

	(void)state;
	assert_true(judge_lacks(&world->judge, LIFE_PLAN, &blocks));
	assert_true(blocks.count >= 3);
	/* What never began cannot pause, whatever is answered. */
	assert_false(judge_lacks(&world->judge, LIFE_PAUSE, &blocks));
	world_free(world);
	world = world_new(PLANNED);
	assert_false(judge_lacks(&world->judge, LIFE_START, &blocks));
	world_free(world);
}

static void
the_first_line_says_whether_it_may_start(void **state)
{
	struct world *world = world_new(IDEA);
	struct life_line line;
	char *text = NULL;

	(void)state;
	assert_int_equal(judge_line(&world->judge, &line, &text), EXIT_DONE);
	assert_false(line.may);
	assert_int_equal(strncmp(text, "May not start", 13), 0);
	free(text);
	world_free(world);
	world = world_new(PLANNED);
	assert_int_equal(judge_line(&world->judge, &line, &text), EXIT_DONE);
	assert_true(line.may);
	free(text);
	world_free(world);
}

static void
an_experience_about_to_be_written_counts(void **state)
{
	struct world *world = world_new(PLANNED);
	Erfa__Body *said = bodies_read(
	    "{'envelope': {'publisher': 'dk-791'}, 'experience': {'trial': {'id': "
	    "'dk-791/aaaaaaaaaaaaaaaaaaaaaaaaaa'}, 'verdict': "
	    "'VERDICT_WORKED', 'whatWorked': 'a', 'whatDidNot': 'nothing', "
	    "'forWhom': [{'text': 'all'}], 'authorRole': "
	    "'AUTHOR_ROLE_SELF'}}");
	Erfa__Status status = ERFA__STATUS__STATUS_UNSET;

	(void)state;
	world->body->trial->status = ERFA__STATUS__STATUS_ACTIVE;
	assert_int_equal(
	    judge_check(&world->judge, LIFE_FINISH, &status), EXIT_DATA);
	judge_experience(&world->judge, said);
	assert_int_equal(
	    judge_check(&world->judge, LIFE_FINISH, &status), EXIT_DONE);
	assert_int_equal(status, ERFA__STATUS__STATUS_COMPLETED);
	world_free(world);
	body_free(said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_names_each_answer_and_its_command),
		cmocka_unit_test(
		    what_is_allowed_says_where_the_trial_stands_then),
		cmocka_unit_test(
		    only_missing_answers_are_told_apart_from_steps_that_are_not),
		cmocka_unit_test(the_first_line_says_whether_it_may_start),
		cmocka_unit_test(an_experience_about_to_be_written_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
