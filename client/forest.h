#ifndef ERFA_FOREST_H
#define ERFA_FOREST_H

/*
 * forest - a pool as a forest plot on the terminal: a row a municipality, what
 * they come to together, and what must be said with it.
 *
 * Fits 80 columns; where only seven bits reach the reader it is drawn with them.
 */

#include <stddef.h>

#include "proto/report.pb-c.h"

/* Opaque types. */
struct print;

/**
 * forest_print(print, pool):
 * Print ${pool} with heading, plot, numbers, assumptions and exclusions.
 */
void forest_print(struct print *print, const Erfa__EvidencePool *pool);

/**
 * forest_print_denominator(print, denominator):
 * Print what became of the whole family in one line; what is not known is left
 * out.
 */
void forest_print_denominator(
    struct print *print, const Erfa__EvidenceDenominator *denominator);

#endif /* !ERFA_FOREST_H */
