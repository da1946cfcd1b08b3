#include "client/print.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "proto/text.h"
#include "client/env.h"
#include "client/speech.h"

#define COLUMNS_LEAST   40 /* a narrower terminal is written over its edge */
#define COLUMNS_DEFAULT 80
#define GAP             2  /* blanks behind the widest label */
#define REMEDY_COLUMNS  80 /* what helps is wrapped here at the latest */

struct print {
	FILE *file;
	struct print_options options;
	bool failed; /* something was not written */
};

/* A letter that seven bits cannot hold, and what stands for it. */
struct plain {
	uint32_t letter;
	const char *text;
};

/* Sorted by letter. */
static const struct plain plain[] = { { 0x00a0, " " }, { 0x00a7, "S." },
	{ 0x00ab, "\"" }, { 0x00b0, "deg" }, { 0x00b1, "+-" }, { 0x00b2, "2" },
	{ 0x00b3, "3" }, { 0x00b7, "." }, { 0x00bb, "\"" }, { 0x00bd, "1/2" },
	{ 0x00c0, "A" }, { 0x00c1, "A" }, { 0x00c2, "A" }, { 0x00c4, "Ae" },
	{ 0x00c5, "Aa" }, { 0x00c6, "Ae" }, { 0x00c7, "C" }, { 0x00c9, "E" },
	{ 0x00cd, "I" }, { 0x00d0, "D" }, { 0x00d3, "O" }, { 0x00d6, "Oe" },
	{ 0x00d8, "Oe" }, { 0x00da, "U" }, { 0x00dc, "U" }, { 0x00dd, "Y" },
	{ 0x00de, "Th" }, { 0x00df, "ss" }, { 0x00e0, "a" }, { 0x00e1, "a" },
	{ 0x00e2, "a" }, { 0x00e4, "ae" }, { 0x00e5, "aa" }, { 0x00e6, "ae" },
	{ 0x00e7, "c" }, { 0x00e8, "e" }, { 0x00e9, "e" }, { 0x00ea, "e" },
	{ 0x00ed, "i" }, { 0x00f0, "d" }, { 0x00f2, "o" }, { 0x00f3, "o" },
	{ 0x00f4, "o" }, { 0x00f6, "oe" }, { 0x00f8, "oe" }, { 0x00fa, "u" },
	{ 0x00fc, "u" }, { 0x00fd, "y" }, { 0x00fe, "th" }, { 0x010c, "C" },
	{ 0x010d, "c" }, { 0x0110, "D" }, { 0x0111, "d" }, { 0x014a, "N" },
	{ 0x014b, "n" }, { 0x0160, "S" }, { 0x0161, "s" }, { 0x0166, "T" },
	{ 0x0167, "t" }, { 0x017d, "Z" }, { 0x017e, "z" }, { 0x2010, "-" },
	{ 0x2011, "-" }, { 0x2012, "-" }, { 0x2013, "-" }, { 0x2014, "-" },
	{ 0x2018, "'" }, { 0x2019, "'" }, { 0x201c, "\"" }, { 0x201d, "\"" },
	{ 0x201e, "\"" }, { 0x2022, "*" }, { 0x2026, "..." }, { 0x202f, " " },
	{ 0x2190, "<-" }, { 0x2192, "->" }, { 0x2212, "-" }, { 0x2264, "<=" },
	{ 0x2265, ">=" }, { 0x2500, "-" }, { 0x2588, "#" }, { 0x2591, "." } };

/* Escape sequences by enum print_style. */
static const char *const styles[] = { "", "\033[1m", "\033[2m", "\033[32m",
	"\033[31m", "\033[9m" };

#define STYLE_END "\033[0m"

