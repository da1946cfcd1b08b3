#include "daemon/query.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/heirs.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

/* What is shown, computed once and shared by those who ask. */
struct picture {
	struct shown *shown;
	struct heirs *heirs;
	uint64_t arrival; /* it was computed for this state of the index, */
	uint64_t stamp;   /* of the store's logs, */
	void *holder;     /* and of the directory */
	unsigned users;   /* guarded by the query's mutex */
};

struct query {
	struct query_options options;
	pthread_mutex_t mutex;
	struct picture *picture; /* the latest; it counts as a user */
};

enum err
query_new(const struct query_options *options, struct query **ret_query)
{
	struct query *query;

	if ((query = calloc(1, sizeof(*query))) == NULL)
		return ERR_NOMEM;
	query->options = *options;
	(void)pthread_mutex_init(&query->mutex, NULL);
	*ret_query = query;
	return ERR_NONE;
}

/* Let go of a picture; the last one who does frees it. */
static void
picture_put(struct query *query, struct picture *picture)
{
	bool last;

	if (picture == NULL)
		return;
	(void)pthread_mutex_lock(&query->mutex);
	last = --picture->users == 0;
	(void)pthread_mutex_unlock(&query->mutex);
	if (!last)
		return;
	query->options.put(query->options.context, picture->holder);
	heirs_free(picture->heirs);
	shown_free(picture->shown);
	free(picture);
}

void
query_free(struct query *query)
{
	if (query == NULL)
		return;
	picture_put(query, query->picture);
	(void)pthread_mutex_destroy(&query->mutex);
	free(query);
}

/* ---- one question ---- */

/* Give everything back, also of one that could not begin; return ${err}. */
static enum err
question_end(struct question *question, enum err err)
{
	struct query *query = question->query;

	query_forget_group(question);
	index_abort(&question->index);
	store_abort(&question->store);
	picture_put(query, question->picture);
	if (question->holder != NULL)
		query->options.put(query->options.context, question->holder);
	return err;
}

/* The index is read before the store, which it never leads.  Whatever comes of
 * it, question_end() follows. */
static enum err
question_begin(struct query *query, struct question *question)
{
	enum err err;

	*question = (struct question){
		.query = query,
		.own_key = query->options.key,
		.own_name = query->options.name,
		.ring = query->options.ring,
		.silent_ms = query->options.silent_ms,
	};
	question->directory = query->options.get(
	    query->options.context, &question->holder);
	err = index_begin(query->options.index, false, &question->index);
	if (err == ERR_NONE)
		err = store_begin(
		    query->options.store, false, &question->store);
	return err;
}

