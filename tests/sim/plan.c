#include "tests/sim/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/budget.h"
#include "tests/sim/liar.h"
#include "tests/sim/model.h"
#include "tests/sim/plan_internal.h"
#include "tests/sim/rekey.h"

/* When all is mended, so long is enough for all to become equal. */
#define HEAL_MS    900000
#define STEP_MS    5000
#define SESSION_MS 10000
#define FRAMES_MAX 10000 /* of all nodes, in one step */
#define CALM_MS    30000

const char *
plan_harm(enum harm harm)
{
	static const char *const names[HARMS] = {
		[HARM_NOISE] = "noise",
		[HARM_CUT] = "cut off",
		[HARM_BREAK] = "broken connections",
		[HARM_STOP] = "stopped",
		[HARM_KILL] = "killed",
		[HARM_KILL_AT] = "killed at a write",
		[HARM_RESTORED] = "restored",
		[HARM_BOOTED] = "rolled back by a boot",
		[HARM_UNSEEN] = "rolled back under the fence",
		[HARM_MEMORY] = "rolled back with memory",
		[HARM_TWIN] = "copied disks",
		[HARM_FORGER] = "forgers",
		[HARM_LIE] = "lies",
		[HARM_CLOCK] = "clocks that jump",
		[HARM_LAG] = "lagging threads",
		[HARM_ERASE] = "erasures asked for",
		[HARM_REMOVE] = "removals asked for",
		[HARM_JOIN] = "newcomers",
		[HARM_FULL] = "full disks",
		[HARM_POWER] = "power cuts",
		[HARM_AGAIN] = "rolled back again and again",
		[HARM_BACKUP] = "backups asked for",
		[HARM_SAFE] = "restored from a backup",
		[HARM_ROTATE] = "new keys asked for",
		[HARM_LOSE] = "lost keys",
		[HARM_SPEAK] = "words of members that were removed",
		[HARM_RECUT] = "withdrawals with another cut",
		[HARM_CIRCLE] = "changes of the group",
		[HARM_SEAL] = "sealed to the group",
		[HARM_WORD] = "words about strangers",
	};

	return names[harm];
}

/* The hooks of the network have no argument to find it by. */
static struct plan *running;

static void
frame_sent(const struct net_frame *frame)
{
	if (running->world->failure[0] == '\0')
		model_sent(running->world, frame);
}

static void
answered(int node, const uint8_t *data, size_t len)
{
	world_answered(running->world, node, data, len);
}

/* ---- choosing ---- */

struct box *
plan_any_box(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box;
	int tries;

	for (tries = 0; tries < 50; tries++) {
		box = &world->boxes[machine_below((uint32_t)world->nboxes)];
		if (box->made && !box->out)
			return box;
	}
	return &world->boxes[0];
}

struct box *
plan_any_up(struct plan *plan)
{
	struct box *box = plan_any_box(plan);

	return box->is_up ? box : NULL;
}

/* ---- what happens ---- */

static void
publish_some(struct plan *plan)
{
	struct box *box = plan_any_up(plan);
	unsigned count = machine_happens(20) ? 1 + machine_below(6) : 1;
	size_t len;

	if (box == NULL)
		return;
	machine_trace("node %d publishes %u, from number %d on", box->number,
	    count, plan->world->npubs);
	for (; count > 0; count--) {
		len = 16 + machine_below(400);
		if (machine_happens((plan->theme & THEME_ERASES) ? 15 : 4))
			len = 9000 + machine_below(100000);
		world_publish(plan->world, box, len);
		plan->counts->pubs++;
	}
}

static void
make_noise(struct plan *plan)
{
	struct net_faults faults = { 0 };

	plan->counts->harms[HARM_NOISE]++;
	if (machine_happens(70)) {
		faults.drop = machine_below(30);
		faults.twice = machine_below(15);
		faults.delay_ms = machine_happens(50) ? machine_below(800) : 0;
		faults.reorder = machine_happens(40);
		if (machine_happens(15))
			faults.corrupt = machine_below(8);
	}
	machine_trace("noise: %u%% lost, %u%% twice, %u%% damaged, %u ms%s",
	    faults.drop, faults.twice, faults.corrupt, faults.delay_ms,
	    faults.reorder ? ", reordered" : "");
	net_set_faults(faults);
	net_set_queue(machine_happens(20) ? 3 + machine_below(20) : 1000);
}

