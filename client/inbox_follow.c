#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/inbox.h"
#include "client/print.h"
#include "client/run.h"

/* Take in one page of what is new. */
static int
take_page(struct inbox *inbox, const struct inbox_follow *follow,
    const Erfa__FollowedAnswer *page)
{
	struct inbox_letter letter;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < page->n_row && status == EXIT_DONE; i++) {
		memset(&letter, 0, sizeof(letter));
		letter.section = INBOX_FOLLOWED;
		letter.row = page->row[i];
		letter.about = run_text(page->row[i]->id);
		letter.title = run_text(page->row[i]->title);
		letter.what = follow->text;
		letter.no = follow->no;
		status = inbox_add(inbox, &letter);
	}
	return status;
}

/* Everything that is new of one question. */
static int
take_one(struct inbox *inbox, struct inbox_follow *follow)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__FollowedRequest ask = ERFA__FOLLOWED_REQUEST__INIT;
	const Erfa__FollowedAnswer *page;
	Erfa__Answer *answer;
	bool more = true;
	int status = EXIT_DONE;

	ask.has_no = 1;
	ask.no = follow->no;
	request.ask_case = ERFA__REQUEST__ASK_FOLLOWED;
	request.followed = &ask;
	while (more && status == EXIT_DONE) {
		answer = NULL;
		status = run_try(inbox->run, &request, &answer);
		if (status == EXIT_DONE)
			status = inbox_hold(inbox, answer);
		/* What makes no sense any more shall not hide the others. */
		if (status != EXIT_DONE ||
		    answer->say_case != ERFA__ANSWER__SAY_FOLLOWED)
			break;
		page = answer->followed;
		status = take_page(inbox, follow, page);
		more = page->more && page->upto > follow->upto;
		follow->upto = page->upto;
		ask.has_after = 1;
		ask.after = page->upto;
	}
	return status;
}

int
inbox_followed(struct inbox *inbox)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__FollowRequest ask = ERFA__FOLLOW_REQUEST__INIT;
	const Erfa__FollowAnswer *list;
	struct inbox_follow *follow;
	Erfa__Answer *answer = NULL;
	int status;
	size_t i;

	request.ask_case = ERFA__REQUEST__ASK_FOLLOW;
	request.follow = &ask;
	status = run_ask(inbox->run, &request, 0, &answer);
	if (status == EXIT_DONE)
		status = inbox_hold(inbox, answer);
	if (status != EXIT_DONE)
		return status;
	list = answer->follow;
	inbox->follows = calloc(list->n_following + 1, sizeof(*follow));
	if (inbox->follows == NULL)
		return run_nomem(inbox->run);
	for (i = 0; i < list->n_following && status == EXIT_DONE; i++) {
		follow = &inbox->follows[inbox->nfollows++];
		follow->no = list->following[i]->no;
		follow->upto = follow->told = list->following[i]->told;
		wanted_text(list->following[i]->find, follow->text);
		status = take_one(inbox, follow);
	}
	return status;
}

int
inbox_told(struct inbox *inbox)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__FollowRequest ask = ERFA__FOLLOW_REQUEST__INIT;
	Erfa__FollowTold *told = calloc(inbox->nfollows + 1, sizeof(*told));
	Erfa__FollowTold **list = calloc(inbox->nfollows + 1, sizeof(*list));
	struct run *run = inbox->run;
	Erfa__Answer *answer = NULL;
	int status = EXIT_DONE;
	size_t i;

	if (told == NULL || list == NULL)
		status = run_nomem(run);
	for (i = 0; told != NULL && list != NULL && i < inbox->nfollows; i++) {
		if (inbox->follows[i].upto <= inbox->follows[i].told)
			continue;
		erfa__follow_told__init(&told[ask.n_told]);
		told[ask.n_told].has_no = told[ask.n_told].has_upto = 1;
		told[ask.n_told].no = inbox->follows[i].no;
		told[ask.n_told].upto = inbox->follows[i].upto;
		list[ask.n_told] = &told[ask.n_told];
		ask.n_told++;
	}
	ask.told = list;
	request.ask_case = ERFA__REQUEST__ASK_FOLLOW;
	request.follow = &ask;

	/* Only what the person can see was told. */
	if (status == EXIT_DONE && ask.n_told > 0 &&
	    print_finish(run->out) != ERR_NONE)
		status = fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
		    NULL, "the output could not be written");
	if (status == EXIT_DONE && ask.n_told > 0)
		status = run_ask(run, &request, 0, &answer);
	control_free_answer(answer);
	free(list);
	free(told);
	return status;
}
