#include "tests/unit/link_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/header.h"
#include "daemon/posset.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES  ((size_t)256 << 20)
#define TICK_MS    200
#define LATENCY_MS 2
#define REDIAL_MS  1000

/* What waits for a node's next commit. */
enum job_kind {
	JOB_RUN,
	JOB_BRANCH,
	JOB_HEAD,
	JOB_BODY,
};

struct job {
	struct job *next;
	enum job_kind kind;
	struct link *link;
	uint8_t key[KEY_LEN];
	uint64_t inc;
	bool own;
	uint64_t last_common;
	struct log_run run;
	struct bytes headers[BOUNDARY_N];
	uint8_t head[HEAD_LEN];
	struct wire_ref ref;
	uint8_t salt[SALT_LEN];
	uint8_t *bytes; /* of the headers, or of the body */
	size_t len;     /* of the body; 0 = none */
	uint8_t *body;  /* that came with a NOTE */
	size_t body_len;
};

struct node {
	struct world *world;
	int number;
	char *dir;
	struct store *store;
	struct view *view;
	struct directory_input *input;
	struct directory *directory;
	struct origin origin;
	struct job *jobs;
	struct job **jobs_end;
	struct posset *fetching;
	uint64_t mark;
	int serving;
	bool full;
	bool busy;
	bool stale;
	uint32_t window;
	uint8_t late[KEY_LEN];
	uint8_t spent[KEY_LEN];
	uint8_t reader[KEY_LEN];
	unsigned complaints;
	uint8_t (*touched)[LOG_ID_LEN];
	size_t ntouched;
};

/* A GET on its way, as whoever answers it has to see it. */
struct asked {
	bool active;
	uint32_t req;
	uint32_t max_bytes;
	bool headers;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t first;
	struct wire_ref refs[GET_REFS_MAX];
	size_t nrefs;
};

struct frame {
	struct frame *next;
	int64_t due;
	size_t len;
	uint8_t buf[];
};

/* One end of a connection, and what is on its way to it. */
struct side {
	struct pair *pair;
	struct node *node;
	struct link *link;
	struct frame *frames; /* by time */
	size_t count;
	struct asked asked[GETS_MAX]; /* of the other side, to be answered */
};

struct pair {
	bool up;
	bool broken; /* by the test */
	int64_t redial_at;
	unsigned remade;
	struct side sides[2]; /* dialer, listener */
};

struct world {
	int nnodes;
	int npairs;
	int64_t now;
	int64_t next_tick;
	uint32_t seed;
	uint64_t chance;
	bool strict;
	size_t queue;
	struct link_timers timers;
	struct world_faults faults;
	world_filter *filter;
	void *filter_arg;
	struct node nodes[WORLD_NODES];
	struct pair pairs[WORLD_PAIRS];
	unsigned sent[WORLD_NODES][WORLD_NODES][WORLD_TYPES];
};

static const struct link_host ops;

static void *
need(void *memory)
{
	assert_non_null(memory);
	return memory;
}

uint32_t
world_random(struct world *world)
{
	/* Numerical Recipes' 64-bit generator; the high half is the better. */
	world->chance = world->chance * 6364136223846793005u +
	    1442695040888963407u;
	return (uint32_t)(world->chance >> 32);
}

static bool
happens(struct world *world, unsigned percent)
{
	return percent > 0 && world_random(world) % 100 < percent;
}

/* ---- nodes ---- */

/* The directory changed: all that depends on it is computed anew. */
static void
recompute(struct node *node)
{
	directory_free(node->directory);
	assert_int_equal(
	    directory_compute(node->input, &node->directory), ERR_NONE);
}

static void
node_open(struct world *world, int number)
{
	struct node *node = &world->nodes[number];
	struct store_options options = { .map_bytes = MAP_BYTES };

	node->world = world;
	node->number = number;
	node->jobs_end = &node->jobs;
	origin_begin(&node->origin, (uint8_t)(100 + number), 1);
	node->dir = need(scratch_make());
	options.dir = node->dir;
	assert_int_equal(store_open(&options, &node->store), ERR_NONE);
	assert_int_equal(view_new(&node->view), ERR_NONE);
	assert_int_equal(posset_new(&node->fetching), ERR_NONE);
	assert_int_equal(directory_input_new(node->origin.key.public_key,
			     "dk-791", &node->input),
	    ERR_NONE);
	recompute(node);
}

static void
job_free(struct job *job)
{
	free(job->bytes);
	free(job->body);
	free(job);
}

static void
node_close(struct node *node)
{
	struct job *job;

	while ((job = node->jobs) != NULL) {
		node->jobs = job->next;
		job_free(job);
	}
	directory_free(node->directory);
	directory_input_free(node->input);
	posset_free(node->fetching);
	view_free(node->view);
	store_close(node->store);
	scratch_remove(node->dir);
	free(node->touched);
}

struct world *
world_new(int nodes, uint32_t seed)
{
	struct world *world = need(calloc(1, sizeof(*world)));
	int i;
	int j;

	assert_int_equal(crypto_init(), ERR_NONE);
	world->now = 1000000;
	world->next_tick = world->now;
	world->seed = seed;
	world->chance = seed;
	world->strict = true;
	world->queue = 64;
	world->timers = (struct link_timers){
		.have_ms = HAVE_MS,
		.hello_ms = HELLO_MS,
		.get_ms = GET_MS,
		.silence_ms = SILENCE_MS,
		.gap_ms = GAP_MS,
	};
	world->nnodes = nodes;
	for (i = 0; i < nodes; i++) {
		node_open(world, i);
		world->nodes[i].window = WINDOW_MAX;
	}
	for (i = 0; i < nodes; i++)
		for (j = 0; j < nodes; j++)
			world_admit(
			    world, i, world->nodes[j].origin.key.public_key);
	return world;
}

static void queue_clear(struct side *side);

void
world_free(struct world *world)
{
	int i;

	if (world == NULL)
		return;
	for (i = 0; i < 2 * world->npairs; i++) {
		struct side *side = &world->pairs[i / 2].sides[i % 2];

		link_down(side->link);
		link_free(side->link);
		queue_clear(side);
	}
	for (i = 0; i < world->nnodes; i++) {
		assert_int_equal(world->nodes[i].serving, 0);
		node_close(&world->nodes[i]);
	}
	free(world);
}

