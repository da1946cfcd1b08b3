#include "client/number.h"

#include "client/speech.h"

static int
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

char *
number_say(char *text)
{
	char mark = speech_decimal();
	char *at;

	for (at = text; *at != '\0'; at++)
		if (*at == '.' && at > text && is_digit(at[-1]) &&
		    is_digit(at[1]))
			*at = mark;
	return text;
}

const char *
number_gap(void)
{
	return speech_decimal() == ',' ? "; " : ", ";
}
