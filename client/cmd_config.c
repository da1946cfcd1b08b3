#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/cmd.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/run.h"
#include "client/table.h"

static int
ask_settings(
    struct run *run, bool reload, bool compare, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__SettingsRequest ask = ERFA__SETTINGS_REQUEST__INIT;

	ask.has_reload = ask.has_compare = 1;
	ask.reload = reload;
	ask.compare = compare;
	request.ask_case = ERFA__REQUEST__ASK_SETTINGS;
	request.settings = &ask;
	return run_ask(run, &request, 0, ret_answer);
}

static const char *
source_of(const char *source)
{
	return run_text(source)[0] == '\0' ? _("default") : source;
}

static void
add_setting(struct run *run, struct table *table, const void *item)
{
	const Erfa__Setting *setting = item;

	(void)run;
	table_add(table, setting->name);
	table_add(table, setting->value);
	table_add(table, source_of(setting->source));
}

/* Every setting, its value, and where that is from. */
static int
print_all(struct run *run, const Erfa__SettingsAnswer *answer)
{
	static const struct table_column columns[] = {
		{ N_("SETTING"), false, 0 },
		{ N_("VALUE"), false, 1 },
		{ N_("SOURCE"), false, 0 },
	};

	return listing_table(run, &answer->base, "setting", columns,
	    sizeof(columns) / sizeof(columns[0]), add_setting);
}

static void
add_difference(struct run *run, struct table *table, const void *item)
{
	const Erfa__Setting *setting = item;

	(void)run;
	if (!setting->differs)
		return;
	table_add(table, setting->name);
	table_add(table, setting->value);
	table_add(table, setting->file_value);
	table_add(table, source_of(setting->file_source));
	table_add(table,
	    setting->reloadable ? "erfa reload" : "systemctl restart erfad");
}

static bool
differs(const Erfa__SettingsAnswer *answer)
{
	size_t i;

	for (i = 0; i < answer->n_setting; i++)
		if (answer->setting[i]->differs)
			return true;
	return false;
}

/* What the files say otherwise than erfad does, and what brings it in force. */
static int
print_diff(struct run *run, const Erfa__SettingsAnswer *answer)
{
	static const struct table_column columns[] = {
		{ N_("SETTING"), false, 0 },
		{ N_("RUNNING"), false, 1 },
		{ N_("FILE"), false, 1 },
		{ N_("SOURCE"), false, 0 },
		{ N_("IN FORCE AFTER"), false, 0 },
	};

	if (!differs(answer))
		print_say(run->out, "The files say what is in force.\n");
	return listing_table(run, &answer->base, "setting", columns,
	    sizeof(columns) / sizeof(columns[0]), add_difference);
}

int
cmd_config(struct run *run)
{
	bool diff = args_given(run->args, "diff");
	Erfa__Answer *answer = NULL;
	int status;

	status = ask_settings(run, false, diff, &answer);
	if (status != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->settings->base);
	else if (diff)
		status = print_diff(run, answer->settings);
	else
		status = print_all(run, answer->settings);
	control_free_answer(answer);
	return status;
}

int
cmd_reload(struct run *run)
{
	const Erfa__SettingsAnswer *settings;
	Erfa__Answer *answer = NULL;
	size_t i;
	int status;

	status = ask_settings(run, true, false, &answer);
	if (status != EXIT_DONE)
		return status;
	settings = answer->settings;
	if (run->json) {
		status = run_json(run, &settings->base);
	} else {
		if (settings->changed == 0)
			print_say(run->out, "Read again: nothing changed.\n");
		else
			print_say(run->out,
			    speech_many(settings->changed,
				"Read again: %u setting changed.\n",
				"Read again: %u settings changed.\n"),
			    settings->changed);
		for (i = 0; i < settings->n_setting; i++)
			if (settings->setting[i]->differs)
				print_say(run->out,
				    "  %s waits for a restart:  sudo systemctl "
				    "restart erfad\n",
				    settings->setting[i]->name);
	}
	control_free_answer(answer);
	return status;
}
