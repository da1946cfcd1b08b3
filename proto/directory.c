#include "proto/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crypto.h"
#include "proto/reach.h"
#include "proto/vouch.h"

/*
 * The rules, one sentence each.
 *
 * Words.  A voucher is the key in whose log a MEMBER entry stands, its subject
 * the key that the entry names.  An entry that names its own voucher, or a key
 * that is no usable Ed25519 key, says nothing.  Of two entries that claim one
 * position of one log (a fork) the one with the smaller hash counts, so that
 * the order of arrival does not.  Of several entries of one voucher about one
 * subject the greatest (time_ms, log_id, n) holds.
 *
 * Standing.  The own key and the pinned keys hold all roles.  A key with the
 * role "introduces" gives those of its own roles that its entry names, and a
 * key has the roles of all who vouch for it together.  The registry role counts
 * only if the own key or a pinned key gives it.  Whoever introduces may give
 * the role "reads only", because every member reads; an entry that gives it
 * gives nothing else.  An entry that gives no role does not vouch.
 *
 * Pass 1.  From the own key and the pinned keys every key is reached that a
 * reached key vouches for, whatever was withdrawn and wherever logs are cut: a
 * withdrawal is skipped, and the greatest entry that is none holds.
 *
 * Withdrawals.  A key is out if it is reached in pass 1 and the last word about
 * it of one of these, themselves reached, is a withdrawal: a key that its own
 * log ever named as its inviter, a registry, a pinned key, a key that succeeds
 * it, or the own key.  A later entry does not unsay who the inviter was, or a
 * key could escape its inviter; nor, in pass 1, who follows by a key's own word.
 * What rests on the own key alone (its own withdrawals, those of a registry that
 * only it named) holds for this node only.  The own key is never out in its own
 * directory.
 *
 * Cuts.  The logs of a key that is out count up to the largest cut that a
 * withdrawal which was taken names for them, and not at all where none is named.
 * No right to withdraw a key or to move its cut may rest on a word beyond the cut
 * named by those whose right does not rest on that word.  So withdrawals are taken
 * in rounds: those first that rest on no word of who is out but what it said of its
 * inviters; then what these let count, and so on.  Where words of who is out are all
 * there is, heirs of keys that nobody else may withdraw go first, then others, about
 * the nearest keys first.  Who is out by void words alone counts whole meanwhile.
 *
 * Pass 2.  The entries beyond cuts are dropped and reach is computed once more;
 * who is out stays as it was found.  Now a voucher's last word holds, so that a
 * withdrawal without effect still takes back the voucher's own word.  A key
 * that is out is still passed through, by the vouching it had, so that those it
 * introduced before the cut stay.  A member is in if it is reached now and not
 * out.  A key that was reached in pass 1 only has lapsed; its logs count up to
 * the largest cut named by any reached key that introduces, if it withdrew it.
 *
 * Organisation.  A key has the smallest org id that its inviters name, those of
 * its vouchers that its own log names so; if there is none, the smallest that
 * its vouchers name.  A reader has the smallest org of its vouchers.  The own
 * key has the one it was configured with, and so has a key that
 * it succeeds and that nobody else names.  Vouchers that name different orgs
 * make the key disputed, as do two live keys of one org unless one of them
 * succeeds the others; readers are never disputed.
 *
 * Succession.  K2 succeeds K1 if the word of K1 about K2 carries a signature by
 * K2 over both, or if the word of a registry about K2 says so.  The successor
 * has the roles, the standing and the org of the key it succeeds, whatever
 * roles that key could give.  It may withdraw it, and withdraw whom it invited;
 * those whom K1 named as inviter are the inviters of K2 too.  A key that the
 * own key succeeds by its signature counts as the own key does.  A key speaks
 * for at most REACH_EARLIER_MAX earlier keys, the nearest first.
 */

struct directory_input {
	struct vouch_set set;
	const struct vouch_key *own;
	char own_org[ORG_MAX + 1];
};

struct succession {
	uint8_t new_key[KEY_LEN];
	uint8_t old_key[KEY_LEN];
	bool told; /* by a registry, whatever the keys themselves say */
};

