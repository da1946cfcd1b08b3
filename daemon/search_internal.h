#ifndef ERFAD_SEARCH_INTERNAL_H
#define ERFAD_SEARCH_INTERNAL_H

/*
 * search_internal - what the files of search share.
 *
 *   search_open.c   the parts of the index as a transaction sees them
 *   search_list.c   one list: documents of a term, in blocks, as bytes
 *   search_chunk.c  terms and their lists, many in one row
 *   search_hash.c   where in its chunk a term stands
 *   search_batch.c  documents that wait to become a part
 *   search_write.c  parts written: new ones, and several made one
 *   search_cursor.c where one is in a list
 *   search_top.c    the best documents for a question: see search_rank.h
 *   search_near.c   words of the index that are like another
 *
 * A part is written once and never changed, but for the map of its documents
 * that are gone.  Documents have ordinals, given once and never again; a part
 * holds a range of them, and within it counts from 0.
 *
 *   table PARTS  be32 part, 'h'   what struct part_head holds
 *                be32 part, 'd'   DOC_LEN bytes a document
 *                be32 part, 'g'   one bit a document: gone
 *                be32 part, 'w'   its long words, each ended by NUL
 *                be32 part, 't'   le32 places in 'w', by the rest of the word there
 *                be32 part, 'x'   the steps of chunks, by the hashes of terms
 *                be32 0, 'c'      counters
 *   table TERMS  be32 part, term  a chunk: this term and those after it, with
 *                                 their lists
 *
 * A term is a letter (enum search_term) and its text.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"

/* Opaque types. */
struct chunk_writer;
struct db_cursor;
struct db_txn;
struct search;

#define BLOCK      128U         /* documents of a block */
#define SMALL_LIST 64U          /* up to so many, a list has no blocks */
#define DOC_LEN    8U           /* doc, language, kind, nothing */
#define PART_TERM  (4 + 1 + 64) /* bytes of a key in TERMS, at most */
#define LONG_WORD  8U           /* bytes that a word of 'w' has at least */
#define NO_DOC     UINT32_MAX
#define PARTS_MAX  256U

/*
 * Terms and lists of a chunk; the last one may go beyond it.  With chunks so large
 * a part has few rows: which of them holds a term is told by one page.
 */
#define CHUNK_BYTES 1048576U

/* ---- search_list.c ---- */

/* A list as bytes, to be read block by block. */
struct list {
	const uint8_t *blocks; /* what is known of each; NULL for a small one */
	const uint8_t *data;
	size_t data_len;
	uint32_t count;   /* documents */
	uint32_t nblocks; /* 1 for a small one */
	uint32_t limit;   /* its documents are below */
	uint32_t shift;   /* added to its documents when they are read */
	uint8_t max;      /* greatest impact */
};

/* What is known of a block before it is read. */
struct list_block {
	uint32_t last; /* its last document */
	uint32_t at;   /* in data */
	uint8_t max;   /* greatest impact */
	uint8_t width; /* bits of a difference */
};

/**
 * list_size(count), list_write(docs, impacts, count, out):
 * Write a list of ${count} documents, rising, with their impacts, into ${out},
 * which has room for list_size() bytes; return how many it took.
 */
size_t list_size(uint32_t count);
size_t list_write(
    const uint32_t *docs, const uint8_t *impacts, uint32_t count, uint8_t *out);

/**
 * list_open(bytes, limit, ret_list):
 * Look at a list whose documents are below ${limit}.  Return ERR_DAMAGED if its
 * lengths do not fit.
 */
enum err list_open(
    struct bytes bytes, uint32_t limit, struct list *ret_list) MUST_CHECK;

/**
 * list_block(list, number, ret_block):
 * What is known of block ${number}.
 */
void list_block(
    const struct list *list, uint32_t number, struct list_block *ret_block);

/**
 * list_read(list, number, docs, ret_impacts):
 * Read block ${number}: its documents, and where their impacts stand.  Return
 * how many there are; 0 if the block is damaged.
 */
