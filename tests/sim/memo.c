/*
 * Answers of pure functions, remembered: all nodes verify the same HEADs and
 * convert the same keys, in one process.  Nothing is assumed: an answer counts
 * for the very same bytes.
 */
#include <string.h>

#include "proto/crypto.h"

#define VERIFIED (1 << 13) /* answers that are remembered */
#define CURVES   (1 << 10)
#define MSG_LEN  128 /* longer messages are verified each time */

/* One signature that was verified. */
struct verified {
	bool known;
	bool good;
	uint8_t key[KEY_LEN];
	uint8_t sig[SIG_LEN];
	size_t len;
	uint8_t msg[MSG_LEN];
};

/* One key that was converted. */
struct curve {
	bool known;
	enum err err;
	uint8_t key[KEY_LEN];
	uint8_t curve[KEY_LEN];
};

/* The linker's replacements have no argument to find them by. */
static struct verified verified[VERIFIED];
static struct curve curves[CURVES];

bool __real_crypto_verify(const uint8_t public_key[KEY_LEN], const void *msg,
    size_t len, const uint8_t sig[SIG_LEN]);
bool __wrap_crypto_verify(const uint8_t public_key[KEY_LEN], const void *msg,
    size_t len, const uint8_t sig[SIG_LEN]);
enum err __real_crypto_curve_public(
    const uint8_t public_key[KEY_LEN], uint8_t ret_curve[KEY_LEN]);
enum err __wrap_crypto_curve_public(
    const uint8_t public_key[KEY_LEN], uint8_t ret_curve[KEY_LEN]);

/* Where an answer about these bytes is kept, if it is. */
static size_t
place(const uint8_t *bytes, size_t places)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	return (size_t)(number % places);
}

bool
__wrap_crypto_verify(const uint8_t public_key[KEY_LEN], const void *msg,
    size_t len, const uint8_t sig[SIG_LEN])
{
	struct verified *at = &verified[place(sig, VERIFIED)];

	if (len > MSG_LEN)
		return __real_crypto_verify(public_key, msg, len, sig);
	if (at->known && at->len == len && memcmp(at->sig, sig, SIG_LEN) == 0 &&
	    memcmp(at->key, public_key, KEY_LEN) == 0 &&
	    memcmp(at->msg, msg, len) == 0)
		return at->good;
	at->known = true;
	at->good = __real_crypto_verify(public_key, msg, len, sig);
	at->len = len;
	memcpy(at->key, public_key, KEY_LEN);
	memcpy(at->sig, sig, SIG_LEN);
	memcpy(at->msg, msg, len);
	return at->good;
}

enum err
__wrap_crypto_curve_public(
    const uint8_t public_key[KEY_LEN], uint8_t ret_curve[KEY_LEN])
{
	struct curve *at = &curves[place(public_key, CURVES)];

	if (!at->known || memcmp(at->key, public_key, KEY_LEN) != 0) {
		at->known = true;
		memcpy(at->key, public_key, KEY_LEN);
		at->err = __real_crypto_curve_public(public_key, at->curve);
	}
	if (at->err == ERR_NONE)
		memcpy(ret_curve, at->curve, KEY_LEN);
	return at->err;
}
