#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "proto/stem.h"
#include "daemon/dictd.h"
#include "daemon/dictionary.h"
#include "daemon/dictionary_file.h"
#include "daemon/dictionary_form.h"
#include "daemon/dictionary_make.h"
#include "daemon/tokens.h"
#include "tests/unit/scratch.h"

#define ROOM      400 /* bytes of a list */
#define FILE_ROOM 8192

/* A list that is being written. */
struct list {
	char index[ROOM];
	char text[ROOM];
};

/* What a list told, a line each. */
struct told {
	char text[ROOM];
	enum err answer;
};

static int
setup(void **state)
{
	*state = scratch_make();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	scratch_remove(*state);
	return 0;
}

/* A number as dictd writes it. */
static void
number(char out[8], size_t value)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)snprintf(out, 8, "%c%c%c", digits[value >> 12 & 63],
	    digits[value >> 6 & 63], digits[value & 63]);
}

/* Add an entry; the headword of the index is the first word of it. */
static void
add(struct list *list, const char *entry)
{
	size_t at = strlen(list->text);
	size_t used = strlen(list->index);
	char from[8];
	char len[8];

	number(from, at);
	number(len, strlen(entry));
	assert_true(at + strlen(entry) < ROOM);
	memcpy(list->text + at, entry, strlen(entry) + 1);
	(void)snprintf(list->index + used, ROOM - used, "%.*s\t%s\t%s\n",
	    (int)strcspn(entry, " \n"), entry, from, len);
}

static void
write_bytes(const char *dir, const char *name, const void *bytes, size_t len)
{
	char *path = scratch_path(dir, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	free(path);
}

static void
write_list(const char *dir, const char *name, const struct list *list)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s.index", name);
	write_bytes(dir, path, list->index, strlen(list->index));
	(void)snprintf(path, sizeof(path), "%s.dict", name);
	write_bytes(dir, path, list->text, strlen(list->text));
}

/* The same, packed. */
static void
write_packed(const char *dir, const char *name, const struct list *list)
{
	char path[300];
	gzFile file;

	(void)snprintf(path, sizeof(path), "%s.index", name);
	write_bytes(dir, path, list->index, strlen(list->index));
	(void)snprintf(path, sizeof(path), "%s/%s.dict.dz", dir, name);
	file = gzopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(
	    gzwrite(file, list->text, (unsigned)strlen(list->text)),
	    strlen(list->text));
	assert_int_equal(gzclose(file), Z_OK);
}

static enum err
note(void *context, const struct dictd_pair *pair)
{
	struct told *told = context;
	size_t len = strlen(told->text);

	(void)snprintf(told->text + len, ROOM - len, "%s=%s %u.%u\n",
	    pair->head, pair->word, pair->sense, pair->place);
	return told->answer;
}

static void
parse(const struct list *list, struct told *told)
{
	memset(told, 0, sizeof(*told));
	assert_int_equal(dictd_parse(list->index, strlen(list->index),
			     list->text, strlen(list->text), note, told),
	    ERR_NONE);
}

static void
translations_are_told_sense_by_sense(void **state)
{
	struct list list = { "", "" };
	struct told told;

	(void)state;
	add(&list, "blik /bleg/ <n>\nlook, glance\n");
	add(&list,
	    "hus\n1. house, building 2.\nin which one lives\n"
	    " 3.\na family\n2. home\n");
	parse(&list, &told);
	assert_string_equal(told.text,
	    "blik=look 0.0\nblik=glance 0.1\nhus=house 0.0\n"
	    "hus=building 0.1\nhus=home 2.0\n");
}

static void
remarks_in_brackets_are_dropped(void **state)
{
	struct list list = { "", "" };
	struct told told;

	(void)state;
	add(&list,
	    "lift /lift/ <n>\nhissi (a, b), [tekn.] nostin (x; y) ; , "
	    "hissi/nosturi\n");
	parse(&list, &told);
	assert_string_equal(told.text, "lift=hissi 0.0\nlift=nostin 0.1\n");
}

static void
names_and_small_words_are_left_out(void **state)
{
	struct list list = { "", "" };
	struct told told;

	(void)state;
	add(&list, "Oslo /uslu/ <pn>\nOslo\n");
	add(&list, "og <conjunction>\nja\n");
	add(&list, "tre <numeral>\nkolme\n");
	add(&list, "00databaseinfo\nabout\n");
	add(&list, "ski <n, neut>\nsuksi\n");
	parse(&list, &told);
	assert_string_equal(told.text, "ski=suksi 0.0\n");
}

