#include "tests/unit/leaf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "daemon/posset.h"
#include "daemon/store.h"
#include "daemon/upstream.h"
#include "tests/unit/idle_host.h"
#include "tests/unit/origin.h"

/* Leaves look at their timers as often as erfad does. */
#define TICK_MS 200

/* Connections counted in a second are of DEALERs; a SUB goes with each. */
#define TOPIC_KIND 1000

/* Entries of logs that one turn can bring, and bodies that it lacks. */
#define TOUCHED_MAX 64
#define ABSENT_MAX  4096

/* One hub that a leaf dials. */
struct line {
	struct link *link;
	struct upstream *upstream;
	bool up;
};

/* A log that grew, before it counts. */
struct touched {
	struct view_log *log;
	uint64_t from;
};

struct leaf {
	struct leaves *all;
	struct leaf_report *report;
	struct origin origin;
	struct view *view;
	uint64_t counted_with; /* the directory it has counted with */
	struct line lines[LEAF_HUBS];
	struct posset *fetching;
	struct wire_ref absent[ABSENT_MAX];
	size_t nabsent;
	uint64_t mark;
	int serving;
	struct touched touched[TOUCHED_MAX];
	size_t ntouched;
	bool changed;
};

struct leaves {
	struct leaves_options options;
	struct link_host host; /* what their links ask */
	struct store *store;
	struct directory_input *input;
	struct directory *directory;
	uint64_t directories; /* computed so far */
	struct leaf **leaves;
	struct leaf_board *board;
	int64_t tick_at;
};

void
leaf_key(size_t number, struct crypto_key *ret_key)
{
	uint8_t name[16] = "simulated leaf";
	uint8_t seed[SEED_LEN] = { 0 };

	memcpy(seed, name, sizeof(name));
	bytes_put_le64(seed + sizeof(name), number);
	crypto_key_from_seed(seed, ret_key);
}

void
leaf_org(size_t number, char out[ORG_MAX + 1])
{
	(void)snprintf(out, ORG_MAX + 1, "se-%zu", 10000 + number);
}

static uint64_t
wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
origin_of(size_t number, struct origin *origin)
{
	memset(origin, 0, sizeof(*origin));
	leaf_key(number, &origin->key);
	origin->inc = 1;
	origin->time_ms = wall_ms();
	log_begin(
	    origin->key.public_key, origin->inc, origin->log_id, &origin->tip);
}

/* Store the bodies of a run, as origin_add() made them. */
static enum err
write_bodies(struct store_txn *txn, const struct origin_run *run)
{
	uint8_t salt[SALT_LEN];
	uint8_t *body = malloc(BODY_MAX);
	enum err err = body == NULL ? ERR_NOMEM : ERR_NONE;
	size_t i;

	for (i = 0; i < run->run.count && err == ERR_NONE; i++) {
		if (run->body_len[i] == 0)
			continue;
		origin_salt(run->variant, run->run.first + i, salt);
		origin_body(
		    run->variant, run->run.first + i, body, run->body_len[i]);
		err = store_add_body(txn, run->run.log_id, run->run.first + i,
		    salt, body, run->body_len[i]);
	}
	free(body);
	return err;
}

/* End a run and commit it. */
static enum err
write_run(struct store *store, struct origin *origin, struct origin_run *run)
{
	struct store_txn *txn = NULL;
	enum err err;

	origin_run_end(origin, run);
	if ((err = store_begin(store, true, &txn)) != ERR_NONE)
		return err;
	err = store_add_run(
	    txn, origin->key.public_key, origin->inc, false, &run->run);
	if (err == ERR_NONE)
		err = write_bodies(txn, run);
	if (err == ERR_NONE)
		return store_commit(&txn);
	store_abort(&txn);
	return err;
}

enum err
leaf_write(struct store *store, size_t number, const uint8_t inviter[KEY_LEN],
    size_t entries, uint32_t body_len)
{
	struct header_member member = {
		.org = "dk-791",
		.roles = ROLE_WRITES | ROLE_INTRODUCES,
		.inviter = true,
	};
	struct origin_run *run = calloc(1, sizeof(*run));
	struct origin origin;
	size_t i;
	enum err err;

	if (run == NULL)
		return ERR_NOMEM;
	memcpy(member.key, inviter, KEY_LEN);
	origin_of(number, &origin);
	origin_run_begin(&origin, run);
	origin_add(&origin, run, HEADER_GENESIS, 0);
	origin_member(&origin, run, &member);
	for (i = 0; i < entries && !log_at_boundary(&origin.tip); i++)
		origin_add(&origin, run, TOPIC_KIND, body_len);
	err = write_run(store, &origin, run);
	free(run);
	return err;
}

