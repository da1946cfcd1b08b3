#ifndef ERFA_PRINT_H
#define ERFA_PRINT_H

/*
 * print - the one way in which words reach a terminal or a file.
 *
 * Whatever comes from elsewhere passes the gate of proto/text here, so that no
 * title can move the cursor, and is written in what the receiver can show: in
 * UTF-8, or else in letters of seven bits.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "proto/err.h"

#define PRINT_NUMBER_MAX 32 /* bytes of a number as text, the NUL counted */
#define PRINT_COUNT_MAX  80 /* bytes of a number and a word */
#define PRINT_TIME_MAX   32 /* bytes of a time as text, the NUL counted */

enum print_style {
	PRINT_PLAIN,
	PRINT_STRONG,
	PRINT_FAINT,
	PRINT_GOOD,
	PRINT_BAD,
	PRINT_STRUCK, /* through: it was taken back */
};

struct print_options {
	bool terminal;    /* a person is looking: lines may be redrawn */
	bool colour;      /* styles may be shown */
	bool utf8;        /* the receiver understands it */
	unsigned columns; /* of a line; 0 = as long as it takes */
};

/* Opaque types. */
struct print;

/**
 * print_detect(file, colour, ret_options):
 * Find out what ${file} can show.  ${colour} is "always", "never", or "auto" or
 * NULL: on a terminal, unless NO_COLOR or TERM=dumb say otherwise.  The locale
 * must have been set.
 */
void print_detect(
    FILE *file, const char *colour, struct print_options *ret_options);

/**
 * print_new(file, options, ret_print):
 * Print to ${file}, which stays the caller's.  Return ERR_NOMEM.
 */
enum err print_new(FILE *file, const struct print_options *options,
    struct print **ret_print) MUST_CHECK;

/**
 * print_free(print):
 * Does nothing for NULL.
 */
void print_free(struct print *print);

/**
 * print_terminal(print), print_columns(print):
 * What it was made with.
 */
bool print_terminal(const struct print *print);
unsigned print_columns(const struct print *print);

/**
 * print_say(print, format, ...), print_styled(print, style, format, ...):
 * Print as printf(3) does, every %s gated as one line.  The format is ours, and
 * translated here; it may hold newlines, and no conversions but %s %.16s %.*s %c
 * %d %i %u %x and %%, with the lengths l, ll and z and without widths.
 */
void print_say(struct print *print, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void print_styled(struct print *print, enum print_style style,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * print_block(print, indent, text):
 * Print foreign text of several lines, each indented and wrapped at the width
 * of the terminal.
 */
void print_block(struct print *print, unsigned indent, const char *text);

/**
 * print_remedy(print, indent, text):
 * The same for what helps, wrapped at 80 columns also where lines may be longer;
 * a command behind two blanks ("Mend it:  erfa edit ...") is not torn if it fits
 * into a line.
 */
void print_remedy(struct print *print, unsigned indent, const char *text);

/**
 * print_field(print, indent, label, column, text):
 * Print ${label}, our own and translated here, after ${indent} blanks and
 * foreign text of any length from ${column} on, wrapped there.
 */
void print_field(struct print *print, unsigned indent, const char *label,
    unsigned column, const char *text);

/**
 * print_wrapped(print, indent, text):
 * Print foreign text as one line, indented and wrapped.
 */
void print_wrapped(struct print *print, unsigned indent, const char *text);

/**
 * print_point(print, style, text):
 * The same as one point of a list, "  - " before it, the dash in ${style}.
 */
void print_point(struct print *print, enum print_style style, const char *text);

/**
 * print_column(column, indent, labels):
 * Where the texts of fields with these ${labels}, the last one NULL, begin after
 * ${indent} blanks: at ${column}, or further to the right if a label is wider as
 * it is translated.
 */
unsigned print_column(
    unsigned column, unsigned indent, const char *const labels[]);

/**
 * print_pad(print, text, columns):
 * Print ${text} gated as one line, then blanks up to ${columns}; at least one
 * unless ${columns} is 0.
 */
void print_pad(struct print *print, const char *text, size_t columns);

/**
 * print_form(print, text, multiline, ret_form):
 * The form in which ${text} is printed: through the gate (newlines pass if
 * ${multiline}), and in seven bits if need be.  Its width is that of
 * text_width().  The caller frees *${ret_form}.  Return ERR_NOMEM.
 */
enum err print_form(const struct print *print, const char *text, bool multiline,
    char **ret_form) MUST_CHECK;

/**
 * print_raw(print, text):
 * Print text that is safe already and must not be changed: JSON.
 */
void print_raw(struct print *print, const char *text);

/**
 * print_finish(print):
 * Write out what is buffered.  Return ERR_IO if anything could not be written.
 */
enum err print_finish(struct print *print) MUST_CHECK;

/**
 * print_number(number, out):
 * Write ${number} in groups of three digits: "4 812".
 */
void print_number(uint64_t number, char out[PRINT_NUMBER_MAX]);

/**
 * print_count(number, one, many, out):
 * Write a number with what it counts, at most 40 bytes: "1 log", "4 812 logs".
 * The words are translated here.
 */
void print_count(uint64_t number, const char *one, const char *many,
    char out[PRINT_COUNT_MAX]);

/**
 * print_bytes(bytes, out):
 * Write an amount of storage: "6.1 MB".
 */
void print_bytes(uint64_t bytes, char out[PRINT_NUMBER_MAX]);

/**
 * print_seconds(seconds, out):
 * Write a span of time in its greatest unit or two: "3 h 12 min".
 */
void print_seconds(uint64_t seconds, char out[PRINT_NUMBER_MAX]);

/**
 * print_clock(rfc3339, ret_time):
 * Read a time in UTC, "2026-11-21T19:10:55Z".  Return ERR_SYNTAX if it is none.
 */
enum err print_clock(const char *rfc3339, time_t *ret_time) MUST_CHECK;

/**
 * print_time(rfc3339, out):
 * Write a time of the local clock ("2026-11-21 19:10") for one in UTC.  What is
 * no such time is copied as far as it fits.
 */
void print_time(const char *rfc3339, char out[PRINT_TIME_MAX]);

#endif /* !ERFA_PRINT_H */
