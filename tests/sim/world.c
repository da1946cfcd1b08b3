#include "tests/sim/world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/local.pb-c.h"
#include "proto/record.h"
#include "daemon/fence.h"
#include "daemon/keyfile.h"
#include "daemon/node.h"
#include "daemon/store_txn.h"
#include "tests/sim/disk.h"
#include "tests/sim/files.h"
#include "tests/sim/rekey.h"
#include "tests/sim/safe.h"

/* Bodies are held back so long at most, short of a tick. */
#define HELD_MS 599000

/* How often a node's timers run out. */
#define TICK_MS 500

/* Turns of the loops at one moment, before it counts as endless. */
#define TURNS_MAX 3000

/* Marks the records of what the simulator published. */
#define MARK "erfa-sim"

/* And, in the number of a group, that of what is restricted. */
#define GROUP_MARK 0x65726661u

void
world_fail(struct world *world, const char *invariant, const char *format, ...)
{
	va_list args;

	if (world->failure[0] != '\0')
		return;
	va_start(args, format);
	(void)vsnprintf(world->failure, sizeof(world->failure), format, args);
	va_end(args);
	world->invariant = invariant;
	machine_trace("FAILED %s: %s", invariant, world->failure);
}

bool
world_is_later(const struct world *world)
{
	return world->seed >= WORLD_LATER;
}

bool
world_is_whole(const struct world *world)
{
	return world->seed >= WORLD_WHOLE;
}

bool
world_owns(const struct box *box, const uint8_t key[KEY_LEN])
{
	int i;

	for (i = 0; i < box->nformer; i++)
		if (memcmp(box->former[i], key, KEY_LEN) == 0)
			return true;
	return memcmp(box->key.public_key, key, KEY_LEN) == 0;
}

bool
world_is_honest(const struct box *box)
{
	return box->made && !box->out && !box->forker;
}

/* ---- boxes ---- */

void
world_begin(struct world *world, const char *root, uint64_t seed)
{
	memset(world, 0, sizeof(*world));
	world->seed = seed;
	(void)snprintf(world->root, sizeof(world->root), "%s", root);
	machine_begin(seed);
	disk_begin();
}

/* Watch what a power cut may take. */
static void
watch(const struct box *box)
{
	char path[2 * WORLD_PATH];

	(void)snprintf(path, sizeof(path), "%s/main.mdb", box->paths[1]);
	disk_watch(box->number, path);
	(void)snprintf(path, sizeof(path), "%s/keys", box->paths[1]);
	disk_watch(box->number, path);
}

/* The settings of a box; what is not set here is 0, false or empty. */
static void
configure(struct box *box, uint32_t beacon_ms)
{
	static const char *const names[] = { "node.key", "state", "run",
		"control" };
	static char empty[] = "";
	struct config *config = &box->config;
	char dir[WORLD_PATH];
	int i;

	memcpy(dir, box->dir, sizeof(dir));
	for (i = 0; i < 4; i++)
		(void)snprintf(box->paths[i], sizeof(box->paths[i]), "%s/%s",
		    dir, names[i]);
	config->org = config->name = box->org;
	config->listen = box->listens ? box->listen : empty;
	config->advertise = config->pub_listen = config->boot_id = empty;
	config->write_group = config->admin_group = empty;
	config->path = empty;
	config->pub = box->listens;
	config->key = box->paths[0];
	config->state = box->paths[1];
	config->runtime = box->paths[2];
	config->control = box->paths[3];
	config->store_max = (size_t)64 << 20;
	config->pinned = box->pinned;
	config->have_ms = HAVE_MS;
	config->hello_ms = HELLO_MS;
	config->get_ms = GET_MS;
	config->silence_ms = SILENCE_MS;
	config->gap_ms = GAP_MS;
	config->beacon_ms = beacon_ms > 0 ? beacon_ms : BEACON_MS;
	config->reconnect_ms = 1000;
	config->reconnect_max_ms = 4000;
	config->backoff_ms = 1000;
	config->backoff_max_ms = 8000;
	config->pause_ms = 60000;
}

struct box *
world_box(struct world *world, bool listens)
{
	struct box *box = &world->boxes[world->nboxes];
	uint8_t seed[SEED_LEN];

	memset(box, 0, sizeof(*box));
	box->number = world->nboxes++;
	box->made = true;
	box->listens = listens;
	(void)snprintf(
	    box->dir, sizeof(box->dir), "%.120s/%d", world->root, box->number);
	(void)snprintf(box->org, sizeof(box->org), "dk-%d", 100 + box->number);
	(void)snprintf(
	    box->listen, sizeof(box->listen), "n%d:1000", box->number);
	configure(box, world->beacon_ms);
	if (mkdir(box->dir, 0700) != 0 || mkdir(box->paths[1], 0700) != 0 ||
	    mkdir(box->paths[2], 0700) != 0)
		abort();
	crypto_random(seed, sizeof(seed));
	crypto_key_from_seed(seed, &box->key);
	if (keyfile_write(box->paths[0], seed) != ERR_NONE)
		abort();
	return box;
}

