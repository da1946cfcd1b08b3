#include "client/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/backup.h"
#include "proto/crypto.h"
#include "client/settle.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600

/* Folders that a backup may have in it. */
static const char *const folders[] = { "state", "conf.d" };

#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

struct vault {
	char path[VAULT_PATH_MAX];
	char temporary[VAULT_PATH_MAX];
	bool sealed;
	bool made;               /* something stands there */
	int files[BACKUP_PARTS]; /* until they are on the disk */
	size_t count;            /* of them; the last is written to */
	uint64_t left;           /* bytes of the part at hand to come */
	uint64_t bytes;
	struct backup_stream stream;
	uint8_t key[KEY_LEN];
	size_t used; /* of piece */
	uint8_t piece[BACKUP_PIECE];
	uint8_t out[BACKUP_PIECE + CRYPTO_STREAM_EXTRA];
};

static bool
join(char out[VAULT_PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, VAULT_PATH_MAX, "%s/%s", folder, name);

	return len > 0 && len < VAULT_PATH_MAX;
}

static enum err
write_all(struct vault *vault, const uint8_t *data, size_t len)
{
	ssize_t done;

	vault->bytes += len;
	while (len > 0) {
		done = write(vault->files[vault->count - 1], data, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? settle_err() : ERR_IO;
		data += done;
		len -= (size_t)done;
	}
	return ERR_NONE;
}

/* ---- beginning ---- */

/* Make a file, to be written to from now on. */
static enum err
make_file(struct vault *vault, const char *path)
{
	int fd;

	if (vault->count == BACKUP_PARTS)
		return ERR_SIZE;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    FILE_MODE);
	if (fd < 0)
		return settle_err();
	vault->files[vault->count++] = fd;
	return ERR_NONE;
}

static enum err
begin_file(struct vault *vault, const uint8_t recipient[KEY_LEN])
{
	uint8_t header[BACKUP_HEADER_LEN];
	enum err err;

	if ((err = make_file(vault, vault->temporary)) != ERR_NONE)
		return err;
	vault->made = true;
	err = backup_seal_begin(&vault->stream, recipient, vault->key, header);
	return err == ERR_NONE ? write_all(vault, header, sizeof(header)) : err;
}

static enum err
begin_folder(struct vault *vault)
{
	char path[VAULT_PATH_MAX];
	size_t i;

	if (mkdir(vault->temporary, FOLDER_MODE) != 0)
		return settle_err();
	vault->made = true;
	for (i = 0; i < FOLDERS; i++)
		if (!join(path, vault->temporary, folders[i]) ||
		    mkdir(path, FOLDER_MODE) != 0)
			return settle_err();
	return ERR_NONE;
}

enum err
vault_create(
    const char *path, const uint8_t *recipient, struct vault **ret_vault)
{
	struct vault *vault;
	struct stat info;
	int len;
	enum err err;

	if (lstat(path, &info) == 0)
		return ERR_EXIST;
	if ((vault = calloc(1, sizeof(*vault))) == NULL)
		return ERR_NOMEM;
	vault->sealed = recipient != NULL;
	(void)snprintf(vault->path, sizeof(vault->path), "%s", path);
	len = snprintf(
	    vault->temporary, sizeof(vault->temporary), "%s.part", path);
	if (len < 0 || (size_t)len >= sizeof(vault->temporary)) {
		free(vault);
		return ERR_SIZE;
	}

	/* What an earlier run left there, killed half-way, is of no use. */
	err = vault_remove(vault->temporary);
	if (err == ERR_NONE || err == ERR_NOENT)
		err = vault->sealed ? begin_file(vault, recipient) :
				      begin_folder(vault);
	if (err != ERR_NONE) {
		vault_close(vault);
		return err;
	}
	*ret_vault = vault;
	return ERR_NONE;
}

/* ---- parts ---- */

