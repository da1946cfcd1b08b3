#!/bin/bash
# Backups that take long, and clocks that were wrong: what was made is kept and known.
. "$(dirname "$0")/lib.sh"

node_new v dk-791 --name "Viborg Kommune"
node_up v
publish v 3

# --- One that takes long.

/usr/bin/python3 tests/e2e/given.py "$WORK/v/run/control" || BAD=1

# --- Files that a clock dated which was ahead, or is behind now.

check "a key is made" at v backup --new-key "$WORK/secret" --json
R=$(field recipient <<<"$OUT")

# dated STAMP...: files of these times, and no others.
dated() {
	rm -rf "$WORK/many"
	mkdir "$WORK/many"
	for stamp; do
		: >"$WORK/many/dk-791-${stamp}T030000Z.erfab"
	done
}

# left: those that remain of them.
left() {
	(cd "$WORK/many" && find . -size 0 -printf '%f\n' | sort | grep -oE '[0-9]{8}' | xargs)
}

dated 20990101
check "one that is dated in the future stands there" at v backup "$WORK/many" \
	--to "$R" --keep 1 --json
made=$(field file <<<"$OUT")
check "what was made just now stays" test -s "$made"
check_has "and is on the list" "$(at v backup --list)" "$made"
check_same "the other one goes" "" "$(left)"
dated 20200101 20200102 20990101 20990102
check "of several" at v backup "$WORK/many" --to "$R" --keep 4 --json
check "what was made just now stays" test -s "$(field file <<<"$OUT")"
check_same "and the first goes that was dated in the future" "20200101 20200102 20990102" \
	"$(left)"
dated 20200101
soon=$(date -u -d '+12 hours' +%Y%m%dT%H%M%SZ)
: >"$WORK/many/dk-791-$soon.erfab"
check "a clock beside it that is some hours ahead" at v backup "$WORK/many" \
	--to "$R" --keep 2
check_same "costs nobody a backup" "${soon%T*}" "$(left)"
node_end v

# --- A clock of erfad that was ahead: status tells what is so.

node_set v "[node]" "backup_to = $R"
ERFAD=$B/tests/compat/erfad
ERFA_LATER_DAYS=400 node_up v
check "a backup is made with a clock that is ahead" at v backup "$WORK/ahead.erfab"
check_same "and nothing is wrong" "" "$(at v status | grep '(backup)')"
node_end v
ERFA_LATER_DAYS=4 node_up v
check_has "that does not hide that the last one is too old" "$(at v status)" \
	"too old \(backup\), since 20"
for file in $(at v backup --list --json | grep -oE '"file": *"[^"]*"' | cut -d '"' -f 4); do
	[ "$file" = "$WORK/ahead.erfab" ] || at v backup --forget "$file" >/dev/null
done
check_has "if there are only such, it is told" "$(at v status)" \
	"backups are dated in the future.* \(backup\)"
check "then one is made" at v backup "$WORK/again.erfab"
check_same "and nothing is wrong" "" "$(at v status | grep '(backup)')"
finish
