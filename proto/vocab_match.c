#include "proto/vocab_internal.h"

#include <string.h>

#define HITS_MAX 32 /* meanings of the same words that are looked at */
#define LINK_MAX 2  /* letters that may join two parts of a compound */
#define REST_MIN 3  /* bytes of a compound that are more than an ending */
#define FAR_MIN  5  /* bytes of a word that is meant in a language far away */
#define LONG_MIN 7  /* bytes of a label that no compound holds by chance */
#define HEAD_MIN 6  /* the same of a stem with which it begins */
#define LED_MIN  5  /* of a word that ends what stands before a label */

/* Bytes of a stem that is also met in other languages than its own. */
#define STEM_NEAR 6 /* Danish, Norwegian and Swedish among each other */
#define STEM_FAR  8

/* Where the matches go, and what is asked. */
struct matching {
	const struct vocab *vocab;
	const char *const *words;
	size_t count;
	enum vocab_lang lang;
	struct vocab_match *out;
	size_t made;
	size_t max;
};

/* A term that fits at some place. */
struct hit {
	const struct vocab_term *term;
	enum vocab_how how;
};

struct hits {
	struct hit items[HITS_MAX];
	size_t count;
	size_t words; /* all of them are so long */
};

static bool
may_begin(const struct vocab *vocab, const char *word, size_t len)
{
	uint32_t bit = vocab_begin_bit(word, len);

	return (vocab->begins[bit / 8] >> bit % 8 & 1) != 0;
}

/* Keep ${term}, if nothing longer was found; it hides what is shorter. */
static void
add_hit(struct hits *hits, const struct vocab_term *term, enum vocab_how how)
{
	if (term->words < hits->words)
		return;
	if (term->words > hits->words)
		hits->count = 0;
	hits->words = term->words;
	if (hits->count == HITS_MAX)
		return;
	hits->items[hits->count].term = term;
	hits->items[hits->count].how = how;
	hits->count++;
}

static bool
is_scandinavian(enum vocab_family family)
{
	return family == FAMILY_DA || family == FAMILY_NO ||
	    family == FAMILY_SV;
}

/* Is ${term} of another language than the words, and do we know that? */
static bool
is_foreign(const struct matching *m, const struct vocab_term *term)
{
	/* Who reads English may type, or write, any Nordic language. */
	return m->lang != VOCAB_ANY && m->lang != VOCAB_EN &&
	    term->family != vocab_family_of(m->lang);
}

/*
 * Does a stem of ${len} bytes mean ${term} in these words?  "Gang" is no gangs,
 * "træde" no Swedish tree.
 */
static bool
may_be_cut(const struct matching *m, const struct vocab_term *term, size_t len)
{
	if (!is_foreign(m, term))
		return true;
	return len >= (is_scandinavian((enum vocab_family)term->family) &&
				  is_scandinavian(vocab_family_of(m->lang)) ?
			      STEM_NEAR :
			      STEM_FAR);
}

/* Do the words from number ${first} read as ${term}, endings apart? */
static bool
fits(const struct matching *m, size_t first, const struct vocab_term *term,
    enum vocab_how *ret_how)
{
	const char *label = term->folded;
	const char *word;
	size_t len;
	size_t stem;
	size_t keep;
	size_t i;

	*ret_how = VOCAB_EXACT;
	if (term->words > m->count - first)
		return false;
	for (i = 0; i < term->words; i++) {
		word = m->words[first + i];
		len = strnlen(word, VOCAB_WORD_MAX + 1);
		if (len != term->len[i] || memcmp(word, label, len) != 0) {
			if (term->alone || len > VOCAB_WORD_MAX)
				return false;
			stem = vocab_stem(
			    (enum vocab_family)term->family, word, len);
			keep = term->words == 1 ? term->keep[i] : stem;
			if (stem != term->stem[i] || len < keep ||
			    memcmp(word, label, keep) != 0)
				return false;
			*ret_how = VOCAB_INFLECTED;
		}
		label += term->len[i] + 1;
	}
	return true;
}

/*
 * Is ${term}, found in so many bytes, a short word of a language that the others
 * share no words with?  Danish "tre" is no Icelandic tree, English "list" no art.
 */
static bool
is_by_chance(
    const struct matching *m, const struct vocab_term *term, size_t len)
{
	return m->lang != VOCAB_ANY && term->words == 1 && len < FAR_MIN &&
	    (term->family == FAMILY_FI || term->family == FAMILY_IS) &&
	    term->family != vocab_family_of(m->lang);
}

/* Find the terms of one family whose first word has the stem of ${word}. */
static void
find_stem(const struct matching *m, size_t first, size_t stem, size_t family,
    struct hits *hits)
{
	const char *word = m->words[first];
	size_t len = strlen(word);
	uint32_t hash = VOCAB_HASH;
	const struct vocab_term *term;
	enum vocab_how how;
	uint32_t at;
	size_t i;