struct directory {
	struct directory_member *members; /* sorted by (org, key) */
	size_t count;
	const struct directory_member **by_key;
	const struct directory_member **by_curve;
	struct reach_cut *cuts; /* sorted by (key, log_id), each once */
	size_t ncuts;
	struct succession *successions; /* sorted by (new, old), each once */
	size_t nsuccessions;
};

/* Who says what a key is called; the later outweighs the earlier. */
enum weight {
	WEIGHT_NONE,
	WEIGHT_VOUCHER,
	WEIGHT_INVITER,
	WEIGHT_EARLIER_KEY,
	WEIGHT_CONFIGURATION,
};

/* What one key is called, by those who vouch for it. */
struct naming {
	char org[ORG_MAX + 1];
	enum weight org_weight;
	bool differ;    /* not all named the same */
	size_t voucher; /* the smallest of the greatest weight */
	enum weight voucher_weight;
	uint64_t since_ms; /* UINT64_MAX if nobody named it */
};

enum err
directory_input_new(const uint8_t own_key[KEY_LEN], const char *own_org,
    struct directory_input **ret_input)
{
	struct directory_input *input = calloc(1, sizeof(*input));
	struct vouch_key *own;
	enum err err;

	if (input == NULL)
		return ERR_NOMEM;
	if (strlen(own_org) > ORG_MAX) {
		err = ERR_SIZE;
		goto fail;
	}
	if ((err = vouch_key_get(&input->set, own_key, &own)) != ERR_NONE)
		goto fail;
	if (!own->usable) {
		err = ERR_SIG;
		goto fail;
	}
	memcpy(input->own_org, own_org, strlen(own_org) + 1);
	input->own = own;
	*ret_input = input;
	return ERR_NONE;
fail:
	directory_input_free(input);
	return err;
}

void
directory_input_free(struct directory_input *input)
{
	if (input == NULL)
		return;
	vouch_set_clear(&input->set);
	free(input);
}

/* What an earlier directory knows of a key. */
static const uint8_t *
known_curve(const void *arg, const uint8_t key[KEY_LEN])
{
	const struct directory_member *member = directory_find(arg, key);

	return member == NULL ? NULL : member->curve;
}

void
directory_input_reuse(
    struct directory_input *input, const struct directory *before)
{
	input->set.curve = before == NULL ? NULL : known_curve;
	input->set.curve_arg = before;
}

enum err
directory_input_pin(struct directory_input *input, const uint8_t key[KEY_LEN])
{
	struct vouch_key *pinned;
	enum err err;

	if ((err = vouch_key_get(&input->set, key, &pinned)) != ERR_NONE)
		return err;
	if (!pinned->usable)
		return ERR_SIG;
	pinned->pinned = true;
	return ERR_NONE;
}

enum err
directory_input_add(
    struct directory_input *input, const struct directory_entry *entry)
{
	return vouch_add(&input->set, entry->voucher, entry->log_id, entry->n,
	    entry->time_ms, &entry->member);
}

/*
 * What the keys are called.
 */

/* Somebody names an org; of equal weight the smallest holds. */
static void
naming_add(struct naming *naming, const char *org, enum weight weight)
{
	int order = strcmp(org, naming->org);

	if (org[0] == '\0')
		return;
	if (naming->org_weight != WEIGHT_NONE && order != 0)
		naming->differ = true;
	if (weight < naming->org_weight ||
	    (weight == naming->org_weight && order >= 0))
		return;
	memcpy(naming->org, org, strlen(org) + 1);
	naming->org_weight = weight;
}

