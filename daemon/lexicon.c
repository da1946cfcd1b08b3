#include "daemon/lexicon.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/crypto.h"
#include "proto/limits.h"
#include "proto/vocab.h"
#include "daemon/dictionary.h"
#include "daemon/tokens.h"

#define PATH_BYTES 4096

/* A label of one word, in the form that a dictionary has. */
struct term {
	uint8_t lang;
	char text[TOKEN_MAX + 1];
	uint16_t concept;
};

struct lexicon {
	struct vocab *concepts;
	struct vocab *values;
	struct dictionary *dictionary;
	struct term *terms; /* by language, then by text; NULL until needed */
	size_t nterms;
	uint8_t stamp[LEXICON_STAMP];
};

/* Read a file of at most VOCAB_BYTES_MAX; the caller frees. */
static enum err
read_file(
    const char *folder, const char *name, char **ret_bytes, size_t *ret_len)
{
	char path[PATH_BYTES];
	char *bytes;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((file = fopen(path, "re")) == NULL)
		return ERR_NOENT;
	if ((bytes = malloc(VOCAB_BYTES_MAX + 1)) == NULL) {
		(void)fclose(file);
		return ERR_NOMEM;
	}
	*ret_len = fread(bytes, 1, VOCAB_BYTES_MAX + 1, file);
	(void)fclose(file);
	*ret_bytes = bytes;
	return ERR_NONE;
}

/* Whether ${folder} has the vocabulary. */
static bool
has_vocabulary(const char *folder)
{
	static const char name[] = "/vocabulary.txt";
	char path[PATH_BYTES + sizeof(name)];

	(void)snprintf(path, sizeof(path), "%s%s", folder, name);
	return access(path, R_OK) == 0;
}

/* The path of what lies as ${name} seen from the folder of the program. */
static bool
beside_program(const char *name, char out[PATH_BYTES])
{
	ssize_t len = readlink("/proc/self/exe", out, PATH_BYTES - 1);
	char *slash;

	if (len <= 0)
		return false;
	out[len] = '\0';
	if ((slash = strrchr(out, '/')) == NULL ||
	    (size_t)(slash - out) + strlen(name) >= PATH_BYTES)
		return false;
	memcpy(slash, name, strlen(name) + 1);
	return true;
}

/* Where the files are; *${beside} has room for a path. */
static const char *
find_folder(char beside[PATH_BYTES])
{
	const char *said = getenv("ERFA_DATA");

	if (said != NULL && *said != '\0')
		return said;
	if (!has_vocabulary(ERFA_DATADIR) &&
	    beside_program("/../conf", beside) && has_vocabulary(beside))
		return beside;
	return ERFA_DATADIR;
}

/* Read one of the two files into *${ret_vocab}; mix it into the stamp. */
static enum err
read_vocab(struct lexicon *lexicon, const char *folder, const char *name,
    struct vocab **ret_vocab)
{
	uint8_t hash[HASH_LEN];
	char *bytes = NULL;
	size_t len = 0;
	size_t i;
	enum err err;

	if ((err = read_file(folder, name, &bytes, &len)) != ERR_NONE)
		return err;
	err = vocab_load(bytes, len, ret_vocab, NULL);
	if (err == ERR_NONE) {
		crypto_h(bytes, len, hash);
		for (i = 0; i < LEXICON_STAMP; i++)
			lexicon->stamp[i] ^= hash[i];
	}
	free(bytes);
	return err == ERR_NONE || err == ERR_NOMEM ? err : ERR_SYNTAX;
}

enum err
lexicon_open(const char *folder, struct lexicon **ret_lexicon)
{
	struct lexicon *lexicon = calloc(1, sizeof(*lexicon));
	char beside[PATH_BYTES];
	enum err err;

	if (lexicon == NULL)
		return ERR_NOMEM;
	if (folder == NULL)
		folder = find_folder(beside);
	err = read_vocab(lexicon, folder, "vocabulary.txt", &lexicon->concepts);
	if (err == ERR_NONE)
		err = read_vocab(
		    lexicon, folder, "search_words.txt", &lexicon->values);
	if (err == ERR_NONE)
		err = vocab_know(lexicon->concepts, lexicon->values);
	if (err != ERR_NONE) {
		lexicon_close(lexicon);
		return err;
	}
	*ret_lexicon = lexicon;
	return ERR_NONE;
}

void
lexicon_close(struct lexicon *lexicon)
{
	if (lexicon == NULL)
		return;
	vocab_free(lexicon->concepts);
	vocab_free(lexicon->values);
	dictionary_free(lexicon->dictionary);
	free(lexicon->terms);
	free(lexicon);
}

const struct vocab *
lexicon_concepts(const struct lexicon *lexicon)
{
	return lexicon == NULL ? NULL : lexicon->concepts;
}

