#include "client/complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "client/args.h"
#include "client/cmd.h"
#include "client/complete_node.h"
#include "client/conn.h"
#include "client/env.h"
#include "client/labels.h"
#include "client/place.h"
#include "client/print.h"
#include "client/speech.h"
#include "client/towns.h"

#define WORD_ROOM 64 /* bytes of one word of a placeholder, or of a name */

/* Where candidates come from. */
enum source {
	FROM_NOWHERE, /* free text */
	FROM_FILES,
	FROM_LIST,  /* "a b c": these */
	FROM_CODES, /* of a vocabulary of labels.tsv */
	FROM_TOWNS, /* municipalities, and peers */
	FROM_PEERS,
	FROM_TRIALS, /* of all */
	FROM_OWN,    /* trials of this node, and drafts */
	FROM_DRAFTS,
	FROM_GROUPS,
	FROM_KIND, /* records of the kind that is named */
	FROM_COMMANDS,
};

/* A word of the line, and what goes before it. */
struct place {
	struct print *out;
	const char *const *words; /* all after "erfa" */
	size_t count;
	const char *word;      /* the one that is being typed */
	char head[WORD_ROOM];  /* before each candidate: "--lang=", or "" */
	const struct cmd *cmd; /* NULL: it is still to be named */
};

/* What an option, or else a placeholder, takes: of ${command} alone, if that is
 * not NULL (its first word). */
struct rule {
	const char *command;
	const char *name; /* "--option", or a placeholder */
	enum source source;
	const char *of; /* list, vocabulary or kind */
};

/* The first that fits counts. */
static const struct rule rules[] = {
	{ NULL, "--color", FROM_LIST, "auto always never" },
	{ NULL, "--lang", FROM_LIST, "da nb nn sv fi is en" },
	{ NULL, "--text-lang", FROM_LIST, "da nb nn sv fi is en" },
	{ "evidence", "--method", FROM_LIST, "reml dl ee" },
	{ "evidence", "--ci", FROM_LIST, "hk z" },
	{ "evidence", "--measure", FROM_LIST, "md smd rr or rd irr" },
	{ "import", "--delimiter", FROM_LIST, "semicolon comma tab" },
	{ "peers", "--as", FROM_LIST, "member writer reader registry" },
	{ NULL, "ANSWER", FROM_LIST, "yes partly no unknown" },
	{ NULL, "CC", FROM_LIST, "DK NO SE FI IS" },

	{ "barrier", "--kind", FROM_CODES, "barrier_kind" },
	{ "retract", "--kind", FROM_CODES, "retraction_kind" },
	{ "exempt", "--rule-kind", FROM_CODES, "rule_kind" },
	{ "exempt", "--level", FROM_CODES, "exemption_level" },
	{ "anchor", "--body", FROM_CODES, "body_kind" },
	{ "stop", "--reason", FROM_CODES, "stop_reason" },
	{ "erase", "--reason", FROM_CODES, "erasure_reason" },
	{ "retract", "--reason", FROM_CODES, "retraction_reason" },
	{ NULL, "--reason", FROM_CODES, "adaptation_reason" },
	{ NULL, "--decided-by", FROM_CODES, "decided_by" },
	{ NULL, "--verdict", FROM_CODES, "verdict" },
	{ NULL, "--continuation", FROM_CODES, "continuation_code" },
	{ "learn", "--role", FROM_CODES, "author_role" },
	{ NULL, "--party", FROM_CODES, "party" },
	{ NULL, "--involvement", FROM_CODES, "involvement" },
	{ NULL, "--outcome", FROM_CODES, "outcome" },
	{ NULL, "--occasion", FROM_CODES, "occasion" },
	{ NULL, "--arm", FROM_CODES, "arm" },
	{ NULL, "--measure", FROM_CODES, "effect_measure" },
	{ NULL, "--stage", FROM_CODES, "round_stage" },
	{ "programme", "--type", FROM_CODES, "programme_type" },
	{ "programme", "--status", FROM_CODES, "programme_status" },
	{ "org", "--type", FROM_CODES, "org_type" },
	{ NULL, "--kind", FROM_CODES, "kind" },
	{ NULL, "--status", FROM_CODES, "status" },
	{ NULL, "SECTOR", FROM_CODES, "sector" },

	{ NULL, "--round", FROM_KIND, "round" },
	{ NULL, "--indicator", FROM_KIND, "indicator" },
	{ "apply", "--programme", FROM_KIND, "programme" },
	{ "round", "--programme", FROM_KIND, "programme" },
	{ "network", "--programme", FROM_KIND, "programme" },
	{ "programme", "ID", FROM_KIND, "programme" },
	{ "network", "ID", FROM_KIND, "network" },
	{ "round", "ID", FROM_KIND, "round" },
	{ "indicator", "ID", FROM_KIND, "indicator" },
	{ "indicator", "OTHER", FROM_KIND, "indicator" },
	{ NULL, "PROGRAMME", FROM_KIND, "programme" },

	{ "own", "TRIAL", FROM_OWN, NULL },
	{ "anchor", "TRIAL", FROM_OWN, NULL },
	{ "plan", "TRIAL", FROM_OWN, NULL },
	{ "start", "TRIAL", FROM_OWN, NULL },
	{ "pause", "TRIAL", FROM_OWN, NULL },
	{ "stop", "TRIAL", FROM_OWN, NULL },
	{ "finish", "TRIAL", FROM_OWN, NULL },
	{ "confirm", "TRIAL", FROM_OWN, NULL },
	{ "ready", "TRIAL", FROM_OWN, NULL },
	{ "barrier", "TRIAL", FROM_OWN, NULL },
	{ "endorse", "TRIAL", FROM_OWN, NULL },
	{ "edit", "TRIAL", FROM_OWN, NULL },
	{ "exempt", "TRIAL", FROM_OWN, NULL },
	{ "apply", "TRIAL", FROM_OWN, NULL },
	{ "link", "TRIAL", FROM_OWN, NULL },
	{ "learn", "TRIAL", FROM_OWN, NULL },
	{ "observe", "TRIAL", FROM_OWN, NULL },
	{ "retract", "ID", FROM_OWN, NULL },
	{ "erase", "ID", FROM_OWN, NULL },
	{ "publish", "TRIAL", FROM_DRAFTS, NULL },
	{ NULL, "DRAFT", FROM_DRAFTS, NULL },
	{ NULL, "TRIAL", FROM_TRIALS, NULL },
	{ NULL, "ID", FROM_TRIALS, NULL },

	{ NULL, "GROUP", FROM_GROUPS, NULL },
	{ "peers", "ORG", FROM_PEERS, NULL },
	{ NULL, "ORG", FROM_TOWNS, NULL },
	{ NULL, "OLD", FROM_TOWNS, NULL },
	{ NULL, "NEW", FROM_TOWNS, NULL },
	{ NULL, "COMMAND", FROM_COMMANDS, NULL },
	{ NULL, "FILE", FROM_FILES, NULL },
	{ NULL, "DIR", FROM_FILES, NULL },
	{ NULL, "PATH", FROM_FILES, NULL },
	{ NULL, "MAP", FROM_FILES, NULL },
};

