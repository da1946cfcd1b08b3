#include "proto/life_change.h"

#include <stdio.h>
#include <string.h>

#include "proto/day.h"

#define EXTRAS_MAX 3 /* questions of a programme's own */
#define WHATS      (ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_IMPLEMENTATION + 1)
#define NATURES    (ERFA__NATURE__NATURE_FORMAT + 1)

/* Short names, for the table alone. */
#define CONTENT      ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_CONTENT
#define CONTEXT      ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_CONTEXT
#define TRAINING     ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_TRAINING_EVALUATION
#define INTRO        ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_IMPLEMENTATION
#define NOWHAT       ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_UNSET
#define NATURE(word) ERFA__NATURE__NATURE_##word

/* Every field of Trial; those of Recipe apart.  A test compares them. */
static const struct life_part parts[] = {
	{ "title", LIFE_TRAVELS, NOWHAT, NATURE(UNSET) },
	{ "summary", LIFE_TRAVELS, NOWHAT, NATURE(UNSET) },
	{ "sector", LIFE_TRAVELS, CONTEXT, NATURE(SETTING) },
	{ "goals", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "period", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "owner", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "anchoring", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "status", LIFE_SOFTWARE, NOWHAT, NATURE(UNSET) },
	{ "status_reason", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "purpose", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "trust_relation", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "approach", LIFE_TRAVELS, CONTENT, NATURE(SUBSTITUTED) },
	{ "initiator", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "origin", LIFE_SOFTWARE, NOWHAT, NATURE(UNSET) },
	{ "programme", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "network", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "part_of", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "mandate", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "freedom_to", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "parties", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "commitments", LIFE_ASKED, INTRO, NATURE(LOOSENED) },
	{ "guardrails", LIFE_HINT, NOWHAT, NATURE(UNSET) },
	{ "barriers", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "needs_exemption", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "exemptions", LIFE_HINT, NOWHAT, NATURE(UNSET) },
	{ "readiness", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "recipe", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "recipe.why", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "recipe.materials", LIFE_TRAVELS, CONTENT, NATURE(SUBSTITUTED) },
	{ "recipe.procedures", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "recipe.provider", LIFE_TRAVELS, CONTEXT, NATURE(PERSONNEL) },
	{ "recipe.mode", LIFE_TRAVELS, CONTEXT, NATURE(FORMAT) },
	{ "recipe.place", LIFE_TRAVELS, CONTEXT, NATURE(SETTING) },
	{ "recipe.dose", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "recipe.tailoring", LIFE_TRAVELS, CONTENT, NATURE(TAILORED) },
	{ "core_elements", LIFE_TRAVELS, CONTENT, NATURE(SUBSTITUTED) },
	{ "competence_needs", LIFE_TRAVELS, TRAINING, NATURE(TAILORED) },
	{ "organisation", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "resources", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "design", LIFE_TRAVELS, TRAINING, NATURE(SUBSTITUTED) },
	{ "indicators", LIFE_TRAVELS, TRAINING, NATURE(SUBSTITUTED) },
	{ "support_needs", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "support_offers", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "offers_sparring", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "continuation", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "sites", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "sites_text", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "lead", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "partners", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "target_group", LIFE_TRAVELS, CONTEXT, NATURE(POPULATION) },
	{ "keywords", LIFE_TRAVELS, NOWHAT, NATURE(UNSET) },
	{ "scope", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "extra_answers", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "next_steps", LIFE_STAYS, NOWHAT, NATURE(UNSET) },
	{ "demands", LIFE_TRAVELS, INTRO, NATURE(TAILORED) },
};

/* The marks [major] of body.proto; a test compares them. */
static const char *const majors[] = { "Experience.verdict", "Goal.text",
	"Goal.success_criterion", "Trial.exemptions", "Trial.goals",
	"Trial.indicators", "Trial.period" };

/* ---- versions ---- */

static bool
is_marked(const ProtobufCMessageDescriptor *message,
    const ProtobufCFieldDescriptor *field)
{
	const char *name = message->short_name;
	size_t len = strlen(name);
	size_t i;

	for (i = 0; i < sizeof(majors) / sizeof(majors[0]); i++) {
		if (strncmp(majors[i], name, len) == 0 &&
		    majors[i][len] == '.' &&
		    strcmp(majors[i] + len + 1, field->name) == 0)
			return true;
	}
	return false;
}

