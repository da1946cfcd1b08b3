#include "proto/log.h"

#include <assert.h>
#include <string.h>

/* Where the parts of a HEAD stand in its HEAD_LEN bytes. */
#define HEAD_N      LOG_ID_LEN
#define HEAD_C      (HEAD_N + 8)
#define HEAD_TIME   (HEAD_C + HASH_LEN)
#define HEAD_SIGNED (HEAD_TIME + 8) /* bytes before the signature */

_Static_assert(HEAD_SIGNED + SIG_LEN == HEAD_LEN, "parts of a HEAD");

/* What stands before the header in the input of a chain step. */
#define STEP_EXTRA (HASH_LEN + 8 + 4)

void
log_begin(const uint8_t key[KEY_LEN], uint64_t inc,
    uint8_t ret_log_id[LOG_ID_LEN], struct log_tip *ret_tip)
{
	uint8_t in[DOMAIN_LEN + KEY_LEN + 8];

	crypto_pad16("erfa/1/log", in);
	memcpy(in + DOMAIN_LEN, key, KEY_LEN);
	bytes_put_le64(in + DOMAIN_LEN + KEY_LEN, inc);

	memset(ret_tip, 0, sizeof(*ret_tip));
	crypto_h(in, sizeof(in), ret_tip->c);
	memcpy(ret_log_id, ret_tip->c, LOG_ID_LEN);
}

enum err
log_step(struct log_tip *tip, const uint8_t *header, size_t len)
{
	uint8_t in[STEP_EXTRA + HEADER_MAX];

	if (len < 1 || len > HEADER_MAX)
		return ERR_SIZE;

	memcpy(in, tip->c, HASH_LEN);
	bytes_put_le64(in + HASH_LEN, tip->n + 1);
	bytes_put_le32(in + HASH_LEN + 8, (uint32_t)len);
	memcpy(in + STEP_EXTRA, header, len);
	crypto_h(in, STEP_EXTRA + len, tip->c);

	tip->n++;
	tip->boundary_bytes += (uint32_t)len;
	if (tip->n - tip->boundary >= BOUNDARY_N ||
	    tip->boundary_bytes >= BOUNDARY_BYTES) {
		tip->boundary = tip->n;
		tip->boundary_bytes = 0;
	}
	return ERR_NONE;
}

bool
log_at_boundary(const struct log_tip *tip)
{
	return tip->n != 0 && tip->boundary == tip->n;
}

/* Write what the signature of a HEAD is over. */
static void
head_message(const uint8_t *raw, uint8_t message[DOMAIN_LEN + HEAD_SIGNED])
{
	crypto_pad16("erfa/1/head", message);
	memcpy(message + DOMAIN_LEN, raw, HEAD_SIGNED);
}

void
log_head_sign(const uint8_t secret[SECRET_LEN],
    const uint8_t log_id[LOG_ID_LEN], const struct log_tip *tip,
    uint64_t time_ms, uint8_t out[HEAD_LEN])
{
	uint8_t message[DOMAIN_LEN + HEAD_SIGNED];

	memcpy(out, log_id, LOG_ID_LEN);
	bytes_put_le64(out + HEAD_N, tip->n);
	memcpy(out + HEAD_C, tip->c, HASH_LEN);
	bytes_put_le64(out + HEAD_TIME, time_ms);
	head_message(out, message);
	crypto_sign_with(secret, message, sizeof(message), out + HEAD_SIGNED);
}

void
log_head_parse(const uint8_t raw[HEAD_LEN], struct log_head *ret_head)
{
	memcpy(ret_head->log_id, raw, LOG_ID_LEN);
	ret_head->n = bytes_get_le64(raw + HEAD_N);
	memcpy(ret_head->c, raw + HEAD_C, HASH_LEN);
	ret_head->time_ms = bytes_get_le64(raw + HEAD_TIME);
	memcpy(ret_head->sig, raw + HEAD_SIGNED, SIG_LEN);
}

enum err
log_head_verify(const uint8_t key[KEY_LEN], const uint8_t raw[HEAD_LEN])
{
	uint8_t message[DOMAIN_LEN + HEAD_SIGNED];

	head_message(raw, message);
	if (!crypto_verify(key, message, sizeof(message), raw + HEAD_SIGNED))
		return ERR_SIG;
	return ERR_NONE;
}

/* Fold the headers of ${run} into ${tip}. */
static enum err
fold(struct log_tip *tip, const struct log_run *run)
{
	size_t i;

	for (i = 0; i < run->count; i++) {
		enum err err;

		/* The header before was a boundary: the run had to end. */
		if (i > 0 && log_at_boundary(tip))
			return ERR_BOUNDARY;
		err = log_step(tip, run->headers[i].data, run->headers[i].len);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
log_run_verify(const uint8_t key[KEY_LEN], const struct log_tip *start,
    const struct log_run *run, struct log_tip *ret_end)
{
	struct log_head head;
	struct log_tip tip = *start;
	enum err err;

	/* Is it the run that we wait for? */
	if (run->count < 1 || run->count > BOUNDARY_N)
		return ERR_SIZE;
	if (run->first != start->n + 1)
		return ERR_GAP;
	log_head_parse(run->head, &head);
	if (memcmp(run->c_prev, start->c, HASH_LEN) != 0 ||
	    memcmp(head.log_id, run->log_id, LOG_ID_LEN) != 0 ||
	    head.n != start->n + run->count)
		return ERR_CHAIN;

	/* Do its headers lead to its HEAD, and did the origin sign that? */
	if ((err = fold(&tip, run)) != ERR_NONE)
		return err;
	if (memcmp(tip.c, head.c, HASH_LEN) != 0)
		return ERR_CHAIN;
	if ((err = log_head_verify(key, run->head)) != ERR_NONE)
		return err;
	*ret_end = tip;
	return ERR_NONE;
}

void
log_digest_begin(struct log_digest *digest)
{
	memset(digest, 0, sizeof(*digest));
	crypto_hash_begin(&digest->hash);
}

void
log_digest_add(struct log_digest *digest, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, const uint8_t c8[C8_LEN])
{
	uint8_t in[LOG_ID_LEN + 8 + C8_LEN];

	assert(n > 0);
	assert(!digest->any || memcmp(digest->last, log_id, LOG_ID_LEN) < 0);
	digest->any = true;
	memcpy(digest->last, log_id, LOG_ID_LEN);

	memcpy(in, log_id, LOG_ID_LEN);
	bytes_put_le64(in + LOG_ID_LEN, n);
	memcpy(in + LOG_ID_LEN + 8, c8, C8_LEN);
	crypto_hash_add(&digest->hash, in, sizeof(in));
}

void
log_digest_end(struct log_digest *digest, uint8_t out[HASH_LEN])
{
	crypto_hash_end(&digest->hash, out);
}
