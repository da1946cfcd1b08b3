#include "client/evidence_csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/jsontext.h"
#include "client/cells.h"
#include "client/forest_words.h"

/* A table on its way. */
struct sheet_out {
	struct jsontext text; /* a text that grows */
	bool first;           /* of its row */
	bool failed;
};

static void
next_cell(struct sheet_out *out)
{
	if (!out->first)
		jsontext_puts(&out->text, ",");
	out->first = false;
}

static void
end_row(struct sheet_out *out)
{
	jsontext_puts(&out->text, "\r\n");
	out->first = true;
}

/* Foreign text or ours. */
static void
put_text(struct sheet_out *out, const char *text)
{
	char *form = NULL;

	next_cell(out);
	if (cells_form(text, &form) != ERR_NONE)
		out->failed = true;
	else
		jsontext_puts(&out->text, form);
	free(form);
}

static void
put_number(struct sheet_out *out, protobuf_c_boolean has, double number)
{
	next_cell(out);
	if (has)
		jsontext_double(&out->text, number);
}

static void
put_words(struct sheet_out *out, char *const *words, size_t count)
{
	size_t i;

	next_cell(out);
	jsontext_puts(&out->text, "\"");
	for (i = 0; i < count; i++) {
		if (i > 0)
			jsontext_puts(&out->text, " ");
		jsontext_puts(&out->text, words[i]);
	}
	jsontext_puts(&out->text, "\"");
}

static void
put_head(struct sheet_out *out)
{
	jsontext_puts(&out->text,
	    "indicator,pool,measure,row,study,site,year,design_class,y,v,se,"
	    "ci_low,ci_high,weight,n,k,pi_low,pi_high,tau2,tau2_low,tau2_high,"
	    "i2,h2,q,q_p,p,flags,reason,restricted\r\n");
	out->first = true;
}

static const char *
class_name(Erfa__EvidenceClass class)
{
	switch (class) {
	case ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_RANDOMISED:
		return "randomised";
	case ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_CONTROLLED:
		return "controlled";
	case ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_BEFORE_AFTER:
		return "before_after";
	case ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_UNSET:
	case _ERFA__EVIDENCE_CLASS_IS_INT_SIZE:
		break;
	}
	return "";
}

static void
put_pool(struct sheet_out *out, const Erfa__EvidencePool *pool,
    const char *measure, const char *row)
{
	put_text(out, pool->indicator);
	put_text(out, pool->pool);
	put_text(out, measure);
	put_text(out, row);
}

static void
put_effect(struct sheet_out *out, const Erfa__EvidencePool *pool,
    const Erfa__EvidenceEffect *effect, const char *row)
{
	int i;

	put_pool(out, pool, effect->measure, row);
	put_text(out, forest_name(effect));
	put_text(out, effect->study->site);
	put_text(out, effect->study->year);
	put_text(out, class_name(effect->class_));
	put_number(out, effect->has_y, effect->y);
	put_number(out, effect->has_v, effect->v);
	put_number(out, effect->has_se, effect->se);
	put_number(out, effect->has_ci_low, effect->ci_low);
	put_number(out, effect->has_ci_high, effect->ci_high);
	put_number(out, effect->has_weight, effect->weight);
	put_number(out, effect->has_n, effect->n);
	for (i = 0; i < 11; i++)
		put_number(out, 0, 0);
	put_words(out, effect->flag, effect->n_flag);
	put_text(out, effect->reason);
	put_text(out, effect->study->group == NULL ? "" : "yes");
	end_row(out);
}

static bool
has_banner(const Erfa__EvidencePool *pool, const char *banner)
{
	size_t i;

	for (i = 0; i < pool->n_banner; i++)
		if (strcmp(pool->banner[i], banner) == 0)
			return true;
	return false;
}

static void
put_pooled(struct sheet_out *out, const Erfa__EvidencePool *pool,
    const Erfa__EvidencePooled *pooled, const char *row, const char *study)
{
	if (pooled == NULL)
		return;
	put_pool(out, pool, pool->measure, row);
	put_text(out, study);
	put_text(out, "");
	put_text(out, "");
	put_text(out, "");
	put_number(out, 1, pooled->estimate);
	put_number(out, 0, 0);
	put_number(out, 1, pooled->se);
	put_number(out, 1, pooled->ci_low);
	put_number(out, 1, pooled->ci_high);
	put_number(out, 0, 0);
	put_number(out, 0, 0);
	put_number(out, 1, pooled->k);
	put_number(out, pooled->has_pi_low, pooled->pi_low);
	put_number(out, pooled->has_pi_high, pooled->pi_high);
	put_number(out, pooled->has_tau2, pooled->tau2);
	put_number(out, pooled->has_tau2_low, pooled->tau2_low);
	put_number(out, pooled->has_tau2_high, pooled->tau2_high);
	put_number(out, pooled->has_i2, pooled->i2);
	put_number(out, pooled->has_h2, pooled->h2);
	put_number(out, pooled->has_q, pooled->q);
	put_number(out, pooled->has_q_p, pooled->q_p);
	put_number(out, pooled->has_p, pooled->p);
	put_words(out, NULL, 0);
	put_text(out, "");
	put_text(out, has_banner(pool, "restricted") ? "yes" : "");
	end_row(out);
}

static void
put_all(struct sheet_out *out, const Erfa__EvidencePool *pool)
{
	size_t i;

	for (i = 0; i < pool->n_effect; i++)
		put_effect(out, pool, pool->effect[i], "study");
	put_pooled(out, pool, pool->pooled, "pooled", "");
	put_pooled(out, pool, pool->without_origin, "without_origin", "");
	put_pooled(out, pool, pool->comparison_once, "comparison_once", "");
	put_pooled(out, pool, pool->r_low, "r_low", "");
	put_pooled(out, pool, pool->r_high, "r_high", "");
	for (i = 0; i < pool->n_leave_one_out; i++)
		put_pooled(out, pool, pool->leave_one_out[i], "without",
		    forest_name(pool->effect[i]));
	for (i = 0; i < pool->n_excluded; i++)
		put_effect(out, pool, pool->excluded[i], "excluded");
}

enum err
evidence_csv(const Erfa__EvidenceReport *report, char **ret_text)
{
	struct sheet_out out = { 0 };
	size_t i;

	put_head(&out);
	for (i = 0; i < report->n_pool; i++)
		put_all(&out, report->pool[i]);
	if (out.failed) {
		jsontext_clear(&out.text);
		return ERR_NOMEM;
	}
	return jsontext_take(&out.text, ret_text);
}
