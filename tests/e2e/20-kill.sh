#!/bin/bash
# kill -9 of a node that is writing, 50 times; the rest is in kill.py.
# timeout: 150
. "$(dirname "$0")/lib.sh"

node_stay hub dk-791
node_stay port no-5501
node_new leaf fi-297
node_up leaf
befriend hub port
befriend port leaf
for name in hub port leaf; do
	node_stop "$name" || die "$name does not end"
done

# The process that kills also starts: a name for its own children is enough.
/usr/bin/python3 tests/e2e/kill.py 50 "$WORK/hub" "$WORK/port" "$WORK/leaf" ||
	BAD=1
finish
