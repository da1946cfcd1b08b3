#!/bin/bash
# One log, two stories: found, frozen, both kept; everything else goes on.
. "$(dirname "$0")/lib.sh"

node_stay hub dk-791
node_stay port no-5501
befriend hub port
publish port 2

# A member whose one log has two branches, told to two hubs.
/usr/bin/python3 tests/e2e/fork.py "$WORK/hub/run/control" \
	"$WORK/port/run/control" >"$WORK/fork" 2>&1 || BAD=1
cat "$WORK/fork"
publish port 1
publish hub 1
check "the rest goes on" converge 60 hub port
check_has "status tells the people" "$(at hub status)" "fork"
check "verify finds no damage" at hub verify

# Each has its proof, and the other's: neither a new start nor a second link writes
# one more.
entries=$(status hub entries)
for name in hub port; do
	node_kill "$name"
	node_up "$name"
	check "$name comes back" converge 60 hub port
done
check_same "the fork is proved once by each" "$entries" "$(status hub entries)"

# A clone: the same key and store run twice, in one boot, both with their fence.
node_new leaf fi-297
node_up leaf
befriend hub leaf
publish leaf 2
check "all converge" converge 30 hub port leaf
node_end leaf
cp -a "$WORK/leaf" "$WORK/clone"
sed -i "s,$WORK/leaf/,$WORK/clone/," "$WORK/clone/erfad.conf"
node_up leaf
publish leaf 2
node_end leaf
node_up clone
publish clone 2
check "the clone and the others converge" converge 60 hub port clone
check_same "its store is another file: it began a log of its own" 2 \
	"$(status clone incarnations)"
check_same "and nothing was forked" 3 "$(status hub logsFrozen)"
check_same "all that either said is there" 15 "$(status hub trials)"
finish