static void
cut_some(struct plan *plan)
{
	struct world *world = plan->world;
	int a = (int)machine_below((uint32_t)world->nboxes);
	int b = (int)machine_below((uint32_t)world->nboxes);
	enum net_cut how = machine_happens(50) ? NET_BROKEN : NET_SILENT;
	int i;

	plan->counts->harms[HARM_CUT]++;
	if (machine_happens(40)) {
		machine_trace("node %d is alone (%s)", a,
		    how == NET_BROKEN ? "broken" : "silent");
		for (i = 0; i < world->nboxes; i++)
			net_cut(a, i, how);
	} else if (a != b) {
		machine_trace("nodes %d and %d are cut off (%s)", a, b,
		    how == NET_BROKEN ? "broken" : "silent");
		net_cut(a, b, how);
	}
}

static void
mend_cuts(struct plan *plan)
{
	int i;
	int j;

	machine_trace("the network is whole");
	for (i = 0; i < plan->world->nboxes; i++)
		for (j = 0; j < i; j++)
			net_cut(i, j, NET_WHOLE);
}

static void
break_some(struct plan *plan)
{
	struct box *box = plan_any_box(plan);

	plan->counts->harms[HARM_BREAK]++;
	machine_trace("all connections of node %d break", box->number);
	net_break(box->number);
}

static void
end_some(struct plan *plan)
{
	struct box *box = plan_any_up(plan);
	unsigned writes;

	if (box == NULL)
		return;
	if (machine_happens(20)) {
		plan->counts->harms[HARM_STOP]++;
		machine_trace("node %d is stopped", box->number);
		world_stop(plan->world, box);
	} else if (machine_happens(40)) {
		plan->counts->harms[HARM_KILL]++;
		machine_trace("node %d is killed", box->number);
		world_kill(plan->world, box);
	} else {
		plan->counts->harms[HARM_KILL_AT]++;
		writes = machine_below(30);
		machine_trace(
		    "node %d will be killed at write %u", box->number, writes);
		machine_kill_after(box->number, writes);
	}
}

static void
begin_some(struct plan *plan)
{
	struct box *box = plan_any_box(plan);

	if (box->is_up)
		return;
	machine_trace("node %d begins", box->number);
	world_open(plan->world, box);
}

static void
lag_some(struct plan *plan)
{
	unsigned lag = machine_happens(50) ? 0 : machine_below(300);

	plan->counts->harms[HARM_LAG]++;
	machine_trace("threads lag by %u ms", lag);
	machine_set_lag(lag);
}

/* A registry that forgets whom it removed has to be told again by people. */
bool
plan_may_be_copied(const struct plan *plan, const struct box *box)
{
	return !box->twin &&
	    (box->number > 0 ||
		(plan->theme & (THEME_MEMBERS | THEME_SEEN)) == 0);
}

/* Copies are taken of one box, or of a hub and a leaf together. */
static void
shoot_some(struct plan *plan)
{
	struct world *world = plan->world;
	unsigned group = ++world->ngroups;
	struct box *box = plan_any_up(plan);
	struct box *other = plan_any_up(plan);

	if (box == NULL || !plan_may_be_copied(plan, box))
		return;
	machine_trace("copy %u of node %d", group, box->number);
	(void)world_shoot(world, box, group);
	if (other == NULL || other == box || !plan_may_be_copied(plan, other) ||
	    !machine_happens(40))
		return;
	machine_trace("  and of node %d", other->number);
	(void)world_shoot(world, other, group);
}

static const enum harm harms[] = { HARM_RESTORED, HARM_BOOTED, HARM_UNSEEN,
	HARM_MEMORY };

static const char *const back_names[] = { "restored", "rolled back by a boot",
	"rolled back under its fence", "rolled back with its memory" };

