/*
 * Strangers let in, and keys vouched for, when people ask for it.
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"
#include "daemon/node_invite_internal.h"

/* Roles as people write them. */
static const struct {
	uint32_t role;
	const char *word;
} role_words[] = {
	{ ROLE_WRITES, "writes" },
	{ ROLE_INTRODUCES, "introduces" },
	{ ROLE_REGISTRY, "registry" },
	{ ROLE_READER, "reads" },
};

#define ROLES (sizeof(role_words) / sizeof(role_words[0]))

/* The roles that are asked for; 0 if a word is none, or they do not go
 * together. */
static uint32_t
roles_of(const Erfa__AcceptRequest *ask)
{
	uint32_t roles = 0;
	size_t i, role;

	for (i = 0; i < ask->n_role; i++) {
		for (role = 0; role < ROLES; role++)
			if (strcmp(role_words[role].word, ask->role[i]) == 0)
				break;
		if (role == ROLES)
			return 0;
		roles |= role_words[role].role;
	}
	if (ask->n_role == 0)
		roles = ROLE_WRITES | ROLE_INTRODUCES;
	return (roles & ROLE_READER) != 0 && roles != ROLE_READER ? 0 : roles;
}

/* What the directory says of the key now. */
static enum err
fill_standing(const struct node *node, const struct member_request *request,
    Erfa__AcceptAnswer *accept)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member = directory_find(
	    directory, request->key);
	enum err err;
	size_t i;

	err = answer_hex(&accept->key, request->key, KEY_LEN);
	if (err != ERR_NONE || member == NULL)
		return err;
	accept->has_member = accept->has_disputed = true;
	accept->member = member->in;
	accept->disputed = member->disputed;
	for (i = 0; err == ERR_NONE && i < ROLES; i++)
		if ((member->roles & role_words[i].role) != 0)
			err = answer_text_add(
			    &accept->role, &accept->n_role, role_words[i].word);
	if (err != ERR_NONE || !request->has_old ||
	    !directory_succeeds(directory, request->old_key, request->key))
		return err;
	return answer_hex(&accept->succeeds, request->old_key, KEY_LEN);
}

static void
accepted(struct node *node, void *arg, enum err err)
{
	struct member_request *request = arg;
	Erfa__Answer *answer = NULL;

	if (member_request_failed(node, request, err))
		return;
	if (answer_new(ERFA__ANSWER__SAY_ACCEPT, &answer) == ERR_NONE &&
	    (answer_text(&answer->accept->org, request->org) != ERR_NONE ||
		answer_text(&answer->accept->check_number, request->check) !=
		    ERR_NONE ||
		(request->has_key &&
		    fill_standing(node, request, answer->accept) != ERR_NONE)))
		logger_debug("peers", "an answer is not complete");
	node_answer(node, request->waiter, answer);
	member_request_free(request);
}

bool
member_check_digits(const char *text, char out[INVITE_CHECK_LEN + 1])
{
	size_t digits = 0;
	size_t at = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		if (!isdigit((unsigned char)*text) || digits == 24)
			return false;
		if (digits > 0 && digits % 4 == 0)
			out[at++] = ' ';
		out[at++] = *text;
		digits++;
	}
	out[at] = '\0';
	return digits == 24;
}

/* The stranger with this check number; name and note of it. */
static Erfa__LocalPending *
pending_find(struct node *node, const char *check, char name[201])
{
	struct store_txn *txn = NULL;
	Erfa__LocalPending *note = NULL;
	char its[INVITE_CHECK_LEN + 1];
	struct bytes data;

	name[0] = '\0';
	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return NULL;
	while (store_note_next(txn, "pending/", name[0] == '\0' ? NULL : name,
		   name, &data) == ERR_NONE) {
		note = erfa__local_pending__unpack(NULL, data.len, data.data);
		if (note != NULL && note->curve.len == KEY_LEN) {
			invite_check_number(note->curve.data, its);
			if (strcmp(its, check) == 0)
				break;
		}
		if (note != NULL)
			erfa__local_pending__free_unpacked(note, NULL);
		note = NULL;
	}
	store_abort(&txn);
	return note;
}

/*
 * The key that 64 digits are, or the one that the directory has for a check
 * number; two that differ in the last bit have the same.
 */
static bool
key_find(const struct node *node, const char *text, uint8_t out[KEY_LEN])
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	char check[INVITE_CHECK_LEN + 1];
	char its[INVITE_CHECK_LEN + 1];
	uint8_t curve[KEY_LEN];
	size_t found = 0;
	size_t i;

	if (strlen(text) == (size_t)2 * KEY_LEN)
		return bytes_unhex(text, out, KEY_LEN) == ERR_NONE &&
		    crypto_curve_public(out, curve) == ERR_NONE;
	if (!member_check_digits(text, check))
		return false;
	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		invite_check_number(member->curve, its);
		if (strcmp(its, check) != 0)
			continue;
		memcpy(out, member->key, KEY_LEN);
		found++;
	}
	return found == 1;
}

