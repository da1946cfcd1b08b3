/*
 * Drafts of what was erased.  A draft of a record that is published holds its
 * text: it goes where that is erased, by whatever way the ERASE came - from an
 * own log of before a restore, from a successor, from a registry.  PROTOCOL.md
 * chapter 11.
 */

#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "proto/local.pb-c.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "daemon/node_internal.h"

/* Names of our notes: this, and 32 hex digits of a record. */
#define DOUBT      "doubt/"
#define DOUBT_SIZE (sizeof(DOUBT) + (size_t)2 * RECORD_LEN)

/* What was erased, in a transaction that is not committed yet. */
struct erased {
	const struct node *node;
	struct store_txn *txn;
	const struct directory *directory;
};

/* Is this key's record one of ours? */
static bool
is_ours(const struct erased *erased, const uint8_t key[KEY_LEN])
{
	const uint8_t *own = erased->node->key.public_key;

	return memcmp(key, own, KEY_LEN) == 0 ||
	    directory_succeeds(erased->directory, key, own);
}

/* Is there any draft at all?  Mostly there are few, and erasures are rarer. */
static bool
is_any_draft(struct store_txn *txn)
{
	uint8_t record[RECORD_LEN];

	return store_draft_record_next(txn, NULL, record) == ERR_NONE;
}

/* ---- drafts that may be of what was erased ---- */

/* The note about a draft of ${record}: le64, when that was changed last. */
static void
doubt_name(const uint8_t record[RECORD_LEN], char out[DOUBT_SIZE])
{
	memcpy(out, DOUBT, sizeof(DOUBT) - 1);
	bytes_hex(record, RECORD_LEN, out + sizeof(DOUBT) - 1);
}

/* Note it about one draft, if that is to be sealed to ${group}. */
static enum err
doubt_one(const struct erased *erased, const uint8_t record[RECORD_LEN],
    const char *group)
{
	char id[RECORD_ID_CHARS + 1];
	char name[DOUBT_SIZE];
	uint8_t time_ms[8];
	struct store_draft draft;
	struct bytes before;
	Erfa__LocalDraft *local;
	bool same;
	enum err err;

	if ((err = store_draft(erased->txn, record, &draft)) != ERR_NONE)
		return err == ERR_DAMAGED || err == ERR_ERASED ? ERR_NONE : err;
	local = erfa__local_draft__unpack(NULL, draft.len, draft.data);
	same = local != NULL && local->group != NULL &&
	    strcmp(local->group, group) == 0;
	bytes_put_le64(time_ms, draft.time_ms);
	erfa__local_draft__free_unpacked(local, NULL);
	store_draft_clear(&draft);
	if (!same)
		return ERR_NONE;
	doubt_name(record, name);
	err = store_note_get(erased->txn, name, &before);
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	if (err == ERR_NONE && before.len == sizeof(time_ms) &&
	    memcmp(before.data, time_ms, sizeof(time_ms)) == 0)
		return ERR_NONE;
	record_print(erased->node->config->org, record, RECORD_CHARS, id);
	logger_warning("draft",
	    "%s may be a draft of a text that was erased: erfa status", id);
	return store_note_put(erased->txn, name, time_ms, sizeof(time_ms));
}

/*
 * A restricted entry is erased, and its body was never here: it was published
 * after the backup of which this store was restored.  Only its group is known.
 */
