/*
 * Who is out, and where the logs of who is out end: the rights to withdraw a key,
 * and the rounds in which withdrawals are taken (PROTOCOL 6.2).
 */

#include <stdlib.h>
#include <string.h>

#include "proto/reach_internal.h"

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
	edge = reach_edge_find(view, x, v);
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
	size_t nxs = reach_line(&reach->wide, x, xs);
	size_t nvs = reach_line(view, v, vs);
	size_t nown = reach_line(view, x, own);
	size_t i, j;

	for (i = 0; i < nxs; i++)
		for (j = 0; j < nvs; j++)
			if (!reach_line_has(own, nown, vs[j]) &&
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

/* The words by which ${x} gives ${v} a right to withdraw it, one by one. */
static const struct vouch_entry *
grant_next(const struct reach *reach, size_t x, size_t v, size_t *i)
{
	const struct reach_edge *edge = reach_edge_find(&reach->wide, x, v);

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
	size_t count = reach_line(&reach->wide, edge->voucher, line);
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
	size_t count = reach_line(&reach->wide, v, line);
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
	size_t count = reach_line(&reach->wide, v, line);
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
	size_t count = reach_line(view, edge->voucher, line);
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
	size_t at = (size_t)(reach_edge_find(
				 wide, edge->voucher, edge->subject) -
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

	reach_view_clear(view);
	if ((err = reach_view_build(reach, PASS_FIRM, view)) != ERR_NONE)
		return err;
	*ret_any = take_all(reach, view, CHOICE_FIRM);
	if (*ret_any)
		return ERR_NONE;

	/* Who is left rests on words of each other: the nearest first. */
	note_near(reach);
	reach_view_clear(view);
	if ((err = reach_view_build(reach, PASS_LOOSE, view)) != ERR_NONE)
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

enum err
reach_find_cuts(struct reach *reach)
{
	bool any = true;
	size_t round;
	enum err err;

	if ((err = cuts_room(reach)) != ERR_NONE || !find_out(reach))
		return err;
	for (round = 0; any && round < REACH_ROUNDS_MAX; round++)
		if ((err = take_round(reach, &any)) != ERR_NONE)
			return err;
	find_rest(reach);
	return ERR_NONE;
}

void
reach_find_lapsed(struct reach *reach)
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
