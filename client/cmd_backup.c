/*
 * Backups: erfad gives the parts, this writes them, reads them back, and has them
 * put on the list.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/answer.h"
#include "proto/backup.h"
#include "proto/bytes.h"
#include "proto/control.h"
#include "proto/crypto.h"
#include "proto/report.pb-c.h"
#include "client/cmd.h"
#include "client/conn.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/quote.h"
#include "client/restored.h"
#include "client/run.h"
#include "client/settle.h"
#include "client/speech.h"
#include "client/table.h"
#include "client/vault.h"

#define ENDING    ".erfab"
#define STAMP     16 /* characters of "20261122T013000Z" */
#define DAY_S     86400
#define KEEP_MAX  10000
#define COPY_MS   600000 /* until erfad has made its copy */
#define KEY_CHARS (2 * KEY_LEN + 1)

/* A backup that is being made. */
struct making {
	struct run *run;
	const Erfa__BackupAnswer *settings;
	char path[VAULT_PATH_MAX];
	char folder[VAULT_PATH_MAX]; /* around it */
	bool named;                  /* by a rule, so that others are known */
	char later[STAMP + 1]; /* what is not of this day's clock has more */
	const char *recipient; /* or NULL */
	uint8_t curve[KEY_LEN];
	uint64_t keep;
	struct vault *vault;
	struct progress *progress;
	uint64_t total;
	uint64_t done;
	Erfa__BackupReport report;
};

/* ---- asking erfad ---- */

static int
ask(struct run *run, Erfa__BackupRequest *backup, uint32_t wait_ms,
    Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;

	request.ask_case = ERFA__REQUEST__ASK_BACKUP;
	request.backup = backup;
	return run_ask(run, &request, wait_ms, ret_answer);
}

/* ---- where it goes ---- */

static int
long_path(struct run *run)
{
	return fault_say(&run->faults, EXIT_USAGE, "long_path",
	    "Choose a shorter one.", "the path is too long");
}

/* As erfad is to know it, wherever it was started. */
static int
make_absolute(struct making *making)
{
	char whole[VAULT_PATH_MAX];
	char here[VAULT_PATH_MAX];
	int len;

	if (making->path[0] == '/')
		return EXIT_DONE;
	if (getcwd(here, sizeof(here)) == NULL)
		return long_path(making->run);
	len = snprintf(whole, sizeof(whole), "%s/%s", here, making->path);
	if (len < 0 || (size_t)len >= sizeof(whole))
		return long_path(making->run);
	memcpy(making->path, whole, (size_t)len + 1);
	return EXIT_DONE;
}

static void
print_stamp(time_t when, char out[STAMP + 1])
{
	struct tm utc;

	(void)gmtime_r(&when, &utc);
	(void)strftime(out, STAMP + 1, "%Y%m%dT%H%M%SZ", &utc);
}

/* In a folder it is called after the organisation and the hour. */
static int
choose_path(struct making *making)
{
	const char *word = args_count(making->run->args) > 0 ?
	    args_word(making->run->args, 0) :
	    run_text(making->settings->folder);
	char stamp[STAMP + 1];
	time_t now = time(NULL);
	char *slash;
	int len;

	making->named = args_count(making->run->args) == 0 ||
	    (vault_is_folder(word));
	print_stamp(now, stamp);
	print_stamp(now + DAY_S, making->later);
	if (making->named)
		len = snprintf(making->path, sizeof(making->path), "%s/%s-%s%s",
		    word, run_text(making->settings->org), stamp,
		    making->recipient != NULL ? ENDING : "");
	else
		len = snprintf(making->path, sizeof(making->path), "%s", word);
	if (len < 0 || (size_t)len >= sizeof(making->path))
		return long_path(making->run);
	if (make_absolute(making) != EXIT_DONE)
		return EXIT_USAGE;
	(void)snprintf(
	    making->folder, sizeof(making->folder), "%s", making->path);
	if ((slash = strrchr(making->folder, '/')) != NULL)
		*slash = '\0';
	return EXIT_DONE;
}

