/*
 * erfa1_tool - say how we read the bytes of erfa/1, for tests in other languages.
 *
 * Reads one request a line from standard input and answers each with one line:
 * "no" if we refuse the bytes, else "ok" and what we understood.  Bytes are hex, "-"
 * stands for none.
 *
 *   header HEX         kind, time_ms, topic, group, body_len, commit, record, ext
 *   ext KIND HEX       the ext as we would write it
 *   msg HEX            the message as we would write it
 *   line TEXT          address, inviter and secret of an invitation line
 *   own KEY ORG        begin a directory
 *   pin KEY
 *   member VOUCHER LOG_ID N TIME_MS HEX       a MEMBER entry, HEX its ext
 *   compute            key, org, roles and state of every key that is known:
 *                      i in, o not in, u out for us alone; d disputed
 *   cut KEY LOG_ID     after compute
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/wire.h"

#define WORDS    6
#define LINE_MAX (2 * MSG_MAX + 256)

/* One request, and the directory that is under way. */
struct tool {
	char *words[WORDS];
	size_t nwords;
	uint8_t bytes[MSG_MAX + 1];
	size_t len;
	struct directory_input *input;
	struct directory *directory;
};

static void
say_hex(const uint8_t *bytes, size_t len)
{
	size_t i;

	(void)putchar(' ');
	if (len == 0)
		(void)putchar('-');
	for (i = 0; i < len; i++)
		(void)printf("%02x", bytes[i]);
}

/* Read word ${i} into the buffer. */
static bool
take(struct tool *tool, size_t i)
{
	if (i >= tool->nwords)
		return false;
	tool->len = strcmp(tool->words[i], "-") == 0 ?
	    0 :
	    strlen(tool->words[i]) / 2;
	if (tool->len == 0)
		return true;
	return tool->len <= MSG_MAX &&
	    bytes_unhex(tool->words[i], tool->bytes, tool->len) == ERR_NONE;
}

/* Read word ${i}, of ${len} bytes, to ${out}. */
static bool
take_fixed(const struct tool *tool, size_t i, uint8_t *out, size_t len)
{
	return i < tool->nwords &&
	    bytes_unhex(tool->words[i], out, len) == ERR_NONE;
}

static bool
do_header(struct tool *tool)
{
	struct header header;

	if (!take(tool, 1) ||
	    header_decode(tool->bytes, tool->len, &header) != ERR_NONE)
		return false;
	(void)printf("ok %" PRIu32 " %" PRIu64 " %" PRIu32 " %" PRIu64
		     " %" PRIu32,
	    header.kind, header.time_ms, header.topic, header.group,
	    header.body_len);
	say_hex(header.commit, header.has_commit ? HASH_LEN : 0);
	say_hex(header.record, header.has_record ? RECORD_LEN : 0);
	say_hex(header.ext.data, header.ext.len);
	return true;
}

/* Decode an ext and encode it again. */
static enum err
again(uint32_t kind, struct bytes ext, uint8_t *out, size_t *len)
{
	struct header_about about[HEADER_ABOUT_MAX];
	struct header_target targets[ERASE_MAX];
	struct header_genesis genesis;
	struct header_member member;
	struct header_fork fork;
	size_t count;
	enum err err;

	switch (kind) {
	case HEADER_GENESIS:
		err = header_genesis_decode(ext, &genesis);
		return err != ERR_NONE ?
		    err :
		    header_genesis_encode(&genesis, out, MSG_MAX, len);
	case HEADER_MEMBER:
		err = header_member_decode(ext, &member);
		return err != ERR_NONE ?
		    err :
		    header_member_encode(&member, out, MSG_MAX, len);
	case HEADER_ERASE:
		err = header_erase_decode(ext, targets, &count);
		return err != ERR_NONE ?
		    err :
		    header_erase_encode(targets, count, out, MSG_MAX, len);
	case HEADER_FORK:
		err = header_fork_decode(ext, &fork);
		return err != ERR_NONE ?
		    err :
		    header_fork_encode(&fork, out, MSG_MAX, len);
	default:
		err = header_about_decode(ext, about, &count);
		return err != ERR_NONE ?
		    err :
		    header_about_encode(about, count, out, MSG_MAX, len);
	}
}

static bool
do_ext(struct tool *tool)
{
	struct bytes ext;
	uint8_t *out;
	size_t len = 0;
	bool done;

	if (!take(tool, 2) || (out = malloc(MSG_MAX)) == NULL)
		return false;
	ext.data = tool->bytes;
	ext.len = tool->len;
	done = again((uint32_t)strtoul(tool->words[1], NULL, 10), ext, out,
		   &len) == ERR_NONE;
	if (done) {
		(void)printf("ok");
		say_hex(out, len);
	}
	free(out);
	return done;
}

