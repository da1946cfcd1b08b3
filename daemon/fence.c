#include "daemon/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/crypto.h"

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"
#define UUID_CHARS   36
#define BOOT_DIGITS  ((size_t)2 * FENCE_BOOT_LEN)

/* Where the parts stand in the file. */
enum fence_at {
	AT_DOMAIN = 0,
	AT_BOOT = AT_DOMAIN + DOMAIN_LEN,
	AT_DEV = AT_BOOT + FENCE_BOOT_LEN,
	AT_INO = AT_DEV + 8,
	AT_COMMITS = AT_INO + 8,
	AT_LOG = AT_COMMITS + 8,
	AT_N = AT_LOG + LOG_ID_LEN,
	AT_C = AT_N + 8,
	AT_SUM = AT_C + HASH_LEN,
	FILE_LEN = AT_SUM + HASH_LEN
};

static enum err
err_from_errno(int code)
{
	switch (code) {
	case ENOENT:
		return ERR_NOENT;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	default:
		return ERR_IO;
	}
}

/* Read up to ${size} bytes of a file. */
static enum err
read_file(const char *path, void *out, size_t size, size_t *ret_len)
{
	enum err err = ERR_NONE;
	size_t have = 0;
	ssize_t done;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return err_from_errno(errno);
	while (have < size) {
		done = read(fd, (uint8_t *)out + have, size - have);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			err = ERR_IO;
		if (done <= 0)
			break;
		have += (size_t)done;
	}
	(void)close(fd);
	if (err == ERR_NONE)
		*ret_len = have;
	return err;
}

enum err
fence_boot_id(uint8_t out[FENCE_BOOT_LEN])
{
	char text[UUID_CHARS];
	char digits[BOOT_DIGITS + 1] = "";
	size_t len = 0;
	size_t used = 0;
	size_t i;

	if (read_file(BOOT_ID_PATH, text, sizeof(text), &len) != ERR_NONE)
		return ERR_IO;
	for (i = 0; i < len && used < BOOT_DIGITS; i++)
		if (text[i] != '-')
			digits[used++] = text[i];
	digits[used] = '\0';
	return bytes_unhex(digits, out, FENCE_BOOT_LEN) == ERR_NONE ? ERR_NONE :
								      ERR_IO;
}

static void
encode(const struct fence *fence, uint8_t out[FILE_LEN])
{
	crypto_pad16("erfa/1/fence", out + AT_DOMAIN);
	memcpy(out + AT_BOOT, fence->boot_id, FENCE_BOOT_LEN);
	bytes_put_le64(out + AT_DEV, fence->dev);
	bytes_put_le64(out + AT_INO, fence->ino);
	bytes_put_le64(out + AT_COMMITS, fence->commits);
	memcpy(out + AT_LOG, fence->log_id, LOG_ID_LEN);
	bytes_put_le64(out + AT_N, fence->n);
	memcpy(out + AT_C, fence->c, HASH_LEN);
	crypto_h(out, AT_SUM, out + AT_SUM);
}

/* Write all bytes to a new file. */
static enum err
write_file(const char *path, const uint8_t *data, size_t len)
{
	enum err err = ERR_NONE;
	ssize_t done;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == ENOENT ? ERR_IO : err_from_errno(errno);
	while (len > 0 && err == ERR_NONE) {
		done = write(fd, data, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			err = err_from_errno(errno);
			break;
		}
		data += done;
		len -= (size_t)done;
	}
	if (close(fd) != 0 && err == ERR_NONE)
		err = err_from_errno(errno);
	return err;
}

enum err
fence_write(const char *path, const struct fence *fence)
{
	uint8_t raw[FILE_LEN];
	size_t size = strlen(path) + sizeof(".new");
	char *temp = malloc(size);
	enum err err;

	if (temp == NULL)
		return ERR_NOMEM;
	(void)snprintf(temp, size, "%s.new", path);
	encode(fence, raw);
	err = write_file(temp, raw, sizeof(raw));
	if (err == ERR_NONE && rename(temp, path) != 0)
		err = ERR_IO;
	if (err != ERR_NONE)
		(void)unlink(temp);
	free(temp);
	return err;
}

enum err
fence_read(const char *path, struct fence *ret_fence)
{
	uint8_t raw[FILE_LEN + 1];
	uint8_t sum[HASH_LEN];
	uint8_t domain[DOMAIN_LEN];
	size_t len = 0;
	enum err err;

	if ((err = read_file(path, raw, sizeof(raw), &len)) != ERR_NONE)
		return err;
	crypto_pad16("erfa/1/fence", domain);
	crypto_h(raw, AT_SUM, sum);
	if (len != FILE_LEN || memcmp(raw, domain, DOMAIN_LEN) != 0 ||
	    memcmp(raw + AT_SUM, sum, HASH_LEN) != 0)
		return ERR_DAMAGED;
	memcpy(ret_fence->boot_id, raw + AT_BOOT, FENCE_BOOT_LEN);
	ret_fence->dev = bytes_get_le64(raw + AT_DEV);
	ret_fence->ino = bytes_get_le64(raw + AT_INO);
	ret_fence->commits = bytes_get_le64(raw + AT_COMMITS);
	memcpy(ret_fence->log_id, raw + AT_LOG, LOG_ID_LEN);
	ret_fence->n = bytes_get_le64(raw + AT_N);
	memcpy(ret_fence->c, raw + AT_C, HASH_LEN);
	return ERR_NONE;
}

enum err
fence_remove(const char *path)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return ERR_NONE;
	return errno == EACCES || errno == EPERM || errno == EROFS ?
	    ERR_DENIED :
	    ERR_IO;
}
