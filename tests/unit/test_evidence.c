#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "proto/json.h"
#include "client/evidence.h"
#include "client/evidence_column.h"
#include "client/evidence_csv.h"
#include "client/evidence_table.h"
#include "client/forest.h"
#include "client/forest_scale.h"
#include "client/forest_svg.h"
#include "client/forest_words.h"
#include "tests/unit/capture.h"

#define WIDTH 80

/* A table, pooled. */
struct made {
	struct evidence_table *table;
	struct evidence *evidence;
	Erfa__EvidenceReport *report;
};

static const struct evidence_options usual = {
	.method = META_REML,
	.ci = META_HK,
	.level = 0.95,
};

static struct evidence_table *
read_text(const char *text, enum effect_measure measure)
{
	struct evidence_table *table = NULL;

	assert_int_equal(
	    evidence_table_read(text, strlen(text), measure, &table), ERR_NONE);
	return table;
}

static void
make(
    struct made *made, const char *text, const struct evidence_options *options)
{
	Erfa__EvidenceStudy *const *studies;
	size_t count;
	size_t all;

	made->table = read_text(text, options->measure);
	(void)evidence_table_faults(made->table, &count, &all);
	assert_int_equal(all, 0);
	studies = evidence_table_studies(made->table, &count);
	assert_int_equal(
	    evidence_new(studies, count, options, &made->evidence), ERR_NONE);
	made->report = evidence_report(made->evidence);
}

static void
clear(struct made *made)
{
	evidence_free(made->evidence);
	evidence_table_free(made->table);
}

/* The first fault of a table that has ${wanted}. */
static void
faulty(const char *text, size_t wanted, unsigned line, const char *words)
{
	struct evidence_table *table = read_text(text, EFFECT_ANY);
	const struct corpus_fault *faults;
	size_t count;
	size_t all;

	faults = evidence_table_faults(table, &count, &all);
	assert_int_equal(all, wanted);
	assert_int_equal(faults[0].line, line);
	if (strstr(faults[0].text, words) == NULL)
		fail_msg("%s", faults[0].text);
	evidence_table_free(table);
}

