#!/bin/bash
# Misbehaviour shows: status tells who claims what it cannot show, who does not take
# up what others have, who is silent, and who sends more than its share, since when,
# and what to do.  Nothing is rejected, and the others go on.
# timeout: 180
. "$(dirname "$0")/lib.sh"

node_new hub dk-791 --listen 127.0.0.1:0
sed -i "s/^have_ms.*/have_ms = $((200 * SLOW))/; s/^get_ms.*/get_ms = $((1000 * SLOW))/; s/^silence_ms.*/silence_ms = 120000/" \
	"$WORK/hub/erfad.conf"
node_set hub "beacon_ms = $((1000 * SLOW))"
node_up hub
node_new leaf no-5501
node_set leaf "beacon_ms = $((1000 * SLOW))"
node_up leaf
befriend hub leaf
publish hub 2
check "the two are in step" converge 30 hub leaf
check_same "nothing is wrong" "" "$(status hub code)"

# silent ORG: wait until members say so.
# shellcheck disable=SC2317 # called by check
silent() {
	local until=$((SECONDS + 60 * SLOW))
	until at hub members | grep -q "$1.*silent"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		at hub watch --count 1 --wait 1 >/dev/null 2>&1
	done
	return 0
}

/usr/bin/python3 tests/e2e/alarms.py "$WORK/hub/run/control" \
	"$WORK/leaf/run/control" || BAD=1
check_has "status tells people since when" "$(at hub status)" ', since [0-9]'
check_has "health counts it" "$(at hub health)" 'WARNING'
check_has "and so do the metrics" "$(at hub metrics)" \
	'erfa_origins_over_budget 1'
node_end leaf
check "who is off is silent before long" silent no-5501
node_up leaf
publish leaf 1
check "the others go on" converge 60 hub leaf
finish
