/*
 * Peers come and go: sessions of the hub, upstreams that we dial, PUB.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"
#include "daemon/peer.h"

/* Links that are lost within so long of each other are lost together. */
#define LOST_TOGETHER_MS 2000

void
node_foreign(
    const char *module, const char *what, const char *who, const char *detail)
{
	char quoted_who[160];
	char quoted_detail[300];

	logger_foreign(LOGGER_WARNING, what, module, "%s (%s %s)", what,
	    logger_quote(who, strlen(who), quoted_who, sizeof(quoted_who)),
	    logger_quote(
		detail, strlen(detail), quoted_detail, sizeof(quoted_detail)));
}

void
node_each_link(
    struct node *node, void (*each)(struct link *link, void *arg), void *arg)
{
	size_t i;

	for (i = 0; i < node->nhub_links; i++)
		each(node->hub_links[i], arg);
	for (i = 0; i < node->ndialled; i++)
		each(node->dialled[i].link, arg);
}

size_t
node_nlinks(const struct node *node)
{
	return node->nhub_links + node->ndialled;
}

struct link *
node_link_at(const struct node *node, size_t i)
{
	return i < node->nhub_links ? node->hub_links[i] :
				      node->dialled[i - node->nhub_links].link;
}

void
node_received(void *owner, int fd)
{
	struct node *node = owner;

	guard_received(node->guard, fd);
}

/* ---- sessions of the hub ---- */

static struct link *
hub_arrived(void *owner, const uint8_t curve[KEY_LEN])
{
	struct node *node = owner;
	const struct directory_member *member = directory_find_curve(
	    node_directory(node), curve);
	struct link **links;
	struct link *link;

	if (member == NULL || !member->in)
		return NULL;
	links = realloc(
	    node->hub_links, (node->nhub_links + 1) * sizeof(struct link *));
	if (links == NULL)
		return NULL;
	node->hub_links = links;
	if (link_new(&node_link_host, node, node->view, &node->timers, false,
		&link) != ERR_NONE)
		return NULL;
	node->hub_links[node->nhub_links++] = link;
	return link;
}

static void
hub_left(void *owner, struct link *link)
{
	struct node *node = owner;
	size_t i;

	for (i = 0; i < node->nhub_links; i++)
		if (node->hub_links[i] == link)
			break;
	if (i < node->nhub_links)
		node->hub_links[i] = node->hub_links[--node->nhub_links];
	link_free(link);
}

static void
hub_refused(
    void *owner, const char *user_id, const char *address, const char *what)
{
	struct node *node = owner;

	node->refused++;
	node_foreign("hub", what, user_id, address);
}

const struct hub_host node_hub_host = {
	.arrived = hub_arrived,
	.left = hub_left,
	.stranger = node_stranger_hello,
	.refused = hub_refused,
	.received = node_received,
};

/* ---- PUB ---- */

uint32_t
node_pub_port(const struct node *node)
{
	const char *colon;

	if (node->pub == NULL)
		return 0;
	colon = strrchr(sock_endpoint(node->pub), ':');
	return colon == NULL ? 0 : (uint32_t)strtoul(colon + 1, NULL, 10);
}

/* Where PUB binds: as set, else beside the ROUTER. */
static void
pub_where(const struct node *node, char *out, size_t size)
{
	const char *listen = hub_endpoint(node->hub);
	const char *colon = strrchr(listen, ':');
	const char *set = strrchr(node->config->listen, ':');
	unsigned long port = 0;

	if (node->config->pub_listen[0] != '\0') {
		(void)snprintf(out, size, "%s", node->config->pub_listen);
		return;
	}
	if (set != NULL && strtoul(set + 1, NULL, 10) != 0)
		port = strtoul(colon + 1, NULL, 10) + 1;
	(void)snprintf(
	    out, size, "%.*s:%lu", (int)(colon - listen), listen, port);
}

