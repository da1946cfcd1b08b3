#ifndef ERFAD_SEARCH_H
#define ERFAD_SEARCH_H

/*
 * search - which documents hold which terms, and which of them fit a question
 * best: the text index, in two tables of the index environment.
 *
 * A document is what one entry says; its number is the index's (struct
 * index_row).  A term is a kind and a text: a word, its stem, a concept, a facet.
 * What a term is worth in a document is reckoned when the document is taken in
 * (BM25F with fixed mean lengths, so that it depends on the document alone) and
 * kept in one byte; what it is worth in a question, when it is asked (BM25's idf).
 * Of parts that are written once, newer ones are small and are made one from time
 * to time.
 *
 * It knows no language and no record: words come from daemon/tokens.h, and who may
 * be shown is asked of the caller.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/stem.h"

/* Opaque types. */
struct db_txn;
struct search;       /* what a transaction sees */
struct search_batch; /* documents not yet written */

#define SEARCH_TABLES   2  /* tables it needs, one after the other */
#define SEARCH_TERM_MAX 64 /* bytes of a term's text; longer ones are cut */
#define SEARCH_GROUPS   24 /* groups of a question */
#define SEARCH_WAYS     96 /* ways of one group */

/* Where in a document a term stands. */
enum search_field {
	SEARCH_TITLE,
	SEARCH_SUMMARY,
	SEARCH_TEXT,
	SEARCH_PROVISION,
	SEARCH_ORG,
	SEARCH_FIELDS,
};

enum search_term {
	SEARCH_WORD = 'f',    /* folded */
	SEARCH_EXACT = 'e',   /* as written */
	SEARCH_STEM = 's',    /* in the document's language */
	SEARCH_CONCEPT = 'k', /* id */
	SEARCH_NAME = 'n',    /* word of the name of a programme or network */
	SEARCH_FACET = '=',   /* "status:active"; worth the same everywhere */
};

/* ---- taking in ---- */

/**
 * search_batch_new(ret_batch), search_batch_free(batch):
 * An empty batch.  NULL may be freed.  Return ERR_NOMEM.
 */
enum err search_batch_new(struct search_batch **ret_batch) MUST_CHECK;
void search_batch_free(struct search_batch *batch);

/**
 * search_batch_begin(batch, doc, lang, kind):
 * Begin document ${doc} (not 0), whose words are of ${lang}; ${kind} is handed
 * back with each hit.
 */
void search_batch_begin(struct search_batch *batch, uint32_t doc,
    enum stem_lang lang, uint8_t kind);

/**
 * search_batch_text(batch, field, text):
 * Add the words of ${text} to the document; a text that is not UTF-8 has none.
 * Return ERR_NOMEM.
 */
enum err search_batch_text(struct search_batch *batch, enum search_field field,
    const char *text) MUST_CHECK;

/**
 * search_batch_term(batch, kind, field, text):
 * Add one term to the document, which stands in ${field}.  Return ERR_NOMEM.
 */
enum err search_batch_term(struct search_batch *batch, enum search_term kind,
    enum search_field field, const char *text) MUST_CHECK;

/**
 * search_batch_name(batch, name):
 * Add the words of a programme's or network's name as SEARCH_NAME, folded and
 * stemmed.  Return ERR_NOMEM.
 */
enum err search_batch_name(
    struct search_batch *batch, const char *name) MUST_CHECK;

/**
 * search_batch_end(batch):
 * The document is complete.  Return ERR_NOMEM.
 */
enum err search_batch_end(struct search_batch *batch) MUST_CHECK;

/**
 * search_batch_size(batch):
 * How many pairs of document and term wait in the batch.
 */
size_t search_batch_size(const struct search_batch *batch);

/**
 * search_batch_write(batch, txn, table):
 * Write what is in the batch as one part, and empty it; does nothing if it is
 * empty.  Errors are those of db_put().
 */
enum err search_batch_write(
    struct search_batch *batch, struct db_txn *txn, unsigned table) MUST_CHECK;

/**
 * search_batch_clear(batch):
 * Empty the batch, a document that is not complete too.
 */
void search_batch_clear(struct search_batch *batch);

/**
 * search_forget(txn, table, doc):
 * Have document ${doc} never found again.  Its words stay in the file until
 * search_tend() has made its part anew, and the file was compacted.
 */
enum err search_forget(
    struct db_txn *txn, unsigned table, uint32_t doc) MUST_CHECK;

/**
 * search_tend(old, txn, table, ret_done):
 * Make several small parts one, or one anew that holds words of forgotten
 * documents, if that is due; *${ret_done} tells whether it was.  ${old} is a
 * transaction that only reads and sees the same as ${txn}, which writes.  Errors
 * are those of db_put(), or ERR_DAMAGED.
 */
enum err search_tend(struct db_txn *old, struct db_txn *txn, unsigned table,
    bool *ret_done) MUST_CHECK;

/* ---- asking ---- */

/**
 * search_open(txn, table, ret_search), search_close(search):
 * Look at the parts as ${txn} sees them; close it before ${txn} ends.  NULL may
 * be closed.  Return ERR_NOMEM, ERR_DAMAGED or ERR_IO.
 */
enum err search_open(
    struct db_txn *txn, unsigned table, struct search **ret_search) MUST_CHECK;
void search_close(struct search *search);

/**
 * search_leave(search), search_renew(search, txn):
 * Between two questions: the transaction may end, while ${search} keeps its memory
 * and what it knows of the parts; then look at them as ${txn} sees them, another
 * one that reads from the same open database, which is no work at all if nothing
 * was written since.  In between only search_renew() and search_close() are
 * called, and so after an error.  Errors are those of search_open().
 */
