#!/bin/bash
# Too much of everything, from a member and from users of the machine; then the
# end in the midst of work.
. "$(dirname "$0")/lib.sh"

flood() {
	/usr/bin/python3 tests/e2e/floods.py "$@" || BAD=1
}

node_listen hub dk-791
node_new leaf no-5501
node_up leaf
befriend hub leaf
publish hub 2
check "the two are in step" converge 30 hub leaf

flood hellos "$WORK/hub/run/control" "${NODE_PID[hub]}"
flood twins "$WORK/hub/run/control"
flood requests "$WORK/hub/run/control"
flood heavy "$WORK/hub/run/control"
flood watch "$WORK/hub/run/control"
flood endless "$WORK/hub/run/control" "$WORK/hub/log" "${NODE_PID[hub]}"
publish leaf 2
check "another member has noticed nothing" converge 30 hub leaf

# Asked to end while several write: soon, in order, and nothing is lost.
# shellcheck disable=SC2317 # called in the background below
writer() {
	local i id
	for ((i = 1; i <= 200; i++)); do
		id=$(trial "writer $1 $i" | at hub publish --yes --json - \
			2>/dev/null | field id) || return
		[ -n "$id" ] || return
		echo "$id" >>"$WORK/kept.$1"
	done
}
for w in 1 2 3; do
	: >"$WORK/kept.$w"
	helper writer $w
done
check_same "several write" 5 "$(timeout $((20 * SLOW)) tail -n +1 -F \
	"$WORK/kept.3" 2>/dev/null | sed 5q | wc -l)"
begin=$(date +%s%N)
node_end hub
took=$((($(date +%s%N) - begin) / 1000000))
check "erfad ends soon in the midst of it ($took ms)" test "$took" -lt $((10000 * SLOW))
wait "${HELPERS[@]}" 2>/dev/null
node_up hub
check "it is well again" converge 30 hub
at hub list --jsonl --limit 1000 | grep -oE '"fullId": *"[^"]*"' |
	grep -oE 'dk-791/[0-9a-z]*' | sort >"$WORK/held"
sort "$WORK"/kept.* >"$WORK/kept"
check_same "all that was acknowledged is there" "" \
	"$(comm -13 "$WORK/held" "$WORK/kept")"
check "which is not nothing" test "$(wc -l <"$WORK/kept")" -ge 5
check_same "in the same log" 1 "$(status hub incarnations)"
finish
