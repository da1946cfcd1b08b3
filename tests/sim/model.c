#include "tests/sim/model.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/store_txn.h"
#include "tests/sim/model_internal.h"
#include "tests/sim/rekey.h"

/* Who was put back may serve bodies after so long anyhow. */
#define HOLD_MS 600000

/* ---- while it runs ---- */

/* Is this HEAD's entry on the disk of who tells it? */
static bool
is_committed(const struct box *box, const uint8_t raw[HEAD_LEN])
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	struct store_log log;
	struct log_head head;
	bool good = false;

	log_head_parse(raw, &head);
	if (store_begin(box->node->store, false, &txn) != ERR_NONE)
		return true;
	if (store_log(txn, head.log_id, &log) == ERR_NONE)
		good = log.frozen ||
		    (store_entry(txn, head.log_id, head.n, &entry) ==
			    ERR_NONE &&
			memcmp(entry.c, head.c, HASH_LEN) == 0);
	store_abort(&txn);
	return good;
}

static void
check_head(struct world *world, const struct box *box, const uint8_t *raw)
{
	struct log_head head;

	if (is_committed(box, raw))
		return;
	log_head_parse(raw, &head);
	world_fail(world, "committed",
	    "node %d tells entry %llu of log %02x%02x, which is not on its "
	    "disk",
	    box->number, (unsigned long long)head.n, head.log_id[0],
	    head.log_id[1]);
}

/* Is this the body of something erased? */
static void
check_body(
    struct world *world, const struct box *box, const struct wire_body *body)
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	struct header header;
	int number = -1;

	if (body->state != WIRE_OK || body->data.len == 0 ||
	    store_begin(box->node->store, false, &txn) != ERR_NONE)
		return;
	if (store_entry(txn, body->ref.log_id, body->ref.n, &entry) ==
		ERR_NONE &&
	    header_decode(entry.header.data, entry.header.len, &header) ==
		ERR_NONE)
		number = world_pub_of(&header);
	store_abort(&txn);
	if (number < 0 || !world->pubs[number].erased || box->caught_up ||
	    !box->was_back || machine_now() - box->opened_at >= HOLD_MS ||
	    box->knew_erased.of[number] != HOLD_ERASED)
		return;
	world_fail(world, "forgotten",
	    "node %d was put back and serves the erased body %d", box->number,
	    number);
}

/* Nothing restricted goes to whoever subscribes. */
static void
check_feed(struct world *world, const struct box *box, struct bytes raw)
{
	struct header header;

	if (raw.len > 0 &&
	    header_decode(raw.data, raw.len, &header) == ERR_NONE &&
	    header.group != 0)
		world_fail(world, "sealed",
		    "node %d publishes a restricted entry to subscribers",
		    box->number);
}

void
model_sent(struct world *world, const struct net_frame *frame)
{
	const struct box *box = &world->boxes[frame->from];
	struct wire_msg msg = { 0 };
	size_t i;

	if (!box->is_up || box->node == NULL ||
	    wire_decode(frame->data, frame->len, &msg) != ERR_NONE)
		return;
	if (msg.type == WIRE_NOTE) {
		check_head(world, box, msg.u.note.head);
		model_check_told(world, box, &msg.u.note);
		if (frame->pub)
			check_feed(world, box, msg.u.note.header);
		if (msg.u.note.has_body)
			check_body(world, box, &msg.u.note.body);
	} else if (msg.type == WIRE_DATA) {
		if (msg.u.data.has_run)
			check_head(world, box, msg.u.data.run.head);
		for (i = 0; i < msg.u.data.nbodies; i++)
			check_body(world, box, &msg.u.data.bodies[i]);
	}
	wire_clear(&msg);
}