/* ---- the directory, which all leaves of the process share ---- */

static enum err
take_members(struct leaves *leaves)
{
	struct store_txn *txn = NULL;
	struct store_pos pos;
	struct store_entry entry;
	struct store_log log;
	struct header header;
	struct directory_entry member;
	const struct store_pos *after = NULL;
	enum err err;

	if ((err = store_begin(leaves->store, false, &txn)) != ERR_NONE)
		return err;
	while (err == ERR_NONE &&
	    store_member_next(txn, after, &entry) == ERR_NONE) {
		memcpy(pos.log_id, entry.log_id, LOG_ID_LEN);
		pos.n = entry.n;
		after = &pos;
		if (header_decode(entry.header.data, entry.header.len,
			&header) != ERR_NONE ||
		    header_member_decode(header.ext, &member.member) !=
			ERR_NONE ||
		    store_log(txn, entry.log_id, &log) != ERR_NONE)
			continue;
		memcpy(member.voucher, log.key, KEY_LEN);
		memcpy(member.log_id, entry.log_id, LOG_ID_LEN);
		member.n = entry.n;
		member.time_ms = header.time_ms;
		err = directory_input_add(leaves->input, &member);
	}
	store_abort(&txn);
	directory_free(leaves->directory);
	leaves->directory = NULL;
	leaves->directories++;
	return err == ERR_NONE ?
	    directory_compute(leaves->input, &leaves->directory) :
	    err;
}

/* Count one log as far as it is held and the directory allows. */
static void
recount(struct leaf *leaf, struct view_log *log)
{
	struct leaves *all = leaf->all;
	struct store_txn *txn = NULL;
	struct store_entry entry;
	uint64_t counted = view_counted(log, all->directory);

	if (counted == log->tip.n || counted == 0) {
		view_recount(leaf->view, log, all->directory, NULL, NULL);
	} else if (store_begin(all->store, false, &txn) == ERR_NONE) {
		if (store_entry(txn, log->log_id, counted, &entry) == ERR_NONE)
			view_recount(
			    leaf->view, log, all->directory, entry.c, entry.c);
		store_abort(&txn);
	}
}

static void
recount_all(struct leaf *leaf)
{
	size_t i;

	for (i = 0; i < view_count(leaf->view); i++)
		recount(leaf, view_at(leaf->view, i));
	leaf->counted_with = leaf->all->directories;
	leaf->changed = true;
}

/* ---- telling ---- */

/* The NOTE of the last entry of a log, encoded; false if there is none. */
static bool
make_note(struct leaf *leaf, const struct view_log *log, uint8_t **ret_buf,
    size_t *ret_len)
{
	struct wire_msg msg = { .type = WIRE_NOTE };
	struct wire_note *note = &msg.u.note;
	struct store_txn *txn = NULL;
	struct store_body body = { 0 };
	struct store_entry entry;
	struct store_entry before;
	struct store_log stored;
	bool made = false;

	if (store_begin(leaf->all->store, false, &txn) != ERR_NONE)
		return false;
	if (log->tip.n > 1 &&
	    store_log(txn, log->log_id, &stored) == ERR_NONE &&
	    stored.tip.n == log->tip.n &&
	    store_entry(txn, log->log_id, log->tip.n - 1, &before) ==
		ERR_NONE &&
	    store_entry(txn, log->log_id, log->tip.n, &entry) == ERR_NONE) {
		note->head = stored.head;
		note->header = entry.header;
		memcpy(note->c_prev, before.c, HASH_LEN);
		if (store_body(txn, log->log_id, log->tip.n, &body) ==
			ERR_NONE &&
		    body.len <= NOTE_BODY_MAX) {
			note->has_body = true;
			memcpy(note->body.ref.log_id, log->log_id, LOG_ID_LEN);
			note->body.ref.n = log->tip.n;
			note->body.total = body.len;
			memcpy(note->body.salt, body.salt, SALT_LEN);
			note->body.data.data = body.data;
			note->body.data.len = body.len;
		}
		made = wire_encode(&msg, ret_buf, ret_len) == ERR_NONE;
	}
	store_body_clear(&body);
	store_abort(&txn);
	return made;
}

