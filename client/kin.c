#include "client/kin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/life_change.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/view.h"

#define FROM_MAX 512 /* bytes of what names an origin */

/* ---- one origin ---- */

/* When a trial is changed that stands like this. */
static Erfa__Timing
timing_of(const Erfa__Trial *trial)
{
	switch (trial->status) {
	case ERFA__STATUS__STATUS_ACTIVE:
	case ERFA__STATUS__STATUS_PAUSED:
		return ERFA__TIMING__TIMING_DURING;
	case ERFA__STATUS__STATUS_COMPLETED:
	case ERFA__STATUS__STATUS_STOPPED:
	case ERFA__STATUS__STATUS_ENDED:
		return ERFA__TIMING__TIMING_AFTER;
	case ERFA__STATUS__STATUS_UNSET:
	case ERFA__STATUS__STATUS_IDEA:
	case ERFA__STATUS__STATUS_PLANNED:
	case ERFA__STATUS__STATUS_NOT_STARTED:
	case ERFA__STATUS__STATUS_UNKNOWN:
	case _ERFA__STATUS_IS_INT_SIZE:
		break;
	}
	return ERFA__TIMING__TIMING_BEFORE_START;
}

/* Name the earliest ancestor, as far as this node knows it. */
static int
set_root(struct act *edge, const struct act *origin)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LineageRequest lineage = ERFA__LINEAGE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	lineage.id = run_lend(origin->id);
	request.ask_case = ERFA__REQUEST__ASK_LINEAGE;
	request.lineage = &lineage;
	if ((status = run_try(edge->run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_LINEAGE &&
	    run_text(answer->lineage->root)[0] != '\0')
		status = act_set(
		    edge, "TRIAL", "root.id", answer->lineage->root);
	control_free_answer(answer);
	return status;
}

int
kin_begin(struct act *copy, const struct act *origin, struct act *ret_edge)
{
	static const struct act_option options[] = {
		{ "reason", "reason" },
		{ "decided-by", "decided_by" },
		{ "heard", "heard_via" },
		{ NULL, NULL },
	};
	const Erfa__Envelope *envelope = origin->body->envelope;
	Erfa__Adaptation *adaptation;
	int status;

	status = act_begin(copy->run, HEADER_ADAPTATION, ret_edge);
	if (status == EXIT_DONE)
		status = act_set(
		    ret_edge, "TRIAL", "from_trial.id", origin->id);
	if (status == EXIT_DONE)
		status = act_set(ret_edge, "TRIAL", "to_trial.id", copy->id);
	if (status == EXIT_DONE)
		status = set_root(ret_edge, origin);
	if (status == EXIT_DONE)
		status = act_set_options(ret_edge, options);
	if (status != EXIT_DONE)
		return status;
	adaptation = ret_edge->body->adaptation;
	if (!origin->is_draft) {
		adaptation->from_trial->has_major = envelope->has_major;
		adaptation->from_trial->major = envelope->major;
		adaptation->from_trial->has_minor = envelope->has_minor;
		adaptation->from_trial->minor = envelope->minor;
	}
	adaptation->has_timing = 1;
	adaptation->timing = timing_of(copy->body->trial);
	adaptation->has_fidelity = 1;
	adaptation->fidelity = ERFA__FIDELITY__FIDELITY_UNKNOWN;
	return EXIT_DONE;
}

/* ---- what was changed ---- */

static int
set_fields(struct act *edge, const struct life_fields *fields)
{
	Erfa__Adaptation *adaptation = edge->body->adaptation;
	size_t i;

	for (i = 0; i < adaptation->n_changed_fields; i++)
		free(adaptation->changed_fields[i]);
	free(adaptation->changed_fields);
	adaptation->changed_fields = NULL;
	adaptation->n_changed_fields = 0;
	if (fields->count == 0)
		return EXIT_DONE;
	adaptation->changed_fields = calloc(
	    fields->count, sizeof(*adaptation->changed_fields));
	if (adaptation->changed_fields == NULL)
		return run_nomem(edge->run);
	for (i = 0; i < fields->count; i++) {
		adaptation->changed_fields[i] = strdup(fields->names[i]);
		if (adaptation->changed_fields[i] == NULL)
			return run_nomem(edge->run);
		adaptation->n_changed_fields++;
	}
	return EXIT_DONE;
}

/* The label of an enumeration's value, whose names begin with ${prefix}. */
static const char *
label_of(const struct run *run, const ProtobufCEnumDescriptor *desc, int number,
    const char *vocabulary, const char *prefix)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    desc, number);
	char code[ROWS_CODE_MAX];

	if (value == NULL)
		return "";
	rows_code(value->name, prefix, code);
	return labels_get(run->labels, vocabulary, code);
}