/* ---- small things that tests set and ask ---- */

int64_t
world_now(const struct world *world)
{
	return world->now;
}

struct link_timers *
world_timers(struct world *world)
{
	return &world->timers;
}

void
world_set_strict(struct world *world, bool strict)
{
	world->strict = strict;
}

void
world_set_faults(struct world *world, struct world_faults faults)
{
	world->faults = faults;
	if (faults.drop + faults.twice + faults.corrupt + faults.delay_ms > 0)
		world->strict = false;
}

void
world_set_filter(struct world *world, world_filter *filter, void *arg)
{
	world->filter = filter;
	world->filter_arg = arg;
}

void
world_set_queue(struct world *world, size_t frames)
{
	world->queue = frames;
}

struct link *
world_dialer(struct world *world, int pair)
{
	return world->pairs[pair].sides[0].link;
}

struct link *
world_listener(struct world *world, int pair)
{
	return world->pairs[pair].sides[1].link;
}

unsigned
world_remade(const struct world *world, int pair)
{
	return world->pairs[pair].remade;
}

struct origin *
world_origin(struct world *world, int node)
{
	return &world->nodes[node].origin;
}

void
world_set_window(struct world *world, int node, uint32_t bytes)
{
	world->nodes[node].window = bytes;
}

void
world_set_full(struct world *world, int node, bool full)
{
	world->nodes[node].full = full;
}

void
world_set_busy(struct world *world, int node, bool busy)
{
	world->nodes[node].busy = busy;
}

void
world_set_stale(struct world *world, int node, bool stale)
{
	world->nodes[node].stale = stale;
}

void
world_set_late(struct world *world, int node, const uint8_t key[KEY_LEN])
{
	memcpy(world->nodes[node].late, key, KEY_LEN);
}

void
world_set_spent(struct world *world, int node, const uint8_t key[KEY_LEN])
{
	if (key == NULL)
		memset(world->nodes[node].spent, 0, KEY_LEN);
	else
		memcpy(world->nodes[node].spent, key, KEY_LEN);
}

void
world_set_reader(struct world *world, int node, const uint8_t key[KEY_LEN])
{
	memcpy(world->nodes[node].reader, key, KEY_LEN);
}

struct view *
world_view(struct world *world, int node)
{
	return world->nodes[node].view;
}

struct store *
world_store(struct world *world, int node)
{
	return world->nodes[node].store;
}

uint64_t
world_tip(struct world *world, int node, const uint8_t log_id[LOG_ID_LEN])
{
	const struct view_log *log = view_find(world->nodes[node].view, log_id);

	return log == NULL ? 0 : log->tip.n;
}

unsigned
world_sent(const struct world *world, int from, int to, enum wire_type type)
{
	return world->sent[from][to][type];
}

unsigned
world_complaints(const struct world *world, int node)
{
	return world->nodes[node].complaints;
}

bool
world_has_body(struct world *world, int number, const struct origin *origin,
    uint64_t n, size_t len)
{
	struct store_txn *txn = NULL;
	struct store_body body = { 0 };
	uint8_t *want = need(malloc(len));
	uint8_t salt[SALT_LEN];
	bool here;

	assert_int_equal(
	    store_begin(world->nodes[number].store, false, &txn), ERR_NONE);
	here = store_body(txn, origin->log_id, n, &body) == ERR_NONE;
	if (here) {
		origin_body(origin->variant, n, want, len);
		origin_salt(origin->variant, n, salt);
		assert_int_equal(body.len, len);
		assert_memory_equal(body.data, want, len);
		assert_memory_equal(body.salt, salt, SALT_LEN);
	}
	store_body_clear(&body);
	store_abort(&txn);
	free(want);
	return here;
}

/* ---- frames ---- */

static struct side *
other(struct side *side)
{
	return &side->pair->sides[side == side->pair->sides];
}

static void
queue_clear(struct side *side)
{
	struct frame *frame;

	while ((frame = side->frames) != NULL) {
		side->frames = frame->next;
		free(frame);
	}
	side->count = 0;
}

/* Put a copy of the bytes where their time comes. */
static void
queue_put(struct side *to, const uint8_t *buf, size_t len, int64_t due)
{
	struct frame *frame = need(malloc(sizeof(*frame) + len));
	struct frame **at = &to->frames;

	memcpy(frame->buf, buf, len);
	frame->len = len;
	frame->due = due;
	while (*at != NULL && (*at)->due <= due)
		at = &(*at)->next;
	frame->next = *at;
	*at = frame;
	to->count++;
}

/* How long this frame takes. */
static int64_t
arrival(struct world *world)
{
	int64_t due = world->now + LATENCY_MS;

	if (world->faults.delay_ms > 0)
		due += world_random(world) % world->faults.delay_ms;
	return due;
}

static struct asked *
asked_find(struct side *side, uint32_t req)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (side->asked[i].active && side->asked[i].req == req)
			return &side->asked[i];
	return NULL;
}

/* A GET comes in: are there no more than may be? */
static void
check_get(struct side *side, const struct wire_get *get)
{
	struct asked *place = NULL;
	uint64_t window = get->max_bytes;
	size_t i;

	assert_null(asked_find(side, get->req));
	for (i = 0; i < GETS_MAX; i++) {
		if (side->asked[i].active)
			window += side->asked[i].max_bytes;
		else
			place = &side->asked[i];
	}
	assert_true(window <=
	    (side->node->window > 0 ? side->node->window : WINDOW_MAX));
	assert_non_null(place);
	place->active = true;
	place->req = get->req;
	place->max_bytes = get->max_bytes;
	place->headers = get->has_log;
	memcpy(place->log_id, get->log_id, LOG_ID_LEN);
	place->first = get->first;
	place->nrefs = get->nrefs;
	if (get->nrefs > 0)
		memcpy(place->refs, get->refs, get->nrefs * sizeof(*get->refs));
}

