#ifndef ERFA_SIM_DISK_H
#define ERFA_SIM_DISK_H

/*
 * disk - what a power cut takes: of the files that are watched, what was written
 * and not synced since is there afterwards or not, by chance, write by write.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * disk_begin():
 * Nothing is watched.
 */
void disk_begin(void);

/**
 * disk_watch(node, path), disk_forget(node):
 * Watch a file of a node, which is there; none of its files any more.
 */
void disk_watch(int node, const char *path);
void disk_forget(int node);

/**
 * disk_writes(fd, at, data, len), disk_synced(fd):
 * So many bytes are about to be written there (${data} NULL: zeros that make the
 * file longer); all that was written is on the disk.
 */
void disk_writes(int fd, off_t at, const uint8_t *data, size_t len);
void disk_synced(int fd);

/**
 * disk_cut(node):
 * The power goes; nobody has the files open.  Return how many writes are lost.
 */
unsigned disk_cut(int node);

#endif /* !ERFA_SIM_DISK_H */
