/*
 * Fuzz a link with what a peer sends: no frame, in whatever order and at
 * whatever time, makes it hand over what does not verify, ask for more than it
 * may, or remember without bound.
 *
 * The input is a byte that says who dialled, then records: what to do, le16
 * length, bytes.  The other side is a host with one short log in memory, which
 * counts a second one as a member's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "daemon/link.h"
#include "daemon/verify.h"
#include "tests/unit/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define ENTRIES  5
#define BODY_LEN 40

/* What a record of the input means. */
enum act {
	ACT_RECEIVE,
	ACT_RECEIVE_NOTE,
	ACT_WAIT, /* for so many milliseconds as the first two bytes say */
	ACT_DOWN,
	ACT_UP,
	ACT_RETHINK,
	ACTS,
};

/* Logs that are the same for every input. */
struct logs {
	struct origin mine;
	struct origin theirs;
	struct origin_run run; /* of mine, ENTRIES long */
	uint8_t c[ENTRIES + 1][HASH_LEN];
};

struct host {
	const struct logs *logs;
	struct view *view;
	struct link *link;
	bool fetching;
	int serving;
	uint32_t chance;
	uint64_t mark;
};

static void
need(bool good)
{
	if (!good)
		abort();
}

static const struct logs *
logs(void)
{
	static struct logs made;
	struct log_tip tip;
	size_t i;

	if (made.run.run.count > 0)
		return &made;
	need(crypto_init() == ERR_NONE);
	origin_begin(&made.theirs, 2, 2);
	origin_begin(&made.mine, 1, 1);
	tip = made.mine.tip;
	memcpy(made.c[0], tip.c, HASH_LEN);
	origin_write(&made.mine, &made.run, ENTRIES, BODY_LEN);
	for (i = 0; i < ENTRIES; i++) {
		need(log_step(&tip, made.run.headers[i].data,
			 made.run.headers[i].len) == ERR_NONE);
		memcpy(made.c[i + 1], tip.c, HASH_LEN);
	}
	return &made;
}

static bool
is_mine(const struct host *host, const uint8_t *log_id)
{
	return memcmp(log_id, host->logs->mine.log_id, LOG_ID_LEN) == 0;
}

/* ---- the host ---- */

static enum err
host_send(void *arg, struct link *link, uint8_t *buf, size_t len)
{
	struct host *host = arg;
	struct wire_msg msg;

	(void)link;
	need(len <= MSG_MAX && wire_decode(buf, len, &msg) == ERR_NONE);
	if (msg.type == WIRE_GET)
		need(msg.u.get.max_bytes <= WINDOW_MAX / GETS_MAX);
	wire_clear(&msg);
	free(buf);
	return host->chance % 16 == 0 ? ERR_BUSY : ERR_NONE;
}

static void
host_hello(void *arg, const struct link *link, struct wire_hello *hello)
{
	struct host *host = arg;

	(void)link;
	hello->has_key = true;
	memcpy(hello->key, host->logs->mine.key.public_key, KEY_LEN);
}

static void
host_greeted(void *arg, struct link *link, const struct wire_hello *hello)
{
	(void)arg;
	need(hello->has_key && link_key(link) != NULL);
}

static void
host_changed(void *arg, struct link *link)
{
	(void)link;
	((struct host *)arg)->mark++;
}

static uint64_t
host_cut(
    void *arg, const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN])
{
	const struct logs *known = ((struct host *)arg)->logs;

	(void)log_id;
	return memcmp(key, known->mine.key.public_key, KEY_LEN) == 0 ||
		memcmp(key, known->theirs.key.public_key, KEY_LEN) == 0 ?
	    UINT64_MAX :
	    0;
}

static enum err
host_chain_at(void *arg, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    uint8_t ret_c[HASH_LEN])
{
	struct host *host = arg;

	if (!is_mine(host, log_id) || n > ENTRIES)
		return ERR_NOENT;
	memcpy(ret_c, host->logs->c[n], HASH_LEN);
	return ERR_NONE;
}

static enum err
host_boundary_at(void *arg, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    struct log_tip *ret_tip)
{
	struct host *host = arg;

	if (!is_mine(host, log_id) || n > ENTRIES)
		return ERR_NOENT;
	*ret_tip = host->logs->run.start;
	return ERR_NONE;
}

