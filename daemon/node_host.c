/*
 * What links ask of the node: the store is read, the writer is fed.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"
#include "daemon/peer.h"

/* Fetching stops while so much waits for the writer. */
#define BACKLOG_BYTES 16777216

/* Who asks for bodies that are held back may ask again after this. */
#define HOLD_RETRY_MS 1000

/* After a full disk, fetching is tried again. */
#define FULL_MS 10000

/* ---- jobs of the writer ---- */

/* Headers of another node's log, and the body that came with a NOTE. */
struct run_job {
	struct writer_job job; /* first */
	const void *link;      /* only compared, never followed */
	uint8_t key[KEY_LEN];
	uint64_t inc;
	bool own;
	bool members; /* a MEMBER entry is among them */
	bool forks;   /* a FORK entry is among them */
	bool erases;  /* an ERASE entry is among them, or waits for the log */
	uint64_t cut; /* the log counts up to there */
	bool witness; /* a WITNESS entry is among them */
	size_t fresh; /* entries said to be written within a day */
	bool branch;
	bool parts;               /* no other branch did before ... */
	uint8_t stored[HEAD_LEN]; /* ... from the one with this HEAD */
	bool kept;                /* it was not one too many */
	uint64_t last_common;
	struct log_run run;
	struct bytes headers[BOUNDARY_N];
	uint8_t head[HEAD_LEN];
	bool has_body;
	uint8_t salt[SALT_LEN];
	uint8_t *body;
	size_t body_len;
	struct outbox *outbox;
	struct import *import;     /* a bundle that brought it, or NULL */
	const struct node *node;   /* what of it any thread may read */
	struct snapshot *snapshot; /* if something is or may be erased */
	uint8_t bytes[];           /* the headers, one after the other */
};

/* A body. */
struct body_job {
	struct writer_job job; /* first */
	const void *link;
	struct outbox *outbox;
	bool own;              /* of a log of this node's key */
	bool again;            /* which is frozen: it is published again */
	struct import *import; /* a bundle that brought it, or NULL */
	struct wire_ref ref;
	uint8_t salt[SALT_LEN];
	size_t len;
	uint8_t data[];
};

/* A younger HEAD. */
struct head_job {
	struct writer_job job; /* first */
	uint8_t head[HEAD_LEN];
};

struct link *
node_link_find(struct node *node, const void *link)
{
	size_t i;

	for (i = 0; i < node->nhub_links; i++)
		if (node->hub_links[i] == link)
			return node->hub_links[i];
	for (i = 0; i < node->ndialled; i++)
		if (node->dialled[i].link == link)
			return node->dialled[i].link;
	return NULL;
}

/* A commit failed: what was verified beyond the store counts no more. */
static void
reset_pending(struct node *node, const uint8_t log_id[LOG_ID_LEN])
{
	struct view_log *log = view_find(node->view, log_id);

	if (log != NULL) {
		log->pending = log->tip;
		view_release(node->view, log);
	}
}

/* The disk is full or fails, or memory is short: stop fetching for a while and
 * say so. */
static void
note_disk(struct node *node, enum err err)
{
	if (err != ERR_FULL && err != ERR_IO && err != ERR_NOMEM)
		return;
	if (node_now() >= node->full_until)
		event_say(EVENT_STORE_WRITE, NULL,
		    "cannot write: %s; fetching stops for %d s", err_str(err),
		    FULL_MS / 1000);
	node->full_until = node_now() + FULL_MS;
	node->full_err = err;
}

/* Is the end of the run here, or was it one branch too many? */
static bool
is_kept(struct store_txn *txn, const struct log_run *run)
{
	uint8_t branch[LINK_BRANCH_LEN];
	struct log_head head;

	log_head_parse(run->head, &head);
	bytes_put_le64(branch, head.n);
	memcpy(branch + 8, head.c, C8_LEN);
	return store_branch_has(txn, run->log_id, branch, head.n, head.c) ==
	    ERR_NONE;
}

