/*
 * bench_search - the text index beside SQLite FTS5: the same documents, the same
 * questions, the same run, one thread each.
 *
 *   bench_search [N]    documents (100,000)
 *
 * Ours takes in every word folded, as written and stemmed, and writes durably
 * every 1,000 documents; FTS5 keeps no contents, takes words as they are, and
 * commits as often to a write-ahead log without waiting for the disk.  A question
 * is the 20 best by BM25; both sides keep from one question to the next what a
 * process that is asked often keeps: a statement, and pages, or what is known of
 * the parts.
 *
 * The size is that of a file at rest, which the index leaves when it has caught up:
 * written anew if more than a third of it is free (index_compact()).
 *
 * Of every question the processor time is taken, and the time that passed, which is
 * what one waits.  Both ratios of medians are printed, and the worse is judged: the
 * two sides take turns, so that what disturbs the machine disturbs both.  The
 * slowest questions are judged by processor time, since by the clock they tell how
 * long one was not let run; the clock is printed beside it.  Before and after a
 * probe tells how fast the machine is, and what share of a processor it gives: how
 * long it takes to add up 4 MiB, and how much of the time that took was spent on
 * it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <sqlite3.h>

#include "daemon/db.h"
#include "daemon/search.h"
#include "daemon/tokens.h"
#include "tests/unit/prose.h"
#include "tests/unit/scratch.h"

#define VOCABULARY 200000
#define BATCH      1000
#define ASKED      300 /* questions of a class */
#define BEST       20
#define PROBES     51
#define CONCEPTS   3
#define LABELS     8 /* of each concept */

struct bench {
	struct prose *prose;
	struct db *db;
	sqlite3 *sqlite;
	sqlite3_stmt *select;
	struct tokens *tokens;
	struct search *search; /* left between questions; NULL = not opened */
	double bytes;          /* a document */
	double spare;          /* of these: in free pages */
	double worst;          /* p99 of processor time, seconds */
	double worst_passed;
	unsigned missed; /* goals */
	char title[400];
	char summary[2000];
	char text[4000];
};

