#include "tests/sim/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/sim/machine.h"

#define FILES 64 /* that are watched */

/* A write that nobody has synced. */
struct unsynced {
	off_t at;
	size_t len;
	off_t size;   /* of the file before */
	uint8_t *was; /* what of it there was; NULL: nothing */
	size_t was_len;
	uint8_t *data; /* NULL: zeros */
};

struct file {
	int node;
	char path[200];
	ino_t ino;
	struct unsynced *writes; /* the first one first */
	size_t count;
	size_t room;
};

/* The linker's replacements have no argument to find it by. */
static struct file files[FILES];
static size_t nfiles;

static void
forget_writes(struct file *file)
{
	size_t i;

	for (i = 0; i < file->count; i++) {
		free(file->writes[i].was);
		free(file->writes[i].data);
	}
	file->count = 0;
}

void
disk_begin(void)
{
	size_t i;

	for (i = 0; i < nfiles; i++) {
		forget_writes(&files[i]);
		free(files[i].writes);
	}
	memset(files, 0, sizeof(files));
	nfiles = 0;
}

void
disk_forget(int node)
{
	size_t i;

	for (i = 0; i < nfiles; i++)
		if (files[i].node == node) {
			forget_writes(&files[i]);
			files[i].ino = 0;
		}
}

void
disk_watch(int node, const char *path)
{
	struct stat st;
	size_t i;

	for (i = 0; i < nfiles; i++)
		if (files[i].node == node && strcmp(files[i].path, path) == 0)
			break;
	if (i == FILES || stat(path, &st) != 0)
		return;
	nfiles += i == nfiles;
	files[i].node = node;
	(void)snprintf(files[i].path, sizeof(files[i].path), "%s", path);

	/* What a process left unsynced is so for the next one, too. */
	if (files[i].ino != st.st_ino)
		forget_writes(&files[i]);
	files[i].ino = st.st_ino;
}

/* The file that is watched and open here, or NULL. */
static struct file *
watched(int fd, struct stat *ret_st)
{
	size_t i;

	if (nfiles == 0 || fstat(fd, ret_st) != 0 || !S_ISREG(ret_st->st_mode))
		return NULL;
	for (i = 0; i < nfiles; i++)
		if (files[i].ino == ret_st->st_ino)
			return &files[i];
	return NULL;
}

static void *
copy_of(const void *data, size_t len)
{
	void *copy = len == 0 ? NULL : malloc(len);

	if (copy == NULL && len > 0)
		abort();
	if (copy != NULL && data != NULL)
		memcpy(copy, data, len);
	return copy;
}

void
disk_writes(int fd, off_t at, const uint8_t *data, size_t len)
{
	struct unsynced *write;
	struct file *file;
	struct stat st;

	if ((file = watched(fd, &st)) == NULL ||
	    (fcntl(fd, F_GETFL) & O_DSYNC) != 0)
		return;
	if (file->count == file->room) {
		file->room = file->room == 0 ? 64 : 2 * file->room;
		file->writes = realloc(
		    file->writes, file->room * sizeof(*file->writes));
		if (file->writes == NULL)
			abort();
	}
	write = &file->writes[file->count++];
	write->at = at;
	write->len = len;
	write->size = st.st_size;
	write->was_len = at >= st.st_size ? 0 :
	    st.st_size - at < (off_t)len  ? (size_t)(st.st_size - at) :
					    len;
	write->was = copy_of(NULL, write->was_len);
	write->data = data == NULL ? NULL : copy_of(data, len);
	if (write->was_len > 0) {
		int in = open(file->path, O_RDONLY | O_CLOEXEC);

		if (in < 0 ||
		    pread(in, write->was, write->was_len, at) !=
			(ssize_t)write->was_len)
			abort();
		(void)close(in);
	}
}

void
disk_synced(int fd)
{
	struct file *file;
	struct stat st;

	if ((file = watched(fd, &st)) != NULL)
		forget_writes(file);
}

/* Take all writes of a file back, then do some of them again. */
static unsigned
cut(struct file *file, unsigned percent)
{
	const struct unsynced *write;
	unsigned lost = 0;
	size_t i;
	int fd = open(file->path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		abort();
	for (i = file->count; i-- > 0;) {
		write = &file->writes[i];
		if (ftruncate(fd, write->size) != 0 ||
		    syscall(SYS_pwrite64, fd, write->was, write->was_len,
			write->at) != (long)write->was_len)
			abort();
	}
	for (i = 0; i < file->count; i++) {
		write = &file->writes[i];
		if (machine_happens(percent))
			lost++;
		else if (write->data == NULL ?
			ftruncate(fd, write->at + (off_t)write->len) != 0 :
			syscall(SYS_pwrite64, fd, write->data, write->len,
			    write->at) != (long)write->len)
			abort();
	}
	(void)close(fd);
	forget_writes(file);
	return lost;
}

unsigned
disk_cut(int node)
{
	unsigned percent = machine_happens(50) ? 100 : 50;
	unsigned lost = 0;
	size_t i;

	for (i = 0; i < nfiles; i++)
		if (files[i].node == node && files[i].count > 0)
			lost += cut(&files[i], percent);
	return lost;
}
