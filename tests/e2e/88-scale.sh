#!/bin/bash
# Sixty leaves that dial two hubs which know each other: all find back after a hub was
# restarted or killed, nothing aborts, nothing is lost, all hold the same.  A whole
# country, measured: make bench-hub.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/bench/hub_lib.sh
. "$(dirname "$0")/../bench/hub_lib.sh"

N=60

# Fewer descriptors than the hubs need: erfad takes more, up to the hard limit.
ulimit -Sn 128

# all WORD LINE: the leaves obey, and WORD is said of all of them.
all() {
	leaves "$2"
	check_same "all $N leaves: $2" $N "$(told "$1")"
}

# agree: hubs and leaves have one digest.
agree() {
	local name digest
	check "the hubs have the same" converge 60 hub other
	all same "same 60"
	digest=$(told digest)
	for name in hub other; do
		check_has "$name has what its leaves have" \
			"$(status $name digest)" "^$digest"
	done
}

hub_new hub dk-791
hub_new other no-5501
node_up hub
node_up other
befriend hub other
check "two hubs know each other" converge 60 hub other
node_end hub
check "a hub gets members by the dozen" \
	"$B/tests/bench/bench_leaves" seed "$WORK/hub" $N 3 600
leaves_copy hub $N 2
node_up hub
check "the second hub gets all logs" converge 60 hub other
leaves_up quick $N "$(hub_where hub)" "$(hub_where other)"
all live "live 60 2"
all to "publish 3 1024"
agree

# Restarted by request, then killed; entries are signed meanwhile.
node_end hub
all to "publish 3 1024"
node_up hub
all live "live 60 2"
agree
node_kill other
all to "burst 20 1024"
node_up other
all live "live 60 2"
agree
check_same "no leaf complains" 0 "$(told complaints)"

# Somebody new is known to all.
node_new new se-180
node_up new
befriend other new
check "the newcomer has all" converge 60 hub other new
agree
if leaves_down; then
	ok "the leaves end well"
else
	not_ok "the leaves end well" "they ended with $?"
fi
finish
