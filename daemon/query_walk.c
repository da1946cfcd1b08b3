#include <string.h>
#include <time.h>

#include "proto/record.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether ${item} stands behind where the last page ended. */
static bool
is_after(const struct query_walk *walk, const struct shown_item *item)
{
	int order;

	if (walk->org[0] == '\0')
		return true;
	order = strcmp(shown_org(walk->question->shown, item->org), walk->org);
	if (order == 0)
		order = memcmp(item->record, walk->record, RECORD_LEN);
	return order > 0;
}

/* Whether a walk stops at ${item}. */
static bool
is_wanted(const struct query_walk *walk, const struct shown_item *item)
{
	return item->is_record && !item->twin && item->state == INDEX_HERE &&
	    is_after(walk, item);
}

enum err
query_walk_begin(struct question *question, const char *cursor,
    struct query_walk *ret_walk, bool *ret_bad)
{
	struct query_walk walk = { .question = question };

	*ret_bad = true;
	if (cursor != NULL && *cursor != '\0' &&
	    record_parse_full(cursor, walk.org, walk.record) != ERR_NONE)
		return query_bad_cursor(question);
	*ret_bad = false;
	walk.until_ms = now_ms() + PAGE_MS;
	*ret_walk = walk;
	return query_look(question);
}

const struct shown_item *
query_walk_next(struct query_walk *walk)
{
	const struct shown *shown = walk->question->shown;
	const struct shown_item *item;

	if (walk->last != NULL && now_ms() > walk->until_ms)
		return NULL;
	while (walk->next < shown_count(shown)) {
		item = shown_at(shown, SHOWN_BY_RECORD, walk->next++);
		if (is_wanted(walk, item))
			return walk->last = item;
	}
	return NULL;
}

enum err
query_walk_end(const struct query_walk *walk, char **ret_next)
{
	const struct shown *shown = walk->question->shown;

	if (walk->next == shown_count(shown) || walk->last == NULL)
		return answer_text(ret_next, "");
	return query_put_id(ret_next, shown_org(shown, walk->last->org),
	    walk->last->record, RECORD_CHARS);
}
