#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/body.h"
#include "proto/control.h"
#include "proto/directory.h"
#include "proto/local.pb-c.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "client/conn.h"
#include "daemon/index.h"
#include "daemon/node_internal.h"
#include "daemon/sock.h"
#include "tests/unit/press.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)1 << 20)
#define WAIT_MS   60000
#define GROUP     UINT64_C(0x1122334455667788)
#define COMMON    2 /* entries that both branches of the own log have */

static const char text[] = "Frugtsommelighedshemmeligheden om kvistgaarden";

/* A node without loop and links, and somebody who asks it. */
struct fixture {
	char *dir;
	char *fence;
	char *path; /* of the control socket */
	struct node node;
	struct press own;
	struct press twin; /* the own log, another way from COMMON on */
	struct press other;
	pthread_t client;
	Erfa__Request request;
	Erfa__EraseRequest erase;
	Erfa__ErasureEntry entry;
	Erfa__ErasureEntry *entries[1];
	Erfa__Answer *answer;
	enum err asked;
};

static void
open_node(struct fixture *f)
{
	struct store_options options = { .map_bytes = MAP_BYTES };
	struct outbox_options outbox = { .org = "dk-791" };
	struct node *node = &f->node;

	f->dir = scratch_make();
	assert_non_null(f->dir);
	f->fence = scratch_path(f->dir, "fence");
	f->path = scratch_path(f->dir, "control");
	options.dir = f->dir;
	outbox.key = &node->key;
	outbox.fence_path = f->fence;
	node->key = f->own.key;
	assert_int_equal(pthread_mutex_init(&node->snapshot_mutex, NULL), 0);
	node->snapshot = calloc(1, sizeof(*node->snapshot));
	assert_non_null(node->snapshot);
	node->snapshot->holders = 1;
	node->snapshot->directory = press_directory(&f->own);
	assert_int_equal(store_open(&options, &node->store), ERR_NONE);
	assert_int_equal(
	    outbox_open(node->store, &outbox, &node->outbox), ERR_NONE);
	assert_int_equal(
	    writer_start(node->store, node->outbox, &node->writer), ERR_NONE);
	assert_int_equal(
	    sock_listen(SOCK_CONTROL, f->path, NULL, &node->control), ERR_NONE);
}

/* An entry of a group: its header does not say which record it is of. */
static uint64_t
add_sealed(struct press *press, const char *body)
{
	const struct press_options options = { .kind = HEADER_TRIAL,
		.group = GROUP };

	return press_add_sealed(press, &options, body, strlen(body));
}

static struct store_txn *
begin(struct fixture *f)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(f->node.store, true, &txn), ERR_NONE);
	return txn;
}

