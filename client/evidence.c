#include "client/evidence.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/arena.h"
#include "proto/crypto.h"
#include "client/evidence_input.h"
#include "client/evidence_pool.h"
#include "client/speech.h"

#define ARENA_BYTES 65536
#define PACKED_MOST 1048576 /* bytes of one study */

struct evidence {
	struct arena *arena;
	struct evidence_options options;
	struct evidence_item *items;
	size_t count;
	Erfa__EvidenceReport report;
	char hash[2 * HASH_LEN + 1];
	Erfa__EvidenceDenominator denominator;
};

static const struct {
	const char *code;
	const char *text;
} said[] = {
	{ "one_municipality", N_("one municipality: its result, no pool") },
	{ "two_municipalities",
	    N_("two municipalities cannot carry a pooled claim") },
	{ "few_municipalities",
	    N_("few municipalities: read the list, not the diamond") },
	{ "before_after",
	    N_("before/after: cannot tell the trial from the times") },
	{ "site_twice",
	    N_("a municipality stands here more than once: its effects are not "
	       "independent") },
	{ "restricted",
	    N_("results of a restricted group are in it: do not pass it on "
	       "outside the group") },
	{ "origin_decides",
	    N_("without the origin the conclusion is another") },
	{ "comparison_decides",
	    N_("with every comparison municipality used once the conclusion is "
	       "another") },
	{ "comparison_shared",
	    N_("a comparison municipality is used more than once: the effects "
	       "depend on each other") },
	{ "after_window",
	    N_("it was measured after the planned end only: the first "
	       "follow-up is taken") },
	{ "converted",
	    N_("counted in another unit, and converted as an indicator "
	       "declares") },
	{ "design_assumed",
	    N_("the design is not said: taken as with comparison") },
};

const char *
evidence_banner_text(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (strcmp(said[i].code, code) == 0)
			return said[i].text;
	return "";
}

const char *
evidence_flag_text(const char *code)
{
	unsigned i;

	for (i = 0; i < EFFECT_FLAGS; i++)
		if (strcmp(effect_flag_code(1U << i), code) == 0)
			return effect_flag_text(1U << i);
	return evidence_banner_text(code);
}

/* ---- what goes in ---- */

/* A study without its line in a table, which says nothing of what was found. */
static void
make_bare(const Erfa__EvidenceStudy *study, Erfa__EvidenceStudy *ret_bare)
{
	*ret_bare = *study;
	ret_bare->has_line = 0;
}

static enum err
pack(struct evidence *evidence, struct evidence_item *item)
{
	Erfa__EvidenceStudy bare;

	make_bare(item->study, &bare);
	item->packed_len = protobuf_c_message_get_packed_size(&bare.base);
	if (item->packed_len > PACKED_MOST)
		return ERR_LIMIT;
	item->packed = evidence_zeroed(
	    evidence->arena, item->packed_len + 1, 1);
	if (item->packed == NULL)
		return ERR_NOMEM;
	(void)protobuf_c_message_pack(&bare.base, item->packed);
	return ERR_NONE;
}

static int
compare_packed(const struct evidence_item *a, const struct evidence_item *b)
{
	size_t least = a->packed_len < b->packed_len ? a->packed_len :
						       b->packed_len;
	int order = memcmp(a->packed, b->packed, least);

	if (order != 0)
		return order;
	return (a->packed_len > b->packed_len) -
	    (a->packed_len < b->packed_len);
}

static int
by_packed(const void *a, const void *b)
{
	return compare_packed(a, b);
}

/* The order in which they are listed. */
static int
by_place(const void *a, const void *b)
{
	const struct evidence_item *one = a;
	const struct evidence_item *other = b;
	int order = (one->study->line > other->study->line) -
	    (one->study->line < other->study->line);

	if (order == 0)
		order = strcmp(evidence_text(one->study->year),
		    evidence_text(other->study->year));
	if (order == 0)
		order = strcmp(evidence_text(one->study->name),
		    evidence_text(other->study->name));
	return order != 0 ? order : compare_packed(one, other);
}

static void
add_word(struct crypto_hash_state *state, uint32_t word)
{
	uint32_t little = htole32(word);

	crypto_hash_add(state, &little, sizeof(little));
}

