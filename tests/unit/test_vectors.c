/*
 * The codecs against tests/vectors, which make.py there computed from the
 * definitions without this code.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/log.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "proto/wire.h"
#include "tests/unit/vectors.h"

#define FILES 7

struct fixture {
	struct vectors *keys;
	struct vectors *log;
	struct vectors *header;
	struct vectors *body;
	struct vectors *member;
	struct vectors *wire;
	struct vectors *invite;
	struct crypto_key ada;
	struct crypto_key bob;
	struct crypto_key eve;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	f->keys = vectors_open("tests/vectors/keys.txt");
	f->log = vectors_open("tests/vectors/log.txt");
	f->header = vectors_open("tests/vectors/header.txt");
	f->body = vectors_open("tests/vectors/body.txt");
	f->member = vectors_open("tests/vectors/member.txt");
	f->wire = vectors_open("tests/vectors/wire.txt");
	f->invite = vectors_open("tests/vectors/invite.txt");
	if (f->keys == NULL || f->log == NULL || f->header == NULL ||
	    f->body == NULL || f->member == NULL || f->wire == NULL ||
	    f->invite == NULL)
		return -1;
	crypto_key_from_seed(
	    vectors_fixed(f->keys, "ada.seed", SEED_LEN), &f->ada);
	crypto_key_from_seed(
	    vectors_fixed(f->keys, "bob.seed", SEED_LEN), &f->bob);
	crypto_key_from_seed(
	    vectors_fixed(f->keys, "eve.seed", SEED_LEN), &f->eve);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	vectors_close(f->keys);
	vectors_close(f->log);
	vectors_close(f->header);
	vectors_close(f->body);
	vectors_close(f->member);
	vectors_close(f->wire);
	vectors_close(f->invite);
	free(f);
	return 0;
}

/* Return "prefix.number.suffix", valid until the next call. */
static const char *
numbered(const char *prefix, size_t number, const char *suffix)
{
	static char name[64];

	(void)snprintf(name, sizeof(name), "%s.%zu%s", prefix, number, suffix);
	return name;
}

static void
assert_vector(
    struct vectors *vectors, const char *name, const void *data, size_t len)
{
	struct bytes want = vectors_bytes(vectors, name);

	assert_int_equal(len, want.len);
	assert_memory_equal(data, want.data, len);
}

static void
domains_are_padded(void **state)
{
	static const char *const domains[] = { "log", "head", "invite", "join",
		"check", "rotate" };
	struct fixture *f = *state;
	uint8_t out[DOMAIN_LEN];
	char name[32];
	size_t i;

	for (i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		(void)snprintf(name, sizeof(name), "erfa/1/%s", domains[i]);
		crypto_pad16(name, out);
		(void)snprintf(name, sizeof(name), "pad16.%s", domains[i]);
		assert_vector(f->keys, name, out, sizeof(out));
	}
}

static void
hash_is_h(void **state)
{
	struct fixture *f = *state;
	uint8_t out[HASH_LEN];

	crypto_h("", 0, out);
	assert_vector(f->keys, "h.empty", out, sizeof(out));
	crypto_h("abc", 3, out);
	assert_vector(f->keys, "h.abc", out, sizeof(out));
}

static void
assert_key(struct fixture *f, const char *prefix, const struct crypto_key *key)
{
	uint8_t curve[KEY_LEN];
	char name[64];

	(void)snprintf(name, sizeof(name), "%s.public", prefix);
	assert_vector(f->keys, name, key->public_key, KEY_LEN);
	(void)snprintf(name, sizeof(name), "%s.curve_secret", prefix);
	assert_vector(f->keys, name, key->curve_secret, KEY_LEN);
	(void)snprintf(name, sizeof(name), "%s.curve_public", prefix);
	assert_vector(f->keys, name, key->curve_public, KEY_LEN);
	assert_int_equal(crypto_curve_public(key->public_key, curve), ERR_NONE);
	assert_vector(f->keys, name, curve, KEY_LEN);
}

