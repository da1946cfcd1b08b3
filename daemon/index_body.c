#include "daemon/index_internal.h"

#include <stdio.h>
#include <string.h>

#include "proto/record.h"
#include "proto/sealed.h"
#include "proto/vocab.h"
#include "daemon/facts.h"
#include "daemon/tokens.h"

#define PAIRS    1000000 /* of document and term: so many are written together */
#define CONCEPTS 64      /* taken from one text */

/* ---- texts and facets ---- */

/* A text of the body in the language of the body. */
struct reading {
	struct search_batch *batch;
	const struct vocab *vocab; /* NULL = words mean nothing */
	enum vocab_lang lang;
	bool is_named; /* programmes and networks are found by their names */
};

static enum search_field
field_of(enum facts_part part)
{
	switch (part) {
	case FACTS_TITLE:
		return SEARCH_TITLE;
	case FACTS_SUMMARY:
		return SEARCH_SUMMARY;
	case FACTS_PROVISION:
		return SEARCH_PROVISION;
	case FACTS_ORG:
		return SEARCH_ORG;
	case FACTS_PROSE:
		break;
	}
	return SEARCH_TEXT;
}

/* Take the concepts that a text names. */
static enum err
take_concepts(
    const struct reading *reading, enum search_field field, const char *text)
{
	struct vocab_match matches[CONCEPTS];
	struct vocab_words *words;
	const char *const *list;
	size_t count;
	size_t i;
	enum err err;

	err = vocab_words_new(text, &words);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	list = vocab_words_list(words, &count);
	count = vocab_match(
	    reading->vocab, list, count, reading->lang, matches, CONCEPTS);
	for (i = 0; i < count && err == ERR_NONE; i++)
		/* "opp" is no partnership, nor are "ble" diapers. */
		if (matches[i].count > 1 ||
		    !tokens_is_common(list[matches[i].first]))
			err = search_batch_term(reading->batch, SEARCH_CONCEPT,
			    field,
			    vocab_id(reading->vocab, matches[i].concept));
	for (i = 0; i < count && reading->is_named && err == ERR_NONE &&
	     field == SEARCH_TITLE;
	     i++)
		err = search_batch_term(reading->batch, SEARCH_NAME, field,
		    vocab_id(reading->vocab, matches[i].concept));
	vocab_words_free(words);
	return err;
}

static enum err
take_text(void *context, enum facts_part part, const char *text)
{
	const struct reading *reading = context;
	enum search_field field = field_of(part);
	enum err err;

	if ((err = search_batch_text(reading->batch, field, text)) != ERR_NONE)
		return err;
	if (reading->is_named && field == SEARCH_TITLE &&
	    (err = search_batch_name(reading->batch, text)) != ERR_NONE)
		return err;
	if (reading->vocab == NULL || field == SEARCH_ORG)
		return ERR_NONE;
	return take_concepts(reading, field, text);
}

void
index_facet(const char *facet, char out[INDEX_FACET_MAX + 1])
{
	uint64_t hash = 0xcbf29ce484222325U;
	size_t len = strlen(facet);
	size_t i;

	if (len <= INDEX_FACET_MAX - 1) {
		memcpy(out, facet, len + 1);
		return;
	}
	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)facet[i]) * 0x100000001b3U;
	(void)snprintf(out, INDEX_FACET_MAX + 1, "%.40s#%016llx", facet,
	    (unsigned long long)hash);
}

static enum err
take_facet(void *context, const char *facet)
{
	const struct reading *reading = context;
	char term[INDEX_FACET_MAX + 1];

	index_facet(facet, term);
	return search_batch_term(
	    reading->batch, SEARCH_FACET, SEARCH_TEXT, term);
}

/* Take texts and facets, so that the entry can be found. */
static enum err
take_texts(struct index_intake *in, const Erfa__Body *body)
{
	struct index_txn *txn = in->txn;
	const char *code = body->envelope != NULL ? body->envelope->language :
						    NULL;
	struct reading reading = {
		.batch = txn->index->batch,
		.vocab = lexicon_concepts(txn->index->lexicon),
		.lang = VOCAB_ANY,
		.is_named = in->header.kind == HEADER_PROGRAMME ||
		    in->header.kind == HEADER_NETWORK,
	};
	enum err err;

	if (code != NULL && vocab_lang_of(code, &reading.lang) != ERR_NONE)
		reading.lang = VOCAB_ANY;
	search_batch_begin(reading.batch, in->row.doc, stem_lang(code),
	    (uint8_t)in->header.kind);
	if ((err = facts_texts(body, take_text, &reading)) != ERR_NONE ||
	    (err = facts_facets(body, take_facet, &reading)) != ERR_NONE ||
	    (err = search_batch_end(reading.batch)) != ERR_NONE)
		return err;
	if (search_batch_size(reading.batch) < PAIRS)
		return ERR_NONE;
	return search_batch_write(reading.batch, txn->txn, INDEX_SEARCHED);
}

/* ---- facts ---- */

/* Copy what rows hold of a body. */
static void
take_facts(struct index_intake *in, const struct facts *facts)
{
	struct index_row *row = &in->row;

	if (row->major == 0 && row->minor == 0) {
		row->major = facts->major;
		row->minor = facts->minor;
	}
	if (facts->sectors != 0)
		row->sectors = facts->sectors;
	row->transcribed = facts->transcribed;
	row->has_external = facts->has_external;
	memcpy(row->country, facts->country, sizeof(row->country));
	memcpy(row->external, facts->external, INDEX_HASH_LEN);
}

/*
 * What a restricted body tells in place of its header: record and version.  Two
 * that one key sealed with the same content are told and shown as one.
 */
static void
take_sealed(
    struct index_intake *in, const Erfa__Body *body, const uint8_t *same)
{
	const Erfa__Envelope *envelope = body->envelope;
	char org[ORG_MAX + 1];

	memcpy(in->row.commit, same, INDEX_HASH_LEN);
	if (in->header.kind < HEADER_PROFILE || in->header.kind > HEADER_TERM ||
	    envelope == NULL || envelope->id == NULL)
		return;
	in->row.has_record = record_parse_full(
				 envelope->id, org, in->row.record) == ERR_NONE;
}

/* Take texts and references from the body. */
static enum err
take_body(struct index_intake *in, const Erfa__Body *body)
{
	enum err err = index_take_refs(in, body);

	return err == ERR_NONE ? take_texts(in, body) : err;
}

enum err
index_take_body(struct index_intake *in)
{
	struct store_body stored = { .len = 0 };
	uint8_t same[HASH_LEN];
	Erfa__Body *body = NULL;
	struct facts facts;
	enum err err;

	err = store_body(
	    in->store_txn, in->entry->log_id, in->entry->n, &stored);
	if (err == ERR_NOMEM || err == ERR_IO)
		return err;
	if (err != ERR_NONE) {
		in->row.state = err == ERR_ERASED ? INDEX_ERASED : INDEX_ABSENT;
		return ERR_NONE;
	}
	err = sealed_body(in->txn->index->ring, in->header.group, stored.data,
	    stored.len, &body, same);
	store_body_clear(&stored);
	if (err == ERR_NOMEM)
		return err;
	if (err != ERR_NONE || body_kind(body) != in->header.kind) {
		in->row.state = err == ERR_DENIED ? INDEX_RESTRICTED :
						    INDEX_UNREADABLE;
		body_free(body);
		return ERR_NONE;
	}
	if (in->header.group != 0)
		take_sealed(in, body, same);
	facts_read(body, &facts);
	take_facts(in, &facts);
	err = take_body(in, body);
	body_free(body);
	return err;
}
