#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/json_sample.pb-c.h"

#include "proto/scan.h"

#define MIB     ((size_t)1 << 20)
#define OUT_MAX (2 * MIB)

#define LEAF   (&erfa__sample__leaf__descriptor)
#define TREE   (&erfa__sample__tree__descriptor)
#define SAMPLE (&erfa__sample__sample__descriptor)

/* Wire types. */
enum {
	VARINT,
	BITS64,
	BYTES,
	GROUP,
	GROUP_END,
	BITS32
};

static const struct scan_limits wide = {
	.max_bytes = OUT_MAX,
	.max_depth = SCAN_DEPTH_MAX,
	.max_fields = SIZE_MAX,
	.max_alloc = SIZE_MAX,
};

/* A message being written by hand. */
struct out {
	uint8_t *bytes;
	size_t len;
};

/* What protobuf-c asked for, each allocation once. */
struct bill {
	size_t total;
	size_t live;
};

static int
setup(void **state)
{
	struct out *out = calloc(1, sizeof(*out));

	if (out == NULL || (out->bytes = calloc(1, OUT_MAX)) == NULL)
		return -1;
	*state = out;
	return 0;
}

static int
teardown(void **state)
{
	struct out *out = *state;

	free(out->bytes);
	free(out);
	return 0;
}

static void
put(struct out *out, const void *bytes, size_t len)
{
	assert_true(len <= OUT_MAX - out->len);
	if (len > 0)
		memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}

static void
put_varint(struct out *out, uint64_t value)
{
	uint8_t byte;

	for (;;) {
		byte = (uint8_t)(value & 0x7f);
		value >>= 7;
		if (value != 0)
			byte |= 0x80;
		put(out, &byte, 1);
		if (value == 0)
			return;
	}
}

static void
put_tag(struct out *out, uint32_t number, unsigned wire)
{
	put_varint(out, (uint64_t)number << 3 | wire);
}

static void
put_number(struct out *out, uint32_t number, uint64_t value)
{
	put_tag(out, number, VARINT);
	put_varint(out, value);
}

static void
put_bytes(struct out *out, uint32_t number, const void *bytes, size_t len)
{
	put_tag(out, number, BYTES);
	put_varint(out, len);
	put(out, bytes, len);
}

static void
put_text(struct out *out, uint32_t number, const char *text)
{
	put_bytes(out, number, text, strlen(text));
}

/* Replace what was written by one field that contains it. */
static void
wrap(struct out *out, uint32_t number)
{
	uint8_t *copy = malloc(out->len + 1);
	size_t len = out->len;

	assert_non_null(copy);
	memcpy(copy, out->bytes, len);
	out->len = 0;
	put_bytes(out, number, copy, len);
	free(copy);
}

static enum err
scan(const struct out *out, const ProtobufCMessageDescriptor *desc)
{
	return scan_message(desc, out->bytes, out->len, &wide);
}

static enum err
strict(const struct out *out, const ProtobufCMessageDescriptor *desc)
{
	return scan_strict(desc, out->bytes, out->len, &wide);
}

/* Expect the strict scan alone to refuse. */
static void
only_strict_refuses(
    const struct out *out, const ProtobufCMessageDescriptor *desc)
{
	assert_int_equal(scan(out, desc), ERR_NONE);
	assert_int_equal(strict(out, desc), ERR_SYNTAX);
}

static void
both_refuse(const struct out *out, const ProtobufCMessageDescriptor *desc)
{
	assert_int_equal(scan(out, desc), ERR_SYNTAX);
	assert_int_equal(strict(out, desc), ERR_SYNTAX);
}

static void *
bill_alloc(void *data, size_t size)
{
	struct bill *bill = data;

	bill->total += size;
	bill->live++;
	return malloc(size);
}

static void
bill_free(void *data, void *pointer)
{
	struct bill *bill = data;

	if (pointer != NULL)
		bill->live--;
	free(pointer);
}

/* Return the least max_alloc with which the scan passes. */
static size_t
least_alloc(const struct out *out, const ProtobufCMessageDescriptor *desc)
{
	struct scan_limits limits = wide;
	size_t low = 0;
	size_t high = (size_t)1 << 32;

	while (low < high) {
		limits.max_alloc = low + (high - low) / 2;
		if (scan_message(desc, out->bytes, out->len, &limits) ==
		    ERR_NONE)
			high = limits.max_alloc;
		else
			low = limits.max_alloc + 1;
	}
	return low;
}

