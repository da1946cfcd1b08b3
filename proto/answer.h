#ifndef ERFA_ANSWER_H
#define ERFA_ANSWER_H

/*
 * answer - putting answers of the control protocol together.
 *
 * Everything is from malloc(), so that control_free_answer() frees whatever was
 * hung into an answer, finished or not: callers stop at the first error and
 * free the whole.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"
#include "proto/life_say.h"

/**
 * answer_new(say, ret_answer):
 * Make an answer that says ${say} (ERFA__ANSWER__SAY_STATUS ...): that message
 * is empty but for its schema ("erfa.status/1").  Free it with
 * control_free_answer().  Return ERR_NOMEM.
 */
enum err answer_new(
    Erfa__Answer__SayCase say, Erfa__Answer **ret_answer) MUST_CHECK;

/**
 * answer_say(answer, say):
 * The same for an answer that says nothing yet.
 */
enum err answer_say(Erfa__Answer *answer, Erfa__Answer__SayCase say) MUST_CHECK;

/**
 * answer_text(out, text), answer_hex(out, data, len), answer_time(out, ms):
 * Put a copy of a text, bytes as lower-case hexadecimal, or milliseconds since
 * 1970 as RFC 3339 in UTC into *${out}; what was there is freed.  NULL gives an
 * empty text, and so does the time 0 or one beyond the year 9999.  Return
 * ERR_NOMEM.
 */
enum err answer_text(char **out, const char *text) MUST_CHECK;
enum err answer_hex(char **out, const void *data, size_t len) MUST_CHECK;
enum err answer_time(char **out, uint64_t ms) MUST_CHECK;

/**
 * answer_room(list, count, size):
 * Make room for one element of ${size} bytes more in a list that protobuf-c
 * will free; ${list} points to the pointer to its first.  Return ERR_NOMEM.
 */
enum err answer_room(void *list, size_t count, size_t size) MUST_CHECK;

/**
 * answer_add(list, count, descriptor, ret_message):
 * Append an empty message to a repeated field: ${list} points to the pointer to
 * its first element, ${ret_message} to where a pointer to the new one goes.
 * Return ERR_NOMEM.
 */
enum err answer_add(void *list, size_t *count,
    const ProtobufCMessageDescriptor *descriptor, void *ret_message) MUST_CHECK;

/**
 * answer_text_add(list, count, text):
 * Append a copy of ${text} to a list of texts.  Return ERR_NOMEM.
 */
enum err answer_text_add(
    char ***list, size_t *count, const char *text) MUST_CHECK;

/**
 * answer_roles(list, count, roles):
 * Append what the bits of ${roles} (header.h: ROLE_WRITES ...) are called: writes,
 * introduces, registry, reads; others are passed over.  Return ERR_NOMEM.
 */
enum err answer_roles(char ***list, size_t *count, uint32_t roles) MUST_CHECK;

/**
 * answer_problem(list, count, where, what, remedy):
 * Append a problem.  Return ERR_NOMEM.
 */
enum err answer_problem(Erfa__Problem ***list, size_t *count, const char *where,
    const char *what, const char *remedy) MUST_CHECK;

/**
 * answer_error(answer, exit, code, remedy, message):
 * Make the answer say an error instead of what it said.  Return ERR_NOMEM.
 */
enum err answer_error(Erfa__Answer *answer, unsigned exit, const char *code,
    const char *remedy, const char *message) MUST_CHECK;

/**
 * answer_pattern(pattern, args, count, format, list):
 * Put ${format} and its arguments as texts (see proto/pattern) into the fields of
 * a message that somebody may want to say in another language; nothing if the
 * format has no conversions, since then the sentence itself tells.  Return
 * ERR_NOMEM.
 */
__attribute__((format(printf, 4, 0))) enum err answer_pattern(char **pattern,
    char ***args, size_t *count, const char *format, va_list list) MUST_CHECK;

/**
 * answer_finding(pattern, args, count, finding, trial):
 * The same for what was found about the life of a trial, which the reader calls
 * ${trial}.  Return ERR_NOMEM.
 */
enum err answer_finding(char **pattern, char ***args, size_t *count,
    const struct life_finding *finding, const char *trial) MUST_CHECK;

#endif /* !ERFA_ANSWER_H */
