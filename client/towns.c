#include "client/towns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/slurp.h"

#define FILE_NAME "municipalities.tsv"
#define FILE_MAX  1048576 /* bytes */
#define PATH_ROOM 1100
#define COLUMNS   5

/* One municipality; the words are lent by the text. */
struct town {
	char org[ORG_MAX + 1];
	const char *name;
	const char *note;
};

struct towns {
	char *text;
	struct town *list; /* sorted */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(
	    ((const struct town *)a)->org, ((const struct town *)b)->org);
}

/* "DK" and "791" are "dk-791". */
static void
make_org(const char *country, const char *code, char out[ORG_MAX + 1])
{
	size_t i;

	(void)snprintf(out, ORG_MAX + 1, "%.2s-%.8s", country, code);
	for (i = 0; i < 2; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
}

/* Take one line apart; what has too few columns is left out. */
static void
take_line(struct towns *towns, char *line)
{
	const char *cell[COLUMNS] = { NULL };
	struct town *town = &towns->list[towns->count];
	size_t count = 0;

	if (*line == '#')
		return;
	while (count < COLUMNS && line != NULL)
		cell[count++] = strsep(&line, "\t");
	if (count < COLUMNS || strlen(cell[0]) != 2)
		return;
	make_org(cell[0], cell[1], town->org);
	town->name = cell[2];
	town->note = cell[4];
	towns->count++;
}

static enum err
take_lines(struct towns *towns)
{
	char *rest = towns->text;
	size_t lines = 1;
	size_t i;

	for (i = 0; towns->text[i] != '\0'; i++)
		lines += towns->text[i] == '\n';
	towns->list = calloc(lines, sizeof(*towns->list));
	if (towns->list == NULL)
		return ERR_NOMEM;
	while (rest != NULL)
		take_line(towns, strsep(&rest, "\n"));
	if (towns->count > 0)
		qsort(towns->list, towns->count, sizeof(*towns->list), compare);
	return ERR_NONE;
}

enum err
towns_open(const char *dir, struct towns **ret_towns)
{
	struct towns *towns = calloc(1, sizeof(*towns));
	char path[PATH_ROOM];
	size_t len = 0;
	enum err err;

	if (towns == NULL)
		return ERR_NOMEM;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, FILE_NAME);
	err = slurp(path, FILE_MAX, &towns->text, &len);
	if (err == ERR_NONE)
		err = take_lines(towns);
	if (err == ERR_NONE)
		*ret_towns = towns;
	else
		towns_close(towns);
	return err;
}

void
towns_close(struct towns *towns)
{
	if (towns == NULL)
		return;
	free(towns->list);
	free(towns->text);
	free(towns);
}

static const struct town *
find(const struct towns *towns, const char *org)
{
	struct town want;

	if (towns == NULL || towns->count == 0 || strlen(org) > ORG_MAX)
		return NULL;
	memset(&want, 0, sizeof(want));
	memcpy(want.org, org, strlen(org));
	return bsearch(
	    &want, towns->list, towns->count, sizeof(*towns->list), compare);
}

const char *
towns_name(const struct towns *towns, const char *org)
{
	const struct town *town = find(towns, org);

	return town == NULL ? NULL : town->name;
}

enum err
towns_heir(
    const struct towns *towns, const char *org, char ret_heir[ORG_MAX + 1])
{
	static const char mark[] = ";successor=";
	const struct town *town = find(towns, org);
	const char *at = town == NULL ? NULL : strstr(town->note, mark);
	char code[9] = "";
	size_t len;

	if (at == NULL)
		return ERR_NOENT;
	at += strlen(mark);
	len = strspn(at, "0123456789");
	if (len == 0 || len >= sizeof(code))
		return ERR_NOENT;
	memcpy(code, at, len);
	make_org(town->org, code, ret_heir);
	return ERR_NONE;
}

const char *
towns_org(const struct towns *towns, size_t i)
{
	return i < towns->count ? towns->list[i].org : NULL;
}
