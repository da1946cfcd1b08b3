#include "daemon/codes.h"

#include <stdlib.h>
#include <string.h>

#define ROOM 16 /* names that there is room for at first */

struct codes {
	char **names;
	size_t *above; /* a name of the same class; the top one names itself */
	size_t count;
	size_t room;
};

enum err
codes_new(struct codes **ret_codes)
{
	struct codes *codes = calloc(1, sizeof(*codes));

	if (codes == NULL)
		return ERR_NOMEM;
	*ret_codes = codes;
	return ERR_NONE;
}

void
codes_free(struct codes *codes)
{
	size_t i;

	if (codes == NULL)
		return;
	for (i = 0; i < codes->count; i++)
		free(codes->names[i]);
	free(codes->names);
	free(codes->above);
	free(codes);
}

enum err
codes_find(const struct codes *codes, const char *name, size_t *ret_number)
{
	size_t i;

	for (i = 0; i < codes->count; i++)
		if (strcmp(codes->names[i], name) == 0) {
			*ret_number = i;
			return ERR_NONE;
		}
	return ERR_NOENT;
}

static enum err
make_room(struct codes *codes)
{
	size_t room = codes->room == 0 ? ROOM : 2 * codes->room;
	char **names;
	size_t *above;

	if (codes->count < codes->room)
		return ERR_NONE;
	if ((names = realloc(codes->names, room * sizeof(char *))) == NULL)
		return ERR_NOMEM;
	codes->names = names;
	if ((above = realloc(codes->above, room * sizeof(*above))) == NULL)
		return ERR_NOMEM;
	codes->above = above;
	codes->room = room;
	return ERR_NONE;
}

enum err
codes_add(struct codes *codes, const char *name, size_t *ret_number)
{
	enum err err;

	if (codes_find(codes, name, ret_number) == ERR_NONE)
		return ERR_NONE;
	if ((err = make_room(codes)) != ERR_NONE)
		return err;
	if ((codes->names[codes->count] = strdup(name)) == NULL)
		return ERR_NOMEM;
	codes->above[codes->count] = codes->count;
	*ret_number = codes->count++;
	return ERR_NONE;
}

size_t
codes_class(const struct codes *codes, size_t number)
{
	while (codes->above[number] != number)
		number = codes->above[number];
	return number;
}

/* The name that comes first in the alphabet stands for all. */
void
codes_tie(struct codes *codes, size_t a, size_t b)
{
	a = codes_class(codes, a);
	b = codes_class(codes, b);
	if (strcmp(codes->names[a], codes->names[b]) <= 0)
		codes->above[b] = a;
	else
		codes->above[a] = b;
}

size_t
codes_count(const struct codes *codes)
{
	return codes->count;
}

const char *
codes_name(const struct codes *codes, size_t number)
{
	return codes->names[number];
}
