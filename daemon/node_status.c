/*
 * What `erfa status`, `erfa peers` and `erfa sync` show.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "daemon/node_internal.h"
#include "daemon/peer.h"
#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"

/* Less free space on the disk than this is a problem. */
#define DISK_LOW_BYTES (256ull * 1024 * 1024)

/* Clocks that differ by more are told. */
#define SKEW_MS 900000

/* ---- small things ---- */

static char *
hex_text(const uint8_t *data, size_t len)
{
	char *text = malloc(2 * len + 1);

	if (text != NULL)
		bytes_hex(data, len, text);
	return text;
}

/* Wall-clock time of a moment on the monotonic clock. */
static char *
moment_text(int64_t moment)
{
	if (moment == 0)
		return strdup("");
	return node_time_text(
	    node_clock() - (uint64_t)(node_now() - moment));
}

/* Add a problem to a list that grows with malloc(). */
static void
add_problem(Erfa__Problem ***list_p, size_t *count, const char *where,
    const char *what, const char *remedy)
{
	Erfa__Problem **list;
	Erfa__Problem *one = calloc(1, sizeof(*one));

	list = realloc(*list_p, (*count + 1) * sizeof(*list));
	if (one == NULL || list == NULL) {
		free(one);
		if (list != NULL)
			*list_p = list;
		return;
	}
	erfa__problem__init(one);
	one->where = strdup(where);
	one->what = strdup(what);
	one->remedy = strdup(remedy);
	list[(*count)++] = one;
	*list_p = list;
}

/* What is wrong with an upstream, and what to do; NULL if nothing is. */
static const char *
trouble_text(const struct upstream *upstream, const char **ret_remedy)
{
	switch (upstream_trouble(upstream)) {
	case UPSTREAM_FINE:
		break;
	case UPSTREAM_SILENT:
		*ret_remedy = "Usually a firewall, or it is down: ask for TCP "
			      "out to that address";
		return "nothing answers at this address";
	case UPSTREAM_REFUSED:
		*ret_remedy = "Telephone them; they can run:  erfa peers "
			      "accept CHECKNUMBER ORG";
		return "the other side does not admit this node's key";
	case UPSTREAM_WRONG_KEY:
		*ret_remedy = "Do not go on.  Telephone them and compare the "
			      "check number";
		return "the other side does not have the key that you were "
		       "given";
	case UPSTREAM_DEAF:
		*ret_remedy = "It is tried again by itself";
		return "connected, but it does not say HELLO";
	}
	*ret_remedy = "";
	return NULL;
}

/* ---- sync ---- */

/* Links counted for sync and status. */
struct tally {
	uint64_t links;
	uint64_t live;
	uint64_t same;
	uint64_t behind;
};

static void
tally_link(struct link *link, void *arg)
{
	struct tally *tally = arg;
	struct link_info info;

	link_info(link, &info);
	tally->links++;
	tally->live += info.state == LINK_LIVE;
	tally->same += info.state == LINK_LIVE && info.same_digest;
	tally->behind += info.behind;
}

/* In words what is still missing; empty if nothing. */
static void
sync_why(struct node *node, const struct tally *tally,
    const struct query_counts *counts, char *out, size_t size)
{
	const char *remedy;
	const char *trouble;
	size_t i;

	out[0] = '\0';
	for (i = 0; i < node->ndialled; i++) {
		struct dialled *dialled = &node->dialled[i];

		trouble = trouble_text(dialled->upstream, &remedy);
		if (link_state(dialled->link) >= LINK_SYNC)
			continue;
		(void)snprintf(out, size, "%s: %s",
		    dialled->org[0] != '\0' ?
			dialled->org :
			upstream_options(dialled->upstream)->address,
		    trouble != NULL ? trouble : "not connected yet");
		return;
	}
	if (tally->behind > 0)
		(void)snprintf(out, size, "%llu entries are still to come",
		    (unsigned long long)tally->behind);
	else if (counts->bodies_absent > 0)
		(void)snprintf(out, size, "%llu bodies are still to come",
		    (unsigned long long)counts->bodies_absent);
	else if (tally->same < tally->links)
		(void)snprintf(out, size, "%llu of %llu peers are not yet in "
		    "step", (unsigned long long)(tally->links - tally->same),
		    (unsigned long long)tally->links);
	else if (counts->indexed < counts->arrival)
		(void)snprintf(out, size, "the index is catching up");
}