static enum err
doubt(const struct erased *erased, uint64_t group)
{
	uint8_t record[RECORD_LEN];
	char digits[17];
	enum err err;

	(void)snprintf(
	    digits, sizeof(digits), "%016llx", (unsigned long long)group);
	err = store_draft_record_next(erased->txn, NULL, record);
	while (err == ERR_NONE &&
	    (err = doubt_one(erased, record, digits)) == ERR_NONE)
		err = store_draft_record_next(erased->txn, record, record);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
node_draft_doubted(
    struct store_txn *txn, const uint8_t *after, uint8_t ret_record[RECORD_LEN])
{
	char name[DOUBT_SIZE];
	uint8_t record[RECORD_LEN];
	struct bytes note;
	uint64_t time_ms;
	enum err err;

	while (
	    (err = store_draft_record_next(txn, after, record)) == ERR_NONE) {
		after = record;
		doubt_name(record, name);
		if (store_note_get(txn, name, &note) == ERR_NONE &&
		    note.len == sizeof(time_ms) &&
		    store_draft_time(txn, record, &time_ms) == ERR_NONE &&
		    bytes_get_le64(note.data) == time_ms)
			break;
	}
	if (err == ERR_NONE)
		memcpy(ret_record, record, RECORD_LEN);
	return err;
}

/* ---- drafts of what was erased ---- */

/* Of which record a restricted entry is: its body said so, which is still there
 * before the commit; ERR_ERASED if it was erased before. */
static enum err
read_record(const struct erased *erased, const struct store_entry *entry,
    uint64_t group, uint8_t ret_record[RECORD_LEN])
{
	struct store_txn *before = NULL;
	struct store_body stored;
	Erfa__Body *body = NULL;
	char org[ORG_MAX + 1];
	enum err err;

	if ((err = store_begin(erased->node->store, false, &before)) !=
	    ERR_NONE)
		return err;
	err = store_body(before, entry->log_id, entry->n, &stored);
	if (err == ERR_NONE) {
		err = sealed_body(&erased->node->ring, group, stored.data,
		    stored.len, &body, NULL);
		store_body_clear(&stored);
	}
	store_abort(&before);
	if (err == ERR_NONE &&
	    (body->envelope == NULL || body->envelope->id == NULL ||
		record_parse_full(body->envelope->id, org, ret_record) !=
		    ERR_NONE))
		err = ERR_NOENT;
	body_free(body);
	return err == ERR_NONE || err == ERR_NOMEM || err == ERR_BUSY ||
		err == ERR_ERASED ?
	    err :
	    ERR_NOENT;
}

/* Drop the draft of the record that an erased entry was of. */
static enum err
drop_for(const struct erased *erased, const struct store_entry *entry)
{
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	struct header header;
	enum err err;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
	    ERR_NONE)
		return ERR_NONE;
	if (header.group == 0) {
		if (!header.has_record)
			return ERR_NONE;
		memcpy(record, header.record, RECORD_LEN);
	} else if ((err = read_record(erased, entry, header.group, record)) !=
	    ERR_NONE) {
		return err == ERR_ERASED ? ERR_NONE :
		    err == ERR_NOENT     ? doubt(erased, header.group) :
					   err;
	}
	if ((err = store_draft_drop(erased->txn, record)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	record_print(erased->node->config->org, record, RECORD_CHARS, id);
	logger_info("draft",
	    "the draft of %s goes: what it was taken from is erased", id);
	return ERR_NONE;
}

/* Look at what a position names, in all branches. */
static enum err
look_at(const struct erased *erased, const struct header_target *target)
{
	struct store_entry entry;
	struct store_log log;
	uint8_t branch = 0;
	enum err err;

	err = store_log(erased->txn, target->log_id, &log);
	if (err != ERR_NONE || !is_ours(erased, log.key))
		return err == ERR_NOENT ? ERR_NONE : err;
	while ((err = store_entry_next(erased->txn, target->log_id, target->n,
		    &branch, &entry)) == ERR_NONE) {
		if (target->has_c8 && memcmp(entry.c, target->c8, C8_LEN) != 0)
			continue;
		err = store_is_erased_entry(
		    erased->txn, target->log_id, target->n, entry.c);
		if (err == ERR_ERASED)
			err = drop_for(erased, &entry);
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
node_draft_erased(const struct node *node, struct store_txn *txn,
    const struct directory *directory, const struct header_target *target)
{
	const struct erased erased = { node, txn, directory };

	return is_any_draft(txn) ? look_at(&erased, target) : ERR_NONE;
}

/* Look at one entry that came: what it names as erased, or whether it is so. */
static enum err
look_at_header(
    const struct erased *erased, const struct log_run *run, size_t at)
{
	struct header_target targets[ERASE_MAX] = { 0 };
	struct header header;
	size_t count = 1;
	size_t i;
	enum err err = ERR_NONE;

	if (header_decode(run->headers[at].data, run->headers[at].len,
		&header) != ERR_NONE)
		return ERR_NONE;
	if (header.kind != HEADER_ERASE) {
		memcpy(targets[0].log_id, run->log_id, LOG_ID_LEN);
		targets[0].n = run->first + at;
	} else if (header_erase_decode(header.ext, targets, &count) !=
	    ERR_NONE) {
		return ERR_NONE;
	}
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = look_at(erased, &targets[i]);
	return err;
}

enum err
node_draft_erased_run(const struct node *node, struct store_txn *txn,
    const struct directory *directory, const struct log_run *run,
    uint64_t after)
{
	const struct erased erased = { node, txn, directory };
	size_t i;
	enum err err = ERR_NONE;

	if (!is_any_draft(txn))
		return ERR_NONE;
	for (i = 0; i < run->count && err == ERR_NONE; i++)
		if (run->first + i > after)
			err = look_at_header(&erased, run, i);
	return err;
}
