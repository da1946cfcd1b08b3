#ifndef ERFA_SIM_WORLD_H
#define ERFA_SIM_WORLD_H

/*
 * world - the simulated nodes: real ones, opened with node_open() on a state
 * directory in memory, over the network of net.h.
 *
 * Box 0 is the registry: all pin its key, and it vouches for the others.  Boxes
 * may be ended at any moment, begun again, and put back to an earlier state.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/control.h"
#include "daemon/config_value.h"
#include "daemon/node_internal.h"
#include "tests/sim/files.h"
#include "tests/sim/machine.h"
#include "tests/sim/net.h"

#define WORLD_BOXES MACHINE_NODES
#define WORLD_DIALS 3
#define WORLD_PUBS  400
#define WORLD_SHOTS 12
#define WORLD_SAFES 6
#define WORLD_KEYS  6 /* of one node, one after the other */
#define WORLD_PINS  8
#define WORLD_PATH  FILES_PATH

/* What was published. */
struct pub {
	int box;
	int era; /* former keys that its writer had then */
	size_t len;
	unsigned
	    readers;   /* boxes that it is sealed to, bits; 0 = it is public */
	bool acked;    /* it was told that this is durable */
	bool may_lose; /* every copy was rolled back meanwhile */
	bool erased;   /* its erasure was told to be durable */
	bool erasing;  /* or asked for */
	bool erased_by_some; /* who had that before a cut came has erased it */
	bool hidden;         /* its writer had been removed before */
	bool stays; /* its writer was removed after it had reached all */
};

/* What a node holds of each, the most of all places. */
enum hold {
	HOLD_NONE,
	HOLD_ERASED, /* and no copy of it */
	HOLD_BODY,   /* somewhere: outbox, branch, beyond a cut */
	HOLD_FULLY,  /* in a log, where it counts */
};

struct holding {
	uint8_t of[WORLD_PUBS];
	bool erased[WORLD_PUBS];     /* some place of it is marked as erased */
	unsigned knows[WORLD_BOXES]; /* earlier keys of each, bits: a MEMBER
				      * entry vouches for them */
};

/* A node. */
struct box {
	int number;
	bool made;
	bool is_up;
	bool listens;
	bool out;      /* to be removed: its state says nothing */
	bool removed;  /* the registry said that it is */
	bool twin;     /* has the key of another box */
	bool may_fork; /* its memory was rolled back: its logs may be forked */
	bool forker;   /* an equivocator */
	bool loses_power; /* as soon as its disk ends */
	bool was_back;    /* it was put back, and knows that ... */
	bool caught_up;   /* ... and since then a peer knew its older logs */
	bool back_now;    /* it has not been begun since */
	bool must_hold;   /* bodies, until it has caught up */
	bool lost_once;   /* it lost its key, with all it had ... */
	unsigned unheard; /* ... when nobody had heard of these of its keys, or
			   * had any more; bits of ${former} */
	struct holding knew_erased; /* before it was put back */
	int64_t opened_at;
	int64_t next_tick;
	int dials[WORLD_DIALS];
	int ndials;
	char dir[WORLD_PATH];
	char org[16];
	char listen[32];
	char paths[4][WORLD_PATH + 16]; /* key, state, runtime, control */
	uint8_t pinned[WORLD_PINS][KEY_LEN];
	struct config config;
	struct crypto_key key;               /* in force */
	uint8_t former[WORLD_KEYS][KEY_LEN]; /* keys of before */
	int nformer;
	struct node *node; /* NULL if it is not up */
};

/* A copy of a box's files, taken together with others of one number. */
struct shot {
	int box;
	unsigned group;
	bool has_fence; /* it vouched for the log as it is in the copy */
	bool settled;   /* no change of key was under way */
	uint8_t key[KEY_LEN];
	char dir[WORLD_PATH];
	struct holding holding;
};

/* A backup that a node made; safe.h. */
struct safe {
	int box;
	bool begun; /* it was asked for */
	bool done;  /* it is whole */
	bool settled;
	uint8_t key[KEY_LEN]; /* in force */
	int64_t asked_at;
	unsigned erasures; /* that were answered by then */
	char id[64];
	char dir[WORLD_PATH];
	char part[2 * WORLD_PATH]; /* the file that is being written */
	struct holding holding;
};

struct world {
	uint64_t seed;
	char root[WORLD_PATH];
	int nboxes;
	struct box boxes[WORLD_BOXES];
	struct pub pubs[WORLD_PUBS];
	int npubs;
	struct shot shots[WORLD_SHOTS];
	int nshots;
	unsigned ngroups;
	struct safe safes[WORLD_SAFES];
	int nsafes;
	unsigned nerased;     /* answered */
	unsigned nremoved;    /* answered */
	unsigned nback;       /* boxes that were put back, in any way */
	unsigned nwitness;    /* WITNESS entries that were checked */
	unsigned circle;      /* boxes in the restricted group, bits ... */
	unsigned circle_left; /* and those that left it */
	uint32_t beacon_ms;   /* of all nodes; 0 = as in life */
	char failure[400];    /* empty: none */
	const char *invariant;
};

/**
 * world_begin(world, root, seed), world_end(world):
 * A world without boxes in the empty directory ${root}; close all and remove
 * what they left.
 */
void world_begin(struct world *world, const char *root, uint64_t seed);
void world_end(struct world *world);

/*
 * What the simulator learned to do later happens from this seed on, so that the
 * seeds that were kept before go on to mean what they did.
 */
#define WORLD_LATER 20001

/* Schedules from this one on roll a hub and a leaf back again and again. */
#define WORLD_AGAIN 400001

/*
 * From this one on all may happen that the simulator knows: backups, changes of
 * keys, keys that are lost.
 */
#define WORLD_WHOLE 1000001

