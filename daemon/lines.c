#include "daemon/lines.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct {
	pthread_mutex_t mutex;
	uint64_t last; /* number of the newest line; its slot is last % KEPT */
	struct line ring[LINES_KEPT];
} kept = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static int64_t
wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
lines_keep(int level, const char *module, const char *kind, const char *text)
{
	char *copy = strdup(text);
	struct line *slot;

	if (copy == NULL)
		return;
	(void)pthread_mutex_lock(&kept.mutex);
	slot = &kept.ring[++kept.last % LINES_KEPT];
	free(slot->text);
	slot->number = kept.last;
	slot->time_ms = wall_ms();
	slot->level = level;
	slot->module = module;
	slot->kind = kind;
	slot->text = copy;
	(void)pthread_mutex_unlock(&kept.mutex);
}

/* The oldest number to be told, so that no more than ${count} lines are. */
static uint64_t
first_of(int level, uint64_t after, size_t count)
{
	uint64_t oldest = kept.last > LINES_KEPT ? kept.last - LINES_KEPT + 1 :
						   1;
	uint64_t number;

	if (oldest <= after)
		oldest = after + 1;
	for (number = kept.last + 1; number > oldest && count > 0; number--)
		count -= kept.ring[(number - 1) % LINES_KEPT].level <= level;
	return number;
}

enum err
lines_read(int level, uint64_t after, size_t count, struct line **ret_lines,
    size_t *ret_count)
{
	struct line *lines;
	const struct line *slot;
	uint64_t number;
	size_t n = 0;
	bool lost = false;

	if ((lines = calloc(LINES_KEPT, sizeof(*lines))) == NULL)
		return ERR_NOMEM;
	(void)pthread_mutex_lock(&kept.mutex);
	for (number = first_of(level, after, count);
	     number <= kept.last && !lost; number++) {
		slot = &kept.ring[number % LINES_KEPT];
		if (slot->level > level)
			continue;
		lines[n] = *slot;
		lines[n].text = strdup(slot->text);
		lost = lines[n].text == NULL;
		n++;
	}
	(void)pthread_mutex_unlock(&kept.mutex);
	if (lost) {
		lines_free(lines, n);
		return ERR_NOMEM;
	}
	*ret_lines = lines;
	*ret_count = n;
	return ERR_NONE;
}

void
lines_free(struct line *lines, size_t count)
{
	size_t i;

	for (i = 0; lines != NULL && i < count; i++)
		free(lines[i].text);
	free(lines);
}
