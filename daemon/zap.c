#include "daemon/zap.h"

#include <czmq.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define ENDPOINT "inproc://zeromq.zap.01"

/* The frames of a ZAP request (RFC 27), in their order. */
enum part {
	PART_VERSION,
	PART_REQUEST,
	PART_DOMAIN,
	PART_ADDRESS,
	PART_ROUTING,
	PART_MECHANISM,
	PART_KEY,
	NPARTS,
};

/* No part of a request that we accept is longer. */
#define PART_MAX 255

struct request {
	uint8_t data[NPARTS][PART_MAX];
	size_t len[NPARTS];
	bool whole; /* exactly NPARTS parts, none too long */
};

/* The rules, sorted by key. */
struct table {
	size_t count;
	struct zap_rule rules[];
};

struct zap {
	zactor_t *actor; /* NULL after zap_kill() */
	int event_fd;

	/* What both threads use. */
	pthread_mutex_t mutex;
	enum err started;    /* what came of binding */
	struct table *table; /* NULL: refuse everybody */
	struct table *next;  /* to be put in its place */
	struct zap_stranger strangers[ZAP_STRANGERS_MAX];
	size_t nstrangers;
	uint64_t lost;
};

static int
compare_rules(const void *a, const void *b)
{
	const struct zap_rule *x = a;
	const struct zap_rule *y = b;

	return memcmp(x->curve, y->curve, KEY_LEN);
}

static const struct zap_rule *
find_rule(const struct table *table, const uint8_t curve[KEY_LEN])
{
	struct zap_rule wanted = { .router = false };

	if (table == NULL)
		return NULL;
	memcpy(wanted.curve, curve, KEY_LEN);
	return bsearch(
	    &wanted, table->rules, table->count, sizeof(wanted), compare_rules);
}

static bool
part_is(const struct request *request, enum part part, const char *text)
{
	return request->len[part] == strlen(text) &&
	    memcmp(request->data[part], text, strlen(text)) == 0;
}

static int64_t
wall_clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Read a request to its end, whatever it is.  Return false if there is none. */
static bool
request_read(void *rep, struct request *request)
{
	size_t count = 0;
	zmq_msg_t frame;
	size_t len;
	bool more;

	*request = (struct request){ .whole = true };
	do {
		(void)zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, rep, ZMQ_DONTWAIT) == -1) {
			(void)zmq_msg_close(&frame);
			return false;
		}
		len = zmq_msg_size(&frame);
		if (count < NPARTS && len <= PART_MAX) {
			memcpy(request->data[count], zmq_msg_data(&frame), len);
			request->len[count] = len;
		} else {
			request->whole = false;
		}
		count++;
		more = zmq_msg_more(&frame) != 0;
		(void)zmq_msg_close(&frame);
	} while (more);
	if (count != NPARTS)
		request->whole = false;
	return true;
}

/* Keep the stranger for zap_next_stranger(); the mutex is held. */
static void
remember_stranger(struct zap *zap, const struct request *request)
{
	struct zap_stranger *stranger;
	const uint64_t one = 1;
	const uint8_t *address = request->data[PART_ADDRESS];
	size_t len = request->len[PART_ADDRESS];
	size_t i;

	for (i = 0; i < zap->nstrangers; i++)
		if (memcmp(zap->strangers[i].curve, request->data[PART_KEY],
			KEY_LEN) == 0)
			break;
	if (i == ZAP_STRANGERS_MAX) {
		zap->lost++;
		return;
	}
	stranger = &zap->strangers[i];
	*stranger = (struct zap_stranger){ .time_ms = wall_clock_ms() };
	memcpy(stranger->curve, request->data[PART_KEY], KEY_LEN);

	/* A socket for both families writes addresses of the older one so. */
	if (len > 7 && memcmp(address, "::ffff:", 7) == 0) {
		address += 7;
		len -= 7;
	}
	if (len >= sizeof(stranger->address))
		len = sizeof(stranger->address) - 1;
	memcpy(stranger->address, address, len);
	if (i == zap->nstrangers)
		zap->nstrangers++;
	if (write(zap->event_fd, &one, sizeof(one)) != sizeof(one))
		return; /* the counter is full, so it is readable anyway */
}

