#ifndef ERFAD_LINK_INTERNAL_H
#define ERFAD_LINK_INTERNAL_H

/*
 * link_internal - what the files of link share.
 *
 *   link_session.c  HELLO, frames, timers
 *   link_have.c     digests and exchanges of positions
 *   link_lag.c      where the peer holds less than we do
 *   link_claim.c    what the peer holds that we do not
 *   link_fetch.c    GETs of ours and their answers, NOTEs of the peer
 *   link_probe.c    a log that differs: the search for the last common entry
 *   link_serve.c    GETs of the peer
 */

#include "daemon/link.h"
#include "daemon/posset.h"

/* A log that the peer holds further than we do, or differently. */
struct claim {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	uint64_t inc;
	uint64_t n;
	uint8_t c8[C8_LEN];
	bool beyond;  /* a MEMBER entry that the peer holds beyond a cut */
	bool proved;  /* by a HEAD whose signature is valid */
	bool differs; /* not on a chain that is held: a fork, or a lie */
	unsigned failures;
	bool given_up; /* thrice the peer did not show it */
	int64_t given_up_at;
	int64_t rest_ms;      /* doubles with every failure from then on */
	int64_t retry_at;     /* a lower position is heard then, in its place */
	int64_t wait_until;   /* the end of a gap's or a failure's wait */
	int64_t ignore_until; /* the end of a rest; INT64_MAX: refused */
};

/*
 * One link fetches a log's headers for so long, then lets go of it for a few ticks,
 * so that another can take its turn.
 */
#define TURN_MS   10000
#define LET_GO_MS 500

/* What a GET of ours was for. */
enum ask_kind {
	ASK_HEADERS,
	ASK_BODIES,
	ASK_PROBE, /* one run of a branch that differs from ours */
	ASK_HEAD,  /* is there a younger HEAD of what we hold? */
};

/* A body that comes in parts. */
struct joining {
	struct wire_ref ref;
	uint64_t total;
	uint8_t salt[SALT_LEN];
	uint8_t *data; /* BODY_MAX bytes; NULL until there is a body in parts */
	size_t len;    /* 0 = none is under way */
};

/* A GET of ours that is under way. */
struct ask {
	bool active;
	bool dead; /* its answer is still coming and no longer of use */
	enum ask_kind kind;
	uint32_t req;
	uint32_t credit; /* max_bytes */
	uint64_t got;    /* bytes of bodies that came of it */
	int64_t deadline;
	int64_t end;   /* however much comes, it is over then */
	bool progress; /* something useful came */
	uint8_t log_id[LOG_ID_LEN];
	uint64_t next;   /* ASK_HEADERS: first of the run that is due */
	bool has_branch; /* ASK_BODIES: of this branch of a forked log */
	uint8_t branch[LINK_BRANCH_LEN];
	struct wire_ref *refs; /* still to come */
	size_t nrefs;
	struct joining joining;
};

/* The search for the last common entry of a log that differs. */
struct probe {
	bool active;
	bool asked;
	bool growing; /* no search: does the peer hold more of a branch? */
	bool told;    /* by a FORK entry: the peer itself claimed nothing */
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n; /* a position of the other branch */
	uint8_t c8[C8_LEN];
	struct log_tip tip; /* where the next run wanted begins */
	uint64_t step;      /* boundaries to go back next time */
	bool forked;        /* the last common entry is known */
	uint64_t last_common;
};

/* Branches named by FORK entries that wait for their turn on a link. */
#define FORKS_MAX 16

/* Rounds in which the peer is asked for what follows the ends of branches. */
struct grow {
	struct link_branch at; /* the one asked for last */
	bool later;            /* not the first round of a session */
	size_t count;          /* asked for in this round */
	bool done;             /* this round is over ... */
	int64_t due;           /* ... and the next one begins then ... */
	bool again;            /* ... or at once */
};

/* A GET of the peer that is being served. */
struct serve {
	bool active;
	uint32_t req;
	bool has_branch;
	uint8_t branch[LINK_BRANCH_LEN];
	uint64_t budget; /* bytes of max_bytes left */
	bool headers;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t next;
	struct wire_ref *refs;
	size_t nrefs;
	size_t at;
};

struct link {
	const struct link_host *ops;
	void *host;
	void *peer;
	struct view *view;
	const struct link_timers *timers;
	bool dialer;

