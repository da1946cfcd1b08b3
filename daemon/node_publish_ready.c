/*
 * One record is made ready to be published: which one it is, its version, what
 * its header says of others, the gate, and its bytes.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/body.h"
#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/life_need.h"
#include "proto/personal.h"
#include "proto/record.h"
#include "daemon/docket.h"
#include "daemon/facts.h"
#include "daemon/node_internal.h"
#include "daemon/node_publish_internal.h"

/* ---- which record ---- */

/* Which record is meant: a given one, an imported one, or a new one. */
static bool
choose_record(struct publication *publication, size_t i,
    const Erfa__NewRecord *asked, struct ready *ready)
{
	const char *own = publication->node->config->org;
	char org[ORG_MAX + 1];

	if (asked->id != NULL && asked->id[0] != '\0') {
		if (record_parse_full(asked->id, org, ready->record) !=
		    ERR_NONE) {
			publish_problem(publication, i,
			    "use the full id as "
			    "`erfa show TRIAL --json` prints it",
			    "\"%.60s\" is no full record id", asked->id);
			return false;
		}
		if (strcmp(org, own) != 0) {
			publish_problem(publication, i,
			    "copy it:  erfa adapt TRIAL",
			    "the record belongs to %s, this node is %s", org,
			    own);
			return false;
		}
	} else if (asked->import_key != NULL && asked->import_key[0] != '\0') {
		record_import(header_kind_name(ready->kind), asked->import_key,
		    ready->record);
	} else {
		crypto_random(ready->record, RECORD_LEN);
		ready->is_drawn = true;
	}
	return true;
}

/* Is it one before in the same request?  Each would become the same version, and
 * take the place of the other. */
static bool
is_named_before(const struct publication *publication, size_t i)
{
	const struct ready *ready = publication->ready;
	size_t k;

	for (k = 0; k < i; k++)
		if (memcmp(ready[k].record, ready[i].record, RECORD_LEN) == 0)
			return true;
	return false;
}

/* What a record is called by who asks for it. */
static const char *
asked_name(const Erfa__NewRecord *asked)
{
	return asked->id != NULL && asked->id[0] != '\0' ? asked->id :
							   asked->import_key;
}

/* Is an entry a version of this record?  A restricted one does not say. */
static bool
may_be(const struct header *header, uint32_t kind, const uint8_t *record)
{
	if (header->has_record)
		return record != NULL &&
		    memcmp(header->record, record, RECORD_LEN) == 0;
	return header->group != 0 && (record == NULL || header->kind == kind);
}

bool
publish_unsigned(struct node *node, uint32_t kind, const uint8_t *record)
{
	struct store_txn *txn = NULL;
	struct header header;
	struct bytes bytes;
	uint64_t ticket = 0;
	size_t size;
	bool found = false;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return false;
	while (!found &&
	    store_outbox_next(txn, ticket, &ticket, &bytes, &size) == ERR_NONE)
		found = header_decode(bytes.data, bytes.len, &header) ==
			ERR_NONE &&
		    may_be(&header, kind, record);
	store_abort(&txn);
	return found;
}

/* Give it an envelope, unless it has one. */
static bool
has_envelope(struct publication *publication, size_t i, Erfa__Body *body)
{
	if (body->envelope != NULL)
		return true;
	body->envelope = calloc(1, sizeof(*body->envelope));
	if (body->envelope == NULL) {
		publish_problem(publication, i, "try again", "out of memory");
		return false;
	}
	erfa__envelope__init(body->envelope);
	return true;
}

/* Write beside every provision its key: whoever changed the words has not thought
 * of it. */
static enum err
set_keys(Erfa__Body *body)
{
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; body->record_case == ERFA__BODY__RECORD_TRIAL &&
	     i < body->trial->n_exemptions && err == ERR_NONE;
	     i++)
		err = life_exemption_key(body->trial->exemptions[i]);
	return err;
}

