#include "client/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/service.h"

enum err
settle_err(void)
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

enum err
settle_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = ERR_NONE;

	if (fd < 0)
		return settle_err();
	if (fsync(fd) != 0)
		err = settle_err();
	(void)close(fd);
	return err;
}

enum err
settle_around(const char *path)
{
	char folder[PATH_MAX];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	if ((slash = strrchr(folder, '/')) == NULL)
		(void)snprintf(folder, sizeof(folder), ".");
	else
		slash[slash == folder ? 1 : 0] = '\0';
	return settle_folder(folder);
}

/* Write all of it, and see it onto the disk. */
static enum err
write_all(int fd, const char *data, size_t len)
{
	ssize_t done;

	while (len > 0) {
		done = write(fd, data, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? settle_err() : ERR_IO;
		data += done;
		len -= (size_t)done;
	}
	return fsync(fd) == 0 ? ERR_NONE : settle_err();
}

static enum err
write_beside(
    const char *beside, const void *data, size_t len, mode_t mode, bool own)
{
	enum err err;
	int fd;

	fd = open(
	    beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return settle_err();
	err = fchmod(fd, mode) == 0 ? write_all(fd, data, len) : settle_err();
	if (close(fd) != 0 && err == ERR_NONE)
		err = settle_err();
	if (err == ERR_NONE && own && !service_give(beside))
		err = settle_err();
	return err;
}

enum err
settle_file(
    const char *path, const void *data, size_t len, mode_t mode, bool own)
{
	char beside[PATH_MAX];
	struct stat info;
	int made;
	enum err err;

	made = snprintf(beside, sizeof(beside), "%s.new", path);
	if (made < 0 || (size_t)made >= sizeof(beside))
		return ERR_SIZE;
	if (lstat(path, &info) == 0)
		return ERR_EXIST;

	/* What an earlier run left there, killed half-way, is of no use. */
	if (unlink(beside) != 0 && errno != ENOENT)
		return settle_err();
	err = write_beside(beside, data, len, mode, own);
	if (err == ERR_NONE &&
	    renameat2(AT_FDCWD, beside, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
		err = settle_err();
	if (err != ERR_NONE) {
		(void)unlink(beside);
		return err;
	}
	if ((err = settle_around(path)) != ERR_NONE)
		(void)unlink(path);
	return err;
}
