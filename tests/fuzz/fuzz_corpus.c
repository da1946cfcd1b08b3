/*
 * Fuzz the lines of import files: what is taken can be written out again, and
 * what was written is taken and comes out the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/corpus.h"
#include "client/corpus_export.h"
#include "client/corpus_table.h"

#define PARTS_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The tables, read once; targets are run from the top folder. */
static const struct corpus_table *
tables(void)
{
	static struct corpus_table *table;
	char fault[CORPUS_TABLE_FAULT];

	if (table == NULL &&
	    corpus_table_open("conf", &table, fault) != ERR_NONE)
		abort();
	return table;
}

/* Read one line and write it out again; NULL if it is refused. */
static char *
through(const char *text, size_t len)
{
	const struct corpus_record *records;
	const Erfa__Body *bodies[PARTS_MAX];
	struct corpus *corpus = NULL;
	char *line = NULL;
	size_t count;
	size_t i;

	if (corpus_new(tables(), "dk-791", &corpus) != ERR_NONE)
		abort();
	if (corpus_line(corpus, 1, text, len) == ERR_NONE) {
		records = corpus_records(corpus, &count);
		for (i = 0; i < count && i < PARTS_MAX; i++)
			bodies[i] = records[i].body;
		if (corpus_export(bodies, i, &line) != ERR_NONE)
			abort();
	}
	corpus_free(corpus);
	return line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *first = through((const char *)data, len);
	char *second;

	if (first == NULL)
		return 0;
	second = through(first, strlen(first));
	if (second == NULL || strcmp(first, second) != 0)
		abort();
	free(first);
	free(second);
	return 0;
}
