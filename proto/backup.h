#ifndef ERFA_BACKUP_H
#define ERFA_BACKUP_H

/*
 * backup - the bytes of a backup: how it is sealed, how its parts follow each
 * other, what it says of itself.  No file is opened here.
 *
 * A backup is a row of parts: le32 length of name, name, le64 size, the bytes.
 * The last part is "manifest": Ed25519 key of the node, its signature over pad16
 * "erfa/1/backup" and H of the rest, and the rest, a BackupManifest, which names
 * every part before it with size and hash.  As a folder, each part is a file.
 *
 *   state/main.mdb      a copy of main, compacted, as of one commit
 *   state/keys          the slots that this copy names, all others zero
 *   state/node.key...   the key in force, those of a change under way, and those
 *                       that are kept to read with
 *   node.key            the key that the settings name
 *   erfad.conf, conf.d/ the settings
 *
 * Sealed, it is one file: a header (pad16 "erfa/1/backup", le32 version, X25519
 * key of the recipient, a content key sealed to it, the stream's header), then
 * the parts in pieces of BACKUP_PIECE bytes, the last one shorter or as long,
 * each sealed in its place with the header's hash.  What is cut off, changed, put
 * elsewhere or added at the end is noticed.
 *
 * The copy is read before the keys.  A body that is erased meanwhile is in the
 * copy, but its key is not in the backup; a key that the copy names was on the
 * disk before the copy.  What says where the own log goes on is left out, and
 * the fence is in no backup: a node that is restored begins a new log.  What
 * was accepted and not signed yet, the outbox, is in it: if it was signed after
 * all, the node that is restored signs it once more, and since entries of one
 * key with the same commitment are one entry, nothing is lost and nothing counts
 * twice.  The index is left out: it is built anew.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/backup.pb-c.h"
#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/limits.h"

#define BACKUP_VERSION  1
#define BACKUP_PIECE    65536 /* bytes sealed together */
#define BACKUP_NAME_MAX 100   /* characters of a part's name */
#define BACKUP_PARTS    64    /* most of them in one backup */
#define BACKUP_MANIFEST "manifest"

/* The header of a sealed backup, and the most of it that is not the body. */
#define BACKUP_HEADER_LEN \
	(DOMAIN_LEN + 4 + KEY_LEN + CRYPTO_SLOT_LEN + CRYPTO_STREAM_HEADER)

/* Bytes before each part's own: lengths and name. */
#define BACKUP_LEAD_MAX (4 + BACKUP_NAME_MAX + 8)

/* A recipient as text: "eb" and base32 of the key and two bytes of its hash. */
#define BACKUP_RECIPIENT_CHARS 57

/* One end of a sealed backup. */
struct backup_stream {
	struct crypto_stream stream;
	uint8_t bound[HASH_LEN]; /* H of the header */
};

/**
 * backup_recipient(secret, out):
 * The recipient that reads with the 32 bytes of ${secret}, as text with a NUL.
 */
void backup_recipient(
    const uint8_t secret[KEY_LEN], char out[BACKUP_RECIPIENT_CHARS + 1]);

/**
 * backup_recipient_parse(text, ret_key):
 * Its X25519 key.  Return ERR_SYNTAX if ${text} is none, or one with a slip.
 */
enum err backup_recipient_parse(
    const char *text, uint8_t ret_key[KEY_LEN]) MUST_CHECK;

/**
 * backup_seal_begin(stream, recipient, ret_key, out):
 * Begin a sealed backup for an X25519 key and write its header.  ${ret_key} opens
 * what was sealed, to read it back; the caller wipes it.  Return ERR_SIG if the
 * recipient's key is none.
 */
enum err backup_seal_begin(struct backup_stream *stream,
    const uint8_t recipient[KEY_LEN], uint8_t ret_key[KEY_LEN],
    uint8_t out[BACKUP_HEADER_LEN]) MUST_CHECK;

/**
 * backup_seal(stream, last, in, len, out):
 * Seal the next piece, of BACKUP_PIECE bytes, or up to that if it is the last,
 * to ${len} + CRYPTO_STREAM_EXTRA bytes.
 */
void backup_seal(struct backup_stream *stream, bool last, const uint8_t *in,
    size_t len, uint8_t *out);

/**
 * backup_open_begin(stream, secret, header):
 * Begin to open one.  Return ERR_SYNTAX if this is no sealed backup, ERR_VERSION
 * if it is of a newer format, ERR_DENIED if it was sealed to another key,
 * ERR_DAMAGED if its header was changed.
 */
enum err backup_open_begin(struct backup_stream *stream,
    const uint8_t secret[KEY_LEN],
    const uint8_t header[BACKUP_HEADER_LEN]) MUST_CHECK;

/**
 * backup_reopen_begin(stream, key, header):
 * The same with the content key of backup_seal_begin().  Return ERR_SYNTAX,
 * ERR_VERSION or ERR_DAMAGED.
 */
enum err backup_reopen_begin(struct backup_stream *stream,
    const uint8_t key[KEY_LEN],
    const uint8_t header[BACKUP_HEADER_LEN]) MUST_CHECK;

/**
 * backup_open(stream, in, len, out, ret_last):
 * Open the next piece, to ${len} - CRYPTO_STREAM_EXTRA bytes.  Return ERR_SIZE
 * for a piece of an impossible length, ERR_DAMAGED if it was changed or stood
 * elsewhere.
 */
enum err backup_open(struct backup_stream *stream, const uint8_t *in,
    size_t len, uint8_t *out, bool *ret_last) MUST_CHECK;

/**
 * backup_lead(name, size, out, ret_len):
 * Write what stands before a part.  Return ERR_SIZE for a name that is empty or
 * too long.
 */
enum err backup_lead(const char *name, uint64_t size,
    uint8_t out[BACKUP_LEAD_MAX], size_t *ret_len) MUST_CHECK;

/**
 * backup_lead_parse(in, len, ret_name, ret_size, ret_used):
 * Read it from the ${len} bytes at ${in}.  Return ERR_GAP if there are too few,
 * ERR_SYNTAX if the name is none that a backup has.
 */
enum err backup_lead_parse(const uint8_t *in, size_t len,
    char ret_name[BACKUP_NAME_MAX + 1], uint64_t *ret_size,
    size_t *ret_used) MUST_CHECK;

/**
 * backup_name_valid(name):
 * Is it the name of a part?  Nothing else is ever written to a disk.
 */
bool backup_name_valid(const char *name);

/**
 * backup_manifest_seal(key, manifest, ret_data, ret_len):
 * Sign a manifest: the bytes of its part, which the caller frees.  Return
 * ERR_NOMEM.
 */
enum err backup_manifest_seal(const struct crypto_key *key,
    const Erfa__BackupManifest *manifest, uint8_t **ret_data,
    size_t *ret_len) MUST_CHECK;

/* Bytes of a manifest's part. */
#define BACKUP_MANIFEST_MAX 1048576

/**
 * backup_manifest_open(data, len, ret_manifest):
 * Check and read one; free it with backup_manifest_free(), which takes NULL.
 * Return ERR_SIG if it is not signed by the key that it names, ERR_VERSION if it
 * is of a newer format, ERR_SYNTAX, ERR_SIZE or ERR_NOMEM.
 */
enum err backup_manifest_open(const uint8_t *data, size_t len,
    Erfa__BackupManifest **ret_manifest) MUST_CHECK;
void backup_manifest_free(Erfa__BackupManifest *manifest);

#endif /* !ERFA_BACKUP_H */
