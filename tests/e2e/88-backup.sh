#!/bin/bash
# Backups: made while the node writes, read back, refused when anything of them was
# changed; restored with hubs up, one down and all down nothing forks, nothing that
# others had is lost and nobody is asked; what was erased since stays erased.  Copies
# of the state folder: of one moment they are used, of several they are refused.
# timeout: 240
. "$(dirname "$0")/lib.sh"

SECRET="Skyggegartnerens uopsigelige haveplan"
corpus=tests/corpus/trials.jsonl

# lines TAG COUNT: so many lines to import, with ids of their own.
lines() {
	local left=$2 round=0 some
	while [ "$left" -gt 0 ]; do
		some=$((left < 138 ? left : 138))
		sed -n "1,${some}s/{\"id\": \"/&$1-$round-/p" "$corpus"
		left=$((left - some))
		round=$((round + 1))
	done
}

# fill NAME TAG COUNT: import so many.
fill() {
	lines "$2" "$3" >"$WORK/lines"
	at "$1" import --quiet "$WORK/lines" >/dev/null 2>&1 ||
		not_ok "$1 imports" "$2"
}

# backup NAME FILE: a sealed one.
# shellcheck disable=SC2317 # called by check
backup() {
	at "$1" backup "$2" --to "$R" --json
}

# restore FILE [OPTION...]
# shellcheck disable=SC2317 # called by check
restore() {
	"$ERFA" restore "$1" --key "$WORK/secret" "${@:2}"
}

# gone WHAT: nothing half-written is left.
gone() {
	check_same "$1 leaves nothing behind" "" \
		"$(find "$WORK" -name '*.part' -o -name '*.restored' -o -name backup.tmp)"
}

# indexed NAME: wait until its index knows all it holds.
# shellcheck disable=SC2317 # called by check
indexed() {
	local until=$((SECONDS + 60 * SLOW))
	until at "$1" sync --json 2>/dev/null | grep -qE '"clean": *true'; do
		[ "$SECONDS" -lt "$until" ] || return 1
		at "$1" watch --count 1 --wait 1 >/dev/null 2>&1
	done
	return 0
}

# --- A key, and what is said to those who forget something.

node_new v dk-791 --name "Viborg Kommune"
node_up v
check "a key is made" at v backup --new-key "$WORK/secret" --json
R=$(field recipient <<<"$OUT")
check_has "with a recipient" "$R" '^eb[0-9a-z]{55}$'
check_same "for its owner only" 600 "$(stat -c %a "$WORK/secret")"
check "another one" at v backup --new-key "$WORK/other" --json
check_status "none is overwritten" 73 at v backup --new-key "$WORK/secret"
check_status "it must be said who can read it" 64 at v backup "$WORK/b"
check_has "and how" "$OUT" "new-key"
check_status "a recipient with a slip is none" 64 at v backup "$WORK/b" --to "${R}x"
check_status "sealed or not" 64 at v backup "$WORK/b" --to "$R" --plain
check_status "there must be a folder" 73 at v backup "$WORK/no/b" --to "$R"
# A folder that a service may only read: in a mount namespace of its own.
cat >"$WORK/readonly" <<-'END'
	mount -t tmpfs tmpfs "$1" && mount -o remount,ro "$1" && shift && exec "$@"
END
mkdir "$WORK/still"
if unshare -Urm true 2>/dev/null; then
	check_status "it must be one that can be written" 77 \
		unshare -Urm sh "$WORK/readonly" "$WORK/still" "$ERFA" \
		--socket="$WORK/v/run/control" backup "$WORK/still/b" --to "$R"
	check_has "or the service be allowed to" "$OUT" "ReadWritePaths=FOLDER"
else
	skip "a read-only folder" "this machine does not allow namespaces"
fi
check "the list is empty" at v backup --list
check_has "and says how to begin" "$OUT" "erfa backup"
fill v a 40
check "a trial is published" at v new --title "Haver" --summary "$SECRET" \
	--sector elder_care --json --yes
