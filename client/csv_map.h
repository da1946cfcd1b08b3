#ifndef ERFA_CSV_MAP_H
#define ERFA_CSV_MAP_H

/*
 * csv_map - which column of a municipality's own table is which field of a
 * trial: as the words of conf/columns.tsv propose, or as a person wrote it.
 *
 * A field is what stands left of "=" in erfa edit --set; "experience." before it
 * means what was learnt.  Whether there is such a field is for others to say.
 */

#include <stddef.h>

#include "proto/err.h"
#include "client/csv.h"

#define CSV_PATH_MAX 64      /* bytes of a field's path, the NUL counted */
#define CSV_MAP_MAX  1048576 /* bytes of a mapping */

/* Opaque types. */
struct csv_words;

/* The columns of a table. */
struct csv_map {
	char path[CSV_COLUMNS_MAX][CSV_PATH_MAX]; /* empty = left out */
	size_t count;                             /* of columns */
};

/**
 * csv_words_open(path, ret_words):
 * Read the table of words at ${path}.  Free with csv_words_free(), which does
 * nothing for NULL.  Return ERR_NOENT if there is no such file, ERR_DENIED
 * or ERR_IO if it cannot be read, ERR_SIZE or ERR_SYNTAX if it is no such table,
 * or ERR_NOMEM.
 */
enum err csv_words_open(
    const char *path, struct csv_words **ret_words) MUST_CHECK;
void csv_words_free(struct csv_words *words);

/**
 * csv_words_code(words, vocabulary, text):
 * The code of ${vocabulary} ("status") that ${text} means beside its labels, as
 * long as ${words} lives; NULL if none.
 */
const char *csv_words_code(
    const struct csv_words *words, const char *vocabulary, const char *text);

/**
 * csv_map_propose(words, header, ret_map):
 * Propose a field for every column of ${header} whose words are known.  A head
 * that is the path of a field itself means that field before any words do; of
 * several that mean the same field the first has it.  Return ERR_NOMEM.
 */
enum err csv_map_propose(const struct csv_words *words,
    const struct csv_row *header, struct csv_map *ret_map) MUST_CHECK;

/**
 * csv_map_name(header, column, out):
 * What a mapping calls the column: the words at its head, or its number from 1
 * if they are not there, not its own, or would be misread.
 */
void csv_map_name(
    const struct csv_row *header, size_t column, char out[CSV_PATH_MAX]);

/**
 * csv_map_read(text, header, ret_map, ret_line, ret_fault):
 * Read a mapping: lines "column = field", where "#" begins a comment and an
 * empty field or "-" leaves the column out; or the same in one line with commas
 * between, as it is written on a command line.  A column is told by the words
 * at its head or by its number.  Columns that are not named are left out.
 * Return ERR_SYNTAX, with the line and what is wrong with it, or ERR_NOMEM.
 */
enum err csv_map_read(const char *text, const struct csv_row *header,
    struct csv_map *ret_map, unsigned *ret_line,
    char ret_fault[CSV_FAULT_MAX]) MUST_CHECK;

/**
 * csv_map_find(map, path):
 * The column, from 0, that has the field ${path}; map->count if none has.
 */
size_t csv_map_find(const struct csv_map *map, const char *path);

#endif /* !ERFA_CSV_MAP_H */
