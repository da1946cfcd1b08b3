#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/provision.h"
#include "proto/text.h"
#include "daemon/codes.h"
#include "daemon/facts.h"
#include "daemon/lexicon.h"
#include "daemon/plan.h"
#include "daemon/query_failure.h"
#include "daemon/query_internal.h"
#include "daemon/search.h"
#include "daemon/shown.h"
#include "daemon/tokens.h"

#define FIND_LIMIT  20    /* rows of a page, if not said */
#define FIND_MAX    10000 /* hits that can be paged through */
#define FIND_COUNT  1000  /* up to so many hits are counted */
#define FIND_MS     150   /* for one question */
#define FIND_CURSOR 4     /* rows seen */
#define FILTERS     24
#define GIVEN       20000 /* trials found by their programme */
#define READS       3000  /* texts read for a phrase */
#define SITES       5000  /* places with trials that are looked at */
#define UNKNOWN_TOLD \
	12 /* organisations that are named whose size nobody says */

/* What a hit in a record about a trial is worth for the trial, of 256. */
#define WORTH_EXPERIENCE 150
#define WORTH_DECISION   110
#define WORTH_NAMED      70 /* impact of the name of a trial's programme */
#define PARTLY           24 /* of the best, the least part that is shown */
#define FAR              80 /* of 256: who fulfils less of all words is far off */
#define NEAREST          5   /* shown of what is far off */
#define LOOKED_AT        10  /* hits that people look at */
#define IDLE             128 /* of 256: a word that weighs less says little */

#define OUT UINT32_C(0x80000000) /* of marks: holds a word it must not */

struct find {
	struct question *question;
	const Erfa__FindRequest *request;
	struct query_filter filter;
	enum vocab_lang lang;
	struct search *search;
	struct plan *plan;
	uint32_t *marks; /* by item: filters it passes, one bit each */
	uint8_t *ways;   /* by item: why who asks for failures may mean it */
	uint32_t wanted; /* bits that it must have */
	uint32_t bit;    /* of the filter at hand */
	unsigned nfilters;
	struct search_group groups[SEARCH_GROUPS];
	size_t ngroups;
	struct search_given *given[SEARCH_GROUPS];
	struct timespec until;
	unsigned reads;
	size_t certain;     /* so many hits have all words */
	uint16_t far_below; /* of 256: what the best hit must fulfil */
	bool far;           /* nothing does */
	size_t good;        /* so many hits fit; the others are merely near */
	bool late;
};

/* ---- who may be found ---- */

static size_t
number_of(const struct find *find, const struct shown_item *item)
{
	return (
	    size_t)(item - shown_at(find->question->shown, SHOWN_BY_RECORD, 0));
}

/* The trial that ${doc} is about, or whose current version it is. */
static const struct shown_item *
item_of(const struct find *find, uint32_t doc, bool *ret_about)
{
	const struct shown *shown = find->question->shown;
	const struct shown_item *item = shown_by_doc(shown, doc);
	uint8_t record[RECORD_LEN];
	char org[ORG_MAX + 1];

	*ret_about = false;
	if (item == NULL || find->filter.kind != HEADER_TRIAL ||
	    (item->kind != HEADER_EXPERIENCE && item->kind != HEADER_DECISION &&
		item->kind != HEADER_APPLICATION))
		return item;
	*ret_about = true;
	if (index_parent(find->question->index, doc, org, record) != ERR_NONE)
		return NULL;
	return shown_record(
	    shown, org[0] != '\0' ? org : shown_org(shown, item->org), record);
}

static bool
is_late(void *context)
{
	struct find *find = context;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > find->until.tv_sec ||
	    (now.tv_sec == find->until.tv_sec &&
		now.tv_nsec > find->until.tv_nsec);
}

/* A text of the body, folded, one after another. */
struct folded {
	char *text;
	size_t len;
	size_t size;
};

