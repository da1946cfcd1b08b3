#include "client/run.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/control.h"
#include "proto/json.h"
#include "client/cmd.h"
#include "client/conn.h"
#include "client/dated.h"
#include "client/env.h"
#include "client/lasting.h"
#include "client/place.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/speech.h"

/* Choose the language, which main() has opened already. */
static int
choose_language(struct run *run)
{
	const char *wanted = args_value(run->args, "lang");

	if (speech_choose(wanted, run->language, run->asked) == ERR_NONE)
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_USAGE, "bad_language",
	    "Languages: da nb nn sv fi is en", "no language \"%.40s\" here",
	    run_text(wanted));
}

/* Read --at: a day, or a time in UTC. */
static int
choose_time(struct run *run)
{
	const char *at = args_value(run->args, "at");
	const char *rest;
	struct tm utc;

	run->now = time(NULL);
	if (at == NULL)
		return EXIT_DONE;
	memset(&utc, 0, sizeof(utc));
	rest = strptime(at, "%Y-%m-%d", &utc);
	if (rest != NULL && *rest == 'T')
		rest = strptime(rest, "T%H:%M:%SZ", &utc);
	if (rest == NULL || *rest != '\0')
		return fault_say(&run->faults, EXIT_USAGE, "bad_date",
		    "Write it as 2026-11-21 or 2026-11-21T12:00:00Z",
		    "\"%.40s\" is no date", at);
	run->now = timegm(&utc);
	if (dated_of(run->cmd->name) == DATED_NOT)
		return fault_say(&run->faults, EXIT_USAGE, "no_day",
		    "Leave out --at.", "erfa %s cannot tell of another day",
		    run->cmd->name);
	if (dated_of(run->cmd->name) == DATED_VIEW)
		run_today(run, run->day);
	return EXIT_DONE;
}

/* Open the labels; without them the codes must do. */
static int
choose_labels(struct run *run)
{
	char path[RUN_PATH_MAX];
	enum err err;
	int n;

	place_data(run->data);
	n = snprintf(path, sizeof(path), "%s/labels.tsv", run->data);
	if (n < 0 || (size_t)n >= sizeof(path) || access(path, R_OK) != 0)
		return EXIT_DONE;
	err = labels_open(path, run->language, &run->labels);
	if (err == ERR_SYNTAX)
		return fault_say(&run->faults, EXIT_CONFIG, "bad_labels",
		    "Install erfa again, or set ERFA_DATA to its folder.",
		    "%s is no table of labels", path);
	return err == ERR_NOMEM ? run_nomem(run) : EXIT_DONE;
}

static void
choose_socket(struct run *run)
{
	const char *path = args_value(run->args, "socket");

	if (path == NULL)
		path = env_get("ERFA_SOCKET");
	if (path == NULL)
		path = CONN_SOCKET;
	if (strncmp(path, "ipc://", 6) == 0)
		path += 6;
	run->socket = path;
}

int
run_init(struct run *run, const struct cmd *cmd, const struct args *args,
    struct print *out, struct print *err)
{
	int status;

	memset(run, 0, sizeof(*run));
	run->cmd = cmd;
	run->args = args;
	run->out = out;
	run->err = err;
	run->jsonl = args_given(args, "jsonl");
	run->json = run->jsonl || args_given(args, "json");
	run->quiet = args_given(args, "quiet");
	run->faults.print = err;
	run->faults.json = run->json;
	choose_socket(run);
	if (run->jsonl && !cmd->lists)
		return fault_say(&run->faults, EXIT_USAGE, "no_lines",
		    "Use --json.", "erfa %s prints no list", cmd->name);
	if ((status = choose_language(run)) != EXIT_DONE)
		return status;
	if ((status = choose_time(run)) != EXIT_DONE)
		return status;
	status = choose_labels(run);
	run->faults.labels = run->labels;
	return status;
}

void
run_clear(struct run *run)
{
	conn_close(run->conn);
	run->conn = NULL;
	labels_free(run->labels);
	run->labels = NULL;
	run->faults.labels = NULL;
}

const char *
run_text(const char *text)
{
	return text == NULL ? "" : text;
}

char *
run_lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

uint64_t
run_mono_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int
run_nomem(struct run *run)
{
	return fault_say(&run->faults, EXIT_FAILED, "no_memory",
	    "Close other programs, or ask for less at once (--limit).",
	    "not enough memory");
}

int
run_stopped(struct run *run, const char *what)
{
	return fault_say(&run->faults, EXIT_FAILED, "stopped", NULL,
	    "stopped; %s", speech(what));
}

int
run_halted(struct run *run)
{
	run->halted = true;
	return run_stopped(run,
	    run->wrote ? N_("what was done before that stays") :
			 N_("nothing was done"));
}

