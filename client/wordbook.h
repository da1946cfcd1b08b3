#ifndef ERFA_WORDBOOK_H
#define ERFA_WORDBOOK_H

/*
 * wordbook - the vocabulary as it is installed with the programs.
 */

/* Opaque types. */
struct run;
struct vocab;

/**
 * wordbook_open(run, ret_vocab):
 * Read vocabulary.txt from the folder of the tables.  Free with vocab_free().
 * Return an exit code; if it cannot be read, that has been told.
 */
int wordbook_open(struct run *run, struct vocab **ret_vocab);

#endif /* !ERFA_WORDBOOK_H */