/* Add the words of a text, one blank between. */
static enum err
add_folded(void *context, enum facts_part part, const char *text)
{
	struct folded *folded = context;
	struct vocab_words *words;
	const char *const *list;
	size_t count;
	size_t len;
	size_t i;
	char *more;
	enum err err;

	(void)part;
	if ((err = vocab_words_new(text, &words)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	list = vocab_words_list(words, &count);
	for (i = 0; i < count && err == ERR_NONE; i++) {
		len = strlen(list[i]);
		if (folded->len + len + 3 > folded->size) {
			folded->size = 2 * (folded->size + len + 512);
			more = realloc(folded->text, folded->size);
			if (more == NULL) {
				err = ERR_NOMEM;
				break;
			}
			folded->text = more;
		}
		folded->text[folded->len++] = ' ';
		memcpy(folded->text + folded->len, list[i], len);
		folded->len += len;
		memcpy(folded->text + folded->len, " ", 2);
	}
	vocab_words_free(words);
	return err;
}

/* Whether the text of an item holds all phrases, word by word. */
static bool
has_phrases(struct find *find, const struct shown_item *item)
{
	struct folded folded = { .len = 0 };
	char phrase[PLAN_BYTES];
	Erfa__Body *body = NULL;
	bool all = false;
	size_t i;

	if (plan_phrase(find->plan, 0) == NULL)
		return true;
	if (++find->reads > READS ||
	    query_read(find->question, item, &body) != ERR_NONE || body == NULL)
		return false;
	if (facts_texts(body, add_folded, &folded) == ERR_NONE &&
	    folded.text != NULL) {
		all = true;
		for (i = 0; plan_phrase(find->plan, i) != NULL && all; i++) {
			(void)snprintf(phrase, sizeof(phrase), " %s ",
			    plan_phrase(find->plan, i));
			all = strstr(folded.text, phrase) != NULL;
		}
	}
	free(folded.text);
	body_free(body);
	return all;
}

static bool
accept(void *context, uint32_t doc, uint8_t kind, uint32_t *ret_target,
    uint32_t *ret_worth)
{
	struct find *find = context;
	const struct shown_item *item;
	uint32_t mark;
	bool about;

	item = item_of(find, doc, &about);
	if (item == NULL || item->state != INDEX_HERE ||
	    !query_matches(find->question, &find->filter, item))
		return false;
	mark = find->marks[number_of(find, item)];
	if ((mark & find->wanted) != find->wanted || (mark & OUT) != 0)
		return false;
	if (!has_phrases(
		find, about ? shown_by_doc(find->question->shown, doc) : item))
		return false;
	*ret_target = item->doc;
	*ret_worth = !about           ? 256 :
	    kind == HEADER_EXPERIENCE ? WORTH_EXPERIENCE :
					WORTH_DECISION;
	return true;
}

/* ---- filters ---- */

static bool
mark_doc(void *context, uint32_t doc, uint8_t kind)
{
	struct find *find = context;
	bool about;
	const struct shown_item *item = item_of(find, doc, &about);

	(void)kind;
	if (item != NULL)
		find->marks[number_of(find, item)] |= find->bit;
	return true;
}

/* A filter of its own: what is marked from now on passes it. */
static bool
begin_filter(struct find *find)
{
	if (find->nfilters == FILTERS)
		return false;
	find->bit = UINT32_C(1) << find->nfilters++;
	find->wanted |= find->bit;
	return true;
}

/* Tell what was asked for besides words. */
static enum err
tell_filter(struct find *find, const char *text)
{
	Erfa__FindAnswer *answer = find->question->answer->find;

	return answer_text_add(&answer->filter, &answer->n_filter, text);
}

static enum err
mark_facet(struct find *find, const char *facet)
{
	char term[INDEX_FACET_MAX + 1];

	index_facet(facet, term);
	return search_each(find->search, SEARCH_FACET, term, mark_doc, find);
}

/* Keep to what has the facet "NAME:VALUE". */
static enum err
filter_facet(struct find *find, const char *facet)
{
	enum err err;

	if (!begin_filter(find))
		return ERR_NONE;
	if ((err = mark_facet(find, facet)) != ERR_NONE)
		return err;
	return tell_filter(find, facet);
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

	if (year < 1000 || year > 9000 || !begin_filter(find))
		return ERR_NONE;
	for (i = year; i < year + 100 && err == ERR_NONE; i++) {
		(void)snprintf(facet, sizeof(facet), "year:%u", i);
		err = mark_facet(find, facet);
	}
	(void)snprintf(facet, sizeof(facet), "since:%u", year);
	return err == ERR_NONE ? tell_filter(find, facet) : err;
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

	if (citation == NULL || *citation == '\0' || !begin_filter(find))
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
		err = tell_filter(find, facet);
	free(key);
	free(folded);
	return err == ERR_SYNTAX ? ERR_NONE : err;
}

/* A record that names a programme. */
static enum err
mark_naming(void *context, const struct shown_item *item)
{
	struct find *find = context;

	find->marks[number_of(find, item)] |= find->bit;
	return ERR_NONE;
}

/* Programmes whose names hold a word. */
struct named {
	struct find *find;
	const struct shown_item *items[64];
	size_t count;
};

static bool
take_named(void *context, uint32_t doc, uint8_t kind)
{
	struct named *named = context;
	const struct shown_item *item = shown_by_doc(
	    named->find->question->shown, doc);
	size_t i;

	(void)kind;
	if (item == NULL || !item->is_record)
		return true;
	for (i = 0; i < named->count; i++)
		if (named->items[i] == item)
			return true;
	named->items[named->count++] = item;
	return named->count < sizeof(named->items) / sizeof(named->items[0]);
}

/* Keep to the trials of a programme, by its id or the words of its name. */
static enum err
filter_programme(struct find *find, const char *said)
{
	char *words[1] = { (char *)(uintptr_t)said };
	const struct shown_item *item = NULL;
	const struct plan_group *groups;
	struct named named = { .find = find };
	struct plan *plan = NULL;
	size_t count;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	if (said == NULL || *said == '\0' || !begin_filter(find))
		return ERR_NONE;
	if (strchr(said, '/') != NULL) {
		err = query_resolve(find->question, said, &item);
		if (err != ERR_NONE || item == NULL)
			return err;
		named.items[named.count++] = item;
	} else {
		err = plan_new(find->search, NULL, find->lang, words, 1, &plan);
		if (err != ERR_NONE)
			return err;
		groups = plan_groups(plan, &count);
		for (i = 0; i < count && err == ERR_NONE; i++)
			for (k = 0;
			     k < groups[i].group.count && err == ERR_NONE; k++)
				err = search_each(find->search, SEARCH_NAME,
				    groups[i].group.ways[k].text, take_named,
				    &named);
		plan_free(plan);
	}
	for (i = 0; i < named.count && err == ERR_NONE; i++)
		err = query_naming(
		    find->question, named.items[i], mark_naming, find);
	return err == ERR_NONE ? tell_filter(find, "programme") : err;
}

/* What a profile says of a municipality's size. */
struct size {
	uint32_t population;
	int urban;
};

static enum err
read_size(
    struct find *find, const struct shown_item *item, struct size *ret_size)
{
	Erfa__Body *body;
	enum err err;

	memset(ret_size, 0, sizeof(*ret_size));
	if ((err = query_read(find->question, item, &body)) != ERR_NONE)
		return err;
	if (body != NULL && body->profile != NULL) {
		ret_size->population = body->profile->population;
		ret_size->urban = (int)body->profile->degree_of_urbanisation;
	}
	body_free(body);
	return ERR_NONE;
}

/* Whether two are of like size and settlement, as far as is known. */
static bool
is_alike(const struct size *a, const struct size *b)
{
	if (a->urban != 0 && b->urban != 0 && a->urban != b->urban)
		return false;
	if (a->population == 0 || b->population == 0)
		return a->urban != 0 && a->urban == b->urban;
	return a->population <= 2 * (uint64_t)b->population &&
	    b->population <= 2 * (uint64_t)a->population;
}

static enum err
add_note(struct find *find, const char *text)
{
	Erfa__FindAnswer *answer = find->question->answer->find;

	return answer_text_add(&answer->note, &answer->n_note, text);
}

/* Mark all trials that run where ${profile} is about. */
static enum err
mark_place(struct find *find, const struct shown_item *profile)
{
	const struct shown *shown = find->question->shown;
	const struct shown_item *item;
	char facet[ORG_MAX + 8];
	size_t i;

	(void)snprintf(
	    facet, sizeof(facet), "site:%s", shown_org(shown, profile->org));
	for (i = 0; i < shown_count(shown); i++) {
		item = shown_at(shown, SHOWN_BY_RECORD, i);
		if (item->org == profile->org && !item->transcribed)
			find->marks[i] |= find->bit;
	}
	return mark_facet(find, facet);
}

/* Organisations whose size is known, and those with trials whose is not. */
struct sizes {
	struct find *find;
	struct codes *known;
	struct codes *unknown;
	enum err err;
};

/* Note where trials run, if nobody says how large it is. */
static void
note_size(struct sizes *sizes, const char *org)
{
	size_t number;

	if (sizes->err == ERR_NONE && *org != '\0' &&
	    codes_find(sizes->known, org, &number) == ERR_NOENT)
		sizes->err = codes_add(sizes->unknown, org, &number);
}

static bool
note_site(void *context, const char *text, uint32_t docs)
{
	(void)docs;
	note_size(context, strchr(text, ':') + 1);
	return true;
}

/* Say whose trials are left out because nobody says how large they are. */
static enum err
tell_unknown(struct sizes *sizes)
{
	struct find *find = sizes->find;
	const struct shown *shown = find->question->shown;
	Erfa__FindAnswer *answer = find->question->answer->find;
	const struct shown_item *item;
	size_t i;
	enum err err;

	for (i = 0; i < shown_count(shown); i++) {
		item = shown_at(shown, SHOWN_BY_RECORD, i);
		if (item->kind == HEADER_TRIAL && !item->transcribed)
			note_size(sizes, shown_org(shown, item->org));
	}
	err = search_starting(
	    find->search, SEARCH_FACET, "site:", note_site, sizes, SITES);
	if (err == ERR_NONE)
		err = sizes->err;
	for (i = 0; i < codes_count(sizes->unknown) && i < UNKNOWN_TOLD &&
	     err == ERR_NONE;
	     i++)
		err = answer_text_add(&answer->size_unknown,
		    &answer->n_size_unknown, codes_name(sizes->unknown, i));
	answer->has_sizes_unknown = true;
	answer->sizes_unknown = codes_count(sizes->unknown);
	return err;
}

/* Look at each profile: which is the own, whose size is known, who is alike. */
static enum err
each_profile(struct sizes *sizes, struct size *own, bool mark)
{
	struct find *find = sizes->find;
	const struct shown *shown = find->question->shown;
	const struct shown_item *item;
	struct size size;
	size_t number;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < shown_count(shown) && err == ERR_NONE; i++) {
		item = shown_at(shown, SHOWN_BY_RECORD, i);
		if (item->kind != HEADER_PROFILE || item->twin ||
		    item->state != INDEX_HERE)
			continue;
		if ((err = read_size(find, item, &size)) != ERR_NONE)
			break;
		if (mark && is_alike(own, &size))
			err = mark_place(find, item);
		if (mark)
			continue;
		if (memcmp(shown_log(shown, item->log)->key,
			find->question->own_key, KEY_LEN) == 0)
			*own = size;
		if (size.population != 0 || size.urban != 0)
			err = codes_add(
			    sizes->known, shown_org(shown, item->org), &number);
	}
	return err;
}

/* Keep to municipalities of similar size and settlement, by their profiles. */
static enum err
filter_like_us(struct find *find)
{
	struct sizes sizes = { .find = find };
	struct size own = { .population = 0 };
	enum err err;

	if ((err = codes_new(&sizes.known)) != ERR_NONE ||
	    (err = codes_new(&sizes.unknown)) != ERR_NONE ||
	    (err = each_profile(&sizes, &own, false)) != ERR_NONE)
		goto out;
	if (own.population == 0 && own.urban == 0) {
		err = add_note(find,
		    "like us: your own profile says neither population nor "
		    "degree of urbanisation, so that nothing was left out; "
		    "say it with erfa org edit --population N");
		goto out;
	}
	if (begin_filter(find) &&
	    (err = each_profile(&sizes, &own, true)) == ERR_NONE &&
	    (err = tell_unknown(&sizes)) == ERR_NONE)
		err = add_note(find,
		    "like us: by population (half to twice yours) and degree "
		    "of urbanisation, of those whose profile says them");
out:
	codes_free(sizes.known);
	codes_free(sizes.unknown);
	return err;
}

/* ---- what did not work ---- */

static bool
number_of_doc(void *context, uint32_t doc, size_t *ret_number)
{
	struct find *find = context;
	bool about;
	const struct shown_item *item = item_of(find, doc, &about);

	if (item == NULL)
		return false;
	*ret_number = number_of(find, item);
	return true;
}

static struct failure_look
look_of(struct find *find)
{
	return (struct failure_look){
		.question = find->question,
		.search = find->search,
		.values = lexicon_values(query_lexicon(find->question)),
		.item_of = number_of_doc,
		.context = find,
	};
}

/* Who asks what did not work wants to see all that comes near to saying so. */
static enum err
filter_failures(struct find *find)
{
	const struct failure_look look = look_of(find);
	size_t count = shown_count(find->question->shown);
	bool judged = false;
	bool any = false;
	size_t i;
	enum err err;

	if (find->ways != NULL || !begin_filter(find))
		return ERR_NONE;
	if ((find->ways = calloc(count + 1, 1)) == NULL)
		return ERR_NOMEM;
	if ((err = failure_mark(&look, find->ways)) != ERR_NONE)
		return err;
	for (i = 0; i < count; i++) {
		if (find->ways[i] == 0)
			continue;
		find->marks[i] |= find->bit;
		any = true;
		judged |= failure_is_judged(find->ways[i]);
	}
	err = tell_filter(find, "failure:any");
	return err != ERR_NONE || judged || !any ?
	    err :
	    add_note(find,
		"of no trial here anybody has said that it did not work; each "
		"line says why it may be meant");
}

/* By which way somebody may mean a hit; the surest is the least. */
static unsigned
way_of(const struct find *find, const struct search_hit *hit)
{
	const struct shown_item *item = shown_by_doc(
	    find->question->shown, hit->target);
	uint8_t way = find->ways == NULL || item == NULL ?
	    0 :
	    find->ways[number_of(find, item)];

	return way == 0 ? UINT8_MAX : way;
}

/* Say why somebody who asks for failures may mean this trial. */
static enum err
fill_failure(struct find *find, const struct shown_item *item, Erfa__Row *row)
{
	const struct failure_look look = look_of(find);
	uint8_t way = find->ways == NULL ? 0 :
					   find->ways[number_of(find, item)];
	char *quote = NULL;
	Erfa__Reason *reason;
	enum err err;

	if (way == 0)
		return ERR_NONE;
	err = answer_add(&row->reason, &row->n_reason,
	    &erfa__reason__descriptor, (void **)&reason);
	if (err == ERR_NONE)
		err = answer_text(&reason->part, failure_name(way));
	if (err == ERR_NONE)
		err = failure_quote(&look, item, way, &quote);
	if (err == ERR_NONE && quote != NULL)
		err = answer_text(&reason->found, quote);
	free(quote);
	return err;
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
		err = tell_filter(find, facet);
	}
	if (err == ERR_NONE && request->sector != NULL &&
	    *request->sector != '\0') {
		(void)snprintf(
		    facet, sizeof(facet), "sector:%.60s", request->sector);
		err = tell_filter(find, facet);
	}
	return err;
}