/* A number that changes when a log is frozen or begins to count less. */
static enum err
logs_stamp(struct store_txn *txn, uint64_t *ret_stamp)
{
	struct store_log log;
	uint8_t last[LOG_ID_LEN];
	uint64_t stamp = 0;
	enum err err;

	for (err = store_log_next(txn, NULL, &log); err == ERR_NONE;
	     err = store_log_next(txn, last, &log)) {
		memcpy(last, log.log_id, LOG_ID_LEN);
		if (log.frozen)
			stamp += bytes_get_le64(log.log_id) ^
			    (log.last_common + 1) *
				UINT64_C(0x9e3779b97f4a7c15);
	}
	*ret_stamp = stamp;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Compute a new picture; it takes the question's hold on the directory. */
static enum err
picture_new(
    struct question *question, uint64_t stamp, struct picture **ret_picture)
{
	struct picture *picture;
	enum err err;

	if ((picture = calloc(1, sizeof(*picture))) == NULL)
		return ERR_NOMEM;
	err = shown_new(question->index, question->store, question->directory,
	    &picture->shown);
	if (err == ERR_NONE) {
		question->shown = picture->shown;
		err = query_read_heirs(question, &picture->heirs);
		question->shown = NULL;
	}
	if (err == ERR_NONE)
		err = shown_unite(
		    picture->shown, question->index, picture->heirs);
	if (err != ERR_NONE) {
		heirs_free(picture->heirs);
		shown_free(picture->shown);
		free(picture);
		return err;
	}
	picture->arrival = index_arrival(question->index);
	picture->stamp = stamp;
	picture->holder = question->holder;
	question->holder = NULL;
	*ret_picture = picture;
	return ERR_NONE;
}

enum err
query_look(struct question *question)
{
	struct query *query = question->query;
	struct picture *picture;
	struct picture *old = NULL;
	uint64_t stamp;
	enum err err;

	if (question->picture != NULL)
		return ERR_NONE;
	if ((err = logs_stamp(question->store, &stamp)) != ERR_NONE)
		return err;

	/* Whoever comes while one is computed waits for it, and shares it. */
	(void)pthread_mutex_lock(&query->mutex);
	picture = query->picture;
	if (picture == NULL || picture->holder != question->holder ||
	    picture->stamp != stamp ||
	    picture->arrival != index_arrival(question->index)) {
		err = picture_new(question, stamp, &picture);
		if (err == ERR_NONE) {
			old = query->picture;
			query->picture = picture;
			picture->users++;
		}
	}
	if (err == ERR_NONE) {
		picture->users++;
		question->picture = picture;
		question->shown = picture->shown;
		question->heirs = picture->heirs;
	}
	(void)pthread_mutex_unlock(&query->mutex);
	picture_put(query, old);
	return err;
}

const struct lexicon *
query_lexicon(const struct question *question)
{
	return question->query->options.lexicon;
}

void
query_epoch(const struct question *question, uint8_t out[STORE_EPOCH_LEN])
{
	store_epoch(question->query->options.store, out);
}

/* ---- requests ---- */

bool
query_can(const Erfa__Request *request)
{
	return request->ask_case == ERFA__REQUEST__ASK_LIST ||
	    request->ask_case == ERFA__REQUEST__ASK_SHOW ||
	    request->ask_case == ERFA__REQUEST__ASK_FIND ||
	    request->ask_case == ERFA__REQUEST__ASK_WATCH ||
	    request->ask_case == ERFA__REQUEST__ASK_VERIFY ||
	    request->ask_case == ERFA__REQUEST__ASK_EXPORT ||
	    request->ask_case == ERFA__REQUEST__ASK_BUNDLE_EXPORT ||
	    request->ask_case == ERFA__REQUEST__ASK_LOGS ||
	    request->ask_case == ERFA__REQUEST__ASK_LINEAGE ||
	    request->ask_case == ERFA__REQUEST__ASK_HISTORY ||
	    request->ask_case == ERFA__REQUEST__ASK_DOSSIER ||
	    request->ask_case == ERFA__REQUEST__ASK_TABLE31 ||
	    request->ask_case == ERFA__REQUEST__ASK_BURDEN ||
	    request->ask_case == ERFA__REQUEST__ASK_SCALE ||
	    request->ask_case == ERFA__REQUEST__ASK_ORGS ||
	    request->ask_case == ERFA__REQUEST__ASK_GUIDES ||
	    request->ask_case == ERFA__REQUEST__ASK_STUDIES ||
	    request->ask_case == ERFA__REQUEST__ASK_ERASURE ||
	    request->ask_case == ERFA__REQUEST__ASK_DIRECTORY ||
	    request->ask_case == ERFA__REQUEST__ASK_GROUP ||
	    request->ask_case == ERFA__REQUEST__ASK_OVERVIEW ||
	    request->ask_case == ERFA__REQUEST__ASK_STATUS;
}

/* What is asked of all records together, or of those who publish them. */
static enum err
ask_of_all(struct question *question, const Erfa__Request *request)
{
	if (request->ask_case == ERFA__REQUEST__ASK_TABLE31)
		return query_table31(question, request->table31);
	if (request->ask_case == ERFA__REQUEST__ASK_BURDEN)
		return query_burden(question, request->burden);
	if (request->ask_case == ERFA__REQUEST__ASK_ORGS)
		return query_orgs(question, request->orgs);
	if (request->ask_case == ERFA__REQUEST__ASK_GUIDES)
		return query_guides(question, request->guides);
	if (request->ask_case == ERFA__REQUEST__ASK_STUDIES)
		return query_evidence(question, request->studies);
	if (request->ask_case == ERFA__REQUEST__ASK_OVERVIEW)
		return query_overview(question, request->overview);
	if (request->ask_case == ERFA__REQUEST__ASK_DIRECTORY)
		return query_directory(question, request->directory);
	if (request->ask_case == ERFA__REQUEST__ASK_ERASURE)
		return query_erasure(question, request->erasure);
	if (request->ask_case == ERFA__REQUEST__ASK_GROUP)
		return query_groups(question, request->group);
	if (request->ask_case == ERFA__REQUEST__ASK_STATUS)
		return query_status(question);
	return query_logs(question, request->logs);
}

static enum err
ask(struct question *question, const Erfa__Request *request)
{
	if (request->ask_case == ERFA__REQUEST__ASK_LIST)
		return query_list(question, request->list);
	if (request->ask_case == ERFA__REQUEST__ASK_SHOW)
		return query_show(question, request->show);
	if (request->ask_case == ERFA__REQUEST__ASK_FIND)
		return query_find(question, request->find);
	if (request->ask_case == ERFA__REQUEST__ASK_WATCH)
		return query_watch(question, request->watch);
	if (request->ask_case == ERFA__REQUEST__ASK_VERIFY)
		return query_verify(question, request->verify);
	if (request->ask_case == ERFA__REQUEST__ASK_EXPORT)
		return query_export(question, request->export);
	if (request->ask_case == ERFA__REQUEST__ASK_BUNDLE_EXPORT)
		return query_bundle(question, request->bundle_export);
	if (request->ask_case == ERFA__REQUEST__ASK_LINEAGE)
		return query_lineage(question, request->lineage);
	if (request->ask_case == ERFA__REQUEST__ASK_SCALE)
		return query_scale(question, request->scale);
	if (request->ask_case == ERFA__REQUEST__ASK_HISTORY)
		return query_history(question, request->history);
	if (request->ask_case == ERFA__REQUEST__ASK_DOSSIER)
		return query_dossier(question, request->dossier);
	return ask_of_all(question, request);
}

/* Tell an error of store or index in words. */
static enum err
tell_error(struct question *question, enum err err)
{
	if (err == ERR_BUSY)
		return query_fail(question, EXIT_TEMPFAIL, "busy",
		    "Try again in a moment.", "too many questions at once");
	if (err == ERR_DAMAGED)
		return query_fail(question, EXIT_DATA, "damaged",
		    "What is damaged:  erfa verify",
		    "the store or the index is damaged");
	return query_fail(question, EXIT_FAILED, "store_failed",
	    "What erfad says about it:  journalctl -u erfad -n 20",
	    "the store cannot be read: %s", err_str(err));
}

/* An answer that says nothing yet. */
static enum err
answer_empty(Erfa__Answer **ret_answer)
{
	if ((*ret_answer = calloc(1, sizeof(**ret_answer))) == NULL)
		return ERR_NOMEM;
	erfa__answer__init(*ret_answer);
	return ERR_NONE;
}

/* Answer one question by means of ${how}. */
static enum err
answer_by(struct query *query, const char *lang, const void *asked,
    enum err (*how)(struct question *question, const void *asked),
    Erfa__Answer **ret_answer)
{
	struct question question = { .query = NULL };
	Erfa__Answer *answer;
	enum err err;

	if ((err = answer_empty(&answer)) != ERR_NONE)
		return err;
	err = question_begin(query, &question);
	question.answer = answer;
	question.lang = lang;
	if (err == ERR_NONE)
		err = how(&question, asked);
	if (err == ERR_NONE)
		query_tell_lag(&question);
	err = question_end(&question, err);
	if (err != ERR_NONE && err != ERR_NOMEM)
		err = tell_error(&question, err);
	if (err != ERR_NONE) {
		control_free_answer(answer);
		return err;
	}
	*ret_answer = answer;
	return ERR_NONE;
}

static enum err
ask_any(struct question *question, const void *asked)
{
	return ask(question, asked);
}

static enum err
follow_any(struct question *question, const void *asked)
{
	return query_followed(question, asked);
}

enum err
query_answer(struct query *query, const Erfa__Request *request,
    Erfa__Answer **ret_answer)
{
	enum err err;

	if (!query_can(request))
		return ERR_NOENT;
	err = answer_by(query, request->lang, request, ask_any, ret_answer);
	if (err != ERR_NONE)
		return err;
	(*ret_answer)->has_req = request->has_req;
	(*ret_answer)->req = request->req;
	return ERR_NONE;
}

enum err
query_follow(struct query *query, const struct query_follow *follow,
    Erfa__Answer **ret_answer)
{
	return answer_by(query, follow->lang, follow, follow_any, ret_answer);
}

/* ---- what others of erfad ask ---- */

/* Count what the store knows of logs. */
static enum err
count_logs(struct question *question, struct query_counts *counts)
{
	struct store_log log;
	uint8_t last[LOG_ID_LEN];
	uint64_t absent;
	enum err err;

	for (err = store_log_next(question->store, NULL, &log); err == ERR_NONE;
	     err = store_log_next(question->store, last, &log)) {
		memcpy(last, log.log_id, LOG_ID_LEN);
		counts->logs_frozen += log.frozen;
		counts->logs_own += log.own;
		if ((err = query_absent(question, &log, &absent)) != ERR_NONE)
			return err;
		counts->bodies_absent += absent;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Count what is shown. */
static void
count_trials(const struct shown *shown, struct query_counts *counts)
{
	const struct shown_item *item;
	size_t i;

	for (i = 0; i < shown_count(shown); i++) {
		item = shown_at(shown, SHOWN_BY_RECORD, i);
		if (item->kind != HEADER_TRIAL || !item->is_record ||
		    item->twin)
			continue;
		counts->trials++;
		counts->trials_transcribed += item->transcribed;
	}
}

enum err
query_count(struct question *question, struct query_counts *ret_counts)
{
	struct query_counts counts = { .entries = 0 };
	struct store_counts stored;
	enum err err;

	if ((err = store_counts(question->store, &stored)) != ERR_NONE ||
	    (err = count_logs(question, &counts)) != ERR_NONE ||
	    (err = query_look(question)) != ERR_NONE)
		return err;
	counts.entries = stored.entries;
	counts.arrival = stored.arrival;
	counts.logs = stored.logs;
	counts.indexed = index_arrival(question->index);
	count_trials(question->shown, &counts);
	*ret_counts = counts;
	return ERR_NONE;
}

enum err
query_counts(struct query *query, struct query_counts *ret_counts)
{
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE)
		err = query_count(&question, ret_counts);
	return question_end(&question, err);
}

/* Read the current version of a record that is shown. */
static enum err
read_record(struct question *question, const struct shown_item *item,
    struct query_record *ret_record)
{
	struct query_place place = query_place(question, item);
	struct query_entry entry;
	enum err err;

	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	*ret_record = (struct query_record){
		.kind = item->kind,
		.major = item->major,
		.minor = item->minor,
		.time_ms = item->time_ms,
		.n = item->n,
		.group = entry.group,
		.body = entry.body,
	};
	memcpy(ret_record->log_id, place.log_id, LOG_ID_LEN);
	entry.body = NULL;
	query_entry_clear(&entry);
	return ERR_NONE;
}

enum err
query_record(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN], struct query_record *ret_record)
{
	const struct shown_item *item;
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE &&
	    (err = query_look(&question)) == ERR_NONE) {
		item = shown_record(question.shown, org, record);
		err = item == NULL ? ERR_NOENT :
				     read_record(&question, item, ret_record);
	}
	return question_end(&question, err);
}

