#include "proto/person.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/person_lists.h"
#include "proto/say.h"
#include "proto/text.h"

#define PARTS_MAX 4   /* words of one name */
#define AGE_MAX   115 /* years */

/* Folded words in order. */
struct list {
	char **words;
	size_t count;
	size_t room;
};

struct person_words {
	struct list first;
	struct list places;
};

/* A row of capitalised words. */
struct name {
	size_t count;
	size_t end;
	bool capitals;                    /* they are all in capitals */
	char part[PARTS_MAX][PLAIN_WORD]; /* folded; "" for an initial */
};

/* ---- the tables ---- */

static enum err
list_add(struct list *list, const char *text, size_t len)
{
	char word[PLAIN_WORD];
	char **words;
	size_t room;
	enum err err;

	if (len == 0 || len >= sizeof(word))
		return ERR_NONE;
	memcpy(word, text, len);
	word[len] = '\0';
	if (list->count == list->room) {
		room = list->room * 2 + 256;
		words = realloc(list->words, room * sizeof(*words));
		if (words == NULL)
			return ERR_NOMEM;
		list->words = words;
		list->room = room;
	}
	err = text_fold(word, &list->words[list->count]);
	list->count += err == ERR_NONE;
	return err;
}

/* Add every word of a cell, whatever separates them. */
static enum err
list_add_cell(struct list *list, const char *text, size_t len)
{
	size_t from = 0;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i <= len && err == ERR_NONE; i++) {
		if (i < len && strchr(" ;-/()", text[i]) == NULL)
			continue;
		err = list_add(list, text + from, i - from);
		from = i + 1;
	}
	return err;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Read the columns from ${from} until before ${to} of one line. */
static enum err
list_read_line(struct list *list, const char *line, unsigned from, unsigned to)
{
	unsigned column = 0;
	size_t len;
	enum err err = ERR_NONE;

	for (; err == ERR_NONE; line += len + 1) {
		len = strcspn(line, "\t\n");
		if (column >= from && column < to)
			err = list_add_cell(list, line, len);
		column++;
		if (line[len] != '\t')
			break;
	}
	return err == ERR_NONE && column <= from ? ERR_SYNTAX : err;
}

/* Read the columns from ${from} until before ${to} of every line. */
static enum err
list_read(struct list *list, const char *text, unsigned from, unsigned to)
{
	const char *line;
	size_t len;
	enum err err = ERR_NONE;

	for (line = text; *line != '\0' && err == ERR_NONE;
	     line += len + (line[len] != '\0')) {
		len = strcspn(line, "\n");
		if (line[0] != '#' && len > 0)
			err = list_read_line(list, line, from, to);
	}
	if (list->count > 0)
		qsort(list->words, list->count, sizeof(*list->words),
		    compare_words);
	return err;
}

enum err
person_words_new(const char *firstnames, const char *municipalities,
    struct person_words **ret_words)
{
	struct person_words *words;
	enum err err = ERR_NONE;

	if ((words = calloc(1, sizeof(*words))) == NULL)
		return ERR_NOMEM;
	if (firstnames != NULL)
		err = list_read(&words->first, firstnames, 1, 2);
	if (err == ERR_NONE && municipalities != NULL)
		err = list_read(&words->places, municipalities, 2, 4);
	if (err != ERR_NONE) {
		person_words_free(words);
		return err;
	}
	*ret_words = words;
	return ERR_NONE;
}

static void
list_clear(struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->words[i]);
	free(list->words);
}

void
person_words_free(struct person_words *words)
{
	if (words == NULL)
		return;
	list_clear(&words->first);
	list_clear(&words->places);
	free(words);
}

static bool
list_has(const struct list *list, const char *word)
{
	return list->count > 0 && word[0] != '\0' &&
	    bsearch(&word, list->words, list->count, sizeof(*list->words),
		compare_words) != NULL;
}

/* Is it a first name, or one with a hyphen whose first half is? */
static bool
is_first(const struct person_words *words, const char *word)
{
	char half[PLAIN_WORD];
	size_t len = strcspn(word, "-");

	if (words == NULL || len == 0)
		return false;
	memcpy(half, word, len);
	half[len] = '\0';
	return list_has(&words->first, word) || list_has(&words->first, half);
}

