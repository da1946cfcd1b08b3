#ifndef ERFA_FORM_YAML_H
#define ERFA_FORM_YAML_H

/*
 * form_yaml - the YAML of a form as a tree of words, untyped, each with its
 * place.  The only user of libyaml.
 *
 * What a form has no use for is refused by name: anchors, aliases, tags, merge
 * keys, a second document, a field that stands twice.  A line that is no YAML
 * is named and left out, so that the lines after it are still looked at.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"
#include "client/form_fault.h"

#define FORM_DEPTH_MAX 12    /* levels of lists and fields */
#define FORM_NODES_MAX 20000 /* words, lists and groups of fields */
#define FORM_KEYS_MAX  256   /* fields of one group */

struct arena;

enum form_node_kind {
	FORM_NODE_NULL, /* nothing was written */
	FORM_NODE_WORD,
	FORM_NODE_MAP,
	FORM_NODE_LIST,
	FORM_NODE_BAD, /* refused; its fault is told */
};

/* One piece of a form. */
struct form_node {
	enum form_node_kind kind;
	unsigned line; /* from 1 */
	unsigned column;
	const char *text; /* of a word; ends with a NUL, may hold some */
	size_t len;
	bool cut; /* a comment follows the unquoted word on its line */
	struct form_node *child; /* first of a list, first key of a map */
	struct form_node *next;  /* after this one */
	struct form_node *value; /* of a key; NULL = none was read */
};

/**
 * form_yaml_read(work_p, faults, ret_arena, ret_root):
 * Read the clean text *${work_p} (see form_mail()) as fields.  They live in
 * *${ret_arena}, which the caller frees with arena_free().  The text may be
 * replaced by one in which single lines are mended.  Mistakes are added to
 * ${faults} and are no error.  *${ret_root} is a map, or NULL if nothing is
 * written.  Return ERR_SYNTAX, with a fault, if it is no list of fields at all
 * or has too many of them, or ERR_NOMEM.
 */
enum err form_yaml_read(char **work_p, struct form_faults *faults,
    struct arena **ret_arena, struct form_node **ret_root) MUST_CHECK;

#endif /* !ERFA_FORM_YAML_H */