/* The hubs' keys are known beforehand. */
static void
pin(struct box *box, const uint8_t key[KEY_LEN])
{
	size_t i;

	for (i = 0; i < box->config.npinned; i++)
		if (memcmp(box->pinned[i], key, KEY_LEN) == 0)
			return;
	if (i < WORLD_PINS)
		memcpy(box->pinned[box->config.npinned++], key, KEY_LEN);
}

/* The key that all know of the registry: its first. */
static const uint8_t *
first_key(const struct box *box)
{
	return box->nformer > 0 ? box->former[0] : box->key.public_key;
}

void
world_dials(struct box *box, const struct box *other)
{
	box->dials[box->ndials++] = other->number;
	pin(box, other->key.public_key);
}

static void
note_upstream(struct box *box, const struct box *other)
{
	Erfa__LocalUpstream up = ERFA__LOCAL_UPSTREAM__INIT;
	uint8_t packed[400];
	char name[80] = "upstream/";

	bytes_hex(other->key.public_key, KEY_LEN, name + strlen(name));
	up.has_key = up.has_pub_port = 1;
	up.key.data = (uint8_t *)(uintptr_t)other->key.public_key;
	up.key.len = KEY_LEN;
	up.address = (char *)(uintptr_t)other->listen;
	up.pub_port = 1001;
	if (node_write_note(box->node, name, packed,
		erfa__local_upstream__pack(&up, packed), NULL,
		NULL) != ERR_NONE)
		abort();
}

/* What a node dials is noted in its store, once. */
static void
begin_dialling(struct world *world, struct box *box)
{
	int i;

	for (i = 0; i < box->ndials; i++)
		note_upstream(box, &world->boxes[box->dials[i]]);
	while (machine_run_threads())
		continue;
	(void)net_turn(box->node->loop);
	if (node_upstreams_load(box->node) != ERR_NONE)
		abort();
}

/* Put back, with logs of its own and no fence for them: it serves no body. */
static bool
must_hold(const struct box *box)
{
	struct store_txn *txn = NULL;
	struct store_log log;
	uint8_t id[LOG_ID_LEN];
	bool begun = false;
	bool own = false;

	if (!box->back_now || outbox_was_in_hand(box->node->outbox) ||
	    store_begin(box->node->store, false, &txn) != ERR_NONE)
		return false;
	while (
	    !own && store_log_next(txn, begun ? id : NULL, &log) == ERR_NONE) {
		begun = true;
		own = log.own;
		memcpy(id, log.log_id, LOG_ID_LEN);
	}
	store_abort(&txn);
	return own;
}

/* Another key may be in force than before. */
static void
note_key(struct box *box)
{
	const struct crypto_key *key = &box->node->key;

	if (memcmp(key->public_key, box->key.public_key, KEY_LEN) == 0)
		return;
	machine_trace("node %d has another key now", box->number);
	if (box->nformer < WORLD_KEYS)
		memcpy(
		    box->former[box->nformer++], box->key.public_key, KEY_LEN);
	box->key = *key;
}

void
world_open(struct world *world, struct box *box)
{
	int before = machine_enter(box->number);
	bool first = box->opened_at == 0 && !box->twin;
	enum err err;

	machine_revive(box->number);
	pin(box, first_key(&world->boxes[0]));
	err = node_open(&box->config, &box->node);
	if (err == ERR_NONE) {
		box->is_up = true;
		note_key(box);
		if (world_is_later(world))
			watch(box);
		box->must_hold |= must_hold(box);
		box->back_now = false;
		box->opened_at = machine_now() + 1;
		box->next_tick = machine_now() + machine_below(TICK_MS);
		if (first)
			begin_dialling(world, box);
	}
	machine_leave(before);
	if (err != ERR_NONE && !machine_is_full(box->number))
		world_fail(world, "opens", "node %d cannot be opened: %s",
		    box->number, err_str(err));
}

void
world_fence(const struct box *box, char out[WORLD_PATH + 32])
{
	(void)snprintf(out, WORLD_PATH + 32, "%s/fence", box->paths[2]);
}

/* What was not synced may be gone; the fence is, with all of its directory. */
static void
lose_power(struct box *box)
{
	char fence[WORLD_PATH + 32];

	world_fence(box, fence);
	(void)unlink(fence);
	machine_trace("node %d has lost its power, and %u writes", box->number,
	    disk_cut(box->number));
	box->loses_power = false;
}

static void
end(struct box *box)
{
	int before = machine_enter(box->number);

	node_close(box->node);
	box->node = NULL;
	box->is_up = false;
	machine_revive(box->number);
	machine_leave(before);
	if (box->loses_power)
		lose_power(box);
}

void
world_stop(struct world *world, struct box *box)
{
	(void)world;
	if (box->is_up)
		end(box);
}

void
world_kill(struct world *world, struct box *box)
{
	(void)world;
	machine_kill(box->number);
	if (box->is_up)
		end(box);
}

void
world_end(struct world *world)
{
	struct box *box;
	int i;

	for (i = 0; i < world->nboxes; i++) {
		box = &world->boxes[i];
		world_kill(world, box);
		files_remove(box->paths[1]);
		files_remove(box->paths[2]);
		files_remove(box->dir);
	}
	for (i = 0; i < world->nshots; i++)
		files_remove(world->shots[i].dir);
	safe_remove_all(world);
	machine_leave(MACHINE_NOBODY);
}

