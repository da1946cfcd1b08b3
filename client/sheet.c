#include "client/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/life_need.h"
#include "proto/text.h"
#include "client/cells.h"
#include "client/csv_set.h"
#include "client/guess.h"
#include "client/speech.h"

#define LEARNT       "experience."
#define EXTERNAL_MAX 200  /* characters of an external id */
#define NAME_SHOWN   40   /* bytes of a column's head in a fault */
#define TEXT_LONG    8192 /* bytes of a title and a summary */

struct sheet {
	struct sheet_options options;
	struct sheet_row *rows;
	size_t count;
	size_t room;
	struct corpus_fault *faults;
	size_t kept;
	size_t all;
};

/* A row on its way. */
struct making {
	struct sheet *sheet;
	const struct csv_row *cells;
	struct sheet_row *row;
	bool bad; /* it has a fault */
};

/* ---- faults ---- */

/* Add a fault; what the format makes is made safe. */
__attribute__((format(printf, 3, 4))) static enum err
fault_add(struct sheet *sheet, unsigned line, const char *format, ...)
{
	struct corpus_fault *grown;
	char raw[CORPUS_FAULT_MAX];
	char *safe = NULL;
	va_list args;

	sheet->all++;
	if (sheet->kept == CORPUS_FAULTS_MAX)
		return ERR_NONE;
	grown = realloc(sheet->faults, (sheet->kept + 1) * sizeof(*grown));
	if (grown == NULL)
		return ERR_NOMEM;
	sheet->faults = grown;
	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	if (text_gate(raw, strlen(raw), false, &safe) != ERR_NONE)
		return ERR_NOMEM;
	grown[sheet->kept].line = line;
	(void)snprintf(grown[sheet->kept].text, sizeof(grown[sheet->kept].text),
	    "%s", safe);
	sheet->kept++;
	free(safe);
	return ERR_NONE;
}

/* Say what is wrong with the cell in ${column}. */
static enum err
refuse(
    struct making *making, size_t column, const char *what, const char *remedy)
{
	const struct csv_row *header = making->sheet->options.header;
	unsigned line = making->row->line;

	making->bad = true;
	if (column < making->cells->count)
		line = making->cells->cell[column].line;
	return fault_add(making->sheet, line, _("column %zu (%.*s): %s%s%s"),
	    column + 1, NAME_SHOWN, header->cell[column].text, what,
	    remedy[0] == '\0' ? "" : ": ", remedy);
}

/* ---- which trial it is ---- */

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* The cell for ${path}, or NULL if there is none or nothing in it. */
static const char *
cell_for(const struct making *making, const char *path, size_t *ret_column)
{
	const struct csv_map *map = making->sheet->options.map;
	size_t column = csv_map_find(map, path);

	if (ret_column != NULL)
		*ret_column = column;
	if (column >= map->count || column >= making->cells->count ||
	    is_blank(making->cells->cell[column].text))
		return NULL;
	return making->cells->cell[column].text;
}

/* The external id: what the column says, or what the title comes to. */
static enum err
name_row(struct making *making, char out[EXTERNAL_MAX + 1])
{
	const char *org = making->sheet->options.org;
	uint8_t record[RECORD_LEN];
	char hex[2 * RECORD_LEN + 1];
	char *folded = NULL;
	const char *text;
	size_t column;
	enum err err;

	text = cell_for(making, "external_id", &column);
	if (text != NULL) {
		if (strlen(text) + strlen(org) + 1 > EXTERNAL_MAX ||
		    !text_clean(text, strlen(text), false))
			return refuse(making, column, _("is no id"),
			    _("write a short word or a number"));
		/* An exported table has the whole external id already. */
		if (strncmp(text, org, strlen(org)) == 0 &&
		    text[strlen(org)] == ':')
			(void)snprintf(out, EXTERNAL_MAX + 1, "%s", text);
		else
			(void)snprintf(
			    out, EXTERNAL_MAX + 1, "%s:%s", org, text);
		return ERR_NONE;
	}
	if ((text = cell_for(making, "title", &column)) == NULL)
		return refuse(making, column, _("is empty"),
		    _("every trial needs a title"));
	if ((err = text_fold(text, &folded)) != ERR_NONE)
		return err;
	record_import("title", folded, record);
	bytes_hex(record, RECORD_LEN, hex);
	(void)snprintf(out, EXTERNAL_MAX + 1, "%s:title:%s", org, hex);
	free(folded);
	return ERR_NONE;
}

