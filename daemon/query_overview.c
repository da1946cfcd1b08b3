#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/heirs.h"
#include "proto/record.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define OVERVIEW_TRIALS 200 /* of one page */
#define OVERVIEW_WORDS  50  /* about one trial, that are told */

/* An overview while a page of it is made. */
struct overview {
	struct question *question;
	Erfa__OverviewAnswer *answer;
	struct query_filter filter;
	size_t bytes; /* of bodies in the page */
};

/* ---- what was learnt ---- */

/* Gathers the experiences of one trial. */
struct learnt {
	struct overview *it;
	const char *org; /* who published it */
	const struct shown_item **found;
	size_t count;
	enum err err;
};

static enum err
take_naming(void *context, const struct shown_item *item)
{
	struct learnt *learnt = context;
	bool retracted;
	enum err err;

	if (item->kind != HEADER_EXPERIENCE || item->twin)
		return ERR_NONE;
	err = query_retracted(learnt->it->question, item, &retracted);
	if (err != ERR_NONE || retracted)
		return err;
	err = answer_room(&learnt->found, learnt->count, sizeof(item));
	if (err == ERR_NONE)
		learnt->found[learnt->count++] = item;
	return err;
}

static void
take_twin(void *context, const struct shown_item *item)
{
	struct learnt *learnt = context;

	if (learnt->err == ERR_NONE)
		learnt->err = query_naming(
		    learnt->it->question, item, take_naming, learnt);
}

/* The publisher's own first, the latest of them before others; what names two
 * twins of the trial lies side by side. */
static int
compare_weight(const void *a, const void *b, void *context)
{
	const struct learnt *learnt = context;
	const struct question *question = learnt->it->question;
	const struct shown_item *const *x = a;
	const struct shown_item *const *y = b;
	bool own = heirs_speaks(question->heirs,
	    shown_org(question->shown, (*x)->org), learnt->org);

	if (own !=
	    heirs_speaks(question->heirs, shown_org(question->shown, (*y)->org),
		learnt->org))
		return own ? -1 : 1;
	return shown_compare_names(question->shown, *y, *x);
}

/* Keep each once, and as many as are told; return how many are not. */
static size_t
keep_best(struct learnt *learnt)
{
	size_t kept = 0;
	size_t i;

	if (learnt->count > 0)
		qsort_r(learnt->found, learnt->count, sizeof(void *),
		    compare_weight, learnt);
	for (i = 0; i < learnt->count; i++)
		if (i == 0 || learnt->found[i] != learnt->found[kept - 1])
			learnt->found[kept++] = learnt->found[i];
	learnt->count = kept < OVERVIEW_WORDS ? kept : OVERVIEW_WORDS;
	return kept - learnt->count;
}

/* The oldest first. */
static int
compare_found(const void *a, const void *b, void *context)
{
	const struct shown_item *const *x = a;
	const struct shown_item *const *y = b;

	return shown_compare_names(context, *x, *y);
}

static enum err
tell_word(struct overview *it, Erfa__OverviewTrial *trial,
    const struct shown_item *item)
{
	struct query_place place = query_place(it->question, item);
	struct query_entry entry;
	Erfa__OverviewWord *word;
	bool held;
	enum err err;

	err = query_held(it->question, item, &place, &held);
	if (err != ERR_NONE || !held)
		return err;
	if ((err = query_entry(it->question, &place, &entry)) != ERR_NONE)
		return err;
	if (entry.body == NULL ||
	    entry.body->record_case != ERFA__BODY__RECORD_EXPERIENCE)
		goto out;
	err = answer_add(&trial->word, &trial->n_word,
	    &erfa__overview_word__descriptor, &word);
	if (err != ERR_NONE ||
	    (err = query_put_id(&word->id,
		 shown_org(it->question->shown, item->org), item->record,
		 RECORD_CHARS)) != ERR_NONE)
		goto out;
	if (entry.row->group != NULL &&
	    (err = answer_text(&word->group, entry.row->group)) != ERR_NONE)
		goto out;
	word->experience = entry.body->experience;
	entry.body->experience = NULL;
	entry.body->record_case = ERFA__BODY__RECORD__NOT_SET;
	it->bytes += entry.body_len;
out:
	query_entry_clear(&entry);
	return err;
}

