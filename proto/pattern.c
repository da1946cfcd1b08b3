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

/* Write the next argument of ${list} as ${it} says; NULL if memory is short. */
static char *
write_argument(const struct conversion *it, va_list *list)
{
	int precision = it->precision == -1 ? va_arg(*list, int) :
					      it->precision;
	unsigned long long positive;
	long long number;
	char *text = NULL;
	int n = -1;

	if (it->kind == 's') {
		n = asprintf(&text, "%.*s", precision, va_arg(*list, char *));
	} else if (it->kind == 'c') {
		n = asprintf(&text, "%c", va_arg(*list, int));
	} else if (it->kind == 'd' || it->kind == 'i') {
		number = it->longs == 0 ? va_arg(*list, int) :
		    it->longs == 1      ? va_arg(*list, long) :
					  va_arg(*list, long long);
		n = asprintf(&text, "%lld", number);
	} else {
		positive = it->longs == 0 ? va_arg(*list, unsigned) :
		    it->longs == 1        ? va_arg(*list, unsigned long) :
					    va_arg(*list, unsigned long long);
		n = asprintf(
		    &text, it->kind == 'x' ? "%llx" : "%llu", positive);
	}
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

enum err
pattern_fill(
    const char *pattern, char *const *args, size_t count, char **ret_text)
{
	struct conversion it;
	const char *value;
	char *buf = NULL;
	size_t size = 0, next = 0, len;
	bool failed;
	FILE *out = open_memstream(&buf, &size);

	if (out == NULL)
		return ERR_NOMEM;
	for (; *pattern != '\0'; pattern += len) {
		value = NULL;
		len = 1;
		if (*pattern == '{') {
			value = named(pattern, args, count, &len);
		} else if (*pattern == '%') {
			it = read_conversion(pattern);
			len = it.len > 0 ? it.len : 1;
			if (it.len > 0 && it.kind == '%')
				value = "%";
			else if (it.len > 0 && next < count)
				value = args[next++];
		}
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
