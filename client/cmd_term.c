/*
 * erfa term: what a word means here, and terms of one's own.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/header.h"
#include "proto/report.pb-c.h"
#include "proto/vocab.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/run.h"
#include "client/send.h"
#include "client/term.h"
#include "client/wordbook.h"

#define TEXT_ROOM 4096 /* bytes of the words typed, and of one line */
#define PATH_ROOM 64   /* bytes of "pref_label[15].language" */
#define INDENT    2
#define COLUMN    14 /* where what stands behind a name begins, at least */

/* ---- what is told ---- */

/* A line that is put together piece by piece; what has no room is left out. */
struct line {
	char text[TEXT_ROOM];
	size_t len;
};

static void
put(struct line *line, const char *before, const char *text)
{
	size_t more = strlen(before) + strlen(text);

	if (more >= sizeof(line->text) - line->len)
		return;
	(void)snprintf(line->text + line->len, sizeof(line->text) - line->len,
	    "%s%s", before, text);
	line->len += more;
}

static const char *
language_name(const char *code)
{
	static const char *const names[][2] = { { "en", N_("English") },
		{ "da", N_("Danish") }, { "nb", N_("Norwegian") },
		{ "nn", N_("Nynorsk") }, { "sv", N_("Swedish") },
		{ "fi", N_("Finnish") }, { "is", N_("Icelandic") } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], code) == 0)
			return _(names[i][1]);
	return code;
}

/* The languages in which the word means this. */
static void
put_languages(struct line *line, const Erfa__TermMeaning *meaning)
{
	size_t i;

	for (i = 0; i < meaning->n_found_in; i++)
		put(line, i > 0 ? ", " : "",
		    language_name(meaning->found_in[i]));
}

/* Where what stands behind a name begins in the language of the person. */
static unsigned
column(void)
{
	static const char *const labels[] = { N_("No longer"), N_("Broader"),
		N_("Narrower"), N_("Related"), N_("The same as"),
		N_("Close to"), N_("Part of"), N_("Replaced by"), N_("Sector"),
		N_("Note"), N_("Published"), NULL };

	return print_column(COLUMN, INDENT, labels);
}

static void
print_row(struct run *run, const char *name, const struct line *line)
{
	if (line->len > 0)
		print_field(run->out, INDENT, name, column(), line->text);
}

/* The labels of one language, "(?)" behind those in doubt. */
static void
put_labels(struct line *line, Erfa__Label *const *labels, size_t count,
    const char *language)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(run_text(labels[i]->language), language) != 0)
			continue;
		put(line, line->len > 0 ? " · " : "",
		    run_text(labels[i]->text));
		if (labels[i]->confidence ==
		    ERFA__LABEL_CONFIDENCE__LABEL_CONFIDENCE_UNCHECKED)
			put(line, " ", "(?)");
	}
}

static void
print_labels(struct run *run, const Erfa__Term *term)
{
	struct line line;
	const char *code;
	size_t lang;

	for (lang = 0; lang < VOCAB_LANGS; lang++) {
		line.len = 0;
		code = vocab_lang_code((enum vocab_lang)lang);
		put_labels(&line, term->pref_label, term->n_pref_label, code);
		put_labels(&line, term->alt_label, term->n_alt_label, code);
		print_row(run, code, &line);
	}
}

/* Words that were given up. */
static void
print_old(struct run *run, const Erfa__TermMeaning *meaning)
{
	const Erfa__TermOld *old;
	struct line line;
	size_t i;

	for (i = 0; i < meaning->n_old; i++) {
		old = meaning->old[i];
		line.len = 0;
		put(&line, "", run_text(old->text));
		put(&line, " (", run_text(old->language));
		if (run_text(old->until)[0] != '\0') {
			put(&line, ", ", _("until"));
			put(&line, " ", old->until);
		}
		put(&line, ")", "");
		if (run_text(old->instead)[0] != '\0')
			put(&line, " → ", old->instead);
		print_row(run, N_("No longer"), &line);
	}
}

/* Concepts in the reader's language, those unknown here by their ids. */
static void
print_concepts(struct run *run, const struct vocab *vocab, enum vocab_lang lang,
    const char *name, char *const *ids, size_t count)
{
	struct line line = { .len = 0 };
	size_t concept;
	size_t i;

	for (i = 0; i < count; i++)
		put(&line, i > 0 ? " · " : "",
		    vocab_find(vocab, ids[i], &concept) == ERR_NONE ?
			vocab_name(vocab, concept, lang) :
			ids[i]);
	print_row(run, name, &line);
}

