#include "tests/unit/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_DIRS 16

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

char *
scratch_path(const char *dir, const char *name)
{
	size_t size = strlen(dir) + strlen(name) + 2;
	char *path = malloc(size);

	if (path != NULL)
		(void)snprintf(path, size, "%s/%s", dir, name);
	return path;
}

char *
scratch_make(void)
{
	const char *parent = getenv("TMPDIR");
	char *dir = scratch_path(parent == NULL ? "/tmp" : parent, "u.XXXXXX");

	if (dir != NULL && mkdtemp(dir) == NULL) {
		free(dir);
		return NULL;
	}
	return dir;
}

void
scratch_remove(char *dir)
{
	if (dir == NULL)
		return;
	(void)nftw(dir, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS);
	free(dir);
}
