#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"
#include "daemon/words.h"

#define FIND_WORDS  16                       /* of one request */
#define FIND_CURSOR (4 + 8 + LOG_ID_LEN + 8) /* points, time, log, n */
#define IN_NAMED    16U /* in the name of its programme or network */

/*
 * A search.  For every item and every word one byte says where the word was
 * found.
 */
struct search {
	struct question *question;
	struct query_filter filter;
	char stems[FIND_WORDS][WORD_MAX + 1];
	size_t nstems;
	size_t stem; /* the one being looked for */
	uint8_t *where;
};

/* An item that holds all words. */
struct hit {
	const struct shown_item *item;
	uint8_t key[FIND_CURSOR]; /* by which hits are sorted */
};

static uint8_t *
where_of(const struct search *search, const struct shown_item *item)
{
	size_t i = (size_t)(item -
	    shown_at(search->question->shown, SHOWN_BY_RECORD, 0));

	return &search->where[i * search->nstems];
}

/* A word of an entry begins with the stem. */
static void
found_word(void *context, uint32_t doc, const char *word, uint8_t where)
{
	struct search *search = context;
	const struct shown_item *item = shown_by_doc(
	    search->question->shown, doc);

	(void)word;
	if (item != NULL)
		where_of(search, item)[search->stem] |= where;
}

/* A programme or network and those that name it. */
struct named {
	struct search *search;
	const struct shown_item *item;
};

/* An entry names the programme: its words are the entry's. */
static enum err
found_named(void *context, uint32_t doc, const char *org)
{
	struct named *named = context;
	const struct shown *shown = named->search->question->shown;
	const struct shown_item *item = shown_by_doc(shown, doc);
	uint8_t *there;
	size_t i;

	if (item == NULL ||
	    (*org != '\0' &&
		strcmp(org, shown_org(shown, named->item->org)) != 0) ||
	    (*org == '\0' && item->org != named->item->org))
		return ERR_NONE;
	there = where_of(named->search, named->item);
	for (i = 0; i < named->search->nstems; i++)
		if ((there[i] & WORD_IN_TITLE) != 0)
			where_of(named->search, item)[i] |= IN_NAMED;
	return ERR_NONE;
}

