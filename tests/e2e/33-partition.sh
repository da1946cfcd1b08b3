#!/bin/bash
# Two hubs that lose each other, with a leaf that dials both, and without it.
. "$(dirname "$0")/lib.sh"

# The hubs reach each other through a relay, which can be frozen: nothing comes
# through then, and nobody is told.
node_listen north no-5501
node_listen south dk-791
mkfifo "$WORK/relay"
exec 8<>"$WORK/relay"
helper /usr/bin/python3 tests/e2e/relay.py "$(status south listen)" >"$WORK/relay"
relay=$!
read -r -t 20 port <&8 || die "the relay does not start"
line=$(invite south no-5501 --address "127.0.0.1:$port")
at north join --yes "$line" >/dev/null || die "north cannot join south"

node_new leaf fi-297
node_up leaf
befriend north leaf
check "all converge" converge 30 north south leaf
befriend south leaf
check_same "the leaf dials two hubs" 2 \
	"$(at leaf peers --json | grep -o '"direction": *"upstream' | wc -l)"

kill -STOP "$relay"
for name in north south leaf; do
	publish "$name" 5 &
	pids+=($!)
done
wait "${pids[@]}"
check "parted, they converge through the leaf" converge 60 north south leaf
check_same "all is there" 15 "$(status south trials)"

node_end leaf
publish north 5
publish south 5
check_same "without the leaf, south does not have what north said" 20 \
	"$(status south trials)"
kill -CONT "$relay"
check "healed, the hubs converge" converge 60 north south
node_up leaf
check "and the leaf with them" converge 60 north south leaf
check_same "all is there" 25 "$(status leaf trials)"
same north south leaf
finish
