/*
 * Bundles are taken in: the same bytes as on the wire, from a file.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "daemon/node_bundle_internal.h"
#include "daemon/node_internal.h"

/* Nothing on the loop should take longer. */
#define TURN_MS 4

/* Keys of non-members that are named; more are only counted. */
#define SKIPPED_KEYS_MAX 100

/* Problems that are told. */
#define PROBLEMS_MAX 50

/* A body that comes in parts, which may stand in several requests. */
struct bundle_part {
	size_t len;
	uint8_t data[BODY_MAX];
};

/* ---- what is told ---- */

/* Name something, once; no more than ${max}, 0 = all. */
static void
name_once(
    char ***list, size_t *count, const uint8_t *bytes, size_t len, size_t max)
{
	char hex[2 * KEY_LEN + 1];
	size_t i;

	bytes_hex(bytes, len, hex);
	for (i = *count; i > 0; i--)
		if (strcmp((*list)[i - 1], hex) == 0)
			return;
	if ((max == 0 || *count < max) &&
	    answer_text_add(list, count, hex) != ERR_NONE)
		logger_debug("bundle", "a key or log is not named");
}

uint64_t
bundle_cut(const struct import *import, const uint8_t key[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN])
{
	return directory_cut(node_directory(import->node), key, log_id);
}

void
bundle_skip(struct import *import, const uint8_t key[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN])
{
	Erfa__BundleImportAnswer *answer = import->answer;

	name_once(&answer->skipped_key, &answer->n_skipped_key, key, KEY_LEN,
	    SKIPPED_KEYS_MAX);
	name_once(&answer->skipped_log, &answer->n_skipped_log, log_id,
	    LOG_ID_LEN, 0);
	answer->skipped_logs = answer->n_skipped_log;
}

void
bundle_lacks(struct import *import, const uint8_t log_id[LOG_ID_LEN])
{
	name_once(&import->answer->lacking_log, &import->answer->n_lacking_log,
	    log_id, LOG_ID_LEN, 0);
}

/* Tell what is wrong with a part of the bundle. */
static void
bundle_problem(struct import *import, const char *where, enum err err)
{
	Erfa__BundleImportAnswer *answer = import->answer;

	if (answer->n_problem < PROBLEMS_MAX &&
	    answer_problem(&answer->problem, &answer->n_problem, where,
		err_str(err),
		"ask for the bundle again; the rest was taken") != ERR_NONE)
		logger_debug("bundle", "a problem is not told");
}

static void
frame_problem(struct import *import, enum err err)
{
	const Erfa__BundleImportRequest *ask =
	    import->waiter->request->bundle_import;
	char where[48];

	(void)snprintf(where, sizeof(where), "message %llu",
	    (unsigned long long)(ask->before + import->at + 1));
	bundle_problem(import, where, err);
}

/* ---- what was written ---- */

/* Does the disk fail, and not the bundle? */
static bool
is_ours(enum err err)
{
	return err == ERR_FULL || err == ERR_IO || err == ERR_NOMEM ||
	    err == ERR_DAMAGED;
}

/* A run or a body could not be written. */
static void
not_written(
    struct import *import, const uint8_t *log_id, uint64_t n, enum err err)
{
	char where[32 + 2 * LOG_ID_LEN];
	char hex[2 * LOG_ID_LEN + 1];

	bytes_hex(log_id, LOG_ID_LEN, hex);
	(void)snprintf(
	    where, sizeof(where), "%s %llu", hex, (unsigned long long)n);
	if (is_ours(err))
		import->err = import->err == ERR_NONE ? err : import->err;
	else if (err == ERR_GAP)
		bundle_lacks(import, log_id);
	else
		bundle_problem(import, where, err);
}

void
node_import_writes(struct import *import)
{
	import->writing++;
}

void
node_import_wrote_run(
    struct import *import, const struct log_run *run, enum err err)
{
	struct view_log *log = view_find(import->node->view, run->log_id);

