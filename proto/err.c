#include "proto/err.h"

const char *
err_str(enum err err)
{
	/* No default: the compiler names any value that is left out. */
	switch (err) {
	case ERR_NONE:
		return "no error";
	case ERR_NOMEM:
		return "out of memory";
	case ERR_IO:
		return "input/output error";
	case ERR_FULL:
		return "no space left";
	case ERR_SIZE:
		return "bad size";
	case ERR_NOENT:
		return "not found";
	case ERR_EXIST:
		return "already present";
	case ERR_GAP:
		return "an earlier entry is missing";
	case ERR_SYNTAX:
		return "the bytes do not parse";
	case ERR_DEPTH:
		return "nested too deeply";
	case ERR_LIMIT:
		return "too many";
	case ERR_SIG:
		return "wrong signature";
	case ERR_CHAIN:
		return "the hash chain does not fit";
	case ERR_BOUNDARY:
		return "the run does not end at a signed boundary";
	case ERR_COMMIT:
		return "the body does not fit its commitment";
	case ERR_FORK:
		return "another entry holds this position";
	case ERR_ERASED:
		return "the body was erased";
	case ERR_DENIED:
		return "not allowed";
	case ERR_VERSION:
		return "made by a newer version";
	case ERR_BUSY:
		return "in use or busy";
	case ERR_DAMAGED:
		return "stored bytes are damaged";
	}
	return "unknown error";
}
