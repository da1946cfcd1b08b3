#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/vocab.h"
#include "daemon/dictionary.h"
#include "daemon/lexicon.h"
#include "tests/unit/scratch.h"

#define FOLDER "conf"
#define WORDS  "tests/fuzz/corpus/dictionary/file"

/* A file of these bytes in the folder. */
static void
write_file(const char *dir, const char *name, const char *text)
{
	char *path = scratch_path(dir, name);
	FILE *file;

	assert_non_null(path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	free(path);
}

/* A copy of an installed file, with ${more} behind it. */
static void
copy_file(const char *dir, const char *name, const char *more)
{
	char *bytes = calloc(1, VOCAB_BYTES_MAX + 1000);
	char path[200];
	FILE *file;
	size_t len;

	assert_non_null(bytes);
	(void)snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	if ((file = fopen(path, "re")) == NULL)
		fail_msg("%s: not found: run from the top folder", path);
	len = fread(bytes, 1, VOCAB_BYTES_MAX, file);
	assert_int_equal(fclose(file), 0);
	memcpy(bytes + len, more, strlen(more) + 1);
	write_file(dir, name, bytes);
	free(bytes);
}

static void
what_is_installed_can_be_read(void **state)
{
	struct lexicon *lexicon = NULL;
	size_t concept;

	(void)state;
	assert_int_equal(lexicon_open(FOLDER, &lexicon), ERR_NONE);
	assert_non_null(lexicon_concepts(lexicon));
	assert_non_null(lexicon_values(lexicon));
	assert_int_equal(
	    vocab_find(lexicon_concepts(lexicon), "home_care", &concept),
	    ERR_NONE);
	lexicon_close(lexicon);
}

static void
the_environment_names_the_folder(void **state)
{
	struct lexicon *lexicon = NULL;

	(void)state;
	assert_int_equal(setenv("ERFA_DATA", FOLDER, 1), 0);
	assert_int_equal(lexicon_open(NULL, &lexicon), ERR_NONE);
	lexicon_close(lexicon);
	assert_int_equal(setenv("ERFA_DATA", "/nowhere", 1), 0);
	assert_int_equal(lexicon_open(NULL, &lexicon), ERR_NOENT);
	assert_int_equal(unsetenv("ERFA_DATA"), 0);
}

static void
without_a_vocabulary_there_is_none(void **state)
{
	struct lexicon *lexicon = NULL;
	char *dir = scratch_make();

	(void)state;
	assert_non_null(dir);
	assert_int_equal(lexicon_open(dir, &lexicon), ERR_NOENT);
	assert_null(lexicon);
	scratch_remove(dir);
}

static void
a_file_that_breaks_the_rules_is_refused(void **state)
{
	struct lexicon *lexicon = NULL;
	char *dir = scratch_make();

	(void)state;
	assert_non_null(dir);
	write_file(dir, "vocabulary.txt", "this is: no vocabulary\n");
	copy_file(dir, "search_words.txt", "");
	assert_int_equal(lexicon_open(dir, &lexicon), ERR_SYNTAX);
	copy_file(dir, "vocabulary.txt", "");
	write_file(dir, "search_words.txt", "nor is this\n");
	assert_int_equal(lexicon_open(dir, &lexicon), ERR_SYNTAX);
	assert_null(lexicon);
	scratch_remove(dir);
}

static void
another_vocabulary_has_another_stamp(void **state)
{
	struct lexicon *one = NULL;
	struct lexicon *other = NULL;
	uint8_t stamp[LEXICON_STAMP];
	uint8_t again[LEXICON_STAMP];
	char *dir = scratch_make();

	(void)state;
	assert_non_null(dir);
	copy_file(dir, "vocabulary.txt", "");
	copy_file(dir, "search_words.txt", "");
	assert_int_equal(lexicon_open(FOLDER, &one), ERR_NONE);
	assert_int_equal(lexicon_open(dir, &other), ERR_NONE);
	lexicon_stamp(one, stamp);
	lexicon_stamp(other, again);
	assert_memory_equal(stamp, again, sizeof(stamp));
	lexicon_close(other);

	copy_file(dir, "vocabulary.txt", "\n# one line more\n");
	assert_int_equal(lexicon_open(dir, &other), ERR_NONE);
	lexicon_stamp(other, again);
	assert_memory_not_equal(stamp, again, sizeof(stamp));
	lexicon_close(other);
	lexicon_close(one);
	scratch_remove(dir);
}

static void
a_dictionary_may_be_added(void **state)
{
	struct lexicon *lexicon = NULL;

	(void)state;
	assert_int_equal(unsetenv("ERFA_DICTIONARY"), 0);
	assert_int_equal(lexicon_open(FOLDER, &lexicon), ERR_NONE);
	assert_int_equal(lexicon_add(lexicon, ""), ERR_NONE);
	assert_null(lexicon_dictionary(lexicon));
	assert_int_equal(lexicon_add(lexicon, "/nowhere"), ERR_NOENT);
	assert_int_equal(lexicon_add(lexicon, NULL), ERR_NOENT);
	assert_int_equal(
	    lexicon_add(lexicon, FOLDER "/vocabulary.txt"), ERR_SYNTAX);
	assert_null(lexicon_dictionary(lexicon));
	assert_int_equal(lexicon_add(lexicon, WORDS), ERR_NONE);
	assert_true(dictionary_words(lexicon_dictionary(lexicon)) > 0);
	lexicon_close(lexicon);
}

static void
the_environment_names_the_dictionary(void **state)
{
	struct lexicon *lexicon = NULL;

	(void)state;
	assert_int_equal(lexicon_open(FOLDER, &lexicon), ERR_NONE);
	assert_int_equal(setenv("ERFA_DICTIONARY", "", 1), 0);
	assert_int_equal(lexicon_add(lexicon, WORDS), ERR_NONE);
	assert_null(lexicon_dictionary(lexicon));
	assert_int_equal(setenv("ERFA_DICTIONARY", WORDS, 1), 0);
	assert_int_equal(lexicon_add(lexicon, "/nowhere"), ERR_NONE);
	assert_non_null(lexicon_dictionary(lexicon));
	assert_int_equal(unsetenv("ERFA_DICTIONARY"), 0);
	lexicon_close(lexicon);
}

static void
no_lexicon_knows_nothing(void **state)
{
	static const uint8_t zeros[LEXICON_STAMP];
	uint8_t stamp[LEXICON_STAMP] = { 1 };

	(void)state;
	assert_null(lexicon_concepts(NULL));
	assert_null(lexicon_values(NULL));
	assert_null(lexicon_dictionary(NULL));
	lexicon_stamp(NULL, stamp);
	assert_memory_equal(stamp, zeros, sizeof(zeros));
	lexicon_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_installed_can_be_read),
		cmocka_unit_test(the_environment_names_the_folder),
		cmocka_unit_test(without_a_vocabulary_there_is_none),
		cmocka_unit_test(a_file_that_breaks_the_rules_is_refused),
		cmocka_unit_test(another_vocabulary_has_another_stamp),
		cmocka_unit_test(a_dictionary_may_be_added),
		cmocka_unit_test(the_environment_names_the_dictionary),
		cmocka_unit_test(no_lexicon_knows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
