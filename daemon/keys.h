#ifndef ERFAD_KEYS_H
#define ERFAD_KEYS_H

/*
 * keys - the file of slots: one 32-byte key for each body that is stored.
 *
 * Slot s stands at offset 32 * s; all zero = none or erased.  Zeroing a slot in
 * place and syncing erases the body sealed under it, whatever copies of the
 * sealed bytes remain.  The file grows by written steps, so that a slot lies on
 * blocks of its own before anything depends on it.  Which slots are taken is
 * the store's business.
 *
 * One thread writes; any thread may read.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"

/* Opaque types. */
struct keys;

#define KEYS_STEP 1048576 /* bytes by which the file grows */

/**
 * keys_open(path, ret_keys):
 * Open the file, making it (mode 0600) if it is missing.  Return ERR_DENIED,
 * ERR_FULL, ERR_NOMEM or ERR_IO.  Close with keys_close(); NULL is allowed
 * there.
 */
enum err keys_open(const char *path, struct keys **ret_keys) MUST_CHECK;
void keys_close(struct keys *keys);

/**
 * keys_slots(keys):
 * The number of slots that the file has room for.  Writing thread only.
 */
uint64_t keys_slots(const struct keys *keys);

/**
 * keys_write(keys, slot, data, count):
 * Write ${count} keys, which lie one after another at ${data}, from ${slot}
 * on; the file grows as needed.  They are safe after keys_sync().  Return
 * ERR_FULL or ERR_IO; some of them may have been written then.
 */
enum err keys_write(struct keys *keys, uint64_t slot, const uint8_t *data,
    size_t count) MUST_CHECK;

/**
 * keys_zero(keys, slot):
 * Overwrite one slot with zeros in place; they are on the disk after
 * keys_sync().  A slot beyond the end is zero already.  Return ERR_IO.
 */
enum err keys_zero(struct keys *keys, uint64_t slot) MUST_CHECK;

/**
 * keys_zero_from(keys, slot):
 * Overwrite what is not zero from ${slot} on to the end of the file; it is on the
 * disk after keys_sync().  Return ERR_IO, or ERR_FULL where even that takes room.
 */
enum err keys_zero_from(struct keys *keys, uint64_t slot) MUST_CHECK;

/**
 * keys_sync(keys):
 * Wait until all that was written or zeroed is on the disk.  Nothing is done if
 * nothing was written since the last time.  Return ERR_IO or ERR_FULL.
 */
enum err keys_sync(struct keys *keys) MUST_CHECK;

/**
 * keys_read(keys, slot, ret_key):
 * Read a key.  Return ERR_NOENT if the slot is all zero or beyond the end, or
 * ERR_IO.  Any thread.
 */
enum err keys_read(const struct keys *keys, uint64_t slot,
    uint8_t ret_key[KEY_LEN]) MUST_CHECK;

#endif /* !ERFAD_KEYS_H */
