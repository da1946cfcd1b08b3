#include <string.h>

#include "proto/header.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define GUIDES_MAX 1000 /* in one answer */
#define CODE_SIZE  64   /* bytes of a value's code */

static bool
is_said(const char *text)
{
	return text != NULL && *text != '\0';
}

/* Whether somebody of the trial can be asked. */
static bool
helps(const Erfa__Trial *trial)
{
	return trial->n_support_offers > 0 ||
	    (trial->has_offers_sparring && trial->offers_sparring) ||
	    (trial->organisation != NULL &&
		is_said(trial->organisation->development_guide));
}

/* The codes of the help that is offered. */
static enum err
fill_support(const Erfa__Trial *trial, Erfa__Guide *guide)
{
	const ProtobufCEnumValue *value;
	char code[CODE_SIZE];
	const char *name;
	size_t i, k;
	enum err err = ERR_NONE;

	for (i = 0; i < trial->n_support_offers && err == ERR_NONE; i++) {
		value = protobuf_c_enum_descriptor_get_value(
		    &erfa__support__descriptor, (int)trial->support_offers[i]);
		if (value == NULL || value->value == 0)
			continue;
		name = value->name + strlen("SUPPORT_");
		for (k = 0; k < sizeof(code) - 1 && name[k] != '\0'; k++)
			code[k] = (char)(name[k] >= 'A' && name[k] <= 'Z' ?
				name[k] - 'A' + 'a' :
				name[k]);
		code[k] = '\0';
		err = answer_text_add(&guide->support, &guide->n_support, code);
	}
	return err;
}

/* Whom to ask: what the trial says, then what its organisation does. */
static enum err
fill_contact(struct question *question, const char *org,
    const Erfa__Trial *trial, Erfa__Guide *guide)
{
	Erfa__Body *profile = NULL;
	enum err err;

	if ((err = answer_text(&guide->development_guide,
		 trial->organisation == NULL ?
		     NULL :
		     trial->organisation->development_guide)) != ERR_NONE ||
	    (err = query_profile(question, org, &profile)) != ERR_NONE)
		return err;
	err = answer_text(&guide->contact_role,
	    profile == NULL ? NULL : profile->profile->contact_role);
	if (err == ERR_NONE)
		err = answer_text(&guide->mailbox,
		    profile == NULL ? NULL : profile->profile->mailbox);
	body_free(profile);
	return err;
}

static enum err
add_guide(struct question *question, const struct query_place *place,
    struct query_entry *entry)
{
	Erfa__GuidesAnswer *answer = question->answer->guides;
	const Erfa__Trial *trial = entry->body->trial;
	Erfa__Guide *guide;
	enum err err;

	if (answer->n_guide == GUIDES_MAX) {
		answer->has_more = answer->more = true;
		return ERR_NONE;
	}
	err = answer_add(
	    &answer->guide, &answer->n_guide, &erfa__guide__descriptor, &guide);
	if (err != ERR_NONE)
		return err;
	guide->row = entry->row;
	entry->row = NULL;
	guide->has_offers_sparring = true;
	guide->offers_sparring = trial->has_offers_sparring &&
	    trial->offers_sparring;
	if ((err = fill_support(trial, guide)) != ERR_NONE)
		return err;
	return fill_contact(question, place->org, trial, guide);
}

/* Read one trial, and tell of it if it helps. */
static enum err
look_at(struct question *question, const struct shown_item *item)
{
	struct query_place place = query_place(question, item);
	struct query_entry entry;
	enum err err;

	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	if (entry.body != NULL && helps(entry.body->trial))
		err = add_guide(question, &place, &entry);
	query_entry_clear(&entry);
	return err;
}

enum err
query_guides(struct question *question, const Erfa__GuidesRequest *request)
{
	const struct query_words words = {
		.org = request->org,
		.sector = request->sector,
	};
	const struct shown_item *item;
	struct query_filter filter;
	size_t i;
	bool bad;
	enum err err;

	err = query_filter(question, &words, &filter, &bad);
	if (err != ERR_NONE || bad)
		return err;
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_GUIDES)) !=
		ERR_NONE ||
	    (err = query_look(question)) != ERR_NONE)
		return err;
	for (i = 0; i < shown_count(question->shown) && err == ERR_NONE; i++) {
		item = shown_at(question->shown, SHOWN_BY_TIME, i);
		/* What a source tells of a contact is not theirs to give. */
		if (query_matches(question, &filter, item) && item->is_record &&
		    item->state == INDEX_HERE && !item->transcribed)
			err = look_at(question, item);
	}
	return err;
}
