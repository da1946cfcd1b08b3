#include "tests/unit/press.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/record.h"
#include "daemon/store.h"

#define START_MS UINT64_C(1700000000000)

/* Copy bytes to memory of their own. */
static void *
copy_of(const void *data, size_t len)
{
	void *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

static char *
text_of(const char *text)
{
	return copy_of(text, strlen(text) + 1);
}

/* Append an entry to the chain; all bytes are copied. */
static uint64_t
append(struct press *press, const uint8_t *header, size_t len,
    const uint8_t *body, size_t body_len, const uint8_t *salt)
{
	const struct log_tip *before = press->count == 0 ?
	    &press->start :
	    &press->entries[press->count - 1].tip;
	struct press_entry entry = { .header_len = len, .tip = *before };

	entry.header = copy_of(header, len);
	if (body != NULL) {
		entry.body = copy_of(body, body_len);
		entry.body_len = body_len;
		memcpy(entry.salt, salt, SALT_LEN);
	}
	assert_int_equal(log_step(&entry.tip, header, len), ERR_NONE);
	press->entries = realloc(
	    press->entries, (press->count + 1) * sizeof(*press->entries));
	assert_non_null(press->entries);
	press->entries[press->count++] = entry;
	return press->count;
}

/* The salt of the entry to come: the same in every run of a test. */
static void
next_salt(const struct press *press, uint8_t out[SALT_LEN])
{
	uint8_t in[KEY_LEN + 16];

	memcpy(in, press->key.public_key, KEY_LEN);
	bytes_put_le64(in + KEY_LEN, press->inc);
	bytes_put_le64(in + KEY_LEN + 8, press->count + 1);
	crypto_h(in, sizeof(in), out);
}

/* Encode a header and append it with the body's bytes. */
static uint64_t
append_header(struct press *press, struct header *header, const void *body,
    size_t len, const uint8_t salt[SALT_LEN])
{
	uint8_t buf[HEADER_MAX];
	size_t header_len;

	header->time_ms = press->time_ms;
	press->time_ms += 1000;
	if (body != NULL) {
		header->body_len = (uint32_t)len;
		header->has_commit = true;
		crypto_commit(salt, body, len, header->commit);
	}
	assert_int_equal(
	    header_encode(header, buf, sizeof(buf), &header_len), ERR_NONE);
	return append(press, buf, header_len, body, len, salt);
}

void
press_begin(struct press *press, uint8_t seed, uint64_t inc, const char *org)
{
	const uint8_t bytes[SEED_LEN] = { seed };
	struct header_genesis genesis = {
		.inc = inc, .format = 1, .reason = 1
	};
	struct header header = { .kind = HEADER_GENESIS };
	uint8_t ext[512];
	size_t len;

	memset(press, 0, sizeof(*press));
	crypto_key_from_seed(bytes, &press->key);
	press->inc = inc;
	press->time_ms = START_MS;
	(void)snprintf(press->org, sizeof(press->org), "%s", org);
	log_begin(press->key.public_key, inc, press->log_id, &press->start);
	memcpy(genesis.key, press->key.public_key, KEY_LEN);
	(void)snprintf(genesis.org, sizeof(genesis.org), "%s", org);
	assert_int_equal(
	    header_genesis_encode(&genesis, ext, sizeof(ext), &len), ERR_NONE);
	header.ext = (struct bytes){ .data = ext, .len = len };
	(void)append_header(press, &header, NULL, 0, NULL);
}

void
press_end(struct press *press)
{
	size_t i;

	for (i = 0; i < press->count; i++) {
		free(press->entries[i].header);
		free(press->entries[i].body);
	}
	free(press->entries);
	press->entries = NULL;
	press->count = 0;
}

uint64_t
press_add_sealed(struct press *press, const struct press_options *options,
    const void *body, size_t len)
{
	struct header header = {
		.kind = options->kind,
		.topic = options->topic,
		.group = options->group,
		.has_record = options->record != NULL,
		.ext = options->ext,
	};
	uint8_t ext[2048];
	uint8_t salt[SALT_LEN];
	size_t ext_len;

	if (options->record != NULL)
		memcpy(header.record, options->record, RECORD_LEN);
	if (options->nabout > 0) {
		assert_int_equal(
		    header_about_encode(options->about, options->nabout, ext,
			sizeof(ext), &ext_len),
		    ERR_NONE);
		header.ext = (struct bytes){ .data = ext, .len = ext_len };
	}
	next_salt(press, salt);
	return append_header(press, &header, body, len, salt);
}

uint64_t
press_add(
    struct press *press, const struct press_options *options, Erfa__Body *body)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	uint64_t n;

	if (body != NULL)
		assert_int_equal(body_encode(body, &bytes, &len), ERR_NONE);
	n = press_add_sealed(press, options, bytes, len);
	body_free(body);
	free(bytes);
	return n;
}

