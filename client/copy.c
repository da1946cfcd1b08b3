#include "client/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/life_change.h"
#include "proto/scan.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"

#define PROMISES_MAX 64 /* commitments of a trial, as body.proto has it */

/* ---- fields ---- */

/* Bytes of ${field} as its message holds it: one value, or where many are. */
static size_t
value_size(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED ?
	    sizeof(void *) :
	    scan_element_size(field);
}

/* Bytes of what says how many values there are; 0 if nothing does. */
static size_t
count_size(const ProtobufCFieldDescriptor *field)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return sizeof(size_t);
	if (field->type == PROTOBUF_C_TYPE_STRING ||
	    field->type == PROTOBUF_C_TYPE_MESSAGE)
		return 0;
	return sizeof(protobuf_c_boolean);
}

/* Whether the field is set: its count, or the pointer, is not zero. */
static bool
is_set(const char *message, const ProtobufCFieldDescriptor *field)
{
	static const char zeros[sizeof(void *)];
	size_t size = count_size(field);

	if (size > 0)
		return memcmp(message + field->quantifier_offset, zeros,
			   size) != 0;
	return memcmp(message + field->offset, zeros, sizeof(zeros)) != 0;
}

/* Move a field from one message to another that lacks it. */
static void
move_field(char *to, char *from, const ProtobufCFieldDescriptor *field)
{
	size_t size = value_size(field);

	if (!is_set(from, field) || is_set(to, field))
		return;
	memcpy(to + field->offset, from + field->offset, size);
	memset(from + field->offset, 0, size);
	if ((size = count_size(field)) == 0)
		return;
	memcpy(to + field->quantifier_offset, from + field->quantifier_offset,
	    size);
	memset(from + field->quantifier_offset, 0, size);
}

static bool
is_travelling(const char *name)
{
	const struct life_part *part = life_part_find(name);

	return part != NULL &&
	    (part->travel == LIFE_TRAVELS || part->travel == LIFE_ASKED);
}

/* Move the fields of a trial: all, or those that travel. */
static void
move_trial(Erfa__Trial *to, Erfa__Trial *from, bool all)
{
	const ProtobufCMessageDescriptor *desc = &erfa__trial__descriptor;
	unsigned i;

	for (i = 0; i < desc->n_fields; i++)
		if (all || is_travelling(desc->fields[i].name))
			move_field((char *)to, (char *)from, &desc->fields[i]);
}

static void
begin(Erfa__Trial *trial)
{
	trial->has_status = 1;
	trial->status = ERFA__STATUS__STATUS_IDEA;
}

/* The text is the origin's, and so are its language and its licence. */
static void
move_text(char **to, char **from)
{
	if (*from == NULL)
		return;
	free(*to);
	*to = *from;
	*from = NULL;
}

/* A promise that the origin itself declined is none. */
static void
drop_declined(Erfa__Trial *trial)
{
	size_t i, kept = 0;

	for (i = 0; i < trial->n_commitments; i++) {
		Erfa__Commitment *promise = trial->commitments[i];

		if (promise->stance == ERFA__STANCE__STANCE_DECLINED) {
			protobuf_c_message_free_unpacked(&promise->base, NULL);
			continue;
		}
		promise->has_stance = 0;
		promise->stance = ERFA__STANCE__STANCE_UNSET;
		trial->commitments[kept++] = promise;
	}
	trial->n_commitments = kept;
}

void
copy_take(struct act *act, Erfa__Body *origin)
{
	Erfa__Trial *trial = act->body->trial;
	bool is_first = run_text(trial->title)[0] == '\0';

	drop_declined(origin->trial);
	move_trial(trial, origin->trial, false);
	begin(trial);
	trial->has_needs_exemption = 1;
	trial->needs_exemption = ERFA__YES_NO__YES_NO_UNKNOWN;
	if (!is_first)
		return;
	move_text(&act->body->envelope->language, &origin->envelope->language);
	move_text(&act->body->envelope->licence, &origin->envelope->licence);
}

