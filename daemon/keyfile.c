#include "daemon/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/crypto.h"

#define TEXT_LEN (2 * SEED_LEN + 1) /* with its newline */

static enum err
err_of_errno(void)
{
	switch (errno) {
	case ENOENT:
		return ERR_NOENT;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	default:
		return ERR_IO;
	}
}

/* Read up to ${size} bytes of a file that those of ${others} may not use. */
static enum err
read_secret(
    const char *path, mode_t others, char *out, size_t size, size_t *ret_len)
{
	enum err err = ERR_NONE;
	struct stat info = { .st_mode = 0 };
	ssize_t len = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return errno == ENOENT ? ERR_NOENT :
		    errno == EACCES    ? ERR_DENIED :
					 ERR_IO;
	if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode))
		err = ERR_SYNTAX;
	else if ((info.st_mode & others) != 0)
		err = ERR_DENIED;
	else if ((len = read(fd, out, size)) == -1)
		err = ERR_IO;
	(void)close(fd);
	if (err == ERR_NONE)
		*ret_len = (size_t)len;
	return err;
}

enum err
keyfile_read(const char *path, mode_t others, uint8_t ret_seed[SEED_LEN])
{
	char text[TEXT_LEN + 1]; /* room for one too many */
	size_t len = 0;
	enum err err;

	err = read_secret(path, others, text, sizeof(text), &len);
	if (err != ERR_NONE)
		return err;
	if (len == TEXT_LEN && text[len - 1] == '\n') {
		text[len - 1] = '\0';
		if (bytes_unhex(text, ret_seed, SEED_LEN) != ERR_NONE)
			err = ERR_SYNTAX;
	} else {
		err = ERR_SYNTAX;
	}
	crypto_wipe(text, sizeof(text));
	return err;
}

/* Make what was done to names in the folder of ${path} last. */
static enum err
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ?
	    strdup(".") :
	    strndup(path, (size_t)(slash - path) + 1);
	enum err err = ERR_NONE;
	int fd;

	if (folder == NULL)
		return ERR_NOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) != 0)
		err = ERR_IO;
	if (fd != -1)
		(void)close(fd);
	free(folder);
	return err;
}

/* Write a file that only its owner may use, down to the disk. */
static enum err
write_secret(const char *path, int flags, const char *text, size_t len)
{
	enum err err = ERR_NONE;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (fd == -1)
		return err_of_errno();
	if (write(fd, text, len) != (ssize_t)len || fsync(fd) != 0)
		err = err_of_errno();
	if (close(fd) != 0 && err == ERR_NONE)
		err = err_of_errno();
	return err;
}

/* The name of a file that is not yet what it is to be. */
static char *
unfinished(const char *path)
{
	char *name = NULL;

	return asprintf(&name, "%s.new", path) == -1 ? NULL : name;
}

enum err
keyfile_write(const char *path, const uint8_t seed[SEED_LEN])
{
	char *name = unfinished(path);
	char text[TEXT_LEN + 1];
	enum err err;

	if (name == NULL)
		return ERR_NOMEM;
	bytes_hex(seed, SEED_LEN, text);
	text[TEXT_LEN - 1] = '\n';
	err = write_secret(name, O_CREAT | O_TRUNC, text, TEXT_LEN);
	crypto_wipe(text, sizeof(text));
	if (err == ERR_NONE)
		err = keyfile_move(name, path);
	if (err != ERR_NONE)
		(void)unlink(name);
	free(name);
	return err;
}

enum err
keyfile_keep(const char *path, const char *aside)
{
	char *name = unfinished(aside);
	enum err err = ERR_NONE;

	if (name == NULL)
		return ERR_NOMEM;
	(void)unlink(name);
	if (link(path, name) != 0)
		err = errno == ENOENT ? ERR_NOENT : ERR_IO;
	else
		err = keyfile_move(name, aside);
	free(name);
	return err;
}

enum err
keyfile_move(const char *from, const char *to)
{
	if (rename(from, to) != 0)
		return ERR_IO;

	/* If both are one file, rename() leaves both. */
	(void)unlink(from);
	return sync_folder(to);
}

enum err
keyfile_wipe(const char *path)
{
	const char nothing[TEXT_LEN] = { 0 };
	enum err err;

	err = write_secret(path, 0, nothing, sizeof(nothing));
	if (err == ERR_NOENT)
		return ERR_NONE;
	if (unlink(path) != 0 && errno != ENOENT)
		return ERR_IO;
	return err == ERR_NONE ? sync_folder(path) : ERR_IO;
}