/* All that the request asks for, and all that the words do. */
static enum err
set_filters(struct find *find)
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
	    (err = filter_programme(find, request->programme)) != ERR_NONE ||
	    (request->like_us && (err = filter_like_us(find)) != ERR_NONE))
		return err;
	for (i = 0; i < request->n_facet; i++)
		if ((err = filter_facet(find, request->facet[i])) != ERR_NONE)
			return err;
	for (i = 0; (facet = plan_facet(find->plan, i)) != NULL; i++) {
		if (strcmp(facet, "verdict:did_not_work") == 0) {
			err = filter_failures(find);
		} else if (strncmp(facet, "country:", 8) != 0) {
			err = filter_facet(find, facet);
		} else if (find->filter.country[0] == '\0') {
			facts_country(facet + 8, find->filter.country);
			err = tell_filter(find, facet);
		}
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Mark what holds a word that it must not. */
static enum err
set_without(struct find *find)
{
	const struct search_way *ways;
	size_t count;
	size_t i;
	enum err err = ERR_NONE;

	ways = plan_without(find->plan, &count);
	find->bit = OUT;
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = search_each(
		    find->search, ways[i].kind, ways[i].text, mark_doc, find);
	return err;
}

/* ---- programmes by their names ---- */

struct giving {
	struct find *find;
	struct search_given *given;
	size_t count;
};

static enum err
give(void *context, const struct shown_item *item)
{
	struct giving *giving = context;

	if (giving->count < GIVEN && item->kind == HEADER_TRIAL)
		giving->given[giving->count++] = (struct search_given){
			.doc = item->doc,
			.impact = WORTH_NAMED,
		};
	return ERR_NONE;
}

static int
compare_given(const void *a, const void *b)
{
	const struct search_given *x = a;
	const struct search_given *y = b;

	return (x->doc > y->doc) - (x->doc < y->doc);
}

/* Let trials be found by the names of their programmes and networks. */
static enum err
give_named(struct find *find, size_t number)
{
	struct search_group *group = &find->groups[number];
	struct named named = { .find = find };
	struct giving giving = { .find = find };
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < group->count && err == ERR_NONE; i++)
		if (group->ways[i].mark == PLAN_WORD ||
		    group->ways[i].mark == PLAN_CONCEPT)
			err = search_each(find->search, SEARCH_NAME,
			    group->ways[i].text, take_named, &named);
	if (err != ERR_NONE || named.count == 0)
		return err;
	giving.given = calloc(GIVEN, sizeof(*giving.given));
	if (giving.given == NULL)
		return ERR_NOMEM;
	find->given[number] = giving.given;
	for (i = 0; i < named.count && err == ERR_NONE; i++)
		err = query_naming(
		    find->question, named.items[i], give, &giving);
	qsort(giving.given, giving.count, sizeof(*giving.given), compare_given);
	group->given = giving.given;
	group->ngiven = giving.count;
	return err;
}