bool
node_sync(struct node *node, Erfa__SyncAnswer *answer)
{
	struct query_counts counts = { 0 };
	struct tally tally = { 0 };
	struct store_txn *txn = NULL;
	struct store_counts stored = { 0 };
	char why[512];

	node_each_link(node, tally_link, &tally);
	if (store_begin(node->store, false, &txn) == ERR_NONE &&
	    store_counts(txn, &stored) != ERR_NONE)
		stored.entries = 0;
	store_abort(&txn);
	counts.arrival = stored.arrival;
	counts.bodies_absent = stored.bodies_absent;
	counts.indexed = indexer_arrival(node->indexer);
	sync_why(node, &tally, &counts, why, sizeof(why));

	answer->schema = strdup("erfa.sync/1");
	answer->has_synced = answer->has_entries = answer->has_behind = 1;
	answer->has_bodies_absent = answer->has_links = 1;
	answer->has_links_live = 1;
	answer->synced = why[0] == '\0';
	answer->entries = stored.entries;
	answer->behind = tally.behind;
	answer->bodies_absent = counts.bodies_absent;
	answer->links = tally.links;
	answer->links_live = tally.live;
	answer->why = strdup(why);
	return answer->synced;
}

/* ---- status ---- */

/* Everything that is wrong and is seen here. */
static void
status_problems(struct node *node, Erfa__StatusAnswer *status)
{
	const char *remedy;
	const char *trouble;
	size_t i;

	for (i = 0; i < node->ndialled; i++) {
		const struct dialled *dialled = &node->dialled[i];

		trouble = trouble_text(dialled->upstream, &remedy);
		if (trouble != NULL && link_state(dialled->link) < LINK_SYNC)
			add_problem(&status->problem, &status->n_problem,
			    upstream_options(dialled->upstream)->address,
			    trouble, remedy);
	}
	if (node_now() < node->full_until)
		add_problem(&status->problem, &status->n_problem, "store",
		    "the disk or the store is full: nothing is fetched",
		    "Make room, or raise store_max in erfad.conf");
	else if (status->disk_free_bytes < DISK_LOW_BYTES)
		add_problem(&status->problem, &status->n_problem, "disk",
		    "little space is left on the disk of the state directory",
		    "Make room before it is full");
	if (!outbox_fenced(node->outbox))
		add_problem(&status->problem, &status->n_problem, "runtime",
		    "the fence could not be written to the runtime directory",
		    "Make room there and check who owns it; until then every "
		    "start begins a new log");
	if (status->logs_frozen > 0)
		add_problem(&status->problem, &status->n_problem, "logs",
		    "a log is forked and frozen; both branches are kept",
		    "See which:  erfa logs");
	if (status->links == 0)
		add_problem(&status->problem, &status->n_problem, "peers",
		    "this node has no peers",
		    "Ask a municipality to run `erfa invite`, then:  "
		    "erfa join LINE");
}

/* The numbers of store, index and disk. */
static enum err
status_numbers(struct node *node, Erfa__StatusAnswer *status)
{
	struct query_counts counts;
	struct store_txn *txn = NULL;
	struct statvfs disk;
	enum err err;

	if ((err = query_counts(node->query, &counts)) != ERR_NONE)
		return err;
	status->has_arrival = status->has_indexed = status->has_entries = 1;
	status->has_bodies_absent = status->has_trials = 1;
	status->has_trials_transcribed = status->has_logs = 1;
	status->has_logs_frozen = status->has_incarnations = 1;
	status->has_store_bytes = status->has_store_max_bytes = 1;
	status->has_disk_free_bytes = status->has_outbox = 1;
	status->arrival = counts.arrival;
	status->indexed = counts.indexed;
	status->entries = counts.entries;
	status->bodies_absent = counts.bodies_absent;
	status->trials = counts.trials;
	status->trials_transcribed = counts.trials_transcribed;
	status->logs = counts.logs;
	status->logs_frozen = counts.logs_frozen;
	status->incarnations = counts.logs_own;
	store_usage(
	    node->store, &status->store_bytes, &status->store_max_bytes);
	if (statvfs(node->config->state, &disk) == 0)
		status->disk_free_bytes =
		    (uint64_t)disk.f_bavail * disk.f_frsize;
	if (store_begin(node->store, false, &txn) == ERR_NONE)
		status->outbox = outbox_waiting(txn);
	store_abort(&txn);
	return ERR_NONE;
}

