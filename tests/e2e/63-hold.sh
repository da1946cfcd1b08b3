#!/bin/bash
# A node that cannot rule out that it was set back serves no body until somebody who
# knew it is in step with it.  That it published since, and has a fence again, does not
# end that; nor does who has its old log from itself alone.
. "$(dirname "$0")/lib.sh"

hold() {
	/usr/bin/python3 tests/e2e/hold.py "$WORK/hub/run/control" "$WORK/keys" "$1" ||
		BAD=1
}

node_stay hub dk-791
publish hub 1
hold join
node_end hub
rm "$WORK/hub/run/fence"
node_up hub
hold held
publish hub 1
check_same "it has begun a new log" 2 "$(status hub incarnations)"
node_kill hub
node_up hub
check_same "its fence is good" 2 "$(status hub incarnations)"
hold still
node_kill hub
node_up hub
hold known
node_end hub
node_up hub
hold over

# Files put back in their own place, under the fence of this boot: the log of the hub
# is whole, but what it took from port since is gone.
node_listen port dk-751
befriend hub port
check "port is in step" converge 30 hub port
node_end hub
mkdir "$WORK/copy"
cp "$WORK"/hub/state/*.mdb "$WORK/hub/state/keys" "$WORK/copy/"
node_up hub
publish port 1
check "the hub has taken what port published" converge 30 hub port
node_end port
node_end hub
for file in "$WORK"/copy/*; do
	cat "$file" >"$WORK/hub/state/${file##*/}"
done
node_up hub
hold back
node_up port
hold over
finish