	for (i = 0; i < stem; i++)
		hash = vocab_hash(hash, word[i]);
	for (at = m->vocab->buckets[hash % VOCAB_BUCKETS]; at != 0;
	     at = term->next) {
		term = &m->vocab->terms[at - 1];
		if (term->family == family && !is_by_chance(m, term, len) &&
		    fits(m, first, term, &how) &&
		    (how == VOCAB_EXACT || term->words > 1 ||
			may_be_cut(m, term, stem)))
			add_hit(hits, term, how);
	}
}

/* Find the terms that begin with word ${first}. */
static void
find_whole(const struct matching *m, size_t first, struct hits *hits)
{
	const char *word = m->words[first];
	size_t len = strnlen(word, VOCAB_WORD_MAX + 1);
	size_t stem;
	size_t family;

	if (len > VOCAB_WORD_MAX || !may_begin(m->vocab, word, len))
		return;
	for (family = 0; family < FAMILIES; family++) {
		stem = vocab_stem((enum vocab_family)family, word, len);
		find_stem(m, first, stem, family, hits);
		/* A label that stands alone lies under its whole first word. */
		if (stem != len)
			find_stem(m, first, len, family, hits);
	}
}

/* Is ${hit} in the language that is preferred? */
static bool
is_ours(const struct matching *m, const struct hit *hit)
{
	return m->lang != VOCAB_ANY &&
	    vocab_family_of(m->lang) == hit->term->family;
}

/* Of two hits for one concept, is ${a} the better? */
static bool
is_better(const struct matching *m, const struct hit *a, const struct hit *b)
{
	const struct vocab *vocab = m->vocab;

	if (is_ours(m, a) != is_ours(m, b))
		return is_ours(m, a);
	if (a->how != b->how)
		return a->how < b->how;
	if (vocab->labels[a->term->label].label.kind !=
	    vocab->labels[b->term->label].label.kind)
		return vocab->labels[a->term->label].label.kind <
		    vocab->labels[b->term->label].label.kind;
	return a->term->label < b->term->label;
}

static void
put_match(struct matching *m, const struct hit *hit, size_t first)
{
	const struct vocab *vocab = m->vocab;
	const struct vocab_term *term = hit->term;
	struct vocab_match *match;

	if (m->made == m->max)
		return;
	match = &m->out[m->made++];
	match->concept = term->concept;
	match->label = (uint16_t)(term->label -
	    vocab->concepts[term->concept].label_first);
	match->first = (uint16_t)first;
	match->count = term->words;
	match->lang = vocab->labels[term->label].label.lang;
	match->how = hit->how;
}

/* Is there a better hit for the concept of hit ${n}? */
static bool
is_beaten(const struct matching *m, const struct hits *hits, size_t n)
{
	const struct hit *hit = &hits->items[n];
	size_t i;

	for (i = 0; i < hits->count; i++)
		if (i != n &&
		    hits->items[i].term->concept == hit->term->concept &&
		    is_better(m, &hits->items[i], hit))
			return true;
	return false;
}

/* Our language hides the others, and exact hits hide those with endings. */
static void
put_hits(struct matching *m, const struct hits *hits, size_t first)
{
	enum vocab_how best = VOCAB_PART;
	bool ours = false;
	size_t i;

	for (i = 0; i < hits->count; i++)
		ours = ours || is_ours(m, &hits->items[i]);
	for (i = 0; i < hits->count; i++)
		if ((!ours || is_ours(m, &hits->items[i])) &&
		    hits->items[i].how < best)
			best = hits->items[i].how;
	for (i = 0; i < hits->count; i++)
		if ((!ours || is_ours(m, &hits->items[i])) &&
		    hits->items[i].how == best && !is_beaten(m, hits, i))
			put_match(m, &hits->items[i], first);
}

/* A long word, and how a label stands in it. */
struct place {
	const char *word;
	size_t len;
	size_t at;
	size_t end;
	bool joined; /* to a part before it */
};

/* Is what follows ${term} an ending? */
static bool
is_ended(const struct vocab_term *term, const struct place *place)
{
	enum vocab_family family = (enum vocab_family)term->family;
	size_t stem = place->at + (term->hidden ? term->len[0] : term->stem[0]);
	size_t whole = place->at + term->len[0];

	if (vocab_is_ending(
		family, place->word + place->end, place->len - place->end) ||
	    (stem < place->end &&
		vocab_is_ending(family, place->word + stem, place->len - stem)))
		return true;
	/* What the stem lacks may be there: "pleje" for "plej". */
	return !term->hidden && whole <= place->len &&
	    memcmp(place->word + place->at, term->folded, term->len[0]) == 0 &&
	    vocab_is_ending(family, place->word + whole, place->len - whole);
}

