#include "client/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/backup.h"
#include "proto/bytes.h"
#include "proto/crypto.h"
#include "client/settle.h"

#define SEALED_PIECE (BACKUP_PIECE + CRYPTO_STREAM_EXTRA)
#define HEX(bytes)   (2 * (bytes) + 1)

/* What was read of a part. */
struct seen {
	char name[BACKUP_NAME_MAX + 1];
	uint64_t size;
	uint8_t hash[HASH_LEN];
};

/* The parts, as they come by. */
struct walk {
	const struct vault_reading *reading;
	uint64_t done;
	uint64_t all;
	uint8_t lead[BACKUP_LEAD_MAX];
	size_t lead_len;
	bool in_part;
	bool ended; /* the manifest was there */
	uint64_t left;
	struct crypto_hash_state hash;
	struct seen seen[BACKUP_PARTS];
	size_t count;
	uint8_t *manifest;
	size_t manifest_len;
};

bool
vault_is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* ---- parts ---- */

static enum err
begin_part(struct walk *walk, const char *name, uint64_t size)
{
	struct seen *seen = &walk->seen[walk->count];
	bool last = strcmp(name, BACKUP_MANIFEST) == 0;

	if (walk->count == BACKUP_PARTS)
		return ERR_DAMAGED;
	(void)snprintf(seen->name, sizeof(seen->name), "%s", name);
	seen->size = size;
	walk->in_part = true;
	walk->left = size;
	crypto_hash_begin(&walk->hash);
	if (last && size > BACKUP_MANIFEST_MAX)
		return ERR_DAMAGED;
	if (last && (walk->manifest = malloc((size_t)size + 1)) == NULL)
		return ERR_NOMEM;
	if (last || walk->reading->into == NULL)
		return ERR_NONE;
	return vault_part(walk->reading->into, name, size);
}

static enum err
part_data(struct walk *walk, const uint8_t *data, size_t len)
{
	crypto_hash_add(&walk->hash, data, len);
	walk->left -= len;
	if (walk->manifest != NULL) {
		memcpy(walk->manifest + walk->manifest_len, data, len);
		walk->manifest_len += len;
		return ERR_NONE;
	}
	return walk->reading->into == NULL ?
	    ERR_NONE :
	    vault_data(walk->reading->into, data, len);
}

static void
end_part(struct walk *walk)
{
	crypto_hash_end(&walk->hash, walk->seen[walk->count].hash);
	walk->in_part = false;
	walk->lead_len = 0;
	if (walk->manifest != NULL)
		walk->ended = true;
	else
		walk->count++;
}

/* One more byte of what stands before a part. */
static enum err
lead_byte(struct walk *walk, uint8_t byte)
{
	char name[BACKUP_NAME_MAX + 1];
	uint64_t size;
	size_t used;
	enum err err;

	if (walk->ended || walk->lead_len == sizeof(walk->lead))
		return ERR_DAMAGED;
	walk->lead[walk->lead_len++] = byte;
	err = backup_lead_parse(walk->lead, walk->lead_len, name, &size, &used);
	if (err != ERR_NONE)
		return err == ERR_GAP ? ERR_NONE : ERR_DAMAGED;
	if ((err = begin_part(walk, name, size)) == ERR_NONE && size == 0)
		end_part(walk);
	return err;
}

/* Bytes that were opened. */
static enum err
feed(struct walk *walk, const uint8_t *data, size_t len)
{
	size_t some;
	enum err err = ERR_NONE;

	while (len > 0 && err == ERR_NONE) {
		some = 1;
		if (!walk->in_part) {
			err = lead_byte(walk, *data);
		} else {
			some = len < walk->left ? len : (size_t)walk->left;
			err = part_data(walk, data, some);
			if (err == ERR_NONE && walk->left == 0)
				end_part(walk);
		}
		data += some;
		len -= some;
	}
	return err;
}

static bool
goes_on(struct walk *walk, size_t len)
{
	const struct vault_reading *reading = walk->reading;

	walk->done += len;
	return reading->go_on == NULL ||
	    reading->go_on(reading->context, walk->done, walk->all);
}

