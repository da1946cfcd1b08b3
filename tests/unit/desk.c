#include "tests/unit/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/index.h"
#include "daemon/indexer.h"
#include "daemon/query.h"
#include "daemon/store.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)512 << 20)
#define WAIT_MS   60000

static const struct directory *
get(void *context, void **ret_holder)
{
	struct desk *desk = context;
	const struct directory *directory;

	(void)pthread_mutex_lock(&desk->mutex);
	desk->holder->lent++;
	*ret_holder = desk->holder;
	directory = desk->holder->directory;
	(void)pthread_mutex_unlock(&desk->mutex);
	return directory;
}

static void
put(void *context, void *holder)
{
	struct desk *desk = context;
	struct desk_holder *held = holder;

	(void)pthread_mutex_lock(&desk->mutex);
	if (--held->lent == 0 && held != desk->holder) {
		directory_free(held->directory);
		free(held);
	}
	(void)pthread_mutex_unlock(&desk->mutex);
}

void
desk_directory(struct desk *desk, const struct press *own)
{
	struct desk_holder *old = desk->holder;
	struct desk_holder *holder = calloc(1, sizeof(*holder));

	assert_non_null(holder);
	holder->directory = press_directory(own);
	(void)pthread_mutex_lock(&desk->mutex);
	desk->holder = holder;
	if (old != NULL && old->lent == 0) {
		directory_free(old->directory);
		free(old);
	}
	(void)pthread_mutex_unlock(&desk->mutex);
}

static void
start_indexer(struct desk *desk)
{
	const struct indexer_options options = {
		.store = desk->store,
		.index = desk->index,
		.batch = 1000,
	};

	assert_int_equal(indexer_start(&options, &desk->indexer), ERR_NONE);
}

void
desk_start(struct desk *desk, const struct press *own)
{
	const struct store_options store = {
		.dir = desk->dir,
		.map_bytes = MAP_BYTES,
	};
	struct query_options query = {
		.index = desk->index,
		.name = "Viborg Kommune",
		.key = own->key.public_key,
		.get = get,
		.put = put,
		.context = desk,
	};

	assert_int_equal(store_open(&store, &desk->store), ERR_NONE);
	start_indexer(desk);
	query.store = desk->store;
	assert_int_equal(query_new(&query, &desk->query), ERR_NONE);
}

void
desk_stop(struct desk *desk)
{
	query_free(desk->query);
	desk->query = NULL;
	indexer_stop(desk->indexer);
	desk->indexer = NULL;
	store_close(desk->store);
	desk->store = NULL;
}

void
desk_rebuild(struct desk *desk)
{
	indexer_stop(desk->indexer);
	assert_int_equal(index_rebuild(desk->index, desk->store), ERR_NONE);
	start_indexer(desk);
	desk_settle(desk);
}

void
desk_open(struct desk *desk, const struct press *own)
{
	struct index_options index = { .map_bytes = MAP_BYTES };

	memset(desk, 0, sizeof(*desk));
	(void)pthread_mutex_init(&desk->mutex, NULL);
	desk->dir = scratch_make();
	assert_non_null(desk->dir);
	desk->index_path = scratch_path(desk->dir, "index.mdb");
	index.path = desk->index_path;
	assert_int_equal(index_open(&index, &desk->index), ERR_NONE);
	desk_directory(desk, own);
	desk_start(desk, own);
}

void
desk_close(struct desk *desk)
{
	desk_stop(desk);
	index_close(desk->index);
	if (desk->holder != NULL) {
		assert_int_equal(desk->holder->lent, 0);
		directory_free(desk->holder->directory);
		free(desk->holder);
	}
	(void)pthread_mutex_destroy(&desk->mutex);
	free(desk->index_path);
	scratch_remove(desk->dir);
}

void
desk_settle(struct desk *desk)
{
	struct store_txn *txn;
	uint64_t last;

	assert_int_equal(store_begin(desk->store, false, &txn), ERR_NONE);
	last = store_arrival_last(txn);
	store_abort(&txn);
	indexer_wake(desk->indexer);
	assert_true(indexer_wait(desk->indexer, last, WAIT_MS));
}

Erfa__Answer *
desk_ask(struct desk *desk, const Erfa__Request *request)
{
	Erfa__Answer *answer;
	uint8_t *buf;
	size_t len;

	assert_true(query_can(request));
	assert_int_equal(query_answer(desk->query, request, &answer), ERR_NONE);

	/* Every answer can be sent. */
	assert_int_equal(control_encode_answer(answer, &buf, &len), ERR_NONE);
	free(buf);
	return answer;
}
