/*
 * Who belongs: the directory, the keys that may connect, invitations and
 * strangers.  Order everywhere: commit, directory, ZAP table confirmed, then
 * the answer.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "proto/say.h"
#include "daemon/node_internal.h"

/* Strangers that are remembered: the last ones, and few from one address. */
#define PENDING_MAX      200
#define PENDING_FROM_ONE 5

/* Strangers taken note of in one turn, and how often of the same one. */
#define STRANGERS_PER_TURN 4
#define KNOCKED_AGAIN_MS   60000

/* What could not be done is tried again after this. */
#define AGAIN_MS 1000

/* ---- the directory ---- */

struct snapshot *
node_snapshot_get(struct node *node)
{
	struct snapshot *snapshot;

	(void)pthread_mutex_lock(&node->snapshot_mutex);
	snapshot = node->snapshot;
	if (snapshot != NULL)
		(void)atomic_fetch_add(&snapshot->holders, 1);
	(void)pthread_mutex_unlock(&node->snapshot_mutex);
	return snapshot;
}

void
node_snapshot_put(struct node *node, struct snapshot *snapshot)
{
	(void)node;
	if (snapshot == NULL || atomic_fetch_sub(&snapshot->holders, 1) > 1)
		return;
	directory_free(snapshot->directory);
	free(snapshot);
}

const struct directory *
node_directory(const struct node *node)
{
	return node->snapshot->directory;
}

/*
 * Add the own MEMBER entries that are accepted and not yet signed: while signing
 * pauses, who was removed is out and who was invited is in all the same.  They
 * stand after all that are signed.
 */
static enum err
add_waiting(struct node *node, struct store_txn *txn,
    struct directory_input *input, struct directory_entry *member)
{
	struct header header;
	struct bytes raw;
	uint64_t ticket = 0;
	size_t bytes;
	enum err err;

