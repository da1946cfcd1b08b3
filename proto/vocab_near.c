#include "proto/vocab_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define LETTERS_PER_FAULT 4

/* A concept and how far its nearest label is from what was written. */
struct rank {
	size_t distance;
	bool other; /* not in the language that is preferred */
	const struct vocab_term *term;
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to insert, leave out, change or swap; ${max} + 1 if there are more. */
static size_t
distance(const char *a, const char *b, size_t max)
{
	size_t rows[3][VOCAB_WORD_MAX + 2];
	size_t len = strlen(b);
	size_t best;
	size_t i;
	size_t k;
	size_t *row;
	const size_t *above;

	for (k = 0; k <= len; k++)
		rows[0][k] = k;
	for (i = 1; a[i - 1] != '\0'; i++) {
		row = rows[i % 3];
		above = rows[(i - 1) % 3];
		row[0] = best = i;
		for (k = 1; k <= len; k++) {
			row[k] = least(above[k], row[k - 1]) + 1;
			row[k] = least(row[k],
			    above[k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1])
				row[k] = least(
				    row[k], rows[(i - 2) % 3][k - 2] + 1);
			best = least(best, row[k]);
		}
		if (best > max)
			return max + 1;
	}
	return least(rows[(i - 1) % 3][len], max + 1);
}

static int
compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a;
	const struct rank *y = b;

	if ((x->term == NULL) != (y->term == NULL))
		return x->term == NULL ? 1 : -1;
	if (x->term == NULL)
		return 0;
	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	if (x->other != y->other)
		return x->other ? 1 : -1;
	return (x->term > y->term) - (x->term < y->term);
}

/* Rank one term against the word. */
static void
rank_term(const struct vocab_term *term, const char *word, enum vocab_lang lang,
    struct rank *ranks)
{
	struct rank rank = { .term = term };
	size_t len = strlen(word);
	size_t there = strlen(term->folded);
	size_t max = len / LETTERS_PER_FAULT;

	if (term->hidden || there > VOCAB_WORD_MAX || there > len + max ||
	    len > there + max)
		return;
	rank.distance = distance(word, term->folded, max);
	if (rank.distance > max)
		return;
	rank.other = lang != VOCAB_ANY &&
	    vocab_family_of(lang) != (enum vocab_family)term->family;
	if (ranks[term->concept].term == NULL ||
	    compare_ranks(&rank, &ranks[term->concept]) < 0)
		ranks[term->concept] = rank;
}

size_t
vocab_near(const struct vocab *vocab, const char *word, enum vocab_lang lang,
    struct vocab_match *ret_matches, size_t max)
{
	struct rank *ranks = NULL;
	const struct vocab_term *term;
	size_t made = 0;
	size_t i;

	if (strlen(word) <= VOCAB_WORD_MAX)
		ranks = calloc(vocab->count + 1, sizeof(*ranks));
	if (ranks == NULL)
		return 0;
	for (i = 0; i < vocab->term_count; i++)
		rank_term(&vocab->terms[i], word, lang, ranks);
	qsort(ranks, vocab->count, sizeof(*ranks), compare_ranks);
	for (; made < max && made < vocab->count; made++) {
		if ((term = ranks[made].term) == NULL)
			break;
		ret_matches[made].concept = term->concept;
		ret_matches[made].label = (uint16_t)(term->label -
		    vocab->concepts[term->concept].label_first);
		ret_matches[made].first = 0;
		ret_matches[made].count = term->words;
		ret_matches[made].lang = vocab->labels[term->label].label.lang;
		ret_matches[made].how = VOCAB_INFLECTED;
	}
	free(ranks);
	return made;
}

struct vocab_words {
	char *text;
	const char **list;
	size_t count;
};

enum err
vocab_words_new(const char *text, struct vocab_words **ret_words)
{
	struct vocab_words *words;
	const char *at;
	const char *next;
	size_t len;
	enum err err;

	if ((words = calloc(1, sizeof(*words))) == NULL)
		return ERR_NOMEM;
	if ((err = text_fold(text, &words->text)) != ERR_NONE)
		goto fail;
	err = ERR_NOMEM;
	words->list = calloc(strlen(words->text) / 2 + 2, sizeof(*words->list));
	if (words->list == NULL)
		goto fail;
	for (at = vocab_next_word(words->text, &len); len > 0; at = next) {
		words->list[words->count++] = at;
		at += len;
		next = vocab_next_word(at, &len);
		words->text[at - words->text] = '\0';
	}
	*ret_words = words;
	return ERR_NONE;
fail:
	vocab_words_free(words);
	return err;
}

void
vocab_words_free(struct vocab_words *words)
{
	if (words == NULL)
		return;
	free(words->text);
	free(words->list);
	free(words);
}

const char *const *
vocab_words_list(const struct vocab_words *words, size_t *ret_count)
{
	*ret_count = words->count;
	return words->list;
}
