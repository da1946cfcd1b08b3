#include "tests/sim/rekey.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "daemon/keyfile.h"

/* Of the number of a request: it asks to withdraw a key. */
#define WITHDRAW 1000u

void
rekey_rotate(const struct box *box)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__KeyRequest key = ERFA__KEY_REQUEST__INIT;

	key.has_rotate = key.rotate = 1;
	request.has_req = 1;
	request.req = REKEY_ASKS + 2 * WITHDRAW;
	request.ask_case = ERFA__REQUEST__ASK_KEY;
	request.key = &key;
	world_ask(box, &request);
}

void
rekey_lose(struct world *world, struct box *box)
{
	uint8_t seed[SEED_LEN];
	char fence[WORLD_PATH + 32];
	int before = machine_enter(MACHINE_NOBODY);

	world_set_back(world, box, BACK_RESTORED);
	box->was_back = box->back_now = false;
	world_fence(box, fence);
	(void)unlink(fence);
	crypto_random(seed, sizeof(seed));
	memcpy(box->former[box->nformer++], box->key.public_key, KEY_LEN);
	crypto_key_from_seed(seed, &box->key);
	if (keyfile_write(box->paths[0], seed) != ERR_NONE)
		abort();
	machine_leave(before);
	box->opened_at = 0;
	box->lost_once = true;
}

void
rekey_note_unheard(struct box *box, unsigned known)
{
	unsigned before = box->unheard;

	if (!box->lost_once)
		return;
	box->unheard |= ((1U << box->nformer) - 1) & ~known;
	if (box->unheard != before)
		machine_trace("  of the keys that node %d had, nobody knows %x",
		    box->number, box->unheard);
}

/*
 * The latest earlier key that the registry knows, or NULL.  One that has lapsed is
 * none: a registry that was set back named a cut before the word for it.
 */
static const uint8_t *
known_former(struct world *world, const struct box *box)
{
	const struct directory *directory = node_directory(
	    world->boxes[0].node);
	const struct directory_member *member;
	int i;

	for (i = box->nformer; i > 0; i--) {
		member = directory_find(directory, box->former[i - 1]);
		if (member != NULL && (member->in || member->withdrawn_ms != 0))
			return member->key;
	}
	return NULL;
}

void
rekey_bind(struct world *world, struct box *box)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__AcceptRequest accept = ERFA__ACCEPT_REQUEST__INIT;
	const uint8_t *former = known_former(world, box);
	char key[2 * KEY_LEN + 1];
	char old[2 * KEY_LEN + 1];

	bytes_hex(box->key.public_key, KEY_LEN, key);
	accept.check_number = key;
	accept.org = box->org;
	if (former != NULL) {
		bytes_hex(former, KEY_LEN, old);
		accept.succeeds = old;
	}
	request.has_req = 1;
	request.req = REKEY_ASKS + (uint32_t)box->number;
	request.ask_case = ERFA__REQUEST__ASK_ACCEPT;
	request.accept = &accept;
	world_ask(&world->boxes[0], &request);
	world_vouch_back(world, box);
}

/* What has not reached the registry is beyond its cuts. */
static void
withdraw(struct world *world, struct box *box, const uint8_t *former)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__RemoveRequest remove = ERFA__REMOVE_REQUEST__INIT;
	char old[2 * KEY_LEN + 1];

	bytes_hex(former, KEY_LEN, old);
	remove.peer = old;
	request.has_req = 1;
	request.req = REKEY_ASKS + WITHDRAW + (uint32_t)box->number;
	request.ask_case = ERFA__REQUEST__ASK_REMOVE;
	request.remove = &remove;
	world_note_cut(world, box);
	world_ask(&world->boxes[0], &request);
}

void
rekey_answered(struct world *world, const Erfa__Answer *answer)
{
	uint32_t number = answer->req - REKEY_ASKS;
	const uint8_t *former;
	struct box *box;

	if (answer->req < REKEY_ASKS || number >= (uint32_t)world->nboxes)
		return;
	box = &world->boxes[number];
	former = world->boxes[0].is_up ? known_former(world, box) : NULL;
	machine_trace("the new key of node %d %s", box->number,
	    former == NULL ? "is a member" : "takes the place of the lost one");
	if (former != NULL && rekey_waits(world, box))
		withdraw(world, box, former);
}

bool
rekey_waits(struct world *world, const struct box *box)
{
	const struct directory *directory = node_directory(
	    world->boxes[0].node);
	const uint8_t *former = known_former(world, box);
	const struct directory_member *member = directory_find(
	    directory, former != NULL ? former : box->key.public_key);

	if (former == NULL)
		return member == NULL || !member->in;
	return member->in ||
	    !directory_succeeds(directory, former, box->key.public_key);
}

bool
rekey_dials(const struct box *box, const struct box *other)
{
	const struct directory *directory = node_directory(box->node);
	const uint8_t *key = other->key.public_key;
	const struct directory_member *heir;
	const struct node *node = box->node;
	size_t i;

	for (i = 0; i < node->ndialled; i++) {
		heir = directory_heir(directory, node->dialled[i].noted);
		if (memcmp(node->dialled[i].noted, key, KEY_LEN) == 0 ||
		    (heir != NULL && memcmp(heir->key, key, KEY_LEN) == 0))
			return true;
	}
	return false;
}
