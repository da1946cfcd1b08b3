#!/bin/bash
# What a node costs that does nothing, and what a short command takes as a whole
# process: with goals.  Figures of time hold for an idle machine only.
#
#   ENTRIES       that the node holds (1,000)
#   IDLE_SECONDS  in which it does nothing (60)
#   RUNS          of each command (101)

set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
PATH=$B:$PATH
ENTRIES=${ENTRIES:-1000}
IDLE_SECONDS=${IDLE_SECONDS:-60}
RUNS=${RUNS:-101}

# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
# shellcheck source=tests/bench/hub_lib.sh
. tests/bench/hub_lib.sh

# median COMMAND...: of its wall time as a whole process, milliseconds.
median() {
	/usr/bin/python3 - "$RUNS" "$@" <<-'END'
		import os, statistics, sys, time
		runs, command = int(sys.argv[1]), sys.argv[2:]
		nowhere = os.open("/dev/null", os.O_RDWR)
		to = [(os.POSIX_SPAWN_DUP2, nowhere, n) for n in (0, 1, 2)]
		times = []
		for _ in range(runs + 1):
		    begin = time.perf_counter()
		    pid = os.posix_spawnp(command[0], command, os.environ,
		                          file_actions=to)
		    status = os.waitpid(pid, 0)[1]
		    times.append(time.perf_counter() - begin)
		    if status:
		        sys.exit(f"{command} ended with {status}")
		print(f"{statistics.median(times[1:]) * 1000:.2f}")
	END
}

echo "a node with $ENTRIES entries that does nothing, and one link"
hub_new node dk-791
real_timers node
node_up node
for ((i = 1; i <= ENTRIES; i++)); do
	printf '%s{"body": %s}' "$([ "$i" -eq 1 ] || echo ,)" \
		"$(trial "number $i")"
done >"$WORK/trials.json"
printf '{"record": [%s]}' "$(cat "$WORK/trials.json")" |
	at node publish --yes - >/dev/null || die "publish"
node_new guest no-5501
real_timers guest
node_up guest
befriend node guest
converge 120 node guest || die "the two differ"
id=$(at node list --json | field id)
node_end node
node_up node
at node sync --wait 60 >/dev/null
pause 5
from=$(cpu node)
pause "$IDLE_SECONDS"
line "processor time of erfad, of one core" \
	"$(calc "($(cpu node) - $from) / 10000 / $IDLE_SECONDS")" % 0.2
line "anonymous memory of erfad" "$(calc "$(memory node) / 1024")" MiB 24
line "erfa status, whole process, median" \
	"$(median "$ERFA" --socket="$WORK/node/run/control" status)" ms 15
line "erfa show, whole process, median" \
	"$(median "$ERFA" --socket="$WORK/node/run/control" show "$id")" ms 15
[ "$OVER" -eq 0 ] || BAD=1
finish
