/*
 * What `erfa status`, `erfa peers` and `erfa sync` show.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "proto/say.h"
#include "daemon/node_internal.h"
#include "daemon/notify.h"
#include "daemon/peer.h"

#define DAY_MS UINT64_C(86400000)

/* Less free space on the disk than this is a problem. */
#define DISK_LOW_BYTES (256ull * 1024 * 1024)

/* The service manager is told what has changed this often. */
#define STATUS_MS 2000

/* ---- small things ---- */

/* Wall-clock time of a moment on the monotonic clock; 0 = never. */
static enum err
moment_text(char **out, int64_t moment)
{
	return answer_time(out,
	    moment == 0 ? 0 : node_clock() - (uint64_t)(node_now() - moment));
}

/* What is wrong with an upstream, and what to do; NULL if nothing is. */
static const char *
trouble_text(const struct upstream *upstream, const char **ret_remedy)
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
		    trouble != NULL ? trouble : SAY("not connected yet"));
		return;
	}
	if (tally->behind > 0)
		(void)snprintf(out, size, "%llu entries are still to come",
		    (unsigned long long)tally->behind);
	else if (counts->bodies_absent > 0)
		(void)snprintf(out, size, "%llu bodies are still to come",
		    (unsigned long long)counts->bodies_absent);
	else if (tally->same < tally->links)
		(void)snprintf(out, size,
		    "%llu of %llu peers are not yet in "
		    "step",
		    (unsigned long long)(tally->links - tally->same),
		    (unsigned long long)tally->links);
	else if (counts->indexed < counts->arrival)
		(void)snprintf(out, size, SAY("the index is catching up"));
	else if (!node_is_clean(node))
		(void)snprintf(out, size,
		    SAY("what was erased is being taken out of the index"));
}

bool
node_is_clean(struct node *node)
{
	struct store_counts counts = { .arrival = UINT64_MAX };
	struct store_txn *txn = NULL;

	if (store_begin(node->store, false, &txn) == ERR_NONE &&
	    store_counts(txn, &counts) != ERR_NONE)
		counts.arrival = UINT64_MAX;
	store_abort(&txn);
	return indexer_clean(node->indexer) >= counts.arrival;
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
	    node_counts(node, txn, &stored) != ERR_NONE)
		stored.entries = 0;
	store_abort(&txn);
	counts.arrival = stored.arrival;
	counts.bodies_absent = stored.bodies_absent;
	counts.indexed = indexer_arrival(node->indexer);
	sync_why(node, &tally, &counts, why, sizeof(why));

	answer->has_synced = answer->has_entries = answer->has_behind = 1;
	answer->has_bodies_absent = answer->has_links = 1;
	answer->has_links_live = answer->has_clean = 1;
	answer->clean = node_is_clean(node);
	answer->synced = why[0] == '\0';
	answer->entries = stored.entries;
	answer->behind = tally.behind;
	answer->bodies_absent = counts.bodies_absent;
	answer->links = tally.links;
	answer->links_live = tally.live;
	if (answer_text(&answer->why, why) != ERR_NONE)
		logger_debug("control", "an answer is not complete");
	return answer->synced;
}

/* ---- status ---- */

/* Add what is wrong to the status. */
static enum err
wrong(Erfa__StatusAnswer *status, const char *where, const char *what,
    const char *remedy)
{
	return answer_problem(
	    &status->problem, &status->n_problem, where, what, remedy);
}

/* Upstreams that do not work. */
static enum err
wrong_upstreams(struct node *node, Erfa__StatusAnswer *status)
{
	const struct dialled *dialled;
	const char *trouble;
	const char *remedy;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; err == ERR_NONE && i < node->ndialled; i++) {
		dialled = &node->dialled[i];
		trouble = trouble_text(dialled->upstream, &remedy);
		if (trouble != NULL && link_state(dialled->link) < LINK_SYNC &&
		    !node_doubled(node, dialled->link))
			err = wrong(status,
			    upstream_options(dialled->upstream)->address,
			    trouble, remedy);
	}
	return err;
}

