/*
 * The node is opened, runs its loop, and is closed.
 */

#include "daemon/node.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "daemon/config_value.h"
#include "daemon/migrate.h"
#include "daemon/node_internal.h"
#include "daemon/selftest.h"

/* Threads that answer questions. */
#define POOL_THREADS 3

/* Dead readers are looked for this often. */
#define READERS_MS 60000

/* The wall clock may step so far before signing pauses. */
#define CLOCK_STEP_MS 2000

/* A fence that could not be written is tried again after so long. */
#define FENCE_AGAIN_MS 5000

/* Nothing on the loop should take longer. */
#define TURN_MS 4

int64_t
node_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t
node_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* How far the wall clock is ahead of the clock that never steps. */
static int64_t
clock_offset(void)
{
	struct timespec real;
	struct timespec boot;

	(void)clock_gettime(CLOCK_REALTIME, &real);
	(void)clock_gettime(CLOCK_BOOTTIME, &boot);
	return ((int64_t)real.tv_sec - boot.tv_sec) * 1000 +
	    (real.tv_nsec - boot.tv_nsec) / 1000000;
}

/* ---- what the loop watches ---- */

enum err
node_watch(
    struct node *node, void *handle, int fd, zloop_fn *handler, void *arg)
{
	zmq_pollitem_t item = { .socket = handle, .fd = fd };

	item.events = ZMQ_POLLIN;
	if (handle != NULL)
		item.fd = 0;
	return zloop_poller(node->loop, &item, handler, arg) == 0 ? ERR_NONE :
								    ERR_IO;
}

void
node_unwatch(struct node *node, void *handle)
{
	zmq_pollitem_t item = { .socket = handle };

	if (node->loop != NULL)
		zloop_poller_end(node->loop, &item);
}

/* Empty an eventfd. */
static void
drain(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) < 0)
		return;
}

static void
ring(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

void
node_wake_turn(struct node *node)
{
	if (!node->turn_set)
		ring(node->turn_fd);
	node->turn_set = true;
}

/* One round of turns. */
struct round {
	size_t next; /* link to begin with */
	size_t count;
	bool more; /* there is more to serve, and room for it */
	bool sent; /* somebody was served */
};

/*
 * One DATA for each peer that waits, in turn, until the time is up; either those
 * who have had their share of this second, or the others.
 */
static bool
serve_those(struct node *node, bool paced, struct round *round)
{
	int64_t now = node_now();
	struct link *link;
	uint64_t before;
	size_t i;

	for (i = 0; i < round->count && node_now() - now < TURN_MS; i++) {
		link = node_link_at(node, (round->next + i) % round->count);
		if (link_paced(link, now) != paced)
			continue;
		before = link_served(link);
		round->more |= link_turn(link, now);
		round->sent |= link_served(link) != before;
	}
	node->turn_next = round->next + i;
	return i == round->count;
}

/* Nobody is held back but while others are served. */
static bool
serve(struct node *node)
{
	struct round round = {
		.next = node->turn_next,
		.count = node_nlinks(node),
	};

	if (!serve_those(node, false, &round))
		return true;
	if (!round.sent && !serve_those(node, true, &round))
		return true;
	return round.more;
}

static int
turn_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct node *node = arg;
	bool more;

	(void)loop;
	(void)item;
	more = serve(node);
	more = node_bundle_turn(node) || more;
	if (!more) {
		drain(node->turn_fd);
		node->turn_set = false;
	}
	return 0;
}

static int
hub_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct node *node = arg;

	(void)loop;
	(void)item;
	(void)hub_read(node->hub, node_now());
	return 0;
}

static int
writer_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct node *node = arg;

	(void)loop;
	(void)item;
	if (!writer_reap(node->writer, node)) {
		node->broken = true;
		event_say(EVENT_STORE_WRITE, NULL,
		    "cannot write: %s; nobody knows what stands on the disk, "
		    "and only who opens the store anew can tell: erfad ends",
		    err_str(ERR_IO));
		return -1;
	}
	node_after_commit(node);
	return 0;
}

