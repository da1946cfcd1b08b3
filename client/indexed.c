#include "client/indexed.h"

#include <stdbool.h>
#include <string.h>

#include "client/progress.h"
#include "client/run.h"
#include "client/speech.h"

#define MOMENT_MS 100   /* between two looks at the index */
#define STILL_MS  60000 /* an index that does not move so long is given up */

/* A wait for the index. */
struct wait {
	struct run *run;
	struct progress *progress;
	uint64_t indexed;
	uint64_t moved_ms;
};

/* Wait a moment for the index, and look how far it is. */
static int
wait_moment(struct wait *wait, uint64_t *ret_arrival)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__StatusRequest ask = ERFA__STATUS_REQUEST__INIT;
	Erfa__SyncRequest sync = ERFA__SYNC_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const uint64_t now_ms = run_mono_ms();
	int status;

	/* What is not in the index is not in step. */
	sync.has_wait_ms = 1;
	sync.wait_ms = MOMENT_MS;
	request.ask_case = ERFA__REQUEST__ASK_SYNC;
	request.sync = &sync;
	status = run_ask(wait->run, &request, sync.wait_ms, &answer);
	if (status != EXIT_DONE)
		return status;
	control_free_answer(answer);
	answer = NULL;
	request.ask_case = ERFA__REQUEST__ASK_STATUS;
	request.status = &ask;
	status = run_ask(wait->run, &request, 0, &answer);
	if (status != EXIT_DONE)
		return status;
	if (answer->status->indexed != wait->indexed)
		wait->moved_ms = now_ms;
	wait->indexed = answer->status->indexed;
	*ret_arrival = answer->status->arrival;
	progress_tell(wait->progress, wait->indexed, *ret_arrival, now_ms);
	control_free_answer(answer);
	return EXIT_DONE;
}

/* Is the answer that the index lacks something? */
static bool
is_behind(const Erfa__Answer *answer)
{
	return answer->say_case == ERFA__ANSWER__SAY_ERROR &&
	    strcmp(run_text(answer->error->code), "index_behind") == 0;
}

/* Wait until there is another answer than that, or no use in waiting. */
static int
wait_behind(struct wait *wait, Erfa__Request *request, Erfa__Answer **answer_p)
{
	uint64_t arrival = 0;
	int status = EXIT_DONE;

	while (status == EXIT_DONE && is_behind(*answer_p) &&
	    run_mono_ms() < wait->moved_ms + STILL_MS) {
		if ((status = wait_moment(wait, &arrival)) != EXIT_DONE)
			break;
		if (request->ask_case == ERFA__REQUEST__ASK_EXPORT &&
		    !request->export->has_reach) {
			request->export->has_reach = 1;
			request->export->reach = arrival;
		}
		control_free_answer(*answer_p);
		*answer_p = NULL;
		status = run_try(wait->run, request, answer_p);
	}
	return status;
}

int
indexed_ask(struct run *run, Erfa__Request *request, Erfa__Answer **ret_answer)
{
	struct wait wait = { .run = run, .moved_ms = run_mono_ms() };
	Erfa__Answer *answer = NULL;
	int status;

	status = run_try(run, request, &answer);
	if (status == EXIT_DONE && is_behind(answer)) {
		status = run_progress(run, N_("Index"), &wait.progress);
		if (status == EXIT_DONE)
			status = wait_behind(&wait, request, &answer);
		progress_free(wait.progress);
	}
	if (status == EXIT_DONE &&
	    answer->say_case != ERFA__ANSWER__SAY_ERROR) {
		*ret_answer = answer;
		return EXIT_DONE;
	}
	control_free_answer(answer);

	/* What is no answer is asked for once more, and told. */
	return status != EXIT_DONE ? status :
				     run_ask(run, request, 0, ret_answer);
}
