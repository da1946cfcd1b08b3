#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/sealed.h"
#include "daemon/query.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define PREFIX_MIN 4  /* digits of a number that people type */
#define DIGITS     16 /* of a whole one */

/* One GROUP entry that counts by its place. */
struct word {
	struct index_row row;
	const struct shown_log *log;
	Erfa__Body *body; /* NULL if it cannot be read, or is no word */
	uint32_t edition; /* as it says, or of the word before it */
};

/* All that is here of one group, while it is gathered. */
struct gathering {
	struct question *question;
	struct query_group *group;
	struct word *words;
	size_t nwords;
};

/* ---- which keys stand for which ---- */

static bool
is_heir(
    const struct directory *directory, const uint8_t *old, const uint8_t *key)
{
	return memcmp(old, key, KEY_LEN) == 0 ||
	    directory_succeeds(directory, old, key);
}

/* Find out whom to seal to in the place of a member. */
static void
place_member(const struct question *question, struct query_group_member *member)
{
	const struct directory_member *known = directory_find(
	    question->directory, member->key);
	const struct directory_member *heir = NULL;

	member->own = is_heir(
	    question->directory, member->key, question->own_key);
	member->standing = known == NULL ? QUERY_GROUP_STRANGE :
					   QUERY_GROUP_LEFT;
	if (known != NULL && known->in)
		member->standing = QUERY_GROUP_IN;
	else if ((heir = directory_heir(question->directory, member->key)) !=
	    NULL)
		member->standing = QUERY_GROUP_REPLACED;
	if (heir != NULL)
		memcpy(member->heir, heir->key, KEY_LEN);
	if (member->standing == QUERY_GROUP_IN)
		memcpy(member->curve, known->curve, KEY_LEN);
	else if (heir != NULL)
		memcpy(member->curve, heir->curve, KEY_LEN);
}

/* ---- gathering ---- */

static enum err
add_word(struct gathering *all, const struct index_row *row,
    const struct shown_log *log)
{
	enum err err;

	err = answer_room(&all->words, all->nwords, sizeof(*all->words));
	if (err == ERR_NONE)
		all->words[all->nwords++] = (struct word){
			.row = *row,
			.log = log,
		};
	return err;
}

static void
count_row(struct gathering *all, const struct index_row *row,
    const struct shown_log *log)
{
	struct query_group *group = all->group;

	group->entries++;
	switch (row->state) {
	case INDEX_HERE:
		group->readable++;
		group->own += is_heir(
		    all->question->directory, log->key, all->question->own_key);
		break;
	case INDEX_RESTRICTED:
		group->restricted++;
		break;
	case INDEX_ABSENT:
		group->absent++;
		break;
	case INDEX_ERASED:
		group->erased++;
		break;
	case INDEX_BARE:
	case INDEX_UNREADABLE:
		break;
	}
}

/* Has the key a place in the group, or is it not known who has? */
static bool
may_write(const struct directory *directory, const struct query_group *group,
    const uint8_t key[KEY_LEN])
{
	size_t i;

	for (i = 0; i < group->never; i++)
		if (is_heir(directory, group->ever[i], key))
			return true;
	return group->never == 0;
}

/* The row of an entry, and its log; NULL if it does not count there. */
static enum err
read_row(const struct gathering *all, uint32_t doc, struct index_row *ret_row,
    const struct shown_log **ret_log)
{
	enum err err;

	*ret_log = NULL;
	if ((err = index_row(all->question->index, doc, ret_row)) != ERR_NONE)
		return err;
	*ret_log = shown_log(all->question->shown, ret_row->log);
	if (*ret_log != NULL && ret_row->n > (*ret_log)->counted)
		*ret_log = NULL;
	return ERR_NONE;
}