/* Let trials be found by the names of their programmes and networks. */
static enum err
follow_names(struct search *search)
{
	const struct shown *shown = search->question->shown;
	struct named named = { .search = search };
	uint8_t any;
	size_t i;
	size_t k;
	enum err err;

	for (i = 0; i < shown_count(shown); i++) {
		named.item = shown_at(shown, SHOWN_BY_RECORD, i);
		if (!named.item->is_record ||
		    (named.item->kind != HEADER_PROGRAMME &&
			named.item->kind != HEADER_NETWORK))
			continue;
		any = 0;
		for (k = 0; k < search->nstems; k++)
			any |= where_of(search, named.item)[k] & WORD_IN_TITLE;
		if (any == 0)
			continue;
		err = index_each_ref(search->question->index,
		    named.item->record, found_named, &named);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* What a word is worth, by the best place where it stands; 0 = nowhere. */
static unsigned
points_of(uint8_t where)
{
	if ((where & WORD_IN_TITLE) != 0)
		return 8;
	if ((where & WORD_IN_SUMMARY) != 0)
		return 4;
	return (where & IN_NAMED) != 0 ? 2 : where != 0;
}

/* Make the key by which the item is sorted; false if a word is missing. */
static bool
make_key(const struct search *search, const struct shown_item *item,
    uint8_t out[FIND_CURSOR])
{
	const uint8_t *where = where_of(search, item);
	uint64_t points = 0;
	uint8_t wide[8];
	size_t i;

	for (i = 0; i < search->nstems; i++) {
		if (where[i] == 0)
			return false;
		points += points_of(where[i]);
	}
	bytes_put_be64(wide, UINT32_MAX - points);
	memcpy(out, wide + 4, 4);
	bytes_put_be64(out + 4, ~item->time_ms);
	memcpy(out + 12, shown_log(search->question->shown, item->log)->log_id,
	    LOG_ID_LEN);
	bytes_put_be64(out + 12 + LOG_ID_LEN, item->n);
	return true;
}

static int
compare_hits(const void *a, const void *b)
{
	return memcmp(((const struct hit *)a)->key,
	    ((const struct hit *)b)->key, FIND_CURSOR);
}

/* Gather the items that hold all words, best first. */
static enum err
gather(struct search *search, struct hit **ret_hits, size_t *ret_count)
{
	const struct shown *shown = search->question->shown;
	const struct shown_item *item;
	struct hit *hits;
	size_t count = 0;
	size_t i;

	if ((hits = calloc(shown_count(shown) + 1, sizeof(*hits))) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < shown_count(shown); i++) {
		item = shown_at(shown, SHOWN_BY_RECORD, i);
		if (!make_key(search, item, hits[count].key) ||
		    !query_matches(search->question, &search->filter, item))
			continue;
		hits[count++].item = item;
	}
	qsort(hits, count, sizeof(*hits), compare_hits);
	*ret_hits = hits;
	*ret_count = count;
	return ERR_NONE;
}

/* Look every word up. */
static enum err
look_up(struct search *search)
{
	struct question *question = search->question;
	enum err err = ERR_NONE;

	search->where = calloc(
	    shown_count(question->shown) + 1, search->nstems);
	if (search->where == NULL)
		return ERR_NOMEM;
	for (search->stem = 0; search->stem < search->nstems && err == ERR_NONE;
	     search->stem++)
		err = index_each_word(question->index,
		    search->stems[search->stem], found_word, search);
	return err == ERR_NONE ? follow_names(search) : err;
}

/* Say where each word was found: "bolig* in the title, eldre* in the text". */
static enum err
fill_matched(
    const struct search *search, const struct shown_item *item, Erfa__Row *row)
{
	static const char *const places[] = { [8] = "the title",
		[4] = "the summary",
		[2] = "the name of its programme",
		[1] = "the text" };
	const uint8_t *where = where_of(search, item);
	char text[FIND_WORDS * (WORD_MAX + 40)] = "";
	size_t len = 0;
	size_t i;
	int wrote;

	for (i = 0; i < search->nstems && len < sizeof(text); i++) {
		wrote = snprintf(text + len, sizeof(text) - len, "%s%s* in %s",
		    i > 0 ? ", " : "", search->stems[i],
		    places[points_of(where[i])]);
		len += wrote > 0 ? (size_t)wrote : 0;
	}
	return answer_text(&row->matched, text);
}

static enum err
find_row(struct search *search, const struct shown_item *item,
    Erfa__FindAnswer *answer, size_t *bytes)
{
	struct query_place place = query_place(search->question, item);
	struct query_entry entry;
	enum err err;

	err = query_entry(search->question, &place, &entry);
	if (err != ERR_NONE)
		return err;
	if ((err = query_claims(search->question, &place, &entry)) == ERR_NONE)
		err = fill_matched(search, item, entry.row);
	*bytes += erfa__row__get_packed_size(entry.row);
	if (err == ERR_NONE)
		err = answer_room(&answer->row, answer->n_row, sizeof(void *));
	if (err == ERR_NONE) {
		answer->row[answer->n_row++] = entry.row;
		entry.row = NULL;
	}
	query_entry_clear(&entry);
	return err;
}

/* Fill the page after ${after}. */
static enum err
find_page(struct search *search, const uint8_t after[FIND_CURSOR], size_t limit,
    Erfa__FindAnswer *answer)
{
	struct hit *hits;
	size_t count;
	size_t bytes = 0;
	size_t i;
	enum err err;

	if ((err = gather(search, &hits, &count)) != ERR_NONE)
		return err;
	answer->has_total = true;
	answer->total = count;
	for (i = 0; i < count && memcmp(hits[i].key, after, FIND_CURSOR) <= 0;)
		i++;
	for (; i < count && err == ERR_NONE; i++) {
		if (answer->n_row == limit || bytes > PAGE_BYTES) {
			err = answer_hex(
			    &answer->next, hits[i - 1].key, FIND_CURSOR);
			break;
		}
		err = find_row(search, hits[i].item, answer, &bytes);
	}
	free(hits);
	return err;
}

/* Read the words; the answer is made if there are none or too many. */
static enum err
read_words(
    struct search *search, const Erfa__FindRequest *request, bool *ret_bad)
{
	size_t count;
	size_t i;
	enum err err;

	*ret_bad = true;
	for (i = 0; i < request->n_word; i++) {
		err = words_stems(request->word[i],
		    search->stems + search->nstems, FIND_WORDS - search->nstems,
		    &count);
		if (err == ERR_LIMIT)
			return query_fail(search->question, EXIT_USAGE,
			    "too_many_words", "Leave some out.",
			    "more than %d words", FIND_WORDS);
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
		search->nstems += err == ERR_NONE ? count : 0;
	}
	if (search->nstems == 0)
		return query_fail(search->question, EXIT_USAGE, "no_words",
		    "A word has at least two letters or digits:  "
		    "erfa find boliger",
		    "there is no word to look for");
	*ret_bad = false;
	return ERR_NONE;
}

/* Say how the words were understood: "bolig*". */
static enum err
fill_understood(const struct search *search, Erfa__FindAnswer *answer)
{
	char text[WORD_MAX + 2];
	size_t i;
	enum err err;

	for (i = 0; i < search->nstems; i++) {
		(void)snprintf(text, sizeof(text), "%s*", search->stems[i]);
		err = answer_text_add(
		    &answer->understood, &answer->n_understood, text);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
query_find(struct question *question, const Erfa__FindRequest *request)
{
	const struct query_words words = {
		.kind = request->kind,
		.country = request->country,
		.sector = request->sector,
	};
	struct search search = { .question = question };
	uint8_t after[FIND_CURSOR] = { 0 };
	Erfa__FindAnswer *answer;
	bool bad;
	enum err err;

	err = query_filter(question, &words, &search.filter, &bad);
	if (err != ERR_NONE || bad)
		return err;
	if (!query_cursor(request->cursor, after, sizeof(after)))
		return query_bad_cursor(question);
	err = read_words(&search, request, &bad);
	if (err != ERR_NONE || bad)
		return err;
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_FIND)) !=
	    ERR_NONE)
		return err;
	answer = question->answer->find;
	if ((err = fill_understood(&search, answer)) == ERR_NONE &&
	    (err = query_look(question)) == ERR_NONE &&
	    (err = look_up(&search)) == ERR_NONE)
		err = find_page(&search, after,
		    query_limit(request->has_limit, request->limit), answer);
	free(search.where);
	return err;
}
