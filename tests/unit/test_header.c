#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/entry.pb-c.h"
#include "proto/header.h"

/* Every field set, each to bytes of its own. */
static struct header
full_header(void)
{
	struct header header = { .kind = HEADER_TRIAL,
		.time_ms = 1750000000123,
		.topic = 1,
		.group = 0x1122334455667788,
		.body_len = BODY_MAX,
		.has_commit = true,
		.has_record = true,
		.ext = { (const uint8_t *)"ext", 3 } };

	memset(header.commit, 0xcc, HASH_LEN);
	memset(header.record, 0xaa, RECORD_LEN);
	return header;
}

/* Decode ${text}, of ${len} bytes, and expect it to be unreadable. */
static enum err
refuse(const char *text, size_t len)
{
	static const struct header unreadable;
	struct header header;
	enum err err;

	memset(&header, 0xff, sizeof(header));
	err = header_decode((const uint8_t *)text, len, &header);
	if (err != ERR_NONE) {
		assert_int_equal(header.kind, HEADER_UNREADABLE);
		assert_memory_equal(header.commit, unreadable.commit, HASH_LEN);
		assert_false(header.has_commit);
		assert_int_equal(header.ext.len, 0);
	}
	return err;
}

static void
header_with_every_field_reads_back_the_same(void **state)
{
	struct header in = full_header();
	uint8_t buf[HEADER_MAX];
	struct header out;
	size_t len;

	(void)state;
	assert_int_equal(header_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(header_decode(buf, len, &out), ERR_NONE);
	assert_int_equal(out.kind, in.kind);
	assert_int_equal(out.time_ms, in.time_ms);
	assert_int_equal(out.topic, in.topic);
	assert_int_equal(out.group, in.group);
	assert_int_equal(out.body_len, in.body_len);
	assert_true(out.has_commit);
	assert_memory_equal(out.commit, in.commit, HASH_LEN);
	assert_true(out.has_record);
	assert_memory_equal(out.record, in.record, RECORD_LEN);
	assert_true(bytes_equal(out.ext, in.ext));
	assert_true(out.ext.data > buf && out.ext.data < buf + len);
}

static void
header_without_a_body_reads_back_without(void **state)
{
	struct header in = { .kind = 4000000000, .time_ms = 1 };
	uint8_t buf[64];
	struct header out;
	size_t len;

	(void)state;
	assert_int_equal(header_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(header_decode(buf, len, &out), ERR_NONE);
	assert_int_equal(out.kind, 4000000000);
	assert_int_equal(out.body_len, 0);
	assert_false(out.has_commit);
	assert_false(out.has_record);
	assert_int_equal(out.ext.len, 0);
}

/* Pack ${header} by protobuf-c. */
static size_t
pack(const struct header *header, uint8_t *out)
{
	struct header copy = *header;
	uint8_t ext[HEADER_MAX];
	Erfa__Header message = ERFA__HEADER__INIT;

	message.has_kind = header->kind != 0;
	message.kind = header->kind;
	message.has_time_ms = header->time_ms != 0;
	message.time_ms = header->time_ms;
	message.has_topic = header->topic != 0;
	message.topic = header->topic;
	message.has_group = header->group != 0;
	message.group = header->group;
	message.has_body_len = header->body_len != 0;
	message.body_len = header->body_len;
	message.has_commit = header->has_commit;
	message.commit.data = copy.commit;
	message.commit.len = HASH_LEN;
	memcpy(ext, header->ext.data, header->ext.len);
	message.has_ext = header->ext.len > 0;
	message.ext.data = ext;
	message.ext.len = header->ext.len;
	message.has_record = header->has_record;
	message.record.data = copy.record;
	message.record.len = RECORD_LEN;
	return erfa__header__pack(&message, out);
}

static void
header_encodes_as_protobuf_c_does(void **state)
{
	static const uint64_t times[] = { 1, 127, 128, 1750000000123,
		UINT64_MAX };
	struct header header = full_header();
	uint8_t ours[256];
	uint8_t theirs[256];
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		header.time_ms = times[i];
		header.topic = (uint32_t)i;
		header.has_record = i % 2 == 0;
		assert_int_equal(
		    header_encode(&header, ours, sizeof(ours), &len), ERR_NONE);
		assert_int_equal(pack(&header, theirs), len);
		assert_memory_equal(ours, theirs, len);
	}
}

static void
header_that_does_not_fit_is_refused(void **state)
{
	static const uint8_t ext[HEADER_MAX];
	struct header header = full_header();
	uint8_t buf[2 * HEADER_MAX];
	size_t need;
	size_t len = 99;

	(void)state;
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &need), ERR_NONE);
	assert_int_equal(header_encode(&header, buf, need - 1, &len), ERR_SIZE);
	assert_int_equal(len, 99);
	assert_int_equal(header_encode(&header, buf, need, &len), ERR_NONE);

	header.ext = (struct bytes){ ext, HEADER_MAX - need + 2 };
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(len, HEADER_MAX);
	header.ext.len++;
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_SIZE);
	memset(&header, 0, sizeof(header));
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_SIZE);
}