uint32_t list_read(const struct list *list, uint32_t number,
    uint32_t docs[BLOCK], const uint8_t **ret_impacts);

/* ---- search_cursor.c ---- */

/* A way of a question in one part. */
struct cursor {
	struct list list;
	const uint8_t *impacts; /* of the block that was read */
	uint32_t weight;
	uint32_t most;   /* weight * greatest impact */
	uint32_t number; /* of the block at hand; list.nblocks at the end */
	uint32_t first;  /* its documents are not below */
	uint32_t last;   /* and not above */
	uint32_t block_most;
	uint32_t count; /* documents that were read; 0 = none yet */
	uint32_t at;    /* of these; what is before it was passed */
	uint32_t here;  /* most that it gives in the window at hand */
	uint32_t worth; /* how well the way fulfils its group */
	uint8_t elsewhere;
	uint8_t group;
	bool aside;  /* not read in the window at hand, but asked */
	bool passed; /* blocks in the window at hand were not read */
	bool damaged;
	uint32_t docs[BLOCK];
};

/**
 * cursor_begin(cursor), cursor_seek(cursor, doc), cursor_read(cursor):
 * Go to the beginning of cursor->list, which stands there with the weight; to the
 * first document that is not below ${doc}, which is returned, NO_DOC at the end;
 * and read the block at hand, false if there is none.  One never goes back.  A
 * block that cannot be read is the end, and leaves cursor->damaged.
 */
void cursor_begin(struct cursor *cursor);
uint32_t cursor_seek(struct cursor *cursor, uint32_t doc);
bool cursor_read(struct cursor *cursor);

/**
 * cursor_near(cursor, doc):
 * Pass the blocks that end before ${doc}, reading none.  Return what the first
 * document not below ${doc} is not below; NO_DOC at the end.
 */
uint32_t cursor_near(struct cursor *cursor, uint32_t doc);

/**
 * cursor_pass(cursor):
 * Go on to the next block, whether that at hand was read or not.
 */
void cursor_pass(struct cursor *cursor);

/**
 * cursor_most(cursor, doc, end):
 * The most that a document from ${doc}, to which the cursor was brought by
 * cursor_near(), and before ${end} can give.
 */
uint32_t cursor_most(const struct cursor *cursor, uint32_t doc, uint32_t end);

/**
 * cursor_look(cursor, doc, ret_impact):
 * Whether the list holds ${doc}, and with what impact, wherever the cursor is and
 * without moving it.
 */
bool cursor_look(
    const struct cursor *cursor, uint32_t doc, uint8_t *ret_impact);

/* ---- search_open.c ---- */

struct part_head {
	uint32_t part;  /* number */
	uint32_t first; /* ordinal of its first document */
	uint32_t count; /* ordinals */
	uint32_t gone;  /* of these: gone */
	bool dirty;     /* words of such are still in it */
};

struct counters {
	uint32_t low;     /* number of the last part that a batch made */
	uint32_t high;    /* of the last that was made of others */
	uint32_t ordinal; /* the next document's */
};

/* A chunk, by its first term; lent by the transaction. */
struct chunk_row {
	uint64_t start; /* the first bytes of that term */
	struct bytes term;
	struct bytes val;
};

/* A part that can be read; lent by the transaction. */
struct part {
	struct part_head head;
	const uint8_t *docs;
	const uint8_t *gone; /* NULL = none is */
	struct bytes hashes; /* no bytes = it has no terms */
	struct chunk_row
	    *chunks; /* in order; NULL until a term is looked for */
	size_t nchunks;
};

#define PART_MADE UINT32_C(0x80000000) /* numbers of parts made of others */

/* What memory is used for while a question is answered. */
enum room {
	ROOM_WEIGHTS,
	ROOM_FOUND,
	ROOM_GIVEN,
	ROOM_CURSORS,
	ROOM_SCORES,
	ROOM_WORTHS,
	ROOM_PART, /* of the way in which a part is gone through */
	ROOMS
};