static void
print_frame(struct run *run, const struct life_frame *frame)
{
	size_t i;

	print_say(run->err, "It seems that this was changed: %s",
	    label_of(run, &erfa__adaptation_what__descriptor, (int)frame->what,
		"adaptation_what", "ADAPTATION_WHAT_"));
	for (i = 0; i < frame->nnature; i++)
		print_say(run->err, "%s%s", i == 0 ? " (" : ", ",
		    label_of(run, &erfa__nature__descriptor,
			(int)frame->nature[i], "nature", "NATURE_"));
	print_say(run->err, "%s.\n", frame->nnature == 0 ? "" : ")");
}

/* Ask for one tick; without it nothing is said. */
static int
ask_frame(struct act *edge, const struct diff *diff)
{
	Erfa__Adaptation *adaptation = edge->body->adaptation;
	struct life_frame frame;
	bool right = false;
	int status;
	size_t i;

	life_suggest(diff, &frame);
	if (adaptation->has_what || frame.what == 0 || !prompt_can(edge->run))
		return EXIT_DONE;
	print_frame(edge->run, &frame);
	status = prompt_yes(edge->run, "Is that right?", &right);
	if (status != EXIT_DONE || !right)
		return status;
	adaptation->has_what = 1;
	adaptation->what = frame.what;
	if (frame.nnature == 0 || adaptation->n_nature > 0)
		return EXIT_DONE;
	adaptation->nature = calloc(frame.nnature, sizeof(*adaptation->nature));
	if (adaptation->nature == NULL)
		return run_nomem(edge->run);
	for (i = 0; i < frame.nnature; i++)
		adaptation->nature[i] = frame.nature[i];
	adaptation->n_nature = frame.nnature;
	return EXIT_DONE;
}

int
kin_compare(struct act *edge, const Erfa__Body *origin, const Erfa__Body *copy,
    size_t parents)
{
	Erfa__Adaptation *adaptation = edge->body->adaptation;
	struct life_fields *fields;
	struct diff diff = { NULL, 0 };
	enum err err;
	int status;

	if ((fields = calloc(1, sizeof(*fields))) == NULL)
		return run_nomem(edge->run);
	err = diff_bodies(origin, copy, &diff);
	if (err != ERR_NONE) {
		free(fields);
		return err == ERR_NOMEM ? run_nomem(edge->run) : EXIT_DONE;
	}
	life_fields(&diff, fields);
	adaptation->has_relation = 1;
	adaptation->relation = life_relation(&diff, parents);
	status = set_fields(edge, fields);
	if (status == EXIT_DONE)
		status = ask_frame(edge, &diff);
	diff_clear(&diff);
	free(fields);
	return status;
}

/* ---- all of a draft ---- */

static bool
is_about(const struct act *edge, const struct act *trial)
{
	const Erfa__Adaptation *adaptation;

	if (edge->body == NULL ||
	    edge->body->record_case != ERFA__BODY__RECORD_ADAPTATION)
		return false;
	adaptation = edge->body->adaptation;
	return adaptation->to_trial != NULL &&
	    strcmp(run_text(adaptation->to_trial->id), trial->id) == 0;
}

/* Take the drafts of ${list} that say from what ${trial} came. */
static int
take_edges(
    const struct act *trial, const Erfa__DraftListAnswer *list, struct kin *kin)
{
	struct act *edge;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0;
	     i < list->n_draft && kin->count < KIN_MAX && status == EXIT_DONE;
	     i++) {
		if (strcmp(run_text(list->draft[i]->kind), "adaptation") != 0)
			continue;
		edge = &kin->edge[kin->count];
		status = act_look(
		    trial->run, run_text(list->draft[i]->id), edge);
		if (status == EXIT_DONE && is_about(edge, trial))
			kin->count++;
		else
			act_close(edge);
	}
	return status;
}

/* Compare again with the version of the origin that was copied, unless it cannot
 * be read any more: what the origin has changed since is no change of ours. */
