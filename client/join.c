#include "client/join.h"

#include <string.h>

/* Copy as much of ${text} as fits; return the new length. */
static size_t
append(char *out, size_t size, size_t len, const char *text)
{
	size_t more = strlen(text);

	if (more > size - 1 - len) {
		more = size - 1 - len;
		while (more > 0 && ((unsigned char)text[more] & 0xc0) == 0x80)
			more--;
	}
	memcpy(out + len, text, more);
	out[len + more] = '\0';
	return len + more;
}

void
join_text(char *out, size_t size, const char *between, const char *text)
{
	size_t len = strlen(out);

	if (text == NULL || *text == '\0')
		return;
	if (len > 0)
		len = append(out, size, len, between);
	(void)append(out, size, len, text);
}