/* ---- searching ---- */

static enum err
search_for(struct find *find, bool all, size_t limit, struct search_hit *hits,
    size_t *ret_count)
{
	struct search_ask ask = {
		.groups = find->groups,
		.count = find->ngroups,
		.all = all,
		.cover = !all,
		.lang = stem_lang(vocab_lang_code(find->lang)),
		.limit = limit,
		.accept = accept,
		.context = find,
		.late = is_late,
	};
	bool late;
	enum err err;

	err = search_top(find->search, &ask, hits, ret_count, &late);
	find->late |= late;
	return err;
}

/* Among equally good ones the newer is first; the rest does not depend on here. */
static int
compare_hits(const void *a, const void *b, void *context)
{
	const struct search_hit *x = a;
	const struct search_hit *y = b;
	const struct find *find = context;
	const struct shown *shown = find->question->shown;
	const struct shown_item *p = shown_by_doc(shown, x->target);
	const struct shown_item *q = shown_by_doc(shown, y->target);
	int order;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (p->time_ms != q->time_ms)
		return p->time_ms > q->time_ms ? -1 : 1;
	order = memcmp(shown_log(shown, p->log)->log_id,
	    shown_log(shown, q->log)->log_id, LOG_ID_LEN);
	return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

/* The surest failures first, the best of them before others. */
static int
compare_ways(const void *a, const void *b, void *context)
{
	unsigned x = way_of(context, a);
	unsigned y = way_of(context, b);

	return x != y ? (x > y) - (x < y) : compare_hits(a, b, context);
}

static void
sort_ways(struct find *find, struct search_hit *hits, size_t count)
{
	if (find->ways != NULL)
		qsort_r(hits, count, sizeof(*hits), compare_ways, find);
}

/*
 * Keep those that are good enough beside the best one; all are too far from what
 * was asked for if the best fulfils too little of it.
 */
static size_t
count_good(struct find *find, const struct search_hit *hits, size_t count)
{
	uint16_t most = 0;
	size_t good;
	size_t i;

	for (i = 0; i < count; i++)
		if (hits[i].cover > most)
			most = hits[i].cover;
	find->far = most < find->far_below;
	for (good = 0; good < count; good++)
		if (hits[good].score < hits[0].score / PARTLY)
			break;
	return find->far && good > NEAREST ? NEAREST : good;
}

/*
 * Who asks for one thing is told of it.  What is merely near to it comes behind all
 * that fits, and of it only what fills up what is looked at first.  Return how
 * many are left.
 */
static size_t
part_near(struct find *find, struct search_hit *hits, size_t count)
{
	struct search_hit near[LOOKED_AT];
	size_t nnear = 0;
	size_t i;

	if (find->far || find->ngroups != 1)
		return count;
	find->good = 0;
	for (i = 0; i < count; i++)
		if (hits[i].cover >= find->far_below)
			hits[find->good++] = hits[i];
		else if (nnear < LOOKED_AT)
			near[nnear++] = hits[i];
	count = find->good;
	for (i = 0; i < nnear && count < LOOKED_AT; i++)
		hits[count++] = near[i];
	return count;
}

/* All items that pass the filters, when there are no words. */
static enum err
take_all(struct find *find, size_t limit, struct search_hit *hits,
    size_t *ret_count, uint64_t *ret_total)
{
	const struct shown *shown = find->question->shown;
	const struct shown_item *item;
	uint32_t target;
	uint32_t worth;
	size_t i;

	*ret_count = 0;
	*ret_total = 0;
	for (i = 0; i < shown_count(shown); i++) {
		item = shown_at(shown, SHOWN_BY_TIME, i);
		if (!accept(find, item->doc, (uint8_t)item->kind, &target,
			&worth) ||
		    target != item->doc)
			continue;
		++*ret_total;
		if (*ret_count < limit)
			hits[(*ret_count)++] = (struct search_hit){
				.doc = item->doc,
				.target = item->doc,
			};
	}
	return ERR_NONE;
}

/* Find the best ${limit}, and count. */
static enum err
take_hits(
    struct find *find, size_t limit, struct search_hit *hits, size_t *ret_count)
{
	Erfa__FindAnswer *answer = find->question->answer->find;
	enum err err;

	answer->has_total = true;
	if (find->ngroups == 0) {
		err = take_all(find, limit, hits, ret_count, &answer->total);
		find->certain = find->good = *ret_count;
		sort_ways(find, hits, *ret_count);
		return err;
	}
	err = search_for(find, true, limit, hits, ret_count);
	find->certain = *ret_count;
	if (err == ERR_NONE && *ret_count < limit)
		err = search_for(find, false, limit, hits, ret_count);
	if (err != ERR_NONE)
		return err;
	qsort_r(hits, *ret_count, sizeof(*hits), compare_hits, find);
	if (find->certain < limit)
		*ret_count = count_good(find, hits, *ret_count);
	sort_ways(find, hits, *ret_count);
	answer->has_more = answer->more = *ret_count == limit;
	find->good = find->far ? 0 : *ret_count;
	if (find->certain < limit)
		*ret_count = part_near(find, hits, *ret_count);
	answer->total = find->good;
	answer->has_partial = answer->partial = find->certain == 0 &&
	    *ret_count > 0 && !find->far;
	return ERR_NONE;
}

/* ---- why ---- */

/* Looking for what a way stands for in a text. */
struct looking {
	struct find *find;
	const struct search_way *way;
	size_t concept;       /* of a way that is a concept */
	enum vocab_lang lang; /* of the text */
	char found[PLAN_TEXT];
	enum facts_part part;
	bool there;
};

/* Keep the words ${first}.. of ${text} as found, in the letters of the text. */
static void
keep_found(struct looking *looking, enum facts_part part, const char *text,
    size_t first, size_t count)
{
	const char *begin;
	size_t len;
	size_t i;

	text = tokens_next(text, &len);
	for (i = 0; i < first && len > 0; i++)
		text = tokens_next(text + len, &len);
	begin = text;
	for (i = 1; i < count && len > 0; i++)
		text = tokens_next(text + len, &len);
	len += (size_t)(text - begin);
	looking->found[0] = '\0';
	if (len < PLAN_TEXT)
		(void)snprintf(
		    looking->found, PLAN_TEXT, "%.*s", (int)len, begin);
	looking->part = part;
	looking->there = looking->found[0] != '\0';
}

/* Whether a folded word of the text is what the way stands for. */
static bool
is_way(const struct looking *looking, const char *word)
{
	size_t len = strlen(looking->way->text);

	if (looking->way->kind == SEARCH_STEM)
		return strncmp(word, looking->way->text, len) == 0;
	return strcmp(word, looking->way->text) == 0;
}

static enum err
look_in(void *context, enum facts_part part, const char *text)
{
	struct looking *looking = context;
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(looking->find->question));
	struct vocab_match matches[64];
	struct vocab_words *words;
	const char *const *list;
	size_t count;
	size_t found;
	size_t i;
	enum err err;

	if (looking->there)
		return ERR_NONE;
	if ((err = vocab_words_new(text, &words)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	list = vocab_words_list(words, &count);
	if (looking->way->kind == SEARCH_CONCEPT) {
		found = vocab == NULL ?
		    0 :
		    vocab_match(vocab, list, count, looking->lang, matches, 64);
		for (i = 0; i < found && !looking->there; i++)
			if (matches[i].concept == looking->concept)
				keep_found(looking, part, text,
				    matches[i].first, matches[i].count);
	} else {
		for (i = 0; i < count && !looking->there; i++)
			if (is_way(looking, list[i]))
				keep_found(looking, part, text, i, 1);
	}
	vocab_words_free(words);
	return err;
}

static const char *
part_name(enum facts_part part, uint32_t kind)
{
	if (kind == HEADER_EXPERIENCE)
		return "experience";
	if (kind == HEADER_DECISION || kind == HEADER_APPLICATION)
		return "decision";
	switch (part) {
	case FACTS_TITLE:
		return "title";
	case FACTS_SUMMARY:
		return "summary";
	case FACTS_PROVISION:
		return "provision";
	case FACTS_ORG:
		return "org";
	case FACTS_PROSE:
		break;
	}
	return "text";
}

/* Where the words of a transcribed trial stand that its source has not. */
static const char *
place_of(const struct looking *looking, const Erfa__Body *body, uint32_t kind)
{
	const Erfa__Trial *trial = body->trial;
	enum stem_lang lang = stem_lang(
	    body->envelope == NULL ? NULL : body->envelope->language);
	bool prose = looking->part == FACTS_SUMMARY && looking->there;
	size_t i;

	if ((looking->way->elsewhere & 1U << lang) != 0)
		return "other_meaning";
	if (looking->there && looking->part == FACTS_PROSE &&
	    body->envelope != NULL && body->envelope->reported_sector != NULL &&
	    strcmp(body->envelope->reported_sector, looking->found) == 0)
		return "sector";
	if (prose && trial != NULL &&
	    (trial->summary == NULL ||
		strstr(trial->summary, looking->found) == NULL))
		for (i = 0; i < trial->n_keywords; i++)
			if (strstr(trial->keywords[i], looking->found) != NULL)
				return "keywords";
	return part_name(looking->part, kind);
}

/*
 * What is near counts most where it is rare; people are told of what was meant,
 * if that is there as well.
 */
static enum err
prefer_meant(struct find *find, const struct search_group *group,
    const Erfa__Body *body, enum vocab_lang lang, int *way)
{
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(find->question));
	struct looking looking;
	size_t i;
	enum err err = ERR_NONE;

	if (group->ways[*way].mark != PLAN_NEAR)
		return ERR_NONE;
	for (i = 0; i < group->count && err == ERR_NONE; i++) {
		looking = (struct looking){
			.find = find,
			.way = &group->ways[i],
			.lang = lang,
		};
		if (looking.way->mark != PLAN_CONCEPT ||
		    vocab_find(vocab, looking.way->text, &looking.concept) !=
			ERR_NONE)
			continue;
		err = facts_texts(body, look_in, &looking);
		if (!looking.there)
			continue;
		*way = (int)i;
		break;
	}
	return err;
}

static enum vocab_lang
lang_of(const Erfa__Body *body)
{
	enum vocab_lang lang;

	if (body == NULL || body->envelope == NULL ||
	    body->envelope->language == NULL ||
	    vocab_lang_of(body->envelope->language, &lang) != ERR_NONE)
		return VOCAB_ANY;
	return lang;
}

/* Whether a dictionary led to the way. */
static bool
is_by_dictionary(const struct plan_group *group, const struct search_way *way)
{
	return way->mark == PLAN_DICTIONARY ||
	    (way->kind == SEARCH_CONCEPT && group->foreign);
}

/* Say why one word found ${body}, the text that was hit. */
static enum err
fill_reason(struct find *find, size_t number, int way, const Erfa__Body *body,
    uint32_t kind, Erfa__Reason *reason)
{
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(find->question));
	const struct search_group *group = &find->groups[number];
	struct looking looking = { .find = find, .lang = lang_of(body) };
	const char *id;
	size_t count;
	enum err err;

	err = answer_text(
	    &reason->word, plan_groups(find->plan, &count)[number].typed);
	if (err != ERR_NONE)
		return err;
	if ((size_t)way >= group->count)
		return answer_text(&reason->part, "programme");
	if (body != NULL &&
	    (err = prefer_meant(find, group, body, looking.lang, &way)) !=
		ERR_NONE)
		return err;
	looking.way = &group->ways[way];
	id = looking.way->text;
	if (is_by_dictionary(
		&plan_groups(find->plan, &count)[number], looking.way) &&
	    (err = answer_text(&reason->by, "dictionary")) != ERR_NONE)
		return err;
	if (looking.way->kind == SEARCH_CONCEPT &&
	    vocab_find(vocab, id, &looking.concept) == ERR_NONE &&
	    ((err = answer_text(&reason->concept_id, id)) != ERR_NONE ||
		(err = answer_text(&reason->concept,
		     vocab_name(vocab, looking.concept, find->lang))) !=
		    ERR_NONE))
		return err;
	if (body == NULL)
		return ERR_NONE;
	if ((err = facts_texts(body, look_in, &looking)) != ERR_NONE ||
	    (err = answer_text(&reason->found,
		 looking.there ? looking.found : id)) != ERR_NONE)
		return err;
	return answer_text(&reason->part, place_of(&looking, body, kind));
}

