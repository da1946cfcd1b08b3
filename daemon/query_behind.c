/*
 * What is told where the index lacks something: that it is behind, or why it
 * cannot be written and what to do.
 */

#include <stdlib.h>

#include "daemon/indexer.h"
#include "daemon/query.h"
#include "daemon/query_internal.h"

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
