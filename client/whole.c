#include "client/whole.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "proto/control.h"
#include "client/pages.h"
#include "client/run.h"

/* What an answer says, whatever it is. */
static ProtobufCMessage *
said(Erfa__Answer *answer)
{
	ProtobufCMessage *message;

	memcpy(&message, &answer->error, sizeof(message));
	return message;
}

/* Where the message keeps the cursor of the next page. */
static char **
next_of(ProtobufCMessage *message)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(
		message->descriptor, "next");

	return (char **)(void *)((char *)message + field->offset);
}

/* Put ${page} behind ${all}, and go on from its end. */
static int
take_page(struct run *run, ProtobufCMessage *all, ProtobufCMessage *page,
    const char *const *fields)
{
	char *swap;

	for (; *fields != NULL; fields++)
		if (pages_append(all, page, *fields) != ERR_NONE)
			return run_nomem(run);
	swap = *next_of(all);
	*next_of(all) = *next_of(page);
	*next_of(page) = swap;
	return EXIT_DONE;
}

int
whole_ask(struct run *run, Erfa__Request *request, char **cursor,
    const char *const *fields, Erfa__Answer **ret_all)
{
	Erfa__Answer *all = NULL;
	Erfa__Answer *page;
	bool more;
	int status;

	*cursor = NULL;
	if ((status = run_ask(run, request, 0, &all)) != EXIT_DONE)
		return status;
	more = pages_more(*next_of(said(all)), NULL);
	while (status == EXIT_DONE && more) {
		page = NULL;
		*cursor = *next_of(said(all));
		if ((status = run_ask(run, request, 0, &page)) != EXIT_DONE)
			break;
		more = pages_more(*next_of(said(page)), *cursor);
		status = take_page(run, said(all), said(page), fields);
		control_free_answer(page);
	}
	*cursor = NULL;
	if (status != EXIT_DONE) {
		control_free_answer(all);
		return status;
	}
	*ret_all = all;
	return EXIT_DONE;
}
