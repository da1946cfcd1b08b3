#ifndef ERFAD_LINK_H
#define ERFAD_LINK_H

/*
 * link - one session of erfa/1 with a peer: the protocol without its sockets.
 *
 * A link takes frames in and gives frames out; what it needs of the store, the
 * writer and the directory it asks of its host through a table of functions.
 * It never waits and never reads a clock: the time is given with each call, as
 * monotonic ms.  PROTOCOL.md chapters 7 and 8.  The loop thread alone uses it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"
#include "proto/log.h"
#include "proto/wire.h"
#include "daemon/view.h"

/* Opaque types. */
struct link;

enum link_state {
	LINK_DOWN, /* no transport, or no session */
	LINK_WAIT, /* HELLO sent */
	LINK_SYNC, /* session; positions are being exchanged */
	LINK_LIVE, /* everything the peer claimed is here or given up */
};

/* The timers of limits.h, which the configuration may shorten; ms. */
struct link_timers {
	uint32_t have_ms;
	uint32_t hello_ms;
	uint32_t get_ms;
	uint32_t silence_ms;
	uint32_t gap_ms;
};

/* Most claims that one peer can make us remember. */
#define LINK_CLAIMS_MAX 20000

/* The name of a branch: le64 n and c8 of an entry on it. */
#define LINK_BRANCH_LEN (8 + C8_LEN)

/* A body to be served; free(memory) afterwards. */
struct link_body {
	enum wire_state state;
	uint8_t salt[SALT_LEN];
	const uint8_t *data;
	size_t len;
	void *memory;
};

/* A way over the branches of all forked logs; zeroes to begin. */
struct link_branch {
	uint8_t log_id[LOG_ID_LEN];
	bool begun;  /* one of this log was given ... */
	bool stored; /* ... the stored one, which comes last */
	struct log_tip tip;
};