static void
keys_are_usable_or_not(void **state)
{
	static const char *const good[] = { "1", "2", "8", "12345" };
	static const char *const bad[] = { "off_the_curve", "neutral",
		"neutral_with_sign", "neutral_not_canonical", "order_2",
		"order_4", "order_8", "order_2_with_sign", "plus_order_2",
		"plus_order_4", "plus_order_8", "not_canonical",
		"not_canonical_with_sign" };
	struct fixture *f = *state;
	uint8_t curve[KEY_LEN];
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(name, sizeof(name), "usable.%s.public", good[i]);
		assert_int_equal(
		    crypto_curve_public(
			vectors_fixed(f->keys, name, KEY_LEN), curve),
		    ERR_NONE);
		(void)snprintf(
		    name, sizeof(name), "usable.%s.curve_public", good[i]);
		assert_vector(f->keys, name, curve, KEY_LEN);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(name, sizeof(name), "unusable.%s", bad[i]);
		assert_int_equal(
		    crypto_curve_public(
			vectors_fixed(f->keys, name, KEY_LEN), curve),
		    ERR_SIG);
	}
}

static void
seeds_give_both_key_pairs(void **state)
{
	struct fixture *f = *state;

	assert_key(f, "ada", &f->ada);
	assert_key(f, "bob", &f->bob);
	assert_key(f, "eve", &f->eve);
}

/* Fold the log of log.txt. */
static struct log_tip
fold_log(struct fixture *f, uint8_t log_id[LOG_ID_LEN])
{
	struct log_tip tip;
	struct bytes header;
	size_t n;

	log_begin(
	    f->ada.public_key, vectors_number(f->log, "inc"), log_id, &tip);
	assert_vector(f->log, "log_id", log_id, LOG_ID_LEN);
	assert_vector(f->log, "c.0", tip.c, HASH_LEN);
	for (n = 1; n <= 4; n++) {
		header = vectors_bytes(f->log, numbered("header", n, ""));
		assert_int_equal(
		    log_step(&tip, header.data, header.len), ERR_NONE);
		assert_vector(f->log, numbered("c", n, ""), tip.c, HASH_LEN);
	}
	return tip;
}

static void
chain_and_head_are_the_same(void **state)
{
	struct fixture *f = *state;
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip = fold_log(f, log_id);
	uint8_t head[HEAD_LEN];

	log_head_sign(f->ada.secret, log_id, &tip,
	    vectors_number(f->log, "head.time_ms"), head);
	assert_vector(f->log, "head", head, HEAD_LEN);
	assert_int_equal(log_head_verify(f->ada.public_key, head), ERR_NONE);
}

/* Length of header ${n} in the four examples of boundaries. */
static size_t
example_len(int example, uint64_t n)
{
	switch (example) {
	case 0:
		return 60;
	case 1:
		return 4096;
	case 2:
		return 4095;
	default:
		return (size_t)(1 + 37 * n * n % 4096);
	}
}

static void
boundaries_are_at_the_same_entries(void **state)
{
	static const char *const names[] = { "boundary.count", "boundary.bytes",
		"boundary.over", "boundary.mixed" };
	struct fixture *f = *state;
	uint8_t header[HEADER_MAX];
	uint8_t log_id[LOG_ID_LEN];
	uint64_t want[100];
	struct log_tip tip;
	char name[64];
	size_t found;
	size_t count;
	uint64_t last;
	uint64_t n;
	size_t i;
	int example;

	for (example = 0; example < 4; example++) {
		count = vectors_list(f->log, names[example], want, 100);
		(void)snprintf(
		    name, sizeof(name), "%s.headers", names[example]);
		last = vectors_number(f->log, name);
		log_begin(f->ada.public_key, vectors_number(f->log, "inc"),
		    log_id, &tip);
		for (found = 0, n = 1; n <= last; n++) {
			for (i = 0; i < example_len(example, n); i++)
				header[i] = (uint8_t)(n + i);
			assert_int_equal(log_step(&tip, header, i), ERR_NONE);
			if (!log_at_boundary(&tip))
				continue;
			assert_true(found < count);
			assert_int_equal(n, want[found++]);
		}
		assert_int_equal(found, count);
		(void)snprintf(name, sizeof(name), "%s.c", names[example]);
		assert_vector(f->log, name, tip.c, HASH_LEN);
	}
}