static void
an_index_that_leads_nowhere_is_passed_over(void **state)
{
	static const char index[] =
	    "a\tA\tzzzzz\nb\t//////\t//////\nc\n\n\t\t\n"
	    "d\t!\tC\ne\tA\t\nf\tA\tAAAAAAAC\n"
	    "ski\tA\tK";
	static const char text[] = "ski\nsuksi\n";
	struct told told = { "", ERR_NONE };

	(void)state;
	assert_int_equal(
	    dictd_parse(index, strlen(index), text, strlen(text), note, &told),
	    ERR_NONE);
	assert_string_equal(told.text, "ski=suksi 0.0\n");
	assert_int_equal(
	    dictd_parse(index, strlen(index), "", 0, note, &told), ERR_NONE);
}

static void
what_the_caller_answers_ends_a_list(void **state)
{
	struct list list = { "", "" };
	struct told told = { "", ERR_LIMIT };

	(void)state;
	add(&list, "ski\nsuksi, suksipari\n");
	add(&list, "hus\ntalo\n");
	assert_int_equal(dictd_parse(list.index, strlen(list.index), list.text,
			     strlen(list.text), note, &told),
	    ERR_LIMIT);
	assert_string_equal(told.text, "ski=suksi 0.0\n");
}

static void
a_list_that_is_not_whole_is_refused(void **state)
{
	const char *dir = *state;
	struct list list = { "", "" };
	struct told told = { "", ERR_NONE };
	char *path = scratch_path(dir, "a.dict.dz");
	char *index = scratch_path(dir, "a.index");
	struct stat about;

	add(&list, "ski\nsuksi\n");
	assert_int_equal(dictd_read(dir, "a", note, &told), ERR_NOENT);
	write_bytes(dir, "a.index", list.index, strlen(list.index));
	assert_int_equal(dictd_read(dir, "a", note, &told), ERR_NOENT);
	write_packed(dir, "a", &list);
	assert_int_equal(dictd_read(dir, "a", note, &told), ERR_NONE);
	assert_string_equal(told.text, "ski=suksi 0.0\n");
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(truncate(path, about.st_size - 6), 0);
	assert_int_equal(dictd_read(dir, "a", note, &told), ERR_SYNTAX);
	assert_int_equal(truncate(index, (off_t)DICTD_INDEX_MAX + 1), 0);
	assert_int_equal(dictd_read(dir, "a", note, &told), ERR_LIMIT);
	if (geteuid() != 0) {
		assert_int_equal(chmod(index, 0), 0);
		assert_int_equal(dictd_read(dir, "a", note, &told), ERR_DENIED);
	}
	free(path);
	free(index);
}

/* Lists in which everything below is found. */
static void
write_lists(const char *dir)
{
	struct list fin_swe = { "", "" };
	struct list swe_nor = { "", "" };
	struct list isl_eng = { "", "" };
	struct list eng_nor = { "", "" };
	struct list dan_eng = { "", "" };

	add(&fin_swe, "majakka /m/ <n>\nfyr, fyrtorn\n");
	add(&fin_swe, "laitos\n1. verk\n2. anstalt\n");
	add(&fin_swe, "kirjasto\nbibliotek\n");
	add(&swe_nor, "fyrtorn\nfyrtårn\n");
	add(&swe_nor, "bibliotek\nbibliotek\n");
	add(&swe_nor, "koti\nhjem\n");
	add(&swe_nor, "hem\nhjem\n");
	add(&swe_nor, "verkstad\nverksted\n");
	add(&isl_eng, "bókasafn\nlibrary\n");
	add(&isl_eng, "viti\nlight house\n");
	add(&eng_nor, "library\nbibliotek\n");
	add(&eng_nor, "light house\nfyrtårn\n");
	add(&eng_nor, "to row\nro\n");
	add(&dan_eng, "ro\nto row, peace\n");
	write_list(dir, "made-fin-swe", &fin_swe);
	write_packed(dir, "made-swe-nor", &swe_nor);
	write_list(dir, "made-isl-eng", &isl_eng);
	write_list(dir, "made-eng-nor", &eng_nor);
	write_list(dir, "dan-eng", &dan_eng);
}

