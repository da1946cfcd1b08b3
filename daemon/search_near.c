#include "daemon/search.h"

#include <string.h>

#include "daemon/search_internal.h"

#define SIMILAR_LOOKS 400000 /* terms compared for one word, at most */
#define SIMILAR_LONG  8      /* bytes of a word that may have two mistakes */

/* ---- beginnings ---- */

/* Go through the terms of one part that begin with ${start}. */
static enum err
starting_in(struct search *search, const struct part *part, struct bytes start,
    bool (*each)(void *context, const char *text, uint32_t docs), void *context,
    size_t *max, bool *ret_on)
{
	char text[PART_TERM + 1];
	struct term_walk walk;
	struct list list;
	enum err err;

	for (err = term_begin(search, part->head.part, start, &walk);
	     err == ERR_NONE && walk.term.data != NULL && *max > 0 && *ret_on;
	     err = term_next(&walk), (*max)--) {
		if (walk.term.len < start.len ||
		    memcmp(walk.term.data, start.data, start.len) != 0)
			break;
		memcpy(text, walk.term.data + 1, walk.term.len - 1);
		text[walk.term.len - 1] = '\0';
		err = list_open(walk.list, part->head.count, &list);
		if (err != ERR_NONE)
			break;
		*ret_on = each(context, text, list.count);
	}
	term_end(&walk);
	return err;
}

enum err
search_starting(struct search *search, enum search_term kind, const char *start,
    bool (*each)(void *context, const char *text, uint32_t docs), void *context,
    size_t max)
{
	char term[PART_TERM];
	size_t len = strnlen(start, SEARCH_TERM_MAX - 1);
	bool on = true;
	size_t i;
	enum err err = ERR_NONE;

	term[0] = (char)kind;
	memcpy(term + 1, start, len);
	for (i = 0; i < search->count && err == ERR_NONE && on && max > 0; i++)
		err = starting_in(search, &search->parts[i],
		    (struct bytes){
			.data = (const uint8_t *)term, .len = len + 1 },
		    each, context, &max, &on);
	return err;
}

/* ---- parts of long words ---- */

/* The long words of a part. */
struct long_words {
	struct bytes words;
	struct bytes tails;
};

/* The beginning of the word in which ${at} stands. */
static const char *
word_of(const struct long_words *part, const char *at)
{
	while (at > (const char *)part->words.data && at[-1] != '\0')
		at--;
	return at;
}

/* The tail of number ${i}; NULL if it is damaged. */
static const char *
tail_at(const struct long_words *part, size_t i)
{
	uint32_t at = bytes_get_le32(part->tails.data + 4 * i);

	return at < part->words.len ? (const char *)part->words.data + at :
				      NULL;
}