/*
 * Is what stands before a label that ends a word a word too?  "Motorkjøret" is
 * none, so that "motorkjøretøyer" has no islands.  Its last part will do, and
 * long labels need no proof.
 */
static bool
is_led(const struct matching *m, const struct vocab_term *term,
    const struct place *place)
{
	size_t skip;

	if (term->part_len >= LONG_MIN && !is_foreign(m, term))
		return true;
	for (skip = 0; skip == 0 || skip + LED_MIN <= place->at; skip++)
		if (vocab_is_word(m->vocab, (enum vocab_family)term->family,
			place->word + skip, place->at - skip))
			return true;
	return false;
}

/* Is what follows a label with which a word begins a word too? */
static bool
is_followed(const struct matching *m, const struct vocab_term *term,
    const struct place *place)
{
	enum vocab_family family = (enum vocab_family)term->family;
	const char *rest = place->word + place->end;
	size_t len = place->len - place->end;
	size_t skip;

	/* No Finnish compound begins with a plural: "koulutetaan". */
	if (len < REST_MIN ||
	    (family == FAMILY_FI && place->end - place->at == term->len[0] &&
		rest[-1] == 't'))
		return false;
	if (!is_foreign(m, term) &&
	    (term->part_len >= HEAD_MIN ||
		(len > REST_MIN && term->part_len == term->len[0])))
		return true;
	for (skip = 0; skip <= LINK_MAX && len - skip >= REST_MIN; skip++)
		if (vocab_is_word(m->vocab, family, rest + skip, len - skip))
			return true;
	return false;
}

/*
 * May ${term} stand there?  Hidden stems begin a word; other labels begin it and
 * leave more than an ending, or end it; those in between follow a part that was
 * found.
 */
static bool
may_stand(const struct matching *m, const struct vocab_term *term,
    const struct place *place)
{
	if (place->at == 0 || place->joined)
		return term->hidden || is_ended(term, place) ||
		    is_followed(m, term, place);
	return !term->hidden && place->at >= REST_MIN &&
	    is_ended(term, place) && is_led(m, term, place);
}

/* The longest parts that begin at ${at}; return where they end, or ${at}. */
static size_t
find_part(const struct matching *m, const char *word, size_t len, size_t at,
    bool joined, struct hits *hits)
{
	struct place place = { word, len, at, at, joined };
	uint32_t hash = VOCAB_HASH;
	const struct vocab_term *term;
	size_t found = at;
	uint32_t next;
	size_t end;

	if (len - at < 4 || !may_begin(m->vocab, word + at, len - at))
		return at;
	for (end = at + 1; end <= len; end++) {
		hash = vocab_hash(hash, word[end - 1]);
		for (next = m->vocab->part_buckets[hash % VOCAB_BUCKETS];
		     next != 0; next = term->part_next) {
			term = &m->vocab->terms[next - 1];
			if (term->part_len != end - at ||
			    is_by_chance(m, term, end - at) ||
			    memcmp(term->folded, word + at, end - at) != 0 ||
			    !may_be_cut(m, term, end - at) ||
			    (is_foreign(m, term) && end - at < LONG_MIN))
				continue;
			place.end = end;
			if (!may_stand(m, term, &place))
				continue;
			if (end > found)
				hits->count = 0;
			found = end;
			add_hit(hits, term,
			    term->hidden && at == 0 ? VOCAB_STEM : VOCAB_PART);
		}
	}
	return found;
}

/* Take a word without a label of its own apart. */
static void
put_parts(struct matching *m, size_t number)
{
	const char *word = m->words[number];
	size_t len = strnlen(word, VOCAB_WORD_MAX + 1);
	struct hits hits;
	size_t last = 0; /* where the last part that was found ends */
	size_t end;
	size_t at;

	if (len > VOCAB_WORD_MAX)
		return;
	for (at = 0; at < len;) {
		hits.count = 0;
		hits.words = 0;
		end = find_part(
		    m, word, len, at, last > 0 && at - last <= LINK_MAX, &hits);
		put_hits(m, &hits, number);
		if (end > at)
			last = at = end;
		else
			at++;
	}
}

size_t
vocab_match(const struct vocab *vocab, const char *const *words, size_t count,
    enum vocab_lang lang, struct vocab_match *ret_matches, size_t max)
{
	struct matching m = { .vocab = vocab,
		.words = words,
		.count = count > UINT16_MAX ? UINT16_MAX : count,
		.lang = lang,
		.out = ret_matches,
		.max = max };
	struct hits hits;
	size_t i;

	for (i = 0; i < m.count && m.made < max;) {
		hits.count = 0;
		hits.words = 0;
		find_whole(&m, i, &hits);
		put_hits(&m, &hits, i);
		if (hits.count == 0)
			put_parts(&m, i);
		i += hits.count > 0 ? hits.words : 1;
	}
	return m.made;
}
