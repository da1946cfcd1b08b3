#include "daemon/find_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "daemon/lexicon.h"

#define FIND_LIMIT 20  /* rows of a page, if not said */
#define FIND_MS    150 /* for one question */
#define FAR        80  /* of 256: who fulfils less of all words is far off */

/* ---- what was understood ---- */

/* "hjemmepleje -> home care", "forening". */
static enum err
tell_group(struct find *find, const struct plan_group *group)
{
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(find->question));
	Erfa__FindAnswer *answer = find->question->answer->find;
	char text[3 * PLAN_TEXT];
	size_t len;
	size_t i;
	enum err err;

	len = (size_t)snprintf(text, sizeof(text), "%s", group->typed);
	for (i = 0; i < group->nconcepts && len < sizeof(text) - 1; i++) {
		(void)snprintf(text + len, sizeof(text) - len, "%s%s",
		    i == 0 ? " \xe2\x86\x92 " : ", ",
		    vocab_name(vocab, group->concepts[i], find->lang));
		len = strlen(text);
	}
	err = answer_text_add(&answer->understood, &answer->n_understood, text);
	if (err == ERR_NONE && group->guess[0] != '\0')
		err = answer_text_add(
		    &answer->suggested, &answer->n_suggested, group->guess);
	return err;
}

static enum err
tell_understood(struct find *find)
{
	Erfa__FindAnswer *answer = find->question->answer->find;
	const char *left;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < find->ngroups && err == ERR_NONE; i++)
		err = tell_group(find, find->told[i]);
	for (i = 0;
	     err == ERR_NONE && (left = plan_left(find->plan, i)) != NULL; i++)
		err = answer_text_add(
		    &answer->left_out, &answer->n_left_out, left);
	return err;
}

/* Understand the words; the answer is made if there is nothing to look for. */
static enum err
understand(struct find *find, bool *ret_bad)
{
	const Erfa__FindRequest *request = find->request;
	enum err err;

	if ((err = find_plan(find)) != ERR_NONE)
		return err;
	if ((*ret_bad = find_is_common(find)))
		return query_fail(find->question, EXIT_USAGE, "no_words",
		    "Add a word that says what it is about:  erfa find boliger",
		    "every text has these words: there is none to look for");
	*ret_bad = find->ngroups == 0 && plan_facet(find->plan, 0) == NULL &&
	    find->section == NULL && request->verdict == NULL &&
	    request->status == NULL && request->programme == NULL &&
	    request->provision == NULL && request->since == NULL &&
	    !request->like_us && request->n_facet == 0 &&
	    request->country == NULL && request->sector == NULL &&
	    request->text_lang == NULL;
	if (!*ret_bad)
		return ERR_NONE;
	if (plan_left(find->plan, 0) != NULL)
		return query_fail(find->question, EXIT_USAGE, "no_words",
		    "Type fewer or other words:  erfa find boliger",
		    "there is no word to look for; left out: %s",
		    plan_left(find->plan, 0));
	return query_fail(find->question, EXIT_USAGE, "no_words",
	    "A word has at least two letters or digits:  erfa find boliger",
	    "there is no word to look for");
}

/* ---- the request ---- */

/* Until when the answer is to be there. */
static void
set_time(struct find *find)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &find->until);
	find->until.tv_nsec += FIND_MS * 1000000L;
	if (find->until.tv_nsec >= 1000000000L) {
		find->until.tv_sec++;
		find->until.tv_nsec -= 1000000000L;
	}
}

enum err
find_begin(struct find *find, bool *ret_bad)
{
	const struct query_words words = {
		.kind = find->request->kind,
		.country = find->request->country,
		.sector = find->request->sector,
	};
	struct question *question = find->question;
	enum err err;

	err = query_filter(question, &words, &find->filter, ret_bad);
	if (err != ERR_NONE || *ret_bad)
		return err;
	if (question->lang == NULL ||
	    vocab_lang_of(question->lang, &find->lang) != ERR_NONE)
		find->lang = VOCAB_ANY;
	find->far_below = FAR;
	set_time(find);
	if ((err = index_search(question->index, &find->search)) != ERR_NONE ||
	    (err = understand(find, ret_bad)) != ERR_NONE || *ret_bad)
		return err;
	err = answer_say(question->answer, ERFA__ANSWER__SAY_FIND);
	return err == ERR_NONE ? query_look(question) : err;
}

enum err
find_prepare(struct find *find)
{
	size_t i;
	enum err err;

	find->marks = calloc(
	    shown_count(find->question->shown) + 1, sizeof(*find->marks));
	if (find->marks == NULL)
		return ERR_NOMEM;
	if ((err = tell_understood(find)) != ERR_NONE ||
	    (err = find_set_filters(find)) != ERR_NONE ||
	    find->question->answer->say_case != ERFA__ANSWER__SAY_FIND ||
	    (err = find_set_without(find)) != ERR_NONE)
		return err;
	for (i = 0; i < find->ngroups && err == ERR_NONE; i++)
		err = find_give_named(find, i);
	return err;
}

void
find_end(struct find *find)
{
	size_t i;

	for (i = 0; i < SEARCH_GROUPS; i++)
		free(find->given[i]);
	free(find->marks);
	free(find->ways);
	free(find->section);
	plan_free(find->plan);
}

/* Search; if nothing passes the filters, look without them. */
static enum err
search_page(struct find *find, size_t seen, size_t limit)
{
	Erfa__FindAnswer *answer = find->question->answer->find;
	struct search_hit *hits = calloc(FIND_MAX, sizeof(*hits));
	bool all = seen + limit + 1 > FIND_FIRST;
	size_t count = 0;
	enum err err;

	if (hits == NULL)
		return ERR_NOMEM;
	err = find_take_hits(find, all, hits, &count);
	if (err == ERR_NONE && count == 0 && find->ngroups > 0 &&
	    (find->wanted != 0 || find->filter.country[0] != '\0')) {
		find->wanted = 0;
		find->filter.country[0] = '\0';
		err = find_take_hits(find, all, hits, &count);
		answer->has_unfiltered = answer->unfiltered = count > 0;
	}
	if (err == ERR_NONE)
		err = find_fill_page(find, hits, count, seen, limit, answer);

	/* What is found in time is not the same each time: where more than the
	 * first are looked for, no page would fit behind this one. */
	if (all && find->late) {
		free(answer->next);
		answer->next = NULL;
		answer->has_more = answer->more = true;
	}
	answer->has_late = answer->late = find->late;
	free(hits);
	return err;
}

static enum err
run(struct find *find, size_t seen, size_t limit)
{
	enum err err = find_prepare(find);

	if (err != ERR_NONE ||
	    find->question->answer->say_case != ERFA__ANSWER__SAY_FIND)
		return err;
	return search_page(find, seen, limit);
}

enum err
query_find(struct question *question, const Erfa__FindRequest *request)
{
	struct find find = { .question = question, .request = request };
	uint8_t after[FIND_CURSOR] = { 0 };
	size_t limit;
	bool bad;
	enum err err;

	if (!query_cursor(request->cursor, after, sizeof(after)) ||
	    bytes_get_le32(after) > FIND_MAX)
		return query_bad_cursor(question);
	limit = request->has_limit ? query_limit(true, request->limit) :
				     FIND_LIMIT;
	err = find_begin(&find, &bad);
	if (err == ERR_NONE && !bad)
		err = run(&find, bytes_get_le32(after), limit);
	find_end(&find);
	return err;
}
