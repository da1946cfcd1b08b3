#include "client/slurp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/say.h"

#define FIRST_BYTES 65536

enum err
slurp_open(const char *path, FILE **ret_file)
{
	struct stat info;
	FILE *file;

	if (strcmp(path, "-") == 0) {
		*ret_file = stdin;
		return ERR_NONE;
	}
	if ((file = fopen(path, "re")) == NULL) {
		if (errno == ENOENT || errno == ENOTDIR)
			return ERR_NOENT;
		return errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_IO;
	}
	if (fstat(fileno(file), &info) != 0 || S_ISDIR(info.st_mode)) {
		(void)fclose(file);
		return ERR_IO;
	}
	*ret_file = file;
	return ERR_NONE;
}

const char *
slurp_name(const char *path)
{
	return strcmp(path, "-") == 0 ? SAY("standard input") : path;
}

void
slurp_close(FILE *file)
{
	if (file != NULL && file != stdin)
		(void)fclose(file);
}

/* Make room for more; at most one byte beyond ${max}, and the NUL. */
static bool
grow(char **data, size_t *room, size_t max)
{
	size_t more = *room == 0 ? FIRST_BYTES : 2 * *room;
	char *bigger;

	if (more > max + 2)
		more = max + 2;
	if ((bigger = realloc(*data, more)) == NULL)
		return false;
	*data = bigger;
	*room = more;
	return true;
}

/* Read what is left of ${file}, as slurp() tells. */
static enum err
read_rest(FILE *file, size_t max, char **ret_data, size_t *ret_len)
{
	char *data = NULL;
	size_t room = 0;
	size_t len = 0;
	size_t got;

	do {
		if (len + 1 >= room && !grow(&data, &room, max)) {
			free(data);
			return ERR_NOMEM;
		}
		got = fread(data + len, 1, room - len - 1, file);
		len += got;
	} while (got > 0 && len <= max);
	if (ferror(file) || len > max) {
		free(data);
		return len > max ? ERR_SIZE : ERR_IO;
	}
	data[len] = '\0';
	*ret_data = data;
	*ret_len = len;
	return ERR_NONE;
}

enum err
slurp(const char *path, size_t max, char **ret_data, size_t *ret_len)
{
	FILE *file;
	enum err err = slurp_open(path, &file);

	if (err != ERR_NONE)
		return err;
	err = read_rest(file, max, ret_data, ret_len);
	slurp_close(file);
	return err;
}
