#include "daemon/outbox.h"

#include <string.h>

#include "daemon/outbox_internal.h"
#include "daemon/store.h"

/* Genesis.Reason of entry.proto. */
enum reason {
	REASON_FIRST = 1,
	REASON_NO_FENCE = 2,
	REASON_FORKED = 3,
	REASON_ROTATED = 4,
};

/* ---- the fence ---- */

/* Nothing vouches for the store; false if something still may. */
static bool
drop_fence(struct outbox *outbox)
{
	return fence_remove(outbox->fence_path) == ERR_NONE;
}

/* Vouch for the store, and for a log up to ${tip}. */
static void
name_tip(struct fence *fence, const uint8_t *log_id, const struct log_tip *tip)
{
	memcpy(fence->log_id, log_id, LOG_ID_LEN);
	fence->n = tip->n;
	memcpy(fence->c, tip->c, HASH_LEN);
}

/* Write it, or at least vouch for nothing that is not so. */
static void
write_fence(struct outbox *outbox, const struct fence *fence)
{
	enum err err;

	err = fence_write(outbox->fence_path, fence);
	atomic_store(&outbox->fenced, err == ERR_NONE);
	if (err != ERR_NONE && !drop_fence(outbox))
		outbox->now.in_hand = outbox->now.open = false;
}

/* Vouch for the store as it is. */
static void
renew_fence(struct outbox *outbox)
{
	outbox->fence.commits = store_commits(outbox->store);
	write_fence(outbox, &outbox->fence);
}

/*
 * A kill between the first commit of a log and its fence must not cost the log:
 * as long as nothing was told, to vouch for its beginning is enough.  Nor must
 * one before that commit cost the store, if it was in hand.
 */
static void
write_first_fence(
    struct outbox *outbox, bool was_in_hand, const struct log_tip *tip)
{
	struct fence first = outbox->fence;

	name_tip(&first, outbox->now.log_id, tip);
	first.commits = was_in_hand ? store_commits(outbox->store) : 0;
	write_fence(outbox, &first);
}

/* ---- a run ---- */

/* Begin a run after ${tip} of a log. */
static void
builder_begin(struct outbox_builder *builder, const uint8_t *log_id,
    uint64_t inc, const struct log_tip *tip)
{
	memcpy(builder->run.log_id, log_id, LOG_ID_LEN);
	memcpy(builder->run.c_prev, tip->c, HASH_LEN);
	builder->run.first = tip->n + 1;
	builder->run.headers = builder->headers;
	builder->run.count = 0;
	builder->run.head = builder->head;
	builder->inc = inc;
	builder->tip = *tip;
	builder->used = 0;
}

/* Append a header, which is copied, to the run. */
static enum err
builder_add(
    struct outbox_builder *builder, struct bytes header, uint64_t ticket)
{
	size_t i = builder->run.count;
	uint8_t *at = builder->bytes + builder->used;
	enum err err;

	if (i == BOUNDARY_N ||
	    header.len > sizeof(builder->bytes) - builder->used)
		return ERR_DAMAGED;
	err = log_step(&builder->tip, header.data, header.len);
	if (err != ERR_NONE)
		return ERR_DAMAGED;
	memcpy(at, header.data, header.len);
	memcpy(builder->c[i], builder->tip.c, HASH_LEN);
	builder->headers[i] = (struct bytes){ at, header.len };
	builder->tickets[i] = ticket;
	builder->used += header.len;
	builder->run.count++;
	return ERR_NONE;
}

/* Sign the HEAD of the run, store it, and move the bodies to their entries. */
static enum err
flush(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	struct outbox_builder *builder = &outbox->builder;
	struct outbox_place place = { .is_signed = true };
	enum err err;
	size_t i;

	log_head_sign(outbox->key->secret, builder->run.log_id, &builder->tip,
	    outbox_next_time(outbox, now_ms), builder->head);
	err = store_add_run(
	    txn, outbox->key->public_key, builder->inc, true, &builder->run);
	memcpy(place.log_id, builder->run.log_id, LOG_ID_LEN);
	for (i = 0; i < builder->run.count && err == ERR_NONE; i++) {
		if (builder->tickets[i] == 0)
			continue;
		place.n = builder->run.first + i;
		memcpy(place.c, builder->c[i], HASH_LEN);
		err = store_outbox_move(
		    txn, builder->tickets[i], place.log_id, place.n);
		if (err == ERR_NONE)
			err = outbox_note_place(outbox, txn,
			    builder->headers[i], builder->tickets[i], &place);
		if (err == ERR_NONE)
			err = outbox_push(outbox, builder->tickets[i], &place);
	}
	if (err != ERR_NONE)
		return err;
	outbox->now.tip = builder->tip;
	builder_begin(builder, place.log_id, builder->inc, &outbox->now.tip);
	return ERR_NONE;
}