static bool
is_place(const struct person_words *words, const char *word)
{
	return words != NULL && list_has(&words->places, word);
}

/* Is ${word} a longer word that ends with one in ${list}, between blanks? */
static bool
ends_with(const char *word, const char *list)
{
	size_t len = strlen(word);
	size_t i;

	for (i = 1; i + 1 < len; i++)
		if (plain_among(word + i, list))
			return true;
	return false;
}

/* ---- words around ---- */

/* Is this the word of a title or an office? */
static bool
is_role(const char *word)
{
	return plain_among(word, PERSON_TITLES) ||
	    plain_among(word, PERSON_ROLES) || ends_with(word, PERSON_ROLES);
}

/* Is this a word that streets, schools, acts and the like are named with? */
static bool
is_thing(const char *word)
{
	return plain_among(word, PERSON_THINGS) ||
	    ends_with(word, PERSON_THING_ENDINGS);
}

/*
 * The word that ends right before ${i}, or before a blank, colon or bracket; or
 * before a comma, if what ends at ${end} is set between two of them.
 */
static enum err
word_before(
    const struct plain *plain, size_t i, size_t end, char out[PLAIN_WORD])
{
	const char *set = plain_at(plain, end) == ',' ? " :(," : " :(";
	uint32_t point;
	size_t to;
	enum err err;

	out[0] = '\0';
	while (i > 0 && (point = plain->points[i - 1]) < 0x80 &&
	    strchr(set, (int)point) != NULL)
		i--;
	to = i > 0 && plain->points[i - 1] == '.' ? i - 1 : i;
	for (i = to; i > 0 && plain_is_letter(plain->points[i - 1]);)
		i--;
	if ((err = plain_fold(plain, i, to, out)) != ERR_NONE)
		return err;

	/* A full stop ends a sentence, but not a title. */
	if (plain_at(plain, to) == '.' && !plain_among(out, PERSON_TITLES))
		out[0] = '\0';
	return ERR_NONE;
}

/* Is what stands before ${i} the end of a letter? */
static enum err
is_signature(const struct plain *plain, size_t i, bool *ret_signature)
{
	uint32_t point;
	char word[PLAIN_WORD];
	size_t to;
	enum err err;

	while (i > 0 && (point = plain->points[i - 1]) < 0x80 &&
	    strchr(" \n\r,.!-/", (int)point) != NULL)
		i--;
	for (to = i; i > 0 && plain_is_letter(plain->points[i - 1]);)
		i--;
	err = plain_fold(plain, i, to, word);
	if (err == ERR_NONE)
		*ret_signature = plain_among(word, PERSON_GREETINGS);
	return err;
}

/* The word from ${i} on, after blanks and ${set}. */
static enum err
word_after(
    const struct plain *plain, size_t i, const char *set, char out[PLAIN_WORD])
{
	size_t from = plain_skip(plain, i, set);

	return plain_fold(plain, from, plain_word(plain, from), out);
}

/* Read a number of at most three digits after ${set}; 0 if there is none. */
static unsigned
small_number(const struct plain *plain, size_t *i, const char *set)
{
	unsigned number = 0;
	size_t from = plain_skip(plain, *i, set);
	size_t at;

	for (at = from; plain_is_digit(plain_at(plain, at)); at++) {
		if (at - from == 3)
			return 0;
		number = number * 10 + plain->points[at] - '0';
	}
	*i = at;
	return number;
}

/* Does an age follow: "(84)", "(84 år)", ", 84 år"? */
static enum err
has_age(const struct plain *plain, size_t i, bool *ret_age)
{
	size_t open = plain_skip(plain, i, " ");
	bool bracket = plain_at(plain, open) == '(';
	size_t at = open;
	unsigned age;
	char word[PLAIN_WORD];
	enum err err;

	*ret_age = false;
	if (!bracket && plain_at(plain, open) != ',')
		return ERR_NONE;
	age = small_number(plain, &at, " (,");
	if (age == 0 || age > AGE_MAX)
		return ERR_NONE;
	if (bracket && plain_at(plain, at) == ')') {
		*ret_age = true;
		return ERR_NONE;
	}
	err = word_after(plain, at, " -", word);
	if (err == ERR_NONE)
		*ret_age = plain_among(word, PERSON_YEARS);
	return err;
}