/* Tell the hubs of a log that grew, as erfad does after a commit. */
static void
tell(struct leaf *leaf, struct view_log *log, uint64_t from)
{
	bool wanted = false;
	uint8_t *frame;
	size_t len;
	size_t i;

	for (i = 0; i < leaf->all->options.nhubs; i++) {
		if (from == 0)
			link_have_new(leaf->lines[i].link, &log, 1);
		wanted |= log->source != leaf->lines[i].link;
	}
	if (!wanted || !make_note(leaf, log, &frame, &len))
		return;
	for (i = 0; i < leaf->all->options.nhubs; i++)
		link_note(leaf->lines[i].link, log, frame, len);
	free(frame);
}

/* ---- what links ask ---- */

static struct line *
line_of(struct leaf *leaf, const struct link *link)
{
	size_t i;

	for (i = 0; i < leaf->all->options.nhubs; i++)
		if (leaf->lines[i].link == link)
			return &leaf->lines[i];
	return NULL;
}

static void
host_hello(void *host, const struct link *link, struct wire_hello *hello)
{
	struct leaf *leaf = host;
	const struct line *line = line_of(leaf, link);

	hello->has_key = true;
	memcpy(hello->key, leaf->origin.key.public_key, KEY_LEN);
	hello->time_ms = wall_ms();
	hello->sw = "tests/unit/leaf.c";
	hello->flags = line != NULL && line->upstream != NULL &&
		upstream_has_sub(line->upstream) ?
	    0 :
	    WIRE_NO_SUB;
}

static void
host_greeted(void *host, struct link *link, const struct wire_hello *hello)
{
	struct line *line = line_of(host, link);
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (line != NULL && line->upstream != NULL)
		(void)upstream_set_pub(line->upstream, hello->pub_port,
		    (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void
host_changed(void *host, struct link *link)
{
	struct leaf *leaf = host;

	(void)link;
	leaf->mark++;
	leaf->changed = true;
}

static uint64_t
host_cut(
    void *host, const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN])
{
	return directory_cut(
	    ((struct leaf *)host)->all->directory, key, log_id);
}

static enum err
host_chain_at(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint8_t ret_c[HASH_LEN])
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	enum err err;

	err = store_begin(((struct leaf *)host)->all->store, false, &txn);
	if (err != ERR_NONE)
		return err;
	if ((err = store_entry(txn, log_id, n, &entry)) == ERR_NONE)
		memcpy(ret_c, entry.c, HASH_LEN);
	store_abort(&txn);
	return err;
}

/* Only the search for a fork asks, and no leaf forks. */
static enum err
host_read_run(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t first,
    const uint8_t *branch, struct log_run *ret_run, void **ret_memory)
{
	struct store_txn *txn = NULL;
	struct store_run run = { 0 };
	enum err err;

	err = store_begin(((struct leaf *)host)->all->store, false, &txn);
	if (err != ERR_NONE)
		return err;
	err = store_read_run(txn, log_id, first, branch, &run);
	store_abort(&txn);
	if (err != ERR_NONE)
		return err;
	*ret_run = run.run;
	*ret_memory = run.memory;
	return ERR_NONE;
}

static void
host_read_body(void *host, const struct wire_ref *ref, const uint8_t *branch,
    struct link_body *ret_body)
{
	struct store_txn *txn = NULL;
	struct store_body body = { 0 };

	(void)branch;
	memset(ret_body, 0, sizeof(*ret_body));
	ret_body->state = WIRE_ABSENT;
	if (store_begin(((struct leaf *)host)->all->store, false, &txn) !=
	    ERR_NONE)
		return;
	if (store_body(txn, ref->log_id, ref->n, &body) == ERR_NONE) {
		ret_body->state = WIRE_OK;
		memcpy(ret_body->salt, body.salt, SALT_LEN);
		ret_body->data = body.data;
		ret_body->len = body.len;
		ret_body->memory = body.memory;
	}
	store_abort(&txn);
}

/* Another leaf of the process may have brought the bytes already. */
static enum err
keep_run(struct leaf *leaf, const struct view_log *log,
    const struct log_run *run, const struct wire_body *body, bool *ret_new)
{
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(leaf->all->store, true, &txn)) != ERR_NONE)
		return err;
	err = store_add_run(txn, log->key, log->inc, false, run);
	if (err == ERR_NONE && body != NULL && body->data.len > 0)
		err = store_add_body(txn, run->log_id, run->first, body->salt,
		    body->data.data, body->data.len);
	*ret_new = err == ERR_NONE;
	if (err == ERR_NONE)
		return store_commit(&txn);
	store_abort(&txn);
	return err == ERR_EXIST ? ERR_NONE : err;
}

