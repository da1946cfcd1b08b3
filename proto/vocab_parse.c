#include "proto/vocab_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define ROOM_FIRST 256
#define BLANKS     " \t"

/* A file while it is cut up. */
struct parsing {
	struct vocab *vocab;
	struct vocab_report *report;
	size_t concept_room;
	size_t label_room;
	size_t line_room;
	size_t line; /* that is being read */
};

/* Words that begin a line of a concept, besides the languages. */
static const struct {
	const char *word;
	bool lang; /* the code of a language follows */
} keys[] = { { "hidden", true }, { "old", true }, { "def", false },
	{ "note", false }, { "twice", true }, { "broader", false },
	{ "related", false }, { "close", false }, { "notation", false },
	{ "value", false }, { "replaced_by", false } };

#define KEYS (sizeof(keys) / sizeof(keys[0]))

void
vocab_fault(struct vocab_report *report, size_t line, const char *format, ...)
{
	struct vocab_fault *fault;
	va_list args;

	if (report == NULL)
		return;
	if (report->count++ >= VOCAB_FAULTS_MAX)
		return;
	fault = &report->faults[report->count - 1];
	fault->line = line;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
}

/* Make sure that there is room for ${count} + 1 items of ${size} bytes. */
static enum err
grow(void **items, size_t *room, size_t count, size_t size)
{
	size_t more = *room == 0 ? ROOM_FIRST : 2 * *room;
	void *moved;

	if (count < *room)
		return ERR_NONE;
	if ((moved = realloc(*items, more * size)) == NULL)
		return ERR_NOMEM;
	*items = moved;
	*room = more;
	return ERR_NONE;
}

/* Cut the blanks off both ends of ${text}. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	text[len] = '\0';
	return text;
}

/* Cut the first word off *${rest}. */
static char *
first_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	size_t len = strcspn(word, BLANKS);

	*rest = word + len;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	*rest = trim(*rest);
	return word;
}

/* Is ${id} made of a-z, 0-9 and _, a dot in it at most once? */
static bool
is_id(const char *id)
{
	size_t dots = 0;
	size_t i;

	for (i = 0; id[i] != '\0'; i++) {
		if (id[i] == '.' && i > 0 && id[i + 1] != '\0')
			dots++;
		else if (id[i] != '_' && !(id[i] >= 'a' && id[i] <= 'z') &&
		    !(id[i] >= '0' && id[i] <= '9'))
			return false;
	}
	return i > 0 && i <= 100 && dots <= 1;
}

/* A line in column one begins a concept. */
static enum err
add_concept(struct parsing *p, char *id)
{
	struct vocab *vocab = p->vocab;
	struct vocab_concept *concept;
	enum err err;

	if (vocab->count == VOCAB_CONCEPTS_MAX)
		return ERR_LIMIT;
	if ((err = grow((void **)&vocab->concepts, &p->concept_room,
		 vocab->count, sizeof(*vocab->concepts))) != ERR_NONE)
		return err;
	id = trim(id);
	if (!is_id(id))
		vocab_fault(p->report, p->line,
		    "\"%s\" is no id: a-z, 0-9 and _ only", id);
	concept = &vocab->concepts[vocab->count];
	memset(concept, 0, sizeof(*concept));
	concept->id = id;
	concept->line = p->line;
	concept->label_first = (uint32_t)vocab->label_count;
	concept->line_first = (uint32_t)vocab->line_count;
	concept->instead = VOCAB_NONE;
	concept->value = strchr(id, '.') != NULL;
	if (vocab->count > 0 && strcmp(concept[-1].id, id) >= 0)
		vocab_fault(p->report, p->line,
		    "\"%s\" must not come after \"%s\": one block a concept, "
		    "sorted by id",
		    id, concept[-1].id);
	vocab->count++;
	return ERR_NONE;
}

/* Take the marks off a label: "=" before it; "?" and "-" behind it. */
static char *
take_marks(char *text, struct vocab_entry *entry)
{
	struct vocab_label *label = &entry->label;
	size_t len;

	entry->alone = text[0] == '=';
	if (entry->alone)
		text = trim(text + 1);
	len = strlen(text);
	label->checked = len == 0 || text[len - 1] != '?';
	if (!label->checked)
		text[--len] = '\0';
	label->stem = label->kind == VOCAB_HIDDEN && len > 0 &&
	    text[len - 1] == '-';
	if (label->stem)
		text[len - 1] = '\0';
	return text;
}

/* Add one label to the concept that was begun last. */
static enum err
add_label(
    struct parsing *p, enum vocab_lang lang, enum vocab_kind kind, char *text)
{
	struct vocab *vocab = p->vocab;
	struct vocab_entry *entry;
	enum err err;

	if (vocab->label_count == VOCAB_LABELS_MAX)
		return ERR_LIMIT;
	if ((err = grow((void **)&vocab->labels, &p->label_room,
		 vocab->label_count, sizeof(*vocab->labels))) != ERR_NONE)
		return err;
	entry = &vocab->labels[vocab->label_count];
	memset(entry, 0, sizeof(*entry));
	entry->label.lang = lang;
	entry->label.kind = kind;
	entry->line = p->line;
	entry->label.text = text = take_marks(text, entry);
	if (*text == '\0' || strlen(text) > VOCAB_LABEL_MAX) {
		vocab_fault(p->report, p->line,
		    "a label is empty or longer than %d bytes",
		    VOCAB_LABEL_MAX);
		return ERR_NONE;
	}
	vocab->label_count++;
	vocab->concepts[vocab->count - 1].label_count++;
	return ERR_NONE;
}