/* H over the options and all studies, sorted. */
static void
hash_inputs(struct evidence *evidence)
{
	static const char digits[] = "0123456789abcdef";
	const struct evidence_options *options = &evidence->options;
	struct crypto_hash_state state;
	uint8_t hash[HASH_LEN];
	uint64_t level;
	size_t i;

	crypto_hash_begin(&state);
	add_word(&state, (uint32_t)options->measure);
	add_word(&state, (uint32_t)options->method);
	add_word(&state, (uint32_t)options->ci);
	add_word(&state, (uint32_t)options->only);
	memcpy(&level, &options->level, sizeof(level));
	add_word(&state, (uint32_t)level);
	add_word(&state, (uint32_t)(level >> 32));
	for (i = 0; i < evidence->count; i++) {
		add_word(&state, (uint32_t)evidence->items[i].packed_len);
		crypto_hash_add(&state, evidence->items[i].packed,
		    evidence->items[i].packed_len);
	}
	crypto_hash_end(&state, hash);
	for (i = 0; i < HASH_LEN; i++) {
		evidence->hash[2 * i] = digits[hash[i] >> 4];
		evidence->hash[2 * i + 1] = digits[hash[i] & 15];
	}
}

static enum err
take_items(struct evidence *evidence, Erfa__EvidenceStudy *const *studies)
{
	enum err err = ERR_NONE;
	size_t i;

	evidence->items = evidence_zeroed(
	    evidence->arena, evidence->count + 1, sizeof(*evidence->items));
	if (evidence->items == NULL)
		return ERR_NOMEM;
	for (i = 0; i < evidence->count && err == ERR_NONE; i++) {
		struct evidence_item *item = &evidence->items[i];

		item->study = studies[i];
		evidence_input(item->study, &item->input);
		item->class = evidence_class(item->study, &item->class_assumed);
		err = pack(evidence, item);
	}
	if (err != ERR_NONE)
		return err;
	qsort(evidence->items, evidence->count, sizeof(*evidence->items),
	    by_packed);
	hash_inputs(evidence);
	qsort(evidence->items, evidence->count, sizeof(*evidence->items),
	    by_place);
	return ERR_NONE;
}

/* ---- what is pooled with what ---- */

static bool
belongs(const struct evidence_item *item, enum evidence_pool kind)
{
	bool alone = item->class ==
	    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_BEFORE_AFTER;

	if (kind == EVIDENCE_RANDOMISED)
		return item->class ==
		    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_RANDOMISED;
	return alone == (kind == EVIDENCE_BEFORE_AFTER);
}

/* Randomised ones are shown alone beside all if that is another pool. */
static bool
worth_showing(const struct evidence *evidence, enum evidence_pool kind,
    size_t count, size_t with)
{
	return kind != EVIDENCE_RANDOMISED ||
	    evidence->options.only == EVIDENCE_RANDOMISED ||
	    (count >= 2 && count < with);
}

static bool
wanted(const struct evidence *evidence, enum evidence_pool kind)
{
	return evidence->options.only == EVIDENCE_ALL ||
	    evidence->options.only == kind ||
	    (evidence->options.only == EVIDENCE_WITH &&
		kind == EVIDENCE_RANDOMISED);
}

/*
 * The pool of one kind of ${count} ${items}, added to the report if there is
 * anything in it.  ${with} is how many are pooled with comparison; it is set
 * by that pool.
 */
static enum err
make_pool(struct evidence *evidence, struct evidence_item *const *items,
    size_t count, enum evidence_pool kind, size_t *with)
{
	struct evidence_item **chosen = evidence_zeroed(
	    evidence->arena, count, sizeof(struct evidence_item *));
	Erfa__EvidencePool *pool;
	size_t n = 0;
	size_t i;
	enum err err;

	if (chosen == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++)
		if (belongs(items[i], kind))
			chosen[n++] = items[i];
	if (n == 0)
		return ERR_NONE;
	if ((err = evidence_pool_make(evidence->arena, chosen, n, kind,
		 &evidence->options, &pool)) != ERR_NONE)
		return err;
	if (!worth_showing(evidence, kind, pool->n_effect, *with))
		return ERR_NONE;
	if (kind == EVIDENCE_WITH)
		*with = pool->n_effect;

	/* Nobody is counted twice. */
	if (kind != EVIDENCE_RANDOMISED ||
	    evidence->options.only == EVIDENCE_RANDOMISED)
		evidence->denominator.poolable += (uint32_t)pool->n_effect;
	evidence->report.pool[evidence->report.n_pool++] = pool;
	return ERR_NONE;
}

