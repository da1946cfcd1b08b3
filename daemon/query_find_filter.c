#include "daemon/find_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/provision.h"
#include "proto/text.h"
#include "daemon/facts.h"

#define FILTERS    24
#define READS      3000 /* texts read for a part of a section */
#define PROVISIONS 5000 /* of one act that are looked at */
#define FACET_KEPT 40 /* bytes that a term keeps of a facet that is too long */

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

/* Marks what somebody says who is heard. */
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
	bool tells;
	bool about;

	item = find_item(find, doc, &about);
	if (item == NULL ||
	    (find->marks[find_number(find, item)] & find->bit) != 0)
		return true;
	if (!about)
		return mark_doc(find, doc, kind);
	marking->err = query_tells(
	    find->question, shown_by_doc(shown, doc), &tells);
	if (marking->err == ERR_NONE && tells)
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
	if (strncmp(facet, "verdict:", 8) != 0 &&
	    strncmp(facet, "outcome:", 8) != 0)
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

/* A provision that is asked for. */
struct asking {
	struct find *find;
	struct provision *asked; /* NULL = an act alone */
	const char *facet; /* then: what those of its provisions begin with */
	unsigned reads;
	enum err err;
};

/* Whether a trial asks to be exempt from what fits what is asked for. */
static bool
asks_for(const struct asking *asking, const Erfa__Trial *trial)
{
	struct provision *cited;
	bool fits = false;
	size_t i;

	for (i = 0; i < trial->n_exemptions && !fits; i++) {
		if (trial->exemptions[i]->provision == NULL ||
		    provision_read(trial->exemptions[i]->provision, &cited) !=
			ERR_NONE)
			continue;
		fits = provision_fits(cited, asking->asked) != PROVISION_OTHER;
		provision_free(cited);
	}
	return fits;
}

/* Mark a trial that fits not only by the section, but by what narrows it. */
static bool
mark_fitting(void *context, uint32_t doc, uint8_t kind)
{
	struct asking *asking = context;
	struct find *find = asking->find;
	const struct shown_item *item = shown_by_doc(
	    find->question->shown, doc);
	Erfa__Body *body = NULL;

	if (item == NULL || item->kind != HEADER_TRIAL)
		return true;
	if (++asking->reads > READS) {
		find->late = true;
		return false;
	}
	asking->err = query_read(find->question, item, &body);
	if (asking->err == ERR_NONE && body != NULL &&
	    asks_for(asking, body->trial))
		(void)mark_doc(find, doc, kind);
	body_free(body);
	return asking->err == ERR_NONE;
}

/* Mark what is about a section of the citation, or the part of it that is cited. */
static enum err
mark_section(struct asking *asking, size_t i)
{
	char facet[PROVISION_MAX + 16];
	char term[INDEX_FACET_MAX + 1];
	enum err err;

	(void)snprintf(facet, sizeof(facet), "section:%s",
	    provision_section(asking->asked, i));
	if (*provision_detail(asking->asked, i) == '\0')
		return find_mark_facet(asking->find, facet);
	index_facet(facet, term);
	err = search_each(
	    asking->find->search, SEARCH_FACET, term, mark_fitting, asking);
	return asking->err != ERR_NONE ? asking->err : err;
}

static enum err
filter_sections(struct asking *asking)
{
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < provision_count(asking->asked) && err == ERR_NONE; i++)
		err = mark_section(asking, i);
	return err;
}

/* Mark what has a provision of the act; of a long term the beginning is left. */
static bool
mark_provision(void *context, const char *text, uint32_t docs)
{
	struct asking *asking = context;

	(void)docs;
	if (strchr(text, '#') == NULL &&
	    strncmp(text, asking->facet, strlen(asking->facet)) != 0)
		return true;
	asking->err = search_each(
	    asking->find->search, SEARCH_FACET, text, mark_doc, asking->find);
	return asking->err == ERR_NONE;
}

static enum err
filter_act(struct asking *asking, const char *act)
{
	char facet[PROVISION_MAX + 16];
	char begin[FACET_KEPT + 1];
	enum err err;

	(void)snprintf(facet, sizeof(facet), "provision:%s", act);
	(void)snprintf(begin, sizeof(begin), "%.*s", FACET_KEPT, facet);
	asking->facet = facet;
	err = search_starting(asking->find->search, SEARCH_FACET, begin,
	    mark_provision, asking, PROVISIONS);
	return asking->err != ERR_NONE ? asking->err : err;
}

/* Keep to what suspends a provision, a part of it, or all around it. */
static enum err
filter_provision(struct find *find, const char *citation)
{
	struct asking asking = { .find = find };
	char *told = NULL;
	char *key = NULL;
	enum err err;

	if (citation == NULL || *citation == '\0' || !find_filter_begin(find))
		return ERR_NONE;
	if ((err = provision_key(citation, &key)) == ERR_NONE)
		err = provision_read(citation, &asking.asked);
	if (err == ERR_NOENT && key == NULL)
		err = text_fold(citation, &key);
	if (err == ERR_NONE)
		err = asking.asked != NULL ? filter_sections(&asking) :
					     filter_act(&asking, key);
	if (err == ERR_NONE && asprintf(&told, "provision:%s", key) < 0) {
		told = NULL;
		err = ERR_NOMEM;
	}
	if (err == ERR_NONE)
		err = find_filter_tell(find, told);
	provision_free(asking.asked);
	free(told);
	free(key);
	return err == ERR_SYNTAX || err == ERR_NOENT ? ERR_NONE : err;
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
