/*
 * Backups of this node, made while it runs, given piece by piece to whoever may
 * have them; and what is different in a store that came out of one.
 *
 * The copy of main is made and checked in a thread of the pool, in a folder of its
 * own, and has no name any more when the first piece is asked for.  Its keys are
 * read from the slots at the moment when they are given out.  proto/backup.h.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/backup.h"
#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"

#define NOTE_BACKUP "backup/"

#define FOLDER     "backup.tmp"
#define COPY       FOLDER "/main.mdb"
#define COPY_LOCK  COPY "-lock"
#define KEYS_STEP  1048576U /* bytes by which a file of keys grows */
#define PIECE      1048576U /* bytes of one answer */
#define FILE_MAX   4194304  /* bytes of a small file */
#define IDLE_MS    60000
#define STALE_MS   5000 /* another one may be begun instead */
#define ID_BYTES   8
#define PATH_ROOM  4096
#define OWN_MAX    1000 /* positions that are told */
#define HEX(bytes) (2 * (bytes) + 1)

/* A part, of which the bytes are in memory, in the copy, or the slots'. */
struct part {
	char name[BACKUP_NAME_MAX + 1];
	uint64_t size;
	uint8_t *data; /* NULL: the first is the copy, the second the keys */
};

/* The one backup that is being made. */
struct backup {
	char id[HEX(ID_BYTES)];
	char note[40];
	bool busy;       /* in the pool */
	int64_t touched; /* when something was asked last */
	Erfa__LocalBackup *local;
	Erfa__BackupManifest *manifest;
	struct store_named named;
	int fd; /* of the copy */
	struct part parts[BACKUP_PARTS];
	size_t count;
	size_t at;
	uint64_t offset; /* in that part */
	struct crypto_hash_state hash;
};

struct backup_job {
	struct pool_job job; /* first */
	struct waiter *waiter;
	struct backup *backup;
	Erfa__Answer *answer;
	bool begins;
	enum err err;
};

static void
path_of(const struct node *node, const char *name, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/%s", node->config->state, name);
}

/* Remove the copy's names, whatever there is of them. */
static void
remove_copy(const struct node *node)
{
	static const char *const names[] = { COPY, COPY_LOCK };
	char path[PATH_ROOM];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(node, names[i], path);
		(void)unlink(path);
	}
	path_of(node, FOLDER, path);
	(void)rmdir(path);
}

static void
backup_free(struct backup *backup)
{
	size_t i;

	if (backup == NULL)
		return;
	for (i = 0; i < backup->count; i++) {
		if (backup->parts[i].data == NULL)
			continue;
		crypto_wipe(
		    backup->parts[i].data, (size_t)backup->parts[i].size);
		free(backup->parts[i].data);
	}
	store_named_clear(&backup->named);
	backup_manifest_free(backup->manifest);
	if (backup->local != NULL)
		erfa__local_backup__free_unpacked(backup->local, NULL);
	if (backup->fd >= 0)
		(void)close(backup->fd);
	free(backup);
}

/* ---- what is in it ---- */

/* Read a small file; ERR_NOENT if there is none. */
static enum err
read_small(const char *path, uint8_t **ret_data, size_t *ret_len)
{
	struct stat info;
	enum err err = ERR_IO;
	uint8_t *data = NULL;
	size_t len = 0;
	ssize_t got = 1;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return errno == ENOENT ? ERR_NOENT :
		    errno == EACCES    ? ERR_DENIED :
					 ERR_IO;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
		err = info.st_size > FILE_MAX ? ERR_SIZE : ERR_NONE;
	if (err == ERR_NONE &&
	    (data = malloc((size_t)info.st_size + 1)) == NULL)
		err = ERR_NOMEM;
	while (err == ERR_NONE && got > 0 && len < (size_t)info.st_size) {
		got = read(fd, data + len, (size_t)info.st_size - len);
		if (got < 0)
			err = ERR_IO;
		else
			len += (size_t)got;
	}
	(void)close(fd);
	if (err != ERR_NONE) {
		free(data);
		return err;
	}
	*ret_data = data;
	*ret_len = len;
	return ERR_NONE;
}

