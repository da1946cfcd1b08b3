#ifndef ERFA_FORM_QUOTE_H
#define ERFA_FORM_QUOTE_H

/*
 * form_quote - a text as YAML that a person can edit and that reads back as the
 * same text.
 */

#include <stdbool.h>

#include "proto/jsontext.h"

/**
 * form_quote(out, text, indent, block, plain):
 * Append the valid UTF-8 ${text}, to stand after "field: " or "- ": as it is if
 * that is safe, else in double quotes; as a block ("|") of lines indented by
 * ${indent} blanks if ${block}, or if it has several lines, and it can be one.
 * Only with ${plain} may it look like a number or a word that YAML has a
 * meaning for.  No newline follows.
 */
void form_quote(struct jsontext *out, const char *text, unsigned indent,
    bool block, bool plain);

#endif /* !ERFA_FORM_QUOTE_H */
