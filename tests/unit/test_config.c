#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/config.h"
#include "tests/unit/scratch.h"

/* Tests run in the top folder of the sources. */
#define GOLDEN "tests/golden"

/*
 * tests/golden/NN.conf with what is printed of it: NN.ok, or the errors NN.err.
 * "@" stands for the folder there.  With GOLDEN_WRITE=1 they are made anew, to
 * be read by whoever did it.
 */

struct fixture {
	char *dir;
	char *path; /* of a configuration */
	char *key;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	f->dir = scratch_make();
	f->path = scratch_path(f->dir, "erfad.conf");
	f->key = scratch_path(f->dir, "node.key");
	return f->path != NULL && f->key != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	free(f->key);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static void
write_file(const char *path, const char *text, size_t len, mode_t mode)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

/* The whole file as a string, "" if there is none; the caller frees it. */
static char *
read_file(const char *path)
{
	char *text = calloc(1, 65536);
	FILE *file = fopen(path, "re");

	assert_non_null(text);
	if (file != NULL) {
		text[fread(text, 1, 65535, file)] = '\0';
		(void)fclose(file);
	}
	return text;
}

/* What config_print() says of a configuration. */
static char *
printed(const struct config *config)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	config_print(config, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Load a file and return its settings or its errors as text. */
static char *
outcome(const char *path, enum err *ret_err)
{
	struct config_errors *errors = NULL;
	struct config *config = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	*ret_err = config_load(path, &config, &errors);
	if (*ret_err == ERR_NONE) {
		assert_null(errors);
		text = printed(config);
	} else {
		assert_non_null(errors);
		assert_null(config);
		out = open_memstream(&text, &len);
		assert_non_null(out);
		config_errors_print(errors, out);
		assert_int_equal(fclose(out), 0);
	}
	config_errors_free(errors);
	config_free(config);
	return text;
}

/* Write "@" for every mention of the golden folder. */
static void
hide_folder(char *text)
{
	char folder[PATH_MAX];
	char *at = text;
	size_t len;

	assert_non_null(realpath(GOLDEN, folder));
	len = strlen(folder);
	while ((at = strstr(at, folder)) != NULL) {
		*at++ = '@';
		memmove(at, at + len - 1, strlen(at + len - 1) + 1);
	}
}

static void
check_golden(const char *name)
{
	char path[64];
	char expected_path[64];
	char *expected;
	enum err err;
	char *text;

	(void)snprintf(path, sizeof(path), GOLDEN "/%.20s", name);
	text = outcome(path, &err);
	hide_folder(text);
	(void)snprintf(expected_path, sizeof(expected_path), GOLDEN "/%.2s.%s",
	    name, err == ERR_NONE ? "ok" : "err");
	if (getenv("GOLDEN_WRITE") != NULL)
		write_file(expected_path, text, strlen(text), 0644);
	expected = read_file(expected_path);
	if (strcmp(text, expected) != 0)
		print_error("%s is not what is printed\n", expected_path);
	assert_string_equal(text, expected);
	free(expected);
	free(text);
}

static int
is_golden(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len == 7 && strcmp(entry->d_name + 2, ".conf") == 0;
}

static void
golden_files_are_read_as_they_always_were(void **state)
{
	struct dirent **entries = NULL;
	int count = scandir(GOLDEN, &entries, is_golden, alphasort);
	int i;

	(void)state;
	assert_true(count > 0);
	for (i = 0; i < count; i++) {
		check_golden(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void
what_is_printed_can_be_read_and_is_the_same(void **state)
{
	static const char *const good[] = { GOLDEN "/01.conf",
		GOLDEN "/02.conf", GOLDEN "/03.conf" };
	struct fixture *f = *state;
	enum err err;
	char *first;
	char *again;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		first = outcome(good[i], &err);
		assert_int_equal(err, ERR_NONE);
		write_file(f->path, first, strlen(first), 0644);
		again = outcome(f->path, &err);
		assert_string_equal(again, first);
		assert_int_equal(err, ERR_NONE);
		free(first);
		free(again);
	}
}

/* Load what must be right. */
static struct config *
load(const char *path)
{
	struct config_errors *errors = NULL;
	struct config *config = NULL;

	assert_int_equal(config_load(path, &config, &errors), ERR_NONE);
	assert_null(errors);
	return config;
}

static void
values_reach_their_members(void **state)
{
	struct config *config = load(GOLDEN "/02.conf");

	(void)state;
	assert_string_equal(config->org, "no-5501");
	assert_string_equal(config->listen, "[::]:0");
	assert_false(config->pub);
	assert_int_equal(config->store_max, 1500000000);
	assert_int_equal(config->npinned, 4);
	assert_int_equal(config->pinned[0][31], 0xaa);
	assert_int_equal(config->pinned[1][0], 0x01);
	assert_int_equal(config->pinned[3][31], 0xab);
	assert_int_equal(config->have_ms, 500);
	assert_int_equal(config->drop_notes_percent, 90);
	assert_true(config->kill_zap);
	assert_true(config->test);
	config_free(config);

	config = load(GOLDEN "/01.conf");
	assert_string_equal(config->name, "dk-791");
	assert_string_equal(config->listen, "");
	assert_string_equal(config->pub_listen, "");
	assert_true(config->pub);
	assert_int_equal(config->npinned, 0);
	assert_false(config->test);
	config_free(config);
}

static void
the_feed_listens_one_port_above(void **state)
{
	struct fixture *f = *state;
	static const char *const cases[][2] = {
		{ "0.0.0.0:7411", "0.0.0.0:7412" },
		{ "127.0.0.1:0", "127.0.0.1:0" },
		{ "[::]:7411", "[::]:7412" },
	};
	struct config *config;
	char text[200];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "[node]\norg=dk-791\nlisten=%s\n", cases[i][0]);
		write_file(f->path, text, strlen(text), 0644);
		config = load(f->path);
		assert_string_equal(config->pub_listen, cases[i][1]);
		config_free(config);
	}
}

static void
carriage_returns_and_a_byte_order_mark_do_no_harm(void **state)
{
	static const char text[] = "\xef\xbb\xbf[node]\r\norg = dk-791\r\n"
				   "name = Viborg Kommune\r\n\r\n";
	struct fixture *f = *state;
	struct config *config;

	write_file(f->path, text, strlen(text), 0644);
	config = load(f->path);
	assert_string_equal(config->name, "Viborg Kommune");
	config_free(config);
}

static void
a_file_without_a_newline_at_its_end_is_whole(void **state)
{
	static const char text[] = "[node]\norg = dk-791";
	struct fixture *f = *state;
	struct config *config;

	write_file(f->path, text, strlen(text), 0644);
	config = load(f->path);
	assert_string_equal(config->org, "dk-791");
	config_free(config);
}

static void
a_file_of_mistakes_ends_in_time(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(1, 65536);
	char *errors;
	enum err err;
	size_t i;

	assert_non_null(text);
	for (i = 0; i < 300; i++)
		strcat(text, "nonsense\n");
	write_file(f->path, text, strlen(text), 0644);
	errors = outcome(f->path, &err);
	assert_int_equal(err, ERR_SYNTAX);
	assert_non_null(strstr(errors, "100 errors or more."));
	free(errors);
	free(text);
}

static void
a_file_that_cannot_be_opened_is_told(void **state)
{
	struct fixture *f = *state;
	enum err err;
	char *text;

	text = outcome(f->path, &err);
	assert_int_equal(err, ERR_NOENT);
	assert_non_null(strstr(text, "erfa init"));
	free(text);
	write_file(f->path, "", 0, 0);
	if (geteuid() != 0) {
		text = outcome(f->path, &err);
		assert_int_equal(err, ERR_DENIED);
		free(text);
	}
	text = outcome(f->dir, &err);
	assert_int_equal(err, ERR_IO);
	free(text);
}

static void
the_sample_is_the_file_in_conf_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	char *expected = read_file("conf/erfad.conf");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char *from_sample;
	char *from_default;
	char *line;
	enum err err;

	assert_non_null(out);
	config_sample(out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);

	/* With every "#name" set but those of [test], it is the default. */
	*strstr(text, "[test]") = '\0';
	for (line = text; (line = strstr(line, "\n#")) != NULL; line++)
		if (line[2] != ' ')
			memmove(line + 1, line + 2, strlen(line + 2) + 1);
	write_file(f->path, text, strlen(text), 0644);
	from_sample = outcome(f->path, &err);
	assert_int_equal(err, ERR_NONE);
	write_file(f->path, "[node]\norg = dk-791\n", 20, 0644);
	from_default = outcome(f->path, &err);
	assert_string_equal(from_sample, from_default);
	free(from_sample);
	free(from_default);
	free(expected);
	free(text);
}

#define DIGITS \
	"0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

static void
a_key_is_read_from_a_file_of_its_own(void **state)
{
	static const char text[] = DIGITS "\n";
	struct fixture *f = *state;
	struct config config = { .key = f->key };
	uint8_t seed[SEED_LEN];

	write_file(f->key, text, strlen(text), 0600);
	assert_int_equal(config_read_key(&config, seed), ERR_NONE);
	assert_int_equal(seed[0], 0x01);
	assert_int_equal(seed[31], 0xef);
	write_file(f->key, text, strlen(text), 0400);
	assert_int_equal(config_read_key(&config, seed), ERR_NONE);
}

static void
a_key_that_others_can_use_is_refused(void **state)
{
	static const char text[] = DIGITS "\n";
	struct fixture *f = *state;
	struct config config = { .key = f->key };
	uint8_t seed[SEED_LEN];

	write_file(f->key, text, strlen(text), 0640);
	assert_int_equal(config_read_key(&config, seed), ERR_DENIED);
	write_file(f->key, text, strlen(text), 0604);
	assert_int_equal(config_read_key(&config, seed), ERR_DENIED);
	write_file(f->key, text, strlen(text), 0620);
	assert_int_equal(config_read_key(&config, seed), ERR_DENIED);
}

static void
a_key_that_others_can_use_is_told_with_the_settings(void **state)
{
	static const char text[] = "[node]\norg = dk-791\nkey = node.key\n";
	struct fixture *f = *state;
	enum err err;
	char *errors;

	write_file(f->path, text, strlen(text), 0644);
	write_file(f->key, DIGITS "\n", 65, 0644);
	errors = outcome(f->path, &err);
	assert_int_equal(err, ERR_SYNTAX);
	assert_non_null(strstr(errors, ":3: others can use the key in "));
	assert_non_null(strstr(errors, "chmod 600 "));
	free(errors);
	write_file(f->key, DIGITS "\n", 65, 0600);
	config_free(load(f->path));
}

static void
what_is_no_key_is_refused(void **state)
{
	static const char *const bad[] = { "", "\n", DIGITS, DIGITS "0",
		DIGITS "\n\n", " " DIGITS, DIGITS "\r\n",
		"g123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
		"\n" };
	struct fixture *f = *state;
	struct config config = { .key = f->key };
	uint8_t seed[SEED_LEN];
	size_t i;

	assert_int_equal(config_read_key(&config, seed), ERR_NOENT);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(f->key, bad[i], strlen(bad[i]), 0600);
		assert_int_equal(config_read_key(&config, seed), ERR_SYNTAX);
	}
	config.key = f->dir;
	assert_int_equal(config_read_key(&config, seed), ERR_SYNTAX);
}

