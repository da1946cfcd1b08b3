#ifndef ERFAD_LOGGER_H
#define ERFAD_LOGGER_H

/*
 * logger - one line per event, to the journal or to stderr; the last ones are
 * kept too, see daemon/lines.
 *
 * A line reads "module: what happened: cause (key=value ...)".  err: somebody
 * must act; warning: degraded; info: a state changed; debug: for developers.
 * Any thread may call anything here but logger_init().
 */

#include <stdarg.h>
#include <stddef.h>

enum logger_level {
	LOGGER_ERR,
	LOGGER_WARNING,
	LOGGER_INFO,
	LOGGER_DEBUG,
};

/* A line is cut after so many bytes. */
#define LOGGER_LINE_MAX 1000

/* Lines of one class of foreign events in one window, unless set otherwise. */
#define LOGGER_FOREIGN_COUNT     10
#define LOGGER_FOREIGN_WINDOW_MS 60000

/**
 * logger_init(level):
 * Write lines of ${level} and above: structured to the journal if stderr is
 * connected to it ($JOURNAL_STREAM), else to stderr with time and level.
 * Before this, it is stderr and LOGGER_INFO.
 */
void logger_init(enum logger_level level);

/**
 * logger_err(module, format, ...), logger_warning(module, format, ...),
 * logger_info(module, format, ...), logger_debug(module, format, ...):
 * Write one line.  Text that comes from outside has been through
 * logger_quote(); a control character that is left becomes "?".
 */
void logger_err(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void logger_warning(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void logger_info(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void logger_debug(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What a line carries in the journal beside its text; NULL: nothing. */
struct logger_fields {
	const char *kind;   /* a word that lives for ever, for `erfa log` */
	const char *id;     /* MESSAGE_ID */
	const char *peer;   /* ERFA_PEER */
	const char *record; /* ERFA_TRIAL */
	const char *entry;  /* ERFA_ENTRY */
	const char *reason; /* ERFA_REASON */
};

/**
 * logger_write(level, module, fields, format, args):
 * Write one line with ${fields}, which may be NULL.  ${module} lives for ever.
 */
void logger_write(enum logger_level level, const char *module,
    const struct logger_fields *fields, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

/* The MESSAGE_ID of what others cause; its row stands in daemon/event.h. */
#define LOGGER_FOREIGN_ID "0545f624bac04ea58daa0231b2fc56a4"

/**
 * logger_foreign(level, class, module, format, ...):
 * The same for an event that others can cause as often as they like.  ${class}
 * is a word that lives for ever, "bad-frame" say; after LOGGER_FOREIGN_COUNT
 * lines of a class the rest of the window is only counted, and the next line of
 * that class tells how many were left out.
 */
void logger_foreign(enum logger_level level, const char *class,
    const char *module, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/**
 * logger_foreign_limit(count, window_ms):
 * Set that limit and forget what was counted.
 */
void logger_foreign_limit(unsigned count, unsigned window_ms);

/**
 * logger_quote(text, len, buf, size):
 * Write foreign text to ${buf}, of ${size} bytes, quoted and made harmless for
 * terminals and logs, cut with "..." if it is too long.  Return ${buf}.
 */
const char *logger_quote(const void *text, size_t len, char *buf, size_t size);

#endif /* !ERFAD_LOGGER_H */
