#ifndef ERFA_SIM_NET_H
#define ERFA_SIM_NET_H

/*
 * net - the network between simulated nodes: it implements daemon/sock.h,
 * daemon/zap.h and daemon/selftest.h, and the loop of czmq as far as the daemon
 * uses it, without a socket.
 *
 * Frames wait in queues that the simulator disturbs.  A connection behaves as
 * one of libzmq over TCP with CURVE: keys are checked when it is made, the
 * monitors tell what becomes of it, and what was in its queues is lost with it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sim/machine.h"

/* What befalls frames on their way, percent of them. */
struct net_faults {
	unsigned drop;
	unsigned twice;
	unsigned corrupt;
	unsigned delay_ms; /* each waits up to so long */
	bool reorder;      /* and may overtake others */
};

/* How two nodes are cut off from each other. */
enum net_cut {
	NET_WHOLE,
	NET_BROKEN, /* connections break at once */
	NET_SILENT, /* nothing arrives; connections break after a while */
};

/* A frame on its way: it may be changed, its memory is from malloc(). */
struct net_frame {
	int from;
	int to;
	uint8_t *data;
	size_t len;
	bool pub; /* to whoever subscribes */
};

struct net_hooks {
	/* What a node sends, before anything befalls it. */
	void (*sent)(const struct net_frame *frame);
	/* May change the frame, or return false to drop it. */
	bool (*pass)(struct net_frame *frame);
	/* An answer of a node's control socket. */
	void (*answered)(int node, const uint8_t *data, size_t len);
};

/**
 * net_begin(hooks):
 * A network without nodes or faults.
 */
void net_begin(const struct net_hooks *hooks);

/**
 * net_set_faults(faults), net_set_queue(frames), net_cut(a, b, how):
 * Faults of all connections; how many frames a queue holds; cut two nodes off
 * from each other, or mend it.
 */
void net_set_faults(struct net_faults faults);
void net_set_queue(size_t frames);
void net_cut(int a, int b, enum net_cut how);

/**
 * net_break(node):
 * All connections of a node break; they come up again by themselves.
 */
void net_break(int node);

/**
 * net_ask(node, data, len):
 * A request at the control socket of a node; copied.
 */
void net_ask(int node, const uint8_t *data, size_t len);

/**
 * net_inject(from, to, data, len):
 * Put a frame of the simulator's making into the queue of a connection that
 * ${from} has with ${to}; copied.  Return whether there is one.
 */
bool net_inject(int from, int to, const uint8_t *data, size_t len);

/**
 * net_run(), net_next():
 * Do what is due: deliver, connect, break off.  When the next thing is due.
 */
void net_run(void);
int64_t net_next(void);

/**
 * net_frames():
 * How many frames were sent so far.
 */
uint64_t net_frames(void);

/**
 * net_turn(loop):
 * Have a node's loop handle what is ready; return whether anything was.
 * ${loop} is its zloop_t.
 */
bool net_turn(void *loop);

/**
 * net_tick(loop):
 * Let the first timer of a node's loop run out.
 */
void net_tick(void *loop);

#endif /* !ERFA_SIM_NET_H */
