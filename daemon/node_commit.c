/*
 * After a commit: the view follows the store, peers and subscribers are told,
 * the index is woken, and whoever waits for an answer gets it.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"

/* Entries of one commit whose topics are looked at; a catch-up has more. */
#define TOPICS_LOOK 64
#define TOPICS_MAX  16

void
node_touch(struct node *node, const uint8_t log_id[LOG_ID_LEN])
{
	size_t room = node->touched_room == 0 ? 64 : node->touched_room * 2;
	uint8_t(*touched)[LOG_ID_LEN];

	if (node->ntouched > 0 &&
	    memcmp(node->touched[node->ntouched - 1], log_id, LOG_ID_LEN) == 0)
		return;
	if (node->ntouched == node->touched_room) {
		touched = realloc(node->touched, room * LOG_ID_LEN);
		if (touched == NULL)
			return;
		node->touched = touched;
		node->touched_room = room;
	}
	memcpy(node->touched[node->ntouched++], log_id, LOG_ID_LEN);
}

void
node_touch_own(struct node *node)
{
	uint8_t log_id[LOG_ID_LEN];

	if (outbox_open_log(node->outbox, log_id))
		node_touch(node, log_id);
}

/* ---- the view ---- */

/* Take in the cut of this moment, and the chain values of what it leaves. */
static void
recount(struct node *node, struct view_log *log, const uint8_t *counted_c8,
    const uint8_t *told_c8)
{
	uint64_t before = log->cut;
	size_t i;

	view_recount(
	    node->view, log, node_directory(node), counted_c8, told_c8);

	/* What a witness saw beyond the cut may come from now on. */
	for (i = 0; i < VIEW_SEEN_MAX && log->cut > before; i++)
		if (log->seen[i].n > before) {
			log->seen[i].ms = node_clock();
			log->seen[i].at = node_now();
		}
}

/* The first bytes of the chain value at a position, if it is not the tip. */
static enum err
chain_value(struct store_txn *txn, const struct view_log *log, uint64_t n,
    uint8_t ret_c8[C8_LEN])
{
	struct store_entry entry;
	enum err err;

	memcpy(ret_c8, log->tip.c, C8_LEN);
	if (n == log->tip.n || n == 0)
		return ERR_NONE;
	if ((err = store_entry(txn, log->log_id, n, &entry)) == ERR_NONE)
		memcpy(ret_c8, entry.c, C8_LEN);
	return err;
}

/* How much of a log counts by the directory of this moment. */
static enum err
count_log(struct node *node, struct store_txn *txn, struct view_log *log)
{
	const struct directory *directory = node_directory(node);
	uint8_t counted[C8_LEN];
	uint8_t told[C8_LEN];
	enum err err;

	if ((err = chain_value(txn, log, view_counted(log, directory),
		 counted)) != ERR_NONE ||
	    (err = chain_value(txn, log, view_told(log, directory), told)) !=
		ERR_NONE)
		return err;
	recount(node, log, counted, told);
	return ERR_NONE;
}