/*
 * A run of another branch: the first proof of a fork is published.  What the
 * branch proves of other logs holds wherever it stands: an own FORK entry that
 * comes back is known to nobody else.
 */
static enum err
branch_run(struct store_txn *txn, struct run_job *run)
{
	struct store_log log;
	enum err err;

	run->parts = store_branch_parts(txn, run->run.log_id) == ERR_NOENT &&
	    store_log(txn, run->run.log_id, &log) == ERR_NONE;
	if (run->parts)
		memcpy(run->stored, log.head, HEAD_LEN);
	err = store_add_branch(txn, &run->run, run->last_common);
	run->kept = err == ERR_NONE && is_kept(txn, &run->run);
	if (err == ERR_NONE && run->forks)
		err = node_fork_keep(txn, run->outbox, &run->run);
	if (err != ERR_NONE)
		return err;
	return node_fork_write(txn, run->outbox, &run->run, run->last_common);
}

/* The next run of a log, which somebody may have proved to be forked. */
static enum err
next_run(struct store_txn *txn, const struct run_job *run)
{
	enum err err;

	err = store_add_run(txn, run->key, run->inc, run->own, &run->run);
	if (err == ERR_NONE && run->own)
		err = outbox_found(run->outbox, txn, &run->run);
	if (err == ERR_NONE && run->forks)
		err = node_fork_keep(txn, run->outbox, &run->run);
	if (err != ERR_NONE)
		return err;
	return node_fork_apply(txn, run->outbox, run->run.log_id);
}

/* Keep a run, and do what it asks for. */
static enum err
keep_run(struct store_txn *txn, struct run_job *run)
{
	struct store_log log;
	uint64_t before = 0;
	enum err err;

	if (!run->branch && store_log(txn, run->run.log_id, &log) == ERR_NONE)
		before = log.tip.n;
	store_erases_to(txn, run->cut);
	err = run->branch ? branch_run(txn, run) : next_run(txn, run);
	store_erases_to(txn, UINT64_MAX);
	if (err != ERR_NONE || run->snapshot == NULL)
		return err;
	return node_draft_erased_run(
	    run->node, txn, run->snapshot->directory, &run->run, before);
}

static enum err
run_job_run(struct store_txn *txn, struct writer_job *job)
{
	struct run_job *run = (struct run_job *)job;
	struct log_head head;
	enum err err;

	if ((err = keep_run(txn, run)) != ERR_NONE)
		return err;

	/* An own log that somebody holds longer or different is closed (R5). */
	log_head_parse(run->head, &head);
	if (run->own &&
	    (err = outbox_close_log(run->outbox, txn, run->run.log_id,
		 run->branch ? run->last_common : head.n)) != ERR_NONE)
		return err;
	if (run->has_body) {
		err = store_add_body(txn, run->run.log_id, run->run.first,
		    run->salt, run->body, run->body_len);
		if (err == ERR_COMMIT || err == ERR_ERASED || err == ERR_EXIST)
			err = ERR_NONE; /* the header counts without it */
	}
	return err;
}

static void
forgive(struct link *link, void *arg)
{
	(void)arg;
	link_forgive(link);
}

/* Count what came of an origin; of a branch that may be beyond a cut too. */
static void
count_run(struct node *node, const struct run_job *run)
{
	uint64_t last = run->run.first + run->run.count - 1;
	uint64_t beyond = last > run->cut ? last - run->cut : 0;
	int64_t now = node_now();

	if (beyond > run->run.count)
		beyond = run->run.count;
	quota_count(node->quota, run->key, run->run.count, run->fresh,
	    run->job.bytes, now);
	if (beyond > 0)
		quota_count_beyond(node->quota, run->key, beyond, now);
}

static void
tell_branch(struct link *link, void *arg)
{
	link_tell_branch(link, arg);
}

