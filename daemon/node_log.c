/*
 * The last lines of the log, for whoever may read.
 */

#include <string.h>

#include "daemon/lines.h"
#include "daemon/node_internal.h"

static const char *const level_names[] = {
	[LOGGER_ERR] = "err",
	[LOGGER_WARNING] = "warning",
	[LOGGER_INFO] = "info",
	[LOGGER_DEBUG] = "debug",
};

#define LEVELS (sizeof(level_names) / sizeof(level_names[0]))

/* The level of that name, or LEVELS; info if there is no name. */
static size_t
level_of(const char *name)
{
	size_t level;

	if (name == NULL || name[0] == '\0')
		return LOGGER_INFO;
	for (level = 0; level < LEVELS; level++)
		if (strcmp(level_names[level], name) == 0)
			break;
	return level;
}

static enum err
fill_line(const struct line *line, Erfa__LogAnswer *answer)
{
	Erfa__LogLine *out;
	enum err err;

	if ((err = answer_add(&answer->line, &answer->n_line,
		 &erfa__log_line__descriptor, &out)) != ERR_NONE)
		return err;
	out->has_number = 1;
	out->number = line->number;
	if ((err = answer_time(&out->time, (uint64_t)line->time_ms)) !=
		ERR_NONE ||
	    (err = answer_text(&out->level, level_names[line->level])) !=
		ERR_NONE ||
	    (err = answer_text(&out->module, line->module)) != ERR_NONE ||
	    (err = answer_text(&out->event, line->kind)) != ERR_NONE)
		return err;
	return answer_text(&out->text, line->text);
}

static enum err
fill_log(const struct line *lines, size_t count, uint64_t since_ms,
    Erfa__LogAnswer *answer)
{
	enum err err;
	size_t i;

	err = answer_time(&answer->since, since_ms);
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = fill_line(&lines[i], answer);
	answer->has_forgot = 1;
	answer->forgot = count > 0 && lines[0].number > LINES_KEPT;
	return err;
}

void
node_log(struct node *node, struct waiter *waiter)
{
	const Erfa__LogRequest *ask = waiter->request->log;
	const size_t level = level_of(ask->level);
	Erfa__Answer *answer = NULL;
	struct line *lines = NULL;
	size_t count = 0;
	enum err err;

	if (level == LEVELS) {
		node_answer_error(node, waiter, "bad_level", 64,
		    "Levels: err, warning, info, debug.", "no level %s",
		    ask->level);
		return;
	}
	err = lines_read((int)level, ask->after,
	    ask->has_count ? ask->count : LINES_KEPT, &lines, &count);
	if (err == ERR_NONE &&
	    (err = answer_new(ERFA__ANSWER__SAY_LOG, &answer)) == ERR_NONE)
		err = fill_log(lines, count,
		    node_clock() - (uint64_t)(node_now() - node->started),
		    answer->log);
	lines_free(lines, count);
	if (err == ERR_NONE) {
		node_answer(node, waiter, answer);
		return;
	}
	control_free_answer(answer);
	node_answer_error(node, waiter, "no_memory", 75, "try again",
	    "the log cannot be told: %s", err_str(err));
}
