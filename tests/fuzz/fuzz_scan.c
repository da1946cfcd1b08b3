/*
 * Fuzz the scan: what passes decodes, with no more memory than was allowed, and
 * what passes the strict scan still does when it is encoded again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/fuzz/roots.h"

#include "proto/scan.h"

#define ALLOC_MAX 1048576

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct scan_limits narrow = {
	.max_bytes = 65536,
	.max_depth = 8,
	.max_fields = 4096,
	.max_alloc = ALLOC_MAX,
};

/* Encoded again a message may be longer, but not by much. */
static const struct scan_limits wide = {
	.max_bytes = 16777216,
	.max_depth = 8,
	.max_fields = SIZE_MAX,
	.max_alloc = SIZE_MAX,
};

static void *
bill_alloc(void *total, size_t size)
{
	*(size_t *)total += size;
	return malloc(size);
}

static void
bill_free(void *total, void *pointer)
{
	(void)total;
	free(pointer);
}

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Encode ${msg} again and scan that. */
static void
again(const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *bytes = malloc(len + 1);

	must(bytes != NULL);
	(void)protobuf_c_message_pack(msg, bytes);
	must(scan_strict(msg->descriptor, bytes, len, &wide) == ERR_NONE);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const ProtobufCMessageDescriptor *desc;
	size_t total = 0;
	ProtobufCAllocator allocator = { bill_alloc, bill_free, &total };
	ProtobufCMessage *msg;
	bool strict;

	if (len == 0)
		return 0;
	desc = root(*data++);
	len--;
	strict = scan_strict(desc, data, len, &narrow) == ERR_NONE;
	if (scan_message(desc, data, len, &narrow) != ERR_NONE) {
		must(!strict);
		return 0;
	}
	msg = protobuf_c_message_unpack(desc, &allocator, len, data);
	must(msg != NULL);
	must(total <= ALLOC_MAX);
	if (strict)
		again(msg);
	protobuf_c_message_free_unpacked(msg, &allocator);
	return 0;
}
