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
	{ "provision", N_("%s in a rule") },
	{ "org", N_("%s in a name") },
	{ "experience", N_("%s in what was learnt") },
	{ "decision", N_("%s in a decision") },
	{ "programme", N_("%s in the name of its programme") },
};

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

/* "hjemmepleje", the concept in between and what stands there, where they differ. */
static void
say_word(const Erfa__Reason *reason, char out[REASON_MAX])
{
	const char *word = run_text(reason->word);
	const char *concept = run_text(reason->concept);
	const char *found = run_text(reason->found);
	bool meant = concept[0] != '\0' && !text_akin(word, concept);
	bool other = found[0] != '\0' && !text_akin(word, found);

	(void)snprintf(out, REASON_MAX, "%.120s%s%.120s%s%.120s", word,
	    meant ? " \xe2\x86\x92 " : "", meant ? concept : "",
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
		say_word(row->reason[i], word);
		say_place(word, run_text(row->reason[i]->part), text);
		if (len + strlen(text) + 3 > size)
			return;
		len += (size_t)snprintf(
		    out + len, size - len, "%s%s", i > 0 ? ", " : "", text);
	}
}
