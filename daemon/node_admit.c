/*
 * Newcomers are admitted: HELLO of keys that may do nothing else.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "proto/say.h"
#include "daemon/node_internal.h"
#include "daemon/node_members_internal.h"

/* ---- admissions that wait for their commit ---- */

/* What is needed to answer once the commit is done. */
struct admission {
	struct admission *next;
	char note[80]; /* the invitation, or the stranger let in */
	uint8_t route[256];
	size_t route_len;
	char org[ORG_MAX + 1];
};

/* Is a newcomer being admitted by this note?  It is good for one only. */
static bool
is_admitting(const struct node *node, const char *note)
{
	const struct admission *admission;

	for (admission = node->admissions; admission != NULL;
	     admission = admission->next)
		if (strcmp(admission->note, note) == 0)
			return true;
	return false;
}

/* Take an admission off the list. */
static void
unlist(struct node *node, struct admission *admission)
{
	struct admission **at = &node->admissions;

	while (*at != NULL && *at != admission)
		at = &(*at)->next;
	if (*at != NULL)
		*at = admission->next;
}

/* The answer to an admitted newcomer: who we are. */
static void
admitted(struct node *node, void *arg, enum err err)
{
	struct admission *admission = arg;
	struct wire_msg msg = { .type = WIRE_HELLO };
	struct wire_hello *hello = &msg.u.hello;

	if (node != NULL)
		unlist(node, admission);
	if (node != NULL && node->hub != NULL) {
		if (err != ERR_NONE) {
			msg.type = WIRE_ERR;
			msg.u.err.code = WIRE_BUSY;
			msg.u.err.retry_ms = 1000;
			msg.u.err.text = "could not be written, try again";
		} else {
			hello->proto_min = 1;
			hello->proto_max = 1;
			hello->max_msg = MSG_MAX;
			hello->window = WINDOW_MAX;
			crypto_random(hello->nonce, NONCE_LEN);
			view_digest(node->view, hello->digest);
			node_link_host.hello(node, NULL, hello);
			event_say(EVENT_PEER_ADMITTED,
			    &(struct event_about){ .peer = admission->org },
			    "%s was admitted", admission->org);
		}
		hub_answer(
		    node->hub, admission->route, admission->route_len, &msg);
	}
	free(admission);
}

/* Refuse a HELLO, saying why. */
static void
refuse(struct node *node, const void *route, size_t route_len, const char *text)
{
	struct wire_msg msg = { .type = WIRE_ERR };

	msg.u.err.code = WIRE_REFUSED;
	msg.u.err.text = text;
	hub_answer(node->hub, route, route_len, &msg);
}

/* The word for a newcomer, or NULL. */
static struct header_member *
newcomer(const uint8_t key[KEY_LEN], const char *org, uint32_t roles)
{
	struct header_member *member = calloc(1, sizeof(*member));

	if (member == NULL || !header_org_valid(org)) {
		free(member);
		return NULL;
	}
	memcpy(member->key, key, KEY_LEN);
	(void)snprintf(member->org, sizeof(member->org), "%s", org);
	member->roles = roles;
	return member;
}

/* Commit a MEMBER, which is taken, and the note that says why. */
static void
/* NOLINTNEXTLINE(readability-function-size): all that a newcomer is */
admit(struct node *node, struct header_member *member, const char *name,
    const char *address, const char *note, const void *data, size_t len,
    const void *route, size_t route_len)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (member == NULL || admission == NULL || route_len > 256 ||
	    strlen(note) >= sizeof(admission->note) ||
	    is_admitting(node, note)) {
		free(admission);
		goto out;
	}
	memcpy(admission->route, route, route_len);
	admission->route_len = route_len;
	(void)snprintf(
	    admission->org, sizeof(admission->org), "%s", member->org);
	(void)snprintf(admission->note, sizeof(admission->note), "%s", note);
	if (node_write_member(node, member, name, address, note, data, len,
		admitted, admission) != ERR_NONE) {
		free(admission);
		goto out;
	}
	admission->next = node->admissions;
	node->admissions = admission;

out:
	free(member);
}

/* ---- by an invitation ---- */

/* Read a note; the caller frees the message. */
static ProtobufCMessage *
read_note(struct node *node, const char *name,
    const ProtobufCMessageDescriptor *descriptor)
{
	struct store_txn *txn = NULL;
	ProtobufCMessage *message = NULL;
	struct bytes data;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return NULL;
	if (store_note_get(txn, name, &data) == ERR_NONE)
		message = protobuf_c_message_unpack(
		    descriptor, NULL, data.len, data.data);
	store_abort(&txn);
	return message;
}