void
copy_claim(struct act *act, Erfa__Body *told)
{
	Erfa__Envelope *to = act->body->envelope;
	Erfa__Envelope *from = told->envelope;

	move_trial(act->body->trial, told->trial, true);
	begin(act->body->trial);
	move_text(&to->language, &from->language);
	move_text(&to->licence, &from->licence);
	move_text(&to->external_id, &from->external_id);
	if (from->n_sources > 0 && to->n_sources == 0) {
		to->sources = from->sources;
		to->n_sources = from->n_sources;
		from->sources = NULL;
		from->n_sources = 0;
	}
}

/* ---- commitments ---- */

static void
take_stance(Erfa__Commitment *promise, Erfa__Stance stance)
{
	promise->has_stance = 1;
	promise->stance = stance;
}

/* Take the numbers of an option as an answer. */
static int
answer_numbers(struct act *act, const char *name, Erfa__Stance stance)
{
	const Erfa__Trial *trial = act->body->trial;
	const char *word;
	char *end;
	unsigned long number;
	size_t i;

	for (i = 0; (word = args_value_at(act->run->args, name, i)) != NULL;
	     i++) {
		number = strtoul(word, &end, 10);
		if (word[0] < '1' || word[0] > '9' || *end != '\0' ||
		    number > trial->n_commitments)
			return fault_say(&act->run->faults, EXIT_USAGE,
			    "bad_value", NULL,
			    "--%s %.20s: there are %zu commitments, from 1",
			    name, word, trial->n_commitments);
		take_stance(trial->commitments[number - 1], stance);
	}
	return EXIT_DONE;
}

static void
print_promise(struct run *run, size_t number, const Erfa__Commitment *promise)
{
	if (promise->until != NULL)
		print_say(run->err, "  Promised there (%zu): %s  (until %s)\n",
		    number, run_text(promise->text), promise->until);
	else
		print_say(run->err, "  Promised there (%zu): %s\n", number,
		    run_text(promise->text));
}

/* Ask about one promise; it stays open if there is nobody to ask. */
static int
ask_promise(struct run *run, size_t number, Erfa__Commitment *promise)
{
	bool yes = args_given(run->args, "yes");
	int status = EXIT_DONE;

	if (!yes && !prompt_can(run))
		return EXIT_DONE;
	if (!yes) {
		print_promise(run, number, promise);
		status = prompt_yes(run, "Do you promise it too?", &yes);
	}
	if (status == EXIT_DONE)
		take_stance(promise,
		    yes ? ERFA__STANCE__STANCE_ACCEPTED :
			  ERFA__STANCE__STANCE_DECLINED);
	return status;
}

int
copy_promises(struct act *act)
{
	struct run *run = act->run;
	const Erfa__Trial *trial = act->body->trial;
	size_t i, open = 0;
	int status;

	if ((status = answer_numbers(
		 act, "accept", ERFA__STANCE__STANCE_ACCEPTED)) != EXIT_DONE ||
	    (status = answer_numbers(
		 act, "decline", ERFA__STANCE__STANCE_DECLINED)) != EXIT_DONE)
		return status;
	for (i = 0; i < trial->n_commitments && i < PROMISES_MAX; i++) {
		if (!trial->commitments[i]->has_stance &&
		    (status = ask_promise(run, i + 1, trial->commitments[i])) !=
			EXIT_DONE)
			return status;
		if (trial->commitments[i]->has_stance)
			continue;
		print_promise(run, i + 1, trial->commitments[i]);
		open++;
	}
	if (open == 0)
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_USAGE, "open_promises",
	    "Accept or decline each:  --accept 1 --decline 2, or --yes for all",
	    speech_many(open,
		"%zu promise was made there: say whether you promise it too",
		"%zu promises were made there: say whether you promise it too"),
	    open);
}

/* ---- what is only shown ---- */

void
copy_hints(struct run *run, const Erfa__Body *origin)
{
	const Erfa__Trial *trial = origin->trial;
	const char *publisher = run_text(origin->envelope->publisher);
	size_t i;

	for (i = 0; i < trial->n_guardrails; i++)
		print_say(run->err, "Guardrail of %s, not yours: %s\n",
		    publisher, run_text(trial->guardrails[i]->text));
	for (i = 0; i < trial->n_exemptions; i++)
		print_say(run->err,
		    "Needed there: %s.  Whether you need it is not known; if "
		    "so:  erfa exempt\n",
		    run_text(trial->exemptions[i]->provision));
}
