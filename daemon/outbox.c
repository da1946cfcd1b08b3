#include "daemon/outbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/log.h"
#include "daemon/again.h"
#include "daemon/copies.h"
#include "daemon/fence.h"
#include "daemon/store.h"

/* Names of our notes in the store. */
#define NOTE_LOG  "own/log"  /* id of the last log begun, 1 = open */
#define NOTE_TIME "own/time" /* le64, the last time_ms used */

/* Genesis.Reason of entry.proto. */
enum reason {
	REASON_FIRST = 1,
	REASON_NO_FENCE = 2,
	REASON_FORKED = 3,
	REASON_ROTATED = 4,
};

/* Erase.Reason of entry.proto: the ERASE of the first place tells more. */
#define ERASE_OTHER 5

/* Where the own log stands; what a transaction changes is taken back with it. */
struct state {
	bool has_last;              /* a log was begun some time */
	uint8_t log_id[LOG_ID_LEN]; /* the last one */
	bool open;                  /* and may be continued */
	bool forked;                /* or was proved longer or different */
	struct log_tip tip;         /* if open: as signed last */
	uint64_t time_ms;           /* the last one used */
	uint64_t waiting;
};

/* An entry's place, by its ticket. */
struct placed {
	uint64_t ticket;
	struct outbox_place place;
};

/* Places that become true with the commit. */
struct pending {
	struct placed *items;
	size_t count;
	size_t size;
};

/* The run that is being signed. */
struct builder {
	struct log_run run;
	uint64_t inc;
	struct log_tip tip;
	struct bytes headers[BOUNDARY_N];
	uint64_t tickets[BOUNDARY_N]; /* 0 = GENESIS */
	uint8_t c[BOUNDARY_N][HASH_LEN];
	uint8_t head[HEAD_LEN];
	size_t used;
	uint8_t bytes[BOUNDARY_BYTES + HEADER_MAX];
};

struct outbox {
	const struct crypto_key *key; /* not owned */
	char org[ORG_MAX + 1];
	char *fence_path;
	struct fence fence; /* boot, device and inode are filled in */
	struct builder builder;

	/* The writer's. */
	struct state now;
	struct state committed;
	struct pending pending;
	bool look;       /* something published again may have to be erased */
	uint64_t waited; /* the last ticket that waited when this was opened */

	atomic_bool paused;
	atomic_bool fenced;
	pthread_mutex_t lock; /* guards what follows */
	struct placed places[OUTBOX_PLACES];
	bool open;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t waiting;
};

static uint64_t
clock_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The time of what is written now: the clock's, but never below the last. */
static uint64_t
next_time(struct outbox *outbox, uint64_t time_ms)
{
	if (time_ms > outbox->now.time_ms)
		outbox->now.time_ms = time_ms;
	return outbox->now.time_ms;
}

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
	struct state *now = &outbox->now;
	struct bytes note;
	enum err err;

	err = store_note_get(txn, NOTE_TIME, &note);
	if (err == ERR_NONE && note.len == 8)
		now->time_ms = bytes_get_le64(note.data);
	else if (err != ERR_NOENT)
		return err == ERR_NONE ? ERR_DAMAGED : err;

	err = store_note_get(txn, NOTE_LOG, &note);
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

/* The time of the last entry of a log; 0 if it cannot be read. */
static enum err
last_time(
    struct store_txn *txn, const struct store_log *log, uint64_t *ret_time_ms)
{
	struct store_entry entry;
	struct header header;
	enum err err;

	err = store_entry(txn, log->log_id, log->tip.n, &entry);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	*ret_time_ms = 0;
	if (header_decode(entry.header.data, entry.header.len, &header) ==
	    ERR_NONE)
		*ret_time_ms = header.time_ms;
	return ERR_NONE;
}

/*
 * Look at the own logs: time never falls below any of them.  If nothing was
 * noted, as in a new store that fetched them from others, the latest is the
 * one before the next.
 */
