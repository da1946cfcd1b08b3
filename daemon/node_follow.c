/*
 * Questions that stand: kept, listed and dropped, and asked when their users
 * want to know what is new.  Each is a note of this node, under the user's id and
 * a number; nobody else sees it, and it is in no log.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"

#define FOLLOW_MAX   32   /* of one user */
#define FOLLOW_ALL   1000 /* of all users */
#define FOLLOW_BYTES 4096 /* of one question */
#define NAME_SIZE    32   /* of a note's name */

/* A request about them on its way. */
struct following {
	struct pool_job prepare; /* first: looked at in the pool */
	struct writer_job write; /* then written, if it changes something */
	struct node *node;       /* NULL in the end, if it is closing */
	struct waiter *waiter;
	Erfa__Answer *answer; /* an error, or what will be said */
	bool writes;
	uint8_t find[FOLLOW_BYTES]; /* to be kept */
	size_t find_len;
	uint32_t no; /* of what was kept or dropped */
	bool known;  /* it was kept before */
};

static struct following *
following_of(struct writer_job *job)
{
	return (struct following *)(void *)((char *)job -
	    offsetof(struct following, write));
}

/* ---- notes ---- */

static void
note_name(uid_t uid, uint32_t no, char out[NAME_SIZE])
{
	(void)snprintf(
	    out, NAME_SIZE, "follow/%010u/%02u", (unsigned)uid, (unsigned)no);
}

/* Read the note of number ${no}; free *${ret_local} as protobuf-c has it. */
static enum err
note_read(struct store_txn *txn, uid_t uid, uint32_t no,
    Erfa__LocalFollow **ret_local)
{
	char name[NAME_SIZE];
	struct bytes data;
	enum err err;

	note_name(uid, no, name);
	if ((err = store_note_get(txn, name, &data)) != ERR_NONE)
		return err;
	*ret_local = erfa__local_follow__unpack(NULL, data.len, data.data);
	return *ret_local == NULL ? ERR_DAMAGED : ERR_NONE;
}

static enum err
note_write(struct store_txn *txn, uid_t uid, uint32_t no,
    const Erfa__LocalFollow *local)
{
	char name[NAME_SIZE];
	uint8_t *data;
	size_t len = erfa__local_follow__get_packed_size(local);
	enum err err;

	if ((data = malloc(len + 1)) == NULL)
		return ERR_NOMEM;
	(void)erfa__local_follow__pack(local, data);
	note_name(uid, no, name);
	err = store_note_put(txn, name, data, len);
	free(data);
	return err;
}

/* How many there are, of all users. */
static enum err
count_notes(struct store_txn *txn, size_t *ret_count)
{
	char name[201];
	char last[201];
	const char *after = NULL;
	struct bytes data;
	enum err err;

	for (*ret_count = 0;; ++*ret_count) {
		err = store_note_next(txn, "follow/", after, name, &data);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		memcpy(last, name, sizeof(last));
		after = last;
	}
}

/* ---- answers ---- */

/* Make the answer of a request say what is wrong. */
static void __attribute__((format(printf, 5, 6)))
refuse(struct following *following, const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	control_free_answer(following->answer);
	following->answer = node_error_vnew(code, exit, remedy, format, args);
	va_end(args);
}

static enum err
fill(uint32_t no, const Erfa__LocalFollow *local, Erfa__Following *out)
{
	out->has_no = out->has_told = true;
	out->no = no;
	out->told = local->told;
	out->find = erfa__find_request__unpack(
	    NULL, local->find.len, local->find.data);
	if (out->find == NULL)
		return ERR_DAMAGED;
	if (answer_text(&out->lang, local->lang) != ERR_NONE)
		return ERR_NOMEM;
	return answer_time(&out->since, local->since_ms);
}

