#ifndef ERFAD_QUERY_INTERNAL_H
#define ERFAD_QUERY_INTERNAL_H

/*
 * query_internal - what the files of query share.
 *
 *   query.c         which request goes where; the cached picture of all records
 *   query_answer.c  errors and rows of answers
 *   query_behind.c  what is told where the index lacks something
 *   query_list.c    list, find, watch, export
 *   query_show.c    show, and which record an id means
 *   query_lineage.c lineage, scale
 *   query_history.c history, and which version is meant
 *   query_dossier.c dossier
 *   query_table31.c table 3.1
 *   query_walk.c    all records, page by page
 *   query_burden.c  burden
 *   query_logs.c    logs, counts
 *   query_verify.c  verify
 *   query_bundle.c  bundle export
 *   query_case.c    what is looked at to judge a trial
 *   query_orgs.c    organisations, and who took over from whom
 *   query_guides.c  guides
 *   query_follow.c  what is new of something that is followed
 *   query_evidence*.c  what a family measured (evidence_internal.h)
 *   query_overview.c   overview
 *   query_erasure.c    erasure
 *   query_group.c      restricted groups, and who is in them
 *   query_status.c     what status tells of the store
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/answer.h"
#include "proto/body.h"
#include "proto/control.h"
#include "proto/err.h"
#include "daemon/index.h"
#include "daemon/store.h"

/* Opaque types. */
struct directory;
struct docket;
struct docket_trial;
struct lexicon;
struct heirs;
struct query;
struct query_counts;
struct query_group;
struct query_group_entry;
struct sealed_ring;
struct query_follow;
struct shown;
struct shown_item;

#define LIST_LIMIT     200     /* rows of a page, if not said */
#define LIST_LIMIT_MAX 1000    /* rows of a page, at most */
#define PAGE_BYTES     2097152 /* of bodies in one answer */
#define PAGE_MS        100     /* work for one answer of verify */

/* Exit codes of erfa that answers name. */
#define EXIT_FAILED   1
#define EXIT_USAGE    64
#define EXIT_DATA     65
#define EXIT_NOINPUT  66
#define EXIT_TEMPFAIL 75

/* One request while it is answered. */
struct question {
	struct query *query;
	struct store_txn *store;
	struct index_txn *index;
	const struct directory *directory;
	const struct shown *shown; /* after query_look() */
	const struct heirs *heirs; /* likewise */
	const char *lang;          /* of the one who asks; NULL = not said */
	const uint8_t *own_key;
	const char *own_name;
	const struct sealed_ring
	    *ring;                 /* what opens restricted bodies, or NULL */
	struct query_group *group; /* private: the one named last */
	uint64_t silent_ms;
	const char *day;     /* to judge by, "2026-01-31"; NULL = today */
	uint64_t day_end_ms; /* what came after it is not there; 0 = all is */
	void *holder;        /* private */
	void *picture;       /* private */
	Erfa__Answer *answer;
};

/* An entry that a row is made of, and as what it is shown. */
struct query_place {
	uint8_t log_id[LOG_ID_LEN];
	uint32_t log; /* its number: shown_log(); 0 = not said */
	uint64_t n;
	uint64_t arrival;
	const char *org;       /* who published it */
	const uint8_t *record; /* its identity; NULL = none */
	size_t chars;          /* of the record's id that people need */
};

/* What stood at a place; end with query_entry_clear(). */
struct query_entry {
	Erfa__Row *row;
	Erfa__Body *body; /* NULL if not here or not to be read */
	size_t body_len;
	uint64_t group; /* restricted group of its header; 0 = public */
	bool verified;  /* chain and commitment fit */
	uint8_t c[HASH_LEN];
};

/* ---- query.c ---- */

/**
 * query_look(question):
 * Provide ${question}->shown.
 */
enum err query_look(struct question *question) MUST_CHECK;

/**
 * query_count(question, ret_counts):
 * What query_counts() does.
 */
enum err query_count(
    struct question *question, struct query_counts *ret_counts) MUST_CHECK;

/**
 * query_lexicon(question):
 * What words mean; NULL if that is not known.
 */
const struct lexicon *query_lexicon(const struct question *question);

/**
 * query_epoch(question, out):
 * The epoch of the store.
 */
void query_epoch(const struct question *question, uint8_t out[STORE_EPOCH_LEN]);

/* ---- query_behind.c ---- */

/**
 * query_behind(question, err):
 * Make the answer an ErrorAnswer: the index lacks something, because it has not
 * come so far, or, if ${err} is not ERR_NONE, because it cannot be written.
 */