/* "hjemmepleje -> home care <- kotihoito in title", "kirjasto -> bibliotek". */
static size_t
put_matched(const Erfa__Reason *reason, char *out, size_t size)
{
	static const char to[] = " \xe2\x86\x92 ";
	static const char from[] = " \xe2\x86\x90 ";
	bool concept = reason->concept != NULL &&
	    !text_akin(reason->word, reason->concept);
	bool found = reason->found != NULL &&
	    !text_akin(reason->word, reason->found);
	const char *by = reason->by != NULL && (concept || found) ?
	    " (dictionary)" :
	    "";

	(void)snprintf(out, size, "%s%s%s%s%s%s%s%s%s", reason->word,
	    concept ? to : "", concept ? reason->concept : "",
	    concept ? by : "",
	    found ? (concept || *by == '\0' ? from : to) : "",
	    found ? reason->found : "", concept ? "" : by,
	    reason->part != NULL ? " in " : "",
	    reason->part != NULL ? reason->part : "");
	return strlen(out);
}

/* The reasons as one line, for programs. */
static enum err
fill_matched(Erfa__Row *row)
{
	char text[1024] = "";
	size_t len = 0;
	size_t i;
	const Erfa__Reason *reason;

	for (i = 0; i < row->n_reason && len < sizeof(text) - 3; i++) {
		reason = row->reason[i];
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "%s", i > 0 ? ", " : "");
		if (reason->word != NULL) {
			len += put_matched(
			    reason, text + len, sizeof(text) - len);
			continue;
		}
		(void)snprintf(
		    text + len, sizeof(text) - len, "%s", reason->part);
		len = strlen(text);
	}
	return text[0] == '\0' ? ERR_NONE : answer_text(&row->matched, text);
}