enum err
node_pub_open(struct node *node)
{
	enum err err;

	if (!node->config->pub || node->hub == NULL)
		return ERR_NONE;
	if (node->pub_where[0] == '\0')
		pub_where(node, node->pub_where, sizeof(node->pub_where));
	sock_close(node->pub);
	node->pub = NULL;
	if ((err = sock_listen(SOCK_PUB, node->pub_where, &node->key,
		 &node->pub)) == ERR_NONE)
		(void)snprintf(node->pub_where, sizeof(node->pub_where), "%s",
		    sock_endpoint(node->pub));
	return err;
}

/* ---- upstreams ---- */

/* The upstream that uses this socket: it has something to read. */
static int
upstream_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	(void)loop;
	(void)item;
	(void)upstream_read(arg, node_now());
	return 0;
}

static void
upstream_watch(void *owner, struct upstream *upstream, void *handle)
{
	struct node *node = owner;

	if (handle != NULL &&
	    node_watch(node, handle, -1, upstream_ready, upstream) != ERR_NONE)
		logger_err("peers", "a socket cannot be watched");
}

static void
upstream_unwatch(void *owner, void *handle)
{
	if (handle != NULL)
		node_unwatch(owner, handle);
}

/* Why an upstream does not work, and what to do. */
static void
upstream_told(void *owner, struct upstream *upstream)
{
	const char *address = upstream_options(upstream)->address;
	const struct event_about about = { .peer = address };

	(void)owner;
	switch (upstream_trouble(upstream)) {
	case UPSTREAM_FINE:
		event_say(EVENT_PEER_UP, &about, "%s: the link works", address);
		break;
	case UPSTREAM_SILENT:
		event_say(
		    EVENT_PEER_SILENT, &about, "%s does not answer", address);
		break;
	case UPSTREAM_REFUSED:
		event_say(EVENT_PEER_REFUSED, &about,
		    "%s does not admit this node's key", address);
		break;
	case UPSTREAM_WRONG_KEY:
		event_say(EVENT_PEER_WRONG_KEY, &about,
		    "%s: three handshakes failed; the "
		    "other side does not have the key that you were given",
		    address);
		break;
	case UPSTREAM_DEAF:
		event_say(EVENT_PEER_SILENT, &about,
		    "%s is connected, and silent", address);
		break;
	case UPSTREAM_BROKEN:
		event_say(EVENT_PEER_BROKEN, &about,
		    "%s does not speak our protocol", address);
		break;
	}
}

/* The owners of all logs may have lost the same hub. */
static void
upstream_crowd(void *owner, struct upstream_crowd *ret_crowd)
{
	const struct node *node = owner;

	ret_crowd->count = view_count(node->view);
	ret_crowd->place = view_place(node->view);
	ret_crowd->wall_ms = node_clock();
}

static const struct upstream_host upstream_host = {
	.crowd = upstream_crowd,
	.watch = upstream_watch,
	.unwatch = upstream_unwatch,
	.trouble = upstream_told,
	.received = node_received,
};

/* The place of the upstream with this key, or the number of upstreams. */
static size_t
dialled_find(const struct node *node, const uint8_t key[KEY_LEN])
{
	size_t i;

	for (i = 0; i < node->ndialled; i++)
		if (memcmp(upstream_options(node->dialled[i].upstream)->key,
			key, KEY_LEN) == 0)
			break;
	return i;
}

/* Close one upstream and forget it. */
static void
dialled_end(struct node *node, size_t i)
{
	upstream_close(node->dialled[i].upstream);
	link_free(node->dialled[i].link);
	node->dialled[i] = node->dialled[--node->ndialled];
}

void
node_hang_up(struct node *node, const uint8_t key[KEY_LEN])
{
	size_t i = dialled_find(node, key);

	if (i < node->ndialled)
		dialled_end(node, i);
}

void
node_hang_up_all(struct node *node)
{
	while (node->ndialled > 0)
		dialled_end(node, node->ndialled - 1);
}

