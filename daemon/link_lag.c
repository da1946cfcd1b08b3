/*
 * Where a peer, by its full HAVEs, holds less than we do, and does not take up
 * what it could have from us: it may withhold it from others as well.
 */

#include <stdlib.h>
#include <string.h>

#include "daemon/link_internal.h"

/* A position of the full HAVE that is being heard. */
struct lag_pos {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
};

void
lag_clear(struct link *link)
{
	free(link->lags);
	link->lags = NULL;
	link->nlags = 0;
	link->lag_sum = 0;
}

void
lag_forget(struct link *link)
{
	free(link->heard);
	link->heard = NULL;
	link->nheard = link->heard_room = 0;
	lag_clear(link);
}

/* Make room for so many more positions; false: this HAVE is not looked at. */
static bool
grow(struct link *link, size_t more)
{
	size_t room = link->heard_room == 0 ? 64 : link->heard_room;
	struct lag_pos *heard;

	while (room < link->nheard + more)
		room *= 2;
	if (room == link->heard_room)
		return true;
	if (room > (size_t)2 * LINK_CLAIMS_MAX ||
	    (heard = realloc(link->heard, room * sizeof(*heard))) == NULL)
		return false;
	link->heard = heard;
	link->heard_room = room;
	return true;
}

void
lag_hear(struct link *link, const struct wire_have *have)
{
	struct lag_pos *pos;
	size_t i;

	if (have->part == 1) {
		link->nheard = 0;
		link->heard_lost = false;
	}
	if (link->heard_lost || !grow(link, have->npos)) {
		link->heard_lost = true;
		return;
	}
	for (i = 0; i < have->npos; i++) {
		pos = &link->heard[link->nheard++];
		memcpy(pos->log_id, have->pos[i].log_id, LOG_ID_LEN);
		pos->n = have->pos[i].n;
	}
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, LOG_ID_LEN);
}

/* How far the peer said that it is; 0 if it did not name the log. */
static uint64_t
heard_of(const struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	const struct lag_pos *pos = link->nheard == 0 ?
	    NULL :
	    bsearch(log_id, link->heard, link->nheard, sizeof(*pos), compare);

	return pos == NULL ? 0 : pos->n;
}

/* Has the peer come any further since the last time? */
static bool
goes_on(const struct link *link, uint64_t sum)
{
	size_t i;

	if (sum < link->lag_sum)
		return true;
	for (i = 0; i < link->nlags; i++)
		if (heard_of(link, link->lags[i].log_id) > link->lags[i].n)
			return true;
	return false;
}

/* Since when it holds no more of this log than now. */
static int64_t
since_of(const struct link *link, const uint8_t log_id[LOG_ID_LEN], int64_t now)
{
	size_t i;

	for (i = 0; i < link->nlags; i++)
		if (memcmp(link->lags[i].log_id, log_id, LOG_ID_LEN) == 0)
			return link->lags[i].since;
	return now;
}

/* Find where it lags; returns in how many entries in all. */
static uint64_t
look(struct link *link, struct link_lag *lags, size_t *ret_count)
{
	const struct view_log *log;
	uint64_t sum = 0;
	uint64_t n;
	size_t count = 0;
	size_t i;

	for (i = 0; i < view_count(link->view); i++) {
		log = view_at(link->view, i);
		n = heard_of(link, log->log_id);
		if (n >= log->told)
			continue;
		sum += log->told - n;
		if (count == LINK_LAGS_MAX)
			continue;
		memcpy(lags[count].log_id, log->log_id, LOG_ID_LEN);
		lags[count++].n = n;
	}
	*ret_count = count;
	return sum;
}

void
lag_conclude(struct link *link, int64_t now)
{
	struct link_lag *lags;
	uint64_t sum;
	size_t count;
	size_t i;
	bool on;

	if (link->heard_lost ||
	    (lags = link_alloc(LINK_LAGS_MAX * sizeof(*lags))) == NULL)
		return;
	if (link->nheard > 0)
		qsort(link->heard, link->nheard, sizeof(*link->heard), compare);
	sum = look(link, lags, &count);

	/* While it catches up, nothing is held against it. */
	on = goes_on(link, sum);
	for (i = 0; i < count; i++)
		lags[i].since = on ? now : since_of(link, lags[i].log_id, now);
	lag_forget(link);
	if (count == 0) {
		free(lags);
		return;
	}
	link->lags = lags;
	link->nlags = count;
	link->lag_sum = sum;
}

size_t
link_lags(const struct link *link, const struct link_lag **ret_lags)
{
	*ret_lags = link->lags;
	return link->nlags;
}