static enum err
read_logs(struct outbox *outbox, struct store_txn *txn)
{
	struct state *now = &outbox->now;
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
		(void)next_time(outbox, time_ms);
		if (!noted && time_ms >= latest) {
			memcpy(now->log_id, log.log_id, LOG_ID_LEN);
			now->has_last = true;
			latest = time_ms;
		}
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Does the fence vouch for the last log as it stands in the store? */
static bool
fence_is_good(
    struct outbox *outbox, struct store_txn *txn, const struct store_log *log)
{
	struct fence fence;
	struct log_tip tip;

	return fence_read(outbox->fence_path, &fence) == ERR_NONE &&
	    memcmp(fence.boot_id, outbox->fence.boot_id, FENCE_BOOT_LEN) == 0 &&
	    fence.dev == outbox->fence.dev && fence.ino == outbox->fence.ino &&
	    memcmp(fence.log_id, log->log_id, LOG_ID_LEN) == 0 &&
	    store_tip_at(txn, log->log_id, fence.n, &tip) == ERR_NONE &&
	    memcmp(fence.c, tip.c, HASH_LEN) == 0;
}

/* Open the last log if it was not closed and the fence is good. */
static enum err
open_last(struct outbox *outbox, struct store_txn *txn)
{
	struct state *now = &outbox->now;
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
	now->open = fence_is_good(outbox, txn, &log);
	now->tip = log.tip;
	return ERR_NONE;
}

/* Tell other threads what was committed. */
static void
show(struct outbox *outbox)
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
	store_inode(store, &outbox->fence.dev, &outbox->fence.ino);
	if ((err = store_begin(store, false, &txn)) != ERR_NONE)
		return err;
	if ((err = read_notes(outbox, txn)) == ERR_NONE &&
	    (err = read_logs(outbox, txn)) == ERR_NONE &&
	    (err = read_waiting(outbox, txn)) == ERR_NONE)
		err = open_last(outbox, txn);
	store_abort(&txn);
	outbox->committed = outbox->now;
	show(outbox);
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

/* ---- accepting ---- */

/* Remember a place until the commit. */
static enum err
push_place(
    struct outbox *outbox, uint64_t ticket, const struct outbox_place *place)
{
	struct pending *pending = &outbox->pending;
	struct placed *items = pending->items;
	size_t size;

	if (pending->count == pending->size) {
		size = pending->size == 0 ? 256 : 2 * pending->size;
		if ((items = calloc(size, sizeof(*items))) == NULL)
			return ERR_NOMEM;
		if (pending->count > 0)
			memcpy(items, pending->items,
			    pending->count * sizeof(*items));
		free(pending->items);
		pending->items = items;
		pending->size = size;
	}
	items[pending->count].ticket = ticket;
	items[pending->count].place = *place;
	pending->count++;
	return ERR_NONE;
}

/* Encode a header and put it into the outbox with its body. */
static enum err
accept(struct outbox *outbox, struct store_txn *txn,
    const struct header *header, const uint8_t *salt, struct bytes body,
    uint64_t *ret_ticket)
{
	const struct outbox_place place = { .is_signed = false };
	uint8_t raw[HEADER_MAX];
	uint64_t ticket;
	size_t len;
	enum err err;

	err = header_encode(header, raw, sizeof(raw), &len);
	if (err == ERR_NONE)
		err = store_outbox_add(
		    txn, (struct bytes){ raw, len }, salt, body, &ticket);
	if (err == ERR_NONE)
		err = push_place(outbox, ticket, &place);
	if (err == ERR_NONE)
		*ret_ticket = ticket;
	return err;
}

enum err
outbox_add(struct outbox *outbox, struct store_txn *txn,
    const struct outbox_entry *entry, uint64_t *ret_ticket)
{
	uint8_t salt[SALT_LEN];
	struct header header = {
		.kind = entry->kind,
		.topic = entry->topic,
		.group = entry->group,
		.has_record = entry->has_record,
		.ext = entry->ext,
	};
	enum err err;

	if (entry->body.len > BODY_MAX)
		return ERR_SIZE;
	header.time_ms = next_time(outbox, clock_ms());
	memcpy(header.record, entry->record, RECORD_LEN);
	crypto_random(salt, sizeof(salt));
	if (entry->body.len > 0) {
		header.body_len = (uint32_t)entry->body.len;
		header.has_commit = true;
		crypto_commit(
		    salt, entry->body.data, entry->body.len, header.commit);
	}
	err = accept(outbox, txn, &header, salt, entry->body, ret_ticket);
	crypto_wipe(salt, sizeof(salt));
	return err;
}

enum err
outbox_erase(struct outbox *outbox, struct store_txn *txn,
    const struct header_target *targets, size_t count, size_t *ret_entries)
{
	struct outbox_entry entry = { .kind = HEADER_ERASE };
	uint8_t ext[HEADER_MAX];
	uint64_t ticket;
	size_t entries = 0;
	size_t part;
	size_t i;
	enum err err;

	for (i = 0; i < count; i += part) {
		part = count - i < HEADER_ERASE_FITS ? count - i :
						       HEADER_ERASE_FITS;
		err = header_erase_encode(
		    targets + i, part, ext, sizeof(ext), &entry.ext.len);
		if (err != ERR_NONE)
			return err;
		entry.ext.data = ext;
		if ((err = outbox_add(outbox, txn, &entry, &ticket)) !=
		    ERR_NONE)
			return err;
		entries++;
	}
	*ret_entries = entries;
	return ERR_NONE;
}

/* ---- what was published again and is erased ---- */

/* What an ERASE is to name. */
struct leftovers {
	struct outbox *outbox;
	struct store_txn *txn;
	size_t count;
	struct header_target targets[HEADER_ERASE_FITS];
};

static enum err
name_leftovers(struct leftovers *left)
{
	size_t entries;
	size_t count = left->count;

	left->count = 0;
	return outbox_erase(
	    left->outbox, left->txn, left->targets, count, &entries);
}

/* Erase one place, which others may know, and have it named. */
static enum err
erase_place(
    void *context, const struct store_pos *pos, const uint8_t c8[C8_LEN])
{
	struct leftovers *left = context;
	struct header_target *target = &left->targets[left->count];
	enum err err;

	err = store_erase_entry(left->txn, pos->log_id, pos->n, c8);
	if (err != ERR_NONE)
		return err;
	memcpy(target->log_id, pos->log_id, LOG_ID_LEN);
	target->n = pos->n;
	target->reason = ERASE_OTHER;
	target->has_c8 = true;
	memcpy(target->c8, c8, C8_LEN);
	return ++left->count == HEADER_ERASE_FITS ? name_leftovers(left) :
						    ERR_NONE;
}

/* Erase bodies in all their places if they are erased in one. */
static enum err
erase_copies(struct outbox *outbox, struct store_txn *txn)
{
	struct leftovers left = { .outbox = outbox, .txn = txn };
	enum err err;

	if (!outbox->look)
		return ERR_NONE;
	outbox->look = false;
	err = copies_left(txn, erase_place, &left);
	return err == ERR_NONE ? name_leftovers(&left) : err;
}

/* A body that was published again has a place now, for better or worse. */
static enum err
note_place(struct outbox *outbox, struct store_txn *txn, struct bytes raw,
    uint64_t ticket, const struct outbox_place *place)
{
	struct copies copies;
	struct header header;
	bool changed;
	bool erased = false;
	enum err err;

	if (header_decode(raw.data, raw.len, &header) != ERR_NONE ||
	    !header.has_commit)
		return ERR_NONE;
	err = copies_get(txn, header.commit, &copies);
	if (err != ERR_NONE)
		return err;
	changed = copies_placed(&copies, ticket, place->log_id, place->n);

	/* It may wait in a copy of this store too, and be signed there. */
	if (ticket <= outbox->waited)
		changed |= copies_add(&copies, place->log_id, place->n);
	if (!changed)
		return ERR_NONE;
	if ((err = copies_put(txn, header.commit, &copies)) == ERR_NONE)
		err = copies_erased(txn, header.commit, &copies, &erased);
	outbox->look |= erased;
	return err;
}

/* ---- the fence ---- */

/* No log is vouched for; false if one may still be. */
static bool
drop_fence(struct outbox *outbox)
{
	return fence_remove(outbox->fence_path) == ERR_NONE;
}

/* Vouch for the log up to ${tip}, or at least for nothing that is not so. */
static void
write_fence(struct outbox *outbox, const struct log_tip *tip)
{
	enum err err;

	memcpy(outbox->fence.log_id, outbox->now.log_id, LOG_ID_LEN);
	outbox->fence.n = tip->n;
	memcpy(outbox->fence.c, tip->c, HASH_LEN);
	err = fence_write(outbox->fence_path, &outbox->fence);
	atomic_store(&outbox->fenced, err == ERR_NONE);
	if (err != ERR_NONE && !drop_fence(outbox))
		outbox->now.open = false;
}

/* ---- signing ---- */

/* Begin a run after ${tip} of a log. */
static void
builder_begin(struct builder *builder, const uint8_t *log_id, uint64_t inc,
    const struct log_tip *tip)
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
builder_add(struct builder *builder, struct bytes header, uint64_t ticket)
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
	struct builder *builder = &outbox->builder;
	struct outbox_place place = { .is_signed = true };
	enum err err;
	size_t i;

	log_head_sign(outbox->key->secret, builder->run.log_id, &builder->tip,
	    next_time(outbox, now_ms), builder->head);
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
			err = note_place(outbox, txn, builder->headers[i],
			    builder->tickets[i], &place);
		if (err == ERR_NONE)
			err = push_place(outbox, builder->tickets[i], &place);
	}
	if (err != ERR_NONE)
		return err;
	outbox->now.tip = builder->tip;
	builder_begin(builder, place.log_id, builder->inc, &outbox->now.tip);
	return ERR_NONE;
}

