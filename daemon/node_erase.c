/*
 * Erasures: what this node erases for ever, what others' ERASE entries name if
 * the directory lets them, and which nodes have done it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/record.h"
#include "daemon/node_internal.h"
#include "daemon/seen.h"
#include "daemon/volume.h"

/* What could not be erased, since the disk was full, say, is tried again. */
#define CLAIMS_MS 10000

/* How far peers are is written down this often, if it has changed ... */
#define SEEN_MS 5000

/* ... or so long after it was written last. */
#define SEEN_AGAIN_MS 3600000

/* ---- claims ---- */

/* Whether the directory lets a claim count; not as long as its log is unknown. */
static bool
counts(struct store_txn *txn, const struct directory *directory,
    const struct store_claim *claim)
{
	struct store_log log;

	return store_log(txn, claim->log_id, &log) == ERR_NONE &&
	    directory_erases(directory, claim->key, claim->erase_log,
		claim->erase_n, log.key);
}

/* Carry out a claim; what is written anew was taken from what goes. */
static enum err
grant_one(const struct node *node, struct store_txn *txn,
    const struct directory *directory, const struct store_claim *claim)
{
	struct header_target target = { .n = claim->n,
		.has_c8 = claim->has_c8 };
	enum err err;

	memcpy(target.log_id, claim->log_id, LOG_ID_LEN);
	memcpy(target.c8, claim->c8, C8_LEN);
	err = store_claim_grant(txn, claim);
	return err != ERR_NONE ?
	    err :
	    node_draft_erased(node, txn, directory, &target);
}