bool
life_is_major(const struct diff_change *change)
{
	return is_marked(change->record, change->top) ||
	    is_marked(change->owner, change->field);
}

void
life_version(const Erfa__Body *before, const struct diff *diff,
    uint32_t *ret_major, uint32_t *ret_minor)
{
	const Erfa__Envelope *envelope = before != NULL ? before->envelope :
							  NULL;
	uint32_t major = 1;
	uint32_t minor = 0;
	bool is_major = false;
	size_t i;

	for (i = 0; diff != NULL && i < diff->count; i++)
		is_major = is_major || life_is_major(&diff->changes[i]);
	if (envelope != NULL && envelope->has_major && envelope->major > 0)
		major = envelope->major;
	if (envelope != NULL && envelope->has_minor)
		minor = envelope->minor;
	if (before != NULL) {
		minor = is_major ? 0 : minor + 1;
		major += is_major;
	}
	*ret_major = major;
	*ret_minor = minor;
}

/* ---- copies ---- */

const struct life_part *
life_part_find(const char *name)
{
	const struct life_part *found = NULL;
	size_t most = 0;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t len = strlen(parts[i].field);

		if (len >= most && strncmp(parts[i].field, name, len) == 0 &&
		    (name[len] == '\0' || name[len] == '.')) {
			found = &parts[i];
			most = len;
		}
	}
	return found;
}

/* The part of a trial that ${change} lies in, if it travels; write its name. */
static const struct life_part *
travelled(const struct diff_change *change, char name[DIFF_PATH_MAX])
{
	const struct life_part *part;

	if (change->record != &erfa__trial__descriptor)
		return NULL;
	diff_name(change, name);
	part = life_part_find(name);
	if (part == NULL ||
	    (part->travel != LIFE_TRAVELS && part->travel != LIFE_ASKED))
		return NULL;
	return part;
}

static bool
is_listed(const struct life_fields *fields, const char *name)
{
	size_t i;

	for (i = 0; i < fields->count; i++) {
		if (strcmp(fields->names[i], name) == 0)
			return true;
	}
	return false;
}

void
life_fields(const struct diff *diff, struct life_fields *ret_fields)
{
	char name[DIFF_PATH_MAX];
	size_t i;

	memset(ret_fields, 0, sizeof(*ret_fields));
	for (i = 0; i < diff->count; i++) {
		if (travelled(&diff->changes[i], name) == NULL)
			continue;
		name[LIFE_FIELD_CHARS] = '\0';
		if (is_listed(ret_fields, name))
			continue;
		if (ret_fields->count == LIFE_FIELDS_MAX) {
			ret_fields->more++;
			continue;
		}
		memcpy(ret_fields->names[ret_fields->count++], name,
		    LIFE_FIELD_CHARS + 1);
	}
}

/* Whether ${change} only says that a promise of the origin is kept. */
static bool
is_acceptance(const struct diff_change *change, const char *name)
{
	uint32_t stance;

	if (strcmp(name, "commitments.stance") != 0 || change->after == NULL)
		return false;
	memcpy(&stance, change->after, sizeof(stance));
	return stance == ERFA__STANCE__STANCE_ACCEPTED;
}

Erfa__Relation
life_relation(const struct diff *diff, size_t parents)
{
	char name[DIFF_PATH_MAX];
	size_t i;

	if (parents > 1)
		return ERFA__RELATION__RELATION_MERGED_FROM;
	for (i = 0; i < diff->count; i++) {
		const struct life_part *part = travelled(
		    &diff->changes[i], name);

		if (part != NULL && part->what != NOWHAT &&
		    !is_acceptance(&diff->changes[i], name))
			return ERFA__RELATION__RELATION_ADAPTED;
	}
	return ERFA__RELATION__RELATION_COPIED;
}

