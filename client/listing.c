#include "client/listing.h"

#include <protobuf-c/protobuf-c.h>

#include "client/pages.h"
#include "client/print.h"
#include "client/run.h"
#include "client/table.h"

#define WIDE 110 /* columns */

bool
listing_wide(const struct run *run)
{
	unsigned columns = print_columns(run->out);

	return columns == 0 || columns >= WIDE;
}

int
listing_table(struct run *run, const struct ProtobufCMessage *answer,
    const char *field, const struct table_column *columns, size_t ncolumns,
    listing_add *add)
{
	const ProtobufCMessage *item;
	struct table *table = NULL;
	int status = EXIT_DONE;
	size_t i;

	if (table_new(run->out, columns, ncolumns, &table) != ERR_NONE)
		return run_nomem(run);
	for (i = 0; (item = pages_at(answer, field, i)) != NULL; i++)
		add(run, table, item);
	if (table_print(table) != ERR_NONE)
		status = run_nomem(run);
	table_free(table);
	return status;
}

int
listing_json(
    struct run *run, const struct ProtobufCMessage *answer, const char *field)
{
	const ProtobufCMessage *item;
	int status = EXIT_DONE;
	size_t i;

	if (!run->jsonl)
		return run_json(run, answer);
	for (i = 0;
	     status == EXIT_DONE && (item = pages_at(answer, field, i)) != NULL;
	     i++)
		status = run_jsonl(run, item);
	return status;
}
