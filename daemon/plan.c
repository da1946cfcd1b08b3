#include "daemon/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "proto/vocab_stem.h"
#include "daemon/cognate.h"
#include "daemon/lexicon.h"
#include "daemon/tokens.h"

#define ITEMS       64 /* words that are looked at */
#define MATCHES     64 /* labels found in them */
#define CLOSE       24 /* concepts near to one */
#define WITHOUT     96 /* terms of words that must not be there */
#define PART_MIN    5  /* bytes of a word that is looked for inside of others */
#define PART_LOOKS  160 /* other words looked at for one */
#define PART_WAYS   32  /* of them taken */
#define PREFIX_WAYS 64
#define SPLIT_MIN   8 /* bytes of a word that is taken apart */
#define SPLIT_PART  4 /* bytes of each of its parts */
#define ENDING_MAX  4 /* bytes of an ending */

/* What a way is worth, of 256. */
#define WORTH_EXACT   256
#define WORTH_WORD    240
#define WORTH_STEM    215
#define WORTH_OTHER   190 /* stem of another language than the reader's */
#define WORTH_CONCEPT 200
#define WORTH_NARROW  150
#define WORTH_CLOSE   110
#define WORTH_BROAD   48 /* what is above it */
#define WORTH_RELATED 36
#define WORTH_OF_MANY \
	110 /* one of several words that mean something together */
#define WORTH_INFLECT 150
#define WORTH_INSIDE  110
#define WORTH_BEGIN   100
#define WORTH_MIDDLE  70
#define WORTH_HEAD    110 /* the last part of a word that was taken apart */
#define WORTH_FIRST   60  /* the first */
#define WORTH_GUESS   180
#define WORTH_COGNATE 150 /* as a neighbour spells it */

#define PLAIN 150 /* of 256: what a word weighs that the vocabulary lacks */
#define NEAR_ONLY \
	200 /* of 256: what a word weighs if only what is near to it is there */
#define LIGHT 48 /* of 256: what a word weighs that many questions have */

/* A word that was typed. */
struct item {
	char typed[PLAN_TEXT];
	char folded[TOKEN_MAX + 1];
	bool without;
	bool prefix;
	bool phrase;   /* of a quotation: taken as it is */
	bool used;     /* of a facet, or of another group */
	bool light;    /* says little about what is asked for */
	size_t number; /* 1 + the value that it is a number of; 0 = none */
};

struct plan {
	struct search *search;
	const struct vocab *concepts;
	const struct vocab *values;
	enum vocab_lang lang;
	struct tokens *tokens;
	const char *typed; /* all of it, while it is read */
	struct item items[ITEMS];
	size_t nitems;
	struct plan_group groups[SEARCH_GROUPS];
	size_t ngroups;
	char *phrases[PLAN_PHRASES];
	size_t nphrases;
	struct search_way without[WITHOUT];
	size_t nwithout;
	char facets[PLAN_FACETS][PLAN_TEXT];
	size_t nfacets;
	char left[PLAN_LEFT][PLAN_TEXT];
	size_t nleft;
};

/* ---- reading ---- */

/* Note a word that is not looked for. */
static void
leave_out(struct plan *plan, const char *word, const char *why)
{
	size_t kept = text_cut(word, 40);

	if (plan->nleft < PLAN_LEFT)
		(void)snprintf(plan->left[plan->nleft++], PLAN_TEXT, "%.*s: %s",
		    (int)kept, word, why);
}

