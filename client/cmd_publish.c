#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/json.h"
#include "proto/limits.h"
#include "proto/record.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/input.h"
#include "client/kin.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/send.h"
#include "client/slurp.h"

/* What a file may hold, told by its first name. */
enum shape {
	SHAPE_BODY,
	SHAPE_RECORD,
	SHAPE_REQUEST,
};

/* What is to be published, and what it was made of. */
struct publication {
	Erfa__PublishRequest *request; /* owned */
	const char *path;
};

/* Look at the first name of a JSON object. */
static enum shape
shape_of(const char *text)
{
	static const struct {
		const char *name;
		enum shape shape;
	} names[] = {
		{ "record", SHAPE_REQUEST },
		{ "dryRun", SHAPE_REQUEST },
		{ "dry_run", SHAPE_REQUEST },
		{ "skipKnown", SHAPE_REQUEST },
		{ "skip_known", SHAPE_REQUEST },
		{ "body", SHAPE_RECORD },
		{ "id", SHAPE_RECORD },
		{ "importKey", SHAPE_RECORD },
		{ "import_key", SHAPE_RECORD },
		{ "follows", SHAPE_RECORD },
	};

	size_t i, len;

	text += strspn(text, " \t\r\n");
	if (*text != '{')
		return SHAPE_BODY;
	text++;
	text += strspn(text, " \t\r\n");
	if (*text != '"')
		return SHAPE_BODY;
	text++;
	len = strcspn(text, "\"");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == len &&
		    strncmp(text, names[i].name, len) == 0)
			return names[i].shape;
	return SHAPE_BODY;
}

/* An empty message from malloc(), so that it is freed like a decoded one. */
static void *
new_message(const ProtobufCMessageDescriptor *desc)
{
	ProtobufCMessage *msg = malloc(desc->sizeof_message);

	if (msg != NULL)
		protobuf_c_message_init(desc, msg);
	return msg;
}

static void
free_message(ProtobufCMessage *msg)
{
	if (msg != NULL)
		protobuf_c_message_free_unpacked(msg, NULL);
}

/* Put ${body} into a record; ${body} is taken. */
static Erfa__NewRecord *
wrap_body(Erfa__Body *body)
{
	Erfa__NewRecord *record = new_message(&erfa__new_record__descriptor);

	if (record == NULL)
		free_message(&body->base);
	else
		record->body = body;
	return record;
}

/* Put ${record} into a request; ${record}, which may be NULL, is taken. */
static Erfa__PublishRequest *
wrap_record(Erfa__NewRecord *record)
{
	Erfa__PublishRequest *request;

	if (record == NULL)
		return NULL;
	request = new_message(&erfa__publish_request__descriptor);
	if (request != NULL &&
	    (request->record = calloc(1, sizeof(Erfa__NewRecord *))) == NULL) {
		free(request);
		request = NULL;
	}
	if (request == NULL) {
		free_message(&record->base);
		return NULL;
	}
	request->record[0] = record;
	request->n_record = 1;
	return request;
}

static int
bad_json(struct run *run, const char *path, const struct json_error *error)
{
	if (error->line > 0)
		return fault_say(&run->faults, EXIT_DATA, "bad_json",
		    "Nothing was published.", "%s:%u:%u: %s%s%s", path,
		    error->line, error->column, error->path,
		    error->path[0] == '\0' ? "" : ": ", error->text);
	return fault_say(&run->faults, EXIT_DATA, "bad_json",
	    "Nothing was published.", "%s: %s%s%s", path, error->path,
	    error->path[0] == '\0' ? "" : ": ", error->text);
}

/* Read the text as what its first name says. */
static int
parse(struct run *run, const char *path, const char *text, size_t len,
    Erfa__PublishRequest **ret_request)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		[SHAPE_BODY] = &erfa__body__descriptor,
		[SHAPE_RECORD] = &erfa__new_record__descriptor,
		[SHAPE_REQUEST] = &erfa__publish_request__descriptor,
	};
	enum shape shape = shape_of(text);
	struct json_error error = { .line = 0 };
	ProtobufCMessage *msg = NULL;
	enum err err;

	err = json_to_message(types[shape], text, len, &msg, &error);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err != ERR_NONE)
		return bad_json(run, path, &error);
	switch (shape) {
	case SHAPE_BODY:
		*ret_request = wrap_record(
		    wrap_body((Erfa__Body *)(void *)msg));
		break;
	case SHAPE_RECORD:
		*ret_request = wrap_record((Erfa__NewRecord *)(void *)msg);
		break;
	case SHAPE_REQUEST:
		*ret_request = (Erfa__PublishRequest *)(void *)msg;
		break;
	}
	return *ret_request == NULL ? run_nomem(run) : EXIT_DONE;
}