static void
end(struct store_txn *txn)
{
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

/* Two restricted entries in the stored branch, and two beside it. */
static void
fork_own_log(struct fixture *f)
{
	struct store_txn *txn;
	uint64_t n;

	for (n = COMMON + 1; n <= COMMON + 2; n++) {
		(void)add_sealed(&f->own, n == COMMON + 1 ? "a first" : "one");
		(void)add_sealed(&f->twin, n == COMMON + 1 ? "other" : text);
	}
	press_publish(&f->own, f->node.store, true);
	txn = begin(f);
	press_branch(&f->twin, txn, COMMON);
	press_give(&f->twin, txn, COMMON + 1);
	press_give(&f->twin, txn, COMMON + 2);
	end(txn);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	press_begin(&f->own, 1, 7, "dk-791");
	press_begin(&f->twin, 1, 7, "dk-791");
	press_begin(&f->other, 2, 7, "no-5501");
	(void)press_vouch(&f->own, &f->other, false, 0, NULL);
	(void)press_vouch(&f->twin, &f->other, false, 0, NULL);
	open_node(f);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	writer_stop(f->node.writer);
	outbox_close(f->node.outbox);
	sock_close(f->node.control);
	store_close(f->node.store);
	node_snapshot_put(&f->node, f->node.snapshot);
	free(f->node.touched);
	(void)pthread_mutex_destroy(&f->node.snapshot_mutex);
	press_end(&f->own);
	press_end(&f->twin);
	press_end(&f->other);
	free(f->fence);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static int
begin_all(void **state)
{
	(void)state;
	return crypto_init() == ERR_NONE && sock_global_init() == ERR_NONE ? 0 :
									     -1;
}

static int
end_all(void **state)
{
	(void)state;
	sock_global_end();
	return 0;
}

/* ---- asking ---- */

/* A request for all that is right, of one entry of this log. */
static void
prepare(struct fixture *f, const struct press *press, uint64_t n)
{
	char id[RECORD_ID_CHARS + 1];
	char log[2 * LOG_ID_LEN + 1];
	uint8_t record[RECORD_LEN];

	press_record("one", record);
	record_print(press->org, record, RECORD_CHARS, id);
	bytes_hex(press->log_id, LOG_ID_LEN, log);
	erfa__request__init(&f->request);
	erfa__erase_request__init(&f->erase);
	erfa__erasure_entry__init(&f->entry);
	f->request.ask_case = ERFA__REQUEST__ASK_ERASE;
	f->request.erase = &f->erase;
	f->erase.id = strdup(id);
	f->erase.has_reason = true;
	f->erase.reason = ERFA__ERASURE_REASON__ERASURE_REASON_LEGAL;
	f->entries[0] = &f->entry;
	f->erase.entry = f->entries;
	f->erase.n_entry = 1;
	f->entry.log = strdup(log);
	f->entry.has_n = true;
	f->entry.n = n;
}

static void
name_c8(struct fixture *f, const struct press *press, uint64_t n)
{
	char c8[2 * C8_LEN + 1];

	bytes_hex(press->entries[n - 1].tip.c, C8_LEN, c8);
	f->entry.c8 = strdup(c8);
}

static void *
ask_there(void *arg)
{
	struct fixture *f = arg;
	struct conn *conn = NULL;

	f->asked = conn_open(f->path, &conn);
	if (f->asked == ERR_NONE)
		f->asked = conn_ask(conn, &f->request, WAIT_MS, &f->answer);
	conn_close(conn);
	return NULL;
}

/* The request as it came over the socket. */
static struct waiter *
receive(struct fixture *f)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));
	struct sock_msg msg = { .len = 0 };
	enum err err = ERR_NOENT;
	int waited;

	assert_non_null(waiter);
	for (waited = 0; err == ERR_NOENT && waited < WAIT_MS; waited += 10) {
		err = sock_recv(f->node.control, &msg);
		if (err == ERR_NOENT)
			(void)poll(NULL, 0, 10);
	}
	assert_int_equal(err, ERR_NONE);
	assert_int_equal(
	    control_decode_request(msg.data, msg.len, &waiter->request),
	    ERR_NONE);
	memcpy(waiter->route, msg.route, msg.route_len);
	waiter->route_len = msg.route_len;
	waiter->node = &f->node;
	f->node.clients++;
	sock_msg_clear(&msg);
	return waiter;
}

/* Ask for what was prepared; until the answer is here. */
static void
ask(struct fixture *f)
{
	struct pollfd ready = { .fd = writer_fd(f->node.writer),
		.events = POLLIN };

	assert_int_equal(pthread_create(&f->client, NULL, ask_there, f), 0);
	node_erase(&f->node, receive(f));
	while (f->node.clients > 0) {
		assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
		assert_true(writer_reap(f->node.writer, &f->node));
	}
	assert_int_equal(pthread_join(f->client, NULL), 0);
	assert_int_equal(f->asked, ERR_NONE);
	free(f->erase.id);
	free(f->entry.log);
	free(f->entry.c8);
}

static enum err
open_stored(struct fixture *f, uint64_t n)
{
	struct store_txn *txn = begin(f);
	struct store_body body = { .memory = NULL };
	enum err err = store_body(txn, f->own.log_id, n, &body);

	store_body_clear(&body);
	store_abort(&txn);
	return err;
}

