/*
 * The directory of this moment, from all MEMBER entries of the store.
 */

#include <stdlib.h>
#include <string.h>

#include "daemon/node_internal.h"
#include "daemon/node_members_internal.h"

/* ---- borrowing ---- */

struct snapshot *
node_snapshot_get(struct node *node)
{
	struct snapshot *snapshot;

	(void)pthread_mutex_lock(&node->snapshot_mutex);
	snapshot = node->snapshot;
	if (snapshot != NULL)
		(void)atomic_fetch_add(&snapshot->holders, 1);
	(void)pthread_mutex_unlock(&node->snapshot_mutex);
	return snapshot;
}

void
node_snapshot_put(struct node *node, struct snapshot *snapshot)
{
	(void)node;
	if (snapshot == NULL || atomic_fetch_sub(&snapshot->holders, 1) > 1)
		return;
	directory_free(snapshot->directory);
	free(snapshot);
}

const struct directory *
node_directory(const struct node *node)
{
	return node->snapshot->directory;
}

bool
node_is_in(const struct node *node, const uint8_t key[KEY_LEN])
{
	const struct directory_member *member = directory_find(
	    node_directory(node), key);

	return member != NULL && member->in;
}

/* ---- computing ---- */

/*
 * Add the own MEMBER entries that are accepted and not yet signed: while signing
 * pauses, who was removed is out and who was invited is in all the same.  They
 * stand after all of the same time that are signed.
 */
static enum err
add_waiting(struct node *node, struct store_txn *txn,
    struct directory_input *input, struct directory_entry *member)
{
	struct header header;
	struct bytes raw;
	uint64_t ticket = 0;
	size_t bytes;
	enum err err;

	memcpy(member->voucher, node->key.public_key, KEY_LEN);
	memset(member->log_id, 0xff, LOG_ID_LEN);
	while ((err = store_outbox_next(txn, ticket, &ticket, &raw, &bytes)) ==
	    ERR_NONE) {
		if (header_decode(raw.data, raw.len, &header) != ERR_NONE ||
		    header.kind != HEADER_MEMBER ||
		    header_member_decode(header.ext, &member->member) !=
			ERR_NONE)
			continue;
		member->n = ticket;
		member->time_ms = header.time_ms;
		if ((err = directory_input_add(input, member)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/*
 * What a MEMBER entry of the store says.  False if it cannot be read, or stands
 * beyond a fork: other nodes may hold another branch.
 */
static bool
read_member(struct store_txn *txn, const struct store_entry *entry,
    struct directory_entry *member)
{
	struct header header;
	struct store_log log;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
		ERR_NONE ||
	    header_member_decode(header.ext, &member->member) != ERR_NONE ||
	    store_log(txn, entry->log_id, &log) != ERR_NONE ||
	    (log.frozen && entry->n > log.last_common))
		return false;
	memcpy(member->voucher, log.key, KEY_LEN);
	memcpy(member->log_id, entry->log_id, LOG_ID_LEN);
	member->n = entry->n;
	member->time_ms = header.time_ms;
	return true;
}

/* Add every MEMBER entry of the store that counts. */
static enum err
add_entries(struct node *node, struct directory_input *input)
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	struct store_pos after;
	struct directory_entry *member;
	bool begun = false;
	enum err err;

	if ((member = calloc(1, sizeof(*member))) == NULL)
		return ERR_NOMEM;
	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		goto out;
	while ((err = store_member_next(txn, begun ? &after : NULL, &entry)) ==
	    ERR_NONE) {
		begun = true;
		memcpy(after.log_id, entry.log_id, LOG_ID_LEN);
		after.n = entry.n;
		if (read_member(txn, &entry, member) &&
		    (err = directory_input_add(input, member)) != ERR_NONE)
			goto out;
	}
	if (err == ERR_NOENT)
		err = add_waiting(node, txn, input, member);

out:
	store_abort(&txn);
	free(member);
	return err;
}

enum err
node_snapshot_make(struct node *node, struct snapshot **ret_snapshot)
{
	struct directory_input *input = NULL;
	struct snapshot *snapshot = NULL;
	struct snapshot *before = NULL;
	size_t i;
	enum err err;

	if ((err = directory_input_new(
		 node->key.public_key, node->config->org, &input)) != ERR_NONE)
		return err;
	before = node_snapshot_get(node);
	if (before != NULL)
		directory_input_reuse(input, before->directory);
	for (i = 0; i < node->config->npinned; i++)
		if ((err = directory_input_pin(
			 input, node->config->pinned[i])) != ERR_NONE)
			goto out;
	if ((err = add_entries(node, input)) != ERR_NONE)
		goto out;
	if ((snapshot = calloc(1, sizeof(*snapshot))) == NULL) {
		err = ERR_NOMEM;
		goto out;
	}
	atomic_init(&snapshot->holders, 1);
	if ((err = directory_compute(input, &snapshot->directory)) != ERR_NONE)
		goto out;
	*ret_snapshot = snapshot;
	snapshot = NULL;

out:
	free(snapshot);
	directory_input_free(input);
	node_snapshot_put(node, before);
	return err;
}

void
node_snapshot_use(struct node *node, struct snapshot *snapshot)
{
	struct snapshot *old;

	(void)pthread_mutex_lock(&node->snapshot_mutex);
	old = node->snapshot;
	node->snapshot = snapshot;
	(void)pthread_mutex_unlock(&node->snapshot_mutex);
	node_snapshot_put(node, old);
}

enum err
node_members_compute(struct node *node)
{
	struct snapshot *snapshot;
	enum err err;

	if ((err = node_snapshot_make(node, &snapshot)) == ERR_NONE)
		node_snapshot_use(node, snapshot);
	return err;
}
