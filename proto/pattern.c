#include "proto/pattern.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A conversion: "%.100s", "%zu". */
struct conversion {
	size_t len;     /* of its text; 0 = there is none */
	int precision;  /* INT_MAX if it has none, -1 = the next argument */
	unsigned longs; /* l and z */
	char kind;
};

/* Read the conversion at ${text}, which begins with "%". */
static struct conversion
read_conversion(const char *text)
{
	struct conversion it = { .len = 0, .precision = INT_MAX };
	const char *at = text + 1;

	if (*at == '.') {
		at++;
		it.precision = *at == '*' ? -1 : 0;
		at += *at == '*' ? 1 : 0;
		for (; *at >= '0' && *at <= '9'; at++)
			it.precision = it.precision * 10 + (*at - '0');
	}
	for (; *at == 'l' || *at == 'z'; at++)
		it.longs++;
	it.kind = *at;
	if (*at != '\0' && strchr("scdiux%", *at) != NULL)
		it.len = (size_t)(at + 1 - text);
	return it;
}

/* NOLINTBEGIN(bugprone-branch-clone): each branch takes another type */

/* The next argument of ${list} as %d, %ld or %lld means it. */
static int
write_signed(unsigned longs, va_list *list, char **ret_text)
{
	long long number;

	if (longs == 0)
		number = va_arg(*list, int);
	else if (longs == 1)
		number = va_arg(*list, long);
	else
		number = va_arg(*list, long long);
	return asprintf(ret_text, "%lld", number);
}

/* The same for %u, %lu and %llu, or %x. */
static int
write_unsigned(unsigned longs, bool hex, va_list *list, char **ret_text)
{
	unsigned long long number;

	if (longs == 0)
		number = va_arg(*list, unsigned);
	else if (longs == 1)
		number = va_arg(*list, unsigned long);
	else
		number = va_arg(*list, unsigned long long);
	return hex ? asprintf(ret_text, "%llx", number) :
		     asprintf(ret_text, "%llu", number);
}

/* NOLINTEND(bugprone-branch-clone) */

/* Write the next argument of ${list} as ${it} says; NULL if memory is short. */
static char *
write_argument(const struct conversion *it, va_list *list)
{
	int precision = it->precision;
	char *text = NULL;
	int n;

	if (precision == -1)
		precision = va_arg(*list, int);
	if (it->kind == 's')
		n = asprintf(&text, "%.*s", precision, va_arg(*list, char *));
	else if (it->kind == 'c')
		n = asprintf(&text, "%c", va_arg(*list, int));
	else if (it->kind == 'd' || it->kind == 'i')
		n = write_signed(it->longs, list, &text);
	else
		n = write_unsigned(it->longs, it->kind == 'x', list, &text);
	return n < 0 ? NULL : text;
}

enum err
pattern_args(
    const char *format, va_list list, char ***ret_args, size_t *ret_count)
{
	struct conversion it;
	enum err err = ERR_NONE;
	va_list copy;
	char **more;

	*ret_args = NULL;
	*ret_count = 0;
	va_copy(copy, list);
	while (err == ERR_NONE && (format = strchr(format, '%')) != NULL) {
		it = read_conversion(format);
		format += it.len > 0 ? it.len : 1;
		if (it.len == 0 || it.kind == '%')
			continue;
		err = ERR_NOMEM;
		more = realloc(*ret_args, (*ret_count + 1) * sizeof(*more));
		if (more == NULL)
			break;
		*ret_args = more;
		more[*ret_count] = write_argument(&it, &copy);
		if (more[*ret_count] != NULL) {
			(*ret_count)++;
			err = ERR_NONE;
		}
	}
	va_end(copy);
	return err;
}

/* The argument for the place "{name}" at ${text}, whose length is ${ret_len};
 * NULL if it is no place, or has none. */
static const char *
named(const char *text, char *const *args, size_t count, size_t *ret_len)
{
	size_t len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz");
	size_t i;

	if (len == 0 || text[len + 1] != '}')
		return NULL;
	*ret_len = len + 2;
	for (i = 0; i < count; i++)
		if (strncmp(args[i], text + 1, len) == 0 && args[i][len] == '=')
			return args[i] + len + 1;
	return NULL;
}

/* What fills the place at ${text}, of which ${ret_len} bytes are read; NULL if
 * they stay as they are.  ${next} counts the arguments taken in their order. */
static const char *
filling(const char *text, char *const *args, size_t count, size_t *next,
    size_t *ret_len)
{
	struct conversion it;

	*ret_len = 1;
	if (*text == '{')
		return named(text, args, count, ret_len);
	if (*text != '%')
		return NULL;
	it = read_conversion(text);
	if (it.len == 0)
		return NULL;
	*ret_len = it.len;
	if (it.kind == '%')
		return "%";
	return *next < count ? args[(*next)++] : NULL;
}

enum err
pattern_fill(
    const char *pattern, char *const *args, size_t count, char **ret_text)
{
	const char *value;
	char *buf = NULL;
	size_t size = 0, next = 0, len;
	bool failed;
	FILE *out = open_memstream(&buf, &size);

	if (out == NULL)
		return ERR_NOMEM;
	for (; *pattern != '\0'; pattern += len) {
		value = filling(pattern, args, count, &next, &len);
		if (value != NULL)
			(void)fputs(value, out);
		else
			(void)fwrite(pattern, 1, len, out);
	}
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(buf);
		return ERR_NOMEM;
	}
	*ret_text = buf;
	return ERR_NONE;
}
