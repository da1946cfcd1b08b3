/*
 * The ext messages of header.h: what GENESIS, MEMBER, FORK, ERASE and entries
 * about records carry in their headers.
 */

#include "proto/header.h"

#include <string.h>

#include "proto/field.h"

enum pos_field {
	F_POS_LOG_ID = 1,
	F_POS_N = 2,
	F_POS_C = 3,
};

enum genesis_field {
	F_GENESIS_KEY = 1,
	F_GENESIS_INC = 2,
	F_GENESIS_FORMAT = 3,
	F_GENESIS_ORG = 4,
	F_GENESIS_PREV = 5,
	F_GENESIS_REASON = 6,
};

enum member_field {
	F_MEMBER_KEY = 1,
	F_MEMBER_ORG = 2,
	F_MEMBER_ROLES = 3,
	F_MEMBER_WITHDRAWN = 4,
	F_MEMBER_CUTS = 5,
	F_MEMBER_INVITER = 6,
	F_MEMBER_ROTATE_SIG = 7,
	F_MEMBER_SUCCEEDS = 8,
};

enum about_field {
	F_ABOUT_ORG = 1,
	F_ABOUT_RECORD = 2,
	F_ABOUT_MAJOR = 3,
	F_ABOUT_MINOR = 4,
};

enum fork_field {
	F_FORK_LOG_ID = 1,
	F_FORK_LAST_COMMON = 2,
	F_FORK_HEAD_A = 3,
	F_FORK_HEAD_B = 4,
};

enum target_field {
	F_TARGET_LOG_ID = 1,
	F_TARGET_N = 2,
	F_TARGET_REASON = 3,
	F_TARGET_C8 = 4,
};

/* The one field of Erase, About and Witness. */
#define F_ITEM 1

/* Take an org id; an empty one is as good as none. */
static enum err
take_org(const struct field *field, char org[ORG_MAX + 1])
{
	struct bytes bytes;
	char text[ORG_MAX + 1] = "";
	enum err err;

	if ((err = field_bytes(field, &bytes)) != ERR_NONE)
		return err;
	if (bytes.len > ORG_MAX)
		return ERR_SYNTAX;
	if (bytes.len > 0)
		memcpy(text, bytes.data, bytes.len);
	if (bytes.len > 0 &&
	    (strlen(text) != bytes.len || !header_org_valid(text)))
		return ERR_SYNTAX;
	memcpy(org, text, sizeof(text));
	return ERR_NONE;
}

/* A genesis while it is read, and which of its fields were seen. */
struct genesis_reading {
	struct header_genesis genesis;
	bool has_key;
	bool has_prev_log_id;
	bool has_prev_c;
};

static enum err
take_prev(const struct field *field, void *ret)
{
	struct genesis_reading *reading = ret;
	struct header_genesis *genesis = &reading->genesis;

	switch (field->number) {
	case F_POS_LOG_ID:
		reading->has_prev_log_id = true;
		return field_copy(field, genesis->prev_log_id, LOG_ID_LEN);
	case F_POS_N:
		return field_fixed64(field, &genesis->prev_n);
	case F_POS_C:
		reading->has_prev_c = true;
		return field_copy(field, genesis->prev_c, HASH_LEN);
	default:
		return ERR_NONE;
	}
}

static enum err
take_prev_message(const struct field *field, struct genesis_reading *reading)
{
	struct bytes bytes;
	enum err err;

	if (reading->genesis.has_prev)
		return ERR_SYNTAX;
	reading->genesis.has_prev = true;
	if ((err = field_bytes(field, &bytes)) != ERR_NONE)
		return err;
	if ((err = field_each(bytes, HEADER_FIELDS, take_prev, reading)) !=
	    ERR_NONE)
		return err;
	if (!reading->has_prev_log_id || reading->genesis.prev_n == 0 ||
	    !reading->has_prev_c)
		return ERR_SYNTAX;
	return ERR_NONE;
}

