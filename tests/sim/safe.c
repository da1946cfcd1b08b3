#include "tests/sim/safe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/backup.h"
#include "proto/bytes.h"

/* Nobody is asked any more for a backup that takes longer. */
#define STALE_MS 60000

static const char *const folders[] = { "", "/state", "/conf.d" };

#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

/* ---- making one ---- */

static void
ask(struct world *world, int index, const char *file, bool done)
{
	struct safe *safe = &world->safes[index];
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__BackupRequest backup = ERFA__BACKUP_REQUEST__INIT;

	backup.file = (char *)(uintptr_t)file;
	backup.id = file == NULL ? safe->id : NULL;
	backup.has_done = done;
	backup.done = done;
	request.has_req = 1;
	request.req = SAFE_ASKS + (uint32_t)index;
	request.ask_case = ERFA__REQUEST__ASK_BACKUP;
	request.backup = &backup;
	world_ask(&world->boxes[safe->box], &request);
}

/* A place for a backup: a new one, or that of one which came to nothing. */
static int
place(struct world *world)
{
	int i;

	for (i = 0; i < world->nsafes; i++)
		if (!world->safes[i].done &&
		    machine_now() - world->safes[i].asked_at > STALE_MS)
			return i;
	return world->nsafes < WORLD_SAFES ? world->nsafes++ : -1;
}

static void
make_folders(const struct world *world, int index, struct safe *safe)
{
	char path[2 * WORLD_PATH];
	size_t i;

	(void)snprintf(
	    safe->dir, sizeof(safe->dir), "%.120s/safe%d", world->root, index);
	for (i = 0; i < FOLDERS; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s%s", safe->dir, folders[i]);
		(void)mkdir(path, 0700);
		files_empty(path);
	}
}

bool
safe_begin(struct world *world, struct box *box)
{
	int index = place(world);
	struct safe *safe;

	if (index < 0)
		return false;
	safe = &world->safes[index];
	memset(safe, 0, sizeof(*safe));
	safe->box = box->number;
	safe->begun = true;
	safe->asked_at = machine_now();
	safe->settled = world_settled(box);
	memcpy(safe->key, box->key.public_key, KEY_LEN);
	make_folders(world, index, safe);
	world_hold(world, box, &safe->holding);
	ask(world, index, "safe", false);
	return true;
}

/* A part begins. */
static void
begin_part(struct safe *safe, const Erfa__BackupAnswer *answer)
{
	char path[2 * WORLD_PATH];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%.*s", safe->dir,
	    BACKUP_NAME_MAX, answer->name);
	memcpy(safe->part, path, sizeof(path));
	fd = open(safe->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		abort();
	(void)close(fd);
}

/* Bytes of a part; zeros at the end are a hole. */
static void
add_bytes(struct safe *safe, const uint8_t *data, size_t len)
{
	int fd = open(safe->part, O_WRONLY | O_CLOEXEC);
	struct stat st;
	size_t used = len;

	while (used > 0 && data[used - 1] == 0)
		used--;
	if (fd < 0 || fstat(fd, &st) != 0 ||
	    pwrite(fd, data, used, st.st_size) != (ssize_t)used ||
	    ftruncate(fd, st.st_size + (off_t)len) != 0)
		abort();
	(void)close(fd);
}

static uint8_t *
read_file(const struct safe *safe, const char *name, size_t *ret_len)
{
	char path[2 * WORLD_PATH];
	uint8_t *data = NULL;
	struct stat st;
	int fd;

	(void)snprintf(
	    path, sizeof(path), "%s/%.*s", safe->dir, BACKUP_NAME_MAX, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 &&
	    (data = malloc((size_t)st.st_size + 1)) != NULL &&
	    read(fd, data, (size_t)st.st_size) == (ssize_t)st.st_size)
		*ret_len = (size_t)st.st_size;
	if (fd >= 0)
		(void)close(fd);
	return data;
}