enum err query_behind(struct question *question, enum err err) MUST_CHECK;

/**
 * query_lacks_restricted(question, ret_lacks):
 * Is a restricted record, which does not say in its header which it is, among what
 * the index of ${question} has not taken in?  Of very many entries it may be so.
 */
enum err query_lacks_restricted(
    struct question *question, bool *ret_lacks) MUST_CHECK;

/**
 * query_tell_lag(question):
 * Let the answer say how many entries the index lacks, if it was made of what is
 * shown and does not tell that itself.  To be called before the question ends.
 */
void query_tell_lag(struct question *question);

/* ---- query_answer.c ---- */

/**
 * query_fail(question, exit, code, remedy, format, ...):
 * Make the answer an ErrorAnswer; what was there is freed.
 */
__attribute__((format(printf, 5, 6))) enum err query_fail(
    struct question *question, unsigned exit, const char *code,
    const char *remedy, const char *format, ...) MUST_CHECK;

/**
 * query_put_code(out, desc, value):
 * Put the code of an enumeration's value into *${out}: "worked_partly" of
 * VERDICT_WORKED_PARTLY; empty for the first, *_UNSET, and for unknown ones.
 */
enum err query_put_code(
    char **out, const ProtobufCEnumDescriptor *desc, int value) MUST_CHECK;

/**
 * query_put_id(out, org, record, chars), query_put_cut(out, text):
 * Put a record's id with ${chars} characters into *${out}; or as much of a text
 * as a line has room for.
 */
enum err query_put_id(char **out, const char *org,
    const uint8_t record[RECORD_LEN], size_t chars) MUST_CHECK;
enum err query_put_cut(char **out, const char *text) MUST_CHECK;

/**
 * query_place(question, item):
 * Where the current version of ${item} stands.
 */
struct query_place query_place(
    const struct question *question, const struct shown_item *item);

/**
 * query_entry(question, place, ret_entry), query_entry_clear(entry):
 * Read an entry, hash it again, and make a row of it.
 */
enum err query_entry(struct question *question, const struct query_place *place,
    struct query_entry *ret_entry) MUST_CHECK;
void query_entry_clear(struct query_entry *entry);

/* The words of a request about a list; any may be NULL or empty. */
struct query_words {
	const char *kind; /* absent = trials */
	const char *org;
	const char *country;
	const char *sector;
};

/* What a list is about. */
struct query_filter {
	uint32_t kind;    /* UINT32_MAX = all */
	const char *org;  /* publisher, or its heir; NULL = any */
	char country[3];  /* empty = any */
	uint32_t sectors; /* 0 = any */
};

/**
 * query_filter(question, words, ret_filter, ret_bad):
 * Understand the words; if one means nothing, *${ret_bad} is set and the answer
 * made.
 */
enum err query_filter(struct question *question,
    const struct query_words *words, struct query_filter *ret_filter,
    bool *ret_bad) MUST_CHECK;

/**
 * query_matches(question, filter, item):
 * Return whether ${item} belongs to the list.  What is sealed to others is in a
 * list of all kinds alone.  Of records that are one thing
 * only the first does; where one publisher is asked for, its first.
 */
bool query_matches(const struct question *question,
    const struct query_filter *filter, const struct shown_item *item);

/**
 * query_cursor(text, buf, len):
 * Read a cursor of ${len} bytes, hexadecimal; NULL or empty leaves ${buf} as it
 * is.  Return false if it is none of ours.
 */
bool query_cursor(const char *text, uint8_t *buf, size_t len);

/**
 * query_bad_cursor(question):
 * Make the answer say that the cursor is none of ours.
 */
enum err query_bad_cursor(struct question *question) MUST_CHECK;

/**
 * query_limit(has, limit):
 * How many rows a page has.
 */
size_t query_limit(bool has, uint32_t limit);

/* ---- query_find_sift.c ---- */

/* An entry that may be what somebody waits for. */
struct query_piece {
	uint32_t doc; /* a current version */
	uint32_t kind;
	uint64_t arrival; /* with its body */
	bool fits;        /* out */
};

/**
 * query_sift(question, request, pieces, count, ret_late):
 * Say of each of ${count} entries, by their arrival, whether it is a record that
 * fits ${request}, or tells what was learnt or decided about one: it passes all
 * filters, and it or what it is about has all words.  The answer then is a
 * FindAnswer with a row for each such record, in the order of the last piece
 * about it, whose arrival and kind the row has.  If the request makes no sense
 * the answer says so.  *${ret_late} tells that time was up: ask about fewer.
 */
