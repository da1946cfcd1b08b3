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

/* Say which key was withdrawn. */
static enum err
fill_key(const uint8_t key[KEY_LEN], Erfa__RemoveAnswer *remove)
{
	char check[INVITE_CHECK_LEN + 1];
	uint8_t curve[KEY_LEN];
	Erfa__RemovedKey *one;
	enum err err;

	if ((err = crypto_curve_public(key, curve)) != ERR_NONE ||
	    (err = answer_add(&remove->line, &remove->n_line,
		 &erfa__removed_key__descriptor, &one)) != ERR_NONE ||
	    (err = answer_hex(&one->key, key, KEY_LEN)) != ERR_NONE)
		return err;
	invite_check_number(curve, check);
	return answer_text(&one->check_number, check);
}

/* Fill in the answer to a removal that is done. */
static enum err
fill_removed(const struct node *node, const struct member_request *request,
    Erfa__RemoveAnswer *remove)
{
	const struct directory_member *member;
	bool here_only = false;
	enum err err;
	size_t i;

	if ((err = answer_text(&remove->org, request->org)) != ERR_NONE ||
	    (err = answer_hex(&remove->key, request->member->key, KEY_LEN)) !=
		ERR_NONE)
		return err;
	for (i = 0; i < request->nwithdrawn; i++) {
		const struct header_member *out = &request->member[i];

		member = directory_find(node_directory(node), out->key);
		here_only = here_only ||
		    (member != NULL && member->withdrawn_by_us);
		if ((err = fill_key(out->key, remove)) != ERR_NONE ||
		    (err = fill_cuts(out, remove)) != ERR_NONE)
			return err;
	}
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

/* ---- whom they mean ---- */

/* The members that a request means, the first of them the one it is about. */
struct meant {
	const struct directory_member **list;
	size_t count;
	bool by_key;
};

static bool
is_meant(const struct meant *meant, const struct directory_member *member)
{
	size_t i;

	for (i = 0; i < meant->count; i++)
		if (meant->list[i] == member)
			return true;
	return false;
}

/* Is this text the check number of the member, or are they digits of its key? */
static bool
names_key(const struct directory_member *member, const char *text)
{
	char check[INVITE_CHECK_LEN + 1];
	char its[INVITE_CHECK_LEN + 1];
	char key[2 * KEY_LEN + 1];
	size_t len = strlen(text);

	bytes_hex(member->key, KEY_LEN, key);
	if (len >= 8 && strncmp(key, text, len) == 0)
		return true;
	invite_check_number(member->curve, its);
	return member_check_digits(text, check) && strcmp(its, check) == 0;
}

/*
 * The members that an org id, a check number or the first digits of a key mean.
 * One that is out is meant only by its key, and only with new cuts.
 */
static void
find_named(const struct node *node, const Erfa__RemoveRequest *ask,
    struct meant *meant)
{
	const struct directory *directory = node_directory(node);
	const char *what = ask->peer != NULL ? ask->peer : "";
	bool cuts = ask->n_cut > 0 || ask->nothing;
	const struct directory_member *member;
	bool by_key;
	size_t i;

	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		by_key = names_key(member, what);
		if (memcmp(member->key, node->key.public_key, KEY_LEN) == 0 ||
		    (!member->in && !(by_key && cuts)) ||
		    (!by_key && strcmp(member->org, what) != 0))
			continue;
		meant->by_key = meant->by_key || by_key;
		meant->list[meant->count++] = member;
	}
}

/* Does this member succeed all others that are meant? */
static bool
is_last(const struct directory *directory, const struct meant *meant,
    const struct directory_member *member)
{
	size_t i;

	for (i = 0; i < meant->count; i++)
		if (meant->list[i] != member &&
		    !directory_succeeds(
			directory, meant->list[i]->key, member->key))
			return false;
	return true;
}

/* Put the key that succeeds all others first; false if there is none. */
static bool
order_line(const struct directory *directory, struct meant *meant)
{
	const struct directory_member *last;
	size_t i;

	for (i = 0; i < meant->count; i++) {
		last = meant->list[i];
		if (!is_last(directory, meant, last))
			continue;
		meant->list[i] = meant->list[0];
		meant->list[0] = last;
		return true;
	}
	return false;
}

/* Is this member in, and did one of both keys give itself the other? */
static bool
goes_with(const struct directory *directory, const uint8_t key[KEY_LEN],
    const struct directory_member *member)
{
	return member->in &&
	    (directory_renews(directory, key, member->key) ||
		directory_renews(directory, member->key, key));
}

