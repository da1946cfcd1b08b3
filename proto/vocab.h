#ifndef ERFA_VOCAB_H
#define ERFA_VOCAB_H

/*
 * vocab - what words mean, in the languages of the Nordic countries: concepts
 * with their labels, read from bytes in the format of conf/vocabulary.txt.
 *
 * conf/search_words.txt has the same format; its concepts are controlled values
 * ("verdict.did_not_work", "country.fi") and the words by which people ask for
 * them.  What is loaded never changes, so any number of threads may read it.
 * Everything lent out lives as long as the vocabulary.
 *
 * Concepts are numbered from 0 in the order of their ids.  The number may change
 * with the next edition of the file; the id does not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

#define VOCAB_BYTES_MAX    1048576 /* bytes of a file */
#define VOCAB_CONCEPTS_MAX 4096
#define VOCAB_LABELS_MAX   65535
#define VOCAB_LABEL_MAX    120 /* bytes of one label, also when folded */
#define VOCAB_LABEL_WORDS  8
#define VOCAB_FAULTS_MAX   50  /* that a report keeps */
#define VOCAB_FAULT_MAX    200 /* bytes of one, the NUL counted */
#define VOCAB_WORD_MAX     64 /* bytes looked at of one word that is looked up */

/* Opaque types. */
struct vocab;
struct vocab_words;

enum vocab_lang {
	VOCAB_EN,
	VOCAB_DA,
	VOCAB_NB,
	VOCAB_NN, /* only where it differs from Bokmål */
	VOCAB_SV,
	VOCAB_FI,
	VOCAB_IS,
	VOCAB_LANGS,
	VOCAB_ANY = VOCAB_LANGS, /* no language is preferred */
};

enum vocab_kind {
	VOCAB_PREF,   /* what it is called */
	VOCAB_ALT,    /* what it is also called */
	VOCAB_OLD,    /* what it should no longer be called */
	VOCAB_HIDDEN, /* found, never shown */
};

struct vocab_label {
	enum vocab_lang lang;
	enum vocab_kind kind;
	bool stem;         /* a word that begins with text is meant */
	bool checked;      /* no "?" behind it: not in doubt */
	const char *text;  /* as written, without marks */
	const char *until; /* VOCAB_OLD: year or day it was given up, or NULL */
	const char *instead; /* VOCAB_OLD: what to say now, or NULL */
};

enum vocab_link {
	VOCAB_BROADER,
	VOCAB_NARROWER, /* derived from broader */
	VOCAB_RELATED,  /* in both directions */
	VOCAB_CLOSE,    /* nearly the same; in both directions */
	VOCAB_LINKS,
};

/* How words and a label came together, the surest first. */
enum vocab_how {
	VOCAB_EXACT,     /* word by word, folded */
	VOCAB_INFLECTED, /* with other endings */
	VOCAB_STEM,      /* the word begins with a hidden stem */
	VOCAB_PART,      /* the label is part of a longer word */
};

struct vocab_match {
	uint16_t concept;
	uint16_t label; /* of the concept: vocab_label() */
	uint16_t first; /* number of the first word, from 0 */
	uint16_t count; /* of words */
	enum vocab_lang lang;
	enum vocab_how how;
};

/* What is wrong with a file. */
struct vocab_fault {
	size_t line; /* from 1 */
	char text[VOCAB_FAULT_MAX];
};

struct vocab_report {
	size_t count; /* of all faults; the first VOCAB_FAULTS_MAX are kept */
	struct vocab_fault faults[VOCAB_FAULTS_MAX];
};

/**
 * vocab_load(bytes, len, ret_vocab, report):
 * Read the ${len} bytes of a vocabulary, and hold them to all its rules: valid
 * composed UTF-8, sorted by id, no id twice, no link to nowhere, no circle of
 * broader concepts, no label of two concepts within a language without a note,
 * every concept defined in one sentence.  The bytes are copied.  Free with
 * vocab_free().  Return ERR_SYNTAX, with every fault and its line in ${report}
 * (which may be NULL), if a rule is broken; ERR_SIZE if there is nothing in it,
 * or more than VOCAB_BYTES_MAX; ERR_LIMIT if there are too many concepts or
 * labels; or ERR_NOMEM.
 */
enum err vocab_load(const char *bytes, size_t len, struct vocab **ret_vocab,
    struct vocab_report *report) MUST_CHECK;

/**
 * vocab_know(vocab, others):
 * Take the words of ${others}, which may be NULL, for parts of compounds too: a
 * label of ${vocab} that ends or begins a longer word is found only if what is
 * left of that is a word of the same language.  It is done before ${vocab} is
 * shared.  Return ERR_NOMEM, and use ${vocab} no more but to free it.
 */
enum err vocab_know(struct vocab *vocab, const struct vocab *others) MUST_CHECK;

/**
 * vocab_free(vocab):
 * Does nothing for NULL.
 */
void vocab_free(struct vocab *vocab);

/**
 * vocab_lang_of(code, ret_lang):
 * The language that ${code} means: "da", "nn_NO.UTF-8", "no" (Bokmål).  Return
 * ERR_NOENT if it is none of them.
 */
enum err vocab_lang_of(const char *code, enum vocab_lang *ret_lang) MUST_CHECK;

/**
 * vocab_lang_code(lang):
 * Two letters; "" for VOCAB_ANY.
 */
const char *vocab_lang_code(enum vocab_lang lang);

/**
 * vocab_count(vocab):
 * How many concepts there are.
 */
size_t vocab_count(const struct vocab *vocab);

