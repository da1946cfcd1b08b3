#include <stdlib.h>
#include <string.h>

#include "proto/reach_internal.h"

static size_t
rank_of(const struct reach *reach, const struct vouch_key *node)
{
	return reach->rank[node->id];
}

bool
reach_is_reader(uint32_t standing)
{
	return (standing & REACH_MASK) == ROLE_READER;
}

/* By voucher, subject, and then the order in which the last holds. */
static int
said_compare(const void *a, const void *b)
{
	const struct vouch_entry *const *px = a, *const *py = b;
	const struct vouch_entry *x = *px, *y = *py;
	int order;

	if (x->voucher != y->voucher)
		return memcmp(x->voucher->key, y->voucher->key, KEY_LEN);
	if (x->subject != y->subject)
		return memcmp(x->subject->key, y->subject->key, KEY_LEN);
	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	order = memcmp(x->log_id, y->log_id, LOG_ID_LEN);
	if (order != 0)
		return order;
	return (x->n > y->n) - (x->n < y->n);
}

/* Does this pass leave ${said} out? */
static bool
is_cut(
    const struct reach *reach, const struct vouch_entry *said, enum pass pass)
{
	size_t key = rank_of(reach, said->voucher);

	if (pass == PASS_WIDE || !reach->out[key])
		return false;
	if (!reach->settled[key])
		return pass == PASS_FIRM && !reach->open[key];
	return said->n > reach_cut_find(reach->cuts, reach->ncuts,
			     said->voucher->key, said->log_id);
}

/* Take one more entry, greater than all before it, into its edge. */
static void
edge_add(struct reach_edge *edge, const struct vouch_entry *said)
{
	edge->last = said;
	edge->count++;
	edge->names_inviter = edge->names_inviter || said->inviter;
	if (said->withdrawn)
		return;
	edge->rotated = edge->rotated || said->rotated;
	edge->say = said;
	if (said->time_ms < edge->since_ms)
		edge->since_ms = said->time_ms;
}

/* Fold the entries that count in this pass into edges. */
static void
edges_build(const struct reach *reach, enum pass pass, struct reach_view *view)
{
	struct reach_edge *edge = NULL;
	size_t i;

	for (i = 0; i < reach->set->nentries; i++) {
		const struct vouch_entry *said = reach->said[i];
		size_t voucher = rank_of(reach, said->voucher);
		size_t subject = rank_of(reach, said->subject);

		if (voucher == subject || !said->subject->usable)
			continue;
		if (is_cut(reach, said, pass))
			continue;
		if (edge == NULL || edge->voucher != voucher ||
		    edge->subject != subject) {
			edge = &view->edges[view->nedges++];
			edge->voucher = voucher;
			edge->subject = subject;
			edge->first = i;
			edge->since_ms = UINT64_MAX;
		}
		edge_add(edge, said);
	}

	/* In pass 2 a later word ends what was said before. */
	for (i = 0; pass == PASS_STRICT && i < view->nedges; i++) {
		edge = &view->edges[i];
		edge->rotated = edge->say != NULL && edge->say->rotated;
		if (edge->last != NULL && edge->last->withdrawn &&
		    !reach->out[edge->subject])
			edge->say = NULL; /* but towards who is out */
	}
}

/* Note where the edges of each voucher begin. */
static void
edges_index(const struct reach *reach, struct reach_view *view)
{
	size_t key, edge = 0;

	for (key = 0; key < reach->count; key++) {
		view->first[key] = edge;
		while (edge < view->nedges && view->edges[edge].voucher == key)
			edge++;
	}
	view->first[reach->count] = edge;
}

static int
size_compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int
old_compare(const void *a, const void *b)
{
	const struct reach_turn *x = a, *y = b;
	int order = size_compare(x->old_key, y->old_key);

	if (order == 0)
		order = size_compare(x->new_key, y->new_key);
	return order != 0 ? order : size_compare(x->by, y->by);
}

static int
new_compare(const void *a, const void *b)
{
	const struct reach_turn *x = a, *y = b;
	int order = size_compare(x->new_key, y->new_key);

	if (order == 0)
		order = size_compare(x->old_key, y->old_key);
	return order != 0 ? order : size_compare(x->by, y->by);
}

/* Add the claims of succession that ${edge} makes. */
static void
turns_add(const struct reach *reach, const struct reach_edge *edge,
    struct reach_view *view)
{
	struct reach_turn turn = { edge->voucher, edge->subject, edge->voucher,
		true };

	if (edge->say == NULL)
		return;
	if (edge->rotated)
		view->by_old[view->nturns++] = turn;
	if (edge->say->old == NULL)
		return;
	turn.old_key = rank_of(reach, edge->say->old);
	turn.rotated = false;
	if (turn.old_key != turn.new_key)
		view->by_old[view->nturns++] = turn;
}

