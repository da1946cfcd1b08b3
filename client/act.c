#include "client/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/person.h"
#include "proto/personal.h"
#include "client/form.h"
#include "client/join.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/recent.h"
#include "client/run.h"
#include "client/slurp.h"

#define FIRSTNAMES     "firstnames.tsv"
#define MUNICIPALITIES "municipalities.tsv"
#define TABLE_MAX      1048576 /* bytes of a table of names */
#define ASSIGNMENT_MAX 300     /* bytes of a path, in an assignment */

/* ---- which record is meant ---- */

int
act_resolve(struct run *run, const char *word, char out[RECORD_ID_CHARS + 1])
{
	char path[RECENT_PATH_MAX];
	char *end = NULL;
	unsigned long line;

	if (word[0] != '@') {
		(void)snprintf(out, RECORD_ID_CHARS + 1, "%s", word);
		return EXIT_DONE;
	}
	line = strtoul(word + 1, &end, 10);
	if (word[1] < '0' || word[1] > '9' || end == NULL || *end != '\0')
		return fault_say(&run->faults, EXIT_USAGE, "bad_line", NULL,
		    "\"%.40s\" is no line: write @3 for the third", word);
	if (recent_path(path) != ERR_NONE ||
	    recent_find(path, line, out) != ERR_NONE)
		return fault_say(&run->faults, EXIT_NOINPUT, "no_such_line",
		    "Make a list first:  erfa list",
		    "the last list in this terminal has no record in line %lu",
		    line);
	return EXIT_DONE;
}

/* A record of which only the header is left, or not yet more. */
static int
no_body(struct run *run, const Erfa__Row *row)
{
	return fault_say(&run->faults, EXIT_NOINPUT, "no_content",
	    "See what is known of it:  erfa show TRIAL",
	    "the content of %s is not here (%s)",
	    row == NULL ? _("the record") : run_text(row->id),
	    row == NULL ? "" : run_text(row->state));
}

int
act_find(struct run *run, const char *word, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char id[RECORD_ID_CHARS + 1] = "";
	int status;

	if ((status = act_resolve(run, word, id)) != EXIT_DONE)
		return status;
	show.id = id;
	show.at = run->day[0] == '\0' ? NULL : run->day;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (answer->show->row == NULL || answer->show->body == NULL ||
	    answer->show->body->envelope == NULL) {
		status = no_body(run, answer->show->row);
		control_free_answer(answer);
		return status;
	}
	*ret_answer = answer;
	return EXIT_DONE;
}

/* Whether the beginning ${typed} of an id may mean the ${full} one. */
static bool
may_mean(const char *typed, const char *full)
{
	struct record_id want, have;
	size_t len;

	if (record_parse(typed, &want) != ERR_NONE ||
	    record_parse(full, &have) != ERR_NONE ||
	    strncmp(want.part, have.part, strlen(want.part)) != 0)
		return false;
	if (strcmp(want.org, have.org) == 0)
		return true;
	/* "791" for "dk-791" */
	len = strcspn(have.org, "-");
	return have.org[len] == '-' &&
	    strcmp(want.org, have.org + len + 1) == 0;
}

/* Find the draft that ${id} means; *ret_full stays empty if there is none. */
static int
find_draft(struct run *run, const char *id, char ret_full[RECORD_ID_CHARS + 1])
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftListRequest list = ERFA__DRAFT_LIST_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const Erfa__Draft *draft;
	size_t i, found = 0;
	int status;

	ret_full[0] = '\0';
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_LIST;
	request.draft_list = &list;
	/* Who may only read has no drafts. */
	if ((status = run_try(run, &request, &answer)) != EXIT_DONE)
		return status;
	for (i = 0; answer->say_case == ERFA__ANSWER__SAY_DRAFT_LIST &&
	     i < answer->draft_list->n_draft;
	     i++) {
		draft = answer->draft_list->draft[i];
		if (!may_mean(id, run_text(draft->id)))
			continue;
		if (found++ == 0)
			(void)snprintf(ret_full, RECORD_ID_CHARS + 1, "%s",
			    run_text(draft->id));
	}
	control_free_answer(answer);
	if (found > 1)
		return fault_say(&run->faults, EXIT_USAGE, "ambiguous_id",
		    "Type more characters of the id:  erfa drafts",
		    "\"%s\" may mean %zu drafts", id, found);
	return EXIT_DONE;
}

