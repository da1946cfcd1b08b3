#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/control.h"
#include "proto/json.h"
#include "proto/record.h"
#include "proto/wire.h"
#include "client/corpus.h"
#include "client/corpus_table.h"
#include "daemon/db.h"
#include "daemon/index.h"
#include "daemon/indexer.h"
#include "daemon/query.h"
#include "daemon/store.h"
#include "tests/unit/desk.h"
#include "tests/unit/press.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)512 << 20)
#define MANY      1050 /* more than a search looks for at first */

struct fixture {
	struct desk desk;
	struct press own;   /* dk-791, whose node it is */
	struct press other; /* no-5501, a member */
	struct press third; /* fi-564, a member */
};

/* ---- the node ---- */

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	press_begin(&f->own, 1, 7, "dk-791");
	press_begin(&f->other, 2, 7, "no-5501");
	press_begin(&f->third, 3, 7, "fi-564");
	(void)press_vouch(
	    &f->own, &f->other, false, 0, "Troms\xc3\xb8 kommune");
	(void)press_vouch(&f->own, &f->third, false, 0, NULL);
	desk_open(&f->desk, &f->own);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	desk_close(&f->desk);
	press_end(&f->own);
	press_end(&f->other);
	press_end(&f->third);
	free(f);
	return 0;
}

/* Publish all that was written, and wait for the index. */
static void
publish(struct fixture *f)
{
	press_publish(&f->own, f->desk.store, true);
	press_publish(&f->other, f->desk.store, false);
	press_publish(&f->third, f->desk.store, false);
	desk_settle(&f->desk);
}

/* ---- asking ---- */

/* Assert that the answer is this error, and free it. */
static void
assert_error(Erfa__Answer *answer, const char *code, unsigned exit)
{
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_string_equal(answer->error->schema, "erfa.error/1");
	assert_string_equal(answer->error->code, code);
	assert_int_equal(answer->error->exit, exit);
	assert_true(strlen(answer->error->message) > 0);
	control_free_answer(answer);
}

static Erfa__Answer *
list(struct desk *desk, Erfa__ListRequest *list)
{
	Erfa__Request request = ERFA__REQUEST__INIT;

	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = list;
	return desk_ask(desk, &request);
}

static Erfa__Answer *
show(struct desk *desk, const char *id)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	show.id = id == NULL ? NULL : strdup(id);
	answer = desk_ask(desk, &request);
	free(show.id);
	return answer;
}

/* Search for words in one text. */
static Erfa__Answer *
find(struct desk *desk, const char *text, Erfa__FindRequest *find)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	char *words[1] = { strdup(text) };
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_FIND;
	request.find = find;
	find->n_word = 1;
	find->word = words;
	answer = desk_ask(desk, &request);
	find->n_word = 0;
	find->word = NULL;
	free(words[0]);
	return answer;
}

static Erfa__Answer *
watch(struct desk *desk, const char *cursor, const char *kind)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__WatchRequest watch = ERFA__WATCH_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_WATCH;
	request.watch = &watch;
	watch.cursor = cursor == NULL ? NULL : strdup(cursor);
	watch.kind = kind == NULL ? NULL : strdup(kind);
	answer = desk_ask(desk, &request);
	free(watch.cursor);
	free(watch.kind);
	return answer;
}

static Erfa__Answer *export(
    struct desk *desk, const char *cursor, bool all_versions)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ExportRequest export = ERFA__EXPORT_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_EXPORT;
	request.export = &export;
	export.cursor = cursor == NULL ? NULL : strdup(cursor);
	export.has_all_versions = true;
	export.all_versions = all_versions;
	answer = desk_ask(desk, &request);
	free(export.cursor);
	return answer;
}

static Erfa__Answer *
verify(struct desk *desk, const char *cursor, unsigned percent)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__VerifyRequest verify = ERFA__VERIFY_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_VERIFY;
	request.verify = &verify;
	verify.cursor = cursor == NULL ? NULL : strdup(cursor);
	verify.has_sample_percent = percent > 0;
	verify.sample_percent = percent;
	answer = desk_ask(desk, &request);
	free(verify.cursor);
	return answer;
}

static Erfa__Answer *
logs(struct desk *desk, const char *cursor)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LogsRequest logs = ERFA__LOGS_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_LOGS;
	request.logs = &logs;
	logs.cursor = cursor == NULL ? NULL : strdup(cursor);
	answer = desk_ask(desk, &request);
	free(logs.cursor);
	return answer;
}

static Erfa__Answer *
bundle(struct desk *desk, const char *cursor)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__BundleExportRequest bundle = ERFA__BUNDLE_EXPORT_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_BUNDLE_EXPORT;
	request.bundle_export = &bundle;
	bundle.cursor = cursor == NULL ? NULL : strdup(cursor);
	answer = desk_ask(desk, &request);
	free(bundle.cursor);
	return answer;
}

/* How many rows a list has in all. */
static uint64_t
total(struct desk *desk, Erfa__ListRequest *request)
{
	Erfa__Answer *answer = list(desk, request);
	uint64_t count;

	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_LIST);
	assert_string_equal(answer->list->schema, "erfa.list/1");
	count = answer->list->total;
	assert_int_equal(answer->list->n_row, count < 200 ? count : 200);
	control_free_answer(answer);
	return count;
}

static uint64_t
total_of_kind(struct desk *desk, const char *kind)
{
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	char text[32];

	(void)snprintf(text, sizeof(text), "%s", kind);
	request.kind = text;
	return total(desk, &request);
}

/* ---- writing ---- */

/* Add a version of a trial, or the first one. */
static uint64_t
add_trial(struct press *press, const char *name, Erfa__Body *body)
{
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_TRIAL,
		.topic = 10,
		.record = record,
	};

	press_record(name, record);
	return press_add(press, &options, body);
}

static Erfa__Body *
titled(const char *title)
{
	return press_trial(title, NULL, NULL, NULL);
}

static Erfa__Body *
version(const char *title, unsigned major, unsigned minor)
{
	Erfa__Body *body = titled(title);

	body->envelope->major = major;
	body->envelope->has_minor = true;
	body->envelope->minor = minor;
	return body;
}

/* A record of another kind that names a trial. */
static uint64_t
add_about(struct press *press, uint32_t kind, const char *name,
    const char *external_id, Erfa__RecordRef *trial)
{
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = kind,
		.record = record,
	};
	Erfa__Body *body = press_body(kind);

	press_record(name, record);
	if (external_id != NULL) {
		body->envelope->external_id = strdup(external_id);
		body->envelope->has_transcribed = true;
		body->envelope->transcribed = true;
	}
	if (kind == HEADER_DECISION) {
		body->decision->trial = trial;
		body->decision->plain_summary = strdup("Ja");
	} else {
		body->comment->target = trial;
		body->comment->body = strdup("Hvordan gik det?");
	}
	return press_add(press, &options, body);
}

/* The full id of a record. */
static void
full_id(
    const struct press *press, const char *name, char out[RECORD_ID_CHARS + 1])
{
	uint8_t record[RECORD_LEN];

	press_record(name, record);
	record_print(press->org, record, RECORD_CHARS, out);
}

/* ---- list ---- */

static void
the_newest_trial_is_listed_first(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	Erfa__Row *row;
	char id[RECORD_ID_CHARS + 1];

	(void)add_trial(&f->own, "a", titled("F\xc3\xb8rste"));
	f->other.time_ms += 100000;
	(void)add_trial(&f->other, "b",
	    press_trial("Andre", "Noget", NULL, "no-5501 Troms\xc3\xb8"));
	publish(f);
	answer = list(&f->desk, &request);
	assert_int_equal(answer->list->n_row, 2);
	assert_int_equal(answer->list->total, 2);
	assert_null(answer->list->next);
	row = answer->list->row[0];
	assert_string_equal(row->title, "Andre");
	assert_string_equal(row->publisher, "no-5501");
	assert_string_equal(row->kind, "trial");
	assert_string_equal(row->country, "NO");
	assert_string_equal(row->state, "here");
	assert_string_equal(row->language, "da");
	assert_int_equal(row->n_site, 1);
	assert_string_equal(row->site[0], "Troms\xc3\xb8");
	assert_int_equal(row->n_sector, 1);
	assert_string_equal(row->sector[0], "housing");
	assert_string_equal(row->time, "2023-11-14T22:15:01.000Z");
	full_id(&f->other, "b", id);
	assert_string_equal(row->full_id, id);
	id[strlen("no-5501/") + RECORD_SHOWN] = '\0';
	assert_string_equal(row->id, id);
	assert_string_equal(answer->list->row[1]->title, "F\xc3\xb8rste");
	control_free_answer(answer);
}

static void
an_empty_store_has_an_empty_list(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;

	assert_int_equal(total(&f->desk, &request), 0);
}

/* Follow the pages of a list; every id must come once. */
static void
pages_of_a_list_are_complete_and_without_doubles(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	bool seen[50] = { false };
	char title[16];
	char *cursor = NULL;
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < 50; i++) {
		(void)snprintf(title, sizeof(title), "t%u", i);
		/* Some at the very same time. */
		if (i % 3 == 0)
			f->own.time_ms -= 1000;
		(void)add_trial(
		    i % 2 ? &f->own : &f->other, title, titled(title));
	}
	publish(f);
	request.has_limit = true;
	request.limit = 7;
	do {
		request.cursor = cursor;
		answer = list(&f->desk, &request);
		free(cursor);
		cursor = NULL;
		assert_true(answer->list->n_row <= 7);
		assert_int_equal(answer->list->total, 50);
		for (i = 0; i < answer->list->n_row; i++) {
			unsigned k = (unsigned)atoi(
			    answer->list->row[i]->title + 1);

			assert_false(seen[k]);
			seen[k] = true;
			count++;
		}
		if (answer->list->next != NULL)
			cursor = strdup(answer->list->next);
		control_free_answer(answer);

		/* What is published meanwhile disturbs nothing. */
		(void)add_trial(&f->third, "late", titled("late"));
	} while (cursor != NULL);
	assert_int_equal(count, 50);
}

static void
lists_can_be_narrowed(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;

	(void)add_trial(&f->own, "a", titled("Dansk"));
	(void)add_trial(
	    &f->own, "b", press_trial("Om Finland", NULL, "x", "fi-564 Oulu"));
	(void)add_trial(&f->other, "c", titled("Norsk"));
	(void)add_trial(&f->own, "d", press_trial("Om?", NULL, "y", NULL));
	publish(f);
	request.country = strdup("dk");
	assert_int_equal(total(&f->desk, &request), 1);
	memcpy(request.country, "FI", 2);
	assert_int_equal(total(&f->desk, &request), 1);
	memcpy(request.country, "SE", 2);
	assert_int_equal(total(&f->desk, &request), 0);
	free(request.country);
	request.country = NULL;
	request.org = strdup("dk-791");
	assert_int_equal(total(&f->desk, &request), 3);
	free(request.org);
	request.org = strdup("5501");
	assert_int_equal(total(&f->desk, &request), 1);
	free(request.org);
	request.org = NULL;
	request.sector = strdup("housing");
	assert_int_equal(total(&f->desk, &request), 4);
	free(request.sector);
	request.sector = strdup("health");
	assert_int_equal(total(&f->desk, &request), 0);
	free(request.sector);
}