/* Add a part, whose bytes are taken. */
static enum err
add_part(struct backup *backup, const char *name, uint8_t *data, uint64_t size)
{
	struct part *part = &backup->parts[backup->count];

	if (backup->count == BACKUP_PARTS - 1 || !backup_name_valid(name)) {
		free(data);
		return ERR_LIMIT;
	}
	(void)snprintf(part->name, sizeof(part->name), "%s", name);
	part->data = data;
	part->size = size;
	backup->count++;
	return ERR_NONE;
}

/* Add a small file, if it is there. */
static enum err
add_file(struct backup *backup, const char *name, const char *path)
{
	uint8_t *data = NULL;
	size_t len = 0;
	enum err err;

	err = read_small(path, &data, &len);
	if (err == ERR_NONE)
		err = add_part(backup, name, data, len);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* The keys in force and those of a change under way; the settings' own too, which
 * may come from a credential. */
static enum err
add_keys(struct node *node, struct backup *backup)
{
	static const char *const names[] = { "node.key", "node.key.next",
		"node.key.old", "node.key.1", "node.key.2", "node.key.3",
		"node.key.4", "node.key.5", "TEST" };
	uint8_t seed[SEED_LEN];
	char path[PATH_ROOM];
	char name[40];
	char *text;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && err == ERR_NONE;
	     i++) {
		path_of(node, names[i], path);
		(void)snprintf(name, sizeof(name), "state/%s", names[i]);
		err = add_file(backup, name, path);
	}
	if (err != ERR_NONE)
		return err;
	if ((err = config_read_key(node->config, seed)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if ((text = malloc(HEX(SEED_LEN))) == NULL) {
		crypto_wipe(seed, sizeof(seed));
		return ERR_NOMEM;
	}
	bytes_hex(seed, SEED_LEN, text);
	text[HEX(SEED_LEN) - 1] = '\n';
	crypto_wipe(seed, sizeof(seed));
	return add_part(backup, "node.key", (uint8_t *)text, HEX(SEED_LEN));
}

/* The settings, as they are in the files. */
static enum err
add_settings(struct node *node, struct backup *backup)
{
	char folder[PATH_ROOM];
	char path[PATH_ROOM + 300];
	char name[300];
	const struct dirent *entry;
	size_t len;
	char *slash;
	DIR *dir;
	enum err err;

	err = add_file(backup, "erfad.conf", node->config->path);
	(void)snprintf(folder, sizeof(folder), "%s", node->config->path);
	slash = strrchr(folder, '/');
	(void)snprintf(slash == NULL ? folder : slash + 1, 8, "conf.d");
	if (err != ERR_NONE || (dir = opendir(folder)) == NULL)
		return err;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while (err == ERR_NONE && (entry = readdir(dir)) != NULL) {
		len = strlen(entry->d_name);
		if (len < 5 || strcmp(entry->d_name + len - 5, ".conf") != 0)
			continue;
		(void)snprintf(name, sizeof(name), "conf.d/%s", entry->d_name);
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (backup_name_valid(name))
			err = add_file(backup, name, path);
		else if (entry->d_name[0] != '.')
			logger_warning("backup",
			    "%s is left out: its name has characters other "
			    "than letters, digits, and \"._-\"",
			    path);
	}
	(void)closedir(dir);
	return err;
}

/* ---- the copy ---- */

static enum err
put_local(
    struct store_txn *txn, const char *note, const Erfa__LocalBackup *local)
{
	size_t len = erfa__local_backup__get_packed_size(local);
	uint8_t *data = malloc(len + 1);
	enum err err;

	if (data == NULL)
		return ERR_NOMEM;
	(void)erfa__local_backup__pack(local, data);
	err = store_note_put(txn, note, data, len);
	free(data);
	return err;
}

/* No writer's state in it; what comes out of it knows that it did, and of this
 * backup. */
static enum err
mark(struct store *copy, const struct backup *backup)
{
	const uint8_t fresh = STORE_RESTORED_FRESH;
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(copy, true, &txn)) != ERR_NONE)
		return err;
	err = store_note_del(txn, STORE_NOTE_LOG);
	if (err == ERR_NONE || err == ERR_NOENT)
		err = store_note_put(txn, STORE_NOTE_RESTORED, &fresh, 1);
	if (err == ERR_NONE)
		err = put_local(txn, backup->note, backup->local);
	if (err == ERR_NONE)
		return store_commit(&txn);
	store_abort(&txn);
	return err;
}

