#include "client/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/crypto.h"
#include "proto/life_need.h"
#include "client/form.h"
#include "client/join.h"
#include "client/print.h"
#include "client/recent.h"
#include "client/run.h"

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

int
act_try(struct run *run, const char *id, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	*ret_answer = NULL;
	show.id = run_lend(id);
	show.at = run->day[0] == '\0' ? NULL : run->day;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_try(run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW &&
	    answer->show->row != NULL && answer->show->body != NULL &&
	    answer->show->body->envelope != NULL) {
		*ret_answer = answer;
		return EXIT_DONE;
	}
	if (answer->say_case == ERFA__ANSWER__SAY_ERROR &&
	    answer->error->exit != EXIT_NOINPUT &&
	    answer->error->exit != EXIT_USAGE)
		status = fault_tell(&run->faults, answer->error);
	control_free_answer(answer);
	return status;
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

/* Whether ${answer}, which is that to a beginning of an id, speaks of the record
 * with the full id ${draft} or of none. */
static bool
is_draft_alone(const Erfa__Answer *answer, const char *draft)
{
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW)
		return answer->show->row == NULL ||
		    strcmp(run_text(answer->show->row->full_id), draft) == 0;
	return answer->say_case != ERFA__ANSWER__SAY_ERROR ||
	    strcmp(run_text(answer->error->code), "ambiguous_id") != 0;
}

/* Refuse a beginning that means the ${draft}, and another record as well. */
static int
check_alone(struct run *run, char *id, const char *draft)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	if (strcmp(id, draft) == 0)
		return EXIT_DONE;
	show.id = id;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_try(run, &request, &answer)) != EXIT_DONE)
		return status;
	if (!is_draft_alone(answer, draft))
		status = fault_say(&run->faults, EXIT_USAGE, "ambiguous_id",
		    "Type more characters of the id:  erfa drafts, erfa list",
		    "\"%s\" may mean the draft %s, and a record that is "
		    "published",
		    id, draft);
	control_free_answer(answer);
	return status;
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

int
act_begin(struct run *run, uint32_t kind, struct act *act)
{
	char *language;

	memset(act, 0, sizeof(*act));
	act->run = run;
	if (body_new(kind, &act->body) != ERR_NONE)
		return run_nomem(run);
	/* English is what one reads when nothing else was said. */
	if (strcmp(run->asked, "en") == 0 &&
	    args_value(run->args, "lang") == NULL)
		return EXIT_DONE;
	if ((language = strdup(run->asked)) == NULL)
		return run_nomem(run);
	free(act->body->envelope->language);
	act->body->envelope->language = language;
	return EXIT_DONE;
}

int
act_draw(struct act *act, const char *org)
{
	uint8_t record[RECORD_LEN];

	if (crypto_init() != ERR_NONE)
		return run_nomem(act->run);
	crypto_random(record, RECORD_LEN);
	record_print(org, record, RECORD_CHARS, act->id);
	return EXIT_DONE;
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
	    (status = find_draft(run, id, draft)) != EXIT_DONE ||
	    (draft[0] != '\0' &&
		(status = check_alone(run, id, draft)) != EXIT_DONE))
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

char *
act_version(const Erfa__Body *body, char out[ACT_VERSION])
{
	const Erfa__Envelope *envelope = body == NULL ? NULL : body->envelope;

	if (envelope == NULL || !envelope->has_major)
		return NULL;
	(void)snprintf(out, ACT_VERSION, "%u.%u", (unsigned)envelope->major,
	    (unsigned)envelope->minor);
	return out;
}

/* The records of one request. */
struct bundle {
	Erfa__NewRecord record;
	char follows[ACT_VERSION];
};

static void
put_record(const struct act_item *item, struct bundle *bundle)
{
	Erfa__NewRecord *record = &bundle->record;

	erfa__new_record__init(record);
	record->body = (Erfa__Body *)(uintptr_t)item->body;
	if (item->id == NULL || item->id[0] == '\0')
		return;
	record->id = run_lend(item->id);
	record->follows = act_version(item->body, bundle->follows);
}

int
act_publish(struct run *run, const struct act_item *items, size_t count,
    bool dry_run, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publish = ERFA__PUBLISH_REQUEST__INIT;
	struct bundle *bundles = calloc(count + 1, sizeof(*bundles));
	Erfa__NewRecord **list = calloc(count + 1, sizeof(Erfa__NewRecord *));
	Erfa__Answer *answer = NULL;
	int status;
	size_t i;

	if (bundles == NULL || list == NULL) {
		free(bundles);
		free(list);
		return run_nomem(run);
	}
	for (i = 0; i < count; i++) {
		put_record(&items[i], &bundles[i]);
		list[i] = &bundles[i].record;
	}
	publish.record = list;
	publish.n_record = count;
	publish.has_dry_run = 1;
	publish.dry_run = dry_run;
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publish;
	status = run_ask(run, &request, 0, &answer);
	if (status != EXIT_DONE || ret_answer == NULL)
		control_free_answer(answer);
	else
		*ret_answer = answer;
	free(list);
	free(bundles);
	return status;
}

/* Give the exemptions of a trial their numbers.  Those of a public one that has
 * none go by their places: to write them down would be a change of its own. */
static void
number_exemptions(const struct act *act)
{
	Erfa__Trial *trial = act->body->trial;
	size_t i = 0;

	if (act->body->record_case != ERFA__BODY__RECORD_TRIAL)
		return;
	while (i < trial->n_exemptions && !trial->exemptions[i]->has_no)
		i++;
	if (!act->is_public || i < trial->n_exemptions)
		life_number(trial);
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

	number_exemptions(act);
	put.body = act->body;
	put.id = act->id[0] == '\0' ? NULL : act->id;
	put.note = run_lend(note);
	/* Empty if there was no draft: one that was begun since stays. */
	put.changed = act->changed;
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
		status = act_publish(run, items, i + 1, false, &answer);
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
