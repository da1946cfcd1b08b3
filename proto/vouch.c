#include "proto/vouch.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/crypto.h"

/* Make room for one more element in an array of pointers. */
static enum err
grow(void **array_p, size_t count, size_t *room_p, size_t size)
{
	size_t room = *room_p == 0 ? 64 : *room_p * 2;
	void *more;

	if (count < *room_p)
		return ERR_NONE;
	more = reallocarray(*array_p, room, size);
	if (more == NULL)
		return ERR_NOMEM;
	*array_p = more;
	*room_p = room;
	return ERR_NONE;
}

size_t
vouch_key_place(const struct vouch_set *set, const uint8_t key[KEY_LEN])
{
	size_t low = 0, high = set->nkeys;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(set->keys[mid]->key, key, KEY_LEN) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Find the X25519 key, which takes as long as verifying a signature. */
static void
convert(const struct vouch_set *set, struct vouch_key *key)
{
	const uint8_t *known = set->curve == NULL ?
	    NULL :
	    set->curve(set->curve_arg, key->key);

	key->usable = known != NULL ||
	    crypto_curve_public(key->key, key->curve) == ERR_NONE;
	if (known != NULL)
		memcpy(key->curve, known, KEY_LEN);
}

enum err
vouch_key_get(struct vouch_set *set, const uint8_t key[KEY_LEN],
    struct vouch_key **ret_key)
{
	size_t at = vouch_key_place(set, key);
	void *keys = set->keys;
	struct vouch_key *node;
	enum err err;

	if (at < set->nkeys && memcmp(set->keys[at]->key, key, KEY_LEN) == 0) {
		*ret_key = set->keys[at];
		return ERR_NONE;
	}

	err = grow(&keys, set->nkeys, &set->keys_room, sizeof(void *));
	set->keys = keys;
	if (err != ERR_NONE)
		return err;
	if ((node = calloc(1, sizeof(*node))) == NULL)
		return ERR_NOMEM;
	memcpy(node->key, key, KEY_LEN);
	convert(set, node);
	node->id = set->nkeys;

	memmove(set->keys + at + 1, set->keys + at,
	    (set->nkeys - at) * sizeof(void *));
	set->keys[at] = node;
	set->nkeys++;
	*ret_key = node;
	return ERR_NONE;
}

/* Return whether the key of ${member} signed that it succeeds the voucher. */
static bool
rotation_signed(
    const uint8_t voucher[KEY_LEN], const struct header_member *member)
{
	uint8_t msg[DOMAIN_LEN + 2 * KEY_LEN];

	if (!member->has_rotate_sig)
		return false;
	crypto_pad16("erfa/1/rotate", msg);
	memcpy(msg + DOMAIN_LEN, voucher, KEY_LEN);
	memcpy(msg + DOMAIN_LEN + KEY_LEN, member->key, KEY_LEN);
	return crypto_verify(member->key, msg, sizeof(msg), member->rotate_sig);
}

/* Hash what ${said} says, to choose between two entries at one position. */
static void
said_hash(struct vouch_entry *said)
{
	struct crypto_hash_state state;
	uint8_t numbers[8 + 4 + 4];
	uint8_t n[8];
	size_t i;

	bytes_put_le64(numbers, said->time_ms);
	bytes_put_le32(numbers + 8, said->roles);
	numbers[12] = said->withdrawn;
	numbers[13] = said->inviter;
	numbers[14] = said->rotated;
	numbers[15] = said->old != NULL;
	crypto_hash_begin(&state);
	crypto_hash_add(&state, numbers, sizeof(numbers));
	crypto_hash_add(&state, said->voucher->key, KEY_LEN);
	crypto_hash_add(&state, said->subject->key, KEY_LEN);
	if (said->old != NULL)
		crypto_hash_add(&state, said->old->key, KEY_LEN);
	crypto_hash_add(&state, said->org, sizeof(said->org));
	for (i = 0; i < said->ncuts; i++) {
		bytes_put_le64(n, said->cuts[i].n);
		crypto_hash_add(&state, said->cuts[i].log_id, LOG_ID_LEN);
		crypto_hash_add(&state, n, sizeof(n));
	}
	crypto_hash_end(&state, said->hash);
}

/* Copy what ${member} says into the form we compute with. */
static enum err
said_new(struct vouch_set *set, const uint8_t voucher[KEY_LEN],
    const struct header_member *member, struct vouch_entry **ret_said)
{
	struct vouch_key *by, *subject, *old = NULL;
	struct vouch_entry *said;
	enum err err;

	if (member->ncuts > HEADER_CUTS_MAX)
		return ERR_LIMIT;
	if ((err = vouch_key_get(set, voucher, &by)) != ERR_NONE)
		return err;
	if ((err = vouch_key_get(set, member->key, &subject)) != ERR_NONE)
		return err;
	if (member->has_succeeds &&
	    (err = vouch_key_get(set, member->succeeds, &old)) != ERR_NONE)
		return err;

	said = calloc(1, sizeof(*said) + member->ncuts * sizeof(said->cuts[0]));
	if (said == NULL)
		return ERR_NOMEM;
	said->voucher = by;
	said->subject = subject;
	said->old = old;
	memcpy(said->org, member->org, strnlen(member->org, ORG_MAX));
	said->roles = member->roles;
	said->withdrawn = member->withdrawn;
	said->inviter = member->inviter;
	said->rotated = rotation_signed(voucher, member);
	said->ncuts = member->ncuts;
	memcpy(said->cuts, member->cuts, member->ncuts * sizeof(said->cuts[0]));
	*ret_said = said;
	return ERR_NONE;
}

static int
position_compare(const struct vouch_entry *a, const struct vouch_entry *b)
{
	int order = memcmp(a->log_id, b->log_id, LOG_ID_LEN);

	if (order != 0)
		return order;
	return (a->n > b->n) - (a->n < b->n);
}

/* Where ${said} stands or belongs among the entries. */
static size_t
said_place(const struct vouch_set *set, const struct vouch_entry *said)
{
	size_t low = 0, high = set->nentries;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (position_compare(set->entries[mid], said) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

enum err
vouch_add(struct vouch_set *set, const uint8_t voucher[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, uint64_t time_ms,
    const struct header_member *member)
{
	void *entries = set->entries;
	struct vouch_entry *said;
	enum err err;
	size_t at;

	err = grow(&entries, set->nentries, &set->entries_room, sizeof(void *));
	set->entries = entries;
	if (err != ERR_NONE)
		return err;
	if ((err = said_new(set, voucher, member, &said)) != ERR_NONE)
		return err;
	memcpy(said->log_id, log_id, LOG_ID_LEN);
	said->n = n;
	said->time_ms = time_ms;
	said_hash(said);

	/* Two entries at one position: the smaller hash counts. */
	at = said_place(set, said);
	if (at < set->nentries &&
	    position_compare(set->entries[at], said) == 0) {
		if (memcmp(said->hash, set->entries[at]->hash, HASH_LEN) >= 0) {
			free(said);
			return ERR_NONE;
		}
		free(set->entries[at]);
		set->entries[at] = said;
		return ERR_NONE;
	}

	memmove(set->entries + at + 1, set->entries + at,
	    (set->nentries - at) * sizeof(void *));
	set->entries[at] = said;
	set->nentries++;
	return ERR_NONE;
}

void
vouch_set_clear(struct vouch_set *set)
{
	size_t i;

	for (i = 0; i < set->nkeys; i++)
		free(set->keys[i]);
	for (i = 0; i < set->nentries; i++)
		free(set->entries[i]);
	free(set->keys);
	free(set->entries);
	*set = (struct vouch_set){ 0 };
}