const struct vocab *
lexicon_values(const struct lexicon *lexicon)
{
	return lexicon == NULL ? NULL : lexicon->values;
}

/* ---- words that a dictionary leads to ---- */

static int
compare_terms(const void *a, const void *b)
{
	const struct term *x = a;
	const struct term *y = b;
	int order;

	if (x->lang != y->lang)
		return x->lang < y->lang ? -1 : 1;
	order = strcmp(x->text, y->text);
	return order != 0 ?
	    order :
	    (x->concept > y->concept) - (x->concept < y->concept);
}

/* Note a label, if it is one word and all of it. */
static enum err
take_label(struct lexicon *lexicon, struct tokens *tokens, size_t concept,
    const struct vocab_label *label)
{
	enum stem_lang lang = stem_lang(vocab_lang_code(label->lang));
	struct term *term = &lexicon->terms[lexicon->nterms];
	struct token token;
	const char *rest;
	size_t len;
	enum err err;

	rest = tokens_next(label->text, &len);
	if (label->stem || rest != label->text || rest[len] != '\0')
		return ERR_NONE;
	err = tokens_forms(tokens, rest, len, lang, &token);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	term->lang = (uint8_t)label->lang;
	term->concept = (uint16_t) concept;
	memcpy(term->text, token.stem[0] != '\0' ? token.stem : token.folded,
	    sizeof(term->text));
	lexicon->nterms++;
	return ERR_NONE;
}

/* Note all labels that are one word. */
static enum err
take_labels(struct lexicon *lexicon)
{
	struct tokens *tokens = NULL;
	size_t count = 0;
	size_t i;
	size_t k;
	enum err err;

	for (i = 0; i < vocab_count(lexicon->concepts); i++)
		count += vocab_labels(lexicon->concepts, i);
	lexicon->terms = calloc(count + 1, sizeof(*lexicon->terms));
	if (lexicon->terms == NULL)
		return ERR_NOMEM;
	err = tokens_new(&tokens);
	for (i = 0; i < vocab_count(lexicon->concepts); i++)
		for (k = 0;
		     k < vocab_labels(lexicon->concepts, i) && err == ERR_NONE;
		     k++)
			err = take_label(lexicon, tokens, i,
			    vocab_label(lexicon->concepts, i, k));
	tokens_free(tokens);
	if (err != ERR_NONE) {
		free(lexicon->terms);
		lexicon->terms = NULL;
		lexicon->nterms = 0;
		return err;
	}
	qsort(lexicon->terms, lexicon->nterms, sizeof(*lexicon->terms),
	    compare_terms);
	return ERR_NONE;
}

enum err
lexicon_add(struct lexicon *lexicon, const char *path)
{
	const char *said = getenv("ERFA_DICTIONARY");
	struct dictionary *dictionary = NULL;
	char built[PATH_BYTES];
	enum err err;

	if (said != NULL)
		path = said;
	if (path == NULL && !beside_program("/words", built))
		return ERR_NOENT;
	if (path == NULL)
		path = built;
	if (*path == '\0')
		return ERR_NONE;
	if ((err = dictionary_open(path, &dictionary)) != ERR_NONE)
		return err;
	if (lexicon->terms == NULL &&
	    (err = take_labels(lexicon)) != ERR_NONE) {
		dictionary_free(dictionary);
		return err;
	}
	dictionary_free(lexicon->dictionary);
	lexicon->dictionary = dictionary;
	return ERR_NONE;
}

const struct dictionary *
lexicon_dictionary(const struct lexicon *lexicon)
{
	return lexicon == NULL ? NULL : lexicon->dictionary;
}

size_t
lexicon_meant(const struct lexicon *lexicon, enum vocab_lang lang,
    const char *term, size_t len, uint16_t *ret_concepts, size_t max)
{
	struct term wanted = { .lang = (uint8_t)lang };
	size_t low = 0;
	size_t high = lexicon == NULL ? 0 : lexicon->nterms;
	size_t count = 0;

	if (len > TOKEN_MAX)
		return 0;
	memcpy(wanted.text, term, len);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_terms(&lexicon->terms[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; lexicon != NULL && low < lexicon->nterms && count < max; low++) {
		if (lexicon->terms[low].lang != wanted.lang ||
		    strcmp(lexicon->terms[low].text, wanted.text) != 0)
			break;
		if (count == 0 ||
		    ret_concepts[count - 1] != lexicon->terms[low].concept)
		ret_concepts[count++] = lexicon->terms[low].concept;
	}
	return count;
}

void
lexicon_stamp(const struct lexicon *lexicon, uint8_t out[LEXICON_STAMP])
{
	if (lexicon == NULL)
		memset(out, 0, LEXICON_STAMP);
	else
		memcpy(out, lexicon->stamp, LEXICON_STAMP);
}
