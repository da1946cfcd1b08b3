#include "daemon/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crypto.h"
#include "proto/header.h"
#include "proto/provision.h"
#include "proto/record.h"
#include "proto/section.h"

#define YEARS_MAX 30 /* in which a record can run, as far as facets go */

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

/* One walk over a body: for its texts, its values, or its references. */
struct walk {
	enum err (*text)(void *context, enum facts_part part, const char *text);
	enum err (*facet)(void *context, const char *facet);
	enum err (*ref)(void *context, const struct facts_ref *ref);
	void *context;
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

/* The hash of a record as a thing: no external id is the same. */
static void
hash_record(const char *id, uint8_t out[FACTS_HASH_LEN])
{
	uint8_t text[RECORD_ID_CHARS + 1] = { 0 }; /* begins with a NUL */
	uint8_t hash[HASH_LEN];
	size_t len = strnlen(id, RECORD_ID_CHARS);

	memcpy(text + 1, id, len);
	crypto_h(text, len + 1, hash);
	memcpy(out, hash, FACTS_HASH_LEN);
}

/* Which thing the record tells of: by its external id; else a trial that was
 * claimed is the one that it says to be the same as, and what a source tells of
 * is itself. */
static bool
thing_of(const Erfa__Body *body, uint8_t out[FACTS_HASH_LEN])
{
	const Erfa__Envelope *envelope = body->envelope;
	const char *id = NULL;

	if (envelope->external_id != NULL && *envelope->external_id != '\0') {
		facts_external(envelope->external_id, out);
		return true;
	}
	if (body_kind(body) != HEADER_TRIAL)
		return false;
	if (envelope->transcribed)
		id = envelope->id;
	else if (envelope->n_same_as > 0)
		id = envelope->same_as[0]->id;
	if (id == NULL || *id == '\0')
		return false;
	hash_record(id, out);
	return true;
}

static void
read_envelope(const Erfa__Body *body, struct facts *facts)
{
	const Erfa__Envelope *envelope = body->envelope;

	facts->major = envelope->major;
	facts->minor = envelope->minor;
	facts->transcribed = envelope->transcribed;
	facts->has_external = thing_of(body, facts->external);
}

void
facts_read(const Erfa__Body *body, struct facts *ret_facts)
{
	struct facts facts = { .kind = body_kind(body) };

	if (body->envelope != NULL)
		read_envelope(body, &facts);
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

/* In which part of the body the field ${name} of ${msg} stands. */
static enum facts_part
part_of(const ProtobufCMessage *msg, const char *name, bool outermost)
{
	if (msg->descriptor == &erfa__org_ref__descriptor ||
	    msg->descriptor == &erfa__partner__descriptor ||
	    strcmp(name, "sites_text") == 0)
		return FACTS_ORG;
	if (strcmp(name, "provision") == 0 || strcmp(name, "legal_basis") == 0)
		return FACTS_PROVISION;
	if (outermost &&
	    (strcmp(name, "title") == 0 || strcmp(name, "name") == 0))
		return FACTS_TITLE;
	if (outermost &&
	    (strcmp(name, "summary") == 0 ||
		strcmp(name, "plain_summary") == 0 ||
		strcmp(name, "keywords") == 0))
		return FACTS_SUMMARY;
	return FACTS_PROSE;
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

/* Tell the record that ${ref} names. */
static void
tell_ref(struct walk *walk, const Erfa__RecordRef *ref)
{
	struct facts_ref at;

	if (ref->id != NULL &&
	    record_parse_full(ref->id, at.org, at.record) == ERR_NONE)
		walk->err = walk->ref(walk->context, &at);
}

/* Tell "barrier_kind:culture" for a value of an enumeration. */
static void
take_value(struct walk *walk, const ProtobufCEnumDescriptor *desc, int value)
{
	char facet[2 * FACTS_TEXT_MAX] = "";
	char prefix[FACTS_TEXT_MAX];
	char code[FACTS_TEXT_MAX] = "";
	size_t len = 0;
	size_t i;

	/* BarrierKind -> barrier_kind, and BARRIER_KIND_ before its values. */
	for (i = 0; desc->short_name[i] != '\0' && len < 60; i++) {
		if (i > 0 && desc->short_name[i] >= 'A' &&
		    desc->short_name[i] <= 'Z')
			facet[len++] = '_';
		facet[len++] = (char)(desc->short_name[i] | 0x20);
	}
	for (i = 0; i < len; i++)
		prefix[i] = (char)(facet[i] == '_' ? '_' : facet[i] & ~0x20);
	memcpy(prefix + len, "_", 2);
	write_enum(desc, value, prefix, code);
	if (code[0] == '\0')
		return;
	(void)snprintf(facet + len, sizeof(facet) - len, ":%s", code);
	walk->err = walk->facet(walk->context, facet);
}

/* Visit one value of a field that holds a message. */
static void
walk_inner(
    struct walk *walk, const ProtobufCFieldDescriptor *field, const void *at)
{
	const ProtobufCMessage *msg;

	memcpy(&msg, at, sizeof(void *));
	if (msg == NULL || field->descriptor == &erfa__source__descriptor)
		return;
	if (field->descriptor != &erfa__record_ref__descriptor)
		walk_message(walk, msg, false);
	else if (walk->refs != NULL)
		take_ref(walk, (const Erfa__RecordRef *)(const void *)msg);
	else if (walk->ref != NULL)
		tell_ref(walk, (const Erfa__RecordRef *)(const void *)msg);
}

/* Visit one value of a field that holds text, a message or a code. */
static void
walk_value(struct walk *walk, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const void *at, bool outermost)
{
	const char *text;
	int value;

	if (walk->err != ERR_NONE)
		return;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		walk_inner(walk, field, at);
		return;
	}
	if (field->type == PROTOBUF_C_TYPE_ENUM) {
		memcpy(&value, at, sizeof(value));
		if (walk->facet != NULL && value != 0)
			take_value(walk, field->descriptor, value);
		return;
	}
	memcpy(&text, at, sizeof(text));
	if (text == NULL || walk->text == NULL || is_technical(field->name))
		return;
	walk->err = walk->text(
	    walk->context, part_of(msg, field->name, outermost), text);
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
			walk_value(walk, msg, field,
			    (const char *)msg + field->offset, outermost);
		return;
	}
	memcpy(&count, (const char *)msg + field->quantifier_offset,
	    sizeof(count));
	memcpy(&items, (const char *)msg + field->offset, sizeof(items));
	for (i = 0; i < count; i++)
		walk_value(walk, msg, field,
		    items +
			i *
			    (field->type == PROTOBUF_C_TYPE_ENUM ?
				    sizeof(int) :
				    sizeof(void *)),
		    outermost);
}

static void
walk_message(struct walk *walk, const ProtobufCMessage *msg, bool outermost)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	unsigned i;