/* Take the vouching of one edge into the naming of its subject. */
static void
naming_vouch(const struct reach *reach, const struct reach_view *view,
    const struct reach_edge *edge, struct naming *naming)
{
	enum weight weight = WEIGHT_VOUCHER;

	if (reach_invited_by(&reach->wide, edge->subject, edge->voucher))
		weight = WEIGHT_INVITER;
	if (weight > naming->voucher_weight ||
	    (weight == naming->voucher_weight &&
		edge->voucher < naming->voucher)) {
		naming->voucher = edge->voucher;
		naming->voucher_weight = weight;
	}
	if (edge->since_ms < naming->since_ms)
		naming->since_ms = edge->since_ms;
	if (!reach_is_reader(view->standing[edge->subject]))
		naming_add(naming, edge->say->org, weight);
}

/* Handing orgs down from key to key. */
struct descent {
	const struct reach_view *view;
	struct naming *names;
	size_t *waits; /* by key: earlier keys that have no org yet */
	size_t *ready; /* keys whose org is known, still to be handed down */
	size_t depth;
};

/* Give the org of ${key} to those that succeed it. */
static void
descent_step(struct descent *descent, size_t key)
{
	const struct reach_view *view = descent->view;
	size_t i;

	for (i = reach_turns_from(view, key);
	     i < view->nturns && view->by_old[i].old_key == key; i++) {
		size_t heir = view->by_old[i].new_key;

		if (!reach_turn_holds(view, &view->by_old[i]))
			continue;
		naming_add(&descent->names[heir], descent->names[key].org,
		    WEIGHT_EARLIER_KEY);
		if (--descent->waits[heir] == 0)
			descent->ready[descent->depth++] = heir;
	}
}

/* Let each successor take the org of the keys it succeeds, oldest first. */
static void
descent_all(struct descent *descent, size_t count)
{
	const struct reach_view *view = descent->view;
	size_t i;

	for (i = 0; i < view->nturns; i++)
		if (reach_turn_holds(view, &view->by_old[i]))
			descent->waits[view->by_old[i].new_key]++;
	for (i = 0; i < count; i++)
		if (descent->waits[i] == 0 && view->standing[i] != 0)
			descent->ready[descent->depth++] = i;

	/* Keys that succeed each other in a circle are never ready. */
	while (descent->depth > 0)
		descent_step(descent, descent->ready[--descent->depth]);
}

/* Let readers have the org of who admits them. */
static void
namings_readers(const struct reach_view *view, struct naming *names)
{
	size_t i;

	for (i = 0; i < view->nedges; i++) {
		const struct reach_edge *edge = &view->edges[i];

		if (reach_vouches(view, edge) &&
		    reach_is_reader(view->standing[edge->subject]))
			naming_add(&names[edge->subject],
			    names[edge->voucher].org, WEIGHT_VOUCHER);
	}
}

/* A key that the own key succeeds has its org, if nobody else names it. */
static void
namings_own(const struct reach *reach, const struct reach_view *view,
    const char *own_org, struct naming *names)
{
	size_t i;

	for (i = 0; i < reach->count; i++)
		if ((view->standing[i] & REACH_OWN) != 0 &&
		    names[i].org[0] == '\0')
			(void)snprintf(
			    names[i].org, sizeof(names[i].org), "%s", own_org);
}

/* Name all keys that this pass reached. */
static enum err
namings_build(const struct reach *reach, const struct reach_view *view,
    const char *own_org, struct naming *names)
{
	struct descent descent = { .view = view, .names = names };
	enum err err = ERR_NOMEM;
	size_t i;

	descent.waits = calloc(reach->count, sizeof(size_t));
	descent.ready = calloc(reach->count, sizeof(size_t));
	if (descent.waits == NULL || descent.ready == NULL)
		goto out;
	for (i = 0; i < reach->count; i++)
		names[i].since_ms = UINT64_MAX;
	naming_add(&names[reach->own], own_org, WEIGHT_CONFIGURATION);
	for (i = 0; i < view->nedges; i++)
		if (reach_vouches(view, &view->edges[i]))
			naming_vouch(reach, view, &view->edges[i],
			    &names[view->edges[i].subject]);
	descent_all(&descent, reach->count);
	namings_readers(view, names);
	namings_own(reach, view, own_org, names);
	err = ERR_NONE;
out:
	free(descent.waits);
	free(descent.ready);
	return err;
}

/*
 * The result.
 */

