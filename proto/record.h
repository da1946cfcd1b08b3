#ifndef ERFA_RECORD_H
#define ERFA_RECORD_H

/*
 * record - the identity of a record as text: "<org id>/<base32>".
 *
 * The full id has 26 characters after the slash; people see and type the first
 * eight, or any unique prefix.  PROTOCOL.md chapter 4.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"

#define RECORD_CHARS    26 /* base32 of 16 bytes */
#define RECORD_SHOWN    8  /* characters that people see */
#define RECORD_ID_CHARS (ORG_MAX + 1 + RECORD_CHARS)

/* A record id, or a prefix of one, taken apart. */
struct record_id {
	char org[ORG_MAX + 1];       /* as typed: maybe without its country */
	char part[RECORD_CHARS + 1]; /* 1..26 lower-case base32 characters */
};

/**
 * record_print(org, record, chars, out):
 * Write "<org>/<the first ${chars} of 26 characters>"; ${org} is a valid org id
 * and ${chars} at most RECORD_CHARS.
 */
void record_print(const char *org, const uint8_t record[RECORD_LEN],
    size_t chars, char out[RECORD_ID_CHARS + 1]);

/**
 * record_parse(text, ret_id):
 * Read a full id or a prefix ("dk-791/k7m2", "791/k7"), in either case; both
 * parts come back in lower case, look-alikes (o, i, l) as the digits they stand
 * for.  Return ERR_SYNTAX if there is no slash, a part is empty or too long, or
 * a character is outside the alphabets.
 */
enum err record_parse(const char *text, struct record_id *ret_id) MUST_CHECK;

/**
 * record_parse_full(text, ret_org, ret_record):
 * Read a full id only, with an org id of at least two characters and all 26
 * after the slash; ERR_SYNTAX otherwise.
 */
enum err record_parse_full(const char *text, char ret_org[ORG_MAX + 1],
    uint8_t ret_record[RECORD_LEN]) MUST_CHECK;

/**
 * record_import(kind_name, external_id, out):
 * The record of an imported thing: H(kind name, 0x00, external id)[0..15], so
 * that every node that imports the same file draws the same identity.
 */
void record_import(
    const char *kind_name, const char *external_id, uint8_t out[RECORD_LEN]);

#endif /* !ERFA_RECORD_H */