/* The words are gathered first ... */
static enum err
take_row(void *context, uint64_t number, uint32_t doc)
{
	struct gathering *all = context;
	const struct shown_log *log;
	struct index_row row;
	enum err err;

	(void)number;
	err = read_row(all, doc, &row, &log);
	if (err != ERR_NONE || log == NULL || row.kind != HEADER_GROUP)
		return err;
	return add_word(all, &row, log);
}

/* ... since they say whose other entries are of the group. */
static enum err
take_other(void *context, uint64_t number, uint32_t doc)
{
	struct gathering *all = context;
	const struct shown_log *log;
	struct index_row row;
	enum err err;

	(void)number;
	err = read_row(all, doc, &row, &log);
	if (err == ERR_NONE && log != NULL && row.kind != HEADER_GROUP &&
	    may_write(all->question->directory, all->group, log->key))
		count_row(all, &row, log);
	return err;
}

/* Oldest first: by edition, then by time, log and number. */
static int
compare_words(const void *a, const void *b)
{
	const struct word *x = a;
	const struct word *y = b;
	int order;

	if (x->edition != y->edition)
		return x->edition < y->edition ? -1 : 1;
	if (x->row.time_ms != y->row.time_ms)
		return x->row.time_ms < y->row.time_ms ? -1 : 1;
	order = memcmp(x->log->log_id, y->log->log_id, LOG_ID_LEN);
	if (order != 0)
		return order;
	return (x->row.n > y->row.n) - (x->row.n < y->row.n);
}

/* Does the body say of itself that it founds this group, and who did? */
static bool
is_of_number(const Erfa__Group *said, uint64_t number, uint8_t founder[KEY_LEN],
    uint8_t seed[GROUP_SEED_LEN])
{
	char text[DIGITS + 1];

	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)number);
	return said->group != NULL && strcmp(said->group, text) == 0 &&
	    said->founder != NULL && said->seed != NULL &&
	    strlen(said->founder) == (size_t)2 * KEY_LEN &&
	    strlen(said->seed) == (size_t)2 * GROUP_SEED_LEN &&
	    said->n_members > 0 && said->n_members <= GROUP_MAX &&
	    bytes_unhex(said->founder, founder, KEY_LEN) == ERR_NONE &&
	    bytes_unhex(said->seed, seed, GROUP_SEED_LEN) == ERR_NONE &&
	    sealed_number(founder, seed) == number;
}

/* Read one word; its body stays if it counts. */
static enum err
read_word(struct gathering *all, struct word *word)
{
	struct question *question = all->question;
	struct query_place place = {
		.n = word->row.n,
		.arrival = word->row.arrival,
		.org = shown_org(question->shown, word->log->org),
	};
	struct query_entry entry;
	uint8_t founder[KEY_LEN];
	uint8_t seed[GROUP_SEED_LEN];
	enum err err;

	if (word->row.state != INDEX_HERE)
		return ERR_NONE;
	memcpy(place.log_id, word->log->log_id, LOG_ID_LEN);
	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	if (entry.body != NULL &&
	    is_of_number(
		entry.body->group, all->group->number, founder, seed) &&
	    is_heir(question->directory, founder, word->log->key)) {
		memcpy(all->group->founder, founder, KEY_LEN);
		memcpy(all->group->seed, seed, GROUP_SEED_LEN);
		word->body = entry.body;
		entry.body = NULL;
	}
	query_entry_clear(&entry);
	return ERR_NONE;
}

/* ---- who is in it ---- */

static int
compare_members(const void *a, const void *b)
{
	const struct query_group_member *x = a;
	const struct query_group_member *y = b;
	int order = strcmp(x->org, y->org);

	return order != 0 ? order : memcmp(x->key, y->key, KEY_LEN);
}

/* Since when is a member in, if a word before this one named it already? */
static void
keep_since(const struct directory *directory,
    const struct query_group_member *before, size_t count,
    struct query_group_member *member)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (is_heir(directory, before[i].key, member->key)) {
			member->since_ms = before[i].since_ms;
			member->since_arrival = before[i].since_arrival;
			return;
		}
}

