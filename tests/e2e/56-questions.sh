#!/bin/bash
# A person at a terminal writes a trial with four answers, is asked again for what
# does not fit, loses nothing, and adapts a neighbour's.
. "$(dirname "$0")/lib.sh"

node_listen viborg dk-791 --name "Viborg Kommune"
node_new tromso no-5501 --name "Tromsø kommune"
node_up tromso
befriend viborg tromso
/usr/bin/python3 tests/e2e/questions.py "$WORK/viborg/run/control" \
	"$WORK/tromso/run/control" >"$WORK/questions" 2>&1 || BAD=1
cat "$WORK/questions"
finish
