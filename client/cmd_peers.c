#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/check.h"
#include "client/cmd.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/table.h"

/* The state, with what else is to be said of this peer. */
static void
state_of(const struct run *run, const Erfa__Peer *peer, char *out, size_t size)
{
	(void)snprintf(out, size, "%s%s%s%s%s",
	    labels_get(run->labels, "link",
		peer->removed ? "removed" : run_text(peer->state)),
	    peer->problem != NULL && *peer->problem != '\0' ? " !" : "",
	    peer->disputed ? _(" (disputed)") : "",
	    peer->forked > 0 ? _(" (forked)") : "",
	    peer->silent ? _(" (silent)") : "");
}

static void
add_peer(struct run *run, struct table *table, const void *item)
{
	const Erfa__Peer *peer = item;
	char cell[256];

	table_add(table, peer->org);
	table_add(table, peer->name);
	state_of(run, peer, cell, sizeof(cell));
	table_add(table, cell);
	if (listing_wide(run)) {
		print_time(run_text(peer->since), cell);
		table_add(table, cell);
	}
	print_time(run_text(peer->last_seen), cell);
	table_add(table, cell);
	print_number(peer->behind, cell);
	table_add(table, cell);
	(void)snprintf(cell, sizeof(cell), "%s %s",
	    labels_get(run->labels, "direction", run_text(peer->direction)),
	    run_text(peer->address));
	table_add(table, cell);
	if (listing_wide(run))
		table_add(table, peer->version);
}

static int
print_table(struct run *run, const Erfa__PeersAnswer *peers)
{
	static const struct table_column wide[] = {
		{ N_("PEER"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("STATE"), false, 0 },
		{ N_("SINCE"), false, 0 },
		{ N_("LAST SEEN"), false, 0 },
		{ N_("BEHIND"), true, 0 },
		{ N_("HOW"), false, 1 },
		{ N_("VERSION"), false, 1 },
	};
	static const struct table_column narrow[] = {
		{ N_("PEER"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("STATE"), false, 1 },
		{ N_("LAST SEEN"), false, 0 },
		{ N_("BEHIND"), true, 0 },
		{ N_("HOW"), false, 1 },
	};

	if (listing_wide(run))
		return listing_table(run, &peers->base, "peer", wide,
		    sizeof(wide) / sizeof(wide[0]), add_peer);
	return listing_table(run, &peers->base, "peer", narrow,
	    sizeof(narrow) / sizeof(narrow[0]), add_peer);
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
	print_remedy(run->out, 4, speech(run_text(peer->remedy)));
}

/* Every organisation that is disputed, once; the other key may be our own. */
static int
print_disputes(struct run *run, const Erfa__PeersAnswer *peers)
{
	const char *org, *last = "";
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < peers->n_peer && status == EXIT_DONE; i++) {
		org = run_text(peers->peer[i]->org);
		if (!peers->peer[i]->disputed || peers->peer[i]->removed ||
		    strcmp(org, last) == 0)
			continue;
		last = org;
		status = check_disputed(run, org);
	}
	return status;
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
	size_t i;
	int status;

	if (peers->n_peer == 0)
		print_say(run->out,
		    "No peers yet.  Ask a municipality to run  erfa invite, "
		    "then:  erfa join LINE\n");
	status = print_table(run, peers);
	for (i = 0; i < peers->n_peer && status == EXIT_DONE; i++)
		print_trouble(run, peers->peer[i]);
	if (status == EXIT_DONE)
		status = print_disputes(run, peers);
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

/* The roles that --as means. */
static int
add_roles(struct run *run, Erfa__AcceptRequest *ask, char *roles[3])
{
	static const struct {
		const char *word;
		const char *roles[3];
	} words[] = {
		{ "member", { "writes", "introduces" } },
		{ "writer", { "writes" } },
		{ "reader", { "reads" } },
		{ "registry", { "writes", "introduces", "registry" } },
	};

	const char *as = args_value(run->args, "as");
	size_t i;

	if (as == NULL)
		return EXIT_DONE;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, as) == 0)
			break;
	if (i == sizeof(words) / sizeof(words[0]))
		return fault_say(&run->faults, EXIT_USAGE, "bad_role",
		    "member, writer, reader or registry",
		    "nobody can be let in as \"%.40s\"", as);
	ask->role = roles;
	for (; ask->n_role < 3 && words[i].roles[ask->n_role] != NULL;
	     ask->n_role++)
		roles[ask->n_role] = run_lend(words[i].roles[ask->n_role]);
	return EXIT_DONE;
}

