/*
 * The key of this node: show it, keep a copy, replace it.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/control.h"
#include "client/check.h"
#include "client/cmd.h"
#include "client/conn.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/speech.h"

#define COLUMN      18  /* where the values begin */
#define LINE_ROOM   512 /* bytes of a line */
#define WAIT_S      60  /* for a rotation, if nothing else is said */
#define WAIT_MAX    3600
#define LOOK_MS     200  /* between two looks */
#define LOOK_MAX_MS 2000 /* of one */

static int
ask_key(struct run *run, bool secret, bool rotate, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__KeyRequest ask = ERFA__KEY_REQUEST__INIT;

	ask.has_secret = ask.has_rotate = 1;
	ask.secret = secret;
	ask.rotate = rotate;
	request.ask_case = ERFA__REQUEST__ASK_KEY;
	request.key = &ask;
	return run_ask(run, &request, 0, ret_answer);
}

/* ---- show ---- */

/* Say that the key before this one is worth as much. */
static void
print_standing(struct run *run, const Erfa__KeyAnswer *key)
{
	char number[CHECK_TYPED_MAX];

	if (run_text(key->standing_key)[0] == '\0')
		return;
	check_of_key(key->standing_key, number);
	print_styled(run->out, PRINT_BAD, "!");
	print_say(run->out,
	    " An earlier key of yours still counts: check number %s\n", number);
	print_say(run->out,
	    "    It was not withdrawn: a withdrawal names every log of a key, "
	    "and it may have\n    too many.  Whoever has its secret can speak "
	    "for your organisation.\n");
}

static void
print_rotation(struct run *run, const Erfa__KeyAnswer *key)
{
	char line[LINE_ROOM] = "";
	size_t i, len = 0;

	if (run_text(key->next_key)[0] != '\0') {
		print_field(run->out, 0, _("New number"), COLUMN,
		    run_text(key->next_check_number));
		print_field(run->out, 0, _("New key"), COLUMN, key->next_key);
	}
	for (i = 0; i < key->n_waits_for && len < sizeof(line); i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s",
		    i == 0 ? "" : ", ", key->waits_for[i]);
	if (len > 0)
		print_field(run->out, 0, _("Waits for"), COLUMN, line);
	print_standing(run, key);
	if (!key->out)
		return;
	print_styled(run->out, PRINT_BAD, "!");
	print_say(run->out,
	    " Another key has taken the place of this one: %s\n",
	    run_text(key->heir_check_number));
	print_say(run->out,
	    "    If you restored an older key, put the newer one back.\n");
}

static void
print_key(struct run *run, const Erfa__KeyAnswer *key)
{
	print_field(run->out, 0, _("Check number"), COLUMN,
	    run_text(key->check_number));
	print_field(run->out, 0, _("Organisation"), COLUMN, run_text(key->org));
	print_field(run->out, 0, _("Signs with"), COLUMN, run_text(key->key));
	print_field(run->out, 0, _("Connects with"), COLUMN,
	    run_text(key->transport_key));
	print_field(run->out, 0, _("Secret in"), COLUMN, run_text(key->file));
	print_field(run->out, 0, _("State"), COLUMN,
	    labels_get(run->labels, "key", run_text(key->state)));
	print_rotation(run, key);
	print_say(run->out,
	    "\nRead the check number out on the telephone when somebody wants "
	    "to know\nwhether it is you.  Keep a copy of the secret where you "
	    "keep passwords:\n  sudo erfa key export FILE\nWithout it a lost "
	    "machine means a new key, which a registry has to\nrecognise.  If "
	    "somebody else may have it:  erfa key rotate, or ask your\n"
	    "registry.\n");
}

int
cmd_key_show(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = ask_key(run, false, false, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->key->base);
	else
		print_key(run, answer->key);
	control_free_answer(answer);
	return status;
}

/* ---- export ---- */

/* Forget a secret. */
static void
forget(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
}

/* Write a file that must not be there, and see it onto the disk. */
static bool
write_new(const char *path, const char *text)
{
	size_t len = strlen(text);
	bool good;
	int fd;

	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	good = write(fd, text, len) == (ssize_t)len &&
	    write(fd, "\n", 1) == 1 && fsync(fd) == 0;
	if (close(fd) != 0)
		good = false;
	if (!good)
		(void)unlink(path);
	return good;
}

