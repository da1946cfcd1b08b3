#include "proto/backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/scan.h"

#define DOMAIN     "erfa/1/backup"
#define PREFIX_LEN 2
#define CHECK_LEN  2

/* Where the parts of the header stand. */
#define AT_VERSION   DOMAIN_LEN
#define AT_RECIPIENT (AT_VERSION + 4)
#define AT_SLOT      (AT_RECIPIENT + KEY_LEN)
#define AT_STREAM    (BACKUP_HEADER_LEN - CRYPTO_STREAM_HEADER)

/* And those of a manifest. */
#define AT_SIG  KEY_LEN
#define AT_REST (AT_SIG + SIG_LEN)

#define RECIPIENT_CHARS BYTES_BASE32_CHARS(KEY_LEN + CHECK_LEN)

_Static_assert(BACKUP_RECIPIENT_CHARS == PREFIX_LEN + RECIPIENT_CHARS,
    "a recipient as text");
_Static_assert(AT_SLOT + CRYPTO_SLOT_LEN == AT_STREAM, "the header");

static const char prefix[PREFIX_LEN] = { 'e', 'b' };

static const struct scan_limits limits = {
	.max_bytes = BACKUP_MANIFEST_MAX,
	.max_depth = 2,
	.max_fields = 65536,
	.max_alloc = (size_t)16 * BACKUP_MANIFEST_MAX,
};

/* ---- recipients ---- */

/* Two bytes by which a slip of the pen is noticed. */
static void
put_check(const uint8_t key[KEY_LEN], uint8_t out[CHECK_LEN])
{
	uint8_t raw[DOMAIN_LEN + KEY_LEN];
	uint8_t hash[HASH_LEN];

	crypto_pad16(DOMAIN, raw);
	memcpy(raw + DOMAIN_LEN, key, KEY_LEN);
	crypto_h(raw, sizeof(raw), hash);
	memcpy(out, hash, CHECK_LEN);
}

void
backup_recipient(
    const uint8_t secret[KEY_LEN], char out[BACKUP_RECIPIENT_CHARS + 1])
{
	uint8_t raw[KEY_LEN + CHECK_LEN];

	crypto_curve_base(secret, raw);
	put_check(raw, raw + KEY_LEN);
	memcpy(out, prefix, PREFIX_LEN);
	bytes_base32(raw, sizeof(raw), out + PREFIX_LEN);
}

enum err
backup_recipient_parse(const char *text, uint8_t ret_key[KEY_LEN])
{
	uint8_t raw[KEY_LEN + CHECK_LEN];
	uint8_t check[CHECK_LEN];

	if (strlen(text) != BACKUP_RECIPIENT_CHARS ||
	    memcmp(text, prefix, PREFIX_LEN) != 0 ||
	    bytes_unbase32(text + PREFIX_LEN, RECIPIENT_CHARS, raw,
		sizeof(raw)) != ERR_NONE)
		return ERR_SYNTAX;
	put_check(raw, check);
	if (memcmp(check, raw + KEY_LEN, CHECK_LEN) != 0)
		return ERR_SYNTAX;
	memcpy(ret_key, raw, KEY_LEN);
	return ERR_NONE;
}

/* ---- sealing ---- */

enum err
backup_seal_begin(struct backup_stream *stream,
    const uint8_t recipient[KEY_LEN], uint8_t ret_key[KEY_LEN],
    uint8_t out[BACKUP_HEADER_LEN])
{
	uint8_t key[KEY_LEN];
	enum err err;

	crypto_pad16(DOMAIN, out);
	bytes_put_le32(out + AT_VERSION, BACKUP_VERSION);
	memcpy(out + AT_RECIPIENT, recipient, KEY_LEN);
	crypto_random(key, sizeof(key));
	err = crypto_slot_seal(key, recipient, out + AT_SLOT);
	if (err == ERR_NONE) {
		crypto_stream_seal_begin(&stream->stream, key, out + AT_STREAM);
		crypto_h(out, BACKUP_HEADER_LEN, stream->bound);
		memcpy(ret_key, key, KEY_LEN);
	}
	crypto_wipe(key, sizeof(key));
	return err;
}

void
backup_seal(struct backup_stream *stream, bool last, const uint8_t *in,
    size_t len, uint8_t *out)
{
	struct bytes bound = { stream->bound, sizeof(stream->bound) };

	crypto_stream_seal(&stream->stream, last, bound, in, len, out);
}

/* Is this the header of a sealed backup of our version? */
static enum err
check_header(const uint8_t header[BACKUP_HEADER_LEN])
{
	uint8_t domain[DOMAIN_LEN];

	crypto_pad16(DOMAIN, domain);
	if (memcmp(header, domain, DOMAIN_LEN) != 0)
		return ERR_SYNTAX;
	return bytes_get_le32(header + AT_VERSION) == BACKUP_VERSION ?
	    ERR_NONE :
	    ERR_VERSION;
}

enum err
backup_reopen_begin(struct backup_stream *stream, const uint8_t key[KEY_LEN],
    const uint8_t header[BACKUP_HEADER_LEN])
{
	enum err err;

	if ((err = check_header(header)) != ERR_NONE)
		return err;
	crypto_h(header, BACKUP_HEADER_LEN, stream->bound);
	return crypto_stream_open_begin(
	    &stream->stream, key, header + AT_STREAM);
}

