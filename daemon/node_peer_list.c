/*
 * What `erfa peers` shows: all members with their links, and who knocked.
 */

#include <string.h>

#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "proto/say.h"
#include "daemon/node_internal.h"
#include "daemon/node_status_internal.h"
#include "daemon/peer.h"

/* ---- what a link says ---- */

/* Wall-clock time of a moment on the monotonic clock; 0 = never. */
static enum err
moment_text(char **out, int64_t moment)
{
	return answer_time(out,
	    moment == 0 ? 0 : node_clock() - (uint64_t)(node_now() - moment));
}

const char *
node_trouble_text(const struct upstream *upstream, const char **ret_remedy)
{
	switch (upstream_trouble(upstream)) {
	case UPSTREAM_FINE:
		break;
	case UPSTREAM_SILENT:
		*ret_remedy = SAY(
		    "Usually a firewall, or it is down: ask for TCP "
		    "out to that address");
		return SAY("nothing answers at this address");
	case UPSTREAM_REFUSED:
		*ret_remedy = SAY("Telephone them; they can run:  erfa peers "
				  "accept CHECKNUMBER ORG");
		return SAY("the other side does not admit this node's key");
	case UPSTREAM_WRONG_KEY:
		*ret_remedy = SAY(
		    "Do not go on.  Telephone them and compare the "
		    "check number");
		return SAY("the other side does not have the key that you were "
			   "given");
	case UPSTREAM_BROKEN:
		*ret_remedy = SAY("Ask them whether erfad listens there");
		return SAY("the other side does not speak our protocol");
	case UPSTREAM_DEAF:
		*ret_remedy = SAY("It is tried again by itself");
		return SAY("connected, but it does not say HELLO");
	}
	*ret_remedy = "";
	return NULL;
}

static const char *
state_text(enum link_state state)
{
	switch (state) {
	case LINK_DOWN:
		return "down";
	case LINK_WAIT:
		return "wait";
	case LINK_SYNC:
		return "sync";
	case LINK_LIVE:
		return "live";
	}
	return "";
}

/* What is wrong with a peer, and what to do. */
static enum err
fill_trouble(Erfa__Peer *peer, const char *problem, const char *remedy)
{
	enum err err;

	if ((err = answer_text(&peer->problem, problem)) != ERR_NONE)
		return err;
	return answer_text(&peer->remedy, remedy);
}

/* What the link to this member says. */
static enum err
fill_link(Erfa__Peer *peer, struct link *link, const char *direction)
{
	struct peer *transport = link_peer(link);
	struct link_info info;
	enum err err;

	link_info(link, &info);
	peer->has_behind = 1;
	peer->behind = info.behind;
	if ((err = answer_text(&peer->direction, direction)) != ERR_NONE ||
	    (err = answer_text(&peer->state, state_text(info.state))) !=
		ERR_NONE ||
	    (err = answer_text(&peer->name, info.name)) != ERR_NONE ||
	    (err = moment_text(&peer->since, info.state_since)) != ERR_NONE ||
	    (err = moment_text(&peer->last_seen, info.last_heard)) !=
		ERR_NONE ||
	    (err = answer_text(&peer->version, info.sw)) != ERR_NONE ||
	    (err = answer_text(&peer->address,
		 transport == NULL ? "" : transport->address(transport))) !=
		ERR_NONE)
		return err;
	if (info.clock_skew_ms <= NODE_SKEW_MS &&
	    info.clock_skew_ms >= -NODE_SKEW_MS)
		return ERR_NONE;
	return fill_trouble(peer,
	    "its clock and ours differ by more than 15 minutes",
	    "Check which is right; dates are shown as claimed, nothing is "
	    "lost");
}

/* The session or the upstream that belongs to a member, if there is one. */
static enum err
fill_transport(
    struct node *node, const struct directory_member *member, Erfa__Peer *peer)
{
	const struct dialled *dialled;
	const char *trouble;
	const char *remedy;
	const uint8_t *key;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; err == ERR_NONE && i < node->nhub_links; i++) {
		key = link_key(node->hub_links[i]);
		if (key != NULL && memcmp(key, member->key, KEY_LEN) == 0)
			err = fill_link(peer, node->hub_links[i], "dials in");
	}
	for (i = 0; err == ERR_NONE && i < node->ndialled; i++) {
		dialled = &node->dialled[i];
		if (peer->address != protobuf_c_empty_string &&
		    peer->address != NULL)
			break; /* it dials in, which says as much */
		if (memcmp(upstream_options(dialled->upstream)->key,
			member->key, KEY_LEN) != 0)
			continue;
		err = fill_link(peer, dialled->link, "upstream");
		trouble = node_trouble_text(dialled->upstream, &remedy);
		if (err == ERR_NONE && trouble != NULL &&
		    link_state(dialled->link) < LINK_SYNC)
			err = fill_trouble(peer, trouble, remedy);
	}
	return err;
}