static void
header_of_a_bad_size_is_refused(void **state)
{
	static const char big[HEADER_MAX + 1] = "\x08\x06";

	(void)state;
	assert_int_equal(refuse("", 0), ERR_SIZE);
	assert_int_equal(refuse(big, sizeof(big)), ERR_SIZE);
}

static void
header_that_does_not_parse_is_refused(void **state)
{
	(void)state;
	assert_int_equal(refuse("\x08", 1), ERR_SYNTAX);
	assert_int_equal(refuse("\x08\x06\x0b\x0c", 4), ERR_SYNTAX);
	assert_int_equal(refuse("\x08\x06\x3a\x05"
				"abc",
			     7),
	    ERR_SYNTAX);
	assert_int_equal(refuse("\x08\x06\x00\x00", 4), ERR_SYNTAX);
}

static void
known_field_of_another_wire_type_is_refused(void **state)
{
	(void)state;
	assert_int_equal(refuse("\x0a\x01\x06", 3), ERR_SYNTAX);
	assert_int_equal(refuse("\x20\x01", 2), ERR_SYNTAX);
	assert_int_equal(refuse("\x38\x01", 2), ERR_SYNTAX);
}

static void
commit_or_record_of_another_length_is_refused(void **state)
{
	(void)state;
	assert_int_equal(refuse("\x28\x01\x32\x02"
				"ab",
			     6),
	    ERR_SYNTAX);
	assert_int_equal(refuse("\x42\x02"
				"ab",
			     4),
	    ERR_SYNTAX);
	assert_int_equal(refuse("\x42\x00", 2), ERR_SYNTAX);
}

static void
body_length_and_commitment_stand_together_or_not_at_all(void **state)
{
	static const char commit_alone[] = "\x08\x06\x32\x20"
					   "0123456789abcdef0123456789abcdef";
	static const char too_long[] = "\x28\x81\x80\x10\x32\x20"
				       "0123456789abcdef0123456789abcdef";
	static const char longest[] = "\x28\x80\x80\x10\x32\x20"
				      "0123456789abcdef0123456789abcdef";

	(void)state;
	assert_int_equal(refuse("\x08\x06\x28\x05", 4), ERR_SYNTAX);
	assert_int_equal(
	    refuse(commit_alone, sizeof(commit_alone) - 1), ERR_SYNTAX);
	assert_int_equal(refuse(too_long, sizeof(too_long) - 1), ERR_SYNTAX);
	assert_int_equal(refuse(longest, sizeof(longest) - 1), ERR_NONE);
}

static void
header_with_too_many_fields_is_refused(void **state)
{
	char in[2 * (HEADER_FIELDS + 1)];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(in); i += 2) {
		in[i] = 0x08;
		in[i + 1] = 0x06;
	}
	assert_int_equal(refuse(in, 2 * (size_t)HEADER_FIELDS), ERR_NONE);
	assert_int_equal(refuse(in, sizeof(in)), ERR_LIMIT);
}

static void
unknown_fields_are_skipped_and_the_last_of_two_holds(void **state)
{
	static const uint8_t in[] = { 0x08, 0x06, 0x4a, 0x01, 'x', 0xa0, 0x06,
		0x07, 0xa5, 0x06, 1, 2, 3, 4, 0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7,
		8, 0x08, 0x07 };
	struct header header;

	(void)state;
	assert_int_equal(header_decode(in, sizeof(in), &header), ERR_NONE);
	assert_int_equal(header.kind, 7);
}

static void
no_single_byte_changed_makes_a_header_read_outside_its_bytes(void **state)
{
	struct header header = full_header();
	uint8_t buf[HEADER_MAX];
	uint8_t *copy;
	size_t len;
	size_t i;
	unsigned bit;

	(void)state;
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_NONE);
	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			/* Exactly sized, so that ASan sees a step too far. */
			copy = malloc(len);
			assert_non_null(copy);
			memcpy(copy, buf, len);
			copy[i] ^= (uint8_t)(1u << bit);
			if (header_decode(copy, len, &header) == ERR_NONE &&
			    header.ext.len > 0)
				assert_true(header.ext.data + header.ext.len <=
				    copy + len);
			free(copy);
		}
	}
}

/* A genesis with every field. */
static struct header_genesis
full_genesis(void)
{
	struct header_genesis genesis = { .inc = 7,
		.format = 1,
		.org = "dk-791",
		.has_prev = true,
		.prev_n = 300,
		.reason = 2 };

	memset(genesis.key, 0x11, KEY_LEN);
	memset(genesis.prev_log_id, 0x22, LOG_ID_LEN);
	memset(genesis.prev_c, 0x33, HASH_LEN);
	return genesis;
}

