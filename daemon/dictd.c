#include "daemon/dictd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "proto/bytes.h"
#include "proto/text.h"

#define PATH_BYTES 4096
#define FIRST_READ 65536
#define SENSE_MAX  99 /* beyond it, a number is none of a sense */

/* A piece of text. */
struct span {
	const char *at;
	const char *end;
};

/* An entry that is being told. */
struct entry {
	char head[DICTD_PHRASE_MAX + 1];
	dictd_each each;
	void *context;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct span
trim(struct span span)
{
	while (span.at < span.end && is_blank(*span.at))
		span.at++;
	while (span.at < span.end && is_blank(span.end[-1]))
		span.end--;
	return span;
}

/* Take the bytes before ${c}, or all; what is behind ${c} stays in *${rest}. */
static struct span
take(struct span *rest, char c)
{
	struct span taken = *rest;
	const char *found = memchr(taken.at, c, (size_t)(taken.end - taken.at));

	if (found == NULL) {
		rest->at = rest->end;
	} else {
		taken.end = found;
		rest->at = found + 1;
	}
	return taken;
}

/* Copy without what stands in brackets; false if it does not fit or is no text. */
static bool
copy_phrase(struct span span, char out[DICTD_PHRASE_MAX + 1])
{
	size_t len = 0;
	int depth = 0;

	for (span = trim(span); span.at < span.end; span.at++) {
		if (strchr("([{<", *span.at) != NULL && *span.at != '\0')
			depth++;
		else if (strchr(")]}>", *span.at) != NULL && *span.at != '\0')
			depth -= depth > 0;
		else if (depth == 0 && len == DICTD_PHRASE_MAX)
			return false;
		else if (depth == 0 &&
		    !(is_blank(*span.at) &&
			(len == 0 || is_blank(out[len - 1]))))
			out[len++] = is_blank(*span.at) ? ' ' : *span.at;
	}
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	return len > 0 && strchr(out, '/') == NULL && text_valid(out, len);
}

/* Where in the line ${tag} begins, with a blank before it; its end if nowhere. */
static const char *
find_mark(struct span line, char mark)
{
	const char *at;

	for (at = line.at + 1; at < line.end; at++)
		if (*at == mark && is_blank(at[-1]))
			return at;
	return line.end;
}

/* Whether words of the kind that the headword's line names say something. */
static bool
says_something(struct span line)
{
	static const char *const left_out[] = { "pn", "prefix", "suffix",
		"affix", "phraseologicalUnit", "proverb", "idiom", "symbol",
		"abbreviation", "pronoun", "preposition", "postposition",
		"conjunction", "article", "determiner", "particle",
		"interjection", "numeral", "udråbsord", "bindeord" };
	struct span kind = { find_mark(line, '<'), line.end };
	size_t len;
	size_t i;

	if (kind.at == line.end)
		return true;
	kind.at++;
	kind = take(&kind, '>');
	kind = take(&kind, ',');
	len = (size_t)(kind.end - kind.at);
	for (i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (len == strlen(left_out[i]) &&
		    memcmp(kind.at, left_out[i], len) == 0)
			return false;
	return true;
}

/* The number before a point at the beginning; it is taken away.  0: none. */
static unsigned
take_number(struct span *line)
{
	struct span rest = trim(*line);
	unsigned number = 0;

	while (rest.at < rest.end && is_digit(*rest.at) && number <= SENSE_MAX)
		number = number * 10 + (unsigned)(*rest.at++ - '0');
	if (number == 0 || number > SENSE_MAX || rest.at == rest.end ||
	    *rest.at != '.')
		return 0;
	rest.at++;
	*line = rest;
	return number;
}

/* Take a number and a point from the end, where the next line explains. */
static void
drop_last_number(struct span *line)
{
	struct span rest = trim(*line);

	if (rest.at == rest.end || rest.end[-1] != '.')
		return;
	rest.end--;
	if (rest.at == rest.end || !is_digit(rest.end[-1]))
		return;
	while (rest.at < rest.end && is_digit(rest.end[-1]))
		rest.end--;
	if (rest.at == rest.end || is_blank(rest.end[-1]))
		*line = trim(rest);
}

/* The end of the next translation: a comma or semicolon outside of brackets. */
static struct span
take_phrase(struct span *rest)
{
	struct span taken = *rest;
	int depth = 0;
	const char *at;

	for (at = taken.at; at < taken.end; at++) {
		if (*at == '(' || *at == '[' || *at == '{')
			depth++;
		else if (*at == ')' || *at == ']' || *at == '}')
			depth -= depth > 0;
		else if (depth == 0 && (*at == ',' || *at == ';'))
			break;
	}
	taken.end = at;
	rest->at = at < rest->end ? at + 1 : at;
	return taken;
}

/* Tell the translations in a line. */
static enum err
tell_line(const struct entry *entry, struct span line, unsigned sense)
{
	char word[DICTD_PHRASE_MAX + 1];
	struct dictd_pair pair = { entry->head, word, sense, 0 };
	enum err err;

	drop_last_number(&line);
	while (line.at < line.end) {
		if (!copy_phrase(take_phrase(&line), word))
			continue;
		if ((err = entry->each(entry->context, &pair)) != ERR_NONE)
			return err;
		pair.place++;
	}
	return ERR_NONE;
}

/*
 * Tell what an entry says.  Translations stand in the line behind the headword's,
 * and in those that begin with a number; all else explains.
 */
static enum err
tell_entry(struct entry *entry, struct span text)
{
	struct span line = trim(take(&text, '\n'));
	struct span head = line;
	unsigned sense = 0;
	unsigned number;
	bool first = true;
	enum err err = ERR_NONE;

	if (line.at == line.end || !says_something(line))
		return ERR_NONE;
	head.end = find_mark(line, '/');
	if (find_mark(line, '<') < head.end)
		head.end = find_mark(line, '<');
	if (!copy_phrase(head, entry->head))
		return ERR_NONE;
	while (err == ERR_NONE && text.at < text.end) {
		line = take(&text, '\n');
		number = take_number(&line);
		if (first || number > 0)
			err = tell_line(entry, line, sense++);
		first = false;
	}
	return err;
}

/* A number in the digits of the index; false if it is none. */
static bool
read_place(struct span digits, size_t *ret_value)
{
	static const char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *digit;
	size_t value = 0;

	if (digits.at == digits.end || digits.end - digits.at > 6)
		return false;
	for (; digits.at < digits.end; digits.at++) {
		digit = *digits.at == '\0' ? NULL : strchr(known, *digits.at);
		if (digit == NULL)
			return false;
		value = value << 6 | (size_t)(digit - known);
	}
	*ret_value = value;
	return true;
}

enum err
dictd_parse(const char *index, size_t index_len, const char *text,
    size_t text_len, dictd_each each, void *context)
{
	static const char about[] = "00database";
	struct entry entry = { .each = each, .context = context };
	struct span rest = { index, index + index_len };
	struct span line;
	struct span head;
	size_t offset;
	size_t len;
	enum err err;

	while (rest.at < rest.end) {
		line = take(&rest, '\n');
		head = take(&line, '\t');
		if ((size_t)(head.end - head.at) >= strlen(about) &&
		    memcmp(head.at, about, strlen(about)) == 0)
			continue;
		if (!read_place(take(&line, '\t'), &offset) ||
		    !read_place(take(&line, '\t'), &len) || offset > text_len ||
		    len > text_len - offset)
			continue;
		err = tell_entry(&entry,
		    (struct span){ text + offset, text + offset + len });
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Read a file that may be packed, of at most ${max} bytes; the caller frees. */
static enum err
read_file(const char *path, size_t max, char **ret_bytes, size_t *ret_len)
{
	gzFile file;
	char *bytes = NULL;
	char *more;
	size_t room = 0;
	size_t len = 0;
	int got = 1;
	int ended;
	enum err err = ERR_NONE;

	errno = 0;
	if ((file = gzopen(path, "rbe")) == NULL)
		return errno == ENOENT ? ERR_NOENT :
		    errno == EACCES    ? ERR_DENIED :
		    errno == 0         ? ERR_NOMEM :
					 ERR_IO;
	while (err == ERR_NONE && got > 0) {
		if (len == room) {
			room = room == 0 ? FIRST_READ : 2 * room;
			if ((more = realloc(bytes, room)) == NULL) {
				err = ERR_NOMEM;
				break;
			}
			bytes = more;
		}
		got = gzread(file, bytes + len, (unsigned)(room - len));
		if (got > 0)
			len += (size_t)got;
		if (len > max)
			err = ERR_LIMIT;
	}
	ended = gzclose(file);
	if (err == ERR_NONE && (got < 0 || ended == Z_BUF_ERROR))
		err = ERR_SYNTAX;
	if (err != ERR_NONE) {
		free(bytes);
		return err;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	return ERR_NONE;
}

static enum err
read_part(const char *folder, const char *name, const char *suffix, size_t max,
    struct bytes *ret_bytes)
{
	char path[PATH_BYTES];
	char *bytes = NULL;
	enum err err;

	(void)snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	if ((err = read_file(path, max, &bytes, &ret_bytes->len)) == ERR_NONE)
		ret_bytes->data = (const uint8_t *)bytes;
	return err;
}

enum err
dictd_read(const char *folder, const char *name, dictd_each each, void *context)
{
	struct bytes index = { NULL, 0 };
	struct bytes text = { NULL, 0 };
	enum err err;

	err = read_part(folder, name, ".index", DICTD_INDEX_MAX, &index);
	if (err != ERR_NONE)
		return err;
	err = read_part(folder, name, ".dict.dz", DICTD_TEXT_MAX, &text);
	if (err == ERR_NOENT)
		err = read_part(folder, name, ".dict", DICTD_TEXT_MAX, &text);
	if (err == ERR_NONE)
		err = dictd_parse((const char *)index.data, index.len,
		    (const char *)text.data, text.len, each, context);
	free((void *)(uintptr_t)index.data);
	free((void *)(uintptr_t)text.data);
	return err;
}