/* The same, of a key that the directory has, whoever it is now. */
static bool
known_key_find(const struct node *node, const char *text, uint8_t out[KEY_LEN])
{
	return key_find(node, text, out) &&
	    directory_find(node_directory(node), out) != NULL;
}

/* Vouch at once for a key that is known. */
static void
vouch(struct node *node, struct member_request *request, uint32_t roles)
{
	struct header_member *member = calloc(1, sizeof(*member));
	uint8_t curve[KEY_LEN];
	enum err err = ERR_NOMEM;

	if (member != NULL &&
	    crypto_curve_public(request->key, curve) == ERR_NONE) {
		request->member = member;
		request->has_key = true;
		invite_check_number(curve, request->check);
		memcpy(member->key, request->key, KEY_LEN);
		memcpy(member->org, request->org, sizeof(member->org));
		member->roles = roles;
		member->has_succeeds = request->has_old;
		memcpy(member->succeeds, request->old_key, KEY_LEN);
		err = node_write_member(
		    node, member, "", "", NULL, NULL, 0, accepted, request);
	} else {
		free(member);
	}
	if (err != ERR_NONE)
		(void)member_request_failed(node, request, err);
}

/* Let a stranger say HELLO, and note what is vouched for then. */
static void
admit_pending(struct node *node, struct member_request *request, uint32_t roles,
    const char *name, Erfa__LocalPending *note)
{
	uint8_t packed[1024];

	note->accepted_org = request->org;
	note->has_accepted_roles = true;
	note->accepted_roles = roles;
	note->has_accepted_succeeds = request->has_old;
	note->accepted_succeeds.data = request->old_key;
	note->accepted_succeeds.len = request->has_old ? KEY_LEN : 0;
	if (erfa__local_pending__get_packed_size(note) > sizeof(packed) ||
	    node_write_note(node, name, packed,
		erfa__local_pending__pack(note, packed), accepted,
		request) != ERR_NONE)
		(void)member_request_failed(node, request, ERR_NOMEM);
	note->accepted_org = NULL;
	note->accepted_succeeds.data = NULL;
	note->accepted_succeeds.len = 0;
}

/* What is wrong with the request, told to the client; or a request. */
static struct member_request *
accept_check(struct node *node, struct waiter *waiter,
    const Erfa__AcceptRequest *ask, uint32_t *ret_roles)
{
	struct member_request *request;
	uint8_t old_key[KEY_LEN];

	if (ask->org == NULL || !header_org_valid(ask->org)) {
		node_answer_error(node, waiter, "bad_org", 64,
		    "erfa peers accept CHECKNUMBER no-5501",
		    "\"%.60s\" is no organisation id",
		    ask->org != NULL ? ask->org : "");
		return NULL;
	}
	if ((*ret_roles = roles_of(ask)) == 0) {
		node_answer_error(node, waiter, "bad_roles", 64,
		    "writes, introduces and registry; or reads alone",
		    "these roles do not go together");
		return NULL;
	}
	if (ask->succeeds != NULL && ask->succeeds[0] != '\0' &&
	    !known_key_find(node, ask->succeeds, old_key)) {
		node_answer_error(node, waiter, "no_such_key", 66,
		    "See all keys:  erfa directory",
		    "\"%.70s\" is no key that this node knows", ask->succeeds);
		return NULL;
	}
	request = member_request_new(node, waiter, ask->org);
	if (request == NULL || ask->succeeds == NULL ||
	    ask->succeeds[0] == '\0')
		return request;
	request->has_old = true;
	memcpy(request->old_key, old_key, KEY_LEN);
	return request;
}

void
node_accept(struct node *node, struct waiter *waiter)
{
	const Erfa__AcceptRequest *ask = waiter->request->accept;
	const char *text = ask->check_number != NULL ? ask->check_number : "";
	char check[INVITE_CHECK_LEN + 1];
	struct member_request *request;
	Erfa__LocalPending *note;
	uint32_t roles;
	char name[201];

	if ((request = accept_check(node, waiter, ask, &roles)) == NULL)
		return;
	if (key_find(node, text, request->key)) {
		if (memcmp(request->key, node->key.public_key, KEY_LEN) != 0) {
			vouch(node, request, roles);
			return;
		}
		node_answer_error(node, waiter, "own_key", 64,
		    "Another node has to vouch for it",
		    "this is the key of this node");
		member_request_free(request);
		return;
	}
	if (!member_check_digits(text, check) ||
	    (note = pending_find(node, check, name)) == NULL) {
		node_answer_error(node, waiter, "no_such_stranger", 66,
		    "See who knocked:  erfa peers\nand whom others know:  "
		    "erfa directory",
		    "nobody with the check number \"%.70s\" has knocked, and "
		    "the directory has no such key",
		    text);
		member_request_free(request);
		return;
	}
	memcpy(request->check, check, sizeof(request->check));
	admit_pending(node, request, roles, name, note);
	erfa__local_pending__free_unpacked(note, NULL);
}
