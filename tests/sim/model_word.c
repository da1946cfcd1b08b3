#include "tests/sim/model_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/header.h"

/* ---- keys ---- */

/*
 * Has an earlier key lapsed?  A registry that was set back named a cut of the key
 * before it which is before the word for it.
 */
static bool
has_lapsed(const struct directory *directory, const struct box *of, int number)
{
	const struct directory_member *member = directory_find(
	    directory, of->former[number]);
	const struct directory_member *before = number == 0 ?
	    NULL :
	    directory_find(directory, of->former[number - 1]);

	return member != NULL && before != NULL && !member->in &&
	    member->withdrawn_ms == 0 && before->withdrawn_ms != 0 &&
	    memcmp(before->withdrawn_by, member->key, KEY_LEN) != 0;
}

/*
 * Must an earlier key be followed by the one in force?  It and those before it
 * were heard of, or it is known all the same; and it has not lapsed.
 */
static bool
is_followed(const struct directory *directory, const struct box *of, int number)
{
	unsigned until = (2U << number) - 1;

	return !has_lapsed(directory, of, number) &&
	    ((of->unheard & until) == 0 ||
		directory_find(directory, of->former[number]) != NULL);
}

void
model_check_keys(struct world *world, const struct box *box)
{
	const struct directory *directory = node_directory(box->node);
	const struct directory_member *member;
	const struct box *of;
	int i = 0;
	int j;

	while ((of = model_next_member(world, &i)) != NULL) {
		if (of->nformer == 0)
			continue;
		member = directory_find(directory, of->key.public_key);
		if (member == NULL || !member->in || member->disputed ||
		    strcmp(member->org, of->org) != 0)
			world_fail(world, "keys",
			    "node %d does not know the new key of node %d",
			    box->number, of->number);
		for (j = 0; j < of->nformer; j++)
			if (is_followed(directory, of, j) &&
			    !directory_succeeds(
				directory, of->former[j], of->key.public_key))
				world_fail(world, "keys",
				    "for node %d the key of node %d does not "
				    "stand where an earlier one stood",
				    box->number, of->number);
	}
}

/* ---- cuts ---- */

/* The last word of each voucher about a key. */
struct words {
	uint8_t vouchers[WORLD_BOXES][KEY_LEN];
	uint64_t time_ms[WORLD_BOXES];
	struct store_pos at[WORLD_BOXES];
	struct header_member *last; /* WORLD_BOXES of them */
	int count;
};

/* Is this word later than the one that is known? */
static bool
is_later(const struct words *words, int i, uint64_t time_ms,
    const struct store_entry *entry)
{
	int order;

	if (time_ms != words->time_ms[i])
		return time_ms > words->time_ms[i];
	order = memcmp(entry->log_id, words->at[i].log_id, LOG_ID_LEN);
	return order > 0 || (order == 0 && entry->n > words->at[i].n);
}

static void
add_word(struct words *words, const uint8_t voucher[KEY_LEN], uint64_t time_ms,
    const struct store_entry *entry, const struct header_member *member)
{
	int i;

	for (i = 0; i < words->count; i++)
		if (memcmp(words->vouchers[i], voucher, KEY_LEN) == 0)
			break;
	if (i == WORLD_BOXES ||
	    (i < words->count && !is_later(words, i, time_ms, entry)))
		return;
	if (i == words->count)
		words->count++;
	memcpy(words->vouchers[i], voucher, KEY_LEN);
	words->time_ms[i] = time_ms;
	memcpy(words->at[i].log_id, entry->log_id, LOG_ID_LEN);
	words->at[i].n = entry->n;
	words->last[i] = *member;
}

/* What is said of a key, by all whose word counts at a node. */
static void
gather(const struct box *box, struct store_txn *txn, const uint8_t key[KEY_LEN],
    struct words *words)
{
	struct header_member member;
	const struct view_log *view;
	struct store_entry entry;
	struct store_pos after;
	struct header header;
	bool begun = false;

