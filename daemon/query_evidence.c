#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/day.h"
#include "proto/header.h"
#include "daemon/evidence_internal.h"
#include "daemon/shown.h"

#define VERDICTS 16 /* more than there are */

/* ---- the family ---- */

/* Which trials came from the root, itself among them. */
static bool *
find_below(const struct lineage *lineage, size_t root)
{
	bool *below = calloc(lineage_count(lineage), sizeof(*below));
	const struct lineage_node *node;
	size_t i;
	uint32_t e;

	if (below == NULL)
		return NULL;
	below[root] = true;
	for (i = root; i < lineage_count(lineage); i++) {
		node = lineage_node(lineage, i);
		for (e = 0; e < node->parents; e++)
			below[i] = below[i] ||
			    below[lineage_edge(lineage, node->edge + e)
				      ->parent];
	}
	return below;
}

/* What a copy says of its likeness to the origin; of several origins the
 * greatest difference. */
static enum err
read_fidelity(struct evidence_family *family, struct evidence_trial *trial)
{
	const struct lineage_node *node = trial->node;
	const struct lineage_edge *edge;
	Erfa__Fidelity fidelity;
	Erfa__Body *body;
	uint32_t e;
	enum err err;

	trial->fidelity = ERFA__FIDELITY__FIDELITY_UNKNOWN;
	for (e = 0; e < node->parents; e++) {
		edge = lineage_edge(family->lineage, node->edge + e);
		err = query_read(family->question, edge->item, &body);
		if (err != ERR_NONE)
			return err;
		fidelity = body == NULL ||
			body->record_case != ERFA__BODY__RECORD_ADAPTATION ?
		    ERFA__FIDELITY__FIDELITY_UNSET :
		    body->adaptation->fidelity;
		body_free(body);
		if (fidelity == ERFA__FIDELITY__FIDELITY_INCONSISTENT ||
		    (fidelity == ERFA__FIDELITY__FIDELITY_CONSISTENT && e == 0))
			trial->fidelity = fidelity;
		else if (fidelity != ERFA__FIDELITY__FIDELITY_CONSISTENT &&
		    trial->fidelity == ERFA__FIDELITY__FIDELITY_CONSISTENT)
			trial->fidelity = ERFA__FIDELITY__FIDELITY_UNKNOWN;
	}
	return ERR_NONE;
}

static enum err
read_node(struct evidence_family *family, size_t i)
{
	struct evidence_trial *trial = &family->trials[family->ntrials];
	bool here = false;
	enum err err;

	err = evidence_read(
	    family, lineage_node(family->lineage, i), trial, &here);
	if (err != ERR_NONE || !here) {
		evidence_trial_clear(trial);
		return err;
	}
	family->ntrials++;
	trial->origin = i == lineage_root(family->lineage);
	trial->copy = trial->node->parents > 0;
	return trial->copy ? read_fidelity(family, trial) : ERR_NONE;
}

static enum err
read_family(struct evidence_family *family)
{
	size_t count = lineage_count(family->lineage);
	size_t root = lineage_root(family->lineage);
	bool *below = find_below(family->lineage, root);
	size_t i;
	enum err err = ERR_NONE;

	family->trials = calloc(count, sizeof(*family->trials));
	if (below == NULL || family->trials == NULL)
		err = ERR_NOMEM;
	for (i = root; i < count && err == ERR_NONE; i++)
		if (below[i])
			err = read_node(family, i);
	free(below);
	return err;
}

/* ---- what stands beside every pool ---- */

static bool
has_started(const struct evidence_trial *trial)
{
	return trial->said == ERFA__STATUS__STATUS_ACTIVE ||
	    trial->said == ERFA__STATUS__STATUS_PAUSED ||
	    trial->said == ERFA__STATUS__STATUS_COMPLETED ||
	    trial->said == ERFA__STATUS__STATUS_STOPPED;
}