/* ---- the log ---- */

/* Say which log came before, and why this one is begun. */
static enum err
name_prev(struct outbox *outbox, struct store_txn *txn,
    struct header_genesis *genesis)
{
	const struct outbox_state *now = &outbox->now;
	struct store_log log;
	struct log_tip tip;
	enum err err;

	genesis->reason = REASON_FIRST;
	if (!now->has_last)
		return ERR_NONE;
	err = store_log(txn, now->log_id, &log);
	if (err == ERR_NONE)
		err = store_tip_at(txn, now->log_id,
		    log.frozen ? log.last_common : log.tip.n, &tip);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	genesis->reason = REASON_NO_FENCE;
	if (now->forked || log.frozen)
		genesis->reason = REASON_FORKED;
	if (memcmp(log.key, outbox->key->public_key, KEY_LEN) != 0)
		genesis->reason = REASON_ROTATED;

	/* Entry 0 is no end of a log: nobody would accept one that names it. */
	if (tip.n == 0)
		return ERR_NONE;
	genesis->has_prev = true;
	memcpy(genesis->prev_log_id, now->log_id, LOG_ID_LEN);
	genesis->prev_n = tip.n;
	memcpy(genesis->prev_c, tip.c, HASH_LEN);
	return ERR_NONE;
}

/* Begin a new log with its GENESIS. */
static enum err
begin_log(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	struct outbox_state *now = &outbox->now;
	struct header_genesis genesis = { .format = 1 };
	struct header header = { .kind = HEADER_GENESIS };
	uint8_t ext[HEADER_MAX];
	uint8_t raw[HEADER_MAX];
	struct log_tip tip;
	bool was_in_hand = now->in_hand;
	size_t len;
	enum err err;

	crypto_random(&genesis.inc, sizeof(genesis.inc));
	memcpy(genesis.key, outbox->key->public_key, KEY_LEN);
	memcpy(genesis.org, outbox->org, sizeof(genesis.org));
	if ((err = name_prev(outbox, txn, &genesis)) != ERR_NONE)
		return err;
	err = header_genesis_encode(&genesis, ext, sizeof(ext), &len);
	if (err != ERR_NONE)
		return err;
	header.ext = (struct bytes){ ext, len };
	header.time_ms = outbox_next_time(outbox, now_ms);
	err = header_encode(&header, raw, sizeof(raw), &len);
	if (err != ERR_NONE)
		return err;

	log_begin(genesis.key, genesis.inc, now->log_id, &tip);
	now->in_hand = true;
	now->has_last = true;
	now->open = true;
	now->forked = false;
	builder_begin(&outbox->builder, now->log_id, genesis.inc, &tip);
	write_first_fence(outbox, was_in_hand, &tip);
	return builder_add(&outbox->builder, (struct bytes){ raw, len }, 0);
}

/*
 * Is the log still as we left it?  One that is frozen, or grew without us, is
 * never appended to again.
 */
