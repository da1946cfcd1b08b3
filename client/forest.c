#include "client/forest.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/evidence.h"
#include "client/forest_scale.h"
#include "client/forest_words.h"
#include "client/number.h"
#include "client/print.h"
#include "client/speech.h"

#define WIDTH       80
#define WIDTH_MOST  100
#define NAME_MOST   26
#define NAME_LEAST  12
#define PLOT_LEAST  16
#define PLOT_MOST   44
#define YEAR_COLS   5U
#define N_COLS      7U
#define WEIGHT_COLS 8U
#define ALIKE_MOST  500 /* names of which it is looked at */
#define SMALL       5.0 /* per cent: below it the mark is small */

enum glyph {
	BLANK,
	NONE,  /* the line of no effect */
	REACH, /* of an interval */
	MARK,
	SMALL_MARK,
	POOL,
	DIAMOND,
	AHEAD, /* the prediction interval */
	OUT_LEFT,
	OUT_RIGHT,
	TICK,
	RULE,
};

static const char *const glyphs[][2] = {
	[BLANK] = { " ", " " },
	[NONE] = { "│", "|" },
	[REACH] = { "─", "-" },
	[MARK] = { "■", "#" },
	[SMALL_MARK] = { "▪", "o" },
	[POOL] = { "━", "=" },
	[DIAMOND] = { "◆", "O" },
	[AHEAD] = { "╌", "." },
	[OUT_LEFT] = { "◄", "<" },
	[OUT_RIGHT] = { "►", ">" },
	[TICK] = { "┴", "+" },
	[RULE] = { "─", "-" },
};

/* How wide the columns are. */
struct layout {
	struct print *print;
	const Erfa__EvidencePool *pool;
	struct forest_scale scale;
	bool utf8;
	bool years;
	bool counts;
	bool alike; /* names that are cut at their end look the same */
	size_t name;
	size_t plot;
	size_t effect;
};

static bool
draws(const struct print *print)
{
	char *form = NULL;
	bool same;

	if (print_form(print, "■", false, &form) != ERR_NONE)
		return false;
	same = strcmp(form, "■") == 0;
	free(form);
	return same;
}