/* Does a birth follow: "født 1950", "f. 3.2.1950"? */
static enum err
has_birth(const struct plain *plain, size_t i, bool *ret_birth)
{
	size_t from = plain_skip(plain, i, " ,(");
	size_t to = plain_word(plain, from);
	char word[PLAIN_WORD];
	enum err err;

	if ((err = plain_fold(plain, from, to, word)) != ERR_NONE)
		return err;
	*ret_birth = plain_among(word, PERSON_BORN) &&
	    plain_is_digit(plain_at(plain, plain_skip(plain, to, " .:")));
	return ERR_NONE;
}

/* ---- names ---- */

/* How the letters of a word stand. */
enum shape {
	SHAPE_SMALL,
	SHAPE_CAPITALISED, /* "Kari" */
	SHAPE_CAPITALS     /* "KARI" */
};

static enum shape
shape_of(const struct plain *plain, size_t i, size_t to)
{
	size_t at;

	if (to < i + 2 || !plain_is_upper(plain_at(plain, i)))
		return SHAPE_SMALL;
	for (at = i + 1; at < to; at++)
		if (plain_is_letter(plain->points[at]) &&
		    !plain_is_upper(plain->points[at]))
			return SHAPE_CAPITALISED;
	return SHAPE_CAPITALS;
}

/* Can a word of ${shape} go on with ${name}?  In capitals everything could, so
 * short words and those of grammar cannot. */
static bool
goes_on(const struct name *name, enum shape shape, const char *word)
{
	if (shape == SHAPE_SMALL)
		return false;
	if (name->count == 0)
		return true;
	return shape == (name->capitals ? SHAPE_CAPITALS : SHAPE_CAPITALISED) &&
	    (!name->capitals ||
		(strlen(word) > 2 && !plain_among(word, PERSON_GRAMMAR)));
}

/* Is the word from ${i} to ${to} one capital letter with a point after it? */
static bool
is_initial(const struct plain *plain, size_t i, size_t to)
{
	return to == i + 1 && plain_is_upper(plain->points[i]) &&
	    plain_at(plain, to) == '.';
}

/* Read the name that begins at ${i}, as far as it goes. */
static enum err
read_name(const struct plain *plain, size_t i, struct name *name)
{
	char word[PLAIN_WORD];
	enum shape shape;
	size_t to;
	enum err err;

	*name = (struct name){ .end = i };
	while (name->count < PARTS_MAX) {
		to = plain_word(plain, i);
		shape = shape_of(plain, i, to);
		if (is_initial(plain, i, to)) {
			to++;
			word[0] = '\0';
		} else if ((err = plain_fold(plain, i, to, word)) != ERR_NONE)
			return err;
		else if (!goes_on(name, shape, word) &&
		    (name->count == 0 || !plain_among(word, PERSON_PARTICLES)))
			break;
		if (to < i + 1)
			break;
		if (name->count == 0)
			name->capitals = shape == SHAPE_CAPITALS;
		if (!plain_among(word, PERSON_PARTICLES)) {
			memcpy(name->part[name->count++], word, PLAIN_WORD);
			name->end = to;
		}
		if (plain_at(plain, to) != ' ')
			break;
		i = to + 1;
	}
	return ERR_NONE;
}

/* Has any part of ${name}, or the word after it, to do with a thing? */
static enum err
names_thing(const struct plain *plain, const struct name *name, bool *ret_thing)
{
	char word[PLAIN_WORD];
	size_t i;
	enum err err;

	if ((err = word_after(plain, name->end, " -", word)) != ERR_NONE)
		return err;
	*ret_thing = is_thing(word);
	for (i = 0; i < name->count; i++)
		*ret_thing = *ret_thing || is_thing(name->part[i]) ||
		    plain_among(name->part[i], PERSON_QUALIFIERS);
	return ERR_NONE;
}

