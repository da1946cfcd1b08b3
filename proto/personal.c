#include "proto/personal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "proto/person.h"
#include "proto/phone.h"
#include "proto/plain.h"
#include "proto/pnr.h"
#include "proto/say.h"

#define DEPTH_MAX 16 /* of messages within a body */

/* One look through a text or a body. */
struct search {
	const struct person_words *words;
	struct personal_hits hits;
	char path[PERSONAL_PATH];
	bool names; /* look for names */
	unsigned depth;
};

/* ---- one text ---- */

static enum err
add_hit(struct search *search, const struct plain *plain,
    const struct personal_hit *hit)
{
	struct personal_hits *hits = &search->hits;
	struct personal_hit *items;

	if (hits->count == PERSONAL_HITS) {
		hits->more = true;
		return ERR_NONE;
	}
	items = realloc(hits->items, (hits->count + 1) * sizeof(*items));
	if (items == NULL)
		return ERR_NOMEM;
	hits->items = items;
	items[hits->count] = *hit;
	items[hits->count].text = plain->text;
	items[hits->count].start = plain->offsets[hit->start];
	items[hits->count].end = plain->offsets[hit->end];
	memcpy(items[hits->count].path, search->path, PERSONAL_PATH);
	hits->count++;
	return ERR_NONE;
}

/* The end of the address of the web that begins at ${i}; ${i} if none does. */
static size_t
skip_address(const struct plain *plain, size_t i)
{
	static const char *const begins[] = { "http://", "https://", "www." };
	uint32_t point;
	size_t b;
	size_t at;

	if (plain_is_letter(plain_at(plain, i - 1)))
		return i;
	for (b = 0; b < sizeof(begins) / sizeof(begins[0]); b++) {
		for (at = 0; begins[b][at] != '\0'; at++)
			if ((plain_at(plain, i + at) | 0x20) !=
			    ((unsigned char)begins[b][at] | 0x20U))
				break;
		if (begins[b][at] != '\0')
			continue;
		for (i += at; (point = plain_at(plain, i)) > ' ' &&
		     point != '<' && point != '>' && point != '"';)
			i++;
		return i;
	}
	return i;
}

/* What begins at ${i}; ${hit}->end is ${i} if nothing does. */
static enum err
find_at(const struct search *search, const struct plain *plain, size_t i,
    struct personal_hit *hit)
{
	enum err err;

	hit->start = i;
	hit->kind = PERSONAL_MAIL;
	err = person_mail(search->words, plain, i, &hit->end, &hit->reason);
	if (err != ERR_NONE || hit->end > i)
		return err;
	hit->kind = PERSONAL_NUMBER;
	err = pnr_find(plain, i, &hit->end, &hit->reason);
	if (err != ERR_NONE || hit->end > i)
		return err;
	hit->kind = PERSONAL_PHONE;
	err = phone_find(plain, i, &hit->end, &hit->reason);
	if (err != ERR_NONE || hit->end > i || !search->names)
		return err;
	hit->kind = PERSONAL_NAME;
	return person_name(search->words, plain, i, &hit->end, &hit->reason);
}

/* Look through one text. */
static enum err
search_text(struct search *search, const char *text)
{
	struct personal_hit hit = { .end = 0 };
	struct plain plain;
	size_t i;
	size_t end;
	enum err err;

	if ((err = plain_init(&plain, text)) != ERR_NONE)
		return err;
	for (i = 0; i < plain.count && err == ERR_NONE;) {
		if ((end = skip_address(&plain, i)) > i) {
			i = end;
			continue;
		}
		err = find_at(search, &plain, i, &hit);
		if (err == ERR_NONE && hit.end > i) {
			err = add_hit(search, &plain, &hit);
			i = hit.end;
		} else
			i++;
	}
	plain_clear(&plain);
	return err;
}

/* ---- a body ---- */

static enum err search_message(
    struct search *search, const ProtobufCMessage *msg);

/* Is the field one that nobody writes words into? */
static bool
is_code(const ProtobufCMessageDescriptor *message,
    const ProtobufCFieldDescriptor *field)
{
	static const char codes[] =
	    " url provision_url external_id licence isbn key currency code "
	    "concept notation broader narrower related exact_match close_match "
	    "broad_match address changed_fields replaced_by ";

	return plain_among(field->name, codes) ||
	    body_rule_find(message->short_name, field->name).form != FORM_TEXT;
}

static size_t
path_push(struct search *search, const char *name, size_t index)
{
	size_t len = strlen(search->path);
	size_t room = sizeof(search->path) - len;

	if (name == NULL)
		(void)snprintf(search->path + len, room, "[%zu]", index);
	else
		(void)snprintf(
		    search->path + len, room, "%s%s", len > 0 ? "." : "", name);
	return len;
}