/* The request fails so; nothing is erased. */
static void
assert_refused(struct fixture *f, const char *code, unsigned status)
{
	ask(f);
	assert_int_equal(f->answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_string_equal(f->answer->error->code, code);
	assert_int_equal(f->answer->error->exit, status);
	control_free_answer(f->answer);
	if (f->own.count > COMMON + 1)
		assert_int_equal(open_stored(f, COMMON + 1), ERR_NONE);
}

static void
assert_erased(struct fixture *f, unsigned count)
{
	ask(f);
	assert_int_equal(f->answer->say_case, ERFA__ANSWER__SAY_ERASE);
	assert_int_equal(f->answer->erase->erased, count);
	control_free_answer(f->answer);
}

/* ---- what is erased ---- */

static enum err
open_beside(struct fixture *f, uint64_t n)
{
	const struct log_tip *tip = &f->twin.entries[f->twin.count - 1].tip;
	struct store_txn *txn = begin(f);
	struct store_body body = { .memory = NULL };
	uint8_t name[8 + C8_LEN];
	enum err err;

	bytes_put_le64(name, tip->n);
	memcpy(name + 8, tip->c, C8_LEN);
	err = store_branch_body(txn, f->own.log_id, name, n, &body);
	store_body_clear(&body);
	store_abort(&txn);
	return err;
}

/* All of a file of the store; the caller frees it. */
static uint8_t *
read_file(struct fixture *f, const char *name, size_t *ret_len)
{
	char *path = scratch_path(f->dir, name);
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(4 * MAP_BYTES);

	assert_non_null(file);
	assert_non_null(data);
	*ret_len = fread(data, 1, 4 * MAP_BYTES, file);
	assert_int_equal(fclose(file), 0);
	free(path);
	return data;
}

/* Do these bytes stand in a file of the store? */
static bool
is_in(struct fixture *f, const char *name, const void *bytes, size_t len)
{
	size_t size;
	uint8_t *data = read_file(f, name, &size);
	bool found = memmem(data, size, bytes, len) != NULL;

	free(data);
	return found;
}

static void
restricted_entry_beside_the_stored_branch_goes_with_its_key(void **state)
{
	struct fixture *f = *state;
	uint8_t *before;
	uint8_t *after;
	const uint8_t none[KEY_LEN] = { 0 };
	uint8_t key[KEY_LEN];
	size_t gone = 0;
	size_t len;
	size_t now;
	size_t at;

	fork_own_log(f);
	before = read_file(f, "keys", &len);
	prepare(f, &f->twin, COMMON + 2);
	name_c8(f, &f->twin, COMMON + 2);
	assert_erased(f, 1);
	assert_int_equal(open_beside(f, COMMON + 2), ERR_ERASED);
	assert_int_equal(open_beside(f, COMMON + 1), ERR_NONE);
	assert_int_equal(open_stored(f, COMMON + 2), ERR_NONE);

	/* One key is not there any more, nor is it anywhere else. */
	after = read_file(f, "keys", &now);
	assert_true(now >= len);
	for (at = 0; at + KEY_LEN <= len; at += KEY_LEN)
		if (memcmp(before + at, after + at, KEY_LEN) != 0) {
			memcpy(key, before + at, KEY_LEN);
			gone += memcmp(key, none, KEY_LEN) != 0;
		}
	assert_int_equal(gone, 1);
	assert_false(is_in(f, "keys", key, sizeof(key)));
	assert_false(is_in(f, "main.mdb", key, sizeof(key)));
	assert_false(is_in(f, "main.mdb", text, 12));
	free(before);
	free(after);
}

static void
restricted_entry_that_no_chain_value_names_is_the_one_shown(void **state)
{
	struct fixture *f = *state;

	fork_own_log(f);
	prepare(f, &f->own, COMMON + 2);
	assert_erased(f, 1);
	assert_int_equal(open_stored(f, COMMON + 2), ERR_ERASED);
	assert_int_equal(open_beside(f, COMMON + 2), ERR_NONE);

	/* The other, by its name; and neither twice. */
	prepare(f, &f->twin, COMMON + 2);
	name_c8(f, &f->twin, COMMON + 2);
	assert_erased(f, 1);
	assert_int_equal(open_beside(f, COMMON + 2), ERR_ERASED);
	prepare(f, &f->own, COMMON + 2);
	name_c8(f, &f->own, COMMON + 2);
	assert_erased(f, 0);
}

static void
which_record_it_was_is_noted_for_the_entry_shown(void **state)
{
	struct fixture *f = *state;
	char name[INDEX_TOMB_MAX];
	uint8_t record[RECORD_LEN];
	struct store_txn *txn;
	struct bytes data;

	fork_own_log(f);
	prepare(f, &f->own, COMMON + 1);
	assert_erased(f, 1);
	prepare(f, &f->twin, COMMON + 1);
	name_c8(f, &f->twin, COMMON + 1);
	press_record("two", record);
	free(f->erase.id);
	f->erase.id = calloc(1, RECORD_ID_CHARS + 1);
	record_print("dk-791", record, RECORD_CHARS, f->erase.id);
	assert_erased(f, 1);
	press_record("one", record);
	index_tomb(f->own.log_id, COMMON + 1, name);
	txn = begin(f);
	assert_int_equal(store_note_get(txn, name, &data), ERR_NONE);
	assert_int_equal(data.len, RECORD_LEN);
	assert_memory_equal(data.data, record, RECORD_LEN);
	store_abort(&txn);
}

static void
draft_of_the_record_is_thrown_away_too(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	struct store_txn *txn;

	fork_own_log(f);
	press_record("one", record);
	txn = begin(f);
	assert_int_equal(
	    store_draft_put(txn, record, 1, (const uint8_t *)text, 10),
	    ERR_NONE);
	end(txn);
	prepare(f, &f->own, COMMON + 1);
	ask(f);
	assert_int_equal(f->answer->say_case, ERFA__ANSWER__SAY_ERASE);
	assert_true(f->answer->erase->draft_dropped);
	assert_int_equal(f->answer->erase->entries, 1);
	control_free_answer(f->answer);
}

/* ---- what others erased ---- */

static void
put_draft(struct fixture *f, const char *name)
{
	uint8_t record[RECORD_LEN];
	struct store_txn *txn = begin(f);

	press_record(name, record);
	assert_int_equal(
	    store_draft_put(txn, record, 1, (const uint8_t *)text, 10),
	    ERR_NONE);
	end(txn);
}

static bool
has_draft(struct fixture *f, const char *name)
{
	uint8_t record[RECORD_LEN];
	struct store_txn *txn = begin(f);
	uint64_t time_ms;
	enum err err;

	press_record(name, record);
	err = store_draft_time(txn, record, &time_ms);
	store_abort(&txn);
	return err == ERR_NONE;
}

/* A trial of this record, for everybody. */
static uint64_t
add_open(struct press *press, const char *name)
{
	struct press_options options = { .kind = HEADER_TRIAL };
	uint8_t record[RECORD_LEN];

	press_record(name, record);
	options.record = record;
	return press_add(press, &options, press_trial(name, "", NULL, NULL));
}

/* One that is sealed to its publisher alone. */
static uint64_t
add_closed(struct press *press, const char *name)
{
	const struct press_options options = { .kind = HEADER_TRIAL,
		.group = GROUP };
	Erfa__Body *body = press_trial(name, "", NULL, NULL);
	const uint8_t(*curve)[KEY_LEN] = (const uint8_t(*)[KEY_LEN]) &
	    press->key.curve_public;
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	uint8_t *plain;
	uint8_t *p;
	size_t plain_len;
	size_t len;
	uint64_t n;

	press_record(name, record);
	record_print(press->org, record, RECORD_CHARS, id);
	free(body->envelope->id);
	body->envelope->id = strdup(id);
	assert_int_equal(body_encode(body, &plain, &plain_len), ERR_NONE);
	body_free(body);
	assert_int_equal(
	    sealed_seal(plain, plain_len, curve, 1, &p, &len), ERR_NONE);
	n = press_add_sealed(press, &options, p, len);
	free(plain);
	free(p);
	return n;
}

/* An ERASE of some numbers of the log itself. */
static void
add_erase(struct press *press, const uint64_t *numbers, size_t count)
{
	struct press_options options = { .kind = HEADER_ERASE };
	struct header_target targets[4] = { 0 };
	uint8_t ext[512];
	size_t i;

	for (i = 0; i < count; i++) {
		memcpy(targets[i].log_id, press->log_id, LOG_ID_LEN);
		targets[i].n = numbers[i];
		targets[i].reason = 1;
	}
	assert_int_equal(header_erase_encode(targets, count, ext, sizeof(ext),
			     &options.ext.len),
	    ERR_NONE);
	options.ext.data = ext;
	(void)press_add(press, &options, NULL);
}

/* What a log has after ${after} comes from a peer. */
static void
come(struct fixture *f, const struct press *press, bool own, uint64_t after)
{
	const struct directory *directory = f->node.snapshot->directory;
	struct store_txn *txn = begin(f);
	struct store_run read;

	press_put(press, txn, own, 0);
	assert_int_equal(
	    store_read_run(txn, press->log_id, after + 1, NULL, &read),
	    ERR_NONE);
	assert_int_equal(
	    node_draft_erased_run(&f->node, txn, directory, &read.run, after),
	    ERR_NONE);
	store_run_clear(&read);
	end(txn);
}

static void
draft_goes_where_its_text_was_erased_before_a_restore(void **state)
{
	struct fixture *f = *state;
	struct config config = { 0 };
	uint64_t n[4];
	uint64_t held;

	config.org = f->own.org;
	f->node.config = &config;
	f->node.ring.keys[0] = f->own.key;
	f->node.ring.count = 1;
	n[0] = add_open(&f->own, "one");
	n[1] = add_closed(&f->own, "two");
	(void)add_open(&f->own, "three");
	press_publish(&f->own, f->node.store, true);
	held = f->own.count;
	put_draft(f, "one");
	put_draft(f, "two");
	put_draft(f, "three");
	put_draft(f, "four");

	/* One was published after the backup, and erased with the others. */
	n[2] = add_open(&f->own, "four");
	add_erase(&f->own, n, 3);
	come(f, &f->own, true, held);
	assert_false(has_draft(f, "one"));
	assert_false(has_draft(f, "two"));
	assert_true(has_draft(f, "three"));
	assert_false(has_draft(f, "four"));
}

/* A draft that is to be sealed to ${group}. */
static void
put_group_draft(
    struct fixture *f, const char *name, uint64_t time_ms, uint64_t group)
{
	Erfa__LocalDraft local = ERFA__LOCAL_DRAFT__INIT;
	uint8_t record[RECORD_LEN];
	uint8_t packed[64];
	char digits[17];
	struct store_txn *txn = begin(f);

	(void)snprintf(
	    digits, sizeof(digits), "%016llx", (unsigned long long)group);
	local.group = digits;
	press_record(name, record);
	assert_int_equal(store_draft_put(txn, record, time_ms, packed,
			     erfa__local_draft__pack(&local, packed)),
	    ERR_NONE);
	end(txn);
}

/* Which drafts are in doubt is exactly this one, or none. */
static void
assert_doubted(struct fixture *f, const char *name)
{
	uint8_t record[RECORD_LEN];
	uint8_t wanted[RECORD_LEN];
	struct store_txn *txn = begin(f);
	enum err err = node_draft_doubted(txn, NULL, record);

	assert_int_equal(err, name == NULL ? ERR_NOENT : ERR_NONE);
	if (name != NULL) {
		press_record(name, wanted);
		assert_memory_equal(record, wanted, RECORD_LEN);
		assert_int_equal(
		    node_draft_doubted(txn, record, record), ERR_NOENT);
	}
	store_abort(&txn);
}

static void
draft_of_the_group_of_an_erased_text_is_in_doubt_after_a_restore(void **state)
{
	struct fixture *f = *state;
	struct config config = { 0 };
	uint64_t held;
	uint64_t n;

	config.org = f->own.org;
	f->node.config = &config;
	f->node.ring.keys[0] = f->own.key;
	f->node.ring.count = 1;
	(void)add_open(&f->own, "other");
	press_publish(&f->own, f->node.store, true);
	held = f->own.count;
	put_group_draft(f, "one", 1, GROUP);
	put_group_draft(f, "two", 1, GROUP + 1);
	put_draft(f, "three");
	assert_doubted(f, NULL);

	/* Published after the backup, and erased: it comes without its body. */
	n = add_closed(&f->own, "one");
	add_erase(&f->own, &n, 1);
	come(f, &f->own, true, held);
	assert_true(has_draft(f, "one"));
	assert_doubted(f, "one");

	/* Who changes it has looked at it; it is erased once. */
	put_group_draft(f, "one", 2, GROUP);
	assert_doubted(f, NULL);
	held = f->own.count;
	add_erase(&f->own, &n, 1);
	come(f, &f->own, true, held);
	assert_doubted(f, NULL);
}

static void
draft_of_ours_is_no_matter_of_who_erases_the_like(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_open(&f->other, "one");
	uint64_t held = f->other.count;

	press_publish(&f->other, f->node.store, false);
	put_draft(f, "one");
	add_erase(&f->other, &n, 1);
	come(f, &f->other, false, held);
	assert_true(has_draft(f, "one"));
}

/* ---- what is refused ---- */

static void
request_that_does_not_say_what_and_why_is_bad(void **state)
{
	struct fixture *f = *state;

	fork_own_log(f);
	prepare(f, &f->own, 3);
	free(f->erase.id);
	f->erase.id = NULL;
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	f->erase.id[10] = '\0'; /* a prefix */
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	f->erase.n_entry = 0;
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	f->erase.has_reason = false;
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	f->erase.reason = ERFA__ERASURE_REASON__ERASURE_REASON_UNSET;
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 0);
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	f->entry.has_n = false;
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	f->entry.log[3] = 'x';
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	free(f->entry.log);
	f->entry.log = NULL;
	assert_refused(f, "bad_request", 65);
	prepare(f, &f->own, 3);
	f->entry.c8 = strdup("1234");
	assert_refused(f, "bad_request", 65);
}