/* Find the last MEMBER entry of a log; beyond a fork none says anything. */
static enum err
find_word(struct store_txn *txn, struct view_log *log)
{
	struct store_pos at = { .n = log->frozen ? 0 : log->word };
	struct store_entry entry;
	enum err err;

	memcpy(at.log_id, log->log_id, LOG_ID_LEN);
	log->word = at.n;
	while ((err = store_member_next(txn, &at, &entry)) == ERR_NONE &&
	    memcmp(entry.log_id, log->log_id, LOG_ID_LEN) == 0 &&
	    (!log->frozen || entry.n <= log->last_common))
		log->word = at.n = entry.n;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Bring one log of the view up to what the store holds. */
static enum err
view_refresh(struct node *node, struct store_txn *txn,
    const struct store_log *stored, struct view_log **ret_log)
{
	struct view_log *log;
	struct log_head head;
	enum err err;

	if ((err = view_add(node->view, stored->key, stored->inc, &log)) !=
	    ERR_NONE)
		return err;
	log_head_parse(stored->head, &head);
	log->tip = stored->tip;
	if (log->pending.n < log->tip.n || stored->frozen) {
		log->pending = log->tip;
		log->source = NULL;
	}
	log->own = memcmp(stored->key, node->key.public_key, KEY_LEN) == 0;
	log->frozen = stored->frozen;
	log->last_common = stored->last_common;
	log->head_ms = head.time_ms;
	*ret_log = log;
	if ((err = find_word(txn, log)) != ERR_NONE)
		return err;
	return count_log(node, txn, log);
}

enum err
node_view_load(struct node *node)
{
	struct store_txn *txn = NULL;
	struct store_log stored;
	struct view_log *log;
	const uint8_t *after = NULL;
	uint8_t open_id[LOG_ID_LEN];
	bool is_open = outbox_open_log(node->outbox, open_id);
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	while ((err = store_log_next(txn, after, &stored)) == ERR_NONE) {
		if ((err = view_refresh(node, txn, &stored, &log)) != ERR_NONE)
			break;

		/* The one that the fence vouches for was begun after whatever
		 * this store was restored from.  Those of a key before this
		 * one were ours too: right after a change nobody may know
		 * another. */
		log->older = (log->own || stored.own) &&
		    !(is_open && memcmp(open_id, log->log_id, LOG_ID_LEN) == 0);
		after = log->log_id;
	}
	store_abort(&txn);
	return err == ERR_NOENT ? ERR_NONE : err;
}

void
node_view_recount(struct node *node)
{
	struct store_txn *txn = NULL;
	size_t i;
	enum err err;

	/* Tips stay: what is new of them has yet to be told. */
	err = store_begin(node->store, false, &txn);
	for (i = 0; err == ERR_NONE && i < view_count(node->view); i++)
		err = count_log(node, txn, view_at(node->view, i));
	store_abort(&txn);
	if (err != ERR_NONE)
		logger_err(
		    "store", "the logs cannot be read: %s", err_str(err));
}

/* ---- NOTEs ---- */

/* What a commit added to one log. */
struct news {
	struct view_log *log;
	uint64_t from; /* last entry that was known before */
	bool beacon;   /* a younger HEAD alone */
	uint8_t head[HEAD_LEN];
};

/* The NOTE of a log's last entry, encoded. */
struct note {
	struct wire_msg msg;
	struct store_body body;
	uint8_t c_prev[HASH_LEN];
	struct header header;
};

/* Chain value before entry n. */
static enum err
chain_before(struct store_txn *txn, const struct view_log *log, uint64_t n,
    uint8_t c[HASH_LEN])
{
	struct store_entry entry;
	struct log_tip tip;
	uint8_t log_id[LOG_ID_LEN];
	enum err err;

	if (n == 1) {
		log_begin(log->key, log->inc, log_id, &tip);
		memcpy(c, tip.c, HASH_LEN);
		return ERR_NONE;
	}
	if ((err = store_entry(txn, log->log_id, n - 1, &entry)) == ERR_NONE)
		memcpy(c, entry.c, HASH_LEN);
	return err;
}

/*
 * Put header and small body of the last entry into the NOTE.  While bodies are
 * held back none goes this way either: what came back may have been erased.
 */
static void
note_fill(const struct node *node, struct store_txn *txn,
    const struct news *news, struct note *note)
{
	const struct view_log *log = news->log;
	struct wire_note *wire = &note->msg.u.note;
	struct store_entry entry;

	if (news->beacon ||
	    chain_before(txn, log, log->tip.n, note->c_prev) != ERR_NONE ||
	    store_entry(txn, log->log_id, log->tip.n, &entry) != ERR_NONE)
		return;
	wire->header = entry.header;
	memcpy(wire->c_prev, note->c_prev, HASH_LEN);
	if (header_decode(entry.header.data, entry.header.len, &note->header) !=
		ERR_NONE ||
	    note->header.body_len == 0 ||
	    note->header.body_len > NOTE_BODY_MAX || note->header.group != 0 ||
	    node->hold.until > node_now() ||
	    store_body(txn, log->log_id, log->tip.n, &note->body) != ERR_NONE)
		return;
	wire->has_body = true;
	memcpy(wire->body.ref.log_id, log->log_id, LOG_ID_LEN);
	wire->body.ref.n = log->tip.n;
	wire->body.total = note->body.len;
	wire->body.state = WIRE_OK;
	memcpy(wire->body.salt, note->body.salt, SALT_LEN);
	wire->body.data.data = note->body.data;
	wire->body.data.len = note->body.len;
}

/* An encoded frame on its way to all links. */
struct frame {
	const struct view_log *log;
	const uint8_t *buf;
	size_t len;
};

static void
push_note(struct link *link, void *arg)
{
	const struct frame *frame = arg;

	link_note(link, frame->log, frame->buf, frame->len);
}

/* Publish a NOTE under one topic; the test setting may withhold it. */
static void
publish(struct node *node, const char *topic, const struct wire_msg *msg)
{
	uint8_t *buf;
	size_t len;

	if (node->test && node->config->drop_notes_percent > 0 &&
	    node_link_host.random(node) % 100 <
		node->config->drop_notes_percent)
		return;
	if (wire_encode(msg, &buf, &len) != ERR_NONE)
		return;
	if (sock_publish(node->pub, topic, buf, len) != ERR_NONE)
		logger_debug("feed", "a NOTE was not published");
}

/* The topics of what a commit added, each once; the last entry's apart. */
static size_t
topics_of(struct store_txn *txn, const struct news *news, const char *org,
    char topics[TOPICS_MAX][TOPIC_MAX + 1])
{
	const struct view_log *log = news->log;
	uint64_t n = news->from + 1;
	struct store_entry entry;
	struct header header;
	char topic[TOPIC_MAX + 1];
	size_t count = 0;
	size_t i;

	if (log->tip.n - news->from > TOPICS_LOOK)
		n = log->tip.n - TOPICS_LOOK + 1;
	for (; n < log->tip.n && count < TOPICS_MAX; n++) {
		if (store_entry(txn, log->log_id, n, &entry) != ERR_NONE ||
		    header_decode(entry.header.data, entry.header.len,
			&header) != ERR_NONE ||
		    header.kind == HEADER_UNREADABLE || header.group != 0)
			continue;
		header_topic(org, header.kind, header.topic, topic);
		for (i = 0; i < count; i++)
			if (strcmp(topics[i], topic) == 0)
				break;
		if (i == count)
			memcpy(topics[count++], topic, sizeof(topic));
	}
	return count;
}

/* Tell PUB: the last entry under its topic, the HEAD under the others. */
static void
publish_news(struct node *node, struct store_txn *txn, const struct news *news,
    struct note *note)
{
	const struct directory_member *member = directory_find(
	    node_directory(node), news->log->key);
	struct wire_msg alone = { .type = WIRE_NOTE };
	char topics[TOPICS_MAX][TOPIC_MAX + 1];
	char topic[TOPIC_MAX + 1];
	size_t count = 0;
	size_t i;

	if (node->pub == NULL || member == NULL || member->org[0] == '\0')
		return;
	alone.u.note.head = news->head;
	if (!news->beacon)
		count = topics_of(txn, news, member->org, topics);
	if (!news->beacon && note->header.kind != HEADER_UNREADABLE &&
	    note->header.group == 0) {
		header_topic(
		    member->org, note->header.kind, note->header.topic, topic);
		publish(node, topic, &note->msg);
		for (i = 0; i < count; i++)
			if (strcmp(topics[i], topic) != 0)
				publish(node, topics[i], &alone);
		return;
	}
	for (i = 0; i < count; i++)
		publish(node, topics[i], &alone);
	if (count == 0) {
		header_topic(member->org, 0, 0, topic);
		publish(node, topic, &alone);
	}
}

/* Tell links and subscribers of one log. */
static void
tell(struct node *node, struct store_txn *txn, const struct news *news)
{
	struct note *note;
	struct frame frame = { .log = news->log };
	uint8_t *buf;

	if (news->log->counted < news->log->tip.n ||
	    (note = calloc(1, sizeof(*note))) == NULL)
		return;
	note->msg.type = WIRE_NOTE;
	note->msg.u.note.head = news->head;
	note_fill(node, txn, news, note);
	if (wire_encode(&note->msg, &buf, &frame.len) == ERR_NONE) {
		frame.buf = buf;
		node_each_link(node, push_note, &frame);
		free(buf);
	}
	publish_news(node, txn, news, note);
	store_body_clear(&note->body);
	free(note);
}

/* ---- one turn's commits ---- */

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, LOG_ID_LEN);
}

