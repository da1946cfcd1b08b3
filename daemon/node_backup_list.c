/*
 * The list of the backups that were made here: notes in the store, told,
 * lengthened and shortened.
 */

#include <stdlib.h>
#include <string.h>

#include "daemon/node_backup_internal.h"
#include "daemon/node_internal.h"

#define DAY_MS UINT64_C(86400000)

/* May there be a text of the record that had not been published by then? */
static bool
may_hold(const Erfa__LocalBackup *local, const uint8_t *record)
{
	size_t at;

	if (!local->has_unpublished || local->any)
		return true;
	for (at = 0; at + RECORD_LEN <= local->unpublished.len;
	     at += RECORD_LEN)
		if (memcmp(local->unpublished.data + at, record, RECORD_LEN) ==
		    0)
			return true;
	return false;
}

static bool
is_asked(const struct backups_asked *which, const Erfa__LocalBackup *local)
{
	if (local->arrival >= which->below)
		return false;
	return local->arrival >= which->least ||
	    (which->record != NULL && may_hold(local, which->record));
}

enum err
node_backups(struct store_txn *txn, const struct backups_asked *which,
    Erfa__BackupKept ***list, size_t *count)
{
	Erfa__LocalBackup *local;
	Erfa__BackupKept *kept;
	char name[201] = "";
	struct bytes data;
	enum err err;

	while ((err = store_note_next(txn, BACKUP_NOTE,
		    name[0] == '\0' ? NULL : name, name, &data)) == ERR_NONE) {
		local = erfa__local_backup__unpack(NULL, data.len, data.data);
		if (local == NULL || !is_asked(which, local)) {
			if (local != NULL)
				erfa__local_backup__free_unpacked(local, NULL);
			continue;
		}
		err = answer_add(
		    list, count, &erfa__backup_kept__descriptor, &kept);
		if (err == ERR_NONE)
			err = answer_text(&kept->file, local->file);
		if (err == ERR_NONE)
			err = answer_time(&kept->time, local->time_ms);
		if (err == ERR_NONE && local->recipient != NULL)
			err = answer_text(&kept->recipient, local->recipient);
		if (err == ERR_NONE) {
			kept->has_entries = kept->has_bytes = true;
			kept->has_arrival = true;
			kept->entries = local->entries;
			kept->bytes = local->bytes;
			kept->arrival = local->arrival;
		}
		erfa__local_backup__free_unpacked(local, NULL);
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

uint64_t
node_backup_last(struct store_txn *txn, uint64_t now, bool *ret_ahead)
{
	char name[201] = "";
	struct bytes data;
	uint64_t last = 0;
	uint64_t made;

	/* Their names are times, which rise. */
	*ret_ahead = false;
	while (!*ret_ahead &&
	    store_note_next(txn, BACKUP_NOTE, name[0] == '\0' ? NULL : name,
		name, &data) == ERR_NONE) {
		made = strtoull(name + strlen(BACKUP_NOTE), NULL, 10);
		*ret_ahead = made > now + DAY_MS;
		if (!*ret_ahead)
			last = made;
	}
	return last;
}

void
node_backup_list(struct node *node, struct waiter *waiter)
{
	const struct config *config = node->config;
	struct store_txn *txn = NULL;
	Erfa__Answer *answer = NULL;
	Erfa__BackupAnswer *said;
	enum err err;

	if ((err = answer_new(ERFA__ANSWER__SAY_BACKUP, &answer)) == ERR_NONE)
		err = store_begin(node->store, false, &txn);
	if (err == ERR_NONE) {
		said = answer->backup;
		said->has_keep = true;
		said->keep = config->backup_keep;
		err = node_backups(txn,
		    &(struct backups_asked){ .below = UINT64_MAX }, &said->kept,
		    &said->n_kept);
		if (err == ERR_NONE)
			err = answer_text(&said->folder, config->backup_dir);
		if (err == ERR_NONE)
			err = answer_text(&said->to, config->backup_to);
		if (err == ERR_NONE)
			err = answer_text(&said->org, config->org);
	}
	store_abort(&txn);
	if (err == ERR_NONE) {
		node_answer(node, waiter, answer);
		return;
	}
	control_free_answer(answer);
	node_answer_error(node, waiter, "failed", 75, "try again",
	    "the list of backups cannot be read: %s", err_str(err));
}

/* ---- another one on it ---- */

/* What is put on the list and taken from it, in one commit. */
struct list_job {
	struct writer_job job; /* first */
	struct waiter *waiter;
	struct backup *backup; /* or NULL */
};

static bool
is_gone(const Erfa__BackupRequest *ask, struct bytes data)
{
	Erfa__LocalBackup *local = erfa__local_backup__unpack(
	    NULL, data.len, data.data);
	bool gone = false;
	size_t i;

	for (i = 0; local != NULL && local->file != NULL && i < ask->n_gone;
	     i++)
		gone = gone || strcmp(ask->gone[i], local->file) == 0;
	if (local != NULL)
		erfa__local_backup__free_unpacked(local, NULL);
	return gone;
}

static enum err
list_run(struct store_txn *txn, struct writer_job *job)
{
	struct list_job *list = (struct list_job *)job;
	const Erfa__BackupRequest *ask = list->waiter->request->backup;
	char name[201] = "";
	struct bytes data;
	enum err err;

	while ((err = store_note_next(txn, BACKUP_NOTE,
		    name[0] == '\0' ? NULL : name, name, &data)) == ERR_NONE)
		if (is_gone(ask, data) &&
		    (err = store_note_del(txn, name)) != ERR_NONE)
			return err;
	if (err != ERR_NOENT)
		return err;
	return list->backup == NULL ?
	    ERR_NONE :
	    node_backup_put(txn, list->backup->note, list->backup->local);
}

static void
list_done(struct writer_job *job, void *context)
{
	struct list_job *list = (struct list_job *)job;
	struct node *node = context;

	if (node == NULL)
		node_waiter_free(list->waiter);
	else if (job->err != ERR_NONE)
		node_answer_error(node, list->waiter, "not_written", 75,
		    "The backup is good; run erfa backup again for the list.",
		    "the list of backups could not be written: %s",
		    err_str(job->err));
	else
		node_backup_list(node, list->waiter);
	node_backup_free(list->backup);
	free(list);
}

void
node_backup_finish(
    struct node *node, struct waiter *waiter, struct backup *backup)
{
	struct list_job *list = calloc(1, sizeof(*list));

	if (list == NULL) {
		node_backup_free(backup);
		node_answer_error(node, waiter, "failed", 75, "try again",
		    "the list of backups could not be written: %s",
		    err_str(ERR_NOMEM));
		return;
	}
	list->job.run = list_run;
	list->job.done = list_done;
	list->job.entries = 1;
	list->waiter = waiter;
	list->backup = backup;
	if (backup != NULL) {
		backup->local->has_bytes = true;
		backup->local->bytes = waiter->request->backup->bytes;
		logger_info(
		    "backup", "a backup was made: %.200s", backup->local->file);
	}
	writer_submit(node->writer, &list->job);
}