	words->count = 0;
	while (
	    store_member_next(txn, begun ? &after : NULL, &entry) == ERR_NONE) {
		begun = true;
		memcpy(after.log_id, entry.log_id, LOG_ID_LEN);
		after.n = entry.n;
		view = view_find(box->node->view, entry.log_id);
		if (view == NULL || entry.n > view->counted ||
		    header_decode(entry.header.data, entry.header.len,
			&header) != ERR_NONE ||
		    header_member_decode(header.ext, &member) != ERR_NONE ||
		    memcmp(member.key, key, KEY_LEN) != 0)
			continue;
		add_word(words, view->key, header.time_ms, &entry, &member);
	}
}

/* The one withdrawal; NULL if there are more. */
static const struct header_member *
withdrawal(const struct words *words)
{
	const struct header_member *found = NULL;
	int i;

	for (i = 0; i < words->count; i++) {
		if (!words->last[i].withdrawn)
			continue;
		if (found != NULL)
			return NULL;
		found = &words->last[i];
	}
	return found;
}

/* How far a log counts by it. */
static uint64_t
cut_of(const struct header_member *out, const struct store_log *log)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < out->ncuts; i++)
		if (memcmp(out->cuts[i].log_id, log->log_id, LOG_ID_LEN) == 0 &&
		    out->cuts[i].n > most)
			most = out->cuts[i].n;
	if (log->frozen && log->last_common < most)
		most = log->last_common;
	return log->tip.n < most ? log->tip.n : most;
}

/* Do all logs of a key count just so far? */
static void
check_out(struct world *world, const struct box *box, struct store_txn *txn,
    const struct header_member *out)
{
	const struct view_log *view;
	struct store_log log;
	uint8_t after[LOG_ID_LEN];
	bool begun = false;
	uint64_t counted;

	while (store_log_next(txn, begun ? after : NULL, &log) == ERR_NONE) {
		begun = true;
		memcpy(after, log.log_id, LOG_ID_LEN);
		if (memcmp(log.key, out->key, KEY_LEN) != 0)
			continue;
		view = view_find(box->node->view, log.log_id);
		counted = view == NULL ? 0 : view->counted;
		if (counted != cut_of(out, &log))
			world_fail(world, "cuts",
			    "at node %d %llu entries of log %02x%02x count, "
			    "whose key was withdrawn with a cut at %llu",
			    box->number, (unsigned long long)counted,
			    log.log_id[0], log.log_id[1],
			    (unsigned long long)cut_of(out, &log));
	}
}

void
model_check_cuts(struct world *world, const struct box *box)
{
	const struct directory *directory = node_directory(box->node);
	const struct directory_member *member;
	const struct header_member *out;
	struct words words;
	struct store_txn *txn = NULL;
	size_t i;

	words.last = calloc(WORLD_BOXES, sizeof(*words.last));
	if (words.last == NULL ||
	    store_begin(box->node->store, false, &txn) != ERR_NONE)
		abort();
	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (member->in || member->withdrawn_by_us ||
		    member->withdrawn_ms == 0)
			continue;
		gather(box, txn, member->key, &words);
		if ((out = withdrawal(&words)) != NULL)
			check_out(world, box, txn, out);
	}
	store_abort(&txn);
	free(words.last);
}

/* ---- WITNESS entries ---- */

/* What a WITNESS entry says; 0 if this is none. */
static size_t
cuts_of(struct bytes raw, struct header_cut cuts[HEADER_WITNESS_MAX])
{
	struct header header;
	size_t count;

	if (raw.len == 0 ||
	    header_decode(raw.data, raw.len, &header) != ERR_NONE ||
	    header.kind != HEADER_WITNESS ||
	    header_witness_decode(header.ext, cuts, &count) != ERR_NONE)
		return 0;
	return count;
}