static int
no_right(struct run *run)
{
	struct passwd entry, *user = NULL;
	char buf[4096];
	char remedy[256];

	if (getpwuid_r(geteuid(), &entry, buf, sizeof(buf), &user) != 0)
		user = NULL;
	(void)snprintf(remedy, sizeof(remedy),
	    _("Ask your IT:  sudo usermod -aG erfa %.100s   (then log in again)"),
	    user == NULL ? "USER" : user->pw_name);
	return fault_say(&run->faults, EXIT_NOPERM, "socket_denied", remedy,
	    "your user %s may not open %s", user == NULL ? "" : user->pw_name,
	    run->socket);
}

/* There is no socket, or ${socket} and nobody listens at it. */
static int
not_running(struct run *run, bool socket)
{
	static const char help[] = N_(
	    "Start it:         sudo systemctl start erfad\n"
	    "See why it ended: journalctl -u erfad -n 20\n"
	    "Another place:    --socket PATH, or ERFA_SOCKET");

	if (strcmp(run->socket, CONN_SOCKET) == 0 &&
	    access(ERFA_SYSCONFDIR "/erfa/erfad.conf", F_OK) != 0)
		return fault_say(&run->faults, EXIT_UNAVAILABLE, "not_set_up",
		    "Say who you are:  sudo erfa init --org no-5501 --name "
		    "\"Tromsø kommune\"\n"
		    "Then start it:    sudo systemctl enable --now erfad\n"
		    "Another place:    --socket PATH, or ERFA_SOCKET",
		    "this machine has not been set up yet");
	return fault_say(&run->faults, EXIT_UNAVAILABLE, "erfad_not_running",
	    help,
	    socket ? _("erfad is not running (nobody listens at %s)") :
		     _("erfad is not running (no socket at %s)"),
	    run->socket);
}

/* Give up a connection that broke while nothing was asked: erfad may be there
 * again, started anew while somebody thought about an answer. */
static void
drop_lost(struct run *run)
{
	if (run->conn == NULL || !conn_lost(run->conn))
		return;
	conn_close(run->conn);
	run->conn = NULL;
}

static int
connect_to(struct run *run)
{
	enum err err;

	drop_lost(run);
	if (run->conn != NULL)
		return EXIT_DONE;
	err = conn_open(run->socket, &run->conn);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOENT)
		return not_running(run, false);
	if (err == ERR_IO)
		return not_running(run, true);
	if (err == ERR_DENIED)
		return no_right(run);
	if (err == ERR_SIZE)
		return fault_say(&run->faults, EXIT_USAGE, "long_path",
		    "At most 107 bytes.  Use a shorter folder.",
		    "the path of the socket is too long: %.200s", run->socket);
	return run_nomem(run);
}

bool
run_reachable(struct run *run)
{
	enum err err;

	drop_lost(run);
	if (run->conn != NULL)
		return true;
	err = conn_open(run->socket, &run->conn);
	return err != ERR_NOENT && err != ERR_IO;
}

/* There is no answer to a request that should not be made twice. */
static int
uncertain(struct run *run, enum err err)
{
	static const char remedy[] = N_(
	    "Look before you do it again:\n"
	    "Records:          erfa list --kind all --limit 5\n"
	    "Drafts:           erfa drafts\n"
	    "Anything else:    erfa log");

	run->unsure = true;
	if (err == ERR_BUSY)
		return fault_say(&run->faults, EXIT_TEMPFAIL, "no_answer",
		    remedy,
		    "erfad did not answer in time: it may have been done, or "
		    "be done yet");
	return fault_say(&run->faults, EXIT_UNAVAILABLE, "erfad_gone", remedy,
	    "erfad went away before it answered: it may have been done");
}

/* Ctrl-C, while what is waited for ${changes} something or not. */
static int
halted(struct run *run, bool changes)
{
	run->halted = true;
	if (run->endless)
		return EXIT_FAILED;
	return changes ? run_stopped(run,
			     "if something was asked for, it may have been "
			     "done") :
			 run_halted(run);
}

/* Tell why there is no answer. */
static int
unanswered(struct run *run, enum err err)
{
	if (err == ERR_GAP)
		return fault_say(&run->faults, EXIT_UNAVAILABLE, "erfad_gone",
		    "See why it ended: journalctl -u erfad -n 20\n"
		    "What was acknowledged is kept.  Run the command again.",
		    "erfad went away before it answered");
	if (err == ERR_BUSY)
		return fault_say(&run->faults, EXIT_TEMPFAIL, "no_answer",
		    "Try again.  See what it does: journalctl -u erfad -n 20",
		    "erfad did not answer in time");
	if (err == ERR_VERSION)
		return fault_say(&run->faults, EXIT_PROTOCOL, "other_version",
		    "Install erfa and erfad of the same version.",
		    "this erfa (%s) and the running erfad speak different "
		    "versions",
		    ERFA_VERSION);
	if (err == ERR_SIZE)
		return fault_say(&run->faults, EXIT_DATA, "too_large",
		    "Publish it in several parts.",
		    "this is more than erfad takes at once");
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_PROTOCOL, "bad_answer",
	    "Is something else listening there?",
	    "what answered at %s is no erfad: %s", run->socket,
	    speech(err_str(err)));
}