static enum err
host_read_run(void *arg, const uint8_t log_id[LOG_ID_LEN], uint64_t first,
    const uint8_t *branch, struct log_run *ret_run, void **ret_memory)
{
	struct host *host = arg;

	if (!is_mine(host, log_id) || first == 0 || first > ENTRIES ||
	    (branch != NULL && host->chance % 2 == 0))
		return ERR_NOENT;
	*ret_run = host->logs->run.run;
	ret_run->first = first;
	ret_run->headers += first - 1;
	ret_run->count -= (size_t)(first - 1);
	memcpy(ret_run->c_prev, host->logs->c[first - 1], HASH_LEN);
	*ret_memory = NULL;
	return ERR_NONE;
}

static void
host_read_body(void *arg, const struct wire_ref *ref, const uint8_t *branch,
    struct link_body *ret_body)
{
	struct host *host = arg;
	uint8_t *body;

	(void)branch;
	ret_body->state = WIRE_ABSENT;
	if (!is_mine(host, ref->log_id) || ref->n < 2 || ref->n > ENTRIES ||
	    (body = malloc(BODY_LEN)) == NULL)
		return;
	origin_body(0, ref->n, body, BODY_LEN);
	origin_salt(0, ref->n, ret_body->salt);
	ret_body->state = WIRE_OK;
	ret_body->data = body;
	ret_body->len = BODY_LEN;
	ret_body->memory = body;
}

static bool
host_holds(void *arg, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN])
{
	struct host *host = arg;

	(void)c8;
	return is_mine(host, log_id) && n > 0 && n <= ENTRIES &&
	    host->chance % 2 != 0;
}

static enum err
host_other_head(void *arg, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN], uint8_t ret_head[HEAD_LEN])
{
	struct host *host = arg;

	(void)n;
	(void)c8;
	if (!is_mine(host, log_id))
		return ERR_NOENT;
	memcpy(ret_head, host->logs->run.head, HEAD_LEN);
	return ERR_NONE;
}

static enum err
host_branch_next(void *arg, struct link_branch *at)
{
	struct host *host = arg;
	const struct view_log *log = view_find(
	    host->view, host->logs->mine.log_id);

	if (at->stored || !log->frozen)
		return ERR_NOENT;
	memcpy(at->log_id, log->log_id, LOG_ID_LEN);
	at->stored = true;
	at->tip = log->tip;
	return ERR_NONE;
}

static uint32_t
host_hold_bodies(void *arg)
{
	return ((struct host *)arg)->chance % 8 == 0 ? 1000 : 0;
}

/* What was handed over continues what is known, and verifies. */
static void
host_take_run(void *arg, struct link *link, struct view_log *log,
    const struct log_run *run, const struct wire_body *body)
{
	struct host *host = arg;
	struct log_tip end;

	(void)link;
	need(verify_run(log->key, log->inc, &log->pending, run, &end) ==
	    ERR_NONE);
	need(body == NULL || body->ref.n == run->first);

	/* Sometimes it is committed. */
	if (host->chance % 4 != 0 && !is_mine(host, log->log_id)) {
		log->tip = end;
		log->counted = end.n;
		memcpy(log->counted_c8, end.c, C8_LEN);
	}
}

static void
host_take_branch(void *arg, struct link *link, struct view_log *log,
    const struct log_run *run, uint64_t last_common)
{
	(void)arg;
	(void)link;
	need(last_common <= log->tip.n && run->count > 0);
	log->frozen = true;
	log->last_common = last_common;
	log->counted = last_common;
	log->pending = log->tip;
}

static void
host_take_head(void *arg, struct view_log *log, const uint8_t head[HEAD_LEN])
{
	(void)arg;
	need(log_head_verify(log->key, head) == ERR_NONE);
}

static void
host_take_body(void *arg, struct link *link, const struct wire_ref *ref,
    const uint8_t salt[SALT_LEN], const uint8_t *data, size_t len)
{
	struct host *host = arg;
	uint8_t commit[HASH_LEN];

	need(host->fetching && len > 0 && len <= BODY_MAX);
	host->fetching = false;
	crypto_commit(salt, data, len, commit);
	if (commit[0] % 2 == 0)
		link_mark_bad(link, ref);
}

static size_t
host_want_bodies(void *arg, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes)
{
	struct host *host = arg;

	need(max > 0 && max_bytes > 0);
	memset(&refs[0], 0, sizeof(refs[0]));
	memcpy(refs[0].log_id, host->logs->theirs.log_id, LOG_ID_LEN);
	refs[0].n = 2;
	if (host->fetching || link_lacks(link, &refs[0]))
		return 0;
	host->fetching = true;
	return 1;
}

