#include "daemon/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "daemon/db.h"
#include "daemon/search_internal.h"
#include "daemon/tokens.h"

#define TOKEN_FORMS 3 /* terms that one word as written stands for */
#define NO_TERM     UINT32_MAX
#define TF_MAX      65535
#define KNOWN_MAX   131072 /* words that stay known */
#define AHEAD       32     /* words that are looked up together */

/* What a field weighs, how many words it commonly has, and how much that matters. */
static const struct {
	float weight;
	float mean;
	float b;
} fields[SEARCH_FIELDS] = {
	[SEARCH_TITLE] = { 5.0F, 8.0F, 0.3F },
	[SEARCH_SUMMARY] = { 2.0F, 50.0F, 0.5F },
	[SEARCH_TEXT] = { 1.0F, 150.0F, 0.6F },
	[SEARCH_PROVISION] = { 2.0F, 10.0F, 0.3F },
	[SEARCH_ORG] = { 1.5F, 6.0F, 0.3F },
};

#define K1 1.2F

/* A term of the batch. */
struct term {
	uint32_t text; /* in the arena: kind and text */
	uint32_t len;  /* of both */
	uint32_t hash;
	uint32_t count; /* documents */
	uint32_t slot;  /* in the document's list of terms, if it is there */
	uint32_t stamp; /* number of that document */
};

/*
 * A word as written, and what it stands for.  Words stay known from one batch to
 * the next; the numbers of their terms are those of one batch.
 */
struct known {
	uint32_t text; /* in the store of known words; behind it the forms */
	uint32_t len;
	uint32_t hash;
	uint32_t lang;
	uint32_t batch;
	uint32_t terms[TOKEN_FORMS];
};

/* A word of a text. */
struct word {
	const char *text;
	uint32_t len; /* TOKEN_RAW_MAX at most */
	uint32_t hash;
};

/* A term of the document that is taken in. */
struct found {
	uint32_t term;
	uint16_t tf[SEARCH_FIELDS];
};

struct pair {
	uint32_t term;
	uint32_t doc; /* within the batch */
	uint8_t impact;
};

/* An array that grows. */
struct array {
	char *items;
	size_t count;
	size_t size;
	size_t each;
};

/* Open addressing over an array; 0 = empty, else number + 1. */
struct table {
	uint32_t *slots;
	size_t size; /* a power of two */
};

struct search_batch {
	struct tokens *forms;
	struct array arena;
	struct array terms;
	struct array known;
	struct array known_text;
	struct array pairs;
	struct array found;
	struct array docs; /* DOC_LEN each */
	struct table term_table;
	struct table known_table;
	uint32_t lengths[SEARCH_FIELDS];
	enum stem_lang lang;
	uint32_t stamp;
	uint32_t number; /* of the batch, from 1 */
};

/* ---- arrays and tables ---- */

/* Make room for ${more} items; the new ones are not counted. */
static enum err
array_room(struct array *array, size_t more)
{
	size_t size = array->size == 0 ? 256 : array->size;
	char *items;

	while (size < array->count + more)
		size *= 2;
	if (size == array->size)
		return ERR_NONE;
	if ((items = realloc(array->items, size * array->each)) == NULL)
		return ERR_NOMEM;
	array->items = items;
	array->size = size;
	return ERR_NONE;
}

static struct term *
term_at(const struct search_batch *batch, uint32_t number)
{
	return (struct term *)(void *)batch->terms.items + number;
}

static struct known *
known_at(const struct search_batch *batch, uint32_t number)
{
	return (struct known *)(void *)batch->known.items + number;
}

static uint32_t
hash_of(const char *text, size_t len, uint32_t seed)
{
	return (uint32_t)(hash_bytes(text, len, seed) >> 32);
}

/* Put all numbers below ${count} into a table of twice the size. */
static enum err
table_grow(struct table *table, size_t count,
    uint32_t (*hash)(const struct search_batch *batch, uint32_t number),
    const struct search_batch *batch)
{
	size_t size = table->size == 0 ? 4096 : 2 * table->size;
	uint32_t *slots = calloc(size, sizeof(*slots));
	uint32_t i;
	size_t at;

	if (slots == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		at = hash(batch, i) & (size - 1);
		while (slots[at] != 0)
			at = (at + 1) & (size - 1);
		slots[at] = i + 1;
	}
	free(table->slots);
	table->slots = slots;
	table->size = size;
	return ERR_NONE;
}

