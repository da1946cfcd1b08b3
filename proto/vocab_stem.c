#include "proto/vocab_stem.h"

#include <stdint.h>
#include <string.h>

#define STEM_MIN 4 /* bytes that a stem keeps */

/* Folded endings, the longer before the shorter. */
static const char *const english[] = { "ies", "es", "s", "y", NULL };
static const char *const danish[] = { "ernes", "erne", "eres", "enes", "ens",
	"ets", "ers", "ene", "er", "en", "et", "es", "e", "s", NULL };
static const char *const norwegian[] = { "ernes", "anes", "enes", "erne", "ane",
	"ene", "ens", "ets", "ers", "ars", "er", "en", "et", "ar", "or", "es",
	"e", "a", "s", NULL };
static const char *const swedish[] = { "arnas", "ornas", "ernas", "arna",
	"orna", "erna", "ens", "ets", "ans", "ars", "ers", "ors", "ar", "or",
	"er", "en", "et", "an", "on", "as", "es", "a", "e", "o", "s", NULL };
static const char *const finnish[] = { "issae", "istae", "illae", "iltae",
	"issa", "ista", "illa", "ilta", "ille", "iksi", "iden", "iden", "ssae",
	"stae", "llae", "ltae", "tta", "ssa", "sta", "lla", "lta", "lle", "ksi",
	"iin", "ien", "jen", "ina", "aan", "een", "oon", "uun", "ttae", "taes",
	"nae", "tae", "jae", "na", "ia", "ta", "ja", "en", "in", "ae", "a", "n",
	"t", NULL };
static const char *const icelandic[] = { "arinnar", "unnar", "anna", "innar",
	"unum", "inum", "ina", "inn", "inu", "ins", "nar", "ast", "ar", "ir",
	"ur", "id", "um", "in", "na", "a", "i", "u", "s", NULL };

static const char *const *const endings[FAMILIES] = { english, danish,
	norwegian, swedish, finnish, icelandic };

/* What is left of a word without its longest ending. */
static size_t
cut_once(enum vocab_family family, const char *word, size_t len)
{
	const char *const *ending;
	size_t cut;

	if (len <= STEM_MIN)
		return len;
	for (ending = endings[family]; *ending != NULL; ending++) {
		cut = strlen(*ending);
		if (word[len - 1] == (*ending)[cut - 1] &&
		    len >= STEM_MIN + cut &&
		    memcmp(word + len - cut, *ending, cut) == 0)
			return len - cut;
	}
	return len;
}

size_t
vocab_stem(enum vocab_family family, const char *word, size_t len)
{
	len = cut_once(family, word, len);

	/* "-heten" and "-het" end alike only after a second cut. */
	if (family == FAMILY_DA || family == FAMILY_NO || family == FAMILY_SV)
		len = cut_once(family, word, len);
	return len;
}

bool
vocab_is_ending(enum vocab_family family, const char *text, size_t len)
{
	const char *const *ending;

	for (ending = endings[family]; *ending != NULL; ending++)
		if (strlen(*ending) == len && memcmp(*ending, text, len) == 0)
			return true;
	return len == 0;
}

/* Read the character at ${text}, which is valid UTF-8; tell its length. */
static uint32_t
character(const char *text, size_t *ret_len)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	uint32_t value = len == 1 ? at[0] : at[0] & (0xffU >> (len + 1));
	size_t i;

	for (i = 1; i < len; i++)
		value = value << 6 | (at[i] & 0x3fU);
	*ret_len = len;
	return value;
}

/* Whether a character separates words: signs and punctuation do. */
static bool
is_separator(uint32_t c)
{
	if (c < 0x80)
		return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z'));
	return (c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba) || c == 0xd7 ||
	    c == 0xf7 || (c >= 0x2000 && c < 0x2c00) ||
	    (c >= 0x3000 && c < 0x3040);
}

const char *
vocab_next_word(const char *text, size_t *ret_len)
{
	const char *begin;
	size_t len = 0;

	while (*text != '\0' && is_separator(character(text, &len)))
		text += len;
	for (begin = text; *text != '\0'; text += len)
		if (is_separator(character(text, &len)))
			break;
	*ret_len = (size_t)(text - begin);
	return begin;
}
