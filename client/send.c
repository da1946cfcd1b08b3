#include "client/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/diff.h"
#include "proto/json.h"
#include "client/act.h"
#include "client/form_file.h"
#include "client/kin.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/view.h"

#define SCREEN_LINES 12  /* changes that are listed one by one */
#define VALUE_SHOWN  200 /* bytes of a value in such a line */

/* Write one side of a change as one line, cut. */
static enum err
side(const struct diff_change *change, bool after, char out[VALUE_SHOWN])
{
	char *text = NULL;
	enum err err = diff_text(change, after, &text);

	if (err != ERR_NONE)
		return err;
	(void)snprintf(out, VALUE_SHOWN, "%s", text);
	free(text);
	return ERR_NONE;
}

/* Print what differs from what is public. */
static int
print_changes(struct act *act)
{
	struct run *run = act->run;
	char before[VALUE_SHOWN], after[VALUE_SHOWN];
	struct diff diff = { NULL, 0 };
	enum err err;
	size_t i;

	err = diff_bodies(act->show->show->body, act->body, &diff);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err != ERR_NONE || diff.count == 0)
		print_say(
		    run->err, "  (nothing differs from what is public)\n");
	for (i = 0; i < diff.count && i < SCREEN_LINES; i++) {
		if (side(&diff.changes[i], false, before) != ERR_NONE ||
		    side(&diff.changes[i], true, after) != ERR_NONE)
			break;
		print_say(run->err, "  %s: ", diff.changes[i].path);
		if (before[0] != '\0')
			print_say(run->err, "%s  ->  ", before);
		print_say(run->err, "%s\n",
		    diff.changes[i].kind == DIFF_REMOVED ? _("(taken out)") :
							   after);
	}
	if (diff.count > SCREEN_LINES)
		print_say(run->err, "  ... and %zu more:  erfa edit %s\n",
		    diff.count - SCREEN_LINES, act->shown);
	diff_clear(&diff);
	return EXIT_DONE;
}

/* A draft that was begun before the version that is public now would take that
 * back: that is told to whoever sees the changes, and refused if nobody does. */
static int
check_version(struct act *act, bool shows)
{
	char from[ACT_VERSION], now[ACT_VERSION];
	const char *one = act_version(act->body, from);
	const char *two = act->show == NULL ?
	    NULL :
	    act_version(act->show->show->body, now);
	char remedy[128];

	if (one == NULL || two == NULL || strcmp(one, two) == 0)
		return EXIT_DONE;
	if (shows) {
		print_say(act->run->err,
		    "The draft was made from version %s, and %s is public by "
		    "now: what came since is taken back, except what the "
		    "draft says too.\n",
		    one, two);
		return EXIT_DONE;
	}
	(void)snprintf(remedy, sizeof(remedy),
	    _("See what it would change, and decide:  erfa publish %s"),
	    act->shown);
	return fault_say(&act->run->faults, EXIT_TEMPFAIL, "version_changed",
	    remedy,
	    "the draft of %s was made from version %s, and %s is public by now",
	    act->shown, one, two);
}

/* One screen: who reads it, and what it says. */
static int
print_screen(struct act *act)
{
	struct run *run = act->run;
	int status = EXIT_DONE;

	if (act->group[0] != '\0')
		print_say(run->err,
		    "Only for those who are in %s, signed by you:\n",
		    act->group_name[0] == '\0' ? act->group : act->group_name);
	else
		print_say(
		    run->err, "For everyone in the network, signed by you:\n");
	print_say(run->err, "  ");
	print_styled(run->err, PRINT_STRONG, "%s", act_title(act->body));
	print_say(run->err, "  (%s)\n", act->shown);
	if (act->is_public && act->show != NULL)
		return print_changes(act);
	if (print_finish(run->err) != ERR_NONE)
		return EXIT_FAILED;
	view_record(run, act->body, true, 2);
	if (print_finish(run->out) != ERR_NONE)
		status = EXIT_CANTCREAT;
	return status;
}

/* What came of it, and whether all may read it. */
static void
tell_published(struct act *act, const Erfa__PublishAnswer *answer, bool dry_run)
{
	const Erfa__Published *first = answer->n_record > 0 ?
	    answer->record[0] :
	    NULL;
	bool restricted = first != NULL && run_text(first->group)[0] != '\0';

	print_say(act->run->out,
	    dry_run ? _("Good, could be published: %s  %s\n") :
		      _("Published: %s  %s\n"),
	    act->shown, act_title(act->body));
	if (restricted)
		print_say(act->run->out, "  Restricted to %s.\n",
		    run_text(first->group_name));
}

static int
publish(struct act *act, struct kin *kin, bool dry_run)
{
	struct run *run = act->run;
	Erfa__Answer *answer = NULL;
	int status;

	status = kin_publish(act, kin, dry_run, &answer);
	if (status != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->publish->base);
	else
		tell_published(act, answer->publish, dry_run);
	if (!run->json && !dry_run && !act->is_public &&
	    act->body->record_case == ERFA__BODY__RECORD_TRIAL)
		print_say(run->out, "  Before it starts:  erfa status %s\n",
		    act->shown);
	control_free_answer(answer);
	return status;
}

/* Look for personal data in the draft and in what is said of its origins. */
static int
check(struct act *act, const struct kin *kin)
{
	struct act_item items[KIN_MAX + 1] = { { .body = NULL } };
	size_t i;

	items[0].body = act->body;
	items[0].id = act->id;
	items[0].before = act->show == NULL ? NULL : act->show->show->body;
	for (i = 0; i < kin->count; i++) {
		items[i + 1].body = kin->edge[i].body;
		items[i + 1].id = kin->edge[i].id;
	}
	return act_check(act->run, items, kin->count + 1);
}

