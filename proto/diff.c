#include "proto/diff.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/diff_value.h"

/* Cells of the table for the longest common order; longer lists are compared
 * place by place. */
#define TABLE_MAX 262144

/* Comparisons of names; longer lists are taken for unnamed. */
#define KEYS_MAX 4194304

#define FIRST_CHANGES 16
#define NONE          SIZE_MAX

/* One walk over two messages. */
struct walk {
	struct diff *diff;
	size_t room; /* for changes */
	char path[DIFF_PATH_MAX];
	const ProtobufCFieldDescriptor *top;
	const ProtobufCMessageDescriptor *record;
};

/* Two lists, and which element of the one is which of the other. */
struct pairs {
	const ProtobufCFieldDescriptor *field;
	struct diff_list before;
	struct diff_list after;
	size_t *partner; /* by element of after: of before, or NONE */
	bool *taken;     /* by element of before */
};

static enum err walk_messages(struct walk *walk, const ProtobufCMessage *before,
    const ProtobufCMessage *after);

/* ---- what the walk writes ---- */

static size_t
path_push(struct walk *walk, const char *name, size_t index)
{
	size_t len = strlen(walk->path);
	size_t room = sizeof(walk->path) - len;

	if (name == NULL)
		(void)snprintf(walk->path + len, room, "[%zu]", index);
	else
		(void)snprintf(
		    walk->path + len, room, "%s%s", len > 0 ? "." : "", name);
	return len;
}

static enum err
grow(struct walk *walk)
{
	size_t room = walk->room == 0 ? FIRST_CHANGES : 2 * walk->room;
	struct diff_change *more;

	if (walk->diff->count < walk->room)
		return ERR_NONE;
	more = realloc(walk->diff->changes, room * sizeof(*more));
	if (more == NULL)
		return ERR_NOMEM;
	walk->diff->changes = more;
	walk->room = room;
	return ERR_NONE;
}

static enum err
report(struct walk *walk, const ProtobufCMessageDescriptor *owner,
    const ProtobufCFieldDescriptor *field, const void *before,
    const void *after)
{
	struct diff_change *change;

	if (grow(walk) != ERR_NONE)
		return ERR_NOMEM;
	change = &walk->diff->changes[walk->diff->count++];
	memset(change, 0, sizeof(*change));
	memcpy(change->path, walk->path, sizeof(change->path));
	change->kind = DIFF_CHANGED;
	if (before == NULL)
		change->kind = DIFF_ADDED;
	else if (after == NULL)
		change->kind = DIFF_REMOVED;
	change->is_item = field->label == PROTOBUF_C_LABEL_REPEATED;
	change->top = walk->top;
	change->record = walk->record;
	change->field = field;
	change->owner = owner;
	change->before = before;
	change->after = after;
	return ERR_NONE;
}

/* ---- lists ---- */

static void
pair(struct pairs *pairs, size_t before, size_t after)
{
	pairs->partner[after] = before;
	pairs->taken[before] = true;
}

/* Match the elements that bear the same name. */
static void
match_keys(struct pairs *pairs)
{
	size_t i;
	size_t j;

	for (i = 0; i < pairs->after.count; i++) {
		for (j = 0; j < pairs->before.count; j++) {
			if (!pairs->taken[j] &&
			    diff_same_key(diff_item(&pairs->before, j),
				diff_item(&pairs->after, i))) {
				pair(pairs, j, i);
				break;
			}
		}
	}
}

/* The lists without the equal elements at both ends. */
struct middle {
	size_t first;
	size_t before; /* so many */
	size_t after;
};

static bool
is_equal(const struct pairs *pairs, size_t before, size_t after)
{
	return diff_equal(pairs->field, diff_item(&pairs->before, before),
	    diff_item(&pairs->after, after));
}

static struct middle
match_ends(struct pairs *pairs)
{
	struct middle mid = { 0, pairs->before.count, pairs->after.count };

	while (mid.before > 0 && mid.after > 0 &&
	    is_equal(pairs, mid.first, mid.first)) {
		pair(pairs, mid.first, mid.first);
		mid.first++;
		mid.before--;
		mid.after--;
	}
	while (mid.before > 0 && mid.after > 0 &&
	    is_equal(
		pairs, mid.first + mid.before - 1, mid.first + mid.after - 1)) {
		pair(pairs, mid.first + mid.before - 1,
		    mid.first + mid.after - 1);
		mid.before--;
		mid.after--;
	}
	return mid;
}

/* Pair along the longest common order: ${best} tells how much of it is left
 * from each pair of places on. */
