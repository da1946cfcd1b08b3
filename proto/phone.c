#include "proto/phone.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "proto/say.h"

#define DIGITS_MAX 15 /* of any telephone number in the world */

/* Words before a number that say that it is one, folded. */
static const char phone_words[] =
    " tlf telf tel tele telefon telefonnr telefonnummer telefonen mobil mob "
    "mobilnr mobilnummer mobilen ring ringe ringes ringer sms smsa vipps "
    "swish mobilepay puh puhelin puhelinnumero gsm soita simi simanumer gsmi "
    "farsimi direkte direkt vaxel kaenny ";

/* Words before a number that say that it is none. */
static const char other_words[] =
    " cvr ean gln isbn issn doi org orgnr konto kontonr kontonummer bankgiro "
    "plusgiro iban sag sagsnr sagsnummer sak saksnr saksnummer journalnr "
    "journal dnr diarienr dnro tunnus faktura gnr bnr kr dkk nok sek eur usd "
    "lae side s kl klo aar vuonna vuosina aarene ";

/* Words after a number that say that it is an amount. */
static const char unit_words[] =
    " kr krone kroner kronor kronur dkk nok sek isk eur euro euroa mio mill "
    "mkr tkr mia mrd millioner miljoner miljoonaa prosent procent prosenttia "
    "timer timmar tuntia ha km kvm ";

/* A number that is known by its country's code. */
struct country {
	const char *code;
	size_t least; /* digits after it */
	size_t most;
	const char *shared; /* begin numbers of no person, between blanks */
};

static const struct country countries[] = {
	{ "45", 8, 8, " 70 80 90 " },
	{ "46", 7, 10, " 20 771 770 " },
	{ "47", 8, 8, " 80 81 82 " },
	{ "354", 7, 7, " 800 " },
	{ "358", 6, 11, " 800 600 700 " },
};

#define GROUPS_MAX 8

/* Digits in groups: how many, what stands before each, where each ends. */
struct groups {
	size_t count;
	size_t len[GROUPS_MAX];
	char mark[GROUPS_MAX]; /* the first has none */
	size_t end[GROUPS_MAX];
	char digits[DIGITS_MAX + 1]; /* of all groups, as far as they fit */
};

/* What stands between two groups from ${i} on; 0 if it is too much. */
static char
read_mark(const struct plain *plain, size_t *i)
{
	size_t at = plain_skip(plain, *i, " ");
	uint32_t point = plain_at(plain, at);
	char mark = '\0';

	if (at > *i)
		mark = ' ';
	if (point == '-' || point == '/' || point == '.' || point == ')') {
		mark = (char)point;
		at++;
	}
	*i = plain_skip(plain, at, " ");
	return plain_is_digit(plain_at(plain, *i)) ? mark : '\0';
}

/* Read the groups from ${i} on. */
static void
read_groups(const struct plain *plain, size_t i, struct groups *groups)
{
	size_t used = 0;
	size_t from;
	char mark = '\0';

	*groups = (struct groups){ .count = 0 };
	do {
		from = i;
		for (; plain_is_digit(plain_at(plain, i)); i++)
			if (used < DIGITS_MAX)
				groups->digits[used++] = (char)plain->points[i];
		groups->len[groups->count] = i - from;
		groups->mark[groups->count] = mark;
		groups->end[groups->count++] = i;
	} while (groups->count < GROUPS_MAX &&
	    (mark = read_mark(plain, &i)) != '\0');
}

/*
 * How many groups, joined by one of ${marks}, have between ${least} and ${most}
 * digits together: as many as can be; 0 if none do.
 */
static size_t
take(const struct groups *groups, const char *marks, size_t least, size_t most)
{
	size_t digits = 0;
	size_t best = 0;
	size_t i;

	for (i = 0; i < groups->count; i++) {
		if (i > 0 && strchr(marks, groups->mark[i]) == NULL)
			break;
		if ((digits += groups->len[i]) > most)
			break;
		if (digits >= least)
			best = i + 1;
	}
	return best;
}

/* Do the groups have these lengths, with blanks between and nothing after? */
static bool
has_shape(const struct groups *groups, const char *lengths)
{
	size_t i;

	if (groups->count != strlen(lengths))
		return false;
	for (i = 0; i < groups->count; i++)
		if (groups->len[i] != (size_t)(lengths[i] - '0') ||
		    (i > 0 && groups->mark[i] != ' '))
			return false;
	return true;
}

/* Is it a year, as people write about trials? */
static bool
is_year(const char *digits)
{
	return strncmp(digits, "19", 2) == 0 || strncmp(digits, "20", 2) == 0;
}

/* Begins ${digits} with one of the numbers in ${list}, between blanks? */
static bool
begins_with(const char *digits, const char *list)
{
	char begin[5];
	size_t len;

	for (len = 1; len < sizeof(begin) && digits[len - 1] != '\0'; len++) {
		memcpy(begin, digits, len);
		begin[len] = '\0';
		if (plain_among(begin, list))
			return true;
	}
	return false;
}

/* Danish and Norwegian numbers; those that begin with 70, 80, 81 and 82 are
 * shared ones. */
static bool
is_eight_digits(const struct groups *groups)
{
	const char *digits = groups->digits;

	if (digits[0] < '2' || begins_with(digits, " 70 80 81 82 "))
		return false;
	if (has_shape(groups, "2222"))
		return true;
	if (has_shape(groups, "323"))
		return digits[0] == '4' || digits[0] == '9';
	return has_shape(groups, "44") && !is_year(digits);
}