static enum err
tell_own(Erfa__BackupManifest *manifest, const struct store_log *log)
{
	Erfa__BackupPosition *position;
	enum err err;

	if (!log->own || manifest->n_own == OWN_MAX)
		return ERR_NONE;
	err = answer_add(&manifest->own, &manifest->n_own,
	    &erfa__backup_position__descriptor, &position);
	if (err != ERR_NONE)
		return err;
	position->has_n = true;
	position->n = log->tip.n;
	err = answer_hex(&position->log, log->log_id, LOG_ID_LEN);
	return err != ERR_NONE ?
	    err :
	    answer_hex(&position->chain, log->tip.c, HASH_LEN);
}

/* Where the logs end. */
static enum err
tell_logs(struct store_txn *txn, Erfa__BackupManifest *manifest)
{
	struct log_digest digest;
	uint8_t hash[HASH_LEN];
	uint8_t after[LOG_ID_LEN];
	struct store_log log;
	enum err err;

	log_digest_begin(&digest);
	err = store_log_next(txn, NULL, &log);
	while (err == ERR_NONE) {
		if (log.tip.n > 0)
			log_digest_add(
			    &digest, log.log_id, log.tip.n, log.tip.c);
		if ((err = tell_own(manifest, &log)) != ERR_NONE)
			return err;
		memcpy(after, log.log_id, LOG_ID_LEN);
		err = store_log_next(txn, after, &log);
	}
	log_digest_end(&digest, hash);
	return err != ERR_NOENT ? err :
				  answer_hex(&manifest->digest, hash, HASH_LEN);
}

static uint64_t
count_drafts(struct store_txn *txn)
{
	uint8_t record[RECORD_LEN];
	uint64_t count = 0;
	enum err err;

	err = store_draft_record_next(txn, NULL, record);
	while (err == ERR_NONE) {
		count++;
		err = store_draft_record_next(txn, record, record);
	}
	return count;
}

/* Check the copy from end to end, and take down what is in it. */
static enum err
look_through(struct store *copy, struct backup *backup)
{
	Erfa__BackupManifest *manifest = backup->manifest;
	struct store_counts counts;
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(copy, false, &txn)) != ERR_NONE)
		return err;
	if ((err = store_check(txn)) == ERR_NONE &&
	    (err = store_named(txn, &backup->named)) == ERR_NONE &&
	    (err = store_counts(txn, &counts)) == ERR_NONE)
		err = tell_logs(txn, manifest);
	if (err == ERR_NONE) {
		manifest->has_entries = manifest->has_logs = true;
		manifest->has_bodies = manifest->has_arrival = true;
		manifest->has_waiting = manifest->has_drafts = true;
		manifest->entries = counts.entries;
		manifest->logs = counts.logs;
		manifest->arrival = counts.arrival;
		manifest->waiting = store_outbox_count(txn);
		manifest->drafts = count_drafts(txn);
		manifest->bodies = backup->named.count - manifest->drafts;
		backup->local->entries = counts.entries;
		backup->local->arrival = counts.arrival;
		backup->local->has_entries = backup->local->has_arrival = true;
	}
	store_abort(&txn);
	return err;
}

