#ifndef ERFAD_EVENT_H
#define ERFAD_EVENT_H

/*
 * event - the kinds of event that an operator may have to act on.
 *
 * Each has a word, a level, the module it comes from, and an id that never
 * changes: the MESSAGE_ID in the journal, which systemd/erfa.catalog explains
 * and by which alarms can be set.  An id is never used for another kind.
 */

#include "daemon/logger.h"

/* X(NAME, word, level, module, MESSAGE_ID). */
#define EVENT_KINDS(X)                                                   \
	X(STARTED, "started", LOGGER_INFO, "main",                       \
	    "9fa7a62ab4b2477cbf9baa8be829a9d1")                          \
	X(STOPPED, "stopped", LOGGER_INFO, "main",                       \
	    "26f1e3dfc3d54c3aa99c0788a2580e04")                          \
	X(BEGIN_FAILED, "begin-failed", LOGGER_ERR, "main",              \
	    "5aa188be2e0f48e88965baabef6db793")                          \
	X(STORE_CLOSED, "store-closed", LOGGER_ERR, "store",             \
	    "e244084bafa845b5a3bdb9ad248b2686")                          \
	X(STORE_MIGRATED, "store-migrated", LOGGER_INFO, "store",        \
	    "ee2ac999aa5d4ed592babe629f4a853a")                          \
	X(STORE_WRITE, "store-write", LOGGER_ERR, "store",               \
	    "ce0a64a061a642a9be849192af06385c")                          \
	X(BODY_DAMAGED, "body-damaged", LOGGER_ERR, "store",             \
	    "0fe0f120a7904478a79dc996282b6d42")                          \
	X(LOG_FORKED, "log-forked", LOGGER_ERR, "log",                   \
	    "28e9a077c9c24ae193c7ae991309bfff")                          \
	X(ERASED, "erased", LOGGER_INFO, "erase",                        \
	    "56be5d1f99de44d1b1e3535f4628630c")                          \
	X(ERASURE_FAILED, "erasure-failed", LOGGER_ERR, "store",         \
	    "6c37410aa1224e5ba40f2152b84d662f")                          \
	X(CLOCK_STEPPED, "clock-stepped", LOGGER_WARNING, "outbox",      \
	    "673d7f8edaa34bdd9cd19a663bad1cf5")                          \
	X(SIGNING_PAUSED, "signing-paused", LOGGER_INFO, "outbox",       \
	    "68771b6baf6148a5a1e17cf0f21d47eb")                          \
	X(NEW_LOG, "new-log", LOGGER_INFO, "outbox",                     \
	    "4b141ef567d54412aa680cf3ff6ce60d")                          \
	X(MEMORY, "memory", LOGGER_ERR, "node",                          \
	    "f7f3f9f6aad64a3c8618e5adc4101596")                          \
	X(GATE_FAILED, "gate-failed", LOGGER_ERR, "zap",                 \
	    "7dc5be2a107a40a5b6fa60703adec30a")                          \
	X(PORT_FAILED, "port-failed", LOGGER_ERR, "hub",                 \
	    "36d168aa0c5b4886842f9f3e0c869fe3")                          \
	X(PEER_UP, "peer-up", LOGGER_INFO, "peers",                      \
	    "6a184b7895c04fde9bbbe28b03d2ef5c")                          \
	X(PEER_SILENT, "peer-silent", LOGGER_WARNING, "peers",           \
	    "c8188c5f99fc4b2dbcf08d7d667c7c29")                          \
	X(PEER_REFUSED, "peer-refused", LOGGER_WARNING, "peers",         \
	    "87950075edd84986849429e874b4d3f6")                          \
	X(PEER_WRONG_KEY, "peer-wrong-key", LOGGER_WARNING, "peers",     \
	    "3da1c75f3e324f78b8ce50c84b6ec6fd")                          \
	X(PEER_BROKEN, "peer-broken", LOGGER_WARNING, "peers",           \
	    "8c8c116259034f8288ab176d8c143f45")                          \
	X(PEER_ADMITTED, "peer-admitted", LOGGER_INFO, "peers",          \
	    "972772129194449b98009085a2386cde")                          \
	X(PEER_OUT, "peer-out", LOGGER_INFO, "peers",                    \
	    "b6f4666668b949e5be3eef52c4e7d8e3")                          \
	X(CAUGHT_UP, "caught-up", LOGGER_INFO, "peers",                  \
	    "b38670d3a2ab40648a53636c6b91d30a")                          \
	X(FOREIGN, "foreign", LOGGER_WARNING, "link", LOGGER_FOREIGN_ID) \
	X(SETTINGS_READ, "settings-read", LOGGER_INFO, "config",         \
	    "a780c5ac763a48d6a23ab11fcb1c7bb6")                          \
	X(SETTINGS_WRONG, "settings-wrong", LOGGER_ERR, "config",        \
	    "6d7bfdb2a30a4e56bfa6a7453a81adbe")                          \
	X(KEY_CHANGED, "key-changed", LOGGER_INFO, "node",               \
	    "d425f72364bc4cf6bec26795c6350b9b")                          \
	X(KEY_FAILED, "key-failed", LOGGER_ERR, "node",                  \
	    "c7b3ca84df6c472781a0a8586a7cd83e")

enum event {
#define EVENT_NAME(name, word, level, module, id) EVENT_##name,
	EVENT_KINDS(EVENT_NAME)
#undef EVENT_NAME
	EVENT_COUNT,
};

struct event_kind {
	const char *word;   /* "peer-silent" */
	const char *module; /* "peers" */
	const char *id;     /* MESSAGE_ID: 32 hexadecimal digits */
	enum logger_level level;
};

/* What an event is about; each is NULL or a text that is safe to print. */
struct event_about {
	const char *peer;   /* ERFA_PEER: an address, or an organisation's id */
	const char *record; /* ERFA_TRIAL: the id of a record */
	const char *entry;  /* ERFA_ENTRY: log and number */
	const char *reason; /* ERFA_REASON: one word */
};

/**
 * event_kind(event):
 * Its row.
 */
const struct event_kind *event_kind(enum event event);

/**
 * event_say(event, about, format, ...):
 * Write one line of that kind, as logger_err() and the like do, with ${about}
 * as fields for the journal; NULL: about nothing in particular.
 */
void event_say(enum event event, const struct event_about *about,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif /* !ERFAD_EVENT_H */
