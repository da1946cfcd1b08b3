#ifndef ERFAD_NODE_INTERNAL_H
#define ERFAD_NODE_INTERNAL_H

/*
 * node_internal - what the files of node share.
 *
 *   node.c          open, loop, close
 *   node_host.c     what links ask for: reading the store, handing to writer
 *   node_commit.c   after a commit: view, NOTEs, index, those who wait
 *   node_members.c  directory, admission, invitations, strangers
 *   node_peers.c    hub sessions and upstreams come and go
 *   node_join.c     this node joins another
 *   node_publish.c  requests of people become entries
 *   node_invite.c   invitations, strangers let in, members removed
 *   node_write.c    MEMBER entries and notes that the node writes itself
 *   node_control.c  the control socket: who may, who answers, who waits
 *   node_status.c   what `erfa status`, `peers` and `sync` show
 *   node_bundle.c   bundles are taken in
 */

#include <czmq.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/config.h"
#include "daemon/hub.h"
#include "daemon/index.h"
#include "daemon/indexer.h"
#include "daemon/link.h"
#include "daemon/logger.h"
#include "daemon/node.h"
#include "daemon/outbox.h"
#include "daemon/pool.h"
#include "daemon/posset.h"
#include "daemon/query.h"
#include "daemon/sock.h"
#include "daemon/store.h"
#include "daemon/upstream.h"
#include "daemon/view.h"
#include "daemon/writer.h"
#include "daemon/zap.h"
#include "proto/control.h"
#include "proto/crypto.h"
#include "proto/directory.h"
#include "proto/limits.h"

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
	int64_t lost_at; /* monotonic ms; 0 = it is up or never was */
};

/* A client whose answer waits for something. */
struct waiter {
	struct waiter *next;
	uint8_t route[256];
	size_t route_len;
	Erfa__Request *request; /* NULL: could not be decoded */
	uint32_t req;     /* its number, if request is NULL */
	uid_t uid;        /* of the caller */
	int64_t deadline; /* 0 = not set yet */
};

/* The one join that may be under way; a body of a bundle in parts. */
struct bundle_part;
struct join;

struct node {
	const struct config *config;
	struct crypto_key key;
	int64_t started; /* monotonic ms */
	bool test;       /* the state directory is marked as a test */

	/* Storage. */
	struct store *store;
	struct outbox *outbox;
	struct writer *writer;
	struct index *index;
	struct indexer *indexer;
	struct query *query;
	struct pool *pool;

	/* Sockets. */
	zloop_t *loop;
	struct zap *zap;
	struct hub *hub;
	struct sock *pub;
	struct sock *control;
	int turn_fd;      /* readable while peers wait to be served */
	bool turn_set;
	int stop_fd;

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
	struct store_pos absent_after; /* where the search goes on */
	bool absent_begun;  /* false: from the start */
	bool absent_idle;   /* nothing to be had until something changes */
	int64_t full_until; /* the disk is full: no fetching until then */

	/* A catch-up that is told in the log when it has ended. */
	int64_t behind_since; /* bodies are absent since then; 0 = none are */
	uint64_t behind_entries; /* held before it began */
	uint64_t entries_before;

	/* Serving bodies: not before an exchange, if the fence was lost. */
	int64_t hold_until;

	/* Signing pauses while all links are down together. */
	int64_t pause_until;
	int64_t clock_offset; /* realtime minus boottime at the last tick */

	/* What the commits of this turn changed. */
	uint8_t (*touched)[LOG_ID_LEN];
	size_t ntouched;
	size_t touched_room;
	bool members_touched;

	/* Clients. */
	struct waiter *waiters;
	bool index_moved; /* watchers may have something to see */
	int index_fd;     /* written by the indexer's thread */
	struct join *join;
	struct bundle_part *bundle_part; /* a body that comes in parts */
	uint64_t caller_serial;
	int64_t beacon_at;
	int64_t readers_at;
	uint64_t refused;   /* frames that got no session */
	int64_t refused_logged;
};

/* node.c */
int64_t node_now(void);      /* monotonic, ms */
uint64_t node_clock(void);   /* since 1970, ms */
enum err node_watch(struct node *node, void *handle, int fd,
    zloop_fn *handler, void *arg) MUST_CHECK;