/* Say which log came before, and why this one is begun. */
static enum err
name_prev(struct outbox *outbox, struct store_txn *txn,
    struct header_genesis *genesis)
{
	const struct state *now = &outbox->now;
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
	struct state *now = &outbox->now;
	struct header_genesis genesis = { .format = 1 };
	struct header header = { .kind = HEADER_GENESIS };
	uint8_t ext[HEADER_MAX];
	uint8_t raw[HEADER_MAX];
	struct log_tip tip;
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
	header.time_ms = next_time(outbox, now_ms);
	err = header_encode(&header, raw, sizeof(raw), &len);
	if (err != ERR_NONE)
		return err;

	log_begin(genesis.key, genesis.inc, now->log_id, &tip);
	now->has_last = true;
	now->open = true;
	now->forked = false;
	builder_begin(&outbox->builder, now->log_id, genesis.inc, &tip);

	/*
	 * A kill between the first commit and its fence must not cost the log:
	 * as long as nothing was told, to vouch for its beginning is enough.
	 */
	write_fence(outbox, &tip);
	return builder_add(&outbox->builder, (struct bytes){ raw, len }, 0);
}

/*
 * Is the log still as we left it?  One that is frozen, or grew without us, is
 * never appended to again.
 */
static enum err
check_log(struct outbox *outbox, struct store_txn *txn, uint64_t *ret_inc)
{
	struct state *now = &outbox->now;
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

/* Move what waits into the log, run by run. */
static enum err
sign_waiting(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	struct builder *builder = &outbox->builder;
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
	const struct state *now = &outbox->now;
	const struct state *old = &outbox->committed;
	uint8_t note[LOG_ID_LEN + 1];
	enum err err = ERR_NONE;

	if (now->time_ms != old->time_ms) {
		bytes_put_le64(note, now->time_ms);
		err = store_note_put(txn, NOTE_TIME, note, 8);
	}
	if (err != ERR_NONE || !now->has_last)
		return err;
	if (old->has_last && now->forked == old->forked &&
	    memcmp(now->log_id, old->log_id, LOG_ID_LEN) == 0)
		return ERR_NONE;
	memcpy(note, now->log_id, LOG_ID_LEN);
	note[LOG_ID_LEN] = now->forked ? 0 : 1;
	return store_note_put(txn, NOTE_LOG, note, sizeof(note));
}

enum err
outbox_sign(struct outbox *outbox, struct store_txn *txn, uint64_t now_ms)
{
	enum err err;

	outbox->look |= store_has_erased(txn);
	err = erase_copies(outbox, txn);
	if (err == ERR_NONE && !atomic_load(&outbox->paused) &&
	    store_outbox_count(txn) > 0)
		err = sign_waiting(outbox, txn, now_ms);

	/* What could not be named before it had a place. */
	if (err == ERR_NONE)
		err = erase_copies(outbox, txn);
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
	    next_time(outbox, now_ms), head);
	return store_put_head(txn, head);
}