void
model_rolled_back(struct world *world)
{
	struct holding holding;
	struct holding any = { .of = { 0 } };
	int i;
	int j;

	for (i = 0; i < world->nboxes; i++) {
		if (!world_is_honest(&world->boxes[i]))
			continue;
		world_hold(world, &world->boxes[i], &holding);
		for (j = 0; j < world->npubs; j++) {
			any.erased[j] |= holding.erased[j];
			if (holding.of[j] > any.of[j])
				any.of[j] = holding.of[j];
		}
		for (j = 0; j < world->nboxes; j++)
			any.knows[j] |= holding.knows[j];
	}
	for (i = 0; i < world->nboxes; i++)
		rekey_note_unheard(&world->boxes[i], any.knows[i]);
	for (j = 0; j < world->npubs; j++) {
		if (world->pubs[j].erased && !any.erased[j]) {
			world->pubs[j].erased = false;
			machine_trace("  nobody knows that %d is erased", j);
		}
		if (any.of[j] < HOLD_BODY && !world->pubs[j].may_lose) {
			world->pubs[j].may_lose = true;
			machine_trace(
			    "  of what was published, %d is nowhere now", j);
		}
	}
}

/* ---- when all is mended ---- */

struct box *
model_next_member(struct world *world, int *i)
{
	struct box *box;

	while (*i < world->nboxes) {
		box = &world->boxes[(*i)++];
		if (world_is_honest(box) && box->is_up)
			return box;
	}
	return NULL;
}

/* Does a member hold this body? */
static bool
somebody_holds(struct world *world, const struct store_pos *pos)
{
	enum store_body_state state = STORE_BODY_NONE;
	struct store_txn *txn = NULL;
	const struct box *box;
	bool holds = false;
	int i = 0;

	while (!holds && (box = model_next_member(world, &i)) != NULL) {
		if (store_begin(box->node->store, false, &txn) != ERR_NONE)
			continue;
		holds = store_body_state(txn, pos->log_id, pos->n, &state) ==
			ERR_NONE &&
		    state == STORE_BODY_HERE;
		store_abort(&txn);
	}
	return holds;
}

/* May some have erased this body, and others not? */
static bool
is_half_erased(const struct world *world, struct store_txn *txn,
    const uint8_t *log_id, uint64_t n)
{
	struct store_entry entry;
	struct header header;
	int number = -1;

	if (store_entry(txn, log_id, n, &entry) == ERR_NONE &&
	    header_decode(entry.header.data, entry.header.len, &header) ==
		ERR_NONE)
		number = world_pub_of(&header);
	return number >= 0 && world->pubs[number].erased_by_some;
}

/*
 * Is a body absent that another has?  Some are nowhere: their writer was put
 * back, or removed, before they had reached anybody.  And who came late asks in
 * vain for one that all its peers erased before a cut took that back.
 */
static bool
lacks_bodies(struct world *world, struct box *box, struct store_txn *txn)
{
	const struct view_log *log;
	struct store_pos pos;
	bool begun = false;
	size_t len;

	while (store_absent_next(txn, begun ? &pos : NULL, &pos, &len) ==
	    ERR_NONE) {
		begun = true;
		log = view_find(box->node->view, pos.log_id);
		if (log != NULL && pos.n <= log->counted &&
		    !is_half_erased(world, txn, pos.log_id, pos.n) &&
		    somebody_holds(world, &pos))
			return true;
	}
	return false;
}

bool
model_same(struct world *world)
{
	struct store_txn *txn = NULL;
	uint8_t first[HASH_LEN];
	uint8_t next[HASH_LEN];
	struct box *box;
	bool begun = false;
	bool same = true;
	int i = 0;

	while (same && (box = model_next_member(world, &i)) != NULL) {
		view_digest(box->node->view, next);
		if (begun && memcmp(first, next, HASH_LEN) != 0)
			return false;
		begun = true;
		memcpy(first, next, HASH_LEN);
		if (store_begin(box->node->store, false, &txn) != ERR_NONE)
			return false;
		same = outbox_waiting(txn) == 0 &&
		    !lacks_bodies(world, box, txn);
		store_abort(&txn);
	}
	return same;
}

/* The state of a member in one hash, and what it is made of for the trace. */
struct summary {
	struct crypto_hash_state hash;
	bool tell;
};

static void
add(struct summary *summary, const void *data, size_t len)
{
	crypto_hash_add(&summary->hash, data, len);
}

