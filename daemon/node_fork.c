/*
 * Forked logs: who proves one says so in a FORK entry, unless another has, and
 * names there each branch that nobody has named; who reads one checks the proof,
 * counts the log up to what both branches share, and looks for the branches that
 * it lacks (node_fork_ask.c).  PROTOCOL.md chapter 3.6.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/local.pb-c.h"
#include "daemon/node_fork_internal.h"
#include "daemon/node_internal.h"

#define OWN "own" /* for the log of the writer: this node */

/* All branches are named after this anyhow. */
#define NAME_ALL_MS 3600000

/*
 * A branch that may be the beginning of one that was named is not named before
 * there was so much time to fetch that one: so one entry is enough for all.
 */
#define NAME_MS (3 * HAVE_MS)

/* Begin to read the notes about one forked log. */
static void
told_begin(struct told *told, const uint8_t log_id[LOG_ID_LEN])
{
	memset(told, 0, sizeof(*told));
	memcpy(told->prefix, FORK_PREFIX, sizeof(FORK_PREFIX));
	bytes_hex(log_id, LOG_ID_LEN, told->prefix + strlen(FORK_PREFIX));
	strcat(told->prefix, "/");
}

static bool
read_note(struct bytes data, struct told *told)
{
	Erfa__LocalFork *note = erfa__local_fork__unpack(
	    NULL, data.len, data.data);
	bool good = note != NULL &&
	    header_fork_decode((struct bytes){ note->ext.data, note->ext.len },
		&told->fork) == ERR_NONE;

	if (good) {
		told->seen_ms = note->seen_ms;
		told->n = note->n;
	}
	if (note != NULL)
		erfa__local_fork__free_unpacked(note, NULL);
	return good;
}

bool
node_fork_told(struct store_txn *txn, const char *prefix, struct told *told)
{
	struct bytes data;

	while (store_note_next(txn, prefix,
		   told->name[0] == '\0' ? NULL : told->name, told->name,
		   &data) == ERR_NONE)
		if (read_note(data, told))
			return true;
	return false;
}

/* Does a HEAD lie on another chain than the entries held? */
static bool
contradicts(struct store_txn *txn, const struct log_head *head)
{
	struct store_entry entry;

	return store_entry(txn, head->log_id, head->n, &entry) == ERR_NONE &&
	    memcmp(entry.c, head->c, HASH_LEN) != 0;
}

/* Do the two HEADs, with what is held, prove that the log is forked? */
static bool
proves(struct store_txn *txn, const struct store_log *log,
    const struct header_fork *fork)
{
	struct log_head a, b;

	log_head_parse(fork->head_a, &a);
	log_head_parse(fork->head_b, &b);
	if (memcmp(a.log_id, log->log_id, LOG_ID_LEN) != 0 ||
	    memcmp(b.log_id, log->log_id, LOG_ID_LEN) != 0 ||
	    a.n <= fork->last_common || b.n <= fork->last_common)
		return false;
	if (a.n == b.n ? memcmp(a.c, b.c, HASH_LEN) == 0 :
			 !contradicts(txn, &a) && !contradicts(txn, &b))
		return false;
	return log_head_verify(log->key, fork->head_a) == ERR_NONE &&
	    log_head_verify(log->key, fork->head_b) == ERR_NONE;
}

/* Does somebody's FORK entry, or ours, say it already, and prove it? */
static bool
is_known(
    struct store_txn *txn, const struct store_log *log, uint64_t last_common)
{
	struct told told;

	told_begin(&told, log->log_id);
	while (node_fork_told(txn, told.prefix, &told))
		if (told.fork.last_common <= last_common &&
		    proves(txn, log, &told.fork))
			return true;
	return false;
}

/* The beginning of the notes of one writer (NULL: this node) about a log. */
static void
told_begin_by(
    struct told *told, const uint8_t log_id[LOG_ID_LEN], const uint8_t *writer)
{
	told_begin(told, log_id);
	if (writer == NULL)
		strcat(told->prefix, OWN);
	else
		bytes_hex(
		    writer, LOG_ID_LEN, told->prefix + strlen(told->prefix));
}

/* How many notes of this writer there are about the log. */
static size_t
count_by(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const uint8_t *writer)
{
	struct told told;
	size_t count = 0;

	told_begin_by(&told, log_id, writer);
	while (node_fork_told(txn, told.prefix, &told))
		count++;
	return count;
}