/* Put bytes into the sealed file.  A piece is sealed when more comes after it. */
static enum err
put(struct vault *vault, const uint8_t *data, size_t len)
{
	size_t some;
	enum err err;

	while (len > 0) {
		if (vault->used == BACKUP_PIECE) {
			backup_seal(&vault->stream, false, vault->piece,
			    BACKUP_PIECE, vault->out);
			err = write_all(vault, vault->out, sizeof(vault->out));
			if (err != ERR_NONE)
				return err;
			vault->used = 0;
		}
		some = BACKUP_PIECE - vault->used;
		if (some > len)
			some = len;
		memcpy(vault->piece + vault->used, data, some);
		vault->used += some;
		data += some;
		len -= some;
	}
	return ERR_NONE;
}

enum err
vault_part(struct vault *vault, const char *name, uint64_t size)
{
	uint8_t lead[BACKUP_LEAD_MAX];
	char path[VAULT_PATH_MAX];
	size_t len;
	enum err err;

	if (vault->left > 0)
		return ERR_SIZE;
	if (!backup_name_valid(name))
		return ERR_SYNTAX;
	vault->left = size;
	if (vault->sealed) {
		err = backup_lead(name, size, lead, &len);
		return err == ERR_NONE ? put(vault, lead, len) : err;
	}
	return join(path, vault->temporary, name) ? make_file(vault, path) :
						    ERR_SIZE;
}

enum err
vault_data(struct vault *vault, const uint8_t *data, size_t len)
{
	if (len > vault->left)
		return ERR_SIZE;
	vault->left -= len;
	return vault->sealed ? put(vault, data, len) :
			       write_all(vault, data, len);
}

/* ---- the end ---- */

static enum err
finish_file(struct vault *vault)
{
	enum err err;

	backup_seal(
	    &vault->stream, true, vault->piece, vault->used, vault->out);
	err = write_all(vault, vault->out, vault->used + CRYPTO_STREAM_EXTRA);
	crypto_wipe(vault->piece, sizeof(vault->piece));
	return err;
}

static enum err
finish_folder(struct vault *vault)
{
	char path[VAULT_PATH_MAX];
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < FOLDERS && err == ERR_NONE; i++)
		err = join(path, vault->temporary, folders[i]) ?
		    settle_folder(path) :
		    ERR_SIZE;
	return err == ERR_NONE ? settle_folder(vault->temporary) : err;
}

/* See all files onto the disk, and close them. */
static enum err
finish_files(struct vault *vault)
{
	enum err err = ERR_NONE;
	int fd;

	while (vault->count > 0) {
		fd = vault->files[--vault->count];
		if (err == ERR_NONE && fsync(fd) != 0)
			err = settle_err();
		if (close(fd) != 0 && err == ERR_NONE)
			err = settle_err();
	}
	return err;
}

enum err
vault_finish(struct vault *vault, uint64_t *ret_bytes)
{
	enum err err = ERR_NONE;

	if (vault->left > 0)
		return ERR_SIZE;
	if (vault->sealed)
		err = finish_file(vault);
	if (err == ERR_NONE)
		err = finish_files(vault);
	if (err == ERR_NONE && !vault->sealed)
		err = finish_folder(vault);
	*ret_bytes = vault->bytes;
	return err;
}

const char *
vault_temporary(const struct vault *vault)
{
	return vault->temporary;
}

const uint8_t *
vault_key(const struct vault *vault)
{
	return vault->sealed ? vault->key : NULL;
}

enum err
vault_place(struct vault *vault)
{
	if (renameat2(AT_FDCWD, vault->temporary, AT_FDCWD, vault->path,
		RENAME_NOREPLACE) != 0)
		return settle_err();
	vault->made = false;
	return settle_around(vault->path);
}

void
vault_close(struct vault *vault)
{
	if (vault == NULL)
		return;
	while (vault->count > 0)
		(void)close(vault->files[--vault->count]);
	if (vault->made && vault_remove(vault->temporary) != ERR_NONE)
		errno = 0; /* nobody is left who could do it */
	crypto_wipe(vault, sizeof(*vault));
	free(vault);
}
