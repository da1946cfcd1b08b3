/*
 * vocab_tool - hold vocabularies to their rules.
 *
 *     vocab_tool FILE...
 *
 * Each fault is one line, file:line: what.  Prints how many concepts a good file
 * has.  Exit 1 if there was a fault, 2 if a file cannot be read.
 */
#include <stdio.h>
#include <stdlib.h>

#include "proto/text.h"
#include "proto/vocab.h"

static struct vocab_report report;

static void
tell(const char *path, size_t line, const char *text)
{
	char *safe = NULL;
	size_t len = 0;

	while (text[len] != '\0')
		len++;
	if (text_gate(text, len, false, &safe) == ERR_NONE)
		(void)fprintf(stderr, "%s:%zu: %s\n", path, line, safe);
	free(safe);
}

static int
check(const char *path, const char *bytes, size_t len)
{
	struct vocab *vocab = NULL;
	enum err err = vocab_load(bytes, len, &vocab, &report);
	size_t i;

	for (i = 0; i < report.count && i < VOCAB_FAULTS_MAX; i++)
		tell(path, report.faults[i].line, report.faults[i].text);
	if (report.count > VOCAB_FAULTS_MAX)
		(void)fprintf(
		    stderr, "%s: %zu faults in all\n", path, report.count);
	if (err != ERR_NONE) {
		(void)fprintf(stderr, "%s: %s\n", path, err_str(err));
		return 1;
	}
	(void)printf("%s: %zu concepts\n", path, vocab_count(vocab));
	vocab_free(vocab);
	return 0;
}

static int
check_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *bytes = malloc(VOCAB_BYTES_MAX + 1);
	size_t len = 0;
	int status = 2;

	if (file != NULL && bytes != NULL)
		len = fread(bytes, 1, VOCAB_BYTES_MAX + 1, file);
	if (file == NULL || bytes == NULL || ferror(file) != 0)
		(void)fprintf(stderr, "%s: cannot be read\n", path);
	else
		status = check(path, bytes, len);
	if (file != NULL)
		(void)fclose(file);
	free(bytes);
	return status;
}

int
main(int argc, char **argv)
{
	int worst = 0;
	int status;
	int i;

	for (i = 1; i < argc; i++) {
		status = check_file(argv[i]);
		worst = status > worst ? status : worst;
	}
	return worst;
}
