#include "client/check.h"

#include <string.h>

#include "client/fault.h"
#include "client/print.h"
#include "client/run.h"

#define DIGITS     24 /* of a check number */
#define KEY_DIGITS 64

/* A whole key in one word, in small letters. */
static bool
is_key(const char *word)
{
	return strlen(word) == KEY_DIGITS &&
	    strspn(word, "0123456789abcdef") == KEY_DIGITS;
}

int
check_typed(
    struct run *run, size_t first, size_t end, char out[CHECK_TYPED_MAX])
{
	size_t len = 0;
	const char *c;
	size_t i;

	if (end == first + 1 && is_key(args_word(run->args, first))) {
		memcpy(out, args_word(run->args, first), CHECK_TYPED_MAX);
		return EXIT_DONE;
	}
	for (i = first; i < end; i++)
		for (c = args_word(run->args, i); *c != '\0'; c++) {
			if (*c == ' ' || *c == '-')
				continue;
			if (*c < '0' || *c > '9' || len == DIGITS)
				goto bad;
			out[len++] = *c;
		}
	if (len == DIGITS) {
		out[len] = '\0';
		return EXIT_DONE;
	}
bad:
	return fault_say(&run->faults, EXIT_USAGE, "bad_check_number",
	    "It has six groups of four digits.  See them:  erfa peers",
	    "this is no check number");
}

void
check_dispute(
    struct run *run, const char *org, char *const *numbers, size_t count)
{
	size_t i;

	print_styled(run->out, PRINT_BAD, "!");
	print_say(run->out,
	    " Disputed: more than one key claims to be %s.  Check numbers:\n",
	    org);
	for (i = 0; i < count; i++)
		print_say(run->out, "    %s\n", numbers[i]);
	print_say(run->out,
	    "    Telephone them and compare; whoever may withdraws the "
	    "wrong one:\n    erfa peers remove CHECKNUMBER\n");
}
