/*
 * Who comes into a restricted group and who goes, and what is given to a later
 * member on purpose.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "client/act.h"
#include "client/check.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/join.h"
#include "client/pages.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/speech.h"

#define LINE_ROOM   2048 /* bytes of a line of organisations */
#define TITLES_TOLD 20   /* entries that are named before they are shared */

/* A change on its way. */
struct change {
	struct run *run;
	Erfa__GroupChangeRequest ask;
	char number[GROUPS_DIGITS + 1]; /* of the group; "" = to be made */
	char **members;                 /* as typed; lent */
	char **records;                 /* ours, or NULL */
	Erfa__Answer *trial;            /* what would come of it */
	Erfa__Answer *answer;           /* what came of it */
};

static void
close_change(struct change *change)
{
	size_t i;

	for (i = 0; i < change->ask.n_record; i++)
		free(change->records[i]);
	free(change->records);
	free(change->members);
	control_free_answer(change->trial);
	control_free_answer(change->answer);
}

/* Begin with the group of the first word, and the organisations from word
 * ${from} up to ${end}. */
static int
open_change(struct run *run, const char *action, size_t from, size_t end,
    struct change *change)
{
	size_t i;

	memset(change, 0, sizeof(*change));
	change->run = run;
	erfa__group_change_request__init(&change->ask);
	change->ask.action = run_lend(action);
	change->members = calloc(end + 1, sizeof(char *));
	if (change->members == NULL)
		return run_nomem(run);
	for (i = from; i < end; i++)
		change->members[i - from] = run_lend(args_word(run->args, i));
	change->ask.member = change->members;
	change->ask.n_member = end - from;
	return EXIT_DONE;
}

/* Name the group by its number, whatever was typed. */
static int
name_group(struct change *change)
{
	struct run *run = change->run;
	Erfa__Answer *answer = NULL;
	Erfa__GroupView *group;
	int status;

	status = groups_find(run, args_word(run->args, 0), &answer, &group);
	if (status != EXIT_DONE)
		return status;
	(void)snprintf(change->number, sizeof(change->number), "%s",
	    run_text(group->group));
	change->ask.group = change->number;
	control_free_answer(answer);
	return EXIT_DONE;
}

static int
ask_change(struct change *change, bool dry_run, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;

	change->ask.has_dry_run = 1;
	change->ask.dry_run = dry_run;
	request.ask_case = ERFA__REQUEST__ASK_GROUP_CHANGE;
	request.group_change = &change->ask;
	return run_ask(change->run, &request, 0, ret_answer);
}

/* Organisations in one line. */
static void
join_orgs(char *const *orgs, size_t count, char *out, size_t size)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < count; i++)
		join_text(out, size, ", ", orgs[i]);
}

static bool
is_among(char *const *orgs, size_t count, const char *org)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(orgs[i], org) == 0)
			return true;
	return false;
}

/* Print whom ${typed} means, with the number to be compared. */
static int
print_newcomer(
    struct run *run, const char *typed, const Erfa__GroupChangeAnswer *trial)
{
	const Erfa__DirectoryMember *member;
	Erfa__Answer *answer = NULL;
	size_t i;
	int status;

	if ((status = check_ask(run, typed, &answer)) != EXIT_DONE)
		return status;
	for (i = 0; i < answer->directory->n_member; i++) {
		member = answer->directory->member[i];
		if (strcmp(run_text(member->state), "in") != 0 ||
		    !is_among(trial->changed, trial->n_changed,
			run_text(member->org)))
			continue;
		print_say(run->err, "  %s  %s  %s\n",
		    run_text(member->check_number), run_text(member->org),
		    run_text(member->name));
	}
	control_free_answer(answer);
	return EXIT_DONE;
}

