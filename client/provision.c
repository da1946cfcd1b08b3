#include "client/provision.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define SIGN   "\xc2\xa7" /* § */
#define DASH   "\xe2\x80\x93"
#define BLANKS " ,."
#define STOPS  " ,.:;()"

/* Abbreviations of acts, folded, and what they stand for, folded. */
static const struct {
	const char *abbreviation;
	const char *act;
} acts[] = {
	{ "lab", "lov om en aktiv beskaeftigelsesindsats" },
};

/* Words, folded, that go on with the number of a section. */
static const char *const parts[] = { "stk", "nr", "og", "och", "ja", "litra",
	"pkt", "ledd", "led", "bokstav", "st", "mom", "p", "-" };

/* Make en dashes hyphens, in place. */
static void
dashes_plain(char *text)
{
	char *at;

	while ((at = strstr(text, DASH)) != NULL) {
		*at = '-';
		memmove(
		    at + 1, at + strlen(DASH), strlen(at + strlen(DASH)) + 1);
	}
}

static bool
is_number(const char *word, size_t len)
{
	return len > 0 && word[0] >= '0' && word[0] <= '9';
}

/* Whether a word after the section sign still belongs to the number. */
static bool
is_part(const char *word, size_t len)
{
	size_t i;

	/* A letter counts the section on, but "i" is the word for in. */
	if (is_number(word, len) ||
	    (len == 1 && word[0] >= 'a' && word[0] <= 'z' && word[0] != 'i'))
		return true;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strlen(parts[i]) == len &&
		    strncmp(parts[i], word, len) == 0)
			return true;
	}
	return false;
}

/*
 * Write the words of the number at ${from}, each after a blank, to ${out}, which
 * has room for twice as many bytes as ${from} has.  Return how many were read.
 */
static size_t
number_copy(const char *from, char *out)
{
	const char *start = from;
	char *last = out; /* after the last word that is not "and" */
	size_t len;

	while (true) {
		from += strspn(from, BLANKS);
		len = strcspn(from, STOPS);
		if (!is_part(from, len))
			break;
		*out++ = ' ';
		memcpy(out, from, len);
		out += len;
		from += len;
		if (is_number(out - len, len) || len == 1)
			last = out;
	}
	*last = '\0';
	return (size_t)(from - start);
}

/* Cut what is no part of an act's name off both ends, in place. */
static char *
act_trim(char *act)
{
	size_t len;

	act += strspn(act, BLANKS);
	act[strcspn(act, ":;(")] = '\0';
	for (len = strlen(act); len > 0 && strchr(BLANKS, act[len - 1]) != NULL;
	     len--)
		act[len - 1] = '\0';

	/* "servicelovens", the genitive of "serviceloven" */
	if (len > 3 && strcmp(act + len - 3, "ens") == 0)
		act[len - 1] = '\0';
	return act;
}

/* The act that stands after a number: "in the act on …". */
static char *
act_after(char *rest)
{
	static const char *const links[] = { "i ", "av ", "af " };
	size_t i;

	rest += strspn(rest, BLANKS);
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (strncmp(rest, links[i], strlen(links[i])) == 0)
			return act_trim(rest + strlen(links[i]));
	}
	return act_trim(rest);
}

static const char *
act_full(const char *act)
{
	size_t i;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(act, acts[i].abbreviation) == 0)
			return acts[i].act;
	}
	return act;
}

enum err
provision_key(const char *citation, char **ret_key)
{
	char *folded = NULL;
	char *number = NULL;
	char *key = NULL;
	char *sign;
	char *rest;
	char *act;
	enum err err;

	if ((err = text_fold(citation, &folded)) != ERR_NONE)
		return err;
	dashes_plain(folded);
	err = ERR_NOENT;
	if ((sign = strstr(folded, SIGN)) == NULL)
		goto out;

	/* The number stands after one section sign or two. */
	*sign = '\0';
	rest = sign + strlen(SIGN);
	while (strncmp(rest, SIGN, strlen(SIGN)) == 0)
		rest += strlen(SIGN);
	if ((number = malloc(2 * strlen(rest) + 1)) == NULL) {
		err = ERR_NOMEM;
		goto out;
	}
	rest += number_copy(rest, number);
	if (number[0] == '\0' || !is_number(number + 1, strlen(number + 1)))
		goto out;

	/* The act stands before the sign, or else after the number. */
	act = act_trim(folded);
	if (*act == '\0')
		act = act_after(rest);
	if (*act == '\0')
		goto out;
	if (asprintf(&key, "%s " SIGN "%s", act_full(act), number) < 0) {
		err = ERR_NOMEM;
		goto out;
	}
	*ret_key = key;
	err = ERR_NONE;
out:
	free(folded);
	free(number);
	return err;
}
