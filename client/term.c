#include "client/term.h"

#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/text.h"

#define NEAR_MANY 5

/* A word of our own languages with what it is in. */
static enum err
add_label(Erfa__Label ***list, size_t *count, const struct vocab_label *from)
{
	Erfa__Label *label;
	enum err err;

	err = answer_add(list, count, &erfa__label__descriptor, &label);
	if (err != ERR_NONE ||
	    (err = answer_text(
		 &label->language, vocab_lang_code(from->lang))) != ERR_NONE)
		return err;
	/* Checked would say that a speaker of the language has looked at it. */
	label->has_confidence = !from->checked;
	if (!from->checked)
		label->confidence =
		    ERFA__LABEL_CONFIDENCE__LABEL_CONFIDENCE_UNCHECKED;
	return answer_text(&label->text, from->text);
}

static enum err
add_old(Erfa__TermMeaning *meaning, const struct vocab_label *from)
{
	Erfa__TermOld *old;
	enum err err;

	err = answer_add(
	    &meaning->old, &meaning->n_old, &erfa__term_old__descriptor, &old);
	if (err != ERR_NONE ||
	    (err = answer_text(&old->language, vocab_lang_code(from->lang))) !=
		ERR_NONE ||
	    (err = answer_text(&old->text, from->text)) != ERR_NONE ||
	    (err = answer_text(&old->until, from->until)) != ERR_NONE)
		return err;
	return answer_text(&old->instead, from->instead);
}

static enum err
add_labels(
    const struct vocab *vocab, size_t concept, Erfa__TermMeaning *meaning)
{
	Erfa__Term *term = meaning->term;
	const struct vocab_label *label;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < vocab_labels(vocab, concept) && err == ERR_NONE; i++) {
		label = vocab_label(vocab, concept, i);
		switch (label->kind) {
		case VOCAB_PREF:
			err = add_label(
			    &term->pref_label, &term->n_pref_label, label);
			break;
		case VOCAB_ALT:
			err = add_label(
			    &term->alt_label, &term->n_alt_label, label);
			break;
		case VOCAB_OLD:
			err = add_old(meaning, label);
			break;
		case VOCAB_HIDDEN:
			break;
		}
	}
	return err;
}

/* What links to other concepts, by their ids. */
static enum err
add_links(const struct vocab *vocab, size_t concept, Erfa__Term *term)
{
	char ***const lists[VOCAB_LINKS] = { &term->broader, &term->narrower,
		&term->related, &term->close_match };
	size_t *const counts[VOCAB_LINKS] = { &term->n_broader,
		&term->n_narrower, &term->n_related, &term->n_close_match };
	const uint16_t *linked;
	enum err err = ERR_NONE;
	size_t count;
	size_t link;
	size_t i;

	for (link = 0; link < VOCAB_LINKS; link++) {
		linked = vocab_linked(
		    vocab, concept, (enum vocab_link)link, &count);
		for (i = 0; i < count && err == ERR_NONE; i++)
			err = answer_text_add(lists[link], counts[link],
			    vocab_id(vocab, linked[i]));
	}
	return err;
}

static enum err
add_definitions(const struct vocab *vocab, size_t concept, Erfa__Term *term)
{
	const char *english = vocab_definition(vocab, concept, VOCAB_EN);
	struct vocab_label label = { .checked = true };
	enum err err = ERR_NONE;
	size_t lang;

	for (lang = 0; lang < VOCAB_LANGS && err == ERR_NONE; lang++) {
		label.lang = (enum vocab_lang)lang;
		label.text = vocab_definition(vocab, concept, label.lang);
		if (label.text != NULL &&
		    (label.text != english || lang == VOCAB_EN))
			err = add_label(
			    &term->definition, &term->n_definition, &label);
	}
	return err;
}

/* Notes, notations and values: texts that are told one by one. */
static enum err
add_texts(const struct vocab *vocab, size_t concept, Erfa__TermMeaning *meaning)
{
	Erfa__Term *term = meaning->term;
	enum err err = ERR_NONE;
	const char *text;
	size_t n;

	for (n = 0;
	     err == ERR_NONE && (text = vocab_note(vocab, concept, n)) != NULL;
	     n++)
		err = answer_text_add(&meaning->note, &meaning->n_note, text);
	for (n = 0; err == ERR_NONE &&
	     (text = vocab_notation(vocab, concept, n)) != NULL;
	     n++)
		err = answer_text_add(&term->notation, &term->n_notation, text);
	for (n = 0;
	     err == ERR_NONE && (text = vocab_value(vocab, concept, n)) != NULL;
	     n++)
		err = answer_text_add(&meaning->value, &meaning->n_value, text);
	return err;
}