/* Decode with a counting allocator: never more than the scan foretold. */
static size_t
foretold(const struct out *out, const ProtobufCMessageDescriptor *desc)
{
	struct bill bill = { 0, 0 };
	ProtobufCAllocator allocator = { bill_alloc, bill_free, &bill };
	ProtobufCMessage *msg;
	size_t least = least_alloc(out, desc);

	msg = protobuf_c_message_unpack(desc, &allocator, out->len, out->bytes);
	assert_non_null(msg);
	protobuf_c_message_free_unpacked(msg, &allocator);
	assert_int_equal(bill.live, 0);
	assert_true(bill.total <= least);
	return bill.total;
}

static void
empty_message_passes_and_decodes(void **state)
{
	struct out *out = *state;
	ProtobufCMessage *msg;

	assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	assert_int_equal(scan_message(SAMPLE, NULL, 0, &wide), ERR_NONE);
	assert_int_equal(
	    scan_unpack(SAMPLE, &wide, out->bytes, 0, &msg), ERR_NONE);
	protobuf_c_message_free_unpacked(msg, NULL);
	(void)foretold(out, SAMPLE);
}

static void
decoded_message_holds_what_was_written(void **state)
{
	struct out *out = *state;
	Erfa__Sample__Leaf *leaf;
	ProtobufCMessage *msg;

	put_text(out, 1, "hej");
	put_number(out, 2, 7);
	assert_int_equal(
	    scan_unpack_strict(LEAF, &wide, out->bytes, out->len, &msg),
	    ERR_NONE);
	leaf = (Erfa__Sample__Leaf *)(void *)msg;
	assert_string_equal(leaf->text, "hej");
	assert_int_equal(leaf->count, 7);
	protobuf_c_message_free_unpacked(msg, NULL);
}

static void
failed_scan_decodes_nothing(void **state)
{
	struct out *out = *state;
	ProtobufCMessage *msg = NULL;

	put_number(out, 99, 1);
	assert_int_equal(
	    scan_unpack_strict(LEAF, &wide, out->bytes, out->len, &msg),
	    ERR_SYNTAX);
	put_tag(out, 1, GROUP);
	assert_int_equal(
	    scan_unpack(LEAF, &wide, out->bytes, out->len, &msg), ERR_SYNTAX);
	assert_null(msg);
}

static void
longer_than_allowed_is_refused(void **state)
{
	struct scan_limits limits = wide;
	struct out *out = *state;

	put_text(out, 1, "hej");
	limits.max_bytes = out->len;
	assert_int_equal(
	    scan_message(LEAF, out->bytes, out->len, &limits), ERR_NONE);
	limits.max_bytes--;
	assert_int_equal(
	    scan_message(LEAF, out->bytes, out->len, &limits), ERR_SIZE);
}

static void
every_truncation_of_a_field_is_refused(void **state)
{
	struct out *out = *state;
	size_t starts[6];
	size_t n = 0;
	size_t i;
	size_t len;

	/* A cut between two fields leaves a shorter, valid message. */
	starts[n++] = out->len;
	put_number(out, 1, 1000000);
	starts[n++] = out->len;
	put_tag(out, 8, BITS32);
	put(out, "abcd", 4);
	starts[n++] = out->len;
	put_tag(out, 10, BITS64);
	put(out, "abcdefgh", 8);
	starts[n++] = out->len;
	put_text(out, 15, "text");
	starts[n++] = out->len;
	put_bytes(out, 22, "\x80\x01\x02", 3);
	starts[n++] = out->len;
	for (len = 0; len <= out->len; len++) {
		enum err want = ERR_SYNTAX;

		for (i = 0; i < n; i++)
			if (starts[i] == len)
				want = ERR_NONE;
		assert_int_equal(
		    scan_message(SAMPLE, out->bytes, len, &wide), want);
	}
}