#define ADD(message, field, more)    \
	((message)->field += (more), \
	    (message)->has_##field = (message)->field > 0)

static void
count_trial(struct evidence_family *family, const struct evidence_trial *trial)
{
	Erfa__EvidenceDenominator *all = family->answer->denominator;
	Erfa__EvidenceAnswer *answer = family->answer;
	const struct lineage_node *node = trial->node;
	bool silent = trial->status == ERFA__STATUS__STATUS_UNKNOWN;

	if (node->transcribed) {
		(void)ADD(all, documented, 1);
		return;
	}
	if (node->several)
		return;
	all->lineage++;
	all->started += has_started(trial);
	all->measured += trial->measured;
	all->stopped += trial->said == ERFA__STATUS__STATUS_STOPPED;
	all->silent += silent;
	(void)ADD(all, held_back, trial->held_back);
	(void)ADD(all, retracted, trial->retracted);
	(void)ADD(all, erased, trial->erased);
	(void)ADD(all, missing, node->state != LINEAGE_HERE && !trial->erased);
	answer->adaptations += trial->copy;
	answer->consistent += trial->copy &&
	    trial->fidelity == ERFA__FIDELITY__FIDELITY_CONSISTENT;
	answer->copies_started += trial->copy && has_started(trial);
	answer->copies_silent += trial->copy && silent && has_started(trial);
}

/* How many trials have anything that may be pooled. */
static uint32_t
count_poolable(const Erfa__EvidenceAnswer *answer)
{
	uint32_t count = 0;
	size_t i;
	size_t k;

	for (i = 0; i < answer->n_study; i++) {
		if (answer->study[i]->left_out != NULL)
			continue;
		for (k = 0; k < i; k++)
			if (answer->study[k]->left_out == NULL &&
			    strcmp(answer->study[k]->trial,
				answer->study[i]->trial) == 0)
				break;
		count += k == i;
	}
	return count;
}

static enum err
fill_denominator(struct evidence_family *family)
{
	Erfa__EvidenceAnswer *answer = family->answer;
	Erfa__EvidenceDenominator *all;
	size_t i;

	if ((all = calloc(1, sizeof(*all))) == NULL)
		return ERR_NOMEM;
	erfa__evidence_denominator__init(all);
	answer->denominator = all;
	all->has_lineage = all->has_started = all->has_measured = true;
	all->has_poolable = all->has_stopped = all->has_silent = true;
	answer->has_adaptations = answer->has_consistent = true;
	answer->has_copies_started = answer->has_copies_silent = true;
	for (i = 0; i < family->ntrials; i++)
		count_trial(family, &family->trials[i]);
	all->poolable = count_poolable(answer);
	return ERR_NONE;
}

/* ---- verdicts, sources that are gone, the plan ---- */

static enum err
fill_verdicts(struct evidence_family *family)
{
	Erfa__EvidenceAnswer *answer = family->answer;
	uint32_t counts[VERDICTS] = { 0 };
	Erfa__EvidenceVerdict *told;
	size_t verdict;
	size_t i;
	enum err err;

	for (i = 0; i < family->ntrials; i++) {
		const struct evidence_trial *trial = &family->trials[i];

		verdict = (size_t)trial->verdict;
		if (verdict > 0 && verdict < VERDICTS && !trial->retracted &&
		    !trial->node->transcribed && !trial->node->several)
			counts[verdict]++;
	}
	for (verdict = 1; verdict < VERDICTS; verdict++) {
		if (counts[verdict] == 0)
			continue;
		err = answer_add(&answer->verdict, &answer->n_verdict,
		    &erfa__evidence_verdict__descriptor, &told);
		if (err != ERR_NONE)
			return err;
		told->has_verdict = told->has_trials = true;
		told->verdict = (Erfa__Verdict)verdict;
		told->trials = counts[verdict];
	}
	return ERR_NONE;
}

enum err
evidence_gone(struct evidence_family *family, const char *id, const char *kind,
    const char *state, const char *trial)
{
	Erfa__EvidenceAnswer *answer = family->answer;
	Erfa__EvidenceGone *gone;
	enum err err;

	err = answer_add(&answer->gone, &answer->n_gone,
	    &erfa__evidence_gone__descriptor, &gone);
	if (err != ERR_NONE || (err = answer_text(&gone->id, id)) != ERR_NONE ||
	    (err = answer_text(&gone->kind, kind)) != ERR_NONE ||
	    (err = answer_text(&gone->state, state)) != ERR_NONE)
		return err;
	return answer_text(&gone->trial, trial);
}

static int
by_id(const void *a, const void *b)
{
	const Erfa__EvidenceGone *const *x = a;
	const Erfa__EvidenceGone *const *y = b;
	int order = strcmp((*x)->id, (*y)->id);

	return order != 0 ? order : strcmp((*x)->state, (*y)->state);
}

static enum err
fill_gone(struct evidence_family *family)
{
	Erfa__EvidenceAnswer *answer = family->answer;
	const struct evidence_trial *trial;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < family->ntrials && err == ERR_NONE; i++) {
		trial = &family->trials[i];
		if (trial->erased)
			err = evidence_gone(
			    family, trial->id, "trial", "erased", trial->id);
		else if (trial->retracted)
			err = evidence_gone(
			    family, trial->id, "trial", "retracted", trial->id);
	}
	if (answer->n_gone > 1)
		qsort(answer->gone, answer->n_gone, sizeof(answer->gone[0]),
		    by_id);
	return err;
}