static int
pool_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct node *node = arg;

	(void)loop;
	(void)item;
	pool_reap(node->pool);
	return 0;
}

static int
zap_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	(void)loop;
	(void)item;
	node_strangers(arg);
	return 0;
}

static int
index_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct node *node = arg;

	(void)loop;
	(void)item;
	drain(node->index_fd);
	node_publish_tick(node, node_now());
	node_waiters_tick(node, node_now());
	return 0;
}

/* A signal asks the node to stop, or to read its settings again. */
static int
stop_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct signalfd_siginfo info = { .ssi_signo = 0 };
	struct node *node = arg;

	(void)loop;
	if (read(item->fd, &info, sizeof(info)) == (ssize_t)sizeof(info) &&
	    info.ssi_signo == SIGHUP) {
		node_reload(node);
		return 0;
	}
	node->stopping = true;
	return -1;
}

/* The indexer's thread tells how far it is. */
static void
index_progress(void *context, uint64_t arrival, enum err err)
{
	struct node *node = context;

	(void)arrival;
	if (err != ERR_NONE && err != node->index_err)
		logger_err("index", "cannot be written: %s", err_str(err));
	node->index_err = err;
	ring(node->index_fd);
}

/* ---- timers ---- */

struct beacon_job {
	struct writer_job job; /* first */
	struct outbox *outbox;
};

static enum err
beacon_run(struct store_txn *txn, struct writer_job *job)
{
	enum err err = outbox_beacon(
	    ((struct beacon_job *)job)->outbox, txn, node_clock());

	return err == ERR_NOENT ? ERR_NONE : err;
}

static void
beacon_done(struct writer_job *job, void *context)
{
	if (context != NULL)
		node_touch_own(context);
	free(job);
}

/* A HEAD is signed anew from time to time, so that silence can be told. */
static void
tick_beacon(struct node *node, int64_t now)
{
	struct beacon_job *job;

	if (now < node->beacon_at)
		return;
	node->beacon_at = now + node->config->beacon_ms;
	if ((job = calloc(1, sizeof(*job))) == NULL)
		return;
	job->job.run = beacon_run;
	job->job.done = beacon_done;
	job->job.entries = 1;
	job->outbox = node->outbox;
	writer_submit(node->writer, &job->job);
}

/* A fence that could not be written is tried again, with an empty commit. */
static void
tick_fence(struct node *node, int64_t now)
{
	if (now < node->fence_at || outbox_fenced(node->outbox))
		return;
	node->fence_at = now + FENCE_AGAIN_MS;
	writer_wake(node->writer);
}

/* A wall clock that stepped may mean that the machine was rolled back. */
static void
tick_clock(struct node *node, int64_t now)
{
	int64_t offset = clock_offset();
	int64_t step = offset - node->clock_offset;

	node->clock_offset = offset;
	if (step <= CLOCK_STEP_MS && step >= -CLOCK_STEP_MS)
		return;
	event_say(EVENT_CLOCK_STEPPED, NULL,
	    "the clock stepped by %lld ms: signing "
	    "pauses until the peers have been heard",
	    (long long)step);
	if (node_nlinks(node) > 0)
		node_pause(node, now);
}

/* What a restored store must know before it is like any other is known. */
static void
tick_restored(struct node *node)
{
	if (node->hold.until != 0 || !node->restored)
		return;
	node->restored = false;
	node_restored_end(node);
}

/* Readers of LMDB that died would keep its pages from being used again. */
static void
tick_readers(struct node *node, int64_t now)
{
	if (now < node->readers_at)
		return;
	node->readers_at = now + READERS_MS;
	store_check_readers(node->store);
}