/* The boxes of one group are put back together, then begin again. */
static void
put_back(struct plan *plan, unsigned group, enum back how)
{
	struct world *world = plan->world;
	struct box *box;
	int i;

	for (i = 0; i < world->nshots; i++) {
		box = &world->boxes[world->shots[i].box];
		if (world->shots[i].group != group || box->out || box->forker ||
		    !plan_rekey_fits(
			world->shots[i].key, world->shots[i].settled, box))
			continue;
		machine_trace("node %d is %s to copy %u", box->number,
		    back_names[how], group);
		world_kill(world, box);
		world_put_back(world, &world->shots[i], box, how);
		plan->counts->harms[harms[how]]++;
	}
	model_rolled_back(world);
	for (i = 0; i < world->nshots; i++) {
		box = &world->boxes[world->shots[i].box];
		if (world->shots[i].group != group || box->out || box->forker ||
		    box->is_up || machine_happens(10))
			continue;
		world_open(world, box);
		if (how == BACK_MEMORY && machine_happens(40))
			world_wake(box, machine_happens(50) ? 3600000 : 0);
		if (machine_happens(50))
			world_publish(world, box, 200);
	}
}

static void
put_back_some(struct plan *plan)
{
	struct world *world = plan->world;
	enum back how = machine_happens(25) ? BACK_MEMORY :
					      (enum back)machine_below(4);

	if (world->nshots > 0)
		put_back(plan,
		    world->shots[machine_below((uint32_t)world->nshots)].group,
		    how);
}

/* A leaf and a hub are put back more than once, so that a log has three ends. */
static void
put_back_again(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *leaf = plan_any_up(plan);
	unsigned times = 2 + machine_below(3);
	unsigned group;
	struct box *hub;

	if (leaf == NULL || leaf->ndials == 0 || leaf->forker ||
	    !plan_may_be_copied(plan, leaf))
		return;
	hub = &world->boxes[leaf->dials[0]];
	group = ++world->ngroups;
	if (!hub->is_up || hub->forker || !plan_may_be_copied(plan, hub) ||
	    world->nshots + 2 > WORLD_SHOTS)
		return;
	machine_trace(
	    "copy %u of nodes %d and %d", group, leaf->number, hub->number);
	(void)world_shoot(world, leaf, group);
	(void)world_shoot(world, hub, group);
	plan->counts->harms[HARM_AGAIN]++;
	for (; times > 0 && world->failure[0] == '\0'; times--) {
		if (leaf->is_up)
			world_publish(world, leaf, 200);
		world_run(world, machine_below(6000));
		put_back(plan, group, BACK_MEMORY);
	}
}

/* A copy of a leaf begins beside it, on the same hub or another. */
static void
twin_some(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box = plan_any_up(plan);
	bool forged = machine_happens(50);
	const struct shot *shot;
	struct box *twin;
	int i;

	if (box == NULL || box->listens || plan->has_twin || plan->rekeyed > 0)
		return;
	if ((shot = world_shoot(world, box, ++world->ngroups)) == NULL ||
	    (twin = world_twin(world, shot, forged)) == NULL)
		return;
	plan->has_twin = true;
	plan->forked = forged;
	box = &world->boxes[shot->box];
	box->forker = twin->forker = forged;
	plan->counts->harms[forged ? HARM_FORGER : HARM_TWIN]++;
	machine_trace("node %d is %s of node %d", twin->number,
	    forged ? "a forging double" : "a copied disk", box->number);
	for (i = 0; i < box->ndials; i++)
		twin->dials[twin->ndials++] = box->dials[i];
	world_open(world, twin);
}

static void
lie_some(struct plan *plan)
{
	struct box *box = plan_any_box(plan);
	unsigned ways = 1 + machine_below(15);

	if (liar_node() != MACHINE_NOBODY && machine_happens(60)) {
		machine_trace("node %d lies no more", liar_node());
		liar_end();
		return;
	}
	plan->counts->harms[HARM_LIE]++;
	machine_trace("node %d lies (%x)", box->number, ways);
	liar_begin(box->number, ways);
}