/* Keep who was in it at any time. */
static enum err
keep_ever(struct query_group *group)
{
	size_t i;
	size_t k;
	enum err err;

	for (i = 0; i < group->nmembers; i++) {
		for (k = 0; k < group->never; k++)
			if (memcmp(group->ever[k], group->members[i].key,
				KEY_LEN) == 0)
				break;
		if (k < group->never)
			continue;
		err = answer_room(
		    &group->ever, group->never, sizeof(*group->ever));
		if (err != ERR_NONE)
			return err;
		memcpy(group->ever[group->never++], group->members[i].key,
		    KEY_LEN);
	}
	return ERR_NONE;
}

/* Take over who is in it by a word that counts. */
static enum err
take_members(struct gathering *all, const struct word *word)
{
	const struct directory *directory = all->question->directory;
	const Erfa__Group *said = word->body->group;
	struct query_group *group = all->group;
	struct query_group_member *members;
	struct query_group_member *member;
	size_t count = 0;
	size_t i;

	if ((members = calloc(said->n_members, sizeof(*members))) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < said->n_members; i++) {
		member = &members[count];
		if (said->members[i]->key == NULL ||
		    strlen(said->members[i]->key) != (size_t)2 * KEY_LEN ||
		    bytes_unhex(said->members[i]->key, member->key, KEY_LEN) !=
			ERR_NONE)
			continue;
		if (said->members[i]->org != NULL &&
		    said->members[i]->org->id != NULL)
			(void)snprintf(member->org, sizeof(member->org), "%s",
			    said->members[i]->org->id);
		member->founder = is_heir(
		    directory, group->founder, member->key);
		member->since_ms = word->row.time_ms;
		member->since_arrival = word->row.shown;
		keep_since(directory, group->members, group->nmembers, member);
		place_member(all->question, member);
		count++;
	}
	qsort(members, count, sizeof(*members), compare_members);
	free(group->members);
	group->members = members;
	group->nmembers = count;
	return keep_ever(group);
}

/* Take over what a word that counts says. */
static enum err
take_word(struct gathering *all, const struct word *word)
{
	const Erfa__Group *said = word->body->group;
	struct query_group *group = all->group;
	enum err err;

	if (group->made_ms == 0)
		group->made_ms = word->row.time_ms;
	group->changed_ms = word->row.time_ms;
	group->edition = word->edition;
	if ((err = answer_text(&group->name,
		 said->name == NULL ? "" : said->name)) != ERR_NONE ||
	    (err = answer_text(&group->purpose,
		 said->purpose == NULL ? "" : said->purpose)) != ERR_NONE)
		return err;
	return take_members(all, word);
}

/* Remember who else says what the group is, once each, by the last time. */
static enum err
ignore_word(struct gathering *all, const struct word *word)
{
	struct query_group *group = all->group;
	size_t i;
	enum err err;

	for (i = 0; i < group->nignored; i++)
		if (memcmp(group->ignored[i].key, word->log->key, KEY_LEN) ==
		    0) {
			group->ignored[i].time_ms = word->row.time_ms;
			return ERR_NONE;
		}
	err = answer_room(
	    &group->ignored, group->nignored, sizeof(*group->ignored));
	if (err != ERR_NONE)
		return err;
	memcpy(group->ignored[group->nignored].key, word->log->key, KEY_LEN);
	group->ignored[group->nignored++].time_ms = word->row.time_ms;
	return ERR_NONE;
}

