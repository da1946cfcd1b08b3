#ifndef ERFA_SPEECH_H
#define ERFA_SPEECH_H

/*
 * speech - the client's own words in the language of the person.
 *
 * English stands in the sources and is the key; the other languages lie in
 * catalogues of gettext (client/po/LANG.po, compiled to erfa.mo), which are read
 * here and not by libc: that needs an installed locale, and from glibc 2.39 on
 * takes no notice of LANGUAGE under C.UTF-8.  Without a catalogue all is English.
 *
 * print_say(), print_styled(), print_field(), print_count(), fault_say() (format
 * and remedy), prompt_line(), prompt_yes(), prompt_confirm(), run_progress() and
 * the titles of tables translate what they are given; all else that people read
 * is marked: _("...") where it is used, N_("...") in static tables, whose reader
 * then says _(table[i].text).  client/po/extract names the functions that do.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

#define SPEECH_LANG_LEN 2 /* letters of a language: da, nn */

/* The names that everybody who translates expects. */
/* NOLINTBEGIN(cert-dcl37-c,readability-identifier-naming) */
#define _(text)  speech(text)
#define N_(text) text
/* NOLINTEND(cert-dcl37-c,readability-identifier-naming) */

/**
 * speech(text):
 * ${text} in the language that speech_open() was given, or ${text} itself if
 * there is no translation.  It lives until speech_close().
 */
const char *speech(const char *text) __attribute__((format_arg(1)));

/**
 * speech_many(number, one, many):
 * The same for what depends on a number: ${one} if it is 1, else ${many}.
 */
const char *speech_many(uint64_t number, const char *one, const char *many)
    __attribute__((format_arg(2), format_arg(3)));

/**
 * speech_language(wanted, out, asked):
 * The language that ${wanted} means ("nb", "nn_NO.UTF-8", "sv_FI"): write what
 * erfa speaks then, one of da nb sv fi en, to ${out}, and what people read, nn
 * (answered in nb) and is (in en) too, to ${asked}.  Return ERR_NOENT, and write
 * nothing, if it is none of them.
 */
enum err speech_language(const char *wanted, char out[SPEECH_LANG_LEN + 1],
    char asked[SPEECH_LANG_LEN + 1]) MUST_CHECK;

/**
 * speech_choose(wanted, out, asked):
 * Choose the language: ${wanted} (may be NULL), else that of ERFA_LANG, LC_ALL,
 * LC_MESSAGES or LANG, the first that is one of the seven, else English; ${out}
 * and ${asked} as above.  Return ERR_NOENT if ${wanted} is none of them; the
 * choice is then made without it.
 */
enum err speech_choose(const char *wanted, char out[SPEECH_LANG_LEN + 1],
    char asked[SPEECH_LANG_LEN + 1]) MUST_CHECK;

/**
 * speech_open(folder, language):
 * Speak ${language} from now on, by the catalogue below ${folder}:
 * LANGUAGE/LC_MESSAGES/erfa.mo.  What was open before is closed.  English needs
 * none.  Return ERR_NOENT if there is no such catalogue, ERR_DENIED or ERR_IO
 * if it cannot be read, ERR_SYNTAX if it is none, or ERR_NOMEM; then English is
 * spoken.
 */
enum err speech_open(const char *folder, const char *language) MUST_CHECK;

/**
 * speech_decimal():
 * What stands before the decimals of a number in the language that is spoken: a
 * comma, or in English a point.  Knows nothing of the locale of libc.
 */
char speech_decimal(void);

/**
 * speech_close():
 * Speak English, and free the catalogue.
 */
void speech_close(void);

#endif /* !ERFA_SPEECH_H */