static enum err
tell_words(struct overview *it, Erfa__OverviewTrial *trial,
    const struct shown_item *item)
{
	const struct shown *shown = it->question->shown;
	struct learnt learnt = { .it = it, .org = shown_org(shown, item->org) };
	size_t i;
	enum err err;

	shown_twins(shown, item, take_twin, &learnt);
	err = learnt.err;
	if (err == ERR_NONE) {
		trial->more_words = keep_best(&learnt);
		trial->has_more_words = trial->more_words > 0;
	}
	if (learnt.count > 0)
		qsort_r(learnt.found, learnt.count, sizeof(void *),
		    compare_found, (void *)(uintptr_t)shown);
	for (i = 0; i < learnt.count && err == ERR_NONE; i++)
		err = tell_word(it, trial, learnt.found[i]);
	free(learnt.found);
	return err;
}

/* ---- a trial ---- */

static enum err
tell_body(Erfa__OverviewTrial *told, Erfa__Trial *trial)
{
	char *code = NULL;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < trial->n_sector && err == ERR_NONE; i++) {
		err = query_put_code(
		    &code, &erfa__sector__descriptor, (int)trial->sector[i]);
		if (err == ERR_NONE && *code != '\0')
			err = answer_text_add(
			    &told->sector, &told->n_sector, code);
	}
	free(code);
	told->has_stop_reason = trial->has_status_reason;
	told->stop_reason = trial->status_reason;
	told->site = trial->sites;
	told->n_site = trial->n_sites;
	trial->sites = NULL;
	trial->n_sites = 0;
	told->barrier = trial->barriers;
	told->n_barrier = trial->n_barriers;
	trial->barriers = NULL;
	trial->n_barriers = 0;
	return err;
}

/* A trial that tells nothing is left out again. */
static void
drop_silent(Erfa__OverviewAnswer *answer)
{
	Erfa__OverviewTrial *last = answer->trial[answer->n_trial - 1];

	if (last->n_word > 0 || last->n_barrier > 0 ||
	    (last->has_stop_reason && last->stop_reason != 0))
		return;
	protobuf_c_message_free_unpacked(&last->base, NULL);
	answer->n_trial--;
}

static enum err
take_trial(struct overview *it, const struct shown_item *item)
{
	struct query_place place = query_place(it->question, item);
	struct query_entry entry;
	Erfa__OverviewTrial *told;
	bool fits;
	enum err err;

	if (item->kind != HEADER_TRIAL ||
	    !query_matches(it->question, &it->filter, item))
		return ERR_NONE;
	if ((err = query_retracted(it->question, item, &fits)) != ERR_NONE ||
	    fits)
		return err;
	if ((err = query_held(it->question, item, &place, &fits)) != ERR_NONE ||
	    !fits)
		return err;
	if ((err = query_entry(it->question, &place, &entry)) != ERR_NONE)
		return err;
	if (entry.body == NULL ||
	    entry.body->record_case != ERFA__BODY__RECORD_TRIAL)
		goto out;
	if ((err = query_claims(it->question, &place, &entry)) != ERR_NONE ||
	    (err = answer_add(&it->answer->trial, &it->answer->n_trial,
		 &erfa__overview_trial__descriptor, &told)) != ERR_NONE)
		goto out;
	told->row = entry.row;
	entry.row = NULL;
	it->bytes += entry.body_len;
	if ((err = tell_body(told, entry.body->trial)) == ERR_NONE &&
	    (err = tell_words(it, told, item)) == ERR_NONE)
		drop_silent(it->answer);
out:
	query_entry_clear(&entry);
	return err;
}

/* ---- pages ---- */

enum err
query_overview(struct question *question, const Erfa__OverviewRequest *request)
{
	const struct query_words words = { .sector = request->sector };
	struct overview it = { .question = question };
	const struct shown_item *item;
	struct query_walk walk;
	bool bad;
	enum err err;

	if ((err = query_day(question, request->at, &bad)) != ERR_NONE || bad)
		return err;
	err = query_walk_begin(question, request->cursor, &walk, &bad);
	if (err != ERR_NONE || bad)
		return err;
	err = query_filter(question, &words, &it.filter, &bad);
	if (err != ERR_NONE || bad)
		return err;
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_OVERVIEW)) !=
	    ERR_NONE)
		return err;
	it.answer = question->answer->overview;
	while (err == ERR_NONE && it.answer->n_trial < OVERVIEW_TRIALS &&
	    it.bytes < PAGE_BYTES && (item = query_walk_next(&walk)) != NULL)
		err = take_trial(&it, item);
	return err == ERR_NONE ? query_walk_end(&walk, &it.answer->next) : err;
}
