/*
 * Requests of people become entries: checked and encoded in the pool, written
 * in one transaction, answered when that is durable.
 */

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/body.h"
#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/local.pb-c.h"
#include "proto/record.h"
#include "daemon/docket.h"
#include "daemon/facts.h"
#include "daemon/node_internal.h"

/* How long a publication waits for the index to know those before it. */
#define INDEX_WAIT_MS 5000

/* The answer waits so long for the index, so that `erfa list` shows it. */
#define SHOWN_WAIT_MS 1000

/* Problems that are told; more are not. */
#define PROBLEMS_MAX 50

/* Bytes of what is said of one. */
#define WHAT_MAX 4096

/* One record of a request, made ready. */
struct ready {
	uint32_t kind;
	uint32_t topic;
	uint8_t record[RECORD_LEN];
	uint32_t major;
	uint32_t minor;
	uint64_t group; /* restricted group that it is sealed to; 0 = public */
	bool settled;   /* it can be no other: said, or as it was before */
	uint8_t ext[HEADER_MAX / 2];
	size_t ext_len;
	uint8_t *body;
	size_t body_len;
	bool skip;    /* published before, word for word */
	bool refused; /* nothing further is looked at */
	uint64_t ticket;
};

/* One record as it was asked for. */
struct asked {
	const Erfa__NewRecord *record;
	Erfa__NewRecord *draft; /* that it was made of, or NULL; owned */
	uint64_t draft_ms;      /* when that was changed last */
};

/* A publication on its way. */
struct publication {
	struct pool_job prepare;  /* first: made ready in the pool */
	struct writer_job write;  /* then written */
	struct publication *next; /* waiting for the index */
	bool is_written;          /* after the commit, or before it */
	uint64_t arrival;         /* the index must reach this, */
	int64_t deadline;         /* or this moment come */
	struct node *node;
	struct waiter *waiter;
	uid_t uid;
	struct asked *asked;      /* drafts first, then records */
	struct docket_more *more; /* all that may be looked at */
	size_t nmore;
	struct ready *ready;
	size_t count;
	struct query_group *groups; /* those that are written to */
	size_t ngroups;
	uint64_t seen;         /* so far the index was, before they were read */
	bool is_group_behind;  /* one has changed since, or may have */
	Erfa__Answer *refusal; /* what is wrong */
	char caller[64];       /* name of the note about the caller */
	uint8_t caller_note[16384];
	size_t caller_len;
};

static struct publication *
publication_of(struct writer_job *job)
{
	return (struct publication *)(void *)((char *)job -
	    offsetof(struct publication, write));
}

static void
publication_free(struct publication *publication)
{
	size_t i;

	for (i = 0; i < publication->count && publication->ready != NULL; i++)
		free(publication->ready[i].body);
	for (i = 0; i < publication->count && publication->asked != NULL; i++)
		if (publication->asked[i].draft != NULL)
			erfa__new_record__free_unpacked(
			    publication->asked[i].draft, NULL);
	for (i = 0; i < publication->ngroups; i++)
		query_group_clear(&publication->groups[i]);
	free(publication->groups);
	free(publication->ready);
	free(publication->asked);
	free(publication->more);
	free(publication);
}

/* ---- problems ---- */

/* Name a record of the request: a draft by its id, others by their number. */
static void
print_where(
    const struct publication *publication, size_t i, char *out, size_t size)
{
	size_t drafts = publication->waiter->request->publish->n_draft;

	if (i < drafts)
		(void)snprintf(out, size, "draft %.*s", RECORD_ID_CHARS,
		    publication->waiter->request->publish->draft[i]);
	else
		(void)snprintf(out, size, "record %zu", i - drafts + 1);
}

/* Add an empty problem with record ${i} (from 0) to the refusal; NULL if there
 * is no room. */
