#ifndef ERFA_CMD_H
#define ERFA_CMD_H

/*
 * cmd - the one table of what erfa can do.
 *
 * It drives dispatch, help and completion; what a command does stands in the
 * file of its name.
 */

#include <stdbool.h>
#include <stddef.h>

#include "client/args.h"

/* Groups, in the order of the help. */
enum cmd_group {
	CMD_LOOK,
	CMD_WRITE,
	CMD_SCHEMES,
	CMD_PEERS,
	CMD_DATA,
	CMD_KEEP,
};

/* Opaque types. */
struct run;

struct cmd {
	const char *name; /* one word or two: "peers accept" */
	enum cmd_group group;
	const char *args;     /* "FILE"; empty = none */
	const char *help;     /* one line, a verb first */
	const char *examples; /* lines: what to type, two blanks, what for */
	const char *notes;    /* lines, or NULL */
	const struct args_option *options; /* its own; NULL = none */
	size_t words_least;
	size_t words_most;
	bool lists; /* takes --jsonl */
	int (*run)(struct run *run);
};

/**
 * cmd_table(ret_count):
 * All commands, in the order of the help.  They live as long as the program.
 */
const struct cmd *cmd_table(size_t *ret_count);

/**
 * cmd_common():
 * The options that every command takes.
 */
const struct args_option *cmd_common(void);

/**
 * cmd_find(first, second, ret_words):
 * The command whose name is the words ${first} and ${second} (may be NULL), or
 * ${first} alone; ${ret_words} says how many words its name has.  NULL if there
 * is none.
 */
const struct cmd *cmd_find(
    const char *first, const char *second, size_t *ret_words);

/**
 * cmd_nearest(word):
 * The name of the command that ${word} is probably meant to be, or NULL.
 */
const char *cmd_nearest(const char *word);

/**
 * cmd_group_name(group):
 * "Look", "Write", "Schemes", "Peers", "Data" or "Keep".
 */
const char *cmd_group_name(enum cmd_group group);

/**
 * cmd_accept(run), cmd_backup(run), cmd_restore(run), cmd_bundle_export(run),
 * cmd_bundle_import(run), cmd_export(run), cmd_find_words(run),
 * cmd_follow(run), cmd_help_run(run), cmd_import(run), cmd_init(run),
 * cmd_invite(run), cmd_join(run), cmd_list(run), cmd_logs(run), cmd_peers(run),
 * cmd_publish(run), cmd_reindex(run), cmd_remove(run), cmd_show(run),
 * cmd_erase(run), cmd_erasure(run), cmd_status(run), cmd_sync(run),
 * cmd_verify(run), cmd_watch(run):
 * Do what the table says of the command.  Return the exit code; what went wrong
 * has been told.
 */
int cmd_accept(struct run *run);
int cmd_backup(struct run *run);
int cmd_restore(struct run *run);
int cmd_bundle_export(struct run *run);
int cmd_bundle_import(struct run *run);
int cmd_export(struct run *run);
int cmd_find_words(struct run *run);
int cmd_follow(struct run *run);
int cmd_help_run(struct run *run);
int cmd_import(struct run *run);
int cmd_init(struct run *run);
int cmd_invite(struct run *run);
int cmd_join(struct run *run);
int cmd_list(struct run *run);
int cmd_logs(struct run *run);
int cmd_peers(struct run *run);
int cmd_publish(struct run *run);
int cmd_reindex(struct run *run);
int cmd_erase(struct run *run);
int cmd_erasure(struct run *run);
int cmd_remove(struct run *run);
int cmd_show(struct run *run);
int cmd_status(struct run *run);
int cmd_sync(struct run *run);
int cmd_verify(struct run *run);
int cmd_watch(struct run *run);

/**
 * cmd_anchor(run), cmd_applications(run), cmd_apply(run), cmd_barrier(run),
 * cmd_conditions(run), cmd_confirm(run), cmd_decide(run), cmd_drafts(run),
 * cmd_edit(run), cmd_endorse(run), cmd_exempt(run), cmd_finish(run),
 * cmd_indicator_map(run), cmd_learn(run), cmd_new(run), cmd_observe(run),
 * cmd_own(run), cmd_pause(run), cmd_plan(run), cmd_ready(run),
 * cmd_rounds(run), cmd_scheme_new(run), cmd_start(run), cmd_stop(run):
 * The same, for the commands that write a trial, lead it through its life, and
 * keep what it runs under.
 */