void
publish_know(struct publication *publication, size_t i)
{
	const Erfa__NewRecord *asked = publication->asked[i].record;
	struct ready *ready = &publication->ready[i];
	Erfa__Body *body = asked->body;
	char id[RECORD_ID_CHARS + 1];

	ready->kind = body == NULL ? 0 : body_kind(body);
	if (ready->kind == 0 || ready->kind >= HEADER_MEMBER) {
		publish_problem(publication, i,
		    "give it one of: trial, programme, "
		    "network, decision, experience ...",
		    "it holds no record that can be published");
		return;
	}
	if (!has_envelope(publication, i, body) ||
	    !choose_record(publication, i, asked, ready))
		return;
	if (!ready->is_drawn && is_named_before(publication, i)) {
		publish_problem(publication, i, "leave one of the two out",
		    "%s is named twice", asked_name(asked));
		return;
	}
	if (!ready->is_drawn && publication->refusal == NULL &&
	    publish_unsigned(publication->node, ready->kind, ready->record)) {
		publish_refuse(publication, i,
		    node_error_new("not_signed", 75, "try again in a minute",
			"the version before it is not signed yet"));
		return;
	}
	record_print(
	    publication->node->config->org, ready->record, RECORD_CHARS, id);
	if (answer_text(&body->envelope->id, id) != ERR_NONE ||
	    answer_text(&body->envelope->publisher,
		publication->node->config->org) != ERR_NONE ||
	    set_keys(body) != ERR_NONE)
		publish_problem(publication, i, "try again", "out of memory");
	memcpy(publication->more[publication->nmore].record, ready->record,
	    RECORD_LEN);
	publication->more[publication->nmore++].body = body;
}

/* ---- its envelope ---- */