/* Print a candidate if it goes on with what was typed. */
static void
offer(const struct place *place, const char *word, const char *what)
{
	if (strncmp(word, place->word, strlen(place->word)) == 0)
		print_say(place->out, "%s%s\t%s\n", place->head, word, what);
}

/* Whether ${name} begins with the ${len} bytes of ${word}, and a blank or its
 * end follows. */
static bool
begins(const char *name, const char *word, size_t len)
{
	return strncmp(name, word, len) == 0 &&
	    (name[len] == ' ' || name[len] == '\0');
}

/* The first words of all commands, each once. */
static void
offer_commands(const struct place *place)
{
	const struct cmd *table;
	char name[WORD_ROOM];
	size_t count, i, len;

	table = cmd_table(&count);
	for (i = 0; i < count; i++) {
		len = strcspn(table[i].name, " ");
		if (i > 0 && begins(table[i - 1].name, table[i].name, len))
			continue;
		(void)snprintf(
		    name, sizeof(name), "%.*s", (int)len, table[i].name);
		offer(place, name,
		    table[i].name[len] == '\0' ? speech(table[i].help) : "");
	}
}

/* The second words of the commands that begin with ${first}. */
static void
offer_seconds(const struct place *place, const char *first)
{
	size_t len = strlen(first);
	const struct cmd *table;
	size_t count, i;

	table = cmd_table(&count);
	for (i = 0; i < count; i++)
		if (begins(table[i].name, first, len) &&
		    table[i].name[len] == ' ')
			offer(place, table[i].name + len + 1,
			    speech(table[i].help));
}