static int
tick(zloop_t *loop, int timer_id, void *arg)
{
	struct node *node = arg;
	int64_t now = node_now();

	(void)loop;
	(void)timer_id;
	tick_clock(node, now);
	node_tick_peers(node, now);
	node_join_tick(node, now);
	node_waiters_tick(node, now);
	node_publish_tick(node, now);
	node_members_tick(node, now);
	node_after_signing(node);
	node_hold_tick(node, now);
	tick_restored(node);
	tick_beacon(node, now);
	tick_fence(node, now);
	node_alarm_tick(node, now);
	node_witness_tick(node, now);
	tick_readers(node, now);
	node_status_tick(node, now);
	node_alive_tick(node, now);
	node_claims_tick(node, now);
	node_seen_tick(node, now);
	node_fork_tick(node, now);
	node_rotate_tick(node, now);
	node_backup_tick(node, now);
	if (node->serving > 0 || node->imports != NULL)
		node_wake_turn(node);
	return node->restart ? -1 : 0;
}

/* Messages that never end must not fill the memory. */
static int
watch_memory(zloop_t *loop, int timer_id, void *arg)
{
	struct node *node = arg;
	struct guard_suspect suspect;
	const struct directory_member *member = NULL;
	const uint8_t *key;

	(void)loop;
	(void)timer_id;
	if (!guard_check(node->guard, &suspect))
		return 0;
	key = node->hub == NULL ? NULL : hub_who(node->hub, suspect.fd);
	if (key != NULL)
		member = directory_find(node_directory(node), key);
	node_memory_cut(node, &suspect, key);
	event_say(EVENT_MEMORY,
	    &(struct event_about){ .peer = suspect.address },
	    "memory grew to %zu MiB: the connection that sent "
	    "%llu KiB without a whole message was shut down (address=%s "
	    "org=%s)",
	    guard_memory(node->guard) >> 20,
	    (unsigned long long)(suspect.bytes >> 10), suspect.address,
	    member != NULL ? member->org : "");
	return 0;
}

/* ---- opening ---- */

/* Does the store hold a log of our own? */
static bool
has_own_log(struct node *node)
{
	struct store_txn *txn = NULL;
	struct store_log log;
	uint8_t after[LOG_ID_LEN];
	bool begun = false;
	bool own = false;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return false;
	while (!own &&
	    store_log_next(txn, begun ? after : NULL, &log) == ERR_NONE) {
		own = log.own;
		begun = true;
		memcpy(after, log.log_id, LOG_ID_LEN);
	}
	store_abort(&txn);
	return own;
}

/* How far the index must be to know all that was published here. */
static enum err
note_arrival(struct node *node)
{
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	node->own_arrival = store_arrival_last(txn);
	store_abort(&txn);
	return ERR_NONE;
}

/* The files.  What is of an earlier format is brought to ours first. */
static enum err
open_files(struct node *node)
{
	const struct config *config = node->config;
	struct store_maker maker;
	struct store_options options = {
		.dir = config->state,
		.map_bytes = config->store_max,
		.software = "erfad " ERFA_VERSION,
		.maker = &maker,
	};
	enum err err;

	if ((err = node_copied(config)) != ERR_NONE)
		return err;
	err = store_open(&options, &node->store);
	if (err == ERR_VERSION && maker.format != 0 &&
	    maker.format < store_format()) {
		if ((err = node_copied_old(config)) != ERR_NONE ||
		    (err = node_migrated(config)) != ERR_NONE ||
		    (err = node_copied(config)) != ERR_NONE)
			return err;

		/* A main that was set back must not have caught up by that. */
		options.found = maker.commits;
		err = store_open(&options, &node->store);
	}
	if (err != ERR_NONE) {
		node_closed_tell(config, err, &maker);
		return err;
	}
	node_closed_warn(config);
	node_copied_note(config);
	node_migrated_forget(config);
	return ERR_NONE;
}

