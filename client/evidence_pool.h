#ifndef ERFA_EVIDENCE_POOL_H
#define ERFA_EVIDENCE_POOL_H

/*
 * evidence_pool - one pool: its effects, what they come to, and what must be
 * said with it.
 *
 * Which studies belong together is decided by evidence, whose other half this
 * is.  Memory comes from an arena and is freed with it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/control.pb-c.h"
#include "proto/effect.h"
#include "proto/err.h"
#include "proto/meta.h"
#include "proto/report.pb-c.h"

#define EVIDENCE_LEAVE_MAX 200 /* studies of a pool of which each is left out */
#define EVIDENCE_FEW       5   /* studies: from here on it is no longer few */

enum evidence_pool {
	EVIDENCE_ALL,
	EVIDENCE_WITH, /* with comparison, randomised or not */
	EVIDENCE_RANDOMISED,
	EVIDENCE_BEFORE_AFTER,
};

struct evidence_options {
	enum effect_measure measure; /* EFFECT_ANY: what is usual */
	enum meta_method method;
	enum meta_ci ci;
	double level; /* of intervals */
	enum evidence_pool only;
};

/* Opaque types. */
struct arena;

/* One study on its way. */
struct evidence_item {
	Erfa__EvidenceStudy *study;
	uint8_t *packed; /* without its line: what is hashed */
	size_t packed_len;
	struct effect_input input;
	Erfa__EvidenceClass class;
	bool class_assumed;

	/* Of the pool it stands in. */
	struct effect effect;
	const char *reason; /* why it is left out; NULL: it is not */
	const char *reason_text;
	bool site_twice;
	bool comparison_shared;
};

/**
 * evidence_pool_make(arena, items, count, kind, options, ret_pool):
 * Pool ${count} ${items} of one indicator, at least one and all of ${kind}, in
 * the order in which they are to be listed.  What had no effect is listed with
 * its reason.  Return ERR_NOMEM.
 */
enum err evidence_pool_make(struct arena *arena, struct evidence_item **items,
    size_t count, enum evidence_pool kind,
    const struct evidence_options *options,
    Erfa__EvidencePool **ret_pool) MUST_CHECK;

/**
 * evidence_zeroed(arena, count, size):
 * ${count} zeroed things of ${size} bytes from ${arena}, or NULL.
 */
void *evidence_zeroed(struct arena *arena, size_t count, size_t size);

/**
 * evidence_text(text):
 * ${text}, or "" for NULL, as protobuf-c gives absent fields.
 */
const char *evidence_text(const char *text);

/**
 * evidence_lend(text):
 * ${text} as protobuf-c wants it for a message that is only read.
 */
char *evidence_lend(const char *text);

#endif /* !ERFA_EVIDENCE_POOL_H */
