#include "daemon/logger.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Where in logger.c a line was made says nothing to a reader. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "proto/text.h"
#include "daemon/lines.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Classes that are counted apart; further ones share the last counter. */
#define CLASSES_MAX 32

/* Fields of a line in the journal. */
#define FIELDS_MAX 9

struct counter {
	const char *name;
	int64_t begin_ms;
	unsigned count;
	uint64_t skipped;
};

static struct {
	pthread_mutex_t mutex;
	enum logger_level level;
	bool journal;
	unsigned limit;
	unsigned window_ms;
	struct counter classes[CLASSES_MAX];
} logger = {
	.mutex = PTHREAD_MUTEX_INITIALIZER,
	.level = LOGGER_INFO,
	.limit = LOGGER_FOREIGN_COUNT,
	.window_ms = LOGGER_FOREIGN_WINDOW_MS,
};

/*
 * Does systemd's $JOURNAL_STREAM, "device:inode", name our stderr?  Without the
 * journal's socket sd_journal_send() reports success and loses the line.
 */
static bool
stderr_is_journal(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread sets variables */
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat info;
	uintmax_t device;
	uintmax_t inode;
	char *end;

	if (stream == NULL || fstat(STDERR_FILENO, &info) != 0 ||
	    access(JOURNAL_SOCKET, W_OK) != 0)
		return false;
	device = strtoumax(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoumax(end + 1, &end, 10);
	return *end == '\0' && device == info.st_dev && inode == info.st_ino;
}

void
logger_init(enum logger_level level)
{
	logger.level = level;
	logger.journal = stderr_is_journal();
}

static const char *
level_name(enum logger_level level)
{
	switch (level) {
	case LOGGER_ERR:
		return "err";
	case LOGGER_WARNING:
		return "warning";
	case LOGGER_INFO:
		return "info";
	case LOGGER_DEBUG:
		return "debug";
	}
	return "?";
}

static int
level_priority(enum logger_level level)
{
	switch (level) {
	case LOGGER_ERR:
		return LOG_ERR;
	case LOGGER_WARNING:
		return LOG_WARNING;
	case LOGGER_INFO:
		return LOG_INFO;
	case LOGGER_DEBUG:
		return LOG_DEBUG;
	}
	return LOG_ERR;
}

/* One write(2), so that lines of several threads do not mix. */
static void
to_stderr(enum logger_level level, const char *module, const char *text)
{
	char line[LOGGER_LINE_MAX + 128];
	struct timespec now;
	struct tm utc;
	char when[32];
	int len;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &utc) == NULL ||
	    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
		when[0] = '\0';
	len = snprintf(line, sizeof(line), "%s.%03ldZ %s %s: %s\n", when,
	    now.tv_nsec / 1000000, level_name(level), module, text);
	if (len < 0)
		return;
	if ((size_t)len >= sizeof(line)) {
		len = (int)sizeof(line) - 1;
		line[len - 1] = '\n';
	}
	if (write(STDERR_FILENO, line, (size_t)len) == -1)
		return; /* there is nowhere to say so */
}

/* A line for the journal, field by field. */
struct journal_line {
	struct iovec field[FIELDS_MAX];
	int count;
	char text[FIELDS_MAX * 64 + 2 * LOGGER_LINE_MAX];
	size_t used;
};

static void
add_field(struct journal_line *line, const char *name, const char *value)
{
	char *at = line->text + line->used;
	size_t room = sizeof(line->text) - line->used;
	int len;

	if (value == NULL || value[0] == '\0' || line->count == FIELDS_MAX)
		return;
	len = snprintf(at, room, "%s=%s", name, value);
	if (len < 0 || (size_t)len >= room)
		return;
	line->field[line->count].iov_base = at;
	line->field[line->count++].iov_len = (size_t)len;
	line->used += (size_t)len;
}

/* Return whether the journal took it. */
static bool
to_journal(enum logger_level level, const char *module,
    const struct logger_fields *fields, const char *text)
{
	struct journal_line line;
	char message[LOGGER_LINE_MAX + 64];
	char priority[16];

	line.count = 0;
	line.used = 0;
	(void)snprintf(message, sizeof(message), "%s: %s", module, text);
	(void)snprintf(priority, sizeof(priority), "%d", level_priority(level));
	add_field(&line, "MESSAGE", message);
	add_field(&line, "PRIORITY", priority);
	add_field(&line, "ERFA_MODULE", module);
	add_field(&line, "MESSAGE_ID", fields->id);
	add_field(&line, "ERFA_EVENT", fields->kind);
	add_field(&line, "ERFA_PEER", fields->peer);
	add_field(&line, "ERFA_TRIAL", fields->record);
	add_field(&line, "ERFA_ENTRY", fields->entry);
	add_field(&line, "ERFA_REASON", fields->reason);
	return sd_journal_sendv(line.field, line.count) == 0;
}

