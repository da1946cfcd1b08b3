#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/conn.h"
#include "client/indexed.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/restored.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"

#define SLICE_MS 1000  /* of waiting */
#define CLEAN_MS 70000 /* until no word of it is left in the index */
#define ROUNDS   3     /* a version may be published while one decides */

/* Ask for everything that holds the record that the first word means. */
static int
ask_erasure(struct run *run, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ErasureRequest ask = ERFA__ERASURE_REQUEST__INIT;
	char id[RECORD_ID_CHARS + 1];
	int status;

	status = act_resolve(run, args_word(run->args, 0), id);
	if (status != EXIT_DONE)
		return status;
	ask.id = id;
	request.ask_case = ERFA__REQUEST__ASK_ERASURE;
	request.erasure = &ask;
	return indexed_ask(run, &request, ret_answer);
}

static const char *
reason_label(const struct run *run, Erfa__ErasureReason reason)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &erfa__erasure_reason__descriptor, (int)reason);
	char code[ROWS_CODE_MAX];

	if (value == NULL || reason == 0)
		return "";
	rows_code(value->name, "ERASURE_REASON_", code);
	return labels_get(run->labels, "erasure_reason", code);
}

/* ---- erase ---- */

/* The reason that was given, one of five. */
static int
get_reason(struct run *run, Erfa__ErasureReason *ret_reason)
{
	const ProtobufCEnumDescriptor *desc = &erfa__erasure_reason__descriptor;
	const char *word = args_value(run->args, "reason");
	char code[ROWS_CODE_MAX];
	unsigned i;

	for (i = 1; i < desc->n_values && word != NULL; i++) {
		rows_code(desc->values[i].name, "ERASURE_REASON_", code);
		if (strcmp(code, word) != 0)
			continue;
		*ret_reason = (Erfa__ErasureReason)desc->values[i].value;
		return EXIT_DONE;
	}
	return fault_say(&run->faults, EXIT_USAGE, "no_reason",
	    "One of: personal_data, consent_withdrawn, legal, "
	    "published_by_mistake, other.\n"
	    "The reason stays for everybody to see, as this one word.",
	    word == NULL ? "say why with --reason CODE" :
			   "--reason does not know \"%s\"",
	    word);
}

/* Is there anything in this entry that can still be erased from here? */
static bool
can_go(const Erfa__ErasureEntry *entry)
{
	return entry->erasable && strcmp(run_text(entry->state), "erased") != 0;
}

static size_t
count_left(const Erfa__ErasureAnswer *erasure)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < erasure->n_entry; i++)
		count += can_go(erasure->entry[i]);
	return count;
}

/* Say what goes, and what stays. */
static void
print_plan(struct run *run, const Erfa__ErasureAnswer *erasure)
{
	const Erfa__ErasureEntry *entry;
	char when[PRINT_TIME_MAX];
	size_t i;

	print_say(run->out, "%s  %s\n\n", run_text(erasure->id),
	    run_text(erasure->title));
	print_say(run->out, "These are erased for ever, on every node:\n\n");
	for (i = 0; i < erasure->n_entry; i++) {
		entry = erasure->entry[i];
		if (!can_go(entry))
			continue;
		print_time(run_text(entry->time), when);
		print_say(run->out, "  version %s of %s  (entry %llu of %s)\n",
		    *run_text(entry->version) == '\0' ?
			"?" :
			run_text(entry->version),
		    when, (unsigned long long)entry->n, run_text(entry->log));
	}
	if (*run_text(erasure->group) != '\0')
		print_say(run->out,
		    "\nIt is restricted to a group, and only its text says which "
		    "record it is: its id and its place among the copies stay "
		    "on this node alone.  That something was published, and "
		    "erased, every node keeps.\n"
		    "What others wrote about it, or took over from it, is "
		    "theirs; they are not told: tell them yourself.\n"
		    "To take something back and leave it readable:  erfa "
		    "retract %s\n\n",
		    run_text(erasure->id));
	else
		print_say(run->out,
		    "\nIts id, its dates and its place among the copies stay, "
		    "without a word of it.\n"
		    "What others wrote about it, or took over from it, is "
		    "theirs: they are told.\n"
		    "To take something back and leave it readable:  erfa "
		    "retract %s\n\n",
		    run_text(erasure->id));
}