static uint32_t
term_hash(const struct search_batch *batch, uint32_t number)
{
	return term_at(batch, number)->hash;
}

static uint32_t
known_hash(const struct search_batch *batch, uint32_t number)
{
	return known_at(batch, number)->hash;
}

/* Keep a copy of a text. */
static enum err
keep_text(struct array *array, const char *text, size_t len, uint32_t *ret_at)
{
	enum err err;

	if ((err = array_room(array, len)) != ERR_NONE)
		return err;
	memcpy(array->items + array->count, text, len);
	*ret_at = (uint32_t)array->count;
	array->count += len;
	return ERR_NONE;
}

/* The number of the term of kind and text. */
static enum err
intern(struct search_batch *batch, enum search_term kind, const char *text,
    uint32_t *ret_term)
{
	char copy[1 + SEARCH_TERM_MAX - 1];
	size_t len = strnlen(text, sizeof(copy) - 1);
	struct table *table = &batch->term_table;
	struct term term = { .len = (uint32_t)len + 1 };
	const struct term *other;
	size_t at;
	enum err err;

	copy[0] = (char)kind;
	memcpy(copy + 1, text, len);
	term.hash = hash_of(copy, term.len, 0);
	if (2 * batch->terms.count >= table->size &&
	    (err = table_grow(table, batch->terms.count, term_hash, batch)) !=
		ERR_NONE)
		return err;
	for (at = term.hash & (table->size - 1); table->slots[at] != 0;
	     at = (at + 1) & (table->size - 1)) {
		other = term_at(batch, table->slots[at] - 1);
		if (other->hash == term.hash && other->len == term.len &&
		    memcmp(batch->arena.items + other->text, copy, term.len) ==
			0) {
			*ret_term = table->slots[at] - 1;
			return ERR_NONE;
		}
	}
	if ((err = keep_text(&batch->arena, copy, term.len, &term.text)) !=
		ERR_NONE ||
	    (err = array_room(&batch->terms, 1)) != ERR_NONE)
		return err;
	*term_at(batch, (uint32_t)batch->terms.count) = term;
	table->slots[at] = (uint32_t)++batch->terms.count;
	*ret_term = table->slots[at] - 1;
	return ERR_NONE;
}

/* ---- documents ---- */

enum err
search_batch_new(struct search_batch **ret_batch)
{
	struct search_batch *batch = calloc(1, sizeof(*batch));

	if (batch == NULL)
		return ERR_NOMEM;
	batch->arena.each = 1;
	batch->terms.each = sizeof(struct term);
	batch->known.each = sizeof(struct known);
	batch->known_text.each = 1;
	batch->number = 1;
	batch->pairs.each = sizeof(struct pair);
	batch->found.each = sizeof(struct found);
	batch->docs.each = DOC_LEN;
	if (tokens_new(&batch->forms) != ERR_NONE) {
		search_batch_free(batch);
		return ERR_NOMEM;
	}
	*ret_batch = batch;
	return ERR_NONE;
}

void
search_batch_free(struct search_batch *batch)
{
	if (batch == NULL)
		return;
	tokens_free(batch->forms);
	free(batch->arena.items);
	free(batch->terms.items);
	free(batch->known.items);
	free(batch->known_text.items);
	free(batch->pairs.items);
	free(batch->found.items);
	free(batch->docs.items);
	free(batch->term_table.slots);
	free(batch->known_table.slots);
	free(batch);
}

void
search_batch_begin(
    struct search_batch *batch, uint32_t doc, enum stem_lang lang, uint8_t kind)
{
	uint8_t *row;

	/* Without room the document is not begun; search_batch_end() says so. */
	batch->found.count = 0;
	batch->lang = lang;
	batch->stamp++;
	memset(batch->lengths, 0, sizeof(batch->lengths));
	if (array_room(&batch->docs, 1) != ERR_NONE)
		return;
	row = (uint8_t *)batch->docs.items + batch->docs.count * DOC_LEN;
	memset(row, 0, DOC_LEN);
	bytes_put_le32(row, doc);
	row[4] = (uint8_t)lang;
	row[5] = kind;
}

