#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/metrics.h"
#include "client/vitals.h"
#include "tests/unit/scratch.h"

static char up_name[] = "erfa_up";
static char peer_name[] = "erfa_peer_live";
static char help[] = "Whether.";
static char label_name[] = "peer";
static char label_value[] = "a\"b\\c\nd} 1";

static Erfa__MetricLabel label = {
	.base = PROTOBUF_C_MESSAGE_INIT(&erfa__metric_label__descriptor),
	.name = label_name,
	.value = label_value,
};
static Erfa__MetricLabel *labels[] = { &label };

static Erfa__Metric up = {
	.base = PROTOBUF_C_MESSAGE_INIT(&erfa__metric__descriptor),
	.name = up_name,
	.help = help,
	.value = 1,
};
static Erfa__Metric peer = {
	.base = PROTOBUF_C_MESSAGE_INIT(&erfa__metric__descriptor),
	.name = peer_name,
	.help = help,
	.label = labels,
	.n_label = 1,
	.value = 0.25,
};
static Erfa__Metric *list[] = { &up, &peer, &peer };

static void
a_number_is_named_once_and_a_label_stays_in_its_quotes(void **state)
{
	char *text = NULL;

	(void)state;
	assert_int_equal(metrics_text(list, 3, &text), ERR_NONE);
	assert_string_equal(text,
	    "# HELP erfa_up Whether.\n"
	    "# TYPE erfa_up gauge\n"
	    "erfa_up 1\n"
	    "# HELP erfa_peer_live Whether.\n"
	    "# TYPE erfa_peer_live gauge\n"
	    "erfa_peer_live{peer=\"a\\\"b\\\\c d} 1\"} 0.25\n"
	    "erfa_peer_live{peer=\"a\\\"b\\\\c d} 1\"} 0.25\n");
	free(text);
	assert_int_equal(metrics_text(NULL, 0, &text), ERR_NONE);
	assert_string_equal(text, "");
	free(text);
}

static void
the_line_for_plugins_leaves_out_what_has_labels(void **state)
{
	char *text = NULL;

	(void)state;
	assert_int_equal(metrics_line(list, 3, &text), ERR_NONE);
	assert_string_equal(text, "up=1");
	free(text);
}

static void
large_numbers_keep_their_digits(void **state)
{
	Erfa__Metric large = up;
	Erfa__Metric *one[] = { &large };
	char *text = NULL;

	(void)state;
	large.value = 64000000001;
	assert_int_equal(metrics_line(one, 1, &text), ERR_NONE);
	assert_string_equal(text, "up=64000000001");
	free(text);
}

static void
a_file_is_there_as_a_whole_or_not_at_all(void **state)
{
	char *dir = scratch_make();
	char *path = scratch_path(dir, "erfa.prom");
	char *deep = scratch_path(dir, "none/erfa.prom");
	char *longer = calloc(1, 5000);
	struct stat info;
	char text[32] = "";
	FILE *file;

	(void)state;
	assert_non_null(longer);
	memset(longer, 'x', 4999);
	assert_int_equal(metrics_write(path, "first\n"), ERR_NONE);
	assert_int_equal(metrics_write(path, "second\n"), ERR_NONE);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fread(text, 1, sizeof(text), file), 7);
	assert_string_equal(text, "second\n");
	(void)fclose(file);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0644);
	assert_int_equal(metrics_write(deep, "x"), ERR_NOENT);
	assert_int_equal(metrics_write(longer, "x"), ERR_SIZE);
	assert_int_equal(metrics_write(dir, "x"), ERR_IO);
	if (geteuid() != 0) {
		assert_int_equal(chmod(dir, 0500), 0);
		assert_int_equal(metrics_write(path, "x"), ERR_DENIED);
		assert_int_equal(chmod(dir, 0700), 0);
	}
	free(longer);
	free(deep);
	free(path);
	scratch_remove(dir);
}

/* ---- judging ---- */

/* A node that is well. */
static Erfa__StatusAnswer well = {
	.base = PROTOBUF_C_MESSAGE_INIT(&erfa__status_answer__descriptor),
	.store_bytes = 1000,
	.store_max_bytes = 100000,
	.disk_free_bytes = 1000000000,
	.links = 3,
	.links_live = 3,
	.trials = 7,
};

/* Judge a node that says so; the reasons end up in one text. */
static uint32_t
judged(Erfa__StatusAnswer *status, uint64_t least, char *text, size_t size)
{
	Erfa__HealthReport *report = calloc(1, sizeof(*report));
	Erfa__Answer answer = ERFA__ANSWER__INIT;
	struct vitals vitals = { status != NULL, &answer, NULL };
	uint32_t code;
	size_t i;

	assert_non_null(report);
	erfa__health_report__init(report);
	answer.say_case = ERFA__ANSWER__SAY_STATUS;
	answer.status = status;
	assert_int_equal(vitals_judge(&vitals, least, report), ERR_NONE);
	assert_string_equal(
	    report->state, vitals_state_name((enum vitals_state)report->code));
	text[0] = '\0';
	for (i = 0; i < report->n_reason; i++)
		(void)snprintf(text + strlen(text), size - strlen(text), "%s;",
		    report->reason[i]);
	code = report->code;
	erfa__health_report__free_unpacked(report, NULL);
	return code;
}

