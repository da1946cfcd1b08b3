#include "daemon/search.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/search_internal.h"

#define MERGE_MIN  8U  /* parts of like size that become one */
#define MERGE_MAX  32U /* parts that become one at a time */
#define OUTWEIGH   4U  /* times the others: a part that stays as it is */
#define TIER_FIRST 64U /* documents of a part on the lowest tier */
#define HEAD_BYTES 3U  /* of a long word before another can begin in it */
#define TAIL_BYTES 4U  /* that the other then has, at least */

/* ---- forgetting ---- */

/* Mark a document of a part as gone. */
static enum err
mark_gone(struct search *search, struct part *part, uint32_t local)
{
	size_t len = (part->head.count + 7) / 8;
	uint8_t *gone = calloc(1, len);
	uint8_t key[PART_TERM];
	enum err err;

	if (gone == NULL)
		return ERR_NOMEM;
	if (part->gone != NULL)
		memcpy(gone, part->gone, len);
	if ((gone[local / 8] >> (local % 8) & 1) != 0) {
		free(gone);
		return ERR_NONE;
	}
	gone[local / 8] = (uint8_t)(gone[local / 8] | 1U << (local % 8));
	part->head.gone++;
	part->head.dirty = true;
	err = db_put(search->txn, search->table,
	    part_key(part->head.part, "g", 1, key),
	    (struct bytes){ .data = gone, .len = len }, DB_REPLACE);
	if (err == ERR_NONE)
		err = part_put(search, &part->head);
	free(gone);
	return err;
}

enum err
search_forget(struct db_txn *txn, unsigned table, uint32_t doc)
{
	struct search *search;
	struct part *part;
	size_t i;
	uint32_t k;
	enum err err;

	if ((err = search_open(txn, table, &search)) != ERR_NONE)
		return err;
	for (i = 0; i < search->count && err == ERR_NONE; i++) {
		part = &search->parts[i];
		for (k = 0; k < part->head.count; k++)
			if (bytes_get_le32(part->docs + (size_t)k * DOC_LEN) ==
			    doc)
				break;
		if (k == part->head.count)
			continue;
		err = mark_gone(search, part, k);
		break; /* a write may have moved what the parts lend */
	}
	search_close(search);
	return err;
}

/* ---- which parts become one ---- */

static unsigned
tier_of(const struct part *part)
{
	uint64_t most = TIER_FIRST;
	unsigned tier = 0;

	for (; part->head.count > most; most *= MERGE_MIN)
		tier++;
	return tier;
}

/*
 * Whether of the neighbours ${*first_p}..${end}, the last not one of them,
 * MERGE_MIN or more are worth making one.  A part that outweighs all others is
 * left out, and what is before it: to write it anew for the sake of so few
 * documents, again and again, would be work that grows with the square of all.
 */
static bool
balance(const struct search *search, size_t *first_p, size_t end)
{
	const struct part *parts = search->parts;
	uint64_t docs;
	size_t large;
	size_t i;

	while (end - *first_p >= MERGE_MIN) {
		large = *first_p;
		for (docs = 0, i = *first_p; i < end; i++) {
			docs += parts[i].head.count;
			if (parts[i].head.count > parts[large].head.count)
				large = i;
		}
		docs -= parts[large].head.count;
		if (parts[large].head.count <= OUTWEIGH * docs)
			return true;
		*first_p = large + 1;
	}
	return false;
}

/*
 * Find neighbours that become one: MERGE_MIN or more of a tier or lower ones; or a
 * single part that holds words of documents that are gone.
 */
static bool
choose(const struct search *search, size_t *ret_first, size_t *ret_count)
{
	unsigned tier;
	size_t first;
	size_t i;

	for (i = 0; i < search->count; i++) {
		if (!search->parts[i].head.dirty)
			continue;
		*ret_first = i;
		*ret_count = 1;
		return true;
	}
	for (tier = 0; tier < 12; tier++) {
		first = 0;
		for (i = 0; i <= search->count; i++) {
			if (i < search->count &&
			    tier_of(&search->parts[i]) <= tier)
				continue;
			if (balance(search, &first, i)) {
				*ret_first = first;
				*ret_count = i - first > MERGE_MAX ? MERGE_MAX :
								     i - first;
				return true;
			}
			first = i + 1;
		}
	}
	return false;
}

/* ---- making one of several ---- */

/* A part that is read, term by term. */
struct source {
	const struct part *part;
	struct term_walk walk;
};

