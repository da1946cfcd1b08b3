#include "tests/unit/prose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES 48
#define SIMPLE     3000 /* so many words are no compounds */

struct prose {
	uint64_t state;
	size_t count;
	char (*words)[WORD_BYTES];
	double *sums; /* of the frequencies of a word and all before it */
};

uint64_t
prose_random(struct prose *prose, uint64_t below)
{
	uint64_t x = prose->state += 0x9e3779b97f4a7c15U;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return (x ^ x >> 31) % below;
}

/* A word of syllables. */
static void
make_simple(struct prose *prose, size_t rank, char out[WORD_BYTES])
{
	static const char *const onsets[] = { "b", "d", "f", "g", "h", "j", "k",
		"l", "m", "n", "p", "r", "s", "t", "v", "sk", "st", "tr", "pl",
		"kr", "fr", "sl", "br", "sv", "kv", "fl" };
	static const char *const vowels[] = { "a", "a", "a", "a", "e", "e", "e",
		"e", "e", "e", "i", "i", "i", "i", "o", "o", "o", "u", "u", "u",
		"y", "\xc3\xa6", "\xc3\xb8", "\xc3\xa5" };
	static const char *const codas[] = { "", "", "n", "r", "l", "s", "t",
		"d", "g", "k", "nd", "ng", "rk", "st" };
	size_t syllables = rank < 60 ? 1 : 1 + (size_t)prose_random(prose, 3);
	size_t len = 0;
	size_t i;

	for (i = 0; i < syllables; i++)
		len += (size_t)sprintf(out + len, "%s%s%s",
		    onsets[prose_random(
			prose, sizeof(onsets) / sizeof(onsets[0]))],
		    vowels[prose_random(
			prose, sizeof(vowels) / sizeof(vowels[0]))],
		    codas[prose_random(
			prose, sizeof(codas) / sizeof(codas[0]))]);
}

/* A word of two others, or one with an ending. */
static void
make_rare(struct prose *prose, char out[WORD_BYTES])
{
	static const char *const endings[] = { "en", "et", "er", "erne", "ene",
		"s", "ens", "ar", "arna", "ing", "ningen", "else", "hed" };
	static const char *const joints[] = { "", "", "s", "e" };
	char first[WORD_BYTES];
	char second[WORD_BYTES];
	const char *ending =
	    endings[prose_random(prose, sizeof(endings) / sizeof(endings[0]))];

	memcpy(first, prose->words[40 + prose_random(prose, SIMPLE - 40)],
	    WORD_BYTES);
	memcpy(second, prose->words[40 + prose_random(prose, SIMPLE - 40)],
	    WORD_BYTES);
	if (prose_random(prose, 3) == 0)
		(void)snprintf(out, WORD_BYTES, "%.20s%s", first, ending);
	else
		(void)snprintf(out, WORD_BYTES, "%.16s%s%.16s%s", first,
		    joints[prose_random(prose, 4)], second,
		    prose_random(prose, 2) == 0 ? ending : "");
}

struct prose *
prose_new(uint64_t seed, size_t words)
{
	struct prose *prose = calloc(1, sizeof(*prose));
	double sum = 0.0;
	size_t i;

	if (prose == NULL)
		return NULL;
	prose->state = seed;
	prose->count = words;
	prose->words = calloc(words, sizeof(*prose->words));
	prose->sums = calloc(words, sizeof(*prose->sums));
	if (prose->words == NULL || prose->sums == NULL) {
		prose_free(prose);
		return NULL;
	}
	for (i = 0; i < words; i++) {
		if (i < SIMPLE)
			make_simple(prose, i, prose->words[i]);
		else
			make_rare(prose, prose->words[i]);
		sum += 1.0 / (double)(i + 3);
		prose->sums[i] = sum;
	}
	return prose;
}

void
prose_free(struct prose *prose)
{
	if (prose == NULL)
		return;
	free(prose->words);
	free(prose->sums);
	free(prose);
}

const char *
prose_word(const struct prose *prose, size_t rank)
{
	return prose->words[rank];
}

void
prose_write(struct prose *prose, size_t words, char *out, size_t size)
{
	size_t used = 0;
	size_t low;
	size_t high;
	size_t len;
	double at;

	out[0] = '\0';
	for (; words > 0; words--) {
		at = (double)prose_random(prose, UINT64_C(1) << 40) /
		    (double)(UINT64_C(1) << 40) * prose->sums[prose->count - 1];
		for (low = 0, high = prose->count - 1; low < high;) {
			size_t middle = low + (high - low) / 2;

			if (prose->sums[middle] < at)
				low = middle + 1;
			else
				high = middle;
		}
		len = strlen(prose->words[low]);
		if (used + len + 2 > size)
			return;
		if (used > 0)
			out[used++] = ' ';
		memcpy(out + used, prose->words[low], len + 1);
		used += len;
	}
}