struct search {
	struct db_txn *txn; /* NULL after search_leave() */
	uint64_t snapshot;  /* in which the parts were read; 0 = in none */

	struct {
		void *data;
		size_t size;
	} rooms[ROOMS];

	unsigned table; /* PARTS; TERMS is the next */
	struct counters counters;
	struct part *parts; /* by ordinal */
	size_t count;
	size_t size;
	uint64_t docs; /* in all of them, not gone */
};

/**
 * search_room(search, room, size):
 * ${size} bytes, whatever stands in them, lent until the same room is asked for
 * anew, or the search is left.  They are kept for the next question, since the
 * heap is slow to find as much.  NULL if there is no memory.
 */
void *search_room(struct search *search, enum room room, size_t size);

/**
 * part_key(part, tail, len, buf):
 * A key of the tables: ${buf} has room for it.
 */
struct bytes part_key(
    uint32_t part, const void *tail, size_t len, uint8_t buf[PART_TERM]);

/**
 * part_value(search, part, name, ret_val):
 * The value ${name}, one letter, of a part; no bytes if it has none.
 */
enum err part_value(struct search *search, const struct part *part,
    const char *name, struct bytes *ret_val) MUST_CHECK;

/**
 * part_put(search, head), part_drop(search, part):
 * Write the head of a part; remove all of a part.
 */
enum err part_put(
    struct search *search, const struct part_head *head) MUST_CHECK;
enum err part_drop(struct search *search, uint32_t part) MUST_CHECK;

/**
 * counters_put(search):
 * Write the counters.
 */
enum err counters_put(struct search *search) MUST_CHECK;

/**
 * search_refresh(search):
 * Read the parts anew after they were changed.
 */
enum err search_refresh(struct search *search) MUST_CHECK;

/* ---- search_hash.c ---- */

/* The terms of a part that is written, each as its hash and its step. */
struct hashes {
	uint64_t *items;
	size_t count;
	size_t size;
};

/* Where one is among the steps that may hold a term. */
struct hash_seek {
	const uint8_t *lines;
	uint32_t count; /* of lines */
	uint32_t line;
	uint32_t at;   /* in the line */
	uint32_t left; /* lines not looked at to their end */
	uint32_t mark; /* that the entry has */
};

/**
 * hash_bytes(data, len, seed):
 * A number that hardly any other ${len} bytes have, of the same seed; the same on
 * every machine.
 */
uint64_t hash_bytes(const void *data, size_t len, uint64_t seed);

/**
 * hash_fits(table):
 * Whether the lengths of a part's hashes fit.
 */
bool hash_fits(struct bytes table);

/**
 * hash_begin(table, term, ret_seek), hash_next(seek, ret_step):
 * Go through the numbers of the steps that may hold ${term}; false after the
 * last.  Where a chunk holds the term, one of them is its step there; others, and
 * most of what is said of a term that the part does not hold, are chance.
 */
void hash_begin(
    struct bytes table, struct bytes term, struct hash_seek *ret_seek);
bool hash_next(struct hash_seek *seek, uint32_t *ret_step);

/**
 * hash_fetch(table, term):
 * Say that hash_begin() will be asked about ${term} soon.
 */
void hash_fetch(struct bytes table, struct bytes term);

/**
 * hashes_add(hashes, term, step), hashes_write(hashes, search, part):
 * Add a term that stands in a chunk's step ${step}, below 65,536; and write all of
 * them.  hashes->items is the caller's, to be freed.  Errors are those of
 * db_put().
 */
enum err hashes_add(
    struct hashes *hashes, struct bytes term, uint32_t step) MUST_CHECK;
enum err hashes_write(const struct hashes *hashes, struct search *search,
    uint32_t part) MUST_CHECK;

/* ---- search_chunk.c ---- */

