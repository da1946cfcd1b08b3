#include "daemon/find_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/header.h"

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

/* ---- searching among them ---- */

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
		item = find_item(find, sifting->pieces[i].doc, &about);
		if (item == NULL || !item->is_record ||
		    (about && sifting->pieces[i].kind == HEADER_APPLICATION))
			continue;
		sifting->items[i] = item;
		sifting->given[count++].doc = sifting->pieces[i].doc;
		if (about)
			sifting->given[count++].doc = item->doc;
	}
	find_sort_given(sifting->given, count);
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
	err = find_search(find, true, sifting->count, sifting->hits, ret_count);
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
		    find_accept(find, sifting->pieces[i].doc,
			(uint8_t)sifting->pieces[i].kind, &target, &worth))
			sifting->hits[count++] = (struct search_hit){
				.doc = target,
				.target = target,
			};
	*ret_count = count;
}

/* ---- telling ---- */

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
	err = find_begin(&sifting.find, &bad);
	if (err == ERR_NONE && !bad && sifting.find.ngroups == SEARCH_GROUPS) {
		bad = true;
		err = query_fail(question, EXIT_USAGE, "too_many_words",
		    "Follow fewer words, or several questions.",
		    "more than %d words cannot be followed at once",
		    SEARCH_GROUPS - 1);
	}
	if (err == ERR_NONE && !bad)
		err = find_prepare(&sifting.find);
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
