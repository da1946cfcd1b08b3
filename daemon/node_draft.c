/*
 * Drafts: put, read, listed and dropped.  They stand in the store, sealed like
 * bodies, and nobody but this node sees them; what they say is in no log.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/header.h"
#include "proto/life.h"
#include "proto/local.pb-c.h"
#include "proto/record.h"
#include "daemon/docket.h"
#include "daemon/facts.h"
#include "daemon/node_internal.h"
#include "daemon/shown.h"

/* Characters of a note. */
#define NOTE_MAX 500

/* How often a draft is looked for that changes all the time. */
#define TRIES 5

/* A request about drafts on its way. */
struct drafting {
	struct pool_job prepare; /* first: looked at in the pool */
	struct writer_job write; /* then written, if it changes something */
	struct node *node;       /* NULL in the end, if it is closing */
	struct waiter *waiter;
	Erfa__Answer *answer; /* an error, or what will be said */
	bool writes;
	uint8_t record[RECORD_LEN];
	uint8_t *bytes; /* to be kept; NULL = drop */
	size_t len;
	char *changed;    /* Draft.changed as read, "" = there was no draft,
	                   * NULL = whatever there is */
	uint64_t time_ms; /* of this change, or the one before it */
};

static struct drafting *
drafting_of(struct writer_job *job)
{
	return (struct drafting *)(void *)((char *)job -
	    offsetof(struct drafting, write));
}

/* ---- reading ---- */

/* Take apart what the store keeps. */
static enum err
decode(const struct store_draft *stored, struct node_draft *draft)
{
	Erfa__LocalDraft *local;
	enum err err = ERR_NONE;

	local = erfa__local_draft__unpack(NULL, stored->len, stored->data);
	if (local == NULL)
		return ERR_DAMAGED;
	memcpy(draft->record, stored->record, RECORD_LEN);
	draft->time_ms = stored->time_ms;
	if (local->note != NULL && (draft->note = strdup(local->note)) == NULL)
		err = ERR_NOMEM;
	if (local->group != NULL &&
	    (draft->group = strdup(local->group)) == NULL)
		err = ERR_NOMEM;
	if (err == ERR_NONE)
		err = body_decode(
		    local->body.data, local->body.len, &draft->body);
	erfa__local_draft__free_unpacked(local, NULL);
	if (err != ERR_NONE)
		node_draft_clear(draft);
	return err;
}

void
node_draft_clear(struct node_draft *draft)
{
	free(draft->note);
	free(draft->group);
	body_free(draft->body);
	memset(draft, 0, sizeof(*draft));
}

enum err
node_draft_load(struct node *node, const uint8_t record[RECORD_LEN],
    struct node_draft *ret_draft)
{
	struct node_draft draft = { .body = NULL };
	struct store_draft stored;
	struct store_txn *txn = NULL;
	enum err err = ERR_ERASED;
	int tries;

	/* It may be overwritten while it is read; then there is a new one. */
	for (tries = 0; tries < TRIES && err == ERR_ERASED; tries++) {
		if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
			return err;
		err = store_draft(txn, record, &stored);
		store_abort(&txn);
	}
	if (err != ERR_NONE)
		return err == ERR_ERASED ? ERR_NOENT : err;
	err = decode(&stored, &draft);
	store_draft_clear(&stored);
	if (err == ERR_NONE)
		*ret_draft = draft;
	return err;
}

/* The record of the next draft after ${after}; ERR_NOENT. */
static enum err
next_record(struct node *node, const uint8_t *after, uint8_t ret[RECORD_LEN])
{
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	err = store_draft_record_next(txn, after, ret);
	store_abort(&txn);
	return err;
}

/* Make the answer of a request say what is wrong. */
static void __attribute__((format(printf, 5, 6)))
refuse(struct drafting *drafting, const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	drafting->answer = node_error_vnew(code, exit, remedy, format, args);
	va_end(args);
}