static void
genesis_reads_back_the_same_with_and_without_a_log_before(void **state)
{
	struct header_genesis in = full_genesis();
	struct header_genesis out;
	uint8_t buf[256];
	size_t len;

	(void)state;
	assert_int_equal(
	    header_genesis_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_genesis_decode((struct bytes){ buf, len }, &out), ERR_NONE);
	assert_memory_equal(out.key, in.key, KEY_LEN);
	assert_int_equal(out.inc, 7);
	assert_int_equal(out.format, 1);
	assert_string_equal(out.org, "dk-791");
	assert_true(out.has_prev);
	assert_memory_equal(out.prev_log_id, in.prev_log_id, LOG_ID_LEN);
	assert_int_equal(out.prev_n, 300);
	assert_memory_equal(out.prev_c, in.prev_c, HASH_LEN);
	assert_int_equal(out.reason, 2);

	in.has_prev = false;
	assert_int_equal(
	    header_genesis_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_genesis_decode((struct bytes){ buf, len }, &out), ERR_NONE);
	assert_false(out.has_prev);
	assert_int_equal(
	    header_genesis_encode(&in, buf, len - 1, &len), ERR_SIZE);
}

static void
genesis_encodes_as_protobuf_c_does(void **state)
{
	struct header_genesis in = full_genesis();
	Erfa__Genesis genesis = ERFA__GENESIS__INIT;
	Erfa__LogPos prev = ERFA__LOG_POS__INIT;
	uint8_t ours[256];
	uint8_t theirs[256];
	size_t len;

	(void)state;
	genesis.has_key = true;
	genesis.key = (ProtobufCBinaryData){ KEY_LEN, in.key };
	genesis.has_inc = true;
	genesis.inc = 7;
	genesis.has_format = true;
	genesis.format = 1;
	genesis.org = in.org;
	genesis.prev = &prev;
	prev.has_log_id = true;
	prev.log_id = (ProtobufCBinaryData){ LOG_ID_LEN, in.prev_log_id };
	prev.has_n = true;
	prev.n = 300;
	prev.has_c = true;
	prev.c = (ProtobufCBinaryData){ HASH_LEN, in.prev_c };
	genesis.has_reason = true;
	genesis.reason = ERFA__GENESIS__REASON__REASON_NO_FENCE;
	assert_int_equal(
	    header_genesis_encode(&in, ours, sizeof(ours), &len), ERR_NONE);
	assert_int_equal(erfa__genesis__pack(&genesis, theirs), len);
	assert_memory_equal(ours, theirs, len);
}

/* Encode ${genesis} and decode it. */
static enum err
genesis_round(const struct header_genesis *genesis)
{
	struct header_genesis out = { .format = 99 };
	uint8_t buf[256];
	size_t len;
	enum err err;

	assert_int_equal(
	    header_genesis_encode(genesis, buf, sizeof(buf), &len), ERR_NONE);
	err = header_genesis_decode((struct bytes){ buf, len }, &out);
	if (err != ERR_NONE)
		assert_int_equal(out.format, 99);
	return err;
}

static void
genesis_that_lacks_a_field_is_refused(void **state)
{
	static const uint8_t prev_twice[] = { 0x2a, 0x00, 0x2a, 0x00 };
	struct header_genesis genesis = full_genesis();
	struct header_genesis out;
	uint8_t buf[256];
	size_t len;

	(void)state;
	assert_int_equal(genesis_round(&genesis), ERR_NONE);
	genesis.prev_n = 0;
	assert_int_equal(genesis_round(&genesis), ERR_SYNTAX);
	genesis = full_genesis();
	genesis.format = 0;
	assert_int_equal(genesis_round(&genesis), ERR_SYNTAX);
	genesis = full_genesis();
	genesis.org[0] = '\0';
	assert_int_equal(genesis_round(&genesis), ERR_SYNTAX);

	/* Without its key, which comes first and takes 34 bytes. */
	genesis = full_genesis();
	assert_int_equal(
	    header_genesis_encode(&genesis, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_genesis_decode((struct bytes){ buf + 34, len - 34 }, &out),
	    ERR_SYNTAX);
	assert_int_equal(
	    header_genesis_decode((struct bytes){ NULL, 0 }, &out), ERR_SYNTAX);

	/* Two logs before. */
	memcpy(buf + len, prev_twice, sizeof(prev_twice));
	assert_int_equal(
	    header_genesis_decode(
		(struct bytes){ buf, len + sizeof(prev_twice) }, &out),
	    ERR_SYNTAX);
}

static void
genesis_with_a_bad_org_id_is_refused(void **state)
{
	static const char *const bad[] = { "d", "DK-791", "dk_791", "dk 791",
		"dk/791", "\xc3\xa6\xc3\xb8" };
	struct header_genesis genesis = full_genesis();
	struct header_genesis out;
	uint8_t buf[256];
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(genesis.org, 0, sizeof(genesis.org));
		memcpy(genesis.org, bad[i], strlen(bad[i]));
		assert_int_equal(genesis_round(&genesis), ERR_SYNTAX);
	}

	/* A NUL inside, and a character too many. */
	genesis = full_genesis();
	assert_int_equal(
	    header_genesis_encode(&genesis, buf, sizeof(buf), &len), ERR_NONE);
	assert_memory_equal(buf + 34 + 9 + 2,
	    "\x22\x06"
	    "dk-791",
	    8);
	buf[34 + 9 + 2 + 5] = '\0';
	assert_int_equal(
	    header_genesis_decode((struct bytes){ buf, len }, &out),
	    ERR_SYNTAX);
	assert_int_equal(
	    header_genesis_encode(&genesis, buf, sizeof(buf), &len), ERR_NONE);
	memcpy(buf + len,
	    "\x22\x21"
	    "abcdefghijklmnopqrstuvwxyz0123456",
	    35);
	assert_int_equal(
	    header_genesis_decode((struct bytes){ buf, len + 35 }, &out),
	    ERR_SYNTAX);
}

