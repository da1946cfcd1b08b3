/*
 * Forked logs: who proves one says so in a FORK entry, unless another has; who
 * reads one checks the proof, counts the log up to what both branches share,
 * and looks for the branch that it lacks.  PROTOCOL.md chapter 3.6.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"

/* "forked/<forked log>/<log of the writer>": one note a writer. */
#define PREFIX    "forked/"
#define OWN       "own" /* for the log of the writer: this node */
#define LOG_SIZE  (sizeof(PREFIX) + 2 * LOG_ID_LEN)
#define NAME_SIZE (LOG_SIZE + 1 + 2 * LOG_ID_LEN + 1)

/*
 * A peer may tell of a fork before it has the branches itself: it is asked for
 * them again after HAVE_MS, then ever more rarely, at least this often.
 */
#define ASK_MAX_MS 3600000

/* What a note holds, and where it stands among those of one log. */
struct told {
	char prefix[LOG_SIZE + 1];
	char name[201];
	struct header_fork fork;
	uint64_t seen_ms;
};

/* Begin to read the notes about one forked log. */
static void
told_begin(struct told *told, const uint8_t log_id[LOG_ID_LEN])
{
	memset(told, 0, sizeof(*told));
	memcpy(told->prefix, PREFIX, sizeof(PREFIX));
	bytes_hex(log_id, LOG_ID_LEN, told->prefix + strlen(PREFIX));
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

	if (good)
		told->seen_ms = note->seen_ms;
	if (note != NULL)
		erfa__local_fork__free_unpacked(note, NULL);
	return good;
}

/* The next note with this prefix that can be read; false at the end. */
static bool
told_next(struct store_txn *txn, const char *prefix, struct told *told)
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
	while (told_next(txn, told.prefix, &told))
		if (told.fork.last_common <= last_common &&
		    proves(txn, log, &told.fork))
			return true;
	return false;
}

/* Note that ${writer} (NULL: this node) says so; its least position holds. */
static enum err
put_note(struct store_txn *txn, const struct header_fork *fork,
    struct bytes ext, const uint8_t *writer)
{
	Erfa__LocalFork note = ERFA__LOCAL_FORK__INIT;
	uint8_t packed[HEADER_MAX + 64];
	uint8_t copy[HEADER_MAX];
	struct told before;
	struct bytes data;
	char name[NAME_SIZE];

	told_begin(&before, fork->log_id);
	memcpy(name, before.prefix, strlen(before.prefix) + 1);
	if (writer == NULL)
		strcat(name, OWN);
	else
		bytes_hex(writer, LOG_ID_LEN, name + strlen(name));
	if (store_note_get(txn, name, &data) == ERR_NONE &&
	    read_note(data, &before) &&
	    before.fork.last_common <= fork->last_common)
		return ERR_NONE;
	if (ext.len > sizeof(copy))
		return ERR_SIZE;
	memcpy(copy, ext.data, ext.len);
	note.has_ext = note.has_seen_ms = 1;
	note.ext.len = ext.len;
	note.ext.data = copy;
	note.seen_ms = before.seen_ms != 0 ? before.seen_ms : node_clock();
	if (erfa__local_fork__get_packed_size(&note) > sizeof(packed))
		return ERR_SIZE;
	return store_note_put(
	    txn, name, packed, erfa__local_fork__pack(&note, packed));
}