static void
a_credential_goes_before_the_key_that_is_named(void **state)
{
	static const char text[] = DIGITS "\n";
	struct fixture *f = *state;
	struct config config = { .key = f->path };
	uint8_t seed[SEED_LEN];

	/* systemd lets the user in by a list that shows as the group's. */
	write_file(f->key, text, strlen(text), 0440);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", f->dir, 1), 0);
	assert_int_equal(config_read_key(&config, seed), ERR_NONE);
	write_file(f->key, text, strlen(text), 0444);
	assert_int_equal(config_read_key(&config, seed), ERR_DENIED);
	assert_int_equal(unlink(f->key), 0);
	assert_int_equal(config_read_key(&config, seed), ERR_NOENT);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

/* Put a file into conf.d, and make that if need be. */
static void
drop_in(const struct fixture *f, const char *name, const char *text)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/conf.d", f->dir);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/conf.d/%s", f->dir, name);
	write_file(path, text, strlen(text), 0644);
}

/* Where the setting of that name comes from. */
static const char *
source(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config_value_count(); i++)
		if (strcmp(config_value_at(i)->name, name) == 0)
			return config->from[i];
	return "no such setting";
}

static void
files_of_conf_d_follow_in_the_order_of_their_names(void **state)
{
	static const char text[] = "[node]\norg = dk-791\nname = A\n"
				   "pinned = " DIGITS "\n";
	struct fixture *f = *state;
	struct config *config;

	write_file(f->path, text, strlen(text), 0644);
	drop_in(f, "90-last.conf", "[node]\nname = C\n");
	drop_in(f, "10-first.conf",
	    "[node]\nname = B\npinned = " DIGITS "\n[timers]\nhave_ms = 700\n");
	drop_in(f, "95-kept.conf.bak", "nonsense");
	drop_in(f, ".hidden.conf", "nonsense");
	config = load(f->path);
	assert_string_equal(config->name, "C");
	assert_int_equal(config->have_ms, 700);
	assert_int_equal(config->npinned, 2);
	assert_string_equal(source(config, "org"), "erfad.conf:2");
	assert_string_equal(source(config, "name"), "conf.d/90-last.conf:2");
	assert_string_equal(
	    source(config, "have_ms"), "conf.d/10-first.conf:5");
	assert_null(source(config, "get_ms"));
	config_free(config);
}

