#ifndef ERFA_INVITE_H
#define ERFA_INVITE_H

/*
 * invite - the invitation line, the join signature, the check number.
 *
 * PROTOCOL.md chapter 9.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/limits.h"

#define INVITE_SECRET_LEN 10
#define INVITE_RAW_LEN    45  /* version, key, secret, check */
#define INVITE_CHARS      72  /* the same in base32 */
#define INVITE_ADDR_MAX   261 /* host (255) : port (5) */
#define INVITE_LINE_MAX   (INVITE_ADDR_MAX + 1 + INVITE_CHARS)
#define INVITE_CHECK_LEN  29 /* "5378 3293 0812 1886 7895 1663" */

struct invite {
	char address[INVITE_ADDR_MAX + 1]; /* "host:port", lower case */
	uint8_t inviter[KEY_LEN];          /* its Ed25519 key */
	uint8_t secret[INVITE_SECRET_LEN];
};

/**
 * invite_address_valid(address):
 * Return whether ${address} is "host:port" as a line may hold it: a name of
 * letters, digits, dots and hyphens, an IPv4 address, or an IPv6 address in
 * brackets ("[::1]:7411"); of at most 255 characters; the port 1..65535 without
 * leading zeros.
 */
bool invite_address_valid(const char *address);

/**
 * invite_print(invite, out):
 * Write the line "host:port/<72 characters>", all in lower case.  The address
 * must be valid.
 */
void invite_print(const struct invite *invite, char out[INVITE_LINE_MAX + 1]);

/**
 * invite_parse(line, ret_invite):
 * Read a line, white space around it ignored, either case; the address is made
 * lower case before it is checked.  Return, in this order, ERR_SYNTAX if it has
 * no valid "host:port/", ERR_SIZE if not exactly 72 characters follow,
 * ERR_SYNTAX if one of them is outside base32, ERR_VERSION if the first byte is
 * not 1, or ERR_CHAIN if the check bytes do not fit (a character was changed).
 */
enum err invite_parse(const char *line, struct invite *ret_invite) MUST_CHECK;

/**
 * invite_missing(line):
 * How many characters a line that gave ERR_SIZE lacks (negative: too many), to
 * be said to the user.  A line without a slash lacks all 72.
 */
int invite_missing(const char *line);

/**
 * invite_join_key(invite, ret_public, ret_secret):
 * The X25519 pair that the newcomer dials with and the inviter admits.
 */
void invite_join_key(const struct invite *invite, uint8_t ret_public[KEY_LEN],
    uint8_t ret_secret[KEY_LEN]);

/**
 * invite_join_sign(key, inviter, join_public, out),
 * invite_join_verify(newcomer, inviter, join_public, sig):
 * The newcomer's proof that it holds its Ed25519 key, bound to this invitation.
 */
void invite_join_sign(const struct crypto_key *key,
    const uint8_t inviter[KEY_LEN], const uint8_t join_public[KEY_LEN],
    uint8_t out[SIG_LEN]);
bool invite_join_verify(const uint8_t newcomer[KEY_LEN],
    const uint8_t inviter[KEY_LEN], const uint8_t join_public[KEY_LEN],
    const uint8_t sig[SIG_LEN]);

/**
 * invite_check_number(curve_public, out):
 * The 24 digits in six groups that people compare by telephone.
 */
void invite_check_number(
    const uint8_t curve_public[KEY_LEN], char out[INVITE_CHECK_LEN + 1]);

#endif /* !ERFA_INVITE_H */
