/*
 * The key of this node, and a new one in its place.
 *
 * A rotation is a MEMBER entry in the old key's log, with the new key's
 * signature, and a note in the same commit.  When peers have it, the new key's
 * file takes the place of the old one, which is kept to read with, and the program
 * begins anew; the new key's first entry withdraws the old one at the end of its
 * logs.  Whatever is cut short goes on at the next start: the note and the key
 * in force say where.  PROTOCOL.md 6.5.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "daemon/keyfile.h"
#include "daemon/node_internal.h"
#include "daemon/seen.h"

#define NOTE_ROTATE "own/rotate" /* old key, new key */

#define PATH_ROOM 4096

/* Files in the state folder: in force, not yet, not any more. */
#define FILE_KEY  "node.key"
#define FILE_NEXT "node.key.next"
#define FILE_OLD  "node.key.old"

static void
path_of(const struct node *node, const char *name, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/%s", node->config->state, name);
}

/* ---- at the start ---- */

enum err
node_key_open(struct node *node)
{
	uint8_t seed[SEED_LEN];
	char path[PATH_ROOM];
	enum err err;

	path_of(node, FILE_KEY, path);
	if ((err = keyfile_read(path, 077, seed)) == ERR_NOENT) {
		(void)snprintf(path, sizeof(path), "%s", node->config->key);
		err = config_read_key(node->config, seed);
	}
	if (err != ERR_NONE) {
		event_say(EVENT_KEY_FAILED, NULL,
		    "the key file %s cannot be used: %s; make "
		    "one with `erfa init`",
		    path, err_str(err));
		return err;
	}
	crypto_key_from_seed(seed, &node->key);
	crypto_wipe(seed, sizeof(seed));
	return ERR_NONE;
}

/* Remove a key that is of no use any more. */
static void
wipe(const struct node *node, const char *name)
{
	char path[PATH_ROOM];

	path_of(node, name, path);
	if (keyfile_wipe(path) != ERR_NONE)
		logger_warning("node", "%s cannot be removed", path);
}

/* Is the new key's file there and whole? */
static bool
next_is_good(const struct node *node)
{
	struct crypto_key key;
	uint8_t seed[SEED_LEN];
	char path[PATH_ROOM];
	bool good;

	path_of(node, FILE_NEXT, path);
	if (keyfile_read(path, 077, seed) != ERR_NONE)
		return false;
	crypto_key_from_seed(seed, &key);
	good = memcmp(key.public_key, node->rotate.new_key, KEY_LEN) == 0;
	crypto_wipe(seed, sizeof(seed));
	crypto_wipe(&key, sizeof(key));
	return good;
}

/* How far the rotation that is noted is. */
static enum rotate_phase
phase_of(struct node *node)
{
	const uint8_t *key = node->key.public_key;

	if (memcmp(key, node->rotate.new_key, KEY_LEN) == 0)
		return ROTATE_CLOSING;
	if (memcmp(key, node->rotate.old_key, KEY_LEN) != 0) {
		event_say(EVENT_KEY_FAILED, NULL,
		    "a change of key was under way, and this is neither the "
		    "old key nor the new one");
		return ROTATE_SETTLED;
	}
	if (next_is_good(node))
		return ROTATE_SPREADING;
	event_say(EVENT_KEY_FAILED, NULL,
	    "the new key is lost before it was in force: it is taken back; "
	    "try `erfa key rotate` again");
	return ROTATE_LOST;
}

void
node_rotate_open(struct node *node)
{
	struct rotate *rotate = &node->rotate;
	struct store_txn *txn = NULL;
	struct bytes note;
	bool noted = false;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return;
	if (store_note_get(txn, NOTE_ROTATE, &note) == ERR_NONE &&
	    note.len == (size_t)2 * KEY_LEN) {
		noted = true;
		memcpy(rotate->old_key, note.data, KEY_LEN);
		memcpy(rotate->new_key, note.data + KEY_LEN, KEY_LEN);
	}
	store_abort(&txn);
	if (!noted) {
		wipe(node, FILE_NEXT);
		node_ring_retire(node);
		return;
	}
	rotate->phase = phase_of(node);
}

