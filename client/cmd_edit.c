/*
 * erfa edit: a record as a form, in an editor or a file, or field by field.
 * What a person wrote is never lost: a form with mistakes stays where it is.
 */

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/diff.h"
#include "proto/header.h"
#include "proto/text.h"
#include "client/act.h"
#include "client/burden.h"
#include "client/cmd.h"
#include "client/env.h"
#include "client/form.h"
#include "client/form_file.h"
#include "client/form_mail.h"
#include "client/form_stamp.h"
#include "client/groups.h"
#include "client/judge.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/send.h"
#include "client/slurp.h"

#define FAULTS_TOLD 30 /* mistakes in one refusal; the form names all */
#define FORM_ROOM   (2 * (size_t)FORM_TEXT_MAX)

/* An edit on its way. */
struct edit {
	struct run *run;
	struct act act;
	Erfa__Body *before;         /* as it was when the edit began */
	char *form;                 /* that was written for the editor */
	char path[RUN_PATH_MAX];    /* of the form */
	char stamp[FORM_STAMP_MAX]; /* in the form; "" = none */
	bool temporary;             /* the form is ours to remove */
	bool taken;                 /* act.body is what the form says */
	bool kept;                  /* erfad has what was written */
};

/* ---- files ---- */

/* Put ${text} into the file at edit->path. */
static int
write_form(struct edit *edit, const char *text)
{
	struct run *run = edit->run;
	enum err err = form_file_write(edit->path, text);

	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_DENIED || err == ERR_NOENT)
		return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
		    "Name a file in a folder that is yours.",
		    "%s cannot be written", edit->path);
	return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
	    "Is the disk full?", "%s could not be written", edit->path);
}

static int
read_form(struct edit *edit, char **ret_text, size_t *ret_len)
{
	struct run *run = edit->run;
	enum err err;

	err = slurp(edit->path, FORM_ROOM, ret_text, ret_len);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_NOINPUT, "file_unreadable", NULL,
	    "%s cannot be read: %s", speech(slurp_name(edit->path)),
	    speech(err_str(err)));
}

/* A file for the editor, in a place that outlives a failure. */
static int
make_file(struct edit *edit)
{
	if (form_file_make(edit->path, sizeof(edit->path)) != ERR_NONE)
		return fault_say(&edit->run->faults, EXIT_CANTCREAT,
		    "not_written", "Set TMPDIR to a folder of yours.",
		    "no file can be made in your home, in TMPDIR or in /tmp");
	edit->temporary = true;
	return EXIT_DONE;
}

/* ---- the editor ---- */

static const char *
editor_name(void)
{
	const char *name = env_get("VISUAL");

	if (name == NULL)
		name = env_get("EDITOR");
	return name == NULL ? "vi" : name;
}

/* Run the editor on the form; "code --wait" is a command with words. */
static int
run_editor(struct edit *edit)
{
	char script[] = "exec $0 \"$1\"";
	char shell[] = "sh";
	char flag[] = "-c";
	char *words[] = { shell, flag, script, run_lend(editor_name()),
		edit->path, NULL };
	struct run *run = edit->run;
	int how = 0;
	pid_t pid;

	if (print_finish(run->err) != ERR_NONE ||
	    posix_spawn(&pid, "/bin/sh", NULL, NULL, words, environ) != 0)
		return fault_say(&run->faults, EXIT_FAILED, "no_editor",
		    "Set EDITOR, or write the form:  erfa edit TRIAL --form "
		    "FILE",
		    "the editor cannot be started");
	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILED;
	if (WIFEXITED(how) && WEXITSTATUS(how) == 0)
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_FAILED, "no_editor",
	    "Set EDITOR to another, or write the form:  erfa edit TRIAL "
	    "--form FILE",
	    "the editor \"%s\" failed", editor_name());
}

/* ---- forms ---- */