/* ---- after the transaction ---- */

void
outbox_committed(struct outbox *outbox)
{
	const struct state *now = &outbox->now;
	struct placed *placed;
	size_t i;

	if (now->open &&
	    (!outbox->committed.open || !outbox_fenced(outbox) ||
		memcmp(now->tip.c, outbox->committed.tip.c, HASH_LEN) != 0))
		write_fence(outbox, &outbox->now.tip);
	else if (!now->open && !outbox_fenced(outbox))
		atomic_store(&outbox->fenced, drop_fence(outbox));
	outbox->committed = outbox->now;

	(void)pthread_mutex_lock(&outbox->lock);
	show(outbox);
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
	outbox->now = outbox->committed;
	outbox->pending.count = 0;
	outbox->look = false;
}

/* ---- other threads ---- */

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
	const struct placed *placed;
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

/* ---- publishing again ---- */

struct again {
	struct outbox *outbox;
	struct store_txn *txn;
	const uint8_t *log_id; /* which is closed ... */
	uint64_t last_common;  /* ... after this entry */
};

/* Does the place count, or will it? */
static enum err
place_counts(const struct again *again, const struct store_pos *pos, bool *ret)
{
	enum store_body_state state;
	struct store_log log;
	enum err err;

	*ret = copies_waiting(pos);
	if (*ret)
		return ERR_NONE;
	if ((err = store_log(again->txn, pos->log_id, &log)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	*ret = !log.frozen || pos->n <= log.last_common;
	if (memcmp(pos->log_id, again->log_id, LOG_ID_LEN) == 0)
		*ret = pos->n <= again->last_common;
	err = store_body_state(again->txn, pos->log_id, pos->n, &state);
	if (err == ERR_NONE)
		*ret &= state != STORE_BODY_ABSENT;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Is the body to be published again, or is that needless or forbidden? */
static enum err
is_wanted(const struct again *again, const uint8_t *hash,
    const struct copies *copies, bool *ret)
{
	bool counts = copies->known && copies->count == 0;
	bool erased = false;
	size_t i;
	enum err err;

	err = copies_erased(again->txn, hash, copies, &erased);
	for (i = 0; err == ERR_NONE && !counts && i < copies->count; i++)
		err = place_counts(again, &copies->at[i], &counts);
	again->outbox->look |= erased;
	*ret = !erased && !counts;
	return err;
}

/* Accept an entry of a closed log again. */
static enum err
accept_again(const struct again *again, const struct again_entry *entry,
    uint64_t *ret_ticket)
{
	static const uint8_t no_salt[SALT_LEN];
	struct header header = *entry->header;
	const uint8_t *salt = no_salt;
	struct bytes body = { 0 };

	if (entry->body != NULL) {
		body = (struct bytes){ entry->body->data, entry->body->len };
		salt = entry->body->salt;
	}
	header.time_ms = next_time(again->outbox, clock_ms());
	return accept(
	    again->outbox, again->txn, &header, salt, body, ret_ticket);
}

/* An entry without a body is published again once. */
static enum err
take_bare(const struct again *again, const struct again_entry *entry)
{
	struct copies copies;
	uint8_t hash[HASH_LEN];
	uint64_t ticket;
	enum err err;

	crypto_h(entry->bytes.data, entry->bytes.len, hash);
	err = copies_get(again->txn, hash, &copies);
	if (err != ERR_NONE || copies.known)
		return err;
	if ((err = accept_again(again, entry, &ticket)) != ERR_NONE)
		return err;
	return copies_put(again->txn, hash, &copies);
}

/* Remember where an entry stands and publish it again, if it counts nowhere. */
static enum err
take_again(void *context, const struct again_entry *entry)
{
	const struct again *again = context;
	struct copies copies;
	uint64_t ticket;
	bool wanted;
	bool changed;
	enum err err;

	if (!entry->header->has_commit)
		return take_bare(again, entry);
	err = copies_get(again->txn, entry->header->commit, &copies);
	if (err != ERR_NONE)
		return err;
	if (copies.known && copies.count == 0)
		return ERR_NONE;
	changed = copies_add(&copies, again->log_id, entry->n);
	if ((err = is_wanted(again, entry->header->commit, &copies, &wanted)) !=
	    ERR_NONE)
		return err;
	if (wanted && entry->body != NULL) {
		if ((err = accept_again(again, entry, &ticket)) != ERR_NONE)
			return err;
		changed |= copies_wait(&copies, ticket);
	}
	return changed ?
	    copies_put(again->txn, entry->header->commit, &copies) :
	    ERR_NONE;
}

/* Remember where one entry stands that came back. */
static enum err
note_found(struct outbox *outbox, struct store_txn *txn, const uint8_t *log_id,
    uint64_t n, const struct header *header)
{
	struct copies copies;
	bool erased = false;
	enum err err;

	err = copies_get(txn, header->commit, &copies);
	if (err != ERR_NONE || !copies_add(&copies, log_id, n))
		return err;
	if ((err = copies_put(txn, header->commit, &copies)) == ERR_NONE &&
	    copies.count > 1)
		err = copies_erased(txn, header->commit, &copies, &erased);
	outbox->look |= erased;
	return err;
}

enum err
outbox_found(
    struct outbox *outbox, struct store_txn *txn, const struct log_run *run)
{
	struct header header;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < run->count && err == ERR_NONE; i++)
		if (header_decode(run->headers[i].data, run->headers[i].len,
			&header) == ERR_NONE &&
		    header.has_commit)
			err = note_found(
			    outbox, txn, run->log_id, run->first + i, &header);
	return err;
}

enum err
outbox_close_log(struct outbox *outbox, struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], uint64_t last_common)
{
	struct again again = {
		.outbox = outbox,
		.txn = txn,
		.log_id = log_id,
		.last_common = last_common,
	};
	struct store_log log;
	enum err err;

	if ((err = store_log(txn, log_id, &log)) != ERR_NONE)
		return err;
	if (memcmp(log.key, outbox->key->public_key, KEY_LEN) != 0)
		return ERR_DENIED;
	if (outbox->now.has_last &&
	    memcmp(outbox->now.log_id, log_id, LOG_ID_LEN) == 0) {
		outbox->now.open = false;
		outbox->now.forked = true;
	}
	return again_each(txn, log_id, last_common, take_again, &again);
}