/* Who this node is. */
static void
status_names(struct node *node, Erfa__StatusAnswer *status)
{
	uint8_t digest[HASH_LEN];
	uint8_t epoch[STORE_EPOCH_LEN];
	uint8_t log_id[LOG_ID_LEN];
	char check[INVITE_CHECK_LEN + 1];
	const struct view_log *log;

	status->schema = strdup("erfa.status/1");
	status->org = strdup(node->config->org);
	status->name = strdup(node->config->name);
	status->key = hex_text(node->key.public_key, KEY_LEN);
	invite_check_number(node->key.curve_public, check);
	status->check_number = strdup(check);
	status->version = strdup(ERFA_VERSION);
	status->has_uptime_s = status->has_pub_port = status->has_test = 1;
	status->uptime_s = (uint64_t)(node_now() - node->started) / 1000;
	status->listen =
	    strdup(node->hub != NULL ? hub_endpoint(node->hub) : "");
	status->pub_port = node_pub_port(node);
	status->test = node->test;
	store_epoch(node->store, epoch);
	status->store_epoch = hex_text(epoch, STORE_EPOCH_LEN);
	view_digest(node->view, digest);
	status->digest = hex_text(digest, HASH_LEN);
	status->has_log_n = 1;
	if (outbox_open_log(node->outbox, log_id)) {
		status->log = hex_text(log_id, LOG_ID_LEN);
		log = view_find(node->view, log_id);
		status->log_n = log != NULL ? log->tip.n : 0;
	} else {
		status->log = strdup("");
	}
	status->has_signing_paused_ms = 1;
	status->signing_paused_ms = node->pause_until > node_now() ?
	    (uint64_t)(node->pause_until - node_now()) :
	    0;
}

/* One line that says whether anything needs a person. */
static char *
verdict(const Erfa__StatusAnswer *status, const struct tally *tally)
{
	char *text = NULL;
	int len;

	if (status->n_problem > 0)
		len = asprintf(&text, "%zu thing%s need%s attention: %s",
		    status->n_problem, status->n_problem == 1 ? "" : "s",
		    status->n_problem == 1 ? "s" : "",
		    status->problem[0]->what);
	else if (tally->same == tally->links)
		len = asprintf(&text, "all is well: in step with %llu peer%s",
		    (unsigned long long)tally->links,
		    tally->links == 1 ? "" : "s");
	else
		len = asprintf(&text, "all is well: catching up");
	return len < 0 ? NULL : text;
}

void
node_status(struct node *node, struct waiter *waiter)
{
	Erfa__Answer *answer = calloc(1, sizeof(*answer));
	Erfa__StatusAnswer *status = calloc(1, sizeof(*status));
	struct tally tally = { 0 };
	enum err err;

	if (answer == NULL || status == NULL) {
		free(answer);
		free(status);
		node_waiter_free(waiter);
		return;
	}
	erfa__answer__init(answer);
	erfa__status_answer__init(status);
	answer->say_case = ERFA__ANSWER__SAY_STATUS;
	answer->status = status;
	status_names(node, status);
	if ((err = status_numbers(node, status)) != ERR_NONE) {
		control_free_answer(answer);
		node_answer_error(node, waiter, "store", 1,
		    "See the log:  journalctl -u erfad",
		    "the store cannot be read: %s", err_str(err));
		return;
	}
	node_each_link(node, tally_link, &tally);
	status->has_links = status->has_links_live = 1;
	status->links = tally.links;
	status->links_live = tally.live;
	status_problems(node, status);
	status->verdict = verdict(status, &tally);
	node_answer(node, waiter, answer);
}

/* ---- peers ---- */

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

/* Roles as words. */
static void
peer_roles(Erfa__Peer *peer, uint32_t roles)
{
	static const struct {
		uint32_t role;
		const char *word;
	} words[] = {
		{ ROLE_WRITES, "writes" },
		{ ROLE_INTRODUCES, "introduces" },
		{ ROLE_REGISTRY, "registry" },
		{ ROLE_READER, "reads" },
	};
	size_t i;

	if ((peer->role = calloc(4, sizeof(char *))) == NULL)
		return;
	for (i = 0; i < 4; i++)
		if ((roles & words[i].role) != 0)
			peer->role[peer->n_role++] = strdup(words[i].word);
}

/* What the link to this member says, if there is one. */
static void
peer_link(Erfa__Peer *peer, struct link *link)
{
	struct link_info info;
	struct peer *transport = link_peer(link);

	link_info(link, &info);
	free(peer->state);
	peer->state = strdup(state_text(info.state));
	free(peer->name);
	peer->name = strdup(info.name);
	peer->since = moment_text(info.state_since);
	peer->last_seen = moment_text(info.last_heard);
	peer->has_behind = 1;
	peer->behind = info.behind;
	peer->version = strdup(info.sw);
	if (transport != NULL)
		peer->address = strdup(transport->address(transport));
	if (info.clock_skew_ms > SKEW_MS || info.clock_skew_ms < -SKEW_MS) {
		peer->problem = strdup("its clock and ours differ by more "
				       "than 15 minutes");
		peer->remedy = strdup("Check which is right; dates are shown "
				      "as claimed, nothing is lost");
	}
}

