#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/backup.h"

#define SEALED (BACKUP_PIECE + CRYPTO_STREAM_EXTRA)

static uint8_t secret[KEY_LEN] = "thirty-two bytes of a secret key";
static uint8_t other[KEY_LEN] = "THIRTY-two bytes of a secret key";

static int
setup(void **state)
{
	(void)state;
	return crypto_init() == ERR_NONE ? 0 : -1;
}

/* Seal a header and two pieces, the last of ${len} bytes. */
static void
seal(uint8_t header[BACKUP_HEADER_LEN], uint8_t *first, uint8_t *last,
    size_t len, uint8_t ret_key[KEY_LEN])
{
	static uint8_t piece[BACKUP_PIECE];
	struct backup_stream stream;
	uint8_t curve[KEY_LEN];

	memset(piece, 7, sizeof(piece));
	crypto_curve_base(secret, curve);
	assert_int_equal(
	    backup_seal_begin(&stream, curve, ret_key, header), ERR_NONE);
	backup_seal(&stream, false, piece, BACKUP_PIECE, first);
	backup_seal(&stream, true, piece, len, last);
}

/* ---- recipients ---- */

static void
a_recipient_is_text_and_back(void **state)
{
	char text[BACKUP_RECIPIENT_CHARS + 1];
	uint8_t curve[KEY_LEN];
	uint8_t key[KEY_LEN];

	(void)state;
	crypto_curve_base(secret, curve);
	backup_recipient(secret, text);
	assert_int_equal(strlen(text), BACKUP_RECIPIENT_CHARS);
	assert_memory_equal(text, "eb", 2);
	assert_int_equal(backup_recipient_parse(text, key), ERR_NONE);
	assert_memory_equal(key, curve, KEY_LEN);
}

static void
a_slip_in_a_recipient_is_noticed(void **state)
{
	char text[BACKUP_RECIPIENT_CHARS + 2];
	uint8_t key[KEY_LEN];
	char kept;
	size_t i;

	(void)state;
	backup_recipient(secret, text);
	for (i = 0; i < BACKUP_RECIPIENT_CHARS; i++) {
		kept = text[i];
		text[i] = kept == 'x' ? 'y' : 'x';
		assert_int_equal(backup_recipient_parse(text, key), ERR_SYNTAX);
		text[i] = kept;
	}
	text[BACKUP_RECIPIENT_CHARS - 1] = '\0';
	assert_int_equal(backup_recipient_parse(text, key), ERR_SYNTAX);
	assert_int_equal(backup_recipient_parse("", key), ERR_SYNTAX);
	assert_int_equal(backup_recipient_parse("eb", key), ERR_SYNTAX);
}

/* ---- sealing ---- */

static void
what_is_sealed_can_be_opened(void **state)
{
	uint8_t header[BACKUP_HEADER_LEN];
	uint8_t *buf = malloc(3 * SEALED);
	struct backup_stream stream;
	uint8_t key[KEY_LEN];
	bool last = true;
	unsigned round;

	(void)state;
	assert_non_null(buf);
	seal(header, buf, buf + SEALED, 5, key);
	for (round = 0; round < 2; round++) {
		assert_int_equal(round == 0 ?
			backup_open_begin(&stream, secret, header) :
			backup_reopen_begin(&stream, key, header),
		    ERR_NONE);
		assert_int_equal(
		    backup_open(&stream, buf, SEALED, buf + 2 * SEALED, &last),
		    ERR_NONE);
		assert_false(last);
		assert_int_equal(buf[2 * SEALED], 7);
		assert_int_equal(
		    backup_open(&stream, buf + SEALED, 5 + CRYPTO_STREAM_EXTRA,
			buf + 2 * SEALED, &last),
		    ERR_NONE);
		assert_true(last);
	}
	free(buf);
}

static void
every_byte_of_the_header_counts(void **state)
{
	uint8_t header[BACKUP_HEADER_LEN];
	uint8_t *buf = malloc(3 * SEALED);
	struct backup_stream stream;
	uint8_t key[KEY_LEN];
	bool last;
	size_t i;
	enum err err;

	(void)state;
	assert_non_null(buf);
	seal(header, buf, buf + SEALED, 5, key);
	for (i = 0; i < sizeof(header); i++) {
		header[i] ^= 1;
		err = backup_open_begin(&stream, secret, header);
		if (i < DOMAIN_LEN)
			assert_int_equal(err, ERR_SYNTAX);
		else if (i < DOMAIN_LEN + 4)
			assert_int_equal(err, ERR_VERSION);
		else if (i < DOMAIN_LEN + 4 + KEY_LEN)
			assert_int_equal(err, ERR_DENIED);
		else if (err == ERR_NONE)
			assert_int_equal(backup_open(&stream, buf, SEALED,
					     buf + 2 * SEALED, &last),
			    ERR_DAMAGED);
		else
			assert_int_equal(err, ERR_DAMAGED);
		header[i] ^= 1;
	}
	free(buf);
}

