/*
 * Fuzz the reader of forms: what it takes comes back the same from its own form;
 * what it refuses it refuses in printable words, and the marked form is the form
 * with lines in between.  The first byte chooses the kind.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "client/form.h"
#include "client/form_mail.h"

#define KINDS (uint32_t)(HEADER_GROUP - HEADER_PROFILE + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The same fields make the same bytes. */
static void
must_be_same(const Erfa__Body *a, const Erfa__Body *b)
{
	uint8_t *a_buf = NULL;
	uint8_t *b_buf = NULL;
	size_t a_len = 0;
	size_t b_len = 0;

	must(body_encode(a, &a_buf, &a_len) == ERR_NONE);
	must(body_encode(b, &b_buf, &b_len) == ERR_NONE);
	must(a_len == b_len && memcmp(a_buf, b_buf, a_len) == 0);
	free(a_buf);
	free(b_buf);
}

static void
round_trip(const struct form_words *words, const Erfa__Body *body)
{
	struct form_faults faults = { 0 };
	Erfa__Body *again = NULL;
	char *text = NULL;

	must(form_write(words, body, NULL, &text) == ERR_NONE);
	/* The comments may make a form too long that was not. */
	if (strlen(text) <= FORM_TEXT_MAX) {
		must(form_read(words, body_kind(body), text, strlen(text),
			 &faults, &again) == ERR_NONE);
		must_be_same(body, again);
		body_free(again);
	}
	form_faults_clear(&faults);
	free(text);
}

/* All that is told is one printable line each. */
static void
must_be_told(const char *text, size_t len, const struct form_faults *faults)
{
	char *marked = NULL;
	size_t i, k;

	must(faults->all > 0);
	for (i = 0; i < faults->count; i++) {
		must(faults->items[i].what[0] != '\0');
		for (k = 0; faults->items[i].what[k] != '\0'; k++)
			must((unsigned char)faults->items[i].what[k] >= ' ');
		for (k = 0; faults->items[i].remedy[k] != '\0'; k++)
			must((unsigned char)faults->items[i].remedy[k] >= ' ');
	}
	must(form_annotate(text, len, faults, &marked) == ERR_NONE);
	free(marked);
}

/* The first line may also be an assignment. */
static void
assign(
    const struct form_words *words, uint32_t kind, const char *text, size_t len)
{
	struct form_fault fault = { 0 };
	Erfa__Body *body = NULL;
	char *line = malloc(len + 1);
	enum err err;

	must(line != NULL && body_new(kind, &body) == ERR_NONE);
	memcpy(line, text, len);
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	err = form_set(words, body, line, &fault);
	must(err == ERR_NONE || fault.what[0] != '\0');
	if (err == ERR_NONE)
		round_trip(words, body);
	body_free(body);
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct form_words *words;
	struct form_faults faults = { 0 };
	Erfa__Body *body = NULL;
	const char *text;
	uint32_t kind;

	if (words == NULL)
		must(form_words_open("conf", "nb", &words) == ERR_NONE);
	if (len == 0)
		return 0;
	kind = HEADER_PROFILE + (uint32_t)data[0] % KINDS;
	text = (const char *)data + 1;
	len--;
	if (form_read(words, kind, text, len, &faults, &body) == ERR_NONE)
		round_trip(words, body);
	else
		must_be_told(text, len, &faults);
	assign(words, kind, text, len);
	body_free(body);
	form_faults_clear(&faults);
	return 0;
}