static void
what_somebody_else_published_is_not_erased(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;
	struct store_body body;

	(void)add_sealed(&f->other, text);
	press_publish(&f->other, f->node.store, false);
	prepare(f, &f->other, 2);
	assert_refused(f, "not_yours", 77);
	txn = begin(f);
	assert_int_equal(store_body(txn, f->other.log_id, 2, &body), ERR_NONE);
	store_body_clear(&body);
	store_abort(&txn);
}

static void
entry_that_is_not_there_is_not_erased(void **state)
{
	struct fixture *f = *state;

	prepare(f, &f->own, 3);
	assert_refused(f, "no_such_entry", 66);
	(void)add_sealed(&f->own, text);
	press_publish(&f->own, f->node.store, true);
	prepare(f, &f->own, 4);
	assert_refused(f, "no_such_entry", 66);
}

/* A version is accepted, and has no position yet. */
static void
let_wait(struct fixture *f, const struct header *header)
{
	const uint8_t salt[SALT_LEN] = { 0 };
	uint8_t bytes[HEADER_MAX];
	struct store_txn *txn = begin(f);
	uint64_t ticket;
	size_t len;

	assert_int_equal(
	    header_encode(header, bytes, sizeof(bytes), &len), ERR_NONE);
	assert_int_equal(store_outbox_add(txn, (struct bytes){ bytes, len },
			     salt, (struct bytes){ 0 }, &ticket),
	    ERR_NONE);
	end(txn);
}

