#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/form_file.h"
#include "tests/unit/scratch.h"

#define OLD "title: Stille time\n"
#define NEW "# ^ no field is called so\ntitle: Stille time\n"

static int
setup(void **state)
{
	return (*state = scratch_make()) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	scratch_remove(*state);
	/* Here the folder of the next test is made. */
	return setenv("TMPDIR", getenv("TMPDIR_BEFORE"), 1);
}

/* A file of the scratch folder with ${text}; the caller frees its path. */
static char *
file_with(const char *dir, const char *name, const char *text)
{
	char *path = scratch_path(dir, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void
assert_holds(const char *path, const char *text)
{
	char read[256] = "";
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	assert_int_equal(fread(read, 1, sizeof(read) - 1, file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_string_equal(read, text);
}

/* ${dir} has one name, and nothing half written beside it. */
static void
assert_alone(const char *dir)
{
	DIR *folder = opendir(dir);
	const struct dirent *entry;
	unsigned names = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL)
		names += entry->d_name[0] != '.';
	assert_int_equal(closedir(folder), 0);
	assert_int_equal(names, 1);
}

static void
a_new_file_holds_the_text_and_has_the_mode_of_new_files(void **state)
{
	char *path = scratch_path(*state, "new");
	mode_t before = umask(027);
	struct stat info;

	assert_int_equal(form_file_write(path, NEW), ERR_NONE);
	(void)umask(before);
	assert_holds(path, NEW);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	free(path);
}

static void
an_old_file_gets_the_text_and_keeps_its_mode(void **state)
{
	char *path = file_with(*state, "form", OLD OLD OLD OLD);
	struct stat info;

	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(form_file_write(path, NEW), ERR_NONE);
	assert_holds(path, NEW);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0604);
	assert_alone(*state);
	free(path);
}

static void
the_target_of_a_link_is_written_and_the_link_stays_one(void **state)
{
	char *path = file_with(*state, "form", OLD);
	char *link = scratch_path(*state, "link");
	struct stat info;

	assert_int_equal(symlink("form", link), 0);
	assert_int_equal(form_file_write(link, NEW), ERR_NONE);
	assert_holds(path, NEW);
	assert_int_equal(lstat(link, &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	free(link);
	free(path);
}

/* Write while no file may grow, as on a disk that is full. */
static enum err
write_when_full(const char *path)
{
	struct rlimit limit, none;
	enum err err;

	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = limit;
	none.rlim_cur = 5;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	err = form_file_write(path, NEW);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return err;
}

static void
a_full_disk_costs_nothing_of_what_was_written(void **state)
{
	char *path = file_with(*state, "form", OLD);
	char *other = scratch_path(*state, "other");

	assert_int_equal(write_when_full(path), ERR_FULL);
	assert_holds(path, OLD);
	assert_alone(*state);
	assert_int_equal(write_when_full(other), ERR_FULL);
	assert_int_equal(access(other, F_OK), -1);
	free(other);
	free(path);
}

static void
what_is_no_ordinary_file_is_left_as_it_is(void **state)
{
	char *path = scratch_path(*state, "pipe");
	struct stat info;

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(form_file_write(path, NEW), ERR_DENIED);
	assert_int_equal(form_file_write(*state, NEW), ERR_DENIED);
	assert_int_equal(stat(path, &info), 0);
	assert_true(S_ISFIFO(info.st_mode));
	free(path);
}

static void
what_may_not_be_written_is_left_as_it_is(void **state)
{
	char *folder = scratch_path(*state, "folder");
	char *path;

	if (geteuid() == 0) {
		free(folder);
		print_message("root may write everything\n");
		skip();
	}
	assert_int_equal(mkdir(folder, 0700), 0);
	path = file_with(folder, "form", OLD);
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(form_file_write(path, NEW), ERR_DENIED);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(folder, 0500), 0);
	assert_int_equal(form_file_write(path, NEW), ERR_DENIED);
	assert_holds(path, OLD);
	assert_int_equal(chmod(folder, 0700), 0);
	free(path);
	free(folder);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	char *path = scratch_path(*state, "no/form");

	assert_int_equal(form_file_write(path, NEW), ERR_NOENT);
	free(path);
}

static void
assert_mode(const char *path, mode_t mode)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, mode);
}

/* Make a file, which must lie in ${folder}, and remove it. */
static void
assert_made_in(const char *folder)
{
	char path[1024];

	assert_int_equal(form_file_make(path, sizeof(path)), ERR_NONE);
	assert_memory_equal(path, folder, strlen(folder));
	assert_null(strchr(path + strlen(folder) + 1, '/'));
	assert_true(form_file_is_made(path));
	assert_mode(path, 0600);
	assert_int_equal(unlink(path), 0);
}

static void
an_editor_gets_a_file_that_outlives_the_session(void **state)
{
	char *own = scratch_path(*state, "own/state");
	char *erfa = scratch_path(*state, "own/state/erfa");
	char *home = scratch_path(*state, ".local/state/erfa");

	(void)setenv("XDG_RUNTIME_DIR", *state, 1);
	(void)setenv("TMPDIR", *state, 1);
	(void)setenv("HOME", *state, 1);
	(void)setenv("XDG_STATE_HOME", own, 1);
	assert_made_in(erfa);
	assert_mode(own, 0700);
	assert_mode(erfa, 0700);
	(void)setenv("XDG_STATE_HOME", "not/absolute", 1);
	assert_made_in(home);
	assert_mode(home, 0700);
	(void)unsetenv("XDG_STATE_HOME");
	assert_made_in(home);
	free(home);
	free(erfa);
	free(own);
}

static void
without_a_home_it_is_the_folder_for_temporary_files(void **state)
{
	char *home = scratch_path(*state, "nobody");
	char *none = scratch_path(*state, "none");
	char path[16];

	(void)unsetenv("XDG_STATE_HOME");
	(void)setenv("HOME", home, 1);
	(void)setenv("TMPDIR", *state, 1);
	assert_made_in(*state);
	assert_int_equal(access(home, F_OK), -1);
	(void)setenv("TMPDIR", none, 1);
	assert_made_in("/tmp");
	assert_int_equal(form_file_make(path, sizeof(path)), ERR_IO);
	free(none);
	free(home);
}

static void
a_form_of_a_person_is_known_from_those_made_here(void **state)
{
	char *path;

	(void)setenv("TMPDIR", *state, 1);
	path = scratch_path(*state, "erfa-edit-a8Xk2p.yaml");
	assert_true(form_file_is_made(path));
	free(path);
	path = scratch_path(*state, "erfa-edit-trial.yml");
	assert_false(form_file_is_made(path));
	free(path);
	path = scratch_path(*state, "sub/erfa-edit-a8Xk2p.yaml");
	assert_false(form_file_is_made(path));
	free(path);
	assert_false(form_file_is_made("erfa-edit-a8Xk2p.yaml"));
	assert_false(form_file_is_made("-"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_holds_the_text_and_has_the_mode_of_new_files),
		TEST(an_old_file_gets_the_text_and_keeps_its_mode),
		TEST(the_target_of_a_link_is_written_and_the_link_stays_one),
		TEST(a_full_disk_costs_nothing_of_what_was_written),
		TEST(what_is_no_ordinary_file_is_left_as_it_is),
		TEST(what_may_not_be_written_is_left_as_it_is),
		TEST(a_folder_that_is_not_there_is_told),
		TEST(an_editor_gets_a_file_that_outlives_the_session),
		TEST(without_a_home_it_is_the_folder_for_temporary_files),
		TEST(a_form_of_a_person_is_known_from_those_made_here),
	};

	const char *folder = getenv("TMPDIR");

	(void)setenv("TMPDIR_BEFORE", folder == NULL ? "/tmp" : folder, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
