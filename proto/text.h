#ifndef ERFA_TEXT_H
#define ERFA_TEXT_H

/*
 * text - user text: is it UTF-8, what of it may reach a terminal, how it is
 * folded for comparison, how wide it prints.
 *
 * The only user of utf8proc.  Stored bytes are never changed by anything here.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

/**
 * text_valid(text, len):
 * Return whether ${len} bytes are well-formed UTF-8 without NUL.
 */
bool text_valid(const char *text, size_t len);

/**
 * text_clean(text, len, multiline):
 * Return whether ${text} is valid and free of what the gate escapes: C0 (a
 * newline and a tab pass if ${multiline}), DEL, C1, bidi controls, invisible,
 * tag and private-use characters, and piles of marks on one letter.  What we
 * write ourselves must be clean.
 */
bool text_clean(const char *text, size_t len, bool multiline);

/**
 * text_composed(text):
 * Return whether ${text} is UTF-8 in Normalization Form C: letters and their
 * accents together.  False too if there is no memory to tell.
 */
bool text_composed(const char *text);

/**
 * text_gate(text, len, multiline, ret_safe):
 * Make a copy of foreign text that cannot control a terminal or a log line:
 * bytes that are not UTF-8 and control characters become \x1b style escapes;
 * bidi controls, zero-width, tag and private-use characters, line separators
 * and characters that have no shape become <U+202E> style ones, and so do marks
 * beyond the eighth on one letter.  If
 * ${multiline}, a newline passes and a tab becomes a blank; else they are
 * escaped too.  The caller frees *${ret_safe} with free().  Return ERR_NOMEM.
 */
enum err text_gate(
    const char *text, size_t len, bool multiline, char **ret_safe) MUST_CHECK;

/**
 * text_fold(text, ret_folded):
 * The form in which texts are compared: NFC, case folded, then letters folded
 * over the Nordic languages (ae, oe, aa, d, th; accents dropped), invisible
 * characters dropped, white space runs as one blank, none at the ends.  The
 * caller frees with free().  Return ERR_SYNTAX if ${text} is not valid, or
 * ERR_NOMEM.
 */
enum err text_fold(const char *text, char **ret_folded) MUST_CHECK;

/**
 * text_lower(text, ret_lower):
 * Composed (NFC) and case folded only, invisible characters dropped: letters keep
 * their accents.  The caller frees with free().  Errors as text_fold().
 */
enum err text_lower(const char *text, char **ret_lower) MUST_CHECK;

/**
 * text_akin(a, b):
 * Whether two words are forms of one, as far as can be seen without a language:
 * folded, one begins with the other.  False if one is no text, or there is no
 * memory to tell.
 */
bool text_akin(const char *a, const char *b);

/**
 * text_width(text):
 * Columns that gated text takes on a terminal.
 */
size_t text_width(const char *text);

/**
 * text_cut(text, columns):
 * Bytes of ${text} that fit into ${columns} columns, never splitting a
 * character with its combining marks.
 */
size_t text_cut(const char *text, size_t columns);

#endif /* !ERFA_TEXT_H */
