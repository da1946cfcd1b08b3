/*
 * Fuzz the dictionary: any file is opened and asked, or refused; and any word list
 * is read.  A seed that begins with "erfa" is a file, another is an index, and
 * behind its first NUL a text.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/dictd.h"
#include "daemon/dictionary.h"
#include "daemon/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Everything told must be text that ends. */
static enum err
look(void *context, const struct dictd_pair *pair)
{
	(void)context;
	if (strlen(pair->head) > DICTD_PHRASE_MAX || pair->head[0] == '\0' ||
	    strlen(pair->word) > DICTD_PHRASE_MAX || pair->word[0] == '\0')
		abort();
	return ERR_NONE;
}

static void
read_list(const char *data, size_t len)
{
	const char *nul = memchr(data, '\0', len);
	size_t index = nul == NULL ? len : (size_t)(nul - data);
	size_t text = nul == NULL ? len : index + 1;

	if (dictd_parse(data, index, data + text, len - text, look, NULL) !=
	    ERR_NONE)
		abort();
}

/* Every word found must lie within the file. */
static void
ask(const struct dictionary *dictionary, const char *term, size_t len)
{
	struct dictionary_word words[DICTIONARY_MAX];
	char copy[TOKEN_MAX];
	size_t count;
	size_t i;
	unsigned lang;

	for (lang = 0; lang <= VOCAB_LANGS; lang++) {
		count = dictionary_find(dictionary, (enum vocab_lang)lang, term,
		    len, words, DICTIONARY_MAX);
		if (count > DICTIONARY_MAX)
			abort();
		for (i = 0; i < count; i++) {
			if (words[i].len > TOKEN_MAX || words[i].weight > 255)
				abort();
			memcpy(copy, words[i].term, words[i].len);
		}
	}
}

static void
open_file(const uint8_t *data, size_t len)
{
	int fd = memfd_create("words", MFD_CLOEXEC);
	struct dictionary *dictionary = NULL;
	char path[40];
	size_t i;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	if (dictionary_open(path, &dictionary) == ERR_NONE)
		for (i = 0; i + 4 < len && i < 400; i += 8)
			ask(dictionary, (const char *)data + len - i - 4, 4);
	dictionary_free(dictionary);
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len >= 4 && memcmp(data, "erfa", 4) == 0)
		open_file(data, len);
	else if (len > 0)
		read_list((const char *)data, len);
	return 0;
}