static Erfa__Problem *
new_problem(struct publication *publication, size_t i, const char *what,
    const char *remedy)
{
	Erfa__ErrorAnswer *error;
	char where[RECORD_ID_CHARS + 16];

	if (publication->ready != NULL)
		publication->ready[i].refused = true;
	if (publication->refusal == NULL) {
		publication->refusal = node_error_new("not_valid", 65, "",
		    "nothing was published: what was sent is not valid");
		if (publication->refusal == NULL)
			return NULL;
	}
	error = publication->refusal->error;
	print_where(publication, i, where, sizeof(where));
	if (error->n_problem >= PROBLEMS_MAX)
		return NULL;
	if (answer_problem(&error->problem, &error->n_problem, where, what,
		remedy) != ERR_NONE) {
		logger_debug("publish", "a problem could not be told");
		return NULL;
	}
	return error->problem[error->n_problem - 1];
}

/* Add what is wrong with record ${i} (from 0) to the refusal. */
static void __attribute__((format(printf, 4, 5)))
problem(struct publication *publication, size_t i, const char *remedy,
    const char *format, ...)
{
	Erfa__Problem *item;
	char what[WHAT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if ((item = new_problem(publication, i, what, remedy)) == NULL)
		return;
	va_start(args, format);
	if (answer_pattern(&item->pattern, &item->arg, &item->n_arg, format,
		args) != ERR_NONE)
		logger_debug("publish", "a problem is told in English only");
	va_end(args);
}

/* ---- making ready ---- */

/* The time now as the schema writes it. */
static void
print_now(char out[32])
{
	time_t now = time(NULL);
	struct tm tm;

	(void)gmtime_r(&now, &tm);
	(void)strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

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
			problem(publication, i,
			    "use the full id as "
			    "`erfa show TRIAL --json` prints it",
			    "\"%.60s\" is no full record id", asked->id);
			return false;
		}
		if (strcmp(org, own) != 0) {
			problem(publication, i, "copy it:  erfa adapt TRIAL",
			    "the record belongs to %s, this node is %s", org,
			    own);
			return false;
		}
	} else if (asked->import_key != NULL && asked->import_key[0] != '\0') {
		record_import(header_kind_name(ready->kind), asked->import_key,
		    ready->record);
	} else {
		crypto_random(ready->record, RECORD_LEN);
	}
	return true;
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
	if (envelope->licence == NULL && ready->group == 0 &&
	    (err = answer_text(&envelope->licence, "CC-BY-4.0")) != ERR_NONE)
		return err;
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

/* ---- to whom it is published ---- */

/* The group that is written to, read once; NULL if that failed. */
static struct query_group *
read_group(struct publication *publication, uint64_t number)
{
	size_t i;

	for (i = 0; i < publication->ngroups; i++)
		if (publication->groups[i].number == number)
			return &publication->groups[i];
	if (answer_room(&publication->groups, publication->ngroups,
		sizeof(*publication->groups)) != ERR_NONE ||
	    query_group(publication->node->query, number,
		&publication->groups[publication->ngroups]) != ERR_NONE)
		return NULL;
	return &publication->groups[publication->ngroups++];
}

/* What a group is called, or at least which it is. */
static void
print_group(struct publication *publication, uint64_t number, char out[256])
{
	const struct query_group *group = read_group(publication, number);

	if (group != NULL && group->name != NULL && *group->name != '\0')
		(void)snprintf(out, 256, "%s", group->name);
	else
		(void)snprintf(out, 256, "%016llx", (unsigned long long)number);
}

/* Read which group a record says; false if that is a problem. */
static bool
take_said(struct publication *publication, size_t i)
{
	const char *text = publication->asked[i].record->group;
	struct ready *ready = &publication->ready[i];
	uint64_t number;
	enum err err;

	if (text == NULL || *text == '\0')
		return true;
	err = query_group_find(publication->node->query, text, &number);
	if (err != ERR_NONE) {
		problem(publication, i, "All groups:  erfa group list",
		    err == ERR_EXIST ? "several groups fit \"%.80s\"" :
				       "this node is in no group \"%.80s\"",
		    text);
		return false;
	}
	if (ready->settled && ready->group != number) {
		problem(publication, i, "publish a new record to the group",
		    ready->group == 0 ?
			"everybody has the version before it: it cannot become "
			"restricted" :
			"the version before it is of another group");
		return false;
	}
	ready->group = number;
	ready->settled = true;
	return true;
}

