#include "daemon/plan_internal.h"

#include <stdio.h>
#include <string.h>

#define CLOSE 24 /* concepts near to one */

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
		plan_way(group, SEARCH_CONCEPT,
		    vocab_id(plan->concepts, linked[i]), worth, PLAN_NEAR);
}

void
plan_concept(
    struct plan *plan, struct plan_group *group, size_t concept, unsigned most)
{
	uint16_t below[CLOSE];
	size_t instead;
	size_t count;
	size_t i;

	if (vocab_replaced(plan->concepts, concept, &instead))
	concept = instead;
	plan_way(group, SEARCH_CONCEPT, vocab_id(plan->concepts, concept),
	    WORTH_CONCEPT * most / 256, PLAN_CONCEPT);
	count = vocab_narrower(plan->concepts, concept, below, CLOSE);
	for (i = 0; i < count; i++)
		plan_way(group, SEARCH_CONCEPT,
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

void
plan_friends(struct plan *plan, struct plan_group *group, const char *folded)
{
	uint8_t elsewhere = 0;
	struct search_way *way;
	int lang;
	size_t i;

	if (group->nconcepts == 0)
		return;
	for (lang = 0; lang < VOCAB_LANGS; lang++)
		if (plan_stem_lang((enum vocab_lang)lang) != STEM_NONE &&
		    means_else(plan, group, folded, (enum vocab_lang)lang))
			elsewhere |= (uint8_t)(1U
			    << plan_stem_lang((enum vocab_lang)lang));
	for (i = 0; i < group->group.count; i++) {
		way = &group->group.ways[i];
		/* What is made from a false friend is none better. */
		if (way->mark == PLAN_WORD ||
		    (way->mark == PLAN_PART &&
			strncmp(way->text, folded, strlen(folded)) == 0))
			way->elsewhere = elsewhere;
	}
}

/* ---- guesses ---- */

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
			plan_concept(
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

enum err
plan_guess(struct plan *plan, struct plan_group *group, const char *folded)
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
		return plan_forms(plan, group, found, WORTH_GUESS, PLAN_GUESS);
	}
	if (err != ERR_NOENT)
		return err;
	if (plan->concepts != NULL &&
	    vocab_near(plan->concepts, folded, plan->lang, near, 1) == 1 &&
	    begins_alike(plan, &near[0], folded)) {
		(void)snprintf(group->guess, PLAN_TEXT, "%s",
		    vocab_label(plan->concepts, near[0].concept, near[0].label)
			->text);
		plan_concept(plan, group, near[0].concept, WORTH_GUESS);
	}
	return ERR_NONE;
}