static void
put(enum logger_level level, const char *module,
    const struct logger_fields *fields, char *text)
{
	char *c;

	for (c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	lines_keep(
	    (int)level, module, fields->kind != NULL ? fields->kind : "", text);
	if (!logger.journal || !to_journal(level, module, fields, text))
		to_stderr(level, module, text);
}

void
logger_write(enum logger_level level, const char *module,
    const struct logger_fields *fields, const char *format, va_list args)
{
	static const struct logger_fields none = { .kind = NULL };
	char text[LOGGER_LINE_MAX];

	if (level > logger.level)
		return;
	if (vsnprintf(text, sizeof(text), format, args) >= 0)
		put(level, module, fields != NULL ? fields : &none, text);
}

void
logger_err(const char *module, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	logger_write(LOGGER_ERR, module, NULL, format, args);
	va_end(args);
}

void
logger_warning(const char *module, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	logger_write(LOGGER_WARNING, module, NULL, format, args);
	va_end(args);
}

void
logger_info(const char *module, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	logger_write(LOGGER_INFO, module, NULL, format, args);
	va_end(args);
}

void
logger_debug(const char *module, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	logger_write(LOGGER_DEBUG, module, NULL, format, args);
	va_end(args);
}

/* Find or make the counter of a class; the mutex is held. */
static struct counter *
counter_find(const char *name)
{
	size_t i;

	for (i = 0; i < CLASSES_MAX - 1; i++) {
		if (logger.classes[i].name == NULL)
			logger.classes[i].name = name;
		if (strcmp(logger.classes[i].name, name) == 0)
			break;
	}
	return &logger.classes[i];
}

/* May another line of this class be written, and how many were not? */
static bool
class_allows(const char *name, uint64_t *ret_left_out)
{
	struct timespec now;
	struct counter *counter;
	int64_t now_ms;
	bool allowed;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;

	(void)pthread_mutex_lock(&logger.mutex);
	counter = counter_find(name);
	if (counter->count == 0 ||
	    now_ms - counter->begin_ms >= (int64_t)logger.window_ms) {
		counter->begin_ms = now_ms;
		counter->count = 0;
	}
	allowed = counter->count < logger.limit;
	if (allowed) {
		counter->count++;
		*ret_left_out = counter->skipped;
		counter->skipped = 0;
	} else {
		counter->skipped++;
	}
	(void)pthread_mutex_unlock(&logger.mutex);
	return allowed;
}

void
logger_foreign(enum logger_level level, const char *class, const char *module,
    const char *format, ...)
{
	const struct logger_fields fields = {
		.kind = "foreign",
		.id = LOGGER_FOREIGN_ID,
		.reason = class,
	};
	char text[LOGGER_LINE_MAX];
	uint64_t left_out = 0;
	va_list args;
	size_t len;

	if (level > logger.level || !class_allows(class, &left_out))
		return;
	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	len = strlen(text);
	if (left_out > 0)
		(void)snprintf(text + len, sizeof(text) - len,
		    " (%" PRIu64 " more of %s were not written)", left_out,
		    class);
	put(level, module, &fields, text);
}

void
logger_foreign_limit(unsigned count, unsigned window_ms)
{
	(void)pthread_mutex_lock(&logger.mutex);
	logger.limit = count;
	logger.window_ms = window_ms;
	memset(logger.classes, 0, sizeof(logger.classes));
	(void)pthread_mutex_unlock(&logger.mutex);
}

const char *
logger_quote(const void *text, size_t len, char *buf, size_t size)
{
	/* No more than this can be shown; gating makes nothing shorter. */
	const size_t most = len < size ? len : size;
	char *safe = NULL;
	size_t room;

	if (size < sizeof("\"...\"")) {
		if (size > 0)
			buf[0] = '\0';
		return buf;
	}
	if (text_gate(text, most, false, &safe) != ERR_NONE) {
		(void)snprintf(buf, size, "\"...\"");
		return buf;
	}
	room = size - sizeof("\"...\"");
	if (strlen(safe) <= room + 3 && most == len)
		(void)snprintf(buf, size, "\"%s\"", safe);
	else
		(void)snprintf(
		    buf, size, "\"%.*s...\"", (int)text_cut(safe, room), safe);
	free(safe);
	return buf;
}
