/*
 * This node joins another: it dials with its own key first, and if that is not
 * admitted, with the key of the invitation line.  PROTOCOL.md chapter 9.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/invite.h"
#include "proto/local.pb-c.h"
#include "proto/say.h"
#include "daemon/node_internal.h"

/* The whole of it may take this long. */
#define JOIN_MS 15000

/* Handshakes without a word before we say "another key". */
#define WRONG_KEY_TRIES 3

struct join {
	struct waiter *waiter;
	struct invite invite;
	uint8_t server_curve[KEY_LEN];
	bool with_line; /* dialling with the invitation's key */
	struct sock *dealer;
	bool up;   /* connected: HELLO is due */
	bool said; /* HELLO was sent */
	unsigned failed;
	int64_t deadline;
	/* The inviter's answer. */
	char org[ORG_MAX + 1];
	char name[121];
	uint32_t pub_port;
};

static int join_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg);

/* Close the connection that is being tried. */
static void
join_hang_up(struct node *node, struct join *join)
{
	if (join->dealer == NULL)
		return;
	node_unwatch(node, sock_handle(join->dealer));
	node_unwatch(node, sock_monitor_handle(join->dealer));
	sock_close(join->dealer);
	join->dealer = NULL;
	join->up = join->said = false;
}

void
node_join_end(struct node *node)
{
	if (node->join == NULL)
		return;
	join_hang_up(node, node->join);
	crypto_wipe(&node->join->invite, sizeof(node->join->invite));
	free(node->join);
	node->join = NULL;
}

struct waiter *
node_join_waiter(const struct node *node)
{
	return node->join->waiter;
}