/* Does a log count as far as it did?  MEMBER entries beyond a fork say nothing. */
static bool
is_as_frozen(const struct view_log *log, const struct store_log *stored)
{
	if (!stored->frozen)
		return log == NULL || !log->frozen;
	return log != NULL && log->frozen &&
	    log->last_common == stored->last_common;
}

/* Bring one log up to date; return whether there is news of it. */
static bool
refresh_one(struct node *node, struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], struct news *news)
{
	const struct view_log *before = view_find(node->view, log_id);
	struct store_log stored;
	struct log_head head;

	if (store_log(txn, log_id, &stored) != ERR_NONE)
		return false;
	if (!is_as_frozen(before, &stored))
		node->members_touched = true;
	log_head_parse(stored.head, &head);
	news->from = before == NULL ? 0 : before->tip.n;
	news->beacon = before != NULL && before->tip.n == stored.tip.n &&
	    head.time_ms > before->head_ms;
	if (view_refresh(node, txn, &stored, &news->log) != ERR_NONE)
		return false;
	if (news->log->tip.n > news->from || news->beacon)
		news->log->heard = node_now();
	memcpy(news->head, stored.head, HEAD_LEN);
	return news->log->tip.n > news->from || news->beacon;
}

/* Bring the touched logs up to date; what is new of them goes to ${news}. */
static size_t
refresh_touched(struct node *node, struct store_txn *txn, struct news *news)
{
	uint8_t(*touched)[LOG_ID_LEN] = node->touched;
	size_t count = 0;
	size_t i;

	qsort(touched, node->ntouched, LOG_ID_LEN, compare_ids);
	for (i = 0; i < node->ntouched; i++)
		if ((i == 0 ||
			memcmp(touched[i], touched[i - 1], LOG_ID_LEN) != 0) &&
		    refresh_one(node, txn, touched[i], &news[count]))
			count++;
	node->ntouched = 0;
	return count;
}