static void
unknown_kinds_and_noise_are_listed_by_their_number(void **state)
{
	struct fixture *f = *state;
	const struct press_options odd = { .kind = 77 };
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	char kind[] = "all";
	char number[] = "77";

	(void)press_add_sealed(&f->own, &odd, "what", 4);
	(void)press_add_raw(&f->own, "\xff\xff", 2, NULL, 0);
	publish(f);
	request.kind = kind;
	assert_int_equal(total(&f->desk, &request), 7);
	answer = list(&f->desk, &request);
	assert_string_equal(answer->list->row[6]->kind, "0");
	assert_string_equal(answer->list->row[6]->state, "unreadable");
	control_free_answer(answer);
	request.kind = number;
	answer = list(&f->desk, &request);
	assert_int_equal(answer->list->n_row, 1);
	assert_string_equal(answer->list->row[0]->kind, "77");
	assert_string_equal(answer->list->row[0]->state, "here");
	control_free_answer(answer);
	assert_int_equal(total_of_kind(&f->desk, "member"), 2);
	assert_int_equal(total_of_kind(&f->desk, "genesis"), 3);
}

static void
words_that_are_not_understood_are_told(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	char bad[] = "nonsense";

	request.kind = bad;
	assert_error(list(&f->desk, &request), "no_such_kind", 64);
	request.kind = NULL;
	request.country = bad;
	assert_error(list(&f->desk, &request), "no_such_country", 64);
	request.country = NULL;
	request.sector = bad;
	assert_error(list(&f->desk, &request), "no_such_sector", 64);
	request.sector = NULL;
	request.cursor = bad;
	assert_error(list(&f->desk, &request), "bad_cursor", 64);
	assert_error(export(&f->desk, bad, false), "bad_cursor", 64);
	assert_error(watch(&f->desk, bad, NULL), "bad_cursor", 64);
	assert_error(watch(&f->desk, NULL, bad), "no_such_kind", 64);
	assert_error(verify(&f->desk, bad, 0), "bad_cursor", 64);
	assert_error(logs(&f->desk, bad), "bad_cursor", 64);
	assert_error(bundle(&f->desk, bad), "bad_cursor", 64);
}

static void
other_requests_are_not_answered(void **state)
{
	struct fixture *f = *state;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publication = ERFA__PUBLISH_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publication;
	assert_false(query_can(&request));
	assert_int_equal(
	    query_answer(f->desk.query, &request, &answer), ERR_NOENT);
}

/* ---- versions, twins, the directory ---- */

static void
the_greatest_version_is_the_current_one(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	(void)add_trial(&f->own, "a", version("to", 2, 0));
	(void)add_trial(&f->own, "a", version("en og en halv", 1, 5));
	(void)add_trial(&f->own, "a", version("to igen", 2, 0));
	publish(f);
	answer = list(&f->desk, &request);
	assert_int_equal(answer->list->n_row, 1);
	assert_string_equal(answer->list->row[0]->title, "to igen");
	control_free_answer(answer);
	full_id(&f->own, "a", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->versions, 3);
	control_free_answer(answer);
}

static void
what_was_republished_counts_once(void **state)
{
	struct fixture *f = *state;
	struct press again;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];
	uint64_t n = add_trial(&f->own, "a", titled("en"));

	press_begin(&again, 1, 8, "dk-791");
	(void)press_again(&again, &f->own, n);
	publish(f);
	press_publish(&again, f->desk.store, true);
	desk_settle(&f->desk);
	full_id(&f->own, "a", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->versions, 1);
	control_free_answer(answer);
	press_end(&again);
}

static void
equal_external_ids_are_shown_and_counted_once(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	struct query_counts counts;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];
	char twin[RECORD_ID_CHARS + 1];

	(void)add_trial(&f->own, "x",
	    press_trial("Boliger", NULL, "bolig-1", "dk-791 Viborg"));
	(void)add_trial(&f->other, "x",
	    press_trial("Boliger", NULL, "bolig-1", "dk-791 Viborg"));
	(void)add_trial(&f->own, "y", titled("Egen"));
	(void)add_about(&f->own, HEADER_DECISION, "d", "bolig-1", NULL);
	publish(f);
	assert_int_equal(total(&f->desk, &request), 2);
	assert_int_equal(query_counts(f->desk.query, &counts), ERR_NONE);
	assert_int_equal(counts.trials, 2);
	assert_int_equal(counts.trials_transcribed, 1);
	assert_int_equal(counts.logs, 3);
	assert_int_equal(counts.logs_own, 1);
	assert_int_equal(counts.entries, 9);
	assert_int_equal(counts.indexed, counts.arrival);

	/* dk-791 stands for both, and says so. */
	full_id(&f->own, "x", id);
	full_id(&f->other, "x", twin);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->n_same_as, 1);
	assert_string_equal(answer->show->same_as[0], twin);
	control_free_answer(answer);
	answer = show(&f->desk, twin);
	assert_int_equal(answer->show->n_same_as, 1);
	assert_string_equal(answer->show->same_as[0], id);
	control_free_answer(answer);

	/* Who asks for a publisher's records sees them. */
	request.org = strdup("no-5501");
	assert_int_equal(total(&f->desk, &request), 1);
	free(request.org);
}

static void
a_change_of_the_directory_needs_no_new_index(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	struct press stranger;
	uint64_t first;

	press_begin(&stranger, 9, 1, "se-180");
	(void)add_trial(&stranger, "s", titled("Udenfor"));
	first = add_trial(&f->other, "a", titled("Bliver"));
	(void)add_trial(&f->other, "b", titled("Forsvinder"));
	publish(f);
	press_publish(&stranger, f->desk.store, false);
	desk_settle(&f->desk);
	assert_int_equal(total(&f->desk, &request), 2);

	/* no-5501 is out from here on, what it wrote before stays. */
	(void)press_vouch(&f->own, &f->other, true, first, NULL);
	desk_directory(&f->desk, &f->own);
	assert_int_equal(total(&f->desk, &request), 1);

	/* se-180 is let in. */
	(void)press_vouch(&f->own, &stranger, false, 0, NULL);
	desk_directory(&f->desk, &f->own);
	assert_int_equal(total(&f->desk, &request), 2);
	press_end(&stranger);
}

/* Check what is said of bodies that are still to come: in all, and of a log. */
static void
assert_absent(struct fixture *f, const struct press *press, uint64_t count)
{
	struct query_counts counts;
	Erfa__Answer *answer;
	char hex[2 * LOG_ID_LEN + 1];
	size_t i;

	bytes_hex(press->log_id, LOG_ID_LEN, hex);
	assert_int_equal(query_counts(f->desk.query, &counts), ERR_NONE);
	assert_int_equal(counts.bodies_absent, count);
	answer = logs(&f->desk, NULL);
	for (i = 0; i < answer->logs->n_log; i++)
		if (strcmp(answer->logs->log[i]->log, hex) == 0)
			break;
	assert_true(i < answer->logs->n_log);
	assert_int_equal(answer->logs->log[i]->bodies_absent, count);
	control_free_answer(answer);
}

static void
bodies_beyond_what_counts_are_not_still_to_come(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;
	uint64_t first = add_trial(&f->other, "a", titled("Bliver"));

	(void)add_trial(&f->other, "b", titled("Forsvinder"));
	(void)add_trial(&f->other, "c", titled("Forsvinder ogs\xc3\xa5"));
	press_publish(&f->own, f->desk.store, true);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_put(&f->other, txn, false, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
	assert_absent(f, &f->other, 3);

	/* After a cut nobody asks for them. */
	(void)press_vouch(&f->own, &f->other, true, first, NULL);
	desk_directory(&f->desk, &f->own);
	assert_absent(f, &f->other, 1);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_give(&f->other, txn, first);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	assert_absent(f, &f->other, 0);
}

static void
absent_and_erased_bodies_are_told_as_such(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	struct query_record record;
	struct store_txn *txn;
	Erfa__Answer *answer;
	uint8_t name[RECORD_LEN];
	char id[RECORD_ID_CHARS + 1];
	uint64_t n = add_trial(&f->own, "a", titled("Borte"));

	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_put(&f->own, txn, true, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
	answer = list(&f->desk, &request);
	assert_int_equal(answer->list->n_row, 1);
	assert_string_equal(answer->list->row[0]->state, "absent");
	assert_null(answer->list->row[0]->title);
	assert_string_equal(answer->list->row[0]->sector[0], "housing");
	control_free_answer(answer);

	press_record("a", name);
	assert_int_equal(
	    query_record(f->desk.query, "dk-791", name, &record), ERR_NONE);
	assert_null(record.body);
	assert_int_equal(record.n, n);
	assert_int_equal(
	    query_record(f->desk.query, "dk-999", name, &record), ERR_NOENT);

	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	assert_int_equal(store_erase(txn, f->own.log_id, n), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	full_id(&f->own, "a", id);
	answer = show(&f->desk, id);
	assert_string_equal(answer->show->row->state, "erased");
	assert_null(answer->show->body);
	control_free_answer(answer);
}

/* ---- show ---- */

static void
a_record_is_shown_with_what_names_it(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	Erfa__Answer *answer;
	Erfa__ShowAnswer *said;
	char id[RECORD_ID_CHARS + 1];
	uint64_t n;

	press_record("a", record);
	n = add_trial(&f->other, "a", titled("Boliger"));
	(void)add_about(&f->other, HEADER_DECISION, "d", NULL,
	    press_ref(&f->other, record));
	(void)add_about(
	    &f->third, HEADER_COMMENT, "c", NULL, press_ref(&f->other, record));
	(void)add_about(
	    &f->third, HEADER_COMMENT, "e", NULL, press_ref(&f->own, record));
	publish(f);
	full_id(&f->other, "a", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_SHOW);
	said = answer->show;
	assert_string_equal(said->schema, "erfa.show/1");
	assert_string_equal(said->row->full_id, id);
	assert_string_equal(said->body->trial->title, "Boliger");
	assert_true(said->verified);
	assert_int_equal(said->versions, 1);
	assert_string_equal(said->publisher_name, "Troms\xc3\xb8 kommune");
	assert_int_equal(strlen(said->chain), 64);
	assert_int_equal(strlen(said->key), 64);
	assert_int_equal(said->row->n, n);
	assert_int_equal(said->n_related, 2);
	assert_string_equal(said->related[0]->relation, "decision");
	assert_string_equal(
	    said->related[0]->body->decision->plain_summary, "Ja");
	assert_string_equal(said->related[1]->relation, "comment");
	assert_string_equal(said->related[1]->row->publisher, "fi-564");
	control_free_answer(answer);
}

/* Whether the answer names a record of the kind ${relation}, with its body. */
static size_t
related_of(const Erfa__ShowAnswer *said, const char *relation)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < said->n_related; i++)
		count += strcmp(said->related[i]->relation, relation) == 0 &&
		    said->related[i]->body != NULL;
	return count;
}

/* Take back the record ${target}. */
static void
add_retraction(struct press *press, const char *target, const char *name)
{
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_RETRACTION,
		.record = record,
	};
	Erfa__Body *body = press_body(HEADER_RETRACTION);

	press_record(target, record);
	body->retraction->target = press_ref(press, record);
	body->retraction->has_kind = true;
	body->retraction->kind =
	    ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION;
	press_record(name, record);
	(void)press_add(press, &options, body);
}

