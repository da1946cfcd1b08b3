/*
 * Fuzz what is sealed to a group: opening it ends, whatever it is, and what is not
 * for us is never taken for a body.  The seeds are sealed to this key.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "proto/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct sealed_ring ring;
	static struct sealed_ring other;
	const uint8_t seed[SEED_LEN] = { 1 };
	const uint8_t other_seed[SEED_LEN] = { 2 };
	Erfa__Body *body = NULL;

	if (ring.count == 0) {
		if (crypto_init() != ERR_NONE)
			abort();
		crypto_key_from_seed(seed, &ring.keys[0]);
		crypto_key_from_seed(other_seed, &other.keys[0]);
		ring.count = other.count = 1;
	}
	if (sealed_body(&ring, 1, data, len, &body, NULL) == ERR_NONE)
		body_free(body);
	if (sealed_body(&other, 1, data, len, &body, NULL) == ERR_NONE)
		abort();
	return 0;
}
