#!/bin/bash
# While signing pauses, because all links broke together, members come and go all
# the same: what was accepted counts here before it is signed.
. "$(dirname "$0")/lib.sh"

node_listen hub dk-791
node_new port no-5501 --listen 127.0.0.1:0
sed -i 's/^pause_ms = .*/pause_ms = 600000/' "$WORK/port/erfad.conf"
node_up port
befriend hub port
check "the two are in step" converge 30 hub port
key=$(status hub key)

node_end hub
check "the port notices" await "$WORK/port/log" "signing pauses" 30
check "it can remove the hub meanwhile" at port peers remove dk-791 --yes
/usr/bin/python3 tests/e2e/strangers.py refused "$WORK/port/run/control" \
	"$WORK/hub/node.key" || BAD=1

node_new leaf fi-297
node_up leaf
befriend port leaf
check "it can admit a leaf meanwhile" converge 30 port leaf
check_same "which makes signing go on" 0 "$(status port outbox)"
# The leaf computes who is in as soon as it has the entry, not before.
# shellcheck disable=SC2317 # check calls it
is_out() {
	at leaf peers --json | tr '{' '\n' | grep "$key" | grep -q '"removed":true'
}
check "the hub is out for the leaf, too" await_at leaf is_out
finish