static void
no_flood_of_one_kind_hides_another(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	uint8_t number[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_OBSERVATION,
		.record = number,
	};
	Erfa__Body *body;
	Erfa__Answer *answer;
	char name[32];
	char id[RECORD_ID_CHARS + 1];
	unsigned i;

	press_record("a", record);
	(void)add_trial(&f->other, "a", titled("Boliger"));
	add_retraction(&f->other, "a", "first");
	add_retraction(&f->other, "a", "second");
	for (i = 0; i < 510; i++) {
		(void)snprintf(name, sizeof(name), "number %u", i);
		press_record(name, number);
		body = press_body(HEADER_OBSERVATION);
		body->observation->trial = press_ref(&f->other, record);
		(void)press_add(&f->other, &options, body);
	}
	for (i = 0; i < 510; i++) {
		(void)snprintf(name, sizeof(name), "word %u", i);
		(void)add_about(&f->third, HEADER_COMMENT, name, NULL,
		    press_ref(&f->other, record));
	}
	(void)add_about(
	    &f->own, HEADER_DECISION, "d", NULL, press_ref(&f->other, record));
	publish(f);
	full_id(&f->other, "a", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->n_related, 500);
	assert_int_equal(related_of(answer->show, "decision"), 1);
	assert_int_equal(related_of(answer->show, "retraction"), 2);
	assert_int_equal(related_of(answer->show, "comment"), 249);
	assert_int_equal(related_of(answer->show, "observation"), 248);

	/* The newest are kept, and stand by age. */
	full_id(&f->third, "word 509", id);
	assert_string_equal(answer->show->related[251]->row->full_id, id);
	control_free_answer(answer);
}

static void
of_too_many_retractions_the_newest_are_kept(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *answer;
	char name[32];
	char id[RECORD_ID_CHARS + 1];
	unsigned i;

	(void)add_trial(&f->other, "a", titled("Boliger"));
	for (i = 0; i < 510; i++) {
		(void)snprintf(name, sizeof(name), "back %u", i);
		add_retraction(&f->other, "a", name);
	}
	publish(f);
	full_id(&f->other, "a", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->n_related, 500);
	for (i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "back %u", 10 + i);
		full_id(&f->other, name, id);
		assert_string_equal(answer->show->related[i]->row->full_id, id);
	}
	control_free_answer(answer);
}

static void
publisher_has_the_name_that_was_given_last(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	(void)press_vouch(&f->own, &f->other, false, 0, "Troms kommune");
	(void)press_vouch(&f->own, &f->other, false, 0, "Romssa suohkan");
	(void)add_trial(&f->other, "a", titled("Boliger"));
	publish(f);
	full_id(&f->other, "a", id);
	answer = show(&f->desk, id);
	assert_string_equal(answer->show->publisher_name, "Romssa suohkan");
	control_free_answer(answer);
}

static void
what_a_record_names_is_shown_with_it(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_PROGRAMME,
		.record = record,
	};
	Erfa__Body *programme = press_body(HEADER_PROGRAMME);
	Erfa__Body *trial = titled("Boliger");
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	press_record("p", record);
	programme->programme->name = strdup("Frikommunefors\xc3\xb8g II");
	(void)press_add(&f->own, &options, programme);
	trial->trial->programme = press_ref(&f->own, record);
	(void)add_trial(&f->own, "a", trial);
	publish(f);
	full_id(&f->own, "a", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->n_related, 1);
	assert_string_equal(
	    answer->show->related[0]->relation, "names:programme");
	assert_string_equal(answer->show->publisher_name, "Viborg Kommune");
	control_free_answer(answer);

	/* And the other way round. */
	full_id(&f->own, "p", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->n_related, 1);
	assert_string_equal(answer->show->related[0]->relation, "trial");
	control_free_answer(answer);
}

/* ---- who may stand before a transcription ---- */

/* What a municipality says itself of the trial "e". */
static void
add_own_word(struct press *press)
{
	Erfa__Body *body = press_trial("Egne ord", NULL, "e", NULL);

	body->envelope->transcribed = false;
	(void)add_trial(press, "own", body);
}

/* What a source says of the trial "e" at one or two sites. */
static void
add_told(struct press *press, const char *site, const char *site2)
{
	Erfa__Body *body = press_trial("Kildens ord", NULL, "e", site);
	Erfa__Body *more;

	if (site2 != NULL) {
		more = press_trial("", NULL, NULL, site2);
		body->trial->lead = more->trial->sites[0];
		more->trial->n_sites = 0;
		free(more->trial->sites);
		more->trial->sites = NULL;
		body_free(more);
	}
	(void)add_trial(press, "told", body);
}

/* Assert of a record how many others are the same, and that a list holds so
 * many trials. */
static void
assert_things(struct fixture *f, const struct press *press, const char *name,
    size_t same, size_t trials)
{
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	struct query_counts counts;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	full_id(press, name, id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->n_same_as, same);
	control_free_answer(answer);
	assert_int_equal(total(&f->desk, &request), trials);
	assert_int_equal(query_counts(f->desk.query, &counts), ERR_NONE);
	assert_int_equal(counts.trials, trials);
}

static void
a_stranger_neither_hides_a_transcription_nor_counts_with_it(void **state)
{
	struct fixture *f = *state;

	add_told(&f->own, "no-5501 Troms\xc3\xb8", NULL);
	press_publish(&f->own, f->desk.store, true);
	add_own_word(&f->third);
	press_publish(&f->third, f->desk.store, false);
	desk_settle(&f->desk);
	assert_things(f, &f->own, "told", 0, 2);
	assert_things(f, &f->third, "own", 0, 2);
	add_own_word(&f->other);
	press_publish(&f->other, f->desk.store, false);
	desk_settle(&f->desk);
	assert_things(f, &f->own, "told", 1, 2);
	assert_things(f, &f->other, "own", 1, 2);
	assert_things(f, &f->third, "own", 0, 2);
}

static void
a_stranger_that_comes_first_gains_nothing(void **state)
{
	struct fixture *f = *state;

	press_publish(&f->own, f->desk.store, true);
	add_own_word(&f->third);
	press_publish(&f->third, f->desk.store, false);
	add_own_word(&f->other);
	press_publish(&f->other, f->desk.store, false);
	desk_settle(&f->desk);
	assert_things(f, &f->third, "own", 0, 2);
	add_told(&f->own, "no-5501 Troms\xc3\xb8", NULL);
	publish(f);
	assert_things(f, &f->own, "told", 1, 2);
	assert_things(f, &f->third, "own", 0, 2);
}

static void
a_transcriber_may_say_it_in_its_own_words(void **state)
{
	struct fixture *f = *state;

	add_told(&f->own, NULL, NULL);
	add_own_word(&f->own);
	publish(f);
	assert_things(f, &f->own, "told", 1, 1);
}

static void
who_is_named_goes_before_the_transcriber(void **state)
{
	struct fixture *f = *state;

	add_told(&f->own, "no-5501 Troms\xc3\xb8", NULL);
	add_own_word(&f->own);
	add_own_word(&f->other);
	publish(f);
	assert_things(f, &f->other, "own", 1, 2);
	assert_things(f, &f->own, "own", 0, 2);
}

/* fi-564 tells of no-5501's trial as if it were its own, too. */
static void
nobody_gets_before_others_by_naming_itself(void **state)
{
	struct fixture *f = *state;

	add_told(&f->own, "no-5501 Troms\xc3\xb8", NULL);
	add_told(&f->third, "no-5501 Troms\xc3\xb8", "fi-564 Oulu");
	add_own_word(&f->third);
	publish(f);
	assert_things(f, &f->own, "told", 0, 2);
	assert_things(f, &f->third, "told", 1, 2);
	add_own_word(&f->other);
	publish(f);
	assert_things(f, &f->own, "told", 1, 2);
	assert_things(f, &f->third, "own", 1, 2);
}

static void
two_that_a_third_names_are_one(void **state)
{
	struct fixture *f = *state;

	add_told(&f->own, "no-5501 Troms\xc3\xb8", "fi-564 Oulu");
	add_own_word(&f->other);
	add_own_word(&f->third);
	publish(f);
	assert_things(f, &f->own, "told", 2, 1);
}

static void
transcriptions_are_one_if_they_tell_of_one_place(void **state)
{
	struct fixture *f = *state;

	add_told(&f->own, "no-5501 Troms\xc3\xb8", NULL);
	add_told(&f->other, "no-5501 Troms\xc3\xb8", NULL);
	add_told(&f->third, "fi-564 Oulu", NULL);
	publish(f);
	assert_things(f, &f->own, "told", 1, 2);
	assert_things(f, &f->third, "told", 0, 2);
}

static void
an_heir_stands_for_who_is_named(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_PROFILE,
		.record = record,
	};
	Erfa__Body *body = press_body(HEADER_PROFILE);
	Erfa__Body *heir = press_trial("", NULL, NULL, "fi-564 Oulu");

	add_told(&f->own, "no-5501 Troms\xc3\xb8", NULL);
	add_own_word(&f->third);
	publish(f);
	assert_things(f, &f->own, "told", 0, 2);
	press_record("profile", record);
	body->profile->org = strdup("no-5501");
	body->profile->successor = heir->trial->sites;
	body->profile->n_successor = 1;
	heir->trial->sites = NULL;
	heir->trial->n_sites = 0;
	body_free(heir);
	(void)press_add(&f->other, &options, body);
	publish(f);
	assert_things(f, &f->own, "told", 1, 1);
	assert_things(f, &f->third, "own", 1, 1);
}

/* What the trial's row says of its status on a day. */
static void
assert_status(
    struct fixture *f, const char *id, const char *at, const char *wanted)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	char full[RECORD_ID_CHARS + 1];
	char day[16];
	Erfa__Answer *answer;

	(void)snprintf(full, sizeof(full), "%s", id);
	(void)snprintf(day, sizeof(day), "%s", at);
	show.id = full;
	show.at = day;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	answer = desk_ask(&f->desk, &request);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_SHOW);
	assert_string_equal(answer->show->row->status, wanted);
	control_free_answer(answer);
}

