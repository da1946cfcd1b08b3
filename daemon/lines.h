#ifndef ERFAD_LINES_H
#define ERFAD_LINES_H

/*
 * lines - the last lines of the log, kept in memory, so that `erfa log` tells
 * them on every machine, with a journal or without.
 *
 * There is one ring for the process, as there is one log.  Any thread may call
 * anything here.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/* So many lines are kept; with lines of 1,000 bytes that is half a megabyte. */
#define LINES_KEPT 512

struct line {
	uint64_t number;    /* 1, 2, 3 ... since the process began */
	int64_t time_ms;    /* since 1970 */
	int level;          /* enum logger_level */
	const char *module; /* lives for ever */
	const char *kind;   /* the word of its event, or ""; lives for ever */
	char *text;
};

/**
 * lines_keep(level, module, kind, text):
 * Keep a line, in place of the oldest one if the ring is full.  Without memory
 * the line is not kept.  ${module} and ${kind} live for ever; ${text} is copied.
 */
void lines_keep(
    int level, const char *module, const char *kind, const char *text);

/**
 * lines_read(level, after, count, ret_lines, ret_count):
 * Copy the last ${count} of the lines with a number above ${after} and of
 * ${level} or graver, oldest first.  Free them with lines_free().  Return
 * ERR_NOMEM.
 */
enum err lines_read(int level, uint64_t after, size_t count,
    struct line **ret_lines, size_t *ret_count) MUST_CHECK;

/**
 * lines_free(lines, count):
 * Does nothing for NULL.
 */
void lines_free(struct line *lines, size_t count);

#endif /* !ERFAD_LINES_H */
