#include "client/alike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/text.h"
#include "client/labels.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"

#define SHOWN      3  /* trials that are told of */
#define ASKED      10 /* that erfad is asked for */
#define WORDS      16 /* words of the question, those of the title first */
#define TITLE      10 /* of these, at most */
#define WORD_LEAST 4  /* bytes of a word of the summary */
#define MEANT      2  /* what a word is worth that means something */
#define PLACE      40 /* columns of a place */
#define WORD_SIZE  64 /* bytes of a word, its NUL counted */

/* The words of a text that are asked for. */
struct words {
	char text[WORDS][WORD_SIZE];
	char *list[WORDS];
	size_t count;
	size_t title; /* the first so many are of the title */
};

/* Whether a byte parts words; in UTF-8 others are letters or stand for them. */
static bool
is_gap(char c)
{
	return c != '\0' && strchr(" \t\r\n.,;:!?()[]{}\"'/-*+<>=", c) != NULL;
}

/* Take one word, unless it is there. */
static void
take_word(struct words *words, const char *text, size_t len)
{
	char *word = words->text[words->count];
	size_t i;

	memcpy(word, text, len);
	word[len] = '\0';
	for (i = 0; i < words->count; i++)
		if (strcmp(words->text[i], word) == 0)
			return;
	words->count++;
}

/* Take up to ${most} words of at least ${least} bytes, each once. */
static void
take_words(struct words *words, const char *text, size_t least, size_t most)
{
	size_t len;

	while (*text != '\0' && words->count < most) {
		while (is_gap(*text))
			text++;
		for (len = 0; text[len] != '\0' && !is_gap(text[len]);)
			len++;
		if (len >= least && len < WORD_SIZE)
			take_word(words, text, len);
		text += len;
	}
}

static void
choose_words(struct words *words, const Erfa__Trial *trial)
{
	size_t i;

	memset(words, 0, sizeof(*words));
	take_words(words, run_text(trial->title), 2, TITLE);
	words->title = words->count;
	take_words(words, run_text(trial->summary), WORD_LEAST, WORDS);
	for (i = 0; i < words->count; i++)
		words->list[i] = words->text[i];
}

/* How many words of ${text}, up to an arrow, are among words ${from}..${to}. */
static size_t
common_words(
    const struct words *words, size_t from, size_t to, const char *text)
{
	const char *end = strstr(text, " \xe2\x86\x92");
	size_t left = end == NULL ? strlen(text) : (size_t)(end - text);
	size_t count = 0;
	size_t len;
	size_t i;

	while (left > 0) {
		for (len = 0; len < left && text[len] != ' ';)
			len++;
		for (i = from; i < to; i++)
			if (strlen(words->text[i]) == len &&
			    memcmp(words->text[i], text, len) == 0)
				count++;
		len += len < left;
		text += len;
		left -= len;
	}
	return count;
}

/*
 * Keep the words that erfad looked for; others it took for a filter ("active"),
 * which a title does not mean.
 */
static void
keep_looked_for(struct words *words, const Erfa__FindAnswer *find)
{
	size_t kept = 0;
	size_t title = 0;
	size_t i;
	size_t k;

	for (i = 0; i < words->count; i++) {
		for (k = 0; k < find->n_understood; k++)
			if (common_words(words, i, i + 1, find->understood[k]) >
			    0)
				break;
		if (k == find->n_understood)
			continue;
		title += i < words->title;
		memmove(words->text[kept++], words->text[i], WORD_SIZE);
	}
	words->count = kept;
	words->title = title;
}

/* What a word is worth that was understood as ${text}: it may mean something. */
static size_t
worth_of(const char *text)
{
	return strstr(text, " \xe2\x86\x92 ") != NULL ? MEANT : 1;
}

/* What a word is worth that was typed, by how it was understood. */
static size_t
worth_of_typed(const Erfa__FindAnswer *find, const char *typed)
{
	size_t len = strlen(typed);
	size_t i;

	for (i = 0; i < find->n_understood; i++)
		if (strncmp(find->understood[i], typed, len) == 0 &&
		    (find->understood[i][len] == '\0' ||
			find->understood[i][len] == ' '))
			return worth_of(find->understood[i]);
	return 1;
}

static bool
is_near(const Erfa__Reason *reason)
{
	return strcmp(run_text(reason->by), "near") == 0;
}

/* Whether a trial says the word itself, where it says what it is about. */
static bool
is_about(const Erfa__Reason *reason)
{
	static const char *const parts[] = { "title", "summary", "keywords",
		"sector", "provision" };
	size_t i;

	if (is_near(reason))
		return false;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(run_text(reason->part), parts[i]) == 0)
			return true;
	return false;
}

/* How much of the first so many words a trial says. */
struct shared {
	size_t all; /* what these words are worth */
	size_t met; /* what those are worth that it says */
	size_t words;
	size_t meant; /* of these, mean something */
};

static struct shared
share(const struct words *words, size_t count, const Erfa__FindAnswer *find,
    const Erfa__Row *row)
{
	struct shared shared = { 0 };
	const char *typed;
	size_t some;
	size_t i;

	for (i = 0; i < find->n_understood; i++)
		shared.all += common_words(
				  words, 0, count, find->understood[i]) *
		    worth_of(find->understood[i]);
	for (i = 0; i < row->n_reason; i++) {
		typed = run_text(row->reason[i]->word);
		some = common_words(words, 0, count, typed);
		if (is_near(row->reason[i]) &&
		    strcmp(run_text(row->reason[i]->part), "title") == 0)
			shared.met += some;
		if (some == 0 || !is_about(row->reason[i]))
			continue;
		shared.words += some;
		shared.met += some * worth_of_typed(find, typed);
		shared.meant += worth_of_typed(find, typed) == MEANT;
	}
	return shared;
}