static void
another_key_opens_nothing(void **state)
{
	uint8_t header[BACKUP_HEADER_LEN];
	uint8_t *buf = malloc(3 * SEALED);
	struct backup_stream stream;
	uint8_t key[KEY_LEN];
	bool last;

	(void)state;
	assert_non_null(buf);
	seal(header, buf, buf + SEALED, 5, key);
	assert_int_equal(backup_open_begin(&stream, other, header), ERR_DENIED);
	assert_int_equal(backup_reopen_begin(&stream, other, header), ERR_NONE);
	assert_int_equal(
	    backup_open(&stream, buf, SEALED, buf + 2 * SEALED, &last),
	    ERR_DAMAGED);
	memset(key, 0, sizeof(key));
	assert_int_equal(backup_seal_begin(&stream, key, key, header), ERR_SIG);
	free(buf);
}

static void
pieces_that_are_changed_or_swapped_do_not_open(void **state)
{
	uint8_t header[BACKUP_HEADER_LEN];
	uint8_t *buf = malloc(3 * SEALED);
	struct backup_stream stream;
	uint8_t key[KEY_LEN];
	bool last;

	(void)state;
	assert_non_null(buf);
	seal(header, buf, buf + SEALED, BACKUP_PIECE, key);
	assert_int_equal(backup_open_begin(&stream, secret, header), ERR_NONE);
	assert_int_equal(
	    backup_open(&stream, buf + SEALED, SEALED, buf + 2 * SEALED, &last),
	    ERR_DAMAGED);
	assert_int_equal(backup_open_begin(&stream, secret, header), ERR_NONE);
	buf[SEALED / 2] ^= 1;
	assert_int_equal(
	    backup_open(&stream, buf, SEALED, buf + 2 * SEALED, &last),
	    ERR_DAMAGED);
	assert_int_equal(
	    backup_open(&stream, buf, SEALED - 1, buf + 2 * SEALED, &last),
	    ERR_DAMAGED);
	assert_int_equal(backup_open(&stream, buf, CRYPTO_STREAM_EXTRA - 1,
			     buf + 2 * SEALED, &last),
	    ERR_SIZE);
	assert_int_equal(
	    backup_open(&stream, buf, SEALED + 1, buf + 2 * SEALED, &last),
	    ERR_SIZE);
	free(buf);
}

/* ---- parts ---- */

static void
a_lead_is_read_back(void **state)
{
	char name[BACKUP_NAME_MAX + 1];
	uint8_t lead[BACKUP_LEAD_MAX];
	uint64_t size;
	size_t used;
	size_t len;
	size_t i;

	(void)state;
	assert_int_equal(
	    backup_lead("state/keys", 1048576, lead, &len), ERR_NONE);
	for (i = 0; i < len; i++)
		assert_int_equal(
		    backup_lead_parse(lead, i, name, &size, &used), ERR_GAP);
	assert_int_equal(
	    backup_lead_parse(lead, len, name, &size, &used), ERR_NONE);
	assert_string_equal(name, "state/keys");
	assert_int_equal(size, 1048576);
	assert_int_equal(used, len);
	assert_int_equal(backup_lead("", 1, lead, &len), ERR_SIZE);
}

static void
names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const bad[] = { "", "state", "state/", "/etc/passwd",
		"../node.key", "conf.d/", "conf.d/../x", "conf.d/.x",
		"conf.d/a/b", "state/../node.key", "state/LOCK", "node.key ",
		"conf.d/a b", "state/node.key.6" };
	static const char *const good[] = { "state/main.mdb", "state/keys",
		"node.key", "erfad.conf", "conf.d/10-site.conf", "manifest",
		"state/node.key.next", "state/node.key.old", "state/node.key.1",
		"state/node.key.5" };
	char name[BACKUP_NAME_MAX + 1];
	uint8_t lead[BACKUP_LEAD_MAX];
	uint64_t size;
	size_t used;
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(backup_name_valid(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(backup_name_valid(bad[i]));
		if (backup_lead(bad[i], 1, lead, &len) == ERR_NONE)
			assert_int_equal(
			    backup_lead_parse(lead, len, name, &size, &used),
			    ERR_SYNTAX);
	}
	memset(lead, 0, sizeof(lead));
	assert_int_equal(
	    backup_lead_parse(lead, sizeof(lead), name, &size, &used),
	    ERR_SYNTAX);
	memset(lead, 0xff, 4);
	assert_int_equal(
	    backup_lead_parse(lead, sizeof(lead), name, &size, &used),
	    ERR_SYNTAX);
}

