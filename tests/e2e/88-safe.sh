#!/bin/bash
# Backups that take long, clocks that were wrong, disks that are full: what was made is
# kept and known, and what is brought back is all of it or nothing.
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
LATER=$B/tests/compat/erfad
ERFA_LATER_DAYS=400 ERFAD=$LATER node_up v
check "a backup is made with a clock that is ahead" at v backup "$WORK/ahead.erfab"
check_same "and nothing is wrong" "" "$(at v status | grep '(backup)')"
node_end v
ERFA_LATER_DAYS=4 ERFAD=$LATER node_up v
check_has "that does not hide that the last one is too old" "$(at v status)" \
	"too old \(backup\), since 20"
for file in $(at v backup --list --json | grep -oE '"file": *"[^"]*"' | cut -d '"' -f 4); do
	[ "$file" = "$WORK/ahead.erfab" ] || at v backup --forget "$file" >/dev/null 2>&1
done
check_has "if there are only such, it is told" "$(at v status)" \
	"backups are dated in the future.* \(backup\)"
check "then one is made" at v backup "$WORK/again.erfab"
check_same "and nothing is wrong" "" "$(at v status | grep '(backup)')"
node_end v

# --- Settings in files of their own come back too, to an empty machine.

node_new w dk-657
mkdir "$WORK/w/conf.d" "$WORK/srv"
printf '[node]\nstate = %s\n' "$WORK/srv/erfa" >"$WORK/w/conf.d/disk.conf"
printf '[node]\nbackup_to = %s\nbackup_dir = %s\n' "$R" "$WORK" >"$WORK/w/conf.d/nightly.conf"
mv "$WORK/w/state" "$WORK/srv/erfa"
node_up w
publish w 2
entries=$(status w entries)
check "a backup is made by the settings" at w backup --json
file=$(field file <<<"$OUT")
node_end w
mkdir "$WORK/before"
cp -a "$WORK/w/erfad.conf" "$WORK/w/node.key" "$WORK/w/conf.d" "$WORK/before"

# empty: nothing of the node is on the machine.
empty() {
	rm -rf "$WORK/w/erfad.conf" "$WORK/w/node.key" "$WORK/w/conf.d" "$WORK/srv/erfa"
}

# as_before WHAT: all settings and the key are there as they were.
as_before() {
	check "$1 with conf.d" diff -r "$WORK/before/conf.d" "$WORK/w/conf.d"
	check "and erfad.conf" cmp "$WORK/before/erfad.conf" "$WORK/w/erfad.conf"
	check "and the key" cmp "$WORK/before/node.key" "$WORK/w/node.key"
}

empty
check "it is restored to an empty machine" "$ERFA" restore "$file" \
	--key "$WORK/secret" --json
check_has "it tells of each file" "$OUT" "$WORK/w/conf.d/nightly.conf"
as_before "it is restored"
node_up w
check_same "erfad finds the store by them" "$entries" "$(status w entries)"
check_same "and who can read backups" "$R" "$(at w backup --list --json | field to)"
node_end w

# What is there stays, and it is told if it is another one.
rm -rf "$WORK/srv/erfa" "$WORK/w/conf.d/disk.conf" "$WORK/w/node.key"
echo '# mine' >>"$WORK/w/conf.d/nightly.conf"
cp "$WORK/w/conf.d/nightly.conf" "$WORK/mine"
check "it is restored to where some settings are" "$ERFA" restore "$file" \
	--key "$WORK/secret"
check_has "it is told which one is another" "$OUT" \
	"nightly.conf is another one than in the backup"
check_same "and nothing of one that is the same" "" \
	"$(grep 'erfad.conf is another' <<<"$OUT")"
check "that one stays" cmp "$WORK/mine" "$WORK/w/conf.d/nightly.conf"
check "the others come" cmp "$WORK/before/conf.d/disk.conf" "$WORK/w/conf.d/disk.conf"
check "all are in a folder of its own" "$ERFA" restore "$file" --key "$WORK/secret" \
	--dir "$WORK/all" --json
check_has "and told" "$OUT" "$WORK/all/conf.d/nightly.conf"
rm -rf "$WORK/srv/erfa"
echo 'x' >>"$WORK/w/node.key"
check_status "another key stands in the way" 73 "$ERFA" restore "$file" \
	--key "$WORK/secret"
check_has "and is kept" "$OUT" "holds another key"

# --- No room for the settings; nothing half-written is taken for them afterwards.

empty
: >"$WORK/w/node.key.new"
check "what an earlier try left half-way" "$ERFA" restore "$file" --key "$WORK/secret"
as_before "is of no use"
check_same "and is gone" "" "$(find "$WORK/w" "$WORK/srv" -name '*.new' -o -name '*.part')"
space=
for space in -m -Urm none; do
	unshare "$space" true 2>/dev/null && break
done
if [ "$space" = none ]; then
	skip "a full disk" "this machine does not allow namespaces"
	finish
fi
empty
export WORK ERFA
unshare "$space" bash >"$WORK/inside" 2>&1 <<'INSIDE'
mount -t tmpfs -o size=40k tmpfs "$WORK/w" || echo "no tmpfs"
for kib in 36 40; do
	head -c "${kib}k" /dev/zero >"$WORK/w/full"
	"$ERFA" restore "$WORK"/dk-657-*.erfab --key "$WORK/secret"
	echo "ended: $?"
	find "$WORK/w" "$WORK/srv" -mindepth 1 ! -name full | sed 's/^/left: /'
done
rm "$WORK/w/full"
"$ERFA" restore "$WORK"/dk-657-*.erfab --key "$WORK/secret" || echo "with room: $?"
cp -a "$WORK/w" "$WORK/after"
INSIDE
said=$(cat "$WORK/inside")
check_same "without room nothing is restored" 2 "$(grep -c '^ended: 73$' <<<"$said")"
check_has "without room for the settings" "$said" "disk is full: $WORK/w/erfad.conf"
check_has "nor for the key" "$said" "disk is full: $WORK/w/node.key"
check_same "and leaves nothing behind" "" "$(grep '^left:' <<<"$said")"
check_same "with room all is" "" "$(grep '^with room' <<<"$said")"
mv "$WORK/after/"* "$WORK/w/"
as_before "it is restored"
node_up w
check_same "it goes on" "$entries" "$(status w entries)"
finish