static int
member_compare(const void *a, const void *b)
{
	const struct directory_member *x = a, *y = b;
	int order = strcmp(x->org, y->org);

	return order != 0 ? order : memcmp(x->key, y->key, KEY_LEN);
}

static int
key_compare(const void *a, const void *b)
{
	const struct directory_member *const *x = a, *const *y = b;

	return memcmp((*x)->key, (*y)->key, KEY_LEN);
}

static int
curve_compare(const void *a, const void *b)
{
	const struct directory_member *const *x = a, *const *y = b;

	return memcmp((*x)->curve, (*y)->curve, KEY_LEN);
}

/* Write down what was found about one key. */
static void
member_fill(const struct reach *reach, size_t key, const struct naming *naming,
    struct directory_member *member)
{
	const struct vouch_key *node = reach->set->keys[key];
	uint32_t standing = reach->strict.standing[key];

	memcpy(member->key, node->key, KEY_LEN);
	memcpy(member->curve, node->curve, KEY_LEN);
	memcpy(member->org, naming->org, sizeof(member->org));
	member->in = standing != 0 && !reach->out[key];
	member->roles = member->in ? standing & REACH_MASK : 0;
	member->was_registry = (standing & ROLE_REGISTRY) != 0 &&
	    (standing & (REACH_PINNED | REACH_REGISTRY)) != 0;
	member->registry = member->in && member->was_registry;
	member->withdrawn_by_us = reach->ours[key];
	member->disputed = naming->differ &&
	    !reach_is_reader(reach->wide.standing[key]);
	if (naming->voucher_weight != WEIGHT_NONE && key != reach->own)
		memcpy(member->voucher, reach->set->keys[naming->voucher]->key,
		    KEY_LEN);
	if (naming->since_ms != UINT64_MAX)
		member->since_ms = naming->since_ms;
	if (reach->by[key] == NULL)
		return;
	memcpy(member->withdrawn_by, reach->by[key]->voucher->key, KEY_LEN);
	member->withdrawn_ms = reach->by[key]->time_ms;
}

/* List every key that pass 1 reached, named by pass 2 where that reached it. */
static enum err
members_build(
    const struct reach *reach, const char *own_org, struct directory *directory)
{
	struct naming *wide = calloc(reach->count, sizeof(*wide));
	struct naming *strict = calloc(reach->count, sizeof(*strict));
	enum err err = ERR_NOMEM;
	size_t key;

	if (wide == NULL || strict == NULL)
		goto out;
	err = namings_build(reach, &reach->wide, own_org, wide);
	if (err != ERR_NONE)
		goto out;
	err = namings_build(reach, &reach->strict, own_org, strict);
	if (err != ERR_NONE)
		goto out;
	for (key = 0; key < reach->count; key++) {
		const struct naming *naming = &strict[key];

		if (reach->wide.standing[key] == 0)
			continue;
		if (reach->strict.standing[key] == 0)
			naming = &wide[key];
		member_fill(reach, key, naming,
		    &directory->members[directory->count++]);
	}
	qsort(directory->members, directory->count, sizeof(*directory->members),
	    member_compare);
out:
	free(wide);
	free(strict);
	return err;
}

static bool
is_live(const struct directory_member *member)
{
	return member->in && !reach_is_reader(member->roles);
}

/* Return whether ${member} succeeds all other live keys of its org. */
static bool
succeeds_all(const struct reach *reach, const struct directory_member *members,
    size_t count, size_t member)
{
	size_t key = vouch_key_place(reach->set, members[member].key);
	size_t i;

	for (i = 0; i < count; i++)
		if (i != member && is_live(&members[i]) &&
		    !reach_succeeds(&reach->strict,
			vouch_key_place(reach->set, members[i].key), key))
			return false;
	return true;
}

/* Return whether one live key succeeds all others, so that they are one line. */
static bool
in_line(const struct reach *reach, const struct directory_member *members,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (is_live(&members[i]) &&
		    succeeds_all(reach, members, count, i))
			return true;
	return false;
}

