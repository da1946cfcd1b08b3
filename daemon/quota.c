#include "daemon/quota.h"

#include <stdlib.h>
#include <string.h>

struct quota {
	uint64_t budget;              /* entries */
	struct quota_origin *origins; /* sorted by key */
	size_t count;
	size_t room;
};

enum err
quota_new(uint64_t entries, struct quota **ret_quota)
{
	struct quota *quota;

	if ((quota = calloc(1, sizeof(*quota))) == NULL)
		return ERR_NOMEM;
	quota->budget = entries == 0 ? QUOTA_ENTRIES : entries;
	*ret_quota = quota;
	return ERR_NONE;
}

void
quota_free(struct quota *quota)
{
	if (quota == NULL)
		return;
	free(quota->origins);
	free(quota);
}

/* Where an origin stands, or would stand. */
static size_t
place_of(const struct quota *quota, const uint8_t key[KEY_LEN])
{
	size_t low = 0;
	size_t high = quota->count;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(quota->origins[middle].key, key, KEY_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
stands_at(const struct quota *quota, size_t place, const uint8_t *key)
{
	return place < quota->count &&
	    memcmp(quota->origins[place].key, key, KEY_LEN) == 0;
}

static bool
is_current(const struct quota_origin *origin, int64_t now)
{
	return now - origin->since < QUOTA_MS;
}

/* Forget those whose day is over. */
static void
sweep(struct quota *quota, int64_t now)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < quota->count; i++)
		if (is_current(&quota->origins[i], now))
			quota->origins[kept++] = quota->origins[i];
	quota->count = kept;
}

/* Make room for one more origin. */
static bool
grow(struct quota *quota, int64_t now)
{
	size_t room = quota->room == 0 ? 64 : quota->room * 2;
	struct quota_origin *origins;

	if (quota->count < quota->room)
		return true;
	sweep(quota, now);
	if (quota->count < quota->room)
		return true;
	if (quota->count >= QUOTA_ORIGINS ||
	    (origins = realloc(quota->origins, room * sizeof(*origins))) ==
		NULL)
		return false;
	quota->origins = origins;
	quota->room = room;
	return true;
}

/* The account of an origin, with a new day if the old one is over, or NULL. */
static struct quota_origin *
account(struct quota *quota, const uint8_t key[KEY_LEN], int64_t now)
{
	size_t place = place_of(quota, key);
	struct quota_origin *origin;

	if (!stands_at(quota, place, key)) {
		if (!grow(quota, now))
			return NULL;
		place = place_of(quota, key);
		origin = &quota->origins[place];
		memmove(origin + 1, origin,
		    (quota->count - place) * sizeof(*origin));
		memset(origin, 0, sizeof(*origin));
		memcpy(origin->key, key, KEY_LEN);
		origin->since = now;
		quota->count++;
	}
	origin = &quota->origins[place];
	if (!is_current(origin, now)) {
		origin->entries = origin->fresh = origin->bytes = 0;
		origin->beyond = 0;
		origin->over = 0;
		origin->since = now;
	}
	return origin;
}

void
quota_count(struct quota *quota, const uint8_t key[KEY_LEN], uint64_t entries,
    uint64_t fresh, uint64_t bytes, int64_t now)
{
	struct quota_origin *origin = account(quota, key, now);

	if (origin == NULL)
		return;
	origin->entries += entries;
	origin->fresh += fresh;
	origin->bytes += bytes;
	if (origin->over == 0 &&
	    (origin->entries > quota->budget || origin->bytes > QUOTA_BYTES))
		origin->over = now;
}

void
quota_count_beyond(struct quota *quota, const uint8_t key[KEY_LEN],
    uint64_t entries, int64_t now)
{
	struct quota_origin *origin = account(quota, key, now);

	if (origin != NULL)
		origin->beyond += entries;
}

bool
quota_over(const struct quota *quota, const uint8_t key[KEY_LEN], int64_t now)
{
	size_t place = place_of(quota, key);

	return stands_at(quota, place, key) &&
	    quota->origins[place].over != 0 &&
	    is_current(&quota->origins[place], now);
}

bool
quota_spent(const struct quota *quota, const uint8_t key[KEY_LEN], int64_t now)
{
	size_t place = place_of(quota, key);

	return stands_at(quota, place, key) &&
	    quota->origins[place].beyond >= QUOTA_BEYOND &&
	    is_current(&quota->origins[place], now);
}

bool
quota_next(const struct quota *quota, size_t *place, int64_t now,
    struct quota_origin *ret_origin)
{
	const struct quota_origin *origin;

	while (*place < quota->count) {
		origin = &quota->origins[(*place)++];
		if (is_current(origin, now) && origin->fresh > quota->budget) {
			*ret_origin = *origin;
			return true;
		}
	}
	return false;
}