static void
nothing_is_erased_while_a_version_waits_to_be_signed(void **state)
{
	struct fixture *f = *state;
	struct header header = { .kind = HEADER_TRIAL, .has_record = true };

	fork_own_log(f);
	outbox_pause(f->node.outbox, true);
	press_record("one", header.record);
	let_wait(f, &header);
	prepare(f, &f->own, 3);
	assert_refused(f, "not_signed", 75);
}

static void
any_restricted_entry_that_waits_may_be_a_version(void **state)
{
	struct fixture *f = *state;
	struct header header = { .kind = HEADER_TRIAL, .has_record = true };

	fork_own_log(f);
	outbox_pause(f->node.outbox, true);

	/* One of another record does not stand in the way. */
	press_record("two", header.record);
	let_wait(f, &header);
	prepare(f, &f->own, 3);
	assert_erased(f, 1);
	header = (struct header){ .kind = HEADER_TRIAL, .group = GROUP };
	let_wait(f, &header);
	prepare(f, &f->own, 4);
	ask(f);
	assert_int_equal(f->answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_string_equal(f->answer->error->code, "not_signed");
	control_free_answer(f->answer);
	assert_int_equal(open_stored(f, 4), ERR_NONE);
}

static void
full_disk_leaves_it_open_whether_it_was_erased(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn = NULL;
	uint8_t junk[2000] = { 0 };
	enum err err = ERR_NONE;
	char name[32];
	size_t len = sizeof(junk);
	unsigned i;

	fork_own_log(f);
	for (i = 0; len > 0; i++) {
		txn = begin(f);
		(void)snprintf(name, sizeof(name), "junk/%u", i);
		err = store_note_put(txn, name, junk, len);
		if (err == ERR_NONE)
			err = store_commit(&txn);
		store_abort(&txn);
		if (err != ERR_NONE)
			len /= 2;
	}
	assert_int_equal(err, ERR_FULL);
	prepare(f, &f->own, 3);
	assert_refused(f, "not_written", 75);
	assert_int_equal(open_stored(f, 3), ERR_NONE);
}

/* ---- what others erase ---- */

/* The own node binds ${heir} in the place of the other one's key. */
static void
bind_heir(struct fixture *f, const struct press *heir)
{
	struct header_member *member = calloc(1, sizeof(*member));
	struct press_options options = { .kind = HEADER_MEMBER };
	uint8_t ext[1024];
	size_t len;

	assert_non_null(member);
	memcpy(member->key, heir->key.public_key, KEY_LEN);
	memcpy(member->org, heir->org, sizeof(member->org));
	member->roles = ROLE_WRITES | ROLE_INTRODUCES;
	member->has_succeeds = true;
	memcpy(member->succeeds, f->other.key.public_key, KEY_LEN);
	assert_int_equal(
	    header_member_encode(member, ext, sizeof(ext), &len), ERR_NONE);
	options.ext = (struct bytes){ .data = ext, .len = len };
	(void)press_add(&f->own, &options, NULL);
	free(member);
}

/* An ERASE that names an entry of the other node. */
static uint64_t
erase_other(struct fixture *f, struct press *heir, uint64_t n)
{
	struct header_target target = { .n = n, .reason = 1 };
	struct press_options options = { .kind = HEADER_ERASE };
	uint8_t ext[256];
	size_t len;

	memcpy(target.log_id, f->other.log_id, LOG_ID_LEN);
	assert_int_equal(
	    header_erase_encode(&target, 1, ext, sizeof(ext), &len), ERR_NONE);
	options.ext = (struct bytes){ .data = ext, .len = len };
	return press_add(heir, &options, NULL);
}

/* The node learns what stands in its own log, and does what counts now. */
static void
learn(struct fixture *f)
{
	directory_free(f->node.snapshot->directory);
	f->node.snapshot->directory = press_directory(&f->own);
	assert_int_equal(node_claims_finish(&f->node), ERR_NONE);
}

static enum err
open_other(struct fixture *f, uint64_t n)
{
	struct store_txn *txn = begin(f);
	struct store_body body = { .memory = NULL };
	enum err err = store_body(txn, f->other.log_id, n, &body);

	store_body_clear(&body);
	store_abort(&txn);
	return err;
}

/* The heir's ERASE, and its withdrawal that cuts before or after it. */
static void
heir_erases(struct fixture *f, bool withdrawn_first, bool beyond)
{
	struct press heir;
	uint64_t at;

	press_begin(&heir, 3, 7, "no-5501");
	(void)add_sealed(&f->other, text);
	press_publish(&f->other, f->node.store, false);
	at = erase_other(f, &heir, 2);
	bind_heir(f, &heir);
	learn(f);
	if (withdrawn_first) {
		(void)press_vouch(
		    &f->own, &heir, true, beyond ? at - 1 : at, NULL);
		learn(f);
	}
	press_publish(&heir, f->node.store, false);
	assert_int_equal(open_other(f, 2), ERR_NONE);
	learn(f);
	if (!withdrawn_first) {
		(void)press_vouch(
		    &f->own, &heir, true, beyond ? at - 1 : at, NULL);
		learn(f);
	}
	press_end(&heir);
}

static void
erase_before_the_cut_counts_when_it_comes_before_the_withdrawal(void **state)
{
	struct fixture *f = *state;

	heir_erases(f, false, false);
	assert_int_equal(open_other(f, 2), ERR_ERASED);
}

static void
erase_before_the_cut_counts_when_it_comes_after_the_withdrawal(void **state)
{
	struct fixture *f = *state;

	heir_erases(f, true, false);
	assert_int_equal(open_other(f, 2), ERR_ERASED);
}

static void
erase_beyond_the_cut_does_not_count_after_the_withdrawal(void **state)
{
	struct fixture *f = *state;

	heir_erases(f, true, true);
	assert_int_equal(open_other(f, 2), ERR_NONE);
	learn(f);
	assert_int_equal(open_other(f, 2), ERR_NONE);
}

/* It is signed anew after a restore, say: one of the places is enough. */
static void
erase_that_stands_in_two_logs_counts_by_either(void **state)
{
	struct fixture *f = *state;
	struct press first;
	struct press second;

	press_begin(&first, 3, 7, "no-5501");
	press_begin(&second, 3, 8, "no-5501");
	(void)add_sealed(&f->other, text);
	press_publish(&f->other, f->node.store, false);
	bind_heir(f, &first);
	(void)press_vouch(
	    &f->own, &first, true, erase_other(f, &first, 2), NULL);
	(void)erase_other(f, &second, 2);
	press_publish(&first, f->node.store, false);
	press_publish(&second, f->node.store, false);
	learn(f);
	assert_int_equal(open_other(f, 2), ERR_ERASED);
	press_end(&first);
	press_end(&second);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(restricted_entry_beside_the_stored_branch_goes_with_its_key),
		T(restricted_entry_that_no_chain_value_names_is_the_one_shown),
		T(which_record_it_was_is_noted_for_the_entry_shown),
		T(draft_of_the_record_is_thrown_away_too),
		T(draft_goes_where_its_text_was_erased_before_a_restore),
		T(draft_of_the_group_of_an_erased_text_is_in_doubt_after_a_restore),
		T(draft_of_ours_is_no_matter_of_who_erases_the_like),
		T(request_that_does_not_say_what_and_why_is_bad),
		T(what_somebody_else_published_is_not_erased),
		T(entry_that_is_not_there_is_not_erased),
		T(nothing_is_erased_while_a_version_waits_to_be_signed),
		T(any_restricted_entry_that_waits_may_be_a_version),
		T(full_disk_leaves_it_open_whether_it_was_erased),
		T(erase_before_the_cut_counts_when_it_comes_before_the_withdrawal),
		T(erase_before_the_cut_counts_when_it_comes_after_the_withdrawal),
		T(erase_beyond_the_cut_does_not_count_after_the_withdrawal),
		T(erase_that_stands_in_two_logs_counts_by_either),
	};

	return cmocka_run_group_tests_name(
	    "node_erase", tests, begin_all, end_all);
}