void search_leave(struct search *search);
enum err search_renew(struct search *search, struct db_txn *txn) MUST_CHECK;

/**
 * search_docs(search), search_parts(search):
 * How many documents can be found, and in how many parts they are.
 */
uint64_t search_docs(const struct search *search);
size_t search_parts(const struct search *search);

/**
 * search_count(search, kind, text):
 * In how many documents a term stands, forgotten ones among them.
 */
uint64_t search_count(
    struct search *search, enum search_term kind, const char *text);

/* One way in which a group can be fulfilled. */
struct search_way {
	enum search_term kind;
	char text[SEARCH_TERM_MAX + 1];
	uint16_t weight; /* 1..256: 256 = as good as the word itself */
	/*
	 * Documents in these languages (1 << enum stem_lang) mean something
	 * else by it: there it is worth an eighth.
	 */
	uint8_t elsewhere;
	uint8_t mark; /* the caller's; handed back by search_explain() */
};

/* A document that is given, not searched for. */
struct search_given {
	uint32_t doc;
	uint8_t impact;
};

/* What one word of a question means: any of its ways. */
struct search_group {
	struct search_way *ways;
	size_t count;
	const struct search_given *given; /* by doc; worth weight 256 */
	size_t ngiven;
	uint32_t factor; /* of 256: what the group is worth beside others */
};

struct search_hit {
	uint32_t doc;
	uint32_t target; /* what accept() said */
	uint32_t score;
	uint32_t ordinal; /* of the document: for search_explain() */
	/*
	 * How much of the question it fulfils, of 256, where what is likely
	 * meant counts like the word itself; 0 if the question asked for
	 * neither cover nor all.
	 */
	uint16_t cover;
	uint16_t groups; /* how many groups */
};

struct search_ask {
	const struct search_group *groups;
	size_t count; /* 1..SEARCH_GROUPS */
	bool all;     /* every group must be fulfilled */
	/*
	 * What fulfils less of the question is worth less, beyond what it lacks:
	 * groups weigh by how rare they are, ways by their weights.
	 */
	bool cover;
	/* Where the rest is alike, what is in this language comes first. */
	enum stem_lang lang;
	size_t limit; /* hits wanted */
	/*
	 * Whether ${doc} is wanted; if so, of which target it is a part (itself,
	 * say) and what a hit in it is worth there, of 256.  The best hit counts
	 * for a target.  It is called only for documents that are good enough
	 * by their score.
	 */
	bool (*accept)(void *context, uint32_t doc, uint8_t kind,
	    uint32_t *ret_target, uint32_t *ret_worth);
	void *context;
	/*
	 * Whether time is up; then what was found by then is the answer.  NULL
	 * = it never is.
	 */
	bool (*late)(void *context);
};

/**
 * search_top(search, ask, ret_hits, ret_count, ret_late):
 * Find the ask->limit best targets, best first; of equal ones that with the
 * older document.  This is exact: what is skipped could not have been among
 * them.  ${ret_hits} has room for ask->limit.  *${ret_late} tells whether time
 * was up.  Return ERR_NOMEM, ERR_DAMAGED or ERR_IO.
 */
enum err search_top(struct search *search, const struct search_ask *ask,
    struct search_hit *ret_hits, size_t *ret_count, bool *ret_late) MUST_CHECK;

/**
 * search_explain(search, ask, hit, ret_way):
 * For each group of ${ask} the number of the way that counted most in ${hit};
 * -1 if the group was not fulfilled, ways.count if by a given document.
 * ${ret_way} has room for ask->count.
 */
enum err search_explain(struct search *search, const struct search_ask *ask,
    const struct search_hit *hit, int *ret_way) MUST_CHECK;

/**
 * search_each(search, kind, text, each, context):
 * Call ${each} for every document that a term stands in, by age, with its kind,
 * until it returns false.
 */
enum err search_each(struct search *search, enum search_term kind,
    const char *text, bool (*each)(void *context, uint32_t doc, uint8_t kind),
    void *context) MUST_CHECK;

/* ---- words of the index ---- */

/**
 * search_starting(search, kind, start, each, context, max):
 * Call ${each} for up to ${max} terms of a kind that begin with ${start}, by
 * their bytes, with the number of documents, until it returns false.  A term
 * may come once for every part.
 */
enum err search_starting(struct search *search, enum search_term kind,
    const char *start,
    bool (*each)(void *context, const char *text, uint32_t docs), void *context,
    size_t max) MUST_CHECK;

/**
 * search_within(search, part, each, context, max):
 * Call ${each} for up to ${max} words of eight bytes or more in which ${part}
 * stands after the third byte and ends before the last, or ends the word; a word
 * may come once for every part.
 */
enum err search_within(struct search *search, const char *part,
    bool (*each)(void *context, const char *word, size_t at), void *context,
    size_t max) MUST_CHECK;

/**
 * search_similar(search, word, ret_word):
 * The word of the index that is most like ${word}, which is folded: one letter is
 * another, missing, too much or exchanged with its neighbour; two if the word is
 * longer than seven bytes.  Of equally similar ones that of most documents.
 * Return ERR_NOENT if there is none.
 */
enum err search_similar(struct search *search, const char *word,
    char ret_word[SEARCH_TERM_MAX + 1]) MUST_CHECK;

#endif /* !ERFAD_SEARCH_H */
