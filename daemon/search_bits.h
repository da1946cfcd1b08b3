#ifndef ERFAD_SEARCH_BITS_H
#define ERFAD_SEARCH_BITS_H

/*
 * search_bits - some of the documents that are looked at together, one bit each.
 *
 * All of it is here, since it is done for every document that may be found.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINDOW 2048U /* documents, a multiple of 64 and at most 64 * 32 */

/* Some documents of a window. */
struct bits {
	uint64_t word[WINDOW / 64]; /* one bit a document */
	uint32_t used;              /* one bit a word: only these hold any */
};

/* Where one is among bits. */
struct steps {
	uint64_t used;
	uint64_t left;
	size_t word;
};

/**
 * take_bit(bits, ret_bit):
 * Take the first of the bits; false if there is none.
 */
static inline bool
take_bit(uint64_t *bits, size_t *ret_bit)
{
	if (*bits == 0)
		return false;
	*ret_bit = (size_t)__builtin_ctzll(*bits);
	*bits &= *bits - 1;
	return true;
}

/**
 * take_word(bits, ret_word):
 * Take the first word that holds any, by its number.
 */
static inline bool
take_word(struct bits *bits, size_t *ret_word)
{
	uint64_t used = bits->used;
	bool any = take_bit(&used, ret_word);

	bits->used = (uint32_t)used;
	return any;
}

/**
 * first_bit(bits), next_bit(bits, steps, ret_at):
 * Go through the bits, each of which may be cleared when one is there; false
 * after the last.
 */
static inline struct steps
first_bit(const struct bits *bits)
{
	return (struct steps){ .used = bits->used };
}

static inline bool
next_bit(const struct bits *bits, struct steps *steps, uint32_t *ret_at)
{
	size_t bit;

	while (steps->left == 0) {
		if (!take_bit(&steps->used, &steps->word))
			return false;
		steps->left = bits->word[steps->word];
	}
	(void)take_bit(&steps->left, &bit);
	*ret_at = (uint32_t)(64 * steps->word + bit);
	return true;
}

/**
 * has_bit(bits, at), set_bit(bits, at), clear_bit(bits, at), clear_bits(bits):
 * Look at, set and clear the bit of one document; clear those of all.
 */
static inline bool
has_bit(const struct bits *bits, uint32_t at)
{
	return (bits->word[at / 64] >> at % 64 & 1) != 0;
}

static inline void
set_bit(struct bits *bits, uint32_t at)
{
	bits->word[at / 64] |= UINT64_C(1) << at % 64;
	bits->used |= UINT32_C(1) << at / 64;
}

static inline void
clear_bit(struct bits *bits, uint32_t at)
{
	bits->word[at / 64] &= ~(UINT64_C(1) << at % 64);
}

static inline void
clear_bits(struct bits *bits)
{
	size_t i;

	while (take_word(bits, &i))
		bits->word[i] = 0;
}

/**
 * is_any_bit(bits, from, to):
 * Whether one of the documents ${from}..${to} has its bit.
 */
static inline bool
is_any_bit(const struct bits *bits, uint32_t from, uint32_t to)
{
	uint32_t i;

	if (from / 64 == to / 64)
		return (bits->word[from / 64] >> from % 64)
		    << (63 - (to - from)) !=
		    0;
	for (i = from / 64 + 1; i < to / 64; i++)
		if (bits->word[i] != 0)
			return true;
	return bits->word[from / 64] >> from % 64 != 0 ||
	    bits->word[to / 64] << (63 - to % 64) != 0;
}

#endif /* !ERFAD_SEARCH_BITS_H */
