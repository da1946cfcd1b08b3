#ifndef ERFAD_LEXICON_H
#define ERFAD_LEXICON_H

/*
 * lexicon - what words mean, as files that are installed with erfad say:
 * vocabulary.txt, the concepts of municipal work, and search_words.txt, the words
 * by which people ask for a country, a result or a state.
 *
 * Without the files everything works, but words mean only themselves.  What the
 * vocabulary lacks may stand in a dictionary (daemon/dictionary.h), if one was made
 * on this machine.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/vocab.h"

/* Opaque types. */
struct dictionary;
struct lexicon;

#define LEXICON_STAMP 16 /* bytes */

/**
 * lexicon_open(folder, ret_lexicon), lexicon_close(lexicon):
 * Read the files in ${folder}; NULL stands for the folder that ERFA_DATA names,
 * else that in which erfad was installed, else that beside its source.  NULL may
 * be closed.  Return ERR_NOENT if there is no vocabulary, ERR_SYNTAX if a file
 * breaks the rules, or ERR_NOMEM.
 */
enum err lexicon_open(
    const char *folder, struct lexicon **ret_lexicon) MUST_CHECK;
void lexicon_close(struct lexicon *lexicon);

/**
 * lexicon_concepts(lexicon), lexicon_values(lexicon):
 * The vocabulary, and the words for controlled values; NULL if there are none,
 * or for NULL.
 */
const struct vocab *lexicon_concepts(const struct lexicon *lexicon);
const struct vocab *lexicon_values(const struct lexicon *lexicon);

/**
 * lexicon_add(lexicon, path):
 * Look for words in the dictionary ${path} too; the file that ERFA_DICTIONARY names
 * goes before it.  "" names none, NULL the file that the build makes beside the
 * program.  Return an error of dictionary_open(), and go on without.
 */
enum err lexicon_add(struct lexicon *lexicon, const char *path) MUST_CHECK;

/**
 * lexicon_dictionary(lexicon):
 * The dictionary; NULL if there is none, or for NULL.
 */
const struct dictionary *lexicon_dictionary(const struct lexicon *lexicon);

/**
 * lexicon_meant(lexicon, lang, term, len, ret_concepts, max):
 * The concepts with a label of one word in ${lang} whose form in a dictionary is
 * the ${len} bytes of ${term}; none before there is a dictionary.  Return how many
 * were written to ${ret_concepts}, at most ${max}.
 */
size_t lexicon_meant(const struct lexicon *lexicon, enum vocab_lang lang,
    const char *term, size_t len, uint16_t *ret_concepts, size_t max);

/**
 * lexicon_stamp(lexicon, out):
 * Bytes that are others when the vocabulary is another, whatever the dictionary;
 * zeros for NULL.
 */
void lexicon_stamp(const struct lexicon *lexicon, uint8_t out[LEXICON_STAMP]);

#endif /* !ERFAD_LEXICON_H */
