#include "daemon/seen.h"

#include <stdio.h>
#include <string.h>

#include "proto/bytes.h"
#include "daemon/store.h"

void
seen_name(const uint8_t key[KEY_LEN], char out[SEEN_NAME_MAX])
{
	char hex[2 * KEY_LEN + 1];

	bytes_hex(key, KEY_LEN, hex);
	(void)snprintf(out, SEEN_NAME_MAX, "seen/%s", hex);
}

Erfa__LocalSeen *
seen_read(struct store_txn *txn, const uint8_t key[KEY_LEN])
{
	char name[SEEN_NAME_MAX];
	struct bytes data;

	seen_name(key, name);
	if (store_note_get(txn, name, &data) != ERR_NONE)
		return NULL;
	return erfa__local_seen__unpack(NULL, data.len, data.data);
}

uint64_t
seen_position(const Erfa__LocalSeen *seen, const uint8_t log_id[LOG_ID_LEN])
{
	size_t i;

	for (i = 0; i < seen->n_position; i++)
		if (seen->position[i]->log_id.len == LOG_ID_LEN &&
		    memcmp(seen->position[i]->log_id.data, log_id,
			LOG_ID_LEN) == 0)
			return seen->position[i]->n;
	return 0;
}
