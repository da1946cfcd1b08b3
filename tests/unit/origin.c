#include "tests/unit/origin.h"

#include <stdlib.h>
#include <string.h>

#include "proto/header.h"

void
origin_begin(struct origin *origin, uint8_t seed, uint64_t inc)
{
	uint8_t bytes[SEED_LEN];

	memset(origin, 0, sizeof(*origin));
	memset(bytes, seed, sizeof(bytes));
	crypto_key_from_seed(bytes, &origin->key);
	origin->inc = inc;
	origin->time_ms = 1000000;
	log_begin(origin->key.public_key, inc, origin->log_id, &origin->tip);
}

void
origin_run_begin(const struct origin *origin, struct origin_run *run)
{
	memset(run, 0, sizeof(*run));
	memcpy(run->run.log_id, origin->log_id, LOG_ID_LEN);
	memcpy(run->run.c_prev, origin->tip.c, HASH_LEN);
	run->run.first = origin->tip.n + 1;
	run->run.headers = run->headers;
	run->run.head = run->head;
	run->start = origin->tip;
	run->variant = origin->variant;
}

void
origin_salt(uint8_t variant, uint64_t n, uint8_t out[SALT_LEN])
{
	memset(out, variant, SALT_LEN);
	bytes_put_le64(out, n);
}

void
origin_body(uint8_t variant, uint64_t n, uint8_t *out, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		out[i] = (uint8_t)(i + n * 31 + variant);
}

/* Write the ext of a first entry, whose length tells whether it fits. */
static size_t
genesis_ext(const struct origin *origin, uint8_t *out, size_t size)
{
	struct header_genesis genesis = { .inc = origin->inc, .format = 1 };
	size_t len;

	memcpy(genesis.key, origin->key.public_key, KEY_LEN);
	memcpy(genesis.org, "dk-791", sizeof("dk-791"));
	if (header_genesis_encode(&genesis, out, size, &len) != ERR_NONE)
		abort();
	return len;
}

/* Append an entry with this header to the run. */
static void
append(struct origin *origin, struct origin_run *run, struct header *header)
{
	size_t i = run->run.count;
	size_t len;

	header->time_ms = origin->time_ms + origin->tip.n + 1;
	if (header_encode(header, run->bytes + run->used,
		sizeof(run->bytes) - run->used, &len) != ERR_NONE ||
	    log_step(&origin->tip, run->bytes + run->used, len) != ERR_NONE)
		abort();
	run->headers[i] = (struct bytes){ run->bytes + run->used, len };
	run->body_len[i] = header->body_len;
	run->used += len;
	run->run.count++;
}

void
origin_erase(struct origin *origin, struct origin_run *run,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	struct header_target target = { .n = n, .reason = 1 };

	memcpy(target.log_id, log_id, LOG_ID_LEN);
	origin_target(origin, run, &target);
}

void
origin_target(struct origin *origin, struct origin_run *run,
    const struct header_target *target)
{
	struct header header = { .kind = HEADER_ERASE };
	uint8_t ext[64];
	size_t len;

	if (header_erase_encode(target, 1, ext, sizeof(ext), &len) != ERR_NONE)
		abort();
	header.ext = (struct bytes){ ext, len };
	append(origin, run, &header);
}

void
origin_member(struct origin *origin, struct origin_run *run,
    const struct header_member *member)
{
	struct header header = { .kind = HEADER_MEMBER };
	uint8_t ext[256];
	size_t len;

	if (header_member_encode(member, ext, sizeof(ext), &len) != ERR_NONE)
		abort();
	header.ext = (struct bytes){ ext, len };
	append(origin, run, &header);
}

void
origin_fork(struct origin *origin, struct origin_run *run,
    const struct header_fork *fork)
{
	struct header header = { .kind = HEADER_FORK };
	uint8_t ext[HEADER_MAX];
	size_t len;

	if (header_fork_encode(fork, ext, sizeof(ext), &len) != ERR_NONE)
		abort();
	header.ext = (struct bytes){ ext, len };
	append(origin, run, &header);
}

void
origin_add(struct origin *origin, struct origin_run *run, uint32_t kind,
    uint32_t body_len)
{
	struct header header = { .kind = kind, .body_len = body_len };
	uint64_t n = origin->tip.n + 1;
	uint8_t *body = malloc((size_t)body_len + 1);
	uint8_t salt[SALT_LEN];
	uint8_t ext[256];

	if (body == NULL)
		abort();
	if (kind == HEADER_GENESIS)
		header.ext = (struct bytes){ ext,
			genesis_ext(origin, ext, sizeof(ext)) };
	if (body_len > 0) {
		origin_body(origin->variant, n, body, body_len);
		origin_salt(origin->variant, n, salt);
		header.has_commit = true;
		crypto_commit(salt, body, body_len, header.commit);
	}
	free(body);
	append(origin, run, &header);
}

void
origin_run_end(struct origin *origin, struct origin_run *run)
{
	log_head_sign(origin->key.secret, origin->log_id, &origin->tip,
	    origin->time_ms + origin->tip.n, run->head);
}

void
origin_write(struct origin *origin, struct origin_run *run, size_t count,
    uint32_t body_len)
{
	origin_run_begin(origin, run);
	while (run->run.count < count) {
		if (origin->tip.n == 0)
			origin_add(origin, run, HEADER_GENESIS, 0);
		else
			origin_add(origin, run, HEADER_TRIAL, body_len);
		if (log_at_boundary(&origin->tip))
			break;
	}
	origin_run_end(origin, run);
}
