#include "proto/pnr.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "proto/say.h"

#define DIGITS_MAX 12

/* A number as written: digits, perhaps set apart, and digits. */
struct number {
	unsigned digit[DIGITS_MAX];
	size_t count;
	size_t first; /* digits before what sets them apart; count if nothing */
	char mark;    /* what sets them apart; 0 = nothing */
	size_t end;
};

/* Words before a number that is something else, folded. */
static const char other_words[] =
    " cvr ean gln isbn issn doi p org orgnr organisationsnr organisasjonsnr "
    "organisationsnummer organisasjonsnummer konto kontonr kontonummer iban "
    "bankgiro plusgiro sag sagsnr sagsnummer journalnr sak saksnr saksnummer "
    "journal arkivsak aerende dnr diarienr diarienummer dnro diaarinumero "
    "diaari tunnus faktura fakturanr lae gnr bnr mal malsnr tlf tel telf "
    "telefon telefonnummer mobil mob mobilnummer puh puhelin gsm simi sms ";

/* Parts of the words for a personal number, folded. */
static const char *const kind_stems[] = { "foedselsnum", "foedselsnr",
	"personnum", "personnr", "persnr", "cprn", "samordningsnum",
	"personbeteckning", "henkiloetunnu", "sosiaaliturvatunnu", "kennital",
	"kennitoel", "identitetsnum", "identitetsbeteckning" };

/* Short words for one, and such as are one with "number" after them. */
static const char short_words[] =
    " fnr cpr pnr hetu sotu kt ssn identity dnummer ";
static const char short_numbers[] = " d personal foedsels person f ";

/* What may stand between such a word and the number. */
static const char number_words[] =
    " nr nummer nummeret numret numrene numero numeroni no numer number code ";
static const char link_words[] =
    " er aer on oli is was var blev blei ble mitt min hans hennes hendes "
    "haenen minun borgerens brukerens som ";

#define WORDS_BACK 4 /* words that are looked at before a number */

static unsigned
two(const struct number *number, size_t at)
{
	return number->digit[at] * 10 + number->digit[at + 1];
}

/* Is this a day of a month?  Which year hardly matters: 29 February passes. */
static bool
is_date(unsigned day, unsigned month)
{
	static const unsigned days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/* The sum of the digits from ${from} on, each times its weight. */
static unsigned
weigh(const struct number *number, size_t from, const char *weights)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; weights[i] != '\0'; i++)
		sum += number->digit[from + i] * (unsigned)(weights[i] - '0');
	return sum;
}

/* ddmmyy-nnnn; since 2007 nothing checks it.  Tests: day + 60. */
static bool
is_danish(const struct number *number)
{
	unsigned day = two(number, 0);

	return number->count == 10 &&
	    is_date(day > 60 ? day - 60 : day, two(number, 2));
}

/* ddmmyy-nnck: k checks the eight before it, c is the century. */
static bool
is_icelandic(const struct number *number)
{
	unsigned century = number->digit[9];

	return number->count == 10 && is_date(two(number, 0), two(number, 2)) &&
	    (century == 0 || century >= 8) &&
	    weigh(number, 0, "327654321") % 11 == 0;
}

/*
 * ddmmyynnnkk with two check digits.  Day + 40: without residence; month + 40,
 * 65 or 80: hospitals and tests.
 */
static bool
is_norwegian(const struct number *number)
{
	unsigned day = two(number, 0);
	unsigned month = two(number, 2);

	if (number->count != 11)
		return false;
	if (month > 80)
		month -= 80;
	else if (month > 65)
		month -= 65;
	else if (month > 40)
		month -= 40;
	return is_date(day > 40 ? day - 40 : day, month) &&
	    weigh(number, 0, "3761894521") % 11 == 0 &&
	    weigh(number, 0, "54327654321") % 11 == 0;
}

/* (yy)yymmdd-nnnk, k by Luhn's rule; day + 60: coordination numbers. */
static bool
is_swedish(const struct number *number)
{
	size_t from = number->count == 12 ? 2 : 0;
	unsigned day;
	unsigned sum = 0;
	unsigned product;
	size_t i;

	if (number->count != from + 10)
		return false;
	if (from == 2 && (two(number, 0) < 18 || two(number, 0) > 20))
		return false;
	day = two(number, from + 4);
	if (!is_date(day > 60 ? day - 60 : day, two(number, from + 2)))
		return false;
	for (i = 0; i < 10; i++) {
		product = number->digit[from + i] * (i % 2 == 0 ? 2 : 1);
		sum += product / 10 + product % 10;
	}
	return sum % 10 == 0;
}