static enum err
take_genesis(const struct field *field, void *ret)
{
	struct genesis_reading *reading = ret;
	struct header_genesis *genesis = &reading->genesis;

	switch (field->number) {
	case F_GENESIS_KEY:
		reading->has_key = true;
		return field_copy(field, genesis->key, KEY_LEN);
	case F_GENESIS_INC:
		return field_fixed64(field, &genesis->inc);
	case F_GENESIS_FORMAT:
		return field_u32(field, &genesis->format);
	case F_GENESIS_ORG:
		return take_org(field, genesis->org);
	case F_GENESIS_PREV:
		return take_prev_message(field, reading);
	case F_GENESIS_REASON:
		return field_u32(field, &genesis->reason);
	default:
		return ERR_NONE;
	}
}

enum err
header_genesis_decode(struct bytes ext, struct header_genesis *ret)
{
	struct genesis_reading reading;
	enum err err;

	memset(&reading, 0, sizeof(reading));
	if ((err = field_each(ext, HEADER_FIELDS, take_genesis, &reading)) !=
	    ERR_NONE)
		return err;
	if (!reading.has_key || reading.genesis.format == 0 ||
	    reading.genesis.org[0] == '\0')
		return ERR_SYNTAX;
	*ret = reading.genesis;
	return ERR_NONE;
}

enum err
header_genesis_encode(const struct header_genesis *genesis, uint8_t *out,
    size_t size, size_t *ret_len)
{
	struct field_writer writer = field_writer(out, size);

	field_put_nonzero(&writer, F_GENESIS_REASON, genesis->reason);
	if (genesis->has_prev) {
		size_t mark = writer.used;

		field_put_bytes(&writer, F_POS_C, genesis->prev_c, HASH_LEN);
		field_put_fixed64(&writer, F_POS_N, genesis->prev_n);
		field_put_bytes(
		    &writer, F_POS_LOG_ID, genesis->prev_log_id, LOG_ID_LEN);
		field_put_message(&writer, F_GENESIS_PREV, mark);
	}
	field_put_text(&writer, F_GENESIS_ORG, genesis->org);
	field_put_nonzero(&writer, F_GENESIS_FORMAT, genesis->format);
	if (genesis->inc != 0)
		field_put_fixed64(&writer, F_GENESIS_INC, genesis->inc);
	field_put_bytes(&writer, F_GENESIS_KEY, genesis->key, KEY_LEN);
	return field_finish(&writer, ret_len);
}

/* A cut while it is read. */
struct cut_reading {
	struct header_cut cut;
	bool has_log_id;
	bool has_c8;
};

static enum err
take_cut(const struct field *field, void *ret)
{
	struct cut_reading *reading = ret;

	switch (field->number) {
	case F_POS_LOG_ID:
		reading->has_log_id = true;
		return field_copy(field, reading->cut.log_id, LOG_ID_LEN);
	case F_POS_N:
		return field_u64(field, &reading->cut.n);
	case F_POS_C:
		reading->has_c8 = true;
		return field_copy(field, reading->cut.c8, C8_LEN);
	default:
		return ERR_NONE;
	}
}

/* Append a cut to a list that holds ${max}. */
static enum err
take_cut_message(const struct field *field, struct header_cut *cuts,
    size_t *count, size_t max)
{
	struct cut_reading reading;
	struct bytes bytes;
	enum err err;

	memset(&reading, 0, sizeof(reading));
	if ((err = field_bytes(field, &bytes)) != ERR_NONE)
		return err;
	if (*count == max)
		return ERR_LIMIT;
	if ((err = field_each(bytes, HEADER_FIELDS, take_cut, &reading)) !=
	    ERR_NONE)
		return err;
	if (!reading.has_log_id || !reading.has_c8)
		return ERR_SYNTAX;
	cuts[(*count)++] = reading.cut;
	return ERR_NONE;
}

/* A member while it is read. */
struct member_reading {
	struct header_member member;
	bool has_key;
};