static bool
says(const char *text)
{
	return text != NULL && *text != '\0';
}

static enum err
fill_plan(struct evidence_family *family)
{
	const Erfa__Trial *trial = family->ntrials == 0 ||
		family->trials[0].body == NULL ?
	    NULL :
	    family->trials[0].body->trial;
	const Erfa__Recipe *recipe = trial == NULL ? NULL : trial->recipe;
	Erfa__EvidencePlan *plan = calloc(1, sizeof(*plan));
	bool goal;

	if (plan == NULL)
		return ERR_NOMEM;
	erfa__evidence_plan__init(plan);
	family->answer->plan = plan;
	plan->has_why = plan->has_what = true;
	plan->has_materials = plan->has_core_elements = true;
	if (trial == NULL)
		return ERR_NONE;
	goal = trial->n_goals > 0 && says(trial->goals[0]->text);
	plan->why = goal || (recipe != NULL && says(recipe->why));
	plan->what = says(trial->summary) ||
	    (recipe != NULL && says(recipe->procedures));
	plan->materials = recipe != NULL && recipe->n_materials > 0;
	plan->core_elements = trial->n_core_elements > 0;
	return ERR_NONE;
}

/* ---- the answer ---- */

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

static int
by_place(const void *a, const void *b)
{
	const Erfa__EvidenceStudy *const *x = a;
	const Erfa__EvidenceStudy *const *y = b;
	int order = compare_texts((*x)->indicator, (*y)->indicator);

	if (order == 0)
		order = compare_texts((*x)->site, (*y)->site);
	if (order == 0)
		order = compare_texts((*x)->trial, (*y)->trial);
	if (order == 0)
		order = (int)(*x)->author_role - (int)(*y)->author_role;
	return order != 0 ? order : compare_texts((*x)->year, (*y)->year);
}

/* H over all studies, each as le32 length and bytes. */
static enum err
hash_studies(Erfa__EvidenceAnswer *answer)
{
	struct crypto_hash_state state;
	uint8_t hash[HASH_LEN];
	uint8_t *packed;
	uint32_t le;
	size_t len;
	size_t i;

	crypto_hash_begin(&state);
	for (i = 0; i < answer->n_study; i++) {
		len = protobuf_c_message_get_packed_size(
		    &answer->study[i]->base);
		if ((packed = malloc(len + 1)) == NULL)
			return ERR_NOMEM;
		(void)protobuf_c_message_pack(&answer->study[i]->base, packed);
		le = htole32((uint32_t)len);
		crypto_hash_add(&state, &le, sizeof(le));
		crypto_hash_add(&state, packed, len);
		free(packed);
	}
	crypto_hash_end(&state, hash);
	return answer_hex(&answer->hash, hash, HASH_LEN);
}

