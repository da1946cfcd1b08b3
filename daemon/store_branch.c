#include "daemon/store.h"

#include <string.h>

#include "daemon/store_txn.h"

/* Where the parts of a branch's row stand. */
enum branch_at {
	BRANCH_BASE = 0,
	BRANCH_N = BRANCH_BASE + 8,
	BRANCH_C = BRANCH_N + 8,
	BRANCH_BOUNDARY = BRANCH_C + HASH_LEN,
	BRANCH_BYTES = BRANCH_BOUNDARY + 8,
	BRANCH_HEAD = BRANCH_BYTES + 4,
	BRANCH_LEN = BRANCH_HEAD + HEAD_LEN
};

enum err
store_branch_get(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, struct store_branch *ret_branch)
{
	uint8_t raw[STORE_KEY_LEN];
	struct log_tip *tip = &ret_branch->tip;
	struct bytes val;
	enum err err;

	err = db_get(
	    txn->db, STORE_BRANCH, store_key(raw, log_id, branch, 0), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len != BRANCH_LEN)
		return ERR_DAMAGED;
	ret_branch->base = bytes_get_le64(val.data + BRANCH_BASE);
	tip->n = bytes_get_le64(val.data + BRANCH_N);
	memcpy(tip->c, val.data + BRANCH_C, HASH_LEN);
	tip->boundary = bytes_get_le64(val.data + BRANCH_BOUNDARY);
	tip->boundary_bytes = bytes_get_le32(val.data + BRANCH_BYTES);
	memcpy(ret_branch->head, val.data + BRANCH_HEAD, HEAD_LEN);
	return ERR_NONE;
}

static enum err
branch_put(struct store_txn *txn, const uint8_t *log_id, uint8_t number,
    const struct store_branch *branch)
{
	uint8_t key[STORE_KEY_LEN];
	uint8_t raw[BRANCH_LEN];

	bytes_put_le64(raw + BRANCH_BASE, branch->base);
	bytes_put_le64(raw + BRANCH_N, branch->tip.n);
	memcpy(raw + BRANCH_C, branch->tip.c, HASH_LEN);
	bytes_put_le64(raw + BRANCH_BOUNDARY, branch->tip.boundary);
	bytes_put_le32(raw + BRANCH_BYTES, branch->tip.boundary_bytes);
	memcpy(raw + BRANCH_HEAD, branch->head, HEAD_LEN);
	return db_put(txn->db, STORE_BRANCH, store_key(key, log_id, number, 0),
	    (struct bytes){ raw, sizeof(raw) }, DB_REPLACE);
}

/* Does this branch have the entry, its own or one it shares? */
static enum err
has_entry(struct store_txn *txn, const uint8_t *log_id, uint8_t number,
    uint64_t n, const uint8_t *c, size_t len)
{
	struct store_branch branch = { .base = UINT64_MAX };
	struct store_stored stored;
	enum err err = ERR_NONE;

	if (number != 0)
		err = store_branch_get(txn, log_id, number, &branch);
	if (err == ERR_NONE)
		err = store_stored(
		    txn, log_id, n <= branch.base ? 0 : number, n, &stored);
	if (err != ERR_NONE)
		return err;
	return memcmp(stored.c, c, len) == 0 ? ERR_NONE : ERR_NOENT;
}

/* The last entry of a branch. */
static enum err
last_of(struct store_txn *txn, const struct store_row *row, uint8_t number,
    uint64_t *ret_n)
{
	struct store_branch branch = { .tip = row->log.tip };
	enum err err = ERR_NONE;

	if (number != 0)
		err = store_branch_get(txn, row->log.log_id, number, &branch);
	*ret_n = branch.tip.n;
	return err;
}

/*
 * The least branch that has entry ${n} with these first bytes of c_n, and goes on
 * after it, if one does: the end of one that grew is no end.
 */
static enum err
find_branch(struct store_txn *txn, const struct store_row *row, uint64_t n,
    const uint8_t *c, size_t len, uint8_t *ret_number)
{
	bool found = false;
	uint64_t last = 0;
	uint8_t number;
	enum err err;

	for (number = 0; number <= row->branches; number++) {
		err = has_entry(txn, row->log.log_id, number, n, c, len);
		if (err == ERR_NOENT)
			continue;
		if (err == ERR_NONE)
			err = last_of(txn, row, number, &last);
		if (err != ERR_NONE)
			return err;
		if (!found || last > n)
			*ret_number = number;
		found = true;
		if (last > n)
			break;
	}
	return found ? ERR_NONE : ERR_NOENT;
}

