#include "client/cells.h"

#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/print.h"

/* What a spreadsheet takes for the beginning of a formula, in UTF-8; the last
 * four are the wide forms of the first. */
static const char *const formulas[] = { "=", "+", "-", "@", "\t", "\r", "\n",
	"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };

static bool
is_formula(const char *text)
{
	size_t i;

	text += strspn(text, " ");
	for (i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++)
		if (strncmp(text, formulas[i], strlen(formulas[i])) == 0)
			return true;
	return false;
}

/* Copy ${text}, every quote twice; return the end. */
static char *
copy_quoted(char *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"')
			*out++ = '"';
		*out++ = *text;
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
	formula = is_formula(text);
	if ((err = text_gate(text, strlen(text), true, &safe)) != ERR_NONE)
		return err;
	if ((form = malloc(2 * strlen(safe) + 4)) == NULL) {
		free(safe);
		return ERR_NOMEM;
	}
	quoted = strpbrk(safe, "\",;\r\n\t") != NULL;
	at = form;
	if (quoted)
		*at++ = '"';
	if (formula || is_formula(safe))
		*at++ = '\'';
	at = copy_quoted(at, safe);
	if (quoted)
		*at++ = '"';
	*at = '\0';
	free(safe);
	*ret_form = form;
	return ERR_NONE;
}

const char *
cells_plain(const char *text)
{
	return text[0] == '\'' && is_formula(text + 1) ? text + 1 : text;
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