/* The name of the note that this writer's FORK entry gets. */
static void
name_note(const struct header_fork *fork, const uint8_t *writer,
    char name[FORK_NAME_SIZE])
{
	const uint8_t *heads[] = { fork->head_a, fork->head_b };
	struct log_head head;
	struct told told;
	size_t i;

	told_begin_by(&told, fork->log_id, writer);
	memcpy(name, told.prefix, strlen(told.prefix) + 1);
	strcat(name, "/");
	for (i = 0; i < 2; i++) {
		log_head_parse(heads[i], &head);
		bytes_hex(head.c, C8_LEN, name + strlen(name));
	}
}

/*
 * Note that ${writer} (NULL: this node) says so in its entry ${n}; for two HEADs
 * its least position holds.  What it says beyond its number of entries is not
 * heard.
 */
static enum err
put_note(struct store_txn *txn, const struct header_fork *fork,
    struct bytes ext, const uint8_t *writer, uint64_t n)
{
	Erfa__LocalFork note = ERFA__LOCAL_FORK__INIT;
	uint8_t packed[HEADER_MAX + 64];
	uint8_t copy[HEADER_MAX];
	struct told before = { .seen_ms = 0 };
	struct bytes data;
	char name[FORK_NAME_SIZE];

	name_note(fork, writer, name);
	if (store_note_get(txn, name, &data) == ERR_NONE) {
		if (read_note(data, &before) &&
		    before.fork.last_common <= fork->last_common)
			return ERR_NONE;
	} else if (count_by(txn, fork->log_id, writer) >=
	    NODE_FORK_ENTRIES_MAX) {
		return ERR_NONE;
	}
	if (ext.len > sizeof(copy))
		return ERR_SIZE;
	memcpy(copy, ext.data, ext.len);
	note.has_ext = note.has_seen_ms = 1;
	note.has_n = n > 0;
	note.n = n;
	note.ext.len = ext.len;
	note.ext.data = copy;
	note.seen_ms = before.seen_ms != 0 ? before.seen_ms : node_clock();
	if (erfa__local_fork__get_packed_size(&note) > sizeof(packed))
		return ERR_SIZE;
	return store_note_put(
	    txn, name, packed, erfa__local_fork__pack(&note, packed));
}

/* Publish a FORK entry, unless this node has written enough about the log. */
static enum err
write_fork(struct store_txn *txn, struct outbox *outbox,
    const struct header_fork *fork)
{
	struct outbox_entry entry = { .kind = HEADER_FORK };
	uint8_t ext[HEADER_MAX];
	uint64_t ticket;
	enum err err;

	if (count_by(txn, fork->log_id, NULL) >= NODE_FORK_ENTRIES_MAX)
		return ERR_NONE;
	err = header_fork_encode(fork, ext, sizeof(ext), &entry.ext.len);
	if (err != ERR_NONE)
		return err;
	entry.ext.data = ext;
	if ((err = put_note(txn, fork, entry.ext, NULL, 0)) != ERR_NONE)
		return err;
	return outbox_add(outbox, txn, &entry, &ticket);
}

/* ---- which FORK entries all get ---- */

/* Logs that are cut off, and up to which entry they count. */
struct cuts {
	const struct store_pos *at;
	size_t count;
};

/* Is the entry of this note beyond a cut?  Others never get it then. */
static bool
is_hidden(const struct cuts *cuts, const struct told *told)
{
	char hex[2 * LOG_ID_LEN + 1];
	size_t i;

	for (i = 0; i < cuts->count; i++) {
		bytes_hex(cuts->at[i].log_id, LOG_ID_LEN, hex);
		if (told->n > cuts->at[i].n &&
		    strncmp(told->name + FORK_LOG_SIZE, hex, 2 * LOG_ID_LEN) ==
			0)
			return true;
	}
	return false;
}

/* If no proof is left that others get, say again what one proves that they do not. */
static enum err
say_again(struct store_txn *txn, struct outbox *outbox,
    const struct store_log *log, const struct cuts *cuts)
{
	struct header_fork fork;
	struct told told;
	bool found = false;

	told_begin(&told, log->log_id);
	while (node_fork_told(txn, told.prefix, &told)) {
		if (!proves(txn, log, &told.fork))
			continue;
		if (!is_hidden(cuts, &told))
			return ERR_NONE;
		fork = told.fork;
		found = true;
	}
	return found ? write_fork(txn, outbox, &fork) : ERR_NONE;
}

