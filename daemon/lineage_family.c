#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/lineage_internal.h"

#define SLOTS ((size_t)4 * LINEAGE_NODES) /* of the table: mostly free */

/* A trial by its name. */
struct name {
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];
};

/* An edge, and what its parent is called until all are found. */
struct link {
	struct lineage_edge edge;
	struct name parent;
	bool dropped;
};

struct lineage {
	struct lineage_options options;
	struct lineage_node *nodes;
	size_t count;
	struct link *links;
	size_t nlinks;
	struct name *next; /* found, but not yet in the family */
	size_t nnext;
	uint32_t *table; /* node + 1 by name; 0 = free */
	size_t self;
	size_t root;
	size_t circles;
	bool more;
};

/* ---- names ---- */

static int
compare_names(const char *org_a, const uint8_t a[RECORD_LEN], const char *org_b,
    const uint8_t b[RECORD_LEN])
{
	int order = strcmp(org_a, org_b);

	return order != 0 ? order : memcmp(a, b, RECORD_LEN);
}

/* Where a name stands in the table, or the free place for it. */
static uint32_t *
find_slot(const struct lineage *lineage, const struct name *name)
{
	uint64_t hash = bytes_get_le64(name->record) *
	    UINT64_C(0x9e3779b97f4a7c15);
	size_t slot = (size_t)(hash >> 32) % SLOTS;
	const struct lineage_node *node;

	for (;; slot = (slot + 1) % SLOTS) {
		if (lineage->table[slot] == 0)
			return &lineage->table[slot];
		node = &lineage->nodes[lineage->table[slot] - 1];
		if (compare_names(
			node->org, node->record, name->org, name->record) == 0)
			return &lineage->table[slot];
	}
}

/*
 * The name of the thing that a record is: that of its first twin.  Return false
 * if it is here and no trial.
 */
static bool
make_name(const struct lineage *lineage, const char *org,
    const uint8_t record[RECORD_LEN], struct name *ret_name,
    struct lineage_twins *ret_twins)
{
	const struct shown *shown = lineage->options.shown;

	lineage_twins(shown, org, record, ret_twins);
	if (ret_twins->count > 0) {
		if (ret_twins->items[0]->kind != HEADER_TRIAL)
			return false;
		org = shown_org(shown, ret_twins->items[0]->org);
		record = ret_twins->items[0]->record;
	}
	memset(ret_name, 0, sizeof(*ret_name));
	memcpy(ret_name->org, org, strlen(org));
	memcpy(ret_name->record, record, RECORD_LEN);
	return true;
}

/* ---- who is in the family: step by step away from the trial ---- */

/* The list with room for one element more, in steps of a doubling; or NULL. */
static void *
grow(void *list, size_t count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return list;
	return realloc(list, (count == 0 ? 1 : 2 * count) * size);
}

static enum err
add_next(struct lineage *lineage, const struct name *name)
{
	struct name *next;

	if (*find_slot(lineage, name) != 0)
		return ERR_NONE;
	next = grow(lineage->next, lineage->nnext, sizeof(*next));
	if (next == NULL)
		return ERR_NOMEM;
	lineage->next = next;
	next[lineage->nnext++] = *name;
	return ERR_NONE;
}

/* Add the edge that makes ${child} a copy of ${parent}. */
static enum err
add_link(struct lineage *lineage, size_t child, const struct name *parent,
    const struct shown_item *item)
{
	struct link *links;
	struct link *link;

	if (lineage->nlinks == LINEAGE_EDGES) {
		lineage->more = true;
		return ERR_NONE;
	}
	links = grow(lineage->links, lineage->nlinks, sizeof(*links));
	if (links == NULL)
		return ERR_NOMEM;
	lineage->links = links;
	link = &links[lineage->nlinks++];
	*link = (struct link){ .parent = *parent };
	link->edge.child = child;
	link->edge.item = item;
	return lineage_edge_read(&lineage->options, item, &link->edge);
}

/* Follow an ADAPTATION that names the trial at ${at}, to its other end. */
static enum err
follow(struct lineage *lineage, size_t at, const struct shown_item *item)
{
	const struct lineage_node *node = &lineage->nodes[at];
	struct lineage_ends ends;
	struct lineage_twins twins;
	struct name child;
	struct name parent;
	enum err err;

	err = lineage_ends(&lineage->options, item, &ends);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (!make_name(lineage, ends.child_org, ends.child, &child, &twins) ||
	    !make_name(lineage, ends.parent_org, ends.parent, &parent, &twins))
		return ERR_NONE;
	if (memcmp(&child, &parent, sizeof(child)) == 0)
		return ERR_NONE;
	if (compare_names(node->org, node->record, child.org, child.record) ==
	    0) {
		err = add_link(lineage, at, &parent, item);
		return err == ERR_NONE ? add_next(lineage, &parent) : err;
	}
	return compare_names(
		   node->org, node->record, parent.org, parent.record) == 0 ?
	    add_next(lineage, &child) :
	    ERR_NONE;
}

