#include "daemon/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store_txn.h"
#include "daemon/volume.h"

#define MAP_BYTES ((size_t)64 << 30) /* room costs nothing until used */

static const char *const tables[STORE_NTABLES] = {
	[STORE_META] = "meta",
	[STORE_LOGS] = "log",
	[STORE_HEADERS] = "hdr",
	[STORE_HEADS] = "head",
	[STORE_BODIES] = "body",
	[STORE_ABSENT] = "absent",
	[STORE_ARRIVAL] = "arrival",
	[STORE_ERASED] = "erased",
	[STORE_MEMBERS] = "member",
	[STORE_NOTES] = "note",
	[STORE_BRANCH] = "branch",
	[STORE_OUTBOX] = "outbox",
	[STORE_DRAFTS] = "draft",
	[STORE_DROPPED] = "dropped",
	[STORE_CLAIMS] = "claim",
};

static const struct bytes format_name = { (const uint8_t *)"format", 6 };
static const struct bytes software_name = { (const uint8_t *)"software", 8 };
static const struct bytes epoch_name = { (const uint8_t *)"epoch", 5 };

static enum err
err_from_errno(int code)
{
	switch (code) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOENT;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOMEM:
		return ERR_NOMEM;
	case EWOULDBLOCK:
		return ERR_BUSY;
	default:
		return ERR_IO;
	}
}

/* Return "${dir}/${name}", which the caller frees. */
static char *
join(const char *dir, const char *name)
{
	size_t size = strlen(dir) + strlen(name) + 2;
	char *path = malloc(size);

	if (path != NULL)
		(void)snprintf(path, size, "%s/%s", dir, name);
	return path;
}

static enum err
check_directory(const char *dir)
{
	struct volume volume;
	enum err err;

	if (access(dir, R_OK | W_OK | X_OK) != 0)
		return err_from_errno(errno);
	if ((err = volume_look(dir, &volume)) != ERR_NONE)
		return err;
	return volume.kind == VOLUME_REMOTE ? ERR_DENIED : ERR_NONE;
}

/* Take the lock that the process holds as long as the store is open. */
static enum err
take_lock(struct store *store, const char *dir)
{
	char *path = join(dir, "LOCK");
	enum err err = ERR_NONE;

	if (path == NULL)
		return ERR_NOMEM;
	store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (store->lock_fd < 0 || flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0)
		err = err_from_errno(errno);
	free(path);
	return err;
}

enum err
store_sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = ERR_NONE;

	if (fd < 0)
		return err_from_errno(errno);
	if (fsync(fd) != 0)
		err = err_from_errno(errno);
	(void)close(fd);
	return err;
}

/* The names of new files are safe only when their directories are. */
static enum err
sync_directories(const char *dir)
{
	char *parent = join(dir, "..");
	enum err err;

	if (parent == NULL)
		return ERR_NOMEM;
	err = store_sync_folder(dir);
	if (err == ERR_NONE)
		err = store_sync_folder(parent);
	free(parent);

	/* Not every parent may be read, and then it is not ours to sync. */
	return err == ERR_DENIED ? ERR_NONE : err;
}

/* Open the two files in ${dir}. */
static enum err
open_files(struct store *store, const struct store_options *options,
    const char *main_path)
{
	const struct db_options db_options = {
		.path = main_path,
		.map_bytes = options->map_bytes == 0 ? MAP_BYTES :
						       options->map_bytes,
		.tables = tables,
		.ntables = STORE_NTABLES,
	};
	char *path = join(options->dir, "keys");
	struct stat st;
	enum err err;

	if (path == NULL)
		return ERR_NOMEM;
	err = keys_open(path, &store->keys);
	free(path);
	if (err != ERR_NONE)
		return err;
	if ((err = db_open(&db_options, &store->db)) != ERR_NONE)
		return err;
	if (stat(main_path, &st) != 0)
		return err_from_errno(errno);
	store->dev = (uint64_t)st.st_dev;
	store->ino = (uint64_t)st.st_ino;
	return ERR_NONE;
}

