#!/bin/bash
# timeout: 3600
# What a hub costs that carries a whole country: real erfads as hubs, and simulated
# leaves with real sockets, real CURVE and the daemon's own links (tests/unit/leaf.h).
# Leaves and hubs share this machine's cores.
#
#   LEAVES   how many (1,056); --leaves N is the same
#   ENTRIES  of each leaf's log, besides GENESIS and MEMBER (8), of BYTES (1,024)
#   AWAY     seconds of the longer absence (45)
#   PARTS    one mesh: what is measured (both)

set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
PATH=$B:$PATH
LEAVES_N=${LEAVES:-1056}
[ "${1:-}" = --leaves ] && LEAVES_N=$2
ENTRIES=${ENTRIES:-8}
BYTES=${BYTES:-1024}
AWAY=${AWAY:-45}
PARTS=${PARTS:-one mesh}
unset LEAVES

# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
# shellcheck source=tests/bench/hub_lib.sh
. tests/bench/hub_lib.sh

ulimit -n "$(ulimit -Hn)"

# all_live LINKS SECONDS: all leaves have so many links in LIVE, or it is over.
all_live() {
	leaves "live $2 $1"
	[ "$(told live)" = "$LEAVES_N" ] || die "not all are live: $OUT"
}

all_same() {
	leaves "same $1"
	[ "$(told same)" = "$LEAVES_N" ] || die "not all have the same: $OUT"
}

# agrees NAME: a hub has the digest that all leaves have.
agrees() {
	local digest
	leaves "same 120"
	digest=$(status "$1" digest)
	[ "$(told same) $(told digest)" = "$LEAVES_N ${digest:0:16}" ] ||
		die "$1 and its leaves differ: $OUT, $digest"
}

# connects [GOAL]: how many connections came in a second since count_connections.
connects() {
	kill "$COUNTING" 2>/dev/null
	line "most connections a second, first ten seconds" \
		"$(most_connections 0)" ""
	line "the same, later" "$(most_connections 10)" "" "${1:-}"
}

one() {
	local before after begun ended from n

	hub_new hub dk-791
	real_timers hub
	"$B/tests/bench/bench_leaves" seed "$WORK/hub" "$LEAVES_N" "$ENTRIES" \
		"$BYTES" || die "seed"
	leaves_copy hub "$LEAVES_N" 1
	node_up hub
	at hub sync --wait 300 >/dev/null || true # its index
	before=$(memory hub)
	from=$(cpu hub)
	leaves_up run "$LEAVES_N" "$(hub_where hub)"

	echo "one hub, $LEAVES_N leaves"
	leaves mark
	all_live 1 300
	line "all dial at one moment: until all are live" "$(told seconds)" s
	all_same 60
	pause 15 # what the storm left is given back
	after=$(memory hub)
	line "anonymous memory of the hub without leaves" \
		"$(calc "$before / 1024")" MiB
	line "anonymous memory of the hub for each leaf" \
		"$(calc "($after - $before) / $LEAVES_N")" KiB 100

	from=$(cpu hub)
	pause 30
	line "the hub when nothing is published" \
		"$(calc "($(cpu hub) - $from) / 300000")" "% core"

	from=$(cpu hub)
	leaves "publish 20 1024"
	[ "$(told to)" = "$LEAVES_N" ] || die "an entry is missing: $OUT"
	line "an entry of 1 KiB: until all have it (median)" "$(told median_ms)" ms
	line "the same, the slowest of 20" "$(told longest_ms)" ms
	pause 3
	line "processor time of the hub for it" \
		"$(calc "($(cpu hub) - $from) / 20000")" ms
	from=$(cpu hub)
	leaves "burst 50 1024"
	[ "$(told to)" = "$LEAVES_N" ] || die "an entry is missing: $OUT"
	line "50 such entries at once: until all have all" "$(told seconds)" s
	line "processor time of the hub for each" \
		"$(calc "($(cpu hub) - $from) / 50000")" ms
	agrees hub

	echo "the hub is restarted"
	node_end hub
	leaves mark
	node_up hub
	count_connections hub
	from=$(cpu hub)
	all_live 1 300
	line "until all are live" "$(told seconds)" s 60
	connects 50
	line "processor time of the hub for each link" \
		"$(calc "($(cpu hub) - $from) / 1000 / $LEAVES_N")" ms 10
	agrees hub

	echo "the hub is killed, an entry is signed meanwhile, all have to be told"
	node_kill hub
	leaves "sign 1 1024"
	node_up hub
	count_connections hub
	leaves mark
	all_live 1 300
	line "until all are live" "$(told seconds)" s 60
	connects 50
	agrees hub
	line "anonymous memory of the hub for each leaf" \
		"$(calc "($(memory hub) - $before) / $LEAVES_N")" KiB

	echo "the hub is away for $AWAY seconds"
	node_end hub
	pause "$AWAY"
	node_up hub
	count_connections hub
	leaves mark
	all_live 1 300
	line "from its return until all are live" "$(told seconds)" s 60
	connects 50
	agrees hub

	echo "a newcomer"
	node_new new no-5501
	real_timers new
	node_up new
	begun=$(date +%s.%N)
	befriend hub new
	n=$(status hub entries)
	until [ "$(status new entries)" -ge "$n" ] 2>/dev/null &&
		[ "$(status new bodiesAbsent)" = 0 ]; do
		pause 0.1
	done
	ended=$(date +%s.%N)
	line "it has the $n entries of $((LEAVES_N + 1)) logs after" \
		"$(calc "$ended - $begun")" s
	leaves "same 120"
	line "all leaves know of it after" "$(told seconds)" s
	agrees hub
	agrees new
	grep -c "memory grew" "$WORK/hub/log" >/dev/null &&
		die "the hub took its leaves for an attack"
	leaves_down || die "the leaves ended badly"
	node_end new
	node_end hub
	rm -rf "$WORK/hub" "$WORK/new" "$LEAVES_DIR"
}

