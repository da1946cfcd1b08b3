#include "client/recent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/env.h"

#define MODE_FOLDER 0700
#define MODE_FILE   0600

/* The terminal's name as one word: "pts-3". */
static bool
terminal_word(char *out, size_t size)
{
	static const int streams[] = { STDERR_FILENO, STDIN_FILENO,
		STDOUT_FILENO };
	char name[128] = "";
	size_t i;
	char *c;

	for (i = 0; i < 3; i++)
		if (ttyname_r(streams[i], name, sizeof(name)) == 0)
			break;
	if (i == 3 || strncmp(name, "/dev/", 5) != 0)
		return false;
	for (c = name + 5; *c != '\0'; c++)
		if (*c == '/' || *c == '.')
			*c = '-';
	return (size_t)snprintf(out, size, "%s", name + 5) < size;
}

/* The user's folder for such things, which is made. */
static bool
folder(char *out, size_t size)
{
	const char *runtime = env_get("XDG_RUNTIME_DIR");
	const char *cache = env_get("XDG_CACHE_HOME");
	const char *home = env_get("HOME");
	int len;

	if (runtime != NULL && *runtime == '/')
		len = snprintf(out, size, "%s/erfa", runtime);
	else if (cache != NULL && *cache == '/')
		len = snprintf(out, size, "%s/erfa", cache);
	else if (home != NULL && *home == '/') {
		len = snprintf(out, size, "%s/.cache", home);
		if (len < 0 || (size_t)len >= size ||
		    (mkdir(out, MODE_FOLDER) != 0 && errno != EEXIST))
			return false;
		len = snprintf(out, size, "%s/.cache/erfa", home);
	} else {
		return false;
	}
	if (len < 0 || (size_t)len >= size)
		return false;
	return mkdir(out, MODE_FOLDER) == 0 || errno == EEXIST;
}

enum err
recent_path(char out[RECENT_PATH_MAX])
{
	char terminal[128];
	char place[RECENT_PATH_MAX];
	int len;

	if (!terminal_word(terminal, sizeof(terminal)) ||
	    !folder(place, sizeof(place)))
		return ERR_NOENT;
	len = snprintf(out, RECENT_PATH_MAX, "%s/list-%s", place, terminal);
	return len > 0 && len < RECENT_PATH_MAX ? ERR_NONE : ERR_NOENT;
}

enum err
recent_save(const char *path, const char *const *ids, size_t count)
{
	bool good = true;
	FILE *file;
	size_t i;
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_FILE);
	if (fd < 0)
		return ERR_IO;
	if ((file = fdopen(fd, "w")) == NULL) {
		(void)close(fd);
		return ERR_IO;
	}
	for (i = 0; i < count && i < RECENT_MAX; i++)
		good = fprintf(file, "%s\n", ids[i]) > 0 && good;
	if (fclose(file) != 0 || !good) {
		(void)unlink(path);
		return ERR_IO;
	}
	return ERR_NONE;
}

enum err
recent_find(const char *path, size_t line, char ret_id[RECORD_ID_CHARS + 1])
{
	char text[RECORD_ID_CHARS + 2];
	struct record_id id;
	size_t at = 0;
	FILE *file;

	if ((file = fopen(path, "re")) == NULL)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	while (at < line && at < RECENT_MAX &&
	    fgets(text, sizeof(text), file) != NULL)
		at++;
	(void)fclose(file);
	if (at == 0 || at != line)
		return ERR_NOENT;
	text[strcspn(text, "\n")] = '\0';
	if (record_parse(text, &id) != ERR_NONE ||
	    strlen(text) > RECORD_ID_CHARS)
		return ERR_SYNTAX;
	memcpy(ret_id, text, strlen(text) + 1);
	return ERR_NONE;
}
