#!/bin/bash
# A data directory is copied and started on a second machine: one key, two nodes.
# Neither loses anything, no log forks, both and the hub name it while it lasts; and
# when one is stopped, the other is in step again by itself.
. "$(dirname "$0")/lib.sh"

# says NAME PATTERN, is_quiet NAME: wait until status has this, or no problem.
# shellcheck disable=SC2317 # called by check
says() {
	local until=$((SECONDS + 60 * SLOW))
	until at "$1" status --json | grep -q "$2"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		at hub watch --count 1 --wait 1 >/dev/null 2>&1
	done
	return 0
}
# shellcheck disable=SC2317 # called by check
is_quiet() {
	local until=$((SECONDS + 60 * SLOW))
	while at "$1" status --json | grep -q '"code": *"double"\|HELLO'; do
		[ "$SECONDS" -lt "$until" ] || return 1
		at hub watch --count 1 --wait 1 >/dev/null 2>&1
	done
	return 0
}

node_new hub dk-791 --listen 127.0.0.1:0
node_set hub "beacon_ms = $((8000 * SLOW))"
node_up hub
node_new leaf fi-297
sed -i "s/^have_ms.*/have_ms = $((200 * SLOW))/" "$WORK/leaf/erfad.conf"
node_up leaf
befriend hub leaf
publish leaf 2
check "both are in step" converge 30 hub leaf
node_end leaf
cp -a "$WORK/leaf" "$WORK/twin"
sed -i "s#$WORK/leaf#$WORK/twin#" "$WORK/twin/erfad.conf"
node_up leaf
node_up twin
publish twin 1
publish leaf 1
for name in leaf twin; do
	check "$name names it" says "$name" '"code": *"double"'
	check_has "$name tells what to do" "$(at "$name" status)" \
		"Stop one of them"
	check_same "$name blames nobody else" "" \
		"$(at "$name" status | grep HELLO)"
done
check "what the copy says reaches the hub" shows hub 4
publish leaf 1
check "the hub names whose key it is" says hub '"code": *"double"'
check_has "and what to do" "$(at hub status)" "Telephone them"
check_same "nothing is forked" 0 "$(status hub logsFrozen)"

node_end twin
check "with one of them off, the other is in step" converge 60 hub leaf
check "and says nothing any more" is_quiet leaf
check "nor does the hub" is_quiet hub
check "nothing is lost" shows hub 5
same hub leaf

# A new log after a lost fence is nobody's second machine, from its first entry on.
node_new lone no-5501
node_set lone "beacon_ms = $((8000 * SLOW))"
sed -i "s/^have_ms.*/have_ms = 60000/" "$WORK/lone/erfad.conf"
node_up lone
publish lone 2
node_end lone
rm "$WORK/lone/run/fence"
node_up lone
at lone watch --count 1 --wait 1 >/dev/null 2>&1 # it looks for alarms first
publish lone 1
check_same "a new log was begun" 2 "$(status lone incarnations)"
check_same "and nobody is blamed for it" "" \
	"$(at lone status --json | grep '"code": *"double"')"
finish