/* A run of a branch was committed. */
static void
branch_done(struct node *node, struct run_job *run)
{
	const uint8_t *id = run->run.log_id;

	node_touch_own(node);
	if (run->parts)
		event_say(EVENT_LOG_FORKED, NULL,
		    "a log is forked and frozen: two "
		    "entries %llu were signed (log=%02x%02x%02x%02x)",
		    (unsigned long long)run->last_common + 1, id[0], id[1],
		    id[2], id[3]);
	if (!run->kept)
		return;
	node_fork_found(node);
	node_each_link(node, forgive, NULL);
	node_each_link(node, tell_branch, run->head);

	/* The stored one is in no digest any more: who has a part lacks the rest. */
	if (run->parts)
		node_each_link(node, tell_branch, run->stored);
}

static void
run_job_done(struct writer_job *job, void *context)
{
	struct run_job *run = (struct run_job *)job;
	struct node *node = context;

	if (node != NULL && job->err == ERR_NONE) {
		node_touch(node, run->run.log_id);
		node->members_touched |= run->members;
		count_run(node, run);
		if (run->witness)
			node_witness_keep(node, run->key, &run->run);
		if (run->forks)
			node_fork_touch(node, &run->run);
		node->erases_touched |= run->erases;
		if (run->branch)
			branch_done(node, run);
	} else if (node != NULL) {
		note_disk(node, job->err);
		reset_pending(node, run->run.log_id);
		node_touch(node, run->run.log_id);
	}
	if (node != NULL && run->import != NULL)
		node_import_wrote_run(run->import, &run->run, job->err);
	node_snapshot_put(node, run->snapshot);
	free(run->body);
	free(run);
}

/* Copy a run into a job. */
static struct run_job *
run_job_new(struct node *node, struct link *link, const struct view_log *log,
    const struct log_run *run)
{
	struct run_job *job;
	struct header header;
	uint64_t today = node_clock() - QUOTA_MS;
	size_t bytes = 0;
	size_t i;

	for (i = 0; i < run->count; i++)
		bytes += run->headers[i].len;
	if ((job = calloc(1, sizeof(*job) + bytes)) == NULL)
		return NULL;
	job->job.run = run_job_run;
	job->job.done = run_job_done;
	job->job.entries = run->count;
	job->job.bytes = bytes;
	job->link = link;
	memcpy(job->key, log->key, KEY_LEN);
	job->inc = log->inc;
	job->cut = directory_cut(node_directory(node), log->key, log->log_id);
	job->erases = run->first == 1;
	job->own = memcmp(log->key, node->key.public_key, KEY_LEN) == 0;
	job->outbox = node->outbox;
	job->run = *run;
	job->run.headers = job->headers;
	job->run.head = job->head;
	memcpy(job->head, run->head, HEAD_LEN);
	bytes = 0;
	for (i = 0; i < run->count; i++) {
		memcpy(job->bytes + bytes, run->headers[i].data,
		    run->headers[i].len);
		job->headers[i].data = job->bytes + bytes;
		job->headers[i].len = run->headers[i].len;
		bytes += run->headers[i].len;
		if (header_decode(run->headers[i].data, run->headers[i].len,
			&header) != ERR_NONE)
			continue;
		job->fresh += header.time_ms >= today;
		job->members |= header.kind == HEADER_MEMBER;
		job->forks |= header.kind == HEADER_FORK;
		job->witness |= header.kind == HEADER_WITNESS;
		job->erases |= header.kind == HEADER_ERASE;
	}
	job->node = node;
	if (job->erases || log->own ||
	    directory_succeeds(
		node_directory(node), log->key, node->key.public_key))
		job->snapshot = node_snapshot_get(node);
	return job;
}