/* How many branches of a log are held. */
static size_t
branches_of(struct store_txn *txn, const struct store_log *log)
{
	const uint8_t *after = NULL;
	struct log_tip tip;
	size_t count = 1;

	while (count <= STORE_BRANCHES_MAX &&
	    store_branch_next(txn, log->log_id, after, &tip) == ERR_NONE) {
		after = tip.c;
		count++;
	}
	return count;
}

/* Entries fold to their chain values, without holes. */
static void
check_chain(struct world *world, const struct box *box, struct store_txn *txn,
    const struct store_log *log)
{
	struct store_entry entry;
	struct log_tip tip;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;

	log_begin(log->key, log->inc, log_id, &tip);
	for (n = 1; n <= log->tip.n; n++)
		if (store_entry(txn, log->log_id, n, &entry) != ERR_NONE ||
		    log_step(&tip, entry.header.data, entry.header.len) !=
			ERR_NONE ||
		    memcmp(tip.c, entry.c, HASH_LEN) != 0) {
			world_fail(world, "chain",
			    "node %d holds an entry %llu of log %02x%02x that "
			    "does not fit",
			    box->number, (unsigned long long)n, log->log_id[0],
			    log->log_id[1]);
			return;
		}
	if (memcmp(log_id, log->log_id, LOG_ID_LEN) != 0 ||
	    memcmp(tip.c, log->tip.c, HASH_LEN) != 0)
		world_fail(
		    world, "chain", "node %d: a tip does not fit", box->number);
}

/* Whose log is this?  NULL: of nobody in this world. */
static struct box *
owner_of(struct world *world, const struct store_log *log)
{
	int i;

	for (i = 0; i < world->nboxes; i++)
		if (world_owns(&world->boxes[i], log->key))
			return &world->boxes[i];
	return NULL;
}

/* A forked log: by whom, and is the proof here? */
static void
check_forked(struct world *world, const struct box *box, struct store_txn *txn,
    const struct store_log *log, size_t branches)
{
	const struct box *owner = owner_of(world, log);

	if (owner == NULL || (!owner->may_fork && !owner->forker))
		world_fail(world, "fork",
		    "log %02x%02x of honest node %d is forked after %llu, "
		    "says node %d",
		    log->log_id[0], log->log_id[1],
		    owner == NULL ? -1 : owner->number,
		    (unsigned long long)log->last_common, box->number);
	else if (branches < 2 && node_fork_since(txn, log->log_id) == 0)
		world_fail(world, "proof",
		    "node %d has frozen log %02x%02x and holds no proof",
		    box->number, log->log_id[0], log->log_id[1]);
}

/* Add what a member holds of one log. */
static void
add_log(struct world *world, const struct box *box, struct store_txn *txn,
    const struct store_log *log, struct summary *summary)
{
	const struct view_log *view = view_find(box->node->view, log->log_id);
	enum store_body_state state;
	size_t count = 1;
	uint64_t n;

	check_chain(world, box, txn, log);
	if (view == NULL || view->counted == 0)
		return;
	add(summary, log->log_id, LOG_ID_LEN);
	add(summary, &view->counted, sizeof(view->counted));
	add(summary, view->counted_c8, C8_LEN);
	add(summary, &log->frozen, sizeof(log->frozen));
	if (log->frozen) {
		add(summary, &log->last_common, sizeof(log->last_common));
		count = branches_of(txn, log);
		check_forked(world, box, txn, log, count);
	}
	if (summary->tell)
		machine_trace("node %d: log %02x%02x of node %d, %llu of %llu "
			      "count%s, %zu branches",
		    box->number, log->log_id[0], log->log_id[1],
		    owner_of(world, log) == NULL ? -1 :
						   owner_of(world, log)->number,
		    (unsigned long long)view->counted,
		    (unsigned long long)log->tip.n,
		    log->frozen ? ", frozen" : "", count);
	for (n = 1; n <= view->counted; n++) {
		if (store_body_state(txn, log->log_id, n, &state) != ERR_NONE)
			state = STORE_BODY_NONE;
		if (!is_half_erased(world, txn, log->log_id, n))
			add(summary, &state, sizeof(state));
		if (summary->tell && state > STORE_BODY_HERE)
			machine_trace("    body %llu is %s",
			    (unsigned long long)n,
			    state == STORE_BODY_ERASED ? "erased" : "absent");
	}
}