/* Room for one more upstream, with its link. */
static enum err
dialled_room(struct node *node, struct link **ret_link)
{
	struct dialled *dialled;

	dialled = realloc(
	    node->dialled, (node->ndialled + 1) * sizeof(*dialled));
	if (dialled == NULL)
		return ERR_NOMEM;
	node->dialled = dialled;
	memset(&dialled[node->ndialled], 0, sizeof(*dialled));
	return link_new(
	    &node_link_host, node, node->view, &node->timers, true, ret_link);
}

bool
node_is_dialled(const struct node *node, const uint8_t key[KEY_LEN])
{
	return dialled_find(node, key) < node->ndialled;
}

/* Dial a node with our own key. */
static enum err
/* NOLINTNEXTLINE(readability-function-size): all that an upstream is */
dial(struct node *node, const char *address, const uint8_t key[KEY_LEN],
    const uint8_t noted[KEY_LEN], uint32_t pub_port, const char *org,
    const char *name)
{
	const struct config *config = node->config;
	struct upstream_options options = {
		.pub_port = pub_port,
		.reconnect_ms = config->reconnect_ms,
		.reconnect_max_ms = config->reconnect_max_ms,
		.backoff_ms = config->backoff_ms,
		.backoff_max_ms = config->backoff_max_ms,
	};
	struct dialled *dialled;
	struct link *link;
	enum err err;

	(void)snprintf(options.address, sizeof(options.address), "%s", address);
	memcpy(options.key, key, KEY_LEN);
	memcpy(options.curve_public, node->key.curve_public, KEY_LEN);
	memcpy(options.curve_secret, node->key.curve_secret, KEY_LEN);
	if ((err = crypto_curve_public(key, options.server_curve)) !=
		ERR_NONE ||
	    (err = dialled_room(node, &link)) != ERR_NONE)
		return err;

	dialled = &node->dialled[node->ndialled];
	dialled->link = link;
	memcpy(dialled->noted, noted, KEY_LEN);
	(void)snprintf(dialled->org, sizeof(dialled->org), "%s", org);
	(void)snprintf(dialled->name, sizeof(dialled->name), "%s", name);
	err = upstream_open(&options, link, &upstream_host, node, node_now(),
	    &dialled->upstream);
	crypto_wipe(options.curve_secret, KEY_LEN);
	if (err != ERR_NONE) {
		link_free(link);
		return err;
	}
	node->ndialled++;
	return ERR_NONE;
}

/*
 * The key to dial for a note about ${key}: itself, or if it is out the one in
 * its place; NULL if there is none, or it is dialled already.
 */
static const uint8_t *
key_to_dial(const struct node *node, const uint8_t key[KEY_LEN])
{
	const struct directory_member *member = directory_find(
	    node_directory(node), key);
	size_t i;

	if (member == NULL || !member->in)
		member = directory_heir(node_directory(node), key);
	if (member == NULL || node_is_dialled(node, member->key) ||
	    memcmp(member->key, node->key.public_key, KEY_LEN) == 0)
		return NULL;
	for (i = 0; i < node->ndialled; i++)
		if (memcmp(node->dialled[i].noted, key, KEY_LEN) == 0)
			return NULL;
	return member->key;
}

/*
 * Another key answers than that of this upstream.  If it has an heir, or we
 * dialled the heir and the old key is still in, perhaps that is who answers.
 */
static void
try_heir(struct node *node, size_t i)
{
	const struct directory *directory = node_directory(node);
	const struct upstream_options *options = upstream_options(
	    node->dialled[i].upstream);
	const struct directory_member *other = directory_heir(
	    directory, options->key);
	struct upstream_options was = *options;
	struct dialled dialled = node->dialled[i];

	if (other == NULL && memcmp(dialled.noted, options->key, KEY_LEN) != 0)
		other = directory_find(directory, dialled.noted);
	if (other == NULL || !other->in || node_is_dialled(node, other->key))
		return;
	dialled_end(node, i);
	if (dial(node, was.address, other->key, dialled.noted, was.pub_port,
		dialled.org, dialled.name) != ERR_NONE)
		logger_warning("peers", "%s cannot be dialled", was.address);
	crypto_wipe(was.curve_secret, KEY_LEN);
}

