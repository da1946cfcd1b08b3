/*
 * Fuzz what people type and what others wrote: gated text is clean, folding is a
 * fixed point, an invitation or a record id that was read prints and reads back, and
 * so does the number of a section.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/invite.h"
#include "proto/record.h"
#include "proto/section.h"
#include "proto/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_gate(const char *text, size_t len, bool multiline)
{
	char *safe = NULL;

	if (text_gate(text, len, multiline, &safe) != ERR_NONE)
		return;
	if (!text_clean(safe, strlen(safe), multiline))
		abort();
	if (text_cut(safe, text_width(safe)) != strlen(safe))
		abort();
	free(safe);
}

static void
try_fold(const char *text)
{
	char *once = NULL;
	char *twice = NULL;

	if (text_fold(text, &once) == ERR_NONE &&
	    (text_fold(once, &twice) != ERR_NONE ||
		!text_valid(once, strlen(once))))
		abort();
	free(once);
	free(twice);
}

static void
try_line(const char *text)
{
	char line[INVITE_LINE_MAX + 1];
	char id[RECORD_ID_CHARS + 1];
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];
	struct invite invite;

	(void)invite_missing(text);
	if (invite_parse(text, &invite) == ERR_NONE) {
		invite_print(&invite, line);
		if (invite_parse(line, &invite) != ERR_NONE)
			abort();
	}
	if (record_parse_full(text, org, record) == ERR_NONE) {
		record_print(org, record, RECORD_CHARS, id);
		if (record_parse_full(id, org, record) != ERR_NONE)
			abort();
	}
}

static enum err
first_number(void *context, const char *number)
{
	if (strcmp(context, number) != 0)
		abort();
	return ERR_LIMIT;
}

static enum err
each_number(void *context, const char *number)
{
	char citation[SECTION_ROOM + 8];
	char copy[SECTION_ROOM];
	const char *end;

	(void)context;
	if (strlen(number) >= SECTION_ROOM)
		abort();
	memcpy(copy, number, strlen(number) + 1);
	(void)snprintf(citation, sizeof(citation), "\xc2\xa7 %s", number);
	if (section_find(citation, &end) != citation || *end != '\0' ||
	    section_each(citation, first_number, copy) != ERR_LIMIT)
		abort();
	return ERR_NONE;
}

static void
try_section(const char *text)
{
	const char *end;
	bool found = section_find(text, &end) != NULL;

	if (found && (end <= text || end > text + strlen(text)))
		abort();
	if (section_each(text, each_number, NULL) != ERR_NONE)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		return 0;
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	try_gate(text, len, true);
	try_gate(text, len, false);
	try_fold(text);
	try_line(text);
	try_section(text);
	free(text);
	return 0;
}
