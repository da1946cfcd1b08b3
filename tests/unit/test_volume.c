#include <linux/magic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/volume.h"

static void
other_machines_and_old_blocks_are_known(void **state)
{
	(void)state;
	assert_int_equal(volume_of(NFS_SUPER_MAGIC).kind, VOLUME_REMOTE);
	assert_int_equal(volume_of(FUSE_SUPER_MAGIC).kind, VOLUME_REMOTE);
	assert_int_equal(volume_of(BTRFS_SUPER_MAGIC).kind, VOLUME_KEEPS);
	assert_string_equal(volume_of(BTRFS_SUPER_MAGIC).name, "btrfs");
	assert_string_equal(volume_of(0x2fc12fc1).name, "zfs");
	assert_int_equal(volume_of(EXT4_SUPER_MAGIC).kind, VOLUME_PLAIN);
	assert_int_equal(volume_of(TMPFS_MAGIC).kind, VOLUME_PLAIN);
	assert_string_equal(volume_of(0).name, "");
}

static void
folder_is_looked_at(void **state)
{
	struct volume volume = { VOLUME_REMOTE, NULL };

	(void)state;
	assert_int_equal(volume_look("/dev/shm", &volume), ERR_NONE);
	assert_int_equal(volume.kind, VOLUME_PLAIN);
	assert_int_equal(volume_look("/no/such", &volume), ERR_NOENT);
	assert_int_equal(volume_look("/dev/null/x", &volume), ERR_NOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_machines_and_old_blocks_are_known),
		cmocka_unit_test(folder_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