/* Read one trial, and find those next to it. */
static enum err
visit(struct lineage *lineage, size_t at)
{
	struct lineage_node *node = &lineage->nodes[at];
	struct lineage_mentions mentions = { .items = NULL };
	struct lineage_twins twins;
	size_t i;
	enum err err;

	lineage_twins(lineage->options.shown, node->org, node->record, &twins);
	err = lineage_mentions(&lineage->options, node, &twins, &mentions);
	if (err != ERR_NONE)
		return err;
	lineage->more = lineage->more || mentions.more;
	err = lineage_read(&lineage->options, node, &twins, &mentions);
	for (i = 0; i < mentions.count && err == ERR_NONE; i++)
		if (mentions.items[i]->kind == HEADER_ADAPTATION)
			err = follow(lineage, at, mentions.items[i]);
	free(mentions.items);
	return err;
}

static int
compare_next(const void *a, const void *b)
{
	const struct name *x = a;
	const struct name *y = b;

	return compare_names(x->org, x->record, y->org, y->record);
}

/* Take in what was found, by name, so that a limit cuts the same everywhere. */
static enum err
take_next(struct lineage *lineage)
{
	struct lineage_node *nodes;
	struct lineage_node *node;
	const struct name *name;
	uint32_t *slot;
	size_t i;

	if (lineage->nnext > 0)
		qsort(lineage->next, lineage->nnext, sizeof(*lineage->next),
		    compare_next);
	for (i = 0; i < lineage->nnext; i++) {
		name = &lineage->next[i];
		slot = find_slot(lineage, name);
		if (*slot != 0)
			continue;
		if (lineage->count == LINEAGE_NODES) {
			lineage->more = true;
			break;
		}
		nodes = grow(lineage->nodes, lineage->count, sizeof(*nodes));
		if (nodes == NULL)
			return ERR_NOMEM;
		lineage->nodes = nodes;
		node = &nodes[lineage->count++];
		*node = (struct lineage_node){ .depth = 0 };
		memcpy(node->org, name->org, sizeof(node->org));
		memcpy(node->record, name->record, RECORD_LEN);
		*slot = (uint32_t)lineage->count;
	}
	lineage->nnext = 0;
	return ERR_NONE;
}

/* ---- edges: no doubles, no circles ---- */

/* When an edge was written; the same on every node. */
static int
compare_written(
    const struct lineage *lineage, const struct link *a, const struct link *b)
{
	return shown_compare_entries(
	    lineage->options.shown, a->edge.item, b->edge.item);
}

static int
compare_by_ends(const void *a, const void *b, void *context)
{
	const struct link *x = a;
	const struct link *y = b;

	if (x->edge.child != y->edge.child)
		return x->edge.child < y->edge.child ? -1 : 1;
	if (x->edge.parent != y->edge.parent)
		return x->edge.parent < y->edge.parent ? -1 : 1;
	return compare_written(context, x, y);
}

static int
compare_by_time(const void *a, const void *b, void *context)
{
	return compare_written(context, a, b);
}

static void
clear_link(struct link *link)
{
	size_t i;

	for (i = 0; i < link->edge.nchanged; i++)
		free(link->edge.changed[i]);
	free(link->edge.changed);
}

/* Remove the edges that are marked. */
static void
sweep(struct lineage *lineage)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < lineage->nlinks; i++)
		if (lineage->links[i].dropped)
			clear_link(&lineage->links[i]);
		else
			lineage->links[kept++] = lineage->links[i];
	lineage->nlinks = kept;
}

static void
sort_links(struct lineage *lineage,
    int (*compare)(const void *a, const void *b, void *context))
{
	if (lineage->nlinks > 0)
		qsort_r(lineage->links, lineage->nlinks,
		    sizeof(*lineage->links), compare, lineage);
}