/* The store, and what signs into it. */
static enum err
open_store(struct node *node)
{
	const struct config *config = node->config;
	struct outbox_options outbox = {
		.key = &node->key,
		.org = config->org,
	};
	uint8_t log_id[LOG_ID_LEN];
	bool restored = false;
	bool own;
	bool lost;
	char fence[4096];
	enum err err;

	if ((err = open_files(node)) != ERR_NONE)
		return err;
	(void)snprintf(fence, sizeof(fence), "%s/fence", config->runtime);
	outbox.fence_path = fence;
	if ((err = node_restored_open(node, fence, &restored)) != ERR_NONE ||
	    (err = outbox_open(node->store, &outbox, &node->outbox)) !=
		ERR_NONE) {
		node_closed_outbox(config, err, fence);
		return err;
	}
	own = has_own_log(node);
	lost = own && !outbox_was_in_hand(node->outbox);
	if (own && !outbox_open_log(node->outbox, log_id))
		event_say(EVENT_NEW_LOG, NULL,
		    "%s: the next publication begins a new log; nothing is "
		    "lost",
		    lost ? "no good fence" : "no log is open");
	node_rotate_open(node);
	node_ring_open(node);

	/* Before anything is served, what was erased since must be known. */
	node->restored = restored;
	if ((err = node_hold_open(node, own && (lost || restored))) != ERR_NONE)
		return err;
	return note_arrival(node);
}

/* What was left undone when the process ended is done before anybody writes or
 * asks; the store has zeroed what it had to by itself. */
static enum err
open_writer(struct node *node)
{
	enum err err;

	if ((err = node_claims_finish(node)) != ERR_NONE) {
		event_say(EVENT_ERASURE_FAILED, NULL,
		    "an erasure was not carried out: %s", err_str(err));
		return err;
	}
	return writer_start(node->store, node->outbox, &node->writer);
}

static const struct directory *
query_get(void *context, void **ret_holder)
{
	struct snapshot *snapshot = node_snapshot_get(context);

	*ret_holder = snapshot;
	return snapshot->directory;
}

static void
query_put(void *context, void *holder)
{
	node_snapshot_put(context, holder);
}

/* Without the dictionary, words that the vocabulary lacks stay in their language. */
static void
open_dictionary(struct node *node)
{
	const char *path = node->config->dictionary;
	enum err err;

	if (node->lexicon == NULL)
		return;
	err = lexicon_add(node->lexicon, path);
	if (err == ERR_NOENT && strcmp(path, CONFIG_DICTIONARY) == 0)
		err = lexicon_add(node->lexicon, NULL); /* not installed */
	if (err == ERR_NONE)
		return;
	if (err == ERR_NOENT)
		logger_debug("index", "there is no dictionary (path=%s)", path);
	else
		logger_warning("index",
		    "the dictionary cannot be read: %s (path=%s); make it "
		    "anew with \"erfad --dictionary\"",
		    err_str(err), path);
}

/* The index, its thread, and those who ask it. */
static enum err
open_index(struct node *node)
{
	struct index_options index = { 0 };
	struct indexer_options indexer = {
		.progress = index_progress,
		.context = node,
	};
	struct query_options query = {
		.name = node->config->name,
		.key = node->key.public_key,
		.silent_ms = 2 * (uint64_t)node->config->beacon_ms,
		.get = query_get,
		.put = query_put,
		.context = node,
	};
	char path[4096];
	enum err err;

	(void)snprintf(path, sizeof(path), "%s/index.mdb", node->config->state);
	err = lexicon_open(NULL, &node->lexicon);
	if (err != ERR_NONE)
		logger_warning("index",
		    "the vocabulary cannot be read, words mean only "
		    "themselves: %s; install erfad again or set ERFA_DATA",
		    err_str(err));
	open_dictionary(node);
	index.lexicon = query.lexicon = node->lexicon;
	index.ring = query.ring = &node->ring;
	index.path = path;
	if ((err = index_open(&index, &node->index)) != ERR_NONE) {
		logger_err(
		    "index", "%s cannot be opened: %s", path, err_str(err));
		return err;
	}
	indexer.store = query.store = node->store;
	indexer.index = query.index = node->index;
	if ((err = indexer_start(&indexer, &node->indexer)) != ERR_NONE) {
		logger_err("index", "%s cannot be matched with the store: %s",
		    path, err_str(err));
		return err;
	}
	if ((err = query_new(&query, &node->query)) != ERR_NONE)
		return err;
	return pool_start(POOL_THREADS, node, &node->pool);
}