/* Grant all claims that count. */
static enum err
grant(const struct node *node, struct store_txn *txn,
    const struct directory *directory)
{
	struct store_claim claim;
	bool begun = false;
	enum err err;

	while ((err = store_claim_next(txn, begun ? &claim : NULL, &claim)) ==
	    ERR_NONE) {
		begun = true;
		if (counts(txn, directory, &claim) &&
		    (err = grant_one(node, txn, directory, &claim)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
node_claims_finish(struct node *node)
{
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, true, &txn)) != ERR_NONE)
		return err;
	err = grant(node, txn, node_directory(node));
	if (err == ERR_NONE)
		return store_commit(&txn);
	store_abort(&txn);
	return err;
}

struct claims_job {
	struct writer_job job;   /* first */
	const struct node *node; /* what of it any thread may read */
	struct snapshot *snapshot;
};

static enum err
claims_run(struct store_txn *txn, struct writer_job *job)
{
	const struct claims_job *claims = (const struct claims_job *)job;

	return grant(claims->node, txn, claims->snapshot->directory);
}

static void
claims_done(struct writer_job *job, void *context)
{
	struct claims_job *claims = (struct claims_job *)job;
	struct node *node = context;
	bool again = false;

	node_snapshot_put(node, claims->snapshot);
	if (node != NULL) {
		again = node->claims_again;
		node->claims_busy = node->claims_again = false;
	}
	if (node != NULL && job->err != ERR_NONE) {
		if (node->claims_due == 0)
			event_say(EVENT_ERASURE_FAILED, NULL,
			    "an erasure was not carried out: %s; it is tried "
			    "again",
			    err_str(job->err));
		node->claims_due = node_now() + CLAIMS_MS;
	} else if (node != NULL) {
		node->claims_due = 0;
		if (again)
			node_claims_changed(node);
	}
	free(claims);
}

void
node_claims_changed(struct node *node)
{
	struct claims_job *claims;

	if (node->claims_busy) {
		node->claims_again = true;
		return;
	}
	if ((claims = calloc(1, sizeof(*claims))) == NULL) {
		node->claims_due = node_now() + CLAIMS_MS;
		return;
	}
	claims->job.run = claims_run;
	claims->job.done = claims_done;
	claims->job.entries = 1;
	claims->node = node;
	claims->snapshot = node_snapshot_get(node);
	node->claims_busy = true;
	writer_submit(node->writer, &claims->job);
}

void
node_claims_tick(struct node *node, int64_t now)
{
	if (node->claims_due == 0 || now < node->claims_due)
		return;

	/* Not again before that has ended. */
	node->claims_due = INT64_MAX;
	node_claims_changed(node);
}

/* ---- erasing ---- */

struct erase_job {
	struct writer_job job; /* first */
	struct waiter *waiter;
	struct outbox *outbox;
	struct snapshot *snapshot;
	const uint8_t *key;
	uint8_t record[RECORD_LEN];
	struct header_target *targets;
	size_t count;
	size_t erased;  /* of them, by the job */
	size_t entries; /* ERASE entries it wrote */
	bool had_draft;
};

static void
erase_free(struct node *node, struct erase_job *erase)
{
	node_snapshot_put(node, erase->snapshot);
	free(erase->targets);
	free(erase);
}

/* Is a version of this record accepted and not signed yet?  It has no position
 * that could be named.  A restricted one does not say of which record it is. */
static enum err
check_outbox(struct store_txn *txn, const uint8_t record[RECORD_LEN])
{
	struct header header;
	struct bytes bytes;
	uint64_t ticket = 0;
	size_t size;
	enum err err;

	while ((err = store_outbox_next(txn, ticket, &ticket, &bytes, &size)) ==
	    ERR_NONE)
		if (header_decode(bytes.data, bytes.len, &header) == ERR_NONE &&
		    (header.has_record ?
			    memcmp(header.record, record, RECORD_LEN) == 0 :
			    header.group != 0))
			return ERR_BUSY;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Are all targets entries that this node may erase? */
static enum err
check_targets(struct store_txn *txn, const struct erase_job *erase)
{
	struct store_log log;
	size_t i;
	enum err err;

	for (i = 0; i < erase->count; i++) {
		err = store_log(txn, erase->targets[i].log_id, &log);
		if (err != ERR_NONE)
			return err;
		if (!directory_may_erase(
			erase->snapshot->directory, erase->key, log.key))
			return ERR_DENIED;
		if (!log.frozen && erase->targets[i].n > log.tip.n)
			return ERR_NOENT;
	}
	return ERR_NONE;
}

/* What one request erases here, and an ERASE is to name. */
struct erasing {
	struct store_txn *txn;
	const uint8_t *record;
	struct header_target *done;
	size_t count;
};

/*
 * Is this what a request for the record means?  A number of a forked log may be
 * another record's in another branch; an entry without a record in its header
 * is meant if it is named by its chain value, else where it is shown, in the
 * stored branch.
 */
static bool
is_meant(const struct erasing *erasing, const struct header_target *target,
    const struct store_entry *entry, bool stored)
{
	struct header header;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
		ERR_NONE ||
	    (target->has_c8 && memcmp(entry->c, target->c8, C8_LEN) != 0))
		return false;
	return header.has_record ?
	    memcmp(header.record, erasing->record, RECORD_LEN) == 0 :
	    target->has_c8 || stored;
}

/* Erase the body of one entry, if it is not erased yet. */
static enum err
erase_entry(struct erasing *erasing, const struct header_target *target,
    const uint8_t *c)
{
	struct header_target done = *target;
	enum err err;

	done.has_c8 = true;
	memcpy(done.c8, c, C8_LEN);
	err = store_erase_entry(
	    erasing->txn, target->log_id, target->n, done.c8);
	if (err != ERR_NONE)
		return err == ERR_EXIST ? ERR_NONE : err;
	if ((err = answer_room(&erasing->done, erasing->count, sizeof(done))) ==
	    ERR_NONE)
		erasing->done[erasing->count++] = done;
	return err;
}

/* Keep of which record a restricted entry was: only its body said so.  One beside
 * the stored branch must not take the place of what was said of that. */
static enum err
keep_record(
    struct erasing *erasing, const struct store_entry *entry, bool stored)
{
	char name[INDEX_TOMB_MAX];
	struct header header;
	struct bytes before;
	enum err err;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
		ERR_NONE ||
	    header.group == 0)
		return ERR_NONE;
	index_tomb(entry->log_id, entry->n, name);
	if (!stored &&
	    (err = store_note_get(erasing->txn, name, &before)) != ERR_NOENT)
		return err;
	return store_note_put(erasing->txn, name, erasing->record, RECORD_LEN);
}

