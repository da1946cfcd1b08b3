#!/bin/bash
# An origin that sends more than a day's budget comes after all others, and comes:
# its bodies are all fetched, and somebody else's between them.
. "$(dirname "$0")/lib.sh"

MANY=3000 # the budget is 2,000

node_stay hub dk-791
node_new leaf no-5501
node_up leaf
befriend hub leaf
publish leaf 1
check "the two are in step" converge 30 hub leaf
node_end hub
check "a node writes more than its budget" \
	"$B/tests/bench/bench_fill" fill "$WORK/hub" $MANY 600
node_up hub
publish leaf 1
check "all of it arrives, with bodies" converge 60 hub leaf
check_same "the other's as well" 2 "$(at hub export --proto | grep -c '"leaf 1"')"
check_has "and the plenty is told" "$(at leaf status)" "has sent 3[0-9]* entries"
finish