/* Decide: the User-Id of whoever may in, else false.  The mutex is held. */
static bool
admit(struct zap *zap, const struct request *request,
    char ret_user_id[ZAP_USER_ID_SIZE])
{
	bool router = part_is(request, PART_DOMAIN, ZAP_DOMAIN_ROUTER);
	bool pub = part_is(request, PART_DOMAIN, ZAP_DOMAIN_PUB);
	const struct zap_rule *rule;

	if (!request->whole || !part_is(request, PART_VERSION, "1.0") ||
	    !part_is(request, PART_MECHANISM, "CURVE") ||
	    request->len[PART_KEY] != KEY_LEN || (!router && !pub))
		return false;
	rule = find_rule(zap->table, request->data[PART_KEY]);
	if (rule == NULL) {
		remember_stranger(zap, request);
		return false;
	}
	if (!(router && rule->router) && !(pub && rule->pub))
		return false;
	memcpy(ret_user_id, rule->user_id, ZAP_USER_ID_SIZE);
	return true;
}

/* Answer one request.  Inside the process nothing here is ever blocked. */
static void
answer(struct zap *zap, void *rep)
{
	char user_id[ZAP_USER_ID_SIZE] = "";
	struct request request;
	bool allowed;

	if (!request_read(rep, &request))
		return;
	(void)pthread_mutex_lock(&zap->mutex);
	allowed = admit(zap, &request, user_id);
	(void)pthread_mutex_unlock(&zap->mutex);

	(void)zmq_send(rep, "1.0", 3, ZMQ_SNDMORE);
	(void)zmq_send(rep, request.data[PART_REQUEST],
	    request.len[PART_REQUEST], ZMQ_SNDMORE);
	(void)zmq_send(rep, allowed ? "200" : "400", 3, ZMQ_SNDMORE);
	(void)zmq_send(rep, "", 0, ZMQ_SNDMORE);
	(void)zmq_send(rep, user_id, strlen(user_id), ZMQ_SNDMORE);
	(void)zmq_send(rep, "", 0, 0);
}

static void
swap_tables(struct zap *zap)
{
	struct table *old;

	(void)pthread_mutex_lock(&zap->mutex);
	old = zap->table;
	zap->table = zap->next;
	zap->next = NULL;
	(void)pthread_mutex_unlock(&zap->mutex);
	free(old);
}

/* Obey the owner.  Return false when the thread is to end. */
static bool
obey(struct zap *zap, zsock_t *pipe)
{
	char *word = zstr_recv(pipe);
	bool go_on = true;

	if (word == NULL)
		return errno == EINTR || errno == EAGAIN;
	if (strcmp(word, "$TERM") == 0) {
		go_on = false;
	} else if (strcmp(word, "SET") == 0) {
		swap_tables(zap);
		(void)zsock_signal(pipe, 0);
	}
	zstr_free(&word);
	return go_on;
}

/* Answer and obey until the end; without ${rep}, only wait for the end. */
static void
serve(struct zap *zap, zsock_t *pipe, void *rep)
{
	zmq_pollitem_t items[2] = {
		{ .socket = zsock_resolve(pipe), .events = ZMQ_POLLIN },
		{ .socket = rep, .events = ZMQ_POLLIN },
	};

	for (;;) {
		if (zmq_poll(items, rep != NULL ? 2 : 1, -1) == -1 &&
		    errno != EINTR)
			return;
		if ((items[0].revents & ZMQ_POLLIN) != 0 && !obey(zap, pipe))
			return;
		if ((items[1].revents & ZMQ_POLLIN) != 0)
			answer(zap, rep);
	}
}

/* The handler thread. */
static void
handle(zsock_t *pipe, void *arg)
{
	struct zap *zap = arg;
	void *rep = zsys_socket(ZMQ_REP, NULL, 0);
	enum err started = ERR_NONE;

	if (rep == NULL)
		started = ERR_IO;
	else if (zmq_bind(rep, ENDPOINT) != 0)
		started = errno == EADDRINUSE ? ERR_EXIST : ERR_IO;
	(void)pthread_mutex_lock(&zap->mutex);
	zap->started = started;
	(void)pthread_mutex_unlock(&zap->mutex);
	(void)zsock_signal(pipe, 0);
	serve(zap, pipe, rep);
	if (rep == NULL)
		return;

	/* Closing alone would leave the endpoint there for a moment. */
	(void)zmq_unbind(rep, ENDPOINT);
	(void)zsys_close(rep, NULL, 0);
}

