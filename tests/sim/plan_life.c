#include "tests/sim/plan_internal.h"

#include <string.h>

#include "tests/sim/model.h"
#include "tests/sim/rekey.h"
#include "tests/sim/safe.h"

/* Keys that may change in one schedule. */
#define REKEYED_MAX 4

/* Until those who were away should have heard of new keys by themselves. */
#define HEARD_MS 120000

/* So often the registry is told again what it did not take note of. */
#define AGAIN_MS 60000

/* ---- backups ---- */

/* Does something wait to be signed there? */
static bool
has_waiting(const struct box *box)
{
	struct store_txn *txn = NULL;
	bool waits = false;

	if (box != NULL &&
	    store_begin(box->node->store, false, &txn) == ERR_NONE)
		waits = outbox_waiting(txn) > 0;
	store_abort(&txn);
	return waits;
}

void
plan_backup(struct plan *plan)
{
	struct box *box = plan_any_up(plan);
	int tries;

	/* What waits to be signed has its key in the backup too. */
	for (tries = 0; tries < 6 && !has_waiting(box); tries++)
		box = plan_any_up(plan);

	if (box == NULL || box->forker || !plan_may_be_copied(plan, box) ||
	    !safe_begin(plan->world, box))
		return;
	plan->counts->harms[HARM_BACKUP]++;
	machine_trace("node %d is asked for a backup", box->number);
}

bool
plan_rekey_fits(const uint8_t key[KEY_LEN], bool settled, struct box *box)
{
	return memcmp(key, box->key.public_key, KEY_LEN) == 0 && settled &&
	    world_settled(box);
}

void
plan_restore(struct plan *plan)
{
	struct world *world = plan->world;
	const struct safe *safe;
	bool elsewhere = machine_happens(30);
	struct box *box;

	if (world->nsafes == 0)
		return;
	safe = &world->safes[machine_below((uint32_t)world->nsafes)];
	box = &world->boxes[safe->box];
	if (!safe->done || box->out || box->forker ||
	    !plan_rekey_fits(safe->key, safe->settled, box))
		return;
	plan->counts->harms[HARM_SAFE]++;
	machine_trace("node %d is restored from backup %d%s", box->number,
	    (int)(safe - world->safes), elsewhere ? ", elsewhere" : "");
	world_kill(world, box);
	safe_restore(world, safe, box, elsewhere);
	model_rolled_back(world);
	if (machine_happens(10))
		return;
	world_open(world, box);
	if (machine_happens(50))
		world_publish(world, box, 200);
}

/* ---- members that were removed ---- */

/* One that was, by chance, or NULL. */
static struct box *
any_out(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box;
	int tries;

	for (tries = 0; tries < 20; tries++) {
		box = &world->boxes[machine_below((uint32_t)world->nboxes)];
		if (box->made && box->out && !box->twin)
			return box;
	}
	return NULL;
}

void
plan_speak(struct plan *plan)
{
	struct box *box = any_out(plan);

	if (box == NULL || !box->is_up)
		return;
	plan->counts->harms[HARM_SPEAK]++;
	machine_trace("node %d, which was removed, publishes number %d",
	    box->number, plan->world->npubs);
	world_publish(plan->world, box, 300);
}

void
plan_recut(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box = any_out(plan);
	int i;

	if (box == NULL || !box->removed || box->forker ||
	    !world->boxes[0].is_up || machine_is_dead(0))
		return;

	/* What an ERASE beyond the new cut did stays done where it was known. */
	for (i = 0; i < world->npubs; i++)
		if (world->pubs[i].erasing &&
		    world_owns(
			&world->boxes[world->pubs[i].box], box->key.public_key))
			return;
	if (!world_recut(world, box))
		return;
	plan->counts->harms[HARM_RECUT]++;
	machine_trace("node %d is withdrawn anew", box->number);
}

/* ---- a restricted group ---- */

void
plan_circle(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box = plan_any_box(plan);
	unsigned bit = 1U << box->number;

	if (box->twin)
		return;
	plan->counts->harms[HARM_CIRCLE]++;
	machine_trace("node %d %s the group", box->number,
	    (world->circle & bit) != 0 ? "leaves" : "comes to");
	if ((world->circle & bit) != 0)
		world->circle_left |= bit;
	else
		world->circle_left &= ~bit;
	world->circle ^= bit;
}

