#include "daemon/plan_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/lexicon.h"

#define MATCHES 64  /* labels found in the words */
#define PLAIN   150 /* of 256: what a word weighs that the vocabulary lacks */
#define BESIDE  220 /* of 256: what a dictionary says of it */
#define NEAR_ONLY \
	200 /* of 256: what a word weighs if only what is near to it is there */
#define LIGHT 48 /* of 256: what a word weighs that many questions have */

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
		plan_leave_out(plan, typed, "there are too many words");
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
			plan_way(group, SEARCH_WORD, token.folded, WORTH_WORD,
			    PLAN_WORD);
	}
}

/* Make the group of one word that no label has. */
static enum err
plan_word(struct plan *plan, size_t number)
{
	const struct item *item = &plan->items[number];
	struct plan_group *group = new_group(plan, number, 1);
	bool known = false;
	enum err err;

	if (group == NULL)
		return ERR_NONE;
	if (item->prefix)
		return plan_beginning(plan, group, item->folded);
	err = plan_forms(plan, group, item->typed, 256, PLAN_WORD);
	if (err != ERR_NONE || item->phrase)
		return err;
	if (item->number > 0) {
		add_number(plan, group, item->number - 1);
		return ERR_NONE;
	}
	err = plan_parts(plan, group, item->folded);
	if (err == ERR_NONE && !item->light)
		err = plan_dictionary(plan, group, item, &known);
	if (err == ERR_NONE && !item->light)
		err = plan_cognates(plan, group, item->folded, known);
	if (err == ERR_NONE &&
	    search_count(plan->search, SEARCH_WORD, item->folded) == 0)
		plan_split(plan, group, item->folded);
	if (err == ERR_NONE && !item->light && !known &&
	    !plan_finds(plan, group))
		err = plan_guess(plan, group, item->folded);
	if (err == ERR_NONE && !item->light && !known &&
	    group->guess[0] == '\0')
		err = plan_dictionary_parts(plan, group, item);
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
		   plan_stem_lang(plan->lang) != plan_stem_lang(match->lang)) ||
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
	bool known = false;
	size_t i;
	enum err err = ERR_NONE;

	if (group == NULL)
		return ERR_NONE;
	for (i = 0; i < words; i++)
		plan->items[first + i].meant = matches[0].how != VOCAB_PART;
	for (i = 0; i < words && err == ERR_NONE; i++)
		err = plan_forms(plan, group, plan->items[first + i].typed,
		    words == 1 ? 256 :
				 worth_of(plan, &plan->items[first + i],
				     matches[0].concept),
		    PLAN_WORD);
	for (i = 0; i < count; i++)
		plan_concept(plan, group, matches[i].concept,
		    matches[i].how == VOCAB_PART ? 150 : 256);
	if (err == ERR_NONE && words == 1 && matches[0].how == VOCAB_PART)
		err = plan_dictionary(plan, group, &plan->items[first], &known);
	if (err == ERR_NONE && words == 1 && !known &&
	    matches[0].how == VOCAB_PART &&
	    search_count(
		plan->search, SEARCH_WORD, plan->items[first].folded) == 0)
		err = plan_guess(plan, group, plan->items[first].folded);
	if (err == ERR_NONE && words == 1 && !known &&
	    matches[0].how == VOCAB_PART && group->guess[0] == '\0')
		err = plan_dictionary_parts(plan, group, &plan->items[first]);
	if (err == ERR_NONE && words == 1) {
		err = plan_parts(plan, group, plan->items[first].folded);
		plan_friends(plan, group, plan->items[first].folded);
	}
	return err;
}

/* The words that are neither quoted nor marked, in a row. */
struct row {
	const char *words[PLAN_ITEMS];
	size_t items[PLAN_ITEMS];
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
	    strncmp(id, "finding.", 8) == 0 || strcmp(id, "like.us") == 0;
}

/* Whether a value goes by a word of every day: over 75, active seniors. */
static bool
is_everyday(const char *id)
{
	static const char *const ids[] = { "status.active", "status.planned",
		"status.completed", "status.ended", "outcome.approved" };
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(id, ids[i]) == 0)
			return true;
	return false;
}

/* Note a word that is no value of records. */
static void
note_item(struct item *item, const char *id, size_t value)
{
	if (strcmp(id, "word.light") == 0)
		item->light = true;
	else if (strcmp(id, "word.subject") == 0)
		item->subject = item->light = true;
	else if (strcmp(id, "word.since") == 0)
		item->since = true;
	else if (strncmp(id, "demonym.", 8) == 0)
		item->demonym = true;
	else if (strncmp(id, "number.", 7) == 0)
		item->number = value + 1;
}

/* Note what the words of a row are besides what they ask for. */
static void
note_items(struct plan *plan, const struct row *row,
    const struct vocab_match *matches, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (matches[i].how != VOCAB_PART && matches[i].count == 1)
			note_item(&plan->items[row->items[matches[i].first]],
			    vocab_id(plan->values, matches[i].concept),
			    matches[i].concept);
}

/* Whether an item says nothing of what is looked for. */
static bool
says_little(const struct item *item)
{
	return item->light || item->used || tokens_is_common(item->folded);
}

/*
 * Is word ${at} of the row said of trials?  It is beside a word for them, or for
 * who makes them; or nothing else is asked for.
 */
static bool
is_of_trials(const struct plan *plan, const struct row *row, size_t at)
{
	const struct item *item;
	bool alone = true;
	size_t i;

	if (at > 0 && plan->items[row->items[at - 1]].subject)
		return true;
	for (i = at + 1; i < row->count; i++) {
		item = &plan->items[row->items[i]];
		if (item->subject)
			return true;
		if (!tokens_is_common(item->folded))
			break;
	}
	for (i = 0; i < row->count && alone; i++)
		alone = i == at || says_little(&plan->items[row->items[i]]);
	return alone;
}

