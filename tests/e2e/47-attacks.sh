#!/bin/bash
# The attacks of the threat model on the real program; each check names the one that
# it proves.  Others stand elsewhere: T3 and T19 in 40-strangers, T4, T6 (bombs of
# protobuf) and T11 in 50-bad-input, T6 (a message that never ends) in 45-floods, T7
# in 60-fork, T8 and T21 in 46-alarms, T9 in 84-erase, T24 in the bench of a hub.
# timeout: 240
. "$(dirname "$0")/lib.sh"

node_listen hub dk-791
node_new leaf no-5501
node_up leaf
befriend hub leaf
publish hub 2
check "the two are in step" converge 30 hub leaf
hub=${NODE_PID[hub]} leaf=${NODE_PID[leaf]}

/usr/bin/python3 tests/e2e/attacks.py "$WORK/hub/run/control" "$hub" || BAD=1

# T29: who stands still with a full queue, on either side, brings nobody down.
kill -STOP "$leaf"
publish hub 80
kill -CONT "$leaf"
check "T29: a member that stood still catches up" shows leaf \
	"$(status hub trials)" 60
kill -STOP "$hub"
publish leaf 3
check "T29: a member notices that its hub stands still" \
	await "$WORK/leaf/log" "does not answer|pauses" 60
kill -CONT "$hub"
publish leaf 1
check "T29: and both go on" converge 60 hub leaf
check_same "T29: nobody was started anew" "$hub $leaf" \
	"${NODE_PID[hub]} ${NODE_PID[leaf]}"
check "the hub is well" at hub status
check "and verify finds nothing" at hub verify
finish