/* Find the parents; of edges with the same ends the last written holds. */
static void
join_links(struct lineage *lineage)
{
	struct link *link;
	uint32_t *slot;
	size_t i;

	for (i = 0; i < lineage->nlinks; i++) {
		link = &lineage->links[i];
		slot = find_slot(lineage, &link->parent);
		link->dropped = *slot == 0;
		link->edge.parent = *slot == 0 ? 0 : *slot - 1;
	}
	sweep(lineage);
	sort_links(lineage, compare_by_ends);
	for (i = 1; i < lineage->nlinks; i++)
		lineage->links[i - 1].dropped =
		    lineage->links[i - 1].edge.child ==
			lineage->links[i].edge.child &&
		    lineage->links[i - 1].edge.parent ==
			lineage->links[i].edge.parent;
	sweep(lineage);
}

/* Edges as lists of children, for walks downwards. */
struct walk {
	uint32_t *first; /* of a node: its first edge + 1 */
	uint32_t *after; /* of an edge: the next of the same parent + 1 */
	uint32_t *stack;
	uint32_t *seen; /* in which walk */
	uint32_t stamp;
};

/* Does a way lead down from ${from} to ${to}? */
static bool
leads(const struct lineage *lineage, struct walk *walk, size_t from, size_t to)
{
	size_t depth = 0;
	size_t child;
	uint32_t e;

	walk->stamp++;
	walk->stack[depth++] = (uint32_t)from;
	walk->seen[from] = walk->stamp;
	while (depth > 0) {
		from = walk->stack[--depth];
		if (from == to)
			return true;
		for (e = walk->first[from]; e != 0; e = walk->after[e - 1]) {
			child = lineage->links[e - 1].edge.child;
			if (walk->seen[child] == walk->stamp)
				continue;
			walk->seen[child] = walk->stamp;
			walk->stack[depth++] = (uint32_t)child;
		}
	}
	return false;
}

static void
walk_close(struct walk *walk)
{
	free(walk->first);
	free(walk->after);
	free(walk->stack);
	free(walk->seen);
}

static enum err
walk_open(const struct lineage *lineage, struct walk *walk)
{
	*walk = (struct walk){ .stamp = 0 };
	walk->first = calloc(lineage->count, sizeof(uint32_t));
	walk->after = calloc(lineage->nlinks + 1, sizeof(uint32_t));
	walk->stack = calloc(lineage->count, sizeof(uint32_t));
	walk->seen = calloc(lineage->count, sizeof(uint32_t));
	if (walk->first != NULL && walk->after != NULL && walk->stack != NULL &&
	    walk->seen != NULL)
		return ERR_NONE;
	walk_close(walk);
	return ERR_NOMEM;
}

/* Lay the edge ${i}. */
static void
walk_lay(const struct lineage *lineage, struct walk *walk, size_t i)
{
	size_t parent = lineage->links[i].edge.parent;

	walk->after[i] = walk->first[parent];
	walk->first[parent] = (uint32_t)i + 1;
}

/* Lay edge after edge as they were written, but for those that close a circle. */
static enum err
break_circles(struct lineage *lineage)
{
	const struct lineage_edge *edge;
	struct walk walk;
	size_t i;
	enum err err;

	if ((err = walk_open(lineage, &walk)) != ERR_NONE)
		return err;
	sort_links(lineage, compare_by_time);
	for (i = 0; i < lineage->nlinks; i++) {
		edge = &lineage->links[i].edge;
		if (!leads(lineage, &walk, edge->child, edge->parent)) {
			walk_lay(lineage, &walk, i);
			continue;
		}
		lineage->links[i].dropped = true;
		lineage->circles++;
	}
	sweep(lineage);
	walk_close(&walk);
	return ERR_NONE;
}

/* ---- order ---- */

/* A trial whose parents all have a depth gives its children theirs. */
static void
hand_down(
    struct lineage *lineage, struct walk *walk, size_t node, size_t *nstack)
{
	const struct lineage_edge *edge;
	struct lineage_node *child;
	uint32_t e;

	for (e = walk->first[node]; e != 0; e = walk->after[e - 1]) {
		edge = &lineage->links[e - 1].edge;
		child = &lineage->nodes[edge->child];
		if (child->depth <= lineage->nodes[node].depth)
			child->depth = lineage->nodes[node].depth + 1;
		if (--walk->seen[edge->child] == 0)
			walk->stack[(*nstack)++] = (uint32_t)edge->child;
	}
}

