#ifndef ERFA_LISTING_H
#define ERFA_LISTING_H

/*
 * listing - an answer that holds a list: a table for people, for programs one
 * document or one line each.
 *
 * Functions that return an int return an exit code: 0, or the code with which
 * erfa should end, all having been told.
 */

#include <stdbool.h>
#include <stddef.h>

/* Opaque types. */
struct ProtobufCMessage;
struct run;
struct table;
struct table_column;

/* Puts the cells of ${item}, a message of the list, into ${table}; or none, and
 * it is left out. */
typedef void listing_add(
    struct run *run, struct table *table, const void *item);

/**
 * listing_table(run, answer, field, columns, ncolumns, add):
 * Print a table of ${ncolumns} ${columns}: the messages in the repeated ${field}
 * ("member") of ${answer}, each as ${add} puts it.  Without any, nothing.
 */
int listing_table(struct run *run, const struct ProtobufCMessage *answer,
    const char *field, const struct table_column *columns, size_t ncolumns,
    listing_add *add);

/**
 * listing_wide(run):
 * Return whether there is room for columns that a table can do without: not on a
 * terminal of less than 110 columns.
 */
bool listing_wide(const struct run *run);

/**
 * listing_json(run, answer, field):
 * Print ${answer} as JSON; with --jsonl each message in its repeated ${field}
 * in a line instead.
 */
int listing_json(
    struct run *run, const struct ProtobufCMessage *answer, const char *field);

#endif /* !ERFA_LISTING_H */