/* A MEMBER entry about ${key}. */
static struct header_member *
member_new(const uint8_t key[KEY_LEN], const char *org)
{
	struct header_member *member = calloc(1, sizeof(*member));

	if (member == NULL)
		abort();
	memcpy(member->key, key, KEY_LEN);
	(void)snprintf(member->org, sizeof(member->org), "%s", org);
	member->roles = ROLE_WRITES | ROLE_INTRODUCES;
	return member;
}

/* A node writes a MEMBER entry, which is freed. */
static void
write_member(struct box *box, struct header_member *member)
{
	int before = machine_enter(box->number);

	if (box->is_up &&
	    node_write_member(box->node, member, member->org, "", NULL, NULL, 0,
		NULL, NULL) != ERR_NONE)
		abort();
	machine_leave(before);
	free(member);
}

/* One node vouches for another. */
static void
vouch(struct box *box, const struct box *other, bool inviter)
{
	struct header_member *member = member_new(
	    other->key.public_key, other->org);

	member->inviter = inviter;
	write_member(box, member);
}

void
world_word(struct box *box, unsigned stranger)
{
	uint8_t seed[SEED_LEN] = { 's' };
	struct header_member *member;
	struct crypto_key key;

	seed[1] = (uint8_t)stranger;
	crypto_key_from_seed(seed, &key);
	member = member_new(key.public_key, "no-9999");

	/* One's own withdrawals hold at home alone: nodes would rightly differ. */
	member->withdrawn = (box->forker || box->out) && machine_happens(30);
	if (machine_happens(50))
		member->roles = ROLE_WRITES;
	member->inviter = !member->withdrawn && machine_happens(30);
	write_member(box, member);
}

void
world_vouch(struct world *world, struct box *box)
{
	vouch(&world->boxes[0], box, false);
	vouch(box, &world->boxes[0], true);
}

void
world_vouch_back(struct world *world, struct box *box)
{
	vouch(box, &world->boxes[0], true);
}

void
world_dial_anew(struct world *world, struct box *box, const struct box *other)
{
	int before = machine_enter(box->number);

	(void)world;
	if (box->is_up) {
		note_upstream(box, other);
		while (machine_run_threads())
			continue;
		(void)net_turn(box->node->loop);
		if (node_upstreams_load(box->node) != ERR_NONE)
			abort();
		vouch(box, other, true);
	}
	machine_leave(before);
}

/* ---- time ---- */

/* Has a peer that knew us told what we missed? */
static void
look_at_link(struct link *link, void *arg)
{
	struct box *box = arg;
	struct link_info info;

	if (link_state(link) != LINK_LIVE)
		return;
	link_info(link, &info);
	box->caught_up |= info.same_digest && info.knew_older;
}

static void
tick(struct world *world, struct box *box)
{
	int before = machine_enter(box->number);

	box->next_tick = machine_now() + TICK_MS;
	net_tick(box->node->loop);
	node_each_link(box->node, look_at_link, box);
	if (box->caught_up || machine_now() - box->opened_at >= HELD_MS)
		box->must_hold = false;
	if (box->must_hold && node_link_host.hold_bodies(box->node) == 0)
		world_fail(world, "forgotten",
		    "node %d was put back and would serve bodies before it has "
		    "caught up",
		    box->number);
	machine_leave(before);
}

/* Let everybody do what is to be done at this moment. */
static void
settle(struct world *world)
{
	unsigned turns = 0;
	bool any = true;
	int before;
	int i;

	while (any) {
		any = machine_run_threads();
		for (i = 0; i < world->nboxes; i++) {
			struct box *box = &world->boxes[i];

			if (!box->is_up)
				continue;
			before = machine_enter(i);
			any = net_turn(box->node->loop) || any;
			machine_leave(before);
			if ((box->node->restart || box->node->broken) &&
			    !machine_is_dead(i)) {
				machine_trace("node %d begins anew", i);
				end(box);
				world_open(world, box);
				any = true;
				continue;
			}
			if (machine_is_dead(i)) {
				machine_trace("node %d has ended", i);
				end(box);
			}
		}
		if (turns++ > TURNS_MAX) {
			world_fail(world, "comes to rest",
			    "the nodes never come to rest");
			return;
		}
	}
}

static int64_t
next_time(const struct world *world, int64_t until)
{
	int64_t next = until;
	int i;

	if (net_next() < next)
		next = net_next();
	if (machine_next_thread() < next)
		next = machine_next_thread();
	for (i = 0; i < world->nboxes; i++)
		if (world->boxes[i].is_up && world->boxes[i].next_tick < next)
			next = world->boxes[i].next_tick;
	return next;
}

void
world_run(struct world *world, int64_t ms)
{
	int64_t until = machine_now() + ms;
	int64_t next;
	int i;

	for (;;) {
		net_run();
		settle(world);
		if (machine_now() >= until || world->failure[0] != '\0')
			break;
		next = next_time(world, until);
		if (next > machine_now())
			machine_set_now(next);
		else
			machine_set_now(machine_now() + 1);
		for (i = 0; i < world->nboxes; i++)
			if (world->boxes[i].is_up &&
			    machine_now() >= world->boxes[i].next_tick)
				tick(world, &world->boxes[i]);
	}
}

/* ---- publishing ---- */