/* What came of it, for people. */
static void
print_accepted(struct run *run, const Erfa__AcceptAnswer *accept)
{
	const char *succeeds = args_value(run->args, "succeeds");
	char number[CHECK_TYPED_MAX];

	check_of_key(run_text(accept->succeeds), number);
	if (run_text(accept->key)[0] == '\0') {
		print_say(run->out,
		    "%s may come in now.  It becomes a member when it next "
		    "says hello.\n",
		    run_text(accept->org));
		return;
	}
	if (accept->member)
		print_say(run->out, "%s is a member: %s\n",
		    run_text(accept->org), run_text(accept->check_number));
	else
		print_say(run->out,
		    "Your word for %s is published, and has no effect: the "
		    "key was withdrawn by somebody whose word counts for "
		    "more.\n",
		    run_text(accept->org));
	if (succeeds != NULL && run_text(accept->succeeds)[0] != '\0')
		print_say(run->out,
		    "It takes the place of the key that you named.  If that "
		    "was lost or stolen, withdraw it now:  erfa peers remove "
		    "%s\n",
		    number);
	else if (succeeds != NULL)
		print_say(run->out,
		    "It does not take the place of that key: only a registry "
		    "can say so.\n");
	if (accept->disputed)
		print_say(run->out,
		    "Disputed: another key claims to be %s, or others gave this "
		    "one another id.  See:  erfa directory %s\n",
		    run_text(accept->org), run_text(accept->check_number));
}

int
cmd_accept(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__AcceptRequest ask = ERFA__ACCEPT_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	size_t last = args_count(run->args) - 1;
	char number[CHECK_TYPED_MAX];
	char *roles[3];
	int status;

	if ((status = check_typed(run, 0, last, number)) != EXIT_DONE ||
	    (status = add_roles(run, &ask, roles)) != EXIT_DONE)
		return status;
	ask.check_number = number;
	ask.org = run_lend(args_word(run->args, last));
	ask.succeeds = run_lend(args_value(run->args, "succeeds"));
	request.ask_case = ERFA__REQUEST__ASK_ACCEPT;
	request.accept = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->accept->base);
	else
		print_accepted(run, answer->accept);
	control_free_answer(answer);
	return status;
}

#define CUTS_MAX 64 /* of one withdrawal */

/* Read one --cut LOG:N. */
static int
read_cut(struct run *run, const char *text, char log[33], uint64_t *ret_n)
{
	const char *colon = strchr(text, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);
	char *end = NULL;

	if (len >= 8 && len <= 32 && colon[1] >= '0' && colon[1] <= '9') {
		(void)snprintf(log, 33, "%.*s", (int)len, text);
		*ret_n = strtoull(colon + 1, &end, 10);
	}
	if (end != NULL && *end == '\0')
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_USAGE, "bad_cut",
	    "The first digits of a log and the last entry that counts:  "
	    "--cut 3f0a91c2:118",
	    "\"%.60s\" is no place in a log", text);
}

/* What of its logs counts, if that is said. */
static int
add_cuts(struct run *run, Erfa__RemoveRequest *ask, Erfa__LogCut cuts[CUTS_MAX],
    char logs[CUTS_MAX][33])
{
	const char *text;
	int status = EXIT_DONE;

	ask->has_nothing = ask->nothing = args_given(run->args, "nothing");
	while (status == EXIT_DONE && ask->n_cut < CUTS_MAX &&
	    (text = args_value_at(run->args, "cut", ask->n_cut)) != NULL) {
		Erfa__LogCut *cut = &cuts[ask->n_cut];

		erfa__log_cut__init(cut);
		cut->has_n = 1;
		status = read_cut(run, text, logs[ask->n_cut], &cut->n);
		cut->log = logs[ask->n_cut];
		ask->cut[ask->n_cut++] = cut;
	}
	if (status == EXIT_DONE && ask->n_cut == CUTS_MAX &&
	    args_value_at(run->args, "cut", CUTS_MAX) != NULL)
		return fault_say(&run->faults, EXIT_USAGE, "bad_cut",
		    "Name those whose content is to stay.",
		    "a removal can name %d logs", CUTS_MAX);
	if (ask->nothing && ask->n_cut > 0)
		return fault_say(&run->faults, EXIT_USAGE, "bad_cut", "",
		    "--cut and --nothing exclude each other");
	return status;
}

/* The words that name whom to remove, put together. */
static int
name_peer(struct run *run, char out[CHECK_TYPED_MAX])
{
	const char *word = args_word(run->args, 0);

	if (args_count(run->args) > 1)
		return check_typed(run, 0, args_count(run->args), out);
	if (strlen(word) >= CHECK_TYPED_MAX)
		return fault_say(&run->faults, EXIT_USAGE, "bad_peer",
		    "See all:  erfa directory", "nobody has so long a name");
	memcpy(out, word, strlen(word) + 1);
	return EXIT_DONE;
}