void node_unwatch(struct node *node, void *handle);
void node_wake_turn(struct node *node);

/* node_host.c */
extern const struct link_host node_link_host;
uint32_t node_pub_port(const struct node *node);
struct link *node_link_find(struct node *node, const void *link);

/* node_commit.c */
void node_touch(struct node *node, const uint8_t log_id[LOG_ID_LEN]);
void node_touch_own(struct node *node);
void node_after_commit(struct node *node);
enum err node_view_load(struct node *node) MUST_CHECK;
void node_view_recount(struct node *node);

/* node_members.c */
struct snapshot *node_snapshot_get(struct node *node);
void node_snapshot_put(struct node *node, struct snapshot *snapshot);
const struct directory *node_directory(const struct node *node);
enum err node_members_compute(struct node *node) MUST_CHECK;
void node_members_changed(struct node *node);
void node_strangers(struct node *node);
char *node_time_text(uint64_t ms); /* malloc; empty for 0 */
void node_invite(struct node *node, struct waiter *waiter);
void node_accept(struct node *node, struct waiter *waiter);
void node_remove(struct node *node, struct waiter *waiter);
void node_stranger_hello(void *owner, const char *user_id, const char *address,
    const struct wire_hello *hello, const void *route, size_t route_len);
enum err node_rules(struct node *node) MUST_CHECK;

/* node_peers.c */
void node_foreign(const char *module, const char *what, const char *who,
    const char *detail); /* ${what} is a constant; the rest is quoted */
extern const struct hub_host node_hub_host;
enum err node_pub_open(struct node *node) MUST_CHECK;
enum err node_upstreams_load(struct node *node) MUST_CHECK;
enum err node_dial(struct node *node, const char *address,
    const uint8_t key[KEY_LEN], uint32_t pub_port, const char *org,
    const char *name) MUST_CHECK;
void node_hang_up(struct node *node, const uint8_t key[KEY_LEN]);
void node_hang_up_all(struct node *node);
void node_tick_peers(struct node *node, int64_t now);
void node_each_link(struct node *node,
    void (*each)(struct link *link, void *arg), void *arg);
void node_greeted(struct node *node, struct link *link);

/* node_join.c */
void node_join_begin(struct node *node, struct waiter *waiter);
void node_join_tick(struct node *node, int64_t now);
void node_join_end(struct node *node);
struct waiter *node_join_waiter(const struct node *node);

/* node_publish.c */
void node_publish(struct node *node, struct waiter *waiter, uint32_t uid);

/* node_write.c */
/* An entry of our own that the node itself decides to write. */
struct node_member_job;
typedef void node_member_done(
    struct node *node, void *arg, enum err err);
enum err node_write_member(struct node *node,
    const struct header_member *member, const char *name, const char *address,
    const char *note, const void *note_data, size_t note_len,
    node_member_done *done, void *arg) MUST_CHECK;
enum err node_write_note(struct node *node, const char *note,
    const void *data, size_t len, node_member_done *done,
    void *arg) MUST_CHECK;

/* node_control.c */
enum err node_control_open(struct node *node) MUST_CHECK;
int node_control_read(struct node *node);
void node_answer(struct node *node, struct waiter *waiter,
    Erfa__Answer *answer);
Erfa__Answer *node_error_new(const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void node_answer_error(struct node *node, struct waiter *waiter,
    const char *code, unsigned exit, const char *remedy, const char *format,
    ...) __attribute__((format(printf, 6, 7)));
void node_wait(struct node *node, struct waiter *waiter, int64_t wait_ms);
void node_waiters_tick(struct node *node, int64_t now);
void node_waiter_free(struct waiter *waiter);

/* node_status.c */
void node_status(struct node *node, struct waiter *waiter);
void node_peers_list(struct node *node, struct waiter *waiter);
bool node_sync(struct node *node, Erfa__SyncAnswer *answer);

/* node_bundle.c */
void node_bundle(struct node *node, struct waiter *waiter);

#endif /* !ERFAD_NODE_INTERNAL_H */