static enum err
check_log(struct outbox *outbox, struct store_txn *txn, uint64_t *ret_inc)
{
	struct outbox_state *now = &outbox->now;
	struct store_log log;
	enum err err;

	if ((err = store_log(txn, now->log_id, &log)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	if (log.frozen || log.tip.n != now->tip.n ||
	    memcmp(log.tip.c, now->tip.c, HASH_LEN) != 0) {
		now->open = false;
		now->forked = true;
	}
	*ret_inc = log.inc;
	return ERR_NONE;
}

/* Prepare the builder for the log that is open, or for a new one. */
static enum err
open_builder(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	uint64_t inc = 0;
	enum err err;

	if (outbox->now.open) {
		err = check_log(outbox, txn, &inc);
		if (err != ERR_NONE)
			return err;
	}
	if (!outbox->now.open)
		return begin_log(outbox, txn, now_ms);
	builder_begin(
	    &outbox->builder, outbox->now.log_id, inc, &outbox->now.tip);
	return ERR_NONE;
}

/* ---- signing ---- */

/* Move what waits into the log, run by run. */
static enum err
sign_waiting(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	struct outbox_builder *builder = &outbox->builder;
	struct bytes header;
	uint64_t ticket = 0;
	size_t bytes = 0;
	size_t count;
	size_t len;
	enum err err;

	if ((err = open_builder(outbox, txn, now_ms)) != ERR_NONE)
		return err;
	for (count = 0; count < OUTBOX_ENTRIES && bytes < OUTBOX_BYTES;
	     count++) {
		err = store_outbox_next(txn, ticket, &ticket, &header, &len);
		if (err == ERR_NOENT)
			break;
		if (err == ERR_NONE)
			err = builder_add(builder, header, ticket);
		if (err == ERR_NONE && log_at_boundary(&builder->tip))
			err = flush(outbox, txn, now_ms);
		if (err != ERR_NONE)
			return err;
		bytes += len;
	}
	return builder->run.count == 0 ? ERR_NONE : flush(outbox, txn, now_ms);
}

/* Note what changed. */
static enum err
write_notes(struct outbox *outbox, struct store_txn *txn)
{
	const struct outbox_state *now = &outbox->now;
	const struct outbox_state *old = &outbox->committed;
	uint8_t note[LOG_ID_LEN + 1];
	enum err err = ERR_NONE;

	if (now->time_ms != old->time_ms) {
		bytes_put_le64(note, now->time_ms);
		err = store_note_put(txn, OUTBOX_NOTE_TIME, note, 8);
	}
	if (err != ERR_NONE || !now->has_last)
		return err;
	if (old->has_last && now->forked == old->forked &&
	    memcmp(now->log_id, old->log_id, LOG_ID_LEN) == 0)
		return ERR_NONE;
	memcpy(note, now->log_id, LOG_ID_LEN);
	note[LOG_ID_LEN] = now->forked ? 0 : 1;
	return store_note_put(txn, OUTBOX_NOTE_LOG, note, sizeof(note));
}

enum err
outbox_sign(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	enum err err;

	outbox->look |= store_has_erased(txn);
	err = outbox_erase_copies(outbox, txn);
	if (err == ERR_NONE && !atomic_load(&outbox->paused) &&
	    store_outbox_count(txn) > 0)
		err = sign_waiting(outbox, txn, now_ms);

	/* What could not be named before it had a place. */
	if (err == ERR_NONE)
		err = outbox_erase_copies(outbox, txn);
	outbox->now.waiting = store_outbox_count(txn);
	return err == ERR_NONE ? write_notes(outbox, txn) : err;
}

enum err
outbox_beacon(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	uint8_t head[HEAD_LEN];
	uint64_t inc;
	enum err err;

	if (atomic_load(&outbox->paused))
		return ERR_BUSY;
	if (!outbox->now.open)
		return ERR_NOENT;
	if ((err = check_log(outbox, txn, &inc)) != ERR_NONE)
		return err;
	if (!outbox->now.open)
		return ERR_NOENT;

	/* Of several HEADs for one entry the latest is kept. */
	outbox->now.time_ms++;
	log_head_sign(outbox->key->secret, outbox->now.log_id, &outbox->now.tip,
	    outbox_next_time(outbox, now_ms), head);
	return store_put_head(txn, head);
}

/* ---- after the transaction ---- */

void
outbox_committed(struct outbox *outbox)
{
	const struct outbox_state *now = &outbox->now;
	struct outbox_placed *placed;
	size_t i;

	if (now->open)
		name_tip(&outbox->fence, now->log_id, &now->tip);
	if (!now->in_hand && !outbox_fenced(outbox))
		atomic_store(&outbox->fenced, drop_fence(outbox));
	else if (now->in_hand &&
	    (!outbox_fenced(outbox) ||
		outbox->fence.commits != store_commits(outbox->store)))
		renew_fence(outbox);
	outbox->committed = outbox->now;

	(void)pthread_mutex_lock(&outbox->lock);
	outbox_show(outbox);
	for (i = 0; i < outbox->pending.count; i++) {
		placed = &outbox->pending.items[i];
		outbox->places[placed->ticket % OUTBOX_PLACES] = *placed;
	}
	(void)pthread_mutex_unlock(&outbox->lock);
	outbox->pending.count = 0;
}

void
outbox_aborted(struct outbox *outbox)
{
	const struct outbox_state *old = &outbox->committed;
	bool begun = outbox->now.has_last &&
	    (!old->has_last ||
		memcmp(outbox->now.log_id, old->log_id, LOG_ID_LEN) != 0);

	outbox->now = *old;
	outbox->pending.count = 0;
	outbox->look = false;

	/* The fence of a log that was to begin stands for the one before. */
	if (begun && old->in_hand) {
		renew_fence(outbox);
		outbox->committed = outbox->now;
	}
}