static void
digest_of_positions_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct log_digest digest;
	uint8_t out[HASH_LEN];
	const uint8_t *log_id;
	uint64_t n;
	size_t i;

	log_digest_begin(&digest);
	for (i = 0; i < 4; i++) {
		log_id = vectors_fixed(
		    f->log, numbered("digest", i, ".log_id"), LOG_ID_LEN);
		n = vectors_number(f->log, numbered("digest", i, ".entry"));
		log_digest_add(&digest, log_id, n,
		    vectors_fixed(
			f->log, numbered("digest", i, ".c8"), C8_LEN));
	}
	log_digest_end(&digest, out);
	assert_vector(f->log, "digest", out, HASH_LEN);
	log_digest_begin(&digest);
	log_digest_end(&digest, out);
	assert_vector(f->log, "digest.empty", out, HASH_LEN);
}

static void
full_header_encodes_and_decodes_the_same(void **state)
{
	struct fixture *f = *state;
	struct bytes want = vectors_bytes(f->header, "full");
	uint8_t buf[HEADER_MAX];
	struct header header;
	size_t len;

	assert_int_equal(header_decode(want.data, want.len, &header), ERR_NONE);
	assert_int_equal(header.kind, vectors_number(f->header, "full.kind"));
	assert_int_equal(
	    header.time_ms, vectors_number(f->header, "full.time_ms"));
	assert_int_equal(header.topic, vectors_number(f->header, "full.topic"));
	assert_int_equal(header.group, vectors_number(f->header, "full.group"));
	assert_int_equal(
	    header.body_len, vectors_number(f->header, "full.body_len"));
	assert_vector(f->header, "full.commit", header.commit, HASH_LEN);
	assert_vector(f->header, "full.ext", header.ext.data, header.ext.len);
	assert_vector(f->header, "full.record", header.record, RECORD_LEN);
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_NONE);
	assert_vector(f->header, "full", buf, len);
}

static void
header_of_an_unknown_kind_encodes_and_decodes_the_same(void **state)
{
	struct fixture *f = *state;
	struct bytes want = vectors_bytes(f->header, "unknown");
	uint8_t buf[HEADER_MAX];
	struct header header;
	size_t len;

	assert_int_equal(header_decode(want.data, want.len, &header), ERR_NONE);
	assert_int_equal(
	    header.kind, vectors_number(f->header, "unknown.kind"));
	assert_int_equal(
	    header_encode(&header, buf, sizeof(buf), &len), ERR_NONE);
	assert_vector(f->header, "unknown", buf, len);
}

static void
headers_of_the_log_encode_and_decode_the_same(void **state)
{
	static const uint32_t kinds[] = { HEADER_GENESIS, HEADER_TRIAL,
		HEADER_MEMBER, HEADER_ERASE };
	struct fixture *f = *state;
	uint8_t buf[HEADER_MAX];
	struct header header;
	struct bytes want;
	size_t len;
	size_t n;

	for (n = 1; n <= 4; n++) {
		want = vectors_bytes(f->log, numbered("header", n, ""));
		assert_int_equal(
		    header_decode(want.data, want.len, &header), ERR_NONE);
		assert_int_equal(header.kind, kinds[n - 1]);
		assert_int_equal(
		    header_encode(&header, buf, sizeof(buf), &len), ERR_NONE);
		assert_vector(f->log, numbered("header", n, ""), buf, len);
	}
}

static void
genesis_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct header_genesis genesis;
	uint8_t buf[512];
	size_t len;

	assert_int_equal(
	    header_genesis_decode(
		vectors_bytes(f->header, "genesis.first"), &genesis),
	    ERR_NONE);
	assert_memory_equal(genesis.key, f->ada.public_key, KEY_LEN);
	assert_int_equal(genesis.inc, vectors_number(f->log, "inc"));
	assert_int_equal(genesis.format, 1);
	assert_string_equal(genesis.org, "dk-791");
	assert_false(genesis.has_prev);
	assert_int_equal(genesis.reason, 1);
	assert_int_equal(
	    header_genesis_encode(&genesis, buf, sizeof(buf), &len), ERR_NONE);
	assert_vector(f->header, "genesis.first", buf, len);

	assert_int_equal(
	    header_genesis_decode(
		vectors_bytes(f->header, "genesis.next"), &genesis),
	    ERR_NONE);
	assert_true(genesis.has_prev);
	assert_vector(f->log, "log_id", genesis.prev_log_id, LOG_ID_LEN);
	assert_int_equal(genesis.prev_n, 4);
	assert_vector(f->log, "c.4", genesis.prev_c, HASH_LEN);
	assert_int_equal(genesis.reason, 2);
	assert_int_equal(
	    header_genesis_encode(&genesis, buf, sizeof(buf), &len), ERR_NONE);
	assert_vector(f->header, "genesis.next", buf, len);
}

