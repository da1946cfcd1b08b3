#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/fields.h"
#include "client/form_words.h"
#include "client/groups.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/whole.h"

#define KEY_SHOWN    16 /* hexadecimal digits of a key in a line */
#define MARK_MAX     64 /* bytes of "(restricted)", in any language */
#define FIELD_COLUMN 4  /* where the words about a change begin */

/* A history on its way to people. */
struct telling {
	struct run *run;
	struct form_words *words; /* NULL: field names for words */
	const Erfa__HistoryAnswer *answer;
};

/* ---- what to print ---- */

/* What became of the organisation or the record as a whole. */
static void
print_event(struct telling *telling, const Erfa__HistoryEvent *event)
{
	struct run *run = telling->run;
	char day[RUN_DAY_LEN + 1] = "";

	if (strcmp(run_text(event->what), "successor") == 0) {
		print_say(run->out, "%s has taken over from %s.",
		    run_text(event->by), run_text(telling->answer->publisher));
		print_say(run->out, "\n\n");
		return;
	}
	strncat(day, run_text(event->time), RUN_DAY_LEN);
	print_styled(run->out,
	    strcmp(run_text(event->what), "retraction") == 0 ? PRINT_BAD :
							       PRINT_STRONG,
	    "%s  %s", day,
	    labels_get(run->labels, "retraction_kind", run_text(event->what)));
	if (run_text(event->reason)[0] != '\0')
		print_say(run->out, ": %s",
		    labels_get(
			run->labels, "retraction_reason", event->reason));
	print_say(run->out, "  (%s)\n", run_text(event->id));
	print_block(run->out, 2, run_text(event->text));
	print_say(run->out, "\n");
}

/* One side of a change: the label of a code, or the words themselves. */
static const char *
side(const struct telling *telling, const Erfa__HistoryChange *change,
    const char *text)
{
	struct fields_place place;

	if (fields_find(run_text(telling->answer->kind),
		run_text(change->field), &place) != ERR_NONE)
		return run_text(text);
	return fields_value(telling->words, &place, run_text(text));
}

static void
print_change(struct telling *telling, const Erfa__HistoryChange *change)
{
	struct run *run = telling->run;
	const char *before = side(telling, change, change->before);
	const char *after = side(telling, change, change->after);
	char help[FIELDS_WORDS];

	fields_help(telling->words, run_text(telling->answer->kind),
	    run_text(change->field), help);
	print_say(run->out, "  %s  ", run_text(change->field));
	print_styled(run->out, PRINT_FAINT, "%s", help);
	print_say(run->out, "\n");
	if (*before != '\0')
		print_field(
		    run->out, FIELD_COLUMN, "-", FIELD_COLUMN + 2, before);
	if (*after != '\0')
		print_field(
		    run->out, FIELD_COLUMN, "+", FIELD_COLUMN + 2, after);
}

/* When, which version, of which kind, in which state, and who signed. */
static void
print_head(struct run *run, const Erfa__HistoryVersion *version, bool first)
{
	char when[PRINT_TIME_MAX];
	char key[KEY_SHOWN + 1] = "";
	char mark[MARK_MAX] = "";

	print_time(run_text(version->time), when);
	print_styled(run->out, PRINT_STRONG, "%s  %s", when,
	    run_text(version->version)[0] == '\0' ? "?" : version->version);
	if (run_text(version->kind)[0] != '\0')
		print_say(run->out, "  %s",
		    labels_get(run->labels, "amendment_kind", version->kind));
	else if (first)
		print_say(run->out, "  first version");
	if (strcmp(run_text(version->state), "here") != 0)
		print_styled(run->out, PRINT_BAD, "  %s",
		    labels_get(run->labels, "state", run_text(version->state)));
	else if (run_text(version->status)[0] != '\0')
		print_say(run->out, "  %s",
		    labels_get(run->labels, "status", version->status));
	if (strcmp(run_text(version->state), "restricted") != 0)
		groups_mark(run, version->group, mark, sizeof(mark));
	print_say(run->out, "%s%s", mark[0] == '\0' ? "" : "  ", mark);
	print_say(run->out, "\n");
	strncat(key, run_text(version->key), KEY_SHOWN);
	print_say(run->out, "  signed by %s (%s), key %s",
	    run_text(version->signer)[0] == '\0' ? "?" : version->signer,
	    run_text(version->publisher), key);
	if (!version->verified)
		print_styled(run->out, PRINT_BAD, "  not verified");
	print_say(run->out, "\n");
}

