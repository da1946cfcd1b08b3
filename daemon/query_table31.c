#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/record.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define SCHEMES_MAX 500 /* programmes and networks of one page */

/* A list of values in a body. */
struct values {
	const char *row; /* of the table */
	const ProtobufCEnumDescriptor *desc;
	const void *list;
	size_t count;
};

/* The four rows of one record. */
struct rows {
	struct values purpose;
	struct values trust_relation;
	struct values sector;
	struct values approach;
};

/* Fill in the four rows; all records that have them name them alike. */
#define ROWS(from)                                                         \
	{                                                                  \
		{ "purpose", &erfa__purpose__descriptor, (from)->purpose,  \
			(from)->n_purpose },                               \
		    { "trust_relation", &erfa__trust_relation__descriptor, \
			    (from)->trust_relation,                        \
			    (from)->n_trust_relation },                    \
		    { "sector", &erfa__sector__descriptor, (from)->sector, \
			    (from)->n_sector },                            \
		{                                                          \
			"approach", &erfa__approach__descriptor,           \
			    (from)->approach, (from)->n_approach           \
		}                                                          \
	}

/* The table while its numbers are added up. */
struct table31 {
	struct question *question;
	Erfa__Table31Answer *answer;
	bool from_trials;
	bool is_trial; /* of the record at hand */
	bool counted;  /* likewise: for something */
	const char *country;
};

/* Count the value with this code once. */
static enum err
count_code(struct table31 *it, const char *row, const char *code)
{
	Erfa__Table31Answer *answer = it->answer;
	Erfa__Table31Count *count = NULL;
	size_t i;
	enum err err;

	for (i = 0; i < answer->n_count && count == NULL; i++)
		if (strcmp(answer->count[i]->country, it->country) == 0 &&
		    strcmp(answer->count[i]->row, row) == 0 &&
		    strcmp(answer->count[i]->code, code) == 0)
			count = answer->count[i];
	if (count == NULL) {
		err = answer_add(&answer->count, &answer->n_count,
		    &erfa__table31_count__descriptor, &count);
		if (err != ERR_NONE ||
		    (err = answer_text(&count->country, it->country)) !=
			ERR_NONE ||
		    (err = answer_text(&count->row, row)) != ERR_NONE ||
		    (err = answer_text(&count->code, code)) != ERR_NONE)
			return err;
		count->has_schemes = count->has_trials = true;
	}
	it->counted = true;
	count->schemes += !it->is_trial;
	count->trials += it->is_trial;
	return ERR_NONE;
}

/* Value ${i} of a list; protobuf-c keeps enumerations as int. */
static int
value_at(const struct values *values, size_t i)
{
	int value;

	memcpy(&value, (const char *)values->list + i * sizeof(int),
	    sizeof(value));
	return value;
}

static bool
is_repeated(const struct values *values, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (value_at(values, k) == value_at(values, i))
			return true;
	return false;
}

static enum err
count_values(struct table31 *it, const struct values *values)
{
	char *code = NULL;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < values->count && err == ERR_NONE; i++) {
		if (is_repeated(values, i))
			continue;
		err = query_put_code(&code, values->desc, value_at(values, i));
		if (err == ERR_NONE && *code != '\0')
			err = count_code(it, values->row, code);
	}
	free(code);
	return err;
}

/* DFØ writes elder care, health and disability as one. */
static bool
is_health_care(const struct values *sectors)
{
	size_t i;
	int sector;

	for (i = 0; i < sectors->count; i++) {
		sector = value_at(sectors, i);
		if (sector == ERFA__SECTOR__SECTOR_ELDER_CARE ||
		    sector == ERFA__SECTOR__SECTOR_HEALTH ||
		    sector == ERFA__SECTOR__SECTOR_DISABILITY)
			return true;
	}
	return false;
}

static enum err
count_rows(struct table31 *it, const struct rows *rows)
{
	enum err err;

	if ((err = count_values(it, &rows->purpose)) != ERR_NONE ||
	    (err = count_values(it, &rows->trust_relation)) != ERR_NONE ||
	    (err = count_values(it, &rows->sector)) != ERR_NONE ||
	    (err = count_values(it, &rows->approach)) != ERR_NONE)
		return err;
	return is_health_care(&rows->sector) ?
	    count_code(it, "sector", "health_care") :
	    ERR_NONE;
}