/* ---- until others have it ---- */

/* Does this peer hold what we hold, since the new key's entry is signed? */
static bool
has_heard(const struct node *node, const struct link *link)
{
	struct link_info info;

	link_info(link, &info);
	return info.state == LINK_LIVE && info.same_digest &&
	    info.last_heard > node->rotate.since;
}

/* Must this peer be waited for?  One that is down is, for as long as a silent
 * one would be. */
static bool
is_awaited(const struct node *node, const struct link *link, int64_t now)
{
	return !has_heard(node, link) &&
	    (link_state(link) != LINK_DOWN ||
		now - node->rotate.since < (int64_t)node->config->silence_ms);
}

static bool
has_link(const struct node *node, const uint8_t key[KEY_LEN])
{
	const uint8_t *its;
	size_t i;

	for (i = 0; i < node_nlinks(node); i++) {
		its = link_key(node_link_at(node, i));
		if (its != NULL && memcmp(its, key, KEY_LEN) == 0)
			return true;
	}
	return false;
}

/* Is this a member that used to connect to us, and is away? */
static bool
is_away(const struct node *node, struct store_txn *txn,
    const struct directory_member *member)
{
	Erfa__LocalSeen *seen;

	if (!member->in ||
	    memcmp(member->key, node->key.public_key, KEY_LEN) == 0 ||
	    memcmp(member->key, node->rotate.new_key, KEY_LEN) == 0 ||
	    has_link(node, member->key))
		return false;
	if ((seen = seen_read(txn, member->key)) == NULL)
		return false;
	erfa__local_seen__free_unpacked(seen, NULL);
	return true;
}

/*
 * The next member that is away, from *${at} on, or NULL.  It may dial no other
 * node and would then find nobody who has the key that it knows: it is given the
 * time that a silent one is given, so that a hub that has just begun anew does not
 * leave behind all but the first who comes.
 */
static const struct directory_member *
next_away(const struct node *node, size_t *at)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member = NULL;
	struct store_txn *txn = NULL;

	if (node_now() - node->rotate.since >=
		(int64_t)node->config->silence_ms ||
	    store_begin(node->store, false, &txn) != ERR_NONE)
		return NULL;
	while (member == NULL && *at < directory_count(directory)) {
		member = directory_at(directory, (*at)++);
		if (!is_away(node, txn, member))
			member = NULL;
	}
	store_abort(&txn);
	return member;
}

/* Do all who can be reached know the new key, or is there nobody else? */
static bool
is_spread(const struct node *node, int64_t now)
{
	const struct directory *directory = node_directory(node);
	bool anybody = false;
	bool heard = false;
	size_t away = 0;
	size_t i;

	for (i = 0; i < directory_count(directory); i++) {
		const uint8_t *key = directory_at(directory, i)->key;

		anybody = anybody ||
		    (directory_at(directory, i)->in &&
			memcmp(key, node->key.public_key, KEY_LEN) != 0 &&
			memcmp(key, node->rotate.new_key, KEY_LEN) != 0);
	}
	for (i = 0; i < node_nlinks(node); i++) {
		if (is_awaited(node, node_link_at(node, i), now))
			return false;
		heard = heard || has_heard(node, node_link_at(node, i));
	}
	return (heard || !anybody) && next_away(node, &away) == NULL;
}

static void
have_soon(struct link *link, void *arg)
{
	link_have_soon(link, *(int64_t *)arg);
}

/* Is all that was accepted signed? */
static bool
is_signed(struct node *node)
{
	struct store_txn *txn = NULL;
	uint64_t waiting = 1;

	if (store_begin(node->store, false, &txn) == ERR_NONE)
		waiting = outbox_waiting(txn);
	store_abort(&txn);
	return waiting == 0;
}