/* Whether a word of many questions was met by something merely near to it. */
static bool
is_idle(const struct search_group *group, int way)
{
	return group->factor < IDLE && (size_t)way < group->count &&
	    group->ways[way].mark == PLAN_NEAR;
}

static enum err
fill_reasons(struct find *find, const struct search_hit *hit,
    const struct query_entry *entry, Erfa__Row *row)
{
	const struct search_ask ask = {
		.groups = find->groups,
		.count = find->ngroups,
	};
	const struct shown_item *item;
	Erfa__Body *other = NULL;
	const Erfa__Body *body = entry->body;
	int ways[SEARCH_GROUPS];
	Erfa__Reason *reason;
	size_t i;
	enum err err;

	if (find->ngroups == 0)
		return ERR_NONE;
	err = search_explain(find->search, &ask, hit, ways);
	if (err != ERR_NONE)
		return err;
	item = shown_by_doc(find->question->shown, hit->doc);
	if (hit->doc != hit->target && item != NULL) {
		err = query_read(find->question, item, &other);
		body = other;
	}
	for (i = 0; i < find->ngroups && err == ERR_NONE; i++) {
		if (ways[i] < 0 || is_idle(&find->groups[i], ways[i]))
			continue;
		err = answer_add(&row->reason, &row->n_reason,
		    &erfa__reason__descriptor, (void **)&reason);
		if (err == ERR_NONE)
			err = fill_reason(find, i, ways[i], body,
			    item != NULL ? item->kind : 0, reason);
	}
	body_free(other);
	return err;
}

/* ---- rows ---- */

/* The verdict of what was learnt from a trial. */
struct judging {
	struct find *find;
	int verdict;
};

static enum err
judge(void *context, const struct shown_item *item)
{
	struct judging *judging = context;
	Erfa__Body *body;
	enum err err;

	if (item->kind != HEADER_EXPERIENCE)
		return ERR_NONE;
	err = query_read(judging->find->question, item, &body);
	if (err != ERR_NONE)
		return err;
	if (body != NULL && body->experience != NULL &&
	    body->experience->verdict != ERFA__VERDICT__VERDICT_UNSET &&
	    (judging->verdict == 0 ||
		judging->verdict == ERFA__VERDICT__VERDICT_NOT_STATED))
		judging->verdict = (int)body->experience->verdict;
	body_free(body);
	return ERR_NONE;
}

static enum err
fill_verdict(struct find *find, const struct shown_item *item, Erfa__Row *row)
{
	struct judging judging = { .find = find };
	const ProtobufCEnumValue *value;
	char code[40];
	size_t i;
	enum err err;

	if (item->kind != HEADER_TRIAL)
		return ERR_NONE;
	err = query_naming(find->question, item, judge, &judging);
	if (err != ERR_NONE || judging.verdict == 0)
		return err;
	value = protobuf_c_enum_descriptor_get_value(
	    &erfa__verdict__descriptor, judging.verdict);
	if (value == NULL)
		return ERR_NONE;
	(void)snprintf(code, sizeof(code), "%s", value->name + 8);
	for (i = 0; code[i] != '\0'; i++)
		code[i] = (char)(code[i] == '_' ? '_' : code[i] | 0x20);
	return answer_text(&row->verdict, code);
}

/* Add the row of ${entry} to a list. */
static enum err
put_row(Erfa__Row ***rows, size_t *count, struct query_entry *entry)
{
	enum err err = answer_room(rows, *count, sizeof(void *));

	if (err == ERR_NONE) {
		(*rows)[(*count)++] = entry->row;
		entry->row = NULL;
	}
	return err;
}

/* Make the row of a hit; none if its text was erased since it was indexed. */
static enum err
find_row(struct find *find, const struct search_hit *hit, bool near,
    Erfa__FindAnswer *answer, size_t *bytes)
{
	const struct shown_item *item = shown_by_doc(
	    find->question->shown, hit->target);
	struct query_place place = query_place(find->question, item);
	struct query_entry entry;
	enum err err;

	err = query_entry(find->question, &place, &entry);
	if (err != ERR_NONE)
		return err;
	if (entry.body == NULL)
		goto out;
	if ((err = query_claims(find->question, &place, &entry)) != ERR_NONE ||
	    (err = fill_failure(find, item, entry.row)) != ERR_NONE ||
	    (err = fill_reasons(find, hit, &entry, entry.row)) != ERR_NONE ||
	    (err = fill_matched(entry.row)) != ERR_NONE ||
	    (err = fill_verdict(find, item, entry.row)) != ERR_NONE)
		goto out;
	entry.row->has_partial = true;
	entry.row->partial = hit->groups < find->ngroups;
	*bytes += erfa__row__get_packed_size(entry.row);
	err = near ? put_row(&answer->near, &answer->n_near, &entry) :
		     put_row(&answer->row, &answer->n_row, &entry);
out:
	query_entry_clear(&entry);
	return err;
}

/* Fill the page behind ${seen} hits. */
static enum err
fill_page(struct find *find, const struct search_hit *hits, size_t count,
    size_t seen, size_t limit, Erfa__FindAnswer *answer)
{
	uint8_t cursor[FIND_CURSOR];
	size_t bytes = 0;
	size_t i;
	enum err err = ERR_NONE;

	for (i = seen; i < count && err == ERR_NONE; i++) {
		if (i < find->good &&
		    (answer->n_row == limit || bytes > PAGE_BYTES)) {
			bytes_put_le32(cursor, (uint32_t)i);
			return answer_hex(&answer->next, cursor, FIND_CURSOR);
		}
		err = find_row(find, &hits[i], i >= find->good, answer, &bytes);
	}
	return err;
}

/* ---- what was understood ---- */

/* "hjemmepleje -> home care", "forening". */
static enum err
tell_group(struct find *find, const struct plan_group *group)
{
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(find->question));
	Erfa__FindAnswer *answer = find->question->answer->find;
	char text[3 * PLAN_TEXT];
	size_t len;
	size_t i;
	enum err err;

	len = (size_t)snprintf(text, sizeof(text), "%s", group->typed);
	for (i = 0; i < group->nconcepts && len < sizeof(text) - 1; i++) {
		(void)snprintf(text + len, sizeof(text) - len, "%s%s",
		    i == 0 ? " \xe2\x86\x92 " : ", ",
		    vocab_name(vocab, group->concepts[i], find->lang));
		len = strlen(text);
	}
	err = answer_text_add(&answer->understood, &answer->n_understood, text);
	if (err == ERR_NONE && group->guess[0] != '\0')
		err = answer_text_add(
		    &answer->suggested, &answer->n_suggested, group->guess);
	return err;
}

static enum err
tell_understood(struct find *find)
{
	Erfa__FindAnswer *answer = find->question->answer->find;
	const struct plan_group *groups;
	const char *left;
	size_t count;
	size_t i;
	enum err err = ERR_NONE;

	groups = plan_groups(find->plan, &count);
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = tell_group(find, &groups[i]);
	for (i = 0;
	     err == ERR_NONE && (left = plan_left(find->plan, i)) != NULL; i++)
		err = answer_text_add(
		    &answer->left_out, &answer->n_left_out, left);
	return err;
}

