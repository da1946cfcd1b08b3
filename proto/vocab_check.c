#include "proto/vocab_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define DEFINITION_MIN 12 /* bytes */
#define GONE           SIZE_MAX

/* Is ${text} one sentence: a capital letter, and one stop, at its end? */
static bool
is_sentence(const char *text)
{
	size_t len = strlen(text);
	size_t i;

	if (len < DEFINITION_MIN || (text[0] >= 'a' && text[0] <= 'z'))
		return false;
	for (i = 0; i + 1 < len; i++)
		if (strchr(".!?", text[i]) != NULL && text[i + 1] == ' ')
			return false;
	return text[len - 1] == '.';
}

/* The definitions of a concept, and the values it stands for. */
static void
check_lines(const struct vocab *vocab, const struct vocab_concept *concept,
    struct vocab_report *report)
{
	const struct vocab_line *line;
	size_t defined = 0;
	size_t i;

	for (i = 0; i < concept->line_count; i++) {
		line = &vocab->lines[concept->line_first + i];
		if (strcmp(line->key, "value") == 0 &&
		    strchr(line->text, '.') == NULL)
			vocab_fault(
			    report, line->line, "write: value FIELD.CODE");
		if (strcmp(line->key, "def") != 0)
			continue;
		if (line->lang == VOCAB_EN)
			defined++;
		if (!is_sentence(line->text))
			vocab_fault(report, line->line,
			    "a definition is one sentence: a capital, and one "
			    "full stop at the end");
	}
	if (defined != 1 && !(concept->value && defined == 0))
		vocab_fault(report, concept->line,
		    "\"%s\" needs one English definition", concept->id);
}

/* One name in each language, and one in English. */
static void
check_names(const struct vocab *vocab, const struct vocab_concept *concept,
    struct vocab_report *report)
{
	size_t names[VOCAB_LANGS] = { 0 };
	const struct vocab_entry *entry;
	size_t i;

	for (i = 0; i < concept->label_count; i++) {
		entry = &vocab->labels[concept->label_first + i];
		if (entry->label.kind == VOCAB_PREF &&
		    ++names[entry->label.lang] == 2)
			vocab_fault(report, entry->line,
			    "\"%s\" has two lines \"%s\"", concept->id,
			    vocab_lang_code(entry->label.lang));
	}
	if (names[VOCAB_EN] == 0)
		vocab_fault(report, concept->line,
		    "\"%s\" has no English label", concept->id);
}

/*
 * Take away, one after another, the concepts from which no ${ahead} leads to one
 * that is left; ${left} counts for each what still does, or is GONE.
 */
static void
peel(const struct vocab *vocab, enum vocab_link ahead, enum vocab_link back,
    size_t *left, uint16_t *queue)
{
	const uint16_t *links;
	size_t head, tail = 0;
	size_t count, c, i;

	for (c = 0; c < vocab->count; c++) {
		if (left[c] == GONE)
			continue;
		links = vocab_linked(vocab, c, ahead, &count);
		for (left[c] = 0, i = 0; i < count; i++)
			left[c] += left[links[i]] != GONE ? 1 : 0;
	}
	for (c = 0; c < vocab->count; c++)
		if (left[c] == 0)
			queue[tail++] = (uint16_t)c;
	for (head = 0; head < tail; head++) {
		left[queue[head]] = GONE;
		links = vocab_linked(vocab, queue[head], back, &count);
		for (i = 0; i < count; i++)
			if (left[links[i]] != GONE && --left[links[i]] == 0)
				queue[tail++] = links[i];
	}
}

/* Is a concept broader than itself, by whatever way? */
static enum err
check_circles(const struct vocab *vocab, struct vocab_report *report)
{
	size_t *left = calloc(vocab->count + 1, sizeof(*left));
	uint16_t *queue = calloc(vocab->count + 1, sizeof(*queue));
	enum err err = ERR_NOMEM;
	size_t c;

	if (left == NULL || queue == NULL)
		goto out;

	/* From above, then from below: only circles, and ways between, remain. */
	peel(vocab, VOCAB_BROADER, VOCAB_NARROWER, left, queue);
	peel(vocab, VOCAB_NARROWER, VOCAB_BROADER, left, queue);
	for (c = 0; c < vocab->count; c++)
		if (left[c] != GONE)
			vocab_fault(report, vocab->concepts[c].line,
			    "\"%s\" is broader than itself",
			    vocab_id(vocab, c));
	err = ERR_NONE;
out:
	free(left);
	free(queue);
	return err;
}