/* The whole concept as a term. */
static enum err
fill_term(const struct vocab *vocab, size_t concept, Erfa__TermMeaning *meaning)
{
	Erfa__Term *term = calloc(1, sizeof(*term));
	size_t instead;
	enum err err;

	if (term == NULL)
		return ERR_NOMEM;
	erfa__term__init(term);
	meaning->term = term;
	term->has_status = true;
	term->status = ERFA__TERM_STATUS__TERM_STATUS_CURRENT;
	if (vocab_replaced(vocab, concept, &instead)) {
		term->status = ERFA__TERM_STATUS__TERM_STATUS_DEPRECATED;
		err = answer_text(&term->replaced_by, vocab_id(vocab, instead));
		if (err != ERR_NONE)
			return err;
	}
	if ((err = answer_text(&term->concept, vocab_id(vocab, concept))) !=
		ERR_NONE ||
	    (err = add_labels(vocab, concept, meaning)) != ERR_NONE ||
	    (err = add_definitions(vocab, concept, term)) != ERR_NONE ||
	    (err = add_links(vocab, concept, term)) != ERR_NONE)
		return err;
	return add_texts(vocab, concept, meaning);
}

/* Do two words read the same when folded? */
static enum err
reads_same(const char *a, const char *b, bool *ret_same)
{
	char *first = NULL;
	char *second = NULL;
	enum err err;

	if ((err = text_fold(a, &first)) == ERR_NONE &&
	    (err = text_fold(b, &second)) == ERR_NONE)
		*ret_same = strcmp(first, second) == 0;
	free(first);
	free(second);
	return err;
}

/* In which languages the label that was found stands for the concept. */
static enum err
add_found(const struct vocab *vocab, const struct vocab_match *match,
    Erfa__TermMeaning *meaning)
{
	static const char *const hows[] = { "exact", "inflected", "stem",
		"part" };
	const struct vocab_label *found = vocab_label(
	    vocab, match->concept, match->label);
	const struct vocab_label *label;
	bool seen[VOCAB_LANGS] = { false };
	bool same;
	enum err err;
	size_t i;

	if ((err = answer_text(&meaning->how, hows[match->how])) != ERR_NONE ||
	    (err = answer_text(&meaning->found, found->text)) != ERR_NONE)
		return err;
	for (i = 0; i < vocab_labels(vocab, match->concept); i++) {
		label = vocab_label(vocab, match->concept, i);
		same = false;
		if (!seen[label->lang])
			err = reads_same(label->text, found->text, &same);
		if (err == ERR_NONE && same) {
			seen[label->lang] = true;
			err = answer_text_add(&meaning->found_in,
			    &meaning->n_found_in, vocab_lang_code(label->lang));
		}
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err
add_meaning(const struct vocab *vocab, const struct vocab_match *match,
    enum vocab_lang lang, Erfa__TermMeaning ***list, size_t *count)
{
	Erfa__TermMeaning *meaning;
	const char *sector = vocab_sector(vocab, match->concept);
	enum err err;

	err = answer_add(
	    list, count, &erfa__term_meaning__descriptor, &meaning);
	if (err != ERR_NONE ||
	    (err = answer_text(&meaning->name,
		 vocab_name(vocab, match->concept, lang))) != ERR_NONE ||
	    (err = answer_text(&meaning->sector, sector)) != ERR_NONE ||
	    (err = add_found(vocab, match, meaning)) != ERR_NONE)
		return err;
	return fill_term(vocab, match->concept, meaning);
}

/* Is the concept of match ${n} that of an earlier one? */
static bool
is_told(const struct vocab_match *matches, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (matches[i].concept == matches[n].concept)
			return true;
	return false;
}

/* Add the matches of ${lang} if ${ours}, else all others. */
static enum err
add_matches(const struct vocab *vocab, const struct vocab_match *matches,
    size_t count, enum vocab_lang lang, bool ours, Erfa__TermReport *report)
{
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < count && err == ERR_NONE; i++)
		if ((matches[i].lang == lang) == ours && !is_told(matches, i))
			err = add_meaning(vocab, &matches[i], lang,
			    &report->meaning, &report->n_meaning);
	return err;
}

/* Find what is spelt nearly like the only word. */
static enum err
add_near(const struct vocab *vocab, const char *word, enum vocab_lang lang,
    Erfa__TermReport *report)
{
	struct vocab_match matches[NEAR_MANY];
	enum err err = ERR_NONE;
	size_t count;
	size_t i;

	count = vocab_near(vocab, word, lang, matches, NEAR_MANY);
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = add_meaning(
		    vocab, &matches[i], lang, &report->near, &report->n_near);
	return err;
}

enum err
term_look(const struct vocab *vocab, const char *text, enum vocab_lang lang,
    Erfa__TermReport *report)
{
	struct vocab_match matches[TERM_MANY];
	struct vocab_words *words = NULL;
	const char *const *list;
	char *folded = NULL;
	size_t made;
	size_t count;
	enum err err;

	if ((err = vocab_words_new(text, &words)) != ERR_NONE)
		return err;
	list = vocab_words_list(words, &count);
	if (count == 0) {
		err = ERR_SYNTAX;
		goto out;
	}
	made = vocab_match(vocab, list, count, VOCAB_ANY, matches, TERM_MANY);
	if ((err = add_matches(vocab, matches, made, lang, true, report)) !=
		ERR_NONE ||
	    (err = add_matches(vocab, matches, made, lang, false, report)) !=
		ERR_NONE)
		goto out;
	if (made == 0 && (err = text_fold(text, &folded)) == ERR_NONE)
		err = add_near(vocab, folded, lang, report);
out:
	free(folded);
	vocab_words_free(words);
	return err;
}