/* Make and open the dictionary of all lists in the folder. */
static struct dictionary *
made(const char *dir)
{
	struct dictionary_made about = { 0 };
	struct dictionary *dictionary = NULL;
	char *path = scratch_path(dir, "words");

	assert_int_equal(dictionary_make(dir, path, &about), ERR_NONE);
	assert_int_equal(dictionary_open(path, &dictionary), ERR_NONE);
	assert_int_equal(dictionary_words(dictionary), about.words);
	free(path);
	return dictionary;
}

/* The weight with which ${word} leads to ${other}; 0 if it does not. */
static unsigned
weight(const struct dictionary *dictionary, enum vocab_lang lang,
    const char *word, enum vocab_lang other_lang, const char *other)
{
	struct dictionary_word words[DICTIONARY_MAX];
	struct tokens *tokens = NULL;
	struct token token;
	size_t count;
	size_t i;
	unsigned found = 0;

	assert_int_equal(tokens_new(&tokens), ERR_NONE);
	assert_int_equal(tokens_forms(tokens, word, strlen(word),
			     stem_lang(vocab_lang_code(lang)), &token),
	    ERR_NONE);
	if (token.stem[0] == '\0')
		memcpy(token.stem, token.folded, sizeof(token.stem));
	tokens_free(tokens);
	count = dictionary_find(dictionary, lang, token.stem,
	    strlen(token.stem), words, DICTIONARY_MAX);
	for (i = 0; i < count; i++) {
		assert_in_range(words[i].weight, 1, 255);
		assert_true(words[i].lang != lang);
		if (words[i].lang == other_lang &&
		    words[i].len == strlen(other) &&
		    memcmp(words[i].term, other, words[i].len) == 0)
			found = words[i].weight;
	}
	return found;
}

static void
a_word_is_found_in_both_directions(void **state)
{
	struct dictionary *dictionary;

	write_lists(*state);
	dictionary = made(*state);
	assert_true(
	    weight(dictionary, VOCAB_FI, "majakan", VOCAB_SV, "fyrtorn") > 0 ||
	    weight(dictionary, VOCAB_FI, "majakka", VOCAB_SV, "fyrtorn") > 0);
	assert_true(
	    weight(dictionary, VOCAB_SV, "fyrtorn", VOCAB_FI, "majak") > 0);
	assert_true(weight(dictionary, VOCAB_NB, "biblioteket", VOCAB_EN,
			"librari") > 0);
	assert_int_equal(
	    weight(dictionary, VOCAB_SV, "fyrbåk", VOCAB_FI, "majak"), 0);
	dictionary_free(dictionary);
}

static void
what_stands_first_weighs_more(void **state)
{
	struct dictionary *dictionary;

	write_lists(*state);
	dictionary = made(*state);
	assert_true(weight(dictionary, VOCAB_FI, "laitos", VOCAB_SV, "verk") >
	    weight(dictionary, VOCAB_FI, "laitos", VOCAB_SV, "anstalt"));
	dictionary_free(dictionary);
}

static void
a_third_language_leads_on_and_weighs_less(void **state)
{
	struct dictionary *dictionary;
	unsigned direct;
	unsigned led;

	write_lists(*state);
	dictionary = made(*state);
	direct = weight(
	    dictionary, VOCAB_FI, "kirjasto", VOCAB_SV, "bibliotek");
	led = weight(dictionary, VOCAB_FI, "kirjasto", VOCAB_NB, "bibliotek");
	assert_true(led > 0 && led <= direct);
	assert_true(weight(dictionary, VOCAB_IS, "bókasafn", VOCAB_NB,
			"bibliotek") > 0);
	dictionary_free(dictionary);
}

static void
phrases_lead_on_and_are_not_told(void **state)
{
	struct dictionary *dictionary;
	struct dictionary_word words[DICTIONARY_MAX];
	size_t count;

	write_lists(*state);
	dictionary = made(*state);
	assert_true(
	    weight(dictionary, VOCAB_IS, "viti", VOCAB_NB, "fyrtaarn") > 0);
	count = dictionary_find(
	    dictionary, VOCAB_IS, "viti", 4, words, DICTIONARY_MAX);
	while (count-- > 0)
		assert_true(words[count].lang != VOCAB_EN);
	dictionary_free(dictionary);
}