/* Mark the live keys of one org as disputed, unless they are in one line. */
static void
dispute_org(
    const struct reach *reach, struct directory_member *members, size_t count)
{
	size_t i, live = 0;

	for (i = 0; i < count; i++)
		live += is_live(&members[i]);
	if (live < 2 || members[0].org[0] == '\0' ||
	    in_line(reach, members, count))
		return;
	for (i = 0; i < count; i++)
		if (is_live(&members[i]))
			members[i].disputed = true;
}

/* Find the orgs that more than one key claims. */
static void
dispute_orgs(const struct reach *reach, struct directory *directory)
{
	struct directory_member *members = directory->members;
	size_t first, end;

	for (first = 0; first < directory->count; first = end) {
		for (end = first + 1; end < directory->count &&
		     strcmp(members[end].org, members[first].org) == 0;
		     end++)
			;
		dispute_org(reach, members + first, end - first);
	}
}

/* Keep one succession, which is the last one that was kept or follows it. */
static void
succession_keep(struct directory *directory, const uint8_t *old_key,
    const uint8_t *new_key, bool told)
{
	struct succession *next =
	    &directory->successions[directory->nsuccessions];

	if (directory->nsuccessions > 0 &&
	    memcmp(next[-1].new_key, new_key, KEY_LEN) == 0 &&
	    memcmp(next[-1].old_key, old_key, KEY_LEN) == 0) {
		next[-1].told = next[-1].told || told;
		return;
	}
	memcpy(next->new_key, new_key, KEY_LEN);
	memcpy(next->old_key, old_key, KEY_LEN);
	next->told = told;
	directory->nsuccessions++;
}

/* Keep who succeeds whom. */
static enum err
successions_build(const struct reach *reach, struct directory *directory)
{
	const struct reach_view *view = &reach->strict;
	struct vouch_key *const *nodes = reach->set->keys;
	size_t i;

	directory->successions = calloc(
	    view->nturns + 1, sizeof(struct succession));
	if (directory->successions == NULL)
		return ERR_NOMEM;
	for (i = 0; i < view->nturns; i++) {
		const struct reach_turn *turn = &view->by_new[i];

		if (reach_turn_holds(view, turn))
			succession_keep(directory, nodes[turn->old_key]->key,
			    nodes[turn->new_key]->key, !turn->rotated);
	}
	return ERR_NONE;
}

/* Make the two ways to find a member. */
static enum err
lookups_build(struct directory *directory)
{
	size_t i;

	directory->by_key = calloc(directory->count + 1, sizeof(void *));
	directory->by_curve = calloc(directory->count + 1, sizeof(void *));
	if (directory->by_key == NULL || directory->by_curve == NULL)
		return ERR_NOMEM;
	for (i = 0; i < directory->count; i++) {
		directory->by_key[i] = &directory->members[i];
		directory->by_curve[i] = &directory->members[i];
	}
	qsort(directory->by_key, directory->count, sizeof(void *), key_compare);
	qsort(directory->by_curve, directory->count, sizeof(void *),
	    curve_compare);
	return ERR_NONE;
}

enum err
directory_compute(
    const struct directory_input *input, struct directory **ret_directory)
{
	struct directory *directory = calloc(1, sizeof(*directory));
	struct reach reach = { 0 };
	enum err err = ERR_NOMEM;

	if (directory == NULL)
		return ERR_NOMEM;
	directory->members = calloc(
	    input->set.nkeys, sizeof(struct directory_member));
	if (directory->members == NULL)
		goto out;
	if ((err = reach_init(&reach, &input->set, input->own)) != ERR_NONE)
		goto out;

	/* What they are called, and the ways to look them up. */
	err = members_build(&reach, input->own_org, directory);
	if (err != ERR_NONE)
		goto out;
	dispute_orgs(&reach, directory);
	if ((err = successions_build(&reach, directory)) != ERR_NONE)
		goto out;
	if ((err = lookups_build(directory)) != ERR_NONE)
		goto out;
	directory->cuts = reach.cuts;
	directory->ncuts = reach.ncuts;
	reach.cuts = NULL;
	*ret_directory = directory;
	directory = NULL;
out:
	reach_clear(&reach);
	directory_free(directory);
	return err;
}