static void
varint_of_eleven_bytes_is_refused(void **state)
{
	struct out *out = *state;
	uint8_t bytes[11];

	memset(bytes, 0x80, sizeof(bytes));
	bytes[9] = 0x01;
	put_tag(out, 9, VARINT);
	put(out, bytes, 10);
	assert_int_equal(scan(out, SAMPLE), ERR_NONE);

	out->len = 0;
	bytes[9] = 0x80;
	bytes[10] = 0x00;
	put_tag(out, 9, VARINT);
	put(out, bytes, 11);
	both_refuse(out, SAMPLE);

	/* The same in an unknown field and in a packed array. */
	out->len = 0;
	put_tag(out, 99, VARINT);
	put(out, bytes, 11);
	both_refuse(out, SAMPLE);
	out->len = 0;
	put_bytes(out, 31, bytes, 11);
	both_refuse(out, SAMPLE);
}

static void
tag_and_length_of_six_bytes_are_refused(void **state)
{
	struct out *out = *state;

	put(out, "\x88\x80\x80\x80\x80\x00\x01", 7);
	both_refuse(out, SAMPLE);
	out->len = 0;
	put(out, "\x7a\x81\x80\x80\x80\x80\x00x", 8);
	both_refuse(out, SAMPLE);
}

static void
length_beyond_the_end_is_refused(void **state)
{
	struct out *out = *state;

	put(out, "\x7a\x05true", 6);
	both_refuse(out, SAMPLE);
	out->len = 0;
	put(out, "\x7a\xff\xff\xff\xff\x0f", 6);
	both_refuse(out, SAMPLE);
}

static void
field_number_out_of_range_is_refused(void **state)
{
	struct out *out = *state;

	put_tag(out, 0, VARINT);
	put_varint(out, 1);
	both_refuse(out, SAMPLE);

	/* Written longer than needed, which protobuf-c would take. */
	out->len = 0;
	put(out, "\x80\x00\x01", 3);
	both_refuse(out, SAMPLE);

	out->len = 0;
	put_text(out, 0x1fffffff, "far");
	assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	out->len = 0;
	put_varint(out, ((uint64_t)0x20000000 << 3) | VARINT);
	put_varint(out, 1);
	both_refuse(out, SAMPLE);
}

static void
groups_and_unknown_wire_types_are_refused(void **state)
{
	struct out *out = *state;
	unsigned wire;

	for (wire = 0; wire < 8; wire++) {
		if (wire < GROUP || wire == BITS32)
			continue;
		out->len = 0;
		put_tag(out, 1, wire);
		put(out, "\0\0\0\0\0\0\0\0", 8);
		both_refuse(out, SAMPLE);
		out->len = 0;
		put_tag(out, 99, wire);
		put(out, "\0\0\0\0\0\0\0\0", 8);
		both_refuse(out, SAMPLE);
	}
}

static void
wrong_wire_type_for_a_field_is_refused(void **state)
{
	static const struct {
		uint32_t number;
		unsigned wire;
	} cases[] = {
		{ 1, BITS32 },
		{ 3, VARINT },
		{ 6, BITS32 },
		{ 9, BYTES },
		{ 10, VARINT },
		{ 11, BITS64 },
		{ 12, BITS32 },
		{ 13, BITS32 },
		{ 13, BYTES },
		{ 14, BITS64 },
		{ 15, VARINT },
		{ 16, BITS32 },
		{ 17, VARINT },
		{ 21, BITS64 },
		{ 23, VARINT },
		{ 28, VARINT },
		{ 30, BITS64 },
		{ 53, VARINT },
	};
	struct out *out = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out->len = 0;
		put_tag(out, cases[i].number, cases[i].wire);
		if (cases[i].wire == VARINT || cases[i].wire == BYTES)
			put(out, "\0", 1);
		if (cases[i].wire == BITS32)
			put(out, "\0\0\0\0", 4);
		if (cases[i].wire == BITS64)
			put(out, "\0\0\0\0\0\0\0\0", 8);
		both_refuse(out, SAMPLE);
	}
}

static void
repeated_numbers_may_be_packed_or_not(void **state)
{
	struct out *out = *state;

	put_number(out, 21, 5);
	put_bytes(out, 21, "\x01\x02\xac\x02", 4);
	put_number(out, 22, 5);
	put_tag(out, 23, BITS32);
	put(out, "abcd", 4);
	put_bytes(out, 23, "abcdefgh", 8);
	put_bytes(out, 24, "abcdefgh", 8);
	put_bytes(out, 26, "\x01\x00\x01", 3);
	put_bytes(out, 27, "\x01\x02", 2);
	put_bytes(out, 31, "", 0);
	assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	(void)foretold(out, SAMPLE);
}

