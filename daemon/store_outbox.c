#include "daemon/store.h"

#include <string.h>

#include "proto/header.h"
#include "daemon/store_txn.h"

/* Where the parts of a row stand; slot and sealed bytes follow the header. */
#define OUTBOX_LEN    0
#define OUTBOX_HEADER 4

static struct bytes
ticket_key(uint8_t out[8], uint64_t ticket)
{
	bytes_put_be64(out, ticket);
	return (struct bytes){ out, 8 };
}

/* Does the body fit the header, or are both silent about it? */
static enum err
check(struct bytes bytes, const uint8_t *salt, struct bytes body)
{
	uint8_t commit[HASH_LEN];
	struct header header;

	if (bytes.len < 1 || bytes.len > HEADER_MAX || body.len > BODY_MAX)
		return ERR_SIZE;
	if (header_decode(bytes.data, bytes.len, &header) != ERR_NONE ||
	    header.body_len != body.len)
		return ERR_COMMIT;
	if (body.len == 0)
		return ERR_NONE;
	crypto_commit(salt, body.data, body.len, commit);
	return memcmp(commit, header.commit, HASH_LEN) == 0 ? ERR_NONE :
							      ERR_COMMIT;
}

/* Write slot and sealed body to the room behind the header. */
static enum err
seal(struct store_txn *txn, const uint8_t *salt, struct bytes body,
    uint8_t *room)
{
	const uint8_t *slot_key;
	uint64_t slot;
	enum err err;

	if (body.len == 0)
		return ERR_NONE;
	if ((err = store_slot_take(txn, &slot, &slot_key)) != ERR_NONE)
		return err;
	bytes_put_le64(room, slot);
	crypto_rest_seal(
	    slot_key, salt, body.data, body.len, room + STORE_SLOT_PRE);
	return ERR_NONE;
}

enum err
store_outbox_add(struct store_txn *txn, struct bytes header,
    const uint8_t salt[SALT_LEN], struct bytes body, uint64_t *ret_ticket)
{
	uint8_t key[8];
	uint8_t *room;
	size_t len = OUTBOX_HEADER + header.len;
	uint64_t ticket = txn->state.ticket + 1;
	enum err err;

	if ((err = check(header, salt, body)) != ERR_NONE)
		return err;
	if (body.len > 0)
		len += STORE_SLOT_PRE + SALT_LEN + body.len + CRYPTO_REST_EXTRA;
	err = db_reserve(txn->db, STORE_OUTBOX, ticket_key(key, ticket), len,
	    DB_APPEND, &room);
	if (err != ERR_NONE)
		return err == ERR_EXIST ? ERR_DAMAGED : err;
	bytes_put_le32(room + OUTBOX_LEN, (uint32_t)header.len);
	memcpy(room + OUTBOX_HEADER, header.data, header.len);
	err = seal(txn, salt, body, room + OUTBOX_HEADER + header.len);
	if (err != ERR_NONE)
		return err;
	txn->state.ticket = ticket;
	txn->state.waiting++;
	*ret_ticket = ticket;
	return ERR_NONE;
}

/* Take a row apart. */
static enum err
decode(struct bytes val, struct bytes *ret_header, struct bytes *ret_sealed)
{
	size_t len;

	if (val.len <= OUTBOX_HEADER)
		return ERR_DAMAGED;
	len = bytes_get_le32(val.data + OUTBOX_LEN);
	if (len < 1 || len > HEADER_MAX || len > val.len - OUTBOX_HEADER ||
	    val.len - OUTBOX_HEADER - len > STORE_SEALED_MAX)
		return ERR_DAMAGED;
	ret_header->data = val.data + OUTBOX_HEADER;
	ret_header->len = len;
	ret_sealed->data = val.data + OUTBOX_HEADER + len;
	ret_sealed->len = val.len - OUTBOX_HEADER - len;
	return ERR_NONE;
}

enum err
store_outbox_next(struct store_txn *txn, uint64_t after, uint64_t *ret_ticket,
    struct bytes *ret_header, size_t *ret_bytes)
{
	uint8_t from[8];
	struct bytes header;
	struct bytes sealed;
	struct bytes key;
	struct bytes val;
	enum err err;

	if (after >= txn->state.ticket)
		return ERR_NOENT;
	err = db_seek(
	    txn->db, STORE_OUTBOX, ticket_key(from, after + 1), &key, &val);
	if (err != ERR_NONE)
		return err;
	if (key.len != sizeof(from))
		return ERR_DAMAGED;
	if ((err = decode(val, &header, &sealed)) != ERR_NONE)
		return err;
	*ret_ticket = bytes_get_be64(key.data);
	*ret_header = header;
	*ret_bytes = val.len;
	return ERR_NONE;
}

/* The body was here all the time: it is not absent and does not arrive. */
static enum err
move_body(struct store_txn *txn, const uint8_t *log_id, uint64_t n,
    struct bytes sealed)
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes key = store_key(raw, log_id, 0, n);
	struct store_row *row;
	enum err err;

	/* What was erased before it had a place is not kept in it. */
	err = store_is_erased(txn, log_id, n);
	if (err == ERR_ERASED)
		return sealed.len < STORE_SLOT_PRE ?
		    ERR_DAMAGED :
		    store_slot_drop(txn, bytes_get_le64(sealed.data));
	if (err != ERR_NONE)
		return err;

	/* What is lent by the transaction does not outlive a write. */
	memcpy(txn->store->sealed, sealed.data, sealed.len);
	sealed.data = txn->store->sealed;
	if ((err = store_put_new(txn, STORE_BODIES, key, sealed)) != ERR_NONE)
		return err;
	if ((err = db_del(txn->db, STORE_ABSENT, key)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	row->log.bodies_absent--;
	store_row_changed(txn);
	txn->state.absent--;
	return ERR_NONE;
}

enum err
store_outbox_move(struct store_txn *txn, uint64_t ticket,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	uint8_t raw[8];
	struct bytes key = ticket_key(raw, ticket);
	struct store_stored stored;
	struct bytes header;
	struct bytes sealed;
	struct bytes val;
	enum err err;

	if ((err = db_get(txn->db, STORE_OUTBOX, key, &val)) != ERR_NONE)
		return err;
	if ((err = decode(val, &header, &sealed)) != ERR_NONE)
		return err;
	if ((err = store_stored(txn, log_id, 0, n, &stored)) != ERR_NONE)
		return err;
	if (!bytes_equal(header, stored.header))
		return ERR_CHAIN;
	if (sealed.len > 0) {
		err = move_body(txn, log_id, n, sealed);
		if (err != ERR_NONE)
			return err;
	}
	txn->state.waiting--;
	return db_del(txn->db, STORE_OUTBOX, key);
}

uint64_t
store_outbox_count(struct store_txn *txn)
{
	return txn->state.waiting;
}