static void
print_links(struct run *run, const struct vocab *vocab, enum vocab_lang lang,
    const Erfa__Term *term)
{
	char *instead = term->replaced_by;

	print_concepts(
	    run, vocab, lang, N_("Broader"), term->broader, term->n_broader);
	print_concepts(
	    run, vocab, lang, N_("Narrower"), term->narrower, term->n_narrower);
	print_concepts(
	    run, vocab, lang, N_("Related"), term->related, term->n_related);
	print_concepts(run, vocab, lang, N_("The same as"), term->exact_match,
	    term->n_exact_match);
	print_concepts(run, vocab, lang, N_("Close to"), term->close_match,
	    term->n_close_match);
	print_concepts(run, vocab, lang, N_("Part of"), term->broad_match,
	    term->n_broad_match);
	if (run_text(instead)[0] != '\0')
		print_concepts(
		    run, vocab, lang, N_("Replaced by"), &instead, 1);
}

/* The definition in ${code}, else in English, else the first. */
static const char *
definition_of(const Erfa__Term *term, const char *code)
{
	const char *best = NULL;
	const char *language;
	size_t i;

	for (i = 0; i < term->n_definition; i++) {
		language = run_text(term->definition[i]->language);
		if (strcmp(language, code) == 0)
			return run_text(term->definition[i]->text);
		if (best == NULL || strcmp(language, "en") == 0)
			best = run_text(term->definition[i]->text);
	}
	return best;
}

/* The concept's name, and how the word led to it. */
static void
print_heading(struct run *run, const Erfa__TermMeaning *meaning)
{
	struct line line = { .len = 0 };

	print_styled(run->out, PRINT_STRONG, "%s", run_text(meaning->name));
	print_say(run->out, "  %s", run_text(meaning->term->concept));
	if (run_text(meaning->org)[0] != '\0')
		print_say(run->out, "  (%s)", meaning->org);
	print_say(run->out, "\n");
	put_languages(&line, meaning);
	if (strcmp(run_text(meaning->how), "mapped") == 0)
		print_say(run->out, "  A term of their own.\n");
	else if (strcmp(run_text(meaning->how), "part") == 0)
		print_say(run->out, "  Holds \"%s\" (%s).\n",
		    run_text(meaning->found), line.text);
	else
		print_say(run->out, "  \"%s\" in: %s.\n",
		    run_text(meaning->found), line.text);
}

static void
print_meaning(struct run *run, const struct vocab *vocab, enum vocab_lang lang,
    const Erfa__TermMeaning *meaning)
{
	const char *definition = definition_of(meaning->term, run->language);
	size_t i;

	print_heading(run, meaning);
	if (definition != NULL)
		print_block(run->out, INDENT, definition);
	print_labels(run, meaning->term);
	print_old(run, meaning);
	print_links(run, vocab, lang, meaning->term);
	if (run_text(meaning->sector)[0] != '\0')
		print_field(run->out, INDENT, "Sector", column(),
		    labels_get(run->labels, "sector", meaning->sector));
	for (i = 0; i < meaning->n_note; i++)
		print_field(
		    run->out, INDENT, "Note", column(), meaning->note[i]);
	if (run_text(meaning->record)[0] != '\0')
		print_field(
		    run->out, INDENT, "Published", column(), meaning->record);
}

/* One word, another meaning in each language: say so before anything else. */
static void
print_friends(struct run *run, const Erfa__TermReport *report)
{
	const Erfa__TermMeaning *meaning;
	struct line line;
	size_t exact = 0;
	size_t i;

	for (i = 0; i < report->n_meaning; i++)
		if (strcmp(run_text(report->meaning[i]->how), "exact") == 0 &&
		    strcmp(run_text(report->meaning[i]->found),
			run_text(report->meaning[0]->found)) == 0)
			exact++;
	if (exact < 2)
		return;
	print_styled(run->out, PRINT_BAD,
	    "\"%s\" does not mean the same everywhere:\n",
	    run_text(report->meaning[0]->found));
	for (i = 0; i < report->n_meaning; i++) {
		meaning = report->meaning[i];
		if (strcmp(run_text(meaning->how), "exact") != 0)
			continue;
		line.len = 0;
		line.text[0] = '\0';
		put_languages(&line, meaning);
		print_field(run->out, INDENT, line.text, column() + INDENT,
		    run_text(meaning->name));
	}
	print_say(run->out, "\n");
}

