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
extern void libc_free(void *memory) __asm__("__libc_free");

void
free(void *ptr)
{
	int before = errno;

	if (ptr == NULL)
		return;
	explicit_bzero(ptr, malloc_usable_size(ptr));
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
