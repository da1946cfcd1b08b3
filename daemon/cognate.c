#include "daemon/cognate.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/stem.h"

#define DOUBTS 8 /* rules in doubt that are looked at for one language */
#define TAIL   3 /* bytes that stand before a tail */

/* The written languages, as columns of the rules. */
enum tongue {
	DA,
	NB,
	NN,
	SV,
	TONGUES
};

/* Where in a word a rule holds. */
enum place {
	ANYWHERE,
	FIRST, /* where it first stands behind a consonant */
	BEGIN,
	END,
	INSIDE, /* after TAIL bytes */
	SOFT,   /* behind a vowel, and before one or at the end */
	VOWEL,  /* before a vowel */
	SHORT,  /* at the end, behind one short vowel */
};

/* One sound or ending as each language spells it; NULL where it says nothing. */
struct rule {
	const char *text[TONGUES];
	enum place place;
	const char *sure;  /* languages from which it always holds */
	const char *doubt; /* and from which it often does */
};

/*
 * In the order in which they are applied; of those in doubt the likelier first.
 * Folded spellings: ae, oe and aa are one letter each.
 */
static const struct rule rules[] = {
	/* First parts of words. */
	{ { "af", "av", "av", "av" }, BEGIN, "dbns", "" },
	{ { "ud", "ut", "ut", "ut" }, BEGIN, "dbns", "" },
	{ { "op", "opp", "opp", "upp" }, BEGIN, "dbns", "" },
	{ { "ind", "inn", "inn", "in" }, BEGIN, "dbn", "s" },
	{ { "mod", "mot", "mot", "mot" }, BEGIN, "d", "bns" },
	{ { "til", "til", "til", "till" }, BEGIN, "dbns", "" },
	{ { "over", "over", "over", "oever" }, BEGIN, "dbns", "" },
	{ { "efter", "etter", "etter", "efter" }, BEGIN, "dbns", "" },
	{ { "for", "for", "for", "foer" }, BEGIN, "s", "dbn" },
	{ { "hv", "hv", "kv", "v" }, BEGIN, "db", "n" },

	/* Endings that make words. */
	{ { "hed", "het", "heit", "het" }, INSIDE, "dbns", "" },
	{ { "skab", "skap", "skap", "skap" }, INSIDE, "dbns", "" },
	{ { "tion", "sjon", "sjon", "tion" }, ANYWHERE, "dbns", "" },
	{ { "sion", "sjon", "sjon", "sion" }, ANYWHERE, "ds", "" },
	{ { "ence", "anse", "anse", "ens" }, INSIDE, "dbn", "" },
	{ { "ance", "anse", "anse", "ans" }, INSIDE, "d", "" },
	{ { "ence", "anse", "anse", "ens" }, END, "s", "" },
	{ { "ance", "anse", "anse", "ans" }, END, "s", "" },
	{ { "ende", "ende", "ande", "ande" }, END, "dbns", "" },
	{ { "ere", "ere", "ere", "era" }, END, "dbns", "" },
	{ { "erne", "ene", "ane", "erna" }, END, "dbns", "" },
	{ { "erne", "ene", "ane", "arna" }, END, "s", "" },
	{ { "erne", "ene", "ane", "orna" }, END, "s", "" },
	{ { "er", "er", "ar", "are" }, END, "ns", "" },
	{ { "er", "er", "er", "or" }, END, "s", "" },
	{ { "er", "er", "ar", "ar" }, END, "s", "" },
	{ { "ik", "ikk", "ikk", "ik" }, END, "dbns", "" },
	{ { "lig", "lig", "leg", "lig" }, INSIDE, "n", "b" },

	/* Sounds that nearly always differ in the same way. */
	{ { "arbejd", "arbeid", "arbeid", "arbet" }, ANYWHERE, "dbns", "" },
	{ { "ej", "ei", "ei", NULL }, ANYWHERE, "dbn", "" },
	{ { "oej", "oey", "oey", NULL }, ANYWHERE, "dbn", "" },
	{ { "aj", "ai", "ai", "aj" }, ANYWHERE, "dbns", "" },
	{ { "skoe", "skjoe", "skjoe", "skoe" }, ANYWHERE, "dbns", "" },
	{ { "koe", "kjoe", "kjoe", "koe" }, ANYWHERE, "dbns", "" },
	{ { "goe", "gjoe", "gjoe", "goe" }, ANYWHERE, "dbns", "" },
	{ { "kaer", "kjaer", "kjaer", "kaer" }, ANYWHERE, "dbns", "" },
	{ { "kae", "kje", "kje", "kae" }, ANYWHERE, "dbns", "" },
	{ { "gae", "gje", "gje", "gae" }, ANYWHERE, "dbns", "" },
	{ { "vaerk", "verk", "verk", "verk" }, ANYWHERE, "dbns", "" },
	{ { "lads", "lass", "lass", "lats" }, ANYWHERE, "dbns", "" },
	{ { "gt", "kt", "kt", "kt" }, ANYWHERE, "d", "bns" },
	{ { "kel", "kkel", "kkel", "kel" }, ANYWHERE, "bn", "ds" },
	{ { "kk", NULL, NULL, "ck" }, VOWEL, "ds", "" },
	{ { "k", NULL, NULL, "ck" }, ANYWHERE, "s", "" },
	{ { NULL, "kk", "kk", "ck" }, ANYWHERE, "bns", "" },
	{ { "x", "ks", "ks", "x" }, ANYWHERE, "ds", "bn" },
	{ { "ce", "se", "se", "ce" }, ANYWHERE, "ds", "" },
	{ { "ci", "si", "si", "ci" }, ANYWHERE, "ds", "" },
	{ { "cy", "sy", "sy", "cy" }, ANYWHERE, "ds", "bn" },
	{ { "ce", "se", "se", "ce" }, BEGIN, "", "bn" },

	/* Sounds that often do. */
	{ { "ae", "e", "e", "ae" }, FIRST, "", "ds" },
	{ { "og", "aak", "aak", "aak" }, ANYWHERE, "", "d" },
	{ { "d", "t", "t", "t" }, SOFT, "", "dbns" },
	{ { "g", "k", "k", "k" }, SOFT, "", "dbns" },
	{ { "b", "p", "p", "p" }, SOFT, "", "dbns" },
	{ { "nd", "nn", "nn", "nd" }, ANYWHERE, "", "dbns" },
	{ { "ld", "ll", "ll", "ll" }, ANYWHERE, "", "dbns" },
	{ { "y", "y", "ju", "ju" }, FIRST, "", "dbns" },
	{ { NULL, "e", "ei", NULL }, FIRST, "", "bn" },
	{ { "e", NULL, "ei", "e" }, FIRST, "", "ns" },
	{ { "ae", "e", "e", "ae" }, FIRST, "", "bn" },
	{ { "s", "ss", "ss", "ss" }, SHORT, "", "d" },
	{ { "t", "tt", "tt", "tt" }, SHORT, "", "d" },
	{ { "l", "ll", "ll", "ll" }, SHORT, "", "d" },
	{ { "n", "nn", "nn", "n" }, SHORT, "", "ds" },
	{ { "k", "kk", "kk", "ck" }, SHORT, "", "d" },
	{ { "g", "gg", "gg", "gg" }, SHORT, "", "d" },
	{ { "s", "ss", "ss", "ss" }, END, "", "bns" },
	{ { "t", "tt", "tt", "tt" }, END, "", "bns" },
	{ { "l", "ll", "ll", "ll" }, END, "", "bns" },
	{ { "p", "pp", "pp", "pp" }, END, "", "bns" },
	{ { "n", "nn", "nn", "n" }, END, "", "bn" },
	{ { "k", "kk", "kk", "ck" }, END, "", "bn" },
	{ { "ej", "ei", "ei", "aeg" }, ANYWHERE, "", "dbns" },
	{ { "oej", "oey", "oey", "oeg" }, ANYWHERE, "", "dbns" },
	{ { "ks", NULL, NULL, "x" }, ANYWHERE, "", "ds" },
	{ { "skole", "skole", "skule", "skol" }, ANYWHERE, "", "dbn" },
	{ { "af", "av", "av", "av" }, INSIDE, "", "dbns" },
	{ { "u", "u", "u", "o" }, BEGIN, "", "dbns" },
	{ { "aa", "aa", "aa", "o" }, FIRST, "", "s" },

	/* Last, since stemmers take both off. */
	{ { "e", "e", "e", "a" }, END, "dbns", "" },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static bool
is_vowel(char c)
{
	return c != '\0' && strchr("aeiouy", c) != NULL;
}

/* Whether a rule whose text has ${len} bytes holds ${at} bytes into ${word}. */
static bool
holds(enum place place, const char *word, size_t at, size_t len)
{
	const char *next = word + at + len;

	/* Half of one letter is none. */
	if ((word[at] == 'e' && at > 0 && strchr("ao", word[at - 1]) != NULL) ||
	    (*next == 'e' && strchr("ao", next[-1]) != NULL))
		return false;
	switch (place) {
	case ANYWHERE:
		return true;
	case FIRST:
		return at > 0 && !is_vowel(word[at - 1]);
	case BEGIN:
		/* Something must be left that is a word. */
		return at == 0 && strlen(next) >= 3;
	case END:
		return at > 1 && *next == '\0';
	case INSIDE:
		return at >= TAIL;
	case SOFT:
		/* "-lig" is hard everywhere. */
		return at > 0 && is_vowel(word[at - 1]) &&
		    (word[at] != 'g' || word[at - 1] != 'i') &&
		    (*next == '\0' || is_vowel(*next));
	case VOWEL:
		return is_vowel(*next);
	case SHORT:
		return at > 1 && *next == '\0' && is_vowel(word[at - 1]) &&
		    !is_vowel(word[at - 2]);
	}
	return false;
}

/* Apply a rule wherever it holds; false if it does nowhere. */
static bool
apply(const struct rule *rule, enum tongue from, enum tongue to,
    char word[TOKEN_MAX + 1])
{
	const char *old = rule->text[from];
	const char *new = rule->text[to];
	char out[TOKEN_MAX + 1];
	size_t len = 0;
	size_t at = 0;
	bool done = false;

	if (strstr(word, old) == NULL)
		return false;
	while (word[at] != '\0') {
		if (strncmp(word + at, old, strlen(old)) == 0 &&
		    (!done || rule->place != FIRST) &&
		    holds(rule->place, word, at, strlen(old))) {
			if (len + strlen(new) > TOKEN_MAX)
				return false;
			memcpy(out + len, new, strlen(new));
			len += strlen(new);
			at += strlen(old);
			done = true;
		} else {
			if (len == TOKEN_MAX)
				return false;
			out[len++] = word[at++];
		}
	}
	out[len] = '\0';
	if (done)
		memcpy(word, out, len + 1);
	return done;
}

static bool
is_of(const char *langs, enum tongue from)
{
	return strchr(langs, "dbns"[from]) != NULL;
}

/* Which letters stand in a word: one bit each. */
static uint32_t
letters_of(const char *word)
{
	uint32_t letters = 0;

	for (; *word != '\0'; word++)
		letters |= UINT32_C(1) << ((unsigned char)*word & 31);
	return letters;
}

/* The rules that may change a word of one language for another, in order. */
struct way {
	enum tongue from;
	enum tongue to;
	size_t count;
	uint8_t rules[RULES];
	uint32_t letters[RULES]; /* that each needs */
	bool sure[RULES];
};

static void
way_begin(enum tongue from, enum tongue to, struct way *ret_way)
{
	const char *old;
	const char *new;
	size_t i;

	ret_way->from = from;
	ret_way->to = to;
	ret_way->count = 0;
	for (i = 0; i < RULES; i++) {
		old = rules[i].text[from];
		new = rules[i].text[to];
		if (old == NULL || new == NULL || strcmp(old, new) == 0)
			continue;
		ret_way->rules[ret_way->count] = (uint8_t)i;
		ret_way->letters[ret_way->count] = letters_of(old);
		ret_way->sure[ret_way->count++] = is_of(rules[i].sure, from);
	}
}

/* Apply all rules that are sure, and those in doubt that ${taken} has. */
static void
spell(const struct way *way, const size_t *taken, size_t count,
    const char *folded, char out[TOKEN_MAX + 1])
{
	size_t len = strlen(folded);
	uint32_t letters = letters_of(folded);
	size_t i;
	size_t k;

	memcpy(out, folded, len + 1);
	for (i = 0; i < way->count; i++) {
		if ((way->letters[i] & ~letters) != 0)
			continue;
		for (k = 0; k < count && taken[k] != i;)
			k++;
		if ((k < count || way->sure[i]) &&
		    apply(&rules[way->rules[i]], way->from, way->to, out))
			letters = letters_of(out);
	}
}

/* Find the rules in doubt that change something. */
static size_t
find_doubts(
    const struct way *way, const char *folded, size_t ret_doubts[DOUBTS])
{
	char plain[TOKEN_MAX + 1];
	char word[TOKEN_MAX + 1];
	const struct rule *rule;
	uint32_t letters = letters_of(folded);
	size_t count = 0;
	size_t i;

	spell(way, NULL, 0, folded, plain);
	letters |= letters_of(plain);
	for (i = 0; i < way->count && count < DOUBTS; i++) {
		rule = &rules[way->rules[i]];
		if ((way->letters[i] & ~letters) != 0 ||
		    !is_of(rule->doubt, way->from) ||
		    (strstr(folded, rule->text[way->from]) == NULL &&
			strstr(plain, rule->text[way->from]) == NULL))
			continue;
		spell(way, &i, 1, folded, word);
		if (strcmp(word, plain) != 0)
			ret_doubts[count++] = i;
	}
	return count;
}

/* What one language makes of a word, the likeliest first. */
struct made {
	char words[COGNATES][TOKEN_MAX + 1];
	size_t count;
};

/* Keep a spelling, unless it is there. */
static void
keep(struct made *made, const char *folded, const char *word)
{
	size_t i;

	if (strcmp(word, folded) == 0 || made->count == COGNATES)
		return;
	for (i = 0; i < made->count; i++)
		if (strcmp(made->words[i], word) == 0)
			return;
	memcpy(made->words[made->count++], word, strlen(word) + 1);
}

/* Make the spellings of one language: the sure one, with one doubt, with two. */
static void
make_of(
    enum tongue from, enum tongue to, const char *folded, struct made *ret_made)
{
	size_t doubts[DOUBTS];
	char word[TOKEN_MAX + 1];
	struct way way;
	size_t count;
	size_t pair[2];
	size_t i;
	size_t k;

	way_begin(from, to, &way);
	count = find_doubts(&way, folded, doubts);
	ret_made->count = 0;
	spell(&way, NULL, 0, folded, word);
	keep(ret_made, folded, word);
	for (i = 0; i < count; i++) {
		spell(&way, &doubts[i], 1, folded, word);
		keep(ret_made, folded, word);
	}
	for (k = 1; k < count; k++)
		for (i = 0; i < k && ret_made->count < COGNATES; i++) {
			pair[0] = doubts[i];
			pair[1] = doubts[k];
			spell(&way, pair, 2, folded, word);
			keep(ret_made, folded, word);
		}
}

/* Add a spelling of ${lang}, or the language to one that is there. */
static size_t
add_cognate(struct cognate cognates[COGNATES], size_t count, const char *word,
    uint8_t lang)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(cognates[i].word, word) == 0) {
			cognates[i].langs |= lang;
			return count;
		}
	if (count == COGNATES)
		return count;
	memcpy(cognates[count].word, word, strlen(word) + 1);
	cognates[count].langs = lang;
	return count + 1;
}