int cmd_anchor(struct run *run);
int cmd_applications(struct run *run);
int cmd_apply(struct run *run);
int cmd_barrier(struct run *run);
int cmd_conditions(struct run *run);
int cmd_confirm(struct run *run);
int cmd_decide(struct run *run);
int cmd_drafts(struct run *run);
int cmd_edit(struct run *run);
int cmd_endorse(struct run *run);
int cmd_exempt(struct run *run);
int cmd_finish(struct run *run);
int cmd_indicator_map(struct run *run);
int cmd_learn(struct run *run);
int cmd_new(struct run *run);
int cmd_observe(struct run *run);
int cmd_own(struct run *run);
int cmd_pause(struct run *run);
int cmd_plan(struct run *run);
int cmd_ready(struct run *run);
int cmd_rounds(struct run *run);
int cmd_scheme_new(struct run *run);
int cmd_start(struct run *run);
int cmd_stop(struct run *run);

/**
 * cmd_adapt(run), cmd_claim(run), cmd_copy(run), cmd_diff(run),
 * cmd_lineage(run), cmd_link(run), cmd_scale(run):
 * The same, for the commands that take from others and tell of families.
 */
int cmd_adapt(struct run *run);
int cmd_claim(struct run *run);
int cmd_copy(struct run *run);
int cmd_diff(struct run *run);
int cmd_lineage(struct run *run);
int cmd_link(struct run *run);
int cmd_scale(struct run *run);

/**
 * cmd_burden(run), cmd_dossier(run), cmd_history(run), cmd_table31(run),
 * cmd_term(run):
 * The same, for the commands that tell what became of records, laws and
 * programmes, and what words mean.
 */
int cmd_burden(struct run *run);
int cmd_dossier(struct run *run);
int cmd_history(struct run *run);
int cmd_table31(struct run *run);
int cmd_term(struct run *run);

/**
 * cmd_answer(run), cmd_ask(run), cmd_comment(run), cmd_inbox(run),
 * cmd_offer(run), cmd_retract(run):
 * The same, for the commands with which people talk about records.
 */
int cmd_answer(struct run *run);
int cmd_ask(struct run *run);
int cmd_comment(struct run *run);
int cmd_inbox(struct run *run);
int cmd_offer(struct run *run);
int cmd_retract(struct run *run);

/**
 * cmd_directory(run), cmd_key_export(run), cmd_key_rotate(run),
 * cmd_key_show(run), cmd_members(run):
 * The same, for the commands that tell who belongs, and with which key.
 */
int cmd_key_export(struct run *run);
int cmd_key_rotate(struct run *run);
int cmd_key_show(struct run *run);
int cmd_directory(struct run *run);
int cmd_members(struct run *run);

/**
 * cmd_group_add(run), cmd_group_create(run), cmd_group_list(run),
 * cmd_group_remove(run), cmd_group_share(run), cmd_group_show(run):
 * The same, for the commands about restricted groups.
 */
int cmd_group_add(struct run *run);
int cmd_group_create(struct run *run);
int cmd_group_list(struct run *run);
int cmd_group_remove(struct run *run);
int cmd_group_share(struct run *run);
int cmd_group_show(struct run *run);

/**
 * cmd_guides(run), cmd_org_edit(run), cmd_org_list(run), cmd_org_show(run),
 * cmd_org_succeed(run):
 * The same, for the commands about organisations and whom to ask there.
 */
int cmd_guides(struct run *run);
int cmd_org_edit(struct run *run);
int cmd_org_list(struct run *run);
int cmd_org_show(struct run *run);
int cmd_org_succeed(struct run *run);

/**
 * cmd_evidence(run), cmd_overview(run):
 * The same, for what the results of many come to together, and for what worked
 * beside what stood in the way.
 */
int cmd_evidence(struct run *run);
int cmd_overview(struct run *run);

/**
 * cmd_config(run), cmd_doctor(run), cmd_health(run), cmd_log(run),
 * cmd_metrics(run), cmd_reload(run):
 * The same, for those who operate a node.  cmd_health() returns 0 to 3, as
 * monitoring plugins do.
 */
int cmd_config(struct run *run);
int cmd_doctor(struct run *run);
int cmd_health(struct run *run);
int cmd_metrics(struct run *run);
int cmd_log(struct run *run);
int cmd_reload(struct run *run);

#endif /* !ERFA_CMD_H */
