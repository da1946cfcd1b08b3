#include "daemon/plan_internal.h"

#include <stdio.h>
#include <string.h>

#include "proto/vocab_stem.h"
#include "daemon/dictionary.h"
#include "daemon/lexicon.h"

#define TERMS      24 /* words of other languages that are looked for */
#define REACHED    8 /* of them, those that are also looked for in longer words */
#define REACH_MIN  5  /* bytes of such a word */
#define REACH_LOOK 48 /* words of the index that are looked at for one */
#define WHOLE_MIN  3  /* bytes of a word that is looked up */
#define HALF_MIN   3  /* bytes of a part of a compound */
#define LAST_MIN   5  /* of its last, if that is only a form of a word */
#define ENDING_MAX 4  /* bytes of an ending */
#define BALLOTS    16 /* concepts among which they are */
#define COMMON     6  /* what one text of so many has tells little */

/* What a way is worth, of 256. */
#define WORTH_LEAST    100 /* the least likely word of another language */
#define WORTH_MORE     50  /* how much more the likeliest is worth */
#define WORTH_BRIDGE   127 /* of what a concept is worth */
#define WORTH_COMPOUND 180 /* a compound of the other language's words */
#define WORTH_TELLING  99  /* from here on a way says how common a group is */

/* What other words are worth beside those of the very word, of 256. */
#define SHARE_OTHER  200 /* of a language that the question is not in */
#define SHARE_LAST   188 /* of the last part of a compound */
#define SHARE_LONGER 146 /* of another word that holds it */
#define SHARE_ENDED  201 /* of one that differs by its ending */
#define SHARE_FIRST  102 /* of its first */

#define VOTES \
	160 /* of 255: what the words that mean a concept weigh together */

/* Words that are meant by one in another language. */
struct said {
	struct dictionary_word words[DICTIONARY_MAX];
	size_t count;
};

/* ---- which language is typed ---- */

/* What a term is called elsewhere; Norwegian has one stem and two lists. */
static size_t
find(const struct plan *plan, enum vocab_lang lang, const char *term,
    size_t len, struct said *ret_said)
{
	enum vocab_lang other = lang == VOCAB_NB ? VOCAB_NN : VOCAB_NB;

	ret_said->count = dictionary_exact(
	    plan->dictionary, lang, term, len, ret_said->words, DICTIONARY_MAX);
	if (ret_said->count == 0 && (lang == VOCAB_NB || lang == VOCAB_NN))
		ret_said->count = dictionary_exact(plan->dictionary, other,
		    term, len, ret_said->words, DICTIONARY_MAX);
	return ret_said->count;
}

/* The same, also if only another form of it is there. */
static size_t
find_form(const struct plan *plan, enum vocab_lang lang, const char *term,
    size_t len, struct said *ret_said)
{
	ret_said->count = dictionary_forms(
	    plan->dictionary, lang, term, len, ret_said->words, DICTIONARY_MAX);
	return ret_said->count;
}

/* What a word is called elsewhere if it is one of ${lang}. */
static enum err
look_up(struct plan *plan, enum vocab_lang lang, const char *typed,
    struct said *ret_said)
{
	struct token token;
	const char *term;
	enum err err;

	ret_said->count = 0;
	err = tokens_forms(
	    plan->tokens, typed, strlen(typed), plan_stem_lang(lang), &token);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	term = token.stem[0] != '\0' ? token.stem : token.folded;
	if (find(plan, lang, term, strlen(term), ret_said) == 0 &&
	    find(plan, lang, token.folded, strlen(token.folded), ret_said) == 0)
		(void)find_form(plan, lang, term, strlen(term), ret_said);
	return ERR_NONE;
}

static bool
is_looked_up(const struct item *item)
{
	return !item->meant && !item->without && !item->prefix &&
	    !item->phrase && !item->light && item->number == 0 &&
	    strlen(item->folded) >= WHOLE_MIN &&
	    !tokens_is_common(item->folded);
}

/* How many of the words ${lang} has; *${ret_all} becomes how many there are. */
static enum err
count_known(
    struct plan *plan, enum vocab_lang lang, size_t *ret_known, size_t *ret_all)
{
	struct said said;
	size_t i;
	enum err err = ERR_NONE;

