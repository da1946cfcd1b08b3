#include "daemon/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/outbox_internal.h"
#include "daemon/store.h"

/* ---- opening ---- */

/* Which entries waited already?  A copy of the store has them too. */
static enum err
read_waiting(struct outbox *outbox, struct store_txn *txn)
{
	struct bytes header;
	size_t bytes;
	enum err err;

	do
		err = store_outbox_next(
		    txn, outbox->waited, &outbox->waited, &header, &bytes);
	while (err == ERR_NONE);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Read what was noted of the last log and the last time. */
static enum err
read_notes(struct outbox *outbox, struct store_txn *txn)
{
	struct outbox_state *now = &outbox->now;
	struct bytes note;
	enum err err;

	err = store_note_get(txn, OUTBOX_NOTE_TIME, &note);
	if (err == ERR_NONE && note.len == 8)
		now->time_ms = bytes_get_le64(note.data);
	else if (err != ERR_NOENT)
		return err == ERR_NONE ? ERR_DAMAGED : err;

	err = store_note_get(txn, OUTBOX_NOTE_LOG, &note);
	if (err == ERR_NOENT)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	if (note.len != LOG_ID_LEN + 1)
		return ERR_DAMAGED;
	memcpy(now->log_id, note.data, LOG_ID_LEN);
	now->has_last = true;
	now->forked = note.data[LOG_ID_LEN] == 0;
	return ERR_NONE;
}

/*
 * The time of the last entry of a log, 0 if it cannot be read, or that of its
 * HEAD, if an old entry was published again and is the last.
 */
static enum err
last_time(
    struct store_txn *txn, const struct store_log *log, uint64_t *ret_time_ms)
{
	struct store_entry entry;
	struct log_head head;
	struct header header;
	enum err err;

	err = store_entry(txn, log->log_id, log->tip.n, &entry);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	*ret_time_ms = 0;
	if (header_decode(entry.header.data, entry.header.len, &header) ==
	    ERR_NONE)
		*ret_time_ms = header.time_ms + 1;
	log_head_parse(log->head, &head);
	if (head.time_ms > *ret_time_ms)
		*ret_time_ms = head.time_ms;
	return ERR_NONE;
}

/*
 * Look at the own logs: what is written comes after all of them.  If nothing was
 * noted, as in a new store that fetched them from others, the latest is the
 * one before the next.
 */
static enum err
read_logs(struct outbox *outbox, struct store_txn *txn)
{
	struct outbox_state *now = &outbox->now;
	struct store_log log;
	const uint8_t *after = NULL;
	bool noted = now->has_last;
	uint64_t latest = 0;
	uint64_t time_ms;
	enum err err;

	while ((err = store_log_next(txn, after, &log)) == ERR_NONE) {
		after = log.log_id;
		if (memcmp(log.key, outbox->key->public_key, KEY_LEN) != 0)
			continue;
		err = last_time(txn, &log, &time_ms);
		if (err != ERR_NONE)
			return err;
		(void)outbox_next_time(outbox, time_ms);
		if (!noted && time_ms >= latest) {
			memcpy(now->log_id, log.log_id, LOG_ID_LEN);
			now->has_last = true;
			latest = time_ms;
		}
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/*
 * Is the end of the log that a fence names part of the store?  A log that is not
 * here was about to begin when the process ended, in a store that was in hand if
 * the fence saw commits: it was told to nobody, and nobody else draws its id.
 */
static bool
is_log_good(struct store_txn *txn, const struct fence *fence)
{
	struct log_tip tip;
	enum err err = store_tip_at(txn, fence->log_id, fence->n, &tip);

	if (err == ERR_NOENT && fence->n == 0)
		return fence->commits > 0;
	return err == ERR_NONE && memcmp(fence->c, tip.c, HASH_LEN) == 0;
}

/* Does a fence vouch for the store as it was found? */
static bool
fence_is_good(const struct outbox *outbox, struct store_txn *txn,
    const struct fence *fence)
{
	const struct fence *here = &outbox->fence;

	return memcmp(fence->boot_id, here->boot_id, FENCE_BOOT_LEN) == 0 &&
	    fence->dev == here->dev && fence->ino == here->ino &&
	    fence->commits <= store_commits_found(outbox->store) &&
	    is_log_good(txn, fence);
}

/* Was the store in our hands?  If not, nothing makes the fence good again. */
static enum err
read_fence(struct outbox *outbox, struct store_txn *txn)
{
	struct fence fence;

	if (fence_read(outbox->fence_path, &fence) != ERR_NONE ||
	    !fence_is_good(outbox, txn, &fence))
		return fence_remove(outbox->fence_path);
	outbox->fence = fence;
	outbox->now.in_hand = outbox->was_in_hand = true;
	return ERR_NONE;
}

/* Open the last log if it was not closed and the fence vouches for it. */
static enum err
open_last(struct outbox *outbox, struct store_txn *txn)
{
	struct outbox_state *now = &outbox->now;
	struct store_log log;
	enum err err;

	now->waiting = store_outbox_count(txn);
	if (!now->has_last)
		return ERR_NONE;
	err = store_log(txn, now->log_id, &log);
	if (err == ERR_NOENT) {
		now->has_last = false;
		return ERR_NONE;
	}
	if (err != ERR_NONE || now->forked || log.frozen ||
	    memcmp(log.key, outbox->key->public_key, KEY_LEN) != 0)
		return err;
	now->open = now->in_hand &&
	    memcmp(outbox->fence.log_id, log.log_id, LOG_ID_LEN) == 0;
	now->tip = log.tip;
	return ERR_NONE;
}

void
outbox_show(struct outbox *outbox)
{
	outbox->open = outbox->committed.open;
	memcpy(outbox->log_id, outbox->committed.log_id, LOG_ID_LEN);
	outbox->waiting = outbox->committed.waiting;
}

static enum err
read_state(struct outbox *outbox, struct store *store)
{
	struct store_txn *txn;
	enum err err;

	if ((err = fence_boot_id(outbox->fence.boot_id)) != ERR_NONE)
		return err;
	outbox->store = store;
	store_inode(store, &outbox->fence.dev, &outbox->fence.ino);
	if ((err = store_begin(store, false, &txn)) != ERR_NONE)
		return err;
	if ((err = read_notes(outbox, txn)) == ERR_NONE &&
	    (err = read_logs(outbox, txn)) == ERR_NONE &&
	    (err = read_waiting(outbox, txn)) == ERR_NONE &&
	    (err = read_fence(outbox, txn)) == ERR_NONE)
		err = open_last(outbox, txn);
	store_abort(&txn);
	if (outbox->was_in_hand)
		store_in_hand(store);
	outbox->committed = outbox->now;
	outbox_show(outbox);
	return err;
}

enum err
outbox_open(struct store *store, const struct outbox_options *options,
    struct outbox **ret_outbox)
{
	struct outbox *outbox;
	enum err err;

	if (!header_org_valid(options->org))
		return ERR_SYNTAX;
	if ((outbox = calloc(1, sizeof(*outbox))) == NULL)
		return ERR_NOMEM;
	if (pthread_mutex_init(&outbox->lock, NULL) != 0) {
		free(outbox);
		return ERR_NOMEM;
	}
	outbox->key = options->key;
	(void)snprintf(outbox->org, sizeof(outbox->org), "%s", options->org);
	atomic_init(&outbox->paused, false);
	atomic_init(&outbox->fenced, true);
	err = ERR_NOMEM;
	if ((outbox->fence_path = strdup(options->fence_path)) != NULL)
		err = read_state(outbox, store);
	if (err != ERR_NONE) {
		outbox_close(outbox);
		return err;
	}
	*ret_outbox = outbox;
	return ERR_NONE;
}

void
outbox_close(struct outbox *outbox)
{
	if (outbox == NULL)
		return;
	(void)pthread_mutex_destroy(&outbox->lock);
	free(outbox->fence_path);
	free(outbox->pending.items);
	free(outbox);
}

/* ---- any thread ---- */

bool
outbox_ready(struct outbox *outbox)
{
	bool ready;

	(void)pthread_mutex_lock(&outbox->lock);
	ready = outbox->waiting > 0 && !atomic_load(&outbox->paused);
	(void)pthread_mutex_unlock(&outbox->lock);
	return ready;
}

bool
outbox_fenced(struct outbox *outbox)
{
	return atomic_load(&outbox->fenced);
}

enum err
outbox_place(
    struct outbox *outbox, uint64_t ticket, struct outbox_place *ret_place)
{
	const struct outbox_placed *placed;
	enum err err = ERR_NOENT;

	(void)pthread_mutex_lock(&outbox->lock);
	placed = &outbox->places[ticket % OUTBOX_PLACES];
	if (ticket != 0 && placed->ticket == ticket) {
		*ret_place = placed->place;
		err = ERR_NONE;
	}
	(void)pthread_mutex_unlock(&outbox->lock);
	return err;
}

void
outbox_pause(struct outbox *outbox, bool paused)
{
	atomic_store(&outbox->paused, paused);
}

bool
outbox_was_in_hand(const struct outbox *outbox)
{
	return outbox->was_in_hand;
}

bool
outbox_open_log(struct outbox *outbox, uint8_t ret_log_id[LOG_ID_LEN])
{
	bool open;

	(void)pthread_mutex_lock(&outbox->lock);
	open = outbox->open;
	if (open)
		memcpy(ret_log_id, outbox->log_id, LOG_ID_LEN);
	(void)pthread_mutex_unlock(&outbox->lock);
	return open;
}

uint64_t
outbox_waiting(struct store_txn *txn)
{
	return store_outbox_count(txn);
}