/* Why nobody joins by this invitation and these words, or NULL. */
static const char *
why_not_join(const struct node *node, const uint8_t join_public[KEY_LEN],
    const Erfa__LocalInvite *invite, const struct wire_join *join)
{
	uint8_t curve[KEY_LEN];

	if (invite == NULL || !node_invite_is_open(invite) || join == NULL)
		return SAY("this invitation is used, revoked or expired");
	if (crypto_curve_public(join->key, curve) != ERR_NONE)
		return SAY("the key that wants to join is not usable");
	if (!invite_join_verify(
		join->key, node->key.public_key, join_public, join->sig))
		return SAY("the join signature is wrong");
	if (invite->org == NULL || strcmp(invite->org, join->org) != 0)
		return SAY("this invitation is for another organisation");
	return NULL;
}

/* Admit who says HELLO by an open invitation, which is used thereby. */
static void
join_by(struct node *node, Erfa__LocalInvite *invite, const char *name,
    const struct wire_join *join, const char *address, struct bytes route)
{
	bool reader = invite->reader != NULL && invite->reader[0] != 0;
	char used_from[80];
	uint8_t packed[1024];

	(void)snprintf(used_from, sizeof(used_from), "%.63s", address);
	invite->has_used_ms = 1;
	invite->used_ms = node_clock();
	invite->used_from = used_from;
	invite->has_used_key = 1;
	invite->used_key.data = (uint8_t *)(uintptr_t)join->key;
	invite->used_key.len = KEY_LEN;
	if (erfa__local_invite__get_packed_size(invite) <= sizeof(packed))
		admit(node,
		    newcomer(join->key, join->org,
			reader ? ROLE_READER : ROLE_WRITES | ROLE_INTRODUCES),
		    join->name, join->listen, name, packed,
		    erfa__local_invite__pack(invite, packed), route.data,
		    route.len);
	invite->used_from = NULL;
	invite->used_key.data = NULL;
	invite->used_key.len = 0;
}

/* A newcomer with an invitation line. */
static void
hello_join(struct node *node, const uint8_t join_public[KEY_LEN],
    const char *address, const struct wire_hello *hello, const void *route,
    size_t route_len)
{
	Erfa__LocalInvite *invite;
	char name[80] = "invite/";
	const char *why;

	bytes_hex(join_public, KEY_LEN, name + strlen(name));
	invite = (Erfa__LocalInvite *)read_note(
	    node, name, &erfa__local_invite__descriptor);
	why = why_not_join(node, join_public, invite, hello->join);
	if (why != NULL)
		refuse(node, route, route_len, why);
	else
		join_by(node, invite, name, hello->join, address,
		    (struct bytes){ .data = route, .len = route_len });
	if (invite != NULL)
		erfa__local_invite__free_unpacked(invite, NULL);
}

/* ---- let in by people ---- */

/* A stranger that `erfa peers accept` has let in. */
static void
hello_pending(struct node *node, const uint8_t curve[KEY_LEN],
    const struct wire_hello *hello, const void *route, size_t route_len)
{
	Erfa__LocalPending *pending;
	struct header_member *member;
	char name[80] = "pending/";
	uint8_t derived[KEY_LEN];

	bytes_hex(curve, KEY_LEN, name + strlen(name));
	pending = (Erfa__LocalPending *)read_note(
	    node, name, &erfa__local_pending__descriptor);
	if (pending == NULL || pending->accepted_org == NULL)
		refuse(node, route, route_len, "not admitted");
	else if (!hello->has_key ||
	    crypto_curve_public(hello->key, derived) != ERR_NONE ||
	    memcmp(derived, curve, KEY_LEN) != 0)
		refuse(node, route, route_len,
		    "HELLO names another key than the connection's");
	else if ((member = newcomer(hello->key, pending->accepted_org,
		      pending->accepted_roles != 0 ?
			  pending->accepted_roles :
			  ROLE_WRITES | ROLE_INTRODUCES)) != NULL) {
		if (pending->accepted_succeeds.len == KEY_LEN) {
			member->has_succeeds = true;
			memcpy(member->succeeds,
			    pending->accepted_succeeds.data, KEY_LEN);
		}
		admit(node, member, hello->name, "", name, NULL, 0, route,
		    route_len);
	}
	if (pending != NULL)
		erfa__local_pending__free_unpacked(pending, NULL);
}

void
node_stranger_hello(void *owner, const char *user_id, const char *address,
    const struct wire_hello *hello, const void *route, size_t route_len)
{
	struct node *node = owner;
	uint8_t curve[KEY_LEN];

	if (strncmp(user_id, "join:", 5) == 0 &&
	    bytes_unhex(user_id + 5, curve, KEY_LEN) == ERR_NONE)
		hello_join(node, curve, address, hello, route, route_len);
	else if (strncmp(user_id, "pending:", 8) == 0 &&
	    bytes_unhex(user_id + 8, curve, KEY_LEN) == ERR_NONE)
		hello_pending(node, curve, hello, route, route_len);
}
