#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/life_need.h"
#include "proto/provision.h"
#include "proto/record.h"
#include "daemon/docket.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define RECORDS_MAX    200  /* about one trial, that are told */
#define TRIALS_MAX     100  /* of one page */
#define PROVISIONS_MAX 2000 /* different ones of one page */

/* A dossier while a page of it is made. */
struct dossier {
	struct question *question;
	Erfa__DossierAnswer *answer;
	struct provision *asked; /* NULL: which provisions there are */
	size_t bytes;            /* of bodies in the page */
};

/* ---- what is said about a trial ---- */

/* Gathers the records about one trial. */
struct about {
	struct dossier *it;
	const struct shown_item *trial; /* or one of its twins */
	const Erfa__Trial *body;
	Erfa__DossierTrial *told;
	const struct shown_item *found[RECORDS_MAX];
	size_t count;
	enum err err;
};

static void
add_found(struct about *about, const struct shown_item *item)
{
	size_t i;

	for (i = 0; i < about->count; i++)
		if (about->found[i] == item)
			return;
	if (about->count == RECORDS_MAX)
		about->told->more = true;
	else
		about->found[about->count++] = item;
}

/* Whether the publisher of ${item} was asked, or speaks for the trial. */
static bool
may_decide(const struct about *about, const struct shown_item *item)
{
	const struct question *question = about->it->question;

	return docket_hears(question->heirs,
	    shown_org(question->shown, about->trial->org), about->body,
	    shown_org(question->shown, item->org));
}

/* A decision that answers an application about the trial. */
static enum err
take_answer(void *context, const struct shown_item *item)
{
	struct about *about = context;

	if (item->kind == HEADER_DECISION && may_decide(about, item))
		add_found(about, item);
	return ERR_NONE;
}

static enum err
take_about(void *context, const struct shown_item *item)
{
	struct about *about = context;

	if (item->twin)
		return ERR_NONE;
	if (item->kind == HEADER_APPLICATION)
		return query_naming(
		    about->it->question, item, take_answer, about);
	if (item->kind == HEADER_EXPERIENCE ||
	    (item->kind == HEADER_RETRACTION &&
		item->org == about->trial->org) ||
	    (item->kind == HEADER_DECISION && may_decide(about, item)))
		add_found(about, item);
	return ERR_NONE;
}

static void
take_twin(void *context, const struct shown_item *item)
{
	struct about *about = context;

	about->trial = item;
	if (about->err == ERR_NONE)
		about->err = query_naming(
		    about->it->question, item, take_about, about);
}

static int
compare_found(const void *a, const void *b, void *context)
{
	const struct shown_item *const *x = a;
	const struct shown_item *const *y = b;

	if ((*x)->kind != (*y)->kind)
		return (*x)->kind < (*y)->kind ? -1 : 1;
	return shown_compare_names(context, *x, *y);
}

/* Whether a decision that names a trial names this one, or else an application
 * alone. */
static bool
is_about_trial(const struct about *about, const Erfa__Body *body)
{
	const struct shown *shown = about->it->question->shown;
	const struct shown_item *named;
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];

	if (body == NULL || body->record_case != ERFA__BODY__RECORD_DECISION ||
	    body->decision->trial == NULL)
		return true;
	if (body->decision->trial->id == NULL ||
	    record_parse_full(body->decision->trial->id, org, record) !=
		ERR_NONE)
		return false;
	named = shown_record(shown, org, record);
	return named != NULL && shown_same(named, about->trial);
}

static enum err
tell_record(struct about *about, const struct shown_item *item)
{
	struct dossier *it = about->it;
	struct query_place place = query_place(it->question, item);
	struct query_entry entry;
	Erfa__DossierRecord *record;
	bool retracted = false;
	enum err err;

	if ((err = query_entry(it->question, &place, &entry)) != ERR_NONE)
		return err;
	if (!is_about_trial(about, entry.body))
		goto out;
	err = query_retracted(it->question, item, &retracted);
	if (err == ERR_NONE)
		err = answer_add(&about->told->record, &about->told->n_record,
		    &erfa__dossier_record__descriptor, &record);
	if (err != ERR_NONE)
		goto out;
	record->has_retracted = true;
	record->retracted = retracted;
	record->row = entry.row;
	record->body = entry.body;
	entry.row = NULL;
	entry.body = NULL;
	it->bytes += entry.body_len;
out:
	query_entry_clear(&entry);
	return err;
}

static enum err
tell_records(struct about *about, const struct shown_item *item)
{
	const struct shown *shown = about->it->question->shown;
	size_t i;
	enum err err;

	shown_twins(shown, item, take_twin, about);
	about->trial = item;
	if ((err = about->err) != ERR_NONE)
		return err;
	qsort_r(about->found, about->count, sizeof(about->found[0]),
	    compare_found, (void *)(uintptr_t)shown);
	for (i = 0; i < about->count && err == ERR_NONE; i++)
		err = tell_record(about, about->found[i]);
	return err;
}