static void
host_take_run(void *host, struct link *link, struct view_log *log,
    const struct log_run *run, const struct wire_body *body)
{
	struct node *node = host;
	struct run_job *job = run_job_new(node, link, log, run);

	if (job == NULL) {
		reset_pending(node, log->log_id);
		return;
	}
	if (body != NULL && body->state == WIRE_OK &&
	    body->total == body->data.len && body->data.len > 0 &&
	    (job->body = malloc(body->data.len)) != NULL) {
		memcpy(job->body, body->data.data, body->data.len);
		memcpy(job->salt, body->salt, SALT_LEN);
		job->body_len = body->data.len;
		job->has_body = true;
		job->job.bytes += body->data.len;
	}
	writer_submit(node->writer, &job->job);
}

static void
host_take_branch(void *host, struct link *link, struct view_log *log,
    const struct log_run *run, uint64_t last_common)
{
	struct node *node = host;
	struct run_job *job = run_job_new(node, link, log, run);

	if (job == NULL)
		return;
	job->branch = true;
	job->last_common = last_common;
	writer_submit(node->writer, &job->job);
}

static enum err
head_job_run(struct store_txn *txn, struct writer_job *job)
{
	return store_put_head(txn, ((struct head_job *)job)->head);
}

static void
head_job_done(struct writer_job *job, void *context)
{
	struct head_job *head = (struct head_job *)job;

	if (context != NULL && job->err == ERR_NONE)
		node_touch(context, head->head);
	free(job);
}

static void
host_take_head(void *host, struct view_log *log, const uint8_t head[HEAD_LEN])
{
	struct node *node = host;
	struct head_job *job = calloc(1, sizeof(*job));

	(void)log;
	if (job == NULL)
		return;
	job->job.run = head_job_run;
	job->job.done = head_job_done;
	job->job.entries = 1;
	memcpy(job->head, head, HEAD_LEN);
	writer_submit(node->writer, &job->job);
}

/*
 * A body of an own log that is frozen came late: it is published again (R5), in
 * the transaction that keeps it, or a crash between the two would lose it.
 */
static enum err
body_job_run(struct store_txn *txn, struct writer_job *job)
{
	struct body_job *body = (struct body_job *)job;
	const uint8_t *log_id = body->ref.log_id;
	struct store_log log;
	enum err err;

	err = store_add_body(
	    txn, log_id, body->ref.n, body->salt, body->data, body->len);
	if (err != ERR_NONE || !body->own)
		return err;
	if ((err = store_log(txn, log_id, &log)) != ERR_NONE || !log.frozen)
		return err;
	body->again = true;
	return outbox_close_log(body->outbox, txn, log_id, log.last_common);
}

static void
look_again(struct link *link, void *arg)
{
	const int64_t *now = arg;

	link_look_again(link, *now);
}

/*
 * Nobody is asked for this body any more.  A peer may have what another lacks,
 * and has not been asked for it, as that other was.
 */
static void
end_fetching(struct node *node, const struct wire_ref *ref)
{
	int64_t now = node_now();

	posset_remove(node->fetching, ref->log_id, ref->n);
	if (!node->branches_wait)
		return;
	node->branches_wait = false;
	node_each_link(node, look_again, &now);
}

static void
count_body(struct node *node, const struct body_job *body)
{
	const struct view_log *log = view_find(node->view, body->ref.log_id);

	if (log != NULL)
		quota_count(node->quota, log->key, 0, 0, body->len, node_now());
}

static void
body_job_done(struct writer_job *job, void *context)
{
	struct body_job *body = (struct body_job *)job;
	struct node *node = context;
	struct link *link;

	if (node != NULL) {
		end_fetching(node, &body->ref);
		if (job->err == ERR_NONE) {
			count_body(node, body);
			node_touch(node, body->ref.log_id);
			if (body->own)
				node_touch_own(node);
			node->members_touched |= body->again;
		} else {
			note_disk(node, job->err);
		}
		if (job->err == ERR_COMMIT &&
		    (link = node_link_find(node, body->link)) != NULL) {
			link_mark_bad(link, &body->ref);
			node_link_host.misbehaved(
			    node, link, "a body that does not fit");
		}
		node_bodies_changed(node);
		if (body->import != NULL)
			node_import_wrote_body(
			    body->import, &body->ref, job->err);
	}
	free(body);
}