static void
a_node_is_well_or_not_and_says_why(void **state)
{
	Erfa__StatusAnswer status = well;
	char text[600];

	(void)state;
	assert_int_equal(judged(&status, 0, text, sizeof(text)), VITALS_OK);
	assert_string_equal(text, "3 of 3 peers are in step, 7 trials;");
	assert_int_equal(
	    judged(&status, 4, text, sizeof(text)), VITALS_CRITICAL);
	assert_string_equal(text, "3 peers are in step, 4 are wanted;");
	status.links_live = 0;
	assert_int_equal(
	    judged(&status, 0, text, sizeof(text)), VITALS_CRITICAL);
	assert_string_equal(text, "no peer is in step with this node;");
	assert_int_equal(judged(NULL, 0, text, sizeof(text)), VITALS_CRITICAL);
	assert_string_equal(text, "erfad is not running;");
}

static void
a_store_that_fills_is_told_before_it_is_full(void **state)
{
	Erfa__StatusAnswer status = well;
	char text[600];

	(void)state;
	status.store_bytes = 79999;
	assert_int_equal(judged(&status, 0, text, sizeof(text)), VITALS_OK);
	status.store_bytes = 80000;
	assert_int_equal(
	    judged(&status, 0, text, sizeof(text)), VITALS_WARNING);
	assert_string_equal(text, "the store is 80 % full: raise store_max;");
	status.store_bytes = 95000;
	assert_int_equal(
	    judged(&status, 0, text, sizeof(text)), VITALS_CRITICAL);
	status = well;
	status.disk_free_bytes = 1000000;
	assert_int_equal(
	    judged(&status, 0, text, sizeof(text)), VITALS_CRITICAL);
	assert_non_null(strstr(text, "are free on the disk"));
}

static void
every_problem_of_the_node_is_a_warning(void **state)
{
	static char where[] = "peers";
	static char what[] = "this node has no peers";
	Erfa__Problem problem = ERFA__PROBLEM__INIT;
	Erfa__Problem *problems[] = { &problem, &problem };
	Erfa__StatusAnswer status = well;
	char text[600];

	(void)state;
	problem.where = where;
	problem.what = what;
	status.problem = problems;
	status.n_problem = 2;
	status.links = status.links_live = 0;
	assert_int_equal(
	    judged(&status, 0, text, sizeof(text)), VITALS_WARNING);
	assert_string_equal(text,
	    "peers: this node has no peers;peers: this node has no peers;");
}

static void
a_node_that_is_down_has_one_number_that_says_so(void **state)
{
	struct vitals vitals = { false, NULL, NULL };
	Erfa__MetricsReport *report = calloc(1, sizeof(*report));

	(void)state;
	assert_non_null(report);
	erfa__metrics_report__init(report);
	assert_int_equal(
	    vitals_metrics(&vitals, &report->metric, &report->n_metric),
	    ERR_NONE);
	assert_true(report->n_metric >= 1 && report->n_metric <= 2);
	assert_string_equal(report->metric[0]->name, "erfa_up");
	assert_true(report->metric[0]->value < 0.5);
	erfa__metrics_report__free_unpacked(report, NULL);
}

static void
states_have_the_names_that_plugins_print(void **state)
{
	(void)state;
	assert_string_equal(vitals_state_name(VITALS_OK), "OK");
	assert_string_equal(vitals_state_name(VITALS_WARNING), "WARNING");
	assert_string_equal(vitals_state_name(VITALS_CRITICAL), "CRITICAL");
	assert_string_equal(vitals_state_name(VITALS_UNKNOWN), "UNKNOWN");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_number_is_named_once_and_a_label_stays_in_its_quotes),
		cmocka_unit_test(
		    the_line_for_plugins_leaves_out_what_has_labels),
		cmocka_unit_test(large_numbers_keep_their_digits),
		cmocka_unit_test(a_file_is_there_as_a_whole_or_not_at_all),
		cmocka_unit_test(a_node_is_well_or_not_and_says_why),
		cmocka_unit_test(a_store_that_fills_is_told_before_it_is_full),
		cmocka_unit_test(every_problem_of_the_node_is_a_warning),
		cmocka_unit_test(
		    a_node_that_is_down_has_one_number_that_says_so),
		cmocka_unit_test(states_have_the_names_that_plugins_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
