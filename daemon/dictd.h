#ifndef ERFAD_DICTD_H
#define ERFAD_DICTD_H

/*
 * dictd - the entries of a bilingual word list in the format of dictd, as the
 * FreeDict project gives them out: NAME.index says where in NAME.dict.dz, which
 * is gzip, or in NAME.dict the entry of each headword stands.
 *
 *   cykel /sykel/ <n>
 *   1. bicycle, bike
 *   a vehicle that ...
 *   2. cycle
 *
 * Of an entry the translations are told, without pronunciation, remarks in
 * brackets and explanations.  Names, parts of words, proverbs and the words that
 * only hold a sentence together are left out.  The only user of zlib.
 */

#include <stddef.h>

#include "proto/err.h"

#define DICTD_INDEX_MAX ((size_t)32 << 20)  /* bytes of NAME.index */
#define DICTD_TEXT_MAX  ((size_t)128 << 20) /* of NAME.dict, unpacked */
#define DICTD_PHRASE_MAX \
	100 /* bytes of what is told; longer ones are left out */

/* One translation of a headword. */
struct dictd_pair {
	const char *head; /* as written; valid UTF-8, as word is */
	const char *word; /* one word or several */
	unsigned sense;   /* of the headword, from 0 */
	unsigned place;   /* within the sense, from 0 */
};

typedef enum err (*dictd_each)(void *context, const struct dictd_pair *pair);

/**
 * dictd_parse(index, index_len, text, text_len, each, context):
 * Call ${each} with every translation in a list of these bytes, which may hold
 * anything: what makes no sense is passed over.  A pair lives until ${each}
 * returns; an error of it ends the list and is returned.
 */
enum err dictd_parse(const char *index, size_t index_len, const char *text,
    size_t text_len, dictd_each each, void *context) MUST_CHECK;

/**
 * dictd_read(folder, name, each, context):
 * As dictd_parse(), of the list ${name} in ${folder}.  Return ERR_NOENT if a file
 * of it is not there, ERR_DENIED if one may not be read, ERR_LIMIT if one is
 * larger than allowed, ERR_SYNTAX if one is not whole, ERR_IO, or ERR_NOMEM.
 */
enum err dictd_read(const char *folder, const char *name, dictd_each each,
    void *context) MUST_CHECK;

#endif /* !ERFAD_DICTD_H */
