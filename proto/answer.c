#include "proto/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/bytes.h"
#include "proto/control.h"
#include "proto/header.h"
#include "proto/pattern.h"

#define TIME_MAX_S 253402300799 /* the last second of the year 9999 */

/* ---- values ---- */

/* Put a text from malloc() in place of the one before. */
static enum err
replace(char **out, char *text)
{
	char *was = *out;

	if (text == NULL)
		return ERR_NOMEM;
	*out = text;
	if (was != NULL && was != protobuf_c_empty_string)
		free(was);
	return ERR_NONE;
}

enum err
answer_text(char **out, const char *text)
{
	return replace(out, strdup(text != NULL ? text : ""));
}

enum err
answer_hex(char **out, const void *data, size_t len)
{
	char *text = malloc(2 * len + 1);

	if (text != NULL)
		bytes_hex(data, len, text);
	return replace(out, text);
}

enum err
answer_time(char **out, uint64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[48] = "";
	struct tm tm;

	if (ms != 0 && ms / 1000 <= TIME_MAX_S &&
	    gmtime_r(&seconds, &tm) != NULL)
		(void)snprintf(text, sizeof(text),
		    "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		    (unsigned)(ms % 1000));
	return answer_text(out, text);
}

/* ---- lists ---- */

enum err
answer_room(void *list, size_t count, size_t size)
{
	void *items;
	void *more;

	/* The room doubles whenever the count is a power of two. */
	if (count != 0 && (count & (count - 1)) != 0)
		return ERR_NONE;
	memcpy(&items, list, sizeof(items));
	more = realloc(items, (count == 0 ? 1 : 2 * count) * size);
	if (more == NULL)
		return ERR_NOMEM;
	memcpy(list, &more, sizeof(more));
	/* cppcheck-suppress memleak ; the caller's list holds it */
	return ERR_NONE;
}

/* An empty message of this kind, or NULL. */
static ProtobufCMessage *
message_new(const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = calloc(1, descriptor->sizeof_message);

	if (message != NULL)
		descriptor->message_init(message);
	return message;
}

enum err
answer_add(void *list, size_t *count,
    const ProtobufCMessageDescriptor *descriptor, void *ret_message)
{
	ProtobufCMessage *message;
	char *items;
	enum err err;

	if ((err = answer_room(list, *count, sizeof(void *))) != ERR_NONE)
		return err;
	if ((message = message_new(descriptor)) == NULL)
		return ERR_NOMEM;
	memcpy(&items, list, sizeof(items));
	memcpy(items + *count * sizeof(void *), &message, sizeof(message));
	(*count)++;
	memcpy(ret_message, &message, sizeof(message));
	return ERR_NONE;
}

enum err
answer_text_add(char ***list, size_t *count, const char *text)
{
	enum err err;

	if ((err = answer_room(list, *count, sizeof(void *))) != ERR_NONE)
		return err;
	(*list)[*count] = NULL;
	if ((err = answer_text(&(*list)[*count], text)) == ERR_NONE)
		(*count)++;
	return err;
}

enum err
answer_roles(char ***list, size_t *count, uint32_t roles)
{
	static const struct {
		uint32_t role;
		const char *word;
	} words[] = {
		{ ROLE_WRITES, "writes" },
		{ ROLE_INTRODUCES, "introduces" },
		{ ROLE_REGISTRY, "registry" },
		{ ROLE_READER, "reads" },
	};
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; err == ERR_NONE && i < sizeof(words) / sizeof(words[0]);
	     i++)
		if ((roles & words[i].role) != 0)
			err = answer_text_add(list, count, words[i].word);
	return err;
}

enum err
answer_problem(Erfa__Problem ***list, size_t *count, const char *where,
    const char *what, const char *remedy)
{
	Erfa__Problem *problem;
	enum err err;

	if ((err = answer_add(list, count, &erfa__problem__descriptor,
		 &problem)) != ERR_NONE ||
	    (err = answer_text(&problem->where, where)) != ERR_NONE ||
	    (err = answer_text(&problem->what, what)) != ERR_NONE)
		return err;
	return answer_text(&problem->remedy, remedy);
}

/* ---- answers ---- */

