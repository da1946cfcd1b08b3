#ifndef ERFA_LIMITS_H
#define ERFA_LIMITS_H

/*
 * limits - every number that bounds foreign input, with its reason.
 *
 * Those of the format decide what is valid and never change within erfa/1.
 * Those of the wire and of this program bound memory and time; they delay or
 * refuse a message, they never make a chained entry invalid.
 */

/* Sizes fixed by the format (bytes). */
#define KEY_LEN    32  /* Ed25519 or X25519 public key */
#define SECRET_LEN 64  /* Ed25519 secret key, libsodium's form */
#define SEED_LEN   32  /* Ed25519 seed: what the key file holds */
#define HASH_LEN   32  /* BLAKE2b-256 */
#define SIG_LEN    64  /* Ed25519 signature */
#define LOG_ID_LEN 16  /* first half of c_0 */
#define RECORD_LEN 16  /* identity of a record */
#define SALT_LEN   32  /* key of a body's commitment */
#define HEAD_LEN   128 /* log_id, n, c_n, time_ms, signature */
#define C8_LEN     8   /* first bytes of a chain value */
#define NONCE_LEN  16  /* HELLO.nonce */
#define DOMAIN_LEN 16  /* pad16 of a domain string */

/* Limits of the format: the same for every node, for ever. */
#define HEADER_MAX     4096   /* bytes of one header; the least is 1 */
#define BODY_MAX       262144 /* bytes of one body P; the least is 1 */
#define BOUNDARY_N     256    /* headers from one boundary to the next */
#define BOUNDARY_BYTES 32768  /* or this many header bytes, whichever first */
#define ERASE_MAX      120    /* targets of one ERASE entry */
#define ORG_MAX        32     /* characters of an org id; the least is 2 */
#define TOPIC_MAX      64     /* bytes of a PUB topic frame */

/* Limits of the wire (bytes unless said otherwise). */
#define MSG_MAX       132096  /* one frame on ROUTER, DEALER and SUB */
#define PUB_MSG_MAX   1024    /* one frame that a subscriber sends to PUB */
#define DATA_MAX      65536   /* bodies of one DATA message, in all */
#define NOTE_BODY_MAX 8192    /* a larger body is left out of its NOTE */
#define HAVE_POS_MAX  1000    /* positions of one HAVE message */
#define GET_REFS_MAX  256     /* bodies asked for by one GET */
#define GETS_MAX      4       /* GETs under way on a link */
#define WINDOW_MAX    1048576 /* sum of their max_bytes */
#define PACE_BYTES    4194304 /* a second to one peer while others wait ... */
#define PACE_BURST    8388608 /* ... and so much at once */
#define ACTIVE_GETS   64      /* GETs that a listening node serves at a time */
#define MSG_DEPTH     4    /* nesting of Msg: Msg > Data > Run or Body > Ref */
#define MSG_FIELDS    8192 /* tags in one message: 1,000 Pos have 6,000 */
#define MSG_ALLOC     1048576 /* what decoding one message may allocate */

/* Limits of bodies that are decoded to be shown or indexed. */
#define BODY_DEPTH  8       /* nesting of Body */
#define BODY_FIELDS 16384   /* tags in one body */
#define BODY_ALLOC  4194304 /* what decoding one body may allocate, bytes */

/* Limits of a header that is decoded. */
#define HEADER_DEPTH  3      /* Header > ext > Target */
#define HEADER_FIELDS 1024   /* tags in one header, ext apart */
#define HEADER_ALLOC  262144 /* what decoding one header may allocate */

/* Limits of the control socket. */
#define CONTROL_MAX    8388608  /* one request or answer, bytes */
#define CONTROL_DEPTH  10       /* nesting: a Body stands inside */
#define CONTROL_FIELDS 262144   /* tags in one message */
#define CONTROL_ALLOC  67108864 /* what decoding one may allocate, bytes */

/* Timers of the protocol, milliseconds; the configuration may shorten them. */
#define HAVE_MS        20000    /* HAVE to each peer, give or take a fifth */
#define HELLO_MS       10000    /* an answer to HELLO is due */
#define GET_MS         30000    /* progress of a GET is due */
#define SILENCE_MS     180000   /* a silent link is closed and made anew */
#define GAP_MS         5000     /* longest random wait before a gap's GET */
#define BEACON_MS      86400000 /* a HEAD is signed anew */
#define CLAIM_FAILURES 3        /* failed GETs before a claim is given up */
#define CLAIM_REST_MAX 3600000  /* GET_MS, then twice that, up to this */
#define CLAIM_PACE_MS  1000     /* one GET for what was given up, each peer */
#define INVITE_DAYS    7        /* an invitation line is good for so long */

#endif /* !ERFA_LIMITS_H */