/* Refuse what an earlier row is about. */
static enum err
check_once(struct making *making, const char *external_id)
{
	const struct sheet *sheet = making->sheet;
	bool has_id = csv_map_find(sheet->options.map, "external_id") <
	    sheet->options.map->count;
	char what[64];
	size_t i, column;

	for (i = 0; i < sheet->count; i++) {
		if (strcmp(sheet->rows[i].trial->envelope->external_id,
			external_id) != 0)
			continue;
		(void)cell_for(
		    making, has_id ? "external_id" : "title", &column);
		(void)snprintf(what, sizeof(what), _("the same as in line %u"),
		    sheet->rows[i].line);
		if (column >= sheet->options.map->count)
			column = 0;
		return refuse(making, column, what,
		    has_id ?
			_("give each trial an id of its own") :
			_("give it another title, or add a column with ids "
			  "(= external_id)"));
	}
	return ERR_NONE;
}

static enum err
put(char **field, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return ERR_NOMEM;
	free(*field);
	*field = copy;
	return ERR_NONE;
}

static enum err
copy_body(const Erfa__Body *body, Erfa__Body **ret_copy)
{
	uint8_t *data = NULL;
	size_t len = 0;
	enum err err;

	if ((err = body_encode(body, &data, &len)) == ERR_NONE)
		err = body_decode(data, len, ret_copy);
	free(data);
	return err;
}

/* Begin a record of ${kind}: with what is public of it, or a new one. */
static enum err
begin(struct making *making, uint32_t kind, const char *external_id,
    Erfa__Body **ret_before, Erfa__Body **ret_body)
{
	const struct sheet_options *options = &making->sheet->options;
	uint8_t record[RECORD_LEN];
	char id[RECORD_ID_CHARS + 1];
	Erfa__Body *body = NULL;
	enum err err;

	record_import(header_kind_name(kind), external_id, record);
	record_print(options->org, record, RECORD_CHARS, id);
	err = options->known(options->context, id, ret_before);
	if (err == ERR_NONE && *ret_before != NULL)
		return copy_body(*ret_before, ret_body);
	if (err != ERR_NONE || (err = body_new(kind, &body)) != ERR_NONE)
		return err;
	if ((err = put(&body->envelope->external_id, external_id)) !=
		ERR_NONE ||
	    (options->language != NULL &&
		(err = put(&body->envelope->language, options->language)) !=
		    ERR_NONE)) {
		body_free(body);
		return err;
	}
	*ret_body = body;
	return ERR_NONE;
}

/* ---- cells ---- */

static enum err
set_cell(
    struct making *making, size_t column, Erfa__Body *body, const char *path)
{
	const struct sheet_options *options = &making->sheet->options;
	const char *text = making->cells->cell[column].text;
	struct form_fault fault = { .line = 0 };
	enum err err;

	err = csv_set(
	    options->words, options->columns, body, path, text, &fault);
	return err != ERR_SYNTAX ?
	    err :
	    refuse(making, column, fault.what, fault.remedy);
}

/* Take all cells that say something; those of what was learnt if ${learnt}. */
static enum err
set_cells(struct making *making, Erfa__Body *body, bool learnt)
{
	const struct csv_map *map = making->sheet->options.map;
	const char *path;
	bool about;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0;
	     i < map->count && i < making->cells->count && err == ERR_NONE;
	     i++) {
		path = map->path[i];
		about = strncmp(path, LEARNT, strlen(LEARNT)) == 0;
		if (path[0] == '\0' || about != learnt ||
		    strcmp(path, "external_id") == 0 ||
		    is_blank(making->cells->cell[i].text))
			continue;
		err = set_cell(
		    making, i, body, learnt ? path + strlen(LEARNT) : path);
	}
	return err;
}

/* What the software adds to a rule that is in the way. */
static enum err
finish_exemptions(Erfa__Trial *trial)
{
	enum err err = ERR_NONE;
	size_t i;

	life_number(trial);
	for (i = 0; i < trial->n_exemptions && err == ERR_NONE; i++)
		err = life_exemption_key(trial->exemptions[i]);
	if (trial->n_exemptions > 0 && !trial->has_needs_exemption) {
		trial->has_needs_exemption = 1;
		trial->needs_exemption = ERFA__YES_NO__YES_NO_YES;
	}
	return err;
}

