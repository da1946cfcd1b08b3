#ifndef ERFAD_DICTIONARY_GRAPH_H
#define ERFAD_DICTIONARY_GRAPH_H

/*
 * dictionary_graph - words of several languages and which of them mean the same,
 * first as the lists say, then also by way of a third language.
 *
 * It takes texts as they are: what is a word, and in which form, the caller says.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/vocab.h"

/* Opaque types. */
struct graph;

#define GRAPH_NEAR_MAX 64 /* words that are near to one, at most */

struct graph_near {
	uint32_t word;
	float score; /* above 0, up to 1: they mean the same */
};

/**
 * graph_new(ret_graph), graph_free(graph):
 * An empty graph.  NULL may be freed.  Return ERR_NOMEM.
 */
enum err graph_new(struct graph **ret_graph) MUST_CHECK;
void graph_free(struct graph *graph);

/**
 * graph_word(graph, lang, text, ret_word):
 * The number, from 0, of the word ${text} of ${lang}; it is added if it is new,
 * the text copied.  Return ERR_LIMIT if there are too many, or ERR_NOMEM.
 */
enum err graph_word(struct graph *graph, enum vocab_lang lang, const char *text,
    uint32_t *ret_word) MUST_CHECK;

/**
 * graph_count(graph), graph_lang(graph, word), graph_text(graph, word):
 * How many words there are; the language and the text of one.
 */
uint32_t graph_count(const struct graph *graph);
enum vocab_lang graph_lang(const struct graph *graph, uint32_t word);
const char *graph_text(const struct graph *graph, uint32_t word);

/**
 * graph_say(graph, from, to, share):
 * A list says under ${from} that ${to}, of another language, means the same;
 * ${share}, above 0 and up to 1, tells how much of the entry that is.  Not after
 * graph_close().  Return ERR_LIMIT or ERR_NOMEM.
 */
enum err graph_say(
    struct graph *graph, uint32_t from, uint32_t to, float share) MUST_CHECK;

/**
 * graph_close(graph):
 * All has been said: make ready for graph_near().  Return ERR_NOMEM.
 */
enum err graph_close(struct graph *graph) MUST_CHECK;

/**
 * graph_said(graph):
 * Of how many pairs of words the lists said that they mean the same.
 */
size_t graph_said(const struct graph *graph);

/**
 * graph_near(graph, word, ret_near):
 * The words of other languages that mean the same as ${word}, as far as the lists
 * say or let conclude by way of one word of a third language; in no order.  A
 * conclusion is never surer than what is said.  Return how many there are.
 */
size_t graph_near(struct graph *graph, uint32_t word,
    struct graph_near ret_near[GRAPH_NEAR_MAX]);

#endif /* !ERFAD_DICTIONARY_GRAPH_H */
