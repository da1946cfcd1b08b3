#include "client/env.h"

#include <stddef.h>
#include <stdlib.h>

const char *
env_get(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread sets variables */
	const char *value = getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}
