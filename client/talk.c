#include "client/talk.h"

#include <string.h>

#include "proto/body.h"
#include "client/run.h"

/* The comment in ${related}, or NULL. */
static const Erfa__Comment *
comment_of(const Erfa__Related *related)
{
	if (related->body == NULL || related->row == NULL ||
	    related->body->record_case != ERFA__BODY__RECORD_COMMENT)
		return NULL;
	return related->body->comment;
}

static bool
names(const Erfa__RecordRef *ref, const Erfa__Row *row)
{
	return ref != NULL && row != NULL &&
	    run_text(row->full_id)[0] != '\0' &&
	    strcmp(run_text(ref->id), row->full_id) == 0;
}

static bool
same_publisher(const Erfa__Row *a, const Erfa__Row *b)
{
	return strcmp(run_text(a->publisher), run_text(b->publisher)) == 0;
}

bool
talk_is_open(const Erfa__ShowAnswer *show, const Erfa__Related *related)
{
	const Erfa__Comment *comment = comment_of(related);
	size_t i;

	if (comment == NULL ||
	    comment->kind != ERFA__COMMENT_KIND__COMMENT_KIND_QUESTION ||
	    !names(comment->target, show->row))
		return false;
	for (i = 0; i < show->n_related; i++) {
		const Erfa__Comment *answer = comment_of(show->related[i]);

		if (answer != NULL &&
		    answer->kind == ERFA__COMMENT_KIND__COMMENT_KIND_ANSWER &&
		    names(answer->reply_to, related->row) &&
		    !same_publisher(show->related[i]->row, related->row))
			return false;
	}
	return true;
}

/* Whether it takes back what it names: any other kind leaves it as it is. */
static bool
takes_back(const Erfa__Retraction *retraction)
{
	return retraction->kind ==
	    ERFA__RETRACTION_KIND__RETRACTION_KIND_UNSET ||
	    retraction->kind ==
	    ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION;
}

/* The publisher's latest word about its own record, of one sort or the other. */
static const Erfa__Related *
latest(const Erfa__ShowAnswer *show, bool back)
{
	const Erfa__Related *found = NULL;
	size_t i;

	for (i = 0; i < show->n_related && show->row != NULL; i++) {
		const Erfa__Related *related = show->related[i];

		if (related->body == NULL || related->row == NULL ||
		    related->body->record_case !=
			ERFA__BODY__RECORD_RETRACTION ||
		    takes_back(related->body->retraction) != back ||
		    !names(related->body->retraction->target, show->row) ||
		    !same_publisher(related->row, show->row))
			continue;
		if (found == NULL ||
		    strcmp(run_text(related->row->time),
			run_text(found->row->time)) > 0)
			found = related;
	}
	return found;
}

const Erfa__Related *
talk_retraction(const Erfa__ShowAnswer *show)
{
	return latest(show, true);
}

const Erfa__Related *
talk_doubt(const Erfa__ShowAnswer *show)
{
	return latest(show, false);
}
