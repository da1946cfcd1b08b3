#ifndef ERFAD_NODE_H
#define ERFAD_NODE_H

/*
 * node - everything of erfad brought together: the only place where the
 * storage wing and the socket wing meet.
 *
 *  frame -> link (decode, verify) -> writer (one transaction for all that wait)
 *        -> commit -> view -> NOTE to links and feed, index, waiting clients
 *
 * The loop thread runs everything here but what is marked otherwise.
 */

#include <stdbool.h>

#include "proto/err.h"

/* Opaque types. */
struct config;
struct node;

/**
 * node_open(config, ret_node):
 * Open store and index, start the threads, bind and dial.  ${config} is
 * borrowed for the node's life.  What is wrong is logged; the error decides
 * erfad's exit status: ERR_BUSY (store or port in use), ERR_VERSION (newer
 * store), ERR_DENIED (key or directory unusable, or the transport let a
 * stranger in), ERR_DAMAGED, ERR_FULL, ERR_IO, ERR_NOMEM.
 */
enum err node_open(
    const struct config *config, struct node **ret_node) MUST_CHECK;

/**
 * node_run(node, stop_fd):
 * Serve until ${stop_fd}, a signalfd, tells of a signal other than SIGHUP, at
 * which the settings are read again.  Return ERR_IO if the loop breaks off, or as
 * soon as a commit ended with it: then nothing is told any more, and the next
 * node_open() finishes what was begun.
 */
enum err node_run(struct node *node, int stop_fd) MUST_CHECK;

/**
 * node_restarts(node):
 * After node_run(): shall the program begin anew, with another key?
 */
bool node_restarts(const struct node *node);

/**
 * node_endpoint(node):
 * The bound "host:port"; empty if the node only dials out.
 */
const char *node_endpoint(const struct node *node);

/**
 * node_close(node):
 * End the threads in order, finish what was accepted, free everything.  NULL
 * is allowed.
 */
void node_close(struct node *node);

#endif /* !ERFAD_NODE_H */
