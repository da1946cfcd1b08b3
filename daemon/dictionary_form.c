#include "daemon/dictionary_form.h"

#include <stdbool.h>
#include <string.h>

#define ENDINGS 60
#define GRADES  8

/* Endings that are taken away, the longest that fits; folded. */
static const char *const endings[VOCAB_LANGS][ENDINGS] = {
	[VOCAB_DA] = { "erne", "ende", "ene", "ets", "ens", "ede", "et", "en",
	    "er", "te", "t", "e", "s" },
	[VOCAB_NB] = { "ende", "ene", "ets", "ens", "ede", "et", "en", "er",
	    "te", "t", "e", "a" },
	[VOCAB_NN] = { "ande", "ane", "ene", "ets", "ens", "et", "en", "er",
	    "ar", "te", "t", "e", "a" },
	[VOCAB_SV] = { "ets", "ens", "ade", "ena", "et", "en", "er", "na", "da",
	    "ta", "te", "t", "d", "a", "e", "n" },
	[VOCAB_IS] = { "arinnar", "urinnar", "arnir", "irnir", "urnar", "arnar",
	    "irnar", "innar", "unnar", "arins", "inum", "unum", "inni", "unni",
	    "anna", "sins", "nna", "nni", "num", "inn", "ins", "inu", "ina",
	    "ana", "una", "andi", "adist", "adi", "udu", "ast", "ist", "ir",
	    "ar", "ur", "um", "in", "id", "ad", "di", "du", "ti", "nn", "a",
	    "i", "u", "s", "t" },
};

/* Bytes that remain: Icelandic takes more away, and puts more on. */
static size_t
least(enum vocab_lang lang)
{
	return lang == VOCAB_IS ? 3 : 4;
}

/* Finnish consonants before an ending: the strong grade, and the weak one. */
static const char *const grades[GRADES][2] = { { "nk", "ng" }, { "nt", "nn" },
	{ "mp", "mm" }, { "lt", "ll" }, { "rt", "rr" }, { "t", "d" },
	{ "t", "s" }, { "p", "v" } };

static bool
is_vowel(char c)
{
	return strchr("aeiouy", c) != NULL;
}

/* Whether the ${len} bytes at ${text} end in ${ending}. */
static bool
ends_in(const char *text, size_t len, const char *ending)
{
	size_t size = strlen(ending);

	return len >= size && memcmp(text + len - size, ending, size) == 0;
}

/* Take the longest ending away that leaves enough. */
static size_t
cut_ending(enum vocab_lang lang, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < ENDINGS && endings[lang][i] != NULL; i++)
		if (ends_in(text, len, endings[lang][i]) &&
		    len - strlen(endings[lang][i]) >= least(lang))
			return len - strlen(endings[lang][i]);
	return len;
}

/* One consonant for two at the end. */
static size_t
cut_double(enum vocab_lang lang, const char *text, size_t len)
{
	return len > least(lang) && text[len - 1] == text[len - 2] &&
		!is_vowel(text[len - 1]) ?
	    len - 1 :
	    len;
}

/* Icelandic: the vowel that an ending with u changes, wherever it stands. */
static size_t
undo_u(char *text, size_t len)
{
	size_t kept = 0;
	size_t i = 0;

	while (i < len) {
		if (i + 1 < len && text[i] == 'o' && text[i + 1] == 'e') {
			text[kept++] = 'a';
			i += 2;
		} else {
			text[kept++] = text[i++];
		}
	}
	return kept;
}

/* Icelandic: an n that may be the ending's, or the word's. */
static size_t
cut_last(const char *text, size_t len)
{
	return len > least(VOCAB_IS) && text[len - 1] == 'n' &&
		!is_vowel(text[len - 2]) ?
	    len - 1 :
	    len;
}

/* Finnish: no vowels at the end, and the consonants in one grade. */
static size_t
undo_grade(char *text, size_t len)
{
	size_t size;
	size_t i;

	while (len > least(VOCAB_FI) && is_vowel(text[len - 1]))
		len--;
	if (ends_in(text, len, "ks") && len > least(VOCAB_FI)) {
		text[len - 2] = 's';
		len--;
	}
	if (ends_in(text, len, "is"))
		text[len - 1] = 'n';
	for (i = 0; i < GRADES; i++)
		if (ends_in(text, len, grades[i][1])) {
			size = strlen(grades[i][0]);
			memcpy(text + len - size, grades[i][0], size);
			break;
		}
	return cut_double(VOCAB_FI, text, len);
}

size_t
dictionary_form(
    enum vocab_lang lang, const char *term, size_t len, char out[TOKEN_MAX + 2])
{
	char *text = out + 1;

	if (lang >= VOCAB_LANGS || lang == VOCAB_EN || len < least(lang) ||
	    len > TOKEN_MAX)
		return 0;
	out[0] = DICTIONARY_FORM_MARK;
	memcpy(text, term, len);
	if (lang == VOCAB_IS)
		len = undo_u(text, len);
	if (lang == VOCAB_FI)
		len = undo_grade(text, len);
	else
		len = cut_double(lang, text, cut_ending(lang, text, len));
	if (lang == VOCAB_IS)
		len = cut_last(text, len);
	text[len] = '\0';
	return len + 1;
}