/* A record that is here already stays where it is; then what was asked for. */
static void
take_settled(struct publication *publication, size_t i)
{
	struct ready *ready = &publication->ready[i];
	struct node *node = publication->node;
	enum err err;

	err = query_group_of(
	    node->query, node->config->org, ready->record, &ready->group);
	if (err != ERR_NONE && err != ERR_NOENT) {
		problem(publication, i, "try again", "%s", err_str(err));
		return;
	}
	ready->settled = err == ERR_NONE;
	(void)take_said(publication, i);
}

/* The group of a record that is named: of this request, or held already. */
static enum err
group_of(struct publication *publication, const struct facts_ref *ref,
    uint64_t *ret_group)
{
	struct node *node = publication->node;
	size_t i;
	enum err err;

	if (strcmp(ref->org, node->config->org) == 0)
		for (i = 0; i < publication->count; i++)
			if (memcmp(publication->ready[i].record, ref->record,
				RECORD_LEN) == 0) {
				*ret_group = publication->ready[i].group;
				return ERR_NONE;
			}
	*ret_group = 0;
	err = query_group_of(node->query, ref->org, ref->record, ret_group);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* A record, and what it names. */
struct naming {
	struct publication *publication;
	size_t record;
	bool changed; /* it took a group */
};

/* Let a record take the group of one that it names. */
static enum err
follow_one(void *context, const struct facts_ref *ref)
{
	struct naming *naming = context;
	struct publication *publication = naming->publication;
	struct ready *ready = &publication->ready[naming->record];
	char name[256];
	uint64_t group;
	enum err err;

	err = group_of(publication, ref, &group);
	if (err != ERR_NONE || group == 0 || group == ready->group)
		return err;
	if (ready->settled) {
		print_group(publication, group, name);
		problem(publication, naming->record,
		    "leave out what it names, or publish it to that group",
		    "it names a record of the restricted group \"%s\"", name);
		return ERR_EXIST;
	}
	ready->group = group;
	ready->settled = naming->changed = true;
	return ERR_NONE;
}

/* Let a record take the group of what it names; true if it was changed.  What it
 * names is looked at to the end, and what cannot be looked at is no "no". */
static bool
follow_named(struct publication *publication, size_t i)
{
	struct naming naming = { .publication = publication, .record = i };
	enum err err = facts_each_ref(
	    publication->asked[i].record->body, follow_one, &naming);

	if (err != ERR_NONE && err != ERR_EXIST)
		problem(publication, i, "try again", "%s", err_str(err));
	return naming.changed;
}

/* Say that a group is not for this node to write to. */
static void
refuse_group(struct publication *publication, size_t i, const char *name)
{
	publication->ready[i].refused = true;
	if (publication->refusal == NULL)
		publication->refusal = node_error_new("not_in_group", 77,
		    "See why:  erfa group list",
		    "this node cannot write to the restricted group \"%s\"",
		    name);
}

/* Nothing leaves for a group that this node is not in. */
static void
check_group(struct publication *publication, size_t i)
{
	struct ready *ready = &publication->ready[i];
	Erfa__Envelope *envelope = publication->asked[i].record->body->envelope;
	const struct query_group *group;
	char name[256];

	if (ready->group == 0) {
		if (!envelope->has_visibility ||
		    envelope->visibility ==
			ERFA__VISIBILITY__VISIBILITY_UNSET ||
		    envelope->visibility == ERFA__VISIBILITY__VISIBILITY_PUBLIC)
			return;
		problem(publication, i,
		    "leave envelope.visibility out, or say the group:  "
		    "erfa publish --group GROUP",
		    "it is marked as not public, and no group is said");
		return;
	}
	print_group(publication, ready->group, name);
	if (envelope->has_visibility &&
	    envelope->visibility != ERFA__VISIBILITY__VISIBILITY_UNSET &&
	    envelope->visibility != ERFA__VISIBILITY__VISIBILITY_NETWORK) {
		problem(publication, i,
		    "leave envelope.visibility out to publish it",
		    "it is marked as public or private, and is of the "
		    "restricted group \"%s\"",
		    name);
		return;
	}
	group = read_group(publication, ready->group);
	if (group == NULL || group->state != QUERY_GROUP_MEMBER) {
		refuse_group(publication, i, name);
		return;
	}
	envelope->has_visibility = 1;
	envelope->visibility = ERFA__VISIBILITY__VISIBILITY_NETWORK;
}

/* Is any restricted record here, or asked for?  Mostly there is none. */
static bool
is_any_restricted(struct publication *publication)
{
	bool any = false;
	size_t i;

	if (query_group_any(publication->node->query, &any) != ERR_NONE)
		return true;
	for (i = 0; i < publication->count && !any; i++)
		any = !publication->ready[i].refused &&
		    publication->asked[i].record->group != NULL &&
		    publication->asked[i].record->group[0] != '\0';
	return any;
}

/* Find out of which group each record is: what names one is of its group, and what
 * names that again. */
static void
choose_groups(struct publication *publication)
{
	struct ready *ready = publication->ready;
	bool changed = is_any_restricted(publication);
	size_t i;

	for (i = 0; i < publication->count && changed; i++)
		if (!ready[i].refused)
			take_settled(publication, i);
	while (changed) {
		changed = false;
		for (i = 0; i < publication->count; i++)
			if (!ready[i].refused)
				changed |= follow_named(publication, i);
	}
	for (i = 0; i < publication->count; i++)
		if (!ready[i].refused)
			check_group(publication, i);
}

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
	char text[WHAT_MAX];
	Erfa__Problem *item;
	enum err err;

	(void)snprintf(text, sizeof(text), "%s: %s", field, what);
	item = new_problem(
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

/* Is an entry a version of this record?  A restricted one does not say. */
static bool
may_be(const struct header *header, uint32_t kind,
    const uint8_t record[RECORD_LEN])
{
	return header->has_record ?
	    memcmp(header->record, record, RECORD_LEN) == 0 :
	    header->group != 0 && header->kind == kind;
}

/* Is a version of this record accepted, but not signed yet?  Then nobody knows
 * what comes after it: signing pauses for a minute at most. */
static bool
is_unsigned(struct node *node, uint32_t kind, const uint8_t record[RECORD_LEN])
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

/* Find out what is asked for, and let its envelope say so: whoever is judged
 * may name it. */
static void
make_known(struct publication *publication, size_t i)
{
	const Erfa__NewRecord *asked = publication->asked[i].record;
	struct ready *ready = &publication->ready[i];
	Erfa__Body *body = asked->body;
	char id[RECORD_ID_CHARS + 1];

	ready->kind = body == NULL ? 0 : body_kind(body);
	if (ready->kind == 0 || ready->kind >= HEADER_MEMBER) {
		problem(publication, i,
		    "give it one of: trial, programme, "
		    "network, decision, experience ...",
		    "it holds no record that can be published");
		return;
	}
	if (body->envelope == NULL) {
		body->envelope = calloc(1, sizeof(*body->envelope));
		if (body->envelope == NULL) {
			problem(publication, i, "try again", "out of memory");
			return;
		}
		erfa__envelope__init(body->envelope);
	}
	if (!choose_record(publication, i, asked, ready))
		return;
	if (asked->id != NULL && publication->refusal == NULL &&
	    is_unsigned(publication->node, ready->kind, ready->record)) {
		ready->refused = true;
		publication->refusal = node_error_new("not_signed", 75,
		    "try again in a minute",
		    "the version before it is not signed yet");
		return;
	}
	record_print(
	    publication->node->config->org, ready->record, RECORD_CHARS, id);
	if (answer_text(&body->envelope->id, id) != ERR_NONE ||
	    answer_text(&body->envelope->publisher,
		publication->node->config->org) != ERR_NONE)
		problem(publication, i, "try again", "out of memory");
	memcpy(publication->more[publication->nmore].record, ready->record,
	    RECORD_LEN);
	publication->more[publication->nmore++].body = body;
}

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
	group = read_group(publication, ready->group);
	ready->body = NULL;
	err = group == NULL ? ERR_NOMEM :
			      node_group_seal(publication->node, group, plain,
				  len, &ready->body, &ready->body_len);
	crypto_wipe(plain, len);
	free(plain);
	return err;
}

/* Make one record ready, or say what is wrong with it. */
static void
make_ready(struct publication *publication, size_t i)
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
		problem(publication, i, "try again", "%s", err_str(err));
		return;
	}
	if (ready->refused)
		return;
	if (body_check(body, fault) != ERR_NONE) {
		problem(publication, i, "correct the field", "%s", fault);
		return;
	}
	err = body_encode(body, &ready->body, &ready->body_len);
	if (err == ERR_NONE)
		err = seal(publication, ready);
	if (err == ERR_SIZE)
		problem(publication, i, "make it shorter",
		    "it takes more than %d bytes", BODY_MAX);
	else if (err != ERR_NONE)
		problem(publication, i, "try again", "%s", err_str(err));
}

