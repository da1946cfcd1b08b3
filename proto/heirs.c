#include "proto/heirs.h"

#include <stdlib.h>
#include <string.h>

#define COUNTS (HEIRS_OLD | HEIRS_NEW | HEIRS_REGISTRY)
#define SPEAKS (HEIRS_OLD | HEIRS_REGISTRY)
#define STEPS  64 /* from heir to heir */

struct heirs {
	struct heirs_word *words; /* sorted */
	size_t count;
	size_t size;
};

enum err
heirs_new(struct heirs **ret_heirs)
{
	*ret_heirs = calloc(1, sizeof(**ret_heirs));
	return *ret_heirs == NULL ? ERR_NOMEM : ERR_NONE;
}

void
heirs_free(struct heirs *heirs)
{
	if (heirs == NULL)
		return;
	free(heirs->words);
	free(heirs);
}

static int
compare(const struct heirs_word *word, const char *old_org, const char *new_org)
{
	int order = strcmp(word->old_org, old_org);

	return order != 0 ? order : strcmp(word->new_org, new_org);
}

/* Where the word stands, or where it belongs. */
static size_t
place_of(const struct heirs *heirs, const char *old_org, const char *new_org)
{
	size_t low = 0;
	size_t high = heirs->count;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&heirs->words[middle], old_org, new_org) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err
make_room(struct heirs *heirs)
{
	size_t size = heirs->size == 0 ? 16 : 2 * heirs->size;
	struct heirs_word *words;

	if (heirs->count >= HEIRS_MAX)
		return ERR_LIMIT;
	if (heirs->count < heirs->size)
		return ERR_NONE;
	words = realloc(heirs->words, size * sizeof(*words));
	if (words == NULL)
		return ERR_NOMEM;
	heirs->words = words;
	heirs->size = size;
	return ERR_NONE;
}

enum err
heirs_add(
    struct heirs *heirs, const char *old_org, const char *new_org, unsigned by)
{
	size_t at;
	enum err err;

	if (old_org == NULL || new_org == NULL || *old_org == '\0' ||
	    *new_org == '\0' || strlen(old_org) > ORG_MAX ||
	    strlen(new_org) > ORG_MAX || strcmp(old_org, new_org) == 0)
		return ERR_SYNTAX;
	at = place_of(heirs, old_org, new_org);
	if (at < heirs->count &&
	    compare(&heirs->words[at], old_org, new_org) == 0) {
		heirs->words[at].by |= by;
		return ERR_NONE;
	}
	if ((err = make_room(heirs)) != ERR_NONE)
		return err;
	memmove(&heirs->words[at + 1], &heirs->words[at],
	    (heirs->count - at) * sizeof(*heirs->words));
	memset(&heirs->words[at], 0, sizeof(*heirs->words));
	memcpy(heirs->words[at].old_org, old_org, strlen(old_org));
	memcpy(heirs->words[at].new_org, new_org, strlen(new_org));
	heirs->words[at].by = by;
	heirs->count++;
	return ERR_NONE;
}

size_t
heirs_count(const struct heirs *heirs)
{
	return heirs->count;
}

const struct heirs_word *
heirs_at(const struct heirs *heirs, size_t i)
{
	return &heirs->words[i];
}

/* A walk from heir to heir: who was met. */
struct walk {
	const char *met[STEPS];
	size_t count;
};

static bool
was_met(const struct walk *walk, const char *org)
{
	size_t i;

	for (i = 0; i < walk->count; i++)
		if (strcmp(walk->met[i], org) == 0)
			return true;
	return false;
}

/* Meet the heirs of ${old_org}, by words of those in ${by}; is ${new_org} one? */
static bool
meets(const struct heirs *heirs, const char *new_org, const char *old_org,
    unsigned by, struct walk *walk)
{
	const char *heir;
	size_t at;

	for (at = place_of(heirs, old_org, ""); at < heirs->count &&
	     strcmp(heirs->words[at].old_org, old_org) == 0;
	     at++) {
		heir = heirs->words[at].new_org;
		if ((heirs->words[at].by & by) == 0)
			continue;
		if (strcmp(heir, new_org) == 0)
			return true;
		if (walk->count < STEPS && !was_met(walk, heir))
			walk->met[walk->count++] = heir;
	}
	return false;
}

/* Walk from ${old_org} to its heirs, and look for ${new_org}. */
static bool
leads(const struct heirs *heirs, const char *new_org, const char *old_org,
    unsigned by)
{
	struct walk walk = { .met = { old_org }, .count = 1 };
	size_t i;

	if (strcmp(new_org, old_org) == 0)
		return true;
	for (i = 0; heirs != NULL && i < walk.count; i++)
		if (meets(heirs, new_org, walk.met[i], by, &walk))
			return true;
	return false;
}

bool
heirs_counts(
    const struct heirs *heirs, const char *new_org, const char *old_org)
{
	return leads(heirs, new_org, old_org, COUNTS);
}

bool
heirs_speaks(
    const struct heirs *heirs, const char *new_org, const char *old_org)
{
	return leads(heirs, new_org, old_org, SPEAKS);
}