/* Bodies that the headers of a run name and that did not come with it. */
static bool
note_absent(struct leaf *leaf, const struct log_run *run, bool has_body)
{
	struct wire_ref *ref;
	struct header header;
	bool members = false;
	size_t i;

	for (i = 0; i < run->count; i++) {
		if (header_decode(run->headers[i].data, run->headers[i].len,
			&header) != ERR_NONE)
			continue;
		members |= header.kind == HEADER_MEMBER;
		if (header.body_len == 0 || has_body ||
		    leaf->nabsent == ABSENT_MAX)
			continue;
		ref = &leaf->absent[leaf->nabsent++];
		memset(ref, 0, sizeof(*ref));
		memcpy(ref->log_id, run->log_id, LOG_ID_LEN);
		ref->n = run->first + i;
	}
	return members;
}

/* A log grew up to this HEAD: it counts at the end of the turn. */
static void
touch(struct leaf *leaf, struct view_log *log, const uint8_t raw[HEAD_LEN])
{
	struct log_head head;

	log_head_parse(raw, &head);
	log->head_ms = head.time_ms;
	leaf->touched[leaf->ntouched++] = (struct touched){ log, log->tip.n };
}

static void
host_take_run(void *host, struct link *link, struct view_log *log,
    const struct log_run *run, const struct wire_body *body)
{
	struct leaf *leaf = host;
	bool is_new;

	(void)link;
	if (leaf->ntouched == TOUCHED_MAX ||
	    keep_run(leaf, log, run, body, &is_new) != ERR_NONE) {
		/* Not taken: it is asked for again. */
		leaf->all->board->complaints++;
		return;
	}
	if (note_absent(leaf, run, body != NULL && body->data.len > 0) &&
	    is_new)
		(void)take_members(leaf->all);
	touch(leaf, log, run->head);
}

static void
host_take_branch(void *host, struct link *link, struct view_log *log,
    const struct log_run *run, uint64_t last_common)
{
	(void)link;
	(void)log;
	(void)run;
	(void)last_common;
	((struct leaf *)host)->all->board->complaints++;
}

static void
host_take_head(void *host, struct view_log *log, const uint8_t head[HEAD_LEN])
{
	(void)host;
	(void)log;
	(void)head;
}

static void
drop_absent(struct leaf *leaf, const struct wire_ref *ref)
{
	size_t i;

	for (i = 0; i < leaf->nabsent; i++)
		if (leaf->absent[i].n == ref->n &&
		    memcmp(leaf->absent[i].log_id, ref->log_id, LOG_ID_LEN) ==
			0)
			leaf->absent[i--] = leaf->absent[--leaf->nabsent];
}

static void
host_take_body(void *host, struct link *link, const struct wire_ref *ref,
    const uint8_t salt[SALT_LEN], const uint8_t *data, size_t len)
{
	struct leaf *leaf = host;
	struct store_txn *txn = NULL;
	enum err err;

	posset_remove(leaf->fetching, ref->log_id, ref->n);
	leaf->mark++;
	leaf->changed = true;
	if (store_begin(leaf->all->store, true, &txn) != ERR_NONE)
		return;
	err = store_add_body(txn, ref->log_id, ref->n, salt, data, len);
	if (err == ERR_NONE)
		err = store_commit(&txn);
	store_abort(&txn);
	if (err == ERR_NONE || err == ERR_EXIST)
		drop_absent(leaf, ref);
	else
		link_mark_bad(link, ref);
}

