#include "daemon/find_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/text.h"
#include "daemon/facts.h"
#include "daemon/lexicon.h"
#include "daemon/tokens.h"

#define SIGN   "\xc2\xa7" /* the section sign */
#define SIGNED 2000       /* texts read for a section, at most */
#define NUMBER FIND_SECTION

/* ---- the number behind, or before, a section sign ---- */

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

/* The end of a section's number at ${text}: "83", "83 a", "83a". */
static char *
number_end(char *text)
{
	char *end = text;
	char *letter;

	for (; isdigit((unsigned char)*end);)
		end++;
	letter = *end == ' ' ? end + 1 : end;
	if (*letter >= 'a' && *letter <= 'h' &&
	    !isalnum((unsigned char)letter[1]) &&
	    ((unsigned char)letter[1] & 0x80) == 0)
		end = letter + 1;
	return end;
}

/* Write "83 a" for the number from ${text} to ${end}. */
static void
copy_number(const char *text, const char *end, char out[NUMBER])
{
	size_t len = 0;

	for (; text < end && len + 2 < NUMBER; text++) {
		if (isalpha((unsigned char)*text) && len > 0 &&
		    out[len - 1] != ' ')
			out[len++] = ' ';
		out[len++] = *text;
	}
	out[len] = '\0';
}

/* Take the first "§ 60" or "60 §" out of ${text}; false if there is none. */
static bool
take_section(char *text, char out[NUMBER])
{
	char *sign = strstr(text, SIGN);
	char *begin = sign;
	char *number = sign;
	char *end;

	while (strncmp(number, SIGN, 2) == 0)
		number += 2;
	number += strspn(number, " ");
	end = number_end(number);
	if (end == number) {
		end = sign;
		while (end > text && end[-1] == ' ')
			end--;
		for (number = end;
		     number > text && isdigit((unsigned char)number[-1]);)
			number--;
		if (number == end)
			return false;
		begin = number;
		copy_number(number, end, out);
		end = sign + 2;
	} else {
		copy_number(number, end, out);
	}
	memset(begin, ' ', (size_t)(end - begin));
	return true;
}

/* ---- what names the section ---- */

/* Texts that may name a section. */
struct sections {
	struct find *find;
	const char *number;
	bool named;
	unsigned reads;
};

/* Whether a section sign of ${text} stands before or behind the number. */
static bool
names_number(const char *text, const char *number)
{
	char copy[NUMBER];
	char near[2 * NUMBER];
	const char *at = text;
	size_t len;

	for (; (at = strstr(at, SIGN)) != NULL; at += 2) {
		(void)snprintf(near, sizeof(near), "%.*s",
		    (int)(sizeof(near) - 1),
		    at + 2 + strspn(at + 2, " \xc2\xa7"));
		copy_number(near, number_end(near), copy);
		if (strcmp(copy, number) == 0)
			return true;
		len = (size_t)(at - text);
		while (len > 0 && text[len - 1] == ' ')
			len--;
		if (len >= strlen(number) &&
		    strncmp(text + len - strlen(number), number,
			strlen(number)) == 0 &&
		    (len == strlen(number) ||
			!isdigit(
			    (unsigned char)text[len - strlen(number) - 1])))
			return true;
	}
	return false;
}

static enum err
look_named(void *context, enum facts_part part, const char *text)
{
	struct sections *sections = context;

	(void)part;
	sections->named |= names_number(text, sections->number);
	return ERR_NONE;
}

static bool
mark_named(void *context, uint32_t doc, uint8_t kind)
{
	struct sections *sections = context;
	struct find *find = sections->find;
	const struct shown_item *text;
	const struct shown_item *item;
	Erfa__Body *body = NULL;
	bool about;

	(void)kind;
	item = find_item(find, doc, &about);
	text = shown_by_doc(find->question->shown, doc);
	if (item == NULL || text == NULL || ++sections->reads > SIGNED ||
	    query_read(find->question, text, &body) != ERR_NONE || body == NULL)
		return sections->reads <= SIGNED;
	sections->named = false;
	if (facts_texts(body, look_named, sections) == ERR_NONE &&
	    sections->named)
		find->marks[find_number(find, item)] |= find->bit;
	body_free(body);
	return true;
}

enum err
find_filter_section(struct find *find)
{
	struct sections sections = { .find = find, .number = find->section };
	char facet[NUMBER + 16];
	char word[NUMBER];
	enum err err;

	if (find->section[0] == '\0' || !find_filter_begin(find))
		return ERR_NONE;
	(void)snprintf(word, sizeof(word), "%.*s",
	    (int)strspn(find->section, "0123456789"), find->section);
	(void)snprintf(
	    facet, sizeof(facet), "provision:" SIGN " %s", find->section);
	err = search_each(
	    find->search, SEARCH_WORD, word, mark_named, &sections);
	return err == ERR_NONE ? find_filter_tell(find, facet) : err;
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
	enum err err;

	if (text == NULL || !take_section(text, find->section))
		err = plan_new(find->search, query_lexicon(find->question),
		    find->lang, request->word, request->n_word, &find->plan);
	else
		err = plan_new(find->search, query_lexicon(find->question),
		    find->lang, &text, 1, &find->plan);
	free(text);
	if (err == ERR_NONE)
		take_groups(find);
	return err;
}
