/*
 * Unknown keys that knock are remembered, so that people can let them in.
 */

#include <stdio.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"

/* Strangers that are remembered: the last ones, and few from one address. */
#define PENDING_MAX      200
#define PENDING_FROM_ONE 5

/* Strangers taken note of in one turn, and how often of the same one. */
#define STRANGERS_PER_TURN 4
#define KNOCKED_AGAIN_MS   60000

/* What is known of strangers when another one knocks. */
struct knock {
	Erfa__LocalPending *old; /* of the same key */
	size_t known;
	size_t same_address;
	char oldest[201]; /* name of the note that goes first */
	uint64_t oldest_ms;
};

/* Count one stranger's note. */
static void
knock_count(struct knock *knock, const char *name,
    const Erfa__LocalPending *pending, const struct zap_stranger *stranger)
{
	bool same = pending->address != NULL &&
	    strncmp(pending->address, stranger->address,
		sizeof(stranger->address)) == 0;

	knock->known++;
	if (same)
		knock->same_address++;
	if (pending->accepted_org != NULL ||
	    (knock->oldest[0] != '\0' && pending->last_ms >= knock->oldest_ms))
		return;
	knock->oldest_ms = pending->last_ms;
	(void)snprintf(knock->oldest, sizeof(knock->oldest), "%s", name);
}

/* Look through the notes about strangers. */
static enum err
knock_read(
    struct node *node, const struct zap_stranger *stranger, struct knock *knock)
{
	struct store_txn *txn = NULL;
	Erfa__LocalPending *pending;
	char name[201] = "";
	struct bytes data;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	while (store_note_next(txn, "pending/", name[0] == '\0' ? NULL : name,
		   name, &data) == ERR_NONE) {
		pending = erfa__local_pending__unpack(
		    NULL, data.len, data.data);
		if (pending == NULL)
			continue;
		if (pending->curve.len == KEY_LEN &&
		    memcmp(pending->curve.data, stranger->curve, KEY_LEN) ==
			0) {
			knock->old = pending;
			continue;
		}
		knock_count(knock, name, pending, stranger);
		erfa__local_pending__free_unpacked(pending, NULL);
	}
	store_abort(&txn);
	return ERR_NONE;
}

/* Write the note about a stranger. */
static void
knock_write(struct node *node, const struct zap_stranger *stranger,
    const Erfa__LocalPending *old)
{
	Erfa__LocalPending pending = ERFA__LOCAL_PENDING__INIT;
	char name[80] = "pending/";
	char address[64];
	uint8_t packed[512];

	bytes_hex(stranger->curve, KEY_LEN, name + strlen(name));
	memcpy(address, stranger->address, sizeof(address));
	address[sizeof(address) - 1] = '\0';
	pending.has_curve = 1;
	pending.curve.data = (uint8_t *)(uintptr_t)stranger->curve;
	pending.curve.len = KEY_LEN;
	pending.address = address;
	pending.has_first_ms = pending.has_last_ms = pending.has_count = 1;
	pending.first_ms = old != NULL ? old->first_ms :
					 (uint64_t)stranger->time_ms;
	pending.last_ms = (uint64_t)stranger->time_ms;
	pending.count = old != NULL ? old->count + 1 : 1;
	if (old != NULL) {
		pending.accepted_org = old->accepted_org;
		pending.has_accepted_roles = old->has_accepted_roles;
		pending.accepted_roles = old->accepted_roles;
		pending.has_accepted_succeeds = old->has_accepted_succeeds;
		pending.accepted_succeeds = old->accepted_succeeds;
	}
	if (erfa__local_pending__get_packed_size(&pending) <= sizeof(packed) &&
	    node_write_note(node, name, packed,
		erfa__local_pending__pack(&pending, packed), NULL,
		NULL) != ERR_NONE)
		logger_debug("peers", "a stranger was not remembered");
}

/*
 * Remember one stranger, or that it knocked again, which is not worth a commit
 * every time.  When there are too many, the one that has been silent longest
 * goes; one address cannot drive out all others.
 */
static void
remember_stranger(struct node *node, const struct zap_stranger *stranger)
{
	struct knock knock = { 0 };

	if (knock_read(node, stranger, &knock) != ERR_NONE)
		return;
	if (knock.old != NULL) {
		if ((uint64_t)stranger->time_ms >=
		    knock.old->last_ms + KNOCKED_AGAIN_MS)
			knock_write(node, stranger, knock.old);
		erfa__local_pending__free_unpacked(knock.old, NULL);
		return;
	}
	if (knock.same_address >= PENDING_FROM_ONE ||
	    (knock.known >= PENDING_MAX && knock.oldest[0] == '\0'))
		return;
	if (knock.known >= PENDING_MAX &&
	    node_write_note(node, knock.oldest, NULL, 0, NULL, NULL) !=
		ERR_NONE)
		return;
	knock_write(node, stranger, NULL);
}

void
node_strangers(struct node *node)
{
	struct zap_stranger stranger;
	char check[INVITE_CHECK_LEN + 1];
	int i;

	for (i = 0; i < STRANGERS_PER_TURN &&
	     zap_next_stranger(node->zap, &stranger) == ERR_NONE;
	     i++) {
		invite_check_number(stranger.curve, check);
		node_foreign("peers",
		    "an unknown key knocked; to admit it: "
		    "erfa peers accept CHECKNUMBER ORG",
		    check, stranger.address);
		remember_stranger(node, &stranger);
	}
}
