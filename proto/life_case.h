#ifndef ERFA_LIFE_CASE_H
#define ERFA_LIFE_CASE_H

/*
 * life_case - everything that is looked at to judge one trial.
 *
 * Who puts a case together has chosen the current versions that were neither
 * erased nor retracted, and knows that the publisher in each envelope is the
 * organisation whose key signed it.  All is borrowed.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/body.h"

/* Opaque types. */
struct heirs;

struct life_case {
	const char *today;       /* "2026-01-31": the day to judge by */
	const Erfa__Body *trial; /* never NULL; holds a trial */

	/* Decisions about the trial, whoever wrote them. */
	const Erfa__Body *const *decisions;
	size_t ndecisions;

	/* Applications about the trial, whoever handed them in; NULL if none was
	 * looked for. */
	const Erfa__Body *const *applications;
	size_t napplications;

	/* Experiences with the trial, whoever wrote them. */
	const Erfa__Body *const *experiences;
	size_t nexperiences;

	/* The trials that it was copied from. */
	const Erfa__Body *const *origins;
	size_t norigins;

	const Erfa__Body *programme; /* the one it runs under, or NULL */
	const struct heirs *heirs;   /* who took over from whom, or NULL */
	const char *heard; /* last day its publisher said a word, or NULL */
};

/**
 * life_is_transcribed(body):
 * Return whether ${body} says what a source says.
 */
bool life_is_transcribed(const Erfa__Body *body);

#endif /* !ERFA_LIFE_CASE_H */
