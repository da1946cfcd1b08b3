#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/field.h"

/* Read the only field of ${len} bytes. */
static enum err
read_one(const void *data, size_t len, struct field *ret_field)
{
	struct field_reader reader;

	reader = field_reader((struct bytes){ .data = data, .len = len });
	assert_true(field_more(&reader));
	return field_next(&reader, ret_field);
}

static void
fields_of_every_wire_type_are_read_in_turn(void **state)
{
	static const uint8_t in[] = { 0x08, 0x96, 0x01, 0x11, 1, 2, 3, 4, 5, 6,
		7, 8, 0x1a, 0x02, 'h', 'i', 0x25, 1, 2, 3, 4, 0xf8, 0x07,
		0x00 };
	struct field_reader reader;
	struct field field;

	(void)state;
	reader = field_reader((struct bytes){ .data = in, .len = sizeof(in) });
	assert_int_equal(field_next(&reader, &field), ERR_NONE);
	assert_int_equal(field.number, 1);
	assert_int_equal(field.wire, FIELD_VARINT);
	assert_int_equal(field.value, 150);
	assert_int_equal(field_next(&reader, &field), ERR_NONE);
	assert_int_equal(field.number, 2);
	assert_int_equal(field.wire, FIELD_FIXED64);
	assert_int_equal(field.value, 0x0807060504030201);
	assert_int_equal(field_next(&reader, &field), ERR_NONE);
	assert_int_equal(field.number, 3);
	assert_int_equal(field.wire, FIELD_BYTES);
	assert_int_equal(field.bytes.len, 2);
	assert_ptr_equal(field.bytes.data, in + 14);
	assert_int_equal(field_next(&reader, &field), ERR_NONE);
	assert_int_equal(field.number, 4);
	assert_int_equal(field.wire, FIELD_FIXED32);
	assert_int_equal(field.value, 0x04030201);
	assert_int_equal(field_next(&reader, &field), ERR_NONE);
	assert_int_equal(field.number, 127);
	assert_false(field_more(&reader));
}

static void
no_bytes_are_no_fields(void **state)
{
	struct field_reader reader;

	(void)state;
	reader = field_reader((struct bytes){ .data = NULL, .len = 0 });
	assert_false(field_more(&reader));
}

static void
truncated_fields_are_refused(void **state)
{
	static const uint8_t in[] = { 0x80, 0x08, 0x08, 0x80, 0x11, 1, 2, 3, 4,
		5, 6, 7, 0x1a, 0x02, 'h', 0x25, 1, 2, 3 };

	static const struct {
		size_t at;
		size_t len;
	} cuts[] = { { 0, 1 }, { 1, 1 }, { 2, 2 }, { 4, 8 }, { 4, 1 },
		{ 12, 3 }, { 12, 1 }, { 15, 4 } };
	struct field field;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		assert_int_equal(
		    read_one(in + cuts[i].at, cuts[i].len, &field), ERR_SYNTAX);
}

static void
tags_and_lengths_that_make_no_sense_are_refused(void **state)
{
	struct field field;

	/* Field number 0, groups, wire types 6 and 7. */
	(void)state;
	assert_int_equal(read_one("\x00\x00", 2, &field), ERR_SYNTAX);
	assert_int_equal(read_one("\x0b\x0c", 2, &field), ERR_SYNTAX);
	assert_int_equal(read_one("\x0c", 1, &field), ERR_SYNTAX);
	assert_int_equal(read_one("\x0e\x00", 2, &field), ERR_SYNTAX);
	assert_int_equal(read_one("\x0f\x00", 2, &field), ERR_SYNTAX);

	/* A tag of six bytes, a field number above the greatest. */
	assert_int_equal(
	    read_one("\x88\x80\x80\x80\x80\x00\x01", 7, &field), ERR_SYNTAX);
	assert_int_equal(
	    read_one("\xf8\xff\xff\xff\x1f\x01", 6, &field), ERR_SYNTAX);
	assert_int_equal(
	    read_one("\xf8\xff\xff\xff\x0f\x01", 6, &field), ERR_NONE);

	/* A length far beyond the end, a length of six bytes. */
	assert_int_equal(
	    read_one("\x0a\xff\xff\xff\xff\x7f", 6, &field), ERR_SYNTAX);
	assert_int_equal(
	    read_one("\x0a\x80\x80\x80\x80\x80\x00", 7, &field), ERR_SYNTAX);
}