static uint64_t
host_bodies_mark(void *arg)
{
	return ((struct host *)arg)->mark;
}

static size_t
host_want_branch(void *arg, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes, uint8_t ret_branch[LINK_BRANCH_LEN])
{
	memset(ret_branch, 1, LINK_BRANCH_LEN);
	return host_want_bodies(arg, link, refs, max, max_bytes);
}

static void
host_body_failed(void *arg, struct link *link, const struct wire_ref *ref)
{
	struct host *host = arg;

	(void)link;
	need(host->fetching && ref->n == 2);
	host->fetching = false;
	host->mark++;
}

static bool
host_may_fetch(void *arg)
{
	return ((struct host *)arg)->chance % 32 != 0;
}

static bool
host_serving(void *arg, int change)
{
	struct host *host = arg;

	if (change > 0 && host->chance % 16 == 1)
		return false;
	host->serving += change;
	need(host->serving >= 0 && host->serving <= GETS_MAX);
	return true;
}

static void
host_misbehaved(void *arg, struct link *link, const char *what)
{
	(void)arg;
	(void)link;
	need(what[0] != '\0');
}

static uint32_t
host_random(void *arg)
{
	struct host *host = arg;

	host->chance = host->chance * 1664525 + 1013904223;
	return host->chance >> 8;
}

static const struct link_host ops = {
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
	.take_run = host_take_run,
	.take_branch = host_take_branch,
	.take_head = host_take_head,
	.take_body = host_take_body,
	.want_bodies = host_want_bodies,
	.bodies_mark = host_bodies_mark,
	.want_branch = host_want_branch,
	.body_failed = host_body_failed,
	.may_fetch = host_may_fetch,
	.serving = host_serving,
	.misbehaved = host_misbehaved,
	.random = host_random,
};

/* ---- the input ---- */

/* Do what one record says; return the time afterwards. */
static int64_t
act(struct host *host, enum act what, const uint8_t *data, size_t len,
    int64_t now)
{
	int turns = 4 * GETS_MAX;

	switch (what) {
	case ACT_RECEIVE:
		link_receive(host->link, data, len, now);
		break;
	case ACT_RECEIVE_NOTE:
		link_receive_note(host->link, data, len, now);
		break;
	case ACT_WAIT:
		now += len < 2 ? 100 : (int64_t)data[0] * 256 + data[1];
		break;
	case ACT_DOWN:
		link_down(host->link);
		break;
	case ACT_UP:
		link_up(host->link, now);
		break;
	case ACT_RETHINK:
		link_rethink(host->link);
		break;
	case ACTS:
		break;
	}
	(void)host_random(host);
	while (turns-- > 0 && link_turn(host->link, now))
		continue;
	if (!link_tick(host->link, now))
		link_down(host->link);
	return now;
}

static void
open_host(struct host *host, bool dialer)
{
	static const struct link_timers timers = {
		.have_ms = HAVE_MS,
		.hello_ms = HELLO_MS,
		.get_ms = GET_MS,
		.silence_ms = SILENCE_MS,
		.gap_ms = GAP_MS,
	};
	struct view_log *log = NULL;

	memset(host, 0, sizeof(*host));
	host->logs = logs();
	host->chance = 7;
	need(view_new(&host->view) == ERR_NONE &&
	    view_add(host->view, host->logs->mine.key.public_key, 1, &log) ==
		ERR_NONE);
	log->tip = host->logs->mine.tip;
	log->pending = log->tip;
	log->counted = log->tip.n;
	memcpy(log->counted_c8, log->tip.c, C8_LEN);
	need(link_new(&ops, host, host->view, &timers, dialer, &host->link) ==
	    ERR_NONE);
	link_up(host->link, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct host host;
	struct link_info info;
	int64_t now = 1;
	size_t part;

	if (len == 0)
		return 0;
	open_host(&host, data[0] % 2 == 1);
	data++;
	len--;
	while (len >= 3) {
		part = (size_t)data[1] + (size_t)data[2] * 256;
		if (part > len - 3)
			part = len - 3;
		now = act(
		    &host, (enum act)(data[0] % ACTS), data + 3, part, now);
		data += 3 + part;
		len -= 3 + part;
	}
	link_info(host.link, &info);
	need(view_count(host.view) <= 2 + GETS_MAX);
	link_free(host.link);
	need(host.serving == 0 && !host.fetching);
	view_free(host.view);
	return 0;
}
