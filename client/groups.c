#include "client/groups.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/text.h"
#include "client/join.h"
#include "client/print.h"
#include "client/run.h"

#define DIGITS_LEAST 4    /* of a number, that name a group */
#define FITS_TOLD    8    /* groups in one refusal */
#define NAME_SHOWN   60   /* columns of a name in it */
#define LINE_ROOM    512  /* bytes of a line of it */
#define REMEDY_ROOM  2048 /* bytes of a remedy */

/* How well a group fits what was typed. */
enum fit {
	FIT_NOT,
	FIT_BEGINS, /* its name begins so */
	FIT_NAME,   /* it is called so, or its number begins so */
	FIT_NUMBER, /* it is this one */
};

int
groups_ask(struct run *run, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__GroupRequest ask = ERFA__GROUP_REQUEST__INIT;

	request.ask_case = ERFA__REQUEST__ASK_GROUP;
	request.group = &ask;
	return run_ask(run, &request, 0, ret_answer);
}

/* Whether ${name}, folded, is ${word} or begins with it. */
static enum fit
fit_name(const char *name, const char *word)
{
	enum fit fit = FIT_NOT;
	char *folded = NULL;

	if (text_fold(name, &folded) != ERR_NONE)
		return FIT_NOT;
	if (strcmp(folded, word) == 0)
		fit = FIT_NAME;
	else if (strncmp(folded, word, strlen(word)) == 0)
		fit = FIT_BEGINS;
	free(folded);
	return fit;
}

static enum fit
fit_group(const Erfa__GroupView *group, const char *word)
{
	const char *number = run_text(group->group);
	enum fit fit = fit_name(run_text(group->name), word);
	size_t len = strlen(word);

	if (strcmp(number, word) == 0)
		return FIT_NUMBER;

	/* Anybody may call a group as the number of another begins: then it is
	 * not clear which is meant. */
	return len >= DIGITS_LEAST && strncmp(number, word, len) == 0 ?
	    FIT_NAME :
	    fit;
}

/* The group that fits best, and how many fit as well. */
static Erfa__GroupView *
best(const Erfa__GroupAnswer *groups, const char *word, enum fit *ret_fit,
    size_t *ret_count)
{
	Erfa__GroupView *found = NULL;
	enum fit fit, most = FIT_NOT;
	size_t i, count = 0;

	for (i = 0; i < groups->n_group; i++) {
		fit = fit_group(groups->group[i], word);
		if (fit > most) {
			most = fit;
			found = groups->group[i];
			count = 0;
		}
		count += fit == most && fit != FIT_NOT;
	}
	*ret_fit = most;
	*ret_count = count;
	return found;
}

static int
not_found(struct run *run, const char *typed, const Erfa__GroupAnswer *groups)
{
	if (groups->n_group == 0)
		return fault_say(&run->faults, EXIT_NOINPUT, "no_such_group",
		    "Make one:  erfa group create NAME ORG",
		    "there is no group \"%.80s\": this node knows of none",
		    typed);
	return fault_say(&run->faults, EXIT_NOINPUT, "no_such_group",
	    "All groups:  erfa group", "there is no group \"%.80s\"", typed);
}

/* Add a group to those that fit: a line, whatever its name is made of. */
static void
add_fit(const Erfa__GroupView *group, char *out, size_t size)
{
	const char *name = run_text(group->name);
	char line[LINE_ROOM] = "";
	char *safe = NULL;

	if (text_gate(name, strlen(name), false, &safe) != ERR_NONE)
		return;
	safe[text_cut(safe, NAME_SHOWN)] = '\0';
	join_text(line, sizeof(line), "", run_text(group->group));
	join_text(line, sizeof(line), "  ", safe);
	join_text(line, sizeof(line), ", ", run_text(group->founder_org));
	join_text(out, size, "\n", line);
	free(safe);
}