static size_t
host_want_bodies(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes)
{
	struct leaf *leaf = host;
	const struct wire_ref *ref;
	size_t count = 0;
	size_t i;

	(void)max_bytes;
	for (i = 0; i < leaf->nabsent && count < max; i++) {
		ref = &leaf->absent[i];
		if (!posset_has(leaf->fetching, ref->log_id, ref->n) &&
		    !link_lacks(link, ref) &&
		    posset_add(leaf->fetching, ref->log_id, ref->n) == ERR_NONE)
			refs[count++] = *ref;
	}
	return count;
}

static uint64_t
host_bodies_mark(void *host)
{
	return ((struct leaf *)host)->mark;
}

static size_t
host_want_branch(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes, uint8_t ret_branch[LINK_BRANCH_LEN])
{
	(void)host;
	(void)link;
	(void)refs;
	(void)max;
	(void)max_bytes;
	(void)ret_branch;
	return 0;
}

static void
host_body_failed(void *host, struct link *link, const struct wire_ref *ref)
{
	struct leaf *leaf = host;

	(void)link;
	posset_remove(leaf->fetching, ref->log_id, ref->n);
	leaf->mark++;
}

static bool
host_may_fetch(void *host)
{
	return ((struct leaf *)host)->ntouched < TOUCHED_MAX / 2;
}

static bool
host_serving(void *host, int change)
{
	((struct leaf *)host)->serving += change;
	return true;
}

static void
host_misbehaved(void *host, struct link *link, const char *what)
{
	struct leaf *leaf = host;

	(void)link;
	if (leaf->all->board->complaints++ < 5)
		(void)fprintf(stderr, "leaf: %s\n", what);
}

/* What links ask of a leaf. */
static struct link_host
leaf_host(void)
{
	struct link_host host = idle_host();

	host.hello = host_hello;
	host.greeted = host_greeted;
	host.changed = host_changed;
	host.cut = host_cut;
	host.chain_at = host_chain_at;
	host.read_run = host_read_run;
	host.read_body = host_read_body;
	host.take_run = host_take_run;
	host.take_branch = host_take_branch;
	host.take_head = host_take_head;
	host.take_body = host_take_body;
	host.want_bodies = host_want_bodies;
	host.bodies_mark = host_bodies_mark;
	host.want_branch = host_want_branch;
	host.body_failed = host_body_failed;
	host.may_fetch = host_may_fetch;
	host.serving = host_serving;
	host.misbehaved = host_misbehaved;
	return host;
}

/* ---- upstreams are read in turn, not watched ---- */

static void
watch(void *owner, struct upstream *upstream, void *handle)
{
	(void)owner;
	(void)upstream;
	(void)handle;
}

static void
unwatch(void *owner, void *handle)
{
	(void)owner;
	(void)handle;
}

static void
trouble(void *owner, struct upstream *upstream)
{
	(void)owner;
	(void)upstream;
}

static void
received(void *owner, int fd)
{
	(void)owner;
	(void)fd;
}

static void
crowd(void *owner, struct upstream_crowd *ret_crowd)
{
	const struct leaf *leaf = owner;

	ret_crowd->count = view_count(leaf->view);
	ret_crowd->place = view_place(leaf->view);
	ret_crowd->wall_ms = wall_ms();
}

static const struct upstream_host upstream_host = {
	.crowd = crowd,
	.watch = watch,
	.unwatch = unwatch,
	.trouble = trouble,
	.received = received,
};

/* ---- opening ---- */

/* All that the store holds is known to the leaf. */
static enum err
load_view(struct leaf *leaf)
{
	struct store_txn *txn = NULL;
	struct view_log *log;
	struct log_head head;
	struct store_log stored;
	const uint8_t *after = NULL;
	enum err err;

	if ((err = view_new(&leaf->view)) != ERR_NONE ||
	    (err = store_begin(leaf->all->store, false, &txn)) != ERR_NONE)
		return err;
	while (err == ERR_NONE &&
	    store_log_next(txn, after, &stored) == ERR_NONE) {
		after = stored.log_id;
		err = view_add(leaf->view, stored.key, stored.inc, &log);
		if (err != ERR_NONE)
			break;
		log_head_parse(stored.head, &head);
		log->tip = log->pending = stored.tip;
		log->head_ms = head.time_ms;
		if (memcmp(log->log_id, leaf->origin.log_id, LOG_ID_LEN) == 0) {
			log->own = true;
			leaf->origin.tip = stored.tip;
		}
	}
	store_abort(&txn);
	return err;
}

