/*
 * The keys that this node reads restricted bodies with.  A key that is not in
 * force any more signs nothing, and still opens what was sealed to it: without
 * it a change of key would make unreadable what others have written.
 */

#include <stdio.h>
#include <string.h>

#include "daemon/keyfile.h"
#include "daemon/node_internal.h"

#define PATH_ROOM 4096
#define RETIRED   5 /* keys of before that are kept: node.key.1 is the last */

#define FILE_NEXT "node.key.next"
#define FILE_OLD  "node.key.old"

void
node_ring_add(struct node *node, const uint8_t seed[SEED_LEN])
{
	struct sealed_ring *ring = &node->ring;
	size_t count = ring->count;
	struct crypto_key key;
	size_t i;

	crypto_key_from_seed(seed, &key);
	for (i = 0; i < count; i++)
		if (memcmp(ring->keys[i].public_key, key.public_key, KEY_LEN) ==
		    0)
			break;

	/* It is whole before it counts. */
	if (i == count && count < SEALED_KEYS) {
		ring->keys[count] = key;
		ring->count = count + 1;
	}
	crypto_wipe(&key, sizeof(key));
}

static void
add_file(struct node *node, const char *name)
{
	char path[PATH_ROOM];
	uint8_t seed[SEED_LEN];

	(void)snprintf(path, sizeof(path), "%s/%s", node->config->state, name);
	if (keyfile_read(path, 077, seed) == ERR_NONE)
		node_ring_add(node, seed);
	crypto_wipe(seed, sizeof(seed));
}

/* The name of a key that is kept to read with. */
static void
retired_name(unsigned number, char out[16])
{
	(void)snprintf(out, 16, "node.key.%u", number);
}

void
node_ring_open(struct node *node)
{
	uint8_t seed[SEED_LEN];
	char name[16];
	unsigned i;

	node->ring.keys[0] = node->key;
	node->ring.count = 1;
	add_file(node, FILE_NEXT);
	add_file(node, FILE_OLD);
	for (i = 1; i <= RETIRED; i++) {
		retired_name(i, name);
		add_file(node, name);
	}

	/* That of the settings may have been in force before the first change. */
	if (config_read_key(node->config, seed) == ERR_NONE)
		node_ring_add(node, seed);
	crypto_wipe(seed, sizeof(seed));
}

/* Give one key of before the next number; the last one goes. */
static void
move_on(struct node *node, unsigned number)
{
	char from[PATH_ROOM];
	char to[PATH_ROOM];
	char name[16];
	uint8_t seed[SEED_LEN];
	enum err err;

	retired_name(number, name);
	(void)snprintf(from, sizeof(from), "%s/%s", node->config->state, name);
	retired_name(number + 1, name);
	(void)snprintf(to, sizeof(to), "%s/%s", node->config->state, name);
	err = keyfile_read(from, 077, seed);
	crypto_wipe(seed, sizeof(seed));
	if (err != ERR_NONE)
		return;
	err = number == RETIRED ? keyfile_wipe(from) : keyfile_move(from, to);
	if (err != ERR_NONE)
		logger_warning("node", "%s cannot be put aside", from);
}

void
node_ring_retire(struct node *node)
{
	char old[PATH_ROOM];
	char first[PATH_ROOM];
	char name[16];
	uint8_t seed[SEED_LEN];
	unsigned i;
	enum err err;

	(void)snprintf(old, sizeof(old), "%s/" FILE_OLD, node->config->state);
	err = keyfile_read(old, 077, seed);
	crypto_wipe(seed, sizeof(seed));
	if (err != ERR_NONE)
		return;
	for (i = RETIRED; i >= 1; i--)
		move_on(node, i);
	retired_name(1, name);
	(void)snprintf(
	    first, sizeof(first), "%s/%s", node->config->state, name);
	if (keyfile_move(old, first) != ERR_NONE)
		logger_warning("node", "%s cannot be put aside", old);
}