/* Who may read it. */
static int
choose_recipient(struct making *making)
{
	struct run *run = making->run;
	bool plain = args_given(run->args, "plain");
	const char *to = args_value(run->args, "to");

	if (plain && to != NULL)
		return fault_say(&run->faults, EXIT_USAGE, "both", NULL,
		    "--to seals a backup and --plain does not: choose one");
	if (plain)
		return EXIT_DONE;
	if (to == NULL)
		to = run_text(making->settings->to);
	if (*to == '\0')
		return fault_say(&run->faults, EXIT_USAGE, "no_recipient",
		    "Once, on another machine:  erfa backup --new-key FILE\n"
		    "Then:                      erfa backup --to RECIPIENT\n"
		    "or without a seal:         erfa backup --plain",
		    "say who can read the backup: the key of this node is in "
		    "it");
	if (backup_recipient_parse(to, making->curve) != ERR_NONE)
		return fault_say(&run->faults, EXIT_USAGE, "bad_recipient",
		    "It is the line that erfa backup --new-key shows, and "
		    "begins with \"eb\".",
		    "\"%.100s\" is no recipient", to);
	making->recipient = to;
	return EXIT_DONE;
}

/* ---- writing ---- */

/* Is the folder of a file on what is mounted read-only, as for a service? */
static bool
is_read_only(const char *path)
{
	char folder[VAULT_PATH_MAX];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	if ((slash = strrchr(folder, '/')) == NULL)
		return false;
	*slash = '\0';
	return access(folder[0] != '\0' ? folder : "/", W_OK) != 0 &&
	    errno == EROFS;
}

static int
not_written(struct run *run, enum err err, const char *path)
{
	if (err == ERR_EXIST)
		return fault_say(&run->faults, EXIT_CANTCREAT, "file_exists",
		    "Choose another name, or remove it first.",
		    "%s is there already", path);
	if (err == ERR_DENIED && is_read_only(path))
		return fault_say(&run->faults, EXIT_NOPERM, "read_only",
		    "To let the timer write there:\n"
		    "  sudo systemctl edit erfa-backup.service\n"
		    "with two lines:\n"
		    "  [Service]\n"
		    "  ReadWritePaths=FOLDER",
		    "%s lies where this service may only read", path);
	if (err == ERR_DENIED)
		return fault_say(&run->faults, EXIT_NOPERM, "not_writable",
		    "Choose another folder, or run it with sudo.",
		    "you may not write %s", path);
	if (err == ERR_NOENT)
		return fault_say(&run->faults, EXIT_CANTCREAT, "no_folder",
		    "Make it first:  sudo install -d -m 0700 -o erfa FOLDER",
		    "there is no folder for %s", path);
	if (err == ERR_FULL)
		return fault_say(&run->faults, EXIT_CANTCREAT, "disk_full",
		    "Nothing was left behind.  Free some space.",
		    "the disk is full: %s was not written", path);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
	    "Nothing was left behind.  Is the disk in order?",
	    "%s could not be written", path);
}

static int
write_answer(struct making *making, const Erfa__BackupAnswer *said)
{
	enum err err = ERR_NONE;

	if (run_text(said->name)[0] != '\0')
		err = vault_part(making->vault, said->name, said->size);
	if (err == ERR_NONE)
		err = vault_data(
		    making->vault, said->data.data, said->data.len);
	if (err == ERR_SYNTAX || err == ERR_SIZE)
		return fault_say(&making->run->faults, EXIT_PROTOCOL,
		    "bad_answer", "Install erfa and erfad of the same version.",
		    "erfad gave what does not belong in a backup");
	if (err != ERR_NONE)
		return not_written(making->run, err, making->path);
	making->done += said->data.len;
	progress_tell(
	    making->progress, making->done, 2 * making->total, run_mono_ms());
	return EXIT_DONE;
}

static int
stopped(struct run *run)
{
	return run_stopped(run, N_("no backup was made"));
}

/* Take one part after the other. */
static int
write_parts(struct making *making, const char *id)
{
	Erfa__BackupRequest next = ERFA__BACKUP_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	bool end = false;
	int status = EXIT_DONE;
	enum err err;

	next.id = run_lend(id);
	while (status == EXIT_DONE && !end) {
		if (conn_stopped())
			return stopped(making->run);
		status = ask(making->run, &next, 0, &answer);
		if (status == EXIT_DONE) {
			end = answer->backup->end;
			status = write_answer(making, answer->backup);
		}
		control_free_answer(answer);
		answer = NULL;
	}
	if (status != EXIT_DONE)
		return status;
	making->report.has_bytes = 1;
	err = vault_finish(making->vault, &making->report.bytes);
	return err == ERR_NONE ? EXIT_DONE :
				 not_written(making->run, err, making->path);
}

