#include "proto/vocab_internal.h"

#include <stdlib.h>
#include <string.h>

static const char codes[VOCAB_LANGS + 1][3] = { "en", "da", "nb", "nn", "sv",
	"fi", "is", "" };

const char *
vocab_lang_code(enum vocab_lang lang)
{
	return codes[lang];
}

enum err
vocab_lang_of(const char *code, enum vocab_lang *ret_lang)
{
	size_t len = strcspn(code, "_.@-");
	size_t i;

	if (len == 2 && strncmp(code, "no", 2) == 0) {
		*ret_lang = VOCAB_NB;
		return ERR_NONE;
	}
	for (i = 0; i < VOCAB_LANGS; i++)
		if (len == 2 && strncmp(code, codes[i], 2) == 0) {
			*ret_lang = (enum vocab_lang)i;
			return ERR_NONE;
		}
	return ERR_NOENT;
}

enum err
vocab_load(const char *bytes, size_t len, struct vocab **ret_vocab,
    struct vocab_report *report)
{
	struct vocab_report own = { .count = 0 };
	struct vocab *vocab;
	enum err err;

	if (report == NULL)
		report = &own;
	report->count = 0;
	if (len == 0 || len > VOCAB_BYTES_MAX)
		return ERR_SIZE;
	if ((vocab = calloc(1, sizeof(*vocab))) == NULL)
		return ERR_NOMEM;
	if ((vocab->bytes = malloc(len + 1)) == NULL) {
		vocab_free(vocab);
		return ERR_NOMEM;
	}
	memcpy(vocab->bytes, bytes, len);
	vocab->bytes[len] = '\0';
	if (memchr(bytes, '\0', len) != NULL)
		vocab_fault(report, 1, "a NUL byte in it");

	/* What is not sorted cannot be searched, so nothing more is said. */
	err = vocab_parse(vocab, report);
	if (err == ERR_NONE && vocab->count == 0 && report->count == 0)
		err = ERR_SIZE;
	if (err == ERR_NONE && report->count == 0)
		err = vocab_join(vocab, report);
	if (err == ERR_NONE && report->count == 0)
		err = vocab_index(vocab, report);
	if (err == ERR_NONE && report->count == 0)
		err = vocab_check(vocab, report);
	if (err == ERR_NONE && report->count > 0)
		err = ERR_SYNTAX;
	if (err != ERR_NONE) {
		vocab_free(vocab);
		return err;
	}
	*ret_vocab = vocab;
	return ERR_NONE;
}

void
vocab_free(struct vocab *vocab)
{
	if (vocab == NULL)
		return;
	free(vocab->bytes);
	free(vocab->folded);
	free(vocab->concepts);
	free(vocab->labels);
	free(vocab->lines);
	free(vocab->links);
	free(vocab->terms);
	free(vocab->known);
	free(vocab);
}

size_t
vocab_count(const struct vocab *vocab)
{
	return vocab->count;
}

