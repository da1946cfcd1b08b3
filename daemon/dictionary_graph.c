#include "daemon/dictionary_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/arena.h"

#define WORDS_MAX  (1U << 24)
#define EDGES_MAX  (1U << 25)
#define FIRST_ROOM 4096 /* a power of two */

/* How far a list is believed, about its headwords and the other way round. */
#define BELIEVED      0.85F
#define BELIEVED_BACK 0.55F

/* How far two steps are believed, and what share of a step is looked at. */
#define BELIEVED_TWO 0.8F
#define SHARE_MIN    0.02F

struct node {
	const char *text;
	uint32_t lang;
	uint32_t first; /* edge */
};

/* That one word means another; both directions are there. */
struct edge {
	uint32_t from;
	uint32_t to;
	float said;  /* by a list under from */
	float told;  /* by a list under to */
	float sure;  /* both together */
	float share; /* of all that from means in the language of to */
	float back;  /* the share of the edge in the other direction */
};

/* What is concluded about a word while its neighbours are gone through. */
struct flow {
	float there[VOCAB_LANGS]; /* by the language between */
	float back[VOCAB_LANGS];
	float sure; /* said directly */
};

struct graph {
	struct arena *texts;
	struct node *nodes;
	size_t room; /* for nodes */
	uint32_t count;
	uint32_t *slots; /* number of a node + 1 */
	size_t nslots;
	struct edge *edges;
	size_t edge_room;
	size_t nedges;
	struct flow *flows;
	uint32_t *touched;
	uint8_t *is_touched;
};

enum err
graph_new(struct graph **ret_graph)
{
	struct graph *graph = calloc(1, sizeof(*graph));

	if (graph == NULL)
		return ERR_NOMEM;
	graph->nslots = FIRST_ROOM;
	graph->slots = calloc(graph->nslots, sizeof(*graph->slots));
	if (graph->slots == NULL ||
	    arena_new(1 << 20, &graph->texts) != ERR_NONE) {
		graph_free(graph);
		return ERR_NOMEM;
	}
	*ret_graph = graph;
	return ERR_NONE;
}

void
graph_free(struct graph *graph)
{
	if (graph == NULL)
		return;
	arena_free(graph->texts);
	free(graph->nodes);
	free(graph->slots);
	free(graph->edges);
	free(graph->flows);
	free(graph->touched);
	free(graph->is_touched);
	free(graph);
}

/* FNV-1a. */
static uint64_t
hash(enum vocab_lang lang, const char *text)
{
	uint64_t value = UINT64_C(14695981039346656037) ^ (uint64_t)lang;

	for (; *text != '\0'; text++) {
		value ^= (unsigned char)*text;
		value *= UINT64_C(1099511628211);
	}
	return value ^ value >> 32;
}

/* The slot in which the word is, or belongs. */
static uint32_t *
find_slot(struct graph *graph, enum vocab_lang lang, const char *text)
{
	size_t i = (size_t)hash(lang, text) & (graph->nslots - 1);
	const struct node *node;

	while (graph->slots[i] != 0) {
		node = &graph->nodes[graph->slots[i] - 1];
		if (node->lang == (uint32_t)lang &&
		    strcmp(node->text, text) == 0)
			break;
		i = (i + 1) & (graph->nslots - 1);
	}
	return &graph->slots[i];
}

/* Make room for one more: slots are at most half full. */
static enum err
make_room(struct graph *graph)
{
	size_t room = graph->room == 0 ? FIRST_ROOM : 2 * graph->room;
	struct node *nodes;
	uint32_t i;

	if (graph->count == WORDS_MAX)
		return ERR_LIMIT;
	if (graph->count == graph->room) {
		nodes = reallocarray(graph->nodes, room, sizeof(*nodes));
		if (nodes == NULL)
			return ERR_NOMEM;
		graph->nodes = nodes;
		graph->room = room;
	}
	if (2 * ((size_t)graph->count + 1) <= graph->nslots)
		return ERR_NONE;
	free(graph->slots);
	graph->nslots *= 2;
	graph->slots = calloc(graph->nslots, sizeof(*graph->slots));
	if (graph->slots == NULL)
		return ERR_NOMEM;
	for (i = 0; i < graph->count; i++)
		*find_slot(graph, (enum vocab_lang)graph->nodes[i].lang,
		    graph->nodes[i].text) = i + 1;
	return ERR_NONE;
}

