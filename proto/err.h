#ifndef ERFA_ERR_H
#define ERFA_ERR_H

/*
 * err - the one list of ways in which our functions fail.
 *
 * A function that can fail returns enum err: ERR_NONE (zero) or what went
 * wrong.  Errors of a library (LMDB, ZeroMQ, errno) are translated to this
 * list in the one file that calls the library, and go no further.
 */

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
	ERR_NONE = 0,
	ERR_NOMEM,    /* out of memory */
	ERR_IO,       /* the disk or a system call failed */
	ERR_FULL,     /* the disk or the store's map is full */
	ERR_SIZE,     /* empty, or longer than allowed */
	ERR_NOENT,    /* no such thing */
	ERR_EXIST,    /* already here */
	ERR_GAP,      /* an earlier entry is missing */
	ERR_SYNTAX,   /* the bytes do not parse */
	ERR_DEPTH,    /* nested too deeply */
	ERR_LIMIT,    /* too many of something */
	ERR_SIG,      /* a signature does not fit */
	ERR_CHAIN,    /* the hash chain does not fit */
	ERR_BOUNDARY, /* a run crosses a boundary or ends between HEADs */
	ERR_COMMIT,   /* a body does not fit its commitment or length */
	ERR_FORK,     /* another entry holds this position of the log */
	ERR_ERASED,   /* the body was erased and is refused for ever */
	ERR_DENIED,   /* the key or the user has no right to this */
	ERR_VERSION,  /* made by a newer version of the format */
	ERR_BUSY,     /* in use, or asked for too much at once: try later */
	ERR_DAMAGED,  /* stored bytes no longer fit their hash */
};

/**
 * err_str(err):
 * Return a short lower-case English phrase for ${err}, never NULL.  The string
 * is static.
 */
const char *err_str(enum err err);

#endif /* !ERFA_ERR_H */
