#include "proto/vocab_internal.h"

#include <stdlib.h>
#include <string.h>

#define SHORT 4 /* bytes: fewer must be a label by themselves */

/* A hash that is never 0. */
static uint32_t
hash_of(enum vocab_family family, const char *text, size_t len)
{
	uint32_t hash = vocab_hash(VOCAB_HASH, (char)('0' + family));
	size_t i;

	for (i = 0; i < len; i++)
		hash = vocab_hash(hash, text[i]);
	return hash == 0 ? 1 : hash;
}

/* Where a hash stands, or may be put. */
static size_t
place_of(const struct vocab *vocab, uint32_t hash)
{
	size_t at = (hash ^ hash >> 15) & (vocab->known_room - 1);

	while (vocab->known[at] != 0 && vocab->known[at] != hash)
		at = (at + 1) & (vocab->known_room - 1);
	return at;
}

static void
note_one(
    struct vocab *vocab, enum vocab_family family, const char *text, size_t len)
{
	uint32_t hash = hash_of(family, text, len);

	vocab->known[place_of(vocab, hash)] = hash;
}

/* Note a word, and what is left of it without its ending. */
static void
note_word(
    struct vocab *vocab, enum vocab_family family, const char *text, size_t len)
{
	note_one(vocab, family, text, len);
	note_one(vocab, family, text, vocab_stem(family, text, len));
}

/* Note the words of all labels of ${from}. */
static void
note_labels(struct vocab *vocab, const struct vocab *from)
{
	const struct vocab_term *term;
	const char *word;
	size_t i;
	size_t k;

	for (i = 0; i < from->term_count; i++) {
		term = &from->terms[i];
		word = term->folded;
		for (k = 0; k < term->words; k++) {
			/* Among several, "for" and "til" are no nouns. */
			if (term->words == 1 || term->len[k] >= SHORT)
				note_word(vocab,
				    (enum vocab_family)term->family, word,
				    term->len[k]);
			word += term->len[k] + 1;
		}
	}
}

static size_t
count_words(const struct vocab *vocab)
{
	size_t words = 0;
	size_t i;

	for (i = 0; i < vocab->term_count; i++)
		words += vocab->terms[i].words;
	return words;
}

enum err
vocab_know(struct vocab *vocab, const struct vocab *others)
{
	size_t words = count_words(vocab) +
	    (others == NULL ? 0 : count_words(others));

	free(vocab->known);
	for (vocab->known_room = 64; vocab->known_room < 4 * words;)
		vocab->known_room *= 2;
	vocab->known = calloc(vocab->known_room, sizeof(*vocab->known));
	if (vocab->known == NULL)
		return ERR_NOMEM;
	note_labels(vocab, vocab);
	if (others != NULL)
		note_labels(vocab, others);
	return ERR_NONE;
}

static bool
is_noted(const struct vocab *vocab, enum vocab_family family, const char *text,
    size_t len)
{
	return vocab->known[place_of(vocab, hash_of(family, text, len))] != 0;
}

bool
vocab_is_word(const struct vocab *vocab, enum vocab_family family,
    const char *text, size_t len)
{
	size_t stem;

	if (is_noted(vocab, family, text, len))
		return true;
	stem = vocab_stem(family, text, len);
	if (stem < len && is_noted(vocab, family, text, stem))
		return true;
	/* Letters that link: "arbejds", "barne", "gatu", "kaupan". */
	return len > SHORT && is_noted(vocab, family, text, len - 1);
}