/* Remember on this machine who asked. */
static void
note_caller(struct publication *publication)
{
	Erfa__LocalCaller caller = ERFA__LOCAL_CALLER__INIT;
	char names[8192];
	struct passwd user;
	struct passwd *found = NULL;
	char what[] = "publish";

	caller.has_uid = 1;
	caller.uid = publication->uid;
	if (getpwuid_r(publication->uid, &user, names, sizeof(names), &found) ==
		0 &&
	    found != NULL)
		caller.user = user.pw_name;
	caller.has_time_ms = 1;
	caller.time_ms = node_clock();
	caller.what = what;
	if (erfa__local_caller__get_packed_size(&caller) >
	    sizeof(publication->caller_note))
		return;
	publication->caller_len = erfa__local_caller__pack(
	    &caller, publication->caller_note);
}

/* Read the draft with this id, to be published as it is. */
static void
take_draft(struct publication *publication, size_t i, const char *id)
{
	struct asked *asked = &publication->asked[i];
	struct node *node = publication->node;
	struct node_draft draft;
	char org[ORG_MAX + 1];
	char group[17] = "";
	uint8_t record[RECORD_LEN] = { 0 };
	enum err err = ERR_NOENT;
	size_t k;

	if (record_parse_full(id, org, record) == ERR_NONE &&
	    strcmp(org, node->config->org) == 0)
		err = node_draft_load(node, record, &draft);
	for (k = 0; k < i && err == ERR_NONE; k++)
		if (memcmp(publication->ready[k].record, record, RECORD_LEN) ==
		    0) {
			node_draft_clear(&draft);
			err = ERR_EXIST;
		}
	memcpy(publication->ready[i].record, record, RECORD_LEN);
	if (err != ERR_NONE) {
		problem(publication, i, "all drafts:  erfa drafts", "%s",
		    err == ERR_EXIST     ? "it is named twice" :
			err == ERR_NOENT ? "there is no such draft" :
					   err_str(err));
		return;
	}
	asked->draft_ms = draft.time_ms;
	(void)snprintf(
	    group, sizeof(group), "%s", draft.group == NULL ? "" : draft.group);
	asked->draft = calloc(1, sizeof(*asked->draft));
	if (asked->draft != NULL) {
		erfa__new_record__init(asked->draft);
		asked->draft->body = draft.body;
		draft.body = NULL;
	}
	node_draft_clear(&draft);
	if (asked->draft == NULL ||
	    answer_text(&asked->draft->id, id) != ERR_NONE ||
	    answer_text(&asked->draft->group, group) != ERR_NONE)
		problem(publication, i, "try again", "out of memory");
	asked->record = asked->draft;
}