	enum link_state state;
	int64_t state_since;
	int64_t last_heard;
	int64_t hello_at;       /* when HELLO was sent */
	uint64_t hello_time_ms; /* the wall clock then */
	bool hello_sent;        /* false: the queue was not ready */
	bool turned_away;       /* by ERR VERSION or DENIED, or by a double */
	bool lost;              /* a session was, by ERR NO_SESSION ... */
	int64_t lost_at;        /* ... then */
	int64_t doubled_at; /* somebody with our own key took one; 0 = never */
	bool greeted;       /* the peer's HELLO was accepted */
	uint8_t peer_nonce[NONCE_LEN];
	bool has_key;
	uint8_t key[KEY_LEN];
	bool has_curve; /* proved; the key is what HELLO says then */
	uint8_t curve[KEY_LEN];
	char sw[65];
	char name[121];
	char org[ORG_MAX + 1];
	uint32_t flags;
	uint32_t pub_port;
	uint32_t window; /* bytes that our GETs may have under way */
	int64_t clock_skew_ms;
	uint64_t bad;

	/* Positions. */
	uint8_t peer_digest[HASH_LEN];
	bool differing;        /* the last digest of the peer differed ... */
	int64_t differs_since; /* ... since then ... */
	int64_t stuck_since;   /* ... and both have been these since then */
	uint8_t stuck_own[HASH_LEN];
	uint8_t stuck_peer[HASH_LEN];
	int64_t have_due;  /* next HAVE of ours */
	int64_t have_last; /* last HAVE of ours */
	bool full_owed;    /* a part of the full HAVE could not be sent */
	bool told_full;    /* a full HAVE was sent ... */
	int64_t told_at;
	uint8_t told_digest[HASH_LEN]; /* ... with this digest of ours ... */
	bool told_now;                 /* ... which has not changed since */
	uint32_t heard_part; /* parts heard of the full HAVE under way ... */
	uint8_t heard_begun[HASH_LEN];  /* ... with this digest */
	bool heard_full;                /* the peer's full HAVE is here ... */
	uint8_t heard_digest[HASH_LEN]; /* ... with this digest of its ... */
	bool heard_now;                 /* ... which has not changed since */
	bool settled;    /* the exchange of what both have now is over */
	bool knew_older; /* the peer told of an older log of ours ... */
	bool gave_older; /* ... which it had not got from us, in any session */

	/* Where the peer lags. */
	struct lag_pos *heard; /* of the full HAVE under way */
	size_t nheard;
	size_t heard_room;
	bool heard_lost; /* it is too long to be looked at */
	struct link_lag *lags;
	size_t nlags;
	uint64_t lag_sum; /* entries in all */

	/* Claims, sorted by log id. */
	struct claim **claims;
	size_t nclaims;
	size_t claims_room;
	struct posset *forks_heard; /* forked logs that a HAVE has named */
	size_t next_claim;          /* whose turn it is to be asked for */
	size_t reach_at;            /* the claim that was found open last */
	bool claims_rest;           /* none can be asked for ... */
	int64_t claims_wake;        /* ... until then ... */
	uint64_t claims_seen; /* ... or until view_releases() is another */
	int64_t retry_due;    /* one that was given up can be asked for then */
	bool probe_due;       /* a claim differs */
	bool beyond_lied;     /* no MEMBER entry stood where it told of one */

	/* Fetching. */
	struct ask asks[GETS_MAX];
	unsigned gets_max; /* fewer after an ERR QUOTA */
	uint32_t last_req;
	int64_t busy_until;
	int64_t bodies_busy_until;
	bool bodies_rest;     /* none is wanted from this peer ... */
	uint64_t bodies_seen; /* ... until ops->bodies_mark() is another */
	int64_t branch_due;   /* bodies of branches are looked for then */
	struct probe probe;
	struct wire_pos forks[FORKS_MAX]; /* branches that FORK entries name */
	size_t nforks;
	struct grow grow;
	struct posset *lacking; /* bodies that the peer has not got now */
	int64_t lacking_since;
	int64_t lacking_wait;      /* doubles while nothing comes */
	struct posset *bad_bodies; /* not to be asked for in this session */
	size_t head_at;            /* the next log whose HEAD may be old */
	int64_t heads_due;         /* they are looked at again then */

