#!/bin/bash
# Backups that take long: what was made is kept and known.
. "$(dirname "$0")/lib.sh"

node_new v dk-791 --name "Viborg Kommune"
node_up v
publish v 3

# --- One that takes long.

/usr/bin/python3 tests/e2e/given.py "$WORK/v/run/control" || BAD=1
finish