static struct body_job *
body_job_new(struct node *node, const struct link *link,
    const struct wire_ref *ref, const uint8_t salt[SALT_LEN],
    const uint8_t *data, size_t len)
{
	const struct view_log *log = view_find(node->view, ref->log_id);
	struct body_job *job = calloc(1, sizeof(*job) + len);

	if (job == NULL)
		return NULL;
	job->job.run = body_job_run;
	job->job.done = body_job_done;
	job->job.entries = 1;
	job->job.bytes = len;
	job->link = link;
	job->outbox = node->outbox;
	job->own = log != NULL && log->own;
	job->ref = *ref;
	memcpy(job->salt, salt, SALT_LEN);
	job->len = len;
	memcpy(job->data, data, len);
	return job;
}

static void
host_take_body(void *host, struct link *link, const struct wire_ref *ref,
    const uint8_t salt[SALT_LEN], const uint8_t *data, size_t len)
{
	struct node *node = host;
	struct body_job *job = body_job_new(node, link, ref, salt, data, len);

	if (job == NULL)
		end_fetching(node, ref);
	else
		writer_submit(node->writer, &job->job);
}

/* ---- what a bundle brings ---- */

void
node_import_run(struct node *node, struct import *import, struct view_log *log,
    const struct log_run *run, const uint64_t *last_common)
{
	struct run_job *job = run_job_new(node, NULL, log, run);

	node_import_writes(import);
	if (job == NULL) {
		reset_pending(node, log->log_id);
		node_import_wrote_run(import, run, ERR_NOMEM);
		return;
	}
	job->import = import;
	job->branch = last_common != NULL;
	if (last_common != NULL)
		job->last_common = *last_common;
	writer_submit(node->writer, &job->job);
}

void
node_import_body(struct node *node, struct import *import,
    const struct wire_ref *ref, const uint8_t salt[SALT_LEN],
    const uint8_t *data, size_t len)
{
	struct body_job *job = body_job_new(node, NULL, ref, salt, data, len);

	node_import_writes(import);
	if (job == NULL) {
		node_import_wrote_body(import, ref, ERR_NOMEM);
		return;
	}
	job->import = import;
	writer_submit(node->writer, &job->job);
}

/* ---- reading ---- */

static uint64_t
host_cut(
    void *host, const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN])
{
	return directory_cut(node_directory(host), key, log_id);
}

static bool
host_is_peer(
    void *host, const uint8_t key[KEY_LEN], const uint8_t curve[KEY_LEN])
{
	const struct directory_member *member = directory_find(
	    node_directory(host), key);

	return member != NULL && member->in &&
	    memcmp(member->curve, curve, KEY_LEN) == 0;
}

static bool
host_knows(void *host, const uint8_t key[KEY_LEN])
{
	return directory_find(node_directory(host), key) != NULL;
}

static bool
host_reads_only(void *host, const uint8_t key[KEY_LEN])
{
	const struct directory_member *member = directory_find(
	    node_directory(host), key);

	return member != NULL && member->in && member->roles == ROLE_READER;
}

bool
node_reads_only(struct node *node, const struct link *link)
{
	const uint8_t *key = link_key(link);

	return key != NULL && host_reads_only(node, key);
}

static enum err
host_chain_at(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint8_t ret_c[HASH_LEN])
{
	struct node *node = host;
	struct store_entry entry;
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	if ((err = store_entry(txn, log_id, n, &entry)) == ERR_NONE)
		memcpy(ret_c, entry.c, HASH_LEN);
	store_abort(&txn);
	return err;
}

