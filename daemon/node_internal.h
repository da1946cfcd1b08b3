#ifndef ERFAD_NODE_INTERNAL_H
#define ERFAD_NODE_INTERNAL_H

/*
 * node_internal - what the files of node share.
 *
 *   node.c          open, loop, close
 *   node_host.c     what links ask for: reading the store, handing to writer
 *   node_branch.c   branches of forked logs, for links
 *   node_commit.c   after a commit: view, NOTEs, index, those who wait
 *   node_directory.c  the directory (node_members_internal.h)
 *   node_members.c  the keys that may connect
 *   node_stranger.c unknown keys that knock
 *   node_admit.c    newcomers are admitted
 *   node_peers.c    hub sessions and upstreams come and go
 *   node_join.c     this node joins another
 *   node_publish*.c requests of people become entries (node_publish_internal.h)
 *   node_group*.c   restricted groups are changed (node_group_internal.h)
 *   node_ring.c     the keys that this node reads with
 *   node_invite.c   invitations (node_invite_internal.h)
 *   node_accept.c   strangers let in, keys vouched for
 *   node_remove.c   members removed
 *   node_rotate.c   the key of this node, and a new one in its place
 *   node_write.c    MEMBER entries and notes that the node writes itself
 *   node_erase.c    erasures, by this node and others
 *   node_draft_erased.c  drafts of what was erased
 *   node_follow.c   questions that stand, of each user of the machine
 *   node_control.c  the control socket: who is answered, and who waits
 *   node_ask.c      what each request needs, and who takes it up
 *   node_status.c   what `erfa status` shows (node_status_internal.h)
 *   node_sync.c     what `erfa sync` shows
 *   node_peer_list.c what `erfa peers` shows
 *   node_alarm*.c   what is wrong with others (node_alarm_internal.h)
 *   node_fork.c     proofs that a log is forked
 *   node_witness.c  how far others have seen a log
 *   node_bundle*.c  bundles are taken in (node_bundle_internal.h)
 *   node_backup*.c  backups are made (node_backup_internal.h)
 *   node_restored.c a store that came out of one
 *   node_hold.c     no body is served until it is known what was erased
 *   node_closed.c   why the store cannot be opened
 *   node_copied.c   a store that was copied is looked through first
 *   node_migrate.c  a store of an earlier format is brought to ours
 *   node_service.c  watchdog, settings shown and read again
 */

#include <czmq.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/crypto.h"
#include "proto/directory.h"
#include "proto/limits.h"
#include "proto/sealed.h"
#include "daemon/config.h"
#include "daemon/event.h"
#include "daemon/fence.h"
#include "daemon/guard.h"
#include "daemon/hub.h"
#include "daemon/index.h"
#include "daemon/indexer.h"
#include "daemon/lexicon.h"
#include "daemon/link.h"
#include "daemon/logger.h"
#include "daemon/outbox.h"
#include "daemon/pool.h"
#include "daemon/posset.h"
#include "daemon/query.h"
#include "daemon/quota.h"
#include "daemon/sock.h"
#include "daemon/store.h"
#include "daemon/upstream.h"
#include "daemon/view.h"
#include "daemon/writer.h"
#include "daemon/zap.h"

/* Clocks that differ by more are told, ms. */
#define NODE_SKEW_MS 900000

/* A directory that several threads read; the last one to let go frees it. */
struct snapshot {
	struct directory *directory;
	atomic_int holders;
};

/* A node that we dial. */
struct dialled {
	struct upstream *upstream;
	struct link *link;
	char org[ORG_MAX + 1];
	char name[121];
	int64_t lost_at;        /* monotonic ms; 0 = it is up or never was */
	uint8_t noted[KEY_LEN]; /* the key of its note; it may have an heir */
};

/* How far this node is with a new key. */
enum rotate_phase {
	ROTATE_SETTLED,
	ROTATE_SPREADING, /* the entry is written, peers are to learn it */
	ROTATE_CLOSING, /* the new key is in force, the old one is withdrawn */
	ROTATE_LOST,    /* the new key is gone: that entry is taken back */
};

struct rotate {
	enum rotate_phase phase;
	bool busy;     /* an entry is on its way to the disk */
	int64_t since; /* spreading: signed then, monotonic ms; 0 = it is not */
	uint8_t old_key[KEY_LEN];
	uint8_t new_key[KEY_LEN];
};

/* A client whose answer waits for something. */
struct waiter {
	struct waiter *next;
	struct node *node; /* where it is counted */
	size_t bytes;      /* of its request, as it came */
	uint64_t seen;     /* how far the index was when it was last answered */
	uint8_t route[256];
	size_t route_len;
	Erfa__Request *request; /* NULL: could not be decoded */
	uint32_t req;           /* its number, if request is NULL */
	uid_t uid;              /* of the caller */
	int64_t deadline;       /* monotonic ms; 0 = not set yet */
	uint64_t attempt;       /* of the index that it waits for; 0 = none */
};

/* A connection was shut down to save the memory: the last time. */
struct memory_cut {
	uint64_t count;
	uint64_t at_ms; /* since 1970 */
	uint64_t bytes;
	char address[64];
	bool has_key;
	uint8_t key[KEY_LEN];
};

/* What is under way, each known to the file that does it. */
struct admission;
struct alarm;
struct backup;
struct bundle_part;
struct docket_more;
struct import;
struct join;
struct migrate_options;
struct own_job;
struct publication;

/* No body is served until the node is in step with who knew it before. */
struct node_hold {
	int64_t until; /* monotonic ms; 0 = they are served */
	uint8_t *keys; /* of those who have our older logs from us ... */
	size_t nkeys;  /* ... KEY_LEN bytes each */
};

/* Where a search for absent bodies stands. */
struct absent_place {
	struct store_pos after;
	bool begun; /* false: from the start */
};

/* As many branches are remembered for peers that come later. */
#define NODE_FORKS_FOUND 16

/* The way through all FORK entries, to find branches that are not here. */
struct fork_walk {
	bool under_way;
	bool again;     /* there are new ones: once more from the start */
	char name[201]; /* of the note read last; empty: of none */
	int64_t begun;  /* the last one */
	int64_t turn;   /* its last turn */
	size_t nfound;
	struct wire_pos found[NODE_FORKS_FOUND]; /* the last of all */
};