/* Erase what one target means, in all branches. */
static enum err
erase_target(struct erasing *erasing, const struct header_target *target)
{
	struct store_entry entry;
	uint8_t branch = 0;
	bool stored;
	enum err err;

	while ((err = store_entry_next(erasing->txn, target->log_id, target->n,
		    &branch, &entry)) == ERR_NONE) {
		stored = branch == 1;
		if (is_meant(erasing, target, &entry, stored) &&
		    ((err = keep_record(erasing, &entry, stored)) != ERR_NONE ||
			(err = erase_entry(erasing, target, entry.c)) !=
			    ERR_NONE))
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

static enum err
erase_run(struct store_txn *txn, struct writer_job *job)
{
	struct erase_job *erase = (struct erase_job *)job;
	struct erasing erasing = { .txn = txn, .record = erase->record };
	size_t i;
	enum err err;

	erase->entries = 0;
	if ((err = check_outbox(txn, erase->record)) != ERR_NONE ||
	    (err = check_targets(txn, erase)) != ERR_NONE)
		return err;
	for (i = 0; i < erase->count && err == ERR_NONE; i++)
		err = erase_target(&erasing, &erase->targets[i]);
	if (err == ERR_NONE)
		err = outbox_erase(erase->outbox, txn, erasing.done,
		    erasing.count, &erase->entries);
	erase->erased = erasing.count;
	free(erasing.done);
	if (err != ERR_NONE)
		return err;

	/* What is being written anew was taken from what goes. */
	err = store_draft_drop(txn, erase->record);
	erase->had_draft = err == ERR_NONE;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Say why nothing was erased. */
static void
erase_failed(struct node *node, struct waiter *waiter, enum err err)
{
	if (err == ERR_BUSY)
		node_answer_error(node, waiter, "not_signed", 75,
		    "Try again in a minute; nothing was erased.",
		    "a version of it waits to be signed and cannot be named "
		    "yet");
	else if (err == ERR_DENIED)
		node_answer_error(node, waiter, "not_yours", 77,
		    "Ask who published it.",
		    "only who published it can erase it");
	else if (err == ERR_NOENT)
		node_answer_error(node, waiter, "no_such_entry", 66, "",
		    "there is no such entry; nothing was erased");
	else
		node_answer_error(node, waiter, "not_written", 75,
		    "Run the same again, and ask your IT to look at the log:  "
		    "journalctl -u erfad",
		    "it is not known whether this was erased: %s",
		    err_str(err));
}

static void
erase_answer(struct node *node, struct erase_job *erase)
{
	const char *id = erase->waiter->request->erase->id;
	Erfa__Answer *answer = NULL;
	Erfa__EraseAnswer *said;

	event_say(EVENT_ERASED, &(struct event_about){ .record = id },
	    "%zu bodies of %.40s are erased for ever, in %zu entries (uid=%u)",
	    erase->erased, id, erase->entries, (unsigned)erase->waiter->uid);
	if (answer_new(ERFA__ANSWER__SAY_ERASE, &answer) != ERR_NONE ||
	    answer_text(&answer->erase->id, id) != ERR_NONE) {
		control_free_answer(answer);
		node_answer_error(node, erase->waiter, "no_memory", 75, "",
		    "it was erased; there is no memory for more words");
		return;
	}
	said = answer->erase;
	said->has_erased = said->has_entries = said->has_draft_dropped = true;
	said->erased = (uint32_t)erase->erased;
	said->entries = (uint32_t)erase->entries;
	said->draft_dropped = erase->had_draft;
	node_answer(node, erase->waiter, answer);
}

static void
erase_done(struct writer_job *job, void *context)
{
	struct erase_job *erase = (struct erase_job *)job;
	struct node *node = context;

	if (node == NULL) {
		node_waiter_free(erase->waiter);
	} else if (job->err != ERR_NONE) {
		erase_failed(node, erase->waiter, job->err);
	} else {
		node_touch_own(node);
		erase_answer(node, erase);
	}
	erase_free(node, erase);
}

/* Read what a request names. */
static bool
read_targets(const Erfa__EraseRequest *request, struct erase_job *erase)
{
	char org[ORG_MAX + 1];
	size_t i;

	if (request->id == NULL || request->n_entry == 0 ||
	    record_parse_full(request->id, org, erase->record) != ERR_NONE)
		return false;
	erase->targets = calloc(request->n_entry, sizeof(*erase->targets));
	if (erase->targets == NULL)
		return false;
	for (i = 0; i < request->n_entry; i++) {
		const Erfa__ErasureEntry *entry = request->entry[i];

		if (entry->log == NULL || !entry->has_n || entry->n == 0 ||
		    bytes_unhex(entry->log, erase->targets[i].log_id,
			LOG_ID_LEN) != ERR_NONE)
			return false;
		erase->targets[i].n = entry->n;
		erase->targets[i].reason = (uint32_t)request->reason;
		if (entry->c8 == NULL)
			continue;
		erase->targets[i].has_c8 = true;
		if (bytes_unhex(entry->c8, erase->targets[i].c8, C8_LEN) !=
		    ERR_NONE)
			return false;
	}
	erase->count = request->n_entry;
	return true;
}

void
node_erase(struct node *node, struct waiter *waiter)
{
	struct erase_job *erase;

	/* What is to come back yet could not be named, and would stay. */
	if (node->hold.until != 0) {
		node_answer(node, waiter, node_hold_refusal());
		return;
	}
	erase = calloc(1, sizeof(*erase));
	if (erase == NULL || !read_targets(waiter->request->erase, erase) ||
	    !waiter->request->erase->has_reason ||
	    waiter->request->erase->reason ==
		ERFA__ERASURE_REASON__ERASURE_REASON_UNSET) {
		node_answer_error(node, waiter, "bad_request", 65,
		    "erfa erase TRIAL --reason CODE",
		    "the request does not say what to erase, and why");
		if (erase != NULL)
			erase_free(node, erase);
		return;
	}
	erase->job.run = erase_run;
	erase->job.done = erase_done;
	erase->job.entries = 1;
	erase->waiter = waiter;
	erase->outbox = node->outbox;
	erase->key = node->key.public_key;
	erase->snapshot = node_snapshot_get(node);
	writer_submit(node->writer, &erase->job);
}

/* ---- how far peers are ---- */

/* Notes about peers that are to be written together. */
struct seen_note {
	char name[SEEN_NAME_MAX];
	uint8_t *data;
	size_t len;
};

struct seen_job {
	struct writer_job job; /* first */
	struct seen_note *notes;
	size_t count;
};

static enum err
seen_run(struct store_txn *txn, struct writer_job *job)
{
	struct seen_job *seen = (struct seen_job *)job;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < seen->count && err == ERR_NONE; i++)
		err = store_note_put(txn, seen->notes[i].name,
		    seen->notes[i].data, seen->notes[i].len);
	return err;
}

static void
seen_free(struct seen_job *seen)
{
	size_t i;

	for (i = 0; i < seen->count; i++)
		free(seen->notes[i].data);
	free(seen->notes);
	free(seen);
}

static void
seen_done(struct writer_job *job, void *context)
{
	(void)context;
	seen_free((struct seen_job *)job);
}

static bool
seen_holds(const Erfa__LocalSeen *seen, const uint8_t *log_id, uint64_t n)
{
	return seen_position(seen, log_id) >= n;
}

/* A look at all peers that are in step. */
struct looking {
	struct store_txn *txn;
	struct seen_job *job;
	Erfa__LocalSeen now;
	Erfa__LocalSeen__Position *positions; /* that it names */
};

/* Name all own logs as they count now, those of a key of before, too: an ERASE may
 * stand in any of them. */
static enum err
own_positions(const struct node *node, struct looking *looking)
{
	size_t room = view_count(node->view) + 1;
	Erfa__LocalSeen *now = &looking->now;
	Erfa__LocalSeen__Position *position;
	struct view_log *log;
	size_t i;

	looking->positions = calloc(room, sizeof(*looking->positions));
	now->position = calloc(room, sizeof(Erfa__LocalSeen__Position *));
	if (looking->positions == NULL || now->position == NULL)
		return ERR_NOMEM;
	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if ((!log->own && !log->older) || log->counted == 0)
			continue;
		position = &looking->positions[now->n_position];
		erfa__local_seen__position__init(position);
		position->has_log_id = position->has_n = true;
		position->log_id.data = log->log_id;
		position->log_id.len = LOG_ID_LEN;
		position->n = log->counted;
		now->position[now->n_position++] = position;
	}
	return ERR_NONE;
}

/* Is what is noted of this peer old? */
static bool
is_stale(const struct looking *looking, const uint8_t key[KEY_LEN])
{
	Erfa__LocalSeen *seen = seen_read(looking->txn, key);
	const Erfa__LocalSeen *now = &looking->now;
	bool stale;
	size_t i;

	stale = seen == NULL ||
	    seen->in_step_ms + SEEN_AGAIN_MS < now->in_step_ms;
	for (i = 0; i < now->n_position && !stale; i++)
		stale = !seen_holds(
		    seen, now->position[i]->log_id.data, now->position[i]->n);
	if (seen != NULL)
		erfa__local_seen__free_unpacked(seen, NULL);
	return stale;
}

static void
look_at(struct link *link, void *arg)
{
	struct looking *looking = arg;
	const uint8_t *key = link_key(link);
	struct link_info info;
	struct seen_note *note;
	size_t len;

	if (key == NULL || link_state(link) != LINK_LIVE)
		return;
	link_info(link, &info);
	if (!info.same_digest || !is_stale(looking, key) ||
	    answer_room(&looking->job->notes, looking->job->count,
		sizeof(*note)) != ERR_NONE)
		return;
	note = &looking->job->notes[looking->job->count];
	len = erfa__local_seen__get_packed_size(&looking->now);
	seen_name(key, note->name);
	if ((note->data = malloc(len)) == NULL)
		return;
	note->len = erfa__local_seen__pack(&looking->now, note->data);
	looking->job->count++;
}

void
node_seen_tick(struct node *node, int64_t now)
{
	struct looking looking = { .txn = NULL };

	if (now < node->seen_at)
		return;
	node->seen_at = now + SEEN_MS;
	erfa__local_seen__init(&looking.now);
	looking.now.has_in_step_ms = true;
	looking.now.in_step_ms = node_clock();
	looking.job = calloc(1, sizeof(*looking.job));
	if (looking.job == NULL || own_positions(node, &looking) != ERR_NONE ||
	    store_begin(node->store, false, &looking.txn) != ERR_NONE)
		goto out;
	node_each_link(node, look_at, &looking);
	store_abort(&looking.txn);
	if (looking.job->count == 0)
		goto out;
	looking.job->job.run = seen_run;
	looking.job->job.done = seen_done;
	looking.job->job.entries = 1;
	writer_submit(node->writer, &looking.job->job);
	looking.job = NULL;
out:
	free(looking.job);
	free(looking.positions);
	free(looking.now.position);
}

/* ---- which nodes have executed an erasure ---- */

/* Does a node that holds these own logs know every ERASE in the answer? */
static bool
knows_all(const Erfa__ErasureAnswer *erasure,
    bool (*holds)(const void *context, const uint8_t *log_id, uint64_t n),
    const void *context)
{
	const Erfa__ErasureEntry *entry;
	uint8_t log_id[LOG_ID_LEN];
	size_t i;

	for (i = 0; i < erasure->n_entry; i++) {
		entry = erasure->entry[i];
		if (entry->has_erase_n &&
		    (bytes_unhex(entry->erase_log, log_id, LOG_ID_LEN) !=
			    ERR_NONE ||
			!holds(context, log_id, entry->erase_n)))
			return false;
	}
	return true;
}

static bool
held_then(const void *context, const uint8_t *log_id, uint64_t n)
{
	return seen_holds(context, log_id, n);
}

static bool
held_now(const void *context, const uint8_t *log_id, uint64_t n)
{
	const struct node *node = context;
	const struct view_log *log = view_find(node->view, log_id);

	return log != NULL && log->counted >= n;
}

/* Does every ERASE stand in a log of ours?  Of others nothing is noted of peers. */
static bool
are_ours(const struct node *node, const Erfa__ErasureAnswer *erasure)
{
	const Erfa__ErasureEntry *entry;
	const struct view_log *log;
	uint8_t log_id[LOG_ID_LEN];
	size_t i;

	for (i = 0; i < erasure->n_entry; i++) {
		entry = erasure->entry[i];
		if (!entry->has_erase_n)
			continue;
		if (bytes_unhex(entry->erase_log, log_id, LOG_ID_LEN) !=
			ERR_NONE ||
		    (log = view_find(node->view, log_id)) == NULL ||
		    (!log->own && !log->older))
			return false;
	}
	return true;
}

/* When a member last signed anything that came here, by its own clock, which may
 * be ahead; 0: never. */
static uint64_t
signed_ms(const struct node *node, const uint8_t key[KEY_LEN])
{
	const struct view_log *log;
	uint64_t ms = 0;
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if (memcmp(log->key, key, KEY_LEN) == 0 && log->head_ms > ms)
			ms = log->head_ms;
	}
	return ms < node_clock() ? ms : node_clock();
}

