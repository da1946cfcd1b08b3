#include "client/corpus.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/record.h"
#include "client/corpus_build.h"
#include "client/speech.h"
#include "client/step.h"

#define BOM "\xef\xbb\xbf" /* a byte order mark, which some editors write */

/* A record that a line told of: what it is found by, and on which line. */
struct seen {
	uint32_t kind;
	const char *external_id; /* lent by the record's body */
	unsigned line;
};

struct corpus {
	const struct corpus_table *table;
	char org[ORG_MAX + 1];
	struct corpus_record *records;
	size_t count;
	size_t room;
	void *seen; /* tree of struct seen */
	struct corpus_fault *faults;
	size_t kept;
	size_t all;
};

static int
seen_compare(const void *a, const void *b)
{
	const struct seen *left = a;
	const struct seen *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return strcmp(left->external_id, right->external_id);
}

/* The earlier record of this kind and external id, or NULL. */
static const struct seen *
seen_find(const struct corpus *corpus, uint32_t kind, const char *external_id)
{
	struct seen key = { .kind = kind, .external_id = external_id };
	void *node = tfind(&key, &corpus->seen, seen_compare);

	return node == NULL ? NULL : *(struct seen *const *)node;
}

static enum err
seen_add(struct corpus *corpus, const struct corpus_record *record)
{
	struct seen *seen = malloc(sizeof(*seen));

	if (seen == NULL)
		return ERR_NOMEM;
	*seen = (struct seen){ .kind = record->kind,
		.external_id = record->external_id,
		.line = record->line };
	if (tsearch(seen, &corpus->seen, seen_compare) == NULL) {
		free(seen);
		return ERR_NOMEM;
	}
	return ERR_NONE;
}

/* Count a fault, and keep it while there are few. */
static enum err
fault_add(struct corpus *corpus, unsigned line, const char *text)
{
	struct corpus_fault *grown;

	corpus->all++;
	if (corpus->kept == CORPUS_FAULTS_MAX)
		return ERR_SYNTAX;
	grown = realloc(corpus->faults, (corpus->kept + 1) * sizeof(*grown));
	if (grown == NULL)
		return ERR_NOMEM;
	corpus->faults = grown;
	grown[corpus->kept].line = line;
	(void)snprintf(grown[corpus->kept].text,
	    sizeof(grown[corpus->kept].text), "%s", text);
	corpus->kept++;
	return ERR_SYNTAX;
}

/* Take ${body} over as a record; on failure it is freed. */
static enum err
record_add(struct corpus *corpus, unsigned line, Erfa__Body *body)
{
	size_t room = corpus->room == 0 ? 64 : 2 * corpus->room;
	struct corpus_record *grown;
	struct corpus_record *record;
	enum err err;

	if (corpus->count == corpus->room) {
		grown = realloc(corpus->records, room * sizeof(*grown));
		if (grown == NULL) {
			body_free(body);
			return ERR_NOMEM;
		}
		corpus->records = grown;
		corpus->room = room;
	}
	record = &corpus->records[corpus->count];
	*record = (struct corpus_record){ .kind = body_kind(body),
		.external_id = body->envelope->external_id,
		.body = body,
		.line = line };
	record_import(header_kind_name(record->kind), record->external_id,
	    record->record);
	if ((err = seen_add(corpus, record)) != ERR_NONE) {
		body_free(body);
		return err;
	}
	corpus->count++;
	return ERR_NONE;
}

/* Take the records of a good line over, each that is new. */
static enum err
parts_take(struct corpus *corpus, unsigned line, struct step_parts *parts)
{
	enum err err = ERR_NONE;
	Erfa__Body *body;
	size_t i;

	for (i = 0; i < parts->count && err == ERR_NONE; i++) {
		body = parts->body[i];
		if (seen_find(corpus, body_kind(body),
			body->envelope->external_id) != NULL)
			continue;
		parts->body[i] = NULL;
		err = record_add(corpus, line, body);
	}
	step_parts_clear(parts);
	return err;
}

/* Whether an earlier line has the same id; the fault says which. */
static bool
is_duplicate(const struct corpus *corpus, const struct corpus_json *json,
    char *ret_fault)
{
	const struct seen *seen = seen_find(
	    corpus, HEADER_TRIAL, corpus_json_text(json, "id"));

	if (seen == NULL)
		return false;
	(void)snprintf(ret_fault, CORPUS_FAULT_MAX,
	    _("id: the same as in line %u: give each trial an id of its own, "
	      "or leave one of the lines out"),
	    seen->line);
	return true;
}