static enum err
take_member(const struct field *field, void *ret)
{
	struct member_reading *reading = ret;
	struct header_member *member = &reading->member;

	switch (field->number) {
	case F_MEMBER_KEY:
		reading->has_key = true;
		return field_copy(field, member->key, KEY_LEN);
	case F_MEMBER_ORG:
		return take_org(field, member->org);
	case F_MEMBER_ROLES:
		return field_u32(field, &member->roles);
	case F_MEMBER_WITHDRAWN:
		return field_flag(field, &member->withdrawn);
	case F_MEMBER_CUTS:
		return take_cut_message(
		    field, member->cuts, &member->ncuts, HEADER_CUTS_MAX);
	case F_MEMBER_INVITER:
		return field_flag(field, &member->inviter);
	case F_MEMBER_ROTATE_SIG:
		member->has_rotate_sig = true;
		return field_copy(field, member->rotate_sig, SIG_LEN);
	case F_MEMBER_SUCCEEDS:
		member->has_succeeds = true;
		return field_copy(field, member->succeeds, KEY_LEN);
	default:
		return ERR_NONE;
	}
}

enum err
header_member_decode(struct bytes ext, struct header_member *ret)
{
	struct member_reading reading;
	enum err err;

	memset(&reading, 0, sizeof(reading));
	if ((err = field_each(ext, HEADER_FIELDS, take_member, &reading)) !=
	    ERR_NONE)
		return err;
	if (!reading.has_key || reading.member.org[0] == '\0')
		return ERR_SYNTAX;
	*ret = reading.member;
	return ERR_NONE;
}

static void
put_cuts(struct field_writer *writer, uint32_t number,
    const struct header_cut *cuts, size_t count)
{
	size_t i;

	for (i = count; i > 0; i--) {
		const struct header_cut *cut = &cuts[i - 1];
		size_t mark = writer->used;

		field_put_bytes(writer, F_POS_C, cut->c8, C8_LEN);
		field_put_nonzero(writer, F_POS_N, cut->n);
		field_put_bytes(writer, F_POS_LOG_ID, cut->log_id, LOG_ID_LEN);
		field_put_message(writer, number, mark);
	}
}

enum err
header_member_encode(const struct header_member *member, uint8_t *out,
    size_t size, size_t *ret_len)
{
	struct field_writer writer = field_writer(out, size);

	if (member->has_succeeds)
		field_put_bytes(
		    &writer, F_MEMBER_SUCCEEDS, member->succeeds, KEY_LEN);
	if (member->has_rotate_sig)
		field_put_bytes(
		    &writer, F_MEMBER_ROTATE_SIG, member->rotate_sig, SIG_LEN);
	field_put_nonzero(&writer, F_MEMBER_INVITER, member->inviter);
	put_cuts(&writer, F_MEMBER_CUTS, member->cuts, member->ncuts);
	field_put_nonzero(&writer, F_MEMBER_WITHDRAWN, member->withdrawn);
	field_put_nonzero(&writer, F_MEMBER_ROLES, member->roles);
	field_put_text(&writer, F_MEMBER_ORG, member->org);
	field_put_bytes(&writer, F_MEMBER_KEY, member->key, KEY_LEN);
	return field_finish(&writer, ret_len);
}

/* An item of About while it is read. */
struct about_reading {
	struct header_about item;
	bool has_record;
};

static enum err
take_about_item(const struct field *field, void *ret)
{
	struct about_reading *reading = ret;
	struct header_about *item = &reading->item;

	switch (field->number) {
	case F_ABOUT_ORG:
		return take_org(field, item->org);
	case F_ABOUT_RECORD:
		reading->has_record = true;
		return field_copy(field, item->record, RECORD_LEN);
	case F_ABOUT_MAJOR:
		return field_u32(field, &item->major);
	case F_ABOUT_MINOR:
		return field_u32(field, &item->minor);
	default:
		return ERR_NONE;
	}
}

/* Items of About, in the caller's array of HEADER_ABOUT_MAX. */
struct about_list {
	struct header_about *items;
	size_t count;
};