/* Put one into the answer, where it is listed or was changed. */
static enum err
tell_one(Erfa__FollowAnswer *answer, bool changed, uint32_t no,
    const Erfa__LocalFollow *local)
{
	Erfa__Following *out;
	enum err err;

	if (!changed) {
		err = answer_add(&answer->following, &answer->n_following,
		    &erfa__following__descriptor, &out);
		return err == ERR_NONE ? fill(no, local, out) : err;
	}
	if ((out = calloc(1, sizeof(*out))) == NULL)
		return ERR_NOMEM;
	erfa__following__init(out);
	answer->changed = out;
	return fill(no, local, out);
}

/* List all of the user; one that cannot be read shall not hide the others. */
static enum err
tell_all(struct following *following)
{
	Erfa__FollowAnswer *answer = following->answer->follow;
	Erfa__LocalFollow *local;
	struct store_txn *txn = NULL;
	uint32_t no;
	enum err err;

	if ((err = store_begin(following->node->store, false, &txn)) !=
	    ERR_NONE)
		return err;
	for (no = 1; no <= FOLLOW_MAX && err == ERR_NONE; no++) {
		local = NULL;
		err = note_read(txn, following->waiter->uid, no, &local);
		if (err == ERR_NOENT || err == ERR_DAMAGED) {
			err = ERR_NONE;
			continue;
		}
		if (err == ERR_NONE)
			err = tell_one(answer, false, no, local);
		if (err == ERR_NONE && no == following->no &&
		    answer->changed == NULL)
			err = tell_one(answer, true, no, local);
		erfa__local_follow__free_unpacked(local, NULL);
	}
	store_abort(&txn);
	answer->has_known = following->find_len > 0;
	answer->known = following->known;
	return err;
}

/* ---- in the pool ---- */

/* See whether the question makes sense, and pack it. */
static enum err
prepare_find(struct following *following, Erfa__FindRequest *find)
{
	const struct query_follow follow = {
		.find = find,
		.lang = following->waiter->request->lang,
	};
	Erfa__Answer *answer = NULL;
	enum err err;

	free(find->cursor);
	find->cursor = NULL;
	find->has_limit = false;
	following->find_len = erfa__find_request__get_packed_size(find);
	if (following->find_len > FOLLOW_BYTES) {
		refuse(following, "too_long", 65,
		    "Follow fewer words, or several questions.",
		    "the question is longer than %d bytes", FOLLOW_BYTES);
		return ERR_NONE;
	}
	(void)erfa__find_request__pack(find, following->find);
	err = query_follow(following->node->query, &follow, &answer);
	if (err == ERR_NONE && answer->say_case == ERFA__ANSWER__SAY_ERROR) {
		control_free_answer(following->answer);
		following->answer = answer;
		return ERR_NONE;
	}
	control_free_answer(answer);
	following->writes = err == ERR_NONE;
	return err;
}