static void
erase_some(struct plan *plan)
{
	struct world *world = plan->world;
	struct pub *pub;
	struct box *box;
	int number;

	if (world->npubs == 0)
		return;
	number = (int)machine_below((uint32_t)world->npubs);
	if (machine_happens(50) && world->npubs > 3)
		number = world->npubs - 1 - (int)machine_below(3);
	pub = &world->pubs[number];
	box = &world->boxes[pub->box];
	if (!pub->acked || pub->erasing || pub->readers != 0 || !box->is_up ||
	    box->forker || box->out || !world_erase(world, box, number))
		return;
	plan->counts->harms[HARM_ERASE]++;
	machine_trace("node %d is to erase number %d", box->number, number);
}

/* A leaf is removed, not too many of them. */
static void
remove_some(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box = plan_any_box(plan);

	if (box->listens || box->twin || box->forker || plan->removed ||
	    world->nboxes < 4 || !world->boxes[0].is_up || machine_is_dead(0))
		return;
	plan->removed = true;
	plan->counts->harms[HARM_REMOVE]++;
	machine_trace("node %d is to be removed", box->number);
	world_remove(world, box);

	/* Nobody asks it for anything any more, nor for what it alone has. */
	model_rolled_back(world);
}

/* A newcomer dials a hub. */
static void
join_some(struct plan *plan)
{
	struct world *world = plan->world;
	struct box *box;

	if (world->nboxes > 7 || !world->boxes[0].is_up)
		return;
	box = world_box(world, false);
	world_dials(
	    box, &world->boxes[world->boxes[1].listens && machine_happens(50)]);
	plan->counts->harms[HARM_JOIN]++;
	machine_trace("node %d comes and dials %d", box->number, box->dials[0]);
	world_open(world, box);
	world_vouch(world, box);
}

static void
jump_some(struct plan *plan)
{
	static const int64_t most[] = { 1000, 10000, 3600000, 86400000,
		INT64_C(31536000000) };
	int64_t limit = most[machine_below(5)];
	int64_t ms = (int64_t)machine_below((uint32_t)(limit / 1000) + 1) *
	    1000;
	struct box *box = plan_any_box(plan);

	if (machine_happens(50))
		ms = -ms;
	plan->counts->harms[HARM_CLOCK]++;
	machine_trace("the clock of node %d jumps by %lld s", box->number,
	    (long long)(ms / 1000));
	machine_step_clock(box->number, ms);
}

/* The power goes at once, or at some write. */
static void
cut_power(struct plan *plan)
{
	struct box *box = plan_any_up(plan);
	unsigned writes = machine_below(40);

	if (box == NULL)
		return;
	plan->counts->harms[HARM_POWER]++;
	box->loses_power = true;
	machine_trace(
	    "node %d will lose its power at write %u", box->number, writes);
	if (writes < 10)
		world_kill(plan->world, box);
	else
		machine_kill_after(box->number, writes - 10);
}

/* A disk is full for a while. */
static void
fill_some(struct plan *plan)
{
	struct box *box = plan_any_box(plan);
	bool full = !machine_is_full(box->number);

	plan->counts->harms[HARM_FULL] += full;
	machine_trace("the disk of node %d %s", box->number,
	    full ? "is full" : "has room again");
	machine_set_full(box->number, full);
}

/* A thing that may happen, and how often. */
struct happening {
	unsigned weight;
	unsigned themes; /* one of these must be on; 0 = always */
	void (*happen)(struct plan *plan);
};

static const struct happening happenings[] = {
	{ 40, 0, publish_some },
	{ 4, 0, break_some },
	{ 6, 0, lag_some },
	{ 10, THEME_NOISE, make_noise },
	{ 7, THEME_CUTS, cut_some },
	{ 4, THEME_CUTS, mend_cuts },
	{ 9, THEME_KILLS, end_some },
	{ 12, THEME_KILLS | THEME_BACK | THEME_POWER, begin_some },
	{ 6, THEME_BACK, shoot_some },
	{ 7, THEME_BACK, put_back_some },
	{ 3, THEME_TWINS, twin_some },
	{ 6, THEME_LIES, lie_some },
	{ 8, THEME_ERASES, erase_some },
	{ 2, THEME_MEMBERS, remove_some },
	{ 2, THEME_MEMBERS, join_some },
	{ 5, THEME_CLOCKS, jump_some },
	{ 9, THEME_FULL, fill_some },
	{ 9, THEME_POWER, cut_power },
	{ 5, THEME_AGAIN, put_back_again },
	{ 7, THEME_SAFES, plan_backup },
	{ 7, THEME_SAFES, plan_restore },
	{ 8, THEME_SAFES, begin_some },
	{ 5, THEME_KEYS, plan_rotate },
	{ 2, THEME_KEYS, plan_lose },
	{ 8, THEME_KEYS, plan_bind },
	{ 3, THEME_SEEN, remove_some },
	{ 8, THEME_SEEN, plan_speak },
	{ 4, THEME_SEEN, plan_recut },
	{ 4, THEME_CIRCLE, plan_circle },
	{ 10, THEME_CIRCLE, plan_seal },
	{ 15, THEME_WORDS, plan_word },
};

