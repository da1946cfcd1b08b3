#ifndef ERFAD_DICTIONARY_FORM_H
#define ERFAD_DICTIONARY_FORM_H

/*
 * dictionary_form - what the searched forms of one word have in common where
 * their stems are not the same: bokasafn and bokasafnid, laitos and laitoks, hem
 * and hemmet.
 *
 * It cuts more than a stemmer may, so that words meet here that have nothing to do
 * with each other: it serves only to find a word that is not found as it is.
 */

#include <stddef.h>

#include "proto/vocab.h"
#include "daemon/tokens.h"

/* Stands before each, so that it is nobody's word. */
#define DICTIONARY_FORM_MARK '\1'

/**
 * dictionary_form(lang, term, len, out):
 * Write to ${out} what remains of the term, ${len} bytes long, of ${lang}; ended by
 * NUL.  Return its bytes; 0 if there are no rules for the language, or too little
 * remains.
 */
size_t dictionary_form(enum vocab_lang lang, const char *term, size_t len,
    char out[TOKEN_MAX + 2]);

#endif /* !ERFAD_DICTIONARY_FORM_H */