/* Put together what is asked for; false if memory is short. */
static bool
gather(struct publication *publication)
{
	const Erfa__PublishRequest *request =
	    publication->waiter->request->publish;
	size_t count = request->n_draft + request->n_record;
	size_t i;

	publication->asked = calloc(count + 1, sizeof(*publication->asked));
	publication->more = calloc(count + 1, sizeof(*publication->more));
	publication->ready = calloc(count + 1, sizeof(*publication->ready));
	if (publication->asked == NULL || publication->more == NULL ||
	    publication->ready == NULL) {
		free(publication->ready);
		publication->ready = NULL;
		return false;
	}
	publication->count = count;
	for (i = 0; i < request->n_draft; i++)
		take_draft(publication, i, request->draft[i]);
	for (i = 0; i < request->n_record; i++)
		publication->asked[request->n_draft + i].record =
		    request->record[i];
	return true;
}

static void
prepare_run(struct pool_job *job, void *context)
{
	struct publication *publication = (struct publication *)job;
	size_t i;

	(void)context;
	publication->seen = indexer_arrival(publication->node->indexer);
	if (!gather(publication))
		return;
	for (i = 0; i < publication->count; i++)
		if (!publication->ready[i].refused)
			make_known(publication, i);
	choose_groups(publication);
	for (i = 0; i < publication->count; i++)
		make_ready(publication, i);
	note_caller(publication);
}

