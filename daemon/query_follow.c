#include <stdlib.h>

#include "daemon/query.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define PIECES 500   /* entries that one answer asks about */
#define STEPS  20000 /* entries that it goes past, at most */
#define FEWER  8     /* so many times fewer, if they took too long */

/* A walk over what arrived. */
struct walk {
	struct question *question;
	const struct query_follow *follow;
	struct query_piece *pieces;
	size_t count;
	uint64_t upto; /* all that arrived by then was looked at */
	bool more;
};

/* Take in an entry if it is the current version of a record. */
static void
take(struct walk *walk, const struct index_row *row)
{
	const struct shown_item *item = shown_by_doc(
	    walk->question->shown, row->doc);

	if (item == NULL || !item->is_record || item->state != INDEX_HERE)
		return;
	walk->pieces[walk->count++] = (struct query_piece){
		.doc = row->doc,
		.kind = row->kind,
		.arrival = row->shown,
	};
}

/* Gather what arrived, in that order. */
static enum err
gather(struct walk *walk)
{
	const struct query_follow *follow = walk->follow;
	uint64_t end = index_arrival(walk->question->index);
	struct index_row row;
	size_t steps;
	enum err err;

	walk->upto = follow->after;
	if (end > follow->until)
		end = follow->until;
	for (steps = 0; steps < STEPS && walk->count < PIECES; steps++) {
		err = walk->upto >= end ?
		    ERR_NOENT :
		    index_shown_next(walk->question->index, walk->upto, &row);
		if (err == ERR_NOENT || (err == ERR_NONE && row.shown > end)) {
			walk->upto = end > walk->upto ? end : walk->upto;
			return ERR_NONE;
		}
		if (err != ERR_NONE)
			return err;
		take(walk, &row);
		walk->upto = row.shown;
	}
	walk->more = true;
	return ERR_NONE;
}

/*
 * Ask which of them fit; if that takes too long, of fewer.  A single one that
 * takes too long is passed over, so that this comes to an end.
 */
static enum err
sift(struct walk *walk, Erfa__Answer **ret_answer)
{
	struct question *question = walk->question;
	Erfa__Answer *said = question->answer;
	Erfa__Answer *answer;
	bool late;
	enum err err;

	for (;;) {
		if ((answer = calloc(1, sizeof(*answer))) == NULL)
			return ERR_NOMEM;
		erfa__answer__init(answer);
		question->answer = answer;
		err = query_sift(question, walk->follow->find, walk->pieces,
		    walk->count, &late);
		question->answer = said;
		if (err == ERR_NONE && (!late || walk->count == 1)) {
			*ret_answer = answer;
			return ERR_NONE;
		}
		control_free_answer(answer);
		if (err != ERR_NONE)
			return err;
		walk->count = walk->count / FEWER + 1;
		walk->upto = walk->pieces[walk->count - 1].arrival;
		walk->more = true;
	}
}

/* Say what was found. */
static enum err
tell(const struct walk *walk, Erfa__FindAnswer *found,
    Erfa__FollowedAnswer *answer)
{
	size_t i;
	enum err err = ERR_NONE;

	answer->row = found->row;
	answer->n_row = found->n_row;
	found->row = NULL;
	found->n_row = 0;
	answer->has_upto = answer->has_more = true;
	answer->upto = walk->upto;
	answer->more = walk->more;
	for (i = 0; i < walk->count && err == ERR_NONE; i++) {
		if (!walk->pieces[i].fits)
			continue;
		err = answer_room(&answer->arrival, answer->n_arrival,
		    sizeof(*answer->arrival));
		if (err == ERR_NONE)
			answer->arrival[answer->n_arrival++] =
			    walk->pieces[i].arrival;
	}
	return err;
}

enum err
query_followed(struct question *question, const struct query_follow *follow)
{
	struct walk walk = { .question = question, .follow = follow };
	Erfa__Answer *found = NULL;
	enum err err;

	if ((err = query_look(question)) != ERR_NONE)
		return err;
	walk.pieces = calloc(PIECES, sizeof(*walk.pieces));
	if (walk.pieces == NULL)
		return ERR_NOMEM;
	if ((err = gather(&walk)) != ERR_NONE ||
	    (err = sift(&walk, &found)) != ERR_NONE)
		goto out;
	if (found->say_case == ERFA__ANSWER__SAY_FIND) {
		err = answer_say(question->answer, ERFA__ANSWER__SAY_FOLLOWED);
		if (err == ERR_NONE)
			err = tell(
			    &walk, found->find, question->answer->followed);
	} else {
		question->answer->say_case = found->say_case;
		question->answer->error = found->error;
		found->say_case = ERFA__ANSWER__SAY__NOT_SET;
		found->error = NULL;
	}
out:
	control_free_answer(found);
	free(walk.pieces);
	return err;
}
