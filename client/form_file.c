#include "client/form_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/env.h"

#define MODE_FOLDER 0700
#define MODE_NEW    0666 /* less the umask */
#define MODE_BITS   07777
#define NAME        "erfa-edit-"
#define ENDING      ".yaml"
#define DRAWN       "XXXXXX"

/* ---- writing ---- */

/* What errno says. */
static enum err
reason(void)
{
	switch (errno) {
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOENT;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	default:
		return ERR_IO;
	}
}

/* Write all of ${text} to the disk, and close ${fd}. */
static enum err
fill(int fd, const char *text)
{
	size_t len = strlen(text);
	enum err err = ERR_NONE;
	ssize_t done;

	while (len > 0 && err == ERR_NONE) {
		done = write(fd, text, len);
		if (done > 0) {
			text += done;
			len -= (size_t)done;
		} else if (done == 0 || errno != EINTR) {
			err = done == 0 ? ERR_IO : reason();
		}
	}
	if (err == ERR_NONE && fsync(fd) != 0)
		err = reason();
	if (close(fd) != 0 && err == ERR_NONE)
		err = reason();
	return err;
}

static enum err
write_new(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_NEW);
	enum err err;

	if (fd < 0)
		return reason();
	if ((err = fill(fd, text)) != ERR_NONE)
		(void)unlink(path);
	return err;
}

/* Give the file at ${fd} the owner and the mode of another. */
static enum err
liken(int fd, const struct stat *like)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return ERR_IO;
	if ((info.st_uid != like->st_uid || info.st_gid != like->st_gid) &&
	    fchown(fd, like->st_uid, like->st_gid) != 0)
		return ERR_DENIED;
	return fchmod(fd, like->st_mode & MODE_BITS) == 0 ? ERR_NONE : reason();
}

/* Fill the new file ${beside}, open at ${fd}, and let it take the place of
 * ${path}. */
static enum err
replace(int fd, const char *beside, const char *path, const struct stat *like,
    const char *text)
{
	enum err err = liken(fd, like);

	if (err == ERR_NONE)
		err = fill(fd, text);
	else
		(void)close(fd);
	if (err == ERR_NONE && rename(beside, path) != 0)
		err = reason();
	if (err != ERR_NONE)
		(void)unlink(beside);
	return err;
}

/* Write over the file ${path}, in which there are no links. */
static enum err
write_over(const char *path, const char *text)
{
	size_t size = strlen(path) + sizeof("." DRAWN);
	struct stat info;
	char *beside;
	enum err err;
	int fd;

	if (stat(path, &info) != 0)
		return reason();
	if (!S_ISREG(info.st_mode) || access(path, W_OK) != 0)
		return ERR_DENIED;
	if ((beside = malloc(size)) == NULL)
		return ERR_NOMEM;
	(void)snprintf(beside, size, "%s." DRAWN, path);
	fd = mkostemp(beside, O_CLOEXEC);
	err = fd < 0 ? reason() : replace(fd, beside, path, &info, text);
	free(beside);
	return err;
}

enum err
form_file_write(const char *path, const char *text)
{
	char *target = realpath(path, NULL);
	enum err err;

	if (target == NULL && errno == ENOMEM)
		return ERR_NOMEM;
	if (target == NULL)
		return errno == ENOENT ? write_new(path, text) : reason();
	err = write_over(target, text);
	free(target);
	return err;
}

/* ---- files for the editor ---- */

/* Where they may lie, the best first. */
enum shelf {
	SHELF_STATE,
	SHELF_HOME,
	SHELF_TMPDIR,
	SHELF_TMP,
	SHELF_END,
};

/* Write the folder of ${shelf} to ${out}; return whether there is one. */
static bool
folder_of(enum shelf shelf, char out[PATH_MAX])
{
	static const char *const names[] = { "XDG_STATE_HOME", "HOME",
		"TMPDIR" };
	static const char *const below[] = { "/erfa", "/.local/state/erfa",
		"" };
	const char *base;
	int len;

	if (shelf == SHELF_TMP)
		return snprintf(out, PATH_MAX, "/tmp") > 0;
	base = env_get(names[shelf]);
	if (base == NULL || (shelf != SHELF_TMPDIR && base[0] != '/'))
		return false;
	/* Some users have a home that is not there, and is not to be made. */
	if (shelf == SHELF_HOME && access(base, F_OK) != 0)
		return false;
	len = snprintf(out, PATH_MAX, "%s%s", base, below[shelf]);
	return len > 0 && len < PATH_MAX;
}

/* Make a folder and those above it, for their owner alone; whether that went
 * well shows when a file is made in it. */
static void
make_folders(char folder[PATH_MAX])
{
	char *slash;

	for (slash = folder + 1; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		*slash = '\0';
		(void)mkdir(folder, MODE_FOLDER);
		*slash = '/';
	}
	(void)mkdir(folder, MODE_FOLDER);
}

enum err
form_file_make(char *path, size_t size)
{
	char folder[PATH_MAX];
	enum shelf shelf;
	int len, fd;

	for (shelf = SHELF_STATE; shelf < SHELF_END; shelf++) {
		if (!folder_of(shelf, folder))
			continue;
		if (shelf < SHELF_TMPDIR)
			make_folders(folder);
		len = snprintf(path, size, "%s/" NAME DRAWN ENDING, folder);
		if (len < 0 || (size_t)len >= size)
			continue;
		fd = mkostemps(path, (int)strlen(ENDING), O_CLOEXEC);
		if (fd >= 0 && close(fd) == 0)
			return ERR_NONE;
	}
	return ERR_IO;
}

bool
form_file_is_made(const char *path)
{
	static const size_t chars = sizeof(NAME DRAWN ENDING) - 1;
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	enum shelf shelf;
	size_t len;

	if (slash == NULL || strlen(slash + 1) != chars ||
	    strncmp(slash + 1, NAME, strlen(NAME)) != 0 ||
	    strcmp(slash + 1 + chars - strlen(ENDING), ENDING) != 0)
		return false;
	len = (size_t)(slash - path);
	for (shelf = SHELF_STATE; shelf < SHELF_END; shelf++)
		if (folder_of(shelf, folder) && strlen(folder) == len &&
		    memcmp(folder, path, len) == 0)
			return true;
	return false;
}