/* Open the copy for reading; from now on it has no name. */
static enum err
open_copy(struct node *node, struct backup *backup)
{
	uint64_t bytes = backup->named.slots * KEY_LEN;
	char path[PATH_ROOM];
	struct stat info;
	enum err err;

	path_of(node, COPY, path);
	backup->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (backup->fd < 0 || fstat(backup->fd, &info) != 0)
		return ERR_IO;
	remove_copy(node);
	bytes = (bytes + KEYS_STEP - 1) / KEYS_STEP * KEYS_STEP;
	err = add_part(backup, "state/main.mdb", NULL, (uint64_t)info.st_size);
	return err == ERR_NONE ? add_part(backup, "state/keys", NULL, bytes) :
				 err;
}

static enum err
copy_main(struct node *node, struct backup *backup)
{
	struct store *copy = NULL;
	char path[PATH_ROOM];
	enum err err;

	remove_copy(node);
	path_of(node, FOLDER, path);
	if (mkdir(path, 0700) != 0)
		return errno == ENOSPC ? ERR_FULL : ERR_IO;
	path_of(node, COPY, path);
	err = store_copy(node->store, path, &copy);
	if (err == ERR_NONE)
		err = look_through(copy, backup);

	/* After it was looked through: its row on the list says what is in it. */
	if (err == ERR_NONE)
		err = mark(copy, backup);
	store_close(copy);
	if (err == ERR_NONE)
		err = open_copy(node, backup);
	if (err != ERR_NONE)
		remove_copy(node);
	return err;
}

/* ---- the manifest ---- */

static enum err
tell_path(char **out, const char *path)
{
	char *whole = realpath(path, NULL);
	enum err err = answer_text(out, whole != NULL ? whole : path);

	free(whole);
	return err;
}

static enum err
begin_manifest(
    struct node *node, Erfa__BackupManifest *manifest, uint64_t time_ms)
{
	const struct config *config = node->config;
	char check[INVITE_CHECK_LEN + 1];
	enum err err;

	invite_check_number(node->key.curve_public, check);
	manifest->has_version = manifest->has_store_format = true;
	manifest->version = BACKUP_VERSION;
	manifest->store_format = store_format();
	if ((err = answer_text(&manifest->schema, "erfa.backup-manifest/1")) !=
		ERR_NONE ||
	    (err = answer_text(&manifest->software, "erfad " ERFA_VERSION)) !=
		ERR_NONE ||
	    (err = answer_text(&manifest->org, config->org)) != ERR_NONE ||
	    (err = answer_text(&manifest->name, config->name)) != ERR_NONE ||
	    (err = answer_hex(&manifest->key, node->key.public_key, KEY_LEN)) !=
		ERR_NONE ||
	    (err = answer_text(&manifest->check_number, check)) != ERR_NONE ||
	    (err = answer_time(&manifest->time, time_ms)) != ERR_NONE ||
	    (err = tell_path(&manifest->config_path, config->path)) !=
		ERR_NONE ||
	    (err = tell_path(&manifest->key_path, config->key)) != ERR_NONE)
		return err;
	return tell_path(&manifest->state_path, config->state);
}

static struct backup *
backup_new(struct node *node, const Erfa__BackupRequest *ask)
{
	struct backup *backup = calloc(1, sizeof(*backup));
	uint64_t now = node_clock();
	uint8_t id[ID_BYTES];

	if (backup == NULL)
		return NULL;
	backup->fd = -1;
	backup->manifest = calloc(1, sizeof(*backup->manifest));
	backup->local = calloc(1, sizeof(*backup->local));
	if (backup->manifest == NULL || backup->local == NULL) {
		free(backup->manifest);
		free(backup->local);
		free(backup);
		return NULL;
	}
	erfa__backup_manifest__init(backup->manifest);
	erfa__local_backup__init(backup->local);
	backup->local->has_time_ms = true;
	backup->local->time_ms = now;
	crypto_random(id, sizeof(id));
	bytes_hex(id, sizeof(id), backup->id);
	(void)snprintf(backup->note, sizeof(backup->note),
	    NOTE_BACKUP "%020llu", (unsigned long long)now);
	if (answer_text(&backup->local->file, ask->file) != ERR_NONE ||
	    (ask->recipient != NULL &&
		answer_text(&backup->local->recipient, ask->recipient) !=
		    ERR_NONE) ||
	    begin_manifest(node, backup->manifest, now) != ERR_NONE) {
		backup_free(backup);
		return NULL;
	}
	return backup;
}