/* ---- opening ---- */

enum err
act_copy(const Erfa__Body *body, Erfa__Body **ret_copy)
{
	uint8_t *data = NULL;
	size_t len = 0;
	enum err err;

	if ((err = body_encode(body, &data, &len)) == ERR_NONE)
		err = body_decode(data, len, ret_copy);
	free(data);
	return err;
}

/* Replace a string of a message that lies on the heap. */
static int
put_text(struct run *run, char **field, const char *text)
{
	char *copy = NULL;

	if (text != NULL && (copy = strdup(text)) == NULL)
		return run_nomem(run);
	free(*field);
	*field = copy;
	return EXIT_DONE;
}

int
act_begin(struct run *run, uint32_t kind, struct act *act)
{
	memset(act, 0, sizeof(*act));
	act->run = run;
	if (body_new(kind, &act->body) != ERR_NONE)
		return run_nomem(run);
	/* English is what one reads when nothing else was said. */
	if (strcmp(run->asked, "en") == 0)
		return EXIT_DONE;
	return put_text(run, &act->body->envelope->language, run->asked);
}

/* Note whose members alone read the record. */
static void
set_group(struct act *act, const char *group, const char *name)
{
	(void)snprintf(act->group, sizeof(act->group), "%s", run_text(group));
	act->group_name[0] = '\0';
	join_text(act->group_name, sizeof(act->group_name), "", name);
}

/* Read the draft with the full id ${id}. */
static int
open_draft(struct act *act, char *id)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftGetRequest get = ERFA__DRAFT_GET_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const Erfa__Draft *draft;
	int status;

	get.id = id;
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_GET;
	request.draft_get = &get;
	if ((status = run_ask(act->run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	draft = answer->draft_get->draft;
	act->is_draft = true;
	if (draft != NULL) {
		act->is_public = draft->published;
		(void)snprintf(
		    act->id, sizeof(act->id), "%s", run_text(draft->id));
		(void)snprintf(act->shown, sizeof(act->shown), "%s",
		    run_text(draft->shown_id));
		(void)snprintf(act->changed, sizeof(act->changed), "%s",
		    run_text(draft->changed));
		set_group(act, draft->group, draft->group_name);
	}
	act->body = answer->draft_get->body;
	answer->draft_get->body = NULL;
	control_free_answer(answer);
	if (act->body == NULL || act->body->envelope == NULL)
		return no_body(act->run, NULL);
	return act->is_public ? act_find(act->run, act->id, &act->show) :
				EXIT_DONE;
}

/* Only what this node says can be changed here. */
static int
check_own(struct act *act, const Erfa__Row *row)
{
	struct run *run = act->run;
	char org[ORG_MAX + 1] = "";
	char remedy[128];
	int status;

	if ((status = run_org(run, org)) != EXIT_DONE)
		return status;
	if (strcmp(org, run_text(row->publisher)) == 0)
		return EXIT_DONE;
	(void)snprintf(remedy, sizeof(remedy),
	    _("Make one of your own from it:  erfa adapt %s"),
	    run_text(row->id));
	return fault_say(&run->faults, EXIT_NOPERM, "not_own",
	    strcmp(run_text(row->kind), "trial") == 0 ? remedy : NULL,
	    "%s belongs to %s; you are %s", run_text(row->id),
	    run_text(row->publisher), org);
}

/* Take what is public as the beginning of a change. */
static int
open_public(struct act *act, const char *id)
{
	const Erfa__Row *row;
	int status;

	if ((status = act_find(act->run, id, &act->show)) != EXIT_DONE)
		return status;
	row = act->show->show->row;
	act->is_public = true;
	(void)snprintf(act->id, sizeof(act->id), "%s", run_text(row->full_id));
	(void)snprintf(act->shown, sizeof(act->shown), "%s", run_text(row->id));
	set_group(act, row->group, row->group_name);
	if (act_copy(act->show->show->body, &act->body) != ERR_NONE)
		return run_nomem(act->run);
	return EXIT_DONE;
}

int
act_look(struct run *run, const char *word, struct act *act)
{
	char id[RECORD_ID_CHARS + 1] = "";
	char draft[RECORD_ID_CHARS + 1] = "";
	int status;

	memset(act, 0, sizeof(*act));
	act->run = run;
	if ((status = act_resolve(run, word, id)) != EXIT_DONE ||
	    (status = find_draft(run, id, draft)) != EXIT_DONE)
		return status;
	return draft[0] != '\0' ? open_draft(act, draft) : open_public(act, id);
}

int
act_open(struct run *run, const char *word, uint32_t kind, struct act *act)
{
	int status;

	status = act_look(run, word, act);
	if (status == EXIT_DONE && !act->is_draft)
		status = check_own(act, act->show->show->row);
	if (status == EXIT_DONE && kind != 0 && body_kind(act->body) != kind)
		return fault_say(&run->faults, EXIT_USAGE, "wrong_kind", NULL,
		    "%s is a record of another kind", act->shown);
	return status;
}

void
act_close(struct act *act)
{
	control_free_answer(act->show);
	control_free_answer(act->kept);
	body_free(act->body);
	form_words_free(act->words);
	memset(act, 0, sizeof(*act));
}

/* ---- fields ---- */

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
	if (note == NULL)
		return act->is_draft ?
		    EXIT_DONE :
		    put_text(act->run, &envelope->amendment_note, NULL);
	return act_set(act, "note", "amendment_note", note);
}

/* ---- personal data ---- */

/* The whole text of a table; NULL if there is none. */
static char *
read_table(const struct run *run, const char *name)
{
	char path[RUN_PATH_MAX + 32];
	FILE *file = NULL;
	char *text = NULL;
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", run->data, name);
	if (slurp_open(path, &file) != ERR_NONE)
		return NULL;
	if (slurp(file, TABLE_MAX, &text, &len) != ERR_NONE)
		text = NULL;
	slurp_close(file);
	return text;
}

int
act_names(struct run *run, struct person_words **ret_words)
{
	char *names = read_table(run, FIRSTNAMES);
	char *places = read_table(run, MUNICIPALITIES);
	enum err err = ERR_NOENT;

	if (names != NULL && places != NULL)
		err = person_words_new(names, places, ret_words);
	free(names);
	free(places);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_CONFIG, "bad_tables",
	    "Install erfa again, or set ERFA_DATA to its folder.",
	    "the tables of names in %s cannot be read, so that nothing can be "
	    "looked through for personal data",
	    run->data);
}