static void
packed_array_that_does_not_come_out_even_is_refused(void **state)
{
	struct out *out = *state;

	put_bytes(out, 23, "abcde", 5);
	both_refuse(out, SAMPLE);
	out->len = 0;
	put_bytes(out, 24, "abcd", 4);
	both_refuse(out, SAMPLE);
	out->len = 0;
	put_bytes(out, 21, "\x01\x80", 2);
	both_refuse(out, SAMPLE);
}

static void
unknown_fields_pass_but_not_the_strict_scan(void **state)
{
	struct out *out = *state;

	put_number(out, 99, 1);
	only_strict_refuses(out, SAMPLE);
	put_text(out, 98, "whatever");
	put_tag(out, 97, BITS32);
	put(out, "abcd", 4);
	put_tag(out, 96, BITS64);
	put(out, "abcdefgh", 8);
	only_strict_refuses(out, SAMPLE);
	(void)foretold(out, SAMPLE);

	/* In a message inside too. */
	out->len = 0;
	put_number(out, 99, 1);
	wrap(out, 30);
	only_strict_refuses(out, SAMPLE);
}

static void
damage_inside_an_unknown_field_is_its_own_affair(void **state)
{
	struct out *out = *state;

	put_bytes(out, 99, "\x80\x80\x80", 3);
	assert_int_equal(scan(out, SAMPLE), ERR_NONE);
	out->len = 0;
	put_bytes(out, 17, "\x80\x80\x80", 3);
	both_refuse(out, SAMPLE);
}

static void
number_twice_passes_but_not_the_strict_scan(void **state)
{
	struct out *out = *state;

	put_number(out, 1, 1);
	put_text(out, 15, "one");
	assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	put_text(out, 15, "two");
	only_strict_refuses(out, SAMPLE);
	(void)foretold(out, SAMPLE);
}

static void
message_twice_is_refused_unless_repeated(void **state)
{
	struct out *out = *state;

	put_bytes(out, 17, "", 0);
	put_bytes(out, 30, "", 0);
	put_bytes(out, 30, "", 0);
	assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	put_bytes(out, 17, "", 0);
	both_refuse(out, SAMPLE);

	out->len = 0;
	put_bytes(out, 53, "", 0);
	put_text(out, 51, "x");
	put_bytes(out, 53, "", 0);
	both_refuse(out, SAMPLE);
}

static void
two_members_of_a_oneof_pass_but_not_the_strict_scan(void **state)
{
	struct out *out = *state;

	put_text(out, 51, "text");
	assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	put_bytes(out, 53, "", 0);
	only_strict_refuses(out, SAMPLE);
	put_number(out, 52, 1);
	(void)foretold(out, SAMPLE);
}

static void
text_must_be_utf8_without_nul_in_the_strict_scan(void **state)
{
	static const char *const good[] = {
		"",
		"plain",
		"gr\xc3\xa6n",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xf4\x8f\xbf\xbf",
		"\x7f",
		"\xc2\x80",
		"\xe0\xa0\x80",
		"\xf0\x90\x80\x80",
	};
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc3",
		"\xc3(",
		"\xe2\x82",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xe2(\x82",
		"\xf0\x9f\x98",
		("a\xe2\x82"
		 "b"),
	};
	struct out *out = *state;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		out->len = 0;
		put_text(out, 15, good[i]);
		assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		out->len = 0;
		put_text(out, 15, bad[i]);
		only_strict_refuses(out, SAMPLE);
		out->len = 0;
		put_text(out, 28, bad[i]);
		only_strict_refuses(out, SAMPLE);
		out->len = 0;
		put_text(out, 16, bad[i]);
		assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	}
	out->len = 0;
	put_bytes(out, 15, "a\0b", 3);
	only_strict_refuses(out, SAMPLE);
}

