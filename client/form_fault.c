#include "client/form_fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/speech.h"

#define RAW_MAX 512 /* bytes of a message before it is made safe */
#define MARK    "# ^ "

/* Cut ${text} to ${room} bytes, the NUL counted, between two characters. */
static void
put(char *out, size_t room, const char *text)
{
	size_t len = strlen(text);

	if (len >= room) {
		len = room - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out, text, len);
	out[len] = '\0';
}

/* Format, make safe and cut. */
__attribute__((format(printf, 3, 0))) static void
put_format(char *out, size_t room, const char *format, va_list args)
{
	char raw[RAW_MAX];
	char *safe = NULL;

	(void)vsnprintf(raw, sizeof(raw), speech(format), args);
	/* A character cut in two at the end would be shown as an escape. */
	put(raw, sizeof(raw), raw);
	if (text_gate(raw, strlen(raw), false, &safe) != ERR_NONE) {
		put(out, room, "?");
		return;
	}
	put(out, room, safe);
	free(safe);
}

struct form_fault *
form_faults_add(struct form_faults *faults, unsigned line, unsigned column,
    const char *path, const char *format, ...)
{
	struct form_fault *fault;
	struct form_fault *items;
	va_list args;

	faults->all++;
	if (faults->count == FORM_FAULTS_MAX)
		return NULL;
	if (faults->items == NULL) {
		items = calloc(FORM_FAULTS_MAX, sizeof(*items));
		if (items == NULL)
			return NULL;
		faults->items = items;
	}
	fault = &faults->items[faults->count++];
	memset(fault, 0, sizeof(*fault));
	fault->line = line;
	fault->column = column;
	if (path != NULL)
		put(fault->path, sizeof(fault->path), path);
	va_start(args, format);
	put_format(fault->what, sizeof(fault->what), format, args);
	va_end(args);
	return fault;
}

void
form_fault_help(struct form_fault *fault, const char *format, ...)
{
	va_list args;

	if (fault == NULL)
		return;
	va_start(args, format);
	put_format(fault->remedy, sizeof(fault->remedy), format, args);
	va_end(args);
}

/* Lines first, then columns. */
static int
compare(const void *a, const void *b)
{
	const struct form_fault *left = a;
	const struct form_fault *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->column != right->column)
		return left->column < right->column ? -1 : 1;
	return strcmp(left->what, right->what);
}

void
form_faults_sort(struct form_faults *faults)
{
	if (faults->count > 1)
		qsort(faults->items, faults->count, sizeof(*faults->items),
		    compare);
}

void
form_faults_clear(struct form_faults *faults)
{
	free(faults->items);
	memset(faults, 0, sizeof(*faults));
}

/* Write ${text} with quotation marks that could not end a text of the form. */
static void
write_quiet(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '"' || *text == '\'')
			(void)fputs(*text == '"' ? "”" : "’", out);
		else
			(void)fputc(*text, out);
}

/* Write the marks of all mistakes of ${line}. */
static void
write_marks(FILE *out, const struct form_faults *faults, unsigned line)
{
	size_t i;

	for (i = 0; i < faults->count; i++) {
		const struct form_fault *fault = &faults->items[i];

		if (fault->line != line)
			continue;
		(void)fputs(MARK, out);
		write_quiet(out, fault->path);
		(void)fputs(fault->path[0] != '\0' ? ": " : "", out);
		write_quiet(out, fault->what);
		(void)fputs(fault->remedy[0] != '\0' ? "; " : "", out);
		write_quiet(out, fault->remedy);
		(void)fputc('\n', out);
	}
}

/* Say that there are more mistakes than marks. */
static void
write_count(FILE *out, const struct form_faults *faults)
{
	(void)fputs(MARK, out);
	(void)fprintf(out, _("%zu mistakes, the first %zu of them"),
	    faults->all, faults->count);
	(void)fputc('\n', out);
}

static void
write_lines(
    FILE *out, const char *text, size_t len, const struct form_faults *faults)
{
	unsigned line = 0;
	size_t at = 0;

	if (faults->all > faults->count)
		write_count(out, faults);
	write_marks(out, faults, 0);
	while (at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t used = end == NULL ? len - at :
					    (size_t)(end - text) - at + 1;

		line++;
		write_marks(out, faults, line);
		if (used < strlen(MARK) ||
		    memcmp(text + at, MARK, strlen(MARK)) != 0)
			(void)fwrite(text + at, 1, used, out);
		at += used;
	}
}

enum err
form_annotate(const char *text, size_t len, const struct form_faults *faults,
    char **ret_text)
{
	char *made = NULL;
	size_t made_len = 0;
	FILE *out = open_memstream(&made, &made_len);

	if (out == NULL)
		return ERR_NOMEM;
	write_lines(out, text, len, faults);
	if (fclose(out) != 0) {
		free(made);
		return ERR_NOMEM;
	}
	*ret_text = made;
	return ERR_NONE;
}