mesh() {
	local before after

	echo "two hubs that know each other, $LEAVES_N leaves at both"
	hub_new hub dk-791
	real_timers hub
	hub_new other no-5501
	real_timers other
	node_up hub
	node_up other
	befriend hub other
	converge 60 hub other || die "the hubs differ"
	node_end hub
	node_end other
	"$B/tests/bench/bench_leaves" seed "$WORK/hub" "$LEAVES_N" "$ENTRIES" \
		"$BYTES" || die "seed"
	leaves_copy hub "$LEAVES_N" 2
	node_up hub
	node_up other
	before=$(date +%s.%N)
	converge 300 hub other || die "the hubs differ"
	line "the second hub has all logs after" \
		"$(calc "$(date +%s.%N) - $before")" s
	before=$(memory other)
	leaves_up run "$LEAVES_N" "$(hub_where hub)" "$(hub_where other)"
	all_live 2 300
	line "all dial at one moment: until all are live" "$(told seconds)" s
	all_same 120
	pause 15
	after=$(memory other)
	line "anonymous memory of the second hub for each leaf" \
		"$(calc "($after - $before) / $LEAVES_N")" KiB 100
	leaves "publish 20 1024"
	[ "$(told to)" = "$LEAVES_N" ] || die "an entry is missing: $OUT"
	line "an entry of 1 KiB: until all have it (median)" "$(told median_ms)" ms
	agrees hub
	agrees other

	echo "one of them is killed"
	node_kill hub
	leaves "publish 20 1024"
	[ "$(told to)" = "$LEAVES_N" ] || die "an entry is missing: $OUT"
	line "an entry of 1 KiB: until all have it (median)" "$(told median_ms)" ms
	agrees other
	node_up hub
	count_connections hub
	leaves mark
	all_live 2 300
	line "it comes back: until all are live" "$(told seconds)" s 70
	connects
	agrees hub
	agrees other
	leaves_down || die "the leaves ended badly"
}

case " $PARTS " in *" one "*) one ;; esac
case " $PARTS " in *" mesh "*) mesh ;; esac
[ -s "$WORK/leaves.err" ] && sed 's/^/  leaves: /' "$WORK/leaves.err"
[ "$OVER" -eq 0 ] || BAD=1
finish
