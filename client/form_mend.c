#include "client/form_mend.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LETTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* The start of line ${line}, from 0; the end of the text if it is not there. */
static char *
find_line(char *work, size_t line)
{
	char *end;

	while (line > 0 && (end = strchr(work, '\n')) != NULL) {
		work = end + 1;
		line--;
	}
	return line > 0 ? work + strlen(work) : work;
}

/* What an unquoted text may not begin with, but a person may well write. */
static bool
begins_oddly(const char *value)
{
	if (strchr("@`%", value[0]) != NULL)
		return true;
	return (value[0] == '-' || value[0] == '?') && value[1] == ' ';
}

/* Does the text hold what YAML takes for a field in it? */
static bool
holds_colon(const char *value, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (value[i] == ':' && (i + 1 == len || value[i + 1] == ' '))
			return true;
	return false;
}

/* Find the text of "  - name: text"; return NULL if this is no such line. */
static const char *
find_value(const char *line)
{
	const char *at = line + strspn(line, " ");

	while (at[0] == '-' && at[1] == ' ')
		at += 1 + strspn(at + 1, " ");
	if (strspn(at, NAME_LETTERS) == 0)
		return NULL;
	at += strspn(at, NAME_LETTERS);
	if (at[0] != ':' || at[1] != ' ')
		return NULL;
	return at + 1 + strspn(at + 1, " ");
}

/* Write ${value} in single quotes to ${out}; return its end. */
static char *
quote(char *out, const char *value, size_t len)
{
	size_t i;

	*out++ = '\'';
	for (i = 0; i < len; i++) {
		if (value[i] == '\'')
			*out++ = '\'';
		*out++ = value[i];
	}
	*out++ = '\'';
	return out;
}

enum err
form_mend_quote(char **work_p, size_t line)
{
	const char *value = find_value(find_line(*work_p, line));
	const char *rest;
	size_t len;
	size_t before;
	char *made;
	char *out;

	if (value == NULL)
		return ERR_NOENT;
	rest = value + strcspn(value, "\n");
	len = (size_t)(rest - value);
	while (len > 0 && value[len - 1] == ' ')
		len--;
	if (len == 0 || strchr("'\"[]{}|>&*!#,", value[0]) != NULL ||
	    (!begins_oddly(value) && !holds_colon(value, len)))
		return ERR_NOENT;

	/* Each of its characters may be a quotation mark. */
	if ((made = malloc(strlen(*work_p) + len + 3)) == NULL)
		return ERR_NOMEM;
	before = (size_t)(value - *work_p);
	memcpy(made, *work_p, before);
	out = quote(made + before, value, len);
	memcpy(out, rest, strlen(rest) + 1);
	free(*work_p);
	*work_p = made;
	return ERR_NONE;
}

static bool
is_blank(const char *line)
{
	return line[strspn(line, " \t")] == '\n' ||
	    line[strspn(line, " \t")] == '\0';
}

/* Blank one line and return the start of the next. */
static char *
blank(char *line)
{
	size_t len = strcspn(line, "\n");

	memset(line, ' ', len);
	return line[len] == '\n' ? line + len + 1 : line + len;
}

/* Does a field of the outermost level begin here? */
static bool
is_outermost(const char *line)
{
	return line[0] != '\0' && strchr(" \t\n#-]}", line[0]) == NULL;
}

/* Blank the outermost field that ${line} stands in. */
static bool
blank_outermost(const char *work, char *line)
{
	bool any = false;

	while (line > work && !is_outermost(line)) {
		line--;
		while (line > work && line[-1] != '\n')
			line--;
	}
	do {
		any = any || !is_blank(line);
		line = blank(line);
	} while (*line != '\0' && !is_outermost(line));
	return any;
}

bool
form_mend_blank(char *work, size_t line)
{
	char *at = find_line(work, line);
	size_t indent;

	/* A mistake at the end of the text is one of its last line. */
	if (*at == '\0' && at > work) {
		at--;
		while (at > work && at[-1] != '\n')
			at--;
	}
	if (is_blank(at))
		return blank_outermost(work, at);
	indent = strspn(at, " ");
	at = blank(at);
	while (*at != '\0' && (is_blank(at) || strspn(at, " ") > indent))
		at = blank(at);
	return true;
}