static enum err
host_boundary_at(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    struct log_tip *ret_tip)
{
	struct node *node = host;
	const struct view_log *log = view_find(node->view, log_id);
	struct store_txn *txn = NULL;
	uint8_t begin[LOG_ID_LEN];
	struct log_tip tip;
	enum err err;

	if (log == NULL)
		return ERR_NOENT;
	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	if (n > 0 && (err = store_tip_at(txn, log_id, n, &tip)) != ERR_NONE)
		goto out;
	if (n == 0 || tip.boundary == 0) {
		log_begin(log->key, log->inc, begin, ret_tip);
		err = ERR_NONE;
	} else {
		err = store_tip_at(txn, log_id, tip.boundary, ret_tip);
	}

out:
	store_abort(&txn);
	return err;
}

static enum err
host_read_run(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t first,
    const uint8_t *branch, struct log_run *ret_run, void **ret_memory)
{
	struct node *node = host;
	struct store_txn *txn = NULL;
	struct store_run run = { 0 };
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	err = store_read_run(txn, log_id, first, branch, &run);
	store_abort(&txn);
	if (err != ERR_NONE)
		return err;
	*ret_run = run.run;
	*ret_memory = run.memory;
	return ERR_NONE;
}

/* A stored body no longer fits its hash: have it fetched again. */
struct lost_job {
	struct writer_job job; /* first */
	struct wire_ref ref;
};

static enum err
lost_job_run(struct store_txn *txn, struct writer_job *job)
{
	struct lost_job *lost = (struct lost_job *)job;

	return store_body_lost(txn, lost->ref.log_id, lost->ref.n);
}

static void
lost_job_done(struct writer_job *job, void *context)
{
	struct node *node = context;

	if (node != NULL)
		node_bodies_changed(node);
	free(job);
}

static void
body_lost(struct node *node, const struct wire_ref *ref, bool in_branch)
{
	const struct view_log *log = view_find(node->view, ref->log_id);
	int64_t now = node_now();
	struct lost_job *job;

	event_say(EVENT_BODY_DAMAGED, NULL,
	    "a body is damaged and will be fetched again "
	    "(n=%llu)",
	    (unsigned long long)ref->n);

	/* In a branch it is found when bodies of branches are looked for; the
	 * stored one may have a good body of this number. */
	if (in_branch && log != NULL && log->frozen &&
	    ref->n > log->last_common) {
		node_each_link(node, look_again, &now);
		return;
	}
	if ((job = calloc(1, sizeof(*job))) == NULL)
		return;
	job->job.run = lost_job_run;
	job->job.done = lost_job_done;
	job->job.entries = 1;
	job->ref = *ref;
	writer_submit(node->writer, &job->job);
}

static void
host_read_body(void *host, const struct wire_ref *ref, const uint8_t *branch,
    struct link_body *ret_body)
{
	struct node *node = host;
	struct store_txn *txn = NULL;
	struct store_body body = { 0 };
	enum err err;

	memset(ret_body, 0, sizeof(*ret_body));
	ret_body->state = WIRE_ABSENT;
	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return;
	err = branch != NULL ?
	    store_branch_body(txn, ref->log_id, branch, ref->n, &body) :
	    store_body(txn, ref->log_id, ref->n, &body);
	store_abort(&txn);
	if (err == ERR_ERASED)
		ret_body->state = WIRE_GONE;
	if (err == ERR_DAMAGED)
		body_lost(node, ref, branch != NULL);
	if (err != ERR_NONE)
		return;
	ret_body->state = WIRE_OK;
	memcpy(ret_body->salt, body.salt, SALT_LEN);
	ret_body->data = body.data;
	ret_body->len = body.len;
	ret_body->memory = body.memory;
}

static uint32_t
host_hold_bodies(void *host)
{
	struct node *node = host;
	int64_t left = node->hold.until - node_now();

	/* It may end at any moment: whoever waits should ask again soon. */
	return left <= 0         ? 0 :
	    left > HOLD_RETRY_MS ? HOLD_RETRY_MS :
				   (uint32_t)left;
}

/* ---- bodies that are wanted ---- */

