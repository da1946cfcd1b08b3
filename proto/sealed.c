#include "proto/sealed.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/field.h"

#define VERSION 1

/* Field numbers of Sealed. */
enum {
	F_V = 1,
	F_NONCE = 2,
	F_SLOT = 3,
	F_BOX = 4,
};

/* P taken apart; all leads into it. */
struct parts {
	uint32_t version;
	const uint8_t *nonce;
	const uint8_t *slots[GROUP_MAX];
	size_t count;
	struct bytes box;
};

/* ---- sealing ---- */

/* Write P from its parts, last field first; without a buffer count only. */
static struct field_writer
write_parts(const uint8_t *nonce, const uint8_t *slots, size_t count,
    struct bytes box, uint8_t *buf, size_t size)
{
	struct field_writer writer = field_writer(buf, size);
	size_t i;

	field_put_bytes(&writer, F_BOX, box.data, box.len);
	for (i = count; i-- > 0;)
		field_put_bytes(&writer, F_SLOT, slots + i * CRYPTO_SLOT_LEN,
		    CRYPTO_SLOT_LEN);
	field_put_bytes(&writer, F_NONCE, nonce, CRYPTO_NONCE_LEN);
	field_put_u64(&writer, F_V, VERSION);
	return writer;
}

/* Put the pieces together into memory of their own. */
static enum err
join_parts(const uint8_t *nonce, const uint8_t *slots, size_t count,
    struct bytes box, uint8_t **ret_p, size_t *ret_len)
{
	struct field_writer writer = write_parts(
	    nonce, slots, count, box, NULL, 0);
	size_t len = writer.used;
	uint8_t *p;
	enum err err;

	if (len > BODY_MAX)
		return ERR_SIZE;
	if ((p = malloc(len)) == NULL)
		return ERR_NOMEM;
	writer = write_parts(nonce, slots, count, box, p, len);
	if ((err = field_finish(&writer, &len)) != ERR_NONE) {
		free(p);
		return err;
	}
	*ret_p = p;
	*ret_len = len;
	return ERR_NONE;
}

enum err
sealed_seal(const uint8_t *plain, size_t len, const uint8_t (*members)[KEY_LEN],
    size_t count, uint8_t **ret_p, size_t *ret_len)
{
	uint8_t nonce[CRYPTO_NONCE_LEN];
	uint8_t key[KEY_LEN];
	uint8_t *slots = NULL;
	uint8_t *box = NULL;
	size_t i;
	enum err err = ERR_NONE;

	if (count == 0 || count > GROUP_MAX)
		return ERR_LIMIT;
	if (len == 0 || len > BODY_MAX)
		return ERR_SIZE;
	slots = malloc(count * CRYPTO_SLOT_LEN);
	box = malloc(CRYPTO_BOX_LEN(len));
	if (slots == NULL || box == NULL) {
		err = ERR_NOMEM;
		goto out;
	}
	crypto_random(key, sizeof(key));
	crypto_random(nonce, sizeof(nonce));
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = crypto_slot_seal(
		    key, members[i], slots + i * CRYPTO_SLOT_LEN);
	if (err != ERR_NONE)
		goto out;
	crypto_content_seal(key, nonce, plain, len, box);
	err = join_parts(nonce, slots, count,
	    (struct bytes){ .data = box, .len = CRYPTO_BOX_LEN(len) }, ret_p,
	    ret_len);
out:
	crypto_wipe(key, sizeof(key));
	free(slots);
	free(box);
	return err;
}

/* ---- opening ---- */

static enum err
take_field(const struct field *field, void *ret)
{
	struct parts *parts = ret;
	struct bytes bytes;
	enum err err;

	if (field->number == F_V)
		return field_u32(field, &parts->version);
	if (field->number != F_NONCE && field->number != F_SLOT &&
	    field->number != F_BOX)
		return ERR_NONE;
	if ((err = field_bytes(field, &bytes)) != ERR_NONE)
		return err;
	if (field->number == F_BOX) {
		parts->box = bytes;
	} else if (field->number == F_NONCE) {
		if (bytes.len != CRYPTO_NONCE_LEN)
			return ERR_SYNTAX;
		parts->nonce = bytes.data;
	} else {
		if (bytes.len != CRYPTO_SLOT_LEN)
			return ERR_SYNTAX;
		if (parts->count == GROUP_MAX)
			return ERR_LIMIT;
		parts->slots[parts->count++] = bytes.data;
	}
	return ERR_NONE;
}

