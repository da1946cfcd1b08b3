#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/log.h"
#include "daemon/query_internal.h"

#define DAMAGE_MAX 200 /* problems of one page */

/* What is being gone through. */
enum phase {
	PHASE_NEXT,   /* on to the log after log_id; all zero = the first */
	PHASE_STORED, /* the stored branch of log_id */
	PHASE_BRANCH, /* the branch beside it that ${branch} names */
};

/* Where a verification stands, and its totals: what a cursor holds. */
struct place {
	enum phase phase;
	uint8_t log_id[LOG_ID_LEN];
	uint8_t branch[C8_LEN];
	uint64_t n;          /* last entry of which the header was checked */
	uint8_t c[HASH_LEN]; /* its chain value */
	uint64_t body;       /* last entry of which the body was checked */
	uint64_t entries;
	uint64_t logs;
	uint64_t heads;
	uint64_t bodies;
	uint64_t absent;
	uint64_t erased;
};

#define PLACE_LEN (1 + LOG_ID_LEN + C8_LEN + 8 + HASH_LEN + 7 * 8)

/* One page of a verification. */
struct verify {
	struct question *question;
	struct place at;
	struct store_log log; /* of at.log_id */
	struct log_tip tip;   /* end of the branch */
	bool has_log;
	uint32_t percent;
	Erfa__VerifyAnswer *answer;
};

static void
place_pack(const struct place *place, uint8_t out[PLACE_LEN])
{
	const uint64_t numbers[7] = { place->body, place->entries, place->logs,
		place->heads, place->bodies, place->absent, place->erased };
	size_t i;

	*out++ = (uint8_t)place->phase;
	memcpy(out, place->log_id, LOG_ID_LEN);
	memcpy(out + LOG_ID_LEN, place->branch, C8_LEN);
	out += LOG_ID_LEN + C8_LEN;
	bytes_put_le64(out, place->n);
	memcpy(out + 8, place->c, HASH_LEN);
	for (i = 0; i < 7; i++)
		bytes_put_le64(out + 8 + HASH_LEN + 8 * i, numbers[i]);
}

static bool
place_unpack(const uint8_t *in, struct place *place)
{
	uint64_t *const numbers[7] = { &place->body, &place->entries,
		&place->logs, &place->heads, &place->bodies, &place->absent,
		&place->erased };
	size_t i;

	if (*in > PHASE_BRANCH)
		return false;
	place->phase = (enum phase) * in++;
	memcpy(place->log_id, in, LOG_ID_LEN);
	memcpy(place->branch, in + LOG_ID_LEN, C8_LEN);
	in += LOG_ID_LEN + C8_LEN;
	place->n = bytes_get_le64(in);
	memcpy(place->c, in + 8, HASH_LEN);
	for (i = 0; i < 7; i++)
		*numbers[i] = bytes_get_le64(in + 8 + HASH_LEN + 8 * i);
	return true;
}

/* Note damage at the entries ${first} to ${last} of the log. */
static enum err
damage(struct verify *verify, uint64_t first, uint64_t last, const char *what)
{
	char hex[2 * LOG_ID_LEN + 1];
	char where[128];

	bytes_hex(verify->at.log_id, LOG_ID_LEN, hex);
	if (first == last)
		(void)snprintf(where, sizeof(where), "log %s entry %llu", hex,
		    (unsigned long long)first);
	else
		(void)snprintf(where, sizeof(where),
		    "log %s entries %llu to %llu", hex,
		    (unsigned long long)first, (unsigned long long)last);
	return answer_problem(&verify->answer->damage,
	    &verify->answer->n_damage, where, what,
	    "Peers hold it whole.  Keep the state directory aside and "
	    "join again with an empty one.");
}

/* ---- headers ---- */

/* Check what links a run to the one before, its headers, and its HEAD. */
static enum err
check_run(struct verify *verify, const struct log_run *run)
{
	struct log_tip tip = { .n = run->first - 1 };
	uint64_t last = run->first + run->count - 1;
	struct log_head head;
	bool folds = true;
	size_t i;
	enum err err;

	memcpy(tip.c, verify->at.c, HASH_LEN);
	for (i = 0; i < run->count && folds; i++)
		folds = log_step(&tip, run->headers[i].data,
			    run->headers[i].len) == ERR_NONE;
	log_head_parse(run->head, &head);
	if (!folds || head.n != last || memcmp(head.c, tip.c, HASH_LEN) != 0 ||
	    memcmp(head.log_id, run->log_id, LOG_ID_LEN) != 0) {
		err = damage(verify, run->first, last,
		    "the headers do not fold to the signed chain value");
		if (err != ERR_NONE)
			return err;
	}
	if (log_head_verify(verify->log.key, run->head) != ERR_NONE &&
	    (err = damage(verify, last, last,
		 "the signature of the HEAD is not by the log's key")) !=
		ERR_NONE)
		return err;
	verify->at.heads++;
	verify->at.entries += run->count;
	verify->at.n = last;
	memcpy(verify->at.c, head.c, HASH_LEN);
	return ERR_NONE;
}

