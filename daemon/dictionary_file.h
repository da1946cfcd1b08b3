#ifndef ERFAD_DICTIONARY_FILE_H
#define ERFAD_DICTIONARY_FILE_H

/*
 * dictionary_file - how the file is laid out that daemon/dictionary_make.c writes
 * and daemon/dictionary.c reads.  All integers are little-endian.
 *
 *   head       DICTIONARY_HEAD bytes: DICTIONARY_MAGIC, then le32: the number of
 *              words, of links, of bytes of text; then for each language, and
 *              for the end, the number of its first word; zeros
 *   words      for each word and for the end, le32 where its text begins, le32
 *              the number of its first link; by language, then by bytes
 *   links      le32: the number of the other word << 8 | weight; best first
 *   text       of all words, one behind the other
 */

#include "proto/vocab.h"

#define DICTIONARY_MAGIC       "erfa words 1\n\0\0" /* and its NUL: 16 bytes */
#define DICTIONARY_MAGIC_LEN   16
#define DICTIONARY_SAME        11 /* bytes of it that every edition has */
#define DICTIONARY_HEAD        64
#define DICTIONARY_WORD        8
#define DICTIONARY_LINK        4
#define DICTIONARY_WORDS_MAX   (1U << 24)
#define DICTIONARY_AT_WORDS    16
#define DICTIONARY_AT_LINKS    20
#define DICTIONARY_AT_TEXT     24
#define DICTIONARY_AT_LANGS    28
#define DICTIONARY_WEIGHT_BITS 8

#endif /* !ERFAD_DICTIONARY_FILE_H */
