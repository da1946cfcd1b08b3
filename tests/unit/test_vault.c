#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/backup.h"
#include "proto/bytes.h"
#include "proto/crypto.h"
#include "client/vault.h"
#include "tests/unit/scratch.h"

#define BIG 200000 /* bytes of a part: more than three pieces */

/* How often the disk was waited for.  This fsync() is the one that is linked. */
static unsigned synced;

int
fsync(int fd)
{
	synced++;
	return fdatasync(fd);
}

struct fixture {
	char *dir;
	char *path;
	uint8_t secret[KEY_LEN];
	uint8_t curve[KEY_LEN];
	struct crypto_key key;
	uint8_t *big;
	struct vault *vault;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	size_t i;

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "b")) == NULL ||
	    (f->big = malloc(BIG)) == NULL)
		return -1;
	for (i = 0; i < BIG; i++)
		f->big[i] = (uint8_t)(i * 7 + i / 251);
	crypto_random(f->secret, sizeof(f->secret));
	crypto_curve_base(f->secret, f->curve);
	crypto_key_from_seed(f->secret, &f->key);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	vault_close(f->vault);
	scratch_remove(f->dir);
	free(f->path);
	free(f->big);
	free(f);
	return 0;
}

/* A file of the manifest. */
static void
name_file(Erfa__BackupFile *file, char *name, char hex[2 * HASH_LEN + 1],
    const uint8_t *data, size_t len)
{
	uint8_t hash[HASH_LEN];

	erfa__backup_file__init(file);
	crypto_h(data, len, hash);
	bytes_hex(hash, HASH_LEN, hex);
	file->name = name;
	file->has_size = 1;
	file->size = len;
	file->hash = hex;
}

/* Write both parts and the manifest, which tells of ${told} bytes of the first.  The
 * disk is waited for at the end alone: erfad waits for the next question. */
static void
write_parts(struct fixture *f, const uint8_t *recipient, size_t told)
{
	Erfa__BackupManifest manifest = ERFA__BACKUP_MANIFEST__INIT;
	char names[2][20] = { "state/main.mdb", "node.key" };
	char hex[2][2 * HASH_LEN + 1];
	char key[2 * KEY_LEN + 1];
	Erfa__BackupFile files[2];
	Erfa__BackupFile *list[2] = { &files[0], &files[1] };
	uint8_t *data = NULL;
	uint64_t bytes;
	size_t len;

	synced = 0;
	name_file(&files[0], names[0], hex[0], f->big, told);
	name_file(&files[1], names[1], hex[1], (const uint8_t *)"key", 3);
	bytes_hex(f->key.public_key, KEY_LEN, key);
	manifest.has_version = 1;
	manifest.version = BACKUP_VERSION;
	manifest.key = key;
	manifest.file = list;
	manifest.n_file = 2;
	assert_int_equal(
	    backup_manifest_seal(&f->key, &manifest, &data, &len), ERR_NONE);
	assert_int_equal(vault_create(f->path, recipient, &f->vault), ERR_NONE);
	assert_int_equal(vault_part(f->vault, "state/main.mdb", BIG), ERR_NONE);
	assert_int_equal(vault_data(f->vault, f->big, 1000), ERR_NONE);
	assert_int_equal(
	    vault_data(f->vault, f->big + 1000, BIG - 1000), ERR_NONE);
	assert_int_equal(vault_part(f->vault, "node.key", 3), ERR_NONE);
	assert_int_equal(
	    vault_data(f->vault, (const uint8_t *)"key", 3), ERR_NONE);
	assert_int_equal(vault_part(f->vault, "manifest", len), ERR_NONE);
	assert_int_equal(vault_data(f->vault, data, len), ERR_NONE);
	assert_int_equal(synced, 0);
	assert_int_equal(vault_finish(f->vault, &bytes), ERR_NONE);

	/* Three files and three folders, or one file. */
	assert_int_equal(synced, recipient == NULL ? 6 : 1);
	assert_true(bytes > BIG);
	free(data);
}

static void
place(struct fixture *f)
{
	assert_int_equal(vault_place(f->vault), ERR_NONE);
	vault_close(f->vault);
	f->vault = NULL;
}

static enum err
read_back(const struct fixture *f, const uint8_t *secret, const uint8_t *key,
    const char *path, struct vault *into)
{
	const struct vault_reading reading = {
		.path = path,
		.secret = secret,
		.key = key,
		.into = into,
	};
	Erfa__BackupManifest *manifest = NULL;
	enum err err;

	(void)f;
	err = vault_read(&reading, &manifest);
	if (err == ERR_NONE)
		assert_int_equal(manifest->n_file, 2);
	else
		assert_null(manifest);
	backup_manifest_free(manifest);
	return err;
}

static void
a_sealed_backup_is_read_back(void **state)
{
	struct fixture *f = *state;
	struct stat info;

	write_parts(f, f->curve, BIG);
	assert_int_not_equal(stat(f->path, &info), 0);
	assert_int_equal(read_back(f, NULL, vault_key(f->vault),
			     vault_temporary(f->vault), NULL),
	    ERR_NONE);
	place(f);
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_false(vault_is_folder(f->path));
	assert_int_equal(
	    read_back(f, f->secret, NULL, f->path, NULL), ERR_NONE);
	assert_int_equal(
	    read_back(f, f->curve, NULL, f->path, NULL), ERR_DENIED);
	assert_int_equal(vault_create(f->path, f->curve, &f->vault), ERR_EXIST);
}

