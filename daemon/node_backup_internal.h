#ifndef ERFAD_NODE_BACKUP_INTERNAL_H
#define ERFAD_NODE_BACKUP_INTERNAL_H

/*
 * node_backup_internal - what the files of node_backup share: the one backup that
 * is being made, and those that were given out to their last piece and wait to be
 * put on the list.
 *
 *   node_backup.c       asked for piece by piece, on the loop and in the pool
 *   node_backup_make.c  what goes into it
 *   node_backup_list.c  the list of those that were made
 *   node_restored.c     a store that came out of one
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/answer.h"
#include "proto/backup.h"
#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/local.pb-c.h"
#include "daemon/store.h"

/* Opaque types. */
struct node;
struct waiter;

/* How the names of the notes begin that are the list; the time follows. */
#define BACKUP_NOTE "backup/"

/* Bytes of a backup's id, which is random. */
#define BACKUP_ID_BYTES 8

/* A part, of which the bytes are in memory, in the copy, or the slots'. */
struct backup_part {
	char name[BACKUP_NAME_MAX + 1];
	uint64_t size; /* bytes */
	uint8_t *data; /* NULL: the first is the copy, the second the keys */
};

/* The one backup that is being made; or one that was given out, which holds no more
 * than what comes on the list. */
struct backup {
	char id[2 * BACKUP_ID_BYTES + 1];
	char note[40];   /* its name on the list */
	bool busy;       /* in the pool */
	int64_t touched; /* when something was asked last, monotonic ms */
	Erfa__LocalBackup *local;
	Erfa__BackupManifest *manifest;
	struct store_named named;
	int fd; /* of the copy; -1 = not there yet */
	struct backup_part parts[BACKUP_PARTS];
	size_t count;
	size_t at;
	uint64_t offset; /* in that part */
	struct crypto_hash_state hash;
	struct backup *next; /* given out before this one */
};

/* ---- node_backup.c ---- */

/**
 * node_backup_give_up(node):
 * Free the backup that is being made, if there is one.  Not while it is in the
 * pool.
 */
void node_backup_give_up(struct node *node);

/**
 * node_backup_failed(node, waiter, err):
 * Give it up, log why, and tell ${waiter}, which is taken.
 */
void node_backup_failed(struct node *node, struct waiter *waiter, enum err err);

/**
 * node_backup_given(node, id):
 * Take the backup ${id} from those that were given out, for the caller to free;
 * NULL if it is none of them.
 */
struct backup *node_backup_given(struct node *node, const char *id);

/* ---- node_backup_make.c ---- */

/**
 * node_backup_new(node, ask), node_backup_free(backup):
 * A backup with nothing in it, and a manifest that says of which node it is;
 * NULL if memory is short.  NULL may be freed.
 */
struct backup *node_backup_new(
    struct node *node, const Erfa__BackupRequest *ask);
void node_backup_free(struct backup *backup);

/**
 * node_backup_shrink(backup):
 * Free all of it but what comes on the list.
 */
void node_backup_shrink(struct backup *backup);

/**
 * node_backup_fill(node, backup):
 * Copy main, check the copy from end to end, and put it, its keys, the node's
 * keys and the settings in.  In the pool.  Return ERR_FULL if there is no room
 * for the copy, ERR_DAMAGED if it does not hold together, ERR_LIMIT if there are
 * too many files, ERR_SIZE if one is longer than 4 MiB, ERR_DENIED if one cannot
 * be read, ERR_NOMEM, ERR_IO; no name of the copy is left, whatever happens.
 */
enum err node_backup_fill(struct node *node, struct backup *backup) MUST_CHECK;

/**
 * node_backup_add(backup, name, data, size):
 * Add a part.  ${data}, from malloc(), is taken, also on failure; NULL as in
 * struct backup_part.  Return ERR_LIMIT if there is no room for one more or the
 * name is none that proto/backup.h allows.
 */
enum err node_backup_add(struct backup *backup, const char *name, uint8_t *data,
    uint64_t size) MUST_CHECK;

/**
 * node_backup_remove_copy(node):
 * Remove what a process that was killed left of its copy, if anything.
 */
void node_backup_remove_copy(const struct node *node);

/**
 * node_backup_put(txn, note, local):
 * Put a backup on the list, as the note ${note}.  Return ERR_NOMEM, or what
 * store_note_put() returns.
 */
enum err node_backup_put(struct store_txn *txn, const char *note,
    const Erfa__LocalBackup *local) MUST_CHECK;

/* ---- node_backup_list.c ---- */

/**
 * node_backup_list(node, waiter):
 * Answer ${waiter}, which is taken, with the list.
 */
void node_backup_list(struct node *node, struct waiter *waiter);

/**
 * node_backup_finish(node, waiter, backup):
 * ${backup}, which is taken, is where it is to stay, and comes on the list; NULL:
 * none.  Others that are named are gone, and taken from it.  Then answer
 * ${waiter}, which is taken, with the list.
 */
void node_backup_finish(
    struct node *node, struct waiter *waiter, struct backup *backup);

#endif /* !ERFAD_NODE_BACKUP_INTERNAL_H */