/* Of an organisation with keys that follow each other all go together. */
static void
print_line(struct run *run, const Erfa__RemoveAnswer *removed)
{
	size_t i;

	if (removed->n_line < 2)
		return;
	print_say(run->out,
	    "It has %zu keys, of which one follows the other; all are "
	    "withdrawn:\n",
	    removed->n_line);
	for (i = 0; i < removed->n_line; i++)
		print_say(run->out, "  check number %s (key %.16s...)\n",
		    run_text(removed->line[i]->check_number),
		    run_text(removed->line[i]->key));
}

static void
print_removed(struct run *run, const Erfa__RemoveAnswer *removed)
{
	char number[CHECK_TYPED_MAX];
	size_t i;

	check_of_key(run_text(removed->key), number);
	if (strcmp(run_text(removed->scope), "everywhere") == 0)
		print_say(run->out,
		    "Removed %s (check number %s), everywhere.\n",
		    run_text(removed->org), number);
	else
		print_say(run->out,
		    "Removed %s (check number %s), for this node only.\n",
		    run_text(removed->org), number);
	print_line(run, removed);
	if (removed->n_cut == 0)
		print_say(run->out, "Nothing it published counts.\n");
	else
		print_say(run->out, "What counts of its logs:\n");
	for (i = 0; i < removed->n_cut; i++)
		print_say(run->out, "  %.16s up to entry %llu\n",
		    run_text(removed->cut[i]->log),
		    (unsigned long long)removed->cut[i]->n);
}

/* Print the keys that can be removed, or those beside ${key}; how many it is. */
static size_t
print_meant(struct run *run, const Erfa__DirectoryAnswer *directory,
    bool withdrawn, const char *key)
{
	const Erfa__DirectoryMember *member;
	size_t i, count = 0;

	for (i = 0; i < directory->n_member; i++) {
		member = directory->member[i];
		if (member->own || (!withdrawn && !check_is_in(member)) ||
		    (key != NULL && strcmp(run_text(member->key), key) == 0))
			continue;
		if (count++ == 0 && key == NULL)
			print_say(run->err, "Compare by telephone first:\n");
		else if (count == 1)
			print_say(run->err,
			    "Its other keys; one that it gave itself (erfa key "
			    "rotate) goes too:\n");
		print_say(run->err, "  %s  %s  %s\n",
		    run_text(member->check_number), run_text(member->org),
		    run_text(member->name));
	}
	return count;
}

/* Show what may go with one key; erfad decides by who signed the change. */
static int
show_line(struct run *run, const Erfa__DirectoryMember *named)
{
	Erfa__Answer *answer = NULL;
	int status;

	if (run_text(named->org)[0] == '\0')
		return EXIT_DONE;
	if ((status = check_ask(run, named->org, &answer)) != EXIT_DONE)
		return status;
	(void)print_meant(run, answer->directory, false, run_text(named->key));
	control_free_answer(answer);
	return EXIT_DONE;
}

/* Show whom it is about, before somebody says yes. */
static int
show_meant(struct run *run, const Erfa__RemoveRequest *ask)
{
	bool cuts = ask->n_cut > 0 || ask->nothing;
	const Erfa__DirectoryMember *first;
	Erfa__Answer *answer = NULL;
	bool by_key;
	int status;

	if (args_given(run->args, "yes") || ask->peer[0] == '\0')
		return EXIT_DONE;
	if ((status = check_ask(run, ask->peer, &answer)) != EXIT_DONE)
		return status;
	first = answer->directory->member[0];
	by_key = strcmp(run_text(first->org), ask->peer) != 0;
	if (print_meant(run, answer->directory, by_key && cuts, NULL) == 0)
		status = fault_say(&run->faults, EXIT_NOINPUT, "no_such_peer",
		    "See all:  erfa directory", "no member \"%.70s\"",
		    ask->peer);
	else if (by_key && !cuts)
		status = show_line(run, first);
	control_free_answer(answer);
	return status;
}

int
cmd_remove(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__RemoveRequest ask = ERFA__REMOVE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	Erfa__LogCut cuts[CUTS_MAX], *listed[CUTS_MAX];
	char logs[CUTS_MAX][33];
	char peer[CHECK_TYPED_MAX];
	char question[256];
	int status;

	ask.cut = listed;
	if ((status = name_peer(run, peer)) != EXIT_DONE ||
	    (status = add_cuts(run, &ask, cuts, logs)) != EXIT_DONE)
		return status;
	ask.peer = peer;
	(void)snprintf(question, sizeof(question),
	    _("%.100s will get nothing more, and what it publishes from now on "
	      "does not count.  Remove it?"),
	    ask.peer);
	if ((status = show_meant(run, &ask)) != EXIT_DONE ||
	    (status = prompt_confirm(run, question)) != EXIT_DONE)
		return status;
	request.ask_case = ERFA__REQUEST__ASK_REMOVE;
	request.remove = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->remove->base);
	else
		print_removed(run, answer->remove);
	control_free_answer(answer);
	return status;
}