/* Disk and runtime directory. */
static enum err
wrong_disk(struct node *node, Erfa__StatusAnswer *status)
{
	enum err err = ERR_NONE;

	if (node_now() < node->full_until)
		err = wrong(status, "store",
		    "the disk or the store is full: nothing is fetched",
		    "Make room, or raise store_max in erfad.conf");
	else if (status->disk_free_bytes < DISK_LOW_BYTES)
		err = wrong(status, "disk",
		    "little space is left on the disk of the state directory",
		    "Make room before it is full");
	if (err == ERR_NONE && !outbox_fenced(node->outbox))
		err = wrong(status, "runtime",
		    "the fence could not be written to the runtime directory",
		    "Make room there and check who owns it; until then every "
		    "start begins a new log");
	return err;
}

/* Backups were set up, and there is none, or none of these days.  Who has other
 * ways to back up does not set them up. */
static enum err
wrong_backup(struct node *node, Erfa__StatusAnswer *status, uint64_t last_ms)
{
	const struct config *config = node->config;
	Erfa__Problem *problem;
	uint64_t now = node_clock();
	enum err err;

	if (config->backup_to[0] == '\0' || config->backup_days == 0)
		return ERR_NONE;
	if (last_ms != 0 &&
	    (now < last_ms || now - last_ms <= config->backup_days * DAY_MS))
		return ERR_NONE;
	if (last_ms == 0)
		err = wrong(status, "backup",
		    SAY("backups are set up, and none was made"),
		    SAY("Make one:  erfa backup.  Every night:  systemctl "
			"enable --now erfa-backup.timer"));
	else
		err = wrong(status, "backup", SAY("the last backup is too old"),
		    SAY("Make one:  erfa backup.  Why there is none:  "
			"journalctl -u erfa-backup"));
	if (err != ERR_NONE)
		return err;
	problem = status->problem[status->n_problem - 1];
	if ((err = answer_text(&problem->code, "backup")) != ERR_NONE)
		return err;
	return answer_time(&problem->since, last_ms);
}

/* Whether an own log was begun under another organisation. */
static bool
was_other_org(struct node *node, struct store_txn *txn)
{
	struct header_genesis genesis;
	struct store_entry entry;
	struct header header;
	const struct view_log *log;
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if (log->own &&
		    store_entry(txn, log->log_id, 1, &entry) == ERR_NONE &&
		    header_decode(entry.header.data, entry.header.len,
			&header) == ERR_NONE &&
		    header.kind == HEADER_GENESIS &&
		    header_genesis_decode(header.ext, &genesis) == ERR_NONE &&
		    strcmp(genesis.org, node->config->org) != 0)
			return true;
	}
	return false;
}

/* The organisation in records' ids never changes. */
static enum err
wrong_org(struct node *node, Erfa__StatusAnswer *status)
{
	struct store_txn *txn = NULL;
	bool other;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return ERR_NONE;
	other = was_other_org(node, txn);
	store_abort(&txn);
	if (!other)
		return ERR_NONE;
	return wrong(status, "erfad.conf",
	    SAY("org is not the one that this node has published as, so that "
		"its records have other ids here"),
	    SAY("Put the former one back.  A new number of the municipality is "
		"told with:  erfa org succeed OLD NEW"));
}

/* Nobody is connected: because nobody is known, or because all are away. */
static enum err
wrong_peers(struct node *node, Erfa__StatusAnswer *status)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	size_t i;

	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (!member->in || (member->roles & ROLE_READER) != 0 ||
		    memcmp(member->key, node->key.public_key, KEY_LEN) == 0)
			continue;
		return wrong(status, "peers",
		    SAY("none of the peers is connected"),
		    SAY("They come back by themselves.  Who is away, and since "
			"when:  erfa peers"));
	}
	return wrong(status, "peers", SAY("this node has no peers"),
	    SAY("Ask a municipality to run `erfa invite`, then:  erfa join "
		"LINE"));
}