/* "erfa.bundle-export/1" for the field bundle_export. */
static enum err
set_schema(ProtobufCMessage *message, const char *field)
{
	const ProtobufCFieldDescriptor *schema =
	    protobuf_c_message_descriptor_get_field_by_name(
		message->descriptor, "schema");
	char text[64];
	char *at;

	(void)snprintf(text, sizeof(text), "erfa.%s/1", field);
	for (at = text; *at != '\0'; at++)
		if (*at == '_')
			*at = '-';
	return answer_text(
	    (char **)(void *)((char *)message + schema->offset), text);
}

enum err
answer_say(Erfa__Answer *answer, Erfa__Answer__SayCase say)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(
		&erfa__answer__descriptor, (unsigned)say);
	ProtobufCMessage *message;

	if ((message = message_new(field->descriptor)) == NULL)
		return ERR_NOMEM;
	answer->say_case = say;
	memcpy((char *)answer + field->offset, &message, sizeof(message));
	return set_schema(message, field->name);
}

enum err
answer_new(Erfa__Answer__SayCase say, Erfa__Answer **ret_answer)
{
	Erfa__Answer *answer;
	enum err err;

	if ((answer = calloc(1, sizeof(*answer))) == NULL)
		return ERR_NOMEM;
	erfa__answer__init(answer);
	if ((err = answer_say(answer, say)) != ERR_NONE) {
		control_free_answer(answer);
		return err;
	}
	*ret_answer = answer;
	return ERR_NONE;
}

/* Empty an answer of whatever it says. */
static enum err
clear(Erfa__Answer *answer)
{
	Erfa__Answer *husk;

	/* What it held is freed with a copy of its outside. */
	if (answer->say_case == ERFA__ANSWER__SAY__NOT_SET)
		return ERR_NONE;
	if ((husk = malloc(sizeof(*husk))) == NULL)
		return ERR_NOMEM;
	*husk = *answer;
	erfa__answer__init(answer);
	control_free_answer(husk);
	return ERR_NONE;
}

enum err
answer_error(Erfa__Answer *answer, unsigned exit, const char *code,
    const char *remedy, const char *message)
{
	Erfa__ErrorAnswer *error;
	enum err err;

	if ((err = clear(answer)) != ERR_NONE ||
	    (err = answer_say(answer, ERFA__ANSWER__SAY_ERROR)) != ERR_NONE)
		return err;
	error = answer->error;
	error->has_exit = 1;
	error->exit = exit;
	if ((err = answer_text(&error->code, code)) != ERR_NONE ||
	    (err = answer_text(&error->message, message)) != ERR_NONE)
		return err;
	return answer_text(&error->remedy, remedy);
}

/* ---- sentences for other languages ---- */

enum err
answer_pattern(char **pattern, char ***args, size_t *count, const char *format,
    va_list list)
{
	if (strchr(format, '%') == NULL)
		return ERR_NONE;
	if (pattern_args(format, list, args, count) != ERR_NONE)
		return ERR_NOMEM;
	return answer_text(pattern, format);
}

/* Append "name=value". */
static enum err
add_named(char ***args, size_t *count, const char *name, const char *value)
{
	char *text = NULL;
	enum err err;

	if (value == NULL)
		return ERR_NONE;
	if (asprintf(&text, "%s=%s", name, value) < 0)
		return ERR_NOMEM;
	err = answer_text_add(args, count, text);
	free(text);
	return err;
}

enum err
answer_finding(char **pattern, char ***args, size_t *count,
    const struct life_finding *finding, const char *trial)
{
	const struct {
		const char *name;
		const char *value;
	} places[] = { { "trial", trial }, { "who", finding->who },
		{ "org", finding->org }, { "what", finding->what },
		{ "name", finding->name }, { "date", finding->date },
		{ "state", finding->state } };

	char number[16];
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]) && err == ERR_NONE;
	     i++)
		err = add_named(args, count, places[i].name, places[i].value);
	(void)snprintf(number, sizeof(number), "%u", (unsigned)finding->number);
	if (err == ERR_NONE)
		err = add_named(args, count, "number", number);
	return err != ERR_NONE ?
	    err :
	    answer_text(pattern, life_sentence(finding->code));
}