/* A title stands on one line, whatever the cell does. */
static void
straighten(char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if (*text == '\n' || *text == '\t')
			*text = ' ';
}

/* How far a trial has come: a row never takes it back. */
static int
progress(Erfa__Status status)
{
	switch (status) {
	case ERFA__STATUS__STATUS_PLANNED:
		return 1;
	case ERFA__STATUS__STATUS_ACTIVE:
	case ERFA__STATUS__STATUS_PAUSED:
		return 2;
	case ERFA__STATUS__STATUS_COMPLETED:
	case ERFA__STATUS__STATUS_STOPPED:
	case ERFA__STATUS__STATUS_NOT_STARTED:
		return 3;
	case ERFA__STATUS__STATUS_UNSET:
	case ERFA__STATUS__STATUS_IDEA:
	case ERFA__STATUS__STATUS_UNKNOWN:
	case ERFA__STATUS__STATUS_ENDED:
	case _ERFA__STATUS_IS_INT_SIZE:
		break;
	}
	return 0;
}

/* Where the trial stands: as the row says, unless it is further already. */
static void
settle_status(struct making *making)
{
	struct sheet_row *row = making->row;
	Erfa__Trial *trial = row->trial->trial;
	const Erfa__Trial *before;
	const char *said = cell_for(making, "status", NULL);

	if (said != NULL)
		(void)snprintf(row->said, sizeof(row->said), "%.*s",
		    (int)text_cut(said, sizeof(row->said) / 4), said);
	if (!trial->has_status) {
		trial->has_status = 1;
		trial->status = ERFA__STATUS__STATUS_IDEA;
	}
	/* "Over" is what sheets call a trial that was carried through. */
	if (trial->status == ERFA__STATUS__STATUS_ENDED)
		trial->status = ERFA__STATUS__STATUS_COMPLETED;
	if (row->before == NULL)
		return;
	before = row->before->trial;
	if (progress(trial->status) > progress(before->status))
		return;
	row->status_kept = trial->status != before->status;
	trial->has_status = before->has_status;
	trial->status = before->status;
}

/* The day on which a trial that runs, or ran, began is a fact. */
static void
settle_start(Erfa__Trial *trial)
{
	Erfa__Period *period = trial->period;

	if (period == NULL || period->start == NULL || period->has_start_kind ||
	    trial->status == ERFA__STATUS__STATUS_NOT_STARTED ||
	    progress(trial->status) < progress(ERFA__STATUS__STATUS_ACTIVE))
		return;
	period->has_start_kind = 1;
	period->start_kind = ERFA__DATE_KIND__DATE_KIND_ACTUAL;
}

/* Without a sector, take the one that the text seems to be about. */
static enum err
settle_sector(struct making *making)
{
	Erfa__Trial *trial = making->row->trial->trial;
	const struct sheet_options *options = &making->sheet->options;
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	char text[TEXT_LONG];
	struct form_fault fault = { .line = 0 };
	size_t count = 0;

	if (trial->n_sector > 0)
		return ERR_NONE;
	(void)snprintf(text, sizeof(text), "%s %s",
	    trial->title == NULL ? "" : trial->title,
	    trial->summary == NULL ? "" : trial->summary);
	if (options->vocab == NULL ||
	    guess_sector(options->vocab, text, codes, &count) != ERR_NONE ||
	    count == 0)
		return ERR_NONE;
	making->row->guessed = true;
	return csv_set(options->words, options->columns, making->row->trial,
	    "sector", codes[0], &fault);
}

/* ---- what was learnt ---- */

static bool
has_learnt(const struct making *making)
{
	const struct csv_map *map = making->sheet->options.map;
	size_t i;

	for (i = 0; i < map->count && i < making->cells->count; i++)
		if (strncmp(map->path[i], LEARNT, strlen(LEARNT)) == 0 &&
		    !is_blank(making->cells->cell[i].text))
			return true;
	return false;
}