static void
offer_options(const struct place *place, const struct args_option *option)
{
	char name[WORD_ROOM];

	for (; option != NULL && option->name != NULL; option++) {
		if (option->help == NULL)
			continue;
		(void)snprintf(name, sizeof(name), "--%s", option->name);
		offer(place, name, speech(option->help));
	}
}

/* Each word of "a b c". */
static void
offer_list(const struct place *place, const char *list)
{
	char word[WORD_ROOM];
	size_t len;

	for (; *list != '\0'; list += len + (list[len] == ' ')) {
		len = strcspn(list, " ");
		(void)snprintf(word, sizeof(word), "%.*s", (int)len, list);
		offer(place, word, "");
	}
}

static void
offer_codes(const struct place *place, const char *vocabulary)
{
	char language[SPEECH_LANG_LEN + 1];
	char asked[SPEECH_LANG_LEN + 1];
	char folder[PLACE_MAX];
	char path[PLACE_MAX + WORD_ROOM];
	struct labels *labels = NULL;
	const char *code;
	size_t i;

	place_data(folder);
	(void)snprintf(path, sizeof(path), "%s/labels.tsv", folder);
	if (speech_choose(NULL, language, asked) != ERR_NONE ||
	    labels_open(path, language, &labels) != ERR_NONE)
		return;
	for (i = 0; (code = labels_code(labels, vocabulary, i)) != NULL; i++)
		offer(place, code, labels_plain(labels, vocabulary, code));
	labels_free(labels);
}

static void
offer_towns(const struct place *place)
{
	struct towns *towns = NULL;
	char folder[PLACE_MAX];
	const char *org;
	size_t i;

	place_data(folder);
	if (towns_open(folder, &towns) != ERR_NONE)
		return;
	for (i = 0; (org = towns_org(towns, i)) != NULL; i++)
		offer(place, org, towns_name(towns, org));
	towns_close(towns);
}

/* Where erfad listens, as far as the line or the environment says. */
static const char *
socket_of(const struct place *place)
{
	static const char option[] = "--socket";
	const char *path = env_get("ERFA_SOCKET");
	size_t i;

	for (i = 0; i + 1 < place->count; i++) {
		if (strcmp(place->words[i], option) == 0)
			path = place->words[i + 1];
		else if (strncmp(place->words[i], option, strlen(option)) ==
			0 &&
		    place->words[i][strlen(option)] == '=')
			path = place->words[i] + strlen(option) + 1;
	}
	return path == NULL ? CONN_SOCKET : path;
}

/* What the node knows. */
static void
offer_node(const struct place *place, enum source source, const char *kind)
{
	struct complete_node node = { .out = place->out };

	node.socket = socket_of(place);
	node.prefix = place->word;
	if (place->head[0] != '\0')
		return;
	if (source == FROM_PEERS || source == FROM_TOWNS)
		complete_node_peers(&node);
	if (source == FROM_GROUPS)
		complete_node_groups(&node);
	if (source == FROM_DRAFTS || source == FROM_OWN)
		complete_node_drafts(&node);
	if (source == FROM_OWN || source == FROM_TRIALS || source == FROM_KIND)
		complete_node_records(&node, kind, source == FROM_OWN);
}

static void
offer_rule(const struct place *place, const struct rule *rule)
{
	switch (rule->source) {
	case FROM_NOWHERE:
		break;
	case FROM_FILES:
		print_say(place->out, ":files\n");
		break;
	case FROM_LIST:
		offer_list(place, rule->of);
		break;
	case FROM_CODES:
		offer_codes(place, rule->of);
		break;
	case FROM_COMMANDS:
		offer_commands(place);
		break;
	case FROM_TOWNS:
		offer_towns(place);
		offer_node(place, rule->source, NULL);
		break;
	case FROM_PEERS:
	case FROM_TRIALS:
	case FROM_OWN:
	case FROM_DRAFTS:
	case FROM_GROUPS:
		offer_node(place, rule->source, NULL);
		break;
	case FROM_KIND:
		offer_node(place, rule->source, rule->of);
		break;
	}
}

/* Offer what ${name}, an option or a placeholder, takes; false if no rule says. */
static bool
offer_for(const struct place *place, const char *name)
{
	const char *command = place->cmd == NULL ? "" : place->cmd->name;
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].name, name) == 0 &&
		    (rules[i].command == NULL ||
			begins(command, rules[i].command,
			    strlen(rules[i].command)))) {
			offer_rule(place, &rules[i]);
			return true;
		}
	return false;
}

