#include "client/reason.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/text.h"
#include "client/run.h"
#include "client/speech.h"

#define REASON_MAX 600 /* bytes of one reason */

/* Where a word was found; %s is the word and what it led to. */
static const struct {
	const char *part;
	const char *text;
} places[] = {
	{ "title", N_("%s in the title") },
	{ "summary", N_("%s in the summary") },
	{ "text", N_("%s in the text") },
	{ "other_meaning", N_("%s, which means something else there") },
	{ "keywords", N_("%s in its keywords") },
	{ "sector", N_("%s as its sector") },
	{ "provision", N_("%s in a rule") },
	{ "org", N_("%s in a name") },
	{ "experience", N_("%s in what was learnt") },
	{ "decision", N_("%s in a decision") },
	{ "programme", N_("%s in the name of its programme") },
};

/* Why who asks what did not work may mean a trial; %s is what is told there. */
static const struct {
	const char *part;
	const char *text;
} failures[] = {
	{ "failure_did_not_work", N_("judged: it did not work") },
	{ "failure_harmful", N_("judged: it did harm") },
	{ "failure_no_difference", N_("judged: it made no difference") },
	{ "failure_worked_partly", N_("judged: it worked only partly") },
	{ "failure_no_effect", N_("stopped: it had no effect") },
	{ "failure_quality", N_("stopped: quality or safety was at stake") },
	{ "failure_unlawful", N_("stopped: it was found unlawful") },
	{ "failure_stopped", N_("stopped before its time") },
	{ "failure_told", N_("told as what did not work: %s") },
	{ "failure_reported", N_("not judged, but reported: %s") },
	{ "failure_discontinued", N_("not continued") },
	{ "failure_barriers", N_("barriers are reported") },
	{ "failure_refused", N_("the application was refused") },
	{ "failure_withdrawn", N_("the application was withdrawn") },
	{ "outcome_approved", N_("the application was approved") },
};

/* Say why a trial may be meant as a failure; false if that is no reason here. */
static bool
say_failure(const Erfa__Reason *reason, char out[REASON_MAX])
{
	const char *text;
	const char *mark;
	size_t i;

	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (strcmp(run_text(reason->part), failures[i].part) == 0)
			break;
	if (i == sizeof(failures) / sizeof(failures[0]))
		return false;
	text = _(failures[i].text);
	mark = strstr(text, "%s");
	if (mark == NULL)
		(void)snprintf(out, REASON_MAX, "%.400s", text);
	else
		(void)snprintf(out, REASON_MAX,
		    "%.*s\xe2\x80\x9c%.300s\xe2\x80\x9d%.80s",
		    (int)(mark - text), text, run_text(reason->found),
		    mark + 2);
	return true;
}

/* Say where a word was found, if we know the place. */
static void
say_place(const char *word, const char *part, char out[REASON_MAX])
{
	const char *text = "%s";
	const char *mark;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(part, places[i].part) == 0)
			text = _(places[i].text);
	if ((mark = strstr(text, "%s")) == NULL)
		mark = text = "%s";
	(void)snprintf(out, REASON_MAX, "%.*s%.380s%.80s", (int)(mark - text),
	    text, word, mark + 2);
}

/*
 * "hjemmepleje", the concept in between and what stands there, where they differ;
 * what a dictionary said is told as such, since nobody here has looked at it.
 */
static void
say_word(const Erfa__Reason *reason, char out[REASON_MAX])
{
	const char *word = run_text(reason->word);
	const char *concept = run_text(reason->concept);
	const char *found = run_text(reason->found);
	const char *by = "";
	bool near = strcmp(run_text(reason->by), "near") == 0;
	bool meant = concept[0] != '\0' && (near || !text_akin(word, concept));
	bool other = found[0] != '\0' && !text_akin(word, found);

	if (strcmp(run_text(reason->by), "dictionary") == 0)
		by = _(" (dictionary)");
	if (*by != '\0' && !meant && other)
		(void)snprintf(out, REASON_MAX,
		    "%.120s \xe2\x86\x92 %.120s%.80s", word, found, by);
	else
		(void)snprintf(out, REASON_MAX,
		    "%.120s%s%.40s%.120s%.80s%s%.120s", word,
		    meant ? " \xe2\x86\x92 " : "",
		    meant && near ? _("near: ") : "", meant ? concept : "", by,
		    other ? " \xe2\x86\x90 " : "", other ? found : "");
}

void
reason_line(const Erfa__Row *row, char *out, size_t size)
{
	char word[REASON_MAX];
	char text[REASON_MAX];
	size_t len = 0;
	size_t i;

	out[0] = '\0';
	for (i = 0; i < row->n_reason; i++) {
		if (!say_failure(row->reason[i], text)) {
			say_word(row->reason[i], word);
			say_place(word, run_text(row->reason[i]->part), text);
		}
		if (len + strlen(text) + 3 > size)
			return;
		len += (size_t)snprintf(
		    out + len, size - len, "%s%s", i > 0 ? ", " : "", text);
	}
}
