#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "client/print.h"
#include "client/progress.h"
#include "client/table.h"
#include "tests/unit/capture.h"

static const struct print_options narrow = { .utf8 = true, .columns = 40 };
static const struct print_options seven_bits = { .utf8 = false };
static const struct print_options coloured = { .utf8 = true, .colour = true };

static void
words_and_numbers_come_out_as_printf_does(void **state)
{
	struct capture out;
	size_t size = 12;
	uint64_t large = UINT64_MAX;

	(void)state;
	capture_open(&out, &capture_plain);
	print_say(out.print, "%s|%c|%d|%i|%u|%x|%zu|%" PRIu64 "|%ld|%%\n",
	    "wörd", 'c', -7, 8, 9u, 255u, size, large, -5L);
	assert_string_equal(capture_text(&out),
	    "wörd|c|-7|8|9|ff|12|18446744073709551615|-5|%\n");
	capture_close(&out);
}

static void
only_the_first_bytes_of_a_text_are_printed_if_that_is_asked(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	print_say(out.print, "key %.4s... of %s up to %llu|%.*s|%.0s|%.9s\n",
	    "033d08bcbb1b", "dk-791", 17ULL, 2, "wörd", "gone", "short");
	assert_string_equal(
	    capture_text(&out), "key 033d... of dk-791 up to 17|w||short\n");
	capture_close(&out);
}

static void
long_formats_are_not_cut_within_a_letter(void **state)
{
	struct capture out;
	char format[1024];
	size_t i;

	(void)state;
	for (i = 0; i + 2 < 700; i += 2)
		memcpy(format + i, "ø", 2);
	format[i] = '\0';
	capture_open(&out, &seven_bits);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	print_say(out.print, format);
#pragma GCC diagnostic pop
	assert_int_equal(strlen(capture_text(&out)), i);
	assert_null(strchr(capture_text(&out), '?'));
	capture_close(&out);
}

/* Print ${text} by every way there is. */
static void
print_everywhere(struct capture *out, const char *text)
{
	static const struct table_column columns[] = {
		{ "A", false, 1 },
		{ "B", true, 0 },
	};
	struct table *table = NULL;

	print_say(out->print, "%s\n", text);
	print_styled(out->print, PRINT_BAD, "%s\n", text);
	print_pad(out->print, text, 12);
	print_say(out->print, "%c\n", text[0]);
	print_field(out->print, 2, "label", 12, text);
	print_block(out->print, 4, text);
	assert_int_equal(table_new(out->print, columns, 2, &table), ERR_NONE);
	table_add(table, text);
	table_add(table, text);
	assert_int_equal(table_print(table), ERR_NONE);
	table_free(table);
}

static void
hostile_text_is_harmless_whichever_way_it_is_printed(void **state)
{
	static const struct print_options *const all[] = { &capture_plain,
		&narrow, &seven_bits };
	const char *const *hostile;
	struct capture out;
	size_t count, i, o;

	(void)state;
	hostile = capture_hostile(&count);
	for (o = 0; o < 3; o++)
		for (i = 0; i < count; i++) {
			capture_open(&out, all[o]);
			print_everywhere(&out, hostile[i]);
			assert_true(capture_harmless(capture_text(&out)));
			capture_close(&out);
		}
}

static void
a_newline_in_one_line_of_text_makes_no_second_line(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	print_say(out.print, "%s\n", "two\nlines");
	assert_string_equal(capture_text(&out), "two\\x0alines\n");
	capture_close(&out);
}

static void
without_utf8_letters_are_spelled_in_seven_bits(void **state)
{
	struct capture out;
	const char *c;

	(void)state;
	capture_open(&out, &seven_bits);
	print_say(out.print, "Tromsø – %s…\n", "Ærø, þór, Århus, 漢");
	for (c = capture_text(&out); *c != '\0'; c++)
		assert_true((unsigned char)*c < 0x80);
	assert_string_equal(
	    capture_text(&out), "Tromsoe - Aeroe, thor, Aarhus, ?...\n");
	capture_close(&out);
}

static void
colour_is_shown_only_where_it_is_wanted(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &coloured);
	print_styled(out.print, PRINT_GOOD, "good");
	print_styled(out.print, PRINT_PLAIN, "plain");
	assert_string_equal(capture_text(&out), "\033[32mgood\033[0mplain");
	capture_close(&out);

	capture_open(&out, &capture_plain);
	print_styled(out.print, PRINT_GOOD, "good");
	assert_string_equal(capture_text(&out), "good");
	capture_close(&out);
}