/* Give up and say why. */
static void __attribute__((format(printf, 5, 6)))
join_failed(struct node *node, const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
{
	struct waiter *waiter = node->join->waiter;
	Erfa__Answer *answer;
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	answer = node_error_new(code, exit, remedy, "%s", text);
	node_join_end(node);
	node_answer(node, waiter, answer);
}

/* ---- the answer ---- */

static enum err
fill_join(const struct join *join, bool joined, Erfa__JoinAnswer *say)
{
	char check[INVITE_CHECK_LEN + 1];
	enum err err;

	invite_check_number(join->server_curve, check);
	say->has_joined = say->has_already = 1;
	say->joined = joined;
	say->already = !join->with_line;
	if ((err = answer_text(&say->org, join->org)) != ERR_NONE ||
	    (err = answer_text(&say->name, join->name)) != ERR_NONE ||
	    (err = answer_text(&say->address, join->invite.address)) !=
		ERR_NONE)
		return err;
	return answer_text(&say->check_number, check);
}

static Erfa__Answer *
join_answer(const struct join *join, bool joined)
{
	Erfa__Answer *answer = NULL;

	if (answer_new(ERFA__ANSWER__SAY_JOIN, &answer) == ERR_NONE &&
	    fill_join(join, joined, answer->join) != ERR_NONE)
		logger_debug("peers", "an answer is not complete");
	return answer;
}

/* MEMBER and upstream are on disk: dial, and answer. */
static void
joined(struct node *node, void *arg, enum err err)
{
	struct join *join = arg;
	Erfa__Answer *answer;

	if (node == NULL) {
		node_waiter_free(join->waiter);
		crypto_wipe(&join->invite, sizeof(join->invite));
		free(join);
		return;
	}

	/* It may have been dialled before, at another address. */
	node_hang_up(node, join->invite.inviter);
	if (err == ERR_NONE && (err = node_upstreams_load(node)) == ERR_NONE &&
	    !node_is_dialled(node, join->invite.inviter))
		err = ERR_DENIED;
	answer = err == ERR_NONE ?
	    join_answer(join, true) :
	    node_error_new("not_joined", 75, "run the same line again",
		"could not be written: %s", err_str(err));
	if (err == ERR_NONE)
		event_say(EVENT_PEER_ADMITTED,
		    &(struct event_about){ .peer = join->org },
		    "joined %s at %s", join->org, join->invite.address);
	node_answer(node, join->waiter, answer);
	crypto_wipe(&join->invite, sizeof(join->invite));
	free(join);
}

/* Write MEMBER(inviter) and the upstream in one commit. */
static void
join_commit(struct node *node)
{
	struct join *join = node->join;
	struct header_member *member = calloc(1, sizeof(*member));
	Erfa__LocalUpstream up = ERFA__LOCAL_UPSTREAM__INIT;
	uint8_t packed[1024];
	char name[80] = "upstream/";
	enum err err = ERR_NOMEM;

	join_hang_up(node, join);
	up.has_key = up.has_pub_port = up.has_added_ms = 1;
	up.key.data = join->invite.inviter;
	up.key.len = KEY_LEN;
	up.address = join->invite.address;
	up.pub_port = join->pub_port;
	up.org = join->org;
	up.name = join->name;
	up.added_ms = node_clock();
	bytes_hex(join->invite.inviter, KEY_LEN, name + strlen(name));
	if (member != NULL &&
	    erfa__local_upstream__get_packed_size(&up) <= sizeof(packed)) {
		memcpy(member->key, join->invite.inviter, KEY_LEN);
		(void)snprintf(
		    member->org, sizeof(member->org), "%s", join->org);
		member->roles = ROLE_WRITES | ROLE_INTRODUCES;
		member->inviter = true;
		node->join = NULL; /* it goes with the commit */
		err = node_write_member(node, member, join->name,
		    join->invite.address, name, packed,
		    erfa__local_upstream__pack(&up, packed), joined, join);
		if (err != ERR_NONE)
			node->join = join;
	}
	free(member);
	if (err != ERR_NONE)
		join_failed(node, "not_joined", 75, "run the same line again",
		    "could not be written: %s", err_str(err));
}

/* ---- the conversation ---- */

/* Dial, with the own key or with that of the line. */
static enum err
join_dial(struct node *node, struct join *join)
{
	struct sock_timing timing = {
		.reconnect_ms = 500,
		.reconnect_max_ms = 2000,
	};
	uint8_t public_key[KEY_LEN];
	uint8_t secret[KEY_LEN];
	enum err err;

	memcpy(public_key, node->key.curve_public, KEY_LEN);
	memcpy(secret, node->key.curve_secret, KEY_LEN);
	if (join->with_line)
		invite_join_key(&join->invite, public_key, secret);
	err = sock_connect(SOCK_DEALER, join->invite.address, public_key,
	    secret, join->server_curve, &timing, &join->dealer);
	crypto_wipe(secret, sizeof(secret));
	if (err != ERR_NONE)
		return err;
	if ((err = node_watch(node, sock_handle(join->dealer), -1, join_ready,
		 node)) != ERR_NONE)
		return err;
	return node_watch(
	    node, sock_monitor_handle(join->dealer), -1, join_ready, node);
}

/* Say HELLO: as a member perhaps, or with the invitation's proof. */
static void
join_say(struct node *node, struct join *join)
{
	struct wire_msg msg = { .type = WIRE_HELLO };
	struct wire_join proof = { .name = node->config->name };
	uint8_t join_public[KEY_LEN];
	uint8_t join_secret[KEY_LEN];
	uint8_t *buf;
	size_t len;

	msg.u.hello.proto_min = msg.u.hello.proto_max = 1;
	msg.u.hello.max_msg = MSG_MAX;
	msg.u.hello.window = WINDOW_MAX;
	crypto_random(msg.u.hello.nonce, NONCE_LEN);
	view_digest(node->view, msg.u.hello.digest);
	node_link_host.hello(node, NULL, &msg.u.hello);
	if (join->with_line) {
		invite_join_key(&join->invite, join_public, join_secret);
		crypto_wipe(join_secret, sizeof(join_secret));
		memcpy(proof.key, node->key.public_key, KEY_LEN);
		invite_join_sign(
		    &node->key, join->invite.inviter, join_public, proof.sig);
		proof.org = node->config->org;
		proof.listen = node->config->advertise[0] != '\0' ?
		    node->config->advertise :
		    node->hub != NULL ? hub_endpoint(node->hub) :
					"";
		msg.u.hello.has_key = false;
		msg.u.hello.join = &proof;
	}
	join->said = wire_encode(&msg, &buf, &len) == ERR_NONE &&
	    sock_send(join->dealer, NULL, 0, buf, len) == ERR_NONE;
}

/* The inviter answered: ask the person, or go on. */
static void
join_hello(struct node *node, const struct wire_hello *hello)
{
	struct join *join = node->join;
	struct waiter *waiter = join->waiter;
	Erfa__Answer *answer;

	if (!hello->has_key ||
	    memcmp(hello->key, join->invite.inviter, KEY_LEN) != 0 ||
	    !header_org_valid(hello->org)) {
		join_failed(node, "wrong_key", 76,
		    "Do not go on.  Telephone them and compare the check "
		    "number.",
		    "the other side answered with another key than your "
		    "invitation says");
		return;
	}
	(void)snprintf(join->org, sizeof(join->org), "%s", hello->org);
	(void)snprintf(join->name, sizeof(join->name), "%.120s", hello->name);
	join->pub_port = hello->pub_port;
	if (waiter->request->join->confirmed) {
		join_commit(node);
		return;
	}
	answer = join_answer(join, false);
	node_join_end(node);
	node_answer(node, waiter, answer);
}

/* One frame of the inviter. */
static void
join_frame(struct node *node, const struct sock_msg *frame)
{
	struct wire_msg msg = { 0 };

	if (!frame->extra_frames &&
	    wire_decode(frame->data, frame->len, &msg) == ERR_NONE) {
		if (msg.type == WIRE_HELLO)
			join_hello(node, &msg.u.hello);
		else if (msg.type == WIRE_ERR)
			join_failed(node, "refused", 76,
			    "Ask for a new line:  erfa invite ORG",
			    "the other side refused: %.180s", msg.u.err.text);
	}
	wire_clear(&msg);
}

/* What the monitor saw. */
static void
join_event(struct node *node, enum sock_event_kind kind)
{
	struct join *join = node->join;

	switch (kind) {
	case SOCK_EV_UP:
		join->up = true;
		break;
	case SOCK_EV_REFUSED:
		join_hang_up(node, join);
		if (join->with_line) {
			join_failed(node, "invitation_refused", 76,
			    "Ask for a new line:  erfa invite ORG\n"
			    "or, as your node has now knocked there:  "
			    "erfa peers accept CHECKNUMBER ORG",
			    "the invitation is used, revoked or expired");
			return;
		}
		join->with_line = true;
		if (join_dial(node, join) != ERR_NONE)
			join_failed(node, "no_socket", 75, "try again",
			    "no connection could be made");
		break;
	case SOCK_EV_NO_DETAIL:
	case SOCK_EV_PROTOCOL:
		if (++join->failed >= WRONG_KEY_TRIES)
			join_failed(node, "wrong_key", 76,
			    "Do not go on.  Telephone them and compare the "
			    "check number.",
			    "%.100s does not have the key that your "
			    "invitation names",
			    join->invite.address);
		break;
	case SOCK_EV_DOWN:
		join->up = join->said = false;
		break;
	case SOCK_EV_RETRY:
		break;
	}
}

static int
join_ready(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct node *node = arg;
	struct sock_event event;
	struct sock_msg msg;

	(void)loop;
	(void)item;
	while (node->join != NULL && node->join->dealer != NULL &&
	    sock_monitor_next(node->join->dealer, &event) == ERR_NONE)
		join_event(node, event.kind);
	if (node->join != NULL && node->join->up && !node->join->said)
		join_say(node, node->join);
	memset(&msg, 0, sizeof(msg));
	if (node->join != NULL && node->join->dealer != NULL &&
	    sock_recv(node->join->dealer, &msg) == ERR_NONE) {
		node_received(node, msg.fd);
		join_frame(node, &msg);
		sock_msg_clear(&msg);
	}
	return 0;
}

void
node_join_tick(struct node *node, int64_t now)
{
	if (node->join == NULL)
		return;
	if (node->join->up && !node->join->said)
		join_say(node, node->join);
	if (now >= node->join->deadline)
		join_failed(node, "no_answer", 75,
		    "Usually a firewall: ask for TCP out to that address",
		    "%.200s does not answer", node->join->invite.address);
}

/* ---- the request ---- */

/* What is wrong with a line of the right length. */
static const char *
line_fault(enum err err)
{
	if (err == ERR_CHAIN)
		return SAY("the line is damaged: its check letters do not fit");
	if (err == ERR_VERSION)
		return SAY("the line was made by a newer erfa");
	return SAY("this is no invitation line (host:port/72 characters)");
}

/* Read the line; false with the client told if it is damaged. */
static bool
join_line(struct node *node, struct waiter *waiter, struct invite *ret_invite)
{
	static const char remedy[] = SAY(
	    "Copy the whole line again, without a line break.");
	const char *asked = waiter->request->join->line;
	const char *line = asked != NULL ? asked : "";
	int missing;
	enum err err;

	err = invite_parse(line, ret_invite);
	if (err == ERR_NONE)
		return true;
	if (err != ERR_SIZE) {
		node_answer_error(node, waiter, "damaged_line", 64, remedy,
		    "%s", line_fault(err));
		return false;
	}
	missing = invite_missing(line);
	if (missing > 0)
		node_answer_error(node, waiter, "damaged_line", 64, remedy,
		    "the line is damaged; characters missing: %d", missing);
	else
		node_answer_error(node, waiter, "damaged_line", 64, remedy,
		    "the line is damaged; characters too many: %d", -missing);
	return false;
}

void
node_join_begin(struct node *node, struct waiter *waiter)
{
	struct invite invite;
	struct join *join;

	if (node->join != NULL) {
		node_answer_error(node, waiter, "busy", 75, "try again",
		    "another join is under way");
		return;
	}
	if (!join_line(node, waiter, &invite))
		return;
	if (memcmp(invite.inviter, node->key.public_key, KEY_LEN) == 0) {
		node_answer_error(node, waiter, "own_line", 64,
		    "Give it to the municipality that you invited",
		    "this is this node's own invitation");
		return;
	}
	if ((join = calloc(1, sizeof(*join))) == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	join->waiter = waiter;
	join->invite = invite;
	join->deadline = node_now() + JOIN_MS;
	node->join = join;
	if (crypto_curve_public(invite.inviter, join->server_curve) != ERR_NONE)
		join_failed(node, "damaged_line", 64,
		    "Ask for a new line:  erfa invite ORG",
		    "the line does not hold a usable key");
	else if (join_dial(node, join) != ERR_NONE)
		join_failed(node, "bad_address", 64,
		    "Ask them for a line with the address you can reach",
		    "\"%.200s\" cannot be dialled", invite.address);
}
