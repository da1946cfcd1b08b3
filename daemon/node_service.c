/*
 * What the service manager sees of the node: that it is alive, and that it reads
 * its settings again when asked to.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/node_internal.h"
#include "daemon/notify.h"

/* So often within the time that the service manager waits. */
#define ALIVE_PER_WATCHDOG 4

/* ---- alive ---- */

/* A round trip through the writer. */
struct alive_job {
	struct writer_job job; /* first */
	uint64_t arrival;
};

/* In the writer's thread: the store can be read, and its turn has come. */
static enum err
alive_run(struct store_txn *txn, struct writer_job *job)
{
	((struct alive_job *)job)->arrival = store_arrival_last(txn);
	return ERR_NONE;
}

/* Back on the loop.  That the disk is full is nothing a restart would mend. */
static void
alive_done(struct writer_job *job, void *context)
{
	struct node *node = context;

	if (node != NULL) {
		node->alive_busy = false;
		notify_alive();
	}
	free(job);
}

void
node_alive_tick(struct node *node, int64_t now)
{
	struct alive_job *job;

	if (node->alive_at == 0)
		node->alive_ms = notify_watchdog_ms() / ALIVE_PER_WATCHDOG;
	if (node->alive_busy || now < node->alive_at)
		return;
	node->alive_at = now + (int64_t)node->alive_ms + 1;
	if (node->alive_ms == 0 || (job = calloc(1, sizeof(*job))) == NULL)
		return;
	job->job.run = alive_run;
	job->job.done = alive_done;
	job->job.entries = 1;
	node->alive_busy = true;
	writer_submit(node->writer, &job->job);
}

/* ---- settings, read again ---- */

/* What reading the settings again came to. */
struct again {
	struct config *fresh;         /* as they would be in force */
	struct config *file;          /* as the files have them */
	bool *held;                   /* by row: waits for a restart */
	struct config_errors *errors; /* NULL: none */
};

static void
again_clear(struct again *again)
{
	config_errors_free(again->errors);
	config_free(again->fresh);
	config_free(again->file);
	free(again->held);
	memset(again, 0, sizeof(*again));
}