	*ret_known = *ret_all = 0;
	for (i = 0; i < plan->nitems && err == ERR_NONE; i++) {
		if (!is_looked_up(&plan->items[i]))
			continue;
		++*ret_all;
		err = look_up(plan, lang, plan->items[i].typed, &said);
		*ret_known += said.count > 0;
	}
	return err;
}

/*
 * Find out in which languages the question may be typed: that of the reader, if
 * the lists know in none more of the words that no label means.
 */
static enum err
find_tongues(struct plan *plan)
{
	size_t known[VOCAB_LANGS] = { 0 };
	size_t most = 0;
	size_t all;
	int lang;
	enum err err = ERR_NONE;

	if (plan->tongues != 0)
		return ERR_NONE;
	if (plan->lang != VOCAB_ANY) {
		plan->tongues = (uint8_t)(1U << plan->lang);
		err = count_known(plan, plan->lang, &known[plan->lang], &all);
		if (err != ERR_NONE || known[plan->lang] == all)
			return err;
	}
	for (lang = 0; lang < VOCAB_LANGS && err == ERR_NONE; lang++) {
		err = count_known(
		    plan, (enum vocab_lang)lang, &known[lang], &all);
		if (known[lang] > most)
			most = known[lang];
	}
	if (plan->lang != VOCAB_ANY && known[plan->lang] == most)
		return err;
	for (plan->tongues = 0, lang = 0; lang < VOCAB_LANGS; lang++)
		if (known[lang] == most)
			plan->tongues |= (uint8_t)(1U << lang);
	return err;
}

/* ---- what the index has of it ---- */

/* One word of another language, while ways are made of it. */
struct term {
	struct plan *plan;
	struct plan_group *group;
	char text[TOKEN_MAX + 1];
	size_t len;
	enum vocab_lang lang;
	uint8_t langs; /* whose texts may mean it: 1 << enum stem_lang */
	const struct said *firsts; /* of a compound: its first part */
	unsigned worth;
	unsigned left; /* words of the index that are still looked at */
};

/* Add a way that only texts of the word's language mean. */
static void
add_there(const struct term *term, enum search_term kind, const char *text,
    unsigned worth)
{
	uint64_t docs = search_docs(term->plan->search);
	uint64_t count = search_count(term->plan->search, kind, text);

	if (count == 0)
		return;
	if (count * COMMON > docs && count > COMMON && worth > WORTH_TELLING)
		worth = WORTH_TELLING;
	plan_way_in(
	    term->group, kind, text, worth, PLAN_DICTIONARY, term->langs);
}

/* Whether a word is too short to mean itself wherever it stands in another. */
static bool
is_short(const struct term *term)
{
	return term->len < REACH_MIN;
}

/* Whether what follows the word in a longer one is an ending. */
static bool
is_ending(const struct term *term, const char *rest)
{
	return strlen(rest) <= ENDING_MAX &&
	    vocab_is_ending(vocab_family_of(term->lang), rest, strlen(rest));
}

static bool
add_beginning(void *context, const char *text, uint32_t docs)
{
	struct term *term = context;
	const char *rest = text + term->len;

	(void)docs;
	if (*rest != '\0' && strlen(text) <= TOKEN_MAX)
		add_there(term, SEARCH_WORD, text,
		    is_ending(term, rest) ? term->worth * SHARE_ENDED / 256 :
					    term->worth * SHARE_LONGER / 256);
	return --term->left > 0;
}

static bool
is_scandinavian(enum vocab_lang lang)
{
	return lang == VOCAB_DA || lang == VOCAB_NB || lang == VOCAB_NN ||
	    lang == VOCAB_SV;
}

/* Whether ${word} begins with a first part, and little stands before ${at}. */
static bool
is_compound(const struct term *term, const char *word, size_t at)
{
	const struct dictionary_word *first;
	size_t i;

	for (i = 0; term->firsts != NULL && i < term->firsts->count; i++) {
		first = &term->firsts->words[i];
		if ((first->lang == term->lang ||
			(is_scandinavian(first->lang) &&
			    is_scandinavian(term->lang))) &&
		    first->len <= at && at - first->len <= 2 &&
		    memcmp(word, first->term, first->len) == 0)
			return true;
	}
	return false;
}

