#include "proto/invite.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/bytes.h"

#define VERSION    1
#define HOST_MAX   255
#define CHECKED    43 /* bytes before the check */
#define CHECK_LEN  2
#define KEY_AT     1
#define SECRET_AT  (KEY_AT + KEY_LEN)
#define DOMAIN     "erfa/1/invite"
#define GROUPS     6 /* of a check number */
#define GROUP_MOD  10000
#define WHITE      " \t\r\n\v\f"
#define PORT_MAX   65535
#define PORT_CHARS 5

_Static_assert(SECRET_AT + INVITE_SECRET_LEN == CHECKED, "parts of a line");
_Static_assert(CHECKED + CHECK_LEN == INVITE_RAW_LEN, "parts of a line");
_Static_assert(
    INVITE_CHARS == BYTES_BASE32_CHARS(INVITE_RAW_LEN), "a line in base32");

/* Is this a port, 1..65535, without leading zeros? */
static bool
port_valid(const char *port)
{
	unsigned value = 0;
	size_t i;

	if (port[0] == '0' || strlen(port) > PORT_CHARS)
		return false;
	for (i = 0; port[i] != '\0'; i++) {
		if (port[i] < '0' || port[i] > '9')
			return false;
		value = 10 * value + (unsigned)(port[i] - '0');
	}
	return value >= 1 && value <= PORT_MAX;
}

bool
invite_address_valid(const char *address)
{
	const char *colon = strrchr(address, ':');
	const char *host = address;
	const char *allowed = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	size_t len;

	if (colon == NULL || !port_valid(colon + 1))
		return false;
	len = (size_t)(colon - address);
	if (len < 1 || len > HOST_MAX)
		return false;

	/* An IPv6 address stands in brackets, for its own colons. */
	if (host[0] == '[') {
		if (len < 4 || host[len - 1] != ']')
			return false;
		host++;
		len -= 2;
		allowed = "0123456789abcdefABCDEF:.";
	}
	return strspn(host, allowed) == len;
}

/* Copy ${len} characters in lower case; ASCII alone, whatever the locale. */
static void
copy_lower(char *out, const char *in, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		out[i] = in[i];
		if (in[i] >= 'A' && in[i] <= 'Z')
			out[i] = (char)(in[i] - 'A' + 'a');
	}
	out[len] = '\0';
}

/* Compute the check of a line: it covers the address too. */
static void
check_bytes(const char *address, const uint8_t *raw, uint8_t out[CHECK_LEN])
{
	struct crypto_hash_state hash;
	uint8_t domain[DOMAIN_LEN];
	uint8_t whole[HASH_LEN];

	crypto_pad16(DOMAIN, domain);
	crypto_hash_begin(&hash);
	crypto_hash_add(&hash, domain, sizeof(domain));
	crypto_hash_add(&hash, address, strlen(address));
	crypto_hash_add(&hash, raw, CHECKED);
	crypto_hash_end(&hash, whole);
	memcpy(out, whole, CHECK_LEN);
}

void
invite_print(const struct invite *invite, char out[INVITE_LINE_MAX + 1])
{
	uint8_t raw[INVITE_RAW_LEN];
	size_t len = strlen(invite->address);

	assert(invite_address_valid(invite->address));
	copy_lower(out, invite->address, len);
	raw[0] = VERSION;
	memcpy(raw + KEY_AT, invite->inviter, KEY_LEN);
	memcpy(raw + SECRET_AT, invite->secret, INVITE_SECRET_LEN);
	check_bytes(out, raw, raw + CHECKED);

	out[len] = '/';
	bytes_base32(raw, sizeof(raw), out + len + 1);
	crypto_wipe(raw, sizeof(raw));
}

/* A line without the white space around it. */
struct line {
	const char *text;
	size_t len;
	size_t address_len; /* characters before the slash, or len */
};

static struct line
trim(const char *text)
{
	struct line line;
	const char *slash;

	line.text = text + strspn(text, WHITE);
	line.len = strlen(line.text);
	while (line.len > 0 && strchr(WHITE, line.text[line.len - 1]) != NULL)
		line.len--;
	slash = memchr(line.text, '/', line.len);
	line.address_len = slash == NULL ? line.len :
					   (size_t)(slash - line.text);
	return line;
}

