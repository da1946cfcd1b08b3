#ifndef ERFA_STEP_H
#define ERFA_STEP_H

/*
 * step - the steps in which the records of an imported line are made.
 *
 * The first failure is kept in err, and from then on every step does nothing,
 * so that steps can be written one after the other.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"

#define STEP_PARTS_MAX 6   /* records of one line */
#define STEP_FAULT_MAX 512 /* bytes of a fault's text, the NUL counted */

struct corpus_json;
struct corpus_table;

/* The records of one line, what others refer to first. */
struct step_parts {
	Erfa__Body *body[STEP_PARTS_MAX];
	size_t count;
};

/* What a country's files are written in and how its codes look. */
struct step_country {
	const char *name; /* in the file: "DK" */
	const char *id;   /* in ids: "dk" */
	const char *language;
	size_t digits; /* of a municipality's code */
};

/* The making of one line's records. */
struct step {
	const struct corpus_table *table;
	const char *org; /* who publishes them */
	const struct corpus_json *json;
	struct step_parts *parts;
	char fault[STEP_FAULT_MAX]; /* what is wrong and what helps */
	enum err err;               /* of the first step that failed */
	const struct step_country *country;
	const char *id;        /* external id of the line's own records */
	char as_of[12];        /* newest year of its sources, or "" */
	Erfa__Body *programme; /* NULL if the line names none */
	Erfa__Body *network;
	Erfa__Body *trial;
};

/**
 * step_parts_clear(parts):
 * Free the records in ${parts} and empty it.
 */
void step_parts_clear(struct step_parts *parts);

/**
 * step_fault(step, format, ...):
 * Fail with ERR_SYNTAX and this text, unless a step has failed before.
 */
void step_fault(struct step *step, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * step_fault_word(step, key, word, remedy):
 * Fail because ${word}, which stands at ${key} of the file, is not known.
 */
void step_fault_word(
    struct step *step, const char *key, const char *word, const char *remedy);

/**
 * step_put(step, field, text):
 * Set ${field} to a copy of ${text}; NULL leaves it absent.
 */
void step_put(struct step *step, char **field, const char *text);

/**
 * step_room(step, count, size):
 * Return zeroed room for ${count} elements, to be hung into a record; NULL if
 * there are none, or after a failure.
 */
void *step_room(struct step *step, size_t count, size_t size);

/**
 * step_message(step, desc):
 * Return an empty message of ${desc}, to be hung into a record; NULL after a
 * failure.
 */
void *step_message(struct step *step, const ProtobufCMessageDescriptor *desc);

/**
 * step_refer(step, field, body):
 * Set ${field} to a reference to the record in ${body}; NULL leaves it absent.
 */
void step_refer(
    struct step *step, Erfa__RecordRef **field, const Erfa__Body *body);

#endif /* !ERFA_STEP_H */
