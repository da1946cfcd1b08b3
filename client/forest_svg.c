#include "client/forest_svg.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/evidence.h"
#include "client/forest_scale.h"
#include "client/forest_words.h"
#include "client/speech.h"

#define WIDTH      960
#define MARGIN     16
#define NAME_END   300 /* of the names; year and n follow */
#define N_END      400
#define PLOT_START 420
#define PLOT_END   700
#define EFFECT_END 884
#define WEIGHT_END 944
#define ROW        22
#define NAME_COLS  48 /* columns of a name, cut beyond */
#define NAME_LOOSE 38 /* columns of a name that need not be pressed */
#define LINE_COLS  128
#define FONT       13
#define SQUARE     13.0 /* side of the heaviest */
#define SQUARE_MIN 4.0

#define INK   "#1a1a1a"
#define FAINT "#767676"
#define BLUE  "#1f4e79"

/* A picture on its way. */
struct canvas {
	FILE *out;
	const Erfa__EvidencePool *pool;
	struct forest_scale scale;
	double y; /* of the next row's middle */
	double heaviest;
};

/* ---- text ---- */

/* Text that is foreign or ours: gated, and nothing in it is markup. */
static void
put_text(FILE *out, const char *text, size_t columns)
{
	char *safe = NULL;
	const char *at;

	if (text_gate(text, strlen(text), false, &safe) != ERR_NONE)
		return;
	if (text_width(safe) > columns) {
		safe[text_cut(safe, columns - 1)] = '\0';
		columns = 0;
	}
	for (at = safe; *at != '\0'; at++)
		switch (*at) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			putc(*at, out);
			break;
		}
	if (columns == 0)
		fputs("…", out);
	free(safe);
}

/* A word at ${x}: anchor "start", "middle" or "end". */
static void
label(const struct canvas *canvas, double x, const char *anchor,
    const char *style, const char *text, size_t columns)
{
	fprintf(canvas->out,
	    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x,
	    canvas->y + 4.5, anchor, style);
	put_text(canvas->out, text, columns);
	fputs("</text>\n", canvas->out);
}

static void
line(const struct canvas *canvas, double x1, double y1, double x2, double y2,
    const char *style)
{
	fprintf(canvas->out,
	    "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1,
	    y1, x2, y2, style);
}

/* ---- the plot ---- */

/* Where a value stands; what is outside stands at the end. */
static double
place(const struct canvas *canvas, double value, bool *ret_out)
{
	double at = forest_place(&canvas->scale, value);

	*ret_out = at < 0 || at > 1;
	at = at < 0 ? 0 : at > 1 ? 1 : at;
	return PLOT_START + at * (PLOT_END - PLOT_START);
}

/* An arrow head where an interval runs out of the plot. */
static void
arrow(const struct canvas *canvas, double x, int direction)
{
	fprintf(canvas->out,
	    "<path d=\"M%.1f %.1fl%d -4v8z\" fill=\"" INK "\"/>\n", x,
	    canvas->y, -7 * direction);
}

static void
interval(
    const struct canvas *canvas, double low, double high, const char *style)
{
	bool out_low;
	bool out_high;
	double x1 = place(canvas, low, &out_low);
	double x2 = place(canvas, high, &out_high);
	int turn = canvas->scale.mirrored ? -1 : 1;

	line(canvas, x1, canvas->y, x2, canvas->y, style);
	if (out_low)
		arrow(canvas, x1, -turn);
	if (out_high)
		arrow(canvas, x2, turn);
}

static void
draw_effect(struct canvas *canvas, const Erfa__EvidenceEffect *effect)
{
	char text[FOREST_EFFECT_MAX];
	char number[FOREST_NUMBER_MAX];
	double side = SQUARE * sqrt(effect->weight / canvas->heaviest);
	bool out;
	double x = place(canvas, effect->y, &out);

	if (side < SQUARE_MIN)
		side = SQUARE_MIN;
	label(canvas, MARGIN, "start",
	    text_width(forest_name(effect)) > NAME_LOOSE ?
		" textLength=\"288\" lengthAdjust=\"spacingAndGlyphs\"" :
		"",
	    forest_name(effect), NAME_COLS);
	if (effect->study->year != NULL)
		label(
		    canvas, NAME_END + 44, "end", "", effect->study->year, 10);
	if (effect->has_n) {
		(void)snprintf(text, sizeof(text),
		    effect->n < 1e7 ? "%.0f" : "%.0e", effect->n);
		label(canvas, N_END, "end", "", text, 12);
	}
	interval(canvas, effect->ci_low, effect->ci_high,
	    "stroke=\"" INK "\" stroke-width=\"1.2\"");
	fprintf(canvas->out,
	    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
	    "fill=\"" BLUE "\"/>\n",
	    x - side / 2, canvas->y - side / 2, side, side);
	forest_effect(
	    &canvas->scale, effect->y, effect->ci_low, effect->ci_high, text);
	label(canvas, EFFECT_END, "end", "", text, 60);
	forest_percent(effect->weight, number);
	(void)snprintf(text, sizeof(text), "%s %%", number);
	label(canvas, WEIGHT_END, "end", "", text, 20);
	canvas->y += ROW;
}