/* ---- a trial ---- */

static const char *
fit_name(enum provision_fit fit)
{
	switch (fit) {
	case PROVISION_SAME:
		return "same";
	case PROVISION_PART:
		return "part";
	case PROVISION_WHOLE:
		return "whole";
	case PROVISION_OTHER:
		break;
	}
	return "";
}

/* How an exemption fits what is asked for. */
static enum err
fit_of(const struct dossier *it, const Erfa__Exemption *exemption,
    enum provision_fit *ret_fit)
{
	struct provision *cited = NULL;
	enum err err;

	*ret_fit = PROVISION_OTHER;
	if (exemption->provision == NULL)
		return ERR_NONE;
	err = provision_read(exemption->provision, &cited);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	*ret_fit = provision_fits(cited, it->asked);
	provision_free(cited);
	return ERR_NONE;
}

/* Hand the exemptions of ${trial} that fit to ${told}, as far as told is not
 * NULL; say whether there are any. */
static enum err
take_exemptions(const struct dossier *it, Erfa__Trial *trial,
    Erfa__DossierTrial *told, bool *ret_any)
{
	Erfa__DossierExemption *one;
	enum provision_fit fit;
	size_t i;
	enum err err = ERR_NONE;

	*ret_any = false;
	for (i = 0; i < trial->n_exemptions && err == ERR_NONE; i++) {
		err = fit_of(it, trial->exemptions[i], &fit);
		if (err != ERR_NONE || fit == PROVISION_OTHER)
			continue;
		*ret_any = true;
		if (told == NULL)
			return ERR_NONE;
		err = answer_add(&told->exemption, &told->n_exemption,
		    &erfa__dossier_exemption__descriptor, &one);
		if (err != ERR_NONE)
			return err;
		if ((err = answer_text(&one->fit, fit_name(fit))) != ERR_NONE)
			return err;

		/* A decision names it by its place if it has no number. */
		trial->exemptions[i]->no = life_exemption_no(trial, i);
		trial->exemptions[i]->has_no = true;
		one->exemption = trial->exemptions[i];
		trial->exemptions[i] = NULL;
	}
	return err;
}

/* Take the places of exemptions that were given away out of their list. */
static void
close_gaps(Erfa__Trial *trial)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < trial->n_exemptions; i++)
		if (trial->exemptions[i] != NULL)
			trial->exemptions[kept++] = trial->exemptions[i];
	trial->n_exemptions = kept;
}

/* Tell of a trial whose body departs from what is asked for. */
static enum err
tell_trial(struct dossier *it, const struct shown_item *item,
    struct query_entry *entry)
{
	Erfa__Trial *trial = entry->body->trial;
	struct about *about;
	Erfa__DossierTrial *told;
	bool any;
	enum err err;

	if ((about = calloc(1, sizeof(*about))) == NULL)
		return ERR_NOMEM;
	about->it = it;
	about->body = trial;
	err = answer_add(&it->answer->trial, &it->answer->n_trial,
	    &erfa__dossier_trial__descriptor, &told);
	if (err != ERR_NONE)
		goto out;
	about->told = told;
	told->row = entry->row;
	entry->row = NULL;
	told->has_retracted = told->has_more = true;
	it->bytes += entry->body_len;
	if ((err = tell_records(about, item)) != ERR_NONE ||
	    (err = query_retracted(it->question, item, &any)) != ERR_NONE)
		goto out;
	told->retracted = any;
	err = take_exemptions(it, trial, told, &any);
	close_gaps(trial);
	told->continuation = trial->continuation;
	trial->continuation = NULL;
	told->site = trial->sites;
	told->n_site = trial->n_sites;
	trial->sites = NULL;
	trial->n_sites = 0;
out:
	free(about);
	return err;
}

/* ---- which provisions there are ---- */

/* Count one section of a citation. */
static enum err
count_section(struct dossier *it, const char *key, const char *cited)
{
	Erfa__DossierAnswer *answer = it->answer;
	Erfa__DossierProvision *one;
	size_t i;
	enum err err;

	for (i = 0; i < answer->n_provision; i++) {
		if (strcmp(answer->provision[i]->key, key) != 0)
			continue;
		answer->provision[i]->trials++;
		return ERR_NONE;
	}
	err = answer_add(&answer->provision, &answer->n_provision,
	    &erfa__dossier_provision__descriptor, &one);
	if (err != ERR_NONE)
		return err;
	one->has_trials = true;
	one->trials = 1;
	if ((err = answer_text(&one->key, key)) != ERR_NONE)
		return err;
	return query_put_cut(&one->cited, cited);
}

/* Whether a section of an exemption before this one, or before ${section} of
 * this one, is the same: a trial counts once. */