static int
write_body(struct edit *edit)
{
	struct run *run = edit->run;
	char stamp[FORM_STAMP_MAX];
	char *text = NULL;
	enum err err;
	int status;

	if ((status = act_words(&edit->act)) != EXIT_DONE ||
	    (status = act_stamp(&edit->act, stamp)) != EXIT_DONE)
		return status;
	err = form_write(edit->act.words, edit->act.body, stamp, &text);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err != ERR_NONE)
		return fault_say(&run->faults, EXIT_DATA, "no_form",
		    "Change single fields:  erfa edit TRIAL --set FIELD=VALUE",
		    "%s cannot be written as a form without losing something",
		    edit->act.shown);
	status = write_form(edit, text);
	edit->form = text;
	return status;
}

/* Tell of all mistakes, as far as a screen goes; a form that is ${marked} has
 * the rest. */
static int
tell_faults(struct edit *edit, const struct form_faults *faults, bool marked)
{
	struct run *run = edit->run;
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	Erfa__Problem problems[FAULTS_TOLD + 1];
	Erfa__Problem *list[FAULTS_TOLD + 1];
	char rest[128];
	char where[FAULTS_TOLD][192];
	char message[128];
	char remedy[2 * RUN_PATH_MAX + 128];
	size_t i;

	for (i = 0; i < faults->count && i < FAULTS_TOLD; i++) {
		const struct form_fault *fault = &faults->items[i];

		(void)snprintf(where[i], sizeof(where[i]),
		    fault->path[0] == '\0' ? _("line %u") : _("line %u, %s"),
		    fault->line, fault->path);
		erfa__problem__init(&problems[i]);
		problems[i].where = where[i];
		problems[i].what = run_lend(fault->what);
		problems[i].remedy = run_lend(fault->remedy);
		list[i] = &problems[i];
	}
	if (faults->all > i) {
		(void)snprintf(rest, sizeof(rest),
		    speech_many(
			faults->all - i, "and %zu more", "and %zu more"),
		    faults->all - i);
		erfa__problem__init(&problems[i]);
		problems[i].what = rest;
		list[i] = &problems[i];
		i++;
	}
	(void)snprintf(message, sizeof(message),
	    speech_many(faults->all,
		"the form has %zu mistake; nothing of it is lost",
		"the form has %zu mistakes; nothing of it is lost"),
	    faults->all);
	(void)snprintf(remedy, sizeof(remedy),
	    marked ? _("They are marked in %s\n"
		       "Mend it, then:  erfa edit %s --from %s") :
		     _("They could not be marked: %s is as it was.\n"
		       "Mend it, then:  erfa edit %s --from %s"),
	    speech(slurp_name(edit->path)), edit->act.shown, edit->path);
	error.schema = run_lend("erfa.error/1");
	error.code = run_lend("bad_form");
	error.has_exit = 1;
	error.exit = EXIT_DATA;
	error.message = message;
	error.remedy = remedy;
	error.problem = list;
	error.n_problem = i;
	return fault_tell(&run->faults, &error);
}

/* Put the form, marked, into its file; what came from a pipe gets one. */
static bool
save_marked(struct edit *edit, const char *marked)
{
	bool piped = strcmp(edit->path, "-") == 0;

	if (piped &&
	    form_file_make(edit->path, sizeof(edit->path)) != ERR_NONE) {
		(void)snprintf(edit->path, sizeof(edit->path), "-");
		return false;
	}
	if (form_file_write(edit->path, marked) == ERR_NONE)
		return true;
	if (piped) {
		(void)unlink(edit->path);
		(void)snprintf(edit->path, sizeof(edit->path), "-");
	}
	return false;
}

/* Mark the mistakes in the form itself, if that can be done. */
static int
annotate(struct edit *edit, const char *text, size_t len,
    const struct form_faults *faults)
{
	char *marked = NULL;
	bool saved;

	if (form_annotate(text, len, faults, &marked) != ERR_NONE)
		return run_nomem(edit->run);
	saved = save_marked(edit, marked);
	free(marked);
	edit->temporary = false;
	return tell_faults(edit, faults, saved);
}

