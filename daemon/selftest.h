#ifndef ERFAD_SELFTEST_H
#define ERFAD_SELFTEST_H

/*
 * selftest - does this machine's libzmq really refuse strangers?
 */

#include "proto/err.h"

struct zap;

/**
 * selftest_zap(zap):
 * Bind a ROUTER with the options of the public one on 127.0.0.1, dial it with
 * a random key, which must be refused, then with one that has a rule, which
 * must get through under its User-Id.  Takes some 20 ms, at most 4 s.  Call it
 * before the first zap_set() and before any other socket listens: it uses the
 * table and leaves it empty.  Return ERR_DENIED if the stranger got in: nothing
 * may be bound then.  ERR_IO if no decision came in time or the allowed key did
 * not get through, ERR_NOMEM, ERR_LIMIT.
 */
enum err selftest_zap(struct zap *zap) MUST_CHECK;

#endif /* !ERFAD_SELFTEST_H */
