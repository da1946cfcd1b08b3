#include "client/wanted.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/body.pb-c.h"
#include "proto/text.h"
#include "client/form_schema.h"
#include "client/form_words.h"
#include "client/run.h"

/* The options whose values are text of the question, in the order of the text. */
static const char *const names[] = { "country", "sector", "verdict", "status",
	"programme", "provision", "since", "text-lang", "facet", "kind" };

#define NAMES (sizeof(names) / sizeof(names[0]))

#define CHOICES_TEXT \
	900 /* bytes of all values of a vocabulary, and around them */

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

/* An option of which lists show the value: by its code or its label. */
struct choice {
	const char *option;
	const ProtobufCEnumDescriptor *desc;
	const char *remedy; /* one sentence, with %s for all that there is */
};

static const struct choice sectors = { "sector", &erfa__sector__descriptor,
	N_("Sectors, as lists show them: %s.") };
static const struct choice statuses = { "status", &erfa__status__descriptor,
	N_("Statuses, as lists show them: %s.") };
static const struct choice verdicts = { "verdict", &erfa__verdict__descriptor,
	N_("Verdicts, as lists show them: %s.") };

/* Refuse what was typed, with all that there is in the reader's language. */
static int
refuse_choice(struct run *run, const struct choice *choice, const char *typed)
{
	char remedy[CHOICES_TEXT];
	char list[CHOICES_TEXT - 200] = "";
	char vocabulary[FORM_CODE_MAX];
	const char *text = _(choice->remedy);
	size_t len = strcspn(text, "%");
	const char *code;
	size_t at = 0;
	size_t i;

	form_schema_vocabulary(choice->desc, vocabulary);
	for (i = 0; run->labels != NULL && at < sizeof(list) &&
	     (code = labels_code(run->labels, vocabulary, i)) != NULL;
	     i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s",
		    i > 0 ? ", " : "",
		    labels_plain(run->labels, vocabulary, code));
	(void)snprintf(remedy, sizeof(remedy), "%.*s%s%.100s", (int)len, text,
	    list, strncmp(text + len, "%s", 2) == 0 ? text + len + 2 : "");
	if (choice == &sectors)
		return fault_say(&run->faults, EXIT_USAGE, "no_such_sector",
		    remedy, "no sector is called \"%.40s\"", typed);
	if (choice == &statuses)
		return fault_say(&run->faults, EXIT_USAGE, "no_such_status",
		    remedy, "no status is called \"%.40s\"", typed);
	return fault_say(&run->faults, EXIT_USAGE, "no_such_verdict", remedy,
	    "no verdict is called \"%.40s\"", typed);
}

/* Write the code of what was typed for an option; "" if nothing was. */
static int
read_choice(struct run *run, const struct choice *choice,
    char out[WANTED_VALUE], char **ret_value)
{
	const char *typed = args_value(run->args, choice->option);
	const ProtobufCEnumValue *value = NULL;
	struct form_words *words = NULL;
	char code[FORM_CODE_MAX];
	enum err err;

	*ret_value = NULL;
	if (typed == NULL)
		return EXIT_DONE;
	*ret_value = out;
	(void)snprintf(out, WANTED_VALUE, "%s", typed);

	/* Without the words erfad judges what was typed. */
	if (form_words_open(run->data, run->language, &words) != ERR_NONE)
		return EXIT_DONE;
	err = form_words_value(words, choice->desc, typed, &value);
	form_words_free(words);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err != ERR_NONE || value == NULL || value->value == 0)
		return refuse_choice(run, choice, typed);
	form_schema_code(choice->desc, value, code);
	(void)snprintf(out, WANTED_VALUE, "%s", code);
	return EXIT_DONE;
}

int
wanted_sector(struct run *run, char out[WANTED_VALUE], char **ret_sector)
{
	return read_choice(run, &sectors, out, ret_sector);
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
	    (status = wanted_check_country(run)) != EXIT_DONE ||
	    (status = wanted_sector(run, ret_wanted->sector, &find->sector)) !=
		EXIT_DONE ||
	    (status = read_choice(run, &verdicts, ret_wanted->verdict,
		 &find->verdict)) != EXIT_DONE ||
	    (status = read_choice(run, &statuses, ret_wanted->status,
		 &find->status)) != EXIT_DONE)
		return status;
	for (i = 0; i < args_count(run->args) && i < WANTED_WORDS; i++)
		ret_wanted->words[i] = run_lend(args_word(run->args, i));
	find->word = ret_wanted->words;
	find->n_word = i;
	find->kind = run_lend(args_value(run->args, "kind"));
	find->country = wanted_country(run, ret_wanted->country);
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