/* Copy a text for people, no character cut apart. */
static void
copy_typed(char out[PLAN_TEXT], const char *text, size_t len)
{
	if (len > PLAN_TEXT - 1)
		for (len = PLAN_TEXT - 1;
		     len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	memcpy(out, text, len);
	out[len] = '\0';
}

/* Take one word; ${like} says how it was typed. */
static enum err
take_item(
    struct plan *plan, const char *word, size_t len, const struct item *like)
{
	struct item *item;
	struct token token;
	enum err err;

	err = tokens_forms(plan->tokens, word, len, STEM_NONE, &token);
	/* One digit is no word, but has words in all languages. */
	if (err == ERR_NOENT && len == 1 && *word >= '2' && *word <= '9' &&
	    !like->phrase && !like->without) {
		token = (struct token){ .folded = { *word } };
		err = ERR_NONE;
	}
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (plan->nitems == ITEMS)
		return ERR_NONE;
	item = &plan->items[plan->nitems++];
	*item = *like;
	copy_typed(item->typed, word, len);
	memcpy(item->folded, token.folded, sizeof(item->folded));
	return ERR_NONE;
}

/* Whether a section sign stands before ${text}. */
static bool
is_section(const struct plan *plan, const char *text)
{
	while (text > plan->typed && text[-1] == ' ')
		text--;
	return text - plan->typed >= 2 && memcmp(text - 2, "\xc2\xa7", 2) == 0;
}

/* Take the words of ${text} up to ${end}. */
static enum err
take_words(struct plan *plan, const char *text, const char *end,
    const struct item *like)
{
	struct item one = *like;
	size_t len;
	enum err err;

	for (text = tokens_next(text, &len); len > 0 && text < end;
	     text = tokens_next(text + len, &len)) {
		if (text + len > end)
			len = (size_t)(end - text);
		if (len == 1 && is_section(plan, text))
			continue;
		one.prefix = text[len] == '*' && text + len < end;
		if ((err = take_item(plan, text, len, &one)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Keep a quotation as folded words. */
static enum err
take_phrase(struct plan *plan, size_t first)
{
	char phrase[ITEMS * (TOKEN_MAX + 1)] = "";
	size_t len = 0;
	size_t i;

	for (i = first; i < plan->nitems; i++)
		len += (size_t)snprintf(phrase + len, sizeof(phrase) - len,
		    "%s%s", i > first ? " " : "", plan->items[i].folded);
	if (plan->nitems - first < 2 || plan->nphrases == PLAN_PHRASES)
		return ERR_NONE;
	plan->phrases[plan->nphrases] = strdup(phrase);
	return plan->phrases[plan->nphrases++] == NULL ? ERR_NOMEM : ERR_NONE;
}

/* Take one piece: a quotation, or what stands between blanks. */
static enum err
take_piece(struct plan *plan, const char *text, const char *end, bool quoted)
{
	struct item like = { .phrase = quoted };
	size_t first = plan->nitems;
	enum err err;

	if (!quoted && *text == '-' && text + 1 < end && text[1] != '-') {
		like.without = true;
		text++;
	}
	if ((err = take_words(plan, text, end, &like)) != ERR_NONE)
		return err;
	return quoted ? take_phrase(plan, first) : ERR_NONE;
}

/* Read all that was typed. */
static enum err
read_text(struct plan *plan, const char *text)
{
	const char *end;
	bool quoted;
	enum err err;

	while (*text != '\0') {
		if ((unsigned char)*text <= ' ') {
			text++;
			continue;
		}
		quoted = *text == '"';
		text += quoted;
		end = text;
		while (*end != '\0' &&
		    (quoted ? *end != '"' : (unsigned char)*end > ' ') &&
		    (quoted || *end != '"'))
			end++;
		if ((err = take_piece(plan, text, end, quoted)) != ERR_NONE)
			return err;
		text = quoted && *end == '"' ? end + 1 : end;
	}
	return ERR_NONE;
}

/* Join the words as a shell hands them over: one with blanks is a phrase. */
static enum err
read_typed(struct plan *plan, char *const *words, size_t count)
{
	char *text = calloc(1, PLAN_BYTES + 3);
	size_t len = 0;
	size_t more;
	size_t i;
	enum err err;

	if (text == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		more = strlen(words[i]);
		if (!text_valid(words[i], more)) {
			leave_out(plan, "?", "is not UTF-8");
			continue;
		}
		if (len + more + 1 > PLAN_BYTES) {
			leave_out(plan, words[i], "too much was typed");
			break;
		}
		memcpy(text + len, words[i], more);
		len += more;
		text[len++] = ' ';
	}
	plan->typed = text;
	err = read_text(plan, text);
	plan->typed = NULL;
	free(text);
	return err;
}

/* ---- ways ---- */

/* Add a way to a group, or better one that it has. */
static void
add_way(struct plan_group *group, enum search_term kind, const char *text,
    unsigned worth, enum plan_mark mark)
{
	struct search_group *into = &group->group;
	struct search_way *way;
	size_t i;

	if (*text == '\0' || worth == 0)
		return;
	for (i = 0; i < into->count; i++) {
		way = &into->ways[i];
		if (way->kind != kind || strcmp(way->text, text) != 0)
			continue;
		if (way->weight < worth)
			way->weight = (uint16_t)worth;
		return;
	}
	if (into->count == SEARCH_WAYS)
		return;
	way = &into->ways[into->count++];
	memset(way, 0, sizeof(*way));
	way->kind = kind;
	way->weight = (uint16_t)worth;
	way->mark = (uint8_t)mark;
	(void)snprintf(way->text, sizeof(way->text), "%s", text);
}

static enum stem_lang
stem_of(enum vocab_lang lang)
{
	return lang == VOCAB_ANY ? STEM_NONE : stem_lang(vocab_lang_code(lang));
}

/* Whether another language's grammar leaves too little of a word to mean it. */
static bool
is_stump(const struct token *token)
{
	return token->stem[0] != '\0' &&
	    2 * strlen(token->stem) <= strlen(token->folded);
}

/* Add the forms of a word in all languages; ${most} is what the best is worth. */
static enum err
add_forms(struct plan *plan, struct plan_group *group, const char *word,
    unsigned most, enum plan_mark mark)
{
	enum stem_lang own = stem_of(plan->lang);
	struct token token;
	int lang;
	enum err err;

	for (lang = STEM_NONE; lang < STEM_LANGS; lang++) {
		err = tokens_forms(plan->tokens, word, strlen(word),
		    (enum stem_lang)lang, &token);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		if ((enum stem_lang)lang != own && is_stump(&token))
			continue;
		add_way(group, SEARCH_EXACT, token.exact,
		    WORTH_EXACT * most / 256, mark);
		add_way(group, SEARCH_WORD, token.folded,
		    (token.exact[0] == '\0' ? WORTH_EXACT : WORTH_WORD) * most /
			256,
		    mark);
		add_way(group, SEARCH_STEM, token.stem,
		    ((enum stem_lang)lang == own ? WORTH_STEM : WORTH_OTHER) *
			most / 256,
		    mark);
		/* A word that is its own stem is found by that too. */
		if (token.stem[0] == '\0')
			add_way(group, SEARCH_STEM, token.folded,
			    WORTH_OTHER * most / 256, mark);
		else
			add_way(group, SEARCH_WORD, token.stem,
			    WORTH_OTHER * most / 256, mark);
	}
	return ERR_NONE;
}

/* Words of the index that hold another, while they are gathered. */
struct parts {
	struct plan *plan;
	struct plan_group *group;
	const char *word;
	size_t len;
	size_t count;
	size_t max;
	bool prefix; /* typed with a star */
};

static bool
add_longer(void *context, const char *text, uint32_t docs)
{
	struct parts *parts = context;
	size_t rest = strlen(text) - parts->len;

	(void)docs;
	if (parts->prefix)
		add_way(parts->group, SEARCH_WORD, text, WORTH_WORD, PLAN_WORD);
	else if (rest > 0)
		add_way(parts->group, SEARCH_WORD, text,
		    rest <= ENDING_MAX ? WORTH_INFLECT : WORTH_BEGIN,
		    rest <= ENDING_MAX ? PLAN_WORD : PLAN_PART);
	return ++parts->count < parts->max;
}

/* Short Swedish endings are those of its neighbours, or end foreign words: -on. */
static bool
is_ending(const struct plan *plan, const char *text, size_t len)
{
	return vocab_is_ending(FAMILY_DA, text, len) ||
	    vocab_is_ending(FAMILY_NO, text, len) ||
	    (len > 2 && text[len - 1] != 'n' &&
		vocab_is_ending(FAMILY_SV, text, len)) ||
	    (plan->lang == VOCAB_FI && vocab_is_ending(FAMILY_FI, text, len)) ||
	    (plan->lang == VOCAB_IS && vocab_is_ending(FAMILY_IS, text, len));
}

/*
 * Whether the few letters that follow a part of a word are an ending, alone or
 * with the last vowel: "pleje" in "hjemmeplejen".
 */
static bool
may_end(const struct plan *plan, const char *text, size_t len)
{
	return len == 0 || is_ending(plan, text, len) ||
	    is_ending(plan, text - 1, len + 1);
}

/* "integration" holds no "grati(s)": what is left over is no ending. */
static bool
add_holding(void *context, const char *word, size_t at)
{
	struct parts *parts = context;
	size_t rest = strlen(word) - at - parts->len;

	if (strlen(word) <= TOKEN_MAX &&
	    (rest > ENDING_MAX ||
		may_end(parts->plan, word + at + parts->len, rest)))
		add_way(parts->group, SEARCH_WORD, word,
		    rest <= ENDING_MAX ? WORTH_INSIDE : WORTH_MIDDLE,
		    PLAN_PART);
	return ++parts->count < parts->max;
}

/* The shortest that endings of grammar leave of a word, but not too little. */
static void
cut_ending(struct plan *plan, const char *folded, char out[TOKEN_MAX + 1])
{
	static const int families[VOCAB_LANGS] = {
		[VOCAB_EN] = FAMILY_EN,
		[VOCAB_DA] = FAMILY_DA,
		[VOCAB_NB] = FAMILY_NO,
		[VOCAB_NN] = FAMILY_NO,
		[VOCAB_SV] = FAMILY_SV,
		[VOCAB_FI] = FAMILY_FI,
		[VOCAB_IS] = FAMILY_IS,
	};
	size_t len = strlen(folded);
	size_t least = len;
	size_t cut;
	int lang;

	for (lang = VOCAB_EN; lang < VOCAB_LANGS; lang++) {
		/* Who reads Finnish may type Danish; who reads none, a Nordic
		 * word that ends as most do. */
		if (plan->lang != VOCAB_ANY ?
			(int)plan->lang != lang && lang != VOCAB_DA :
			lang == VOCAB_FI || lang == VOCAB_IS)
			continue;
		cut = vocab_stem(
		    (enum vocab_family)families[lang], folded, len);
		if (cut >= PART_MIN && cut < least)
			least = cut;
	}
	memcpy(out, folded, least);
	out[least] = '\0';
}

/* Add the words of the index that begin with the word, or hold it. */
static enum err
add_parts(struct plan *plan, struct plan_group *group, const char *folded)
{
	char part[TOKEN_MAX + 1];
	struct parts parts = {
		.plan = plan,
		.group = group,
		.word = part,
		.max = PART_WAYS,
	};
	enum err err;

	cut_ending(plan, folded, part);
	parts.len = strlen(part);
	if (parts.len < PART_MIN)
		return ERR_NONE;
	err = search_starting(
	    plan->search, SEARCH_WORD, part, add_longer, &parts, PART_LOOKS);
	parts.count = 0;
	if (err == ERR_NONE)
		err = search_within(
		    plan->search, part, add_holding, &parts, PART_LOOKS);
	return err;
}

/* Whether the index has a word. */
static bool
is_there(struct plan *plan, const char *text, size_t len)
{
	char word[TOKEN_MAX + 1];

	if (len > TOKEN_MAX)
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	return search_count(plan->search, SEARCH_WORD, word) > 0 ||
	    search_count(plan->search, SEARCH_STEM, word) > 0;
}

/* Take a compound apart whose parts the index has: skole + udvikling. */
static void
add_split(struct plan *plan, struct plan_group *group, const char *folded)
{
	char part[TOKEN_MAX + 1];
	size_t len = strlen(folded);
	size_t at;
	size_t first;

	if (len < SPLIT_MIN)
		return;
	for (at = len - SPLIT_PART; at >= SPLIT_PART; at--) {
		first = at;
		if (!is_there(plan, folded + at, len - at))
			continue;
		if (!is_there(plan, folded, first) &&
		    (first <= SPLIT_PART ||
			(folded[first - 1] != 's' &&
			    folded[first - 1] != 'e') ||
			!is_there(plan, folded, --first)))
			continue;
		add_way(group, SEARCH_WORD, folded + at, WORTH_HEAD, PLAN_PART);
		add_way(group, SEARCH_STEM, folded + at, WORTH_HEAD, PLAN_PART);
		memcpy(part, folded, first);
		part[first] = '\0';
		add_way(group, SEARCH_WORD, part, WORTH_FIRST, PLAN_PART);
		add_way(group, SEARCH_STEM, part, WORTH_FIRST, PLAN_PART);
		return;
	}
}

/* ---- concepts ---- */

/* Add the concepts that a link leads to. */
static void
add_linked(struct plan *plan, struct plan_group *group, size_t concept,
    enum vocab_link link, unsigned worth)
{
	const uint16_t *linked;
	size_t count;
	size_t i;

	linked = vocab_linked(plan->concepts, concept, link, &count);
	for (i = 0; i < count; i++)
		add_way(group, SEARCH_CONCEPT,
		    vocab_id(plan->concepts, linked[i]), worth, PLAN_NEAR);
}

/* Add a concept and what is near to it. */
static void
add_concept(
    struct plan *plan, struct plan_group *group, size_t concept, unsigned most)
{
	uint16_t below[CLOSE];
	size_t instead;
	size_t count;
	size_t i;

	if (vocab_replaced(plan->concepts, concept, &instead))
	concept = instead;
	add_way(group, SEARCH_CONCEPT, vocab_id(plan->concepts, concept),
	    WORTH_CONCEPT * most / 256, PLAN_CONCEPT);
	count = vocab_narrower(plan->concepts, concept, below, CLOSE);
	for (i = 0; i < count; i++)
		add_way(group, SEARCH_CONCEPT,
		    vocab_id(plan->concepts, below[i]),
		    WORTH_NARROW * most / 256, PLAN_NEAR);
	add_linked(plan, group, concept, VOCAB_CLOSE, WORTH_CLOSE * most / 256);
	add_linked(
	    plan, group, concept, VOCAB_BROADER, WORTH_BROAD * most / 256);
	add_linked(
	    plan, group, concept, VOCAB_RELATED, WORTH_RELATED * most / 256);
	for (i = 0; i < group->nconcepts; i++)
		if (group->concepts[i] == concept)
			return;
	if (group->nconcepts <
	    sizeof(group->concepts) / sizeof(group->concepts[0]))
	group->concepts[group->nconcepts++] = (uint16_t) concept;
}

/* Whether the word means none of the group's concepts, but others, in ${lang}. */
static bool
means_else(struct plan *plan, const struct plan_group *group,
    const char *folded, enum vocab_lang lang)
{
	struct vocab_match matches[8];
	const char *const words[1] = { folded };
	bool other = false;
	size_t count;
	size_t i;
	size_t k;

	count = vocab_match(plan->concepts, words, 1, lang, matches, 8);
	for (i = 0; i < count; i++) {
		if (matches[i].lang != lang || matches[i].how > VOCAB_INFLECTED)
			continue;
		other = true;
		for (k = 0; k < group->nconcepts; k++)
			if (group->concepts[k] == matches[i].concept)
				return false;
	}
	return other;
}

/* Mark the languages in which the word is a false friend. */
static void
mark_friends(struct plan *plan, struct plan_group *group, const char *folded)
{
	uint8_t elsewhere = 0;
	struct search_way *way;
	int lang;
	size_t i;

	if (group->nconcepts == 0)
		return;
	for (lang = 0; lang < VOCAB_LANGS; lang++)
		if (stem_of((enum vocab_lang)lang) != STEM_NONE &&
		    means_else(plan, group, folded, (enum vocab_lang)lang))
			elsewhere |= (uint8_t)(1U
			    << stem_of((enum vocab_lang)lang));
	for (i = 0; i < group->group.count; i++) {
		way = &group->group.ways[i];
		/* What is made from a false friend is none better. */
		if (way->mark == PLAN_WORD ||
		    (way->mark == PLAN_PART &&
			strncmp(way->text, folded, strlen(folded)) == 0))
			way->elsewhere = elsewhere;
	}
}

/* ---- groups ---- */

/* A new group of the items ${first}..; NULL if there is no room. */
static struct plan_group *
new_group(struct plan *plan, size_t first, size_t count)
{
	struct plan_group *group;
	char typed[PLAN_TEXT];
	size_t len = 0;
	size_t i;

	if (plan->ngroups == SEARCH_GROUPS) {
		memcpy(typed, plan->items[first].typed, sizeof(typed));
		leave_out(plan, typed, "there are too many words");
		return NULL;
	}
	group = &plan->groups[plan->ngroups];
	group->group.ways = calloc(SEARCH_WAYS, sizeof(struct search_way));
	if (group->group.ways == NULL)
		return NULL;
	group->group.factor = 256;
	for (i = first; i < first + count && plan->items[i].light;)
		i++;
	if (i == first + count)
		group->group.factor = count == 1 ? LIGHT : 2 * LIGHT;
	for (i = first; i < first + count && len < PLAN_TEXT - 1; i++) {
		(void)snprintf(group->typed + len, PLAN_TEXT - len, "%s%.60s",
		    i > first ? " " : "", plan->items[i].typed);
		len = strlen(group->typed);
		plan->items[i].used = true;
	}
	plan->ngroups++;
	return group;
}

/* How many texts any way of the group can find, roughly. */
static bool
finds_something(struct plan *plan, const struct plan_group *group)
{
	size_t i;

	for (i = 0; i < group->group.count; i++)
		if (search_count(plan->search, group->group.ways[i].kind,
			group->group.ways[i].text) > 0)
			return true;
	return false;
}

/* Add what a word that was guessed means. */
static void
add_meanings(struct plan *plan, struct plan_group *group, const char *folded)
{
	struct vocab_match matches[8];
	const char *const words[1] = { folded };
	size_t count;
	size_t i;

	if (plan->concepts == NULL)
		return;
	count = vocab_match(plan->concepts, words, 1, plan->lang, matches, 8);
	for (i = 0; i < count; i++)
		if (matches[i].how <= VOCAB_STEM)
			add_concept(
			    plan, group, matches[i].concept, WORTH_GUESS);
	if (count > 0 && matches[0].how == VOCAB_EXACT)
		(void)snprintf(group->guess, PLAN_TEXT, "%s",
		    vocab_label(
			plan->concepts, matches[0].concept, matches[0].label)
			->text);
}

/* Whether letters may have been folded to these. */
static bool
is_folded(const char *text)
{
	return strstr(text, "ae") != NULL || strstr(text, "oe") != NULL ||
	    strstr(text, "aa") != NULL;
}

/* Who mistypes seldom mistypes the first letter: "fekk" is no "bekk". */
static bool
begins_alike(
    struct plan *plan, const struct vocab_match *match, const char *folded)
{
	struct token token;
	const char *text =
	    vocab_label(plan->concepts, match->concept, match->label)->text;
	size_t len;
	const char *word = tokens_next(text, &len);

	return tokens_forms(plan->tokens, word, len, STEM_NONE, &token) ==
	    ERR_NONE &&
	    token.folded[0] == folded[0];
}

/* Where nothing has a word, look for one that is spelt alike. */
static enum err
add_guess(struct plan *plan, struct plan_group *group, const char *folded)
{
	char found[SEARCH_TERM_MAX + 1];
	struct vocab_match near[1];
	enum err err;

	err = search_similar(plan->search, folded, found);
	if (err == ERR_NONE &&
	    (found[0] != folded[0] || tokens_is_common(found)))
		err = ERR_NOENT;
	if (err == ERR_NONE) {
		/* Nobody writes "ansoegning": what cannot be spelt is not told. */
		if (!is_folded(found))
			(void)snprintf(group->guess, PLAN_TEXT, "%s", found);
		add_meanings(plan, group, found);
		return add_forms(plan, group, found, WORTH_GUESS, PLAN_GUESS);
	}
	if (err != ERR_NOENT)
		return err;
	if (plan->concepts != NULL &&
	    vocab_near(plan->concepts, folded, plan->lang, near, 1) == 1 &&
	    begins_alike(plan, &near[0], folded)) {
		(void)snprintf(group->guess, PLAN_TEXT, "%s",
		    vocab_label(plan->concepts, near[0].concept, near[0].label)
			->text);
		add_concept(plan, group, near[0].concept, WORTH_GUESS);
	}
	return ERR_NONE;
}

/* Add a number in the words of all languages. */
static void
add_number(struct plan *plan, struct plan_group *group, size_t value)
{
	const struct vocab_label *label;
	struct token token;
	size_t i;

	for (i = 0; i < vocab_labels(plan->values, value); i++) {
		label = vocab_label(plan->values, value, i);
		if (tokens_forms(plan->tokens, label->text, strlen(label->text),
			STEM_NONE, &token) == ERR_NONE)
			add_way(group, SEARCH_WORD, token.folded, WORTH_WORD,
			    PLAN_WORD);
	}
}

/* Whether a spelling is another word that people know where the question is from. */
static bool
is_other_word(struct plan *plan, const char *folded)
{
	struct vocab_match matches[8];
	const char *const words[1] = { folded };
	size_t count;
	size_t i;

	if (tokens_is_common(folded))
		return true;
	if (plan->concepts == NULL)
		return false;
	count = vocab_match(plan->concepts, words, 1, plan->lang, matches, 8);
	for (i = 0; i < count; i++)
		if (matches[i].how <= VOCAB_INFLECTED &&
		    stem_of(matches[i].lang) == stem_of(plan->lang))
			return true;
	return false;
}

/* Add a term that one of ${langs} has; elsewhere it may be any other word. */
static void
add_cognate_term(struct plan *plan, struct plan_group *group,
    enum search_term kind, const char *text, uint8_t langs)
{
	size_t before = group->group.count;

	if (*text == '\0' || search_count(plan->search, kind, text) == 0)
		return;
	add_way(group, kind, text, WORTH_COGNATE, PLAN_COGNATE);
	if (group->group.count > before)
		group->group.ways[before].elsewhere = (uint8_t)~langs;
}

/* Add the forms of a spelling that the index has. */
static enum err
add_cognate(
    struct plan *plan, struct plan_group *group, const struct cognate *cognate)
{
	struct token token;
	int lang;
	enum err err;

	for (lang = STEM_DA; lang <= STEM_SV; lang++) {
		if ((cognate->langs & 1U << lang) == 0)
			continue;
		err = tokens_forms(plan->tokens, cognate->word,
		    strlen(cognate->word), (enum stem_lang)lang, &token);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		add_cognate_term(
		    plan, group, SEARCH_WORD, token.folded, cognate->langs);
		if (is_stump(&token))
			continue;
		add_cognate_term(plan, group, SEARCH_STEM,
		    token.stem[0] == '\0' ? token.folded : token.stem,
		    (uint8_t)(1U << lang));
		add_cognate_term(plan, group, SEARCH_WORD, token.stem,
		    (uint8_t)(1U << lang));
	}
	return ERR_NONE;
}

/* Add what the neighbours' spellings of a word find. */
static enum err
add_cognates(struct plan *plan, struct plan_group *group, const char *folded)
{
	struct cognate cognates[COGNATES];
	size_t count = cognate_make(plan->lang, folded, cognates);
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < count && err == ERR_NONE; i++)
		if (!is_other_word(plan, cognates[i].word))
			err = add_cognate(plan, group, &cognates[i]);
	return err;
}

/* Make the group of one word that no label has. */
static enum err
plan_word(struct plan *plan, size_t number)
{
	const struct item *item = &plan->items[number];
	struct plan_group *group = new_group(plan, number, 1);
	struct parts parts = { .prefix = true, .max = PREFIX_WAYS };
	enum err err;

	if (group == NULL)
		return ERR_NONE;
	if (item->prefix) {
		parts.group = group;
		parts.len = strlen(item->folded);
		return search_starting(plan->search, SEARCH_WORD, item->folded,
		    add_longer, &parts, PREFIX_WAYS);
	}
	err = add_forms(plan, group, item->typed, 256, PLAN_WORD);
	if (err != ERR_NONE || item->phrase)
		return err;
	if (item->number > 0) {
		add_number(plan, group, item->number - 1);
		return ERR_NONE;
	}
	err = add_parts(plan, group, item->folded);
	if (err == ERR_NONE && !item->light)
		err = add_cognates(plan, group, item->folded);
	if (err == ERR_NONE &&
	    search_count(plan->search, SEARCH_WORD, item->folded) == 0)
		add_split(plan, group, item->folded);
	if (err == ERR_NONE && !item->light && !finds_something(plan, group))
		err = add_guess(plan, group, item->folded);
	return err;
}

/*
 * What one of several words is worth of which ${concept} was understood: much if
 * it says as much alone.
 */
static unsigned
worth_of(struct plan *plan, const struct item *item, size_t concept)
{
	struct vocab_match matches[8];
	const char *const words[1] = { item->folded };
	size_t count;
	size_t i;

	count = vocab_match(plan->concepts, words, 1, plan->lang, matches, 8);
	for (i = 0; i < count; i++)
		if (matches[i].concept == concept &&
		    matches[i].how <= VOCAB_INFLECTED)
			return 256;
	return item->light || tokens_is_common(item->folded) ? 0 :
							       WORTH_OF_MANY;
}

/*
 * Whether a word that is in all texts is meant as a label of another language, or
 * as an abbreviation typed in small letters: it is not.
 */
static bool
is_by_chance(
    struct plan *plan, const struct item *item, const struct vocab_match *match)
{
	const struct vocab_label *label;

	if (match->count > 1 || match->how == VOCAB_STEM ||
	    (!item->light && !tokens_is_common(item->folded)))
		return false;
	label = vocab_label(plan->concepts, match->concept, match->label);
	return (plan->lang != VOCAB_ANY &&
		   stem_of(plan->lang) != stem_of(match->lang)) ||
	    (label->text[0] >= 'A' && label->text[0] <= 'Z' &&
		strcmp(label->text, item->typed) != 0) ||
	    match->how == VOCAB_PART;
}

/* Make the group of what several words, or one, mean. */
static enum err
plan_meaning(struct plan *plan, const struct vocab_match *matches, size_t count,
    size_t first)
{
	size_t words = matches[0].count;
	struct plan_group *group = new_group(plan, first, words);
	size_t i;
	enum err err = ERR_NONE;

	if (group == NULL)
		return ERR_NONE;
	for (i = 0; i < words && err == ERR_NONE; i++)
		err = add_forms(plan, group, plan->items[first + i].typed,
		    words == 1 ? 256 :
				 worth_of(plan, &plan->items[first + i],
				     matches[0].concept),
		    PLAN_WORD);
	for (i = 0; i < count; i++)
		add_concept(plan, group, matches[i].concept,
		    matches[i].how == VOCAB_PART ? 150 : 256);
	if (err == ERR_NONE && words == 1 && matches[0].how == VOCAB_PART &&
	    search_count(
		plan->search, SEARCH_WORD, plan->items[first].folded) == 0)
		err = add_guess(plan, group, plan->items[first].folded);
	if (err == ERR_NONE && words == 1) {
		err = add_parts(plan, group, plan->items[first].folded);
		mark_friends(plan, group, plan->items[first].folded);
	}
	return err;
}

/* The words that are neither quoted nor marked, in a row. */
struct row {
	const char *words[ITEMS];
	size_t items[ITEMS];
	size_t count;
};

static void
make_row(const struct plan *plan, struct row *row)
{
	size_t i;

	row->count = 0;
	for (i = 0; i < plan->nitems; i++) {
		if (plan->items[i].without || plan->items[i].prefix ||
		    plan->items[i].phrase || plan->items[i].used)
			continue;
		row->words[row->count] = plan->items[i].folded;
		row->items[row->count++] = i;
	}
}

/* Whether the words of a match stand side by side as they were typed. */
static bool
is_together(const struct row *row, const struct vocab_match *match)
{
	return row->items[match->first + match->count - 1] -
	    row->items[match->first] ==
	    (size_t)match->count - 1;
}

/* Whether a value is one by which trials are chosen, not only ranked. */
static bool
is_choice(const char *id)
{
	return strncmp(id, "country.", 8) == 0 ||
	    strncmp(id, "outcome.", 8) == 0 ||
	    strncmp(id, "verdict.", 8) == 0 || strncmp(id, "status.", 7) == 0 ||
	    strncmp(id, "finding.", 8) == 0;
}

/* Note a word that weighs little, or is a number; false if it is neither. */
static bool
note_item(struct item *item, const char *id, size_t value)
{
	if (strcmp(id, "word.light") == 0)
		item->light = true;
	else if (strncmp(id, "number.", 7) == 0)
		item->number = value + 1;
	else
		return false;
	return true;
}

/* Take the words that say a country, a result or a state. */
static void
plan_values(struct plan *plan)
{
	struct vocab_match matches[MATCHES];
	struct row row;
	const char *id;
	char *facet;
	size_t count;
	size_t i;
	size_t k;

	if (plan->values == NULL)
		return;
	make_row(plan, &row);
	count = vocab_match(
	    plan->values, row.words, row.count, plan->lang, matches, MATCHES);
	for (i = 0; i < count; i++) {
		id = vocab_id(plan->values, matches[i].concept);
		if (matches[i].how != VOCAB_PART && matches[i].count == 1 &&
		    note_item(&plan->items[row.items[matches[i].first]], id,
			matches[i].concept))
			continue;
		if (matches[i].how == VOCAB_PART || !is_choice(id) ||
		    !is_together(&row, &matches[i]) ||
		    plan->items[row.items[matches[i].first]].used ||
		    plan->nfacets == PLAN_FACETS)
			continue;
		facet = plan->facets[plan->nfacets++];
		(void)snprintf(facet, PLAN_TEXT, "%s", id);
		*strchr(facet, '.') = ':';
		for (k = 0; k < matches[i].count; k++)
			plan->items[row.items[matches[i].first + k]].used =
			    true;
	}
}

/* Make groups of the words that mean something. */
static enum err
plan_meanings(struct plan *plan)
{
	struct vocab_match matches[MATCHES];
	const struct item *item;
	struct row row;
	size_t count;
	size_t more;
	size_t i;
	enum err err = ERR_NONE;

	if (plan->concepts == NULL)
		return ERR_NONE;
	make_row(plan, &row);
	count = vocab_match(
	    plan->concepts, row.words, row.count, plan->lang, matches, MATCHES);
	for (i = 0; i < count && err == ERR_NONE; i += more) {
		for (more = 1; i + more < count &&
		     matches[i + more].first == matches[i].first &&
		     matches[i + more].count == matches[i].count;)
			more++;
		item = &plan->items[row.items[matches[i].first]];
		if (!is_together(&row, &matches[i]) || item->used ||
		    is_by_chance(plan, item, &matches[i]))
			continue;
		err = plan_meaning(
		    plan, &matches[i], more, row.items[matches[i].first]);
	}
	return err;
}

/* Note the terms of a word, or a beginning, that must not be there. */
static enum err
plan_out(struct plan *plan, const struct item *item)
{
	struct search_way ways[SEARCH_WAYS];
	struct plan_group group = { .group = { .ways = ways } };
	struct parts parts = { .group = &group,
		.len = strlen(item->folded),
		.prefix = true,
		.max = PREFIX_WAYS };
	size_t i;
	enum err err;

	err = item->prefix ?
	    search_starting(plan->search, SEARCH_WORD, item->folded, add_longer,
		&parts, PREFIX_WAYS) :
	    add_forms(plan, &group, item->typed, 256, PLAN_WORD);
	for (i = 0; i < group.group.count && plan->nwithout < WITHOUT; i++)
		if (ways[i].weight >= WORTH_STEM)
			plan->without[plan->nwithout++] = ways[i];
	return err;
}

/* Make groups of the rest; common words only if there is nothing else. */
static enum err
plan_rest(struct plan *plan, bool common)
{
	struct item *item;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < plan->nitems && err == ERR_NONE; i++) {
		item = &plan->items[i];
		if (item->used)
			continue;
		if (item->without) {
			item->used = true;
			err = plan_out(plan, item);
		} else if (common || item->phrase || item->prefix ||
		    !tokens_is_common(item->folded)) {
			err = plan_word(plan, i);
		}
	}
	return err;
}

/* Whether the way is what another group of the question means. */
static bool
is_meant_by_other(const struct plan *plan, const struct plan_group *group,
    const struct search_way *way)
{
	const struct plan_group *other;
	size_t i;
	size_t k;

	for (i = 0; i < plan->ngroups; i++) {
		other = &plan->groups[i];
		for (k = 0; k < other->nconcepts && other != group; k++)
			if (strcmp(vocab_id(plan->concepts, other->concepts[k]),
				way->text) == 0)
				return true;
	}
	return false;
}

/* What one word means is not also near to another: it would count twice. */
static void
drop_doubles(struct plan *plan)
{
	struct search_group *group;
	size_t kept;
	size_t i;
	size_t k;

	for (i = 0; i < plan->ngroups; i++) {
		group = &plan->groups[i].group;
		for (k = kept = 0; k < group->count; k++)
			if (group->ways[k].mark != PLAN_NEAR ||
			    !is_meant_by_other(
				plan, &plan->groups[i], &group->ways[k]))
				group->ways[kept++] = group->ways[k];
		group->count = kept;
	}
}

/*
 * Words that the vocabulary does not know weigh less beside those that it knows:
 * they may be any word of the language.  Names and numbers are not meant.
 */
static void
weigh_groups(struct plan *plan)
{
	struct plan_group *group;
	bool known = false;
	size_t i;

	for (i = 0; i < plan->ngroups; i++)
		known |= plan->groups[i].nconcepts > 0;
	for (i = 0; i < plan->ngroups && known; i++) {
		group = &plan->groups[i];
		if (group->nconcepts == 0 && group->group.factor == 256 &&
		    !(group->typed[0] >= 'A' && group->typed[0] <= 'Z') &&
		    !(group->typed[0] >= '0' && group->typed[0] <= '9'))
			group->group.factor = PLAIN;
	}
}

/* How far what a group asks for is to be found. */
enum presence {
	NOWHERE, /* no text has it */
	NEARBY,  /* some have what is near to it */
	THERE,
};

static enum presence
presence_of(struct plan *plan, const struct plan_group *group)
{
	enum presence presence = NOWHERE;
	const struct search_way *way;
	size_t i;

	for (i = 0; i < group->group.count && presence != THERE; i++) {
		way = &group->group.ways[i];
		if (search_count(plan->search, way->kind, way->text) > 0)
			presence = way->mark == PLAN_NEAR ? NEARBY : THERE;
	}
	return presence;
}

/*
 * What nobody has written about is the rarest of all, but tells no text from
 * another: it is told that it was not found, and the rest of the question ranks.
 * That rest must mean something by itself and be at least half of what was asked:
 * kindergartens are no answer to kindergartens under water with wind power.
 */
static void
weigh_absent(struct plan *plan)
{
	enum presence presence[SEARCH_GROUPS];
	char typed[PLAN_TEXT];
	struct plan_group *group;
	unsigned rest = 0;
	unsigned absent = 0;
	size_t i;

	for (i = 0; i < plan->ngroups; i++) {
		group = &plan->groups[i];
		presence[i] = presence_of(plan, group);
		if (presence[i] == NOWHERE)
			absent += group->group.factor;
		else if (presence[i] == THERE && group->nconcepts > 0 &&
		    group->guess[0] == '\0' && group->group.factor == 256)
			rest += group->group.factor;
	}
	for (i = 0; i < plan->ngroups && rest > 0 && rest >= absent; i++) {
		if (presence[i] == THERE)
			continue;
		if (presence[i] == NEARBY) {
			plan->groups[i].group.factor =
			    plan->groups[i].group.factor * NEAR_ONLY / 256;
			continue;
		}
		plan->groups[i].group.factor = 0;
		memcpy(typed, plan->groups[i].typed, sizeof(typed));
		leave_out(plan, typed, "nothing here has it");
	}
}

/*
 * Beside what trials are chosen by, words that say little and mean nothing are
 * part of the phrase: "rejected applications".
 */
static void
drop_light(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->ngroups; i++)
		if (plan->groups[i].nconcepts > 0 ||
		    plan->groups[i].group.factor != LIGHT)
			return;
	if (plan->nfacets == 0 || plan->nphrases > 0)
		return;
	for (i = 0; i < plan->ngroups; i++)
		free(plan->groups[i].group.ways);
	plan->ngroups = 0;
}

static enum err
make_groups(struct plan *plan)
{
	enum err err;

	plan_values(plan);
	if ((err = plan_meanings(plan)) != ERR_NONE ||
	    (err = plan_rest(plan, false)) != ERR_NONE)
		return err;
	if (plan->ngroups == 0 && plan->nfacets == 0)
		return plan_rest(plan, true);
	drop_doubles(plan);
	drop_light(plan);
	weigh_groups(plan);
	weigh_absent(plan);
	return ERR_NONE;
}

enum err
plan_new(struct search *search, const struct lexicon *lexicon,
    enum vocab_lang lang, char *const *words, size_t count,
    struct plan **ret_plan)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	enum err err;

	if (plan == NULL)
		return ERR_NOMEM;
	plan->search = search;
	plan->concepts = lexicon_concepts(lexicon);
	plan->values = lexicon_values(lexicon);
	plan->lang = lang;
	if ((err = tokens_new(&plan->tokens)) == ERR_NONE &&
	    (err = read_typed(plan, words, count)) == ERR_NONE)
		err = make_groups(plan);
	if (err != ERR_NONE) {
		plan_free(plan);
		return err;
	}
	*ret_plan = plan;
	return ERR_NONE;
}

void
plan_free(struct plan *plan)
{
	size_t i;

	if (plan == NULL)
		return;
	for (i = 0; i < plan->ngroups; i++)
		free(plan->groups[i].group.ways);
	for (i = 0; i < plan->nphrases; i++)
		free(plan->phrases[i]);
	tokens_free(plan->tokens);
	free(plan);
}

const struct plan_group *
plan_groups(const struct plan *plan, size_t *ret_count)
{
	*ret_count = plan->ngroups;
	return plan->groups;
}

const char *
plan_phrase(const struct plan *plan, size_t i)
{
	return i < plan->nphrases ? plan->phrases[i] : NULL;
}

const struct search_way *
plan_without(const struct plan *plan, size_t *ret_count)
{
	*ret_count = plan->nwithout;
	return plan->without;
}

const char *
plan_facet(const struct plan *plan, size_t i)
{
	return i < plan->nfacets ? plan->facets[i] : NULL;
}

const char *
plan_left(const struct plan *plan, size_t i)
{
	return i < plan->nleft ? plan->left[i] : NULL;
}