static void
number_beyond_its_type_passes_but_not_the_strict_scan(void **state)
{
	static const struct {
		uint32_t field;
		uint64_t good;
		uint64_t bad;
	} cases[] = {
		{ 1, (uint64_t)INT32_MIN, (uint64_t)INT32_MIN - 1 },
		{ 1, INT32_MAX, (uint64_t)INT32_MAX + 1 },
		{ 2, UINT32_MAX, (uint64_t)UINT32_MAX + 1 },
		{ 7, UINT32_MAX, UINT64_MAX },
		{ 13, 1, 2 },
		{ 14, (uint64_t)-5, UINT32_MAX },
	};
	struct out *out = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out->len = 0;
		put_number(out, cases[i].field, cases[i].good);
		assert_int_equal(strict(out, SAMPLE), ERR_NONE);
		out->len = 0;
		put_number(out, cases[i].field, cases[i].bad);
		only_strict_refuses(out, SAMPLE);
	}
	out->len = 0;
	put_number(out, 4, UINT64_MAX);
	put_number(out, 9, UINT64_MAX);
	assert_int_equal(strict(out, SAMPLE), ERR_NONE);
	out->len = 0;
	put_bytes(out, 26, "\x01\x02", 2);
	only_strict_refuses(out, SAMPLE);
}

static void
nesting_is_counted_from_the_outermost_message(void **state)
{
	struct scan_limits limits = wide;
	struct out *out = *state;

	limits.max_depth = 3;
	wrap(out, 1);
	wrap(out, 2);
	assert_int_equal(
	    scan_message(TREE, out->bytes, out->len, &limits), ERR_NONE);
	wrap(out, 1);
	assert_int_equal(
	    scan_message(TREE, out->bytes, out->len, &limits), ERR_DEPTH);
	limits.max_depth = 0;
	assert_int_equal(scan_message(TREE, NULL, 0, &limits), ERR_DEPTH);
}

static void
hundred_thousand_levels_are_refused(void **state)
{
	enum {
		LEVELS = 100000
	};
	struct out *out = *state;
	size_t at = OUT_MAX;
	size_t len = 0;
	int i;

	/* Written from the innermost outwards, from the end of the room. */
	for (i = 0; i < LEVELS; i++) {
		uint8_t prefix[11];
		struct out head = { prefix, 0 };

		put_tag(&head, 1, BYTES);
		put_varint(&head, len);
		at -= head.len;
		memcpy(out->bytes + at, prefix, head.len);
		len += head.len;
	}
	assert_int_equal(
	    scan_message(TREE, out->bytes + at, len, &wide), ERR_DEPTH);
}

static void
more_fields_than_allowed_are_refused(void **state)
{
	struct scan_limits limits = wide;
	struct out *out = *state;
	int i;

	/* Ten inside, one around them, one unknown. */
	for (i = 0; i < 10; i++)
		put_number(out, 2, 1);
	wrap(out, 30);
	put_number(out, 99, 1);
	limits.max_fields = 12;
	assert_int_equal(
	    scan_message(SAMPLE, out->bytes, out->len, &limits), ERR_NONE);
	limits.max_fields = 11;
	assert_int_equal(
	    scan_message(SAMPLE, out->bytes, out->len, &limits), ERR_LIMIT);
}

/* Fill a MiB with copies of some bytes; expect a bomb, foretold and refused. */
static void
bomb_is_refused(struct out *out, const ProtobufCMessageDescriptor *desc,
    const char *bytes, size_t len, size_t factor)
{
	struct scan_limits limits = wide;

	while (out->len + len <= MIB)
		put(out, bytes, len);
	assert_true(foretold(out, desc) >= factor * out->len);
	limits.max_alloc = 8 * MIB;
	assert_int_equal(
	    scan_message(desc, out->bytes, out->len, &limits), ERR_LIMIT);
}

static void
bomb_of_empty_messages_is_refused(void **state)
{
	bomb_is_refused(*state, SAMPLE, "\xf2\x01\x00", 3, 30);
}

static void
bomb_of_unknown_fields_is_refused(void **state)
{
	bomb_is_refused(*state, LEAF, "\x18\x00", 2, 40);
}

static void
bomb_of_empty_strings_is_refused(void **state)
{
	bomb_is_refused(*state, SAMPLE, "\xe2\x01\x00", 3, 15);
}