/* Everything that is wrong and is seen here. */
static enum err
status_problems(
    struct node *node, Erfa__StatusAnswer *status, uint64_t backup_ms)
{
	enum err err;

	if ((err = wrong_upstreams(node, status)) != ERR_NONE ||
	    (err = wrong_disk(node, status)) != ERR_NONE ||
	    (err = wrong_org(node, status)) != ERR_NONE ||
	    (err = wrong_backup(node, status, backup_ms)) != ERR_NONE)
		return err;
	if ((err = node_alarms(node, status)) != ERR_NONE)
		return err;
	return status->links > 0 ? ERR_NONE : wrong_peers(node, status);
}

/* The numbers of store and disk that query_status() does not count. */
static enum err
status_numbers(
    struct node *node, Erfa__StatusAnswer *status, uint64_t *ret_backup_ms)
{
	struct store_txn *txn = NULL;
	struct store_counts stored;
	struct statvfs disk;

	*ret_backup_ms = 0;
	status->has_store_bytes = status->has_store_max_bytes = 1;
	status->has_disk_free_bytes = status->has_outbox = 1;
	store_usage(
	    node->store, &status->store_bytes, &status->store_max_bytes);
	if (statvfs(node->config->state, &disk) == 0)
		status->disk_free_bytes = (uint64_t)disk.f_bavail *
		    disk.f_frsize;
	if (store_begin(node->store, false, &txn) == ERR_NONE) {
		status->outbox = outbox_waiting(txn);
		if (node_counts(node, txn, &stored) == ERR_NONE)
			status->bodies_absent = stored.bodies_absent;
		*ret_backup_ms = node_backup_last(txn);
	}
	store_abort(&txn);
	return answer_time(&status->last_backup, *ret_backup_ms);
}

/* Who this node is. */
static enum err
status_names(struct node *node, Erfa__StatusAnswer *status)
{
	uint8_t digest[HASH_LEN];
	uint8_t epoch[STORE_EPOCH_LEN];
	char check[INVITE_CHECK_LEN + 1];
	enum err err;

	invite_check_number(node->key.curve_public, check);
	store_epoch(node->store, epoch);
	view_digest(node->view, digest);
	if ((err = answer_text(&status->org, node->config->org)) != ERR_NONE ||
	    (err = answer_text(&status->name, node->config->name)) !=
		ERR_NONE ||
	    (err = answer_hex(&status->key, node->key.public_key, KEY_LEN)) !=
		ERR_NONE ||
	    (err = answer_text(&status->check_number, check)) != ERR_NONE ||
	    (err = answer_text(&status->version, ERFA_VERSION)) != ERR_NONE ||
	    (err = answer_text(&status->listen,
		 node->hub == NULL ? "" : hub_endpoint(node->hub))) !=
		ERR_NONE ||
	    (err = answer_hex(&status->store_epoch, epoch, sizeof(epoch))) !=
		ERR_NONE)
		return err;
	return answer_hex(&status->digest, digest, HASH_LEN);
}

/* What this node is doing. */
static enum err
status_state(struct node *node, Erfa__StatusAnswer *status)
{
	uint8_t log_id[LOG_ID_LEN];
	const struct view_log *log;
	int64_t pause = node->pause_until - node_now();

	status->has_uptime_s = status->has_pub_port = status->has_test = 1;
	status->has_log_n = status->has_signing_paused_ms = 1;
	status->uptime_s = (uint64_t)(node_now() - node->started) / 1000;
	status->pub_port = node_pub_port(node);
	status->test = node->test;
	status->signing_paused_ms = pause > 0 ? (uint64_t)pause : 0;
	if (!outbox_open_log(node->outbox, log_id))
		return answer_text(&status->log, "");
	log = view_find(node->view, log_id);
	status->log_n = log != NULL ? log->tip.n : 0;
	return answer_hex(&status->log, log_id, LOG_ID_LEN);
}