enum err
backup_open_begin(struct backup_stream *stream, const uint8_t secret[KEY_LEN],
    const uint8_t header[BACKUP_HEADER_LEN])
{
	uint8_t curve[KEY_LEN];
	uint8_t key[KEY_LEN];
	enum err err;

	if ((err = check_header(header)) != ERR_NONE)
		return err;
	crypto_curve_base(secret, curve);
	if (memcmp(header + AT_RECIPIENT, curve, KEY_LEN) != 0)
		return ERR_DENIED;
	if (crypto_slot_open(header + AT_SLOT, curve, secret, key) != ERR_NONE)
		return ERR_DAMAGED;
	err = backup_reopen_begin(stream, key, header);
	crypto_wipe(key, sizeof(key));
	return err;
}

enum err
backup_open(struct backup_stream *stream, const uint8_t *in, size_t len,
    uint8_t *out, bool *ret_last)
{
	struct bytes bound = { stream->bound, sizeof(stream->bound) };

	if (len > BACKUP_PIECE + CRYPTO_STREAM_EXTRA)
		return ERR_SIZE;
	return crypto_stream_open(
	    &stream->stream, bound, in, len, out, ret_last);
}

/* ---- parts ---- */

/* Letters, digits and "._-", not beginning with a dot. */
static bool
is_plain_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' &&
	    name[strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-")] == '\0';
}

bool
backup_name_valid(const char *name)
{
	static const char *const known[] = { "state/main.mdb", "state/keys",
		"state/node.key", "state/node.key.next", "state/node.key.old",
		"state/node.key.1", "state/node.key.2", "state/node.key.3",
		"state/node.key.4", "state/node.key.5", "state/TEST",
		"node.key", "erfad.conf", BACKUP_MANIFEST };
	size_t i;

	if (strlen(name) > BACKUP_NAME_MAX)
		return false;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return strncmp(name, "conf.d/", 7) == 0 && is_plain_name(name + 7);
}

enum err
backup_lead(const char *name, uint64_t size, uint8_t out[BACKUP_LEAD_MAX],
    size_t *ret_len)
{
	size_t len = strnlen(name, BACKUP_NAME_MAX + 1);

	if (len < 1 || len > BACKUP_NAME_MAX)
		return ERR_SIZE;
	bytes_put_le32(out, (uint32_t)len);
	memcpy(out + 4, name, len);
	bytes_put_le64(out + 4 + len, size);
	*ret_len = 4 + len + 8;
	return ERR_NONE;
}

enum err
backup_lead_parse(const uint8_t *in, size_t len,
    char ret_name[BACKUP_NAME_MAX + 1], uint64_t *ret_size, size_t *ret_used)
{
	uint32_t name_len;

	if (len < 4)
		return ERR_GAP;
	name_len = bytes_get_le32(in);
	if (name_len < 1 || name_len > BACKUP_NAME_MAX)
		return ERR_SYNTAX;
	if (len < 4 + (size_t)name_len + 8)
		return ERR_GAP;
	memcpy(ret_name, in + 4, name_len);
	ret_name[name_len] = '\0';
	if (strlen(ret_name) != name_len || !backup_name_valid(ret_name))
		return ERR_SYNTAX;
	*ret_size = bytes_get_le64(in + 4 + name_len);
	*ret_used = 4 + (size_t)name_len + 8;
	return ERR_NONE;
}

/* ---- what it says of itself ---- */

/* What is signed: the domain, and the hash of the rest. */
static void
to_sign(const uint8_t *rest, size_t len, uint8_t out[DOMAIN_LEN + HASH_LEN])
{
	crypto_pad16(DOMAIN, out);
	crypto_h(rest, len, out + DOMAIN_LEN);
}

enum err
backup_manifest_seal(const struct crypto_key *key,
    const Erfa__BackupManifest *manifest, uint8_t **ret_data, size_t *ret_len)
{
	size_t len = erfa__backup_manifest__get_packed_size(manifest);
	uint8_t message[DOMAIN_LEN + HASH_LEN];
	uint8_t *data = malloc(AT_REST + len);

	if (data == NULL)
		return ERR_NOMEM;
	memcpy(data, key->public_key, KEY_LEN);
	(void)erfa__backup_manifest__pack(manifest, data + AT_REST);
	to_sign(data + AT_REST, len, message);
	crypto_sign_with(key->secret, message, sizeof(message), data + AT_SIG);
	*ret_data = data;
	*ret_len = AT_REST + len;
	return ERR_NONE;
}

enum err
backup_manifest_open(
    const uint8_t *data, size_t len, Erfa__BackupManifest **ret_manifest)
{
	uint8_t message[DOMAIN_LEN + HASH_LEN];
	char hex[2 * KEY_LEN + 1];
	Erfa__BackupManifest *manifest;
	ProtobufCMessage *msg = NULL;
	enum err err;

	if (len <= AT_REST || len > BACKUP_MANIFEST_MAX)
		return ERR_SIZE;
	to_sign(data + AT_REST, len - AT_REST, message);
	if (!crypto_verify(data, message, sizeof(message), data + AT_SIG))
		return ERR_SIG;
	err = scan_unpack(&erfa__backup_manifest__descriptor, &limits,
	    data + AT_REST, len - AT_REST, &msg);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_SYNTAX;
	manifest = (Erfa__BackupManifest *)(void *)msg;
	bytes_hex(data, KEY_LEN, hex);
	if (manifest->version != BACKUP_VERSION)
		err = ERR_VERSION;
	else if (manifest->key == NULL || strcmp(manifest->key, hex) != 0)
		err = ERR_SIG;
	if (err != ERR_NONE) {
		backup_manifest_free(manifest);
		return err;
	}
	*ret_manifest = manifest;
	return ERR_NONE;
}

void
backup_manifest_free(Erfa__BackupManifest *manifest)
{
	if (manifest != NULL)
		erfa__backup_manifest__free_unpacked(manifest, NULL);
}
