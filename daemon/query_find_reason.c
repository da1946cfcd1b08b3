#include "daemon/find_internal.h"

#include <stdio.h>
#include <string.h>

#include "proto/header.h"
#include "proto/text.h"
#include "daemon/facts.h"
#include "daemon/lexicon.h"
#include "daemon/tokens.h"

#define IDLE 128 /* of 256: a word that weighs less says little */

/* ---- where a word stands ---- */

/* Looking for what a way stands for in a text. */
struct looking {
	struct find *find;
	const struct search_way *way;
	size_t concept;       /* of a way that is a concept */
	enum vocab_lang lang; /* of the text */
	char found[PLAN_TEXT];
	enum facts_part part;
	bool there;
};

/* Keep the words ${first}.. of ${text} as found, in the letters of the text. */
static void
keep_found(struct looking *looking, enum facts_part part, const char *text,
    size_t first, size_t count)
{
	const char *begin;
	size_t len;
	size_t i;

	text = tokens_next(text, &len);
	for (i = 0; i < first && len > 0; i++)
		text = tokens_next(text + len, &len);
	begin = text;
	for (i = 1; i < count && len > 0; i++)
		text = tokens_next(text + len, &len);
	len += (size_t)(text - begin);
	looking->found[0] = '\0';
	if (len < PLAN_TEXT)
		(void)snprintf(
		    looking->found, PLAN_TEXT, "%.*s", (int)len, begin);
	looking->part = part;
	looking->there = looking->found[0] != '\0';
}

/* Whether a folded word of the text is what the way stands for. */
static bool
is_way(const struct looking *looking, const char *word)
{
	size_t len = strlen(looking->way->text);

	if (looking->way->kind == SEARCH_STEM)
		return strncmp(word, looking->way->text, len) == 0;
	return strcmp(word, looking->way->text) == 0;
}

static enum err
look_in(void *context, enum facts_part part, const char *text)
{
	struct looking *looking = context;
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(looking->find->question));
	struct vocab_match matches[64];
	struct vocab_words *words;
	const char *const *list;
	size_t count;
	size_t found;
	size_t i;
	enum err err;

	if (looking->there)
		return ERR_NONE;
	if ((err = vocab_words_new(text, &words)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	list = vocab_words_list(words, &count);
	if (looking->way->kind == SEARCH_CONCEPT) {
		found = vocab == NULL ?
		    0 :
		    vocab_match(vocab, list, count, looking->lang, matches, 64);
		for (i = 0; i < found && !looking->there; i++)
			if (matches[i].concept == looking->concept)
				keep_found(looking, part, text,
				    matches[i].first, matches[i].count);
	} else {
		for (i = 0; i < count && !looking->there; i++)
			if (is_way(looking, list[i]))
				keep_found(looking, part, text, i, 1);
	}
	vocab_words_free(words);
	return err;
}

static const char *
part_name(enum facts_part part, uint32_t kind)
{
	if (kind == HEADER_EXPERIENCE)
		return "experience";
	if (kind == HEADER_DECISION || kind == HEADER_APPLICATION)
		return "decision";
	switch (part) {
	case FACTS_TITLE:
		return "title";
	case FACTS_SUMMARY:
		return "summary";
	case FACTS_PROVISION:
		return "provision";
	case FACTS_ORG:
		return "org";
	case FACTS_PROSE:
		break;
	}
	return "text";
}

/* Where the words of a transcribed trial stand that its source has not. */
static const char *
place_of(const struct looking *looking, const Erfa__Body *body, uint32_t kind)
{
	const Erfa__Trial *trial = body->trial;
	enum stem_lang lang = stem_lang(
	    body->envelope == NULL ? NULL : body->envelope->language);
	bool prose = looking->part == FACTS_SUMMARY && looking->there;
	size_t i;

	if ((looking->way->elsewhere & 1U << lang) != 0)
		return "other_meaning";
	if (looking->there && looking->part == FACTS_PROSE &&
	    body->envelope != NULL && body->envelope->reported_sector != NULL &&
	    strcmp(body->envelope->reported_sector, looking->found) == 0)
		return "sector";
	if (prose && trial != NULL &&
	    (trial->summary == NULL ||
		strstr(trial->summary, looking->found) == NULL))
		for (i = 0; i < trial->n_keywords; i++)
			if (strstr(trial->keywords[i], looking->found) != NULL)
				return "keywords";
	return part_name(looking->part, kind);
}

/*
 * What is near counts most where it is rare; people are told of what was meant,
 * if that is there as well.
 */
static enum err
prefer_meant(struct find *find, const struct search_group *group,
    const Erfa__Body *body, enum vocab_lang lang, int *way)
{
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(find->question));
	struct looking looking;
	size_t i;
	enum err err = ERR_NONE;

	if (group->ways[*way].mark != PLAN_NEAR)
		return ERR_NONE;
	for (i = 0; i < group->count && err == ERR_NONE; i++) {
		looking = (struct looking){
			.find = find,
			.way = &group->ways[i],
			.lang = lang,
		};
		if (looking.way->mark != PLAN_CONCEPT ||
		    vocab_find(vocab, looking.way->text, &looking.concept) !=
			ERR_NONE)
			continue;
		err = facts_texts(body, look_in, &looking);
		if (!looking.there)
			continue;
		*way = (int)i;
		break;
	}
	return err;
}

static enum vocab_lang
lang_of(const Erfa__Body *body)
{
	enum vocab_lang lang;

	if (body == NULL || body->envelope == NULL ||
	    body->envelope->language == NULL ||
	    vocab_lang_of(body->envelope->language, &lang) != ERR_NONE)
		return VOCAB_ANY;
	return lang;
}

/* ---- what is told of it ---- */