/* Take P apart. */
static enum err
read_parts(const uint8_t *p, size_t len, struct parts *parts)
{
	enum err err;

	if (len == 0 || len > BODY_MAX)
		return ERR_SIZE;
	parts->version = 0;
	parts->nonce = NULL;
	parts->count = 0;
	parts->box = (struct bytes){ .len = 0 };
	err = field_each((struct bytes){ .data = p, .len = len }, HEADER_FIELDS,
	    take_field, parts);
	if (err != ERR_NONE)
		return err;
	if (parts->version > VERSION)
		return ERR_VERSION;
	return parts->version == VERSION && parts->nonce != NULL &&
		parts->count > 0 && parts->box.len > 0 ?
	    ERR_NONE :
	    ERR_SYNTAX;
}

/* Find the content key in a slot that is for one of ours. */
static enum err
find_key(const struct sealed_ring *ring, const struct parts *parts,
    uint8_t ret_key[KEY_LEN])
{
	size_t count = ring == NULL ? 0 : ring->count;
	size_t i;
	size_t k;

	for (k = 0; k < count; k++)
		for (i = 0; i < parts->count; i++)
			if (crypto_slot_open(parts->slots[i],
				ring->keys[k].curve_public,
				ring->keys[k].curve_secret,
				ret_key) == ERR_NONE)
				return ERR_NONE;
	return ERR_DENIED;
}

enum err
sealed_open(const struct sealed_ring *ring, const uint8_t *p, size_t len,
    uint8_t **ret_plain, size_t *ret_len)
{
	uint8_t key[KEY_LEN];
	struct parts parts;
	uint8_t *plain;
	enum err err;

	if ((err = read_parts(p, len, &parts)) != ERR_NONE ||
	    (err = find_key(ring, &parts, key)) != ERR_NONE)
		return err;
	if ((plain = malloc(parts.box.len)) == NULL)
		err = ERR_NOMEM;
	else
		err = crypto_content_open(key, parts.nonce, parts.box.data,
		    parts.box.len, plain, ret_len);
	crypto_wipe(key, sizeof(key));
	if (err != ERR_NONE) {
		free(plain);
		return err;
	}
	*ret_plain = plain;
	return ERR_NONE;
}

enum err
sealed_body(const struct sealed_ring *ring, uint64_t group, const uint8_t *p,
    size_t len, Erfa__Body **ret_body, uint8_t same[HASH_LEN])
{
	uint8_t *plain;
	size_t plain_len;
	enum err err;

	if (group == 0)
		return body_decode(p, len, ret_body);
	err = sealed_open(ring, p, len, &plain, &plain_len);
	if (err != ERR_NONE)
		return err;
	err = body_decode(plain, plain_len, ret_body);
	if (err == ERR_NONE && same != NULL)
		crypto_h(plain, plain_len, same);
	crypto_wipe(plain, plain_len);
	free(plain);
	return err;
}

uint64_t
sealed_number(
    const uint8_t founder[KEY_LEN], const uint8_t seed[GROUP_SEED_LEN])
{
	uint8_t text[DOMAIN_LEN + KEY_LEN + GROUP_SEED_LEN];
	uint8_t hash[HASH_LEN];

	crypto_pad16("erfa/1/group", text);
	memcpy(text + DOMAIN_LEN, founder, KEY_LEN);
	memcpy(text + DOMAIN_LEN + KEY_LEN, seed, GROUP_SEED_LEN);
	crypto_h(text, sizeof(text), hash);
	return bytes_get_le64(hash);
}
