#ifndef TESTS_UNIT_PROSE_H
#define TESTS_UNIT_PROSE_H

/*
 * prose - texts that nobody wrote, with words as frequent as those of real ones:
 * the frequency of the n-th word falls as 1/n (Zipf), most of the rarer words are
 * compounds of more frequent ones, and they end as Nordic words end.  The same
 * seed gives the same texts everywhere.
 */

#include <stddef.h>
#include <stdint.h>

/* Opaque types. */
struct prose;

/**
 * prose_new(seed, words), prose_free(prose):
 * A vocabulary of ${words} words.  NULL if there is no memory.
 */
struct prose *prose_new(uint64_t seed, size_t words);
void prose_free(struct prose *prose);

/**
 * prose_random(prose, below):
 * A number below ${below}, of the generator's own chance.
 */
uint64_t prose_random(struct prose *prose, uint64_t below);

/**
 * prose_word(prose, rank):
 * The word of this rank, from 0, the most frequent one.
 */
const char *prose_word(const struct prose *prose, size_t rank);

/**
 * prose_write(prose, words, out, size):
 * Write so many words, as far as ${size} bytes hold them, one blank between.
 */
void prose_write(struct prose *prose, size_t words, char *out, size_t size);

#endif /* !TESTS_UNIT_PROSE_H */