static void
other_forms_of_a_word_are_found(void **state)
{
	struct dictionary *dictionary;

	write_lists(*state);
	dictionary = made(*state);
	assert_true(weight(dictionary, VOCAB_IS, "bókasafninu", VOCAB_EN,
			"librari") > 0);
	assert_true(weight(dictionary, VOCAB_IS, "bókasöfnum", VOCAB_EN,
			"librari") > 0);
	assert_true(
	    weight(dictionary, VOCAB_FI, "laitoksen", VOCAB_SV, "verk") > 0);
	dictionary_free(dictionary);
}

static void
neighbours_are_asked_for_what_danish_lacks(void **state)
{
	struct dictionary *dictionary;

	write_lists(*state);
	dictionary = made(*state);
	assert_true(weight(dictionary, VOCAB_DA, "bibliotek", VOCAB_FI,
			"kirjasto") > 0);
	assert_true(
	    weight(dictionary, VOCAB_DA, "værksted", VOCAB_NB, "verksted") > 0);
	dictionary_free(dictionary);
}

static void
less_may_be_asked_for(void **state)
{
	struct dictionary_word words[DICTIONARY_MAX];
	struct dictionary *dictionary;

	write_lists(*state);
	dictionary = made(*state);
	assert_true(dictionary_exact(dictionary, VOCAB_FI, "laitos", 6, words,
			DICTIONARY_MAX) > 0);
	assert_int_equal(dictionary_exact(dictionary, VOCAB_FI, "laitoks", 7,
			     words, DICTIONARY_MAX),
	    0);
	assert_true(dictionary_forms(dictionary, VOCAB_FI, "laitoks", 7, words,
			DICTIONARY_MAX) > 0);
	assert_int_equal(dictionary_forms(dictionary, VOCAB_DA, "vaerksted", 9,
			     words, DICTIONARY_MAX),
	    0);
	assert_true(dictionary_find(dictionary, VOCAB_DA, "vaerksted", 9, words,
			DICTIONARY_MAX) > 0);
	dictionary_free(dictionary);
}

static void
a_new_file_takes_the_place_of_the_old(void **state)
{
	const char *dir = *state;
	struct dictionary *old;
	struct dictionary *fresh;
	char *path = scratch_path(dir, "words");
	struct list list = { "", "" };
	struct stat about;
	struct dirent *entry;
	DIR *folder;

	write_lists(dir);
	old = made(dir);
	add(&list, "vedenneito\nsjöjungfru\n");
	write_list(dir, "new-fin-swe", &list);
	fresh = made(dir);
	assert_int_equal(
	    weight(old, VOCAB_FI, "vedenneito", VOCAB_SV, "sjoejungfru"), 0);
	assert_true(
	    weight(fresh, VOCAB_FI, "vedenneito", VOCAB_SV, "sjoejungfru") > 0);
	assert_true(
	    weight(old, VOCAB_FI, "kirjasto", VOCAB_SV, "bibliotek") > 0);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0644);
	assert_non_null(folder = opendir(dir));
	while ((entry = readdir(folder)) != NULL)
		assert_true(strncmp(entry->d_name, "words.", 6) != 0);
	assert_int_equal(closedir(folder), 0);
	dictionary_free(old);
	dictionary_free(fresh);
	free(path);
}

static void
without_a_list_nothing_is_made(void **state)
{
	const char *dir = *state;
	struct dictionary_made about = { 0 };
	char *path = scratch_path(dir, "words");
	char *none = scratch_path(dir, "none");

	assert_int_equal(dictionary_make(none, path, &about), ERR_NOENT);
	assert_int_equal(dictionary_make(dir, path, &about), ERR_NOENT);
	write_bytes(dir, "a-eng-deu.index", "", 0);
	write_bytes(dir, "a-eng-eng.index", "", 0);
	write_bytes(dir, "xfin-swe.index", "", 0);
	write_bytes(dir, "fin-swe.dict", "", 0);
	assert_int_equal(dictionary_make(dir, path, &about), ERR_NOENT);
	assert_int_equal(about.bad, 0);
	write_bytes(dir, "a-fin-swe.index", "", 0);
	assert_int_equal(dictionary_make(dir, path, &about), ERR_NOENT);
	assert_int_equal(about.bad, 1);
	assert_int_not_equal(access(path, F_OK), 0);
	free(path);
	free(none);
}