static void
the_word_of_an_heir_ends_silence(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_PROFILE,
		.record = record,
	};
	Erfa__Body *body = titled("Boliger");
	Erfa__Body *heir = press_trial("", NULL, NULL, "fi-564 Oulu");
	char id[RECORD_ID_CHARS + 1];

	body->trial->has_status = true;
	body->trial->status = ERFA__STATUS__STATUS_ACTIVE;
	body->trial->period = calloc(1, sizeof(*body->trial->period));
	assert_non_null(body->trial->period);
	erfa__period__init(body->trial->period);
	body->trial->period->end = strdup("2022-12-31");
	(void)add_trial(&f->other, "a", body);
	full_id(&f->other, "a", id);
	press_record("a", record);
	f->third.time_ms = UINT64_C(1735689600000); /* 2025-01-01 */
	(void)add_about(
	    &f->third, HEADER_COMMENT, "c", NULL, press_ref(&f->other, record));
	publish(f);
	assert_status(f, id, "2024-06-01", "active");
	assert_status(f, id, "2025-06-01", "unknown");

	press_record("profile", record);
	body = press_body(HEADER_PROFILE);
	body->profile->org = strdup("no-5501");
	body->profile->successor = heir->trial->sites;
	body->profile->n_successor = 1;
	heir->trial->sites = NULL;
	heir->trial->n_sites = 0;
	body_free(heir);
	(void)press_add(&f->other, &options, body);
	publish(f);
	assert_status(f, id, "2025-06-01", "active");
	assert_status(f, id, "2026-06-01", "unknown");
}

/* What twins have said about them belongs to the one that is shown. */
static void
what_names_a_twin_is_shown_with_the_one_that_stands_for_it(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	press_record("x", record);
	(void)add_trial(&f->own, "x", press_trial("A", NULL, "e", NULL));
	(void)add_trial(&f->other, "x", press_trial("A", NULL, "e", NULL));
	(void)add_about(
	    &f->own, HEADER_DECISION, "d", "e", press_ref(&f->own, record));
	(void)add_about(
	    &f->other, HEADER_DECISION, "d", "e", press_ref(&f->other, record));
	(void)add_about(
	    &f->third, HEADER_COMMENT, "c", NULL, press_ref(&f->other, record));
	publish(f);
	full_id(&f->own, "x", id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->show->n_related, 2);
	assert_string_equal(answer->show->related[0]->relation, "decision");
	assert_string_equal(answer->show->related[0]->row->publisher, "dk-791");
	assert_string_equal(answer->show->related[1]->relation, "comment");
	control_free_answer(answer);
}

/* Add a trial whose identity is given in full. */
static void
add_identity(
    struct press *press, const uint8_t record[RECORD_LEN], const char *title)
{
	const struct press_options options = {
		.kind = HEADER_TRIAL,
		.record = record,
	};

	(void)press_add(press, &options, titled(title));
}

static void
ids_that_collide_are_shown_longer(void **state)
{
	struct fixture *f = *state;
	uint8_t one[RECORD_LEN] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x00 };
	uint8_t two[RECORD_LEN] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x01 };
	uint8_t far[RECORD_LEN] = { 0x99 };
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];
	size_t len;

	add_identity(&f->own, one, "et");
	add_identity(&f->own, two, "to");
	add_identity(&f->own, far, "fjern");
	add_identity(&f->other, one, "et i Norge");
	publish(f);
	answer = list(&f->desk, &request);
	assert_int_equal(answer->list->n_row, 4);
	control_free_answer(answer);

	/* 40 bits are alike, so that ten characters are needed. */
	assert_int_equal(
	    query_shown_id(f->desk.query, "dk-791", one, id), ERR_NONE);
	len = strlen(id);
	assert_int_equal(len, strlen("dk-791/") + 10);
	answer = show(&f->desk, id);
	assert_string_equal(answer->show->body->trial->title, "et");
	assert_string_equal(answer->show->row->id, id);
	control_free_answer(answer);
	assert_int_equal(
	    query_shown_id(f->desk.query, "dk-791", far, id), ERR_NONE);
	assert_int_equal(strlen(id), strlen("dk-791/") + 8);
	assert_int_equal(
	    query_shown_id(f->desk.query, "no-5501", one, id), ERR_NONE);
	assert_int_equal(strlen(id), strlen("no-5501/") + 8);

	/* Eight of them are not enough, and the candidates are named. */
	record_print("dk-791", one, 8, id);
	answer = show(&f->desk, id);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_int_equal(answer->error->n_problem, 2);
	assert_string_equal(answer->error->problem[0]->what, "et");
	assert_error(answer, "ambiguous_id", 64);

	/* Any prefix will do, without the country too. */
	record_print("791", far, 1, id);
	answer = show(&f->desk, id);
	assert_string_equal(answer->show->body->trial->title, "fjern");
	control_free_answer(answer);
}

static void
a_prefix_of_one_trial_and_other_records_means_the_trial(void **state)
{
	struct fixture *f = *state;
	uint8_t one[RECORD_LEN] = { 0x11, 0x22, 0x01 };
	uint8_t two[RECORD_LEN] = { 0x11, 0x22, 0x02 };
	const struct press_options comment = {
		.kind = HEADER_COMMENT,
		.record = two,
	};
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	add_identity(&f->own, one, "et");
	(void)press_add(&f->own, &comment, press_body(HEADER_COMMENT));
	publish(f);
	record_print("dk-791", one, 3, id);
	answer = show(&f->desk, id);
	assert_string_equal(answer->show->body->trial->title, "et");
	control_free_answer(answer);
}

static void
ids_that_mean_nothing_are_told(void **state)
{
	struct fixture *f = *state;

	publish(f);
	assert_error(show(&f->desk, "dk-791/zzz"), "no_such_trial", 66);
	assert_error(show(&f->desk, "nowhere/zzz"), "no_such_trial", 66);
	assert_error(show(&f->desk, "dk-791"), "bad_id", 64);
	assert_error(show(&f->desk, "dk-791/u!"), "bad_id", 64);
	assert_error(show(&f->desk, NULL), "bad_id", 64);
}

/* ---- find ---- */

/* The titles that a search finds, "a, b". */
static void
assert_found(struct fixture *f, const char *words, const char *titles)
{
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	Erfa__Answer *answer = find(&f->desk, words, &request);
	char text[512] = "";
	size_t i;

	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_FIND);
	assert_string_equal(answer->find->schema, "erfa.find/1");
	assert_int_equal(answer->find->total, answer->find->n_row);
	for (i = 0; i < answer->find->n_row; i++) {
		(void)strcat(text, i > 0 ? ", " : "");
		(void)strcat(text, answer->find->row[i]->title);
	}
	assert_string_equal(text, titles);
	control_free_answer(answer);
}

static void
words_are_found_in_titles_before_texts(void **state)
{
	struct fixture *f = *state;
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	Erfa__Answer *answer;
	Erfa__Body *body = titled("Plan");

	body->trial->target_group = strdup("unge uden bolig");
	(void)add_trial(&f->own, "a", body);
	(void)add_trial(&f->other, "b",
	    press_trial("Tryghed", "Nye boliger for eldre", NULL, NULL));
	(void)add_trial(&f->own, "c", titled("Boligsocialt"));
	(void)add_trial(&f->own, "d", titled("Skole"));
	publish(f);
	assert_found(f, "boliger", "Tryghed, Plan, Boligsocialt");
	assert_found(f, "ingenting", "");
	answer = find(&f->desk, "Boliger, unge!", &request);
	assert_int_equal(answer->find->n_understood, 2);
	assert_string_equal(answer->find->understood[0], "Boliger");
	assert_string_equal(answer->find->understood[1], "unge");
	assert_string_equal(answer->find->row[0]->title, "Plan");
	assert_false(answer->find->row[0]->partial);
	assert_int_equal(answer->find->total, 3);
	assert_string_equal(
	    answer->find->row[0]->matched, "Boliger in text, unge in text");
	assert_int_equal(answer->find->row[0]->n_reason, 2);
	assert_string_equal(answer->find->row[0]->reason[0]->found, "bolig");
	control_free_answer(answer);

	/* No record has both: those that have one are better than nothing. */
	answer = find(&f->desk, "skole unge", &request);
	assert_true(answer->find->partial);
	assert_in_range(answer->find->n_row, 2, 4);
	assert_true(answer->find->row[0]->partial);
	control_free_answer(answer);
}

static void
trials_are_found_by_their_programme_and_their_sites(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_PROGRAMME,
		.record = record,
	};
	Erfa__Body *programme = press_body(HEADER_PROGRAMME);
	Erfa__Body *trial = press_trial(
	    "Boliger", NULL, NULL, "dk-630 Vejle Kommune");

	press_record("p", record);
	programme->programme->name = strdup("Frikommuner 2012");
	(void)press_add(&f->own, &options, programme);
	trial->trial->programme = press_ref(&f->own, record);
	(void)add_trial(&f->other, "a", trial);
	(void)add_trial(&f->own, "b", titled("Skole"));
	publish(f);
	assert_found(f, "frikommune", "Boliger");
	assert_found(f, "frikommuner boliger", "Boliger");
	assert_found(f, "vejle", "Boliger");
}

static void
a_body_that_comes_later_is_found(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;
	uint64_t n = add_trial(&f->own, "a", titled("Boliger"));

	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_put(&f->own, txn, true, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
	assert_found(f, "bolig", "");
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_give(&f->own, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
	assert_found(f, "bolig", "Boliger");
}

static void
a_search_without_words_is_refused(void **state)
{
	struct fixture *f = *state;
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	char bad[] = "zz";

	assert_error(find(&f->desk, " - ", &request), "no_words", 64);
	request.cursor = bad;
	assert_error(find(&f->desk, "bolig", &request), "bad_cursor", 64);
	request.cursor = NULL;
	request.sector = bad;
	assert_error(find(&f->desk, "bolig", &request), "no_such_sector", 64);
}

/* Erase the body of one entry of a press. */
static void
erase(struct fixture *f, const struct press *press, uint64_t n)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	assert_int_equal(store_erase_entry(txn, press->log_id, n,
			     press->entries[n - 1].tip.c),
	    ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
}

/* Assert how many a search finds and how many were erased; -1 = it does not say. */
static void
assert_erased(struct fixture *f, const char *words, Erfa__FindRequest *request,
    uint64_t total, int erased)
{
	Erfa__Answer *answer = find(&f->desk, words, request);

	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_FIND);
	assert_int_equal(answer->find->total, total);
	assert_int_equal(answer->find->has_erased, erased >= 0);
	if (erased >= 0)
		assert_int_equal(answer->find->erased, erased);
	control_free_answer(answer);
}

static void
what_is_erased_is_counted_where_its_header_tells(void **state)
{
	struct fixture *f = *state;
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	char housing[] = "housing";
	char health[] = "health";
	char norway[] = "no";
	char denmark[] = "dk";
	char active[] = "active";
	char all[] = "all";
	char decision[] = "decision";
	uint64_t own;
	uint64_t other;

	own = add_trial(&f->own, "a", titled("Boliger"));
	(void)add_trial(&f->own, "b", titled("Boliger igen"));
	other = add_trial(&f->other, "c", titled("Boliger for unge"));
	publish(f);
	request.sector = housing;
	assert_erased(f, "", &request, 3, 0);
	erase(f, &f->own, own);
	assert_erased(f, "", &request, 2, 1);
	erase(f, &f->other, other);
	assert_erased(f, "", &request, 1, 2);
	request.kind = all;
	assert_erased(f, "", &request, 1, 2);
	request.kind = decision;
	assert_erased(f, "", &request, 0, 0);
	request.kind = NULL;

	/* Of whose country, as far as is left. */
	request.country = norway;
	assert_erased(f, "", &request, 0, 1);
	request.country = denmark;
	assert_erased(f, "", &request, 1, 1);
	request.sector = NULL;
	assert_erased(f, "", &request, 1, 1);
	request.country = NULL;
	request.sector = health;
	assert_erased(f, "", &request, 0, 0);

	/* Its status is gone; of words nothing can be said. */
	request.sector = housing;
	request.status = active;
	assert_erased(f, "", &request, 0, 0);
	request.status = NULL;
	assert_erased(f, "boliger", &request, 1, -1);
	assert_erased(f, "-skole", &request, 1, -1);
}

/* A decision about a trial of ${whose}. */
static void
add_decision(struct press *press, const char *name, const struct press *whose,
    const char *trial, Erfa__Outcome outcome)
{
	uint8_t record[RECORD_LEN];
	const struct press_options options = {
		.kind = HEADER_DECISION,
		.record = record,
	};
	Erfa__Body *body = press_body(HEADER_DECISION);

	press_record(trial, record);
	body->decision->trial = press_ref(whose, record);
	body->decision->plain_summary = strdup("Svar");
	body->decision->has_outcome = true;
	body->decision->outcome = outcome;
	press_record(name, record);
	(void)press_add(press, &options, body);
}

static void
assert_chosen(struct fixture *f, const char *facet, const char *titles)
{
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	char *facets[1] = { strdup(facet) };
	Erfa__Answer *answer;
	char text[512] = "";
	size_t i;

	request.n_facet = 1;
	request.facet = facets;
	answer = find(&f->desk, "boliger", &request);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_FIND);
	for (i = 0; i < answer->find->n_row && !answer->find->unfiltered; i++) {
		(void)strcat(text, i > 0 ? ", " : "");
		(void)strcat(text, answer->find->row[i]->title);
	}
	assert_string_equal(text, titles);
	control_free_answer(answer);
	free(facets[0]);
}

