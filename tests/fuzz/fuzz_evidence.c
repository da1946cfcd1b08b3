/*
 * Fuzz a table of results from its bytes to what is shown: whatever stands in
 * it, there is no NaN in the report, and it can be drawn.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json.h"
#include "client/evidence.h"
#include "client/evidence_csv.h"
#include "client/evidence_table.h"
#include "client/forest.h"
#include "client/forest_svg.h"
#include "client/print.h"

#define TABLE_MAX 4096 /* longer ones only take longer */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_texts(const Erfa__EvidenceReport *report)
{
	char *text = NULL;

	if (json_from_message(&report->base, NULL, &text) == ERR_NONE &&
	    (strstr(text, ":\"NaN\"") != NULL ||
		strstr(text, ":\"Infinity\"") != NULL ||
		strstr(text, ":\"-Infinity\"") != NULL))
		abort();
	free(text);
	text = NULL;
	if (forest_svg(report, &text) == ERR_NONE &&
	    (strstr(text, "=\"nan") != NULL || strstr(text, "=\"inf") != NULL))
		abort();
	free(text);
	text = NULL;
	if (evidence_csv(report, &text) == ERR_NONE)
		free(text);
}

static void
try_plots(const Erfa__EvidenceReport *report, bool utf8)
{
	struct print_options options = { .utf8 = utf8, .columns = 80 };
	struct print *print = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	size_t i;

	if (file == NULL)
		return;
	if (print_new(file, &options, &print) == ERR_NONE) {
		for (i = 0; i < report->n_pool; i++)
			forest_print(print, report->pool[i]);
		(void)!print_finish(print);
	}
	print_free(print);
	(void)fclose(file);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct evidence_options options = { .level = 0.95 };
	struct evidence_table *table = NULL;
	struct evidence *evidence = NULL;
	Erfa__EvidenceStudy *const *studies;
	size_t count;

	if (len == 0 || len > TABLE_MAX)
		return 0;
	options.method = (enum meta_method)(data[0] % 3);
	options.ci = (enum meta_ci)(data[0] / 3 % 2);
	if (evidence_table_read((const char *)data + 1, len - 1, EFFECT_ANY,
		&table) != ERR_NONE)
		return 0;
	studies = evidence_table_studies(table, &count);
	if (evidence_new(studies, count, &options, &evidence) == ERR_NONE) {
		try_texts(evidence_report(evidence));
		try_plots(evidence_report(evidence), data[0] % 2 == 0);
	}
	evidence_free(evidence);
	evidence_table_free(table);
	return 0;
}
