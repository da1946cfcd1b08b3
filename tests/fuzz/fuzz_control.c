/* Fuzz the control socket: what is decoded can be encoded and decoded again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "proto/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_request(const uint8_t *data, size_t len)
{
	Erfa__Request *request = NULL;
	Erfa__Request *again = NULL;
	uint8_t *buf = NULL;
	size_t buf_len = 0;

	(void)control_request_number(data, len);
	if (control_decode_request(data, len, &request) != ERR_NONE)
		return;
	if (control_encode_request(request, &buf, &buf_len) == ERR_NONE &&
	    control_decode_request(buf, buf_len, &again) != ERR_NONE)
		abort();
	free(buf);
	control_free_request(request);
	control_free_request(again);
}

static void
try_answer(const uint8_t *data, size_t len)
{
	Erfa__Answer *answer = NULL;

	if (control_decode_answer(data, len, &answer) != ERR_NONE)
		return;
	if (control_said(answer) == NULL)
		abort();
	control_free_answer(answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_request(data, len);
	try_answer(data, len);
	return 0;
}