/* Logs that were not known before are told with their keys. */
struct fresh {
	struct view_log **logs;
	size_t count;
};

static void
push_fresh(struct link *link, void *arg)
{
	const struct fresh *fresh = arg;

	link_have_new(link, fresh->logs, fresh->count);
}

static void
push_soon(struct link *link, void *arg)
{
	link_have_soon(link, *(int64_t *)arg);
}

/* Fetch on: what was committed may have made room or shown what is absent. */
static void
fetch_on(struct link *link, void *arg)
{
	link_fetch(link, *(int64_t *)arg);
}

/* Tell all that is new. */
static void
tell_news(struct node *node, struct store_txn *txn, const struct news *news,
    size_t count)
{
	struct fresh fresh = { 0 };
	int64_t now = node_now();
	size_t i;

	fresh.logs = calloc(count, sizeof(struct view_log *));
	for (i = 0; i < count && fresh.logs != NULL; i++)
		if (news[i].from == 0 && news[i].log->told > 0)
			fresh.logs[fresh.count++] = news[i].log;
	if (fresh.count > 0)
		node_each_link(node, push_fresh, &fresh);
	free(fresh.logs);
	for (i = 0; i < count; i++)
		tell(node, txn, &news[i]);
	node_each_link(node, push_soon, &now);
}