static void
a_folder_is_read_back(void **state)
{
	struct fixture *f = *state;
	char *part = scratch_path(f->path, "state/main.mdb");
	struct stat info;

	write_parts(f, NULL, BIG);
	assert_null(vault_key(f->vault));
	place(f);
	assert_true(vault_is_folder(f->path));
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	assert_int_equal(read_back(f, NULL, NULL, f->path, NULL), ERR_NONE);
	assert_int_equal(truncate(part, BIG - 1), 0);
	assert_int_equal(read_back(f, NULL, NULL, f->path, NULL), ERR_DAMAGED);
	assert_int_equal(unlink(part), 0);
	assert_int_equal(read_back(f, NULL, NULL, f->path, NULL), ERR_GAP);
	assert_int_equal(vault_remove(f->path), ERR_NONE);
	assert_int_equal(vault_remove(f->path), ERR_NOENT);
	free(part);
}

static void
a_sealed_one_is_unpacked_to_a_folder(void **state)
{
	struct fixture *f = *state;
	char *to = scratch_path(f->dir, "to");
	char *part = scratch_path(f->dir, "to/state/main.mdb");
	struct vault *into = NULL;
	uint64_t bytes;
	struct stat info;

	write_parts(f, f->curve, BIG);
	place(f);
	assert_int_equal(vault_create(to, NULL, &into), ERR_NONE);
	assert_int_equal(
	    read_back(f, f->secret, NULL, f->path, into), ERR_NONE);
	assert_int_equal(vault_finish(into, &bytes), ERR_NONE);
	assert_int_equal(vault_place(into), ERR_NONE);
	vault_close(into);
	assert_int_equal(stat(part, &info), 0);
	assert_int_equal(info.st_size, BIG);
	free(to);
	free(part);
}

static void
what_is_not_finished_is_gone(void **state)
{
	struct fixture *f = *state;
	char *part = scratch_path(f->dir, "b.part");
	struct stat info;
	unsigned i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    vault_create(f->path, i == 0 ? f->curve : NULL, &f->vault),
		    ERR_NONE);
		assert_int_equal(vault_part(f->vault, "node.key", 3), ERR_NONE);
		assert_int_equal(stat(part, &info), 0);
		vault_close(f->vault);
		f->vault = NULL;
		assert_int_not_equal(stat(part, &info), 0);
		assert_int_not_equal(stat(f->path, &info), 0);
	}
	free(part);
}

static void
parts_have_the_names_and_sizes_that_were_said(void **state)
{
	struct fixture *f = *state;
	uint64_t bytes;

	assert_int_equal(vault_create(f->path, f->curve, &f->vault), ERR_NONE);
	assert_int_equal(vault_part(f->vault, "../x", 3), ERR_SYNTAX);
	assert_int_equal(vault_part(f->vault, "node.key", 3), ERR_NONE);
	assert_int_equal(vault_data(f->vault, f->big, 4), ERR_SIZE);
	assert_int_equal(vault_data(f->vault, f->big, 2), ERR_NONE);
	assert_int_equal(vault_part(f->vault, "erfad.conf", 3), ERR_SIZE);
	assert_int_equal(vault_finish(f->vault, &bytes), ERR_SIZE);
	vault_close(f->vault);
	f->vault = NULL;
	assert_int_equal(
	    vault_create("/nowhere/at/all", f->curve, &f->vault), ERR_NOENT);
}

static void
a_manifest_that_tells_of_something_else_is_not_believed(void **state)
{
	struct fixture *f = *state;

	write_parts(f, f->curve, BIG - 1);
	place(f);
	assert_int_equal(
	    read_back(f, f->secret, NULL, f->path, NULL), ERR_DAMAGED);
}

static void
what_is_cut_or_longer_is_not_believed(void **state)
{
	struct fixture *f = *state;
	struct stat info;
	off_t len;
	int fd;

	write_parts(f, f->curve, BIG);
	place(f);
	assert_int_equal(stat(f->path, &info), 0);
	fd = open(f->path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(close(fd), 0);
	assert_int_not_equal(
	    read_back(f, f->secret, NULL, f->path, NULL), ERR_NONE);
	for (len = info.st_size - 1; len >= 0; len -= 5003) {
		assert_int_equal(truncate(f->path, len), 0);
		assert_int_equal(read_back(f, f->secret, NULL, f->path, NULL),
		    len < DOMAIN_LEN ? ERR_SYNTAX : ERR_GAP);
	}
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(
	    read_back(f, f->secret, NULL, f->path, NULL), ERR_NOENT);
}

static bool
never(void *context, uint64_t done, uint64_t all)
{
	*(uint64_t *)context = all;
	return done > all;
}

static void
reading_stops_when_it_is_told_to(void **state)
{
	struct fixture *f = *state;
	uint64_t all = 0;
	const struct vault_reading reading = {
		.path = f->path,
		.secret = f->secret,
		.go_on = never,
		.context = &all,
	};
	Erfa__BackupManifest *manifest = NULL;

	write_parts(f, f->curve, BIG);
	place(f);
	assert_int_equal(vault_read(&reading, &manifest), ERR_BUSY);
	assert_true(all > BIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_sealed_backup_is_read_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_folder_is_read_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_sealed_one_is_unpacked_to_a_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_not_finished_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    parts_have_the_names_and_sizes_that_were_said, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_manifest_that_tells_of_something_else_is_not_believed,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_cut_or_longer_is_not_believed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    reading_stops_when_it_is_told_to, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
