#include "daemon/dictionary_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "daemon/dictionary_file.h"

#define PATH_BYTES 4096
#define UNUSED     UINT32_MAX
#define PUBLIC     0644

/* What is written, and in which order. */
struct draft {
	const struct dictionary_term *terms;
	const struct dictionary_link *links;
	uint32_t nlinks;
	uint32_t nterms;
	uint32_t *order;  /* numbers of the terms that are written, sorted */
	uint32_t *number; /* of each term in the file, or UNUSED */
	uint32_t *first;  /* link of each term */
	uint32_t nwords;
	FILE *file;
	size_t bytes;
};

static enum err
err_from_errno(void)
{
	switch (errno) {
	case EACCES:
	case EPERM:
	case EROFS:
	case EISDIR:
	case ENOENT:
	case ENOTDIR:
		return ERR_DENIED;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	case ENAMETOOLONG:
		return ERR_SIZE;
	default:
		return ERR_IO;
	}
}

static int
compare_terms(const void *a, const void *b, void *context)
{
	const struct dictionary_term *terms = context;
	const struct dictionary_term *left = &terms[*(const uint32_t *)a];
	const struct dictionary_term *right = &terms[*(const uint32_t *)b];

	if (left->lang != right->lang)
		return left->lang < right->lang ? -1 : 1;
	return strcmp(left->text, right->text);
}

/* Sort the terms that have links, and number them. */
static enum err
put_in_order(struct draft *draft)
{
	uint32_t n = draft->nterms + 1;
	uint32_t i;

	draft->order = calloc(n, sizeof(*draft->order));
	draft->number = calloc(n, sizeof(*draft->number));
	draft->first = calloc(n, sizeof(*draft->first));
	if (draft->order == NULL || draft->number == NULL ||
	    draft->first == NULL)
		return ERR_NOMEM;
	memset(draft->number, 0xff, n * sizeof(*draft->number));
	for (i = draft->nlinks; i > 0; i--) {
		draft->first[draft->links[i - 1].from] = i - 1;
		draft->number[draft->links[i - 1].from] = 0;
		draft->number[draft->links[i - 1].to] = 0;
	}
	for (i = 0; i < draft->nterms; i++)
		if (draft->number[i] != UNUSED)
			draft->order[draft->nwords++] = i;
	if (draft->nwords >= DICTIONARY_WORDS_MAX)
		return ERR_LIMIT;
	qsort_r(draft->order, draft->nwords, sizeof(*draft->order),
	    compare_terms, (void *)(uintptr_t)draft->terms);
	for (i = 0; i < draft->nwords; i++)
		draft->number[draft->order[i]] = i;
	return ERR_NONE;
}

static void
put(struct draft *draft, const void *bytes, size_t len)
{
	(void)fwrite(bytes, 1, len, draft->file);
	draft->bytes += len;
}

static void
put_le32(struct draft *draft, uint32_t value)
{
	uint8_t bytes[4];

	bytes_put_le32(bytes, value);
	put(draft, bytes, sizeof(bytes));
}

/* The links of a term; how many there are. */
static uint32_t
links_of(const struct draft *draft, uint32_t term)
{
	uint32_t end = draft->first[term];

	while (end < draft->nlinks && draft->links[end].from == term)
		end++;
	return end - draft->first[term];
}

static uint32_t
text_bytes(const struct draft *draft)
{
	size_t sum = 0;
	uint32_t i;

	for (i = 0; i < draft->nwords; i++)
		sum += strlen(draft->terms[draft->order[i]].text);
	return (uint32_t)sum;
}