void
directory_free(struct directory *directory)
{
	if (directory == NULL)
		return;
	free(directory->members);
	free(directory->by_key);
	free(directory->by_curve);
	free(directory->cuts);
	free(directory->successions);
	free(directory);
}

/*
 * Looking things up.
 */

const struct directory_member *
directory_find(const struct directory *directory, const uint8_t key[KEY_LEN])
{
	struct directory_member wanted = { 0 };
	const struct directory_member *pointer = &wanted;
	const struct directory_member *const *found;

	memcpy(wanted.key, key, KEY_LEN);
	found = bsearch(&pointer, directory->by_key, directory->count,
	    sizeof(void *), key_compare);
	return found == NULL ? NULL : *found;
}

const struct directory_member *
directory_find_curve(
    const struct directory *directory, const uint8_t curve[KEY_LEN])
{
	size_t low = 0, high = directory->count, i;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(directory->by_curve[mid]->curve, curve, KEY_LEN) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (i = low; i < directory->count &&
	     memcmp(directory->by_curve[i]->curve, curve, KEY_LEN) == 0;
	     i++)
		if (directory->by_curve[i]->in)
			return directory->by_curve[i];
	return i > low ? directory->by_curve[low] : NULL;
}

size_t
directory_count(const struct directory *directory)
{
	return directory->count;
}

const struct directory_member *
directory_at(const struct directory *directory, size_t i)
{
	return &directory->members[i];
}

uint64_t
directory_cut(const struct directory *directory, const uint8_t key[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN])
{
	const struct directory_member *member = directory_find(directory, key);

	if (member == NULL)
		return 0;
	if (member->in)
		return UINT64_MAX;
	return reach_cut_find(directory->cuts, directory->ncuts, key, log_id);
}

/* The first succession to ${key}. */
static size_t
successions_to(const struct directory *directory, const uint8_t *key)
{
	size_t low = 0, high = directory->nsuccessions;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(directory->successions[mid].new_key, key, KEY_LEN) <
		    0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Return whether ${key} is among ${count} keys. */
static bool
line_has(const uint8_t *const *line, size_t count, const uint8_t *key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (memcmp(line[i], key, KEY_LEN) == 0)
			return true;
	return false;
}

/* Does ${new_key} succeed ${old_key}, if need be by no registry's word? */
static bool
succeeds(const struct directory *directory, const uint8_t *old_key,
    const uint8_t *new_key, bool untold)
{
	const uint8_t *line[REACH_EARLIER_MAX + 1];
	const struct succession *all = directory->successions;
	size_t count = 1, done, i;

	line[0] = new_key;
	for (done = 0; done < count; done++)
		for (i = successions_to(directory, line[done]);
		     i < directory->nsuccessions &&
		     memcmp(all[i].new_key, line[done], KEY_LEN) == 0;
		     i++)
			if (count <= REACH_EARLIER_MAX &&
			    !(untold && all[i].told) &&
			    !line_has(line, count, all[i].old_key))
				line[count++] = all[i].old_key;
	return line_has(line + 1, count - 1, old_key);
}

bool
directory_succeeds(const struct directory *directory,
    const uint8_t old_key[KEY_LEN], const uint8_t new_key[KEY_LEN])
{
	return succeeds(directory, old_key, new_key, false);
}

bool
directory_renews(const struct directory *directory,
    const uint8_t old_key[KEY_LEN], const uint8_t new_key[KEY_LEN])
{
	return succeeds(directory, old_key, new_key, true);
}

/* Are both organisations of one country?  Ids begin with it: "dk-". */
static bool
same_country(const char *org, const char *other)
{
	return strlen(org) > 3 && strlen(other) > 3 && org[2] == '-' &&
	    memcmp(org, other, 3) == 0;
}

/* Return whether a withdrawal put this key out: it has not only lapsed. */
static bool
was_withdrawn(const struct directory_member *member)
{
	static const uint8_t nobody[KEY_LEN];

	return memcmp(member->withdrawn_by, nobody, KEY_LEN) != 0;
}

/* Return whether no key of this organisation is in. */
static bool
is_closed(const struct directory *directory, const char *org)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (directory->members[i].in &&
		    strcmp(directory->members[i].org, org) == 0)
			return false;
	return true;
}

