/*
 * The control socket: who is answered, and who waits.
 *
 * Every request goes to the pool first: it is decoded there, the caller's
 * groups are looked up, and what only reads is answered.  The rest comes back
 * to the loop.
 */

#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/node_internal.h"

/* Requests taken in one turn of the loop. */
#define REQUESTS_PER_TURN 16

/* Bytes of an error's message. */
#define MESSAGE_MAX 512

/* Longest wait of one request, and that for the index. */
#define WAIT_MAX_MS   60000
#define INDEX_WAIT_MS 5000

/* How many may wait, and the size of their requests; of one user half of it. */
#define WAITERS_MAX           512
#define WAITERS_USER_MAX      (WAITERS_MAX / 2)
#define WAITER_BYTES_MAX      (4 * 1024 * 1024)
#define WAITER_USER_BYTES_MAX (WAITER_BYTES_MAX / 2)

/* So many entries that the index lacks are told also if all goes well. */
#define LAG_TOLD 100

/* Beyond this no more requests are taken until some are answered. */
#define CLIENTS_MAX      1024
#define CLIENT_BYTES_MAX (32 * 1024 * 1024)

/* One request on its way through the pool. */
struct call {
	struct pool_job job; /* first */
	struct waiter *waiter;
	uint8_t *frame;
	size_t len;
	bool allowed;         /* decoded, and its caller may ask it */
	Erfa__Answer *answer; /* NULL: the loop answers */
};

static int control_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg);

/* ---- how much waits ---- */

/* A request came: it counts until it is answered or given up. */
static struct waiter *
waiter_new(struct node *node, const struct sock_msg *msg)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (waiter == NULL)
		return NULL;
	waiter->node = node;
	waiter->bytes = msg->len;
	waiter->uid = msg->uid;
	memcpy(waiter->route, msg->route, msg->route_len);
	waiter->route_len = msg->route_len;
	node->clients++;
	node->client_bytes += msg->len;
	return waiter;
}

/*
 * Is so much used of what may be under way, in percent?  Those who wait for
 * something to happen, as they may for long, have bounds of their own.
 */
static bool
is_crowded(const struct node *node, size_t percent)
{
	return node->clients - node->nwaiters >= CLIENTS_MAX / 100 * percent ||
	    node->client_bytes - node->waiter_bytes >=
	    CLIENT_BYTES_MAX / 100 * percent;
}

enum err
node_control_watch(struct node *node)
{
	node->control_shut = false;
	return node_watch(
	    node, sock_handle(node->control), -1, control_ready, node);
}

/* There are fewer under way: take requests again, if there is room. */
static void
reopen(struct node *node)
{
	if (node->control_shut && node->control != NULL &&
	    !is_crowded(node, 50) && node_control_watch(node) != ERR_NONE)
		logger_err("control", "the socket cannot be watched");
}

void
node_waiter_free(struct waiter *waiter)
{
	struct node *node;

	if (waiter == NULL)
		return;
	node = waiter->node;
	node->clients--;
	node->client_bytes -= waiter->bytes;
	control_free_request(waiter->request);
	free(waiter);
	reopen(node);
}

/* ---- answers ---- */

void
node_answer(struct node *node, struct waiter *waiter, Erfa__Answer *answer)
{
	uint8_t *buf;
	size_t len;

	if (answer != NULL) {
		answer->has_req = 1;
		answer->req = waiter->request != NULL ? waiter->request->req :
							waiter->req;
		if (control_encode_answer(answer, &buf, &len) == ERR_NONE &&
		    sock_send(node->control, waiter->route, waiter->route_len,
			buf, len) != ERR_NONE)
			logger_debug("control", "a client is gone");
		control_free_answer(answer);
	}
	node_waiter_free(waiter);
}

Erfa__Answer *
node_error_vnew(const char *code, unsigned exit, const char *remedy,
    const char *format, va_list args)
{
	Erfa__Answer *answer;
	Erfa__ErrorAnswer *error;
	char message[MESSAGE_MAX];
	enum err err;
	va_list again;

	if (answer_new(ERFA__ANSWER__SAY_ERROR, &answer) != ERR_NONE)
		return NULL;
	va_copy(again, args);
	(void)vsnprintf(message, sizeof(message), format, args);
	err = answer_error(answer, exit, code, remedy, message);
	error = answer->error;
	if (err == ERR_NONE)
		err = answer_pattern(
		    &error->pattern, &error->arg, &error->n_arg, format, again);
	va_end(again);
	if (err != ERR_NONE) {
		control_free_answer(answer);
		return NULL;
	}
	return answer;
}