static int
read_publication(struct run *run, struct publication *publication)
{
	char *text = NULL;
	size_t len = 0;
	enum err err;
	int status;

	err = slurp(publication->path, CONTROL_MAX, &text, &len);
	if (err != ERR_NONE)
		return input_fault(run, publication->path, CONTROL_MAX,
		    N_("Publish it in several parts."), err);
	publication->path = speech(slurp_name(publication->path));
	status = parse(
	    run, publication->path, text, len, &publication->request);
	free(text);
	if (status == EXIT_DONE && publication->request != NULL &&
	    publication->request->n_record == 0)
		status = fault_say(&run->faults, EXIT_DATA, "no_record", NULL,
		    "%s holds no record", publication->path);
	return status;
}

static int
ask_publish(struct run *run, struct publication *publication, bool dry_run,
    Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;

	publication->request->has_dry_run = 1;
	publication->request->dry_run = dry_run;
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = publication->request;
	return run_ask(run, &request, 0, ret_answer);
}

/* Where a record has got to, after its id. */
static void
print_place(struct run *run, const Erfa__Published *item)
{
	print_say(run->out, " %s",
	    run_text(item->shown_id)[0] != '\0' ? item->shown_id :
						  run_text(item->id));
	if (item->has_n && item->n > 0)
		print_say(
		    run->out, " (entry %llu)", (unsigned long long)item->n);
	else if (!item->skipped)
		print_say(run->out, " (will be signed shortly)");
}

/* Whose members alone can read it, behind the rest of the line. */
static void
print_group(struct run *run, struct print *print, const Erfa__Published *item)
{
	if (run_text(item->group)[0] != '\0')
		print_say(print, "  (%s: %s)",
		    labels_get(run->labels, "state", "restricted"),
		    run_text(item->group_name));
}

static void
print_published(struct run *run, const Erfa__PublishAnswer *answer)
{
	const Erfa__Published *item;
	const char *done;
	size_t i;

	for (i = 0; i < answer->n_record; i++) {
		item = answer->record[i];
		done = item->skipped ? _("Known already:") : _("Published");
		print_say(run->out, "%s %s",
		    answer->dry_run ? _("Good, could be published:") : done,
		    labels_get(run->labels, "kind", run_text(item->kind)));
		/* An id is drawn when it is published, not before. */
		if (!answer->dry_run)
			print_place(run, item);
		print_group(run, run->out, item);
		print_say(run->out, "\n");
	}
}

/* Say for whom it is; where that differs, each line says it. */
static void
print_readers(struct run *run, const Erfa__PublishAnswer *answer)
{
	const Erfa__Published *first = NULL;
	size_t i;

	for (i = 0; i < answer->n_record; i++) {
		if (first != NULL &&
		    strcmp(run_text(answer->record[i]->group),
			run_text(first->group)) != 0)
			break;
		first = answer->record[i];
	}
	if (i < answer->n_record)
		print_say(
		    run->err, "For those who are named, signed by you:\n");
	else if (first != NULL && run_text(first->group)[0] != '\0')
		print_say(run->err,
		    "Only for those who are in %s, signed by you:\n",
		    run_text(first->group_name));
	else
		print_say(
		    run->err, "For everyone in the network, signed by you:\n");
}

/* Check it with erfad, show what it is, and ask. */
static int
confirm(struct run *run, struct publication *publication)
{
	Erfa__Answer *answer = NULL;
	const char *title;
	size_t i;
	int status;

	status = ask_publish(run, publication, true, &answer);
	if (status != EXIT_DONE)
		return status;
	print_readers(run, answer->publish);
	for (i = 0; i < answer->publish->n_record; i++) {
		title = i < publication->request->n_record ?
		    act_title(publication->request->record[i]->body) :
		    "";
		print_say(run->err, "  %s %s%s",
		    labels_get(run->labels, "kind",
			run_text(answer->publish->record[i]->kind)),
		    *title == '\0' ? "" : "  ", title);
		print_group(run, run->err, answer->publish->record[i]);
		print_say(run->err, "\n");
	}
	control_free_answer(answer);
	return prompt_confirm(run,
	    "It can be erased later, but others may have read it by then.  "
	    "Publish?");
}

/* Have every record that names no group go to that of --group. */
static int
restrict_all(struct run *run, Erfa__PublishRequest *request)
{
	char number[GROUPS_DIGITS + 1];
	size_t i;
	int status;

	if ((status = groups_option(run, number)) != EXIT_DONE ||
	    number[0] == '\0')
		return status;
	for (i = 0; i < request->n_record; i++) {
		if (run_text(request->record[i]->group)[0] != '\0')
			continue;
		if (answer_text(&request->record[i]->group, number) != ERR_NONE)
			return run_nomem(run);
	}
	return EXIT_DONE;
}

/* Look through all records for personal data. */
static int
check_personal(struct run *run, const Erfa__PublishRequest *request)
{
	struct act_item item = { .body = NULL };
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < request->n_record && status == EXIT_DONE; i++) {
		item.body = request->record[i]->body;
		if (item.body != NULL)
			status = act_check(run, &item, 1);
	}
	return status;
}