/* ---- in the pool ---- */

static enum err
run_begin(struct node *node, struct backup_job *job)
{
	struct backup *backup = job->backup;
	Erfa__BackupAnswer *said = job->answer->backup;
	size_t i;
	enum err err;

	if ((err = copy_main(node, backup)) != ERR_NONE ||
	    (err = add_keys(node, backup)) != ERR_NONE ||
	    (err = add_settings(node, backup)) != ERR_NONE)
		return err;
	said->has_total = true;
	for (i = 0; i < backup->count; i++)
		said->total += backup->parts[i].size;
	crypto_hash_begin(&backup->hash);
	return answer_text(&said->id, backup->id);
}

/* Read bytes of the part at hand. */
static enum err
read_part(struct node *node, struct backup *backup, uint8_t *out, size_t len)
{
	const struct part *part = &backup->parts[backup->at];
	size_t have = 0;
	ssize_t got;

	if (part->data != NULL) {
		memcpy(out, part->data + backup->offset, len);
		return ERR_NONE;
	}
	if (backup->at == 1)
		return store_named_keys(node->store, &backup->named,
		    backup->offset / KEY_LEN, len / KEY_LEN, out);
	while (have < len) {
		got = pread(backup->fd, out + have, len - have,
		    (off_t)(backup->offset + have));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_IO;
		have += (size_t)got;
	}
	return ERR_NONE;
}

/* The part at hand is told: take down its size and hash, and go on. */
static enum err
end_part(struct node *node, struct backup *backup)
{
	const struct part *part = &backup->parts[backup->at];
	uint8_t hash[HASH_LEN];
	Erfa__BackupFile *file;
	uint8_t *data;
	size_t len;
	enum err err;

	backup->offset = 0;
	if (strcmp(part->name, BACKUP_MANIFEST) == 0) {
		backup->at++;
		return ERR_NONE;
	}
	crypto_hash_end(&backup->hash, hash);
	crypto_hash_begin(&backup->hash);
	err = answer_add(&backup->manifest->file, &backup->manifest->n_file,
	    &erfa__backup_file__descriptor, &file);
	if (err != ERR_NONE)
		return err;
	file->has_size = true;
	file->size = part->size;
	if ((err = answer_text(&file->name, part->name)) != ERR_NONE ||
	    (err = answer_hex(&file->hash, hash, HASH_LEN)) != ERR_NONE)
		return err;
	if (++backup->at < backup->count)
		return ERR_NONE;
	err = backup_manifest_seal(&node->key, backup->manifest, &data, &len);
	return err == ERR_NONE ? add_part(backup, BACKUP_MANIFEST, data, len) :
				 err;
}

static enum err
run_next(struct node *node, struct backup_job *job)
{
	struct backup *backup = job->backup;
	const struct part *part = &backup->parts[backup->at];
	Erfa__BackupAnswer *said = job->answer->backup;
	size_t len = PIECE;
	enum err err;

	if (part->size - backup->offset < len)
		len = (size_t)(part->size - backup->offset);
	if (backup->offset == 0) {
		said->has_size = true;
		said->size = part->size;
		if ((err = answer_text(&said->name, part->name)) != ERR_NONE)
			return err;
	}
	if ((said->data.data = malloc(len + 1)) == NULL)
		return ERR_NOMEM;
	said->has_data = true;
	said->data.len = len;
	err = read_part(node, backup, said->data.data, len);
	if (err != ERR_NONE)
		return err;
	crypto_hash_add(&backup->hash, said->data.data, len);
	backup->offset += len;
	if (backup->offset == part->size)
		err = end_part(node, backup);
	said->has_end = true;
	said->end = backup->at == backup->count;
	return err;
}