/* ---- the request ---- */

/* Understand the words; the answer is made if there is nothing to look for. */
static enum err
understand(struct find *find, bool *ret_bad)
{
	const Erfa__FindRequest *request = find->request;
	const struct plan_group *groups;
	size_t i;
	enum err err;

	err = plan_new(find->search, query_lexicon(find->question), find->lang,
	    request->word, request->n_word, &find->plan);
	if (err != ERR_NONE)
		return err;
	groups = plan_groups(find->plan, &find->ngroups);
	for (i = 0; i < find->ngroups; i++)
		find->groups[i] = groups[i].group;
	*ret_bad = find->ngroups == 0 && plan_facet(find->plan, 0) == NULL &&
	    request->verdict == NULL && request->status == NULL &&
	    request->programme == NULL && request->provision == NULL &&
	    request->since == NULL && !request->like_us &&
	    request->n_facet == 0 && request->country == NULL &&
	    request->sector == NULL && request->text_lang == NULL;
	if (!*ret_bad)
		return ERR_NONE;
	if (plan_left(find->plan, 0) != NULL)
		return query_fail(find->question, EXIT_USAGE, "no_words",
		    "Type fewer or other words:  erfa find boliger",
		    "there is no word to look for; left out: %s",
		    plan_left(find->plan, 0));
	return query_fail(find->question, EXIT_USAGE, "no_words",
	    "A word has at least two letters or digits:  erfa find boliger",
	    "there is no word to look for");
}

/* Search; if nothing passes the filters, look without them. */
static enum err
search_page(struct find *find, size_t seen, size_t limit)
{
	Erfa__FindAnswer *answer = find->question->answer->find;
	size_t most = seen + limit + 1 > FIND_COUNT ? seen + limit + 1 :
						      FIND_COUNT;
	struct search_hit *hits = calloc(most, sizeof(*hits));
	size_t count = 0;
	enum err err;

	if (hits == NULL)
		return ERR_NOMEM;
	err = take_hits(find, most, hits, &count);
	if (err == ERR_NONE && count == 0 && find->ngroups > 0 &&
	    (find->wanted != 0 || find->filter.country[0] != '\0')) {
		find->wanted = 0;
		find->filter.country[0] = '\0';
		err = take_hits(find, most, hits, &count);
		answer->has_unfiltered = answer->unfiltered = count > 0;
	}
	if (err == ERR_NONE)
		err = fill_page(find, hits, count, seen, limit, answer);
	answer->has_late = answer->late = find->late;
	free(hits);
	return err;
}

/* Set what may be found at all, and tell; the answer may become a refusal. */
static enum err
prepare(struct find *find)
{
	size_t i;
	enum err err;

	find->marks = calloc(
	    shown_count(find->question->shown) + 1, sizeof(*find->marks));
	if (find->marks == NULL)
		return ERR_NOMEM;
	if ((err = tell_understood(find)) != ERR_NONE ||
	    (err = set_filters(find)) != ERR_NONE ||
	    find->question->answer->say_case != ERFA__ANSWER__SAY_FIND ||
	    (err = set_without(find)) != ERR_NONE)
		return err;
	for (i = 0; i < find->ngroups && err == ERR_NONE; i++)
		err = give_named(find, i);
	return err;
}

static enum err
run(struct find *find, size_t seen, size_t limit)
{
	enum err err = prepare(find);

	if (err != ERR_NONE ||
	    find->question->answer->say_case != ERFA__ANSWER__SAY_FIND)
		return err;
	return search_page(find, seen, limit);
}

static void
find_end(struct find *find)
{
	size_t i;

	for (i = 0; i < SEARCH_GROUPS; i++)
		free(find->given[i]);
	free(find->marks);
	free(find->ways);
	plan_free(find->plan);
}

/* Until when the answer is to be there. */
static void
set_time(struct find *find)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &find->until);
	find->until.tv_nsec += FIND_MS * 1000000L;
	if (find->until.tv_nsec >= 1000000000L) {
		find->until.tv_sec++;
		find->until.tv_nsec -= 1000000000L;
	}
}

/* Understand the request; if it makes no sense, the answer says so. */
static enum err
begin(struct find *find, bool *ret_bad)
{
	const struct query_words words = {
		.kind = find->request->kind,
		.country = find->request->country,
		.sector = find->request->sector,
	};
	struct question *question = find->question;
	enum err err;

	err = query_filter(question, &words, &find->filter, ret_bad);
	if (err != ERR_NONE || *ret_bad)
		return err;
	if (question->lang == NULL ||
	    vocab_lang_of(question->lang, &find->lang) != ERR_NONE)
		find->lang = VOCAB_ANY;
	find->far_below = FAR;
	set_time(find);
	if ((err = index_search(question->index, &find->search)) != ERR_NONE ||
	    (err = understand(find, ret_bad)) != ERR_NONE || *ret_bad)
		return err;
	err = answer_say(question->answer, ERFA__ANSWER__SAY_FIND);
	return err == ERR_NONE ? query_look(question) : err;
}

enum err
query_find(struct question *question, const Erfa__FindRequest *request)
{
	struct find find = { .question = question, .request = request };
	uint8_t after[FIND_CURSOR] = { 0 };
	size_t limit;
	bool bad;
	enum err err;

	if (!query_cursor(request->cursor, after, sizeof(after)) ||
	    bytes_get_le32(after) > FIND_MAX)
		return query_bad_cursor(question);
	limit = request->has_limit ? query_limit(true, request->limit) :
				     FIND_LIMIT;
	err = begin(&find, &bad);
	if (err == ERR_NONE && !bad)
		err = run(&find, bytes_get_le32(after), limit);
	find_end(&find);
	return err;
}

/* ---- which of some entries fit ---- */

/* What a standing question needs besides. */
struct sifting {
	struct find find;
	struct query_piece *pieces;
	size_t count;
	const struct shown_item *
	    *items;                 /* that the pieces are about, or NULL */
	struct search_given *given; /* the pieces and what they are about */
	struct search_way *ways;    /* of all groups, none merely near */
	struct search_hit *hits;
};

static enum err
sifting_room(struct sifting *sifting)
{
	size_t count = sifting->count + 1;

	sifting->items = calloc(count, sizeof(*sifting->items));
	sifting->given = calloc(2 * count, sizeof(*sifting->given));
	sifting->ways = calloc(
	    SEARCH_GROUPS * SEARCH_WAYS, sizeof(*sifting->ways));
	sifting->hits = calloc(count, sizeof(*sifting->hits));
	if (sifting->items == NULL || sifting->given == NULL ||
	    sifting->ways == NULL || sifting->hits == NULL)
		return ERR_NOMEM;
	return ERR_NONE;
}

static void
sifting_end(struct sifting *sifting)
{
	free(sifting->items);
	free(sifting->given);
	free(sifting->ways);
	free(sifting->hits);
	find_end(&sifting->find);
}

