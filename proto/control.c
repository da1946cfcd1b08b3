#include "proto/control.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/limits.h"
#include "proto/scan.h"

static const struct scan_limits limits = {
	.max_bytes = CONTROL_MAX,
	.max_depth = CONTROL_DEPTH,
	.max_fields = CONTROL_FIELDS,
	.max_alloc = CONTROL_ALLOC,
};

/* Look up one element of a field, however it is stored. */
static const ProtobufCMessage *
submessage(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
    size_t i)
{
	const char *at = (const char *)msg + field->offset;
	const ProtobufCMessage *const *list;
	const void *one;

	memcpy(&one, at, sizeof(one));
	if (field->label != PROTOBUF_C_LABEL_REPEATED)
		return one;
	list = one;
	return list[i];
}

/* How many messages the field ${field} of ${msg} holds. */
static size_t
count(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	const char *quantifier = (const char *)msg + field->quantifier_offset;
	uint32_t chosen;
	size_t n;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		memcpy(&n, quantifier, sizeof(n));
		return n;
	}
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		memcpy(&chosen, quantifier, sizeof(chosen));
		if (chosen != field->id)
			return 0;
	}
	return submessage(msg, field, 0) != NULL ? 1 : 0;
}

/*
 * Return whether ${msg}, or a message in it, has a field of a newer version.
 * The scan has bounded how deep this goes.
 */
static bool
has_unknown(const ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *field;
	unsigned f;
	size_t i, n;

	if (msg->n_unknown_fields > 0)
		return true;
	for (f = 0; f < msg->descriptor->n_fields; f++) {
		field = &msg->descriptor->fields[f];
		if (field->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		n = count(msg, field);
		for (i = 0; i < n; i++)
			if (has_unknown(submessage(msg, field, i)))
				return true;
	}
	return false;
}

/* Decode leniently. */
static enum err
unpack(const ProtobufCMessageDescriptor *desc, const uint8_t *buf, size_t len,
    ProtobufCMessage **ret_msg)
{
	return scan_unpack(desc, &limits, buf, len, ret_msg);
}

enum err
control_decode_request(
    const uint8_t *buf, size_t len, Erfa__Request **ret_request)
{
	ProtobufCMessage *msg = NULL;
	Erfa__Request *request;
	enum err err;

	err = unpack(&erfa__request__descriptor, buf, len, &msg);
	if (err != ERR_NONE)
		return err;
	request = (Erfa__Request *)(void *)msg;

	/* What a newer erfa means is not damage; say so before the strict scan
	 * calls it that. */
	if (!request->has_version || request->version != CONTROL_VERSION ||
	    request->ask_case == ERFA__REQUEST__ASK__NOT_SET ||
	    has_unknown(msg))
		err = ERR_VERSION;
	else
		err = scan_strict(
		    &erfa__request__descriptor, buf, len, &limits);
	if (err != ERR_NONE) {
		control_free_request(request);
		return err;
	}
	*ret_request = request;
	return ERR_NONE;
}

uint32_t
control_request_number(const uint8_t *buf, size_t len)
{
	ProtobufCMessage *msg = NULL;
	Erfa__Request *request;
	uint32_t number;

	if (unpack(&erfa__request__descriptor, buf, len, &msg) != ERR_NONE)
		return 0;
	request = (Erfa__Request *)(void *)msg;
	number = request->req;
	control_free_request(request);
	return number;
}

enum err
control_decode_answer(const uint8_t *buf, size_t len, Erfa__Answer **ret_answer)
{
	ProtobufCMessage *msg = NULL;
	Erfa__Answer *answer;
	enum err err;

	err = unpack(&erfa__answer__descriptor, buf, len, &msg);
	if (err != ERR_NONE)
		return err;
	answer = (Erfa__Answer *)(void *)msg;
	if (!answer->has_version || answer->version != CONTROL_VERSION ||
	    answer->say_case == ERFA__ANSWER__SAY__NOT_SET) {
		control_free_answer(answer);
		return ERR_VERSION;
	}
	*ret_answer = answer;
	return ERR_NONE;
}

/* Encode ${msg} into memory of its own. */
static enum err
encode(const ProtobufCMessage *msg, uint8_t **ret_buf, size_t *ret_len)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *buf;

	if (len > CONTROL_MAX)
		return ERR_SIZE;
	if ((buf = malloc(len + 1)) == NULL)
		return ERR_NOMEM;
	(void)protobuf_c_message_pack(msg, buf);
	*ret_buf = buf;
	*ret_len = len;
	return ERR_NONE;
}

enum err
control_encode_request(
    Erfa__Request *request, uint8_t **ret_buf, size_t *ret_len)
{
	request->has_version = true;
	request->version = CONTROL_VERSION;
	return encode(&request->base, ret_buf, ret_len);
}

enum err
control_encode_answer(Erfa__Answer *answer, uint8_t **ret_buf, size_t *ret_len)
{
	answer->has_version = true;
	answer->version = CONTROL_VERSION;
	return encode(&answer->base, ret_buf, ret_len);
}

const ProtobufCMessage *
control_said(const Erfa__Answer *answer)
{
	const ProtobufCFieldDescriptor *field;

	if (answer->say_case == ERFA__ANSWER__SAY__NOT_SET)
		return NULL;
	field = protobuf_c_message_descriptor_get_field(
	    answer->base.descriptor, (unsigned)answer->say_case);
	if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE)
		return NULL;
	return submessage(&answer->base, field, 0);
}

void
control_free_request(Erfa__Request *request)
{
	if (request != NULL)
		erfa__request__free_unpacked(request, NULL);
}

void
control_free_answer(Erfa__Answer *answer)
{
	if (answer != NULL)
		erfa__answer__free_unpacked(answer, NULL);
}