/* ---- members ---- */

/* How many logs of a key are forked. */
static uint64_t
forks_of(struct node *node, const uint8_t key[KEY_LEN])
{
	const struct view_log *log;
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		count += log->frozen && memcmp(log->key, key, KEY_LEN) == 0;
	}
	return count;
}

/* A member as a row. */
static enum err
fill_peer(
    struct node *node, const struct directory_member *member, Erfa__Peer *peer)
{
	char check[INVITE_CHECK_LEN + 1];
	uint64_t since;
	enum err err;

	invite_check_number(member->curve, check);
	peer->has_disputed = peer->has_removed = 1;
	peer->has_forked = peer->has_silent = 1;
	peer->silent = member->in && member->roles != ROLE_READER &&
	    node_silent(node, member->key, &since);
	peer->forked = forks_of(node, member->key);
	peer->disputed = member->disputed;
	peer->removed = !member->in;
	if ((err = answer_text(&peer->org, member->org)) != ERR_NONE ||
	    (err = answer_hex(&peer->key, member->key, KEY_LEN)) != ERR_NONE ||
	    (err = answer_text(&peer->check_number, check)) != ERR_NONE ||
	    (err = answer_text(&peer->direction, "member")) != ERR_NONE ||
	    (err = answer_roles(&peer->role, &peer->n_role, member->roles)) !=
		ERR_NONE)
		return err;
	return fill_transport(node, member, peer);
}

/* All members but this node. */
static enum err
fill_peers(struct node *node, Erfa__PeersAnswer *peers)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	Erfa__Peer *one;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (memcmp(member->key, node->key.public_key, KEY_LEN) == 0)
			continue;
		err = answer_add(&peers->peer, &peers->n_peer,
		    &erfa__peer__descriptor, &one);
		if (err == ERR_NONE)
			err = fill_peer(node, member, one);
	}
	return err;
}

/* ---- who knocked ---- */

/* Has the stranger with this key become a member since? */
static bool
is_member(const struct node *node, const uint8_t curve[KEY_LEN])
{
	const struct directory_member *member = directory_find_curve(
	    node_directory(node), curve);

	return member != NULL && member->in;
}

/* One that knocked. */
static enum err
fill_pending(const Erfa__LocalPending *note, Erfa__Pending *one)
{
	char check[INVITE_CHECK_LEN + 1];
	enum err err;

	invite_check_number(note->curve.data, check);
	one->has_count = 1;
	one->count = note->count;
	if ((err = answer_text(&one->check_number, check)) != ERR_NONE ||
	    (err = answer_text(&one->address, note->address)) != ERR_NONE ||
	    (err = answer_time(&one->first_seen, note->first_ms)) != ERR_NONE)
		return err;
	return answer_time(&one->last_seen, note->last_ms);
}

/* Those who knocked and are no members. */
static enum err
fill_strangers(
    struct node *node, struct store_txn *txn, Erfa__PeersAnswer *peers)
{
	Erfa__LocalPending *note;
	Erfa__Pending *one;
	char name[201] = "";
	struct bytes data;
	enum err err = ERR_NONE;

	while (err == ERR_NONE &&
	    store_note_next(txn, "pending/", name[0] == '\0' ? NULL : name,
		name, &data) == ERR_NONE) {
		note = erfa__local_pending__unpack(NULL, data.len, data.data);
		if (note != NULL && note->curve.len == KEY_LEN &&
		    !is_member(node, note->curve.data)) {
			err = answer_add(&peers->pending, &peers->n_pending,
			    &erfa__pending__descriptor, &one);
			if (err == ERR_NONE)
				err = fill_pending(note, one);
		}
		if (note != NULL)
			erfa__local_pending__free_unpacked(note, NULL);
	}
	return err;
}

/* ---- the request ---- */

void
node_peers_list(struct node *node, struct waiter *waiter)
{
	struct store_txn *txn = NULL;
	Erfa__Answer *answer = NULL;
	enum err err;

	if ((err = answer_new(ERFA__ANSWER__SAY_PEERS, &answer)) == ERR_NONE &&
	    (err = fill_peers(node, answer->peers)) == ERR_NONE &&
	    (err = store_begin(node->store, false, &txn)) == ERR_NONE)
		err = fill_strangers(node, txn, answer->peers);
	store_abort(&txn);
	if (err == ERR_NONE) {
		node_answer(node, waiter, answer);
		return;
	}
	control_free_answer(answer);
	node_answer_error(node, waiter, "failed", 75, "try again",
	    "the peers cannot be listed: %s", err_str(err));
}
