/*
 * What trials run under and are measured by: programmes, networks, rounds and
 * indicators are written alike.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/send.h"

#define UNIT_ROOM 256 /* bytes of a unit that is typed */
#define PATH_ROOM 64  /* bytes of "members[499].org" */
#define ITEMS_MAX 16

/* One field of such a record. */
struct item {
	const char *option;
	const char *path;     /* with %zu: a list, the option may be repeated */
	const char *question; /* NULL = is not asked for */
	bool due;
};

struct scheme {
	const char *name; /* first word of the command */
	uint32_t kind;
	struct item items[ITEMS_MAX]; /* ends with an option that is NULL */
};

static const struct scheme schemes[] = {
	{ "programme", HEADER_PROGRAMME,
	    { { "name", "name", N_("What is it called?"), true },
		{ "type", "type",
		    N_("Type (welfare_agreement, trust_programme, local ...)?"),
		    true },
		{ "status", "status",
		    N_("Status (announced, open, running, closed)?"), true },
		{ "owner", "owner", NULL, true },
		{ "from", "period.start", NULL, false },
		{ "to", "period.end", NULL, false },
		{ "legal-basis", "legal_basis", NULL, false },
		{ "area", "areas[%zu]", NULL, false },
		{ "member", "members[%zu].org", NULL, false },
		{ "guardrail", "guardrails[%zu]", NULL, false } } },
	{ "network", HEADER_NETWORK,
	    { { "name", "name", N_("What is it called?"), true },
		{ "coordinator", "coordinator",
		    N_("Who coordinates it (id or name)?"), true },
		{ "theme", "theme", N_("What does it work on?"), false },
		{ "member", "members[%zu]", NULL, false },
		{ "programme", "programmes[%zu]", NULL, false },
		{ "indicator", "shared_indicators[%zu]", NULL, false } } },
	{ "round", HEADER_ROUND,
	    { { "programme", "programme", N_("Of which programme (its id)?"),
		  true },
		{ "opens", "opens", N_("First day for applications?"), true },
		{ "closes", "closes", N_("Last day?"), true },
		{ "decision-due", "decision_due",
		    N_("When are the answers to be there?"), false },
		{ "stage", "stage", NULL, false }, { "no", "no", NULL, false },
		{ "title", "title", NULL, false } } },
	{ "indicator", HEADER_INDICATOR,
	    { { "code", "code",
		  N_("Code (kolada:N20900, kostra:..., ORG:your_own)?"), true },
		{ "name", "name", N_("What is counted?"), true },
		{ "unit", "unit", N_("In which unit?"), true },
		{ "polarity", "polarity",
		    N_("Which way is better (higher_better, lower_better, "
		       "neutral)?"),
		    true },
		{ "domain", "domain", NULL, false },
		{ "data-source", "data_source", NULL, false },
		{ "definition", "definition", NULL, false },
		{ "convert", "conversion[%zu]", NULL, false } } },
};

/* The scheme that the command is about. */
static const struct scheme *
scheme_of(const struct run *run)
{
	size_t len = strcspn(run->cmd->name, " ");
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i].name) == len &&
		    strncmp(schemes[i].name, run->cmd->name, len) == 0)
			break;
	return &schemes[i];
}

/* The path of value ${i} of a list. */
static void
path_of(const struct item *item, size_t i, char out[PATH_ROOM])
{
	const char *mark = strstr(item->path, "%zu");

	if (mark == NULL)
		(void)snprintf(out, PATH_ROOM, "%s", item->path);
	else
		(void)snprintf(out, PATH_ROOM, "%.*s%zu%s",
		    (int)(mark - item->path), item->path, i, mark + 3);
}

/* An id that was typed short is written in full: only that is a reference. */
static int
full_id(struct act *act, const char *value, char out[RECORD_ID_CHARS + 1])
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = act_find(act->run, value, &answer)) != EXIT_DONE)
		return status;
	(void)snprintf(out, RECORD_ID_CHARS + 1, "%s",
	    run_text(answer->show->row->full_id));
	control_free_answer(answer);
	return EXIT_DONE;
}

static bool
is_reference(const struct item *item)
{
	return strcmp(item->option, "programme") == 0 ||
	    strcmp(item->option, "indicator") == 0;
}

/* A number at *${at}, which moves behind it. */
static bool
read_number(const char **at, double *ret_number)
{
	char *end = NULL;

	if (strchr("+-.0123456789", **at) == NULL || **at == '\0')
		return false;
	*ret_number = strtod(*at, &end);
	if (end == *at)
		return false;
	*at = end;
	return true;
}

/* "minutter=1/60", or "minutter=0.5+7": the other unit, what its values are
 * multiplied by, and what is added then. */
static bool
read_conversion(
    const char *value, char unit[UNIT_ROOM], double *factor, double *offset)
{
	const char *equals = strrchr(value, '=');
	const char *at = equals == NULL ? value : equals + 1;
	double part = 1;

	*offset = 0;
	if (equals == NULL || (size_t)(equals - value) >= UNIT_ROOM ||
	    !read_number(&at, factor))
		return false;
	if (*at == '/' && (at++, !read_number(&at, &part)))
		return false;
	*factor /= part;
	if (*at != '\0' && !read_number(&at, offset))
		return false;
	(void)snprintf(unit, UNIT_ROOM, "%.*s", (int)(equals - value), value);
	return *at == '\0';
}