/* Name those that fit, each by its number. */
static int
unclear(struct run *run, const char *typed, const char *word, enum fit fit,
    const Erfa__GroupAnswer *groups, size_t count)
{
	char remedy[REMEDY_ROOM] = "";
	size_t i, told = 0;

	join_text(remedy, sizeof(remedy), "", _("Write its number:"));
	for (i = 0; i < groups->n_group && told < FITS_TOLD; i++)
		if (fit_group(groups->group[i], word) == fit) {
			add_fit(groups->group[i], remedy, sizeof(remedy));
			told++;
		}
	return fault_say(&run->faults, EXIT_USAGE, "group_unclear", remedy,
	    "\"%.80s\" may mean %zu groups", typed, count);
}

int
groups_find(struct run *run, const char *word, Erfa__Answer **ret_answer,
    Erfa__GroupView **ret_group)
{
	Erfa__Answer *answer = NULL;
	Erfa__GroupView *found;
	char *folded = NULL;
	enum fit fit;
	size_t count;
	int status;

	if (text_fold(word, &folded) != ERR_NONE || folded[0] == '\0') {
		free(folded);
		return fault_say(&run->faults, EXIT_USAGE, "no_such_group",
		    "All groups:  erfa group", "this is no name of a group");
	}
	if ((status = groups_ask(run, &answer)) != EXIT_DONE) {
		free(folded);
		return status;
	}
	found = best(answer->group, folded, &fit, &count);
	if (found == NULL)
		status = not_found(run, word, answer->group);
	else if (count > 1)
		status = unclear(run, word, folded, fit, answer->group, count);
	free(folded);
	if (status != EXIT_DONE) {
		control_free_answer(answer);
		return status;
	}
	*ret_answer = answer;
	*ret_group = found;
	return EXIT_DONE;
}

int
groups_option(struct run *run, char ret_number[GROUPS_DIGITS + 1])
{
	const char *word = args_value(run->args, "group");
	Erfa__Answer *answer = NULL;
	Erfa__GroupView *group = NULL;
	int status;

	ret_number[0] = '\0';
	if (word == NULL)
		return EXIT_DONE;
	status = groups_find(run, word, &answer, &group);
	if (status != EXIT_DONE || group == NULL)
		return status;
	(void)snprintf(
	    ret_number, GROUPS_DIGITS + 1, "%s", run_text(group->group));
	control_free_answer(answer);
	return EXIT_DONE;
}

void
groups_mark(const struct run *run, const char *group, char *out, size_t size)
{
	size_t len = strlen(out);

	if (run_text(group)[0] != '\0' && len < size)
		(void)snprintf(out + len, size - len, "%s(%s)",
		    len == 0 ? "" : " ",
		    labels_get(run->labels, "state", "restricted"));
}

void
groups_say(struct run *run, const char *group, const char *name)
{
	if (run_text(group)[0] == '\0')
		return;
	if (run_text(name)[0] == '\0') {
		print_styled(run->out, PRINT_STRONG,
		    "Restricted to a group that this node is not in");
		print_say(run->out, " (%s).\n", group);
		return;
	}
	print_styled(run->out, PRINT_STRONG, "Restricted to %s", name);
	print_say(run->out,
	    ": do not pass it on.  Who is in it:  erfa group "
	    "show %.8s\n",
	    group);
}

void
groups_say_stranger(struct run *run, const char *group, const char *name)
{
	print_styled(run->out, PRINT_BAD, "Not of the group %s",
	    run_text(name)[0] != '\0' ? name : run_text(group));
	print_say(run->out,
	    ": who published it only used its number, and was never in it.  It is "
	    "sealed to this node, and to whom else they liked.\n");
}

void
groups_warn(struct print *print, size_t count)
{
	char number[PRINT_COUNT_MAX];

	if (count == 0)
		return;
	print_count(count, N_("record"), N_("records"), number);
	print_say(print,
	    "Restricted: %s in this must not be passed on outside the group.\n",
	    number);
}
