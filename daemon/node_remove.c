/*
 * Members removed when people ask for it, and what of theirs stays valid.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "daemon/node_internal.h"
#include "daemon/node_invite_internal.h"

/* Say where the logs of who was removed are cut. */
static enum err
fill_cuts(const struct header_member *member, Erfa__RemoveAnswer *remove)
{
	Erfa__LogCut *cut;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; err == ERR_NONE && i < member->ncuts; i++) {
		err = answer_add(&remove->cut, &remove->n_cut,
		    &erfa__log_cut__descriptor, &cut);
		if (err != ERR_NONE)
			break;
		cut->has_n = true;
		cut->n = member->cuts[i].n;
		err = answer_hex(&cut->log, member->cuts[i].log_id, LOG_ID_LEN);
	}
	return err;
}

/* Fill in the answer to a removal that is done. */
static enum err
fill_removed(const struct node *node, const struct member_request *request,
    Erfa__RemoveAnswer *remove)
{
	const struct directory_member *member = directory_find(
	    node_directory(node), request->key);
	bool here_only = member != NULL && member->withdrawn_by_us;
	enum err err;

	if ((err = answer_text(&remove->org, request->org)) != ERR_NONE ||
	    (err = answer_hex(&remove->key, request->key, KEY_LEN)) !=
		ERR_NONE ||
	    (err = fill_cuts(request->member, remove)) != ERR_NONE)
		return err;
	return answer_text(
	    &remove->scope, here_only ? "this node only" : "everywhere");
}

static void
removed(struct node *node, void *arg, enum err err)
{
	struct member_request *request = arg;
	Erfa__Answer *answer = NULL;

	if (member_request_failed(node, request, err))
		return;
	if (answer_new(ERFA__ANSWER__SAY_REMOVE, &answer) == ERR_NONE &&
	    fill_removed(node, request, answer->remove) != ERR_NONE)
		logger_debug("peers", "an answer is not complete");
	node_answer(node, request->waiter, answer);
	member_request_free(request);
}

/*
 * The member that an org id, a check number or the first digits of a key mean.
 * One that is out is meant only by its key, and only with new cuts.
 */
static const struct directory_member *
member_find(
    const struct node *node, const Erfa__RemoveRequest *ask, size_t *ret_found)
{
	const struct directory *directory = node_directory(node);
	const char *what = ask->peer != NULL ? ask->peer : "";
	bool cuts = ask->n_cut > 0 || ask->nothing;
	const struct directory_member *found = NULL;
	const struct directory_member *member;
	char check[INVITE_CHECK_LEN + 1] = "";
	char its[INVITE_CHECK_LEN + 1];
	char key[2 * KEY_LEN + 1];
	size_t len = strlen(what);
	bool by_key;
	size_t i;

	if (!member_check_digits(what, check))
		check[0] = '\0';
	*ret_found = 0;
	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		bytes_hex(member->key, KEY_LEN, key);
		invite_check_number(member->curve, its);
		by_key = (len >= 8 && strncmp(key, what, len) == 0) ||
		    strcmp(its, check) == 0;
		if (memcmp(member->key, node->key.public_key, KEY_LEN) == 0 ||
		    (!member->in && !(by_key && cuts)) ||
		    (!by_key && strcmp(member->org, what) != 0))
			continue;
		found = member;
		(*ret_found)++;
	}
	return found;
}

/* Add the cut of one log, so that it counts up to ${n}. */
static void
cut_add(struct header_member *out, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	struct header_cut *cut = &out->cuts[out->ncuts++];

	memcpy(cut->log_id, log_id, LOG_ID_LEN);
	cut->n = n;
}

/* What it signed so far, as far as it counts, stays valid. */
static void
cuts_here(const struct node *node, struct header_member *out)
{
	const struct view_log *log;
	size_t i;

	for (i = 0; i < view_count(node->view) && out->ncuts < HEADER_CUTS_MAX;
	     i++) {
		log = view_at(node->view, i);
		if (memcmp(log->key, out->key, KEY_LEN) != 0 ||
		    log->counted == 0)
			continue;
		memcpy(out->cuts[out->ncuts].c8, log->counted_c8, C8_LEN);
		cut_add(out, log->log_id, log->counted);
	}
}

