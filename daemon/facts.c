#include "daemon/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crypto.h"
#include "proto/header.h"
#include "proto/record.h"

#include "daemon/words.h"

/* One walk over a body: for its words, or for its references. */
struct walk {
	struct words *words; /* NULL: references are wanted */
	struct facts_ref *refs;
	size_t nrefs;
	enum err err;
};

static void walk_message(
    struct walk *walk, const ProtobufCMessage *msg, bool outermost);

/* ---- facets ---- */

uint32_t
facts_sector(uint32_t number)
{
	if (number >= 1 && number <= 30)
		return UINT32_C(1) << number;
	return number == 99 ? UINT32_C(1) << 31 : 0;
}

void
facts_external(const char *external_id, uint8_t out[FACTS_HASH_LEN])
{
	uint8_t hash[HASH_LEN];

	crypto_h(external_id, strlen(external_id), hash);
	memcpy(out, hash, FACTS_HASH_LEN);
}

void
facts_country(const char *org, char ret_country[3])
{
	static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	bool named = org[0] >= 'a' && org[0] <= 'z' && org[1] >= 'a' &&
	    org[1] <= 'z' && (org[2] == '-' || org[2] == '\0');

	ret_country[0] = '\0';
	if (!named)
		return;
	ret_country[0] = upper[org[0] - 'a'];
	ret_country[1] = upper[org[1] - 'a'];
	ret_country[2] = '\0';
}

static uint32_t
sector_set(const Erfa__Sector *sectors, size_t count)
{
	uint32_t set = 0;
	size_t i;

	for (i = 0; i < count; i++)
		set |= facts_sector((uint32_t)sectors[i]);
	return set;
}

static void
read_envelope(const Erfa__Envelope *envelope, struct facts *facts)
{
	facts->major = envelope->major;
	facts->minor = envelope->minor;
	facts->transcribed = envelope->transcribed;
	facts->has_external = envelope->external_id != NULL &&
	    *envelope->external_id != '\0';
	if (facts->has_external)
		facts_external(envelope->external_id, facts->external);
}

void
facts_read(const Erfa__Body *body, struct facts *ret_facts)
{
	struct facts facts = { .kind = body_kind(body) };

	if (body->envelope != NULL)
		read_envelope(body->envelope, &facts);
	if (facts.kind == HEADER_TRIAL) {
		facts.sectors = sector_set(
		    body->trial->sector, body->trial->n_sector);
		if (body->trial->n_sites > 0 &&
		    body->trial->sites[0]->id != NULL)
			facts_country(body->trial->sites[0]->id, facts.country);
	} else if (facts.kind == HEADER_PROGRAMME) {
		facts.sectors = sector_set(
		    body->programme->sector, body->programme->n_sector);
		if (body->programme->country != NULL)
			facts_country(body->programme->country, facts.country);
	} else if (facts.kind == HEADER_NETWORK) {
		facts.sectors = sector_set(
		    body->network->sector, body->network->n_sector);
		if (body->network->country != NULL)
			facts_country(body->network->country, facts.country);
	}
	*ret_facts = facts;
}

/* ---- words and references ---- */