struct publish_job {
	struct writer_job job; /* first */
	struct world *world;
	struct outbox *outbox;
	int node;
	int number;
	uint8_t *p; /* sealed; NULL: it is public */
	size_t len;
};

void
world_pub_body(const struct pub *pub, int number, uint8_t *out)
{
	uint64_t chance = (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15) + 1;
	size_t part;
	size_t i;

	for (i = 0; i < pub->len; i += part) {
		chance ^= chance << 13;
		chance ^= chance >> 7;
		chance ^= chance << 17;
		part = pub->len - i < sizeof(chance) ? pub->len - i :
						       sizeof(chance);
		memcpy(out + i, &chance, part);
	}
}

static void
pub_record(int number, uint8_t out[RECORD_LEN])
{
	memset(out, 0, RECORD_LEN);
	memcpy(out, MARK, 8);
	bytes_put_le64(out + 8, (uint64_t)number);
}

int
world_pub_of(const struct header *header)
{
	/* A restricted one has no record: each is of a group of its own. */
	if (header->group >> 32 == GROUP_MARK && header->body_len > 0)
		return (int)(uint32_t)header->group;
	if (!header->has_record || memcmp(header->record, MARK, 8) != 0 ||
	    header->body_len == 0)
		return -1;
	return (int)bytes_get_le64(header->record + 8);
}

static enum err
publish_run(struct store_txn *txn, struct writer_job *job)
{
	static const uint32_t kinds[] = { HEADER_TRIAL, HEADER_OBSERVATION,
		HEADER_EXPERIENCE, HEADER_COMMENT };
	struct publish_job *publish = (struct publish_job *)job;
	const struct pub *pub = &publish->world->pubs[publish->number];
	struct outbox_entry entry = {
		.kind = kinds[publish->number % 4],
		.topic = 1,
		.has_record = true,
	};
	uint8_t *body;
	uint64_t ticket;
	enum err err;

	if (publish->p != NULL) {
		entry.topic = 0;
		entry.has_record = false;
		entry.group = (uint64_t)GROUP_MARK << 32 |
		    (unsigned)publish->number;
		entry.body = (struct bytes){ publish->p, publish->len };
		return outbox_add(publish->outbox, txn, &entry, &ticket);
	}
	if ((body = malloc(pub->len)) == NULL)
		return ERR_NOMEM;
	world_pub_body(pub, publish->number, body);
	pub_record(publish->number, entry.record);
	entry.body = (struct bytes){ body, pub->len };
	err = outbox_add(publish->outbox, txn, &entry, &ticket);
	free(body);
	return err;
}

static void
publish_done(struct writer_job *job, void *context)
{
	struct publish_job *publish = (struct publish_job *)job;
	struct node *node = context;

	if (node != NULL && job->err == ERR_NONE &&
	    !machine_is_dead(publish->node)) {
		publish->world->pubs[publish->number].acked = true;
		node_touch_own(node);
	} else if (node != NULL && !machine_is_dead(publish->node) &&
	    !machine_is_full(publish->node)) {
		world_fail(publish->world, "signs",
		    "node %d cannot publish: %s", publish->node,
		    err_str(job->err));
	}
	free(publish->p);
	free(publish);
}

/* Have a node publish; ${p}, which is sealed, is taken. */
static void
publish(
    struct world *world, struct box *box, size_t len, uint8_t *p, size_t p_len)
{
	struct publish_job *job;
	int before;

	if (!box->is_up || world->npubs == WORLD_PUBS ||
	    (job = calloc(1, sizeof(*job))) == NULL) {
		free(p);
		return;
	}
	job->p = p;
	job->len = p_len;
	job->job.run = publish_run;
	job->job.done = publish_done;
	job->job.entries = 1;
	job->job.bytes = len;
	job->world = world;
	job->outbox = box->node->outbox;
	job->node = box->number;
	job->number = world->npubs;
	world->pubs[world->npubs++] = (struct pub){
		.box = box->number,
		.era = box->nformer,
		.len = len,
		.readers = p != NULL ? world->circle : 0,
		.hidden = box->removed,
	};
	before = machine_enter(box->number);
	writer_submit(box->node->writer, &job->job);
	machine_leave(before);
}

void
world_publish(struct world *world, struct box *box, size_t len)
{
	publish(world, box, len, NULL, 0);
}

/* Who is in the group, and who was, as the index would say. */
static size_t
list_circle(struct world *world, const struct box *box,
    struct query_group_member members[WORLD_BOXES])
{
	struct query_group_member *member;
	const struct box *other;
	size_t count = 0;
	int i;

	for (i = 0; i < world->nboxes; i++) {
		other = &world->boxes[i];
		if (((world->circle | world->circle_left) >> i & 1) == 0)
			continue;
		member = &members[count++];
		memset(member, 0, sizeof(*member));
		memcpy(member->key, other->key.public_key, KEY_LEN);
		memcpy(member->curve, other->key.curve_public, KEY_LEN);
		member->own = other == box;
		member->standing = (world->circle >> i & 1) != 0 ?
		    QUERY_GROUP_IN :
		    QUERY_GROUP_LEFT;
	}
	return count;
}

