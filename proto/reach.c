#include "proto/reach.h"

#include <stdlib.h>
#include <string.h>

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

static int
cut_compare(const void *a, const void *b)
{
	const struct reach_cut *x = a, *y = b;
	int order = memcmp(x->key, y->key, KEY_LEN);

	if (order != 0)
		return order;
	return memcmp(x->log_id, y->log_id, LOG_ID_LEN);
}

uint64_t
reach_cut_find(const struct reach_cut *cuts, size_t count,
    const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN])
{
	const struct reach_cut *found;
	struct reach_cut wanted = { 0 };

	if (count == 0)
		return 0;
	memcpy(wanted.key, key, KEY_LEN);
	memcpy(wanted.log_id, log_id, LOG_ID_LEN);
	found = bsearch(&wanted, cuts, count, sizeof(*cuts), cut_compare);
	return found == NULL ? 0 : found->n;
}

/* Which words a pass leaves out. */
enum pass {
	PASS_WIDE,   /* none */
	PASS_LOOSE,  /* those beyond the cuts that are found so far */
	PASS_FIRM,   /* these, and all of who is out and has no cut so far */
	PASS_STRICT, /* those beyond the cuts, which are all found */
};

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

/* Compute a pass. */
static enum err
view_build(struct reach *reach, enum pass pass, struct reach_view *view)
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

static void
view_clear(struct reach_view *view)
{
	free(view->edges);
	free(view->first);
	free(view->by_old);
	free(view->by_new);
	free(view->standing);
	*view = (struct reach_view){ 0 };
}

/* What ${voucher} says of ${subject} in this pass, or NULL. */
static const struct reach_edge *
edge_find(const struct reach_view *view, size_t voucher, size_t subject)
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

static bool
line_has(const size_t *line, size_t count, size_t key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (line[i] == key)
			return true;
	return false;
}

/* ${key} and, nearest first, those it succeeds; return how many. */
static size_t
line_of(const struct reach_view *view, size_t key,
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
			    !line_has(line, count, turn->old_key))
				line[count++] = turn->old_key;
		}
	return count;
}

/*
 * Who is out.
 */

bool
reach_invited_by(const struct reach_view *view, size_t x, size_t v)
{
	size_t xs[REACH_EARLIER_MAX + 1], vs[REACH_EARLIER_MAX + 1];
	size_t nxs = line_of(view, x, xs), nvs = line_of(view, v, vs);
	size_t i, j;

	for (i = 0; i < nxs; i++)
		for (j = 0; j < nvs; j++) {
			const struct reach_edge *edge;

			edge = edge_find(view, xs[i], vs[j]);
			if (edge != NULL && edge->names_inviter)
				return true;
		}
	return false;
}

bool
reach_succeeds(const struct reach_view *view, size_t old, size_t key)
{
	size_t line[REACH_EARLIER_MAX + 1];
	size_t count = line_of(view, key, line);

	return line_has(line + 1, count - 1, old);
}

/* Whose right it is that a withdrawal has effect. */
enum right {
	RIGHT_NONE,
	RIGHT_OWN = 1 << 0,  /* of this node alone, and for it alone */
	RIGHT_HEIR = 1 << 1, /* of a key that succeeds the one withdrawn */
	RIGHT_ALL = 1 << 2,  /* of an inviter, a registry or a pinned key */
};

/*
 * Did ${x} name ${v} as its inviter, as far as ${x} has a cut?  While it has none,
 * all that it ever said counts, for its inviter is nobody else's to say.
 */
static bool
names_inviter(const struct reach *reach, const struct reach_view *view,
    size_t x, size_t v)
{
	const struct reach_edge *edge;

	if (reach->out[x] && !reach->settled[x])
		view = &reach->wide;
	edge = edge_find(view, x, v);
	return edge != NULL && edge->names_inviter;
}

/*
 * Is ${v} an inviter of ${x} in this round?  Earlier keys of both count, but nobody
 * was invited by a key that is its own, or a removed pair would free itself.
 */
static bool
is_inviter(const struct reach *reach, const struct reach_view *view, size_t x,
    size_t v)
{
	size_t xs[REACH_EARLIER_MAX + 1], vs[REACH_EARLIER_MAX + 1];
	size_t own[REACH_EARLIER_MAX + 1];
	size_t nxs = line_of(&reach->wide, x, xs);
	size_t nvs = line_of(view, v, vs);
	size_t nown = line_of(view, x, own);
	size_t i, j;

	for (i = 0; i < nxs; i++)
		for (j = 0; j < nvs; j++)
			if (!line_has(own, nown, vs[j]) &&
			    names_inviter(reach, view, xs[i], vs[j]))
				return true;
	return false;
}