/* ---- the answer ---- */

/* To whom it was published, if not to everybody. */
static enum err
fill_group(
    struct publication *publication, uint64_t number, Erfa__Published *one)
{
	const struct query_group *group;
	char text[17];
	enum err err;

	if (number == 0)
		return ERR_NONE;
	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)number);
	group = read_group(publication, number);
	if ((err = answer_text(&one->group, text)) != ERR_NONE ||
	    group == NULL || group->name == NULL)
		return err;
	return answer_text(&one->group_name, group->name);
}

/* Where one record stands now. */
static enum err
fill_published(struct publication *publication, const struct ready *ready,
    bool written, Erfa__Published *one)
{
	struct node *node = publication->node;
	struct outbox_place place;
	char id[RECORD_ID_CHARS + 1];
	char shown[64];
	enum err err;

	record_print(node->config->org, ready->record, RECORD_CHARS, id);
	one->has_skipped = 1;
	one->skipped = ready->skip;
	if ((err = query_shown_id(node->query, node->config->org, ready->record,
		 shown)) != ERR_NONE ||
	    (err = answer_text(&one->id, id)) != ERR_NONE ||
	    (err = answer_text(&one->kind, header_kind_name(ready->kind))) !=
		ERR_NONE ||
	    (err = answer_text(&one->shown_id, shown)) != ERR_NONE ||
	    (err = fill_group(publication, ready->group, one)) != ERR_NONE)
		return err;
	if (!written || ready->skip ||
	    outbox_place(node->outbox, ready->ticket, &place) != ERR_NONE ||
	    !place.is_signed)
		return ERR_NONE;
	one->has_n = 1;
	one->n = place.n;
	return answer_hex(&one->log, place.log_id, LOG_ID_LEN);
}

/* Every record of the request with its place; as far as memory lasts. */
static Erfa__Answer *
publish_answer(struct publication *publication, bool written)
{
	Erfa__Answer *answer;
	Erfa__PublishAnswer *publish;
	Erfa__Published *one;
	size_t i;

	if (answer_new(ERFA__ANSWER__SAY_PUBLISH, &answer) != ERR_NONE)
		return NULL;
	publish = answer->publish;
	publish->has_dry_run = publish->has_published = 1;
	publish->has_skipped = 1;
	publish->dry_run = !written;
	for (i = 0; i < publication->count; i++) {
		if (answer_add(&publish->record, &publish->n_record,
			&erfa__published__descriptor, &one) != ERR_NONE ||
		    fill_published(publication, &publication->ready[i], written,
			one) != ERR_NONE)
			break;
		if (publication->ready[i].skip)
			publish->skipped++;
		else
			publish->published++;
	}
	return answer;
}

/* ---- writing ---- */