#define HAPPENINGS (sizeof(happenings) / sizeof(happenings[0]))

static bool
may_happen(const struct plan *plan, const struct happening *happening)
{
	return happening->themes == 0 || (happening->themes & plan->theme) != 0;
}

static void
one_step(struct plan *plan)
{
	uint32_t sum = 0;
	uint32_t pick;
	size_t i;

	for (i = 0; i < HAPPENINGS; i++)
		if (may_happen(plan, &happenings[i]))
			sum += happenings[i].weight;
	pick = machine_below(sum);
	for (i = 0; i < HAPPENINGS; i++) {
		if (!may_happen(plan, &happenings[i]))
			continue;
		if (pick < happenings[i].weight)
			break;
		pick -= happenings[i].weight;
	}
	plan->counts->steps++;
	happenings[i].happen(plan);
}

/* ---- from the beginning to the end ---- */

/* One hub or two, and leaves that dial one of them or both. */
static void
build(struct plan *plan)
{
	struct world *world = plan->world;
	int nodes = 3 + (int)machine_below(3);
	int hubs = nodes > 3 && machine_happens(60) ? 2 : 1;
	unsigned way;
	struct box *box;
	int i;

	if (machine_happens(5))
		nodes = 7;
	for (i = 0; i < nodes; i++) {
		box = world_box(world, i < hubs);
		way = i < hubs ? 0 : machine_below(hubs == 1 ? 1 : 3);
		if (i > 0 && (way == 0 || way == 2))
			world_dials(box, &world->boxes[0]);
		if (way > 0)
			world_dials(box, &world->boxes[1]);
	}
	machine_trace("%d nodes, %d hubs, themes %x", nodes, hubs, plan->theme);
	for (i = 0; i < nodes; i++)
		world_open(world, &world->boxes[i]);
	for (i = 1; i < nodes; i++)
		world_vouch(world, &world->boxes[i]);
	world_run(world, 3000 + machine_below(3000));
}

/* Mend everything. */
static void
heal(struct plan *plan)
{
	struct world *world = plan->world;
	struct net_faults none = { 0 };
	int i;

	machine_trace("all is mended");
	net_set_faults(none);
	net_set_queue(1000);
	machine_set_lag(0);
	liar_end();
	mend_cuts(plan);
	for (i = 0; i < world->nboxes; i++) {
		struct box *box = &world->boxes[i];

		machine_revive(i);
		machine_set_full(i, false);
		if (box->made && !box->is_up && !box->out)
			world_open(world, box);

		/*
		 * A frame that is lost without its connection is none of TCP;
		 * what was set aside for it comes with the next session.
		 */
		if ((plan->theme & (THEME_NOISE | THEME_LIES)) != 0 ||
		    machine_happens(50))
			net_break(i);
	}
}

/*
 * A newcomer whose disk was full, or whose power went, as it joined: a person runs
 * the line again.  Where keys change, plan_mind_keys() sees to it.
 */
static void
join_again(struct plan *plan, struct box *box)
{
	const struct directory_member *hub;
	struct box *other;
	int i;

	for (i = 0; i < box->ndials && plan->rekeyed == 0; i++) {
		other = &plan->world->boxes[box->dials[i]];
		hub = directory_find(
		    node_directory(box->node), other->key.public_key);
		if (!other->out &&
		    (hub == NULL || !hub->in || !rekey_dials(box, other)))
			world_dial_anew(plan->world, box, other);
	}
}

