#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "daemon/query_internal.h"

#define KEY_DIGITS_LEAST 8  /* of a key that somebody types */
#define CHECK_DIGITS     24 /* of a check number */

/* What is answered of each key; as many as the directory has. */
struct page {
	struct question *question;
	const struct directory *directory;
	Erfa__DirectoryAnswer *answer;
	Erfa__DirectoryMember **by_place; /* NULL: was not asked for */
	uint64_t *named_ms; /* time of the word that the name is from */
	uint64_t *seen_ms;  /* time of the latest HEAD */
};

/* ---- who is asked for ---- */

/* Does the check number of ${curve} have these digits, whatever stands between? */
static bool
has_check(const uint8_t curve[KEY_LEN], const char *text)
{
	char check[INVITE_CHECK_LEN + 1];
	size_t digits = 0;
	const char *at = check;

	invite_check_number(curve, check);
	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		at += *at == ' ';
		if (*text != *at)
			return false;
		at++;
		digits++;
	}
	return digits == CHECK_DIGITS;
}

static bool
is_asked_for(const struct directory_member *member, const char *who)
{
	char key[2 * KEY_LEN + 1];
	size_t len = who == NULL ? 0 : strlen(who);

	if (len == 0 || strcmp(member->org, who) == 0)
		return true;
	bytes_hex(member->key, KEY_LEN, key);
	return (len >= KEY_DIGITS_LEAST && strncmp(key, who, len) == 0) ||
	    has_check(member->curve, who);
}

/* ---- one key ---- */

static enum err
put_check(const uint8_t curve[KEY_LEN], char **out)
{
	char check[INVITE_CHECK_LEN + 1];

	invite_check_number(curve, check);
	return answer_text(out, check);
}

/* How it stands, in a word. */
static const char *
state_of(
    const struct directory_member *member, const struct directory_member *heir)
{
	static const uint8_t nobody[KEY_LEN];

	if (member->in)
		return heir == NULL ? "in" : "replaced";
	if (member->withdrawn_by_us)
		return "withdrawn_here";
	return memcmp(member->withdrawn_by, nobody, KEY_LEN) == 0 ? "lapsed" :
								    "withdrawn";
}

/*
 * What it may sign.  Whoever writes decides in the name of its organisation, as
 * long as nobody else claims that.
 */
static enum err
put_may(const struct directory_member *member, Erfa__DirectoryMember *out)
{
	const struct {
		bool may;
		const char *word;
	} words[] = {
		{ (member->roles & ROLE_WRITES) != 0, "write" },
		{ (member->roles & ROLE_INTRODUCES) != 0, "introduce" },
		{ (member->roles & ROLE_WRITES) != 0 && !member->disputed,
		    "decide" },
		{ member->registry, "erase_closed" },
	};
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; err == ERR_NONE && i < sizeof(words) / sizeof(words[0]);
	     i++)
		if (words[i].may)
			err = answer_text_add(
			    &out->may, &out->n_may, words[i].word);
	return err;
}

/* Whose word it rests on, and who took that back. */
static enum err
put_words(const struct page *page, const struct directory_member *member,
    Erfa__DirectoryMember *out)
{
	const struct directory_member *by;
	enum err err = ERR_NONE;

	by = directory_find(page->directory, member->voucher);
	if (by != NULL &&
	    ((err = answer_hex(&out->voucher, by->key, KEY_LEN)) != ERR_NONE ||
		(err = answer_text(&out->voucher_org, by->org)) != ERR_NONE ||
		(err = put_check(by->curve, &out->voucher_check_number)) !=
		    ERR_NONE))
		return err;
	if (member->since_ms != 0 &&
	    (err = answer_time(&out->since, member->since_ms)) != ERR_NONE)
		return err;
	by = directory_find(page->directory, member->withdrawn_by);
	if (by == NULL)
		return ERR_NONE;
	if ((err = answer_hex(&out->withdrawn_by, by->key, KEY_LEN)) !=
		ERR_NONE ||
	    (err = answer_text(&out->withdrawn_by_org, by->org)) != ERR_NONE)
		return err;
	return answer_time(&out->withdrawn, member->withdrawn_ms);
}