/* One line that says whether anything needs a person. */
static enum err
status_verdict(Erfa__StatusAnswer *status, const struct tally *tally)
{
	char text[400];

	if (status->n_problem > 0)
		(void)snprintf(text, sizeof(text),
		    "%zu thing%s need%s attention: %s", status->n_problem,
		    status->n_problem == 1 ? "" : "s",
		    status->n_problem == 1 ? "s" : "",
		    status->problem[0]->what);
	else if (tally->same == tally->links)
		(void)snprintf(text, sizeof(text),
		    "all is well: in step with %llu peer%s",
		    (unsigned long long)tally->links,
		    tally->links == 1 ? "" : "s");
	else
		(void)snprintf(text, sizeof(text), "all is well: catching up");
	return answer_text(&status->verdict, text);
}

static enum err
fill_status(struct node *node, Erfa__StatusAnswer *status)
{
	struct tally tally = { 0 };
	uint64_t backup_ms = 0;
	enum err err;

	node_each_link(node, tally_link, &tally);
	status->has_links = status->has_links_live = 1;
	status->links = tally.links;
	status->links_live = tally.live;
	if ((err = status_names(node, status)) != ERR_NONE ||
	    (err = status_state(node, status)) != ERR_NONE ||
	    (err = status_numbers(node, status, &backup_ms)) != ERR_NONE ||
	    (err = status_problems(node, status, backup_ms)) != ERR_NONE)
		return err;
	return status_verdict(status, &tally);
}

void
node_status(struct node *node, struct waiter *waiter, Erfa__Answer *answer)
{
	enum err err = fill_status(node, answer->status);

	if (err == ERR_NONE) {
		node_answer(node, waiter, answer);
		return;
	}
	control_free_answer(answer);
	node_answer_error(node, waiter, "store", 1,
	    "See the log:  journalctl -u erfad", "the store cannot be read: %s",
	    err_str(err));
}

/* ---- the service manager ---- */

void
node_reindex(struct node *node, struct waiter *waiter)
{
	struct query_counts counts;
	Erfa__Answer *answer = NULL;
	enum err err;

	/* An index that is damaged cannot count, and is built anew all the same. */
	indexer_rebuild(node->indexer);
	if ((err = answer_new(ERFA__ANSWER__SAY_REINDEX, &answer)) !=
	    ERR_NONE) {
		node_answer_error(node, waiter, "no_memory", 75,
		    "The index is being built anew.", "%s", err_str(err));
		return;
	}
	if (query_counts(node->query, &counts) == ERR_NONE) {
		answer->reindex->has_arrival = true;
		answer->reindex->arrival = counts.arrival;
	}
	node_answer(node, waiter, answer);
}

void
node_status_tick(struct node *node, int64_t now)
{
	struct tally tally = { 0 };
	char text[sizeof(node->status)];

	if (now < node->status_at)
		return;
	node->status_at = now + STATUS_MS;
	node_each_link(node, tally_link, &tally);
	(void)snprintf(text, sizeof(text),
	    "%s: in step with %llu of %llu "
	    "peers%s%s%s",
	    node->config->org, (unsigned long long)tally.same,
	    (unsigned long long)tally.links,
	    now < node->full_until ? "; the disk is full" : "",
	    node->pause_until != 0 ? "; signing pauses" : "",
	    node->rules_due != 0 ? "; nobody new is let in" : "");
	if (strcmp(text, node->status) == 0)
		return;
	memcpy(node->status, text, sizeof(text));
	notify_status("%s", text);
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
		trouble = trouble_text(dialled->upstream, &remedy);
		if (err == ERR_NONE && trouble != NULL &&
		    link_state(dialled->link) < LINK_SYNC)
			err = fill_trouble(peer, trouble, remedy);
	}
	return err;
}

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
