#ifndef ERFA_FOREST_WORDS_H
#define ERFA_FOREST_WORDS_H

/*
 * forest_words - what a plot says besides its numbers, the same on a terminal and
 * in a picture.
 *
 * Names are in English, to be translated by who shows them; sentences that hold
 * numbers are in the reader's language already.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/report.pb-c.h"

#define FOREST_LINE_MAX 512 /* bytes of a sentence, the NUL counted */

/**
 * forest_measure(pool):
 * What the pool's measure is called, in English.
 */
const char *forest_measure(const Erfa__EvidencePool *pool);

/**
 * forest_class(pool):
 * What the pool's kind is called, in English: "with comparison".
 */
const char *forest_class(const Erfa__EvidencePool *pool);

/**
 * forest_method(pool):
 * What its method is called, in English.
 */
const char *forest_method(const Erfa__EvidencePool *pool);

/**
 * forest_ends(pool, ret_left, ret_right):
 * What the two ends of the scale favour, in English.
 */
void forest_ends(const Erfa__EvidencePool *pool, const char **ret_left,
    const char **ret_right);

/**
 * forest_name(effect):
 * What a study is called: its name, else its site, else its trial.
 */
const char *forest_name(const Erfa__EvidenceEffect *effect);

/**
 * forest_denominator(denominator, line, out):
 * Write a line of what became of the whole family: 0 is "lineage 14 · started 11
 * ..."; 1 what is only told if there is any.  Return false, and an empty text, if
 * there is nothing to say.
 */
bool forest_denominator(const Erfa__EvidenceDenominator *denominator,
    unsigned line, char out[FOREST_LINE_MAX]);

/**
 * forest_conversion(pool, i, out):
 * Write the conversion number ${i}, from 0, of all that brought results of
 * ${pool} to its unit: "minutter * 0.5 + 7 = timer, as dk-791/... declares (2)".
 * Return false if there are not so many.
 */
bool forest_conversion(
    const Erfa__EvidencePool *pool, size_t i, char out[FOREST_LINE_MAX]);

#endif /* !ERFA_FOREST_WORDS_H */