/* Keep for the answer what is going to be dropped. */
static enum err
prepare_drop(struct following *following, uint32_t no)
{
	Erfa__LocalFollow *local = NULL;
	struct store_txn *txn = NULL;
	enum err err;

	following->no = no;
	if ((err = store_begin(following->node->store, false, &txn)) !=
	    ERR_NONE)
		return err;
	err = note_read(txn, following->waiter->uid, no, &local);
	store_abort(&txn);
	if (err == ERR_NOENT) {
		refuse(following, "no_such_follow", 66,
		    "What you follow:  erfa follow",
		    "you follow nothing of the number %u", (unsigned)no);
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = tell_one(following->answer->follow, true, no, local);
	if (local != NULL)
		erfa__local_follow__free_unpacked(local, NULL);

	/* What cannot be read can be dropped all the same. */
	following->writes = err == ERR_NONE || err == ERR_DAMAGED;
	return err == ERR_DAMAGED ? ERR_NONE : err;
}

static enum err
prepare(struct following *following)
{
	Erfa__FollowRequest *request = following->waiter->request->follow;
	enum err err;

	err = answer_new(ERFA__ANSWER__SAY_FOLLOW, &following->answer);
	if (err != ERR_NONE)
		return err;
	if ((request->find != NULL) + (request->has_drop != 0) +
		(request->n_told > 0) >
	    1) {
		refuse(following, "not_valid", 65, "Ask for one at a time.",
		    "to follow, to drop and what was told are three requests");
		return ERR_NONE;
	}
	if (request->n_told > FOLLOW_MAX) {
		refuse(following, "not_valid", 65, "", "more than %d numbers",
		    FOLLOW_MAX);
		return ERR_NONE;
	}
	if (request->find != NULL)
		return prepare_find(following, request->find);
	if (request->has_drop)
		return prepare_drop(following, request->drop);
	following->writes = request->n_told > 0;
	return following->writes ? ERR_NONE : tell_all(following);
}

static void
prepare_run(struct pool_job *job, void *context)
{
	struct following *following = (struct following *)job;
	enum err err = prepare(following);

	(void)context;
	if (err == ERR_NONE)
		return;
	following->writes = false;
	refuse(following, "failed", 75, "Try again in a moment.",
	    "what is followed could not be looked at: %s", err_str(err));
}

/* ---- writing ---- */

/* Is this the question that is kept there? */
static bool
is_same(const Erfa__LocalFollow *a, const Erfa__LocalFollow *b)
{
	return a->find.len == b->find.len &&
	    memcmp(a->find.data, b->find.data, b->find.len) == 0 &&
	    strcmp(a->lang == NULL ? "" : a->lang,
		b->lang == NULL ? "" : b->lang) == 0;
}

/* Keep the question under the least number that is free. */
static enum err
write_find(struct store_txn *txn, struct following *following)
{
	Erfa__LocalFollow kept = ERFA__LOCAL_FOLLOW__INIT;
	uid_t uid = following->waiter->uid;
	Erfa__LocalFollow *local;
	size_t count;
	uint32_t no;
	enum err err;

	kept.has_find = kept.has_since_ms = kept.has_told = true;
	kept.find.data = following->find;
	kept.find.len = following->find_len;
	kept.lang = following->waiter->request->lang;
	kept.since_ms = node_clock();
	kept.told = store_arrival_last(txn);
	following->no = 0;
	following->known = false;
	for (no = 1; no <= FOLLOW_MAX && !following->known; no++) {
		err = note_read(txn, uid, no, &local);
		if (err == ERR_NOENT && following->no == 0)
			following->no = no;
		if (err == ERR_NOENT || err == ERR_DAMAGED)
			continue;
		if (err != ERR_NONE)
			return err;
		following->known = is_same(local, &kept);
		if (following->known)
			following->no = no;
		erfa__local_follow__free_unpacked(local, NULL);
	}
	if (following->known)
		return ERR_NONE;
	if ((err = count_notes(txn, &count)) != ERR_NONE)
		return err;
	if (following->no == 0 || count >= FOLLOW_ALL)
		return ERR_LIMIT;
	return note_write(txn, uid, following->no, &kept);
}

/* Note how far a user was told; a number that is gone by now needs none. */
static enum err
write_told(struct store_txn *txn, uid_t uid, const Erfa__FollowTold *told)
{
	uint64_t last = store_arrival_last(txn);
	Erfa__LocalFollow *local;
	enum err err;

	err = note_read(txn, uid, told->no, &local);
	if (err == ERR_NOENT || err == ERR_DAMAGED)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	if (told->upto > local->told) {
		local->has_told = true;
		local->told = told->upto < last ? told->upto : last;
		err = note_write(txn, uid, told->no, local);
	}
	erfa__local_follow__free_unpacked(local, NULL);
	return err;
}

static enum err
write_run(struct store_txn *txn, struct writer_job *job)
{
	struct following *following = following_of(job);
	const Erfa__FollowRequest *request = following->waiter->request->follow;
	char name[NAME_SIZE];
	size_t i;
	enum err err = ERR_NONE;

	if (request->find != NULL)
		return write_find(txn, following);
	if (request->has_drop) {
		note_name(following->waiter->uid, request->drop, name);
		return store_note_del(txn, name);
	}
	for (i = 0; i < request->n_told && err == ERR_NONE; i++)
		err = write_told(txn, following->waiter->uid, request->told[i]);
	return err;
}

/* Answer, unless erfad is closing. */
static void
following_end(struct following *following)
{
	if (following->node != NULL) {
		node_answer(
		    following->node, following->waiter, following->answer);
	} else {
		control_free_answer(following->answer);
		node_waiter_free(following->waiter);
	}
	free(following);
}

/* Say why nothing was written. */
static void
tell_failure(struct following *following, enum err err)
{
	if (err == ERR_LIMIT)
		refuse(following, "too_many_follows", 75,
		    "Drop one:  erfa follow --drop N",
		    "one user follows at most %d, all users of this node %d",
		    FOLLOW_MAX, FOLLOW_ALL);
	else if (err == ERR_NOENT)
		refuse(following, "no_such_follow", 66,
		    "What you follow:  erfa follow",
		    "it was dropped meanwhile");
	else if (err == ERR_FULL)
		refuse(following, "disk_full", 75,
		    "Make room on the disk of the state directory",
		    "nothing was kept: no space left in the store");
	else
		refuse(following, "not_written", 75,
		    "Ask your IT to look at the log:  journalctl -u erfad",
		    "it is not known whether this was written: %s",
		    err_str(err));
}

static void
write_done(struct writer_job *job, void *context)
{
	struct following *following = following_of(job);
	enum err err = job->err;

	following->node = context;
	if (err == ERR_NONE && following->node != NULL)
		err = tell_all(following);
	if (err != ERR_NONE)
		tell_failure(following, err);
	following_end(following);
}

static void
prepare_done(struct pool_job *job, void *context)
{
	struct following *following = (struct following *)job;
	struct node *node = context;

	if (node->control == NULL)
		following->node = NULL;
	if (following->node == NULL || !following->writes) {
		following_end(following);
		return;
	}
	following->write.run = write_run;
	following->write.done = write_done;
	following->write.entries = 1;
	following->write.bytes = FOLLOW_BYTES;
	writer_submit(node->writer, &following->write);
}

void
node_follow(struct node *node, struct waiter *waiter)
{
	struct following *following = calloc(1, sizeof(*following));

	if (following == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	following->prepare.run = prepare_run;
	following->prepare.done = prepare_done;
	following->node = node;
	following->waiter = waiter;
	pool_submit(node->pool, &following->prepare);
}

/* ---- what is new ---- */

/* Ask one of them; ${follow} has the range. */
static enum err
ask(struct node *node, const Erfa__LocalFollow *local,
    struct query_follow *follow, Erfa__Answer **ret_answer)
{
	Erfa__FindRequest *find = erfa__find_request__unpack(
	    NULL, local->find.len, local->find.data);
	enum err err;

	if (find == NULL)
		return ERR_DAMAGED;
	follow->find = find;
	follow->lang = local->lang;
	err = query_follow(node->query, follow, ret_answer);
	erfa__find_request__free_unpacked(find, NULL);
	return err;
}

/* Read one in a transaction of its own. */
static enum err
load(struct node *node, uid_t uid, uint32_t no, Erfa__LocalFollow **ret_local)
{
	struct store_txn *txn = NULL;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	err = note_read(txn, uid, no, ret_local);
	store_abort(&txn);
	return err;
}

enum err
node_followed(struct node *node, uid_t uid,
    const Erfa__FollowedRequest *request, Erfa__Answer **ret_answer)
{
	struct query_follow follow = { .until = UINT64_MAX };
	Erfa__LocalFollow *local = NULL;
	enum err err;

	err = load(node, uid, request->no, &local);
	if (err == ERR_NOENT) {
		*ret_answer = node_error_new("no_such_follow", 66,
		    "What you follow:  erfa follow",
		    "you follow nothing of the number %u",
		    (unsigned)request->no);
		return *ret_answer == NULL ? ERR_NOMEM : ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	follow.after = request->has_after ? request->after : local->told;
	err = ask(node, local, &follow, ret_answer);
	if (err == ERR_NONE &&
	    (*ret_answer)->say_case == ERFA__ANSWER__SAY_FOLLOWED) {
		(*ret_answer)->followed->has_no = true;
		(*ret_answer)->followed->no = request->no;
	}
	erfa__local_follow__free_unpacked(local, NULL);
	return err;
}

/* Mark the rows of a watch that ${answer} tells of. */
static enum err
mark_rows(
    Erfa__WatchAnswer *watch, uint32_t no, const Erfa__FollowedAnswer *answer)
{
	Erfa__Row *row;
	size_t i = 0;
	size_t k;
	enum err err;

	/* Both go by arrival. */
	for (k = 0; k < watch->n_row && i < answer->n_arrival; k++) {
		row = watch->row[k];
		while (
		    i < answer->n_arrival && answer->arrival[i] < row->arrival)
			i++;
		if (i == answer->n_arrival ||
		    answer->arrival[i] != row->arrival)
			continue;
		if ((err = answer_room(&row->follow, row->n_follow,
			 sizeof(*row->follow))) != ERR_NONE)
			return err;
		row->follow[row->n_follow++] = no;
	}
	return ERR_NONE;
}

/* Mark the rows that fit one question, page by page. */
static enum err
mark_one(struct node *node, uint32_t no, const Erfa__LocalFollow *local,
    Erfa__WatchAnswer *watch)
{
	struct query_follow follow = {
		.after = watch->row[0]->arrival - 1,
		.until = watch->row[watch->n_row - 1]->arrival,
	};
	Erfa__Answer *answer;
	bool more = true;
	enum err err = ERR_NONE;

	while (more && err == ERR_NONE) {
		answer = NULL;
		err = ask(node, local, &follow, &answer);
		if (err != ERR_NONE)
			break;
		more = answer->say_case == ERFA__ANSWER__SAY_FOLLOWED &&
		    answer->followed->more &&
		    answer->followed->upto > follow.after;
		if (answer->say_case == ERFA__ANSWER__SAY_FOLLOWED) {
			follow.after = answer->followed->upto;
			err = mark_rows(watch, no, answer->followed);
		}
		control_free_answer(answer);
	}
	return err;
}

/* Leave out the rows that fit nothing. */
static void
drop_others(Erfa__WatchAnswer *watch)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < watch->n_row; i++)
		if (watch->row[i]->n_follow > 0)
			watch->row[kept++] = watch->row[i];
		else
			erfa__row__free_unpacked(watch->row[i], NULL);
	watch->n_row = kept;
}

enum err
node_follow_mark(struct node *node, uid_t uid, bool only, Erfa__Answer *answer)
{
	Erfa__LocalFollow *local;
	uint32_t no;
	enum err err = ERR_NONE;

	if (answer == NULL || answer->say_case != ERFA__ANSWER__SAY_WATCH ||
	    answer->watch->n_row == 0)
		return ERR_NONE;
	for (no = 1; no <= FOLLOW_MAX && err == ERR_NONE; no++) {
		err = load(node, uid, no, &local);
		if (err == ERR_NOENT || err == ERR_DAMAGED) {
			err = ERR_NONE;
			continue;
		}
		if (err != ERR_NONE)
			break;
		err = mark_one(node, no, local, answer->watch);
		erfa__local_follow__free_unpacked(local, NULL);
	}
	if (err == ERR_NONE && only)
		drop_others(answer->watch);
	return err;
}
