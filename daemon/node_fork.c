/*
 * Forked logs: who proves one says so in a FORK entry, and who reads one looks
 * for the branch that it lacks.  PROTOCOL.md chapter 3.6.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"

/* "fork/<forked log>/<log of the writer>": one note a writer. */
#define PREFIX    "fork/"
#define NAME_SIZE (sizeof(PREFIX) + 4 * LOG_ID_LEN + 1)

enum err
node_fork_write(struct store_txn *txn, struct outbox *outbox,
    const struct store_log *log, const struct log_run *branch,
    uint64_t last_common)
{
	struct outbox_entry entry = { .kind = HEADER_FORK };
	struct header_fork fork;
	uint8_t ext[HEADER_MAX];
	uint64_t ticket;
	enum err err;

	memcpy(fork.log_id, log->log_id, LOG_ID_LEN);
	fork.last_common = last_common;
	memcpy(fork.head_a, log->head, HEAD_LEN);
	memcpy(fork.head_b, branch->head, HEAD_LEN);
	if ((err = header_fork_encode(
		 &fork, ext, sizeof(ext), &entry.ext.len)) != ERR_NONE)
		return err;
	entry.ext.data = ext;
	return outbox_add(outbox, txn, &entry, &ticket);
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
node_fork_keep(struct store_txn *txn, const struct log_run *run)
{
	struct header_fork fork;
	struct bytes ext;
	char name[NAME_SIZE] = PREFIX;
	char *at;
	size_t i;
	enum err err;

	for (i = 0; i < run->count; i++) {
		if (!read_fork(&run->headers[i], &ext, &fork))
			continue;
		at = name + strlen(PREFIX);
		bytes_hex(fork.log_id, LOG_ID_LEN, at);
		at += (size_t)2 * LOG_ID_LEN;
		*at++ = '/';
		bytes_hex(run->log_id, LOG_ID_LEN, at);
		err = store_note_put(txn, name, ext.data, ext.len);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Ask the peer for the branch of this HEAD, if it is none that we hold. */
static void
ask_branch(struct node *node, struct link *link, const struct view_log *log,
    const uint8_t raw[HEAD_LEN])
{
	struct wire_pos pos = { 0 };
	struct log_head head;
	uint8_t c[HASH_LEN];

	log_head_parse(raw, &head);
	if (memcmp(head.log_id, log->log_id, LOG_ID_LEN) != 0 || head.n == 0 ||
	    (node_link_host.chain_at(node, log->log_id, head.n, c) ==
		    ERR_NONE &&
		memcmp(c, head.c, HASH_LEN) == 0) ||
	    log_head_verify(log->key, raw) != ERR_NONE)
		return;
	memcpy(pos.log_id, log->log_id, LOG_ID_LEN);
	memcpy(pos.c8, head.c, C8_LEN);
	pos.n = head.n;
	link_forked(link, &pos);
}

void
node_fork_ask(struct node *node, struct link *link)
{
	struct store_txn *txn = NULL;
	const struct view_log *log;
	struct header_fork fork;
	struct bytes data;
	char name[201] = "";

	if (link_state(link) < LINK_SYNC ||
	    store_begin(node->store, false, &txn) != ERR_NONE)
		return;
	while (store_note_next(txn, PREFIX, name[0] == '\0' ? NULL : name, name,
		   &data) == ERR_NONE) {
		if (header_fork_decode(data, &fork) != ERR_NONE ||
		    (log = view_find(node->view, fork.log_id)) == NULL ||
		    log->frozen || log->tip.n == 0)
			continue;
		ask_branch(node, link, log, fork.head_a);
		ask_branch(node, link, log, fork.head_b);
	}
	store_abort(&txn);
}