/* The link to a member, if there is one. */
static struct link *
link_of(struct node *node, const uint8_t key[KEY_LEN])
{
	const uint8_t *other;
	size_t i;

	for (i = 0; i < node_nlinks(node); i++) {
		other = link_key(node_link_at(node, i));
		if (other != NULL && memcmp(other, key, KEY_LEN) == 0 &&
		    link_state(node_link_at(node, i)) != LINK_DOWN)
			return node_link_at(node, i);
	}
	return NULL;
}

/* How far one member's node is. */
static enum err
fill_node(struct node *node, struct store_txn *txn,
    const struct directory_member *member, const Erfa__ErasureAnswer *erasure,
    Erfa__ErasureNode *one)
{
	struct link *link = link_of(node, member->key);
	Erfa__LocalSeen *seen = seen_read(txn, member->key);
	struct link_info info = { .same_digest = false };
	const char *state = "not_known";
	uint64_t in_step_ms = 0;
	uint64_t heard_ms = signed_ms(node, member->key);
	enum err err;

	if (link != NULL) {
		link_info(link, &info);
		state = "not_yet";
		if (info.last_heard != 0)
			heard_ms = node_clock() -
			    (uint64_t)(node_now() - info.last_heard);
	}
	if (seen != NULL) {
		in_step_ms = seen->in_step_ms;
		if (are_ours(node, erasure))
			state = knows_all(erasure, held_then, seen) ?
			    "executed" :
			    "not_yet";
		erfa__local_seen__free_unpacked(seen, NULL);
	}
	if (info.same_digest) {
		in_step_ms = heard_ms;
		if (knows_all(erasure, held_now, node))
			state = "executed";
	}
	if (heard_ms < in_step_ms)
		heard_ms = in_step_ms;
	if ((err = answer_text(&one->org, member->org)) != ERR_NONE ||
	    (err = answer_hex(&one->key, member->key, KEY_LEN)) != ERR_NONE ||
	    (err = answer_text(&one->state, state)) != ERR_NONE ||
	    (err = answer_time(&one->in_step, in_step_ms)) != ERR_NONE)
		return err;
	return answer_time(&one->last_seen, heard_ms);
}