static size_t
shown_width(const struct print *print, const char *text)
{
	char *form = NULL;
	size_t width;

	if (print_form(print, text, false, &form) != ERR_NONE)
		return 0;
	width = text_width(form);
	free(form);
	return width;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t
effect_width(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	char text[FOREST_EFFECT_MAX];
	size_t width = 0;
	size_t i;

	for (i = 0; i < pool->n_effect; i++) {
		forest_effect(&layout->scale, pool->effect[i]->y,
		    pool->effect[i]->ci_low, pool->effect[i]->ci_high, text);
		width = larger(width, strlen(text));
	}
	if (pool->pooled != NULL) {
		forest_effect(&layout->scale, pool->pooled->estimate,
		    pool->pooled->ci_low, pool->pooled->ci_high, text);
		width = larger(width, strlen(text));
	}
	return width;
}

/* Do two names begin alike, as far as there is room for them? */
static bool
begin_alike(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	const char *one;
	const char *other;
	size_t bytes;
	size_t i;
	size_t k;

	for (i = 0; i < pool->n_effect && pool->n_effect <= ALIKE_MOST; i++) {
		one = forest_name(pool->effect[i]);
		bytes = text_cut(one, layout->name - 2);
		for (k = 0; k < i && one[bytes] != '\0'; k++) {
			other = forest_name(pool->effect[k]);
			if (strncmp(one, other, bytes) == 0 &&
			    strcmp(one, other) != 0)
				return true;
		}
	}
	return false;
}

/* The columns of year and number of units. */
static size_t
details_width(const struct layout *layout)
{
	return (layout->years ? YEAR_COLS : 0) + (layout->counts ? N_COLS : 0);
}

/* Rows of our own have neither: their names go on there. */
static size_t
own_width(const struct layout *layout)
{
	static const char *const names[] = { N_("together"),
		N_("without the origin"), N_("comparisons once"),
		N_("if r were 0.3"), N_("prediction interval") };
	size_t details = details_width(layout);
	size_t width = 0;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		width = larger(width, shown_width(layout->print, _(names[i])));
	return width > details ? width - details : 0;
}

static void
lay_out(struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	size_t columns = print_columns(layout->print);
	size_t least;
	size_t fixed;
	size_t i;

	if (columns == 0 || columns < WIDTH)
		columns = WIDTH;
	if (columns > WIDTH_MOST)
		columns = WIDTH_MOST;
	for (i = 0; i < pool->n_effect; i++) {
		layout->name = larger(layout->name,
		    shown_width(layout->print, forest_name(pool->effect[i])));
		layout->years |= pool->effect[i]->study->year != NULL;
		layout->counts |= pool->effect[i]->has_n != 0;
	}
	least = larger(NAME_LEAST, own_width(layout));
	if (layout->name > NAME_MOST)
		layout->name = NAME_MOST;
	layout->name = larger(layout->name, least);
	layout->effect = effect_width(layout);
	fixed = details_width(layout) + layout->effect + WEIGHT_COLS + 3;
	if (layout->name + fixed + PLOT_LEAST > columns)
		layout->name = fixed + PLOT_LEAST + least < columns ?
		    columns - fixed - PLOT_LEAST :
		    least;
	layout->plot = layout->name + fixed + PLOT_LEAST < columns ?
	    columns - layout->name - fixed :
	    PLOT_LEAST;
	if (layout->plot > PLOT_MOST)
		layout->plot = PLOT_MOST;
	layout->alike = begin_alike(layout);
}

/* ---- the plot ---- */

/* The column of a value, 0 to plot - 1; outside, the nearest. */
static size_t
column_of(const struct layout *layout, double value, bool *ret_out)
{
	double place = forest_place(&layout->scale, value);

	*ret_out = place < 0 || place > 1;
	if (place <= 0)
		return 0;
	if (place >= 1)
		return layout->plot - 1;
	return (size_t)(place * (double)(layout->plot - 1) + 0.5);
}

static void
draw_interval(const struct layout *layout, enum glyph *line, double low,
    double high, enum glyph reach)
{
	bool out_left;
	bool out_right;
	size_t left = column_of(
	    layout, layout->scale.mirrored ? high : low, &out_left);
	size_t right = column_of(
	    layout, layout->scale.mirrored ? low : high, &out_right);
	size_t i;

	for (i = left; i <= right && i < layout->plot; i++)
		line[i] = reach;
	if (out_left)
		line[left] = OUT_LEFT;
	if (out_right)
		line[right] = OUT_RIGHT;
}

static void
draw_none(const struct layout *layout, enum glyph *line)
{
	bool out;
	size_t i;

	for (i = 0; i < layout->plot; i++)
		line[i] = BLANK;
	line[column_of(layout, 0, &out)] = NONE;
}

static void
print_line(const struct layout *layout, const enum glyph *line)
{
	char text[PLOT_MOST * 4 + 1];
	size_t used = 0;
	size_t i;

	for (i = 0; i < layout->plot; i++) {
		const char *glyph = glyphs[line[i]][layout->utf8 ? 0 : 1];

		memcpy(text + used, glyph, strlen(glyph));
		used += strlen(glyph);
	}
	text[used] = '\0';
	print_say(layout->print, " %s ", text);
}

/* ---- rows ---- */

static void
print_blanks(struct print *print, size_t count)
{
	while (count-- > 0)
		print_say(print, " ");
}

/* Text at the right of a column. */
static void
print_right(struct print *print, const char *text, size_t columns)
{
	size_t width = shown_width(print, text);

	if (width < columns)
		print_blanks(print, columns - width);
	print_say(print, "%s", text);
}

/* Where the last characters of ${text} begin that take at most ${columns}. */
static const char *
last_columns(const char *text, size_t columns)
{
	size_t bytes;

	/* A character takes two columns at most. */
	while (text_width(text) > columns) {
		bytes = text_cut(text, 1);
		if (bytes == 0)
			bytes = text_cut(text, 2);
		text += bytes == 0 ? strlen(text) : bytes;
	}
	return text;
}

/*
 * A name that is too long for ${width} columns ends with an ellipsis; if others
 * begin alike it has one in its middle, since they will hardly end alike, too.
 */
static void
print_name(const struct layout *layout, const char *name, size_t width)
{
	const char *dots = layout->utf8 ? "…" : "..";
	size_t room = width - (layout->utf8 ? 1 : 2);
	size_t end = layout->alike ? room / 2 : 0;
	char *form = NULL;
	char *begin;
	const char *rest;

	if (print_form(layout->print, name, false, &form) != ERR_NONE)
		return;
	if (text_width(form) > width) {
		rest = last_columns(form, end);
		begin = strndup(form, text_cut(form, room - end));
		print_say(layout->print, "%s%s%s", begin == NULL ? "" : begin,
		    dots, rest);
		print_blanks(layout->print, end - text_width(rest));
		free(begin);
	} else {
		print_say(layout->print, "%s", form);
		print_blanks(layout->print, width - text_width(form));
	}
	free(form);
}

/* The name of a row of our own. */
static void
print_own(const struct layout *layout, const char *name)
{
	print_name(layout, name, layout->name + details_width(layout));
}

/* Year and number of units. */
static void
print_details(const struct layout *layout, const Erfa__EvidenceEffect *effect)
{
	char text[FOREST_NUMBER_MAX];
	const char *year = effect->study->year == NULL ? "" :
							 effect->study->year;

	if (layout->years) {
		(void)snprintf(text, sizeof(text), "%.*s",
		    (int)strspn(year, "0123456789") % (int)YEAR_COLS, year);
		print_right(layout->print, text, YEAR_COLS);
	}
	if (!layout->counts)
		return;
	text[0] = '\0';
	if (effect->has_n)
		(void)snprintf(text, sizeof(text),
		    effect->n < 1e6 ? "%.0f" : "%.0e", effect->n);
	print_right(layout->print, text, N_COLS);
}

static void
print_effect(const struct layout *layout, const Erfa__EvidenceEffect *effect)
{
	enum glyph line[PLOT_MOST];
	char text[FOREST_EFFECT_MAX];
	char number[FOREST_NUMBER_MAX];
	bool out;
	size_t at;

	draw_none(layout, line);
	draw_interval(layout, line, effect->ci_low, effect->ci_high, REACH);
	at = column_of(layout, effect->y, &out);
	line[at] = effect->weight < SMALL ? SMALL_MARK : MARK;
	print_name(layout, forest_name(effect), layout->name);
	print_details(layout, effect);
	print_line(layout, line);
	forest_effect(
	    &layout->scale, effect->y, effect->ci_low, effect->ci_high, text);
	print_right(layout->print, text, layout->effect);
	forest_percent(effect->weight, number);
	(void)snprintf(text, sizeof(text), "%s %%", number);
	print_right(layout->print, text, WEIGHT_COLS);
	print_say(layout->print, "\n");
}

static void
print_pooled(const struct layout *layout, const Erfa__EvidencePooled *pooled,
    const char *name, bool strong)
{
	enum glyph line[PLOT_MOST];
	char text[FOREST_EFFECT_MAX];
	bool out;
	size_t at;

	draw_none(layout, line);
	draw_interval(layout, line, pooled->ci_low, pooled->ci_high,
	    strong ? POOL : REACH);
	at = column_of(layout, pooled->estimate, &out);
	line[at] = DIAMOND;
	print_own(layout, name);
	print_line(layout, line);
	forest_effect(&layout->scale, pooled->estimate, pooled->ci_low,
	    pooled->ci_high, text);
	print_right(layout->print, text, layout->effect);
	print_say(layout->print, "\n");
}

static void
print_prediction(
    const struct layout *layout, const Erfa__EvidencePooled *pooled)
{
	enum glyph line[PLOT_MOST];
	char text[FOREST_EFFECT_MAX];

	if (!pooled->has_pi_low)
		return;
	draw_none(layout, line);
	draw_interval(layout, line, pooled->pi_low, pooled->pi_high, AHEAD);
	forest_interval(&layout->scale, pooled->pi_low, pooled->pi_high, text);
	print_own(layout, _("prediction interval"));
	print_line(layout, line);
	print_right(layout->print, text, layout->effect);
	print_say(layout->print, "\n");
}

static size_t
plot_start(const struct layout *layout)
{
	return layout->name + details_width(layout) + 1;
}

/* The axis with its ticks, and their numbers where there is room. */
static void
print_axis(const struct layout *layout)
{
	enum glyph line[PLOT_MOST];
	char text[FOREST_NUMBER_MAX];
	char labels[PLOT_MOST + FOREST_NUMBER_MAX + 1];
	size_t last = 0;
	size_t i;
	bool out;

	for (i = 0; i < layout->plot; i++)
		line[i] = RULE;
	memset(labels, ' ', sizeof(labels));
	for (i = 0; i < layout->scale.ticks; i++) {
		size_t k = layout->scale.mirrored ?
		    layout->scale.ticks - 1 - i :
		    i;
		size_t at = column_of(layout, layout->scale.tick[k], &out);
		size_t len;

		line[at] = TICK;
		forest_tick(&layout->scale, layout->scale.tick[k], text);
		len = strlen(text);
		at = at > len / 2 ? at - len / 2 : 0;
		if ((last > 0 && at < last + 1) || at + len > layout->plot + 2)
			continue;
		memcpy(labels + at, text, len);
		last = at + len;
	}
	labels[last] = '\0';
	print_blanks(layout->print, plot_start(layout) - 1);
	print_line(layout, line);
	print_say(layout->print, "\n");
	print_blanks(layout->print, plot_start(layout));
	print_say(layout->print, "%s\n", labels);
}

static void
print_ends(const struct layout *layout)
{
	const char *left;
	const char *right;
	size_t used;

	forest_ends(layout->pool, &left, &right);
	left = _(left);
	right = _(right);
	used = shown_width(layout->print, left) +
	    shown_width(layout->print, right) + 4;
	print_blanks(layout->print, plot_start(layout));
	print_say(layout->print, "%s %s", layout->utf8 ? "←" : "<-", left);
	print_blanks(
	    layout->print, used + 2 < layout->plot ? layout->plot - used : 2);
	print_say(layout->print, "%s %s\n", right, layout->utf8 ? "→" : "->");
}

static void
print_heading(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	const char *name = pool->indicator_name != NULL ? pool->indicator_name :
							  pool->indicator;

	if (name != NULL && name[0] != '\0') {
		print_styled(layout->print, PRINT_STRONG, "%s", name);
		if (pool->unit != NULL && pool->unit[0] != '\0')
			print_say(layout->print, " (%s)", pool->unit);
		print_say(layout->print, ": ");
	}
	print_styled(layout->print, PRINT_STRONG, "%s", _(forest_class(pool)));
	print_say(layout->print, ", %s\n", _(forest_measure(pool)));
}

static void
print_titles(const struct layout *layout)
{
	print_name(layout, _("municipality"), layout->name);
	if (layout->years)
		print_right(layout->print, _("year"), YEAR_COLS);
	if (layout->counts)
		print_right(layout->print, "n", N_COLS);
	print_blanks(layout->print, layout->plot + 2);
	print_right(layout->print, _("effect [95 %]"), layout->effect);
	print_right(layout->print, _("weight"), WEIGHT_COLS);
	print_say(layout->print, "\n");
}

/* ---- below the plot ---- */

static void
print_spread(const struct layout *layout)
{
	const Erfa__EvidencePooled *pooled = layout->pool->pooled;
	char tau2[FOREST_NUMBER_MAX];
	char low[FOREST_NUMBER_MAX];
	char high[FOREST_NUMBER_MAX];
	char number[FOREST_NUMBER_MAX];

	if (pooled->k < 2)
		return;
	forest_number(pooled->tau2, tau2);
	print_say(layout->print, "%s = %s", layout->utf8 ? "τ²" : "tau2", tau2);
	if (pooled->has_tau2_low) {
		forest_number(pooled->tau2_low, low);
		forest_number(pooled->tau2_high, high);
		print_say(layout->print, " [%s%s%s]", low, number_gap(), high);
	}
	forest_percent(pooled->i2, number);
	print_say(
	    layout->print, "   %s = %s %%", layout->utf8 ? "I²" : "I2", number);
	forest_number(pooled->h2, number);
	print_say(
	    layout->print, "   %s = %s", layout->utf8 ? "H²" : "H2", number);
	forest_number(pooled->q, number);
	print_say(layout->print, "   Q(%u) = %s", pooled->k - 1, number);
	forest_p(pooled->q_p, number);
	print_say(layout->print, "%s%s\n", number_gap(), number);
}

static void
print_method(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	const Erfa__EvidencePooled *pooled = pool->pooled;
	char number[FOREST_NUMBER_MAX];

	if (pooled->k < 2)
		return;
	print_say(layout->print, "%s; ", _(forest_method(pool)));
	if (strcmp(pool->ci, "hk") == 0)
		print_say(
		    layout->print, "interval of Hartung and Knapp, ad hoc; ");
	else
		print_say(layout->print, "normal interval; ");
	forest_p(pooled->p, number);
	print_say(layout->print, "%s\n", number);
}

/* How far the pooled effect goes if one is left out. */
static void
print_leaving(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	char low_text[FOREST_NUMBER_MAX];
	char high_text[FOREST_NUMBER_MAX];
	size_t low = 0;
	size_t high = 0;
	size_t i;

	if (pool->n_leave_one_out == 0)
		return;
	for (i = 1; i < pool->n_leave_one_out; i++) {
		double estimate = pool->leave_one_out[i]->estimate;

		if (estimate < pool->leave_one_out[low]->estimate)
			low = i;
		if (estimate > pool->leave_one_out[high]->estimate)
			high = i;
	}
	forest_shown(
	    &layout->scale, pool->leave_one_out[low]->estimate, low_text);
	forest_shown(
	    &layout->scale, pool->leave_one_out[high]->estimate, high_text);
	print_say(layout->print, "One left out: from %s (without %s)\n",
	    low_text, forest_name(pool->effect[low]));
	print_say(layout->print, "              to %s (without %s)\n",
	    high_text, forest_name(pool->effect[high]));
}

static void
print_sentences(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	char text[FOREST_LINE_MAX];
	size_t i;

	for (i = 0; i < pool->n_banner; i++)
		print_styled(layout->print, PRINT_STRONG, "%s %s\n",
		    layout->utf8 ? "▸" : ">",
		    _(evidence_banner_text(pool->banner[i])));
	for (i = 0; i < pool->n_assumption; i++) {
		size_t room = text_width(_("note")) + 1;

		if (strcmp(pool->assumption[i], "site_twice") == 0)
			continue;
		print_field(layout->print, 0, i == 0 ? "note" : "",
		    (unsigned)room + 1,
		    _(evidence_flag_text(pool->assumption[i])));
	}
	for (i = 0; forest_conversion(pool, i, text); i++)
		print_block(layout->print, 2, text);
}

static void
print_excluded(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	size_t i;

	if (pool->n_excluded == 0)
		return;
	print_say(layout->print, "Not in the pool:\n");
	for (i = 0; i < pool->n_excluded; i++) {
		const Erfa__EvidenceEffect *effect = pool->excluded[i];

		print_say(layout->print, "  %s", forest_name(effect));
		if (effect->study->has_line)
			print_say(
			    layout->print, " (line %u)", effect->study->line);
		print_say(layout->print, "\n");
		print_block(layout->print, 6,
		    effect->reason_text[0] != '\0' ? _(effect->reason_text) :
						     effect->reason);
	}
}

static void
print_plot(const struct layout *layout)
{
	const Erfa__EvidencePool *pool = layout->pool;
	size_t i;

	print_titles(layout);
	for (i = 0; i < pool->n_effect; i++)
		print_effect(layout, pool->effect[i]);
	if (pool->pooled->k > 1)
		print_pooled(
		    layout, pool->pooled, _("together"), pool->pooled->k > 2);
	if (pool->without_origin != NULL && pool->pooled->k > 1)
		print_pooled(layout, pool->without_origin,
		    _("without the origin"), false);
	if (pool->comparison_once != NULL)
		print_pooled(layout, pool->comparison_once,
		    _("comparisons once"), false);
	if (pool->r_low != NULL && pool->pooled->k > 1) {
		print_pooled(layout, pool->r_low, _("if r were 0.3"), false);
		print_pooled(layout, pool->r_high, _("if r were 0.7"), false);
	}
	print_prediction(layout, pool->pooled);
	print_axis(layout);
	print_ends(layout);
}

void
forest_print(struct print *print, const Erfa__EvidencePool *pool)
{
	struct layout layout = { .print = print, .pool = pool };

	layout.utf8 = draws(print);
	print_heading(&layout);
	if (pool->pooled == NULL) {
		print_say(print, "Nothing here can be pooled.\n");
	} else {
		forest_scale_fit(pool, &layout.scale);
		lay_out(&layout);
		print_plot(&layout);
		print_spread(&layout);
		print_method(&layout);
		print_leaving(&layout);
	}
	print_sentences(&layout);
	print_excluded(&layout);
}

void
forest_print_denominator(
    struct print *print, const Erfa__EvidenceDenominator *denominator)
{
	char text[FOREST_LINE_MAX];
	unsigned i;

	for (i = 0; i < 2; i++)
		if (forest_denominator(denominator, i, text))
			print_block(print, 0, text);
}