/*
 * Whether ${row} says enough of what the title says; or of title and summary
 * together, of which more must be shared, since a title may be a single word.
 */
static bool
is_alike(const struct words *words, const Erfa__FindAnswer *find,
    const Erfa__Row *row)
{
	struct shared shared = share(words, words->title, find, row);

	if (words->title >= 2 && shared.words >= 2 && shared.meant > 0 &&
	    2 * shared.met > shared.all)
		return true;
	shared = share(words, words->count, find, row);
	return shared.words >= 4 && shared.meant >= 2 &&
	    3 * shared.met > 2 * shared.all;
}

static bool
is_known(const Erfa__Row *row, const char *const *known, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(known[i], run_text(row->full_id)) == 0)
			return true;
	return false;
}

/* Where it runs or ran, as far as is known. */
static const char *
place_of(const Erfa__Row *row)
{
	return row->n_site > 0 && row->site[0][0] != '\0' ?
	    row->site[0] :
	    run_text(row->publisher);
}

/* How it came out, or else how it stands. */
static const char *
outcome_of(const struct run *run, const Erfa__Row *row)
{
	if (run_text(row->verdict)[0] != '\0')
		return labels_get(run->labels, "verdict", row->verdict);
	if (row->transcribed)
		return _("documented only");
	return labels_get(run->labels, "status", run_text(row->status));
}

/* The first year of "2012-07 - 2015" or "- 2015"; empty if there is none. */
static void
first_year(const char *period, char out[5])
{
	size_t len;

	out[0] = '\0';
	for (; *period != '\0'; period += len) {
		len = strspn(period, "0123456789");
		if (len == 4) {
			memcpy(out, period, 4);
			out[4] = '\0';
			return;
		}
		len += len == 0;
	}
}

/* Whether it was more than an idea. */
static bool
was_tried(const Erfa__Row *row)
{
	const char *status = run_text(row->status);

	return strcmp(status, "idea") != 0 && strcmp(status, "planned") != 0 &&
	    strcmp(status, "not_started") != 0;
}

/* "Aalborg tried this in 2017". */
static void
print_who(struct run *run, const Erfa__Row *row)
{
	char *place = NULL;
	char year[5];

	if (print_form(run->err, place_of(row), false, &place) != ERR_NONE)
		return;
	if (text_width(place) > PLACE)
		memcpy(place + text_cut(place, PLACE - 3), "...", 4);
	first_year(run_text(row->period), year);
	if (!was_tried(row))
		print_say(run->err, "%s wanted to try this", place);
	else if (year[0] != '\0')
		print_say(run->err, "%s tried this in %s", place, year);
	else
		print_say(run->err, "%s tried this", place);
	free(place);
}

static void
print_rows(struct run *run, Erfa__Row *const *rows, size_t count)
{
	size_t i;

	print_say(run->err, "Before you go on:\n");
	for (i = 0; i < count; i++) {
		print_say(run->err, "  ");
		print_who(run, rows[i]);
		print_say(run->err, " (%s):\n", outcome_of(run, rows[i]));
		print_field(run->err, 2, "", 4, run_text(rows[i]->title));
		print_say(run->err,
		    "    Read it:  erfa show %s   Make it yours:  erfa adapt "
		    "%s\n",
		    run_text(rows[i]->id), run_text(rows[i]->id));
	}
}

/* For whoever reads what a script said. */
static void
print_line(struct run *run, Erfa__Row *const *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0)
			print_say(run->err, ", ");
		print_who(run, rows[i]);
		print_say(run->err, " (erfa adapt %s)", run_text(rows[i]->id));
	}
	print_say(run->err, "\n");
}

static void
tell(struct run *run, const struct words *words, const Erfa__FindAnswer *find,
    const char *const *known, size_t count)
{
	Erfa__Row *rows[SHOWN];
	size_t found = 0;
	size_t i;

	for (i = 0; i < find->n_row && found < SHOWN; i++)
		if (is_alike(words, find, find->row[i]) &&
		    !is_known(find->row[i], known, count))
			rows[found++] = find->row[i];
	if (found > 0 && prompt_can(run))
		print_rows(run, rows, found);
	else if (found > 0)
		print_line(run, rows, found);
}

static int
ask(struct run *run, struct words *words, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__FindRequest find = ERFA__FIND_REQUEST__INIT;

	find.word = words->list;
	find.n_word = words->count;
	find.has_limit = 1;
	find.limit = ASKED;
	request.ask_case = ERFA__REQUEST__ASK_FIND;
	request.find = &find;
	return run_try(run, &request, ret_answer);
}

void
alike_show(struct run *run, const Erfa__Trial *trial, const char *const *known,
    size_t count)
{
	Erfa__Answer *answer = NULL;
	struct words words;
	int status;

	choose_words(&words, trial);
	if (run->json || run->quiet || words.count < 2)
		return;
	status = ask(run, &words, &answer);
	if (status == EXIT_DONE && answer->say_case == ERFA__ANSWER__SAY_FIND &&
	    answer->find->n_filter > 0) {
		keep_looked_for(&words, answer->find);
		control_free_answer(answer);
		answer = NULL;
		if (words.count >= 2)
			status = ask(run, &words, &answer);
	}
	if (status == EXIT_DONE && answer != NULL &&
	    answer->say_case == ERFA__ANSWER__SAY_FIND)
		tell(run, &words, answer->find, known, count);
	control_free_answer(answer);
}
