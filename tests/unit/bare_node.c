#include "tests/unit/bare_node.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

/* No job of a test takes longer. */
#define SETTLE_MS 10000

void
bare_begin(struct bare_node *bare, struct world *world)
{
	struct node *node = &bare->node;
	struct outbox_options options = { .org = "dk-791" };
	char *fence;

	memset(bare, 0, sizeof(*bare));
	node->key = world_origin(world, 0)->key;
	node->store = world_store(world, 0);
	node->view = world_view(world, 0);
	node->config = &bare->config;
	node->hub_links = bare->links;
	atomic_init(&bare->snapshot.holders, 1);
	node->snapshot = &bare->snapshot;
	bare->dir = scratch_make();
	assert_non_null(bare->dir);
	fence = scratch_path(bare->dir, "fence");
	assert_non_null(fence);
	options.key = &node->key;
	options.fence_path = fence;
	assert_int_equal(
	    outbox_open(node->store, &options, &node->outbox), ERR_NONE);
	free(fence);
	assert_int_equal(
	    writer_start(node->store, node->outbox, &node->writer), ERR_NONE);
	assert_int_equal(quota_new(10, &node->quota), ERR_NONE);
	assert_int_equal(posset_new(&node->fetching), ERR_NONE);
	assert_int_equal(
	    directory_input_new(node->key.public_key, "dk-791", &bare->input),
	    ERR_NONE);
	assert_int_equal(
	    directory_compute(bare->input, &bare->snapshot.directory),
	    ERR_NONE);
}

void
bare_end(struct bare_node *bare)
{
	struct node *node = &bare->node;

	writer_stop(node->writer);
	outbox_close(node->outbox);
	node_hold_close(node);
	quota_free(node->quota);
	posset_free(node->fetching);
	directory_free(bare->snapshot.directory);
	directory_input_free(bare->input);
	free(node->touched);
	scratch_remove(bare->dir);
}

void
bare_say(struct bare_node *bare, const struct header_member *member)
{
	struct directory_entry *entry = calloc(1, sizeof(*entry));
	struct directory **directory = &bare->snapshot.directory;

	assert_non_null(entry);
	memcpy(entry->voucher, bare->node.key.public_key, KEY_LEN);
	entry->n = entry->time_ms = ++bare->said;
	entry->member = *member;
	assert_int_equal(directory_input_add(bare->input, entry), ERR_NONE);
	directory_free(*directory);
	assert_int_equal(directory_compute(bare->input, directory), ERR_NONE);
	node_view_recount(&bare->node);
	free(entry);
}

void
bare_admit(struct bare_node *bare, const uint8_t key[KEY_LEN])
{
	struct header_member member = { .roles = ROLE_WRITES };

	(void)snprintf(member.org, sizeof(member.org), "no-%llu",
	    1000 + (unsigned long long)bare->said);
	memcpy(member.key, key, KEY_LEN);
	bare_say(bare, &member);
}

void
bare_link(struct bare_node *bare, struct link *link)
{
	assert_true(bare->node.nhub_links < BARE_LINKS);
	bare->links[bare->node.nhub_links++] = link;
}

/* The last job that was queued has come back. */
struct last_job {
	struct writer_job job; /* first */
	bool done;
};

static enum err
last_run(struct store_txn *txn, struct writer_job *job)
{
	(void)txn;
	(void)job;
	return ERR_NONE;
}

static void
last_done(struct writer_job *job, void *context)
{
	(void)context;
	((struct last_job *)job)->done = true;
}

void
bare_settle(struct bare_node *bare)
{
	struct node *node = &bare->node;
	struct pollfd ready = { .fd = writer_fd(node->writer),
		.events = POLLIN };
	struct last_job last = {
		.job = { .run = last_run, .done = last_done, .entries = 1 },
	};

	writer_submit(node->writer, &last.job);
	while (!last.done) {
		assert_int_equal(poll(&ready, 1, SETTLE_MS), 1);
		assert_true(writer_reap(node->writer, node));
	}
}
