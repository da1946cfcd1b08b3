/*
 * Fuzz the vocabulary: any file is loaded or refused with a reason, and what was
 * loaded is asked about its own text, which holds its labels.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/vocab.h"

#define MANY 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Every answer must stay within what was asked for. */
static void
ask(const struct vocab *vocab, const char *text)
{
	struct vocab_match matches[MANY];
	uint16_t below[MANY];
	struct vocab_words *words = NULL;
	const char *const *list;
	size_t count, made, i;

	if (vocab_words_new(text, &words) != ERR_NONE)
		return;
	list = vocab_words_list(words, &count);
	made = vocab_match(vocab, list, count, VOCAB_DA, matches, MANY);
	for (i = 0; i < made; i++)
		if (matches[i].concept >= vocab_count(vocab) ||
		    matches[i].label >=
			vocab_labels(vocab, matches[i].concept) ||
		    matches[i].first + matches[i].count > count)
			abort();
	if (count > 0 &&
	    vocab_near(vocab, list[0], VOCAB_ANY, matches, MANY) > MANY)
		abort();
	for (i = 0; i < vocab_count(vocab) && i < MANY; i++) {
		(void)vocab_sector(vocab, i);
		if (vocab_narrower(vocab, i, below, MANY) > MANY)
			abort();
	}
	vocab_words_free(words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct vocab_report *report = calloc(1, sizeof(*report));
	struct vocab *vocab = NULL;
	char *text = calloc(1, len + 1);
	enum err err;

	if (report == NULL || text == NULL)
		abort();
	if (len > 0)
		memcpy(text, data, len);
	err = vocab_load(text, len, &vocab, report);
	if (err == ERR_SYNTAX && report->count == 0)
		abort();
	if (err == ERR_NONE)
		ask(vocab, text);
	vocab_free(vocab);
	free(report);
	free(text);
	return 0;
}
