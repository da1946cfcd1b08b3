#include "proto/vocab_internal.h"

#include <stdlib.h>
#include <string.h>

#define LINKED_MAX 64 /* concepts that one line may name */

/* One link while they are gathered. */
struct pair {
	uint16_t from;
	uint16_t to;
	uint8_t link; /* enum vocab_link */
};

struct joining {
	struct vocab *vocab;
	struct vocab_report *report;
	struct pair *pairs;
	size_t count;
	size_t room;
};

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a;
	const struct pair *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->link != y->link)
		return x->link < y->link ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static enum err
add_pair(struct joining *j, size_t from, size_t to, enum vocab_link link)
{
	size_t more = j->room == 0 ? 256 : 2 * j->room;
	struct pair *pairs;

	if (j->count == j->room) {
		pairs = realloc(j->pairs, more * sizeof(*pairs));
		if (pairs == NULL)
			return ERR_NOMEM;
		j->pairs = pairs;
		j->room = more;
	}
	j->pairs[j->count].from = (uint16_t)from;
	j->pairs[j->count].to = (uint16_t)to;
	j->pairs[j->count].link = (uint8_t)link;
	j->count++;
	return ERR_NONE;
}

/* A link and its way back. */
static enum err
add_link(struct joining *j, size_t from, const char *id, size_t line,
    enum vocab_link link)
{
	enum vocab_link back = link == VOCAB_BROADER ? VOCAB_NARROWER : link;
	size_t to;
	enum err err;

	if (vocab_find(j->vocab, id, &to) != ERR_NONE || to == from) {
		vocab_fault(j->report, line,
		    "\"%s\" is no other concept of this file", id);
		return ERR_NONE;
	}
	if ((err = add_pair(j, from, to, link)) != ERR_NONE)
		return err;
	return add_pair(j, to, from, back);
}

/* The ids of one line, ";" between them. */
static enum err
add_ids(struct joining *j, size_t from, const struct vocab_line *line,
    enum vocab_link link)
{
	char id[VOCAB_LABEL_MAX + 1];
	const char *at = line->text;
	enum err err = ERR_NONE;
	size_t n;
	size_t len;

	for (n = 0; err == ERR_NONE && n < LINKED_MAX && *at != '\0'; n++) {
		at += strspn(at, "; \t");
		len = strcspn(at, "; \t");
		if (len == 0 || len >= sizeof(id))
			break;
		memcpy(id, at, len);
		id[len] = '\0';
		err = add_link(j, from, id, line->line, link);
		at += len;
	}
	if (err == ERR_NONE && *at != '\0')
		vocab_fault(j->report, line->line,
		    "more than %d concepts, or an id that is too long",
		    LINKED_MAX);
	return err;
}

/* What one line of a concept says of other concepts. */
static enum err
join_line(struct joining *j, size_t from, const struct vocab_line *line)
{
	struct vocab_concept *concept = &j->vocab->concepts[from];
	size_t to;

	if (strcmp(line->key, "broader") == 0)
		return add_ids(j, from, line, VOCAB_BROADER);
	if (strcmp(line->key, "related") == 0)
		return add_ids(j, from, line, VOCAB_RELATED);
	if (strcmp(line->key, "close") == 0)
		return add_ids(j, from, line, VOCAB_CLOSE);
	if (strcmp(line->key, "replaced_by") != 0)
		return ERR_NONE;
	if (vocab_find(j->vocab, line->text, &to) != ERR_NONE || to == from)
		vocab_fault(j->report, line->line,
		    "\"%s\" is no other concept of this file", line->text);
	else
	concept->instead = (uint16_t)to;
	return ERR_NONE;
}

/* Put the sorted pairs, each once, where the concepts find them. */
static enum err
settle(struct joining *j)
{
	struct vocab *vocab = j->vocab;
	struct vocab_concept *concept;
	const struct pair *pair;
	size_t i;

	vocab->links = calloc(j->count + 1, sizeof(*vocab->links));
	if (vocab->links == NULL)
		return ERR_NOMEM;
	if (j->count > 0)
		qsort(j->pairs, j->count, sizeof(*j->pairs), compare_pairs);
	for (i = 0; i < j->count; i++) {
		pair = &j->pairs[i];
		if (i > 0 && compare_pairs(pair - 1, pair) == 0)
			continue;
		concept = &vocab->concepts[pair->from];
		if (concept->link_count[pair->link]++ == 0)
		concept->link_first[pair->link] = (uint32_t)vocab->link_count;
		vocab->links[vocab->link_count++] = pair->to;
	}
	return ERR_NONE;
}

enum err
vocab_join(struct vocab *vocab, struct vocab_report *report)
{
	struct joining j = { .vocab = vocab, .report = report };
	const struct vocab_concept *concept;
	enum err err = ERR_NONE;
	size_t c;
	size_t i;

	for (c = 0; c < vocab->count && err == ERR_NONE; c++) {
		concept = &vocab->concepts[c];
		for (i = 0; i < concept->line_count && err == ERR_NONE; i++)
			err = join_line(
			    &j, c, &vocab->lines[concept->line_first + i]);
	}
	if (err == ERR_NONE)
		err = settle(&j);
	free(j.pairs);
	return err;
}