/* Look through the string or message at ${at}. */
static enum err
search_value(struct search *search, const ProtobufCFieldDescriptor *field,
    const void *at)
{
	const ProtobufCMessage *msg;
	const char *text;
	bool names = search->names;
	enum err err;

	if (field->type == PROTOBUF_C_TYPE_STRING) {
		memcpy(&text, at, sizeof(text));
		return text == NULL ? ERR_NONE : search_text(search, text);
	}
	memcpy(&msg, at, sizeof(void *));
	if (msg == NULL || search->depth == DEPTH_MAX)
		return ERR_NONE;
	if (msg->descriptor == &erfa__source__descriptor)
		search->names = false;
	search->depth++;
	err = search_message(search, msg);
	search->depth--;
	search->names = names;
	return err;
}

static enum err
search_list(struct search *search, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field)
{
	const char *items;
	size_t count;
	size_t len;
	size_t i;
	enum err err = ERR_NONE;

	memcpy(&count, (const char *)msg + field->quantifier_offset,
	    sizeof(count));
	memcpy(&items, (const char *)msg + field->offset, sizeof(items));
	for (i = 0; i < count && err == ERR_NONE; i++) {
		len = path_push(search, NULL, i);
		err = search_value(search, field, items + i * sizeof(void *));
		search->path[len] = '\0';
	}
	return err;
}

/* Is a field of a union the one that is set? */
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

static enum err
search_message(struct search *search, const ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *field;
	size_t len;
	unsigned i;
	enum err err = ERR_NONE;

	for (i = 0; i < msg->descriptor->n_fields && err == ERR_NONE; i++) {
		field = &msg->descriptor->fields[i];
		if ((field->type != PROTOBUF_C_TYPE_STRING &&
			field->type != PROTOBUF_C_TYPE_MESSAGE) ||
		    !is_set(msg, field) || is_code(msg->descriptor, field))
			continue;
		len = path_push(search, field->name, 0);
		if (field->label == PROTOBUF_C_LABEL_REPEATED)
			err = search_list(search, msg, field);
		else
			err = search_value(
			    search, field, (const char *)msg + field->offset);
		search->path[len] = '\0';
	}
	return err;
}

/* ---- what is public ---- */

/* Hand over what was found. */
static enum err
search_end(struct search *search, enum err err, struct personal_hits *ret_hits)
{
	if (err == ERR_NONE)
		*ret_hits = search->hits;
	else
		personal_clear(&search->hits);
	return err;
}

enum err
personal_find(const struct person_words *words, const char *text,
    struct personal_hits *ret_hits)
{
	struct search search = { .words = words, .names = true };

	return search_end(&search, search_text(&search, text), ret_hits);
}

enum err
personal_check_body(const struct person_words *words, const Erfa__Body *body,
    struct personal_hits *ret_hits)
{
	struct search search = { .words = words, .names = true };

	return search_end(
	    &search, search_message(&search, &body->base), ret_hits);
}

void
personal_clear(struct personal_hits *hits)
{
	free(hits->items);
	*hits = (struct personal_hits){ .items = NULL };
}

const char *
personal_kind_str(enum personal_kind kind)
{
	switch (kind) {
	case PERSONAL_NUMBER:
		return SAY("personal number");
	case PERSONAL_PHONE:
		return SAY("telephone number");
	case PERSONAL_MAIL:
		return SAY("mail address");
	case PERSONAL_NAME:
		return SAY("name of a person");
	case PERSONAL_KINDS:
		break;
	}
	return SAY("personal data");
}

bool
personal_small_count(uint64_t n)
{
	return n >= 1 && n <= 4;
}

/* Is ${events} of ${total} small, or what is missing to all? */
static bool
is_small_share(uint64_t events, uint64_t total)
{
	return personal_small_count(events) || personal_small_count(total) ||
	    (total > events && personal_small_count(total - events));
}

bool
personal_names_few(const Erfa__Observation *observation)
{
	switch (observation->value_case) {
	case ERFA__OBSERVATION__VALUE_CONTINUOUS:
		return personal_small_count(observation->continuous->n);
	case ERFA__OBSERVATION__VALUE_BINARY:
		return is_small_share(
		    observation->binary->events, observation->binary->total);
	case ERFA__OBSERVATION__VALUE_RATE:
		return personal_small_count(observation->rate->events);
	case ERFA__OBSERVATION__VALUE_ESTIMATE:
		return personal_small_count(observation->estimate->n);
	case ERFA__OBSERVATION__VALUE__NOT_SET:
	case _ERFA__OBSERVATION__VALUE__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

bool
personal_small_counts(const Erfa__Observation *observation)
{
	if (observation->small_count_confirmed)
		return false;
	return observation->has_small_count_confirmed ||
	    personal_names_few(observation);
}