/*
 * A run that cannot be read: find the entries that are damaged, one by one, up
 * to where a boundary must be.
 */
static enum err
check_entries(struct verify *verify)
{
	struct log_tip tip = { .n = verify->at.n };
	struct store_entry entry;
	size_t bytes = 0;
	size_t count = 0;
	enum err err;

	memcpy(tip.c, verify->at.c, HASH_LEN);
	while (tip.n < verify->tip.n && count < BOUNDARY_N &&
	    bytes < BOUNDARY_BYTES) {
		err = store_entry(verify->question->store, verify->at.log_id,
		    tip.n + 1, &entry);
		if (err == ERR_NOENT || err == ERR_DAMAGED) {
			err = damage(verify, tip.n + 1, verify->tip.n,
			    "entries cannot be read");
			verify->at.n = verify->tip.n;
			return err;
		}
		if (err != ERR_NONE)
			return err;
		if (log_step(&tip, entry.header.data, entry.header.len) !=
			ERR_NONE ||
		    memcmp(tip.c, entry.c, HASH_LEN) != 0) {
			err = damage(verify, entry.n, entry.n,
			    "the header does not fit the chain");
			if (err != ERR_NONE)
				return err;
		}
		tip.n = entry.n;
		memcpy(tip.c, entry.c, HASH_LEN);
		bytes += entry.header.len;
		count++;
	}
	verify->at.entries += count;
	verify->at.n = tip.n;
	memcpy(verify->at.c, tip.c, HASH_LEN);
	return ERR_NONE;
}

/* Check the next run of the branch at hand. */
static enum err
next_run(struct verify *verify)
{
	uint8_t name[8 + C8_LEN];
	bool beside = verify->at.phase == PHASE_BRANCH;
	struct store_run run = { .memory = NULL };
	enum err err;

	bytes_put_le64(name, verify->tip.n);
	memcpy(name + 8, verify->tip.c, C8_LEN);
	err = store_read_run(verify->question->store, verify->at.log_id,
	    verify->at.n + 1, beside ? name : NULL, &run);
	if (err == ERR_NONE) {
		err = check_run(verify, &run.run);
		store_run_clear(&run);
		return err;
	}
	if (err != ERR_DAMAGED && err != ERR_NOENT)
		return err;
	if (!beside && err == ERR_DAMAGED)
		return check_entries(verify);
	err = damage(
	    verify, verify->at.n + 1, verify->tip.n, "entries cannot be read");
	verify->at.n = verify->tip.n;
	return err;
}

/* ---- bodies ---- */

/* Whether this body is in the sample. */
static bool
is_sampled(const struct verify *verify)
{
	uint32_t random;

	if (verify->percent >= 100)
		return true;
	crypto_random(&random, sizeof(random));
	return random % 100 < verify->percent;
}

/* Check the body of the next entry. */
static enum err
next_body(struct verify *verify)
{
	struct store_txn *store = verify->question->store;
	uint64_t n = ++verify->at.body;
	struct store_body body = { .len = 0 };
	enum store_body_state state;
	enum err err;

	err = store_body_state(store, verify->at.log_id, n, &state);
	if (err == ERR_NOENT || err == ERR_DAMAGED)
		return ERR_NONE; /* its header was told already */
	if (err != ERR_NONE)
		return err;
	verify->at.absent += state == STORE_BODY_ABSENT;
	verify->at.erased += state == STORE_BODY_ERASED;
	if (state != STORE_BODY_HERE || !is_sampled(verify))
		return ERR_NONE;
	err = store_body(store, verify->at.log_id, n, &body);
	store_body_clear(&body);
	if (err == ERR_NONE)
		verify->at.bodies++;
	else if (err == ERR_DAMAGED || err == ERR_NOENT)
		return damage(
		    verify, n, n, "the body does not fit its commitment");
	return err;
}

/* ---- logs ---- */

/* Look up the log of a cursor. */
static enum err
find_log(struct verify *verify)
{
	uint8_t before[C8_LEN];
	enum err err;

	if (verify->has_log || verify->at.phase == PHASE_NEXT)
		return ERR_NONE;
	err = store_log(
	    verify->question->store, verify->at.log_id, &verify->log);
	if (err != ERR_NONE)
		return err;
	verify->has_log = true;
	verify->tip = verify->log.tip;
	if (verify->at.phase != PHASE_BRANCH)
		return ERR_NONE;

	/* Branches are walked through until the one of the cursor. */
	err = store_branch_next(
	    verify->question->store, verify->at.log_id, NULL, &verify->tip);
	while (err == ERR_NONE &&
	    memcmp(verify->tip.c, verify->at.branch, C8_LEN) != 0) {
		memcpy(before, verify->tip.c, C8_LEN);
		err = store_branch_next(verify->question->store,
		    verify->at.log_id, before, &verify->tip);
	}
	return err;
}

