/* Fuzz bodies: what passes our check is encoded and decoded without loss. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char fault[BODY_FAULT_MAX];
	Erfa__Body *body = NULL;
	Erfa__Body *again = NULL;
	uint8_t *buf = NULL;
	size_t buf_len = 0;

	if (body_decode(data, len, &body) != ERR_NONE)
		return 0;
	if (body_check(body, fault) == ERR_NONE &&
	    (body_kind(body) == 0 ||
		body_encode(body, &buf, &buf_len) != ERR_NONE ||
		body_decode(buf, buf_len, &again) != ERR_NONE ||
		body_check(again, fault) != ERR_NONE))
		abort();
	free(buf);
	body_free(body);
	body_free(again);
	return 0;
}