static enum err
dial(struct leaf *leaf, const struct leaf_hub *hub, struct line *line,
    int64_t now)
{
	const struct leaves_options *all = &leaf->all->options;
	struct upstream_options options = {
		.pub_port = hub->pub_port,
		.reconnect_ms = all->reconnect_ms,
		.reconnect_max_ms = all->reconnect_max_ms,
		.backoff_ms = all->backoff_ms,
		.backoff_max_ms = all->backoff_max_ms,
	};
	enum err err;

	memcpy(options.address, hub->address, sizeof(options.address));
	memcpy(options.key, hub->key, KEY_LEN);
	memcpy(options.curve_public, leaf->origin.key.curve_public, KEY_LEN);
	memcpy(options.curve_secret, leaf->origin.key.curve_secret, KEY_LEN);
	if ((err = crypto_curve_public(hub->key, options.server_curve)) !=
		ERR_NONE ||
	    (err = link_new(&leaf->all->host, leaf, leaf->view, &all->timers,
		 true, &line->link)) != ERR_NONE)
		return err;
	return upstream_open(
	    &options, line->link, &upstream_host, leaf, now, &line->upstream);
}

static enum err
leaf_open(struct leaves *leaves, size_t i, int64_t now)
{
	struct leaf *leaf = calloc(1, sizeof(*leaf));
	size_t number = leaves->options.first + i;
	enum err err;

	if (leaf == NULL)
		return ERR_NOMEM;
	leaves->leaves[i] = leaf;
	leaf->all = leaves;
	leaf->report = &leaves->board->leaves[number];
	origin_of(number, &leaf->origin);
	if ((err = posset_new(&leaf->fetching)) != ERR_NONE ||
	    (err = load_view(leaf)) != ERR_NONE)
		return err;
	recount_all(leaf);
	for (i = 0; i < leaves->options.nhubs && err == ERR_NONE; i++)
		err = dial(
		    leaf, &leaves->options.hubs[i], &leaf->lines[i], now);
	return err;
}

enum err
leaves_open(const struct leaves_options *options, struct leaf_board *board,
    int64_t now, struct leaves **ret_leaves)
{
	struct store_options store = { .dir = options->dir };
	struct leaves *leaves;
	size_t i;
	enum err err;

	if ((leaves = calloc(1, sizeof(*leaves))) == NULL)
		return ERR_NOMEM;
	leaves->options = *options;
	leaves->board = board;
	leaves->host = leaf_host();
	leaves->leaves = calloc(options->count, sizeof(struct leaf *));
	err = leaves->leaves == NULL ? ERR_NOMEM : ERR_NONE;
	if (err == ERR_NONE)
		err = store_open(&store, &leaves->store);
	if (err == ERR_NONE)
		err = directory_input_new(
		    options->hubs[0].key, "dk-791", &leaves->input);
	if (err == ERR_NONE)
		err = take_members(leaves);
	for (i = 0; i < options->count && err == ERR_NONE; i++)
		err = leaf_open(leaves, i, now);
	if (err != ERR_NONE) {
		leaves_close(leaves);
		return err;
	}
	*ret_leaves = leaves;
	return ERR_NONE;
}

static void
leaf_close(struct leaf *leaf)
{
	size_t i;

	for (i = 0; i < LEAF_HUBS; i++) {
		upstream_close(leaf->lines[i].upstream);
		link_free(leaf->lines[i].link);
	}
	view_free(leaf->view);
	posset_free(leaf->fetching);
	free(leaf);
}

void
leaves_close(struct leaves *leaves)
{
	size_t i;

	if (leaves == NULL)
		return;
	for (i = 0; leaves->leaves != NULL && i < leaves->options.count; i++)
		if (leaves->leaves[i] != NULL)
			leaf_close(leaves->leaves[i]);
	free(leaves->leaves);
	directory_free(leaves->directory);
	directory_input_free(leaves->input);
	store_close(leaves->store);
	free(leaves);
}

