#ifndef ERFA_CORPUS_TABLE_H
#define ERFA_CORPUS_TABLE_H

/*
 * corpus_table - the tables that an import reads its words by: sectors.tsv,
 * purposes.tsv, programmes.tsv and municipalities.tsv.
 *
 * They lie in conf/ and are installed with the programs.  What an import makes
 * of a file depends on them and on the file alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

#define CORPUS_CODE_MAX    7   /* digits of a municipality's code */
#define CORPUS_TABLE_FAULT 512 /* bytes of a fault's text, the NUL counted */

struct corpus_table;

/**
 * corpus_table_open(dir, ret_table, ret_fault):
 * Read the four tables in ${dir}.  Return ERR_NOENT if one is not there,
 * ERR_SYNTAX if a line is not as the table's first lines say, ERR_IO if it
 * cannot be read, or ERR_NOMEM; ${ret_fault} then says which file and line.
 */
enum err corpus_table_open(const char *dir, struct corpus_table **ret_table,
    char ret_fault[CORPUS_TABLE_FAULT]) MUST_CHECK;

/**
 * corpus_table_close(table):
 * Free ${table}.  Does nothing for NULL.
 */
void corpus_table_close(struct corpus_table *table);

/**
 * corpus_table_sector(table, word):
 * Return the number of the sector that ${word} means, or 0 if none.
 */
uint32_t corpus_table_sector(
    const struct corpus_table *table, const char *word);

/**
 * corpus_table_sectors(table, out, size):
 * Write all words for sectors, separated by ", ", as far as they fit in ${size}
 * bytes.
 */
void corpus_table_sectors(
    const struct corpus_table *table, char *out, size_t size);

/**
 * corpus_table_purpose(table, word):
 * Return the number of the purpose that ${word} means, or 0 if none.
 */
uint32_t corpus_table_purpose(
    const struct corpus_table *table, const char *word);

/**
 * corpus_table_programme(table, country, folded):
 * Return the number of the type of the programme with the folded name ${folded}
 * in ${country} ("dk"), or 0 if it is not known.
 */
uint32_t corpus_table_programme(
    const struct corpus_table *table, const char *country, const char *folded);

/**
 * corpus_table_municipality(table, country, folded, ret_code):
 * Find the municipality of ${country} ("dk") whose name, or one of whose other
 * names, folded, is ${folded}.  Return ERR_NOENT if there is none, or
 * ERR_EXIST if several have that name.
 */
enum err corpus_table_municipality(const struct corpus_table *table,
    const char *country, const char *folded,
    char ret_code[CORPUS_CODE_MAX + 1]) MUST_CHECK;

#endif /* !ERFA_CORPUS_TABLE_H */