/* What a text is written in, as people call it; NULL if it is UTF-8. */
static const char *
foreign_charset(const char *text, size_t len)
{
	if (len >= 2 &&
	    (memcmp(text, "\xff\xfe", 2) == 0 ||
		memcmp(text, "\xfe\xff", 2) == 0))
		return "UTF-16";
	if (memchr(text, '\0', len) != NULL)
		return "UTF-16";
	return text_valid(text, len) ? NULL : "Windows-1252 (Latin-1)";
}

/* A form in another charset is one mistake, and nothing is written into it. */
static int
check_charset(struct edit *edit, const char *text, size_t len)
{
	const char *charset = foreign_charset(text, len);
	unsigned line = 1;
	size_t i;

	if (charset == NULL)
		return EXIT_DONE;
	for (i = 0; i < len && text_valid(text, i + 1 < len ? i + 1 : len); i++)
		line += text[i] == '\n';
	edit->temporary = false;
	return fault_say(&edit->run->faults, EXIT_DATA, "not_utf8",
	    "Save it as UTF-8 in your editor, then:  erfa edit TRIAL --from "
	    "FILE",
	    "%s is not in UTF-8 but, it seems, in %s (line %u)",
	    speech(slurp_name(edit->path)), charset, line);
}

/* What was made from a version stays so; a form says nothing of it. */
static void
keep_version(const Erfa__Body *before, Erfa__Body *after)
{
	if (before->envelope == NULL || after->envelope == NULL)
		return;
	after->envelope->has_major = before->envelope->has_major;
	after->envelope->major = before->envelope->major;
	after->envelope->has_minor = before->envelope->has_minor;
	after->envelope->minor = before->envelope->minor;
}

/* Take the form as the record, or mark what is wrong with it. */
static int
take_form(struct edit *edit)
{
	struct form_faults faults = { NULL, 0, 0 };
	Erfa__Body *body = NULL;
	char *text = NULL;
	size_t len = 0;
	enum err err;
	int status;

	if ((status = act_words(&edit->act)) != EXIT_DONE ||
	    (status = read_form(edit, &text, &len)) != EXIT_DONE ||
	    text == NULL)
		return status;
	if ((status = check_charset(edit, text, len)) != EXIT_DONE) {
		free(text);
		return status;
	}
	(void)form_stamp_read(text, len, edit->stamp);
	err = form_read(edit->act.words, body_kind(edit->act.body), text, len,
	    &faults, &body);
	if (err == ERR_NONE) {
		keep_version(edit->act.body, body);
		body_free(edit->act.body);
		edit->act.body = body;
		edit->taken = true;
	} else if (err == ERR_SYNTAX || err == ERR_SIZE) {
		status = annotate(edit, text, len, &faults);
	} else {
		status = run_nomem(edit->run);
	}
	form_faults_clear(&faults);
	free(text);
	return status;
}

/* Editor, form, and again if there are mistakes and the person wants to. */
static int
edit_by_hand(struct edit *edit)
{
	struct run *run = edit->run;
	bool again;
	int status, asked;

	if (run->json || isatty(STDIN_FILENO) != 1)
		return fault_say(&run->faults, EXIT_USAGE, "no_terminal",
		    "For programs:  --set FIELD=VALUE, --form FILE, --from FILE",
		    "there is no terminal for an editor");
	if ((status = make_file(edit)) != EXIT_DONE)
		return status;
	if ((status = write_body(edit)) != EXIT_DONE) {
		(void)unlink(edit->path);
		edit->temporary = false;
		return status;
	}
	for (;;) {
		if ((status = run_editor(edit)) != EXIT_DONE)
			return status;
		status = take_form(edit);
		if (status != EXIT_DATA)
			return status;
		asked = prompt_yes(run, "Open the editor again?", &again);
		if (asked != EXIT_DONE || !again)
			return asked != EXIT_DONE ? asked : status;
		edit->temporary = true;
	}
}

/* ---- what comes of it ---- */

/* A change of the status passes the gates like a step. */
static int
judge_edit(struct edit *edit, enum life_action action)
{
	struct act *act = &edit->act;
	struct judge judge = { .run = NULL };
	Erfa__Status status = ERFA__STATUS__STATUS_UNSET;
	int exit;

	if (act->body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    !act->is_public)
		return EXIT_DONE;
	exit = judge_open(edit->run, act->body, act->shown,
	    act->show == NULL ? NULL : act->show->show, &judge);
	if (exit == EXIT_DONE)
		exit = judge_check(&judge, action, &status);
	judge_close(&judge);
	return exit;
}

