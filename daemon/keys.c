#include "daemon/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/crypto.h"

#define BLOCK ((size_t)4096) /* bytes read at a time */

struct keys {
	int fd;
	uint64_t size; /* bytes */
	bool written;  /* since the last sync */
};

static enum err
err_from_errno(int code)
{
	switch (code) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case ENOMEM:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

enum err
keys_open(const char *path, struct keys **ret_keys)
{
	struct keys *keys;
	struct stat st;
	enum err err;

	if ((keys = calloc(1, sizeof(*keys))) == NULL)
		return ERR_NOMEM;
	keys->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (keys->fd < 0 || fstat(keys->fd, &st) != 0) {
		err = err_from_errno(errno);
		keys_close(keys);
		return err;
	}
	keys->size = (uint64_t)st.st_size;
	*ret_keys = keys;
	return ERR_NONE;
}

void
keys_close(struct keys *keys)
{
	if (keys == NULL)
		return;
	if (keys->fd >= 0)
		(void)close(keys->fd);
	free(keys);
}

uint64_t
keys_slots(const struct keys *keys)
{
	return keys->size / KEY_LEN;
}

/* Write all of ${len} bytes at ${offset}. */
static enum err
write_at(struct keys *keys, uint64_t offset, const uint8_t *data, size_t len)
{
	ssize_t done;

	keys->written = true;
	while (len > 0) {
		done = pwrite(keys->fd, data, len, (off_t)offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? err_from_errno(errno) : ERR_IO;
		data += done;
		len -= (size_t)done;
		offset += (uint64_t)done;
		if (offset > keys->size)
			keys->size = offset;
	}
	return ERR_NONE;
}

/* Write zeros up to the first whole step that has room for ${end} bytes. */
static enum err
grow(struct keys *keys, uint64_t end)
{
	static const uint8_t zeros[65536];
	uint64_t stop = (end + KEYS_STEP - 1) / KEYS_STEP * KEYS_STEP;
	size_t len;
	enum err err;

	while (keys->size < stop) {
		len = sizeof(zeros);
		if (stop - keys->size < len)
			len = (size_t)(stop - keys->size);
		err = write_at(keys, keys->size, zeros, len);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
keys_write(struct keys *keys, uint64_t slot, const uint8_t *data, size_t count)
{
	uint64_t offset = slot * KEY_LEN;
	size_t len = count * KEY_LEN;
	enum err err;

	if (offset + len > keys->size) {
		if ((err = grow(keys, offset + len)) != ERR_NONE)
			return err;
	}
	return write_at(keys, offset, data, len);
}

enum err
keys_zero(struct keys *keys, uint64_t slot)
{
	static const uint8_t zeros[KEY_LEN];

	if (slot >= keys_slots(keys))
		return ERR_NONE;
	return write_at(keys, slot * KEY_LEN, zeros, sizeof(zeros));
}

/* Read what there is at ${offset}, at most so much; nothing at the end. */
static enum err
read_at(const struct keys *keys, uint64_t offset, uint8_t *out, size_t max,
    size_t *ret_len)
{
	ssize_t done;

	do
		done = pread(keys->fd, out, max, (off_t)offset);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return ERR_IO;
	*ret_len = (size_t)done;
	return ERR_NONE;
}

enum err
keys_zero_from(struct keys *keys, uint64_t slot)
{
	static const uint8_t zeros[BLOCK];
	uint8_t block[BLOCK];
	uint64_t at = slot * KEY_LEN;
	size_t len = 0;
	enum err err = ERR_NONE;

	for (; at < keys->size && err == ERR_NONE; at += len) {
		err = read_at(keys, at, block,
		    keys->size - at < BLOCK ? (size_t)(keys->size - at) : BLOCK,
		    &len);
		if (err == ERR_NONE && len == 0)
			err = ERR_IO;
		if (err == ERR_NONE && memcmp(block, zeros, len) != 0)
			err = write_at(keys, at, zeros, len);
	}
	crypto_wipe(block, sizeof(block));
	return err;
}

enum err
keys_sync(struct keys *keys)
{
	if (!keys->written)
		return ERR_NONE;
	if (fdatasync(keys->fd) != 0)
		return err_from_errno(errno);
	keys->written = false;
	return ERR_NONE;
}

enum err
keys_read(const struct keys *keys, uint64_t slot, uint8_t ret_key[KEY_LEN])
{
	static const uint8_t zeros[KEY_LEN];
	uint8_t key[KEY_LEN];
	size_t have = 0;
	size_t len;
	enum err err;

	for (; have < sizeof(key); have += len) {
		err = read_at(keys, slot * KEY_LEN + have, key + have,
		    sizeof(key) - have, &len);
		if (err != ERR_NONE)
			return err;
		if (len == 0)
			return ERR_NOENT;
	}
	if (memcmp(key, zeros, sizeof(key)) == 0)
		return ERR_NOENT;
	memcpy(ret_key, key, sizeof(key));
	return ERR_NONE;
}