/* A member with every field and ${ncuts} cuts. */
static struct header_member
full_member(size_t ncuts)
{
	struct header_member member = { .org = "no-5501",
		.roles = ROLE_WRITES | ROLE_INTRODUCES,
		.withdrawn = true,
		.inviter = true,
		.ncuts = ncuts,
		.has_rotate_sig = true,
		.has_succeeds = true };
	size_t i;

	memset(member.key, 0x11, KEY_LEN);
	memset(member.rotate_sig, 0x22, SIG_LEN);
	memset(member.succeeds, 0x33, KEY_LEN);
	for (i = 0; i < ncuts; i++) {
		memset(member.cuts[i].log_id, (int)i, LOG_ID_LEN);
		member.cuts[i].n = i;
		memset(member.cuts[i].c8, 0x80 + (int)i, C8_LEN);
	}
	return member;
}

static void
member_reads_back_the_same(void **state)
{
	struct header_member in = full_member(HEADER_CUTS_MAX);
	struct header_member out;
	uint8_t buf[HEADER_MAX];
	size_t len;
	size_t i;

	(void)state;
	assert_int_equal(
	    header_member_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_member_decode((struct bytes){ buf, len }, &out), ERR_NONE);
	assert_memory_equal(out.key, in.key, KEY_LEN);
	assert_string_equal(out.org, "no-5501");
	assert_int_equal(out.roles, 3);
	assert_true(out.withdrawn);
	assert_true(out.inviter);
	assert_true(out.has_rotate_sig);
	assert_memory_equal(out.rotate_sig, in.rotate_sig, SIG_LEN);
	assert_true(out.has_succeeds);
	assert_memory_equal(out.succeeds, in.succeeds, KEY_LEN);
	assert_int_equal(out.ncuts, HEADER_CUTS_MAX);
	for (i = 0; i < out.ncuts; i++) {
		assert_memory_equal(
		    out.cuts[i].log_id, in.cuts[i].log_id, LOG_ID_LEN);
		assert_int_equal(out.cuts[i].n, i);
		assert_memory_equal(out.cuts[i].c8, in.cuts[i].c8, C8_LEN);
	}
}

