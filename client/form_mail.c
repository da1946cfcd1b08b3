#include "client/form_mail.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define TAB_BLANKS 2 /* what a tab at the start of a line stands for */
#define BOM        "\xef\xbb\xbf"
#define NBSP       "\xc2\xa0"

struct mail {
	const char *at;
	const char *end;
	char *out;
	unsigned line;
	unsigned column;
	bool named; /* something of this line was named already */
	struct form_faults *faults;
};

/* Bytes of the character at the start, which need not be UTF-8. */
static size_t
character(const struct mail *mail)
{
	size_t left = (size_t)(mail->end - mail->at);
	size_t len;

	for (len = 1; len <= 4 && len <= left; len++)
		if (text_valid(mail->at, len))
			return len;
	return 0;
}

/* Name the character that cannot stand here, once a line. */
static void
name(struct mail *mail, size_t len)
{
	struct form_fault *fault;

	if (mail->named)
		return;
	mail->named = true;
	if (len == 0) {
		fault = form_faults_add(mail->faults, mail->line, mail->column,
		    NULL, "a byte that is not UTF-8 (0x%02x)",
		    (unsigned)(unsigned char)mail->at[0]);
		form_fault_help(fault, "save the form with the encoding UTF-8");
		return;
	}
	fault = form_faults_add(mail->faults, mail->line, mail->column, NULL,
	    "an invisible or control character (%.*s)", (int)len, mail->at);
	form_fault_help(fault, "delete it and write the word anew");
}

/* Bytes of the blank, no-break or not, that stands here; 0 = another thing. */
static size_t
blank(const struct mail *mail)
{
	size_t left = (size_t)(mail->end - mail->at);

	if (left >= 1 && mail->at[0] == ' ')
		return 1;
	return left >= 2 && memcmp(mail->at, NBSP, 2) == 0 ? 2 : 0;
}

/* Write what the start of a line should have been. */
static void
start_line(struct mail *mail)
{
	bool quoted = false;
	int i;

	while (mail->at < mail->end && *mail->at == '>') {
		mail->at++;
		quoted = true;
	}
	if (quoted && mail->at < mail->end && *mail->at == ' ')
		mail->at++;
	while (mail->at < mail->end && *mail->at == '\t') {
		for (i = 0; i < TAB_BLANKS; i++)
			*mail->out++ = ' ';
		mail->at++;
	}
	while (blank(mail) > 0) {
		mail->at += blank(mail);
		*mail->out++ = ' ';
		mail->column++;
	}
}

/* Copy one character, or what stands for it. */
static void
copy(struct mail *mail)
{
	size_t len = character(mail);

	if (len > 0 && text_clean(mail->at, len, true)) {
		memcpy(mail->out, mail->at, len);
		mail->out += len;
	} else {
		name(mail, len);
		*mail->out++ = ' ';
	}
	mail->at += len == 0 ? 1 : len;
	mail->column++;
}

/* Copy all lines, each newline being one byte. */
static void
copy_lines(struct mail *mail)
{
	while (mail->at < mail->end) {
		mail->line++;
		mail->column = 1;
		mail->named = false;
		start_line(mail);
		while (mail->at < mail->end && *mail->at != '\n' &&
		    *mail->at != '\r')
			copy(mail);
		if (mail->at == mail->end)
			break;
		if (*mail->at == '\r' && mail->end - mail->at > 1 &&
		    mail->at[1] == '\n')
			mail->at++;
		mail->at++;
		*mail->out++ = '\n';
	}
	*mail->out = '\0';
}

/* Is this something else than a text? */
static enum err
refuse(const char *text, size_t len, struct form_faults *faults)
{
	struct form_fault *fault;

	if (len > FORM_TEXT_MAX) {
		fault = form_faults_add(faults, 0, 0, NULL,
		    "the form is longer than %d bytes (%zu)", FORM_TEXT_MAX,
		    len);
		form_fault_help(fault, "shorten its longest texts");
		return ERR_SIZE;
	}
	if (memchr(text, '\0', len) != NULL) {
		fault = form_faults_add(
		    faults, 0, 0, NULL, "the file is no plain text in UTF-8");
		form_fault_help(fault, "save it as plain text, encoding UTF-8");
		return ERR_SYNTAX;
	}
	return ERR_NONE;
}

enum err
form_mail(
    const char *text, size_t len, struct form_faults *faults, char **ret_work)
{
	struct mail mail = { .at = text, .end = text + len, .faults = faults };
	enum err err;

	if ((err = refuse(text, len, faults)) != ERR_NONE)
		return err;

	/* Only a tab takes more room than it had. */
	*ret_work = malloc(len * TAB_BLANKS + 1);
	if (*ret_work == NULL)
		return ERR_NOMEM;
	mail.out = *ret_work;
	if (len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0)
		mail.at += strlen(BOM);
	copy_lines(&mail);
	return ERR_NONE;
}