static void
follow(struct pairs *pairs, struct middle mid, const uint32_t *best)
{
	size_t wide = mid.after + 1;
	size_t i;
	size_t j;

	for (i = 0, j = 0; i < mid.before && j < mid.after;) {
		if (is_equal(pairs, mid.first + i, mid.first + j)) {
			pair(pairs, mid.first + i, mid.first + j);
			i++;
			j++;
		} else if (best[(i + 1) * wide + j] >= best[i * wide + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
}

/* Match the longest common order of what is left in the middle. */
static enum err
match_order(struct pairs *pairs, struct middle mid)
{
	size_t wide = mid.after + 1;
	uint32_t *best;
	size_t i;
	size_t j;

	if (mid.before == 0 || mid.after == 0 ||
	    mid.before > TABLE_MAX / (mid.after + 1))
		return ERR_NONE;
	best = calloc((mid.before + 1) * wide, sizeof(*best));
	if (best == NULL)
		return ERR_NOMEM;
	for (i = mid.before; i-- > 0;) {
		for (j = mid.after; j-- > 0;) {
			uint32_t down = best[(i + 1) * wide + j];
			uint32_t right = best[i * wide + j + 1];

			best[i * wide + j] = down > right ? down : right;
			if (is_equal(pairs, mid.first + i, mid.first + j))
				best[i * wide + j] =
				    best[(i + 1) * wide + j + 1] + 1;
		}
	}
	follow(pairs, mid, best);
	free(best);
	return ERR_NONE;
}

/* What lies between two matches, in order, was rewritten. */
static void
match_gaps(struct pairs *pairs)
{
	size_t next = 0; /* of before */
	size_t i;

	for (i = 0; i < pairs->after.count; i++) {
		if (pairs->partner[i] != NONE)
			next = pairs->partner[i] + 1;
		else if (next < pairs->before.count && !pairs->taken[next])
			pair(pairs, next++, i);
	}
}

static enum err
match(struct pairs *pairs)
{
	enum err err;

	if (diff_is_keyed(pairs->field) &&
	    pairs->before.count <= KEYS_MAX / (pairs->after.count + 1)) {
		match_keys(pairs);
		return ERR_NONE;
	}
	if ((err = match_order(pairs, match_ends(pairs))) != ERR_NONE)
		return err;

	/* A code is not rewritten: one goes, another comes. */
	if (pairs->field->type == PROTOBUF_C_TYPE_STRING ||
	    pairs->field->type == PROTOBUF_C_TYPE_MESSAGE)
		match_gaps(pairs);
	return ERR_NONE;
}

/* Report one element of the new list against its partner. */
static enum err
walk_item(struct walk *walk, const ProtobufCMessageDescriptor *owner,
    const struct pairs *pairs, size_t index)
{
	const void *after = diff_item(&pairs->after, index);
	const void *before = pairs->partner[index] == NONE ?
	    NULL :
	    diff_item(&pairs->before, pairs->partner[index]);
	size_t len = path_push(walk, NULL, index);
	enum err err = ERR_NONE;

	if (before == NULL)
		err = report(walk, owner, pairs->field, NULL, after);
	else if (pairs->field->type == PROTOBUF_C_TYPE_MESSAGE)
		err = walk_messages(
		    walk, diff_message(before), diff_message(after));
	else if (!diff_equal(pairs->field, before, after))
		err = report(walk, owner, pairs->field, before, after);
	walk->path[len] = '\0';
	return err;
}

static enum err
walk_pairs(struct walk *walk, const ProtobufCMessageDescriptor *owner,
    const struct pairs *pairs)
{
	enum err err = ERR_NONE;
	size_t len;
	size_t i;

	for (i = 0; i < pairs->before.count && err == ERR_NONE; i++) {
		if (pairs->taken[i])
			continue;
		len = path_push(walk, NULL, i);
		err = report(walk, owner, pairs->field,
		    diff_item(&pairs->before, i), NULL);
		walk->path[len] = '\0';
	}
	for (i = 0; i < pairs->after.count && err == ERR_NONE; i++)
		err = walk_item(walk, owner, pairs, i);
	return err;
}

static enum err
walk_lists(struct walk *walk, const ProtobufCFieldDescriptor *field,
    const ProtobufCMessage *before, const ProtobufCMessage *after)
{
	struct pairs pairs = { .field = field,
		.before = diff_list(before, field),
		.after = diff_list(after, field) };
	enum err err = ERR_NOMEM;
	size_t i;

	pairs.partner = calloc(pairs.after.count + 1, sizeof(*pairs.partner));
	pairs.taken = calloc(pairs.before.count + 1, sizeof(*pairs.taken));
	if (pairs.partner == NULL || pairs.taken == NULL)
		goto out;
	for (i = 0; i < pairs.after.count; i++)
		pairs.partner[i] = NONE;
	if ((err = match(&pairs)) != ERR_NONE)
		goto out;
	err = walk_pairs(walk, after->descriptor, &pairs);
out:
	free(pairs.taken);
	free(pairs.partner);
	return err;
}

/* ---- messages ---- */

/* Walk a message of which one side may be missing, against an empty one. */
static enum err
walk_submessage(struct walk *walk, const ProtobufCFieldDescriptor *field,
    const void *before, const void *after)
{
	const ProtobufCMessageDescriptor *desc = field->descriptor;
	ProtobufCMessage *empty;
	enum err err;

	if (before == NULL && after == NULL)
		return ERR_NONE;
	if ((empty = calloc(1, desc->sizeof_message)) == NULL)
		return ERR_NOMEM;
	protobuf_c_message_init(desc, empty);
	err = walk_messages(walk, before != NULL ? diff_message(before) : empty,
	    after != NULL ? diff_message(after) : empty);
	free(empty);
	return err;
}

static enum err
walk_field(struct walk *walk, const ProtobufCFieldDescriptor *field,
    const ProtobufCMessage *before, const ProtobufCMessage *after)
{
	const void *old;
	const void *new;

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return walk_lists(walk, field, before, after);
	old = diff_value(before, field);
	new = diff_value(after, field);
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return walk_submessage(walk, field, old, new);
	if ((old == NULL && new == NULL) ||
	    (old != NULL && new != NULL &&diff_equal(field, old, new)))
		return ERR_NONE;
	return report(walk, after->descriptor, field, old, new);
}

static enum err
walk_messages(struct walk *walk, const ProtobufCMessage *before,
    const ProtobufCMessage *after)
{
	const ProtobufCMessageDescriptor *desc = after->descriptor;
	bool is_top = walk->record == desc;
	enum err err = ERR_NONE;
	size_t len;
	unsigned i;

	for (i = 0; i < desc->n_fields && err == ERR_NONE; i++) {
		const ProtobufCFieldDescriptor *field = &desc->fields[i];

		if (diff_is_bookkeeping(desc, field))
			continue;
		if (is_top)
			walk->top = field;
		len = path_push(walk, field->name, 0);
		err = walk_field(walk, field, before, after);
		walk->path[len] = '\0';
	}
	return err;
}

/* Walk one field of Body, a message on both sides or on one. */
static enum err
walk_record(struct walk *walk, const char *name, const ProtobufCMessage *before,
    const ProtobufCMessage *after)
{
	walk->record = after->descriptor;
	walk->path[0] = '\0';
	(void)path_push(walk, name, 0);
	return walk_messages(walk, before, after);
}

static enum err
walk_envelopes(
    struct walk *walk, const Erfa__Body *before, const Erfa__Body *after)
{
	Erfa__Envelope empty = ERFA__ENVELOPE__INIT;
	const Erfa__Envelope *old = before->envelope;
	const Erfa__Envelope *new = after->envelope;

	return walk_record(walk, "envelope",
	    old != NULL ? &old->base : &empty.base,
	    new != NULL ? &new->base : &empty.base);
}

enum err
diff_bodies(
    const Erfa__Body *before, const Erfa__Body *after, struct diff *ret_diff)
{
	const ProtobufCMessage *old = body_record(before);
	const ProtobufCMessage *new = body_record(after);
	const ProtobufCFieldDescriptor *field;
	struct diff diff = { NULL, 0 };
	struct walk walk = { .diff = &diff };
	enum err err;

	if (old == NULL || new == NULL ||
	    before->record_case != after->record_case)
		return ERR_SYNTAX;
	field = protobuf_c_message_descriptor_get_field(
	    &erfa__body__descriptor, (unsigned)after->record_case);
	err = walk_record(&walk, field->name, old, new);
	if (err == ERR_NONE)
		err = walk_envelopes(&walk, before, after);
	if (err != ERR_NONE) {
		diff_clear(&diff);
		return err;
	}
	*ret_diff = diff;
	return ERR_NONE;
}

void
diff_clear(struct diff *diff)
{
	free(diff->changes);
	diff->changes = NULL;
	diff->count = 0;
}

enum err
diff_text(const struct diff_change *change, bool after, char **ret_text)
{
	return diff_value_text(
	    change->field, after ? change->after : change->before, ret_text);
}

void
diff_name(const struct diff_change *change, char out[DIFF_PATH_MAX])
{
	const char *at = strchr(change->path, '.');
	size_t used = 0;

	for (at = at != NULL ? at + 1 : change->path; *at != '\0'; at++) {
		if (*at == '[')
			at += strcspn(at, "]");
		else
			out[used++] = *at;
		if (*at == '\0')
			break;
	}
	out[used] = '\0';
}
