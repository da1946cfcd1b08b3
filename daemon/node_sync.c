/*
 * Whether this node is in step with its peers: what `erfa sync` shows, and the
 * line for the service manager.
 */

#include <stdio.h>
#include <string.h>

#include "proto/say.h"
#include "daemon/node_internal.h"
#include "daemon/node_status_internal.h"
#include "daemon/notify.h"

/* The service manager is told what has changed this often. */
#define STATUS_MS 2000

void
node_tally_link(struct link *link, void *arg)
{
	struct node_tally *tally = arg;
	struct link_info info;

	if (node_reads_only(tally->node, link))
		return;
	link_info(link, &info);
	tally->links++;
	tally->live += info.state == LINK_LIVE;
	tally->same += info.state == LINK_LIVE && info.same_digest;
	tally->behind += info.behind;
}

/* In words why the index is not where the store is; empty if it is. */
static void
index_why(struct node *node, const struct query_counts *counts, char *out,
    size_t size)
{
	uint64_t since_ms;
	enum err err = indexer_error(node->indexer, &since_ms);

	if (err == ERR_FULL)
		(void)snprintf(out, size,
		    SAY("the search index cannot be written: no space left"));
	else if (err != ERR_NONE)
		(void)snprintf(out, size,
		    SAY("the search index cannot be written: erfa status tells "
			"why"));
	else if (counts->indexed < counts->arrival)
		(void)snprintf(out, size, SAY("the index is catching up"));
	else if (!node_is_clean(node))
		(void)snprintf(out, size,
		    SAY("what was erased is being taken out of the index"));
}

/* In words what is still missing; empty if nothing. */
static void
sync_why(struct node *node, const struct node_tally *tally,
    const struct query_counts *counts, char *out, size_t size)
{
	const char *remedy;
	const char *trouble;
	size_t i;

	out[0] = '\0';
	for (i = 0; i < node->ndialled; i++) {
		struct dialled *dialled = &node->dialled[i];

		trouble = node_trouble_text(dialled->upstream, &remedy);
		if (link_state(dialled->link) >= LINK_SYNC)
			continue;
		(void)snprintf(out, size, "%s: %s",
		    dialled->org[0] != '\0' ?
			dialled->org :
			upstream_options(dialled->upstream)->address,
		    trouble != NULL ? trouble : SAY("not connected yet"));
		return;
	}
	if (tally->behind > 0)
		(void)snprintf(out, size, "%llu entries are still to come",
		    (unsigned long long)tally->behind);
	else if (counts->bodies_absent > 0)
		(void)snprintf(out, size, "%llu bodies are still to come",
		    (unsigned long long)counts->bodies_absent);
	else if (tally->same < tally->links)
		(void)snprintf(out, size,
		    "%llu of %llu peers are not yet in "
		    "step",
		    (unsigned long long)(tally->links - tally->same),
		    (unsigned long long)tally->links);
	else
		index_why(node, counts, out, size);
}

bool
node_is_clean(struct node *node)
{
	struct store_counts counts = { .arrival = UINT64_MAX };
	struct store_txn *txn = NULL;

	if (store_begin(node->store, false, &txn) == ERR_NONE &&
	    store_counts(txn, &counts) != ERR_NONE)
		counts.arrival = UINT64_MAX;
	store_abort(&txn);
	return indexer_clean(node->indexer) >= counts.arrival;
}

bool
node_sync(struct node *node, Erfa__SyncAnswer *answer)
{
	struct query_counts counts = { 0 };
	struct node_tally tally = { .node = node };
	struct store_txn *txn = NULL;
	struct store_counts stored = { 0 };
	char why[512];

	node_after_signing(node);
	node_each_link(node, node_tally_link, &tally);
	if (store_begin(node->store, false, &txn) == ERR_NONE &&
	    node_counts(node, txn, &stored) != ERR_NONE)
		stored.entries = 0;
	store_abort(&txn);
	counts.arrival = stored.arrival;
	counts.bodies_absent = stored.bodies_absent;
	counts.indexed = indexer_arrival(node->indexer);
	sync_why(node, &tally, &counts, why, sizeof(why));

	answer->has_synced = answer->has_entries = answer->has_behind = 1;
	answer->has_bodies_absent = answer->has_links = 1;
	answer->has_links_live = answer->has_clean = 1;
	answer->clean = node_is_clean(node);
	answer->synced = why[0] == '\0';
	answer->entries = stored.entries;
	answer->behind = tally.behind;
	answer->bodies_absent = counts.bodies_absent;
	answer->links = tally.links;
	answer->links_live = tally.live;
	if (answer_text(&answer->why, why) != ERR_NONE)
		logger_debug("control", "an answer is not complete");
	return answer->synced;
}

/* Why nothing is fetched for a while. */
static const char *
disk_text(enum err err)
{
	return err == ERR_FULL ? "; the disk is full" :
	    err == ERR_NOMEM   ? "; memory is short" :
				 "; the disk fails";
}

void
node_status_tick(struct node *node, int64_t now)
{
	struct node_tally tally = { .node = node };
	char text[sizeof(node->status)];
	uint64_t since_ms;
	bool stuck;

	if (now < node->status_at)
		return;
	node->status_at = now + STATUS_MS;
	node_each_link(node, node_tally_link, &tally);
	stuck = indexer_error(node->indexer, &since_ms) != ERR_NONE;
	(void)snprintf(text, sizeof(text),
	    "%s: in step with %llu of %llu "
	    "peers%s%s%s%s",
	    node->config->org, (unsigned long long)tally.same,
	    (unsigned long long)tally.links,
	    now >= node->full_until ? "" : disk_text(node->full_err),
	    stuck ? "; the index cannot be written" : "",
	    node->pause_until != 0 ? "; signing pauses" : "",
	    node->rules_due != 0 ? "; nobody new is let in" : "");
	if (strcmp(text, node->status) == 0)
		return;
	memcpy(node->status, text, sizeof(text));
	notify_status("%s", text);
}
