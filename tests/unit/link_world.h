#ifndef ERFA_LINK_WORLD_H
#define ERFA_LINK_WORLD_H

/*
 * link_world - nodes in one process that exchange over links: real stores and
 * views, frames in queues that a test can disturb, and a clock that it turns.
 *
 * Writing is done at once and on the spot instead of by a writer thread.  While
 * ${strict} is set, every frame is checked on its way: no more GETs and credit
 * than allowed, and no DATA but what was asked for.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/directory.h"
#include "daemon/link.h"
#include "daemon/store.h"
#include "tests/unit/origin.h"

#define WORLD_NODES 8
#define WORLD_PAIRS 16
#define WORLD_TYPES (WIRE_ERR + 1)

/* Opaque types. */
struct world;

/* What befalls frames on their way, percent of them. */
struct world_faults {
	unsigned drop;
	unsigned twice;
	unsigned corrupt;
	unsigned delay_ms; /* each waits up to so long: others overtake it */
};

/* What a test does with a frame on its way. */
enum world_fate {
	WORLD_PASS,
	WORLD_DROP,
};

typedef enum world_fate world_filter(
    void *arg, int from, int to, const struct wire_msg *msg);

/**
 * world_new(nodes, seed), world_free(world):
 * A world of nodes with empty stores, who know one another as members, and are
 * not connected.  Its chance follows from ${seed}.
 */
struct world *world_new(int nodes, uint32_t seed);
void world_free(struct world *world);

/**
 * world_now(world), world_timers(world), world_random(world):
 * The time in milliseconds; the timers of all links, to be changed before the
 * first is connected; a number by chance.
 */
int64_t world_now(const struct world *world);
struct link_timers *world_timers(struct world *world);
uint32_t world_random(struct world *world);

/**
 * world_set_strict(world, strict), world_set_faults(world, faults),
 * world_set_filter(world, filter, arg), world_set_queue(world, frames):
 * Whether frames are checked (they are, at first); faults; who decides about
 * each frame (NULL = nobody); how many frames a queue holds before it is full.
 */
void world_set_strict(struct world *world, bool strict);
void world_set_faults(struct world *world, struct world_faults faults);
void world_set_filter(struct world *world, world_filter *filter, void *arg);
void world_set_queue(struct world *world, size_t frames);

/**
 * world_connect(world, dialer, listener):
 * Connect two nodes; returns the number of the pair.
 */
int world_connect(struct world *world, int dialer, int listener);

/**
 * world_break(world, pair), world_mend(world, pair):
 * The connection breaks and what is in its queues is lost; it comes up again.
 */
void world_break(struct world *world, int pair);
void world_mend(struct world *world, int pair);

/**
 * world_dialer(world, pair), world_listener(world, pair):
 * The two links of a pair.
 */
struct link *world_dialer(struct world *world, int pair);
struct link *world_listener(struct world *world, int pair);

/**
 * world_remade(world, pair):
 * How often link_tick() asked for a new transport.
 */
unsigned world_remade(const struct world *world, int pair);

/**
 * world_send(world, pair, to_listener, buf, len):
 * Put a frame of the test's own making into a queue.
 */
void world_send(struct world *world, int pair, bool to_listener,
    const uint8_t *buf, size_t len);

/**
 * world_run(world, ms):
 * Let time pass.
 */
void world_run(struct world *world, int64_t ms);

/**
 * world_until_same(world, ms), world_until(world, done, arg, ms):
 * Let time pass until all nodes have the same digest and every body, or until
 * ${done} says so, at most ${ms}.  Return how long it took; fail the test if it
 * does not happen.
 */
int64_t world_until_same(struct world *world, int64_t ms);
int64_t world_until(struct world *world,
    bool (*done)(struct world *world, void *arg), void *arg, int64_t ms);

/**
 * world_is_same(world), world_same_digest(world):
 * Have all nodes the same digest and all bodies?  The same digest?
 */
bool world_is_same(struct world *world);
bool world_same_digest(struct world *world);

/**
 * world_write(world, node, origin, count, body_len):
 * The node gets ${count} entries of ${origin} with their bodies, from nowhere,
 * commits and tells them.
 */
void world_write(struct world *world, int node, struct origin *origin,
    size_t count, uint32_t body_len);

/**
 * world_place(world, node, origin, run, bodies):
 * The node gets a run of ${origin}, with or without its bodies.
 */
void world_place(struct world *world, int node, const struct origin *origin,
    const struct origin_run *run, bool bodies);

/**
 * world_origin(world, node):
 * The node's own key pair, as an origin whose log it can write.
 */
struct origin *world_origin(struct world *world, int node);

/**
 * world_admit(world, node, key), world_admit_all(world, key):
 * The key becomes a member in the eyes of one node, or of all.
 */
void world_admit(struct world *world, int node, const uint8_t key[KEY_LEN]);
void world_admit_all(struct world *world, const uint8_t key[KEY_LEN]);

/**
 * world_vouch(world, node, entry):
 * The node's directory takes a MEMBER entry into account.
 */
void world_vouch(
    struct world *world, int node, const struct directory_entry *entry);

/**
 * world_set_window(world, node, bytes):
 * The node tells a window of its own in HELLO, or with 0 none; strict tests hold
 * its peers to it.
 */
void world_set_window(struct world *world, int node, uint32_t bytes);

/**
 * world_set_full(world, node, full):
 * The node's disk is full: nothing can be committed.
 */
void world_set_full(struct world *world, int node, bool full);

/**
 * world_set_busy(world, node, busy):
 * The node serves nobody: too many GETs are under way.
 */
void world_set_busy(struct world *world, int node, bool busy);

/**
 * world_set_stale(world, node, stale), world_set_late(world, node, key),
 * world_set_spent(world, node, key), world_set_reader(world, node, key):
 * The HEADs of all foreign logs are old; the logs of this key come after all
 * others; what it said beyond its cuts waits (NULL: that of nobody); it is a
 * reader.
 */
void world_set_stale(struct world *world, int node, bool stale);
void world_set_late(struct world *world, int node, const uint8_t key[KEY_LEN]);
void world_set_spent(struct world *world, int node, const uint8_t key[KEY_LEN]);
void world_set_reader(
    struct world *world, int node, const uint8_t key[KEY_LEN]);

/**
 * world_view(world, node), world_store(world, node):
 * What the node knows and holds.
 */
struct view *world_view(struct world *world, int node);
struct store *world_store(struct world *world, int node);

/**
 * world_tip(world, node, log_id), world_has_body(world, node, origin, n):
 * How far a log is held; is this body held, and is it this origin's?
 */
uint64_t world_tip(
    struct world *world, int node, const uint8_t log_id[LOG_ID_LEN]);
bool world_has_body(struct world *world, int node, const struct origin *origin,
    uint64_t n, size_t len);

/**
 * world_sent(world, from, to, type), world_complaints(world, node):
 * Frames of this type that went this way; what a node complained about.
 */
unsigned world_sent(
    const struct world *world, int from, int to, enum wire_type type);
unsigned world_complaints(const struct world *world, int node);

#endif /* !ERFA_LINK_WORLD_H */
