#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "proto/log.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "proto/text.h"
#include "daemon/facts.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define MESSAGE_MAX 512 /* bytes of an error's message */
#define CODE_SIZE   64  /* bytes of a value's code */
#define CUT_COLUMNS 100 /* of a text that is cut */
#define CUT_BYTES   400 /* likewise */

/* ---- values ---- */

/* A copy of the first ${len} bytes of a text. */
static enum err
text_cut_to(char **out, const char *text, size_t len)
{
	return (*out = strndup(text, len)) == NULL ? ERR_NOMEM : ERR_NONE;
}

enum err
query_put_code(char **out, const ProtobufCEnumDescriptor *desc, int value)
{
	const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(
	    desc, value);
	char code[CODE_SIZE] = "";
	const char *name;
	size_t i;

	if (value != 0 && found != NULL) {
		name = found->name + strlen(desc->values[0].name) -
		    strlen("UNSET");
		for (i = 0; i < sizeof(code) - 1 && name[i] != '\0'; i++)
			code[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ?
				name[i] - 'A' + 'a' :
				name[i]);
	}
	return answer_text(out, code);
}

enum err
query_put_id(
    char **out, const char *org, const uint8_t record[RECORD_LEN], size_t chars)
{
	char id[RECORD_ID_CHARS + 1];

	record_print(org, record, chars, id);
	return answer_text(out, id);
}

enum err
query_put_cut(char **out, const char *text)
{
	size_t len = text_cut(text, CUT_COLUMNS);

	if (len > CUT_BYTES)
		len = CUT_BYTES;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return (*out = strndup(text, len)) == NULL ? ERR_NOMEM : ERR_NONE;
}

enum err
query_fail(struct question *question, unsigned exit, const char *code,
    const char *remedy, const char *format, ...)
{
	char message[MESSAGE_MAX];
	Erfa__ErrorAnswer *error;
	enum err err;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	err = answer_error(question->answer, exit, code, remedy, message);
	if (err != ERR_NONE)
		return err;
	error = question->answer->error;
	va_start(args, format);
	err = answer_pattern(
	    &error->pattern, &error->arg, &error->n_arg, format, args);
	va_end(args);
	return err;
}

/* ---- rows ---- */

struct query_place
query_place(const struct question *question, const struct shown_item *item)
{
	const struct shown_log *log = shown_log(question->shown, item->log);
	struct query_place place = {
		.log = item->log,
		.n = item->n,
		.arrival = item->arrival,
		.org = shown_org(question->shown, item->org),
		.record = item->is_record ? item->record : NULL,
		.chars = item->chars,
	};

	if (log != NULL)
		memcpy(place.log_id, log->log_id, LOG_ID_LEN);
	return place;
}

/* Whether the entry's chain value follows from the one before it. */
static enum err
check_chain(
    struct question *question, const struct store_entry *entry, bool *ret_fits)
{
	struct store_entry before;
	struct store_log log;
	struct log_tip tip = { .n = entry->n - 1 };
	uint8_t log_id[LOG_ID_LEN];
	enum err err;

	if (entry->n == 1) {
		err = store_log(question->store, entry->log_id, &log);
		if (err != ERR_NONE)
			return err;
		log_begin(log.key, log.inc, log_id, &tip);
	} else {
		err = store_entry(
		    question->store, entry->log_id, entry->n - 1, &before);
		if (err != ERR_NONE)
			return err;
		memcpy(tip.c, before.c, HASH_LEN);
	}
	*ret_fits = log_step(&tip, entry->header.data, entry->header.len) ==
		ERR_NONE &&
	    memcmp(tip.c, entry->c, HASH_LEN) == 0;
	return ERR_NONE;
}

/* Decode a body; it stays NULL if it is noise, or not for this node. */
static enum err
decode_body(struct question *question, const struct store_body *stored,
    const struct header *header, Erfa__Body **ret, const char **ret_state)
{
	Erfa__Body *body = NULL;
	enum err err;

	*ret_state = header->group != 0 ? "restricted" : *ret_state;
	if (header_kind_name(header->kind) == NULL)
		return ERR_NONE;
	err = sealed_body(question->ring, header->group, stored->data,
	    stored->len, &body, NULL);
	if (err == ERR_NOMEM || err == ERR_DENIED)
		return err == ERR_NOMEM ? err : ERR_NONE;
	*ret_state = "unreadable";
	if (err == ERR_NONE && body_kind(body) == header->kind) {
		*ret_state = "here";
		*ret = body;
	} else {
		body_free(body);
	}
	return ERR_NONE;
}

/* Has the index tried all our keys on it in vain?  That takes long, so once is
 * enough. */