static void
mistakes_of_all_files_are_told_each_with_its_own(void **state)
{
	static const char text[] = "[node]\nogr = dk-791\n";
	struct fixture *f = *state;
	enum err err;
	char *errors;

	write_file(f->path, text, strlen(text), 0644);
	drop_in(f, "10-a.conf", "[timers]\n\nhave_ms = never\n");
	drop_in(
	    f, "20-b.conf", "[timers]\nreconnect_ms = 50\nreconnect_ms = 60\n");
	errors = outcome(f->path, &err);
	assert_int_equal(err, ERR_SYNTAX);
	assert_non_null(strstr(errors, "erfad.conf:2: unknown setting"));
	assert_non_null(strstr(errors, "conf.d/10-a.conf:3: have_ms is never"));
	assert_non_null(
	    strstr(errors, "conf.d/20-b.conf:3: reconnect_ms is set again"));
	assert_non_null(strstr(errors, "4 errors."));
	free(errors);

	/* What does not go together is told at the line that came last. */
	write_file(f->path, "[node]\norg = dk-791\n", 20, 0644);
	drop_in(f, "10-a.conf", "[timers]\nreconnect_max_ms = 100\n");
	drop_in(f, "20-b.conf", "[timers]\nreconnect_ms = 200\n");
	errors = outcome(f->path, &err);
	assert_non_null(strstr(
	    errors, "conf.d/10-a.conf:2: reconnect_max_ms is less than"));
	free(errors);
}

