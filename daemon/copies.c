#include "daemon/copies.h"

#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"

#define PREFIX    "own/again/"
#define NAME_LEN  16 /* bytes of the hash that name a body */
#define NAME_SIZE (sizeof(PREFIX) + (size_t)2 * NAME_LEN)
#define PLACE_LEN (LOG_ID_LEN + 8)

static void
name_of(const uint8_t hash[HASH_LEN], char out[NAME_SIZE])
{
	memcpy(out, PREFIX, sizeof(PREFIX) - 1);
	bytes_hex(hash, NAME_LEN, out + sizeof(PREFIX) - 1);
}

static enum err
decode(struct bytes data, struct copies *ret_copies)
{
	size_t i;

	if (data.len % PLACE_LEN != 0 || data.len / PLACE_LEN > COPIES_MAX)
		return ERR_DAMAGED;
	ret_copies->known = true;
	ret_copies->count = data.len / PLACE_LEN;
	for (i = 0; i < ret_copies->count; i++) {
		const uint8_t *from = data.data + i * PLACE_LEN;

		memcpy(ret_copies->at[i].log_id, from, LOG_ID_LEN);
		ret_copies->at[i].n = bytes_get_le64(from + LOG_ID_LEN);
	}
	return ERR_NONE;
}

enum err
copies_get(struct store_txn *txn, const uint8_t hash[HASH_LEN],
    struct copies *ret_copies)
{
	char name[NAME_SIZE];
	struct bytes data;
	enum err err;

	name_of(hash, name);
	err = store_note_get(txn, name, &data);
	if (err == ERR_NONE)
		return decode(data, ret_copies);
	if (err != ERR_NOENT)
		return err;
	ret_copies->known = false;
	ret_copies->count = 0;
	return ERR_NONE;
}

enum err
copies_put(struct store_txn *txn, const uint8_t hash[HASH_LEN],
    const struct copies *copies)
{
	uint8_t data[COPIES_MAX * PLACE_LEN];
	char name[NAME_SIZE];
	size_t i;

	name_of(hash, name);
	for (i = 0; i < copies->count; i++) {
		uint8_t *to = data + i * PLACE_LEN;

		memcpy(to, copies->at[i].log_id, LOG_ID_LEN);
		bytes_put_le64(to + LOG_ID_LEN, copies->at[i].n);
	}
	return store_note_put(txn, name, data, copies->count * PLACE_LEN);
}

/* The place in the list; NULL if it is not there. */
static struct store_pos *
find(struct copies *copies, const uint8_t *log_id, uint64_t n)
{
	size_t i;

	for (i = 0; i < copies->count; i++)
		if (copies->at[i].n == n &&
		    memcmp(copies->at[i].log_id, log_id, LOG_ID_LEN) == 0)
			return &copies->at[i];
	return NULL;
}

bool
copies_add(struct copies *copies, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	struct store_pos *pos;

	if (find(copies, log_id, n) != NULL)
		return false;
	if (copies->count == COPIES_MAX) {
		copies->count--;
		memmove(copies->at, copies->at + 1,
		    copies->count * sizeof(copies->at[0]));
	}
	pos = &copies->at[copies->count++];
	memcpy(pos->log_id, log_id, LOG_ID_LEN);
	pos->n = n;
	return true;
}

bool
copies_wait(struct copies *copies, uint64_t ticket)
{
	static const uint8_t none[LOG_ID_LEN];

	return copies_add(copies, none, ticket);
}

bool
copies_placed(struct copies *copies, uint64_t ticket,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	static const uint8_t none[LOG_ID_LEN];
	struct store_pos *pos = find(copies, none, ticket);

	if (pos == NULL)
		return false;
	memcpy(pos->log_id, log_id, LOG_ID_LEN);
	pos->n = n;
	return true;
}

bool
copies_waiting(const struct store_pos *pos)
{
	static const uint8_t none[LOG_ID_LEN];

	return memcmp(pos->log_id, none, LOG_ID_LEN) == 0;
}

/* ---- which entry of a number is meant ---- */

/* The entry of a place that has the commitment, in whichever branch. */
static enum err
find_entry(struct store_txn *txn, const uint8_t *hash,
    const struct store_pos *pos, struct store_entry *ret_entry)
{
	struct header header;
	uint8_t branch = 0;
	enum err err;

	while ((err = store_entry_next(
		    txn, pos->log_id, pos->n, &branch, ret_entry)) == ERR_NONE)
		if (header_decode(ret_entry->header.data, ret_entry->header.len,
			&header) == ERR_NONE &&
		    header.has_commit &&
		    memcmp(header.commit, hash, NAME_LEN) == 0)
			return ERR_NONE;
	return err;
}

/* Is the body erased in this place?  ERR_NOENT if no entry here has it. */
static enum err
erased_at(struct store_txn *txn, const uint8_t *hash,
    const struct store_pos *pos, struct store_entry *ret_entry)
{
	enum err err;

	enum err found;

	if (copies_waiting(pos))
		return ERR_NOENT;
	found = find_entry(txn, hash, pos, ret_entry);
	if (found != ERR_NONE && found != ERR_NOENT)
		return found;
	err = store_is_erased_entry(
	    txn, pos->log_id, pos->n, found == ERR_NONE ? ret_entry->c : NULL);
	return err == ERR_NONE ? found : err;
}

enum err
copies_erased(struct store_txn *txn, const uint8_t hash[HASH_LEN],
    const struct copies *copies, bool *ret_erased)
{
	struct store_entry entry;
	size_t i;
	enum err err;

	for (i = 0; i < copies->count; i++) {
		err = erased_at(txn, hash, &copies->at[i], &entry);
		if (err == ERR_ERASED)
			break;
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
	}
	*ret_erased = i < copies->count;
	return ERR_NONE;
}

/* Hand on what is left of one body that is erased somewhere. */
static enum err
hand_on(struct store_txn *txn, const uint8_t *hash, const struct copies *copies,
    copies_take *take, void *context)
{
	struct store_entry entry;
	bool erased = false;
	uint8_t c8[C8_LEN];
	size_t i;
	enum err err;

	err = copies_erased(txn, hash, copies, &erased);
	if (err != ERR_NONE || !erased)
		return err;
	for (i = 0; i < copies->count; i++) {
		err = erased_at(txn, hash, &copies->at[i], &entry);
		if (err == ERR_ERASED || err == ERR_NOENT)
			continue;
		if (err != ERR_NONE)
			return err;
		memcpy(c8, entry.c, C8_LEN);
		if ((err = take(context, &copies->at[i], c8)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
copies_left(struct store_txn *txn, copies_take *take, void *context)
{
	struct copies copies;
	struct bytes data;
	uint8_t hash[HASH_LEN] = { 0 }; /* as much of it as was noted */
	char name[201];
	const char *after = NULL;
	enum err err;

	while ((err = store_note_next(txn, PREFIX, after, name, &data)) ==
	    ERR_NONE) {
		after = name;
		if ((err = decode(data, &copies)) != ERR_NONE ||
		    (err = bytes_unhex(name + sizeof(PREFIX) - 1, hash,
			 NAME_LEN)) != ERR_NONE ||
		    (err = hand_on(txn, hash, &copies, take, context)) !=
			ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}