/* The log of this key that begins with these digits, or NULL. */
static const struct view_log *
log_find(const struct node *node, const uint8_t key[KEY_LEN], const char *what)
{
	const struct view_log *found = NULL;
	const struct view_log *log;
	char id[2 * LOG_ID_LEN + 1];
	size_t len = strlen(what);
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		bytes_hex(log->log_id, LOG_ID_LEN, id);
		if (memcmp(log->key, key, KEY_LEN) != 0 || len < 8 ||
		    strncmp(id, what, len) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = log;
	}
	return found;
}

/* The chain value of an entry, its first bytes; ERR_NOENT beyond the last. */
static enum err
entry_c8(struct node *node, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint8_t out[C8_LEN])
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	if ((err = store_entry(txn, log_id, n, &entry)) == ERR_NONE)
		memcpy(out, entry.c, C8_LEN);
	store_abort(&txn);
	return err;
}

/* The cuts that are asked for; false with the client told of a wrong one. */
static bool
cuts_asked(struct node *node, const struct member_request *request,
    const Erfa__RemoveRequest *ask, struct header_member *out)
{
	const struct view_log *log;
	const Erfa__LogCut *cut;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < ask->n_cut && out->ncuts < HEADER_CUTS_MAX; i++) {
		cut = ask->cut[i];
		log = log_find(
		    node, out->key, cut->log != NULL ? cut->log : "");
		if (log != NULL && cut->n > 0)
			err = entry_c8(node, log->log_id, cut->n,
			    out->cuts[out->ncuts].c8);
		if (log == NULL || err != ERR_NONE) {
			node_answer_error(node, request->waiter, "no_such_cut",
			    66, "See its logs:  erfa members   erfa logs",
			    "\"%.40s:%llu\" is no entry of %s",
			    cut->log != NULL ? cut->log : "",
			    (unsigned long long)cut->n, request->org);
			return false;
		}
		cut_add(out, log->log_id, cut->n);
	}
	return true;
}

/* Withdraw: what stays valid is said with it. */
static void
withdraw(struct node *node, const Erfa__RemoveRequest *ask,
    struct member_request *request)
{
	struct header_member *out = calloc(1, sizeof(*out));
	enum err err = ERR_NOMEM;

	if (out != NULL) {
		request->member = out;
		memcpy(out->key, request->key, KEY_LEN);
		(void)snprintf(out->org, sizeof(out->org), "%s", request->org);
		out->withdrawn = true;
		if (ask->n_cut == 0 && !ask->nothing) {
			cuts_here(node, out);
		} else if (!cuts_asked(node, request, ask, out)) {
			member_request_free(request);
			return;
		}
		err = node_write_member(node, out, "", "", request->line, NULL,
		    0, removed, request);
	}
	if (err != ERR_NONE)
		(void)member_request_failed(node, request, err);
}

void
node_remove(struct node *node, struct waiter *waiter)
{
	const Erfa__RemoveRequest *ask = waiter->request->remove;
	const char *what = ask->peer != NULL ? ask->peer : "";
	const struct directory_member *member;
	struct member_request *request;
	size_t found;

	member = member_find(node, ask, &found);
	if (found != 1) {
		node_answer_error(node, waiter,
		    found == 0 ? "no_such_peer" : "ambiguous", 66,
		    "See all:  erfa directory",
		    found == 0 ? "no member \"%.70s\"" :
				 "\"%.70s\" means several keys; give the "
				 "first digits of one, or its check number",
		    what);
		return;
	}
	if ((request = member_request_new(node, waiter, member->org)) == NULL)
		return;
	memcpy(request->key, member->key, KEY_LEN);

	/* The note about dialling it goes in the same commit. */
	(void)snprintf(request->line, sizeof(request->line), "upstream/");
	bytes_hex(member->key, KEY_LEN, request->line + strlen(request->line));
	withdraw(node, ask, request);
}
