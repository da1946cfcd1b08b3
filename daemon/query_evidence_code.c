#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/header.h"
#include "daemon/evidence_internal.h"
#include "daemon/shown.h"

#define RECORD_SIGN "@" /* before names that are records; no code begins so */
#define NAME_ROOM   (sizeof(RECORD_SIGN) + RECORD_ID_CHARS)

static bool
is_record(const char *name)
{
	return name[0] == RECORD_SIGN[0];
}

/* The number of a record's name. */
static enum err
add_record(struct codes *codes, const char *id, size_t *ret_number)
{
	char name[NAME_ROOM] = RECORD_SIGN;

	if (strlen(id) <= RECORD_ID_CHARS)
		memcpy(name + strlen(RECORD_SIGN), id, strlen(id) + 1);
	return codes_add(codes, name, ret_number);
}

/* ---- reading ---- */

/* The name of the record that stands for this one. */
struct first {
	const struct shown *shown;
	char id[RECORD_ID_CHARS + 1];
	bool found;
};

static void
take_first(void *context, const struct shown_item *item)
{
	struct first *first = context;

	if (first->found)
		return;
	first->found = true;
	record_print(shown_org(first->shown, item->org), item->record,
	    RECORD_CHARS, first->id);
}

static enum err
tie_record(struct codes *codes, size_t number, const char *id)
{
	size_t other;
	enum err err = add_record(codes, id, &other);

	if (err == ERR_NONE)
		codes_tie(codes, number, other);
	return err;
}

/* What an indicator says that it is. */
static enum err
tie_body(struct codes *codes, size_t number, const Erfa__Body *body)
{
	const char *code = body->indicator->code;
	size_t other;
	size_t i;
	enum err err = ERR_NONE;

	if (code != NULL && *code != '\0' && !is_record(code)) {
		if ((err = codes_add(codes, code, &other)) != ERR_NONE)
			return err;
		codes_tie(codes, number, other);
	}
	if (body->envelope == NULL)
		return ERR_NONE;
	for (i = 0; i < body->envelope->n_same_as && err == ERR_NONE; i++)
		if (body->envelope->same_as[i]->id != NULL)
			err = tie_record(
			    codes, number, body->envelope->same_as[i]->id);
	return err;
}

static enum err
read_indicator(
    struct evidence_family *family, struct evidence_indicator *indicator)
{
	struct question *question = family->question;
	struct first first = { .shown = question->shown };
	const struct shown_item *item;
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];
	enum err err;

	if (record_parse_full(indicator->id, org, record) != ERR_NONE ||
	    (item = shown_record(question->shown, org, record)) == NULL)
		return ERR_NONE;
	shown_twins(question->shown, item, take_first, &first);
	if (first.found &&
	    (err = tie_record(family->codes, indicator->number, first.id)) !=
		ERR_NONE)
		return err;
	if ((err = query_read(question, item, &indicator->body)) != ERR_NONE ||
	    indicator->body == NULL)
		return err;
	if (indicator->body->record_case != ERFA__BODY__RECORD_INDICATOR) {
		body_free(indicator->body);
		indicator->body = NULL;
		return ERR_NONE;
	}
	if ((err = query_retracted(question, item, &indicator->retracted)) !=
	    ERR_NONE)
		return err;
	return tie_body(family->codes, indicator->number, indicator->body);
}

enum err
evidence_indicator(struct evidence_family *family, const Erfa__RecordRef *ref,
    size_t *ret_number)
{
	const char *id = ref == NULL || ref->id == NULL ? "" : ref->id;
	struct evidence_indicator *indicator;
	size_t known = codes_count(family->codes);
	size_t number;
	size_t i;
	enum err err;

	if ((err = add_record(family->codes, id, &number)) != ERR_NONE)
		return err;
	*ret_number = number;
	for (i = 0; i < family->nindicators && number < known; i++)
		if (family->indicators[i].number == number)
			return ERR_NONE;
	err = answer_room(&family->indicators, family->nindicators,
	    sizeof(*family->indicators));
	if (err != ERR_NONE)
		return err;
	indicator = &family->indicators[family->nindicators++];
	*indicator = (struct evidence_indicator){ .number = number };
	if (strlen(id) <= RECORD_ID_CHARS)
		memcpy(indicator->id, id, strlen(id) + 1);
	return read_indicator(family, indicator);
}

/* ---- terms ---- */

