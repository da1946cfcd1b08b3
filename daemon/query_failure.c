#include "daemon/query_failure.h"

#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/text.h"
#include "proto/vocab.h"
#include "daemon/query_internal.h"
#include "daemon/search.h"
#include "daemon/shown.h"

#define READS     1000 /* experiences of which the texts are read */
#define TOLD_MIN  16   /* bytes: less is "nothing", in any language */
#define BARRIERS  200  /* kinds of barriers looked at */
#define QUOTE_MAX 160  /* bytes of a quotation */

/* By what a trial may be meant, the surest first. */
static const struct {
	const char *facet; /* that says so; NULL = a text does */
	const char *name;
	bool judged;
	bool prefix; /* all facets that begin so */
} ways[] = {
	{ "verdict:did_not_work", "failure_did_not_work", true, false },
	{ "verdict:harmful", "failure_harmful", true, false },
	{ "verdict:no_difference", "failure_no_difference", true, false },
	{ "verdict:worked_partly", "failure_worked_partly", true, false },
	{ "stop_reason:no_effect", "failure_no_effect", false, false },
	{ "stop_reason:quality_or_safety", "failure_quality", false, false },
	{ "stop_reason:found_unlawful", "failure_unlawful", false, false },
	{ "status:stopped", "failure_stopped", false, false },
	{ NULL, "failure_told", false, false },
	{ NULL, "failure_reported", false, false },
	{ "continuation_code:discontinued", "failure_discontinued", false,
	    false },
	{ "barrier_kind:", "failure_barriers", false, true },
	{ "outcome:rejected", "failure_refused", false, false },
	{ "outcome:withdrawn", "failure_withdrawn", false, false },
};

#define WAYS     (sizeof(ways) / sizeof(ways[0]))
#define TOLD     9 /* the ways by texts, from 1 */
#define REPORTED 10

const char *
failure_name(uint8_t way)
{
	return way >= 1 && way <= WAYS ? ways[way - 1].name : "";
}

bool
failure_is_judged(uint8_t way)
{
	return way >= 1 && way <= WAYS && ways[way - 1].judged;
}

/* One way of marking. */
struct marking {
	const struct failure_look *look;
	uint8_t *out;
	uint8_t way;
	enum err err;
};

/* The surest is kept, of what is to be heard; return whether to go on. */
static bool
mark(struct marking *marking, uint32_t doc)
{
	struct question *question = marking->look->question;
	const struct shown_item *item = shown_by_doc(question->shown, doc);
	bool tells = true;
	size_t number;

	if (!marking->look->item_of(marking->look->context, doc, &number) ||
	    (marking->out[number] != 0 && marking->out[number] <= marking->way))
		return true;
	if (item != NULL &&
	    (item->kind == HEADER_EXPERIENCE || item->kind == HEADER_DECISION))
		marking->err = query_tells(question, item, &tells);
	if (marking->err == ERR_NONE && tells)
		marking->out[number] = marking->way;
	return marking->err == ERR_NONE;
}

static bool
mark_doc(void *context, uint32_t doc, uint8_t kind)
{
	(void)kind;
	return mark(context, doc);
}

static bool
mark_facet(void *context, const char *facet, uint32_t docs)
{
	struct marking *marking = context;
	enum err err;

	(void)docs;
	err = search_each(
	    marking->look->search, SEARCH_FACET, facet, mark_doc, marking);
	if (marking->err == ERR_NONE)
		marking->err = err;
	return marking->err == ERR_NONE;
}

/* Whether a value is one whose words, in a report, tell of trouble. */
static bool
is_trouble(const char *id)
{
	static const char *const ids[] = { "status.not_started",
		"status.stopped", "verdict.did_not_work", "verdict.harmful",
		"verdict.no_difference", "word.trouble" };
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(id, ids[i]) == 0)
			return true;
	return false;
}

/* Whether a sentence holds words of trouble: "no effect", "jäi pieneksi". */
static bool
has_trouble(const struct vocab *values, const char *text, enum vocab_lang lang)
{
	struct vocab_match matches[16];
	struct vocab_words *words;
	const char *const *list;
	bool found = false;
	size_t count;
	size_t i;

	if (values == NULL || vocab_words_new(text, &words) != ERR_NONE)
		return false;
	list = vocab_words_list(words, &count);
	count = vocab_match(values, list, count, lang, matches, 16);
	for (i = 0; i < count && !found; i++)
		found = matches[i].how <= VOCAB_STEM &&
		    is_trouble(vocab_id(values, matches[i].concept));
	vocab_words_free(words);
	return found;
}