enum err
invite_parse(const char *line, struct invite *ret_invite)
{
	struct line in = trim(line);
	uint8_t raw[INVITE_RAW_LEN];
	uint8_t check[CHECK_LEN];
	struct invite invite;
	enum err err;

	/* Where it leads to ... */
	if (in.address_len == in.len || in.address_len > INVITE_ADDR_MAX)
		return ERR_SYNTAX;
	copy_lower(invite.address, in.text, in.address_len);
	if (!invite_address_valid(invite.address))
		return ERR_SYNTAX;

	/* ... and whom it trusts. */
	if ((err = bytes_unbase32(in.text + in.address_len + 1,
		 in.len - in.address_len - 1, raw, sizeof(raw))) != ERR_NONE)
		return err;
	if (raw[0] != VERSION)
		return ERR_VERSION;
	check_bytes(invite.address, raw, check);
	if (memcmp(check, raw + CHECKED, CHECK_LEN) != 0)
		return ERR_CHAIN;
	memcpy(invite.inviter, raw + KEY_AT, KEY_LEN);
	memcpy(invite.secret, raw + SECRET_AT, INVITE_SECRET_LEN);
	*ret_invite = invite;
	return ERR_NONE;
}

int
invite_missing(const char *line)
{
	struct line in = trim(line);

	if (in.address_len == in.len)
		return INVITE_CHARS;
	return INVITE_CHARS - (int)(in.len - in.address_len - 1);
}

void
invite_join_key(const struct invite *invite, uint8_t ret_public[KEY_LEN],
    uint8_t ret_secret[KEY_LEN])
{
	uint8_t in[DOMAIN_LEN + KEY_LEN + INVITE_SECRET_LEN];

	crypto_pad16(DOMAIN, in);
	memcpy(in + DOMAIN_LEN, invite->inviter, KEY_LEN);
	memcpy(in + DOMAIN_LEN + KEY_LEN, invite->secret, INVITE_SECRET_LEN);
	crypto_h(in, sizeof(in), ret_secret);
	crypto_curve_base(ret_secret, ret_public);
	crypto_wipe(in, sizeof(in));
}

/* Write what a join signature is over. */
static void
join_message(const uint8_t *inviter, const uint8_t *join_public,
    uint8_t out[DOMAIN_LEN + 2 * KEY_LEN])
{
	crypto_pad16("erfa/1/join", out);
	memcpy(out + DOMAIN_LEN, inviter, KEY_LEN);
	memcpy(out + DOMAIN_LEN + KEY_LEN, join_public, KEY_LEN);
}

void
invite_join_sign(const struct crypto_key *key, const uint8_t inviter[KEY_LEN],
    const uint8_t join_public[KEY_LEN], uint8_t out[SIG_LEN])
{
	uint8_t message[DOMAIN_LEN + 2 * KEY_LEN];

	join_message(inviter, join_public, message);
	crypto_sign_with(key->secret, message, sizeof(message), out);
}

bool
invite_join_verify(const uint8_t newcomer[KEY_LEN],
    const uint8_t inviter[KEY_LEN], const uint8_t join_public[KEY_LEN],
    const uint8_t sig[SIG_LEN])
{
	uint8_t message[DOMAIN_LEN + 2 * KEY_LEN];

	join_message(inviter, join_public, message);
	return crypto_verify(newcomer, message, sizeof(message), sig);
}

void
invite_check_number(
    const uint8_t curve_public[KEY_LEN], char out[INVITE_CHECK_LEN + 1])
{
	uint8_t in[DOMAIN_LEN + KEY_LEN];
	uint8_t hash[HASH_LEN];
	size_t i;

	crypto_pad16("erfa/1/check", in);
	memcpy(in + DOMAIN_LEN, curve_public, KEY_LEN);
	crypto_h(in, sizeof(in), hash);
	for (i = 0; i < GROUPS; i++)
		(void)snprintf(out + 5 * i, 6, "%04u%s",
		    bytes_get_be32(hash + 4 * i) % GROUP_MOD,
		    i + 1 < GROUPS ? " " : "");
}
