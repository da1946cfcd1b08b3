#ifndef ERFAD_FIND_INTERNAL_H
#define ERFAD_FIND_INTERNAL_H

/*
 * find_internal - what the files of the search for trials share.
 *
 *   query_find.c            the request, from its words to its page
 *   query_find_words.c      the words of the request as what is to be found
 *   query_find_accept.c     what a hit stands for, and whether it may be found
 *   query_find_filter.c     what is asked for besides words
 *   query_find_size.c       "like us": municipalities of like size
 *   query_find_programme.c  programmes and networks by their names
 *   query_find_failure.c    what did not work
 *   query_find_hits.c       the best hits, in their order
 *   query_find_reason.c     why a hit was found
 *   query_find_row.c        hits as rows of a page
 *   query_find_sift.c       which of some new entries fit
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "proto/answer.h"
#include "proto/err.h"
#include "proto/vocab.h"
#include "daemon/plan.h"
#include "daemon/query_internal.h"
#include "daemon/search.h"
#include "daemon/shown.h"

#define FIND_CURSOR 4     /* bytes: rows seen */
#define FIND_MAX    10000 /* hits that can be paged through */
#define FIND_FIRST  1000  /* hits that are looked for at first, and counted */

#define FIND_OUT UINT32_C(0x80000000) /* of marks: holds a word it must not */

/* A search for what is current here. */
struct find {
	struct question *question;
	const Erfa__FindRequest *request;
	struct query_filter filter;
	enum vocab_lang lang;
	struct search *search;
	struct plan *plan;
	uint32_t *marks; /* by item: filters it passes, one bit each */
	uint8_t *ways;   /* by item: why who asks for failures may mean it */
	uint32_t wanted; /* bits that it must have */
	uint32_t bit;    /* of the filter at hand */
	unsigned nfilters;
	struct search_group groups[SEARCH_GROUPS];
	const struct plan_group *told[SEARCH_GROUPS]; /* what each stands for */
	size_t ngroups;
	char *section; /* of a law, as it is cited; NULL if none is asked for */
	struct search_given *given[SEARCH_GROUPS];
	struct timespec until;
	unsigned reads;
	size_t certain;     /* so many hits have all words */
	uint16_t far_below; /* of 256: what the best hit must fulfil */
	bool far;           /* nothing does */
	size_t good;        /* so many hits fit; the others are merely near */
	bool late;
};

/* ---- query_find.c ---- */

/**
 * find_begin(find, ret_bad), find_prepare(find), find_end(find):
 * Understand the request; if it makes no sense the answer says so, and
 * *${ret_bad} is set.  Then set what may be found at all, and tell; the answer
 * may become a refusal.  Free what ${find} holds, however far it came.
 */
enum err find_begin(struct find *find, bool *ret_bad) MUST_CHECK;
enum err find_prepare(struct find *find) MUST_CHECK;
void find_end(struct find *find);

/* ---- query_find_words.c ---- */

/**
 * find_plan(find):
 * Understand the words of the request: as groups, but for those that only say that
 * a trial is meant beside others; and "§ 60" as a section of a law.
 */
enum err find_plan(struct find *find) MUST_CHECK;

/**
 * find_is_common(find):
 * Whether there are words, and all are such as every text has.
 */
bool find_is_common(const struct find *find);

/**
 * find_filter_section(find):
 * Keep to what names the section that was asked for, and tell.
 */
enum err find_filter_section(struct find *find) MUST_CHECK;

/* ---- query_find_accept.c ---- */

/**
 * find_number(find, item):
 * Where the item stands in marks and ways.
 */
size_t find_number(const struct find *find, const struct shown_item *item);

/**
 * find_item(find, doc, ret_about):
 * The trial that ${doc} is about, or whose current version it is; NULL if there
 * is none.  *${ret_about} tells which of both.  What is about one of several
 * records of a trial is about the one that stands for all.
 */
const struct shown_item *find_item(
    const struct find *find, uint32_t doc, bool *ret_about);

/**
 * find_accept(context, doc, kind, ret_target, ret_worth):
 * Whether a hit in ${doc} may be found by the find ${context}: search.h tells of
 * the results.
 */
bool find_accept(void *context, uint32_t doc, uint8_t kind,
    uint32_t *ret_target, uint32_t *ret_worth);

/**
 * find_can_tell_erased(find), find_is_erased(find, item):
 * Whether no words were asked for, so that what is left of an erased text may
 * tell that it would have fitted; and whether an item was erased, and does.
 */
bool find_can_tell_erased(const struct find *find);
bool find_is_erased(const struct find *find, const struct shown_item *item);

