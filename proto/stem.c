#include "proto/stem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libstemmer.h>

struct stem {
	struct sb_stemmer *stemmers[STEM_LANGS];
};

static const char *const algorithms[STEM_LANGS] = { NULL, "danish", "norwegian",
	"swedish", "finnish", "english" };

enum err
stem_new(struct stem **ret_stem)
{
	struct stem *stem = calloc(1, sizeof(*stem));
	size_t i;

	if (stem == NULL)
		return ERR_NOMEM;
	for (i = STEM_NONE + 1; i < STEM_LANGS; i++) {
		stem->stemmers[i] = sb_stemmer_new(algorithms[i], "UTF_8");
		if (stem->stemmers[i] == NULL) {
			stem_free(stem);
			return ERR_NOMEM;
		}
	}
	*ret_stem = stem;
	return ERR_NONE;
}

void
stem_free(struct stem *stem)
{
	size_t i;

	if (stem == NULL)
		return;
	for (i = STEM_NONE + 1; i < STEM_LANGS; i++)
		if (stem->stemmers[i] != NULL)
			sb_stemmer_delete(stem->stemmers[i]);
	free(stem);
}

enum stem_lang
stem_lang(const char *code)
{
	static const struct {
		const char code[3];
		enum stem_lang lang;
	} known[] = { { "da", STEM_DA }, { "nb", STEM_NO }, { "nn", STEM_NO },
		{ "no", STEM_NO }, { "sv", STEM_SV }, { "fi", STEM_FI },
		{ "en", STEM_EN } };

	size_t i;

	if (code == NULL || strlen(code) < 2 ||
	    (code[2] != '\0' && code[2] != '_' && code[2] != '-' &&
		code[2] != '.'))
		return STEM_NONE;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(known[i].code, code, 2) == 0)
			return known[i].lang;
	return STEM_NONE;
}

const char *
stem_word(struct stem *stem, enum stem_lang lang, const char *word, size_t len,
    size_t *ret_len)
{
	const sb_symbol *out;

	if (stem->stemmers[lang] == NULL || len > INT32_MAX)
		return NULL;
	out = sb_stemmer_stem(
	    stem->stemmers[lang], (const sb_symbol *)word, (int)len);
	if (out == NULL)
		return NULL;
	*ret_len = (size_t)sb_stemmer_length(stem->stemmers[lang]);
	return (const char *)out;
}