/* The transport: strangers refused first, then sockets. */
static enum err
open_sockets(struct node *node)
{
	const struct config *config = node->config;
	enum err err;

	if ((err = zap_start(&node->zap)) != ERR_NONE ||
	    (err = selftest_zap(node->zap)) != ERR_NONE) {
		event_say(EVENT_GATE_FAILED, NULL,
		    "the self-test failed: %s; nothing was "
		    "bound",
		    err == ERR_DENIED ? "a stranger was let in" : err_str(err));
		return err;
	}
	if ((err = node_rules(node)) != ERR_NONE)
		return err;
	if (config->listen[0] != '\0' &&
	    ((err = hub_open(config->listen, &node->key, &node_hub_host, node,
		  &node->hub)) != ERR_NONE ||
		(err = node_pub_open(node)) != ERR_NONE)) {
		event_say(EVENT_PORT_FAILED, NULL, "cannot listen at %s: %s",
		    config->listen,
		    err == ERR_BUSY ? "the port is in use" : err_str(err));
		return err;
	}
	if ((err = node_control_open(node)) != ERR_NONE) {
		logger_err("control", "%s cannot be made: %s", config->control,
		    err == ERR_BUSY ? "another erfad serves it" : err_str(err));
		return err;
	}
	return ERR_NONE;
}

/* The loop and everything it watches. */
static enum err
open_loop(struct node *node)
{
	const struct config *config = node->config;
	uint32_t tick_ms = config->have_ms / 40;
	enum err err;

	if ((err = node_control_watch(node)) != ERR_NONE ||
	    (err = node_watch(node, NULL, writer_fd(node->writer), writer_ready,
		 node)) != ERR_NONE ||
	    (err = node_watch(node, NULL, pool_fd(node->pool), pool_ready,
		 node)) != ERR_NONE ||
	    (err = node_watch(
		 node, NULL, zap_fd(node->zap), zap_ready, node)) != ERR_NONE ||
	    (err = node_watch(node, NULL, node->index_fd, index_ready, node)) !=
		ERR_NONE ||
	    (err = node_watch(node, NULL, node->turn_fd, turn_ready, node)) !=
		ERR_NONE)
		return err;
	if (node->hub != NULL &&
	    ((err = node_watch(node, hub_handle(node->hub), -1, hub_ready,
		  node)) != ERR_NONE ||
		(err = node_watch(node, hub_monitor(node->hub), -1, hub_ready,
		     node)) != ERR_NONE))
		return err;
	if (tick_ms < 20)
		tick_ms = 20;
	if (tick_ms > 200)
		tick_ms = 200;
	if (zloop_timer(node->loop, tick_ms, 0, tick, node) < 0 ||
	    zloop_timer(node->loop, GUARD_MS, 0, watch_memory, node) < 0)
		return ERR_IO;
	return node_upstreams_load(node);
}

/* The runtime directory is gone after a boot; others may look into it. */
static void
make_runtime(const char *path)
{
	if (mkdir(path, 0700) == 0 && chmod(path, 0755) != 0)
		logger_warning("node", "%s is for its owner only", path);
}

void
node_timers_set(struct node *node)
{
	const struct config *config = node->config;

	node->timers.have_ms = config->have_ms;
	node->timers.hello_ms = config->hello_ms;
	node->timers.get_ms = config->get_ms;
	node->timers.silence_ms = config->silence_ms;
	node->timers.gap_ms = config->gap_ms;
	node->beacon_at = node_now() + config->beacon_ms;
}

/* Values that the parts borrow. */
static enum err
open_values(struct node *node)
{
	const struct config *config = node->config;
	char mark[4096];
	enum err err;

	make_runtime(config->runtime);
	(void)snprintf(mark, sizeof(mark), "%s/TEST", config->state);
	node->test = access(mark, F_OK) == 0;
	node->started = node_now();
	node_timers_set(node);
	node->clock_offset = clock_offset();
	node->turn_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	node->index_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (node->turn_fd < 0 || node->index_fd < 0)
		return ERR_IO;
	if ((node->loop = zloop_new()) == NULL)
		return ERR_NOMEM;
	zloop_set_nonstop(node->loop, true);
	if ((err = guard_open(&node->guard)) != ERR_NONE) {
		logger_err("node", "/proc cannot be read: %s", err_str(err));
		return err;
	}
	if ((err = quota_new(0, &node->quota)) != ERR_NONE ||
	    (err = view_new(&node->view)) != ERR_NONE)
		return err;
	return posset_new(&node->fetching);
}

