#ifndef ERFAD_NODE_BUNDLE_INTERNAL_H
#define ERFAD_NODE_BUNDLE_INTERNAL_H

/*
 * node_bundle_internal - what the two files of bundles share.
 *
 *   node_bundle.c      requests, frames, bodies, answers
 *   node_bundle_run.c  where the runs of a bundle belong
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"
#include "proto/log.h"
#include "daemon/writer.h"

/* Opaque types. */
struct node;
struct waiter;

/* What one request brings. */
struct import {
	struct writer_job job; /* first: after all that it brought */
	struct import *next;
	struct node *node;
	struct waiter *waiter;
	Erfa__Answer *whole;
	Erfa__BundleImportAnswer *answer; /* of ${whole} */
	size_t at;                        /* the next frame */
	size_t writing;  /* runs and bodies on their way through the writer */
	bool branched;   /* a run of another branch was among them */
	enum err err;    /* why nothing more can be written */
	uint64_t change; /* of the directory, that the answer waits for */
};

/**
 * bundle_cut(import, key, log_id), bundle_skip(import, key, log_id):
 * How far a log counts; name one of a key that is no member, once.
 */
uint64_t bundle_cut(const struct import *import, const uint8_t key[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN]);
void bundle_skip(struct import *import, const uint8_t key[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN]);

/**
 * bundle_lacks(import, log_id):
 * Name a log whose entries before the bundle's are not here, once.
 */
void bundle_lacks(struct import *import, const uint8_t log_id[LOG_ID_LEN]);

/**
 * bundle_run(import, run):
 * Take in a run: what of it is new is verified and handed to the writer, what
 * says otherwise than what is here as a branch, and the rest is counted as known.
 * Return ERR_BUSY if what was handed over before must be on disk first, what
 * verify_run() returns if the run is wrong, ERR_SYNTAX if its entry 1 is no
 * GENESIS of its log, or ERR_CHAIN if it continues another branch, of which
 * nothing is here.
 */
enum err bundle_run(
    struct import *import, const struct log_run *run) MUST_CHECK;

#endif /* !ERFAD_NODE_BUNDLE_INTERNAL_H */
