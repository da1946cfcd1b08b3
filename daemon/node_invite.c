/*
 * Invitations, strangers let in, members removed: what people ask for.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"

#define DAY_MS 86400000ull

/* A request whose answer waits for its commit. */
struct request {
	struct waiter *waiter;
	char org[ORG_MAX + 1];
	char line[INVITE_LINE_MAX + 1];
	uint64_t expires_ms;
	uint8_t key[KEY_LEN];
	bool has_key;
	bool has_old;
	uint8_t old_key[KEY_LEN]; /* that it takes the place of */
	char check[INVITE_CHECK_LEN + 1];
	struct header_member *member; /* that was written, or NULL */
};

/* A request for this client, or NULL with the client told. */
static struct request *
request_new(struct node *node, struct waiter *waiter, const char *org)
{
	struct request *request = calloc(1, sizeof(*request));

	if (request == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return NULL;
	}
	request->waiter = waiter;
	(void)snprintf(request->org, sizeof(request->org), "%s", org);
	return request;
}

static void
request_free(struct request *request)
{
	free(request->member);
	free(request);
}

/* The commit failed, or the node is closing: say so; true if it did. */
static bool
request_failed(struct node *node, struct request *request, enum err err)
{
	if (node == NULL)
		node_waiter_free(request->waiter);
	else if (err != ERR_NONE)
		node_answer_error(node, request->waiter, "not_written", 75,
		    "try again", "could not be written: %s", err_str(err));
	else
		return false;
	request_free(request);
	return true;
}

/* ---- invite ---- */

/* The own check number, to be read out. */
static enum err
own_check(const struct node *node, char **out)
{
	char check[INVITE_CHECK_LEN + 1];

	invite_check_number(node->key.curve_public, check);
	return answer_text(out, check);
}

/* Fill in the answer to an invitation that was made. */
static enum err
fill_invited(const struct node *node, const struct request *request,
    Erfa__InviteAnswer *invite)
{
	enum err err;

	if ((err = answer_text(&invite->line, request->line)) != ERR_NONE ||
	    (err = answer_text(&invite->org, request->org)) != ERR_NONE ||
	    (err = answer_time(&invite->expires, request->expires_ms)) !=
		ERR_NONE)
		return err;
	return own_check(node, &invite->check_number);
}

static void
invited(struct node *node, void *arg, enum err err)
{
	struct request *request = arg;
	Erfa__Answer *answer = NULL;

	if (request_failed(node, request, err))
		return;
	if (answer_new(ERFA__ANSWER__SAY_INVITE, &answer) == ERR_NONE &&
	    fill_invited(node, request, answer->invite) != ERR_NONE)
		logger_debug("peers", "an answer is not complete");
	node_answer(node, request->waiter, answer);
	free(request);
}

/* Where newcomers should dial: as asked, as set, or as bound. */
static const char *
advertised(const struct node *node, const Erfa__InviteRequest *ask)
{
	if (ask->address != NULL && ask->address[0] != '\0')
		return ask->address;
	if (node->config->advertise[0] != '\0')
		return node->config->advertise;
	return node->hub == NULL ? "" : hub_endpoint(node->hub);
}

/* Draw an invitation and note it. */
static void
invite_make(
    struct node *node, struct waiter *waiter, const Erfa__InviteRequest *ask)
{
	Erfa__LocalInvite note = ERFA__LOCAL_INVITE__INIT;
	struct invite invite = { 0 };
	struct request *request;
	uint8_t join_public[KEY_LEN];
	uint8_t join_secret[KEY_LEN];
	uint8_t packed[1024];
	char name[80] = "invite/";

	if ((request = request_new(node, waiter, ask->org)) == NULL)
		return;
	(void)snprintf(invite.address, sizeof(invite.address), "%s",
	    advertised(node, ask));
	memcpy(invite.inviter, node->key.public_key, KEY_LEN);
	crypto_random(invite.secret, sizeof(invite.secret));
	invite_print(&invite, request->line);
	invite_join_key(&invite, join_public, join_secret);
	crypto_wipe(join_secret, sizeof(join_secret));

	note.has_join_public = note.has_made_ms = note.has_expires_ms = 1;
	note.join_public.data = join_public;
	note.join_public.len = KEY_LEN;
	note.org = request->org;
	note.reader = ask->reader;
	note.line = request->line;
	note.made_ms = node_clock();
	note.expires_ms = note.made_ms + INVITE_DAYS * DAY_MS;
	request->expires_ms = note.expires_ms;
	bytes_hex(join_public, KEY_LEN, name + strlen(name));
	if (erfa__local_invite__get_packed_size(&note) > sizeof(packed) ||
	    node_write_note(node, name, packed,
		erfa__local_invite__pack(&note, packed), invited,
		request) != ERR_NONE)
		(void)request_failed(node, request, ERR_NOMEM);
}