void
plan_seal(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box = plan_any_up(plan);

	if (box == NULL || (world->circle >> box->number & 1) == 0)
		return;
	plan->counts->harms[HARM_SEAL]++;
	machine_trace("node %d publishes number %d, sealed to %x", box->number,
	    world->npubs, world->circle);
	world_publish_sealed(world, box, 16 + machine_below(600));
}

/* ---- words about strangers ---- */

/* So many strangers there are. */
#define STRANGERS 4

void
plan_word(struct plan *plan)
{
	struct world *world = plan->world;
	unsigned stranger = machine_below(STRANGERS);
	struct box *box = plan_any_up(plan);
	struct box *other;
	int tries;

	for (tries = 0; tries < 6; tries++) {
		other = &world->boxes[machine_below((uint32_t)world->nboxes)];
		if (other->is_up && (other->forker || other->out))
			box = other;
	}
	if (box == NULL || machine_is_dead(box->number))
		return;
	plan->counts->harms[HARM_WORD]++;
	machine_trace("node %d has a word about stranger %u", box->number,
	    stranger);
	world_word(box, stranger);
}

/* ---- keys ---- */

/* May its key change, now and here? */
static bool
may_rekey(const struct plan *plan, const struct box *box)
{
	return plan->rekeyed < REKEYED_MAX && !plan->has_twin && !box->twin &&
	    !box->forker && !box->lost_once && !box->may_fork &&
	    box->nformer < WORLD_KEYS - 1;
}

void
plan_rotate(struct plan *plan)
{
	struct box *box = plan_any_up(plan);

	if (box == NULL || !may_rekey(plan, box))
		return;
	plan->rekeyed++;
	plan->counts->harms[HARM_ROTATE]++;
	machine_trace("node %d is asked for a new key", box->number);
	rekey_rotate(box);
}

void
plan_lose(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box = plan_any_box(plan);

	if (box->listens || !may_rekey(plan, box) || !world_settled(box))
		return;
	plan->rekeyed++;
	plan->counts->harms[HARM_LOSE]++;
	machine_trace("node %d is lost, with its key", box->number);
	world_kill(world, box);
	rekey_lose(world, box);
	model_rolled_back(world);
	world_open(world, box);
}

/* Does one wait for the word of the registry, if that is up? */
static bool
waits_for_word(struct world *world, const struct box *box)
{
	return world->boxes[0].is_up && box->lost_once && box->is_up &&
	    !box->out && rekey_waits(world, box);
}

/* Say it, of all that wait for it. */
static void
bind_all(struct world *world)
{
	int i;

	for (i = 1; i < world->nboxes; i++)
		if (waits_for_word(world, &world->boxes[i]))
			rekey_bind(world, &world->boxes[i]);
}

void
plan_bind(struct plan *plan)
{
	bind_all(plan->world);
}

/* ---- when all is mended ---- */

/* Does one dial a hub by a key that is no more in force, and knows no other? */
static const struct box *
stranded(struct world *world, const struct box *box)
{
	const struct box *hub;
	int i;

	for (i = 0; i < box->ndials && world_is_honest(box) && box->is_up;
	     i++) {
		hub = &world->boxes[box->dials[i]];
		if (!hub->out && !rekey_dials(box, hub))
			return hub;
	}
	return NULL;
}

bool
plan_mind_keys(struct plan *plan)
{
	struct world *world = plan->world;
	const struct box *hub;
	bool waits = false;
	int i;

	if (plan->rekeyed == 0)
		return false;
	if (machine_now() >= plan->bind_at) {
		plan->bind_at = machine_now() + AGAIN_MS;
		bind_all(world);
	}
	for (i = 0; i < world->nboxes; i++) {
		waits = waits || waits_for_word(world, &world->boxes[i]);
		if ((hub = stranded(world, &world->boxes[i])) == NULL) {
			plan->stranded_at[i] = 0;
		} else if (plan->stranded_at[i] == 0) {
			plan->stranded_at[i] = machine_now();
		} else if (machine_now() - plan->stranded_at[i] >= HEARD_MS) {
			machine_trace("node %d gets a new line of node %d", i,
			    hub->number);
			world_dial_anew(world, &world->boxes[i], hub);
			plan->stranded_at[i] = 0;
		}
	}
	return waits;
}
