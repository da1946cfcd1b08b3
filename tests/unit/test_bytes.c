#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/bytes.h"

static const uint8_t ramp[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
	0x08 };

static void
integers_stand_in_the_order_their_name_says(void **state)
{
	static const uint8_t le32[] = { 0x04, 0x03, 0x02, 0x01 };
	static const uint8_t le64[] = { 0x08, 0x07, 0x06, 0x05, 0x04, 0x03,
		0x02, 0x01 };
	uint8_t out[8];

	(void)state;
	bytes_put_le32(out, 0x01020304);
	assert_memory_equal(out, le32, sizeof(le32));
	bytes_put_le64(out, 0x0102030405060708);
	assert_memory_equal(out, le64, sizeof(le64));
	bytes_put_be64(out, 0x0102030405060708);
	assert_memory_equal(out, ramp, sizeof(ramp));
}

static void
integers_read_back_the_same(void **state)
{
	uint8_t out[8];

	(void)state;
	bytes_put_le32(out, 0xfedcba98);
	assert_int_equal(bytes_get_le32(out), 0xfedcba98);
	bytes_put_le64(out, UINT64_MAX - 1);
	assert_int_equal(bytes_get_le64(out), UINT64_MAX - 1);
	bytes_put_be64(out, UINT64_MAX - 2);
	assert_int_equal(bytes_get_be64(out), UINT64_MAX - 2);
	assert_int_equal(bytes_get_be32(ramp), 0x01020304);
}

static void
bytes_are_equal_when_length_and_content_are(void **state)
{
	static const uint8_t copy[] = { 0x01, 0x02, 0x03 };
	struct bytes three = { .data = ramp, .len = 3 };

	(void)state;
	assert_true(bytes_equal(three, (struct bytes){ copy, 3 }));
	assert_false(bytes_equal(three, (struct bytes){ copy, 2 }));
	assert_false(bytes_equal(three, (struct bytes){ ramp + 1, 3 }));
	assert_true(
	    bytes_equal((struct bytes){ NULL, 0 }, (struct bytes){ ramp, 0 }));
}

static void
hex_is_written_lower_case_and_read_in_either(void **state)
{
	static const uint8_t in[] = { 0x00, 0xab, 0xff };
	uint8_t out[3];
	char text[7];

	(void)state;
	bytes_hex(in, sizeof(in), text);
	assert_string_equal(text, "00abff");
	assert_int_equal(bytes_unhex("00aBFf", out, 3), ERR_NONE);
	assert_memory_equal(out, in, sizeof(in));
	bytes_hex(in, 0, text);
	assert_string_equal(text, "");
	assert_int_equal(bytes_unhex("", out, 0), ERR_NONE);
}

static void
hex_of_another_length_is_refused(void **state)
{
	uint8_t out[2] = { 0x77, 0x77 };

	(void)state;
	assert_int_equal(bytes_unhex("001", out, 2), ERR_SIZE);
	assert_int_equal(bytes_unhex("00112", out, 2), ERR_SIZE);
	assert_int_equal(bytes_unhex("", out, 2), ERR_SIZE);
	assert_int_equal(out[0], 0x77);
}

static void
hex_with_a_foreign_character_is_refused_and_writes_nothing(void **state)
{
	uint8_t out[2] = { 0x77, 0x77 };

	(void)state;
	assert_int_equal(bytes_unhex("001g", out, 2), ERR_SYNTAX);
	assert_int_equal(bytes_unhex("00 1", out, 2), ERR_SYNTAX);
	assert_int_equal(bytes_unhex("0x11", out, 2), ERR_SYNTAX);
	assert_int_equal(out[0], 0x77);
	assert_int_equal(out[1], 0x77);
}

