#include "daemon/link_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"

/* Retry times of ERR BUSY, milliseconds. */
#define BUSY_MS 500

/*
 * Whose queue has taken nothing for so long does not read, and keeps a place from
 * others.  Over a line of 26 kB/s half of what libzmq queues takes 80 s.
 */
#define UNREAD_MS 120000

/* End one GET of the peer. */
static void
serve_end(struct link *link, struct serve *serve)
{
	if (!serve->active)
		return;
	free(serve->refs);
	memset(serve, 0, sizeof(*serve));
	(void)link->ops->serving(link->host, -1);
}

void
serve_forget(struct link *link)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		serve_end(link, &link->serves[i]);
	link->next_serve = 0;
	link->stuck_at = 0;
}

/* Bytes that the peer's GETs under way may still draw. */
static uint64_t
window_used(const struct link *link)
{
	uint64_t used = 0;
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		used += link->serves[i].budget;
	return used;
}

/* Copy what the GET asks for into a free place. */
static enum err
serve_begin(struct serve *serve, const struct wire_get *get)
{
	struct wire_ref *refs = NULL;

	if (get->nrefs > 0) {
		if ((refs = link_alloc(get->nrefs * sizeof(*refs))) == NULL)
			return ERR_NOMEM;
		memcpy(refs, get->refs, get->nrefs * sizeof(*refs));
	}
	serve->nrefs = get->nrefs;
	serve->active = true;
	serve->req = get->req;
	serve->headers = get->has_log;
	memcpy(serve->log_id, get->log_id, LOG_ID_LEN);
	serve->next = get->first;
	serve->budget = get->max_bytes;
	serve->has_branch = get->has_branch;
	bytes_put_le64(serve->branch, get->n);
	memcpy(serve->branch + 8, get->c8, C8_LEN);
	serve->refs = refs;
	return ERR_NONE;
}

/* A free place for a GET, or NULL. */
static struct serve *
serve_free(struct link *link)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (!link->serves[i].active)
			return &link->serves[i];
	return NULL;
}

/* Is a GET with this number being served? */
static bool
serve_has(const struct link *link, uint32_t req)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (link->serves[i].active && link->serves[i].req == req)
			return true;
	return false;
}

void
serve_get(struct link *link, const struct wire_get *get)
{
	uint32_t hold = get->nrefs > 0 ? link->ops->hold_bodies(link->host) : 0;
	struct serve *serve = serve_free(link);

	if (serve_has(link, get->req)) {
		/* To answer it would end the one that is under way. */
		link_complain(link, "a GET with the number of another");
		return;
	}
	if (get->max_bytes == 0) {
		link_complain(link, "a GET that asks for nothing");
		link_say_err(
		    link, get->req, WIRE_BAD, 0, "max_bytes is needed");
		return;
	}
	if (link->unread) {
		link_say_err(link, get->req, WIRE_BUSY, BUSY_MS,
		    "what you asked for before was not read");
		return;
	}
	if (hold > 0 || (get->nrefs > 0 && link->state != LINK_LIVE)) {
		link_say_err(link, get->req, WIRE_BUSY,
		    hold > 0 ? hold : BUSY_MS, "bodies are not served yet");
		return;
	}
	if (serve == NULL || window_used(link) + get->max_bytes > WINDOW_MAX) {
		link_say_err(link, get->req, WIRE_QUOTA, BUSY_MS,
		    "more GETs than the window allows");
		return;
	}
	if (!link->ops->serving(link->host, 1)) {
		link_say_err(link, get->req, WIRE_BUSY, BUSY_MS,
		    "too many peers are being served");
		return;
	}
	if (serve_begin(serve, get) != ERR_NONE)
		(void)link->ops->serving(link->host, -1);
}

/* Send DATA; what cannot be sent now is tried again at the next turn. */
static enum err
send_data(struct link *link, const struct wire_msg *msg)
{
	uint8_t *buf;
	size_t len;
	enum err err;

	if ((err = wire_encode(msg, &buf, &len)) != ERR_NONE ||
	    (err = link->ops->send(link->host, link, buf, len)) != ERR_NONE)
		return err;
	link->stuck_at = 0;
	link->served += len;
	link->pace += len;
	return ERR_NONE;
}

uint64_t
link_served(const struct link *link)
{
	return link->served;
}

bool
link_paced(struct link *link, int64_t now)
{
	uint64_t due = (uint64_t)(now - link->pace_at) * (PACE_BYTES / 1000);

	link->pace_at = now;
	link->pace -= due < link->pace ? due : link->pace;
	return link->pace > PACE_BURST;
}

/* Does the run that ends at ${n} end all that there is to send? */
static bool
is_end(const struct link *link, const struct serve *serve, uint64_t n)
{
	const struct view_log *log = view_find(link->view, serve->log_id);

	return !serve->has_branch && log != NULL && n >= log->tip.n;
}

