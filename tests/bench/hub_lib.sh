#!/bin/bash
# What tests/bench/hub.sh, tests/bench/idle.sh and tests/e2e/88-scale.sh share:
# figures with goals, hubs whose ports stay, and simulated leaves that dial them.  tests/e2e/lib.sh comes before it.

# Was a goal missed?  The script that prints figures ends accordingly.
# shellcheck disable=SC2034
OVER=0
LEAVES_DIR=
LEAVES_PROCESSES=

# line WHAT VALUE UNIT [GOAL]: print a figure; with a goal, whether it is kept.
line() {
	local verdict=
	if [ -n "${4:-}" ]; then
		verdict="(goal: at most $4: kept)"
		awk -v v="$2" -v g="$4" 'BEGIN { exit !(v + 0 > g + 0) }' && {
			verdict="(goal: at most $4: NOT KEPT)"
			OVER=1
		}
	fi
	printf '  %-46s %10s %-6s %s\n' "$1" "$2" "$3" "$verdict"
}

# calc EXPRESSION: print its value.
calc() {
	awk "BEGIN { printf \"%.2f\", $1 }"
}

# hub_new NAME ORG: make a hub with two ports that stay.
hub_new() {
	local router pub
	port_next
	router=$PORT
	port_next
	pub=$PORT
	node_new "$1" "$2" --listen "127.0.0.1:$router"
	sed -i "s/^listen *=.*/&\npub_listen = 127.0.0.1:$pub/" \
		"$WORK/$1/erfad.conf"
	printf '%s\n' "127.0.0.1:$router/$pub" >"$WORK/$1/where"
}

# real_timers NAME: let a node have the timers that erfad has by default.
real_timers() {
	sed -i '/^\[timers\]/,$d' "$WORK/$1/erfad.conf"
}

# hub_where NAME: how bench_leaves dials it, while it runs.
hub_where() {
	printf '%s/%s\n' "$(cat "$WORK/$1/where")" "$(status "$1" key)"
}

# leaves_copy NAME N HUBS: copies of a stopped hub's state, one for each process that
# N leaves of so many hubs take: a process has room for 4,096 sockets.
leaves_copy() {
	local i
	LEAVES_DIR=$WORK/leaves
	LEAVES_PROCESSES=$((($2 * $3 * 6 + 3899) / 3900))
	[ "$LEAVES_PROCESSES" -gt 1 ] || LEAVES_PROCESSES=2
	for ((i = 0; i < LEAVES_PROCESSES; i++)); do
		mkdir -p "$LEAVES_DIR/$i"
		cp "$WORK/$1/state/main.mdb" "$WORK/$1/state/keys" \
			"$LEAVES_DIR/$i/" || die "cp"
	done
}

# leaves_up run|quick N WHERE...: start N leaves that dial these hubs, with the
# timers of erfad or those of the tests.
leaves_up() {
	coproc LEAVES {
		exec "$B/tests/bench/bench_leaves" "$1" "$2" \
			"$LEAVES_PROCESSES" "$LEAVES_DIR" "${@:3}" \
			2>"$WORK/leaves.err"
	}
	HELPERS+=("$LEAVES_PID")
}

# leaves LINE: have the leaves obey; the answer stays in $OUT.
leaves() {
	echo "$1" >&"${LEAVES[1]}"
	read -r -t 900 OUT <&"${LEAVES[0]}" || die "the leaves do not answer"
}

# told NAME: the word after NAME in $OUT.
told() {
	awk -v name="$1" '{ for (i = 1; i < NF; i++)
		if ($i == name) { print $(i + 1); exit } }' <<<"$OUT"
}

# leaves_down: end them.
leaves_down() {
	local pid=$LEAVES_PID in=${LEAVES[1]}
	exec {in}>&-
	wait "$pid"
}

# memory NAME: anonymous memory of a node, KiB.
memory() {
	awk '/^RssAnon/ { print $2 }' "/proc/${NODE_PID[$1]}/status"
}

# cpu NAME: processor time of a node so far, microseconds.
cpu() {
	cat /proc/"${NODE_PID[$1]}"/task/*/schedstat |
		awk '{ sum += $1 } END { printf "%.0f\n", sum / 1000 }'
}

# count_connections NAME: begin to write down, every second, how many connections a
# hub has.
count_connections() {
	local router pub pid=${NODE_PID[$1]}
	IFS=:/ read -r _ router pub <"$WORK/$1/where"
	: >"$WORK/connections"
	while [ -d "/proc/$pid" ]; do
		awk -v a="$(printf ':%04X$' "$router")" \
			-v b="$(printf ':%04X$' "$pub")" \
			-v now="$EPOCHREALTIME" \
			'$4 == "01" && ($2 ~ a || $2 ~ b) { count++ }
			END { print now, count + 0 }' /proc/net/tcp \
			/proc/net/tcp6 >>"$WORK/connections"
		pause 1
	done &
	COUNTING=$!
	HELPERS+=("$COUNTING")
}

# most_connections FROM: the most that came in a second, not before second FROM.
most_connections() {
	awk -v from="$1" 'NR == 1 { begin = $1 }
		NR > 1 && time >= begin + from {
			rate = ($2 - count) / ($1 - time)
			if (rate > most)
				most = rate
		}
		{ time = $1; count = $2 }
		END { printf "%.0f\n", most }' "$WORK/connections"
}

# pause SECONDS: time in which nodes do what is measured.
pause() {
	local fifo
	fifo=$(mktemp -u "$WORK/pause.XXXXXX")
	mkfifo "$fifo"
	read -r -t "$1" <>"$fifo"
	rm -f "$fifo"
}
