#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/run.h"
#include "client/table.h"

#define DIGITS 24 /* of a check number */

static const struct table_column columns[] = {
	{ N_("PEER"), false, 0 },
	{ N_("NAME"), false, 1 },
	{ N_("STATE"), false, 0 },
	{ N_("SINCE"), false, 0 },
	{ N_("LAST SEEN"), false, 0 },
	{ N_("BEHIND"), true, 0 },
	{ N_("HOW"), false, 1 },
	{ N_("VERSION"), false, 1 },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The state, with what else is to be said of this peer. */
static void
state_of(const struct run *run, const Erfa__Peer *peer, char *out, size_t size)
{
	(void)snprintf(out, size, "%s%s%s",
	    labels_get(run->labels, "link",
		peer->removed ? "removed" : run_text(peer->state)),
	    peer->problem != NULL && *peer->problem != '\0' ? " !" : "",
	    peer->disputed ? _(" (disputed)") : "");
}

static void
add_peer(const struct run *run, struct table *table, const Erfa__Peer *peer)
{
	char cell[256];

	table_add(table, peer->org);
	table_add(table, peer->name);
	state_of(run, peer, cell, sizeof(cell));
	table_add(table, cell);
	print_time(run_text(peer->since), cell);
	table_add(table, cell);
	print_time(run_text(peer->last_seen), cell);
	table_add(table, cell);
	print_number(peer->behind, cell);
	table_add(table, cell);
	(void)snprintf(cell, sizeof(cell), "%s %s",
	    labels_get(run->labels, "direction", run_text(peer->direction)),
	    run_text(peer->address));
	table_add(table, cell);
	table_add(table, peer->version);
}

/* What is wrong with a peer, and what helps. */
static void
print_trouble(struct run *run, const Erfa__Peer *peer)
{
	if (run_text(peer->problem)[0] == '\0')
		return;
	print_styled(run->out, PRINT_BAD, "!");
	print_say(
	    run->out, " %s: %s\n", run_text(peer->org), speech(peer->problem));
	print_block(run->out, 4, speech(run_text(peer->remedy)));
}

static void
print_pending(struct run *run, const Erfa__PeersAnswer *peers)
{
	const Erfa__Pending *pending;
	char when[PRINT_TIME_MAX];
	size_t i;

	if (peers->n_pending == 0)
		return;
	print_say(run->out, "\nKnocked and not let in:\n");
	for (i = 0; i < peers->n_pending; i++) {
		pending = peers->pending[i];
		print_time(run_text(pending->last_seen), when);
		print_say(run->out, "  %s  from %s, %u times, last %s\n",
		    run_text(pending->check_number), run_text(pending->address),
		    pending->count, when);
	}
	print_say(run->out,
	    "  Compare the number by telephone, then:  erfa peers accept "
	    "NUMBER ORG\n");
}

static int
print_peers(struct run *run, const Erfa__PeersAnswer *peers)
{
	struct table *table = NULL;
	int status = EXIT_DONE;
	size_t i;

	if (peers->n_peer == 0)
		print_say(run->out,
		    "No peers yet.  Ask a municipality to run  erfa invite, "
		    "then:  erfa join LINE\n");
	if (table_new(run->out, columns, COLUMNS, &table) != ERR_NONE)
		return run_nomem(run);
	for (i = 0; i < peers->n_peer; i++)
		add_peer(run, table, peers->peer[i]);
	if (table_print(table) != ERR_NONE)
		status = run_nomem(run);
	table_free(table);
	for (i = 0; i < peers->n_peer && status == EXIT_DONE; i++)
		print_trouble(run, peers->peer[i]);
	if (status == EXIT_DONE)
		print_pending(run, peers);
	return status;
}

int
cmd_peers(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PeersRequest ask = ERFA__PEERS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	request.ask_case = ERFA__REQUEST__ASK_PEERS;
	request.peers = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->peers->base);
	else
		status = print_peers(run, answer->peers);
	control_free_answer(answer);
	return status;
}

/* Put the digits of all words but the last together. */
static int
check_number(struct run *run, char out[DIGITS + 1])
{
	size_t len = 0;
	const char *c;
	size_t i;

	for (i = 0; i + 1 < args_count(run->args); i++)
		for (c = args_word(run->args, i); *c != '\0'; c++) {
			if (*c == ' ')
				continue;
			if (*c < '0' || *c > '9' || len == DIGITS)
				len = DIGITS + 1;
			else
				out[len++] = *c;
			if (len > DIGITS)
				goto bad;
		}
	if (len == DIGITS) {
		out[len] = '\0';
		return EXIT_DONE;
	}
bad:
	return fault_say(&run->faults, EXIT_USAGE, "bad_check_number",
	    "It has six groups of four digits.  See them:  erfa peers",
	    "this is no check number");
}

int
cmd_accept(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__AcceptRequest ask = ERFA__ACCEPT_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char number[DIGITS + 1];
	int status;

	if ((status = check_number(run, number)) != EXIT_DONE)
		return status;
	ask.check_number = number;
	ask.org = run_lend(args_word(run->args, args_count(run->args) - 1));
	request.ask_case = ERFA__REQUEST__ASK_ACCEPT;
	request.accept = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->accept->base);
	else
		print_say(run->out,
		    "%s may come in now.  It becomes a member when it next "
		    "says hello.\n",
		    run_text(answer->accept->org));
	control_free_answer(answer);
	return status;
}

int
cmd_remove(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__RemoveRequest ask = ERFA__REMOVE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char question[256];
	int status;

	ask.peer = run_lend(args_word(run->args, 0));
	(void)snprintf(question, sizeof(question),
	    _("%.100s will get nothing more, and what it publishes from now on "
	      "does not count.  Remove it?"),
	    ask.peer);
	if ((status = run_confirm(run, question)) != EXIT_DONE)
		return status;
	request.ask_case = ERFA__REQUEST__ASK_REMOVE;
	request.remove = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->remove->base);
	else
		print_say(run->out, "Removed %s (key %.16s...): %s.\n",
		    run_text(answer->remove->org),
		    run_text(answer->remove->key),
		    run_text(answer->remove->scope));
	control_free_answer(answer);
	return status;
}