enum err
query_shown_id(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN], char out[RECORD_ID_CHARS + 1])
{
	const struct shown_item *item = NULL;
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE &&
	    (err = query_look(&question)) == ERR_NONE) {
		item = shown_record(question.shown, org, record);
		record_print(org, record,
		    item == NULL ? RECORD_SHOWN : item->chars, out);
	}
	return question_end(&question, err);
}

enum err
query_case(struct query *query, const struct docket_trial *trial,
    struct docket **ret_docket)
{
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE)
		err = query_gather(&question, trial, ret_docket);
	return question_end(&question, err);
}

enum err
query_started(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN], bool *ret_started)
{
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE)
		err = query_has_started(&question, org, record, ret_started);
	return question_end(&question, err);
}

enum err
query_speaks(struct query *query, const char *new_org, const char *old_org,
    bool *ret_speaks)
{
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE &&
	    (err = query_look(&question)) == ERR_NONE)
		*ret_speaks = heirs_speaks(question.heirs, new_org, old_org);
	return question_end(&question, err);
}

/* ---- restricted groups ---- */

enum err
query_group(struct query *query, uint64_t number, struct query_group *ret_group)
{
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE)
		err = query_read_group(&question, number, ret_group);
	return question_end(&question, err);
}

enum err
query_group_find(struct query *query, const char *text, uint64_t *ret_number)
{
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE)
		err = query_match_group(&question, text, ret_number);
	return question_end(&question, err);
}

