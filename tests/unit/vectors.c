#include "tests/unit/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINES_MAX 256
#define NAME_MAX  64

/* One line: "name = value". */
struct vector {
	char *name; /* start of the line, which is freed through it */
	char *value;
	uint8_t *bytes; /* once they were asked for */
	bool read;
};

struct vectors {
	struct vector lines[LINES_MAX];
	size_t count;
};

/* Take one line, without its newline, apart. */
static bool
add_line(struct vectors *vectors, char *line)
{
	char *equals = strstr(line, " =");
	struct vector *vector;

	if (equals == NULL || vectors->count == LINES_MAX)
		return false;
	*equals = '\0';
	vector = &vectors->lines[vectors->count++];
	vector->name = line;
	vector->value = equals + 2;
	if (*vector->value == ' ')
		vector->value++;
	return true;
}

struct vectors *
vectors_open(const char *path)
{
	struct vectors *vectors = calloc(1, sizeof(*vectors));
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (vectors == NULL || file == NULL)
		goto fail;
	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (!add_line(vectors, line))
			goto fail;
		line = NULL;
		size = 0;
	}
	free(line);
	(void)fclose(file);
	return vectors;

fail:
	free(line);
	if (file != NULL)
		(void)fclose(file);
	vectors_close(vectors);
	return NULL;
}

void
vectors_close(struct vectors *vectors)
{
	size_t i;

	if (vectors == NULL)
		return;
	for (i = 0; i < vectors->count; i++) {
		free(vectors->lines[i].name);
		free(vectors->lines[i].bytes);
	}
	free(vectors);
}

/* Find ${name} with ${ending}, or fail. */
static struct vector *
find(struct vectors *vectors, const char *name, const char *ending)
{
	char whole[NAME_MAX];
	size_t i;

	(void)snprintf(whole, sizeof(whole), "%s%s", name, ending);
	for (i = 0; i < vectors->count; i++) {
		if (strcmp(vectors->lines[i].name, whole) == 0) {
			vectors->lines[i].read = true;
			return &vectors->lines[i];
		}
	}
	fail_msg("no vector is called %s", whole);
	return NULL;
}

struct bytes
vectors_bytes(struct vectors *vectors, const char *name)
{
	struct vector *vector = find(vectors, name, "");
	size_t len = strlen(vector->value) / 2;

	if (vector->bytes == NULL) {
		vector->bytes = malloc(len + 1);
		assert_non_null(vector->bytes);
		assert_int_equal(
		    bytes_unhex(vector->value, vector->bytes, len), ERR_NONE);
	}
	return (struct bytes){ .data = vector->bytes, .len = len };
}

const uint8_t *
vectors_fixed(struct vectors *vectors, const char *name, size_t len)
{
	struct bytes bytes = vectors_bytes(vectors, name);

	assert_int_equal(bytes.len, len);
	return bytes.data;
}

uint64_t
vectors_number(struct vectors *vectors, const char *name)
{
	struct vector *vector = find(vectors, name, "_n");
	char *end;
	uint64_t value = strtoull(vector->value, &end, 10);

	assert_int_equal(*end, '\0');
	return value;
}

const char *
vectors_text(struct vectors *vectors, const char *name)
{
	struct vector *vector = find(vectors, name, "_text");
	size_t len = strlen(vector->value);

	/* The quotes are cut off on the first call, together. */
	if (vector->value[0] == '"') {
		assert_int_equal(vector->value[len - 1], '"');
		vector->value[len - 1] = '\0';
		vector->value++;
	}
	return vector->value;
}

size_t
vectors_list(
    struct vectors *vectors, const char *name, uint64_t *out, size_t max)
{
	struct vector *vector = find(vectors, name, "_list");
	char *at = vector->value;
	size_t count = 0;

	while (*at != '\0') {
		assert_true(count < max);
		out[count++] = strtoull(at, &at, 10);
		assert_true(*at == ' ' || *at == '\0');
	}
	return count;
}

const char *
vectors_unread(const struct vectors *vectors)
{
	size_t i;

	for (i = 0; i < vectors->count; i++)
		if (!vectors->lines[i].read)
			return vectors->lines[i].name;
	return NULL;
}