	import->writing--;
	if (err == ERR_NONE)
		import->answer->entries += run->count;
	else if (err == ERR_EXIST)
		import->answer->known += run->count;
	else
		not_written(import, run->log_id, run->first, err);
	if (err != ERR_NONE && log != NULL)
		view_forget(import->node->view, log);
	node_wake_turn(import->node);
}

void
node_import_wrote_body(
    struct import *import, const struct wire_ref *ref, enum err err)
{
	import->writing--;
	if (err == ERR_NONE)
		import->answer->bodies++;
	else if (err != ERR_EXIST && err != ERR_ERASED)
		not_written(import, ref->log_id, ref->n, err);
	node_wake_turn(import->node);
}

/* ---- bodies ---- */

/* Is this body here already, or refused for ever? */
static bool
is_here(struct node *node, const struct wire_ref *ref)
{
	enum store_body_state state = STORE_BODY_ABSENT;
	struct store_txn *txn = NULL;

	if (store_begin(node->store, false, &txn) != ERR_NONE ||
	    store_body_state(txn, ref->log_id, ref->n, &state) != ERR_NONE)
		state = STORE_BODY_ABSENT;
	store_abort(&txn);
	return state == STORE_BODY_HERE || state == STORE_BODY_ERASED;
}

/*
 * Is this body of no use?  One number of a forked log names several: whether all
 * of them are here the store knows.
 */
static bool
is_needless(const struct import *import, const struct wire_ref *ref)
{
	const struct view_log *log = view_find(import->node->view, ref->log_id);

	return log == NULL /* it was skipped */ ||
	    ref->n > bundle_cut(import, log->key, log->log_id) ||
	    (!log->frozen && !import->branched && is_here(import->node, ref));
}

/* One body, or a part of it. */
static enum err
bundle_body(struct import *import, const struct wire_body *body)
{
	struct node *node = import->node;
	struct bundle_part *part = node->bundle_part;
	struct wire_ref ref = body->ref;

	if (body->state != WIRE_OK)
		return ERR_NONE;
	ref.offset = 0;
	if (is_needless(import, &ref))
		return ERR_NONE;
	if (body->ref.offset == 0 && body->data.len == body->total) {
		node_import_body(node, import, &ref, body->salt,
		    body->data.data, body->data.len);
		return ERR_NONE;
	}
	if (part == NULL &&
	    (part = node->bundle_part = calloc(1, sizeof(*part))) == NULL)
		return ERR_NOMEM;
	if (body->ref.offset == 0)
		part->len = 0;
	if (body->ref.offset != part->len || body->total > BODY_MAX ||
	    body->data.len > body->total - part->len)
		return ERR_GAP;
	memcpy(part->data + part->len, body->data.data, body->data.len);
	part->len += body->data.len;
	if (part->len < body->total)
		return ERR_NONE;
	node_import_body(node, import, &ref, body->salt, part->data, part->len);
	part->len = 0;
	return ERR_NONE;
}

/* ---- requests ---- */

/* One frame of the bundle. */
static enum err
bundle_frame(struct import *import, const uint8_t *data, size_t len)
{
	struct wire_msg msg = { 0 };
	size_t i;
	enum err err;

	if ((err = wire_decode(data, len, &msg)) != ERR_NONE)
		return err;
	if (msg.type != WIRE_DATA)
		err = ERR_SYNTAX;
	else if (msg.u.data.has_run)
		err = bundle_run(import, &msg.u.data.run);
	for (i = 0;
	     err == ERR_NONE && msg.type == WIRE_DATA && i < msg.u.data.nbodies;
	     i++)
		err = bundle_body(import, &msg.u.data.bodies[i]);
	wire_clear(&msg);
	return err;
}

static void
import_free(struct import *import)
{
	control_free_answer(import->whole);
	free(import);
}

/* Drop one, unanswered. */
static void
import_drop(struct import *import)
{
	node_waiter_free(import->waiter);
	import_free(import);
}