/* Let the trial ${body} ask ${press} for an exemption. */
static Erfa__Body *
asking(Erfa__Body *body, const struct press *press)
{
	Erfa__Exemption *exemption = calloc(1, sizeof(*exemption));
	Erfa__OrgRef *authority = calloc(1, sizeof(*authority));

	assert_true(exemption != NULL && authority != NULL);
	erfa__exemption__init(exemption);
	erfa__org_ref__init(authority);
	authority->id = strdup(press->org);
	exemption->authorities = calloc(1, sizeof(void *));
	exemption->authorities[exemption->n_authorities++] = authority;
	body->trial->exemptions = calloc(1, sizeof(void *));
	body->trial->exemptions[body->trial->n_exemptions++] = exemption;
	return body;
}

/* As gates and dossiers have it, so a search: who was not asked decides nothing. */
static void
what_was_decided_is_found_if_who_did_is_heard(void **state)
{
	struct fixture *f = *state;

	(void)add_trial(
	    &f->own, "asked", asking(titled("Boliger for alle"), &f->third));
	(void)add_trial(&f->own, "free", titled("Frie boliger"));
	(void)add_trial(&f->own, "own", titled("Egne boliger"));
	add_decision(
	    &f->third, "1", &f->own, "asked", ERFA__OUTCOME__OUTCOME_APPROVED);
	add_decision(
	    &f->third, "2", &f->own, "free", ERFA__OUTCOME__OUTCOME_APPROVED);
	add_decision(
	    &f->own, "3", &f->own, "own", ERFA__OUTCOME__OUTCOME_REJECTED);
	publish(f);
	assert_chosen(f, "outcome:approved", "Boliger for alle");
	assert_chosen(f, "outcome:rejected", "Egne boliger");
	add_retraction(&f->own, "3", "retraction");
	publish(f);
	assert_chosen(f, "outcome:rejected", "");
}

/* Time is up, too, when 3,000 texts were read for a part of a section. */
static void
a_page_beyond_the_first_thousand_is_the_last_if_time_was_up(void **state)
{
	struct fixture *f = *state;
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	Erfa__Answer *answer;
	Erfa__Body *body;
	char provision[] = "Serviceloven \xc2\xa7 87, stk. 2";
	char after[] = "e8030000";
	char name[16];
	unsigned i;

	for (i = 0; i < 3001; i++) {
		(void)snprintf(name, sizeof(name), "%u", i);
		body = asking(titled("Boliger"), &f->third);
		body->trial->exemptions[0]->provision = strdup(provision);
		(void)add_trial(&f->own, name, body);
	}
	publish(f);
	request.provision = provision;
	answer = find(&f->desk, "boliger", &request);
	assert_true(answer->find->late);

	/* A slow machine may have found nothing by then. */
	assert_true(answer->find->next != NULL || answer->find->n_row < 20);
	control_free_answer(answer);
	request.cursor = after;
	answer = find(&f->desk, "boliger", &request);
	assert_true(answer->find->late);
	assert_true(answer->find->more);
	assert_null(answer->find->next);
	control_free_answer(answer);
}

static void
sections_beyond_a_hundred_are_left_out_and_that_is_said(void **state)
{
	struct fixture *f = *state;
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	Erfa__Answer *answer;

	(void)add_trial(&f->own, "a", titled("Efter \xc2\xa7 7"));
	publish(f);
	answer = find(&f->desk, "\xc2\xa7\xc2\xa7 1-40, 50-90", &request);
	assert_int_equal(answer->find->n_row, 1);
	assert_int_equal(answer->find->n_note, 0);
	control_free_answer(answer);
	answer = find(&f->desk, "\xc2\xa7\xc2\xa7 1-60, 61-120", &request);
	assert_int_equal(answer->find->n_row, 1);
	assert_int_equal(answer->find->n_note, 1);
	assert_non_null(strstr(answer->find->note[0], "first 100"));
	control_free_answer(answer);
}

/* Of several records of a trial the one that is decided about says who is asked. */
static void
who_decides_is_said_by_the_record_that_is_decided_about(void **state)
{
	struct fixture *f = *state;

	(void)add_trial(&f->own, "x", press_trial("Boliger", NULL, "e", NULL));
	(void)add_trial(&f->other, "x",
	    asking(press_trial("Boliger", NULL, "e", NULL), &f->third));
	add_decision(
	    &f->third, "1", &f->own, "x", ERFA__OUTCOME__OUTCOME_REJECTED);
	publish(f);
	assert_chosen(f, "outcome:rejected", "");
	add_decision(
	    &f->third, "2", &f->other, "x", ERFA__OUTCOME__OUTCOME_APPROVED);
	publish(f);
	assert_chosen(f, "outcome:rejected", "");
	assert_chosen(f, "outcome:approved", "Boliger");
}

static void
pages_of_a_search_are_complete_and_without_doubles(void **state)
{
	struct fixture *f = *state;
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	Erfa__Answer *answer;
	bool seen[30] = { false };
	char title[32];
	char *cursor = NULL;
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < 30; i++) {
		(void)snprintf(title, sizeof(title), "%u boliger", i);
		(void)add_trial(&f->own, title,
		    press_trial(i % 2 ? title : "Andet", title, title, NULL));
	}
	publish(f);
	request.has_limit = true;
	request.limit = 4;
	do {
		request.cursor = cursor;
		answer = find(&f->desk, "boligerne", &request);
		free(cursor);
		cursor = NULL;
		assert_int_equal(answer->find->total, 30);
		for (i = 0; i < answer->find->n_row; i++) {
			unsigned k = (unsigned)atoi(
			    answer->find->row[i]->external_id);

			assert_false(seen[k]);
			assert_int_equal(k % 2, count < 15);
			seen[k] = true;
			count++;
		}
		if (answer->find->next != NULL)
			cursor = strdup(answer->find->next);
		control_free_answer(answer);
	} while (cursor != NULL);
	assert_int_equal(count, 30);
}

/* More have all words than are looked for at first, and many have but one. */
static void
pages_beyond_the_first_thousand_go_on_where_they_ended(void **state)
{
	struct fixture *f = *state;
	Erfa__FindRequest request = ERFA__FIND_REQUEST__INIT;
	Erfa__Answer *answer;
	bool seen[MANY] = { false };
	char title[32];
	char *cursor = NULL;
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < MANY; i++) {
		(void)snprintf(title, sizeof(title), "%u", i);
		(void)add_trial(&f->own, title,
		    press_trial(i % 50 == 7 ? "Boliger" : "Boliger i skoven",
			NULL, title, NULL));
	}
	publish(f);
	request.has_limit = true;
	request.limit = 170;
	do {
		request.cursor = cursor;
		answer = find(&f->desk, "boliger skoven", &request);
		free(cursor);
		cursor = NULL;
		for (i = 0; i < answer->find->n_row; i++) {
			unsigned k = (unsigned)atoi(
			    answer->find->row[i]->external_id);

			assert_false(seen[k]);
			assert_int_not_equal(k % 50, 7);
			seen[k] = true;
			count++;
		}
		if (answer->find->next != NULL)
			cursor = strdup(answer->find->next);
		else
			assert_int_equal(answer->find->total, count);
		control_free_answer(answer);
	} while (cursor != NULL);
	assert_int_equal(count, MANY - MANY / 50);
}

/* ---- watch ---- */