void
world_publish_sealed(struct world *world, struct box *box, size_t len)
{
	struct query_group_member members[WORLD_BOXES];
	struct query_group group = { .members = members };
	struct pub pub = { .len = len };
	uint8_t *plain;
	uint8_t *p;
	size_t p_len;
	int before;

	if (!box->is_up || world->npubs == WORLD_PUBS)
		return;
	if ((plain = malloc(len)) == NULL)
		abort();
	group.nmembers = list_circle(world, box, members);
	world_pub_body(&pub, world->npubs, plain);
	before = machine_enter(box->number);
	if (node_group_seal(box->node, &group, plain, len, &p, &p_len) !=
	    ERR_NONE)
		abort();
	machine_leave(before);
	free(plain);
	publish(world, box, len, p, p_len);
}

void
world_ask(const struct box *box, Erfa__Request *request)
{
	uint8_t *packed;
	size_t len;

	if (control_encode_request(request, &packed, &len) != ERR_NONE)
		abort();
	net_ask(box->number, packed, len);
	free(packed);
}

/* ---- what people ask for ---- */

/* Positions of one record in a store. */
struct positions {
	Erfa__ErasureEntry entries[64];
	Erfa__ErasureEntry *list[64];
	char logs[64][2 * LOG_ID_LEN + 1];
	size_t count;
};

static void
add_position(struct positions *positions, int number, const uint8_t *log_id,
    uint64_t n, struct bytes raw)
{
	char hex[2 * LOG_ID_LEN + 1];
	struct header header;
	size_t i;

	bytes_hex(log_id, LOG_ID_LEN, hex);
	for (i = 0; i < positions->count; i++)
		if (positions->entries[i].n == n &&
		    strcmp(positions->logs[i], hex) == 0)
			return;
	if (header_decode(raw.data, raw.len, &header) != ERR_NONE ||
	    world_pub_of(&header) != number || i == 64)
		return;
	memcpy(positions->logs[i], hex, sizeof(hex));
	erfa__erasure_entry__init(&positions->entries[i]);
	positions->entries[i].log = positions->logs[i];
	positions->entries[i].has_n = 1;
	positions->entries[i].n = n;
	positions->list[i] = &positions->entries[i];
	positions->count++;
}

/* In the branches of own logs that are forked. */
static void
find_beside(struct box *box, struct store_txn *txn, int number,
    struct positions *positions)
{
	uint8_t after[LOG_ID_LEN];
	struct store_entry entry;
	struct store_log log;
	bool begun = false;
	uint8_t branch;
	uint64_t n;

	while (store_log_next(txn, begun ? after : NULL, &log) == ERR_NONE) {
		begun = true;
		memcpy(after, log.log_id, LOG_ID_LEN);
		if (!log.frozen || !world_owns(box, log.key))
			continue;
		for (n = log.last_common + 1; n <= log.last_common + 64; n++)
			for (branch = 1; store_entry_next(txn, log.log_id, n,
					     &branch, &entry) == ERR_NONE;)
				add_position(positions, number, log.log_id, n,
				    entry.header);
	}
}

/* Find what the product's own list of a record's entries has. */
static void
find_positions(struct world *world, struct box *box, int number,
    struct positions *positions)
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	uint64_t arrival = 0;

	if (store_begin(box->node->store, false, &txn) != ERR_NONE)
		return;
	while (store_arrival_next(txn, arrival, &entry) == ERR_NONE) {
		arrival = entry.arrival;
		add_position(
		    positions, number, entry.log_id, entry.n, entry.header);
	}
	if (world_is_later(world))
		find_beside(box, txn, number, positions);
	store_abort(&txn);
}

bool
world_erase(struct world *world, struct box *box, int number)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__EraseRequest erase = ERFA__ERASE_REQUEST__INIT;
	struct positions *positions = calloc(1, sizeof(*positions));
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	bool any;

	if (positions == NULL)
		abort();
	find_positions(world, box, number, positions);
	pub_record(number, record);
	record_print(box->org, record, RECORD_CHARS, id);
	erase.id = id;
	erase.entry = positions->list;
	erase.n_entry = positions->count;
	erase.has_reason = 1;
	erase.reason = ERFA__ERASURE_REASON__ERASURE_REASON_OTHER;
	request.has_req = 1;
	request.req = (uint32_t)number + 1;
	request.ask_case = ERFA__REQUEST__ASK_ERASE;
	request.erase = &erase;
	any = positions->count > 0;
	if (any) {
		world->pubs[number].erasing = true;
		world_ask(box, &request);
	}
	free(positions);
	return any;
}

/* Its writer is withdrawn: does the registry know of its erasure? */
static void
note_erasure(struct pub *pub, bool known)
{
	pub->erased &= known;
	pub->erased_by_some |= pub->erasing && !known;
}

/* An erasure is done; not if it is beyond the cut of a member that was removed. */
static void
note_erased(struct world *world, int number)
{
	struct pub *pub = &world->pubs[number];

	machine_trace("number %d is erased", number);
	pub->erased = !pub->erased_by_some || !world->boxes[pub->box].out;
	world->nerased++;
}