/* DATA goes out: was it asked for? */
static void
check_data(struct side *side, const struct wire_data *data)
{
	struct asked *asked = asked_find(side, data->req);
	size_t i;
	size_t j;

	assert_non_null(asked);
	if (data->has_run) {
		assert_true(asked->headers);
		assert_memory_equal(
		    data->run.log_id, asked->log_id, LOG_ID_LEN);
		assert_int_equal(data->run.first, asked->first);
		asked->first += data->run.count;
	}
	for (i = 0; i < data->nbodies; i++) {
		for (j = 0; j < asked->nrefs; j++)
			if (asked->refs[j].n == data->bodies[i].ref.n &&
			    memcmp(asked->refs[j].log_id,
				data->bodies[i].ref.log_id, LOG_ID_LEN) == 0)
				break;
		assert_true(j < asked->nrefs);
	}
	if (data->last)
		asked->active = false;
}

/* A frame leaves ${side}, whose peer gets it. */
static void
watch_out(struct side *side, const struct wire_msg *msg)
{
	struct world *world = side->node->world;
	struct asked *asked;

	world->sent[side->node->number][other(side)->node->number][msg->type]++;
	if (!world->strict)
		return;
	if (msg->type == WIRE_DATA)
		check_data(side, &msg->u.data);
	if (msg->type == WIRE_ERR) {
		assert_int_not_equal(msg->u.err.code, WIRE_QUOTA);
		if ((asked = asked_find(side, msg->u.err.req)) != NULL)
			asked->active = false;
	}
}

/* A frame reaches ${side}. */
static void
watch_in(struct side *side, const uint8_t *buf, size_t len)
{
	struct wire_msg msg;

	if (!side->node->world->strict ||
	    wire_decode(buf, len, &msg) != ERR_NONE)
		return;
	if (msg.type == WIRE_GET)
		check_get(side, &msg.u.get);
	if (msg.type == WIRE_HELLO) {
		memset(side->asked, 0, sizeof(side->asked));
		memset(other(side)->asked, 0, sizeof(other(side)->asked));
	}
	wire_clear(&msg);
}

static enum err
host_send(void *host, struct link *link, uint8_t *buf, size_t len)
{
	struct world *world = ((struct node *)host)->world;
	struct side *side = link_peer(link);
	struct side *to = other(side);
	enum world_fate fate = WORLD_PASS;
	struct wire_msg msg;

	assert_int_equal(wire_decode(buf, len, &msg), ERR_NONE);
	if (!side->pair->up || to->count >= world->queue) {
		wire_clear(&msg);
		free(buf);
		return ERR_BUSY;
	}
	watch_out(side, &msg);
	if (world->filter != NULL)
		fate = world->filter(world->filter_arg, side->node->number,
		    to->node->number, &msg);
	wire_clear(&msg);
	if (happens(world, world->faults.drop))
		fate = WORLD_DROP;
	if (happens(world, world->faults.corrupt))
		buf[world_random(world) % len] ^= (uint8_t)(1U
		    << world_random(world) % 8);
	if (fate == WORLD_PASS)
		queue_put(to, buf, len, arrival(world));
	if (fate == WORLD_PASS && happens(world, world->faults.twice))
		queue_put(to, buf, len, arrival(world));
	free(buf);
	return ERR_NONE;
}

void
world_send(struct world *world, int pair, bool to_listener, const uint8_t *buf,
    size_t len)
{
	queue_put(&world->pairs[pair].sides[to_listener], buf, len,
	    world->now + LATENCY_MS);
}

/* ---- connections ---- */

static void
dial(struct world *world, struct pair *pair)
{
	pair->up = true;
	pair->redial_at = 0;
	memset(pair->sides[0].asked, 0, sizeof(pair->sides[0].asked));
	memset(pair->sides[1].asked, 0, sizeof(pair->sides[1].asked));
	link_up(pair->sides[1].link, world->now);
	link_up(pair->sides[0].link, world->now);
}

static void
hang_up(struct pair *pair)
{
	pair->up = false;
	queue_clear(&pair->sides[0]);
	queue_clear(&pair->sides[1]);
	link_down(pair->sides[0].link);
}

int
world_connect(struct world *world, int dialer, int listener)
{
	struct pair *pair = &world->pairs[world->npairs];
	struct side *side;
	int i;

	assert_true(world->npairs < WORLD_PAIRS);
	for (i = 0; i < 2; i++) {
		side = &pair->sides[i];
		side->pair = pair;
		side->node = &world->nodes[i == 0 ? dialer : listener];
		assert_int_equal(link_new(&ops, side->node, side->node->view,
				     &world->timers, i == 0, &side->link),
		    ERR_NONE);
		link_set_peer(side->link, side);
		link_set_key(side->link,
		    world->nodes[i == 0 ? listener : dialer]
			.origin.key.public_key);
	}
	dial(world, pair);
	return world->npairs++;
}

void
world_break(struct world *world, int pair)
{
	world->pairs[pair].broken = true;
	hang_up(&world->pairs[pair]);
}

void
world_mend(struct world *world, int pair)
{
	world->pairs[pair].broken = false;
	dial(world, &world->pairs[pair]);
}

/* ---- reading ---- */

static void
host_hello(void *host, const struct link *link, struct wire_hello *hello)
{
	struct node *node = host;

	(void)link;
	hello->has_key = true;
	memcpy(hello->key, node->origin.key.public_key, KEY_LEN);
	hello->time_ms = (uint64_t)(node->world->now + node->number * 1000);
	hello->sw = "a test";
	hello->org = "dk-791";
	hello->name = "Viborg";
	hello->flags = WIRE_NO_SUB;
	hello->window = node->window;
}

static void
host_greeted(void *host, struct link *link, const struct wire_hello *hello)
{
	(void)host;
	assert_memory_equal(link_key(link), hello->key, KEY_LEN);
}

static void
host_changed(void *host, struct link *link)
{
	(void)link;
	((struct node *)host)->mark++;
}

static uint64_t
host_cut(
    void *host, const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN])
{
	return directory_cut(((struct node *)host)->directory, key, log_id);
}

static struct store_txn *
look(struct node *node)
{
	struct store_txn *txn = NULL;

	assert_int_equal(store_begin(node->store, false, &txn), ERR_NONE);
	return txn;
}

static bool
host_knows(void *host, const uint8_t key[KEY_LEN])
{
	return directory_find(((struct node *)host)->directory, key) != NULL;
}