/* The words of a hit, as a string. */
static void
hit_text(const struct personal_hit *hit, char *out, size_t size)
{
	size_t len = hit->end - hit->start;

	(void)snprintf(out, size, "%.*s", (int)(len < 80 ? len : 80),
	    hit->text + hit->start);
}

static void
print_hits(struct run *run, const struct personal_hits *hits)
{
	char text[96];
	size_t i;

	for (i = 0; i < hits->count; i++) {
		hit_text(&hits->items[i], text, sizeof(text));
		print_say(run->err, "  %s: ", hits->items[i].path);
		print_styled(run->err, PRINT_STRONG, "%s", text);
		print_say(run->err, "  (%s: %s)\n",
		    speech(personal_kind_str(hits->items[i].kind)),
		    speech(hits->items[i].reason));
	}
	if (hits->more)
		print_say(run->err, "  ... and more\n");
}

/* Refuse, and name every find. */
static int
refuse_hits(struct run *run, const struct personal_hits *hits)
{
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	Erfa__Problem *problems = calloc(hits->count, sizeof(*problems));
	Erfa__Problem **list = calloc(hits->count, sizeof(Erfa__Problem *));
	char(*texts)[256] = calloc(hits->count, sizeof(*texts));
	int status;
	size_t i;

	for (i = 0; problems != NULL && list != NULL && texts != NULL &&
	     i < hits->count;
	     i++) {
		char text[96];

		hit_text(&hits->items[i], text, sizeof(text));
		(void)snprintf(texts[i], sizeof(texts[i]),
		    _("\"%s\" looks like personal data (%s: %s)"), text,
		    speech(personal_kind_str(hits->items[i].kind)),
		    speech(hits->items[i].reason));
		erfa__problem__init(&problems[i]);
		problems[i].where = hits->items[i].path;
		problems[i].what = texts[i];
		list[i] = &problems[i];
	}
	error.schema = run_lend("erfa.error/1");
	error.code = run_lend("personal_data");
	error.has_exit = 1;
	error.exit = EXIT_DATA;
	error.message = run_lend(
	    _("nothing was published: what has left cannot be called back"));
	error.remedy = run_lend(
	    _("Name roles instead of people; if it is nobody, "
	      "add --allow-personal."));
	error.problem = list;
	error.n_problem = i;
	status = fault_tell(&run->faults, &error);
	free(problems);
	free(list);
	free(texts);
	return status;
}