static bool
verify_goes_on(void *context, uint64_t done, uint64_t all)
{
	struct making *making = context;

	(void)all;
	progress_tell(making->progress, making->total + done, 2 * making->total,
	    run_mono_ms());
	return !conn_stopped();
}

/* Read it back, as it is on the disk. */
static int
verify(struct making *making)
{
	const struct vault_reading reading = {
		.path = vault_temporary(making->vault),
		.key = vault_key(making->vault),
		.go_on = verify_goes_on,
		.context = making,
	};
	enum err err;

	err = vault_read(&reading, &making->report.manifest);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_BUSY)
		return stopped(making->run);
	return fault_say(&making->run->faults, EXIT_CANTCREAT, "not_verified",
	    "Nothing was left behind.  Is the disk in order?",
	    "the backup is not what was written to it: %s", err_str(err));
}

/* ---- the list, and what goes from it ---- */

/* Is it a name that choose_path() gives, of the same kind? */
static bool
is_sibling(const struct making *making, const char *name)
{
	const char *org = run_text(making->settings->org);
	const char *ending = making->recipient != NULL ? ENDING : "";
	size_t len = strlen(org);
	size_t i;

	if (strncmp(name, org, len) != 0 || name[len] != '-' ||
	    strlen(name) != len + 1 + STAMP + strlen(ending) ||
	    strcmp(name + len + 1 + STAMP, ending) != 0)
		return false;
	for (i = 0; i < STAMP; i++)
		if ((name[len + 1 + i] < '0' || name[len + 1 + i] > '9') &&
		    name[len + 1 + i] != (i == 8 ? 'T' : 'Z'))
			return false;
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
add_removed(Erfa__BackupReport *report, const char *path)
{
	return answer_text_add(&report->removed, &report->n_removed, path) ==
		ERR_NONE ?
	    EXIT_DONE :
	    EXIT_FAILED;
}

/* Have it put on the list. */
static int
put_on_list(struct making *making, const char *id)
{
	Erfa__BackupRequest done = ERFA__BACKUP_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	done.id = run_lend(id);
	done.has_done = done.has_bytes = 1;
	done.done = 1;
	done.bytes = making->report.bytes;
	status = ask(making->run, &done, 0, &answer);
	control_free_answer(answer);
	return status;
}

/* Have what was removed taken from it. */
static int
take_off_list(struct making *making)
{
	Erfa__BackupRequest gone = ERFA__BACKUP_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	if (making->report.n_removed == 0)
		return EXIT_DONE;
	gone.has_done = 1;
	gone.done = 1;
	gone.gone = making->report.removed;
	gone.n_gone = making->report.n_removed;
	status = ask(making->run, &gone, 0, &answer);
	control_free_answer(answer);
	return status;
}

/*
 * Where in ${names}, which are sorted, those begin that a clock of another day
 * gave: it was ahead then, or is behind now.  They were made before this one.
 */
static size_t
find_later(const struct making *making, char *const *names, size_t count)
{
	size_t org = strlen(run_text(making->settings->org)) + 1;
	size_t i = 0;

	while (i < count && strncmp(names[i] + org, making->later, STAMP) <= 0)
		i++;
	return i;
}

static int
remove_one(struct making *making, const char *name)
{
	char path[VAULT_PATH_MAX];

	(void)snprintf(path, sizeof(path), "%.*s/%s", (int)(sizeof(path) - 300),
	    making->folder, name);
	if (vault_remove(path) == ERR_NONE)
		return add_removed(&making->report, path);
	print_say(making->run->err,
	    "%s could not be removed; remove it by hand.\n", path);
	return EXIT_DONE;
}

/* Remove all but the newest, of which one was made just now whatever their names
 * say. */
static int
remove_oldest(struct making *making, char **names, size_t count)
{
	const char *own = strrchr(making->path, '/') + 1;
	const char *name;
	size_t first;
	size_t left = count;
	size_t i;
	int status = EXIT_DONE;

	if (names == NULL)
		return EXIT_DONE;
	qsort(names, count, sizeof(*names), compare_names);
	first = find_later(making, names, count);
	for (i = 0; i < count && left > making->keep && status == EXIT_DONE;
	     i++) {
		name = names[(first + i) % count];
		if (strcmp(name, own) == 0)
			continue;
		status = remove_one(making, name);
		left--;
	}
	return status == EXIT_DONE ? status : run_nomem(making->run);
}

static int
rotate(struct making *making)
{
	const struct dirent *entry;
	char **names = NULL;
	char **more;
	size_t count = 0;
	bool full = false;
	DIR *dir;
	int status = EXIT_DONE;

	if (making->keep == 0 || !making->named ||
	    (dir = opendir(making->folder)) == NULL)
		return EXIT_DONE;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while (!full && (entry = readdir(dir)) != NULL) {
		if (!is_sibling(making, entry->d_name))
			continue;
		more = realloc(names, (count + 1) * sizeof(*names));
		if (more != NULL)
			names = more;
		full = more == NULL ||
		    (names[count] = strdup(entry->d_name)) == NULL;
		count += !full;
	}
	(void)closedir(dir);
	status = full ? run_nomem(making->run) :
			remove_oldest(making, names, count);
	while (count > 0)
		free(names[--count]);
	free(names);
	return status;
}

/* ---- making one ---- */

/* How to come back from it. */
static int
tell_restore(const struct making *making)
{
	char *path = NULL;

	if (quote_word(making->path, &path) != ERR_NONE)
		return run_nomem(making->run);
	print_say(making->run->out,
	    "Keep a copy on another machine.  To bring it back:\n"
	    "  erfa restore %s%s\n",
	    path, making->recipient == NULL ? "" : " --key FILE");
	free(path);
	return EXIT_DONE;
}

static int
tell(const struct making *making)
{
	const Erfa__BackupReport *report = &making->report;
	const Erfa__BackupManifest *manifest = report->manifest;
	struct run *run = making->run;
	char entries[PRINT_NUMBER_MAX];
	char bytes[PRINT_NUMBER_MAX];
	size_t i;

	if (run->json)
		return run_json(run, &report->base);
	if (run->quiet)
		return EXIT_DONE;
	print_number(manifest->entries, entries);
	print_bytes(report->bytes, bytes);
	print_say(run->out, "%s: %s entries, %s, checked by reading it back.\n",
	    report->file, entries, bytes);
	if (making->recipient == NULL)
		print_say(run->out,
		    "It is not sealed: whoever reads it can speak for your "
		    "organisation.\n");
	else
		print_say(run->out,
		    "The key of this node is in it; who has the secret of %s "
		    "can open it.\n",
		    making->recipient);
	for (i = 0; i < report->n_removed; i++)
		print_say(run->out, "Removed: %s\n", report->removed[i]);
	return tell_restore(making);
}

/* Write, verify, place; what is older goes when it is on the list. */
static int
make(struct making *making, const char *id)
{
	struct run *run = making->run;
	enum err err;
	int status;

	err = vault_create(making->path,
	    making->recipient != NULL ? making->curve : NULL, &making->vault);
	if (err != ERR_NONE)
		return not_written(run, err, making->path);
	if ((status = write_parts(making, id)) != EXIT_DONE ||
	    (status = verify(making)) != EXIT_DONE)
		return status;
	if ((err = vault_place(making->vault)) != ERR_NONE)
		return not_written(run, err, making->path);
	if ((status = put_on_list(making, id)) != EXIT_DONE ||
	    (status = rotate(making)) != EXIT_DONE)
		return status;
	return take_off_list(making);
}

static int
begin(struct making *making)
{
	Erfa__BackupRequest first = ERFA__BACKUP_REQUEST__INIT;
	struct run *run = making->run;
	Erfa__Answer *answer = NULL;
	struct stat info;
	int status;

	if (lstat(making->path, &info) == 0)
		return not_written(run, ERR_EXIST, making->path);
	if (access(making->folder, W_OK) != 0)
		return not_written(run,
		    errno == ENOENT ? ERR_NOENT : ERR_DENIED, making->path);
	if ((status = run_progress(run, "Backup", &making->progress)) !=
	    EXIT_DONE)
		return status;
	first.file = making->path;
	first.recipient = run_lend(making->recipient);
	status = ask(run, &first, COPY_MS, &answer);
	if (status == EXIT_DONE) {
		making->total = answer->backup->total;
		status = make(making, run_text(answer->backup->id));
	}
	control_free_answer(answer);
	return status;
}

static void
making_clear(struct making *making)
{
	size_t i;

	progress_free(making->progress);
	vault_close(making->vault);
	backup_manifest_free(making->report.manifest);
	for (i = 0; i < making->report.n_removed; i++)
		free(making->report.removed[i]);
	free(making->report.removed);
}

static int
make_one(struct run *run, const Erfa__BackupAnswer *settings)
{
	struct making making = { .run = run, .settings = settings };
	int status;

	erfa__backup_report__init(&making.report);
	making.keep = args_given(run->args, "plain") ? 0 : settings->keep;
	if ((status = run_number(run, "keep", KEEP_MAX, &making.keep)) ==
		EXIT_DONE &&
	    (status = choose_recipient(&making)) == EXIT_DONE &&
	    (status = choose_path(&making)) == EXIT_DONE) {
		making.report.schema = run_lend("erfa.backup-made/1");
		making.report.file = making.path;
		making.report.recipient = run_lend(making.recipient);
		status = begin(&making);
	}
	progress_free(making.progress);
	making.progress = NULL;
	if (status == EXIT_DONE)
		status = tell(&making);
	making_clear(&making);
	return status;
}

/* ---- the list ---- */

static void
add_backup(struct run *run, struct table *table, const void *item)
{
	const Erfa__BackupKept *kept = item;
	char made[PRINT_TIME_MAX];
	char text[PRINT_NUMBER_MAX];

	(void)run;
	print_time(run_text(kept->time), made);
	table_add(table, made);
	print_number(kept->entries, text);
	table_add(table, text);
	text[0] = '\0';
	if (kept->bytes > 0)
		print_bytes(kept->bytes, text);
	table_add(table, text);
	table_add(table, run_text(kept->file));
}

static int
show_list(struct run *run, const Erfa__BackupAnswer *list)
{
	static const struct table_column columns[] = {
		{ N_("MADE"), false, 0 },
		{ N_("ENTRIES"), true, 0 },
		{ N_("SIZE"), true, 0 },
		{ N_("FILE"), false, 0 },
	};
	int status;

	if (run->json)
		return run_json(run, &list->base);
	if (list->n_kept == 0) {
		print_say(
		    run->out, "No backup was made yet:  erfa backup --help\n");
		return EXIT_DONE;
	}
	status = listing_table(run, &list->base, "kept", columns,
	    sizeof(columns) / sizeof(columns[0]), add_backup);
	if (status == EXIT_DONE)
		restored_tell(run, list, NULL);
	return status;
}

/* A backup is destroyed, wherever it was. */
static int
forget(struct run *run, const Erfa__BackupAnswer *list, const char *file)
{
	Erfa__BackupRequest gone = ERFA__BACKUP_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	bool known = false;
	char *name = run_lend(file);
	size_t i;
	int status;

	for (i = 0; i < list->n_kept; i++)
		known = known ||
		    strcmp(run_text(list->kept[i]->file), file) == 0;
	if (!known)
		return fault_say(&run->faults, EXIT_NOINPUT, "no_such_backup",
		    "As it stands there:  erfa backup --list",
		    "%.200s is not on the list", file);
	gone.has_done = 1;
	gone.done = 1;
	gone.gone = &name;
	gone.n_gone = 1;
	status = ask(run, &gone, 0, &answer);
	if (status == EXIT_DONE)
		status = show_list(run, answer->backup);
	control_free_answer(answer);
	return status;
}

/* ---- a key ---- */

static int
json_key(struct run *run, const Erfa__BackupKeyReport *report)
{
	return run_json(run, &report->base);
}

static int
new_key(struct run *run, const char *path)
{
	Erfa__BackupKeyReport report = ERFA__BACKUP_KEY_REPORT__INIT;
	char recipient[BACKUP_RECIPIENT_CHARS + 1];
	char text[KEY_CHARS + 1];
	uint8_t secret[KEY_LEN];
	enum err err;

	if (crypto_init() != ERR_NONE)
		return fault_say(&run->faults, EXIT_FAILED, "no_randomness",
		    NULL, "this machine gives no random numbers");
	crypto_random(secret, sizeof(secret));
	backup_recipient(secret, recipient);
	bytes_hex(secret, sizeof(secret), text);
	memcpy(text + KEY_CHARS - 1, "\n", 2);
	err = settle_file(path, text, KEY_CHARS, 0600, false);
	crypto_wipe(secret, sizeof(secret));
	crypto_wipe(text, sizeof(text));
	if (err != ERR_NONE)
		return not_written(run, err, path);
	report.schema = run_lend("erfa.backup-key/1");
	report.file = run_lend(path);
	report.recipient = recipient;
	if (run->json)
		return json_key(run, &report);
	print_say(
	    run->out, "Recipient  %s\nSecret in  %s\n\n", recipient, path);
	print_say(run->out,
	    "Keep that file where you keep passwords, not on the machine of "
	    "the node:\nwithout it no backup can be opened.  On that machine, "
	    "in erfad.conf:\n\n  backup_to = %s\n\nand then:  sudo erfa "
	    "reload\n",
	    recipient);
	return EXIT_DONE;
}

/* A timer is there before backups are set up, or for who has other ways. */
static bool
is_not_set_up(struct run *run, const Erfa__BackupAnswer *settings)
{
	return args_given(run->args, "scheduled") &&
	    args_value(run->args, "to") == NULL &&
	    !args_given(run->args, "plain") &&
	    run_text(settings->to)[0] == '\0';
}

/* Do the files name a recipient that erfad has not read yet? */
static bool
is_set_since(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__SettingsRequest compare = ERFA__SETTINGS_REQUEST__INIT;
	const Erfa__Setting *setting;
	Erfa__Answer *answer = NULL;
	bool since = false;
	size_t i;

	compare.has_compare = 1;
	compare.compare = 1;
	request.ask_case = ERFA__REQUEST__ASK_SETTINGS;
	request.settings = &compare;
	if (run_try(run, &request, &answer) != EXIT_DONE)
		return false;
	if (answer->say_case == ERFA__ANSWER__SAY_SETTINGS)
		for (i = 0; i < answer->settings->n_setting; i++) {
			setting = answer->settings->setting[i];
			since |= setting->differs != 0 &&
			    strcmp(run_text(setting->name), "backup_to") == 0;
		}
	control_free_answer(answer);
	return since;
}

static int
tell_not_set_up(struct run *run, const Erfa__BackupAnswer *settings)
{
	if (is_set_since(run))
		return fault_say(&run->faults, EXIT_CONFIG, "not_reloaded",
		    "In force with:  sudo erfa reload",
		    "backup_to was set after erfad had read its settings");
	if (run->json)
		return run_json(run, &settings->base);
	print_say(run->out,
	    "No backup was made: backup_to is not set in erfad.conf.\n");
	return EXIT_DONE;
}

int
cmd_backup(struct run *run)
{
	Erfa__BackupRequest list = ERFA__BACKUP_REQUEST__INIT;
	const char *gone = args_value(run->args, "forget");
	Erfa__Answer *answer = NULL;
	int status;

	if (args_given(run->args, "new-key"))
		return new_key(run, args_value(run->args, "new-key"));
	if ((status = ask(run, &list, 0, &answer)) != EXIT_DONE)
		return status;
	if (crypto_init() != ERR_NONE)
		status = fault_say(&run->faults, EXIT_FAILED, "no_randomness",
		    NULL, "this machine gives no random numbers");
	else if (args_given(run->args, "list"))
		status = show_list(run, answer->backup);
	else if (is_not_set_up(run, answer->backup))
		status = tell_not_set_up(run, answer->backup);
	else if (gone != NULL)
		status = forget(run, answer->backup, gone);
	else
		status = make_one(run, answer->backup);
	control_free_answer(answer);
	return status;
}