/* Begin with the next log; *${ret_done} if there is none. */
static enum err
next_log(struct verify *verify, bool *ret_done)
{
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip;
	enum err err;

	err = store_log_next(verify->question->store,
	    verify->at.logs == 0 ? NULL : verify->at.log_id, &verify->log);
	*ret_done = err == ERR_NOENT;
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	verify->has_log = true;
	verify->tip = verify->log.tip;
	verify->at.phase = PHASE_STORED;
	verify->at.logs++;
	verify->at.n = 0;
	verify->at.body = 0;
	memcpy(verify->at.log_id, verify->log.log_id, LOG_ID_LEN);
	log_begin(verify->log.key, verify->log.inc, log_id, &tip);
	memcpy(verify->at.c, tip.c, HASH_LEN);
	if (memcmp(log_id, verify->log.log_id, LOG_ID_LEN) != 0)
		return damage(verify, 1, verify->tip.n,
		    "the log's id does not follow from its key");
	return ERR_NONE;
}

/* Go on to the next branch of a forked log, or to the next log. */
static enum err
next_branch(struct verify *verify)
{
	struct log_tip common;
	const uint8_t *after = verify->at.phase == PHASE_BRANCH ?
	    verify->at.branch :
	    NULL;
	enum err err;

	/* at.branch stays as it is until the next one is known. */
	err = store_branch_next(
	    verify->question->store, verify->at.log_id, after, &verify->tip);
	if (err == ERR_NOENT) {
		verify->at.phase = PHASE_NEXT;
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	verify->at.phase = PHASE_BRANCH;
	memcpy(verify->at.branch, verify->tip.c, C8_LEN);
	verify->at.n = verify->log.last_common;
	verify->at.body = verify->tip.n;

	/* Nothing may be common: then the chain begins with the log. */
	err = store_tip_at(verify->question->store, verify->at.log_id,
	    verify->log.last_common, &common);
	if (err == ERR_NONE) {
		memcpy(verify->at.c, common.c, HASH_LEN);
		return ERR_NONE;
	}
	if (err != ERR_DAMAGED && err != ERR_NOENT)
		return err;
	err = damage(verify, verify->at.n + 1, verify->tip.n,
	    "the entry before the fork cannot be read");
	verify->at.n = verify->tip.n;
	return err;
}

/* Do a little; *${ret_done} when all is done. */
static enum err
step(struct verify *verify, bool *ret_done)
{
	enum err err;

	if ((err = find_log(verify)) != ERR_NONE)
		return err;
	if (verify->at.phase == PHASE_NEXT)
		return next_log(verify, ret_done);
	if (verify->at.body < verify->at.n)
		return next_body(verify);
	if (verify->at.n < verify->tip.n)
		return next_run(verify);
	return next_branch(verify);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Verify for one page, and write down how far it came. */
static enum err
verify_page(struct verify *verify)
{
	Erfa__VerifyAnswer *answer = verify->answer;
	uint8_t cursor[PLACE_LEN];
	struct store_counts counts;
	int64_t until = now_ms() + PAGE_MS;
	bool done = false;
	enum err err = ERR_NONE;

	while (!done && err == ERR_NONE && now_ms() < until &&
	    answer->n_damage < DAMAGE_MAX)
		err = step(verify, &done);
	if (err == ERR_NONE)
		err = store_counts(verify->question->store, &counts);
	if (err != ERR_NONE)
		return err;
	answer->has_entries = true;
	answer->entries = verify->at.entries;
	answer->has_entries_total = true;
	answer->entries_total = counts.entries;
	answer->has_logs = true;
	answer->logs = verify->at.logs;
	answer->has_heads = true;
	answer->heads = verify->at.heads;
	answer->has_bodies = true;
	answer->bodies = verify->at.bodies;
	answer->has_bodies_absent = true;
	answer->bodies_absent = verify->at.absent;
	answer->has_bodies_erased = true;
	answer->bodies_erased = verify->at.erased;
	if (done)
		return ERR_NONE;
	place_pack(&verify->at, cursor);
	return answer_hex(&answer->next, cursor, sizeof(cursor));
}

enum err
query_verify(struct question *question, const Erfa__VerifyRequest *request)
{
	struct verify verify = { .question = question, .percent = 100 };
	uint8_t cursor[PLACE_LEN] = { 0 };
	enum err err;

	if (!query_cursor(request->cursor, cursor, sizeof(cursor)) ||
	    !place_unpack(cursor, &verify.at))
		return query_bad_cursor(question);
	if (request->has_sample_percent && request->sample_percent > 0)
		verify.percent = request->sample_percent;
	err = answer_say(question->answer, ERFA__ANSWER__SAY_VERIFY);
	verify.answer = question->answer->verify;
	if (err == ERR_NONE)
		err = verify_page(&verify);
	if (err == ERR_NOENT)
		return query_bad_cursor(question);
	return err;
}
