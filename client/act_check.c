/*
 * Personal data in what is about to leave: found, shown, and asked about.
 */

#include "client/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/person.h"
#include "proto/personal.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/slurp.h"

#define FIRSTNAMES     "firstnames.tsv"
#define MUNICIPALITIES "municipalities.tsv"
#define TABLE_MAX      1048576 /* bytes of a table of names */

/* The whole text of a table; NULL if there is none. */
static char *
read_table(const struct run *run, const char *name)
{
	char path[RUN_PATH_MAX + 32];
	char *text = NULL;
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", run->data, name);
	return slurp(path, TABLE_MAX, &text, &len) == ERR_NONE ? text : NULL;
}

int
act_names(struct run *run, struct person_words **ret_words)
{
	char *names = read_table(run, FIRSTNAMES);
	char *places = read_table(run, MUNICIPALITIES);
	enum err err = ERR_NOENT;

	if (names != NULL && places != NULL)
		err = person_words_new(names, places, ret_words);
	free(names);
	free(places);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_CONFIG, "bad_tables",
	    "Install erfa again, or set ERFA_DATA to its folder.",
	    "the tables of names in %s cannot be read, so that nothing can be "
	    "looked through for personal data",
	    run->data);
}

/* The words of a hit, as a string. */
static void
hit_text(const struct personal_hit *hit, char *out, size_t size)
{
	size_t len = hit->end - hit->start;

	(void)snprintf(out, size, "%.*s", (int)(len < 80 ? len : 80),
	    hit->text + hit->start);
}

static void
print_hits(struct run *run, const struct personal_hits *hits)
{
	char text[96];
	size_t i;

	for (i = 0; i < hits->count; i++) {
		hit_text(&hits->items[i], text, sizeof(text));
		print_say(run->err, "  %s: ", hits->items[i].path);
		print_styled(run->err, PRINT_STRONG, "%s", text);
		print_say(run->err, "  (%s: %s)\n",
		    speech(personal_kind_str(hits->items[i].kind)),
		    speech(hits->items[i].reason));
	}
	if (hits->more)
		print_say(run->err, "  ... and more\n");
}

/* Refuse, and name every find. */
static int
refuse_hits(struct run *run, const struct personal_hits *hits)
{
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	Erfa__Problem *problems = calloc(hits->count, sizeof(*problems));
	Erfa__Problem **list = calloc(hits->count, sizeof(Erfa__Problem *));
	char(*texts)[256] = calloc(hits->count, sizeof(*texts));
	int status;
	size_t i;

	for (i = 0; problems != NULL && list != NULL && texts != NULL &&
	     i < hits->count;
	     i++) {
		char text[96];

		hit_text(&hits->items[i], text, sizeof(text));
		(void)snprintf(texts[i], sizeof(texts[i]),
		    _("\"%s\" looks like personal data (%s: %s)"), text,
		    speech(personal_kind_str(hits->items[i].kind)),
		    speech(hits->items[i].reason));
		erfa__problem__init(&problems[i]);
		problems[i].where = hits->items[i].path;
		problems[i].what = texts[i];
		list[i] = &problems[i];
	}
	error.schema = run_lend("erfa.error/1");
	error.code = run_lend("personal_data");
	error.has_exit = 1;
	error.exit = EXIT_DATA;
	error.message = run_lend(
	    _("nothing was published: what has left cannot be called back"));
	error.remedy = run_lend(
	    _("Name roles instead of people; if it is nobody, "
	      "add --allow-personal."));
	error.problem = list;
	error.n_problem = i;
	status = fault_tell(&run->faults, &error);
	free(problems);
	free(list);
	free(texts);
	return status;
}

/* Show what was found in one body, and ask. */
static int
confirm_hits(struct run *run, const struct personal_hits *hits)
{
	bool yes = false;
	int status;

	if (!prompt_can(run))
		return refuse_hits(run, hits);
	print_say(run->err,
	    "This looks like personal data, which cannot be called back once "
	    "it has left:\n");
	print_hits(run, hits);
	status = prompt_yes(run, "Is none of it about a person?  Go on?", &yes);
	if (status != EXIT_DONE || yes)
		return status;
	return fault_say(&run->faults, EXIT_FAILED, "personal_data",
	    "Name roles instead of people.", "nothing was published");
}

/* Whether ${hit} stands in the same field of what is public. */
static bool
is_known(const struct personal_hit *hit, const struct personal_hits *known)
{
	const struct personal_hit *other;
	size_t i;

	for (i = 0; i < known->count; i++) {
		other = &known->items[i];
		if (strcmp(other->path, hit->path) == 0 &&
		    other->end - other->start == hit->end - hit->start &&
		    memcmp(other->text + other->start, hit->text + hit->start,
			hit->end - hit->start) == 0)
			return true;
	}
	return false;
}

/* Leave out of ${hits} what is public already. */
static enum err
drop_known(const struct person_words *words, const Erfa__Body *before,
    struct personal_hits *hits)
{
	struct personal_hits known = { NULL, 0, false };
	enum err err = ERR_NONE;
	size_t i, left = 0;

	/* Where there are too many to be sure, all are asked about. */
	if (before == NULL || hits->more)
		return ERR_NONE;
	err = personal_check_body(words, before, &known);
	for (i = 0; err == ERR_NONE && i < hits->count; i++)
		if (!is_known(&hits->items[i], &known))
			hits->items[left++] = hits->items[i];
	if (err == ERR_NONE)
		hits->count = left;
	personal_clear(&known);
	return err == ERR_NOMEM ? err : ERR_NONE;
}

static int
check_item(struct run *run, const struct person_words *words,
    const struct act_item *item)
{
	struct personal_hits hits = { NULL, 0, false };
	enum err err;
	int status = EXIT_DONE;

	err = personal_check_body(words, item->body, &hits);
	if (err == ERR_NONE)
		err = drop_known(words, item->before, &hits);
	if (err == ERR_NOMEM)
		status = run_nomem(run);
	else if (err == ERR_NONE && hits.count > 0)
		status = confirm_hits(run, &hits);
	personal_clear(&hits);
	return status;
}

int
act_check(struct run *run, const struct act_item *items, size_t count)
{
	struct person_words *words = NULL;
	int status;
	size_t i;

	if (args_given(run->args, "allow-personal"))
		return EXIT_DONE;
	if ((status = act_names(run, &words)) != EXIT_DONE)
		return status;
	for (i = 0; i < count && status == EXIT_DONE; i++)
		status = check_item(run, words, &items[i]);
	person_words_free(words);
	return status;
}