/* Say what a record is called that the table was made from. */
static enum err
fill_scheme(const Erfa__Row *row, Erfa__Table31Scheme *scheme)
{
	enum err err;

	if ((err = answer_text(&scheme->id, row->full_id)) != ERR_NONE ||
	    (err = answer_text(&scheme->name, row->title)) != ERR_NONE ||
	    (err = answer_text(&scheme->country, row->country)) != ERR_NONE ||
	    (err = answer_text(&scheme->kind, row->kind)) != ERR_NONE)
		return err;
	return row->group == NULL ? ERR_NONE :
				    answer_text(&scheme->group, row->group);
}

/* Name a programme or network that the table was made from. */
static enum err
tell_scheme(struct table31 *it, const Erfa__Row *row)
{
	Erfa__Table31Scheme *scheme;
	enum err err;

	err = answer_add(&it->answer->scheme, &it->answer->n_scheme,
	    &erfa__table31_scheme__descriptor, &scheme);
	return err == ERR_NONE ? fill_scheme(row, scheme) : err;
}

/* Name what was counted and is not for everybody. */
static enum err
tell_restricted(struct table31 *it, const Erfa__Row *row)
{
	Erfa__Table31Scheme *scheme;
	enum err err;

	if (!it->counted || row->group == NULL)
		return ERR_NONE;
	err = answer_add(&it->answer->restricted, &it->answer->n_restricted,
	    &erfa__table31_scheme__descriptor, &scheme);
	return err == ERR_NONE ? fill_scheme(row, scheme) : err;
}

static enum err
count_scheme(struct table31 *it, const struct rows *rows, const Erfa__Row *row)
{
	enum err err;

	/* What says nothing about any row, the table is not made from. */
	if (rows->purpose.count == 0 && rows->trust_relation.count == 0 &&
	    rows->sector.count == 0 && rows->approach.count == 0)
		return ERR_NONE;
	if ((err = tell_scheme(it, row)) != ERR_NONE)
		return err;
	return count_rows(it, rows);
}

static enum err
count_body(struct table31 *it, const Erfa__Body *body, const Erfa__Row *row)
{
	it->country = row->country;
	it->is_trial = body->record_case == ERFA__BODY__RECORD_TRIAL;
	if (it->is_trial) {
		const struct rows rows = ROWS(body->trial);

		return count_rows(it, &rows);
	}
	if (body->record_case == ERFA__BODY__RECORD_PROGRAMME) {
		const struct rows rows = ROWS(body->programme);

		return count_scheme(it, &rows, row);
	}
	if (body->record_case == ERFA__BODY__RECORD_NETWORK) {
		const struct rows rows = ROWS(body->network);

		return count_scheme(it, &rows, row);
	}
	return ERR_NONE;
}

/* Count a record, unless its publisher has taken it back. */
static enum err
take_item(struct table31 *it, const struct shown_item *item)
{
	struct query_place place = query_place(it->question, item);
	struct query_entry entry;
	bool retracted;
	enum err err;

	if (item->kind != HEADER_PROGRAMME && item->kind != HEADER_NETWORK &&
	    (item->kind != HEADER_TRIAL || !it->from_trials))
		return ERR_NONE;
	err = query_retracted(it->question, item, &retracted);
	if (err != ERR_NONE || retracted)
		return err;
	if ((err = query_entry(it->question, &place, &entry)) != ERR_NONE)
		return err;
	it->counted = false;
	if (entry.body != NULL && entry.row->country != NULL &&
	    *entry.row->country != '\0')
		err = count_body(it, entry.body, entry.row);
	if (err == ERR_NONE)
		err = tell_restricted(it, entry.row);
	query_entry_clear(&entry);
	return err;
}

enum err
query_table31(struct question *question, const Erfa__Table31Request *request)
{
	struct table31 it = { .question = question,
		.from_trials = request->from_trials };
	const struct shown_item *item;
	struct query_walk walk;
	bool bad;
	enum err err;

	err = query_walk_begin(question, request->cursor, &walk, &bad);
	if (err != ERR_NONE || bad)
		return err;
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_TABLE31)) !=
	    ERR_NONE)
		return err;
	it.answer = question->answer->table31;
	while (err == ERR_NONE && it.answer->n_scheme < SCHEMES_MAX &&
	    (item = query_walk_next(&walk)) != NULL)
		err = take_item(&it, item);
	return err == ERR_NONE ? query_walk_end(&walk, &it.answer->next) : err;
}
