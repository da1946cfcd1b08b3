#ifndef ERFA_CORPUS_SITE_H
#define ERFA_CORPUS_SITE_H

/*
 * corpus_site - where an imported trial runs: what a source writes about it,
 * taken apart into organisations, and nothing invented.
 */

#include "proto/body.h"
#include "proto/err.h"

struct corpus_table;

/**
 * corpus_site_fill(table, country, code, text, trial):
 * Set sites, sites_text and scope of ${trial}, which has none yet, from
 * ${text}, the municipality as written, in ${country} ("dk").  With a ${code}
 * the one site is "<country>-<code>".  With NULL, a list of names is taken
 * apart only if every part of it is, apart from case, the genitive and the word
 * for municipality, the name of exactly one municipality in ${table};
 * otherwise the whole text is one site with an id made from it, the same on
 * every node.  A text that says it means several without naming them gives
 * scope several.  Return ERR_SYNTAX if ${text} is not UTF-8, or ERR_NOMEM.
 */
enum err corpus_site_fill(const struct corpus_table *table, const char *country,
    const char *code, const char *text, Erfa__Trial *trial) MUST_CHECK;

#endif /* !ERFA_CORPUS_SITE_H */
