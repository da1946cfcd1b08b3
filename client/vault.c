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

#define FOLDER_MODE 0700
#define FILE_MODE   0600

/* Folders that a backup may have in it. */
static const char *const folders[] = { "state", "conf.d" };

#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

struct vault {
	char path[VAULT_PATH_MAX];
	char temporary[VAULT_PATH_MAX];
	bool sealed;
	bool made;     /* something stands there */
	int fd;        /* of the file, or of the part at hand */
	uint64_t left; /* bytes of that part to come */
	uint64_t bytes;
	struct backup_stream stream;
	uint8_t key[KEY_LEN];
	size_t used; /* of piece */
	uint8_t piece[BACKUP_PIECE];
	uint8_t out[BACKUP_PIECE + CRYPTO_STREAM_EXTRA];
};

static enum err
err_of_errno(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOENT;
	case EEXIST:
	case ENOTEMPTY:
		return ERR_EXIST;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	case ENAMETOOLONG:
		return ERR_SIZE;
	default:
		return ERR_IO;
	}
}

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
		done = write(vault->fd, data, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? err_of_errno() : ERR_IO;
		data += done;
		len -= (size_t)done;
	}
	return ERR_NONE;
}

/* Make what was done to names in a folder last. */
static enum err
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = ERR_NONE;

	if (fd < 0)
		return err_of_errno();
	if (fsync(fd) != 0)
		err = err_of_errno();
	(void)close(fd);
	return err;
}

/* The folder around ${path}. */
static enum err
sync_around(const char *path)
{
	char folder[VAULT_PATH_MAX];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	if ((slash = strrchr(folder, '/')) == NULL)
		(void)snprintf(folder, sizeof(folder), ".");
	else
		slash[slash == folder ? 1 : 0] = '\0';
	return sync_folder(folder);
}

/* ---- beginning ---- */

static enum err
begin_file(struct vault *vault, const uint8_t recipient[KEY_LEN])
{
	uint8_t header[BACKUP_HEADER_LEN];
	enum err err;

	vault->fd = open(vault->temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (vault->fd < 0)
		return err_of_errno();
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
		return err_of_errno();
	vault->made = true;
	for (i = 0; i < FOLDERS; i++)
		if (!join(path, vault->temporary, folders[i]) ||
		    mkdir(path, FOLDER_MODE) != 0)
			return err_of_errno();
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
	vault->fd = -1;
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

/* The part at hand has all its bytes. */
static enum err
end_part(struct vault *vault)
{
	enum err err = ERR_NONE;

	if (vault->left > 0)
		return ERR_SIZE;
	if (vault->sealed || vault->fd < 0)
		return ERR_NONE;
	if (fsync(vault->fd) != 0)
		err = err_of_errno();
	if (close(vault->fd) != 0 && err == ERR_NONE)
		err = err_of_errno();
	vault->fd = -1;
	return err;
}

enum err
vault_part(struct vault *vault, const char *name, uint64_t size)
{
	uint8_t lead[BACKUP_LEAD_MAX];
	char path[VAULT_PATH_MAX];
	size_t len;
	enum err err;

	if ((err = end_part(vault)) != ERR_NONE)
		return err;
	if (!backup_name_valid(name))
		return ERR_SYNTAX;
	vault->left = size;
	if (vault->sealed) {
		err = backup_lead(name, size, lead, &len);
		return err == ERR_NONE ? put(vault, lead, len) : err;
	}
	if (!join(path, vault->temporary, name))
		return ERR_SIZE;
	vault->fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	return vault->fd < 0 ? err_of_errno() : ERR_NONE;
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
	if (err == ERR_NONE && fsync(vault->fd) != 0)
		err = err_of_errno();
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
		    sync_folder(path) :
		    ERR_SIZE;
	return err == ERR_NONE ? sync_folder(vault->temporary) : err;
}

enum err
vault_finish(struct vault *vault, uint64_t *ret_bytes)
{
	enum err err;

	if ((err = end_part(vault)) != ERR_NONE)
		return err;
	err = vault->sealed ? finish_file(vault) : finish_folder(vault);
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
		return err_of_errno();
	vault->made = false;
	return sync_around(vault->path);
}

void
vault_close(struct vault *vault)
{
	if (vault == NULL)
		return;
	if (vault->fd >= 0)
		(void)close(vault->fd);
	if (vault->made && vault_remove(vault->temporary) != ERR_NONE)
		errno = 0; /* nobody is left who could do it */
	crypto_wipe(vault, sizeof(*vault));
	free(vault);
}
