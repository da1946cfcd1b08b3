#include "daemon/forget.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||       \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define KEEPS_MEMORY 1
#endif

#define FRAME  4096
#define FRAMES 16

/* One frame of that many; not a loop, so that each lies below the last. */
static __attribute__((noinline)) unsigned
overwrite(unsigned frames)
{
	unsigned char frame[FRAME];
	unsigned below = 0;

	explicit_bzero(frame, sizeof(frame));
	if (frames > 1)
		below = overwrite(frames - 1);

	/* Read what was written, or the frame would be gone before the call. */
	return below + ((volatile unsigned char *)frame)[0];
}

void
forget_stack(void)
{
	(void)overwrite(FRAMES);
}

#ifndef KEEPS_MEMORY

/* Of so many bytes whole pages are given back, not written. */
#define LARGE ((size_t)1 << 20)
#define PAGE  ((size_t)4096)

/*
 * Overwrite what is freed.  The pages of a large block are handed back to the
 * kernel instead: what was in them is gone from the process as well, and those that
 * nobody ever touched, as most of LMDB's lists, are not made for nothing.
 */
static void
wipe(unsigned char *block, size_t len)
{
	size_t before = (size_t)(-(uintptr_t)block % PAGE);
	size_t pages;

	if (len < LARGE) {
		explicit_bzero(block, len);
		return;
	}
	pages = (len - before) / PAGE * PAGE;
	if (madvise(block + before, pages, MADV_DONTNEED) != 0)
		explicit_bzero(block + before, pages);
	explicit_bzero(block, before);
	explicit_bzero(block + before + pages, len - before - pages);
}

/* The C library's own; whoever has another free() may call it. */
extern void libc_free(void *memory) __asm__("__libc_free");

void
free(void *ptr)
{
	int before = errno;

	if (ptr == NULL)
		return;
	wipe(ptr, malloc_usable_size(ptr));
	libc_free(ptr);
	errno = before;
}

/* The C library's would give back what it moved without telling free(). */
void *
realloc(void *ptr, size_t size)
{
	size_t room;
	void *moved;

	if (ptr == NULL)
		return malloc(size);
	if (size == 0) {
		free(ptr);
		return NULL;
	}
	room = malloc_usable_size(ptr);
	if (size <= room && size >= room / 2)
		return ptr;
	if ((moved = malloc(size)) == NULL)
		return NULL;
	memcpy(moved, ptr, size < room ? size : room);
	free(ptr);
	return moved;
}

#endif
