#include "tests/sim/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
files_copy(const char *from, const char *to)
{
	static uint8_t block[65536];
	struct stat st;
	off_t at = 0;
	off_t stop;
	ssize_t len;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (in < 0 || out < 0 || fstat(in, &st) != 0)
		abort();
	while ((at = lseek(in, at, SEEK_DATA)) >= 0) {
		stop = lseek(in, at, SEEK_HOLE);
		for (; at < stop; at += len) {
			len = pread(in, block,
			    stop - at < (off_t)sizeof(block) ?
				(size_t)(stop - at) :
				sizeof(block),
			    at);
			if (len <= 0 ||
			    pwrite(out, block, (size_t)len, at) != len)
				abort();
		}
	}
	if (ftruncate(out, st.st_size) != 0)
		abort();
	(void)close(in);
	(void)close(out);
}

/* Locks are of the process that made them. */
static bool
is_lock(const char *name)
{
	return strstr(name, "lock") != NULL;
}

void
files_empty(const char *dir)
{
	DIR *list = opendir(dir);
	struct dirent *item;
	char path[2 * FILES_PATH + 256];

	while (list != NULL && (item = readdir(list)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, item->d_name);
		if (item->d_name[0] != '.' && unlink(path) != 0)
			files_remove(path);
	}
	if (list != NULL)
		(void)closedir(list);
}

void
files_copy_all(const char *from, const char *to)
{
	DIR *list = opendir(from);
	struct dirent *item;
	char source[2 * FILES_PATH + 256];
	char target[2 * FILES_PATH + 256];

	while (list != NULL && (item = readdir(list)) != NULL) {
		if (item->d_name[0] == '.' || is_lock(item->d_name))
			continue;
		(void)snprintf(
		    source, sizeof(source), "%s/%s", from, item->d_name);
		(void)snprintf(
		    target, sizeof(target), "%s/%s", to, item->d_name);
		files_copy(source, target);
	}
	if (list != NULL)
		(void)closedir(list);
}

void
files_remove(const char *dir)
{
	files_empty(dir);
	(void)rmdir(dir);
}