/* Fields whose text is no prose. */
static bool
is_technical(const char *name)
{
	static const char *const names[] = { "id", "url", "provision_url",
		"key", "external_id", "published_at", "amended_at", "language",
		"licence", "publisher", "mailbox", "address", "currency",
		"group" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* In which part of the body the field ${name} of the record stands. */
static uint8_t
part_of(const char *name)
{
	if (strcmp(name, "title") == 0 || strcmp(name, "name") == 0)
		return WORD_IN_TITLE;
	if (strcmp(name, "summary") == 0 || strcmp(name, "plain_summary") == 0)
		return WORD_IN_SUMMARY;
	return WORD_IN_TEXT;
}

/* Note the record that ${ref} names, once. */
static void
take_ref(struct walk *walk, const Erfa__RecordRef *ref)
{
	struct facts_ref *at = &walk->refs[walk->nrefs];
	size_t i;

	if (walk->nrefs == FACTS_REFS_MAX || ref->id == NULL ||
	    record_parse_full(ref->id, at->org, at->record) != ERR_NONE)
		return;
	for (i = 0; i < walk->nrefs; i++)
		if (strcmp(walk->refs[i].org, at->org) == 0 &&
		    memcmp(walk->refs[i].record, at->record, RECORD_LEN) == 0)
			return;
	walk->nrefs++;
}

/* Visit one value of a field that holds text or a message. */
static void
walk_value(struct walk *walk, const ProtobufCFieldDescriptor *field,
    const void *at, bool outermost)
{
	const ProtobufCMessage *msg;
	const char *text;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		memcpy(&msg, at, sizeof(void *));
		if (msg == NULL ||
		    field->descriptor == &erfa__source__descriptor)
			return;
		if (field->descriptor != &erfa__record_ref__descriptor)
			walk_message(walk, msg, false);
		else if (walk->words == NULL)
			take_ref(
			    walk, (const Erfa__RecordRef *)(const void *)msg);
		return;
	}
	memcpy(&text, at, sizeof(text));
	if (text == NULL || walk->words == NULL || walk->err != ERR_NONE ||
	    is_technical(field->name))
		return;
	walk->err = words_add(
	    walk->words, text, outermost ? part_of(field->name) : WORD_IN_TEXT);
}

/* Whether a member of a oneof is the one that is set; true for all others. */
static bool
is_set(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	uint32_t which;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
		return true;
	memcpy(&which, (const char *)msg + field->quantifier_offset,
	    sizeof(which));
	return which == field->id;
}

static void
walk_field(struct walk *walk, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, bool outermost)
{
	const char *items;
	size_t count;
	size_t i;

	if (field->label != PROTOBUF_C_LABEL_REPEATED) {
		if (is_set(msg, field))
			walk_value(walk, field,
			    (const char *)msg + field->offset, outermost);
		return;
	}
	memcpy(&count, (const char *)msg + field->quantifier_offset,
	    sizeof(count));
	memcpy(&items, (const char *)msg + field->offset, sizeof(items));
	for (i = 0; i < count; i++)
		walk_value(walk, field, items + i * sizeof(void *), outermost);
}

static void
walk_message(struct walk *walk, const ProtobufCMessage *msg, bool outermost)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	unsigned i;

	for (i = 0; i < desc->n_fields; i++)
		if (desc->fields[i].type == PROTOBUF_C_TYPE_STRING ||
		    desc->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			walk_field(walk, msg, &desc->fields[i], outermost);
}

/* Walk over the record first, so that its title is taken before the rest. */
static void
walk_body(struct walk *walk, const Erfa__Body *body)
{
	const ProtobufCMessage *record = body_record(body);

	if (record != NULL)
		walk_message(walk, record, true);
	if (body->envelope != NULL)
		walk_message(walk, &body->envelope->base, false);
}

enum err
facts_words(const Erfa__Body *body, struct words *words)
{
	struct walk walk = { .words = words };

	walk_body(&walk, body);
	return walk.err;
}

size_t
facts_refs(const Erfa__Body *body, struct facts_ref ret_refs[FACTS_REFS_MAX])
{
	struct walk walk = { .refs = ret_refs };

	walk_body(&walk, body);
	return walk.nrefs;
}

size_t
facts_about(const Erfa__Body *body, struct facts_ref ret_refs[FACTS_REFS_MAX])
{
	struct walk walk = { .refs = ret_refs };
	const Erfa__Adaptation *adaptation;

	if (body_kind(body) != HEADER_ADAPTATION)
		return facts_refs(body, ret_refs);

	/* An origin without a copy would pass for one. */
	adaptation = body->adaptation;
	if (adaptation->to_trial != NULL)
		take_ref(&walk, adaptation->to_trial);
	if (walk.nrefs > 0 && adaptation->from_trial != NULL)
		take_ref(&walk, adaptation->from_trial);
	return walk.nrefs;
}

/* ---- what people read ---- */

/* The first text of the labels. */
static const char *
first_label(Erfa__Label **labels, size_t count)
{
	return count > 0 ? labels[0]->text : NULL;
}

static const char *
experience_title(const Erfa__Experience *experience)
{
	if (experience->n_reported > 0)
		return experience->reported[0];
	if (experience->what_worked != NULL)
		return experience->what_worked;
	return experience->n_lessons > 0 ? experience->lessons[0] :
					   experience->what_did_not;
}

/* The text that stands for the record. */
static const char *
title_of(const Erfa__Body *body)
{
	switch (body_kind(body)) {
	case HEADER_PROFILE:
		return first_label(body->profile->name, body->profile->n_name);
	case HEADER_PROGRAMME:
		return body->programme->name;
	case HEADER_NETWORK:
		return body->network->name;
	case HEADER_ROUND:
		return body->round->title;
	case HEADER_TRIAL:
		return body->trial->title;
	case HEADER_DECISION:
		return body->decision->plain_summary != NULL ?
		    body->decision->plain_summary :
		    body->decision->reason;
	case HEADER_INDICATOR:
		return body->indicator->name;
	case HEADER_EXPERIENCE:
		return experience_title(body->experience);
	case HEADER_ADAPTATION:
		return body->adaptation->from_text;
	case HEADER_COMMENT:
		return body->comment->body;
	case HEADER_RETRACTION:
		return body->retraction->explanation;
	case HEADER_TERM:
		return first_label(
		    body->term->pref_label, body->term->n_pref_label);
	case HEADER_MEMBER:
		return body->directory->name;
	case HEADER_GROUP:
		return body->group->name;
	default:
		return NULL;
	}
}

const char *
facts_title(const Erfa__Body *body, size_t *ret_cut)
{
	const char *title = title_of(body);
	size_t len;

	if (title == NULL)
		title = "";

	/* Where prose stands for a title, its beginning will do. */
	len = strlen(title);
	if (len > FACTS_TITLE_MAX) {
		len = FACTS_TITLE_MAX;
		while (len > 0 && ((unsigned char)title[len] & 0xc0) == 0x80)
			len--;
	}
	*ret_cut = len;
	return title;
}

/* Write the name of an enumeration's value without its prefix, lower case. */
static void
write_enum(const ProtobufCEnumDescriptor *desc, int value, const char *prefix,
    char out[FACTS_TEXT_MAX])
{
	const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(
	    desc, value);
	const char *name;
	size_t i;

	if (value == 0)
		return;
	if (found == NULL) {
		(void)snprintf(out, FACTS_TEXT_MAX, "%d", value);
		return;
	}
	name = found->name;
	if (strncmp(name, prefix, strlen(prefix)) == 0)
		name += strlen(prefix);
	for (i = 0; i < FACTS_TEXT_MAX - 1 && name[i] != '\0'; i++)
		out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ?
			name[i] - 'A' + 'a' :
			name[i]);
	out[i] = '\0';
}

