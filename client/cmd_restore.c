/*
 * A backup is brought back: into a folder of its own, or to where it was, while
 * no erfad runs.  It is unpacked beside that, checked to its end, and then given
 * its name.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/answer.h"
#include "proto/backup.h"
#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/report.pb-c.h"
#include "client/cmd.h"
#include "client/conn.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/run.h"
#include "client/service.h"
#include "client/settle.h"
#include "client/speech.h"
#include "client/vault.h"

#define KEY_CHARS (2 * KEY_LEN + 1)
#define SMALL_MAX 4194304
#define DIR_MAX   90 /* bytes of --dir, so that a socket fits below it */

/* A backup that is being brought back. */
struct restoring {
	struct run *run;
	const char *path;
	const char *dir; /* of the whole node; NULL: to where it was */
	uint8_t secret[KEY_LEN];
	bool sealed;
	struct vault *into;
	struct progress *progress;
	Erfa__RestoreReport report;
	char whole[VAULT_PATH_MAX]; /* ${dir}, absolute */
	char state[VAULT_PATH_MAX + 16];
	char key[VAULT_PATH_MAX + 16];
	char config[VAULT_PATH_MAX + 16];
	bool folder_made; /* conf.d, which was not there */
};

/* ---- reading ---- */

#define AGAIN \
	"Nothing was restored.  Take another copy of it, or another backup."

/* The disk, the memory or the person stood in the way. */
static int
hindered(struct restoring *restoring, enum err err)
{
	struct run *run = restoring->run;

	if (err == ERR_BUSY)
		return run_stopped(run, N_("nothing was restored"));
	if (err == ERR_FULL)
		return fault_say(&run->faults, EXIT_CANTCREAT, "disk_full",
		    "Nothing was restored.  Free some space.",
		    "the disk is full");
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_NOINPUT, "unreadable", AGAIN,
	    "%s cannot be read", restoring->path);
}

static int
unreadable(struct restoring *restoring, enum err err)
{
	const struct fault_sink *faults = &restoring->run->faults;
	const char *path = restoring->path;

	if (err == ERR_NOENT)
		return fault_say(faults, EXIT_NOINPUT, "no_file", NULL,
		    "there is no file %s", path);
	if (err == ERR_SYNTAX)
		return fault_say(faults, EXIT_DATA, "no_backup", AGAIN,
		    "%s is no backup", path);
	if (err == ERR_VERSION)
		return fault_say(faults, EXIT_PROTOCOL, "newer_backup",
		    "Install a newer erfa.  Nothing was restored.",
		    "%s was made by a newer version", path);
	if (err == ERR_DENIED)
		return fault_say(faults, EXIT_NOPERM, "other_key",
		    "The right key was made by erfa backup --new-key, for the "
		    "recipient that the\nsettings of the node named.  Nothing "
		    "was restored.",
		    "%s was sealed to another key, or you may not read it",
		    path);
	if (err == ERR_GAP)
		return fault_say(faults, EXIT_DATA, "cut_backup", AGAIN,
		    "%s breaks off", path);
	if (err == ERR_DAMAGED)
		return fault_say(faults, EXIT_DATA, "damaged_backup", AGAIN,
		    "%s is not what was written: it was changed", path);
	return hindered(restoring, err);
}

/* Read a small file as text; false if it cannot be. */
static bool
read_text(const char *path, char **ret_text, size_t *ret_len)
{
	struct stat info;
	char *text = NULL;
	ssize_t len = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &info) == 0 && info.st_size <= SMALL_MAX &&
	    (text = calloc(1, (size_t)info.st_size + 1)) != NULL)
		len = read(fd, text, (size_t)info.st_size);
	if (fd >= 0)
		(void)close(fd);
	if (len < 0) {
		free(text);
		return false;
	}
	*ret_text = text;
	*ret_len = (size_t)len;
	return true;
}