static void
plain_member_has_only_key_org_and_roles(void **state)
{
	struct header_member in = { .org = "no-5501", .roles = 3 };
	struct header_member out;
	uint8_t buf[64];
	size_t len;

	(void)state;
	assert_int_equal(
	    header_member_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(len, 34 + 9 + 2);
	assert_int_equal(
	    header_member_decode((struct bytes){ buf, len }, &out), ERR_NONE);
	assert_false(out.withdrawn);
	assert_false(out.inviter);
	assert_false(out.has_rotate_sig);
	assert_false(out.has_succeeds);
	assert_int_equal(out.ncuts, 0);
	assert_int_equal(
	    header_member_encode(&in, buf, len - 1, &len), ERR_SIZE);
}

static void
member_encodes_as_protobuf_c_does(void **state)
{
	struct header_member in = full_member(1);
	Erfa__Member member = ERFA__MEMBER__INIT;
	Erfa__Member__Cut cut = ERFA__MEMBER__CUT__INIT;
	Erfa__Member__Cut *cuts[] = { &cut };
	uint8_t ours[512];
	uint8_t theirs[512];
	size_t len;

	(void)state;
	in.cuts[0].n = 300;
	member.has_key = true;
	member.key = (ProtobufCBinaryData){ KEY_LEN, in.key };
	member.org = in.org;
	member.has_roles = true;
	member.roles = 3;
	member.has_withdrawn = true;
	member.withdrawn = true;
	member.n_cuts = 1;
	member.cuts = cuts;
	cut.has_log_id = true;
	cut.log_id = (ProtobufCBinaryData){ LOG_ID_LEN, in.cuts[0].log_id };
	cut.has_n = true;
	cut.n = 300;
	cut.has_c8 = true;
	cut.c8 = (ProtobufCBinaryData){ C8_LEN, in.cuts[0].c8 };
	member.has_inviter = true;
	member.inviter = true;
	member.has_rotate_sig = true;
	member.rotate_sig = (ProtobufCBinaryData){ SIG_LEN, in.rotate_sig };
	member.has_succeeds = true;
	member.succeeds = (ProtobufCBinaryData){ KEY_LEN, in.succeeds };
	assert_int_equal(
	    header_member_encode(&in, ours, sizeof(ours), &len), ERR_NONE);
	assert_int_equal(erfa__member__pack(&member, theirs), len);
	assert_memory_equal(ours, theirs, len);
}

static enum err
decode_member(const void *data, size_t len)
{
	struct header_member out;

	return header_member_decode((struct bytes){ data, len }, &out);
}

static void
member_that_lacks_a_field_or_has_a_bad_one_is_refused(void **state)
{
	struct header_member in = full_member(1);
	uint8_t buf[512];
	size_t len;

	(void)state;
	assert_int_equal(decode_member(NULL, 0), ERR_SYNTAX);
	assert_int_equal(
	    header_member_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(decode_member(buf + 34, len - 34), ERR_SYNTAX);

	/* A rotation signature of one byte, a key of two, a cut of nothing. */
	memcpy(buf + len, "\x3a\x01x", 3);
	assert_int_equal(decode_member(buf, len + 3), ERR_SYNTAX);
	memcpy(buf + len, "\x42\x02xy", 4);
	assert_int_equal(decode_member(buf, len + 4), ERR_SYNTAX);
	memcpy(buf + len, "\x2a\x00", 2);
	assert_int_equal(decode_member(buf, len + 2), ERR_SYNTAX);

	/* Reserved signatures are skipped. */
	memcpy(buf + len, "\x7a\x01x", 3);
	assert_int_equal(decode_member(buf, len + 3), ERR_NONE);
	in.org[0] = '\0';
	assert_int_equal(
	    header_member_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(decode_member(buf, len), ERR_SYNTAX);
}

static void
member_with_too_many_cuts_is_refused(void **state)
{
	struct header_member in = full_member(HEADER_CUTS_MAX);
	uint8_t buf[HEADER_MAX];
	size_t len;

	(void)state;
	in.has_rotate_sig = false;
	in.has_succeeds = false;
	assert_int_equal(
	    header_member_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	memcpy(buf + len, "\x2a\x00", 2);
	assert_int_equal(decode_member(buf, len + 2), ERR_LIMIT);
}

static void
about_items_read_back_the_same(void **state)
{
	struct header_about in[HEADER_ABOUT_MAX] = { { .org = "" } };
	struct header_about out[HEADER_ABOUT_MAX];
	uint8_t buf[HEADER_MAX];
	size_t count;
	size_t len;
	uint32_t i;

	(void)state;
	for (i = 0; i < HEADER_ABOUT_MAX; i++) {
		memcpy(
		    in[i].org, i % 2 == 0 ? "fi-564" : "", i % 2 == 0 ? 7 : 1);
		memset(in[i].record, (int)i, RECORD_LEN);
		in[i].major = i;
		in[i].minor = 1000 * i;
	}
	assert_int_equal(
	    header_about_encode(in, HEADER_ABOUT_MAX, buf, sizeof(buf), &len),
	    ERR_NONE);
	assert_int_equal(
	    header_about_decode((struct bytes){ buf, len }, out, &count),
	    ERR_NONE);
	assert_int_equal(count, HEADER_ABOUT_MAX);
	for (i = 0; i < count; i++) {
		assert_string_equal(out[i].org, in[i].org);
		assert_memory_equal(out[i].record, in[i].record, RECORD_LEN);
		assert_int_equal(out[i].major, i);
		assert_int_equal(out[i].minor, 1000 * i);
	}
	assert_int_equal(
	    header_about_encode(in, HEADER_ABOUT_MAX, buf, len - 1, &len),
	    ERR_SIZE);
	assert_int_equal(
	    header_about_decode((struct bytes){ NULL, 0 }, out, &count),
	    ERR_NONE);
	assert_int_equal(count, 0);
}

static void
about_item_without_a_record_is_refused(void **state)
{
	struct header_about out[HEADER_ABOUT_MAX];
	size_t count = 99;

	(void)state;
	assert_int_equal(
	    header_about_decode(
		(struct bytes){ (const uint8_t *)"\x0a\x02\x18\x01", 4 }, out,
		&count),
	    ERR_SYNTAX);
	assert_int_equal(
	    header_about_decode(
		(struct bytes){ (const uint8_t *)"\x0a\x03\x12\x01x", 5 }, out,
		&count),
	    ERR_SYNTAX);
	assert_int_equal(
	    header_about_decode(
		(struct bytes){ (const uint8_t *)"\x08\x03", 2 }, out, &count),
	    ERR_SYNTAX);
	assert_int_equal(count, 99);
}

static void
more_items_than_fit_are_refused(void **state)
{
	struct header_about items[HEADER_ABOUT_MAX] = { { .org = "" } };
	struct header_target targets[ERASE_MAX] = { { .n = 0 } };
	uint8_t buf[HEADER_MAX];
	size_t count = 99;
	size_t len;
	size_t i;

	(void)state;
	assert_int_equal(header_about_encode(
			     items, HEADER_ABOUT_MAX, buf, sizeof(buf), &len),
	    ERR_NONE);
	memcpy(buf + len, buf, 20);
	assert_int_equal(
	    header_about_decode((struct bytes){ buf, len + 20 }, items, &count),
	    ERR_LIMIT);

	for (i = 0; i < ERASE_MAX; i++)
		targets[i].n = i + 1;
	assert_int_equal(
	    header_erase_encode(targets, ERASE_MAX, buf, sizeof(buf), &len),
	    ERR_NONE);
	memcpy(buf + len, buf, 29);
	assert_int_equal(header_erase_decode(
			     (struct bytes){ buf, len + 29 }, targets, &count),
	    ERR_LIMIT);
	assert_int_equal(count, 99);
}

static void
witness_reads_back_the_same_and_has_a_limit(void **state)
{
	struct header_cut in[HEADER_WITNESS_MAX + 1] = { 0 };
	struct header_cut out[HEADER_WITNESS_MAX];
	uint8_t buf[HEADER_MAX + 64];
	size_t count = 0;
	size_t len = 0;
	size_t i;

	(void)state;
	for (i = 0; i <= HEADER_WITNESS_MAX; i++) {
		memset(in[i].log_id, (int)i, LOG_ID_LEN);
		memset(in[i].c8, (int)(255 - i), C8_LEN);
		in[i].n = UINT64_MAX - i;
	}
	assert_int_equal(header_witness_encode(
			     in, HEADER_WITNESS_MAX, buf, sizeof(buf), &len),
	    ERR_NONE);
	assert_true(len < HEADER_MAX - 64);
	assert_int_equal(
	    header_witness_decode((struct bytes){ buf, len }, out, &count),
	    ERR_NONE);
	assert_int_equal(count, HEADER_WITNESS_MAX);
	assert_memory_equal(in, out, sizeof(out));
	assert_int_equal(
	    header_witness_encode(in, HEADER_WITNESS_MAX, buf, len - 1, &len),
	    ERR_SIZE);

	/* One too many, none at all, a position of nothing, a piece. */
	assert_int_equal(header_witness_encode(in, HEADER_WITNESS_MAX + 1, buf,
			     sizeof(buf), &len),
	    ERR_NONE);
	assert_int_equal(
	    header_witness_decode((struct bytes){ buf, len }, out, &count),
	    ERR_LIMIT);
	assert_int_equal(
	    header_witness_decode((struct bytes){ NULL, 0 }, out, &count),
	    ERR_SYNTAX);
	in[0].n = 0;
	assert_int_equal(
	    header_witness_encode(in, 1, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_witness_decode((struct bytes){ buf, len }, out, &count),
	    ERR_SYNTAX);
	in[0].n = 5;
	assert_int_equal(
	    header_witness_encode(in, 1, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_witness_decode((struct bytes){ buf, len - 1 }, out, &count),
	    ERR_SYNTAX);
	assert_int_equal(count, HEADER_WITNESS_MAX);
}

static void
fork_reads_back_the_same_and_needs_both_heads(void **state)
{
	struct header_fork in = { .last_common = 77 };
	struct header_fork out = { .last_common = 99 };
	uint8_t buf[512];
	size_t len;

	(void)state;
	memset(in.log_id, 0x11, LOG_ID_LEN);
	memset(in.head_a, 0xaa, HEAD_LEN);
	memset(in.head_b, 0xbb, HEAD_LEN);
	assert_int_equal(
	    header_fork_encode(&in, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_fork_decode((struct bytes){ buf, len }, &out), ERR_NONE);
	assert_memory_equal(&in, &out, sizeof(in));

	/* head_b comes last, log_id first. */
	out.last_common = 99;
	assert_int_equal(
	    header_fork_decode((struct bytes){ buf, len - 131 }, &out),
	    ERR_SYNTAX);
	assert_int_equal(
	    header_fork_decode((struct bytes){ buf + 18, len - 18 }, &out),
	    ERR_SYNTAX);
	assert_int_equal(out.last_common, 99);
	assert_int_equal(header_fork_encode(&in, buf, len - 1, &len), ERR_SIZE);
}

static void
erase_targets_read_back_the_same_and_fit_in_a_header(void **state)
{
	static struct header_target in[ERASE_MAX];
	static struct header_target out[ERASE_MAX];
	struct header header = { .kind = HEADER_ERASE,
		.time_ms = 1750000000123 };
	uint8_t ext[HEADER_MAX];
	uint8_t buf[HEADER_MAX];
	size_t count;
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < ERASE_MAX; i++) {
		memset(in[i].log_id, (int)i, LOG_ID_LEN);
		in[i].n = UINT64_MAX - i;
		in[i].reason = (uint32_t)i % 6;
		in[i].has_c8 = false;
		memset(in[i].c8, (int)i + 1, C8_LEN);
	}
	assert_int_equal(
	    header_erase_encode(in, ERASE_MAX, ext, sizeof(ext), &len),
	    ERR_NONE);
	assert_int_equal(
	    header_erase_decode((struct bytes){ ext, len }, out, &count),
	    ERR_NONE);
	assert_int_equal(count, ERASE_MAX);
	for (i = 0; i < count; i++) {
		assert_memory_equal(out[i].log_id, in[i].log_id, LOG_ID_LEN);
		assert_int_equal(out[i].n, in[i].n);
		assert_int_equal(out[i].reason, in[i].reason);
		assert_false(out[i].has_c8);
	}
	header.ext = (struct bytes){ ext, len };
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_erase_encode(in, 2, ext, 29 + 31 - 1, &len), ERR_SIZE);

	/* Fewer, if each says which entry of that number is meant. */
	for (i = 0; i < HEADER_ERASE_FITS; i++)
		in[i].has_c8 = true;
	assert_int_equal(
	    header_erase_encode(in, HEADER_ERASE_FITS, ext, sizeof(ext), &len),
	    ERR_NONE);
	assert_int_equal(
	    header_erase_decode((struct bytes){ ext, len }, out, &count),
	    ERR_NONE);
	assert_int_equal(count, HEADER_ERASE_FITS);
	for (i = 0; i < count; i++) {
		assert_true(out[i].has_c8);
		assert_memory_equal(out[i].c8, in[i].c8, C8_LEN);
	}
	header.ext = (struct bytes){ ext, len };
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_NONE);
}

static void
erase_of_an_entry_named_by_another_length_is_refused(void **state)
{
	struct header_target target = { .n = 7, .has_c8 = true };
	struct header_target out[ERASE_MAX];
	uint8_t buf[64];
	size_t count = 99;
	size_t len;

	(void)state;
	assert_int_equal(
	    header_erase_encode(&target, 1, buf, sizeof(buf), &len), ERR_NONE);

	/* c8 comes last: its length, and those around it, one less. */
	buf[1]--;
	buf[len - C8_LEN - 1]--;
	assert_int_equal(
	    header_erase_decode((struct bytes){ buf, len - 1 }, out, &count),
	    ERR_SYNTAX);
	assert_int_equal(count, 99);
}

static void
erase_without_a_target_or_of_entry_zero_is_refused(void **state)
{
	struct header_target target = { .n = 0 };
	struct header_target out[ERASE_MAX];
	uint8_t buf[64];
	size_t count = 99;
	size_t len;

	(void)state;
	assert_int_equal(
	    header_erase_decode((struct bytes){ NULL, 0 }, out, &count),
	    ERR_SYNTAX);
	assert_int_equal(
	    header_erase_encode(&target, 1, buf, sizeof(buf), &len), ERR_NONE);
	assert_int_equal(
	    header_erase_decode((struct bytes){ buf, len }, out, &count),
	    ERR_SYNTAX);
	assert_int_equal(count, 99);
}

static void
names_and_numbers_of_kinds_lead_to_each_other(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = HEADER_GENESIS; kind <= HEADER_WITNESS; kind++) {
		assert_non_null(header_kind_name(kind));
		assert_int_equal(
		    header_kind_number(header_kind_name(kind)), kind);
	}
	assert_string_equal(header_kind_name(HEADER_TRIAL), "trial");
	assert_string_equal(header_kind_name(HEADER_WITNESS), "witness");
	assert_null(header_kind_name(0));
	assert_null(header_kind_name(HEADER_WITNESS + 1));
	assert_int_equal(header_kind_number("Trial"), 0);
	assert_int_equal(header_kind_number(""), 0);
}

static void
names_and_numbers_of_sectors_lead_to_each_other(void **state)
{
	uint32_t topic;

	(void)state;
	for (topic = 1; topic <= 19; topic++)
		assert_int_equal(
		    header_sector_number(header_sector_name(topic)), topic);
	assert_string_equal(header_sector_name(1), "elder_care");
	assert_string_equal(header_sector_name(19), "supervision");
	assert_string_equal(header_sector_name(99), "several");
	assert_int_equal(header_sector_number("several"), 99);
	assert_null(header_sector_name(0));
	assert_null(header_sector_name(20));
	assert_int_equal(header_sector_number("none"), 0);
}

static void
topic_names_org_kind_and_sector(void **state)
{
	char topic[TOPIC_MAX + 1];

	(void)state;
	header_topic("dk-791", HEADER_TRIAL, 1, topic);
	assert_string_equal(topic, "dk-791/trial/elder_care/");
	header_topic("dk-791", HEADER_MEMBER, 0, topic);
	assert_string_equal(topic, "dk-791/member/-/");
	header_topic("dk-791", 0, 0, topic);
	assert_string_equal(topic, "dk-791/head/-/");
	header_topic("dk-791", UINT32_MAX, UINT32_MAX - 1, topic);
	assert_string_equal(topic, "dk-791/4294967295/4294967294/");
}

static void
longest_topic_keeps_to_its_limit(void **state)
{
	char topic[TOPIC_MAX + 1];

	(void)state;
	header_topic(
	    "abcdefghijklmnopqrstuvwxyz012", HEADER_OBSERVATION, 12, topic);
	assert_string_equal(topic,
	    "abcdefghijklmnopqrstuvwxyz012/observation/"
	    "technical_environment/");
	assert_int_equal(strlen(topic), TOPIC_MAX);
	header_topic(
	    "abcdefghijklmnopqrstuvwxyz012345", HEADER_OBSERVATION, 12, topic);
	assert_string_equal(
	    topic, "abcdefghijklmnopqrstuvwxyz012345/observation/12/");
}

static void
org_ids_are_lower_case_and_of_2_to_32_characters(void **state)
{
	(void)state;
	assert_true(header_org_valid("dk-791"));
	assert_true(header_org_valid("kl"));
	assert_true(header_org_valid("abcdefghijklmnopqrstuvwxyz012345"));
	assert_false(header_org_valid(""));
	assert_false(header_org_valid("a"));
	assert_false(header_org_valid("abcdefghijklmnopqrstuvwxyz0123456"));
	assert_false(header_org_valid("DK-791"));
	assert_false(header_org_valid("dk.791"));
}

#define T(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(header_with_every_field_reads_back_the_same),
		T(header_without_a_body_reads_back_without),
		T(header_encodes_as_protobuf_c_does),
		T(header_that_does_not_fit_is_refused),
		T(header_of_a_bad_size_is_refused),
		T(header_that_does_not_parse_is_refused),
		T(known_field_of_another_wire_type_is_refused),
		T(commit_or_record_of_another_length_is_refused),
		T(body_length_and_commitment_stand_together_or_not_at_all),
		T(header_with_too_many_fields_is_refused),
		T(unknown_fields_are_skipped_and_the_last_of_two_holds),
		T(no_single_byte_changed_makes_a_header_read_outside_its_bytes),
		T(genesis_reads_back_the_same_with_and_without_a_log_before),
		T(genesis_encodes_as_protobuf_c_does),
		T(genesis_that_lacks_a_field_is_refused),
		T(genesis_with_a_bad_org_id_is_refused),
		T(member_reads_back_the_same),
		T(plain_member_has_only_key_org_and_roles),
		T(member_encodes_as_protobuf_c_does),
		T(member_that_lacks_a_field_or_has_a_bad_one_is_refused),
		T(member_with_too_many_cuts_is_refused),
		T(about_items_read_back_the_same),
		T(about_item_without_a_record_is_refused),
		T(more_items_than_fit_are_refused),
		T(witness_reads_back_the_same_and_has_a_limit),
		T(fork_reads_back_the_same_and_needs_both_heads),
		T(erase_targets_read_back_the_same_and_fit_in_a_header),
		T(erase_of_an_entry_named_by_another_length_is_refused),
		T(erase_without_a_target_or_of_entry_zero_is_refused),
		T(names_and_numbers_of_kinds_lead_to_each_other),
		T(names_and_numbers_of_sectors_lead_to_each_other),
		T(topic_names_org_kind_and_sector),
		T(longest_topic_keeps_to_its_limit),
		T(org_ids_are_lower_case_and_of_2_to_32_characters),
	};

	return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