/* What has reached the registry stays valid: publications, and erasures. */
static void
note_staying(struct world *world, const struct box *box)
{
	struct holding holding;
	int i;

	world_hold(world, &world->boxes[0], &holding);
	for (i = 0; i < world->npubs; i++)
		if (world->pubs[i].box == box->number) {
			world->pubs[i].stays = holding.of[i] == HOLD_FULLY;
			world->pubs[i].may_lose |= !world->pubs[i].stays;
			note_erasure(&world->pubs[i], holding.erased[i]);
		}
}

void
world_note_cut(struct world *world, const struct box *box)
{
	struct holding holding;
	struct pub *pub;
	int i;

	world_hold(world, &world->boxes[0], &holding);
	for (i = 0; i < world->npubs; i++) {
		pub = &world->pubs[i];
		if (pub->box != box->number || pub->era == box->nformer)
			continue;
		pub->may_lose |= holding.of[i] != HOLD_FULLY;
		note_erasure(pub, holding.erased[i]);
	}
}

void
world_remove(struct world *world, struct box *box)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__RemoveRequest remove = ERFA__REMOVE_REQUEST__INIT;
	char key[2 * KEY_LEN + 1];
	int i;

	bytes_hex(box->key.public_key, KEY_LEN, key);
	remove.peer = key;
	request.has_req = 1;
	request.req = 100000 + (uint32_t)box->number;
	request.ask_case = ERFA__REQUEST__ASK_REMOVE;
	request.remove = &remove;
	for (i = 0; i < world->nboxes; i++)
		if (memcmp(world->boxes[i].key.public_key, box->key.public_key,
			KEY_LEN) == 0) {
			note_staying(world, &world->boxes[i]);
			world->boxes[i].out = true;
		}
	world_ask(&world->boxes[0], &request);
}

/* A log of a member that counts at the registry, by chance. */
static const struct view_log *
counted_log(const struct box *registry, const struct box *box)
{
	const struct view *view = registry->node->view;
	const struct view_log *found = NULL;
	const struct view_log *log;
	uint32_t seen = 0;
	size_t i;

	for (i = 0; i < view_count(view); i++) {
		log = view_at(view, i);
		if (log->counted > 0 &&
		    memcmp(log->key, box->key.public_key, KEY_LEN) == 0 &&
		    machine_below(++seen) == 0)
			found = log;
	}
	return found;
}

bool
world_recut(struct world *world, struct box *box)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__RemoveRequest remove = ERFA__REMOVE_REQUEST__INIT;
	Erfa__LogCut cut = ERFA__LOG_CUT__INIT;
	Erfa__LogCut *cuts[] = { &cut };
	const struct view_log *log = counted_log(&world->boxes[0], box);
	char key[2 * KEY_LEN + 1];
	char id[2 * LOG_ID_LEN + 1];
	int i;

	if (log == NULL)
		return false;
	bytes_hex(box->key.public_key, KEY_LEN, key);
	bytes_hex(log->log_id, LOG_ID_LEN, id);
	remove.peer = key;
	cut.log = id;
	cut.has_n = true;
	cut.n = machine_below((uint32_t)log->counted + 1);
	remove.cut = cuts;
	remove.n_cut = 1;
	request.has_req = 1;
	request.req = 100000 + (uint32_t)box->number;
	request.ask_case = ERFA__REQUEST__ASK_REMOVE;
	request.remove = &remove;
	for (i = 0; i < world->npubs; i++)
		if (world_owns(
			&world->boxes[world->pubs[i].box], box->key.public_key))
			world->pubs[i].stays = world->pubs[i].erased = false;
	world_ask(&world->boxes[0], &request);
	return true;
}

void
world_answered(struct world *world, int node, const uint8_t *data, size_t len)
{
	Erfa__Answer *answer = NULL;

	if (control_decode_answer(data, len, &answer) != ERR_NONE)
		return;
	switch ((int)answer->say_case) {
	case ERFA__ANSWER__SAY_ERASE:
		note_erased(world, (int)answer->req - 1);
		break;
	case ERFA__ANSWER__SAY_REMOVE:
		if (answer->req >= REKEY_ASKS) {
			rekey_answered(world, answer);
			break;
		}
		machine_trace("node %u is removed", answer->req - 100000);
		world->boxes[answer->req - 100000].removed = true;
		world->nremoved++;
		break;
	case ERFA__ANSWER__SAY_BACKUP:
		safe_answered(world, node, answer);
		break;
	case ERFA__ANSWER__SAY_ACCEPT:
		rekey_answered(world, answer);
		break;
	case ERFA__ANSWER__SAY_ERROR:
		machine_trace(
		    "refused (%u): %s", answer->req, answer->error->message);
		if (answer->req >= SAFE_ASKS && answer->req < REKEY_ASKS)
			safe_refused(world, answer->req);
		if (answer->req > 0 && answer->req <= WORLD_PUBS &&
		    strcmp(answer->error->code, "not_written") != 0)
			world->pubs[answer->req - 1].erasing = false;
		break;
	default:
		break;
	}
	control_free_answer(answer);
}

/* ---- copies ---- */

