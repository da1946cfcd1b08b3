#include "client/form_quote.h"

#include <string.h>
#include <strings.h>

#include "proto/text.h"

#define NBSP "\xc2\xa0"

/* Words that other programs would take for something else than text. */
static const char *const words[] = { "y", "n", "yes", "no", "true", "false",
	"on", "off", "null" };

static bool
looks_typed(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return text[strspn(text, "0123456789.,:+-_eExXoOaAbBcCdDfF")] == '\0' &&
	    strpbrk(text, "0123456789") != NULL;
}

/* May ${text} stand there without quotes? */
static bool
may_be_bare(const char *text)
{
	size_t len = strlen(text);
	size_t i;

	if (len == 0 || strchr("-?:,[]{}#&*!|>'\"%@`~=< ", text[0]) != NULL ||
	    text[len - 1] == ' ' || text[len - 1] == ':' ||
	    !text_clean(text, len, false))
		return false;
	for (i = 0; i + 1 < len; i++)
		if ((text[i] == ':' && text[i + 1] == ' ') ||
		    (text[i] == ' ' && text[i + 1] == '#'))
			return false;
	return strncmp(text, NBSP, strlen(NBSP)) != 0;
}

/* Can ${text} be lines of a block, and be seen for what it is? */
static bool
may_be_block(const char *text)
{
	size_t len = strlen(text);
	const char *at;

	if (len == 0 || strchr(" \t\n", text[0]) != NULL ||
	    strchr(" \t\n", text[len - 1]) != NULL ||
	    !text_clean(text, len, true))
		return false;

	/* A no-break blank at the start of a line reads as indentation. */
	for (at = text; at != NULL; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at + strspn(at, " "), NBSP, strlen(NBSP)) == 0)
			return false;
	}
	return true;
}

static void
put_block(struct jsontext *out, const char *text, unsigned indent)
{
	const char *at = text;
	unsigned i;

	jsontext_puts(out, "|");
	while (at != NULL) {
		size_t len = strcspn(at, "\n");

		jsontext_puts(out, "\n");
		for (i = 0; i < indent && len > 0; i++)
			jsontext_puts(out, " ");
		jsontext_add(out, at, len);
		at = at[len] == '\n' ? at + len + 1 : NULL;
	}
}

void
form_quote(struct jsontext *out, const char *text, unsigned indent, bool block,
    bool plain)
{
	if ((block || strchr(text, '\n') != NULL) && may_be_block(text))
		put_block(out, text, indent);
	else if (may_be_bare(text) && (plain || !looks_typed(text)))
		jsontext_puts(out, text);
	else
		jsontext_string(out, text, strlen(text));
}
