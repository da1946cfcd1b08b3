#include "daemon/forget.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

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

/* The C library's own; whoever has another free() may call it. */
extern void __libc_free(void *memory);

void
free(void *memory)
{
	int before = errno;

	if (memory == NULL)
		return;
	explicit_bzero(memory, malloc_usable_size(memory));
	__libc_free(memory);
	errno = before;
}

/* The C library's would give back what it moved without telling free(). */
void *
realloc(void *memory, size_t size)
{
	size_t room;
	void *moved;

	if (memory == NULL)
		return malloc(size);
	if (size == 0) {
		free(memory);
		return NULL;
	}
	room = malloc_usable_size(memory);
	if (size <= room && size >= room / 2)
		return memory;
	if ((moved = malloc(size)) == NULL)
		return NULL;
	memcpy(moved, memory, size < room ? size : room);
	free(memory);
	return moved;
}

#endif