/* Count a term of the document. */
static enum err
count_term(struct search_batch *batch, uint32_t number, enum search_field field)
{
	struct term *term = term_at(batch, number);
	struct found *found;
	enum err err;

	if (term->stamp != batch->stamp) {
		if ((err = array_room(&batch->found, 1)) != ERR_NONE)
			return err;
		term->stamp = batch->stamp;
		term->slot = (uint32_t)batch->found.count++;
		found = (struct found *)(void *)batch->found.items + term->slot;
		memset(found, 0, sizeof(*found));
		found->term = number;
	}
	found = (struct found *)(void *)batch->found.items + term->slot;
	if (found->tf[field] < TF_MAX)
		found->tf[field]++;
	return ERR_NONE;
}

/* Number the terms that a word stands for in this batch. */
static enum err
number_terms(struct search_batch *batch, struct known *known)
{
	static const enum search_term kinds[TOKEN_FORMS] = { SEARCH_WORD,
		SEARCH_EXACT, SEARCH_STEM };

	const char *form;
	size_t at = known->text + known->len;
	size_t i;
	enum err err;

	for (i = 0; i < TOKEN_FORMS; i++) {
		form = batch->known_text.items + at;
		at += strlen(form) + 1;
		known->terms[i] = NO_TERM;
		if (*form != '\0' &&
		    (err = intern(batch, kinds[i], form, &known->terms[i])) !=
			ERR_NONE)
			return err;
	}
	known->batch = batch->number;
	return ERR_NONE;
}

/* Get to know a word. */
static enum err
learn(struct search_batch *batch, const char *raw, size_t len,
    struct known *known)
{
	struct array *text = &batch->known_text;
	struct token token;
	uint32_t at;
	enum err err;

	err = tokens_forms(batch->forms, raw, len, batch->lang, &token);
	if (err == ERR_NOENT)
		memset(&token, 0, sizeof(token));
	else if (err != ERR_NONE)
		return err;
	err = keep_text(text, raw, len, &known->text);
	if (err == ERR_NONE)
		err = keep_text(
		    text, token.folded, strlen(token.folded) + 1, &at);
	if (err == ERR_NONE)
		err = keep_text(
		    text, token.exact, strlen(token.exact) + 1, &at);
	if (err == ERR_NONE)
		err = keep_text(text, token.stem, strlen(token.stem) + 1, &at);
	return err;
}

/* Forget all words when they have become too many. */
static void
forget_known(struct search_batch *batch)
{
	batch->known.count = 0;
	batch->known_text.count = 0;
	if (batch->known_table.slots != NULL)
		memset(batch->known_table.slots, 0,
		    batch->known_table.size * sizeof(uint32_t));
}

/* The word as the batch knows it. */
static enum err
find_known(struct search_batch *batch, const struct word *word,
    struct known **ret_known)
{
	struct table *table = &batch->known_table;
	struct known known = {
		.len = word->len,
		.hash = word->hash,
		.lang = batch->lang,
	};
	const struct known *other;
	size_t at;
	enum err err;

	if (batch->known.count >= KNOWN_MAX)
		forget_known(batch);
	if (2 * batch->known.count >= table->size &&
	    (err = table_grow(table, batch->known.count, known_hash, batch)) !=
		ERR_NONE)
		return err;
	for (at = known.hash & (table->size - 1); table->slots[at] != 0;
	     at = (at + 1) & (table->size - 1)) {
		other = known_at(batch, table->slots[at] - 1);
		if (other->hash == known.hash && other->len == known.len &&
		    other->lang == known.lang &&
		    memcmp(batch->known_text.items + other->text, word->text,
			word->len) == 0) {
			*ret_known = known_at(batch, table->slots[at] - 1);
			return ERR_NONE;
		}
	}
	if ((err = learn(batch, word->text, word->len, &known)) != ERR_NONE ||
	    (err = array_room(&batch->known, 1)) != ERR_NONE)
		return err;
	*known_at(batch, (uint32_t)batch->known.count) = known;
	table->slots[at] = (uint32_t)++batch->known.count;
	*ret_known = known_at(batch, table->slots[at] - 1);
	return ERR_NONE;
}