static int
set_part(struct act *act, size_t i, const char *field, const char *text)
{
	char path[PATH_ROOM];

	(void)snprintf(path, sizeof(path), "conversion[%zu].%s", i, field);
	return act_set(act, "convert", path, text);
}

static int
set_conversion(struct act *act, size_t i, const char *value)
{
	char text[UNIT_ROOM];
	double factor, offset;
	int status;

	if (!read_conversion(value, text, &factor, &offset))
		return fault_say(&act->run->faults, EXIT_USAGE, "bad_option",
		    "--convert minutter=1/60", "\"%.60s\" is no conversion",
		    value);
	if ((status = set_part(act, i, "unit", text)) != EXIT_DONE)
		return status;
	(void)snprintf(text, sizeof(text), "%.17g", factor);
	status = set_part(act, i, "factor", text);
	if (status != EXIT_DONE || offset == 0)
		return status;
	(void)snprintf(text, sizeof(text), "%.17g", offset);
	return set_part(act, i, "offset", text);
}

static int
set_value(struct act *act, const struct item *item, size_t i, const char *value)
{
	char path[PATH_ROOM];
	char id[RECORD_ID_CHARS + 1];
	int status;

	if (strcmp(item->option, "convert") == 0)
		return set_conversion(act, i, value);
	if (is_reference(item)) {
		if ((status = full_id(act, value, id)) != EXIT_DONE)
			return status;
		value = id;
	}
	path_of(item, i, path);
	return act_set(act, item->option, path, value);
}

/* Whose it is, if nobody says: this node's. */
static int
default_value(struct run *run, const struct item *item, char org[ORG_MAX + 1])
{
	org[0] = '\0';
	return strcmp(item->option, "owner") == 0 ? run_org(run, org) :
						    EXIT_DONE;
}

/* Ask until it fits or is skipped. */
static int
ask_item(struct act *act, const struct item *item, bool *ret_answered)
{
	char *text;
	int status;

	do {
		text = NULL;
		status = prompt_line(act->run, item->question, &text);
		if (status != EXIT_DONE || text == NULL)
			return status;
		status = set_value(act, item, 0, text);
		free(text);
	} while (act_misfit(status));
	*ret_answered = true;
	return status;
}

/* One field: from its options, from the person, or as is usual. */
static int
fill_item(struct act *act, const struct item *item)
{
	struct run *run = act->run;
	char org[ORG_MAX + 1];
	const char *value;
	bool answered = false;
	size_t i;
	int status = EXIT_DONE;

	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(run->args, item->option, i)) != NULL;
	     i++)
		status = set_value(act, item, i, value);
	if (status != EXIT_DONE || i > 0)
		return status;
	if ((status = default_value(run, item, org)) != EXIT_DONE)
		return status;
	if (org[0] != '\0')
		return set_value(act, item, 0, org);
	if (item->question != NULL)
		status = ask_item(act, item, &answered);
	if (status == EXIT_DONE && !answered && item->due)
		status = fault_say(&run->faults, EXIT_USAGE, "missing_option",
		    NULL, "erfa %s wants --%s", run->cmd->name, item->option);
	return status;
}

int
cmd_scheme_new(struct run *run)
{
	const struct scheme *scheme = scheme_of(run);
	const struct item *item;
	char org[ORG_MAX + 1];
	struct act act;
	int status;

	/* As in erfa new: ask nothing that cannot be kept. */
	status = act_begin(run, scheme->kind, &act);
	if (status == EXIT_DONE)
		status = run_org(run, org);
	for (item = scheme->items; status == EXIT_DONE && item->option != NULL;
	     item++)
		status = fill_item(&act, item);
	if (status == EXIT_DONE)
		status = act_set_all(&act);
	if (status == EXIT_DONE)
		status = act_keep(&act, NULL);
	status = send_rescue(&act, status);
	if (status == EXIT_DONE)
		status = send_offer(&act, false);
	act_close(&act);
	return status;
}

int
cmd_indicator_map(struct run *run)
{
	struct act act = { .run = run };
	char other[RECORD_ID_CHARS + 1];
	char path[PATH_ROOM];
	int status;

	status = act_open(run, args_word(run->args, 0), HEADER_INDICATOR, &act);
	if (status == EXIT_DONE)
		status = full_id(&act, args_word(run->args, 1), other);
	if (status == EXIT_DONE && strcmp(act.id, other) == 0)
		status = fault_say(&run->faults, EXIT_USAGE, "same", NULL,
		    "both are the same indicator");
	if (status == EXIT_DONE) {
		(void)snprintf(path, sizeof(path), "same_as[%zu]",
		    act.body->envelope->n_same_as);
		status = act_set(&act, "same_as", path, other);
	}
	if (status == EXIT_DONE)
		status = act_amend(
		    &act, ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE);
	if (status == EXIT_DONE)
		status = act_leave(
		    &act, NULL, 0, _("which other indicator is the same"));
	act_close(&act);
	return status;
}