static void
a_watcher_sees_each_entry_once(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;
	Erfa__Answer *answer;
	char *cursor;
	uint64_t n;

	publish(f);
	answer = watch(&f->desk, NULL, NULL);
	assert_string_equal(answer->watch->schema, "erfa.watch/1");
	assert_int_equal(answer->watch->n_row, 0);
	assert_false(answer->watch->restarted);
	cursor = strdup(answer->watch->cursor);
	control_free_answer(answer);

	/* A header without its body is not told yet. */
	n = add_trial(&f->own, "a", titled("Boliger"));
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_put(&f->own, txn, true, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
	answer = watch(&f->desk, cursor, NULL);
	assert_int_equal(answer->watch->n_row, 0);
	free(cursor);
	cursor = strdup(answer->watch->cursor);
	control_free_answer(answer);

	/* With the body it is. */
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_give(&f->own, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
	answer = watch(&f->desk, cursor, "trial");
	assert_int_equal(answer->watch->n_row, 1);
	assert_string_equal(answer->watch->row[0]->title, "Boliger");
	free(cursor);
	cursor = strdup(answer->watch->cursor);
	control_free_answer(answer);
	answer = watch(&f->desk, cursor, NULL);
	assert_int_equal(answer->watch->n_row, 0);
	control_free_answer(answer);
	free(cursor);
}

static void
a_watcher_can_begin_at_the_start(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *answer;
	char cursor[64];
	char longer[64];

	(void)add_trial(&f->own, "a", titled("Boliger"));
	publish(f);
	answer = watch(&f->desk, "start", NULL);
	assert_int_equal(answer->watch->n_row, 6);
	assert_string_equal(answer->watch->row[0]->kind, "genesis");
	control_free_answer(answer);
	answer = watch(&f->desk, "start", "trial");
	assert_int_equal(answer->watch->n_row, 1);
	control_free_answer(answer);

	/* The cursor of another store, or from the future of this one. */
	answer = watch(&f->desk, "00000000000000000000000000000000/3", NULL);
	assert_true(answer->watch->restarted);
	assert_int_equal(answer->watch->n_row, 6);
	(void)snprintf(
	    cursor, sizeof(cursor), "%.33s999", answer->watch->cursor);
	control_free_answer(answer);
	answer = watch(&f->desk, cursor, NULL);
	assert_true(answer->watch->restarted);
	assert_int_equal(answer->watch->n_row, 6);
	control_free_answer(answer);
	assert_error(
	    watch(&f->desk, "00000000000000000000000000000000/x", NULL),
	    "bad_cursor", 64);

	/* A number has so many digits at most, or who waits sends megabytes. */
	(void)snprintf(longer, sizeof(longer), "%.33s%021d", cursor, 1);
	assert_error(watch(&f->desk, longer, NULL), "bad_cursor", 64);
	(void)snprintf(longer, sizeof(longer), "%.33s%020d", cursor, 1);
	answer = watch(&f->desk, longer, NULL);
	assert_false(answer->watch->restarted);
	control_free_answer(answer);
}

static void
pages_of_a_watch_are_complete(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *answer;
	char *cursor = strdup("start");
	char title[16];
	unsigned count = 0;
	unsigned rows;
	unsigned i;

	for (i = 0; i < 450; i++) {
		(void)snprintf(title, sizeof(title), "t%u", i);
		(void)add_trial(&f->own, title, titled(title));
	}
	publish(f);
	do {
		answer = watch(&f->desk, cursor, "trial");
		rows = (unsigned)answer->watch->n_row;
		for (i = 0; i < rows; i++) {
			(void)snprintf(title, sizeof(title), "t%u", count++);
			assert_string_equal(
			    answer->watch->row[i]->title, title);
		}
		free(cursor);
		cursor = strdup(answer->watch->cursor);
		control_free_answer(answer);
	} while (rows > 0);
	assert_int_equal(count, 450);
	free(cursor);
}

/* ---- export ---- */

static void
an_export_holds_every_record_in_order_of_import(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *answer;
	char *cursor = NULL;
	char title[16];
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < 450; i++) {
		(void)snprintf(title, sizeof(title), "t%u", i);
		(void)add_trial(
		    &f->own, title, press_trial(title, NULL, title, NULL));
	}
	(void)add_trial(&f->other, "twin", press_trial("t3", NULL, "t3", NULL));
	(void)add_trial(&f->own, "t7", version("t7", 1, 1));
	publish(f);
	do {
		answer = export(&f->desk, cursor, false);
		assert_string_equal(answer->export->schema, "erfa.export/1");
		for (i = 0; i < answer->export->n_record; i++) {
			(void)snprintf(title, sizeof(title), "t%u", count++);
			assert_string_equal(
			    answer->export->record[i]->body->trial->title,
			    title);
		}
		free(cursor);
		cursor = answer->export->next == NULL ?
		    NULL :
		    strdup(answer->export->next);
		control_free_answer(answer);
	} while (cursor != NULL);
	assert_int_equal(count, 450);
}

/* Ask for what arrived after ${cursor} in the store ${epoch}. */
static Erfa__Answer *
export_arrived(struct desk *desk, const char *cursor, const char *epoch)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ExportRequest export = ERFA__EXPORT_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_EXPORT;
	request.export = &export;
	export.has_by_arrival = true;
	export.by_arrival = true;
	export.cursor = cursor == NULL ? NULL : strdup(cursor);
	export.epoch = epoch == NULL ? NULL : strdup(epoch);
	answer = desk_ask(desk, &request);
	free(export.cursor);
	free(export.epoch);
	return answer;
}

static void
an_export_by_arrival_goes_on_with_what_is_new(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *first, *second;

	(void)add_trial(&f->own, "a", version("a", 1, 0));
	(void)add_trial(&f->own, "b", titled("b"));
	publish(f);
	first = export_arrived(&f->desk, NULL, NULL);
	assert_int_equal(first->export->n_record, 2);
	assert_null(first->export->next);
	assert_non_null(first->export->last);
	assert_non_null(first->export->epoch);

	/* Of an old record, too, and only what is current. */
	(void)add_trial(&f->own, "a", version("a", 1, 1));
	(void)add_trial(&f->own, "a", version("a", 1, 2));
	publish(f);
	second = export_arrived(
	    &f->desk, first->export->last, first->export->epoch);
	assert_int_equal(second->export->n_record, 1);
	assert_int_equal(second->export->record[0]->body->envelope->minor, 2);
	assert_string_equal(second->export->epoch, first->export->epoch);
	assert_string_not_equal(second->export->last, first->export->last);

	assert_error(export_arrived(&f->desk, second->export->last, "00"),
	    "other_store", 65);
	assert_error(export_arrived(&f->desk, "7fffffffffffffff00000000", NULL),
	    "bad_cursor", 64);
	control_free_answer(first);
	control_free_answer(second);
}

static void
an_export_can_hold_all_versions(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *answer;
	char *cursor = NULL;
	unsigned count = 0;
	unsigned minor;
	unsigned i;

	for (i = 0; i < 250; i++)
		(void)add_trial(&f->own, "a", version("a", 1, i));
	(void)add_trial(&f->own, "b", titled("b"));
	publish(f);
	do {
		answer = export(&f->desk, cursor, true);
		for (i = 0; i < answer->export->n_record; i++) {
			minor =
			    answer->export->record[i]->body->envelope->minor;
			assert_int_equal(minor, count < 250 ? count : 0);
			count++;
		}
		free(cursor);
		cursor = answer->export->next == NULL ?
		    NULL :
		    strdup(answer->export->next);
		control_free_answer(answer);
	} while (cursor != NULL);
	assert_int_equal(count, 251);
}

/* The first page for who needs what arrived up to ${reach}. */
static Erfa__Answer *
export_reach(struct desk *desk, uint64_t reach)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ExportRequest export = ERFA__EXPORT_REQUEST__INIT;

	request.ask_case = ERFA__REQUEST__ASK_EXPORT;
	request.export = &export;
	export.has_reach = true;
	export.reach = reach;
	return desk_ask(desk, &request);
}

static void
an_export_never_lacks_what_the_index_lacks(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *page, *arrived, *next;
	char name[16];
	uint64_t reach;
	unsigned i;

	for (i = 0; i < 250; i++) {
		(void)snprintf(name, sizeof(name), "t%u", i);
		(void)add_trial(&f->own, name, titled(name));
	}
	publish(f);
	reach = indexer_arrival(f->desk.indexer);
	page = export(&f->desk, NULL, false);
	arrived = export_arrived(&f->desk, NULL, NULL);
	assert_int_equal(page->export->n_record, 200);
	assert_int_equal(arrived->export->n_record, 200);

	/* The index stands still. */
	indexer_stop(f->desk.indexer);
	f->desk.indexer = NULL;
	(void)add_trial(&f->own, "b", titled("b"));
	press_publish(&f->own, f->desk.store, true);
	assert_error(export(&f->desk, NULL, false), "index_behind", 75);
	assert_error(export_arrived(&f->desk, NULL, NULL), "index_behind", 75);
	assert_error(export_arrived(&f->desk, arrived->export->last,
			 arrived->export->epoch),
	    "index_behind", 75);
	assert_error(export_reach(&f->desk, UINT64_MAX), "index_behind", 75);

	/* What was begun before goes on, and what need not hold it may begin. */
	next = export(&f->desk, page->export->next, false);
	assert_int_equal(next->export->n_record, 50);
	control_free_answer(next);
	next = export_arrived(
	    &f->desk, arrived->export->next, arrived->export->epoch);
	assert_int_equal(next->export->n_record, 50);
	control_free_answer(next);
	next = export_reach(&f->desk, reach);
	assert_int_equal(next->export->n_record, 200);
	control_free_answer(next);
	desk_rebuild(&f->desk);
	next = export_arrived(
	    &f->desk, arrived->export->last, arrived->export->epoch);
	assert_int_equal(next->export->n_record, 51);
	control_free_answer(next);

	/* An index that is made anew has not come so far. */
	indexer_stop(f->desk.indexer);
	f->desk.indexer = NULL;
	assert_int_equal(index_rebuild(f->desk.index, f->desk.store), ERR_NONE);
	assert_error(
	    export(&f->desk, page->export->next, false), "index_behind", 75);
	control_free_answer(page);
	control_free_answer(arrived);
}

static void
a_refusal_tells_why_the_index_is_behind(void **state)
{
	struct fixture *f = *state;
	uint64_t since;

	publish(f);
	assert_error(
	    query_refusal(f->desk.indexer, &since), "index_behind", 75);
	assert_int_equal(since, 0);
}

/* ---- logs ---- */

/* The view of a log among all. */
static Erfa__LogView *
view_of(Erfa__Answer *answer, const struct press *press)
{
	char hex[2 * LOG_ID_LEN + 1];
	size_t i;

	bytes_hex(press->log_id, LOG_ID_LEN, hex);
	for (i = 0; i < answer->logs->n_log; i++)
		if (strcmp(answer->logs->log[i]->log, hex) == 0)
			return answer->logs->log[i];
	fail();
	return NULL;
}

static void
logs_are_told_with_how_far_they_count(void **state)
{
	struct fixture *f = *state;
	struct press stranger;
	struct press fork;
	struct store_txn *txn;
	Erfa__Answer *answer;
	Erfa__LogView *view;
	uint64_t cut;

	press_begin(&stranger, 9, 1, "se-180");
	press_begin(&fork, 3, 7, "fi-564");
	(void)add_trial(&fork, "b", titled("Anderledes"));
	cut = add_trial(&f->other, "a", titled("Bliver"));
	(void)add_trial(&f->other, "b", titled("Forsvinder"));
	(void)add_trial(&f->third, "a", titled("Sådan"));
	publish(f);
	press_publish(&stranger, f->desk.store, false);
	(void)press_vouch(&f->own, &f->other, true, cut, NULL);
	desk_directory(&f->desk, &f->own);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_branch(&fork, txn, 1);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);

	answer = logs(&f->desk, NULL);
	assert_string_equal(answer->logs->schema, "erfa.logs/1");
	assert_int_equal(answer->logs->n_log, 4);
	view = view_of(answer, &f->own);
	assert_string_equal(view->state, "own");
	assert_string_equal(view->org, "dk-791");
	assert_int_equal(view->counted, view->n);
	assert_int_equal(strlen(view->chain), 64);
	view = view_of(answer, &f->other);
	assert_string_equal(view->state, "cut");
	assert_int_equal(view->n, cut + 1);
	assert_int_equal(view->counted, cut);
	view = view_of(answer, &stranger);
	assert_string_equal(view->state, "outside");
	assert_string_equal(view->org, "se-180");
	assert_int_equal(view->counted, 0);
	view = view_of(answer, &f->third);
	assert_string_equal(view->state, "frozen");
	assert_int_equal(view->last_common, 1);
	assert_int_equal(view->counted, 1);
	assert_int_equal(view->n_branch, 1);
	control_free_answer(answer);
	press_end(&stranger);
	press_end(&fork);
}