void
model_check_told(
    struct world *world, const struct box *box, const struct wire_note *note)
{
	struct header_cut cuts[HEADER_WITNESS_MAX];
	size_t count = cuts_of(note->header, cuts);
	struct store_txn *txn = NULL;
	struct store_entry entry;
	struct log_head head;
	struct store_log log;
	size_t i;

	/* Who was put back tells again what it saw before. */
	if (count == 0 || box->was_back || box->may_fork || box->forker ||
	    store_begin(box->node->store, false, &txn) != ERR_NONE)
		return;
	log_head_parse(note->head, &head);
	if (store_log(txn, head.log_id, &log) != ERR_NONE ||
	    memcmp(log.key, box->key.public_key, KEY_LEN) != 0)
		count = 0;
	for (i = 0; i < count; i++)
		if (store_entry(txn, cuts[i].log_id, cuts[i].n, &entry) !=
			ERR_NONE ||
		    memcmp(entry.c, cuts[i].c8, C8_LEN) != 0)
			world_fail(world, "witness",
			    "node %d says that it holds entry %llu of log "
			    "%02x%02x, and has it not",
			    box->number, (unsigned long long)cuts[i].n,
			    cuts[i].log_id[0], cuts[i].log_id[1]);
	store_abort(&txn);
}

/* Who says that it saw this?  One that nobody can have put back. */
static bool
is_reliable(struct world *world, const uint8_t key[KEY_LEN])
{
	const struct box *box;
	int i;

	for (i = 0; i < world->nboxes; i++) {
		box = &world->boxes[i];
		if (world_owns(box, key))
			return world_is_honest(box) && !box->twin;
	}
	return false;
}

/* May it be missing here?  Who saw it may not have heard of a cut before it. */
static bool
may_lack(const struct world *world, const struct box *box,
    const struct store_log *log, uint64_t n)
{
	return world->nback > 0 ||
	    n > directory_cut(node_directory(box->node), log->key, log->log_id);
}

/* May the log have told another story, which was rolled back wherever it was? */
static bool
may_fork(const struct world *world, const struct store_log *log)
{
	int i;

	for (i = 0; i < world->nboxes; i++)
		if (world_owns(&world->boxes[i], log->key))
			return world->boxes[i].may_fork;
	return false;
}

/* A position that somebody saw. */
static void
check_cut(struct world *world, const struct box *box, struct store_txn *txn,
    const struct header_cut *cut)
{
	struct store_entry entry;
	struct store_log log;

	if (store_log(txn, cut->log_id, &log) != ERR_NONE || log.frozen)
		return;
	if (store_entry(txn, cut->log_id, cut->n, &entry) == ERR_NONE ?
		memcmp(entry.c, cut->c8, C8_LEN) != 0 &&
		    !may_fork(world, &log) :
		!may_lack(world, box, &log, cut->n))
		world_fail(world, "witness",
		    "node %d holds no such entry %llu of log %02x%02x as a "
		    "witness saw",
		    box->number, (unsigned long long)cut->n, cut->log_id[0],
		    cut->log_id[1]);
}

void
model_check_witness(struct world *world, const struct box *box)
{
	struct header_cut cuts[HEADER_WITNESS_MAX];
	struct store_txn *txn = NULL;
	struct store_entry entry;
	struct store_log log;
	uint64_t arrival = 0;
	size_t count;
	size_t i;

	if (world->beacon_ms == 0 ||
	    store_begin(box->node->store, false, &txn) != ERR_NONE)
		return;
	while (store_arrival_next(txn, arrival, &entry) == ERR_NONE) {
		arrival = entry.arrival;
		count = cuts_of(entry.header, cuts);
		if (count == 0 ||
		    store_log(txn, entry.log_id, &log) != ERR_NONE ||
		    !is_reliable(world, log.key))
			continue;
		world->nwitness++;
		for (i = 0; i < count; i++)
			check_cut(world, box, txn, &cuts[i]);
	}
	store_abort(&txn);
}