static void
base32_puts_the_first_bit_first_and_fills_with_zeros(void **state)
{
	static const uint8_t five[] = { 0x00, 0x44, 0x32, 0x14, 0xc7 };
	static const uint8_t ones[] = { 0xff, 0xff, 0xff, 0xff, 0xff };
	char text[9];

	(void)state;
	bytes_base32(five, 5, text);
	assert_string_equal(text, "01234567");
	bytes_base32(ones, 5, text);
	assert_string_equal(text, "zzzzzzzz");
	bytes_base32(ones, 1, text);
	assert_string_equal(text, "zw");
	bytes_base32(ones, 2, text);
	assert_string_equal(text, "zzzg");
	bytes_base32(ones, 0, text);
	assert_string_equal(text, "");
}

static void
base32_of_every_length_reads_back(void **state)
{
	uint8_t in[45];
	uint8_t out[45];
	char text[BYTES_BASE32_CHARS(45) + 1];
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(in); len++)
		in[len] = (uint8_t)(len * 89 + 7);
	for (len = 0; len <= sizeof(in); len++) {
		bytes_base32(in, len, text);
		assert_int_equal(strlen(text), BYTES_BASE32_CHARS(len));
		memset(out, 0, sizeof(out));
		assert_int_equal(
		    bytes_unbase32(text, strlen(text), out, len), ERR_NONE);
		assert_memory_equal(out, in, len);
	}
}

static void
base32_reads_what_people_write_for_a_digit(void **state)
{
	uint8_t plain[5];
	uint8_t alike[5];

	(void)state;
	assert_int_equal(bytes_unbase32("0011100z", 8, plain, 5), ERR_NONE);
	assert_int_equal(bytes_unbase32("oOiLl0OZ", 8, alike, 5), ERR_NONE);
	assert_memory_equal(plain, alike, 5);
}

static void
base32_of_another_length_is_refused(void **state)
{
	uint8_t out[5] = { 0x77 };

	(void)state;
	assert_int_equal(bytes_unbase32("0000000", 7, out, 5), ERR_SIZE);
	assert_int_equal(bytes_unbase32("000000000", 9, out, 5), ERR_SIZE);
	assert_int_equal(bytes_unbase32("", 0, out, 5), ERR_SIZE);
	assert_int_equal(out[0], 0x77);
}

static void
base32_outside_the_alphabet_is_refused_and_writes_nothing(void **state)
{
	uint8_t out[5] = { 0x77 };

	(void)state;
	assert_int_equal(bytes_unbase32("0000000u", 8, out, 5), ERR_SYNTAX);
	assert_int_equal(bytes_unbase32("0000-000", 8, out, 5), ERR_SYNTAX);
	assert_int_equal(bytes_unbase32("000\0"
					"0000",
			     8, out, 5),
	    ERR_SYNTAX);
	assert_int_equal(
	    bytes_unbase32("000000\xc3\xb8", 8, out, 5), ERR_SYNTAX);
	assert_int_equal(out[0], 0x77);
}

static void
base32_with_fill_bits_set_is_refused(void **state)
{
	uint8_t out[1];

	(void)state;
	assert_int_equal(bytes_unbase32("zw", 2, out, 1), ERR_NONE);
	assert_int_equal(bytes_unbase32("zx", 2, out, 1), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_stand_in_the_order_their_name_says),
		cmocka_unit_test(integers_read_back_the_same),
		cmocka_unit_test(bytes_are_equal_when_length_and_content_are),
		cmocka_unit_test(hex_is_written_lower_case_and_read_in_either),
		cmocka_unit_test(hex_of_another_length_is_refused),
		cmocka_unit_test(
		    hex_with_a_foreign_character_is_refused_and_writes_nothing),
		cmocka_unit_test(
		    base32_puts_the_first_bit_first_and_fills_with_zeros),
		cmocka_unit_test(base32_of_every_length_reads_back),
		cmocka_unit_test(base32_reads_what_people_write_for_a_digit),
		cmocka_unit_test(base32_of_another_length_is_refused),
		cmocka_unit_test(
		    base32_outside_the_alphabet_is_refused_and_writes_nothing),
		cmocka_unit_test(base32_with_fill_bits_set_is_refused),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