/* Say of which trial it is, and whose word. */
static enum err
aim_learnt(struct making *making)
{
	const Erfa__Body *trial = making->row->trial;
	Erfa__Experience *experience = making->row->learnt->experience;
	bool over = progress(trial->trial->status) == 3;
	uint8_t record[RECORD_LEN];
	char id[RECORD_ID_CHARS + 1];

	if (experience->trial == NULL) {
		record_import(header_kind_name(HEADER_TRIAL),
		    trial->envelope->external_id, record);
		record_print(
		    making->sheet->options.org, record, RECORD_CHARS, id);
		experience->trial = calloc(1, sizeof(*experience->trial));
		if (experience->trial == NULL)
			return ERR_NOMEM;
		erfa__record_ref__init(experience->trial);
		experience->target_case = ERFA__EXPERIENCE__TARGET_TRIAL;
		if (put(&experience->trial->id, id) != ERR_NONE)
			return ERR_NOMEM;
	}
	experience->has_stage = 1;
	experience->stage = over ? ERFA__STAGE__STAGE_FINAL :
				   ERFA__STAGE__STAGE_INTERIM;
	if (!experience->has_author_role) {
		experience->has_author_role = 1;
		experience->author_role = ERFA__AUTHOR_ROLE__AUTHOR_ROLE_SELF;
	}
	return ERR_NONE;
}

static enum err
make_learnt(struct making *making, const char *external_id)
{
	struct sheet_row *row = making->row;
	enum err err;

	if (!has_learnt(making))
		return ERR_NONE;
	err = begin(making, HEADER_EXPERIENCE, external_id, &row->learnt_before,
	    &row->learnt);
	if (err == ERR_NONE)
		err = aim_learnt(making);
	if (err == ERR_NONE)
		err = set_cells(making, row->learnt, true);
	return err;
}

/* ---- a row ---- */

/* Whether ${body} differs from ${before}; then it is an update. */
static bool
is_changed(const Erfa__Body *before, Erfa__Body *body)
{
	uint8_t *one = NULL;
	uint8_t *two = NULL;
	size_t one_len = 0;
	size_t two_len = 0;
	bool same;

	if (body == NULL || before == NULL)
		return body != NULL;
	same = body_encode(before, &one, &one_len) == ERR_NONE &&
	    body_encode(body, &two, &two_len) == ERR_NONE &&
	    one_len == two_len && memcmp(one, two, one_len) == 0;
	free(one);
	free(two);
	if (!same) {
		body->envelope->has_amendment_kind = 1;
		body->envelope->amendment_kind =
		    ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE;
	}
	return !same;
}

static enum err
make_trial(struct making *making, const char *external_id)
{
	struct sheet_row *row = making->row;
	enum err err;

	err = begin(
	    making, HEADER_TRIAL, external_id, &row->before, &row->trial);
	if (err == ERR_DAMAGED) {
		making->bad = true;
		return fault_add(making->sheet, row->line,
		    _("its trial is here, but was erased or cannot be read: "
		      "leave the row out, or give it another id"));
	}
	if (err != ERR_NONE ||
	    (err = set_cells(making, row->trial, false)) != ERR_NONE)
		return err;
	straighten(row->trial->trial->title);
	settle_status(making);
	settle_start(row->trial->trial);
	if ((err = settle_sector(making)) != ERR_NONE ||
	    (err = finish_exemptions(row->trial->trial)) != ERR_NONE)
		return err;
	return making->bad ? ERR_NONE : make_learnt(making, external_id);
}

static void
row_clear(struct sheet_row *row)
{
	body_free(row->trial);
	body_free(row->before);
	body_free(row->learnt);
	body_free(row->learnt_before);
	memset(row, 0, sizeof(*row));
}

/* Make the records of a row in the place after the others. */
static enum err
make_row(struct making *making)
{
	struct sheet_row *row = making->row;
	char external_id[EXTERNAL_MAX + 1];
	enum err err;

	err = name_row(making, external_id);
	if (err == ERR_NONE && !making->bad)
		err = check_once(making, external_id);
	if (err == ERR_NONE && !making->bad)
		err = make_trial(making, external_id);
	if (err != ERR_NONE || making->bad) {
		row_clear(row);
		return err;
	}
	row->trial_new = is_changed(row->before, row->trial);
	row->learnt_new = is_changed(row->learnt_before, row->learnt);
	making->sheet->count++;
	return ERR_NONE;
}

/* Cells beyond the last column of the header belong to nothing. */
static enum err
check_width(struct making *making)
{
	size_t columns = making->sheet->options.header->count;
	size_t i;

	for (i = columns; i < making->cells->count; i++)
		if (!is_blank(making->cells->cell[i].text)) {
			making->bad = true;
			return fault_add(making->sheet, making->cells->line,
			    _("%zu cells, and only %zu columns have a head: put "
			      "a text that holds the sign between the cells into "
			      "quotation marks"),
			    making->cells->count, columns);
		}
	return ERR_NONE;
}