/* Nobody who waits for a word wants to be told of what is merely near to it. */
static void
keep_meant(struct sifting *sifting)
{
	struct search_way *out = sifting->ways;
	struct search_group *group;
	size_t kept;
	size_t i;
	size_t k;

	for (i = 0; i < sifting->find.ngroups; i++) {
		group = &sifting->find.groups[i];
		for (k = 0, kept = 0; k < group->count; k++)
			if (group->ways[k].mark != PLAN_NEAR)
				out[kept++] = group->ways[k];
		group->ways = out;
		group->count = kept;
		out += kept;
	}
}

/* Look up what each piece is about; only that, and itself, is searched. */
static size_t
give_pieces(struct sifting *sifting)
{
	struct find *find = &sifting->find;
	const struct shown_item *item;
	size_t count = 0;
	size_t kept = 0;
	size_t i;
	bool about;

	for (i = 0; i < sifting->count; i++) {
		item = item_of(find, sifting->pieces[i].doc, &about);
		if (item == NULL || !item->is_record ||
		    (about && sifting->pieces[i].kind == HEADER_APPLICATION))
			continue;
		sifting->items[i] = item;
		sifting->given[count++].doc = sifting->pieces[i].doc;
		if (about)
			sifting->given[count++].doc = item->doc;
	}
	qsort(sifting->given, count, sizeof(*sifting->given), compare_given);
	for (i = 0; i < count; i++)
		if (i == 0 ||
		    sifting->given[i].doc != sifting->given[i - 1].doc)
			sifting->given[kept++].doc = sifting->given[i].doc;
	for (i = 0; i < kept; i++)
		sifting->given[i].impact = 1;
	return kept;
}

/* Whether a word means something else in the language of the text it hit. */
static enum err
is_false_friend(
    struct find *find, const struct search_hit *hit, bool *ret_false)
{
	const struct search_ask ask = {
		.groups = find->groups,
		.count = find->ngroups,
	};
	Erfa__Body *body = NULL;
	int ways[SEARCH_GROUPS];
	enum stem_lang lang;
	size_t i;
	enum err err;

	*ret_false = false;
	err = search_explain(find->search, &ask, hit, ways);
	if (err == ERR_NONE)
		err = query_read(find->question,
		    shown_by_doc(find->question->shown, hit->doc), &body);
	if (err != ERR_NONE || body == NULL)
		return err;
	lang = stem_lang(
	    body->envelope == NULL ? NULL : body->envelope->language);
	for (i = 0; i < find->ngroups; i++)
		if (ways[i] >= 0 && (size_t)ways[i] < find->groups[i].count &&
		    (find->groups[i].ways[ways[i]].elsewhere & 1U << lang) != 0)
			*ret_false = true;
	body_free(body);
	return ERR_NONE;
}

/* Keep the hits of which the words mean what was meant. */
static enum err
drop_false(struct find *find, struct search_hit *hits, size_t *count)
{
	size_t kept = 0;
	size_t i;
	bool is_false;
	enum err err = ERR_NONE;

	for (i = 0; i < *count && err == ERR_NONE; i++) {
		err = is_false_friend(find, &hits[i], &is_false);
		if (err == ERR_NONE && !is_false)
			hits[kept++] = hits[i];
	}
	*count = kept;
	return err;
}

/*
 * Search among the pieces.  They are one more group, of given documents, so that
 * the lists of all words are read at these alone.
 */
static enum err
hit_words(struct sifting *sifting, size_t *ret_count)
{
	struct find *find = &sifting->find;
	size_t words = find->ngroups;
	size_t ngiven = give_pieces(sifting);
	enum err err;

	keep_meant(sifting);
	find->groups[find->ngroups++] = (struct search_group){
		.given = sifting->given,
		.ngiven = ngiven,
		.factor = 256,
	};
	*ret_count = 0;
	err = search_for(find, true, sifting->count, sifting->hits, ret_count);
	find->ngroups = words;
	return err == ERR_NONE ? drop_false(find, sifting->hits, ret_count) :
				 err;
}

/* Without words all that passes the filters fits. */
static void
hit_all(struct sifting *sifting, size_t *ret_count)
{
	struct find *find = &sifting->find;
	uint32_t target;
	uint32_t worth;
	size_t count = 0;
	size_t i;

	(void)give_pieces(sifting);
	for (i = 0; i < sifting->count; i++)
		if (sifting->items[i] != NULL &&
		    accept(find, sifting->pieces[i].doc,
			(uint8_t)sifting->pieces[i].kind, &target, &worth))
			sifting->hits[count++] = (struct search_hit){
				.doc = target,
				.target = target,
			};
	*ret_count = count;
}

/* Make the row of a record that fits, when its last piece is at hand. */
static enum err
piece_row(struct sifting *sifting, size_t number, const struct search_hit *hit)
{
	const struct query_piece *piece = &sifting->pieces[number];
	Erfa__FindAnswer *answer = sifting->find.question->answer->find;
	size_t before = answer->n_row;
	size_t bytes = 0;
	Erfa__Row *row;
	enum err err;

	err = find_row(&sifting->find, hit, false, answer, &bytes);
	if (err != ERR_NONE || answer->n_row == before)
		return err;
	row = answer->row[before];
	row->has_arrival = true;
	row->arrival = piece->arrival;
	return answer_text(&row->news, header_kind_name(piece->kind));
}

static const struct search_hit *
hit_of(const struct sifting *sifting, size_t nhits, size_t number)
{
	const struct shown_item *item = sifting->items[number];
	size_t i;

	for (i = 0; item != NULL && i < nhits; i++)
		if (sifting->hits[i].target == item->doc)
			return &sifting->hits[i];
	return NULL;
}

static enum err
tell_pieces(struct sifting *sifting, size_t nhits)
{
	const struct search_hit *hit;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; i < sifting->count && err == ERR_NONE; i++) {
		if ((hit = hit_of(sifting, nhits, i)) == NULL)
			continue;
		sifting->pieces[i].fits = true;
		for (k = i + 1; k < sifting->count; k++)
			if (sifting->items[k] == sifting->items[i])
				break;
		if (k == sifting->count)
			err = piece_row(sifting, i, hit);
	}
	return err;
}

enum err
query_sift(struct question *question, const Erfa__FindRequest *request,
    struct query_piece *pieces, size_t count, bool *ret_late)
{
	struct sifting sifting = {
		.find = { .question = question, .request = request },
		.pieces = pieces,
		.count = count,
	};
	size_t nhits = 0;
	bool bad;
	enum err err;

	*ret_late = false;
	err = begin(&sifting.find, &bad);
	if (err == ERR_NONE && !bad && sifting.find.ngroups == SEARCH_GROUPS) {
		bad = true;
		err = query_fail(question, EXIT_USAGE, "too_many_words",
		    "Follow fewer words, or several questions.",
		    "more than %d words cannot be followed at once",
		    SEARCH_GROUPS - 1);
	}
	if (err == ERR_NONE && !bad)
		err = prepare(&sifting.find);
	if (err != ERR_NONE || count == 0 ||
	    question->answer->say_case != ERFA__ANSWER__SAY_FIND)
		goto out;
	if ((err = sifting_room(&sifting)) != ERR_NONE)
		goto out;
	if (sifting.find.ngroups == 0)
		hit_all(&sifting, &nhits);
	else
		err = hit_words(&sifting, &nhits);
	*ret_late = sifting.find.late;
	if (err == ERR_NONE && !*ret_late)
		err = tell_pieces(&sifting, nhits);
out:
	sifting_end(&sifting);
	return err;
}
