#include "daemon/tokens.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

struct tokens {
	struct stem *stem;
};

enum err
tokens_new(struct tokens **ret_tokens)
{
	struct tokens *tokens = calloc(1, sizeof(*tokens));

	if (tokens == NULL)
		return ERR_NOMEM;
	if (stem_new(&tokens->stem) != ERR_NONE) {
		free(tokens);
		return ERR_NOMEM;
	}
	*ret_tokens = tokens;
	return ERR_NONE;
}

void
tokens_free(struct tokens *tokens)
{
	if (tokens == NULL)
		return;
	stem_free(tokens->stem);
	free(tokens);
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

/*
 * Whether a character separates words.  Beyond ASCII these are the blocks of
 * signs and punctuation; everything else counts as a letter, and so do the
 * invisible characters that stand inside of words.
 */
static bool
is_separator(uint32_t c)
{
	if (c < 0x80)
		return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z'));
	if (c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2060 && c <= 0x2064))
		return false;
	return (c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba) || c == 0xd7 ||
	    c == 0xf7 || (c >= 0x2000 && c < 0x2c00) ||
	    (c >= 0x3000 && c < 0x3040);
}

const char *
tokens_next(const char *text, size_t *ret_len)
{
	const char *end;
	size_t len;

	while (*text != '\0' && is_separator(character(text, &len)))
		text += len;
	for (end = text; *end != '\0' && !is_separator(character(end, &len));)
		end += len;
	*ret_len = (size_t)(end - text);
	return text;
}

/* How many of ${len} bytes are kept, no character being cut apart. */
static size_t
cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	for (len = max; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
		len--;
	return len;
}

static void
keep(char out[TOKEN_MAX + 1], const char *text, size_t len)
{
	len = cut(text, len, TOKEN_MAX);
	memcpy(out, text, len);
	out[len] = '\0';
}

/*
 * What the letters U+00E0 to U+00FF fold to, as text_fold() has it; NULL for what
 * is no letter.
 */
static const char *const latin[32] = { "a", "a", "a", "a", "ae", "aa", "ae",
	"c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o", "o", "o",
	"o", "oe", NULL, "oe", "u", "u", "u", "u", "y", "th", "y" };

/*
 * Lower case and fold a word of the letters that nearly all Nordic words are made
 * of; false if there are others, which proto/text.h has to look at.  Both have
 * room for twice the ${len} bytes.
 */
static bool
fold_quickly(const char *raw, size_t len, char *lower, char *folded)
{
	const char *letters;
	unsigned char c;
	size_t i;

	for (i = 0; i < len; i++) {
		c = (unsigned char)raw[i];
		if (c < 0x80) {
			c = (unsigned char)(c >= 'A' && c <= 'Z' ?
				c - 'A' + 'a' :
				c);
			*lower++ = (char)c;
			*folded++ = (char)c;
			continue;
		}
		if (c != 0xc3 || i + 1 == len)
			return false;
		c = (unsigned char)raw[++i]; /* U+00C0 + (c & 0x3f) */
		letters = latin[c & 0x1f];
		if (letters == NULL || c == 0x9f || c == 0xbf)
			return false;
		*lower++ = (char)0xc3;
		*lower++ = (char)(c | 0x20);
		while (*letters != '\0')
			*folded++ = *letters++;
	}
	*lower = '\0';
	*folded = '\0';
	return true;
}

/* Lower case and fold any word. */
static enum err
fold_slowly(const char *raw, size_t len, char *lower, char *folded)
{
	char copy[TOKEN_RAW_MAX + 1];
	char *made = NULL;
	char *made_folded = NULL;
	enum err err;

	memcpy(copy, raw, len);
	copy[len] = '\0';
	if ((err = text_lower(copy, &made)) == ERR_NONE)
		err = text_fold(made, &made_folded);
	if (err == ERR_NONE) {
		len = cut(made, strlen(made), 2 * TOKEN_RAW_MAX);
		memcpy(lower, made, len);
		lower[len] = '\0';
		len = cut(made_folded, strlen(made_folded), 2 * TOKEN_RAW_MAX);
		memcpy(folded, made_folded, len);
		folded[len] = '\0';
	}
	free(made);
	free(made_folded);
	return err;
}

static enum err
fold(const char *raw, size_t len, char lower[2 * TOKEN_RAW_MAX + 1],
    char folded[2 * TOKEN_RAW_MAX + 1])
{
	if (fold_quickly(raw, len, lower, folded))
		return ERR_NONE;
	return fold_slowly(raw, len, lower, folded);
}

/* Whether other letters fold to some of these. */
static bool
is_ambiguous(const char *folded)
{
	const char *at;

	for (at = folded; at[0] != '\0'; at++)
		if ((at[0] == 'a' && (at[1] == 'a' || at[1] == 'e')) ||
		    (at[0] == 'o' && at[1] == 'e'))
			return true;
	return false;
}

/* Whether the word is one that has endings: no digit in it. */
static bool
has_endings(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] >= '0' && text[i] <= '9')
			return false;
	return len >= 3;
}

/* Fold the stem of ${lower} into ${token}, if it is another word. */
static enum err
fill_stem(struct tokens *tokens, enum stem_lang lang, const char *lower,
    struct token *token)
{
	char stem_lower[2 * TOKEN_RAW_MAX + 1];
	char folded[2 * TOKEN_RAW_MAX + 1];
	const char *stem;
	size_t len = strlen(lower);
	enum err err;

