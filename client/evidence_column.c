#include "client/evidence_column.h"

#include <string.h>
#include <strings.h>

#include "proto/control.pb-c.h"
#include "client/speech.h"

#define BLANKS " \t\r\n"

#define STUDY(names, field, help)                            \
	{                                                    \
		names, help, COLUMN_TEXT, EVIDENCE_AFTER, 0, \
		    offsetof(Erfa__EvidenceStudy, field)     \
	}
#define AT(names, kind, type, field, help)                             \
	{                                                              \
		names, help, kind, EVIDENCE_AFTER,                     \
		    offsetof(type, has_##field), offsetof(type, field) \
	}
#define CELL(names, cell, field, help)                         \
	{                                                      \
		names, help, COLUMN_OF_CELL, cell,             \
		    offsetof(Erfa__EvidenceCell, has_##field), \
		    offsetof(Erfa__EvidenceCell, field)        \
	}
#define SPECIAL(names, kind, cell, help)      \
	{                                     \
		names, help, kind, cell, 0, 0 \
	}

static const struct evidence_column columns[] = {
	STUDY("study name author", name, N_("what the row is called")),
	STUDY("site municipality", site,
	    N_("the municipality; one that stands twice is told of")),
	STUDY("year", year, N_("of the last follow-up")),
	SPECIAL("design class alloc", COLUMN_DESIGN, EVIDENCE_AFTER,
	    N_("randomised, comparison_post, comparison_pre_post, "
	       "before_after, time_series")),
	STUDY("indicator", indicator, N_("its code; each is pooled apart")),
	STUDY("indicator_name", indicator_name, N_("its name")),
	STUDY("unit", unit, N_("of the numbers")),
	SPECIAL("polarity", COLUMN_POLARITY, EVIDENCE_AFTER,
	    N_("higher_better, lower_better or neutral")),
	AT("origin", COLUMN_FLAG, Erfa__EvidenceStudy, origin,
	    N_("yes: the pool is shown without it too")),
	STUDY("comparison_site", comparison_site,
	    N_("the comparison municipality; one used twice is told of")),
	STUDY("left_out exclude", left_out,
	    N_("a reason: the row is listed and not pooled")),
	CELL("n1 n1i", EVIDENCE_AFTER, n, N_("units measured, with the trial")),
	CELL("m1 mean1 m1i", EVIDENCE_AFTER, mean, N_("their mean")),
	CELL("sd1 sd1i", EVIDENCE_AFTER, sd, N_("their standard deviation")),
	CELL("e1 events1 ai x1 x1i tpos", EVIDENCE_AFTER, events,
	    N_("units with the event, or events of a rate")),
	SPECIAL("f1 bi tneg", COLUMN_WITHOUT, EVIDENCE_AFTER,
	    N_("units without it, instead of n1")),
	CELL("t1 exposure1 t1i", EVIDENCE_AFTER, exposure,
	    N_("time or units that a rate is of")),
	CELL(
	    "n2 n2i", EVIDENCE_COMPARISON, n, N_("the same of the comparison")),
	CELL("m2 mean2 m2i", EVIDENCE_COMPARISON, mean, NULL),
	CELL("sd2 sd2i", EVIDENCE_COMPARISON, sd, NULL),
	CELL("e2 events2 ci x2 x2i cpos", EVIDENCE_COMPARISON, events, NULL),
	SPECIAL("f2 di cneg", COLUMN_WITHOUT, EVIDENCE_COMPARISON, NULL),
	CELL("t2 exposure2 t2i", EVIDENCE_COMPARISON, exposure, NULL),
	STUDY("exposure_unit", exposure_unit, N_("of t1 and t2")),
	CELL("n1_before", EVIDENCE_BEFORE, n, N_("the same before the trial")),
	CELL("m1_before mean1_before", EVIDENCE_BEFORE, mean, NULL),
	CELL("sd1_before", EVIDENCE_BEFORE, sd, NULL),
	CELL("e1_before events1_before", EVIDENCE_BEFORE, events, NULL),
	CELL("t1_before exposure1_before", EVIDENCE_BEFORE, exposure, NULL),
	CELL("n2_before", EVIDENCE_COMPARISON_BEFORE, n,
	    N_("the same of the comparison, before")),
	CELL("m2_before mean2_before", EVIDENCE_COMPARISON_BEFORE, mean, NULL),
	CELL("sd2_before", EVIDENCE_COMPARISON_BEFORE, sd, NULL),
	CELL("e2_before events2_before", EVIDENCE_COMPARISON_BEFORE, events,
	    NULL),
	CELL("t2_before exposure2_before", EVIDENCE_COMPARISON_BEFORE, exposure,
	    NULL),
	AT("r r1 ri", COLUMN_NUMBER, Erfa__EvidenceStudy, r,
	    N_("correlation of before and after; else 0.5 is assumed")),
	AT("r2", COLUMN_NUMBER, Erfa__EvidenceStudy, comparison_r,
	    N_("the same of the comparison")),
	AT("same_people", COLUMN_FLAG, Erfa__EvidenceStudy, same_people,
	    N_("yes or no: before and after are the same people")),
	AT("pairs_both", COLUMN_OF_PAIRS, Erfa__EvidencePairs, both,
	    N_("the same people: with the event before and after")),
	AT("pairs_before", COLUMN_OF_PAIRS, Erfa__EvidencePairs, only_before,
	    N_("only before")),
	AT("pairs_after", COLUMN_OF_PAIRS, Erfa__EvidencePairs, only_after,
	    N_("only after")),
	AT("pairs_neither", COLUMN_OF_PAIRS, Erfa__EvidencePairs, neither,
	    N_("never")),
	SPECIAL("measure", COLUMN_MEASURE, EVIDENCE_AFTER,
	    N_("of yi and ratio: md, smd, rr, or, rd, irr, mc, smcr")),
	AT("yi", COLUMN_EFFECT, Erfa__Estimate, estimate,
	    N_("a ready-made effect; of a ratio its logarithm")),
	AT("ratio", COLUMN_RATIO, Erfa__Estimate, estimate,
	    N_("a ready-made ratio, with ci_low and ci_high")),
	AT("vi", COLUMN_NUMBER, Erfa__EvidenceStudy, variance,
	    N_("variance of yi")),
	AT("se sei", COLUMN_OF_ESTIMATE, Erfa__Estimate, se,
	    N_("or its standard error")),
	AT("ci_low", COLUMN_OF_ESTIMATE, Erfa__Estimate, ci_low,
	    N_("or its interval of 95 %")),
	AT("ci_high", COLUMN_OF_ESTIMATE, Erfa__Estimate, ci_high, NULL),
	AT("clustered", COLUMN_FLAG, Erfa__EvidenceStudy, clustered,
	    N_("yes: in schools, homes ... and not corrected for it")),
	AT("cluster_size", COLUMN_NUMBER, Erfa__EvidenceStudy, cluster_size,
	    N_("mean units in one")),
	AT("icc", COLUMN_NUMBER, Erfa__EvidenceStudy, icc,
	    N_("intraclass correlation: the variance is corrected")),
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct word {
	const char *text;
	int value;
};

static const struct word designs[] = {
	{ "randomised", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "randomized", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "random", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "a", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "comparison_pre_post", ERFA__DESIGN__DESIGN_COMPARISON_PRE_POST },
	{ "comparison_post", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "controlled", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "alternate", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "systematic", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "b", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "pre_post", ERFA__DESIGN__DESIGN_PRE_POST },
	{ "before_after", ERFA__DESIGN__DESIGN_PRE_POST },
	{ "c", ERFA__DESIGN__DESIGN_PRE_POST },
	{ "time_series", ERFA__DESIGN__DESIGN_TIME_SERIES },
	{ "qualitative", ERFA__DESIGN__DESIGN_QUALITATIVE },
	{ "none", ERFA__DESIGN__DESIGN_NONE },
	{ NULL, 0 },
};

static const struct word polarities[] = {
	{ "higher_better", ERFA__POLARITY__POLARITY_HIGHER_BETTER },
	{ "lower_better", ERFA__POLARITY__POLARITY_LOWER_BETTER },
	{ "neutral", ERFA__POLARITY__POLARITY_NEUTRAL },
	{ NULL, 0 },
};

static const struct word flags[] = {
	{ "yes", 1 },
	{ "no", 0 },
	{ "true", 1 },
	{ "false", 0 },
	{ "1", 1 },
	{ "0", 0 },
	{ NULL, 0 },
};

/* ---- words ---- */

size_t
evidence_column_trim(const char **text)
{
	size_t len;

	*text += strspn(*text, BLANKS);
	len = strlen(*text);
	while (len > 0 && strchr(BLANKS, (*text)[len - 1]) != NULL)
		len--;
	return len;
}

static bool
read_word(const struct word *words, const char *text, int *out)
{
	size_t len = evidence_column_trim(&text);

	for (; words->text != NULL; words++)
		if (strlen(words->text) == len &&
		    strncasecmp(words->text, text, len) == 0)
			break;
	if (words->text != NULL)
		*out = words->value;
	return words->text != NULL;
}

bool
evidence_column_flag(const char *text, int *ret_value)
{
	return read_word(flags, text, ret_value);
}

bool
evidence_column_design(const char *text, int *ret_value)
{
	return read_word(designs, text, ret_value);
}

bool
evidence_column_polarity(const char *text, int *ret_value)
{
	return read_word(polarities, text, ret_value);
}

/* ---- columns ---- */

static bool
is_name(const char *names, const char *text, size_t len)
{
	size_t each;

	for (; *names != '\0'; names += each + strspn(names + each, " ")) {
		each = strcspn(names, " ");
		if (each == len && strncasecmp(names, text, len) == 0)
			return true;
	}
	return false;
}

const struct evidence_column *
evidence_column_find(const char *text)
{
	size_t len = evidence_column_trim(&text);
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		if (is_name(columns[i].names, text, len))
			return &columns[i];
	return NULL;
}

bool
evidence_column_at(size_t i, const char **ret_names, const char **ret_help)
{
	if (i >= COLUMNS)
		return false;
	*ret_names = columns[i].names;
	*ret_help = columns[i].help;
	return true;
}