static void
add_directory(const struct box *box, struct summary *summary)
{
	const struct directory *directory = node_directory(box->node);
	const struct directory_member *member;
	size_t i;

	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (!member->in)
			continue;
		add(summary, member->key, KEY_LEN);
		add(summary, member->org, strlen(member->org));
		if (summary->tell)
			machine_trace("node %d: member %s (%02x%02x)",
			    box->number, member->org, member->key[0],
			    member->key[1]);
	}
}

static void
summarise(struct world *world, const struct box *box, bool tell,
    uint8_t ret_hash[HASH_LEN])
{
	struct summary summary = { .tell = tell };
	struct store_txn *txn = NULL;
	struct store_log log;
	uint8_t after[LOG_ID_LEN];
	bool begun = false;

	crypto_hash_begin(&summary.hash);
	if (store_begin(box->node->store, false, &txn) != ERR_NONE)
		abort();
	while (store_log_next(txn, begun ? after : NULL, &log) == ERR_NONE) {
		begun = true;
		memcpy(after, log.log_id, LOG_ID_LEN);
		add_log(world, box, txn, &log, &summary);
	}
	if (outbox_waiting(txn) > 0)
		world_fail(world, "signs", "node %d leaves %llu unsigned",
		    box->number, (unsigned long long)outbox_waiting(txn));
	store_abort(&txn);
	add_directory(box, &summary);
	crypto_hash_end(&summary.hash, ret_hash);
}

static void
check_equal(struct world *world)
{
	uint8_t first[HASH_LEN];
	uint8_t next[HASH_LEN];
	struct box *box;
	bool begun = false;
	int i = 0;

	while ((box = model_next_member(world, &i)) != NULL) {
		summarise(world, box, false, next);
		if (begun && memcmp(first, next, HASH_LEN) != 0) {
			world_fail(world, "equal",
			    "node %d does not hold what the first one holds",
			    box->number);
			break;
		}
		begun = true;
		memcpy(first, next, HASH_LEN);
	}
}

/* Tell what each member holds. */
static void
tell_all(struct world *world)
{
	uint8_t hash[HASH_LEN];
	const struct box *box;
	int i = 0;

	while ((box = model_next_member(world, &i)) != NULL)
		summarise(world, box, true, hash);
}

/* What was sealed of an erased body must have no key any more. */
static void
check_erased(struct world *world, const struct box *box, struct store_txn *txn,
    const struct store_entry *entry)
{
	uint8_t raw[STORE_KEY_LEN];
	uint8_t key[KEY_LEN];
	struct bytes val;

	if (db_get(txn->db, STORE_BODIES,
		store_key(raw, entry->log_id, 0, entry->n), &val) == ERR_NONE &&
	    val.len >= STORE_SLOT_PRE &&
	    store_slot_key(txn, bytes_get_le64(val.data), key) == ERR_NONE)
		world_fail(world, "erased",
		    "node %d has a body, and its key, of entry %llu, which is "
		    "erased",
		    box->number, (unsigned long long)entry->n);
}

/* Is a restricted body sealed to this node? */
static bool
is_reader(
    const struct world *world, const struct pub *pub, const struct box *box)
{
	int i;

	for (i = 0; i < world->nboxes; i++)
		if ((pub->readers >> i & 1) != 0 &&
		    world_owns(&world->boxes[i], box->key.public_key))
			return true;
	return false;
}