/* Put the new key in force; the program begins anew with it. */
static void
put_in_force(struct node *node)
{
	char key[PATH_ROOM];
	char next[PATH_ROOM];
	char old[PATH_ROOM];
	enum err err;

	path_of(node, FILE_KEY, key);
	path_of(node, FILE_NEXT, next);
	path_of(node, FILE_OLD, old);
	err = keyfile_keep(key, old);
	if (err == ERR_NONE || err == ERR_NOENT)
		err = keyfile_move(next, key);
	if (err != ERR_NONE) {
		event_say(EVENT_KEY_FAILED, NULL,
		    "the new key cannot be put in force: %s", err_str(err));
		node->rotate.since = node_now();
		return;
	}
	logger_info("node", "peers know the new key: it is put in force");
	node->stopping = node->restart = true;
}

/* ---- afterwards ---- */

static void
settled(struct node *node, void *arg, enum err err)
{
	(void)arg;
	if (node == NULL)
		return;
	node->rotate.busy = false;
	if (err != ERR_NONE)
		return;
	node_ring_retire(node);
	wipe(node, FILE_NEXT);
	event_say(EVENT_KEY_CHANGED, NULL, "the change of key is complete");
	node->rotate.phase = ROTATE_SETTLED;
}

/* The same, with the old key left in. */
static void
left_standing(struct node *node, void *arg, enum err err)
{
	if (node != NULL && err == ERR_NONE)
		event_say(EVENT_KEY_FAILED, NULL,
		    "the old key is not withdrawn: it has more than the %d "
		    "logs that a withdrawal can name; whoever has its secret "
		    "can still speak for this node",
		    HEADER_CUTS_MAX);
	settled(node, arg, err);
}

/*
 * Withdraw a key, with cuts where its logs end, and forget the rotation.  What a
 * withdrawal does not name counts no more: a key with more logs than it can name
 * stays in, and people are told so.
 */
static void
withdraw(struct node *node, const uint8_t key[KEY_LEN])
{
	struct header_member *out = calloc(1, sizeof(*out));
	enum err err;

	if (out == NULL)
		return;
	memcpy(out->key, key, KEY_LEN);
	(void)snprintf(out->org, sizeof(out->org), "%s", node->config->org);
	out->withdrawn = true;
	out->ncuts = view_ends(node->view, key, out->cuts);
	if (out->ncuts <= HEADER_CUTS_MAX)
		err = node_write_member(
		    node, out, "", "", NOTE_ROTATE, NULL, 0, settled, NULL);
	else
		err = node_write_note(
		    node, NOTE_ROTATE, NULL, 0, left_standing, NULL);
	node->rotate.busy = err == ERR_NONE;
	free(out);
}

void
node_rotate_tick(struct node *node, int64_t now)
{
	struct rotate *rotate = &node->rotate;

	if (rotate->phase == ROTATE_SETTLED || rotate->busy || node->restart)
		return;
	if (rotate->phase == ROTATE_CLOSING) {
		withdraw(node, rotate->old_key);
	} else if (rotate->phase == ROTATE_LOST) {
		withdraw(node, rotate->new_key);
	} else if (rotate->since == 0) {
		if (!is_signed(node))
			return;
		rotate->since = now;
		node_each_link(node, have_soon, &now);
	} else if (is_spread(node, now)) {
		put_in_force(node);
	}
}

/* ---- what people ask ---- */

static const char *
state_of(const struct node *node)
{
	switch (node->rotate.phase) {
	case ROTATE_SPREADING:
		return "spreading";
	case ROTATE_CLOSING:
	case ROTATE_LOST:
		return "closing";
	case ROTATE_SETTLED:
		break;
	}
	return "settled";
}

/* The check number of an Ed25519 key. */
static enum err
put_check(const uint8_t key[KEY_LEN], char **out)
{
	char check[INVITE_CHECK_LEN + 1];
	uint8_t curve[KEY_LEN];

	if (crypto_curve_public(key, curve) != ERR_NONE)
		return ERR_SIG;
	invite_check_number(curve, check);
	return answer_text(out, check);
}