enum err
store_branch_of(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const uint8_t *name, uint8_t *ret_branch)
{
	struct store_row *row;
	enum err err;

	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	*ret_branch = 0;
	if (name == NULL)
		return ERR_NONE;
	return find_branch(
	    txn, row, bytes_get_le64(name), name + 8, C8_LEN, ret_branch);
}

enum err
store_branch_has(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const uint8_t *branch, uint64_t n, const uint8_t c8[C8_LEN])
{
	uint8_t number;
	enum err err;

	err = store_branch_of(txn, log_id, branch, &number);
	if (err != ERR_NONE)
		return err;
	return has_entry(txn, log_id, number, n, c8, C8_LEN);
}

enum err
store_branch_next(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const uint8_t *after, struct log_tip *ret_tip)
{
	struct store_branch branch;
	struct store_row *row;
	struct log_tip least;
	bool found = false;
	uint8_t number;
	enum err err;

	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	for (number = 1; number <= row->branches; number++) {
		err = store_branch_get(txn, log_id, number, &branch);
		if (err != ERR_NONE)
			return err;
		if (after != NULL && memcmp(branch.tip.c, after, C8_LEN) <= 0)
			continue;
		if (found && memcmp(branch.tip.c, least.c, C8_LEN) >= 0)
			continue;
		least = branch.tip;
		found = true;
	}
	if (!found)
		return ERR_NOENT;
	*ret_tip = least;
	return ERR_NONE;
}

enum err
store_branch_parts(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN])
{
	struct store_branch branch;
	struct store_row *row;
	uint8_t number;
	enum err err;

	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	for (number = 1; number <= row->branches; number++) {
		err = store_branch_get(txn, log_id, number, &branch);
		if (err != ERR_NONE || branch.base < row->log.tip.n)
			return err == ERR_NOENT ? ERR_DAMAGED : err;
	}
	return ERR_NOENT;
}

/* ---- adding ---- */

/* A run that was folded, and where it goes. */
struct addition {
	const struct log_run *run;
	uint64_t base;  /* last entry shared with the stored branch */
	uint64_t from;  /* first entry of the run to write */
	uint8_t number; /* of the branch; 0: a new one */
	uint8_t parent; /* has what a new one has before the run */
	struct log_tip tip;
	uint8_t c[BOUNDARY_N][HASH_LEN];
};

/* The chain value of an entry of the run, or of the one before it. */
static const uint8_t *
chain_of(const struct addition *add, uint64_t n)
{
	return n < add->run->first ? add->run->c_prev :
				     add->c[n - add->run->first];
}

/* Write one entry of a branch. */
static enum err
write_entry(struct store_txn *txn, const struct addition *add, uint64_t n,
    const uint8_t c[HASH_LEN], struct bytes header)
{
	uint8_t raw[STORE_KEY_LEN];
	uint8_t *room;
	enum err err;

	err = db_reserve(txn->db, STORE_HEADERS,
	    store_key(raw, add->run->log_id, add->number, n),
	    STORE_HEADER_PRE + header.len, DB_NEW, &room);
	if (err != ERR_NONE)
		return err == ERR_EXIST ? ERR_DAMAGED : err;
	bytes_put_le64(room, 0);
	memcpy(room + 8, c, HASH_LEN);
	memcpy(room + STORE_HEADER_PRE, header.data, header.len);
	return ERR_NONE;
}

static enum err
write_head(struct store_txn *txn, const struct addition *add, uint64_t n,
    const uint8_t head[HEAD_LEN])
{
	uint8_t raw[STORE_KEY_LEN];

	return db_put(txn->db, STORE_HEADS,
	    store_key(raw, add->run->log_id, add->number, n),
	    (struct bytes){ head, HEAD_LEN }, DB_REPLACE);
}

/*
 * A new branch begins like its parent: take over the entries of that before the
 * run, so that each branch stands for itself.  Their bodies are not doubled.
 */
