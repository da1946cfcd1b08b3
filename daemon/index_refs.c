#include "daemon/index_internal.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/facts.h"

/* ---- reading ---- */

enum err
index_each_ref(struct index_txn *txn, const uint8_t record[RECORD_LEN],
    enum err (*each)(void *context, uint32_t doc, const char *org),
    void *context)
{
	const struct bytes want = { .data = record, .len = RECORD_LEN };
	struct db_cursor *cursor;
	struct bytes key;
	struct bytes val;
	char org[ORG_MAX + 1];
	enum err err;

	if ((err = db_cursor_open(txn->txn, INDEX_REFS, &cursor)) != ERR_NONE)
		return err;
	for (err = db_cursor_seek(cursor, want, &key, &val); err == ERR_NONE;
	     err = db_cursor_next(cursor, &key, &val)) {
		if (key.len < RECORD_LEN + 4 ||
		    key.len > RECORD_LEN + 4 + ORG_MAX ||
		    memcmp(key.data, record, RECORD_LEN) != 0)
			break;
		memcpy(
		    org, key.data + RECORD_LEN + 4, key.len - RECORD_LEN - 4);
		org[key.len - RECORD_LEN - 4] = '\0';
		err = each(context, bytes_get_be32(key.data + RECORD_LEN), org);
		if (err != ERR_NONE)
			break;
	}
	db_cursor_close(cursor);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
index_each_sealed(struct index_txn *txn, uint64_t group,
    enum err (*each)(void *context, uint64_t group, uint32_t doc),
    void *context)
{
	uint8_t from[8];
	const struct bytes want = { .data = from, .len = sizeof(from) };
	struct db_cursor *cursor;
	struct bytes key;
	struct bytes val;
	uint64_t at;
	enum err err;

	bytes_put_be64(from, group);
	if ((err = db_cursor_open(txn->txn, INDEX_SEALED, &cursor)) != ERR_NONE)
		return err;
	for (err = db_cursor_seek(cursor, want, &key, &val); err == ERR_NONE;
	     err = db_cursor_next(cursor, &key, &val)) {
		if (key.len != 12) {
			err = ERR_DAMAGED;
			break;
		}
		at = bytes_get_be64(key.data);
		if (group != 0 && at != group)
			break;
		err = each(context, at, bytes_get_be32(key.data + 8));
		if (err != ERR_NONE)
			break;
	}
	db_cursor_close(cursor);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
index_parent(struct index_txn *txn, uint32_t doc, char ret_org[ORG_MAX + 1],
    uint8_t ret_record[RECORD_LEN])
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, INDEX_PARENTS, index_number_key(doc, key), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len < RECORD_LEN || val.len > RECORD_LEN + ORG_MAX)
		return ERR_DAMAGED;
	memcpy(ret_record, val.data, RECORD_LEN);
	memcpy(ret_org, val.data + RECORD_LEN, val.len - RECORD_LEN);
	ret_org[val.len - RECORD_LEN] = '\0';
	return ERR_NONE;
}

enum err
index_orgs(struct index_txn *txn, uint32_t doc, struct bytes *ret_orgs)
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, INDEX_ORGS, index_number_key(doc, key), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len == 0 || val.data[val.len - 1] != '\0')
		return ERR_DAMAGED;
	*ret_orgs = val;
	return ERR_NONE;
}

/* ---- taking in ---- */

/* Note that ${doc} names a record. */
static enum err
ref_put(
    struct index_intake *in, const char *org, const uint8_t record[RECORD_LEN])
{
	uint8_t key[RECORD_LEN + 4 + ORG_MAX];
	size_t len = strnlen(org, ORG_MAX);
	enum err err;

	memcpy(key, record, RECORD_LEN);
	index_put_be32(key + RECORD_LEN, in->row.doc);
	memcpy(key + RECORD_LEN + 4, org, len);
	err = db_put(in->txn->txn, INDEX_REFS,
	    (struct bytes){ .data = key, .len = RECORD_LEN + 4 + len },
	    (struct bytes){ .data = NULL, .len = 0 }, DB_NEW);
	return err == ERR_EXIST ? ERR_NONE : err;
}

/* Whether an item of ABOUT is the record of the entry itself. */
static bool
is_self(const struct index_intake *in, const struct header_about *about)
{
	return in->header.has_record &&
	    memcmp(about->record, in->header.record, RECORD_LEN) == 0 &&
	    (about->org[0] == '\0' || strcmp(about->org, in->log.claim) == 0);
}

