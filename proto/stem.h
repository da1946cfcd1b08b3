#ifndef ERFA_STEM_H
#define ERFA_STEM_H

/*
 * stem - what is left of a word when the endings of its language are taken off.
 *
 * The only user of libstemmer.  Icelandic and other languages have no stemmer
 * here: their words stay whole.
 */

#include <stddef.h>

#include "proto/err.h"

/* Opaque types. */
struct stem;

enum stem_lang {
	STEM_NONE, /* a language without a stemmer */
	STEM_DA,
	STEM_NO, /* Bokmål and Nynorsk */
	STEM_SV,
	STEM_FI,
	STEM_EN,
	STEM_LANGS,
};

/**
 * stem_new(ret_stem), stem_free(stem):
 * Stemmers of all languages, for one thread.  NULL may be freed.  Return
 * ERR_NOMEM.
 */
enum err stem_new(struct stem **ret_stem) MUST_CHECK;
void stem_free(struct stem *stem);

/**
 * stem_lang(code):
 * The stemmer for a language's code ("da", "nn", "sv_FI.UTF-8"); STEM_NONE if
 * there is none, or for NULL.
 */
enum stem_lang stem_lang(const char *code);

/**
 * stem_word(stem, lang, word, len, ret_len):
 * The stem of the ${len} bytes of ${word}, which is lower case UTF-8, not folded;
 * lent until the next call with ${stem}, and not ended by NUL.  NULL if there is
 * no stemmer for ${lang}, or memory is short.
 */
const char *stem_word(struct stem *stem, enum stem_lang lang, const char *word,
    size_t len, size_t *ret_len);

#endif /* !ERFA_STEM_H */
