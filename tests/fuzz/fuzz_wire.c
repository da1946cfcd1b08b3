/* Fuzz the messages between nodes: what is decoded encodes to a fixed point. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wire_msg msg;
	struct wire_msg again;
	uint8_t *buf = NULL;
	uint8_t *same = NULL;
	size_t buf_len = 0;
	size_t same_len = 0;

	if (wire_decode(data, len, &msg) != ERR_NONE)
		return 0;
	if (wire_encode(&msg, &buf, &buf_len) == ERR_NONE) {
		if (wire_decode(buf, buf_len, &again) != ERR_NONE)
			abort();
		if (wire_encode(&again, &same, &same_len) != ERR_NONE ||
		    same_len != buf_len || memcmp(same, buf, buf_len) != 0)
			abort();
		wire_clear(&again);
	}
	wire_clear(&msg);
	free(buf);
	free(same);
	return 0;
}
