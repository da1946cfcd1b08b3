#include "tests/unit/idle_host.h"

#include <string.h>

#include "proto/crypto.h"
#include "proto/wire.h"
#include "daemon/peer.h"

static enum err
host_send(void *host, struct link *link, uint8_t *buf, size_t len)
{
	struct peer *peer = link_peer(link);

	(void)host;
	return peer->send(peer, buf, len);
}

static void
host_changed(void *host, struct link *link)
{
	(void)host;
	(void)link;
}

static uint64_t
host_cut(
    void *host, const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN])
{
	(void)host;
	(void)key;
	(void)log_id;
	return 0;
}

static enum err
host_chain_at(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint8_t ret_c[HASH_LEN])
{
	(void)host;
	(void)log_id;
	(void)n;
	(void)ret_c;
	return ERR_NOENT;
}

static enum err
host_boundary_at(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    struct log_tip *ret_tip)
{
	(void)host;
	(void)log_id;
	(void)n;
	(void)ret_tip;
	return ERR_NOENT;
}

static enum err
host_read_run(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t first,
    const uint8_t *branch, struct log_run *ret_run, void **ret_memory)
{
	(void)host;
	(void)log_id;
	(void)first;
	(void)branch;
	(void)ret_run;
	(void)ret_memory;
	return ERR_NOENT;
}

static void
host_read_body(void *host, const struct wire_ref *ref, const uint8_t *branch,
    struct link_body *ret_body)
{
	(void)host;
	(void)ref;
	(void)branch;
	memset(ret_body, 0, sizeof(*ret_body));
	ret_body->state = WIRE_ABSENT;
}

static bool
host_holds(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN])
{
	(void)host;
	(void)log_id;
	(void)n;
	(void)c8;
	return false;
}

static enum err
host_other_head(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN], uint8_t ret_head[HEAD_LEN])
{
	(void)host;
	(void)log_id;
	(void)n;
	(void)c8;
	(void)ret_head;
	return ERR_NOENT;
}

static enum err
host_branch_next(void *host, struct link_branch *at)
{
	(void)host;
	(void)at;
	return ERR_NOENT;
}

static uint32_t
host_hold_bodies(void *host)
{
	(void)host;
	return 0;
}

static size_t
host_want_bodies(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes)
{
	(void)host;
	(void)link;
	(void)refs;
	(void)max;
	(void)max_bytes;
	return 0;
}

static uint64_t
host_bodies_mark(void *host)
{
	(void)host;
	return 0;
}

static size_t
host_want_branch(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes, uint8_t ret_branch[LINK_BRANCH_LEN])
{
	(void)ret_branch;
	return host_want_bodies(host, link, refs, max, max_bytes);
}

static bool
host_may_fetch(void *host)
{
	(void)host;
	return true;
}

static bool
host_serving(void *host, int change)
{
	(void)host;
	(void)change;
	return true;
}

static uint32_t
host_random(void *host)
{
	uint32_t number;

	(void)host;
	crypto_random(&number, sizeof(number));
	return number;
}

static void
host_hello(void *host, const struct link *link, struct wire_hello *hello)
{
	(void)host;
	(void)link;
	(void)hello;
}

static void
host_greeted(void *host, struct link *link, const struct wire_hello *hello)
{
	(void)host;
	(void)link;
	(void)hello;
}

static void
host_misbehaved(void *host, struct link *link, const char *what)
{
	(void)host;
	(void)link;
	(void)what;
}

struct link_host
idle_host(void)
{
	return (struct link_host){
		.send = host_send,
		.hello = host_hello,
		.greeted = host_greeted,
		.changed = host_changed,
		.cut = host_cut,
		.chain_at = host_chain_at,
		.boundary_at = host_boundary_at,
		.read_run = host_read_run,
		.read_body = host_read_body,
		.holds = host_holds,
		.other_head = host_other_head,
		.branch_next = host_branch_next,
		.hold_bodies = host_hold_bodies,
		.want_bodies = host_want_bodies,
		.bodies_mark = host_bodies_mark,
		.want_branch = host_want_branch,
		.may_fetch = host_may_fetch,
		.serving = host_serving,
		.misbehaved = host_misbehaved,
		.random = host_random,
	};
}
