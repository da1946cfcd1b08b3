#ifndef ERFAD_TOKENS_H
#define ERFAD_TOKENS_H

/*
 * tokens - the words of a text in the forms in which they are searched.
 *
 * A word is a run of letters and digits.  Its forms: lower case with the accents
 * it was written with; folded over the Nordic languages (proto/text.h); and the
 * folded stem in the language of its text (proto/stem.h).
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"
#include "proto/stem.h"

/* Opaque types. */
struct tokens;

#define TOKEN_MAX     40  /* bytes kept of a form; the rest is cut off */
#define TOKEN_RAW_MAX 120 /* bytes looked at of a word as written */

/* The forms of a word; "" where a form is not another than the folded one. */
struct token {
	char folded[TOKEN_MAX + 1];
	char exact[TOKEN_MAX + 1]; /* where the same letters could be folded
				     from others: with ae, oe or aa in it */
	char stem[TOKEN_MAX + 1];
};

/**
 * tokens_new(ret_tokens), tokens_free(tokens):
 * What it takes to find forms, for one thread.  NULL may be freed.  Return
 * ERR_NOMEM.
 */
enum err tokens_new(struct tokens **ret_tokens) MUST_CHECK;
void tokens_free(struct tokens *tokens);

/**
 * tokens_next(text, ret_len):
 * The first word at or after ${text}, which is UTF-8, and its bytes; 0 at the
 * end.
 */
const char *tokens_next(const char *text, size_t *ret_len);

/**
 * tokens_forms(tokens, raw, len, lang, ret_token):
 * The forms of the word of ${len} bytes at ${raw}, of which TOKEN_RAW_MAX are
 * looked at.  Return ERR_NOENT if nothing of it can be searched: it folds to
 * fewer than two bytes; or ERR_NOMEM.
 */
enum err tokens_forms(struct tokens *tokens, const char *raw, size_t len,
    enum stem_lang lang, struct token *ret_token) MUST_CHECK;

/**
 * tokens_in_all(tokens, raw, len, ret_tokens):
 * The forms of a word in every language, ${ret_tokens} being by enum stem_lang:
 * what tokens_forms() finds in each, with less work.  Errors are the same.
 */
enum err tokens_in_all(struct tokens *tokens, const char *raw, size_t len,
    struct token ret_tokens[STEM_LANGS]) MUST_CHECK;

/**
 * tokens_is_common(folded):
 * Whether a folded word is one of those that stand in every text of some Nordic
 * language or of English, and say nothing about it.
 */
bool tokens_is_common(const char *folded);

#endif /* !ERFAD_TOKENS_H */