	memcpy(member->voucher, node->key.public_key, KEY_LEN);
	memset(member->log_id, 0xff, LOG_ID_LEN);
	while ((err = store_outbox_next(txn, ticket, &ticket, &raw, &bytes)) ==
	    ERR_NONE) {
		if (header_decode(raw.data, raw.len, &header) != ERR_NONE ||
		    header.kind != HEADER_MEMBER ||
		    header_member_decode(header.ext, &member->member) !=
			ERR_NONE)
			continue;
		member->n = ticket;
		member->time_ms = header.time_ms;
		if ((err = directory_input_add(input, member)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Add every MEMBER entry that the store holds. */
static enum err
add_entries(struct node *node, struct directory_input *input)
{
	struct store_txn *txn = NULL;
	struct store_entry entry;
	struct store_log log;
	struct store_pos after;
	struct header header;
	struct directory_entry *member;
	bool begun = false;
	enum err err;

	if ((member = calloc(1, sizeof(*member))) == NULL)
		return ERR_NOMEM;
	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		goto out;
	while ((err = store_member_next(txn, begun ? &after : NULL, &entry)) ==
	    ERR_NONE) {
		begun = true;
		memcpy(after.log_id, entry.log_id, LOG_ID_LEN);
		after.n = entry.n;
		if (header_decode(entry.header.data, entry.header.len,
			&header) != ERR_NONE ||
		    header_member_decode(header.ext, &member->member) !=
			ERR_NONE ||
		    store_log(txn, entry.log_id, &log) != ERR_NONE)
			continue;
		memcpy(member->voucher, log.key, KEY_LEN);
		memcpy(member->log_id, entry.log_id, LOG_ID_LEN);
		member->n = entry.n;
		member->time_ms = header.time_ms;
		if ((err = directory_input_add(input, member)) != ERR_NONE)
			goto out;
	}
	if (err == ERR_NOENT)
		err = add_waiting(node, txn, input, member);

out:
	store_abort(&txn);
	free(member);
	return err;
}

/* Compute the directory as the store has it now; any thread. */
static enum err
snapshot_make(struct node *node, struct snapshot **ret_snapshot)
{
	struct directory_input *input = NULL;
	struct snapshot *snapshot = NULL;
	struct snapshot *before = NULL;
	size_t i;
	enum err err;

	if ((err = directory_input_new(
		 node->key.public_key, node->config->org, &input)) != ERR_NONE)
		return err;
	before = node_snapshot_get(node);
	if (before != NULL)
		directory_input_reuse(input, before->directory);
	for (i = 0; i < node->config->npinned; i++)
		if ((err = directory_input_pin(
			 input, node->config->pinned[i])) != ERR_NONE)
			goto out;
	if ((err = add_entries(node, input)) != ERR_NONE)
		goto out;
	if ((snapshot = calloc(1, sizeof(*snapshot))) == NULL) {
		err = ERR_NOMEM;
		goto out;
	}
	atomic_init(&snapshot->holders, 1);
	if ((err = directory_compute(input, &snapshot->directory)) != ERR_NONE)
		goto out;
	*ret_snapshot = snapshot;
	snapshot = NULL;

out:
	free(snapshot);
	directory_input_free(input);
	node_snapshot_put(node, before);
	return err;
}

/* Put a directory in place of the one before; that is let go. */
static void
snapshot_use(struct node *node, struct snapshot *snapshot)
{
	struct snapshot *old;

	(void)pthread_mutex_lock(&node->snapshot_mutex);
	old = node->snapshot;
	node->snapshot = snapshot;
	(void)pthread_mutex_unlock(&node->snapshot_mutex);
	node_snapshot_put(node, old);
}

enum err
node_members_compute(struct node *node)
{
	struct snapshot *snapshot;
	enum err err;

	if ((err = snapshot_make(node, &snapshot)) == ERR_NONE)
		snapshot_use(node, snapshot);
	return err;
}

/* ---- who may connect ---- */

/* The ZAP table while it is put together. */
struct rules {
	struct zap_rule *list;
	size_t count;
	size_t room;
};

static enum err
rule_add(struct rules *rules, const uint8_t curve[KEY_LEN], const char *prefix,
    const uint8_t id[KEY_LEN], bool pub)
{
	size_t room = rules->room == 0 ? 64 : rules->room * 2;
	struct zap_rule *list;
	struct zap_rule *rule;

	if (rules->count == rules->room) {
		list = realloc(rules->list, room * sizeof(*list));
		if (list == NULL)
			return ERR_NOMEM;
		rules->list = list;
		rules->room = room;
	}
	rule = &rules->list[rules->count++];
	memset(rule, 0, sizeof(*rule));
	memcpy(rule->curve, curve, KEY_LEN);
	(void)snprintf(rule->user_id, sizeof(rule->user_id), "%s", prefix);
	bytes_hex(id, KEY_LEN, rule->user_id + strlen(prefix));
	rule->router = true;
	rule->pub = pub;
	return ERR_NONE;
}

/* By key; of one key a member's rule first: its prefix is empty. */
static int
compare_rules(const void *a, const void *b)
{
	const struct zap_rule *x = a;
	const struct zap_rule *y = b;
	int order = memcmp(x->curve, y->curve, KEY_LEN);

	if (order != 0)
		return order;
	return (strchr(x->user_id, ':') != NULL) -
	    (strchr(y->user_id, ':') != NULL);
}

/* Keep one rule of each key. */
static void
rules_unique(struct rules *rules)
{
	size_t kept = 0;
	size_t i;

	if (rules->count == 0)
		return;
	qsort(rules->list, rules->count, sizeof(*rules->list), compare_rules);
	for (i = 1; i < rules->count; i++)
		if (memcmp(rules->list[kept].curve, rules->list[i].curve,
			KEY_LEN) != 0)
			rules->list[++kept] = rules->list[i];
	rules->count = kept + 1;
}

/* Is this invitation still good for a HELLO? */
static bool
invite_open(const Erfa__LocalInvite *invite)
{
	return invite->used_ms == 0 && invite->revoked_ms == 0 &&
	    invite->has_join_public && invite->join_public.len == KEY_LEN &&
	    node_clock() < invite->expires_ms;
}

static enum err
rules_invites(struct store_txn *txn, struct rules *rules)
{
	char name[201] = "";
	struct bytes data;
	Erfa__LocalInvite *invite;
	enum err err = ERR_NONE;

	while (err == ERR_NONE &&
	    store_note_next(txn, "invite/", name[0] == '\0' ? NULL : name, name,
		&data) == ERR_NONE) {
		invite = erfa__local_invite__unpack(NULL, data.len, data.data);
		if (invite == NULL)
			continue;
		if (invite_open(invite))
			err = rule_add(rules, invite->join_public.data,
			    "join:", invite->join_public.data, false);
		erfa__local_invite__free_unpacked(invite, NULL);
	}
	return err;
}

static enum err
rules_pending(struct store_txn *txn, struct rules *rules)
{
	char name[201] = "";
	struct bytes data;
	Erfa__LocalPending *pending;
	enum err err = ERR_NONE;

	while (err == ERR_NONE &&
	    store_note_next(txn, "pending/", name[0] == '\0' ? NULL : name,
		name, &data) == ERR_NONE) {
		pending = erfa__local_pending__unpack(
		    NULL, data.len, data.data);
		if (pending == NULL)
			continue;
		if (pending->accepted_org != NULL && pending->has_curve &&
		    pending->curve.len == KEY_LEN)
			err = rule_add(rules, pending->curve.data,
			    "pending:", pending->curve.data, false);
		erfa__local_pending__free_unpacked(pending, NULL);
	}
	return err;
}

enum err
node_rules(struct node *node)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	struct rules rules = { 0 };
	struct store_txn *txn = NULL;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (member->in &&
		    memcmp(member->key, node->key.public_key, KEY_LEN) != 0)
			err = rule_add(
			    &rules, member->curve, "", member->key, true);
	}
	if (err == ERR_NONE)
		err = store_begin(node->store, false, &txn);
	if (err == ERR_NONE)
		err = rules_invites(txn, &rules);
	if (err == ERR_NONE)
		err = rules_pending(txn, &rules);
	store_abort(&txn);
	if (err == ERR_NONE) {
		rules_unique(&rules);
		err = zap_set(node->zap, rules.list, rules.count);
	}
	free(rules.list);
	return err;
}

/* Cut off whoever was in before and is not now. */
static bool
drop_removed(struct node *node, const struct directory *before)
{
	const struct directory *after = node_directory(node);
	const struct directory_member *was;
	const struct directory_member *is;
	bool removed = false;
	size_t i;

	for (i = 0; i < directory_count(before); i++) {
		was = directory_at(before, i);
		is = directory_find(after, was->key);
		if (!was->in || (is != NULL && is->in))
			continue;
		removed = true;
		event_say(EVENT_PEER_OUT,
		    &(struct event_about){ .peer = was->org },
		    "%s is out: its connections are cut", was->org);
		if (node->hub != NULL)
			hub_drop(node->hub, was->key);
		node_hang_up(node, was->key);
	}
	return removed;
}

/* Close PUB, or make it anew: a subscriber cannot be told from another. */
static void
renew_pub(struct node *node, bool safe)
{
	enum err err;

	if (!safe) {
		sock_close(node->pub);
		node->pub = NULL;
	} else if ((err = node_pub_open(node)) != ERR_NONE) {
		logger_err(
		    "feed", "PUB cannot be bound again: %s", err_str(err));
		node->rules_due = node_now() + AGAIN_MS;
	}
}

static void
rethink(struct link *link, void *arg)
{
	link_rethink(link);
	link_have_soon(link, *(int64_t *)arg);
}

/* The directory is new: let in who is in, cut off who is out, count anew. */
static void
apply(struct node *node, const struct directory *before)
{
	int64_t now = node_now();
	bool safe;
	enum err err;

	safe = (err = node_rules(node)) == ERR_NONE;
	if (!safe) {
		logger_err("zap", "the table of keys was not renewed: %s",
		    err_str(err));
		node->rules_due = now + AGAIN_MS;
	}

	/* Who is out is cut off even so. */
	if (drop_removed(node, before) && node->pub != NULL)
		renew_pub(node, safe);
	node_view_recount(node);
	node_each_link(node, rethink, &now);
	if ((err = node_upstreams_load(node)) != ERR_NONE)
		logger_err("store", "who is to be dialled cannot be read: %s",
		    err_str(err));
}

/* A directory on its way through the pool: of many members it takes long. */
struct members_job {
	struct pool_job job; /* first */
	struct snapshot *snapshot;
	uint64_t number; /* of the last change that it knows */
	enum err err;
};

static void
members_run(struct pool_job *job, void *context)
{
	struct members_job *members = (struct members_job *)job;

	members->err = snapshot_make(context, &members->snapshot);
}

static void
members_done(struct pool_job *job, void *context)
{
	struct members_job *members = (struct members_job *)job;
	struct snapshot *before;
	struct node *node = context;

	node->members_busy = false;
	if (node->control == NULL) {
		node_snapshot_put(node, members->snapshot); /* closing */
	} else if (members->snapshot == NULL) {
		logger_err("peers", "the directory cannot be computed: %s",
		    err_str(members->err));
		node->members_due = node_now() + AGAIN_MS;
	} else {
		before = node_snapshot_get(node);
		snapshot_use(node, members->snapshot);
		apply(node, before->directory);
		node_snapshot_put(node, before);
		node_claims_changed(node);
		node_write_counts(node, members->number);
		if (node->members_changes > members->number)
			node->members_due = node_now();
	}
	free(members);
	node_members_tick(node, node_now());
}

/* Have the directory computed, unless that is being done. */
static void
members_submit(struct node *node)
{
	struct members_job *members;

	if (node->members_busy || node->control == NULL)
		return;
	members = calloc(1, sizeof(*members));
	if (members == NULL) {
		node->members_due = node_now() + AGAIN_MS;
		return;
	}
	node->members_due = 0;
	node->members_busy = true;
	members->job.run = members_run;
	members->job.done = members_done;
	members->number = node->members_changes;
	pool_submit(node->pool, &members->job);
}

uint64_t
node_members_changed(struct node *node)
{
	node->members_touched = false;
	node->members_changes++;
	members_submit(node);
	return node->members_changes;
}

void
node_members_tick(struct node *node, int64_t now)
{
	if (node->members_due != 0 && now >= node->members_due)
		members_submit(node);
	if (node->rules_due == 0 || now < node->rules_due)
		return;
	node->rules_due = now + AGAIN_MS;
	if (node_rules(node) == ERR_NONE &&
	    (node->pub != NULL || node_pub_open(node) == ERR_NONE))
		node->rules_due = 0;
}

/* ---- strangers that knock ---- */

/* What is known of strangers when another one knocks. */
struct knock {
	Erfa__LocalPending *old; /* of the same key */
	size_t known;
	size_t same_address;
	char oldest[201]; /* name of the note that goes first */
	uint64_t oldest_ms;
};

/* Count one stranger's note. */
static void
knock_count(struct knock *knock, const char *name,
    const Erfa__LocalPending *pending, const struct zap_stranger *stranger)
{
	bool same = pending->address != NULL &&
	    strncmp(pending->address, stranger->address,
		sizeof(stranger->address)) == 0;

	knock->known++;
	if (same)
		knock->same_address++;
	if (pending->accepted_org != NULL ||
	    (knock->oldest[0] != '\0' && pending->last_ms >= knock->oldest_ms))
		return;
	knock->oldest_ms = pending->last_ms;
	(void)snprintf(knock->oldest, sizeof(knock->oldest), "%s", name);
}

/* Look through the notes about strangers. */
static enum err
knock_read(
    struct node *node, const struct zap_stranger *stranger, struct knock *knock)
{
	struct store_txn *txn = NULL;
	Erfa__LocalPending *pending;
	char name[201] = "";
	struct bytes data;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	while (store_note_next(txn, "pending/", name[0] == '\0' ? NULL : name,
		   name, &data) == ERR_NONE) {
		pending = erfa__local_pending__unpack(
		    NULL, data.len, data.data);
		if (pending == NULL)
			continue;
		if (pending->curve.len == KEY_LEN &&
		    memcmp(pending->curve.data, stranger->curve, KEY_LEN) ==
			0) {
			knock->old = pending;
			continue;
		}
		knock_count(knock, name, pending, stranger);
		erfa__local_pending__free_unpacked(pending, NULL);
	}
	store_abort(&txn);
	return ERR_NONE;
}

/* Write the note about a stranger. */
static void
knock_write(struct node *node, const struct zap_stranger *stranger,
    const Erfa__LocalPending *old)
{
	Erfa__LocalPending pending = ERFA__LOCAL_PENDING__INIT;
	char name[80] = "pending/";
	char address[64];
	uint8_t packed[512];

	bytes_hex(stranger->curve, KEY_LEN, name + strlen(name));
	memcpy(address, stranger->address, sizeof(address));
	address[sizeof(address) - 1] = '\0';
	pending.has_curve = 1;
	pending.curve.data = (uint8_t *)(uintptr_t)stranger->curve;
	pending.curve.len = KEY_LEN;
	pending.address = address;
	pending.has_first_ms = pending.has_last_ms = pending.has_count = 1;
	pending.first_ms = old != NULL ? old->first_ms :
					 (uint64_t)stranger->time_ms;
	pending.last_ms = (uint64_t)stranger->time_ms;
	pending.count = old != NULL ? old->count + 1 : 1;
	if (old != NULL) {
		pending.accepted_org = old->accepted_org;
		pending.has_accepted_roles = old->has_accepted_roles;
		pending.accepted_roles = old->accepted_roles;
		pending.has_accepted_succeeds = old->has_accepted_succeeds;
		pending.accepted_succeeds = old->accepted_succeeds;
	}
	if (erfa__local_pending__get_packed_size(&pending) <= sizeof(packed) &&
	    node_write_note(node, name, packed,
		erfa__local_pending__pack(&pending, packed), NULL,
		NULL) != ERR_NONE)
		logger_debug("peers", "a stranger was not remembered");
}

/*
 * Remember one stranger, or that it knocked again, which is not worth a commit
 * every time.  When there are too many, the one that has been silent longest
 * goes; one address cannot drive out all others.
 */
static void
remember_stranger(struct node *node, const struct zap_stranger *stranger)
{
	struct knock knock = { 0 };

	if (knock_read(node, stranger, &knock) != ERR_NONE)
		return;
	if (knock.old != NULL) {
		if ((uint64_t)stranger->time_ms >=
		    knock.old->last_ms + KNOCKED_AGAIN_MS)
			knock_write(node, stranger, knock.old);
		erfa__local_pending__free_unpacked(knock.old, NULL);
		return;
	}
	if (knock.same_address >= PENDING_FROM_ONE ||
	    (knock.known >= PENDING_MAX && knock.oldest[0] == '\0'))
		return;
	if (knock.known >= PENDING_MAX &&
	    node_write_note(node, knock.oldest, NULL, 0, NULL, NULL) !=
		ERR_NONE)
		return;
	knock_write(node, stranger, NULL);
}

void
node_strangers(struct node *node)
{
	struct zap_stranger stranger;
	char check[INVITE_CHECK_LEN + 1];
	int i;

	for (i = 0; i < STRANGERS_PER_TURN &&
	     zap_next_stranger(node->zap, &stranger) == ERR_NONE;
	     i++) {
		invite_check_number(stranger.curve, check);
		node_foreign("peers",
		    "an unknown key knocked; to admit it: "
		    "erfa peers accept CHECKNUMBER ORG",
		    check, stranger.address);
		remember_stranger(node, &stranger);
	}
}

/* ---- HELLO of keys that may do nothing else ---- */

/* What is needed to answer once the commit is done. */
struct admission {
	struct admission *next;
	char note[80]; /* the invitation, or the stranger let in */
	uint8_t route[256];
	size_t route_len;
	char org[ORG_MAX + 1];
};

/* Is a newcomer being admitted by this note?  It is good for one only. */
static bool
is_admitting(const struct node *node, const char *note)
{
	const struct admission *admission;

	for (admission = node->admissions; admission != NULL;
	     admission = admission->next)
		if (strcmp(admission->note, note) == 0)
			return true;
	return false;
}

/* Take an admission off the list. */
static void
unlist(struct node *node, struct admission *admission)
{
	struct admission **at = &node->admissions;

	while (*at != NULL && *at != admission)
		at = &(*at)->next;
	if (*at != NULL)
		*at = admission->next;
}

/* The answer to an admitted newcomer: who we are. */
static void
admitted(struct node *node, void *arg, enum err err)
{
	struct admission *admission = arg;
	struct wire_msg msg = { .type = WIRE_HELLO };
	struct wire_hello *hello = &msg.u.hello;

	if (node != NULL)
		unlist(node, admission);
	if (node != NULL && node->hub != NULL) {
		if (err != ERR_NONE) {
			msg.type = WIRE_ERR;
			msg.u.err.code = WIRE_BUSY;
			msg.u.err.retry_ms = 1000;
			msg.u.err.text = "could not be written, try again";
		} else {
			hello->proto_min = 1;
			hello->proto_max = 1;
			hello->max_msg = MSG_MAX;
			hello->window = WINDOW_MAX;
			crypto_random(hello->nonce, NONCE_LEN);
			view_digest(node->view, hello->digest);
			node_link_host.hello(node, NULL, hello);
			event_say(EVENT_PEER_ADMITTED,
			    &(struct event_about){ .peer = admission->org },
			    "%s was admitted", admission->org);
		}
		hub_answer(
		    node->hub, admission->route, admission->route_len, &msg);
	}
	free(admission);
}

/* Refuse a HELLO, saying why. */
static void
refuse(struct node *node, const void *route, size_t route_len, const char *text)
{
	struct wire_msg msg = { .type = WIRE_ERR };

	msg.u.err.code = WIRE_REFUSED;
	msg.u.err.text = text;
	hub_answer(node->hub, route, route_len, &msg);
}

/* The word for a newcomer, or NULL. */
static struct header_member *
newcomer(const uint8_t key[KEY_LEN], const char *org, uint32_t roles)
{
	struct header_member *member = calloc(1, sizeof(*member));

	if (member == NULL || !header_org_valid(org)) {
		free(member);
		return NULL;
	}
	memcpy(member->key, key, KEY_LEN);
	(void)snprintf(member->org, sizeof(member->org), "%s", org);
	member->roles = roles;
	return member;
}

/* Commit a MEMBER, which is taken, and the note that says why. */
static void
/* NOLINTNEXTLINE(readability-function-size): all that a newcomer is */
admit(struct node *node, struct header_member *member, const char *name,
    const char *address, const char *note, const void *data, size_t len,
    const void *route, size_t route_len)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (member == NULL || admission == NULL || route_len > 256 ||
	    strlen(note) >= sizeof(admission->note) ||
	    is_admitting(node, note)) {
		free(admission);
		goto out;
	}
	memcpy(admission->route, route, route_len);
	admission->route_len = route_len;
	(void)snprintf(
	    admission->org, sizeof(admission->org), "%s", member->org);
	(void)snprintf(admission->note, sizeof(admission->note), "%s", note);
	if (node_write_member(node, member, name, address, note, data, len,
		admitted, admission) != ERR_NONE) {
		free(admission);
		goto out;
	}
	admission->next = node->admissions;
	node->admissions = admission;

out:
	free(member);
}

/* Read a note; the caller frees the message. */
static ProtobufCMessage *
read_note(struct node *node, const char *name,
    const ProtobufCMessageDescriptor *descriptor)
{
	struct store_txn *txn = NULL;
	ProtobufCMessage *message = NULL;
	struct bytes data;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return NULL;
	if (store_note_get(txn, name, &data) == ERR_NONE)
		message = protobuf_c_message_unpack(
		    descriptor, NULL, data.len, data.data);
	store_abort(&txn);
	return message;
}

/* Why nobody joins by this invitation and these words, or NULL. */
static const char *
why_not_join(const struct node *node, const uint8_t join_public[KEY_LEN],
    const Erfa__LocalInvite *invite, const struct wire_join *join)
{
	if (invite == NULL || !invite_open(invite) || join == NULL)
		return SAY("this invitation is used, revoked or expired");
	if (!invite_join_verify(
		join->key, node->key.public_key, join_public, join->sig))
		return SAY("the join signature is wrong");
	if (invite->org == NULL || strcmp(invite->org, join->org) != 0)
		return SAY("this invitation is for another organisation");
	return NULL;
}

/* A newcomer with an invitation line. */
static void
hello_join(struct node *node, const uint8_t join_public[KEY_LEN],
    const char *address, const struct wire_hello *hello, const void *route,
    size_t route_len)
{
	const struct wire_join *join = hello->join;
	Erfa__LocalInvite *invite;
	char name[80] = "invite/";
	const char *why;
	char used_from[80];
	uint8_t packed[1024];

	bytes_hex(join_public, KEY_LEN, name + strlen(name));
	invite = (Erfa__LocalInvite *)read_note(
	    node, name, &erfa__local_invite__descriptor);
	why = why_not_join(node, join_public, invite, join);
	if (why != NULL) {
		refuse(node, route, route_len, why);
	} else {
		(void)snprintf(used_from, sizeof(used_from), "%.63s", address);
		invite->has_used_ms = 1;
		invite->used_ms = node_clock();
		invite->used_from = used_from;
		invite->has_used_key = 1;
		invite->used_key.data = (uint8_t *)(uintptr_t)join->key;
		invite->used_key.len = KEY_LEN;
		if (erfa__local_invite__get_packed_size(invite) <=
		    sizeof(packed))
			admit(node,
			    newcomer(join->key, join->org,
				invite->reader != NULL &&
					invite->reader[0] != 0 ?
				    ROLE_READER :
				    ROLE_WRITES | ROLE_INTRODUCES),
			    join->name, join->listen, name, packed,
			    erfa__local_invite__pack(invite, packed), route,
			    route_len);
		invite->used_from = NULL;
		invite->used_key.data = NULL;
		invite->used_key.len = 0;
	}
	if (invite != NULL)
		erfa__local_invite__free_unpacked(invite, NULL);
}

/* A stranger that `erfa peers accept` has let in. */
static void
hello_pending(struct node *node, const uint8_t curve[KEY_LEN],
    const struct wire_hello *hello, const void *route, size_t route_len)
{
	Erfa__LocalPending *pending;
	struct header_member *member;
	char name[80] = "pending/";
	uint8_t derived[KEY_LEN];

	bytes_hex(curve, KEY_LEN, name + strlen(name));
	pending = (Erfa__LocalPending *)read_note(
	    node, name, &erfa__local_pending__descriptor);
	if (pending == NULL || pending->accepted_org == NULL)
		refuse(node, route, route_len, "not admitted");
	else if (!hello->has_key ||
	    crypto_curve_public(hello->key, derived) != ERR_NONE ||
	    memcmp(derived, curve, KEY_LEN) != 0)
		refuse(node, route, route_len,
		    "HELLO names another key than the connection's");
	else if ((member = newcomer(hello->key, pending->accepted_org,
		      pending->accepted_roles != 0 ?
			  pending->accepted_roles :
			  ROLE_WRITES | ROLE_INTRODUCES)) != NULL) {
		if (pending->accepted_succeeds.len == KEY_LEN) {
			member->has_succeeds = true;
			memcpy(member->succeeds,
			    pending->accepted_succeeds.data, KEY_LEN);
		}
		admit(node, member, hello->name, "", name, NULL, 0, route,
		    route_len);
	}
	if (pending != NULL)
		erfa__local_pending__free_unpacked(pending, NULL);
}

void
node_stranger_hello(void *owner, const char *user_id, const char *address,
    const struct wire_hello *hello, const void *route, size_t route_len)
{
	struct node *node = owner;
	uint8_t curve[KEY_LEN];

	if (strncmp(user_id, "join:", 5) == 0 &&
	    bytes_unhex(user_id + 5, curve, KEY_LEN) == ERR_NONE)
		hello_join(node, curve, address, hello, route, route_len);
	else if (strncmp(user_id, "pending:", 8) == 0 &&
	    bytes_unhex(user_id + 8, curve, KEY_LEN) == ERR_NONE)
		hello_pending(node, curve, hello, route, route_len);
}
