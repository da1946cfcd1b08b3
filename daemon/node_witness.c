/*
 * WITNESS entries: a node that listens says from time to time how far the logs of
 * others are that it holds.  Who reads that and holds less knows that something
 * is kept from it, or that it was set back.  PROTOCOL.md chapter 4.3.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"

/* Entries written at a time. */
#define ENTRIES_MAX 16

/* Of the time between two, so much passes before the first, at least. */
#define SOONEST 24

struct witness_job {
	struct writer_job job; /* first */
	struct outbox *outbox;
	size_t count;
	struct header_cut cuts[ENTRIES_MAX * HEADER_WITNESS_MAX];
};

/* ---- writing ---- */

static enum err
write_run(struct store_txn *txn, struct writer_job *job)
{
	struct witness_job *witness = (struct witness_job *)job;
	struct outbox_entry entry = { .kind = HEADER_WITNESS };
	uint8_t ext[HEADER_MAX];
	uint64_t ticket;
	size_t count;
	size_t i;
	enum err err;

	for (i = 0; i < witness->count; i += count) {
		count = witness->count - i < HEADER_WITNESS_MAX ?
		    witness->count - i :
		    HEADER_WITNESS_MAX;
		err = header_witness_encode(
		    &witness->cuts[i], count, ext, sizeof(ext), &entry.ext.len);
		entry.ext.data = ext;
		if (err == ERR_NONE)
			err = outbox_add(witness->outbox, txn, &entry, &ticket);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static void
write_done(struct writer_job *job, void *context)
{
	struct witness_job *witness = (struct witness_job *)job;
	struct node *node = context;
	struct view_log *log;
	size_t i;

	for (i = 0; node != NULL && job->err == ERR_NONE && i < witness->count;
	     i++) {
		log = view_find(node->view, witness->cuts[i].log_id);
		if (log != NULL)
			log->witnessed = witness->cuts[i].n;
	}
	if (node != NULL)
		node_touch_own(node);
	free(witness);
}

/* Logs of others that have grown since they were witnessed last. */
static size_t
find_changed(struct node *node, struct header_cut *cuts, size_t max)
{
	const struct view_log *log;
	size_t count = 0;
	size_t i;

	for (i = 0; i < view_count(node->view) && count < max; i++) {
		log = view_at(node->view, i);
		if (log->own || log->frozen || log->counted <= log->witnessed ||
		    memcmp(log->key, node->key.public_key, KEY_LEN) == 0)
			continue;
		memcpy(cuts[count].log_id, log->log_id, LOG_ID_LEN);
		cuts[count].n = log->counted;
		memcpy(cuts[count++].c8, log->counted_c8, C8_LEN);
	}
	return count;
}

void
node_witness_tick(struct node *node, int64_t now)
{
	int64_t every = node->config->beacon_ms;
	struct witness_job *job;
	bool early;

	if (node->hub == NULL)
		return;
	if (node->witness_at == 0)
		node->witness_at = now + every / SOONEST;
	if (now < node->witness_at)
		return;
	early = now < node->witness_due;
	node->witness_at = now + every / SOONEST;
	if ((job = calloc(1, sizeof(*job))) == NULL)
		return;
	job->count = find_changed(
	    node, job->cuts, sizeof(job->cuts) / sizeof(job->cuts[0]));

	/* Once a day is enough, but for much that is new. */
	if (job->count == 0 || (early && job->count < HEADER_WITNESS_MAX)) {
		free(job);
		return;
	}
	node->witness_due = now + every;
	job->job.run = write_run;
	job->job.done = write_done;
	job->job.entries = 1;
	job->outbox = node->outbox;
	writer_submit(node->writer, &job->job);
}

/* ---- reading ---- */

static void
ask_branch(struct link *link, void *arg)
{
	link_forked(link, arg);
}

/*
 * Where to remember what a witness saw, or NULL.  What has come since makes room,
 * and what one said that is not in any more; else the least that is told holds, as
 * a lie that hides what others saw has to be greater.
 */
static struct view_seen *
seen_place(const struct node *node, const uint8_t key[KEY_LEN],
    const struct header_cut *cut, struct view_log *log)
{
	struct view_seen *place = NULL;
	struct view_seen *seen;
	size_t i;

	for (i = 0; i < VIEW_SEEN_MAX; i++) {
		seen = &log->seen[i];
		if (seen->n != 0 && memcmp(seen->by, key, KEY_LEN) == 0)
			return cut->n > seen->n ? seen : NULL;
	}
	for (i = 0; i < VIEW_SEEN_MAX; i++) {
		seen = &log->seen[i];
		if (seen->n <= log->tip.n || !node_is_in(node, seen->by))
			return seen;
		if (place == NULL || seen->n > place->n)
			place = seen;
	}
	return cut->n < place->n ? place : NULL;
}

/* Somebody saw this position of a log that is known here. */
static void
compare(struct node *node, const uint8_t key[KEY_LEN],
    const struct header_cut *cut, struct view_log *log)
{
	struct wire_pos pos = { .n = cut->n };
	struct view_seen *seen;
	uint8_t c[HASH_LEN];

	if (cut->n <= log->tip.n) {
		/* Another story of the same entry: look for it. */
		if (log->frozen || log->cut == 0 ||
		    node_link_host.chain_at(node, log->log_id, cut->n, c) !=
			ERR_NONE ||
		    memcmp(c, cut->c8, C8_LEN) == 0)
			return;
		memcpy(pos.log_id, log->log_id, LOG_ID_LEN);
		memcpy(pos.c8, cut->c8, C8_LEN);
		node_each_link(node, ask_branch, &pos);
		return;
	}

	/* Who has seen more of our older logs knew them before we were set back. */
	if (log->older) {
		node->has_older_by = true;
		memcpy(node->older_by, key, KEY_LEN);
	}
	if ((seen = seen_place(node, key, cut, log)) == NULL)
		return;
	seen->n = cut->n;
	seen->ms = node_clock();
	seen->at = node_now();
	memcpy(seen->by, key, KEY_LEN);
}

void
node_witness_keep(
    struct node *node, const uint8_t key[KEY_LEN], const struct log_run *run)
{
	uint64_t last = directory_cut(node_directory(node), key, run->log_id);
	struct header_cut cuts[HEADER_WITNESS_MAX];
	struct view_log *log;
	struct header header;
	size_t count;
	size_t i;
	size_t j;

	for (i = 0; i < run->count && run->first + i <= last; i++) {
		if (header_decode(run->headers[i].data, run->headers[i].len,
			&header) != ERR_NONE ||
		    header.kind != HEADER_WITNESS ||
		    header_witness_decode(header.ext, cuts, &count) != ERR_NONE)
			continue;
		for (j = 0; j < count; j++)
			if ((log = view_find(node->view, cuts[j].log_id)) !=
				NULL &&
			    memcmp(log->key, key, KEY_LEN) != 0)
				compare(node, key, &cuts[j], log);
	}
}