/* The pools of ${count} items of one indicator. */
static enum err
make_pools_of(
    struct evidence *evidence, struct evidence_item *const *items, size_t count)
{
	static const enum evidence_pool kinds[] = { EVIDENCE_WITH,
		EVIDENCE_RANDOMISED, EVIDENCE_BEFORE_AFTER };

	size_t with = 0;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && err == ERR_NONE;
	     i++)
		if (wanted(evidence, kinds[i]))
			err = make_pool(
			    evidence, items, count, kinds[i], &with);
	return err;
}

/* By indicator; those of one stay as they are listed. */
static int
by_indicator(const void *a, const void *b)
{
	const struct evidence_item *const *one = a;
	const struct evidence_item *const *other = b;
	int order = strcmp(evidence_text((*one)->study->indicator),
	    evidence_text((*other)->study->indicator));

	return order != 0 ? order : (*one > *other) - (*one < *other);
}

static bool
same_indicator(const struct evidence_item *a, const struct evidence_item *b)
{
	return strcmp(evidence_text(a->study->indicator),
		   evidence_text(b->study->indicator)) == 0;
}

/* All pools, by indicator. */
static enum err
make_pools(struct evidence *evidence)
{
	struct evidence_item **items = evidence_zeroed(evidence->arena,
	    evidence->count + 1, sizeof(struct evidence_item *));
	enum err err = ERR_NONE;
	size_t start;
	size_t end;

	evidence->report.pool = evidence_zeroed(evidence->arena,
	    3 * evidence->count + 1, sizeof(Erfa__EvidencePool *));
	if (items == NULL || evidence->report.pool == NULL)
		return ERR_NOMEM;
	for (start = 0; start < evidence->count; start++)
		items[start] = &evidence->items[start];
	qsort(items, evidence->count, sizeof(items[0]), by_indicator);
	for (start = 0; start < evidence->count && err == ERR_NONE;
	     start = end) {
		for (end = start + 1; end < evidence->count &&
		     same_indicator(items[start], items[end]);)
			end++;
		err = make_pools_of(evidence, items + start, end - start);
	}
	return err;
}

/* Head and denominator; the rest is for who asked. */
static void
begin_report(struct evidence *evidence)
{
	Erfa__EvidenceReport *report = &evidence->report;

	erfa__evidence_report__init(report);
	erfa__evidence_denominator__init(&evidence->denominator);
	report->schema = evidence_lend("erfa.evidence/1");
	report->input_hash = evidence->hash;
	report->denominator = &evidence->denominator;
	evidence->denominator.has_measured = 1;
	evidence->denominator.measured = (uint32_t)evidence->count;
	evidence->denominator.has_poolable = 1;
}

enum err
evidence_new(Erfa__EvidenceStudy *const *studies, size_t count,
    const struct evidence_options *options, struct evidence **ret_evidence)
{
	struct evidence *evidence;
	enum err err;

	if (count > META_MAX)
		return ERR_LIMIT;
	if ((evidence = calloc(1, sizeof(*evidence))) == NULL)
		return ERR_NOMEM;
	evidence->options = *options;
	evidence->count = count;
	if ((err = arena_new(ARENA_BYTES, &evidence->arena)) != ERR_NONE)
		goto fail;
	begin_report(evidence);
	if ((err = take_items(evidence, studies)) != ERR_NONE ||
	    (err = make_pools(evidence)) != ERR_NONE)
		goto fail;
	*ret_evidence = evidence;
	return ERR_NONE;

fail:
	evidence_free(evidence);
	return err;
}

void
evidence_free(struct evidence *evidence)
{
	if (evidence == NULL)
		return;
	arena_free(evidence->arena);
	free(evidence);
}

Erfa__EvidenceReport *
evidence_report(struct evidence *evidence)
{
	return &evidence->report;
}