/* The secret with which a sealed one is opened. */
static int
read_secret(struct restoring *restoring)
{
	struct run *run = restoring->run;
	const char *path = args_value(run->args, "key");
	char *text = NULL;
	size_t len = 0;
	bool good;

	restoring->sealed = !vault_is_folder(restoring->path);
	if (!restoring->sealed)
		return EXIT_DONE;
	if (access(restoring->path, F_OK) != 0)
		return unreadable(restoring, ERR_NOENT);
	if (path == NULL)
		return fault_say(&run->faults, EXIT_USAGE, "no_key",
		    "It was made by:  erfa backup --new-key FILE",
		    "say with --key FILE what opens the backup");
	if (!read_text(path, &text, &len))
		return fault_say(&run->faults, EXIT_NOINPUT, "no_key_file",
		    NULL, "the key %s cannot be read", path);
	good = len == KEY_CHARS && text[len - 1] == '\n';
	if (good)
		text[len - 1] = '\0';
	good = good &&
	    bytes_unhex(text, restoring->secret, KEY_LEN) == ERR_NONE;
	crypto_wipe(text, len);
	free(text);
	return good ? EXIT_DONE :
		      fault_say(&run->faults, EXIT_DATA, "bad_key",
			  "It holds 64 hexadecimal digits, and was made by "
			  "erfa backup --new-key.",
			  "%s holds no key", path);
}

static bool
goes_on(void *context, uint64_t done, uint64_t all)
{
	struct restoring *restoring = context;

	progress_tell(restoring->progress, done, all, run_mono_ms());
	return !conn_stopped();
}

static int
read_backup(struct restoring *restoring, struct vault *into,
    Erfa__BackupManifest **ret_manifest)
{
	const struct vault_reading reading = {
		.path = restoring->path,
		.secret = restoring->sealed ? restoring->secret : NULL,
		.into = into,
		.go_on = goes_on,
		.context = restoring,
	};
	uint64_t bytes;
	enum err err;
	int status;

	if ((status = run_progress(
		 restoring->run, "Restore", &restoring->progress)) != EXIT_DONE)
		return status;
	err = vault_read(&reading, ret_manifest);
	if (err == ERR_NONE && into != NULL)
		err = vault_finish(into, &bytes);
	progress_free(restoring->progress);
	restoring->progress = NULL;
	return err == ERR_NONE ? EXIT_DONE : unreadable(restoring, err);
}

/* ---- may it be written? ---- */

/* Does an erfad hold the store in this folder? */
static bool
is_held(const char *state)
{
	char path[VAULT_PATH_MAX + 8];
	bool held;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/LOCK", state);
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return false;
	held = flock(fd, LOCK_EX | LOCK_NB) != 0;
	(void)close(fd);
	return held;
}

/* Is nothing there, or an empty folder? */
static bool
is_free(const char *path)
{
	const struct dirent *entry;
	struct stat info;
	bool empty = true;
	DIR *dir;

	if (lstat(path, &info) != 0)
		return errno == ENOENT;
	if (!S_ISDIR(info.st_mode) || (dir = opendir(path)) == NULL)
		return false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while (empty && (entry = readdir(dir)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0;
	(void)closedir(dir);
	return empty;
}

static int
check_free(struct run *run, const char *path, const char *state)
{
	char remedy[2 * VAULT_PATH_MAX + 64];

	if (is_held(state))
		return fault_say(&run->faults, EXIT_TEMPFAIL, "running",
		    "Stop it first:  sudo systemctl stop erfad",
		    "erfad is running on %s", state);
	if (is_free(path))
		return EXIT_DONE;
	(void)snprintf(remedy, sizeof(remedy),
	    _("Nothing is overwritten.  Move it away:  sudo mv %s %s.before"),
	    path, path);
	return fault_say(&run->faults, EXIT_CANTCREAT, "not_empty", remedy,
	    "%s is there and not empty", path);
}

/* ---- writing ---- */

static int
not_written(struct run *run, enum err err, const char *path)
{
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err == ERR_DENIED)
		return fault_say(&run->faults, EXIT_NOPERM, "not_writable",
		    "Run it as root:  sudo erfa restore ...\n"
		    "or elsewhere:    erfa restore FILE --dir FOLDER",
		    "you may not write %s", path);
	if (err == ERR_BUSY)
		return fault_say(&run->faults, EXIT_CANTCREAT, "mounted",
		    "Restore beside it with --dir FOLDER, and move what is in "
		    "its folder state there.",
		    "%s is where a disk is mounted, and cannot be replaced",
		    path);
	if (err == ERR_FULL)
		return fault_say(&run->faults, EXIT_CANTCREAT, "disk_full",
		    "Nothing was restored.  Free some space.",
		    "the disk is full: %s was not written", path);
	if (err == ERR_NOENT)
		return fault_say(&run->faults, EXIT_CANTCREAT, "no_folder",
		    "Make it first, as it was.  Nothing was restored.",
		    "there is no folder for %s", path);
	return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
	    "Nothing was restored.  Is there space on the disk?",
	    "%s could not be made", path);
}

