#include "tests/unit/tear.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* A page of LMDB (its mdb.c, struct MDB_page and MDB_node), as 64 bits have it. */
#define PAGE       4096
#define PAGE_FLAGS 10
#define PAGE_LOWER 12
#define PAGE_PTRS  16
#define IS_BRANCH  0x01
#define NODE_KSIZE 6
#define NODE_KEY   8

static uint16_t
get_16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Raise the keys of a page that are so long; its first has none. */
static size_t
raise_keys(uint8_t page[PAGE], size_t key_len)
{
	size_t raised = 0;
	size_t lower = get_16(page + PAGE_LOWER);
	size_t node;
	size_t last;
	size_t at;

	for (at = PAGE_PTRS + 2; at < lower && at < PAGE - 1; at += 2) {
		node = get_16(page + at);
		last = node + NODE_KEY + key_len - 1;
		if (last >= PAGE || page[last] == UINT8_MAX ||
		    get_16(page + node + NODE_KSIZE) != key_len)
			continue;
		page[last]++;
		raised++;
	}
	return raised;
}

size_t
tear_branches(const char *path, size_t key_len)
{
	uint8_t page[PAGE];
	size_t raised = 0;
	off_t at = 0;
	int fd;

	if ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return 0;
	for (; pread(fd, page, PAGE, at) == PAGE; at += PAGE) {
		if (get_16(page + PAGE_FLAGS) != IS_BRANCH)
			continue;
		raised += raise_keys(page, key_len);
		if (pwrite(fd, page, PAGE, at) != PAGE)
			raised = 0;
	}
	(void)close(fd);
	return raised;
}