enum err query_sift(struct question *question, const Erfa__FindRequest *request,
    struct query_piece *pieces, size_t count, bool *ret_late) MUST_CHECK;

/* ---- query_follow.c ---- */

/**
 * query_followed(question, follow):
 * What query_follow() does.
 */
enum err query_followed(
    struct question *question, const struct query_follow *follow) MUST_CHECK;

/* ---- query_status.c ---- */

/**
 * query_status(question):
 * Begin a StatusAnswer: the counts, and how far this node's erasures are.
 */
enum err query_status(struct question *question) MUST_CHECK;

/* ---- query_show.c ---- */

/**
 * query_resolve(question, id, ret_item):
 * Find the record that ${id} means; NULL if none does, and the answer then says
 * why.  A prefix that fits one trial and records of other kinds means the trial.
 */
enum err query_resolve(struct question *question, const char *id,
    const struct shown_item **ret_item) MUST_CHECK;

/**
 * query_publisher(question, key, out):
 * The name that goes with a key: what members wrote when they vouched for it;
 * empty if none did.
 */
enum err query_publisher(struct question *question, const uint8_t key[KEY_LEN],
    char **out) MUST_CHECK;

/* ---- query_history.c ---- */

/**
 * query_day(question, at, ret_bad):
 * Let the question be about the day ${at}; NULL or empty is today.  If it is no
 * day, *${ret_bad} is set and the answer made.
 */
enum err query_day(
    struct question *question, const char *at, bool *ret_bad) MUST_CHECK;

/**
 * query_held(question, item, place, ret_held):
 * Point ${place} to the version of ${item} that held at the end of the day that
 * the question is about; *${ret_held} is false if there was none yet.
 */
enum err query_held(struct question *question, const struct shown_item *item,
    struct query_place *place, bool *ret_held) MUST_CHECK;

/**
 * query_version(question, item, version, at, place, ret_bad):
 * Point ${place} to the version of ${item} that is meant: the one called
 * ${version} ("1.2"), or else the one that held at the end of the day ${at};
 * either may be NULL or empty.  If there is none, *${ret_bad} is set and the
 * answer made.
 */
enum err query_version(struct question *question, const struct shown_item *item,
    const char *version, const char *at, struct query_place *place,
    bool *ret_bad) MUST_CHECK;

/* ---- query_walk.c ---- */

/* A walk over all records, page by page. */
struct query_walk {
	struct question *question;
	char org[ORG_MAX + 1]; /* where the last page ended; empty = nowhere */
	uint8_t record[RECORD_LEN];
	size_t next;
	int64_t until_ms; /* the page is full then */
	const struct shown_item *last;
};

/**
 * query_walk_begin(question, cursor, ret_walk, ret_bad):
 * Begin after the record that ${cursor} (may be NULL) names.  If it is none of
 * ours, *${ret_bad} is set and the answer made.
 */
enum err query_walk_begin(struct question *question, const char *cursor,
    struct query_walk *ret_walk, bool *ret_bad) MUST_CHECK;

/**
 * query_walk_next(walk):
 * The next record that is here and no twin of another, by publisher and record;
 * NULL at the end, or after about PAGE_MS.
 */
const struct shown_item *query_walk_next(struct query_walk *walk);

/**
 * query_walk_end(walk, ret_next):
 * Put the cursor of the next page into *${ret_next}; empty at the end.
 */
enum err query_walk_end(
    const struct query_walk *walk, char **ret_next) MUST_CHECK;

/* ---- query_case.c ---- */

/**
 * query_retracted(question, item, ret_retracted):
 * Whether the publisher of ${item} has taken it back.
 */
enum err query_retracted(struct question *question,
    const struct shown_item *item, bool *ret_retracted) MUST_CHECK;

/**
 * query_beside(question, item, group, ret_beside):
 * Whether what ${item} says may stand without a mark beside what is of the
 * restricted ${group}, 0 being public: it is public or of that group itself, and
 * was not taken back.
 */
enum err query_beside(struct question *question, const struct shown_item *item,
    uint64_t group, bool *ret_beside) MUST_CHECK;

/**
 * query_tells(question, item, ret_tells):
 * Whether what the experience or decision ${item} says may stand beside the trial
 * that it is about: query_beside(), and a decision is by somebody who is heard
 * (docket_hears()).  Of several records of the trial the one that it names says
 * who is heard, and the one that stands for all whether it is restricted.
 */
enum err query_tells(struct question *question, const struct shown_item *item,
    bool *ret_tells) MUST_CHECK;

/**
 * query_heard(question, item, org, heard_ms):
 * Raise *${heard_ms} to the time of the latest version of ${item} that there was
 * on the day asked for, if its publisher speaks for ${org}: a trial is silent if
 * all who speak for its publisher are.
 */
