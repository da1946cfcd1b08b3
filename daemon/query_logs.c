#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "daemon/query_internal.h"

#define LOGS_LIMIT 200 /* of a page */

/* The organisation that the log itself claims, in its first entry. */
static enum err
read_claim(struct question *question, const uint8_t log_id[LOG_ID_LEN],
    char out[ORG_MAX + 1])
{
	struct header_genesis genesis;
	struct store_entry entry;
	struct header header;
	enum err err;

	out[0] = '\0';
	err = store_entry(question->store, log_id, 1, &entry);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (header_decode(entry.header.data, entry.header.len, &header) ==
		ERR_NONE &&
	    header.kind == HEADER_GENESIS &&
	    header_genesis_decode(header.ext, &genesis) == ERR_NONE)
		memcpy(out, genesis.org, sizeof(genesis.org));
	return ERR_NONE;
}

/* The time of a HEAD. */
static uint64_t
head_time(const uint8_t head[HEAD_LEN])
{
	struct log_head parsed;

	log_head_parse(head, &parsed);
	return parsed.time_ms;
}

/* Positions of the branches beside a frozen log. */
static enum err
fill_branches(
    struct question *question, const struct store_log *log, Erfa__LogView *view)
{
	char hex[2 * HASH_LEN + 1];
	char text[2 * HASH_LEN + 24];
	struct log_tip tip;
	uint8_t last[C8_LEN];
	enum err err;

	for (err = store_branch_next(question->store, log->log_id, NULL, &tip);
	     err == ERR_NONE; err = store_branch_next(
				  question->store, log->log_id, last, &tip)) {
		memcpy(last, tip.c, C8_LEN);
		bytes_hex(tip.c, HASH_LEN, hex);
		(void)snprintf(text, sizeof(text), "%llu %s",
		    (unsigned long long)tip.n, hex);
		err = answer_text_add(&view->branch, &view->n_branch, text);
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

uint64_t
query_counted(const struct question *question, const struct store_log *log)
{
	uint64_t counted = directory_cut(
	    question->directory, log->key, log->log_id);

	if (log->frozen && log->last_common < counted)
		counted = log->last_common;
	return counted < log->tip.n ? counted : log->tip.n;
}

/* Bodies that are still to come: nobody asks for what does not count. */
enum err
query_absent(
    struct question *question, const struct store_log *log, uint64_t *ret_count)
{
	uint64_t counted = query_counted(question, log);
	uint64_t beyond = 0;
	enum err err;

	if (log->bodies_absent > 0 && counted < log->tip.n &&
	    (err = store_absent_beyond(
		 question->store, log->log_id, counted, &beyond)) != ERR_NONE)
		return err;
	*ret_count = log->bodies_absent - beyond;
	return ERR_NONE;
}

/* What the directory says of the log: whose it is, how far it counts. */
static enum err
fill_standing(
    struct question *question, const struct store_log *log, Erfa__LogView *view)
{
	const struct directory_member *member = directory_find(
	    question->directory, log->key);
	uint64_t cut = directory_cut(
	    question->directory, log->key, log->log_id);
	const char *state = log->own ? "own" : "open";
	char claim[ORG_MAX + 1];
	enum err err;

	if ((err = read_claim(question, log->log_id, claim)) != ERR_NONE)
		return err;
	if (cut < log->tip.n)
		state = member == NULL ? "outside" : "cut";
	if (log->frozen)
		state = "frozen";
	view->has_counted = true;
	view->counted = query_counted(question, log);
	if ((err = answer_text(&view->state, state)) != ERR_NONE)
		return err;
	return answer_text(&view->org, member != NULL ? member->org : claim);
}

static enum err
fill_view(
    struct question *question, const struct store_log *log, Erfa__LogView *view)
{
	enum err err;

	view->has_inc = true;
	view->inc = log->inc;
	view->has_n = true;
	view->n = log->tip.n;
	view->has_last_common = log->frozen;
	view->last_common = log->last_common;
	view->has_bodies_absent = true;
	if ((err = query_absent(question, log, &view->bodies_absent)) !=
		ERR_NONE ||
	    (err = answer_hex(&view->log, log->log_id, LOG_ID_LEN)) !=
		ERR_NONE ||
	    (err = answer_hex(&view->key, log->key, KEY_LEN)) != ERR_NONE ||
	    (err = answer_hex(&view->chain, log->tip.c, HASH_LEN)) !=
		ERR_NONE ||
	    (err = answer_time(&view->head_time, head_time(log->head))) !=
		ERR_NONE ||
	    (err = fill_standing(question, log, view)) != ERR_NONE)
		return err;
	return log->frozen ? fill_branches(question, log, view) : ERR_NONE;
}

enum err
query_logs(struct question *question, const Erfa__LogsRequest *request)
{
	uint8_t last[LOG_ID_LEN] = { 0 };
	struct store_log log;
	Erfa__LogsAnswer *answer;
	Erfa__LogView *view;
	enum err err;

	if (!query_cursor(request->cursor, last, sizeof(last)))
		return query_bad_cursor(question);
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_LOGS)) !=
	    ERR_NONE)
		return err;
	answer = question->answer->logs;
	while (
	    (err = store_log_next(question->store, last, &log)) == ERR_NONE) {
		if (answer->n_log == LOGS_LIMIT)
			return answer_hex(&answer->next, last, sizeof(last));
		memcpy(last, log.log_id, LOG_ID_LEN);
		err = answer_room(&answer->log, answer->n_log, sizeof(void *));
		if (err != ERR_NONE)
			return err;
		if ((view = calloc(1, sizeof(*view))) == NULL)
			return ERR_NOMEM;
		erfa__log_view__init(view);
		answer->log[answer->n_log++] = view;
		if ((err = fill_view(question, &log, view)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}
