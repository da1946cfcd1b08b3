#include "client/check.h"

#include <stdio.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/invite.h"
#include "client/fault.h"
#include "client/print.h"
#include "client/run.h"

#define DIGITS       24 /* of a check number */
#define KEY_DIGITS   64
#define NUMBERS_MOST 16 /* check numbers that are shown of one organisation */

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

int
check_ask(struct run *run, const char *who, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DirectoryRequest ask = ERFA__DIRECTORY_REQUEST__INIT;

	ask.who = run_lend(who);
	request.ask_case = ERFA__REQUEST__ASK_DIRECTORY;
	request.directory = &ask;
	return run_ask(run, &request, 0, ret_answer);
}

bool
check_is_in(const Erfa__DirectoryMember *member)
{
	return strcmp(run_text(member->state), "in") == 0 ||
	    strcmp(run_text(member->state), "replaced") == 0;
}

/* One key, which those who vouch for it name differently. */
static void
say_misnamed(struct run *run, const char *org, const char *number)
{
	print_say(run->out,
	    " Disputed: this key was given more than one organisation, and "
	    "%s is one.\n    Its check number:\n",
	    org);
	print_say(run->out, "    %s\n", number);
	print_say(run->out,
	    "    Telephone them and compare; whoever named another one "
	    "says it anew:\n    erfa peers accept CHECKNUMBER ORG\n");
}

void
check_dispute(
    struct run *run, const char *org, char *const *numbers, size_t count)
{
	size_t i;

	print_styled(run->out, PRINT_BAD, "!");
	if (count == 1) {
		say_misnamed(run, org, numbers[0]);
		return;
	}
	print_say(run->out,
	    " Disputed: more than one key claims to be %s.  Check numbers:\n",
	    org);
	for (i = 0; i < count; i++)
		print_say(run->out, "    %s\n", numbers[i]);
	print_say(run->out,
	    "    Telephone them and compare; whoever may withdraws the "
	    "wrong one:\n    erfa peers remove CHECKNUMBER\n");
}

int
check_disputed(struct run *run, const char *org)
{
	char *numbers[NUMBERS_MOST];
	const Erfa__DirectoryMember *member;
	Erfa__Answer *answer = NULL;
	size_t i, count = 0;
	int status;

	if ((status = check_ask(run, org, &answer)) != EXIT_DONE)
		return status;
	for (i = 0; i < answer->directory->n_member; i++) {
		member = answer->directory->member[i];
		if (member->disputed && check_is_in(member) &&
		    count < NUMBERS_MOST)
			numbers[count++] = member->check_number;
	}
	if (count > 0)
		check_dispute(run, org, numbers, count);
	control_free_answer(answer);
	return EXIT_DONE;
}

void
check_of_key(const char *key, char out[CHECK_TYPED_MAX])
{
	uint8_t sign[KEY_LEN], curve[KEY_LEN];

	if (bytes_unhex(key, sign, KEY_LEN) == ERR_NONE &&
	    crypto_curve_public(sign, curve) == ERR_NONE)
		invite_check_number(curve, out);
	else
		(void)snprintf(out, CHECK_TYPED_MAX, "%s", key);
}