static void
job_run(struct pool_job *pool_job, void *context)
{
	struct backup_job *job = (struct backup_job *)pool_job;

	job->err = answer_new(ERFA__ANSWER__SAY_BACKUP, &job->answer);
	if (job->err == ERR_NONE)
		job->err = job->begins ? run_begin(context, job) :
					 run_next(context, job);
}

/* ---- on the loop ---- */

/* Give up the one that is being made. */
static void
give_up(struct node *node)
{
	backup_free(node->backup);
	node->backup = NULL;
}

static void
failed(struct node *node, struct waiter *waiter, enum err err)
{
	give_up(node);
	logger_err("backup", "no backup was made: %s", err_str(err));
	if (err == ERR_FULL)
		node_answer_error(node, waiter, "disk_full", 75,
		    "Free some space: a copy of the store must fit beside it.",
		    "there is no room for a copy in %s", node->config->state);
	else if (err == ERR_DAMAGED)
		node_answer_error(node, waiter, "damaged", 75,
		    "Look at the store:  erfa verify",
		    "the copy does not hold together; the store may be "
		    "damaged");
	else
		node_answer_error(node, waiter, "failed", 75, "try again",
		    "no backup was made: %s", err_str(err));
}

static void
job_done(struct pool_job *pool_job, void *context)
{
	struct backup_job *job = (struct backup_job *)pool_job;
	struct node *node = context;

	if (node->backup != NULL) {
		node->backup->busy = false;
		node->backup->touched = node_now();
	}
	if (node->control == NULL || job->answer == NULL) {
		/* Closing, or never run: nobody is answered any more. */
		control_free_answer(job->answer);
		node_waiter_free(job->waiter);
	} else if (job->err != ERR_NONE) {
		control_free_answer(job->answer);
		failed(node, job->waiter, job->err);
	} else {
		node_answer(node, job->waiter, job->answer);
	}
	free(job);
}

static void
submit(struct node *node, struct waiter *waiter, bool begins)
{
	struct backup_job *job = calloc(1, sizeof(*job));

	if (job == NULL) {
		failed(node, waiter, ERR_NOMEM);
		return;
	}
	job->job.run = job_run;
	job->job.done = job_done;
	job->waiter = waiter;
	job->backup = node->backup;
	job->begins = begins;
	node->backup->busy = true;
	pool_submit(node->pool, &job->job);
}

static void
begin(struct node *node, struct waiter *waiter)
{
	if (node->backup != NULL &&
	    (node->backup->busy ||
		node_now() - node->backup->touched < STALE_MS)) {
		node_answer_error(node, waiter, "busy", 75,
		    "Try again in a minute.", "another backup is being made");
		return;
	}
	give_up(node);
	node->backup = backup_new(node, waiter->request->backup);
	if (node->backup == NULL)
		failed(node, waiter, ERR_NOMEM);
	else
		submit(node, waiter, true);
}

/* ---- the list ---- */

