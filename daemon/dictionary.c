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
#include "daemon/dictionary_file.h"
#include "daemon/tokens.h"

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

size_t
dictionary_find(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *term, size_t len, struct dictionary_word *ret_words, size_t max)
{
	const uint8_t *word;
	uint32_t link;
	uint32_t end;
	uint32_t i;
	size_t count = 0;

	if (dictionary == NULL || lang >= VOCAB_LANGS || len == 0)
		return 0;
	if ((i = find_word(dictionary, lang, term, len)) == dictionary->nwords)
		return 0;
	word = dictionary->words + (size_t)i * DICTIONARY_WORD;
	link = bytes_get_le32(word + 4);
	end = bytes_get_le32(word + DICTIONARY_WORD + 4);
	if (end > dictionary->nlinks)
		return 0;
	if (max > DICTIONARY_MAX)
		max = DICTIONARY_MAX;
	for (; link < end && count < max; link++)
		if (read_link(dictionary, link, &ret_words[count]))
			count++;
	return count;
}
