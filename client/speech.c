#include "client/speech.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "client/env.h"
#include "client/slurp.h"

#define PATH_BYTES    1200
#define CATALOGUE_MAX 1048576 /* bytes of a catalogue */

/* The head of a catalogue; all its numbers are 32 bits, little-endian. */
#define MAGIC        0x950412deU
#define AT_REVISION  4
#define AT_COUNT     8
#define AT_ORIGINALS 12 /* offset of the table of the English texts */
#define AT_OTHERS    16 /* and of their translations */
#define HEAD_LEN     28
#define ROW_LEN      8 /* of the tables: length, offset */

struct catalogue {
	char *data;
	size_t len;
	size_t count; /* texts, sorted by the English */
	size_t originals;
	size_t others;
};

/* What is spoken.  Every function that prints would else carry it along; libc's
 * own gettext keeps it for the process, too. */
static struct catalogue spoken;

static uint32_t
number_at(const struct catalogue *catalogue, size_t at)
{
	uint8_t bytes[4];

	memcpy(bytes, catalogue->data + at, sizeof(bytes));
	return bytes_get_le32(bytes);
}

/* The text in row ${i} of the table at ${rows}; ${ret_len} may be NULL. */
static const char *
text_at(
    const struct catalogue *catalogue, size_t rows, size_t i, size_t *ret_len)
{
	size_t row = rows + i * ROW_LEN;

	if (ret_len != NULL)
		*ret_len = number_at(catalogue, row);
	return catalogue->data + number_at(catalogue, row + 4);
}

/* Find the row of ${text}; count if there is none. */
static size_t
find(const struct catalogue *catalogue, const char *text)
{
	size_t low = 0, high = catalogue->count;
	size_t middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(text,
		    text_at(catalogue, catalogue->originals, middle, NULL));
		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return catalogue->count;
}

const char *
speech(const char *text)
{
	const char *other;
	size_t i;

	/* The row of the empty text tells of the catalogue itself. */
	if (spoken.count == 0 || text == NULL || *text == '\0')
		return text;
	if ((i = find(&spoken, text)) == spoken.count)
		return text;
	other = text_at(&spoken, spoken.others, i, NULL);
	return *other == '\0' ? text : other;
}

const char *
speech_many(uint64_t number, const char *one, const char *many)
{
	const char *other = speech(one);
	size_t i, first, len;

	if (other == one)
		return number == 1 ? one : many;
	if (number == 1)
		return other;

	/* The second form follows the NUL of the first: in all of our languages
	 * there are these two, and 1 alone takes the first. */
	i = find(&spoken, one);
	(void)text_at(&spoken, spoken.others, i, &len);
	first = strlen(other) + 1;
	return first < len ? other + first : other;
}

enum err
speech_language(const char *wanted, char out[SPEECH_LANG_LEN + 1],
    char asked[SPEECH_LANG_LEN + 1])
{
	/* As it is written, as people read it, and as erfa speaks it. */
	static const char *const names[][3] = { { "da", "da", "da" },
		{ "nb", "nb", "nb" }, { "no", "nb", "nb" },
		{ "nn", "nn", "nb" }, { "sv", "sv", "sv" },
		{ "fi", "fi", "fi" }, { "is", "is", "en" },
		{ "en", "en", "en" }, { "C", "en", "en" },
		{ "POSIX", "en", "en" } };
	size_t len = strcspn(wanted, "_.@-");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i][0]) == len &&
		    strncmp(wanted, names[i][0], len) == 0) {
			memcpy(asked, names[i][1], SPEECH_LANG_LEN + 1);
			memcpy(out, names[i][2], SPEECH_LANG_LEN + 1);
			return ERR_NONE;
		}
	return ERR_NOENT;
}

enum err
speech_choose(const char *wanted, char out[SPEECH_LANG_LEN + 1],
    char asked[SPEECH_LANG_LEN + 1])
{
	static const char *const names[] = { "ERFA_LANG", "LC_ALL",
		"LC_MESSAGES", "LANG" };
	const char *said;
	size_t i;

	if (wanted != NULL && speech_language(wanted, out, asked) == ERR_NONE)
		return ERR_NONE;
	memcpy(out, "en", sizeof("en"));
	memcpy(asked, "en", sizeof("en"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		said = env_get(names[i]);
		if (said != NULL &&
		    speech_language(said, out, asked) == ERR_NONE)
			break;
	}
	return wanted == NULL ? ERR_NONE : ERR_NOENT;
}

/* Return whether the tables have room for ${count} rows at ${rows}, and each
 * text lies within the file and ends with a NUL. */
static bool
rows_are_good(const struct catalogue *catalogue, size_t rows)
{
	size_t i, len, at;

	if (rows > catalogue->len ||
	    catalogue->count > (catalogue->len - rows) / ROW_LEN)
		return false;
	for (i = 0; i < catalogue->count; i++) {
		len = number_at(catalogue, rows + i * ROW_LEN);
		at = number_at(catalogue, rows + i * ROW_LEN + 4);
		if (at >= catalogue->len || len >= catalogue->len - at ||
		    catalogue->data[at + len] != '\0')
			return false;
	}
	return true;
}

/* Check the file once, so that it can be read without looking again. */
static enum err
check(struct catalogue *catalogue)
{
	if (catalogue->len < HEAD_LEN || number_at(catalogue, 0) != MAGIC ||
	    number_at(catalogue, AT_REVISION) != 0)
		return ERR_SYNTAX;
	catalogue->count = number_at(catalogue, AT_COUNT);
	catalogue->originals = number_at(catalogue, AT_ORIGINALS);
	catalogue->others = number_at(catalogue, AT_OTHERS);
	return rows_are_good(catalogue, catalogue->originals) &&
		rows_are_good(catalogue, catalogue->others) ?
	    ERR_NONE :
	    ERR_SYNTAX;
}

enum err
speech_open(const char *folder, const char *language)
{
	struct catalogue catalogue = { 0 };
	char path[PATH_BYTES];
	enum err err;
	int n;

	speech_close();
	if (strcmp(language, "en") == 0)
		return ERR_NONE;
	n = snprintf(
	    path, sizeof(path), "%s/%s/LC_MESSAGES/erfa.mo", folder, language);
	if (n < 0 || (size_t)n >= sizeof(path))
		return ERR_NOENT;
	err = slurp(path, CATALOGUE_MAX, &catalogue.data, &catalogue.len);
	if (err != ERR_NONE)
		return err == ERR_SIZE ? ERR_SYNTAX : err;
	if ((err = check(&catalogue)) != ERR_NONE) {
		free(catalogue.data);
		return err;
	}
	spoken = catalogue;
	return ERR_NONE;
}

char
speech_decimal(void)
{
	/* All four languages of the catalogues write a comma. */
	return spoken.count == 0 ? '.' : ',';
}

void
speech_close(void)
{
	free(spoken.data);
	memset(&spoken, 0, sizeof(spoken));
}