/* A fork shows nothing after the last entry in common, at once. */
static void
what_follows_a_fork_is_not_shown(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	struct press fork;
	struct store_txn *txn;
	struct query_counts counts;

	press_begin(&fork, 3, 7, "fi-564");
	(void)add_trial(&fork, "b", titled("Anderledes"));
	(void)add_trial(&f->third, "a",
	    titled("S\xc3\xa5"
		   "dan"));
	publish(f);
	assert_int_equal(total(&f->desk, &request), 1);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_branch(&fork, txn, 1);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	assert_int_equal(total(&f->desk, &request), 0);
	assert_int_equal(query_counts(f->desk.query, &counts), ERR_NONE);
	assert_int_equal(counts.logs_frozen, 1);
	press_end(&fork);
}

/* ---- verify ---- */

/* Verify page by page; the last page's answer is returned. */
static Erfa__Answer *
verify_all(struct desk *desk, unsigned percent, size_t *ret_damage)
{
	Erfa__Answer *answer = verify(desk, NULL, percent);
	Erfa__Answer *next;

	*ret_damage = answer->verify->n_damage;
	while (answer->verify->next != NULL) {
		next = verify(desk, answer->verify->next, percent);
		control_free_answer(answer);
		answer = next;
		*ret_damage += answer->verify->n_damage;
	}
	return answer;
}

static void
add_many(struct press *press, unsigned count)
{
	char title[32];
	unsigned i;

	for (i = 0; i < count; i++) {
		(void)snprintf(title, sizeof(title), "Boliger nummer %u", i);
		(void)add_trial(press, title,
		    press_trial(title, "Om plejehjem", NULL, "dk-791 Viborg"));
	}
}

static void
a_sound_store_verifies(void **state)
{
	struct fixture *f = *state;
	struct press fork;
	struct store_txn *txn;
	Erfa__Answer *answer;
	size_t damage;

	add_many(&f->own, 600);
	press_begin(&fork, 3, 7, "fi-564");
	add_many(&fork, 3);
	(void)add_trial(&f->third, "a",
	    titled("S\xc3\xa5"
		   "dan"));
	publish(f);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_branch(&fork, txn, 1);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	answer = verify_all(&f->desk, 0, &damage);
	assert_string_equal(answer->verify->schema, "erfa.verify/1");
	assert_int_equal(damage, 0);
	assert_int_equal(answer->verify->logs, 3);

	/* The branch beside the fork counts too. */
	assert_int_equal(
	    answer->verify->entries, answer->verify->entries_total + 3);
	assert_int_equal(answer->verify->bodies, 602);
	assert_true(answer->verify->heads >= 6);
	control_free_answer(answer);
	answer = verify_all(&f->desk, 50, &damage);
	assert_true(answer->verify->bodies > 200);
	assert_true(answer->verify->bodies < 400);
	control_free_answer(answer);
	press_end(&fork);
}

/* Two logs of one key that have nothing in common: their first entries differ. */
static void
a_log_forked_at_its_first_entry_verifies(void **state)
{
	struct fixture *f = *state;
	struct press fork;
	struct store_txn *txn;
	Erfa__Answer *answer;
	size_t damage;

	press_begin(&fork, 3, 7, "fi-565");
	add_many(&fork, 3);
	(void)add_trial(&f->third, "a", titled("Fra f\xc3\xb8rste ord"));
	publish(f);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_branch(&fork, txn, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	answer = verify_all(&f->desk, 100, &damage);
	assert_int_equal(damage, 0);
	assert_int_equal(answer->verify->logs, 3);
	assert_int_equal(
	    answer->verify->entries, answer->verify->entries_total + 4);
	control_free_answer(answer);
	press_end(&fork);
}

/* Change a byte of a row of main, with the store closed. */
static void
spoil(struct fixture *f, const char *table, uint64_t n, size_t from_end)
{
	const char *const tables[] = { table };
	char *path = scratch_path(f->desk.dir, "main.mdb");
	const struct db_options options = {
		.path = path,
		.map_bytes = MAP_BYTES,
		.tables = tables,
		.ntables = 1,
	};
	uint8_t raw[LOG_ID_LEN + 9] = { 0 };
	struct bytes key = { .data = raw, .len = sizeof(raw) };
	struct bytes val;
	struct db *db;
	struct db_txn *txn;
	uint8_t *copy;

	memcpy(raw, f->own.log_id, LOG_ID_LEN);
	bytes_put_be64(raw + LOG_ID_LEN + 1, n);
	assert_int_equal(db_open(&options, &db), ERR_NONE);
	assert_int_equal(db_begin(db, true, &txn), ERR_NONE);
	assert_int_equal(db_get(txn, 0, key, &val), ERR_NONE);
	copy = malloc(val.len);
	assert_non_null(copy);
	memcpy(copy, val.data, val.len);
	copy[val.len - from_end] ^= 1;
	val.data = copy;
	assert_int_equal(db_put(txn, 0, key, val, DB_REPLACE), ERR_NONE);
	assert_int_equal(db_commit(&txn), ERR_NONE);
	free(copy);
	db_close(db);
	free(path);
}

/* Damage a header and a body of the own log; 0 = none. */
static void
damage_store(struct fixture *f, uint64_t header, uint64_t body)
{
	desk_stop(&f->desk);
	if (header > 0)
		spoil(f, "hdr", header, 1);
	if (body > 0)
		spoil(f, "body", body, 1);
	desk_start(&f->desk, &f->own);
}

static void
damage_is_found_where_it_is(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	char hex[2 * LOG_ID_LEN + 1];
	char where[80];
	Erfa__Answer *answer;
	size_t damage;

	add_many(&f->own, 600);
	publish(f);
	damage_store(f, 300, 400);
	answer = verify(&f->desk, NULL, 0);
	assert_true(answer->verify->n_damage >= 1);
	bytes_hex(f->own.log_id, LOG_ID_LEN, hex);
	(void)snprintf(where, sizeof(where), "log %s entry 300", hex);
	assert_string_equal(answer->verify->damage[0]->where, where);
	control_free_answer(answer);
	answer = verify_all(&f->desk, 0, &damage);
	assert_int_equal(damage, 2);
	assert_int_equal(answer->verify->entries, 605);
	control_free_answer(answer);

	/* Lists go on, and show neither. */
	answer = list(&f->desk, &request);
	assert_int_equal(answer->list->total, 600);
	control_free_answer(answer);
}

/* ---- bundle ---- */

/* Put one frame of a bundle into a store, as an importer would. */
static void
take_frame(struct desk *desk, const struct fixture *f,
    const ProtobufCBinaryData *frame, unsigned *runs, unsigned *bodies)
{
	const struct press *presses[3] = { &f->own, &f->other, &f->third };
	struct wire_msg msg;
	struct store_txn *txn;
	const struct wire_body *part;
	size_t i;

	assert_int_equal(wire_decode(frame->data, frame->len, &msg), ERR_NONE);
	assert_int_equal(msg.type, WIRE_DATA);
	assert_int_equal(msg.u.data.req, 0);
	assert_int_equal(store_begin(desk->store, true, &txn), ERR_NONE);
	if (msg.u.data.has_run) {
		for (i = 0; memcmp(presses[i]->log_id, msg.u.data.run.log_id,
				LOG_ID_LEN) != 0;
		     i++)
			assert_true(i < 2);
		assert_int_equal(store_add_run(txn, presses[i]->key.public_key,
				     7, false, &msg.u.data.run),
		    ERR_NONE);
		(*runs)++;
	}
	for (i = 0; i < msg.u.data.nbodies; i++) {
		part = &msg.u.data.bodies[i];
		assert_int_equal(part->state, WIRE_OK);
		(*bodies)++;
		if (part->total != part->data.len)
			continue;
		assert_int_equal(
		    store_add_body(txn, part->ref.log_id, part->ref.n,
			part->salt, part->data.data, part->data.len),
		    ERR_NONE);
	}
	assert_int_equal(store_commit(&txn), ERR_NONE);
	wire_clear(&msg);
}

static void
a_bundle_holds_all_runs_and_bodies(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	struct press stranger;
	struct desk other;
	Erfa__Answer *answer;
	Erfa__Body *large = titled("Stor");
	char *cursor = NULL;
	unsigned runs = 0;
	unsigned bodies = 0;
	size_t i;

	press_begin(&stranger, 9, 1, "se-180");
	add_many(&f->own, 300);
	add_many(&f->third, 20);
	large->trial->summary = calloc(1, 200001);
	assert_non_null(large->trial->summary);
	memset(large->trial->summary, 'x', 200000);
	(void)add_trial(&f->other, "stor", large);
	publish(f);
	press_publish(&stranger, f->desk.store, false);
	desk_settle(&f->desk);
	desk_open(&other, &f->own);
	do {
		answer = bundle(&f->desk, cursor);
		assert_string_equal(
		    answer->bundle_export->schema, "erfa.bundle-export/1");
		for (i = 0; i < answer->bundle_export->n_msg; i++)
			take_frame(&other, f, &answer->bundle_export->msg[i],
			    &runs, &bodies);
		free(cursor);
		cursor = answer->bundle_export->next == NULL ?
		    NULL :
		    strdup(answer->bundle_export->next);
		if (cursor == NULL) {
			assert_int_equal(answer->bundle_export->entries, 326);
			assert_int_equal(answer->bundle_export->bodies, 322);
		}
		control_free_answer(answer);
	} while (cursor != NULL);
	assert_true(runs >= 4);

	/* The large one is in four parts. */
	assert_int_equal(bodies, 325);
	desk_settle(&other);
	assert_int_equal(total(&other, &request), 321);
	desk_close(&other);
	press_end(&stranger);
}

/* ---- sameness ---- */

/* An answer as JSON, without what each node numbers for itself. */
static char *
json_of(Erfa__Answer *answer)
{
	const struct json_options options = {
		.pretty = true,
		.print_defaults = true,
	};
	char *text;
	size_t i;

	if (answer->say_case == ERFA__ANSWER__SAY_LIST)
		for (i = 0; i < answer->list->n_row; i++)
			answer->list->row[i]->arrival = 0;
	if (answer->say_case == ERFA__ANSWER__SAY_FIND)
		for (i = 0; i < answer->find->n_row; i++)
			answer->find->row[i]->arrival = 0;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW) {
		answer->show->row->arrival = 0;
		for (i = 0; i < answer->show->n_related; i++)
			answer->show->related[i]->row->arrival = 0;
	}
	assert_int_equal(
	    json_from_message(control_said(answer), &options, &text), ERR_NONE);
	control_free_answer(answer);
	return text;
}

static void
assert_same(Erfa__Answer *one, Erfa__Answer *two)
{
	char *a = json_of(one);
	char *b = json_of(two);

	assert_string_equal(a, b);
	free(a);
	free(b);
}