enum err
corpus_new(const struct corpus_table *table, const char *org,
    struct corpus **ret_corpus)
{
	struct corpus *corpus;

	if (!header_org_valid(org))
		return ERR_SYNTAX;
	if ((corpus = calloc(1, sizeof(*corpus))) == NULL)
		return ERR_NOMEM;
	corpus->table = table;
	memcpy(corpus->org, org, strlen(org) + 1);
	*ret_corpus = corpus;
	return ERR_NONE;
}

void
corpus_free(struct corpus *corpus)
{
	size_t i;

	if (corpus == NULL)
		return;
	tdestroy(corpus->seen, free);
	for (i = 0; i < corpus->count; i++)
		body_free((Erfa__Body *)(uintptr_t)corpus->records[i].body);
	free(corpus->records);
	free(corpus->faults);
	free(corpus);
}

enum err
corpus_line(struct corpus *corpus, unsigned line, const char *text, size_t len)
{
	struct step_parts parts = { .count = 0 };
	struct corpus_json *json = NULL;
	char fault[CORPUS_FAULT_MAX] = "";
	enum err err;

	err = corpus_json_parse(text, len, &json, fault);
	if (err == ERR_NONE && is_duplicate(corpus, json, fault))
		err = ERR_SYNTAX;
	if (err == ERR_NONE)
		err = corpus_build(
		    corpus->table, corpus->org, json, &parts, fault);
	corpus_json_free(json);
	if (err == ERR_SYNTAX)
		return fault_add(corpus, line, fault);
	return err == ERR_NONE ? parts_take(corpus, line, &parts) : err;
}

/*
 * Read one line of at most CORPUS_LINE_MAX bytes to ${out}; what is longer is
 * passed over to its end.  Return how long the line was, its end not counted.
 */
static size_t
line_read(FILE *file, char *out, bool *ret_end)
{
	size_t len = 0;
	int c;

	while ((c = getc(file)) != EOF && c != '\n') {
		if (len < CORPUS_LINE_MAX)
			out[len] = (char)c;
		len++;
	}
	*ret_end = c == EOF;
	return len;
}

static bool
is_blank(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (strchr(" \t\r", text[i]) == NULL || text[i] == '\0')
			return false;
	}
	return true;
}

/* One line as the file has it. */
static enum err
line_take(struct corpus *corpus, unsigned line, const char *text, size_t len)
{
	char fault[CORPUS_FAULT_MAX];

	if (len > CORPUS_LINE_MAX) {
		(void)snprintf(fault, sizeof(fault),
		    _("%zu bytes long, more than the %d that one line may have: "
		      "write each trial on a line of its own, shortened"),
		    len, CORPUS_LINE_MAX);
		return fault_add(corpus, line, fault);
	}
	if (line == 1 && len >= strlen(BOM) &&
	    memcmp(text, BOM, strlen(BOM)) == 0) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	return is_blank(text, len) ? ERR_NONE :
				     corpus_line(corpus, line, text, len);
}

enum err
corpus_read(struct corpus *corpus, FILE *file)
{
	char *text = malloc(CORPUS_LINE_MAX);
	unsigned line = 0;
	size_t total = 0;
	size_t len;
	bool end = false;
	enum err err = ERR_NONE;

	if (text == NULL)
		return ERR_NOMEM;
	while (!end) {
		len = line_read(file, text, &end);
		total += len + 1;
		if (ferror(file))
			err = ERR_IO;
		else if (total > CORPUS_FILE_MAX)
			err = ERR_LIMIT;
		else
			err = line_take(corpus, ++line, text, len);
		if (err != ERR_NONE && err != ERR_SYNTAX)
			break;
		err = ERR_NONE;
	}
	free(text);
	return err;
}

const struct corpus_record *
corpus_records(const struct corpus *corpus, size_t *ret_count)
{
	*ret_count = corpus->count;
	return corpus->records;
}

const struct corpus_fault *
corpus_faults(const struct corpus *corpus, size_t *ret_count, size_t *ret_all)
{
	*ret_count = corpus->kept;
	*ret_all = corpus->all;
	return corpus->faults;
}
