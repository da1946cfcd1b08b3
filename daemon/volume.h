#ifndef ERFAD_VOLUME_H
#define ERFAD_VOLUME_H

/*
 * volume - what is known of the file system on which a folder lies.
 *
 * Locks and memory maps do not hold across machines, so no store is kept on a
 * network file system.  Where a block that is overwritten goes to a new place, as
 * on btrfs and zfs, the old one outlives an erasure: that is told, and cannot be
 * helped.  Snapshots of a virtual machine cannot be seen from inside.
 */

#include <stdint.h>

#include "proto/err.h"

enum volume_kind {
	VOLUME_PLAIN,
	VOLUME_REMOTE, /* NFS, SMB, FUSE ... */
	VOLUME_KEEPS,  /* copies on write: old blocks stay */
};

struct volume {
	enum volume_kind kind;
	const char *name; /* "btrfs"; "" if it is plain; not to be freed */
};

/**
 * volume_of(magic):
 * What stands for ${magic}, the f_type of statfs(2).
 */
struct volume volume_of(uint32_t magic);

/**
 * volume_look(dir, ret_volume):
 * Look where ${dir} lies.  Return ERR_NOENT if there is no such folder, or ERR_IO.
 */
enum err volume_look(const char *dir, struct volume *ret_volume) MUST_CHECK;

#endif /* !ERFAD_VOLUME_H */