static void
put_head(struct draft *draft)
{
	static const uint8_t zeros[DICTIONARY_HEAD] = { 0 };
	uint32_t lang;
	uint32_t i = 0;

	put(draft, DICTIONARY_MAGIC, DICTIONARY_MAGIC_LEN);
	put_le32(draft, draft->nwords);
	put_le32(draft, draft->nlinks);
	put_le32(draft, text_bytes(draft));
	for (lang = 0; lang <= VOCAB_LANGS; lang++) {
		while (i < draft->nwords &&
		    (uint32_t)draft->terms[draft->order[i]].lang < lang)
			i++;
		put_le32(draft, i);
	}
	put(draft, zeros, DICTIONARY_HEAD - draft->bytes);
}

/* The words, in order; the links, in the same order; the text. */
static void
put_rest(struct draft *draft)
{
	uint32_t text = 0;
	uint32_t link = 0;
	uint32_t count;
	uint32_t term;
	uint32_t i;
	uint32_t k;

	for (i = 0; i < draft->nwords; i++) {
		put_le32(draft, text);
		put_le32(draft, link);
		term = draft->order[i];
		text += (uint32_t)strlen(draft->terms[term].text);
		link += links_of(draft, term);
	}
	put_le32(draft, text);
	put_le32(draft, link);
	for (i = 0; i < draft->nwords; i++) {
		term = draft->order[i];
		count = links_of(draft, term);
		for (k = draft->first[term]; count > 0; count--, k++)
			put_le32(draft,
			    draft->number[draft->links[k].to]
				    << DICTIONARY_WEIGHT_BITS |
				draft->links[k].weight);
	}
	for (i = 0; i < draft->nwords; i++)
		put(draft, draft->terms[draft->order[i]].text,
		    strlen(draft->terms[draft->order[i]].text));
}

/* Make the folder of ${path}, if that is what is missing. */
static void
make_folder(const char *path)
{
	char folder[PATH_BYTES];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	if ((slash = strrchr(folder, '/')) == NULL || slash == folder)
		return;
	*slash = '\0';
	if (mkdir(folder, 0755) == 0)
		(void)chmod(folder, 0755);
}

/* Begin a file beside ${path}. */
static enum err
begin_file(struct draft *draft, const char *path, char temp[PATH_BYTES])
{
	int fd;

	if ((size_t)snprintf(temp, PATH_BYTES, "%s.XXXXXX", path) >= PATH_BYTES)
		return ERR_SIZE;
	make_folder(path);
	if ((fd = mkostemp(temp, O_CLOEXEC)) == -1)
		return err_from_errno();
	if (fchmod(fd, PUBLIC) == 0 && (draft->file = fdopen(fd, "we")) != NULL)
		return ERR_NONE;
	(void)close(fd);
	(void)unlink(temp);
	return ERR_IO;
}

/* Put the file, once it is whole, in its place. */
static enum err
end_file(struct draft *draft, const char *path, const char *temp)
{
	enum err err = ERR_NONE;

	if (fflush(draft->file) != 0 || ferror(draft->file) != 0 ||
	    fsync(fileno(draft->file)) != 0)
		err = err_from_errno();
	if (fclose(draft->file) != 0 && err == ERR_NONE)
		err = err_from_errno();
	if (err == ERR_NONE && rename(temp, path) != 0)
		err = err_from_errno();
	if (err != ERR_NONE)
		(void)unlink(temp);
	return err;
}

enum err
dictionary_write(const char *path, const struct dictionary_term *terms,
    uint32_t nterms, const struct dictionary_link *links, uint32_t nlinks,
    size_t *ret_words, size_t *ret_bytes)
{
	struct draft draft = { .terms = terms,
		.links = links,
		.nlinks = nlinks,
		.nterms = nterms };
	char temp[PATH_BYTES];
	enum err err;

	if ((err = put_in_order(&draft)) == ERR_NONE &&
	    (err = begin_file(&draft, path, temp)) == ERR_NONE) {
		put_head(&draft);
		put_rest(&draft);
		err = end_file(&draft, path, temp);
	}
	free(draft.order);
	free(draft.number);
	free(draft.first);
	if (err == ERR_NONE) {
		*ret_words = draft.nwords;
		*ret_bytes = draft.bytes;
	}
	return err;
}