Erfa__Answer *
node_error_new(const char *code, unsigned exit, const char *remedy,
    const char *format, ...)
{
	Erfa__Answer *answer;
	va_list args;

	va_start(args, format);
	answer = node_error_vnew(code, exit, remedy, format, args);
	va_end(args);
	return answer;
}

void
node_answer_error(struct node *node, struct waiter *waiter, const char *code,
    unsigned exit, const char *remedy, const char *format, ...)
{
	Erfa__Answer *answer;
	va_list args;

	va_start(args, format);
	answer = node_error_vnew(code, exit, remedy, format, args);
	va_end(args);
	node_answer(node, waiter, answer);
}

/* The same for a call that is still in the pool. */
static void __attribute__((format(printf, 5, 6)))
call_error(struct call *call, const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	call->answer = node_error_vnew(code, exit, remedy, format, args);
	va_end(args);
}

/* ---- in the pool ---- */

/* Refuse the call unless its caller may ask this. */
static bool
authorised(const struct node *node, struct call *call)
{
	const char *group = node_ask_needs(node, call->waiter);
	char remedy[200];

	if (group == NULL)
		return true;
	(void)snprintf(remedy, sizeof(remedy),
	    "Ask your IT:  sudo usermod -aG %s USER   (then log in again)",
	    group);
	call_error(call, "not_in_group", 77, remedy,
	    "you may read, but not do this: your user (uid %u) is not in the "
	    "group \"%s\"",
	    (unsigned)call->waiter->uid, group);
	return false;
}

/* Decode the request, if that was not done before; or refuse it. */
static bool
decoded(struct call *call)
{
	struct waiter *waiter = call->waiter;
	enum err err;

	if (waiter->request != NULL)
		return true;
	waiter->req = control_request_number(call->frame, call->len);
	err = control_decode_request(call->frame, call->len, &waiter->request);
	if (err == ERR_NONE)
		return true;
	call_error(call, "bad_request", err == ERR_VERSION ? 76 : 65,
	    err == ERR_VERSION ?
		"erfa and erfad are of different versions: update both" :
		"",
	    "the request was not understood: %s", err_str(err));
	return false;
}

/* What an export must hold is settled when it is asked for first: more may come
 * while it waits for the index. */
static void
settle_export(struct node *node, Erfa__ExportRequest *export)
{
	struct store_txn *txn = NULL;

	if (export->has_reach ||
	    store_begin(node->store, false, &txn) != ERR_NONE)
		return;
	export->has_reach = 1;
	export->reach = store_arrival_last(txn);
	store_abort(&txn);
}

/* Answer what only reads; ERR_NONE without an answer is for the loop. */
static enum err
read_answer(struct node *node, struct call *call)
{
	struct waiter *waiter = call->waiter;
	const Erfa__Request *request = waiter->request;
	enum err err;

	if (request->ask_case == ERFA__REQUEST__ASK_FOLLOWED)
		return node_followed(
		    node, waiter->uid, request->followed, &call->answer);
	if (!query_can(request))
		return ERR_NONE;
	if (request->ask_case == ERFA__REQUEST__ASK_EXPORT)
		settle_export(node, request->export);
	err = query_answer(node->query, request, &call->answer);
	if (err == ERR_NONE && request->ask_case == ERFA__REQUEST__ASK_WATCH)
		err = node_follow_mark(
		    node, waiter->uid, request->watch->follow, call->answer);
	return err;
}

/* Decode and authorise; answer what only reads. */
static void
call_run(struct pool_job *job, void *context)
{
	struct call *call = (struct call *)job;
	struct node *node = context;
	enum err err;

	if (!decoded(call) || !authorised(node, call))
		return;
	call->allowed = true;
	call->waiter->seen = indexer_arrival(node->indexer);
	err = read_answer(node, call);
	if (err != ERR_NONE)
		call_error(call, "failed", err == ERR_NOMEM ? 75 : 1, "",
		    "the question could not be answered: %s", err_str(err));
}

/* ---- on the loop ---- */

/* Does this answer say nothing yet, to a request that would rather wait? */
static bool
should_wait(const struct waiter *waiter, const Erfa__Answer *answer)
{
	return waiter->request != NULL &&
	    waiter->request->ask_case == ERFA__REQUEST__ASK_WATCH &&
	    waiter->request->watch->wait_ms > 0 && answer != NULL &&
	    answer->say_case == ERFA__ANSWER__SAY_WATCH &&
	    answer->watch->n_row == 0;
}

/* Is the answer that the index lacks something? */
static bool
is_behind(const Erfa__Answer *answer)
{
	return answer != NULL && answer->say_case == ERFA__ANSWER__SAY_ERROR &&
	    strcmp(answer->error->code, "index_behind") == 0;
}