/* Labels of one language, ";" between them; the first is what it is called. */
static enum err
add_labels(
    struct parsing *p, enum vocab_lang lang, enum vocab_kind kind, char *rest)
{
	enum err err = ERR_NONE;
	char *text;

	while (err == ERR_NONE && (text = strsep(&rest, ";")) != NULL) {
		err = add_label(p, lang, kind, trim(text));
		if (kind == VOCAB_PREF)
			kind = VOCAB_ALT;
	}
	return err;
}

/* A label that was given up: itself; until when; what to say now. */
static enum err
add_old(struct parsing *p, enum vocab_lang lang, char *rest)
{
	char *text = trim(strsep(&rest, ";"));
	char *until = rest != NULL ? trim(strsep(&rest, ";")) : NULL;
	char *instead = rest != NULL ? trim(strsep(&rest, ";")) : NULL;
	size_t before = p->vocab->label_count;
	struct vocab_label *label;
	enum err err;

	if (instead == NULL || rest != NULL) {
		vocab_fault(p->report, p->line,
		    "write: old LANGUAGE LABEL; UNTIL; INSTEAD (- for unknown)");
		return ERR_NONE;
	}
	if ((err = add_label(p, lang, VOCAB_OLD, text)) != ERR_NONE ||
	    p->vocab->label_count == before)
		return err;
	label = &p->vocab->labels[before].label;
	label->until = strcmp(until, "-") != 0 ? until : NULL;
	label->instead = strcmp(instead, "-") != 0 ? instead : NULL;
	return ERR_NONE;
}

/* Keep a line that is no label. */
static enum err
add_line(struct parsing *p, const char *key, enum vocab_lang lang, char *text)
{
	struct vocab *vocab = p->vocab;
	struct vocab_concept *concept = &vocab->concepts[vocab->count - 1];
	struct vocab_line *line;
	enum err err;

	if (concept->line_count == VOCAB_LINES_MAX)
		return ERR_LIMIT;
	if ((err = grow((void **)&vocab->lines, &p->line_room,
		 vocab->line_count, sizeof(*vocab->lines))) != ERR_NONE)
		return err;
	if (*text == '\0')
		vocab_fault(p->report, p->line, "nothing follows \"%s\"", key);
	line = &vocab->lines[vocab->line_count++];
	line->key = key;
	line->text = text;
	line->line = p->line;
	line->lang = lang;
	concept->line_count++;
	return ERR_NONE;
}

/* Whether ${code} is exactly the code of a language. */
static bool
is_lang(const char *code, enum vocab_lang *ret_lang)
{
	size_t lang;

	for (lang = 0; lang < VOCAB_LANGS; lang++)
		if (strcmp(vocab_lang_code((enum vocab_lang)lang), code) == 0) {
			*ret_lang = (enum vocab_lang)lang;
			return true;
		}
	return false;
}

/* A definition may begin with the code of its language; else it is English. */
static enum err
add_definition(struct parsing *p, char *rest)
{
	enum vocab_lang lang = VOCAB_EN;
	char code[3] = { 0 };

	if (strlen(rest) > 2 && strchr(BLANKS, rest[2]) != NULL) {
		memcpy(code, rest, 2);
		if (is_lang(code, &lang))
			rest = trim(rest + 2);
	}
	return add_line(p, "def", lang, rest);
}

/* A line of a concept: its first word says what it is. */
static enum err
add_item(struct parsing *p, char *rest)
{
	enum vocab_lang lang = VOCAB_ANY;
	char *word = first_word(&rest);
	size_t i = 0;

	if (p->vocab->count == 0) {
		vocab_fault(p->report, p->line, "no concept's id before this");
		return ERR_NONE;
	}
	if (is_lang(word, &lang))
		return add_labels(p, lang, VOCAB_PREF, rest);
	while (i < KEYS && strcmp(keys[i].word, word) != 0)
		i++;
	if (i == KEYS || (keys[i].lang && !is_lang(first_word(&rest), &lang))) {
		vocab_fault(p->report, p->line,
		    "\"%s\" is no word of this file, or no language follows it",
		    word);
		return ERR_NONE;
	}
	if (strcmp(word, "hidden") == 0)
		return add_labels(p, lang, VOCAB_HIDDEN, rest);
	if (strcmp(word, "old") == 0)
		return add_old(p, lang, rest);
	if (strcmp(word, "def") == 0)
		return add_definition(p, rest);
	return add_line(p, keys[i].word, lang, rest);
}

/* Read one line, its newline cut off. */
static enum err
read_line(struct parsing *p, char *line)
{
	size_t len = strlen(line);

	if (!text_clean(line, len, true)) {
		vocab_fault(p->report, p->line,
		    "not UTF-8, or control characters in it");
		return ERR_NONE;
	}
	if (!text_composed(line))
		vocab_fault(p->report, p->line,
		    "letters and accents apart: store the file as NFC");
	if (strchr("#", line[strspn(line, BLANKS)]) != NULL)
		return ERR_NONE;
	if (strchr(BLANKS, line[0]) != NULL)
		return add_item(p, line);
	return add_concept(p, line);
}

enum err
vocab_parse(struct vocab *vocab, struct vocab_report *report)
{
	struct parsing p = { .vocab = vocab, .report = report };
	char *rest = vocab->bytes;
	enum err err = ERR_NONE;
	char *line;

	while (err == ERR_NONE && (line = strsep(&rest, "\n")) != NULL) {
		p.line++;
		err = read_line(&p, line);
	}
	return err;
}