/* Whether a dictionary led to the way. */
static bool
is_by_dictionary(const struct plan_group *group, const struct search_way *way)
{
	return way->mark == PLAN_DICTIONARY ||
	    (way->kind == SEARCH_CONCEPT && group->foreign);
}

/* Say what led from the word to the way: a dictionary, a concept. */
static enum err
fill_way(struct find *find, size_t number, struct looking *looking,
    Erfa__Reason *reason)
{
	const struct vocab *vocab = lexicon_concepts(
	    query_lexicon(find->question));
	const char *id = looking->way->text;
	enum err err = ERR_NONE;

	if (is_by_dictionary(find->told[number], looking->way))
		err = answer_text(&reason->by, "dictionary");
	else if (looking->way->mark == PLAN_NEAR)
		err = answer_text(&reason->by, "near");
	if (err != ERR_NONE)
		return err;
	if (looking->way->kind != SEARCH_CONCEPT ||
	    vocab_find(vocab, id, &looking->concept) != ERR_NONE)
		return ERR_NONE;
	if ((err = answer_text(&reason->concept_id, id)) != ERR_NONE)
		return err;
	return answer_text(
	    &reason->concept, vocab_name(vocab, looking->concept, find->lang));
}

/* Say why one word found ${body}, the text that was hit. */
static enum err
fill_reason(struct find *find, size_t number, int way, const Erfa__Body *body,
    uint32_t kind, Erfa__Reason *reason)
{
	const struct search_group *group = &find->groups[number];
	struct looking looking = { .find = find, .lang = lang_of(body) };
	enum err err;

	err = answer_text(&reason->word, find->told[number]->typed);
	if (err != ERR_NONE)
		return err;
	if ((size_t)way >= group->count)
		return answer_text(&reason->part, "programme");
	if (body != NULL &&
	    (err = prefer_meant(find, group, body, looking.lang, &way)) !=
		ERR_NONE)
		return err;
	looking.way = &group->ways[way];
	err = fill_way(find, number, &looking, reason);
	if (err != ERR_NONE || body == NULL)
		return err;
	if ((err = facts_texts(body, look_in, &looking)) != ERR_NONE ||
	    (err = answer_text(&reason->found,
		 looking.there ? looking.found : looking.way->text)) !=
		ERR_NONE)
		return err;
	return answer_text(&reason->part, place_of(&looking, body, kind));
}

/* Whether a word of many questions was met by something merely near to it. */
static bool
is_idle(const struct search_group *group, int way)
{
	return group->factor < IDLE && (size_t)way < group->count &&
	    group->ways[way].mark == PLAN_NEAR;
}

enum err
find_fill_reasons(struct find *find, const struct search_hit *hit,
    const struct query_entry *entry, Erfa__Row *row)
{
	const struct search_ask ask = {
		.groups = find->groups,
		.count = find->ngroups,
	};
	const struct shown_item *item;
	Erfa__Body *other = NULL;
	const Erfa__Body *body = entry->body;
	int ways[SEARCH_GROUPS];
	Erfa__Reason *reason;
	size_t i;
	enum err err;

	if (find->ngroups == 0)
		return ERR_NONE;
	err = search_explain(find->search, &ask, hit, ways);
	if (err != ERR_NONE)
		return err;
	item = shown_by_doc(find->question->shown, hit->doc);
	if (hit->doc != hit->target && item != NULL) {
		err = query_read(find->question, item, &other);
		body = other;
	}
	for (i = 0; i < find->ngroups && err == ERR_NONE; i++) {
		if (ways[i] < 0 || is_idle(&find->groups[i], ways[i]))
			continue;
		err = answer_add(&row->reason, &row->n_reason,
		    &erfa__reason__descriptor, (void **)&reason);
		if (err == ERR_NONE)
			err = fill_reason(find, i, ways[i], body,
			    item != NULL ? item->kind : 0, reason);
	}
	body_free(other);
	return err;
}

/* ---- the same as one line ---- */

/* "hjemmepleje -> home care <- kotihoito in title", "kirjasto -> bibliotek". */
static size_t
put_matched(const Erfa__Reason *reason, char *out, size_t size)
{
	static const char to[] = " \xe2\x86\x92 ";
	static const char from[] = " \xe2\x86\x90 ";
	bool near = reason->by != NULL && strcmp(reason->by, "near") == 0;
	bool concept = reason->concept != NULL &&
	    (near || !text_akin(reason->word, reason->concept));
	bool found = reason->found != NULL &&
	    !text_akin(reason->word, reason->found);
	const char *by = reason->by != NULL && !near && (concept || found) ?
	    " (dictionary)" :
	    "";

	(void)snprintf(out, size, "%s%s%s%s%s%s%s%s%s%s", reason->word,
	    concept ? to : "", concept && near ? "near: " : "",
	    concept ? reason->concept : "", concept ? by : "",
	    found ? (concept || *by == '\0' ? from : to) : "",
	    found ? reason->found : "", concept ? "" : by,
	    reason->part != NULL ? " in " : "",
	    reason->part != NULL ? reason->part : "");
	return strlen(out);
}

enum err
find_fill_matched(Erfa__Row *row)
{
	char text[1024] = "";
	size_t len = 0;
	size_t i;
	const Erfa__Reason *reason;

	for (i = 0; i < row->n_reason && len < sizeof(text) - 3; i++) {
		reason = row->reason[i];
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "%s", i > 0 ? ", " : "");
		if (reason->word != NULL) {
			len += put_matched(
			    reason, text + len, sizeof(text) - len);
			continue;
		}
		(void)snprintf(
		    text + len, sizeof(text) - len, "%s", reason->part);
		len = strlen(text);
	}
	return text[0] == '\0' ? ERR_NONE : answer_text(&row->matched, text);
}
