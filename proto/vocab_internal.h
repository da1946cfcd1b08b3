#ifndef ERFA_VOCAB_INTERNAL_H
#define ERFA_VOCAB_INTERNAL_H

/*
 * vocab_internal - what the files of the vocabulary share and nobody else sees.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/vocab.h"
#include "proto/vocab_stem.h"

#define VOCAB_NONE       UINT16_MAX /* no concept */
#define VOCAB_LINES_MAX  64 /* of one kind in one concept: notes, notations … */
#define VOCAB_BUCKETS    32768
#define VOCAB_PART_BYTES 5 /* a shorter label is no part of a longer word */

struct vocab_concept {
	const char *id;
	size_t line;
	uint32_t label_first; /* in vocab.labels */
	uint16_t label_count;
	uint32_t line_first; /* in vocab.lines */
	uint16_t line_count;
	uint16_t instead; /* VOCAB_NONE unless deprecated */
	bool value;       /* a controlled value: the id has a dot */
	uint32_t link_first[VOCAB_LINKS]; /* in vocab.links */
	uint16_t link_count[VOCAB_LINKS];
};

/* A line of a concept that is no label: its word, language and text. */
struct vocab_line {
	const char *key;
	const char *text;
	size_t line;
	enum vocab_lang lang; /* VOCAB_ANY if it names none */
};

/* A label as it stands in the file. */
struct vocab_entry {
	struct vocab_label label;
	size_t line;
	bool alone; /* neither part of a longer word nor inflected */
};

/* A label as it is looked up. */
struct vocab_term {
	const char *folded; /* its words, a blank between two */
	uint32_t label;     /* in vocab.labels */
	uint16_t concept;
	uint8_t family; /* enum vocab_family */
	uint8_t words;
	uint8_t len[VOCAB_LABEL_WORDS];  /* of each word */
	uint8_t stem[VOCAB_LABEL_WORDS]; /* what is left without its ending */
	uint8_t keep[VOCAB_LABEL_WORDS]; /* what every form of it begins with */
	uint32_t next;      /* term with the same first stem, + 1 */
	uint32_t part_next; /* the same among parts of words, + 1 */
	uint8_t part_len;   /* what of it is looked for in longer words */
	bool hidden;        /* a hidden stem */
	bool alone;         /* neither part of a longer word nor inflected */
};

struct vocab {
	char *bytes; /* the file, cut into strings */
	char *folded;
	struct vocab_concept *concepts;
	size_t count;
	struct vocab_entry *labels;
	size_t label_count;
	struct vocab_line *lines;
	size_t line_count;
	uint16_t *links;
	size_t link_count;
	struct vocab_term *terms;
	size_t term_count;
	uint32_t buckets[VOCAB_BUCKETS];      /* terms by first stem, + 1 */
	uint32_t part_buckets[VOCAB_BUCKETS]; /* by the label, + 1 */
	uint8_t begins[VOCAB_BUCKETS];        /* bits: how a label may begin */
	uint32_t *known;   /* hashes of words and stems, by family; 0 = free */
	size_t known_room; /* a power of two */
};

/**
 * vocab_fault(report, line, text, ...):
 * Note a fault, unless ${report} is NULL.
 */
void vocab_fault(struct vocab_report *report, size_t line, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/**
 * vocab_parse(vocab, report):
 * Cut vocab->bytes into concepts, labels and lines.  Faults go to ${report}.
 * Return ERR_LIMIT, ERR_NOMEM.
 */
enum err vocab_parse(
    struct vocab *vocab, struct vocab_report *report) MUST_CHECK;

/**
 * vocab_join(vocab, report):
 * Make links of the lines that name other concepts.  Faults go to ${report}.
 * Return ERR_NOMEM.
 */
enum err vocab_join(
    struct vocab *vocab, struct vocab_report *report) MUST_CHECK;

/**
 * vocab_index(vocab, report):
 * Fold the labels and make them ready to be looked up.  Faults go to ${report}.
 * Return ERR_LIMIT or ERR_NOMEM.
 */
enum err vocab_index(
    struct vocab *vocab, struct vocab_report *report) MUST_CHECK;

/**
 * vocab_check(vocab, report):
 * Hold the whole to the rules of vocab_load() that lines alone do not show.
 * Return ERR_NOMEM.
 */
enum err vocab_check(
    struct vocab *vocab, struct vocab_report *report) MUST_CHECK;

/**
 * vocab_is_word(vocab, family, text, len):
 * Whether the ${len} bytes of ${text} are a word of a label of ${family}, or one
 * with an ending or a letter that links it to what follows.
 */
bool vocab_is_word(const struct vocab *vocab, enum vocab_family family,
    const char *text, size_t len);

/**
 * vocab_hash(hash, byte):
 * The next hash of a string; it begins with VOCAB_HASH.
 */
uint32_t vocab_hash(uint32_t hash, char byte);
#define VOCAB_HASH 2166136261U

/**
 * vocab_begin_bit(word, len):
 * Which bit of vocab->begins stands for the first four bytes of ${word}.
 */
uint32_t vocab_begin_bit(const char *word, size_t len);

#endif /* !ERFA_VOCAB_INTERNAL_H */
