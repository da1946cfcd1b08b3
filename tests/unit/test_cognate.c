#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/stem.h"
#include "daemon/cognate.h"

/* Whether ${word} of ${lang} may be spelt ${other} in ${there}. */
static bool
is_spelt(enum vocab_lang lang, const char *word, const char *other,
    enum stem_lang there)
{
	struct cognate cognates[COGNATES];
	size_t count = cognate_make(lang, word, cognates);
	size_t i;

	assert_true(count <= COGNATES);
	for (i = 0; i < count; i++)
		if (strcmp(cognates[i].word, other) == 0)
			return (cognates[i].langs & 1U << there) != 0;
	return false;
}

static void
neighbours_spell_a_word_their_own_way(void **state)
{
	static const struct {
		enum vocab_lang lang;
		const char *word;
		const char *other;
		enum stem_lang there;
	} pairs[] = {
		{ VOCAB_DA, "sikkerhed", "sikkerhet", STEM_NO },
		{ VOCAB_DA, "cykeltur", "sykkeltur", STEM_NO },
		{ VOCAB_DA, "kompetence", "kompetens", STEM_SV },
		{ VOCAB_DA, "kompetence", "kompetanse", STEM_NO },
		{ VOCAB_DA, "arbejdsplads", "arbetsplats", STEM_SV },
		{ VOCAB_DA, "sprog", "spraak", STEM_SV },
		{ VOCAB_DA, "bruge", "bruka", STEM_SV },
		{ VOCAB_DA, "tandlaege", "tannlege", STEM_NO },
		{ VOCAB_DA, "hvalros", "kvalross", STEM_NO },
		{ VOCAB_DA, "hvalros", "valross", STEM_SV },
		{ VOCAB_DA, "legetoej", "leketoey", STEM_NO },
		{ VOCAB_NB, "tannlege", "tandlaege", STEM_DA },
		{ VOCAB_NB, "fengsel", "faengsel", STEM_DA },
		{ VOCAB_NB, "miljoeskadelig", "miljoeskadeleg", STEM_NO },
		{ VOCAB_NN, "miljoeskadeleg", "miljoeskadelig", STEM_DA },
		{ VOCAB_SV, "fyrtorn", "fyrtaarn", STEM_NO },
		{ VOCAB_SV, "utveckling", "udvekling", STEM_DA },
		{ VOCAB_SV, "foerskola", "forskole", STEM_DA },
		{ VOCAB_ANY, "sikkerhed", "sikkerhet", STEM_NO },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!is_spelt(pairs[i].lang, pairs[i].word, pairs[i].other,
			pairs[i].there))
			fail_msg("%s is not spelt %s", pairs[i].word,
			    pairs[i].other);
}

static void
a_word_is_never_its_own_neighbour(void **state)
{
	static const char *const words[] = { "sikkerhed", "bibliotek", "gjess",
		"froebibliotek", "oeaaeaoeae" };
	int lang;
	size_t i;

	(void)state;
	for (lang = VOCAB_DA; lang <= VOCAB_SV; lang++)
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			assert_false(is_spelt((enum vocab_lang)lang, words[i],
			    words[i], STEM_DA));
			assert_false(is_spelt((enum vocab_lang)lang, words[i],
			    words[i], STEM_SV));
		}
}

static void
half_a_letter_is_not_changed(void **state)
{
	(void)state;
	assert_false(
	    is_spelt(VOCAB_SV, "froebibliotek", "fraaebibliotek", STEM_DA));
	assert_false(is_spelt(VOCAB_NB, "gjaess", "gjaaess", STEM_DA));
}

static void
there_are_none_of_what_is_no_such_word(void **state)
{
	struct cognate cognates[COGNATES];

	(void)state;
	assert_int_equal(cognate_make(VOCAB_DA, "mad", cognates), 0);
	assert_int_equal(cognate_make(VOCAB_DA, "sikkerhed2", cognates), 0);
	assert_int_equal(cognate_make(VOCAB_DA, "", cognates), 0);
	assert_int_equal(cognate_make(VOCAB_FI, "sikkerhed", cognates), 0);
	assert_int_equal(cognate_make(VOCAB_IS, "sikkerhed", cognates), 0);
	assert_int_equal(cognate_make(VOCAB_EN, "sikkerhed", cognates), 0);
}

static void
the_longest_words_stay_in_their_room(void **state)
{
	struct cognate cognates[COGNATES];
	char word[TOKEN_MAX + 1];
	int lang;
	size_t count;
	size_t i;

	(void)state;
	for (i = 0; i < TOKEN_MAX; i++)
		word[i] = "kae"[i % 3];
	word[TOKEN_MAX] = '\0';
	for (lang = VOCAB_DA; lang <= VOCAB_SV; lang++) {
		count = cognate_make((enum vocab_lang)lang, word, cognates);
		for (i = 0; i < count; i++)
			assert_true(strlen(cognates[i].word) <= TOKEN_MAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_spell_a_word_their_own_way),
		cmocka_unit_test(a_word_is_never_its_own_neighbour),
		cmocka_unit_test(half_a_letter_is_not_changed),
		cmocka_unit_test(there_are_none_of_what_is_no_such_word),
		cmocka_unit_test(the_longest_words_stay_in_their_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
