#include "client/lasting.h"

#include <stddef.h>

bool
lasting(const Erfa__Request *request)
{
	static const Erfa__Request__AskCase always[] = {
		ERFA__REQUEST__ASK_ACCEPT,
		ERFA__REQUEST__ASK_REMOVE,
		ERFA__REQUEST__ASK_DRAFT_PUT,
		ERFA__REQUEST__ASK_DRAFT_DROP,
		ERFA__REQUEST__ASK_ERASE,
	};
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (request->ask_case == always[i])
			return true;
	if (request->ask_case == ERFA__REQUEST__ASK_PUBLISH)
		return !request->publish->dry_run;
	if (request->ask_case == ERFA__REQUEST__ASK_GROUP_CHANGE)
		return !request->group_change->dry_run;
	if (request->ask_case == ERFA__REQUEST__ASK_INVITE)
		return !request->invite->list;
	if (request->ask_case == ERFA__REQUEST__ASK_JOIN)
		return request->join->confirmed;
	if (request->ask_case == ERFA__REQUEST__ASK_KEY)
		return request->key->rotate;
	if (request->ask_case == ERFA__REQUEST__ASK_FOLLOW)
		return request->follow->find != NULL ||
		    request->follow->drop != 0;
	return false;
}

bool
lasting_change(const Erfa__Request *request)
{
	if (request->ask_case == ERFA__REQUEST__ASK_BUNDLE_IMPORT ||
	    request->ask_case == ERFA__REQUEST__ASK_REINDEX)
		return true;
	if (request->ask_case == ERFA__REQUEST__ASK_SETTINGS)
		return request->settings->reload;
	if (request->ask_case == ERFA__REQUEST__ASK_BACKUP)
		return request->backup->done;
	return lasting(request);
}