static void
a_list_that_cannot_be_read_is_left_out(void **state)
{
	const char *dir = *state;
	struct dictionary_made about = { 0 };
	char *path = scratch_path(dir, "words");

	write_lists(dir);
	write_bytes(dir, "a-fin-swe.index", "", 0);
	assert_int_equal(dictionary_make(dir, path, &about), ERR_NONE);
	assert_int_equal(about.lists, 5);
	assert_int_equal(about.bad, 1);
	assert_true(about.words > 0 && about.links > 0 && about.bytes > 0);
	free(path);
}

static void
a_file_that_cannot_be_written_is_told(void **state)
{
	const char *dir = *state;
	struct dictionary_made about = { 0 };
	struct rlimit before;
	struct rlimit small;
	char *deep = scratch_path(dir, "new/words");
	char *deeper = scratch_path(dir, "no/such/words");
	char *name = calloc(1, 5000);

	assert_non_null(name);
	write_lists(dir);
	assert_int_equal(dictionary_make(dir, deep, &about), ERR_NONE);
	assert_int_equal(dictionary_make(dir, deeper, &about), ERR_DENIED);
	memset(name, 'x', 4999);
	assert_int_equal(dictionary_make(dir, name, &about), ERR_SIZE);
	name[300] = '\0';
	assert_int_equal(dictionary_make(dir, name, &about), ERR_SIZE);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(dictionary_make(dir, deep, &about), ERR_FULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(access(deep, R_OK), 0);
	free(deep);
	free(deeper);
	free(name);
}

static void
what_is_no_dictionary_is_refused(void **state)
{
	static const char magic[] = DICTIONARY_MAGIC;
	const char *dir = *state;
	struct dictionary *dictionary = NULL;
	char *path = scratch_path(dir, "words");
	char bytes[100] = "";
	struct stat about;

	assert_int_equal(dictionary_open(path, &dictionary), ERR_NOENT);
	assert_int_equal(dictionary_open(dir, &dictionary), ERR_SYNTAX);
	assert_int_equal(dictionary_open("/dev/zero", &dictionary), ERR_SYNTAX);
	write_bytes(dir, "words", "", 0);
	assert_int_equal(dictionary_open(path, &dictionary), ERR_SYNTAX);
	write_bytes(dir, "words", bytes, sizeof(bytes));
	assert_int_equal(dictionary_open(path, &dictionary), ERR_SYNTAX);
	memcpy(bytes, magic, sizeof(magic));
	write_bytes(dir, "words", bytes, sizeof(bytes));
	assert_int_equal(dictionary_open(path, &dictionary), ERR_SYNTAX);
	bytes[DICTIONARY_SAME]++;
	write_bytes(dir, "words", bytes, sizeof(bytes));
	assert_int_equal(dictionary_open(path, &dictionary), ERR_VERSION);
	assert_null(dictionary);
	write_lists(dir);
	dictionary_free(made(dir));
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(truncate(path, about.st_size - 1), 0);
	assert_int_equal(dictionary_open(path, &dictionary), ERR_SYNTAX);
	if (geteuid() != 0) {
		assert_int_equal(chmod(path, 0), 0);
		assert_int_equal(
		    dictionary_open(path, &dictionary), ERR_DENIED);
	}
	free(path);
}

/* Ask a dictionary for everything it has, and touch what it answers. */
static size_t
ask_all(const struct dictionary *dictionary)
{
	static const char *const asked[] = { "majak", "bibliotek",
		"bokasafninu", "ro", "librari", "vaerksted", "zzz" };
	struct dictionary_word words[DICTIONARY_MAX];
	size_t count;
	size_t sum = 0;
	size_t i;
	size_t k;
	unsigned lang;

	for (lang = 0; lang <= VOCAB_LANGS; lang++)
		for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
			count = dictionary_find(dictionary,
			    (enum vocab_lang)lang, asked[i], strlen(asked[i]),
			    words, DICTIONARY_MAX);
			assert_true(count <= DICTIONARY_MAX);
			for (k = 0; k < count; k++) {
				assert_true(words[k].len <= TOKEN_MAX);
				sum += words[k].len == 0 ?
				    0 :
				    (unsigned char)words[k]
					.term[words[k].len - 1];
			}
		}
	return sum;
}