static bool
is_plain(const char *folded)
{
	size_t len = strlen(folded);

	return len >= COGNATE_MIN && len <= TOKEN_MAX &&
	    strspn(folded, "abcdefghijklmnopqrstuvwxyz") == len;
}

/* The column of a language; false if it has none. */
static bool
tongue_of(enum vocab_lang lang, enum tongue *ret_tongue)
{
	if (lang == VOCAB_DA || lang == VOCAB_ANY)
		*ret_tongue = DA;
	else if (lang == VOCAB_NB)
		*ret_tongue = NB;
	else if (lang == VOCAB_NN)
		*ret_tongue = NN;
	else if (lang == VOCAB_SV)
		*ret_tongue = SV;
	else
		return false;
	return true;
}

size_t
cognate_make(enum vocab_lang lang, const char *folded,
    struct cognate ret_cognates[COGNATES])
{
	static const uint8_t langs[TONGUES] = { 1U << STEM_DA, 1U << STEM_NO,
		1U << STEM_NO, 1U << STEM_SV };
	struct made made[TONGUES];
	enum tongue from;
	size_t count = 0;
	size_t i;
	size_t to;

	if (!tongue_of(lang, &from) || !is_plain(folded))
		return 0;
	for (to = 0; to < TONGUES; to++) {
		made[to].count = 0;
		if (to != (size_t)from)
			make_of(from, (enum tongue)to, folded, &made[to]);
	}

	/* Each of the others in turn, so that all have their share. */
	for (i = 0; i < COGNATES; i++)
		for (to = 0; to < TONGUES; to++)
			if (i < made[to].count)
				count = add_cognate(ret_cognates, count,
				    made[to].words[i], langs[to]);
	return count;
}