static int
compare_terms(const void *a, const void *b)
{
	const struct vocab_term *x = *(const struct vocab_term *const *)a;
	const struct vocab_term *y = *(const struct vocab_term *const *)b;
	int order;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if ((order = strcmp(x->folded, y->folded)) != 0)
		return order;
	return (x->label > y->label) - (x->label < y->label);
}

/* Does ${concept} say why it shares a label with another? */
static enum err
is_noted(
    const struct vocab *vocab, const struct vocab_term *term, bool *ret_noted)
{
	const struct vocab_concept *concept = &vocab->concepts[term->concept];
	const struct vocab_line *line;
	char *folded;
	size_t len = strlen(term->folded);
	size_t i;
	enum err err;

	for (i = 0; i < concept->line_count && !*ret_noted; i++) {
		line = &vocab->lines[concept->line_first + i];
		if (strcmp(line->key, "twice") != 0 ||
		    vocab_family_of(line->lang) != term->family)
			continue;
		if ((err = text_fold(line->text, &folded)) != ERR_NONE)
			return err;
		*ret_noted = strncmp(folded, term->folded, len) == 0 &&
		    folded[len] == ':' && folded[len + 1] == ' ';
		free(folded);
	}
	return ERR_NONE;
}

/* Two terms of one family that read the same. */
static enum err
check_same(const struct vocab *vocab, const struct vocab_term *a,
    const struct vocab_term *b, struct vocab_report *report)
{
	const struct vocab_entry *first = &vocab->labels[a->label];
	const struct vocab_entry *second = &vocab->labels[b->label];
	bool noted = false;
	enum err err;

	if (a->concept == b->concept) {
		if (first->label.lang == second->label.lang &&
		    first->label.stem == second->label.stem)
			vocab_fault(report, second->line,
			    "\"%s\" stands here twice", second->label.text);
		return ERR_NONE;
	}
	if (first->label.stem != second->label.stem)
		return ERR_NONE;
	if ((err = is_noted(vocab, a, &noted)) != ERR_NONE ||
	    (err = is_noted(vocab, b, &noted)) != ERR_NONE)
		return err;
	if (!noted)
		vocab_fault(report, second->line,
		    "\"%s\" is also \"%s\" in the same language: say why "
		    "(twice %s %s: ...)",
		    second->label.text, vocab_id(vocab, a->concept),
		    vocab_lang_code(second->label.lang), second->label.text);
	return ERR_NONE;
}

/* No label of two concepts within a language without a note. */
static enum err
check_twice(const struct vocab *vocab, struct vocab_report *report)
{
	const struct vocab_term **terms;
	enum err err = ERR_NONE;
	size_t i;

	terms = calloc(vocab->term_count + 1, sizeof(*terms));
	if (terms == NULL)
		return ERR_NOMEM;
	for (i = 0; i < vocab->term_count; i++)
		terms[i] = &vocab->terms[i];
	qsort(terms, vocab->term_count, sizeof(*terms), compare_terms);
	for (i = 1; i < vocab->term_count && err == ERR_NONE; i++)
		if (terms[i]->family == terms[i - 1]->family &&
		    strcmp(terms[i]->folded, terms[i - 1]->folded) == 0)
			err = check_same(vocab, terms[i - 1], terms[i], report);
	free(terms);
	return err;
}

enum err
vocab_check(struct vocab *vocab, struct vocab_report *report)
{
	enum err err;
	size_t c;

	for (c = 0; c < vocab->count; c++) {
		check_lines(vocab, &vocab->concepts[c], report);
		check_names(vocab, &vocab->concepts[c], report);
	}
	if ((err = check_circles(vocab, report)) != ERR_NONE)
		return err;
	return check_twice(vocab, report);
}