static enum err
host_chain_at(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint8_t ret_c[HASH_LEN])
{
	struct store_txn *txn = look(host);
	struct store_entry entry;
	enum err err = store_entry(txn, log_id, n, &entry);

	if (err == ERR_NONE)
		memcpy(ret_c, entry.c, HASH_LEN);
	store_abort(&txn);
	return err;
}

static enum err
host_boundary_at(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    struct log_tip *ret_tip)
{
	struct store_txn *txn = look(host);
	enum err err = store_tip_at(txn, log_id, n, ret_tip);

	if (err == ERR_NONE)
		err = store_tip_at(txn, log_id, ret_tip->boundary, ret_tip);
	store_abort(&txn);
	return err;
}

static enum err
host_read_run(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t first,
    const uint8_t *branch, struct log_run *ret_run, void **ret_memory)
{
	struct store_txn *txn = look(host);
	struct store_run run;
	enum err err = store_read_run(txn, log_id, first, branch, &run);

	if (err == ERR_NONE) {
		*ret_run = run.run;
		*ret_memory = run.memory;
	}
	store_abort(&txn);
	return err;
}

static void
host_read_body(void *host, const struct wire_ref *ref, const uint8_t *branch,
    struct link_body *ret_body)
{
	struct store_txn *txn = look(host);
	struct store_body body = { 0 };
	enum err err;

	err = branch != NULL ?
	    store_branch_body(txn, ref->log_id, branch, ref->n, &body) :
	    store_body(txn, ref->log_id, ref->n, &body);
	ret_body->state = err == ERR_NONE ? WIRE_OK :
	    err == ERR_ERASED             ? WIRE_GONE :
					    WIRE_ABSENT;
	memcpy(ret_body->salt, body.salt, SALT_LEN);
	ret_body->data = body.data;
	ret_body->len = body.len;
	ret_body->memory = body.memory;
	store_abort(&txn);
}

/* The names of all branches of a log, the stored one's last. */
static size_t
branches_of(struct node *node, struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN],
    struct log_tip tips[STORE_BRANCHES_MAX + 1])
{
	const struct view_log *log = view_find(node->view, log_id);
	const uint8_t *after = NULL;
	size_t count = 0;

	while (store_branch_next(txn, log_id, after, &tips[count]) == ERR_NONE)
		after = tips[count++].c;
	tips[count++] = log->tip;
	return count;
}

static void
name_branch(const struct log_tip *tip, uint8_t out[LINK_BRANCH_LEN])
{
	bytes_put_le64(out, tip->n);
	memcpy(out + 8, tip->c, C8_LEN);
}

static bool
host_holds(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN])
{
	struct store_txn *txn = look(host);
	uint8_t name[LINK_BRANCH_LEN];
	bool holds;

	bytes_put_le64(name, n);
	memcpy(name + 8, c8, C8_LEN);
	holds = store_branch_has(txn, log_id, name, n, c8) == ERR_NONE;
	store_abort(&txn);
	return holds;
}

static enum err
host_other_head(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN], uint8_t ret_head[HEAD_LEN])
{
	struct node *node = host;
	struct store_txn *txn = look(node);
	struct log_tip tips[STORE_BRANCHES_MAX + 1];
	size_t count = branches_of(node, txn, log_id, tips);
	uint8_t name[LINK_BRANCH_LEN];
	struct store_run run;
	struct log_tip at;
	enum err err = ERR_NOENT;
	size_t i;

	for (i = 0; i < count && err != ERR_NONE; i++) {
		name_branch(&tips[i], name);
		if (n <= tips[i].n &&
		    store_read_run(txn, log_id, n, name, &run) == ERR_NONE) {
			at.n = n - 1;
			memcpy(at.c, run.run.c_prev, HASH_LEN);
			assert_int_equal(log_step(&at, run.run.headers[0].data,
					     run.run.headers[0].len),
			    ERR_NONE);
			store_run_clear(&run);
			if (memcmp(at.c, c8, C8_LEN) == 0)
				continue;
		}
		err = store_read_run(txn, log_id, tips[i].n, name, &run);
		if (err == ERR_NONE) {
			memcpy(ret_head, run.run.head, HEAD_LEN);
			store_run_clear(&run);
		}
	}
	store_abort(&txn);
	return err;
}

/* The branch after ${at}, which names one by its log and c; the stored one is last. */
static enum err
host_branch_next(void *host, struct link_branch *at)
{
	struct node *node = host;
	struct store_txn *txn = look(node);
	struct log_tip tips[STORE_BRANCHES_MAX + 1];
	const struct view_log *log;
	size_t count;
	size_t place;
	size_t i = 0;

	for (place = view_from(node->view, at->log_id);
	     place < view_count(node->view); place++) {
		log = view_at(node->view, place);
		if (!log->frozen)
			continue;
		count = branches_of(node, txn, log->log_id, tips);
		if (memcmp(at->log_id, log->log_id, LOG_ID_LEN) == 0)
			while (i < count && at->begun &&
			    memcmp(tips[i++].c, at->tip.c, HASH_LEN) != 0)
				;
		if (i < count) {
			memcpy(at->log_id, log->log_id, LOG_ID_LEN);
			at->begun = true;
			at->stored = i + 1 == count;
			at->tip = tips[i];
			break;
		}
		i = 0;
	}
	store_abort(&txn);
	return place < view_count(node->view) ? ERR_NONE : ERR_NOENT;
}

static uint32_t
host_hold_bodies(void *host)
{
	(void)host;
	return 0;
}

/* ---- handing over ---- */

static struct job *
job_new(struct node *node, enum job_kind kind)
{
	struct job *job = need(calloc(1, sizeof(*job)));

	job->kind = kind;
	*node->jobs_end = job;
	node->jobs_end = &job->next;
	return job;
}

static struct job *
job_of_run(struct node *node, enum job_kind kind, const struct view_log *log,
    const struct log_run *run)
{
	struct job *job = job_new(node, kind);
	size_t len = 0;
	size_t i;

	memcpy(job->key, log->key, KEY_LEN);
	job->inc = log->inc;
	job->own = memcmp(log->key, node->origin.key.public_key, KEY_LEN) == 0;
	job->run = *run;
	job->run.headers = job->headers;
	job->run.head = job->head;
	memcpy(job->head, run->head, HEAD_LEN);
	for (i = 0; i < run->count; i++)
		len += run->headers[i].len;
	job->bytes = need(malloc(len));
	len = 0;
	for (i = 0; i < run->count; i++) {
		memcpy(job->bytes + len, run->headers[i].data,
		    run->headers[i].len);
		job->headers[i].data = job->bytes + len;
		job->headers[i].len = run->headers[i].len;
		len += run->headers[i].len;
	}
	return job;
}

