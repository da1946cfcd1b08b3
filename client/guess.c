#include "client/guess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/slurp.h"

#define FILE_MAX_BYTES 65536
#define SECTORS_MAX    32

/* How much speaks for one sector. */
struct score {
	const char *code; /* in the table */
	size_t points;
};

/* The points of one word, if it stands in ${text}: long ones tell more. */
static enum err
word_points(const char *text, const char *word, size_t *points)
{
	char *folded = NULL;
	enum err err = text_fold(word, &folded);

	if (err != ERR_NONE)
		return err;
	if (*folded != '\0' && strstr(text, folded) != NULL)
		*points += strlen(folded);
	free(folded);
	return ERR_NONE;
}

/* Read one line of the table, which is cut into words. */
static enum err
read_line(char *line, const char *text, struct score *score)
{
	char *rest = line;
	const char *word;
	enum err err = ERR_NONE;

	score->code = strsep(&rest, "\t");
	if (rest == NULL || *score->code == '\0' ||
	    strlen(score->code) >= GUESS_CODE_MAX)
		return ERR_SYNTAX;
	while (err == ERR_NONE && (word = strsep(&rest, ",")) != NULL)
		err = word_points(text, word, &score->points);
	return err;
}

static int
compare_scores(const void *a, const void *b)
{
	const struct score *x = a;
	const struct score *y = b;

	if (x->points != y->points)
		return x->points < y->points ? 1 : -1;
	/* The order of the table decides between equals. */
	return (x->code > y->code) - (x->code < y->code);
}

static enum err
read_table(char *table, const char *text, struct score *scores, size_t *count)
{
	char *rest = table;
	char *line;
	enum err err;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line == '\0' || *line == '#')
			continue;
		if (*count == SECTORS_MAX)
			return ERR_SYNTAX;
		err = read_line(line, text, &scores[*count]);
		if (err != ERR_NONE)
			return err;
		(*count)++;
	}
	return ERR_NONE;
}

static enum err
choose(char *table, const char *text,
    char ret_codes[GUESS_MANY][GUESS_CODE_MAX], size_t *ret_count)
{
	struct score scores[SECTORS_MAX] = { { NULL, 0 } };
	size_t count = 0;
	size_t i;
	enum err err;

	if ((err = read_table(table, text, scores, &count)) != ERR_NONE)
		return err;
	qsort(scores, count, sizeof(scores[0]), compare_scores);
	*ret_count = 0;
	for (i = 0; i < count && i < GUESS_MANY; i++) {
		/* Who has less than half of the best is no rival. */
		if (scores[i].points == 0 ||
		    2 * scores[i].points < scores[0].points)
			break;
		(void)snprintf(
		    ret_codes[i], GUESS_CODE_MAX, "%s", scores[i].code);
		(*ret_count)++;
	}
	return ERR_NONE;
}

enum err
guess_sector(const char *path, const char *text,
    char ret_codes[GUESS_MANY][GUESS_CODE_MAX], size_t *ret_count)
{
	FILE *file = NULL;
	char *table = NULL;
	char *folded = NULL;
	size_t len = 0;
	enum err err;

	if ((err = slurp_open(path, &file)) != ERR_NONE)
		return err == ERR_DENIED ? ERR_IO : err;
	err = slurp(file, FILE_MAX_BYTES, &table, &len);
	slurp_close(file);
	if (err == ERR_SIZE)
		err = ERR_SYNTAX;
	if (err == ERR_NONE)
		err = text_fold(text, &folded);
	if (err == ERR_NONE)
		err = choose(table, folded, ret_codes, ret_count);
	free(table);
	free(folded);
	return err;
}
