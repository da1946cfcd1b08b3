#include "daemon/volume.h"

#include <errno.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/statfs.h>

/* Not in linux/magic.h. */
#define ZFS_MAGIC      0x2fc12fc1
#define BCACHEFS_MAGIC 0xca451a4e
#define CIFS_MAGIC     0xff534d42

static const struct {
	uint32_t magic;
	struct volume volume;
} volumes[] = {
	{ NFS_SUPER_MAGIC, { VOLUME_REMOTE, "NFS" } },
	{ SMB_SUPER_MAGIC, { VOLUME_REMOTE, "SMB" } },
	{ SMB2_SUPER_MAGIC, { VOLUME_REMOTE, "SMB" } },
	{ CIFS_MAGIC, { VOLUME_REMOTE, "SMB" } },
	{ FUSE_SUPER_MAGIC, { VOLUME_REMOTE, "FUSE" } },
	{ AFS_SUPER_MAGIC, { VOLUME_REMOTE, "AFS" } },
	{ CODA_SUPER_MAGIC, { VOLUME_REMOTE, "Coda" } },
	{ CEPH_SUPER_MAGIC, { VOLUME_REMOTE, "Ceph" } },
	{ V9FS_MAGIC, { VOLUME_REMOTE, "9p" } },
	{ BTRFS_SUPER_MAGIC, { VOLUME_KEEPS, "btrfs" } },
	{ ZFS_MAGIC, { VOLUME_KEEPS, "zfs" } },
	{ BCACHEFS_MAGIC, { VOLUME_KEEPS, "bcachefs" } },
	{ NILFS_SUPER_MAGIC, { VOLUME_KEEPS, "nilfs" } },
	{ F2FS_SUPER_MAGIC, { VOLUME_KEEPS, "f2fs" } },
};

struct volume
volume_of(uint32_t magic)
{
	size_t i;

	for (i = 0; i < sizeof(volumes) / sizeof(volumes[0]); i++)
		if (volumes[i].magic == magic)
			return volumes[i].volume;
	return (struct volume){ VOLUME_PLAIN, "" };
}

enum err
volume_look(const char *dir, struct volume *ret_volume)
{
	struct statfs info;

	if (statfs(dir, &info) != 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOENT : ERR_IO;
	*ret_volume = volume_of((uint32_t)info.f_type);
	return ERR_NONE;
}
