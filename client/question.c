#include "client/question.h"

#include <string.h>

#include "client/move.h"
#include "client/prompt.h"
#include "client/speech.h"

/* A part of an answer: several of one code are one answer. */
static const struct question {
	enum life_code code;
	const char *option;
	const char *path;
	const char *text;
} questions[] = {
	{ LIFE_NEED_GOAL, "goal", "goals[0].text",
	    N_("What is to be reached?") },
	{ LIFE_NEED_CRITERION, "criterion", "goals[0].success_criterion",
	    N_("How will one see that it was reached?") },
	{ LIFE_NEED_PERIOD, "from", "period.start",
	    N_("From when (2027-01)?") },
	{ LIFE_NEED_PERIOD, "to", "period.end", N_("Until when (2028-12)?") },
	{ LIFE_NEED_OWNER, "unit", "owner.unit",
	    N_("Which unit takes it on?") },
	{ LIFE_NEED_OWNER, "role", "owner.role",
	    N_("In which role (no names)?") },
	{ LIFE_NEED_ANCHORING, "body", "anchoring.body_kind",
	    N_("Which body decided (council, committee ...)?") },
	{ LIFE_NEED_ANCHORING, "date", "anchoring.date",
	    N_("When (2026-11-21)?") },
};

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

int
question_ask(struct move *move, enum life_code code)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < QUESTIONS && status == EXIT_DONE; i++)
		if (questions[i].code == code)
			status = move_ask(move, questions[i].option,
			    questions[i].path, questions[i].text);
	return status;
}

/* Ask for what ${code} says is missing. */
static int
ask_code(struct move *move, enum life_code code, bool *answered)
{
	bool told = false;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < QUESTIONS && status == EXIT_DONE; i++)
		if (questions[i].code == code)
			status = act_ask(&move->act, questions[i].option,
			    questions[i].path, questions[i].text, &told);
	*answered = *answered || told;
	if (status == EXIT_DONE && code == LIFE_NEED_OWNER && told)
		status = act_set(
		    &move->act, "date", "owner.accepted_on", move->date);
	return status;
}

int
question_ask_missing(struct move *move, bool *ret_answered)
{
	struct life_list blocks = { .count = 0 };
	struct judge judge;
	bool lacks;
	size_t i;
	int status;

	*ret_answered = false;
	if (!prompt_can(move->run))
		return EXIT_DONE;
	status = judge_open(move->run, move->act.body, move->act.shown,
	    move->act.show == NULL ? NULL : move->act.show->show, &judge);
	/* What is found is borrowed from the trial: only codes are used. */
	lacks = status == EXIT_DONE && judge_lacks(&judge, LIFE_START, &blocks);
	judge_close(&judge);
	for (i = 0; i < blocks.count && lacks && status == EXIT_DONE; i++)
		status = ask_code(move, blocks.at[i].code, ret_answered);
	return status;
}
