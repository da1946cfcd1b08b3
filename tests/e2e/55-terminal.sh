#!/bin/bash
# No text of another's commands the terminal that erfa prints on.
. "$(dirname "$0")/lib.sh"

node_listen hub dk-791
line=$(invite hub fi-297)
/usr/bin/python3 tests/e2e/terminal.py "$WORK/hub/run/control" "$line" \
	>"$WORK/terminal" 2>&1 || BAD=1
cat "$WORK/terminal"
finish