/* Nothing was found: what is spelt nearly so. */
static int
tell_none(struct run *run, const Erfa__TermReport *report)
{
	struct line line = { .len = 0 };
	size_t i;

	for (i = 0; i < report->n_near; i++)
		put(&line, i > 0 ? ", " : "", run_text(report->near[i]->found));
	if (report->n_near == 0)
		return fault_say(&run->faults, EXIT_NOINPUT, "no_term",
		    "Search all trials for it:  erfa find WORD\n"
		    "Publish it as a term of yours:  erfa term ID --new",
		    "\"%s\" is no word of the vocabulary",
		    run_text(report->word));
	return fault_say(&run->faults, EXIT_NOINPUT, "no_term",
	    "Search all trials for it:  erfa find WORD",
	    "\"%s\" is no word of the vocabulary; spelt nearly so: %s",
	    run_text(report->word), line.text);
}

static int
tell(struct run *run, const struct vocab *vocab, enum vocab_lang lang,
    const Erfa__TermReport *report)
{
	size_t i;

	if (run->json)
		return run_json(run, &report->base);
	if (report->n_meaning == 0)
		return tell_none(run, report);
	print_friends(run, report);
	for (i = 0; i < report->n_meaning; i++) {
		if (i > 0)
			print_say(run->out, "\n");
		print_meaning(run, vocab, lang, report->meaning[i]);
	}
	return EXIT_DONE;
}

/* ---- looking up ---- */

/* The words of the command line as one text. */
static int
words_of(struct run *run, char out[TEXT_ROOM])
{
	struct line line = { .len = 0 };
	size_t before;
	size_t i;

	line.text[0] = '\0';
	for (i = 0; i < args_count(run->args); i++) {
		before = line.len;
		put(&line, i > 0 ? " " : "", args_word(run->args, i));
		if (line.len == before && args_word(run->args, i)[0] != '\0')
			return fault_say(&run->faults, EXIT_USAGE, "too_long",
			    NULL, "the text is longer than %d bytes",
			    TEXT_ROOM - 1);
	}
	memcpy(out, line.text, line.len + 1);
	return EXIT_DONE;
}

static int
look_up(struct run *run, const struct vocab *vocab, enum vocab_lang lang)
{
	Erfa__TermReport *report = calloc(1, sizeof(*report));
	char text[TEXT_ROOM];
	enum err err;
	int status;

	if (report == NULL)
		return run_nomem(run);
	erfa__term_report__init(report);
	if ((status = words_of(run, text)) != EXIT_DONE)
		goto out;
	err = answer_text(&report->schema, "erfa.term/1");
	if (err == ERR_NONE)
		err = answer_text(&report->word, text);
	if (err == ERR_NONE)
		err = term_look(vocab, text, lang, report);
	if (err == ERR_SYNTAX)
		status = fault_say(&run->faults, EXIT_USAGE, "no_word", NULL,
		    "\"%s\" holds no word", text);
	else if (err != ERR_NONE)
		status = run_nomem(run);
	if (status == EXIT_DONE)
		status = term_local(run, text, report);
	if (status == EXIT_DONE)
		status = tell(run, vocab, lang, report);
out:
	erfa__term_report__free_unpacked(report, NULL);
	return status;
}

/* ---- a term of one's own ---- */

/* Set label ${i} to "LANG:WORDS", or WORDS in the language of the person. */
static int
set_label(struct act *act, const char *list, size_t i, const char *value)
{
	enum vocab_lang lang;
	char language[3] = "";
	char path[PATH_ROOM];
	int status;

	if (strlen(value) > 3 && value[2] == ':') {
		memcpy(language, value, 2);
		value += 3;
	}
	if (vocab_lang_of(language[0] != '\0' ? language : act->run->asked,
		&lang) != ERR_NONE)
		return fault_say(&act->run->faults, EXIT_USAGE, "no_language",
		    "Write one of en da nb nn sv fi is before the colon.",
		    "\"%s\" is no language of the vocabulary", language);
	(void)snprintf(path, sizeof(path), "%s[%zu].text", list, i);
	status = act_set(act, "label", path, value);
	(void)snprintf(path, sizeof(path), "%s[%zu].language", list, i);
	if (status == EXIT_DONE)
		status = act_set(act, "label", path, vocab_lang_code(lang));
	return status;
}

