#ifndef ERFA_PLAIN_H
#define ERFA_PLAIN_H

/*
 * plain - a text as a row of characters in which patterns can be looked for.
 *
 * All blanks are one blank and all dashes one hyphen; invisible characters are
 * left out, so that nothing hides behind them.  Each character knows where it
 * stands in the text.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

#define PLAIN_WORD 64 /* bytes of a folded word, the NUL counted */

struct plain {
	const char *text; /* lent by the caller */
	uint32_t *points; /* ${count} of them */
	size_t *offsets;  /* bytes; one more, for the end of the text */
	size_t count;
};

/**
 * plain_init(plain, text), plain_clear(plain):
 * Take ${text} apart; it must live as long as ${plain}.  Return ERR_SYNTAX if
 * it is not UTF-8, or ERR_NOMEM; then there is nothing to clear.
 */
enum err plain_init(struct plain *plain, const char *text) MUST_CHECK;
void plain_clear(struct plain *plain);

/**
 * plain_at(plain, i):
 * The character at ${i}; 0 before the beginning (SIZE_MAX) and after the end.
 */
uint32_t plain_at(const struct plain *plain, size_t i);

/**
 * plain_is_digit(point), plain_is_letter(point), plain_is_upper(point):
 * Return whether ${point} is one of 0 to 9; a letter, or a mark on one, of a
 * language in Latin script; a capital letter.
 */
bool plain_is_digit(uint32_t point);
bool plain_is_letter(uint32_t point);
bool plain_is_upper(uint32_t point);

/**
 * plain_word(plain, i):
 * The end of the word that begins at ${i}: letters, with single hyphens and
 * apostrophes between them; ${i} itself if there is no letter.
 */
size_t plain_word(const struct plain *plain, size_t i);

/**
 * plain_skip(plain, i, set):
 * The first place from ${i} on where none of the ASCII characters of ${set}
 * stands.
 */
size_t plain_skip(const struct plain *plain, size_t i, const char *set);

/**
 * plain_fold(plain, from, to, out):
 * The text from ${from} until before ${to} as text_fold() compares it; empty if
 * it is too long for ${out}.  Return ERR_NOMEM.
 */
enum err plain_fold(const struct plain *plain, size_t from, size_t to,
    char out[PLAIN_WORD]) MUST_CHECK;

/**
 * plain_before(plain, i, out):
 * The word before ${i}, folded, with nothing but blanks and ". : # ( , =" and
 * hyphens between; empty if there is none.  Of "number" the word before that
 * is taken: "sag" in "sag nr. 12".  Return ERR_NOMEM.
 */
enum err plain_before(
    const struct plain *plain, size_t i, char out[PLAIN_WORD]) MUST_CHECK;

/**
 * plain_among(word, list):
 * Return whether ${word} is one of the words in ${list}, which are separated,
 * begun and ended by blanks.  An empty word never is.
 */
bool plain_among(const char *word, const char *list);

#endif /* !ERFA_PLAIN_H */
