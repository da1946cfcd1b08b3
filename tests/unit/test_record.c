#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/record.h"

static const uint8_t record[RECORD_LEN] = { 0x00, 0x44, 0x32, 0x14, 0xc7, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static int
setup(void **state)
{
	(void)state;
	return crypto_init() == ERR_NONE ? 0 : -1;
}

static void
id_is_printed_whole_or_in_its_first_characters(void **state)
{
	char text[RECORD_ID_CHARS + 1];

	(void)state;
	record_print("dk-791", record, RECORD_CHARS, text);
	assert_string_equal(text, "dk-791/01234567zzzzzzzzzzzzzzzzzw");
	record_print("dk-791", record, RECORD_SHOWN, text);
	assert_string_equal(text, "dk-791/01234567");
	record_print("dk-791", record, 1, text);
	assert_string_equal(text, "dk-791/0");
	record_print("abcdefghijklmnopqrstuvwxyz012345", record, 99, text);
	assert_int_equal(strlen(text), RECORD_ID_CHARS);
}

static void
whole_id_reads_back_the_same(void **state)
{
	char text[RECORD_ID_CHARS + 1];
	char org[ORG_MAX + 1];
	uint8_t out[RECORD_LEN];

	(void)state;
	record_print("dk-791", record, RECORD_CHARS, text);
	assert_int_equal(record_parse_full(text, org, out), ERR_NONE);
	assert_string_equal(org, "dk-791");
	assert_memory_equal(out, record, RECORD_LEN);
}

static void
prefix_is_read_as_typed_by_people(void **state)
{
	struct record_id id;

	(void)state;
	assert_int_equal(record_parse("dk-791/k7m2", &id), ERR_NONE);
	assert_string_equal(id.org, "dk-791");
	assert_string_equal(id.part, "k7m2");
	assert_int_equal(record_parse("791/K7", &id), ERR_NONE);
	assert_string_equal(id.org, "791");
	assert_string_equal(id.part, "k7");
	assert_int_equal(record_parse("DK-791/OIL", &id), ERR_NONE);
	assert_string_equal(id.org, "dk-791");
	assert_string_equal(id.part, "011");
}

static void
text_that_is_no_id_is_refused(void **state)
{
	static const char *const bad[] = { "", "/", "dk-791", "dk-791/", "/k7",
		"dk-791/k7/m2", "dk-791/u", "dk-791/k7 ", "dk_791/k7",
		" dk-791/k7", "dk-791/k-7",
		"dk-791/01234567zzzzzzzzzzzzzzzzzw0",
		"abcdefghijklmnopqrstuvwxyz0123456/k7", "k\xc3\xb8/k7" };
	struct record_id id = { .org = "kept" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(record_parse(bad[i], &id), ERR_SYNTAX);
	assert_string_equal(id.org, "kept");
}

static void
whole_id_is_not_read_from_less(void **state)
{
	static const char *const bad[] = { "dk-791/01234567",
		"d/01234567zzzzzzzzzzzzzzzzzw", "01234567zzzzzzzzzzzzzzzzzw",
		"dk-791/01234567zzzzzzzzzzzzzzzzzz" };
	char org[ORG_MAX + 1] = "kept";
	uint8_t out[RECORD_LEN];
	size_t i;

	/* The last has bits set that no record has. */
	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    record_parse_full(bad[i], org, out), ERR_SYNTAX);
	assert_string_equal(org, "kept");
}

static void
import_draws_the_same_record_for_the_same_name(void **state)
{
	uint8_t want[HASH_LEN];
	uint8_t a[RECORD_LEN];
	uint8_t b[RECORD_LEN];

	(void)state;
	record_import("trial", "dk-1", a);
	crypto_h("trial\0dk-1", 10, want);
	assert_memory_equal(a, want, RECORD_LEN);
	record_import("trial", "dk-2", b);
	assert_memory_not_equal(a, b, RECORD_LEN);
	record_import("round", "dk-1", b);
	assert_memory_not_equal(a, b, RECORD_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    id_is_printed_whole_or_in_its_first_characters),
		cmocka_unit_test(whole_id_reads_back_the_same),
		cmocka_unit_test(prefix_is_read_as_typed_by_people),
		cmocka_unit_test(text_that_is_no_id_is_refused),
		cmocka_unit_test(whole_id_is_not_read_from_less),
		cmocka_unit_test(
		    import_draws_the_same_record_for_the_same_name),
	};

	return cmocka_run_group_tests_name("record", tests, setup, NULL);
}