/* Can be read what was sealed, by those alone to whom it was? */
static void
check_sealed(struct world *world, const struct box *box, int number,
    const struct store_body *body, const uint8_t *want)
{
	const struct pub *pub = &world->pubs[number];
	bool reads = is_reader(world, pub, box);
	uint8_t *plain = NULL;
	size_t len = 0;
	enum err err = sealed_open(
	    &box->node->ring, body->data, body->len, &plain, &len);

	if (!reads && err != ERR_DENIED)
		world_fail(world, "sealed",
		    "node %d reads %d, which was sealed to others (%s)",
		    box->number, number, err_str(err));
	if (reads && !box->lost_once &&
	    (err != ERR_NONE || len != pub->len ||
		memcmp(plain, want, len) != 0))
		world_fail(world, "sealed",
		    "node %d cannot read %d, which was sealed to it (%s)",
		    box->number, number, err_str(err));
	free(plain);
}

/* Is it here, as it was published? */
static void
check_body_bytes(struct world *world, struct box *box)
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	struct store_body body;
	struct header header;
	uint64_t arrival = 0;
	uint8_t *want = malloc(BODY_MAX);
	int number;
	enum err err;

	if (want == NULL ||
	    store_begin(box->node->store, false, &txn) != ERR_NONE)
		abort();
	while (store_arrival_next(txn, arrival, &entry) == ERR_NONE) {
		arrival = entry.arrival;
		if (header_decode(entry.header.data, entry.header.len,
			&header) != ERR_NONE ||
		    (number = world_pub_of(&header)) < 0)
			continue;
		err = store_body(txn, entry.log_id, entry.n, &body);
		if (err == ERR_DAMAGED)
			world_fail(world, "damage",
			    "node %d: body %d cannot be opened", box->number,
			    number);
		if (err == ERR_ERASED)
			check_erased(world, box, txn, &entry);
		if (err != ERR_NONE)
			continue;
		world_pub_body(&world->pubs[number], number, want);
		if (world->pubs[number].readers != 0)
			check_sealed(world, box, number, &body, want);
		else if (body.len != world->pubs[number].len ||
		    memcmp(body.data, want, body.len) != 0)
			world_fail(world, "damage",
			    "node %d: body %d is another", box->number, number);
		store_body_clear(&body);
	}
	store_abort(&txn);
	free(want);
}

/* Must everybody have it where it counts? */
static bool
is_owed(const struct world *world, const struct pub *pub)
{
	return pub->acked && !pub->erasing && !pub->may_lose && !pub->hidden &&
	    (world_is_honest(&world->boxes[pub->box]) || pub->stays);
}

/*
 * Is it here, but beyond a fork that nobody can heal: its writer was rolled back
 * with its memory and removed before it heard of that?
 */
static bool
is_beyond_healing(
    const struct world *world, const struct pub *pub, enum hold hold)
{
	const struct box *writer = &world->boxes[pub->box];

	return writer->out && writer->may_fork && hold == HOLD_BODY;
}

static void
check_pubs(struct world *world, struct box *box)
{
	const struct pub *pub;
	struct holding holding;
	int i;

	world_hold(world, box, &holding);
	for (i = 0; i < world->npubs; i++) {
		pub = &world->pubs[i];
		if (pub->erased && holding.of[i] > HOLD_ERASED)
			world_fail(world, "erased",
			    "node %d holds body %d, which was erased",
			    box->number, i);
		if (pub->hidden && holding.of[i] == HOLD_FULLY)
			world_fail(world, "hidden",
			    "node %d shows %d, whose writer had been removed",
			    box->number, i);
		if (is_owed(world, pub) && holding.of[i] != HOLD_FULLY &&
		    !is_beyond_healing(world, pub, holding.of[i]))
			world_fail(world, "lost",
			    "node %d has not got %d, which node %d had "
			    "acknowledged (%d)",
			    box->number, i, pub->box, holding.of[i]);
	}
}

void
model_check(struct world *world)
{
	struct box *box;
	int i = 0;

	check_equal(world);
	while ((box = model_next_member(world, &i)) != NULL &&
	    world->failure[0] == '\0') {
		model_check_keys(world, box);
		model_check_cuts(world, box);
		model_check_witness(world, box);
		check_pubs(world, box);
		check_body_bytes(world, box);
	}
	if (machine_damage() > 0)
		world_fail(world, "damage", "a node found a body damaged");
	if (world->failure[0] != '\0')
		tell_all(world);
}