/* Are the drafts still what was judged?  ERR_EXIST if not. */
static enum err
check_drafts(struct store_txn *txn, const struct publication *publication)
{
	uint64_t time_ms;
	enum err err;
	size_t i;

	for (i = 0; i < publication->count; i++) {
		if (publication->asked[i].draft == NULL)
			continue;
		err = store_draft_time(
		    txn, publication->ready[i].record, &time_ms);
		if (err == ERR_NOENT ||
		    (err == ERR_NONE &&
			time_ms != publication->asked[i].draft_ms))
			return ERR_EXIST;
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* What is published is a draft no more. */
static enum err
drop_drafts(struct store_txn *txn, const struct publication *publication)
{
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < publication->count && err == ERR_NONE; i++)
		if (publication->asked[i].draft != NULL)
			err = store_draft_drop(
			    txn, publication->ready[i].record);
	return err;
}

/* Is everything sealed to those who are in its group now?  ERR_BUSY if it may be
 * otherwise. */
static enum err
check_words(struct store_txn *txn, struct publication *publication)
{
	size_t i;
	enum err err = ERR_NONE;

	publication->is_group_behind = false;
	for (i = 0; i < publication->ngroups && err == ERR_NONE; i++)
		err = node_group_check(
		    txn, publication->groups[i].number, publication->seen);
	if (err != ERR_BUSY && err != ERR_GAP)
		return err;
	publication->is_group_behind = true;
	return ERR_BUSY;
}

static enum err
write_run(struct store_txn *txn, struct writer_job *job)
{
	struct publication *publication = publication_of(job);
	struct outbox_entry entry;
	struct ready *ready;
	size_t i;
	enum err err;

	if ((err = check_drafts(txn, publication)) != ERR_NONE ||
	    (err = check_words(txn, publication)) != ERR_NONE)
		return err;
	for (i = 0; i < publication->count; i++) {
		ready = &publication->ready[i];
		if (ready->skip)
			continue;
		memset(&entry, 0, sizeof(entry));
		entry.kind = ready->kind;
		entry.topic = ready->topic;
		entry.group = ready->group;
		entry.has_record = ready->group == 0;
		memcpy(entry.record, ready->record, RECORD_LEN);
		entry.ext.data = ready->ext;
		entry.ext.len = ready->ext_len;
		entry.body.data = ready->body;
		entry.body.len = ready->body_len;
		if ((err = outbox_add(publication->node->outbox, txn, &entry,
			 &ready->ticket)) != ERR_NONE)
			return err;
	}
	if ((err = drop_drafts(txn, publication)) != ERR_NONE)
		return err;
	if (publication->caller_len == 0)
		return ERR_NONE;
	return store_note_put(txn, publication->caller,
	    publication->caller_note, publication->caller_len);
}

/* Durable: answer as soon as those who look will find it. */
static void
written(struct node *node, struct publication *publication)
{
	struct store_txn *txn = NULL;

	node_touch_own(node);
	if (store_begin(node->store, false, &txn) == ERR_NONE)
		publication->arrival = store_arrival_last(txn);
	store_abort(&txn);
	if (publication->arrival > node->own_arrival)
		node->own_arrival = publication->arrival;
	publication->is_written = true;
	publication->deadline = node_now() + SHOWN_WAIT_MS;
	publication->next = node->publications;
	node->publications = publication;
	indexer_wake(node->indexer);
}

/* The index is there, or the time is up: prepare, answer or refuse. */
static void
go_on(struct node *node, struct publication *publication, bool indexed)
{
	if (!publication->is_written && indexed) {
		pool_submit(node->pool, &publication->prepare);
		return;
	}
	if (publication->is_written)
		node_answer(node, publication->waiter,
		    publish_answer(publication, true));
	else
		node_answer_error(node, publication->waiter, "index_behind", 75,
		    "try again in a moment",
		    "the index is still taking in what was published before");
	publication_free(publication);
}

void
node_publish_tick(struct node *node, int64_t now)
{
	struct publication *publication = node->publications;
	struct publication *next;
	uint64_t arrival = indexer_arrival(node->indexer);
	bool indexed;

	node->publications = NULL;
	for (; publication != NULL; publication = next) {
		next = publication->next;
		indexed = arrival >= publication->arrival;
		if (indexed || now >= publication->deadline) {
			go_on(node, publication, indexed);
			continue;
		}
		publication->next = node->publications;
		node->publications = publication;
	}
}

void
node_publish_end(struct node *node)
{
	struct publication *publication;

	while ((publication = node->publications) != NULL) {
		node->publications = publication->next;
		node_waiter_free(publication->waiter);
		publication_free(publication);
	}
}

static void
write_done(struct writer_job *job, void *context)
{
	struct publication *publication = publication_of(job);
	struct node *node = context;

	if (node != NULL && job->err == ERR_NONE) {
		written(node, publication);
		return;
	}
	if (node == NULL) {
		node_waiter_free(publication->waiter);
	} else if (job->err == ERR_EXIST) {
		node_answer_error(node, publication->waiter, "draft_changed",
		    75, "look at it and publish again:  erfa drafts",
		    "nothing was published: somebody has changed a draft "
		    "meanwhile");
	} else if (publication->is_group_behind) {
		node_answer_error(node, publication->waiter, "group_behind", 75,
		    "Try again in a minute.",
		    "nothing was published: who is in the restricted group is "
		    "just being changed");
	} else if (job->err == ERR_FULL) {
		node_answer_error(node, publication->waiter, "disk_full", 75,
		    "Make room on the disk of the state directory, or raise "
		    "store_max, and publish again",
		    "nothing was published: no space left in the store");
	} else {
		node_answer_error(node, publication->waiter, "not_written", 75,
		    "Ask your IT to look at the log:  journalctl -u erfad",
		    "it is not known whether this was written: %s",
		    err_str(job->err));
	}
	publication_free(publication);
}

static bool
anything_to_write(const struct publication *publication)
{
	size_t i;

	for (i = 0; i < publication->count; i++)
		if (!publication->ready[i].skip ||
		    publication->asked[i].draft != NULL)
			return true;
	return false;
}

static void
prepare_done(struct pool_job *job, void *context)
{
	struct publication *publication = (struct publication *)job;
	struct node *node = context;
	size_t i;

	if (node->control == NULL) {
		control_free_answer(publication->refusal);
		node_waiter_free(publication->waiter);
		publication_free(publication);
		return;
	}
	if (publication->refusal == NULL && publication->ready == NULL)
		publication->refusal = node_error_new(
		    "no_memory", 75, "try again", "out of memory");
	if (publication->refusal != NULL || publication->ready == NULL ||
	    publication->waiter->request->publish->dry_run ||
	    !anything_to_write(publication)) {
		node_answer(node, publication->waiter,
		    publication->ready == NULL || publication->refusal != NULL ?
			publication->refusal :
			publish_answer(publication,
			    !publication->waiter->request->publish->dry_run));
		publication_free(publication);
		return;
	}
	(void)snprintf(publication->caller, sizeof(publication->caller),
	    "caller/%020llu-%llu", (unsigned long long)node_clock(),
	    (unsigned long long)node->caller_serial++);
	publication->write.run = write_run;
	publication->write.done = write_done;
	publication->write.entries = publication->count;
	for (i = 0; i < publication->count; i++)
		publication->write.bytes += publication->ready[i].body_len;
	writer_submit(node->writer, &publication->write);
}

void
node_publish(struct node *node, struct waiter *waiter, uint32_t uid)
{
	struct publication *publication = calloc(1, sizeof(*publication));

	if (waiter->request->publish->n_record == 0 &&
	    waiter->request->publish->n_draft == 0) {
		free(publication);
		node_answer_error(node, waiter, "nothing", 65,
		    "give a file with at least one record",
		    "there is nothing to publish");
		return;
	}
	if (publication == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	publication->prepare.run = prepare_run;
	publication->prepare.done = prepare_done;
	publication->node = node;
	publication->waiter = waiter;
	publication->uid = uid;

	/* What was acknowledged before must be seen before versions count. */
	publication->arrival = node->own_arrival;
	publication->deadline = node_now() + INDEX_WAIT_MS;
	publication->next = node->publications;
	node->publications = publication;
	node_publish_tick(node, node_now());
}