struct shot *
world_shoot(struct world *world, struct box *box, unsigned group)
{
	struct shot *shot = &world->shots[world->nshots];
	char fence[WORLD_PATH + 32];
	char copy[WORLD_PATH + 32];

	if (world->nshots == WORLD_SHOTS)
		return NULL;
	shot->box = box->number;
	shot->group = group;
	shot->settled = world_settled(box);
	memcpy(shot->key, box->key.public_key, KEY_LEN);
	(void)snprintf(shot->dir, sizeof(shot->dir), "%.120s/shot%d",
	    world->root, world->nshots++);
	if (mkdir(shot->dir, 0700) != 0)
		abort();
	files_copy_all(box->paths[1], shot->dir);
	world_fence(box, fence);
	(void)snprintf(copy, sizeof(copy), "%s/fence", shot->dir);
	shot->has_fence = access(fence, F_OK) == 0;
	if (shot->has_fence)
		files_copy(fence, copy);
	return shot;
}

void
world_set_back(struct world *world, struct box *box, enum back how)
{
	world->nback++;
	world_hold(world, box, &box->knew_erased);
	box->was_back = box->back_now = how != BACK_MEMORY;
	box->caught_up = box->must_hold = false;
	disk_forget(box->number);
	if (how == BACK_RESTORED)
		files_empty(box->paths[1]);
	if (how == BACK_MEMORY)
		box->may_fork = true;
}

/* Is none noted in a store? */
static bool
is_settled(struct store *store)
{
	struct store_txn *txn = NULL;
	struct bytes note;
	bool settled;

	if (store_begin(store, false, &txn) != ERR_NONE)
		return false;
	settled = store_note_get(txn, "own/rotate", &note) == ERR_NOENT;
	store_abort(&txn);
	return settled;
}

bool
world_settled(struct box *box)
{
	struct store_options options = {
		.dir = box->config.state,
		.map_bytes = box->config.store_max,
	};
	struct store *store = NULL;
	int before;
	bool settled = true;

	if (box->node != NULL)
		return box->node->rotate.phase == ROTATE_SETTLED &&
		    !box->node->rotate.busy;
	before = machine_enter(MACHINE_NOBODY);
	if (store_open(&options, &store) == ERR_NONE) {
		settled = is_settled(store);
		store_close(store);
	}
	machine_leave(before);
	return settled;
}

void
world_put_back(struct world *world, const struct shot *shot, struct box *box,
    enum back how)
{
	char fence[WORLD_PATH + 32];
	char copy[2 * WORLD_PATH];

	world_set_back(world, box, how);
	files_copy_all(shot->dir, box->paths[1]);
	(void)snprintf(copy, sizeof(copy), "%s/fence", box->paths[1]);
	world_fence(box, fence);
	if (how == BACK_BOOTED)
		(void)unlink(fence);
	if (how == BACK_MEMORY && shot->has_fence)
		files_copy(copy, fence);
	(void)unlink(copy);
}

void
world_wake(struct box *box, int64_t stepped_ms)
{
	size_t i;

	if (!box->is_up)
		return;
	for (i = 0; i < box->node->ndialled; i++)
		box->node->dialled[i].lost_at = -1;
	if (box->listens)
		box->node->sessions_most[0] = 2;
	machine_step_clock(box->number, stepped_ms);
}

/* A fence for the log that was open when the shot was taken. */
static void
forge_fence(const struct shot *shot, const struct box *box)
{
	char path[2 * WORLD_PATH];
	struct fence fence;
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/fence", shot->dir);
	if (fence_read(path, &fence) != ERR_NONE)
		return;
	(void)snprintf(path, sizeof(path), "%s/main.mdb", box->paths[1]);
	if (stat(path, &st) != 0)
		abort();
	fence.dev = st.st_dev;
	fence.ino = st.st_ino;
	world_fence(box, path);
	if (fence_write(path, &fence) != ERR_NONE)
		abort();
}

struct box *
world_twin(struct world *world, const struct shot *shot, bool forged)
{
	const struct box *first = &world->boxes[shot->box];
	char path[2 * WORLD_PATH];
	struct box *box;

	if (world->nboxes == WORLD_BOXES)
		return NULL;
	box = world_box(world, false);
	box->twin = true;
	box->key = first->key;
	memcpy(box->org, first->org, sizeof(box->org));
	memcpy(box->pinned, first->pinned, sizeof(box->pinned));
	box->config.npinned = first->config.npinned;
	files_copy(first->paths[0], box->paths[0]);
	files_copy_all(shot->dir, box->paths[1]);
	(void)snprintf(path, sizeof(path), "%s/fence", box->paths[1]);
	(void)unlink(path);
	if (forged)
		forge_fence(shot, box);
	return box;
}

/* ---- what a box holds ---- */

static void
hold_set(struct holding *holding, int number, enum hold hold)
{
	if (number >= 0 && number < WORLD_PUBS && holding->of[number] < hold)
		holding->of[number] = (uint8_t)hold;
}

static void
hold_erased(struct holding *holding, int number)
{
	hold_set(holding, number, HOLD_ERASED);
	if (number < WORLD_PUBS)
		holding->erased[number] = true;
}

/* Is this a word for an earlier key of a node? */
static void
hold_word(const struct world *world, const struct header *header,
    struct holding *holding)
{
	struct header_member member;
	const struct box *box;
	int i;
	int j;

	if (header->kind != HEADER_MEMBER ||
	    header_member_decode(header->ext, &member) != ERR_NONE ||
	    member.withdrawn)
		return;
	for (i = 0; i < world->nboxes; i++) {
		box = &world->boxes[i];
		for (j = 0; j < box->nformer; j++)
			if (memcmp(box->former[j], member.key, KEY_LEN) == 0)
				holding->knows[i] |= 1U << j;
	}
}