/* An answer is an error, or answers what was asked. */
static int
look_at(struct run *run, const Erfa__Request *request, Erfa__Answer *answer)
{
	if (answer->say_case == ERFA__ANSWER__SAY_ERROR)
		return fault_tell(&run->faults, answer->error);
	/* The numbers of questions and answers are the same. */
	if ((int)answer->say_case != (int)request->ask_case)
		return unanswered(run, ERR_SYNTAX);
	return EXIT_DONE;
}

/* Tell once that an answer may lack what erfad has not looked through yet. */
static void
tell_lag(struct run *run, const Erfa__Answer *answer)
{
	char count[PRINT_NUMBER_MAX];

	if (answer->unindexed == 0 || run->lag_told || run->json || run->quiet)
		return;
	run->lag_told = true;
	print_number(answer->unindexed, count);
	print_say(run->err,
	    "Something may be missing here: erfad has still to index %s of the "
	    "entries it holds.\n"
	    "  How far it is:  erfa status\n",
	    count);
}

/* Send the question and wait for an answer of any kind. */
static int
ask(struct run *run, Erfa__Request *request, uint32_t wait_ms,
    Erfa__Answer **ret_answer)
{
	enum err err;
	int status;

	/* Whoever has pressed Ctrl-C wants nothing more to be done. */
	if (conn_stopped())
		return halted(run, false);
	if ((status = connect_to(run)) != EXIT_DONE)
		return status;
	request->lang = run->asked;
	err = conn_ask(
	    run->conn, request, (int)wait_ms + RUN_ASK_MS, ret_answer);
	request->lang = NULL;
	if (err == ERR_NONE && lasting_change(request) &&
	    (*ret_answer)->say_case != ERFA__ANSWER__SAY_ERROR)
		run->wrote = true;
	if (err == ERR_GAP && conn_stopped())
		return halted(run, lasting_change(request));
	if ((err == ERR_GAP || err == ERR_BUSY) && lasting(request))
		return uncertain(run, err);
	return err == ERR_NONE ? EXIT_DONE : unanswered(run, err);
}

int
run_try(struct run *run, Erfa__Request *request, Erfa__Answer **ret_answer)
{
	return ask(run, request, 0, ret_answer);
}

void
run_today(const struct run *run, char out[RUN_DAY_LEN + 1])
{
	struct tm utc;

	memset(&utc, 0, sizeof(utc));
	(void)gmtime_r(&run->now, &utc);
	if (strftime(out, RUN_DAY_LEN + 1, "%Y-%m-%d", &utc) == 0)
		out[0] = '\0';
}

int
run_ask(struct run *run, Erfa__Request *request, uint32_t wait_ms,
    Erfa__Answer **ret_answer)
{
	Erfa__Answer *answer = NULL;
	int status;

	status = ask(run, request, wait_ms, &answer);
	if (status != EXIT_DONE)
		return status;
	if ((status = look_at(run, request, answer)) != EXIT_DONE) {
		control_free_answer(answer);
		return status;
	}
	tell_lag(run, answer);
	*ret_answer = answer;
	return EXIT_DONE;
}

int
run_org(struct run *run, char ret_org[ORG_MAX + 1])
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__StatusRequest whose = ERFA__STATUS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	request.ask_case = ERFA__REQUEST__ASK_STATUS;
	request.status = &whose;
	status = run_ask(run, &request, 0, &answer);
	if (status != EXIT_DONE || answer == NULL)
		return status;
	(void)snprintf(
	    ret_org, ORG_MAX + 1, "%s", run_text(answer->status->org));
	control_free_answer(answer);
	return EXIT_DONE;
}

static int
print_json(struct run *run, const ProtobufCMessage *message, bool pretty)
{
	struct json_options options = { .print_defaults = true };
	char *text = NULL;
	enum err err;

	options.pretty = pretty;
	err = json_from_message(message, &options, &text);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err != ERR_NONE)
		return unanswered(run, err);
	print_raw(run->out, text);
	print_raw(run->out, "\n");
	free(text);
	return EXIT_DONE;
}

int
run_json(struct run *run, const ProtobufCMessage *message)
{
	return print_json(run, message, print_terminal(run->out));
}

int
run_jsonl(struct run *run, const ProtobufCMessage *message)
{
	return print_json(run, message, false);
}

int
run_number(
    struct run *run, const char *name, uint64_t max, uint64_t *ret_number)
{
	if (args_number(run->args, name, max, ret_number) == ERR_NONE)
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_USAGE, "bad_number", NULL,
	    "--%s wants a whole number up to %llu, not \"%.40s\"", name,
	    (unsigned long long)max, args_value(run->args, name));
}

int
run_progress(struct run *run, const char *what, struct progress **ret_progress)
{
	bool silent = run->quiet || run->json;

	if (progress_new(silent ? NULL : run->err, what, ret_progress) !=
	    ERR_NONE)
		return run_nomem(run);
	return EXIT_DONE;
}