/* Have all of it erased that can be. */
static int
send_erase(struct run *run, const Erfa__ErasureAnswer *erasure,
    Erfa__ErasureReason reason, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__EraseRequest ask = ERFA__ERASE_REQUEST__INIT;
	size_t i;
	int status;

	ask.id = erasure->full_id;
	ask.has_reason = 1;
	ask.reason = reason;
	ask.entry = calloc(erasure->n_entry, sizeof(Erfa__ErasureEntry *));
	if (ask.entry == NULL)
		return run_nomem(run);
	for (i = 0; i < erasure->n_entry; i++)
		if (can_go(erasure->entry[i]))
			ask.entry[ask.n_entry++] = erasure->entry[i];
	request.ask_case = ERFA__REQUEST__ASK_ERASE;
	request.erase = &ask;
	status = run_ask(run, &request, 0, ret_answer);
	free(ask.entry);
	return status;
}

/* Wait until no word of it is left in the index of this node. */
static int
wait_clean(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__SyncRequest ask = ERFA__SYNC_REQUEST__INIT;
	const uint64_t end_ms = run_mono_ms() + CLEAN_MS;
	Erfa__Answer *answer = NULL;
	bool clean = false;
	int status = EXIT_DONE;

	ask.has_wait_ms = 1;
	request.ask_case = ERFA__REQUEST__ASK_SYNC;
	request.sync = &ask;
	while (status == EXIT_DONE && !clean && run_mono_ms() < end_ms) {
		status = run_ask(run, &request, ask.wait_ms, &answer);
		clean = status == EXIT_DONE && answer->sync->clean;
		control_free_answer(answer);
		answer = NULL;
		ask.wait_ms = SLICE_MS;
	}
	if (status != EXIT_DONE || clean)
		return status;
	return fault_say(&run->faults, EXIT_TEMPFAIL, "not_clean",
	    "It goes on by itself.  Look again:  erfa sync",
	    "it is erased; words of it are still being taken out of the index");
}

/* Erase, and look whether a version came meanwhile. */
static int
erase_all(struct run *run, Erfa__Answer *plan, Erfa__ErasureReason reason,
    uint32_t *ret_count, Erfa__Answer **ret_answer)
{
	Erfa__Answer *next = NULL;
	unsigned round;
	int status = EXIT_DONE;

	*ret_count = 0;
	for (round = 0; round < ROUNDS && status == EXIT_DONE; round++) {
		const Erfa__ErasureAnswer *erasure = next != NULL ?
		    next->erasure :
		    plan->erasure;

		if (count_left(erasure) == 0)
			break;
		control_free_answer(*ret_answer);
		*ret_answer = NULL;
		status = send_erase(run, erasure, reason, ret_answer);
		control_free_answer(next);
		next = NULL;
		if (status == EXIT_DONE && *ret_answer != NULL) {
			*ret_count += (*ret_answer)->erase->erased;
			status = wait_clean(run);
		}
		if (status == EXIT_DONE)
			status = ask_erasure(run, &next);
	}
	control_free_answer(next);
	return status;
}

static int
print_erased(struct run *run, const Erfa__EraseAnswer *erased, const char *id)
{
	if (run->json)
		return run_json(run, &erased->base);
	print_say(run->out,
	    "Erased: no word of it is left in the files of this node (%u "
	    "versions and copies).\n",
	    erased->erased);
	if (erased->draft_dropped)
		print_say(run->out, "A draft of it was thrown away too.\n");
	print_say(run->out,
	    "The other nodes follow when they are reached:  erfa erasure "
	    "%s\n"
	    "Backups made before still hold it.\n",
	    id);
	return EXIT_DONE;
}

/* Can this be erased from here, and is there anything left of it? */
static int
check_plan(struct run *run, const Erfa__ErasureAnswer *erasure)
{
	if (!erasure->erasable)
		return fault_say(&run->faults, EXIT_NOPERM, "not_yours",
		    "Ask them; everybody can read it:  erfa comment ID TEXT",
		    "%s was published by %s, who alone can erase it",
		    run_text(erasure->id), run_text(erasure->publisher));
	if (count_left(erasure) > 0)
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_DATA, "erased",
	    "Which nodes have done it:  erfa erasure ID",
	    "%s is erased already", run_text(erasure->id));
}

int
cmd_erase(struct run *run)
{
	Erfa__ErasureReason reason = ERFA__ERASURE_REASON__ERASURE_REASON_UNSET;
	Erfa__Answer *plan = NULL;
	Erfa__Answer *answer = NULL;
	uint32_t count = 0;
	int status;

	status = get_reason(run, &reason);
	if (status == EXIT_DONE)
		status = ask_erasure(run, &plan);
	if (status == EXIT_DONE)
		status = check_plan(run, plan->erasure);
	if (status == EXIT_DONE && !run->json && !run->quiet)
		print_plan(run, plan->erasure);
	if (status == EXIT_DONE)
		status = prompt_confirm(
		    run, _("This cannot be undone, by anybody.  Erase?"));
	if (status == EXIT_DONE)
		status = erase_all(run, plan, reason, &count, &answer);
	if (status == EXIT_DONE && answer != NULL) {
		answer->erase->erased = count;
		status = print_erased(
		    run, answer->erase, run_text(plan->erasure->id));
	}
	control_free_answer(answer);
	control_free_answer(plan);
	return status;
}

