#include "tests/sim/net.h"

#include <czmq.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/crypto.h"
#include "daemon/selftest.h"
#include "daemon/sock.h"
#include "daemon/zap.h"

/* A connection of which nothing is heard breaks after so long. */
#define SILENT_MS 45000

/* On the way at least; and before a connection is tried again. */
#define LATENCY_MS 1
#define RETRY_MS   500

/* Descriptors that are none: connections, and the ZAP handlers of nodes. */
#define FD_FIRST 1000
#define FD_ZAP   2000000

#define STRANGERS 16

struct frame {
	struct frame *next;
	int64_t due;
	struct line *line; /* once it has arrived; only compared */
	char user_id[80];
	uint8_t route[8];
	int fd;
	char topic[TOPIC_MAX + 1];
	size_t len;
	uint8_t *data;
};

struct queue {
	struct frame *first;
	size_t count;
};

/* A connection. */
struct line {
	struct line *next;
	uint64_t id;
	struct sock *ends[2]; /* who dialled, who listens */
	int fds[2];
	char user_id[ZAP_USER_ID_SIZE]; /* of who dialled */
	struct queue way[2];            /* on the way to that end */
	int64_t last[2];                /* when the last of them is due */
	int64_t silent_since;           /* 0 = it is not */
};

struct event {
	struct event *next;
	struct sock_event event;
};

struct sock {
	struct sock *next;
	enum sock_kind kind;
	int node;
	char endpoint[SOCK_ENDPOINT_SIZE];
	uint8_t curve[KEY_LEN];  /* own public key */
	uint8_t server[KEY_LEN]; /* wanted of the other side */
	uint32_t reconnect_ms;
	int64_t dial_at;
	bool deaf; /* was refused: libzmq tries no more */
	struct queue inbox;
	struct event *events;
	char handle;
	char monitor;
};

struct zap {
	int node;
	struct zap_rule *rules;
	size_t count;
	struct zap_stranger strangers[STRANGERS];
	size_t nstrangers;
};

/* A loop: what it watches. */
struct watched {
	zmq_pollitem_t item;
	zloop_fn *handler;
	void *arg;
	bool gone;
};

struct _zloop_t {
	struct watched *watched;
	size_t count;
	size_t room;
	zloop_timer_fn *tick; /* of the first timer */
	void *tick_arg;
	unsigned timers;
};

struct net {
	struct net_hooks hooks;
	struct net_faults faults;
	size_t queue;
	enum net_cut cuts[MACHINE_NODES][MACHINE_NODES];
	struct sock *socks;
	struct line *lines;
	uint64_t next_id;
	int next_fd;
	uint64_t frames;
	struct zap *zaps[MACHINE_NODES];
};

static struct net net;