/* A member as a row; the upstream or session that belongs to it. */
static Erfa__Peer *
peer_new(struct node *node, const struct directory_member *member)
{
	Erfa__Peer *peer = calloc(1, sizeof(*peer));
	char check[INVITE_CHECK_LEN + 1];
	const char *trouble;
	const char *remedy;
	size_t i;

	if (peer == NULL)
		return NULL;
	erfa__peer__init(peer);
	peer->org = strdup(member->org);
	peer->key = hex_text(member->key, KEY_LEN);
	invite_check_number(member->curve, check);
	peer->check_number = strdup(check);
	peer->direction = strdup("member");
	peer->state = strdup("");
	peer->name = strdup("");
	peer->has_disputed = peer->has_removed = 1;
	peer->disputed = member->disputed;
	peer->removed = !member->in;
	peer_roles(peer, member->roles);
	for (i = 0; i < node->nhub_links; i++)
		if (link_key(node->hub_links[i]) != NULL &&
		    memcmp(link_key(node->hub_links[i]), member->key,
			KEY_LEN) == 0) {
			free(peer->direction);
			peer->direction = strdup("dials in");
			peer_link(peer, node->hub_links[i]);
		}
	for (i = 0; i < node->ndialled; i++) {
		struct dialled *dialled = &node->dialled[i];

		if (memcmp(upstream_options(dialled->upstream)->key,
			member->key, KEY_LEN) != 0 || peer->address != NULL)
			continue;
		free(peer->direction);
		peer->direction = strdup("upstream");
		peer_link(peer, dialled->link);
		trouble = trouble_text(dialled->upstream, &remedy);
		if (trouble != NULL &&
		    link_state(dialled->link) < LINK_SYNC) {
			free(peer->problem);
			free(peer->remedy);
			peer->problem = strdup(trouble);
			peer->remedy = strdup(remedy);
		}
	}
	return peer;
}

/* Has the stranger with this key become a member since? */
static bool
is_member(const struct node *node, const uint8_t curve[KEY_LEN])
{
	const struct directory_member *member =
	    directory_find_curve(node_directory(node), curve);

	return member != NULL && member->in;
}

/* Those who knocked. */
static void
peers_pending(struct node *node, Erfa__PeersAnswer *answer)
{
	struct store_txn *txn = NULL;
	Erfa__LocalPending *note;
	Erfa__Pending **list;
	Erfa__Pending *one;
	char check[INVITE_CHECK_LEN + 1];
	char name[201] = "";
	struct bytes data;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return;
	while (store_note_next(txn, "pending/", name[0] == '\0' ? NULL : name,
		   name, &data) == ERR_NONE) {
		note = erfa__local_pending__unpack(NULL, data.len, data.data);
		one = calloc(1, sizeof(*one));
		list = realloc(answer->pending,
		    (answer->n_pending + 1) * sizeof(*list));
		if (list != NULL)
			answer->pending = list;
		if (note == NULL || one == NULL || list == NULL ||
		    note->curve.len != KEY_LEN ||
		    is_member(node, note->curve.data)) {
			free(one);
		} else {
			erfa__pending__init(one);
			invite_check_number(note->curve.data, check);
			one->check_number = strdup(check);
			one->address = strdup(
			    note->address != NULL ? note->address : "");
			one->first_seen = node_time_text(note->first_ms);
			one->last_seen = node_time_text(note->last_ms);
			one->has_count = 1;
			one->count = note->count;
			list[answer->n_pending++] = one;
		}
		if (note != NULL)
			erfa__local_pending__free_unpacked(note, NULL);
	}
	store_abort(&txn);
}

void
node_peers_list(struct node *node, struct waiter *waiter)
{
	const struct directory *directory = node_directory(node);
	Erfa__Answer *answer = calloc(1, sizeof(*answer));
	Erfa__PeersAnswer *peers = calloc(1, sizeof(*peers));
	const struct directory_member *member;
	Erfa__Peer *one;
	size_t i;

	if (answer == NULL || peers == NULL) {
		free(answer);
		free(peers);
		node_waiter_free(waiter);
		return;
	}
	erfa__answer__init(answer);
	erfa__peers_answer__init(peers);
	answer->say_case = ERFA__ANSWER__SAY_PEERS;
	answer->peers = peers;
	peers->schema = strdup("erfa.peers/1");
	peers->peer =
	    calloc(directory_count(directory) + 1, sizeof(Erfa__Peer *));
	for (i = 0; i < directory_count(directory) && peers->peer != NULL;
	     i++) {
		member = directory_at(directory, i);
		if (memcmp(member->key, node->key.public_key, KEY_LEN) == 0)
			continue;
		if ((one = peer_new(node, member)) != NULL)
			peers->peer[peers->n_peer++] = one;
	}
	peers_pending(node, peers);
	node_answer(node, waiter, answer);
}