/* Read the number at ${i}; false if there is none of this shape. */
static bool
read_number(const struct plain *plain, size_t i, struct number *number)
{
	size_t mark;

	*number = (struct number){ .count = 0 };
	for (; plain_is_digit(plain_at(plain, i)); i++) {
		if (number->count == DIGITS_MAX)
			return false;
		number->digit[number->count++] = plain->points[i] - '0';
	}
	number->first = number->count;
	if (number->count == 6 || number->count == 8) {
		mark = plain_skip(plain, i, " ");
		number->mark = mark > i ? ' ' : '\0';
		if (plain_at(plain, mark) == '-' ||
		    plain_at(plain, mark) == '+')
			number->mark = (char)plain->points[mark++];
		mark = plain_skip(plain, mark, " ");
		for (i = mark; plain_is_digit(plain_at(plain, i)); i++) {
			if (number->count == DIGITS_MAX)
				return false;
			number->digit[number->count++] = plain->points[i] - '0';
		}
	}
	number->end = i;
	return number->count >= 10;
}

/* Does nothing that belongs to a number go on at ${i}? */
static bool
ends_at(const struct plain *plain, size_t i)
{
	uint32_t point = plain_at(plain, i);

	if (plain_is_digit(point) || plain_is_letter(point))
		return false;
	return (point != '-' && point != '/') ||
	    !plain_is_digit(plain_at(plain, i + 1));
}

/* The reason why ${number} is a personal one, or NULL. */
static const char *
judge(const struct number *number, bool other)
{
	bool apart = number->mark == '-' || number->mark == '+';

	/* A check digit that fits says more than a word before it. */
	if (number->mark != '+' && is_norwegian(number) && (apart || !other))
		return SAY("Norwegian national identity number");
	if ((apart || (number->mark == '\0' && !other)) &&
	    (number->first == 6 || number->first >= 8) && is_swedish(number))
		return SAY("Swedish personal identity number");
	if (number->first == 8 || number->mark == '+')
		return NULL;
	if ((apart || !other) && is_icelandic(number))
		return SAY("Icelandic identity number (or a Danish one)");
	if ((apart || !other) && is_danish(number))
		return SAY("Danish personal number");
	return NULL;
}

/*
 * ddmmyyCnnnX: C is the century, X checks the rest; with ${named} whatever it
 * is.  Tests: nnn over 899.
 */
