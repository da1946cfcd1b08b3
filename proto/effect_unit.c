#include "proto/effect_unit.h"

#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define BLANKS " \t,;()[]"

struct word {
	const char *text;
	bool end; /* also at the end of a compound: "sygedage" */
};

static const struct word lots[] = {
	/* Days. */
	{ "day", true },
	{ "days", true },
	{ "dag", true },
	{ "dage", true },
	{ "dager", true },
	{ "dagar", true },
	{ "dagen", true },
	{ "dagene", true },
	{ "døgn", true },
	{ "dygn", true },
	{ "päivä", true },
	{ "päivää", true },
	{ "päivät", true },
	{ "päiviä", true },
	{ "dagsverk", true },
	{ "dagsværk", true },
	{ "weeks", false },
	{ "uger", false },
	{ "uker", false },
	{ "veckor", false },
	{ "viikkoa", false },
	{ "viikot", false },
	{ "months", false },
	{ "måneder", false },
	{ "månader", false },
	{ "kuukautta", false },
	/* Hours. */
	{ "hour", true },
	{ "hours", true },
	{ "time", true },
	{ "timer", true },
	{ "timerne", true },
	{ "timene", true },
	{ "timme", true },
	{ "timmar", true },
	{ "timmarna", true },
	{ "tunti", true },
	{ "tuntia", true },
	{ "tunnit", true },
	{ "tunteja", true },
	{ "minutes", false },
	{ "minutter", false },
	{ "minuter", false },
	{ "minuuttia", false },
	/* Money. */
	{ "kr", false },
	{ "kr.", false },
	{ "tkr", false },
	{ "mkr", false },
	{ "tkr.", false },
	{ "mkr.", false },
	{ "dkk", false },
	{ "nok", false },
	{ "sek", false },
	{ "eur", false },
	{ "isk", false },
	{ "€", false },
	{ "krone", true },
	{ "kroner", true },
	{ "kronor", true },
	{ "krónur", true },
	{ "kruunua", false },
	{ "euro", true },
	{ "euroa", true },
	{ "euros", false },
	{ "eurot", false },
};

/* After one of these, a unit tells among what or when it is counted. */
static const char *const ends[] = { "per", "pr", "pr.", "within", "inden",
	"innen", "inom", "after", "efter", "etter", "jälkeen", "kohti",
	"kohden" };

/* Does the word, already folded, equal one that is not? */
static enum err
matches(const char *word, const char *other, bool end, bool *ret_matches)
{
	char *folded;
	enum err err;
	size_t len = strlen(word);
	size_t least;

	if ((err = text_fold(other, &folded)) != ERR_NONE)
		return err;
	least = strlen(folded);
	*ret_matches = len == least || (end && len > least) ?
	    strcmp(word + len - least, folded) == 0 :
	    false;
	free(folded);
	return ERR_NONE;
}

static enum err
is_end(const char *word, bool *ret_is)
{
	enum err err = ERR_NONE;
	size_t i;

	*ret_is = false;
	for (i = 0;
	     err == ERR_NONE && !*ret_is && i < sizeof(ends) / sizeof(ends[0]);
	     i++)
		err = matches(word, ends[i], false, ret_is);
	return err;
}

static enum err
is_lot(const char *word, bool *ret_is)
{
	enum err err = ERR_NONE;
	size_t i;

	*ret_is = false;
	for (i = 0;
	     err == ERR_NONE && !*ret_is && i < sizeof(lots) / sizeof(lots[0]);
	     i++)
		err = matches(word, lots[i].text, lots[i].end, ret_is);
	return err;
}

enum err
effect_unit_counts(const char *unit, bool *ret_counts)
{
	char *folded;
	char *rest;
	char *word;
	bool end = false;
	bool lot = false;
	enum err err;

	if ((err = text_fold(unit, &folded)) != ERR_NONE)
		return err;
	folded[strcspn(folded, "/")] = '\0';
	for (word = strtok_r(folded, BLANKS, &rest);
	     err == ERR_NONE && word != NULL && !end && !lot;
	     word = strtok_r(NULL, BLANKS, &rest)) {
		err = is_end(word, &end);
		if (err == ERR_NONE && !end)
			err = is_lot(word, &lot);
	}
	free(folded);
	if (err == ERR_NONE)
		*ret_counts = !lot;
	return err;
}
