#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/diff.h"
#include "proto/life_change.h"
#include "proto/report.pb-c.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"

/* Print one side of a change below its name. */
static enum err
print_side(struct run *run, const struct diff_change *change, bool after)
{
	char *text = NULL;
	enum err err = diff_text(change, after, &text);

	if (err != ERR_NONE)
		return err;
	if (text[0] != '\0')
		print_field(run->out, 2, after ? "+" : "-", 4, text);
	free(text);
	return ERR_NONE;
}

static int
print_diff(struct run *run, const struct diff *diff)
{
	size_t i;

	for (i = 0; i < diff->count; i++) {
		print_styled(
		    run->out, PRINT_STRONG, "%s", diff->changes[i].path);
		print_say(run->out, "\n");
		if (print_side(run, &diff->changes[i], false) != ERR_NONE ||
		    print_side(run, &diff->changes[i], true) != ERR_NONE)
			return run_nomem(run);
	}
	if (diff->count == 0)
		print_say(run->out, "They say the same.\n");
	return EXIT_DONE;
}

/* One side of a change as text; NULL if nothing is stated there. */
static enum err
side_of(const struct diff_change *change, bool after, char **ret_text)
{
	char *text = NULL;
	enum err err = diff_text(change, after, &text);

	if (err == ERR_NONE && text[0] == '\0') {
		free(text);
		text = NULL;
	}
	if (err == ERR_NONE)
		*ret_text = text;
	return err;
}

/* Add all that differs to ${report}, which is freed as a message. */
static enum err
add_changes(Erfa__DiffReport *report, const struct diff *diff)
{
	Erfa__DiffChange *change;
	enum err err = ERR_NONE;
	size_t i;

	if (diff->count == 0)
		return ERR_NONE;
	report->change = calloc(diff->count, sizeof(*report->change));
	if (report->change == NULL)
		return ERR_NOMEM;
	for (i = 0; i < diff->count && err == ERR_NONE; i++) {
		if ((change = calloc(1, sizeof(*change))) == NULL)
			return ERR_NOMEM;
		erfa__diff_change__init(change);
		report->change[report->n_change++] = change;
		err = answer_text(&change->path, diff->changes[i].path);
		if (err == ERR_NONE)
			err = side_of(
			    &diff->changes[i], false, &change->before);
		if (err == ERR_NONE)
			err = side_of(&diff->changes[i], true, &change->after);
	}
	return err;
}

/* Print ${adaptation}, which is lent, and the differences. */
static int
json_report(
    struct run *run, Erfa__Adaptation *adaptation, const struct diff *diff)
{
	Erfa__DiffReport *report = calloc(1, sizeof(*report));
	int status;

	if (report == NULL)
		return run_nomem(run);
	erfa__diff_report__init(report);
	if (add_changes(report, diff) != ERR_NONE) {
		status = run_nomem(run);
	} else {
		report->schema = run_lend("erfa.diff/1");
		report->adaptation = adaptation;
		status = run_json(run, &report->base);
	}
	report->schema = NULL;
	report->adaptation = NULL;
	erfa__diff_report__free_unpacked(report, NULL);
	return status;
}

/* As JSON: what a record of an adaptation from one to the other would say. */
static int
json_diff(struct run *run, const struct act *from, const struct act *to,
    const struct diff *diff)
{
	Erfa__Adaptation adaptation = ERFA__ADAPTATION__INIT;
	Erfa__RecordRef refs[2] = { ERFA__RECORD_REF__INIT,
		ERFA__RECORD_REF__INIT };
	struct life_fields *fields = calloc(1, sizeof(*fields));
	struct life_frame frame;
	char *names[LIFE_FIELDS_MAX];
	int status;
	size_t i;

	if (fields == NULL)
		return run_nomem(run);
	life_fields(diff, fields);
	for (i = 0; i < fields->count; i++)
		names[i] = fields->names[i];
	life_suggest(diff, &frame);
	refs[0].id = run_lend(from->id);
	refs[1].id = run_lend(to->id);
	adaptation.from_trial = &refs[0];
	adaptation.to_trial = &refs[1];
	adaptation.has_relation = 1;
	adaptation.relation = life_relation(diff, 1);
	adaptation.changed_fields = names;
	adaptation.n_changed_fields = fields->count;
	adaptation.has_what = frame.what != 0;
	adaptation.what = frame.what;
	adaptation.nature = frame.nature;
	adaptation.n_nature = frame.nnature;
	status = json_report(run, &adaptation, diff);
	free(fields);
	return status;
}

int
cmd_diff(struct run *run)
{
	struct act from = { .run = NULL }, to = { .run = NULL };
	struct diff diff = { NULL, 0 };
	enum err err = ERR_NONE;
	int status;

	status = act_look(run, args_word(run->args, 0), &from);
	if (status == EXIT_DONE)
		status = act_look(run, args_word(run->args, 1), &to);
	if (status == EXIT_DONE)
		err = diff_bodies(from.body, to.body, &diff);
	if (err == ERR_NOMEM)
		status = run_nomem(run);
	else if (err != ERR_NONE)
		status = fault_say(&run->faults, EXIT_USAGE, "wrong_kind", NULL,
		    "%s and %s are records of different kinds", from.shown,
		    to.shown);
	else if (status == EXIT_DONE)
		status = run->json ? json_diff(run, &from, &to, &diff) :
				     print_diff(run, &diff);
	diff_clear(&diff);
	act_close(&from);
	act_close(&to);
	return status;
}
