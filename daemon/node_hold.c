/*
 * The body hold: a node that was set back, or cannot rule it out, serves no body
 * until it is in step with a peer that knew it before, or for ten minutes.  What
 * was erased meanwhile is known then.  PROTOCOL.md chapter 11.4.
 *
 * A note keeps the hold across restarts, with the keys of those who have our
 * older logs from us since it began: their word says nothing.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "daemon/node_internal.h"

#define NOTE_HOLD "own/hold" /* keys, one after the other */

/* A hold ends after so long, counted from the start of the process. */
#define HOLD_MS 600000

/* Keys that are remembered; with more, time alone ends the hold. */
#define KEYS_MAX 1024

/* ---- the note ---- */

/* Read the note, if there is one. */
static enum err
read_note(struct node *node, bool *ret_held)
{
	struct node_hold *hold = &node->hold;
	struct store_txn *txn = NULL;
	struct bytes note;
	enum err err;

	*ret_held = false;
	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	err = store_note_get(txn, NOTE_HOLD, &note);
	if (err == ERR_NONE && note.len > 1) {
		hold->nkeys = (note.len - 1) / KEY_LEN;
		hold->keys = malloc(hold->nkeys * KEY_LEN);
		if (hold->keys == NULL)
			err = ERR_NOMEM;
		else
			memcpy(
			    hold->keys, note.data + 1, hold->nkeys * KEY_LEN);
	}
	store_abort(&txn);
	*ret_held = err == ERR_NONE;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Write the note before any socket opens. */
static enum err
write_note(struct node *node)
{
	const uint8_t version = 1;
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, true, &txn)) != ERR_NONE)
		return err;
	err = store_note_put(txn, NOTE_HOLD, &version, 1);
	if (err == ERR_NONE)
		return store_commit(&txn);
	store_abort(&txn);
	return err;
}

/* The same while the node runs; if that fails, it is said and no more. */
static void
renew_note(struct node *node)
{
	const struct node_hold *hold = &node->hold;
	size_t len = 1 + hold->nkeys * KEY_LEN;
	uint8_t *note = malloc(len);

	if (note != NULL) {
		note[0] = 1;
		if (hold->nkeys > 0)
			memcpy(note + 1, hold->keys, len - 1);
	}
	if (note == NULL ||
	    node_write_note(node, NOTE_HOLD, note, len, NULL, NULL) != ERR_NONE)
		logger_warning("store", "no memory to note whom it told");
	free(note);
}

enum err
node_hold_open(struct node *node, bool set_back)
{
	bool held;
	enum err err;

	if ((err = read_note(node, &held)) != ERR_NONE)
		return err;
	if (set_back && !held && (err = write_note(node)) != ERR_NONE)
		return err;
	if (set_back || held)
		node->hold.until = node_now() + HOLD_MS;
	return ERR_NONE;
}

void
node_hold_close(struct node *node)
{
	free(node->hold.keys);
	node->hold.keys = NULL;
	node->hold.nkeys = 0;
}

Erfa__Answer *
node_hold_refusal(void)
{
	return node_error_new("not_in_step", 75,
	    "See:  erfa sync\n"
	    "It lasts until a peer that knew it is in step, or ten minutes.",
	    "this node was restored, or its machine began anew, and it has not "
	    "caught up yet");
}

/* ---- its end ---- */

static bool
is_told(const struct node_hold *hold, const uint8_t key[KEY_LEN])
{
	size_t i;

	for (i = 0; i < hold->nkeys; i++)
		if (memcmp(hold->keys + i * KEY_LEN, key, KEY_LEN) == 0)
			return true;
	return hold->nkeys == KEYS_MAX;
}

/* This peer has our older logs from us, as far as we know. */
static void
remember(struct node *node, const uint8_t key[KEY_LEN])
{
	struct node_hold *hold = &node->hold;
	uint8_t *keys = realloc(hold->keys, (hold->nkeys + 1) * KEY_LEN);

	if (keys == NULL)
		return;
	memcpy(keys + hold->nkeys * KEY_LEN, key, KEY_LEN);
	hold->keys = keys;
	hold->nkeys++;
	renew_note(node);
}

/*
 * Is this peer in step with us, and knew us before?  Who has our older logs from
 * us alone may know no more than we do, in a later session as well.
 */
static void
look(struct link *link, void *arg)
{
	struct node *node = arg;
	struct link_info info;
	bool told;
	bool saw;

	link_info(link, &info);
	if (!info.has_key)
		return;
	told = is_told(&node->hold, info.key);
	if (info.gave_older && !info.knew_older && !told)
		remember(node, info.key);
	saw = node->has_older_by &&
	    memcmp(info.key, node->older_by, KEY_LEN) == 0;
	if (info.state == LINK_LIVE && info.same_digest &&
	    ((info.knew_older && !told) || saw))
		node->hold.until = 0;
}

void
node_hold_tick(struct node *node, int64_t now)
{
	struct node_hold *hold = &node->hold;

	if (hold->until == 0)
		return;
	node_each_link(node, look, node);
	if (hold->until != 0 && now < hold->until)
		return;
	hold->until = 0;
	node_hold_close(node);
	if (node_write_note(node, NOTE_HOLD, NULL, 0, NULL, NULL) != ERR_NONE)
		logger_warning("store", "no memory to note that it caught up");
}