static bool
add_holding(void *context, const char *word, size_t at)
{
	struct term *term = context;
	const char *rest = word + at + term->len;

	if (strlen(word) > TOKEN_MAX)
		return --term->left > 0;
	/* Finnish stems lose more than an ending. */
	if (!is_ending(term, rest) && strlen(rest) <= ENDING_MAX &&
	    term->lang != VOCAB_FI)
		return --term->left > 0;
	if (is_compound(term, word, at))
		add_there(term, SEARCH_WORD, word, WORTH_COMPOUND);
	else if (!is_short(term))
		add_there(
		    term, SEARCH_WORD, word, term->worth * SHARE_LONGER / 256);
	return --term->left > 0;
}

/* Add the words of the index that begin with the word, or hold it. */
static enum err
add_longer(struct term *term)
{
	enum err err = ERR_NONE;

	term->left = REACH_LOOK;
	if (!is_short(term))
		err = search_starting(term->plan->search, SEARCH_WORD,
		    term->text, add_beginning, term, REACH_LOOK);
	term->left = REACH_LOOK;
	if (err == ERR_NONE)
		err = search_within(term->plan->search, term->text, add_holding,
		    term, REACH_LOOK);
	return err;
}

/*
 * In whose texts the word means that: also in those of its neighbours, if these
 * have no such word in their lists, which may be short.
 */
static uint8_t
langs_of(const struct term *term)
{
	static const enum vocab_lang neighbours[] = { VOCAB_DA, VOCAB_NB,
		VOCAB_SV };

	uint8_t langs = (uint8_t)(1U << plan_stem_lang(term->lang));
	struct said said;
	size_t i;

	for (i = 0; is_scandinavian(term->lang) &&
	     i < sizeof(neighbours) / sizeof(neighbours[0]);
	     i++)
		if (find(term->plan, neighbours[i], term->text, term->len,
			&said) == 0)
			langs |= (uint8_t)(1U << plan_stem_lang(neighbours[i]));
	return langs;
}

/* Take what the index has of one word; *${reached} counts those looked for inside. */
static enum err
add_term(struct term *term, const struct dictionary_word *word, size_t *reached)
{
	if (word->len > TOKEN_MAX)
		return ERR_NONE;
	memcpy(term->text, word->term, word->len);
	term->text[word->len] = '\0';
	term->lang = word->lang;
	term->len = word->len;
	if (tokens_is_common(term->text))
		return ERR_NONE;
	term->langs = langs_of(term);
	add_there(term, SEARCH_STEM, term->text, term->worth);
	add_there(term, SEARCH_WORD, term->text, term->worth);
	if (term->lang == VOCAB_IS) {
		term->len = vocab_stem(FAMILY_IS, term->text, term->len);
		term->text[term->len] = '\0';
	}
	if (term->lang == VOCAB_EN || *reached >= REACHED ||
	    (is_short(term) && term->firsts == NULL))
		return ERR_NONE;
	++*reached;
	return add_longer(term);
}

/* What a word of this weight is worth; ${most} of 256. */
static unsigned
worth_of(const struct dictionary_word *word, unsigned most)
{
	return (WORTH_LEAST + WORTH_MORE * word->weight / 255) * most / 256;
}

/* Add all words; ${firsts} are those of a compound's first part, or NULL. */
static enum err
add_said(struct plan *plan, struct plan_group *group, const struct said *said,
    const struct said *firsts, unsigned most)
{
	struct term term = { .plan = plan, .group = group, .firsts = firsts };
	size_t reached = 0;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < said->count && i < TERMS && err == ERR_NONE; i++) {
		term.worth = worth_of(&said->words[i], most);
		err = add_term(&term, &said->words[i], &reached);
	}
	return err;
}

/* ---- what they mean ---- */

/* Concepts, what speaks for each, and in which languages. */
struct ballot {
	uint16_t concepts[BALLOTS];
	unsigned votes[BALLOTS];
	uint8_t langs[BALLOTS];
	size_t count;
};

static void
vote(
    struct ballot *ballot, uint16_t concept, const struct dictionary_word *word)
{
	size_t i;