static void *
need(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

void
net_begin(const struct net_hooks *hooks)
{
	memset(&net, 0, sizeof(net));
	net.hooks = *hooks;
	net.queue = 1000;
	net.next_fd = FD_FIRST;
}

void
net_set_faults(struct net_faults faults)
{
	net.faults = faults;
}

void
net_set_queue(size_t frames)
{
	net.queue = frames;
}

/* ---- queues ---- */

static void
frame_free(struct frame *frame)
{
	free(frame->data);
	free(frame);
}

static struct frame *
queue_take(struct queue *queue)
{
	struct frame *frame = queue->first;

	if (frame != NULL) {
		queue->first = frame->next;
		queue->count--;
	}
	return frame;
}

/* Behind all that are due no later. */
static void
queue_put(struct queue *queue, struct frame *frame)
{
	struct frame **at = &queue->first;

	while (*at != NULL && (*at)->due <= frame->due)
		at = &(*at)->next;
	frame->next = *at;
	*at = frame;
	queue->count++;
}

static void
queue_clear(struct queue *queue)
{
	struct frame *frame;

	while ((frame = queue_take(queue)) != NULL)
		frame_free(frame);
}

static struct frame *
frame_new(const void *data, size_t len)
{
	struct frame *frame = need(calloc(1, sizeof(*frame)));

	frame->data = need(malloc(len + 1));
	memcpy(frame->data, data, len);
	frame->len = len;
	return frame;
}

static void
event_put(struct sock *sock, enum sock_event_kind kind, int fd)
{
	struct event **at = &sock->events;
	struct event *event = need(calloc(1, sizeof(*event)));

	while (*at != NULL)
		at = &(*at)->next;
	event->event.kind = kind;
	event->event.fd = fd;
	*at = event;
}

/* ---- connections ---- */

static int
end_of(const struct line *line, const struct sock *sock)
{
	return line->ends[1] == sock;
}

/* A connection ends; both monitors say so. */
static void
line_break(struct line *line)
{
	struct line **at = &net.lines;
	struct sock *dialer = line->ends[0];
	int i;

	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
	for (i = 0; i < 2; i++)
		event_put(line->ends[i], SOCK_EV_DOWN, line->fds[i]);
	dialer->dial_at = machine_now() + RETRY_MS +
	    machine_below(dialer->reconnect_ms + 1);
	queue_clear(&line->way[0]);
	queue_clear(&line->way[1]);
	free(line);
}

/* The first connection of a socket, or the next. */
static struct line *
line_of(const struct sock *sock, const struct line *after)
{
	struct line *line = after == NULL ? net.lines : after->next;

	while (line != NULL && line->ends[0] != sock && line->ends[1] != sock)
		line = line->next;
	return line;
}

static enum net_cut
cut_of(const struct line *line)
{
	return net.cuts[line->ends[0]->node][line->ends[1]->node];
}

void
net_cut(int a, int b, enum net_cut how)
{
	net.cuts[a][b] = net.cuts[b][a] = how;
}

void
net_break(int node)
{
	struct line *line = net.lines;
	struct line *next;

	for (; line != NULL; line = next) {
		next = line->next;
		if (line->ends[0]->node == node || line->ends[1]->node == node)
			line_break(line);
	}
}

/* What the listener's ZAP handler says of a key. */
static const struct zap_rule *
admits(const struct sock *listener, const struct sock *dialer)
{
	struct zap *zap = net.zaps[listener->node];
	struct zap_stranger *stranger;
	size_t i;

	if (zap == NULL)
		return NULL;
	for (i = 0; i < zap->count; i++)
		if (memcmp(zap->rules[i].curve, dialer->curve, KEY_LEN) == 0 &&
		    (listener->kind == SOCK_PUB ? zap->rules[i].pub :
						  zap->rules[i].router))
			return &zap->rules[i];
	if (zap->nstrangers < STRANGERS) {
		stranger = &zap->strangers[zap->nstrangers++];
		memcpy(stranger->curve, dialer->curve, KEY_LEN);
		(void)snprintf(stranger->address, sizeof(stranger->address),
		    "10.0.0.%d", dialer->node);
		stranger->time_ms = machine_now();
	}
	return NULL;
}

static struct sock *
listener_at(const struct sock *dialer)
{
	enum sock_kind kind = dialer->kind == SOCK_SUB ? SOCK_PUB : SOCK_ROUTER;
	struct sock *sock = net.socks;

	while (sock != NULL &&
	    (sock->kind != kind ||
		strcmp(sock->endpoint, dialer->endpoint) != 0))
		sock = sock->next;
	return sock;
}

/* Try to connect. */
static void
dial(struct sock *dialer)
{
	struct sock *listener = listener_at(dialer);
	const struct zap_rule *rule;
	struct line *line;
	int i;

	dialer->dial_at = machine_now() + RETRY_MS +
	    machine_below(dialer->reconnect_ms + 1);
	if (listener == NULL ||
	    net.cuts[dialer->node][listener->node] != NET_WHOLE) {
		event_put(dialer, SOCK_EV_RETRY, -1);
		return;
	}
	if (memcmp(listener->curve, dialer->server, KEY_LEN) != 0) {
		event_put(dialer, SOCK_EV_NO_DETAIL, -1);
		return;
	}
	if ((rule = admits(listener, dialer)) == NULL) {
		dialer->deaf = true;
		event_put(dialer, SOCK_EV_REFUSED, -1);
		return;
	}
	line = need(calloc(1, sizeof(*line)));
	line->id = ++net.next_id;
	line->ends[0] = dialer;
	line->ends[1] = listener;
	for (i = 0; i < 2; i++)
		line->fds[i] = net.next_fd++;
	memcpy(line->user_id, rule->user_id, sizeof(line->user_id));
	line->next = net.lines;
	net.lines = line;
	event_put(dialer, SOCK_EV_UP, line->fds[0]);
}

/* ---- frames on their way ---- */

/* Put a frame, which is taken, on its way to one end of a line. */
static void
put_on_way(struct line *line, int end, struct frame *frame)
{
	frame->due = machine_now() + LATENCY_MS;
	if (net.faults.delay_ms > 0)
		frame->due += machine_below(net.faults.delay_ms);
	if (!net.faults.reorder && frame->due < line->last[end])
		frame->due = line->last[end];
	line->last[end] = frame->due;
	queue_put(&line->way[end], frame);
}

/* Send a frame, which is taken, and let befall it what may. */
static void
send_on(struct line *line, int end, const char *topic, uint8_t *buf, size_t len)
{
	struct net_frame on_way = {
		.from = line->ends[1 - end]->node,
		.to = line->ends[end]->node,
		.data = buf,
		.len = len,
	};
	struct frame *frame;
	unsigned copies = 1;

	net.frames++;
	if (net.hooks.pass != NULL && !net.hooks.pass(&on_way))
		copies = 0;
	if (copies > 0 && machine_happens(net.faults.drop))
		copies = 0;
	if (copies > 0 && machine_happens(net.faults.twice))
		copies = 2;
	for (; copies > 0; copies--) {
		frame = frame_new(on_way.data, on_way.len);
		(void)snprintf(frame->topic, sizeof(frame->topic), "%s", topic);
		if (frame->len > 0 && machine_happens(net.faults.corrupt))
			frame->data[machine_below((uint32_t)frame->len)] ^=
			    (uint8_t)(1U << machine_below(8));
		put_on_way(line, end, frame);
	}
	free(on_way.data);
}

static void
tell_sent(const struct line *line, int end, const uint8_t *buf, size_t len)
{
	const struct net_frame frame = {
		.from = line->ends[1 - end]->node,
		.to = line->ends[end]->node,
		.data = (uint8_t *)(uintptr_t)buf,
		.len = len,
		.pub = line->ends[1]->kind == SOCK_PUB,
	};

	if (net.hooks.sent != NULL)
		net.hooks.sent(&frame);
}

/* Move what has arrived to the inbox of an end. */
static void
arrive(struct line *line, int end)
{
	struct frame *frame;
	int i;

	while (line->way[end].first != NULL &&
	    line->way[end].first->due <= machine_now()) {
		frame = queue_take(&line->way[end]);
		frame->line = line;
		frame->fd = line->fds[end];
		for (i = 0; i < 8; i++)
			frame->route[i] = (uint8_t)(line->id >> (8 * i));
		if (end == 1)
			memcpy(frame->user_id, line->user_id,
			    sizeof(frame->user_id));
		frame->due = machine_now();
		queue_put(&line->ends[end]->inbox, frame);
	}
}

uint64_t
net_frames(void)
{
	return net.frames;
}

bool
net_inject(int from, int to, const uint8_t *data, size_t len)
{
	struct line *line;
	int end;

	for (line = net.lines; line != NULL; line = line->next)
		for (end = 0; end < 2; end++)
			if (line->ends[1 - end]->node == from &&
			    line->ends[end]->node == to &&
			    line->ends[1]->kind == SOCK_ROUTER) {
				put_on_way(line, end, frame_new(data, len));
				return true;
			}
	return false;
}

void
net_run(void)
{
	struct line *line;
	struct line *next;
	struct sock *sock;

	for (line = net.lines; line != NULL; line = next) {
		next = line->next;
		if (cut_of(line) == NET_WHOLE) {
			line->silent_since = 0;
			arrive(line, 0);
			arrive(line, 1);
		} else if (cut_of(line) == NET_BROKEN) {
			line_break(line);
		} else if (line->silent_since == 0) {
			line->silent_since = machine_now();
		} else if (machine_now() - line->silent_since > SILENT_MS) {
			line_break(line);
		}
	}
	for (sock = net.socks; sock != NULL; sock = sock->next)
		if ((sock->kind == SOCK_DEALER || sock->kind == SOCK_SUB) &&
		    !sock->deaf && machine_now() >= sock->dial_at &&
		    line_of(sock, NULL) == NULL)
			dial(sock);
}

int64_t
net_next(void)
{
	int64_t next = INT64_MAX;
	const struct line *line;
	const struct sock *sock;
	int end;

	for (line = net.lines; line != NULL; line = line->next)
		for (end = 0; end < 2 && cut_of(line) == NET_WHOLE; end++)
			if (line->way[end].first != NULL &&
			    line->way[end].first->due < next)
				next = line->way[end].first->due;
	for (sock = net.socks; sock != NULL; sock = sock->next)
		if ((sock->kind == SOCK_DEALER || sock->kind == SOCK_SUB) &&
		    !sock->deaf && sock->dial_at < next &&
		    line_of(sock, NULL) == NULL)
			next = sock->dial_at;
	return next;
}

/* ---- daemon/sock.h ---- */

enum err
sock_global_init(void)
{
	return ERR_NONE;
}

void
sock_global_end(void)
{
}

static struct sock *
sock_new(enum sock_kind kind, const char *where)
{
	struct sock *sock = need(calloc(1, sizeof(*sock)));

	sock->kind = kind;
	sock->node = machine_node();
	(void)snprintf(sock->endpoint, sizeof(sock->endpoint), "%s", where);
	sock->next = net.socks;
	net.socks = sock;
	return sock;
}

enum err
sock_listen(enum sock_kind kind, const char *where,
    const struct crypto_key *key, struct sock **ret_sock)
{
	struct sock *sock;

	for (sock = net.socks; sock != NULL; sock = sock->next)
		if (sock->kind != SOCK_DEALER && sock->kind != SOCK_SUB &&
		    strcmp(sock->endpoint, where) == 0)
			return ERR_BUSY;
	sock = sock_new(kind, where);
	if (key != NULL)
		memcpy(sock->curve, key->curve_public, KEY_LEN);
	*ret_sock = sock;
	return ERR_NONE;
}

enum err
sock_connect(enum sock_kind kind, const char *where,
    const uint8_t curve_public[KEY_LEN], const uint8_t curve_secret[KEY_LEN],
    const uint8_t server[KEY_LEN], const struct sock_timing *timing,
    struct sock **ret_sock)
{
	struct sock *sock = sock_new(kind, where);

	(void)curve_secret;
	memcpy(sock->curve, curve_public, KEY_LEN);
	memcpy(sock->server, server, KEY_LEN);
	sock->reconnect_ms = timing->reconnect_ms;
	sock->dial_at = machine_now() + machine_below(20);
	*ret_sock = sock;
	return ERR_NONE;
}

void
sock_close(struct sock *sock)
{
	struct sock **at = &net.socks;
	struct event *event;
	struct line *line;

	if (sock == NULL)
		return;
	while ((line = line_of(sock, NULL)) != NULL)
		line_break(line);
	while (*at != sock)
		at = &(*at)->next;
	*at = sock->next;
	queue_clear(&sock->inbox);
	while ((event = sock->events) != NULL) {
		sock->events = event->next;
		free(event);
	}
	free(sock);
}

const char *
sock_endpoint(const struct sock *sock)
{
	return sock->endpoint;
}

void *
sock_handle(const struct sock *sock)
{
	return (void *)(uintptr_t)&sock->handle;
}

void *
sock_monitor_handle(struct sock *sock)
{
	return &sock->monitor;
}

enum err
sock_set_access(struct sock *sock, gid_t gid, mode_t mode)
{
	(void)sock;
	(void)gid;
	(void)mode;
	return ERR_NONE;
}

enum err
sock_recv(struct sock *sock, struct sock_msg *ret_msg)
{
	struct frame *frame = queue_take(&sock->inbox);

	if (frame == NULL)
		return ERR_NOENT;
	memset(ret_msg, 0, sizeof(*ret_msg));
	memcpy(ret_msg->route, frame->route, sizeof(frame->route));
	ret_msg->route_len = sizeof(frame->route);
	ret_msg->data = frame->data;
	ret_msg->len = frame->len;
	ret_msg->fd = frame->fd;
	(void)snprintf(
	    ret_msg->user_id, sizeof(ret_msg->user_id), "%s", frame->user_id);
	(void)snprintf(ret_msg->address, sizeof(ret_msg->address), "10.0.0.1");
	(void)snprintf(
	    ret_msg->topic, sizeof(ret_msg->topic), "%s", frame->topic);
	if (sock->kind == SOCK_CONTROL) {
		ret_msg->has_caller = true;
		ret_msg->uid = geteuid();
	}
	memcpy(ret_msg->opaque, &frame, sizeof(struct frame *));
	return ERR_NONE;
}

void
sock_msg_clear(struct sock_msg *msg)
{
	struct frame *frame;

	memcpy(&frame, msg->opaque, sizeof(struct frame *));
	if (frame != NULL)
		frame_free(frame);
	memset(msg, 0, sizeof(*msg));
}

/* The line that a route of the ROUTER leads to. */
static struct line *
line_by_route(const struct sock *sock, const uint8_t *route)
{
	struct line *line = NULL;
	uint64_t id = 0;
	int i;

	for (i = 0; i < 8; i++)
		id |= (uint64_t)route[i] << (8 * i);
	while ((line = line_of(sock, line)) != NULL)
		if (line->id == id)
			return line;
	return NULL;
}

enum err
sock_send(struct sock *sock, const uint8_t *route, size_t route_len,
    uint8_t *buf, size_t len)
{
	struct line *line;
	int end;

	if (machine_is_dead(sock->node)) {
		free(buf); /* who has ended says nothing */
		return ERR_BUSY;
	}
	if (sock->kind == SOCK_CONTROL) {
		if (net.hooks.answered != NULL)
			net.hooks.answered(sock->node, buf, len);
		free(buf);
		return ERR_NONE;
	}
	line = route_len > 0 ? line_by_route(sock, route) : line_of(sock, NULL);
	if (line == NULL) {
		free(buf);
		return route_len > 0 ? ERR_NOENT : ERR_BUSY;
	}
	end = 1 - end_of(line, sock);
	if (line->way[end].count >= net.queue) {
		free(buf);
		return ERR_BUSY;
	}
	tell_sent(line, end, buf, len);
	send_on(line, end, "", buf, len);
	return ERR_NONE;
}

enum err
sock_publish(struct sock *sock, const char *topic, uint8_t *buf, size_t len)
{
	struct line *line = NULL;
	uint8_t *copy;

	while (!machine_is_dead(sock->node) &&
	    (line = line_of(sock, line)) != NULL) {
		if (line->way[0].count >= net.queue)
			continue;
		tell_sent(line, 0, buf, len);
		copy = need(malloc(len));
		memcpy(copy, buf, len);
		send_on(line, 0, topic, copy, len);
	}
	free(buf);
	return ERR_NONE;
}

enum err
sock_monitor_next(struct sock *sock, struct sock_event *ret_event)
{
	struct event *event = sock->events;

	if (event == NULL)
		return ERR_NOENT;
	*ret_event = event->event;
	sock->events = event->next;
	free(event);
	return ERR_NONE;
}

void
sock_cut(int fd)
{
	struct line *line = net.lines;

	while (line != NULL && line->fds[0] != fd && line->fds[1] != fd)
		line = line->next;
	if (line != NULL)
		line_break(line);
}

void
net_ask(int node, const uint8_t *data, size_t len)
{
	struct sock *sock = net.socks;

	while (
	    sock != NULL && (sock->kind != SOCK_CONTROL || sock->node != node))
		sock = sock->next;
	if (sock != NULL)
		queue_put(&sock->inbox, frame_new(data, len));
}

/* ---- daemon/zap.h and daemon/selftest.h ---- */

enum err
zap_start(struct zap **ret_zap)
{
	struct zap *zap = need(calloc(1, sizeof(*zap)));

	zap->node = machine_node();
	net.zaps[zap->node] = zap;
	*ret_zap = zap;
	return ERR_NONE;
}

void
zap_stop(struct zap *zap)
{
	if (zap == NULL)
		return;
	net.zaps[zap->node] = NULL;
	free(zap->rules);
	free(zap);
}

enum err
zap_set(struct zap *zap, const struct zap_rule *rules, size_t count)
{
	struct zap_rule *copy = need(calloc(count + 1, sizeof(*copy)));

	if (count > 0)
		memcpy(copy, rules, count * sizeof(*copy));
	free(zap->rules);
	zap->rules = copy;
	zap->count = count;
	return ERR_NONE;
}

int
zap_fd(const struct zap *zap)
{
	return FD_ZAP + zap->node;
}

enum err
zap_next_stranger(struct zap *zap, struct zap_stranger *ret_stranger)
{
	if (zap->nstrangers == 0)
		return ERR_NOENT;
	*ret_stranger = zap->strangers[--zap->nstrangers];
	return ERR_NONE;
}

uint64_t
zap_lost_strangers(struct zap *zap)
{
	(void)zap;
	return 0;
}

void
zap_kill(struct zap *zap)
{
	(void)zap;
}

enum err
selftest_zap(struct zap *zap)
{
	(void)zap;
	return ERR_NONE;
}

/* ---- the loop ---- */

zloop_t *
zloop_new(void)
{
	return need(calloc(1, sizeof(struct _zloop_t)));
}

void
zloop_destroy(zloop_t **loop_p)
{
	if (*loop_p != NULL)
		free((*loop_p)->watched);
	free(*loop_p);
	*loop_p = NULL;
}

void
zloop_set_nonstop(zloop_t *loop, bool nonstop)
{
	(void)loop;
	(void)nonstop;
}

int
zloop_poller(zloop_t *loop, zmq_pollitem_t *item, zloop_fn handler, void *arg)
{
	struct watched *watched = loop->watched;
	size_t room = loop->room == 0 ? 16 : loop->room * 2;

	if (loop->count == loop->room) {
		watched = need(realloc(watched, room * sizeof(*watched)));
		loop->watched = watched;
		loop->room = room;
	}
	watched = &loop->watched[loop->count++];
	watched->item = *item;
	watched->handler = handler;
	watched->arg = arg;
	watched->gone = false;
	return 0;
}

void
zloop_poller_end(zloop_t *loop, zmq_pollitem_t *item)
{
	struct watched *watched;
	size_t i;

	for (i = 0; i < loop->count; i++) {
		watched = &loop->watched[i];
		if (item->socket != NULL ?
			watched->item.socket == item->socket :
			watched->item.socket == NULL &&
			    watched->item.fd == item->fd)
			watched->gone = true;
	}
}

int
zloop_timer(zloop_t *loop, size_t delay, size_t times, zloop_timer_fn handler,
    void *arg)
{
	(void)delay;
	(void)times;
	if (loop->timers++ == 0) {
		loop->tick = handler;
		loop->tick_arg = arg;
	}
	return (int)loop->timers;
}

int
zloop_start(zloop_t *loop)
{
	(void)loop;
	return 0;
}

/* Has a socket of ours something to read? */
static bool
handle_ready(const void *handle)
{
	const struct sock *sock = net.socks;

	for (; sock != NULL; sock = sock->next) {
		if (handle == &sock->handle)
			return sock->inbox.first != NULL;
		if (handle == &sock->monitor)
			return sock->events != NULL;
	}
	return false;
}

/* Has a descriptor something to read? */
static bool
fd_ready(int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	bool ready;

	if (machine_event(fd, &ready))
		return ready;
	return fd >= 0 && poll(&item, 1, 0) > 0;
}

static bool
is_ready(const struct watched *watched)
{
	const struct zap *zap;

	if (watched->item.socket != NULL)
		return handle_ready(watched->item.socket);
	if (watched->item.fd < FD_ZAP)
		return fd_ready(watched->item.fd);
	zap = net.zaps[watched->item.fd - FD_ZAP];
	return zap != NULL && zap->nstrangers > 0;
}

/* Forget what is watched no more. */
static void
sweep(struct _zloop_t *loop)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < loop->count; i++)
		if (!loop->watched[i].gone)
			loop->watched[kept++] = loop->watched[i];
	loop->count = kept;
}

bool
net_turn(void *loop_p)
{
	struct _zloop_t *loop = loop_p;
	struct watched watched;
	size_t count = loop->count;
	bool any = false;
	size_t i;

	for (i = 0; i < count; i++) {
		watched = loop->watched[i];
		if (watched.gone || !is_ready(&watched))
			continue;
		any = true;
		(void)watched.handler(loop, &watched.item, watched.arg);
	}
	sweep(loop);
	return any;
}

void
net_tick(void *loop_p)
{
	struct _zloop_t *loop = loop_p;

	if (loop->tick != NULL)
		(void)loop->tick(loop, 1, loop->tick_arg);
	sweep(loop);
}