/* Tie ${text} to *${last}, if it is a code that was measured. */
static void
tie_text(struct codes *codes, const char *text, bool *any, size_t *last)
{
	size_t number;

	if (text == NULL || is_record(text) ||
	    codes_find(codes, text, &number) != ERR_NONE)
		return;
	if (*any)
		codes_tie(codes, *last, number);
	*any = true;
	*last = number;
}

static void
tie_term(struct codes *codes, const Erfa__Term *term)
{
	bool any = false;
	size_t last = 0;
	size_t i;

	tie_text(codes, term->concept, &any, &last);
	for (i = 0; i < term->n_exact_match; i++)
		tie_text(codes, term->exact_match[i], &any, &last);
	for (i = 0; i < term->n_notation; i++)
		tie_text(codes, term->notation[i], &any, &last);
}

static enum err
take_term(struct evidence_family *family, const struct shown_item *item)
{
	Erfa__Body *body = NULL;
	bool retracted = false;
	enum err err;

	err = query_retracted(family->question, item, &retracted);
	if (err != ERR_NONE || retracted)
		return err;
	if ((err = query_read(family->question, item, &body)) != ERR_NONE)
		return err;
	if (body != NULL && body->record_case == ERFA__BODY__RECORD_TERM)
		tie_term(family->codes, body->term);
	body_free(body);
	return ERR_NONE;
}

enum err
evidence_map(struct evidence_family *family)
{
	const struct shown *shown = family->question->shown;
	const struct shown_item *item;
	size_t terms = 0;
	size_t i;
	enum err err = ERR_NONE;

	if (family->nindicators < 2)
		return ERR_NONE;
	for (i = 0; i < shown_count(shown) && err == ERR_NONE; i++) {
		item = shown_at(shown, SHOWN_BY_RECORD, i);
		if (item->kind != HEADER_TERM || !item->is_record ||
		    item->twin || item->state != INDEX_HERE)
			continue;
		if (terms++ == EVIDENCE_TERMS_MAX) {
			family->answer->more = true;
			break;
		}
		err = take_term(family, item);
	}
	return err;
}

/* ---- what a class is called ---- */

const char *
evidence_code(const struct evidence_family *family, size_t class)
{
	const char *best = NULL;
	const char *name;
	size_t i;

	for (i = 0; i < codes_count(family->codes); i++) {
		name = codes_name(family->codes, i);
		if (codes_class(family->codes, i) != class)
			continue;
		if (best == NULL || is_record(best) > is_record(name) ||
		    (is_record(best) == is_record(name) &&
			strcmp(name, best) < 0))
			best = name;
	}
	if (best == NULL)
		return "";
	return is_record(best) ? best + strlen(RECORD_SIGN) : best;
}

const Erfa__Indicator *
evidence_describe(const struct evidence_family *family, size_t class)
{
	const struct evidence_indicator *best = NULL;
	const struct evidence_indicator *one;
	size_t i;

	for (i = 0; i < family->nindicators; i++) {
		one = &family->indicators[i];
		if (one->body != NULL &&
		    codes_class(family->codes, one->number) == class &&
		    (best == NULL || strcmp(one->id, best->id) < 0))
			best = one;
	}
	return best == NULL ? NULL : best->body->indicator;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum err
evidence_mapped(const struct evidence_family *family, size_t class,
    char ***list, size_t *count)
{
	const char *first = evidence_code(family, class);
	const char *name;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < codes_count(family->codes) && err == ERR_NONE; i++) {
		name = codes_name(family->codes, i);
		if (codes_class(family->codes, i) == class &&
		    !is_record(name) && strcmp(name, first) != 0)
			err = answer_text_add(list, count, name);
	}
	if (*count > 1)
		qsort(*list, *count, sizeof(char *), compare_texts);
	return err;
}

bool
evidence_meant(
    const struct evidence_family *family, size_t class, const char *word)
{
	const struct evidence_indicator *one;
	size_t i;

	for (i = 0; i < codes_count(family->codes); i++) {
		const char *name = codes_name(family->codes, i);

		if (codes_class(family->codes, i) != class)
			continue;
		if (is_record(name) ? strchr(word, '/') != NULL &&
			    strncmp(name + strlen(RECORD_SIGN), word,
				strlen(word)) == 0 :
				      strcmp(name, word) == 0)
			return true;
	}
	for (i = 0; i < family->nindicators; i++) {
		one = &family->indicators[i];
		if (codes_class(family->codes, one->number) == class &&
		    one->body != NULL && one->body->indicator->name != NULL &&
		    strcasecmp(one->body->indicator->name, word) == 0)
			return true;
	}
	return false;
}