void
print_detect(FILE *file, const char *colour, struct print_options *ret_options)
{
	const char *term = env_get("TERM");
	const char *none = env_get("NO_COLOR");
	struct winsize size;

	ret_options->terminal = isatty(fileno(file)) == 1;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	ret_options->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	ret_options->columns = 0;
	if (ret_options->terminal) {
		ret_options->columns = COLUMNS_DEFAULT;
		if (ioctl(fileno(file), TIOCGWINSZ, &size) == 0 &&
		    size.ws_col >= COLUMNS_LEAST)
			ret_options->columns = size.ws_col;
	}
	if (colour != NULL && strcmp(colour, "always") == 0)
		ret_options->colour = true;
	else if (colour != NULL && strcmp(colour, "never") == 0)
		ret_options->colour = false;
	else
		ret_options->colour = ret_options->terminal && none == NULL &&
		    term != NULL && strcmp(term, "dumb") != 0;
}

enum err
print_new(
    FILE *file, const struct print_options *options, struct print **ret_print)
{
	struct print *print = calloc(1, sizeof(*print));

	if (print == NULL)
		return ERR_NOMEM;
	print->file = file;
	print->options = *options;
	*ret_print = print;
	return ERR_NONE;
}

void
print_free(struct print *print)
{
	free(print);
}

bool
print_terminal(const struct print *print)
{
	return print->options.terminal;
}

unsigned
print_columns(const struct print *print)
{
	return print->options.columns;
}

static void
write_out(struct print *print, const char *text, size_t len)
{
	if (len > 0 && fwrite(text, 1, len, print->file) != len)
		print->failed = true;
}

static int
compare_letters(const void *a, const void *b)
{
	const uint32_t *letter = a;
	const struct plain *item = b;

	return (*letter > item->letter) - (*letter < item->letter);
}

/* Take one letter off ${at}, which is valid UTF-8. */
static uint32_t
next_letter(const char **at)
{
	const unsigned char *in = (const unsigned char *)*at;
	uint32_t letter = in[0];
	size_t more = 0;
	size_t i;

	if (letter >= 0xf0)
		more = 3;
	else if (letter >= 0xe0)
		more = 2;
	else if (letter >= 0xc0)
		more = 1;
	if (more > 0)
		letter &= 0x3fU >> more;
	for (i = 1; i <= more && in[i] != '\0'; i++)
		letter = letter << 6 | (in[i] & 0x3fU);
	*at += i;
	return letter;
}

/* What stands for ${letter} in seven bits. */
static const char *
plain_text(uint32_t letter)
{
	const struct plain *item = bsearch(&letter, plain,
	    sizeof(plain) / sizeof(plain[0]), sizeof(plain[0]),
	    compare_letters);

	return item != NULL ? item->text : "?";
}

/* Put ${text}, valid UTF-8, into seven bits; the caller frees the result. */
static char *
in_seven_bits(const char *text)
{
	/* No letter of n bytes becomes more than 2n characters. */
	char *out = malloc(2 * strlen(text) + 1);
	const char *at = text;
	const char *spelled;
	size_t len = 0;
	uint32_t letter;

	if (out == NULL)
		return NULL;
	while (*at != '\0') {
		letter = next_letter(&at);
		if (letter < 0x80) {
			out[len++] = (char)letter;
			continue;
		}
		for (spelled = plain_text(letter); *spelled != '\0'; spelled++)
			out[len++] = *spelled;
	}
	out[len] = '\0';
	return out;
}

enum err
print_form(const struct print *print, const char *text, bool multiline,
    char **ret_form)
{
	char *safe = NULL;
	char *seven;
	enum err err;

	if ((err = text_gate(text, strlen(text), multiline, &safe)) != ERR_NONE)
		return err;
	if (!print->options.utf8) {
		seven = in_seven_bits(safe);
		free(safe);
		if ((safe = seven) == NULL)
			return ERR_NOMEM;
	}
	*ret_form = safe;
	return ERR_NONE;
}

/* Write words of our own. */
static void
write_own(struct print *print, const char *text)
{
	char *seven;

	if (print->options.utf8) {
		write_out(print, text, strlen(text));
		return;
	}
	if ((seven = in_seven_bits(text)) == NULL)
		print->failed = true;
	else
		write_out(print, seven, strlen(seven));
	free(seven);
}

