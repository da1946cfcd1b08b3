/*
 * Branches that FORK entries name and that are not here: peers are asked for them.
 *
 * Any member can write such entries by the thousand, and they are kept for ever.
 * So they are looked through a few at a time, for all peers at once, and no
 * signature is verified of what is held anyhow.
 */

#include <string.h>

#include "proto/bytes.h"
#include "daemon/node_fork_internal.h"
#include "daemon/node_internal.h"

/*
 * A peer may tell of a fork before it has the branches itself: it is asked for
 * them again after HAVE_MS, then ever more rarely, at least this often.
 */
#define ASK_MAX_MS 3600000

/* One turn looks at so many FORK entries, and verifies so many HEADs. */
#define TURN_ENTRIES 256
#define TURN_HEADS   16

/*
 * What a turn found is asked for before the next one looks for more, but so long
 * at most: a peer may answer slowly, or never.
 */
#define TURN_MS 5000

/* What one turn found. */
struct turn {
	struct node *node;
	struct store_txn *txn;
	size_t entries;
	size_t heads;
	struct wire_pos found[TURN_HEADS];
	size_t nfound;
};

/* Is the entry of this note beyond a cut?  Others never get it then. */
static bool
is_hidden(const struct node *node, const struct told *told)
{
	char hex[2 * LOG_ID_LEN + 1] = "";
	uint8_t log_id[LOG_ID_LEN];
	const struct view_log *log;

	memcpy(hex, told->name + FORK_LOG_SIZE, sizeof(hex) - 1);
	if (bytes_unhex(hex, log_id, sizeof(log_id)) != ERR_NONE)
		return false;
	log = view_find(node->view, log_id);
	return log != NULL && told->n > log->cut;
}

/* Are as many branches of the log here as are kept? */
static bool
is_full(struct store_txn *txn, const struct view_log *log)
{
	struct node_branches branches;

	node_branches(txn, log->log_id, &log->tip, &branches);
	return branches.count > STORE_BRANCHES_MAX;
}

/* Is the branch of this HEAD one to be asked for? */
static void
look_at(
    struct turn *turn, const struct view_log *log, const uint8_t raw[HEAD_LEN])
{
	struct wire_pos *pos = &turn->found[turn->nfound];
	uint8_t branch[LINK_BRANCH_LEN];
	struct log_head head;

	log_head_parse(raw, &head);
	if (memcmp(head.log_id, log->log_id, LOG_ID_LEN) != 0 || head.n == 0)
		return;
	bytes_put_le64(branch, head.n);
	memcpy(branch + 8, head.c, C8_LEN);
	if (store_branch_has(turn->txn, log->log_id, branch, head.n, head.c) ==
		ERR_NONE ||
	    is_full(turn->txn, log))
		return;
	turn->heads++;
	if (log_head_verify(log->key, raw) != ERR_NONE)
		return;
	memset(pos, 0, sizeof(*pos));
	memcpy(pos->log_id, log->log_id, LOG_ID_LEN);
	memcpy(pos->c8, head.c, C8_LEN);
	pos->n = head.n;
	turn->nfound++;
}

/* Look at the next entries; false at the end of all. */
static bool
look_on(struct turn *turn)
{
	struct fork_walk *walk = &turn->node->fork_walk;
	const struct view_log *log;
	struct told told = { .prefix = "" };
	bool more = true;

	memcpy(told.name, walk->name, sizeof(told.name));
	while (turn->entries < TURN_ENTRIES && turn->heads + 2 <= TURN_HEADS &&
	    (more = node_fork_told(turn->txn, FORK_PREFIX, &told))) {
		turn->entries++;
		log = view_find(turn->node->view, told.fork.log_id);
		if (log == NULL || log->tip.n == 0 ||
		    is_hidden(turn->node, &told))
			continue;
		look_at(turn, log, told.fork.head_a);
		look_at(turn, log, told.fork.head_b);
	}
	memcpy(walk->name, told.name, sizeof(walk->name));
	return more;
}

/* Ask one peer for what the turn found. */
static void
ask_link(struct link *link, void *arg)
{
	const struct turn *turn = arg;
	size_t i;

	if (link_state(link) < LINK_SYNC)
		return;
	for (i = 0; i < turn->nfound; i++)
		link_forked(link, &turn->found[i]);
}

/* Remember a branch that is not here, in place of the one found first. */
static void
keep(struct fork_walk *walk, const struct wire_pos *pos)
{
	if (walk->nfound == NODE_FORKS_FOUND)
		memmove(walk->found, walk->found + 1,
		    --walk->nfound * sizeof(*walk->found));
	walk->found[walk->nfound++] = *pos;
}

static void
take_turn(struct node *node, int64_t now)
{
	struct fork_walk *walk = &node->fork_walk;
	struct turn turn = { .node = node };
	bool more;
	size_t i;

	walk->turn = now;
	if (store_begin(node->store, false, &turn.txn) != ERR_NONE)
		return;
	more = look_on(&turn);
	store_abort(&turn.txn);
	for (i = 0; i < turn.nfound; i++)
		keep(walk, &turn.found[i]);
	if (turn.nfound > 0)
		node_each_link(node, ask_link, &turn);
	if (more)
		return;
	walk->under_way = walk->again;
	walk->again = false;
	walk->name[0] = '\0';
}

/* Begin to look through them all, or do so again when that is done. */
static void
begin(struct node *node, int64_t now)
{
	struct fork_walk *walk = &node->fork_walk;

	if (walk->under_way) {
		walk->again = true;
		return;
	}
	walk->under_way = true;
	walk->begun = now;
	walk->nfound = 0;
	take_turn(node, now);
}

static void
add_left(struct link *link, void *arg)
{
	*(size_t *)arg += link_forks_left(link);
}

/* Is a peer still being asked for what the last turn found? */
static bool
is_asking(struct node *node, int64_t now)
{
	size_t left = 0;

	if (now - node->fork_walk.turn >= TURN_MS)
		return false;
	node_each_link(node, add_left, &left);
	return left > 0;
}

void
node_fork_walk(struct node *node, int64_t now)
{
	if (now < node->forks_at) {
		if (node->fork_walk.under_way && !is_asking(node, now))
			take_turn(node, now);
		return;
	}
	begin(node, now);
	node->forks_wait *= 2;
	if (node->forks_wait < HAVE_MS)
		node->forks_wait = HAVE_MS;
	if (node->forks_wait > ASK_MAX_MS)
		node->forks_wait = ASK_MAX_MS;
	node->forks_at = now + node->forks_wait;
}

/* Ask one peer, which has just come, for what was found. */
static void
ask_found(const struct fork_walk *walk, struct link *link)
{
	size_t i;

	for (i = 0; i < walk->nfound; i++)
		link_forked(link, &walk->found[i]);
}

void
node_fork_ask(struct node *node, struct link *link)
{
	int64_t now = node_now();

	if (link != NULL && node->fork_walk.begun != 0) {
		ask_found(&node->fork_walk, link);
		return;
	}
	node->forks_wait = HAVE_MS;
	node->forks_at = now + node->forks_wait;
	node_fork_found(node);
	begin(node, now);

	/* Who has just said HELLO is in no session yet, and was passed over. */
	if (link != NULL)
		ask_found(&node->fork_walk, link);
}
