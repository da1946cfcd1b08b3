#ifndef ERFA_VOCAB_STEM_H
#define ERFA_VOCAB_STEM_H

/*
 * vocab_stem - words with and without their endings, in families of languages
 * that inflect alike.  Only endings of grammar are taken off, none that make
 * another word; vowels and consonants that change inside a word are the
 * vocabulary's hidden stems to know.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/vocab.h"

enum vocab_family {
	FAMILY_EN,
	FAMILY_DA,
	FAMILY_NO,
	FAMILY_SV,
	FAMILY_FI,
	FAMILY_IS,
	FAMILIES,
};

/**
 * vocab_family_of(lang):
 * The family of a language, which is not VOCAB_ANY.
 */
enum vocab_family vocab_family_of(enum vocab_lang lang);

/**
 * vocab_stem(family, word, len):
 * How many of the first of ${len} bytes of a folded word are left when its
 * ending is taken off; at least four, or all.
 */
size_t vocab_stem(enum vocab_family family, const char *word, size_t len);

/**
 * vocab_is_ending(family, text, len):
 * Whether the ${len} bytes of ${text} are an ending of ${family}.
 */
bool vocab_is_ending(enum vocab_family family, const char *text, size_t len);

/**
 * vocab_next_word(text, ret_len):
 * The first word, a run of letters and digits, at or after ${text}, which is
 * folded; its length is 0 at the end.
 */
const char *vocab_next_word(const char *text, size_t *ret_len);

#endif /* !ERFA_VOCAB_STEM_H */
