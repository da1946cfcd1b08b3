#include "client/csv_map.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/near.h"
#include "client/slurp.h"
#include "client/speech.h"

#define TABLE_MAX  131072 /* bytes of the table of words */
#define WORDS_MAX  2000
#define NAME_SHOWN 60

/* One word and what it means. */
struct word {
	char *folded;
	char *path; /* "title", "=status.active" or "~body_kind.committee" */
};

struct csv_words {
	struct word *words;
	size_t count;
};

/* ---- the table ---- */

/* Add one word of the table. */
static enum err
add_word(struct csv_words *words, const char *text, const char *path)
{
	struct word *word = &words->words[words->count];
	enum err err;

	if (words->count == WORDS_MAX)
		return ERR_SYNTAX;
	if ((err = text_fold(text, &word->folded)) != ERR_NONE)
		return err;
	if ((word->path = strdup(path)) == NULL) {
		free(word->folded);
		word->folded = NULL;
		return ERR_NOMEM;
	}
	words->count++;
	return ERR_NONE;
}

/* Read one line, which is cut into words. */
static enum err
add_line(struct csv_words *words, char *line)
{
	char *rest = line;
	const char *path = strsep(&rest, "\t");
	const char *text;
	enum err err = ERR_NONE;

	if (rest == NULL || *path == '\0' || strlen(path) >= CSV_PATH_MAX)
		return ERR_SYNTAX;
	while (err == ERR_NONE && (text = strsep(&rest, "\t,")) != NULL)
		if (*text != '\0')
			err = add_word(words, text, path);
	return err;
}

enum err
csv_words_open(const char *path, struct csv_words **ret_words)
{
	struct csv_words *words = calloc(1, sizeof(*words));
	char *text = NULL;
	char *rest, *line;
	size_t len = 0;
	enum err err;

	if (words == NULL ||
	    (words->words = calloc(WORDS_MAX, sizeof(*words->words))) == NULL) {
		free(words);
		return ERR_NOMEM;
	}
	err = slurp(path, TABLE_MAX, &text, &len);
	rest = text;
	while (err == ERR_NONE && (line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' && *line != '#')
			err = add_line(words, line);
	free(text);
	if (err == ERR_NONE)
		*ret_words = words;
	else
		csv_words_free(words);
	return err;
}

void
csv_words_free(struct csv_words *words)
{
	size_t i;

	if (words == NULL)
		return;
	for (i = 0; i < words->count; i++) {
		free(words->words[i].folded);
		free(words->words[i].path);
	}
	free(words->words);
	free(words);
}

/* The code at the end of "=status.active", if it is one of ${vocabulary}. */
static const char *
code_of(const char *path, char mark, const char *vocabulary)
{
	size_t len = strlen(vocabulary);

	return path[0] == mark && strncmp(path + 1, vocabulary, len) == 0 &&
		path[1 + len] == '.' ?
	    path + len + 2 :
	    NULL;
}

const char *
csv_words_code(
    const struct csv_words *words, const char *vocabulary, const char *text)
{
	const char *found = NULL;
	const char *code;
	char *folded = NULL;
	size_t i;

	if (text_fold(text, &folded) != ERR_NONE)
		return NULL;
	for (i = 0; i < words->count && found == NULL; i++) {
		code = code_of(words->words[i].path, '=', vocabulary);
		if (code != NULL && strcmp(words->words[i].folded, folded) == 0)
			found = code;
	}
	for (i = 0; i < words->count && found == NULL; i++) {
		code = code_of(words->words[i].path, '~', vocabulary);
		if (code != NULL &&
		    strstr(folded, words->words[i].folded) != NULL)
			found = code;
	}
	free(folded);
	return found;
}

/* ---- proposing ---- */

/* Whether ${word} is all of ${head}, or all before a bracket or the like. */
static bool
is_head(const char *head, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(head, word, len) != 0)
		return false;
	head += len;
	head += strspn(head, " ");
	return *head == '\0' || strchr("(:[*/?", *head) != NULL;
}

/* The field whose path the folded ${head} is, or NULL. */
static const char *
find_itself(const struct csv_words *words, const char *head)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		if (strcmp(words->words[i].path, head) == 0)
			return words->words[i].path;
	return NULL;
}

/* The field that the folded ${head} means, or NULL. */
static const char *
find_path(const struct csv_words *words, const char *head)
{
	const char *found = NULL;
	const char *path;
	size_t longest = 0;
	size_t i;

	for (i = 0; i < words->count; i++) {
		path = words->words[i].path;
		if (*path == '=' || *path == '~')
			continue;
		if (strlen(words->words[i].folded) > longest &&
		    is_head(head, words->words[i].folded)) {
			longest = strlen(words->words[i].folded);
			found = path;
		}
	}
	return found;
}

/* Propose fields by ${find} for the columns that have none. */
static enum err
propose(const struct csv_words *words, const struct csv_row *header,
    const char *(*find)(const struct csv_words *words, const char *head),
    struct csv_map *map)
{
	const char *path;
	char *folded;
	size_t i;
	enum err err;

	for (i = 0; i < header->count; i++) {
		if (map->path[i][0] != '\0')
			continue;
		folded = NULL;
		err = text_fold(header->cell[i].text, &folded);
		if (err == ERR_NOMEM)
			return err;
		path = folded == NULL ? NULL : find(words, folded);
		if (path != NULL && csv_map_find(map, path) == map->count)
			(void)snprintf(map->path[i], CSV_PATH_MAX, "%s", path);
		free(folded);
	}
	return ERR_NONE;
}

enum err
csv_map_propose(const struct csv_words *words, const struct csv_row *header,
    struct csv_map *ret_map)
{
	enum err err;