static bool
is_for_others(struct question *question, const struct store_entry *entry)
{
	struct index_row row;

	return index_row_at(question->index, entry->log_id, entry->n, &row) ==
	    ERR_NONE &&
	    row.state == INDEX_RESTRICTED;
}

/* Open the body and take it apart; *${ret_state} is changed if that fails. */
static enum err
open_body(struct question *question, const struct store_entry *entry,
    const struct header *header, struct query_entry *out,
    const char **ret_state)
{
	struct store_body stored = { .len = 0 };
	enum err err;

	err = store_body(question->store, entry->log_id, entry->n, &stored);
	if (err == ERR_DAMAGED || err == ERR_NOENT) {
		*ret_state = "absent"; /* it will be fetched again */
		out->verified = false;
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	out->body_len = stored.len;
	if (header->group != 0 && is_for_others(question, entry))
		*ret_state = "restricted";
	else
		err = decode_body(
		    question, &stored, header, &out->body, ret_state);
	store_body_clear(&stored);
	return err;
}

/* Read the body if it can be read; tell its state in a word. */
static enum err
read_body(struct question *question, const struct store_entry *entry,
    const struct header *header, struct query_entry *out,
    const char **ret_state)
{
	enum store_body_state state;
	enum err err;

	err = store_body_state(
	    question->store, entry->log_id, entry->n, &state);
	if (err != ERR_NONE)
		return err;
	*ret_state = state == STORE_BODY_ABSENT ? "absent" :
	    state == STORE_BODY_ERASED          ? "erased" :
						  "here";
	if (state != STORE_BODY_HERE)
		return ERR_NONE;
	return open_body(question, entry, header, out, ret_state);
}

/* Names of the sectors that the body says, or else the header's topic. */
static enum err
fill_sectors(Erfa__Row *row, const Erfa__Body *body, uint32_t topic)
{
	const Erfa__Sector *sectors = NULL;
	size_t count = 0;
	Erfa__Sector one = (Erfa__Sector)topic;
	const char *name;
	char number[16];
	size_t i;
	enum err err;

	if (body != NULL && body_kind(body) == HEADER_TRIAL) {
		sectors = body->trial->sector;
		count = body->trial->n_sector;
	} else if (body != NULL && body_kind(body) == HEADER_PROGRAMME) {
		sectors = body->programme->sector;
		count = body->programme->n_sector;
	} else if (body != NULL && body_kind(body) == HEADER_NETWORK) {
		sectors = body->network->sector;
		count = body->network->n_sector;
	}
	if (count == 0 && topic != 0) {
		sectors = &one;
		count = 1;
	}
	for (i = 0; i < count; i++) {
		name = header_sector_name((uint32_t)sectors[i]);
		(void)snprintf(
		    number, sizeof(number), "%u", (unsigned)sectors[i]);
		err = answer_text_add(
		    &row->sector, &row->n_sector, name != NULL ? name : number);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Where a trial runs, as written. */
static enum err
fill_sites(Erfa__Row *row, const Erfa__Trial *trial)
{
	const char *text;
	size_t i;
	enum err err;

	if (trial->sites_text != NULL && *trial->sites_text != '\0')
		return answer_text_add(
		    &row->site, &row->n_site, trial->sites_text);
	for (i = 0; i < trial->n_sites; i++) {
		text = trial->sites[i]->name != NULL ? trial->sites[i]->name :
						       trial->sites[i]->id;
		if (text == NULL)
			continue;
		err = answer_text_add(&row->site, &row->n_site, text);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* What the body says. */
static enum err
fill_from_body(Erfa__Row *row, const Erfa__Body *body, const char *org)
{
	const Erfa__Envelope *envelope = body->envelope;
	char text[FACTS_TEXT_MAX];
	struct facts facts;
	const char *title;
	size_t cut;
	enum err err;

	title = facts_title(body, &cut);
	if ((err = text_cut_to(&row->title, title, cut)) != ERR_NONE)
		return err;
	facts_status(body, text);
	if ((err = answer_text(&row->status, text)) != ERR_NONE)
		return err;
	facts_period(body, text);
	if ((err = answer_text(&row->period, text)) != ERR_NONE)
		return err;
	facts_read(body, &facts);
	row->has_transcribed = true;
	row->transcribed = facts.transcribed;
	if (facts.country[0] == '\0' && !facts.transcribed)
		facts_country(org, facts.country);
	if ((err = answer_text(&row->country, facts.country)) != ERR_NONE)
		return err;
	if (envelope != NULL && envelope->language != NULL &&
	    (err = answer_text(&row->language, envelope->language)) != ERR_NONE)
		return err;
	if (envelope != NULL && envelope->external_id != NULL &&
	    (err = answer_text(&row->external_id, envelope->external_id)) !=
		ERR_NONE)
		return err;
	return body_kind(body) == HEADER_TRIAL ? fill_sites(row, body->trial) :
						 ERR_NONE;
}

/* What the header says, and where it stands. */
static enum err
fill_from_header(Erfa__Row *row, const struct query_place *place,
    const struct header *header)
{
	const char *name = header_kind_name(header->kind);
	char text[RECORD_ID_CHARS + 1];
	enum err err;

	if (place->record != NULL) {
		record_print(place->org, place->record, place->chars, text);
		if ((err = answer_text(&row->id, text)) != ERR_NONE)
			return err;
		record_print(place->org, place->record, RECORD_CHARS, text);
		if ((err = answer_text(&row->full_id, text)) != ERR_NONE)
			return err;
	}
	(void)snprintf(text, sizeof(text), "%u", header->kind);
	err = answer_text(&row->kind, name != NULL ? name : text);
	if (err != ERR_NONE ||
	    (err = answer_text(&row->publisher, place->org)) != ERR_NONE ||
	    (err = answer_time(&row->time, header->time_ms)) != ERR_NONE ||
	    (err = answer_hex(&row->log, place->log_id, LOG_ID_LEN)) !=
		ERR_NONE)
		return err;
	row->has_n = true;
	row->n = place->n;
	row->has_arrival = true;
	row->arrival = place->arrival;
	return ERR_NONE;
}

/* Do other keys claim to be the organisation that this entry is from? */
static bool
is_disputed(const struct question *question, const struct query_place *place)
{
	const struct shown_log *log = shown_log(question->shown, place->log);
	const struct directory_member *member = log == NULL ?
	    NULL :
	    directory_find(question->directory, log->key);

	return member != NULL && member->in && member->disputed;
}

/*
 * Does it only bear the number of a group, in which its publisher has no place?
 * Anybody can write a number into a header, and seal to whom they like.
 */
static enum err
mark_stranger(struct question *question, const struct query_place *place,
    struct query_entry *out)
{
	struct store_log log;
	bool stranger = false;
	enum err err;

	if (out->group == 0 || out->body == NULL)
		return ERR_NONE;
	err = store_log(question->store, place->log_id, &log);
	if (err == ERR_NONE)
		err = query_group_stranger(
		    question, out->group, log.key, &stranger);
	if (err != ERR_NONE || !stranger)
		return err;
	out->row->has_group_stranger = out->row->group_stranger = true;
	return ERR_NONE;
}

/* Read the body, if the chain is whole; say how that went. */
static enum err
read_entry(struct question *question, const struct store_entry *entry,
    struct header *ret_header, struct query_entry *out)
{
	const char *state = "unreadable";
	enum err err;

	memcpy(out->c, entry->c, HASH_LEN);
	err = header_decode(entry->header.data, entry->header.len, ret_header);
	if (err == ERR_NONE && out->verified)
		err = read_body(question, entry, ret_header, out, &state);
	else if (err != ERR_NOMEM)
		err = ERR_NONE;
	return err != ERR_NONE ? err : answer_text(&out->row->state, state);
}

enum err
query_entry(struct question *question, const struct query_place *place,
    struct query_entry *ret_entry)
{
	struct query_entry out = { .row = calloc(1, sizeof(Erfa__Row)) };
	struct store_entry entry;
	struct header header;
	enum err err;

	if (out.row == NULL)
		return ERR_NOMEM;
	erfa__row__init(out.row);
	err = store_entry(question->store, place->log_id, place->n, &entry);
	if (err == ERR_NONE)
		err = check_chain(question, &entry, &out.verified);
	if (err != ERR_NONE ||
	    (err = read_entry(question, &entry, &header, &out)) != ERR_NONE ||
	    (err = fill_from_header(out.row, place, &header)) != ERR_NONE ||
	    (err = fill_sectors(out.row, out.body, header.topic)) != ERR_NONE ||
	    (err = query_put_group(question, header.group, &out.row->group,
		 &out.row->group_name)) != ERR_NONE)
		goto fail;
	out.group = header.group;
	if ((err = mark_stranger(question, place, &out)) != ERR_NONE)
		goto fail;
	if (out.body != NULL &&
	    (err = fill_from_body(out.row, out.body, place->org)) != ERR_NONE)
		goto fail;
	out.row->has_disputed = is_disputed(question, place);
	out.row->disputed = out.row->has_disputed;
	*ret_entry = out;
	return ERR_NONE;

fail:
	query_entry_clear(&out);
	return err == ERR_NOENT ? ERR_DAMAGED : err;
}

void
query_entry_clear(struct query_entry *entry)
{
	if (entry->row != NULL)
		erfa__row__free_unpacked(entry->row, NULL);
	body_free(entry->body);
	entry->row = NULL;
	entry->body = NULL;
}
