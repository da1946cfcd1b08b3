#include "daemon/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store_txn.h"

#define PATH_ROOM 4096
#define MAIN      "main.mdb"
#define PART      ".part" /* behind the name of a copy under way */
#define LOCK      "-lock"
#define DAY_S     86400

#define STAT_BLOCK 512 /* bytes of a block that stat() counts */

/* One migration under way. */
struct migration {
	const struct migrate_options *options;
	struct migrate_report *report;
	struct store *store;
	char main[PATH_ROOM];
	char name[MIGRATE_NAME_MAX]; /* under which the copy is kept */
	char kept[PATH_ROOM];
	char part[PATH_ROOM + sizeof(PART)]; /* the copy under way */
	char lock[PATH_ROOM + sizeof(PART) + sizeof(LOCK)];
};

static void
path_of(const char *dir, const char *name, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/%s", dir, name);
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
migrate_name(uint32_t format, char out[MIGRATE_NAME_MAX])
{
	(void)snprintf(
	    out, MIGRATE_NAME_MAX, MAIN ".format-%u", (unsigned)format);
}

/* ---- what there is to do ---- */

/* The step that begins at a format; NULL if there is none. */
static const struct migrate_step *
step_from(const struct migrate_options *options, uint32_t from)
{
	size_t i;

	for (i = 0; i < options->nsteps; i++)
		if (options->steps[i].from == from)
			return &options->steps[i];
	return NULL;
}

/* Which format is it, and do steps lead from there to ours? */
static enum err
plan(struct migration *m)
{
	struct migrate_report *report = m->report;
	struct db_txn *txn = NULL;
	uint32_t at;
	enum err err;

	report->stage = MIGRATE_PLAN;
	if ((err = db_begin(m->store->db, false, &txn)) != ERR_NONE)
		return err;
	err = store_format_get(txn, &report->from);
	db_abort(&txn);
	if (err != ERR_NONE)
		return err;
	if (report->from > report->to)
		return ERR_VERSION;
	for (at = report->from; at < report->to; at++)
		if (step_from(m->options, at) == NULL)
			return ERR_VERSION;
	return ERR_NONE;
}

/*
 * What an attempt has left that did not come to its end goes: the store was
 * written since, maybe, and its room is needed.  A dry run counts that room.
 */
static uint64_t
drop_leftovers(struct migration *m)
{
	const char *const paths[] = { m->part, m->lock, m->kept };
	uint64_t bytes = 0;
	struct stat info;
	size_t i;

	migrate_name(m->report->from, m->name);
	path_of(m->options->dir, m->name, m->kept);
	(void)snprintf(m->part, sizeof(m->part), "%s" PART, m->kept);
	(void)snprintf(m->lock, sizeof(m->lock), "%s" LOCK, m->part);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!m->options->dry_run)
			(void)unlink(paths[i]);
		else if (stat(paths[i], &info) == 0 && info.st_nlink == 1)
			bytes += (uint64_t)info.st_blocks * STAT_BLOCK;
	}
	return bytes;
}

/* The copy, and as much again for pages that the steps write anew. */
static enum err
look_for_room(struct migration *m)
{
	struct migrate_report *report = m->report;
	uint64_t left = drop_leftovers(m);
	struct statvfs fs;
	uint64_t used;
	uint64_t max;
	uint64_t spare;
	enum err err;

	report->stage = MIGRATE_ROOM;
	if ((err = db_spare(m->store->db, &spare)) != ERR_NONE)
		return err;
	db_usage(m->store->db, &used, &max);
	if (statvfs(m->options->dir, &fs) != 0)
		return ERR_IO;
	report->bytes = used - (spare < used ? spare : used);
	report->need = 2 * report->bytes + m->options->spare;
	report->room = (uint64_t)fs.f_bavail * fs.f_frsize + left;
	return report->room < report->need ? ERR_FULL : ERR_NONE;
}

/* ---- the copy ---- */