struct merge {
	struct search *from;
	struct search *to;
	struct source *sources;
	size_t count;
	struct part_head head;
	uint32_t *docs; /* of the term at hand; head.count of them */
	uint8_t *impacts;
	struct chunk_writer *writer;
	char *words; /* long ones, each ended by NUL */
	size_t words_len;
	size_t words_size;
};

/* Add what the source says of its term to the documents at hand. */
static enum err
take_list(struct merge *merge, const struct source *source, uint32_t *count)
{
	const struct part *part = source->part;
	uint32_t shift = part->head.first - merge->head.first;
	uint32_t docs[BLOCK];
	const uint8_t *impacts;
	struct list list;
	uint32_t block;
	uint32_t n;
	uint32_t i;
	enum err err;

	if ((err = list_open(source->walk.list, part->head.count, &list)) !=
	    ERR_NONE)
		return err;
	for (block = 0; block < list.nblocks; block++) {
		n = list_read(&list, block, docs, &impacts);
		if (n == 0 || docs[n - 1] >= part->head.count ||
		    n > merge->head.count - *count)
			return ERR_DAMAGED;
		for (i = 0; i < n; i++) {
			if (part->gone != NULL &&
			    (part->gone[docs[i] / 8] >> (docs[i] % 8) & 1) != 0)
				continue;
			merge->docs[*count] = docs[i] + shift;
			merge->impacts[(*count)++] = impacts[i];
		}
	}
	return ERR_NONE;
}

/* Keep a long word for those who look for its parts. */
static enum err
keep_word(struct merge *merge, struct bytes term)
{
	size_t size = merge->words_size == 0 ? 65536 : 2 * merge->words_size;
	char *words;

	if (term.data[0] != SEARCH_WORD || term.len - 1 < LONG_WORD)
		return ERR_NONE;
	if (merge->words_len + term.len > merge->words_size) {
		if ((words = realloc(merge->words, size)) == NULL)
			return ERR_NOMEM;
		merge->words = words;
		merge->words_size = size;
	}
	memcpy(merge->words + merge->words_len, term.data + 1, term.len - 1);
	merge->words_len += term.len;
	merge->words[merge->words_len - 1] = '\0';
	return ERR_NONE;
}

/* Write the least term of all sources, and go on behind it. */
static enum err
merge_term(struct merge *merge, bool *ret_more)
{
	struct bytes least = { .data = NULL, .len = 0 };
	uint8_t copy[PART_TERM];
	struct term_walk *walk;
	uint32_t count = 0;
	size_t i;
	enum err err;

	for (i = 0; i < merge->count; i++) {
		walk = &merge->sources[i].walk;
		if (walk->term.data != NULL &&
		    (least.data == NULL || term_compare(walk->term, least) < 0))
			least = walk->term;
	}
	*ret_more = least.data != NULL;
	if (!*ret_more)
		return ERR_NONE;
	if (least.len > PART_TERM - 4)
		return ERR_DAMAGED;
	memcpy(copy, least.data, least.len);
	least.data = copy;
	for (i = 0; i < merge->count; i++) {
		walk = &merge->sources[i].walk;
		if (walk->term.data == NULL ||
		    term_compare(walk->term, least) != 0)
			continue;
		err = take_list(merge, &merge->sources[i], &count);
		if (err == ERR_NONE)
			err = term_next(walk);
		if (err != ERR_NONE)
			return err;
	}
	if (count == 0)
		return ERR_NONE;
	err = chunk_add(
	    merge->writer, least, merge->docs, merge->impacts, count);
	return err == ERR_NONE ? keep_word(merge, least) : err;
}

/* ---- the tails of long words ---- */

/* Where a tail begins, and its first bytes. */
struct tail {
	uint64_t start;
	uint32_t at;
};

/* A digit of the number by which tails are sorted, the lowest first. */
static size_t
digit_of(const struct tail *tail, unsigned pass)
{
	return (size_t)(tail->start >> (16 + 16 * pass)) & 0xffff;
}

/* Sort by the first six bytes, digit by digit; both arrays are written to. */
static void
sort_by_start(
    struct tail *tails, struct tail *other, size_t count, uint32_t from[65536])
{
	struct tail *swap;
	uint32_t sum;
	uint32_t here;
	unsigned pass;
	size_t i;

