/*
 * Bundles are taken in: the same bytes as on the wire, from a file.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"
#include "daemon/verify.h"

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

/* What one request brought. */
struct import {
	struct import *next;
	size_t at; /* the next frame */
	struct node *node;
	struct waiter *waiter;
	Erfa__Answer *whole;
	Erfa__BundleImportAnswer *answer; /* of ${whole} */
};

/* Name a key that is no member, once. */
static void
skip_key(struct import *import, const uint8_t key[KEY_LEN])
{
	Erfa__BundleImportAnswer *answer = import->answer;
	char hex[2 * KEY_LEN + 1];
	size_t i;

	bytes_hex(key, KEY_LEN, hex);
	for (i = 0; i < answer->n_skipped_key; i++)
		if (strcmp(answer->skipped_key[i], hex) == 0)
			return;
	if (answer->n_skipped_key < SKIPPED_KEYS_MAX &&
	    answer_text_add(
		&answer->skipped_key, &answer->n_skipped_key, hex) != ERR_NONE)
		logger_debug("bundle", "a key is not named");
}

/* Tell what is wrong with a part of the bundle. */
static void
bundle_problem(struct import *import, size_t frame, enum err err)
{
	Erfa__BundleImportAnswer *answer = import->answer;
	char where[48];

	(void)snprintf(
	    where, sizeof(where), "frame %zu of this page", frame + 1);
	if (answer->n_problem < PROBLEMS_MAX &&
	    answer_problem(&answer->problem, &answer->n_problem, where,
		err_str(err),
		"ask for the bundle again; the rest was taken") != ERR_NONE)
		logger_debug("bundle", "a problem is not told");
}

/* The log of a run: known, or named by the GENESIS that the run begins with. */
static struct view_log *
bundle_log(struct import *import, const struct log_run *run)
{
	struct node *node = import->node;
	struct view_log *log = view_find(node->view, run->log_id);
	struct header_genesis genesis;
	struct header header;

	if (log != NULL)
		return log;
	if (run->first != 1 || run->count == 0 ||
	    header_decode(run->headers[0].data, run->headers[0].len, &header) !=
		ERR_NONE ||
	    header.kind != HEADER_GENESIS ||
	    header_genesis_decode(header.ext, &genesis) != ERR_NONE)
		return NULL;
	if (directory_cut(node_directory(node), genesis.key, run->log_id) ==
	    0) {
		import->answer->skipped_logs++;
		skip_key(import, genesis.key);
		return NULL;
	}
	if (view_add(node->view, genesis.key, genesis.inc, &log) != ERR_NONE ||
	    memcmp(log->log_id, run->log_id, LOG_ID_LEN) != 0)
		return NULL;
	return log;
}

/* One run: what of it is new is verified and written. */
static enum err
bundle_run(struct import *import, const struct log_run *whole)
{
	struct node *node = import->node;
	struct view_log *log = bundle_log(import, whole);
	struct log_run run = *whole;
	struct log_tip end;
	size_t skip;
	enum err err;

	if (log == NULL)
		return ERR_NONE;
	if (directory_cut(node_directory(node), log->key, log->log_id) == 0) {
		import->answer->skipped_logs++;
		skip_key(import, log->key);
		return ERR_NONE;
	}
	if (run.first + run.count - 1 <= log->pending.n || log->frozen) {
		import->answer->known += run.count;
		return ERR_NONE;
	}
	if (run.first <= log->pending.n) {
		skip = (size_t)(log->pending.n + 1 - run.first);
		import->answer->known += skip;
		run.first += skip;
		run.headers += skip;
		run.count -= skip;
		memcpy(run.c_prev, log->pending.c, HASH_LEN);
	}
	if ((err = verify_run(log->key, log->inc, &log->pending, &run, &end)) !=
	    ERR_NONE)
		return err;
	log->pending = end;
	node_link_host.take_run(node, NULL, log, &run, NULL);
	import->answer->entries += run.count;
	return ERR_NONE;
}

/* Is this body here already? */
static bool
is_here(struct node *node, const struct wire_ref *ref)
{
	enum store_body_state state = STORE_BODY_ABSENT;
	struct store_txn *txn = NULL;

	if (store_begin(node->store, false, &txn) != ERR_NONE ||
	    store_body_state(txn, ref->log_id, ref->n, &state) != ERR_NONE)
		state = STORE_BODY_ABSENT;
	store_abort(&txn);
	return state == STORE_BODY_HERE;
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
	if (view_find(node->view, ref.log_id) == NULL)
		return ERR_NONE; /* a log that was skipped */
	ref.offset = 0;
	if (is_here(node, &ref))
		return ERR_NONE;
	if (body->ref.offset == 0 && body->data.len == body->total) {
		node_link_host.take_body(node, NULL, &ref, body->salt,
		    body->data.data, body->data.len);
		import->answer->bodies++;
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
	node_link_host.take_body(
	    node, NULL, &ref, body->salt, part->data, part->len);
	part->len = 0;
	import->answer->bodies++;
	return ERR_NONE;
}

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

/* Everything that was handed to the writer before is on disk. */
static void
bundle_done(struct node *node, void *arg, enum err err)
{
	struct import *import = arg;

	if (node == NULL) {
		control_free_answer(import->whole);
		node_waiter_free(import->waiter);
	} else {
		if (err != ERR_NONE)
			bundle_problem(import, 0, err);
		node_answer(node, import->waiter, import->whole);
	}
	free(import);
}

bool
node_bundle_turn(struct node *node)
{
	const Erfa__BundleImportRequest *ask;
	struct import *import = node->imports;
	int64_t until = node_now() + TURN_MS;
	enum err err;

	if (import == NULL || !node_link_host.may_fetch(node))
		return false;
	ask = import->waiter->request->bundle_import;
	for (; import->at < ask->n_msg && node_now() < until; import->at++)
		if ((err = bundle_frame(import, ask->msg[import->at].data,
			 ask->msg[import->at].len)) != ERR_NONE)
			bundle_problem(import, import->at, err);
	if (import->at < ask->n_msg)
		return true;
	node->imports = import->next;
	if (node_write_note(node, NULL, NULL, 0, bundle_done, import) !=
	    ERR_NONE)
		bundle_done(node, import, ERR_NOMEM);
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

void
node_bundle_end(struct node *node)
{
	struct import *import;

	while ((import = node->imports) != NULL) {
		node->imports = import->next;
		bundle_done(NULL, import, ERR_NONE);
	}
}