secret=$(field id <<<"$OUT")
check "a draft is kept" at v adapt "$secret" --title "Et udkast" --summary "Ord."
check "and one of the trial itself" at v edit "$secret" --set "mandate=Udkast alene"
check_has "it is a draft" "$(at v drafts --json)" "$secret"
check "and a group" at v group create Haveråd dk-791 --yes
check "a backup is made" backup v "$WORK/b.erfab"
check_same "of all entries" "$(status v entries)" "$(field entries <<<"$OUT")"
check_same "for its owner only" 600 "$(stat -c %a "$WORK/b.erfab")"
check_status "which is not overwritten" 73 backup v "$WORK/b.erfab"
check "also as a folder" at v backup "$WORK/plain" --plain
check_same "for its owner only" 700 "$(stat -c %a "$WORK/plain")"
check_has "and how to come back from it" "$OUT" "^  erfa restore $WORK/plain\$"
check "the list shows them" at v backup --list
check_has "by name" "$OUT" "$WORK/b.erfab"
check_has "status tells of the last" "$(at v status)" "^Backup +20"
mkdir "$WORK/many"
for day in 01 02 03; do
	: >"$WORK/many/dk-791-202001${day}T030000Z.erfab"
done
: >"$WORK/many/other-20200101T030000Z.erfab"
check "older ones are removed" at v backup "$WORK/many" --to "$R" --keep 2
check_same "by name, and no others" "./dk-791-20200103T030000Z.erfab
./other-20200101T030000Z.erfab" "$(cd "$WORK/many" && find . -name '*-2020*' | sort)"
check_status "what is not on the list is not forgotten" 66 at v backup --forget "$WORK/none"
check "what is destroyed is" at v backup --forget "$WORK/plain" --json
check_same "and leaves the list" "" "$(grep -o "$WORK/plain" <<<"$OUT")"
(
	trap '' XFSZ
	ulimit -f 200
	at v backup "$WORK/full.erfab" --to "$R" 2>"$WORK/full.err"
)
check_same "with a full disk there is none" 73 $?
check_has "and it is said" "$(cat "$WORK/full.err")" "disk is full"
gone "a full disk"

# --- What is said of the last one: nothing to those who did not set backups up.

node_new o dk-657
node_up o
check "a timer makes none before that" at o backup --scheduled
check_has "and says why" "$OUT" "backup_to is not set"
check_has "status has none" "$(at o status)" "^Backup +erfa knows of none"
check_same "and finds nothing wrong" "" "$(at o status | grep '(backup)')"
check_has "metrics tell that" "$(at o metrics)" "^erfa_backup_timestamp_seconds 0$"
mkdir "$WORK/o.backups" "$WORK/o/conf.d"
printf '[node]\nbackup_to = %s\nbackup_dir = %s\n' "$R" "$WORK/o.backups" \
	>"$WORK/o/conf.d/backup.conf"
check_status "a timer fails on what erfad has not read yet" 78 at o backup --scheduled
check_has "and says what to do" "$OUT" "erfa reload"
check "they are set up" at o reload
check_has "that there is none is told" "$(at o status)" "erfa knows of none \(backup\)"
check_has "to a monitoring system too" "$(at o health)" "WARNING.*backup: backups are set up"
check "a timer makes one" at o backup --scheduled --quiet
check_same "and nothing is wrong" "" "$(at o status | grep '(backup)')"
check "it is destroyed" rm "$WORK"/o.backups/*.erfab
check "and forgotten" at o backup --forget "$(at o backup --list --json |
	grep -o "$WORK/o.backups/[^\"]*" | head -n 1)"
check_has "then none is known" "$(at o status)" "^Backup +erfa knows of none"
check "it makes another" at o backup --scheduled --quiet
check_has "metrics tell how old it is" "$(at o metrics)" "^erfa_backup_age_seconds [0-9]$"
node_end o
ERFA_LATER_DAYS=2 ERFAD=$B/tests/compat/erfad node_up o
check_same "two days later, too" "" "$(at o status | grep '(backup)')"
node_end o
ERFA_LATER_DAYS=4 ERFAD=$B/tests/compat/erfad node_up o
check_has "four days later it is too old" "$(at o status)" "too old \(backup\), since 20"
node_end o

# Ctrl-C, while erfad is asked.
kill -STOP "${NODE_PID[v]}"
helper "$ERFA" --socket="$WORK/v/run/control" backup "$WORK/int.erfab" --to "$R" \
	2>"$WORK/int.err"
pid=$!
# Until it is erfa it is a copy of this shell, which catches it, too.
until [[ $(readlink "/proc/$pid/exe") == */erfa ]] &&
	grep -qE '^SigCgt:.*[2367abef]$' "/proc/$pid/status"; do
	kill -0 "$pid" 2>/dev/null || break