static enum err
copy_entries(struct store_txn *txn, const struct addition *add)
{
	uint8_t bytes[HEADER_MAX];
	struct store_stored stored;
	uint8_t c[HASH_LEN];
	uint64_t n;
	enum err err;

	for (n = add->base + 1; n < add->run->first; n++) {
		err = store_stored(
		    txn, add->run->log_id, add->parent, n, &stored);
		if (err != ERR_NONE || stored.header.len > sizeof(bytes))
			return err == ERR_NONE || err == ERR_NOENT ?
			    ERR_DAMAGED :
			    err;

		/* What is lent ends with the next write. */
		memcpy(c, stored.c, HASH_LEN);
		memcpy(bytes, stored.header.data, stored.header.len);
		err = write_entry(
		    txn, add, n, c, (struct bytes){ bytes, stored.header.len });
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* The same for the HEADs at its boundaries. */
static enum err
copy_heads(struct store_txn *txn, const struct addition *add)
{
	uint8_t raw[STORE_KEY_LEN];
	uint8_t head[HEAD_LEN];
	struct bytes key;
	struct bytes val;
	uint64_t n = add->base;
	enum err err;

	for (;;) {
		err = db_seek(txn->db, STORE_HEADS,
		    store_key(raw, add->run->log_id, add->parent, n + 1), &key,
		    &val);
		if (err == ERR_NOENT ||
		    (err == ERR_NONE &&
			(!store_key_of_log(
			     key, add->run->log_id, add->parent, &n) ||
			    n >= add->run->first)))
			return ERR_NONE;
		if (err == ERR_NONE && val.len != HEAD_LEN)
			err = ERR_DAMAGED;
		if (err != ERR_NONE)
			return err;
		memcpy(head, val.data, HEAD_LEN);
		if ((err = write_head(txn, add, n, head)) != ERR_NONE)
			return err;
	}
}

/* Write the entries from ${add}->from on, and the row of the branch. */
static enum err
write_branch(struct store_txn *txn, const struct addition *add)
{
	const struct log_run *run = add->run;
	struct store_branch branch = { .base = add->base, .tip = add->tip };
	uint64_t n;
	enum err err;

	for (n = add->from; n <= add->tip.n; n++) {
		err = write_entry(txn, add, n, chain_of(add, n),
		    run->headers[n - run->first]);
		if (err != ERR_NONE)
			return err;
	}
	if (log_at_boundary(&add->tip)) {
		err = write_head(txn, add, add->tip.n, run->head);
		if (err != ERR_NONE)
			return err;
	}
	memcpy(branch.head, run->head, HEAD_LEN);
	return branch_put(txn, run->log_id, add->number, &branch);
}

/*
 * Freeze the log where the addition parts.  Until a branch parts before the tip,
 * somebody's word tells where; one that goes on after the tip tells nothing.
 */
static enum err
freeze(struct store_txn *txn, struct store_row *row, const struct addition *add)
{
	enum err err = ERR_NONE;

	if (add->base < row->log.tip.n)
		err = store_branch_parts(txn, add->run->log_id);
	if (err == ERR_NOENT)
		row->log.frozen = false;
	else if (err != ERR_NONE)
		return err;
	return store_freeze(txn, add->run->log_id, add->base);
}

/* Freeze the log and write the run to its branch, a new one if it is 0. */
static enum err
keep(struct store_txn *txn, struct store_row *row, struct addition *add)
{
	uint8_t key[KEY_LEN];
	enum err err;

	if ((err = freeze(txn, row, add)) != ERR_NONE)
		return err;
	memcpy(key, row->log.key, KEY_LEN);
	if (add->number == 0) {
		/* One branch too many: what it erases goes all the same. */
		if (row->branches == STORE_BRANCHES_MAX)
			return store_erase_run(txn, key, add->run, add->from);
		add->number = ++row->branches;
		if ((err = copy_entries(txn, add)) != ERR_NONE ||
		    (err = copy_heads(txn, add)) != ERR_NONE)
			return err;
	}
	if ((err = write_branch(txn, add)) != ERR_NONE)
		return err;
	return store_erase_run(txn, key, add->run, add->from);
}

/* Does the run begin within, or right after, what a branch has of its own? */
static enum err
find_joined(
    struct store_txn *txn, const struct store_row *row, struct addition *add)
{
	const struct log_run *run = add->run;
	struct store_branch branch;
	uint8_t number;
	enum err err;

	for (number = 1; number <= row->branches; number++) {
		err = store_branch_get(txn, run->log_id, number, &branch);
		if (err != ERR_NONE)
			return err;
		if (run->first - 1 <= branch.base)
			continue;
		err = has_entry(txn, run->log_id, number, run->first - 1,
		    run->c_prev, HASH_LEN);
		if (err == ERR_NOENT)
			continue;
		add->base = branch.base;
		add->parent = number;
		return err;
	}
	return ERR_NOENT;
}

/* Is the run the same up to ${last_common}, and another right after it? */
static enum err
check_parting(struct store_txn *txn, const struct store_log *log,
    const struct addition *add)
{
	const struct log_run *run = add->run;
	struct store_stored stored;
	uint64_t n;
	bool same;
	enum err err;

	for (n = run->first; n <= add->base + 1; n++) {
		if (n > log->tip.n)
			return log->frozen ? ERR_NONE : ERR_CHAIN;
		err = store_stored(txn, run->log_id, 0, n, &stored);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_DAMAGED : err;
		same = memcmp(stored.c, add->c[n - run->first], HASH_LEN) == 0;
		if (same != (n <= add->base))
			return ERR_CHAIN;
	}
	return ERR_NONE;
}

/* Does the run begin with all that is left of a branch that is kept? */
static enum err
find_extended(
    struct store_txn *txn, const struct store_row *row, struct addition *add)
{
	struct store_branch branch;
	uint8_t number;
	enum err err;

	for (number = 1; number <= row->branches; number++) {
		err = store_branch_get(txn, add->run->log_id, number, &branch);
		if (err != ERR_NONE)
			return err;
		if (branch.base == add->base &&
		    branch.tip.n + 1 >= add->run->first &&
		    branch.tip.n < add->tip.n &&
		    memcmp(branch.tip.c, chain_of(add, branch.tip.n),
			HASH_LEN) == 0) {
			add->number = number;
			add->from = branch.tip.n + 1;
			return ERR_NONE;
		}
	}
	return ERR_NONE;
}

/* Keep a run that parts from the stored branch after ${add}->base. */
static enum err
part(struct store_txn *txn, struct store_row *row, struct addition *add)
{
	const struct log_run *run = add->run;
	struct log_tip start;
	enum err err;

	if (run->first > add->base + 1 || add->base > row->log.tip.n)
		return ERR_GAP;
	err = store_tip_at(txn, run->log_id, run->first - 1, &start);
	if (err == ERR_NONE)
		err = store_fold(run, &start, &add->tip, add->c);
	if (err != ERR_NONE)
		return err;
	if (add->tip.n <= add->base)
		return ERR_CHAIN;
	if ((err = check_parting(txn, &row->log, add)) != ERR_NONE)
		return err;
	add->from = add->base + 1;
	if ((err = find_extended(txn, row, add)) != ERR_NONE)
		return err;
	return keep(txn, row, add);
}

/* Keep a run that begins within a branch, or goes on where one ends. */
static enum err
join(struct store_txn *txn, struct store_row *row, struct addition *add)
{
	const struct log_run *run = add->run;
	struct log_tip start;
	enum err err;

	err = store_branch_tip_at(
	    txn, run->log_id, add->parent, run->first - 1, &start);
	if (err == ERR_NONE)
		err = store_fold(run, &start, &add->tip, add->c);
	if (err != ERR_NONE)
		return err;
	add->from = run->first;
	if ((err = find_extended(txn, row, add)) != ERR_NONE)
		return err;
	return keep(txn, row, add);
}

enum err
store_add_branch(
    struct store_txn *txn, const struct log_run *run, uint64_t last_common)
{
	struct addition add = { .run = run, .base = last_common };
	struct store_row *row;
	struct log_head head;
	uint8_t number;
	enum err err;

	if (run->first == 0)
		return ERR_SIZE;
	if ((err = store_row(txn, run->log_id, &row)) != ERR_NONE)
		return err;

	/* A chain value names all that leads to it. */
	log_head_parse(run->head, &head);
	err = find_branch(txn, row, head.n, head.c, HASH_LEN, &number);
	if (err == ERR_NONE && number != 0)
		return ERR_EXIST;
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;

	err = find_joined(txn, row, &add);
	if (err == ERR_NOENT)
		return part(txn, row, &add);
	return err == ERR_NONE ? join(txn, row, &add) : err;
}