static void
about_fork_and_erase_are_the_same(void **state)
{
	struct fixture *f = *state;
	struct header_about about[HEADER_ABOUT_MAX];
	struct header_target targets[ERASE_MAX];
	struct header_fork fork;
	uint8_t buf[HEADER_MAX];
	size_t count;
	size_t len;

	assert_int_equal(header_about_decode(
			     vectors_bytes(f->header, "about"), about, &count),
	    ERR_NONE);
	assert_int_equal(count, 2);
	assert_string_equal(about[0].org, "");
	assert_vector(f->header, "full.record", about[0].record, RECORD_LEN);
	assert_int_equal(about[0].major, 1);
	assert_int_equal(about[0].minor, 0);
	assert_string_equal(about[1].org, "fi-564");
	assert_vector(
	    f->header, "about.other_record", about[1].record, RECORD_LEN);
	assert_int_equal(about[1].major, 2);
	assert_int_equal(about[1].minor, 3);
	assert_int_equal(
	    header_about_encode(about, count, buf, sizeof(buf), &len),
	    ERR_NONE);
	assert_vector(f->header, "about", buf, len);

	assert_int_equal(
	    header_fork_decode(vectors_bytes(f->header, "fork"), &fork),
	    ERR_NONE);
	assert_vector(f->log, "log_id", fork.log_id, LOG_ID_LEN);
	assert_int_equal(fork.last_common, 3);
	assert_vector(f->header, "fork.head_a", fork.head_a, HEAD_LEN);
	assert_vector(f->header, "fork.head_b", fork.head_b, HEAD_LEN);
	assert_int_equal(
	    log_head_verify(f->ada.public_key, fork.head_b), ERR_NONE);
	assert_int_equal(
	    header_fork_encode(&fork, buf, sizeof(buf), &len), ERR_NONE);
	assert_vector(f->header, "fork", buf, len);

	assert_int_equal(header_erase_decode(vectors_bytes(f->header, "erase"),
			     targets, &count),
	    ERR_NONE);
	assert_int_equal(count, 2);
	assert_vector(f->log, "log_id", targets[0].log_id, LOG_ID_LEN);
	assert_int_equal(targets[0].n, 2);
	assert_int_equal(targets[0].reason, 1);
	assert_int_equal(targets[1].n, (uint64_t)1 << 40);
	assert_int_equal(targets[1].reason, 5);
	assert_int_equal(
	    header_erase_encode(targets, count, buf, sizeof(buf), &len),
	    ERR_NONE);
	assert_vector(f->header, "erase", buf, len);
}

static void
topics_are_the_same(void **state)
{
	struct fixture *f = *state;
	size_t count = (size_t)vectors_number(f->header, "topic.count");
	char topic[TOPIC_MAX + 1];
	uint32_t sector;
	uint32_t kind;
	size_t i;

	for (i = 0; i < count; i++) {
		kind = (uint32_t)vectors_number(
		    f->header, numbered("topic", i, ".kind"));
		sector = (uint32_t)vectors_number(
		    f->header, numbered("topic", i, ".sector"));
		header_topic(
		    vectors_text(f->header, numbered("topic", i, ".org")), kind,
		    sector, topic);
		assert_string_equal(
		    topic, vectors_text(f->header, numbered("topic", i, "")));
	}
}

static void
record_ids_are_the_same(void **state)
{
	struct fixture *f = *state;
	char text[RECORD_ID_CHARS + 1];
	char org[ORG_MAX + 1];
	uint8_t out[RECORD_LEN];
	const uint8_t *record;
	size_t i;

	for (i = 0; i < 3; i++) {
		record = vectors_fixed(
		    f->header, numbered("record", i, ""), RECORD_LEN);
		record_print("dk-791", record, RECORD_SHOWN, text);
		assert_string_equal(text,
		    vectors_text(f->header, numbered("record", i, ".shown")));
		record_print("dk-791", record, RECORD_CHARS, text);
		assert_string_equal(text,
		    vectors_text(f->header, numbered("record", i, ".whole")));
		assert_int_equal(record_parse_full(text, org, out), ERR_NONE);
		assert_memory_equal(out, record, RECORD_LEN);
	}
	record_import(vectors_text(f->header, "import.kind"),
	    vectors_text(f->header, "import.external"), out);
	assert_vector(f->header, "import", out, RECORD_LEN);
}

