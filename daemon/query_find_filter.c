#include "daemon/find_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/provision.h"
#include "proto/text.h"
#include "daemon/facts.h"

#define FILTERS 24

/* ---- marking and telling ---- */

static bool
mark_doc(void *context, uint32_t doc, uint8_t kind)
{
	struct find *find = context;
	bool about;
	const struct shown_item *item = find_item(find, doc, &about);

	(void)kind;
	if (item != NULL)
		find->marks[find_number(find, item)] |= find->bit;
	return true;
}

bool
find_filter_begin(struct find *find)
{
	if (find->nfilters == FILTERS)
		return false;
	find->bit = UINT32_C(1) << find->nfilters++;
	find->wanted |= find->bit;
	return true;
}

enum err
find_filter_tell(struct find *find, const char *text)
{
	Erfa__FindAnswer *answer = find->question->answer->find;

	return answer_text_add(&answer->filter, &answer->n_filter, text);
}

enum err
find_note(struct find *find, const char *text)
{
	Erfa__FindAnswer *answer = find->question->answer->find;

	return answer_text_add(&answer->note, &answer->n_note, text);
}

/* Marks what somebody says, unless it was taken back. */
struct marking {
	struct find *find;
	enum err err;
};

static bool
mark_word(void *context, uint32_t doc, uint8_t kind)
{
	struct marking *marking = context;
	struct find *find = marking->find;
	const struct shown *shown = find->question->shown;
	const struct shown_item *item;
	bool retracted;
	bool about;

	item = find_item(find, doc, &about);
	if (item == NULL ||
	    (find->marks[find_number(find, item)] & find->bit) != 0)
		return true;
	if (!about)
		return mark_doc(find, doc, kind);
	marking->err = query_retracted(
	    find->question, shown_by_doc(shown, doc), &retracted);
	if (marking->err == ERR_NONE && !retracted)
		(void)mark_doc(find, doc, kind);
	return marking->err == ERR_NONE;
}

enum err
find_mark_facet(struct find *find, const char *facet)
{
	struct marking marking = { .find = find };
	char term[INDEX_FACET_MAX + 1];
	enum err err;

	index_facet(facet, term);
	if (strncmp(facet, "verdict:", 8) != 0)
		return search_each(
		    find->search, SEARCH_FACET, term, mark_doc, find);
	err = search_each(
	    find->search, SEARCH_FACET, term, mark_word, &marking);
	return marking.err != ERR_NONE ? marking.err : err;
}

/* ---- one filter each ---- */

/* Keep to what has the facet "NAME:VALUE". */
static enum err
filter_facet(struct find *find, const char *facet)
{
	enum err err;

	if (!find_filter_begin(find))
		return ERR_NONE;
	if ((err = find_mark_facet(find, facet)) != ERR_NONE)
		return err;
	return find_filter_tell(find, facet);
}

/* Keep to "NAME:VALUE", if there is a value. */
static enum err
filter_value(struct find *find, const char *name, const char *value)
{
	char facet[200];

	if (value == NULL || *value == '\0')
		return ERR_NONE;
	(void)snprintf(facet, sizeof(facet), "%s:%.150s", name, value);
	return filter_facet(find, facet);
}

/* Keep to what runs in a year or later. */
static enum err
filter_since(struct find *find, const char *since)
{
	char facet[40];
	unsigned year = since == NULL ? 0 : (unsigned)strtoul(since, NULL, 10);
	unsigned i;
	enum err err = ERR_NONE;

	if (year < 1000 || year > 9000 || !find_filter_begin(find))
		return ERR_NONE;
	for (i = year; i < year + 100 && err == ERR_NONE; i++) {
		(void)snprintf(facet, sizeof(facet), "year:%u", i);
		err = find_mark_facet(find, facet);
	}
	(void)snprintf(facet, sizeof(facet), "since:%u", year);
	return err == ERR_NONE ? find_filter_tell(find, facet) : err;
}