/* What stands in the way of a folder that is given its name. */
static enum err
folder_err(void)
{
	return errno == EBUSY || errno == EXDEV ? ERR_BUSY : settle_err();
}

/* Everything below the folder ${path} too, which is one deep. */
static bool
give_folder(const char *path)
{
	const struct dirent *entry;
	char name[VAULT_PATH_MAX + 300];
	bool good = service_give(path);
	DIR *dir = opendir(path);

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while (dir != NULL && good && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    name, sizeof(name), "%s/%s", path, entry->d_name);
		good = service_give(name);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return good && dir != NULL;
}

/* Another file is where one of the backup belongs: settings are kept, a key
 * stands in the way. */
static int
meet_other(struct restoring *restoring, const char *path, bool is_key)
{
	Erfa__RestoreReport *report = &restoring->report;

	if (is_key)
		return fault_say(&restoring->run->faults, EXIT_CANTCREAT,
		    "another_key",
		    "Move it away, and keep it: it may be the newer one.  "
		    "Nothing was restored.",
		    "%s holds another key than the backup", path);
	return answer_text_add(&report->kept, &report->n_kept, path) ==
		ERR_NONE ?
	    EXIT_DONE :
	    run_nomem(restoring->run);
}

/* Put what stands in the unpacked ${name} to ${path}, if there is no such file. */
static int
place_file(struct restoring *restoring, const char *name, const char *path,
    bool is_key, bool *ret_made)
{
	char from[VAULT_PATH_MAX + BACKUP_NAME_MAX + 2];
	char *text = NULL;
	char *there = NULL;
	size_t len = 0, there_len = 0;
	enum err err;
	int status = EXIT_DONE;

	(void)snprintf(from, sizeof(from), "%s/%s",
	    vault_temporary(restoring->into), name);
	if (!read_text(from, &text, &len))
		return EXIT_DONE; /* it is not in this backup */
	if (read_text(path, &there, &there_len)) {
		if (len != there_len || memcmp(text, there, len) != 0)
			status = meet_other(restoring, path, is_key);
		crypto_wipe(there, there_len);
		free(there);
	} else {
		err = settle_file(
		    path, text, len, is_key ? 0600 : 0644, is_key);
		*ret_made = err == ERR_NONE;
		if (err != ERR_NONE)
			status = not_written(restoring->run, err, path);
	}
	crypto_wipe(text, len);
	free(text);
	return status;
}

/* Put one file of conf.d to the others in ${folder}. */
static int
place_setting(struct restoring *restoring, const char *name, const char *folder)
{
	Erfa__RestoreReport *report = &restoring->report;
	char path[VAULT_PATH_MAX + BACKUP_NAME_MAX + 2];
	bool made = false;
	int status;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	status = place_file(restoring, name, path, false, &made);
	if (!made ||
	    answer_text_add(&report->settings, &report->n_settings, path) ==
		ERR_NONE)
		return status;
	(void)unlink(path);
	return run_nomem(restoring->run);
}

/* Those of the settings that stand in files of their own, beside ${config}. */
static int
place_settings(struct restoring *restoring,
    const Erfa__BackupManifest *manifest, const char *config)
{
	char folder[VAULT_PATH_MAX];
	char path[VAULT_PATH_MAX + 8];
	char *slash;
	size_t i;
	int status = EXIT_DONE;

	if (strlen(config) >= sizeof(folder))
		return not_written(restoring->run, ERR_SIZE, config);
	(void)snprintf(folder, sizeof(folder), "%s", config);
	if ((slash = strrchr(folder, '/')) == NULL)
		return EXIT_DONE;
	*slash = '\0';
	(void)snprintf(path, sizeof(path), "%s/conf.d", folder);
	for (i = 0; i < manifest->n_file && status == EXIT_DONE; i++) {
		const char *name = run_text(manifest->file[i]->name);

		if (strncmp(name, "conf.d/", 7) != 0)
			continue;
		if (mkdir(path, 0755) == 0)
			restoring->folder_made = true;
		if (restoring->folder_made ? chmod(path, 0755) != 0 :
					     errno != EEXIST)
			return not_written(restoring->run, settle_err(), path);
		status = place_setting(restoring, name, folder);
	}
	return status;
}