static int
publish_file(struct run *run)
{
	struct publication publication = { .path = args_word(run->args, 0) };
	bool dry_run = args_given(run->args, "dry-run");
	Erfa__Answer *answer = NULL;
	int status;

	if (args_given(run->args, "public"))
		return fault_say(&run->faults, EXIT_USAGE, "two_readers", NULL,
		    "--public is for drafts: a record of a file is public "
		    "unless --group says otherwise");
	status = read_publication(run, &publication);
	if (publication.request == NULL)
		return status;
	dry_run = dry_run || publication.request->dry_run;
	if (status == EXIT_DONE)
		status = restrict_all(run, publication.request);
	if (status == EXIT_DONE)
		status = check_personal(run, publication.request);
	if (status == EXIT_DONE && !dry_run && !args_given(run->args, "yes"))
		status = confirm(run, &publication);
	if (status == EXIT_DONE)
		status = ask_publish(run, &publication, dry_run, &answer);
	if (status == EXIT_DONE && run->json)
		status = run_json(run, &answer->publish->base);
	else if (status == EXIT_DONE)
		print_published(run, answer->publish);
	control_free_answer(answer);
	free_message(&publication.request->base);
	return status;
}

/* What was once published stays with those who could read it. */
static int
check_unpublished(const struct act *act)
{
	const Erfa__Row *row = act->is_public ? act->show->show->row : NULL;

	if (row == NULL || strcmp(run_text(row->group), act->group) == 0)
		return EXIT_DONE;
	return fault_say(&act->run->faults, EXIT_DATA, "published",
	    "Write another:  erfa new, erfa new --group GROUP",
	    "%s is published already: who can read it stays as it is",
	    act->shown);
}

/* What came from a restricted group goes nowhere else. */
static int
check_origin(const struct act *act, const struct act *edge)
{
	const Erfa__RecordRef *from = edge->body->adaptation->from_trial;
	Erfa__Answer *answer = NULL;
	const Erfa__Row *row;
	int status;

	if (from == NULL || run_text(from->id)[0] == '\0')
		return EXIT_DONE;
	if ((status = act_find(act->run, from->id, &answer)) != EXIT_DONE)
		return status;
	row = answer->show->row;
	if (run_text(row->group)[0] != '\0' &&
	    strcmp(row->group, act->group) != 0)
		status = fault_say(&act->run->faults, EXIT_NOPERM, "restricted",
		    "Write another, in words of your own:  erfa new",
		    "it was made from %s, which is restricted to %s",
		    run_text(row->id), run_text(row->group_name));
	control_free_answer(answer);
	return status;
}

/* Have the draft, and what tells where it came from, go to others. */
static int
move_draft(struct act *act)
{
	struct kin kin = { .count = 0 };
	int status = kin_find(act, &kin);
	size_t i;

	for (i = 0; i < kin.count && status == EXIT_DONE; i++)
		status = check_origin(act, &kin.edge[i]);
	for (i = 0; i < kin.count && status == EXIT_DONE; i++)
		act_restrict(&kin.edge[i], act->group, act->group_name);
	if (status == EXIT_DONE)
		status = act_keep(act, NULL);
	if (status == EXIT_DONE)
		status = kin_keep(&kin);
	kin_close(&kin);
	return status;
}

/* Do what --group or --public says. */
static int
choose_readers(struct act *act)
{
	struct run *run = act->run;
	bool all = args_given(run->args, "public");
	int status;

	if (!all && !args_given(run->args, "group"))
		return EXIT_DONE;
	if (all && args_given(run->args, "group"))
		return fault_say(&run->faults, EXIT_USAGE, "two_readers", NULL,
		    "--group and --public exclude each other");
	if ((status = act_group(act)) != EXIT_DONE)
		return status;
	if (all)
		act_restrict(act, "", "");
	status = check_unpublished(act);
	return status == EXIT_DONE ? move_draft(act) : status;
}

static int
publish_trial(struct run *run, const char *word)
{
	struct act act;
	int status;

	status = act_open(run, word, 0, &act);
	if (status == EXIT_DONE && !act.is_draft)
		status = fault_say(&run->faults, EXIT_USAGE, "no_draft",
		    "Change it first:  erfa edit TRIAL",
		    act.group[0] == '\0' ?
			"%s is public as it is; there is no draft of it" :
			"%s is published as it is; there is no draft of it",
		    act.shown);
	if (status == EXIT_DONE)
		status = choose_readers(&act);
	if (status == EXIT_DONE)
		status = send_draft(&act);
	act_close(&act);
	return status;
}

/* Whether ${word} names a record rather than a file. */
static bool
is_record(const char *word)
{
	struct record_id id;

	if (word[0] == '@')
		return true;
	return record_parse(word, &id) == ERR_NONE && access(word, F_OK) != 0;
}

int
cmd_publish(struct run *run)
{
	const char *word = args_word(run->args, 0);

	return is_record(word) ? publish_trial(run, word) : publish_file(run);
}