static void
host_take_run(void *host, struct link *link, struct view_log *log,
    const struct log_run *run, const struct wire_body *body)
{
	struct job *job = job_of_run(host, JOB_RUN, log, run);

	job->link = link;
	if (body == NULL)
		return;
	job->body = need(malloc(body->data.len));
	memcpy(job->body, body->data.data, body->data.len);
	memcpy(job->salt, body->salt, SALT_LEN);
	job->body_len = body->data.len;
}

static void
host_take_branch(void *host, struct link *link, struct view_log *log,
    const struct log_run *run, uint64_t last_common)
{
	struct job *job = job_of_run(host, JOB_BRANCH, log, run);

	job->link = link;
	job->last_common = last_common;
}

static void
host_take_head(void *host, struct view_log *log, const uint8_t head[HEAD_LEN])
{
	(void)log;
	memcpy(job_new(host, JOB_HEAD)->head, head, HEAD_LEN);
}

static void
host_take_body(void *host, struct link *link, const struct wire_ref *ref,
    const uint8_t salt[SALT_LEN], const uint8_t *data, size_t len)
{
	struct job *job = job_new(host, JOB_BODY);

	job->link = link;
	job->ref = *ref;
	memcpy(job->salt, salt, SALT_LEN);
	job->bytes = need(malloc(len));
	memcpy(job->bytes, data, len);
	job->len = len;
}

/* ---- bodies that are wanted ---- */

/* Choose one body, of a branch if it is named, if it can be asked for here and
 * now. */
static bool
want(struct node *node, struct link *link, const uint8_t *log_id, uint64_t n,
    const uint8_t *branch, struct wire_ref *ref)
{
	memset(ref, 0, sizeof(*ref));
	memcpy(ref->log_id, log_id, LOG_ID_LEN);
	ref->n = n;
	return !posset_has(node->fetching, log_id, n) &&
	    !(branch == NULL ? link_lacks(link, ref) :
			       link_lacks_in(link, ref, branch)) &&
	    posset_add(node->fetching, log_id, n) == ERR_NONE;
}

static size_t
host_want_bodies(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes)
{
	struct node *node = host;
	struct store_txn *txn = look(node);
	const struct view_log *log;
	struct store_pos pos;
	bool begun = false;
	size_t count = 0;
	size_t len;

	while (count < max &&
	    store_absent_next(txn, begun ? &pos : NULL, &pos, &len) ==
		ERR_NONE) {
		begun = true;
		log = view_find(node->view, pos.log_id);
		if (log == NULL || pos.n > log->counted)
			continue;
		if (count > 0 && len > max_bytes)
			break;
		if (!want(node, link, pos.log_id, pos.n, NULL, &refs[count]))
			continue;
		count++;
		max_bytes -= len < max_bytes ? len : max_bytes;
	}
	store_abort(&txn);
	return count;
}

static uint64_t
host_bodies_mark(void *host)
{
	return ((struct node *)host)->mark;
}

/* Choose bodies of one run of a branch. */
static size_t
want_of_run(struct node *node, struct link *link, struct store_txn *txn,
    const struct log_run *run, const uint8_t *name, struct wire_ref *refs,
    size_t max)
{
	struct store_body body;
	struct header header;
	size_t count = 0;
	size_t i;

	for (i = 0; i < run->count && count < max; i++) {
		if (header_decode(run->headers[i].data, run->headers[i].len,
			&header) != ERR_NONE ||
		    header.body_len == 0)
			continue;
		if (store_branch_body(txn, run->log_id, name, run->first + i,
			&body) == ERR_NONE) {
			store_body_clear(&body);
			continue;
		}
		if (want(node, link, run->log_id, run->first + i, name,
			&refs[count]))
			count++;
	}
	return count;
}

/* Choose bodies of one branch of a forked log. */
static size_t
want_of_branch(struct node *node, struct link *link, struct store_txn *txn,
    const struct view_log *log, const struct log_tip *tip,
    struct wire_ref *refs, size_t max, uint8_t name[LINK_BRANCH_LEN])
{
	struct store_run run;
	uint64_t n = log->last_common + 1;
	size_t count = 0;

	name_branch(tip, name);
	while (n <= tip->n && count < max) {
		assert_int_equal(
		    store_read_run(txn, log->log_id, n, name, &run), ERR_NONE);
		count += want_of_run(
		    node, link, txn, &run.run, name, refs + count, max - count);
		n = run.end.n + 1;
		store_run_clear(&run);
	}
	return count;
}

static size_t
host_want_branch(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes, uint8_t ret_branch[LINK_BRANCH_LEN])
{
	struct node *node = host;
	struct store_txn *txn = look(node);
	struct log_tip tips[STORE_BRANCHES_MAX + 1];
	const struct view_log *log;
	size_t count = 0;
	size_t ntips;
	size_t i;
	size_t j;

	(void)max_bytes; /* those of tests are short */
	for (i = 0; i < view_count(node->view) && count == 0; i++) {
		log = view_at(node->view, i);
		if (!log->frozen)
			continue;
		ntips = branches_of(node, txn, log->log_id, tips);
		for (j = 0; j < ntips && count == 0; j++)
			count = want_of_branch(node, link, txn, log, &tips[j],
			    refs, max, ret_branch);
	}
	store_abort(&txn);
	return count;
}

static void
host_body_failed(void *host, struct link *link, const struct wire_ref *ref)
{
	struct node *node = host;

	(void)link;
	assert_true(posset_has(node->fetching, ref->log_id, ref->n));
	posset_remove(node->fetching, ref->log_id, ref->n);
	node->mark++;
}

static bool
host_may_fetch(void *host)
{
	return !((struct node *)host)->full;
}

static bool
host_stale(void *host, const struct view_log *log)
{
	return ((struct node *)host)->stale && !log->own;
}