static enum err
take_about(const struct field *field, void *ret)
{
	struct about_list *list = ret;
	struct about_reading reading;
	struct bytes bytes;
	enum err err;

	if (field->number != F_ITEM)
		return ERR_NONE;
	memset(&reading, 0, sizeof(reading));
	if ((err = field_bytes(field, &bytes)) != ERR_NONE)
		return err;
	if (list->count == HEADER_ABOUT_MAX)
		return ERR_LIMIT;
	if ((err = field_each(
		 bytes, HEADER_FIELDS, take_about_item, &reading)) != ERR_NONE)
		return err;
	if (!reading.has_record)
		return ERR_SYNTAX;
	list->items[list->count++] = reading.item;
	return ERR_NONE;
}

enum err
header_about_decode(struct bytes ext, struct header_about ret[HEADER_ABOUT_MAX],
    size_t *ret_count)
{
	struct about_list list = { .items = ret, .count = 0 };
	enum err err;

	if ((err = field_each(ext, HEADER_FIELDS, take_about, &list)) !=
	    ERR_NONE)
		return err;
	*ret_count = list.count;
	return ERR_NONE;
}

enum err
header_about_encode(const struct header_about *items, size_t count,
    uint8_t *out, size_t size, size_t *ret_len)
{
	struct field_writer writer = field_writer(out, size);
	size_t i;

	for (i = count; i > 0; i--) {
		size_t mark = writer.used;

		field_put_nonzero(&writer, F_ABOUT_MINOR, items[i - 1].minor);
		field_put_nonzero(&writer, F_ABOUT_MAJOR, items[i - 1].major);
		field_put_bytes(
		    &writer, F_ABOUT_RECORD, items[i - 1].record, RECORD_LEN);
		field_put_text(&writer, F_ABOUT_ORG, items[i - 1].org);
		field_put_message(&writer, F_ITEM, mark);
	}
	return field_finish(&writer, ret_len);
}

/* A fork while it is read. */
struct fork_reading {
	struct header_fork fork;
	bool has_log_id;
	bool has_a;
	bool has_b;
};

static enum err
take_fork(const struct field *field, void *ret)
{
	struct fork_reading *reading = ret;
	struct header_fork *fork = &reading->fork;

	switch (field->number) {
	case F_FORK_LOG_ID:
		reading->has_log_id = true;
		return field_copy(field, fork->log_id, LOG_ID_LEN);
	case F_FORK_LAST_COMMON:
		return field_u64(field, &fork->last_common);
	case F_FORK_HEAD_A:
		reading->has_a = true;
		return field_copy(field, fork->head_a, HEAD_LEN);
	case F_FORK_HEAD_B:
		reading->has_b = true;
		return field_copy(field, fork->head_b, HEAD_LEN);
	default:
		return ERR_NONE;
	}
}

enum err
header_fork_decode(struct bytes ext, struct header_fork *ret)
{
	struct fork_reading reading;
	enum err err;

	memset(&reading, 0, sizeof(reading));
	if ((err = field_each(ext, HEADER_FIELDS, take_fork, &reading)) !=
	    ERR_NONE)
		return err;
	if (!reading.has_log_id || !reading.has_a || !reading.has_b)
		return ERR_SYNTAX;
	*ret = reading.fork;
	return ERR_NONE;
}

enum err
header_fork_encode(
    const struct header_fork *fork, uint8_t *out, size_t size, size_t *ret_len)
{
	struct field_writer writer = field_writer(out, size);

	field_put_bytes(&writer, F_FORK_HEAD_B, fork->head_b, HEAD_LEN);
	field_put_bytes(&writer, F_FORK_HEAD_A, fork->head_a, HEAD_LEN);
	field_put_nonzero(&writer, F_FORK_LAST_COMMON, fork->last_common);
	field_put_bytes(&writer, F_FORK_LOG_ID, fork->log_id, LOG_ID_LEN);
	return field_finish(&writer, ret_len);
}

/* A target of ERASE while it is read. */
struct target_reading {
	struct header_target target;
	bool has_log_id;
};

