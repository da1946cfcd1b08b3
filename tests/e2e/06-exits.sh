#!/bin/bash
# Every exit code that "erfa help exit" and erfad(8) name, provoked once.
. "$(dirname "$0")/lib.sh"

unset ERFA_SOCKET ERFA_LANG
PROVOKED=

# ends STATUS NAME COMMAND...
ends() {
	local wanted=$1 name=$2
	shift 2
	PROVOKED+="$wanted "
	check_status "$wanted: $name" "$wanted" "$@"
}

# exit_with STATUS: end like what was waited for.
# shellcheck disable=SC2317
exit_with() {
	return "$1"
}

node_listen v dk-791
socket=$WORK/v/run/control
id=$(at v new --title Teams --summary x --sector school --yes --json | field id)
echo '{"trial": {"titel": "x"}}' >"$WORK/bad.json"

ends 0 "done" at v list
ends 1 "no better code: nothing was changed" \
	at v edit "$id" --set title=Teams --yes
ends 64 "no such command" "$ERFA" serach
ends 65 "a record that is none" at v publish --yes "$WORK/bad.json"
ends 66 "no such trial" at v show dk-791/zzzzzzzz
ends 69 "erfad is not there" "$ERFA" --socket "$WORK/none" status
ends 73 "it is there already" "$ERFA" init --org dk-791 --dir "$WORK/v"
ends 75 "nothing came in this time" at v watch --count 1 --wait 1
ends 76 "another version" at v bundle import - <<<erfa/9/bundle
ends 77 "a folder that is not yours" "$ERFA" init --org dk-791 --dir /sys/erfa
ERFA_DATA=$WORK ends 78 "tables are missing" \
	at v import tests/corpus/trials.jsonl

# A mistake of the program itself, which nobody can order: a signal stands for it.
ulimit -c 0
"$ERFA" --socket "$socket" watch >"$WORK/watched" 2>&1 &
watching=$!
HELPERS+=("$watching")
# Until it is erfa it is a copy of this shell, and catches signals, too; then bit 5
# of its caught signals is SIGABRT.
until [[ $(readlink "/proc/$watching/exe") == */erfa ]] &&
	(((0x$(awk '/^SigCgt/ { print $2 }' "/proc/$watching/status") >> 5) & 1)); do
	at v watch --count 1 --wait 1 >/dev/null 2>&1
done
kill -ABRT "$watching"
status=0
wait "$watching" || status=$?
ends 70 "a mistake in the program" exit_with "$status"
check_has "it says so, and that it is not yours" "$(cat "$WORK/watched")" \
	"mistake in erfa .*not yours"

check_same "these are all that erfa help exit names" \
	"$("$ERFA" help exit | awk '{ print $1 }' | sort -n | paste -s -d ' ')" \
	"$(tr ' ' '\n' <<<"$PROVOKED" | grep . | sort -n | paste -s -d ' ')"

# Those of the daemon.
cp "$WORK/v/erfad.conf" "$WORK/v/bad.conf"
echo "lisen = x" >>"$WORK/v/bad.conf"
check_status "erfad: 64: wrong option" 64 "$ERFAD" --frobnicate
check_status "erfad: 75: another erfad holds the store" 75 \
	"$ERFAD" --config "$WORK/v/erfad.conf"
check_status "erfad: 78: wrong settings" 78 "$ERFAD" --config "$WORK/v/bad.conf"
chmod 644 "$WORK/v/node.key"
status=0
node_stop v || status=$?
check_same "erfad: 0: it was asked to end" 0 "$status"
check_status "erfad: 78: a key that others can read" 78 \
	"$ERFAD" --config "$WORK/v/erfad.conf"
finish
