#ifndef ERFA_BODY_RULE_H
#define ERFA_BODY_RULE_H

/*
 * body_rule - the limit and the form of each field of a body.
 *
 * The same as the marks in body.proto, which a test compares with this table:
 * protobuf-c keeps no comments, and an option of our own would have every
 * reader of the schema need a second file.
 */

#include <stdbool.h>

#define BODY_CHARS 4000 /* characters of a string without a mark */
#define BODY_ITEMS 64   /* elements of a list without a mark */

/* How the text, or the number, of a field must look. */
enum body_form {
	FORM_TEXT,     /* any clean text */
	FORM_DATE,     /* as precise as is known */
	FORM_TIME,     /* UTC, to the second */
	FORM_ORG,      /* [a-z0-9-], 2 to 32 */
	FORM_LANGUAGE, /* one of ten */
	FORM_COUNTRY,  /* two lower-case letters */
	FORM_RECORD,   /* <org>/<26 characters> */
	FORM_HEX16,    /* 16 digits */
	FORM_HEX64,    /* 64 digits */
	FORM_YEAR,     /* a number, 1000 to 9999 */
	FORM_MONTH,    /* a number, 1 to 12 */
	FORM_OVER_0,   /* a number over 0 */
};

/* What one field must keep to. */
struct body_rule {
	const char *field; /* "Trial.title" */
	unsigned chars;
	unsigned items;
	enum body_form form;
};

/**
 * body_rule_find(message, field):
 * Return the rule for ${field} of ${message}, by their names in body.proto;
 * the general limits and FORM_TEXT if the field has no mark of its own.
 */
struct body_rule body_rule_find(const char *message, const char *field);

/**
 * body_form_valid(form, text):
 * Return whether the string ${text} has ${form}; FORM_YEAR, FORM_MONTH and
 * FORM_OVER_0 are no forms of strings, and nothing has them here.
 */
bool body_form_valid(enum body_form form, const char *text);

/**
 * body_form_number(form, number):
 * Return whether ${number} has ${form}; every number has FORM_TEXT.
 */
bool body_form_number(enum body_form form, long long number);

/**
 * body_form_real(form, number):
 * Return whether the finite ${number} has ${form}; only FORM_OVER_0 asks for
 * anything.
 */
bool body_form_real(enum body_form form, double number);

/**
 * body_form_says(form):
 * Return what ${form} asks for, to stand after "must be ".  Never NULL.
 */
const char *body_form_says(enum body_form form);

#endif /* !ERFA_BODY_RULE_H */