/* Have the check numbers of those who come in compared. */
static int
confirm_newcomers(struct change *change, const char *question)
{
	const Erfa__GroupChangeAnswer *trial = change->trial->group_change;
	struct run *run = change->run;
	size_t i;
	int status = EXIT_DONE;

	if (trial->n_changed == 0 || args_given(run->args, "yes"))
		return EXIT_DONE;
	print_say(run->err, "Compare by telephone first:\n");
	for (i = 0; i < change->ask.n_member && status == EXIT_DONE; i++)
		status = print_newcomer(run, change->members[i], trial);
	return status == EXIT_DONE ? prompt_confirm(run, question) : status;
}

/* Try it, have it confirmed, do it. */
static int
do_change(struct change *change, const char *question)
{
	int status;

	if ((status = ask_change(change, true, &change->trial)) != EXIT_DONE ||
	    (status = confirm_newcomers(change, question)) != EXIT_DONE)
		return status;
	return ask_change(change, false, &change->answer);
}

/* ---- create ---- */

static void
print_created(struct run *run, const Erfa__GroupChangeAnswer *answer)
{
	const Erfa__GroupView *group = answer->group;
	char members[PRINT_COUNT_MAX];

	if (group == NULL)
		return;
	print_count(group->n_member, "member", "members", members);
	print_say(run->out, "Made %s, number %s, with %s.\n",
	    run_text(group->name), run_text(group->group), members);
	if (group->n_member < 2)
		print_say(run->out,
		    "  Nobody else is in it:  erfa group add %.8s ORG\n",
		    run_text(group->group));
	print_say(run->out,
	    "  Write for it:  erfa new --group %.8s\n"
	    "  Who is in it:  erfa group show %.8s\n",
	    run_text(group->group), run_text(group->group));
}

int
cmd_group_create(struct run *run)
{
	struct change change;
	int status;

	status = open_change(run, "create", 1, args_count(run->args), &change);
	change.ask.name = run_lend(args_word(run->args, 0));
	change.ask.purpose = run_lend(args_value(run->args, "purpose"));
	if (status == EXIT_DONE)
		status = do_change(&change,
		    N_("Whoever is in the group can read what is sealed to it, "
		       "and pass it on.  Make it?"));
	if (status == EXIT_DONE && run->json)
		status = run_json(run, &change.answer->group_change->base);
	else if (status == EXIT_DONE)
		print_created(run, change.answer->group_change);
	close_change(&change);
	return status;
}

/* ---- share ---- */

/* Say what is given away. */
static void
print_plan(struct run *run, const Erfa__GroupChangeAnswer *plan)
{
	uint64_t all = plan->n_shared + plan->left;
	const Erfa__GroupShared *shared;
	char count[PRINT_COUNT_MAX];
	size_t i;

	for (i = 0; i < plan->n_shared && i < TITLES_TOLD; i++) {
		shared = plan->shared[i];
		print_say(run->err, "  %s  %s %s  %s\n",
		    run_text(shared->shown_id),
		    labels_get(run->labels, "kind", run_text(shared->kind)),
		    run_text(shared->version), run_text(shared->title));
	}
	print_count(all > i ? all - i : 0, "more", "more", count);
	if (all > i)
		print_say(run->err, "  ... and %s\n", count);
}

/* Share until nothing is left, or it does not become less; what was shared is
 * gathered in change->answer. */
static int
share_all(struct change *change)
{
	Erfa__Answer *answer = NULL;
	Erfa__GroupChangeAnswer *all;
	uint64_t left = UINT64_MAX;
	bool more = true;
	int status = EXIT_DONE;

	change->ask.has_before = 0;
	while (status == EXIT_DONE && more) {
		answer = NULL;
		status = ask_change(change, false, &answer);
		if (status != EXIT_DONE)
			break;
		more = answer->group_change->left > 0 &&
		    answer->group_change->left < left &&
		    answer->group_change->n_shared > 0;
		left = answer->group_change->left;
		change->ask.has_before = answer->group_change->has_before;
		change->ask.before = answer->group_change->before;
		if (change->answer == NULL) {
			change->answer = answer;
			continue;
		}
		all = change->answer->group_change;
		all->has_left = 1;
		all->left = answer->group_change->left;
		if (pages_append(&all->base, &answer->group_change->base,
			"shared") != ERR_NONE)
			status = run_nomem(change->run);
		control_free_answer(answer);
	}
	return status;
}

