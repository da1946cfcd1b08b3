#ifndef ERFAD_COGNATE_H
#define ERFAD_COGNATE_H

/*
 * cognate - how a Danish, Norwegian or Swedish word would be spelt in the other
 * two, by the correspondences that run through these languages: sikkerhed and
 * sikkerhet, cykel and sykkel, forsoeg and foersoek.
 *
 * It knows no words: most of what it makes is none.  Whoever asks looks whether
 * somebody writes so.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/vocab.h"
#include "daemon/tokens.h"

#define COGNATES    8 /* made of one word, at most */
#define COGNATE_MIN 5 /* bytes of a word of which any is made */

struct cognate {
	char word[TOKEN_MAX + 1]; /* folded */
	uint8_t langs;            /* whose it may be: 1 << enum stem_lang */
};

/**
 * cognate_make(lang, folded, ret_cognates):
 * Write to ${ret_cognates} how the word ${folded} of ${lang} would be spelt by the
 * neighbours, the likeliest first in each language; what cannot be told is taken
 * both ways.  Of VOCAB_ANY it is taken for Danish; of other languages there are
 * none, nor of words with digits, or of fewer than COGNATE_MIN bytes.  A spelling
 * that is ${folded} again is left out.  Return how many were written.
 */
size_t cognate_make(enum vocab_lang lang, const char *folded,
    struct cognate ret_cognates[COGNATES]);

#endif /* !ERFAD_COGNATE_H */
