#include "daemon/search_rank.h"

/* What one way gives for one document. */
struct gain {
	uint32_t doc;
	uint32_t score;
	uint32_t worth;
	uint32_t group;
};

bool
rank_is_few(const struct rank *rank)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < rank->count; i++)
		count += rank->cursors[i].list.count;
	return count <= FEW;
}

/* Have what is told of a document fetched: it will be looked at soon. */
static void
fetch(const struct rank *rank, uint32_t doc)
{
	__builtin_prefetch(rank->part->docs + (size_t)doc * DOC_LEN);
}

/* Put the gains of a block among those of other lists, all in order. */
static void
merge_block(const struct rank *rank, const struct cursor *cursor,
    struct gain *gains, size_t *count)
{
	size_t from = *count;
	size_t to = *count + cursor->count;
	uint32_t i = cursor->count;
	uint32_t doc;
	bool elsewhere;

	*count = to;
	while (i > 0) {
		doc = cursor->docs[i - 1];
		if (from > 0 && gains[from - 1].doc > doc) {
			gains[--to] = gains[--from];
			continue;
		}
		i--;
		elsewhere = rank_elsewhere(rank, cursor, doc);
		gains[--to] = (struct gain){
			.doc = doc,
			.score = cursor->weight * cursor->impacts[i] /
			    (elsewhere ? 8 : 1),
			.worth = elsewhere ? 0 : cursor->worth,
			.group = cursor->group,
		};
	}
}

/* Read all lists. */
static size_t
read_all(struct rank *rank, struct gain *gains)
{
	struct cursor *cursor;
	size_t count = 0;
	size_t i;
	uint32_t k;

	for (i = 0; i < rank->count; i++) {
		cursor = &rank->cursors[i];
		for (; cursor_read(cursor); cursor_pass(cursor)) {
			for (k = 0; k < cursor->count; k++)
				fetch(rank, cursor->docs[k]);
			merge_block(rank, cursor, gains, &count);
		}
	}
	return count;
}

/* Score the document of the first of the gains; return how many are its. */
static size_t
score_one(struct rank *rank, const struct gain *gains, size_t count)
{
	struct sums sums = { .score = { 0 } };
	struct search_hit hit;
	size_t i;

	for (i = 0; i < count && gains[i].doc == gains[0].doc; i++) {
		if (gains[i].score > sums.score[gains[i].group])
			sums.score[gains[i].group] = gains[i].score;
		if (gains[i].worth > sums.worth[gains[i].group])
			sums.worth[gains[i].group] = gains[i].worth;
	}
	rank_sum(rank, &sums, &hit);
	if (hit.score > rank->floor)
		rank_offer(rank, gains[0].doc, &hit);
	return i;
}

enum err
rank_few(struct rank *rank)
{
	struct gain *gains = search_room(
	    rank->search, ROOM_PART, FEW * sizeof(*gains));
	size_t count;
	size_t i;

	if (gains == NULL)
		return ERR_NOMEM;
	count = read_all(rank, gains);
	for (i = 0; i < count && !rank_late(rank, OFFER_COST);)
		i += score_one(rank, gains + i, count - i);
	return ERR_NONE;
}