/* Name the key before this one that is in all the same, if there is one. */
static enum err
put_standing(const struct node *node, Erfa__KeyAnswer *out)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	size_t i;

	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (member->in &&
		    memcmp(member->key, node->key.public_key, KEY_LEN) != 0 &&
		    directory_succeeds(
			directory, member->key, node->key.public_key))
			return answer_hex(
			    &out->standing_key, member->key, KEY_LEN);
	}
	return ERR_NONE;
}

/* How far a change of key is. */
static enum err
put_rotation(const struct node *node, Erfa__KeyAnswer *out)
{
	const struct rotate *rotate = &node->rotate;
	const struct directory_member *member;
	const struct link *link;
	const uint8_t *key;
	enum err err = ERR_NONE;
	size_t away = 0;
	size_t i;

	if (rotate->phase == ROTATE_CLOSING)
		return answer_hex(&out->old_key, rotate->old_key, KEY_LEN);
	if (rotate->phase == ROTATE_SETTLED)
		return put_standing(node, out);
	if (rotate->phase != ROTATE_SPREADING)
		return ERR_NONE;
	if ((err = answer_hex(&out->next_key, rotate->new_key, KEY_LEN)) !=
		ERR_NONE ||
	    (err = put_check(rotate->new_key, &out->next_check_number)) !=
		ERR_NONE)
		return err;
	for (i = 0; err == ERR_NONE && i < node_nlinks(node); i++) {
		link = node_link_at(node, i);
		key = link_key(link);
		if (!is_awaited(node, link, node_now()) &&
		    link_state(link) != LINK_DOWN)
			continue;
		member = key == NULL ?
		    NULL :
		    directory_find(node_directory(node), key);
		err = answer_text_add(&out->waits_for, &out->n_waits_for,
		    member != NULL ? member->org : link_org(link));
	}
	while (err == ERR_NONE && (member = next_away(node, &away)) != NULL)
		err = answer_text_add(
		    &out->waits_for, &out->n_waits_for, member->org);
	return err;
}

static enum err
fill_key(const struct node *node, Erfa__KeyAnswer *out)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *heir = directory_heir(
	    directory, node->key.public_key);
	char path[PATH_ROOM];
	uint8_t seed[SEED_LEN];
	enum err err;

	path_of(node, FILE_KEY, path);
	if (keyfile_read(path, 077, seed) == ERR_NOENT)
		(void)snprintf(path, sizeof(path), "%s", node->config->key);
	crypto_wipe(seed, sizeof(seed));
	out->has_out = true;
	out->out = heir != NULL && node->rotate.phase == ROTATE_SETTLED;
	if (out->out &&
	    (err = put_check(heir->key, &out->heir_check_number)) != ERR_NONE)
		return err;
	if ((err = answer_text(&out->org, node->config->org)) != ERR_NONE ||
	    (err = answer_hex(&out->key, node->key.public_key, KEY_LEN)) !=
		ERR_NONE ||
	    (err = answer_hex(&out->transport_key, node->key.curve_public,
		 KEY_LEN)) != ERR_NONE ||
	    (err = put_check(node->key.public_key, &out->check_number)) !=
		ERR_NONE ||
	    (err = answer_text(&out->file, path)) != ERR_NONE ||
	    (err = answer_text(&out->state, state_of(node))) != ERR_NONE)
		return err;
	return put_rotation(node, out);
}

/* Hand out the secret: the file that is in force, read again. */
static enum err
fill_secret(const struct node *node, Erfa__KeyAnswer *out)
{
	uint8_t seed[SEED_LEN];
	char path[PATH_ROOM];
	enum err err;

	path_of(node, FILE_KEY, path);
	if ((err = keyfile_read(path, 077, seed)) == ERR_NOENT)
		err = config_read_key(node->config, seed);
	if (err == ERR_NONE)
		err = answer_hex(&out->secret, seed, SEED_LEN);
	crypto_wipe(seed, sizeof(seed));
	return err;
}