enum err query_heard(struct question *question, const struct shown_item *item,
    const char *org, uint64_t *heard_ms) MUST_CHECK;

/**
 * query_naming(question, item, each, context):
 * Call ${each} once for every record whose current version is here and names
 * ${item} itself (not its twins), until it returns an error, which is returned.
 */
enum err query_naming(struct question *question, const struct shown_item *item,
    enum err (*each)(void *context, const struct shown_item *item),
    void *context) MUST_CHECK;

/**
 * query_read(question, item, ret_body):
 * The body of the current version; NULL if it cannot be read.  Free it with
 * body_free().
 */
enum err query_read(struct question *question, const struct shown_item *item,
    Erfa__Body **ret_body) MUST_CHECK;

/**
 * query_gather(question, trial, ret_docket):
 * What query_case() does.
 */
enum err query_gather(struct question *question,
    const struct docket_trial *trial, struct docket **ret_docket) MUST_CHECK;

/**
 * query_expired(question, place, body, today, ret_expired):
 * Whether ${body} is a trial that goes on although a permission that it needs
 * has run out on ${today} (NULL: by the clock); ${body} may be NULL.
 */
enum err query_expired(struct question *question,
    const struct query_place *place, const Erfa__Body *body, const char *today,
    bool *ret_expired) MUST_CHECK;

/**
 * query_claims(question, place, entry):
 * Say so in the row of ${entry} if the record was taken back, if it is a trial
 * that says it is active and does not pass the gates, or that goes on although a
 * permission has run out; and that its status is unknown after twelve silent
 * months.  All by the day that the question is about.
 */
enum err query_claims(struct question *question,
    const struct query_place *place, struct query_entry *entry) MUST_CHECK;

/**
 * query_has_started(question, org, record, ret_started):
 * What query_started() does.
 */
enum err query_has_started(struct question *question, const char *org,
    const uint8_t record[RECORD_LEN], bool *ret_started) MUST_CHECK;

/* ---- query_orgs.c ---- */

/**
 * query_read_heirs(question, ret_heirs):
 * Gather who says which organisation took over from which, from the profiles
 * that ${question}->shown holds.  A key whose organisation is disputed gives no
 * word of its organisation's.  Free *${ret_heirs} with heirs_free().
 */
enum err query_read_heirs(
    struct question *question, struct heirs **ret_heirs) MUST_CHECK;

/**
 * query_profile(question, org, ret_body):
 * The profile that ${org} published of itself, the latest of several; NULL if
 * there is none.  The caller frees it with body_free().
 */
enum err query_profile(struct question *question, const char *org,
    Erfa__Body **ret_body) MUST_CHECK;

/* ---- query_show.c, too ---- */

/**
 * query_word_counts(question, entry):
 * Return whether what this MEMBER entry says of others counts: its writer is in
 * the directory, or wrote it before the end of what counts of its logs, and
 * not beyond a fork.
 */
bool query_word_counts(
    struct question *question, const struct store_entry *entry);

/**
 * query_member_name(question, entry, out):
 * Put the name that the body of a MEMBER entry tells into *${out}, if it is
 * here and tells one.
 */
enum err query_member_name(struct question *question,
    const struct store_entry *entry, char **out) MUST_CHECK;

/* ---- query_group.c ---- */

/**
 * query_put_group(question, group, out, name),
 * query_forget_group(question):
 * Put the number of a restricted group into *${out} and, if this node knows it,
 * its name into *${name}, which may be NULL; neither, if ${group} is 0.  What is
 * kept of it for the next time is freed.
 */
enum err query_put_group(struct question *question, uint64_t group, char **out,
    char **name) MUST_CHECK;
void query_forget_group(struct question *question);

/**
 * query_group_stranger(question, group, key, ret_stranger):
 * Has the log of ${key} no place in this group?  So it is if this node knows who
 * is in the group and neither that key nor one that it took the place of has ever
 * been.  False of a group that is not known.
 */
enum err query_group_stranger(struct question *question, uint64_t group,
    const uint8_t key[KEY_LEN], bool *ret_stranger) MUST_CHECK;

/**
 * query_read_group(question, number, ret_group):
 * What query_group() does.
 */
enum err query_read_group(struct question *question, uint64_t number,
    struct query_group *ret_group) MUST_CHECK;

/**
 * query_each_group(question, each, context):
 * Call ${each} for the number of every group that an entry is of, until it
 * returns an error, which is returned.
 */
enum err query_each_group(struct question *question,
    enum err (*each)(void *context, uint64_t number), void *context) MUST_CHECK;

