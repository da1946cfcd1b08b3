#include "client/sift.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/person.h"
#include "proto/personal.h"
#include "client/act.h"
#include "client/run.h"

#define WHERE_ROOM 192 /* bytes of "line 12, trial.summary" */
#define WHAT_ROOM  256

/* One find, ready to be told. */
struct find {
	unsigned line;
	char where[WHERE_ROOM];
	char what[WHAT_ROOM];
};

struct sift {
	bool *lines; /* by number: something was found in it */
	unsigned last;
	struct find *finds;
	size_t count;
	size_t lines_found;
};

/* The greatest number of a line. */
static unsigned
last_line(const struct corpus_record *records, size_t count)
{
	unsigned last = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (records[i].line > last)
			last = records[i].line;
	return last;
}

static void
keep(struct sift *sift, unsigned line, const struct personal_hit *hit)
{
	struct find *find;
	size_t len = hit->end - hit->start;

	if (sift->count == SIFT_KEPT)
		return;
	find = &sift->finds[sift->count++];
	find->line = line;
	(void)snprintf(find->where, sizeof(find->where), _("line %u, %s"), line,
	    hit->path);
	(void)snprintf(find->what, sizeof(find->what),
	    _("\"%.*s\" looks like personal data (%s: %s)"),
	    (int)(len < 80 ? len : 80), hit->text + hit->start,
	    speech(personal_kind_str(hit->kind)), speech(hit->reason));
}

/* Look through one record. */
static enum err
look(struct sift *sift, const struct person_words *words,
    const struct corpus_record *record)
{
	struct personal_hits hits;
	enum err err;
	size_t i;

	memset(&hits, 0, sizeof(hits));
	err = personal_check_body(words, record->body, &hits);
	if (err == ERR_NONE && hits.count > 0 && !sift->lines[record->line]) {
		sift->lines[record->line] = true;
		sift->lines_found++;
	}
	for (i = 0; err == ERR_NONE && i < hits.count; i++)
		keep(sift, record->line, &hits.items[i]);
	personal_clear(&hits);
	return err == ERR_NOMEM ? err : ERR_NONE;
}

int
sift_new(struct run *run, const struct corpus_record *records, size_t count,
    struct sift **ret_sift)
{
	struct person_words *words = NULL;
	struct sift *sift = calloc(1, sizeof(*sift));
	enum err err = ERR_NONE;
	size_t i;
	int status;

	if (sift == NULL)
		return run_nomem(run);
	sift->last = last_line(records, count);
	sift->lines = calloc((size_t)sift->last + 1, sizeof(*sift->lines));
	sift->finds = calloc(SIFT_KEPT, sizeof(*sift->finds));
	if (sift->lines == NULL || sift->finds == NULL)
		err = ERR_NOMEM;
	status = act_names(run, &words);
	for (i = 0; i < count && status == EXIT_DONE && err == ERR_NONE; i++)
		err = look(sift, words, &records[i]);
	person_words_free(words);
	if (err != ERR_NONE)
		status = run_nomem(run);
	if (status == EXIT_DONE)
		*ret_sift = sift;
	else
		sift_free(sift);
	return status;
}

void
sift_free(struct sift *sift)
{
	if (sift == NULL)
		return;
	free(sift->lines);
	free(sift->finds);
	free(sift);
}

size_t
sift_count(const struct sift *sift)
{
	return sift->lines_found;
}

bool
sift_holds(const struct sift *sift, const struct corpus_record *record)
{
	size_t i;
	char begin[32];

	if (sift == NULL || record->line > sift->last ||
	    !sift->lines[record->line])
		return false;
	if (record->kind != HEADER_PROGRAMME && record->kind != HEADER_NETWORK)
		return true;
	/* Its own words decide about a record that is shared. */
	(void)snprintf(begin, sizeof(begin), _("line %u, %s."), record->line,
	    header_kind_name(record->kind));
	for (i = 0; i < sift->count; i++)
		if (strncmp(sift->finds[i].where, begin, strlen(begin)) == 0)
			return true;
	return false;
}

int
sift_tell(struct run *run, const struct sift *sift, const char *path,
    const char *remedy)
{
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	Erfa__Problem *problems = calloc(SIFT_KEPT, sizeof(*problems));
	Erfa__Problem **list = calloc(SIFT_KEPT, sizeof(Erfa__Problem *));
	char message[256];
	int status;
	size_t i;

	for (i = 0; problems != NULL && list != NULL && i < sift->count; i++) {
		erfa__problem__init(&problems[i]);
		problems[i].where = sift->finds[i].where;
		problems[i].what = sift->finds[i].what;
		list[i] = &problems[i];
	}
	(void)snprintf(message, sizeof(message),
	    speech_many(sift->lines_found,
		"%.100s: %zu line that may hold personal data, which cannot be called back",
		"%.100s: %zu lines that may hold personal data, which cannot be called back"),
	    path, sift->lines_found);
	error.schema = run_lend("erfa.error/1");
	error.code = run_lend("personal_data");
	error.has_exit = 1;
	error.exit = EXIT_DATA;
	error.message = message;
	error.remedy = run_lend(speech(remedy));
	error.problem = list;
	error.n_problem = i;
	status = fault_tell(&run->faults, &error);
	free(problems);
	free(list);
	return status;
}