/* The store itself, with which all is done. */
static int
place_state(struct restoring *restoring, const char *state)
{
	char from[VAULT_PATH_MAX + 16];
	enum err err;

	(void)snprintf(
	    from, sizeof(from), "%s/state", vault_temporary(restoring->into));
	if (!give_folder(from) || rename(from, state) != 0)
		return not_written(restoring->run, folder_err(), state);
	if ((err = settle_around(state)) == ERR_NONE)
		return EXIT_DONE;
	(void)rename(state, from);
	return not_written(restoring->run, err, state);
}

/* Take the files back that were made: the next try is to find what there was. */
static void
take_back(struct restoring *restoring)
{
	Erfa__RestoreReport *report = &restoring->report;
	char *slash = NULL;
	size_t i;

	if (report->key != NULL)
		(void)unlink(report->key);
	if (report->config != NULL)
		(void)unlink(report->config);
	for (i = 0; i < report->n_settings; i++) {
		(void)unlink(report->settings[i]);
		slash = strrchr(report->settings[i], '/');
		*slash = '\0';
		if (restoring->folder_made)
			(void)rmdir(report->settings[i]);
		*slash = '/';
	}
}

/* To where it was. */
static int
place_all(struct restoring *restoring, const Erfa__BackupManifest *manifest)
{
	Erfa__RestoreReport *report = &restoring->report;
	const char *state = run_text(manifest->state_path);
	const char *key = run_text(manifest->key_path);
	const char *config = run_text(manifest->config_path);
	bool key_made = false;
	bool config_made = false;
	int status;

	status = place_file(restoring, "node.key", key, true, &key_made);
	if (key_made)
		report->key = run_lend(key);
	if (status == EXIT_DONE)
		status = place_file(
		    restoring, "erfad.conf", config, false, &config_made);
	if (config_made)
		report->config = run_lend(config);
	if (status == EXIT_DONE)
		status = place_settings(restoring, manifest, config);
	if (status == EXIT_DONE)
		status = place_state(restoring, state);
	if (status == EXIT_DONE)
		report->state = run_lend(state);
	else
		take_back(restoring);
	return status;
}

