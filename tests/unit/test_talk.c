#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/body.h"
#include "proto/control.pb-c.h"
#include "client/talk.h"

/* A trial of dk-791 with one record about it and one more. */
struct world {
	Erfa__Row trial, rows[2];
	Erfa__RecordRef target, reply;
	Erfa__Comment comments[2];
	Erfa__Retraction retraction;
	Erfa__Body bodies[2];
	Erfa__Related related[2], *list[2];
	Erfa__ShowAnswer show;
};

static char trial_id[] = "dk-791/aaaa";
static char question_id[] = "no-5501/bbbb";
static char second_id[] = "dk-791/cccc";
static char viborg[] = "dk-791";
static char tromso[] = "no-5501";

/* A question of Tromsø and an answer of Viborg. */
static void
make(struct world *world)
{
	size_t i;

	erfa__row__init(&world->trial);
	world->trial.full_id = trial_id;
	world->trial.publisher = viborg;
	erfa__record_ref__init(&world->target);
	world->target.id = trial_id;
	erfa__record_ref__init(&world->reply);
	world->reply.id = question_id;
	erfa__show_answer__init(&world->show);
	for (i = 0; i < 2; i++) {
		erfa__row__init(&world->rows[i]);
		erfa__comment__init(&world->comments[i]);
		erfa__body__init(&world->bodies[i]);
		erfa__related__init(&world->related[i]);
		world->comments[i].target = &world->target;
		world->bodies[i].record_case = ERFA__BODY__RECORD_COMMENT;
		world->bodies[i].comment = &world->comments[i];
		world->related[i].row = &world->rows[i];
		world->related[i].body = &world->bodies[i];
		world->list[i] = &world->related[i];
	}
	world->rows[0].full_id = question_id;
	world->rows[0].publisher = tromso;
	world->rows[1].full_id = second_id;
	world->rows[1].publisher = viborg;
	world->comments[0].kind = ERFA__COMMENT_KIND__COMMENT_KIND_QUESTION;
	world->comments[1].kind = ERFA__COMMENT_KIND__COMMENT_KIND_ANSWER;
	world->comments[1].reply_to = &world->reply;
	world->show.row = &world->trial;
	world->show.related = world->list;
	world->show.n_related = 2;
}

static void
a_question_is_open_until_somebody_answers_it(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	assert_false(talk_is_open(&world.show, world.list[0]));
	world.show.n_related = 1;
	assert_true(talk_is_open(&world.show, world.list[0]));
}

static void
who_asked_does_not_answer(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.rows[1].publisher = tromso;
	assert_true(talk_is_open(&world.show, world.list[0]));
}

static void
an_answer_to_something_else_leaves_it_open(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.reply.id = trial_id;
	assert_true(talk_is_open(&world.show, world.list[0]));
	assert_false(talk_is_open(&world.show, world.list[1]));
}

static void
only_the_publisher_takes_back(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	assert_null(talk_retraction(&world.show));
	erfa__retraction__init(&world.retraction);
	world.retraction.target = &world.target;
	world.bodies[1].record_case = ERFA__BODY__RECORD_RETRACTION;
	world.bodies[1].retraction = &world.retraction;
	assert_ptr_equal(talk_retraction(&world.show), world.list[1]);
	world.rows[1].publisher = tromso;
	assert_null(talk_retraction(&world.show));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_open_until_somebody_answers_it),
		cmocka_unit_test(who_asked_does_not_answer),
		cmocka_unit_test(an_answer_to_something_else_leaves_it_open),
		cmocka_unit_test(only_the_publisher_takes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