/* Offer what a placeholder such as "[TRIAL]", "TRIAL|FILE" or "TRIAL..." takes. */
static void
offer_placeholder(const struct place *place, const char *text, size_t size)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char name[WORD_ROOM];
	size_t at, len;

	for (at = 0; at < size; at += len + 1) {
		len = strspn(text + at, letters);
		if (at + len > size)
			len = size - at;
		(void)snprintf(name, sizeof(name), "%.*s", (int)len, text + at);
		(void)offer_for(place, name);
	}
}

/* Offer the value of the option ${name}. */
static void
offer_value(const struct place *place, const char *name,
    const struct args_option *const tables[ARGS_TABLES_MAX])
{
	char word[WORD_ROOM];
	const struct args_option *option;
	size_t t;

	for (t = 0; t < ARGS_TABLES_MAX; t++)
		for (option = tables[t]; option != NULL && option->name != NULL;
		     option++) {
			(void)snprintf(
			    word, sizeof(word), "--%s", option->name);
			if (strcmp(word, name) != 0 || option->value == NULL)
				continue;
			if (!offer_for(place, name))
				offer_placeholder(place, option->value,
				    strlen(option->value));
			return;
		}
}

/* Offer what the word number ${at} of the command's own words may be: the last
 * placeholder stands for all that follow. */
static void
offer_word(const struct place *place, size_t at)
{
	const char *args = place->cmd->args;
	size_t len = strcspn(args, " ");

	while (at > 0 && args[len] == ' ') {
		args += len + 1;
		len = strcspn(args, " ");
		at--;
	}
	if (at < place->cmd->words_most)
		offer_placeholder(place, args, len);
}

/* Next word from ${at} on that is neither an option nor the value of one; the
 * one that is being typed at the latest. */
static size_t
next_word(const struct place *place, size_t at,
    const struct args_option *const tables[ARGS_TABLES_MAX])
{
	while (at + 1 < place->count && place->words[at][0] == '-')
		at += args_takes_value(tables, place->words[at]) ? 2 : 1;
	return at < place->count ? at : place->count - 1;
}

/* Count the command's own words before the one that is being typed. */
static size_t
count_words(const struct place *place, size_t at,
    const struct args_option *const tables[ARGS_TABLES_MAX])
{
	size_t count = 0;

	while ((at = next_word(place, at, tables)) + 1 < place->count) {
		count++;
		at++;
	}
	return count;
}

/* Offer what may follow once the command is known; its name ends before ${at}. */
static void
offer_within(struct place *place, size_t at)
{
	const struct args_option *tables[ARGS_TABLES_MAX] = { cmd_common(),
		place->cmd == NULL ? NULL : place->cmd->options };
	const char *before = place->count > 1 ? place->words[place->count - 2] :
						"";
	const char *equals = strchr(place->word, '=');
	char option[WORD_ROOM - 1];

	if (place->word[0] == '-' && equals != NULL) {
		(void)snprintf(option, sizeof(option), "%.*s",
		    (int)(equals - place->word), place->word);
		(void)snprintf(place->head, sizeof(place->head), "%s=", option);
		place->word = equals + 1;
		offer_value(place, option, tables);
	} else if (args_takes_value(tables, before)) {
		offer_value(place, before, tables);
	} else if (place->word[0] == '-') {
		offer_options(place, tables[1]);
		offer_options(place, tables[0]);
	} else if (place->cmd != NULL) {
		offer_word(place, count_words(place, at, tables));
	} else {
		offer_commands(place);
	}
}

void
complete_words(struct print *out, const char *const *words, size_t count)
{
	const struct args_option *tables[ARGS_TABLES_MAX] = { cmd_common(),
		NULL };
	struct place place = { .out = out, .words = words, .count = count };
	const char *other = NULL;
	size_t first, second, named = 0;

	if (count == 0)
		return;
	place.word = words[count - 1];
	first = next_word(&place, 0, tables);
	if (first + 1 == count) {
		offer_within(&place, first);
		return;
	}
	second = next_word(&place, first + 1, tables);
	if (second + 1 < count)
		other = words[second];
	place.cmd = cmd_find(words[first], other, &named);
	if (second + 1 == count && place.word[0] != '-')
		offer_seconds(&place, words[first]);
	if (place.cmd != NULL)
		offer_within(&place, named == 2 ? second + 1 : first + 1);
}
