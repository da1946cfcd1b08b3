#!/bin/bash
# A backup while others write: a node that holds ENTRIES trials takes RATE more a
# second for SECONDS_EACH seconds, without and with a backup in the middle; the
# backup is restored and checked.  The rate that was reached is printed.
#
#   ENTRIES       that the node holds before (20,000)
#   RATE          trials that are published a second (1,000)
#   SECONDS_EACH  of writing (10)

set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
PATH=$B:$PATH
ENTRIES=${ENTRIES:-20000}
RATE=${RATE:-1000}
SECONDS_EACH=${SECONDS_EACH:-10}

# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
# shellcheck source=tests/bench/hub_lib.sh
. tests/bench/hub_lib.sh

# writes MARK: publish at that pace; print what paced.py does.
writes() {
	PYTHONPATH=$B/python:tests/e2e /usr/bin/python3 tests/e2e/paced.py \
		"$WORK/node/run/control" "$RATE" "$SECONDS_EACH" "$1" ||
		die "not all was taken"
}

# told FIGURES...: as paced.py prints them.
told() {
	line "  reached, publications acknowledged on disk" "$2" "a s"
	line "  wait for an answer, median" "$4" ms
	line "  wait for an answer, the longest" "$5" ms
}

echo "$RATE trials a second, for $SECONDS_EACH s, to a node with $ENTRIES entries"
node_new node dk-791
"$B/tests/bench/bench_fill" fill "$WORK/node" "$ENTRIES" 1024 >/dev/null ||
	die "fill"
node_up node
at node sync --wait 300 >/dev/null || true # its index
at node backup --new-key "$WORK/secret" >/dev/null || die "key"
to=$(at node backup --new-key "$WORK/other" --json | field recipient)
echo "without a backup"
# shellcheck disable=SC2046 # words
told $(writes "$WORK/mark0")
echo "with a backup in the middle"
writes "$WORK/mark" >"$WORK/said" &
pid=$!
HELPERS+=("$pid")
until [ -e "$WORK/mark" ]; do
	kill -0 "$pid" 2>/dev/null || die "the writer has ended"
done
before=$(status node entries)
from=$(date +%s.%N)
at node backup "$WORK/backup" --to "$to" --json >"$WORK/made" || die "backup"
took=$(calc "$(date +%s.%N) - $from")
kill -0 "$pid" 2>/dev/null || echo "  (the writing was over before the backup)"
wait "$pid" || die "the writer"
# shellcheck disable=SC2046 # words
told $(cat "$WORK/said")
line "the backup, made and read back" "$took" s
line "its size" "$(calc "$(stat -c %s "$WORK/backup") / 1048576")" MiB
held=$(field entries <"$WORK/made")
line "entries acknowledged before it began" "$before" ""
line "entries in it" "$held" ""
line "entries at the end" "$(status node entries)" ""
node_end node
"$ERFA" restore "$WORK/backup" --key "$WORK/other" --dir "$WORK/again" \
	>/dev/null || die "restore"
node_up again
[ "$held" -ge "$before" ] || not_ok "nothing acknowledged is missing" "$held"
[ "$(status again entries)" = "$held" ] || not_ok "all of it is restored" "no"
[ "$(status again bodiesAbsent)" = 0 ] || not_ok "with all texts" "no"
at again verify >/dev/null || not_ok "without damage" "verify"
[ "$BAD" -ne 0 ] || echo "  restored whole: every entry up to the backup's position"
finish
