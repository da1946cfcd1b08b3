#include "daemon/dictionary_make.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "proto/vocab.h"
#include "daemon/dictd.h"
#include "daemon/dictionary.h"
#include "daemon/dictionary_form.h"
#include "daemon/dictionary_graph.h"
#include "daemon/dictionary_write.h"
#include "daemon/tokens.h"

#define LISTS_MAX   64
#define WORDS_MAX   4 /* in a phrase that words of two languages may share */
#define TERM_MIN    3 /* bytes */
#define LINKS_MAX   (1U << 24)
#define FIRST_LINKS 65536
#define SCORE_MIN   0.20F
#define FORMS_MAX   2 /* words that look alike without their endings */
#define NO_TERM     UINT32_MAX

/* What goes from the lists to the file. */
struct maker {
	struct graph *words; /* as the lists write them */
	struct graph *terms; /* their searched forms, without any edge */
	struct tokens *tokens;
	uint32_t *term_of; /* of each word, or NO_TERM */
	uint32_t *words_by_term;
	struct dictionary_link *links;
	size_t link_room;
	uint32_t nlinks;
	enum vocab_lang from; /* of the list that is read */
	enum vocab_lang to;
};

/* A language as the names of lists have it; false for others. */
static bool
read_lang(const char *code, enum vocab_lang *ret_lang)
{
	static const struct {
		const char code[4];
		enum vocab_lang lang;
	} known[] = { { "dan", VOCAB_DA }, { "swe", VOCAB_SV },
		{ "nor", VOCAB_NB }, { "nob", VOCAB_NB }, { "nno", VOCAB_NN },
		{ "fin", VOCAB_FI }, { "isl", VOCAB_IS }, { "eng", VOCAB_EN } };

	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(known[i].code, code, 3) == 0) {
			*ret_lang = known[i].lang;
			return true;
		}
	return false;
}

/* Take the words away that only say which kind of word follows. */
static const char *
skip_particle(enum vocab_lang lang, const char *text)
{
	static const char *const particles[VOCAB_LANGS][4] = {
		[VOCAB_EN] = { "to ", "a ", "an ", "the " },
		[VOCAB_DA] = { "at ", "en ", "et " },
		[VOCAB_NB] = { "å ", "en ", "et ", "ei " },
		[VOCAB_NN] = { "å ", "ein ", "eit ", "ei " },
		[VOCAB_SV] = { "att ", "en ", "ett " },
		[VOCAB_IS] = { "að " },
	};
	size_t len;
	size_t i;

	for (i = 0; i < 4 && particles[lang][i] != NULL; i++) {
		len = strlen(particles[lang][i]);
		if (strncmp(text, particles[lang][i], len) == 0)
			return text + len;
	}
	return text;
}

static size_t
count_words(const char *text)
{
	size_t count = 0;
	size_t len;

	for (text = tokens_next(text, &len); len > 0;
	     text = tokens_next(text + len, &len))
		count++;
	return count;
}

