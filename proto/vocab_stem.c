#include "proto/vocab_stem.h"

#include <stdint.h>
#include <string.h>

#define STEM_MIN 4 /* bytes that a stem keeps */
#define TAIL_MIN 5 /* that the second cut of Finnish leaves */

/* Folded endings, the longer before the shorter; the last is empty. */
struct ending {
	uint8_t len;
	char text[8];
};

#define E(text)                        \
	{                              \
		sizeof(text) - 1, text \
	}

static const struct ending english[] = { E("ies"), E("es"), E("s"), E("y"),
	E("") };
static const struct ending danish[] = { E("ernes"), E("erne"), E("eres"),
	E("enes"), E("ens"), E("ets"), E("ers"), E("ene"), E("er"), E("en"),
	E("et"), E("es"), E("e"), E("s"), E("") };
static const struct ending norwegian[] = { E("ernes"), E("anes"), E("enes"),
	E("erne"), E("ane"), E("ene"), E("ens"), E("ets"), E("ers"), E("ars"),
	E("er"), E("en"), E("et"), E("ar"), E("or"), E("es"), E("e"), E("a"),
	E("s"), E("") };
static const struct ending swedish[] = { E("arnas"), E("ornas"), E("ernas"),
	E("arna"), E("orna"), E("erna"), E("ens"), E("ets"), E("ans"), E("ars"),
	E("ers"), E("ors"), E("ar"), E("or"), E("er"), E("en"), E("et"),
	E("an"), E("on"), E("as"), E("es"), E("a"), E("e"), E("o"), E("s"),
	E("") };
static const struct ending finnish[] = { E("issae"), E("istae"), E("illae"),
	E("iltae"), E("issa"), E("ista"), E("illa"), E("ilta"), E("ille"),
	E("iksi"), E("iden"), E("ssae"), E("stae"), E("llae"), E("ltae"),
	E("ttae"), E("taes"), E("tta"), E("ssa"), E("sta"), E("lla"), E("lta"),
	E("lle"), E("ksi"), E("iin"), E("ien"), E("jen"), E("ina"), E("aan"),
	E("een"), E("oon"), E("uun"), E("nae"), E("tae"), E("jae"), E("na"),
	E("ia"), E("ta"), E("ja"), E("en"), E("in"), E("ae"), E("a"), E("n"),
	E("t"), E("") };
static const struct ending icelandic[] = { E("arinnar"), E("unnar"), E("innar"),
	E("anna"), E("unum"), E("inum"), E("ina"), E("inn"), E("inu"), E("ins"),
	E("nar"), E("ast"), E("ar"), E("ir"), E("ur"), E("id"), E("um"),
	E("in"), E("na"), E("a"), E("i"), E("u"), E("s"), E("") };

/*
 * What still differs when the case is off: kiusaaminen, kiusaami(s-), koulutus,
 * koulutuks-, arviointi, arvioinn-, asunnottomuus, asunnottomuud-.
 */
static const struct ending finnish_tails[] = { E("uukse"), E("yykse"),
	E("uude"), E("yyde"), E("ukse"), E("ykse"), E("inti"), E("inni"),
	E("uuks"), E("yyks"), E("uud"), E("uut"), E("uus"), E("yyd"), E("yyt"),
	E("yys"), E("uks"), E("yks"), E("ust"), E("yst"), E("int"), E("inn"),
	E("ise"), E("isi"), E("ine"), E("ude"), E("yde"), E("uu"), E("yy"),
	E("us"), E("ys"), E("ud"), E("yd"), E("ut"), E("yt"), E("is"), E("in"),
	E("u"), E("y"), E("i"), E("") };

static const struct ending *const endings[FAMILIES] = { english, danish,
	norwegian, swedish, finnish, icelandic };

/*
 * Whether the letter at ${at} is the second half of one that was folded to two:
 * the ending of "miljön" is not "en", that of "byråen" is.
 */
static bool
is_half(const char *word, size_t at)
{
	char before = at > 0 ? word[at - 1] : ' ';
	bool whole = before == 'a' && at > 1 && word[at - 2] == 'a';

	return !whole &&
	    ((word[at] == 'e' && (before == 'o' || before == 'a')) ||
		(word[at] == 'a' && before == 'a'));
}

/* What is left of a word without the longest of some endings, but not less. */
static size_t
cut_once(
    const struct ending *ending, const char *word, size_t len, size_t least)
{
	size_t cut;

	for (; ending->len > 0; ending++) {
		cut = ending->len;
		if (len >= least + cut &&
		    word[len - 1] == ending->text[cut - 1] &&
		    memcmp(word + len - cut, ending->text, cut) == 0)
			return len - cut;
	}
	return len;
}

/* The same for the languages whose letters are folded to two. */
static size_t
cut_whole(enum vocab_family family, const char *word, size_t len)
{
	size_t cut = cut_once(endings[family], word, len, STEM_MIN);

	/* "Stress" ends in no genitive. */
	if (cut + 1 == len && len > 1 && word[cut] == 's' &&
	    word[cut - 1] == 's')
		return len;
	return cut < len && is_half(word, cut) ? cut + 1 : cut;
}

enum vocab_family
vocab_family_of(enum vocab_lang lang)
{
	static const enum vocab_family families[VOCAB_LANGS] = {
		[VOCAB_EN] = FAMILY_EN,
		[VOCAB_DA] = FAMILY_DA,
		[VOCAB_NB] = FAMILY_NO,
		[VOCAB_NN] = FAMILY_NO,
		[VOCAB_SV] = FAMILY_SV,
		[VOCAB_FI] = FAMILY_FI,
		[VOCAB_IS] = FAMILY_IS
	};

	return families[lang];
}

size_t
vocab_stem(enum vocab_family family, const char *word, size_t len)
{
	/* "-heten" and "-het" end alike only after a second cut. */
	if (family == FAMILY_DA || family == FAMILY_NO || family == FAMILY_SV)
		return cut_whole(family, word, cut_whole(family, word, len));
	len = cut_once(endings[family], word, len, STEM_MIN);
	if (family == FAMILY_FI)
		len = cut_once(finnish_tails, word, len, TAIL_MIN);
	return len;
}

static bool
is_one(const struct ending *ending, const char *text, size_t len)
{
	for (; ending->len > 0; ending++)
		if (ending->len == len && memcmp(ending->text, text, len) == 0)
			return true;
	return len == 0;
}

bool
vocab_is_ending(enum vocab_family family, const char *text, size_t len)
{
	const struct ending *tail;

	if (is_one(endings[family], text, len))
		return true;
	if (family != FAMILY_FI)
		return false;
	for (tail = finnish_tails; tail->len > 0; tail++)
		if (tail->len <= len &&
		    memcmp(tail->text, text, tail->len) == 0 &&
		    is_one(endings[family], text + tail->len, len - tail->len))
			return true;
	return false;
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