enum err
node_upstreams_load(struct node *node)
{
	struct store_txn *txn = NULL;
	char name[201] = "";
	struct bytes data;
	Erfa__LocalUpstream *up;
	const uint8_t *key;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	while (store_note_next(txn, "upstream/", name[0] == '\0' ? NULL : name,
		   name, &data) == ERR_NONE) {
		up = erfa__local_upstream__unpack(NULL, data.len, data.data);
		if (up == NULL)
			continue;
		if (up->key.len == KEY_LEN && up->address != NULL &&
		    (key = key_to_dial(node, up->key.data)) != NULL &&
		    dial(node, up->address, key, up->key.data, up->pub_port,
			up->org != NULL ? up->org : "",
			up->name != NULL ? up->name : "") != ERR_NONE)
			logger_warning(
			    "peers", "%s cannot be dialled", up->address);
		erfa__local_upstream__free_unpacked(up, NULL);
	}
	store_abort(&txn);
	return ERR_NONE;
}

/* Remember what an upstream said of itself, for the next start. */
static void
upstream_keep(
    struct node *node, struct dialled *dialled, const struct link_info *info)
{
	const struct upstream_options *options = upstream_options(
	    dialled->upstream);
	Erfa__LocalUpstream up = ERFA__LOCAL_UPSTREAM__INIT;
	uint8_t packed[1024];
	char name[80] = "upstream/";

	bytes_hex(options->key, KEY_LEN, name + strlen(name));
	up.has_key = up.has_pub_port = up.has_added_ms = 1;
	up.key.data = (uint8_t *)(uintptr_t)options->key;
	up.key.len = KEY_LEN;
	up.address = (char *)(uintptr_t)options->address;
	up.pub_port = info->pub_port;
	up.org = (char *)(uintptr_t)info->org;
	up.name = (char *)(uintptr_t)info->name;
	up.added_ms = node_clock();
	if (erfa__local_upstream__get_packed_size(&up) <= sizeof(packed) &&
	    node_write_note(node, name, packed,
		erfa__local_upstream__pack(&up, packed), NULL,
		NULL) != ERR_NONE)
		logger_debug("peers", "an upstream was not noted");
}

/* An heir answered: the note about the key before it goes. */
static void
forget_noted(struct node *node, struct dialled *dialled)
{
	const uint8_t *key = upstream_options(dialled->upstream)->key;
	char name[80] = "upstream/";

	if (memcmp(dialled->noted, key, KEY_LEN) == 0)
		return;
	bytes_hex(dialled->noted, KEY_LEN, name + strlen(name));
	if (node_write_note(node, name, NULL, 0, NULL, NULL) != ERR_NONE)
		logger_debug("peers", "an upstream was not forgotten");
	memcpy(dialled->noted, key, KEY_LEN);
}

void
node_greeted(struct node *node, struct link *link)
{
	struct link_info info;
	struct dialled *dialled;
	size_t i;

	link_info(link, &info);
	for (i = 0; i < node->ndialled; i++) {
		dialled = &node->dialled[i];
		if (dialled->link != link || dialled->upstream == NULL)
			continue;
		dialled->lost_at = 0;
		(void)snprintf(
		    dialled->org, sizeof(dialled->org), "%s", info.org);
		(void)snprintf(
		    dialled->name, sizeof(dialled->name), "%s", info.name);
		if (upstream_set_pub(
			dialled->upstream, info.pub_port, node_now()) ||
		    memcmp(dialled->noted, info.key, KEY_LEN) != 0)
			upstream_keep(node, dialled, &info);
		forget_noted(node, dialled);
	}
}

/* ---- signing pauses while all links are down together ---- */

