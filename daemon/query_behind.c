/*
 * What is told where the index lacks something: that it is behind, or why it
 * cannot be written and what to do.
 */

#include <stdlib.h>

#include "proto/header.h"
#include "daemon/indexer.h"
#include "daemon/query.h"
#include "daemon/query_internal.h"

/* More entries than this are not looked at: one of them may be anything. */
#define LACKING_MAX 2000

enum err
query_lacks_restricted(struct question *question, bool *ret_lacks)
{
	uint64_t at = index_arrival(question->index);
	struct store_entry entry;
	struct header header;
	bool lacks = store_arrival_last(question->store) > at &&
	    store_arrival_last(question->store) - at > LACKING_MAX;
	enum err err = ERR_NONE;

	while (!lacks &&
	    (err = store_arrival_next(question->store, at, &entry)) ==
		ERR_NONE) {
		lacks = header_decode(entry.header.data, entry.header.len,
			    &header) == ERR_NONE &&
		    header.group != 0 && header.kind != HEADER_GROUP;
		at = entry.arrival;
	}
	*ret_lacks = lacks;
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
query_behind(struct question *question, enum err err)
{
	if (err == ERR_NONE)
		return query_fail(question, EXIT_TEMPFAIL, "index_behind",
		    "Try again in a moment.",
		    "the index is still taking in what was published before");
	if (err == ERR_FULL)
		return query_fail(question, EXIT_TEMPFAIL, "disk_full",
		    "Make room on the disk of the state directory, and try "
		    "again; nothing that was published is lost",
		    "the search index cannot be written: no space left");
	return query_fail(question, EXIT_TEMPFAIL, "index_failed",
	    "Ask your IT to look at the log:  journalctl -u erfad",
	    "the search index cannot be written: %s", err_str(err));
}

void
query_tell_lag(struct question *question)
{
	Erfa__Answer *answer = question->answer;
	uint64_t arrival = store_arrival_last(question->store);
	uint64_t indexed = index_arrival(question->index);

	if (question->picture == NULL || indexed >= arrival ||
	    answer->say_case == ERFA__ANSWER__SAY_ERROR ||
	    answer->say_case == ERFA__ANSWER__SAY_STATUS ||
	    answer->say_case == ERFA__ANSWER__SAY_WATCH ||
	    answer->say_case == ERFA__ANSWER__SAY_EXPORT)
		return;
	answer->has_unindexed = 1;
	answer->unindexed = arrival - indexed;
}

Erfa__Answer *
query_refusal(struct indexer *indexer, uint64_t *ret_since_ms)
{
	struct question question = { .answer = NULL };
	enum err err = indexer_error(indexer, ret_since_ms);

	if ((question.answer = calloc(1, sizeof(*question.answer))) == NULL)
		return NULL;
	erfa__answer__init(question.answer);
	if (query_behind(&question, err) == ERR_NONE)
		return question.answer;
	control_free_answer(question.answer);
	return NULL;
}
