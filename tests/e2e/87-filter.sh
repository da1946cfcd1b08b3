#!/bin/bash
# Four nodes exchange trials under the filter of system calls of the unit itself:
# libzmq aborts when it is too tight.
# timeout: 240
. "$(dirname "$0")/lib.sh"

UNIT=systemd/erfad.service
FILTERED=$PWD/tests/e2e/filtered.py
why=$("$FILTERED" "$UNIT" --can 2>&1) || {
	skip "four nodes under the unit's filter" "$why"
	finish
}

# The filter is the one meant, and it is in force.
"$FILTERED" "$UNIT" --probe

# program UNIT FILE: make FILE a program that runs erfad under that filter.
program() {
	printf '#!/bin/sh\nexec "%s" "%s" "%s" "$@"\n' \
		"$FILTERED" "$1" "$(command -v erfad)" >"$2"
	chmod +x "$2"
}

# Without the one call that libzmq cannot do without, erfad does not come up: so it
# is the filter that the four nodes below run under.
grep -v '^SystemCallFilter=sched_setscheduler' "$UNIT" >"$WORK/tight.service"
program "$WORK/tight.service" "$WORK/erfad-tight"
node_new tight dk-101
export ERFAD=$WORK/erfad-tight
check "erfad does not start under a filter that is too tight" \
	eval '! node_start tight'

program "$PWD/$UNIT" "$WORK/erfad"
ERFAD=$WORK/erfad tests/e2e/10-four.sh || BAD=1
finish
