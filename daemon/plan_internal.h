#ifndef ERFAD_PLAN_INTERNAL_H
#define ERFAD_PLAN_INTERNAL_H

/*
 * plan_internal - a plan while it is made, for the files that make it:
 *
 *   plan_read.c     what was typed, word by word
 *   plan_make.c     which words are one group, and what each group weighs
 *   plan_ways.c     what a word finds by its letters
 *   plan_meaning.c  what it finds by what it means, or by what may be meant
 *   plan_foreign.c  what it finds as neighbours would spell it
 *   plan_dictionary.c  what it finds as other languages say it
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"
#include "proto/stem.h"
#include "proto/vocab.h"
#include "daemon/plan.h"
#include "daemon/search.h"
#include "daemon/tokens.h"

/* Opaque types. */
struct dictionary;

#define PLAN_ITEMS    64 /* words that are looked at */
#define PLAN_WITHOUT  96 /* terms of words that must not be there */
#define PLAN_PART_MIN 5  /* bytes of a word that is looked for in others */

/* What a way is worth, of 256. */
#define WORTH_EXACT   256
#define WORTH_WORD    240
#define WORTH_STEM    215
#define WORTH_OTHER   190 /* stem of another language than the reader's */
#define WORTH_CONCEPT 200
#define WORTH_NARROW  150
#define WORTH_CLOSE   110
#define WORTH_BROAD   48 /* what is above it */
#define WORTH_RELATED 36
#define WORTH_OF_MANY \
	110 /* one of several words that mean something together */
#define WORTH_INFLECT 150
#define WORTH_INSIDE  110
#define WORTH_BEGIN   100
#define WORTH_MIDDLE  70
#define WORTH_HEAD    110 /* the last part of a word that was taken apart */
#define WORTH_FIRST   60  /* the first */
#define WORTH_GUESS   180
#define WORTH_COGNATE 150 /* as a neighbour spells it */

/* A word that was typed. */
struct item {
	char typed[PLAN_TEXT];
	char folded[TOKEN_MAX + 1];
	bool without;
	bool prefix;
	bool phrase;   /* of a quotation: taken as it is */
	bool used;     /* of a facet, or of another group */
	bool meant;    /* of a facet, or a label means it */
	bool light;    /* says little about what is asked for */
	bool subject;  /* is a word for trials, or for who makes them */
	bool demonym;  /* says of which country somebody or something is */
	bool since;    /* says that a year is where something begins */
	size_t number; /* 1 + the value that it is a number of; 0 = none */
};

struct plan {
	struct search *search;
	const struct lexicon *lexicon;
	const struct vocab *concepts;
	const struct vocab *values;
	const struct dictionary *dictionary;
	enum vocab_lang lang;
	uint8_t tongues; /* that it may be in: 1 << enum vocab_lang; 0 =
			    nobody has looked yet */
	struct tokens *tokens;
	const char *typed; /* all of it, while it is read */
	struct item items[PLAN_ITEMS];
	size_t nitems;
	struct plan_group groups[SEARCH_GROUPS];
	size_t ngroups;
	char *phrases[PLAN_PHRASES];
	size_t nphrases;
	struct search_way without[PLAN_WITHOUT];
	size_t nwithout;
	char facets[PLAN_FACETS][PLAN_TEXT];
	size_t nfacets;
	char left[PLAN_LEFT][PLAN_TEXT];
	size_t nleft;
};

/* ---- plan_read.c ---- */

/**
 * plan_read(plan, words, count):
 * Take the words as a shell hands them over: one with blanks is a phrase.  Return
 * ERR_NOMEM.
 */
enum err plan_read(
    struct plan *plan, char *const *words, size_t count) MUST_CHECK;

/**
 * plan_leave_out(plan, word, why):
 * Note a word that is not looked for.
 */
void plan_leave_out(struct plan *plan, const char *word, const char *why);

/* ---- plan_ways.c ---- */

/**
 * plan_way(group, kind, text, worth, mark):
 * Add a way to a group, or better one that it has.  Return it, or NULL if it is
 * none or there is no room.
 */
struct search_way *plan_way(struct plan_group *group, enum search_term kind,
    const char *text, unsigned worth, enum plan_mark mark);

/**
 * plan_way_in(group, kind, text, worth, mark, langs):
 * The same for what only texts in ${langs} (1 << enum stem_lang) mean.
 */