static void
write_gated(struct print *print, const char *text)
{
	char *form = NULL;

	if (print_form(print, text, false, &form) != ERR_NONE) {
		print->failed = true;
		return;
	}
	write_out(print, form, strlen(form));
	free(form);
}

/* Write the number that the conversion ${kind} with ${longs} l or z means. */
static void
write_number(struct print *print, char kind, unsigned longs, va_list *list)
{
	char text[PRINT_NUMBER_MAX];
	unsigned long long positive;
	long long number;

	if (kind == 'd' || kind == 'i') {
		number = longs == 0 ? va_arg(*list, int) :
		    longs == 1      ? va_arg(*list, long) :
				      va_arg(*list, long long);
		(void)snprintf(text, sizeof(text), "%lld", number);
	} else {
		positive = longs == 0 ? va_arg(*list, unsigned) :
		    longs == 1        ? va_arg(*list, unsigned long) :
					va_arg(*list, unsigned long long);
		(void)snprintf(text, sizeof(text),
		    kind == 'x' ? "%llx" : "%llu", positive);
	}
	write_own(print, text);
}

/* The same for the first ${most} bytes of a text, without half a letter. */
static void
write_gated_start(struct print *print, const char *text, size_t most)
{
	size_t len = strnlen(text, most);
	char *start;

	while (text[len] != '\0' && len > 0 && (text[len] & 0xc0) == 0x80)
		len--;
	if ((start = strndup(text, len)) == NULL) {
		print->failed = true;
		return;
	}
	write_gated(print, start);
	free(start);
}

/* Read ".16" or ".*" at ${at_p}, and step over it; SIZE_MAX if there is none. */
static size_t
read_precision(const char **at_p, va_list *list)
{
	const char *at = *at_p;
	size_t most = 0;
	int given;

	if (*at != '.')
		return SIZE_MAX;
	at++;
	if (*at == '*') {
		given = va_arg(*list, int);
		most = given < 0 ? SIZE_MAX : (size_t)given;
		at++;
	} else {
		for (; *at >= '0' && *at <= '9'; at++)
			most = 10 * most + (size_t)(*at - '0');
	}
	*at_p = at;
	return most;
}

/* Write one conversion; ${at} stands after its "%".  Return where it ends. */
static const char *
write_conversion(struct print *print, const char *at, va_list *list)
{
	size_t most = read_precision(&at, list);
	unsigned longs = 0;
	char text[2] = "";

	/* size_t is as long as long is, wherever this runs. */
	for (; *at == 'l' || *at == 'z'; at++)
		longs++;
	switch (*at) {
	case 's':
		if (most == SIZE_MAX)
			write_gated(print, va_arg(*list, const char *));
		else
			write_gated_start(
			    print, va_arg(*list, const char *), most);
		break;
	case 'c':
		text[0] = (char)va_arg(*list, int);
		write_gated(print, text);
		break;
	case '%':
		write_own(print, "%");
		break;
	default:
		write_number(print, *at, longs, list);
		break;
	}
	return at + 1;
}

static void
say(struct print *print, const char *format, va_list *list)
{
	char piece[256];
	size_t len;

	while (*format != '\0') {
		if (*format == '%') {
			format = write_conversion(print, format + 1, list);
			continue;
		}
		len = strcspn(format, "%");
		while (len >= sizeof(piece) ||
		    (len > 0 && (format[len] & 0xc0) == 0x80))
			len = len >= sizeof(piece) ? sizeof(piece) - 1 :
						     len - 1;
		memcpy(piece, format, len);
		piece[len] = '\0';
		write_own(print, piece);
		format += len;
	}
}

void
print_say(struct print *print, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say(print, speech(format), &list);
	va_end(list);
}

void
print_styled(
    struct print *print, enum print_style style, const char *format, ...)
{
	bool styled = print->options.colour && style != PRINT_PLAIN;
	va_list list;

	if (styled)
		write_out(print, styles[style], strlen(styles[style]));
	va_start(list, format);
	say(print, speech(format), &list);
	va_end(list);
	if (styled)
		write_out(print, STYLE_END, strlen(STYLE_END));
}

