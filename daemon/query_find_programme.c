#include "daemon/find_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/header.h"

#define GIVEN       20000 /* trials found by their programme */
#define WORTH_NAMED 70 /* of 256: impact of the name of a trial's programme */

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

/* ---- the filter ---- */

/* A record that names a programme. */
static enum err
mark_naming(void *context, const struct shown_item *item)
{
	struct find *find = context;

	find->marks[find_number(find, item)] |= find->bit;
	return ERR_NONE;
}

enum err
find_filter_programme(struct find *find, const char *said)
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

	if (said == NULL || *said == '\0' || !find_filter_begin(find))
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
	return err == ERR_NONE ? find_filter_tell(find, "programme") : err;
}

/* ---- names as words ---- */

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

void
find_sort_given(struct search_given *given, size_t count)
{
	qsort(given, count, sizeof(*given), compare_given);
}

enum err
find_give_named(struct find *find, size_t number)
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
	find_sort_given(giving.given, giving.count);
	group->given = giving.given;
	group->ngiven = giving.count;
	return err;
}
