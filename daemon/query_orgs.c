#include <stdlib.h>
#include <string.h>

#include "proto/directory.h"
#include "proto/header.h"
#include "proto/heirs.h"
#include "proto/record.h"
#include "daemon/facts.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define CODE_SIZE 64 /* bytes of a value's code */

/* ---- who took over from whom ---- */

/* Whose word it is that one took over from the other. */
static unsigned
voice_of(const struct question *question, const struct shown_item *item,
    const char *old_org, const char *new_org)
{
	const struct shown_log *log = shown_log(question->shown, item->log);
	const struct directory_member *member = directory_find(
	    question->directory, log->key);
	const char *org = shown_org(question->shown, item->org);

	if (member == NULL || member->disputed)
		return HEIRS_OTHER;
	if (member->registry)
		return HEIRS_REGISTRY;
	if (strcmp(org, old_org) == 0)
		return HEIRS_OLD;
	return strcmp(org, new_org) == 0 ? HEIRS_NEW : HEIRS_OTHER;
}

/* Add one word; what is no word is left out. */
static enum err
add_word(const struct question *question, const struct shown_item *item,
    const char *old_org, const char *new_org, struct heirs *heirs)
{
	enum err err;

	if (old_org == NULL || new_org == NULL)
		return ERR_NONE;
	err = heirs_add(heirs, old_org, new_org,
	    voice_of(question, item, old_org, new_org));
	return err == ERR_NOMEM ? err : ERR_NONE;
}

static enum err
add_profile(const struct question *question, const struct shown_item *item,
    const Erfa__Profile *profile, struct heirs *heirs)
{
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < profile->n_predecessor && err == ERR_NONE; i++)
		err = add_word(question, item, profile->predecessor[i]->id,
		    profile->org, heirs);
	for (i = 0; i < profile->n_successor && err == ERR_NONE; i++)
		err = add_word(question, item, profile->org,
		    profile->successor[i]->id, heirs);
	return err;
}

/* Read the body of an item; NULL if it cannot be read. */
static enum err
read_item(struct question *question, const struct shown_item *item,
    Erfa__Body **ret_body)
{
	struct query_place place = query_place(question, item);
	struct query_entry entry;
	enum err err;

	*ret_body = NULL;
	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	*ret_body = entry.body;
	entry.body = NULL;
	query_entry_clear(&entry);
	return ERR_NONE;
}

static bool
is_profile(const struct shown_item *item)
{
	return item->kind == HEADER_PROFILE && item->is_record &&
	    item->state == INDEX_HERE;
}

enum err
query_read_heirs(struct question *question, struct heirs **ret_heirs)
{
	const struct shown_item *item;
	struct heirs *heirs;
	Erfa__Body *body;
	size_t i;
	enum err err;

	if ((err = heirs_new(&heirs)) != ERR_NONE)
		return err;
	for (i = 0; i < shown_count(question->shown) && err == ERR_NONE; i++) {
		item = shown_at(question->shown, SHOWN_BY_RECORD, i);
		if (!is_profile(item))
			continue;
		err = read_item(question, item, &body);
		if (err == ERR_NONE && body != NULL)
			err = add_profile(question, item, body->profile, heirs);
		body_free(body);
	}
	if (err == ERR_NONE)
		*ret_heirs = heirs;
	else
		heirs_free(heirs);
	return err;
}

/* Whether ${body} is what ${item}'s publisher says of itself. */
static bool
is_of_itself(const struct question *question, const struct shown_item *item,
    const Erfa__Body *body)
{
	return body != NULL && body->profile->org != NULL &&
	    strcmp(body->profile->org, shown_org(question->shown, item->org)) ==
	    0;
}

enum err
query_profile(struct question *question, const char *org, Erfa__Body **ret_body)
{
	const struct shown_item *item;
	Erfa__Body *body;
	size_t i;
	enum err err;

	*ret_body = NULL;
	for (i = 0; i < shown_count(question->shown); i++) {
		item = shown_at(question->shown, SHOWN_BY_TIME, i);
		if (!is_profile(item) ||
		    strcmp(shown_org(question->shown, item->org), org) != 0)
			continue;
		if ((err = read_item(question, item, &body)) != ERR_NONE)
			return err;
		if (is_of_itself(question, item, body)) {
			*ret_body = body;
			return ERR_NONE;
		}
		body_free(body);
	}
	return ERR_NONE;
}

/* ---- the organisations ---- */

