#!/bin/bash
# What the scripts of tests/e2e share: nodes in temporary directories, waiting for
# events, and checks in the protocol of tests/run.  A script begins
#
#     #!/bin/bash
#     . "$(dirname "$0")/lib.sh"
#
# uses node_*, await and check_*, and ends with "finish".  However it ends, its
# nodes are ended, by their process ids, and its files removed.

set -u

WORK=$(mktemp -d) || exit 1
SLOW=${SLOW:-1}
ERFAD=${ERFAD:-erfad}
ERFA=${ERFA:-erfa}
export ERFA_DATA=${ERFA_DATA:-$PWD/conf}
# What is installed on this machine must not decide what is found.
export ERFA_DICTIONARY=${ERFA_DICTIONARY-}
# Forms with mistakes are kept in a home that goes with the test.
export XDG_STATE_HOME=$WORK/home/state
declare -A NODE_PID=()
HELPERS=()
BAD=0

cleanup() {
	local pid name
	for pid in "${NODE_PID[@]}" ${HELPERS[@]+"${HELPERS[@]}"}; do
		kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	if [ "$BAD" -ne 0 ]; then
		for name in "$WORK"/*/log; do
			[ -e "$name" ] || continue
			echo "# ${name#"$WORK"/}:"
			tail -n 40 "$name" | sed 's/^/#   /'
		done
	fi
	rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- Checks.

ok() {
	echo "ok $1"
}

not_ok() {
	echo "not ok $1: $2"
	BAD=1
}

# skip NAME WHY
skip() {
	echo "skip $1: $2"
}

# die WHY: nothing further can be tested.
die() {
	not_ok "$(basename "$0" .sh)" "$1"
	exit 1
}

# check NAME COMMAND...: the command succeeds.  Its output stays in $OUT.
check() {
	check_status "$1" 0 "${@:2}"
}

# check_status NAME STATUS COMMAND...: the command ends with STATUS.
check_status() {
	local name=$1 wanted=$2 status=0
	shift 2
	OUT=$("$@" 2>&1) || status=$?
	if [ "$status" -eq "$wanted" ]; then
		ok "$name"
		return 0
	fi
	not_ok "$name" "$1 ended with $status, not $wanted"
	printf '%s\n' "$OUT" | tail -n 20 | cut -c 1-200 | sed 's/^/#   /'
	return 1
}

# check_same NAME EXPECTED GOT
check_same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
		return 0
	fi
	not_ok "$1" "two texts differ"
	diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | head -n 20 |
		cut -c 1-200 | sed 's/^/#   /'
	return 1
}

# check_has NAME TEXT PATTERN: a line of TEXT matches the extended expression.
check_has() {
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		ok "$1"
		return 0
	fi
	not_ok "$1" "nothing matches $3"
	printf '%s\n' "$2" | tail -n 20 | cut -c 1-200 | sed 's/^/#   /'
	return 1
}

# finish: stop the nodes, each of which must end well, and end the script.
finish() {
	local name
	for name in "${!NODE_PID[@]}"; do
		node_end "$name"
	done
	exit "$BAD"
}

# --- Nodes.  Each is known by a word; what it owns stands in $WORK/WORD: what
# "erfa init --dir" makes, and log (its standard error).

# What the tests wait for comes in fractions of a second instead of minutes.
timers() {
	cat <<-EOF

		[timers]
		have_ms = $((500 * SLOW))
		hello_ms = $((2000 * SLOW))
		get_ms = $((3000 * SLOW))
		silence_ms = $((5000 * SLOW))
		gap_ms = 100
		reconnect_ms = 50
		reconnect_max_ms = 200
		backoff_ms = 100
		backoff_max_ms = 1000
		pause_ms = 2000
	EOF
}

# node_new NAME ORG [OPTION...]: make a node, with the options of erfa init.
node_new() {
	local dir=$WORK/$1 out
	out=$("$ERFA" init --org "$2" --dir "$dir" "${@:3}" 2>&1) ||
		die "erfa init: $out"
	timers >>"$dir/erfad.conf"
}

# node_listen NAME ORG [OPTION...]: make one that listens on a port that the
# system chooses, and start it.
node_listen() {
	node_new "$1" "$2" --listen 127.0.0.1:0 "${@:3}"
	node_up "$1"
}

# node_stay NAME ORG [OPTION...]: one that listens on the same port whenever it runs.
node_stay() {
	port_next
	node_new "$1" "$2" --listen "127.0.0.1:$PORT" "${@:3}"
	sed -i "s/^listen *=.*/&\npub_listen = 127.0.0.1:0/" "$WORK/$1/erfad.conf"
	node_up "$1"
}