static enum err
is_counted(const Erfa__Trial *trial, size_t exemption, const char *key,
    bool *ret_counted)
{
	struct provision *cited;
	size_t i;
	size_t k;
	enum err err;

	*ret_counted = false;
	for (i = 0; i < exemption && !*ret_counted; i++) {
		if (trial->exemptions[i]->provision == NULL)
			continue;
		err = provision_read(trial->exemptions[i]->provision, &cited);
		if (err == ERR_NOMEM)
			return err;
		if (err != ERR_NONE)
			continue;
		for (k = 0; k < provision_count(cited); k++)
			if (strcmp(provision_section(cited, k), key) == 0)
				*ret_counted = true;
		provision_free(cited);
	}
	return ERR_NONE;
}

/* Count the sections that exemption ${i} of a trial names. */
static enum err
count_exemption(struct dossier *it, const Erfa__Trial *trial, size_t i)
{
	const char *text = trial->exemptions[i]->provision;
	struct provision *cited;
	bool counted;
	size_t k;
	enum err err;

	if (text == NULL)
		return ERR_NONE;
	if ((err = provision_read(text, &cited)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	for (k = 0; k < provision_count(cited) && err == ERR_NONE; k++) {
		err = is_counted(
		    trial, i, provision_section(cited, k), &counted);
		if (err == ERR_NONE && !counted)
			err = count_section(
			    it, provision_section(cited, k), text);
	}
	provision_free(cited);
	return err;
}

/* ---- pages ---- */

static enum err
take_trial(struct dossier *it, const struct shown_item *item)
{
	struct query_place place = query_place(it->question, item);
	struct query_entry entry;
	Erfa__Trial *trial;
	bool any = false;
	size_t i;
	enum err err;

	if ((err = query_entry(it->question, &place, &entry)) != ERR_NONE)
		return err;
	if (entry.body == NULL ||
	    entry.body->record_case != ERFA__BODY__RECORD_TRIAL)
		goto out;
	trial = entry.body->trial;
	if (it->asked == NULL) {
		for (i = 0; i < trial->n_exemptions && err == ERR_NONE; i++)
			err = count_exemption(it, trial, i);
		goto out;
	}
	err = take_exemptions(it, trial, NULL, &any);
	if (err == ERR_NONE && any)
		err = query_claims(it->question, &place, &entry);
	if (err == ERR_NONE && any)
		err = tell_trial(it, item, &entry);
out:
	query_entry_clear(&entry);
	return err;
}

static bool
page_is_full(const struct dossier *it)
{
	return it->answer->n_trial >= TRIALS_MAX || it->bytes > PAGE_BYTES ||
	    it->answer->n_provision >= PROVISIONS_MAX;
}

static enum err
fill_page(struct dossier *it, struct query_walk *walk)
{
	const struct shown_item *item;
	enum err err = ERR_NONE;

	while (err == ERR_NONE && !page_is_full(it) &&
	    (item = query_walk_next(walk)) != NULL)
		if (item->kind == HEADER_TRIAL)
			err = take_trial(it, item);
	return err == ERR_NONE ? query_walk_end(walk, &it->answer->next) : err;
}

/* Read what is asked for; the answer is made if it is no provision. */
static enum err
read_asked(struct dossier *it, const char *text, bool *ret_bad)
{
	enum err err;

	*ret_bad = false;
	if (text == NULL || *text == '\0')
		return ERR_NONE;
	err = provision_read(text, &it->asked);
	if (err == ERR_NONE || err == ERR_NOMEM)
		return err;
	*ret_bad = true;
	return query_fail(it->question, EXIT_USAGE, "no_provision",
	    "An act and a section:  erfa dossier \"Serviceloven § 83\"\n"
	    "Which there are:       erfa dossier",
	    "\"%.120s\" names no section of an act", text);
}

static enum err
answer_dossier(struct dossier *it, const Erfa__DossierRequest *request)
{
	struct query_walk walk;
	char *key;
	bool bad;
	enum err err;

	err = query_walk_begin(it->question, request->cursor, &walk, &bad);
	if (err != ERR_NONE || bad)
		return err;
	if ((err = answer_say(
		 it->question->answer, ERFA__ANSWER__SAY_DOSSIER)) != ERR_NONE)
		return err;
	it->answer = it->question->answer->dossier;
	if (it->asked != NULL) {
		err = provision_key(request->provision, &key);
		if (err == ERR_NONE) {
			err = answer_text(&it->answer->key, key);
			free(key);
		}
	}
	return err == ERR_NONE ? fill_page(it, &walk) : err;
}

enum err
query_dossier(struct question *question, const Erfa__DossierRequest *request)
{
	struct dossier it = { .question = question };
	bool bad;
	enum err err;

	err = read_asked(&it, request->provision, &bad);
	if (err == ERR_NONE && !bad)
		err = answer_dossier(&it, request);
	provision_free(it.asked);
	return err;
}