/* Who it is about. */
static enum err
fill_heading(struct evidence_family *family)
{
	const struct lineage *lineage = family->lineage;
	const struct lineage_node *self = lineage_node(
	    lineage, lineage_self(lineage));
	const struct lineage_node *root = lineage_node(
	    lineage, lineage_root(lineage));
	Erfa__EvidenceAnswer *answer = family->answer;
	enum err err;

	if ((err = query_put_id(&answer->id, self->org, self->record,
		 RECORD_CHARS)) != ERR_NONE ||
	    (err = query_put_id(&answer->root, root->org, root->record,
		 RECORD_CHARS)) != ERR_NONE ||
	    (err = query_put_cut(&answer->title,
		 self->title == NULL ? "" : self->title)) != ERR_NONE)
		return err;
	answer->has_more = true;
	answer->more |= lineage_more(lineage);
	return family->question->day_end_ms == 0 ?
	    ERR_NONE :
	    answer_text(&answer->at, family->today);
}

static enum err
fill_answer(struct evidence_family *family)
{
	Erfa__EvidenceAnswer *answer = family->answer;
	bool bad = false;
	enum err err;

	if ((err = read_family(family)) != ERR_NONE ||
	    (err = evidence_map(family)) != ERR_NONE ||
	    (err = evidence_units(family)) != ERR_NONE ||
	    (err = evidence_studies(family, &bad)) != ERR_NONE || bad)
		return err;
	if (answer->n_study > 1)
		qsort(answer->study, answer->n_study, sizeof(answer->study[0]),
		    by_place);
	if ((err = fill_heading(family)) != ERR_NONE ||
	    (err = fill_denominator(family)) != ERR_NONE ||
	    (err = fill_verdicts(family)) != ERR_NONE ||
	    (err = fill_gone(family)) != ERR_NONE ||
	    (err = fill_plan(family)) != ERR_NONE)
		return err;
	return hash_studies(answer);
}

static void
family_clear(struct evidence_family *family)
{
	size_t i;

	for (i = 0; i < family->ntrials; i++)
		evidence_trial_clear(&family->trials[i]);
	for (i = 0; i < family->nindicators; i++)
		body_free(family->indicators[i].body);
	free(family->trials);
	free(family->indicators);
	codes_free(family->codes);
}

static enum err
answer_for(struct evidence_family *family, const struct shown_item *item)
{
	const struct lineage_options options = {
		.store = family->question->store,
		.index = family->question->index,
		.shown = family->question->shown,
		.heirs = family->question->heirs,
		.ring = family->question->ring,
		.today = family->today,
	};
	struct lineage *lineage = NULL;
	enum err err;

	if ((err = lineage_new(&options, item, &lineage)) != ERR_NONE)
		return err;
	family->lineage = lineage;
	if ((err = codes_new(&family->codes)) == ERR_NONE &&
	    (err = answer_say(family->question->answer,
		 ERFA__ANSWER__SAY_STUDIES)) == ERR_NONE) {
		family->answer = family->question->answer->studies;
		err = fill_answer(family);
	}
	family_clear(family);
	lineage_free(lineage);
	return err;
}

enum err
query_evidence(struct question *question, const Erfa__EvidenceRequest *request)
{
	struct evidence_family family = { .question = question,
		.request = request };
	const struct shown_item *item;
	char today[DAY_LEN + 1];
	bool bad;
	enum err err;

	if ((err = query_day(question, request->at, &bad)) != ERR_NONE || bad)
		return err;
	day_text(question->day_end_ms != 0 ?
		(int32_t)(question->day_end_ms / 86400000) - 1 :
		(int32_t)(time(NULL) / 86400),
	    today);
	family.today = today;
	err = query_resolve(question, request->id, &item);
	if (err != ERR_NONE || item == NULL)
		return err;
	if (item->kind != HEADER_TRIAL)
		return query_fail(question, EXIT_USAGE, "not_a_trial",
		    "Only trials have a family.  All trials:  erfa list",
		    "\"%.80s\" is no trial", request->id);
	return answer_for(&family, item);
}