void plan_way_in(struct plan_group *group, enum search_term kind,
    const char *text, unsigned worth, enum plan_mark mark, uint8_t langs);

/**
 * plan_stem_lang(lang):
 * The stemmer of a language.
 */
enum stem_lang plan_stem_lang(enum vocab_lang lang);

/**
 * plan_is_stump(token):
 * Whether another language's grammar leaves too little of a word to mean it.
 */
bool plan_is_stump(const struct token *token);

/**
 * plan_forms(plan, group, word, most, mark):
 * Add the forms of a word in all languages; ${most} is what the best is worth.
 * Return ERR_NOMEM.
 */
enum err plan_forms(struct plan *plan, struct plan_group *group,
    const char *word, unsigned most, enum plan_mark mark) MUST_CHECK;

/**
 * plan_beginning(plan, group, folded):
 * Add the words of the index that begin with ${folded}.  Errors are those of
 * search_starting().
 */
enum err plan_beginning(
    struct plan *plan, struct plan_group *group, const char *folded) MUST_CHECK;

/**
 * plan_parts(plan, group, folded):
 * Add the words of the index that begin with the word, whatever it ends in, or
 * hold it.  Errors are those of search_starting().
 */
enum err plan_parts(
    struct plan *plan, struct plan_group *group, const char *folded) MUST_CHECK;

/**
 * plan_halves(plan, folded, ret_first):
 * Where the last part of a compound begins both parts of which the index has, and
 * the first part: skole + udvikling.  NULL if there is none.
 */
const char *plan_halves(
    struct plan *plan, const char *folded, char ret_first[TOKEN_MAX + 1]);

/**
 * plan_split(plan, group, folded):
 * Add the parts of a compound, if the index has both.
 */
void plan_split(
    struct plan *plan, struct plan_group *group, const char *folded);

/**
 * plan_finds(plan, group):
 * Whether any way of the group finds something.
 */
bool plan_finds(struct plan *plan, const struct plan_group *group);

/* ---- plan_meaning.c ---- */

/**
 * plan_concept(plan, group, concept, most):
 * Add a concept and what is near to it; ${most} is what it is worth, of 256.
 */
void plan_concept(
    struct plan *plan, struct plan_group *group, size_t concept, unsigned most);

/**
 * plan_friends(plan, group, folded):
 * Mark the languages in which the word is a false friend.
 */
void plan_friends(
    struct plan *plan, struct plan_group *group, const char *folded);

/**
 * plan_guess(plan, group, folded):
 * Where nothing has a word, look for one that is spelt alike.  Errors are those
 * of search_similar(), or ERR_NOMEM.
 */
enum err plan_guess(
    struct plan *plan, struct plan_group *group, const char *folded) MUST_CHECK;

/* ---- plan_foreign.c ---- */

/**
 * plan_cognates(plan, group, folded, known):
 * Add what the neighbours' spellings of a word find, and what they mean; also by
 * the dictionary, unless it has the word itself, as ${known} says.  Errors are
 * those of plan_dictionary().
 */
enum err plan_cognates(struct plan *plan, struct plan_group *group,
    const char *folded, bool known) MUST_CHECK;

/* ---- plan_dictionary.c ---- */

/**
 * plan_dictionary(plan, group, item, ret_known):
 * Add what a word is called in other languages, if the index has that, and the
 * concept to which that leads.  *${ret_known} tells whether
 * the dictionary knows the word.  Errors are those of search_starting(), or
 * ERR_NOMEM.
 */
enum err plan_dictionary(struct plan *plan, struct plan_group *group,
    const struct item *item, bool *ret_known) MUST_CHECK;

/**
 * plan_dictionary_spelt(plan, group, folded, langs):
 * The same for a word as one of ${langs} (1 << enum stem_lang) would spell it, if
 * it is one there.
 */
enum err plan_dictionary_spelt(struct plan *plan, struct plan_group *group,
    const char *folded, uint8_t langs) MUST_CHECK;

/**
 * plan_dictionary_parts(plan, group, item):
 * The same for the two words of which a compound is made that the dictionary
 * does not know.
 */
enum err plan_dictionary_parts(struct plan *plan, struct plan_group *group,
    const struct item *item) MUST_CHECK;

#endif /* !ERFAD_PLAN_INTERNAL_H */
