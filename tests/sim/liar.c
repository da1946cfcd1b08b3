#include "tests/sim/liar.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"

#define KEPT 24 /* frames that are sent again */

struct liar {
	int node;
	unsigned ways;
	bool has_victim;
	uint8_t victim[LOG_ID_LEN]; /* the log that is withheld */
	struct net_frame kept[KEPT];
	unsigned next;
};

/* The network's hook has no argument to find it by. */
static struct liar liar = { .node = MACHINE_NOBODY };

void
liar_begin(int node, unsigned ways)
{
	liar_end();
	liar.node = node;
	liar.ways = ways;
	liar.has_victim = false;
}

void
liar_end(void)
{
	int i;

	for (i = 0; i < KEPT; i++) {
		free(liar.kept[i].data);
		liar.kept[i].data = NULL;
	}
	liar.node = MACHINE_NOBODY;
}

void
liar_forget(void)
{
	liar_end();
	liar.next = 0;
}

int
liar_node(void)
{
	return liar.node;
}

static bool
is_victim(const uint8_t *log_id)
{
	if (!liar.has_victim) {
		memcpy(liar.victim, log_id, LOG_ID_LEN);
		liar.has_victim = machine_happens(30);
	}
	return memcmp(liar.victim, log_id, LOG_ID_LEN) == 0;
}

/* Put what the message says now into the frame. */
static void
rewrite(struct net_frame *frame, const struct wire_msg *msg)
{
	uint8_t *buf;
	size_t len;

	if (wire_encode(msg, &buf, &len) != ERR_NONE)
		return;
	free(frame->data);
	frame->data = buf;
	frame->len = len;
}

/* Say nothing of the victim's log; false if nothing is left to say. */
static bool
withhold(struct net_frame *frame, struct wire_msg *msg)
{
	struct wire_have *have = &msg->u.have;
	size_t kept = 0;
	size_t i;

	if (msg->type == WIRE_NOTE)
		return !is_victim(msg->u.note.head);
	if (msg->type == WIRE_DATA && msg->u.data.has_run)
		return !is_victim(msg->u.data.run.log_id);
	if (msg->type != WIRE_HAVE)
		return true;
	for (i = 0; i < have->npos; i++)
		if (!is_victim(have->pos[i].log_id))
			have->pos[kept++] = have->pos[i];
	if (kept < have->npos) {
		have->npos = kept;
		rewrite(frame, msg);
	}
	return true;
}

/* Claim more than there is. */
static void
boast(struct net_frame *frame, struct wire_msg *msg)
{
	struct wire_have *have = &msg->u.have;
	struct wire_pos *pos;

	if (msg->type != WIRE_HAVE || have->npos == 0 || !machine_happens(40))
		return;
	pos = &have->pos[machine_below((uint32_t)have->npos)];
	if (machine_happens(70))
		pos->n += 1 + machine_below(machine_happens(20) ? 1000000 : 5);
	pos->c8[machine_below(C8_LEN)] ^= 1;
	rewrite(frame, msg);
}

/* Change a byte of what can be checked. */
static void
damage(struct net_frame *frame, struct wire_msg *msg)
{
	struct wire_data *data = &msg->u.data;
	const struct bytes *header;
	uint8_t *at = NULL;

	if (msg->type == WIRE_DATA && data->has_run && machine_happens(50)) {
		header = &data->run.headers[machine_below(
		    (uint32_t)data->run.count)];
		at = (uint8_t *)(uintptr_t)header->data +
		    machine_below((uint32_t)header->len);
	} else if (msg->type == WIRE_DATA && data->nbodies > 0 &&
	    data->bodies[0].data.len > 0) {
		at = (uint8_t *)(uintptr_t)data->bodies[0].data.data +
		    machine_below((uint32_t)data->bodies[0].data.len);
	} else if (msg->type == WIRE_NOTE && msg->u.note.header.len > 0) {
		at = (uint8_t *)(uintptr_t)msg->u.note.header.data +
		    machine_below((uint32_t)msg->u.note.header.len);
	}
	if (at == NULL || !machine_happens(50))
		return;
	*at ^= (uint8_t)(1U << machine_below(8));
	rewrite(frame, msg);
}

/* Keep a copy, or send an older one of the same way in its place. */
static void
repeat(struct net_frame *frame)
{
	struct net_frame *old = &liar.kept[machine_below(KEPT)];
	struct net_frame *kept = &liar.kept[liar.next];

	if (old->data != NULL && old->to == frame->to && machine_happens(25)) {
		free(frame->data);
		if ((frame->data = malloc(old->len)) == NULL)
			abort();
		memcpy(frame->data, old->data, old->len);
		frame->len = old->len;
		return;
	}
	liar.next = (liar.next + 1) % KEPT;
	free(kept->data);
	*kept = *frame;
	if ((kept->data = malloc(frame->len)) == NULL)
		abort();
	memcpy(kept->data, frame->data, frame->len);
}

bool
liar_pass(struct net_frame *frame)
{
	struct wire_msg msg = { 0 };
	uint8_t *decoded;
	bool pass = true;

	if (frame->from != liar.node)
		return true;

	/* The message leads into the bytes, which rewrite() frees. */
	if ((decoded = malloc(frame->len + 1)) == NULL)
		abort();
	memcpy(decoded, frame->data, frame->len);
	if (wire_decode(decoded, frame->len, &msg) == ERR_NONE) {
		if ((liar.ways & LIAR_WITHHOLDS) != 0)
			pass = withhold(frame, &msg);
		if (pass && (liar.ways & LIAR_BOASTS) != 0)
			boast(frame, &msg);
		if (pass && (liar.ways & LIAR_DAMAGES) != 0)
			damage(frame, &msg);
		wire_clear(&msg);
	}
	free(decoded);
	if (pass && (liar.ways & LIAR_REPEATS) != 0)
		repeat(frame);
	return pass;
}