/* Links that are up, and when the last ones were lost. */
static void
count_links(struct node *node, size_t *ret_up, int64_t *ret_first_lost,
    int64_t *ret_last_lost, int64_t now)
{
	struct dialled *dialled;
	size_t i;

	*ret_up = node->nhub_links;
	*ret_first_lost = *ret_last_lost = 0;
	for (i = 0; i < node->ndialled; i++) {
		dialled = &node->dialled[i];
		if (upstream_connected(dialled->upstream)) {
			dialled->lost_at = -1; /* was up */
			(*ret_up)++;
			continue;
		}
		if (dialled->lost_at == -1)
			dialled->lost_at = now;
		if (dialled->lost_at <= 0)
			continue;
		if (*ret_first_lost == 0 || dialled->lost_at < *ret_first_lost)
			*ret_first_lost = dialled->lost_at;
		if (dialled->lost_at > *ret_last_lost)
			*ret_last_lost = dialled->lost_at;
	}
}

void
node_pause(struct node *node, int64_t now)
{
	node->pause_since = now;
	node->pause_until = now + node->config->pause_ms;
	outbox_pause(node->outbox, true);
}

/* Did all links that we dialled break together just now? */
static bool
dialled_lost(struct node *node, size_t *ret_up, int64_t now)
{
	int64_t first;
	int64_t last;

	count_links(node, ret_up, &first, &last, now);
	return *ret_up == 0 && last == now && first != 0 &&
	    last - first <= LOST_TOGETHER_MS;
}

/*
 * Did all sessions of a hub that dials nobody end together just now?  One
 * alone may be a node that was stopped.
 */
static bool
sessions_lost(struct node *node, int64_t now)
{
	size_t *most = node->sessions_most;
	bool lost;

	if (now - node->sessions_since > LOST_TOGETHER_MS) {
		node->sessions_since = now;
		most[1] = most[0];
		most[0] = 0;
	}
	lost = node->ndialled == 0 && node->nhub_links == 0 &&
	    (most[0] > 1 || most[1] > 1);
	if (lost)
		most[0] = most[1] = 0;
	if (most[0] < node->nhub_links)
		most[0] = node->nhub_links;
	return lost;
}

/* Has this peer, since signing pauses, agreed on what we hold? */
struct heard {
	struct node *node;
	int64_t since;
	bool heard;
};

static void
hear(struct link *link, void *arg)
{
	struct heard *heard = arg;
	struct link_info info;

	if (link_state(link) != LINK_LIVE || node_reads_only(heard->node, link))
		return;
	link_info(link, &info);
	if (info.state_since > heard->since ||
	    (info.same_digest && info.last_heard > heard->since))
		heard->heard = true;
}

/* All links broke together: a machine was perhaps rolled back. */
static void
tick_pause(struct node *node, int64_t now)
{
	struct heard heard = { .node = node, .since = node->pause_since };
	bool lost;
	size_t up;

	lost = dialled_lost(node, &up, now);
	lost = sessions_lost(node, now) || lost;
	if (node->pause_until == 0 && lost) {
		node_pause(node, now);
		event_say(EVENT_SIGNING_PAUSED, NULL,
		    "all links broke together: signing "
		    "pauses until a peer has been heard");
		return;
	}
	if (node->pause_until == 0)
		return;
	node_each_link(node, hear, &heard);
	if (!heard.heard && now < node->pause_until)
		return;
	node->pause_until = 0;
	outbox_pause(node->outbox, false);

	/* What waited is signed now; its commit is told like any. */
	writer_wake(node->writer);
}

void
node_tick_peers(struct node *node, int64_t now)
{
	size_t i;

	if (node->hub != NULL)
		hub_tick(node->hub, now);
	for (i = 0; i < node->ndialled; i++)
		upstream_tick(node->dialled[i].upstream, now);
	for (i = node->ndialled; i > 0; i--)
		if (upstream_trouble(node->dialled[i - 1].upstream) ==
		    UPSTREAM_WRONG_KEY)
			try_heir(node, i - 1);
	tick_pause(node, now);
}