uint64_t
press_add_raw(struct press *press, const void *header, size_t len,
    const void *body, size_t body_len)
{
	uint8_t salt[SALT_LEN];

	next_salt(press, salt);
	return append(press, header, len, body, body_len, salt);
}

uint64_t
press_again(struct press *press, const struct press *from, uint64_t n)
{
	const struct press_entry *entry = &from->entries[n - 1];
	struct header header;

	assert_int_equal(
	    header_decode(entry->header, entry->header_len, &header), ERR_NONE);
	return append_header(
	    press, &header, entry->body, entry->body_len, entry->salt);
}

/* Make the run from ${first} to at most ${last}; ends at a boundary. */
static uint64_t
make_run(const struct press *press, uint64_t first, uint64_t last,
    struct bytes headers[BOUNDARY_N], uint8_t head[HEAD_LEN],
    struct log_run *run)
{
	const struct log_tip *before = first == 1 ?
	    &press->start :
	    &press->entries[first - 2].tip;
	uint64_t n = first - 1;
	size_t count = 0;

	do {
		headers[count++] = (struct bytes){
			.data = press->entries[n].header,
			.len = press->entries[n].header_len,
		};
		n++;
	} while (n < last && !log_at_boundary(&press->entries[n - 1].tip));
	log_head_sign(press->key.secret, press->log_id,
	    &press->entries[n - 1].tip, START_MS, head);
	*run = (struct log_run){
		.first = first,
		.headers = headers,
		.count = count,
		.head = head,
	};
	memcpy(run->log_id, press->log_id, LOG_ID_LEN);
	memcpy(run->c_prev, before->c, HASH_LEN);
	return n;
}

void
press_put(
    const struct press *press, struct store_txn *txn, bool own, uint64_t last)
{
	struct bytes headers[BOUNDARY_N];
	uint8_t head[HEAD_LEN];
	struct log_run run;
	struct store_log log;
	uint64_t n = 0;
	enum err err;

	err = store_log(txn, press->log_id, &log);
	if (err == ERR_NONE)
		n = log.tip.n;
	else
		assert_int_equal(err, ERR_NOENT);
	if (last == 0)
		last = press->count;
	while (n < last) {
		n = make_run(press, n + 1, last, headers, head, &run);
		assert_int_equal(store_add_run(txn, press->key.public_key,
				     press->inc, own, &run),
		    ERR_NONE);
	}
}

void
press_give(const struct press *press, struct store_txn *txn, uint64_t n)
{
	const struct press_entry *entry = &press->entries[n - 1];
	enum err err;

	if (entry->body == NULL)
		return;
	err = store_add_body(
	    txn, press->log_id, n, entry->salt, entry->body, entry->body_len);
	if (err != ERR_EXIST)
		assert_int_equal(err, ERR_NONE);
}