/* How an invitation stands. */
static const char *
invite_state(const Erfa__LocalInvite *note)
{
	if (note->used_ms != 0)
		return "used";
	if (note->revoked_ms != 0)
		return "revoked";
	return node_clock() >= note->expires_ms ? "expired" : "open";
}

/* One invitation as it is listed. */
static enum err
fill_invitation(const Erfa__LocalInvite *note, Erfa__Invitation *one)
{
	enum err err;

	if ((err = answer_text(&one->org, note->org)) != ERR_NONE ||
	    (err = answer_text(&one->reader, note->reader)) != ERR_NONE ||
	    (err = answer_time(&one->made, note->made_ms)) != ERR_NONE ||
	    (err = answer_time(&one->expires, note->expires_ms)) != ERR_NONE ||
	    (err = answer_time(&one->used, note->used_ms)) != ERR_NONE ||
	    (err = answer_text(&one->used_from, note->used_from)) != ERR_NONE ||
	    (err = answer_text(&one->state, invite_state(note))) != ERR_NONE)
		return err;
	return answer_hex(&one->key, note->used_key.data, note->used_key.len);
}

/* All invitations that were given. */
static enum err
fill_invitations(struct store_txn *txn, Erfa__InviteAnswer *invite)
{
	Erfa__LocalInvite *note;
	Erfa__Invitation *one;
	char name[201] = "";
	struct bytes data;
	enum err err = ERR_NONE;

	while (err == ERR_NONE &&
	    store_note_next(txn, "invite/", name[0] == '\0' ? NULL : name, name,
		&data) == ERR_NONE) {
		note = erfa__local_invite__unpack(NULL, data.len, data.data);
		if (note == NULL)
			continue;
		err = answer_add(&invite->invitation, &invite->n_invitation,
		    &erfa__invitation__descriptor, &one);
		if (err == ERR_NONE)
			err = fill_invitation(note, one);
		erfa__local_invite__free_unpacked(note, NULL);
	}
	return err;
}

static void
invite_list(struct node *node, struct waiter *waiter)
{
	struct store_txn *txn = NULL;
	Erfa__Answer *answer = NULL;
	enum err err;

	if ((err = answer_new(ERFA__ANSWER__SAY_INVITE, &answer)) == ERR_NONE &&
	    (err = own_check(node, &answer->invite->check_number)) ==
		ERR_NONE &&
	    (err = store_begin(node->store, false, &txn)) == ERR_NONE)
		err = fill_invitations(txn, answer->invite);
	store_abort(&txn);
	if (err == ERR_NONE) {
		node_answer(node, waiter, answer);
		return;
	}
	control_free_answer(answer);
	node_answer_error(node, waiter, "failed", 75, "try again",
	    "the invitations cannot be listed: %s", err_str(err));
}

static void
revoked(struct node *node, void *arg, enum err err)
{
	struct request *request = arg;
	Erfa__Answer *answer = NULL;

	if (request_failed(node, request, err))
		return;
	if (answer_new(ERFA__ANSWER__SAY_INVITE, &answer) == ERR_NONE) {
		answer->invite->has_revoked = 1;
		answer->invite->revoked = 1;
		if (answer_text(&answer->invite->org, request->org) != ERR_NONE)
			logger_debug("peers", "an answer is not complete");
	}
	node_answer(node, request->waiter, answer);
	free(request);
}

/* The open invitation that a line or an org id means; name and note of it. */
static Erfa__LocalInvite *
invite_find(struct node *node, const char *what, char name[201])
{
	struct store_txn *txn = NULL;
	Erfa__LocalInvite *note = NULL;
	struct bytes data;

	name[0] = '\0';
	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return NULL;
	while (store_note_next(txn, "invite/", name[0] == '\0' ? NULL : name,
		   name, &data) == ERR_NONE) {
		note = erfa__local_invite__unpack(NULL, data.len, data.data);
		if (note != NULL && note->used_ms == 0 &&
		    note->revoked_ms == 0 && note->org != NULL &&
		    note->line != NULL &&
		    (strcmp(note->org, what) == 0 ||
			strcmp(note->line, what) == 0))
			break;
		if (note != NULL)
			erfa__local_invite__free_unpacked(note, NULL);
		note = NULL;
	}
	store_abort(&txn);
	return note;
}