/* Read the files; nothing changes.  A mistake is an ERR_SYNTAX. */
static enum err
read_again(const struct node *node, struct again *ret_again)
{
	const struct config *running = node->config;
	enum err err;

	memset(ret_again, 0, sizeof(*ret_again));
	if ((err = config_load(running->path, &ret_again->file,
		 &ret_again->errors)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_SYNTAX;
	if ((err = config_load(running->path, &ret_again->fresh,
		 &ret_again->errors)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_SYNTAX;
	return config_follow(running, ret_again->fresh, &ret_again->held);
}

/* How many rows of two configurations differ. */
static enum err
count_changes(const struct config *a, const struct config *b, size_t *ret_count)
{
	size_t count = 0;
	bool differ = false;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < config_value_count() && err == ERR_NONE; i++) {
		err = config_differ(a, b, i, &differ);
		count += err == ERR_NONE && differ;
	}
	*ret_count = count;
	return err;
}

/* Put the new settings in force.  The old ones stay in memory, since other
 * threads, and texts that were borrowed, may still need them. */
static enum err
put_in_force(struct node *node, struct config **fresh_p)
{
	struct config **grown;

	grown = realloc(node->configs, (node->nconfigs + 1) * sizeof(*grown));
	if (grown == NULL)
		return ERR_NOMEM;
	node->configs = grown;
	node->configs[node->nconfigs++] = *fresh_p;
	node->config = *fresh_p;
	*fresh_p = NULL;
	node_timers_set(node);
	(void)node_members_changed(node);
	return ERR_NONE;
}

/* Read the settings again and put in force what can be.  Nothing is changed if
 * anything is wrong. */
static enum err
reload(struct node *node, struct again *ret_again, size_t *ret_changed)
{
	enum err err;

	notify_reloading();
	if ((err = read_again(node, ret_again)) == ERR_NONE &&
	    (err = count_changes(
		 node->config, ret_again->fresh, ret_changed)) == ERR_NONE &&
	    *ret_changed > 0)
		err = put_in_force(node, &ret_again->fresh);
	notify_ready(
	    node->status[0] != '\0' ? node->status : node->config->org);
	return err;
}

static size_t
count_held(const struct again *again)
{
	size_t count = 0;
	size_t i;

	for (i = 0; again->held != NULL && i < config_value_count(); i++)
		count += again->held[i];
	return count;
}

/* Tell the log what came of it. */
static void
log_reload(const struct again *again, enum err err, size_t changed)
{
	size_t i;

	for (i = 0; i < config_errors_count(again->errors); i++)
		logger_err("config", "%s", config_errors_at(again->errors, i));
	if (err != ERR_NONE)
		event_say(EVENT_SETTINGS_WRONG, NULL,
		    "the settings stay as they were (errors=%zu)",
		    config_errors_count(again->errors));
	else
		event_say(EVENT_SETTINGS_READ, NULL,
		    "the settings were read again (changed=%zu "
		    "wait_for_restart=%zu)",
		    changed, count_held(again));
}

void
node_reload(struct node *node)
{
	struct again again;
	size_t changed = 0;
	enum err err;

	err = reload(node, &again, &changed);
	log_reload(&again, err, changed);
	again_clear(&again);
}

/* ---- settings, shown ---- */

/* A row as it is in force. */
static enum err
fill_setting(const struct config *config, size_t i, Erfa__Setting *setting)
{
	const struct config_setting *row = config_value_at(i);
	char *value = NULL;
	enum err err;

	setting->has_reloadable = 1;
	setting->reloadable = row->reloadable;
	if ((err = config_value_say(row, config, &value)) != ERR_NONE ||
	    (err = answer_text(&setting->section, row->section)) != ERR_NONE ||
	    (err = answer_text(&setting->name, row->name)) != ERR_NONE ||
	    (err = answer_text(&setting->value, value)) != ERR_NONE ||
	    (err = answer_text(&setting->source, config->from[i])) !=
		ERR_NONE ||
	    (err = answer_text(&setting->unit, row->unit)) != ERR_NONE ||
	    (err = answer_text(&setting->initial, row->initial)) != ERR_NONE)
		goto out;
	err = answer_text(&setting->help, row->help);
out:
	free(value);
	return err;
}

/* What the files say of a row, if that is something else. */
static enum err
fill_file(const struct config *running, const struct config *file, size_t i,
    Erfa__Setting *setting)
{
	char *value = NULL;
	bool differ = false;
	enum err err;

	if ((err = config_differ(running, file, i, &differ)) != ERR_NONE ||
	    !differ)
		return err;
	setting->has_differs = 1;
	setting->differs = 1;
	if ((err = config_value_say(config_value_at(i), file, &value)) ==
		ERR_NONE &&
	    (err = answer_text(&setting->file_value, value)) == ERR_NONE)
		err = answer_text(&setting->file_source, file->from[i]);
	free(value);
	return err;
}

/* All settings; ${file} may be NULL. */
static enum err
fill_settings(const struct config *running, const struct config *file,
    Erfa__SettingsAnswer *answer)
{
	Erfa__Setting *setting;
	enum err err;
	size_t i;

	if ((err = answer_text(&answer->path, running->path)) != ERR_NONE)
		return err;
	for (i = 0; i < config_value_count() && err == ERR_NONE; i++) {
		if (strcmp(config_value_at(i)->section, "test") == 0 &&
		    !running->test)
			continue;
		err = answer_add(&answer->setting, &answer->n_setting,
		    &erfa__setting__descriptor, &setting);
		if (err == ERR_NONE)
			err = fill_setting(running, i, setting);
		if (err == ERR_NONE && file != NULL)
			err = fill_file(running, file, i, setting);
	}
	return err;
}

/* The files are wrong: each mistake is a problem, with its line. */
static void
answer_mistakes(struct node *node, struct waiter *waiter,
    const struct config_errors *errors)
{
	Erfa__Answer *answer;
	const char *line, *colon;
	char where[512];
	size_t i;

	answer = node_error_new("bad_settings", 78,
	    "Mend the files, then:  erfa reload",
	    "the settings are wrong; erfad goes on with those it has");
	for (i = 0; answer != NULL && i < config_errors_count(errors); i++) {
		line = config_errors_at(errors, i);
		colon = strstr(line, ": ");
		(void)snprintf(where, sizeof(where), "%.*s",
		    colon == NULL ? 0 : (int)(colon - line), line);
		if (answer_problem(&answer->error->problem,
			&answer->error->n_problem, where,
			colon == NULL ? line : colon + 2, "") != ERR_NONE)
			break;
	}
	node_answer(node, waiter, answer);
}

void
node_settings(struct node *node, struct waiter *waiter)
{
	const Erfa__SettingsRequest *ask = waiter->request->settings;
	struct again again = { NULL, NULL, NULL, NULL };
	Erfa__Answer *answer = NULL;
	size_t changed = 0;
	enum err err = ERR_NONE;

	if (ask->reload) {
		err = reload(node, &again, &changed);
		log_reload(&again, err, changed);
	} else if (ask->compare) {
		err = read_again(node, &again);
	}
	if (err == ERR_SYNTAX) {
		answer_mistakes(node, waiter, again.errors);
		goto out;
	}
	if (err == ERR_NONE &&
	    (err = answer_new(ERFA__ANSWER__SAY_SETTINGS, &answer)) == ERR_NONE)
		err = fill_settings(node->config, again.file, answer->settings);
	if (err == ERR_NONE) {
		answer->settings->has_changed = 1;
		answer->settings->changed = (uint32_t)changed;
		answer->settings->has_held = 1;
		answer->settings->held = (uint32_t)count_held(&again);
		node_answer(node, waiter, answer);
	} else {
		control_free_answer(answer);
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "the settings cannot be told: %s", err_str(err));
	}
out:
	again_clear(&again);
}

void
node_settings_end(struct node *node)
{
	size_t i;

	for (i = 0; i < node->nconfigs; i++)
		config_free(node->configs[i]);
	free(node->configs);
}
