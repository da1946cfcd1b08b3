#include "client/corpus_site.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/text.h"
#include "client/corpus_table.h"

#define PARTS_MAX 64 /* names in one list; a longer list stays whole */
#define X_BYTES   5  /* of the hash in an id made from a text */
#define X_CHARS   BYTES_BASE32_CHARS(X_BYTES)

/* A stretch of the text: one name of a list. */
struct part {
	const char *start;
	size_t len;
	char code[CORPUS_CODE_MAX + 1]; /* of the one municipality it names */
};

static const char *const links[] = { ", ", ",", " og ", " och ", " ja " };

/* Words for municipality that may follow a name. */
static const char *const generic[] = { "kommune", "kommuner", "kommun",
	"kaupunki" };

/* Words and phrases, folded, of texts that mean several without naming them. */
static const char *const several[] = { "flere", "fleire", "flera", "alle",
	"alla", "nokkur", "kunnat", "kuntaa", "ikke navngivet", "ikke navngitt",
	"ikkje namngitt", "ei nimetty" };

/* Length of the separator that stands at ${at}, or 0. */
static size_t
link_length(const char *at)
{
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (strncmp(at, links[i], strlen(links[i])) == 0)
			return strlen(links[i]);
	}
	return 0;
}

/* Split ${text} at its separators; return how many parts, 0 if too many. */
static size_t
parts_split(const char *text, struct part parts[PARTS_MAX])
{
	const char *start = text;
	size_t count = 0;
	size_t skip;

	while (true) {
		skip = link_length(text);
		if (skip == 0 && *text != '\0') {
			text++;
			continue;
		}
		if (count == PARTS_MAX)
			return 0;
		parts[count++] = (struct part){ .start = start,
			.len = (size_t)(text - start) };
		if (*text == '\0')
			return count;
		text += skip;
		start = text;
	}
}

/* Length of ${part} without a word for municipality at its end. */
static size_t
bare_length(const struct part *part)
{
	size_t len;
	size_t i;

	for (i = 0; i < sizeof(generic) / sizeof(generic[0]); i++) {
		len = strlen(generic[i]);
		if (part->len < len ||
		    strncasecmp(
			part->start + part->len - len, generic[i], len) != 0)
			continue;
		if (part->len == len)
			return 0;
		if (part->start[part->len - len - 1] == ' ')
			return part->len - len - 1;
	}
	return part->len;
}

/* Look ${name} up, and let ${code} be the one municipality found so far. */
static enum err
name_find(const struct corpus_table *table, const char *country,
    const char *name, char code[CORPUS_CODE_MAX + 1])
{
	char found[CORPUS_CODE_MAX + 1] = "";
	enum err err = corpus_table_municipality(table, country, name, found);

	if (err == ERR_NOENT)
		return ERR_NONE;
	if (err == ERR_NONE && code[0] != '\0' && strcmp(code, found) != 0)
		return ERR_EXIST;
	if (err == ERR_NONE)
		memcpy(code, found, sizeof(found));
	return err;
}

/*
 * Find the one municipality that ${part} names: as it is, without the letter of
 * a genitive, or with the one that the official name has.
 */
static enum err
part_find(
    const struct corpus_table *table, const char *country, struct part *part)
{
	char genitive = strcmp(country, "fi") == 0 ? 'n' : 's';
	char *name = strndup(part->start, bare_length(part));
	char *folded = NULL;
	char *longer = NULL;
	size_t len;
	enum err err;

	if (name == NULL)
		return ERR_NOMEM;
	if ((err = text_fold(name, &folded)) != ERR_NONE)
		goto out;
	if (asprintf(&longer, "%s%c", folded, genitive) < 0) {
		longer = NULL;
		err = ERR_NOMEM;
		goto out;
	}
	if ((err = name_find(table, country, folded, part->code)) != ERR_NONE ||
	    (err = name_find(table, country, longer, part->code)) != ERR_NONE)
		goto out;
	if ((len = strlen(folded)) > 1 && folded[len - 1] == genitive) {
		folded[len - 1] = '\0';
		err = name_find(table, country, folded, part->code);
	}
	if (err == ERR_NONE && part->code[0] == '\0')
		err = ERR_NOENT;
out:
	free(name);
	free(folded);
	free(longer);
	return err;
}

/* Find all parts; ERR_NOENT if one of them is not exactly one municipality. */
static enum err
parts_find(const struct corpus_table *table, const char *country,
    struct part *parts, size_t count)
{
	enum err err = count == 0 ? ERR_NOENT : ERR_NONE;
	size_t i;