/* All that were seen, by id; what is told of them hangs in the answer. */
struct seen {
	struct question *question;
	Erfa__OrgsAnswer *answer;
	enum err err;
};

/* Where ${id} stands among the organisations, or where it belongs. */
static size_t
place_of(const Erfa__OrgsAnswer *answer, const char *id)
{
	size_t low = 0;
	size_t high = answer->n_org;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(answer->org[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err
fill_org(
    const struct question *question, const char *id, Erfa__Organisation *org)
{
	char country[3];
	enum err err;

	(void)question;
	facts_country(id, country);
	if ((err = answer_text(&org->id, id)) != ERR_NONE ||
	    (err = answer_text(&org->country, country)) != ERR_NONE)
		return err;
	org->has_node = org->has_own = org->has_trials = true;
	org->has_documented = true;
	return ERR_NONE;
}

/* The organisation with this id, a new one if need be; NULL if memory is short
 * or it is no id. */
static Erfa__Organisation *
see(struct seen *seen, const char *id)
{
	Erfa__OrgsAnswer *answer = seen->answer;
	Erfa__Organisation *org;
	size_t at;

	if (seen->err != ERR_NONE || !header_org_valid(id))
		return NULL;
	at = place_of(answer, id);
	if (at < answer->n_org && strcmp(answer->org[at]->id, id) == 0)
		return answer->org[at];
	seen->err = answer_add(&answer->org, &answer->n_org,
	    &erfa__organisation__descriptor, &org);
	if (seen->err == ERR_NONE)
		seen->err = fill_org(seen->question, id, org);
	if (seen->err != ERR_NONE)
		return NULL;
	memmove(&answer->org[at + 1], &answer->org[at],
	    (answer->n_org - 1 - at) * sizeof(*answer->org));
	answer->org[at] = org;
	return org;
}

/* Those that have a node, with the names that they were invited by. */
static void
see_members(struct seen *seen)
{
	const struct directory *directory = seen->question->directory;
	const struct directory_member *member;
	Erfa__Organisation *org;
	size_t i;

	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (!member->in || (member->roles & ROLE_WRITES) == 0 ||
		    (org = see(seen, member->org)) == NULL)
			continue;
		org->node = true;
		if (memcmp(member->key, seen->question->own_key, KEY_LEN) != 0)
			continue;
		org->own = true;
		seen->err = answer_text(&org->name, seen->question->own_name);
	}
}

/* One MEMBER entry: what its writer calls the organisation. */
static enum err
name_member(struct seen *seen, const struct store_entry *entry)
{
	const struct directory *directory = seen->question->directory;
	const struct directory_member *member;
	struct header_member word;
	struct header header;
	Erfa__Organisation *org;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
		ERR_NONE ||
	    header_member_decode(header.ext, &word) != ERR_NONE ||
	    word.withdrawn || !query_word_counts(seen->question, entry))
		return ERR_NONE;
	member = directory_find(directory, word.key);
	if (member == NULL || !member->in ||
	    (org = see(seen, member->org)) == NULL || org->own)
		return seen->err;
	return query_member_name(seen->question, entry, &org->name);
}

static enum err
name_members(struct seen *seen)
{
	struct store_txn *store = seen->question->store;
	struct store_entry entry;
	struct store_pos pos;
	enum err err;

	for (err = store_member_next(store, NULL, &entry); err == ERR_NONE;
	     err = store_member_next(store, &pos, &entry)) {
		memcpy(pos.log_id, entry.log_id, LOG_ID_LEN);
		pos.n = entry.n;
		if ((err = name_member(seen, &entry)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* ---- what they say of themselves ---- */

/* The code of a type, "state_agency" of ORG_TYPE_STATE_AGENCY. */
static enum err
put_type(char **out, Erfa__OrgType type)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &erfa__org_type__descriptor, (int)type);
	char code[CODE_SIZE] = "";
	const char *name;
	size_t i;

	if (type == ERFA__ORG_TYPE__ORG_TYPE_UNSET || value == NULL)
		return answer_text(out, "");
	name = value->name + strlen("ORG_TYPE_");
	for (i = 0; i < sizeof(code) - 1 && name[i] != '\0'; i++)
		code[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ?
			name[i] - 'A' + 'a' :
			name[i]);
	return answer_text(out, code);
}

/* The type that an id tells: bare digits are a municipality. */
static Erfa__OrgType
type_of(const char *id)
{
	const char *code = strchr(id, '-');

	if (code == NULL || code - id != 2 || code[1] == '\0' ||
	    code[1 + strspn(code + 1, "0123456789")] != '\0')
		return ERFA__ORG_TYPE__ORG_TYPE_UNSET;
	return ERFA__ORG_TYPE__ORG_TYPE_MUNICIPALITY;
}

/* The name in the language asked for is the reader's own business: the first is
 * taken that is there. */
static enum err
put_profile(Erfa__Organisation *org, const Erfa__Profile *profile)
{
	const Erfa__BudgetCalendar *budget = profile->budget_calendar;
	enum err err = ERR_NONE;

	if (profile->n_name > 0 && profile->name[0]->text != NULL)
		err = answer_text(&org->name, profile->name[0]->text);
	if (err == ERR_NONE)
		err = put_type(&org->type,
		    profile->has_type ? profile->type : type_of(org->id));
	if (err != ERR_NONE ||
	    (err = answer_text(&org->valid_from, profile->valid_from)) !=
		ERR_NONE ||
	    (err = answer_text(&org->valid_to, profile->valid_to)) !=
		ERR_NONE ||
	    (err = answer_text(&org->contact_role, profile->contact_role)) !=
		ERR_NONE ||
	    (err = answer_text(&org->mailbox, profile->mailbox)) != ERR_NONE)
		return err;
	org->has_population = profile->has_population;
	org->population = profile->population;
	if (budget != NULL) {
		org->has_proposal_month = budget->has_proposal_month;
		org->proposal_month = budget->proposal_month;
		org->has_adoption_month = budget->has_adoption_month;
		org->adoption_month = budget->adoption_month;
	}
	return ERR_NONE;
}

/* The latest profile of itself; items come newest first. */
static enum err
see_profile(struct seen *seen, const struct shown_item *item)
{
	const struct shown *shown = seen->question->shown;
	char id[RECORD_ID_CHARS + 1];
	Erfa__Organisation *org;
	Erfa__Body *body;
	enum err err;

	if ((err = read_item(seen->question, item, &body)) != ERR_NONE)
		return err;
	if (is_of_itself(seen->question, item, body) &&
	    (org = see(seen, body->profile->org)) != NULL &&
	    org->profile == NULL) {
		record_print(shown_org(shown, item->org), item->record,
		    RECORD_CHARS, id);
		err = answer_text(&org->profile, id);
		if (err == ERR_NONE)
			err = put_profile(org, body->profile);
	}
	body_free(body);
	return err;
}

/* ---- what they tried ---- */

/* A trial in all its records. */
struct told {
	const struct shown_item *own; /* the word of who runs it, or NULL */
};

static void
take_own(void *context, const struct shown_item *item)
{
	struct told *told = context;

	if (!item->transcribed && told->own == NULL)
		told->own = item;
}

static enum err
see_sites(struct seen *seen, const struct shown_item *item)
{
	Erfa__Organisation *org;
	const Erfa__OrgRef *site;
	Erfa__Body *body;
	size_t i;
	enum err err;

	err = read_item(seen->question, item, &body);
	if (err != ERR_NONE || body == NULL)
		return err;
	for (i = 0; i < body->trial->n_sites && err == ERR_NONE; i++) {
		site = body->trial->sites[i];
		if (site->id == NULL || (org = see(seen, site->id)) == NULL)
			continue;
		org->documented++;
		if (org->name == NULL && site->name != NULL)
			err = answer_text(&org->name, site->name);
	}
	body_free(body);
	return err != ERR_NONE ? err : seen->err;
}

static enum err
see_trial(struct seen *seen, const struct shown_item *item)
{
	const struct shown *shown = seen->question->shown;
	struct told told = { .own = NULL };
	Erfa__Organisation *org;

	if (item->twin)
		return ERR_NONE;
	shown_twins(shown, item, take_own, &told);
	if (told.own == NULL)
		return see_sites(seen, item);
	org = see(seen, shown_org(shown, told.own->org));
	if (org != NULL)
		org->trials++;
	return seen->err;
}

static enum err
see_items(struct seen *seen)
{
	const struct shown *shown = seen->question->shown;
	const struct shown_item *item;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < shown_count(shown) && err == ERR_NONE; i++) {
		item = shown_at(shown, SHOWN_BY_TIME, i);
		if (!item->is_record)
			continue;
		(void)see(seen, shown_org(shown, item->org));
		err = seen->err;
		if (err == ERR_NONE && is_profile(item))
			err = see_profile(seen, item);
		else if (err == ERR_NONE && item->kind == HEADER_TRIAL)
			err = see_trial(seen, item);
	}
	return err;
}

static enum err
finish_types(Erfa__OrgsAnswer *answer)
{
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < answer->n_org && err == ERR_NONE; i++)
		if (answer->org[i]->type == NULL)
			err = put_type(
			    &answer->org[i]->type, type_of(answer->org[i]->id));
	return err;
}

/* ---- the answer ---- */

static enum err
fill_heir(
    const struct heirs *heirs, const struct heirs_word *word, Erfa__Heir *heir)
{
	static const struct {
		unsigned by;
		const char *name;
	} voices[] = {
		{ HEIRS_OLD, "old" },
		{ HEIRS_NEW, "new" },
		{ HEIRS_REGISTRY, "registry" },
		{ HEIRS_OTHER, "other" },
	};

	size_t i;
	enum err err;

	if ((err = answer_text(&heir->old_org, word->old_org)) != ERR_NONE ||
	    (err = answer_text(&heir->new_org, word->new_org)) != ERR_NONE)
		return err;
	heir->has_counts = heir->has_speaks = true;
	heir->counts = heirs_counts(heirs, word->new_org, word->old_org);
	heir->speaks = heirs_speaks(heirs, word->new_org, word->old_org);
	for (i = 0; i < sizeof(voices) / sizeof(voices[0]) && err == ERR_NONE;
	     i++)
		if ((word->by & voices[i].by) != 0)
			err = answer_text_add(
			    &heir->by, &heir->n_by, voices[i].name);
	return err;
}

/* Whether a member goes by this id. */
static bool
has_node(const struct question *question, const char *id)
{
	const struct directory_member *member;
	size_t i;

	for (i = 0; i < directory_count(question->directory); i++) {
		member = directory_at(question->directory, i);
		if (member->in && strcmp(member->org, id) == 0)
			return true;
	}
	return false;
}

/* This node's id, and the new one of a municipality that kept its node. */
static enum err
fill_self(struct question *question, Erfa__OrgsAnswer *answer)
{
	const struct directory_member *own = directory_find(
	    question->directory, question->own_key);
	const struct heirs_word *word;
	size_t i;
	enum err err;

	if (own == NULL)
		return ERR_NONE;
	err = answer_text_add(&answer->self, &answer->n_self, own->org);
	for (i = 0; i < heirs_count(question->heirs) && err == ERR_NONE; i++) {
		word = heirs_at(question->heirs, i);
		if (strcmp(word->old_org, own->org) == 0 &&
		    (word->by & HEIRS_OLD) != 0 &&
		    !has_node(question, word->new_org))
			err = answer_text_add(
			    &answer->self, &answer->n_self, word->new_org);
	}
	return err;
}

static enum err
fill_heirs(struct seen *seen)
{
	const struct heirs *heirs = seen->question->heirs;
	const struct heirs_word *word;
	Erfa__OrgsAnswer *answer = seen->answer;
	Erfa__Heir *heir;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < heirs_count(heirs) && err == ERR_NONE; i++) {
		word = heirs_at(heirs, i);
		err = answer_add(&answer->heir, &answer->n_heir,
		    &erfa__heir__descriptor, &heir);
		if (err == ERR_NONE)
			err = fill_heir(heirs, word, heir);
	}
	return err != ERR_NONE ? err : fill_self(seen->question, answer);
}

/* Those that only a word names have a place too. */
static enum err
see_heirs(struct seen *seen)
{
	const struct heirs *heirs = seen->question->heirs;
	size_t i;

	for (i = 0; i < heirs_count(heirs); i++) {
		(void)see(seen, heirs_at(heirs, i)->old_org);
		(void)see(seen, heirs_at(heirs, i)->new_org);
	}
	return seen->err;
}

enum err
query_orgs(struct question *question, const Erfa__OrgsRequest *request)
{
	struct seen seen = { .question = question };
	enum err err;

	if ((err = query_look(question)) != ERR_NONE ||
	    (err = answer_say(question->answer, ERFA__ANSWER__SAY_ORGS)) !=
		ERR_NONE)
		return err;
	seen.answer = question->answer->orgs;
	if ((err = fill_heirs(&seen)) != ERR_NONE || request->heirs_only)
		return err;
	see_members(&seen);
	if ((err = seen.err) != ERR_NONE ||
	    (err = name_members(&seen)) != ERR_NONE ||
	    (err = see_items(&seen)) != ERR_NONE ||
	    (err = see_heirs(&seen)) != ERR_NONE)
		return err;
	return finish_types(seen.answer);
}
