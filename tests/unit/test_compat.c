/*
 * What earlier releases wrote: the frames of a session that each of them had with
 * a member (tests/compat/VERSION/transcript, made by tests/compat/make.sh) are
 * read, understood and verified as they were then.  The data directory beside it
 * is for tests/e2e/89-compat.sh.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include "proto/body.h"
#include "proto/header.h"
#include "proto/wire.h"
#include "daemon/verify.h"

#define LOGS_MAX    16
#define ENTRIES_MAX 64

/* A log as far as its headers came by. */
struct seen {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	uint64_t inc;
	uint64_t claimed; /* by a full HAVE of the node */
	struct log_tip tip;
	struct header headers[ENTRIES_MAX]; /* ext dies with its frame */
};

struct session {
	struct seen logs[LOGS_MAX];
	size_t nlogs;
	unsigned types[WIRE_ERR + 1];
	unsigned bodies; /* that fit their commitment */
	unsigned gone;
	unsigned joins;
};

static struct seen *
find(struct session *session, const uint8_t log_id[LOG_ID_LEN])
{
	size_t i;

	for (i = 0; i < session->nlogs; i++)
		if (memcmp(session->logs[i].log_id, log_id, LOG_ID_LEN) == 0)
			return &session->logs[i];
	return NULL;
}

/* Positions bring key and incarnation of logs, which fit their ids. */
static void
read_have(struct session *session, const struct wire_have *have, bool node)
{
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip;
	struct seen *log;
	size_t i;

	for (i = 0; i < have->npos; i++) {
		assert_true(have->pos[i].has_key || !node);
		log = find(session, have->pos[i].log_id);
		if (log == NULL) {
			log_begin(
			    have->pos[i].key, have->pos[i].inc, log_id, &tip);
			assert_memory_equal(
			    log_id, have->pos[i].log_id, LOG_ID_LEN);
			assert_true(session->nlogs < LOGS_MAX);
			log = &session->logs[session->nlogs++];
			memcpy(log->log_id, log_id, LOG_ID_LEN);
			memcpy(log->key, have->pos[i].key, KEY_LEN);
			log->inc = have->pos[i].inc;
			log->tip = tip;
		}
		if (node)
			log->claimed = have->pos[i].n;
	}
}

/* Headers verify as one run, and are understood. */
static void
read_run(struct session *session, const struct log_run *run)
{
	struct seen *log = find(session, run->log_id);
	size_t i;

	assert_non_null(log);
	if (run->first != log->tip.n + 1)
		return; /* it came both ways */
	assert_int_equal(
	    verify_run(log->key, log->inc, &log->tip, run, &log->tip),
	    ERR_NONE);
	for (i = 0; i < run->count; i++) {
		assert_true(run->first + i < ENTRIES_MAX);
		assert_int_equal(
		    header_decode(run->headers[i].data, run->headers[i].len,
			&log->headers[run->first + i]),
		    ERR_NONE);
	}
}

/* A body fits its header's commitment, and is understood. */
static void
read_body(struct session *session, const struct wire_body *part)
{
	const struct seen *log = find(session, part->ref.log_id);
	const struct header *header = &log->headers[part->ref.n];
	Erfa__Body *body = NULL;
	uint8_t commit[HASH_LEN];

	assert_non_null(log);
	if (part->state != WIRE_OK) {
		session->gone += part->state == WIRE_GONE;
		return;
	}
	assert_int_equal(part->total, part->data.len);
	assert_int_equal(header->body_len, part->data.len);
	crypto_commit(part->salt, part->data.data, part->data.len, commit);
	assert_memory_equal(commit, header->commit, HASH_LEN);
	assert_int_equal(
	    body_decode(part->data.data, part->data.len, &body), ERR_NONE);
	body_free(body);
	session->bodies++;
}

static void
read_note(struct session *session, const struct wire_note *note)
{
	struct log_run run = { .head = note->head, .count = 1 };
	struct log_head head;

	log_head_parse(note->head, &head);
	memcpy(run.log_id, head.log_id, LOG_ID_LEN);
	memcpy(run.c_prev, note->c_prev, HASH_LEN);
	run.first = head.n;
	run.headers = &note->header;
	if (note->header.len == 0)
		return;
	read_run(session, &run);
	if (note->has_body)
		read_body(session, &note->body);
}

/* One frame: read, understood, and written again the same. */
static void
read_frame(struct session *session, bool node, const uint8_t *buf, size_t len)
{
	struct wire_msg msg = { 0 };
	uint8_t *again;
	size_t again_len;
	size_t i;

	assert_int_equal(wire_decode(buf, len, &msg), ERR_NONE);
	assert_int_equal(wire_encode(&msg, &again, &again_len), ERR_NONE);
	if (node) {
		assert_int_equal(again_len, len);
		assert_memory_equal(again, buf, len);
	}
	free(again);
	session->types[msg.type]++;
	switch (msg.type) {
	case WIRE_HELLO:
		assert_true(msg.u.hello.proto_min <= 1);
		session->joins += msg.u.hello.join != NULL;
		break;
	case WIRE_HAVE:
		read_have(session, &msg.u.have, node);
		break;
	case WIRE_DATA:
		if (msg.u.data.has_run)
			read_run(session, &msg.u.data.run);
		for (i = 0; i < msg.u.data.nbodies; i++)
			read_body(session, &msg.u.data.bodies[i]);
		break;
	case WIRE_NOTE:
		read_note(session, &msg.u.note);
		break;
	case WIRE_GET:
	case WIRE_ERR:
		break;
	}
	wire_clear(&msg);
}

/* Read a file; the caller frees it. */
static uint8_t *
slurp(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);

	assert_non_null(file);
	assert_non_null(data);
	*ret_len = fread(data, 1, 1 << 20, file);
	assert_true(*ret_len > 0 && *ret_len < 1 << 20);
	(void)fclose(file);
	return data;
}

/* All frames of a transcript: direction, le32 length, bytes. */
static void
replay(const char *path)
{
	struct session *session = calloc(1, sizeof(*session));
	size_t size;
	uint8_t *data = slurp(path, &size);
	size_t at = 0;
	size_t len;
	size_t i;

	assert_non_null(session);
	while (at + 5 <= size) {
		len = bytes_get_le32(data + at + 1);
		assert_true(len <= size - at - 5);
		read_frame(session, data[at] == '<', data + at + 5, len);
		at += 5 + len;
	}
	assert_int_equal(at, size);
	for (i = WIRE_HELLO; i <= WIRE_ERR; i++)
		assert_true(session->types[i] > 0);
	assert_true(session->nlogs >= 3);
	for (i = 0; i < session->nlogs; i++)
		assert_true(session->logs[i].tip.n >= session->logs[i].claimed);
	assert_true(session->bodies >= 10);
	assert_true(session->gone >= 1);
	assert_int_equal(session->joins, 1);
	free(data);
	free(session);
}

static void
sessions_of_earlier_releases_verify(void **state)
{
	glob_t found;
	size_t i;

	(void)state;
	assert_int_equal(crypto_init(), ERR_NONE);
	assert_int_equal(glob("tests/compat/*/transcript", 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		print_message("%s\n", found.gl_pathv[i]);
		replay(found.gl_pathv[i]);
	}
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_of_earlier_releases_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