/* Do two tables hold the same? */
static enum err
compare_table(struct db_txn *txn, struct db_txn *other, unsigned table)
{
	struct db_cursor *cursor = NULL;
	struct db_cursor *beside = NULL;
	struct bytes key;
	struct bytes val;
	struct bytes key2;
	struct bytes val2;
	enum err err;
	enum err err2;

	if ((err = db_cursor_open(txn, table, &cursor)) == ERR_NONE)
		err = db_cursor_open(other, table, &beside);
	while (err == ERR_NONE) {
		err = db_cursor_next(cursor, &key, &val);
		err2 = db_cursor_next(beside, &key2, &val2);
		if (err == ERR_NONE && err2 == ERR_NONE &&
		    (!bytes_equal(key, key2) || !bytes_equal(val, val2)))
			err2 = ERR_DAMAGED;
		if (err != err2)
			err = ERR_DAMAGED;
	}
	db_cursor_close(cursor);
	db_cursor_close(beside);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Is the copy what it was made of? */
static enum err
compare(struct db *db, struct db *copy)
{
	struct db_txn *txn = NULL;
	struct db_txn *other = NULL;
	unsigned table;
	enum err err;

	if ((err = db_begin(db, false, &txn)) == ERR_NONE)
		err = db_begin(copy, false, &other);
	for (table = 0; table < STORE_NTABLES && err == ERR_NONE; table++)
		err = compare_table(txn, other, table);
	db_abort(&txn);
	db_abort(&other);
	return err;
}

/* Whoever starts with it is to know that it was put back. */
static enum err
mark(struct db *copy)
{
	static const uint8_t fresh = STORE_RESTORED_FRESH;
	static const char log[] = STORE_NOTE_LOG;
	static const char restored[] = STORE_NOTE_RESTORED;
	const struct bytes log_name = { (const uint8_t *)log, strlen(log) };
	const struct bytes restored_name = { (const uint8_t *)restored,
		strlen(restored) };
	uint8_t epoch[STORE_EPOCH_LEN];
	struct db_txn *txn = NULL;
	enum err err;

	if ((err = db_begin(copy, true, &txn)) != ERR_NONE)
		return err;
	err = db_del(txn, STORE_NOTES, log_name);
	if (err == ERR_NONE || err == ERR_NOENT)
		err = db_put(txn, STORE_NOTES, restored_name,
		    (struct bytes){ &fresh, 1 }, DB_REPLACE);
	if (err == ERR_NONE)
		err = store_epoch_new(txn, epoch);
	if (err == ERR_NONE)
		return db_commit(&txn);
	db_abort(&txn);
	return err;
}

/* Write the copy, see that it is one, and mark it. */
static enum err
copy(struct migration *m)
{
	struct store *other = NULL;
	enum err err;

	if ((err = db_copy(m->store->db, m->part)) == ERR_NONE)
		err = store_open_copy(m->part, m->store->keys, &other);
	if (err == ERR_NONE)
		err = compare(m->store->db, other->db);
	if (err == ERR_NONE)
		err = mark(other->db);
	store_close(other);
	return err;
}

/* Keep main as it is, under another name. */
static enum err
keep(struct migration *m)
{
	enum err err;

	m->report->stage = MIGRATE_COPY;
	err = copy(m);
	(void)unlink(m->lock);
	if (err == ERR_NONE && rename(m->part, m->kept) != 0)
		err = ERR_IO;
	if (err != ERR_NONE) {
		(void)unlink(m->part);
		return err;
	}
	memcpy(m->report->kept, m->name, sizeof(m->name));
	return store_sync_folder(m->options->dir);
}

/* ---- the steps ---- */

/* What came of it, read as any store is. */
static enum err
check(struct migration *m, struct db_txn *txn)
{
	struct store_txn view = {
		.store = m->store,
		.db = txn,
		.write = true,
	};
	enum err err;

	m->report->stage = MIGRATE_CHECK;
	if ((err = store_state_read(txn, &view.state)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	view.before = view.state;
	return store_check(&view);
}

static enum err
run_steps(struct migration *m, struct db_txn *txn)
{
	struct migrate_report *report = m->report;
	uint32_t at;
	enum err err;

	report->stage = MIGRATE_STEP;
	for (at = report->from; at < report->to; at++) {
		report->at = at;
		err = step_from(m->options, at)->run(txn);
		if (err != ERR_NONE)
			return err;
	}
	report->rows = db_writes(txn);
	err = store_software_put(txn, m->options->software);
	return err == ERR_NONE ? store_format_put(txn, report->to) : err;
}

/* All of them in one transaction. */
static enum err
carry_out(struct migration *m)
{
	struct db_txn *txn = NULL;
	enum err err;

	m->report->stage = MIGRATE_STEP;
	if ((err = db_begin(m->store->db, true, &txn)) != ERR_NONE)
		return err;
	if ((err = run_steps(m, txn)) == ERR_NONE)
		err = check(m, txn);
	if (err == ERR_NONE && !m->options->dry_run) {
		m->report->stage = MIGRATE_COMMIT;
		return db_commit(&txn);
	}
	db_abort(&txn);
	return err;
}

/* ---- all of it ---- */

static enum err
migrate(struct migration *m)
{
	const struct migrate_options *options = m->options;
	const struct migrate_report *report = m->report;
	enum err err;

	if ((err = plan(m)) != ERR_NONE || report->from == report->to)
		return err;
	err = look_for_room(m);

	/* How much room there has to be is what a dry run is asked for. */
	if (err != ERR_NONE && (err != ERR_FULL || !options->dry_run))
		return err;
	if (options->begins != NULL)
		options->begins(options->context, report->from, report->bytes);
	if (!options->dry_run && (err = keep(m)) != ERR_NONE)
		return err;
	return carry_out(m);
}

enum err
migrate_run(
    const struct migrate_options *options, struct migrate_report *ret_report)
{
	const struct store_options files = {
		.dir = options->dir,
		.map_bytes = options->map_bytes,
	};
	uint64_t began = now_ms();
	struct migration *m;
	struct stat info;
	enum err err;

	*ret_report = (struct migrate_report){ .stage = MIGRATE_OPEN };
	ret_report->to = options->format;
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return ERR_NOMEM;
	m->options = options;
	m->report = ret_report;
	path_of(options->dir, MAIN, m->main);
	if (stat(m->main, &info) != 0)
		err = errno == EACCES ? ERR_DENIED : ERR_NOENT;
	else
		err = store_open_bare(&files, &m->store);
	if (err == ERR_NONE)
		err = migrate(m);
	store_close(m->store);
	free(m);
	if (err == ERR_NONE)
		ret_report->stage = MIGRATE_DONE;
	ret_report->ms = now_ms() - began;
	return err;
}

size_t
migrate_forget(const char *dir, uint32_t format, unsigned days)
{
	char name[MIGRATE_NAME_MAX];
	char path[PATH_ROOM];
	struct stat info;
	size_t count = 0;
	uint32_t at;

	for (at = 1; at < format; at++) {
		migrate_name(at, name);
		path_of(dir, name, path);
		if (stat(path, &info) == 0 &&
		    time(NULL) - info.st_mtime > (time_t)days * DAY_S &&
		    unlink(path) == 0)
			count++;
	}
	return count;
}
