#ifndef ERFAD_FENCE_H
#define ERFAD_FENCE_H

/*
 * fence - a small file that vouches, for one boot, for the end of the own log
 * and for the age of the store.
 *
 * It stands in the runtime directory, which no backup holds and no reboot
 * leaves, and is written after every commit, before anything is told.  It needs no
 * sync: it must outlive the process, not the machine.  Whether what it says is
 * good is the outbox's business.
 */

#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"

#define FENCE_BOOT_LEN 16

struct fence {
	uint8_t boot_id[FENCE_BOOT_LEN];
	uint64_t dev;     /* device of main */
	uint64_t ino;     /* and its inode */
	uint64_t commits; /* how many it had seen, as store_commits() says; 0 =
			     the store was not in hand before this log */
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;          /* of the last entry vouched for; 0 = none yet */
	uint8_t c[HASH_LEN]; /* the chain value after it */
};

/**
 * fence_boot_id(out):
 * The random number of this boot.  Return ERR_IO if the kernel tells none.
 */
enum err fence_boot_id(uint8_t out[FENCE_BOOT_LEN]) MUST_CHECK;

/**
 * fence_write(path, fence):
 * Put a new file in the place of the old one, at once.  Return ERR_FULL,
 * ERR_NOMEM or ERR_IO; the old one is untouched then.
 */
enum err fence_write(const char *path, const struct fence *fence) MUST_CHECK;

/**
 * fence_read(path, ret_fence):
 * Read it.  Return ERR_NOENT if there is none, ERR_DAMAGED if its length or
 * checksum is wrong, or ERR_IO.
 */
enum err fence_read(const char *path, struct fence *ret_fence) MUST_CHECK;

/**
 * fence_remove(path):
 * Remove it; that there is none is no error.  Return ERR_DENIED if the folder may
 * not be written, or ERR_IO.
 */
enum err fence_remove(const char *path) MUST_CHECK;

#endif /* !ERFAD_FENCE_H */