	memset(ret_map, 0, sizeof(*ret_map));
	ret_map->count = header->count;
	err = propose(words, header, find_itself, ret_map);
	if (err == ERR_NONE)
		err = propose(words, header, find_path, ret_map);
	return err;
}

size_t
csv_map_find(const struct csv_map *map, const char *path)
{
	size_t i = 0;

	while (i < map->count && strcmp(map->path[i], path) != 0)
		i++;
	return i;
}

/* ---- reading ---- */

static bool
is_same(const char *a, const char *b)
{
	char *x = NULL;
	char *y = NULL;
	bool same = text_fold(a, &x) == ERR_NONE &&
	    text_fold(b, &y) == ERR_NONE && strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

/* The column whose head is ${name}, from ${from} on. */
static size_t
find_head(const struct csv_row *header, size_t from, const char *name)
{
	while (from < header->count && !is_same(header->cell[from].text, name))
		from++;
	return from;
}

void
csv_map_name(
    const struct csv_row *header, size_t column, char out[CSV_PATH_MAX])
{
	const char *head = header->cell[column].text;
	size_t len = header->cell[column].len;

	if (len > 0 && len < CSV_PATH_MAX && head[strspn(head, " ")] != '\0' &&
	    head[0] != '#' && strpbrk(head, "=,") == NULL &&
	    head[strspn(head, "0123456789")] != '\0' &&
	    text_clean(head, len, false) &&
	    find_head(header, 0, head) == column &&
	    find_head(header, column + 1, head) == header->count)
		(void)snprintf(out, CSV_PATH_MAX, "%s", head);
	else
		(void)snprintf(out, CSV_PATH_MAX, "%zu", column + 1);
}

/* Take the blanks off both ends. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

/* Say that there is no such column, and which may be meant. */
static void
refuse_name(const struct csv_row *header, const char *name,
    char ret_fault[CSV_FAULT_MAX])
{
	size_t limit = near_limit(name);
	const char *meant = NULL;
	size_t i;

	for (i = 0; i < header->count; i++)
		if (near_distance(name, header->cell[i].text) <= limit) {
			limit = near_distance(name, header->cell[i].text);
			meant = header->cell[i].text;
		}
	if (meant != NULL)
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("there is no column \"%.*s\": did you mean \"%.*s\"?"),
		    NAME_SHOWN, name, NAME_SHOWN, meant);
	else
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("there is no column \"%.*s\": write the words at its head, "
		      "or its number, 1 to %zu"),
		    NAME_SHOWN, name, header->count);
}

/* The column that ${name} means; header->count if none. */
static size_t
find_column(const struct csv_row *header, const char *name)
{
	size_t found = find_head(header, 0, name);
	unsigned long number;

	if (found < header->count || *name == '\0' ||
	    name[strspn(name, "0123456789")] != '\0')
		return found;
	number = strtoul(name, NULL, 10);
	return number >= 1 && number <= header->count ? number - 1 :
							header->count;
}

/* Read one "column = field". */
static enum err
read_pair(const struct csv_row *header, char *pair, struct csv_map *map,
    char ret_fault[CSV_FAULT_MAX])
{
	char *equals = strchr(pair, '=');
	const char *name, *path;
	size_t column;

	if (equals == NULL) {
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("\"%.*s\" has no =: write column = field"), NAME_SHOWN,
		    pair);
		return ERR_SYNTAX;
	}
	*equals = '\0';
	name = trim(pair);
	path = trim(equals + 1);
	if ((column = find_column(header, name)) == header->count) {
		refuse_name(header, name, ret_fault);
		return ERR_SYNTAX;
	}
	if (*path == '\0' || strcmp(path, "-") == 0)
		return ERR_NONE;
	if (strlen(path) >= CSV_PATH_MAX ||
	    csv_map_find(map, path) < map->count ||
	    map->path[column][0] != '\0') {
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("\"%.*s\" = \"%.*s\": a column has one field, and a field "
		      "one column"),
		    NAME_SHOWN, name, NAME_SHOWN, path);
		return ERR_SYNTAX;
	}
	(void)snprintf(map->path[column], CSV_PATH_MAX, "%s", path);
	return ERR_NONE;
}

/* Read all pairs of ${text}, which is cut up. */
static enum err
read_pairs(const struct csv_row *header, char *text, struct csv_map *map,
    unsigned *ret_line, char ret_fault[CSV_FAULT_MAX])
{
	const char *between = strchr(text, '\n') == NULL ? "," : "\n";
	char *rest = text;
	char *pair;
	unsigned line = 0;
	enum err err = ERR_NONE;

	while (err == ERR_NONE && (pair = strsep(&rest, between)) != NULL) {
		line += line == 0 || *between == '\n';
		pair = trim(pair);
		if (*pair != '\0' && *pair != '#')
			err = read_pair(header, pair, map, ret_fault);
	}
	*ret_line = line;
	return err;
}

enum err
csv_map_read(const char *text, const struct csv_row *header,
    struct csv_map *ret_map, unsigned *ret_line, char ret_fault[CSV_FAULT_MAX])
{
	char *copy;
	enum err err;

	if (strlen(text) > CSV_MAP_MAX || !text_valid(text, strlen(text))) {
		*ret_line = 1;
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("this is no mapping: write lines of column = field"));
		return ERR_SYNTAX;
	}
	if ((copy = strdup(text)) == NULL)
		return ERR_NOMEM;
	memset(ret_map, 0, sizeof(*ret_map));
	ret_map->count = header->count;
	err = read_pairs(header, copy, ret_map, ret_line, ret_fault);
	free(copy);
	return err;
}