/* What a change did: what was put in or taken out is told apart. */
static Erfa__Nature
nature_of(const struct diff_change *change, const struct life_part *part)
{
	if (part->travel == LIFE_TRAVELS && change->kind == DIFF_ADDED)
		return NATURE(ADDED);
	if (part->travel == LIFE_TRAVELS && change->kind == DIFF_REMOVED)
		return NATURE(REMOVED);
	return part->nature;
}

void
life_suggest(const struct diff *diff, struct life_frame *ret_frame)
{
	size_t whats[WHATS] = { 0 };
	bool natures[NATURES] = { false };
	char name[DIFF_PATH_MAX];
	size_t i;

	memset(ret_frame, 0, sizeof(*ret_frame));
	for (i = 0; i < diff->count; i++) {
		const struct life_part *part = travelled(
		    &diff->changes[i], name);

		if (part == NULL || part->what == NOWHAT ||
		    is_acceptance(&diff->changes[i], name))
			continue;
		whats[part->what]++;
		natures[nature_of(&diff->changes[i], part)] = true;
	}
	for (i = 1; i < WHATS; i++) {
		if (whats[i] > whats[ret_frame->what])
			ret_frame->what = (Erfa__AdaptationWhat)i;
	}
	for (i = 1; i < NATURES; i++) {
		if (natures[i])
			ret_frame->nature[ret_frame->nnature++] =
			    (Erfa__Nature)i;
	}
}

/* ---- programmes ---- */

static bool
is_same(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool
has_label(const Erfa__ExtraField *extra, const Erfa__Label *label)
{
	size_t i;

	for (i = 0; i < extra->n_label; i++) {
		if (is_same(extra->label[i]->language, label->language) &&
		    is_same(extra->label[i]->text, label->text))
			return true;
	}
	return false;
}

/* Whether ${after} still asks what ${before} asks: all words of it are kept. */
static bool
is_kept(const Erfa__ExtraField *before, const Erfa__ExtraField *after)
{
	size_t i;

	if (!is_same(before->name, after->name) ||
	    !is_same(before->due, after->due))
		return false;
	for (i = 0; i < before->n_label; i++) {
		if (!has_label(after, before->label[i]))
			return false;
	}
	return true;
}

/* The question of ${programme} with the name of ${extra}, or NULL. */
static const Erfa__ExtraField *
find_extra(const Erfa__Programme *programme, const Erfa__ExtraField *extra)
{
	size_t i;

	for (i = 0; i < programme->n_required_extra; i++) {
		if (is_same(programme->required_extra[i]->name, extra->name))
			return programme->required_extra[i];
	}
	return NULL;
}

/* The name of a question that is not as it was, or NULL. */
static const char *
changed_extra(const Erfa__Programme *before, const Erfa__Programme *after)
{
	const Erfa__ExtraField *other;
	size_t i;

	for (i = 0; i < before->n_required_extra; i++) {
		const Erfa__ExtraField *extra = before->required_extra[i];

		other = find_extra(after, extra);
		if (other == NULL || !is_kept(extra, other))
			return extra->name != NULL ? extra->name : "?";
	}
	for (i = 0; i < after->n_required_extra; i++) {
		const Erfa__ExtraField *extra = after->required_extra[i];

		if (find_extra(before, extra) == NULL)
			return extra->name != NULL ? extra->name : "?";
	}

	/* The same names, and yet more or fewer: one stands there twice. */
	return before->n_required_extra != after->n_required_extra ? "?" : NULL;
}

void
life_programme(const Erfa__Programme *before, const Erfa__Programme *after,
    bool started, const char *today, struct life_list *list)
{
	struct life_finding finding = { .code = LIFE_PROGRAMME_MANY,
		.field = "programme.required_extra",
		.number = (uint32_t)after->n_required_extra };

	if (after->n_required_extra > EXTRAS_MAX)
		life_add(list, &finding);
	if (before == NULL ||
	    (finding.what = changed_extra(before, after)) == NULL)
		return;
	finding.number = 0;
	if (started) {
		finding.code = LIFE_PROGRAMME_FROZEN;
		life_add(list, &finding);
	} else if (day_ahead(before->stable_until, today)) {
		finding.code = LIFE_PROGRAMME_STABLE;
		finding.date = before->stable_until;
		life_add(list, &finding);
	}
}
