#include "proto/control.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/run.h"

int
cmd_reindex(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ReindexRequest ask = ERFA__REINDEX_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	request.ask_case = ERFA__REQUEST__ASK_REINDEX;
	request.reindex = &ask;
	status = run_ask(run, &request, 0, &answer);
	if (status != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->reindex->base);
	else
		print_say(run->out,
		    "The index is being built anew.  How far it is:  erfa "
		    "status\n");
	control_free_answer(answer);
	return status;
}