/* The number of a word or phrase; NO_TERM if it is none worth keeping. */
static enum err
find_word(struct maker *maker, enum vocab_lang lang, const char *text,
    uint32_t *ret_word)
{
	char *lower = NULL;
	const char *bare;
	size_t count;
	enum err err;

	*ret_word = NO_TERM;
	if ((err = text_lower(text, &lower)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	bare = skip_particle(lang, lower);
	count = count_words(bare);
	if (count > 0 && count <= WORDS_MAX)
		err = graph_word(maker->words, lang, bare, ret_word);
	free(lower);
	return err;
}

/* Note what a list says. */
static enum err
note_pair(void *context, const struct dictd_pair *pair)
{
	struct maker *maker = context;
	uint32_t from;
	uint32_t to = NO_TERM;
	float share = 1 /
	    (1 + 0.6F * (float)pair->sense + 0.3F * (float)pair->place);
	enum err err;

	err = find_word(maker, maker->from, pair->head, &from);
	if (err == ERR_NONE)
		err = find_word(maker, maker->to, pair->word, &to);
	if (err != ERR_NONE || from == NO_TERM || to == NO_TERM)
		return err;
	return graph_say(maker->words, from, to, share);
}

/* Whether ${name} is the index of a list of two of our languages. */
static bool
read_name(const char *name, struct maker *maker, char *list, size_t size)
{
	static const char suffix[] = ".index";
	size_t len = strlen(name);
	const char *pair;

	if (len < 7 + strlen(suffix) || len >= size ||
	    strcmp(name + len - strlen(suffix), suffix) != 0)
		return false;
	len -= strlen(suffix);
	pair = name + len - 7;
	if ((pair != name && pair[-1] != '-') || pair[3] != '-' ||
	    !read_lang(pair, &maker->from) ||
	    !read_lang(pair + 4, &maker->to) || maker->from == maker->to)
		return false;
	memcpy(list, name, len);
	list[len] = '\0';
	return true;
}

/* A list that cannot be read is left out. */
static enum err
pass_over(enum err err, struct dictionary_made *made)
{
	if (err == ERR_NOMEM)
		return err;
	made->bad++;
	return ERR_NONE;
}

/* Read the lists, in the order of their names. */
static enum err
read_lists(
    struct maker *maker, const char *folder, struct dictionary_made *made)
{
	struct dirent **names = NULL;
	char list[256];
	int count = scandir(folder, &names, NULL, alphasort);
	enum err err = ERR_NONE;
	int i;

	if (count < 0)
		return errno == ENOMEM ? ERR_NOMEM : ERR_NOENT;
	for (i = 0; i < count; i++) {
		if (err == ERR_NONE && made->lists < LISTS_MAX &&
		    read_name(names[i]->d_name, maker, list, sizeof(list))) {
			err = dictd_read(folder, list, note_pair, maker);
			if (err == ERR_NONE)
				made->lists++;
			else
				err = pass_over(err, made);
		}
		free(names[i]);
	}
	free(names);
	if (err == ERR_NONE && made->lists == 0)
		err = ERR_NOENT;
	return err;
}

static enum stem_lang
stem_of(enum vocab_lang lang)
{
	return stem_lang(vocab_lang_code(lang));
}

/* The searched form of a word; NO_TERM for phrases and words that say nothing. */
static enum err
find_term(struct maker *maker, uint32_t word, uint32_t *ret_term)
{
	enum vocab_lang lang = graph_lang(maker->words, word);
	const char *text = graph_text(maker->words, word);
	struct token token;
	const char *term;
	size_t len;
	enum err err;

	*ret_term = NO_TERM;
	if (tokens_next(text, &len) != text || text[len] != '\0')
		return ERR_NONE;
	err = tokens_forms(maker->tokens, text, len, stem_of(lang), &token);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	term = token.stem[0] != '\0' ? token.stem : token.folded;
	if (strlen(term) < TERM_MIN || tokens_is_common(term) ||
	    tokens_is_common(token.folded))
		return ERR_NONE;
	return graph_word(maker->terms, lang, term, ret_term);
}

static int
compare_words(const void *a, const void *b, void *context)
{
	const struct maker *maker = context;
	uint32_t left = maker->term_of[*(const uint32_t *)a];
	uint32_t right = maker->term_of[*(const uint32_t *)b];

	return (left > right) - (left < right);
}

/* Find the searched form of each word, and sort the words by it. */
static enum err
find_terms(struct maker *maker)
{
	uint32_t count = graph_count(maker->words);
	uint32_t i;
	enum err err;

	maker->term_of = calloc(count + 1, sizeof(*maker->term_of));
	maker->words_by_term = calloc(count + 1, sizeof(uint32_t));
	if (maker->term_of == NULL || maker->words_by_term == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		maker->words_by_term[i] = i;
		if ((err = find_term(maker, i, &maker->term_of[i])) != ERR_NONE)
			return err;
	}
	qsort_r(maker->words_by_term, count, sizeof(uint32_t), compare_words,
	    maker);
	return ERR_NONE;
}

static int
compare_links(const void *a, const void *b)
{
	const struct dictionary_link *left = a;
	const struct dictionary_link *right = b;

	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	return (left->to > right->to) - (left->to < right->to);
}

/* The terms that are near to one. */
struct nearby {
	struct dictionary_link links[8 * GRAPH_NEAR_MAX];
	size_t count;
};

/* Add what is near to one word of a term. */
static void
gather(struct maker *maker, uint32_t word, struct nearby *nearby)
{
	struct graph_near near[GRAPH_NEAR_MAX];
	size_t count = graph_near(maker->words, word, near);
	uint32_t weight;
	uint32_t to;
	size_t i;
	size_t k;

	for (i = 0; i < count; i++) {
		to = maker->term_of[near[i].word];
		if (to == NO_TERM || near[i].score < SCORE_MIN)
			continue;
		weight = (uint32_t)lroundf(255 * near[i].score);
		for (k = 0; k < nearby->count; k++)
			if (nearby->links[k].to == to)
				break;
		if (k == sizeof(nearby->links) / sizeof(nearby->links[0]))
			continue;
		if (k == nearby->count)
			nearby->links[nearby->count++] =
			    (struct dictionary_link){ .to = to };
		if (nearby->links[k].weight < weight)
			nearby->links[k].weight = weight;
	}
}

static enum err
add_link(struct maker *maker, const struct dictionary_link *link)
{
	size_t room = maker->link_room == 0 ? FIRST_LINKS :
					      2 * maker->link_room;
	struct dictionary_link *links;

	if (maker->nlinks == LINKS_MAX)
		return ERR_LIMIT;
	if (maker->nlinks == maker->link_room) {
		links = reallocarray(maker->links, room, sizeof(*links));
		if (links == NULL)
			return ERR_NOMEM;
		maker->links = links;
		maker->link_room = room;
	}
	maker->links[maker->nlinks++] = *link;
	return ERR_NONE;
}

/* Keep the best in each language. */
static enum err
keep_best(struct maker *maker, uint32_t term, struct nearby *nearby)
{
	size_t kept[VOCAB_LANGS] = { 0 };
	enum vocab_lang lang;
	enum err err;
	size_t i;

	qsort(nearby->links, nearby->count, sizeof(*nearby->links),
	    compare_links);
	for (i = 0; i < nearby->count; i++) {
		lang = graph_lang(maker->terms, nearby->links[i].to);
		if (kept[lang]++ >= DICTIONARY_EACH)
			continue;
		nearby->links[i].from = term;
		if ((err = add_link(maker, &nearby->links[i])) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Link each term with those that are near to its words. */
static enum err
link_terms(struct maker *maker)
{
	struct nearby *nearby = calloc(1, sizeof(*nearby));
	uint32_t count = graph_count(maker->words);
	uint32_t term;
	uint32_t i = 0;
	enum err err = ERR_NONE;

	if (nearby == NULL)
		return ERR_NOMEM;
	while (err == ERR_NONE && i < count) {
		term = maker->term_of[maker->words_by_term[i]];
		if (term == NO_TERM)
			break;
		nearby->count = 0;
		for (; i < count &&
		     maker->term_of[maker->words_by_term[i]] == term;
		     i++)
			gather(maker, maker->words_by_term[i], nearby);
		err = keep_best(maker, term, nearby);
	}
	free(nearby);
	return err;
}

static int
compare_forms(const void *a, const void *b)
{
	const struct dictionary_link *left = a;
	const struct dictionary_link *right = b;

	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	return compare_links(a, b);
}

/* Lead from what the forms of a word have in common to the word. */
static enum err
add_form(struct maker *maker, uint32_t link)
{
	struct dictionary_link form = { .to = maker->links[link].from,
		.weight = maker->links[link].weight };
	const char *text = graph_text(maker->terms, form.to);
	enum vocab_lang lang = graph_lang(maker->terms, form.to);
	char bare[TOKEN_MAX + 2];
	enum err err;

	if (dictionary_form(lang, text, strlen(text), bare) == 0)
		return ERR_NONE;
	err = graph_word(maker->terms, lang, bare, &form.from);
	return err != ERR_NONE ? err : add_link(maker, &form);
}

/* The same for all; of those that look alike the surest few are kept. */
static enum err
add_forms(struct maker *maker)
{
	uint32_t count = maker->nlinks;
	uint32_t kept = count;
	uint32_t i;
	enum err err;

	for (i = 0; i < count; i++)
		if (i == 0 || maker->links[i].from != maker->links[i - 1].from)
			if ((err = add_form(maker, i)) != ERR_NONE)
				return err;
	qsort(maker->links + count, maker->nlinks - count,
	    sizeof(*maker->links), compare_forms);
	for (i = count; i < maker->nlinks; i++)
		if (kept < count + FORMS_MAX ||
		    maker->links[kept - FORMS_MAX].from != maker->links[i].from)
			maker->links[kept++] = maker->links[i];
	maker->nlinks = kept;
	return ERR_NONE;
}

static enum err
write_file(struct maker *maker, const char *path, struct dictionary_made *made)
{
	uint32_t count = graph_count(maker->terms);
	struct dictionary_term *terms = calloc(count + 1, sizeof(*terms));
	uint32_t i;
	enum err err;

	if (terms == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		terms[i].lang = graph_lang(maker->terms, i);
		terms[i].text = graph_text(maker->terms, i);
	}
	err = dictionary_write(path, terms, count, maker->links, maker->nlinks,
	    &made->words, &made->bytes);
	free(terms);
	return err;
}

enum err
dictionary_make(
    const char *folder, const char *path, struct dictionary_made *ret_made)
{
	struct maker maker = { 0 };
	struct dictionary_made made = { 0 };
	enum err err;

	if ((err = graph_new(&maker.words)) == ERR_NONE &&
	    (err = graph_new(&maker.terms)) == ERR_NONE &&
	    (err = tokens_new(&maker.tokens)) == ERR_NONE &&
	    (err = read_lists(&maker, folder, &made)) == ERR_NONE &&
	    (err = graph_close(maker.words)) == ERR_NONE &&
	    (err = find_terms(&maker)) == ERR_NONE &&
	    (err = link_terms(&maker)) == ERR_NONE &&
	    (err = add_forms(&maker)) == ERR_NONE)
		err = write_file(&maker, path, &made);
	made.links = maker.nlinks;
	graph_free(maker.words);
	graph_free(maker.terms);
	tokens_free(maker.tokens);
	free(maker.term_of);
	free(maker.words_by_term);
	free(maker.links);
	if (err == ERR_NONE || err == ERR_NOENT)
		*ret_made = made;
	return err;
}
