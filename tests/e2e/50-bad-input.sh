#!/bin/bash
# A member that sends what it must not: hostile.py is that member.
. "$(dirname "$0")/lib.sh"

node_listen hub dk-791
node_new leaf no-5501
node_up leaf
befriend hub leaf
publish hub 2

/usr/bin/python3 tests/e2e/hostile.py "$WORK/hub/run/control" "$WORK/hub/log" \
	"${NODE_PID[hub]}" >"$WORK/hostile" 2>&1 || BAD=1
cat "$WORK/hostile"
log=$(sed -n 's/^# unknown kinds stand in //p' "$WORK/hostile")

# The service is unharmed.
publish leaf 2
check "another peer converges" converge 60 hub leaf
check_has "entries of unknown kinds are relayed" "$(positions leaf)" "^$log 5 "
check "and listed" at leaf list --kind all --jsonl --limit 1000
check_has "by their number" "$(grep "$log" <<<"$OUT")" '"kind": *"4711"'
check_has "even if nobody can read their header" \
	"$(grep "$log" <<<"$OUT")" '"state": *"unreadable"'
check "a bundle takes them along" at leaf bundle export "$WORK/all.erfa"
kb=$(sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/${NODE_PID[hub]}/status")
check "the node has stayed small ($kb kB)" test "$kb" -lt $((100000 * SLOW))
same hub leaf
finish
