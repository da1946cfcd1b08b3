#include "daemon/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define STEM_MIN    5   /* letters that a stem must keep */
#define WORDS_FIRST 128 /* room that a set begins with */

struct words {
	struct word *items;
	size_t count;
	size_t size;
	size_t sorted; /* so many of them are sorted and different */
};

enum err
words_new(struct words **ret_words)
{
	if ((*ret_words = calloc(1, sizeof(**ret_words))) == NULL)
		return ERR_NOMEM;
	return ERR_NONE;
}

void
words_free(struct words *words)
{
	if (words == NULL)
		return;
	free(words->items);
	free(words);
}

void
words_clear(struct words *words)
{
	words->count = 0;
	words->sorted = 0;
}

/* Read the character at ${text}, which is valid UTF-8; tell its length. */
static uint32_t
character(const char *text, size_t *ret_len)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	uint32_t value = len == 1 ? at[0] : at[0] & (0xffU >> (len + 1));
	size_t i;

	for (i = 1; i < len; i++)
		value = value << 6 | (at[i] & 0x3fU);
	*ret_len = len;
	return value;
}

/*
 * Whether a character separates words.  Beyond ASCII these are the blocks of
 * signs and punctuation; everything else counts as a letter.
 */
static bool
is_separator(uint32_t c)
{
	if (c < 0x80)
		return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z'));
	return (c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba) || c == 0xd7 ||
	    c == 0xf7 || (c >= 0x2000 && c < 0x2c00) ||
	    (c >= 0x3000 && c < 0x3040);
}

/*
 * Find the next word at or after ${text}: its beginning, its length as far as
 * it is kept, and where it ends; a length of 0 if there is none.
 */
static const char *
next_word(const char *text, size_t *ret_kept, const char **ret_end)
{
	const char *begin = text;
	size_t kept = 0;
	size_t len;

	for (; *text != '\0'; text += len) {
		if (!is_separator(character(text, &len))) {
			if ((size_t)(text - begin) + len <= WORD_MAX)
				kept = (size_t)(text - begin) + len;
		} else if (kept >= 2) {
			break;
		} else {
			begin = text + len;
			kept = 0;
		}
	}
	*ret_kept = kept >= 2 ? kept : 0;
	*ret_end = text;
	return begin;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(
	    ((const struct word *)a)->text, ((const struct word *)b)->text);
}

/* Sort the words and make equal ones one. */
static void
unite(struct words *words)
{
	struct word *items = words->items;
	size_t kept = 0;
	size_t i;

	if (words->count == 0 || words->sorted == words->count)
		return;
	qsort(items, words->count, sizeof(*items), compare);
	for (i = 1; i < words->count; i++) {
		if (strcmp(items[i].text, items[kept].text) == 0)
			items[kept].where |= items[i].where;
		else
			items[++kept] = items[i];
	}
	words->count = kept + 1;
	words->sorted = words->count;
}

/* Make room for one more word; false in ${ret_room} if there is none. */
static enum err
make_room(struct words *words, bool *ret_room)
{
	size_t size = words->size == 0 ? WORDS_FIRST : 2 * words->size;
	struct word *items;

	*ret_room = true;
	if (words->count < words->size)
		return ERR_NONE;

	/* Throw repetitions out; grow unless that made much room. */
	unite(words);
	if (words->count < words->size / 2)
		return ERR_NONE;
	if (size > WORDS_MAX) {
		*ret_room = false;
		return ERR_NONE;
	}
	if ((items = realloc(words->items, size * sizeof(*items))) == NULL)
		return ERR_NOMEM;
	words->items = items;
	words->size = size;
	return ERR_NONE;
}

enum err
words_add(struct words *words, const char *text, uint8_t where)
{
	char *folded;
	const char *at;
	const char *end;
	struct word *word;
	size_t len;
	bool room = true;
	enum err err;

	if ((err = text_fold(text, &folded)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	for (at = next_word(folded, &len, &end); len > 0 && room;
	     at = next_word(end, &len, &end)) {
		if ((err = make_room(words, &room)) != ERR_NONE)
			break;
		if (!room)
			break;
		word = &words->items[words->count++];
		memcpy(word->text, at, len);
		word->text[len] = '\0';
		word->where = where;
	}
	free(folded);
	return err;
}

const struct word *
words_sorted(struct words *words, size_t *ret_count)
{
	unite(words);
	*ret_count = words->count;
	return words->items;
}

/* Cut the longest ending off that leaves enough letters. */
static void
cut_ending(char *word)
{
	static const char *const endings[] = { "ernes", "arnas", "ornas",
		"erne", "enes", "arna", "orna", "ene", "ers", "ens", "ets",
		"ars", "ors", "er", "en", "et", "ar", "or", "es", "e" };
	size_t len = strlen(word);
	size_t cut;
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		cut = strlen(endings[i]);
		if (len < cut + STEM_MIN ||
		    strcmp(word + len - cut, endings[i]) != 0)
			continue;
		word[len - cut] = '\0';
		return;
	}
}

enum err
words_stems(const char *text, char (*ret_stems)[WORD_MAX + 1], size_t max,
    size_t *ret_count)
{
	char *folded;
	const char *at;
	const char *end;
	size_t count = 0;
	size_t len;
	enum err err;

	if ((err = text_fold(text, &folded)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NOENT;
	for (at = next_word(folded, &len, &end); len > 0 && count < max;
	     at = next_word(end, &len, &end)) {
		memcpy(ret_stems[count], at, len);
		ret_stems[count][len] = '\0';
		cut_ending(ret_stems[count++]);
	}
	free(folded);
	if (count == 0)
		return len > 0 ? ERR_LIMIT : ERR_NOENT;
	*ret_count = count;
	return len > 0 ? ERR_LIMIT : ERR_NONE;
}
