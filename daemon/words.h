#ifndef ERFAD_WORDS_H
#define ERFAD_WORDS_H

/*
 * words - the words of a text in the form in which they are searched.
 *
 * A word is a run of letters and digits of the folded text (proto/text.h), at
 * least two bytes long.  What a body's words are worth is the caller's affair;
 * a set only remembers in which parts of the body each one stands.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct words;

#define WORD_MAX  32    /* bytes kept of one word; the rest is cut off */
#define WORDS_MAX 16384 /* room for the words of one body */

/* Where a word stands, to be added up. */
#define WORD_IN_TEXT    1U
#define WORD_IN_SUMMARY 2U
#define WORD_IN_TITLE   4U

/* A word of a set. */
struct word {
	char text[WORD_MAX + 1];
	uint8_t where; /* sum of WORD_IN_... */
};

/**
 * words_new(ret_words), words_free(words):
 * An empty set.  NULL may be freed.
 */
enum err words_new(struct words **ret_words) MUST_CHECK;
void words_free(struct words *words);

/**
 * words_clear(words):
 * Empty the set; its memory is kept for the next text.
 */
void words_clear(struct words *words);

/**
 * words_add(words, text, where):
 * Add the words of ${text}, which stands in the part ${where}.  A text that is
 * not UTF-8 has none.  Words for which a set of WORDS_MAX has no room are left out,
 * and are not found.  Return ERR_NOMEM.
 */
enum err words_add(
    struct words *words, const char *text, uint8_t where) MUST_CHECK;

/**
 * words_sorted(words, ret_count):
 * Each word once, in the order of their bytes; lent until the next call with
 * ${words}.
 */
const struct word *words_sorted(struct words *words, size_t *ret_count);

/**
 * words_stems(text, ret_stems, max, ret_count):
 * What the words that somebody typed are searched by: their folded forms
 * without a Danish, Norwegian or Swedish plural or definite ending, where at
 * least five letters remain.  A word of an entry matches if it begins with the
 * stem: "boliger" is searched as "bolig" and finds "bolig" and "boligbygging".
 * Return ERR_NOENT if ${text} holds no word, ERR_LIMIT if it holds more than
 * ${max}, or ERR_NOMEM; *${ret_count} is how many there are.
 */
enum err words_stems(const char *text, char (*ret_stems)[WORD_MAX + 1],
    size_t max, size_t *ret_count) MUST_CHECK;

#endif /* !ERFAD_WORDS_H */