static bool
mark_provision(void *context, const char *text, uint32_t docs)
{
	struct find *find = context;

	(void)docs;
	return search_each(find->search, SEARCH_FACET, text, mark_doc, find) ==
	    ERR_NONE;
}

/* Keep to what suspends a provision, or a part of it. */
static enum err
filter_provision(struct find *find, const char *citation)
{
	char facet[INDEX_FACET_MAX + 1];
	char *key = NULL;
	char *folded = NULL;
	enum err err;

	if (citation == NULL || *citation == '\0' || !find_filter_begin(find))
		return ERR_NONE;
	err = provision_key(citation, &key);
	if (err == ERR_NOENT)
		err = text_fold(citation, &folded);
	if (err == ERR_NONE) {
		(void)snprintf(
		    facet, 41, "provision:%s", key != NULL ? key : folded);
		err = search_starting(find->search, SEARCH_FACET, facet,
		    mark_provision, find, 500);
	}
	if (err == ERR_NONE)
		err = find_filter_tell(find, facet);
	free(key);
	free(folded);
	return err == ERR_SYNTAX ? ERR_NONE : err;
}

/* ---- all filters ---- */

/* Say what was chosen by options that are no facets. */
static enum err
tell_options(struct find *find)
{
	const Erfa__FindRequest *request = find->request;
	char facet[80];
	enum err err = ERR_NONE;

	if (request->country != NULL && *request->country != '\0') {
		(void)snprintf(
		    facet, sizeof(facet), "country:%s", find->filter.country);
		err = find_filter_tell(find, facet);
	}
	if (err == ERR_NONE && request->sector != NULL &&
	    *request->sector != '\0') {
		(void)snprintf(
		    facet, sizeof(facet), "sector:%.60s", request->sector);
		err = find_filter_tell(find, facet);
	}
	return err;
}

enum err
find_set_filters(struct find *find)
{
	const Erfa__FindRequest *request = find->request;
	const char *facet;
	size_t i;
	enum err err;

	if ((err = tell_options(find)) != ERR_NONE ||
	    (err = filter_value(find, "verdict", request->verdict)) !=
		ERR_NONE ||
	    (err = filter_value(find, "status", request->status)) != ERR_NONE ||
	    (err = filter_value(find, "lang", request->text_lang)) !=
		ERR_NONE ||
	    (err = filter_since(find, request->since)) != ERR_NONE ||
	    (err = filter_provision(find, request->provision)) != ERR_NONE ||
	    (err = find_filter_section(find)) != ERR_NONE ||
	    (err = find_filter_programme(find, request->programme)) !=
		ERR_NONE ||
	    (request->like_us && (err = find_filter_like_us(find)) != ERR_NONE))
		return err;
	for (i = 0; i < request->n_facet; i++)
		if ((err = filter_facet(find, request->facet[i])) != ERR_NONE)
			return err;
	for (i = 0; (facet = plan_facet(find->plan, i)) != NULL; i++) {
		if (strcmp(facet, "verdict:did_not_work") == 0) {
			err = find_filter_failures(find);
		} else if (strncmp(facet, "since:", 6) == 0) {
			err = filter_since(find, facet + 6);
		} else if (strcmp(facet, "like:us") == 0) {
			if (!request->like_us)
				err = find_filter_like_us(find);
		} else if (strncmp(facet, "country:", 8) != 0) {
			err = filter_facet(find, facet);
		} else if (find->filter.country[0] == '\0') {
			facts_country(facet + 8, find->filter.country);
			err = find_filter_tell(find, facet);
		}
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
find_set_without(struct find *find)
{
	const struct search_way *ways;
	size_t count;
	size_t i;
	enum err err = ERR_NONE;

	ways = plan_without(find->plan, &count);
	find->bit = FIND_OUT;
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = search_each(
		    find->search, ways[i].kind, ways[i].text, mark_doc, find);
	return err;
}