/* ---- turns ---- */

/* What was committed counts, and is told. */
static void
settle(struct leaf *leaf, int64_t now)
{
	struct touched touched[TOUCHED_MAX];
	size_t count = leaf->ntouched;
	size_t i;

	memcpy(touched, leaf->touched, sizeof(touched));
	leaf->ntouched = 0;
	for (i = 0; i < count; i++) {
		touched[i].log->tip = touched[i].log->pending;
		recount(leaf, touched[i].log);
	}
	if (leaf->counted_with != leaf->all->directories)
		recount_all(leaf);
	else if (count == 0)
		return;
	for (i = 0; i < count; i++)
		tell(leaf, touched[i].log, touched[i].from);
	leaf->mark++;
	leaf->changed = true;
	for (i = 0; i < leaf->all->options.nhubs; i++) {
		link_rethink(leaf->lines[i].link);
		link_have_soon(leaf->lines[i].link, now);
		link_fetch(leaf->lines[i].link, now);
	}
}

/* Count a connection that came up. */
static void
note_up(struct leaf *leaf, struct line *line, int64_t now)
{
	struct leaf_board *board = leaf->all->board;
	int64_t second = (now - board->since) / 1000;
	bool up = upstream_connected(line->upstream);

	if (up && !line->up && second >= 0 && second < LEAF_SECONDS)
		board->connects[second]++;
	if (up != line->up)
		leaf->changed = true;
	line->up = up;
}

/* Show how the leaf stands. */
static void
report(struct leaf *leaf)
{
	uint8_t digest[HASH_LEN];
	uint64_t entries = 0;
	uint32_t live = 0;
	uint32_t up = 0;
	size_t i;

	for (i = 0; i < view_count(leaf->view); i++)
		entries += view_at(leaf->view, i)->counted;
	for (i = 0; i < leaf->all->options.nhubs; i++) {
		live += link_state(leaf->lines[i].link) == LINK_LIVE;
		up += leaf->lines[i].up;
	}
	view_digest(leaf->view, digest);
	leaf->report->digest = bytes_get_le64(digest);
	leaf->report->absent = leaf->nabsent;
	leaf->report->live = live;
	leaf->report->up = up;
	leaf->report->entries = entries;
	leaf->changed = false;
}

static void
leaf_turn(struct leaf *leaf, bool tick, int64_t now)
{
	struct line *line;
	size_t i;

	for (i = 0; i < leaf->all->options.nhubs; i++) {
		line = &leaf->lines[i];
		(void)upstream_read(line->upstream, now);
		note_up(leaf, line, now);
		if (tick)
			upstream_tick(line->upstream, now);
		while (leaf->serving > 0 && link_turn(line->link, now))
			continue;
	}
	settle(leaf, now);
	if (leaf->changed)
		report(leaf);
}

void
leaves_turn(struct leaves *leaves, int64_t now)
{
	bool tick = now >= leaves->tick_at;
	size_t i;

	if (tick)
		leaves->tick_at = now + TICK_MS;
	for (i = 0; i < leaves->options.count; i++)
		leaf_turn(leaves->leaves[i], tick, now);
}

enum err
leaves_publish(
    struct leaves *leaves, size_t number, uint32_t body_len, int64_t now)
{
	struct origin_run *run;
	struct view_log *log;
	struct leaf *leaf;
	enum err err;

	if (number < leaves->options.first ||
	    number - leaves->options.first >= leaves->options.count)
		return ERR_NOENT;
	leaf = leaves->leaves[number - leaves->options.first];
	log = view_find(leaf->view, leaf->origin.log_id);
	if (log == NULL || leaf->ntouched == TOUCHED_MAX)
		return ERR_NOENT;
	if ((run = calloc(1, sizeof(*run))) == NULL)
		return ERR_NOMEM;
	origin_run_begin(&leaf->origin, run);
	origin_add(&leaf->origin, run, TOPIC_KIND, body_len);
	err = write_run(leaves->store, &leaf->origin, run);
	if (err == ERR_NONE) {
		log->pending = leaf->origin.tip;
		log->source = NULL;
		touch(leaf, log, run->head);
		settle(leaf, now);
		report(leaf);
	}
	free(run);
	return err;
}