/* The first tail that does not sort before ${text}. */
static size_t
first_tail(const struct long_words *part, const char *text)
{
	size_t low = 0;
	size_t high = part->tails.len / 4 - 1;
	const char *tail;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		tail = tail_at(part, middle);
		if (tail != NULL && strcmp(tail, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
within_sorted(const struct long_words *part, const char *text,
    bool (*each)(void *context, const char *word, size_t at), void *context,
    size_t *max)
{
	size_t count = part->tails.len / 4 - 1;
	size_t len = strlen(text);
	const char *tail;
	const char *word;
	size_t i;

	for (i = first_tail(part, text); i<count && * max> 0; i++, (*max)--) {
		tail = tail_at(part, i);
		if (tail == NULL || strncmp(tail, text, len) != 0)
			return;
		word = word_of(part, tail);
		if (!each(context, word, (size_t)(tail - word)))
			*max = 1;
	}
}

/* A small part has no sorted tails: look through its words. */
static void
within_all(const struct long_words *part, const char *text,
    bool (*each)(void *context, const char *word, size_t at), void *context,
    size_t *max)
{
	const char *at = (const char *)part->words.data;
	const char *end = at + part->words.len;
	size_t len = strlen(text);
	const char *word;

	while (*max > 0 && at < end &&
	    (at = memmem(at, (size_t)(end - at), text, len)) != NULL) {
		word = word_of(part, at);
		if (at - word >= 3) {
			(*max)--;
			if (!each(context, word, (size_t)(at - word)))
				*max = 0;
		}
		at += len;
	}
}

enum err
search_within(struct search *search, const char *part,
    bool (*each)(void *context, const char *word, size_t at), void *context,
    size_t max)
{
	struct long_words words;
	size_t i;
	enum err err;

	if (strlen(part) < 2)
		return ERR_NONE;
	for (i = 0; i < search->count && max > 0; i++) {
		err = part_value(search, &search->parts[i], "w", &words.words);
		if (err == ERR_NONE)
			err = part_value(
			    search, &search->parts[i], "t", &words.tails);
		if (err != ERR_NONE)
			return err;
		if (words.words.len == 0)
			continue;
		if (words.words.data[words.words.len - 1] != '\0' ||
		    words.tails.len % 4 != 0)
			return ERR_DAMAGED;
		if (words.tails.len >= 4)
			within_sorted(&words, part, each, context, &max);
		else
			within_all(&words, part, each, context, &max);
	}
	return ERR_NONE;
}

/* ---- mistakes ---- */

struct similar {
	const char *word;
	size_t len;
	unsigned allowed;
	unsigned best; /* mistakes of the best so far */
	uint32_t docs;
	char *found;
};

/*
 * How many mistakes make ${b} of ${a}: letters exchanged, missing, too much or
 * turned round; above ${most} if that is more.  Both are short.
 */
static unsigned
distance(
    const char *a, size_t a_len, const char *b, size_t b_len, unsigned most)
{
	unsigned rows[3][SEARCH_TERM_MAX + 1];
	unsigned *before = rows[0];
	unsigned *last = rows[1];
	unsigned *row = rows[2];
	unsigned *swap;
	unsigned least;
	size_t i;
	size_t k;

	for (k = 0; k <= b_len; k++)
		last[k] = (unsigned)k;
	for (i = 1; i <= a_len; i++) {
		row[0] = least = (unsigned)i;
		for (k = 1; k <= b_len; k++) {
			row[k] = last[k - 1] + (a[i - 1] != b[k - 1]);
			if (last[k] + 1 < row[k])
				row[k] = last[k] + 1;
			if (row[k - 1] + 1 < row[k])
				row[k] = row[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] && before[k - 2] + 1 < row[k])
				row[k] = before[k - 2] + 1;
			least = row[k] < least ? row[k] : least;
		}
		if (least > most)
			return most + 1;
		swap = before;
		before = last;
		last = row;
		row = swap;
	}
	return last[b_len];
}

static bool
compare_word(void *context, const char *text, uint32_t docs)
{
	struct similar *similar = context;
	size_t len = strlen(text);
	unsigned mistakes;

	if (len > SEARCH_TERM_MAX || len + similar->allowed < similar->len ||
	    len > similar->len + similar->allowed)
		return true;
	mistakes = distance(
	    similar->word, similar->len, text, len, similar->allowed);
	if (mistakes == 0 || mistakes > similar->allowed ||
	    mistakes > similar->best ||
	    (mistakes == similar->best && docs <= similar->docs))
		return true;
	similar->best = mistakes;
	similar->docs = docs;
	memcpy(similar->found, text, len + 1);
	return true;
}

enum err
search_similar(
    struct search *search, const char *word, char ret_word[SEARCH_TERM_MAX + 1])
{
	char found[SEARCH_TERM_MAX + 1] = "";
	struct similar similar = { .word = word, .found = found };
	char start[2] = { word[0], '\0' };
	enum err err;

	similar.len = strlen(word);
	if (similar.len < 4 || similar.len > SEARCH_TERM_MAX)
		return ERR_NOENT;
	similar.allowed = similar.len >= SIMILAR_LONG ? 2 : 1;
	similar.best = similar.allowed;

	/* Mistakes in the first letter are seldom: look there at last. */
	err = search_starting(search, SEARCH_WORD, start, compare_word,
	    &similar, SIMILAR_LOOKS / 4);
	if (err == ERR_NONE && found[0] == '\0')
		err = search_starting(search, SEARCH_WORD, "", compare_word,
		    &similar, SIMILAR_LOOKS);
	if (err != ERR_NONE)
		return err;
	if (found[0] == '\0')
		return ERR_NOENT;
	memcpy(ret_word, found, sizeof(found));
	return ERR_NONE;
}