static void
write_blanks(struct print *print, size_t count)
{
	while (count-- > 0)
		write_out(print, " ", 1);
}

/* Bytes of ${line} that fit into ${room} columns, cut at a blank if possible. */
static size_t
wrap(const char *line, size_t room)
{
	size_t len = text_cut(line, room);
	size_t blank = len;

	if (line[len] == '\0' || len == 0)
		return strlen(line) < len || len == 0 ? strlen(line) : len;
	while (blank > 0 && line[blank] != ' ')
		blank--;
	while (blank > 0 && line[blank - 1] == ' ')
		blank--;
	return blank > 0 ? blank : len;
}

/* Whether ${text} begins with a command as we write it. */
static bool
is_command(const char *text)
{
	return strncmp(text, "erfa ", 5) == 0 || strncmp(text, "sudo ", 5) == 0;
}

/* The same, but a command that stands behind two blanks and does not fit goes
 * into the next line as a whole. */
static size_t
wrap_remedy(const char *line, size_t room)
{
	size_t len = wrap(line, room);
	const char *end;
	size_t i;

	if (line[len] == '\0')
		return len;
	for (i = len; i > 0; i--)
		if (strncmp(line + i, "  ", 2) == 0 && is_command(line + i + 2))
			break;
	if (i == 0)
		return len;
	end = strstr(line + i + 2, "  ");
	return end != NULL && end <= line + len ? len : i;
}

/* How lines are laid out. */
struct layout {
	unsigned indent;
	unsigned columns; /* 0 = as long as it takes */
	size_t (*wrap)(const char *line, size_t room);
	bool one; /* what looks like several lines is one */
};

/* Write one line, wrapped; the first ${taken} columns are written already. */
static void
write_line(struct print *print, const struct layout *layout, unsigned taken,
    char *line)
{
	unsigned indent = layout->indent;
	size_t room = SIZE_MAX;
	size_t len;
	char kept;

	if (layout->columns > indent + COLUMNS_LEAST / 2)
		room = layout->columns - indent;
	do {
		len = layout->wrap(line, room);
		kept = line[len];
		line[len] = '\0';
		write_blanks(print, indent > taken ? indent - taken : 0);
		write_out(print, line, strlen(line));
		write_out(print, "\n", 1);
		taken = 0;
		line[len] = kept;
		line += len;
		while (*line == ' ')
			line++;
	} while (*line != '\0');
}

/* Write lines; the first ${taken} columns of the first are written already. */
static void
write_lines(struct print *print, const struct layout *layout, unsigned taken,
    const char *text)
{
	char *safe = NULL;
	char *line, *next;

	if (print_form(print, text, !layout->one, &safe) != ERR_NONE) {
		print->failed = true;
		return;
	}
	for (line = safe; line != NULL && *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		write_line(print, layout, taken, line);
		taken = 0;
	}
	if (taken > 0)
		write_out(print, "\n", 1);
	free(safe);
}

void
print_block(struct print *print, unsigned indent, const char *text)
{
	struct layout layout = { indent, print->options.columns, wrap, false };

	write_lines(print, &layout, 0, text);
}

void
print_remedy(struct print *print, unsigned indent, const char *text)
{
	struct layout layout = { indent, print->options.columns, wrap_remedy,
		false };

	if (layout.columns == 0 || layout.columns > REMEDY_COLUMNS)
		layout.columns = REMEDY_COLUMNS;
	write_lines(print, &layout, 0, text);
}

unsigned
print_column(unsigned column, unsigned indent, const char *const labels[])
{
	unsigned least;

	for (; *labels != NULL; labels++) {
		least = indent + (unsigned)text_width(speech(*labels)) + GAP;
		if (least > column)
			column = least;
	}
	return column;
}

void
print_wrapped(struct print *print, unsigned indent, const char *text)
{
	struct layout layout = { indent, print->options.columns, wrap, true };

	write_lines(print, &layout, 0, text);
}