static bool
host_late(void *host, const uint8_t key[KEY_LEN])
{
	return memcmp(((struct node *)host)->late, key, KEY_LEN) == 0;
}

static bool
host_spent(void *host, const uint8_t key[KEY_LEN])
{
	return memcmp(((struct node *)host)->spent, key, KEY_LEN) == 0;
}

static bool
host_reads_only(void *host, const uint8_t key[KEY_LEN])
{
	return memcmp(((struct node *)host)->reader, key, KEY_LEN) == 0;
}

static bool
host_serving(void *host, int change)
{
	struct node *node = host;

	if (change > 0 && node->busy)
		return false;
	node->serving += change;
	assert_true(node->serving >= 0);
	return true;
}

static void
host_misbehaved(void *host, struct link *link, const char *what)
{
	struct node *node = host;

	(void)link;
	if (getenv("WORLD_TRACE") != NULL)
		print_message("%lld node %d: %s\n", (long long)node->world->now,
		    node->number, what);
	node->complaints++;
}

static uint32_t
host_random(void *host)
{
	return world_random(((struct node *)host)->world);
}

static const struct link_host ops = {
	.send = host_send,
	.hello = host_hello,
	.greeted = host_greeted,
	.changed = host_changed,
	.cut = host_cut,
	.knows = host_knows,
	.reads_only = host_reads_only,
	.chain_at = host_chain_at,
	.boundary_at = host_boundary_at,
	.read_run = host_read_run,
	.read_body = host_read_body,
	.holds = host_holds,
	.other_head = host_other_head,
	.branch_next = host_branch_next,
	.hold_bodies = host_hold_bodies,
	.take_run = host_take_run,
	.take_branch = host_take_branch,
	.take_head = host_take_head,
	.take_body = host_take_body,
	.want_bodies = host_want_bodies,
	.bodies_mark = host_bodies_mark,
	.want_branch = host_want_branch,
	.body_failed = host_body_failed,
	.may_fetch = host_may_fetch,
	.serving = host_serving,
	.stale = host_stale,
	.late = host_late,
	.spent = host_spent,
	.misbehaved = host_misbehaved,
	.random = host_random,
};

/* ---- writing and telling ---- */

static void
touch(struct node *node, const uint8_t *log_id)
{
	node->touched = need(
	    realloc(node->touched, (node->ntouched + 1) * LOG_ID_LEN));
	memcpy(node->touched[node->ntouched++], log_id, LOG_ID_LEN);
}

/* The last MEMBER entry of a log. */
static uint64_t
find_word(struct store_txn *txn, const struct view_log *log)
{
	struct store_pos at = { .n = 0 };
	struct store_entry entry;

	memcpy(at.log_id, log->log_id, LOG_ID_LEN);
	while (store_member_next(txn, &at, &entry) == ERR_NONE &&
	    memcmp(entry.log_id, log->log_id, LOG_ID_LEN) == 0 &&
	    (!log->frozen || entry.n <= log->last_common))
		at.n = entry.n;
	return at.n;
}

/* The first bytes of the chain value at a position. */
static void
chain_value(struct store_txn *txn, const struct view_log *log, uint64_t n,
    uint8_t out[C8_LEN])
{
	struct store_entry entry;

	memcpy(out, log->tip.c, C8_LEN);
	if (n == log->tip.n || n == 0)
		return;
	assert_int_equal(store_entry(txn, log->log_id, n, &entry), ERR_NONE);
	memcpy(out, entry.c, C8_LEN);
}

/* Bring one log of the view up to what the store holds. */
static struct view_log *
refresh(struct node *node, struct store_txn *txn, const struct store_log *log)
{
	struct view_log *seen;
	struct log_head head;
	uint8_t counted[C8_LEN];
	uint8_t told[C8_LEN];

	assert_int_equal(
	    view_add(node->view, log->key, log->inc, &seen), ERR_NONE);
	log_head_parse(log->head, &head);
	seen->tip = log->tip;
	if (seen->pending.n < seen->tip.n || log->frozen)
		seen->pending = seen->tip;
	seen->own = log->own;
	seen->frozen = log->frozen;
	seen->last_common = log->last_common;
	seen->head_ms = head.time_ms;
	seen->word = find_word(txn, seen);
	chain_value(txn, seen, view_counted(seen, node->directory), counted);
	chain_value(txn, seen, view_told(seen, node->directory), told);
	view_recount(node->view, seen, node->directory, counted, told);
	return seen;
}

/* Call for each link of a node. */
static void
each_link(
    struct node *node, void (*each)(struct link *link, void *arg), void *arg)
{
	struct world *world = node->world;
	int i;

	for (i = 0; i < 2 * world->npairs; i++) {
		struct side *side = &world->pairs[i / 2].sides[i % 2];

		if (side->node == node)
			each(side->link, arg);
	}
}

struct pushed {
	uint8_t *buf;
	size_t len;
	struct view_log *log;
	int64_t now;
};

static void
push_note(struct link *link, void *arg)
{
	const struct pushed *pushed = arg;

	link_note(link, pushed->log, pushed->buf, pushed->len);
}

static void
push_new(struct link *link, void *arg)
{
	link_have_new(link, &((struct pushed *)arg)->log, 1);
}

static void
push_soon(struct link *link, void *arg)
{
	link_have_soon(link, ((const struct pushed *)arg)->now);
}

static void
fetch_on(struct link *link, void *arg)
{
	link_fetch(link, *(const int64_t *)arg);
}

/* Put the last entry into a NOTE, with its body if that is small. */
static void
fill_note(struct store_txn *txn, const struct view_log *log,
    struct wire_note *note, struct store_body *body)
{
	struct store_entry entry;
	struct log_tip before;

	assert_int_equal(
	    store_tip_at(txn, log->log_id, log->tip.n - 1, &before), ERR_NONE);
	assert_int_equal(
	    store_entry(txn, log->log_id, log->tip.n, &entry), ERR_NONE);
	note->header = entry.header;
	memcpy(note->c_prev, before.c, HASH_LEN);
	if (store_body(txn, log->log_id, log->tip.n, body) != ERR_NONE ||
	    body->len > NOTE_BODY_MAX)
		return;
	note->has_body = true;
	memcpy(note->body.ref.log_id, log->log_id, LOG_ID_LEN);
	note->body.ref.n = log->tip.n;
	note->body.total = body->len;
	note->body.state = WIRE_OK;
	memcpy(note->body.salt, body->salt, SALT_LEN);
	note->body.data = (struct bytes){ body->data, body->len };
}