enum err
vocab_find(const struct vocab *vocab, const char *id, size_t *ret_concept)
{
	size_t low = 0;
	size_t high = vocab->count;
	size_t middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(vocab->concepts[middle].id, id);
		if (order == 0) {
			*ret_concept = middle;
			return ERR_NONE;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return ERR_NOENT;
}

const char *
vocab_id(const struct vocab *vocab, size_t concept)
{
	return vocab->concepts[concept].id;
}

/* What the concept is called in ${lang} and no other language, or NULL. */
static const char *
name_in(const struct vocab *vocab, size_t concept, enum vocab_lang lang)
{
	const struct vocab_label *label;
	size_t i;

	for (i = 0; i < vocab->concepts[concept].label_count; i++) {
		label = vocab_label(vocab, concept, i);
		if (label->lang == lang && label->kind == VOCAB_PREF)
			return label->text;
	}
	return NULL;
}

const char *
vocab_name(const struct vocab *vocab, size_t concept, enum vocab_lang lang)
{
	const char *name = name_in(vocab, concept, lang);

	if (name == NULL && lang == VOCAB_NN)
		name = name_in(vocab, concept, VOCAB_NB);
	if (name == NULL)
		name = name_in(vocab, concept, VOCAB_EN);
	return name != NULL ? name : vocab_id(vocab, concept);
}

size_t
vocab_labels(const struct vocab *vocab, size_t concept)
{
	return vocab->concepts[concept].label_count;
}

const struct vocab_label *
vocab_label(const struct vocab *vocab, size_t concept, size_t label)
{
	return &vocab->labels[vocab->concepts[concept].label_first + label]
		    .label;
}

/* Line ${n} of those that begin with ${key}; NULL beyond the last. */
static const struct vocab_line *
line_of(const struct vocab *vocab, size_t concept, const char *key, size_t n)
{
	const struct vocab_concept *c = &vocab->concepts[concept];
	const struct vocab_line *line;
	size_t i;

	for (i = 0; i < c->line_count; i++) {
		line = &vocab->lines[c->line_first + i];
		if (strcmp(line->key, key) == 0 && n-- == 0)
			return line;
	}
	return NULL;
}

const char *
vocab_definition(
    const struct vocab *vocab, size_t concept, enum vocab_lang lang)
{
	const struct vocab_line *english = NULL;
	const struct vocab_line *line;
	size_t n;

	for (n = 0; (line = line_of(vocab, concept, "def", n)) != NULL; n++) {
		if (line->lang == lang)
			return line->text;
		if (line->lang == VOCAB_EN)
			english = line;
	}
	return english != NULL ? english->text : NULL;
}

static const char *
text_of(const struct vocab *vocab, size_t concept, const char *key, size_t n)
{
	const struct vocab_line *line = line_of(vocab, concept, key, n);

	return line != NULL ? line->text : NULL;
}

const char *
vocab_note(const struct vocab *vocab, size_t concept, size_t n)
{
	return text_of(vocab, concept, "note", n);
}

const char *
vocab_notation(const struct vocab *vocab, size_t concept, size_t n)
{
	return text_of(vocab, concept, "notation", n);
}

const char *
vocab_value(const struct vocab *vocab, size_t concept, size_t n)
{
	if (!vocab->concepts[concept].value)
		return text_of(vocab, concept, "value", n);
	return n == 0 ? vocab_id(vocab, concept) :
			text_of(vocab, concept, "value", n - 1);
}

/* The sector that the concept itself names, or NULL. */
static const char *
own_sector(const struct vocab *vocab, size_t concept)
{
	static const char field[] = "sector.";
	const char *value;
	size_t n;

	for (n = 0; (value = vocab_value(vocab, concept, n)) != NULL; n++)
		if (strncmp(value, field, sizeof(field) - 1) == 0)
			return value + sizeof(field) - 1;
	return NULL;
}

const char *
vocab_sector(const struct vocab *vocab, size_t concept)
{
	const uint16_t *links;
	const char *sector;
	size_t count;
	size_t depth;

	/* Upwards by the first of several; there are no circles. */
	for (depth = 0; depth <= vocab->count; depth++) {
		if ((sector = own_sector(vocab, concept)) != NULL)
			return sector;
		links = vocab_linked(vocab, concept, VOCAB_BROADER, &count);
		if (count == 0)
			return NULL;
		concept = links[0];
	}
	return NULL;
}

bool
vocab_replaced(const struct vocab *vocab, size_t concept, size_t *ret_instead)
{
	uint16_t instead = vocab->concepts[concept].instead;

	if (instead == VOCAB_NONE)
		return false;
	*ret_instead = instead;
	return true;
}

const uint16_t *
vocab_linked(const struct vocab *vocab, size_t concept, enum vocab_link link,
    size_t *ret_count)
{
	const struct vocab_concept *c = &vocab->concepts[concept];

	*ret_count = c->link_count[link];
	return vocab->links + c->link_first[link];
}

static bool
is_among(uint16_t concept, const uint16_t *concepts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (concepts[i] == concept)
			return true;
	return false;
}

size_t
vocab_narrower(const struct vocab *vocab, size_t concept,
    uint16_t *ret_concepts, size_t max)
{
	size_t from = concept;
	size_t done = 0;
	size_t count = 0;
	const uint16_t *links;
	size_t many;
	size_t i;

	for (;;) {
		links = vocab_linked(vocab, from, VOCAB_NARROWER, &many);
		for (i = 0; i < many && count < max; i++)
			if (links[i] != concept &&
			    !is_among(links[i], ret_concepts, count))
				ret_concepts[count++] = links[i];
		if (done == count)
			return count;
		from = ret_concepts[done++];
	}
}