/* By what right this edge of ${view} puts its subject out, if it withdraws it. */
static enum right
right_of(const struct reach *reach, const struct reach_view *view,
    const struct reach_edge *edge)
{
	uint32_t standing = view->standing[edge->voucher];
	size_t v = edge->voucher;
	size_t x = edge->subject;

	if (!edge->last->withdrawn || standing == 0 || x == reach->own ||
	    reach->wide.standing[x] == 0)
		return RIGHT_NONE;
	if ((standing & (REACH_PINNED | REACH_REGISTRY)) != 0 ||
	    is_inviter(reach, view, x, v))
		return RIGHT_ALL;
	if (reach_succeeds(view, x, v))
		return RIGHT_HEIR;
	return (standing & (REACH_OWN | ROLE_REGISTRY)) != 0 ? RIGHT_OWN :
							       RIGHT_NONE;
}

/* Make room for the cuts of all withdrawals: those kept, and those of a round. */
static enum err
cuts_room(struct reach *reach)
{
	size_t i, room = 1;

	for (i = 0; i < reach->set->nentries; i++)
		if (reach->said[i]->withdrawn)
			room += 2 * reach->said[i]->ncuts;
	reach->cuts = calloc(room, sizeof(*reach->cuts));
	reach->taken = calloc(reach->wide.nedges + 1, sizeof(void *));
	return reach->cuts == NULL || reach->taken == NULL ? ERR_NOMEM :
							     ERR_NONE;
}

/* Add the cuts of a withdrawal. */
static void
cuts_add(struct reach *reach, const struct vouch_entry *said)
{
	size_t i;

	for (i = 0; i < said->ncuts; i++) {
		struct reach_cut *cut = &reach->cuts[reach->ncuts++];

		memcpy(cut->key, said->subject->key, KEY_LEN);
		memcpy(cut->log_id, said->cuts[i].log_id, LOG_ID_LEN);
		cut->n = said->cuts[i].n;
	}
}

/* Sort the cuts and keep the largest of each log. */
static void
cuts_sort(struct reach *reach)
{
	size_t i, kept = 0;

	if (reach->ncuts == 0)
		return;
	qsort(reach->cuts, reach->ncuts, sizeof(struct reach_cut), cut_compare);
	for (i = 1; i < reach->ncuts; i++) {
		struct reach_cut *last = &reach->cuts[kept];

		if (cut_compare(last, &reach->cuts[i]) != 0)
			reach->cuts[++kept] = reach->cuts[i];
		else if (reach->cuts[i].n > last->n)
			last->n = reach->cuts[i].n;
	}
	reach->ncuts = kept + 1;
}

/* Find who is out, by whatever right; return whether anybody is. */
static bool
find_out(struct reach *reach)
{
	const struct reach_view *view = &reach->wide;
	bool any = false;
	size_t i;

	for (i = 0; i < view->nedges; i++)
		if (right_of(reach, view, &view->edges[i]) != RIGHT_NONE)
			any = reach->out[view->edges[i].subject] = true;
	return any;
}

/*
 * Which withdrawals are taken, so that their cuts hold.  None may rest on what
 * another has cut off, or who was removed would give itself, or a friend, the
 * right to name a later cut.  So they are taken in rounds, those first that rest
 * on no word of who is out.
 */
enum choice {
	CHOICE_FIRM, /* what rests on words that surely count */
	CHOICE_LINE, /* of an heir, and nobody else has a right to the key */
	CHOICE_NEAR, /* of others, about who is reached by such words */
	CHOICE_FAR,  /* of others, about anybody */
	CHOICE_ANY,  /* all that is left */
};

/* The words by which ${x} gives ${v} a right to withdraw it, one after the other. */
static const struct vouch_entry *
grant_next(const struct reach *reach, size_t x, size_t v, size_t *i)
{
	const struct reach_edge *edge = edge_find(&reach->wide, x, v);

	while (edge != NULL && *i < edge->count) {
		const struct vouch_entry *said = reach->said[edge->first + *i];

		++*i;
		if (said->inviter || (said->rotated && !said->withdrawn))
			return said;
	}
	return NULL;
}

/* Does ${edge}, a withdrawal, leave in force what its subject said there? */
static bool
is_left(const struct reach *reach, const struct reach_edge *edge,
    const struct vouch_entry *said)
{
	const struct vouch_entry *own;
	size_t line[REACH_EARLIER_MAX + 1];
	size_t count = line_of(&reach->wide, edge->voucher, line);
	size_t i, at;

	for (i = 0; i < edge->last->ncuts; i++)
		if (said->n <= edge->last->cuts[i].n &&
		    memcmp(said->log_id, edge->last->cuts[i].log_id,
			LOG_ID_LEN) == 0)
			return true;

	/* No withdrawal hides what it rests on itself, nor what is before that. */
	for (i = 0; i < count; i++)
		for (at = 0; (own = grant_next(
				  reach, edge->subject, line[i], &at)) != NULL;)
			if (said->n <= own->n &&
			    memcmp(said->log_id, own->log_id, LOG_ID_LEN) == 0)
				return true;
	return false;
}