static void
number_of_ten_bytes_is_read_and_one_of_eleven_is_refused(void **state)
{
	struct field field;

	(void)state;
	assert_int_equal(
	    read_one(
		"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, &field),
	    ERR_NONE);
	assert_int_equal(field.value, UINT64_MAX);
	assert_int_equal(
	    read_one(
		"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 12, &field),
	    ERR_SYNTAX);
}

static void
values_are_taken_as_their_type_or_refused(void **state)
{
	struct field number = { .wire = FIELD_VARINT, .value = 0x100000002 };
	struct field fixed = { .wire = FIELD_FIXED64, .value = 7 };
	struct field text = { .wire = FIELD_BYTES,
		.bytes = { (const uint8_t *)"abc", 3 } };
	struct bytes bytes;
	uint8_t copy[3];
	uint32_t u32;
	uint64_t u64;
	bool flag;

	(void)state;
	assert_int_equal(field_u32(&number, &u32), ERR_NONE);
	assert_int_equal(u32, 2);
	assert_int_equal(field_u64(&number, &u64), ERR_NONE);
	assert_int_equal(u64, 0x100000002);
	assert_int_equal(field_flag(&number, &flag), ERR_NONE);
	assert_true(flag);
	assert_int_equal(field_fixed64(&fixed, &u64), ERR_NONE);
	assert_int_equal(u64, 7);
	assert_int_equal(field_bytes(&text, &bytes), ERR_NONE);
	assert_int_equal(bytes.len, 3);
	assert_int_equal(field_copy(&text, copy, 3), ERR_NONE);
	assert_memory_equal(copy, "abc", 3);

	assert_int_equal(field_u32(&fixed, &u32), ERR_SYNTAX);
	assert_int_equal(field_u64(&text, &u64), ERR_SYNTAX);
	assert_int_equal(field_flag(&text, &flag), ERR_SYNTAX);
	assert_int_equal(field_fixed64(&number, &u64), ERR_SYNTAX);
	assert_int_equal(field_bytes(&number, &bytes), ERR_SYNTAX);
	assert_int_equal(field_copy(&number, copy, 3), ERR_SYNTAX);
	assert_int_equal(field_copy(&text, copy, 2), ERR_SYNTAX);
}

static enum err
add_value(const struct field *field, void *ret)
{
	uint64_t *sum = ret;

	if (field->number == 9)
		return ERR_DENIED;
	*sum += field->value;
	return ERR_NONE;
}

static void
each_field_is_handed_over_until_one_is_refused(void **state)
{
	static const uint8_t in[] = { 0x08, 0x01, 0x10, 0x02, 0x08, 0x04, 0x48,
		0x08, 0x08, 0x10 };
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(
	    field_each((struct bytes){ in, 6 }, 3, add_value, &sum), ERR_NONE);
	assert_int_equal(sum, 7);
	assert_int_equal(
	    field_each((struct bytes){ in, 10 }, 9, add_value, &sum),
	    ERR_DENIED);
	assert_int_equal(sum, 14);
	assert_int_equal(
	    field_each((struct bytes){ in, 5 }, 9, add_value, &sum),
	    ERR_SYNTAX);
	assert_int_equal(
	    field_each((struct bytes){ in, 6 }, 2, add_value, &sum), ERR_LIMIT);
	assert_int_equal(
	    field_each((struct bytes){ NULL, 0 }, 0, add_value, &sum),
	    ERR_NONE);
}

/* Write a message with a message in it. */
static void
write_sample(struct field_writer *writer)
{
	size_t mark;

	field_put_text(writer, 6, NULL);
	field_put_text(writer, 6, "");
	field_put_text(writer, 5, "hi");
	mark = writer->used;
	field_put_nonzero(writer, 2, 0);
	field_put_nonzero(writer, 1, 300);
	field_put_message(writer, 4, mark);
	field_put_bytes(writer, 3, NULL, 0);
	field_put_fixed64(writer, 2, 1);
	field_put_u64(writer, 1, 0);
}

static void
fields_written_backwards_read_forwards(void **state)
{
	static const uint8_t want[] = { 0x08, 0x00, 0x11, 1, 0, 0, 0, 0, 0, 0,
		0, 0x1a, 0x00, 0x22, 0x03, 0x08, 0xac, 0x02, 0x2a, 0x02, 'h',
		'i' };
	struct field_writer count = field_writer(NULL, 0);
	uint8_t buf[sizeof(want)];
	struct field_writer writer = field_writer(buf, sizeof(buf));

	(void)state;
	write_sample(&count);
	assert_int_equal(count.used, sizeof(want));
	assert_false(field_full(&count));
	write_sample(&writer);
	assert_false(field_full(&writer));
	assert_int_equal(writer.used, sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
}

static void
writer_without_room_says_so_and_stays_inside(void **state)
{
	uint8_t buf[30];
	struct field_writer writer;
	size_t size;

	(void)state;
	for (size = 0; size < 22; size++) {
		memset(buf, 0x77, sizeof(buf));
		writer = field_writer(buf + 4, size);
		write_sample(&writer);
		assert_true(field_full(&writer));
		assert_int_equal(writer.used, 22);
		assert_memory_equal(buf, "\x77\x77\x77\x77", 4);
		assert_int_equal(buf[4 + size], 0x77);
	}
}

static void
finished_fields_stand_at_the_start_of_the_buffer(void **state)
{
	uint8_t buf[8];
	struct field_writer writer = field_writer(buf, sizeof(buf));
	size_t len = 99;

	(void)state;
	field_put_u64(&writer, 1, 5);
	assert_int_equal(field_finish(&writer, &len), ERR_NONE);
	assert_int_equal(len, 2);
	assert_memory_equal(buf, "\x08\x05", 2);
	writer.size = 1;
	len = 99;
	assert_int_equal(field_finish(&writer, &len), ERR_SIZE);
	assert_int_equal(len, 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_every_wire_type_are_read_in_turn),
		cmocka_unit_test(no_bytes_are_no_fields),
		cmocka_unit_test(truncated_fields_are_refused),
		cmocka_unit_test(
		    tags_and_lengths_that_make_no_sense_are_refused),
		cmocka_unit_test(
		    number_of_ten_bytes_is_read_and_one_of_eleven_is_refused),
		cmocka_unit_test(values_are_taken_as_their_type_or_refused),
		cmocka_unit_test(
		    each_field_is_handed_over_until_one_is_refused),
		cmocka_unit_test(
		    finished_fields_stand_at_the_start_of_the_buffer),
		cmocka_unit_test(fields_written_backwards_read_forwards),
		cmocka_unit_test(writer_without_room_says_so_and_stays_inside),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