/* Does the name end with a patronymic, or a surname made from one? */
static bool
has_patronymic(const struct name *name)
{
	const char *last = name->part[name->count - 1];
	size_t len = strlen(last);

	if (len < 6)
		return false;
	if (plain_among(last, " nielsen mikkelsen ") ||
	    ends_with(last, " sson dottir datter "))
		return true;
	return strcmp(last + len - 3, "sen") == 0 && last[len - 4] != 's' &&
	    strcmp(last + len - 5, "elsen") != 0;
}

/* What a single first name needs beside it. */
static enum err
judge_single(const struct plain *plain, size_t i, size_t end,
    const char *before, const char **ret_reason)
{
	bool sign = false;
	enum err err;

	if (plain_among(before, PERSON_CLIENTS)) {
		*ret_reason = SAY("first name of somebody spoken of");
		return ERR_NONE;
	}
	if ((err = has_age(plain, end, &sign)) == ERR_NONE && sign)
		*ret_reason = SAY("first name and age");
	if (err != ERR_NONE || sign)
		return err;
	if ((err = is_signature(plain, i, &sign)) == ERR_NONE && sign)
		*ret_reason = SAY("signature");
	return err;
}

/* Do two capitalised words stand before a title: "..., rektor", "... (leder)"? */
static enum err
has_title(const struct plain *plain, size_t i, bool *ret_title)
{
	char after[PLAIN_WORD];
	enum err err;

	*ret_title = false;
	if (plain_at(plain, i) != ',' &&
	    plain_at(plain, plain_skip(plain, i, " ")) != '(')
		return ERR_NONE;
	err = word_after(plain, i, " ,(", after);
	if (err == ERR_NONE)
		*ret_title = is_role(after);
	return err;
}

/* What two capitalised words need beside them. */
static enum err
judge_pair(const struct plain *plain, size_t i, const struct name *name,
    const char *before, const char **ret_reason)
{
	bool sign = false;
	enum err err;

	if (!name->capitals && has_patronymic(name)) {
		*ret_reason = SAY("capitalised word before a patronymic");
		return ERR_NONE;
	}
	if (is_role(before) || plain_among(before, PERSON_CLIENTS)) {
		*ret_reason = SAY("two capitalised words after a title");
		return ERR_NONE;
	}
	if ((err = has_birth(plain, name->end, &sign)) == ERR_NONE && sign)
		*ret_reason = SAY("two capitalised words and a birth");
	if (err != ERR_NONE || sign)
		return err;
	if ((err = is_signature(plain, i, &sign)) == ERR_NONE && sign)
		*ret_reason = SAY("signature");
	if (err != ERR_NONE || sign)
		return err;
	if ((err = has_title(plain, name->end, &sign)) == ERR_NONE && sign)
		*ret_reason = SAY("two capitalised words before a title");
	return err;
}

/* Why the capitalised words at ${i} are a name; NULL if they are none. */
static enum err
judge_name(const struct person_words *words, const struct plain *plain,
    size_t i, const struct name *name, const char **ret_reason)
{
	bool first = is_first(words, name->part[0]);
	char before[PLAIN_WORD];
	enum err err;

	if ((err = word_before(plain, i, name->end, before)) != ERR_NONE)
		return err;
	if (first)
		err = judge_single(plain, i, name->end, before, ret_reason);
	if (err != ERR_NONE || *ret_reason != NULL || name->count < 2)
		return err;
	if (is_place(words, name->part[0]) &&
	    (!first || is_place(words, name->part[1])))
		return ERR_NONE;
	if (!first)
		return judge_pair(plain, i, name, before, ret_reason);
	*ret_reason = SAY("first name before a capitalised word");
	return ERR_NONE;
}

