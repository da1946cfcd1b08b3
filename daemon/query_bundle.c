#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/wire.h"
#include "daemon/query_internal.h"

#define BUNDLE_PAGE 2097152 /* bytes of frames, after which a page ends */

/* What is being written of a log. */
enum phase {
	PHASE_NEXT,   /* on to the log after log_id */
	PHASE_RUNS,   /* its headers */
	PHASE_BODIES, /* its bodies */
};

/* Where an export stands: what a cursor holds. */
struct place {
	enum phase phase;
	uint8_t log_id[LOG_ID_LEN]; /* all zero at the start */
	uint64_t n;                 /* last entry written in this phase */
	uint64_t offset;            /* written of the body after it */
	uint64_t entries;
	uint64_t bodies;
};

#define PLACE_LEN (1 + LOG_ID_LEN + 4 * 8)

/* One page of an export. */
struct bundle {
	struct question *question;
	struct place at;
	uint64_t counted; /* of the log at hand */
	size_t bytes;
	Erfa__BundleExportAnswer *answer;
};

static void
place_pack(const struct place *place, uint8_t out[PLACE_LEN])
{
	*out++ = (uint8_t)place->phase;
	memcpy(out, place->log_id, LOG_ID_LEN);
	out += LOG_ID_LEN;
	bytes_put_le64(out, place->n);
	bytes_put_le64(out + 8, place->offset);
	bytes_put_le64(out + 16, place->entries);
	bytes_put_le64(out + 24, place->bodies);
}

static bool
place_unpack(const uint8_t *in, struct place *place)
{
	if (*in > PHASE_BODIES)
		return false;
	place->phase = (enum phase) * in++;
	memcpy(place->log_id, in, LOG_ID_LEN);
	in += LOG_ID_LEN;
	place->n = bytes_get_le64(in);
	place->offset = bytes_get_le64(in + 8);
	place->entries = bytes_get_le64(in + 16);
	place->bodies = bytes_get_le64(in + 24);
	return true;
}

/* Add a frame to the page. */
static enum err
add_frame(struct bundle *bundle, const struct wire_data *data)
{
	struct wire_msg msg = { .type = WIRE_DATA, .u.data = *data };
	Erfa__BundleExportAnswer *answer = bundle->answer;
	ProtobufCBinaryData *frame;
	enum err err;

	err = answer_room(&answer->msg, answer->n_msg, sizeof(*answer->msg));
	if (err != ERR_NONE)
		return err;
	frame = &answer->msg[answer->n_msg];
	err = wire_encode(&msg, &frame->data, &frame->len);
	if (err != ERR_NONE)
		return err;
	bundle->bytes += frame->len;
	answer->n_msg++;
	return ERR_NONE;
}

/* Go on to the next log of a member. */
static enum err
next_log(struct bundle *bundle, bool *ret_done)
{
	struct store_log log;
	enum err err;

	for (;;) {
		err = store_log_next(
		    bundle->question->store, bundle->at.log_id, &log);
		*ret_done = err == ERR_NOENT;
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		memcpy(bundle->at.log_id, log.log_id, LOG_ID_LEN);
		if (directory_cut(
			bundle->question->directory, log.key, log.log_id) > 0)
			break;
	}
	bundle->at.phase = PHASE_RUNS;
	bundle->at.n = 0;
	return ERR_NONE;
}

/* Write the next run; after the last one go on to the bodies. */
static enum err
next_run(struct bundle *bundle)
{
	struct store_run run = { .memory = NULL };
	struct wire_data data = { .has_run = true };
	enum err err;

	if (bundle->at.n >= bundle->counted) {
		bundle->at.phase = PHASE_BODIES;
		bundle->at.n = 0;
		bundle->at.offset = 0;
		return ERR_NONE;
	}
	err = store_read_run(bundle->question->store, bundle->at.log_id,
	    bundle->at.n + 1, NULL, &run);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	data.run = run.run;
	err = add_frame(bundle, &data);
	bundle->at.n = run.end.n;
	bundle->at.entries += run.run.count;
	store_run_clear(&run);
	return err;
}