/* Every --label: the first of a language is what it is called. */
static int
set_labels(struct act *act)
{
	const struct args *args = act->run->args;
	const char *value;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(args, "label", i)) != NULL;
	     i++)
		status = set_label(act, "pref_label", i, value);
	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(args, "also", i)) != NULL;
	     i++)
		status = set_label(act, "alt_label", i, value);
	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(args, "definition", i)) != NULL;
	     i++)
		status = set_label(act, "definition", i, value);
	if (status == EXIT_DONE && act->body->term->n_pref_label == 0)
		status = fault_say(&act->run->faults, EXIT_USAGE, "no_label",
		    "erfa term ID --new --label da:WORDS --definition TEXT",
		    "what is it called? give --label");
	return status;
}

/* Every --exact, --close and --broad; each must name a concept. */
static int
set_mappings(struct act *act, const struct vocab *vocab)
{
	static const char *const mappings[][2] = { { "exact", "exact_match" },
		{ "close", "close_match" }, { "broad", "broad_match" } };
	char path[PATH_ROOM];
	const char *value;
	size_t concept;
	size_t m, i;
	int status;

	for (m = 0; m < sizeof(mappings) / sizeof(mappings[0]); m++)
		for (i = 0; (value = args_value_at(
				 act->run->args, mappings[m][0], i)) != NULL;
		     i++) {
			if (vocab_find(vocab, value, &concept) != ERR_NONE)
				return fault_say(&act->run->faults, EXIT_USAGE,
				    "no_concept",
				    "Find its id:  erfa term WORD",
				    "\"%s\" is no concept of the vocabulary",
				    value);
			(void)snprintf(
			    path, sizeof(path), "%s[%zu]", mappings[m][1], i);
			status = act_set(act, mappings[m][0], path, value);
			if (status != EXIT_DONE)
				return status;
		}
	return EXIT_DONE;
}

/* The id must be one, and not one of the vocabulary's. */
static int
set_concept(struct act *act, const struct vocab *vocab)
{
	const char *id = args_word(act->run->args, 0);
	size_t concept;

	if (args_count(act->run->args) != 1 ||
	    strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(id))
		return fault_say(&act->run->faults, EXIT_USAGE, "no_id",
		    "erfa term snow_clearing --new --label da:snerydning",
		    "give one id for the new term: a-z, 0-9 and _");
	if (vocab_find(vocab, id, &concept) == ERR_NONE)
		return fault_say(&act->run->faults, EXIT_USAGE, "exists",
		    "Take another id, and say what it means there:  --exact ID",
		    "\"%s\" is a concept of the vocabulary already", id);
	return act_set(act, "ID", "concept", id);
}

static int
write_new(struct run *run, const struct vocab *vocab)
{
	char org[ORG_MAX + 1];
	struct act act;
	int status;

	status = act_begin(run, HEADER_TERM, &act);
	if (status == EXIT_DONE)
		status = set_concept(&act, vocab);
	if (status == EXIT_DONE)
		status = set_labels(&act);
	if (status == EXIT_DONE)
		status = set_mappings(&act, vocab);
	if (status == EXIT_DONE)
		status = act_set(&act, "status", "status", "current");
	if (status == EXIT_DONE)
		status = run_org(run, org);
	if (status == EXIT_DONE)
		status = act_keep(&act, NULL);
	if (status == EXIT_DONE)
		status = send_offer(&act, false);
	act_close(&act);
	return status;
}

int
cmd_term(struct run *run)
{
	struct vocab *vocab = NULL;
	enum vocab_lang lang = VOCAB_EN;
	int status;

	if (vocab_lang_of(run->asked, &lang) != ERR_NONE)
		lang = VOCAB_EN;
	if ((status = wordbook_open(run, &vocab)) != EXIT_DONE)
		return status;
	if (args_given(run->args, "new"))
		status = write_new(run, vocab);
	else
		status = look_up(run, vocab, lang);
	vocab_free(vocab);
	return status;
}