enum err
node_open(const struct config *config, struct node **ret_node)
{
	struct node *node;
	enum err err;

	if ((node = calloc(1, sizeof(*node))) == NULL)
		return ERR_NOMEM;
	node->config = config;
	node->turn_fd = node->index_fd = -1;
	(void)pthread_mutex_init(&node->snapshot_mutex, NULL);
	if ((err = open_values(node)) != ERR_NONE ||
	    (err = node_key_open(node)) != ERR_NONE ||
	    (err = open_store(node)) != ERR_NONE ||
	    (err = node_members_compute(node)) != ERR_NONE ||
	    (err = open_writer(node)) != ERR_NONE ||
	    (err = node_view_load(node)) != ERR_NONE ||
	    (err = open_index(node)) != ERR_NONE ||
	    (err = open_sockets(node)) != ERR_NONE ||
	    (err = open_loop(node)) != ERR_NONE) {
		node_close(node);
		return err;
	}
	if (node->test && config->kill_zap)
		zap_kill(node->zap);
	*ret_node = node;
	return ERR_NONE;
}

bool
node_restarts(const struct node *node)
{
	return node->restart;
}

const char *
node_endpoint(const struct node *node)
{
	return node->hub == NULL ? "" : hub_endpoint(node->hub);
}

enum err
node_run(struct node *node, int stop_fd)
{
	enum err err;

	if ((err = node_watch(node, NULL, stop_fd, stop_ready, node)) !=
	    ERR_NONE)
		return err;
	(void)zloop_start(node->loop);
	if (node->stopping)
		return ERR_NONE;
	if (!node->broken)
		logger_err("node", "the loop broke off");
	return ERR_IO;
}

/* ---- closing ---- */

/* Nobody is answered any more. */
static void
drop_waiters(struct node *node)
{
	struct waiter *waiter;

	while ((waiter = node->waiters) != NULL) {
		node->waiters = waiter->next;
		node_waiter_free(waiter);
	}
}

/* No frame comes in any more. */
static void
close_sockets(struct node *node)
{
	struct waiter *waiter = node->join == NULL ? NULL :
						     node_join_waiter(node);

	node_join_end(node);
	node_waiter_free(waiter);
	node_hang_up_all(node);
	hub_close(node->hub);
	node->hub = NULL;
	sock_close(node->pub);
	node->pub = NULL;
	sock_close(node->control);
	node->control = NULL;
}

void
node_close(struct node *node)
{
	if (node == NULL)
		return;
	close_sockets(node);
	pool_stop(node->pool);
	writer_stop(node->writer);
	indexer_stop(node->indexer);
	drop_waiters(node);
	node_publish_end(node);
	node_write_end(node);
	node_bundle_end(node);
	node_backup_end(node);
	query_free(node->query);
	index_close(node->index);
	lexicon_close(node->lexicon);
	outbox_close(node->outbox);
	store_close(node->store);
	zap_stop(node->zap);
	zloop_destroy(&node->loop);
	if (node->turn_fd >= 0)
		(void)close(node->turn_fd);
	if (node->index_fd >= 0)
		(void)close(node->index_fd);
	node_snapshot_put(node, node->snapshot);
	(void)pthread_mutex_destroy(&node->snapshot_mutex);
	node_hold_close(node);
	view_free(node->view);
	posset_free(node->fetching);
	free(node->hub_links);
	free(node->dialled);
	guard_close(node->guard);
	quota_free(node->quota);
	free(node->alarms);
	free(node->touched);
	free(node->bundle_part);
	node_settings_end(node);
	crypto_wipe(&node->key, sizeof(node->key));
	crypto_wipe(&node->ring, sizeof(node->ring));
	free(node);
}
