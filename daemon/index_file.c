#include "daemon/index_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void
index_file_wipe(const char *path)
{
	static const uint8_t zeros[65536];
	struct stat st;
	off_t at = 0;
	ssize_t wrote = 1;
	int fd;

	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0)
		return;
	if (fstat(fd, &st) == 0)
		for (; at < st.st_size && wrote > 0; at += wrote)
			wrote = pwrite(fd, zeros,
			    st.st_size - at < (off_t)sizeof(zeros) ?
				(size_t)(st.st_size - at) :
				sizeof(zeros),
			    at);
	(void)fsync(fd);
	(void)close(fd);
	(void)unlink(path);
}

/* Remove the file and its lock. */
static void
throw_away(const char *path)
{
	char lock[INDEX_PATH_MAX];

	index_file_wipe(path);
	if (snprintf(lock, sizeof(lock), "%s-lock", path) < (int)sizeof(lock))
		(void)unlink(lock);
}

bool
index_file_beside(
    const struct index *index, const char *tail, char out[INDEX_PATH_MAX])
{
	int len = snprintf(out, INDEX_PATH_MAX, "%s%s", index->path, tail);

	return len > 0 && len < INDEX_PATH_MAX;
}

void
index_file_clean(const struct index *index)
{
	char path[INDEX_PATH_MAX];

	if (index_file_beside(index, "-new", path))
		index_file_wipe(path);
	if (index_file_beside(index, "-old", path))
		index_file_wipe(path);
}

void
index_file_close(struct index *index)
{
	index_drop_searches(index);
	db_close(index->db);
	index->db = NULL;
}

enum err
index_file_open(struct index *index)
{
	enum err err = db_open(&index->options, &index->db);

	if (err == ERR_NONE && index_progress_is_foreign(index->db)) {
		index_file_close(index);
		err = ERR_VERSION;
	}
	if (err == ERR_DAMAGED || err == ERR_VERSION) {
		throw_away(index->path);
		err = db_open(&index->options, &index->db);
	}
	return err;
}
