#ifndef ERFAD_LINK_INTERNAL_H
#define ERFAD_LINK_INTERNAL_H

/*
 * link_internal - what link.c, link_fetch.c and link_serve.c share.
 */

#include "daemon/link.h"

/* A log that the peer holds further than we do, or differently. */
struct claim {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	uint64_t inc;
	uint64_t n;
	uint8_t c8[C8_LEN];
	bool differs;       /* c8 is not ours: a fork, or a lie */
	unsigned failures;
	int64_t not_before; /* ignored, or waiting out a gap, until then */
};

/* What a GET of ours was for. */
enum ask_kind {
	ASK_HEADERS,
	ASK_BODIES,
	ASK_PROBE, /* headers of a branch that differs from ours */
};

/* A GET of ours that is under way. */
struct ask {
	bool active;
	enum ask_kind kind;
	uint32_t req;
	uint32_t credit; /* max_bytes */
	int64_t deadline;
	bool progress;   /* something useful came */
	uint8_t log_id[LOG_ID_LEN];
	struct wire_ref *refs; /* ASK_BODIES: still to come */
	size_t nrefs;
	uint8_t *parts;  /* a body that comes in parts, BODY_MAX bytes */
	size_t parts_len;
};

/* The search for the last common entry of a log that differs. */
struct probe {
	bool active;
	bool asked;
	struct claim claim;
	struct log_tip tip; /* where the next run wanted begins */
	uint64_t step;      /* boundaries to go back next time */
	bool forked;        /* the last common entry is known */
	bool ended;         /* the branch was fetched to its end */
	bool told;          /* begun by a FORK entry, not by a claim */
	uint64_t last_common;
	struct wire_ref *refs; /* bodies of the branch to be asked for */
	size_t nrefs;
};

/* Branches named by FORK entries that wait for their turn on a link. */
#define FORKS_MAX 16

/* A GET of the peer that is being served. */
struct serve {
	bool active;
	uint32_t req;
	bool has_branch;
	uint8_t branch[8 + C8_LEN];
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
	int64_t hello_at; /* when HELLO was sent; 0 = not */
	bool hello_sent;  /* false: the queue was not ready */
	uint8_t nonce[NONCE_LEN];
	bool greeted;     /* the peer's HELLO was accepted */
	bool has_key;
	uint8_t key[KEY_LEN];
	char sw[65];
	char name[121];
	char org[ORG_MAX + 1];
	uint32_t flags;
	uint32_t pub_port;
	int64_t clock_skew_ms;
	uint64_t bad;

	/* Positions. */
	uint8_t peer_digest[HASH_LEN];
	int64_t differs_since;    /* first HAVE that differed; 0 = equal */
	int64_t have_due;         /* next HAVE of ours */
	int64_t have_last;        /* last HAVE of ours */
	bool told_full;           /* a full HAVE was sent ... */
	uint8_t told_digest[HASH_LEN]; /* ... with this digest of ours */
	bool heard_full;          /* the peer's full HAVE came to its end ... */
	uint8_t heard_digest[HASH_LEN]; /* ... with this digest of its */
	bool settled;             /* an exchange ended with this pair */
	uint8_t settled_own[HASH_LEN];
	uint8_t settled_peer[HASH_LEN];
	uint8_t (*mentioned)[LOG_ID_LEN]; /* sorted: key and inc were said */
	size_t nmentioned;
	size_t mentioned_room;

	/* Fetching. */
	struct claim *claims; /* sorted by log id */
	size_t nclaims;
	size_t claims_room;
	size_t next_claim;
	struct ask asks[GETS_MAX];
	uint32_t last_req;
	int64_t busy_until;
	struct probe probe;
	struct claim forks[FORKS_MAX]; /* branches to be asked for */
	size_t nforks;
	struct wire_ref *missing; /* bodies the peer said it has not */
	size_t nmissing;
	size_t missing_room;
	int64_t missing_since;
	int64_t missing_wait; /* doubles while nothing comes */

	/* Serving. */
	struct serve serves[GETS_MAX];
	size_t next_serve;
};

/* Most claims and missing bodies that one peer can make us remember. */
#define CLAIMS_MAX  20000
#define MISSING_MAX 4096

/* link.c */
bool link_send(struct link *link, const struct wire_msg *msg);
void link_set_state(struct link *link, enum link_state state, int64_t now);
void link_complain(struct link *link, const char *what);

/* link_fetch.c */
void fetch_forget(struct link *link);
void fetch_claim(struct link *link, const struct wire_pos *pos, int64_t now,
    int64_t not_before);
void fetch_data(struct link *link, const struct wire_data *data, int64_t now);
void fetch_note(struct link *link, const struct wire_note *note, int64_t now);
void fetch_refused(
    struct link *link, const struct wire_err *err, int64_t now);
void fetch_tick(struct link *link, int64_t now);
bool fetch_reached(struct link *link, int64_t now);
uint64_t fetch_behind(const struct link *link);

/* link_serve.c */
void serve_forget(struct link *link);
void serve_get(struct link *link, const struct wire_get *get, int64_t now);

#endif /* !ERFAD_LINK_INTERNAL_H */
