#include "client/burden.h"

#include "proto/control.h"
#include "client/print.h"
#include "client/run.h"

int
burden_ask(struct run *run, const char *id, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__BurdenRequest burden = ERFA__BURDEN_REQUEST__INIT;

	burden.id = run_lend(id);
	request.ask_case = ERFA__REQUEST__ASK_BURDEN;
	request.burden = &burden;
	return run_ask(run, &request, 0, ret_answer);
}

int
burden_warn(struct run *run, const char *id, size_t more)
{
	Erfa__Answer *answer = NULL;
	char answers[PRINT_COUNT_MAX];
	char trials[PRINT_COUNT_MAX];
	int status;

	if ((status = burden_ask(run, id, &answer)) != EXIT_DONE)
		return status;
	print_count(more, "more answer", "more answers", answers);
	print_count(answer->burden->trials, "trial", "trials", trials);
	if (!run->json)
		print_say(
		    run->err, "This costs %s \xc3\x97 %s.\n", answers, trials);
	control_free_answer(answer);
	return EXIT_DONE;
}