/* What the last word is to this node. */
static enum query_group_state
state_of(const struct query_group *group, const struct word *last)
{
	size_t i;

	switch (last->row.state) {
	case INDEX_HERE:
		for (i = 0; i < group->nmembers; i++)
			if (group->members[i].own)
				return QUERY_GROUP_MEMBER;
		return QUERY_GROUP_REMOVED;
	case INDEX_RESTRICTED:
		return QUERY_GROUP_REMOVED;
	case INDEX_ABSENT:
		return QUERY_GROUP_BEHIND;
	case INDEX_ERASED:
	case INDEX_BARE:
	case INDEX_UNREADABLE:
		break;
	}
	return QUERY_GROUP_CLOSED;
}

/* Say who may change it now. */
static void
find_speaker(const struct question *question, struct query_group *group)
{
	const struct directory_member *heir = directory_heir(
	    question->directory, group->founder);

	memcpy(
	    group->speaker, heir != NULL ? heir->key : group->founder, KEY_LEN);
	group->is_founder = is_heir(
	    question->directory, group->founder, question->own_key);
}

/*
 * Read all words and put them in order.  One that cannot be read follows what was
 * said before it: its edition is not known.
 */
static enum err
read_words(struct gathering *all)
{
	uint32_t edition = 0;
	struct word *word;
	size_t i;
	enum err err = ERR_NONE;

	if (all->nwords == 0)
		return ERR_NONE;
	qsort(all->words, all->nwords, sizeof(*all->words), compare_words);
	for (i = 0; i < all->nwords && err == ERR_NONE; i++) {
		word = &all->words[i];
		err = read_word(all, word);
		word->edition = word->body == NULL ? edition :
						     word->body->group->edition;
		if (word->edition > edition)
			edition = word->edition;
	}
	qsort(all->words, all->nwords, sizeof(*all->words), compare_words);
	return err;
}

/* Go through the words, the oldest first. */
static enum err
take_words(struct gathering *all)
{
	const struct directory *directory = all->question->directory;
	struct query_group *group = all->group;
	const struct word *last = NULL;
	struct word *word;
	bool known = false;
	size_t i;
	enum err err;

	err = read_words(all);
	for (i = 0; i < all->nwords; i++)
		known |= all->words[i].body != NULL;
	for (i = 0; i < all->nwords && err == ERR_NONE && known; i++) {
		word = &all->words[i];
		if (word->body != NULL)
			err = take_word(all, word);
		else if (word->row.state == INDEX_HERE ||
		    !is_heir(directory, group->founder, word->log->key))
			err = ignore_word(all, word);
		if (word->body != NULL ||
		    (word->row.state != INDEX_HERE &&
			is_heir(directory, group->founder, word->log->key)))
			last = word;
	}
	if (err == ERR_NONE && last != NULL) {
		group->state = state_of(group, last);
		find_speaker(all->question, group);
	}
	return err;
}

enum err
query_read_group(
    struct question *question, uint64_t number, struct query_group *ret_group)
{
	struct query_group group = { .number = number,
		.seen = index_arrival(question->index) };
	struct gathering all = { .question = question, .group = &group };
	size_t i;
	enum err err;

	if ((err = query_look(question)) == ERR_NONE)
		err = index_each_sealed(
		    question->index, number, take_row, &all);
	if (err == ERR_NONE)
		err = take_words(&all);
	if (err == ERR_NONE)
		err = index_each_sealed(
		    question->index, number, take_other, &all);
	for (i = 0; i < all.nwords; i++)
		body_free(all.words[i].body);
	free(all.words);
	if (err != ERR_NONE) {
		query_group_clear(&group);
		return err;
	}
	*ret_group = group;
	return ERR_NONE;
}

void
query_group_clear(struct query_group *group)
{
	free(group->name);
	free(group->purpose);
	free(group->members);
	free(group->ever);
	free(group->ignored);
	memset(group, 0, sizeof(*group));
}

/* ---- which groups there are ---- */

/* Hand on each number once. */
struct distinct {
	uint64_t last;
	enum err (*each)(void *context, uint64_t number);
	void *context;
};