	for (pass = 0; pass < 3; pass++) {
		memset(from, 0, 65536 * sizeof(*from));
		for (i = 0; i < count; i++)
			from[digit_of(&tails[i], pass)]++;
		for (sum = 0, i = 0; i < 65536; i++) {
			here = from[i];
			from[i] = sum;
			sum += here;
		}
		for (i = 0; i < count; i++)
			other[from[digit_of(&tails[i], pass)]++] = tails[i];
		swap = tails;
		tails = other;
		other = swap;
	}
}

static int
compare_tails(const void *a, const void *b, void *words)
{
	const struct tail *x = a;
	const struct tail *y = b;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	order = strcmp(
	    (const char *)words + x->at, (const char *)words + y->at);
	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/* Sort tails; *${tails} has room for twice ${count} of them. */
static enum err
sort_tails(struct tail *tails, size_t count, char *words)
{
	uint32_t *from = malloc(65536 * sizeof(*from));
	size_t first;
	size_t i;

	if (from == NULL)
		return ERR_NOMEM;
	sort_by_start(tails, tails + count, count, from);
	free(from);
	/* After three passes the sorted ones are in the other half. */
	memcpy(tails, tails + count, count * sizeof(*tails));
	for (first = 0, i = 1; i <= count; i++) {
		if (i < count &&
		    tails[i].start >> 16 == tails[first].start >> 16)
			continue;
		if (i - first > 1)
			qsort_r(tails + first, i - first, sizeof(*tails),
			    compare_tails, words);
		first = i;
	}
	return ERR_NONE;
}

/* The first bytes of a text as a number that sorts as they do. */
static uint64_t
start_of(const char *text)
{
	uint64_t start = 0;
	size_t i;

	for (i = 0; i < 8; i++) {
		start <<= 8;
		if (*text != '\0')
			start |= (unsigned char)*text++;
	}
	return start;
}

/* Gather the places where another word can begin within a long one. */
static size_t
gather_tails(const struct merge *merge, struct tail *tails)
{
	const char *word = merge->words;
	const char *end = merge->words + merge->words_len;
	size_t count = 0;
	size_t len;
	size_t i;

	for (; word < end; word += len + 1) {
		len = strlen(word);
		for (i = HEAD_BYTES; i + TAIL_BYTES <= len; i++) {
			if (((unsigned char)word[i] & 0xc0) == 0x80)
				continue;
			tails[count].start = start_of(word + i);
			tails[count++].at = (uint32_t)(word + i - merge->words);
		}
	}
	return count;
}

/* Write the long words, and their tails in order. */
static enum err
write_words(struct merge *merge)
{
	struct tail *tails;
	uint8_t key[PART_TERM];
	uint8_t *out;
	size_t count;
	size_t i;
	enum err err;

	if (merge->words_len == 0)
		return ERR_NONE;
	err = db_put(merge->to->txn, merge->to->table,
	    part_key(merge->head.part, "w", 1, key),
	    (struct bytes){ .data = (const uint8_t *)merge->words,
		.len = merge->words_len },
	    DB_NEW);
	if (err != ERR_NONE)
		return err;
	if ((tails = malloc(2 * merge->words_len * sizeof(*tails))) == NULL)
		return ERR_NOMEM;
	count = gather_tails(merge, tails);
	err = sort_tails(tails, count, merge->words);
	if (err != ERR_NONE) {
		free(tails);
		return err;
	}
	err = db_reserve(merge->to->txn, merge->to->table,
	    part_key(merge->head.part, "t", 1, key), 4 * count + 4, DB_NEW,
	    &out);
	if (err == ERR_NONE) {
		for (i = 0; i < count; i++)
			bytes_put_le32(out + 4 * i, tails[i].at);
		/* One more, so that a part without any has the row. */
		bytes_put_le32(out + 4 * count, UINT32_MAX);
	}
	free(tails);
	return err;
}

/* Write the documents of all sources, those that are gone as zeros. */
static enum err
write_docs(struct merge *merge)
{
	uint8_t key[PART_TERM];
	const struct part *part;
	uint8_t *out;
	size_t at;
	size_t i;
	uint32_t k;
	enum err err;

	err = db_reserve(merge->to->txn, merge->to->table,
	    part_key(merge->head.part, "d", 1, key),
	    (size_t)merge->head.count * DOC_LEN, DB_NEW, &out);
	if (err != ERR_NONE)
		return err;
	memset(out, 0, (size_t)merge->head.count * DOC_LEN);
	for (i = 0; i < merge->count; i++) {
		part = merge->sources[i].part;
		for (k = 0; k < part->head.count; k++) {
			if (part->gone != NULL &&
			    (part->gone[k / 8] >> (k % 8) & 1) != 0)
				continue;
			at = part->head.first - merge->head.first + k;
			memcpy(out + at * DOC_LEN,
			    part->docs + (size_t)k * DOC_LEN, DOC_LEN);
		}
	}
	return ERR_NONE;
}

/* Remove all rows of a table that belong to a part. */
static enum err
drop_rows(struct search *search, unsigned table, uint32_t part)
{
	uint8_t buf[PART_TERM];
	uint8_t copy[PART_TERM];
	struct bytes key;
	struct bytes val;
	size_t len;
	enum err err;

	for (;;) {
		err = db_seek(
		    search->txn, table, part_key(part, "", 0, buf), &key, &val);
		if (err != ERR_NONE)
			break;
		if (key.len < 5 || key.len > sizeof(copy) ||
		    bytes_get_be32(key.data) != part)
			break;
		len = key.len;
		memcpy(copy, key.data, len);
		err = db_del(search->txn, table,
		    (struct bytes){ .data = copy, .len = len });
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
part_drop(struct search *search, uint32_t part)
{
	enum err err = drop_rows(search, search->table, part);

	return err == ERR_NONE ? drop_rows(search, search->table + 1, part) :
				 err;
}

static enum err
merge_begin(struct merge *merge, size_t first)
{
	const struct part_head *last =
	    &merge->from->parts[first + merge->count - 1].head;
	struct part_head *head = &merge->head;
	size_t i;
	enum err err;

	head->part = ++merge->to->counters.high;
	head->first = merge->from->parts[first].head.first;
	head->count = last->first + last->count - head->first;
	merge->sources = calloc(merge->count, sizeof(*merge->sources));
	merge->docs = calloc(head->count, sizeof(*merge->docs));
	merge->impacts = calloc(head->count, 1);
	if (merge->sources == NULL || merge->docs == NULL ||
	    merge->impacts == NULL)
		return ERR_NOMEM;
	err = chunk_writer_new(merge->to, head->part, &merge->writer);
	if (err != ERR_NONE)
		return err;
	head->gone = head->count;
	for (i = 0; i < merge->count; i++) {
		merge->sources[i].part = &merge->from->parts[first + i];
		head->gone -= merge->sources[i].part->head.count -
		    merge->sources[i].part->head.gone;
		err = term_begin(merge->from, merge->sources[i].part->head.part,
		    (struct bytes){ .data = NULL, .len = 0 },
		    &merge->sources[i].walk);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static void
merge_end(struct merge *merge)
{
	size_t i;

	for (i = 0; merge->sources != NULL && i < merge->count; i++)
		term_end(&merge->sources[i].walk);
	free(merge->sources);
	free(merge->docs);
	free(merge->impacts);
	chunk_writer_free(merge->writer);
	free(merge->words);
}

/* Make the parts one, then drop them. */
static enum err
merge_parts(struct merge *merge, size_t first)
{
	bool more = true;
	size_t i;
	enum err err;

	if ((err = merge_begin(merge, first)) != ERR_NONE)
		return err;
	while (more)
		if ((err = merge_term(merge, &more)) != ERR_NONE)
			return err;
	if ((err = chunk_end(merge->writer)) != ERR_NONE)
		return err;
	if (merge->head.gone < merge->head.count &&
	    ((err = write_docs(merge)) != ERR_NONE ||
		(err = write_words(merge)) != ERR_NONE ||
		(err = part_put(merge->to, &merge->head)) != ERR_NONE))
		return err;
	if ((err = counters_put(merge->to)) != ERR_NONE)
		return err;
	for (i = 0; i < merge->count; i++) {
		err = part_drop(merge->to, merge->sources[i].part->head.part);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
search_tend(
    struct db_txn *old, struct db_txn *txn, unsigned table, bool *ret_done)
{
	struct merge merge = { .from = NULL };
	size_t first;
	enum err err;

	*ret_done = false;
	if ((err = search_open(old, table, &merge.from)) != ERR_NONE)
		return err;
	err = search_open(txn, table, &merge.to);
	if (err == ERR_NONE && choose(merge.from, &first, &merge.count)) {
		err = merge_parts(&merge, first);
		*ret_done = err == ERR_NONE;
	}
	merge_end(&merge);
	search_close(merge.to);
	search_close(merge.from);
	return err;
}