/* ---- which branches are named ---- */

/* The branches of a log, and which of them some FORK entry names. */
struct naming {
	struct store_txn *txn;
	const struct store_log *log;
	struct node_branches branches;
	bool named[STORE_BRANCHES_MAX + 1];
	size_t left;   /* not named */
	uint64_t open; /* the last n that is named and is on none of them */
};

/* Is this entry on the branch? */
static bool
is_on(const struct naming *naming, size_t at, uint64_t n, const uint8_t *c8)
{
	const struct log_tip *tip = &naming->branches.tips[at];
	uint8_t name[LINK_BRANCH_LEN];

	node_branch_name(tip, name);
	return n <= tip->n &&
	    store_branch_has(naming->txn, naming->log->log_id, name, n, c8) ==
	    ERR_NONE;
}

/* Is one branch the beginning of another? */
static bool
is_within(const struct naming *naming, size_t short_at, size_t at)
{
	const struct log_tip *tip = &naming->branches.tips[short_at];

	return short_at != at && is_on(naming, at, tip->n, tip->c);
}

/* Does the HEAD lie on this branch and on none that parts from it later? */
static bool
names(const struct naming *naming, const struct log_head *head, size_t at)
{
	size_t i;

	if (!is_on(naming, at, head->n, head->c))
		return false;
	for (i = 0; i < naming->branches.count; i++)
		if (i != at && is_on(naming, i, head->n, head->c) &&
		    !is_within(naming, i, at))
			return false;
	return true;
}

static void
set_named(struct naming *naming, size_t at)
{
	naming->left -= !naming->named[at];
	naming->named[at] = true;
}

/* Take in that a FORK entry has this HEAD. */
static void
heed_head(struct naming *naming, const uint8_t raw[HEAD_LEN])
{
	struct log_head head;
	bool held = false;
	size_t i;

	log_head_parse(raw, &head);
	if (memcmp(head.log_id, naming->log->log_id, LOG_ID_LEN) != 0)
		return;
	for (i = 0; i < naming->branches.count; i++) {
		held |= is_on(naming, i, head.n, head.c);
		if (!naming->named[i] && names(naming, &head, i) &&
		    log_head_verify(naming->log->key, raw) == ERR_NONE)
			set_named(naming, i);
	}
	if (!held && head.n > naming->open &&
	    log_head_verify(naming->log->key, raw) == ERR_NONE)
		naming->open = head.n;
}

/* See what is named.  The beginning of a branch need not be. */
static void
naming_begin(struct naming *naming, struct store_txn *txn,
    const struct store_log *log, const struct cuts *cuts)
{
	struct told told;
	size_t i;
	size_t j;

	memset(naming, 0, sizeof(*naming));
	naming->txn = txn;
	naming->log = log;
	node_branches(txn, log->log_id, &log->tip, &naming->branches);
	naming->left = naming->branches.count;
	for (i = 0; i < naming->branches.count; i++)
		for (j = 0; j < naming->branches.count; j++)
			if (is_within(naming, i, j))
				set_named(naming, i);
	told_begin(&told, log->log_id);
	while (naming->left > 0 && node_fork_told(txn, told.prefix, &told)) {
		if (is_hidden(cuts, &told))
			continue;
		heed_head(naming, told.fork.head_a);
		heed_head(naming, told.fork.head_b);
	}
}

/* A branch to be named beside this one: both have to go on after the fork. */
static bool
find_other(const struct naming *naming, size_t at, size_t *ret_other)
{
	size_t i;

	for (i = naming->branches.count; i-- > 0;)
		if (i != at &&
		    naming->branches.tips[i].n > naming->log->last_common &&
		    !is_within(naming, i, at) && !is_within(naming, at, i)) {
			*ret_other = i;
			return true;
		}
	return false;
}

/*
 * Name each branch that nobody has named as far as others get that; unless ${all},
 * not one that may be the beginning of another that was.
 */
