#include "client/audit.h"

#include "proto/control.h"
#include "client/pages.h"
#include "client/progress.h"
#include "client/run.h"

static int
ask_verify(
    struct run *run, char *cursor, uint64_t percent, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__VerifyRequest ask = ERFA__VERIFY_REQUEST__INIT;

	ask.cursor = cursor;
	ask.has_sample_percent = 1;
	ask.sample_percent = (uint32_t)percent;
	request.ask_case = ERFA__REQUEST__ASK_VERIFY;
	request.verify = &ask;
	return run_ask(run, &request, 0, ret_answer);
}

/* Put the damage of ${before} in front of that of ${answer}. */
static bool
add_damage(Erfa__Answer *before, Erfa__Answer *answer)
{
	return pages_append(&before->verify->base, &answer->verify->base,
		   "damage") == ERR_NONE &&
	    pages_append(&answer->verify->base, &before->verify->base,
		"damage") == ERR_NONE;
}

/* The figures of an answer count from the beginning, the damage it names is that
 * of its page. */
int
audit_run(struct run *run, struct progress *progress, uint64_t percent,
    Erfa__Answer **ret_answer)
{
	Erfa__Answer *answer = NULL;
	Erfa__Answer *before = NULL;
	char *cursor = NULL;
	bool more = true;
	int status = EXIT_DONE;

	while (status == EXIT_DONE && more) {
		answer = NULL;
		status = ask_verify(run, cursor, percent, &answer);
		if (status != EXIT_DONE)
			break;
		more = pages_more(answer->verify->next, cursor);
		if (before != NULL && !add_damage(before, answer))
			status = run_nomem(run);
		control_free_answer(before);
		before = answer;
		cursor = answer->verify->next;
		progress_tell(progress, answer->verify->entries,
		    answer->verify->entries_total, run_mono_ms());
	}
	if (status != EXIT_DONE) {
		control_free_answer(before);
		return status;
	}
	*ret_answer = before;
	return EXIT_DONE;
}