struct node {
	const struct config *_Atomic config; /* a reload puts in another */
	struct config **configs;             /* owned: those of reloads */
	size_t nconfigs;
	struct crypto_key key;
	int64_t started; /* monotonic ms */
	bool test;       /* the state directory is marked as a test */
	bool restart;    /* when it has stopped: another key is in force */
	struct rotate rotate;

	/* Storage. */
	struct store *store;
	struct outbox *outbox;
	struct writer *writer;
	struct index *index;
	struct lexicon *lexicon; /* NULL if it cannot be read */
	struct indexer *indexer;
	struct query *query;
	struct pool *pool;

	/* Sockets. */
	zloop_t *loop;
	bool stopping; /* a signal asked for it */
	bool broken;   /* the store cannot be written any more */
	struct zap *zap;
	struct hub *hub;
	struct sock *pub;
	char pub_where[SOCK_ENDPOINT_SIZE]; /* bound there first */
	struct sock *control;
	bool control_shut; /* not read: too much waits already */
	struct guard *guard;
	struct memory_cut memory_cut;
	struct quota *quota;
	struct alarm *alarms; /* ALARMS_MAX, the first nalarms in use */
	size_t nalarms;
	int64_t alarms_at; /* peers are looked at then */

	/* WITNESS entries. */
	int64_t witness_at;  /* what has changed is looked for then */
	int64_t witness_due; /* and told, however little it is */
	bool has_older_by;   /* somebody saw more of an older log of ours */
	uint8_t older_by[KEY_LEN];
	int turn_fd; /* readable while peers wait to be served */
	bool turn_set;
	size_t turn_next; /* the link whose turn it is */

	/* The loop's view. */
	struct view *view;
	struct link_timers timers;
	pthread_mutex_t snapshot_mutex;
	struct snapshot *snapshot;
	struct link **hub_links;
	size_t nhub_links;
	struct dialled *dialled; /* stable while upstreams live */
	size_t ndialled;
	int serving; /* GETs under way, all links */

	/* Fetching bodies. */
	struct posset *fetching;
	struct absent_place absent;      /* where the search goes on ... */
	struct absent_place absent_late; /* ... and that of who comes last */
	bool absent_idle;     /* nothing to be had until something changes */
	uint64_t bodies_mark; /* changes with what is wanted or free */
	int64_t full_until;   /* a write failed: no fetching until then */
	enum err full_err;    /* why: ERR_FULL, ERR_NOMEM or ERR_IO */

	/* A catch-up that is told in the log when it has ended. */
	int64_t behind_since; /* bodies are absent since then; 0 = none are */
	uint64_t behind_entries; /* held before it began */
	uint64_t entries_before;

	/* Serving bodies: not before an exchange, if the fence was lost. */
	struct node_hold hold;
	bool restored; /* from a backup, and not in step since */

	/* Signing pauses while all links are down together. */
	int64_t pause_until; /* 0 = it goes on */
	int64_t pause_since;
	int64_t clock_offset; /* realtime minus boottime at the last tick */
	size_t
	    sessions_most[2];   /* of the hub: this while, and the one before */
	int64_t sessions_since; /* when this while began */

	/* What the commits of this turn changed. */
	uint8_t (*touched)[LOG_ID_LEN];
	size_t ntouched;
	size_t touched_room;
	uint64_t commits_seen;    /* of the writer, so that none is missed */
	bool members_touched;     /* MEMBER entries, or how far they count */
	uint64_t members_changes; /* of MEMBER entries, so far */
	uint64_t members_counted; /* of them the directory knows so many */
	bool members_busy;        /* the directory is being computed */
	int64_t members_due;      /* it is computed then; 0 = it is not due */
	int64_t rules_due;        /* and so the ZAP table */
	bool forks_touched;
	struct fork_walk fork_walk;
	int64_t forks_at;   /* branches that are not here are asked for again */
	int64_t forks_wait; /* and so long after that */
	int64_t forks_due;  /* those that nobody has named are named then, */
	int64_t forks_cut;  /* or then, if what a cut hides did; 0 = never */
	bool branches_wait; /* a body of one waits for another to be fetched */
	bool erases_touched; /* ERASE entries of others came */
	int64_t claims_due;  /* what they name is erased then; 0 = it is */
	bool claims_busy;    /* the writer has been told to look at all */
	bool claims_again;   /* and is to look again when it has */

	/* Clients. */
	size_t clients;      /* requests that are not answered yet */
	size_t client_bytes; /* and their size */
	struct waiter *waiters;
	size_t nwaiters;
	size_t waiter_bytes; /* of their requests, part of client_bytes */
	struct publication *publications; /* wait for another, or the index */
	struct publication *naming; /* names records, and is being written */
	uint64_t own_arrival; /* what was published here is in the index then */
	struct sealed_ring ring; /* what opens restricted bodies */
	bool group_busy;         /* a change of a group is under way */
	int index_fd;            /* written by the indexer's thread, */
	enum err index_err;      /* as is what it said last */
	struct join *join;
	struct admission *admissions; /* newcomers whose commit is under way */
	struct own_job *own_jobs;     /* written, not yet in the directory */
	struct import *imports;       /* bundles, the first being taken in */
	struct import *imported;      /* written, not yet in the directory */
	struct bundle_part *bundle_part; /* a body that comes in parts */
	struct backup *backup;           /* the one that is being made */
	struct backup *given;            /* given out, not on the list yet */
	uint64_t caller_serial;
	int64_t beacon_at;
	int64_t fence_at; /* one that was not written is tried again then */
	int64_t readers_at;
	int64_t status_at;
	int64_t
	    alive_at; /* the service manager is told so next; 0 = never yet */
	uint32_t alive_ms; /* how often; 0 = it does not ask */
	bool alive_busy;   /* the writer has not come back yet */
	int64_t seen_at;   /* how far peers are is looked at then */
	char status[120];  /* as the service manager knows it */
	uint64_t refused;  /* frames that got no session */
};

/* ---- node.c ---- */

/**
 * node_now(), node_clock():
 * Milliseconds of the monotonic clock, which timers use; and since 1970, which
 * only headers, notes and people see.
 */