static enum err
take_number(void *context, uint64_t number, uint32_t doc)
{
	struct distinct *distinct = context;

	(void)doc;
	if (number == distinct->last)
		return ERR_NONE;
	distinct->last = number;
	return distinct->each(distinct->context, number);
}

enum err
query_each_group(struct question *question,
    enum err (*each)(void *context, uint64_t number), void *context)
{
	struct distinct distinct = { .each = each, .context = context };

	return index_each_sealed(question->index, 0, take_number, &distinct);
}

/* A group by what somebody typed. */
struct naming {
	struct question *question;
	const char *text;
	bool digits; /* it may be a number, or the beginning of one */
	bool whole;  /* it is one, or a name that looks like it */
	bool exact;  /* the number was found: names are not asked */
	uint64_t found;
	size_t count;
};

static bool
is_number(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");

	return len >= PREFIX_MIN && len <= DIGITS && text[len] == '\0';
}

static enum err
match_group(void *context, uint64_t number)
{
	struct naming *naming = context;
	struct query_group group;
	char text[DIGITS + 1];
	bool fits;
	enum err err;

	err = query_read_group(naming->question, number, &group);
	if (err != ERR_NONE)
		return err;
	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)number);
	fits = group.state != QUERY_GROUP_UNKNOWN &&
	    ((naming->digits &&
		 strncmp(text, naming->text, strlen(naming->text)) == 0) ||
		strcmp(group.name, naming->text) == 0);
	query_group_clear(&group);
	if (!fits || naming->exact)
		return ERR_NONE;

	/* Anybody may call a group as the number of another. */
	naming->exact = naming->whole && strcmp(text, naming->text) == 0;
	naming->count = naming->exact ? 1 : naming->count + 1;
	naming->found = number;
	return ERR_NONE;
}

enum err
query_match_group(
    struct question *question, const char *text, uint64_t *ret_number)
{
	struct naming naming = { .question = question, .text = text };
	enum err err;

	naming.digits = is_number(text);
	naming.whole = naming.digits && strlen(text) == DIGITS;
	if (*text == '\0')
		return ERR_NOENT;
	err = query_each_group(question, match_group, &naming);
	if (err != ERR_NONE)
		return err;
	if (naming.count != 1)
		return naming.count == 0 ? ERR_NOENT : ERR_EXIST;
	*ret_number = naming.found;
	return ERR_NONE;
}

/* ---- how it is shown ---- */

void
query_forget_group(struct question *question)
{
	if (question->group != NULL)
		query_group_clear(question->group);
	free(question->group);
	question->group = NULL;
}

/* Have the group at hand.  Its words are entries of it, which are read while it is
 * not known yet. */
static enum err
provide_group(struct question *question, uint64_t number)
{
	struct query_group read;
	enum err err;

	if (question->group != NULL && question->group->number == number)
		return ERR_NONE;
	query_forget_group(question);
	question->group = calloc(1, sizeof(*question->group));
	if (question->group == NULL)
		return ERR_NOMEM;
	question->group->number = number;
	err = query_read_group(question, number, &read);
	if (err == ERR_NONE)
		*question->group = read;
	return err;
}

enum err
query_put_group(
    struct question *question, uint64_t group, char **out, char **name)
{
	char text[DIGITS + 1];
	enum err err;

	if (group == 0)
		return ERR_NONE;
	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)group);
	if ((err = answer_text(out, text)) != ERR_NONE || name == NULL ||
	    question->picture == NULL ||
	    (err = provide_group(question, group)) != ERR_NONE)
		return err;
	return question->group->name == NULL ?
	    ERR_NONE :
	    answer_text(name, question->group->name);
}

enum err
query_group_stranger(struct question *question, uint64_t group,
    const uint8_t key[KEY_LEN], bool *ret_stranger)
{
	enum err err;

	*ret_stranger = false;
	if (group == 0 || question->picture == NULL)
		return ERR_NONE;
	if ((err = provide_group(question, group)) != ERR_NONE)
		return err;
	*ret_stranger = !may_write(question->directory, question->group, key);
	return ERR_NONE;
}