/* ---- query_find_filter.c ---- */

/**
 * find_filter_begin(find):
 * Begin a filter of its own: what is marked from now on passes it.  Return false
 * if there are too many.
 */
bool find_filter_begin(struct find *find);

/**
 * find_filter_tell(find, text), find_note(find, text):
 * Tell what was asked for besides words; tell what is to be known of it.
 */
enum err find_filter_tell(struct find *find, const char *text) MUST_CHECK;
enum err find_note(struct find *find, const char *text) MUST_CHECK;

/**
 * find_mark_facet(find, facet):
 * Mark all that has the facet "NAME:VALUE"; by a verdict or an outcome only where
 * who says so is heard (query_tells()).
 */
enum err find_mark_facet(struct find *find, const char *facet) MUST_CHECK;

/**
 * find_set_filters(find), find_set_without(find):
 * Keep to all that the request asks for, and all that the words do.  Mark what
 * holds a word that it must not.
 */
enum err find_set_filters(struct find *find) MUST_CHECK;
enum err find_set_without(struct find *find) MUST_CHECK;

/* ---- query_find_size.c ---- */

/**
 * find_filter_like_us(find):
 * Keep to municipalities of similar size and settlement, by their profiles.
 */
enum err find_filter_like_us(struct find *find) MUST_CHECK;

/* ---- query_find_programme.c ---- */

/**
 * find_filter_programme(find, said):
 * Keep to the trials of a programme, by its id or the words of its name; NULL or
 * empty keeps all.
 */
enum err find_filter_programme(struct find *find, const char *said) MUST_CHECK;

/**
 * find_give_named(find, number):
 * Let trials be found by the names of their programmes and networks, where these
 * hold what group ${number} looks for.
 */
enum err find_give_named(struct find *find, size_t number) MUST_CHECK;

/**
 * find_sort_given(given, count):
 * Sort given documents as the search takes them.
 */
void find_sort_given(struct search_given *given, size_t count);

/* ---- query_find_failure.c ---- */

/**
 * find_filter_failures(find):
 * Keep to what did not work: who asks for that wants to see all that comes near
 * to saying so.
 */
enum err find_filter_failures(struct find *find) MUST_CHECK;

/**
 * find_way(find, hit):
 * By which way somebody who asks for failures may mean a hit; the surest is the
 * least.
 */
unsigned find_way(const struct find *find, const struct search_hit *hit);

/**
 * find_fill_failure(find, item, row):
 * Say in the row why somebody who asks for failures may mean this trial.
 */
enum err find_fill_failure(struct find *find, const struct shown_item *item,
    Erfa__Row *row) MUST_CHECK;

/* ---- query_find_hits.c ---- */

/**
 * find_search(find, all, limit, hits, ret_count):
 * Search for what has all words, or some; late is noted.
 */
enum err find_search(struct find *find, bool all, size_t limit,
    struct search_hit *hits, size_t *ret_count) MUST_CHECK;

/**
 * find_take_hits(find, all, hits, ret_count):
 * Find the best FIND_FIRST, or ${all} up to FIND_MAX, in the order they are shown
 * in, and count.  ${hits} has room for FIND_MAX.  The first FIND_FIRST of all are
 * those that are found without the others, so that pages fit together.
 */
enum err find_take_hits(struct find *find, bool all, struct search_hit *hits,
    size_t *ret_count) MUST_CHECK;

/* ---- query_find_reason.c ---- */

/**
 * find_fill_reasons(find, hit, entry, row), find_fill_matched(row):
 * Say in the row why each word found the entry; the same as one line, for
 * programs.
 */
enum err find_fill_reasons(struct find *find, const struct search_hit *hit,
    const struct query_entry *entry, Erfa__Row *row) MUST_CHECK;
enum err find_fill_matched(Erfa__Row *row) MUST_CHECK;

/* ---- query_find_row.c ---- */

/**
 * find_row(find, hit, near, answer, bytes):
 * Add the row of a hit to the answer, or to what is ${near} in it, and its size
 * to *${bytes}; none if its text was erased since it was indexed.
 */
enum err find_row(struct find *find, const struct search_hit *hit, bool near,
    Erfa__FindAnswer *answer, size_t *bytes) MUST_CHECK;

/**
 * find_fill_page(find, hits, count, seen, limit, answer):
 * Fill the page behind ${seen} hits.
 */
enum err find_fill_page(struct find *find, const struct search_hit *hits,
    size_t count, size_t seen, size_t limit,
    Erfa__FindAnswer *answer) MUST_CHECK;

#endif /* !ERFAD_FIND_INTERNAL_H */