int64_t node_now(void);
uint64_t node_clock(void);

/**
 * node_watch(node, handle, fd, handler, arg), node_unwatch(node, handle):
 * Have the loop call ${handler} with ${arg} whenever the ZeroMQ socket
 * ${handle}, or if that is NULL the descriptor ${fd}, has something to read.
 * Return ERR_IO if the loop takes no more.  Stop watching a socket.
 */
enum err node_watch(struct node *node, void *handle, int fd, zloop_fn *handler,
    void *arg) MUST_CHECK;
void node_unwatch(struct node *node, void *handle);

/**
 * node_timers_set(node):
 * Take the timers from the settings.
 */
void node_timers_set(struct node *node);

/**
 * node_wake_turn(node):
 * A peer waits to be served: the loop takes its turn.
 */
void node_wake_turn(struct node *node);

/* ---- node_host.c ---- */

extern const struct link_host node_link_host;

/**
 * node_reads_only(node, link):
 * Is the peer a reader?  It is no peer to be in step with.
 */
bool node_reads_only(struct node *node, const struct link *link);

/**
 * node_link_find(node, link):
 * The link that ${link} still points to, or NULL if it has ended since.
 */
struct link *node_link_find(struct node *node, const void *link);

/**
 * node_import_run(node, import, log, run, last_common), node_import_body(node,
 * import, ref, salt, data, len):
 * Hand to the writer what a bundle brought: a run that was verified and goes on
 * where ${log} ends, or parts from it after *${last_common}, if that is not NULL;
 * or a body.  ${import} is told before (node_import_writes()) and of the end.
 */
void node_import_run(struct node *node, struct import *import,
    struct view_log *log, const struct log_run *run,
    const uint64_t *last_common);
void node_import_body(struct node *node, struct import *import,
    const struct wire_ref *ref, const uint8_t salt[SALT_LEN],
    const uint8_t *data, size_t len);

/**
 * node_bodies_changed(node):
 * Other bodies than before may be wanted, or free to be asked for.
 */
void node_bodies_changed(struct node *node);

/* ---- node_fork.c ---- */

/**
 * node_fork_write(txn, outbox, branch, last_common):
 * Publish, with ${txn}, that the log of ${branch} has this branch beside the one
 * held, unless a FORK entry that is here proves it already; and name each branch
 * held that no FORK entry names, in one entry each; but not yet, if it may be the
 * beginning of one that is named (node_fork_name()).  At most
 * NODE_FORK_ENTRIES_MAX entries about one log, ever: an equivocator with any
 * number of branches makes a node keep STORE_BRANCHES_MAX of them beside its own
 * and write 16 entries of about 330 bytes, and its whole circle 16 times as many
 * as it has nodes, if none of them hears of another first.  The writer's thread
 * alone.  Return the errors of outbox_add(), store_note_put() and
 * store_read_run().
 */
#define NODE_FORK_ENTRIES_MAX STORE_BRANCHES_MAX
enum err node_fork_write(struct store_txn *txn, struct outbox *outbox,
    const struct log_run *branch, uint64_t last_common) MUST_CHECK;

/**
 * node_fork_name(txn, outbox, cut, ncut, all):
 * Name the branches of all forked logs that no FORK entry names, and say again what
 * none proves, but one that stands beyond its log's position among the ${ncut} at
 * ${cut}: others do not get that one.  With ${all} name those too that
 * node_fork_write() left because they may be the beginning of one that is named and
 * not here.  The writer's thread alone; its errors.
 */
enum err node_fork_name(struct store_txn *txn, struct outbox *outbox,
    const struct store_pos *cut, size_t ncut, bool all) MUST_CHECK;

/**
 * node_fork_keep(txn, outbox, run), node_fork_apply(txn, outbox, log_id):
 * Note the FORK entries among the headers of ${run}, the first
 * NODE_FORK_ENTRIES_MAX about each log, and freeze the logs that they prove to be
 * forked; do so for one log, which has grown.  The writer's
 * thread alone.  Return the errors of store_note_put(), store_freeze() and
 * outbox_close_log().
 */
enum err node_fork_keep(struct store_txn *txn, struct outbox *outbox,
    const struct log_run *run) MUST_CHECK;
enum err node_fork_apply(struct store_txn *txn, struct outbox *outbox,
    const uint8_t log_id[LOG_ID_LEN]) MUST_CHECK;

/**
 * node_fork_touch(node, run):
 * FORK entries in ${run} were committed: node_after_commit() looks at the logs
 * that they name.
 */
void node_fork_touch(struct node *node, const struct log_run *run);

/**
 * node_fork_since(txn, log_id):
 * When this node learned that the log is forked, ms since 1970; 0 if no proof of
 * it is here.
 */
uint64_t node_fork_since(
    struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN]);

/**
 * node_fork_ask(node, link), node_fork_found(node), node_fork_cut(node),
 * node_fork_tick(node, now):
 * FORK entries came (NULL), or this peer did: ask all, or it alone, for the branches
 * that such entries name and that are not here, unless STORE_BRANCHES_MAX are, or
 * the entry is hidden by a cut; they are looked for in turns that are short, however
 * many entries there are.  A branch was committed; the directory has changed, and may
 * hide FORK entries; ask all again, ever more rarely, and name branches a minute
 * after something came, or an hour, and within HAVE_MS what those named that are
 * hidden now: each node after another time, as one will do.
 */
void node_fork_found(struct node *node);
void node_fork_cut(struct node *node);
void node_fork_ask(struct node *node, struct link *link);
void node_fork_tick(struct node *node, int64_t now);

/* ---- node_witness.c ---- */

/**
 * node_witness_tick(node, now):
 * A node that listens writes down how far the logs of others are that have
 * grown: once in the time of a beacon, or sooner if they are many.
 */
void node_witness_tick(struct node *node, int64_t now);

/**
 * node_witness_keep(node, key, run):
 * Heed the WITNESS entries among the headers of ${run}, of a log of ${key}.
 */
void node_witness_keep(
    struct node *node, const uint8_t key[KEY_LEN], const struct log_run *run);

/* ---- node_branch.c ---- */

