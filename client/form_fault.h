#ifndef ERFA_FORM_FAULT_H
#define ERFA_FORM_FAULT_H

/*
 * form_fault - what is wrong with a form: all of it, each with its place, and
 * how it is written into the form.
 */

#include <stddef.h>

#include "proto/err.h"

#define FORM_FAULTS_MAX 200 /* faults kept; the others are counted */

/* One mistake.  All of it is printable and stands on one line. */
struct form_fault {
	unsigned line;    /* from 1; 0 = the form as a whole */
	unsigned column;  /* from 1, in characters; 0 with line 0 */
	char path[128];   /* "goals[1].text"; empty = none */
	char what[256];   /* what is wrong, without a full stop */
	char remedy[256]; /* what to do about it; empty = nothing to say */
};

/* A list of mistakes.  One that is all zero is empty. */
struct form_faults {
	struct form_fault *items;
	size_t count;
	size_t all; /* those that were not kept counted too */
};

/**
 * form_faults_add(faults, line, column, path, format, ...):
 * Add a mistake; what the format makes may hold foreign text, which is made
 * safe and cut.  ${path} may be NULL.  Return the new one, for its remedy, or
 * NULL if it was only counted (out of memory counts as no room).
 */
struct form_fault *form_faults_add(struct form_faults *faults, unsigned line,
    unsigned column, const char *path, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/**
 * form_fault_help(fault, format, ...):
 * Set the remedy of ${fault}, made safe and cut as above.  Does nothing for
 * NULL.
 */
void form_fault_help(struct form_fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * form_faults_sort(faults):
 * Put the mistakes into the order of their places.
 */
void form_faults_sort(struct form_faults *faults);

/**
 * form_faults_clear(faults):
 * Free what ${faults} holds and make it empty.
 */
void form_faults_clear(struct form_faults *faults);

/**
 * form_annotate(text, len, faults, ret_text):
 * Make a copy of the form with a line "# ^ ..." above each line that a mistake
 * is about, at its top for those about the whole; such lines of an earlier time
 * are left out.  All else is kept byte for byte, so that the form without these
 * lines is ${text} again.  The lines do not disturb form_read().  The caller
 * frees *${ret_text} with free().  Return ERR_NOMEM.
 */
enum err form_annotate(const char *text, size_t len,
    const struct form_faults *faults, char **ret_text) MUST_CHECK;

#endif /* !ERFA_FORM_FAULT_H */