done
kill -INT "$pid"
wait "$pid"
check_same "Ctrl-C ends it" 1 $?
kill -CONT "${NODE_PID[v]}"
check_same "without a file" "" "$(ls "$WORK"/int.erfab* 2>/dev/null)"

# --- What was changed is not taken.

check "it is whole" restore "$WORK/b.erfab" --dry-run --json
check_same "with the node's number" "$(status v checkNumber)" "$(field checkNumber <<<"$OUT")"
check_status "erfad must not run" 75 restore "$WORK/b.erfab"
check_has "it says how to stop it" "$OUT" "systemctl stop"
check_status "a key is needed" 64 "$ERFA" restore "$WORK/b.erfab"
check_status "the right one" 77 "$ERFA" restore "$WORK/b.erfab" --key "$WORK/other"
check_status "a file is needed" 66 restore "$WORK/none"
check_status "a backup" 65 restore "$WORK/secret"
check_status "not onto something else" 73 restore "$WORK/b.erfab" --dir "$WORK/many"
/usr/bin/python3 tests/e2e/tamper.py "$ERFA" "$WORK/b.erfab" "$WORK/plain" "$WORK/secret" \
	"$WORK/tampered" >"$WORK/tamper.out" 2>&1 || BAD=1
cat "$WORK/tamper.out"
check_same "nothing was restored of any" "" "$(ls "$WORK/tampered")"
gone "what was refused"

# --- A folder of its own; everything is there.

v_bodies=$(bodies v)
v_positions=$(positions v)
node_end v
mv "$WORK/v" "$WORK/v.before"
check "it is restored where it was" restore "$WORK/b.erfab" --dir "$WORK/v"
check_same "with its key" "$(cat "$WORK/v.before/node.key")" "$(cat "$WORK/v/node.key")"
check_same "the store for its owner only" 700 "$(stat -c %a "$WORK/v/state")"
node_up v
check "its index is built anew" indexed v
check_same "all positions are there" "$v_positions" "$(positions v)"
check_same "all texts are there" "$v_bodies" "$(bodies v)"
check_has "the draft is there" "$(at v drafts)" "Et udkast"
check "verify finds no errors" at v verify
check_has "the list goes on with the backup itself" "$(at v backup --list)" "b.erfab"
publish v 1
check_same "it goes on in a new log" 2 "$(status v incarnations)"
node_end v
rm -rf "$WORK/v"
mv "$WORK/v.before" "$WORK/v"
check_status "not where something is" 73 restore "$WORK/b.erfab"
check_has "it says how to go on" "$OUT" "mv .*state"

# --- Erased after the backup, with somebody who knows.

node_up v
node_stay t no-5501 --name "Tromsø kommune"
befriend t v
check "Tromsø has it" converge 30 v t
check "it is erased" at v erase "$secret" --reason personal_data --yes
check_has "its draft goes too" "$OUT" "A draft of it was thrown away"
check "at both" converge 30 v t
check "erasure" at v erasure "$secret"
check_has "names the oldest backup that may hold it" "$OUT" "$WORK/b.erfab"
check "a backup of now is made" backup v "$WORK/after.erfab"
check "erasure" at v erasure "$secret" --json
check_same "does not name that one" "" "$(grep -o after.erfab <<<"$OUT")"
unsaid=$(/usr/bin/python3 tests/e2e/sealed.py "$WORK/v/run/control" draft -)
unsaid=${unsaid% *}
check "a backup has one text as a draft alone" backup v "$WORK/draft.erfab"
check "which is published" at v publish "$unsaid" --yes
check "and erased" at v erase "$unsaid" --reason personal_data --yes
check "erasure" at v erasure "$unsaid" --json
check_has "names that backup" "$OUT" draft.erfab
check_same "and knows them all" "" "$(at v erasure "$unsaid" | grep "was restored")"
check_same "and none of before the draft" "" "$(grep -o after.erfab <<<"$OUT")"
check "all know of it" converge 30 v t
node_end v
rm -rf "$WORK/v/state"
cp "$WORK/v/run/fence" "$WORK/fence"
node_end t
check "the older one is restored" restore "$WORK/b.erfab"
check_has "it keeps key and settings that are there" "$OUT" "settings that were there stay"
node_up v
check_same "no fence of before counts" "" "$(cmp "$WORK/fence" "$WORK/v/run/fence" >/dev/null 2>&1 && echo same)"
check "its index is built anew once more" indexed v
check_has "the draft of before came back" "$(at v drafts --json)" "$secret"
publish v 1
node_end v
node_up v
node_listen n se-0180
befriend n v
check_status "a newcomer gets no text, even after a restart" 75 at n sync --wait 2
check_status "nor can it be carried there" 75 at v bundle export "$WORK/held.bundle"
check_has "which is said" "$OUT" "was restored, or .*has not caught up yet"
check_status "what may come back is not erased by half" 75 \
	at v erase "$secret" --reason legal --yes