static enum err
put_check(const uint8_t curve[KEY_LEN], char **out)
{
	char check[INVITE_CHECK_LEN + 1];

	invite_check_number(curve, check);
	return answer_text(out, check);
}

/* The same of an Ed25519 key; nothing if it is none. */
static enum err
put_key_check(const uint8_t key[KEY_LEN], char **out)
{
	uint8_t curve[KEY_LEN];

	return crypto_curve_public(key, curve) == ERR_NONE ?
	    put_check(curve, out) :
	    ERR_NONE;
}

static enum err
view_member(struct question *question, const struct query_group_member *member,
    Erfa__GroupMemberView *out)
{
	static const char *const words[] = {
		[QUERY_GROUP_IN] = "in",
		[QUERY_GROUP_REPLACED] = "replaced",
		[QUERY_GROUP_LEFT] = "left",
		[QUERY_GROUP_STRANGE] = "unknown",
	};
	bool replaced = member->standing == QUERY_GROUP_REPLACED;
	const uint8_t *key = replaced ? member->heir : member->key;
	enum err err;

	out->has_founder = out->has_own = true;
	out->founder = member->founder;
	out->own = member->own;
	if ((err = answer_text(&out->org, member->org)) != ERR_NONE ||
	    (err = query_publisher(question, key, &out->name)) != ERR_NONE ||
	    (err = answer_hex(&out->key, member->key, KEY_LEN)) != ERR_NONE ||
	    (err = put_key_check(key, &out->check_number)) != ERR_NONE ||
	    (err = answer_time(&out->since, member->since_ms)) != ERR_NONE ||
	    (err = answer_text(&out->state, words[member->standing])) !=
		ERR_NONE)
		return err;
	return replaced ? answer_hex(&out->heir, member->heir, KEY_LEN) :
			  ERR_NONE;
}

static enum err
view_ignored(struct question *question,
    const struct query_group_ignored *ignored, Erfa__GroupIgnored *out)
{
	const struct directory_member *member = directory_find(
	    question->directory, ignored->key);
	enum err err;

	if ((err = answer_text(&out->org, member == NULL ? "" : member->org)) !=
		ERR_NONE ||
	    (err = answer_hex(&out->key, ignored->key, KEY_LEN)) != ERR_NONE ||
	    (err = put_key_check(ignored->key, &out->check_number)) != ERR_NONE)
		return err;
	return answer_time(&out->time, ignored->time_ms);
}

/* What counts are. */
static void
view_counts(const struct query_group *group, Erfa__GroupView *out)
{
	out->has_founder = out->has_entries = out->has_readable = true;
	out->has_restricted = out->has_absent = out->has_erased = true;
	out->has_own = true;
	out->founder = group->is_founder;
	out->entries = group->entries;
	out->readable = group->readable;
	out->restricted = group->restricted;
	out->absent = group->absent;
	out->erased = group->erased;
	out->own = group->own;
}

/* Whose it is, what it is called, how this node stands to it. */
static enum err
view_head(struct question *question, const struct query_group *group,
    Erfa__GroupView *out)
{
	static const char *const words[] = {
		[QUERY_GROUP_UNKNOWN] = "unknown",
		[QUERY_GROUP_MEMBER] = "member",
		[QUERY_GROUP_REMOVED] = "removed",
		[QUERY_GROUP_BEHIND] = "behind",
		[QUERY_GROUP_CLOSED] = "closed",
	};
	const struct directory_member *speaker = directory_find(
	    question->directory, group->speaker);
	enum err err;

	if ((err = query_put_group(
		 question, group->number, &out->group, NULL)) != ERR_NONE ||
	    (err = answer_text(&out->state, words[group->state])) != ERR_NONE ||
	    group->state == QUERY_GROUP_UNKNOWN)
		return err;
	if ((err = answer_text(&out->name, group->name)) != ERR_NONE ||
	    (err = answer_text(&out->purpose, group->purpose)) != ERR_NONE ||
	    (err = answer_text(&out->founder_org,
		 speaker == NULL ? "" : speaker->org)) != ERR_NONE ||
	    (err = answer_hex(&out->founder_key, group->speaker, KEY_LEN)) !=
		ERR_NONE ||
	    (err = put_key_check(group->speaker, &out->founder_check_number)) !=
		ERR_NONE ||
	    (err = answer_time(&out->made, group->made_ms)) != ERR_NONE)
		return err;
	return answer_time(&out->changed, group->changed_ms);
}