/* Before a programme asks one question more, its owner sees what that costs. */
static int
warn_burden(const struct edit *edit)
{
	const struct act *act = &edit->act;
	size_t before, after;

	if (!act->is_public ||
	    act->body->record_case != ERFA__BODY__RECORD_PROGRAMME ||
	    edit->before->record_case != ERFA__BODY__RECORD_PROGRAMME)
		return EXIT_DONE;
	before = edit->before->programme->n_required_extra;
	after = act->body->programme->n_required_extra;
	return after > before ?
	    burden_warn(edit->run, act->id, after - before) :
	    EXIT_DONE;
}

static int
keep(struct edit *edit)
{
	const struct args *args = edit->run->args;
	Erfa__AmendmentKind kind = ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE;
	enum life_action action = LIFE_EDIT;
	int status;

	if (args_given(args, "correct")) {
		kind = ERFA__AMENDMENT_KIND__AMENDMENT_KIND_CORRECTION;
		action = LIFE_CORRECT;
	} else if (args_given(args, "rethink")) {
		kind = ERFA__AMENDMENT_KIND__AMENDMENT_KIND_RETHINK;
		action = LIFE_RETHINK;
	}
	if ((status = warn_burden(edit)) != EXIT_DONE ||
	    (status = act_amend(&edit->act, kind)) != EXIT_DONE ||
	    (status = judge_edit(edit, action)) != EXIT_DONE ||
	    (status = act_keep(&edit->act, NULL)) != EXIT_DONE)
		return status;
	edit->kept = true;
	return send_offer(&edit->act, false);
}

static int
change(struct edit *edit)
{
	const struct args *args = edit->run->args;
	const char *from = args_value(args, "from");
	int status = EXIT_DONE;

	if (from != NULL) {
		(void)snprintf(edit->path, sizeof(edit->path), "%s", from);
		edit->temporary = form_file_is_made(from);
		status = take_form(edit);
	}
	if (status == EXIT_DONE && args_given(args, "set"))
		status = act_set_all(&edit->act);
	if (status == EXIT_DONE && from == NULL && !args_given(args, "set"))
		status = edit_by_hand(edit);
	return status;
}

/* Write the form, to be filled in elsewhere. */
static int
write_out(struct edit *edit, const char *path)
{
	int status;

	(void)snprintf(edit->path, sizeof(edit->path), "%s", path);
	if (access(path, F_OK) == 0)
		return fault_say(&edit->run->faults, EXIT_CANTCREAT, "exists",
		    "Choose another name, or remove it first.",
		    "%s is there already", path);
	if ((status = write_body(edit)) == EXIT_DONE && !edit->run->json) {
		print_say(edit->run->out,
		    "Wrote the form of %s to %s.\n"
		    "  Read it back:  erfa edit %s --from %s\n",
		    edit->act.shown, path, edit->act.shown, path);
		groups_say(edit->run, edit->act.group, edit->act.group_name);
	}
	return status;
}

/* Whether the version says anything new.  A form knows nothing of the times and
 * the number of a version, so that bytes alone would always differ. */
static bool
is_changed(const struct edit *edit)
{
	struct diff diff = { NULL, 0 };
	const Erfa__Envelope *one = edit->before->envelope;
	const Erfa__Envelope *two = edit->act.body->envelope;
	bool changed;

	if (diff_bodies(edit->before, edit->act.body, &diff) != ERR_NONE)
		return true;
	changed = diff.count > 0 ||
	    strcmp(run_text(one == NULL ? NULL : one->amendment_note),
		run_text(two == NULL ? NULL : two->amendment_note)) != 0;
	diff_clear(&diff);
	return changed;
}

/* A form takes the place of what it was made from, and of nothing that somebody
 * has written since. */