static void
commitments_are_the_same(void **state)
{
	struct fixture *f = *state;
	const uint8_t *salt = vectors_fixed(f->body, "salt", SALT_LEN);
	struct bytes p = vectors_bytes(f->body, "p");
	struct bytes sealed = vectors_bytes(f->body, "sealed");
	uint8_t *longest = calloc(1, BODY_MAX);
	uint8_t out[HASH_LEN];

	assert_non_null(longest);
	crypto_commit(salt, p.data, p.len, out);
	assert_vector(f->body, "commit", out, HASH_LEN);
	crypto_commit(salt, longest, BODY_MAX, out);
	assert_vector(f->body, "commit.longest", out, HASH_LEN);
	crypto_commit(salt, sealed.data, sealed.len, out);
	assert_vector(f->body, "sealed.commit", out, HASH_LEN);
	free(longest);
}

static void
sealed_content_is_the_same_and_opens_for_both_members(void **state)
{
	struct fixture *f = *state;
	const uint8_t *key = vectors_fixed(f->body, "content_key", KEY_LEN);
	const uint8_t *nonce = vectors_fixed(
	    f->body, "nonce", CRYPTO_NONCE_LEN);
	struct bytes p = vectors_bytes(f->body, "p");
	struct bytes box = vectors_bytes(f->body, "box");
	uint8_t out[2048];
	size_t len;

	assert_int_equal(CRYPTO_BOX_LEN(p.len), box.len);
	crypto_content_seal(key, nonce, p.data, p.len, out);
	assert_vector(f->body, "box", out, box.len);

	assert_int_equal(crypto_slot_open(vectors_fixed(f->body, "slot.bob",
					      CRYPTO_SLOT_LEN),
			     f->bob.curve_public, f->bob.curve_secret, out),
	    ERR_NONE);
	assert_memory_equal(out, key, KEY_LEN);
	assert_int_equal(crypto_slot_open(vectors_fixed(f->body, "slot.eve",
					      CRYPTO_SLOT_LEN),
			     f->eve.curve_public, f->eve.curve_secret, out),
	    ERR_NONE);
	assert_memory_equal(out, key, KEY_LEN);
	assert_int_equal(
	    crypto_content_open(key, nonce, box.data, box.len, out, &len),
	    ERR_NONE);
	assert_vector(f->body, "p", out, len);
}

static void
a_sealed_body_opens_for_its_members_and_for_nobody_else(void **state)
{
	struct fixture *f = *state;
	struct bytes p = vectors_bytes(f->body, "sealed");
	struct sealed_ring ring = { .count = 1 };
	uint8_t *plain;
	size_t len;

	ring.keys[0] = f->ada;
	assert_int_equal(
	    sealed_open(&ring, p.data, p.len, &plain, &len), ERR_DENIED);
	ring.keys[0] = f->eve;
	assert_int_equal(
	    sealed_open(&ring, p.data, p.len, &plain, &len), ERR_NONE);
	assert_vector(f->body, "p", plain, len);
	free(plain);

	/* A key of before opens it too. */
	ring.keys[0] = f->ada;
	ring.keys[1] = f->bob;
	ring.count = 2;
	assert_int_equal(
	    sealed_open(&ring, p.data, p.len, &plain, &len), ERR_NONE);
	assert_vector(f->body, "p", plain, len);
	free(plain);
}

static void
number_of_a_group_is_made_of_its_founder(void **state)
{
	struct fixture *f = *state;
	const uint8_t *seed = vectors_fixed(
	    f->body, "group.seed", GROUP_SEED_LEN);

	assert_true(sealed_number(f->ada.public_key, seed) ==
	    vectors_number(f->body, "group.number"));
	assert_true(sealed_number(f->bob.public_key, seed) !=
	    vectors_number(f->body, "group.number"));
}

