#ifndef ERFAD_DICTIONARY_H
#define ERFAD_DICTIONARY_H

/*
 * dictionary - what a word is called in the other languages, as the word lists
 * say that are installed on this machine: a file that dictionary_make.h wrote.
 *
 * It is only read: the file is mapped, nothing of it is copied, and any number of
 * threads may ask.  A new file in its place is seen by whoever opens it next.
 * Words are in the form in which they are searched (daemon/tokens.h): the folded
 * stem, or the folded word where its stem is no other.  Bokmaal and Nynorsk are
 * two languages here.
 */

#include <stddef.h>

#include "proto/err.h"
#include "proto/vocab.h"

/* Opaque types. */
struct dictionary;

#define DICTIONARY_EACH 4 /* words found in one other language, at most */
#define DICTIONARY_MAX  (DICTIONARY_EACH * VOCAB_LANGS) /* and in all */

struct dictionary_word {
	enum vocab_lang lang;
	const char *term; /* no NUL behind; lives as long as the dictionary */
	size_t len;       /* bytes, TOKEN_MAX at most */
	unsigned weight;  /* 1 (it may be meant) to 255 (they are the same) */
};

/**
 * dictionary_open(path, ret_dictionary), dictionary_free(dictionary):
 * Map the file at ${path}.  NULL may be freed.  Return ERR_NOENT if there is
 * none, ERR_DENIED if it may not be read, ERR_SYNTAX if it is no dictionary or
 * was cut off, ERR_VERSION if another erfad made it and it must be made anew,
 * ERR_IO, or ERR_NOMEM.  Damage inside is not looked for: every look stays within
 * the file, and finds less or nonsense.
 */
enum err dictionary_open(
    const char *path, struct dictionary **ret_dictionary) MUST_CHECK;
void dictionary_free(struct dictionary *dictionary);

/**
 * dictionary_exact(dictionary, lang, term, len, ret_words, max),
 * dictionary_forms(dictionary, lang, term, len, ret_words, max),
 * dictionary_find(dictionary, lang, term, len, ret_words, max):
 * What the word ${term}, of ${len} bytes, of ${lang} is called in the other
 * languages: the likeliest first, at most DICTIONARY_EACH of one language.  What
 * the lists lack is taken for a form of another word, but not by
 * dictionary_exact(); and then for a neighbour's word, by dictionary_find() alone,
 * which takes its time; both weigh less.  Icelandic words are told as the lists
 * write them, without a stem: texts have them with endings.  Of VOCAB_ANY, or of
 * a NULL dictionary, nothing is found.  Return how many were written to
 * ${ret_words}, at most ${max}.
 */
size_t dictionary_exact(const struct dictionary *dictionary,
    enum vocab_lang lang, const char *term, size_t len,
    struct dictionary_word *ret_words, size_t max);
size_t dictionary_forms(const struct dictionary *dictionary,
    enum vocab_lang lang, const char *term, size_t len,
    struct dictionary_word *ret_words, size_t max);
size_t dictionary_find(const struct dictionary *dictionary,
    enum vocab_lang lang, const char *term, size_t len,
    struct dictionary_word *ret_words, size_t max);

/**
 * dictionary_words(dictionary):
 * How many words it knows, of all languages together; 0 for NULL.
 */
size_t dictionary_words(const struct dictionary *dictionary);

#endif /* !ERFAD_DICTIONARY_H */