/* Tell a log that has grown, or a younger HEAD of it. */
static void
tell(struct node *node, struct store_txn *txn, struct view_log *log,
    const uint8_t *head, uint64_t from)
{
	struct wire_msg msg = { .type = WIRE_NOTE };
	struct pushed pushed = { .log = log, .now = node->world->now };
	struct store_body body = { 0 };

	if (log->counted > 0 && from == 0)
		each_link(node, push_new, &pushed);
	if (log->counted == log->tip.n) {
		msg.u.note.head = head;
		if (log->tip.n > from)
			fill_note(txn, log, &msg.u.note, &body);
		assert_int_equal(
		    wire_encode(&msg, &pushed.buf, &pushed.len), ERR_NONE);
		each_link(node, push_note, &pushed);
		free(pushed.buf);
		store_body_clear(&body);
	}
	each_link(node, push_soon, &pushed);
}

/* What a commit changed is seen and told. */
static void
after_commit(struct node *node)
{
	struct store_txn *txn = look(node);
	struct store_log stored;
	struct view_log *log;
	struct log_head head;
	uint64_t from;
	uint64_t from_ms;
	size_t i;

	node->mark++;
	for (i = 0; i < node->ntouched; i++) {
		if (store_log(txn, node->touched[i], &stored) != ERR_NONE)
			continue;
		log = view_find(node->view, node->touched[i]);
		from = log == NULL ? 0 : log->tip.n;
		from_ms = log == NULL ? 0 : log->head_ms;
		log = refresh(node, txn, &stored);
		log_head_parse(stored.head, &head);
		if (log->tip.n > from || head.time_ms > from_ms)
			tell(node, txn, log, stored.head, from);
	}
	node->ntouched = 0;
	store_abort(&txn);
	each_link(node, fetch_on, &node->world->now);
}

static enum err
job_run(struct store_txn *txn, const struct job *job)
{
	enum err err = ERR_NONE;

	switch (job->kind) {
	case JOB_RUN:
		err = store_add_run(
		    txn, job->key, job->inc, job->own, &job->run);
		if (err == ERR_NONE && job->body_len > 0 &&
		    store_add_body(txn, job->run.log_id, job->run.first,
			job->salt, job->body, job->body_len) != ERR_NONE)
			return ERR_NONE; /* the header counts without it */
		break;
	case JOB_BRANCH:
		err = store_add_branch(txn, &job->run, job->last_common);
		break;
	case JOB_HEAD:
		err = store_put_head(txn, job->head);
		break;
	case JOB_BODY:
		err = store_add_body(txn, job->ref.log_id, job->ref.n,
		    job->salt, job->bytes, job->len);
		break;
	}
	return err;
}

/* A job is over, with or without success. */
static void
job_done(struct node *node, const struct job *job, enum err err)
{
	struct view_log *log;

	switch (job->kind) {
	case JOB_RUN:
	case JOB_BRANCH:
		log = view_find(node->view, job->run.log_id);
		if (err != ERR_NONE && log != NULL) {
			log->pending = log->tip;
			view_release(node->view, log);
		}
		touch(node, job->run.log_id);
		break;
	case JOB_HEAD:
		touch(node, job->head);
		break;
	case JOB_BODY:
		posset_remove(node->fetching, job->ref.log_id, job->ref.n);
		if (err == ERR_COMMIT && job->link != NULL)
			link_mark_bad(job->link, &job->ref);
		break;
	}
}

/* Commit all that waits at one node. */
static void
commit(struct node *node)
{
	struct store_txn *txn = NULL;
	struct job *jobs = node->jobs;
	struct job *job;
	enum err err;

	if (jobs == NULL && node->ntouched == 0)
		return;
	node->jobs = NULL;
	node->jobs_end = &node->jobs;
	assert_int_equal(store_begin(node->store, true, &txn), ERR_NONE);
	while ((job = jobs) != NULL) {
		jobs = job->next;
		err = node->full ? ERR_FULL : job_run(txn, job);
		assert_int_not_equal(err, ERR_DAMAGED);
		job_done(node, job, err);
		job_free(job);
	}
	assert_int_equal(store_commit(&txn), ERR_NONE);
	after_commit(node);
}

void
world_place(struct world *world, int number, const struct origin *origin,
    const struct origin_run *run, bool bodies)
{
	struct node *node = &world->nodes[number];
	struct store_txn *txn = NULL;
	uint8_t *body = need(malloc(BODY_MAX));
	uint8_t salt[SALT_LEN];
	bool own = memcmp(origin->key.public_key, node->origin.key.public_key,
		       KEY_LEN) == 0;
	uint64_t n;
	size_t i;

	assert_int_equal(store_begin(node->store, true, &txn), ERR_NONE);
	assert_int_equal(store_add_run(txn, origin->key.public_key, origin->inc,
			     own, &run->run),
	    ERR_NONE);
	for (i = 0; i < run->run.count && bodies; i++) {
		n = run->run.first + i;
		if (run->body_len[i] == 0)
			continue;
		origin_body(run->variant, n, body, run->body_len[i]);
		origin_salt(run->variant, n, salt);
		assert_int_equal(store_add_body(txn, origin->log_id, n, salt,
				     body, run->body_len[i]),
		    ERR_NONE);
	}
	assert_int_equal(store_commit(&txn), ERR_NONE);
	free(body);
	touch(node, origin->log_id);
	after_commit(node);
}

void
world_write(struct world *world, int node, struct origin *origin, size_t count,
    uint32_t body_len)
{
	struct origin_run *run = need(malloc(sizeof(*run)));
	size_t written;

	for (written = 0; written < count; written += run->run.count) {
		origin_write(origin, run, count - written, body_len);
		world_place(world, node, origin, run, true);
	}
	free(run);
}

/* ---- the directory ---- */

static void
rethink(struct link *link, void *arg)
{
	(void)arg;
	link_rethink(link);
}