static void
detection_follows_the_word_on_colour_and_the_environment(void **state)
{
	struct print_options options;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	print_detect(file, NULL, &options);
	assert_false(options.terminal);
	assert_false(options.colour);
	assert_int_equal(options.columns, 0);
	print_detect(file, "always", &options);
	assert_true(options.colour);
	print_detect(file, "never", &options);
	assert_false(options.colour);
	(void)fclose(file);
}

static void
long_text_is_wrapped_at_blanks_and_indented(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &narrow);
	print_field(out.print, 0, "summary", 10,
	    "one two three four five six seven eight nine ten");
	assert_string_equal(capture_text(&out),
	    "summary   one two three four five six\n"
	    "          seven eight nine ten\n");
	capture_close(&out);
}

static void
a_word_longer_than_a_line_is_cut(void **state)
{
	struct capture out;
	char word[101];

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	capture_open(&out, &narrow);
	print_block(out.print, 0, word);
	/* 100 letters on lines of 40, and three newlines. */
	assert_int_equal(strlen(capture_text(&out)), 103);
	capture_close(&out);
}

static void
an_empty_field_ends_its_line(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	print_field(out.print, 0, "label", 10, "");
	print_block(out.print, 0, "");
	assert_string_equal(capture_text(&out), "label \n");
	capture_close(&out);
}

static void
padding_counts_what_is_seen(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	print_pad(out.print, "øl", 4);
	print_say(out.print, "|");
	print_pad(out.print, "too long", 4);
	print_say(out.print, "|");
	print_pad(out.print, "x", 0);
	assert_string_equal(capture_text(&out), "øl  |too long |x");
	capture_close(&out);
}

static void
a_full_disk_is_noticed(void **state)
{
	struct print *print = NULL;
	FILE *file = fopen("/dev/full", "w");

	(void)state;
	if (file == NULL) {
		print_message("there is no /dev/full\n");
		skip();
	}
	assert_int_equal(print_new(file, &capture_plain, &print), ERR_NONE);
	print_say(print, "words\n");
	assert_int_equal(print_finish(print), ERR_IO);
	print_free(print);
	(void)fclose(file);
}

static void
numbers_are_grouped(void **state)
{
	char text[PRINT_NUMBER_MAX];
	char count[PRINT_COUNT_MAX];

	(void)state;
	print_number(0, text);
	assert_string_equal(text, "0");
	print_number(999, text);
	assert_string_equal(text, "999");
	print_number(4812, text);
	assert_string_equal(text, "4 812");
	print_number(UINT64_MAX, text);
	assert_string_equal(text, "18 446 744 073 709 551 615");
	print_count(1, "log", "logs", count);
	assert_string_equal(count, "1 log");
	print_count(0, "log", "logs", count);
	assert_string_equal(count, "0 logs");
}

static void
amounts_and_spans_have_units(void **state)
{
	char text[PRINT_NUMBER_MAX];

	(void)state;
	print_bytes(999, text);
	assert_string_equal(text, "999 B");
	print_bytes(6100000, text);
	assert_string_equal(text, "6.1 MB");
	print_bytes(UINT64_MAX, text);
	assert_string_equal(text, "18.4 EB");
	print_seconds(12, text);
	assert_string_equal(text, "12 s");
	print_seconds(125, text);
	assert_string_equal(text, "2 min");
	print_seconds(3600 + 720, text);
	assert_string_equal(text, "1 h 12 min");
	print_seconds(2 * 86400 + 3600, text);
	assert_string_equal(text, "2 days 1 h");
}

static void
times_are_shown_by_the_local_clock(void **state)
{
	char text[PRINT_TIME_MAX];
	time_t when = 0;

	(void)state;
	assert_int_equal(setenv("TZ", "Europe/Oslo", 1), 0);
	tzset();
	print_time("2026-11-21T19:10:55Z", text);
	assert_true(strcmp(text, "2026-11-21 20:10") == 0 ||
	    strcmp(text, "2026-11-21 19:10") == 0); /* without zones */
	print_time("2026-11-21T19:10:55.123Z", text);
	assert_int_equal(strncmp(text, "2026-11-21 ", 11), 0);
	print_time("yesterday", text);
	assert_string_equal(text, "yesterday");
	print_time("", text);
	assert_string_equal(text, "");
	assert_int_equal(print_clock("1970-01-02T00:00:00Z", &when), ERR_NONE);
	assert_int_equal(when, 86400);
	assert_int_equal(print_clock("1970-01-02", &when), ERR_SYNTAX);
}

