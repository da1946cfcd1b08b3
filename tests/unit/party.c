#include "tests/unit/party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/wire.h"
#include "daemon/view.h"
#include "tests/unit/dial.h"
#include "tests/unit/idle_host.h"

#define PATIENCE_MS 10000

/* ---- what links ask: there are no logs ---- */

static void
host_hello(void *host, const struct link *link, struct wire_hello *hello)
{
	struct party *party = host;

	(void)link;
	hello->has_key = true;
	memcpy(hello->key, party->key.public_key, KEY_LEN);
	hello->sw = "party";
	hello->org = "dk-791";
}

static void
host_greeted(void *host, struct link *link, const struct wire_hello *hello)
{
	(void)link;
	(void)hello;
	((struct party *)host)->greeted++;
}

static void
host_misbehaved(void *host, struct link *link, const char *what)
{
	struct party *party = host;

	(void)link;
	(void)snprintf(party->complaint, sizeof(party->complaint), "%s", what);
}

/* ---- what the hub asks ---- */

static struct link *
hub_arrived(void *owner, const uint8_t curve[KEY_LEN])
{
	struct party *party = owner;
	struct link *link;

	(void)curve;
	if (party->refuse ||
	    link_new(&party->host, party, party->view, &party->timers, false,
		&link) != ERR_NONE)
		return NULL;
	party->arrived++;
	return link;
}

static void
hub_left(void *owner, struct link *link)
{
	((struct party *)owner)->left++;
	link_free(link);
}

static void
hub_stranger(void *owner, const char *user_id, const char *address,
    const struct wire_hello *hello, const void *route, size_t route_len)
{
	struct wire_msg msg = { .type = WIRE_HELLO };
	struct party *party = owner;

	(void)user_id;
	(void)address;
	(void)hello;
	party->strangers++;
	if (!party->answer)
		return;
	msg.u.hello.proto_min = msg.u.hello.proto_max = 1;
	msg.u.hello.name = "";
	host_hello(party, NULL, &msg.u.hello);
	hub_answer(party->hub, route, route_len, &msg);
}

static void
hub_refused(
    void *owner, const char *user_id, const char *address, const char *what)
{
	struct party *party = owner;

	(void)user_id;
	(void)address;
	(void)snprintf(party->refused, sizeof(party->refused), "%s", what);
}

static void
received(void *owner, int fd)
{
	(void)fd;
	((struct party *)owner)->received++;
}

static const struct hub_host hub_host = {
	.arrived = hub_arrived,
	.left = hub_left,
	.stranger = hub_stranger,
	.refused = hub_refused,
	.received = received,
};

/* ---- what the upstream asks ---- */

static void
watch(void *owner, struct upstream *upstream, void *handle)
{
	struct party *party = owner;

	(void)upstream;
	assert_true(party->nwatched < PARTY_WATCHED);
	party->watched[party->nwatched++] = handle;
}

static void
unwatch(void *owner, void *handle)
{
	struct party *party = owner;
	size_t i;

	for (i = 0; i < party->nwatched && party->watched[i] != handle; i++)
		continue;
	assert_true(i < party->nwatched);
	party->watched[i] = party->watched[--party->nwatched];
}

static void
trouble(void *owner, struct upstream *upstream)
{
	(void)upstream;
	((struct party *)owner)->troubles++;
}

static void
crowd(void *owner, struct upstream_crowd *ret_crowd)
{
	const struct party *party = owner;

	ret_crowd->count = party->crowd;
	ret_crowd->wall_ms = (uint64_t)party_now(party);
}

static const struct upstream_host upstream_host = {
	.crowd = crowd,
	.watch = watch,
	.unwatch = unwatch,
	.trouble = trouble,
	.received = received,
};

/* ---- the party ---- */

void
party_begin(struct party *party, unsigned number)
{
	memset(party, 0, sizeof(*party));
	dial_key(number, &party->key);
	party->host = idle_host();
	party->host.hello = host_hello;
	party->host.greeted = host_greeted;
	party->host.misbehaved = host_misbehaved;
	party->timers.have_ms = 200;
	party->timers.hello_ms = 60000;
	party->timers.get_ms = 60000;
	party->timers.silence_ms = 600000;
	party->timers.gap_ms = 100;
	assert_int_equal(view_new(&party->view), ERR_NONE);
}

void
party_end(struct party *party)
{
	upstream_close(party->upstream);
	link_free(party->link);
	hub_close(party->hub);
	view_free(party->view);
	party->upstream = NULL;
	party->link = NULL;
	party->hub = NULL;
	party->view = NULL;
}

void
party_listen(struct party *party, const char *where)
{
	assert_int_equal(
	    hub_open(where, &party->key, &hub_host, party, &party->hub),
	    ERR_NONE);
}

void
party_dial(struct party *party, const char *where, const struct crypto_key *key,
    uint32_t pub_port)
{
	struct upstream_options options = {
		.pub_port = pub_port,
		.reconnect_ms = 20,
		.reconnect_max_ms = 100,
		.backoff_ms = 20,
		.backoff_max_ms = 100,
	};

	(void)snprintf(options.address, sizeof(options.address), "%s", where);
	memcpy(options.key, key->public_key, KEY_LEN);
	memcpy(options.server_curve, key->curve_public, KEY_LEN);
	memcpy(options.curve_public, party->key.curve_public, KEY_LEN);
	memcpy(options.curve_secret, party->key.curve_secret, KEY_LEN);
	assert_int_equal(link_new(&party->host, party, party->view,
			     &party->timers, true, &party->link),
	    ERR_NONE);
	assert_int_equal(upstream_open(&options, party->link, &upstream_host,
			     party, party_now(party), &party->upstream),
	    ERR_NONE);
}

int64_t
party_now(const struct party *party)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 +
	    party->later;
}

/* Add the sockets of one party to what is polled. */
static size_t
add_items(const struct party *party, zmq_pollitem_t *items)
{
	size_t count = 0;
	size_t i;

	if (party->hub != NULL) {
		items[count++].socket = hub_handle(party->hub);
		items[count++].socket = hub_monitor(party->hub);
	}
	for (i = 0; i < party->nwatched; i++)
		items[count++].socket = party->watched[i];
	for (i = 0; i < count; i++)
		items[i].events = ZMQ_POLLIN;
	return count;
}

/* Let one party read and tick. */
static void
turn(struct party *party)
{
	int64_t now = party_now(party);

	if (party->hub != NULL) {
		while (hub_read(party->hub, now))
			continue;
		hub_tick(party->hub, now);
	}
	if (party->upstream != NULL) {
		while (upstream_read(party->upstream, now))
			continue;
		upstream_tick(party->upstream, now);
	}
}

bool
party_pump(struct party *const *parties, bool (*until)(const void *arg),
    const void *arg)
{
	zmq_pollitem_t items[4 * (PARTY_WATCHED + 2)];
	const struct party clock = { .later = 0 };
	const char *slow = getenv("SLOW");
	int64_t end = party_now(&clock) +
	    PATIENCE_MS * (slow != NULL && atoi(slow) > 1 ? atoi(slow) : 1);
	size_t count;
	size_t i;

	while (!until(arg)) {
		if (party_now(&clock) > end)
			return false;
		memset(items, 0, sizeof(items));
		count = 0;
		for (i = 0; parties[i] != NULL; i++)
			count += add_items(parties[i], items + count);
		(void)zmq_poll(items, (int)count, 10);
		for (i = 0; parties[i] != NULL; i++)
			turn(parties[i]);
	}
	return true;
}
