#include "daemon/view.h"

#include <stdlib.h>
#include <string.h>

struct view {
	struct view_log **logs; /* sorted by log id */
	size_t count;
	size_t room;
	uint64_t releases;
	bool digest_known;
	uint8_t digest[HASH_LEN];
};

enum err
view_new(struct view **ret_view)
{
	struct view *view;

	if ((view = calloc(1, sizeof(*view))) == NULL)
		return ERR_NOMEM;
	*ret_view = view;
	return ERR_NONE;
}

void
view_free(struct view *view)
{
	size_t i;

	if (view == NULL)
		return;
	for (i = 0; i < view->count; i++)
		free(view->logs[i]);
	free(view->logs);
	free(view);
}

size_t
view_from(const struct view *view, const uint8_t log_id[LOG_ID_LEN])
{
	size_t low = 0;
	size_t high = view->count;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(view->logs[middle]->log_id, log_id, LOG_ID_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct view_log *
view_find(const struct view *view, const uint8_t log_id[LOG_ID_LEN])
{
	size_t place = view_from(view, log_id);

	if (place == view->count ||
	    memcmp(view->logs[place]->log_id, log_id, LOG_ID_LEN) != 0)
		return NULL;
	return view->logs[place];
}

/* Make room for one more log. */
static enum err
grow(struct view *view)
{
	size_t room = view->room == 0 ? 64 : view->room * 2;
	struct view_log **logs;

	if (view->count < view->room)
		return ERR_NONE;
	logs = realloc(view->logs, room * sizeof(struct view_log *));
	if (logs == NULL)
		return ERR_NOMEM;
	view->logs = logs;
	view->room = room;
	return ERR_NONE;
}

enum err
view_add(struct view *view, const uint8_t key[KEY_LEN], uint64_t inc,
    struct view_log **ret_log)
{
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip;
	struct view_log *log;
	size_t place;
	enum err err;

	log_begin(key, inc, log_id, &tip);
	if ((log = view_find(view, log_id)) != NULL) {
		*ret_log = log;
		return ERR_NONE;
	}
	if ((err = grow(view)) != ERR_NONE)
		return err;
	if ((log = calloc(1, sizeof(*log))) == NULL)
		return ERR_NOMEM;
	memcpy(log->log_id, log_id, LOG_ID_LEN);
	memcpy(log->key, key, KEY_LEN);
	log->inc = inc;
	log->tip = tip;
	log->pending = tip;

	place = view_from(view, log_id);
	memmove(&view->logs[place + 1], &view->logs[place],
	    (view->count - place) * sizeof(struct view_log *));
	view->logs[place] = log;
	view->count++;
	*ret_log = log;
	return ERR_NONE;
}

void
view_forget(struct view *view, struct view_log *log)
{
	size_t place = view_from(view, log->log_id);

	if (log->tip.n > 0 || log->pending.n > 0 || log->fetcher != NULL)
		return;
	view->count--;
	memmove(&view->logs[place], &view->logs[place + 1],
	    (view->count - place) * sizeof(struct view_log *));
	free(log);
}

void
view_release(struct view *view, struct view_log *log)
{
	log->fetcher = NULL;
	view->releases++;
}

uint64_t
view_releases(const struct view *view)
{
	return view->releases;
}

size_t
view_count(const struct view *view)
{
	return view->count;
}

struct view_log *
view_at(const struct view *view, size_t i)
{
	return view->logs[i];
}

size_t
view_place(const struct view *view)
{
	size_t i;

	for (i = 0; i < view->count; i++)
		if (view->logs[i]->own)
			return i;
	return 0;
}

uint64_t
view_counted(const struct view_log *log, const struct directory *directory)
{
	uint64_t counted = log->tip.n;
	uint64_t cut = directory_cut(directory, log->key, log->log_id);

	if (cut < counted)
		counted = cut;
	if (log->frozen && log->last_common < counted)
		counted = log->last_common;
	return counted;
}

uint64_t
view_told(const struct view_log *log, const struct directory *directory)
{
	uint64_t counted = view_counted(log, directory);

	return log->word > counted &&
		directory_find(directory, log->key) != NULL ?
	    log->word :
	    counted;
}

void
view_recount(struct view *view, struct view_log *log,
    const struct directory *directory, const uint8_t *counted_c8,
    const uint8_t *told_c8)
{
	log->cut = directory_cut(directory, log->key, log->log_id);
	log->counted = view_counted(log, directory);
	log->told = view_told(log, directory);
	memcpy(log->counted_c8, counted_c8 != NULL ? counted_c8 : log->tip.c,
	    C8_LEN);
	memcpy(log->told_c8, told_c8 != NULL ? told_c8 : log->tip.c, C8_LEN);
	view->digest_known = false;
}

size_t
view_ends(const struct view *view, const uint8_t key[KEY_LEN],
    struct header_cut cuts[HEADER_CUTS_MAX])
{
	const struct view_log *log;
	size_t count = 0;
	size_t i;

	for (i = 0; i < view->count; i++) {
		log = view->logs[i];
		if (log->counted == 0 || memcmp(log->key, key, KEY_LEN) != 0)
			continue;
		if (count < HEADER_CUTS_MAX) {
			memcpy(cuts[count].log_id, log->log_id, LOG_ID_LEN);
			cuts[count].n = log->counted;
			memcpy(cuts[count].c8, log->counted_c8, C8_LEN);
		}
		count++;
	}
	return count;
}

void
view_digest(struct view *view, uint8_t out[HASH_LEN])
{
	struct log_digest digest;
	const struct view_log *log;
	size_t i;

	if (!view->digest_known) {
		log_digest_begin(&digest);
		for (i = 0; i < view->count; i++) {
			log = view->logs[i];
			if (log->told > 0)
				log_digest_add(&digest, log->log_id, log->told,
				    log->told_c8);
		}
		log_digest_end(&digest, view->digest);
		view->digest_known = true;
	}
	memcpy(out, view->digest, HASH_LEN);
}