/* One run of headers, or word that there is none. */
static enum err
serve_run(struct link *link, struct serve *serve)
{
	struct wire_msg msg = { .type = WIRE_DATA };
	struct wire_data *data = &msg.u.data;
	struct log_head head;
	void *memory = NULL;
	uint64_t bytes = 0;
	size_t i;
	enum err err;

	data->req = serve->req;
	err = link->ops->read_run(link->host, serve->log_id, serve->next,
	    serve->has_branch ? serve->branch : NULL, &data->run, &memory);
	data->has_run = err == ERR_NONE;
	data->last = !data->has_run;
	if (data->has_run) {
		have_gave(link, serve->log_id, serve->next);
		for (i = 0; i < data->run.count; i++)
			bytes += data->run.headers[i].len;
		log_head_parse(data->run.head, &head);
		data->last = bytes >= serve->budget ||
		    is_end(link, serve, head.n);
	}
	err = send_data(link, &msg);
	free(memory);
	if (err != ERR_NONE)
		return err;

	if (data->last) {
		serve_end(link, serve);
	} else {
		serve->next = head.n + 1;
		serve->budget -= bytes;
	}
	return ERR_NONE;
}

/* Bodies of one DATA message while it is put together. */
struct parcel {
	struct wire_body parts[GET_REFS_MAX];
	void *memory[GET_REFS_MAX];
	size_t count;
	size_t bytes;
	size_t limit; /* most bytes of this message */
};

/* Add the next body, or the part of it that still fits. */
static void
parcel_add(struct link *link, struct serve *serve, struct parcel *parcel)
{
	struct wire_ref *ref = &serve->refs[serve->at];
	struct wire_body *part = &parcel->parts[parcel->count];
	struct link_body body = { .state = WIRE_ABSENT };
	size_t room = parcel->limit - parcel->bytes;

	/* Part 0 is the body; of the others there are none yet. */
	if (ref->part == 0)
		link->ops->read_body(link->host, ref,
		    serve->has_branch ? serve->branch : NULL, &body);
	memset(part, 0, sizeof(*part));
	part->ref = *ref;
	part->state = body.state;
	parcel->memory[parcel->count++] = body.memory;
	if (body.state == WIRE_OK && ref->offset >= body.len)
		part->state = WIRE_ABSENT;
	if (part->state != WIRE_OK) {
		serve->at++;
		return;
	}
	part->total = body.len;
	memcpy(part->salt, body.salt, SALT_LEN);
	part->data.data = body.data + ref->offset;
	part->data.len = body.len - (size_t)ref->offset;
	if (part->data.len > room) {
		part->data.len = room;
		ref->offset += room;
	} else {
		serve->at++;
	}
	parcel->bytes += part->data.len;
}

/* As many bodies as one message carries. */
static enum err
serve_bodies(struct link *link, struct serve *serve)
{
	struct wire_msg msg = { .type = WIRE_DATA };
	size_t at = serve->at;
	struct parcel *parcel;
	size_t bytes;
	size_t i;
	enum err err;

	if ((parcel = calloc(1, sizeof(*parcel))) == NULL)
		return ERR_NOMEM;
	parcel->limit = serve->budget < DATA_MAX ? (size_t)serve->budget :
						   DATA_MAX;
	while (serve->at < serve->nrefs && parcel->bytes < parcel->limit &&
	    parcel->count < GET_REFS_MAX)
		parcel_add(link, serve, parcel);

	msg.u.data.req = serve->req;
	msg.u.data.bodies = parcel->parts;
	msg.u.data.nbodies = parcel->count;
	msg.u.data.last = serve->at == serve->nrefs ||
	    parcel->bytes == serve->budget;
	bytes = parcel->bytes;
	err = send_data(link, &msg);
	for (i = 0; i < parcel->count; i++) {
		free(parcel->memory[i]);
		if (err != ERR_NONE)
			serve->refs[at + i].offset =
			    parcel->parts[i].ref.offset;
	}
	free(parcel);
	if (err != ERR_NONE) {
		/* Not sent: the same bodies once more at the next turn. */
		serve->at = at;
		return err;
	}
	serve->budget -= bytes;
	if (msg.u.data.last)
		serve_end(link, serve);
	return ERR_NONE;
}

bool
link_turn(struct link *link, int64_t now)
{
	struct serve *serve;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < GETS_MAX; i++) {
		serve = &link->serves[(link->next_serve + i) % GETS_MAX];
		if (!serve->active)
			continue;
		link->next_serve = (link->next_serve + i + 1) % GETS_MAX;
		err = serve->headers ? serve_run(link, serve) :
				       serve_bodies(link, serve);
		if (err != ERR_NONE && err != ERR_BUSY)
			serve_end(link, serve);
		break;
	}
	if (err == ERR_BUSY) {
		if (link->stuck_at == 0)
			link->stuck_at = now;
		link->unread = now - link->stuck_at > UNREAD_MS;
		if (link->unread)
			serve_forget(link);
		return false;
	}
	for (i = 0; i < GETS_MAX; i++)
		if (link->serves[i].active)
			return true;
	return false;
}