/* ---- erasure ---- */

/* When and why, of the first ERASE. */
static void
print_when(struct run *run, const Erfa__ErasureAnswer *erasure)
{
	const Erfa__ErasureEntry *first = NULL;
	char when[PRINT_TIME_MAX];
	size_t count = 0;
	size_t i;

	for (i = 0; i < erasure->n_entry; i++) {
		const Erfa__ErasureEntry *entry = erasure->entry[i];

		count += strcmp(run_text(entry->state), "erased") == 0;
		if (entry->has_erase_n &&
		    (first == NULL ||
			strcmp(run_text(entry->erased),
			    run_text(first->erased)) < 0))
			first = entry;
	}
	if (first == NULL) {
		print_say(
		    run->out, "%s is not erased.\n", run_text(erasure->id));
		return;
	}
	print_time(run_text(first->erased), when);
	print_say(run->out,
	    "%s was erased on %s: %zu of %zu versions and copies.  %s\n",
	    run_text(erasure->id), when, count, erasure->n_entry,
	    reason_label(run, first->reason));
	if (erasure->here)
		print_say(run->out,
		    "No word of it is left in the files of this node.\n\n");
	else
		print_say(run->out,
		    "Words of it are still being taken out of the index of "
		    "this node.\n\n");
	if (run_text(erasure->keeps)[0] != '\0')
		print_say(run->out,
		    "Its store lies on %s, where old blocks outlive an erasure: "
		    "SECURITY.md.\n\n",
		    erasure->keeps);
}

static const char *
state_text(const char *state)
{
	if (strcmp(state, "executed") == 0)
		return _("erased there");
	if (strcmp(state, "not_yet") == 0)
		return _("not yet");
	return _("not known: no direct connection");
}

static void
add_node(struct run *run, struct table *table, const void *item)
{
	const Erfa__ErasureNode *node = item;
	char when[PRINT_TIME_MAX] = "";

	(void)run;
	if (run_text(node->last_seen)[0] != '\0')
		print_time(node->last_seen, when);
	table_add(table, run_text(node->org));
	table_add(table, state_text(run_text(node->state)));
	table_add(table, when);
}

static int
print_nodes(struct run *run, const Erfa__ErasureAnswer *erasure)
{
	static const struct table_column columns[] = {
		{ N_("ORG"), false, 0 },
		{ N_("STATE"), false, 0 },
		{ N_("LAST HEARD"), false, 0 },
	};

	return listing_table(run, &erasure->base, "node", columns,
	    sizeof(columns) / sizeof(columns[0]), add_node);
}

/* Which backups of this node would bring it back. */
static void
print_backups(struct run *run, const Erfa__ErasureAnswer *erasure)
{
	char when[PRINT_TIME_MAX];
	char count[PRINT_COUNT_MAX];

	if (erasure->n_backup == 0)
		return;
	print_time(run_text(erasure->backup[0]->time), when);
	print_count(erasure->n_backup, "backup", "backups", count);
	print_say(run->out,
	    "\nIt may still be in %s of this node; the oldest is of %s:\n"
	    "  %s\n"
	    "A node that is restored from it erases it again before it serves "
	    "anything.  When\nit is destroyed:  erfa backup --forget %s\n",
	    count, when, run_text(erasure->backup[0]->file),
	    run_text(erasure->backup[0]->file));
}

/* And which of them it has lost sight of; who may not ask for the list is not told
 * of those on it either. */
static int
print_missing(struct run *run, const Erfa__ErasureAnswer *erasure)
{
	Erfa__BackupRequest list = ERFA__BACKUP_REQUEST__INIT;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	if (!erasure->has_here)
		return EXIT_DONE;
	request.ask_case = ERFA__REQUEST__ASK_BACKUP;
	request.backup = &list;
	if ((status = run_try(run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_BACKUP)
		restored_tell(run, answer->backup, erasure);
	control_free_answer(answer);
	return EXIT_DONE;
}

int
cmd_erasure(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	status = ask_erasure(run, &answer);
	if (status == EXIT_DONE && run->json) {
		status = run_json(run, &answer->erasure->base);
	} else if (status == EXIT_DONE) {
		print_when(run, answer->erasure);
		status = print_nodes(run, answer->erasure);
		print_backups(run, answer->erasure);
		if (status == EXIT_DONE)
			status = print_missing(run, answer->erasure);
	}
	control_free_answer(answer);
	return status;
}
