#ifndef ERFAD_QUERY_FAILURE_H
#define ERFAD_QUERY_FAILURE_H

/*
 * query_failure - which trials somebody may mean who asks what did not work, and
 * by what their records say so.  Nothing is judged here: a verdict is one that
 * somebody gave, and all else is told as what it is.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"

/* Opaque types. */
struct question;
struct search;
struct shown_item;
struct vocab;

/* Where to look, and which item a document is about: the one that stands for all
 * that are one thing with it. */
struct failure_look {
	struct question *question;
	struct search *search;
	const struct vocab *values; /* the words of trouble; may be NULL */
	bool (*item_of)(void *context, uint32_t doc, size_t *ret_number);
	void *context;
};

/**
 * failure_mark(look, out):
 * Write to ${out}[number of an item], which must be 0, by what the trial may be
 * meant: the surest of 1 ... as failure_name() has them.  Texts are read of the
 * newest 1,000 experiences; nothing say those, and those decisions, that are not
 * to be heard (query_tells()).  Return an error of reading, or ERR_NOMEM.
 */
enum err failure_mark(const struct failure_look *look, uint8_t *out) MUST_CHECK;

/**
 * failure_name(way), failure_is_judged(way):
 * "failure_stopped", for programs; and whether somebody gave a verdict.
 */
const char *failure_name(uint8_t way);
bool failure_is_judged(uint8_t way);

/**
 * failure_quote(look, trial, way, ret_quote):
 * Copy, for free(), the sentence by which ${trial} has ${way}; NULL if it is no
 * sentence that says so.  Return an error of reading, or ERR_NOMEM.
 */
enum err failure_quote(const struct failure_look *look,
    const struct shown_item *trial, uint8_t way, char **ret_quote) MUST_CHECK;

#endif /* !ERFAD_QUERY_FAILURE_H */