/* How far each trial is from a root, by the longest way. */
static enum err
measure_depth(struct lineage *lineage)
{
	struct walk walk;
	size_t nstack = 0;
	size_t i;
	enum err err;

	if ((err = walk_open(lineage, &walk)) != ERR_NONE)
		return err;
	for (i = 0; i < lineage->nlinks; i++) {
		walk_lay(lineage, &walk, i);
		walk.seen[lineage->links[i].edge.child]++;
	}
	for (i = 0; i < lineage->count; i++)
		if (walk.seen[i] == 0)
			walk.stack[nstack++] = (uint32_t)i;
	while (nstack > 0)
		hand_down(lineage, &walk, walk.stack[--nstack], &nstack);
	walk_close(&walk);
	return ERR_NONE;
}

/* Ancestors first, then the oldest; those of unknown age last. */
static int
compare_nodes(const void *a, const void *b, void *context)
{
	const struct lineage_node *nodes = context;
	const struct lineage_node *x = &nodes[*(const uint32_t *)a];
	const struct lineage_node *y = &nodes[*(const uint32_t *)b];

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (x->first_ms != y->first_ms)
		return x->first_ms - 1 < y->first_ms - 1 ? -1 : 1;
	return compare_names(x->org, x->record, y->org, y->record);
}

/* Let every edge name the new places, and every trial its edges. */
static void
renumber(struct lineage *lineage, const uint32_t *place)
{
	struct lineage_edge *edge;
	struct lineage_node *node;
	size_t i;

	lineage->self = place[lineage->self];
	for (i = 0; i < lineage->nlinks; i++) {
		edge = &lineage->links[i].edge;
		edge->child = place[edge->child];
		edge->parent = place[edge->parent];
	}
	sort_links(lineage, compare_by_ends);
	for (i = lineage->nlinks; i-- > 0;) {
		node = &lineage->nodes[lineage->links[i].edge.child];
		node->edge = (uint32_t)i;
		node->parents++;
	}
}

static enum err
sort_nodes(struct lineage *lineage)
{
	struct lineage_node *sorted = calloc(lineage->count, sizeof(*sorted));
	uint32_t *order = calloc(lineage->count, sizeof(*order));
	uint32_t *place = calloc(lineage->count, sizeof(*place));
	uint32_t i;
	enum err err = ERR_NOMEM;

	if (sorted == NULL || order == NULL || place == NULL)
		goto out;
	for (i = 0; i < lineage->count; i++)
		order[i] = i;
	qsort_r(order, lineage->count, sizeof(*order), compare_nodes,
	    lineage->nodes);
	for (i = 0; i < lineage->count; i++) {
		sorted[i] = lineage->nodes[order[i]];
		place[order[i]] = i;
	}
	free(lineage->nodes);
	lineage->nodes = sorted;
	sorted = NULL;
	renumber(lineage, place);
	err = ERR_NONE;
out:
	free(sorted);
	free(order);
	free(place);
	return err;
}

/* The first, and so the oldest, of those from which all came. */
static enum err
find_root(struct lineage *lineage)
{
	bool *ancestor = calloc(lineage->count, sizeof(*ancestor));
	const struct lineage_node *node;
	size_t i;
	uint32_t e;

	if (ancestor == NULL)
		return ERR_NOMEM;
	ancestor[lineage->self] = true;
	for (i = lineage->self + 1; i-- > 0;) {
		if (!ancestor[i])
			continue;
		node = &lineage->nodes[i];
		for (e = 0; e < node->parents; e++)
			ancestor[lineage->links[node->edge + e].edge.parent] =
			    true;
		if (node->parents == 0)
			lineage->root = i;
	}
	free(ancestor);
	return ERR_NONE;
}

/* ---- what is public ---- */

enum err
lineage_new(const struct lineage_options *options,
    const struct shown_item *item, struct lineage **ret_lineage)
{
	struct lineage *lineage;
	struct lineage_twins twins;
	struct name name;
	size_t i;
	enum err err = ERR_NOMEM;

	if ((lineage = calloc(1, sizeof(*lineage))) == NULL)
		return ERR_NOMEM;
	lineage->options = *options;
	lineage->table = calloc(SLOTS, sizeof(*lineage->table));
	if (lineage->table == NULL)
		goto fail;
	(void)make_name(lineage, shown_org(options->shown, item->org),
	    item->record, &name, &twins);
	if ((err = add_next(lineage, &name)) != ERR_NONE)
		goto fail;
	for (i = 0; lineage->nnext > 0;) {
		if ((err = take_next(lineage)) != ERR_NONE)
			goto fail;
		for (; i < lineage->count; i++)
			if ((err = visit(lineage, i)) != ERR_NONE)
				goto fail;
	}
	join_links(lineage);
	if ((err = break_circles(lineage)) != ERR_NONE ||
	    (err = measure_depth(lineage)) != ERR_NONE ||
	    (err = sort_nodes(lineage)) != ERR_NONE ||
	    (err = find_root(lineage)) != ERR_NONE)
		goto fail;
	*ret_lineage = lineage;
	return ERR_NONE;

fail:
	lineage_free(lineage);
	return err;
}

