#ifndef ERFA_METRICS_H
#define ERFA_METRICS_H

/*
 * metrics - numbers as the text that Prometheus reads, and as one line of
 * "performance data" for monitoring plugins.
 */

#include "proto/err.h"
#include "proto/report.pb-c.h"

/**
 * metrics_text(metric, count, ret_text):
 * Write all numbers in the text format of Prometheus, with their help.  Whatever
 * a label holds, it cannot end its line.  The caller frees *${ret_text}.  Return
 * ERR_NOMEM.
 */
enum err metrics_text(
    Erfa__Metric *const *metric, size_t count, char **ret_text) MUST_CHECK;

/**
 * metrics_line(metric, count, ret_text):
 * Write those without a label as "links=3 entries=4812", without the "erfa_"
 * that they begin with.  The caller frees *${ret_text}.  Return ERR_NOMEM.
 */
enum err metrics_line(
    Erfa__Metric *const *metric, size_t count, char **ret_text) MUST_CHECK;

/**
 * metrics_write(path, text):
 * Put ${text} in place of the file ${path} at once, so that nobody ever reads a
 * part of it; everybody may read it.  Return ERR_DENIED, ERR_NOENT (no such
 * folder), ERR_SIZE (the path is too long) or ERR_IO, and leave what was there.
 */
enum err metrics_write(const char *path, const char *text) MUST_CHECK;

#endif /* !ERFA_METRICS_H */
