#include "daemon/verify.h"

#include <string.h>

#include "proto/header.h"

/* Entry 1 says whose log it is, and which. */
static enum err
verify_genesis(
    const uint8_t key[KEY_LEN], uint64_t inc, const struct bytes *header)
{
	struct header_genesis genesis;
	struct header decoded;

	if (header_decode(header->data, header->len, &decoded) != ERR_NONE ||
	    decoded.kind != HEADER_GENESIS ||
	    header_genesis_decode(decoded.ext, &genesis) != ERR_NONE ||
	    memcmp(genesis.key, key, KEY_LEN) != 0 || genesis.inc != inc)
		return ERR_SYNTAX;
	return ERR_NONE;
}

enum err
verify_run(const uint8_t key[KEY_LEN], uint64_t inc,
    const struct log_tip *start, const struct log_run *run,
    struct log_tip *ret_end)
{
	struct log_tip end;
	enum err err;

	if ((err = log_run_verify(key, start, run, &end)) != ERR_NONE)
		return err;
	if (run->first == 1 &&
	    (err = verify_genesis(key, inc, &run->headers[0])) != ERR_NONE)
		return err;
	*ret_end = end;
	return ERR_NONE;
}