/* Seconds: of the clock, or of processor time of this thread. */
static double
seconds(clockid_t clock)
{
	struct timespec at;

	(void)clock_gettime(clock, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double
now(void)
{
	return seconds(CLOCK_MONOTONIC);
}

static double
spent(void)
{
	return seconds(CLOCK_THREAD_CPUTIME_ID);
}

/* How long something took. */
struct took {
	double passed;
	double spent;
};

static struct took
clocks(void)
{
	return (struct took){ .passed = now(), .spent = spent() };
}

static void
add_time(struct took *took, struct took from)
{
	took->passed += now() - from.passed;
	took->spent += spent() - from.spent;
}

/* The verdict on a figure. */
static const char *
verdict(struct bench *bench, bool holds)
{
	bench->missed += !holds;
	return holds ? "holds" : "MISSED";
}

static void
must(enum err err, const char *what)
{
	if (err == ERR_NONE)
		return;
	(void)fprintf(stderr, "bench_search: %s: %s\n", what, err_str(err));
	exit(1);
}

static void
must_sqlite(struct bench *bench, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	(void)fprintf(stderr, "bench_search: sqlite: %s\n",
	    sqlite3_errmsg(bench->sqlite));
	exit(1);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Tell how fast the machine is, by the median of some sums. */
static void
probe(const char *when)
{
	static uint64_t numbers[524288];
	static double each[PROBES];
	volatile uint64_t sum = 0;
	double passed = now();
	double all = spent();
	double from;
	size_t round;
	size_t i;

	for (round = 0; round < PROBES; round++) {
		from = spent();
		for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			sum += numbers[i] + i;
		each[round] = spent() - from;
	}
	passed = now() - passed;
	all = spent() - all;
	qsort(each, PROBES, sizeof(each[0]), compare);
	(void)printf("  probe %s: 4 MiB added up in %.3f ms, with %.0f %% of "
		     "a processor\n",
	    when, each[PROBES / 2] * 1e3, 100 * all / passed);
}

/* ---- building ---- */

static void
next_document(struct bench *bench)
{
	prose_write(bench->prose, 4 + prose_random(bench->prose, 8),
	    bench->title, sizeof(bench->title));
	prose_write(bench->prose, 20 + prose_random(bench->prose, 40),
	    bench->summary, sizeof(bench->summary));
	prose_write(bench->prose, 40 + prose_random(bench->prose, 120),
	    bench->text, sizeof(bench->text));
}

static void
write_ours(struct bench *bench, struct search_batch *batch)
{
	struct db_txn *old;
	struct db_txn *txn;
	bool done = true;

	must(db_begin(bench->db, true, &txn), "begin");
	must(search_batch_write(batch, txn, 0), "write");
	must(db_commit(&txn), "commit");
	while (done) {
		must(db_begin(bench->db, false, &old), "begin");
		must(db_begin(bench->db, true, &txn), "begin");
		must(search_tend(old, txn, 0, &done), "tend");
		db_abort(&old);
		if (done)
			must(db_commit(&txn), "commit");
		db_abort(&txn);
	}
}

static struct took
build_ours(struct bench *bench, size_t count)
{
	struct search_batch *batch;
	struct took took = { .passed = 0.0 };
	struct took from;
	size_t i;

	must(search_batch_new(&batch), "batch");
	for (i = 1; i <= count; i++) {
		next_document(bench);
		from = clocks();
		search_batch_begin(batch, (uint32_t)i, STEM_DA, 6);
		must(search_batch_text(batch, SEARCH_TITLE, bench->title),
		    "title");
		must(search_batch_text(batch, SEARCH_SUMMARY, bench->summary),
		    "summary");
		must(
		    search_batch_text(batch, SEARCH_TEXT, bench->text), "text");
		must(search_batch_end(batch), "end");
		if (i % BATCH == 0 || i == count)
			write_ours(bench, batch);
		add_time(&took, from);
	}
	search_batch_free(batch);
	return took;
}

static struct took
build_theirs(struct bench *bench, size_t count)
{
	sqlite3_stmt *insert;
	struct took took = { .passed = 0.0 };
	struct took from;
	size_t i;

	must_sqlite(bench,
	    sqlite3_exec(bench->sqlite,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		"PRAGMA cache_size=-200000;"
		"CREATE VIRTUAL TABLE d USING fts5(title, summary, text,"
		" content='', tokenize=unicode61);"
		"INSERT INTO d(d, rank) VALUES('rank', 'bm25(5,2,1)');",
		NULL, NULL, NULL));
	must_sqlite(bench,
	    sqlite3_prepare_v2(bench->sqlite,
		"INSERT INTO d(rowid, title, summary, text) VALUES(?,?,?,?)",
		-1, &insert, NULL));
	for (i = 1; i <= count; i++) {
		next_document(bench);
		from = clocks();
		if (i % BATCH == 1)
			must_sqlite(bench,
			    sqlite3_exec(
				bench->sqlite, "BEGIN", NULL, NULL, NULL));
		sqlite3_bind_int64(insert, 1, (sqlite3_int64)i);
		sqlite3_bind_text(insert, 2, bench->title, -1, SQLITE_STATIC);
		sqlite3_bind_text(insert, 3, bench->summary, -1, SQLITE_STATIC);
		sqlite3_bind_text(insert, 4, bench->text, -1, SQLITE_STATIC);
		must_sqlite(bench, sqlite3_step(insert));
		must_sqlite(bench, sqlite3_reset(insert));
		if (i % BATCH == 0 || i == count)
			must_sqlite(bench,
			    sqlite3_exec(
				bench->sqlite, "COMMIT", NULL, NULL, NULL));
		add_time(&took, from);
	}
	sqlite3_finalize(insert);
	return took;
}

/* ---- asking ---- */

enum class {
	ONE_COMMON,
	TWO_AND,
	THREE_OR,
	RARE,
	EXPANDED,
	CLASSES,
};

static const struct {
	const char *name;
	size_t words;
	size_t least; /* rank */
	size_t ranks;
	double goal;
} classes[CLASSES] = {
	[ONE_COMMON] = { "one common word", 1, 20, 300, 0.1 },
	[TWO_AND] = { "two words, both", 2, 20, 1000, 0.1 },
	[THREE_OR] = { "three words, any", 3, 20, 1000, 0.1 },
	[RARE] = { "a rare word", 1, 20000, 100000, 0.1 },
	[EXPANDED] = { "three concepts, expanded", CONCEPTS *LABELS, 40, 4000,
	    0.3 },
};

/* Copies, so that it is not the first to ask who waits for the vocabulary. */
struct question {
	char words[CONCEPTS * LABELS][TOKEN_RAW_MAX + 1];
	size_t count;
};

static void
make_question(struct bench *bench, enum class class, struct question *question)
{
	size_t i;

	question->count = classes[class].words;
	for (i = 0; i < question->count; i++)
		(void)snprintf(question->words[i], sizeof(question->words[i]),
		    "%s",
		    prose_word(bench->prose,
			classes[class].least +
			    prose_random(bench->prose, classes[class].ranks)));
}

/* Add a way to a group, unless it has it. */
static void
add_way(struct search_group *group, enum search_term kind, const char *text)
{
	struct search_way *way = &group->ways[group->count];
	size_t len = strlen(text);
	size_t i;

	for (i = 0; i < group->count; i++)
		if (group->ways[i].kind == kind &&
		    strcmp(group->ways[i].text, text) == 0)
			return;
	if (len == 0 || len > SEARCH_TERM_MAX)
		return;
	memset(way, 0, sizeof(*way));
	way->kind = kind;
	way->weight = kind == SEARCH_WORD ? 240 :
	    kind == SEARCH_STEM           ? 220 :
					    256;
	memcpy(way->text, text, len + 1);
	group->count++;
}

/* Add a word to a group, in the forms in which it can stand. */
static void
add_ways(struct search_group *group, struct tokens *tokens, const char *word)
{
	struct token forms[STEM_LANGS];
	int lang;

	if (tokens_in_all(tokens, word, strlen(word), forms) != ERR_NONE)
		return;
	for (lang = STEM_NONE; lang < STEM_LANGS; lang++) {
		add_way(group, SEARCH_WORD, forms[lang].folded);
		add_way(group, SEARCH_EXACT, forms[lang].exact);
		add_way(group, SEARCH_STEM, forms[lang].stem);
	}
}

static void
ask_ours(struct bench *bench, enum class class, const struct question *question)
{
	static struct search_way ways[CONCEPTS][SEARCH_WAYS];
	struct search_group groups[CONCEPTS];
	struct search_ask ask = { .groups = groups, .limit = BEST };
	struct search_hit hits[BEST];
	struct db_txn *txn;
	struct tokens *tokens = bench->tokens;
	size_t count;
	size_t i;
	bool late;

	memset(groups, 0, sizeof(groups));
	for (i = 0; i < CONCEPTS; i++) {
		groups[i].ways = ways[i];
		groups[i].factor = 256;
	}
	for (i = 0; i < question->count; i++)
		add_ways(&groups[class == EXPANDED ? i / LABELS : i], tokens,
		    question->words[i]);
	ask.count = class == EXPANDED ? CONCEPTS : question->count;
	ask.all = class == TWO_AND;
	must(db_begin(bench->db, false, &txn), "begin");
	must(bench->search == NULL ? search_open(txn, 0, &bench->search) :
				     search_renew(bench->search, txn),
	    "open");
	must(search_top(bench->search, &ask, hits, &count, &late), "top");
	search_leave(bench->search);
	db_abort(&txn);
}

static void
ask_theirs(
    struct bench *bench, enum class class, const struct question *question)
{
	char text[4096] = "";
	size_t len = 0;
	size_t i;

	for (i = 0; i < question->count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s\"%s\"",
		    i == 0               ? "" :
			class == TWO_AND ? " AND " :
					   " OR ",
		    question->words[i]);
	sqlite3_bind_text(bench->select, 1, text, -1, SQLITE_STATIC);
	while (sqlite3_step(bench->select) == SQLITE_ROW)
		;
	must_sqlite(bench, sqlite3_reset(bench->select));
}

/* Times of all questions of a class, in order. */
struct times {
	double passed[ASKED];
	double spent[ASKED];
};

static void
take_time(struct times *times, size_t i, struct took from)
{
	times->passed[i] = now() - from.passed;
	times->spent[i] = spent() - from.spent;
}

static void
sort_times(struct times *times)
{
	qsort(times->passed, ASKED, sizeof(double), compare);
	qsort(times->spent, ASKED, sizeof(double), compare);
}

static void
measure(struct bench *bench, enum class class)
{
	static struct times ours;
	static struct times theirs;
	struct question question;
	struct took from;
	double ratio;
	double passed;
	double worse;
	size_t i;

	for (i = 0; i < ASKED; i++) {
		make_question(bench, class, &question);
		from = clocks();
		ask_ours(bench, class, &question);
		take_time(&ours, i, from);
		from = clocks();
		ask_theirs(bench, class, &question);
		take_time(&theirs, i, from);
	}
	sort_times(&ours);
	sort_times(&theirs);
	ratio = ours.spent[ASKED / 2] / theirs.spent[ASKED / 2];
	passed = ours.passed[ASKED / 2] / theirs.passed[ASKED / 2];
	worse = ratio > passed ? ratio : passed;
	(void)printf("  %-24s %7.3f %7.3f %7.3f  %8.3f %8.3f  %5.3f %7.3f  "
		     "(at most %.1f: %s)\n",
	    classes[class].name, ours.spent[ASKED / 2] * 1e3,
	    ours.spent[ASKED * 99 / 100] * 1e3,
	    ours.passed[ASKED * 99 / 100] * 1e3, theirs.spent[ASKED / 2] * 1e3,
	    theirs.spent[ASKED * 99 / 100] * 1e3, ratio, passed,
	    classes[class].goal, verdict(bench, worse <= classes[class].goal));
	if (ours.spent[ASKED * 99 / 100] > bench->worst)
		bench->worst = ours.spent[ASKED * 99 / 100];
	if (ours.passed[ASKED * 99 / 100] > bench->worst_passed)
		bench->worst_passed = ours.passed[ASKED * 99 / 100];
}

/* Bytes that a file takes up. */
static double
file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (double)st.st_blocks * 512 : 0.0;
}

static void
bench_open(struct bench *bench, const char *ours, const char *theirs)
{
	static const char *const tables[] = { "parts", "terms" };
	const struct db_options options = {
		.path = ours,
		.map_bytes = (size_t)8 << 30,
		.tables = tables,
		.ntables = SEARCH_TABLES,
	};

	must(db_open(&options, &bench->db), "open");
	must(tokens_new(&bench->tokens), "tokens");
	must_sqlite(bench, sqlite3_open(theirs, &bench->sqlite));
}

static void
bench_build(struct bench *bench, size_t count)
{
	struct db_txn *txn;
	struct search *search;
	struct took ours;
	struct took theirs;
	double ratio;
	uint64_t used;
	uint64_t spare;
	uint64_t most;

	if ((bench->prose = prose_new(7, VOCABULARY)) == NULL)
		must(ERR_NOMEM, "prose");
	ours = build_ours(bench, count);
	prose_free(bench->prose);
	bench->prose = prose_new(7, VOCABULARY);
	theirs = build_theirs(bench, count);
	must_sqlite(bench,
	    sqlite3_prepare_v2(bench->sqlite,
		"SELECT rowid FROM d WHERE d MATCH ? ORDER BY rank LIMIT 20",
		-1, &bench->select, NULL));
	db_usage(bench->db, &used, &most);
	must(db_begin(bench->db, false, &txn), "begin");
	must(search_open(txn, 0, &search), "open");
	ratio = theirs.spent / ours.spent;
	(void)printf(
	    "  documents a second       %8.0f  FTS5 %8.0f  ratio %.2f  "
	    "(at least 0.7: %s)\n",
	    (double)count / ours.spent, (double)count / theirs.spent, ratio,
	    verdict(bench, ratio >= 0.7));
	(void)printf(
	    "  by the clock             %8.0f  FTS5 %8.0f  ratio %.2f\n",
	    (double)count / ours.passed, (double)count / theirs.passed,
	    theirs.passed / ours.passed);
	(void)printf(
	    "  parts                      %8zu\n", search_parts(search));
	search_close(search);
	db_abort(&txn);
	must(db_spare(bench->db, &spare), "spare");
	bench->bytes = (double)used / (double)count;
	bench->spare = (double)spare / (double)count;
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	char *dir = scratch_make();
	char *ours = scratch_path(dir, "ours");
	char *theirs = scratch_path(dir, "theirs");
	char *copy = scratch_path(dir, "copy");
	double compacted;
	double rest;
	int class;

	(void)printf(
	    "search of %zu documents, the 20 best, beside FTS5\n", count);
	bench_open(&bench, ours, theirs);
	probe("before");
	bench_build(&bench, count);
	must(db_copy(bench.db, copy), "copy");
	compacted = file_bytes(copy) / (double)count;
	rest = bench.spare > bench.bytes / 3 ? compacted : bench.bytes;
	(void)printf("  bytes a document         %8.0f  FTS5 %8.0f  "
		     "(at most 1,200: %s)\n",
	    rest, file_bytes(theirs) / (double)count,
	    verdict(&bench, rest <= 1200));
	(void)printf("  most while it was built  %8.0f  of them free %.0f\n",
	    bench.bytes, bench.spare);
	(void)printf("  compacted                %8.0f\n", compacted);
	(void)printf("  %-24s %7s %7s %7s  %8s %8s  p50 ratio, (clock)\n",
	    "ms of processor time", "p50", "p99", "(clock)", "FTS5 p50", "p99");
	for (class = 0; class < CLASSES; class ++)
		measure(&bench, (enum class) class);
	(void)printf(
	    "  worst p99                %8.3f ms  (at most 5: %s; by the "
	    "clock %.3f)\n",
	    bench.worst * 1e3, verdict(&bench, bench.worst <= 0.005),
	    bench.worst_passed * 1e3);
	probe("after");
	(void)printf("  goals missed             %8u\n", bench.missed);
	sqlite3_finalize(bench.select);
	sqlite3_close(bench.sqlite);
	search_close(bench.search);
	db_close(bench.db);
	tokens_free(bench.tokens);
	prose_free(bench.prose);
	free(ours);
	free(theirs);
	free(copy);
	scratch_remove(dir);
	return 0;
}
