#include "daemon/outbox.h"

#include <string.h>

#include "daemon/again.h"
#include "daemon/copies.h"
#include "daemon/outbox_internal.h"
#include "daemon/store.h"

/* Erase.Reason of entry.proto: the ERASE of the first place tells more. */
#define ERASE_OTHER 5

/* ---- what is erased in one place, in all ---- */

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

enum err
outbox_erase_copies(struct outbox *outbox, struct store_txn *txn)
{
	struct leftovers left = { .outbox = outbox, .txn = txn };
	enum err err;

	if (!outbox->look)
		return ERR_NONE;
	outbox->look = false;
	err = copies_left(txn, erase_place, &left);
	return err == ERR_NONE ? name_leftovers(&left) : err;
}

/* ---- where entries stand ---- */

/* By what an entry is noted: the commitment of its body, or all of its header. */
static void
name_entry(
    const struct header *header, struct bytes raw, uint8_t ret_hash[HASH_LEN])
{
	if (header->has_commit)
		memcpy(ret_hash, header->commit, HASH_LEN);
	else
		crypto_h(raw.data, raw.len, ret_hash);
}

enum err
outbox_note_place(struct outbox *outbox, struct store_txn *txn,
    struct bytes raw, uint64_t ticket, const struct outbox_place *place)
{
	struct copies copies;
	struct header header;
	uint8_t hash[HASH_LEN];
	bool changed;
	bool erased = false;
	enum err err;

	if (header_decode(raw.data, raw.len, &header) != ERR_NONE)
		return ERR_NONE;
	name_entry(&header, raw, hash);
	if ((err = copies_get(txn, hash, &copies)) != ERR_NONE)
		return err;
	changed = copies_placed(&copies, ticket, place->log_id, place->n);

	/* It may wait in a copy of this store too, and be signed there. */
	if (header.has_commit && ticket <= outbox->waited)
		changed |= copies_add(&copies, place->log_id, place->n);
	if (!changed)
		return ERR_NONE;
	if ((err = copies_put(txn, hash, &copies)) == ERR_NONE &&
	    header.has_commit)
		err = copies_erased(txn, hash, &copies, &erased);
	outbox->look |= erased;
	return err;
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

	for (i = 0; i < run->count && err == ERR_NONE; i++) {
		if (header_decode(run->headers[i].data, run->headers[i].len,
			&header) != ERR_NONE)
			continue;
		(void)outbox_next_time(outbox, header.time_ms + 1);
		if (header.has_commit)
			err = note_found(
			    outbox, txn, run->log_id, run->first + i, &header);
	}
	return err;
}

/* ---- publishing again ---- */

struct again {
	struct outbox *outbox;
	struct store_txn *txn;
	const uint8_t *log_id; /* which is closed ... */
	uint64_t last_common;  /* ... after this entry */
};

/* Does the place count, or will it, and with its body if that is asked for? */
static enum err
place_counts(const struct again *again, const struct store_pos *pos,
    bool with_body, bool *ret)
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
	if (!with_body)
		return ERR_NONE;
	err = store_body_state(again->txn, pos->log_id, pos->n, &state);
	if (err == ERR_NONE)
		*ret &= state != STORE_BODY_ABSENT;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/*
 * Does one of the places count?  If none was noted, it was published again by a
 * version that noted none.
 */
static enum err
any_counts(const struct again *again, const struct copies *copies,
    bool with_body, bool *ret)
{
	bool counts = copies->known && copies->count == 0;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; err == ERR_NONE && !counts && i < copies->count; i++)
		err = place_counts(again, &copies->at[i], with_body, &counts);
	*ret = counts;
	return err;
}

/*
 * Accept an entry of a closed log again, and note that it waits.  It keeps its
 * time_ms: entries and bodies of the branches come in any order, but of several
 * words about one thing that which was said last must stay the last.
 */
static enum err
accept_again(const struct again *again, const struct again_entry *entry,
    struct copies *copies)
{
	static const uint8_t no_salt[SALT_LEN];
	const uint8_t *salt = no_salt;
	struct bytes body = { 0 };
	uint64_t ticket;
	enum err err;

	if (entry->body != NULL) {
		body = (struct bytes){ entry->body->data, entry->body->len };
		salt = entry->body->salt;
	}
	err = outbox_accept(
	    again->outbox, again->txn, entry->header, salt, body, &ticket);
	if (err == ERR_NONE)
		(void)copies_wait(copies, ticket);
	return err;
}

/* An entry that names no body. */
static enum err
take_bare(const struct again *again, const struct again_entry *entry)
{
	struct copies copies;
	uint8_t hash[HASH_LEN];
	bool counts;
	enum err err;

	name_entry(entry->header, entry->bytes, hash);
	err = copies_get(again->txn, hash, &copies);
	if (err == ERR_NONE)
		err = any_counts(again, &copies, false, &counts);
	if (err != ERR_NONE || counts)
		return err;
	if ((err = accept_again(again, entry, &copies)) != ERR_NONE)
		return err;
	return copies_put(again->txn, hash, &copies);
}

/*
 * A MEMBER entry without the body that it names, which is erased or not here:
 * who belongs must not wait for a name, nor go with it.
 */
static enum err
take_nameless(const struct again *again, const struct again_entry *entry)
{
	struct header header = *entry->header;
	struct again_entry bare = { .header = &header, .n = entry->n };
	uint8_t raw[HEADER_MAX];
	size_t len;
	enum err err;

	header.has_commit = false;
	header.body_len = 0;
	if ((err = header_encode(&header, raw, sizeof(raw), &len)) != ERR_NONE)
		return err;
	bare.bytes = (struct bytes){ raw, len };
	return take_bare(again, &bare);
}

/*
 * An entry that names a body: under its commitment all its places are noted, and
 * it is published again if its body is here, erased nowhere and counts nowhere.
 */
static enum err
take_with_body(const struct again *again, const struct again_entry *entry)
{
	const uint8_t *commit = entry->header->commit;
	struct copies copies;
	bool erased = false;
	bool counts;
	bool changed;
	enum err err;

	if ((err = copies_get(again->txn, commit, &copies)) != ERR_NONE ||
	    (copies.known && copies.count == 0))
		return err;
	changed = copies_add(&copies, again->log_id, entry->n);
	err = copies_erased(again->txn, commit, &copies, &erased);
	again->outbox->look |= erased;
	if (err == ERR_NONE)
		err = any_counts(again, &copies, true, &counts);
	if (err != ERR_NONE)
		return err;
	if (!erased && !counts && entry->body != NULL) {
		if ((err = accept_again(again, entry, &copies)) != ERR_NONE)
			return err;
		changed = true;
	}
	if (changed &&
	    (err = copies_put(again->txn, commit, &copies)) != ERR_NONE)
		return err;
	if (entry->header->kind != HEADER_MEMBER)
		return ERR_NONE;
	err = any_counts(again, &copies, false, &counts);
	return err == ERR_NONE && !counts ? take_nameless(again, entry) : err;
}

/* What is written from now on is later than all of it. */
static enum err
take_again(void *context, const struct again_entry *entry)
{
	const struct again *again = context;

	(void)outbox_next_time(again->outbox, entry->header->time_ms + 1);
	return entry->header->has_commit ? take_with_body(again, entry) :
					   take_bare(again, entry);
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