	for (i = 0; i < count && err == ERR_NONE; i++)
		err = part_find(table, country, &parts[i]);
	return err == ERR_EXIST ? ERR_NOENT : err;
}

/* Whether ${word} stands in ${text} as a word or words of its own. */
static bool
has_word(const char *text, const char *word)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz";
	const char *at = text;
	size_t len = strlen(word);

	while ((at = strstr(at, word)) != NULL) {
		if ((at == text || strchr(letters, at[-1]) == NULL) &&
		    (at[len] == '\0' || strchr(letters, at[len]) == NULL))
			return true;
		at++;
	}
	return false;
}

/* Whether a text means several without naming them. */
static bool
means_several(const char *folded, const struct part *parts, size_t count)
{
	size_t i;

	if (strpbrk(folded, "0123456789") != NULL)
		return true;
	for (i = 0; i < sizeof(several) / sizeof(several[0]); i++) {
		if (has_word(folded, several[i]))
			return true;
	}

	/* "kommuner og regioner": the word for municipality and no name. */
	for (i = 0; i < count; i++) {
		if (bare_length(&parts[i]) == 0)
			return true;
	}
	return false;
}

/* Add a site whose strings are taken over; they are freed on failure. */
static enum err
site_add(Erfa__Trial *trial, char *id, char *name, bool from_name)
{
	Erfa__OrgRef *site = calloc(1, sizeof(*site));
	Erfa__OrgRef **grown = realloc(
	    trial->sites, (trial->n_sites + 1) * sizeof(Erfa__OrgRef *));

	if (grown != NULL)
		trial->sites = grown;
	if (id == NULL || name == NULL || site == NULL || grown == NULL) {
		free(id);
		free(name);
		free(site);
		return ERR_NOMEM;
	}
	erfa__org_ref__init(site);
	site->id = id;
	site->name = name;
	if (from_name) {
		site->has_id_from_name = 1;
		site->id_from_name = 1;
	}
	trial->sites[trial->n_sites++] = site;
	return ERR_NONE;
}

/* Make "<country>-<code>"; NULL if there is no memory. */
static char *
id_make(const char *country, const char *mark, const char *code)
{
	char *id;

	return asprintf(&id, "%s-%s%s", country, mark, code) < 0 ? NULL : id;
}

/* Add the whole text as one site, with an id made from it. */
static enum err
whole_add(Erfa__Trial *trial, const char *country, const char *folded)
{
	struct crypto_hash_state state;
	uint8_t hash[HASH_LEN];
	char code[X_CHARS + 1];

	crypto_hash_begin(&state);
	crypto_hash_add(&state, country, strlen(country) + 1);
	crypto_hash_add(&state, folded, strlen(folded));
	crypto_hash_end(&state, hash);
	bytes_base32(hash, X_BYTES, code);
	return site_add(trial, id_make(country, "x", code),
	    strdup(trial->sites_text), true);
}

/* Add a site for each part. */
static enum err
parts_add(Erfa__Trial *trial, const char *country, const struct part *parts,
    size_t count)
{
	enum err err = ERR_NONE;
	size_t len;
	size_t i;

	/* A word for municipalities at the end of a list alone is of all. */
	for (i = 0; i < count && err == ERR_NONE; i++) {
		len = i > 0 && bare_length(&parts[0]) == parts[0].len ?
		    bare_length(&parts[i]) :
		    parts[i].len;
		err = site_add(trial, id_make(country, "", parts[i].code),
		    strndup(parts[i].start, len), true);
	}
	return err;
}

enum err
corpus_site_fill(const struct corpus_table *table, const char *country,
    const char *code, const char *text, Erfa__Trial *trial)
{
	struct part parts[PARTS_MAX];
	size_t count = parts_split(text, parts);
	char *folded = NULL;
	enum err err;

	if ((trial->sites_text = strdup(text)) == NULL)
		return ERR_NOMEM;
	trial->has_scope = 1;
	trial->scope = ERFA__SCOPE__SCOPE_ONE;
	if (code != NULL)
		return site_add(
		    trial, id_make(country, "", code), strdup(text), false);

	if ((err = text_fold(text, &folded)) != ERR_NONE)
		return err;
	err = parts_find(table, country, parts, count);
	if (err == ERR_NONE) {
		err = parts_add(trial, country, parts, count);
	} else if (err == ERR_NOENT) {
		if (means_several(folded, parts, count))
			trial->scope = ERFA__SCOPE__SCOPE_SEVERAL;
		err = whole_add(trial, country, folded);
	}
	free(folded);
	return err;
}