void
press_publish(const struct press *press, struct store *store, bool own)
{
	struct store_txn *txn;
	uint64_t n;

	assert_int_equal(store_begin(store, true, &txn), ERR_NONE);
	press_put(press, txn, own, 0);
	for (n = 1; n <= press->count; n++)
		press_give(press, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

void
press_branch(
    const struct press *press, struct store_txn *txn, uint64_t last_common)
{
	struct bytes headers[BOUNDARY_N];
	uint8_t head[HEAD_LEN];
	struct log_run run;

	(void)make_run(
	    press, last_common + 1, press->count, headers, head, &run);
	assert_int_equal(store_add_branch(txn, &run, last_common), ERR_NONE);
}

void
press_record(const char *text, uint8_t out[RECORD_LEN])
{
	uint8_t hash[HASH_LEN];

	crypto_h(text, strlen(text), hash);
	memcpy(out, hash, RECORD_LEN);
}

Erfa__Body *
press_body(uint32_t kind)
{
	Erfa__Body *body;

	assert_int_equal(body_new(kind, &body), ERR_NONE);
	body->envelope->has_major = true;
	body->envelope->major = 1;
	body->envelope->language = text_of("da");
	return body;
}

/* Hang an organisation written as "dk-791 Viborg" into a trial. */
static void
add_site(Erfa__Trial *trial, const char *site)
{
	const char *blank = strchr(site, ' ');
	Erfa__OrgRef *ref = calloc(1, sizeof(*ref));

	assert_non_null(ref);
	assert_non_null(blank);
	erfa__org_ref__init(ref);
	ref->id = copy_of(site, (size_t)(blank - site) + 1);
	ref->id[blank - site] = '\0';
	ref->name = text_of(blank + 1);
	trial->sites = calloc(1, sizeof(*trial->sites));
	assert_non_null(trial->sites);
	trial->sites[0] = ref;
	trial->n_sites = 1;
}

Erfa__Body *
press_trial(const char *title, const char *summary, const char *external_id,
    const char *site)
{
	Erfa__Body *body = press_body(HEADER_TRIAL);

	if (title != NULL)
		body->trial->title = text_of(title);
	if (summary != NULL)
		body->trial->summary = text_of(summary);
	if (external_id != NULL) {
		body->envelope->external_id = text_of(external_id);
		body->envelope->has_transcribed = true;
		body->envelope->transcribed = true;
	}
	if (site != NULL)
		add_site(body->trial, site);
	return body;
}

Erfa__RecordRef *
press_ref(const struct press *press, const uint8_t record[RECORD_LEN])
{
	char id[RECORD_ID_CHARS + 1];
	Erfa__RecordRef *ref = calloc(1, sizeof(*ref));

	assert_non_null(ref);
	erfa__record_ref__init(ref);
	record_print(press->org, record, RECORD_CHARS, id);
	ref->id = text_of(id);
	return ref;
}

uint64_t
press_vouch(struct press *press, const struct press *about, bool withdrawn,
    uint64_t cut, const char *name)
{
	struct header_member *member = calloc(1, sizeof(*member));
	struct press_options options = { .kind = HEADER_MEMBER };
	Erfa__Body *body = NULL;
	uint8_t ext[1024];
	size_t len;
	uint64_t n;

	assert_non_null(member);
	memcpy(member->key, about->key.public_key, KEY_LEN);
	memcpy(member->org, about->org, sizeof(member->org));
	member->roles = ROLE_WRITES | ROLE_INTRODUCES;
	member->withdrawn = withdrawn;
	if (cut > 0) {
		member->ncuts = 1;
		member->cuts[0].n = cut;
		memcpy(member->cuts[0].log_id, about->log_id, LOG_ID_LEN);
		memcpy(
		    member->cuts[0].c8, about->entries[cut - 1].tip.c, C8_LEN);
	}
	assert_int_equal(
	    header_member_encode(member, ext, sizeof(ext), &len), ERR_NONE);
	options.ext = (struct bytes){ .data = ext, .len = len };
	if (name != NULL) {
		body = press_body(HEADER_MEMBER);
		body->directory->name = text_of(name);
	}
	n = press_add(press, &options, body);
	free(member);
	return n;
}

struct directory *
press_directory(const struct press *own)
{
	struct directory_entry *entry = calloc(1, sizeof(*entry));
	struct directory_input *input;
	struct directory *directory;
	struct header header;
	size_t i;

	assert_non_null(entry);
	assert_int_equal(
	    directory_input_new(own->key.public_key, own->org, &input),
	    ERR_NONE);
	for (i = 0; i < own->count; i++) {
		if (header_decode(own->entries[i].header,
			own->entries[i].header_len, &header) != ERR_NONE ||
		    header.kind != HEADER_MEMBER)
			continue;
		memcpy(entry->voucher, own->key.public_key, KEY_LEN);
		memcpy(entry->log_id, own->log_id, LOG_ID_LEN);
		entry->n = i + 1;
		entry->time_ms = header.time_ms;
		assert_int_equal(
		    header_member_decode(header.ext, &entry->member), ERR_NONE);
		assert_int_equal(directory_input_add(input, entry), ERR_NONE);
	}
	assert_int_equal(directory_compute(input, &directory), ERR_NONE);
	directory_input_free(input);
	free(entry);
	return directory;
}
