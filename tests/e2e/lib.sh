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
	printf '%s\n' "$OUT" | tail -n 20 | sed 's/^/#   /'
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
		sed 's/^/#   /'
	return 1
}

# check_has NAME TEXT PATTERN: a line of TEXT matches the extended expression.
check_has() {
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		ok "$1"
		return 0
	fi
	not_ok "$1" "nothing matches $3"
	printf '%s\n' "$2" | tail -n 20 | sed 's/^/#   /'
	return 1
}

# finish: stop the nodes, each of which must end well, and end the script.
finish() {
	local name
	for name in "${!NODE_PID[@]}"; do
		node_stop "$name" || not_ok "stop $name" "it ended with $?"
	done
	exit "$BAD"
}

# --- Nodes.  Each is known by a word; what it owns stands in $WORK/WORD: erfad.conf,
# state/, run/ (with the control socket) and log (its standard error).

# node_new NAME [LINE...]: make a node's directories and its configuration, to
# which the LINEs are added.
node_new() {
	local dir=$WORK/$1
	shift
	mkdir -p "$dir/state" "$dir/run" || die "cannot make $dir"
	{
		echo "[node]"
		echo "state-directory = $dir/state"
		echo "runtime-directory = $dir/run"
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$dir/erfad.conf"
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
	"$ERFA" --socket="$dir/run/control.sock" "$@"
}

# --- Events.

# helper COMMAND...: start it in the background; it ends with the script at the
# latest.  Its process id is in $!.
helper() {
	"$@" &
	HELPERS+=($!)
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
