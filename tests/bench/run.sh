#!/bin/bash
# Measurements, printed, never judged by the clock: absolute rates differ by more
# than two between machines and hours, so each stands beside what one core of
# this machine does in the same run.
#
#   N      entries of the catch-up (100,000)
#   BYTES  of each body (1,024)
#   DOCS   documents of the search (100,000)
#   SECONDS_EACH  of listening while hostile questions are asked (20)

set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
PATH=$B:$PATH
N=${N:-100000}
BYTES=${BYTES:-1024}

# Nodes are started and ended as the tests do it.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

anon() {
	awk '/^RssAnon/ { printf "%.0f", $2 / 1024 }' "/proc/${NODE_PID[$1]}/status"
}

now() {
	date +%s.%N
}

echo "catch-up of a new node over CURVE: $N entries of $BYTES bytes"
before=$("$B/tests/bench/bench_fill" verify)
node_new origin dk-791 --listen 127.0.0.1:0
"$B/tests/bench/bench_fill" fill "$WORK/origin" "$N" "$BYTES" || die "fill"
node_up origin
node_new new no-5501
node_up new
at origin sync --wait 300 >/dev/null || true # its own index first
line=$(at origin invite no-5501 --json | python3 -c \
	'import json,sys; print(json.load(sys.stdin)["line"])') || die "invite"
begin=$(now)
at new join "$line" --yes >/dev/null || die "join"
await "$WORK/new/log" "caught up: " 300 || die "the new node did not catch up"
end=$(now)
anon_origin=$(anon origin)
anon_new=$(anon new)
after=$("$B/tests/bench/bench_fill" verify)
awk -v n="$N" -v begin="$begin" -v end="$end" -v b="$before" -v a="$after" \
	-v origin="$anon_origin" -v new="$anon_new" 'BEGIN {
	rate = n / (end - begin); verify = a > b ? a : b
	printf "  seconds                       %.2f\n", end - begin
	printf "  entries a second              %.0f\n", rate
	printf "  Ed25519 verifications/s, core %.0f before, %.0f after\n", b, a
	printf "  ratio                         %.2f   (goal: at least 3)\n", rate / verify
	printf "  anonymous memory, origin      %d MB  (goal: under 100)\n", origin
	printf "  anonymous memory, new node    %d MB  (goal: under 100)\n", new
}'
echo
"$B/tests/bench/bench_search" "${DOCS:-100000}" || die "bench_search"
echo
echo "other clients, while one connection asks hostile questions (goal: 20 ms more at most)"
node_new asked dk-751
node_up asked
at asked import tests/corpus/trials.jsonl --yes >/dev/null || die "import"
at asked sync --wait 60 >/dev/null || die "index"
PYTHONPATH=$B/python:tests/e2e /usr/bin/python3 tests/e2e/hostile_words.py \
	"$WORK/asked/run/control" "${SECONDS_EACH:-20}" 0 | sed -n 's/^# /  /p'
finish