/* Collect the claims of succession; an edge can make two. */
static enum err
turns_build(const struct reach *reach, struct reach_view *view)
{
	size_t i, room = 1;

	for (i = 0; i < view->nedges; i++) {
		const struct reach_edge *edge = &view->edges[i];

		if (edge->rotated ||
		    (edge->say != NULL && edge->say->old != NULL))
			room += 2;
	}
	view->by_old = calloc(room, sizeof(*view->by_old));
	view->by_new = calloc(room, sizeof(*view->by_new));
	if (view->by_old == NULL || view->by_new == NULL)
		return ERR_NOMEM;

	for (i = 0; i < view->nedges; i++)
		turns_add(reach, &view->edges[i], view);
	memcpy(
	    view->by_new, view->by_old, view->nturns * sizeof(*view->by_old));
	qsort(view->by_old, view->nturns, sizeof(*view->by_old), old_compare);
	qsort(view->by_new, view->nturns, sizeof(*view->by_new), new_compare);
	return ERR_NONE;
}

size_t
reach_turns_from(const struct reach_view *view, size_t key)
{
	size_t low = 0, high = view->nturns;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (view->by_old[mid].old_key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The first of the turns in by_new to ${key}. */
static size_t
turns_to(const struct reach_view *view, size_t key)
{
	size_t low = 0, high = view->nturns;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (view->by_new[mid].new_key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
reach_turn_holds(const struct reach_view *view, const struct reach_turn *turn)
{
	return view->standing[turn->old_key] != 0 &&
	    (turn->rotated || (view->standing[turn->by] & ROLE_REGISTRY) != 0);
}

/* Give ${key} more standing, and remember to pass it on. */
static void
raise_standing(
    struct reach *reach, struct reach_view *view, size_t key, uint32_t standing)
{
	if ((view->standing[key] | standing) == view->standing[key])
		return;
	if (!reach->set->keys[key]->usable)
		return;
	view->standing[key] |= standing;
	if (reach->stacked[key])
		return;
	reach->stacked[key] = true;
	reach->stack[reach->depth++] = key;
}

/* What a voucher of this standing gives by ${say}; 0 = nothing. */
static uint32_t
given(uint32_t voucher, const struct vouch_entry *say)
{
	uint32_t roles = say->roles & REACH_ALL;

	if ((voucher & ROLE_INTRODUCES) == 0)
		return 0;
	if ((say->roles & ROLE_READER) != 0)
		return ROLE_READER;
	if ((voucher & (REACH_OWN | REACH_PINNED)) == 0)
		roles &= ~ROLE_REGISTRY;
	if ((roles & ROLE_REGISTRY) != 0 && (voucher & REACH_PINNED) != 0)
		return (roles & voucher) | REACH_REGISTRY;
	return roles & voucher;
}

bool
reach_vouches(const struct reach_view *view, const struct reach_edge *edge)
{
	return edge->say != NULL &&
	    given(view->standing[edge->voucher], edge->say) != 0;
}

/* Pass on what ${key} has to those it names and those that succeed it. */
static void
pass_on(struct reach *reach, struct reach_view *view, size_t key)
{
	uint32_t standing = view->standing[key];
	size_t i;

	for (i = view->first[key]; i < view->first[key + 1]; i++) {
		const struct reach_edge *edge = &view->edges[i];
		uint32_t more;

		if (edge->say == NULL)
			continue;
		more = given(standing, edge->say);
		if (edge->say->old != NULL && (standing & ROLE_REGISTRY) != 0)
			more |= view->standing[rank_of(reach, edge->say->old)];
		raise_standing(reach, view, edge->subject, more);
	}
	for (i = reach_turns_from(view, key);
	     i < view->nturns && view->by_old[i].old_key == key; i++)
		if (reach_turn_holds(view, &view->by_old[i]))
			raise_standing(
			    reach, view, view->by_old[i].new_key, standing);

	/* The own key signed that it stands in for these. */
	if ((standing & REACH_OWN) == 0)
		return;
	for (i = turns_to(view, key);
	     i < view->nturns && view->by_new[i].new_key == key; i++)
		if (view->by_new[i].rotated)
			raise_standing(reach, view, view->by_new[i].old_key,
			    REACH_ALL | REACH_OWN);
}

/* Reach all there is to reach.  Standing only grows, so this ends. */
static void
reach_all(struct reach *reach, struct reach_view *view)
{
	size_t i;

	raise_standing(reach, view, reach->own, REACH_ALL | REACH_OWN);
	for (i = 0; i < reach->count; i++)
		if (reach->set->keys[i]->pinned)
			raise_standing(
			    reach, view, i, REACH_ALL | REACH_PINNED);
	while (reach->depth > 0) {
		size_t key = reach->stack[--reach->depth];

		reach->stacked[key] = false;
		pass_on(reach, view, key);
	}
}

enum err
reach_view_build(struct reach *reach, enum pass pass, struct reach_view *view)
{
	enum err err;

	view->edges = calloc(reach->set->nentries + 1, sizeof(*view->edges));
	view->first = calloc(reach->count + 1, sizeof(*view->first));
	view->standing = calloc(reach->count, sizeof(*view->standing));
	if (view->edges == NULL || view->first == NULL ||
	    view->standing == NULL)
		return ERR_NOMEM;
	edges_build(reach, pass, view);
	edges_index(reach, view);
	if ((err = turns_build(reach, view)) != ERR_NONE)
		return err;
	reach_all(reach, view);
	return ERR_NONE;
}

void
reach_view_clear(struct reach_view *view)
{
	free(view->edges);
	free(view->first);
	free(view->by_old);
	free(view->by_new);
	free(view->standing);
	*view = (struct reach_view){ 0 };
}

const struct reach_edge *
reach_edge_find(const struct reach_view *view, size_t voucher, size_t subject)
{
	size_t low = view->first[voucher], end = view->first[voucher + 1];
	size_t high = end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (view->edges[mid].subject < subject)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == end || view->edges[low].subject != subject)
		return NULL;
	return &view->edges[low];
}

bool
reach_line_has(const size_t *line, size_t count, size_t key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (line[i] == key)
			return true;
	return false;
}

size_t
reach_line(const struct reach_view *view, size_t key,
    size_t line[REACH_EARLIER_MAX + 1])
{
	size_t count = 1, done, i;

	line[0] = key;
	for (done = 0; done < count; done++)
		for (i = turns_to(view, line[done]);
		     i < view->nturns && view->by_new[i].new_key == line[done];
		     i++) {
			const struct reach_turn *turn = &view->by_new[i];

			if (count <= REACH_EARLIER_MAX &&
			    reach_turn_holds(view, turn) &&
			    !reach_line_has(line, count, turn->old_key))
				line[count++] = turn->old_key;
		}
	return count;
}

bool
reach_invited_by(const struct reach_view *view, size_t x, size_t v)
{
	size_t xs[REACH_EARLIER_MAX + 1], vs[REACH_EARLIER_MAX + 1];
	size_t nxs = reach_line(view, x, xs), nvs = reach_line(view, v, vs);
	size_t i, j;

	for (i = 0; i < nxs; i++)
		for (j = 0; j < nvs; j++) {
			const struct reach_edge *edge;

			edge = reach_edge_find(view, xs[i], vs[j]);
			if (edge != NULL && edge->names_inviter)
				return true;
		}
	return false;
}

bool
reach_succeeds(const struct reach_view *view, size_t old, size_t key)
{
	size_t line[REACH_EARLIER_MAX + 1];
	size_t count = reach_line(view, key, line);

	return reach_line_has(line + 1, count - 1, old);
}

/* Number the keys by their order and sort the entries. */
static enum err
work_init(struct reach *reach, const struct vouch_key *own)
{
	const struct vouch_set *set = reach->set;
	size_t i;

	reach->count = set->nkeys;
	reach->rank = calloc(reach->count, sizeof(*reach->rank));
	reach->said = calloc(set->nentries + 1, sizeof(void *));
	reach->stack = calloc(reach->count, sizeof(*reach->stack));
	reach->stacked = calloc(reach->count, sizeof(*reach->stacked));
	reach->out = calloc(reach->count, sizeof(*reach->out));
	reach->settled = calloc(reach->count, sizeof(*reach->settled));
	reach->open = calloc(reach->count, sizeof(*reach->open));
	reach->near = calloc(reach->count, sizeof(*reach->near));
	reach->rights = calloc(reach->count, sizeof(*reach->rights));
	reach->ours = calloc(reach->count, sizeof(*reach->ours));
	reach->by = calloc(reach->count, sizeof(void *));
	if (reach->rank == NULL || reach->said == NULL ||
	    reach->stack == NULL || reach->stacked == NULL ||
	    reach->out == NULL || reach->settled == NULL ||
	    reach->open == NULL || reach->near == NULL ||
	    reach->rights == NULL || reach->ours == NULL || reach->by == NULL)
		return ERR_NOMEM;
	for (i = 0; i < reach->count; i++)
		reach->rank[set->keys[i]->id] = i;
	reach->own = rank_of(reach, own);
	for (i = 0; i < set->nentries; i++)
		reach->said[i] = set->entries[i];
	qsort(reach->said, set->nentries, sizeof(void *), said_compare);
	return ERR_NONE;
}

enum err
reach_init(struct reach *reach, const struct vouch_set *set,
    const struct vouch_key *own)
{
	enum err err;

	*reach = (struct reach){ .set = set };
	if ((err = work_init(reach, own)) != ERR_NONE)
		return err;

	/* Who is reached, who of them is out, how far, who is reached then. */
	if ((err = reach_view_build(reach, PASS_WIDE, &reach->wide)) !=
	    ERR_NONE)
		return err;
	if ((err = reach_find_cuts(reach)) != ERR_NONE)
		return err;
	err = reach_view_build(reach, PASS_STRICT, &reach->strict);
	if (err != ERR_NONE)
		return err;
	reach_find_lapsed(reach);
	return ERR_NONE;
}

void
reach_clear(struct reach *reach)
{
	reach_view_clear(&reach->wide);
	reach_view_clear(&reach->round);
	reach_view_clear(&reach->strict);
	free(reach->rank);
	free(reach->said);
	free(reach->stack);
	free(reach->stacked);
	free(reach->out);
	free(reach->settled);
	free(reach->open);
	free(reach->near);
	free(reach->rights);
	free(reach->taken);
	free(reach->ours);
	free(reach->by);
	free(reach->cuts);
}