/* The directory changed. */
static void
members_changed(struct node *node)
{
	struct store_txn *txn;
	struct store_log stored;
	uint8_t after[LOG_ID_LEN];
	bool begun = false;

	recompute(node);
	txn = look(node);
	while (store_log_next(txn, begun ? after : NULL, &stored) == ERR_NONE) {
		begun = true;
		memcpy(after, stored.log_id, LOG_ID_LEN);
		(void)refresh(node, txn, &stored);
	}
	store_abort(&txn);
	each_link(node, rethink, NULL);
}

void
world_admit(struct world *world, int node, const uint8_t key[KEY_LEN])
{
	assert_int_equal(
	    directory_input_pin(world->nodes[node].input, key), ERR_NONE);
	members_changed(&world->nodes[node]);
}

void
world_admit_all(struct world *world, const uint8_t key[KEY_LEN])
{
	int i;

	for (i = 0; i < world->nnodes; i++)
		world_admit(world, i, key);
}

void
world_vouch(struct world *world, int node, const struct directory_entry *entry)
{
	assert_int_equal(
	    directory_input_add(world->nodes[node].input, entry), ERR_NONE);
	members_changed(&world->nodes[node]);
}

/* ---- time ---- */

/* Give a side the frames whose time has come. */
static bool
deliver(struct side *side)
{
	struct world *world = side->node->world;
	struct frame *frame = side->frames;

	if (frame == NULL || frame->due > world->now)
		return false;
	side->frames = frame->next;
	side->count--;
	watch_in(side, frame->buf, frame->len);
	link_receive(side->link, frame->buf, frame->len, world->now);
	free(frame);
	return true;
}

/* Do what is to be done at this moment, until nothing is left to do. */
static void
do_now(struct world *world)
{
	bool more = true;
	int i;

	while (more) {
		more = false;
		for (i = 0; i < 2 * world->npairs; i++) {
			struct side *side = &world->pairs[i / 2].sides[i % 2];

			while (deliver(side))
				more = true;
			if (world->pairs[i / 2].up &&
			    link_turn(side->link, world->now))
				more = true;
		}
		for (i = 0; i < world->nnodes; i++)
			commit(&world->nodes[i]);
	}
}

static void
tick_pair(struct world *world, struct pair *pair)
{
	bool fine = link_tick(pair->sides[0].link, world->now);

	if (!link_tick(pair->sides[1].link, world->now))
		link_down(pair->sides[1].link);
	if (pair->up && !fine) {
		pair->remade++;
		hang_up(pair);
		pair->redial_at = world->now + REDIAL_MS;
	} else if (!pair->up && !pair->broken &&
	    world->now >= pair->redial_at) {
		dial(world, pair);
	}
}

/* When something happens next. */
static int64_t
next_time(const struct world *world)
{
	const struct frame *frame;
	int64_t when = world->next_tick;
	int i;

	for (i = 0; i < 2 * world->npairs; i++) {
		frame = world->pairs[i / 2].sides[i % 2].frames;
		if (frame != NULL && frame->due < when)
			when = frame->due;
	}
	return when;
}

/* Go on to what happens next, but not beyond ${end}. */
static void
step(struct world *world, int64_t end)
{
	int64_t when = next_time(world);
	int i;

	if (when > end)
		when = end;
	if (when > world->now)
		world->now = when;
	if (world->now >= world->next_tick) {
		world->next_tick = world->now + TICK_MS;
		for (i = 0; i < world->npairs; i++)
			tick_pair(world, &world->pairs[i]);
	}
	do_now(world);
}

void
world_run(struct world *world, int64_t ms)
{
	int64_t end = world->now + ms;

	while (world->now < end)
		step(world, end);
}

/* Say what every node holds, for whoever has to find out why. */
static void
print_all(struct world *world)
{
	const struct view_log *log;
	struct store_log stored;
	struct store_txn *txn;
	int i;
	size_t j;

	for (i = 0; i < world->nnodes; i++) {
		txn = look(&world->nodes[i]);
		for (j = 0; j < view_count(world->nodes[i].view); j++) {
			log = view_at(world->nodes[i].view, j);
			if (store_log(txn, log->log_id, &stored) != ERR_NONE)
				continue;
			print_message("node %d: log %02x%02x at %u of %u, %u "
				      "counted, %u bodies absent%s\n",
			    i, log->log_id[0], log->log_id[1],
			    (unsigned)log->tip.n, (unsigned)log->pending.n,
			    (unsigned)log->counted,
			    (unsigned)stored.bodies_absent,
			    log->frozen ? ", frozen" : "");
		}
		store_abort(&txn);
	}
	for (i = 0; i < 2 * world->npairs; i++) {
		struct side *side = &world->pairs[i / 2].sides[i % 2];

		print_message("link %d of node %d to %d: state %d\n", i / 2,
		    side->node->number, other(side)->node->number,
		    (int)link_state(side->link));
	}
}

int64_t
world_until(struct world *world, bool (*done)(struct world *world, void *arg),
    void *arg, int64_t ms)
{
	int64_t begin = world->now;

	while (!done(world, arg)) {
		if (world->now - begin > ms) {
			print_all(world);
			fail_msg("it did not happen within %lld ms (seed %lu)",
			    (long long)ms, (unsigned long)world->seed);
		}
		step(world, begin + ms + 1);
	}
	return world->now - begin;
}

bool
world_same_digest(struct world *world)
{
	uint8_t first[HASH_LEN];
	uint8_t next[HASH_LEN];
	int i;

	view_digest(world->nodes[0].view, first);
	for (i = 1; i < world->nnodes; i++) {
		view_digest(world->nodes[i].view, next);
		if (memcmp(first, next, HASH_LEN) != 0)
			return false;
	}
	return true;
}

bool
world_is_same(struct world *world)
{
	struct store_counts counts;
	struct store_txn *txn;
	int i;

	if (!world_same_digest(world))
		return false;
	for (i = 0; i < world->nnodes; i++) {
		txn = look(&world->nodes[i]);
		assert_int_equal(store_counts(txn, &counts), ERR_NONE);
		store_abort(&txn);
		if (counts.bodies_absent > 0)
			return false;
	}
	return true;
}

static bool
is_same(struct world *world, void *arg)
{
	(void)arg;
	return world_is_same(world);
}

int64_t
world_until_same(struct world *world, int64_t ms)
{
	return world_until(world, is_same, NULL, ms);
}
