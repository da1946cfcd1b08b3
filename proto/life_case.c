#include "proto/life_case.h"

bool
life_is_transcribed(const Erfa__Body *body)
{
	return body->envelope != NULL && body->envelope->has_transcribed &&
	    body->envelope->transcribed;
}