static void
damage_inside_never_leads_out_of_the_file(void **state)
{
	const char *dir = *state;
	char *path = scratch_path(dir, "words");
	struct dictionary *dictionary;
	char bytes[FILE_ROOM];
	FILE *file;
	size_t len;
	size_t i;

	write_lists(dir);
	dictionary = made(dir);
	assert_true(ask_all(dictionary) > 0);
	dictionary_free(dictionary);
	assert_non_null(file = fopen(path, "re"));
	len = fread(bytes, 1, sizeof(bytes), file);
	assert_int_equal(fclose(file), 0);
	assert_true(len < sizeof(bytes));
	for (i = 0; i < len; i++) {
		bytes[i] = (char)~bytes[i];
		write_bytes(dir, "words", bytes, len);
		bytes[i] = (char)~bytes[i];
		dictionary = NULL;
		if (dictionary_open(path, &dictionary) != ERR_NONE)
			continue;
		(void)ask_all(dictionary);
		dictionary_free(dictionary);
	}
	free(path);
}

static void
of_no_dictionary_nothing_is_found(void **state)
{
	struct dictionary_word words[DICTIONARY_MAX];
	struct dictionary *dictionary;

	assert_int_equal(
	    dictionary_find(NULL, VOCAB_DA, "ro", 2, words, DICTIONARY_MAX), 0);
	assert_int_equal(dictionary_words(NULL), 0);
	dictionary_free(NULL);
	write_lists(*state);
	dictionary = made(*state);
	assert_int_equal(dictionary_find(dictionary, VOCAB_ANY, "bibliotek", 9,
			     words, DICTIONARY_MAX),
	    0);
	assert_int_equal(
	    dictionary_find(dictionary, VOCAB_SV, "", 0, words, DICTIONARY_MAX),
	    0);
	assert_int_equal(
	    dictionary_find(dictionary, VOCAB_SV, "bibliotek", 9, words, 1), 1);
	assert_int_equal(
	    dictionary_find(dictionary, VOCAB_SV, "bibliotek", 9, words, 0), 0);
	dictionary_free(dictionary);
}

static void
forms_of_one_word_have_something_in_common(void **state)
{
	static const struct {
		enum vocab_lang lang;
		const char *one;
		const char *other;
	} pairs[] = {
		{ VOCAB_IS, "sundlaug", "sundlauginni" },
		{ VOCAB_IS, "hundur", "hundinum" },
		{ VOCAB_IS, "gata", "goetunni" },
		{ VOCAB_SV, "hemm", "hemmet" },
		{ VOCAB_SV, "kontor", "kontoret" },
		{ VOCAB_FI, "laitos", "laitoks" },
		{ VOCAB_FI, "aikuin", "aikuis" },
		{ VOCAB_FI, "vuorokaud", "vuorokaus" },
		{ VOCAB_FI, "kaupunki", "kaupungi" },
	};

	char one[TOKEN_MAX + 2];
	char other[TOKEN_MAX + 2];
	char most[TOKEN_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_true(dictionary_form(pairs[i].lang, pairs[i].one,
				strlen(pairs[i].one), one) > 1);
		assert_true(dictionary_form(pairs[i].lang, pairs[i].other,
				strlen(pairs[i].other), other) > 1);
		assert_string_equal(one, other);
	}
	assert_int_equal(dictionary_form(VOCAB_IS, "sn", 2, one), 0);
	assert_int_equal(dictionary_form(VOCAB_EN, "winter", 6, one), 0);
	assert_int_equal(dictionary_form(VOCAB_ANY, "winter", 6, one), 0);
	memset(most, 'k', sizeof(most));
	assert_true(
	    dictionary_form(VOCAB_SV, most, TOKEN_MAX, one) <= TOKEN_MAX + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(translations_are_told_sense_by_sense),
		cmocka_unit_test(remarks_in_brackets_are_dropped),
		cmocka_unit_test(names_and_small_words_are_left_out),
		cmocka_unit_test(an_index_that_leads_nowhere_is_passed_over),
		cmocka_unit_test(what_the_caller_answers_ends_a_list),
		cmocka_unit_test_setup_teardown(
		    a_list_that_is_not_whole_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_word_is_found_in_both_directions, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_stands_first_weighs_more, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_third_language_leads_on_and_weighs_less, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    phrases_lead_on_and_are_not_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    other_forms_of_a_word_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    neighbours_are_asked_for_what_danish_lacks, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    less_may_be_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_new_file_takes_the_place_of_the_old, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    without_a_list_nothing_is_made, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_list_that_cannot_be_read_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_file_that_cannot_be_written_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_no_dictionary_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    damage_inside_never_leads_out_of_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    of_no_dictionary_nothing_is_found, setup, teardown),
		cmocka_unit_test(forms_of_one_word_have_something_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
