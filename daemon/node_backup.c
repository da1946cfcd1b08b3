/*
 * Backups of this node, made while it runs, given piece by piece to whoever may
 * have them.
 *
 * The copy of main is made and checked in a thread of the pool, in a folder of its
 * own, and has no name any more when the first piece is asked for.  Its keys are
 * read from the slots at the moment when they are given out.  proto/backup.h.
 *
 * Whoever had the last piece sees all of it onto a disk and reads it back, which
 * takes as long as it takes.  Nothing is held for that but its row on the list, and
 * another backup may be begun meanwhile.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/node_backup_internal.h"
#include "daemon/node_internal.h"

#define PIECE     1048576U /* bytes of one answer */
#define IDLE_MS   60000
#define STALE_MS  30000 /* another one may be begun instead */
#define GIVEN_MAX 8     /* that are waited for, to come on the list */

struct backup_job {
	struct pool_job job; /* first */
	struct waiter *waiter;
	struct backup *backup;
	Erfa__Answer *answer;
	bool begins;
	enum err err;
};

/* ---- in the pool ---- */

static enum err
run_begin(struct node *node, struct backup_job *job)
{
	struct backup *backup = job->backup;
	Erfa__BackupAnswer *said = job->answer->backup;
	size_t i;
	enum err err;

	if ((err = node_backup_fill(node, backup)) != ERR_NONE)
		return err;
	said->has_total = true;
	for (i = 0; i < backup->count; i++)
		said->total += backup->parts[i].size;
	crypto_hash_begin(&backup->hash);
	return answer_text(&said->id, backup->id);
}

/* Read bytes of the part at hand. */
static enum err
read_part(struct node *node, struct backup *backup, uint8_t *out, size_t len)
{
	const struct backup_part *part = &backup->parts[backup->at];
	size_t have = 0;
	ssize_t got;

	if (part->data != NULL) {
		memcpy(out, part->data + backup->offset, len);
		return ERR_NONE;
	}
	if (backup->at == 1)
		return store_named_keys(node->store, &backup->named,
		    backup->offset / KEY_LEN, len / KEY_LEN, out);
	while (have < len) {
		got = pread(backup->fd, out + have, len - have,
		    (off_t)(backup->offset + have));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_IO;
		have += (size_t)got;
	}
	return ERR_NONE;
}

/* The part at hand is told: take down its size and hash, and go on. */
static enum err
end_part(struct node *node, struct backup *backup)
{
	const struct backup_part *part = &backup->parts[backup->at];
	uint8_t hash[HASH_LEN];
	Erfa__BackupFile *file;
	uint8_t *data;
	size_t len;
	enum err err;

	backup->offset = 0;
	if (strcmp(part->name, BACKUP_MANIFEST) == 0) {
		backup->at++;
		return ERR_NONE;
	}
	crypto_hash_end(&backup->hash, hash);
	crypto_hash_begin(&backup->hash);
	err = answer_add(&backup->manifest->file, &backup->manifest->n_file,
	    &erfa__backup_file__descriptor, &file);
	if (err != ERR_NONE)
		return err;
	file->has_size = true;
	file->size = part->size;
	if ((err = answer_text(&file->name, part->name)) != ERR_NONE ||
	    (err = answer_hex(&file->hash, hash, HASH_LEN)) != ERR_NONE)
		return err;
	if (++backup->at < backup->count)
		return ERR_NONE;
	err = backup_manifest_seal(&node->key, backup->manifest, &data, &len);
	return err == ERR_NONE ?
	    node_backup_add(backup, BACKUP_MANIFEST, data, len) :
	    err;
}

static enum err
run_next(struct node *node, struct backup_job *job)
{
	struct backup *backup = job->backup;
	const struct backup_part *part = &backup->parts[backup->at];
	Erfa__BackupAnswer *said = job->answer->backup;
	size_t len = PIECE;
	enum err err;

	if (part->size - backup->offset < len)
		len = (size_t)(part->size - backup->offset);
	if (backup->offset == 0) {
		said->has_size = true;
		said->size = part->size;
		if ((err = answer_text(&said->name, part->name)) != ERR_NONE)
			return err;
	}
	if ((said->data.data = malloc(len + 1)) == NULL)
		return ERR_NOMEM;
	said->has_data = true;
	said->data.len = len;
	err = read_part(node, backup, said->data.data, len);
	if (err != ERR_NONE)
		return err;
	crypto_hash_add(&backup->hash, said->data.data, len);
	backup->offset += len;
	if (backup->offset == part->size)
		err = end_part(node, backup);
	said->has_end = true;
	said->end = backup->at == backup->count;
	return err;
}

static void
job_run(struct pool_job *pool_job, void *context)
{
	struct backup_job *job = (struct backup_job *)pool_job;

	job->err = answer_new(ERFA__ANSWER__SAY_BACKUP, &job->answer);
	if (job->err == ERR_NONE)
		job->err = job->begins ? run_begin(context, job) :
					 run_next(context, job);
}

/* ---- on the loop ---- */

void
node_backup_give_up(struct node *node)
{
	node_backup_free(node->backup);
	node->backup = NULL;
}

