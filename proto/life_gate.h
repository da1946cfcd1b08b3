#ifndef ERFA_LIFE_GATE_H
#define ERFA_LIFE_GATE_H

/*
 * life_gate - the two gates that a trial passes to be active, and no third.
 *
 * G1: a local owner and a local anchoring, never those of the trial it was
 * copied from.  A workplace (or the administration) may stand behind a trial
 * only if the council has delegated that, and no rule from above the
 * municipality is touched; else it takes the council, its executive or a
 * committee.
 * G2: if an exemption is needed, every authority named has decided, none has
 * refused what is needed, and no permission has run out before the start.  Rules
 * of the municipality or the workplace need no authority.  Conditions that are
 * not met, and permissions that have run out since the start, warn.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/life_case.h"
#include "proto/life_decision.h"
#include "proto/life_say.h"

#define LIFE_WORDS_MAX 64 /* answers kept to be shown; all are counted */

/* The permission as a whole: "authorisation" in what programs read. */
enum life_permit {
	LIFE_PERMIT_NOT_NEEDED,
	LIFE_PERMIT_WAITING,
	LIFE_PERMIT_GRANTED,
	LIFE_PERMIT_PARTLY,
	LIFE_PERMIT_REFUSED,
	LIFE_PERMIT_EXPIRED,
	LIFE_PERMITS
};

struct life_authorisation {
	enum life_permit permit;
	bool stated; /* whether an exemption is needed was said */
	struct life_word words[LIFE_WORDS_MAX];
	size_t nwords; /* kept */
	size_t more;   /* not kept for want of room */

	/* Exemptions, other than local ones, by how they stand. */
	size_t granted;
	size_t waiting;
	size_t refused;
	size_t ran_out;         /* before the start */
	bool partly;            /* an authority granted only a part */
	bool expired;           /* a permission has run out */
	size_t open_conditions; /* not yet met */
};

/**
 * life_permit_name(permit):
 * The word for programs: "not_needed", "waiting".  Never NULL.
 */
const char *life_permit_name(enum life_permit permit);

/**
 * life_gate_own(it, blocks, warns):
 * Gate G1: add to ${blocks} what keeps it shut, a missing owner or anchoring
 * included, and to ${warns} what is worth a word.  Nothing for a transcribed
 * trial.
 */
void life_gate_own(const struct life_case *it, struct life_list *blocks,
    struct life_list *warns);

/**
 * life_gate_permit(it, blocks, warns, ret_permit):
 * Gate G2: add to ${blocks} every answer of an authority that is no yes, and an
 * exemption without its provision or authority; to ${warns} what is worth a
 * word; and tell how the permission stands.  For a transcribed trial only the
 * last.
 */
void life_gate_permit(const struct life_case *it, struct life_list *blocks,
    struct life_list *warns, struct life_authorisation *ret_permit);

/**
 * life_expired(it):
 * Return whether the permission for a rule that the trial departs from, or the
 * time for which it departs from a rule of its own, has run out.  Never so for a
 * transcribed trial.
 */
bool life_expired(const struct life_case *it);

#endif /* !ERFA_LIFE_GATE_H */
