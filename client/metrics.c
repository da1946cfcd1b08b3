#include "client/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX    "erfa_"
#define FILE_MODE 0644

/* Numbers up to here have no fraction to be lost. */
#define WHOLE_MAX 9007199254740992.0

/* Write a value; those that count things without a point. */
static void
put_value(FILE *out, double value)
{
	if (floor(value) == value && fabs(value) <= WHOLE_MAX)
		(void)fprintf(out, "%.0f", value);
	else
		(void)fprintf(out, "%.6g", value);
}

/* Write a label's value so that it stays within its quotes. */
static void
put_quoted(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (; text != NULL && *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			(void)fputc('\\', out);
		(void)fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
	(void)fputc('"', out);
}

static void
put_metric(FILE *out, const Erfa__Metric *metric, bool first)
{
	size_t i;

	if (first)
		(void)fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n",
		    metric->name, metric->help, metric->name);
	(void)fputs(metric->name, out);
	for (i = 0; i < metric->n_label; i++) {
		(void)fprintf(
		    out, "%s%s=", i == 0 ? "{" : ",", metric->label[i]->name);
		put_quoted(out, metric->label[i]->value);
	}
	(void)fputs(metric->n_label > 0 ? "} " : " ", out);
	put_value(out, metric->value);
	(void)fputc('\n', out);
}

/* End a text that was written to memory. */
static enum err
end_text(FILE *out, char **text, char **ret_text)
{
	if (fclose(out) != 0 || *text == NULL) {
		free(*text);
		return ERR_NOMEM;
	}
	*ret_text = *text;
	return ERR_NONE;
}

enum err
metrics_text(Erfa__Metric *const *metric, size_t count, char **ret_text)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	size_t i;

	if ((out = open_memstream(&text, &len)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++)
		put_metric(out, metric[i],
		    i == 0 ||
			strcmp(metric[i]->name, metric[i - 1]->name) != 0);
	return end_text(out, &text, ret_text);
}

enum err
metrics_line(Erfa__Metric *const *metric, size_t count, char **ret_text)
{
	const char *blank = "";
	const char *name;
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	size_t i;

	if ((out = open_memstream(&text, &len)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		if (metric[i]->n_label > 0)
			continue;
		name = metric[i]->name;
		if (strncmp(name, PREFIX, strlen(PREFIX)) == 0)
			name += strlen(PREFIX);
		(void)fprintf(out, "%s%s=", blank, name);
		put_value(out, metric[i]->value);
		blank = " ";
	}
	return end_text(out, &text, ret_text);
}

static enum err
err_from_errno(void)
{
	if (errno == EACCES || errno == EPERM || errno == EROFS)
		return ERR_DENIED;
	return errno == ENOENT || errno == ENOTDIR ? ERR_NOENT : ERR_IO;
}

enum err
metrics_write(const char *path, const char *text)
{
	const ssize_t len = (ssize_t)strlen(text);
	enum err err = ERR_NONE;
	char other[PATH_MAX];
	int fd;
	int n;

	/* It is not to end in ".prom": half of it must not be read. */
	n = snprintf(other, sizeof(other), "%s.%ld.new", path, (long)getpid());
	if (n < 0 || (size_t)n >= sizeof(other))
		return ERR_SIZE;
	fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    FILE_MODE);
	if (fd < 0)
		return err_from_errno();
	if (fchmod(fd, FILE_MODE) != 0 || write(fd, text, (size_t)len) != len)
		err = ERR_IO;
	if (close(fd) != 0)
		err = ERR_IO;
	if (err == ERR_NONE && rename(other, path) != 0)
		err = err_from_errno();
	if (err != ERR_NONE)
		(void)unlink(other);
	return err;
}