enum err
store_format_get(struct db_txn *db_txn, uint32_t *ret_format)
{
	struct bytes val;
	enum err err;

	if ((err = db_get(db_txn, STORE_META, format_name, &val)) != ERR_NONE)
		return err;
	if (val.len != 4)
		return ERR_DAMAGED;
	*ret_format = bytes_get_le32(val.data);
	return ERR_NONE;
}

enum err
store_format_put(struct db_txn *db_txn, uint32_t format)
{
	uint8_t val[4];

	bytes_put_le32(val, format);
	return db_put(db_txn, STORE_META, format_name,
	    (struct bytes){ val, sizeof(val) }, DB_REPLACE);
}

enum err
store_epoch_new(struct db_txn *db_txn, uint8_t out[STORE_EPOCH_LEN])
{
	crypto_random(out, STORE_EPOCH_LEN);
	return db_put(db_txn, STORE_META, epoch_name,
	    (struct bytes){ out, STORE_EPOCH_LEN }, DB_REPLACE);
}

/* Write what every store begins with. */
static enum err
initialise(struct db_txn *txn)
{
	const struct store_state state = { 0 };
	uint8_t epoch[STORE_EPOCH_LEN];
	enum err err;

	if ((err = store_format_put(txn, store_format())) != ERR_NONE)
		return err;
	if ((err = store_epoch_new(txn, epoch)) != ERR_NONE)
		return err;
	return store_state_write(txn, &state);
}

/* Tell who wrote the store last. */
static enum err
read_maker(struct db_txn *txn, uint32_t format, struct store_maker *maker)
{
	struct bytes val;
	enum err err;

	if (maker == NULL)
		return ERR_NONE;
	*maker = (struct store_maker){ .format = format };
	err = db_get(txn, STORE_META, software_name, &val);
	if (err == ERR_NONE && val.len <= STORE_SOFTWARE_MAX)
		memcpy(maker->software, val.data, val.len);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
store_software_put(struct db_txn *db_txn, const char *software)
{
	struct bytes val;
	size_t len;
	enum err err;

	if (software == NULL || (len = strlen(software)) > STORE_SOFTWARE_MAX)
		return ERR_NONE;
	err = db_get(db_txn, STORE_META, software_name, &val);
	if (err == ERR_NONE && val.len == len &&
	    memcmp(val.data, software, len) == 0)
		return ERR_NONE;
	return err != ERR_NONE && err != ERR_NOENT ?
	    err :
	    db_put(db_txn, STORE_META, software_name,
		(struct bytes){ (const uint8_t *)software, len }, DB_REPLACE);
}

/* Read version, epoch and totals, and see whether keys is as long as it was. */
static enum err
check_meta(struct store *store, struct db_txn *txn, struct store_maker *maker)
{
	struct store_state state;
	struct bytes val;
	uint32_t format;
	enum err err;

	if ((err = store_format_get(txn, &format)) != ERR_NONE ||
	    (err = read_maker(txn, format, maker)) != ERR_NONE)
		return err;
	if (format != store_format())
		return ERR_VERSION;

	err = db_get(txn, STORE_META, epoch_name, &val);
	if (err == ERR_NONE)
		err = store_state_read(txn, &state);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	if (val.len != STORE_EPOCH_LEN || keys_slots(store->keys) < state.slots)
		return ERR_DAMAGED;
	memcpy(store->epoch, val.data, STORE_EPOCH_LEN);
	return ERR_NONE;
}

/* Make the store in new files, or check that it is ours. */
static enum err
open_meta(struct store *store, const struct store_options *options)
{
	struct db_txn *txn;
	enum err err;

	if ((err = db_begin(store->db, true, &txn)) != ERR_NONE)
		return err;
	err = check_meta(store, txn, options->maker);
	if (options->look) {
		db_abort(&txn);
		return err;
	}
	if (err == ERR_NOENT) {
		if ((err = initialise(txn)) == ERR_NONE)
			err = check_meta(store, txn, NULL);
		if (err == ERR_NONE)
			err = sync_directories(options->dir);
	}
	if (err == ERR_NONE)
		err = store_software_put(txn, options->software);
	if (err == ERR_NONE)
		err = store_dropped_zero(txn, store->keys);
	if (err == ERR_NONE)
		return db_commit(&txn);
	db_abort(&txn);
	return err;
}

enum err
store_open_bare(const struct store_options *options, struct store **ret_store)
{
	struct store *store = NULL;
	char *main_path = NULL;
	enum err err;

	if ((err = check_directory(options->dir)) != ERR_NONE)
		return err;
	if ((store = calloc(1, sizeof(*store))) == NULL)
		return ERR_NOMEM;
	store->lock_fd = -1;
	store->sealed = malloc(STORE_SEALED_MAX);
	main_path = join(options->dir, "main.mdb");
	if (store->sealed == NULL || main_path == NULL) {
		err = ERR_NOMEM;
		goto out;
	}
	if ((err = take_lock(store, options->dir)) != ERR_NONE)
		goto out;
	if ((err = open_files(store, options, main_path)) != ERR_NONE)
		goto out;
	*ret_store = store;
	store = NULL;

out:
	store_close(store);
	free(main_path);
	return err;
}

enum err
store_open(const struct store_options *options, struct store **ret_store)
{
	struct store *store;
	enum err err;

	if (options->maker != NULL)
		memset(options->maker, 0, sizeof(*options->maker));
	if ((err = store_open_bare(options, &store)) != ERR_NONE)
		return err;
	store->found = options->found != 0 ? options->found :
					     db_commits_found(store->db);
	err = open_meta(store, options);
	if (options->maker != NULL)
		options->maker->commits = store->found;
	if (err != ERR_NONE) {
		store_close(store);
		return err;
	}
	*ret_store = store;
	return ERR_NONE;
}

enum err
store_open_copy(const char *path, struct keys *keys, struct store **ret_store)
{
	const struct db_options options = {
		.path = path,
		.map_bytes = MAP_BYTES,
		.tables = tables,
		.ntables = STORE_NTABLES,
	};
	struct store *store = calloc(1, sizeof(*store));
	enum err err = ERR_NOMEM;

	if (store == NULL)
		return ERR_NOMEM;
	store->lock_fd = -1;
	store->keys = keys;
	store->lent_keys = true;
	store->sealed = malloc(STORE_SEALED_MAX);
	if (store->sealed != NULL)
		err = db_open(&options, &store->db);
	if (err != ERR_NONE) {
		store_close(store);
		return err;
	}
	*ret_store = store;
	return ERR_NONE;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	db_close(store->db);
	if (!store->lent_keys)
		keys_close(store->keys);
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd);
	if (store->new_keys != NULL)
		crypto_wipe(store->new_keys, store->new_size * KEY_LEN);
	free(store->new_keys);
	free(store->old.at);
	free(store->dropped.at);
	free(store->zeroed.at);
	free(store->sealed);
	free(store);
}

