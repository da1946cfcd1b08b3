/* Fuzz headers and their ext: what is decoded encodes to a fixed point. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_header(const uint8_t *data, size_t len)
{
	char topic[TOPIC_MAX + 1];
	uint8_t buf[HEADER_MAX];
	uint8_t same[HEADER_MAX];
	struct header header;
	size_t buf_len;
	size_t same_len;

	if (header_decode(data, len, &header) != ERR_NONE)
		return;
	header_topic("dk-791", header.kind, header.topic, topic);
	if (header_encode(&header, buf, sizeof(buf), &buf_len) != ERR_NONE)
		return;
	if (header_decode(buf, buf_len, &header) != ERR_NONE ||
	    header_encode(&header, same, sizeof(same), &same_len) != ERR_NONE ||
	    same_len != buf_len || memcmp(same, buf, buf_len) != 0)
		abort();
}

static void
try_genesis(struct bytes ext)
{
	struct header_genesis genesis;
	uint8_t buf[512];
	size_t len;

	if (header_genesis_decode(ext, &genesis) != ERR_NONE)
		return;
	if (header_genesis_encode(&genesis, buf, sizeof(buf), &len) !=
		ERR_NONE ||
	    header_genesis_decode((struct bytes){ buf, len }, &genesis) !=
		ERR_NONE)
		abort();
}

static void
try_member(struct bytes ext)
{
	struct header_member member;
	uint8_t buf[2 * HEADER_MAX];
	size_t len;

	if (header_member_decode(ext, &member) != ERR_NONE)
		return;
	if (header_member_encode(&member, buf, sizeof(buf), &len) != ERR_NONE ||
	    header_member_decode((struct bytes){ buf, len }, &member) !=
		ERR_NONE)
		abort();
}

static void
try_items(struct bytes ext)
{
	struct header_about about[HEADER_ABOUT_MAX];
	struct header_target targets[ERASE_MAX];
	struct header_fork fork;
	uint8_t buf[2 * HEADER_MAX];
	size_t count;
	size_t len;

	if (header_about_decode(ext, about, &count) == ERR_NONE &&
	    header_about_encode(about, count, buf, sizeof(buf), &len) !=
		ERR_NONE)
		abort();
	if (header_erase_decode(ext, targets, &count) == ERR_NONE &&
	    header_erase_encode(targets, count, buf, sizeof(buf), &len) !=
		ERR_NONE)
		abort();
	if (header_fork_decode(ext, &fork) == ERR_NONE &&
	    header_fork_encode(&fork, buf, sizeof(buf), &len) != ERR_NONE)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes ext = { .data = data, .len = len };

	try_header(data, len);
	try_genesis(ext);
	try_member(ext);
	try_items(ext);
	return 0;
}
