#ifndef ERFAD_DICTIONARY_MAKE_H
#define ERFAD_DICTIONARY_MAKE_H

/*
 * dictionary_make - make the file that dictionary.h reads, of the bilingual word
 * lists that are installed: those that daemon/dictd.h can read and whose names end
 * in two of the languages dan, swe, nor, nob, nno, fin, isl and eng, such as
 * freedict-swe-fin.
 */

#include <stddef.h>

#include "proto/err.h"

/* What became of it. */
struct dictionary_made {
	size_t lists; /* read */
	size_t bad;   /* left out: they cannot be read */
	size_t words; /* in the file */
	size_t links; /* from one to another */
	size_t bytes;
};

/**
 * dictionary_make(folder, path, ret_made):
 * Read the lists in ${folder} and write the file ${path}, which anybody may read;
 * it takes the place of another at once or not at all.  Its folder is made if only
 * that is missing.  Return ERR_NOENT if no list can be read (then ${path} stays as
 * it is, and ret_made says how many are bad), ERR_DENIED if ${path} may not be
 * written, ERR_FULL if there is no room, ERR_SIZE if ${path} is too long, ERR_IO,
 * ERR_LIMIT if there are too many words, or ERR_NOMEM.
 */
enum err dictionary_make(const char *folder, const char *path,
    struct dictionary_made *ret_made) MUST_CHECK;

#endif /* !ERFAD_DICTIONARY_MAKE_H */