enum err
node_backups(struct store_txn *txn, uint64_t least, uint64_t below,
    Erfa__BackupKept ***list, size_t *count)
{
	Erfa__LocalBackup *local;
	Erfa__BackupKept *kept;
	char name[201] = "";
	struct bytes data;
	enum err err;

	while ((err = store_note_next(txn, NOTE_BACKUP,
		    name[0] == '\0' ? NULL : name, name, &data)) == ERR_NONE) {
		local = erfa__local_backup__unpack(NULL, data.len, data.data);
		if (local == NULL || local->arrival < least ||
		    local->arrival >= below) {
			if (local != NULL)
				erfa__local_backup__free_unpacked(local, NULL);
			continue;
		}
		err = answer_add(
		    list, count, &erfa__backup_kept__descriptor, &kept);
		if (err == ERR_NONE)
			err = answer_text(&kept->file, local->file);
		if (err == ERR_NONE)
			err = answer_time(&kept->time, local->time_ms);
		if (err == ERR_NONE && local->recipient != NULL)
			err = answer_text(&kept->recipient, local->recipient);
		if (err == ERR_NONE) {
			kept->has_entries = kept->has_bytes = true;
			kept->has_arrival = true;
			kept->entries = local->entries;
			kept->bytes = local->bytes;
			kept->arrival = local->arrival;
		}
		erfa__local_backup__free_unpacked(local, NULL);
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

uint64_t
node_backup_last(struct store_txn *txn)
{
	char name[201] = "";
	struct bytes data;

	/* Their names are times. */
	while (store_note_next(txn, NOTE_BACKUP, name[0] == '\0' ? NULL : name,
		   name, &data) == ERR_NONE)
		continue;
	return name[0] == '\0' ?
	    0 :
	    strtoull(name + strlen(NOTE_BACKUP), NULL, 10);
}

static void
answer_list(struct node *node, struct waiter *waiter)
{
	const struct config *config = node->config;
	struct store_txn *txn = NULL;
	Erfa__Answer *answer = NULL;
	Erfa__BackupAnswer *said;
	enum err err;

	if ((err = answer_new(ERFA__ANSWER__SAY_BACKUP, &answer)) == ERR_NONE)
		err = store_begin(node->store, false, &txn);
	if (err == ERR_NONE) {
		said = answer->backup;
		said->has_keep = true;
		said->keep = config->backup_keep;
		err = node_backups(
		    txn, 0, UINT64_MAX, &said->kept, &said->n_kept);
		if (err == ERR_NONE)
			err = answer_text(&said->folder, config->backup_dir);
		if (err == ERR_NONE)
			err = answer_text(&said->to, config->backup_to);
		if (err == ERR_NONE)
			err = answer_text(&said->org, config->org);
	}
	store_abort(&txn);
	if (err == ERR_NONE) {
		node_answer(node, waiter, answer);
		return;
	}
	control_free_answer(answer);
	node_answer_error(node, waiter, "failed", 75, "try again",
	    "the list of backups cannot be read: %s", err_str(err));
}

/* What is put on the list and taken from it, in one commit. */
struct list_job {
	struct writer_job job; /* first */
	struct waiter *waiter;
	char note[40];
	Erfa__LocalBackup *local; /* or NULL */
};

static bool
is_gone(const Erfa__BackupRequest *ask, struct bytes data)
{
	Erfa__LocalBackup *local = erfa__local_backup__unpack(
	    NULL, data.len, data.data);
	bool gone = false;
	size_t i;

	for (i = 0; local != NULL && local->file != NULL && i < ask->n_gone;
	     i++)
		gone = gone || strcmp(ask->gone[i], local->file) == 0;
	if (local != NULL)
		erfa__local_backup__free_unpacked(local, NULL);
	return gone;
}

static enum err
list_run(struct store_txn *txn, struct writer_job *job)
{
	struct list_job *list = (struct list_job *)job;
	const Erfa__BackupRequest *ask = list->waiter->request->backup;
	char name[201] = "";
	struct bytes data;
	enum err err;

	while ((err = store_note_next(txn, NOTE_BACKUP,
		    name[0] == '\0' ? NULL : name, name, &data)) == ERR_NONE)
		if (is_gone(ask, data) &&
		    (err = store_note_del(txn, name)) != ERR_NONE)
			return err;
	if (err != ERR_NOENT)
		return err;
	return list->local == NULL ? ERR_NONE :
				     put_local(txn, list->note, list->local);
}

static void
list_done(struct writer_job *job, void *context)
{
	struct list_job *list = (struct list_job *)job;
	struct node *node = context;

	if (node == NULL)
		node_waiter_free(list->waiter);
	else if (job->err != ERR_NONE)
		node_answer_error(node, list->waiter, "not_written", 75,
		    "The backup is good; run erfa backup again for the list.",
		    "the list of backups could not be written: %s",
		    err_str(job->err));
	else
		answer_list(node, list->waiter);
	if (list->local != NULL)
		erfa__local_backup__free_unpacked(list->local, NULL);
	free(list);
}

/* It is where it is to stay; others are not any more. */
static void
finish(struct node *node, struct waiter *waiter)
{
	const Erfa__BackupRequest *ask = waiter->request->backup;
	struct list_job *list = calloc(1, sizeof(*list));

	if (list == NULL) {
		failed(node, waiter, ERR_NOMEM);
		return;
	}
	list->job.run = list_run;
	list->job.done = list_done;
	list->job.entries = 1;
	list->waiter = waiter;
	if (ask->id != NULL) {
		memcpy(list->note, node->backup->note, sizeof(list->note));
		list->local = node->backup->local;
		list->local->has_bytes = true;
		list->local->bytes = ask->bytes;
		node->backup->local = NULL;
		logger_info(
		    "backup", "a backup was made: %.200s", list->local->file);
		give_up(node);
	}
	writer_submit(node->writer, &list->job);
}

void
node_backup(struct node *node, struct waiter *waiter)
{
	const Erfa__BackupRequest *ask = waiter->request->backup;
	struct backup *backup = node->backup;
	bool known = ask->id != NULL && backup != NULL && !backup->busy &&
	    strcmp(ask->id, backup->id) == 0;

	if (ask->id != NULL && !known)
		node_answer_error(node, waiter, "no_such_backup", 75,
		    "Run the command again.",
		    "this backup was given up: nobody asked for more of it");
	else if (known && (ask->done || backup->at == backup->count))
		finish(node, waiter);
	else if (known)
		submit(node, waiter, false);
	else if (ask->done)
		finish(node, waiter);
	else if (ask->file != NULL)
		begin(node, waiter);
	else
		answer_list(node, waiter);
}

void
node_backup_tick(struct node *node, int64_t now)
{
	struct backup *backup = node->backup;

	if (backup == NULL || backup->busy || now - backup->touched < IDLE_MS)
		return;
	logger_warning(
	    "backup", "a backup was given up: nobody asked for more of it");
	give_up(node);
}

void
node_backup_end(struct node *node)
{
	give_up(node);
}

/* ---- a store that came out of one ---- */

/* Drafts that were written anew while the backup was made have no key in it. */
static enum err
drop_dead_drafts(struct store_txn *txn)
{
	uint8_t record[RECORD_LEN];
	struct store_draft draft;
	enum err err;

	err = store_draft_record_next(txn, NULL, record);
	while (err == ERR_NONE) {
		err = store_draft(txn, record, &draft);
		if (err == ERR_NONE)
			store_draft_clear(&draft);
		else if (err == ERR_ERASED || err == ERR_DAMAGED)
			err = store_draft_drop(txn, record);
		if (err == ERR_NONE)
			err = store_draft_record_next(txn, record, record);
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
node_restored_open(struct node *node, const char *fence, bool *ret_restored)
{
	const uint8_t known = STORE_RESTORED_KNOWN;
	struct store_txn *txn = NULL;
	struct bytes note;
	enum err err;

	remove_copy(node);
	*ret_restored = false;
	if ((err = store_begin(node->store, true, &txn)) != ERR_NONE)
		return err;
	err = store_note_get(txn, STORE_NOTE_RESTORED, &note);
	if (err != ERR_NONE) {
		store_abort(&txn);
		return err == ERR_NOENT ? ERR_NONE : err;
	}
	*ret_restored = true;
	if (note.len != 1 || note.data[0] != STORE_RESTORED_FRESH) {
		store_abort(&txn);
		return ERR_NONE;
	}

	/* No fence of before vouches for what was signed before. */
	if ((err = fence_remove(fence)) == ERR_NONE &&
	    (err = drop_dead_drafts(txn)) == ERR_NONE)
		err = store_note_put(txn, STORE_NOTE_RESTORED, &known, 1);
	if (err == ERR_NONE)
		return store_commit(&txn);
	store_abort(&txn);
	return err;
}

void
node_restored_end(struct node *node)
{
	if (node_write_note(node, STORE_NOTE_RESTORED, NULL, 0, NULL, NULL) !=
	    ERR_NONE)
		logger_warning("store", "no memory to note that it caught up");
}
