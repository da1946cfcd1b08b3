#include "daemon/plan_internal.h"

#include <stdio.h>
#include <string.h>

#include "proto/vocab_stem.h"

#define PART_LOOKS  160 /* other words looked at for one */
#define PART_WAYS   32  /* of them taken */
#define PREFIX_WAYS 64
#define SPLIT_MIN   8 /* bytes of a word that is taken apart */
#define SPLIT_PART  4 /* bytes of each of its parts */
#define ENDING_MAX  4 /* bytes of an ending */

/* ---- one way ---- */

struct search_way *
plan_way(struct plan_group *group, enum search_term kind, const char *text,
    unsigned worth, enum plan_mark mark)
{
	struct search_group *into = &group->group;
	struct search_way *way;
	size_t i;

	if (*text == '\0' || worth == 0)
		return NULL;
	for (i = 0; i < into->count; i++) {
		way = &into->ways[i];
		if (way->kind != kind || strcmp(way->text, text) != 0)
			continue;
		if (way->weight < worth)
			way->weight = (uint16_t)worth;
		return way;
	}
	if (into->count == SEARCH_WAYS)
		return NULL;
	way = &into->ways[into->count++];
	memset(way, 0, sizeof(*way));
	way->kind = kind;
	way->weight = (uint16_t)worth;
	way->mark = (uint8_t)mark;
	(void)snprintf(way->text, sizeof(way->text), "%s", text);
	return way;
}

void
plan_way_in(struct plan_group *group, enum search_term kind, const char *text,
    unsigned worth, enum plan_mark mark, uint8_t langs)
{
	size_t before = group->group.count;
	struct search_way *way = plan_way(group, kind, text, worth, mark);

	if (way == NULL)
		return;
	if (group->group.count > before)
		way->elsewhere = (uint8_t)~langs;
	else
		way->elsewhere &= (uint8_t)~langs;
}

enum stem_lang
plan_stem_lang(enum vocab_lang lang)
{
	return lang == VOCAB_ANY ? STEM_NONE : stem_lang(vocab_lang_code(lang));
}

bool
plan_is_stump(const struct token *token)
{
	return token->stem[0] != '\0' &&
	    2 * strlen(token->stem) <= strlen(token->folded);
}

enum err
plan_forms(struct plan *plan, struct plan_group *group, const char *word,
    unsigned most, enum plan_mark mark)
{
	enum stem_lang own = plan_stem_lang(plan->lang);
	struct token all[STEM_LANGS];
	const struct token *token;
	int lang;
	enum err err;

	err = tokens_in_all(plan->tokens, word, strlen(word), all);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	for (lang = STEM_NONE; lang < STEM_LANGS; lang++) {
		token = &all[lang];
		if ((enum stem_lang)lang != own && plan_is_stump(token))
			continue;
		plan_way(group, SEARCH_EXACT, token->exact,
		    WORTH_EXACT * most / 256, mark);
		plan_way(group, SEARCH_WORD, token->folded,
		    (token->exact[0] == '\0' ? WORTH_EXACT : WORTH_WORD) *
			most / 256,
		    mark);
		plan_way(group, SEARCH_STEM, token->stem,
		    ((enum stem_lang)lang == own ? WORTH_STEM : WORTH_OTHER) *
			most / 256,
		    mark);
		/* A word that is its own stem is found by that too. */
		if (token->stem[0] == '\0')
			plan_way(group, SEARCH_STEM, token->folded,
			    WORTH_OTHER * most / 256, mark);
		else
			plan_way(group, SEARCH_WORD, token->stem,
			    WORTH_OTHER * most / 256, mark);
	}
	return ERR_NONE;
}

/* ---- words that hold it, and of which it is made ---- */

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
		plan_way(
		    parts->group, SEARCH_WORD, text, WORTH_WORD, PLAN_WORD);
	else if (rest > 0)
		plan_way(parts->group, SEARCH_WORD, text,
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
		plan_way(parts->group, SEARCH_WORD, word,
		    rest <= ENDING_MAX ? WORTH_INSIDE : WORTH_MIDDLE,
		    PLAN_PART);
	return ++parts->count < parts->max;
}

/* The shortest that endings of grammar leave of a word, but not too little. */
static void
cut_ending(struct plan *plan, const char *folded, char out[TOKEN_MAX + 1])
{
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
		    vocab_family_of((enum vocab_lang)lang), folded, len);
		if (cut >= PLAN_PART_MIN && cut < least)
			least = cut;
	}
	memcpy(out, folded, least);
	out[least] = '\0';
}

enum err
plan_beginning(struct plan *plan, struct plan_group *group, const char *folded)
{
	struct parts parts = {
		.group = group,
		.len = strlen(folded),
		.prefix = true,
		.max = PREFIX_WAYS,
	};

	return search_starting(
	    plan->search, SEARCH_WORD, folded, add_longer, &parts, PREFIX_WAYS);
}

enum err
plan_parts(struct plan *plan, struct plan_group *group, const char *folded)
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
	if (parts.len < PLAN_PART_MIN)
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

const char *
plan_halves(
    struct plan *plan, const char *folded, char ret_first[TOKEN_MAX + 1])
{
	size_t len = strlen(folded);
	size_t at;
	size_t first;

	if (len < SPLIT_MIN)
		return NULL;
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
		memcpy(ret_first, folded, first);
		ret_first[first] = '\0';
		return folded + at;
	}
	return NULL;
}

void
plan_split(struct plan *plan, struct plan_group *group, const char *folded)
{
	char first[TOKEN_MAX + 1];
	const char *head = plan_halves(plan, folded, first);

	if (head == NULL)
		return;
	(void)plan_way(group, SEARCH_WORD, head, WORTH_HEAD, PLAN_PART);
	(void)plan_way(group, SEARCH_STEM, head, WORTH_HEAD, PLAN_PART);
	(void)plan_way(group, SEARCH_WORD, first, WORTH_FIRST, PLAN_PART);
	(void)plan_way(group, SEARCH_STEM, first, WORTH_FIRST, PLAN_PART);
}

bool
plan_finds(struct plan *plan, const struct plan_group *group)
{
	size_t i;

	for (i = 0; i < group->group.count; i++)
		if (search_count(plan->search, group->group.ways[i].kind,
			group->group.ways[i].text) > 0)
			return true;
	return false;
}