/* What the host does for its links.  ${host} is the first argument of all. */
struct link_host {
	/* Send a frame to the peer; ${buf} is taken.  ERR_BUSY: try later. */
	enum err (*send)(
	    void *host, struct link *link, uint8_t *buf, size_t len);
	/* Fill in who we are; the link adds nonce, digest and versions. */
	void (*hello)(
	    void *host, const struct link *link, struct wire_hello *hello);
	/* A HELLO of the peer was accepted, or the state changed. */
	void (*greeted)(
	    void *host, struct link *link, const struct wire_hello *hello);
	void (*changed)(void *host, struct link *link);
	/* The last entry of a log of this key that may be fetched; 0 = none. */
	uint64_t (*cut)(void *host, const uint8_t key[KEY_LEN],
	    const uint8_t log_id[LOG_ID_LEN]);
	/* Is this the key of a member, and this its CURVE key?  NULL: if that is
	 * what it converts to. */
	bool (*is_peer)(void *host, const uint8_t key[KEY_LEN],
	    const uint8_t curve[KEY_LEN]);
	/* Is this key one that the directory knows, in or out?  NULL: none is. */
	bool (*knows)(void *host, const uint8_t key[KEY_LEN]);
	/*
	 * Is this key one that only reads, so that it is asked for nothing and
	 * what it claims is not looked for?  NULL: none is.
	 */
	bool (*reads_only)(void *host, const uint8_t key[KEY_LEN]);
	/* Chain value after entry n of the stored branch; ERR_NOENT. */
	enum err (*chain_at)(void *host, const uint8_t log_id[LOG_ID_LEN],
	    uint64_t n, uint8_t ret_c[HASH_LEN]);
	/* The tip at the last boundary at or before n; ERR_NOENT. */
	enum err (*boundary_at)(void *host, const uint8_t log_id[LOG_ID_LEN],
	    uint64_t n, struct log_tip *ret_tip);
	/*
	 * Read a run, of the branch named if not NULL; free(*ret_memory).
	 * ERR_NOENT if there is none.
	 */
	enum err (*read_run)(void *host, const uint8_t log_id[LOG_ID_LEN],
	    uint64_t first, const uint8_t *branch, struct log_run *ret_run,
	    void **ret_memory);
	/* Read a body to be served; never fails, the state tells. */
	void (*read_body)(void *host, const struct wire_ref *ref,
	    const uint8_t *branch, struct link_body *ret_body);
	/* Does any stored branch have entry n with this chain value? */
	bool (*holds)(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
	    const uint8_t c8[C8_LEN]);
	/*
	 * The HEAD of a branch of a forked log on which entry n has another
	 * chain value than c8, or which is another branch anyhow; ERR_NOENT.
	 */
	enum err (*other_head)(void *host, const uint8_t log_id[LOG_ID_LEN],
	    uint64_t n, const uint8_t c8[C8_LEN], uint8_t ret_head[HEAD_LEN]);
	/*
	 * Go on to the next branch of a forked log whose end something can
	 * follow, the stored ones too; ERR_NOENT at the end of all.
	 */
	enum err (*branch_next)(void *host, struct link_branch *at);
	/* May bodies be served at all now?  Milliseconds to wait, or 0. */
	uint32_t (*hold_bodies)(void *host);
	/* Hand over what was verified; everything is copied. */
	void (*take_run)(void *host, struct link *link, struct view_log *log,
	    const struct log_run *run, const struct wire_body *body);
	void (*take_branch)(void *host, struct link *link, struct view_log *log,
	    const struct log_run *run, uint64_t last_common);
	void (*take_head)(
	    void *host, struct view_log *log, const uint8_t head[HEAD_LEN]);
	void (*take_body)(void *host, struct link *link,
	    const struct wire_ref *ref, const uint8_t salt[SALT_LEN],
	    const uint8_t *data, size_t len);
	/*
	 * Choose bodies that are wanted, that no link is fetching and that
	 * link_lacks() does not name.  A mark that has changed says that there
	 * may be others than before.
	 */
	size_t (*want_bodies)(void *host, struct link *link,
	    struct wire_ref *refs, size_t max, size_t max_bytes);
	uint64_t (*bodies_mark)(void *host);
	/* The same for one branch of a forked log, which is named. */
	size_t (*want_branch)(void *host, struct link *link,
	    struct wire_ref *refs, size_t max, size_t max_bytes,
	    uint8_t ret_branch[LINK_BRANCH_LEN]);
	/* A body that was chosen will not come over this link now. */
	void (*body_failed)(
	    void *host, struct link *link, const struct wire_ref *ref);
	/* Is there room for more to be fetched? */
	bool (*may_fetch)(void *host);
	/*
	 * Is the newest HEAD of this log so old that a younger one should be
	 * looked for?  NULL: never.
	 */
	bool (*stale)(void *host, const struct view_log *log);
	/*
	 * Has this key sent so much that others come first?  NULL: never.
	 */
	bool (*late)(void *host, const uint8_t key[KEY_LEN]);
	/*
	 * Has so much of a key that is not in come from beyond its cuts that the
	 * rest waits for another day?  NULL: never.
	 */
	bool (*spent)(void *host, const uint8_t key[KEY_LEN]);
	/* Count a GET that is begun (+1) or ended (-1); false: too many. */
	bool (*serving)(void *host, int change);
	/* Something the peer did wrong, for the log and `erfa peers`. */
	void (*misbehaved)(void *host, struct link *link, const char *what);
	/* A number that peers cannot guess. */
	uint32_t (*random)(void *host);
};

/**
 * link_new(ops, host, view, timers, dialer, ret_link):
 * A link in state LINK_DOWN; ${dialer} says whether we connect.  Everything is
 * borrowed for the link's life.  link_free() ends it; NULL is allowed.  Return
 * ERR_NOMEM.
 */
