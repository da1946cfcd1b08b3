#include "daemon/find_internal.h"

#include <stdio.h>
#include <string.h>

#include "proto/directory.h"
#include "proto/header.h"
#include "daemon/codes.h"

#define SITES   5000 /* places with trials that are looked at */
#define UNKNOWN 12   /* organisations that are named whose size nobody says */

/* What a profile says of a municipality's size. */
struct size {
	uint32_t population;
	int urban;
};

/* Read what a profile says; *${ret_says} is false if it is not about its own
 * publisher. */
static enum err
read_size(struct find *find, const struct shown_item *item, bool *ret_says,
    struct size *ret_size)
{
	const char *org = shown_org(find->question->shown, item->org);
	const Erfa__Profile *profile;
	Erfa__Body *body;
	enum err err;

	memset(ret_size, 0, sizeof(*ret_size));
	*ret_says = false;
	if ((err = query_read(find->question, item, &body)) != ERR_NONE)
		return err;
	profile = body == NULL ? NULL : body->profile;
	if (profile != NULL && profile->org != NULL &&
	    strcmp(profile->org, org) == 0) {
		*ret_says = true;
		ret_size->population = profile->population;
		ret_size->urban = (int)profile->degree_of_urbanisation;
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
	return find_mark_facet(find, facet);
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
	for (i = 0;
	     i < codes_count(sizes->unknown) && i < UNKNOWN && err == ERR_NONE;
	     i++)
		err = answer_text_add(&answer->size_unknown,
		    &answer->n_size_unknown, codes_name(sizes->unknown, i));
	answer->has_sizes_unknown = true;
	answer->sizes_unknown = codes_count(sizes->unknown);
	return err;
}

/* Take a profile: it is the own, its size is known, it is alike. */
static enum err
take_profile(struct sizes *sizes, const struct shown_item *item,
    const struct size *size, struct size *own, bool mark)
{
	const struct question *question = sizes->find->question;
	const char *org = shown_org(question->shown, item->org);
	const struct directory_member *self = directory_find(
	    question->directory, question->own_key);
	size_t number;

	if (mark)
		return is_alike(own, size) ? mark_place(sizes->find, item) :
					     ERR_NONE;
	if (self != NULL && strcmp(self->org, org) == 0)
		*own = *size;
	return size->population != 0 || size->urban != 0 ?
	    codes_add(sizes->known, org, &number) :
	    ERR_NONE;
}

/* Look at the latest profile of each, as org show does. */
static enum err
each_profile(struct sizes *sizes, struct size *own, bool mark)
{
	struct find *find = sizes->find;
	const struct shown *shown = find->question->shown;
	const struct shown_item *item;
	struct codes *taken;
	struct size size;
	size_t number;
	size_t i;
	bool says;
	enum err err;

	if ((err = codes_new(&taken)) != ERR_NONE)
		return err;
	for (i = 0; i < shown_count(shown) && err == ERR_NONE; i++) {
		item = shown_at(shown, SHOWN_BY_TIME, i);
		if (item->kind != HEADER_PROFILE || !item->is_record ||
		    item->state != INDEX_HERE ||
		    codes_find(taken, shown_org(shown, item->org), &number) ==
			ERR_NONE)
			continue;
		err = read_size(find, item, &says, &size);
		if (err == ERR_NONE && says)
			err = codes_add(
			    taken, shown_org(shown, item->org), &number);
		if (err == ERR_NONE && says)
			err = take_profile(sizes, item, &size, own, mark);
	}
	codes_free(taken);
	return err;
}

enum err
find_filter_like_us(struct find *find)
{
	struct sizes sizes = { .find = find };
	struct size own = { .population = 0 };
	enum err err;

	if ((err = codes_new(&sizes.known)) != ERR_NONE ||
	    (err = codes_new(&sizes.unknown)) != ERR_NONE ||
	    (err = each_profile(&sizes, &own, false)) != ERR_NONE)
		goto out;
	if (own.population == 0 && own.urban == 0) {
		err = find_note(find,
		    "like us: your own profile says neither population nor "
		    "degree of urbanisation, so that nothing was left out; "
		    "say it with erfa org edit --population N");
		goto out;
	}
	if (find_filter_begin(find) &&
	    (err = each_profile(&sizes, &own, true)) == ERR_NONE &&
	    (err = tell_unknown(&sizes)) == ERR_NONE)
		err = find_note(find,
		    "like us: by population (half to twice yours) and degree "
		    "of urbanisation, of those whose profile says them");
out:
	codes_free(sizes.known);
	codes_free(sizes.unknown);
	return err;
}