check_has "which is said" "$OUT" "was restored, or .*has not caught up yet"
check_status "no group is made: keys may have been taken back" 75 \
	at v group create Nyt se-0180 --yes
check_has "which is said" "$OUT" "was restored, or .*has not caught up yet"
check_status "who is in one may have changed: nothing is sealed to it" 75 \
	at v new --group Haveråd --title x --summary y --sector school --yes
check_has "which is said" "$OUT" "was restored, or .*has not caught up yet"
check_status "nor is it changed" 75 at v group add Haveråd se-0180 --yes
node_up t
line=$(invite t dk-791)
at v join --yes "$line" >/dev/null || die "v cannot join t"
check "in step with one that knew" converge 60 v t n
check_same "the text stayed erased" "" "$(bodies v | grep -o Skyggegartner)"
check_same "the draft of it went, too" "" "$(at v drafts --json | grep -o "$secret")"
check_has "and no other" "$(at v drafts)" "Et udkast"
/usr/bin/python3 tests/e2e/scan.py find "$SECRET" "$WORK/v" "$WORK/t" "$WORK/n" \
	>"$WORK/scan" || not_ok "no word of it is left in any file" "$(head -n 3 "$WORK/scan")"
mkdir "$WORK/opened"
check "the backup of after is opened" restore "$WORK/after.erfab" --dir "$WORK/opened/x"
check "and has no word of it" /usr/bin/python3 tests/e2e/scan.py find "$SECRET" "$WORK/opened"
check_same "nor is anything forked" 0 "$(status t logsFrozen)"

# Two backups were made between the one and the restore.
check "the list" at v backup --list
check_same "has none of them" "" "$(grep -oE '(after|draft).erfab' <<<"$OUT")"
check_has "and says so" "$OUT" "was restored from its backup of 20"
check "erasure" at v erasure "$unsaid"
check_has "names what may hold it besides" "$OUT" "not on its list, and may hold"

# The key of now comes back too.
check "a new key" at v key rotate --yes --wait 60
key=$(status v key)
check "which the others know" converge 60 v t n
check "is in the next backup" at v backup "$WORK/rotated.erfab" --to "$R"
node_end v
rm -rf "$WORK/v"
check "which is restored" restore "$WORK/rotated.erfab" --dir "$WORK/v"
node_up v
check_same "it is the same node" "$key" "$(status v key)"
check "with the others" converge 60 v t n
node_end n
node_end t

# --- At full speed; killed in the middle.

# grew: are there more entries than before?
# shellcheck disable=SC2317 # called by await_at
grew() {
	[ "$(status v entries)" -gt "$before" ]
}

before=$(status v entries)
entries=0
lines speed 4140 >"$WORK/speed"
helper at v import --quiet "$WORK/speed" >"$WORK/import.out" 2>&1
pid=$!
check "an import begins" await_at v grew
for i in 1 2 3; do
	check "backup $i while it writes" at v backup "$WORK/speed$i.erfab" --to "$R" --json
	entries=$(field entries <<<"$OUT")
done
running=$(kill -0 "$pid" 2>/dev/null && echo yes)
wait "$pid" || not_ok "all is imported" "$(tail -n 3 "$WORK/import.out")"
check_same "they were made in the middle" yes "$running"
check "the last is restored" restore "$WORK/speed3.erfab" --dir "$WORK/s"
node_up s
check_same "all entries up to it are there" "$entries" "$(status s entries)"
check "without damage" at s verify
check_same "and all their texts" 0 "$(status s bodiesAbsent)"
node_end s
rm -rf "$WORK/s"

