#include "daemon/find_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "daemon/facts.h"

#define READS 3000 /* texts read for a phrase */

/* What a hit in a record about a trial is worth for the trial, of 256. */
#define WORTH_EXPERIENCE 150
#define WORTH_DECISION   110

size_t
find_number(const struct find *find, const struct shown_item *item)
{
	return (
	    size_t)(item - shown_at(find->question->shown, SHOWN_BY_RECORD, 0));
}

const struct shown_item *
find_item(const struct find *find, uint32_t doc, bool *ret_about)
{
	const struct shown *shown = find->question->shown;
	const struct shown_item *item = shown_by_doc(shown, doc);
	uint8_t record[RECORD_LEN];
	char org[ORG_MAX + 1];

	*ret_about = false;
	if (item == NULL || find->filter.kind != HEADER_TRIAL ||
	    (item->kind != HEADER_EXPERIENCE && item->kind != HEADER_DECISION &&
		item->kind != HEADER_APPLICATION))
		return item;
	*ret_about = true;
	if (index_parent(find->question->index, doc, org, record) != ERR_NONE)
		return NULL;
	item = shown_record(
	    shown, org[0] != '\0' ? org : shown_org(shown, item->org), record);
	return item == NULL ? NULL : shown_first(shown, item);
}

/* A text of the body, folded, one after another. */
struct folded {
	char *text;
	size_t len;
	size_t size;
};

/* Add the words of a text, one blank between. */
static enum err
add_folded(void *context, enum facts_part part, const char *text)
{
	struct folded *folded = context;
	struct vocab_words *words;
	const char *const *list;
	size_t count;
	size_t len;
	size_t i;
	char *more;
	enum err err;

	(void)part;
	if ((err = vocab_words_new(text, &words)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	list = vocab_words_list(words, &count);
	for (i = 0; i < count && err == ERR_NONE; i++) {
		len = strlen(list[i]);
		if (folded->len + len + 3 > folded->size) {
			folded->size = 2 * (folded->size + len + 512);
			more = realloc(folded->text, folded->size);
			if (more == NULL) {
				err = ERR_NOMEM;
				break;
			}
			folded->text = more;
		}
		folded->text[folded->len++] = ' ';
		memcpy(folded->text + folded->len, list[i], len);
		folded->len += len;
		memcpy(folded->text + folded->len, " ", 2);
	}
	vocab_words_free(words);
	return err;
}

/* Whether the text of an item holds all phrases, word by word. */
static bool
has_phrases(struct find *find, const struct shown_item *item)
{
	struct folded folded = { .len = 0 };
	char phrase[PLAN_BYTES];
	Erfa__Body *body = NULL;
	bool all = false;
	size_t i;

	if (plan_phrase(find->plan, 0) == NULL)
		return true;
	if (++find->reads > READS ||
	    query_read(find->question, item, &body) != ERR_NONE || body == NULL)
		return false;
	if (facts_texts(body, add_folded, &folded) == ERR_NONE &&
	    folded.text != NULL) {
		all = true;
		for (i = 0; plan_phrase(find->plan, i) != NULL && all; i++) {
			(void)snprintf(phrase, sizeof(phrase), " %s ",
			    plan_phrase(find->plan, i));
			all = strstr(folded.text, phrase) != NULL;
		}
	}
	free(folded.text);
	body_free(body);
	return all;
}

bool
find_accept(void *context, uint32_t doc, uint8_t kind, uint32_t *ret_target,
    uint32_t *ret_worth)
{
	struct find *find = context;
	const struct shown_item *item;
	uint32_t mark;
	bool about;

	item = find_item(find, doc, &about);
	if (item == NULL || item->state != INDEX_HERE ||
	    !query_matches(find->question, &find->filter, item))
		return false;
	mark = find->marks[find_number(find, item)];
	if ((mark & find->wanted) != find->wanted || (mark & FIND_OUT) != 0)
		return false;
	if (!has_phrases(
		find, about ? shown_by_doc(find->question->shown, doc) : item))
		return false;
	*ret_target = item->doc;
	*ret_worth = !about           ? 256 :
	    kind == HEADER_EXPERIENCE ? WORTH_EXPERIENCE :
					WORTH_DECISION;
	return true;
}

bool
find_can_tell_erased(const struct find *find)
{
	size_t without;

	(void)plan_without(find->plan, &without);
	return find->ngroups == 0 && without == 0 &&
	    plan_phrase(find->plan, 0) == NULL;
}

bool
find_is_erased(const struct find *find, const struct shown_item *item)
{
	const struct question *question = find->question;
	struct query_filter filter = find->filter;
	char country[3];

	if (item->state != INDEX_ERASED)
		return false;

	/* Which country the text was about is gone with it. */
	facts_country(shown_org(question->shown, item->org), country);
	if (filter.country[0] != '\0' && strcmp(country, filter.country) != 0)
		return false;
	filter.country[0] = '\0';
	return query_matches(question, &filter, item) &&
	    (find->marks[find_number(find, item)] & find->wanted) ==
	    find->wanted;
}