static void
draw_pooled(struct canvas *canvas, const Erfa__EvidencePooled *pooled,
    const char *name, bool strong)
{
	const char *weight = strong ? " font-weight=\"bold\"" :
				      " font-size=\"11\"";
	char text[FOREST_EFFECT_MAX];
	int turn = canvas->scale.mirrored ? -1 : 1;
	bool out;
	bool out_low;
	bool out_high;
	double low = place(canvas, pooled->ci_low, &out_low);
	double high = place(canvas, pooled->ci_high, &out_high);
	double middle = place(canvas, pooled->estimate, &out);

	label(canvas, MARGIN, "start", weight, name, NAME_COLS);
	fprintf(canvas->out,
	    "<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fz\" "
	    "fill=\"%s\" stroke=\"" BLUE "\"/>\n",
	    low, canvas->y, middle, canvas->y - 6, high, canvas->y, middle,
	    canvas->y + 6, strong ? BLUE : "none");
	if (out_low)
		arrow(canvas, low, -turn);
	if (out_high)
		arrow(canvas, high, turn);
	forest_effect(&canvas->scale, pooled->estimate, pooled->ci_low,
	    pooled->ci_high, text);
	label(canvas, EFFECT_END, "end", weight, text, 60);
	canvas->y += ROW;
}

static void
draw_prediction(struct canvas *canvas, const Erfa__EvidencePooled *pooled)
{
	char text[FOREST_EFFECT_MAX];

	if (!pooled->has_pi_low)
		return;
	label(canvas, MARGIN, "start", "", _("prediction interval"), NAME_COLS);
	interval(canvas, pooled->pi_low, pooled->pi_high,
	    "stroke=\"" BLUE "\" stroke-width=\"2\" stroke-dasharray=\"4 3\"");
	forest_interval(&canvas->scale, pooled->pi_low, pooled->pi_high, text);
	label(canvas, EFFECT_END, "end", "", text, 60);
	canvas->y += ROW;
}

static void
draw_axis(struct canvas *canvas)
{
	const struct forest_scale *scale = &canvas->scale;
	double y = canvas->y - ROW / 2.0 + 4;
	double last = -1e9;
	char text[FOREST_NUMBER_MAX];
	bool out;
	size_t i;

	line(canvas, PLOT_START, y, PLOT_END, y, "stroke=\"" INK "\"");
	canvas->y += 6;
	for (i = 0; i < scale->ticks; i++) {
		size_t k = scale->mirrored ? scale->ticks - 1 - i : i;
		double x = place(canvas, scale->tick[k], &out);
		double half;

		line(canvas, x, y, x, y + 4, "stroke=\"" INK "\"");
		forest_tick(scale, scale->tick[k], text);
		half = 4.0 * (double)strlen(text);
		if (x - half < last)
			continue;
		label(canvas, x, "middle", " font-size=\"12\"", text, 20);
		last = x + half;
	}
	canvas->y += 18;
}

static void
draw_ends(struct canvas *canvas)
{
	const char *left;
	const char *right;
	char text[128];

	forest_ends(canvas->pool, &left, &right);
	(void)snprintf(text, sizeof(text), "← %s", _(left));
	label(canvas, PLOT_START, "start", " font-size=\"12\"", text, 40);
	(void)snprintf(text, sizeof(text), "%s →", _(right));
	label(canvas, PLOT_END, "end", " font-size=\"12\"", text, 40);
	canvas->y += ROW;
}

static void
draw_titles(struct canvas *canvas)
{
	static const char style[] = " fill=\"" FAINT "\"";

	label(canvas, MARGIN, "start", style, _("municipality"), 40);
	if (canvas->pool->effect[0]->study->year != NULL)
		label(canvas, NAME_END + 44, "end", style, _("year"), 10);
	if (canvas->pool->total_n > 0)
		label(canvas, N_END, "end", style, "n", 10);
	label(canvas, EFFECT_END, "end", style, _("effect [95 %]"), 40);
	label(canvas, WEIGHT_END, "end", style, _("weight"), 12);
	canvas->y += ROW;
}

