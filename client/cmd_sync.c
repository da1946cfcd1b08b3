#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/audit.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/run.h"

#define SLICE_MS 1000 /* of waiting; then progress is shown */

static int
ask_sync(struct run *run, uint32_t wait_ms, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__SyncRequest ask = ERFA__SYNC_REQUEST__INIT;

	ask.has_wait_ms = 1;
	ask.wait_ms = wait_ms;
	request.ask_case = ERFA__REQUEST__ASK_SYNC;
	request.sync = &ask;
	return run_ask(run, &request, wait_ms, ret_answer);
}

static int
not_synced(struct run *run, const Erfa__SyncAnswer *sync)
{
	char behind[PRINT_NUMBER_MAX];
	char absent[PRINT_NUMBER_MAX];

	print_number(sync->behind, behind);
	print_number(sync->bodies_absent, absent);
	return fault_say(&run->faults, EXIT_TEMPFAIL, "not_in_step",
	    "See who is missing:  erfa peers\n"
	    "Wait longer:         erfa sync --wait 600",
	    "not in step: %s (%s entries and %s bodies to come, %llu of %llu "
	    "links in step)",
	    run_text(sync->why)[0] == '\0' ? _("something is still missing") :
					     speech(sync->why),
	    behind, absent, (unsigned long long)sync->links_live,
	    (unsigned long long)sync->links);
}

static int
print_sync(struct run *run, const Erfa__SyncAnswer *sync)
{
	char entries[PRINT_NUMBER_MAX];

	if (run->json) {
		int status = run_json(run, &sync->base);

		return status != EXIT_DONE || sync->synced ?
		    status :
		    not_synced(run, sync);
	}
	if (!sync->synced)
		return not_synced(run, sync);
	print_number(sync->entries, entries);
	print_say(run->out, "In step: %s entries, %llu of %llu links.\n",
	    entries, (unsigned long long)sync->links_live,
	    (unsigned long long)sync->links);
	return EXIT_DONE;
}

/* Ask again and again until it is in step or ${end_ms} is there. */
static int
wait_for_sync(struct run *run, struct progress *progress, uint64_t end_ms,
    Erfa__Answer **ret_answer)
{
	Erfa__Answer *answer = NULL;
	uint64_t now, left;
	bool synced;
	int status;

	for (;;) {
		now = run_mono_ms();
		left = now < end_ms ? end_ms - now : 0;
		status = ask_sync(
		    run, left < SLICE_MS ? (uint32_t)left : SLICE_MS, &answer);
		if (status != EXIT_DONE)
			return status;
		synced = answer->sync->synced;
		if (synced || run_mono_ms() >= end_ms)
			break;
		progress_tell(progress, answer->sync->entries,
		    answer->sync->entries + answer->sync->behind,
		    run_mono_ms());
		control_free_answer(answer);
		answer = NULL;
	}
	*ret_answer = answer;
	return EXIT_DONE;
}

int
cmd_sync(struct run *run)
{
	struct progress *progress = NULL;
	Erfa__Answer *answer = NULL;
	uint64_t wait_s = 0;
	int status;

	status = run_number(run, "wait", 604800, &wait_s);
	if (status == EXIT_DONE)
		status = run_progress(run, "Catch up", &progress);
	if (status == EXIT_DONE)
		status = wait_for_sync(
		    run, progress, run_mono_ms() + wait_s * 1000, &answer);
	progress_free(progress);
	if (status == EXIT_DONE)
		status = print_sync(run, answer->sync);
	control_free_answer(answer);
	return status;
}

static void
verify_line(struct run *run, const char *what, uint64_t number, const char *how)
{
	char text[PRINT_NUMBER_MAX];
	char line[PRINT_NUMBER_MAX + 32];

	print_number(number, text);
	(void)snprintf(line, sizeof(line), "%10s   %s", text, how);
	print_field(run->out, 0, what, 14, line);
}

static int
damaged(struct run *run, const Erfa__VerifyAnswer *verify)
{
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	char message[128];
	int status;

	(void)snprintf(message, sizeof(message),
	    speech_many(verify->n_damage, "%zu thing is damaged",
		"%zu things are damaged"),
	    verify->n_damage);
	error.schema = run_lend("erfa.error/1");
	error.code = run_lend("damage_found");
	error.has_exit = 1;
	error.exit = EXIT_DATA;
	error.message = message;
	error.remedy = run_lend(
	    _("What other nodes hold is fetched from them by itself:\n"
	      "erfa sync --wait 600, then erfa verify again."));
	error.n_problem = verify->n_damage;
	error.problem = verify->damage;
	status = fault_tell(&run->faults, &error);
	return status;
}

static void
print_good(struct run *run, const char *text)
{
	print_styled(run->out, PRINT_GOOD, "%s", text);
	print_say(run->out, "\n");
}

static int
print_verify(struct run *run, const Erfa__VerifyAnswer *verify)
{
	const char *good = verify->n_damage == 0 ? _("good") : _("looked at");
	int status = EXIT_DONE;

	if (run->json) {
		status = run_json(run, &verify->base);
	} else {
		verify_line(run, _("Chains"), verify->logs, good);
		verify_line(run, _("Entries"), verify->entries, good);
		verify_line(run, _("Signatures"), verify->heads, good);
		verify_line(run, _("Bodies"), verify->bodies, good);
		if (verify->bodies_absent > 0)
			verify_line(
			    run, "", verify->bodies_absent, _("not here yet"));
		if (verify->bodies_erased > 0)
			verify_line(
			    run, "", verify->bodies_erased, _("erased"));
		if (verify->n_damage == 0)
			print_good(run, _("no errors were found"));
	}
	if (status == EXIT_DONE && verify->n_damage > 0)
		status = damaged(run, verify);
	return status;
}

int
cmd_verify(struct run *run)
{
	struct progress *progress = NULL;
	Erfa__Answer *answer = NULL;
	uint64_t percent = 100;
	int status;

	status = run_number(run, "sample", 100, &percent);
	if (status == EXIT_DONE && percent == 0)
		status = fault_say(&run->faults, EXIT_USAGE, "bad_number", NULL,
		    "--sample wants 1 to 100");
	if (status == EXIT_DONE)
		status = run_progress(run, "Verify", &progress);
	if (status == EXIT_DONE)
		status = audit_run(run, progress, percent, &answer);
	progress_free(progress);
	if (status == EXIT_DONE)
		status = print_verify(run, answer->verify);
	control_free_answer(answer);
	return status;
}