/* Has the vocabulary this one word in the reader's own language? */
static bool
is_own_word(const struct plan *plan, const struct row *row,
    const struct vocab_match *match)
{
	struct vocab_match own[MATCHES];
	size_t count;
	size_t i;

	if (plan->concepts == NULL || plan->lang == VOCAB_ANY ||
	    match->lang == plan->lang)
		return false;
	count = vocab_match(plan->concepts, &row->words[match->first], 1,
	    plan->lang, own, MATCHES);
	for (i = 0; i < count; i++)
		if (own[i].lang == plan->lang && own[i].how != VOCAB_PART)
			return true;
	return false;
}

/* Whether trials are to be chosen by what these words say. */
static bool
is_chosen_by(const struct plan *plan, const struct row *row,
    const struct vocab_match *match, const char *id)
{
	const struct item *item = &plan->items[row->items[match->first]];
	bool demonym = strncmp(id, "demonym.", 8) == 0;

	if (match->how == VOCAB_PART || !is_together(row, match) ||
	    item->used || (!demonym && !is_choice(id)))
		return false;
	if (match->count > 1)
		return true;
	if (!demonym && item->demonym)
		return false;
	if (demonym || is_everyday(id))
		return is_of_trials(plan, row, match->first);
	return !is_own_word(plan, row, match);
}

/* Is this word, as it was typed, a year that trials can be of? */
static bool
is_year(const struct item *item)
{
	return strlen(item->folded) == 4 &&
	    strspn(item->folded, "0123456789") == 4 && !item->without &&
	    (strncmp(item->folded, "19", 2) == 0 ||
		strncmp(item->folded, "20", 2) == 0);
}

/* Take the first "since 2020". */
static void
plan_since(struct plan *plan)
{
	struct item *word;
	struct item *year;
	size_t i;

	for (i = 0; i + 1 < plan->nitems; i++) {
		word = &plan->items[i];
		year = &plan->items[i + 1];
		if (!word->since || word->used || word->without || year->used ||
		    !is_year(year) || plan->nfacets == PLAN_FACETS)
			continue;
		(void)snprintf(plan->facets[plan->nfacets++], PLAN_TEXT,
		    "since:%s", year->folded);
		word->used = word->meant = year->used = year->meant = true;
		return;
	}
}

/* Take the words that say a country, a result, a state or a year. */
static void
plan_values(struct plan *plan)
{
	struct vocab_match matches[MATCHES];
	struct row row;
	const char *field;
	const char *id;
	const char *dot;
	size_t count;
	size_t i;
	size_t k;

	if (plan->values == NULL)
		return;
	make_row(plan, &row);
	count = vocab_match(
	    plan->values, row.words, row.count, plan->lang, matches, MATCHES);
	note_items(plan, &row, matches, count);
	for (i = 0; i < count && plan->nfacets < PLAN_FACETS; i++) {
		id = vocab_id(plan->values, matches[i].concept);
		dot = strchr(id, '.');
		if (dot == NULL || !is_chosen_by(plan, &row, &matches[i], id))
			continue;
		field = strncmp(id, "demonym.", 8) == 0 ? "country" : id;
		(void)snprintf(plan->facets[plan->nfacets++], PLAN_TEXT,
		    "%.*s:%s", (int)strcspn(field, "."), field, dot + 1);
		for (k = 0; k < matches[i].count; k++)
			plan->items[row.items[matches[i].first + k]].used =
			    plan->items[row.items[matches[i].first + k]].meant =
				true;
	}
	plan_since(plan);
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
	size_t i;
	enum err err;

	err = item->prefix ?
	    plan_beginning(plan, &group, item->folded) :
	    plan_forms(plan, &group, item->typed, 256, PLAN_WORD);
	for (i = 0; i < group.group.count && plan->nwithout < PLAN_WITHOUT; i++)
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

/* Whether the vocabulary knows what the words mean, as they were typed. */
static bool
is_understood(const struct plan_group *group)
{
	return group->nconcepts > 0 && !group->foreign &&
	    group->guess[0] == '\0';
}

/* Let a group weigh less, and what only a dictionary says of it still less. */
static void
weigh_plain(struct plan_group *group)
{
	struct search_way *way;
	size_t i;

	group->group.factor = PLAIN;
	for (i = 0; i < group->group.count; i++) {
		way = &group->group.ways[i];
		if (way->mark == PLAN_DICTIONARY)
			way->weight = (uint16_t)(way->weight * BESIDE / 256);
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
		known |= is_understood(&plan->groups[i]);
	for (i = 0; i < plan->ngroups && known; i++) {
		group = &plan->groups[i];
		if (!is_understood(group) && group->group.factor == 256 &&
		    !(group->typed[0] >= 'A' && group->typed[0] <= 'Z') &&
		    !(group->typed[0] >= '0' && group->typed[0] <= '9'))
			weigh_plain(group);
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
		else if (presence[i] == THERE && is_understood(group) &&
		    group->group.factor == 256)
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
		plan_leave_out(plan, typed, "nothing here has it");
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
	plan->lexicon = lexicon;
	plan->concepts = lexicon_concepts(lexicon);
	plan->dictionary = lexicon_dictionary(lexicon);
	plan->values = lexicon_values(lexicon);
	plan->lang = lang;
	if ((err = tokens_new(&plan->tokens)) == ERR_NONE &&
	    (err = plan_read(plan, words, count)) == ERR_NONE)
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