/* Decode the MEMBER called ${name} and see that it encodes the same. */
static struct header_member
read_member(struct fixture *f, const char *name)
{
	struct header_member member;
	uint8_t buf[HEADER_MAX];
	size_t len;

	assert_int_equal(
	    header_member_decode(vectors_bytes(f->member, name), &member),
	    ERR_NONE);
	assert_int_equal(
	    header_member_encode(&member, buf, sizeof(buf), &len), ERR_NONE);
	assert_vector(f->member, name, buf, len);
	return member;
}

static void
members_are_the_same(void **state)
{
	struct fixture *f = *state;
	struct header_member member = read_member(f, "plain");

	assert_memory_equal(member.key, f->bob.public_key, KEY_LEN);
	assert_string_equal(member.org, "no-5501");
	assert_int_equal(member.roles, ROLE_WRITES | ROLE_INTRODUCES);
	assert_false(member.withdrawn);
	assert_false(member.inviter);

	member = read_member(f, "inviter");
	assert_memory_equal(member.key, f->ada.public_key, KEY_LEN);
	assert_true(member.inviter);

	member = read_member(f, "withdrawn");
	assert_true(member.withdrawn);
	assert_int_equal(member.roles, 0);
	assert_int_equal(member.ncuts, 1);
	assert_int_equal(member.cuts[0].n, 300);

	member = read_member(f, "succeeds");
	assert_true(member.has_succeeds);
	assert_memory_equal(member.succeeds, f->bob.public_key, KEY_LEN);
}

static void
rotation_is_signed_by_the_new_key_over_both(void **state)
{
	struct fixture *f = *state;
	struct header_member member = read_member(f, "rotate");
	uint8_t message[DOMAIN_LEN + 2 * KEY_LEN];
	uint8_t sig[SIG_LEN];

	crypto_pad16("erfa/1/rotate", message);
	memcpy(message + DOMAIN_LEN, f->ada.public_key, KEY_LEN);
	memcpy(message + DOMAIN_LEN + KEY_LEN, f->eve.public_key, KEY_LEN);
	crypto_sign_with(f->eve.secret, message, sizeof(message), sig);
	assert_vector(f->member, "rotate.sig", sig, SIG_LEN);
	assert_true(member.has_rotate_sig);
	assert_true(crypto_verify(
	    member.key, message, sizeof(message), member.rotate_sig));
}

/* Decode the message called ${name} and see that it encodes the same. */
static struct wire_msg
read_msg(struct fixture *f, const char *name, enum wire_type type)
{
	struct bytes in = vectors_bytes(f->wire, name);
	struct wire_msg msg;
	uint8_t *buf = NULL;
	size_t len;

	assert_int_equal(wire_decode(in.data, in.len, &msg), ERR_NONE);
	assert_int_equal(msg.type, type);
	assert_int_equal(wire_encode(&msg, &buf, &len), ERR_NONE);
	assert_vector(f->wire, name, buf, len);
	free(buf);
	return msg;
}

static void
hello_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = read_msg(f, "hello", WIRE_HELLO);
	const struct wire_hello *hello = &msg.u.hello;

	assert_true(hello->has_key);
	assert_memory_equal(hello->key, f->ada.public_key, KEY_LEN);
	assert_vector(f->keys, "h.empty", hello->digest, HASH_LEN);
	assert_int_equal(hello->max_msg, MSG_MAX);
	assert_int_equal(hello->window, WINDOW_MAX);
	assert_string_equal(hello->name, "Viborg");
	assert_int_equal(hello->pub_port, 7412);
	wire_clear(&msg);

	msg = read_msg(f, "hello.join", WIRE_HELLO);
	assert_false(hello->has_key);
	assert_non_null(hello->join);
	assert_string_equal(hello->join->org, "no-5501");
	assert_true(invite_join_verify(hello->join->key, f->ada.public_key,
	    vectors_fixed(f->wire, "join_public", KEY_LEN), hello->join->sig));
	wire_clear(&msg);
}

static void
have_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = read_msg(f, "have.digest", WIRE_HAVE);
	const struct wire_have *have = &msg.u.have;

	assert_vector(f->keys, "h.abc", have->digest, HASH_LEN);
	assert_int_equal(have->npos, 0);
	wire_clear(&msg);

	msg = read_msg(f, "have.positions", WIRE_HAVE);
	assert_true(have->full);
	assert_int_equal(have->part, 1);
	assert_int_equal(have->parts, 2);
	assert_int_equal(have->npos, 2);
	assert_vector(f->log, "log_id", have->pos[0].log_id, LOG_ID_LEN);
	assert_int_equal(have->pos[0].n, 4);
	assert_true(have->pos[0].has_key);
	assert_int_equal(have->pos[0].inc, vectors_number(f->log, "inc"));
	assert_false(have->pos[1].has_key);
	wire_clear(&msg);
}