/* Does what was read fit what the manifest says? */
static bool
fits(const struct walk *walk, const Erfa__BackupManifest *manifest)
{
	char hex[HEX(HASH_LEN)];
	size_t i;

	if (manifest->n_file != walk->count)
		return false;
	for (i = 0; i < walk->count; i++) {
		const Erfa__BackupFile *file = manifest->file[i];

		bytes_hex(walk->seen[i].hash, HASH_LEN, hex);
		if (file->name == NULL || file->hash == NULL ||
		    strcmp(file->name, walk->seen[i].name) != 0 ||
		    file->size != walk->seen[i].size ||
		    strcmp(file->hash, hex) != 0)
			return false;
	}
	return true;
}

static enum err
conclude(struct walk *walk, Erfa__BackupManifest **ret_manifest)
{
	Erfa__BackupManifest *manifest = NULL;
	enum err err;

	if (!walk->ended)
		return ERR_GAP;
	err = backup_manifest_open(
	    walk->manifest, walk->manifest_len, &manifest);
	if (err == ERR_NONE && !fits(walk, manifest))
		err = ERR_DAMAGED;
	if (err == ERR_NONE) {
		*ret_manifest = manifest;
		return ERR_NONE;
	}
	backup_manifest_free(manifest);
	return err == ERR_NOMEM || err == ERR_VERSION ? err : ERR_DAMAGED;
}

/* ---- a sealed file ---- */

