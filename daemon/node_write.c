/*
 * What the node itself decides to write: MEMBER entries and notes.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"

/* A MEMBER entry, a note, or both; all of it in one commit. */
struct own_job {
	struct writer_job job; /* first */
	struct own_job *next;  /* of those that wait for the directory */
	struct own_job *more;  /* to be written in the same commit */
	uint64_t change;       /* which it must know */
	struct outbox *outbox;
	node_written *done;
	void *arg;
	bool has_entry;
	uint8_t ext[HEADER_MAX];
	size_t ext_len;
	uint8_t *body;
	size_t body_len;
	char note[201];
	bool has_note;
	size_t note_len; /* 0 = the note goes */
	uint8_t note_data[];
};

/* Write what one of them holds. */
static enum err
own_write(struct store_txn *txn, struct own_job *own)
{
	struct outbox_entry entry = { .kind = HEADER_MEMBER };
	uint64_t ticket;
	enum err err;

	if (own->has_entry) {
		entry.ext.data = own->ext;
		entry.ext.len = own->ext_len;
		entry.body.data = own->body;
		entry.body.len = own->body_len;
		if ((err = outbox_add(own->outbox, txn, &entry, &ticket)) !=
		    ERR_NONE)
			return err;
	}
	if (!own->has_note)
		return ERR_NONE;
	if (own->note_len > 0)
		return store_note_put(
		    txn, own->note, own->note_data, own->note_len);
	err = store_note_del(txn, own->note);
	return err == ERR_NOENT ? ERR_NONE : err;
}

static enum err
own_job_run(struct store_txn *txn, struct writer_job *job)
{
	struct own_job *own = (struct own_job *)job;
	enum err err = ERR_NONE;

	for (; own != NULL && err == ERR_NONE; own = own->more)
		err = own_write(txn, own);
	return err;
}

static void
own_job_free(struct own_job *own)
{
	struct own_job *more;

	for (; own != NULL; own = more) {
		more = own->more;
		free(own->body);
		free(own);
	}
}

/* Tell who waits, and end it. */
static void
own_job_end(struct node *node, struct own_job *own, enum err err)
{
	if (own->done != NULL)
		own->done(node, own->arg, err);
	own_job_free(own);
}

static void
own_job_done(struct writer_job *job, void *context)
{
	struct own_job *own = (struct own_job *)job;
	struct node *node = context;

	if (node == NULL) {
		own_job_end(NULL, own, job->err);
		return;
	}
	node_touch_own(node);
	if (job->err != ERR_NONE) {
		event_say(EVENT_STORE_WRITE, NULL, "could not write: %s",
		    err_str(job->err));
	} else if (own->has_entry) {
		/*
		 * It counts here before it is signed: somebody who is removed
		 * is out at once.  Directory and ZAP come before the answer.
		 */
		own->next = node->own_jobs;
		node->own_jobs = own;
		own->change = node_members_changed(node);
		return;
	} else if (own->has_note && own->done != NULL &&
	    node_rules(node) != ERR_NONE) {
		logger_err("peers", "the ZAP table was not renewed");
		node->rules_due = node_now();
	}
	own_job_end(node, own, job->err);
}

void
node_write_counts(struct node *node, uint64_t change)
{
	struct own_job *own = node->own_jobs;
	struct own_job *next;

	node->own_jobs = NULL;
	for (; own != NULL; own = next) {
		next = own->next;
		if (own->change <= change) {
			own_job_end(node, own, ERR_NONE);
		} else {
			own->next = node->own_jobs;
			node->own_jobs = own;
		}
	}
}

void
node_write_end(struct node *node)
{
	struct own_job *own;

	while ((own = node->own_jobs) != NULL) {
		node->own_jobs = own->next;
		own_job_end(NULL, own, ERR_NONE);
	}
}

/* The erasable part of a MEMBER entry. */
static enum err
directory_body(struct own_job *own, const char *name, const char *address)
{
	Erfa__Body *body;
	enum err err;

	if (name[0] == '\0' && address[0] == '\0')
		return ERR_NONE;
	if ((err = body_new(HEADER_MEMBER, &body)) != ERR_NONE)
		return err;
	if (name[0] != '\0')
		body->directory->name = strdup(name);
	if (address[0] != '\0')
		body->directory->address = strdup(address);
	err = body_encode(body, &own->body, &own->body_len);
	body_free(body);
	return err;
}

/* A job with a note, which may be missing. */
static struct own_job *
own_job_new(struct node *node, const char *note, const void *data, size_t len,
    node_written *done, void *arg)
{
	struct own_job *own;

	if ((note != NULL && strlen(note) >= sizeof(own->note)) ||
	    (own = calloc(1, sizeof(*own) + len)) == NULL)
		return NULL;
	own->job.run = own_job_run;
	own->job.done = own_job_done;
	own->job.entries = 1;
	own->outbox = node->outbox;
	own->done = done;
	own->arg = arg;
	if (note != NULL) {
		own->has_note = true;
		memcpy(own->note, note, strlen(note) + 1);
		own->note_len = len;
		if (len > 0)
			memcpy(own->note_data, data, len);
	}
	return own;
}

/* Let the job write this entry. */
static enum err
own_job_member(struct own_job *own, const struct header_member *member)
{
	own->has_entry = true;
	return header_member_encode(
	    member, own->ext, sizeof(own->ext), &own->ext_len);
}

enum err
/* NOLINTNEXTLINE(readability-function-size): all that one commit holds */
node_write_member(struct node *node, const struct header_member *member,
    const char *name, const char *address, const char *note,
    const void *note_data, size_t note_len, node_written *done, void *arg)
{
	struct own_job *own;
	enum err err;

	own = own_job_new(node, note, note_data, note_len, done, arg);
	if (own == NULL)
		return ERR_NOMEM;
	if ((err = own_job_member(own, member)) != ERR_NONE ||
	    (err = directory_body(own, name, address)) != ERR_NONE) {
		own_job_free(own);
		return err;
	}
	writer_submit(node->writer, &own->job);
	return ERR_NONE;
}

enum err
node_write_withdrawals(struct node *node, const struct header_member *members,
    size_t count, node_written *done, void *arg)
{
	struct own_job *first = NULL;
	struct own_job **end = &first;
	char note[80] = "upstream/";
	size_t prefix = strlen(note);
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < count && err == ERR_NONE; i++) {
		bytes_hex(members[i].key, KEY_LEN, note + prefix);
		*end = own_job_new(node, note, NULL, 0, done, arg);
		if (*end == NULL) {
			err = ERR_NOMEM;
			break;
		}
		err = own_job_member(*end, &members[i]);
		end = &(*end)->more;
	}
	if (err != ERR_NONE) {
		own_job_free(first);
		return err;
	}
	first->job.entries = count;
	writer_submit(node->writer, &first->job);
	return ERR_NONE;
}

enum err
node_write_note(struct node *node, const char *note, const void *data,
    size_t len, node_written *done, void *arg)
{
	struct own_job *own = own_job_new(node, note, data, len, done, arg);

	if (own == NULL)
		return ERR_NOMEM;
	writer_submit(node->writer, &own->job);
	return ERR_NONE;
}
