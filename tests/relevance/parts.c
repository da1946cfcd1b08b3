/*
 * How compounds are reached by their parts, compared within one engine: linked
 * into an erfad of its own, which does as ERFA_PARTS says.
 *
 * "splitting" is erfad as it is: words of the index that hold a word of the
 * question.  "grams" keeps every run of four letters of longer words in the index
 * instead, and looks for those of the question's words.  "none" does neither.
 * Concepts are found in compounds by all three.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "daemon/search.h"
#include "daemon/tokens.h"

#define GRAM     4 /* letters */
#define LONG     8 /* a word of so many bytes may be a compound */
#define LOOKED   5 /* a word of so many bytes may be part of one */
#define WORD_MAX 120
#define SHARE    2 /* all grams of a word weigh one in so many of the word */

enum err __real_search_batch_text(
    struct search_batch *batch, enum search_field field, const char *text);
enum err __wrap_search_batch_text(
    struct search_batch *batch, enum search_field field, const char *text);
enum err __real_search_within(struct search *search, const char *part,
    bool (*each)(void *context, const char *word, size_t at), void *context,
    size_t max);
enum err __wrap_search_within(struct search *search, const char *part,
    bool (*each)(void *context, const char *word, size_t at), void *context,
    size_t max);
enum err __real_search_top(struct search *search, const struct search_ask *ask,
    struct search_hit *ret_hits, size_t *ret_count, bool *ret_late);
enum err __wrap_search_top(struct search *search, const struct search_ask *ask,
    struct search_hit *ret_hits, size_t *ret_count, bool *ret_late);

static bool
is_chosen(const char *parts)
{
	const char *chosen = getenv("ERFA_PARTS");

	return strcmp(chosen == NULL ? "splitting" : chosen, parts) == 0;
}

/* Write gram ${at} of a folded word as a term that no word can be. */
static void
gram(const char *folded, size_t at, char out[GRAM + 2])
{
	(void)snprintf(out, GRAM + 2, "~%.*s", GRAM, folded + at);
}

static enum err
add_grams(struct search_batch *batch, enum search_field field, const char *raw,
    size_t len)
{
	char copy[WORD_MAX + 1];
	char term[GRAM + 2];
	char *folded = NULL;
	size_t i;
	enum err err;

	if (len > WORD_MAX)
		return ERR_NONE;
	memcpy(copy, raw, len);
	copy[len] = '\0';
	if ((err = text_fold(copy, &folded)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	len = strlen(folded);
	for (i = 0; len >= LONG && i + GRAM <= len && err == ERR_NONE; i++) {
		gram(folded, i, term);
		err = search_batch_term(batch, SEARCH_WORD, field, term);
	}
	free(folded);
	return err;
}

enum err
__wrap_search_batch_text(
    struct search_batch *batch, enum search_field field, const char *text)
{
	size_t len;
	enum err err = __real_search_batch_text(batch, field, text);

	if (!is_chosen("grams") || !text_valid(text, strlen(text)))
		return err;
	for (text = tokens_next(text, &len); len > 0 && err == ERR_NONE;
	     text = tokens_next(text + len, &len))
		err = add_grams(batch, field, text, len);
	return err;
}

enum err
__wrap_search_within(struct search *search, const char *part,
    bool (*each)(void *context, const char *word, size_t at), void *context,
    size_t max)
{
	return is_chosen("splitting") ?
	    __real_search_within(search, part, each, context, max) :
	    ERR_NONE;
}

/* The word that a group is about, folded. */
static const char *
word_of(const struct search_group *group)
{
	size_t i;

	for (i = 0; i < group->count; i++)
		if (group->ways[i].kind == SEARCH_WORD &&
		    group->ways[i].weight >= 240)
			return group->ways[i].text;
	return "";
}

/* Look for the grams of each group's word too, as many as there is room for. */
static void
ask_grams(const struct search_ask *ask, struct search_ask *more,
    struct search_group *groups, struct search_way *ways)
{
	size_t room = (SEARCH_GROUPS - ask->count) / ask->count;
	size_t count = ask->count;
	const char *word;
	size_t grams;
	size_t i;
	size_t k;

	memcpy(groups, ask->groups, count * sizeof(*groups));
	for (i = 0; i < ask->count; i++) {
		word = word_of(&ask->groups[i]);
		if (strlen(word) < LOOKED)
			continue;
		grams = strlen(word) - GRAM + 1;
		if (grams > room)
			grams = room;
		for (k = 0; k < grams; k++, count++) {
			memset(&ways[count], 0, sizeof(*ways));
			ways[count].kind = SEARCH_WORD;
			ways[count].weight = 256;
			gram(word,
			    grams == 1 ?
				0 :
				k * (strlen(word) - GRAM) / (grams - 1),
			    ways[count].text);
			groups[count] = (struct search_group){
				.ways = &ways[count],
				.count = 1,
				.factor = ask->groups[i].factor /
				    (SHARE * (uint32_t)grams),
			};
		}
	}
	*more = *ask;
	more->groups = groups;
	more->count = count;
}

enum err
__wrap_search_top(struct search *search, const struct search_ask *ask,
    struct search_hit *ret_hits, size_t *ret_count, bool *ret_late)
{
	struct search_group groups[SEARCH_GROUPS];
	struct search_way ways[SEARCH_GROUPS];
	struct search_ask more;

	if (ask->all || !is_chosen("grams"))
		return __real_search_top(
		    search, ask, ret_hits, ret_count, ret_late);
	ask_grams(ask, &more, groups, ways);
	return __real_search_top(search, &more, ret_hits, ret_count, ret_late);
}