static enum err
name_rest(struct store_txn *txn, struct outbox *outbox,
    const struct store_log *log, const struct cuts *cuts, bool all)
{
	struct header_fork fork = { .last_common = log->last_common };
	const struct log_tip *tips;
	struct naming naming;
	size_t other;
	size_t i;
	enum err err = ERR_NONE;

	naming_begin(&naming, txn, log, cuts);
	tips = naming.branches.tips;
	memcpy(fork.log_id, log->log_id, LOG_ID_LEN);
	for (i = 0; i < naming.branches.count && err == ERR_NONE; i++) {
		if (naming.named[i] || (!all && tips[i].n < naming.open) ||
		    !find_other(&naming, i, &other))
			continue;
		err = node_branch_head(
		    txn, log->log_id, &tips[other], fork.head_a);
		if (err == ERR_NONE)
			err = node_branch_head(
			    txn, log->log_id, &tips[i], fork.head_b);
		if (err == ERR_NONE)
			err = write_fork(txn, outbox, &fork);
		heed_head(&naming, fork.head_a);
		heed_head(&naming, fork.head_b);
	}
	return err;
}

enum err
node_fork_write(struct store_txn *txn, struct outbox *outbox,
    const struct log_run *branch, uint64_t last_common)
{
	struct header_fork fork = { .last_common = last_common };
	const struct cuts cuts = { .count = 0 };
	struct store_log log;
	enum err err;

	if ((err = store_log(txn, branch->log_id, &log)) != ERR_NONE)
		return err;
	memcpy(fork.log_id, log.log_id, LOG_ID_LEN);
	memcpy(fork.head_a, log.head, HEAD_LEN);
	memcpy(fork.head_b, branch->head, HEAD_LEN);
	if (!is_known(txn, &log, last_common) && proves(txn, &log, &fork) &&
	    (err = write_fork(txn, outbox, &fork)) != ERR_NONE)
		return err;
	return name_rest(txn, outbox, &log, &cuts, false);
}

enum err
node_fork_name(struct store_txn *txn, struct outbox *outbox,
    const struct store_pos *cut, size_t ncut, bool all)
{
	const struct cuts cuts = { .at = cut, .count = ncut };
	struct told told = { .prefix = FORK_PREFIX };
	uint8_t last[LOG_ID_LEN] = { 0 };
	struct store_log log;
	enum err err = ERR_NONE;

	while (err == ERR_NONE && node_fork_told(txn, FORK_PREFIX, &told)) {
		if (memcmp(told.fork.log_id, last, LOG_ID_LEN) == 0)
			continue;
		memcpy(last, told.fork.log_id, LOG_ID_LEN);
		if (store_log(txn, last, &log) != ERR_NONE || !log.frozen)
			continue;
		if ((err = say_again(txn, outbox, &log, &cuts)) == ERR_NONE)
			err = name_rest(txn, outbox, &log, &cuts, all);
	}
	return err;
}

/* Freeze the log where this proof says, as long as no branch tells better. */
static enum err
freeze(struct store_txn *txn, struct outbox *outbox,
    const struct store_log *log, const struct header_fork *fork)
{
	enum err err;

	if (log->tip.n < fork->last_common ||
	    (log->frozen && log->last_common <= fork->last_common) ||
	    store_branch_parts(txn, log->log_id) != ERR_NOENT ||
	    !proves(txn, log, fork))
		return ERR_NONE;
	err = store_freeze(txn, log->log_id, fork->last_common);
	if (err != ERR_NONE)
		return err;
	err = outbox_close_log(outbox, txn, log->log_id, fork->last_common);
	return err == ERR_DENIED ? ERR_NONE : err;
}