	/* Serving. */
	struct serve serves[GETS_MAX];
	int64_t stuck_at; /* since when the queue takes no DATA; 0: it does */
	bool unread; /* it took none for so long that the GETs were dropped */
	size_t next_serve;
	uint64_t served; /* bytes, of all sessions */
	uint64_t pace;   /* of these: not yet allowed for */
	int64_t pace_at;
};

/* Bodies that one peer can make us remember not to ask it for. */
#define LACKING_MAX 16384

/* ---- link_session.c ---- */

/**
 * link_reads_only(link):
 * Is the peer a reader, which holds what it likes, and need not answer?
 */
bool link_reads_only(const struct link *link);

/**
 * link_alloc(size):
 * calloc(1, ${size}).  (Where an element of an array keeps what gcc's analyzer
 * sees allocated, it says that it leaks.)
 */
void *link_alloc(size_t size);

/**
 * link_send(link, msg):
 * Encode ${msg} and send it; false if it is lost.
 */
bool link_send(struct link *link, const struct wire_msg *msg);

/**
 * link_set_state(link, state, now), link_complain(link, what):
 * Tell the host of a new state; count and tell what the peer did wrong.
 */
void link_set_state(struct link *link, enum link_state state, int64_t now);
void link_complain(struct link *link, const char *what);

/* ---- link_have.c ---- */

/**
 * have_forget(link), have_begin(link, digest, now):
 * Forget the session; begin one in which the peer's HELLO had ${digest}.
 */
void have_forget(struct link *link);
void have_begin(struct link *link, const uint8_t digest[HASH_LEN], int64_t now);

/**
 * have_gave(link, log_id, first):
 * Headers of this log were served from ${first} on: from now on the peer's word
 * that it knows our older logs says nothing.  Who asked for what comes after the
 * first entry had that already.
 */
void have_gave(
    struct link *link, const uint8_t log_id[LOG_ID_LEN], uint64_t first);

/**
 * have_receive(link, have, now):
 * A HAVE of the peer.
 */
void have_receive(struct link *link, const struct wire_have *have, int64_t now);

/**
 * have_settle(link, now):
 * Move to LIVE if the exchange and the claims allow; cheap.
 */
void have_settle(struct link *link, int64_t now);

/**
 * have_tick(link, now):
 * Tell the own digest if it is due.
 */
void have_tick(struct link *link, int64_t now);

/* ---- link_lag.c ---- */

struct lag_pos;

/**
 * lag_hear(link, have), lag_conclude(link, now):
 * A part of the peer's full HAVE; the last one was heard, and none is missing.
 */
void lag_hear(struct link *link, const struct wire_have *have);
void lag_conclude(struct link *link, int64_t now);

/**
 * lag_clear(link), lag_forget(link):
 * The peer has all that we have; the session is over.
 */
void lag_clear(struct link *link);
void lag_forget(struct link *link);

/* ---- link_claim.c ---- */

/**
 * claim_forget(link):
 * Forget all claims, with the session.
 */
void claim_forget(struct link *link);

/**
 * claim_position(link, pos, now):
 * A position of the peer's HAVE: a claim if it is further than ours or differs.
 */
void claim_position(struct link *link, const struct wire_pos *pos, int64_t now);

/**
 * claim_heard_all(link):
 * All positions of a HAVE were heard.  Of a forked log the first one counts alone:
 * each is looked for on all branches, and answered.
 */
void claim_heard_all(struct link *link);

/**
 * claim_head(link, log, head, wait_ms, now):
 * The peer showed a valid HEAD that is further than ${log} or differs.  It is
 * looked at after ${wait_ms}.
 */
void claim_head(struct link *link, struct view_log *log,
    const struct log_head *head, int64_t wait_ms, int64_t now);

/**
 * claim_find(link, log_id), claim_drop(link, claim):
 * The claim on a log or NULL, lent until it is dropped; forget it.
 */
struct claim *claim_find(
    const struct link *link, const uint8_t log_id[LOG_ID_LEN]);
void claim_drop(struct link *link, const struct claim *claim);

/**
 * claim_differs(link, claim):
 * The log parts from ours: it is to be probed.
 */
void claim_differs(struct link *link, struct claim *claim);

