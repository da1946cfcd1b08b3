#include "client/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/limits.h"

#define MAGIC_LEN (sizeof(BUNDLE_MAGIC) - 1)
#define SAME_LEN  5 /* of any version: "erfa/" */
#define WORD      4 /* bytes of a length */

enum err
bundle_begin(FILE *file)
{
	return fwrite(BUNDLE_MAGIC, 1, MAGIC_LEN, file) == MAGIC_LEN ?
	    ERR_NONE :
	    ERR_IO;
}

enum err
bundle_put(FILE *file, const uint8_t *msg, size_t len)
{
	uint8_t word[WORD];

	if (len == 0 || len > MSG_MAX)
		return ERR_SIZE;
	bytes_put_le32(word, (uint32_t)len);
	if (fwrite(word, 1, WORD, file) != WORD ||
	    fwrite(msg, 1, len, file) != len)
		return ERR_IO;
	return ERR_NONE;
}

enum err
bundle_check(FILE *file)
{
	char magic[MAGIC_LEN];
	size_t len = fread(magic, 1, MAGIC_LEN, file);

	if (ferror(file))
		return ERR_IO;
	if (len == MAGIC_LEN && memcmp(magic, BUNDLE_MAGIC, MAGIC_LEN) == 0)
		return ERR_NONE;
	if (len == MAGIC_LEN && memcmp(magic, BUNDLE_MAGIC, SAME_LEN) == 0 &&
	    memcmp(magic + MAGIC_LEN - 8, "/bundle\n", 8) == 0)
		return ERR_VERSION;
	return ERR_SYNTAX;
}

enum err
bundle_get(FILE *file, uint8_t **ret_msg, size_t *ret_len)
{
	uint8_t word[WORD];
	uint8_t *msg;
	size_t len;
	size_t got = fread(word, 1, WORD, file);

	if (got != WORD) {
		if (ferror(file))
			return ERR_IO;
		return got == 0 ? ERR_NOENT : ERR_GAP;
	}
	len = bytes_get_le32(word);
	if (len == 0 || len > MSG_MAX)
		return ERR_SIZE;
	if ((msg = malloc(len)) == NULL)
		return ERR_NOMEM;
	if (fread(msg, 1, len, file) != len) {
		free(msg);
		return ferror(file) ? ERR_IO : ERR_GAP;
	}
	*ret_msg = msg;
	*ret_len = len;
	return ERR_NONE;
}
