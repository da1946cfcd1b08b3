#ifndef ERFA_EVIDENCE_COLUMN_H
#define ERFA_EVIDENCE_COLUMN_H

/*
 * evidence_column - what the columns of a table of studies are called, and what
 * words may stand in them.
 *
 * Names are ours and those that metafor uses for the same, in small or capital
 * letters.  Reading the table is evidence_table's.
 */

#include <stdbool.h>
#include <stddef.h>

/* The cells of a study, as columns name them. */
enum evidence_cell {
	EVIDENCE_AFTER,
	EVIDENCE_COMPARISON,
	EVIDENCE_BEFORE,
	EVIDENCE_COMPARISON_BEFORE,
	EVIDENCE_CELLS,
};

/* What a column holds. */
enum evidence_kind {
	COLUMN_TEXT,   /* at an offset of the study */
	COLUMN_NUMBER, /* of the study */
	COLUMN_OF_CELL,
	COLUMN_OF_PAIRS,
	COLUMN_OF_ESTIMATE,
	COLUMN_FLAG, /* yes or no, of the study */
	COLUMN_DESIGN,
	COLUMN_POLARITY,
	COLUMN_MEASURE,
	COLUMN_WITHOUT, /* units of a cell without the event */
	COLUMN_EFFECT,  /* on the scale that is pooled */
	COLUMN_RATIO,   /* on the ratio scale */
};

struct evidence_column {
	const char *names; /* with blanks between them; the first is ours */
	const char *help;
	enum evidence_kind kind;
	enum evidence_cell cell;
	size_t has; /* offsets, as kind says */
	size_t value;
};

/**
 * evidence_column_find(text):
 * The column that ${text} names, blanks around it not counted; NULL if none.
 */
const struct evidence_column *evidence_column_find(const char *text);

/**
 * evidence_column_flag(text, ret_value), evidence_column_design(text, ret_value),
 * evidence_column_polarity(text, ret_value):
 * Read yes or no, a design, or which way is better, as a number of its
 * enumeration.  Return false, and write nothing, if ${text} is none.
 */
bool evidence_column_flag(const char *text, int *ret_value);
bool evidence_column_design(const char *text, int *ret_value);
bool evidence_column_polarity(const char *text, int *ret_value);

/**
 * evidence_column_trim(text):
 * Move *${text} behind the blanks it begins with; return how many bytes there are
 * before those it ends with.
 */
size_t evidence_column_trim(const char **text);

/**
 * evidence_column_at(i, ret_names, ret_help):
 * The names of the column number ${i} that is known, from 0, with blanks between
 * them, and in English what it holds; NULL if that is said of one before it.
 * Return false if there are not so many.
 */
bool evidence_column_at(
    size_t i, const char **ret_names, const char **ret_help);

#endif /* !ERFA_EVIDENCE_COLUMN_H */