static enum err
put_cuts(const struct page *page, const struct directory_member *member,
    Erfa__DirectoryMember *out)
{
	uint8_t log_id[LOG_ID_LEN];
	Erfa__LogCut *cut;
	uint64_t n;
	enum err err;
	size_t i;

	for (i = 0;
	     directory_cut_at(page->directory, member->key, i, log_id, &n);
	     i++) {
		if ((err = answer_add(&out->cut, &out->n_cut,
			 &erfa__log_cut__descriptor, &cut)) != ERR_NONE ||
		    (err = answer_hex(&cut->log, log_id, LOG_ID_LEN)) !=
			ERR_NONE)
			return err;
		cut->has_n = true;
		cut->n = n;
	}
	return ERR_NONE;
}

static enum err
put_member(const struct page *page, const struct directory_member *member,
    Erfa__DirectoryMember *out)
{
	const struct directory_member *heir = directory_heir(
	    page->directory, member->key);
	enum err err;

	out->has_own = out->has_registry = out->has_disputed = true;
	out->own = memcmp(member->key, page->question->own_key, KEY_LEN) == 0;
	out->registry = member->registry;
	out->disputed = member->disputed;
	out->has_entries = out->has_hidden = true;
	out->has_forked = out->has_silent = true;
	if ((err = answer_text(&out->org, member->org)) != ERR_NONE ||
	    (err = answer_hex(&out->key, member->key, KEY_LEN)) != ERR_NONE ||
	    (err = put_check(member->curve, &out->check_number)) != ERR_NONE ||
	    (err = answer_text(&out->state, state_of(member, heir))) !=
		ERR_NONE ||
	    (err = answer_roles(&out->role, &out->n_role, member->roles)) !=
		ERR_NONE ||
	    (err = put_may(member, out)) != ERR_NONE ||
	    (err = put_words(page, member, out)) != ERR_NONE ||
	    (err = put_cuts(page, member, out)) != ERR_NONE || heir == NULL)
		return err;
	if ((err = answer_hex(&out->heir, heir->key, KEY_LEN)) != ERR_NONE)
		return err;
	return put_check(heir->curve, &out->heir_check_number);
}