/* Read up to ${len} bytes; fewer at the end of the file only. */
static enum err
read_some(int fd, uint8_t *out, size_t len, size_t *ret_len)
{
	ssize_t got;

	*ret_len = 0;
	while (*ret_len < len) {
		got = read(fd, out + *ret_len, len - *ret_len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			break;
		*ret_len += (size_t)got;
	}
	return ERR_NONE;
}

static enum err
open_sealed(struct walk *walk, int fd, struct backup_stream *stream)
{
	const struct vault_reading *reading = walk->reading;
	uint8_t header[BACKUP_HEADER_LEN];
	struct stat info;
	size_t len;
	enum err err;

	if (fstat(fd, &info) != 0)
		return ERR_IO;
	walk->all = (uint64_t)info.st_size;
	if ((err = read_some(fd, header, sizeof(header), &len)) != ERR_NONE)
		return err;
	if (len < sizeof(header))
		return len < DOMAIN_LEN ? ERR_SYNTAX : ERR_GAP;
	return reading->key != NULL ?
	    backup_reopen_begin(stream, reading->key, header) :
	    backup_open_begin(stream, reading->secret, header);
}

/* Read piece after piece.  Which one is the last is sealed with it. */
static enum err
read_pieces(struct walk *walk, int fd, struct backup_stream *stream,
    uint8_t in[SEALED_PIECE], uint8_t out[BACKUP_PIECE])
{
	bool last = false;
	size_t len;
	enum err err;

	while ((err = read_some(fd, in, SEALED_PIECE, &len)) == ERR_NONE) {
		if (len == 0)
			return last ? ERR_NONE : ERR_GAP;
		if (last)
			return ERR_DAMAGED;
		err = backup_open(stream, in, len, out, &last);
		if (err == ERR_SIZE)
			return ERR_GAP;
		if (err != ERR_NONE)
			return len < SEALED_PIECE ? ERR_GAP : ERR_DAMAGED;
		err = feed(walk, out, len - CRYPTO_STREAM_EXTRA);
		if (err != ERR_NONE)
			return err;
		if (!goes_on(walk, len))
			return ERR_BUSY;
	}
	return err;
}

static enum err
read_sealed(struct walk *walk)
{
	struct backup_stream stream;
	uint8_t *buf = malloc(SEALED_PIECE + BACKUP_PIECE);
	enum err err;
	int fd;

	if (buf == NULL)
		return ERR_NOMEM;
	if ((fd = open(walk->reading->path, O_RDONLY | O_CLOEXEC)) < 0) {
		free(buf);
		return settle_err();
	}
	err = open_sealed(walk, fd, &stream);
	if (err == ERR_NONE)
		err = read_pieces(walk, fd, &stream, buf, buf + SEALED_PIECE);
	(void)close(fd);
	crypto_wipe(&stream, sizeof(stream));
	crypto_wipe(buf, SEALED_PIECE + BACKUP_PIECE);
	free(buf);
	return err;
}

/* ---- a folder ---- */

/* Open a part, and say how long it is. */
static enum err
open_part(
    const struct walk *walk, const char *name, int *ret_fd, uint64_t *ret_size)
{
	char path[VAULT_PATH_MAX];
	struct stat info;
	int len;

	len = snprintf(path, sizeof(path), "%s/%s", walk->reading->path, name);
	if (len < 0 || (size_t)len >= sizeof(path))
		return ERR_IO;
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*ret_fd < 0)
		return settle_err();
	if (fstat(*ret_fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		(void)close(*ret_fd);
		return ERR_DAMAGED;
	}
	*ret_size = (uint64_t)info.st_size;
	return ERR_NONE;
}

/* Read one file of the folder as a part. */
static enum err
read_part(struct walk *walk, const char *name)
{
	uint8_t *buf;
	uint64_t size;
	size_t len;
	int fd = -1;
	enum err err;

	if ((err = open_part(walk, name, &fd, &size)) != ERR_NONE)
		return err;
	if ((buf = malloc(BACKUP_PIECE)) == NULL) {
		(void)close(fd);
		return ERR_NOMEM;
	}
	err = begin_part(walk, name, size);
	while (err == ERR_NONE && walk->left > 0) {
		len = walk->left < BACKUP_PIECE ? (size_t)walk->left :
						  BACKUP_PIECE;
		if ((err = read_some(fd, buf, len, &len)) != ERR_NONE)
			break;
		if (len == 0)
			err = ERR_GAP;
		else if (!goes_on(walk, len))
			err = ERR_BUSY;
		else
			err = part_data(walk, buf, len);
	}
	if (err == ERR_NONE)
		end_part(walk);
	(void)close(fd);
	crypto_wipe(buf, BACKUP_PIECE);
	free(buf);
	return err;
}

/* The manifest says which files there are to be; it is read once more at the end,
 * as in a sealed one. */
static enum err
read_folder(struct walk *walk)
{
	Erfa__BackupManifest *manifest = NULL;
	size_t i;
	enum err err;

	if ((err = read_part(walk, BACKUP_MANIFEST)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_SYNTAX : err;
	err = backup_manifest_open(
	    walk->manifest, walk->manifest_len, &manifest);
	if (err != ERR_NONE)
		return err == ERR_NOMEM || err == ERR_VERSION ? err :
								ERR_DAMAGED;
	free(walk->manifest);
	walk->manifest = NULL;
	walk->manifest_len = 0;
	walk->ended = false;
	for (i = 0; i < manifest->n_file; i++)
		walk->all += manifest->file[i]->size;
	for (i = 0; i < manifest->n_file && err == ERR_NONE; i++)
		err = manifest->file[i]->name == NULL ||
			!backup_name_valid(manifest->file[i]->name) ||
			strcmp(manifest->file[i]->name, BACKUP_MANIFEST) == 0 ?
		    ERR_DAMAGED :
		    read_part(walk, manifest->file[i]->name);
	if (err == ERR_NOENT)
		err = ERR_GAP;
	if (err == ERR_NONE)
		err = read_part(walk, BACKUP_MANIFEST);
	backup_manifest_free(manifest);
	return err;
}

enum err
vault_read(
    const struct vault_reading *reading, Erfa__BackupManifest **ret_manifest)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	enum err err;

	if (walk == NULL)
		return ERR_NOMEM;
	walk->reading = reading;
	if (reading->secret != NULL || reading->key != NULL)
		err = read_sealed(walk);
	else
		err = read_folder(walk);
	if (err == ERR_NONE)
		err = conclude(walk, ret_manifest);
	free(walk->manifest);
	crypto_wipe(walk, sizeof(*walk));
	free(walk);
	return err;
}

/* ---- removing ---- */

/* Remove the files in one folder that a backup may have there, and it. */
static enum err
remove_folder(const char *path, const char *below)
{
	char whole[VAULT_PATH_MAX];
	char name[300];
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(whole, sizeof(whole), "%s/%s", path, below);
	if ((dir = opendir(whole)) == NULL)
		return settle_err();
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while ((entry = readdir(dir)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s%s%s", below,
		    *below == '\0' ? "" : "/", entry->d_name);
		if (backup_name_valid(name))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	(void)closedir(dir);
	return rmdir(whole) == 0 ? ERR_NONE : ERR_IO;
}

enum err
vault_remove(const char *path)
{
	struct stat info;
	enum err err;

	if (lstat(path, &info) != 0)
		return settle_err();
	if (!S_ISDIR(info.st_mode))
		return unlink(path) == 0 ? ERR_NONE : settle_err();
	err = remove_folder(path, "state");
	if (err == ERR_NONE || err == ERR_NOENT)
		err = remove_folder(path, "conf.d");
	return err == ERR_NONE || err == ERR_NOENT ? remove_folder(path, "") :
						     err;
}