/* The time now as the schema writes it. */
static void
print_now(char out[32])
{
	time_t now = time(NULL);
	struct tm tm;

	(void)gmtime_r(&now, &tm);
	(void)strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* Who does not speak of the licence leaves it alone; what is public has one. */
static enum err
keep_licence(const struct ready *ready, const struct query_record *before,
    Erfa__Envelope *envelope)
{
	if (envelope->licence != NULL && *envelope->licence != '\0')
		return ERR_NONE;
	if (before != NULL && before->body != NULL &&
	    before->body->envelope != NULL &&
	    before->body->envelope->licence != NULL)
		return answer_text(
		    &envelope->licence, before->body->envelope->licence);
	return ready->group == 0 ?
	    answer_text(&envelope->licence, "CC-BY-4.0") :
	    ERR_NONE;
}

/* Fill in what the software fills in. */
static enum err
stamp(struct publication *publication, const struct ready *ready,
    const struct query_record *before, Erfa__Body *body)
{
	Erfa__Envelope *envelope = body->envelope;
	const char *own = publication->node->config->org;
	char id[RECORD_ID_CHARS + 1];
	char now[32];
	enum err err;

	record_print(own, ready->record, RECORD_CHARS, id);
	if ((err = answer_text(&envelope->id, id)) != ERR_NONE ||
	    (err = answer_text(&envelope->publisher, own)) != ERR_NONE)
		return err;
	envelope->has_major = envelope->has_minor = 1;
	envelope->major = ready->major;
	envelope->minor = ready->minor;
	if (envelope->transcribed)
		return ERR_NONE;
	if ((err = keep_licence(ready, before, envelope)) != ERR_NONE)
		return err;
	print_now(now);
	if (before != NULL && before->body != NULL &&
	    before->body->envelope != NULL &&
	    before->body->envelope->published_at != NULL) {
		err = answer_text(&envelope->published_at,
		    before->body->envelope->published_at);
		return err != ERR_NONE ?
		    err :
		    answer_text(&envelope->amended_at, now);
	}
	return answer_text(&envelope->published_at, now);
}

/* Are both bodies the same but for version and dates? */
static bool
same_content(const Erfa__Body *before, Erfa__Body *body)
{
	Erfa__Envelope *envelope = body->envelope;
	uint8_t *old_bytes = NULL;
	uint8_t *new_bytes = NULL;
	size_t old_len = 0;
	size_t new_len = 0;
	bool same;

	if (before == NULL || before->envelope == NULL ||
	    !envelope->transcribed)
		return false;
	envelope->major = before->envelope->major;
	envelope->minor = before->envelope->minor;
	same = body_encode(before, &old_bytes, &old_len) == ERR_NONE &&
	    body_encode(body, &new_bytes, &new_len) == ERR_NONE &&
	    old_len == new_len && memcmp(old_bytes, new_bytes, old_len) == 0;
	free(old_bytes);
	free(new_bytes);
	return same;
}

/* ---- its header ---- */

/* First sector of a trial, or 0. */
static uint32_t
own_topic(const Erfa__Body *body)
{
	const Erfa__Trial *trial = body->trial;

	return body->record_case == ERFA__BODY__RECORD_TRIAL &&
		trial->n_sector > 0 ?
	    (uint32_t)trial->sector[0] :
	    0;
}

/* The topic of a record that is named: of this request, or held already. */
static uint32_t
topic_of(struct publication *publication, const struct facts_ref *ref)
{
	struct node *node = publication->node;
	struct query_record record;
	uint32_t topic;
	size_t i;

	if (strcmp(ref->org, node->config->org) == 0)
		for (i = 0; i < publication->count; i++)
			if (publication->ready[i].topic != 0 &&
			    memcmp(publication->ready[i].record, ref->record,
				RECORD_LEN) == 0)
				return publication->ready[i].topic;
	if (query_record(node->query, ref->org, ref->record, &record) !=
	    ERR_NONE)
		return 0;
	topic = record.body != NULL ? own_topic(record.body) : 0;
	body_free(record.body);
	return topic;
}

/* The ext: this version, and every record that the body names. */
static enum err
make_about(struct publication *publication, const Erfa__Body *body,
    struct ready *ready)
{
	struct header_about about[HEADER_ABOUT_MAX] = { 0 };
	struct facts_ref refs[FACTS_REFS_MAX];
	const char *own = publication->node->config->org;
	size_t nrefs = facts_about(body, refs);
	size_t count = 1;
	size_t i;

	/* The header of a restricted entry says nothing of this. */
	if (ready->group != 0)
		return ERR_NONE;
	memcpy(about[0].record, ready->record, RECORD_LEN);
	about[0].major = ready->major;
	about[0].minor = ready->minor;
	ready->topic = own_topic(body);
	for (i = 0; i < nrefs && count < HEADER_ABOUT_MAX; i++) {
		if (strcmp(refs[i].org, own) == 0 &&
		    memcmp(refs[i].record, ready->record, RECORD_LEN) == 0)
			continue;
		if (strcmp(refs[i].org, own) != 0)
			memcpy(
			    about[count].org, refs[i].org, sizeof(refs[i].org));
		memcpy(about[count].record, refs[i].record, RECORD_LEN);
		if (ready->topic == 0)
			ready->topic = topic_of(publication, &refs[i]);
		count++;
	}
	return header_about_encode(
	    about, count, ready->ext, sizeof(ready->ext), &ready->ext_len);
}

/* ---- its version ---- */

/* What stands in the way of record ${record}. */
struct objection {
	struct publication *publication;
	size_t record;
};

static void
object(void *context, const struct life_finding *finding, const char *field,
    const char *what, const char *remedy)
{
	const struct objection *objection = context;
	char text[PUBLISH_WHAT_MAX];
	Erfa__Problem *item;
	enum err err;

	(void)snprintf(text, sizeof(text), "%s: %s", field, what);
	item = publish_problem_new(
	    objection->publication, objection->record, text, remedy);
	if (item == NULL)
		return;
	err = answer_text(&item->path, field);
	if (err == ERR_NONE && finding != NULL)
		err = answer_finding(
		    &item->pattern, &item->arg, &item->n_arg, finding, NULL);
	else if (err == ERR_NONE)
		err = answer_text(&item->pattern, what);
	if (err != ERR_NONE)
		logger_debug("publish", "a problem is told in English only");
}

/* Judge the step from what is there. */
static enum err
judge(struct publication *publication, size_t i,
    const struct query_record *before, Erfa__Body *after)
{
	struct objection objection = { .publication = publication,
		.record = i };
	const struct node_gate gate = {
		.node = publication->node,
		.record = publication->ready[i].record,
		.is_new = before == NULL && publication->asked[i].draft == NULL,
		.before = before == NULL ? NULL : before->body,
		.after = after,
		.more = publication->more,
		.nmore = publication->nmore,
		.refuse = object,
		.context = &objection,
	};

	return node_gate(&gate);
}

/* The status is set by commands: who does not speak of it leaves it alone. */
static void
keep_status(const Erfa__Body *before, Erfa__Body *after)
{
	if (before == NULL || after->envelope->transcribed ||
	    before->record_case != ERFA__BODY__RECORD_TRIAL ||
	    after->record_case != ERFA__BODY__RECORD_TRIAL ||
	    !before->trial->has_status || after->trial->has_status)
		return;
	after->trial->has_status = true;
	after->trial->status = before->trial->status;
}

/* Give it the version that follows what is there. */
static enum err
follow(struct publication *publication, const struct query_record *before,
    struct ready *ready, Erfa__Body *body)
{
	enum err err;

	err = node_gate_version(before, body, &ready->major, &ready->minor);
	if (err != ERR_NONE)
		return err;
	if ((err = stamp(publication, ready, before, body)) != ERR_NONE)
		return err;
	if (publication->waiter->request->publish->skip_known)
		ready->skip = same_content(before->body, body);
	body->envelope->major = ready->major;
	body->envelope->minor = ready->minor;
	return ERR_NONE;
}

/* Refuse what was made from another version than is there by now: that would be
 * taken back, and nobody would have seen it. */
static enum err
check_follows(
    struct publication *publication, size_t i, const struct query_record *there)
{
	struct node *node = publication->node;
	const char *follows = publication->asked[i].record->follows;
	char id[RECORD_ID_CHARS + 1];
	char version[32];
	enum err err;

	(void)snprintf(version, sizeof(version), "%u.%u",
	    (unsigned)there->major, (unsigned)there->minor);
	if (follows == NULL || strcmp(follows, version) == 0)
		return ERR_NONE;
	err = query_shown_id(
	    node->query, node->config->org, publication->ready[i].record, id);
	if (err == ERR_NONE)
		publish_refuse(publication, i,
		    node_error_new("version_changed", 75,
			"look at it and do it again:  erfa history TRIAL",
			"nothing was published: %s is version %s by now, and "
			"this was made from %.20s",
			id, version, follows));
	return err;
}

/* What is there of this record already decides the version, and what may come
 * next. */
static enum err
next_version(struct publication *publication, size_t i, Erfa__Body *body)
{
	struct node *node = publication->node;
	struct ready *ready = &publication->ready[i];
	struct query_record before = { 0 };
	bool is_new;
	enum err err;

	err = query_record(
	    node->query, node->config->org, ready->record, &before);
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	is_new = err == ERR_NOENT;
	err = is_new ? ERR_NONE : check_follows(publication, i, &before);
	if (err != ERR_NONE || ready->refused) {
		body_free(before.body);
		return err;
	}
	ready->major = 1;
	ready->minor = 0;
	keep_status(before.body, body);
	err = is_new ? stamp(publication, ready, NULL, body) :
		       follow(publication, &before, ready, body);
	if (err == ERR_NONE && !ready->skip)
		err = judge(publication, i, is_new ? NULL : &before, body);
	body_free(before.body);
	return err;
}

/* ---- its bytes ---- */

/* Seal what is ready to the members of its group. */
static enum err
seal(struct publication *publication, struct ready *ready)
{
	const struct query_group *group;
	uint8_t *plain = ready->body;
	size_t len = ready->body_len;
	enum err err;

	if (ready->group == 0)
		return ERR_NONE;
	group = publish_group(publication, ready->group);
	ready->body = NULL;
	err = group == NULL ? ERR_NOMEM :
			      node_group_seal(publication->node, group, plain,
				  len, &ready->body, &ready->body_len);
	crypto_wipe(plain, len);
	free(plain);
	return err;
}

/* A number that may tell who is meant does not leave before somebody says of this
 * observation that it may. */
static bool
tells_of_few(const Erfa__Body *body)
{
	return body->record_case == ERFA__BODY__RECORD_OBSERVATION &&
	    body->observation->value_case !=
	    ERFA__OBSERVATION__VALUE__NOT_SET &&
	    personal_small_counts(body->observation);
}

void
publish_make_ready(struct publication *publication, size_t i)
{
	struct ready *ready = &publication->ready[i];
	char fault[BODY_FAULT_MAX];
	Erfa__Body *body;
	enum err err;

	if (ready->refused)
		return;
	body = publication->asked[i].record->body;
	if ((err = next_version(publication, i, body)) != ERR_NONE ||
	    (err = make_about(publication, body, ready)) != ERR_NONE) {
		publish_problem(
		    publication, i, "try again", "%s", err_str(err));
		return;
	}
	if (ready->refused)
		return;
	if (body_check(body, fault) != ERR_NONE) {
		publish_problem(
		    publication, i, "correct the field", "%s", fault);
		return;
	}
	if (!ready->skip && tells_of_few(body)) {
		publish_problem(publication, i,
		    "leave the numbers out, or say that they may be shown:  "
		    "small_count_confirmed: true",
		    personal_names_few(body->observation) ?
			"a count of 1 to 4 persons may tell who they are" :
			"it says itself that its numbers are held back");
		return;
	}
	err = body_encode(body, &ready->body, &ready->body_len);
	if (err == ERR_NONE)
		err = seal(publication, ready);
	if (err == ERR_SIZE)
		publish_problem(publication, i, "make it shorter",
		    "it takes more than %d bytes", BODY_MAX);
	else if (err != ERR_NONE)
		publish_problem(
		    publication, i, "try again", "%s", err_str(err));
}
