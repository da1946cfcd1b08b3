#include "client/cells.h"

#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/print.h"

/* What ends a cell where the list separator is a semicolon, and a quote in the
 * middle of a line means nothing. */
#define BREAKS ";\t\r\n"

/* What a spreadsheet takes for the beginning of a formula, in UTF-8; the last
 * four are the wide forms of the first. */
static const char *const formulas[] = { "=", "+", "-", "@", "\xef\xbc\x9d",
	"\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };

/* Whether ${text} begins with the mark of a formula, behind any of ${before}.
 * An apostrophe always is one of these: so each gets another, and all of them
 * come back. */
static bool
is_formula(const char *text, const char *before)
{
	size_t i;

	text += strspn(text, before);
	for (i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++)
		if (strncmp(text, formulas[i], strlen(formulas[i])) == 0)
			return true;
	return false;
}

/* Whether a cell that begins with ${text} is taken for a formula. */
static bool
begins(const char *text)
{
	const char *first = text + strspn(text, " '");

	return is_formula(text, " '") ||
	    (*first != '\0' && strchr("\t\r\n", *first) != NULL);
}

/* Whether what stands behind a break is, by whom that ends a cell.  Quotes there
 * are dropped, or are ours, which are two. */
static bool
goes_on(const char *text)
{
	return is_formula(text, " '\"");
}

/* Copy ${text}, every quote twice, and with an apostrophe before what would be a
 * formula in a cell of its own; return the end. */
static char *
copy_quoted(char *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"')
			*out++ = '"';
		*out++ = *text;
		if (strchr(BREAKS, *text) != NULL && goes_on(text + 1))
			*out++ = '\'';
	}
	return out;
}

enum err
cells_form(const char *text, char **ret_form)
{
	char *safe = NULL;
	char *form;
	char *at;
	bool formula;
	bool quoted;
	enum err err;

	if (text == NULL)
		text = "";
	formula = begins(text);
	if ((err = text_gate(text, strlen(text), true, &safe)) != ERR_NONE)
		return err;
	/* A quote takes two bytes, and so does a break. */
	if ((form = malloc(2 * strlen(safe) + 4)) == NULL) {
		free(safe);
		return ERR_NOMEM;
	}
	quoted = strpbrk(safe, "\",;\r\n\t") != NULL;
	at = form;
	if (quoted)
		*at++ = '"';
	if (formula || begins(safe))
		*at++ = '\'';
	at = copy_quoted(at, safe);
	if (quoted)
		*at++ = '"';
	*at = '\0';
	free(safe);
	*ret_form = form;
	return ERR_NONE;
}

size_t
cells_plain(char *text)
{
	const char *from = text;
	char *to = text;

	if (from[0] == '\'' && begins(from + 1))
		from++;
	while (*from != '\0') {
		*to++ = *from++;
		if (strchr(BREAKS, to[-1]) != NULL && from[0] == '\'' &&
		    goes_on(from + 1))
			from++;
	}
	*to = '\0';
	return (size_t)(to - text);
}

void
cells_put(struct cells *cells, const char *text)
{
	char *form = NULL;

	if (cells->begun)
		print_raw(cells->print, ",");
	cells->begun = true;
	if (cells_form(text, &form) != ERR_NONE)
		cells->lost = true;
	else
		print_raw(cells->print, form);
	free(form);
}

enum err
cells_end(struct cells *cells)
{
	bool lost = cells->lost;

	print_raw(cells->print, "\r\n");
	cells->begun = false;
	cells->lost = false;
	return lost ? ERR_NOMEM : ERR_NONE;
}