static bool
do_msg(struct tool *tool)
{
	struct wire_msg msg;
	uint8_t *out;
	size_t len;

	if (!take(tool, 1) ||
	    wire_decode(tool->bytes, tool->len, &msg) != ERR_NONE)
		return false;
	(void)printf("ok");
	if (wire_encode(&msg, &out, &len) == ERR_NONE) {
		say_hex(out, len);
		free(out);
	}
	wire_clear(&msg);
	return true;
}

static bool
do_line(struct tool *tool)
{
	struct invite invite;

	if (tool->nwords < 2 ||
	    invite_parse(tool->words[1], &invite) != ERR_NONE)
		return false;
	(void)printf("ok %s", invite.address);
	say_hex(invite.inviter, KEY_LEN);
	say_hex(invite.secret, INVITE_SECRET_LEN);
	return true;
}

static bool
do_own(struct tool *tool)
{
	uint8_t key[KEY_LEN];

	directory_free(tool->directory);
	directory_input_free(tool->input);
	tool->directory = NULL;
	tool->input = NULL;
	if (tool->nwords < 3 || !take_fixed(tool, 1, key, KEY_LEN) ||
	    directory_input_new(key, tool->words[2], &tool->input) != ERR_NONE)
		return false;
	(void)printf("ok");
	return true;
}

static bool
do_pin(struct tool *tool)
{
	uint8_t key[KEY_LEN];

	if (tool->input == NULL || !take_fixed(tool, 1, key, KEY_LEN) ||
	    directory_input_pin(tool->input, key) != ERR_NONE)
		return false;
	(void)printf("ok");
	return true;
}

static bool
do_member(struct tool *tool)
{
	struct directory_entry entry;
	struct bytes ext;

	memset(&entry, 0, sizeof(entry));
	if (tool->input == NULL || !take(tool, 5) ||
	    !take_fixed(tool, 1, entry.voucher, KEY_LEN) ||
	    !take_fixed(tool, 2, entry.log_id, LOG_ID_LEN))
		return false;
	entry.n = strtoull(tool->words[3], NULL, 10);
	entry.time_ms = strtoull(tool->words[4], NULL, 10);
	ext.data = tool->bytes;
	ext.len = tool->len;
	if (header_member_decode(ext, &entry.member) != ERR_NONE ||
	    directory_input_add(tool->input, &entry) != ERR_NONE)
		return false;
	(void)printf("ok");
	return true;
}

static bool
do_compute(struct tool *tool)
{
	size_t i;

	directory_free(tool->directory);
	tool->directory = NULL;
	if (tool->input == NULL ||
	    directory_compute(tool->input, &tool->directory) != ERR_NONE)
		return false;
	(void)printf("ok");
	for (i = 0; i < directory_count(tool->directory); i++) {
		const struct directory_member *member = directory_at(
		    tool->directory, i);

		say_hex(member->key, KEY_LEN);
		(void)printf(",%s,%" PRIu32 ",%s%s", member->org, member->roles,
		    member->in                  ? "i" :
			member->withdrawn_by_us ? "u" :
						  "o",
		    member->disputed ? "d" : "");
	}
	return true;
}

static bool
do_cut(struct tool *tool)
{
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];

	if (tool->directory == NULL || !take_fixed(tool, 1, key, KEY_LEN) ||
	    !take_fixed(tool, 2, log_id, LOG_ID_LEN))
		return false;
	(void)printf(
	    "ok %" PRIu64, directory_cut(tool->directory, key, log_id));
	return true;
}

static const struct {
	const char *word;
	bool (*run)(struct tool *tool);
} verbs[] = {
	{ "header", do_header },
	{ "ext", do_ext },
	{ "msg", do_msg },
	{ "line", do_line },
	{ "own", do_own },
	{ "pin", do_pin },
	{ "member", do_member },
	{ "compute", do_compute },
	{ "cut", do_cut },
};

static void
answer(struct tool *tool, char *line)
{
	char *rest = NULL;
	char *word;
	size_t i;

	tool->nwords = 0;
	for (word = strtok_r(line, " \n", &rest);
	     word != NULL && tool->nwords < WORDS;
	     word = strtok_r(NULL, " \n", &rest))
		tool->words[tool->nwords++] = word;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (tool->nwords > 0 &&
		    strcmp(verbs[i].word, tool->words[0]) == 0)
			break;
	if (i == sizeof(verbs) / sizeof(verbs[0]) || !verbs[i].run(tool))
		(void)printf("no");
	(void)putchar('\n');
	(void)fflush(stdout);
}

int
main(void)
{
	struct tool *tool = calloc(1, sizeof(*tool));
	char *line = malloc(LINE_MAX);

	while (tool != NULL && line != NULL &&
	    fgets(line, LINE_MAX, stdin) != NULL)
		answer(tool, line);
	if (tool != NULL) {
		directory_free(tool->directory);
		directory_input_free(tool->input);
	}
	free(line);
	free(tool);
	return 0;
}
