/*
 * json_tool - turn messages into JSON and back, for tests in other languages.
 *
 * Reads requests from standard input and answers each on standard output:
 *
 *   request: direction, full message name and number of bytes, parted by single
 *            blanks, a newline, the bytes
 *   answer:  "ok" or the error's words with underscores, a blank, the number of
 *            bytes, a newline, the bytes
 *
 * Directions: "json", "pretty" and "full" (with defaults) take an encoded
 * message; "proto" takes JSON and gives the encoded message.  "names" takes
 * nothing and gives the names of all messages, one a line.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/json_table.h"

#include "proto/json.h"
#include "proto/scan.h"

#define LEN_MAX  16777216 /* bytes of one request */
#define WORD_MAX 128

static const struct scan_limits limits = {
	.max_bytes = LEN_MAX,
	.max_depth = JSON_DEPTH_MAX,
	.max_fields = SIZE_MAX,
	.max_alloc = SIZE_MAX,
};

struct request {
	char direction[WORD_MAX];
	char name[WORD_MAX];
	size_t len;
	char *bytes;
};

static void
answer_head(const char *word, size_t len)
{
	for (; *word != '\0'; word++)
		(void)putchar(*word == ' ' ? '_' : *word);
	(void)printf(" %zu\n", len);
}

static void
answer(const char *word, const void *bytes, size_t len)
{
	answer_head(word, len);
	(void)fwrite(bytes, 1, len, stdout);
}

static const ProtobufCMessageDescriptor *
find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(json_table) / sizeof(json_table[0]); i++)
		if (strcmp(json_table[i]->name, name) == 0)
			return json_table[i];
	return NULL;
}

static void
answer_names(void)
{
	size_t count = sizeof(json_table) / sizeof(json_table[0]);
	size_t len = 0;
	size_t i;

	for (i = 0; i < count; i++)
		len += strlen(json_table[i]->name) + 1;
	answer_head("ok", len);
	for (i = 0; i < count; i++)
		(void)printf("%s\n", json_table[i]->name);
}

static enum err
answer_json(
    const struct request *request, const ProtobufCMessageDescriptor *desc)
{
	struct json_options options = {
		.pretty = strcmp(request->direction, "pretty") == 0,
		.print_defaults = strcmp(request->direction, "full") == 0,
	};
	ProtobufCMessage *msg = NULL;
	char *text = NULL;
	enum err err;

	err = scan_unpack_strict(
	    desc, &limits, (const uint8_t *)request->bytes, request->len, &msg);
	if (err != ERR_NONE)
		return err;
	err = json_from_message(msg, &options, &text);
	if (err == ERR_NONE)
		answer("ok", text, strlen(text));
	free(text);
	protobuf_c_message_free_unpacked(msg, NULL);
	return err;
}

static enum err
answer_proto(
    const struct request *request, const ProtobufCMessageDescriptor *desc)
{
	struct json_error error = { 0 };
	ProtobufCMessage *msg = NULL;
	uint8_t *bytes;
	size_t len;
	enum err err;

	err = json_to_message(desc, request->bytes, request->len, &msg, &error);
	if (err != ERR_NONE) {
		answer(err_str(err), error.text, strlen(error.text));
		return ERR_NONE;
	}
	len = protobuf_c_message_get_packed_size(msg);
	bytes = malloc(len + 1);
	if (bytes != NULL)
		answer("ok", bytes, protobuf_c_message_pack(msg, bytes));
	free(bytes);
	protobuf_c_message_free_unpacked(msg, NULL);
	return bytes == NULL ? ERR_NOMEM : ERR_NONE;
}

/* Read one request; false at the end of the input. */
static bool
read_request(struct request *request)
{
	char line[3 * WORD_MAX];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	if (sscanf(line, "%127s %127s %zu", request->direction, request->name,
		&request->len) != 3 ||
	    request->len > LEN_MAX)
		return false;
	request->bytes = malloc(request->len + 1);
	return request->bytes != NULL &&
	    fread(request->bytes, 1, request->len, stdin) == request->len;
}

static enum err
serve(const struct request *request)
{
	const ProtobufCMessageDescriptor *desc = find(request->name);

	if (strcmp(request->direction, "names") == 0) {
		answer_names();
		return ERR_NONE;
	}
	if (desc == NULL)
		return ERR_NOENT;
	if (strcmp(request->direction, "proto") == 0)
		return answer_proto(request, desc);
	return answer_json(request, desc);
}

int
main(void)
{
	struct request request = { .bytes = NULL };
	enum err err;

	while (read_request(&request)) {
		if ((err = serve(&request)) != ERR_NONE)
			answer(err_str(err), "", 0);
		free(request.bytes);
		request.bytes = NULL;
	}
	free(request.bytes);
	return fflush(stdout) == 0 ? 0 : 1;
}
