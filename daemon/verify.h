#ifndef ERFAD_VERIFY_H
#define ERFAD_VERIFY_H

/*
 * verify - may these bytes enter the store?  Pure functions: no clock, no
 * policy, no disk and no socket, so that every node answers alike.
 */

#include <stdint.h>

#include "proto/err.h"
#include "proto/log.h"

/**
 * verify_run(key, inc, start, run, ret_end):
 * Check a run of the log (${key}, ${inc}) against the tip before it, as
 * log_run_verify() does and with its errors; and if the run begins the log,
 * that entry 1 is a GENESIS that names this key and incarnation, else
 * ERR_SYNTAX.  No other header is decoded.
 */
enum err verify_run(const uint8_t key[KEY_LEN], uint64_t inc,
    const struct log_tip *start, const struct log_run *run,
    struct log_tip *ret_end) MUST_CHECK;

#endif /* !ERFAD_VERIFY_H */
