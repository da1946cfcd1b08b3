#ifndef ERFAD_POSSET_H
#define ERFAD_POSSET_H

/*
 * posset - a set of positions (log, n): bodies that are being fetched.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"

/* Opaque types. */
struct posset;

/**
 * posset_new(ret_set), posset_free(set):
 * An empty set.  NULL may be freed.  Return ERR_NOMEM.
 */
enum err posset_new(struct posset **ret_set) MUST_CHECK;
void posset_free(struct posset *set);

/**
 * posset_add(set, log_id, n), posset_remove(set, log_id, n),
 * posset_has(set, log_id, n), posset_count(set):
 * Add (ERR_SIZE for n = 0, ERR_NOMEM), remove if there, look up, count.
 */
enum err posset_add(struct posset *set, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n) MUST_CHECK;
void posset_remove(
    struct posset *set, const uint8_t log_id[LOG_ID_LEN], uint64_t n);
bool posset_has(
    const struct posset *set, const uint8_t log_id[LOG_ID_LEN], uint64_t n);
size_t posset_count(const struct posset *set);

#endif /* !ERFAD_POSSET_H */
