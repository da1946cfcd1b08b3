#include "daemon/find_internal.h"

#include <stdlib.h>

#include "daemon/lexicon.h"
#include "daemon/query_failure.h"

static bool
number_of_doc(void *context, uint32_t doc, size_t *ret_number)
{
	struct find *find = context;
	bool about;
	const struct shown_item *item = find_item(find, doc, &about);

	if (item == NULL)
		return false;
	*ret_number = find_number(find, item);
	return true;
}

static struct failure_look
look_of(struct find *find)
{
	return (struct failure_look){
		.question = find->question,
		.search = find->search,
		.values = lexicon_values(query_lexicon(find->question)),
		.item_of = number_of_doc,
		.context = find,
	};
}

enum err
find_filter_failures(struct find *find)
{
	const struct failure_look look = look_of(find);
	size_t count = shown_count(find->question->shown);
	bool judged = false;
	bool any = false;
	size_t i;
	enum err err;

	if (find->ways != NULL || !find_filter_begin(find))
		return ERR_NONE;
	if ((find->ways = calloc(count + 1, 1)) == NULL)
		return ERR_NOMEM;
	if ((err = failure_mark(&look, find->ways)) != ERR_NONE)
		return err;
	for (i = 0; i < count; i++) {
		if (find->ways[i] == 0)
			continue;
		find->marks[i] |= find->bit;
		any = true;
		judged |= failure_is_judged(find->ways[i]);
	}
	err = find_filter_tell(find, "failure:any");
	return err != ERR_NONE || judged || !any ?
	    err :
	    find_note(find,
		"of no trial here anybody has said that it did not work; each "
		"line says why it may be meant");
}

unsigned
find_way(const struct find *find, const struct search_hit *hit)
{
	const struct shown_item *item = shown_by_doc(
	    find->question->shown, hit->target);
	uint8_t way = find->ways == NULL || item == NULL ?
	    0 :
	    find->ways[find_number(find, item)];

	return way == 0 ? UINT8_MAX : way;
}

enum err
find_fill_failure(
    struct find *find, const struct shown_item *item, Erfa__Row *row)
{
	const struct failure_look look = look_of(find);
	uint8_t way = find->ways == NULL ? 0 :
					   find->ways[find_number(find, item)];
	char *quote = NULL;
	Erfa__Reason *reason;
	enum err err;

	if (way == 0)
		return ERR_NONE;
	err = answer_add(&row->reason, &row->n_reason,
	    &erfa__reason__descriptor, (void **)&reason);
	if (err == ERR_NONE)
		err = answer_text(&reason->part, failure_name(way));
	if (err == ERR_NONE)
		err = failure_quote(&look, item, way, &quote);
	if (err == ERR_NONE && quote != NULL)
		err = answer_text(&reason->found, quote);
	free(quote);
	return err;
}
