#!/bin/bash
# A hub is restarted, once by request and once by kill, while all publish.
. "$(dirname "$0")/lib.sh"

node_stay hub dk-791
node_new left no-5501
node_new right fi-297
node_up left
node_up right
befriend hub left
befriend hub right

for name in left right; do
	publish "$name" 30 &
	HELPERS+=($!)
done
publish hub 3
node_end hub
node_up hub
publish hub 3
node_kill hub
node_up hub
publish hub 3
wait "${HELPERS[@]}"
check "all converge" converge 60 hub left right
check_same "all is there" 69 "$(status right trials)"
for name in hub left right; do
	check_same "$name has gone on with its log" 1 "$(status "$name" incarnations)"
done
same hub left right
finish
