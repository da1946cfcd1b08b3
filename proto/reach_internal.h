#ifndef ERFA_REACH_INTERNAL_H
#define ERFA_REACH_INTERNAL_H

/*
 * reach_internal - what the files of reach share.
 *
 *   reach_pass.c  one pass: who is reached by which words; both passes
 *   reach_cut.c   who is out, and where the logs of who is out end
 */

#include "proto/reach.h"

/* Which words a pass leaves out. */
enum pass {
	PASS_WIDE,   /* none */
	PASS_LOOSE,  /* those beyond the cuts that are found so far */
	PASS_FIRM,   /* these, and all of who is out and has no cut so far */
	PASS_STRICT, /* those beyond the cuts, which are all found */
};

/**
 * reach_view_build(reach, pass, view), reach_view_clear(view):
 * Compute a pass; ${view} is empty.  Return ERR_NOMEM; it must be cleared even
 * then, and is empty afterwards.
 */
enum err reach_view_build(
    struct reach *reach, enum pass pass, struct reach_view *view) MUST_CHECK;
void reach_view_clear(struct reach_view *view);

/**
 * reach_edge_find(view, voucher, subject):
 * What ${voucher} says of ${subject} in this pass, or NULL.
 */
const struct reach_edge *reach_edge_find(
    const struct reach_view *view, size_t voucher, size_t subject);

/**
 * reach_line(view, key, line), reach_line_has(line, count, key):
 * ${key} and, nearest first, those it succeeds; return how many.  Whether ${key} is
 * among them.
 */
size_t reach_line(const struct reach_view *view, size_t key,
    size_t line[REACH_EARLIER_MAX + 1]);
bool reach_line_has(const size_t *line, size_t count, size_t key);

/**
 * reach_find_cuts(reach):
 * Find who is out and the withdrawals whose cuts hold, from pass 1.  Return
 * ERR_NOMEM.
 */
enum err reach_find_cuts(struct reach *reach) MUST_CHECK;

/**
 * reach_find_lapsed(reach):
 * Add the cuts of keys that nobody vouches for any more, after pass 2.
 */
void reach_find_lapsed(struct reach *reach);

#endif /* !ERFA_REACH_INTERNAL_H */
