#ifndef ERFA_CORPUS_JSON_H
#define ERFA_CORPUS_JSON_H

/*
 * corpus_json - one line of an import file as typed keys.
 *
 * After corpus_json_parse() every key of the format is there with its type, and
 * no other key; the getters need no further check.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

#define CORPUS_FAULT_MAX 512 /* bytes of a fault's text, the NUL counted */

struct corpus_json;

/**
 * corpus_json_parse(text, len, ret_json, ret_fault):
 * Read one JSON object with exactly the keys of the format.  Return ERR_SYNTAX,
 * with ${ret_fault} saying what is wrong and what helps, or ERR_NOMEM.
 */
enum err corpus_json_parse(const char *text, size_t len,
    struct corpus_json **ret_json, char ret_fault[CORPUS_FAULT_MAX]) MUST_CHECK;

/**
 * corpus_json_free(json):
 * Free ${json} and the strings it lent.  Does nothing for NULL.
 */
void corpus_json_free(struct corpus_json *json);

/**
 * corpus_json_text(json, key):
 * Lend the string at ${key}, or NULL where the file has null.
 */
const char *corpus_json_text(const struct corpus_json *json, const char *key);

/**
 * corpus_json_count(json, list), corpus_json_item(json, list, i):
 * The length of a list, and string ${i} of a list of strings.
 */
size_t corpus_json_count(const struct corpus_json *json, const char *list);
const char *corpus_json_item(
    const struct corpus_json *json, const char *list, size_t i);

/**
 * corpus_json_part(json, list, i, key):
 * Lend the string at ${key} of object ${i} of ${list}, or NULL where the file
 * has null.
 */
const char *corpus_json_part(const struct corpus_json *json, const char *list,
    size_t i, const char *key);

/**
 * corpus_json_number(json, list, i, key, ret_text):
 * Write the number at ${key} of object ${i} of ${list} as decimal text, "7.0"
 * apart from "7".  The caller frees *${ret_text} with free(); it is NULL where
 * the file has null.  Return ERR_NOMEM.
 */
enum err corpus_json_number(const struct corpus_json *json, const char *list,
    size_t i, const char *key, char **ret_text) MUST_CHECK;

#endif /* !ERFA_CORPUS_JSON_H */