/* A draft that stays one: how to go on. */
static int
tell_next(struct act *act)
{
	print_say(act->run->out,
	    "  Publish it:  erfa publish %s\n"
	    "  Add to it:   erfa edit %s\n",
	    act->shown, act->shown);
	return EXIT_DONE;
}

/* Ask and publish; a no is a failure unless it was ${offered}. */
static int
ask_and_publish(struct act *act, struct kin *kin, bool offered)
{
	static const char question[] = N_(
	    "It can be erased later, but others may have read it by then.  "
	    "Publish?");
	bool yes = true;
	int status;

	status = offered ? prompt_yes(act->run, question, &yes) :
			   prompt_confirm(act->run, question);
	if (status == EXIT_DONE && yes)
		return publish(act, kin, false);
	if (offered)
		(void)tell_next(act);
	return status;
}

/* Show, look through, ask, publish. */
static int
send_all(struct act *act, struct kin *kin, bool offered)
{
	struct run *run = act->run;
	bool shows = !args_given(run->args, "yes") && !run->json;
	int status;

	if ((status = check_version(act, shows)) != EXIT_DONE)
		return status;
	if (args_given(run->args, "dry-run"))
		return publish(act, kin, true);
	/* erfad looks at it first, without telling that it is good. */
	if (shows &&
	    ((status = kin_publish(act, kin, true, NULL)) != EXIT_DONE ||
		(status = print_screen(act)) != EXIT_DONE))
		return status;
	if (shows)
		kin_print(kin);
	if ((status = check(act, kin)) != EXIT_DONE) {
		if (offered)
			(void)tell_next(act);
		return status;
	}
	return ask_and_publish(act, kin, offered);
}

static int
send_kept(struct act *act, bool offered)
{
	struct kin kin;
	int status;

	status = kin_open(act, &kin);
	if (status == EXIT_DONE)
		status = kin_keep(&kin);
	if (status == EXIT_DONE)
		status = send_all(act, &kin, offered);
	kin_close(&kin);
	return status;
}

int
send_draft(struct act *act)
{
	return send_kept(act, false);
}

/* Whether the draft has all that is asked of what is published. */
static bool
is_whole(const struct act *act)
{
	const Erfa__Draft *draft = act->kept->draft_put->draft;
	size_t i;

	if (draft == NULL)
		return false;
	for (i = 0; i < draft->n_missing; i++)
		if (strcmp(run_text(draft->missing[i]->action), "publish") == 0)
			return false;
	return true;
}

int
send_offer(struct act *act, bool ask_first)
{
	struct run *run = act->run;
	bool goes_on = prompt_can(run) && is_whole(act);
	int status;

	if (args_given(run->args, "yes"))
		return send_draft(act);
	if (run->json)
		return run_json(run, &act->kept->draft_put->base);
	print_say(run->out,
	    "Kept as a draft: %s.  Only this node can read it.\n", act->shown);
	if (act->group[0] != '\0')
		print_say(run->out, "  To be restricted to %s.\n",
		    act->group_name[0] == '\0' ? act->group : act->group_name);
	if (print_finish(run->out) != ERR_NONE)
		return EXIT_CANTCREAT;
	status = goes_on && ask_first ?
	    prompt_yes(run, "Look at it and publish it now?", &goes_on) :
	    EXIT_DONE;
	if (status == EXIT_DONE && goes_on)
		return send_kept(act, true);
	(void)tell_next(act);
	return status;
}

/* ---- what could not leave ---- */

/* Write the record to a new file, and its name to ${path}. */
static enum err
write_record(const struct act *act, char path[RUN_PATH_MAX])
{
	const struct json_options options = { .pretty = true };
	Erfa__NewRecord record = ERFA__NEW_RECORD__INIT;
	char follows[ACT_VERSION];
	char *text = NULL;
	enum err err;

	/* It is published as it would have been here: to no more readers, and
	 * over no version but the one that it was made from. */
	record.body = act->body;
	record.group = act->group[0] == '\0' ? NULL : run_lend(act->group);
	if (act->id[0] != '\0') {
		record.id = run_lend(act->id);
		record.follows = act_version(act->body, follows);
	}
	err = json_from_message(&record.base, &options, &text);
	if (err == ERR_NONE)
		err = form_file_make(path, RUN_PATH_MAX);
	if (err == ERR_NONE)
		err = form_file_write(path, text);
	free(text);
	return err;
}

/* Keep it; ${whole}: it is what would have left, and may do so later. */
static int
rescue(struct act *act, int status, bool whole)
{
	struct run *run = act->run;
	char path[RUN_PATH_MAX];

	if (status == EXIT_DONE || act->body == NULL || !run->typed ||
	    run->halted)
		return status;
	if (run_reachable(run) && act_keep(act, NULL) == EXIT_DONE) {
		print_say(run->out,
		    "Kept as a draft: %s.  Only this node can read it.\n",
		    act->shown);
		if (whole)
			(void)tell_next(act);
	} else if (write_record(act, path) != ERR_NONE) {
		print_say(run->err, "What was written could not be kept.\n");
	} else if (!whole) {
		print_say(run->err, "What was written is in %s\n", path);
	} else {
		print_say(run->err,
		    "What was written is in %s\n"
		    "  Publish it:  erfa publish %s\n",
		    path, path);
	}
	return status;
}

int
send_rescue(struct act *act, int status)
{
	/* What may be public already is not to be published again. */
	return rescue(act, status, !act->run->unsure);
}

int
send_rescue_words(struct act *act, int status)
{
	return rescue(act, status, false);
}