	for (i = 0; i < ballot->count && ballot->concepts[i] != concept;)
		i++;
	if (i == BALLOTS)
		return;
	if (i == ballot->count) {
		ballot->concepts[i] = concept;
		ballot->votes[i] = 0;
		ballot->langs[i] = 0;
		ballot->count++;
	}
	ballot->votes[i] += word->weight;
	ballot->langs[i] |= (uint8_t)(1U << plan_stem_lang(word->lang));
}

/* Whether words of several languages speak for a concept. */
static bool
is_agreed(const struct ballot *ballot, size_t i)
{
	return ballot->votes[i] >= VOTES &&
	    (ballot->langs[i] & (ballot->langs[i] - 1)) != 0;
}

/* Add the concept that most of the words are labels of. */
static void
add_bridge(struct plan *plan, struct plan_group *group, const struct said *said,
    unsigned most)
{
	const struct dictionary_word *word;
	struct ballot ballot = { .count = 0 };
	uint16_t concepts[4];
	size_t count;
	size_t best = 0;
	size_t i;
	size_t k;

	for (i = 0; i < said->count; i++) {
		word = &said->words[i];
		count = lexicon_meant(plan->lexicon, word->lang, word->term,
		    word->len, concepts, 4);
		for (k = 0; k < count; k++)
			vote(&ballot, concepts[k], word);
	}
	for (i = 1; i < ballot.count; i++)
		if (ballot.votes[i] > ballot.votes[best])
			best = i;
	if (ballot.count == 0 || !is_agreed(&ballot, best) ||
	    group->nconcepts > 0)
		return;
	plan_concept(
	    plan, group, ballot.concepts[best], WORTH_BRIDGE * most / 256);
	group->foreign = true;
}

/* ---- compounds ---- */

/* A compound of two words that the dictionary has. */
struct halves {
	struct said first;
	struct said last;
};

/* Letters that join parts, or are lost with a stem. */
static bool
is_joint(char c)
{
	return strchr("aeiouysn", c) != NULL;
}

/*
 * Icelandic first parts stand in the genitive: matar of matur, vinnu of vinna,
 * laeknis of laeknir.  Most regular ones are undone, the longest ending first.
 */
static bool
find_genitive(const struct plan *plan, const char *word, size_t len,
    struct said *ret_said)
{
	static const char *const pairs[][2] = { { "ar", "ur" }, { "ar", "" },
		{ "ar", "i" }, { "na", "a" }, { "is", "ir" }, { "s", "" },
		{ "s", "ur" }, { "s", "i" }, { "u", "a" }, { "a", "i" },
		{ "a", "" }, { "a", "ur" }, { "a", "ir" }, { "ja", "i" } };
	char base[TOKEN_MAX + 1];
	size_t cut;
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		cut = strlen(pairs[i][0]);
		if (len < HALF_MIN + cut - 1 || len + 1 > TOKEN_MAX ||
		    memcmp(word + len - cut, pairs[i][0], cut) != 0)
			continue;
		(void)snprintf(base, sizeof(base), "%.*s%s", (int)(len - cut),
		    word, pairs[i][1]);
		if (find(plan, VOCAB_IS, base, strlen(base), ret_said) > 0)
			return true;
	}
	return false;
}

/* Find the first part: all that stands before ${at}, or a little less. */
static bool
find_first(const struct plan *plan, enum vocab_lang lang, const char *word,
    size_t at, struct said *ret_said)
{
	size_t less;

	if (lang == VOCAB_IS && at >= HALF_MIN &&
	    find(plan, lang, word, at, ret_said) == 0 &&
	    find_genitive(plan, word, at, ret_said))
		return true;
	for (less = 0; less <= 2 && at >= HALF_MIN + less; less++) {
		if (less > 0 && !is_joint(word[at - less]))
			return false;
		if (find(plan, lang, word, at - less, ret_said) > 0)
			return true;
	}
	return false;
}

/* Take a compound of ${lang} apart, the last part as long as can be. */
static bool
find_halves(const struct plan *plan, enum vocab_lang lang, const char *word,
    struct halves *ret_halves)
{
	size_t len = strlen(word);
	size_t at;