	for (i = 0; i < desc->n_fields; i++)
		if (desc->fields[i].type == PROTOBUF_C_TYPE_STRING ||
		    desc->fields[i].type == PROTOBUF_C_TYPE_ENUM ||
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
facts_texts(const Erfa__Body *body,
    enum err (*each)(void *context, enum facts_part part, const char *text),
    void *context)
{
	struct walk walk = { .text = each, .context = context };

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

enum err
facts_each_ref(const Erfa__Body *body,
    enum err (*each)(void *context, const struct facts_ref *ref), void *context)
{
	struct walk walk = { .ref = each, .context = context };

	walk_body(&walk, body);
	return walk.err;
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

/* ---- whose word goes first ---- */

/* Take the ids of ${refs} after the ${nout} that are there; return how many. */
static size_t
take_orgs(Erfa__OrgRef *const *refs, size_t count,
    const char *out[FACTS_ORGS_MAX], size_t nout)
{
	const char *id;
	size_t i;

	for (i = 0; i < count && nout < FACTS_ORGS_MAX; i++) {
		id = refs[i] == NULL ? NULL : refs[i]->id;
		if (id != NULL && *id != '\0' && strlen(id) <= ORG_MAX)
			out[nout++] = id;
	}
	return nout;
}

size_t
facts_orgs(const Erfa__Body *body, const char *ret_orgs[FACTS_ORGS_MAX])
{
	size_t count;

	switch (body_kind(body)) {
	case HEADER_PROGRAMME:
		return take_orgs(&body->programme->owner, 1, ret_orgs, 0);
	case HEADER_NETWORK:
		return take_orgs(&body->network->coordinator, 1, ret_orgs, 0);
	case HEADER_TRIAL:
		count = take_orgs(
		    body->trial->sites, body->trial->n_sites, ret_orgs, 0);
		return take_orgs(&body->trial->lead, 1, ret_orgs, count);
	case HEADER_APPLICATION:
		return take_orgs(body->application->applicants,
		    body->application->n_applicants, ret_orgs, 0);
	case HEADER_DECISION:
		return take_orgs(&body->decision->authority, 1, ret_orgs, 0);
	case HEADER_OBSERVATION:
		return take_orgs(&body->observation->site, 1, ret_orgs, 0);
	case HEADER_EXPERIENCE:
		return take_orgs(body->experience->authors,
		    body->experience->n_authors, ret_orgs, 0);
	default:
		return 0;
	}
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

/* ---- facets ---- */

/* The year at the beginning of a date; 0 if there is none. */
static unsigned
year_of(const char *date)
{
	unsigned year = 0;
	size_t i;

	for (i = 0; date != NULL && i < 4; i++) {
		if (date[i] < '0' || date[i] > '9')
			return 0;
		year = 10 * year + (unsigned)(date[i] - '0');
	}
	return year;
}

/* Tell every year in which the record runs. */
static void
take_years(struct walk *walk, const Erfa__Body *body)
{
	const Erfa__Period *period = period_of(body);
	char facet[FACTS_TEXT_MAX];
	unsigned first;
	unsigned last;

	if (period == NULL)
		return;
	first = year_of(period->start);
	last = year_of(period->end);
	if (first == 0)
		first = last;
	if (last < first || last > first + YEARS_MAX)
		last = first;
	for (; first != 0 && first <= last && walk->err == ERR_NONE; first++) {
		(void)snprintf(facet, sizeof(facet), "year:%u", first);
		walk->err = walk->facet(walk->context, facet);
	}
}

/* Sections of laws are being told. */
struct sections {
	struct walk *walk;
	size_t count;
};

/* Tell "section:§ 83": some text cites it, of whatever act. */
static enum err
take_number(void *context, const char *number)
{
	struct sections *sections = context;
	char facet[SECTION_ROOM + 16];

	if (sections->count == FACTS_SECTIONS_MAX)
		return ERR_LIMIT;
	sections->count++;
	(void)snprintf(facet, sizeof(facet), "section:\xc2\xa7 %s", number);
	return sections->walk->facet(sections->walk->context, facet);
}

static enum err
take_numbers(void *context, enum facts_part part, const char *text)
{
	return part == FACTS_ORG ? ERR_NONE :
				   section_each(text, take_number, context);
}

/* Tell "NAME:VALUE", if there is a value. */
static void
take_text(struct walk *walk, const char *name, const char *value)
{
	char facet[4 * FACTS_TEXT_MAX];

	if (value == NULL || *value == '\0' || walk->err != ERR_NONE)
		return;
	(void)snprintf(facet, sizeof(facet), "%s:%s", name, value);
	walk->err = walk->facet(walk->context, facet);
}

/* Tell "section:serviceloven § 83" of each section that an exemption is from. */
static enum err
take_provision(struct sections *sections, const char *citation)
{
	struct provision *provision;
	size_t i;
	enum err err;

	if (citation == NULL)
		return ERR_NONE;
	err = provision_read(citation, &provision);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	for (i = 0; i < provision_count(provision) &&
	     sections->count < FACTS_SECTIONS_MAX;
	     i++, sections->count++)
		take_text(
		    sections->walk, "section", provision_section(provision, i));
	provision_free(provision);
	return sections->walk->err;
}

/* Tell all sections, but for those beyond the limit. */
static void
take_sections(struct walk *walk, const Erfa__Body *body)
{
	struct sections sections = { .walk = walk };
	size_t i;
	enum err err = walk->err;

	for (i = 0; body_kind(body) == HEADER_TRIAL &&
	     i < body->trial->n_exemptions && err == ERR_NONE;
	     i++)
		err = take_provision(
		    &sections, body->trial->exemptions[i]->provision);
	if (err == ERR_NONE)
		err = facts_texts(body, take_numbers, &sections);
	walk->err = sections.count == FACTS_SECTIONS_MAX && err == ERR_LIMIT ?
	    ERR_NONE :
	    err;
}

static void
take_trial(struct walk *walk, const Erfa__Trial *trial)
{
	size_t i;

	for (i = 0; i < trial->n_sites; i++)
		take_text(walk, "site", trial->sites[i]->id);
	for (i = 0; i < trial->n_exemptions; i++)
		take_text(walk, "provision", trial->exemptions[i]->key);
	if (trial->programme != NULL)
		take_text(walk, "programme", trial->programme->id);
	if (trial->network != NULL)
		take_text(walk, "programme", trial->network->id);
}

enum err
facts_facets(const Erfa__Body *body,
    enum err (*each)(void *context, const char *facet), void *context)
{
	struct walk walk = { .facet = each, .context = context };

	walk_body(&walk, body);
	take_years(&walk, body);
	if (body->envelope != NULL) {
		take_text(&walk, "lang", body->envelope->language);
		if (body->envelope->transcribed)
			take_text(&walk, "transcribed", "yes");
	}
	if (body_kind(body) == HEADER_TRIAL)
		take_trial(&walk, body->trial);
	if (body_kind(body) == HEADER_EXPERIENCE &&
	    body->experience->unexpected != NULL &&
	    *body->experience->unexpected != '\0')
		take_text(&walk, "finding", "unexpected");
	take_sections(&walk, body);
	return walk.err;
}

enum err
facts_parent(const Erfa__Body *body, struct facts_ref *ret_ref)
{
	const Erfa__RecordRef *ref = NULL;

	if (body_kind(body) == HEADER_EXPERIENCE &&
	    body->experience->target_case == ERFA__EXPERIENCE__TARGET_TRIAL)
		ref = body->experience->trial;
	else if (body_kind(body) == HEADER_DECISION)
		ref = body->decision->trial;
	else if (body_kind(body) == HEADER_APPLICATION &&
	    body->application->n_trials > 0)
		ref = body->application->trials[0];
	if (ref == NULL || ref->id == NULL ||
	    record_parse_full(ref->id, ret_ref->org, ret_ref->record) !=
		ERR_NONE)
		return ERR_NOENT;
	return ERR_NONE;
}

bool
facts_takes_back(const Erfa__Body *body, const char *id)
{
	const Erfa__Retraction *retraction;

	if (body_kind(body) != HEADER_RETRACTION)
		return false;
	retraction = body->retraction;
	return retraction->target != NULL && retraction->target->id != NULL &&
	    strcmp(retraction->target->id, id) == 0 &&
	    (retraction->kind == ERFA__RETRACTION_KIND__RETRACTION_KIND_UNSET ||
		retraction->kind ==
		    ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION);
}