# port_next: the next port that nobody has, in PORT.  One that the system chose would
# be given to others while its node is down: these it never chooses by itself.
PORT=$((10000 + RANDOM % 2000 * 10))
port_next() {
	PORT=$((PORT + 1))
	while grep -qsE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$PORT") " \
		/proc/net/tcp /proc/net/tcp6; do
		PORT=$((PORT + 1))
	done
}

# node_set NAME LINE...: add lines to a node's configuration.
node_set() {
	printf '%s\n' "${@:2}" >>"$WORK/$1/erfad.conf"
}

# node_test NAME LINE...: mark a node as a test, with settings of [test].
node_test() {
	: >"$WORK/$1/state/TEST"
	node_set "$1" "" "[test]" "${@:2}"
}

# node_start NAME [OPTION...]: start erfad and wait until it says that it is
# ready.  Return 1 if it ends before that.
node_start() {
	local dir=$WORK/$1 name=$1 line=
	shift
	rm -f "$dir/ready"
	mkfifo "$dir/ready" || die "cannot make a fifo"
	"$ERFAD" --config="$dir/erfad.conf" --ready-fd=9 "$@" \
		9>"$dir/ready" >>"$dir/log" 2>&1 </dev/null &
	NODE_PID[$name]=$!
	read -r -t $((30 * SLOW)) line <"$dir/ready"
	rm -f "$dir/ready"
	case $line in
	READY*) return 0 ;;
	esac
	kill -KILL "${NODE_PID[$name]}" 2>/dev/null
	wait "${NODE_PID[$name]}" 2>/dev/null
	unset "NODE_PID[$name]"
	return 1
}

# node_up NAME [OPTION...]: node_start, or else the script is over.
node_up() {
	node_start "$@" || die "erfad of $1 does not start"
}

# node_stop NAME: ask it to end, and return the status that it ends with.
node_stop() {
	local pid=${NODE_PID[$1]} status=0
	kill -TERM "$pid" 2>/dev/null
	wait "$pid" || status=$?
	unset "NODE_PID[$1]"
	return $status
}

# node_end NAME: ask it to end; a failed check unless it ends well.
node_end() {
	node_stop "$1" || not_ok "$1 ends well" "it ended with $?"
}

# node_kill NAME: as a power cut would.
node_kill() {
	local pid=${NODE_PID[$1]}
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	unset "NODE_PID[$1]"
}

# at NAME ARGUMENT...: run erfa against that node.
at() {
	local dir=$WORK/$1
	shift
	"$ERFA" --socket="$dir/run/control" "$@"
}

# field NAME: the first value of that name in the JSON on standard input.
field() {
	grep -oE "\"$1\": *(\"[^\"]*\"|[^],}[:space:]]+)" | head -n 1 |
		sed -e 's/^[^:]*: *//' -e 's/"//g'
}

# status NAME FIELD: what erfa status says.
status() {
	at "$1" status --json | field "$2"
}

# invite INVITER ORG [OPTION...]: print the line.
invite() {
	at "$1" invite "${@:2}" --json | field line
}

# befriend INVITER NEWCOMER: the newcomer joins by invitation.
befriend() {
	local line
	line=$(invite "$1" "$(status "$2" org)")
	at "$2" join --yes "$line" >/dev/null || die "$2 cannot join $1"
}

# trial TITLE: a record to be published, on standard output.
trial() {
	printf '{"envelope": {"language": "da"}, "trial": {"title": "%s", %s}}\n' \
		"$1" '"summary": "for tests", "sector": ["SECTOR_SEVERAL"]'
}

# publish NAME COUNT: that many trials, each in a publication of its own.
publish() {
	local i
	for ((i = 1; i <= $2; i++)); do
		trial "$1 $i" | at "$1" publish --yes - >/dev/null ||
			not_ok "$1 publishes" "number $i was refused"
	done
}

