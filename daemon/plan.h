#ifndef ERFAD_PLAN_H
#define ERFAD_PLAN_H

/*
 * plan - what somebody who typed words wants to find: each word, or what several
 * mean together, as the ways in which a text can say it, in any language; and
 * what is asked for besides, as facets.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/vocab.h"
#include "daemon/search.h"

/* Opaque types. */
struct lexicon;
struct plan;

#define PLAN_BYTES   8192 /* looked at of all that was typed */
#define PLAN_PHRASES 8
#define PLAN_FACETS  16
#define PLAN_LEFT    16  /* words of which it is told that they were left out */
#define PLAN_TEXT    120 /* bytes of a text for people */

/* How a way came about; a way's mark. */
enum plan_mark {
	PLAN_WORD, /* the word itself, in some form */
	PLAN_PART, /* another word that it is part of, or the other way round */
	PLAN_CONCEPT,    /* what it means */
	PLAN_NEAR,       /* something near to what it means */
	PLAN_GUESS,      /* a word that is spelt alike */
	PLAN_COGNATE,    /* the word as a neighbouring language spells it */
	PLAN_DICTIONARY, /* what it, or a part of it, is called elsewhere */
};

/* One group of the question. */
struct plan_group {
	struct search_group group;
	char typed[PLAN_TEXT]; /* the words as typed */
	char guess[PLAN_TEXT]; /* "did you mean"; empty if it is known */
	uint16_t concepts[4];  /* what it means, the likeliest first */
	size_t nconcepts;
	bool foreign; /* the dictionary led to the concepts */
};

/**
 * plan_new(search, lexicon, lang, words, count, ret_plan), plan_free(plan):
 * Understand ${count} ${words} as they were typed by somebody who reads ${lang}:
 * "a phrase", -without, begin*; all else are words.  Whatever was typed, this
 * takes bounded time and room.  NULL may be freed.  Return ERR_NOMEM, or an error
 * of ${search}.
 */
enum err plan_new(struct search *search, const struct lexicon *lexicon,
    enum vocab_lang lang, char *const *words, size_t count,
    struct plan **ret_plan) MUST_CHECK;
void plan_free(struct plan *plan);

/**
 * plan_groups(plan, ret_count):
 * What is to be looked for; may be none.
 */
const struct plan_group *plan_groups(
    const struct plan *plan, size_t *ret_count);

/**
 * plan_phrase(plan, i):
 * Phrase ${i} as folded words, one blank between; NULL beyond the last.  Its
 * words are groups too, but for those that cannot be searched.
 */
const char *plan_phrase(const struct plan *plan, size_t i);

/**
 * plan_without(plan, ret_count):
 * Terms that a text must not hold.
 */
const struct search_way *plan_without(
    const struct plan *plan, size_t *ret_count);

/**
 * plan_facet(plan, i):
 * What is asked for by facet ${i}: "outcome:rejected"; NULL beyond the last.
 */
const char *plan_facet(const struct plan *plan, size_t i);

/**
 * plan_left(plan, i):
 * Word ${i} that is not looked for, or that nothing has while other words rank,
 * with the reason; NULL beyond the last.
 */
const char *plan_left(const struct plan *plan, size_t i);

#endif /* !ERFAD_PLAN_H */
