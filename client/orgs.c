#include "client/orgs.h"

#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/heirs.h"
#include "client/run.h"

int
orgs_ask(struct run *run, bool heirs_only, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__OrgsRequest orgs = ERFA__ORGS_REQUEST__INIT;

	orgs.has_heirs_only = heirs_only;
	orgs.heirs_only = heirs_only;
	request.ask_case = ERFA__REQUEST__ASK_ORGS;
	request.orgs = &orgs;
	return run_ask(run, &request, 0, ret_answer);
}

/* Whose voices they are, as heirs has them. */
static unsigned
voices_of(const Erfa__Heir *heir)
{
	static const struct {
		const char *name;
		unsigned by;
	} voices[] = {
		{ "old", HEIRS_OLD },
		{ "new", HEIRS_NEW },
		{ "registry", HEIRS_REGISTRY },
	};

	unsigned by = 0;
	size_t i, k;

	for (i = 0; i < heir->n_by; i++)
		for (k = 0; k < sizeof(voices) / sizeof(voices[0]); k++)
			if (strcmp(heir->by[i], voices[k].name) == 0)
				by |= voices[k].by;
	return by == 0 ? HEIRS_OTHER : by;
}

int
orgs_heirs_of(
    struct run *run, const Erfa__OrgsAnswer *answer, struct heirs **ret_heirs)
{
	struct heirs *heirs = NULL;
	enum err err;
	size_t i;

	err = heirs_new(&heirs);
	for (i = 0; i < answer->n_heir && err == ERR_NONE; i++) {
		const Erfa__Heir *heir = answer->heir[i];

		err = heirs_add(
		    heirs, heir->old_org, heir->new_org, voices_of(heir));
		if (err != ERR_NOMEM)
			err = ERR_NONE;
	}
	if (err != ERR_NONE) {
		heirs_free(heirs);
		return run_nomem(run);
	}
	*ret_heirs = heirs;
	return EXIT_DONE;
}

int
orgs_heirs(struct run *run, struct heirs **ret_heirs)
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = orgs_ask(run, true, &answer)) == EXIT_DONE)
		status = orgs_heirs_of(run, answer->orgs, ret_heirs);
	control_free_answer(answer);
	return status;
}

const Erfa__Organisation *
orgs_find(const Erfa__OrgsAnswer *answer, const char *id)
{
	size_t i;

	for (i = 0; i < answer->n_org; i++)
		if (strcmp(run_text(answer->org[i]->id), id) == 0)
			return answer->org[i];
	return NULL;
}

int
orgs_own(struct run *run, Erfa__Answer **ret_answer,
    const Erfa__Organisation **ret_own)
{
	Erfa__Answer *answer = NULL;
	size_t i;
	int status;

	*ret_own = NULL;
	if ((status = orgs_ask(run, false, &answer)) != EXIT_DONE)
		return status;
	for (i = 0; i < answer->orgs->n_org; i++)
		if (answer->orgs->org[i]->own)
			*ret_own = answer->orgs->org[i];
	*ret_answer = answer;
	return EXIT_DONE;
}

void
orgs_settle(const Erfa__OrgsAnswer *answer, Erfa__OrgRef *org)
{
	if (run_text(org->id)[0] != '\0' ||
	    orgs_find(answer, run_text(org->name)) == NULL)
		return;
	free(org->id);
	org->id = org->name;
	org->name = NULL;
}