void
node_backup_failed(struct node *node, struct waiter *waiter, enum err err)
{
	node_backup_give_up(node);
	logger_err("backup", "no backup was made: %s", err_str(err));
	if (err == ERR_FULL)
		node_answer_error(node, waiter, "disk_full", 75,
		    "Free some space: a copy of the store must fit beside it.",
		    "there is no room for a copy in %s", node->config->state);
	else if (err == ERR_DAMAGED)
		node_answer_error(node, waiter, "damaged", 75,
		    "Look at the store:  erfa verify",
		    "the copy does not hold together; the store may be "
		    "damaged");
	else
		node_answer_error(node, waiter, "failed", 75, "try again",
		    "no backup was made: %s", err_str(err));
}

/* The backup that was being made is given out: keep what comes on the list. */
static void
keep_given(struct node *node)
{
	struct backup **at = &node->given;
	size_t i;

	node_backup_shrink(node->backup);
	node->backup->next = node->given;
	node->given = node->backup;
	node->backup = NULL;
	for (i = 0; i < GIVEN_MAX && *at != NULL; i++)
		at = &(*at)->next;
	node_backup_free(*at);
	*at = NULL;
}

struct backup *
node_backup_given(struct node *node, const char *id)
{
	struct backup **at = &node->given;
	struct backup *backup;

	while (*at != NULL && strcmp((*at)->id, id) != 0)
		at = &(*at)->next;
	if ((backup = *at) != NULL)
		*at = backup->next;
	return backup;
}

static void
job_done(struct pool_job *pool_job, void *context)
{
	struct backup_job *job = (struct backup_job *)pool_job;
	struct node *node = context;

	if (node->backup != NULL) {
		node->backup->busy = false;
		node->backup->touched = node_now();
	}
	if (node->control == NULL || job->answer == NULL) {
		/* Closing, or never run: nobody is answered any more. */
		control_free_answer(job->answer);
		node_waiter_free(job->waiter);
	} else if (job->err != ERR_NONE) {
		control_free_answer(job->answer);
		node_backup_failed(node, job->waiter, job->err);
	} else {
		if (node->backup->at == node->backup->count)
			keep_given(node);
		node_answer(node, job->waiter, job->answer);
	}
	free(job);
}

static void
submit(struct node *node, struct waiter *waiter, bool begins)
{
	struct backup_job *job = calloc(1, sizeof(*job));

	if (job == NULL) {
		node_backup_failed(node, waiter, ERR_NOMEM);
		return;
	}
	job->job.run = job_run;
	job->job.done = job_done;
	job->waiter = waiter;
	job->backup = node->backup;
	job->begins = begins;
	node->backup->busy = true;
	pool_submit(node->pool, &job->job);
}

static void
begin(struct node *node, struct waiter *waiter)
{
	if (node->backup != NULL &&
	    (node->backup->busy ||
		node_now() - node->backup->touched < STALE_MS)) {
		node_answer_error(node, waiter, "busy", 75,
		    "Try again in a minute.", "another backup is being made");
		return;
	}
	node_backup_give_up(node);
	node->backup = node_backup_new(node, waiter->request->backup);
	if (node->backup == NULL)
		node_backup_failed(node, waiter, ERR_NOMEM);
	else
		submit(node, waiter, true);
}

/* ---- the list ---- */

/* Put one on the list that is where it is to stay. */
static void
finish(struct node *node, struct waiter *waiter)
{
	const char *id = waiter->request->backup->id;
	struct backup *backup = id == NULL ? NULL : node_backup_given(node, id);

	if (id == NULL || backup != NULL)
		node_backup_finish(node, waiter, backup);
	else
		node_answer_error(node, waiter, "not_listed", 75,
		    "Run the command again; remove that backup when you have "
		    "another.",
		    "the backup does not come on the list: erfad was started "
		    "anew meanwhile, or has given out %d others",
		    GIVEN_MAX);
}

void
node_backup(struct node *node, struct waiter *waiter)
{
	const Erfa__BackupRequest *ask = waiter->request->backup;
	const struct backup *backup = node->backup;
	bool known = ask->id != NULL && backup != NULL && !backup->busy &&
	    strcmp(ask->id, backup->id) == 0;

	if (ask->done)
		finish(node, waiter);
	else if (known)
		submit(node, waiter, false);
	else if (ask->id != NULL)
		node_answer_error(node, waiter, "no_such_backup", 75,
		    "Run the command again.",
		    "this backup was given up: nobody asked for more of it");
	else if (ask->file != NULL)
		begin(node, waiter);
	else
		node_backup_list(node, waiter);
}

void
node_backup_tick(struct node *node, int64_t now)
{
	struct backup *backup = node->backup;

	if (backup == NULL || backup->busy || now - backup->touched < IDLE_MS)
		return;
	logger_warning(
	    "backup", "a backup was given up: nobody asked for more of it");
	node_backup_give_up(node);
}

void
node_backup_end(struct node *node)
{
	struct backup *backup;

	node_backup_give_up(node);
	while ((backup = node->given) != NULL) {
		node->given = backup->next;
		node_backup_free(backup);
	}
}
