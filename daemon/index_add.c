#include "daemon/index_internal.h"

#include <string.h>

#include "daemon/facts.h"

/* Kinds whose bodies are of the schema we know. */
static bool
is_known_kind(uint32_t kind)
{
	return kind >= HEADER_GENESIS && kind <= HEADER_WITNESS;
}

/* Find out what can be seen of the body, and take in what can. */
static enum err
take_state(struct index_intake *in, bool again)
{
	enum store_body_state state;
	enum err err;

	err = store_body_state(
	    in->store_txn, in->entry->log_id, in->entry->n, &state);
	if (err != ERR_NONE)
		return err;
	in->row.state = state == STORE_BODY_NONE ? INDEX_BARE :
	    state == STORE_BODY_ERASED           ? INDEX_ERASED :
	    state == STORE_BODY_ABSENT || again  ? INDEX_ABSENT :
						   INDEX_HERE;
	if (in->row.state == INDEX_HERE && is_known_kind(in->header.kind))
		return index_take_body(in);
	if (in->row.state == INDEX_HERE && in->header.group != 0)
		in->row.state = INDEX_RESTRICTED;
	if (in->row.state == INDEX_ERASED && in->header.group != 0)
		return index_take_tomb(in);
	return ERR_NONE;
}

/* Take in what the header says, then the body. */
static enum err
take_entry(struct index_intake *in, bool again)
{
	enum err err;

	if (header_decode(in->entry->header.data, in->entry->header.len,
		&in->header) == ERR_NOMEM)
		return ERR_NOMEM;
	in->row.kind = in->header.kind;
	in->row.time_ms = in->header.time_ms;
	in->row.topic = in->header.topic;
	in->row.sectors = facts_sector(in->header.topic);
	in->row.has_record = in->header.has_record && in->header.group == 0;
	memcpy(in->row.record, in->header.record, RECORD_LEN);
	in->row.has_commit = in->header.has_commit;
	memcpy(in->row.commit, in->header.commit, INDEX_HASH_LEN);
	if (in->header.kind == HEADER_UNREADABLE) {
		in->row.state = INDEX_UNREADABLE;
		return ERR_NONE;
	}
	err = in->header.group == 0 ? index_take_about(in) :
				      index_take_group(in);
	return err == ERR_NONE ? take_state(in, again) : err;
}

/* What the log says of itself in its first entry, if this is it. */
static void
read_claim(const struct store_entry *entry, struct index_log *log)
{
	struct header header;
	struct header_genesis genesis;

	log->claim[0] = '\0';
	if (entry->n == 1 &&
	    header_decode(entry->header.data, entry->header.len, &header) ==
		ERR_NONE &&
	    header.kind == HEADER_GENESIS &&
	    header_genesis_decode(header.ext, &genesis) == ERR_NONE)
		memcpy(log->claim, genesis.org, sizeof(log->claim));
}

/* Find the log's number, or give it the next one. */
static enum err
take_log(struct index_intake *in)
{
	struct store_log log;
	enum err err;

	err = index_log_number(in->txn, in->entry->log_id, &in->row.log);
	if (err == ERR_NONE)
		return index_log(in->txn, in->row.log, &in->log);
	if (err != ERR_NOENT)
		return err;
	err = store_log(in->store_txn, in->entry->log_id, &log);
	if (err != ERR_NONE)
		return err;
	memcpy(in->log.log_id, log.log_id, LOG_ID_LEN);
	memcpy(in->log.key, log.key, KEY_LEN);
	read_claim(in->entry, &in->log);
	return index_log_add(in->txn, &in->log, &in->row.log);
}

/* Find the entry's row, or give it the next number. */
static enum err
take_row(struct index_intake *in)
{
	struct index_row old;
	enum err err;

	err = index_row_at(in->txn, in->entry->log_id, in->entry->n, &old);
	in->known = err == ERR_NONE;
	if (in->known) {
		in->before = old.state;
		memcpy(in->commit, old.commit, INDEX_HASH_LEN);
		in->row.doc = old.doc;
		in->row.arrival = old.arrival;
		in->row.shown = old.shown;
		return ERR_NONE;
	}
	if (err != ERR_NOENT)
		return err;
	in->row.arrival = in->entry->arrival;
	return index_row_add(in->txn, in->row.log, in->entry->n, &in->row.doc);
}

/* When an entry is told: with its body, but one that is erased with its header. */
static uint64_t
told_at(const struct index_intake *in)
{
	return in->row.state == INDEX_ERASED ? in->row.arrival :
					       in->entry->arrival;
}

/* Take in one entry, for the first time or anew. */
static enum err
take(struct index_txn *txn, struct store_txn *store_txn,
    const struct store_entry *entry, bool again)
{
	struct index_intake in = {
		.txn = txn,
		.store_txn = store_txn,
		.entry = entry,
		.row = { .n = entry->n },
	};
	bool news = true;
	enum err err;

	if ((err = take_log(&in)) != ERR_NONE ||
	    (err = take_row(&in)) != ERR_NONE)
		return err;
	if (in.known &&
	    ((err = index_is_news(&in, &news)) != ERR_NONE || !news))
		return err;
	if ((err = take_entry(&in, again)) != ERR_NONE)
		return err;
	if (in.row.state != INDEX_ABSENT && in.row.shown == 0) {
		err = index_tell(&in, told_at(&in));
		if (err != ERR_NONE)
			return err;
	}
	return index_row_put(txn, &in.row);
}

enum err
index_add(struct index_txn *txn, struct store_txn *store_txn,
    const struct store_entry *entry, bool again)
{
	enum err err;

	if ((err = take(txn, store_txn, entry, again)) != ERR_NONE)
		return err;
	txn->progress.arrival = entry->arrival;
	memcpy(txn->progress.c, entry->c, HASH_LEN);
	return ERR_NONE;
}