static void
bomb_of_empty_bytes_is_refused(void **state)
{
	bomb_is_refused(*state, SAMPLE, "\xea\x01\x00", 3, 20);
}

static void
bomb_of_repeated_numbers_is_refused(void **state)
{
	bomb_is_refused(*state, SAMPLE, "\xf8\x01\x00", 3, 15);
}

static void
bomb_of_a_packed_array_is_foretold(void **state)
{
	struct scan_limits limits = wide;
	struct out *out = *state;
	uint8_t *zeros = calloc(1, MIB);

	assert_non_null(zeros);
	put_bytes(out, 31, zeros, MIB);
	free(zeros);
	assert_true(foretold(out, SAMPLE) >= 8 * MIB);
	limits.max_alloc = 8 * MIB;
	assert_int_equal(
	    scan_message(SAMPLE, out->bytes, out->len, &limits), ERR_LIMIT);
}

static void
bill_is_never_below_what_is_allocated(void **state)
{
	struct out *out = *state;
	int fields;
	int i;

	/* Around every place where protobuf-c takes another slab of notes. */
	for (fields = 0; fields < 600; fields++) {
		out->len = 0;
		for (i = 0; i < fields; i++)
			put_text(out, 1, i % 2 == 0 ? "" : "some text");
		(void)foretold(out, LEAF);
	}
}

/* A small generator with a fixed seed: the same cases every time. */
static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static void
what_passes_the_scan_always_decodes(void **state)
{
	static const char start[] =
	    "\x08\x01\x7a\x02hi\x8a\x01\x06\x0a\x04\x0a\x02\x61\x62\xaa\x01\x02"
	    "\x01\x02\xf2\x01\x00\xf2\x01\x04\x0a\x02\x61\x62\x9a\x03\x01x";
	struct out *out = *state;
	uint64_t seed = 20;
	int passed = 0;
	int round;

	for (round = 0; round < 20000; round++) {
		unsigned hits = 1 + next_random(&seed) % 4;

		out->len = 0;
		put(out, start, sizeof(start) - 1);
		while (hits-- > 0)
			out->bytes[next_random(&seed) % out->len] =
			    (uint8_t)next_random(&seed);
		if (scan(out, SAMPLE) != ERR_NONE)
			continue;
		(void)foretold(out, SAMPLE);
		passed++;
	}
	assert_true(passed > 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_message_passes_and_decodes),
		TEST(decoded_message_holds_what_was_written),
		TEST(failed_scan_decodes_nothing),
		TEST(longer_than_allowed_is_refused),
		TEST(every_truncation_of_a_field_is_refused),
		TEST(varint_of_eleven_bytes_is_refused),
		TEST(tag_and_length_of_six_bytes_are_refused),
		TEST(length_beyond_the_end_is_refused),
		TEST(field_number_out_of_range_is_refused),
		TEST(groups_and_unknown_wire_types_are_refused),
		TEST(wrong_wire_type_for_a_field_is_refused),
		TEST(repeated_numbers_may_be_packed_or_not),
		TEST(packed_array_that_does_not_come_out_even_is_refused),
		TEST(unknown_fields_pass_but_not_the_strict_scan),
		TEST(damage_inside_an_unknown_field_is_its_own_affair),
		TEST(number_twice_passes_but_not_the_strict_scan),
		TEST(message_twice_is_refused_unless_repeated),
		TEST(two_members_of_a_oneof_pass_but_not_the_strict_scan),
		TEST(text_must_be_utf8_without_nul_in_the_strict_scan),
		TEST(number_beyond_its_type_passes_but_not_the_strict_scan),
		TEST(nesting_is_counted_from_the_outermost_message),
		TEST(hundred_thousand_levels_are_refused),
		TEST(more_fields_than_allowed_are_refused),
		TEST(bomb_of_empty_messages_is_refused),
		TEST(bomb_of_unknown_fields_is_refused),
		TEST(bomb_of_empty_strings_is_refused),
		TEST(bomb_of_empty_bytes_is_refused),
		TEST(bomb_of_repeated_numbers_is_refused),
		TEST(bomb_of_a_packed_array_is_foretold),
		TEST(bill_is_never_below_what_is_allocated),
		TEST(what_passes_the_scan_always_decodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