/* The line of no effect, below all rows to come. */
static void
draw_none(const struct canvas *canvas)
{
	const Erfa__EvidencePool *pool = canvas->pool;
	bool many = pool->pooled->k > 1;
	size_t rows = pool->n_effect + many +
	    (pool->without_origin != NULL && many) +
	    (pool->comparison_once != NULL) +
	    (pool->r_low != NULL && many ? 2 : 0) +
	    (pool->pooled->has_pi_low != 0);
	double top = canvas->y - ROW / 2.0;
	bool out;
	double x = place(canvas, 0, &out);

	line(canvas, x, top, x, top + (double)rows * ROW,
	    "stroke=\"" FAINT "\"");
}

static void
draw_plot(struct canvas *canvas)
{
	const Erfa__EvidencePool *pool = canvas->pool;
	size_t i;

	canvas->heaviest = 1e-9;
	for (i = 0; i < pool->n_effect; i++)
		if (pool->effect[i]->weight > canvas->heaviest)
			canvas->heaviest = pool->effect[i]->weight;
	draw_titles(canvas);
	draw_none(canvas);
	for (i = 0; i < pool->n_effect; i++)
		draw_effect(canvas, pool->effect[i]);
	if (pool->pooled->k > 1)
		draw_pooled(
		    canvas, pool->pooled, _("together"), pool->pooled->k > 2);
	if (pool->without_origin != NULL && pool->pooled->k > 1)
		draw_pooled(canvas, pool->without_origin,
		    _("without the origin"), false);
	if (pool->comparison_once != NULL)
		draw_pooled(canvas, pool->comparison_once,
		    _("comparisons once"), false);
	if (pool->r_low != NULL && pool->pooled->k > 1) {
		draw_pooled(canvas, pool->r_low, _("if r were 0.3"), false);
		draw_pooled(canvas, pool->r_high, _("if r were 0.7"), false);
	}
	draw_prediction(canvas, pool->pooled);
	draw_axis(canvas);
	draw_ends(canvas);
}

/* ---- words ---- */

/* The result in one sentence. */
static void
put_result(FILE *out, const Erfa__EvidencePool *pool)
{
	struct forest_scale scale;
	const Erfa__EvidencePooled *pooled = pool->pooled;
	char text[FOREST_EFFECT_MAX];
	char line_text[512];

	if (pooled == NULL) {
		put_text(out, _("nothing can be pooled"), LINE_COLS);
		return;
	}
	forest_scale_fit(pool, &scale);
	forest_effect(
	    &scale, pooled->estimate, pooled->ci_low, pooled->ci_high, text);
	(void)snprintf(line_text, sizeof(line_text),
	    speech_many(pooled->k, "%s: %s, %u municipality, %s",
		"%s: %s, %u municipalities, %s"),
	    _(forest_measure(pool)), text, pooled->k, _(forest_class(pool)));
	put_text(out, line_text, sizeof(line_text));
}

static void
put_heading(FILE *out, const Erfa__EvidencePool *pool)
{
	const char *name = pool->indicator_name != NULL ? pool->indicator_name :
							  pool->indicator;

	if (name != NULL && name[0] != '\0') {
		put_text(out, name, LINE_COLS);
		fputs(": ", out);
	}
}

static void
note(struct canvas *canvas, const char *style, const char *text)
{
	label(canvas, MARGIN, "start", style, text, LINE_COLS);
	canvas->y += ROW - 4;
}

static void
draw_numbers(struct canvas *canvas)
{
	const Erfa__EvidencePooled *pooled = canvas->pool->pooled;
	char tau2[FOREST_NUMBER_MAX];
	char i2[FOREST_NUMBER_MAX];
	char h2[FOREST_NUMBER_MAX];
	char q[FOREST_NUMBER_MAX];
	char p[FOREST_NUMBER_MAX];
	char text[FOREST_LINE_MAX];

	if (pooled == NULL || pooled->k < 2)
		return;
	forest_number(pooled->tau2, tau2);
	forest_percent(pooled->i2, i2);
	forest_number(pooled->h2, h2);
	forest_number(pooled->q, q);
	forest_p(pooled->q_p, p);
	(void)snprintf(text, sizeof(text),
	    "τ² = %s · I² = %s %% · H² = %s · Q(%u) = %s, %s · %s, %s", tau2,
	    i2, h2, pooled->k - 1, q, p, _(forest_method(canvas->pool)),
	    strcmp(canvas->pool->ci, "hk") == 0 ? _("Hartung-Knapp, ad hoc") :
						  _("normal interval"));
	note(canvas, "", text);
}