static void
a_command_in_a_remedy_is_not_torn(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &narrow);
	print_remedy(out.print, 2, "Fetch it:  erfa sync --wait 60");
	print_remedy(
	    out.print, 2, "Look first, then fetch it:  erfa sync --wait 60");
	print_remedy(out.print, 2, "One  erfa list  or the other  erfa find x");
	print_remedy(out.print, 2,
	    "Too long for any line:  erfa restore a --key b --dir somewhere/x");
	assert_string_equal(capture_text(&out),
	    "  Fetch it:  erfa sync --wait 60\n"
	    "  Look first, then fetch it:\n"
	    "  erfa sync --wait 60\n"
	    "  One  erfa list  or the other\n"
	    "  erfa find x\n"
	    "  Too long for any line:\n"
	    "  erfa restore a --key b --dir\n"
	    "  somewhere/x\n");
	capture_close(&out);
}

static void
a_remedy_is_wrapped_where_lines_may_be_long(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	print_remedy(out.print, 4,
	    "123456789 123456789 123456789 123456789 123456789 123456789 "
	    "123456789 123456 end");
	assert_string_equal(capture_text(&out),
	    "    123456789 123456789 123456789 123456789 123456789 123456789 "
	    "123456789 123456\n    end\n");
	capture_close(&out);
}

static void
a_point_is_one_line_whatever_it_says(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &narrow);
	print_point(
	    out.print, PRINT_BAD, "123456789 123456789 123456789 1234567 end");
	print_wrapped(out.print, 2, "x\nerfa: all is well");
	assert_string_equal(capture_text(&out),
	    "  - 123456789 123456789 123456789\n    1234567 end\n"
	    "  x\\x0aerfa: all is well\n");
	capture_close(&out);
}

static void
no_blanks_are_left_where_a_line_is_wrapped(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &narrow);
	print_block(
	    out.print, 0, "123456789 123456789 123456789 1234567    end");
	assert_string_equal(
	    capture_text(&out), "123456789 123456789 123456789 1234567\nend\n");
	capture_close(&out);
}