enum err
zap_start(struct zap **ret_zap)
{
	enum err err = ERR_IO;
	struct zap *zap;

	if ((zap = calloc(1, sizeof(*zap))) == NULL)
		return ERR_NOMEM;
	(void)pthread_mutex_init(&zap->mutex, NULL);
	zap->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (zap->event_fd == -1)
		goto fail;

	/* zactor_new() returns when the thread has bound its socket. */
	if ((zap->actor = zactor_new(handle, zap)) == NULL)
		goto fail;
	(void)pthread_mutex_lock(&zap->mutex);
	err = zap->started;
	(void)pthread_mutex_unlock(&zap->mutex);
	if (err != ERR_NONE)
		goto fail;
	*ret_zap = zap;
	return ERR_NONE;

fail:
	zap_stop(zap);
	return err;
}

void
zap_kill(struct zap *zap)
{
	zactor_destroy(&zap->actor);
}

void
zap_stop(struct zap *zap)
{
	if (zap == NULL)
		return;
	zactor_destroy(&zap->actor);
	if (zap->event_fd != -1)
		(void)close(zap->event_fd);
	free(zap->table);
	free(zap->next);
	(void)pthread_mutex_destroy(&zap->mutex);
	free(zap);
}

/* Copy and sort the rules, and check them. */
static enum err
table_make(const struct zap_rule *rules, size_t count, struct table **ret_table)
{
	struct table *table;
	size_t i;

	for (i = 0; i < count; i++)
		if (rules[i].user_id[0] == '\0' ||
		    memchr(rules[i].user_id, '\0', ZAP_USER_ID_SIZE) == NULL)
			return ERR_SYNTAX;
	table = calloc(1, sizeof(*table) + count * sizeof(*rules));
	if (table == NULL)
		return ERR_NOMEM;
	table->count = count;
	if (count > 0) {
		memcpy(table->rules, rules, count * sizeof(*rules));
		qsort(table->rules, count, sizeof(*rules), compare_rules);
	}
	for (i = 1; i < count; i++)
		if (compare_rules(&table->rules[i - 1], &table->rules[i]) ==
		    0) {
			free(table);
			return ERR_EXIST;
		}
	*ret_table = table;
	return ERR_NONE;
}

enum err
zap_set(struct zap *zap, const struct zap_rule *rules, size_t count)
{
	struct table *table;
	enum err err;
	int status;

	if (zap->actor == NULL)
		return ERR_IO;
	if ((err = table_make(rules, count, &table)) != ERR_NONE)
		return err;
	(void)pthread_mutex_lock(&zap->mutex);
	zap->next = table;
	(void)pthread_mutex_unlock(&zap->mutex);

	/* A signal may interrupt the wait, which is not the answer. */
	if (zstr_send(zap->actor, "SET") != 0)
		return ERR_IO;
	do
		status = zsock_wait(zap->actor);
	while (status == -1 && errno == EINTR);
	return status == 0 ? ERR_NONE : ERR_IO;
}

int
zap_fd(const struct zap *zap)
{
	return zap->event_fd;
}

enum err
zap_next_stranger(struct zap *zap, struct zap_stranger *ret_stranger)
{
	enum err err = ERR_NOENT;
	uint64_t count;

	(void)pthread_mutex_lock(&zap->mutex);
	if (zap->nstrangers > 0) {
		*ret_stranger = zap->strangers[0];
		zap->nstrangers--;
		memmove(zap->strangers, zap->strangers + 1,
		    zap->nstrangers * sizeof(*zap->strangers));
		err = ERR_NONE;
	}
	/* The descriptor is readable as long as somebody waits. */
	if (zap->nstrangers == 0 &&
	    read(zap->event_fd, &count, sizeof(count)) == -1)
		count = 0;
	(void)pthread_mutex_unlock(&zap->mutex);
	return err;
}

uint64_t
zap_lost_strangers(struct zap *zap)
{
	uint64_t lost;

	(void)pthread_mutex_lock(&zap->mutex);
	lost = zap->lost;
	(void)pthread_mutex_unlock(&zap->mutex);
	return lost;
}
