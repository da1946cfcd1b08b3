#include "client/quote.h"

#include <stdlib.h>
#include <string.h>

bool
quote_bare(const char *word)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_./-";
	size_t i;

	for (i = 0; word[i] != '\0'; i++)
		if ((unsigned char)word[i] < 0x80 &&
		    strchr(good, word[i]) == NULL)
			return false;
	return i > 0 && word[0] != '-';
}

enum err
quote_word(const char *word, char **ret_quoted)
{
	static const char inside[] = "'\\''"; /* a quote between quotes */
	bool bare = quote_bare(word);
	size_t len = 0;
	char *out;

	/* No byte becomes more than four, and two quotes stand around. */
	out = malloc(4 * strlen(word) + 3);
	if (out == NULL)
		return ERR_NOMEM;
	if (!bare)
		out[len++] = '\'';
	for (; *word != '\0'; word++)
		if (*word == '\'') {
			memcpy(out + len, inside, 4);
			len += 4;
		} else {
			out[len++] = *word;
		}
	if (!bare)
		out[len++] = '\'';
	out[len] = '\0';
	*ret_quoted = out;
	return ERR_NONE;
}