enum err
graph_word(struct graph *graph, enum vocab_lang lang, const char *text,
    uint32_t *ret_word)
{
	size_t size = strlen(text) + 1;
	uint32_t *slot;
	char *copy;
	enum err err;

	if ((err = make_room(graph)) != ERR_NONE)
		return err;
	slot = find_slot(graph, lang, text);
	if (*slot == 0) {
		if ((copy = arena_alloc(graph->texts, size)) == NULL)
			return ERR_NOMEM;
		memcpy(copy, text, size);
		graph->nodes[graph->count].text = copy;
		graph->nodes[graph->count].lang = (uint32_t)lang;
		*slot = ++graph->count;
	}
	*ret_word = *slot - 1;
	return ERR_NONE;
}

uint32_t
graph_count(const struct graph *graph)
{
	return graph->count;
}

enum vocab_lang
graph_lang(const struct graph *graph, uint32_t word)
{
	return (enum vocab_lang)graph->nodes[word].lang;
}

const char *
graph_text(const struct graph *graph, uint32_t word)
{
	return graph->nodes[word].text;
}

enum err
graph_say(struct graph *graph, uint32_t from, uint32_t to, float share)
{
	size_t room = graph->edge_room == 0 ? FIRST_ROOM : 2 * graph->edge_room;
	struct edge *edges;

	if (graph->nedges + 2 > EDGES_MAX)
		return ERR_LIMIT;
	if (graph->nedges + 2 > graph->edge_room) {
		edges = reallocarray(graph->edges, room, sizeof(*edges));
		if (edges == NULL)
			return ERR_NOMEM;
		graph->edges = edges;
		graph->edge_room = room;
	}
	edges = graph->edges + graph->nedges;
	edges[0] = (struct edge){ .from = from, .to = to, .said = share };
	edges[1] = (struct edge){ .from = to, .to = from, .told = share };
	graph->nedges += 2;
	return ERR_NONE;
}

static int
compare_edges(const void *a, const void *b)
{
	const struct edge *left = a;
	const struct edge *right = b;

	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	return (left->to > right->to) - (left->to < right->to);
}

/* One edge for all that was said of two words. */
static void
merge_edges(struct graph *graph)
{
	struct edge *edges = graph->edges;
	size_t kept = 0;
	size_t i;

	for (i = 0; i < graph->nedges; i++) {
		if (kept > 0 &&
		    compare_edges(&edges[kept - 1], &edges[i]) == 0) {
			edges[kept - 1].said = fmaxf(
			    edges[kept - 1].said, edges[i].said);
			edges[kept - 1].told = fmaxf(
			    edges[kept - 1].told, edges[i].told);
		} else {
			edges[kept++] = edges[i];
		}
	}
	graph->nedges = kept;
	for (i = 0; i < kept; i++)
		edges[i].sure = 1 -
		    (1 - BELIEVED * edges[i].said) *
			(1 - BELIEVED_BACK * edges[i].told);
}

/* Where the edges of ${word} end. */
static size_t
end_of(const struct graph *graph, uint32_t word)
{
	return word + 1 < graph->count ? graph->nodes[word + 1].first :
					 graph->nedges;
}

/* How much of what a word means in a language each of its edges is. */
static void
weigh_edges(struct graph *graph, uint32_t word)
{
	float sum[VOCAB_LANGS] = { 0 };
	struct edge *edge = graph->edges + graph->nodes[word].first;
	struct edge *end = graph->edges + end_of(graph, word);

	for (; edge < end; edge++)
		sum[graph_lang(graph, edge->to)] += edge->sure;
	for (edge = graph->edges + graph->nodes[word].first; edge < end; edge++)
		edge->share = edge->sure / sum[graph_lang(graph, edge->to)];
}

/* The share of an edge; 0 if there is none. */
static float
share_of(const struct graph *graph, uint32_t from, uint32_t to)
{
	struct edge key = { .from = from, .to = to };
	size_t first = graph->nodes[from].first;
	const struct edge *edge = bsearch(&key, graph->edges + first,
	    end_of(graph, from) - first, sizeof(key), compare_edges);

	return edge == NULL ? 0 : edge->share;
}

