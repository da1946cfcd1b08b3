#!/bin/bash
# What programs read: every command that can run prints, with --json, one document
# that says by a schema what it is.
. "$(dirname "$0")/lib.sh"

export VISUAL=false EDITOR=false

node_listen v dk-791 --name "Viborg Kommune"
/usr/bin/python3 tests/e2e/documents.py "$WORK/v/run/control" "$WORK" \
	>"$WORK/documents" 2>&1 || BAD=1
cat "$WORK/documents"
finish