static int
compare_again(struct act *edge, const struct act *trial, size_t parents)
{
	const Erfa__RecordRef *from = edge->body->adaptation->from_trial;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char version[ACT_VERSION];
	int status;

	if (from == NULL || from->id == NULL)
		return EXIT_DONE;
	show.id = from->id;
	if (from->has_major && from->has_minor) {
		(void)snprintf(version, sizeof(version), "%u.%u", from->major,
		    from->minor);
		show.version = version;
	}
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_try(trial->run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW &&
	    answer->show->body != NULL)
		status = kin_compare(
		    edge, answer->show->body, trial->body, parents);
	control_free_answer(answer);
	return status;
}

int
kin_find(const struct act *trial, struct kin *ret_kin)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftListRequest list = ERFA__DRAFT_LIST_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	memset(ret_kin, 0, sizeof(*ret_kin));
	if (trial->body->record_case != ERFA__BODY__RECORD_TRIAL)
		return EXIT_DONE;
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_LIST;
	request.draft_list = &list;
	if ((status = run_ask(trial->run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	status = take_edges(trial, answer->draft_list, ret_kin);
	control_free_answer(answer);
	return status;
}

int
kin_open(const struct act *trial, struct kin *ret_kin)
{
	int status = kin_find(trial, ret_kin);
	size_t i;

	for (i = 0; i < ret_kin->count && status == EXIT_DONE; i++)
		status = compare_again(
		    &ret_kin->edge[i], trial, ret_kin->count);
	return status;
}

void
kin_close(struct kin *kin)
{
	size_t i;

	for (i = 0; i < kin->count; i++)
		act_close(&kin->edge[i]);
	kin->count = 0;
}

int
kin_keep(struct kin *kin)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < kin->count && status == EXIT_DONE; i++)
		status = act_keep(&kin->edge[i], NULL);
	return status;
}

void
kin_print(const struct kin *kin)
{
	const Erfa__Adaptation *adaptation;
	struct run *run;
	char from[FROM_MAX];
	size_t i, k;

	for (i = 0; i < kin->count; i++) {
		run = kin->edge[i].run;
		adaptation = kin->edge[i].body->adaptation;
		if (adaptation->from_trial == NULL)
			(void)snprintf(from, sizeof(from), "%s",
			    run_text(adaptation->from_text));
		else
			view_ref(adaptation->from_trial, from, sizeof(from));
		print_say(run->err, "  %s: %s",
		    label_of(run, &erfa__relation__descriptor,
			(int)adaptation->relation, "relation", "RELATION_"),
		    from);
		for (k = 0; k < adaptation->n_changed_fields; k++) {
			if (k == 0)
				print_say(run->err, "; changed: ");
			else
				print_say(run->err, ", ");
			print_say(
			    run->err, "%s", adaptation->changed_fields[k]);
		}
		print_say(run->err, "\n");
	}
}

/* What a person has seen of a draft, and of what it takes the place of. */
struct seen {
	Erfa__SeenDraft draft;
	char follows[ACT_VERSION];
};

static Erfa__SeenDraft *
note_seen(const struct act *act, struct seen *seen)
{
	const Erfa__Body *before = act->show == NULL ? NULL :
						       act->show->show->body;

	erfa__seen_draft__init(&seen->draft);
	seen->draft.changed = run_lend(act->changed);
	seen->draft.follows = act_version(before, seen->follows);
	return &seen->draft;
}

int
kin_publish(const struct act *trial, struct kin *kin, bool dry_run,
    Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publish = ERFA__PUBLISH_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	struct seen seen[KIN_MAX + 1];
	Erfa__SeenDraft *list[KIN_MAX + 1];
	char *drafts[KIN_MAX + 1];
	size_t i;
	int status;

	for (i = 0; i <= kin->count; i++) {
		const struct act *act = i == 0 ? trial : &kin->edge[i - 1];

		drafts[i] = run_lend(act->id);
		list[i] = note_seen(act, &seen[i]);
	}
	publish.draft = drafts;
	publish.seen = list;
	publish.n_draft = publish.n_seen = kin->count + 1;
	publish.has_dry_run = 1;
	publish.dry_run = dry_run;
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publish;
	status = run_ask(trial->run, &request, 0, &answer);
	if (status != EXIT_DONE || ret_answer == NULL)
		control_free_answer(answer);
	else
		*ret_answer = answer;
	return status;
}
