#include "daemon/verdict.h"

#include <stddef.h>

#include "proto/heirs.h"
#include "daemon/shown.h"

bool
verdict_read(const struct verdict_look *look, const struct shown_item *item,
    const Erfa__Experience *experience, struct verdict_word *ret_word)
{
	if (item->twin ||
	    experience->target_case != ERFA__EXPERIENCE__TARGET_TRIAL ||
	    experience->verdict == ERFA__VERDICT__VERDICT_UNSET)
		return false;
	*ret_word = (struct verdict_word){
		.item = item,
		.verdict = experience->verdict,
		.author_role = experience->author_role,
		.final = experience->stage != ERFA__STAGE__STAGE_INTERIM,
		.own = heirs_speaks(
		    look->heirs, shown_org(look->shown, item->org), look->org),
	};
	return true;
}

/* Whether it says how it went. */
static bool
is_stated(const struct verdict_word *word)
{
	return word->verdict != ERFA__VERDICT__VERDICT_NOT_STATED;
}

bool
verdict_counts(const struct shown *shown, const struct verdict_word *word,
    const struct verdict_word *than)
{
	if (than->item == NULL)
		return true;
	if (word->final != than->final)
		return word->final;
	if (is_stated(word) != is_stated(than))
		return is_stated(word);
	if (word->own != than->own)
		return word->own;
	return shown_compare_entries(shown, word->item, than->item) > 0;
}
