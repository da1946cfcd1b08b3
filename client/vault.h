#ifndef ERFA_VAULT_H
#define ERFA_VAULT_H

/*
 * vault - backups on the disk: one sealed file, or a folder with the parts as
 * files.  What is written has another name until it is finished, and is gone if
 * it is not.  What is read is believed at its end alone.  proto/backup.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/backup.pb-c.h"
#include "proto/err.h"
#include "proto/limits.h"

#define VAULT_PATH_MAX 1024

/* Opaque types. */
struct vault;

/**
 * vault_create(path, recipient, ret_vault):
 * Begin a backup that will be ${path}: a file sealed to the X25519 key
 * ${recipient}, or if that is NULL a folder for the owner alone.  Until
 * vault_place() it stands beside that, as "${path}.part".  Return ERR_EXIST if
 * ${path} is there, ERR_NOENT if the folder around it is not, ERR_DENIED,
 * ERR_FULL, ERR_SIG if the recipient is no key, ERR_SIZE, ERR_NOMEM or ERR_IO.
 */
enum err vault_create(const char *path, const uint8_t *recipient,
    struct vault **ret_vault) MUST_CHECK;

/**
 * vault_part(vault, name, size), vault_data(vault, data, len):
 * Begin a part, which needs a name that a backup has; then all its bytes, in
 * pieces of any length.  Neither waits for the disk: that is for vault_finish(), as
 * erfad waits only so long to be asked for more.  Return ERR_SYNTAX for another
 * name, ERR_SIZE if a part has more bytes than said, the part before has fewer, or
 * there are more than BACKUP_PARTS; ERR_FULL or ERR_IO.
 */
enum err vault_part(
    struct vault *vault, const char *name, uint64_t size) MUST_CHECK;
enum err vault_data(
    struct vault *vault, const uint8_t *data, size_t len) MUST_CHECK;

/**
 * vault_finish(vault, ret_bytes):
 * Nothing follows; all of it is on the disk afterwards, which may take minutes.
 * Return ERR_SIZE, ERR_FULL or ERR_IO.
 */
enum err vault_finish(struct vault *vault, uint64_t *ret_bytes) MUST_CHECK;

/**
 * vault_temporary(vault), vault_key(vault):
 * Where it stands until it is placed; the key that opens it, or NULL.
 */
const char *vault_temporary(const struct vault *vault);
const uint8_t *vault_key(const struct vault *vault);

/**
 * vault_place(vault):
 * Give it its name.  Return ERR_EXIST if that is taken by now, or ERR_IO.
 */
enum err vault_place(struct vault *vault) MUST_CHECK;

/**
 * vault_close(vault):
 * End; what has not been placed is removed.  NULL is allowed.
 */
void vault_close(struct vault *vault);

/**
 * vault_remove(path):
 * Remove a folder or a file with what a backup has in it, and nothing else.
 * Return ERR_NOENT if there is none, or ERR_IO.
 */
enum err vault_remove(const char *path) MUST_CHECK;

/* How a backup is read, and who gets its parts. */
struct vault_reading {
	const char *path;      /* of a file or a folder */
	const uint8_t *secret; /* the recipient's; NULL: it is a folder */
	const uint8_t *key;    /* or the content key of what was just written */
	struct vault *into;    /* another one, a folder; NULL: only looked at */
	bool (*go_on)(void *context, uint64_t done, uint64_t all);
	void *context;
};

/**
 * vault_is_folder(path):
 * Is it a folder?
 */
bool vault_is_folder(const char *path);

/**
 * vault_read(reading, ret_manifest):
 * Read all of a backup, check every part against its manifest, and that against
 * its signature; free what is returned with backup_manifest_free().  Return
 *   ERR_NOENT    there is no such file;
 *   ERR_SYNTAX   it is no backup;
 *   ERR_VERSION  it is of a newer format;
 *   ERR_DENIED   it was sealed to another key, or may not be read;
 *   ERR_GAP      it breaks off;
 *   ERR_DAMAGED  it was changed, or something was added;
 *   ERR_BUSY     go_on() returned false;
 *   ERR_FULL, ERR_IO or ERR_NOMEM.
 */
enum err vault_read(const struct vault_reading *reading,
    Erfa__BackupManifest **ret_manifest) MUST_CHECK;

#endif /* !ERFA_VAULT_H */