/* Refuse what has waited for the index in vain. */
static void
refuse_behind(struct node *node, struct waiter *waiter)
{
	uint64_t since_ms;

	node_answer(node, waiter, query_refusal(node->indexer, &since_ms));
}

/* Has the index failed in what was to bring it so far? */
static bool
has_failed(struct node *node, const struct waiter *waiter)
{
	return waiter->attempt != 0 &&
	    indexer_failed(node->indexer, waiter->attempt) != ERR_NONE;
}

/* What the index is just taking in is not worth a word: it is there in a moment. */
static void
forget_lag(struct node *node, Erfa__Answer *answer)
{
	uint64_t since_ms;

	if (answer->has_unindexed && answer->unindexed < LAG_TOLD &&
	    indexer_error(node->indexer, &since_ms) == ERR_NONE)
		answer->has_unindexed = 0;
}

/* Ask again when the index has moved, for a while. */
static void
wait_for_index(struct node *node, struct waiter *waiter)
{
	if (waiter->attempt == 0)
		waiter->attempt = indexer_wake(node->indexer);
	if (has_failed(node, waiter) ||
	    (waiter->deadline != 0 && node_now() >= waiter->deadline))
		refuse_behind(node, waiter);
	else
		node_wait(node, waiter, INDEX_WAIT_MS);
}

/* Is this for others to read, while what was erased may not be known here? */
static bool
is_held_back(const struct node *node, const Erfa__Answer *answer)
{
	return node->hold.until != 0 && answer != NULL &&
	    answer->say_case == ERFA__ANSWER__SAY_BUNDLE_EXPORT;
}

/* The cursor that was answered is where the wait goes on. */
static void
keep_cursor(struct waiter *waiter, Erfa__Answer *answer)
{
	Erfa__WatchRequest *watch = waiter->request->watch;

	free(watch->cursor);
	watch->cursor = answer->watch->cursor;
	answer->watch->cursor = NULL;
}

static void
call_done(struct pool_job *job, void *context)
{
	struct call *call = (struct call *)job;
	struct waiter *waiter = call->waiter;
	struct node *node = context;

	if (node->control == NULL) {
		/* Closing: nobody is answered any more. */
		control_free_answer(call->answer);
		node_waiter_free(waiter);
	} else if (should_wait(waiter, call->answer) &&
	    (waiter->deadline == 0 || node_now() < waiter->deadline)) {
		keep_cursor(waiter, call->answer);
		control_free_answer(call->answer);
		node_wait(node, waiter, waiter->request->watch->wait_ms);
	} else if (is_behind(call->answer)) {
		control_free_answer(call->answer);
		wait_for_index(node, waiter);
	} else if (is_held_back(node, call->answer)) {
		control_free_answer(call->answer);
		node_answer(node, waiter, node_hold_refusal());
	} else if (call->answer != NULL) {
		forget_lag(node, call->answer);
		if (call->answer->say_case == ERFA__ANSWER__SAY_ERASURE &&
		    node_erasure(node, call->answer->erasure) != ERR_NONE)
			logger_debug("control", "an answer is not complete");
		if (call->answer->say_case == ERFA__ANSWER__SAY_STATUS)
			node_status(node, waiter, call->answer);
		else
			node_answer(node, waiter, call->answer);
	} else if (call->allowed) {
		node_ask_take(node, waiter);
	} else {
		/* There was no memory for the refusal. */
		node_waiter_free(waiter);
	}
	free(call->frame);
	free(call);
}

/* A number for the connection that a request came on; never 0. */
static uint64_t
connection_of(const struct waiter *waiter)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < waiter->route_len; i++)
		hash = (hash ^ waiter->route[i]) * UINT64_C(0x100000001b3);
	return hash | 1;
}

/* Give a request to the pool, from its frame or as decoded before. */
static void
call_submit(
    struct node *node, struct waiter *waiter, uint8_t *frame, size_t len)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL) {
		node_waiter_free(waiter);
		free(frame);
		return;
	}
	call->job.run = call_run;
	call->job.done = call_done;
	call->job.owner = connection_of(waiter);
	call->waiter = waiter;
	call->frame = frame;
	call->len = len;
	pool_submit(node->pool, &call->job);
}

/* Take one request; false if there is none. */
static bool
take_request(struct node *node)
{
	struct sock_msg msg;
	struct waiter *waiter;
	uint8_t *frame;

	memset(&msg, 0, sizeof(msg));
	if (sock_recv(node->control, &msg) != ERR_NONE)
		return false;
	if (msg.has_caller && !msg.extra_frames &&
	    (frame = malloc(msg.len + 1)) != NULL) {
		memcpy(frame, msg.data, msg.len);
		if ((waiter = waiter_new(node, &msg)) != NULL)
			call_submit(node, waiter, frame, msg.len);
		else
			free(frame);
	}
	sock_msg_clear(&msg);
	return true;
}