/* From this one on members also let strangers in, and put them out. */
#define WORLD_WORDS 2000001

/**
 * world_is_later(world), world_is_whole(world):
 * Does it happen in this one?
 */
bool world_is_later(const struct world *world);
bool world_is_whole(const struct world *world);

/**
 * world_fail(world, invariant, format, ...):
 * An invariant does not hold; the first one counts.
 */
void world_fail(struct world *world, const char *invariant, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/**
 * world_box(world, listens):
 * A new box with a key of its own, not begun yet.
 */
struct box *world_box(struct world *world, bool listens);

/**
 * world_dials(box, other):
 * It is to dial the other, from its first beginning on.
 */
void world_dials(struct box *box, const struct box *other);

/**
 * world_word(box, stranger):
 * The node writes a MEMBER entry, of what kind by chance, about the key of a
 * stranger; it does nothing if the box is not up.
 */
void world_word(struct box *box, unsigned stranger);

/**
 * world_open(world, box):
 * Begin a node.
 */
void world_open(struct world *world, struct box *box);

/**
 * world_vouch(world, box):
 * The registry writes a MEMBER entry for it, and it one for the registry.
 */
void world_vouch(struct world *world, struct box *box);

/**
 * world_vouch_back(world, box), world_dial_anew(world, box, other):
 * It writes one for the registry.  Or it takes a new line of one that it dials.
 */
void world_vouch_back(struct world *world, struct box *box);
void world_dial_anew(
    struct world *world, struct box *box, const struct box *other);

/**
 * world_stop(world, box), world_kill(world, box):
 * End a node as SIGTERM does; or at once.
 */
void world_stop(struct world *world, struct box *box);
void world_kill(struct world *world, struct box *box);

/**
 * world_run(world, ms):
 * Let time pass.
 */
void world_run(struct world *world, int64_t ms);

/**
 * world_publish(world, box, len):
 * Have a node publish ${len} bytes.
 */
void world_publish(struct world *world, struct box *box, size_t len);

/**
 * world_publish_sealed(world, box, len):
 * The same, sealed to those who are in the restricted group, of which it is one.
 */
void world_publish_sealed(struct world *world, struct box *box, size_t len);

/**
 * world_pub_body(pub, number, out), world_pub_of(header):
 * The bytes of what was published; the number of what this header published,
 * or -1.
 */
void world_pub_body(const struct pub *pub, int number, uint8_t *out);
int world_pub_of(const struct header *header);

/**
 * world_erase(world, box, number):
 * Ask a node to erase all that it holds of what was published under this
 * number.  Return false if it holds nothing of it.
 */
bool world_erase(struct world *world, struct box *box, int number);

/**
 * world_note_cut(world, box):
 * The registry is about to withdraw the former keys of a node: of what they
 * signed, that which has not reached it may be lost.
 */
void world_note_cut(struct world *world, const struct box *box);

/**
 * world_remove(world, box):
 * Ask the registry to remove a member.
 */
void world_remove(struct world *world, struct box *box);

/**
 * world_recut(world, box):
 * Ask the registry to withdraw a removed member anew, with a cut before that of
 * before.  Return false if nothing of it counts there.
 */
bool world_recut(struct world *world, struct box *box);

/**
 * world_answered(world, node, data, len):
 * The function net_hooks.answered.
 */
void world_answered(
    struct world *world, int node, const uint8_t *data, size_t len);

/**
 * world_ask(box, request):
 * Put a request to the control socket of a node; its answer comes by and by.
 */
void world_ask(const struct box *box, Erfa__Request *request);

/**
 * world_shoot(world, box, group):
 * Copy a box's files, to be put back later.  Return NULL if there are too many.
 */
struct shot *world_shoot(struct world *world, struct box *box, unsigned group);

/* How a copy is put back. */
enum back {
	BACK_RESTORED, /* as new files, as from a backup */
	BACK_BOOTED,   /* in place, as a disk's snapshot; the fence is gone */
	BACK_UNSEEN,   /* in place; the fence stays, ahead of the store */
	BACK_MEMORY,   /* in place, and the fence with it: nobody notices */
};

/**
 * world_put_back(world, shot, box, how):
 * Put the files of a shot into a box that is down.
 */
void world_put_back(struct world *world, const struct shot *shot,
    struct box *box, enum back how);

/**
 * world_set_back(world, box, how):
 * The files of a box that is down are about to be replaced.
 */
void world_set_back(struct world *world, struct box *box, enum back how);

/**
 * world_settled(box):
 * Is no change of its key under way, up or down?
 */
bool world_settled(struct box *box);

/**
 * world_wake(box, stepped_ms):
 * A box that was put back with its memory remembers that its links were up; its
 * clock steps.
 */
void world_wake(struct box *box, int64_t stepped_ms);

/**
 * world_fence(box, out):
 * Where its fence is.
 */
void world_fence(const struct box *box, char out[WORLD_PATH + 32]);

/**
 * world_twin(world, shot, forged):
 * A new box with the key and the files of ${shot}; ${forged}: with a fence that
 * vouches for its log, so that it will go on with it as the first one does.
 * Return NULL if there are too many boxes.
 */
struct box *world_twin(
    struct world *world, const struct shot *shot, bool forged);

/**
 * world_hold(world, box, ret_holding):
 * What a box holds now, up or down.
 */
void world_hold(
    struct world *world, struct box *box, struct holding *ret_holding);

/**
 * world_owns(box, key):
 * Is this its key, or was it?
 */
bool world_owns(const struct box *box, const uint8_t key[KEY_LEN]);

/**
 * world_is_honest(box):
 * Does the circle at the end consist of it: up or down, in, no equivocator?
 */
bool world_is_honest(const struct box *box);

#endif /* !ERFA_SIM_WORLD_H */