enum err
query_view_group(struct question *question, const struct query_group *group,
    Erfa__GroupView *out)
{
	Erfa__GroupMemberView *member;
	Erfa__GroupIgnored *ignored;
	size_t i;
	enum err err = view_head(question, group, out);

	view_counts(group, out);
	for (i = 0; i < group->nmembers && err == ERR_NONE; i++) {
		err = answer_add(&out->member, &out->n_member,
		    &erfa__group_member_view__descriptor, &member);
		if (err == ERR_NONE)
			err = view_member(question, &group->members[i], member);
	}
	for (i = 0; i < group->nignored && err == ERR_NONE; i++) {
		err = answer_add(&out->ignored, &out->n_ignored,
		    &erfa__group_ignored__descriptor, &ignored);
		if (err == ERR_NONE)
			err = view_ignored(
			    question, &group->ignored[i], ignored);
	}
	return err;
}

/* ---- the answer ---- */

/* An answer on its way. */
struct listing {
	struct question *question;
	Erfa__GroupAnswer *answer;
};

static enum err
list_group(void *context, uint64_t number)
{
	struct listing *listing = context;
	Erfa__GroupAnswer *answer = listing->answer;
	struct query_group group;
	Erfa__GroupView *view;
	enum err err;

	err = query_read_group(listing->question, number, &group);
	if (err != ERR_NONE)
		return err;
	if (group.state == QUERY_GROUP_UNKNOWN) {
		answer->others++;
		answer->other_entries += group.entries;
	} else {
		err = answer_add(&answer->group, &answer->n_group,
		    &erfa__group_view__descriptor, &view);
		if (err == ERR_NONE)
			err = query_view_group(listing->question, &group, view);
	}
	query_group_clear(&group);
	return err;
}

static int
compare_views(const void *a, const void *b)
{
	const Erfa__GroupView *x = *(Erfa__GroupView *const *)a;
	const Erfa__GroupView *y = *(Erfa__GroupView *const *)b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->group, y->group);
}

/* Say which groups ${text} may mean. */
static enum err
tell_unclear(struct question *question, const char *text)
{
	return query_fail(question, EXIT_DATA, "group_unclear",
	    "Give more digits of its number:  erfa group list",
	    "several groups fit \"%.80s\"", text);
}

enum err
query_groups(struct question *question, const Erfa__GroupRequest *request)
{
	struct listing listing = { .question = question };
	uint64_t number = 0;
	enum err err;

	if ((err = query_look(question)) != ERR_NONE)
		return err;
	if (request->group != NULL && *request->group != '\0') {
		err = query_match_group(question, request->group, &number);
		if (err == ERR_EXIST)
			return tell_unclear(question, request->group);
		if (err == ERR_NOENT)
			return query_fail(question, EXIT_NOINPUT,
			    "no_such_group", "All groups:  erfa group list",
			    "this node is in no group \"%.80s\"",
			    request->group);
		if (err != ERR_NONE)
			return err;
	}
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_GROUP)) !=
	    ERR_NONE)
		return err;
	listing.answer = question->answer->group;
	listing.answer->has_others = listing.answer->has_other_entries = true;
	if (number != 0)
		return list_group(&listing, number);
	err = query_each_group(question, list_group, &listing);
	if (err == ERR_NONE && listing.answer->n_group > 1)
		qsort(listing.answer->group, listing.answer->n_group,
		    sizeof(void *), compare_views);
	return err;
}

