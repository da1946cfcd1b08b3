/*
 * Invitations: made, listed, revoked.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"
#include "daemon/node_invite_internal.h"
#include "daemon/node_members_internal.h"

#define DAY_MS 86400000ull

/* ---- requests that wait ---- */

struct member_request *
member_request_new(struct node *node, struct waiter *waiter, const char *org)
{
	struct member_request *request = calloc(1, sizeof(*request));

	if (request == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return NULL;
	}
	request->waiter = waiter;
	(void)snprintf(request->org, sizeof(request->org), "%s", org);
	return request;
}

void
member_request_free(struct member_request *request)
{
	free(request->member);
	free(request);
}

bool
member_request_failed(
    struct node *node, struct member_request *request, enum err err)
{
	if (node == NULL)
		node_waiter_free(request->waiter);
	else if (err != ERR_NONE)
		node_answer_error(node, request->waiter, "not_written", 75,
		    "try again", "could not be written: %s", err_str(err));
	else
		return false;
	member_request_free(request);
	return true;
}

/* ---- making ---- */

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
fill_invited(const struct node *node, const struct member_request *request,
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
	struct member_request *request = arg;
	Erfa__Answer *answer = NULL;

	if (member_request_failed(node, request, err))
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
	struct member_request *request;
	uint8_t join_public[KEY_LEN];
	uint8_t join_secret[KEY_LEN];
	uint8_t packed[1024];
	char name[80] = "invite/";

	if ((request = member_request_new(node, waiter, ask->org)) == NULL)
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
		(void)member_request_failed(node, request, ERR_NOMEM);
}

/* ---- listing ---- */

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

/* ---- revoking ---- */

/* Invitations that are to be good for nothing. */
struct revoke_job {
	struct writer_job job; /* first */
	struct waiter *waiter;
	const char *what; /* a line, or an org id; the waiter's */
	uint64_t now_ms;
	char org[ORG_MAX + 1]; /* whom they were for */
	uint32_t count;
};

/* Does this line, or all for this org, mean the invitation, and is it open? */
static bool
is_meant(const Erfa__LocalInvite *note, const char *what)
{
	return node_invite_is_open(note) && note->org != NULL &&
	    note->line != NULL &&
	    (strcmp(note->org, what) == 0 || strcmp(note->line, what) == 0);
}

static enum err
revoke_note(struct store_txn *txn, struct revoke_job *revoke, const char *name,
    Erfa__LocalInvite *note)
{
	uint8_t packed[1024];

	note->has_revoked_ms = 1;
	note->revoked_ms = revoke->now_ms;
	if (erfa__local_invite__get_packed_size(note) > sizeof(packed))
		return ERR_SIZE;
	(void)snprintf(revoke->org, sizeof(revoke->org), "%s", note->org);
	revoke->count++;
	return store_note_put(
	    txn, name, packed, erfa__local_invite__pack(note, packed));
}

static enum err
revoke_run(struct store_txn *txn, struct writer_job *job)
{
	struct revoke_job *revoke = (struct revoke_job *)job;
	Erfa__LocalInvite *note;
	char name[201] = "";
	struct bytes data;
	enum err err = ERR_NONE;

	revoke->count = 0;
	while (err == ERR_NONE &&
	    store_note_next(txn, "invite/", name[0] == '\0' ? NULL : name, name,
		&data) == ERR_NONE) {
		note = erfa__local_invite__unpack(NULL, data.len, data.data);
		if (note == NULL)
			continue;
		if (is_meant(note, revoke->what))
			err = revoke_note(txn, revoke, name, note);
		erfa__local_invite__free_unpacked(note, NULL);
	}
	return err == ERR_NONE && revoke->count == 0 ? ERR_NOENT : err;
}

/* Say which are revoked; nobody is admitted with them from now on. */
static void
revoke_answer(struct node *node, const struct revoke_job *revoke)
{
	Erfa__Answer *answer = NULL;

	if (node_rules(node) != ERR_NONE) {
		logger_err("peers", "the ZAP table was not renewed");
		node->rules_due = node_now();
	}
	if (answer_new(ERFA__ANSWER__SAY_INVITE, &answer) == ERR_NONE) {
		answer->invite->has_revoked = 1;
		answer->invite->revoked = 1;
		answer->invite->has_revoked_lines = 1;
		answer->invite->revoked_lines = revoke->count;
		if (answer_text(&answer->invite->org, revoke->org) != ERR_NONE)
			logger_debug("peers", "an answer is not complete");
	}
	node_answer(node, revoke->waiter, answer);
}

static void
revoke_done(struct writer_job *job, void *context)
{
	struct revoke_job *revoke = (struct revoke_job *)job;
	struct node *node = context;

	if (node == NULL)
		node_waiter_free(revoke->waiter);
	else if (job->err == ERR_NOENT)
		node_answer_error(node, revoke->waiter, "no_such_invitation",
		    66, "See what is open:  erfa invite --list",
		    "no open invitation for \"%.80s\"", revoke->what);
	else if (job->err != ERR_NONE)
		node_answer_error(node, revoke->waiter, "not_written", 75,
		    "try again", "could not be written: %s", err_str(job->err));
	else
		revoke_answer(node, revoke);
	free(revoke);
}

/* Revoke the open invitation that a line means, or all that are for an org: which
 * of several was sent to whom nobody can tell by the org. */
static void
invite_revoke(struct node *node, struct waiter *waiter, const char *what)
{
	struct revoke_job *revoke = calloc(1, sizeof(*revoke));

	if (revoke == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	revoke->job.run = revoke_run;
	revoke->job.done = revoke_done;
	revoke->job.entries = 1;
	revoke->waiter = waiter;
	revoke->what = what;
	revoke->now_ms = node_clock();
	writer_submit(node->writer, &revoke->job);
}

/* ---- the request ---- */

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