static void
import_answer(struct node *node, struct import *import)
{
	if (import->err == ERR_NONE) {
		node_answer(node, import->waiter, import->whole);
		import->whole = NULL;
	} else if (import->err == ERR_FULL) {
		node_answer_error(node, import->waiter, "disk_full", 75,
		    "Make room on the disk of the state directory, or raise "
		    "store_max, and import it again",
		    "not all of the bundle was taken in: no space left in the "
		    "store");
	} else {
		node_answer_error(node, import->waiter, "not_written", 75,
		    "Ask your IT to look at the log:  journalctl -u erfad",
		    "not all of the bundle was taken in: %s",
		    err_str(import->err));
	}
	import_free(import);
}

static enum err
import_run(struct store_txn *txn, struct writer_job *job)
{
	(void)txn;
	(void)job;
	return ERR_NONE;
}

/* Everything that was handed to the writer before is on disk, or is not. */
static void
import_done(struct writer_job *job, void *context)
{
	struct import *import = (struct import *)job;
	struct node *node = context;
	struct import **end;

	if (node == NULL) {
		import_drop(import);
		return;
	}
	if (job->err != ERR_NONE && import->err == ERR_NONE)
		import->err = job->err;
	import->next = NULL;
	import->change = UINT64_MAX; /* until the commit is looked at */
	for (end = &node->imported; *end != NULL; end = &(*end)->next)
		;
	*end = import;
}

void
node_bundle_tell(struct node *node)
{
	struct import *import = node->imported;
	struct import *next;
	struct import **end = &node->imported;

	node->imported = NULL;
	for (; import != NULL; import = next) {
		next = import->next;
		if (import->change == UINT64_MAX)
			import->change = node->members_changes;
		if (!import->waiter->request->bundle_import->last ||
		    import->err != ERR_NONE ||
		    import->change <= node->members_counted) {
			import_answer(node, import);
			continue;
		}
		import->next = NULL;
		*end = import;
		end = &import->next;
	}
}

/* Take in frames for a while; false if something must be on disk first. */
static bool
take_frames(struct import *import)
{
	const Erfa__BundleImportRequest *ask =
	    import->waiter->request->bundle_import;
	int64_t until = node_now() + TURN_MS;
	enum err err;

	for (; import->at < ask->n_msg && node_now() < until &&
	     import->err == ERR_NONE;
	     import->at++) {
		err = bundle_frame(import, ask->msg[import->at].data,
		    ask->msg[import->at].len);
		if (err == ERR_BUSY)
			return false;
		if (is_ours(err))
			import->err = err;
		else if (err != ERR_NONE)
			frame_problem(import, err);
	}
	return true;
}

bool
node_bundle_turn(struct node *node)
{
	struct import *import = node->imports;

	if (import == NULL ||
	    (import->err == ERR_NONE && !node_link_host.may_fetch(node)) ||
	    !take_frames(import))
		return false;
	if (import->err == ERR_NONE &&
	    import->at < import->waiter->request->bundle_import->n_msg)
		return true;
	node->imports = import->next;
	import->job.run = import_run;
	import->job.done = import_done;
	import->job.entries = 1;
	writer_submit(node->writer, &import->job);
	return node->imports != NULL;
}

void
node_bundle(struct node *node, struct waiter *waiter)
{
	struct import *import = calloc(1, sizeof(*import));
	struct import **end = &node->imports;

	if (import == NULL ||
	    answer_new(ERFA__ANSWER__SAY_BUNDLE_IMPORT, &import->whole) !=
		ERR_NONE) {
		free(import);
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	import->node = node;
	import->waiter = waiter;
	import->answer = import->whole->bundle_import;
	import->answer->has_entries = import->answer->has_bodies = 1;
	import->answer->has_known = import->answer->has_skipped_logs = 1;

	/* One after the other: bodies come in parts. */
	while (*end != NULL)
		end = &(*end)->next;
	*end = import;
	node_wake_turn(node);
}

static void
drop_all(struct import **list)
{
	struct import *import;

	while ((import = *list) != NULL) {
		*list = import->next;
		import_drop(import);
	}
}

void
node_bundle_end(struct node *node)
{
	drop_all(&node->imports);
	drop_all(&node->imported);
}
