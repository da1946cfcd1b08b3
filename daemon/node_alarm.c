/*
 * What is wrong with others, for `erfa status`: who, since when, what to do.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/say.h"
#include "daemon/node_internal.h"

/* A fork that its writer has healed is told for so long, ms. */
#define HEALED_MS (UINT64_C(7) * 86400000)

/* A connection that was cut to save the memory is told for so long, ms. */
#define CUT_TOLD_MS 86400000

/* Whom and what a problem is about. */
struct about {
	const char *code;
	const uint8_t *key;    /* NULL: unknown */
	const uint8_t *log_id; /* NULL: none */
	uint64_t since;        /* ms since 1970; 0 = unknown */
	const char *remedy;
};

/* The organisation of a key, or what stands for it. */
static const char *
org_of(struct node *node, const uint8_t *key)
{
	const struct directory_member *member = key == NULL ?
	    NULL :
	    directory_find(node_directory(node), key);

	return member == NULL || member->org[0] == '\0' ? "?" : member->org;
}

/* Add a problem; the text is told in the reader's language. */
static enum err add(struct node *node, Erfa__StatusAnswer *status,
    const struct about *about, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static enum err
add(struct node *node, Erfa__StatusAnswer *status, const struct about *about,
    const char *format, ...)
{
	const char *org = org_of(node, about->key);
	Erfa__Problem *problem;
	char text[400];
	va_list list;
	enum err err;

	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if ((err = answer_problem(&status->problem, &status->n_problem,
		 about->key == NULL ? about->code : org, text,
		 about->remedy)) != ERR_NONE)
		return err;
	problem = status->problem[status->n_problem - 1];
	va_start(list, format);
	err = answer_pattern(
	    &problem->pattern, &problem->arg, &problem->n_arg, format, list);
	va_end(list);
	if (err != ERR_NONE ||
	    (err = answer_text(&problem->code, about->code)) != ERR_NONE ||
	    (err = answer_time(&problem->since, about->since)) != ERR_NONE)
		return err;
	if (about->key != NULL &&
	    ((err = answer_text(&problem->org, org)) != ERR_NONE ||
		(err = answer_hex(&problem->key, about->key, KEY_LEN)) !=
		    ERR_NONE))
		return err;
	return about->log_id == NULL ?
	    ERR_NONE :
	    answer_hex(&problem->log, about->log_id, LOG_ID_LEN);
}

/* ---- forks ---- */

/* Has the writer begun another log because this one was forked? */
static bool
is_healed(struct node *node, struct store_txn *txn, const struct view_log *log)
{
	struct header_genesis genesis;
	const struct view_log *other;
	struct store_entry entry;
	struct header header;
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		other = view_at(node->view, i);
		if (memcmp(other->key, log->key, KEY_LEN) == 0 &&
		    !other->frozen &&
		    store_entry(txn, other->log_id, 1, &entry) == ERR_NONE &&
		    header_decode(entry.header.data, entry.header.len,
			&header) == ERR_NONE &&
		    header.kind == HEADER_GENESIS &&
		    header_genesis_decode(header.ext, &genesis) == ERR_NONE &&
		    genesis.has_prev &&
		    memcmp(genesis.prev_log_id, log->log_id, LOG_ID_LEN) == 0)
			return true;
	}
	return false;
}

/* One forked log; of who is out there is nothing more to do. */
static enum err
tell_fork(struct node *node, struct store_txn *txn, const struct view_log *log,
    Erfa__StatusAnswer *status)
{
	const struct directory_member *member = directory_find(
	    node_directory(node), log->key);
	struct about about = {
		.code = "fork",
		.key = log->key,
		.log_id = log->log_id,
		.since = node_fork_since(txn, log->log_id),
	};
	bool old = about.since != 0 && node_clock() > about.since + HEALED_MS;

	if (member == NULL || !member->in || (old && is_healed(node, txn, log)))
		return ERR_NONE;
	if (log->own) {
		about.remedy = SAY(
		    "Nothing need be done: all of it is published anew.  Do not "
		    "put this machine back to a snapshot that holds its memory");
		return add(node, status, &about,
		    SAY("a log of this node is forked after entry %llu: this "
			"machine was set back, or its key is used twice"),
		    (unsigned long long)log->last_common);
	}
	if (is_healed(node, txn, log)) {
		about.remedy = SAY(
		    "Nothing need be done: it goes on in a new log, where all "
		    "of it is said anew");
		return add(node, status, &about,
		    SAY("%s signed two stories after entry %llu of a log: its "
			"log is forked, both branches are kept"),
		    org_of(node, log->key),
		    (unsigned long long)log->last_common);
	}
	about.remedy = SAY(
	    "Telephone them.  If they know of no machine that was set back, "
	    "somebody else has their key:  erfa peers remove ORG");
	return add(node, status, &about,
	    SAY("%s signed two stories after entry %llu of a log: its log is "
		"forked, what follows is shown as in doubt"),
	    org_of(node, log->key), (unsigned long long)log->last_common);
}

static enum err
tell_forks(struct node *node, struct store_txn *txn, Erfa__StatusAnswer *status)
{
	const struct view_log *log;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; err == ERR_NONE && i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if (log->frozen)
			err = tell_fork(node, txn, log, status);
	}
	return err;
}

/* ---- memory ---- */

void
node_memory_cut(
    struct node *node, const struct guard_suspect *suspect, const uint8_t *key)
{
	struct memory_cut *cut = &node->memory_cut;

	cut->count++;
	cut->at_ms = node_clock();
	cut->bytes = suspect->bytes;
	memcpy(cut->address, suspect->address, sizeof(cut->address));
	if ((cut->has_key = key != NULL))
		memcpy(cut->key, key, KEY_LEN);
}

static enum err
tell_memory(struct node *node, Erfa__StatusAnswer *status)
{
	const struct memory_cut *cut = &node->memory_cut;
	struct about about = {
		.code = "memory",
		.key = cut->has_key ? cut->key : NULL,
		.since = cut->at_ms,
		.remedy = SAY("If it is one of us, telephone them: erfad never "
			      "does that.  To keep it out:  erfa peers remove "
			      "ORG"),
	};

	status->has_memory_cuts = 1;
	status->memory_cuts = cut->count;
	if (cut->count == 0 || node_clock() > cut->at_ms + CUT_TOLD_MS)
		return ERR_NONE;
	return add(node, status, &about,
	    SAY("%s sent %llu KiB without a whole message: the connection was "
		"shut down, to save the memory"),
	    cut->address, (unsigned long long)(cut->bytes >> 10));
}

enum err
node_alarms(struct node *node, Erfa__StatusAnswer *status)
{
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return ERR_NONE;
	if ((err = tell_forks(node, txn, status)) == ERR_NONE)
		err = tell_memory(node, status);
	store_abort(&txn);
	return err;
}