/**
 * claim_limit(link, claim):
 * The last entry that the claim may bring, 0 = none: the cut of its log, or what
 * the peer's directory rests on beyond it.
 */
uint64_t claim_limit(const struct link *link, const struct claim *claim);

/**
 * claim_spent(link, key):
 * Has so much of this key come from beyond its cuts that no branch of its logs is
 * looked for now?
 */
bool claim_spent(const struct link *link, const uint8_t key[KEY_LEN]);

/**
 * claim_failed(link, log_id, now), claim_went_on(link, log_id),
 * claim_denied(link, log_id):
 * A GET brought nothing: let the claim rest for a moment, from the third time on
 * for longer each time.  The peer sent something new of that log, so that it
 * is no liar: forget the failures.  Or it refused: let the claim rest for the
 * session.
 */
void claim_failed(
    struct link *link, const uint8_t log_id[LOG_ID_LEN], int64_t now);
void claim_went_on(struct link *link, const uint8_t log_id[LOG_ID_LEN]);
void claim_denied(struct link *link, const uint8_t log_id[LOG_ID_LEN]);

/**
 * claim_rests(link, claim):
 * Until when a claim is let alone, monotonic ms.
 */
int64_t claim_rests(const struct link *link, const struct claim *claim);

/**
 * claim_asked(link, claim, now):
 * A GET for it is being sent: if it was given up, the next such waits.
 */
void claim_asked(struct link *link, const struct claim *claim, int64_t now);

/**
 * claim_next(link, now):
 * A claim whose headers can be asked for now, the next in turn, or NULL.
 */
struct claim *claim_next(struct link *link, int64_t now);

/**
 * claim_reached(link, now):
 * Return whether no claim is open any more; those that are reached are
 * dropped.  It looks at one open claim only.
 */
bool claim_reached(struct link *link, int64_t now);

/**
 * claim_behind(link):
 * Entries that are claimed and not here.
 */
uint64_t claim_behind(const struct link *link);

/**
 * claim_known(link, log, n, c8):
 * Return whether entry ${n} with this chain value is held, in whatever branch.
 */
bool claim_known(const struct link *link, const struct view_log *log,
    uint64_t n, const uint8_t c8[C8_LEN]);

/* ---- link_probe.c ---- */

/**
 * probe_ask(link, ask, now):
 * Ask for the next run of a branch that is being looked for; false if there is
 * nothing to ask.
 */
bool probe_ask(struct link *link, struct ask *ask, int64_t now);

/**
 * probe_run(link, run, now), probe_failed(link, now), probe_again(link):
 * The answer: a run, nothing, or a refusal for the time being.
 */
void probe_run(struct link *link, const struct log_run *run, int64_t now);
void probe_failed(struct link *link, int64_t now);
void probe_again(struct link *link);

/* ---- link_fetch.c ---- */

/**
 * fetch_forget(link):
 * Forget the GETs of ours, with the session.
 */
void fetch_forget(struct link *link);

/**
 * fetch_data(link, data, now), fetch_refused(link, err, now),
 * fetch_note(link, note, now):
 * Answers to our GETs; a NOTE.
 */
void fetch_data(struct link *link, const struct wire_data *data, int64_t now);
void fetch_refused(struct link *link, const struct wire_err *err, int64_t now);
void fetch_note(struct link *link, const struct wire_note *note, int64_t now);

/**
 * fetch_tick(link, now):
 * End what brought nothing in time.
 */
void fetch_tick(struct link *link, int64_t now);

/**
 * fetch_send(link, ask, get, max_bytes, now):
 * Send a GET and remember it in ${ask}.
 */
void fetch_send(struct link *link, struct ask *ask, struct wire_get *get,
    uint32_t max_bytes, int64_t now);

/**
 * fetch_asks(link, log_id):
 * Return whether a GET for headers of this log is under way on this link.
 */
bool fetch_asks(const struct link *link, const uint8_t log_id[LOG_ID_LEN]);

/* ---- link_serve.c ---- */

/**
 * serve_forget(link), serve_get(link, get):
 * Forget the GETs of the peer, with the session; begin to serve one.
 */
void serve_forget(struct link *link);
void serve_get(struct link *link, const struct wire_get *get);

#endif /* !ERFAD_LINK_INTERNAL_H */