/* Write one part of a body. */
static enum err
add_part(struct bundle *bundle, uint64_t n, const struct store_body *body)
{
	size_t left = body->len - (size_t)bundle->at.offset;
	size_t len = left < DATA_MAX ? left : DATA_MAX;
	struct wire_body part = {
		.ref = { .n = n, .offset = bundle->at.offset },
		.total = body->len,
		.state = WIRE_OK,
		.data = { .data = body->data + bundle->at.offset, .len = len },
	};
	struct wire_data data = { .bodies = &part, .nbodies = 1 };
	enum err err;

	memcpy(part.ref.log_id, bundle->at.log_id, LOG_ID_LEN);
	memcpy(part.salt, body->salt, SALT_LEN);
	if ((err = add_frame(bundle, &data)) != ERR_NONE)
		return err;
	bundle->at.offset += len;
	if (bundle->at.offset < body->len)
		return ERR_NONE;
	bundle->at.bodies++;
	bundle->at.n = n;
	bundle->at.offset = 0;
	return ERR_NONE;
}

/* Write the next body, or a part of it; what is not here is passed over. */
static enum err
next_body(struct bundle *bundle)
{
	struct store_txn *store = bundle->question->store;
	uint64_t n = bundle->at.n + 1;
	struct store_body body = { .len = 0 };
	enum store_body_state state;
	enum err err;

	if (n > bundle->counted) {
		bundle->at.phase = PHASE_NEXT;
		return ERR_NONE;
	}
	err = store_body_state(store, bundle->at.log_id, n, &state);
	if (err == ERR_NONE && state == STORE_BODY_HERE)
		err = store_body(store, bundle->at.log_id, n, &body);
	else if (err == ERR_NONE)
		err = ERR_NOENT;
	if (err == ERR_NOENT || err == ERR_ERASED || err == ERR_DAMAGED ||
	    (err == ERR_NONE && bundle->at.offset >= body.len)) {
		store_body_clear(&body);
		bundle->at.n = n;
		bundle->at.offset = 0;
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = add_part(bundle, n, &body);
	store_body_clear(&body);
	return err;
}

/* How far the log at hand counts. */
static enum err
find_log(struct bundle *bundle)
{
	struct store_log log;
	enum err err;

	if (bundle->at.phase == PHASE_NEXT)
		return ERR_NONE;
	err = store_log(bundle->question->store, bundle->at.log_id, &log);
	if (err != ERR_NONE)
		return err;
	bundle->counted = directory_cut(
	    bundle->question->directory, log.key, log.log_id);
	if (bundle->counted > log.tip.n)
		bundle->counted = log.tip.n;
	return ERR_NONE;
}

static enum err
bundle_page(struct bundle *bundle)
{
	Erfa__BundleExportAnswer *answer = bundle->answer;
	uint8_t cursor[PLACE_LEN];
	bool done = false;
	enum err err = find_log(bundle);

	while (!done && err == ERR_NONE && bundle->bytes < BUNDLE_PAGE) {
		if (bundle->at.phase == PHASE_NEXT) {
			err = next_log(bundle, &done);
			if (err == ERR_NONE && !done)
				err = find_log(bundle);
		} else if (bundle->at.phase == PHASE_RUNS) {
			err = next_run(bundle);
		} else {
			err = next_body(bundle);
		}
	}
	if (err != ERR_NONE)
		return err;
	answer->has_entries = true;
	answer->entries = bundle->at.entries;
	answer->has_bodies = true;
	answer->bodies = bundle->at.bodies;
	if (done)
		return ERR_NONE;
	place_pack(&bundle->at, cursor);
	return answer_hex(&answer->next, cursor, sizeof(cursor));
}

enum err
query_bundle(
    struct question *question, const Erfa__BundleExportRequest *request)
{
	struct bundle bundle = { .question = question };
	uint8_t cursor[PLACE_LEN] = { 0 };
	enum err err;

	if (!query_cursor(request->cursor, cursor, sizeof(cursor)) ||
	    !place_unpack(cursor, &bundle.at))
		return query_bad_cursor(question);
	err = answer_say(question->answer, ERFA__ANSWER__SAY_BUNDLE_EXPORT);
	bundle.answer = question->answer->bundle_export;
	if (err == ERR_NONE)
		err = bundle_page(&bundle);
	if (err == ERR_NOENT)
		return query_bad_cursor(question);
	return err;
}