static const char *
first_trouble(const struct vocab *values, char *const *texts, size_t count,
    enum vocab_lang lang)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (has_trouble(values, texts[i], lang))
			return texts[i];
	return NULL;
}

/* The sentence of an experience that tells of failure, and by which way. */
static const char *
sentence_of(
    const struct vocab *values, const Erfa__Body *body, uint8_t *ret_way)
{
	const Erfa__Experience *experience = body->experience;
	enum vocab_lang lang = VOCAB_ANY;
	const char *text;

	if (experience == NULL)
		return NULL;
	*ret_way = TOLD;
	if (experience->what_did_not != NULL &&
	    strlen(experience->what_did_not) >= TOLD_MIN)
		return experience->what_did_not;
	if (body->envelope != NULL && body->envelope->language != NULL &&
	    vocab_lang_of(body->envelope->language, &lang) != ERR_NONE)
		lang = VOCAB_ANY;
	*ret_way = REPORTED;
	text = first_trouble(
	    values, experience->reported, experience->n_reported, lang);
	if (text == NULL)
		text = first_trouble(
		    values, experience->lessons, experience->n_lessons, lang);
	return text;
}

/* Read what was learnt, the newest first. */
static enum err
mark_texts(struct marking *marking)
{
	const struct shown *shown = marking->look->question->shown;
	const struct shown_item *item;
	Erfa__Body *body;
	size_t reads = 0;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < shown_count(shown) && reads < READS && err == ERR_NONE;
	     i++) {
		item = shown_at(shown, SHOWN_BY_TIME, i);
		if (item->kind != HEADER_EXPERIENCE ||
		    item->state != INDEX_HERE)
			continue;
		reads++;
		err = query_read(marking->look->question, item, &body);
		if (err != ERR_NONE)
			break;
		if (body != NULL &&
		    sentence_of(marking->look->values, body, &marking->way) !=
			NULL)
			(void)mark(marking, item->doc);
		body_free(body);
		err = marking->err;
	}
	return err;
}

enum err
failure_mark(const struct failure_look *look, uint8_t *out)
{
	struct marking marking = { .look = look, .out = out };
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < WAYS && err == ERR_NONE; i++) {
		marking.way = (uint8_t)(i + 1);
		if (ways[i].facet == NULL)
			continue;
		if (ways[i].prefix)
			err = search_starting(look->search, SEARCH_FACET,
			    ways[i].facet, mark_facet, &marking, BARRIERS);
		else
			(void)mark_facet(&marking, ways[i].facet, 0);
		if (err == ERR_NONE)
			err = marking.err;
	}
	return err == ERR_NONE ? mark_texts(&marking) : err;
}

/* Looking for the sentence of one trial. */
struct quoting {
	const struct failure_look *look;
	uint8_t way;
	char *quote;
	enum err err;
};

static enum err
quote_one(void *context, const struct shown_item *item)
{
	struct quoting *quoting = context;
	const char *text = NULL;
	Erfa__Body *body;
	bool tells;
	uint8_t way = 0;
	enum err err;

	if (item->kind != HEADER_EXPERIENCE || quoting->quote != NULL)
		return ERR_NONE;
	err = query_tells(quoting->look->question, item, &tells);
	if (err != ERR_NONE || !tells)
		return err;
	err = query_read(quoting->look->question, item, &body);
	if (err != ERR_NONE || body == NULL)
		return err;
	text = sentence_of(quoting->look->values, body, &way);
	if (text != NULL && way == quoting->way) {
		quoting->quote = strndup(text, text_cut(text, QUOTE_MAX));
		err = quoting->quote == NULL ? ERR_NOMEM : ERR_NONE;
	}
	body_free(body);
	return err;
}

static void
quote_twin(void *context, const struct shown_item *item)
{
	struct quoting *quoting = context;

	if (quoting->err == ERR_NONE && quoting->quote == NULL)
		quoting->err = query_naming(
		    quoting->look->question, item, quote_one, quoting);
}

enum err
failure_quote(const struct failure_look *look, const struct shown_item *trial,
    uint8_t way, char **ret_quote)
{
	struct quoting quoting = { .look = look, .way = way };

	if (way == TOLD || way == REPORTED)
		shown_twins(look->question->shown, trial, quote_twin, &quoting);
	if (quoting.err != ERR_NONE)
		free(quoting.quote);
	else
		*ret_quote = quoting.quote;
	return quoting.err;
}
