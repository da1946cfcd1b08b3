/*
 * A store whose file was copied is looked through before it is used.
 *
 * A copy of one moment is as good as the original: the node begins a new log and
 * asks nobody.  A copy that was made while erfad wrote has pages of several
 * moments, or keys older than main; LMDB has no checksums and would go on with
 * that, or crash.  So a child process reads all of it first, and may crash.
 *
 * The file is known by its inode and the time when it was made, which the file
 * "place" in the state folder holds.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/migrate.h"
#include "daemon/node_internal.h"

#define PATH_ROOM  4096
#define LINE_ROOM  64
#define WIPE_BYTES 65536

/* How the child ends. */
#define CHILD_GOOD  0
#define CHILD_TORN  1
#define CHILD_OTHER 2 /* cannot tell: opening it will say why */

static void
path_of(const struct config *config, const char *name, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/%s", config->state, name);
}

/* What the file of main is known by; ERR_NOENT if there is none. */
static enum err
place_of(const struct config *config, char out[LINE_ROOM])
{
	struct statx info;
	char path[PATH_ROOM];

	path_of(config, "main.mdb", path);
	if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &info) != 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	if ((info.stx_mask & STATX_BTIME) == 0)
		memset(&info.stx_btime, 0, sizeof(info.stx_btime));
	(void)snprintf(out, LINE_ROOM,
	    "%" PRIu64 " %" PRId64 ".%09" PRIu32 "\n", (uint64_t)info.stx_ino,
	    (int64_t)info.stx_btime.tv_sec, (uint32_t)info.stx_btime.tv_nsec);
	return ERR_NONE;
}

static bool
is_known(const struct config *config, const char *place)
{
	char line[LINE_ROOM] = "";
	char path[PATH_ROOM];
	ssize_t len;
	int fd;

	path_of(config, "place", path);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	len = read(fd, line, sizeof(line) - 1);
	(void)close(fd);
	return len > 0 && strcmp(line, place) == 0;
}

void
node_copied_note(const struct config *config)
{
	char place[LINE_ROOM];
	char path[PATH_ROOM];
	char next[PATH_ROOM];
	size_t len;
	bool good;
	int fd;

	if (place_of(config, place) != ERR_NONE || is_known(config, place))
		return;
	path_of(config, "place", path);
	path_of(config, "place.new", next);
	len = strlen(place);
	fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	good = fd >= 0 && write(fd, place, len) == (ssize_t)len;
	if (fd >= 0 && close(fd) != 0)
		good = false;

	/* Without it the store is looked through once more, that is all. */
	if (!good || rename(next, path) != 0)
		(void)unlink(next);
}

/* ---- in the child ---- */

/* Keys may be missing in what comes out of a backup: erased meanwhile. */
static bool
is_restored(struct store_txn *txn)
{
	struct bytes note;

	return store_note_get(txn, STORE_NOTE_RESTORED, &note) == ERR_NONE;
}

static int
look_through(const struct config *config)
{
	const struct store_options options = {
		.dir = config->state,
		.map_bytes = config->store_max,
		.look = true,
	};
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	enum err err;

	err = store_open(&options, &store);
	if (err == ERR_NONE)
		err = store_begin(store, false, &txn);
	if (err == ERR_NONE)
		err = store_check(txn);
	if (err == ERR_NONE && !is_restored(txn))
		err = store_check_keys(txn);
	store_abort(&txn);
	store_close(store);
	if (err == ERR_NONE)
		return CHILD_GOOD;
	return err == ERR_BUSY || err == ERR_DENIED || err == ERR_FULL ||
		err == ERR_NOENT || err == ERR_NOMEM || err == ERR_VERSION ?
	    CHILD_OTHER :
	    CHILD_TORN;
}

/*
 * All that a migration will read and write, without a copy and without changing
 * anything.  What is no damage its second try tells of.
 */
static int
try_migration(const struct config *config)
{
	const struct migrate_options options = node_migrate_options(
	    config, true);
	struct migrate_report report;

	return migrate_run(&options, &report) == ERR_DAMAGED ? CHILD_TORN :
							       CHILD_GOOD;
}

/* ---- before the store is opened ---- */

/* Let a child do it.  Its verdict is CHILD_TORN if it crashes. */
static enum err
in_child(const struct config *config, int (*look)(const struct config *config),
    int *ret_verdict)
{
	struct stat info;
	char path[PATH_ROOM];
	int status = 0;
	pid_t pid;

	path_of(config, "main.mdb", path);
	if (stat(path, &info) == 0)
		node_migrate_slow((uint64_t)info.st_size,
		    "looks the store through; do not end it");
	if ((pid = fork()) < 0)
		return ERR_NOMEM;
	if (pid == 0)
		_exit(look(config));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ERR_IO;
	*ret_verdict = WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_TORN;
	return ERR_NONE;
}

/* The index was copied too, maybe while it was written.  It is built anew; the
 * words in it go as those of an erased text do. */
static void
leave_index(const struct config *config)
{
	static const uint8_t zeros[WIPE_BYTES];
	char path[PATH_ROOM];
	struct stat info;
	off_t at;
	int fd;

	path_of(config, "index.mdb", path);
	if ((fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return;
	if (fstat(fd, &info) == 0)
		for (at = 0; at < info.st_size; at += WIPE_BYTES)
			if (pwrite(fd, zeros, sizeof(zeros), at) < 0)
				break;
	(void)fdatasync(fd);
	(void)close(fd);
	(void)unlink(path);
	path_of(config, "index.mdb-lock", path);
	(void)unlink(path);
}

static enum err
refuse(const struct config *config)
{
	logger_err("store",
	    "%s is a copy that was made while erfad wrote, and does not hold "
	    "together; nothing was changed. Stop erfad where it was copied "
	    "from and copy the whole folder again, or make a backup there with "
	    "`erfa backup` and use `erfa restore`",
	    config->state);
	return ERR_DAMAGED;
}

enum err
node_copied(const struct config *config)
{
	char place[LINE_ROOM];
	int verdict;
	enum err err;

	if ((err = place_of(config, place)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (is_known(config, place))
		return ERR_NONE;
	logger_info("store",
	    "the store lies in another file than before: it is looked "
	    "through");
	if ((err = in_child(config, look_through, &verdict)) != ERR_NONE)
		return err;
	if (verdict == CHILD_OTHER)
		return ERR_NONE;
	if (verdict != CHILD_GOOD)
		return refuse(config);
	leave_index(config);
	return ERR_NONE;
}

enum err
node_copied_old(const struct config *config)
{
	int verdict;
	enum err err;

	logger_info("store",
	    "the store has an earlier format: it is looked through first");
	if ((err = in_child(config, try_migration, &verdict)) != ERR_NONE)
		return err;
	return verdict == CHILD_TORN ? refuse(config) : ERR_NONE;
}
