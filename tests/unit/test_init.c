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

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "client/cmd.h"
#include "client/run.h"
#include "tests/unit/capture.h"

#define PATH_BYTES 128

struct fixture {
	char base[32]; /* removed afterwards */
	char dir[48];  /* where the node goes */
	struct capture out;
	struct capture err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	(void)strcpy(f->base, "/tmp/erfa-init.XXXXXX");
	if (mkdtemp(f->base) == NULL)
		return -1;
	(void)snprintf(f->dir, sizeof(f->dir), "%s/node", f->base);
	capture_open(&f->out, &capture_plain);
	capture_open(&f->err, &capture_plain);
	*state = f;
	return 0;
}

static void
path_of(const struct fixture *f, const char *name, char out[PATH_BYTES])
{
	(void)snprintf(out, PATH_BYTES, "%s/%s", f->dir, name);
}

/* Run erfa init with these options; NULL = not given. */
static int
init(struct fixture *f, const char *org, const char *name, const char *listen)
{
	const struct args_option *tables[ARGS_TABLES_MAX];
	const char *words[10] = { "--dir", f->dir };
	const struct cmd *cmd;
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;
	struct run run;
	size_t count = 2;
	int status;

	if (org != NULL) {
		words[count++] = "--org";
		words[count++] = org;
	}
	if (name != NULL) {
		words[count++] = "--name";
		words[count++] = name;
	}
	if (listen != NULL) {
		words[count++] = "--listen";
		words[count++] = listen;
	}
	cmd = cmd_find("init", NULL, &(size_t){ 0 });
	tables[0] = cmd_common();
	tables[1] = cmd->options;
	assert_int_equal(
	    args_parse(words, count, tables, &args, fault), ERR_NONE);
	status = run_init(&run, cmd, args, f->out.print, f->err.print);
	if (status == EXIT_DONE)
		status = cmd->run(&run);
	run_clear(&run);
	args_free(args);
	return status;
}

/* Read the file ${name} below the node's folder. */
static size_t
slurp_file(const struct fixture *f, const char *name, char *out, size_t size)
{
	char path[PATH_BYTES];
	FILE *file;
	size_t len;

	path_of(f, name, path);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(out, 1, size - 1, file);
	out[len] = '\0';
	(void)fclose(file);
	return len;
}

static unsigned
mode_of(const struct fixture *f, const char *name)
{
	char path[PATH_BYTES];
	struct stat info;

	path_of(f, name, path);
	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 0777;
}

static void
key_settings_and_folders_are_made(void **state)
{
	struct fixture *f = *state;
	char conf[4096], line[PATH_BYTES + 16], key[128];
	uint8_t seed[SEED_LEN];

	assert_int_equal(
	    init(f, "no-5501", "Tromsø kommune", "127.0.0.1:0"), EXIT_DONE);
	(void)slurp_file(f, "erfad.conf", conf, sizeof(conf));
	assert_non_null(strstr(conf, "\n[node]\n"));
	assert_non_null(strstr(conf, "\norg = no-5501\n"));
	assert_non_null(strstr(conf, "\nname = Tromsø kommune\n"));
	assert_non_null(strstr(conf, "\nlisten = 127.0.0.1:0\n"));
	(void)snprintf(line, sizeof(line), "\nkey = %s/node.key\n", f->dir);
	assert_non_null(strstr(conf, line));
	(void)snprintf(line, sizeof(line), "\nstate = %s/state\n", f->dir);
	assert_non_null(strstr(conf, line));
	(void)snprintf(line, sizeof(line), "\nruntime = %s/run\n", f->dir);
	assert_non_null(strstr(conf, line));
	(void)snprintf(
	    line, sizeof(line), "\ncontrol = %s/run/control\n", f->dir);
	assert_non_null(strstr(conf, line));

	/* 64 hexadecimal digits and a newline, for the owner's eyes only. */
	assert_int_equal(slurp_file(f, "node.key", key, sizeof(key)), 65);
	assert_int_equal(key[64], '\n');
	key[64] = '\0';
	assert_int_equal(bytes_unhex(key, seed, SEED_LEN), ERR_NONE);
	assert_int_equal(mode_of(f, "node.key"), 0600);
	assert_int_equal(mode_of(f, "state"), 0700);
	assert_null(strstr(capture_text(&f->out), key));
}