	if (len > TOKEN_RAW_MAX || !has_endings(lower, len))
		return ERR_NONE;
	stem = stem_word(tokens->stem, lang, lower, len, &len);
	if (stem == NULL || len < 2 || len > TOKEN_RAW_MAX)
		return ERR_NONE;
	if ((err = fold(stem, len, stem_lower, folded)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	keep(token->stem, folded, strlen(folded));
	if (strcmp(token->stem, token->folded) == 0)
		token->stem[0] = '\0';
	return ERR_NONE;
}

/* Fill in the forms that are the same in all languages. */
static enum err
fill_word(const char *raw, size_t len, char lower[2 * TOKEN_RAW_MAX + 1],
    struct token *token)
{
	char folded[2 * TOKEN_RAW_MAX + 1];
	enum err err;

	memset(token, 0, sizeof(*token));
	len = cut(raw, len, TOKEN_RAW_MAX);
	if ((err = fold(raw, len, lower, folded)) != ERR_NONE)
		return err == ERR_SYNTAX ? ERR_NOENT : err;
	keep(token->folded, folded, strlen(folded));
	if (strlen(token->folded) < 2)
		return ERR_NOENT;
	if (strcmp(lower, folded) != 0 || is_ambiguous(token->folded))
		keep(token->exact, lower, strlen(lower));
	return ERR_NONE;
}

enum err
tokens_forms(struct tokens *tokens, const char *raw, size_t len,
    enum stem_lang lang, struct token *ret_token)
{
	char lower[2 * TOKEN_RAW_MAX + 1];
	struct token token;
	enum err err;

	if ((err = fill_word(raw, len, lower, &token)) != ERR_NONE ||
	    (err = fill_stem(tokens, lang, lower, &token)) != ERR_NONE)
		return err;
	*ret_token = token;
	return ERR_NONE;
}

enum err
tokens_in_all(struct tokens *tokens, const char *raw, size_t len,
    struct token ret_tokens[STEM_LANGS])
{
	char lower[2 * TOKEN_RAW_MAX + 1];
	struct token all[STEM_LANGS];
	size_t lang;
	enum err err;

	if ((err = fill_word(raw, len, lower, &all[STEM_NONE])) != ERR_NONE)
		return err;
	for (lang = STEM_NONE + 1; lang < STEM_LANGS; lang++) {
		all[lang] = all[STEM_NONE];
		err = fill_stem(
		    tokens, (enum stem_lang)lang, lower, &all[lang]);
		if (err != ERR_NONE)
			return err;
	}
	memcpy(ret_tokens, all, sizeof(all));
	return ERR_NONE;
}

/* Words that say nothing alone, a space before and after each. */
static const char *const common[] = {
	/* Danish, Norwegian */
	" aa ad af al alle alt am an and andet andre at av blev bli blir "
	"blitt blive bliver da de deg dei deira dem den denne der deres "
	"det dets dette dig din disse dit du efter eg ei ein eit eller enn "
	"ellers en end er et etter faa faar fik fikk foer for fra fraa "
	"gjoer gjort gjorde goer ha hadde han hans har have havde hele "
	"her hun hva hvad hvem hver hvilke hvilken hvilket hvis hvor "
	"hvordan hvorfor hvornaar ikke ikkje jeg kan korleis kor kun "
	"kunne kva kvar kven kvifor maa man mange med meget mellem "
	"mellom men mens mer mot mye naar ned noe noen nogen noget "
	"nogle noko nokon nokre nu og ogsaa om op opp os oss over paa "
	"saa saadan samt seg selv ser sidan siden sig sin sine sit sitt "
	"sjoel skal skulle slik som til ud uden under ut uten utan vaar "
	"vaare vaert vaeret vaere var ved vi vil ville vore vores blant "
	"blandt dei nye ny hos ",
	/* Swedish */
	" alla andra att bara bland blev bliva deras denna detta dom "
	"dock efter ej enligt ett fick fick foera foeratt foer fraan "
	"goer goera goers gjort haft hade hur inte ingen jag kunde maste "
	"maaste medan mest mycket naagon naagot naagra och ock ocksaa "
	"saadana sedan sina ska skall som till upp vad vara varit vem "
	"vilka vilken vilket vill hos genom mellan ",
	/* Finnish */
	" eivaet ei ettae ja joka jolla jossa jotka jos kanssa kautta "
	"ketkae kuin kuinka kuka kun mikae mikaeli miksi millainen missae "
	"mitae miten minkae mutta myoes ne niiden niin nyt olla on onko "
	"ovat oli ollut olisi sekae siitae sitae se taemae taemaen tai vain "
	"vai voi ",
	/* Icelandic */
	" ad af allt auk ef eda ekki er eru en fra fyrir gera hafa hefur "
	"hafid hvad hvar hver hverjir hvernig i inn med og okkur sem sina "
	"ser so sig thad thar thau their thess thessi til um undan "
	"undir upp ur ut vera verd verid vid yfir ",
	/* English */
	" a about all also an and any are as at be been by can could did "
	"do does for from get got had has have he her his how i in into "
	"is it its may me more most no nor not of on or our she should "
	"so some such than that the their them then there these they "
	"this those to us was we were what when where which who whose "
	"why will with would you your ",
};

bool
tokens_is_common(const char *folded)
{
	char word[TOKEN_MAX + 3] = " ";
	size_t len = strlen(folded);
	size_t i;

	if (len > 10)
		return false;
	memcpy(word + 1, folded, len);
	memcpy(word + 1 + len, " ", 2);
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strstr(common[i], word) != NULL)
			return true;
	return false;
}