static void
print_shared(struct run *run, const Erfa__GroupChangeAnswer *answer)
{
	char count[PRINT_COUNT_MAX];
	char orgs[LINE_ROOM];

	join_orgs(answer->changed, answer->n_changed, orgs, sizeof(orgs));
	if (answer->n_shared == 0) {
		print_say(run->out,
		    "Nothing was left to share: what you published in it can "
		    "be read already.\n");
		return;
	}
	print_count(answer->n_shared, "entry", "entries", count);
	print_say(run->out,
	    "Shared %s of yours with %s.  What others published in it before "
	    "they share themselves.\n",
	    count, orgs);
	if (answer->left == 0)
		return;
	print_count(answer->left, "entry", "entries", count);
	print_say(run->out,
	    "%s of yours are left: run the same again in a minute.\n", count);
}

/* The ids that follow group and organisation. */
static int
read_records(struct change *change)
{
	struct run *run = change->run;
	char id[RECORD_ID_CHARS + 1];
	size_t i, count = args_count(run->args);
	int status;

	change->records = calloc(count + 1, sizeof(char *));
	if (change->records == NULL)
		return run_nomem(run);
	change->ask.record = change->records;
	for (i = 2; i < count; i++) {
		status = act_resolve(run, args_word(run->args, i), id);
		if (status != EXIT_DONE)
			return status;
		if (answer_text(&change->records[i - 2], id) != ERR_NONE)
			return run_nomem(run);
		change->ask.n_record++;
	}
	return EXIT_DONE;
}

/* Show what is given away, and ask. */
static int
confirm_share(struct change *change)
{
	const Erfa__GroupChangeAnswer *plan = change->trial->group_change;
	struct run *run = change->run;
	char count[PRINT_COUNT_MAX];

	if (plan->n_shared == 0 || args_given(run->args, "yes"))
		return EXIT_DONE;
	print_count(plan->n_shared + plan->left, "entry", "entries", count);
	print_say(run->err, "%s of yours, from before it came, for %s:\n",
	    count, args_word(run->args, 1));
	print_plan(run, plan);
	return prompt_confirm(
	    run, N_("What it has read once cannot be taken back.  Share?"));
}

int
cmd_group_share(struct run *run)
{
	struct change change;
	int status = open_change(run, "share", 1, 2, &change);

	if (status == EXIT_DONE)
		status = name_group(&change);
	if (status == EXIT_DONE)
		status = read_records(&change);
	if (status == EXIT_DONE)
		status = ask_change(&change, true, &change.trial);
	if (status == EXIT_DONE)
		status = confirm_share(&change);
	if (status == EXIT_DONE)
		status = share_all(&change);
	if (status == EXIT_DONE && run->json)
		status = run_json(run, &change.answer->group_change->base);
	else if (status == EXIT_DONE)
		print_shared(run, change.answer->group_change);
	close_change(&change);
	return status;
}

/* ---- add, remove ---- */

static void
print_added(struct run *run, const Erfa__GroupChangeAnswer *answer)
{
	const char *number = answer->group == NULL ?
	    "" :
	    run_text(answer->group->group);
	char count[PRINT_COUNT_MAX];
	char orgs[LINE_ROOM];

	join_orgs(answer->unchanged, answer->n_unchanged, orgs, sizeof(orgs));
	if (orgs[0] != '\0')
		print_say(run->out, "In it already: %s.\n", orgs);
	if (answer->n_changed == 0)
		return;
	join_orgs(answer->changed, answer->n_changed, orgs, sizeof(orgs));
	print_say(run->out,
	    "Added: %s.  What is published in the group from now on is sealed "
	    "to them, too.\n",
	    orgs);
	if (answer->n_shared > 0) {
		print_count(answer->n_shared, "entry", "entries", count);
		print_say(run->out, "Shared %s of yours from before.\n", count);
	}
	if (answer->left > 0) {
		print_count(answer->left, "entry", "entries", count);
		print_say(run->out,
		    "%s of yours from before they cannot read.  To give it to "
		    "them, which cannot be taken back:\n"
		    "  erfa group share %.8s %s\n",
		    count, number, answer->changed[0]);
	}
}