/* Swedish and Finnish numbers with their trunk prefix 0; return the groups. */
static size_t
zero_groups(const struct groups *groups)
{
	const char *digits = groups->digits;
	size_t count;
	size_t i;

	if (digits[0] != '0' || digits[1] < '1' || digits[1] > '9' ||
	    begins_with(digits, " 020 0771 0770 0800 0600 0700 "))
		return 0;
	if (groups->len[0] == 10)
		return digits[1] == '7' || digits[1] == '4' ||
			(digits[1] == '5' && digits[2] == '0') ?
		    1 :
		    0;
	if (groups->count < 2 || groups->len[0] < 2 || groups->len[0] > 4 ||
	    groups->mark[1] == '.')
		return 0;

	/* The area, then pairs and threes, or the rest in one. */
	count = 2;
	if (groups->len[1] < 5)
		while (count < groups->count && groups->mark[count] == ' ' &&
		    groups->len[count] >= 2 && groups->len[count] <= 4)
			count++;
	for (i = 0; i < count; i++)
		if (groups->len[i] < 2)
			return 0;
	return take(groups, " -/)", 8, 11) == count ? count : 0;
}

/* The place after a number of this country, whose code is at ${i}; or 0. */
static size_t
country_end(const struct plain *plain, size_t i, const struct country *country)
{
	struct groups groups;
	const char *code;
	size_t used;

	for (code = country->code; *code != '\0'; code++)
		if (plain_at(plain, i++) != (unsigned char)*code)
			return 0;
	i = plain_skip(plain, i, " -.");
	if (plain_at(plain, i) == '(')
		i = plain_skip(plain, i, "(0) ");
	if (!plain_is_digit(plain_at(plain, i)))
		return 0;
	read_groups(plain, i, &groups);
	used = take(&groups, " -./)", country->least, country->most);
	return used > 0 && !begins_with(groups.digits, country->shared) ?
	    groups.end[used - 1] :
	    0;
}

/* The number begins with a country's code, + or 00 before it. */
static size_t
foreign_end(const struct plain *plain, size_t i)
{
	size_t end = 0;
	size_t c;

	if (plain_at(plain, i) == '+')
		i++;
	else if (plain_at(plain, i) == '0' && plain_at(plain, i + 1) == '0')
		i += 2;
	else
		return 0;
	for (c = 0; c < sizeof(countries) / sizeof(countries[0]) && end == 0;
	     c++)
		end = country_end(plain, i, &countries[c]);
	return end;
}

/* The place after a number that needs no word before it; 0 if it is none. */
static size_t
bare_end(const struct groups *groups)
{
	size_t used;

	if (is_eight_digits(groups))
		return groups->end[groups->count - 1];
	used = zero_groups(groups);
	return used > 0 ? groups->end[used - 1] : 0;
}

/* The place after a number that stands after "tlf."; 0 if it is none. */
static size_t
named_end(const struct groups *groups)
{
	size_t used = take(groups, " -./)", 7, 11);

	if (used == 0 || begins_with(groups->digits, " 800 020 0771 116117 "))
		return 0;
	if (groups->len[0] == 4 && used > 1 && groups->len[1] == 4 &&
	    is_year(groups->digits) && is_year(groups->digits + 4))
		return 0;
	return groups->end[used - 1];
}

/* Does the number end before ${i}, and no amount with it? */
static enum err
check_end(const struct plain *plain, size_t i, bool *ret_good)
{
	uint32_t point = plain_at(plain, i);
	char word[PLAIN_WORD];
	size_t from;
	enum err err;

	*ret_good = false;
	if (plain_is_digit(point) || plain_is_letter(point))
		return ERR_NONE;
	if ((point == '-' || point == '/' || point == '.' || point == ',') &&
	    plain_is_digit(plain_at(plain, i + 1)))
		return ERR_NONE;
	from = plain_skip(plain, i, " ");
	point = plain_at(plain, from);
	if (point == '%' || point == 0x20ac || point == 0x2030)
		return ERR_NONE;
	err = plain_fold(plain, from, plain_word(plain, from), word);
	*ret_good = !plain_among(word, unit_words);
	return err;
}

/* Can a number begin at ${i}? */
static bool
begins_at(const struct plain *plain, size_t i)
{
	uint32_t point = plain_at(plain, i);
	uint32_t before = plain_at(plain, i - 1);

	if (point != '+' && !plain_is_digit(point))
		return false;
	if (plain_is_digit(before) || plain_is_letter(before) ||
	    before == '/' || before == '_' || before == '+' || before == 0xa7)
		return false;
	return (before != '-' && before != '.' && before != ',') || i < 2 ||
	    !plain_is_digit(plain_at(plain, i - 2));
}

enum err
phone_find(const struct plain *plain, size_t i, size_t *ret_end,
    const char **ret_reason)
{
	const char *reason = SAY("telephone number with the code of a country");
	struct groups groups;
	char word[PLAIN_WORD];
	bool good = false;
	size_t end;
	enum err err;

	*ret_end = i;
	if (!begins_at(plain, i))
		return ERR_NONE;
	if ((err = plain_before(plain, i, word)) != ERR_NONE)
		return err;
	end = foreign_end(plain, i);
	if (end == 0 && plain_is_digit(plain_at(plain, i))) {
		read_groups(plain, i, &groups);
		reason = SAY("number after a word for telephone");
		if (plain_among(word, phone_words))
			end = named_end(&groups);
		else if (!plain_among(word, other_words)) {
			reason = SAY("number grouped like a telephone number");
			end = bare_end(&groups);
		}
	}
	if (end == 0)
		return ERR_NONE;
	if ((err = check_end(plain, end, &good)) != ERR_NONE)
		return err;
	if (good) {
		*ret_end = end;
		*ret_reason = reason;
	}
	return ERR_NONE;
}