static void
invite_revoke(struct node *node, struct waiter *waiter, const char *what)
{
	struct request *request;
	Erfa__LocalInvite *note;
	uint8_t packed[1024];
	char name[201];

	if ((note = invite_find(node, what, name)) == NULL) {
		node_answer_error(node, waiter, "no_such_invitation", 66,
		    "See what is open:  erfa invite --list",
		    "no open invitation for \"%.80s\"", what);
		return;
	}
	note->has_revoked_ms = 1;
	note->revoked_ms = node_clock();
	request = request_new(node, waiter, note->org);
	if (request != NULL &&
	    (erfa__local_invite__get_packed_size(note) > sizeof(packed) ||
		node_write_note(node, name, packed,
		    erfa__local_invite__pack(note, packed), revoked,
		    request) != ERR_NONE))
		(void)request_failed(node, request, ERR_NOMEM);
	erfa__local_invite__free_unpacked(note, NULL);
}

void
node_invite(struct node *node, struct waiter *waiter)
{
	const Erfa__InviteRequest *ask = waiter->request->invite;

	if (ask->list) {
		invite_list(node, waiter);
	} else if (ask->revoke != NULL && ask->revoke[0] != '\0') {
		invite_revoke(node, waiter, ask->revoke);
	} else if (ask->org == NULL || !header_org_valid(ask->org)) {
		node_answer_error(node, waiter, "bad_org", 64,
		    "Write it as country and code:  erfa invite no-5501",
		    "\"%.60s\" is no organisation id",
		    ask->org != NULL ? ask->org : "");
	} else if (node->hub == NULL) {
		node_answer_error(node, waiter, "not_listening", 78,
		    "Set listen = host:port in erfad.conf, or ask a node that "
		    "listens to invite",
		    "this node only dials out, so nobody could use its "
		    "invitation");
	} else if (strlen(advertised(node, ask)) > INVITE_ADDR_MAX ||
	    strrchr(advertised(node, ask), ':') == NULL) {
		node_answer_error(node, waiter, "bad_address", 64,
		    "Give it as host:port", "\"%.80s\" is no address to dial",
		    advertised(node, ask));
	} else {
		invite_make(node, waiter, ask);
	}
}

/* ---- accept ---- */

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
fill_standing(const struct node *node, const struct request *request,
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
	struct request *request = arg;
	Erfa__Answer *answer = NULL;

	if (request_failed(node, request, err))
		return;
	if (answer_new(ERFA__ANSWER__SAY_ACCEPT, &answer) == ERR_NONE &&
	    (answer_text(&answer->accept->org, request->org) != ERR_NONE ||
		answer_text(&answer->accept->check_number, request->check) !=
		    ERR_NONE ||
		(request->has_key &&
		    fill_standing(node, request, answer->accept) != ERR_NONE)))
		logger_debug("peers", "an answer is not complete");
	node_answer(node, request->waiter, answer);
	request_free(request);
}

/* The digits of a check number, blanks left out, as groups of four. */
static bool
check_digits(const char *text, char out[INVITE_CHECK_LEN + 1])
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

/* The key that 64 digits are, or that the directory has for a check number. */
static bool
key_find(const struct node *node, const char *text, uint8_t out[KEY_LEN])
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	char check[INVITE_CHECK_LEN + 1];
	char its[INVITE_CHECK_LEN + 1];
	uint8_t curve[KEY_LEN];
	size_t i;

	if (strlen(text) == (size_t)2 * KEY_LEN)
		return bytes_unhex(text, out, KEY_LEN) == ERR_NONE &&
		    crypto_curve_public(out, curve) == ERR_NONE;
	if (!check_digits(text, check))
		return false;
	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		invite_check_number(member->curve, its);
		if (strcmp(its, check) != 0)
			continue;
		memcpy(out, member->key, KEY_LEN);
		return true;
	}
	return false;
}

/* Vouch at once for a key that is known. */
static void
vouch(struct node *node, struct request *request, uint32_t roles)
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
		(void)request_failed(node, request, err);
}

/* Let a stranger say HELLO, and note what is vouched for then. */
static void
admit_pending(struct node *node, struct request *request, uint32_t roles,
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
		(void)request_failed(node, request, ERR_NOMEM);
	note->accepted_org = NULL;
	note->accepted_succeeds.data = NULL;
	note->accepted_succeeds.len = 0;
}