/* A search for bodies to ask a peer for. */
struct want {
	struct node *node;
	struct link *link;
	struct store_txn *txn;
	struct wire_ref *refs;
	size_t max;
	size_t max_bytes; /* left */
	bool lacks;       /* the peer has said that it has not got some */
	struct absent_place *place; /* of this search */
	bool spare;  /* leave out those who sent so much already ... */
	bool spared; /* ... of which there are some */
};

/* Rows of the absent bodies that one search looks at. */
#define LOOK_MAX 1024

/* Take one absent body into a GET, unless it is not to be had here or now. */
static bool
want_body(struct want *want, const struct store_pos *pos, struct wire_ref *ref)
{
	struct node *node = want->node;
	const struct view_log *log = view_find(node->view, pos->log_id);

	memset(ref, 0, sizeof(*ref));
	memcpy(ref->log_id, pos->log_id, LOG_ID_LEN);
	ref->n = pos->n;
	if (log == NULL || pos->n > log->counted ||
	    posset_has(node->fetching, pos->log_id, pos->n))
		return false;
	if (link_lacks(want->link, ref)) {
		want->lacks = true;
		return false;
	}
	return posset_add(node->fetching, pos->log_id, pos->n) == ERR_NONE;
}

/* Is this log one of an origin that has sent so much that others come first? */
static bool
spares(struct want *want, const uint8_t log_id[LOG_ID_LEN])
{
	const struct view_log *log = view_find(want->node->view, log_id);
	bool late = want->spare && log != NULL && !log->own &&
	    quota_over(want->node->quota, log->key, node_now());

	want->spared |= late;
	return late;
}

/* Search on from where the last search stopped, as far as the end. */
static size_t
want_to_end(struct want *want)
{
	struct absent_place *place = want->place;
	struct store_pos pos;
	size_t count = 0;
	size_t looked = 0;
	size_t len;

	while (count < want->max && looked++ < LOOK_MAX) {
		if (store_absent_next(want->txn,
			place->begun ? &place->after : NULL, &pos,
			&len) != ERR_NONE) {
			place->begun = false;
			break;
		}
		if (count > 0 && len > want->max_bytes)
			break;
		place->after = pos;
		place->begun = true;
		if (spares(want, pos.log_id)) {
			place->after.n = UINT64_MAX;
			continue;
		}
		if (!want_body(want, &pos, &want->refs[count]))
			continue;
		count++;
		want->max_bytes -= len < want->max_bytes ? len :
							   want->max_bytes;
	}
	return count;
}

/* The same, and once more from the start if nothing was found. */
static size_t
want_from(struct want *want)
{
	bool from_start = !want->place->begun;
	size_t count = want_to_end(want);

	if (count == 0 && !from_start && !want->place->begun)
		count = want_to_end(want);
	return count;
}

static size_t
host_want_bodies(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes)
{
	struct node *node = host;
	struct want want = {
		.node = node,
		.link = link,
		.refs = refs,
		.max = max,
		.max_bytes = max_bytes,
		.place = &node->absent,
		.spare = true,
	};
	size_t count;

	if (node->absent_idle ||
	    store_begin(node->store, false, &want.txn) != ERR_NONE)
		return 0;
	count = want_from(&want);
	if (count == 0 && want.spared && !want.place->begun) {
		want.spare = false;
		want.place = &node->absent_late;
		count = want_from(&want);
	}

	/* The search stopped midway, or others have what this peer lacks. */
	if (count == 0 && want.place->begun)
		node->bodies_mark++;
	else if (count == 0 && !want.lacks)
		node->absent_idle = true;
	store_abort(&want.txn);
	return count;
}

static uint64_t
host_bodies_mark(void *host)
{
	return ((struct node *)host)->bodies_mark;
}

void
node_bodies_changed(struct node *node)
{
	node->absent_idle = false;
	node->bodies_mark++;
}

static void
host_body_failed(void *host, struct link *link, const struct wire_ref *ref)
{
	struct node *node = host;

	(void)link;
	end_fetching(node, ref);
	node_bodies_changed(node);
}