/* Read the next words of a text; return how many there are, 0 at the end. */
static size_t
read_words(const struct search_batch *batch, const char **text_p,
    struct word words[AHEAD])
{
	struct word *word;
	size_t count = 0;
	size_t len;

	while (count < AHEAD) {
		*text_p = tokens_next(*text_p, &len);
		if (len == 0)
			break;
		word = &words[count++];
		word->text = *text_p;
		word->len = len > TOKEN_RAW_MAX ? TOKEN_RAW_MAX : (uint32_t)len;
		word->hash = hash_of(word->text, word->len, batch->lang);
		*text_p += len;
	}
	return count;
}

/* What the batch knows by a word's hash, if there is any; perhaps another word. */
static const struct known *
guess_known(const struct search_batch *batch, const struct word *word)
{
	const struct table *table = &batch->known_table;
	uint32_t slot = table->slots[word->hash & (table->size - 1)];

	return slot == 0 ? NULL : known_at(batch, slot - 1);
}

/*
 * Have what is known of words fetched, so that one waits for all of them together:
 * where it is noted, the notes, the word itself, and its terms.
 */
static void
fetch_words(
    const struct search_batch *batch, const struct word *words, size_t count)
{
	const struct table *table = &batch->known_table;
	const struct known *known;
	size_t i;
	size_t k;

	if (table->size == 0)
		return;
	for (i = 0; i < count; i++)
		__builtin_prefetch(
		    &table->slots[words[i].hash & (table->size - 1)]);
	for (i = 0; i < count; i++)
		if ((known = guess_known(batch, &words[i])) != NULL)
			__builtin_prefetch(known);
	for (i = 0; i < count; i++) {
		if ((known = guess_known(batch, &words[i])) == NULL)
			continue;
		__builtin_prefetch(batch->known_text.items + known->text);
		if (known->batch != batch->number)
			continue;
		for (k = 0; k < TOKEN_FORMS; k++)
			if (known->terms[k] != NO_TERM)
				__builtin_prefetch(
				    term_at(batch, known->terms[k]));
	}
}

/* Count the terms of a word. */
static enum err
count_word(struct search_batch *batch, const struct word *word,
    enum search_field field)
{
	struct known *known;
	size_t i;
	enum err err;

	err = find_known(batch, word, &known);
	if (err == ERR_NONE && known->batch != batch->number)
		err = number_terms(batch, known);
	if (err != ERR_NONE)
		return err;
	batch->lengths[field]++;
	for (i = 0; i < TOKEN_FORMS; i++)
		if (known->terms[i] != NO_TERM &&
		    (err = count_term(batch, known->terms[i], field)) !=
			ERR_NONE)
			return err;
	return ERR_NONE;
}

enum err
search_batch_text(
    struct search_batch *batch, enum search_field field, const char *text)
{
	struct word words[AHEAD];
	size_t count;
	size_t i;
	enum err err;

	if (!text_valid(text, strlen(text)))
		return ERR_NONE;
	while ((count = read_words(batch, &text, words)) > 0) {
		fetch_words(batch, words, count);
		for (i = 0; i < count; i++)
			if ((err = count_word(batch, &words[i], field)) !=
			    ERR_NONE)
				return err;
	}
	return ERR_NONE;
}

enum err
search_batch_term(struct search_batch *batch, enum search_term kind,
    enum search_field field, const char *text)
{
	uint32_t number;
	enum err err;

	if ((err = intern(batch, kind, text, &number)) != ERR_NONE)
		return err;
	return count_term(batch, number, field);
}

enum err
search_batch_name(struct search_batch *batch, const char *name)
{
	struct token token;
	size_t len;
	enum err err = ERR_NONE;

	if (!text_valid(name, strlen(name)))
		return ERR_NONE;
	for (name = tokens_next(name, &len); len > 0 && err == ERR_NONE;
	     name = tokens_next(name + len, &len)) {
		err = tokens_forms(
		    batch->forms, name, len, batch->lang, &token);
		if (err == ERR_NOENT) {
			err = ERR_NONE;
			continue;
		}
		if (err == ERR_NONE)
			err = search_batch_term(
			    batch, SEARCH_NAME, SEARCH_TITLE, token.folded);
		if (err == ERR_NONE && token.stem[0] != '\0')
			err = search_batch_term(
			    batch, SEARCH_NAME, SEARCH_TITLE, token.stem);
	}
	return err;
}

