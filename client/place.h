#ifndef ERFA_PLACE_H
#define ERFA_PLACE_H

/*
 * place - where the files lie that are installed with the programs: below
 * ERFA_DATA if that is set, else where they were installed, else in the tree
 * that the program was built in.
 */

#include "proto/err.h"

#define PLACE_MAX 1024 /* bytes of a path, the NUL counted */

/**
 * place_data(out):
 * Write the folder of the tables (labels.tsv and others) to ${out}.  It may not
 * be there.
 */
void place_data(char out[PLACE_MAX]);

/**
 * place_locale(language, out):
 * Write the folder of the catalogues of messages to ${out}.  Return ERR_NOENT,
 * and write nothing, if none has one of ${language}.
 */
enum err place_locale(const char *language, char out[PLACE_MAX]) MUST_CHECK;

#endif /* !ERFA_PLACE_H */
