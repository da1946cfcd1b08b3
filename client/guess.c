#include "client/guess.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/vocab.h"

#define SECTORS_MAX 32
#define MATCHES     512 /* looked at in one text */

#define LONG  9 /* bytes of a word; longer ones tell no more */
#define WHOLE 5 /* points a byte of what stands as it is, or inflected */
#define PART  4 /* of what is part of a longer word */
#define ASIDE 2 /* what every field has is worth so many times less */

/* How much speaks for one sector. */
struct score {
	const char *code; /* of the vocabulary */
	unsigned points;
	unsigned first; /* place of the first word that speaks for it */
	unsigned last;  /* the word after the last one */
};

/* Whether a sector tells how work is done rather than what it is. */
static bool
is_everywhere(const char *code)
{
	return strcmp(code, "administration") == 0 ||
	    strcmp(code, "working_life") == 0;
}

/* The score of ${code}; the place after the last one if there is none yet. */
static struct score *
score_of(struct score *scores, size_t count, const char *code)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(scores[i].code, code) == 0)
			break;
	return &scores[i];
}

/* Add what one match tells; words that name two things of one sector count
 * once. */
static void
add_match(const struct vocab *vocab, const struct vocab_match *match,
    struct score *scores, size_t *count)
{
	const char *code = vocab_sector(vocab, match->concept);
	struct score *score;
	unsigned points;

	if (code == NULL || strlen(code) >= GUESS_CODE_MAX)
		return;
	score = score_of(scores, *count, code);
	if (score == &scores[*count]) {
		if (*count == SECTORS_MAX)
			return;
		(*count)++;
		*score = (struct score){ .code = code, .first = match->first };
	} else if (match->first < score->last)
		return;
	points = (unsigned)strlen(
	    vocab_label(vocab, match->concept, match->label)->text);
	points = (points < LONG ? points : LONG) *
	    (match->how == VOCAB_PART ? PART : WHOLE);
	score->points += points / (is_everywhere(code) ? ASIDE : 1);
	score->last = (unsigned)match->first + match->count;
}

static int
compare_scores(const void *a, const void *b)
{
	const struct score *x = a;
	const struct score *y = b;

	if (x->points != y->points)
		return x->points < y->points ? 1 : -1;
	/* What is named first is what it is about. */
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return strcmp(x->code, y->code);
}

/* Write the best, and those that have at least half as much. */
static void
choose(struct score *scores, size_t count,
    char ret_codes[GUESS_MANY][GUESS_CODE_MAX], size_t *ret_count)
{
	size_t i;

	qsort(scores, count, sizeof(scores[0]), compare_scores);
	for (i = 0; i < count && i < GUESS_MANY &&
	     2 * scores[i].points >= scores[0].points;
	     i++)
		(void)snprintf(
		    ret_codes[i], GUESS_CODE_MAX, "%s", scores[i].code);
	*ret_count = i;
}

enum err
guess_sector(const struct vocab *vocab, const char *text,
    char ret_codes[GUESS_MANY][GUESS_CODE_MAX], size_t *ret_count)
{
	struct score scores[SECTORS_MAX + 1] = { { .code = NULL } };
	struct vocab_match *matches;
	struct vocab_words *words = NULL;
	const char *const *list;
	size_t nscores = 0;
	size_t count;
	size_t i;
	enum err err;

	if ((matches = calloc(MATCHES, sizeof(*matches))) == NULL)
		return ERR_NOMEM;
	if ((err = vocab_words_new(text, &words)) != ERR_NONE)
		goto out;
	list = vocab_words_list(words, &count);
	count = vocab_match(vocab, list, count, VOCAB_ANY, matches, MATCHES);
	for (i = 0; i < count; i++)
		add_match(vocab, &matches[i], scores, &nscores);
	choose(scores, nscores, ret_codes, ret_count);

out:
	vocab_words_free(words);
	free(matches);
	return err;
}