enum err
query_group_view(struct query *query, uint64_t number, Erfa__GroupView *out)
{
	struct query_group group;
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE &&
	    (err = query_read_group(&question, number, &group)) == ERR_NONE) {
		err = query_view_group(&question, &group, out);
		query_group_clear(&group);
	}
	return question_end(&question, err);
}

/* The first one is enough. */
static enum err
stop_at_group(void *context, uint64_t number)
{
	(void)number;
	*(bool *)context = true;
	return ERR_EXIST;
}

enum err
query_group_any(struct query *query, bool *ret_any)
{
	struct question question;
	bool any = false;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE)
		err = query_each_group(&question, stop_at_group, &any);
	if (err == ERR_NONE)
		err = query_lacks_restricted(&question, &any);
	err = question_end(&question, err);
	if (err != ERR_NONE && err != ERR_EXIST)
		return err;
	*ret_any = any;
	return ERR_NONE;
}

enum err
query_group_of(struct query *query, const char *org,
    const uint8_t record[RECORD_LEN], uint64_t *ret_group)
{
	const struct shown_item *item;
	struct question question;
	bool lacks;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE &&
	    (err = query_look(&question)) == ERR_NONE) {
		item = shown_record(question.shown, org, record);
		if (item != NULL)
			err = query_item_group(&question, item, ret_group);
		else if ((err = query_lacks_restricted(&question, &lacks)) ==
		    ERR_NONE)
			err = lacks ? ERR_GAP : ERR_NOENT;
	}
	return question_end(&question, err);
}

enum err
query_group_own(struct query *query, uint64_t number, uint64_t before,
    enum err (*each)(void *context, const struct query_group_entry *entry),
    void *context)
{
	struct question question;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE)
		err = query_read_own(&question, number, before, each, context);
	return question_end(&question, err);
}

enum err
query_find_record(struct query *query, const char *id,
    char ret_org[ORG_MAX + 1], uint8_t ret_record[RECORD_LEN])
{
	const struct shown_item *item = NULL;
	struct question question;
	const char *org;
	enum err err;

	if ((err = question_begin(query, &question)) == ERR_NONE &&
	    (err = answer_empty(&question.answer)) == ERR_NONE)
		err = query_resolve(&question, id, &item);
	if (err == ERR_NONE && item == NULL)
		err = ERR_NOENT;
	if (err == ERR_NONE) {
		org = shown_org(question.shown, item->org);
		memcpy(ret_org, org, strlen(org) + 1);
		memcpy(ret_record, item->record, RECORD_LEN);
	}
	control_free_answer(question.answer);
	return question_end(&question, err);
}