void
lineage_free(struct lineage *lineage)
{
	size_t i;

	if (lineage == NULL)
		return;
	for (i = 0; i < lineage->count; i++) {
		free(lineage->nodes[i].title);
		free(lineage->nodes[i].site);
	}
	for (i = 0; i < lineage->nlinks; i++)
		clear_link(&lineage->links[i]);
	free(lineage->nodes);
	free(lineage->links);
	free(lineage->next);
	free(lineage->table);
	free(lineage);
}

size_t
lineage_count(const struct lineage *lineage)
{
	return lineage->count;
}

const struct lineage_node *
lineage_node(const struct lineage *lineage, size_t i)
{
	return &lineage->nodes[i];
}

const struct lineage_edge *
lineage_edge(const struct lineage *lineage, size_t i)
{
	return &lineage->links[i].edge;
}

size_t
lineage_self(const struct lineage *lineage)
{
	return lineage->self;
}

size_t
lineage_root(const struct lineage *lineage)
{
	return lineage->root;
}

bool
lineage_more(const struct lineage *lineage)
{
	return lineage->more;
}

size_t
lineage_circles(const struct lineage *lineage)
{
	return lineage->circles;
}

/* ---- scale ---- */

/* Count where a trial stands. */
static void
count_status(
    const struct lineage_node *node, bool copy, struct lineage_scale *scale)
{
	switch (node->said) {
	case ERFA__STATUS__STATUS_COMPLETED:
		scale->completed++;
		scale->started++;
		break;
	case ERFA__STATUS__STATUS_STOPPED:
		scale->stopped++;
		scale->started++;
		break;
	case ERFA__STATUS__STATUS_ACTIVE:
	case ERFA__STATUS__STATUS_PAUSED:
		scale->started++;
		break;
	case ERFA__STATUS__STATUS_NOT_STARTED:
		scale->not_started++;
		break;
	case ERFA__STATUS__STATUS_UNSET:
	case ERFA__STATUS__STATUS_IDEA:
	case ERFA__STATUS__STATUS_PLANNED:
	case ERFA__STATUS__STATUS_UNKNOWN:
	case ERFA__STATUS__STATUS_ENDED:
	case _ERFA__STATUS_IS_INT_SIZE:
		break;
	}
	if (node->status == ERFA__STATUS__STATUS_UNKNOWN)
		scale->silent++;
	if (node->status == ERFA__STATUS__STATUS_ACTIVE) {
		scale->running++;
		scale->spread += copy && node->measured;
	}
}

/* What cannot be read any more stays in the denominator. */
static void
count_node(
    const struct lineage_node *node, bool copy, struct lineage_scale *scale)
{
	if (node->transcribed) {
		scale->documented++;
		return;
	}
	if (node->several) {
		scale->several++;
		return;
	}
	scale->trials++;
	scale->copies += copy;
	scale->erased += node->state == LINEAGE_ERASED;
	scale->missing += node->state == LINEAGE_UNKNOWN ||
	    node->state == LINEAGE_ABSENT || node->state == LINEAGE_UNREADABLE;
	scale->measured += node->measured;
	scale->poolable += node->poolable && !node->retracted;
	scale->held_back += node->held_back;
	scale->retracted += node->retracted;
	count_status(node, copy, scale);
}

enum err
lineage_scale(
    const struct lineage *lineage, size_t root, struct lineage_scale *ret_scale)
{
	struct lineage_scale scale = { .trials = 0 };
	bool *below = calloc(lineage->count, sizeof(*below));
	const struct lineage_node *node;
	size_t i;
	uint32_t e;

	if (below == NULL)
		return ERR_NOMEM;
	below[root] = true;
	for (i = root; i < lineage->count; i++) {
		node = &lineage->nodes[i];
		for (e = 0; e < node->parents; e++)
			below[i] = below[i] ||
			    below[lineage->links[node->edge + e].edge.parent];
		if (below[i])
			count_node(node, i != root, &scale);
	}
	free(below);
	*ret_scale = scale;
	return ERR_NONE;
}
