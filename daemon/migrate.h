#ifndef ERFAD_MIGRATE_H
#define ERFAD_MIGRATE_H

/*
 * migrate - bring a store of an earlier format to the one of this erfad.
 *
 * A table of steps, each from one format to the next, and all that any of them
 * needs: the room is looked at, main as it is is copied beside itself and the
 * copy read and compared, then all steps are carried out, and the result is
 * read from end to end, in one transaction.  Whenever the process ends, there is
 * the old store or the new one, whole.
 *
 * erfad does this by itself when it starts.  Others refuse and name a command
 * (PostgreSQL), because what they keep takes hours and twice the disk, and has
 * somebody who looks after it.  A node is a few hundred megabytes that nobody
 * looks after, and the package that was upgraded last night must not leave a
 * municipality without its service until somebody reads a log.  What makes that
 * safe is that nothing is lost if it goes wrong: without room for the copy, or
 * if the result does not hold together, nothing is changed.
 *
 * The file `keys` is neither copied nor changed.  It holds nothing but numbered
 * slots in all formats; and because the copy has no keys of its own, what is
 * erased after the migration cannot be read in the copy either.  The copy is a
 * store that was put back (as after `erfa restore`): who starts an earlier erfad
 * with it begins a new log, and loses nothing that had reached a peer.
 *
 * Signed entries are the same in all formats.  The index is no part of this: it
 * has a version of its own and is built anew.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct db_txn;

#define MIGRATE_KEEP_DAYS 30 /* that the copy stays, at least */
#define MIGRATE_NAME_MAX  40 /* bytes of its name */

/* A step from one format to the next. */
struct migrate_step {
	uint32_t from;
	const char *what; /* in words, without a full stop */

	/*
	 * Do it: change rows of the tables of store_txn.h, and nothing else.  A
	 * table that only an earlier format has stays in that list until no step
	 * reads it any more.  What is returned ends the migration, unless it is
	 * ERR_NONE, and nothing was changed.
	 */
	enum err (*run)(struct db_txn *txn);
};

struct migrate_options {
	const char *dir;      /* of the store */
	size_t map_bytes;     /* as struct store_options has it */
	const char *software; /* as there: who wrote what came of it */
	bool dry_run;         /* do it all but the copy, and change nothing */
	uint64_t spare;       /* bytes to be left free on the disk */

	/* Those of migrate_steps(), and store_format(); or others, for tests. */
	const struct migrate_step *steps;
	size_t nsteps;
	uint32_t format;

	/* Called before anything is copied or changed; or NULL. */
	void (*begins)(void *context, uint32_t from, uint64_t bytes);
	void *context;
};

/* Where it stopped, if it did. */
enum migrate_stage {
	MIGRATE_OPEN,  /* the store cannot be opened */
	MIGRATE_PLAN,  /* no steps lead from its format to ours */
	MIGRATE_ROOM,  /* there is no room */
	MIGRATE_COPY,  /* the copy was not made, or is not the same */
	MIGRATE_STEP,  /* the step from ${at} */
	MIGRATE_CHECK, /* the result does not hold together */
	MIGRATE_COMMIT,
	MIGRATE_DONE,
};

struct migrate_report {
	enum migrate_stage stage;
	uint32_t from; /* the format it has, or had */
	uint32_t to;
	uint32_t at;    /* the step carried out last begins here */
	uint64_t bytes; /* of main without its free pages */
	uint64_t need;  /* bytes of room, with those to be left free */
	uint64_t room;  /* that there are, or will be: see migrate_run() */
	uint64_t rows;  /* written and removed */
	uint64_t ms;    /* all of it took */
	char kept[MIGRATE_NAME_MAX]; /* name of the copy in ${dir}; or empty */
};

/**
 * migrate_steps(ret_count):
 * The steps of this erfad, by the format that they begin at; the last ends at
 * store_format().
 */
const struct migrate_step *migrate_steps(size_t *ret_count);

/**
 * migrate_run(options, ret_report):
 * Bring the store in ${options}->dir to ${options}->format.  The report is
 * filled in as far as it went, whatever is returned.  A store that has that
 * format already is left as it is (from = to).  What an attempt has left that
 * was cut short is removed first; a dry run counts it as room.  Return
 * ERR_NOENT if there is no store, ERR_VERSION if its format is newer or no
 * steps lead from it, ERR_FULL if there is no room, ERR_DAMAGED if the copy or
 * the result does not hold together, what a step returned, or the errors of
 * store_open().  After all of these the store is as it was; after ERR_IO at
 * MIGRATE_COMMIT it is the old one or the new one.
 */
enum err migrate_run(const struct migrate_options *options,
    struct migrate_report *ret_report) MUST_CHECK;

/**
 * migrate_name(format, out):
 * The name of the copy of main that is kept of that format.
 */
void migrate_name(uint32_t format, char out[MIGRATE_NAME_MAX]);

/**
 * migrate_forget(dir, format, days):
 * Remove the copies of formats before ${format} that are older than ${days}.
 * Return how many there were.
 */
size_t migrate_forget(const char *dir, uint32_t format, unsigned days);

#endif /* !ERFAD_MIGRATE_H */