static enum err
take_target(const struct field *field, void *ret)
{
	struct target_reading *reading = ret;

	switch (field->number) {
	case F_TARGET_LOG_ID:
		reading->has_log_id = true;
		return field_copy(field, reading->target.log_id, LOG_ID_LEN);
	case F_TARGET_N:
		return field_fixed64(field, &reading->target.n);
	case F_TARGET_REASON:
		return field_u32(field, &reading->target.reason);
	case F_TARGET_C8:
		reading->target.has_c8 = true;
		return field_copy(field, reading->target.c8, C8_LEN);
	default:
		return ERR_NONE;
	}
}

/* Targets of ERASE, in the caller's array of ERASE_MAX. */
struct target_list {
	struct header_target *targets;
	size_t count;
};

static enum err
take_erase(const struct field *field, void *ret)
{
	struct target_list *list = ret;
	struct target_reading reading;
	struct bytes bytes;
	enum err err;

	if (field->number != F_ITEM)
		return ERR_NONE;
	memset(&reading, 0, sizeof(reading));
	if ((err = field_bytes(field, &bytes)) != ERR_NONE)
		return err;
	if (list->count == ERASE_MAX)
		return ERR_LIMIT;
	if ((err = field_each(bytes, HEADER_FIELDS, take_target, &reading)) !=
	    ERR_NONE)
		return err;
	if (!reading.has_log_id || reading.target.n == 0)
		return ERR_SYNTAX;
	list->targets[list->count++] = reading.target;
	return ERR_NONE;
}

enum err
header_erase_decode(
    struct bytes ext, struct header_target ret[ERASE_MAX], size_t *ret_count)
{
	struct target_list list = { .targets = ret, .count = 0 };
	enum err err;

	if ((err = field_each(ext, HEADER_FIELDS, take_erase, &list)) !=
	    ERR_NONE)
		return err;
	if (list.count == 0)
		return ERR_SYNTAX;
	*ret_count = list.count;
	return ERR_NONE;
}

enum err
header_erase_encode(const struct header_target *targets, size_t count,
    uint8_t *out, size_t size, size_t *ret_len)
{
	struct field_writer writer = field_writer(out, size);
	size_t i;

	for (i = count; i > 0; i--) {
		size_t mark = writer.used;

		if (targets[i - 1].has_c8)
			field_put_bytes(
			    &writer, F_TARGET_C8, targets[i - 1].c8, C8_LEN);
		field_put_nonzero(
		    &writer, F_TARGET_REASON, targets[i - 1].reason);
		field_put_fixed64(&writer, F_TARGET_N, targets[i - 1].n);
		field_put_bytes(&writer, F_TARGET_LOG_ID, targets[i - 1].log_id,
		    LOG_ID_LEN);
		field_put_message(&writer, F_ITEM, mark);
	}
	return field_finish(&writer, ret_len);
}

/* Cuts of WITNESS, in the caller's array of HEADER_WITNESS_MAX. */
struct cut_list {
	struct header_cut *cuts;
	size_t count;
};

static enum err
take_witness(const struct field *field, void *ret)
{
	struct cut_list *list = ret;
	enum err err;

	if (field->number != F_ITEM)
		return ERR_NONE;
	err = take_cut_message(
	    field, list->cuts, &list->count, HEADER_WITNESS_MAX);
	if (err == ERR_NONE && list->cuts[list->count - 1].n == 0)
		err = ERR_SYNTAX;
	return err;
}

enum err
header_witness_decode(struct bytes ext,
    struct header_cut ret[HEADER_WITNESS_MAX], size_t *ret_count)
{
	struct cut_list list = { .cuts = ret };
	enum err err;

	if ((err = field_each(ext, HEADER_FIELDS, take_witness, &list)) !=
	    ERR_NONE)
		return err;
	if (list.count == 0)
		return ERR_SYNTAX;
	*ret_count = list.count;
	return ERR_NONE;
}

enum err
header_witness_encode(const struct header_cut *cuts, size_t count, uint8_t *out,
    size_t size, size_t *ret_len)
{
	struct field_writer writer = field_writer(out, size);

	put_cuts(&writer, F_ITEM, cuts, count);
	return field_finish(&writer, ret_len);
}