static void
get_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = read_msg(f, "get.headers", WIRE_GET);
	const struct wire_get *get = &msg.u.get;

	assert_true(get->has_log);
	assert_int_equal(get->first, 1);
	assert_false(get->has_branch);
	wire_clear(&msg);

	msg = read_msg(f, "get.branch", WIRE_GET);
	assert_true(get->has_branch);
	assert_int_equal(get->n, 4);
	assert_memory_equal(
	    get->c8, vectors_fixed(f->log, "c.4", HASH_LEN), C8_LEN);
	wire_clear(&msg);

	msg = read_msg(f, "get.bodies", WIRE_GET);
	assert_false(get->has_log);
	assert_int_equal(get->nrefs, 2);
	assert_int_equal(get->refs[1].n, 3);
	assert_int_equal(get->refs[1].offset, 1000);
	wire_clear(&msg);
}

static void
data_is_the_same_and_its_run_verifies(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = read_msg(f, "data.run", WIRE_DATA);
	const struct wire_data *data = &msg.u.data;
	uint8_t log_id[LOG_ID_LEN];
	uint8_t commit[HASH_LEN];
	struct log_tip start;
	struct log_tip end;
	struct header header;

	log_begin(
	    f->ada.public_key, vectors_number(f->log, "inc"), log_id, &start);
	assert_true(data->has_run);
	assert_int_equal(
	    log_run_verify(f->ada.public_key, &start, &data->run, &end),
	    ERR_NONE);
	assert_vector(f->log, "c.4", end.c, HASH_LEN);
	assert_vector(f->log, "head", data->run.head, HEAD_LEN);
	assert_int_equal(header_decode(data->run.headers[1].data,
			     data->run.headers[1].len, &header),
	    ERR_NONE);
	wire_clear(&msg);

	/* The body of entry 2 fits its commitment. */
	msg = read_msg(f, "data.bodies", WIRE_DATA);
	assert_int_equal(data->nbodies, 2);
	crypto_commit(data->bodies[0].salt, data->bodies[0].data.data,
	    data->bodies[0].data.len, commit);
	assert_memory_equal(commit, header.commit, HASH_LEN);
	assert_int_equal(data->bodies[0].data.len, header.body_len);
	assert_int_equal(data->bodies[1].state, WIRE_GONE);
	wire_clear(&msg);

	msg = read_msg(f, "data.nothing", WIRE_DATA);
	assert_true(data->last);
	assert_false(data->has_run);
	assert_int_equal(data->nbodies, 0);
	wire_clear(&msg);
}

static void
note_is_the_same_and_verifies_as_a_run(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = read_msg(f, "note.entry", WIRE_NOTE);
	const struct wire_note *note = &msg.u.note;
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip start = fold_log(f, log_id);
	struct log_run run = { .first = 4, .count = 1 };
	struct log_tip end;

	/* Four headers are far from a boundary: only n and c count. */
	start.n = 3;
	memcpy(start.c, vectors_fixed(f->log, "c.3", HASH_LEN), HASH_LEN);
	memcpy(run.log_id, log_id, LOG_ID_LEN);
	memcpy(run.c_prev, note->c_prev, HASH_LEN);
	run.headers = &note->header;
	run.head = note->head;
	assert_int_equal(
	    log_run_verify(f->ada.public_key, &start, &run, &end), ERR_NONE);
	wire_clear(&msg);

	msg = read_msg(f, "note.beacon", WIRE_NOTE);
	assert_int_equal(note->header.len, 0);
	assert_int_equal(
	    log_head_verify(f->ada.public_key, note->head), ERR_NONE);
	wire_clear(&msg);

	msg = read_msg(f, "note.body", WIRE_NOTE);
	assert_true(note->has_body);
	assert_vector(f->body, "p", note->body.data.data, note->body.data.len);
	wire_clear(&msg);
}