/* What the term is worth in the document: 1..255. */
static uint8_t
impact_of(const float per_word[SEARCH_FIELDS], const struct found *found)
{
	float sum = 0.0F;
	size_t i;

	for (i = 0; i < SEARCH_FIELDS; i++)
		sum += per_word[i] * (float)found->tf[i];
	return (uint8_t)(1.5F + 254.0F * (sum / (sum + K1)) * 0.999F);
}

enum err
search_batch_end(struct search_batch *batch)
{
	float per_word[SEARCH_FIELDS];
	const struct found *found = (struct found *)(void *)batch->found.items;
	struct pair *pair;
	size_t i;
	enum err err;

	if ((err = array_room(&batch->docs, 1)) != ERR_NONE ||
	    (err = array_room(&batch->pairs, batch->found.count)) != ERR_NONE)
		return err;
	for (i = 0; i < SEARCH_FIELDS; i++)
		per_word[i] = fields[i].weight /
		    (1.0F - fields[i].b +
			fields[i].b * (float)batch->lengths[i] /
			    fields[i].mean);
	for (i = 0; i < batch->found.count; i++) {
		pair = (struct pair *)(void *)batch->pairs.items +
		    batch->pairs.count++;
		pair->term = found[i].term;
		pair->doc = (uint32_t)batch->docs.count;
		pair->impact = impact_of(per_word, &found[i]);
		if (batch->arena.items[term_at(batch, pair->term)->text] ==
		    SEARCH_FACET)
			pair->impact = 1;
		term_at(batch, pair->term)->count++;
	}
	batch->docs.count++;
	return ERR_NONE;
}

size_t
search_batch_size(const struct search_batch *batch)
{
	return batch->pairs.count;
}

/* ---- writing ---- */

/* A term to be sorted, with the beginning of its text. */
struct sorted {
	uint64_t start;
	const char *text;
	uint32_t len;
	uint32_t term;
};

