#include "bodies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/json.h"

#define SCHEMA     "proto/body.proto"
#define SCHEMA_MAX 131072
#define NAME_LEN   64
#define SAID_MAX   8192

Erfa__Body *
bodies_read(const char *text)
{
	char *json = strdup(text);
	struct ProtobufCMessage *message = NULL;
	struct json_error error;
	size_t i;

	assert_non_null(json);
	for (i = 0; json[i] != '\0'; i++) {
		if (json[i] == '\'')
			json[i] = '"';
	}
	if (json_to_message(&erfa__body__descriptor, json, strlen(json),
		&message, &error) != ERR_NONE)
		fail_msg("%s: %s in %s", error.path, error.text, json);
	free(json);
	return (Erfa__Body *)(void *)message;
}

char *
bodies_said(const struct life_list *list, const char *trial)
{
	char *all = calloc(1, SAID_MAX);
	size_t used = 0;
	size_t i;

	assert_non_null(all);
	for (i = 0; i < list->count; i++) {
		char *text = NULL;

		assert_int_equal(life_fill(life_sentence(list->at[i].code),
				     &list->at[i], trial, &text),
		    ERR_NONE);
		used += (size_t)snprintf(all + used, SAID_MAX - used, "%s%s",
		    i > 0 ? " | " : "", text);
		assert_true(used < SAID_MAX);
		free(text);
	}
	return all;
}

static char *
schema_load(void)
{
	FILE *file = fopen(SCHEMA, "r");
	char *text = calloc(1, SCHEMA_MAX);
	size_t len;

	assert_non_null(file);
	assert_non_null(text);
	len = fread(text, 1, SCHEMA_MAX - 1, file);
	assert_true(len > 0 && len < SCHEMA_MAX - 1);
	(void)fclose(file);
	return text;
}

/* Copy the last word before ${end} that begins after ${from}. */
static void
last_word(const char *from, const char *end, char out[NAME_LEN])
{
	const char *start;

	while (end > from && end[-1] == ' ')
		end--;
	for (start = end; start > from && start[-1] != ' ';)
		start--;
	assert_in_range(end - start, 1, NAME_LEN - 1);
	memcpy(out, start, (size_t)(end - start));
	out[end - start] = '\0';
}

/* The name in the last line "message NAME {" before ${at}. */
static void
message_before(const char *text, const char *at, char out[NAME_LEN])
{
	const char *found = NULL;
	const char *next;

	for (next = strstr(text, "\nmessage "); next != NULL && next < at;
	     next = strstr(next + 1, "\nmessage "))
		found = next;
	assert_non_null(found);
	last_word(found + 1, strchr(found, '{'), out);
}

void
bodies_marks(const char *word, bodies_mark *fn, void *arg)
{
	char *text = schema_load();
	const char *at = strstr(text, "\nsyntax");
	char message[NAME_LEN];
	char field[NAME_LEN];

	assert_non_null(at);
	while ((at = strstr(at, word)) != NULL) {
		const char *end = strstr(at, "*/");

		/* The comment stands before its field, on lines of its own. */
		assert_non_null(end);
		assert_int_equal(end[2], '\n');
		message_before(text, at, message);
		last_word(end + 3, strchr(end, '='), field);
		fn(message, field, at + strlen(word), arg);
		at++;
	}
	free(text);
}