enum err link_new(const struct link_host *ops, void *host, struct view *view,
    const struct link_timers *timers, bool dialer,
    struct link **ret_link) MUST_CHECK;
void link_free(struct link *link);

/**
 * link_peer(link), link_set_peer(link, peer):
 * A pointer that belongs to the socket module.
 */
void *link_peer(const struct link *link);
void link_set_peer(struct link *link, void *peer);

/**
 * link_set_key(link, key):
 * The Ed25519 key that the peer's transport has proved: a HELLO that names
 * another one is refused.
 */
void link_set_key(struct link *link, const uint8_t key[KEY_LEN]);

/**
 * link_set_curve(link, curve):
 * The CURVE key that the peer's transport has proved.  It may be that of two
 * Ed25519 keys: HELLO says which, and one that names another's is refused.
 */
void link_set_curve(struct link *link, const uint8_t curve[KEY_LEN]);

/**
 * link_up(link, now), link_down(link):
 * The transport came up: the dialer says HELLO.  Or it is gone: the session
 * and everything asked for is forgotten.
 */
void link_up(struct link *link, int64_t now);
void link_down(struct link *link);

/**
 * link_receive(link, buf, len, now):
 * A frame of the peer.  Bad frames are counted and told to the host; they
 * change nothing.
 */
void link_receive(
    struct link *link, const uint8_t *buf, size_t len, int64_t now);

/**
 * link_receive_note(link, buf, len, now):
 * A frame from the peer's PUB: only a NOTE is taken, and only in a session.
 */
void link_receive_note(
    struct link *link, const uint8_t *buf, size_t len, int64_t now);

/**
 * link_tick(link, now):
 * Let timers run out; call at least every 200 ms or a tenth of the shortest
 * timer.  Return false if the link has been silent too long, HELLO was not
 * answered, or the peer turned us away: the transport should be made anew.
 */
bool link_tick(struct link *link, int64_t now) MUST_CHECK;

/**
 * link_turn(link, now):
 * Serve one DATA message if the peer asked for something.  Return whether
 * there is more to serve and the peer's queue has room.
 */
bool link_turn(struct link *link, int64_t now);

/**
 * link_served(link), link_paced(link, now):
 * Bytes of DATA sent so far.  Whether it were more than PACE_BYTES a second, so
 * that others should come first.
 */
uint64_t link_served(const struct link *link);
bool link_paced(struct link *link, int64_t now);

/**
 * link_fetch(link, now):
 * See whether the link is in step, and ask for what is wanted, as far as the
 * window allows.  Call it after every commit; it is cheap.
 */
void link_fetch(struct link *link, int64_t now);

/**
 * link_say_err(link, req, code, retry_ms, text):
 * Answer request ${req}, or with 0 the session, with ERR.
 */
void link_say_err(struct link *link, uint32_t req, enum wire_code code,
    uint32_t retry_ms, const char *text);

/**
 * link_note(link, log, frame, len):
 * Push a NOTE of ${log} that the host encoded; copied.  Left out when the peer
 * has a SUB or no session, or it was this link that brought the news.
 */
void link_note(struct link *link, const struct view_log *log,
    const uint8_t *frame, size_t len);

/**
 * link_have_new(link, logs, count):
 * Tell the peer at once of logs that are new here.
 */
void link_have_new(
    struct link *link, struct view_log *const *logs, size_t count);

/**
 * link_have_soon(link, now):
 * The own digest changed: tell it within a second.
 */
void link_have_soon(struct link *link, int64_t now);

/**
 * link_forked(link, pos):
 * A FORK entry says that a log has a branch that ends at ${pos}, and we lack
 * it: the next link_fetch() asks this peer for it, once.  What it sends is
 * verified as ever.
 */
void link_forked(struct link *link, const struct wire_pos *pos);

/**
 * link_forks_left(link):
 * Of how many of these it has not been asked yet.
 */
size_t link_forks_left(const struct link *link);

