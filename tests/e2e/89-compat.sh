#!/bin/bash
# Data directories of earlier releases (tests/compat/make.sh) open with today's erfad:
# every log, body and record is there, undamaged, and the node goes on.  So it is
# with an erfad that keeps the next format (tests/compat/later.c), which brings the
# store there by itself, and on the way back.
. "$(dirname "$0")/lib.sh"

open_old() {
	local from=$1 version
	version=$(basename "$1")
	mkdir "$WORK/$version"
	tar -C "$WORK/$version" -xzf "$from/node.tar.gz" --strip-components=1 ||
		die "$from/node.tar.gz cannot be unpacked"
	mkdir -p "$WORK/$version/run"
	sed -i "s,@DIR@,$WORK/$version,g" "$WORK/$version/erfad.conf"
	check "$version: a dry run" erfad --config="$WORK/$version/erfad.conf" \
		--migrate --dry-run
	node_up "$version"
	case $OUT in
	*" -> "*)
		check_has "$version: it is brought to the format of today" \
			"$(cat "$WORK/$version/log")" "was brought from format"
		;;
	esac
	check "$version: nothing is damaged" at "$version" verify
	check_same "$version: every log is there" "$(cat "$from/positions")" \
		"$(positions "$version")"
	check "$version: all is indexed" at "$version" sync --wait 30
	check_same "$version: every record is there" "$(cat "$from/bodies")" \
		"$(bodies "$version")"
	check_same "$version: a draft is there" 1 \
		"$(at "$version" drafts --jsonl | grep -c .)"
	check_has "$version: a trial is listed" "$(at "$version" list)" "node 2"
	publish "$version" 1
	check_same "$version: the node goes on, in a new log" 2 \
		"$(status "$version" incarnations)"
	node_end "$version"

	# Once more: what was written is as good as what was there.
	node_up "$version"
	check "$version: and once more" at "$version" verify
	incarnations=$(status "$version" incarnations)
	node_end "$version"
}

# A copy of an old store that was made while erfad wrote: LMDB would crash in it.
# torn_old RELEASE FIRST STEP: which pages are of no use.
torn_old() {
	rm -rf "$WORK/torn"
	mkdir -p "$WORK/torn/run"
	tar -C "$WORK/torn" -xzf "$1/node.tar.gz" --strip-components=1
	sed -i "s,@DIR@,$WORK/torn,g" "$WORK/torn/erfad.conf"
	/usr/bin/python3 - "$WORK/torn/state/main.mdb" "$2" "$3" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    pages = file.seek(0, 2) // 4096
    for page in range(int(sys.argv[2]), pages, int(sys.argv[3])):
        file.seek(page * 4096 + 16)
        file.write(bytes([0xf3]) * 2000)
PYTHON
	cp "$WORK/torn/state/main.mdb" "$WORK/torn.mdb"
	check_status "a torn copy is refused" 78 \
		erfad --config="$WORK/torn/erfad.conf"
	check_has "and it is said what it is" "$OUT" "does not hold together"
	check "nothing was changed in it" cmp "$WORK/torn.mdb" \
		"$WORK/torn/state/main.mdb"
}

LATER=$B/tests/compat/erfad
printf '#!/bin/sh\nexec "%s" "%s" "%s" "$@"\n' "$PWD/tests/e2e/notify.py" \
	"$WORK/heard" "$LATER" >"$WORK/managed"
chmod +x "$WORK/managed"

# later COMMAND...: with the erfad to come, under a service manager.
later() {
	ERFAD=$WORK/managed "$@"
}

# migrate WHO OPTION...: with an erfad, on the node at hand.
# shellcheck disable=SC2317 # check runs it
migrate() {
	"$1" --config="$dir/erfad.conf" --migrate "${@:2}"
}

# The node at hand is as it was before, with the erfad at hand.
as_before() {
	node_up "$version"
	check "$1: nothing is damaged" at "$version" verify
	check_same "$1: every log is there" "$logs" "$(positions "$version")"
	check "$1: all is indexed" at "$version" sync --wait 30
	check_same "$1: every record is there" "$records" "$(bodies "$version")"
	node_end "$version"
}

there_and_back() {
	local version dir logs records kept
	version=$(basename "$1")
	dir=$WORK/$version
	node_up "$version"
	logs=$(positions "$version")
	records=$(bodies "$version")
	check_status "a store in use is left alone" 75 migrate "$LATER"
	check_has "and it is said why" "$OUT" "systemctl stop erfad"
	node_end "$version"

	check "there is nothing to do for today's erfad" migrate erfad --dry-run
	check_has "and it says so" "$OUT" "Nothing needs to be done"
	check "a dry run" migrate "$LATER" --dry-run
	check_has "names the steps" "$OUT" "every note is written anew"
	check_has "counts" "$OUT" "writes [1-9][0-9]* rows in [0-9]+ ms"
	check_has "and tells the room" "$OUT" "needed: [1-9][0-9]* MiB"
	kept=$(grep -oE 'main\.mdb\.format-[0-9]+' <<<"$OUT")
	check_status "it keeps no copy" 1 test -e "$dir/state/$kept"
	ERFA_LATER_FAIL=1 check_status "a step that fails" 78 \
		"$LATER" --config="$dir/erfad.conf"
	check_has "leaves the store as it was" "$OUT" "is as it was: a step failed"
	ERFA_LATER_KILL=5 check_status "a step that is killed" 137 \
		migrate "$LATER"
	check "leaves it too" migrate erfad
	check_has "in its format" "$OUT" "Nothing needs to be done"
	as_before "before"

	later as_before "in the next format"
	check_has "the log tells of it" "$(cat "$dir/log")" \
		"was brought from format.*is kept in $kept for 30 days"
	check "the service manager hears that this start takes longer" \
		await "$WORK/heard" '^EXTEND_TIMEOUT_USEC=6[0-9]{8}$'
	check_has "before it is looked through" \
		"$(grep -E '^(EXTEND|STATUS)' "$WORK/heard" | head -n 2)" \
		'^STATUS=looks the store through'
	check_status "today's erfad refuses it" 78 \
		erfad --config="$dir/erfad.conf"
	check_has "and names what can be put back" "$OUT" "put back $kept"
	check_has "and who made it" "$OUT" "opened: erfad [0-9.]+.* made it newer"
	mv "$dir/state/$kept" "$dir/state/main.mdb"
	as_before "put back"
	node_up "$version"
	publish "$version" 1
	check_same "and the node goes on, in a log of its own" \
		$((incarnations + 1)) "$(status "$version" incarnations)"
	node_end "$version"
}

node_new fresh dk-840
check "where there is no store yet" \
	erfad --config="$WORK/fresh/erfad.conf" --migrate
check_has "nothing needs to be done" "$OUT" "There is no store.*nothing needs"
check_status "--dry-run alone" 64 erfad --dry-run
check_has "is told" "$OUT" "goes with --migrate"

for release in tests/compat/*/; do
	open_old "${release%/}"
	torn_old "${release%/}" 2 2
	there_and_back "${release%/}"
done

# Its totals can be read; it is the first step that would have crashed.
torn_old tests/compat/0.1.0 11 1000000

finish