/**
 * vocab_find(vocab, id, ret_concept):
 * The number of the concept ${id}.  Return ERR_NOENT.
 */
enum err vocab_find(
    const struct vocab *vocab, const char *id, size_t *ret_concept) MUST_CHECK;

/**
 * vocab_id(vocab, concept):
 * The id of a concept: home_care, verdict.worked.
 */
const char *vocab_id(const struct vocab *vocab, size_t concept);

/**
 * vocab_name(vocab, concept, lang):
 * What the concept is called in ${lang}; for Nynorsk without a word of its own,
 * in Bokmål; else in English; the id if nothing else is there.
 */
const char *vocab_name(
    const struct vocab *vocab, size_t concept, enum vocab_lang lang);

/**
 * vocab_labels(vocab, concept), vocab_label(vocab, concept, label):
 * How many labels the concept has, and one of them.
 */
size_t vocab_labels(const struct vocab *vocab, size_t concept);
const struct vocab_label *vocab_label(
    const struct vocab *vocab, size_t concept, size_t label);

/**
 * vocab_definition(vocab, concept, lang):
 * What it means, in one sentence of ${lang}, else of English; NULL if the concept
 * is a controlled value, which needs none.
 */
const char *vocab_definition(
    const struct vocab *vocab, size_t concept, enum vocab_lang lang);

/**
 * vocab_note(vocab, concept, n):
 * Remark ${n}, from 0, on the use of the concept's words, in English: false
 * friends above all.  NULL beyond the last.
 */
const char *vocab_note(const struct vocab *vocab, size_t concept, size_t n);

/**
 * vocab_notation(vocab, concept, n):
 * Notation ${n}, from 0, in another classification: "cofog:10.2".  NULL beyond
 * the last.
 */
const char *vocab_notation(const struct vocab *vocab, size_t concept, size_t n);

/**
 * vocab_value(vocab, concept, n):
 * Controlled value ${n}, from 0, of the records that says the same:
 * "sector.elder_care", "purpose.efficiency".  A controlled value's own id is its
 * first.  NULL beyond the last.
 */
const char *vocab_value(const struct vocab *vocab, size_t concept, size_t n);

/**
 * vocab_sector(vocab, concept):
 * The code of the sector in which the concept is at home, its own or that of
 * the nearest broader concept that names one; NULL if none does.
 */
const char *vocab_sector(const struct vocab *vocab, size_t concept);

/**
 * vocab_replaced(vocab, concept, ret_instead):
 * Whether the concept is deprecated; *${ret_instead} becomes the concept that
 * replaces it.
 */
bool vocab_replaced(
    const struct vocab *vocab, size_t concept, size_t *ret_instead);

/**
 * vocab_linked(vocab, concept, link, ret_count):
 * The concepts that ${link} leads to directly, and how many they are.
 */
const uint16_t *vocab_linked(const struct vocab *vocab, size_t concept,
    enum vocab_link link, size_t *ret_count);

/**
 * vocab_narrower(vocab, concept, ret_concepts, max):
 * Write all concepts below ${concept} at any depth, each once, not itself, to
 * ${ret_concepts}, at most ${max}; those nearer come first.  Return how many were
 * written.
 */
size_t vocab_narrower(const struct vocab *vocab, size_t concept,
    uint16_t *ret_concepts, size_t max);

/**
 * vocab_match(vocab, words, count, lang, ret_matches, max):
 * Find the labels in ${count} words, which must be folded (proto/text.h) and hold
 * letters and digits only, as vocab_words_new() makes them.  At every place the
 * longest label wins, whatever its language; of the meanings of one length
 * those of ${lang} hide all others (Bokmål and Nynorsk count as one), and exact
 * ones hide inflected ones.  A word of fewer than five letters is not taken for
 * Finnish or Icelandic unless that is ${lang} or ${lang} is VOCAB_ANY; and unless
 * ${lang} is that or English, what is left of a label of another language without
 * its ending must have six letters, or eight if the languages are no neighbours.
 * A single word without a label is taken apart: "hjemmeplejeforsøg" names home
 * care and trial; but what stands beside a short label must be a word too, as
 * vocab_know() says.  Matches come in the order of the words; several may begin at
 * one place.  Time grows with ${count} alone, of which
 * the first 65,535 are looked at, and words longer than VOCAB_WORD_MAX mean nothing.
 * Return how many matches were written, at most ${max}.
 */
size_t vocab_match(const struct vocab *vocab, const char *const *words,
    size_t count, enum vocab_lang lang, struct vocab_match *ret_matches,
    size_t max);

/**
 * vocab_near(vocab, word, lang, ret_matches, max):
 * The concepts with a label nearest in spelling to ${word}, which is folded: at
 * most one letter in four differs.  The nearest first, those of ${lang} before
 * others.  Return how many were written, at most ${max}.
 */
size_t vocab_near(const struct vocab *vocab, const char *word,
    enum vocab_lang lang, struct vocab_match *ret_matches, size_t max);

/**
 * vocab_words_new(text, ret_words), vocab_words_free(words):
 * Fold ${text} and cut it into words.  NULL may be freed.  Return ERR_SYNTAX if
 * ${text} is not UTF-8, or ERR_NOMEM.
 */
enum err vocab_words_new(
    const char *text, struct vocab_words **ret_words) MUST_CHECK;
void vocab_words_free(struct vocab_words *words);

/**
 * vocab_words_list(words, ret_count):
 * The words, in their order; lent as long as ${words} lives.
 */
const char *const *vocab_words_list(
    const struct vocab_words *words, size_t *ret_count);

#endif /* !ERFA_VOCAB_H */