static bool
has_word(char *const *words, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

#define BANNER(pool, word) has_word((pool)->banner, (pool)->n_banner, (word))
#define ASSUMED(pool, word) \
	has_word((pool)->assumption, (pool)->n_assumption, (word))

static void
every_kind_of_numbers_is_read(void **state)
{
	static const char text[] =
	    "study,n1,m1,sd1,n2,m2,sd2,e1,f1,e2,t1,t2,n1_before,m1_before,"
	    "sd1_before,r,yi,vi,ratio,ci_low,ci_high,measure,indicator\n"
	    "means,40,12.5,3.1,35,10.1,2.7,,,,,,,,,,,,,,,,a\n"
	    "events,,,,90,,,12,68,25,,,,,,,,,,,,,b\n"
	    "rates,,,,,,,14,,30,1200,1500,,,,,,,,,,,c\n"
	    "change,30,12.5,3.1,,,,,,,,,30,10.1,2.7,0.6,,,,,,,d\n"
	    "ready,,,,,,,,,,,,,,,,0.5,0.2,,,,smd,e\n"
	    "ratio,,,,,,,,,,,,,,,,,,0.5,0.25,1,rr,f\n";
	static const double effects[] = { 2.4, -0.616186139424, -0.538996500733,
		2.4, 0.5, -0.69314718056 };
	static const double variances[] = { 0.448535714286, 0.0997222222222,
		0.104761904762, 0.228533333333, 0.2, 0.125070455982 };
	struct made made;
	size_t i;

	(void)state;
	make(&made, text, &usual);
	assert_int_equal(made.report->n_pool, 6);
	for (i = 0; i < 6; i++) {
		const Erfa__EvidencePool *pool = made.report->pool[i];

		assert_int_equal(pool->n_effect, 1);
		assert_true(fabs(pool->effect[0]->y - effects[i]) < 1e-9);
		assert_true(fabs(pool->effect[0]->v - variances[i]) < 1e-7);
		assert_true(BANNER(pool, "one_municipality"));
	}
	assert_string_equal(made.report->pool[3]->pool, "before_after");
	assert_true(BANNER(made.report->pool[3], "before_after"));
	assert_true(made.report->pool[5]->logarithm);
	assert_int_equal(made.report->denominator->poolable, 6);
	clear(&made);
}

static void
a_decimal_comma_is_read_where_it_can_be_told(void **state)
{
	struct made made;

	(void)state;
	make(&made, "study;yi;vi\na;-0,5;0,25\n", &usual);
	assert_true(made.report->pool[0]->effect[0]->y == -0.5);
	assert_true(made.report->pool[0]->effect[0]->v == 0.25);
	clear(&made);
	faulty("study,yi,vi\na,\"0,5\",1\n", 1, 2, "is not a number");
}

static void
what_cannot_be_read_is_told_with_line_and_column(void **state)
{
	(void)state;
	faulty("study,e1,n1,e2,n2\na,1,2,1,2\nb,NaN,2,1,2\n", 1, 3,
	    "column 2 (e1): \"NaN\"");
	faulty("study,yi,vi\na,1e999,2\nb,inf,1\nc,0x1p3,1\n", 3, 2,
	    "column 2 (yi)");
	faulty("study,yi,vi,design\na,1,2,best\n", 1, 2,
	    "column 4 (design): \"best\" is no design");
	faulty(
	    "study,yi,vi,polarity\na,1,2,up\n", 1, 2, "is not higher_better");
	faulty("study,yi,vi,measure\na,1,2,hr\n", 1, 2, "is no measure");
	faulty("study,yi,vi,origin\na,1,2,perhaps\n", 1, 2, "neither yes");
	faulty("study,ratio,ci_low,ci_high\na,1,.5,2\n", 1, 2,
	    "nobody says of what");
	faulty("study,yi,vi\na,1,2,3\n", 1, 2, "has 4 cells");
	faulty("study,yi,yi\na,1,2\n", 1, 1, "columns 2 and 3 are the same");
	faulty("study,colour\na,red\n", 1, 1, "no column has numbers");
	faulty("", 1, 1, "nothing in it");
	faulty("study,yi,vi\na,\"1,2\n", 1, 2, "");
	faulty("study,yi,vi\n\x1b[2J,x\x1b,1\n", 1, 2, "\\x1b");
}

static void
what_means_nothing_is_named(void **state)
{
	struct evidence_table *table = read_text(
	    "study,yi,vi, ablat ,\xc3\xa0\n a ,1,1,44,\xc3\xa0\n", EFFECT_ANY);

	(void)state;
	assert_string_equal(evidence_table_unused(table), "ablat, \xc3\xa0");
	evidence_table_free(table);
}

static void
every_column_has_its_meaning_or_one_before_it(void **state)
{
	const char *names;
	const char *help;
	size_t i;

	(void)state;
	assert_true(evidence_column_at(0, &names, &help));
	assert_non_null(help);
	for (i = 0; evidence_column_at(i, &names, &help); i++)
		assert_true(names[0] != '\0');
	assert_true(i > 40);
}

static void
pools_of_different_designs_never_mix(void **state)
{
	static const char text[] =
	    "study,design,yi,se,n1,m1,sd1,n1_before,m1_before,sd1_before,"
	    "measure\n"
	    "a,randomised,1,.1,,,,,,,md\n"
	    "b,comparison_post,2,.1,,,,,,,md\n"
	    "c,randomised,3,.1,,,,,,,md\n"
	    "d,before_after,4,.1,,,,,,,md\n"
	    "e,time_series,5,.1,,,,,,,mc\n"
	    "f,randomised,,,30,9,2,30,8,2,\n"
	    "g,qualitative,6,.1,,,,,,,md\n"
	    "h,,7,.1,,,,,,,mc\n";
	struct evidence_options options = usual;
	struct made made;

	(void)state;
	make(&made, text, &usual);
	assert_int_equal(made.report->n_pool, 3);
	assert_string_equal(made.report->pool[0]->pool, "with");
	assert_int_equal(made.report->pool[0]->n_effect, 3);
	assert_int_equal(made.report->pool[0]->n_excluded, 1);
	assert_string_equal(
	    made.report->pool[0]->excluded[0]->reason, "design");
	assert_string_equal(made.report->pool[1]->pool, "randomised");
	assert_int_equal(made.report->pool[1]->n_effect, 2);

	/* It calls itself randomised, and its numbers are before and after. */
	assert_string_equal(made.report->pool[2]->pool, "before_after");
	assert_int_equal(made.report->pool[2]->n_effect, 4);
	assert_int_equal(made.report->denominator->poolable, 7);
	clear(&made);

	options.only = EVIDENCE_BEFORE_AFTER;
	make(&made, text, &options);
	assert_int_equal(made.report->n_pool, 1);
	assert_int_equal(made.report->denominator->poolable, 4);
	clear(&made);
	options.only = EVIDENCE_RANDOMISED;
	make(&made, text, &options);
	assert_int_equal(made.report->n_pool, 1);
	assert_int_equal(made.report->pool[0]->n_effect, 2);
	clear(&made);
}

static void
half_a_comparison_makes_no_class_c_better(void **state)
{
	static const char text[] =
	    "study,design,measure,n1,m1,sd1,n1_before,m1_before,sd1_before,n2,"
	    "m2,sd2,e1,e1_before,e2\n"
	    "size,randomised,,300,10,2,300,20,2,300,,,,,\n"
	    "events,randomised,,300,,,300,,,300,,,10,200,\n"
	    "none,randomised,,300,11,2,300,20,2,,,,,,\n";
	struct made made;
	size_t i;

	(void)state;
	make(&made, text, &usual);
	for (i = 0; i < made.report->n_pool; i++) {
		const Erfa__EvidencePool *pool = made.report->pool[i];

		if (strcmp(pool->pool, "before_after") != 0)
			assert_int_equal(pool->n_effect, 0);
		else
			assert_int_equal(pool->n_effect, 1);
	}
	assert_int_equal(made.report->n_pool, 2);
	assert_string_equal(
	    made.report->pool[0]->excluded[0]->reason, "no_mean");
	clear(&made);
}

static void
measures_never_mix_and_reasons_are_told(void **state)
{
	static const char text[] = "study,yi,se,measure,left_out\n"
				   "a,1,.1,smd,\nb,1,.1,smd,\nc,1,.1,md,\n"
				   "d,1,.1,smd,too_early\ne,1,,smd,\n"
				   "f,1,0,smd,\n";
	static const char *const reasons[] = { "other_measure", "too_early",
		"no_error", "bad_error" };
	struct evidence_options options = usual;
	struct made made;
	size_t i;

	(void)state;
	make(&made, text, &usual);
	assert_string_equal(made.report->pool[0]->measure, "smd");
	assert_int_equal(made.report->pool[0]->n_effect, 2);
	for (i = 0; i < 4; i++)
		assert_string_equal(
		    made.report->pool[0]->excluded[i]->reason, reasons[i]);
	assert_true(ASSUMED(made.report->pool[0], "design_assumed"));
	clear(&made);
	options.measure = EFFECT_MD;
	make(&made, text, &options);
	assert_int_equal(made.report->pool[0]->n_effect, 1);
	clear(&made);
}

static void
what_must_be_said_is_said(void **state)
{
	static const char text[] =
	    "study,site,yi,se,measure,origin,comparison_site,design\n"
	    "a,dk-1,5,.1,md,yes,,randomised\n"
	    "b,dk-2,-.1,.2,md,no,dk-9,randomised\n"
	    "c,dk-2,.1,.1,md,no,dk-9,randomised\n";
	struct made made;
	const Erfa__EvidencePool *pool;

	(void)state;
	make(&made, text, &usual);
	pool = made.report->pool[0];
	assert_true(BANNER(pool, "few_municipalities"));
	assert_true(BANNER(pool, "site_twice"));
	assert_false(BANNER(pool, "two_municipalities"));
	assert_int_equal(pool->without_origin->k, 2);
	assert_int_equal(pool->comparison_once->k, 2);
	assert_true(ASSUMED(pool, "comparison_shared"));
	assert_int_equal(pool->n_leave_one_out, 3);
	assert_true(pool->leave_one_out[0]->estimate < 1);
	clear(&made);

	/* Without the origin there is nothing. */
	make(&made,
	    "study,yi,se,measure,origin\na,3,.1,md,yes\nb,3,.1,md,no\n"
	    "c,0,.1,md,no\nd,0.1,.1,md,no\ne,3.1,.001,md,yes\n",
	    &usual);
	pool = made.report->pool[0];
	assert_int_equal(pool->without_origin->k, 3);
	assert_true(BANNER(pool, "origin_decides") ==
	    ((pool->pooled->ci_low > 0) != (pool->without_origin->ci_low > 0)));
	clear(&made);
}

static void
unknown_correlations_are_tried_otherwise(void **state)
{
	struct made made;
	const Erfa__EvidencePool *pool;

	(void)state;
	make(&made,
	    "study,n1,m1,sd1,n1_before,m1_before,sd1_before,same_people\n"
	    "a,30,9,2,30,8,2,yes\nb,50,9,2,50,8.5,2,yes\n",
	    &usual);
	pool = made.report->pool[0];
	assert_true(ASSUMED(pool, "r_assumed"));
	assert_false(ASSUMED(pool, "people_assumed"));
	assert_true(pool->r_low->se > pool->r_high->se);
	assert_true(pool->effect[0]->v_r_low > pool->effect[0]->v);
	assert_true(BANNER(pool, "two_municipalities"));
	clear(&made);
}

/* As of two nodes that hold the same entries: no lines, another order. */
static char *
json_of(Erfa__EvidenceStudy *const *studies, size_t count)
{
	struct evidence *evidence;
	char *text = NULL;

	assert_int_equal(
	    evidence_new(studies, count, &usual, &evidence), ERR_NONE);
	assert_int_equal(
	    json_from_message(&evidence_report(evidence)->base, NULL, &text),
	    ERR_NONE);
	evidence_free(evidence);
	return text;
}

static void
another_order_of_arrival_gives_the_same_text(void **state)
{
	static const char text[] =
	    "study,year,e1,n1,e2,n2,indicator\n"
	    "x,2019,4,123,11,139,b\ny,2018,6,306,29,303,b\n"
	    "x,2019,4,123,11,139,a\nz,2018,3,231,11,220,b\n"
	    "z,2018,62,13598,248,12867,b\n";
	struct evidence_table *table = read_text(text, EFFECT_ANY);
	Erfa__EvidenceStudy *const *studies;
	Erfa__EvidenceStudy *turned[5];
	size_t count;
	size_t i;
	char *one;
	char *other;

	(void)state;
	studies = evidence_table_studies(table, &count);
	assert_int_equal(count, 5);
	for (i = 0; i < count; i++) {
		studies[i]->has_line = 0;
		studies[i]->line = 0;
		turned[count - 1 - i] = studies[i];
	}
	one = json_of(studies, count);
	other = json_of(turned, count);
	assert_string_equal(one, other);
	free(other);

	/* Any other input has another hash. */
	studies[0]->after->events += 1;
	other = json_of(studies, count);
	assert_string_not_equal(one, other);
	free(one);
	free(other);
	evidence_table_free(table);
}

static void
json_never_holds_what_is_no_number(void **state)
{
	static const char text[] =
	    "study,e1,n1,e2,n2\na,1e308,1e308,3,1e308\nb,1e308,1e308,1,1e300\n"
	    "c,0,1e-308,0,1\nd,1,2,1,2\ne,0.5,1e30,1,1e30\n";
	struct made made;
	char *json = NULL;

	(void)state;
	make(&made, text, &usual);
	assert_int_equal(
	    json_from_message(&made.report->base, NULL, &json), ERR_NONE);
	assert_null(strstr(json, "NaN"));
	assert_null(strstr(json, "Infinity"));
	free(json);
	clear(&made);
}

static void
too_many_studies_are_refused(void **state)
{
	Erfa__EvidenceStudy *const *none = NULL;
	struct evidence *evidence = NULL;

	(void)state;
	assert_int_equal(
	    evidence_new(none, META_MAX + 1, &usual, &evidence), ERR_LIMIT);
	assert_null(evidence);
	assert_int_equal(evidence_new(none, 0, &usual, &evidence), ERR_NONE);
	assert_int_equal(evidence_report(evidence)->n_pool, 0);
	evidence_free(evidence);
	evidence_free(NULL);
	evidence_table_free(NULL);
}

/* ---- what is shown ---- */

static const char hostile_table[] =
    "study,year,e1,n1,e2,n2,polarity,indicator_name,unit\n"
    "\"</text><script>alert(1)</script>\",2019,4,123,11,139,lower_better,"
    "\"A & B\",\"<x>\"\n"
    "\"=cmd|' /C calc'!A0\",20\x1b[3,6,306,29,303,lower_better,,\n"
    "P\xc3\xa4\xc3\xa4kaupunkiseudun hyvinvointialue ja muut yhteiset "
    "palvelut,2018,3,231,11,220,lower_better,,\n"
    "d,2018,500,502,1,600,lower_better,,\ne,2018,0,5,1,600,,,\n"
    "f,,0,5,0,600,,,\n";

static size_t
widest_row(const char *text)
{
	size_t widest = 0;
	size_t width = 0;

	/* Letters, not bytes; up to the words below the plot. */
	for (; *text != '\0'; text++) {
		if (strncmp(text, "\ntau2", 5) == 0 ||
		    strncmp(text, "\n\xcf\x84", 3) == 0)
			break;
		if (((unsigned char)*text & 0xc0) != 0x80)
			width++;
		if (*text == '\n') {
			widest = width - 1 > widest ? width - 1 : widest;
			width = 0;
		}
	}
	return widest;
}

static void
names_that_begin_alike_are_told_apart(void **state)
{
	static const char text[] =
	    "study,measure,ratio,ci_low,ci_high\n"
	    "Pohjois-Pohjanmaan hyvinvointialueen itä,rr,0.0002,0.0001,0.0004\n"
	    "Pohjois-Pohjanmaan hyvinvointialueen etelä,rr,9000,4500,18000\n";

	struct capture out;
	struct made made;

	(void)state;
	make(&made, text, &usual);
	capture_open(&out, &capture_plain);
	forest_print(out.print, made.report->pool[0]);
	assert_true(widest_row(capture_text(&out)) <= WIDTH);
	assert_non_null(strstr(capture_text(&out), "en itä "));
	assert_non_null(strstr(capture_text(&out), "etelä "));
	assert_non_null(strstr(capture_text(&out), "2.0e-04 [1.0e-04"));
	capture_close(&out);
	clear(&made);
}

static void
a_plot_fits_the_terminal_and_is_harmless(void **state)
{
	struct print_options seven = capture_plain;
	struct capture out;
	struct made made;
	const char *at;

	(void)state;
	make(&made, hostile_table, &usual);
	capture_open(&out, &capture_plain);
	forest_print(out.print, made.report->pool[0]);
	forest_print_denominator(out.print, made.report->denominator);
	assert_true(capture_harmless(capture_text(&out)));
	assert_true(widest_row(capture_text(&out)) <= WIDTH);
	assert_non_null(strstr(capture_text(&out), "better \xe2\x86\x92"));
	assert_non_null(strstr(capture_text(&out), "measured 6"));
	capture_close(&out);
	seven.utf8 = false;
	capture_open(&out, &seven);
	forest_print(out.print, made.report->pool[0]);
	for (at = capture_text(&out); *at != '\0'; at++)
		assert_true((unsigned char)*at < 0x80);
	assert_true(widest_row(capture_text(&out)) <= WIDTH);
	capture_close(&out);
	clear(&made);
}

static void
a_picture_states_its_result_and_escapes_names(void **state)
{
	struct made made;
	char *svg = NULL;

	(void)state;
	make(&made, hostile_table, &usual);
	assert_int_equal(forest_svg(made.report, &svg), ERR_NONE);
	assert_null(strstr(svg, "<script"));
	assert_non_null(strstr(svg, "&lt;script&gt;"));
	assert_non_null(
	    strstr(svg, "<title id=\"title\">A &amp; B: risk ratio: "));
	assert_non_null(strstr(svg, "<desc id=\"desc\">A &amp; B: risk ratio"));
	assert_null(strstr(svg, "\x1b"));
	assert_null(strstr(svg, "href"));
	assert_null(strstr(svg, "nan"));
	assert_null(strstr(svg, "inf\""));
	free(svg);
	clear(&made);
}

static void
a_table_cannot_be_a_formula(void **state)
{
	struct made made;
	char *csv = NULL;

	(void)state;
	make(&made, hostile_table, &usual);
	assert_int_equal(evidence_csv(made.report, &csv), ERR_NONE);
	assert_null(strstr(csv, ",=cmd"));
	assert_non_null(strstr(csv, "'=cmd"));
	assert_non_null(strstr(csv, ",pooled,"));
	assert_non_null(strstr(csv, "both_zero"));
	free(csv);
	clear(&made);
}

static void
what_a_group_alone_may_read_is_marked(void **state)
{
	char group[] = "3f0a91c2d4e5f607";
	struct evidence_table *table = read_text(
	    "study,yi,vi,measure\na,1,1,md\nb,2,1,md\n", EFFECT_ANY);
	struct evidence *evidence = NULL;
	Erfa__EvidenceStudy *const *studies;
	size_t count;
	char *csv = NULL;

	(void)state;
	studies = evidence_table_studies(table, &count);
	assert_int_equal(count, 2);
	studies[1]->group = group;
	assert_int_equal(
	    evidence_new(studies, count, &usual, &evidence), ERR_NONE);
	assert_true(BANNER(evidence_report(evidence)->pool[0], "restricted"));
	assert_true(strlen(evidence_banner_text("restricted")) > 0);
	assert_int_equal(
	    evidence_csv(evidence_report(evidence), &csv), ERR_NONE);
	assert_non_null(strstr(csv, ",restricted\r\n"));
	assert_non_null(strstr(csv, ",yes\r\n"));
	free(csv);
	evidence_free(evidence);

	studies[1]->group = NULL;
	assert_int_equal(
	    evidence_new(studies, count, &usual, &evidence), ERR_NONE);
	assert_false(BANNER(evidence_report(evidence)->pool[0], "restricted"));
	assert_int_equal(
	    evidence_csv(evidence_report(evidence), &csv), ERR_NONE);
	assert_null(strstr(csv, ",yes\r\n"));
	free(csv);
	evidence_free(evidence);
	evidence_table_free(table);
}

static void
numbers_are_short_and_say_enough(void **state)
{
	static const struct {
		double value;
		const char *text;
	} table[] = {
		{ 0, "0.00" },
		{ 0.5, "0.50" },
		{ -12.34, "-12.3" },
		{ 1234.5, "1234" },
		{ 0.00123, "0.0012" },
		{ 1e-5, "1.0e-05" },
		{ 1e7, "1.0e+07" },
	};
	struct forest_scale scale = { .high = 1, .digits = 2 };
	char text[FOREST_NUMBER_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		forest_number(table[i].value, text);
		assert_string_equal(text, table[i].text);
	}
	forest_shown(&scale, 1.005e-4, text);
	assert_string_equal(text, "1.0e-04");
	forest_tick(&scale, 0.25, text);
	assert_string_equal(text, "0.25");
	forest_p(1e-7, text);
	assert_string_equal(text, "p < 0.0001");
}

static void
better_is_on_the_right(void **state)
{
	struct forest_scale scale;
	struct made made;
	const char *left;
	const char *right;

	(void)state;
	make(&made, "study,yi,se,measure,polarity\na,-2,.5,md,lower_better\n",
	    &usual);
	forest_scale_fit(made.report->pool[0], &scale);
	assert_true(forest_place(&scale, -2) > forest_place(&scale, 0));
	forest_ends(made.report->pool[0], &left, &right);
	assert_string_equal(right, "better");
	clear(&made);
	make(&made, "study,yi,se,measure\na,2,.5,md\n", &usual);
	forest_scale_fit(made.report->pool[0], &scale);
	assert_true(forest_place(&scale, 2) > forest_place(&scale, 0));
	forest_ends(made.report->pool[0], &left, &right);
	assert_string_equal(right, "more");
	clear(&made);
}

/* Scales of all sizes have ticks, and no effect stands on them. */
static void
every_scale_has_ticks(void **state)
{
	static const char *const measures[] = { "md", "rr" };
	char text[256];
	double size;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		for (size = 1e-20; size < 1e20; size *= 37) {
			struct forest_scale scale;
			struct made made;

			(void)snprintf(text, sizeof(text),
			    "study,yi,se,measure\na,%g,%g,%s\nb,%g,%g,%s\n",
			    size, size / 3, measures[i], -size, size,
			    measures[i]);
			make(&made, text, &usual);
			forest_scale_fit(made.report->pool[0], &scale);
			assert_true(scale.ticks >= 2);
			assert_true(forest_place(&scale, 0) > 0 &&
			    forest_place(&scale, 0) < 1);
			clear(&made);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_numbers_is_read),
		cmocka_unit_test(a_decimal_comma_is_read_where_it_can_be_told),
		cmocka_unit_test(
		    what_cannot_be_read_is_told_with_line_and_column),
		cmocka_unit_test(what_means_nothing_is_named),
		cmocka_unit_test(every_column_has_its_meaning_or_one_before_it),
		cmocka_unit_test(pools_of_different_designs_never_mix),
		cmocka_unit_test(half_a_comparison_makes_no_class_c_better),
		cmocka_unit_test(measures_never_mix_and_reasons_are_told),
		cmocka_unit_test(what_must_be_said_is_said),
		cmocka_unit_test(unknown_correlations_are_tried_otherwise),
		cmocka_unit_test(another_order_of_arrival_gives_the_same_text),
		cmocka_unit_test(json_never_holds_what_is_no_number),
		cmocka_unit_test(too_many_studies_are_refused),
		cmocka_unit_test(names_that_begin_alike_are_told_apart),
		cmocka_unit_test(a_plot_fits_the_terminal_and_is_harmless),
		cmocka_unit_test(a_picture_states_its_result_and_escapes_names),
		cmocka_unit_test(a_table_cannot_be_a_formula),
		cmocka_unit_test(what_a_group_alone_may_read_is_marked),
		cmocka_unit_test(numbers_are_short_and_say_enough),
		cmocka_unit_test(better_is_on_the_right),
		cmocka_unit_test(every_scale_has_ticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
