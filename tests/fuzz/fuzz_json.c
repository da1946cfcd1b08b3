/*
 * Fuzz the JSON reader: whatever it takes is printed, and what was printed reads
 * back as the same; whatever it refuses it refuses in printable words.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/roots.h"

#include "proto/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static char *
print(const ProtobufCMessage *msg, const struct json_options *options)
{
	char *text = NULL;

	must(json_from_message(msg, options, &text) == ERR_NONE);
	return text;
}

static ProtobufCMessage *
read_back(const ProtobufCMessageDescriptor *desc, const char *text)
{
	struct json_error error;
	ProtobufCMessage *msg = NULL;

	must(json_to_message(desc, text, strlen(text), &msg, &error) ==
	    ERR_NONE);
	return msg;
}

/* Is this safe to be shown? */
static void
must_be_printable(const char *text, size_t room)
{
	size_t i;

	must(memchr(text, '\0', room) != NULL);
	for (i = 0; text[i] != '\0'; i++)
		must((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
}

/* Print, read and print again. */
static void
round_trip(const ProtobufCMessage *msg)
{
	static const struct json_options pretty = { .pretty = true };
	static const struct json_options all = { .print_defaults = true };
	char *text = print(msg, NULL);
	char *long_text = print(msg, &pretty);
	ProtobufCMessage *copy = read_back(msg->descriptor, long_text);
	char *copy_text = print(copy, NULL);
	char *all_text = print(msg, &all);
	ProtobufCMessage *all_copy = read_back(msg->descriptor, all_text);
	char *all_again = print(all_copy, &all);

	must(strcmp(text, copy_text) == 0);
	must(strcmp(all_text, all_again) == 0);
	must_be_printable(text, strlen(text) + 1);
	free(all_again);
	free(all_text);
	free(copy_text);
	free(long_text);
	free(text);
	protobuf_c_message_free_unpacked(all_copy, NULL);
	protobuf_c_message_free_unpacked(copy, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const ProtobufCMessageDescriptor *desc;
	struct json_error error = { 0 };
	ProtobufCMessage *msg = NULL;
	const char *text;

	if (len == 0)
		return 0;
	desc = root(*data++);
	text = (const char *)data;
	len--;
	if (json_to_message_lenient(desc, text, len, &msg, &error) ==
	    ERR_NONE) {
		round_trip(msg);
		protobuf_c_message_free_unpacked(msg, NULL);
		msg = NULL;
	}
	if (json_to_message(desc, text, len, &msg, &error) == ERR_NONE) {
		protobuf_c_message_free_unpacked(msg, NULL);
		return 0;
	}
	must(error.text[0] != '\0');
	must_be_printable(error.text, sizeof(error.text));
	must_be_printable(error.path, sizeof(error.path));
	return 0;
}