/* Does ${edge} hide every word by which its subject gives ${v} a right? */
static bool
hides(const struct reach *reach, const struct reach_edge *edge, size_t v)
{
	const struct vouch_entry *said;
	size_t line[REACH_EARLIER_MAX + 1];
	size_t count = line_of(&reach->wide, v, line);
	bool any = false;
	size_t i, at;

	for (i = 0; i < count; i++)
		for (at = 0; (said = grant_next(reach, edge->subject, line[i],
				  &at)) != NULL;) {
			if (is_left(reach, edge, said))
				return false;
			any = true;
		}
	return any;
}

/* Does ${x} itself give ${v} a right to withdraw it? */
static bool
is_granted(const struct reach *reach, size_t x, size_t v)
{
	size_t line[REACH_EARLIER_MAX + 1];
	size_t count = line_of(&reach->wide, v, line);
	size_t i, at;

	for (i = 0; i < count; i++) {
		at = 0;
		if (grant_next(reach, x, line[i], &at) != NULL)
			return true;
	}
	return false;
}

/*
 * Must a withdrawal wait for that of another, because its subject gave the right
 * to it too late for that?  If both say so of each other, none waits.
 */
static bool
is_later(const struct reach *reach, const struct reach_view *view,
    const struct reach_edge *edge)
{
	const struct reach_edge *other;
	size_t i, x = edge->subject;

	for (i = 0; i < view->nedges; i++) {
		other = &view->edges[i];
		if (other->subject == x && other != edge &&
		    (right_of(reach, view, other) & (RIGHT_ALL | RIGHT_HEIR)) !=
			0 &&
		    is_granted(reach, x, other->voucher) &&
		    hides(reach, other, edge->voucher) &&
		    !hides(reach, edge, other->voucher))
			return true;
	}
	return false;
}

/* Is ${key} out, and its cut not known yet? */
static bool
is_pending(const struct reach *reach, size_t key)
{
	return reach->out[key] && !reach->settled[key] && !reach->open[key];
}

/* Is no key pending by which ${edge}'s voucher may follow its subject? */
static bool
is_line_firm(const struct reach *reach, const struct reach_view *view,
    const struct reach_edge *edge)
{
	size_t line[REACH_EARLIER_MAX + 1];
	size_t count = line_of(view, edge->voucher, line);
	size_t i;

	for (i = 0; i < count && line[i] != edge->subject; i++)
		if (is_pending(reach, line[i]))
			return false;
	return true;
}

/* May this be taken in a round of such a choice? */
static bool
is_chosen(const struct reach *reach, const struct reach_view *view,
    const struct reach_edge *edge, enum right right, enum choice choice)
{
	size_t x = edge->subject;

	if (right == RIGHT_NONE)
		return false;
	if (reach->settled[x])
		return choice == CHOICE_FIRM;
	if (choice == CHOICE_FIRM)
		return !is_later(reach, view, edge);
	if (!is_pending(reach, x))
		return false;
	if (choice == CHOICE_LINE && reach->rights[x] != RIGHT_HEIR)
		return false;
	if (choice == CHOICE_NEAR && !reach->near[x])
		return false;
	if ((choice == CHOICE_NEAR || choice == CHOICE_FAR) &&
	    right == RIGHT_HEIR)
		return false;
	if (choice != CHOICE_ANY && !is_line_firm(reach, view, edge))
		return false;
	return !is_later(reach, view, edge);
}

/* Take a withdrawal; return whether it was not taken before. */
static bool
take(struct reach *reach, const struct reach_edge *edge, enum right right)
{
	const struct reach_view *wide = &reach->wide;
	size_t at = (size_t)(edge_find(wide, edge->voucher, edge->subject) -
	    wide->edges);
	size_t x = edge->subject;

	if (reach->by[x] == NULL || (reach->ours[x] && right != RIGHT_OWN)) {
		reach->by[x] = edge->last;
		reach->ours[x] = right == RIGHT_OWN;
	}
	if (reach->taken[at] == edge->last)
		return false;
	reach->taken[at] = edge->last;
	reach->out[x] = true;
	cuts_add(reach, edge->last);
	return true;
}