static size_t
finnish_end(const struct plain *plain, size_t i, bool named)
{
	static const char marks[] = "+-YXWVUABCDEF";
	static const char checks[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
	unsigned digit[9];
	unsigned value = 0;
	uint32_t point;
	size_t count;

	for (count = 0; count < 9; count++) {
		if (count == 6) {
			point = plain_at(plain, i++);
			if (point >= 'a' && point <= 'z')
				point -= 'a' - 'A';
			if (point == 0 || point >= 0x80 ||
			    strchr(marks, (int)point) == NULL)
				return 0;
		}
		if (!plain_is_digit(plain_at(plain, i)))
			return 0;
		digit[count] = plain->points[i++] - '0';
		value = value * 10 + digit[count];
	}
	point = plain_at(plain, i);
	if (point >= 'a' && point <= 'z')
		point -= 'a' - 'A';
	if (point == 0 || point >= 0x80 || strchr(checks, (int)point) == NULL)
		return 0;
	if (!named &&
	    (point != (unsigned char)checks[value % 31] ||
		!is_date(digit[0] * 10 + digit[1], digit[2] * 10 + digit[3])))
		return 0;
	return ends_at(plain, i + 1) ? i + 1 : 0;
}

/* What the words before a number call it. */
enum named {
	NAMED_NOT,
	NAMED_PERSON,    /* "fnr": that of a person */
	NAMED_ICELANDIC, /* "kt.": that of a person or an organisation */
	NAMED_D          /* "dnr": without residence, or of a letter */
};

static enum named
judge_word(const char *word, bool numbered)
{
	size_t i;

	if (strcmp(word, "kt") == 0 || strncmp(word, "kennit", 6) == 0)
		return NAMED_ICELANDIC;
	if (strcmp(word, "dnr") == 0 || (numbered && strcmp(word, "d") == 0))
		return NAMED_D;
	if (plain_among(word, short_words) ||
	    (numbered && plain_among(word, short_numbers)))
		return NAMED_PERSON;
	for (i = 0; i < sizeof(kind_stems) / sizeof(kind_stems[0]); i++)
		if (strstr(word, kind_stems[i]) != NULL)
			return NAMED_PERSON;
	return NAMED_NOT;
}

/* What the words before ${i} call the number there. */
static enum err
named_before(const struct plain *plain, size_t i, enum named *ret_named)
{
	char word[PLAIN_WORD];
	bool numbered = false;
	uint32_t point;
	unsigned n;
	size_t to;
	enum err err;

	*ret_named = NAMED_NOT;
	for (n = 0; n < WORDS_BACK && *ret_named == NAMED_NOT; n++) {
		while (i > 0 && (point = plain->points[i - 1]) < 0x80 &&
		    strchr(" .:#(,=-\n'\"", (int)point) != NULL)
			i--;
		for (to = i; i > 0 && plain_is_letter(plain->points[i - 1]);)
			i--;
		if ((err = plain_fold(plain, i, to, word)) != ERR_NONE)
			return err;
		*ret_named = judge_word(word, numbered);
		if (plain_among(word, number_words))
			numbered = true;
		else if (!plain_among(word, link_words))
			break;
	}
	return ERR_NONE;
}

/* Does ${number} have the shape of what it is called? */
static bool
fits_name(const struct number *number, enum named named)
{
	if (named == NAMED_ICELANDIC)
		return number->count == 10 && number->digit[0] < 4;
	if (named == NAMED_D)
		return number->count == 11 && number->digit[0] >= 4 &&
		    number->digit[0] <= 7;
	return number->count >= 10;
}

/* The end of a number that is called ${named}, with blanks, dots and hyphens
 * between its digits; 0 if there is none. */
static size_t
named_end(const struct plain *plain, size_t i, enum named named)
{
	struct number number = { .count = 0 };
	size_t end;

	if (named == NAMED_NOT)
		return 0;
	if (named == NAMED_PERSON && (end = finnish_end(plain, i, true)) != 0)
		return end;
	while (
	    number.count < DIGITS_MAX && plain_is_digit(plain_at(plain, i))) {
		number.digit[number.count++] = plain->points[i++] - '0';
		if (plain_is_digit(plain_at(plain, i)))
			continue;
		if (plain_is_letter(plain_at(plain, i)))
			return 0;
		if (fits_name(&number, named))
			return i;
		i = plain_skip(plain, i, " .-+");
	}
	return 0;
}

/* Find a number that the words before it call a personal one; the last of them
 * may stand right before it, as in "CPR010190-1234". */
static enum err
find_named(const struct plain *plain, size_t i, size_t *ret_end,
    const char **ret_reason)
{
	enum named named;
	size_t end;
	enum err err;

	if ((err = named_before(plain, i, &named)) != ERR_NONE)
		return err;
	if ((end = named_end(plain, i, named)) != 0) {
		*ret_end = end;
		*ret_reason = SAY("digits after a word for a personal number");
	}
	return ERR_NONE;
}

enum err
pnr_find(const struct plain *plain, size_t i, size_t *ret_end,
    const char **ret_reason)
{
	struct number number;
	uint32_t before = plain_at(plain, i - 1);
	char word[PLAIN_WORD];
	const char *reason;
	size_t end;
	enum err err;

	*ret_end = i;
	if (!plain_is_digit(plain_at(plain, i)) || plain_is_digit(before) ||
	    before == '/' || before == '_')
		return ERR_NONE;
	if (plain_is_letter(before))
		return find_named(plain, i, ret_end, ret_reason);
	if ((before == '-' || before == '.') && i >= 2 &&
	    plain_is_digit(plain_at(plain, i - 2)))
		return ERR_NONE;
	if ((end = finnish_end(plain, i, false)) != 0) {
		*ret_end = end;
		*ret_reason = SAY("Finnish personal identity code");
		return ERR_NONE;
	}
	if ((err = find_named(plain, i, ret_end, ret_reason)) != ERR_NONE ||
	    *ret_end != i)
		return err;
	if (!read_number(plain, i, &number) || !ends_at(plain, number.end))
		return ERR_NONE;
	if ((err = plain_before(plain, i, word)) != ERR_NONE)
		return err;
	reason = judge(&number, plain_among(word, other_words));
	if (reason != NULL) {
		*ret_end = number.end;
		*ret_reason = reason;
	}
	return ERR_NONE;
}