/* Where the branches of a log end, the one stored first as the last. */
struct node_branches {
	struct log_tip tips[STORE_BRANCHES_MAX + 1];
	size_t count; /* at least 1 */
};

/**
 * node_branches(txn, log_id, stored, ret_branches),
 * node_branch_name(tip, out), node_branch_head(txn, log_id, tip, ret_head):
 * All branches of a log that is held up to ${stored}; how the store and peers
 * name one of them; the HEAD at its end, with the errors of store_read_run().
 */
void node_branches(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const struct log_tip *stored, struct node_branches *ret_branches);
void node_branch_name(const struct log_tip *tip, uint8_t out[LINK_BRANCH_LEN]);
enum err node_branch_head(struct store_txn *txn,
    const uint8_t log_id[LOG_ID_LEN], const struct log_tip *tip,
    uint8_t ret_head[HEAD_LEN]) MUST_CHECK;

/**
 * node_holds(host, log_id, n, c8),
 * node_other_head(host, log_id, n, c8, ret_head),
 * node_branch_next(host, at),
 * node_want_branch(host, link, refs, max, max_bytes, ret_branch):
 * The functions of struct link_host that concern branches of forked logs.
 */
bool node_holds(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN]);
enum err node_other_head(void *host, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, const uint8_t c8[C8_LEN],
    uint8_t ret_head[HEAD_LEN]) MUST_CHECK;
enum err node_branch_next(void *host, struct link_branch *at) MUST_CHECK;
size_t node_want_branch(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes, uint8_t ret_branch[LINK_BRANCH_LEN]);

/* ---- node_commit.c ---- */

/**
 * node_touch(node, log_id), node_touch_own(node):
 * A commit changed this log, or the own open one: node_after_commit() will
 * look.
 */
void node_touch(struct node *node, const uint8_t log_id[LOG_ID_LEN]);
void node_touch_own(struct node *node);

/**
 * node_after_commit(node), node_after_signing(node):
 * Everything that follows from the commits of this turn: directory, view,
 * NOTEs, index, fetching.  The same if there were any that no job asked for:
 * entries that had to wait are signed in such, and whoever is told that none
 * waits any more is told by the view that they are there.
 */
void node_after_commit(struct node *node);
void node_after_signing(struct node *node);

/**
 * node_view_load(node), node_view_recount(node):
 * Read all logs from the store into the view.  After the directory changed:
 * count anew what the view holds; what fails is logged.
 */
enum err node_view_load(struct node *node) MUST_CHECK;
void node_view_recount(struct node *node);

/**
 * node_counts(node, txn, ret_counts):
 * store_counts(), but for absent bodies of entries beyond a cut: they are not to
 * come.
 */
enum err node_counts(struct node *node, struct store_txn *txn,
    struct store_counts *ret_counts) MUST_CHECK;

/* ---- node_directory.c, node_members.c, node_stranger.c, node_admit.c ---- */

/**
 * node_snapshot_get(node), node_snapshot_put(node, snapshot):
 * Borrow the directory of this moment, NULL before the first, and give it back;
 * any thread.  NULL may be given back.
 */
struct snapshot *node_snapshot_get(struct node *node);
void node_snapshot_put(struct node *node, struct snapshot *snapshot);

/**
 * node_directory(node):
 * The directory, for the loop's thread; until node_members_compute().
 */
const struct directory *node_directory(const struct node *node);

/**
 * node_is_in(node, key):
 * Is this the key of a member?
 */
bool node_is_in(const struct node *node, const uint8_t key[KEY_LEN]);

/**
 * node_members_compute(node):
 * Compute the directory anew from all MEMBER entries of the store, but those
 * beyond a fork.  On failure the old one stays.
 */
enum err node_members_compute(struct node *node) MUST_CHECK;

/**
 * node_members_changed(node), node_members_tick(node, now):
 * MEMBER entries were committed, or a log was frozen, after which those beyond
 * its last common entry say nothing: have the directory computed, off the loop,
 * then the ZAP table confirmed, who is out cut off, all logs counted anew, and
 * node_write_counts() called with the number that is returned here, or a
 * greater one.  What fails is logged and tried again by the second; without a
 * confirmed ZAP table nobody subscribes.
 */
uint64_t node_members_changed(struct node *node);
void node_members_tick(struct node *node, int64_t now);

/**
 * node_rules(node):
 * Put members, open invitations and accepted strangers into the ZAP table and
 * wait for its confirmation.
 */
enum err node_rules(struct node *node) MUST_CHECK;

/**
 * node_strangers(node):
 * Take note of the keys that knocked.
 */
void node_strangers(struct node *node);

/**
 * node_stranger_hello(owner, user_id, address, hello, route, route_len):
 * hub_host.stranger: a key that may only say HELLO said it.  ${owner} is the
 * node.
 */
void node_stranger_hello(void *owner, const char *user_id, const char *address,
    const struct wire_hello *hello, const void *route, size_t route_len);

/* ---- node_peers.c ---- */

extern const struct hub_host node_hub_host;

/**
 * node_foreign(module, what, who, detail):
 * Log something that others can cause as often as they like.  ${what} is a
 * constant text; ${who} and ${detail} are foreign and quoted.
 */
void node_foreign(
    const char *module, const char *what, const char *who, const char *detail);

/**
 * node_pub_open(node), node_pub_port(node):
 * Bind PUB, or bind it anew at the same port, if this node listens and has
 * one.  Return what sock_listen() returns.  The port; 0 if there is no PUB.
 */
enum err node_pub_open(struct node *node) MUST_CHECK;
uint32_t node_pub_port(const struct node *node);

/**
 * node_upstreams_load(node), node_is_dialled(node, key):
 * Dial every upstream that the store knows, that is a member, and that is not
 * dialled already.  Is this one dialled?
 */
enum err node_upstreams_load(struct node *node) MUST_CHECK;
bool node_is_dialled(const struct node *node, const uint8_t key[KEY_LEN]);

/**
 * node_hang_up(node, key), node_hang_up_all(node):
 * Close the upstream with this key, if there is one; or all.
 */
void node_hang_up(struct node *node, const uint8_t key[KEY_LEN]);
void node_hang_up_all(struct node *node);

/**
 * node_tick_peers(node, now):
 * Timers of all links, and of the pause in signing.
 */