/* What is wrong with the request, told to the client; or a request. */
static struct request *
accept_check(struct node *node, struct waiter *waiter,
    const Erfa__AcceptRequest *ask, uint32_t *ret_roles)
{
	struct request *request;
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
	    !key_find(node, ask->succeeds, old_key)) {
		node_answer_error(node, waiter, "no_such_key", 66,
		    "See all keys:  erfa directory",
		    "\"%.70s\" is no key that this node knows", ask->succeeds);
		return NULL;
	}
	request = request_new(node, waiter, ask->org);
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
	struct request *request;
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
		request_free(request);
		return;
	}
	if (!check_digits(text, check) ||
	    (note = pending_find(node, check, name)) == NULL) {
		node_answer_error(node, waiter, "no_such_stranger", 66,
		    "See who knocked:  erfa peers\nand whom others know:  "
		    "erfa directory",
		    "nobody with the check number \"%.70s\" has knocked, and "
		    "the directory has no such key",
		    text);
		request_free(request);
		return;
	}
	memcpy(request->check, check, sizeof(request->check));
	admit_pending(node, request, roles, name, note);
	erfa__local_pending__free_unpacked(note, NULL);
}

/* ---- remove ---- */

/* Say where the logs of who was removed are cut. */
static enum err
fill_cuts(const struct header_member *member, Erfa__RemoveAnswer *remove)
{
	Erfa__LogCut *cut;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; err == ERR_NONE && i < member->ncuts; i++) {
		err = answer_add(&remove->cut, &remove->n_cut,
		    &erfa__log_cut__descriptor, &cut);
		if (err != ERR_NONE)
			break;
		cut->has_n = true;
		cut->n = member->cuts[i].n;
		err = answer_hex(&cut->log, member->cuts[i].log_id, LOG_ID_LEN);
	}
	return err;
}

/* Fill in the answer to a removal that is done. */
static enum err
fill_removed(const struct node *node, const struct request *request,
    Erfa__RemoveAnswer *remove)
{
	const struct directory_member *member = directory_find(
	    node_directory(node), request->key);
	bool here_only = member != NULL && member->withdrawn_by_us;
	enum err err;

	if ((err = answer_text(&remove->org, request->org)) != ERR_NONE ||
	    (err = answer_hex(&remove->key, request->key, KEY_LEN)) !=
		ERR_NONE ||
	    (err = fill_cuts(request->member, remove)) != ERR_NONE)
		return err;
	return answer_text(
	    &remove->scope, here_only ? "this node only" : "everywhere");
}

static void
removed(struct node *node, void *arg, enum err err)
{
	struct request *request = arg;
	Erfa__Answer *answer = NULL;

	if (request_failed(node, request, err))
		return;
	if (answer_new(ERFA__ANSWER__SAY_REMOVE, &answer) == ERR_NONE &&
	    fill_removed(node, request, answer->remove) != ERR_NONE)
		logger_debug("peers", "an answer is not complete");
	node_answer(node, request->waiter, answer);
	request_free(request);
}

/*
 * The member that an org id, a check number or the first digits of a key mean.
 * One that is out is meant only by its key, and only with new cuts.
 */
static const struct directory_member *
member_find(
    const struct node *node, const Erfa__RemoveRequest *ask, size_t *ret_found)
{
	const struct directory *directory = node_directory(node);
	const char *what = ask->peer != NULL ? ask->peer : "";
	bool cuts = ask->n_cut > 0 || ask->nothing;
	const struct directory_member *found = NULL;
	const struct directory_member *member;
	char check[INVITE_CHECK_LEN + 1] = "";
	char its[INVITE_CHECK_LEN + 1];
	char key[2 * KEY_LEN + 1];
	size_t len = strlen(what);
	bool by_key;
	size_t i;

	if (!check_digits(what, check))
		check[0] = '\0';
	*ret_found = 0;
	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		bytes_hex(member->key, KEY_LEN, key);
		invite_check_number(member->curve, its);
		by_key = (len >= 8 && strncmp(key, what, len) == 0) ||
		    strcmp(its, check) == 0;
		if (memcmp(member->key, node->key.public_key, KEY_LEN) == 0 ||
		    (!member->in && !(by_key && cuts)) ||
		    (!by_key && strcmp(member->org, what) != 0))
			continue;
		found = member;
		(*ret_found)++;
	}
	return found;
}

/* Add the cut of one log, so that it counts up to ${n}. */
static void
cut_add(struct header_member *out, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	struct header_cut *cut = &out->cuts[out->ncuts++];

	memcpy(cut->log_id, log_id, LOG_ID_LEN);
	cut->n = n;
}