static void
draw_notes(struct canvas *canvas)
{
	const Erfa__EvidencePool *pool = canvas->pool;
	char text[512];
	size_t i;

	draw_numbers(canvas);
	for (i = 0; i < pool->n_banner; i++)
		note(canvas, " font-weight=\"bold\"",
		    _(evidence_banner_text(pool->banner[i])));
	for (i = 0; i < pool->n_assumption; i++) {
		if (strcmp(pool->assumption[i], "site_twice") == 0)
			continue;
		(void)snprintf(text, sizeof(text), "%s: %s", _("note"),
		    _(evidence_flag_text(pool->assumption[i])));
		note(canvas, " font-size=\"12\"", text);
	}
	for (i = 0; forest_conversion(pool, i, text); i++)
		note(canvas, " font-size=\"12\"", text);
	if (pool->n_excluded > 0) {
		(void)snprintf(text, sizeof(text), _("not in the pool: %zu"),
		    pool->n_excluded);
		note(canvas, " font-size=\"12\"", text);
	}
}

static void
draw_pool(struct canvas *canvas)
{
	fprintf(canvas->out,
	    "<text x=\"%d\" y=\"%.1f\" font-size=\"15\" "
	    "font-weight=\"bold\">",
	    MARGIN, canvas->y + 4.5);
	put_heading(canvas->out, canvas->pool);
	put_text(canvas->out, _(forest_class(canvas->pool)), LINE_COLS);
	fputs(", ", canvas->out);
	put_text(canvas->out, _(forest_measure(canvas->pool)), LINE_COLS);
	fputs("</text>\n", canvas->out);
	canvas->y += ROW + 4;
	if (canvas->pool->pooled != NULL) {
		forest_scale_fit(canvas->pool, &canvas->scale);
		draw_plot(canvas);
	} else {
		note(canvas, "", _("nothing can be pooled"));
	}
	draw_notes(canvas);
	canvas->y += ROW;
}

static void
put_head(FILE *out, const Erfa__EvidenceReport *report, double height)
{
	size_t i;

	fprintf(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
	    "aria-labelledby=\"title desc\" viewBox=\"0 0 %d %.0f\" "
	    "width=\"%d\" height=\"%.0f\" font-family=\"sans-serif\" "
	    "font-size=\"%d\" fill=\"" INK "\">\n<title id=\"title\">",
	    WIDTH, height, WIDTH, height, FONT);
	if (report->title != NULL && report->title[0] != '\0') {
		put_text(out, report->title, LINE_COLS);
		fputs(": ", out);
	}
	if (report->n_pool > 0) {
		put_heading(out, report->pool[0]);
		put_result(out, report->pool[0]);
	} else {
		put_text(out, _("nothing can be pooled"), LINE_COLS);
	}
	fputs("</title>\n<desc id=\"desc\">", out);
	for (i = 0; i < report->n_pool; i++) {
		const Erfa__EvidencePool *pool = report->pool[i];
		size_t k;

		put_heading(out, pool);
		put_result(out, pool);
		for (k = 0; k < pool->n_banner; k++) {
			fputs("; ", out);
			put_text(out, _(evidence_banner_text(pool->banner[k])),
			    LINE_COLS);
		}
		fputs(". ", out);
	}
	fprintf(out,
	    "</desc>\n<rect width=\"%d\" height=\"%.0f\" fill=\"#ffffff\"/>\n",
	    WIDTH, height);
}

/* All pools, and how far down they reach. */
static void
draw_all(struct canvas *canvas, const Erfa__EvidenceReport *report)
{
	char text[FOREST_LINE_MAX];
	size_t i;

	canvas->y = 1.5 * ROW;
	if (report->title != NULL && report->title[0] != '\0') {
		label(canvas, MARGIN, "start", " font-size=\"17\"",
		    report->title, LINE_COLS);
		canvas->y += ROW + 6;
	}
	for (i = 0; i < report->n_pool; i++) {
		canvas->pool = report->pool[i];
		draw_pool(canvas);
	}
	for (i = 0; report->denominator != NULL && i < 2; i++)
		if (forest_denominator(report->denominator, (unsigned)i, text))
			note(canvas, "", text);
}

enum err
forest_svg(const Erfa__EvidenceReport *report, char **ret_text)
{
	struct canvas canvas = { 0 };
	char *parts[2] = { NULL, NULL };
	size_t len = 0;
	enum err err = ERR_NOMEM;
	bool failed;

	/* The head tells how high the body is, which is drawn first. */
	if ((canvas.out = open_memstream(&parts[1], &len)) == NULL)
		return ERR_NOMEM;
	draw_all(&canvas, report);
	failed = fclose(canvas.out) != 0;
	if (failed || (canvas.out = open_memstream(&parts[0], &len)) == NULL)
		goto out;
	put_head(canvas.out, report, canvas.y);
	fputs(parts[1], canvas.out);
	fputs("</svg>\n", canvas.out);
	failed = ferror(canvas.out) != 0;
	failed |= fclose(canvas.out) != 0;
	if (failed)
		goto out;
	*ret_text = parts[0];
	parts[0] = NULL;
	err = ERR_NONE;
out:
	free(parts[0]);
	free(parts[1]);
	return err;
}