/* Is a part as the manifest says? */
static bool
is_as_said(const struct safe *safe, const Erfa__BackupFile *file)
{
	struct crypto_hash_state state;
	uint8_t hash[HASH_LEN];
	uint8_t said[HASH_LEN];
	size_t len = 0;
	uint8_t *data = read_file(safe, file->name, &len);

	if (data == NULL)
		return false;
	crypto_hash_begin(&state);
	crypto_hash_add(&state, data, len);
	crypto_hash_end(&state, hash);
	free(data);
	return len == file->size &&
	    bytes_unhex(file->hash, said, HASH_LEN) == ERR_NONE &&
	    memcmp(hash, said, HASH_LEN) == 0;
}

/* Check all that the manifest says. */
static void
check_manifest(struct world *world, const struct safe *safe)
{
	Erfa__BackupManifest *manifest = NULL;
	size_t len = 0;
	uint8_t *data = read_file(safe, BACKUP_MANIFEST, &len);
	bool good = data != NULL &&
	    backup_manifest_open(data, len, &manifest) == ERR_NONE;
	size_t i;

	for (i = 0; good && i < manifest->n_file; i++)
		good = is_as_said(safe, manifest->file[i]);
	if (!good)
		world_fail(world, "backup",
		    "a backup of node %d is not what its manifest says",
		    safe->box);
	backup_manifest_free(manifest);
	free(data);
}

static void
take(struct world *world, int index, const Erfa__BackupAnswer *answer)
{
	struct safe *safe = &world->safes[index];
	bool first = safe->id[0] == '\0';

	if (first && answer->id != NULL) {
		(void)snprintf(safe->id, sizeof(safe->id), "%s", answer->id);
	} else if (first || !answer->has_data) {
		safe->done = !first;
		if (safe->done)
			machine_trace("a backup of node %d is whole (%d)",
			    safe->box, index);
		return;
	}
	if (answer->name != NULL)
		begin_part(safe, answer);
	if (answer->has_data)
		add_bytes(safe, answer->data.data, answer->data.len);
	if (answer->end)
		check_manifest(world, safe);
	ask(world, index, NULL, answer->end);
}

void
safe_answered(struct world *world, int node, const Erfa__Answer *answer)
{
	int index = (int)(answer->req - SAFE_ASKS);
	int before = machine_enter(MACHINE_NOBODY);

	if (index >= 0 && index < world->nsafes &&
	    world->safes[index].box == node && !world->safes[index].done)
		take(world, index, answer->backup);
	machine_leave(before);
}

void
safe_refused(struct world *world, uint32_t req)
{
	int index = (int)(req - SAFE_ASKS);

	if (index < world->nsafes)
		world->safes[index].asked_at = machine_now() - STALE_MS - 1;
}

/* ---- restoring ---- */

/* All that was held is there, and nothing of what had been erased. */
static void
check_holding(struct world *world, const struct safe *safe, struct box *box)
{
	struct holding now;
	int i;

	world_hold(world, box, &now);
	for (i = 0; i < world->npubs; i++) {
		if (safe->holding.of[i] == HOLD_ERASED &&
		    now.of[i] > HOLD_ERASED)
			world_fail(world, "backup",
			    "a backup of node %d brings back body %d, which "
			    "was erased before it",
			    box->number, i);
		if (safe->holding.of[i] >= HOLD_BODY && now.of[i] < HOLD_BODY &&
		    !world->pubs[i].erasing)
			world_fail(world, "backup",
			    "a backup of node %d has not got %d, which the "
			    "node had",
			    box->number, i);
	}
}

void
safe_restore(struct world *world, const struct safe *safe, struct box *box,
    bool elsewhere)
{
	char path[2 * WORLD_PATH];
	char fence[WORLD_PATH + 32];

	world_set_back(world, box, BACK_RESTORED);
	(void)snprintf(path, sizeof(path), "%s/state", safe->dir);
	files_copy_all(path, box->paths[1]);
	world_fence(box, fence);
	if (elsewhere)
		(void)unlink(fence);
	check_holding(world, safe, box);
}

void
safe_remove_all(struct world *world)
{
	char path[2 * WORLD_PATH];
	size_t j;
	int i;

	for (i = 0; i < world->nsafes; i++)
		for (j = FOLDERS; j > 0; j--) {
			(void)snprintf(path, sizeof(path), "%s%s",
			    world->safes[i].dir, folders[j - 1]);
			files_remove(path);
		}
}
