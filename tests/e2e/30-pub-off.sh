#!/bin/bash
# Everything converges with PUB switched off: NOTEs only make it faster.
. "$(dirname "$0")/lib.sh"

for name in hub:dk-791 port:no-5501; do
	node_new "${name%:*}" "${name#*:}" --listen 127.0.0.1:0
	sed -i 's/^listen *=.*/&\npub = no/' "$WORK/${name%:*}/erfad.conf"
	node_up "${name%:*}"
done
node_new leaf fi-297
node_up leaf
befriend hub port
befriend hub leaf
check_same "the hub has no PUB" 0 "$(status hub pubPort)"

for name in hub port leaf; do
	publish "$name" 10 &
	HELPERS+=($!)
done
wait "${HELPERS[@]}"
check "all converge" converge 60 hub port leaf
check_same "all is there" 30 "$(status leaf trials)"
same hub port leaf
finish
