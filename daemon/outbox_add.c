#include "daemon/outbox.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/outbox_internal.h"
#include "daemon/store.h"

uint64_t
outbox_clock(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t
outbox_next_time(struct outbox *outbox, uint64_t time_ms)
{
	if (time_ms > outbox->now.time_ms)
		outbox->now.time_ms = time_ms;
	return outbox->now.time_ms;
}

enum err
outbox_push(
    struct outbox *outbox, uint64_t ticket, const struct outbox_place *place)
{
	struct outbox_pending *pending = &outbox->pending;
	struct outbox_placed *items = pending->items;
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

enum err
outbox_accept(struct outbox *outbox, struct store_txn *txn,
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
		err = outbox_push(outbox, ticket, &place);
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

	/* Of two words about one key of one millisecond neither would be later. */
	if (entry->kind == HEADER_MEMBER)
		outbox->now.time_ms++;
	header.time_ms = outbox_next_time(outbox, outbox_clock());
	memcpy(header.record, entry->record, RECORD_LEN);
	crypto_random(salt, sizeof(salt));
	if (entry->body.len > 0) {
		header.body_len = (uint32_t)entry->body.len;
		header.has_commit = true;
		crypto_commit(
		    salt, entry->body.data, entry->body.len, header.commit);
	}
	err = outbox_accept(
	    outbox, txn, &header, salt, entry->body, ret_ticket);
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
