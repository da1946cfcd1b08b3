#include "client/wordbook.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/vocab.h"
#include "client/run.h"
#include "client/slurp.h"

#define NAME "vocabulary.txt"

/* Load what was read from ${path}; the first fault is told. */
static int
load(struct run *run, const char *path, const char *bytes, size_t len,
    struct vocab **ret_vocab)
{
	struct vocab_report *report = calloc(1, sizeof(*report));
	enum err err = ERR_NOMEM;
	int status = EXIT_DONE;

	if (report != NULL)
		err = vocab_load(bytes, len, ret_vocab, report);
	if (err == ERR_NOMEM)
		status = run_nomem(run);
	else if (err != ERR_NONE)
		status = fault_say(&run->faults, EXIT_CONFIG, "bad_vocabulary",
		    "Install erfa again, or set ERFA_DATA to its folder.",
		    "%s:%zu: %s", path, report->faults[0].line,
		    report->count > 0 ? report->faults[0].text : err_str(err));
	free(report);
	return status;
}

int
wordbook_open(struct run *run, struct vocab **ret_vocab)
{
	char path[RUN_PATH_MAX];
	char *bytes = NULL;
	size_t len = 0;
	enum err err = ERR_SIZE;
	int status;
	int n;

	n = snprintf(path, sizeof(path), "%s/%s", run->data, NAME);
	if (n >= 0 && (size_t)n < sizeof(path))
		err = slurp(path, VOCAB_BYTES_MAX, &bytes, &len);
	if (err == ERR_NOMEM)
		status = run_nomem(run);
	else if (err != ERR_NONE)
		status = fault_say(&run->faults, EXIT_CONFIG, "no_vocabulary",
		    "Install erfa again, or set ERFA_DATA to its folder.",
		    "the vocabulary %s cannot be read", path);
	else
		status = load(run, path, bytes, len, ret_vocab);
	free(bytes);
	return status;
}
