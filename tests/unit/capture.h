#ifndef ERFA_TEST_CAPTURE_H
#define ERFA_TEST_CAPTURE_H

/*
 * capture - what client code prints, as a string.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "client/print.h"

struct capture {
	struct print *print;
	FILE *file;
	char *text;
	size_t len;
};

/**
 * capture_open(capture, options):
 * Begin to capture what is printed to ${capture}->print.
 */
void capture_open(struct capture *capture, const struct print_options *options);

/**
 * capture_text(capture):
 * What was printed so far, as long as nothing more is.
 */
const char *capture_text(struct capture *capture);

/**
 * capture_close(capture):
 * Free everything.
 */
void capture_close(struct capture *capture);

/**
 * capture_harmless(text):
 * Return whether ${text} is UTF-8 without control characters but newlines:
 * nothing below 0x20, no DEL, no C1, no bidi control.
 */
bool capture_harmless(const char *text);

/**
 * capture_hostile(ret_count):
 * Strings that try to command a terminal or to deceive who reads it.
 */
const char *const *capture_hostile(size_t *ret_count);

/* Nobody looks, UTF-8, no colour, lines as long as they take. */
extern const struct print_options capture_plain;

#endif /* !ERFA_TEST_CAPTURE_H */