/* Give those who have just come what was published before. */
static int
share_with_added(struct change *change)
{
	Erfa__GroupChangeAnswer *added = change->answer->group_change;
	struct change share = { .run = change->run };
	size_t i;
	int status = EXIT_DONE;

	erfa__group_change_request__init(&share.ask);
	share.ask.action = run_lend("share");
	share.ask.group = change->number;
	share.ask.n_member = 1;
	for (i = 0; i < added->n_changed && status == EXIT_DONE; i++) {
		share.ask.member = &added->changed[i];
		status = share_all(&share);
	}
	if (status == EXIT_DONE && share.answer != NULL) {
		added->has_left = 1;
		added->left = share.answer->group_change->left;
		if (pages_append(&added->base,
			&share.answer->group_change->base,
			"shared") != ERR_NONE)
			status = run_nomem(change->run);
	}
	control_free_answer(share.answer);
	return status;
}

int
cmd_group_add(struct run *run)
{
	bool shares = args_given(run->args, "share");
	struct change change;
	int status;

	status = open_change(run, "add", 1, args_count(run->args), &change);
	if (status == EXIT_DONE)
		status = name_group(&change);
	if (status == EXIT_DONE)
		status = do_change(&change,
		    shares ?
			N_("They can read what is sealed to the group from now "
			   "on, and what you published in it before, which "
			   "cannot be taken back.  Add?") :
			N_("They can read what is sealed to the group from now "
			   "on, and pass it on.  Add?"));
	if (status == EXIT_DONE && shares)
		status = share_with_added(&change);
	if (status == EXIT_DONE && run->json)
		status = run_json(run, &change.answer->group_change->base);
	else if (status == EXIT_DONE)
		print_added(run, change.answer->group_change);
	close_change(&change);
	return status;
}

static void
print_removed(struct run *run, const Erfa__GroupChangeAnswer *answer)
{
	char orgs[LINE_ROOM];

	join_orgs(answer->unchanged, answer->n_unchanged, orgs, sizeof(orgs));
	if (orgs[0] != '\0')
		print_say(run->out, "Not in it: %s.\n", orgs);
	if (answer->n_changed == 0)
		return;
	join_orgs(answer->changed, answer->n_changed, orgs, sizeof(orgs));
	print_say(run->out,
	    "Taken out: %s.\nWhat they could read they keep; nothing new is "
	    "sealed to them: here from now on,\nat the other members as soon "
	    "as they have heard of this.\n",
	    orgs);
}

int
cmd_group_remove(struct run *run)
{
	struct change change;
	int status;

	status = open_change(run, "remove", 1, args_count(run->args), &change);
	if (status == EXIT_DONE)
		status = name_group(&change);
	if (status == EXIT_DONE)
		status = ask_change(&change, true, &change.trial);
	if (status == EXIT_DONE && change.trial->group_change->n_changed > 0)
		status = prompt_confirm(run,
		    N_("What they could read they keep; nothing new is sealed "
		       "to them.  Take them out?"));
	if (status == EXIT_DONE)
		status = ask_change(&change, false, &change.answer);
	if (status == EXIT_DONE && run->json)
		status = run_json(run, &change.answer->group_change->base);
	else if (status == EXIT_DONE)
		print_removed(run, change.answer->group_change);
	close_change(&change);
	return status;
}