void node_tick_peers(struct node *node, int64_t now);

/**
 * node_each_link(node, each, arg), node_nlinks(node), node_link_at(node, i):
 * Call ${each} for every link; it must not end one.  Or go through them by
 * number.
 */
void node_each_link(
    struct node *node, void (*each)(struct link *link, void *arg), void *arg);
size_t node_nlinks(const struct node *node);
struct link *node_link_at(const struct node *node, size_t i);

/**
 * node_received(owner, fd):
 * hub_host.received and upstream_host.received; ${owner} is the node.
 */
void node_received(void *owner, int fd);

/**
 * node_pause(node, now):
 * Pause signing until a peer has been heard.
 */
void node_pause(struct node *node, int64_t now);

/**
 * node_greeted(node, link):
 * A peer said who it is: an upstream's name and PUB port are kept.
 */
void node_greeted(struct node *node, struct link *link);

/* ---- node_join.c ---- */

/**
 * node_join_begin(node, waiter), node_join_tick(node, now):
 * Take up a JoinRequest; it is answered when it succeeds, fails, or has taken
 * too long.
 */
void node_join_begin(struct node *node, struct waiter *waiter);
void node_join_tick(struct node *node, int64_t now);

/**
 * node_join_end(node), node_join_waiter(node):
 * Give up the join under way without an answer; and whose it is.
 */
void node_join_end(struct node *node);
struct waiter *node_join_waiter(const struct node *node);

/* ---- node_invite.c, node_accept.c, node_remove.c ---- */

/**
 * node_invite(node, waiter), node_accept(node, waiter),
 * node_remove(node, waiter):
 * Take up an InviteRequest, AcceptRequest or RemoveRequest; answered after its
 * commit.
 */
void node_invite(struct node *node, struct waiter *waiter);
void node_accept(struct node *node, struct waiter *waiter);
void node_remove(struct node *node, struct waiter *waiter);

/* ---- node_gate.c ---- */

/* What is about to be published, and what is told of it. */
struct node_gate {
	struct node *node;
	const uint8_t *record;
	bool is_new;              /* people do not know its id yet */
	const Erfa__Body *before; /* the current version, or NULL */
	const Erfa__Body *after;  /* its envelope tells id and publisher */
	const struct docket_more *more; /* everything in the publication */
	size_t nmore;

	/* Called for everything that stands in the way: what it is if it is
	 * about the life of a trial, else NULL; which field, why, and the
	 * command that helps; all are lent for the call. */
	void (*refuse)(void *context, const struct life_finding *finding,
	    const char *field, const char *what, const char *remedy);
	void *context;
};

/**
 * node_gate(gate):
 * Judge whether it may be published, in a thread of the pool.  Transcribed
 * records are judged only for what they may not hide.  Return ERR_NOMEM, or an
 * error of store or index.
 */
enum err node_gate(const struct node_gate *gate) MUST_CHECK;

/**
 * node_gate_version(before, after, ret_major, ret_minor):
 * The version of ${after}, which follows ${before}.  Return ERR_NOMEM.
 */
enum err node_gate_version(const struct query_record *before,
    const Erfa__Body *after, uint32_t *ret_major,
    uint32_t *ret_minor) MUST_CHECK;

/* ---- node_follow.c ---- */

/**
 * node_follow(node, waiter):
 * Take up a request to follow, or to follow no more; answered after its commit,
 * if it writes.  What is followed belongs to the user who asks.
 */
void node_follow(struct node *node, struct waiter *waiter);

/**
 * node_followed(node, uid, request, ret_answer):
 * What is new of something that the user ${uid} follows; any thread.  Return
 * the errors of query_follow().
 */
enum err node_followed(struct node *node, uid_t uid,
    const Erfa__FollowedRequest *request, Erfa__Answer **ret_answer) MUST_CHECK;

/**
 * node_follow_mark(node, uid, only, answer):
 * Say in the rows of an answer to watch which of what ${uid} follows they fit;
 * ${only} drops the others.  Any thread; return the errors of query_follow().
 */
enum err node_follow_mark(
    struct node *node, uid_t uid, bool only, Erfa__Answer *answer) MUST_CHECK;

/* ---- node_draft.c ---- */

/* A draft that was read; end with node_draft_clear(). */
struct node_draft {
	uint8_t record[RECORD_LEN];
	uint64_t time_ms; /* of its last change */
	char *note;       /* or NULL */
	char *group;      /* number of a restricted group, or NULL */
	Erfa__Body *body;
};

/**
 * node_draft(node, waiter):
 * Take up a request about drafts; answered after its commit, if it writes.
 */
void node_draft(struct node *node, struct waiter *waiter);

/**
 * node_draft_load(node, record, ret_draft), node_draft_clear(draft):
 * Read a draft; any thread.  ERR_NOENT if there is none, or an error of the
 * store or of body_decode().
 */
enum err node_draft_load(struct node *node, const uint8_t record[RECORD_LEN],
    struct node_draft *ret_draft) MUST_CHECK;
void node_draft_clear(struct node_draft *draft);

/* ---- node_draft_erased.c ---- */

/**
 * node_draft_erased(node, txn, directory, target),
 * node_draft_erased_run(node, txn, directory, run, after):
 * Drop the drafts of own records, those of a key that this one succeeds too, of
 * which what ${target} names is erased in ${txn} by now; or what ${run}, that has
 * been added in ${txn}, names or brings after its entry ${after}.  A draft that is
 * there when its text is erased was taken from that.  On the writer's thread,
 * before the commit; of a restricted entry nobody else knows whose it was.  Return
 * ERR_NOMEM, or what the store returns.
 */
enum err node_draft_erased(const struct node *node, struct store_txn *txn,
    const struct directory *directory,
    const struct header_target *target) MUST_CHECK;
enum err node_draft_erased_run(const struct node *node, struct store_txn *txn,
    const struct directory *directory, const struct log_run *run,
    uint64_t after) MUST_CHECK;

/**
 * node_draft_doubted(txn, after, ret_record):
 * The record of the next draft after ${after} (NULL: the first) that may be of a
 * restricted text which was erased, and was not changed since that was found: the
 * entry names its group alone, and its body was never here, as after a restore.
 * ERR_NOENT.
 */
