/*
 * What `erfa status` shows: counts, names, and what is wrong here.
 */

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "proto/say.h"
#include "daemon/node_internal.h"
#include "daemon/node_status_internal.h"

#define DAY_MS UINT64_C(86400000)

/* The newest backup of here. */
struct last_backup {
	uint64_t ms; /* since 1970; 0 = there is none */
	bool ahead;  /* there are some that are dated in the future */
};

/* Less free space on the disk than this is a problem. */
#define DISK_LOW_BYTES (256ull * 1024 * 1024)

/* ---- what is wrong here ---- */

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
		trouble = node_trouble_text(dialled->upstream, &remedy);
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
	bool stopped = node_now() < node->full_until;
	enum err err = ERR_NONE;

	if (stopped && node->full_err == ERR_NOMEM)
		err = wrong(status, "store",
		    "too little memory is left to write to the store: nothing "
		    "is fetched",
		    "See what takes the memory of this machine, or give it "
		    "more");
	else if (stopped && node->full_err != ERR_FULL)
		err = wrong(status, "store",
		    "the store cannot be read or written: nothing is fetched",
		    "See what the log of erfad says, and have the disk "
		    "checked");
	else if (stopped)
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

/* The search index cannot be written: what has come since cannot be found. */
static enum err
wrong_index(struct node *node, Erfa__StatusAnswer *status)
{
	Erfa__ErrorAnswer *error;
	Erfa__Problem *problem;
	Erfa__Answer *answer;
	uint64_t since_ms;
	enum err err;

	if ((answer = query_refusal(node->indexer, &since_ms)) == NULL)
		return ERR_NOMEM;
	error = answer->error;
	if (since_ms == 0)
		err = ERR_NONE;
	else if ((err = wrong(status, "index", error->message,
		      error->remedy)) == ERR_NONE) {
		problem = status->problem[status->n_problem - 1];
		problem->pattern = error->pattern;
		problem->arg = error->arg;
		problem->n_arg = error->n_arg;
		error->pattern = NULL;
		error->arg = NULL;
		error->n_arg = 0;
		err = answer_text(&problem->code, "index");
		if (err == ERR_NONE)
			err = answer_time(&problem->since, since_ms);
	}
	control_free_answer(answer);
	return err;
}

/* Backups were set up, and there is none, or none of these days.  Who has other
 * ways to back up does not set them up. */
static enum err
wrong_backup(struct node *node, Erfa__StatusAnswer *status,
    const struct last_backup *last)
{
	const struct config *config = node->config;
	Erfa__Problem *problem;
	uint64_t now = node_clock();
	enum err err;

	if (config->backup_to[0] == '\0' || config->backup_days == 0)
		return ERR_NONE;
	if (last->ms != 0 && now <= last->ms + config->backup_days * DAY_MS)
		return ERR_NONE;
	if (last->ms == 0 && last->ahead)
		err = wrong(status, "backup",
		    SAY("the backups are dated in the future: the clock was "
			"ahead, or is behind now"),
		    SAY("Look at the clock:  timedatectl.  Then make one:  "
			"erfa backup"));
	else if (last->ms == 0)
		err = wrong(status, "backup",
		    SAY("backups are set up, and erfa knows of none"),
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
	return answer_time(&problem->since, last->ms);
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

/* Drafts that may be of what was erased since this store was backed up. */
static enum err
wrong_drafts(struct node *node, Erfa__StatusAnswer *status)
{
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	err = node_draft_doubted(txn, NULL, record);
	while (err == ERR_NONE) {
		record_print(node->config->org, record, RECORD_CHARS, id);
		err = wrong(status, id,
		    SAY("the draft may be of a text that was published in its "
			"group and erased since the backup that was restored"),
		    SAY("Look at it with erfa show, and throw it away with  "
			"erfa drafts --drop ID  or edit it to keep it"));
		if (err == ERR_NONE)
			err = node_draft_doubted(txn, record, record);
	}
	store_abort(&txn);
	return err == ERR_NOENT ? ERR_NONE : err;
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
status_problems(struct node *node, Erfa__StatusAnswer *status,
    const struct last_backup *last)
{
	enum err err;

	if ((err = wrong_upstreams(node, status)) != ERR_NONE ||
	    (err = wrong_disk(node, status)) != ERR_NONE ||
	    (err = wrong_index(node, status)) != ERR_NONE ||
	    (err = wrong_org(node, status)) != ERR_NONE ||
	    (err = wrong_drafts(node, status)) != ERR_NONE ||
	    (err = wrong_backup(node, status, last)) != ERR_NONE)
		return err;
	if ((err = node_alarms(node, status)) != ERR_NONE)
		return err;
	return status->links > 0 ? ERR_NONE : wrong_peers(node, status);
}

/* ---- numbers and names ---- */

/* The numbers of store and disk that query_status() does not count. */
static enum err
status_numbers(
    struct node *node, Erfa__StatusAnswer *status, struct last_backup *ret_last)
{
	struct store_txn *txn = NULL;
	struct store_counts stored;
	struct statvfs disk;

	memset(ret_last, 0, sizeof(*ret_last));
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
		ret_last->ms = node_backup_last(
		    txn, node_clock(), &ret_last->ahead);
	}
	store_abort(&txn);
	return answer_time(&status->last_backup, ret_last->ms);
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
status_verdict(Erfa__StatusAnswer *status, const struct node_tally *tally)
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
	struct node_tally tally = { .node = node };
	struct last_backup last;
	enum err err;

	/* What waits is counted first: the digest is of no earlier moment. */
	if ((err = status_numbers(node, status, &last)) != ERR_NONE)
		return err;
	node_after_signing(node);
	node_each_link(node, node_tally_link, &tally);
	status->has_links = status->has_links_live = 1;
	status->links = tally.links;
	status->links_live = tally.live;
	if ((err = status_names(node, status)) != ERR_NONE ||
	    (err = status_state(node, status)) != ERR_NONE ||
	    (err = status_problems(node, status, &last)) != ERR_NONE)
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
