#!/bin/bash
# Everything converges when PUB keeps nine of ten NOTEs to itself.
. "$(dirname "$0")/lib.sh"

for name in hub:dk-791 port:no-5501; do
	node_new "${name%:*}" "${name#*:}" --listen 127.0.0.1:0
	node_test "${name%:*}" "drop_notes_percent = 90"
	node_up "${name%:*}"
done
node_new leaf fi-297
node_up leaf
check_same "the setting is in force" true "$(status hub test)"
befriend hub port
befriend port leaf

for name in hub port leaf; do
	publish "$name" 10 &
	HELPERS+=($!)
done
wait "${HELPERS[@]}"
check "all converge" converge 60 hub port leaf
check_same "all is there" 30 "$(status leaf trials)"
same hub port leaf
finish
