#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/invite.h"

struct fixture {
	struct crypto_key inviter;
	struct crypto_key newcomer;
	struct invite invite;
	char line[INVITE_LINE_MAX + 1];
	struct invite out;
};

static int
setup(void **state)
{
	static const uint8_t seed[SEED_LEN] = { 0x01 };
	static const uint8_t other_seed[SEED_LEN] = { 0x02 };
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	crypto_key_from_seed(seed, &f->inviter);
	crypto_key_from_seed(other_seed, &f->newcomer);
	(void)strcpy(f->invite.address, "erfa.viborg.example:7411");
	memcpy(f->invite.inviter, f->inviter.public_key, KEY_LEN);
	memset(f->invite.secret, 0x5a, INVITE_SECRET_LEN);
	invite_print(&f->invite, f->line);
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static void
printed_line_reads_back_the_same(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(strlen(f->line), strlen(f->invite.address) + 73);
	assert_int_equal(invite_parse(f->line, &f->out), ERR_NONE);
	assert_string_equal(f->out.address, f->invite.address);
	assert_memory_equal(f->out.inviter, f->invite.inviter, KEY_LEN);
	assert_memory_equal(f->out.secret, f->invite.secret, INVITE_SECRET_LEN);
}

static void
line_is_read_in_either_case_and_with_white_space_around(void **state)
{
	struct fixture *f = *state;
	char line[INVITE_LINE_MAX + 10] = " \t\n";
	size_t i;

	(void)strcat(line, f->line);
	(void)strcat(line, " \r\n");
	for (i = 0; line[i] != '\0'; i++)
		if (line[i] >= 'a' && line[i] <= 'z')
			line[i] = (char)(line[i] - 'a' + 'A');
	assert_int_equal(invite_parse(line, &f->out), ERR_NONE);
	assert_string_equal(f->out.address, f->invite.address);
}

static void
address_is_printed_in_lower_case(void **state)
{
	struct fixture *f = *state;
	char line[INVITE_LINE_MAX + 1];

	(void)strcpy(f->invite.address, "Erfa.Viborg.Example:7411");
	invite_print(&f->invite, line);
	assert_string_equal(line, f->line);
}

static void
ipv6_and_longest_addresses_read_back(void **state)
{
	struct fixture *f = *state;

	(void)strcpy(f->invite.address, "[2001:db8::1]:7411");
	invite_print(&f->invite, f->line);
	assert_int_equal(invite_parse(f->line, &f->out), ERR_NONE);
	assert_string_equal(f->out.address, "[2001:db8::1]:7411");

	memset(f->invite.address, 'a', 255);
	(void)strcpy(f->invite.address + 255, ":65535");
	invite_print(&f->invite, f->line);
	assert_int_equal(strlen(f->line), INVITE_LINE_MAX);
	assert_int_equal(invite_parse(f->line, &f->out), ERR_NONE);
	assert_string_equal(f->out.address, f->invite.address);
}

static void
addresses_are_host_and_port(void **state)
{
	static const char *const bad[] = { "", ":", ":7411", "host",
		"host:", "host:0", "host:07411", "host:65536",
		"host:99999999999", "host:74a1", "host:-1", "ho st:7411",
		"ho/st:7411", "h\xc3\xb8st:7411", "::1:7411", "[]:7411",
		"[::1:7411", "::1]:7411", "[::g]:7411", "[::1]7411",
		"tcp://host:7411", "user@host:7411", "ho:st:7411" };
	size_t i;

	(void)state;
	assert_true(invite_address_valid("host:1"));
	assert_true(invite_address_valid("127.0.0.1:65535"));
	assert_true(invite_address_valid("[::1]:7411"));
	assert_true(invite_address_valid("[::ffff:10.0.0.1]:7411"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(invite_address_valid(bad[i]));
}

static void
line_without_an_address_is_refused(void **state)
{
	struct fixture *f = *state;
	char line[INVITE_LINE_MAX + 10];

	assert_int_equal(invite_parse("", &f->out), ERR_SYNTAX);
	assert_int_equal(invite_parse("  \n", &f->out), ERR_SYNTAX);
	assert_int_equal(
	    invite_parse(strchr(f->line, '/'), &f->out), ERR_SYNTAX);
	assert_int_equal(
	    invite_parse(strchr(f->line, '/') + 1, &f->out), ERR_SYNTAX);
	assert_int_equal(invite_parse("host:7411", &f->out), ERR_SYNTAX);

	/* A host of 256 characters. */
	memset(line, 'a', 256);
	(void)strcpy(line + 256, ":7411/");
	assert_int_equal(invite_parse(line, &f->out), ERR_SYNTAX);
}

static void
line_of_another_length_says_what_is_missing(void **state)
{
	struct fixture *f = *state;
	char line[INVITE_LINE_MAX + 10];

	assert_int_equal(invite_missing(f->line), 0);
	(void)strcpy(line, f->line);
	line[strlen(line) - 3] = '\0';
	assert_int_equal(invite_parse(line, &f->out), ERR_SIZE);
	assert_int_equal(invite_missing(line), 3);
	(void)strcat(line, "12345\n");
	assert_int_equal(invite_parse(line, &f->out), ERR_SIZE);
	assert_int_equal(invite_missing(line), -2);
	assert_int_equal(invite_missing("host:7411/"), 72);
	assert_int_equal(invite_missing("host:7411"), 72);
}

static void
line_with_a_character_outside_base32_is_refused(void **state)
{
	struct fixture *f = *state;

	f->line[strlen(f->line) - 5] = 'u';
	assert_int_equal(invite_parse(f->line, &f->out), ERR_SYNTAX);
	f->line[strlen(f->line) - 5] = '-';
	assert_int_equal(invite_parse(f->line, &f->out), ERR_SYNTAX);
}

static void
line_of_another_version_is_refused(void **state)
{
	struct fixture *f = *state;
	char *first = strchr(f->line, '/') + 1;

	/* The first byte is 0x01: "0", then the upper bits of "4..7". */
	assert_int_equal(first[0], '0');
	first[0] = '1';
	assert_int_equal(invite_parse(f->line, &f->out), ERR_VERSION);
}

static void
line_with_one_character_changed_is_refused(void **state)
{
	struct fixture *f = *state;
	char *part = strchr(f->line, '/') + 1;
	int found = 0;
	size_t i;
	char kept;

	for (i = 2; i < INVITE_CHARS; i++) {
		kept = part[i];
		part[i] = kept == '7' ? '8' : '7';
		if (invite_parse(f->line, &f->out) == ERR_CHAIN)
			found++;
		part[i] = kept;
	}
	assert_int_equal(found, INVITE_CHARS - 2);

	/* The address is covered too. */
	f->line[0] = 'f';
	assert_int_equal(invite_parse(f->line, &f->out), ERR_CHAIN);
}

static void
refused_line_leaves_the_result_alone(void **state)
{
	struct fixture *f = *state;

	(void)strcpy(f->out.address, "kept");
	f->line[strlen(f->line) - 1] ^= 1;
	assert_int_not_equal(invite_parse(f->line, &f->out), ERR_NONE);
	assert_string_equal(f->out.address, "kept");
}

static void
join_key_is_the_same_on_both_sides(void **state)
{
	struct fixture *f = *state;
	uint8_t public_a[KEY_LEN];
	uint8_t public_b[KEY_LEN];
	uint8_t secret[KEY_LEN];

	invite_join_key(&f->invite, public_a, secret);
	crypto_curve_base(secret, public_b);
	assert_memory_equal(public_a, public_b, KEY_LEN);
	assert_int_equal(invite_parse(f->line, &f->out), ERR_NONE);
	invite_join_key(&f->out, public_b, secret);
	assert_memory_equal(public_a, public_b, KEY_LEN);

	/* Another secret is another key. */
	f->out.secret[9] ^= 1;
	invite_join_key(&f->out, public_b, secret);
	assert_memory_not_equal(public_a, public_b, KEY_LEN);
}

static void
join_signature_holds_for_this_invitation_alone(void **state)
{
	struct fixture *f = *state;
	const uint8_t *inviter = f->inviter.public_key;
	const uint8_t *newcomer = f->newcomer.public_key;
	uint8_t join_public[KEY_LEN];
	uint8_t join_secret[KEY_LEN];
	uint8_t sig[SIG_LEN];

	invite_join_key(&f->invite, join_public, join_secret);
	invite_join_sign(&f->newcomer, inviter, join_public, sig);
	assert_true(invite_join_verify(newcomer, inviter, join_public, sig));
	assert_false(invite_join_verify(inviter, inviter, join_public, sig));
	assert_false(invite_join_verify(newcomer, newcomer, join_public, sig));
	join_public[0] ^= 1;
	assert_false(invite_join_verify(newcomer, inviter, join_public, sig));
}

static void
check_number_is_six_groups_of_four_digits(void **state)
{
	struct fixture *f = *state;
	char number[INVITE_CHECK_LEN + 1];
	char other[INVITE_CHECK_LEN + 1];
	size_t i;

	invite_check_number(f->inviter.curve_public, number);
	assert_int_equal(strlen(number), INVITE_CHECK_LEN);
	for (i = 0; i < INVITE_CHECK_LEN; i++) {
		if (i % 5 == 4)
			assert_int_equal(number[i], ' ');
		else
			assert_true(number[i] >= '0' && number[i] <= '9');
	}
	invite_check_number(f->newcomer.curve_public, other);
	assert_string_not_equal(number, other);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(printed_line_reads_back_the_same),
		T(line_is_read_in_either_case_and_with_white_space_around),
		T(address_is_printed_in_lower_case),
		T(ipv6_and_longest_addresses_read_back),
		T(addresses_are_host_and_port),
		T(line_without_an_address_is_refused),
		T(line_of_another_length_says_what_is_missing),
		T(line_with_a_character_outside_base32_is_refused),
		T(line_of_another_version_is_refused),
		T(line_with_one_character_changed_is_refused),
		T(refused_line_leaves_the_result_alone),
		T(join_key_is_the_same_on_both_sides),
		T(join_signature_holds_for_this_invitation_alone),
		T(check_number_is_six_groups_of_four_digits),
	};

	return cmocka_run_group_tests_name("invite", tests, NULL, NULL);
}