static void
print_version(
    struct telling *telling, const Erfa__HistoryVersion *version, bool first)
{
	struct run *run = telling->run;
	size_t i;

	print_head(run, version, first);
	if (run_text(version->note)[0] != '\0')
		print_block(run->out, 2, version->note);
	for (i = 0; i < version->n_change; i++)
		print_change(telling, version->change[i]);
	if (version->more)
		print_say(run->out, "  ... and more\n");
	if (version->unknown && !first)
		print_say(run->out,
		    "  What changed cannot be told: a version is not "
		    "here.\n");
	else if (!first && version->n_change == 0)
		print_say(run->out, "  Nothing else was changed.\n");
	print_say(run->out, "\n");
}

static void
print_history(struct telling *telling)
{
	const Erfa__HistoryAnswer *answer = telling->answer;
	struct run *run = telling->run;
	char count[PRINT_COUNT_MAX];
	size_t i;

	print_styled(run->out, PRINT_STRONG, "%s",
	    run_text(answer->title)[0] == '\0' ? _("(no title)") :
						 answer->title);
	print_count(answer->versions, "version", "versions", count);
	print_say(run->out, "\n%s %s, %s\n\n",
	    labels_get(run->labels, "kind", run_text(answer->kind)),
	    run_text(answer->id), count);
	for (i = 0; i < answer->n_event; i++)
		print_event(telling, answer->event[i]);
	for (i = 0; i < answer->n_version; i++)
		print_version(
		    telling, answer->version[i], i + 1 == answer->n_version);
}

/* ---- what to ask ---- */

static enum err
add_heir(Erfa__HistoryAnswer *all, const Erfa__Heir *heir)
{
	Erfa__HistoryEvent *event;
	enum err err;

	err = answer_add(&all->event, &all->n_event,
	    &erfa__history_event__descriptor, &event);
	if (err != ERR_NONE ||
	    (err = answer_text(&event->what, "successor")) != ERR_NONE)
		return err;
	return answer_text(&event->by, heir->new_org);
}

/* Who took over from the publisher. */
static int
ask_heirs(struct run *run, Erfa__HistoryAnswer *all)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__OrgsRequest orgs = ERFA__ORGS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	enum err err = ERR_NONE;
	size_t i;
	int status;

	orgs.has_heirs_only = 1;
	orgs.heirs_only = 1;
	request.ask_case = ERFA__REQUEST__ASK_ORGS;
	request.orgs = &orgs;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	for (i = 0; i < answer->orgs->n_heir && err == ERR_NONE; i++)
		if (answer->orgs->heir[i]->counts &&
		    strcmp(run_text(answer->orgs->heir[i]->old_org),
			run_text(all->publisher)) == 0)
			err = add_heir(all, answer->orgs->heir[i]);
	control_free_answer(answer);
	return err == ERR_NONE ? EXIT_DONE : run_nomem(run);
}

static int
tell(struct run *run, const Erfa__HistoryAnswer *all)
{
	struct telling telling = { .run = run, .answer = all };

	if (run->json)
		return run_json(run, &all->base);

	/* Without the words the names of fields must do. */
	if (form_words_open(run->data, run->language, &telling.words) !=
	    ERR_NONE)
		telling.words = NULL;
	print_history(&telling);
	form_words_free(telling.words);
	return EXIT_DONE;
}

int
cmd_history(struct run *run)
{
	static const char *const lists[] = { "version", NULL };
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__HistoryRequest history = ERFA__HISTORY_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char id[RECORD_ID_CHARS + 1];
	int status;

	if ((status = act_resolve(run, args_word(run->args, 0), id)) !=
	    EXIT_DONE)
		return status;
	history.id = id;
	request.ask_case = ERFA__REQUEST__ASK_HISTORY;
	request.history = &history;
	status = whole_ask(run, &request, &history.cursor, lists, &answer);
	if (status != EXIT_DONE)
		return status;
	status = ask_heirs(run, answer->history);
	if (status == EXIT_DONE)
		status = tell(run, answer->history);
	control_free_answer(answer);
	return status;
}
