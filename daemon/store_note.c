#include "daemon/store.h"

#include <string.h>

#include "daemon/store_txn.h"

#define NAME_MAX_LEN 200

/* The bytes of a name; ERR_SIZE for what is none. */
static enum err
name_bytes(const char *name, struct bytes *ret_bytes)
{
	size_t len = strlen(name);

	if (len < 1 || len > NAME_MAX_LEN)
		return ERR_SIZE;
	ret_bytes->data = (const uint8_t *)name;
	ret_bytes->len = len;
	return ERR_NONE;
}

enum err
store_note_put(
    struct store_txn *txn, const char *name, const void *data, size_t len)
{
	struct bytes key;
	enum err err;

	if ((err = name_bytes(name, &key)) != ERR_NONE)
		return err;
	return db_put(
	    txn->db, STORE_NOTES, key, (struct bytes){ data, len }, DB_REPLACE);
}

enum err
store_note_get(struct store_txn *txn, const char *name, struct bytes *ret_data)
{
	struct bytes key;
	enum err err;

	if ((err = name_bytes(name, &key)) != ERR_NONE)
		return err;
	return db_get(txn->db, STORE_NOTES, key, ret_data);
}

enum err
store_note_del(struct store_txn *txn, const char *name)
{
	struct bytes key;
	enum err err;

	if ((err = name_bytes(name, &key)) != ERR_NONE)
		return err;
	return db_del(txn->db, STORE_NOTES, key);
}

enum err
store_note_next(struct store_txn *txn, const char *prefix, const char *after,
    char ret_name[201], struct bytes *ret_data)
{
	size_t prefix_len = strlen(prefix);
	struct bytes from = { (const uint8_t *)prefix, prefix_len };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* With its NUL a name is the least key above itself. */
	if (after != NULL) {
		if ((err = name_bytes(after, &from)) != ERR_NONE)
			return err;
		from.len++;
	}
	err = db_seek(txn->db, STORE_NOTES, from, &key, &val);
	if (err != ERR_NONE)
		return err;
	if (key.len < prefix_len || memcmp(key.data, prefix, prefix_len) != 0)
		return ERR_NOENT;
	if (key.len > NAME_MAX_LEN)
		return ERR_DAMAGED;
	memcpy(ret_name, key.data, key.len);
	ret_name[key.len] = '\0';
	*ret_data = val;
	return ERR_NONE;
}

enum err
store_counts(struct store_txn *txn, struct store_counts *ret_counts)
{
	ret_counts->logs = txn->state.logs;
	ret_counts->entries = txn->state.entries;
	ret_counts->bodies_absent = txn->state.absent;
	ret_counts->arrival = txn->state.arrival;
	return ERR_NONE;
}