enum err
node_counts(
    struct node *node, struct store_txn *txn, struct store_counts *ret_counts)
{
	const struct view_log *log;
	uint64_t beyond;
	size_t i;
	enum err err;

	if ((err = store_counts(txn, ret_counts)) != ERR_NONE)
		return err;

	/* After a cut nobody asks for them, and of branches some may be
	 * nowhere. */
	for (i = 0; ret_counts->bodies_absent > 0 && i < view_count(node->view);
	     i++) {
		log = view_at(node->view, i);
		if (log->counted >= log->tip.n)
			continue;
		err = store_absent_beyond(
		    txn, log->log_id, log->counted, &beyond);
		if (err != ERR_NONE)
			return err;
		ret_counts->bodies_absent -= beyond;
	}
	return ERR_NONE;
}

/* A catch-up worth telling has so many arrivals. */
#define CATCH_UP_TOLD 1000

/* Say how long it took until everything known was here, durably. */
static void
tell_catch_up(struct node *node, struct store_txn *txn, int64_t now)
{
	struct store_counts counts;
	int64_t took;

	if (node_counts(node, txn, &counts) != ERR_NONE)
		return;
	if (counts.bodies_absent > 0 && node->behind_since == 0) {
		node->behind_since = now;
		node->behind_entries = node->entries_before;
	}
	if (counts.bodies_absent == 0 && node->behind_since != 0) {
		took = now - node->behind_since;
		if (counts.entries - node->behind_entries >= CATCH_UP_TOLD)
			event_say(EVENT_CAUGHT_UP, NULL,
			    "caught up: %llu entries in "
			    "%lld.%03lld s",
			    (unsigned long long)(counts.entries -
				node->behind_entries),
			    (long long)(took / 1000), (long long)(took % 1000));
		node->behind_since = 0;
	}
	node->entries_before = counts.entries;
}

/* Find out what is new of the logs that were touched; free(*ret_news). */
static size_t
find_news(struct node *node, struct news **ret_news)
{
	struct store_txn *txn = NULL;
	size_t count = 0;

	*ret_news = calloc(node->ntouched, sizeof(struct news));
	if (*ret_news == NULL)
		return 0;
	if (store_begin(node->store, false, &txn) == ERR_NONE)
		count = refresh_touched(node, txn, *ret_news);
	store_abort(&txn);
	return count;
}

/* Tell it. */
static void
tell_commits(
    struct node *node, const struct news *news, size_t count, int64_t now)
{
	struct store_txn *txn = NULL;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return;
	if (count > 0)
		tell_news(node, txn, news, count);
	tell_catch_up(node, txn, now);
	store_abort(&txn);
}

void
node_after_commit(struct node *node)
{
	bool touched = node->ntouched > 0;
	struct news *news = NULL;
	int64_t now = node_now();
	size_t count = 0;

	node_bodies_changed(node);
	if (touched)
		count = find_news(node, &news);
	if (node->members_touched)
		(void)node_members_changed(node);
	if (touched)
		tell_commits(node, news, count, now);
	free(news);
	indexer_wake(node->indexer);
	if (node->erases_touched) {
		node->erases_touched = false;
		node_claims_changed(node);
	}
	if (node->forks_touched) {
		node->forks_touched = false;
		node_fork_ask(node, NULL);
	}
	node_each_link(node, fetch_on, &now);
	node_bundle_tell(node);
}

void
node_after_signing(struct node *node)
{
	uint64_t commits = writer_commits(node->writer);

	if (commits == node->commits_seen)
		return;
	node->commits_seen = commits;
	node_touch_own(node);
	node_after_commit(node);
}