/* Its settings and its socket are for others to find; the rest is not. */
static bool
open_up(const struct restoring *restoring)
{
	const char *whole = vault_temporary(restoring->into);
	char path[VAULT_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/erfad.conf", whole);
	if (chmod(whole, 0755) != 0 || chmod(path, 0644) != 0)
		return false;
	(void)snprintf(path, sizeof(path), "%s/conf.d", whole);
	if (chmod(path, 0755) != 0)
		return false;
	(void)snprintf(path, sizeof(path), "%s/node.key", whole);
	if (!service_give(path) && errno != ENOENT)
		return false;
	(void)snprintf(path, sizeof(path), "%s/state", whole);
	return give_folder(path);
}

/* In a folder of its own the paths are others than they were. */
static int
place_folder(struct restoring *restoring)
{
	static const char settings[] =
	    "# Written by erfa restore: where the files of this node lie.\n"
	    "[node]\n"
	    "key = node.key\n"
	    "state = state\n"
	    "runtime = run\n"
	    "control = run/control\n";
	char path[VAULT_PATH_MAX + 32];
	enum err err;

	(void)snprintf(path, sizeof(path), "%s/conf.d/zz-restored.conf",
	    vault_temporary(restoring->into));

	/* In a backup of one that was restored so it is the former one. */
	(void)unlink(path);
	err = settle_file(path, settings, sizeof(settings) - 1, 0644, false);
	if (err == ERR_NONE && !open_up(restoring))
		err = settle_err();
	if (err == ERR_NONE)
		err = vault_place(restoring->into);
	return err == ERR_NONE ?
	    EXIT_DONE :
	    not_written(restoring->run, err, restoring->whole);
}

/* ---- telling ---- */

static void
tell_what(struct run *run, const Erfa__BackupManifest *manifest)
{
	char entries[PRINT_NUMBER_MAX];
	char logs[PRINT_COUNT_MAX];
	char when[PRINT_TIME_MAX];

	print_number(manifest->entries, entries);
	print_count(manifest->logs, "log", "logs", logs);
	print_time(run_text(manifest->time), when);
	print_say(run->out,
	    "Backup of %s (%s), made on %s: %s entries of %s.\n"
	    "Check number  %s\n",
	    run_text(manifest->name), run_text(manifest->org), when, entries,
	    logs, run_text(manifest->check_number));
}

/* What was made, and what stays as it was. */
static void
tell_files(const struct restoring *restoring)
{
	const Erfa__RestoreReport *report = &restoring->report;
	struct run *run = restoring->run;
	size_t i;

	print_say(run->out, "Restored: %s\n", run_text(report->state));
	if (report->key != NULL)
		print_say(run->out, "Restored: %s\n", report->key);
	else
		print_say(run->out,
		    "The key that was there is the same, and stays.\n");
	if (report->config != NULL)
		print_say(run->out, "Restored: %s\n", report->config);
	else
		print_say(run->out, "The settings that were there stay.\n");
	for (i = 0; i < report->n_settings; i++)
		print_say(run->out, "Restored: %s\n", report->settings[i]);
	for (i = 0; i < report->n_kept; i++)
		print_say(run->out,
		    "%s is another one than in the backup, and stays.\n",
		    report->kept[i]);
	if (report->n_kept > 0)
		print_say(run->out,
		    "To see those of the backup, restore it once more, with "
		    "--dir FOLDER.\n");
}

static int
tell(struct restoring *restoring, const Erfa__BackupManifest *manifest)
{
	struct run *run = restoring->run;
	Erfa__RestoreReport *report = &restoring->report;

	if (run->json)
		return run_json(run, &report->base);
	tell_what(run, manifest);
	if (report->dry_run) {
		print_say(run->out,
		    "It is whole.  Nothing was written (--dry-run).\n");
		return EXIT_DONE;
	}
	tell_files(restoring);
	print_say(run->out,
	    "\nThe node goes on under the same name, with a new log.  What it "
	    "published since\nthe backup comes back from the others; until it "
	    "has heard from one of them\nwhat was erased meanwhile, it gives "
	    "nobody any text.\n\n");
	if (restoring->dir == NULL)
		print_say(run->out,
		    "Next:  sudo systemctl start erfad      then:  erfa "
		    "status\n");
	else
		print_say(run->out,
		    "Next:  erfad --config %s &\n"
		    "       erfa --socket %s/run/control status\n",
		    report->config, restoring->whole);
	return EXIT_DONE;
}

/* ---- the whole ---- */

static int
make_into(struct restoring *restoring, const char *path)
{
	enum err err = vault_create(path, NULL, &restoring->into);

	return err == ERR_NONE ? EXIT_DONE :
				 not_written(restoring->run, err, path);
}

/* All of conf.d that was in it is there. */
static int
list_settings(struct restoring *restoring, const Erfa__BackupManifest *manifest)
{
	Erfa__RestoreReport *report = &restoring->report;
	char path[VAULT_PATH_MAX + BACKUP_NAME_MAX + 2];
	const char *name;
	size_t i;

	for (i = 0; i < manifest->n_file; i++) {
		name = run_text(manifest->file[i]->name);
		if (strncmp(name, "conf.d/", 7) != 0)
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s/%s", restoring->whole, name);
		if (answer_text_add(&report->settings, &report->n_settings,
			path) != ERR_NONE)
			return run_nomem(restoring->run);
	}
	return EXIT_DONE;
}

/* Into ${dir}, as erfa init --dir makes one. */
static int
restore_folder(struct restoring *restoring, Erfa__BackupManifest **manifest)
{
	Erfa__RestoreReport *report = &restoring->report;
	const char *whole = restoring->whole;
	int status;

	(void)snprintf(
	    restoring->state, sizeof(restoring->state), "%s/state", whole);
	(void)snprintf(
	    restoring->key, sizeof(restoring->key), "%s/node.key", whole);
	(void)snprintf(restoring->config, sizeof(restoring->config),
	    "%s/erfad.conf", whole);
	if ((status = check_free(restoring->run, whole, restoring->state)) !=
	    EXIT_DONE)
		return status;
	if (rmdir(whole) != 0 && errno != ENOENT)
		return not_written(restoring->run, folder_err(), whole);
	if ((status = make_into(restoring, whole)) != EXIT_DONE ||
	    (status = read_backup(restoring, restoring->into, manifest)) !=
		EXIT_DONE ||
	    (status = place_folder(restoring)) != EXIT_DONE)
		return status;
	report->state = restoring->state;
	report->key = restoring->key;
	report->config = restoring->config;
	return list_settings(restoring, *manifest);
}

/* To where it was: that is known when all of it has been read once. */
static int
restore_there(struct restoring *restoring, Erfa__BackupManifest **manifest)
{
	Erfa__BackupManifest *again = NULL;
	char beside[VAULT_PATH_MAX];
	const char *state;
	int status;
	int len;

	if ((status = read_backup(restoring, NULL, manifest)) != EXIT_DONE)
		return status;
	state = run_text((*manifest)->state_path);
	len = snprintf(beside, sizeof(beside), "%s.restored", state);
	if (*state != '/' || len < 0 || (size_t)len >= sizeof(beside))
		return unreadable(restoring, ERR_DAMAGED);
	if ((status = check_free(restoring->run, state, state)) != EXIT_DONE ||
	    (status = make_into(restoring, beside)) != EXIT_DONE)
		return status;
	status = read_backup(restoring, restoring->into, &again);
	backup_manifest_free(again);
	return status == EXIT_DONE ? place_all(restoring, *manifest) : status;
}

/* --dir as it is from anywhere. */
static int
find_dir(struct restoring *restoring)
{
	char here[VAULT_PATH_MAX];
	size_t len;
	int made;

	if (restoring->dir == NULL)
		return EXIT_DONE;
	if (restoring->dir[0] == '/')
		made = snprintf(restoring->whole, sizeof(restoring->whole),
		    "%s", restoring->dir);
	else if (getcwd(here, sizeof(here)) == NULL)
		made = -1;
	else
		made = snprintf(restoring->whole, sizeof(restoring->whole),
		    "%s/%s", here, restoring->dir);
	if (made <= 0 || made > DIR_MAX)
		return fault_say(&restoring->run->faults, EXIT_USAGE,
		    "long_path",
		    "Choose a shorter one: a socket's path has at most 107 "
		    "bytes.",
		    "the path of the folder %.100s is too long",
		    restoring->dir);
	len = strlen(restoring->whole);
	while (len > 1 && restoring->whole[len - 1] == '/')
		restoring->whole[--len] = '\0';
	return EXIT_DONE;
}

static int
restore(struct restoring *restoring)
{
	Erfa__RestoreReport *report = &restoring->report;
	Erfa__BackupManifest *manifest = NULL;
	int status;

	if ((status = find_dir(restoring)) != EXIT_DONE ||
	    (status = read_secret(restoring)) != EXIT_DONE)
		return status;
	if (report->dry_run)
		status = read_backup(restoring, NULL, &manifest);
	else if (restoring->dir != NULL)
		status = restore_folder(restoring, &manifest);
	else
		status = restore_there(restoring, &manifest);
	report->manifest = manifest;
	if (status == EXIT_DONE)
		status = tell(restoring, manifest);
	backup_manifest_free(manifest);
	return status;
}

static void
free_texts(char **texts, size_t count)
{
	while (count > 0)
		free(texts[--count]);
	free(texts);
}

int
cmd_restore(struct run *run)
{
	struct restoring *restoring = calloc(1, sizeof(*restoring));
	int status;

	if (restoring == NULL)
		return run_nomem(run);
	conn_catch();
	restoring->run = run;
	restoring->path = args_word(run->args, 0);
	restoring->dir = args_value(run->args, "dir");
	erfa__restore_report__init(&restoring->report);
	restoring->report.schema = run_lend("erfa.restore/1");
	restoring->report.file = run_lend(restoring->path);
	restoring->report.has_dry_run = 1;
	restoring->report.dry_run = args_given(run->args, "dry-run");
	status = crypto_init() == ERR_NONE ?
	    restore(restoring) :
	    fault_say(&run->faults, EXIT_FAILED, "no_randomness", NULL,
		"this machine gives no random numbers");
	vault_close(restoring->into);
	progress_free(restoring->progress);
	free_texts(restoring->report.settings, restoring->report.n_settings);
	free_texts(restoring->report.kept, restoring->report.n_kept);
	crypto_wipe(restoring->secret, sizeof(restoring->secret));
	free(restoring);
	return status;
}