static int
control_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct node *node = arg;
	int i;

	(void)loop;
	(void)item;
	for (i = 0; i < REQUESTS_PER_TURN && !is_crowded(node, 100); i++)
		if (!take_request(node))
			return 0;
	if (is_crowded(node, 100)) {
		/* They wait in their own sockets until others are answered. */
		node_unwatch(node, sock_handle(node->control));
		node->control_shut = true;
	}
	return 0;
}

/* ---- those who wait ---- */

/* An answer for a sync that is in step, or whose time is up. */
static bool
sync_done(struct node *node, struct waiter *waiter, int64_t now)
{
	Erfa__Answer *answer;
	bool synced;

	if (answer_new(ERFA__ANSWER__SAY_SYNC, &answer) != ERR_NONE)
		return false;
	synced = node_sync(node, answer->sync);
	if (!synced && now < waiter->deadline) {
		control_free_answer(answer);
		return false;
	}
	node_answer(node, waiter, answer);
	return true;
}

/* Put a client among those who wait. */
static void
enlist(struct node *node, struct waiter *waiter)
{
	waiter->next = node->waiters;
	node->waiters = waiter;
	node->nwaiters++;
	node->waiter_bytes += waiter->bytes;
	reopen(node);
}

/* Take the first of those who wait out of their list, which begins at ${*list}. */
static struct waiter *
take_out(struct node *node, struct waiter **list)
{
	struct waiter *waiter = *list;

	*list = waiter->next;
	node->nwaiters--;
	node->waiter_bytes -= waiter->bytes;
	return waiter;
}

/* May one more wait?  No user can take all places, nor all bytes. */
static bool
has_place(const struct node *node, const struct waiter *waiter)
{
	const struct waiter *other;
	size_t same = 0;
	size_t bytes = waiter->bytes;

	for (other = node->waiters; other != NULL; other = other->next) {
		if (other->uid != waiter->uid)
			continue;
		same++;
		bytes += other->bytes;
	}
	return node->nwaiters < WAITERS_MAX && same < WAITERS_USER_MAX &&
	    bytes <= WAITER_USER_BYTES_MAX &&
	    node->waiter_bytes + waiter->bytes <= WAITER_BYTES_MAX;
}

void
node_wait(struct node *node, struct waiter *waiter, int64_t wait_ms)
{
	bool sync = waiter->request->ask_case == ERFA__REQUEST__ASK_SYNC;

	if (waiter->deadline == 0)
		waiter->deadline = node_now() +
		    (wait_ms > WAIT_MAX_MS ? WAIT_MAX_MS : wait_ms);
	if (sync && sync_done(node, waiter, node_now()))
		return;
	if (!sync && indexer_arrival(node->indexer) > waiter->seen)
		call_submit(node, waiter, NULL, 0);
	else if (has_place(node, waiter))
		enlist(node, waiter);
	else
		node_answer_error(node, waiter, "busy", 75, "try again",
		    "too many clients wait already");
}

void
node_waiters_tick(struct node *node, int64_t now)
{
	struct waiter *list = node->waiters;
	uint64_t indexed = indexer_arrival(node->indexer);
	struct waiter *waiter;
	bool looked = false;

	node->waiters = NULL;
	while (list != NULL) {
		waiter = take_out(node, &list);
		if (waiter->request->ask_case == ERFA__REQUEST__ASK_SYNC) {
			/* One look is good for all of them. */
			if (looked && now < waiter->deadline)
				enlist(node, waiter);
			else if (!sync_done(node, waiter, now)) {
				looked = true;
				enlist(node, waiter);
			}
		} else if (has_failed(node, waiter)) {
			refuse_behind(node, waiter);
		} else if (indexed > waiter->seen || now >= waiter->deadline) {
			call_submit(node, waiter, NULL, 0);
		} else {
			enlist(node, waiter);
		}
	}
}

enum err
node_control_open(struct node *node)
{
	struct group group;
	struct group *found = NULL;
	char names[8192];
	enum err err;

	if ((err = sock_listen(SOCK_CONTROL, node->config->control, NULL,
		 &node->control)) != ERR_NONE)
		return err;

	/* All may read; who may do more is asked for every request. */
	if (getgrnam_r(node->config->write_group, &group, names, sizeof(names),
		&found) == 0 &&
	    found != NULL &&
	    sock_set_access(node->control, group.gr_gid, 0666) == ERR_NONE)
		return ERR_NONE;
	return sock_set_access(node->control, (gid_t)-1, 0666);
}