/* Show what was found in one body, and ask. */
static int
confirm_hits(struct run *run, const struct personal_hits *hits)
{
	if (!prompt_can(run))
		return refuse_hits(run, hits);
	print_say(run->err,
	    "This looks like personal data, which cannot be called back once "
	    "it has left:\n");
	print_hits(run, hits);
	if (prompt_yes(run, "Is none of it about a person?  Go on?"))
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_FAILED, "personal_data",
	    "Name roles instead of people.", "nothing was published");
}

/* Whether ${hit} stands in the same field of what is public. */
static bool
is_known(const struct personal_hit *hit, const struct personal_hits *known)
{
	const struct personal_hit *other;
	size_t i;

	for (i = 0; i < known->count; i++) {
		other = &known->items[i];
		if (strcmp(other->path, hit->path) == 0 &&
		    other->end - other->start == hit->end - hit->start &&
		    memcmp(other->text + other->start, hit->text + hit->start,
			hit->end - hit->start) == 0)
			return true;
	}
	return false;
}

/* Leave out of ${hits} what is public already. */
static enum err
drop_known(const struct person_words *words, const Erfa__Body *before,
    struct personal_hits *hits)
{
	struct personal_hits known = { NULL, 0, false };
	enum err err = ERR_NONE;
	size_t i, left = 0;

	/* Where there are too many to be sure, all are asked about. */
	if (before == NULL || hits->more)
		return ERR_NONE;
	err = personal_check_body(words, before, &known);
	for (i = 0; err == ERR_NONE && i < hits->count; i++)
		if (!is_known(&hits->items[i], &known))
			hits->items[left++] = hits->items[i];
	if (err == ERR_NONE)
		hits->count = left;
	personal_clear(&known);
	return err == ERR_NOMEM ? err : ERR_NONE;
}

static int
check_item(struct run *run, const struct person_words *words,
    const struct act_item *item)
{
	struct personal_hits hits = { NULL, 0, false };
	enum err err;
	int status = EXIT_DONE;

	err = personal_check_body(words, item->body, &hits);
	if (err == ERR_NONE)
		err = drop_known(words, item->before, &hits);
	if (err == ERR_NOMEM)
		status = run_nomem(run);
	else if (err == ERR_NONE && hits.count > 0)
		status = confirm_hits(run, &hits);
	personal_clear(&hits);
	return status;
}

int
act_check(struct run *run, const struct act_item *items, size_t count)
{
	struct person_words *words = NULL;
	int status;
	size_t i;

	if (args_given(run->args, "allow-personal"))
		return EXIT_DONE;
	if ((status = act_names(run, &words)) != EXIT_DONE)
		return status;
	for (i = 0; i < count && status == EXIT_DONE; i++)
		status = check_item(run, words, &items[i]);
	person_words_free(words);
	return status;
}

/* ---- leaving ---- */

const char *
act_title(const Erfa__Body *body)
{
	if (body == NULL)
		return "";
	if (body->record_case == ERFA__BODY__RECORD_TRIAL)
		return run_text(body->trial->title);
	if (body->record_case == ERFA__BODY__RECORD_PROGRAMME)
		return run_text(body->programme->name);
	if (body->record_case == ERFA__BODY__RECORD_NETWORK)
		return run_text(body->network->name);
	if (body->record_case == ERFA__BODY__RECORD_ROUND)
		return run_text(body->round->title);
	if (body->record_case == ERFA__BODY__RECORD_INDICATOR)
		return run_text(body->indicator->name);
	return "";
}

void
act_restrict(struct act *act, const char *group, const char *name)
{
	set_group(act, group, name);
	act->to_group = true;
}

int
act_group(struct act *act)
{
	const char *word = args_value(act->run->args, "group");
	Erfa__Answer *answer = NULL;
	Erfa__GroupView *group;
	int status;

	if (word == NULL)
		return EXIT_DONE;
	status = groups_find(act->run, word, &answer, &group);
	if (status == EXIT_DONE)
		act_restrict(act, group->group, group->name);
	control_free_answer(answer);
	return status;
}

