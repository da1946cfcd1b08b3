#include "proto/vocab_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define STEM_PART_BYTES 4 /* a shorter hidden stem is too vague */
#define WHOLE_MIN       7 /* bytes of a stem that may lack "et" */

uint32_t
vocab_hash(uint32_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * 16777619U;
}

uint32_t
vocab_begin_bit(const char *word, size_t len)
{
	uint32_t hash = VOCAB_HASH;
	size_t i;

	for (i = 0; i < len && i < 4; i++)
		hash = vocab_hash(hash, word[i]);
	return (hash ^ hash >> 16) % (VOCAB_BUCKETS * 8);
}

static uint32_t
hash_of(const char *text, size_t len)
{
	uint32_t hash = VOCAB_HASH;
	size_t i;

	for (i = 0; i < len; i++)
		hash = vocab_hash(hash, text[i]);
	return hash;
}

static void
mark_begin(struct vocab *vocab, const char *text, size_t len)
{
	uint32_t bit = vocab_begin_bit(text, len);

	vocab->begins[bit / 8] |= (uint8_t)(1U << bit % 8);
}

/* Let ${term} be found inside longer words, if it is long enough for that. */
static void
index_part(struct vocab *vocab, struct vocab_term *term, size_t number)
{
	size_t len = term->hidden ? term->len[0] : term->keep[0];
	size_t least = term->hidden ? STEM_PART_BYTES : VOCAB_PART_BYTES;
	uint32_t *bucket;

	if (term->words != 1 || term->alone ||
	    (vocab->concepts[term->concept].value && !term->hidden))
		return;
	if (len < least || (term->family == FAMILY_FI && len <= least))
		len = term->len[0];
	if (len < least || len > VOCAB_WORD_MAX)
		return;
	term->part_len = (uint8_t)len;
	bucket =
	    &vocab->part_buckets[hash_of(term->folded, len) % VOCAB_BUCKETS];
	term->part_next = *bucket;
	*bucket = (uint32_t)number + 1;
	mark_begin(vocab, term->folded, len);
}

/* Let ${term} be found as the words it is. */
static void
index_whole(struct vocab *vocab, struct vocab_term *term, size_t number)
{
	uint32_t *bucket;

	bucket = &vocab->buckets[hash_of(term->folded, term->stem[0]) %
	    VOCAB_BUCKETS];
	term->next = *bucket;
	*bucket = (uint32_t)number + 1;
	mark_begin(vocab, term->folded, term->len[0]);
}

/* Whether ${word} ends in ${text}. */
static bool
ends_in(const char *word, size_t len, const char *text)
{
	size_t end = strlen(text);

	return len > end && memcmp(word + len - end, text, end) == 0;
}

/*
 * How much of a label every form of it begins with: its stem, but those who do a
 * thing are not the thing ("brugere", "bruge"), and not every "et" is an ending
 * ("internet", "intern").
 */
static size_t
keep_of(enum vocab_family family, const char *word, size_t len)
{
	size_t stem = vocab_stem(family, word, len);

	switch (family) {
	case FAMILY_DA:
	case FAMILY_NO:
		if (ends_in(word, len, "ere"))
			return len - 1;
		if (ends_in(word, len, "arar"))
			return len - 2;
		break;
	case FAMILY_SV:
		if (ends_in(word, len, "are"))
			return len - 1;
		break;
	case FAMILY_EN:
	case FAMILY_FI:
	case FAMILY_IS:
	case FAMILIES:
		return stem;
	}
	return stem < WHOLE_MIN && ends_in(word, len, "et") ? len : stem;
}

/* Count the words of ${term}, and find the stem of each. */
static void
cut_term(struct vocab_term *term)
{
	enum vocab_family family = (enum vocab_family)term->family;
	const char *word;
	size_t len;

	for (word = vocab_next_word(term->folded, &len); len > 0;
	     word = vocab_next_word(word + len, &len)) {
		if (term->words == VOCAB_LABEL_WORDS || len > VOCAB_WORD_MAX) {
			term->words = 0;
			return;
		}
		term->len[term->words] = (uint8_t)len;
		term->stem[term->words] = (uint8_t)(term->alone ?
			len :
			vocab_stem(family, word, len));
		term->keep[term->words] =
		    (uint8_t)(term->alone ? len : keep_of(family, word, len));
		term->words++;
	}
}

/* Copy the words of a folded label to ${out}, one blank between two. */
static char *
copy_words(const char *folded, char *out)
{
	const char *word;
	size_t len;

	for (word = vocab_next_word(folded, &len); len > 0;
	     word = vocab_next_word(word + len, &len)) {
		memcpy(out, word, len);
		out += len;
		*out++ = ' ';
	}
	if (out[-1] == ' ')
		out--;
	*out++ = '\0';
	return out;
}

/* Make a term of label ${number} of ${concept}. */
static enum err
add_term(struct vocab *vocab, size_t concept, size_t number, char **out,
    struct vocab_report *report)
{
	const struct vocab_entry *entry = &vocab->labels[number];
	struct vocab_term *term = &vocab->terms[vocab->term_count];
	char *folded = NULL;
	enum err err;

	if ((err = text_fold(entry->label.text, &folded)) != ERR_NONE)
		return err;
	if (strlen(folded) > VOCAB_LABEL_MAX) {
		vocab_fault(report, entry->line, "\"%s\" is too long",
		    entry->label.text);
		goto out;
	}
	term->folded = *out + 1;
	**out = '\0';
	*out = copy_words(folded, *out + 1);
	term->label = (uint32_t)number;
	term->concept = (uint16_t) concept;
	term->family = (uint8_t)vocab_family_of(entry->label.lang);
	term->alone = entry->alone;
	term->hidden = entry->label.stem;
	cut_term(term);
	if (term->words == 0) {
		vocab_fault(report, entry->line,
		    "\"%s\" has no words, or more than %d", entry->label.text,
		    VOCAB_LABEL_WORDS);
		goto out;
	}
	vocab->term_count++;
out:
	free(folded);
	return ERR_NONE;
}

enum err
vocab_index(struct vocab *vocab, struct vocab_report *report)
{
	const struct vocab_concept *concept;
	struct vocab_term *term;
	char *out;
	enum err err;
	size_t c;
	size_t i;

	vocab->terms = calloc(vocab->label_count + 1, sizeof(*vocab->terms));
	vocab->folded = calloc(vocab->label_count + 1, VOCAB_LABEL_MAX + 3);
	if (vocab->terms == NULL || vocab->folded == NULL)
		return ERR_NOMEM;
	out = vocab->folded;
	for (c = 0; c < vocab->count; c++) {
		concept = &vocab->concepts[c];
		for (i = 0; i < concept->label_count; i++)
			if ((err = add_term(vocab, c, concept->label_first + i,
				 &out, report)) != ERR_NONE)
				return err;
	}
	for (i = 0; i < vocab->term_count; i++) {
		term = &vocab->terms[i];
		if (!term->hidden)
			index_whole(vocab, term, i);
		index_part(vocab, term, i);
	}
	return vocab_know(vocab, NULL);
}