/* Find the one draft that ${id} means; false if the answer is an error. */
static bool
resolve(struct drafting *drafting, const char *id)
{
	struct node *node = drafting->node;
	const char *own = node->config->org;
	struct record_id wanted;
	char text[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	const uint8_t *after = NULL;
	size_t found = 0;

	if (id == NULL || record_parse(id, &wanted) != ERR_NONE) {
		refuse(drafting, "bad_id", 64, "All drafts:  erfa drafts",
		    "\"%.80s\" is no id of a draft", id == NULL ? "" : id);
		return false;
	}
	while (shown_org_matches(own, wanted.org) &&
	    next_record(node, after, record) == ERR_NONE) {
		record_print(own, record, RECORD_CHARS, text);
		if (strncmp(strchr(text, '/') + 1, wanted.part,
			strlen(wanted.part)) == 0 &&
		    found++ == 0)
			memcpy(drafting->record, record, RECORD_LEN);
		after = record;
	}
	if (found == 0)
		refuse(drafting, "no_such_draft", 66,
		    "All drafts:  erfa drafts", "there is no draft \"%.80s\"",
		    id);
	else if (found > 1)
		refuse(drafting, "ambiguous_id", 64,
		    "Type more characters of the id.",
		    "\"%.80s\" may mean %zu drafts", id, found);
	return found == 1;
}

/* ---- what is missing ---- */

/* What has been told of a draft. */
struct telling {
	Erfa__Draft *draft;
	struct life_list told;
};

/* Whether something was told for an earlier action. */
static bool
is_told(const struct life_list *told, const struct life_finding *finding)
{
	const struct life_finding *other;
	size_t i;

	for (i = 0; i < told->count; i++) {
		other = &told->at[i];
		if (other->code == finding->code &&
		    other->number == finding->number &&
		    other->who == finding->who && other->name == finding->name)
			return true;
	}
	return false;
}

static enum err
tell_one(struct telling *telling, enum life_action action,
    const struct life_finding *finding)
{
	Erfa__Draft *draft = telling->draft;
	Erfa__Missing *missing;
	enum err err;

	err = answer_add(&draft->missing, &draft->n_missing,
	    &erfa__missing__descriptor, &missing);
	if (err != ERR_NONE ||
	    (err = answer_text(&missing->action, life_action_name(action))) !=
		ERR_NONE ||
	    (err = answer_text(
		 &missing->code, life_code_name(finding->code))) != ERR_NONE ||
	    (err = answer_text(&missing->field, finding->field)) != ERR_NONE ||
	    (err = life_fill(life_sentence(finding->code), finding,
		 draft->shown_id, &missing->what)) != ERR_NONE ||
	    (err = answer_finding(&missing->pattern, &missing->arg,
		 &missing->n_arg, finding, draft->shown_id)) != ERR_NONE)
		return err;
	return life_fill(life_command(finding->code), finding, draft->shown_id,
	    &missing->remedy);
}

/* Tell what keeps ${action} from being done; not that there is no such step. */
static enum err
tell_action(struct telling *telling, const struct life_case *it,
    enum life_action action)
{
	const struct life_finding *finding;
	struct life_report report;
	enum err err;
	size_t i;

	life_check(it, action, &report);
	for (i = 0; i < report.blocks.count; i++) {
		finding = &report.blocks.at[i];
		if (finding->code < LIFE_NEED_TITLE ||
		    is_told(&telling->told, finding))
			continue;
		life_add(&telling->told, finding);
		if ((err = tell_one(telling, action, finding)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err
tell_missing(
    struct node *node, const struct node_draft *from, Erfa__Draft *draft)
{
	static const enum life_action actions[] = { LIFE_PUBLISH, LIFE_PLAN,
		LIFE_START, LIFE_FINISH };
	const struct docket_trial trial = {
		.org = node->config->org,
		.own_org = node->config->org,
		.record = from->record,
		.body = from->body,
	};
	struct telling telling = { .draft = draft };
	struct docket *docket;
	enum err err;
	size_t i;

	if (from->body->record_case != ERFA__BODY__RECORD_TRIAL)
		return ERR_NONE;
	if ((err = query_case(node->query, &trial, &docket)) != ERR_NONE)
		return err;
	for (i = 0; i < 4 && err == ERR_NONE; i++)
		err = tell_action(&telling, docket_case(docket), actions[i]);
	docket_free(docket);
	return err;
}

/* ---- what is said of one ---- */

/* To which restricted group it is to be sealed. */
static enum err
fill_group(struct node *node, uint64_t number, Erfa__Draft *out)
{
	struct query_group group;
	char text[17];
	enum err err;

	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)number);
	if ((err = answer_text(&out->group, text)) != ERR_NONE ||
	    (err = query_group(node->query, number, &group)) != ERR_NONE)
		return err;
	if (group.name != NULL)
		err = answer_text(&out->group_name, group.name);
	query_group_clear(&group);
	return err;
}

/* Which record it is to be a new version of. */
static enum err
fill_version(struct node *node, const struct node_draft *from, Erfa__Draft *out)
{
	struct query_record record;
	char version[32] = "";
	enum err err;

	out->has_published = true;
	err = query_record(
	    node->query, node->config->org, from->record, &record);
	if (err == ERR_NOENT)
		return answer_text(&out->version, "");
	if (err != ERR_NONE)
		return err;
	body_free(record.body);
	out->published = true;
	if (record.group != 0 &&
	    (err = fill_group(node, record.group, out)) != ERR_NONE)
		return err;
	(void)snprintf(version, sizeof(version), "%u.%u",
	    (unsigned)record.major, (unsigned)record.minor);
	return answer_text(&out->version, version);
}

static enum err
fill_draft(struct node *node, const struct node_draft *from, Erfa__Draft *out)
{
	char id[RECORD_ID_CHARS + 1];
	const char *title;
	size_t cut;
	enum err err;

	record_print(node->config->org, from->record, RECORD_CHARS, id);
	if ((err = answer_text(&out->id, id)) != ERR_NONE ||
	    (err = query_shown_id(node->query, node->config->org, from->record,
		 id)) != ERR_NONE ||
	    (err = answer_text(&out->shown_id, id)) != ERR_NONE ||
	    (err = answer_text(&out->kind,
		 header_kind_name(body_kind(from->body)))) != ERR_NONE ||
	    (err = answer_time(&out->changed, from->time_ms)) != ERR_NONE ||
	    (err = answer_text(&out->note, from->note)) != ERR_NONE)
		return err;
	title = facts_title(from->body, &cut);
	if ((out->title = strndup(title, cut)) == NULL)
		return ERR_NOMEM;
	if (from->group != NULL && *from->group != '\0' &&
	    (err = fill_group(node, strtoull(from->group, NULL, 16), out)) !=
		ERR_NONE)
		return err;
	if ((err = fill_version(node, from, out)) != ERR_NONE)
		return err;
	return tell_missing(node, from, out);
}

/* An empty Draft where an answer wants one. */
static Erfa__Draft *
draft_new(Erfa__Draft **out)
{
	if ((*out = calloc(1, sizeof(**out))) != NULL)
		erfa__draft__init(*out);
	return *out;
}

/* ---- put ---- */

/* Read the id of the request, or draw one; false if the answer is an error. */
static bool
choose_record(struct drafting *drafting, const char *id)
{
	const char *own = drafting->node->config->org;
	char org[ORG_MAX + 1];

	if (id == NULL || id[0] == '\0') {
		crypto_random(drafting->record, RECORD_LEN);
		return true;
	}
	if (record_parse_full(id, org, drafting->record) != ERR_NONE) {
		refuse(drafting, "bad_id", 64,
		    "Use the full id, as `erfa drafts --json` prints it.",
		    "\"%.80s\" is no full record id", id);
		return false;
	}
	if (strcmp(org, own) != 0) {
		refuse(drafting, "not_ours", 65, "Copy it:  erfa adapt TRIAL",
		    "the record belongs to %s, this node is %s", org, own);
		return false;
	}
	return true;
}

/* Keep the group of the draft, if there is one; false if the answer is an error:
 * what cannot be read may be restricted. */
static bool
keep_group(struct drafting *drafting, char out[17])
{
	struct node_draft before;
	enum err err;

	err = node_draft_load(drafting->node, drafting->record, &before);
	if (err == ERR_NOENT)
		return true;
	if (err != ERR_NONE) {
		refuse(drafting, "failed", 75, "Try again in a moment.",
		    "the draft before cannot be read: %s", err_str(err));
		return false;
	}
	if (before.group != NULL)
		(void)snprintf(out, 17, "%s", before.group);
	node_draft_clear(&before);
	return true;
}

/* Understand which group is said, or keep that of the draft; false if the answer
 * is an error. */
static bool
choose_group(struct drafting *drafting, const char *text, char out[17])
{
	uint64_t number;
	enum err err;

	if (text == NULL)
		return keep_group(drafting, out);
	if (*text == '\0')
		return true;
	err = query_group_find(drafting->node->query, text, &number);
	if (err == ERR_NONE)
		(void)snprintf(out, 17, "%016llx", (unsigned long long)number);
	else if (err == ERR_EXIST)
		refuse(drafting, "group_unclear", 65,
		    "Give more digits of its number:  erfa group list",
		    "several groups fit \"%.80s\"", text);
	else
		refuse(drafting, "no_such_group", 66,
		    "All groups:  erfa group list",
		    "this node is in no group \"%.80s\"", text);
	return err == ERR_NONE;
}

/* What the store is to keep. */
static enum err
encode(struct drafting *drafting, const Erfa__DraftPutRequest *request,
    char *group)
{
	Erfa__LocalDraft local = ERFA__LOCAL_DRAFT__INIT;
	uint8_t *body = NULL;
	enum err err;

	err = body_encode(request->body, &body, &local.body.len);
	if (err != ERR_NONE)
		return err;
	local.has_body = true;
	local.body.data = body;
	local.note = request->note;
	local.group = *group == '\0' ? NULL : group;
	drafting->len = erfa__local_draft__get_packed_size(&local);
	if (drafting->len > STORE_DRAFT_MAX)
		err = ERR_SIZE;
	else if ((drafting->bytes = malloc(drafting->len)) == NULL)
		err = ERR_NOMEM;
	else
		(void)erfa__local_draft__pack(&local, drafting->bytes);
	free(body);
	return err;
}

static enum err
put(struct drafting *drafting, const Erfa__DraftPutRequest *request)
{
	struct node_draft draft = { .note = request->note,
		.body = request->body };
	char group[17] = "";
	enum err err;

	if (request->body == NULL || body_kind(request->body) == 0 ||
	    body_kind(request->body) >= HEADER_MEMBER) {
		refuse(drafting, "not_valid", 65,
		    "Give it one of: trial, programme, network, round, "
		    "experience ...",
		    "it holds no record that can be published");
		return ERR_NONE;
	}
	if (request->note != NULL && strlen(request->note) > NOTE_MAX) {
		refuse(drafting, "too_long", 65, "",
		    "the note is longer than %d bytes", NOTE_MAX);
		return ERR_NONE;
	}
	if (!choose_record(drafting, request->id))
		return ERR_NONE;
	if (!choose_group(drafting, request->group, group))
		return ERR_NONE;
	draft.group = group;
	err = encode(drafting, request, group);
	if (err == ERR_SIZE) {
		refuse(drafting, "too_long", 65, "Make it shorter.",
		    "it takes more than %d bytes", BODY_MAX);
		return ERR_NONE;
	}
	if (err != ERR_NONE ||
	    (err = answer_new(
		 ERFA__ANSWER__SAY_DRAFT_PUT, &drafting->answer)) != ERR_NONE)
		return err;
	memcpy(draft.record, drafting->record, RECORD_LEN);
	drafting->changed = request->changed;
	drafting->writes = true;
	if (draft_new(&drafting->answer->draft_put->draft) == NULL)
		return ERR_NOMEM;
	return fill_draft(
	    drafting->node, &draft, drafting->answer->draft_put->draft);
}

/* ---- get, list, drop ---- */

/* Somebody may have dropped it just now. */
static enum err
load(struct drafting *drafting, const char *id, struct node_draft *draft)
{
	enum err err;

	err = node_draft_load(drafting->node, drafting->record, draft);
	if (err == ERR_NOENT)
		refuse(drafting, "no_such_draft", 66,
		    "All drafts:  erfa drafts", "there is no draft \"%.80s\"",
		    id);
	return err;
}

static enum err
get(struct drafting *drafting, const Erfa__DraftGetRequest *request)
{
	struct node_draft draft;
	Erfa__DraftGetAnswer *answer;
	enum err err;

	if (!resolve(drafting, request->id))
		return ERR_NONE;
	if ((err = load(drafting, request->id, &draft)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	err = answer_new(ERFA__ANSWER__SAY_DRAFT_GET, &drafting->answer);
	if (err == ERR_NONE) {
		answer = drafting->answer->draft_get;
		err = draft_new(&answer->draft) == NULL ?
		    ERR_NOMEM :
		    fill_draft(drafting->node, &draft, answer->draft);
		answer->body = draft.body;
		draft.body = NULL;
	}
	node_draft_clear(&draft);
	return err;
}

/* The one changed last comes first; of several the smaller id. */
static int
compare_drafts(const void *a, const void *b)
{
	const Erfa__Draft *x = *(const Erfa__Draft *const *)a;
	const Erfa__Draft *y = *(const Erfa__Draft *const *)b;
	int order = strcmp(y->changed, x->changed);

	return order != 0 ? order : strcmp(x->id, y->id);
}

static enum err
list_one(
    struct node *node, const uint8_t *record, Erfa__DraftListAnswer *answer)
{
	struct node_draft draft;
	Erfa__Draft *out;
	enum err err;

	/* One that cannot be read shall not hide the others. */
	err = node_draft_load(node, record, &draft);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	err = answer_add(
	    &answer->draft, &answer->n_draft, &erfa__draft__descriptor, &out);
	if (err == ERR_NONE)
		err = fill_draft(node, &draft, out);
	node_draft_clear(&draft);
	return err;
}

static enum err
list(struct drafting *drafting)
{
	Erfa__DraftListAnswer *answer;
	uint8_t record[RECORD_LEN];
	const uint8_t *after = NULL;
	enum err err;

	err = answer_new(ERFA__ANSWER__SAY_DRAFT_LIST, &drafting->answer);
	if (err != ERR_NONE)
		return err;
	answer = drafting->answer->draft_list;
	while ((err = next_record(drafting->node, after, record)) == ERR_NONE) {
		err = list_one(drafting->node, record, answer);
		if (err != ERR_NONE)
			return err;
		after = record;
	}
	if (answer->n_draft > 1)
		qsort(answer->draft, answer->n_draft, sizeof(void *),
		    compare_drafts);
	return err == ERR_NOENT ? ERR_NONE : err;
}

static enum err
drop(struct drafting *drafting, const Erfa__DraftDropRequest *request)
{
	struct node_draft draft;
	enum err err;

	if (!resolve(drafting, request->id))
		return ERR_NONE;
	if ((err = load(drafting, request->id, &draft)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	err = answer_new(ERFA__ANSWER__SAY_DRAFT_DROP, &drafting->answer);
	if (err == ERR_NONE)
		err = draft_new(&drafting->answer->draft_drop->draft) == NULL ?
		    ERR_NOMEM :
		    fill_draft(drafting->node, &draft,
			drafting->answer->draft_drop->draft);
	drafting->changed = request->changed;
	drafting->writes = true;
	node_draft_clear(&draft);
	return err;
}

/* ---- the way of a request ---- */

static void
prepare_run(struct pool_job *job, void *context)
{
	struct drafting *drafting = (struct drafting *)job;
	const Erfa__Request *request = drafting->waiter->request;
	enum err err;

	(void)context;
	if (request->ask_case == ERFA__REQUEST__ASK_DRAFT_PUT)
		err = put(drafting, request->draft_put);
	else if (request->ask_case == ERFA__REQUEST__ASK_DRAFT_GET)
		err = get(drafting, request->draft_get);
	else if (request->ask_case == ERFA__REQUEST__ASK_DRAFT_DROP)
		err = drop(drafting, request->draft_drop);
	else
		err = list(drafting);
	if (err == ERR_NONE)
		return;
	control_free_answer(drafting->answer);
	drafting->writes = false;
	refuse(drafting, "failed", 75, "Try again in a moment.",
	    "the draft could not be looked at: %s", err_str(err));
}

/* Whether the draft is still as the client knows it; ${time_ms} is 0 if there is
 * none. */
static enum err
check_changed(const struct drafting *drafting, uint64_t time_ms)
{
	char *text = NULL;
	enum err err;

	if (drafting->changed == NULL)
		return ERR_NONE;
	if (drafting->changed[0] == '\0')
		return time_ms == 0 ? ERR_NONE : ERR_EXIST;
	if ((err = answer_time(&text, time_ms)) != ERR_NONE)
		return err;
	if (strcmp(text, drafting->changed) != 0)
		err = ERR_EXIST;
	free(text);
	return err;
}

static enum err
write_run(struct store_txn *txn, struct writer_job *job)
{
	struct drafting *drafting = drafting_of(job);
	uint64_t before = 0;
	uint64_t now = node_clock();
	enum err err;

	err = store_draft_time(txn, drafting->record, &before);
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	if ((err = check_changed(drafting, before)) != ERR_NONE)
		return err;
	if (drafting->bytes == NULL)
		return store_draft_drop(txn, drafting->record);

	/* Each change has a time of its own, whatever the clock does. */
	drafting->time_ms = now > before ? now : before + 1;
	return store_draft_put(txn, drafting->record, drafting->time_ms,
	    drafting->bytes, drafting->len);
}

/* Answer, unless erfad is closing. */
static void
drafting_end(struct drafting *drafting)
{
	if (drafting->node != NULL) {
		node_answer(drafting->node, drafting->waiter, drafting->answer);
	} else {
		control_free_answer(drafting->answer);
		node_waiter_free(drafting->waiter);
	}
	if (drafting->bytes != NULL)
		crypto_wipe(drafting->bytes, drafting->len);
	free(drafting->bytes);
	free(drafting);
}

/* Say why nothing was written. */
static void
tell_failure(struct drafting *drafting, enum err err)
{
	control_free_answer(drafting->answer);
	if (err == ERR_EXIST)
		refuse(drafting, "draft_changed", 75,
		    "Look at it and do it again:  erfa drafts",
		    "somebody has changed the draft meanwhile");
	else if (err == ERR_NOENT)
		refuse(drafting, "no_such_draft", 66,
		    "All drafts:  erfa drafts",
		    "the draft was dropped or published meanwhile");
	else if (err == ERR_LIMIT)
		refuse(drafting, "too_many_drafts", 75,
		    "Publish or drop some:  erfa drafts",
		    "there are %d drafts already", STORE_DRAFTS_MAX);
	else if (err == ERR_FULL)
		refuse(drafting, "disk_full", 75,
		    "Make room on the disk of the state directory",
		    "the draft was not kept: no space left in the store");
	else
		refuse(drafting, "not_written", 75,
		    "Ask your IT to look at the log:  journalctl -u erfad",
		    "it is not known whether this was written: %s",
		    err_str(err));
}

static void
write_done(struct writer_job *job, void *context)
{
	struct drafting *drafting = drafting_of(job);
	Erfa__DraftPutAnswer *put_answer;

	drafting->node = context;
	if (job->err != ERR_NONE) {
		tell_failure(drafting, job->err);
	} else if (drafting->bytes != NULL) {
		put_answer = drafting->answer->draft_put;
		if (answer_time(&put_answer->draft->changed,
			drafting->time_ms) != ERR_NONE)
			logger_debug("draft", "a time could not be told");
	}
	drafting_end(drafting);
}

static void
prepare_done(struct pool_job *job, void *context)
{
	struct drafting *drafting = (struct drafting *)job;
	struct node *node = context;

	if (node->control == NULL)
		drafting->node = NULL;
	if (drafting->node == NULL || !drafting->writes) {
		drafting_end(drafting);
		return;
	}
	drafting->write.run = write_run;
	drafting->write.done = write_done;
	drafting->write.entries = 1;
	drafting->write.bytes = drafting->len;
	writer_submit(node->writer, &drafting->write);
}

void
node_draft(struct node *node, struct waiter *waiter)
{
	struct drafting *drafting = calloc(1, sizeof(*drafting));

	if (drafting == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	drafting->prepare.run = prepare_run;
	drafting->prepare.done = prepare_done;
	drafting->node = node;
	drafting->waiter = waiter;
	pool_submit(node->pool, &drafting->prepare);
}