enum err
node_fork_apply(struct store_txn *txn, struct outbox *outbox,
    const uint8_t log_id[LOG_ID_LEN])
{
	struct told told;
	struct store_log log;
	enum err err;

	told_begin(&told, log_id);
	while (node_fork_told(txn, told.prefix, &told)) {
		if ((err = store_log(txn, log_id, &log)) != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		if ((err = freeze(txn, outbox, &log, &told.fork)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Is this header a FORK entry that can be read? */
static bool
read_fork(const struct bytes *raw, struct bytes *ret_ext,
    struct header_fork *ret_fork)
{
	struct header header;

	if (header_decode(raw->data, raw->len, &header) != ERR_NONE ||
	    header.kind != HEADER_FORK ||
	    header_fork_decode(header.ext, ret_fork) != ERR_NONE)
		return false;
	*ret_ext = header.ext;
	return true;
}

enum err
node_fork_keep(
    struct store_txn *txn, struct outbox *outbox, const struct log_run *run)
{
	struct header_fork fork;
	struct bytes ext;
	size_t i;
	enum err err;

	for (i = 0; i < run->count; i++) {
		if (!read_fork(&run->headers[i], &ext, &fork))
			continue;
		err = put_note(txn, &fork, ext, run->log_id, run->first + i);
		if (err == ERR_NONE)
			err = node_fork_apply(txn, outbox, fork.log_id);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

void
node_fork_touch(struct node *node, const struct log_run *run)
{
	struct header_fork fork;
	struct bytes ext;
	size_t i;

	for (i = 0; i < run->count; i++)
		if (read_fork(&run->headers[i], &ext, &fork))
			node_touch(node, fork.log_id);
	node_touch_own(node);
	node->forks_touched = true;
}

uint64_t
node_fork_since(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN])
{
	struct store_log log;
	struct told told;
	uint64_t since = 0;

	if (store_log(txn, log_id, &log) != ERR_NONE)
		return 0;
	told_begin(&told, log_id);
	while (node_fork_told(txn, told.prefix, &told))
		if ((since == 0 || told.seen_ms < since) &&
		    proves(txn, &log, &told.fork))
			since = told.seen_ms;
	return since;
}

/* Branches are named that nobody has named; on the writer's thread. */
struct name_job {
	struct writer_job job; /* first */
	struct outbox *outbox;
	bool all;
	size_t ncut;
	struct store_pos cut[];
};

static enum err
name_job_run(struct store_txn *txn, struct writer_job *job)
{
	struct name_job *name = (struct name_job *)job;

	return node_fork_name(
	    txn, name->outbox, name->cut, name->ncut, name->all);
}

static void
name_job_done(struct writer_job *job, void *context)
{
	struct node *node = context;

	if (node != NULL && job->err == ERR_NONE)
		node_touch_own(node);
	else if (node != NULL)
		node_fork_found(node); /* a full disk: not only in an hour */
	free(job);
}

/* Is a part of the log hidden from others? */
static bool
is_cut(const struct view_log *log)
{
	return log->cut < log->tip.n;
}

static size_t
count_cut(struct node *node)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < view_count(node->view); i++)
		count += is_cut(view_at(node->view, i));
	return count;
}

static void
name_branches(struct node *node, bool all)
{
	struct name_job *job = calloc(
	    1, sizeof(*job) + count_cut(node) * sizeof(struct store_pos));
	const struct view_log *log;
	struct store_pos *cut;
	size_t i;

	if (job == NULL)
		return;
	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if (!is_cut(log))
			continue;
		cut = &job->cut[job->ncut++];
		memcpy(cut->log_id, log->log_id, LOG_ID_LEN);
		cut->n = log->cut;
	}
	job->all = all;
	job->job.run = name_job_run;
	job->job.done = name_job_done;
	job->job.entries = 1;
	job->outbox = node->outbox;
	writer_submit(node->writer, &job->job);
}

/* Does any FORK entry that is here say something that can be read? */
static bool
has_forks(struct node *node)
{
	struct told told = { .seen_ms = 0 };
	struct store_txn *txn = NULL;
	bool has;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return false;
	has = node_fork_told(txn, FORK_PREFIX, &told);
	store_abort(&txn);
	return has;
}

void
node_fork_found(struct node *node)
{
	int64_t due = node_now() + NAME_MS;

	if (node->forks_due > due)
		node->forks_due = due;
}

void
node_fork_cut(struct node *node)
{
	if (node->forks_cut == 0 && count_cut(node) > 0)
		node->forks_cut = node_now() +
		    node_link_host.random(node) % HAVE_MS;
}

static void
name_tick(struct node *node, int64_t now)
{
	if (node->forks_cut != 0 && now >= node->forks_cut) {
		node->forks_cut = 0;
		if (has_forks(node))
			name_branches(node, false);
	}
	if (node->forks_due == 0)
		node->forks_due = now + NAME_MS;
	if (now < node->forks_due)
		return;
	node->forks_due = now + NAME_ALL_MS;
	if (has_forks(node))
		name_branches(node, true);
}

void
node_fork_tick(struct node *node, int64_t now)
{
	name_tick(node, now);
	node_fork_walk(node, now);
}