/*
 * Add what goes with those that are meant: a key that changes has an heir, whose
 * right may stand before the cut, and it would stay in.  Where a registry named
 * the heir, that is to stay when the lost key is withdrawn.
 */
static void
add_line(const struct node *node, struct meant *meant)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	size_t named = meant->count;
	size_t i;
	size_t j;

	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (memcmp(member->key, node->key.public_key, KEY_LEN) == 0)
			continue;
		for (j = 0; j < named && !is_meant(meant, member); j++)
			if (goes_with(directory, meant->list[j]->key, member))
				meant->list[meant->count++] = member;
	}
}

/* Find whom to remove; false with the client told that there is no such one. */
static bool
find_meant(struct node *node, struct waiter *waiter, struct meant *meant)
{
	const Erfa__RemoveRequest *ask = waiter->request->remove;
	const char *what = ask->peer != NULL ? ask->peer : "";

	find_named(node, ask, meant);
	if (meant->count == 0 ||
	    (meant->count > 1 && (meant->by_key || ask->n_cut > 0)) ||
	    !order_line(node_directory(node), meant)) {
		node_answer_error(node, waiter,
		    meant->count == 0 ? "no_such_peer" : "ambiguous", 66,
		    "See all:  erfa directory",
		    meant->count == 0 ?
			"no member \"%.70s\"" :
			"\"%.70s\" means several keys; give the "
			"first digits of one, or its check number",
		    what);
		return false;
	}

	/* Who names a key and says what counts means that key. */
	if (ask->n_cut == 0 && !(meant->by_key && ask->nothing))
		add_line(node, meant);
	return true;
}

/* ---- what of theirs stays valid ---- */

/* Add the cut of one log, so that it counts up to ${n}. */
static void
cut_add(struct header_member *out, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	struct header_cut *cut = &out->cuts[out->ncuts++];

	memcpy(cut->log_id, log_id, LOG_ID_LEN);
	cut->n = n;
}

/* What it signed so far, as far as it counts, stays valid; false with the client
 * told that a withdrawal cannot name so many logs. */
static bool
cuts_here(struct node *node, const struct member_request *request,
    struct header_member *out)
{
	out->ncuts = view_ends(node->view, out->key, out->cuts);
	if (out->ncuts <= HEADER_CUTS_MAX)
		return true;
	node_answer_error(node, request->waiter, "too_many_logs", 65,
	    "Say what stays, by the first digits of the key:  erfa peers "
	    "remove KEY --cut LOG:N   or that nothing does:  --nothing",
	    "%s has %zu logs, a removal can name %d of them, and what it does "
	    "not name would not count any more; nothing was done",
	    request->org, out->ncuts, HEADER_CUTS_MAX);
	return false;
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

	if (ask->n_cut > HEADER_CUTS_MAX) {
		node_answer_error(node, request->waiter, "too_many_cuts", 65,
		    "Name those whose content is to stay.",
		    "%zu logs are named, and a removal can name %d", ask->n_cut,
		    HEADER_CUTS_MAX);
		return false;
	}
	for (i = 0; i < ask->n_cut; i++) {
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

/* ---- removing ---- */

/* Withdraw all: what stays valid is said with it. */
static void
withdraw(struct node *node, const Erfa__RemoveRequest *ask,
    const struct meant *meant, struct member_request *request)
{
	struct header_member *out = calloc(meant->count, sizeof(*out));
	enum err err = ERR_NOMEM;
	size_t i;

	request->member = out;
	request->nwithdrawn = meant->count;
	for (i = 0; out != NULL && i < meant->count; i++, out++) {
		memcpy(out->key, meant->list[i]->key, KEY_LEN);
		(void)snprintf(
		    out->org, sizeof(out->org), "%s", meant->list[i]->org);
		out->withdrawn = true;
		if (ask->n_cut == 0 && !ask->nothing ?
			!cuts_here(node, request, out) :
			!cuts_asked(node, request, ask, out)) {
			member_request_free(request);
			return;
		}
	}
	if (out != NULL)
		err = node_write_withdrawals(node, request->member,
		    request->nwithdrawn, removed, request);
	if (err != ERR_NONE)
		(void)member_request_failed(node, request, err);
}

void
node_remove(struct node *node, struct waiter *waiter)
{
	struct member_request *request;
	struct meant meant = { 0 };

	meant.list = calloc(directory_count(node_directory(node)) + 1,
	    sizeof(struct directory_member *));
	if (meant.list == NULL)
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
	else if (find_meant(node, waiter, &meant) &&
	    (request = member_request_new(node, waiter, meant.list[0]->org)) !=
		NULL)
		withdraw(node, waiter->request->remove, &meant, request);
	free(meant.list);
}