# same NAME...: the nodes hold the same positions and bodies, and no damage.
same() {
	local name first=$1
	for name; do
		check "verify finds no errors at $name" at "$name" verify
	done
	shift
	positions "$first" >"$WORK/positions"
	bodies "$first" >"$WORK/bodies"
	for name; do
		check_same "$name holds the same logs as $first" \
			"$(cat "$WORK/positions")" "$(positions "$name")"
		check_same "$name holds the same bodies as $first" \
			"$(cat "$WORK/bodies")" "$(bodies "$name")"
	done
}

# positions NAME: log, n and chain value of every log held, sorted; of a forked one,
# of which each may hold another branch, the last common n alone.
positions() {
	at "$1" logs --jsonl | sed -E \
		-e '/"state":"frozen"/s/.*"log":"([0-9a-f]*)".*"counted":"([0-9]+)".*/\1 \2 forked/' \
		-e 's/.*"log":"([0-9a-f]*)".*"n":"([0-9]+)".*"chain":"([0-9a-f]*)".*/\1 \2 \3/' |
		sort
}

# bodies NAME: every version of every record, one a line, sorted.
bodies() {
	at "$1" export --proto --all-versions | sort
}

# --- Events.

# helper COMMAND...: start it in the background; it ends with the script at the
# latest.  Its process id is in $!.
helper() {
	"$@" &
	HELPERS+=($!)
}

# converge SECONDS NAME...: wait until these nodes hold the same entries and
# bodies, nothing waits to be signed, all of it is in their indexes, and what was
# erased in none.
converge() {
	local until=$((SECONDS + $1 * SLOW)) name said
	shift
	while :; do
		for name; do
			at "$name" sync --wait 1 >/dev/null 2>&1
		done
		said=$(for name; do
			standing "$name"
		done | sort -u)
		[[ $said =~ ^[0-9a-f]{64}" 0 0 true"$ ]] && return 0
		[ "$SECONDS" -lt "$until" ] || break
		at "$1" watch --count 1 --wait 1 >/dev/null 2>&1
	done
	echo "# not the same: $said"
	for name; do
		at "$name" sync 2>&1 | sed "s/^/# $name: /"
	done
	return 1
}

# standing NAME: digest, entries to be signed, bodies to come and, asked after these,
# whether its index knows all that is held; in one line, also if it does not answer.
standing() {
	at "$1" status --json >"$WORK/$1/status" 2>/dev/null
	echo "$(field digest <"$WORK/$1/status") $(field outbox <"$WORK/$1/status")" \
		"$(field bodiesAbsent <"$WORK/$1/status")" \
		"$(at "$1" sync --json 2>/dev/null | field clean)"
}

# await_at NAME COMMAND...: wait until COMMAND holds, which follows from what comes to
# a node or from what it knows of peers; return 1 after half a minute.
await_at() {
	local until=$((SECONDS + 30 * SLOW))
	until "${@:2}"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		at "$1" watch --count 1 --wait 1 >/dev/null 2>&1
	done
	return 0
}

# shows NAME NUMBER [SECONDS]: wait until a node shows that many trials.
shows() {
	local until=$((SECONDS + ${3:-30} * SLOW))
	while [ "$(status "$1" trials)" != "$2" ]; do
		[ "$SECONDS" -lt "$until" ] || return 1
		at "$1" watch --count 1 --wait 1 >/dev/null 2>&1
	done
	return 0
}

# await FILE PATTERN [SECONDS]: wait until a line of FILE, which another process
# is writing, matches the extended expression.  Return 1 after SECONDS (60).
await() {
	local fifo status=0 tail_pid
	fifo=$(mktemp -u "$WORK/await.XXXXXX")
	mkfifo "$fifo" || die "cannot make a fifo"
	timeout $((${3:-60} * SLOW)) tail -n +1 -F "$1" >"$fifo" 2>/dev/null &
	tail_pid=$!
	grep -qE -m 1 -- "$2" <"$fifo" || status=1
	kill -TERM "$tail_pid" 2>/dev/null
	wait "$tail_pid" 2>/dev/null
	rm -f "$fifo"
	return $status
}