static void
a_column_stands_behind_the_widest_label(void **state)
{
	static const char *const labels[] = { "Størst", "Two", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	assert_int_equal(print_column(4, 0, labels), 8);
	assert_int_equal(print_column(4, 2, labels), 10);
	assert_int_equal(print_column(12, 2, labels), 12);
	assert_int_equal(print_column(3, 9, none), 3);
}

static void
a_table_is_as_wide_as_its_cells(void **state)
{
	static const struct table_column columns[] = {
		{ "N", true, 0 },
		{ "NAME", false, 1 },
		{ "END", false, 0 },
	};
	struct table *table = NULL;
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	assert_int_equal(table_new(out.print, columns, 3, &table), ERR_NONE);
	table_add(table, "1");
	table_add(table, "Tromsø");
	table_add(table, "x");
	table_add(table, "100");
	table_add(table, NULL);
	table_add(table, "y");
	table_add(table, "2");
	table_add(table, "Oulu");
	table_add(table, "");
	assert_int_equal(table_print(table), ERR_NONE);
	assert_string_equal(capture_text(&out),
	    "  N  NAME    END\n"
	    "  1  Tromsø  x\n"
	    "100          y\n"
	    "  2  Oulu\n");
	table_free(table);
	capture_close(&out);
}

static void
a_table_is_cut_to_the_terminal(void **state)
{
	static const struct table_column columns[] = {
		{ "ID", false, 0 },
		{ "TITLE", false, 1 },
	};
	struct table *table = NULL;
	struct capture out;

	(void)state;
	capture_open(&out, &narrow);
	assert_int_equal(table_new(out.print, columns, 2, &table), ERR_NONE);
	table_add(table, "dk-791/k7m2p4qd");
	table_add(table, "Skærmbesøg i hjemmeplejen, hele døgnet");
	assert_int_equal(table_print(table), ERR_NONE);
	assert_string_equal(capture_text(&out),
	    "ID               TITLE\n"
	    "dk-791/k7m2p4qd  Skærmbesøg i hjemmeple~\n");
	table_free(table);
	capture_close(&out);
}

static void
a_title_is_cut_with_its_column(void **state)
{
	static const struct table_column columns[] = {
		{ "NAME", false, 2 },
		{ "MADE BY ALL", false, 1 },
		{ "HOW MANY HERE", true, 1 },
		{ "END", false, 0 },
	};
	struct table *table = NULL;
	struct capture out;

	(void)state;
	capture_open(&out, &narrow);
	assert_int_equal(table_new(out.print, columns, 4, &table), ERR_NONE);
	table_add(table, "Velfærdsteknologi i Midtjylland");
	table_add(table, "dk-791");
	table_add(table, "12");
	table_add(table, "y");
	assert_int_equal(table_print(table), ERR_NONE);
	assert_string_equal(capture_text(&out),
	    "NAME             MADE BY~  HOW MAN~  END\n"
	    "Velfærdsteknol~  dk-791          12  y\n");
	table_free(table);
	capture_close(&out);
}

static void
a_table_without_rows_is_not_there(void **state)
{
	static const struct table_column columns[] = { { "A", false, 0 } };
	struct table *table = NULL;
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	assert_int_equal(table_new(out.print, columns, 1, &table), ERR_NONE);
	assert_int_equal(table_print(table), ERR_NONE);
	assert_string_equal(capture_text(&out), "");
	table_free(table);
	table_free(NULL);
	assert_int_equal(table_new(out.print, columns, 0, &table), ERR_LIMIT);
	capture_close(&out);
}

static void
progress_is_a_line_every_ten_seconds_in_a_file(void **state)
{
	struct progress *progress = NULL;
	struct capture out;
	uint64_t ms;

	(void)state;
	capture_open(&out, &capture_plain);
	assert_int_equal(
	    progress_new(out.print, "Verify", &progress), ERR_NONE);
	for (ms = 0; ms <= 25000; ms += 100)
		progress_tell(progress, ms, 100000, ms);
	progress_free(progress);
	assert_string_equal(capture_text(&out),
	    "Verify    10 000 of 100 000  1 000/s  1 min left\n"
	    "Verify    20 000 of 100 000  1 000/s  1 min left\n");
	capture_close(&out);
}

static void
progress_redraws_one_line_on_a_terminal_and_clears_it(void **state)
{
	static const struct print_options terminal = {
		.utf8 = true, .terminal = true, .columns = 80
	};
	struct progress *progress = NULL;
	struct capture out;

	(void)state;
	capture_open(&out, &terminal);
	assert_int_equal(
	    progress_new(out.print, "Verify", &progress), ERR_NONE);
	progress_tell(progress, 0, 10, 0);
	progress_tell(progress, 1, 10, 100);
	assert_string_equal(capture_text(&out), "");
	progress_tell(progress, 5, 10, 600);
	assert_non_null(strstr(capture_text(&out), "5 of 10"));
	assert_null(strchr(capture_text(&out), '\n'));
	progress_free(progress);
	assert_non_null(strstr(capture_text(&out), "\r\033[K"));
	capture_close(&out);
}

static void
silent_progress_prints_nothing(void **state)
{
	struct progress *progress = NULL;

	(void)state;
	assert_int_equal(progress_new(NULL, "Verify", &progress), ERR_NONE);
	progress_tell(progress, 1, 2, 0);
	progress_tell(progress, 2, 2, 60000);
	progress_free(progress);
	progress_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    only_the_first_bytes_of_a_text_are_printed_if_that_is_asked),
		cmocka_unit_test(words_and_numbers_come_out_as_printf_does),
		cmocka_unit_test(long_formats_are_not_cut_within_a_letter),
		cmocka_unit_test(
		    hostile_text_is_harmless_whichever_way_it_is_printed),
		cmocka_unit_test(
		    a_newline_in_one_line_of_text_makes_no_second_line),
		cmocka_unit_test(
		    without_utf8_letters_are_spelled_in_seven_bits),
		cmocka_unit_test(colour_is_shown_only_where_it_is_wanted),
		cmocka_unit_test(
		    detection_follows_the_word_on_colour_and_the_environment),
		cmocka_unit_test(long_text_is_wrapped_at_blanks_and_indented),
		cmocka_unit_test(a_word_longer_than_a_line_is_cut),
		cmocka_unit_test(an_empty_field_ends_its_line),
		cmocka_unit_test(padding_counts_what_is_seen),
		cmocka_unit_test(a_full_disk_is_noticed),
		cmocka_unit_test(numbers_are_grouped),
		cmocka_unit_test(amounts_and_spans_have_units),
		cmocka_unit_test(times_are_shown_by_the_local_clock),
		cmocka_unit_test(a_command_in_a_remedy_is_not_torn),
		cmocka_unit_test(a_remedy_is_wrapped_where_lines_may_be_long),
		cmocka_unit_test(a_point_is_one_line_whatever_it_says),
		cmocka_unit_test(no_blanks_are_left_where_a_line_is_wrapped),
		cmocka_unit_test(a_column_stands_behind_the_widest_label),
		cmocka_unit_test(a_table_is_as_wide_as_its_cells),
		cmocka_unit_test(a_table_is_cut_to_the_terminal),
		cmocka_unit_test(a_title_is_cut_with_its_column),
		cmocka_unit_test(a_table_without_rows_is_not_there),
		cmocka_unit_test(
		    progress_is_a_line_every_ten_seconds_in_a_file),
		cmocka_unit_test(
		    progress_redraws_one_line_on_a_terminal_and_clears_it),
		cmocka_unit_test(silent_progress_prints_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