enum err
node_fork_write(struct store_txn *txn, struct outbox *outbox,
    const struct log_run *branch, uint64_t last_common)
{
	struct outbox_entry entry = { .kind = HEADER_FORK };
	struct header_fork fork;
	struct store_log log;
	uint8_t ext[HEADER_MAX];
	uint64_t ticket;
	enum err err;

	if ((err = store_log(txn, branch->log_id, &log)) != ERR_NONE)
		return err;
	memcpy(fork.log_id, log.log_id, LOG_ID_LEN);
	fork.last_common = last_common;
	memcpy(fork.head_a, log.head, HEAD_LEN);
	memcpy(fork.head_b, branch->head, HEAD_LEN);
	if (is_known(txn, &log, last_common) || !proves(txn, &log, &fork))
		return ERR_NONE;
	if ((err = header_fork_encode(
		 &fork, ext, sizeof(ext), &entry.ext.len)) != ERR_NONE)
		return err;
	entry.ext.data = ext;
	if ((err = put_note(txn, &fork, entry.ext, NULL)) != ERR_NONE)
		return err;
	return outbox_add(outbox, txn, &entry, &ticket);
}

/* Freeze the log where this proof says, as long as no branch tells better. */
static enum err
freeze(struct store_txn *txn, struct outbox *outbox,
    const struct store_log *log, const struct header_fork *fork)
{
	struct log_tip tip;
	enum err err;

	if (log->tip.n < fork->last_common ||
	    (log->frozen && log->last_common <= fork->last_common) ||
	    store_branch_next(txn, log->log_id, NULL, &tip) != ERR_NOENT ||
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
	while (told_next(txn, told.prefix, &told)) {
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
		err = put_note(txn, &fork, ext, run->log_id);
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
	while (told_next(txn, told.prefix, &told))
		if ((since == 0 || told.seen_ms < since) &&
		    proves(txn, &log, &told.fork))
			since = told.seen_ms;
	return since;
}

/* Ask the peer for the branch of this HEAD, if it is none that we hold. */
static void
ask_branch(struct node *node, struct link *link, const struct view_log *log,
    const uint8_t raw[HEAD_LEN])
{
	struct wire_pos pos = { 0 };
	uint8_t branch[LINK_BRANCH_LEN];
	struct log_head head;
	struct log_run run;
	void *memory = NULL;
	bool held;

	log_head_parse(raw, &head);
	if (memcmp(head.log_id, log->log_id, LOG_ID_LEN) != 0 || head.n == 0 ||
	    log_head_verify(log->key, raw) != ERR_NONE)
		return;
	bytes_put_le64(branch, head.n);
	memcpy(branch + 8, head.c, C8_LEN);
	held = node_link_host.read_run(node, log->log_id, head.n, branch, &run,
		   &memory) == ERR_NONE;
	free(memory);
	if (held)
		return;
	memcpy(pos.log_id, log->log_id, LOG_ID_LEN);
	memcpy(pos.c8, head.c, C8_LEN);
	pos.n = head.n;
	link_forked(link, &pos);
}

/* Ask one peer for what FORK entries name and is not here. */
static void
ask_link(struct link *link, void *arg)
{
	struct node *node = arg;
	struct store_txn *txn = NULL;
	const struct view_log *log;
	struct told told = { .prefix = "" };

	if (link_state(link) < LINK_SYNC ||
	    store_begin(node->store, false, &txn) != ERR_NONE)
		return;
	while (told_next(txn, PREFIX, &told)) {
		log = view_find(node->view, told.fork.log_id);
		if (log == NULL || log->tip.n == 0)
			continue;
		ask_branch(node, link, log, told.fork.head_a);
		ask_branch(node, link, log, told.fork.head_b);
	}
	store_abort(&txn);
}

void
node_fork_ask(struct node *node, struct link *link)
{
	node->forks_wait = HAVE_MS;
	node->forks_at = node_now() + node->forks_wait;
	if (link != NULL)
		ask_link(link, node);
	else
		node_each_link(node, ask_link, node);
}

void
node_fork_tick(struct node *node, int64_t now)
{
	if (now < node->forks_at)
		return;
	node_each_link(node, ask_link, node);
	node->forks_wait *= 2;
	if (node->forks_wait < HAVE_MS)
		node->forks_wait = HAVE_MS;
	if (node->forks_wait > ASK_MAX_MS)
		node->forks_wait = ASK_MAX_MS;
	node->forks_at = now + node->forks_wait;
}
