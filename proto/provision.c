#include "proto/provision.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/section.h"
#include "proto/text.h"

#define SIGN   "\xc2\xa7" /* § */
#define DASH   "\xe2\x80\x93"
#define BLANKS " ,."
#define STOPS  " ,.:;()"

#define PART_MAX  128 /* bytes of what narrows a section */
#define SPAN_MAX  64  /* sections between the ends of a span */
#define WORD_ROOM 32  /* bytes of one word of a number */

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

/* One section. */
struct section {
	char key[PROVISION_MAX]; /* "serviceloven § 83 a" */
	char detail[PART_MAX];   /* what narrows it: "stk 2" */
};

struct provision {
	struct section sections[PROVISION_SECTIONS];
	size_t count;
};

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

	if (is_number(word, len) || (len == 1 && section_letter(word[0])))
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

/* The section sign that begins the number: the last of several in a row. */
static char *
number_start(char *sign)
{
	sign += strlen(SIGN);
	while (strncmp(sign + strspn(sign, " "), SIGN, strlen(SIGN)) == 0)
		sign += strspn(sign, " ") + strlen(SIGN);
	return sign;
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
	rest = number_start(sign);
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

/* ---- the sections of a citation ---- */

/* Read the next word of a number; false at its end. */
static bool
next_word(const char **at, char out[WORD_ROOM])
{
	size_t len;

	*at += strspn(*at, " ");
	len = strcspn(*at, " ");
	if (len == 0)
		return false;
	(void)snprintf(out, WORD_ROOM, "%.*s", (int)len, *at);
	*at += len;
	return true;
}

static bool
is_and(const char *word)
{
	return strcmp(word, "og") == 0 || strcmp(word, "och") == 0 ||
	    strcmp(word, "ja") == 0 || strcmp(word, "-") == 0;
}

static bool
is_letter(const char *word)
{
	return section_letter(word[0]) && word[1] == '\0';
}

static void
add_section(struct provision *it, const char *act, const char *number)
{
	struct section *section;
	int len;

	if (it->count == PROVISION_SECTIONS)
		return;
	section = &it->sections[it->count];
	len = snprintf(section->key, PROVISION_MAX, "%s " SIGN " %s",
	    act_full(act), number);
	if (len > 0 && len < PROVISION_MAX)
		it->count++;
}

/* Add the sections of the span "83-85". */
static void
add_span(struct provision *it, const char *act, const char *word)
{
	char number[WORD_ROOM];
	char *end;
	unsigned long first = strtoul(word, &end, 10);
	unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : 0;

	if (*end != '\0' || last < first || last - first > SPAN_MAX) {
		add_section(it, act, word);
		return;
	}
	for (; first <= last; first++) {
		(void)snprintf(number, sizeof(number), "%lu", first);
		add_section(it, act, number);
	}
}

/* Make the letter ${word} part of the last section's number, "83" "a"; after a
 * span, "14-14 f", of one section more. */
static void
add_letter(struct provision *it, const char *word, bool is_span)
{
	char *key;
	size_t len;

	if (is_span && it->count < PROVISION_SECTIONS) {
		it->sections[it->count] = it->sections[it->count - 1];
		it->count++;
	}
	key = it->sections[it->count - 1].key;
	len = strlen(key);
	(void)snprintf(key + len, PROVISION_MAX - len, " %s", word);
}

/* Take ${number} apart: sections, then what narrows the last of them. */
static void
add_number(struct provision *it, const char *act, const char *number, bool many)
{
	size_t before = it->count;
	char word[WORD_ROOM];
	const char *from = number;
	bool is_span = false;

	while (next_word(&number, word)) {
		if (is_number(word, strlen(word)) && many)
			add_span(it, act, word);
		else if (is_number(word, strlen(word)))
			add_section(it, act, word);
		else if (is_letter(word) && it->count > before)
			add_letter(it, word, is_span);
		else if (!is_and(word))
			break;
		is_span = many && strchr(word, '-') != NULL;
		from = number;
	}
	if (it->count > before)
		(void)snprintf(it->sections[it->count - 1].detail, PART_MAX,
		    "%s", from + strspn(from, " "));
}

/* The act named between two numbers, "and the act on"; NULL if none is. */
static char *
act_between(char *text)
{
	static const char *const links[] = { "og ", "och ", "samt ", "eller ",
		"ja ", "i ", "jf ", "jf. " };
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		text += strspn(text, BLANKS);
		if (strncmp(text, links[i], strlen(links[i])) == 0)
			text += strlen(links[i]);
	}
	text = act_trim(text);
	return *text == '\0' ? NULL : text;
}