/* What it signed so far, as far as it counts, stays valid. */
static void
cuts_here(const struct node *node, struct header_member *out)
{
	const struct view_log *log;
	size_t i;

	for (i = 0; i < view_count(node->view) && out->ncuts < HEADER_CUTS_MAX;
	     i++) {
		log = view_at(node->view, i);
		if (memcmp(log->key, out->key, KEY_LEN) != 0 ||
		    log->counted == 0)
			continue;
		memcpy(out->cuts[out->ncuts].c8, log->counted_c8, C8_LEN);
		cut_add(out, log->log_id, log->counted);
	}
}

/* The log of this key that begins with these digits, or NULL. */
static const struct view_log *
log_find(const struct node *node, const uint8_t key[KEY_LEN], const char *what)
{
	const struct view_log *found = NULL;
	const struct view_log *log;
	char id[2 * LOG_ID_LEN + 1];
	size_t len = strlen(what);
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		bytes_hex(log->log_id, LOG_ID_LEN, id);
		if (memcmp(log->key, key, KEY_LEN) != 0 || len < 8 ||
		    strncmp(id, what, len) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = log;
	}
	return found;
}

/* The chain value of an entry, its first bytes; ERR_NOENT beyond the last. */
static enum err
entry_c8(struct node *node, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint8_t out[C8_LEN])
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	if ((err = store_entry(txn, log_id, n, &entry)) == ERR_NONE)
		memcpy(out, entry.c, C8_LEN);
	store_abort(&txn);
	return err;
}

/* The cuts that are asked for; false with the client told of a wrong one. */
static bool
cuts_asked(struct node *node, const struct request *request,
    const Erfa__RemoveRequest *ask, struct header_member *out)
{
	const struct view_log *log;
	const Erfa__LogCut *cut;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < ask->n_cut && out->ncuts < HEADER_CUTS_MAX; i++) {
		cut = ask->cut[i];
		log = log_find(
		    node, out->key, cut->log != NULL ? cut->log : "");
		if (log != NULL && cut->n > 0)
			err = entry_c8(node, log->log_id, cut->n,
			    out->cuts[out->ncuts].c8);
		if (log == NULL || err != ERR_NONE) {
			node_answer_error(node, request->waiter, "no_such_cut",
			    66, "See its logs:  erfa members   erfa logs",
			    "\"%.40s:%llu\" is no entry of %s",
			    cut->log != NULL ? cut->log : "",
			    (unsigned long long)cut->n, request->org);
			return false;
		}
		cut_add(out, log->log_id, cut->n);
	}
	return true;
}

/* Withdraw: what stays valid is said with it. */
static void
withdraw(
    struct node *node, const Erfa__RemoveRequest *ask, struct request *request)
{
	struct header_member *out = calloc(1, sizeof(*out));
	enum err err = ERR_NOMEM;

	if (out != NULL) {
		request->member = out;
		memcpy(out->key, request->key, KEY_LEN);
		(void)snprintf(out->org, sizeof(out->org), "%s", request->org);
		out->withdrawn = true;
		if (ask->n_cut == 0 && !ask->nothing) {
			cuts_here(node, out);
		} else if (!cuts_asked(node, request, ask, out)) {
			request_free(request);
			return;
		}
		err = node_write_member(node, out, "", "", request->line, NULL,
		    0, removed, request);
	}
	if (err != ERR_NONE)
		(void)request_failed(node, request, err);
}

void
node_remove(struct node *node, struct waiter *waiter)
{
	const Erfa__RemoveRequest *ask = waiter->request->remove;
	const char *what = ask->peer != NULL ? ask->peer : "";
	const struct directory_member *member;
	struct request *request;
	size_t found;

	member = member_find(node, ask, &found);
	if (found != 1) {
		node_answer_error(node, waiter,
		    found == 0 ? "no_such_peer" : "ambiguous", 66,
		    "See all:  erfa directory",
		    found == 0 ? "no member \"%.70s\"" :
				 "\"%.70s\" means several keys; give the "
				 "first digits of one, or its check number",
		    what);
		return;
	}
	if ((request = request_new(node, waiter, member->org)) == NULL)
		return;
	memcpy(request->key, member->key, KEY_LEN);

	/* The note about dialling it goes in the same commit. */
	(void)snprintf(request->line, sizeof(request->line), "upstream/");
	bytes_hex(member->key, KEY_LEN, request->line + strlen(request->line));
	withdraw(node, ask, request);
}
