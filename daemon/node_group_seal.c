/*
 * What is written to a group: sealed to those who are in it, and only as long as
 * it is known who they are.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "daemon/node_internal.h"

/* So far the index may be behind what is held, while somebody writes to a group. */
#define BEHIND_MAX 10000

enum err
node_group_seal(struct node *node, const struct query_group *group,
    const uint8_t *plain, size_t len, uint8_t **ret_p, size_t *ret_len)
{
	uint8_t(*curves)[KEY_LEN] = calloc(group->nmembers + 1, KEY_LEN);
	const struct query_group_member *member;
	size_t count = 0;
	size_t i;
	enum err err;

	if (curves == NULL)
		return ERR_NOMEM;
	memcpy(curves[count++], node->key.curve_public, KEY_LEN);
	for (i = 0; i < group->nmembers; i++) {
		member = &group->members[i];
		if (!member->own &&
		    (member->standing == QUERY_GROUP_IN ||
			member->standing == QUERY_GROUP_REPLACED))
			memcpy(curves[count++], member->curve, KEY_LEN);
	}
	err = sealed_seal(plain, len, (const uint8_t(*)[KEY_LEN])curves, count,
	    ret_p, ret_len);
	free(curves);
	return err;
}

/* Is this a word of the group? */
static bool
is_word(struct bytes bytes, uint64_t number)
{
	struct header header;

	return header_decode(bytes.data, bytes.len, &header) == ERR_NONE &&
	    header.kind == HEADER_GROUP && header.group == number;
}

/* Does a word of the group wait to be signed?  It has no place in time yet. */
static enum err
check_outbox(struct store_txn *txn, uint64_t number)
{
	struct bytes bytes;
	uint64_t ticket = 0;
	size_t size;
	enum err err;

	while ((err = store_outbox_next(txn, ticket, &ticket, &bytes, &size)) ==
	    ERR_NONE)
		if (is_word(bytes, number))
			return ERR_BUSY;
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
node_group_check(struct store_txn *txn, uint64_t number, uint64_t seen)
{
	struct store_entry entry;
	enum err err;

	if ((err = check_outbox(txn, number)) != ERR_NONE)
		return err;
	if (store_arrival_last(txn) > seen + BEHIND_MAX)
		return ERR_GAP;
	while ((err = store_arrival_next(txn, seen, &entry)) == ERR_NONE) {
		if (is_word(entry.header, number))
			return ERR_GAP;
		seen = entry.arrival;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}
