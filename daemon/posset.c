#include "daemon/posset.h"

#include <stdlib.h>
#include <string.h>

/* One place of the table; n = 0 is free. */
struct place {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
};

struct posset {
	struct place *places; /* open addressing, a power of two */
	size_t room;
	size_t count;
};

enum err
posset_new(struct posset **ret_set)
{
	struct posset *set;

	if ((set = calloc(1, sizeof(*set))) == NULL)
		return ERR_NOMEM;
	set->room = 256;
	if ((set->places = calloc(set->room, sizeof(*set->places))) == NULL) {
		free(set);
		return ERR_NOMEM;
	}
	*ret_set = set;
	return ERR_NONE;
}

void
posset_free(struct posset *set)
{
	if (set == NULL)
		return;
	free(set->places);
	free(set);
}

/* Log ids are hashes already; mix in the number. */
static size_t
home_of(const struct posset *set, const uint8_t *log_id, uint64_t n)
{
	uint64_t mixed;

	memcpy(&mixed, log_id, sizeof(mixed));
	mixed ^= n * 0x9e3779b97f4a7c15U;
	mixed ^= mixed >> 29;
	return (size_t)mixed & (set->room - 1);
}

/* The place that holds the position, or the free one where it would go. */
static struct place *
find(const struct posset *set, const uint8_t *log_id, uint64_t n)
{
	size_t i = home_of(set, log_id, n);

	while (set->places[i].n != 0 &&
	    (set->places[i].n != n ||
		memcmp(set->places[i].log_id, log_id, LOG_ID_LEN) != 0))
		i = (i + 1) & (set->room - 1);
	return &set->places[i];
}

/* Keep the table at most half full. */
static enum err
grow(struct posset *set)
{
	struct posset bigger = { .room = set->room * 2 };
	size_t i;

	if (set->count * 2 < set->room)
		return ERR_NONE;
	bigger.places = calloc(bigger.room, sizeof(*bigger.places));
	if (bigger.places == NULL)
		return ERR_NOMEM;
	for (i = 0; i < set->room; i++)
		if (set->places[i].n != 0)
			*find(&bigger, set->places[i].log_id,
			    set->places[i].n) = set->places[i];
	free(set->places);
	set->places = bigger.places;
	set->room = bigger.room;
	return ERR_NONE;
}

enum err
posset_add(struct posset *set, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	struct place *place;
	enum err err;

	if (n == 0)
		return ERR_SIZE;
	if ((err = grow(set)) != ERR_NONE)
		return err;
	place = find(set, log_id, n);
	if (place->n == 0)
		set->count++;
	memcpy(place->log_id, log_id, LOG_ID_LEN);
	place->n = n;
	return ERR_NONE;
}

void
posset_remove(struct posset *set, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	size_t mask = set->room - 1;
	size_t hole = (size_t)(find(set, log_id, n) - set->places);
	size_t next = hole;
	size_t home;

	if (n == 0 || set->places[hole].n == 0)
		return;

	/* Close the gap: move up what its search would otherwise miss. */
	for (;;) {
		next = (next + 1) & mask;
		if (set->places[next].n == 0)
			break;
		home = home_of(
		    set, set->places[next].log_id, set->places[next].n);
		if (((next - home) & mask) >= ((next - hole) & mask)) {
			set->places[hole] = set->places[next];
			hole = next;
		}
	}
	memset(&set->places[hole], 0, sizeof(set->places[hole]));
	set->count--;
}

bool
posset_has(
    const struct posset *set, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	return n != 0 && find(set, log_id, n)->n != 0;
}

size_t
posset_count(const struct posset *set)
{
	return set->count;
}
