#include "daemon/plan_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

void
plan_leave_out(struct plan *plan, const char *word, const char *why)
{
	size_t kept = text_cut(word, 40);

	if (plan->nleft < PLAN_LEFT)
		(void)snprintf(plan->left[plan->nleft++], PLAN_TEXT, "%.*s: %s",
		    (int)kept, word, why);
}

/* Copy a text for people, no character cut apart. */
static void
copy_typed(char out[PLAN_TEXT], const char *text, size_t len)
{
	if (len > PLAN_TEXT - 1)
		for (len = PLAN_TEXT - 1;
		     len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	memcpy(out, text, len);
	out[len] = '\0';
}

/* Take one word; ${like} says how it was typed. */
static enum err
take_item(
    struct plan *plan, const char *word, size_t len, const struct item *like)
{
	struct item *item;
	struct token token;
	enum err err;

	err = tokens_forms(plan->tokens, word, len, STEM_NONE, &token);
	/* One digit is no word, but has words in all languages. */
	if (err == ERR_NOENT && len == 1 && *word >= '2' && *word <= '9' &&
	    !like->phrase && !like->without) {
		token = (struct token){ .folded = { *word } };
		err = ERR_NONE;
	}
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (plan->nitems == PLAN_ITEMS)
		return ERR_NONE;
	item = &plan->items[plan->nitems++];
	*item = *like;
	copy_typed(item->typed, word, len);
	memcpy(item->folded, token.folded, sizeof(item->folded));
	return ERR_NONE;
}

/* Whether a section sign stands before ${text}. */
static bool
is_section(const struct plan *plan, const char *text)
{
	while (text > plan->typed && text[-1] == ' ')
		text--;
	return text - plan->typed >= 2 && memcmp(text - 2, "\xc2\xa7", 2) == 0;
}

/* Take the words of ${text} up to ${end}. */
static enum err
take_words(struct plan *plan, const char *text, const char *end,
    const struct item *like)
{
	struct item one = *like;
	size_t len;
	enum err err;

	for (text = tokens_next(text, &len); len > 0 && text < end;
	     text = tokens_next(text + len, &len)) {
		if (text + len > end)
			len = (size_t)(end - text);
		if (len == 1 && is_section(plan, text))
			continue;
		one.prefix = text[len] == '*' && text + len < end;
		if ((err = take_item(plan, text, len, &one)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Write the words of ${text} into one new text, a blank between; NULL if there are
 * fewer than two. */
static enum err
join_words(const char *text, char **ret_joined)
{
	struct vocab_words *words;
	const char *const *list;
	char *joined = NULL;
	size_t len = 0;
	size_t size = 1;
	size_t count;
	size_t i;
	enum err err;

	*ret_joined = NULL;
	if ((err = vocab_words_new(text, &words)) != ERR_NONE)
		return err;
	list = vocab_words_list(words, &count);
	for (i = 0; i < count; i++)
		size += strlen(list[i]) + 1;
	if (count > 1 && (joined = calloc(1, size)) == NULL)
		err = ERR_NOMEM;
	for (i = 0; i < count && joined != NULL; i++)
		len += (size_t)snprintf(joined + len, size - len, "%s%s",
		    i > 0 ? " " : "", list[i]);
	vocab_words_free(words);
	*ret_joined = joined;
	return err;
}

/*
 * Keep a quotation as folded words, as texts are cut: also such as cannot be
 * searched, "ro i hjemmet".
 */
static enum err
take_phrase(struct plan *plan, const char *text, const char *end)
{
	char *quoted;
	char *phrase;
	enum err err;

	if (plan->nphrases == PLAN_PHRASES)
		return ERR_NONE;
	if ((quoted = strndup(text, (size_t)(end - text))) == NULL)
		return ERR_NOMEM;
	err = join_words(quoted, &phrase);
	free(quoted);
	if (err == ERR_NONE && phrase != NULL)
		plan->phrases[plan->nphrases++] = phrase;
	return err == ERR_SYNTAX ? ERR_NONE : err;
}

/* Take one piece: a quotation, or what stands between blanks. */
static enum err
take_piece(struct plan *plan, const char *text, const char *end, bool quoted)
{
	struct item like = { .phrase = quoted };
	enum err err;

	if (!quoted && *text == '-' && text + 1 < end && text[1] != '-') {
		like.without = true;
		text++;
	}
	if ((err = take_words(plan, text, end, &like)) != ERR_NONE)
		return err;
	return quoted ? take_phrase(plan, text, end) : ERR_NONE;
}

/* Read all that was typed. */
static enum err
read_text(struct plan *plan, const char *text)
{
	const char *end;
	bool quoted;
	enum err err;

	while (*text != '\0') {
		if ((unsigned char)*text <= ' ') {
			text++;
			continue;
		}
		quoted = *text == '"';
		text += quoted;
		end = text;
		while (*end != '\0' &&
		    (quoted ? *end != '"' : (unsigned char)*end > ' ') &&
		    (quoted || *end != '"'))
			end++;
		if ((err = take_piece(plan, text, end, quoted)) != ERR_NONE)
			return err;
		text = quoted && *end == '"' ? end + 1 : end;
	}
	return ERR_NONE;
}

enum err
plan_read(struct plan *plan, char *const *words, size_t count)
{
	char *text = calloc(1, PLAN_BYTES + 3);
	size_t len = 0;
	size_t more;
	size_t i;
	enum err err;

	if (text == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		more = strlen(words[i]);
		if (!text_valid(words[i], more)) {
			plan_leave_out(plan, "?", "is not UTF-8");
			continue;
		}
		if (len + more + 1 > PLAN_BYTES) {
			plan_leave_out(plan, words[i], "too much was typed");
			break;
		}
		memcpy(text + len, words[i], more);
		len += more;
		text[len++] = ' ';
	}
	plan->typed = text;
	err = read_text(plan, text);
	plan->typed = NULL;
	free(text);
	return err;
}