/* Now that a round is over, what it took counts. */
static void
settle(struct reach *reach)
{
	size_t i;

	for (i = 0; i < reach->wide.nedges; i++)
		if (reach->taken[i] != NULL)
			reach->settled[reach->wide.edges[i].subject] = true;
	cuts_sort(reach);
}

/* Take from this view what may be; return whether there was anything new. */
static bool
take_all(struct reach *reach, const struct reach_view *view, enum choice choice)
{
	bool any = false;
	size_t i;

	for (i = 0; i < view->nedges; i++) {
		const struct reach_edge *edge = &view->edges[i];
		enum right right = right_of(reach, view, edge);

		if (is_chosen(reach, view, edge, right, choice) &&
		    take(reach, edge, right))
			any = true;
	}
	if (any)
		settle(reach);
	return any;
}

/* Let those count whole to whom nobody has a right any more; were there any? */
static bool
open_void(struct reach *reach)
{
	const struct reach_view *view = &reach->round;
	bool any = false;
	size_t i;

	memset(reach->rights, 0, reach->count * sizeof(*reach->rights));
	for (i = 0; i < view->nedges; i++)
		reach->rights[view->edges[i].subject] |= right_of(
		    reach, view, &view->edges[i]);
	for (i = 0; i < reach->count; i++)
		if (is_pending(reach, i) && reach->rights[i] == RIGHT_NONE)
			any = reach->open[i] = true;
	return any;
}

/* Note who is reached by words that surely count. */
static void
note_near(struct reach *reach)
{
	size_t i;

	for (i = 0; i < reach->count; i++)
		reach->near[i] = reach->round.standing[i] != 0;
}

/* Take a round; *ret_any tells whether it changed anything. */
static enum err
take_round(struct reach *reach, bool *ret_any)
{
	struct reach_view *view = &reach->round;
	enum err err;

	view_clear(view);
	if ((err = view_build(reach, PASS_FIRM, view)) != ERR_NONE)
		return err;
	*ret_any = take_all(reach, view, CHOICE_FIRM);
	if (*ret_any)
		return ERR_NONE;

	/* Who is left rests on words of each other: the nearest first. */
	note_near(reach);
	view_clear(view);
	if ((err = view_build(reach, PASS_LOOSE, view)) != ERR_NONE)
		return err;
	*ret_any = open_void(reach) || take_all(reach, view, CHOICE_LINE) ||
	    take_all(reach, view, CHOICE_NEAR) ||
	    take_all(reach, view, CHOICE_FAR) ||
	    take_all(reach, view, CHOICE_ANY);
	return ERR_NONE;
}

/* Who is out by void withdrawals alone has the cuts that these name. */
static void
find_rest(struct reach *reach)
{
	const struct reach_view *view = &reach->wide;
	size_t i;

	for (i = 0; i < view->nedges; i++) {
		const struct reach_edge *edge = &view->edges[i];
		enum right right = right_of(reach, view, edge);

		if (right != RIGHT_NONE && !reach->settled[edge->subject])
			(void)take(reach, edge, right);
	}
	settle(reach);
}

/* Find the withdrawals whose cuts hold. */
static enum err
find_cuts(struct reach *reach)
{
	bool any = true;
	size_t round;
	enum err err;

	for (round = 0; any && round < REACH_ROUNDS_MAX; round++)
		if ((err = take_round(reach, &any)) != ERR_NONE)
			return err;
	find_rest(reach);
	return ERR_NONE;
}

/* Add the cuts of keys that nobody vouches for any more. */
static void
find_lapsed(struct reach *reach)
{
	const struct reach_view *view = &reach->wide;
	size_t i;

	for (i = 0; i < view->nedges; i++) {
		const struct reach_edge *edge = &view->edges[i];
		size_t x = edge->subject;

		if (!edge->last->withdrawn || reach->out[x] ||
		    view->standing[x] == 0 || reach->strict.standing[x] != 0 ||
		    (view->standing[edge->voucher] & ROLE_INTRODUCES) == 0)
			continue;
		cuts_add(reach, edge->last);
	}
	cuts_sort(reach);
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
	if ((err = view_build(reach, PASS_WIDE, &reach->wide)) != ERR_NONE)
		return err;
	if ((err = cuts_room(reach)) != ERR_NONE)
		return err;
	if (find_out(reach) && (err = find_cuts(reach)) != ERR_NONE)
		return err;
	err = view_build(reach, PASS_STRICT, &reach->strict);
	if (err != ERR_NONE)
		return err;
	find_lapsed(reach);
	return ERR_NONE;
}

void
reach_clear(struct reach *reach)
{
	view_clear(&reach->wide);
	view_clear(&reach->round);
	view_clear(&reach->strict);
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