enum err node_draft_doubted(struct store_txn *txn, const uint8_t *after,
    uint8_t ret_record[RECORD_LEN]) MUST_CHECK;

/* ---- node_ring.c ---- */

/**
 * node_ring_open(node):
 * Gather the keys that restricted bodies are opened with: that in force, that of
 * a change under way, those that were in force before.  Call it before the index
 * is opened; what cannot be read is left out.
 */
void node_ring_open(struct node *node);

/**
 * node_ring_add(node, seed):
 * Read with one more key from now on: others may seal to it as soon as they hear
 * of it.  On the loop; the indexer and the pool may be reading.
 */
void node_ring_add(struct node *node, const uint8_t seed[SEED_LEN]);

/**
 * node_ring_retire(node):
 * If a key is set aside after a change, keep it to read with, so that what was
 * sealed to it stays readable; of many the last.
 */
void node_ring_retire(struct node *node);

/* ---- node_group.c, node_group_seal.c ---- */

/**
 * node_group_seal(node, group, plain, len, ret_p, ret_len):
 * Seal ${len} bytes to all who are in ${group} now, and to this node.  The caller
 * frees *${ret_p} with free().  Return what sealed_seal() does.
 */
enum err node_group_seal(struct node *node, const struct query_group *group,
    const uint8_t *plain, size_t len, uint8_t **ret_p,
    size_t *ret_len) MUST_CHECK;

/**
 * node_group_check(txn, number, seen):
 * Whether what the index knew of the group when it had followed up to arrival
 * ${seen} still says who is in it, so that nothing goes to somebody who was taken
 * out meanwhile.  Return ERR_BUSY if a word of the group waits to be signed, or
 * ERR_GAP if one came since or there is too much to look through.
 */
enum err node_group_check(
    struct store_txn *txn, uint64_t number, uint64_t seen) MUST_CHECK;

/**
 * node_group_change(node, waiter):
 * Take up a GroupChangeRequest; it is answered when it is written and indexed.
 */
void node_group_change(struct node *node, struct waiter *waiter);

/* ---- node_publish.c ---- */

/**
 * node_publish(node, waiter):
 * Take up a PublishRequest; answered after its commit.
 */
void node_publish(struct node *node, struct waiter *waiter);

/**
 * node_publish_tick(node, now), node_publish_end(node):
 * Go on with those that wait no longer for another before them, or for the index;
 * drop all who do.
 */
void node_publish_tick(struct node *node, int64_t now);
void node_publish_end(struct node *node);

/* ---- node_rotate.c ---- */

/**
 * node_key_open(node), node_rotate_open(node):
 * Read the key in force: that of the last rotation, else the configured one.
 * What is wrong is logged; return the errors of keyfile_read().  Then, with the
 * store open, find out how far a rotation is.
 */
enum err node_key_open(struct node *node) MUST_CHECK;
void node_rotate_open(struct node *node);

/**
 * node_rotate_tick(node, now):
 * Go on with a rotation.  When the new key can be put in force, that is done,
 * and node->stopping and node->restart are set.
 */
void node_rotate_tick(struct node *node, int64_t now);

/**
 * node_key(node, waiter):
 * Take up a KeyRequest.
 */
void node_key(struct node *node, struct waiter *waiter);

/* ---- node_write.c ---- */

/* Called on the loop after the commit; ${node} is NULL if it is closing. */
typedef void node_written(struct node *node, void *arg, enum err err);

/**
 * node_write_member(node, member, name, address, note, note_data, note_len,
 * done, arg):
 * Write a MEMBER entry, its erasable body if ${name} or ${address} says
 * anything, and the note ${note} (NULL: none; ${note_len} 0: remove it) in one
 * commit.  Directory and ZAP table are renewed before ${done} is called, also
 * if signing pauses.
 * Return ERR_SIZE or ERR_NOMEM, after which ${done} is not called.
 */
enum err node_write_member(struct node *node,
    const struct header_member *member, const char *name, const char *address,
    const char *note, const void *note_data, size_t note_len,
    node_written *done, void *arg) MUST_CHECK;

/**
 * node_write_withdrawals(node, members, count, done, arg):
 * Write ${count} MEMBER entries, at least one, that withdraw keys, and forget how
 * these are dialled, in one commit.  All else is as with node_write_member().
 */
enum err node_write_withdrawals(struct node *node,
    const struct header_member *members, size_t count, node_written *done,
    void *arg) MUST_CHECK;

/**
 * node_write_note(node, note, data, len, done, arg):
 * The same with a note alone; with ${note} NULL nothing is written, and
 * ${done} tells that all that was submitted before is committed.  ${done} may
 * be NULL: then nobody waits, the note is none that decides who may connect,
 * and the ZAP table stays as it is.
 */
enum err node_write_note(struct node *node, const char *note, const void *data,
    size_t len, node_written *done, void *arg) MUST_CHECK;

/**
 * node_write_counts(node, change), node_write_end(node):
 * The directory knows the changes up to this one: tell those who wait for it.
 * Or drop all who wait.
 */
void node_write_counts(struct node *node, uint64_t change);
void node_write_end(struct node *node);

/* ---- node_erase.c ---- */

/**
 * node_claims_finish(node), node_claims_changed(node):
 * Have all that ERASE entries of other keys name, and that may be named by them
 * as the directory is now, erased: at once, before the writer starts; or by the
 * writer, again and again until it is done.  It looks at all claims each time, and
 * one look at a time is enough: what changes meanwhile has one more for all.
 */
enum err node_claims_finish(struct node *node) MUST_CHECK;
void node_claims_changed(struct node *node);

/**
 * node_erase(node, waiter):
 * Take up an EraseRequest; answered when the bodies are gone, durably.
 */
void node_erase(struct node *node, struct waiter *waiter);

/**
 * node_erasure(node, erasure):
 * Fill in how far the nodes of all members are, if anything is erased.  A peer
 * whose digest is ours holds what we hold; of others it is known how far they
 * were when that was so last.
 */
enum err node_erasure(
    struct node *node, Erfa__ErasureAnswer *erasure) MUST_CHECK;