	for (at = HALF_MIN; at + HALF_MIN <= len; at++)
		if (find(plan, lang, word + at, len - at, &ret_halves->last) >
			0 &&
		    find_first(plan, lang, word, at, &ret_halves->first))
			return true;
	/* Icelandic has no stemmer: the last part is taken for a form. */
	for (at = HALF_MIN; lang == VOCAB_IS && at + LAST_MIN <= len; at++)
		if (find_form(plan, lang, word + at, len - at,
			&ret_halves->last) > 0 &&
		    find_first(plan, lang, word, at, &ret_halves->first))
			return true;
	return false;
}

/* Add what the parts of a compound are called, together and alone. */
static enum err
add_halves(struct plan *plan, struct plan_group *group, enum vocab_lang lang,
    const struct item *item)
{
	struct halves halves;
	struct token token;
	enum err err;

	err = tokens_forms(plan->tokens, item->typed, strlen(item->typed),
	    plan_stem_lang(lang), &token);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	/* A long word may lose more with its endings than its last part does. */
	if (!find_halves(plan, lang, token.stem, &halves) &&
	    !find_halves(plan, lang, token.folded, &halves))
		return ERR_NONE;
	err = add_said(plan, group, &halves.last, &halves.first, SHARE_LAST);
	if (err == ERR_NONE)
		err = add_said(plan, group, &halves.first, NULL, SHARE_FIRST);
	return err;
}

/* ---- the group ---- */

/* Add what a word is called elsewhere if it is one of ${lang}. */
static enum err
add_of(struct plan *plan, struct plan_group *group, const char *word,
    enum vocab_lang lang, unsigned most, bool *ret_found)
{
	struct said said;
	enum err err;

	err = look_up(plan, lang, word, &said);
	if (err != ERR_NONE || said.count == 0)
		return err;
	*ret_found = true;
	err = add_said(plan, group, &said, NULL, most);
	add_bridge(plan, group, &said, most);
	return err;
}

static bool
is_word(const struct plan *plan, const struct item *item)
{
	return plan->dictionary != NULL && strlen(item->folded) >= WHOLE_MIN &&
	    !tokens_is_common(item->folded);
}

enum err
plan_dictionary(struct plan *plan, struct plan_group *group,
    const struct item *item, bool *ret_known)
{
	int lang;
	enum err err = ERR_NONE;

	*ret_known = false;
	if (!is_word(plan, item))
		return ERR_NONE;
	err = find_tongues(plan);
	for (lang = 0; lang < VOCAB_LANGS && err == ERR_NONE; lang++)
		if ((plan->tongues >> lang & 1) != 0)
			err = add_of(plan, group, item->typed,
			    (enum vocab_lang)lang, 256, ret_known);
	for (lang = 0; lang < VOCAB_LANGS && err == ERR_NONE && !*ret_known;
	     lang++)
		if ((plan->tongues >> lang & 1) == 0)
			err = add_of(plan, group, item->typed,
			    (enum vocab_lang)lang, SHARE_OTHER, ret_known);
	return err;
}

enum err
plan_dictionary_spelt(struct plan *plan, struct plan_group *group,
    const char *folded, uint8_t langs)
{
	bool found = false;
	int lang;
	enum err err = ERR_NONE;

	for (lang = 0; lang < VOCAB_LANGS && plan->dictionary != NULL &&
	     err == ERR_NONE && !found;
	     lang++)
		if (plan_stem_lang((enum vocab_lang)lang) != STEM_NONE &&
		    (langs >> plan_stem_lang((enum vocab_lang)lang) & 1) != 0)
			err = add_of(plan, group, folded, (enum vocab_lang)lang,
			    SHARE_OTHER, &found);
	return err;
}

enum err
plan_dictionary_parts(
    struct plan *plan, struct plan_group *group, const struct item *item)
{
	int lang;
	enum err err = ERR_NONE;

	if (!is_word(plan, item))
		return ERR_NONE;
	err = find_tongues(plan);
	for (lang = 0; lang < VOCAB_LANGS && err == ERR_NONE; lang++)
		if ((plan->tongues >> lang & 1) != 0)
			err = add_halves(
			    plan, group, (enum vocab_lang)lang, item);
	return err;
}