int
act_publish(struct run *run, const struct act_item *items, size_t count,
    const char *draft, bool dry_run, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publish = ERFA__PUBLISH_REQUEST__INIT;
	Erfa__NewRecord records[ACT_MANY];
	Erfa__NewRecord *list[ACT_MANY];
	Erfa__Answer *answer = NULL;
	char *drafts[1] = { run_lend(draft) };
	int status;
	size_t i;

	for (i = 0; i < count && i < ACT_MANY; i++) {
		erfa__new_record__init(&records[i]);
		records[i].body = (Erfa__Body *)(uintptr_t)items[i].body;
		if (items[i].id != NULL && items[i].id[0] != '\0')
			records[i].id = run_lend(items[i].id);
		list[i] = &records[i];
	}
	publish.record = list;
	publish.n_record = i;
	publish.has_dry_run = 1;
	publish.dry_run = dry_run;
	publish.draft = drafts;
	publish.n_draft = draft == NULL ? 0 : 1;
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publish;
	status = run_ask(run, &request, 0, &answer);
	if (status != EXIT_DONE || ret_answer == NULL)
		control_free_answer(answer);
	else
		*ret_answer = answer;
	return status;
}

int
act_keep(struct act *act, const char *note)
{
	struct run *run = act->run;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftPutRequest put = ERFA__DRAFT_PUT_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const Erfa__Draft *draft;
	int status;

	put.body = act->body;
	put.id = act->id[0] == '\0' ? NULL : act->id;
	put.note = run_lend(note);
	put.changed = act->changed[0] == '\0' ? NULL : act->changed;
	put.group = act->to_group ? act->group : NULL;
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_PUT;
	request.draft_put = &put;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	draft = answer->draft_put->draft;
	if (draft != NULL) {
		(void)snprintf(
		    act->id, sizeof(act->id), "%s", run_text(draft->id));
		(void)snprintf(act->shown, sizeof(act->shown), "%s",
		    run_text(draft->shown_id));
		(void)snprintf(act->changed, sizeof(act->changed), "%s",
		    run_text(draft->changed));
		set_group(act, draft->group, draft->group_name);
	}
	act->is_draft = true;
	control_free_answer(act->kept);
	act->kept = answer;
	return EXIT_DONE;
}

/* Tell what was published; ${answer} says what it is called. */
static void
tell_published(
    struct act *act, const Erfa__PublishAnswer *answer, const char *said)
{
	const Erfa__Published *first = answer->n_record > 0 ?
	    answer->record[0] :
	    NULL;

	if (act->shown[0] == '\0' && first != NULL) {
		(void)snprintf(act->shown, sizeof(act->shown), "%s",
		    run_text(first->shown_id)[0] != '\0' ? first->shown_id :
							   run_text(first->id));
		(void)snprintf(
		    act->id, sizeof(act->id), "%s", run_text(first->id));
	}
	if (first != NULL && run_text(first->group)[0] != '\0')
		print_say(act->run->out,
		    "Published, restricted to %s: %s, %s.\n",
		    run_text(first->group_name), act->shown, said);
	else
		print_say(
		    act->run->out, "Published: %s, %s.\n", act->shown, said);
}

/* Publish the record and what comes with it. */
static int
leave_public(struct act *act, const struct act_item *more, size_t count,
    const char *said)
{
	struct run *run = act->run;
	struct act_item items[ACT_MANY] = { { .body = NULL } };
	Erfa__Answer *answer = NULL;
	int status;
	size_t i;

	items[0].body = act->body;
	items[0].id = act->id;
	items[0].before = act->show == NULL ? NULL : act->show->show->body;
	for (i = 0; i < count && i + 1 < ACT_MANY; i++)
		items[i + 1] = more[i];
	status = act_check(run, items, i + 1);
	if (status == EXIT_DONE)
		status = act_publish(run, items, i + 1, NULL, false, &answer);
	if (status != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->publish->base);
	else
		tell_published(act, answer->publish, said);
	control_free_answer(answer);
	return status;
}

int
act_leave(struct act *act, const struct act_item *more, size_t count,
    const char *said)
{
	int status;

	if (!act->is_draft)
		return leave_public(act, more, count, said);
	if ((status = act_keep(act, NULL)) != EXIT_DONE)
		return status;
	if (act->run->json)
		return run_json(act->run, &act->kept->draft_put->base);
	print_say(act->run->out,
	    "In the draft of %s: %s.  Nothing has left this node.\n"
	    "  Publish it:  erfa publish %s\n",
	    act->shown, said, act->shown);
	return EXIT_DONE;
}