/**
 * node_claims_tick(node, now), node_seen_tick(node, now):
 * Have erased what could not be, if it is time to; write down from time to time
 * how far the peers are that are in step.
 */
void node_claims_tick(struct node *node, int64_t now);
void node_seen_tick(struct node *node, int64_t now);

/* ---- node_control.c ---- */

/**
 * node_control_open(node), node_control_watch(node):
 * Make the control socket; have the loop read requests from it, as long as not
 * too many wait.
 */
enum err node_control_open(struct node *node) MUST_CHECK;
enum err node_control_watch(struct node *node) MUST_CHECK;

/**
 * node_error_new(code, exit, remedy, format, ...), node_error_vnew(code, exit,
 * remedy, format, args):
 * An ErrorAnswer, all of it from malloc(), or NULL.
 */
Erfa__Answer *node_error_new(const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
Erfa__Answer *node_error_vnew(const char *code, unsigned exit,
    const char *remedy, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

/**
 * node_answer(node, waiter, answer), node_answer_error(node, waiter, code,
 * exit, remedy, format, ...):
 * Send an answer; ${waiter} and ${answer} are taken.  NULL as ${answer} says
 * nothing.
 */
void node_answer(
    struct node *node, struct waiter *waiter, Erfa__Answer *answer);
void node_answer_error(struct node *node, struct waiter *waiter,
    const char *code, unsigned exit, const char *remedy, const char *format,
    ...) __attribute__((format(printf, 6, 7)));

/**
 * node_wait(node, waiter, wait_ms), node_waiters_tick(node, now):
 * Let a client wait for something, at most so long; look at all who wait.  Whose
 * answer lacks what is not in the index yet waits for that by itself.
 */
void node_wait(struct node *node, struct waiter *waiter, int64_t wait_ms);
void node_waiters_tick(struct node *node, int64_t now);

/**
 * node_waiter_free(waiter):
 * Free it unanswered; NULL does nothing.  While the node lives.
 */
void node_waiter_free(struct waiter *waiter);

/* ---- node_ask.c ---- */

/**
 * node_ask_needs(node, waiter):
 * The name of the group that the caller of this request must be in and is not;
 * NULL if they may ask it.  The settings' string.  Any thread.
 */
const char *node_ask_needs(
    const struct node *node, const struct waiter *waiter);

/**
 * node_ask_take(node, waiter):
 * Hand a request that the pool has not answered to who takes it up; one that
 * nobody does is dropped unanswered.
 */
void node_ask_take(struct node *node, struct waiter *waiter);

/* ---- node_status.c, node_sync.c, node_peer_list.c ---- */

/**
 * node_status(node, waiter, answer):
 * Complete what query_status() began, and send it; takes ${answer}.
 */
void node_status(
    struct node *node, struct waiter *waiter, Erfa__Answer *answer);

/**
 * node_peers_list(node, waiter):
 * Answer a PeersRequest.
 */
void node_peers_list(struct node *node, struct waiter *waiter);

/**
 * node_reindex(node, waiter):
 * Have the index built anew, and answer at once how far it will go.
 */
void node_reindex(struct node *node, struct waiter *waiter);

/**
 * node_sync(node, answer):
 * Fill in ${answer}; return whether this node is in step with its peers.
 */
bool node_sync(struct node *node, Erfa__SyncAnswer *answer);

/**
 * node_is_clean(node):
 * Has the index taken in all there is, and is no word of an erased text left in
 * its file?
 */
bool node_is_clean(struct node *node);

/**
 * node_status_tick(node, now):
 * Tell the service manager in a line how things are, when that has changed.
 */
void node_status_tick(struct node *node, int64_t now);

/* ---- node_alarm.c, node_alarm_fork.c, node_alarm_silent.c ---- */

/**
 * node_alarms(node, status):
 * Add to a status what is wrong with others, and count it.
 */
enum err node_alarms(struct node *node, Erfa__StatusAnswer *status) MUST_CHECK;

/**
 * node_doubled(node, link):
 * Return whether another machine with our own key took this session lately.
 */
bool node_doubled(const struct node *node, const struct link *link);

/**
 * node_memory_cut(node, suspect, key):
 * The guard shut down the connection of ${suspect}, whose key is ${key} (NULL:
 * not known).
 */
void node_memory_cut(
    struct node *node, const struct guard_suspect *suspect, const uint8_t *key);

/**
 * node_alarm_tick(node, now):
 * Note which peers hold less than we do, or claim what they cannot show, and
 * which logs are the newest of their keys.
 */
void node_alarm_tick(struct node *node, int64_t now);

/**
 * node_head_stale(host, log):
 * The function of struct link_host: has no beacon of this log come in time?
 */
bool node_head_stale(void *host, const struct view_log *log);

/**
 * node_silent(node, key, ret_since):
 * Has this member given no sign of life for the time of two beacons?  When it
 * gave one last, ms since 1970, goes to ${ret_since}.  One that has no log says
 * nothing at all, and is not silent.
 */
bool node_silent(
    struct node *node, const uint8_t key[KEY_LEN], uint64_t *ret_since);

/* ---- node_service.c ---- */

/**
 * node_alive_tick(node, now):
 * Tell the service manager that the node lives, if it asks for that, after a
 * round trip through the writer and never without one.
 */
void node_alive_tick(struct node *node, int64_t now);

/**
 * node_reload(node):
 * Read the settings again and put in force what can be; with a mistake in them
 * nothing changes.  What came of it is logged.
 */
void node_reload(struct node *node);

/**
 * node_settings(node, waiter), node_settings_end(node):
 * Answer a SettingsRequest.  Free what reloads left, after all threads.
 */
void node_settings(struct node *node, struct waiter *waiter);
void node_settings_end(struct node *node);

/* ---- node_log.c ---- */

/**
 * node_log(node, waiter):
 * Answer a LogRequest.
 */
void node_log(struct node *node, struct waiter *waiter);

/* ---- node_bundle.c ---- */

/**
 * node_bundle(node, waiter):
 * Take up a BundleImportRequest; answered when what it brought is committed, and
 * the last of a bundle when the directory knows it.
 */
void node_bundle(struct node *node, struct waiter *waiter);

/**
 * node_bundle_tell(node):
 * Answer those for whom nothing more is to be done, after a commit or when the
 * directory was computed.
 */
void node_bundle_tell(struct node *node);

/**
 * node_import_writes(import), node_import_wrote_run(import, run, err),
 * node_import_wrote_body(import, ref, err):
 * One more run or body is on its way to the writer; what became of it.
 */
void node_import_writes(struct import *import);
void node_import_wrote_run(
    struct import *import, const struct log_run *run, enum err err);
void node_import_wrote_body(
    struct import *import, const struct wire_ref *ref, enum err err);

/**
 * node_bundle_turn(node), node_bundle_end(node):
 * Take in what some milliseconds allow; return whether there is more that need
 * not wait.  Or drop all.
 */
bool node_bundle_turn(struct node *node);
void node_bundle_end(struct node *node);

/* ---- node_backup.c ---- */

/* Backups by what may be in them. */
struct backups_asked {
	uint64_t
	    least; /* made when the last arrival number was this or more, */
	uint64_t below;        /* and less than this; or earlier, */
	const uint8_t *record; /* with a draft of it, or a version that waited
				* to be signed, as far as is known; NULL = no */
};

/**
 * node_backup(node, waiter):
 * Take up a BackupRequest.
 */
void node_backup(struct node *node, struct waiter *waiter);

/**
 * node_backup_tick(node, now), node_backup_end(node):
 * Give up a backup of which nobody asks for the next piece; or whatever is under
 * way, the pool having stopped.
 */
void node_backup_tick(struct node *node, int64_t now);
void node_backup_end(struct node *node);

/**
 * node_backups(txn, which, list, count):
 * Append the backups that were made here and are asked for, oldest first.  Any
 * thread.  Return ERR_NOMEM, or what the store returns.
 */
enum err node_backups(struct store_txn *txn, const struct backups_asked *which,
    Erfa__BackupKept ***list, size_t *count) MUST_CHECK;

/**
 * node_backup_last(txn, now, ret_ahead):
 * When the newest of them was begun, ms since 1970; 0 if there is none.  Those
 * dated more than a day after ${now} do not count, as nobody knows when they were
 * made; ${ret_ahead} = there are such.
 */
uint64_t node_backup_last(struct store_txn *txn, uint64_t now, bool *ret_ahead);

/* ---- node_restored.c ---- */

/**
 * node_restored_open(node, fence, ret_restored), node_restored_end(node):
 * Does the store come out of a backup, and was it not in step since with anybody
 * who knew it?  At its first start the fence at ${fence} is removed.  Return what
 * the store returns, or ERR_IO.  Later: it was.
 */
enum err node_restored_open(
    struct node *node, const char *fence, bool *ret_restored) MUST_CHECK;
void node_restored_end(struct node *node);

/* ---- node_hold.c ---- */

/**
 * node_hold_open(node, set_back):
 * At the start: serve no bodies if ${set_back}, or if a start before this one did
 * not get to the end of that.  What is to outlive the process is committed when
 * this returns.  Return what the store returns.
 */
enum err node_hold_open(struct node *node, bool set_back) MUST_CHECK;
void node_hold_close(struct node *node);

/**
 * node_hold_tick(node, now):
 * End it when we are in step with a peer that knew us, or when it has lasted long
 * enough.
 */
void node_hold_tick(struct node *node, int64_t now);

/**
 * node_hold_refusal():
 * What to answer, as long as bodies are held back, to who asks for what cannot be
 * done right without knowing what became of the node's records since: an
 * ErrorAnswer "not_in_step".  The caller frees it with control_free_answer(); NULL
 * if memory is short.  Any thread.
 */
Erfa__Answer *node_hold_refusal(void) MUST_CHECK;

/* ---- node_closed.c ---- */

/**
 * node_closed_tell(config, err, maker), node_closed_outbox(config, err, fence),
 * node_closed_warn(config):
 * Log why the store cannot be opened, and what to do; ${err} and ${maker} are from
 * store_open().  The same of the outbox with this fence.  Log that the store lies
 * where old blocks outlive an erasure, if so.
 */
void node_closed_tell(
    const struct config *config, enum err err, const struct store_maker *maker);
void node_closed_outbox(
    const struct config *config, enum err err, const char *fence);
void node_closed_warn(const struct config *config);

/* ---- node_copied.c ---- */

/**
 * node_copied(config):
 * If the file of the store is not the one that was looked through last, have a
 * child process look through all of it; the index is left behind then.  Before
 * any thread or store is there.  Return ERR_DAMAGED, and log what to do, if it is
 * not of one moment, as a copy of a store in use; ERR_NOMEM or ERR_IO.
 */
enum err node_copied(const struct config *config) MUST_CHECK;

/**
 * node_copied_old(config):
 * Have a child process try to bring the store, of an earlier format, to ours, so
 * that it crashes if that is to be.  Return ERR_DAMAGED, and log what to do, if
 * it does or the store does not hold together; ERR_NOMEM or ERR_IO.
 */
enum err node_copied_old(const struct config *config) MUST_CHECK;

/**
 * node_copied_note(config):
 * Remember the file of the store as it is, once it is open.
 */
void node_copied_note(const struct config *config);

/* ---- node_migrate.c ---- */

/**
 * node_migrate_slow(bytes, what):
 * Tell systemd that this start takes longer, for so many bytes are read or written
 * first, and ${what} it does meanwhile.  Before a child process is made: what that
 * says is not heard.
 */
void node_migrate_slow(uint64_t bytes, const char *what);

/**
 * node_migrate_options(config, dry_run):
 * How migrate_run() is called for the store of ${config}, which is lent; with
 * nobody to be told that it begins.
 */
struct migrate_options node_migrate_options(
    const struct config *config, bool dry_run);

/**
 * node_migrated(config):
 * Bring the store, of an earlier format, to ours, and tell systemd that this
 * start takes longer.  What went wrong is logged, and what to do; then the store
 * is as it was.  Return what migrate_run() does.
 */
enum err node_migrated(const struct config *config) MUST_CHECK;

/**
 * node_migrated_forget(config):
 * Remove copies that were kept of earlier formats, when they are old enough.
 */
void node_migrated_forget(const struct config *config);

#endif /* !ERFAD_NODE_INTERNAL_H */