/**
 * query_match_group(question, text, ret_number):
 * What query_group_find() does.
 */
enum err query_match_group(struct question *question, const char *text,
    uint64_t *ret_number) MUST_CHECK;

/**
 * query_view_group(question, group, out):
 * Fill ${out}, which is empty, as an answer shows ${group}.
 */
enum err query_view_group(struct question *question,
    const struct query_group *group, Erfa__GroupView *out) MUST_CHECK;

/**
 * query_item_group(question, item, ret_group):
 * The restricted group of a current version; 0 = public.
 */
enum err query_item_group(struct question *question,
    const struct shown_item *item, uint64_t *ret_group) MUST_CHECK;

/**
 * query_read_own(question, number, before, each, context):
 * What query_group_own() does.
 */
enum err query_read_own(struct question *question, uint64_t number,
    uint64_t before,
    enum err (*each)(void *context, const struct query_group_entry *entry),
    void *context) MUST_CHECK;

/* ---- query_logs.c ---- */

/**
 * query_counted(question, log), query_absent(question, log, ret_count):
 * The last entry of a log that counts, by the directory and its forks; how many
 * bodies of entries up to there are still to come.
 */
uint64_t query_counted(
    const struct question *question, const struct store_log *log);
enum err query_absent(struct question *question, const struct store_log *log,
    uint64_t *ret_count) MUST_CHECK;

/* ---- query_directory.c ---- */

/**
 * query_claimants(question, org, list, count):
 * Put the check numbers of all keys that claim to be ${org} into *${list}.
 */
enum err query_claimants(struct question *question, const char *org,
    char ***list, size_t *count) MUST_CHECK;

/* ---- the answers: each sets question->answer ---- */

/**
 * query_list(question, request), query_find(question, request),
 * query_watch(question, request), query_export(question, request),
 * query_show(question, request), query_logs(question, request),
 * query_verify(question, request), query_bundle(question, request),
 * query_lineage(question, request), query_scale(question, request),
 * query_orgs(question, request), query_guides(question, request),
 * query_evidence(question, request), query_overview(question, request),
 * query_erasure(question, request),
 * query_directory(question, request), query_groups(question, request):
 * Answer a request of that name.  Errors of store and index are returned; what
 * is wrong with the request is told in the answer.
 */
enum err query_list(
    struct question *question, const Erfa__ListRequest *request) MUST_CHECK;
enum err query_find(
    struct question *question, const Erfa__FindRequest *request) MUST_CHECK;
enum err query_watch(
    struct question *question, const Erfa__WatchRequest *request) MUST_CHECK;
enum err query_export(
    struct question *question, const Erfa__ExportRequest *request) MUST_CHECK;
enum err query_show(
    struct question *question, const Erfa__ShowRequest *request) MUST_CHECK;
enum err query_logs(
    struct question *question, const Erfa__LogsRequest *request) MUST_CHECK;
enum err query_verify(
    struct question *question, const Erfa__VerifyRequest *request) MUST_CHECK;
enum err query_bundle(struct question *question,
    const Erfa__BundleExportRequest *request) MUST_CHECK;
enum err query_lineage(
    struct question *question, const Erfa__LineageRequest *request) MUST_CHECK;
enum err query_scale(
    struct question *question, const Erfa__ScaleRequest *request) MUST_CHECK;
enum err query_history(
    struct question *question, const Erfa__HistoryRequest *request) MUST_CHECK;
enum err query_dossier(
    struct question *question, const Erfa__DossierRequest *request) MUST_CHECK;
enum err query_table31(
    struct question *question, const Erfa__Table31Request *request) MUST_CHECK;
enum err query_burden(
    struct question *question, const Erfa__BurdenRequest *request) MUST_CHECK;
enum err query_orgs(
    struct question *question, const Erfa__OrgsRequest *request) MUST_CHECK;
enum err query_guides(
    struct question *question, const Erfa__GuidesRequest *request) MUST_CHECK;
enum err query_evidence(
    struct question *question, const Erfa__EvidenceRequest *request) MUST_CHECK;
enum err query_overview(
    struct question *question, const Erfa__OverviewRequest *request) MUST_CHECK;
enum err query_directory(struct question *question,
    const Erfa__DirectoryRequest *request) MUST_CHECK;
enum err query_erasure(
    struct question *question, const Erfa__ErasureRequest *request) MUST_CHECK;
enum err query_groups(
    struct question *question, const Erfa__GroupRequest *request) MUST_CHECK;

#endif /* !ERFAD_QUERY_INTERNAL_H */
