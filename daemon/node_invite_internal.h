#ifndef ERFAD_NODE_INVITE_INTERNAL_H
#define ERFAD_NODE_INVITE_INTERNAL_H

/*
 * node_invite_internal - what the files about members that people let in and out
 * share.
 *
 *   node_invite.c  invitations: made, listed, revoked; requests that wait
 *   node_accept.c  strangers let in, keys vouched for
 *   node_remove.c  members removed, and what of theirs stays valid
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/limits.h"

struct node;
struct waiter;

/* A request whose answer waits for its commit. */
struct member_request {
	struct waiter *waiter;
	char org[ORG_MAX + 1];
	char line[INVITE_LINE_MAX + 1];
	uint64_t expires_ms;
	uint8_t key[KEY_LEN];
	bool has_key;
	bool has_old;
	uint8_t old_key[KEY_LEN]; /* that it takes the place of */
	char check[INVITE_CHECK_LEN + 1];
	struct header_member *member; /* that was written, or NULL */
	size_t nwithdrawn;            /* of these, if they withdraw keys */
};

/* ---- node_invite.c ---- */

/**
 * member_request_new(node, waiter, org), member_request_free(request):
 * A request for this client about ${org}, or NULL with the client told.  Freeing
 * it leaves the waiter.
 */
struct member_request *member_request_new(
    struct node *node, struct waiter *waiter, const char *org);
void member_request_free(struct member_request *request);

/**
 * member_request_failed(node, request, err):
 * If the commit failed, or the node is closing (${node} is NULL), say so, free
 * the request, and return true.
 */
bool member_request_failed(
    struct node *node, struct member_request *request, enum err err);

/* ---- node_accept.c ---- */

/**
 * member_check_digits(text, out):
 * Read the digits of a check number, blanks left out, as groups of four.  Return
 * false if it is none; ${out} then means nothing.
 */
bool member_check_digits(const char *text, char out[INVITE_CHECK_LEN + 1]);

#endif /* !ERFAD_NODE_INVITE_INTERNAL_H */
