#ifndef ERFAD_QUOTA_H
#define ERFAD_QUOTA_H

/*
 * quota - how much each origin has sent within a day, against its budget.
 *
 * Whoever is over it comes after all others: that delays, and rejects nothing.
 * The loop thread alone uses it; it knows no clock and no disk.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"

/* The budget of one origin for a day; federation-wide habits are far below. */
#define QUOTA_ENTRIES 2000u
#define QUOTA_BYTES   UINT64_C(524288000)
#define QUOTA_MS      86400000

/*
 * What a key that is out may say beyond its cuts in a day: as much as a member's
 * whole log, so that who is new here need not wait for honest ones.
 */
#define QUOTA_BEYOND 10000u

/* Origins that are remembered at a time; more are within their budget. */
#define QUOTA_ORIGINS 16384u

/* Opaque types. */
struct quota;

/* What one origin has sent. */
struct quota_origin {
	uint8_t key[KEY_LEN];
	uint64_t entries; /* in all, within the day */
	uint64_t fresh;   /* of these: said to be written within it */
	uint64_t beyond;  /* ... and these: beyond the cuts of its logs */
	uint64_t bytes;
	int64_t since; /* when the day began, ms */
	int64_t over;  /* when it went over its budget; 0 = it has not */
};

/**
 * quota_new(entries, ret_quota), quota_free(quota):
 * An empty account, with a budget of ${entries} a day, 0 = QUOTA_ENTRIES; the
 * caller frees it.  Return ERR_NOMEM if memory runs out.  NULL may be freed.
 */
enum err quota_new(uint64_t entries, struct quota **ret_quota) MUST_CHECK;
void quota_free(struct quota *quota);

/**
 * quota_count(quota, key, entries, fresh, bytes, now):
 * Entries of this origin were taken, ${fresh} of them said to be written within
 * a day.  What finds no room is not counted.
 */
void quota_count(struct quota *quota, const uint8_t key[KEY_LEN],
    uint64_t entries, uint64_t fresh, uint64_t bytes, int64_t now);

/**
 * quota_count_beyond(quota, key, entries, now):
 * Of what quota_count() counts, so many entries lay beyond the cut of their log.
 */
void quota_count_beyond(struct quota *quota, const uint8_t key[KEY_LEN],
    uint64_t entries, int64_t now);

/**
 * quota_over(quota, key, now), quota_spent(quota, key, now):
 * Is this origin over its budget?  Has QUOTA_BEYOND come beyond its cuts?
 */
bool quota_over(
    const struct quota *quota, const uint8_t key[KEY_LEN], int64_t now);
bool quota_spent(
    const struct quota *quota, const uint8_t key[KEY_LEN], int64_t now);

/**
 * quota_next(quota, place, now, ret_origin):
 * The next origin that is over its budget by what it says it wrote within a day,
 * from *${place} on, 0 at first: a newcomer's catch-up is no flood.  False at the
 * end.
 */
bool quota_next(const struct quota *quota, size_t *place, int64_t now,
    struct quota_origin *ret_origin);

#endif /* !ERFAD_QUOTA_H */