enum err
person_name(const struct person_words *words, const struct plain *plain,
    size_t i, size_t *ret_end, const char **ret_reason)
{
	uint32_t before = plain_at(plain, i - 1);
	const char *reason = NULL;
	struct name name;
	bool thing;
	enum err err;

	*ret_end = i;
	if (!plain_is_upper(plain_at(plain, i)) || plain_is_letter(before) ||
	    plain_is_digit(before))
		return ERR_NONE;
	if ((err = read_name(plain, i, &name)) != ERR_NONE || name.count == 0)
		return err;
	if ((err = names_thing(plain, &name, &thing)) != ERR_NONE || thing)
		return err;
	err = judge_name(words, plain, i, &name, &reason);
	if (err == ERR_NONE && reason != NULL) {
		*ret_end = name.end;
		*ret_reason = reason;
	}
	return err;
}

/* ---- mail ---- */

/* Can ${point} stand before the @ of an address? */
static bool
is_local(uint32_t point)
{
	return plain_is_letter(point) || plain_is_digit(point) ||
	    point == '.' || point == '_' || point == '-' || point == '+';
}

/* The end of the domain from ${i} on; 0 if there is none. */
static size_t
domain_end(const struct plain *plain, size_t i)
{
	size_t dots = 0;
	size_t end = 0;

	for (; is_local(plain_at(plain, i)); i++) {
		dots += plain->points[i] == '.';
		if (dots > 0 && plain_is_letter(plain->points[i]))
			end = i + 1;
	}
	return end;
}

/* What the parts of a local part say together. */
struct local {
	size_t parts;
	bool shared;  /* one is a word for a mailbox of several */
	bool first;   /* one is a first name */
	bool surname; /* one looks like a surname */
	size_t longest;
};

/* Look at the words between ${i} and ${to}. */
static enum err
read_local(const struct person_words *words, const struct plain *plain,
    size_t i, size_t to, struct local *local)
{
	char part[PLAIN_WORD];
	struct name name = { .count = 1 };
	size_t end;
	enum err err;

	*local = (struct local){ .parts = 0 };
	while (i < to) {
		for (end = i; end < to && plain_is_letter(plain->points[end]);)
			end++;
		if (end == i) {
			i++;
			continue;
		}
		if ((err = plain_fold(plain, i, end, part)) != ERR_NONE)
			return err;
		memcpy(name.part[0], part, sizeof(part));
		local->parts++;
		local->shared |= plain_among(part, PERSON_MAILBOXES) ||
		    ends_with(part, PERSON_MAILBOX_ENDINGS) || is_thing(part);
		local->first |= is_first(words, part);
		local->surname |= has_patronymic(&name);
		if (end - i > local->longest)
			local->longest = end - i;
		i = end;
	}
	return ERR_NONE;
}

/* The reason why it is the address of a person, or NULL. */
static const char *
judge_mail(const struct local *local, const char *at)
{
	if (local->first && local->parts >= 2)
		return SAY("mail address with a first name");
	if (local->shared || local->parts == 0)
		return NULL;
	if (plain_among(at, PERSON_PROVIDERS))
		return SAY("mail address at a provider for private use");
	if (local->first || local->surname)
		return SAY("mail address with a name");
	if (local->parts == 2 && local->longest >= 3)
		return SAY("mail address of the form name.name@");
	return local->parts == 1 && local->longest <= 4 ?
	    SAY("mail address made of initials") :
	    NULL;
}

enum err
person_mail(const struct person_words *words, const struct plain *plain,
    size_t i, size_t *ret_end, const char **ret_reason)
{
	struct local local;
	const char *reason;
	char at[PLAIN_WORD];
	size_t to = i;
	size_t end;
	enum err err;

	*ret_end = i;
	if (!is_local(plain_at(plain, i)) || is_local(plain_at(plain, i - 1)))
		return ERR_NONE;
	while (is_local(plain_at(plain, to)))
		to++;
	if (plain_at(plain, to) != '@' ||
	    (end = domain_end(plain, to + 1)) == 0)
		return ERR_NONE;
	if ((err = read_local(words, plain, i, to, &local)) != ERR_NONE ||
	    (err = plain_fold(plain, to + 1, end, at)) != ERR_NONE)
		return err;
	if ((reason = judge_mail(&local, at)) != NULL) {
		*ret_end = end;
		*ret_reason = reason;
	}
	return ERR_NONE;
}
