#include "proto/record.h"

#include <stdio.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/crypto.h"

_Static_assert(
    RECORD_CHARS == BYTES_BASE32_CHARS(RECORD_LEN), "a whole record");

void
record_print(const char *org, const uint8_t record[RECORD_LEN], size_t chars,
    char out[RECORD_ID_CHARS + 1])
{
	char text[RECORD_CHARS + 1];

	bytes_base32(record, RECORD_LEN, text);
	(void)snprintf(out, RECORD_ID_CHARS + 1, "%.*s/%.*s", ORG_MAX, org,
	    (int)(chars < RECORD_CHARS ? chars : RECORD_CHARS), text);
}

/* Return ${c} in lower case; ASCII alone, whatever the locale. */
static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

/* Read the part before the slash. */
static enum err
parse_org(const char *text, size_t len, char *out)
{
	size_t i;

	if (len < 1 || len > ORG_MAX)
		return ERR_SYNTAX;
	for (i = 0; i < len; i++)
		out[i] = lower(text[i]);
	out[len] = '\0';
	if (strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
		return ERR_SYNTAX;
	return ERR_NONE;
}

/* Read the part after the slash. */
static enum err
parse_part(const char *text, size_t len, char *out)
{
	size_t i;

	if (len < 1 || len > RECORD_CHARS)
		return ERR_SYNTAX;
	for (i = 0; i < len; i++) {
		out[i] = lower(text[i]);
		if (out[i] == 'o')
			out[i] = '0';
		if (out[i] == 'i' || out[i] == 'l')
			out[i] = '1';
	}
	out[len] = '\0';
	if (strspn(out, "0123456789abcdefghjkmnpqrstvwxyz") != len)
		return ERR_SYNTAX;
	return ERR_NONE;
}

enum err
record_parse(const char *text, struct record_id *ret_id)
{
	const char *slash = strchr(text, '/');
	struct record_id id;
	enum err err;

	if (slash == NULL)
		return ERR_SYNTAX;
	memset(&id, 0, sizeof(id));
	if ((err = parse_org(text, (size_t)(slash - text), id.org)) != ERR_NONE)
		return err;
	if ((err = parse_part(slash + 1, strlen(slash + 1), id.part)) !=
	    ERR_NONE)
		return err;
	*ret_id = id;
	return ERR_NONE;
}

enum err
record_parse_full(
    const char *text, char ret_org[ORG_MAX + 1], uint8_t ret_record[RECORD_LEN])
{
	struct record_id id;
	enum err err;

	if ((err = record_parse(text, &id)) != ERR_NONE)
		return err;
	if (strlen(id.org) < 2 || strlen(id.part) != RECORD_CHARS)
		return ERR_SYNTAX;
	if ((err = bytes_unbase32(
		 id.part, RECORD_CHARS, ret_record, RECORD_LEN)) != ERR_NONE)
		return err;
	memcpy(ret_org, id.org, sizeof(id.org));
	return ERR_NONE;
}

void
record_import(
    const char *kind_name, const char *external_id, uint8_t out[RECORD_LEN])
{
	struct crypto_hash_state hash;
	uint8_t whole[HASH_LEN];

	/* The name goes in with its NUL, which is the separator. */
	crypto_hash_begin(&hash);
	crypto_hash_add(&hash, kind_name, strlen(kind_name) + 1);
	crypto_hash_add(&hash, external_id, strlen(external_id));
	crypto_hash_end(&hash, whole);
	memcpy(out, whole, RECORD_LEN);
}
