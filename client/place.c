#include "client/place.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/env.h"

#define LABELS "labels.tsv"

/* Put ${name} behind ${folder}; return whether it fitted. */
static bool
join_path(char out[PLACE_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PLACE_MAX, "%s/%s", folder, name);

	return len > 0 && len < PLACE_MAX;
}

/* Return whether ${folder} has a file ${name} that can be read. */
static bool
has_file(const char *folder, const char *name)
{
	char path[PLACE_MAX];

	return join_path(path, folder, name) && access(path, R_OK) == 0;
}

/* Write ${name} behind the folder of the program, as if not installed. */
static bool
beside_program(const char *name, char out[PLACE_MAX])
{
	char path[PLACE_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (len <= 0)
		return false;
	path[len] = '\0';
	if ((slash = strrchr(path, '/')) == NULL)
		return false;
	*slash = '\0';
	return join_path(out, path, name);
}

/* What ERFA_DATA says; what is too long is nowhere. */
static const char *
said(void)
{
	const char *data = env_get("ERFA_DATA");

	return data != NULL && strlen(data) >= PLACE_MAX ? "" : data;
}

void
place_data(char out[PLACE_MAX])
{
	const char *data = said();

	if (data == NULL)
		data = ERFA_DATADIR;
	if (strcmp(data, ERFA_DATADIR) == 0 && !has_file(data, LABELS) &&
	    beside_program("../conf", out) && has_file(out, LABELS))
		return;
	(void)snprintf(out, PLACE_MAX, "%s", data);
}

/* Return whether ${folder} has a catalogue of ${language}. */
static bool
has_catalogue(const char *folder, const char *language)
{
	char name[64];
	int n = snprintf(
	    name, sizeof(name), "%.20s/LC_MESSAGES/erfa.mo", language);

	return n > 0 && has_file(folder, name);
}

enum err
place_locale(const char *language, char out[PLACE_MAX])
{
	const char *data = said();
	char path[PLACE_MAX];

	if (join_path(path, data != NULL ? data : ERFA_DATADIR, "locale") &&
	    has_catalogue(path, language)) {
		memcpy(out, path, sizeof(path));
		return ERR_NONE;
	}
	if (beside_program("locale", path) && has_catalogue(path, language)) {
		memcpy(out, path, sizeof(path));
		return ERR_NONE;
	}
	return ERR_NOENT;
}
