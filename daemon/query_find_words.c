#include "daemon/find_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/section.h"
#include "proto/text.h"
#include "daemon/lexicon.h"
#include "daemon/tokens.h"

#define SIGN     "\xc2\xa7" /* the section sign */
#define SECTIONS 100        /* of one question */

/* ---- sections of laws ---- */

/* All that was typed as one text, which the caller frees; NULL without a sign. */
static char *
join_words(char *const *words, size_t count)
{
	bool has = false;
	size_t len = 0;
	size_t size = 1;
	char *text;
	size_t i;

	for (i = 0; i < count && size < PLAN_BYTES; i++) {
		size += strlen(words[i]) + 1;
		has |= strstr(words[i], SIGN) != NULL;
	}
	if (!has || size >= PLAN_BYTES || (text = malloc(size)) == NULL)
		return NULL;
	for (i = 0; i < count; i++)
		len += (size_t)snprintf(
		    text + len, size - len, "%s ", words[i]);
	return text;
}

/* Take the first citation out of ${text}: "§ 60", "60 §", "§§ 83-85". */
static enum err
take_section(struct find *find, char *text)
{
	const char *end;
	const char *begin = section_find(text, &end);

	if (begin == NULL)
		return ERR_NONE;
	find->section = strndup(begin, (size_t)(end - begin));
	if (find->section == NULL)
		return ERR_NOMEM;
	memset(text + (begin - text), ' ', (size_t)(end - begin));
	return ERR_NONE;
}

/* Sections that are asked for. */
struct asked {
	struct find *find;
	char first[SECTION_ROOM];
	unsigned count;
};

static enum err
mark_number(void *context, const char *number)
{
	struct asked *asked = context;
	char facet[SECTION_ROOM + 16];

	if (asked->count++ == SECTIONS)
		return ERR_LIMIT;
	if (asked->count == 1)
		(void)snprintf(
		    asked->first, sizeof(asked->first), "%s", number);
	(void)snprintf(facet, sizeof(facet), "section:" SIGN " %s", number);
	return find_mark_facet(asked->find, facet);
}

enum err
find_filter_section(struct find *find)
{
	struct asked asked = { .find = find };
	char *told = NULL;
	int len;
	enum err err;

	if (find->section == NULL || !find_filter_begin(find))
		return ERR_NONE;
	err = section_each(find->section, mark_number, &asked);
	if (err != ERR_NONE && err != ERR_LIMIT)
		return err;

	/* One is told in the spelling of all, several as they were typed. */
	if (asked.count == 1)
		len = asprintf(&told, "provision:" SIGN " %s", asked.first);
	else
		len = asprintf(&told, "provision:%s", find->section);
	if (len < 0)
		return ERR_NOMEM;
	if (err == ERR_LIMIT)
		err = find_note(find,
		    "the citation has many sections: those after the first 100 "
		    "were left out");
	if (err == ERR_NONE)
		err = find_filter_tell(find, told);
	free(told);
	return err;
}

/* ---- words that say nothing ---- */

/* Whether ${group} is one word that all texts have, and means nothing else. */
static bool
is_common(const struct plan_group *group)
{
	char *folded = NULL;
	bool is = false;

	if (group->nconcepts == 0 &&
	    text_fold(group->typed, &folded) == ERR_NONE)
		is = tokens_is_common(folded);
	free(folded);
	return is;
}

bool
find_is_common(const struct find *find)
{
	const struct plan_group *groups;
	size_t count;
	size_t i;

	groups = plan_groups(find->plan, &count);
	if (count == 0 || plan_phrase(find->plan, 0) != NULL)
		return false;
	for (i = 0; i < find->request->n_word; i++)
		if (strchr(find->request->word[i], '*') != NULL)
			return false;
	for (i = 0; i < count && is_common(&groups[i]);)
		i++;
	return i == count;
}

/* Whether ${group} says no more than that a trial is looked for. */
static bool
is_trial(const struct find *find, const struct plan_group *group)
{
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(find->question));

	return find->filter.kind == HEADER_TRIAL && group->nconcepts == 1 &&
	    !group->foreign && strchr(group->typed, ' ') == NULL &&
	    strcmp(vocab_id(vocab, group->concepts[0]), "trial") == 0;
}

static void
take_groups(struct find *find)
{
	const struct plan_group *groups;
	size_t count;
	size_t i;

	groups = plan_groups(find->plan, &count);
	find->ngroups = 0;
	for (i = 0; i < count; i++) {
		if (is_trial(find, &groups[i]))
			continue;
		find->groups[find->ngroups] = groups[i].group;
		find->told[find->ngroups++] = &groups[i];
	}
	if (find->ngroups > 0 || plan_facet(find->plan, 0) != NULL)
		return;

	/* There is nothing else. */
	for (i = 0; i < count; i++) {
		find->groups[i] = groups[i].group;
		find->told[i] = &groups[i];
	}
	find->ngroups = count;
}

enum err
find_plan(struct find *find)
{
	const Erfa__FindRequest *request = find->request;
	char *text = join_words(request->word, request->n_word);
	enum err err = ERR_NONE;

	if (text != NULL)
		err = take_section(find, text);
	if (err == ERR_NONE && find->section == NULL)
		err = plan_new(find->search, query_lexicon(find->question),
		    find->lang, request->word, request->n_word, &find->plan);
	else if (err == ERR_NONE)
		err = plan_new(find->search, query_lexicon(find->question),
		    find->lang, &text, 1, &find->plan);
	free(text);
	if (err == ERR_NONE)
		take_groups(find);
	return err;
}
