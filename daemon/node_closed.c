/*
 * Why the store cannot be opened, in one line that says what to do.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/migrate.h"
#include "daemon/node_internal.h"
#include "daemon/volume.h"

#define PATH_ROOM 4096
#define WHY_ROOM  (2 * PATH_ROOM + 512)

/* A newer erfad made it. */
static void
tell_newer(const struct config *config, const struct store_maker *maker)
{
	char kept[MIGRATE_NAME_MAX];

	migrate_name(store_format(), kept);
	event_say(EVENT_STORE_CLOSED, NULL,
	    "%s cannot be opened: %s made it newer (format %" PRIu32 ") than "
	    "erfad %s can read (format %" PRIu32 "); install that version, "
	    "restore a backup of this one, or put back %s if it is there: "
	    "erfad(8), UPGRADES",
	    config->state,
	    maker->software[0] != '\0' ? maker->software : "another erfad",
	    maker->format, ERFA_VERSION, store_format(), kept);
}

/* The first of the files in the folder that may not be written. */
static bool
find_foreign(const char *dir, char out[PATH_ROOM])
{
	static const char *const names[] = { "LOCK", "main.mdb",
		"main.mdb-lock", "keys" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(out, PATH_ROOM, "%s/%s", dir, names[i]);
		if (access(out, F_OK) == 0 && access(out, R_OK | W_OK) != 0)
			return true;
	}
	return false;
}

/* What is not allowed, and to whom. */
static void
explain_denied(const char *dir, char out[WHY_ROOM])
{
	struct volume volume = { VOLUME_PLAIN, "" };
	char path[PATH_ROOM];

	if (volume_look(dir, &volume) == ERR_NONE &&
	    volume.kind == VOLUME_REMOTE)
		(void)snprintf(out, WHY_ROOM,
		    "it lies on a network file system (%s), across which locks "
		    "do not hold; choose a folder on a disk of this machine",
		    volume.name);
	else if (access(dir, W_OK) != 0 && errno == EROFS)
		(void)snprintf(out, WHY_ROOM,
		    "it is read-only for this service; with `systemctl edit "
		    "erfad` give it ReadWritePaths=%s",
		    dir);
	else if (access(dir, R_OK | W_OK | X_OK) != 0)
		(void)snprintf(out, WHY_ROOM,
		    "the folder belongs to another user; chown -R erfa: %s",
		    dir);
	else if (find_foreign(dir, path))
		(void)snprintf(out, WHY_ROOM,
		    "%s belongs to another user, as after a start by hand with "
		    "sudo; chown -R erfa: %s",
		    path, dir);
	else
		(void)snprintf(out, WHY_ROOM, "%s", err_str(ERR_DENIED));
}

void
node_closed_tell(
    const struct config *config, enum err err, const struct store_maker *maker)
{
	char why[WHY_ROOM];

	if (err == ERR_VERSION && maker->format != 0) {
		tell_newer(config, maker);
		return;
	}
	if (err == ERR_DENIED)
		explain_denied(config->state, why);
	else
		(void)snprintf(why, sizeof(why), "%s%s", err_str(err),
		    err == ERR_BUSY ? " (another erfad has it open)" : "");
	event_say(EVENT_STORE_CLOSED, NULL, "%s cannot be opened: %s",
	    config->state, why);
}

void
node_closed_outbox(const struct config *config, enum err err, const char *fence)
{
	char why[WHY_ROOM];

	if (err != ERR_DENIED) {
		logger_err("outbox", "cannot be opened: %s%s", err_str(err),
		    err != ERR_DAMAGED ?
			"" :
			", as in a copy that was made while erfad wrote: make "
			"one with `erfa backup` and use `erfa restore`");
		return;
	}
	explain_denied(config->runtime, why);
	logger_err("outbox", "%s cannot be removed: %s", fence, why);
}

void
node_closed_warn(const struct config *config)
{
	struct volume volume;

	if (volume_look(config->state, &volume) != ERR_NONE ||
	    volume.kind != VOLUME_KEEPS)
		return;
	logger_warning("store",
	    "%s lies on %s, where old blocks outlive an erasure (SECURITY.md); "
	    "a file system such as ext4 or xfs keeps none",
	    config->state, volume.name);
}
