#include "daemon/dictionary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/stem.h"
#include "daemon/cognate.h"
#include "daemon/dictionary_file.h"
#include "daemon/dictionary_form.h"
#include "daemon/tokens.h"

#define FORMS 2 /* words of which another may be a form */

/* How far what was not said about the very word is believed. */
#define PERCENT_FORM    80
#define PERCENT_COGNATE 70
#define WEIGHT_COGNATE  150

_Static_assert(sizeof(DICTIONARY_MAGIC) == DICTIONARY_MAGIC_LEN, "a line");
_Static_assert(
    DICTIONARY_AT_LANGS + 4 * (VOCAB_LANGS + 1) <= DICTIONARY_HEAD, "room");

struct dictionary {
	const uint8_t *map;
	size_t len; /* of the map */
	uint32_t nwords;
	uint32_t nlinks;
	uint32_t ntext;
	uint32_t first[VOCAB_LANGS + 1]; /* word of each language */
	const uint8_t *words;
	const uint8_t *links;
	const uint8_t *text;
};

/* What is being found, for a word of lang. */
struct found {
	enum vocab_lang lang;
	struct dictionary_word *words;
	size_t max;
	size_t count;
};

static enum err
err_from_errno(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOENT;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	case ENOMEM:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

/* Map the whole file at ${path}. */
static enum err
map_file(const char *path, struct dictionary *dictionary)
{
	struct stat about;
	enum err err = ERR_NONE;
	void *map;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_from_errno();
	if (fstat(fd, &about) != 0) {
		err = ERR_IO;
	} else if (!S_ISREG(about.st_mode) || about.st_size < DICTIONARY_HEAD) {
		err = ERR_SYNTAX;
	} else {
		dictionary->len = (size_t)about.st_size;
		map = mmap(NULL, dictionary->len, PROT_READ, MAP_SHARED, fd, 0);
		if (map == MAP_FAILED)
			err = err_from_errno();
		else
			dictionary->map = map;
	}
	(void)close(fd);
	return err;
}

/* Read the head, and find the parts; each must be there as a whole. */
static enum err
read_head(struct dictionary *dictionary)
{
	const uint8_t *map = dictionary->map;
	uint64_t words;
	uint64_t links;
	size_t i;

	if (memcmp(map, DICTIONARY_MAGIC, DICTIONARY_SAME) != 0)
		return ERR_SYNTAX;
	if (memcmp(map, DICTIONARY_MAGIC, DICTIONARY_MAGIC_LEN) != 0)
		return ERR_VERSION;
	dictionary->nwords = bytes_get_le32(map + DICTIONARY_AT_WORDS);
	dictionary->nlinks = bytes_get_le32(map + DICTIONARY_AT_LINKS);
	dictionary->ntext = bytes_get_le32(map + DICTIONARY_AT_TEXT);
	words = ((uint64_t)dictionary->nwords + 1) * DICTIONARY_WORD;
	links = (uint64_t)dictionary->nlinks * DICTIONARY_LINK;
	if (DICTIONARY_HEAD + words + links + dictionary->ntext !=
	    dictionary->len)
		return ERR_SYNTAX;
	for (i = 0; i <= VOCAB_LANGS; i++) {
		dictionary->first[i] = bytes_get_le32(
		    map + DICTIONARY_AT_LANGS + 4 * i);
		if (dictionary->first[i] > dictionary->nwords ||
		    (i > 0 && dictionary->first[i] < dictionary->first[i - 1]))
			return ERR_SYNTAX;
	}
	dictionary->words = map + DICTIONARY_HEAD;
	dictionary->links = dictionary->words + words;
	dictionary->text = dictionary->links + links;
	return ERR_NONE;
}

enum err
dictionary_open(const char *path, struct dictionary **ret_dictionary)
{
	struct dictionary *dictionary = calloc(1, sizeof(*dictionary));
	enum err err;

	if (dictionary == NULL)
		return ERR_NOMEM;
	if ((err = map_file(path, dictionary)) != ERR_NONE ||
	    (err = read_head(dictionary)) != ERR_NONE) {
		dictionary_free(dictionary);
		return err;
	}
	*ret_dictionary = dictionary;
	return ERR_NONE;
}

void
dictionary_free(struct dictionary *dictionary)
{
	if (dictionary == NULL)
		return;
	if (dictionary->map != NULL)
		(void)munmap(
		    (void *)(uintptr_t)dictionary->map, dictionary->len);
	free(dictionary);
}

size_t
dictionary_words(const struct dictionary *dictionary)
{
	return dictionary == NULL ? 0 : dictionary->nwords;
}

/* The text of word ${i}; none if the file says what cannot be. */
static struct bytes
text_of(const struct dictionary *dictionary, uint32_t i)
{
	const uint8_t *word = dictionary->words + (size_t)i * DICTIONARY_WORD;
	uint32_t from = bytes_get_le32(word);
	uint32_t to = bytes_get_le32(word + DICTIONARY_WORD);
	struct bytes text = { dictionary->text, 0 };

	if (from <= to && to <= dictionary->ntext && to - from <= TOKEN_MAX) {
		text.data += from;
		text.len = to - from;
	}
	return text;
}

static int
compare(struct bytes a, const char *term, size_t len)
{
	int order = memcmp(a.data, term, a.len < len ? a.len : len);

	if (order != 0)
		return order;
	return a.len < len ? -1 : a.len > len;
}

/* The number of the word ${term} of ${lang}; nwords if there is none. */
static uint32_t
find_word(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *term, size_t len)
{
	uint32_t low = dictionary->first[lang];
	uint32_t high = dictionary->first[lang + 1];
	uint32_t middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare(text_of(dictionary, middle), term, len);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return dictionary->nwords;
}

/* The language of word ${i}. */
static enum vocab_lang
lang_of(const struct dictionary *dictionary, uint32_t i)
{
	unsigned lang = 0;

	while (lang + 1 < VOCAB_LANGS && i >= dictionary->first[lang + 1])
		lang++;
	return (enum vocab_lang)lang;
}

/* Read ${link}; false if it leads to no word. */
static bool
read_link(const struct dictionary *dictionary, uint32_t link,
    struct dictionary_word *ret_word)
{
	uint32_t value = bytes_get_le32(
	    dictionary->links + (size_t)link * DICTIONARY_LINK);
	uint32_t to = value >> DICTIONARY_WEIGHT_BITS;
	struct bytes text;

	if (to >= dictionary->nwords)
		return false;
	text = text_of(dictionary, to);
	ret_word->lang = lang_of(dictionary, to);
	ret_word->term = (const char *)text.data;
	ret_word->len = text.len;
	ret_word->weight = value & ((1U << DICTIONARY_WEIGHT_BITS) - 1);
	return text.len > 0 && ret_word->weight > 0;
}

/* What the file says about a word, each weight as so many percent of itself. */
static size_t
look(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *term, size_t len, unsigned percent, struct found *found)
{
	struct dictionary_word *word;
	uint32_t i = find_word(dictionary, lang, term, len);
	const uint8_t *at = dictionary->words + (size_t)i * DICTIONARY_WORD;
	uint32_t link;
	uint32_t end;
	size_t before = found->count;

	if (i == dictionary->nwords)
		return 0;
	link = bytes_get_le32(at + 4);
	end = bytes_get_le32(at + DICTIONARY_WORD + 4);
	if (end > dictionary->nlinks)
		return 0;
	for (; link < end && found->count < found->max; link++) {
		word = &found->words[found->count];
		if (!read_link(dictionary, link, word) ||
		    word->lang == found->lang)
			continue;
		word->weight = (word->weight * percent + 99) / 100;
		found->count++;
	}
	return found->count - before;
}

/* Look for the word of which this may be another form. */
static void
look_form(const struct dictionary *dictionary, const char *term, size_t len,
    struct found *found)
{
	char form[TOKEN_MAX + 2];
	struct dictionary_word other[FORMS];
	struct found others = { VOCAB_ANY, other, FORMS, 0 };
	size_t i;

	if ((len = dictionary_form(found->lang, term, len, form)) == 0)
		return;
	(void)look(dictionary, found->lang, form, len, 100, &others);
	for (i = 0; i < others.count; i++)
		if (others.words[i].lang == found->lang &&
		    look(dictionary, found->lang, others.words[i].term,
			others.words[i].len, PERCENT_FORM, found) > 0)
			return;
}

/* Look for a word of a neighbouring language that is taken for this one. */
static bool
look_neighbour(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *term, size_t len, struct found *found)
{
	uint32_t i = find_word(dictionary, lang, term, len);
	struct bytes text;

	if (lang == found->lang || i == dictionary->nwords ||
	    look(dictionary, lang, term, len, PERCENT_COGNATE, found) == 0)
		return false;
	text = text_of(dictionary, i);
	if (found->count < found->max)
		found->words[found->count++] = (struct dictionary_word){ lang,
			(const char *)text.data, text.len, WEIGHT_COGNATE };
	return true;
}

/*
 * The lists for Danish are small: take a word that they lack as its neighbours
 * would spell it, and ask theirs.
 */
static void
look_cognates(const struct dictionary *dictionary, const char *term, size_t len,
    struct found *found)
{
	static const enum vocab_lang langs[] = { VOCAB_NB, VOCAB_SV, VOCAB_DA };
	struct cognate cognates[COGNATES];
	char word[TOKEN_MAX + 1];
	size_t count;
	size_t i;
	size_t k;

	if (len < COGNATE_MIN || len > TOKEN_MAX ||
	    (found->lang != VOCAB_DA && found->lang != VOCAB_NB &&
		found->lang != VOCAB_NN && found->lang != VOCAB_SV))
		return;
	memcpy(word, term, len);
	word[len] = '\0';
	count = cognate_make(found->lang, word, cognates);
	for (i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		if (look_neighbour(dictionary, langs[i], term, len, found))
			return;
		for (k = 0; k < count; k++)
			if ((cognates[k].langs &
				1U << stem_lang(vocab_lang_code(langs[i]))) !=
				0 &&
			    look_neighbour(dictionary, langs[i],
				cognates[k].word, strlen(cognates[k].word),
				found))
				return;
	}
}

/* Make room for what is to be found; false if there is nothing to look for. */
static bool
begin(const struct dictionary *dictionary, enum vocab_lang lang, size_t len,
    struct dictionary_word *words, size_t max, struct found *ret_found)
{
	*ret_found = (struct found){ lang, words,
		max < DICTIONARY_MAX ? max : DICTIONARY_MAX, 0 };
	return dictionary != NULL && lang < VOCAB_LANGS && len > 0 &&
	    len <= TOKEN_MAX;
}

size_t
dictionary_exact(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *term, size_t len, struct dictionary_word *ret_words, size_t max)
{
	struct found found;

	if (begin(dictionary, lang, len, ret_words, max, &found))
		(void)look(dictionary, lang, term, len, 100, &found);
	return found.count;
}

size_t
dictionary_forms(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *term, size_t len, struct dictionary_word *ret_words, size_t max)
{
	struct found found;

	if (begin(dictionary, lang, len, ret_words, max, &found) &&
	    look(dictionary, lang, term, len, 100, &found) == 0)
		look_form(dictionary, term, len, &found);
	return found.count;
}

size_t
dictionary_find(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *term, size_t len, struct dictionary_word *ret_words, size_t max)
{
	struct found found;

	if (!begin(dictionary, lang, len, ret_words, max, &found))
		return 0;
	found.count = dictionary_forms(
	    dictionary, lang, term, len, ret_words, max);
	if (found.count == 0)
		look_cognates(dictionary, term, len, &found);
	return found.count;
}