static enum err
take_row(struct sheet *sheet, const struct csv_row *cells)
{
	struct making making = { .sheet = sheet, .cells = cells };
	size_t room = sheet->room == 0 ? 64 : 2 * sheet->room;
	struct sheet_row *grown;
	enum err err;

	if (sheet->count == sheet->room) {
		grown = realloc(sheet->rows, room * sizeof(*grown));
		if (grown == NULL)
			return ERR_NOMEM;
		sheet->rows = grown;
		sheet->room = room;
	}
	making.row = &sheet->rows[sheet->count];
	memset(making.row, 0, sizeof(*making.row));
	making.row->line = cells->line;
	if ((err = check_width(&making)) != ERR_NONE || making.bad)
		return err;
	return make_row(&making);
}

/* An apostrophe that keeps a cell from being a formula is not of the text. */
static void
make_plain(struct csv_row *cells)
{
	size_t i;

	for (i = 0; i < cells->count; i++)
		cells->cell[i].len = cells_plain(cells->cell[i].text);
}

enum err
sheet_read(struct sheet *sheet, struct csv *csv)
{
	struct csv_row *cells = malloc(sizeof(*cells));
	char fault[CSV_FAULT_MAX] = "";
	enum err err = ERR_NONE;

	if (cells == NULL)
		return ERR_NOMEM;
	while (err == ERR_NONE) {
		err = csv_next(csv, cells, fault);
		if (err == ERR_SYNTAX)
			err = fault_add(sheet, cells->line, "%s", fault);
		else if (err == ERR_NONE) {
			make_plain(cells);
			err = take_row(sheet, cells);
		}
	}
	free(cells);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* ---- the table ---- */

enum err
sheet_new(const struct sheet_options *options, struct sheet **ret_sheet)
{
	struct sheet *sheet = calloc(1, sizeof(*sheet));

	if (sheet == NULL)
		return ERR_NOMEM;
	sheet->options = *options;
	*ret_sheet = sheet;
	return ERR_NONE;
}

void
sheet_free(struct sheet *sheet)
{
	size_t i;

	if (sheet == NULL)
		return;
	for (i = 0; i < sheet->count; i++)
		row_clear(&sheet->rows[i]);
	free(sheet->rows);
	free(sheet->faults);
	free(sheet);
}

enum err
sheet_check_map(const struct sheet_options *options, const char **ret_path)
{
	const struct csv_map *map = options->map;
	Erfa__Body *trial = NULL;
	Erfa__Body *learnt = NULL;
	const char *path;
	bool known = true;
	size_t i;

	if (body_new(HEADER_TRIAL, &trial) != ERR_NONE ||
	    body_new(HEADER_EXPERIENCE, &learnt) != ERR_NONE) {
		body_free(trial);
		return ERR_NOMEM;
	}
	for (i = 0; i < map->count && known; i++) {
		path = map->path[i];
		*ret_path = path;
		if (strncmp(path, LEARNT, strlen(LEARNT)) == 0)
			known = csv_set_known(learnt, path + strlen(LEARNT));
		else if (path[0] != '\0')
			known = csv_set_known(trial, path);
	}
	body_free(trial);
	body_free(learnt);
	if (!known)
		return ERR_SYNTAX;
	return csv_map_find(map, "title") == map->count ? ERR_NOENT : ERR_NONE;
}

struct sheet_row *
sheet_rows(struct sheet *sheet, size_t *ret_count)
{
	*ret_count = sheet->count;
	return sheet->rows;
}

const struct corpus_fault *
sheet_faults(const struct sheet *sheet, size_t *ret_count, size_t *ret_all)
{
	*ret_count = sheet->kept;
	*ret_all = sheet->all;
	return sheet->faults;
}

enum err
sheet_make_idea(struct sheet_row *row)
{
	Erfa__Trial *trial = row->trial->trial;

	if (row->before != NULL || trial->status == ERFA__STATUS__STATUS_IDEA)
		return ERR_EXIST;
	trial->status = ERFA__STATUS__STATUS_IDEA;
	row->as_idea = true;
	if (row->learnt != NULL)
		row->learnt->experience->stage = ERFA__STAGE__STAGE_INTERIM;
	return row->said[0] == '\0' ?
	    ERR_NONE :
	    put(&row->trial->envelope->reported_status, row->said);
}
