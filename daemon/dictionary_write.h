#ifndef ERFAD_DICTIONARY_WRITE_H
#define ERFAD_DICTIONARY_WRITE_H

/*
 * dictionary_write - write the file that daemon/dictionary.h reads.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/vocab.h"

struct dictionary_link {
	uint32_t from; /* number of a term */
	uint32_t to;
	uint32_t weight; /* 1 to 255 */
};

struct dictionary_term {
	enum vocab_lang lang;
	const char *text; /* at most TOKEN_MAX bytes */
};

/**
 * dictionary_write(path, terms, nterms, links, nlinks, ret_words, ret_bytes):
 * Write the terms that have a link, and the links, which are sorted by from, those
 * of one term as they are to be told.  Errors as of dictionary_make().
 */
enum err dictionary_write(const char *path, const struct dictionary_term *terms,
    uint32_t nterms, const struct dictionary_link *links, uint32_t nlinks,
    size_t *ret_words, size_t *ret_bytes) MUST_CHECK;

#endif /* !ERFAD_DICTIONARY_WRITE_H */