void
facts_status(const Erfa__Body *body, char out[FACTS_TEXT_MAX])
{
	out[0] = '\0';
	switch (body_kind(body)) {
	case HEADER_TRIAL:
		write_enum(&erfa__status__descriptor, (int)body->trial->status,
		    "STATUS_", out);
		break;
	case HEADER_PROGRAMME:
		write_enum(&erfa__programme_status__descriptor,
		    (int)body->programme->status, "PROGRAMME_STATUS_", out);
		break;
	case HEADER_APPLICATION:
		write_enum(&erfa__outcome__descriptor,
		    (int)body->application->outcome, "OUTCOME_", out);
		break;
	case HEADER_DECISION:
		write_enum(&erfa__outcome__descriptor,
		    (int)body->decision->outcome, "OUTCOME_", out);
		break;
	default:
		break;
	}
}

/* The period of a record that has one. */
static const Erfa__Period *
period_of(const Erfa__Body *body)
{
	switch (body_kind(body)) {
	case HEADER_TRIAL:
		return body->trial->period;
	case HEADER_PROGRAMME:
		return body->programme->period;
	case HEADER_NETWORK:
		return body->network->period;
	case HEADER_OBSERVATION:
		return body->observation->period;
	default:
		return NULL;
	}
}

void
facts_period(const Erfa__Body *body, char out[FACTS_TEXT_MAX])
{
	const Erfa__Period *period = period_of(body);
	const char *start = "";
	const char *end = "";

	out[0] = '\0';
	if (period == NULL)
		return;
	if (period->start != NULL && strlen(period->start) <= 10)
		start = period->start;
	if (period->end != NULL && strlen(period->end) <= 10)
		end = period->end;
	if (*start != '\0' || *end != '\0')
		(void)snprintf(out, FACTS_TEXT_MAX, "%s%s-%s%s", start,
		    *start != '\0' ? " " : "", *end != '\0' ? " " : "", end);
}
