#include "daemon/find_internal.h"

#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/record.h"
#include "daemon/verdict.h"

/* The word that counts of one trial. */
struct judging {
	struct find *find;
	struct verdict_look look;
	const struct shown_item *twin; /* the record of it that is looked at */
	uint64_t group; /* restricted group of the row; 0 = public */
	struct verdict_word word;
	enum err err;
};

/* Whether an experience is about the record that is looked at. */
static bool
is_about(const struct judging *judging, const Erfa__Body *body)
{
	char id[RECORD_ID_CHARS + 1];

	record_print(shown_org(judging->look.shown, judging->twin->org),
	    judging->twin->record, RECORD_CHARS, id);
	return body != NULL &&
	    body->record_case == ERFA__BODY__RECORD_EXPERIENCE &&
	    body->experience->target_case == ERFA__EXPERIENCE__TARGET_TRIAL &&
	    body->experience->trial != NULL &&
	    body->experience->trial->id != NULL &&
	    strcmp(body->experience->trial->id, id) == 0;
}

static enum err
judge(void *context, const struct shown_item *item)
{
	struct judging *judging = context;
	struct question *question = judging->find->question;
	struct verdict_word word;
	Erfa__Body *body;
	bool counts;
	enum err err;

	if (item->kind != HEADER_EXPERIENCE)
		return ERR_NONE;
	if ((err = query_read(question, item, &body)) != ERR_NONE)
		return err;
	counts = is_about(judging, body) &&
	    verdict_read(&judging->look, item, body->experience, &word) &&
	    verdict_counts(question->shown, &word, &judging->word);
	body_free(body);
	if (!counts)
		return ERR_NONE;
	err = query_beside(question, item, judging->group, &counts);
	if (err == ERR_NONE && counts)
		judging->word = word;
	return err;
}

static void
judge_twin(void *context, const struct shown_item *item)
{
	struct judging *judging = context;

	judging->twin = item;
	if (judging->err == ERR_NONE)
		judging->err = query_naming(
		    judging->find->question, item, judge, judging);
}

static enum err
fill_verdict(struct find *find, const struct shown_item *item, Erfa__Row *row)
{
	const struct question *question = find->question;
	struct judging judging = {
		.find = find,
		.look = { .shown = question->shown,
		    .heirs = question->heirs,
		    .org = shown_org(question->shown, item->org) },
	};

	if (item->kind != HEADER_TRIAL)
		return ERR_NONE;
	judging.err = query_item_group(find->question, item, &judging.group);
	shown_twins(question->shown, item, judge_twin, &judging);
	if (judging.err != ERR_NONE || judging.word.item == NULL)
		return judging.err;
	return query_put_code(&row->verdict, &erfa__verdict__descriptor,
	    (int)judging.word.verdict);
}

/* Add the row of ${entry} to a list. */
static enum err
put_row(Erfa__Row ***rows, size_t *count, struct query_entry *entry)
{
	enum err err = answer_room(rows, *count, sizeof(void *));

	if (err == ERR_NONE) {
		(*rows)[(*count)++] = entry->row;
		entry->row = NULL;
	}
	return err;
}

/* What is told of an outcome that was asked for by words. */
static const struct {
	const char *facet;
	const char *part;
} outcomes[] = {
	{ "outcome:rejected", "failure_refused" },
	{ "outcome:withdrawn", "failure_withdrawn" },
	{ "outcome:approved", "outcome_approved" },
};

static enum err
fill_outcome(struct find *find, Erfa__Row *row)
{
	Erfa__Reason *reason;
	const char *facet;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; find->wanted != 0 && err == ERR_NONE &&
	     (facet = plan_facet(find->plan, i)) != NULL;
	     i++) {
		for (k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]); k++)
			if (strcmp(outcomes[k].facet, facet) == 0)
				break;
		if (k == sizeof(outcomes) / sizeof(outcomes[0]))
			continue;
		err = answer_add(&row->reason, &row->n_reason,
		    &erfa__reason__descriptor, (void **)&reason);
		if (err == ERR_NONE)
			err = answer_text(&reason->part, outcomes[k].part);
	}
	return err;
}

enum err
find_row(struct find *find, const struct search_hit *hit, bool near,
    Erfa__FindAnswer *answer, size_t *bytes)
{
	const struct shown_item *item = shown_by_doc(
	    find->question->shown, hit->target);
	struct query_place place = query_place(find->question, item);
	struct query_entry entry;
	enum err err;

	err = query_entry(find->question, &place, &entry);
	if (err != ERR_NONE)
		return err;
	if (entry.body == NULL)
		goto out;
	if ((err = query_claims(find->question, &place, &entry)) != ERR_NONE ||
	    (err = find_fill_failure(find, item, entry.row)) != ERR_NONE ||
	    (err = fill_outcome(find, entry.row)) != ERR_NONE ||
	    (err = find_fill_reasons(find, hit, &entry, entry.row)) !=
		ERR_NONE ||
	    (err = find_fill_matched(entry.row)) != ERR_NONE ||
	    (err = fill_verdict(find, item, entry.row)) != ERR_NONE)
		goto out;
	entry.row->has_partial = true;
	entry.row->partial = hit->groups < find->ngroups;
	*bytes += erfa__row__get_packed_size(entry.row);
	err = near ? put_row(&answer->near, &answer->n_near, &entry) :
		     put_row(&answer->row, &answer->n_row, &entry);
out:
	query_entry_clear(&entry);
	return err;
}

enum err
find_fill_page(struct find *find, const struct search_hit *hits, size_t count,
    size_t seen, size_t limit, Erfa__FindAnswer *answer)
{
	uint8_t cursor[FIND_CURSOR];
	size_t bytes = 0;
	size_t i;
	enum err err = ERR_NONE;

	for (i = seen; i < count && err == ERR_NONE; i++) {
		if (i < find->good &&
		    (answer->n_row == limit || bytes > PAGE_BYTES)) {
			bytes_put_le32(cursor, (uint32_t)i);
			return answer_hex(&answer->next, cursor, FIND_CURSOR);
		}
		err = find_row(find, &hits[i], i >= find->good, answer, &bytes);
	}
	return err;
}