/* When an entry came here; 0 if it did not. */
static uint64_t
arrival_of(struct store_txn *txn, const char *log, uint64_t n,
    uint8_t ret_key[KEY_LEN])
{
	uint8_t log_id[LOG_ID_LEN];
	struct store_entry entry;
	struct store_log found;

	if (log == NULL || bytes_unhex(log, log_id, LOG_ID_LEN) != ERR_NONE ||
	    store_log(txn, log_id, &found) != ERR_NONE ||
	    store_entry(txn, log_id, n, &entry) != ERR_NONE)
		return 0;
	memcpy(ret_key, found.key, KEY_LEN);
	return entry.arrival;
}

/*
 * Name the own backups that may hold what is erased: made after the first of it
 * had come, or with a draft of it, and before the last ERASE had come.  When the
 * ERASE of another key began to count is not known: then any later one may.
 */
static enum err
name_backups(struct store_txn *txn, Erfa__ErasureAnswer *erasure)
{
	struct backups_asked which = { .least = UINT64_MAX };
	uint8_t record[RECORD_LEN];
	char org[ORG_MAX + 1];
	uint8_t key[KEY_LEN];
	uint8_t by[KEY_LEN];
	uint64_t came;
	size_t i;

	for (i = 0; i < erasure->n_entry; i++) {
		const Erfa__ErasureEntry *entry = erasure->entry[i];

		came = arrival_of(txn, entry->log, entry->n, key);
		if (came == 0 || !entry->has_erase_n)
			continue;
		which.least = came < which.least ? came : which.least;
		came = arrival_of(txn, entry->erase_log, entry->erase_n, by);
		if (came == 0 || memcmp(key, by, KEY_LEN) != 0)
			came = UINT64_MAX;
		which.below = came > which.below ? came : which.below;
	}
	if (erasure->full_id != NULL &&
	    record_parse_full(erasure->full_id, org, record) == ERR_NONE)
		which.record = record;
	return node_backups(txn, &which, &erasure->backup, &erasure->n_backup);
}