static enum err
put_members(struct page *page, const char *who)
{
	const struct directory_member *member;
	enum err err;
	size_t i;

	for (i = 0; i < directory_count(page->directory); i++) {
		member = directory_at(page->directory, i);
		if (!is_asked_for(member, who))
			continue;
		if ((err = answer_add(&page->answer->member,
			 &page->answer->n_member,
			 &erfa__directory_member__descriptor,
			 &page->by_place[i])) != ERR_NONE ||
		    (err = put_member(page, member, page->by_place[i])) !=
			ERR_NONE)
			return err;
		if (page->by_place[i]->own &&
		    (err = answer_text(&page->by_place[i]->name,
			 page->question->own_name)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Where the answer about this key stands; the number of keys if nowhere. */
static size_t
place_of(const struct page *page, const uint8_t key[KEY_LEN])
{
	size_t count = directory_count(page->directory);
	const struct directory_member *member = directory_find(
	    page->directory, key);
	size_t place;

	if (member == NULL)
		return count;
	place = (size_t)(member - directory_at(page->directory, 0));
	return page->by_place[place] == NULL ? count : place;
}

/* ---- names ---- */

/* Take the name that one word tells, if it is the latest that counts. */
static enum err
take_name(struct page *page, const struct store_entry *entry)
{
	struct question *question = page->question;
	struct header_member word;
	struct header header;
	char *name = NULL;
	size_t place;
	enum err err;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
		ERR_NONE ||
	    header_member_decode(header.ext, &word) != ERR_NONE ||
	    word.withdrawn ||
	    (place = place_of(page, word.key)) ==
		directory_count(page->directory) ||
	    page->by_place[place]->own ||
	    header.time_ms < page->named_ms[place] ||
	    !query_word_counts(question, entry))
		return ERR_NONE;
	if ((err = query_member_name(question, entry, &name)) != ERR_NONE ||
	    name == NULL)
		return err;
	page->named_ms[place] = header.time_ms;
	err = answer_text(&page->by_place[place]->name, name);
	free(name);
	return err;
}

static enum err
put_names(struct page *page)
{
	struct store_txn *store = page->question->store;
	struct store_entry entry;
	struct store_pos pos;
	enum err err;

	for (err = store_member_next(store, NULL, &entry); err == ERR_NONE;
	     err = store_member_next(store, &pos, &entry)) {
		memcpy(pos.log_id, entry.log_id, LOG_ID_LEN);
		pos.n = entry.n;
		if ((err = take_name(page, &entry)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* ---- logs ---- */

/* Count one log for the key that signed it. */
static enum err
take_log(struct page *page, const struct store_log *log)
{
	size_t place = place_of(page, log->key);
	uint64_t counted = directory_cut(
	    page->directory, log->key, log->log_id);
	Erfa__DirectoryMember *out;
	struct log_head head;
	char id[2 * LOG_ID_LEN + 1];

	if (place == directory_count(page->directory))
		return ERR_NONE;
	out = page->by_place[place];
	out->forked += log->frozen;
	if (log->frozen && log->last_common < counted)
		counted = log->last_common;
	if (counted > log->tip.n)
		counted = log->tip.n;
	out->entries += counted;
	out->hidden += log->tip.n - counted;
	log_head_parse(log->head, &head);
	if (head.time_ms > page->seen_ms[place])
		page->seen_ms[place] = head.time_ms;
	bytes_hex(log->log_id, LOG_ID_LEN, id);
	return answer_text_add(&out->log, &out->n_log, id);
}

/* When it last signed a HEAD; who is in should do so every day. */
static enum err
put_seen(struct page *page, size_t i)
{
	Erfa__DirectoryMember *out = page->by_place[i];
	uint64_t limit = page->question->silent_ms;
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	out->silent = limit != 0 && !out->own &&
	    directory_at(page->directory, i)->in &&
	    (out->heir == NULL || out->heir[0] == '\0') &&
	    (uint64_t)now.tv_sec * 1000 > page->seen_ms[i] + limit;
	return answer_time(&out->last_seen, page->seen_ms[i]);
}

static enum err
put_logs(struct page *page)
{
	uint8_t last[LOG_ID_LEN] = { 0 };
	struct store_log log;
	enum err err;
	size_t i;

	while ((err = store_log_next(page->question->store, last, &log)) ==
	    ERR_NONE) {
		memcpy(last, log.log_id, LOG_ID_LEN);
		if ((err = take_log(page, &log)) != ERR_NONE)
			return err;
	}
	if (err != ERR_NOENT)
		return err;
	for (i = 0; i < directory_count(page->directory); i++)
		if (page->seen_ms[i] != 0 &&
		    (err = put_seen(page, i)) != ERR_NONE)
			return err;
	return ERR_NONE;
}

enum err
query_claimants(
    struct question *question, const char *org, char ***list, size_t *count)
{
	const struct directory *directory = question->directory;
	const struct directory_member *member;
	char check[INVITE_CHECK_LEN + 1];
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (!member->in || !member->disputed ||
		    strcmp(member->org, org) != 0)
			continue;
		invite_check_number(member->curve, check);
		err = answer_text_add(list, count, check);
	}
	return err;
}

enum err
query_directory(
    struct question *question, const Erfa__DirectoryRequest *request)
{
	struct page page = {
		.question = question,
		.directory = question->directory,
	};
	size_t count = directory_count(question->directory);
	enum err err;

	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_DIRECTORY)) !=
	    ERR_NONE)
		return err;
	page.answer = question->answer->directory;
	page.by_place = calloc(count + 1, sizeof(void *));
	page.named_ms = calloc(count + 1, sizeof(uint64_t));
	page.seen_ms = calloc(count + 1, sizeof(uint64_t));
	if (page.by_place == NULL || page.named_ms == NULL ||
	    page.seen_ms == NULL)
		err = ERR_NOMEM;
	if (err == ERR_NONE &&
	    (err = put_members(&page, request->who)) == ERR_NONE &&
	    (err = put_names(&page)) == ERR_NONE)
		err = put_logs(&page);
	free(page.by_place);
	free(page.named_ms);
	free(page.seen_ms);
	if (err != ERR_NONE || page.answer->n_member > 0 ||
	    request->who == NULL || request->who[0] == '\0')
		return err;
	return query_fail(question, EXIT_NOINPUT, "no_such_member",
	    "See all:  erfa directory", "nobody in the directory is \"%.70s\"",
	    request->who);
}