static void
answer_key(struct node *node, struct waiter *waiter, bool secret)
{
	Erfa__Answer *answer = NULL;
	enum err err;

	if ((err = answer_new(ERFA__ANSWER__SAY_KEY, &answer)) == ERR_NONE &&
	    (err = fill_key(node, answer->key)) == ERR_NONE && secret)
		err = fill_secret(node, answer->key);
	if (err == ERR_NONE) {
		node_answer(node, waiter, answer);
		return;
	}
	control_free_answer(answer);
	node_answer_error(node, waiter, "failed", 75, "try again",
	    "the key cannot be shown: %s", err_str(err));
}

/* The entry and the note are on the disk, or not. */
static void
rotated(struct node *node, void *arg, enum err err)
{
	struct waiter *waiter = arg;

	if (node == NULL) {
		node_waiter_free(waiter);
		return;
	}
	node->rotate.busy = false;
	if (err == ERR_NONE) {
		node->rotate.since = 0;
		logger_info("node", "a new key is being made known to peers");
		answer_key(node, waiter, false);
		return;
	}
	node->rotate.phase = ROTATE_SETTLED;
	wipe(node, FILE_NEXT);
	node_answer_error(node, waiter, "not_written", 75, "try again",
	    "could not be written: %s", err_str(err));
}

/* Draw a key, keep it, and have the old one name it. */
static enum err
draw(struct node *node, struct waiter *waiter)
{
	struct rotate *rotate = &node->rotate;
	struct header_member *member = calloc(1, sizeof(*member));
	uint8_t note[2 * KEY_LEN];
	uint8_t seed[SEED_LEN];
	struct crypto_key key;
	char next[PATH_ROOM];
	enum err err;

	if (member == NULL)
		return ERR_NOMEM;
	crypto_random(seed, sizeof(seed));
	crypto_key_from_seed(seed, &key);
	memcpy(rotate->old_key, node->key.public_key, KEY_LEN);
	memcpy(rotate->new_key, key.public_key, KEY_LEN);
	memcpy(note, rotate->old_key, KEY_LEN);
	memcpy(note + KEY_LEN, rotate->new_key, KEY_LEN);

	memcpy(member->key, key.public_key, KEY_LEN);
	(void)snprintf(
	    member->org, sizeof(member->org), "%s", node->config->org);
	member->roles = ROLE_WRITES | ROLE_INTRODUCES;
	member->has_rotate_sig = true;
	directory_rotate_sign(&key, node->key.public_key, member->rotate_sig);

	/* The key is on the disk before the entry that names it; and what is
	 * sealed to it is read before it is in force. */
	path_of(node, FILE_NEXT, next);
	if ((err = keyfile_write(next, seed)) == ERR_NONE) {
		node_ring_add(node, seed);
		err = node_write_member(node, member, node->config->name, "",
		    NOTE_ROTATE, note, sizeof(note), rotated, waiter);
	}
	if (err == ERR_NONE) {
		rotate->phase = ROTATE_SPREADING;
		rotate->busy = true;
	}
	crypto_wipe(seed, sizeof(seed));
	crypto_wipe(&key, sizeof(key));
	free(member);
	return err;
}

void
node_key(struct node *node, struct waiter *waiter)
{
	const Erfa__KeyRequest *ask = waiter->request->key;
	enum err err;

	if (!ask->rotate) {
		answer_key(node, waiter, ask->secret);
	} else if (node->rotate.phase != ROTATE_SETTLED) {
		node_answer_error(node, waiter, "busy", 75,
		    "See how far it is:  erfa key show",
		    "a change of key is under way already");
	} else if (node->hold.until != 0) {
		node_answer(node, waiter, node_hold_refusal());
	} else if ((err = draw(node, waiter)) != ERR_NONE) {
		wipe(node, FILE_NEXT);
		node_answer_error(node, waiter, "not_written", 75, "try again",
		    "the new key could not be written: %s", err_str(err));
	}
}