/* Entries of branches beside the stored one. */
static void
hold_branches(const struct world *world, struct store_txn *txn,
    const struct store_log *log, struct holding *holding)
{
	struct log_tip tip;
	struct store_run run;
	struct store_body body;
	struct header header;
	uint8_t name[8 + C8_LEN];
	uint8_t after[HASH_LEN];
	bool begun = false;
	uint64_t n;
	size_t i;

	while (store_branch_next(
		   txn, log->log_id, begun ? after : NULL, &tip) == ERR_NONE) {
		begun = true;
		memcpy(after, tip.c, HASH_LEN);
		bytes_put_le64(name, tip.n);
		memcpy(name + 8, tip.c, C8_LEN);
		for (n = log->last_common + 1; n <= tip.n; n = run.end.n + 1) {
			if (store_read_run(txn, log->log_id, n, name, &run) !=
			    ERR_NONE)
				break;
			for (i = 0; i < run.run.count; i++) {
				if (header_decode(run.run.headers[i].data,
					run.run.headers[i].len,
					&header) != ERR_NONE)
					continue;
				hold_word(world, &header, holding);
				if (store_branch_body(txn, log->log_id, name,
					n + i, &body) != ERR_NONE)
					continue;
				hold_set(
				    holding, world_pub_of(&header), HOLD_BODY);
				store_body_clear(&body);
			}
			store_run_clear(&run);
		}
	}
}

/* How far a log counts at a box that is up; else all of it. */
static uint64_t
counted(const struct box *box, const struct store_log *log)
{
	const struct view_log *view = box->node == NULL ?
	    NULL :
	    view_find(box->node->view, log->log_id);

	return view == NULL ? log->tip.n : view->counted;
}

static void
hold_log(const struct world *world, const struct box *box,
    struct store_txn *txn, const struct store_log *log, struct holding *holding)
{
	uint64_t last = counted(box, log);
	enum store_body_state state;
	struct store_entry entry;
	struct header header;
	uint64_t n;

	for (n = 1; n <= log->tip.n; n++) {
		if (store_entry(txn, log->log_id, n, &entry) != ERR_NONE ||
		    header_decode(entry.header.data, entry.header.len,
			&header) != ERR_NONE)
			continue;
		hold_word(world, &header, holding);
		if (world_pub_of(&header) < 0 ||
		    store_body_state(txn, log->log_id, n, &state) != ERR_NONE)
			continue;
		if (state == STORE_BODY_HERE)
			hold_set(holding, world_pub_of(&header),
			    n <= last ? HOLD_FULLY : HOLD_BODY);
		else if (state == STORE_BODY_ERASED)
			hold_erased(holding, world_pub_of(&header));
	}
	if (log->frozen)
		hold_branches(world, txn, log, holding);
}

/* Is the key there of the body that waits with this header? */
static bool
has_key(struct store_txn *txn, uint64_t ticket, struct bytes header)
{
	uint8_t raw[8];
	uint8_t key[KEY_LEN];
	struct bytes val;
	size_t at;

	bytes_put_be64(raw, ticket);
	if (db_get(txn->db, STORE_OUTBOX, (struct bytes){ raw, sizeof(raw) },
		&val) != ERR_NONE)
		return false;
	at = (size_t)(header.data - val.data) + header.len;
	return val.len < at + STORE_SLOT_PRE ||
	    store_slot_key(txn, bytes_get_le64(val.data + at), key) == ERR_NONE;
}

static void
hold_store(const struct world *world, const struct box *box,
    struct store *store, struct holding *holding)
{
	struct store_txn *txn = NULL;
	struct store_log log;
	struct header header;
	struct bytes raw;
	uint8_t after[LOG_ID_LEN];
	uint64_t ticket = 0;
	bool begun = false;
	size_t bytes;

	if (store_begin(store, false, &txn) != ERR_NONE)
		return;
	while (store_log_next(txn, begun ? after : NULL, &log) == ERR_NONE) {
		begun = true;
		memcpy(after, log.log_id, LOG_ID_LEN);
		hold_log(world, box, txn, &log, holding);
	}
	while (
	    store_outbox_next(txn, ticket, &ticket, &raw, &bytes) == ERR_NONE) {
		if (header_decode(raw.data, raw.len, &header) != ERR_NONE)
			continue;
		hold_word(world, &header, holding);
		if (has_key(txn, ticket, raw))
			hold_set(holding, world_pub_of(&header), HOLD_BODY);
	}
	store_abort(&txn);
}

void
world_hold(struct world *world, struct box *box, struct holding *ret_holding)
{
	struct store_options options = {
		.dir = box->config.state,
		.map_bytes = box->config.store_max,
	};
	struct store *store = NULL;
	int before = machine_enter(MACHINE_NOBODY);

	memset(ret_holding, 0, sizeof(*ret_holding));
	if (box->node != NULL) {
		hold_store(world, box, box->node->store, ret_holding);
	} else if (store_open(&options, &store) == ERR_NONE) {
		hold_store(world, box, store, ret_holding);
		store_close(store);
	}
	machine_leave(before);
}