static void
a_node_that_only_dials_out_has_no_listen_line(void **state)
{
	struct fixture *f = *state;
	char conf[4096];

	assert_int_equal(init(f, "fi-297", NULL, NULL), EXIT_DONE);
	(void)slurp_file(f, "erfad.conf", conf, sizeof(conf));
	assert_null(strstr(conf, "\nlisten"));
	assert_non_null(strstr(conf, "\nname = fi-297\n"));
}

static void
what_is_there_is_never_overwritten(void **state)
{
	struct fixture *f = *state;
	char before[128], after[128];
	char path[PATH_BYTES];

	assert_int_equal(init(f, "dk-791", NULL, NULL), EXIT_DONE);
	(void)slurp_file(f, "node.key", before, sizeof(before));
	assert_int_equal(init(f, "dk-751", NULL, NULL), EXIT_CANTCREAT);
	(void)slurp_file(f, "node.key", after, sizeof(after));
	assert_string_equal(before, after);
	assert_non_null(strstr(
	    capture_text(&f->err), "erfad.conf is there already\n  This node"));

	/* Nor is a key whose configuration is gone. */
	path_of(f, "erfad.conf", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(init(f, "dk-751", NULL, NULL), EXIT_CANTCREAT);
	(void)slurp_file(f, "node.key", after, sizeof(after));
	assert_string_equal(before, after);
	assert_int_equal(access(path, F_OK), -1);
}

/* Remove what init made in the node's folder. */
static void
remove_node(const struct fixture *f)
{
	static const char *const files[] = { "erfad.conf", "node.key" };
	static const char *const folders[] = { "state", "run", "" };
	char path[PATH_BYTES];
	size_t i;

	for (i = 0; i < 2; i++) {
		path_of(f, files[i], path);
		(void)unlink(path);
	}
	for (i = 0; i < 3; i++) {
		path_of(f, folders[i], path);
		(void)rmdir(path);
	}
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	remove_node(f);
	(void)rmdir(f->base);
	capture_close(&f->out);
	capture_close(&f->err);
	free(f);
	return 0;
}

static void
two_nodes_have_two_keys(void **state)
{
	struct fixture *f = *state;
	char first[128], second[128];

	assert_int_equal(init(f, "dk-791", NULL, NULL), EXIT_DONE);
	(void)slurp_file(f, "node.key", first, sizeof(first));
	remove_node(f);
	assert_int_equal(init(f, "dk-791", NULL, NULL), EXIT_DONE);
	(void)slurp_file(f, "node.key", second, sizeof(second));
	assert_string_not_equal(first, second);
}

static void
wrong_words_make_nothing(void **state)
{
	static const char *const orgs[] = { "NO-5501", "n", "no 5501", "",
		"no_5501", "a23456789012345678901234567890123" };
	static const char *const names[] = { "", "two\nlines", "\033[2J",
		"a; b" };
	static const char *const addresses[] = { "", "host", ":7411",
		"host:", "host:x", "host:70000", "host:74 11", "h\n:1" };
	struct fixture *f = *state;
	size_t i;

	assert_int_equal(init(f, NULL, NULL, NULL), EXIT_USAGE);
	for (i = 0; i < sizeof(orgs) / sizeof(orgs[0]); i++)
		assert_int_equal(init(f, orgs[i], NULL, NULL), EXIT_USAGE);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(init(f, "dk-791", names[i], NULL), EXIT_USAGE);
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_int_equal(
		    init(f, "dk-791", NULL, addresses[i]), EXIT_USAGE);
	assert_int_equal(access(f->dir, F_OK), -1);
	assert_true(capture_harmless(capture_text(&f->err)));
}

static void
a_folder_that_cannot_be_made_is_told(void **state)
{
	struct fixture *f = *state;

	(void)strcpy(f->dir, "/nonexistent/below");
	assert_int_equal(init(f, "dk-791", NULL, NULL), EXIT_CANTCREAT);
	assert_non_null(
	    strstr(capture_text(&f->err), "/nonexistent/below could not"));
	(void)snprintf(f->dir, sizeof(f->dir), "%s/node", f->base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    key_settings_and_folders_are_made, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_that_only_dials_out_has_no_listen_line, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_there_is_never_overwritten, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    two_nodes_have_two_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    wrong_words_make_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_folder_that_cannot_be_made_is_told, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