enum err
store_create(const char *dir)
{
	const struct store_options options = { .dir = dir };
	struct store *store;
	struct stat st;
	char *path;
	enum err err;

	if ((path = join(dir, "main.mdb")) == NULL)
		return ERR_NOMEM;
	err = stat(path, &st) == 0 ? ERR_EXIST : ERR_NONE;
	free(path);
	if (err != ERR_NONE)
		return err;
	if ((err = store_open(&options, &store)) != ERR_NONE)
		return err;
	store_close(store);
	return ERR_NONE;
}

void
store_epoch(const struct store *store, uint8_t out[STORE_EPOCH_LEN])
{
	memcpy(out, store->epoch, STORE_EPOCH_LEN);
}

void
store_inode(const struct store *store, uint64_t *ret_dev, uint64_t *ret_ino)
{
	*ret_dev = store->dev;
	*ret_ino = store->ino;
}

void
store_in_hand(struct store *store)
{
	store->left = true;
}

uint64_t
store_commits(const struct store *store)
{
	return db_commits(store->db);
}

uint64_t
store_commits_found(const struct store *store)
{
	return store->found;
}

void
store_usage(struct store *store, uint64_t *ret_used, uint64_t *ret_max)
{
	db_usage(store->db, ret_used, ret_max);
}

void
store_check_readers(struct store *store)
{
	db_check_readers(store->db);
}