enum err
graph_close(struct graph *graph)
{
	size_t i = 0;
	uint32_t word;

	graph->flows = calloc(graph->count + 1, sizeof(*graph->flows));
	graph->touched = calloc(graph->count + 1, sizeof(*graph->touched));
	graph->is_touched = calloc(graph->count + 1, 1);
	if (graph->flows == NULL || graph->touched == NULL ||
	    graph->is_touched == NULL)
		return ERR_NOMEM;
	if (graph->nedges == 0)
		return ERR_NONE;
	qsort(
	    graph->edges, graph->nedges, sizeof(*graph->edges), compare_edges);
	merge_edges(graph);
	for (word = 0; word < graph->count; word++) {
		while (i < graph->nedges && graph->edges[i].from < word)
			i++;
		graph->nodes[word].first = (uint32_t)i;
	}
	for (word = 0; word < graph->count; word++)
		weigh_edges(graph, word);
	for (i = 0; i < graph->nedges; i++)
		graph->edges[i].back = share_of(
		    graph, graph->edges[i].to, graph->edges[i].from);
	return ERR_NONE;
}

size_t
graph_said(const struct graph *graph)
{
	return graph->nedges / 2;
}

/* The flow of ${word}, which is noted as touched. */
static struct flow *
touch(struct graph *graph, uint32_t word, size_t *count)
{
	if (!graph->is_touched[word]) {
		graph->is_touched[word] = 1;
		graph->touched[(*count)++] = word;
		memset(&graph->flows[word], 0, sizeof(graph->flows[word]));
	}
	return &graph->flows[word];
}

/* Go on from the end of ${step}, not back to the language of ${word}. */
static void
second_step(
    struct graph *graph, uint32_t word, const struct edge *step, size_t *count)
{
	const struct edge *edge = graph->edges + graph->nodes[step->to].first;
	const struct edge *end = graph->edges + end_of(graph, step->to);
	enum vocab_lang between = graph_lang(graph, step->to);
	struct flow *flow;

	for (; edge < end; edge++) {
		if (graph->nodes[edge->to].lang == graph->nodes[word].lang ||
		    edge->share < SHARE_MIN)
			continue;
		flow = touch(graph, edge->to, count);
		flow->there[between] += step->share * edge->share;
		flow->back[between] += edge->back * step->back;
	}
}

/* How sure it is that two words mean the same. */
static float
judge(const struct flow *flow)
{
	float doubt = 1;
	size_t lang;

	for (lang = 0; lang < VOCAB_LANGS; lang++)
		if (flow->there[lang] > 0)
			doubt *= 1 -
			    BELIEVED_TWO *
				sqrtf(flow->there[lang] * flow->back[lang]);
	return fmaxf(flow->sure,
	    (1 - doubt) * BELIEVED_TWO + flow->sure * (1 - BELIEVED_TWO));
}

/* Put a word among the best, in the place of the worst. */
static void
keep(struct graph_near *near, size_t *count, struct graph_near found)
{
	size_t worst = 0;
	size_t i;

	if (*count < GRAPH_NEAR_MAX) {
		near[(*count)++] = found;
		return;
	}
	for (i = 1; i < GRAPH_NEAR_MAX; i++)
		if (near[i].score < near[worst].score)
			worst = i;
	if (near[worst].score < found.score)
		near[worst] = found;
}

size_t
graph_near(struct graph *graph, uint32_t word,
    struct graph_near ret_near[GRAPH_NEAR_MAX])
{
	const struct edge *edge = graph->edges + graph->nodes[word].first;
	const struct edge *end = graph->edges + end_of(graph, word);
	size_t ntouched = 0;
	size_t count = 0;
	size_t i;

	for (; edge < end; edge++) {
		touch(graph, edge->to, &ntouched)->sure = edge->sure;
		if (edge->share >= SHARE_MIN)
			second_step(graph, word, edge, &ntouched);
	}
	for (i = 0; i < ntouched; i++) {
		graph->is_touched[graph->touched[i]] = 0;
		keep(ret_near, &count,
		    (struct graph_near){ graph->touched[i],
			judge(&graph->flows[graph->touched[i]]) });
	}
	return count;
}
