#ifndef ERFA_CONN_H
#define ERFA_CONN_H

/*
 * conn - the way to the local erfad: one request, one answer, one deadline.
 *
 * The client's only user of czmq.
 */

#include <stdbool.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"

#define CONN_SOCKET "/run/erfa/control" /* where erfad listens by default */

/* Opaque types. */
struct conn;

/**
 * conn_open(path, ret_conn):
 * Connect to the socket file ${path}.  Close with conn_close().  Return
 * ERR_NOENT if there is none, ERR_DENIED if this user may not open it, ERR_IO
 * if nobody listens there, ERR_SIZE if the path is too long for a socket, or
 * ERR_NOMEM.
 */
enum err conn_open(const char *path, struct conn **ret_conn) MUST_CHECK;

/**
 * conn_close(conn):
 * Does nothing for NULL.
 */
void conn_close(struct conn *conn);

/**
 * conn_ask(conn, request, wait_ms, ret_answer):
 * Send ${request}, numbered, and wait at most ${wait_ms} for its answer.  The
 * caller frees *${ret_answer} with control_free_answer().  Return ERR_BUSY if
 * there is none in time, ERR_GAP if erfad went away meanwhile or the user
 * stopped us (see conn_stopped()), ERR_VERSION if it speaks another version of
 * this protocol, ERR_SYNTAX, ERR_DEPTH or ERR_LIMIT if its answer makes no
 * sense, ERR_SIZE if the request is too long, or ERR_NOMEM.  After an error
 * ${conn} is of no more use.
 */
enum err conn_ask(struct conn *conn, Erfa__Request *request, int wait_ms,
    Erfa__Answer **ret_answer) MUST_CHECK;

/**
 * conn_lost(conn):
 * Return whether erfad has hung up since ${conn} was opened, between two
 * requests: then it is of no more use, and nothing is to be sent through it.
 */
bool conn_lost(struct conn *conn);

/**
 * conn_catch():
 * From now on Ctrl-C is only noted, as while there is a connection; for what
 * must clean up after itself without one.
 */
void conn_catch(void);

/**
 * conn_stopped():
 * Return whether the user has pressed Ctrl-C since a connection was opened.
 */
bool conn_stopped(void);

#endif /* !ERFA_CONN_H */
