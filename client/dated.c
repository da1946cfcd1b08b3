#include "client/dated.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	enum dated means;
} rows[] = {
	{ "list", DATED_VIEW },
	{ "show", DATED_VIEW },
	{ "diff", DATED_VIEW },
	{ "status", DATED_VIEW },
	{ "lineage", DATED_VIEW },
	{ "scale", DATED_VIEW },
	{ "evidence", DATED_VIEW },
	{ "overview", DATED_VIEW },
	{ "rounds", DATED_DEED },
	{ "programme list", DATED_VIEW },
	{ "programme show", DATED_VIEW },
	{ "network list", DATED_VIEW },
	{ "network show", DATED_VIEW },
	{ "round list", DATED_VIEW },
	{ "round show", DATED_VIEW },
	{ "indicator list", DATED_VIEW },

	{ "inbox", DATED_DEED },
	{ "invite", DATED_DEED },
	{ "applications", DATED_DEED },
	{ "edit", DATED_DEED },
	{ "own", DATED_DEED },
	{ "anchor", DATED_DEED },
	{ "plan", DATED_DEED },
	{ "start", DATED_DEED },
	{ "pause", DATED_DEED },
	{ "stop", DATED_DEED },
	{ "finish", DATED_DEED },
	{ "confirm", DATED_DEED },
	{ "ready", DATED_DEED },
	{ "barrier", DATED_DEED },
	{ "endorse", DATED_DEED },
	{ "learn", DATED_DEED },
	{ "observe", DATED_DEED },
	{ "exempt", DATED_DEED },
	{ "decide", DATED_DEED },
	{ "conditions", DATED_DEED },
	{ "apply", DATED_DEED },
	{ "org succeed", DATED_DEED },
};

enum dated
dated_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].means;
	return DATED_NOT;
}

const char *
dated_name(unsigned i)
{
	return i < sizeof(rows) / sizeof(rows[0]) ? rows[i].name : NULL;
}
