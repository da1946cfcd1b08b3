#include "daemon/plan_internal.h"

#include <string.h>

#include "daemon/cognate.h"

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
		    plan_stem_lang(matches[i].lang) ==
			plan_stem_lang(plan->lang))
			return true;
	return false;
}

/* Add a term that one of ${langs} has; elsewhere it may be any other word. */
static void
add_cognate_term(struct plan *plan, struct plan_group *group,
    enum search_term kind, const char *text, unsigned worth, uint8_t langs)
{
	if (*text != '\0' && search_count(plan->search, kind, text) > 0)
		plan_way_in(group, kind, text, worth, PLAN_COGNATE, langs);
}

/* Add the forms of a spelling that the index has. */
static enum err
add_cognate(
    struct plan *plan, struct plan_group *group, const struct cognate *cognate)
{
	struct token token;
	uint8_t one;
	int lang;
	enum err err;

	for (lang = STEM_DA; lang <= STEM_SV; lang++) {
		one = (uint8_t)(1U << lang);
		if ((cognate->langs & one) == 0)
			continue;
		err = tokens_forms(plan->tokens, cognate->word,
		    strlen(cognate->word), (enum stem_lang)lang, &token);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		add_cognate_term(plan, group, SEARCH_WORD, token.folded,
		    WORTH_COGNATE, cognate->langs);
		if (plan_is_stump(&token))
			continue;
		add_cognate_term(plan, group, SEARCH_STEM,
		    token.stem[0] == '\0' ? token.folded : token.stem,
		    WORTH_COGNATE, one);
		add_cognate_term(
		    plan, group, SEARCH_WORD, token.stem, WORTH_COGNATE, one);
	}
	return ERR_NONE;
}

/* Add the concepts that a spelling is a label of where it is at home. */
static void
add_cognate_meaning(
    struct plan *plan, struct plan_group *group, const struct cognate *cognate)
{
	struct vocab_match matches[8];
	const char *const words[1] = { cognate->word };
	size_t count;
	size_t i;

	if (plan->concepts == NULL)
		return;
	count = vocab_match(plan->concepts, words, 1, VOCAB_ANY, matches, 8);
	for (i = 0; i < count; i++)
		if (matches[i].how <= VOCAB_INFLECTED &&
		    (cognate->langs >> plan_stem_lang(matches[i].lang) & 1) !=
			0)
			plan_concept(
			    plan, group, matches[i].concept, WORTH_COGNATE);
}

enum err
plan_cognates(
    struct plan *plan, struct plan_group *group, const char *folded, bool known)
{
	struct cognate cognates[COGNATES];
	size_t count = cognate_make(plan->lang, folded, cognates);
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < count && err == ERR_NONE; i++) {
		if (is_other_word(plan, cognates[i].word))
			continue;
		err = add_cognate(plan, group, &cognates[i]);
		add_cognate_meaning(plan, group, &cognates[i]);
		if (err == ERR_NONE && !known)
			err = plan_dictionary_spelt(
			    plan, group, cognates[i].word, cognates[i].langs);
	}
	return err;
}
