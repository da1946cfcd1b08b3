#include "client/wanted.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/text.h"
#include "client/run.h"

/* The options whose values are text of the question, in the order of the text. */
static const char *const names[] = { "country", "sector", "verdict", "status",
	"programme", "provision", "since", "text-lang", "facet", "kind" };

#define NAMES (sizeof(names) / sizeof(names[0]))

/* Where ${text} stops to be UTF-8; its length if it does not. */
static size_t
valid_length(const char *text)
{
	size_t size = strlen(text);
	size_t at = 0;
	size_t len;

	while (at < size) {
		for (len = 1; len <= 4 && at + len <= size; len++)
			if (text_valid(text + at, len))
				break;
		if (len > 4 || at + len > size)
			return at;
		at += len;
	}
	return at;
}

/* Say which word or option is no text, and where. */
static int
check_words(struct run *run)
{
	static const char remedy[] =
	    "Set the terminal to UTF-8 and type it again; `locale charmap` "
	    "tells what it is set to.";
	const char *text;
	size_t at;
	size_t i;

	for (i = 0; i < args_count(run->args); i++) {
		text = args_word(run->args, i);
		at = valid_length(text);
		if (text[at] != '\0')
			return fault_say(&run->faults, EXIT_USAGE, "not_utf8",
			    remedy,
			    "word %zu is not UTF-8: its byte %zu is 0x%02x",
			    i + 1, at + 1, (unsigned)(unsigned char)text[at]);
	}
	for (i = 0; i < NAMES; i++) {
		if ((text = args_value(run->args, names[i])) == NULL)
			continue;
		at = valid_length(text);
		if (text[at] != '\0')
			return fault_say(&run->faults, EXIT_USAGE, "not_utf8",
			    remedy,
			    "the value of --%s is not UTF-8: its byte %zu is "
			    "0x%02x",
			    names[i], at + 1,
			    (unsigned)(unsigned char)text[at]);
	}
	return EXIT_DONE;
}

/* A year, or a date that begins with one. */
static int
check_since(struct run *run)
{
	const char *since = args_value(run->args, "since");

	if (since == NULL ||
	    (strspn(since, "0123456789") == 4 &&
		(since[4] == '\0' || since[4] == '-') && since[0] != '0'))
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_USAGE, "bad_since",
	    "Give a year:  erfa find boliger --since 2019",
	    "--since %.40s is no year", since);
}

int
wanted_check_country(struct run *run)
{
	const char *given = args_value(run->args, "country");
	const char *code;
	size_t i;

	if (given == NULL || run->labels == NULL)
		return EXIT_DONE;
	for (i = 0; (code = labels_code(run->labels, "country", i)) != NULL;
	     i++)
		if (strcasecmp(given, code) == 0)
			return EXIT_DONE;
	return fault_say(&run->faults, EXIT_USAGE, "no_country",
	    "Countries: DK, NO, SE, FI and IS.",
	    "no country is called \"%.40s\"", given);
}

char *
wanted_country(const struct run *run, char out[WANTED_CODE])
{
	const char *given = args_value(run->args, "country");
	size_t i;

	if (given == NULL)
		return NULL;
	for (i = 0; i + 1 < WANTED_CODE && given[i] != '\0'; i++)
		out[i] = (char)(given[i] >= 'a' && given[i] <= 'z' ?
			given[i] - 'a' + 'A' :
			given[i]);
	out[i] = '\0';
	return out;
}

int
wanted_read(struct run *run, struct wanted *ret_wanted)
{
	Erfa__FindRequest *find = &ret_wanted->find;
	int status;
	size_t i;

	erfa__find_request__init(find);
	if ((status = check_words(run)) != EXIT_DONE ||
	    (status = check_since(run)) != EXIT_DONE ||
	    (status = wanted_check_country(run)) != EXIT_DONE)
		return status;
	for (i = 0; i < args_count(run->args) && i < WANTED_WORDS; i++)
		ret_wanted->words[i] = run_lend(args_word(run->args, i));
	find->word = ret_wanted->words;
	find->n_word = i;
	find->kind = run_lend(args_value(run->args, "kind"));
	find->sector = run_lend(args_value(run->args, "sector"));
	find->country = wanted_country(run, ret_wanted->country);
	find->verdict = run_lend(args_value(run->args, "verdict"));
	find->status = run_lend(args_value(run->args, "status"));
	find->programme = run_lend(args_value(run->args, "programme"));
	find->provision = run_lend(args_value(run->args, "provision"));
	find->since = run_lend(args_value(run->args, "since"));
	find->text_lang = run_lend(args_value(run->args, "text-lang"));
	find->has_like_us = find->like_us = args_given(run->args, "like-us");
	ret_wanted->facet[0] = run_lend(args_value(run->args, "facet"));
	find->facet = ret_wanted->facet;
	find->n_facet = ret_wanted->facet[0] != NULL;
	return EXIT_DONE;
}

bool
wanted_any(const struct wanted *wanted)
{
	const Erfa__FindRequest *find = &wanted->find;

	return find->n_word > 0 || find->kind != NULL || find->sector != NULL ||
	    find->country != NULL || find->verdict != NULL ||
	    find->status != NULL || find->programme != NULL ||
	    find->provision != NULL || find->since != NULL ||
	    find->text_lang != NULL || find->n_facet > 0 || find->like_us;
}

/* Add " --NAME VALUE" to a text, or " VALUE" without a name. */
static void
add(char out[WANTED_TEXT], const char *name, const char *value)
{
	size_t len = strlen(out);

	if (value == NULL)
		return;
	(void)snprintf(out + len, WANTED_TEXT - len, "%s%s%s%s",
	    len > 0 ? " " : "", name, name[0] != '\0' && *value ? " " : "",
	    value);
}

void
wanted_text(const Erfa__FindRequest *find, char out[WANTED_TEXT])
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < find->n_word; i++)
		add(out, "", find->word[i]);
	add(out, "--kind", find->kind);
	add(out, "--country", find->country);
	add(out, "--sector", find->sector);
	add(out, "--verdict", find->verdict);
	add(out, "--status", find->status);
	add(out, "--programme", find->programme);
	add(out, "--provision", find->provision);
	add(out, "--since", find->since);
	add(out, "--text-lang", find->text_lang);
	if (find->like_us)
		add(out, "--like-us", "");
	for (i = 0; i < find->n_facet; i++)
		add(out, "--facet", find->facet[i]);

	/* Nothing ends within a character. */
	out[valid_length(out)] = '\0';
}