struct chunk {
	struct bytes bytes;
	uint32_t count; /* of terms */
};

/* Where one is in a chunk. */
struct place {
	uint32_t next;     /* number of the next term */
	size_t at;         /* where it begins */
	struct bytes list; /* of the term at hand */
	size_t len;        /* of that term */
	uint8_t term[PART_TERM];
};

/* Where one is among the terms of a part. */
struct term_walk {
	struct db_cursor *cursor;
	struct chunk chunk;
	struct place place;
	uint32_t part;
	struct bytes term; /* at hand: lent; without data at the end */
	struct bytes list;
};

/**
 * chunk_open(val, ret_chunk):
 * Look at a chunk.  Return ERR_DAMAGED if its lengths do not fit.
 */
enum err chunk_open(struct bytes val, struct chunk *ret_chunk) MUST_CHECK;

/**
 * chunk_start(chunk, step, ret_place), chunk_next(chunk, place),
 * place_term(place):
 * Go to where terms begin that can be read without those before (step 0: the
 * first); read the next one, of which place->next must be below chunk->count; and
 * the term at hand, lent until the next is read.  Return ERR_DAMAGED if the bytes
 * do not fit.
 */
void chunk_start(
    const struct chunk *chunk, uint32_t step, struct place *ret_place);
enum err chunk_next(const struct chunk *chunk, struct place *place) MUST_CHECK;
struct bytes place_term(const struct place *place);

/**
 * chunk_find(chunk, term, place):
 * Go to the first term that is not before ${term}.  Return ERR_NOENT if all are,
 * ERR_DAMAGED if the bytes do not fit.
 */
enum err chunk_find(const struct chunk *chunk, struct bytes term,
    struct place *place) MUST_CHECK;

/**
 * term_compare(a, b):
 * The order of two terms: below, equal to or above zero.
 */
int term_compare(struct bytes a, struct bytes b);

/**
 * part_list(search, part, term, len, ret_list):
 * Find a term's list in a part; ERR_NOENT if it has none.
 */
enum err part_list(struct search *search, struct part *part, const char *term,
    size_t len, struct list *ret_list) MUST_CHECK;

/* How far it is known where a term stands. */
enum fetch_stage {
	FETCH_HASH,
	FETCH_STEP,
	FETCH_TERM,
	FETCH_STAGES
};

/**
 * part_fetch(search, part, term, stage):
 * Say that part_list() will be asked about ${term} soon.  Each stage, from 0 on,
 * has fetched what tells the one before where to look; those of several terms are
 * waited for together.
 */
void part_fetch(struct search *search, struct part *part, struct bytes term,
    enum fetch_stage stage);

/**
 * term_begin(search, part, from, walk), term_next(walk), term_end(walk):
 * Go through the terms of a part, from the first that is not before ${from}.  End
 * it after an error too.
 */
enum err term_begin(struct search *search, uint32_t part, struct bytes from,
    struct term_walk *walk) MUST_CHECK;
enum err term_next(struct term_walk *walk) MUST_CHECK;
void term_end(struct term_walk *walk);

/**
 * chunk_writer_new(search, part, ret_writer), chunk_writer_free(writer):
 * A writer of the terms of a part.  NULL may be freed.  Return ERR_NOMEM.
 */
enum err chunk_writer_new(struct search *search, uint32_t part,
    struct chunk_writer **ret_writer) MUST_CHECK;
void chunk_writer_free(struct chunk_writer *writer);

/**
 * chunk_add(writer, term, docs, impacts, count), chunk_end(writer):
 * Write the next term, in their order; write what is left, and where each term
 * stands.  Errors are those of db_put().
 */
enum err chunk_add(struct chunk_writer *writer, struct bytes term,
    const uint32_t *docs, const uint8_t *impacts, uint32_t count) MUST_CHECK;
enum err chunk_end(struct chunk_writer *writer) MUST_CHECK;

#endif /* !ERFAD_SEARCH_INTERNAL_H */
