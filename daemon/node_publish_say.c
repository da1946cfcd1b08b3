/*
 * What is said of a publication: what is wrong with it, or where its records
 * stand.
 */

#include <stdio.h>

#include "proto/header.h"
#include "proto/record.h"
#include "daemon/node_internal.h"
#include "daemon/node_publish_internal.h"

/* Problems that are told; more are not. */
#define PROBLEMS_MAX 50

/* ---- problems ---- */

/* Name a record of the request: a draft by its id, others by their number. */
static void
print_where(
    const struct publication *publication, size_t i, char *out, size_t size)
{
	size_t drafts = publication->waiter->request->publish->n_draft;

	if (i < drafts)
		(void)snprintf(out, size, "draft %.*s", RECORD_ID_CHARS,
		    publication->waiter->request->publish->draft[i]);
	else
		(void)snprintf(out, size, "record %zu", i - drafts + 1);
}

Erfa__Problem *
publish_problem_new(struct publication *publication, size_t i, const char *what,
    const char *remedy)
{
	Erfa__ErrorAnswer *error;
	char where[RECORD_ID_CHARS + 16];

	if (publication->ready != NULL)
		publication->ready[i].refused = true;
	if (publication->refusal == NULL) {
		publication->refusal = node_error_new("not_valid", 65, "",
		    "nothing was published: what was sent is not valid");
		if (publication->refusal == NULL)
			return NULL;
	}
	error = publication->refusal->error;
	print_where(publication, i, where, sizeof(where));
	if (error->n_problem >= PROBLEMS_MAX)
		return NULL;
	if (answer_problem(&error->problem, &error->n_problem, where, what,
		remedy) != ERR_NONE) {
		logger_debug("publish", "a problem could not be told");
		return NULL;
	}
	return error->problem[error->n_problem - 1];
}

void __attribute__((format(printf, 4, 5)))
publish_problem(struct publication *publication, size_t i, const char *remedy,
    const char *format, ...)
{
	Erfa__Problem *item;
	char what[PUBLISH_WHAT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if ((item = publish_problem_new(publication, i, what, remedy)) == NULL)
		return;
	va_start(args, format);
	if (answer_pattern(&item->pattern, &item->arg, &item->n_arg, format,
		args) != ERR_NONE)
		logger_debug("publish", "a problem is told in English only");
	va_end(args);
}

void
publish_refuse(struct publication *publication, size_t i, Erfa__Answer *refusal)
{
	publication->ready[i].refused = true;
	if (publication->refusal == NULL)
		publication->refusal = refusal;
	else
		control_free_answer(refusal);
}

/* ---- the answer ---- */

/* To whom it was published, if not to everybody. */
static enum err
fill_group(
    struct publication *publication, uint64_t number, Erfa__Published *one)
{
	const struct query_group *group;
	char text[17];
	enum err err;

	if (number == 0)
		return ERR_NONE;
	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)number);
	group = publish_group(publication, number);
	if ((err = answer_text(&one->group, text)) != ERR_NONE ||
	    group == NULL || group->name == NULL)
		return err;
	return answer_text(&one->group_name, group->name);
}

/* Where one record stands now. */
static enum err
fill_published(struct publication *publication, const struct ready *ready,
    bool written, Erfa__Published *one)
{
	struct node *node = publication->node;
	struct outbox_place place;
	char id[RECORD_ID_CHARS + 1];
	char shown[64];
	enum err err;

	record_print(node->config->org, ready->record, RECORD_CHARS, id);
	one->has_skipped = 1;
	one->skipped = ready->skip;
	if ((err = query_shown_id(node->query, node->config->org, ready->record,
		 shown)) != ERR_NONE ||
	    (err = answer_text(&one->id, id)) != ERR_NONE ||
	    (err = answer_text(&one->kind, header_kind_name(ready->kind))) !=
		ERR_NONE ||
	    (err = answer_text(&one->shown_id, shown)) != ERR_NONE ||
	    (err = fill_group(publication, ready->group, one)) != ERR_NONE)
		return err;
	if (!written || ready->skip ||
	    outbox_place(node->outbox, ready->ticket, &place) != ERR_NONE ||
	    !place.is_signed)
		return ERR_NONE;
	one->has_n = 1;
	one->n = place.n;
	return answer_hex(&one->log, place.log_id, LOG_ID_LEN);
}

Erfa__Answer *
publish_answer(struct publication *publication, bool written)
{
	Erfa__Answer *answer;
	Erfa__PublishAnswer *publish;
	Erfa__Published *one;
	size_t i;

	if (answer_new(ERFA__ANSWER__SAY_PUBLISH, &answer) != ERR_NONE)
		return NULL;
	publish = answer->publish;
	publish->has_dry_run = publish->has_published = 1;
	publish->has_skipped = 1;
	publish->dry_run = !written;
	for (i = 0; i < publication->count; i++) {
		if (answer_add(&publish->record, &publish->n_record,
			&erfa__published__descriptor, &one) != ERR_NONE ||
		    fill_published(publication, &publication->ready[i], written,
			one) != ERR_NONE)
			break;
		if (publication->ready[i].skip)
			publish->skipped++;
		else
			publish->published++;
	}
	return answer;
}