static bool
host_may_fetch(void *host)
{
	struct node *node = host;

	return writer_backlog(node->writer) < BACKLOG_BYTES &&
	    node_now() >= node->full_until;
}

/* ---- the rest ---- */

static enum err
host_send(void *host, struct link *link, uint8_t *buf, size_t len)
{
	struct peer *peer = link_peer(link);

	(void)host;
	return peer->send(peer, buf, len);
}

static void
host_hello(void *host, const struct link *link, struct wire_hello *hello)
{
	struct node *node = host;
	size_t i;

	hello->has_key = true;
	memcpy(hello->key, node->key.public_key, KEY_LEN);
	hello->time_ms = node_clock();
	hello->sw = "erfad " ERFA_VERSION;
	hello->org = node->config->org;
	hello->name = node->config->name;
	hello->pub_port = node_pub_port(node);
	hello->flags = WIRE_NO_SUB;
	for (i = 0; i < node->ndialled; i++)
		if (node->dialled[i].link == link &&
		    node->dialled[i].upstream != NULL &&
		    upstream_has_sub(node->dialled[i].upstream))
			hello->flags = 0;
}

static void
host_greeted(void *host, struct link *link, const struct wire_hello *hello)
{
	(void)hello;
	node_greeted(host, link);
	node_fork_ask(host, link);
}

static void
host_changed(void *host, struct link *link)
{
	(void)link;
	node_bodies_changed(host);
}

static bool
host_late(void *host, const uint8_t key[KEY_LEN])
{
	struct node *node = host;

	return memcmp(key, node->key.public_key, KEY_LEN) != 0 &&
	    quota_over(node->quota, key, node_now());
}

static bool
host_spent(void *host, const uint8_t key[KEY_LEN])
{
	struct node *node = host;
	const struct directory_member *member = directory_find(
	    node_directory(node), key);

	return (member == NULL || !member->in) &&
	    quota_spent(node->quota, key, node_now());
}

static bool
host_serving(void *host, int change)
{
	struct node *node = host;

	if (change > 0 && node->serving >= ACTIVE_GETS)
		return false;
	node->serving += change;
	if (change > 0)
		node_wake_turn(node);
	return true;
}

/* Each kind of mistake is counted apart, so that none hides another. */
static void
host_misbehaved(void *host, struct link *link, const char *what)
{
	struct node *node = host;
	struct peer *peer = link_peer(link);
	const uint8_t *key = link_key(link);
	const struct directory_member *member = key == NULL ?
	    NULL :
	    directory_find(node_directory(node), key);

	logger_foreign(LOGGER_WARNING, what, "link",
	    "a peer's message was refused: %s (org=%s address=%s)", what,
	    member != NULL ? member->org : "",
	    peer != NULL ? peer->address(peer) : "");
}

static uint32_t
host_random(void *host)
{
	uint32_t number;

	(void)host;
	crypto_random(&number, sizeof(number));
	return number;
}

const struct link_host node_link_host = {
	.send = host_send,
	.hello = host_hello,
	.greeted = host_greeted,
	.changed = host_changed,
	.cut = host_cut,
	.is_peer = host_is_peer,
	.knows = host_knows,
	.reads_only = host_reads_only,
	.chain_at = host_chain_at,
	.boundary_at = host_boundary_at,
	.read_run = host_read_run,
	.read_body = host_read_body,
	.holds = node_holds,
	.other_head = node_other_head,
	.branch_next = node_branch_next,
	.hold_bodies = host_hold_bodies,
	.take_run = host_take_run,
	.take_branch = host_take_branch,
	.take_head = host_take_head,
	.take_body = host_take_body,
	.want_bodies = host_want_bodies,
	.bodies_mark = host_bodies_mark,
	.want_branch = node_want_branch,
	.body_failed = host_body_failed,
	.may_fetch = host_may_fetch,
	.serving = host_serving,
	.stale = node_head_stale,
	.late = host_late,
	.spent = host_spent,
	.misbehaved = host_misbehaved,
	.random = host_random,
};