static int
compare_terms(const void *a, const void *b)
{
	const struct sorted *x = a;
	const struct sorted *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	order = memcmp(x->text, y->text, len);
	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static struct sorted *
sort_terms(const struct search_batch *batch)
{
	struct sorted *sorted = calloc(batch->terms.count + 1, sizeof(*sorted));
	uint8_t start[8];
	size_t i;

	if (sorted == NULL)
		return NULL;
	for (i = 0; i < batch->terms.count; i++) {
		sorted[i].term = (uint32_t)i;
		sorted[i].len = term_at(batch, (uint32_t)i)->len;
		sorted[i].text = batch->arena.items +
		    term_at(batch, (uint32_t)i)->text;
		memset(start, 0, sizeof(start));
		memcpy(start, sorted[i].text,
		    sorted[i].len < 8 ? sorted[i].len : 8);
		sorted[i].start = bytes_get_be64(start);
	}
	qsort(sorted, batch->terms.count, sizeof(*sorted), compare_terms);
	return sorted;
}

/* All pairs of the batch by term; those of one term by document. */
struct grouped {
	uint32_t *docs;
	uint8_t *impacts;
	size_t *from; /* by term */
};

static void
grouped_free(struct grouped *grouped)
{
	free(grouped->docs);
	free(grouped->impacts);
	free(grouped->from);
}

static enum err
group_pairs(const struct search_batch *batch, struct grouped *grouped)
{
	const struct pair *pairs =
	    (const struct pair *)(const void *)batch->pairs.items;
	size_t sum = 0;
	size_t i;

	grouped->docs = calloc(batch->pairs.count + 1, sizeof(uint32_t));
	grouped->impacts = calloc(batch->pairs.count + 1, 1);
	grouped->from = calloc(batch->terms.count + 1, sizeof(size_t));
	if (grouped->docs == NULL || grouped->impacts == NULL ||
	    grouped->from == NULL)
		return ERR_NOMEM;
	for (i = 0; i < batch->terms.count; i++) {
		grouped->from[i] = sum;
		sum += term_at(batch, (uint32_t)i)->count;
	}
	for (i = 0; i < batch->pairs.count; i++) {
		sum = grouped->from[pairs[i].term]++;
		grouped->docs[sum] = pairs[i].doc;
		grouped->impacts[sum] = pairs[i].impact;
	}
	return ERR_NONE;
}

/* Write one list.  group_pairs() has left each beginning at its end. */
static enum err
write_list(struct chunk_writer *writer, const struct search_batch *batch,
    const struct grouped *grouped, const struct sorted *sorted)
{
	const struct term *term = term_at(batch, sorted->term);
	size_t from = grouped->from[sorted->term] - term->count;

	if (term->count == 0)
		return ERR_NONE;
	return chunk_add(writer,
	    (struct bytes){
		.data = (const uint8_t *)sorted->text, .len = sorted->len },
	    grouped->docs + from, grouped->impacts + from, term->count);
}

static enum err
write_lists(struct search *search, const struct search_batch *batch,
    struct array *words)
{
	struct grouped grouped = { .docs = NULL };
	struct sorted *sorted = sort_terms(batch);
	struct chunk_writer *writer = NULL;
	size_t i;
	enum err err;

	err = sorted == NULL ? ERR_NOMEM : group_pairs(batch, &grouped);
	if (err == ERR_NONE)
		err = chunk_writer_new(search, search->counters.low, &writer);
	for (i = 0; err == ERR_NONE && i < batch->terms.count; i++) {
		err = write_list(writer, batch, &grouped, &sorted[i]);
		if (err != ERR_NONE || sorted[i].text[0] != SEARCH_WORD ||
		    sorted[i].len - 1 < LONG_WORD)
			continue;
		err = array_room(words, sorted[i].len);
		if (err != ERR_NONE)
			break;
		memcpy(words->items + words->count, sorted[i].text + 1,
		    sorted[i].len - 1);
		words->count += sorted[i].len;
		words->items[words->count - 1] = '\0';
	}
	if (err == ERR_NONE)
		err = chunk_end(writer);
	chunk_writer_free(writer);
	grouped_free(&grouped);
	free(sorted);
	return err;
}

void
search_batch_clear(struct search_batch *batch)
{
	batch->arena.count = 0;
	batch->terms.count = 0;
	batch->pairs.count = 0;
	batch->docs.count = 0;
	batch->number++;
	if (batch->term_table.slots != NULL)
		memset(batch->term_table.slots, 0,
		    batch->term_table.size * sizeof(uint32_t));
}

/* Write the part's documents, words and head. */
static enum err
write_part(struct search *search, const struct search_batch *batch,
    const struct array *words)
{
	struct part_head head = {
		.part = search->counters.low,
		.first = search->counters.ordinal,
		.count = (uint32_t)batch->docs.count,
	};
	uint8_t key[PART_TERM];
	enum err err;

	err = db_put(search->txn, search->table,
	    part_key(head.part, "d", 1, key),
	    (struct bytes){ .data = (const uint8_t *)batch->docs.items,
		.len = batch->docs.count * DOC_LEN },
	    DB_NEW);
	if (err == ERR_NONE && words->count > 0)
		err = db_put(search->txn, search->table,
		    part_key(head.part, "w", 1, key),
		    (struct bytes){ .data = (const uint8_t *)words->items,
			.len = words->count },
		    DB_NEW);
	if (err == ERR_NONE)
		err = part_put(search, &head);
	if (err != ERR_NONE)
		return err;
	search->counters.ordinal += head.count;
	return counters_put(search);
}

enum err
search_batch_write(
    struct search_batch *batch, struct db_txn *txn, unsigned table)
{
	struct array words = { .each = 1 };
	struct search *search = NULL;
	enum err err;

	if (batch->docs.count == 0)
		return ERR_NONE;
	if ((err = search_open(txn, table, &search)) != ERR_NONE)
		return err;
	if (search->counters.ordinal > NO_DOC - 1 - batch->docs.count ||
	    search->counters.low >= PART_MADE - 1) {
		search_close(search);
		return ERR_FULL;
	}
	search->counters.low++;
	err = write_lists(search, batch, &words);
	if (err == ERR_NONE)
		err = write_part(search, batch, &words);
	if (err == ERR_NONE)
		search_batch_clear(batch);
	free(words.items);
	search_close(search);
	return err;
}