enum err
index_take_about(struct index_intake *in)
{
	struct header_about about[HEADER_ABOUT_MAX];
	size_t count;
	size_t i;
	enum err err;

	if (in->header.kind < HEADER_PROFILE || in->header.kind > HEADER_TERM ||
	    in->header.ext.len == 0 ||
	    header_about_decode(in->header.ext, about, &count) != ERR_NONE)
		return ERR_NONE;
	for (i = 0; i < count; i++) {
		if (is_self(in, &about[i])) {
			in->row.major = about[i].major;
			in->row.minor = about[i].minor;
			continue;
		}
		err = ref_put(in, about[i].org, about[i].record);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
index_take_group(struct index_intake *in)
{
	uint8_t key[12];

	bytes_put_be64(key, in->header.group);
	index_put_be32(key + 8, in->row.doc);
	return db_put(in->txn->txn, INDEX_SEALED,
	    (struct bytes){ .data = key, .len = sizeof(key) },
	    (struct bytes){ .data = NULL, .len = 0 }, DB_REPLACE);
}

/* Note which trial the entry is about. */
static enum err
take_parent(struct index_intake *in, const Erfa__Body *body)
{
	uint8_t val[RECORD_LEN + ORG_MAX];
	uint8_t key[4];
	struct facts_ref ref;
	size_t len;

	if (facts_parent(body, &ref) != ERR_NONE)
		return ERR_NONE;
	len = strnlen(ref.org, ORG_MAX);
	memcpy(val, ref.record, RECORD_LEN);
	memcpy(val + RECORD_LEN, ref.org, len);
	return db_put(in->txn->txn, INDEX_PARENTS,
	    index_number_key(in->row.doc, key),
	    (struct bytes){ .data = val, .len = RECORD_LEN + len }, DB_REPLACE);
}

/* Note whose word goes before what the entry has from a source. */
static enum err
take_orgs(struct index_intake *in, const Erfa__Body *body)
{
	const char *orgs[FACTS_ORGS_MAX];
	size_t count = facts_orgs(body, orgs);
	uint8_t key[4];
	uint8_t *val;
	size_t len = 0;
	size_t i;
	enum err err;

	if (count == 0 || !in->row.transcribed || !in->row.has_external)
		return ERR_NONE;
	if ((val = calloc(count, ORG_MAX + 1)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		memcpy(val + len, orgs[i], strlen(orgs[i]));
		len += strlen(orgs[i]) + 1;
	}
	err = db_put(in->txn->txn, INDEX_ORGS,
	    index_number_key(in->row.doc, key),
	    (struct bytes){ .data = val, .len = len }, DB_REPLACE);
	free(val);
	return err;
}

enum err
index_take_refs(struct index_intake *in, const Erfa__Body *body)
{
	struct facts_ref refs[FACTS_REFS_MAX];
	size_t count = facts_refs(body, refs);
	size_t i;
	enum err err;

	for (i = 0; i < count; i++)
		if ((err = ref_put(in, refs[i].org, refs[i].record)) !=
		    ERR_NONE)
			return err;
	if ((err = take_parent(in, body)) != ERR_NONE)
		return err;
	return take_orgs(in, body);
}

/* ---- forgetting ---- */

/* Forget which records ${doc} names. */
static enum err
forget_named(struct index_txn *txn, uint32_t doc)
{
	uint8_t copy[RECORD_LEN + 4 + ORG_MAX + 1];
	struct bytes at = { .data = copy, .len = 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* A write moves cursors, so that each row is sought anew. */
	while (
	    (err = db_seek(txn->txn, INDEX_REFS, at, &key, &val)) == ERR_NONE) {
		if (key.len < RECORD_LEN + 4 || key.len >= sizeof(copy))
			return ERR_DAMAGED;
		memcpy(copy, key.data, key.len);
		at.len = key.len;
		if (bytes_get_be32(copy + RECORD_LEN) == doc &&
		    (err = db_del(txn->txn, INDEX_REFS, at)) != ERR_NONE)
			return err;
		copy[at.len++] = '\0';
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
index_forget_refs(struct index_intake *in)
{
	uint8_t key[4];
	enum err err;

	err = db_del(
	    in->txn->txn, INDEX_PARENTS, index_number_key(in->row.doc, key));
	if (err == ERR_NONE || err == ERR_NOENT)
		err = db_del(in->txn->txn, INDEX_ORGS,
		    index_number_key(in->row.doc, key));
	if (err == ERR_NONE || err == ERR_NOENT)
		err = forget_named(in->txn, in->row.doc);
	return err;
}
