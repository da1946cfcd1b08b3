/*
 * What goes into a backup: a copy of main, made and checked in a folder of its
 * own, the keys of its bodies, the node's keys and settings, and the manifest.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "daemon/node_backup_internal.h"
#include "daemon/node_internal.h"

#define FOLDER     "backup.tmp"
#define COPY       FOLDER "/main.mdb"
#define COPY_LOCK  COPY "-lock"
#define KEYS_STEP  1048576U /* bytes by which a file of keys grows */
#define FILE_MAX   4194304  /* bytes of a small file */
#define PATH_ROOM  4096
#define OWN_MAX    1000 /* positions that are told */
#define HEX(bytes) (2 * (bytes) + 1)

/* Records that are not published yet, of which a backup tells. */
#define UNPUBLISHED_MAX ((size_t)4096)

static void
path_of(const struct node *node, const char *name, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/%s", node->config->state, name);
}

void
node_backup_remove_copy(const struct node *node)
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

/* ---- files ---- */

/* Read an open file to its end, of ${size} bytes as it seems. */
static enum err
read_open(int fd, size_t size, uint8_t **ret_data, size_t *ret_len)
{
	uint8_t *data = malloc(size + 1);
	size_t len = 0;
	ssize_t got = 1;

	if (data == NULL)
		return ERR_NOMEM;
	while (got > 0 && len < size) {
		got = read(fd, data + len, size - len);
		if (got < 0) {
			free(data);
			return ERR_IO;
		}
		len += (size_t)got;
	}
	*ret_data = data;
	*ret_len = len;
	return ERR_NONE;
}

/* Read a small file; ERR_NOENT if there is none. */
static enum err
read_small(const char *path, uint8_t **ret_data, size_t *ret_len)
{
	struct stat info;
	enum err err = ERR_IO;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return errno == ENOENT ? ERR_NOENT :
		    errno == EACCES    ? ERR_DENIED :
					 ERR_IO;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
		err = info.st_size > FILE_MAX ? ERR_SIZE : ERR_NONE;
	if (err == ERR_NONE)
		err = read_open(fd, (size_t)info.st_size, ret_data, ret_len);
	(void)close(fd);
	return err;
}

enum err
node_backup_add(
    struct backup *backup, const char *name, uint8_t *data, uint64_t size)
{
	struct backup_part *part = &backup->parts[backup->count];

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
		err = node_backup_add(backup, name, data, len);
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
	return node_backup_add(
	    backup, "node.key", (uint8_t *)text, HEX(SEED_LEN));
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

enum err
node_backup_put(
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
		err = node_backup_put(txn, backup->note, backup->local);
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

/* Take down that a record is in it that may not be published yet. */
static void
tell_record(Erfa__LocalBackup *local, const uint8_t record[RECORD_LEN])
{
	ProtobufCBinaryData *told = &local->unpublished;

	if (told->len == UNPUBLISHED_MAX * RECORD_LEN) {
		local->has_any = local->any = true;
		return;
	}
	memcpy(told->data + told->len, record, RECORD_LEN);
	told->len += RECORD_LEN;
}

/* The same for all that waits to be signed; what is restricted does not say. */
static enum err
tell_waiting(struct store_txn *txn, Erfa__LocalBackup *local)
{
	struct header header;
	struct bytes bytes;
	uint64_t ticket = 0;
	size_t size;
	enum err err;

	while ((err = store_outbox_next(txn, ticket, &ticket, &bytes, &size)) ==
	    ERR_NONE) {
		if (header_decode(bytes.data, bytes.len, &header) != ERR_NONE)
			continue;
		if (header.has_record)
			tell_record(local, header.record);
		else if (header.group != 0 && header.kind != HEADER_GROUP)
			local->has_any = local->any = true;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* The same for all drafts, which are counted, and that. */
static enum err
tell_unpublished(
    struct store_txn *txn, Erfa__LocalBackup *local, uint64_t *ret_drafts)
{
	uint8_t record[RECORD_LEN];
	enum err err;

	local->unpublished.data = calloc(UNPUBLISHED_MAX, RECORD_LEN);
	if (local->unpublished.data == NULL)
		return ERR_NOMEM;
	local->has_unpublished = true;
	*ret_drafts = 0;
	err = store_draft_record_next(txn, NULL, record);
	while (err == ERR_NONE) {
		++*ret_drafts;
		tell_record(local, record);
		err = store_draft_record_next(txn, record, record);
	}
	return err == ERR_NOENT ? tell_waiting(txn, local) : err;
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
	if (err == ERR_NONE)
		err = tell_unpublished(txn, backup->local, &manifest->drafts);
	if (err == ERR_NONE) {
		manifest->has_entries = manifest->has_logs = true;
		manifest->has_bodies = manifest->has_arrival = true;
		manifest->has_waiting = manifest->has_drafts = true;
		manifest->entries = counts.entries;
		manifest->logs = counts.logs;
		manifest->arrival = counts.arrival;
		manifest->waiting = store_outbox_count(txn);
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
	node_backup_remove_copy(node);
	bytes = (bytes + KEYS_STEP - 1) / KEYS_STEP * KEYS_STEP;
	err = node_backup_add(
	    backup, "state/main.mdb", NULL, (uint64_t)info.st_size);
	return err == ERR_NONE ?
	    node_backup_add(backup, "state/keys", NULL, bytes) :
	    err;
}

static enum err
copy_main(struct node *node, struct backup *backup)
{
	struct store *copy = NULL;
	char path[PATH_ROOM];
	enum err err;

	node_backup_remove_copy(node);
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
		node_backup_remove_copy(node);
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

/* ---- the whole ---- */

struct backup *
node_backup_new(struct node *node, const Erfa__BackupRequest *ask)
{
	struct backup *backup = calloc(1, sizeof(*backup));
	uint64_t now = node_clock();
	uint8_t id[BACKUP_ID_BYTES];

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
	    BACKUP_NOTE "%020llu", (unsigned long long)now);
	if (answer_text(&backup->local->file, ask->file) != ERR_NONE ||
	    (ask->recipient != NULL &&
		answer_text(&backup->local->recipient, ask->recipient) !=
		    ERR_NONE) ||
	    begin_manifest(node, backup->manifest, now) != ERR_NONE) {
		node_backup_free(backup);
		return NULL;
	}
	return backup;
}

enum err
node_backup_fill(struct node *node, struct backup *backup)
{
	enum err err;

	if ((err = copy_main(node, backup)) != ERR_NONE ||
	    (err = add_keys(node, backup)) != ERR_NONE)
		return err;
	return add_settings(node, backup);
}

void
node_backup_shrink(struct backup *backup)
{
	size_t i;

	for (i = 0; i < backup->count; i++) {
		if (backup->parts[i].data == NULL)
			continue;
		crypto_wipe(
		    backup->parts[i].data, (size_t)backup->parts[i].size);
		free(backup->parts[i].data);
		backup->parts[i].data = NULL;
	}
	store_named_clear(&backup->named);
	backup_manifest_free(backup->manifest);
	backup->manifest = NULL;
	if (backup->fd >= 0)
		(void)close(backup->fd);
	backup->fd = -1;
}

void
node_backup_free(struct backup *backup)
{
	if (backup == NULL)
		return;
	node_backup_shrink(backup);
	if (backup->local != NULL)
		erfa__local_backup__free_unpacked(backup->local, NULL);
	free(backup);
}