# At 1,000 writes a second; tests/bench/backup.sh does so for longer, and judges.
node_new p dk-740
node_up p
/usr/bin/python3 tests/e2e/paced.py "$WORK/p/run/control" 1000 3 "$WORK/mark" \
	>"$WORK/paced" 2>&1 &
pid=$!
HELPERS+=("$pid")
until [ -e "$WORK/mark" ] || ! kill -0 "$pid" 2>/dev/null; do :; done
before=$(status p entries)
check "a backup while 1,000 trials a second come" backup p "$WORK/paced.erfab"
held=$(field entries <<<"$OUT")
wait "$pid" || not_ok "all trials are taken" "$(tail -n 1 "$WORK/paced")"
read -r all rate took _ <"$WORK/paced"
echo "# $all trials were published, $rate a second, in $took s"
check_same "all that was acknowledged before is in it" yes \
	"$([ "$held" -ge "$before" ] && echo yes)"
check_same "and not what came after" yes \
	"$([ "$held" -lt "$(status p entries)" ] && echo yes)"
check "it is restored" restore "$WORK/paced.erfab" --dir "$WORK/q"
node_up q
check_same "all of it" "$held" "$(status q entries)"
check "without damage" at q verify
check_same "with all texts" 0 "$(status q bodiesAbsent)"
node_end p
node_end q

# Killed while it makes the copy; if the backup was ready before that, once more.
for try in 1 2 3 4 5; do
	lines "again$try" 1380 >"$WORK/again"
	helper at v import --quiet "$WORK/again" >"$WORK/import.out" 2>&1
	import=$!
	helper at v backup "$WORK/killed.erfab" --to "$R" 2>"$WORK/killed.err"
	backup=$!
	until [ -e "$WORK/v/state/backup.tmp" ]; do
		kill -0 "$backup" 2>/dev/null || break
	done
	node_kill v
	wait "$import"
	wait "$backup" || break
	rm "$WORK/killed.erfab"
	[ "$try" -eq 5 ] || node_up v
	try=
done
if [ -n "$try" ]; then
	ok "a backup of one that was killed fails"
else
	skip "a backup of one that was killed fails" "it was ready five times"
fi
check_same "and is not there" "" "$(ls "$WORK"/killed.erfab* 2>/dev/null)"
node_up v
gone "erfad that was killed"
check "after that it goes on" at v backup "$WORK/later.erfab" --to "$R"

# --- Copies of the folder.

node_end v
cp -a "$WORK/v" "$WORK/twin"
mkdir "$WORK/torn"
cp -a "$WORK/v" "$WORK/torn/v"
cp -a "$WORK/v" "$WORK/torn/w"
node_up v
fill v torn 500
node_end v
# Some pages of then, others of now; and keys of then with a main of now.
/usr/bin/python3 - "$WORK/torn/v/state/main.mdb" "$WORK/v/state/main.mdb" <<'PYTHON'
import sys
then, now = (open(path, "rb").read() for path in sys.argv[1:])
with open(sys.argv[1], "wb") as f:
    for at in range(0, len(now), 16384):
        some = then if at // 16384 % 2 and at + 16384 <= len(then) else now
        f.write(some[at:at + 16384])
PYTHON
cp "$WORK/v/state/main.mdb" "$WORK/torn/w/state/main.mdb"
for name in v w; do
	sed -i "s,$WORK/v/,$WORK/torn/$name/,; s,= $WORK/v$,= $WORK/torn/$name," \
		"$WORK/torn/$name/erfad.conf"
	check_status "a copy of two moments does not start ($name)" 78 \
		timeout 60 "$ERFAD" --config "$WORK/torn/$name/erfad.conf"
	check_has "it says what does" "$OUT" "erfa restore"
done
node_up v
node_up twin
for name in v twin; do
	check "the index of $name is built anew" indexed "$name"
	publish "$name" 2
done
check_same "a copy of one moment is used, in a log of its own" \
	$(($(status v incarnations) + 1)) "$(status twin incarnations)"
finish