/* ---- what it says of itself ---- */

static void
manifest_of(const struct crypto_key *key, uint32_t version, uint8_t **ret_data,
    size_t *ret_len)
{
	Erfa__BackupManifest manifest = ERFA__BACKUP_MANIFEST__INIT;
	char hex[2 * KEY_LEN + 1];
	char org[] = "dk-791";
	size_t i;

	for (i = 0; i < KEY_LEN; i++) {
		hex[2 * i] = "0123456789abcdef"[key->public_key[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[key->public_key[i] & 15];
	}
	hex[sizeof(hex) - 1] = '\0';
	manifest.has_version = 1;
	manifest.version = version;
	manifest.key = hex;
	manifest.org = org;
	assert_int_equal(
	    backup_manifest_seal(key, &manifest, ret_data, ret_len), ERR_NONE);
}

static void
a_manifest_is_signed_by_whom_it_names(void **state)
{
	Erfa__BackupManifest *manifest = NULL;
	struct crypto_key key;
	struct crypto_key wrong;
	uint8_t *data = NULL;
	size_t len;
	size_t i;

	(void)state;
	crypto_key_from_seed(secret, &key);
	crypto_key_from_seed(other, &wrong);
	manifest_of(&key, BACKUP_VERSION, &data, &len);
	assert_int_equal(backup_manifest_open(data, len, &manifest), ERR_NONE);
	assert_string_equal(manifest->org, "dk-791");
	backup_manifest_free(manifest);
	for (i = 0; i < len; i++) {
		data[i] ^= 1;
		assert_int_equal(
		    backup_manifest_open(data, len, &manifest), ERR_SIG);
		data[i] ^= 1;
	}
	assert_int_equal(
	    backup_manifest_open(data, KEY_LEN + SIG_LEN, &manifest), ERR_SIZE);
	assert_int_equal(
	    backup_manifest_open(data, BACKUP_MANIFEST_MAX + 1, &manifest),
	    ERR_SIZE);
	free(data);

	/* Signed, but in the name of another. */
	memcpy(wrong.public_key, key.public_key, KEY_LEN);
	manifest_of(&wrong, BACKUP_VERSION, &data, &len);
	assert_int_equal(backup_manifest_open(data, len, &manifest), ERR_SIG);
	free(data);
	backup_manifest_free(NULL);
}

static void
a_newer_manifest_is_refused_as_such(void **state)
{
	Erfa__BackupManifest *manifest = NULL;
	struct crypto_key key;
	uint8_t *data = NULL;
	size_t len;

	(void)state;
	crypto_key_from_seed(secret, &key);
	manifest_of(&key, BACKUP_VERSION + 1, &data, &len);
	assert_int_equal(
	    backup_manifest_open(data, len, &manifest), ERR_VERSION);
	free(data);
}

static void
bytes_that_are_no_manifest_are_refused(void **state)
{
	uint8_t data[KEY_LEN + SIG_LEN + 3];
	uint8_t message[DOMAIN_LEN + HASH_LEN];
	Erfa__BackupManifest *manifest = NULL;
	struct crypto_key key;

	(void)state;
	crypto_key_from_seed(secret, &key);
	memset(data, 0xff, sizeof(data));
	memcpy(data, key.public_key, KEY_LEN);
	crypto_pad16("erfa/1/backup", message);
	crypto_h(data + KEY_LEN + SIG_LEN, 3, message + DOMAIN_LEN);
	crypto_sign_with(key.secret, message, sizeof(message), data + KEY_LEN);
	assert_int_equal(
	    backup_manifest_open(data, sizeof(data), &manifest), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recipient_is_text_and_back),
		cmocka_unit_test(a_slip_in_a_recipient_is_noticed),
		cmocka_unit_test(what_is_sealed_can_be_opened),
		cmocka_unit_test(every_byte_of_the_header_counts),
		cmocka_unit_test(another_key_opens_nothing),
		cmocka_unit_test(
		    pieces_that_are_changed_or_swapped_do_not_open),
		cmocka_unit_test(a_lead_is_read_back),
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(a_manifest_is_signed_by_whom_it_names),
		cmocka_unit_test(a_newer_manifest_is_refused_as_such),
		cmocka_unit_test(bytes_that_are_no_manifest_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