static int
check_stamp(struct edit *edit)
{
	struct run *run = edit->run;
	char remedy[2 * RUN_PATH_MAX + 256];
	char stamp[FORM_STAMP_MAX];
	struct act now;
	int status;

	if (edit->stamp[0] == '\0')
		return EXIT_DONE;
	(void)snprintf(remedy, sizeof(remedy),
	    _("Write what is there now, and compare:  erfa edit %s --form NEW\n"
	      "Or replace it: take the line \"#= ...\" out of %s\n"
	      "Then:  erfa edit %s --from %s"),
	    edit->act.shown, speech(slurp_name(edit->path)), edit->act.shown,
	    edit->path);
	status = act_look(run, edit->act.id, &now);
	if (status == EXIT_DONE)
		status = act_stamp(&now, stamp);
	if (status == EXIT_DONE && !act_stamp_same(edit->stamp, stamp))
		status = fault_say(&run->faults, EXIT_TEMPFAIL, "draft_changed",
		    remedy,
		    "%s is not what the form was made from any more (then: "
		    "%s; now: %s)",
		    edit->act.shown, act_stamp_words(edit->stamp),
		    act_stamp_words(stamp));
	act_close(&now);
	return status;
}

/* Make the file say that it is what was kept, to be read back again. */
static enum err
renew_stamp(const struct edit *edit, const char *stamp)
{
	char *text = NULL;
	char *renewed = NULL;
	size_t len = 0;
	enum err err;

	err = slurp(edit->path, FORM_ROOM, &text, &len);
	if (err == ERR_NONE)
		err = form_stamp_renew(text, len, stamp, &renewed);
	if (err == ERR_NONE)
		err = form_file_write(edit->path, renewed);
	free(renewed);
	free(text);
	return err;
}

/* The same, if it is a file of a person, and has such a line. */
static void
renew(const struct edit *edit)
{
	char stamp[FORM_STAMP_MAX];
	struct stat info;

	if (!edit->kept || edit->temporary || edit->stamp[0] == '\0' ||
	    stat(edit->path, &info) != 0 || !S_ISREG(info.st_mode) ||
	    act_stamp(&edit->act, stamp) != EXIT_DONE)
		return;
	if (renew_stamp(edit, stamp) != ERR_NONE && !edit->run->json)
		print_say(edit->run->err,
		    "The line \"#= ...\" of %s could not be renewed; take it "
		    "out before the form is read back again.\n",
		    edit->path);
}

/* Whether the editor left the form as it was written. */
static bool
is_untouched(const struct edit *edit)
{
	char *text = NULL;
	size_t len = 0;
	bool same;

	same = edit->form != NULL &&
	    slurp(edit->path, FORM_ROOM, &text, &len) == ERR_NONE &&
	    strcmp(text, edit->form) == 0;
	free(text);
	return same;
}

/* Whether all that stands in the form stands elsewhere as well. */
static bool
is_spare(const struct edit *edit)
{
	return edit->kept || is_untouched(edit) ||
	    (edit->taken && !is_changed(edit));
}

int
cmd_edit(struct run *run)
{
	struct edit edit = { .run = run };
	const char *form = args_value(run->args, "form");
	int status;

	status = act_open(run, args_word(run->args, 0), 0, &edit.act);
	if (status == EXIT_DONE &&
	    act_copy(edit.act.body, &edit.before) != ERR_NONE)
		status = run_nomem(run);
	if (status == EXIT_DONE && form != NULL)
		status = write_out(&edit, form);
	else if (status == EXIT_DONE) {
		status = change(&edit);
		if (status == EXIT_DONE && !is_changed(&edit))
			status = fault_say(&run->faults, EXIT_FAILED,
			    "no_change", NULL, "nothing was changed in %s",
			    edit.act.shown);
		else if (status == EXIT_DONE &&
		    (status = check_stamp(&edit)) == EXIT_DONE)
			status = keep(&edit);
		renew(&edit);
	}
	if (edit.temporary && is_spare(&edit))
		(void)unlink(edit.path);
	else if (edit.temporary)
		print_say(run->err, "What was written is in %s\n", edit.path);
	free(edit.form);
	body_free(edit.before);
	act_close(&edit.act);
	return status;
}