/* ---- what others of erfad ask ---- */

enum err
query_item_group(struct question *question, const struct shown_item *item,
    uint64_t *ret_group)
{
	const struct shown_log *log = shown_log(question->shown, item->log);
	struct store_entry entry;
	struct header header = { .group = 0 };
	enum err err;

	err = store_entry(question->store, log->log_id, item->n, &entry);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	err = header_decode(entry.header.data, entry.header.len, &header);
	if (err == ERR_NOMEM)
		return err;
	*ret_group = header.group;
	return ERR_NONE;
}

/* An own version, and the copy of it that came last. */
struct own_version {
	struct query_group_entry entry;
	uint32_t major;
	uint32_t minor;
	uint64_t arrival;
	uint8_t commit[INDEX_HASH_LEN];
};

struct own_versions {
	struct question *question;
	struct own_version *at;
	size_t count;
};

static enum err
take_own(void *context, uint64_t number, uint32_t doc)
{
	struct own_versions *all = context;
	const struct shown_log *log;
	struct own_version *version;
	struct index_row row;
	enum err err;

	(void)number;
	if ((err = index_row(all->question->index, doc, &row)) != ERR_NONE)
		return err;
	log = shown_log(all->question->shown, row.log);
	if (log == NULL || row.n > log->counted || row.state != INDEX_HERE ||
	    !row.has_record ||
	    !is_heir(
		all->question->directory, log->key, all->question->own_key))
		return ERR_NONE;
	err = answer_room(&all->at, all->count, sizeof(*all->at));
	if (err != ERR_NONE)
		return err;
	version = &all->at[all->count++];
	memset(version, 0, sizeof(*version));
	memcpy(version->entry.log_id, log->log_id, LOG_ID_LEN);
	memcpy(version->entry.record, row.record, RECORD_LEN);
	memcpy(version->commit, row.commit, INDEX_HASH_LEN);
	version->entry.n = row.n;
	version->entry.kind = row.kind;
	version->major = row.major;
	version->minor = row.minor;
	version->arrival = row.arrival;
	return ERR_NONE;
}

/* Copies of one version together, the last first. */
static int
compare_own(const void *a, const void *b)
{
	const struct own_version *x = a;
	const struct own_version *y = b;
	int order = memcmp(x->entry.record, y->entry.record, RECORD_LEN);

	if (order != 0)
		return order;
	if (x->major != y->major)
		return x->major < y->major ? -1 : 1;
	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	order = memcmp(x->commit, y->commit, INDEX_HASH_LEN);
	if (order != 0)
		return order;
	return (x->arrival < y->arrival) - (x->arrival > y->arrival);
}

enum err
query_read_own(struct question *question, uint64_t number, uint64_t before,
    enum err (*each)(void *context, const struct query_group_entry *entry),
    void *context)
{
	struct own_versions all = { .question = question };
	const struct own_version *last = NULL;
	size_t i;
	enum err err;

	if ((err = query_look(question)) == ERR_NONE)
		err = index_each_sealed(
		    question->index, number, take_own, &all);
	if (err == ERR_NONE && all.count > 1)
		qsort(all.at, all.count, sizeof(*all.at), compare_own);
	for (i = 0; i < all.count && err == ERR_NONE; i++) {
		if (last != NULL &&
		    memcmp(last->entry.record, all.at[i].entry.record,
			RECORD_LEN) == 0 &&
		    memcmp(last->commit, all.at[i].commit, INDEX_HASH_LEN) == 0)
			continue;
		last = &all.at[i];
		if (last->arrival < before)
			err = each(context, &last->entry);
	}
	free(all.at);
	return err;
}
