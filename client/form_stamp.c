#include "client/form_stamp.h"

#include <stdlib.h>
#include <string.h>

#define BOM     "\xef\xbb\xbf"
#define QUOTING "> \t" /* what stands before a line that was mailed */
#define ENDING  " \t\r"

/* Whether ${c} is one of ${set}. */
static bool
is_among(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Find the stamp of the form from ${at} to ${end}: its first byte, and the one
 * behind it; NULL if there is none. */
static const char *
find(const char *at, const char *end, const char **ret_behind)
{
	const size_t chars = strlen(FORM_STAMP);
	const char *behind;

	if ((size_t)(end - at) >= strlen(BOM) &&
	    memcmp(at, BOM, strlen(BOM)) == 0)
		at += strlen(BOM);
	for (; at < end; at = behind + 1) {
		behind = memchr(at, '\n', (size_t)(end - at));
		if (behind == NULL)
			behind = end;
		while (at < behind && is_among(*at, QUOTING))
			at++;
		if ((size_t)(behind - at) >= chars &&
		    memcmp(at, FORM_STAMP, chars) == 0) {
			at += chars;
			while (behind > at && is_among(behind[-1], ENDING))
				behind--;
			*ret_behind = behind;
			return at;
		}
		if (at < behind && *at != '#' && *at != '\r')
			return NULL;
	}
	return NULL;
}

bool
form_stamp_read(const char *text, size_t len, char out[FORM_STAMP_MAX])
{
	const char *behind = NULL;
	const char *stamp = find(text, text + len, &behind);
	size_t used;

	out[0] = '\0';
	if (stamp == NULL)
		return false;
	used = (size_t)(behind - stamp);
	if (used >= FORM_STAMP_MAX)
		used = FORM_STAMP_MAX - 1;
	memcpy(out, stamp, used);
	out[used] = '\0';
	return true;
}

enum err
form_stamp_renew(
    const char *text, size_t len, const char *stamp, char **ret_text)
{
	const char *behind = NULL;
	const char *old = find(text, text + len, &behind);
	size_t before, after;
	char *copy;

	if (old == NULL)
		return ERR_NOENT;
	before = (size_t)(old - text);
	after = (size_t)(text + len - behind);
	if ((copy = malloc(before + strlen(stamp) + after + 1)) == NULL)
		return ERR_NOMEM;
	memcpy(copy, text, before);
	memcpy(copy + before, stamp, strlen(stamp));
	memcpy(copy + before + strlen(stamp), behind, after);
	copy[before + strlen(stamp) + after] = '\0';
	*ret_text = copy;
	return ERR_NONE;
}