static void
err_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = read_msg(f, "err", WIRE_ERR);

	assert_int_equal(msg.u.err.req, 7);
	assert_int_equal(msg.u.err.code, WIRE_BUSY);
	assert_int_equal(msg.u.err.retry_ms, 1500);
	assert_string_equal(msg.u.err.text, "ask again");
	wire_clear(&msg);
}

static void
invitation_lines_are_the_same(void **state)
{
	static const char *const prefixes[] = { "", "ipv6." };
	struct fixture *f = *state;
	char out[INVITE_LINE_MAX + 1];
	struct invite invite;
	const char *address;
	const char *line;
	char name[32];
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(name, sizeof(name), "%saddress", prefixes[i]);
		address = vectors_text(f->invite, name);
		(void)snprintf(name, sizeof(name), "%sline", prefixes[i]);
		line = vectors_text(f->invite, name);
		assert_int_equal(invite_parse(line, &invite), ERR_NONE);
		assert_string_equal(invite.address, address);
		assert_memory_equal(invite.inviter, f->ada.public_key, KEY_LEN);
		assert_vector(
		    f->invite, "secret", invite.secret, INVITE_SECRET_LEN);
		invite_print(&invite, out);
		assert_string_equal(out, line);
	}
}

static void
join_key_and_signature_are_the_same(void **state)
{
	struct fixture *f = *state;
	uint8_t join_public[KEY_LEN];
	uint8_t join_secret[KEY_LEN];
	uint8_t sig[SIG_LEN];
	struct invite invite;

	assert_int_equal(
	    invite_parse(vectors_text(f->invite, "line"), &invite), ERR_NONE);
	invite_join_key(&invite, join_public, join_secret);
	assert_vector(f->invite, "join.secret", join_secret, KEY_LEN);
	assert_vector(f->invite, "join.public", join_public, KEY_LEN);
	invite_join_sign(&f->bob, f->ada.public_key, join_public, sig);
	assert_vector(f->invite, "join.sig", sig, SIG_LEN);
}

static void
check_numbers_are_the_same(void **state)
{
	struct fixture *f = *state;
	char number[INVITE_CHECK_LEN + 1];

	invite_check_number(f->ada.curve_public, number);
	assert_string_equal(number, vectors_text(f->invite, "check.ada"));
	invite_check_number(f->bob.curve_public, number);
	assert_string_equal(number, vectors_text(f->invite, "check.bob"));
	invite_check_number(f->eve.curve_public, number);
	assert_string_equal(number, vectors_text(f->invite, "check.eve"));
}

/* The last test: whatever make.py writes is held against something. */
static void
no_vector_was_left_unread(void **state)
{
	struct fixture *f = *state;
	const struct vectors *files[FILES] = { f->keys, f->log, f->header,
		f->body, f->member, f->wire, f->invite };
	size_t i;

	for (i = 0; i < FILES; i++)
		if (vectors_unread(files[i]) != NULL)
			fail_msg("unread: %s", vectors_unread(files[i]));
}

#define T(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(domains_are_padded),
		T(hash_is_h),
		T(seeds_give_both_key_pairs),
		T(keys_are_usable_or_not),
		T(chain_and_head_are_the_same),
		T(boundaries_are_at_the_same_entries),
		T(digest_of_positions_is_the_same),
		T(full_header_encodes_and_decodes_the_same),
		T(header_of_an_unknown_kind_encodes_and_decodes_the_same),
		T(headers_of_the_log_encode_and_decode_the_same),
		T(genesis_is_the_same),
		T(about_fork_and_erase_are_the_same),
		T(topics_are_the_same),
		T(record_ids_are_the_same),
		T(commitments_are_the_same),
		T(sealed_content_is_the_same_and_opens_for_both_members),
		T(a_sealed_body_opens_for_its_members_and_for_nobody_else),
		T(number_of_a_group_is_made_of_its_founder),
		T(members_are_the_same),
		T(rotation_is_signed_by_the_new_key_over_both),
		T(hello_is_the_same),
		T(have_is_the_same),
		T(get_is_the_same),
		T(data_is_the_same_and_its_run_verifies),
		T(note_is_the_same_and_verifies_as_a_run),
		T(err_is_the_same),
		T(invitation_lines_are_the_same),
		T(join_key_and_signature_are_the_same),
		T(check_numbers_are_the_same),
		T(no_vector_was_left_unread),
	};

	return cmocka_run_group_tests_name("vectors", tests, setup, teardown);
}