void
print_point(struct print *print, enum print_style style, const char *text)
{
	struct layout layout = { 4, print->options.columns, wrap, true };

	print_styled(print, style, "  -");
	write_blanks(print, 1);
	write_lines(print, &layout, 4, text);
}

void
print_field(struct print *print, unsigned indent, const char *label,
    unsigned column, const char *text)
{
	struct layout layout = { column, print->options.columns, wrap, false };
	size_t width;

	label = speech(label);
	width = indent + text_width(label) + 1;
	write_blanks(print, indent);
	print_styled(print, PRINT_FAINT, "%s", label);
	write_blanks(print, 1);
	write_lines(print, &layout, (unsigned)width, text);
}

void
print_pad(struct print *print, const char *text, size_t columns)
{
	char *safe = NULL;
	size_t width;

	if (print_form(print, text, false, &safe) != ERR_NONE) {
		print->failed = true;
		return;
	}
	width = text_width(safe);
	write_out(print, safe, strlen(safe));
	if (columns > 0)
		write_blanks(print, columns > width ? columns - width : 1);
	free(safe);
}

void
print_raw(struct print *print, const char *text)
{
	write_out(print, text, strlen(text));
}

enum err
print_finish(struct print *print)
{
	if (fflush(print->file) != 0 || ferror(print->file))
		print->failed = true;
	return print->failed ? ERR_IO : ERR_NONE;
}

void
print_number(uint64_t number, char out[PRINT_NUMBER_MAX])
{
	char digits[24];
	size_t len, i, at = 0;

	len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ' ';
		out[at++] = digits[i];
	}
	out[at] = '\0';
}

void
print_count(uint64_t number, const char *one, const char *many,
    char out[PRINT_COUNT_MAX])
{
	char text[PRINT_NUMBER_MAX];

	print_number(number, text);
	(void)snprintf(out, PRINT_COUNT_MAX, "%s %.40s", text,
	    speech_many(number, one, many));
}

void
print_bytes(uint64_t bytes, char out[PRINT_NUMBER_MAX])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB",
		"EB" };
	double amount = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		(void)snprintf(out, PRINT_NUMBER_MAX, "%" PRIu64 " B", bytes);
		return;
	}
	for (; amount >= 999.95 && unit < 5; unit++)
		amount /= 1000;
	(void)snprintf(out, PRINT_NUMBER_MAX, "%.1f %s", amount, units[unit]);
}

void
print_seconds(uint64_t seconds, char out[PRINT_NUMBER_MAX])
{
	if (seconds < 60)
		(void)snprintf(out, PRINT_NUMBER_MAX, "%" PRIu64 " s", seconds);
	else if (seconds < 3600)
		(void)snprintf(
		    out, PRINT_NUMBER_MAX, "%" PRIu64 " min", seconds / 60);
	else if (seconds < 86400)
		(void)snprintf(out, PRINT_NUMBER_MAX,
		    "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
		    seconds % 3600 / 60);
	else
		(void)snprintf(out, PRINT_NUMBER_MAX, _("%llu days %llu h"),
		    (unsigned long long)seconds / 86400,
		    (unsigned long long)seconds % 86400 / 3600);
}

enum err
print_clock(const char *rfc3339, time_t *ret_time)
{
	const char *rest;
	struct tm utc;

	memset(&utc, 0, sizeof(utc));
	rest = strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &utc);
	if (rest == NULL || (*rest != 'Z' && *rest != '.'))
		return ERR_SYNTAX;
	*ret_time = timegm(&utc);
	return ERR_NONE;
}

void
print_time(const char *rfc3339, char out[PRINT_TIME_MAX])
{
	struct tm local;
	time_t when = 0;

	if (print_clock(rfc3339, &when) != ERR_NONE ||
	    localtime_r(&when, &local) == NULL ||
	    strftime(out, PRINT_TIME_MAX, "%Y-%m-%d %H:%M", &local) == 0)
		(void)snprintf(out, PRINT_TIME_MAX, "%s", rfc3339);
}