/*
 * Read the numbers of ${folded}, whose first sign is ${sign}; ${number} has room
 * for all.  The act of each stands before it, or is that of the one before.
 */
static void
read_numbers(struct provision *it, char *folded, char *sign, char *number)
{
	char act[PROVISION_MAX];
	char *rest;
	char *named;
	bool many;

	*sign = '\0';
	named = act_trim(folded);
	while (sign != NULL) {
		rest = number_start(sign);
		many = rest > sign + strlen(SIGN);
		rest += number_copy(rest, number);
		sign = strstr(rest, SIGN);
		if (it->count == 0 && *named == '\0')
			named = act_after(rest);
		(void)snprintf(act, sizeof(act), "%s", named);
		if (*act == '\0')
			return;
		add_number(it, act, number, many);
		if (sign == NULL)
			return;
		*sign = '\0';
		rest = act_between(rest);
		named = rest == NULL ? named : rest;
	}
}

enum err
provision_read(const char *citation, struct provision **ret_provision)
{
	struct provision *it = NULL;
	char *folded = NULL;
	char *number = NULL;
	char *sign;
	enum err err;

	if ((err = text_fold(citation, &folded)) != ERR_NONE)
		return err;
	dashes_plain(folded);
	err = ERR_NOENT;
	if ((sign = strstr(folded, SIGN)) == NULL)
		goto out;
	it = calloc(1, sizeof(*it));
	number = malloc(2 * strlen(folded) + 1);
	err = ERR_NOMEM;
	if (it == NULL || number == NULL)
		goto out;
	read_numbers(it, folded, sign, number);
	err = ERR_NOENT;
	if (it->count == 0)
		goto out;
	*ret_provision = it;
	it = NULL;
	err = ERR_NONE;
out:
	provision_free(it);
	free(folded);
	free(number);
	return err;
}

void
provision_free(struct provision *provision)
{
	free(provision);
}

size_t
provision_count(const struct provision *provision)
{
	return provision->count;
}

const char *
provision_section(const struct provision *provision, size_t i)
{
	return provision->sections[i].key;
}

const char *
provision_detail(const struct provision *provision, size_t i)
{
	return provision->sections[i].detail;
}

/* ---- what fits ---- */

/* Whether ${word}, "3" or "3-7", holds the number ${wanted}. */
static bool
holds(const char *word, const char *wanted)
{
	char *end;
	unsigned long first = strtoul(word, &end, 10);
	unsigned long last = *end == '-' ? strtoul(end + 1, NULL, 10) : first;
	unsigned long number = strtoul(wanted, &end, 10);

	return strcmp(word, wanted) == 0 ||
	    (*end == '\0' && is_number(word, strlen(word)) && first <= number &&
		number <= last);
}

/* Whether "stk 1 og 3-7" holds "stk 4"; what follows in either narrows it. */
static bool
detail_holds(const char *cited, const char *asked)
{
	char part[WORD_ROOM];
	char wanted[WORD_ROOM];
	char word[WORD_ROOM];
	bool within = false;

	if (!next_word(&asked, part) || !next_word(&asked, wanted))
		return false;
	while (next_word(&cited, word)) {
		if (is_number(word, strlen(word))) {
			if (within && holds(word, wanted))
				return true;
		} else if (!is_and(word)) {
			within = strcmp(word, part) == 0;
		}
	}
	return false;
}

static enum provision_fit
section_fits(const struct section *cited, const struct section *asked)
{
	if (strcmp(cited->key, asked->key) != 0)
		return PROVISION_OTHER;
	if (strcmp(cited->detail, asked->detail) == 0)
		return PROVISION_SAME;
	if (asked->detail[0] == '\0')
		return PROVISION_PART;
	if (cited->detail[0] == '\0')
		return PROVISION_WHOLE;
	return detail_holds(cited->detail, asked->detail) ? PROVISION_PART :
							    PROVISION_OTHER;
}

enum provision_fit
provision_fits(const struct provision *cited, const struct provision *asked)
{
	enum provision_fit fit = PROVISION_OTHER;
	size_t i, k;

	for (k = 0; k < asked->count && fit == PROVISION_OTHER; k++)
		for (i = 0; i < cited->count && fit == PROVISION_OTHER; i++)
			fit = section_fits(
			    &cited->sections[i], &asked->sections[k]);
	return fit;
}