/*
 * Does ${key} speak for the bodies of ${old_key}?  That it is out says nothing:
 * what it erased before the cut has gone from nodes that knew no withdrawal yet.
 */
static bool
speaks_for(const struct directory *directory, const uint8_t key[KEY_LEN],
    const uint8_t old_key[KEY_LEN])
{
	const struct directory_member *by = directory_find(directory, key);
	const struct directory_member *of = directory_find(directory, old_key);

	if (memcmp(key, old_key, KEY_LEN) == 0)
		return true;
	if (by == NULL)
		return false;
	if (directory_succeeds(directory, old_key, key))
		return true;
	return by->was_registry && of != NULL && was_withdrawn(of) &&
	    !of->withdrawn_by_us && same_country(by->org, of->org) &&
	    is_closed(directory, of->org);
}

bool
directory_may_erase(const struct directory *directory,
    const uint8_t key[KEY_LEN], const uint8_t old_key[KEY_LEN])
{
	const struct directory_member *by = directory_find(directory, key);

	return (memcmp(key, old_key, KEY_LEN) == 0 || (by != NULL && by->in)) &&
	    speaks_for(directory, key, old_key);
}

bool
directory_erases(const struct directory *directory, const uint8_t key[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t old_key[KEY_LEN])
{
	return n <= directory_cut(directory, key, log_id) &&
	    speaks_for(directory, key, old_key);
}

bool
directory_cut_at(const struct directory *directory, const uint8_t key[KEY_LEN],
    size_t i, uint8_t ret_log_id[LOG_ID_LEN], uint64_t *ret_n)
{
	const struct directory_member *member = directory_find(directory, key);
	size_t low = 0, high = directory->ncuts;

	if (member == NULL || member->in)
		return false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(directory->cuts[mid].key, key, KEY_LEN) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (i >= directory->ncuts - low ||
	    memcmp(directory->cuts[low + i].key, key, KEY_LEN) != 0)
		return false;
	memcpy(ret_log_id, directory->cuts[low + i].log_id, LOG_ID_LEN);
	*ret_n = directory->cuts[low + i].n;
	return true;
}

/* Return whether any key succeeds ${key} directly. */
static bool
has_heir(const struct directory *directory, const uint8_t *key)
{
	size_t i;

	for (i = 0; i < directory->nsuccessions; i++)
		if (memcmp(directory->successions[i].old_key, key, KEY_LEN) ==
		    0)
			return true;
	return false;
}

const struct directory_member *
directory_heir(const struct directory *directory, const uint8_t key[KEY_LEN])
{
	const struct directory_member *heir = NULL;
	size_t i;

	if (!has_heir(directory, key))
		return NULL;
	for (i = 0; i < directory->count; i++) {
		const struct directory_member *member = &directory->members[i];

		if (!member->in ||
		    !directory_succeeds(directory, key, member->key))
			continue;
		if (heir == NULL ||
		    directory_succeeds(directory, heir->key, member->key))
			heir = member;
		else if (!directory_succeeds(directory, member->key, heir->key))
			return NULL;
	}
	return heir;
}

void
directory_rotate_sign(const struct crypto_key *new_key,
    const uint8_t old_key[KEY_LEN], uint8_t out[SIG_LEN])
{
	uint8_t msg[DOMAIN_LEN + 2 * KEY_LEN];

	crypto_pad16("erfa/1/rotate", msg);
	memcpy(msg + DOMAIN_LEN, old_key, KEY_LEN);
	memcpy(msg + DOMAIN_LEN + KEY_LEN, new_key->public_key, KEY_LEN);
	crypto_sign_with(new_key->secret, msg, sizeof(msg), out);
}
