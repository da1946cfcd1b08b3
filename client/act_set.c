/*
 * What options and --set make of a record's fields.
 */

#include "client/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/form.h"
#include "client/run.h"

#define ASSIGNMENT_MAX 300 /* bytes of a path, in an assignment */

int
act_words(struct act *act)
{
	struct run *run = act->run;
	enum err err;

	if (act->words != NULL)
		return EXIT_DONE;
	err = form_words_open(run->data, run->language, &act->words);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_CONFIG, "bad_tables",
	    "Install erfa again, or set ERFA_DATA to its folder.",
	    "the tables of forms in %s cannot be read: %s", run->data,
	    speech(err_str(err)));
}

/* Tell what is wrong with the value of ${name}. */
static int
bad_value(struct run *run, const char *name, const struct form_fault *fault)
{
	return fault_say(&run->faults, EXIT_USAGE, "bad_value", fault->remedy,
	    "--%s: %s", name, fault->what);
}

/* Whether ${text} is an id as people type it: its beginning, or "@3". */
static bool
is_typed_id(const char *text)
{
	static const char digits[] = "0123456789";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t org = strspn(text, letters);
	const char *rest = text + org + 1;

	if (text[0] == '@')
		return text[1] != '\0' &&
		    strspn(text + 1, digits) == strlen(text + 1);
	return org > 0 && text[org] == '/' && rest[0] != '\0' &&
	    strlen(rest) < RECORD_CHARS &&
	    strspn(rest, letters) == strlen(rest);
}

/* "programme=791/k7" with the whole id of that record; the caller frees it. */
static int
whole_id(struct run *run, const char *assignment, char **ret_whole)
{
	const char *typed = strchr(assignment, '=') + 1;
	size_t path = (size_t)(typed - assignment);
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = act_find(run, typed, &answer)) != EXIT_DONE)
		return status;
	*ret_whole = malloc(path + RECORD_ID_CHARS + 1);
	if (*ret_whole == NULL)
		status = run_nomem(run);
	else
		(void)snprintf(*ret_whole, path + RECORD_ID_CHARS + 1, "%.*s%s",
		    (int)path, assignment,
		    run_text(answer->show->row->full_id));
	control_free_answer(answer);
	return status;
}

/* Do one assignment; a fault is told with the option ${name}. */
static int
assign(struct act *act, const char *name, const char *assignment)
{
	struct form_fault fault = { .line = 0 };
	const char *mark = strchr(assignment, '=');
	char *whole = NULL;
	enum err err;
	int status;

	if ((status = act_words(act)) != EXIT_DONE)
		return status;
	err = form_set(act->words, act->body, assignment, &fault);
	if (err != ERR_NONE && err != ERR_NOMEM && mark != NULL &&
	    is_typed_id(mark + 1)) {
		/* A field that takes a record wants its whole id. */
		status = whole_id(act->run, assignment, &whole);
		if (status != EXIT_DONE)
			return status;
		err = form_set(act->words, act->body, whole, &fault);
		free(whole);
	}
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(act->run);
	return bad_value(act->run, name, &fault);
}

int
act_set(struct act *act, const char *name, const char *path, const char *value)
{
	size_t size = strlen(path) + strlen(value) + 2;
	char *assignment = malloc(size);
	int status;

	if (assignment == NULL)
		return run_nomem(act->run);
	(void)snprintf(assignment, size, "%s=%s", path, value);
	status = assign(act, name, assignment);
	free(assignment);
	return status;
}

int
act_set_options(struct act *act, const struct act_option *options)
{
	const char *value;
	int status = EXIT_DONE;

	for (; options->option != NULL && status == EXIT_DONE; options++)
		if ((value = args_value(act->run->args, options->option)) !=
		    NULL)
			status = act_set(
			    act, options->option, options->path, value);
	return status;
}

/* Where the answer to the programme's question ${name} stands, or is to. */
static size_t
extra_place(const Erfa__Trial *trial, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < trial->n_extra_answers; i++)
		if (strncmp(run_text(trial->extra_answers[i]->name), name,
			len) == 0 &&
		    run_text(trial->extra_answers[i]->name)[len] == '\0')
			break;
	return i;
}

/* "extra.cost=TEXT" answers a question of the programme's own. */
static int
set_extra(struct act *act, const char *assignment)
{
	const Erfa__Trial *trial = act->body->trial;
	const char *name = assignment + strlen("extra.");
	size_t len = strcspn(name, "=");
	size_t place = extra_place(trial, name, len);
	char path[ASSIGNMENT_MAX];
	char word[64];
	int status = EXIT_DONE;

	if (name[len] == '\0' || len >= sizeof(word))
		return fault_say(&act->run->faults, EXIT_USAGE, "bad_value",
		    NULL, "--set: write extra.NAME=TEXT");
	(void)snprintf(word, sizeof(word), "%.*s", (int)len, name);
	if (trial->programme != NULL && trial->programme->id != NULL) {
		(void)snprintf(
		    path, sizeof(path), "extra_answers[%zu].programme", place);
		status = act_set(act, "set", path, trial->programme->id);
	}
	(void)snprintf(path, sizeof(path), "extra_answers[%zu].name", place);
	if (status == EXIT_DONE)
		status = act_set(act, "set", path, word);
	(void)snprintf(path, sizeof(path), "extra_answers[%zu].text", place);
	if (status == EXIT_DONE)
		status = act_set(act, "set", path, name + len + 1);
	return status;
}

int
act_set_all(struct act *act)
{
	const char *value;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(act->run->args, "set", i)) != NULL;
	     i++)
		status = strncmp(value, "extra.", 6) == 0 &&
			act->body->record_case == ERFA__BODY__RECORD_TRIAL ?
		    set_extra(act, value) :
		    assign(act, "set", value);
	return status;
}

int
act_amend(struct act *act, Erfa__AmendmentKind kind)
{
	Erfa__Envelope *envelope = act->body->envelope;
	const char *note = args_value(act->run->args, "note");

	if (act->is_public) {
		envelope->has_amendment_kind = 1;
		envelope->amendment_kind = kind;
	}
	/* The note of the version before says nothing about this one. */
	if (note != NULL)
		return act_set(act, "note", "amendment_note", note);
	if (!act->is_draft) {
		free(envelope->amendment_note);
		envelope->amendment_note = NULL;
	}
	return EXIT_DONE;
}