static void
a_running_erfad_keeps_what_it_cannot_change(void **state)
{
	static const char before[] = "[node]\norg = dk-791\nname = A\n"
				     "store_max = 1 GB\npub = no\n";
	static const char after[] = "[node]\norg = dk-791\nname = B\n"
				    "store_max = 2 GB\npinned = " DIGITS
				    "\n[timers]\nhave_ms = 700\n";
	struct fixture *f = *state;
	struct config *running;
	struct config *fresh;
	bool *held = NULL;
	bool differ = true;
	size_t count = 0;
	size_t i;

	write_file(f->path, before, strlen(before), 0644);
	running = load(f->path);
	write_file(f->path, after, strlen(after), 0644);
	fresh = load(f->path);
	assert_int_equal(config_follow(running, fresh, &held), ERR_NONE);
	assert_string_equal(fresh->name, "A");
	assert_int_equal(fresh->store_max, 1000000000);
	assert_false(fresh->pub);
	assert_int_equal(fresh->have_ms, 700);
	assert_int_equal(fresh->npinned, 1);
	for (i = 0; i < config_value_count(); i++) {
		count += held[i];
		if (config_value_at(i)->reloadable)
			continue;
		assert_int_equal(
		    config_differ(running, fresh, i, &differ), ERR_NONE);
		assert_false(differ);
	}
	assert_int_equal(count, 3);
	free(held);
	config_free(running);
	config_free(fresh);
}

