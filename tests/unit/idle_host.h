#ifndef ERFA_IDLE_HOST_H
#define ERFA_IDLE_HOST_H

/*
 * idle_host - what a link asks of a node that has no logs and wants none, for
 * tests that answer only some of it themselves.
 */

#include "daemon/link.h"

/**
 * idle_host():
 * A table of functions that send over the link's peer, have nothing, want
 * nothing and take note of nothing; put others in the place of some.  It names
 * nobody in HELLO, and nothing may be taken from a peer: cut() says 0.
 */
struct link_host idle_host(void);

#endif /* !ERFA_IDLE_HOST_H */
