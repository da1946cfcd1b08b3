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

/* ---- which body an ERASE means ---- */

/* What the branches of a forked log say of one number. */
struct meaning {
	const uint8_t *hash; /* of the body in question */
	const struct store_pos *pos;
	bool here;   /* the branch that is read has it ... */
	bool erases; /* ... and an ERASE of that number */
	bool differ; /* another branch has another entry there */
	bool meant;  /* a branch has both */
	bool told;   /* some branch has an ERASE of it */
};

static bool
names(const struct header *header, const struct store_pos *pos)
{
	struct header_target targets[ERASE_MAX];
	size_t count;
	size_t i;

	if (header->kind != HEADER_ERASE ||
	    header_erase_decode(header->ext, targets, &count) != ERR_NONE)
		return false;
	for (i = 0; i < count; i++)
		if (targets[i].n == pos->n &&
		    memcmp(targets[i].log_id, pos->log_id, LOG_ID_LEN) == 0)
			return true;
	return false;
}

/* Take what one header of a branch says. */
static void
read_header(struct meaning *meaning, uint64_t n, struct bytes raw)
{
	struct header header;

	if (header_decode(raw.data, raw.len, &header) != ERR_NONE)
		return;
	if (n == meaning->pos->n)
		meaning->here = header.has_commit &&
		    memcmp(header.commit, meaning->hash, NAME_LEN) == 0;
	else
		meaning->erases |= names(&header, meaning->pos);
}

/* Read one branch, by its name or NULL, from the number on. */
static enum err
read_branch(struct store_txn *txn, const uint8_t *name, struct meaning *meaning)
{
	struct store_run read;
	uint64_t n = meaning->pos->n;
	size_t i;
	enum err err;

	meaning->here = meaning->erases = false;
	while ((err = store_read_run(
		    txn, meaning->pos->log_id, n, name, &read)) == ERR_NONE) {
		for (i = 0; i < read.run.count; i++)
			read_header(meaning, n + i, read.run.headers[i]);
		n = read.end.n + 1;
		store_run_clear(&read);
	}
	if (err != ERR_NOENT)
		return err;
	meaning->differ |= n > meaning->pos->n && !meaning->here;
	meaning->meant |= meaning->here && meaning->erases;
	meaning->told |= meaning->erases;
	return ERR_NONE;
}

/* Is the body erased in a place where no other can have been meant? */
static enum err
goes_for_sure(struct store_txn *txn, const struct copies *copies, bool *ret)
{
	const struct store_pos *pos = copies->at;
	struct store_log log;
	enum err err;

	for (; pos < copies->at + copies->count; pos++) {
		if (copies_waiting(pos))
			continue;
		err = store_is_erased(txn, pos->log_id, pos->n);
		if (err == ERR_NONE)
			continue;
		if (err == ERR_ERASED)
			err = store_log(txn, pos->log_id, &log);
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
		*ret |= err == ERR_NONE &&
		    (!log.frozen || pos->n <= log.last_common);
	}
	return ERR_NONE;
}

/* No branch has the ERASE: does another body of that number go for sure? */
static enum err
another_goes(struct store_txn *txn, const uint8_t *hash,
    const struct store_pos *pos, bool *ret)
{
	struct copies copies;
	struct bytes data;
	char own[NAME_SIZE];
	char name[201];
	const char *after = NULL;
	enum err err = ERR_NONE;

	name_of(hash, own);
	while (!*ret &&
	    (err = store_note_next(txn, PREFIX, after, name, &data)) ==
		ERR_NONE) {
		after = name;
		if ((err = decode(data, &copies)) != ERR_NONE)
			return err;
		if (strcmp(name, own) != 0 &&
		    find(&copies, pos->log_id, pos->n) != NULL &&
		    (err = goes_for_sure(txn, &copies, ret)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* The number is erased: does that mean the body with this commitment? */
static enum err
is_meant(struct store_txn *txn, const uint8_t *hash,
    const struct store_pos *pos, bool *ret)
{
	struct meaning meaning = { .hash = hash, .pos = pos };
	uint8_t name[8 + C8_LEN];
	const uint8_t *after = NULL;
	struct log_tip tip;
	enum err err;

	err = read_branch(txn, NULL, &meaning);
	while (err == ERR_NONE &&
	    (err = store_branch_next(txn, pos->log_id, after, &tip)) ==
		ERR_NONE) {
		bytes_put_le64(name, tip.n);
		memcpy(name + 8, tip.c, C8_LEN);
		after = name + 8;
		err = read_branch(txn, name, &meaning);
	}
	if (err != ERR_NOENT)
		return err;
	if (meaning.differ && !meaning.told &&
	    (err = another_goes(txn, hash, pos, &meaning.told)) != ERR_NONE)
		return err;
	*ret = meaning.meant || !meaning.differ || !meaning.told;
	return ERR_NONE;
}

enum err
copies_erased(struct store_txn *txn, const uint8_t hash[HASH_LEN],
    const struct copies *copies, bool *ret_erased)
{
	const struct store_pos *pos = copies->at;
	bool erased = false;
	enum err err = ERR_NONE;

	for (; pos < copies->at + copies->count && err == ERR_NONE && !erased;
	     pos++) {
		if (copies_waiting(pos))
			continue;
		err = store_is_erased(txn, pos->log_id, pos->n);
		if (err == ERR_ERASED)
			err = is_meant(txn, hash, pos, &erased);
	}
	if (err == ERR_NONE)
		*ret_erased = erased;
	return err;
}

/* Hand on what is left of one body that is erased somewhere. */
static enum err
hand_on(struct store_txn *txn, const uint8_t *hash, const struct copies *copies,
    enum err (*take)(void *context, const struct store_pos *pos), void *context)
{
	bool erased = false;
	size_t i;
	enum err err;

	err = copies_erased(txn, hash, copies, &erased);
	for (i = 0; err == ERR_NONE && erased && i < copies->count; i++) {
		if (copies_waiting(&copies->at[i]))
			continue;
		err = store_is_erased(
		    txn, copies->at[i].log_id, copies->at[i].n);
		if (err == ERR_ERASED)
			err = ERR_NONE;
		else if (err == ERR_NONE)
			err = take(context, &copies->at[i]);
	}
	return err;
}

enum err
copies_left(struct store_txn *txn,
    enum err (*take)(void *context, const struct store_pos *pos), void *context)
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