static void
a_list_of_keys_is_copied_and_said_in_one_line(void **state)
{
	static const char text[] = "[node]\norg = dk-791\npinned = " DIGITS
				   ",\n  " DIGITS "\n";
	struct fixture *f = *state;
	const struct config_setting *setting;
	struct config *a;
	struct config *b;
	char *said = NULL;
	size_t i;

	write_file(f->path, text, strlen(text), 0644);
	a = load(f->path);
	write_file(f->path, text, 20, 0644);
	b = load(f->path);
	for (i = 0; strcmp(config_value_at(i)->name, "pinned") != 0; i++)
		continue;
	setting = config_value_at(i);
	assert_int_equal(config_value_say(setting, a, &said), ERR_NONE);
	assert_int_equal(strlen(said), 2 * 64 + 2);
	assert_non_null(strstr(said, ", 0123"));
	free(said);
	assert_int_equal(config_value_say(setting, b, &said), ERR_NONE);
	assert_string_equal(said, "");
	free(said);
	assert_int_equal(config_value_copy(setting, a, b), ERR_NONE);
	assert_int_equal(b->npinned, 2);
	assert_memory_equal(b->pinned[1], a->pinned[1], KEY_LEN);
	config_free(a);
	config_free(b);
}

static void
nothing_is_freed_and_printed_without_harm(void **state)
{
	(void)state;
	config_free(NULL);
	config_errors_free(NULL);
	config_errors_print(NULL, stderr);
	assert_int_equal(config_errors_count(NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(golden_files_are_read_as_they_always_were),
		TEST(what_is_printed_can_be_read_and_is_the_same),
		TEST(values_reach_their_members),
		TEST(the_feed_listens_one_port_above),
		TEST(carriage_returns_and_a_byte_order_mark_do_no_harm),
		TEST(a_file_without_a_newline_at_its_end_is_whole),
		TEST(a_file_of_mistakes_ends_in_time),
		TEST(a_file_that_cannot_be_opened_is_told),
		TEST(the_sample_is_the_file_in_conf_and_changes_nothing),
		TEST(a_key_is_read_from_a_file_of_its_own),
		TEST(a_key_that_others_can_use_is_refused),
		TEST(a_key_that_others_can_use_is_told_with_the_settings),
		TEST(what_is_no_key_is_refused),
		TEST(a_credential_goes_before_the_key_that_is_named),
		TEST(files_of_conf_d_follow_in_the_order_of_their_names),
		TEST(mistakes_of_all_files_are_told_each_with_its_own),
		TEST(a_running_erfad_keeps_what_it_cannot_change),
		TEST(a_list_of_keys_is_copied_and_said_in_one_line),
		TEST(nothing_is_freed_and_printed_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