/* Do old blocks outlive an erasure where the store lies? */
static enum err
name_volume(struct node *node, Erfa__ErasureAnswer *erasure)
{
	struct volume volume;

	if (volume_look(node->config->state, &volume) != ERR_NONE ||
	    volume.kind != VOLUME_KEEPS)
		return ERR_NONE;
	return answer_text(&erasure->keeps, volume.name);
}

enum err
node_erasure(struct node *node, Erfa__ErasureAnswer *erasure)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	struct store_txn *txn = NULL;
	Erfa__ErasureNode *one;
	bool any = false;
	size_t i;
	enum err err;

	for (i = 0; i < erasure->n_entry; i++)
		any |= erasure->entry[i]->has_erase_n != 0;
	if (!any)
		return ERR_NONE;
	erasure->has_here = true;
	erasure->here = node_is_clean(node);
	if ((err = name_volume(node, erasure)) != ERR_NONE ||
	    (err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	err = name_backups(txn, erasure);
	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (!member->in || (member->roles & ROLE_READER) != 0 ||
		    memcmp(member->key, node->key.public_key, KEY_LEN) == 0)
			continue;
		err = answer_add(&erasure->node, &erasure->n_node,
		    &erfa__erasure_node__descriptor, &one);
		if (err == ERR_NONE)
			err = fill_node(node, txn, member, erasure, one);
	}
	store_abort(&txn);
	return err;
}