/**
 * link_tell_branch(link, head):
 * Tell the peer in a NOTE that a branch of a forked log has this HEAD now: such a
 * log is in no digest.  Does nothing without a session.
 */
void link_tell_branch(struct link *link, const uint8_t head[HEAD_LEN]);

/**
 * link_rethink(link):
 * The directory changed: claims set aside are looked at again by the next
 * link_fetch().
 */
void link_rethink(struct link *link);

/**
 * link_lacks(link, ref), link_lacks_in(link, ref, branch),
 * link_mark_lacking(link, ref, now), link_mark_bad(link, ref):
 * Has the peer said, within the last 30 s, that it has not got this body, or
 * has it sent, in this session, one that did not fit?  Then do not ask it.  What
 * it has not got of one branch of a forked log, it may have of another.
 */
bool link_lacks(const struct link *link, const struct wire_ref *ref);
bool link_lacks_in(const struct link *link, const struct wire_ref *ref,
    const uint8_t branch[LINK_BRANCH_LEN]);
void link_mark_lacking(
    struct link *link, const struct wire_ref *ref, int64_t now);
void link_mark_bad(struct link *link, const struct wire_ref *ref);

/**
 * link_forgive(link):
 * A branch of a log is here now: a body that did not fit may have been that of
 * its entry, so that those may be asked for again.
 */
void link_forgive(struct link *link);

/**
 * link_look_again(link, now):
 * Bodies of branches may be wanted that were not free to be asked for at ${now}:
 * look in a second, though it is due later.
 */
void link_look_again(struct link *link, int64_t now);

/* A log of which the peer holds less than we do, and takes up no more. */
struct link_lag {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;    /* so far it is */
	int64_t since; /* monotonic ms: no further since then */
};

#define LINK_LAGS_MAX 32

/**
 * link_lags(link, ret_lags):
 * Where the peer lags by its last full HAVE, the first LINK_LAGS_MAX logs; lent
 * until the link is used again.  Returns how many.
 */
size_t link_lags(const struct link *link, const struct link_lag **ret_lags);

/* A position that the peer claimed and did not show, asked for it thrice. */
struct link_unproved {
	uint8_t log_id[LOG_ID_LEN];
	uint8_t key[KEY_LEN];
	uint64_t n;
	int64_t since; /* monotonic ms: when it was given up */
};

/**
 * link_unproved(link, list, max):
 * Copy the first ${max} claims that were given up.  Returns how many.
 */
size_t link_unproved(
    const struct link *link, struct link_unproved *list, size_t max);

/* What `erfa peers` shows of a link. */
struct link_info {
	enum link_state state;
	bool dialer;
	bool has_key;
	uint8_t key[KEY_LEN];
	char sw[65];
	char name[121];
	char org[ORG_MAX + 1];
	uint32_t flags;
	uint32_t pub_port;
	int64_t state_since; /* monotonic ms */
	int64_t last_heard;  /* likewise */
	uint64_t behind;     /* entries claimed that are not here */
	bool same_digest;    /* the peer's last digest is ours */
	bool knew_older; /* it had an older log of ours, not from this link */
	bool gave_older; /* it was served headers of one */
	uint64_t bad;    /* frames that made no sense */
	int64_t clock_skew_ms; /* peer's clock minus ours at HELLO */
	int64_t doubled_at;    /* another took it with our key then; or 0 */
};

/**
 * link_info(link, ret_info):
 * A copy of what is known of the peer.
 */
void link_info(const struct link *link, struct link_info *ret_info);

/**
 * link_state(link), link_key(link), link_org(link):
 * The state; the peer's key, NULL if it is not known yet; the org id that it
 * claims in HELLO, empty before.
 */
enum link_state link_state(const struct link *link);
const uint8_t *link_key(const struct link *link);
const char *link_org(const struct link *link);

#endif /* !ERFAD_LINK_H */