static int
not_exported(struct run *run, const char *path)
{
	if (errno == EEXIST)
		return fault_say(&run->faults, EXIT_CANTCREAT, "exists",
		    "Choose another name; nothing was overwritten.",
		    "%s is there already", path);
	return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
	    "Is there such a folder, and may you write there?",
	    "%s could not be made: %s", path, strerror(errno));
}

static void
print_exported(struct run *run, const char *path)
{
	print_say(run->out,
	    "%s holds the secret key; only its owner can read it.\n", path);
	print_say(run->out,
	    "Move it to where you keep passwords, and remove it here.  To use "
	    "it on a\nnew machine: put it in place of node.key before erfad "
	    "starts.\n");
}

int
cmd_key_export(struct run *run)
{
	const char *path = args_word(run->args, 0);
	Erfa__Answer *answer = NULL;
	char question[LINE_ROOM];
	int status;

	if (access(path, F_OK) == 0) {
		errno = EEXIST;
		return not_exported(run, path);
	}
	(void)snprintf(question, sizeof(question),
	    _("Whoever reads %.200s can speak for your organisation.  Write "
	      "the secret key there?"),
	    path);
	if ((status = prompt_confirm(run, question)) != EXIT_DONE ||
	    (status = ask_key(run, true, false, &answer)) != EXIT_DONE)
		return status;
	if (!write_new(path, run_text(answer->key->secret)))
		status = not_exported(run, path);
	forget(answer->key->secret);
	free(answer->key->secret);
	answer->key->secret = NULL;
	if (status == EXIT_DONE && run->json)
		status = run_json(run, &answer->key->base);
	else if (status == EXIT_DONE)
		print_exported(run, path);
	control_free_answer(answer);
	return status;
}

/* ---- rotate ---- */

/* Look how far it is; erfad is gone for a moment when the new key comes. */
static void
look(const struct run *run, Erfa__Answer **answer_p)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__KeyRequest ask = ERFA__KEY_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	struct conn *conn = NULL;

	request.ask_case = ERFA__REQUEST__ASK_KEY;
	request.key = &ask;
	if (conn_open(run->socket, &conn) != ERR_NONE)
		return;
	if (conn_ask(conn, &request, LOOK_MAX_MS, &answer) == ERR_NONE &&
	    answer->say_case == ERFA__ANSWER__SAY_KEY) {
		control_free_answer(*answer_p);
		*answer_p = answer;
		answer = NULL;
	}
	control_free_answer(answer);
	conn_close(conn);
}

static bool
is_settled(const Erfa__Answer *answer)
{
	return strcmp(run_text(answer->key->state), "settled") == 0;
}

/* Look until it is complete, or the time is up. */
static void
await_settled(struct run *run, uint64_t wait_s, Erfa__Answer **answer)
{
	uint64_t until = run_mono_ms() + wait_s * 1000;

	while (!is_settled(*answer) && run_mono_ms() < until) {
		(void)poll(NULL, 0, LOOK_MS);
		look(run, answer);
	}
}

static int
tell_rotated(struct run *run, const Erfa__KeyAnswer *key, bool complete)
{
	int status = EXIT_DONE;

	if (run->json) {
		status = run_json(run, &key->base);
	} else if (complete) {
		print_say(run->out, "The new key is in force: %s\n",
		    run_text(key->check_number));
		if (run_text(key->standing_key)[0] == '\0')
			print_say(run->out,
			    "Keep a copy of it, the old one is worth nothing "
			    "now:  sudo erfa key export FILE\n");
		else
			print_say(run->out,
			    "Keep a copy of it:  sudo erfa key export FILE\n");
		print_standing(run, key);
	} else {
		print_key(run, key);
	}
	if (status != EXIT_DONE || complete)
		return status;
	return fault_say(&run->faults, EXIT_TEMPFAIL, "not_yet",
	    "It goes on by itself.  See how far it is:  erfa key show",
	    "the new key is not in force yet");
}

int
cmd_key_rotate(struct run *run)
{
	Erfa__Answer *answer = NULL;
	uint64_t wait_s = WAIT_S;
	bool complete;
	int status;

	if ((status = run_number(run, "wait", WAIT_MAX, &wait_s)) !=
		EXIT_DONE ||
	    (status = prompt_confirm(run,
		 _("This node will have a new key and a new check number.  "
		   "Replace the key?"))) != EXIT_DONE ||
	    (status = ask_key(run, false, true, &answer)) != EXIT_DONE)
		return status;
	await_settled(run, wait_s, &answer);
	complete = is_settled(answer);
	status = tell_rotated(run, answer->key, complete);
	control_free_answer(answer);
	return status;
}