static void
the_order_of_arrival_changes_nothing(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest all = ERFA__LIST_REQUEST__INIT;
	Erfa__FindRequest words = ERFA__FIND_REQUEST__INIT;
	struct desk other;
	struct store_txn *txn;
	uint8_t record[RECORD_LEN];
	char id[RECORD_ID_CHARS + 1];
	char kind[] = "all";
	uint64_t n;

	press_record("x", record);
	add_many(&f->own, 30);
	(void)add_trial(&f->own, "x", press_trial("A", NULL, "e", NULL));
	(void)add_trial(&f->other, "x", press_trial("A", NULL, "e", NULL));
	(void)add_trial(&f->other, "x", version("Boliger", 2, 0));
	(void)add_trial(&f->own, "x", version("Bolig", 2, 0));
	(void)add_about(
	    &f->other, HEADER_DECISION, "d", "e", press_ref(&f->other, record));
	(void)add_about(
	    &f->third, HEADER_COMMENT, "c", NULL, press_ref(&f->own, record));
	publish(f);

	/* Logs in another order, bodies backwards and apart. */
	desk_open(&other, &f->own);
	assert_int_equal(store_begin(other.store, true, &txn), ERR_NONE);
	press_put(&f->third, txn, false, 0);
	press_put(&f->other, txn, false, 0);
	press_put(&f->own, txn, true, 5);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&other);
	assert_int_equal(store_begin(other.store, true, &txn), ERR_NONE);
	press_put(&f->own, txn, true, 0);
	for (n = f->own.count; n > 0; n--)
		press_give(&f->own, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	press_publish(&f->other, other.store, false);
	press_publish(&f->third, other.store, false);
	desk_settle(&other);

	all.kind = kind;
	assert_same(list(&f->desk, &all), list(&other, &all));
	assert_same(
	    find(&f->desk, "bolig", &words), find(&other, "bolig", &words));
	full_id(&f->own, "x", id);
	assert_same(show(&f->desk, id), show(&other, id));
	full_id(&f->other, "x", id);
	assert_same(show(&f->desk, id), show(&other, id));
	desk_close(&other);
}

static void
a_rebuilt_index_gives_the_same_answers(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest all = ERFA__LIST_REQUEST__INIT;
	Erfa__FindRequest words = ERFA__FIND_REQUEST__INIT;
	char kind[] = "all";
	char *before[3];
	char *after[3];
	unsigned i;

	add_many(&f->own, 40);
	publish(f);
	add_many(&f->third, 40);
	publish(f);
	all.kind = kind;
	before[0] = json_of(list(&f->desk, &all));
	before[1] = json_of(find(&f->desk, "plejehjem", &words));
	before[2] = json_of(watch(&f->desk, "start", NULL));
	desk_rebuild(&f->desk);
	after[0] = json_of(list(&f->desk, &all));
	after[1] = json_of(find(&f->desk, "plejehjem", &words));
	after[2] = json_of(watch(&f->desk, "start", NULL));
	for (i = 0; i < 3; i++) {
		assert_string_equal(before[i], after[i]);
		free(before[i]);
		free(after[i]);
	}
}

/* ---- real trials ---- */

/* Write all that the corpus tells of, as ${press} would import it. */
static void
import(struct press *press)
{
	struct corpus_table *table;
	struct corpus *corpus;
	const struct corpus_record *records;
	struct press_options options = { .kind = 0 };
	char fault[CORPUS_FAULT_MAX];
	FILE *file = fopen("tests/corpus/trials.jsonl", "rb");
	uint8_t *buf;
	size_t count;
	size_t len;
	size_t i;

	assert_non_null(file);
	assert_int_equal(corpus_table_open("conf", &table, fault), ERR_NONE);
	assert_int_equal(corpus_new(table, press->org, &corpus), ERR_NONE);
	assert_int_equal(corpus_read(corpus, file), ERR_NONE);
	(void)fclose(file);
	records = corpus_records(corpus, &count);
	for (i = 0; i < count; i++) {
		options.kind = records[i].kind;
		options.record = records[i].record;
		assert_int_equal(
		    body_encode(records[i].body, &buf, &len), ERR_NONE);
		(void)press_add_sealed(press, &options, buf, len);
		free(buf);
	}
	corpus_free(corpus);
	corpus_table_close(table);
}

static void
trials_that_two_nodes_import_are_counted_once(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest request = ERFA__LIST_REQUEST__INIT;
	Erfa__FindRequest words = ERFA__FIND_REQUEST__INIT;
	char danish[] = "DK";
	char norwegian[] = "NO";
	Erfa__Answer *answer;
	size_t countries[2] = { 0 };
	size_t i;

	import(&f->own);
	import(&f->other);
	publish(f);
	assert_int_equal(total(&f->desk, &request), 138);
	request.country = danish;
	assert_int_equal(total(&f->desk, &request), 76);
	request.country = norwegian;
	assert_int_equal(total(&f->desk, &request), 34);

	answer = find(&f->desk, "boliger", &words);
	assert_int_equal(answer->find->n_row, answer->find->total);
	for (i = 0; i < answer->find->n_row; i++) {
		countries[0] += strcmp(answer->find->row[i]->country, "DK") ==
		    0;
		countries[1] += strcmp(answer->find->row[i]->country, "NO") ==
		    0;
	}
	assert_true(countries[0] >= 4);
	assert_true(countries[1] >= 1);
	control_free_answer(answer);
}

/* ---- many at once, and much ---- */

struct asker {
	struct desk *desk;
	unsigned failures;
};

static void *
ask_often(void *context)
{
	struct asker *asker = context;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ListRequest list = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	uint64_t last = 0;
	unsigned i;

	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = &list;
	for (i = 0; i < 30; i++) {
		if (query_answer(asker->desk->query, &request, &answer) !=
			ERR_NONE ||
		    answer->say_case != ERFA__ANSWER__SAY_LIST ||
		    answer->list->total < last) {
			asker->failures++;
			return NULL;
		}
		last = answer->list->total;
		control_free_answer(answer);
	}
	return NULL;
}

static void
many_may_ask_while_the_index_grows(void **state)
{
	struct fixture *f = *state;
	struct asker askers[4];
	pthread_t threads[4];
	unsigned i;

	for (i = 0; i < 4; i++) {
		askers[i] = (struct asker){ .desk = &f->desk };
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ask_often, &askers[i]),
		    0);
	}
	for (i = 0; i < 10; i++) {
		add_many(&f->own, 20);
		press_publish(&f->own, f->desk.store, true);
		indexer_wake(f->desk.indexer);
		desk_directory(&f->desk, &f->own);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(askers[i].failures, 0);
	}
}

static double
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Ten thousand records: the times are printed, not judged. */
static void
ten_thousand_records_are_searched(void **state)
{
	struct fixture *f = *state;
	Erfa__ListRequest all = ERFA__LIST_REQUEST__INIT;
	Erfa__FindRequest words = ERFA__FIND_REQUEST__INIT;
	char after[] = "e8030000";
	double start;

	add_many(&f->own, 10000);
	start = now_ms();
	press_publish(&f->own, f->desk.store, true);
	print_message("10,000 records: stored in %.0f ms", now_ms() - start);
	start = now_ms();
	desk_settle(&f->desk);
	print_message(", indexed in %.0f ms", now_ms() - start);
	start = now_ms();
	control_free_answer(list(&f->desk, &all));
	print_message(", first list %.1f ms", now_ms() - start);
	start = now_ms();
	control_free_answer(list(&f->desk, &all));
	print_message(", list %.1f ms", now_ms() - start);
	start = now_ms();
	control_free_answer(find(&f->desk, "9999", &words));
	print_message(", find one %.1f ms", now_ms() - start);
	start = now_ms();
	control_free_answer(find(&f->desk, "boliger plejehjem", &words));
	print_message(", find all %.1f ms", now_ms() - start);
	words.cursor = after;
	start = now_ms();
	control_free_answer(find(&f->desk, "boliger", &words));
	print_message(", beyond 1,000 %.1f ms\n", now_ms() - start);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_newest_trial_is_listed_first),
		T(an_empty_store_has_an_empty_list),
		T(pages_of_a_list_are_complete_and_without_doubles),
		T(lists_can_be_narrowed),
		T(unknown_kinds_and_noise_are_listed_by_their_number),
		T(words_that_are_not_understood_are_told),
		T(other_requests_are_not_answered),
		T(the_greatest_version_is_the_current_one),
		T(what_was_republished_counts_once),
		T(equal_external_ids_are_shown_and_counted_once),
		T(a_stranger_neither_hides_a_transcription_nor_counts_with_it),
		T(a_stranger_that_comes_first_gains_nothing),
		T(a_transcriber_may_say_it_in_its_own_words),
		T(who_is_named_goes_before_the_transcriber),
		T(nobody_gets_before_others_by_naming_itself),
		T(two_that_a_third_names_are_one),
		T(transcriptions_are_one_if_they_tell_of_one_place),
		T(an_heir_stands_for_who_is_named),
		T(the_word_of_an_heir_ends_silence),
		T(a_change_of_the_directory_needs_no_new_index),
		T(bodies_beyond_what_counts_are_not_still_to_come),
		T(absent_and_erased_bodies_are_told_as_such),
		T(a_record_is_shown_with_what_names_it),
		T(no_flood_of_one_kind_hides_another),
		T(of_too_many_retractions_the_newest_are_kept),
		T(publisher_has_the_name_that_was_given_last),
		T(what_a_record_names_is_shown_with_it),
		T(what_names_a_twin_is_shown_with_the_one_that_stands_for_it),
		T(ids_that_collide_are_shown_longer),
		T(a_prefix_of_one_trial_and_other_records_means_the_trial),
		T(ids_that_mean_nothing_are_told),
		T(words_are_found_in_titles_before_texts),
		T(trials_are_found_by_their_programme_and_their_sites),
		T(a_body_that_comes_later_is_found),
		T(a_search_without_words_is_refused),
		T(what_is_erased_is_counted_where_its_header_tells),
		T(what_was_decided_is_found_if_who_did_is_heard),
		T(a_page_beyond_the_first_thousand_is_the_last_if_time_was_up),
		T(sections_beyond_a_hundred_are_left_out_and_that_is_said),
		T(who_decides_is_said_by_the_record_that_is_decided_about),
		T(pages_of_a_search_are_complete_and_without_doubles),
		T(pages_beyond_the_first_thousand_go_on_where_they_ended),
		T(a_watcher_sees_each_entry_once),
		T(a_watcher_can_begin_at_the_start),
		T(pages_of_a_watch_are_complete),
		T(an_export_holds_every_record_in_order_of_import),
		T(an_export_can_hold_all_versions),
		T(an_export_by_arrival_goes_on_with_what_is_new),
		T(an_export_never_lacks_what_the_index_lacks),
		T(a_refusal_tells_why_the_index_is_behind),
		T(logs_are_told_with_how_far_they_count),
		T(what_follows_a_fork_is_not_shown),
		T(a_sound_store_verifies),
		T(a_log_forked_at_its_first_entry_verifies),
		T(damage_is_found_where_it_is),
		T(a_bundle_holds_all_runs_and_bodies),
		T(the_order_of_arrival_changes_nothing),
		T(a_rebuilt_index_gives_the_same_answers),
		T(trials_that_two_nodes_import_are_counted_once),
		T(many_may_ask_while_the_index_grows),
		T(ten_thousand_records_are_searched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