/* Who was let in by an entry that was lost with its writer is let in again. */
static void
vouch_again(struct plan *plan)
{
	struct world *world = plan->world;
	const struct directory_member *member;
	struct box *box;
	int i;

	if (!world->boxes[0].is_up)
		return;
	for (i = 1; i < world->nboxes; i++) {
		box = &world->boxes[i];
		member = directory_find(
		    node_directory(world->boxes[0].node), box->key.public_key);
		if (box->made && !box->out && !box->twin &&
		    (member == NULL || !member->in))
			world_vouch(world, box);
		if (world_is_honest(box) && box->is_up)
			join_again(plan, box);
	}
}

/* Nobody has to ask people before it can write again. */
static void
publish_all(struct plan *plan)
{
	struct world *world = plan->world;
	int i;

	world_run(world, SESSION_MS);
	for (i = 0; i < world->nboxes; i++)
		if (world_is_honest(&world->boxes[i]))
			world_publish(world, &world->boxes[i], 100);
}

/* Wait until all are equal and stay so. */
static void
come_to_rest(struct plan *plan)
{
	struct world *world = plan->world;
	int64_t begun = machine_now();
	int64_t since = begun;
	uint64_t frames = net_frames();
	bool waits = false;

	while (world->failure[0] == '\0' && machine_now() - begun < HEAL_MS) {
		waits = plan_mind_keys(plan);
		world_run(world, STEP_MS);
		if (net_frames() - frames > FRAMES_MAX)
			world_fail(world, "rests",
			    "the nodes exchange %llu frames in %d s",
			    (unsigned long long)(net_frames() - frames),
			    STEP_MS / 1000);
		frames = net_frames();
		if (waits || !model_same(world))
			since = machine_now();
		else if (machine_now() - since >= CALM_MS)
			break;
	}
	plan->counts->healed_ms = since - begun;
	if (machine_now() - begun >= HEAL_MS)
		world_fail(world, "rests",
		    waits ?
			"%d s after all was mended the word of the registry "
			"about a lost key has no effect" :
			"%d s after all was mended the nodes still differ",
		    HEAL_MS / 1000);
	machine_trace("at rest after %lld ms", (long long)(since - begun));
}

/* What may happen in this schedule: each about every second time. */
static unsigned
draw_themes(const struct world *world)
{
	unsigned theme;

	if (world_is_whole(world)) {
		theme = machine_below(THEMES_ALL);
		return world->seed >= WORLD_WORDS ? theme | THEME_WORDS : theme;
	}
	theme = machine_below(world_is_later(world) ? 2048 : 512);
	if (world->seed >= WORLD_AGAIN)
		theme |= THEME_AGAIN;
	return theme;
}

void
plan_run(struct world *world, struct plan_counts *counts)
{
	const struct net_hooks hooks = {
		.sent = frame_sent,
		.pass = liar_pass,
		.answered = answered,
	};
	struct plan plan = { .world = world, .counts = counts };
	unsigned steps;

	memset(counts, 0, sizeof(*counts));
	running = &plan;
	net_begin(&hooks);
	plan.theme = draw_themes(world);
	budget_set(
	    (plan.theme & THEME_BUDGET) != 0 ? 1 + machine_below(20) : 0);
	if ((plan.theme & THEME_SEEN) != 0)
		world->beacon_ms = 60000 + machine_below(120000);
	liar_forget();
	build(&plan);
	if ((plan.theme & THEME_CIRCLE) != 0)
		world->circle = machine_below(1U << world->nboxes);
	steps = 15 + machine_below(35);
	for (; steps > 0 && world->failure[0] == '\0'; steps--) {
		one_step(&plan);
		world_run(world,
		    machine_happens(30) ? machine_below(12000) :
					  machine_below(1500));
	}
	heal(&plan);
	vouch_again(&plan);
	publish_all(&plan);
	come_to_rest(&plan);
	model_check(world);
	counts->erasures = world->nerased;
	counts->removals = world->nremoved;
	counts->complaints = machine_complaints();
}
