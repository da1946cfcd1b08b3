#!/bin/bash
# What those who operate a node use: settings that are read again, health, metrics,
# doctor, and the service manager that hears whether the node lives.
# timeout: 120
. "$(dirname "$0")/lib.sh"

node_listen hub dk-791 --name "Viborg Kommune"
node_listen leaf no-5501 --name "Tromsø kommune"
conf=$WORK/hub/erfad.conf

# setting NAME FIELD: what erfa config says of one.
setting() {
	at hub config "${@:3}" --json | tr '\n' ' ' |
		grep -oE "\{[^{}]*\"name\": *\"$1\"[^{}]*\}" | field "$2"
}

# --- Settings.
check "erfa config shows every setting" at hub config
check_has "with its value and the line it stands in" "$OUT" \
	'^org +dk-791 +erfad\.conf:[0-9]+$'
check_has "or that it is the default" "$OUT" '^get_ms +[0-9]+ +(default|erfad.conf)'
check "the files say what is in force" at hub config --diff
check_has "and erfa says so" "$OUT" 'The files say what is in force'

mkdir "$WORK/hub/conf.d"
printf '[timers]\ngap_ms = 250\n[node]\nname = Somewhere\n' \
	>"$WORK/hub/conf.d/50-site.conf"
check "a file in conf.d is compared" at hub config --diff
check_has "a timer waits for erfa reload" "$OUT" \
	'^gap_ms +100 +250 +conf\.d/50-site\.conf:2 +erfa reload'
check_has "a name for a restart" "$OUT" \
	'^name .*conf\.d/50-site\.conf:4 +systemctl restart erfad'
check "erfa reload puts in force what can be" at hub reload
check_has "it counts what changed" "$OUT" '1 setting changed'
check_has "and names what waits" "$OUT" 'name waits for a restart'
check_same "the timer is in force" 250 "$(setting gap_ms value)"
check_same "and its source is told" conf.d/50-site.conf:2 \
	"$(setting gap_ms source)"
check_same "the name is as it was" "Viborg Kommune" "$(setting name value)"
check "reload again" at hub reload
check_has "changes nothing" "$OUT" 'nothing changed'

# A mistake changes nothing, and all of them are told at once.
printf '[timers]\ngap_ms = 300\nhav_ms = 5\n[node]\npub = true\n' \
	>"$WORK/hub/conf.d/50-site.conf"
check_status "with a mistake erfa reload ends with 78" 78 at hub reload
check_has "it names file and line" "$OUT" \
	'conf\.d/50-site\.conf:3: unknown setting "hav_ms"'
check_has "and what was meant" "$OUT" 'did you mean "have_ms"'
check_has "and the other mistake" "$OUT" '50-site\.conf:5: pub is true'
check_same "nothing of the file is in force" 250 "$(setting gap_ms value)"
check_status "erfa config --diff tells the same" 78 at hub config --diff
check_status "erfad --check-config too" 78 \
	"$ERFAD" --config "$conf" --check-config
check_status "in JSON it is one error" 78 at hub reload --json
check_same "with a word for programs" bad_settings "$(field code <<<"$OUT")"
printf '[timers]\ngap_ms = 300\n' >"$WORK/hub/conf.d/50-site.conf"
kill -HUP "${NODE_PID[hub]}"
check "SIGHUP does the same" \
	await "$WORK/hub/log" 'settings were read again \(changed=1 '
check_same "and erfad lives on" 300 "$(setting gap_ms value)"

# --- Health.
# health NAME [OPTION...]: the line alone.
# shellcheck disable=SC2317 # check_status calls it
health() {
	at "$1" health "${@:2}" 2>/dev/null
}
check_status "health of a node without peers is a warning" 1 at hub health
check_has "in one line with numbers" "$OUT" \
	'^ERFA WARNING - .*no peers \| up=1 .*entries=[0-9]+ .*store_bytes=[0-9]+'
check_same "of one line" 1 "$(wc -l <<<"$OUT")"
befriend hub leaf
check "they come into step" converge 30 hub leaf
check "then it is well" at hub health --least 1
check_has "and says so" "$OUT" '^ERFA OK - 1 of 1 peers are in step'
check_status "fewer peers than wanted is critical" 2 at hub health --least 2
check_has "and says so" "$OUT" '^ERFA CRITICAL - 1 peers are in step, 2 are wanted'
check_status "a wrong number is unknown" 3 at hub health --least many
check "health --json" at hub health --json
check_same "has a schema" erfa.health/1 "$(field schema <<<"$OUT")"
check_same "and the state" OK "$(field state <<<"$OUT")"
check_has "it speaks Danish, the verdict does not" \
	"$(LANGUAGE=da at hub health --lang da)" '^ERFA OK - '
check_status "without erfad it is critical" 2 \
	"$ERFA" --socket="$WORK/none" health
check_has "and says so" "$OUT" '^ERFA CRITICAL - erfad is not running \| up=0'

# --- What erfad said.
check "erfa log" at hub log
check_has "tells when it began to serve" "$OUT" 'info +main: erfad .* serves'
check_has "and who was admitted" "$OUT" 'info +peers: no-5501 was admitted'
check "erfa log --level err" at hub log --level err
check_has "tells of the settings only" "$OUT" 'err +config: the settings stay'
check_same "and nothing below" 0 "$(grep -c '  info  ' <<<"$OUT")"
check "erfa log --lines 1" at hub log --lines 1
check_same "tells one line" 1 "$(grep -c ' main: \| config: \| peers: ' <<<"$OUT")"
check_status "a level that there is not is told" 64 at hub log --level loud
check_has "with those that there are" "$OUT" 'err, warning, info, debug'
check "erfa log --jsonl" at hub log --jsonl --level err
check_has "has the kind of event" "$OUT" '"event": ?"settings-wrong"'
check "erfa log --json" at hub log --json
check_same "has a schema" erfa.log/1 "$(field schema <<<"$OUT")"

# --- Metrics.
check "erfa metrics" at hub metrics
check_has "tells that erfad is up" "$OUT" '^erfa_up 1$'
check_has "and of each peer" "$OUT" \
	'^erfa_peer_live\{peer="no-5501",key="[0-9a-f]{16}"\} 1$'
# shellcheck disable=SC2016 # eval expands it
check "every line is as Prometheus reads it" eval \
	'! grep -vE "^(# (HELP|TYPE) erfa_[a-z_]+ .+|erfa_[a-z_]+(\{[^}]*\})? -?[0-9.e+]+)$" <<<"$OUT"'
# shellcheck disable=SC2016 # eval expands it
check "no name is described twice" eval \
	'test -z "$(grep "^# TYPE" <<<"$OUT" | sort | uniq -d)"'
case $(at hub metrics) in
*"erfa_clock_synchronized 0"*)
	check_has "status tells of a clock that nobody keeps right" \
		"$(at hub status)" '^Clock +nobody keeps it right: sudo timedatectl'
	;;
esac
check "a file is put in its place" at hub metrics --output "$WORK/erfa.prom"
check "as a whole" test -z "$(find "$WORK" -name '*.new')"
check_has "with the same" "$(cat "$WORK/erfa.prom")" '^erfa_up 1$'
check_same "for all to read" 644 "$(stat -c %a "$WORK/erfa.prom")"
check_status "a folder that is not there is told" 73 \
	at hub metrics --output "$WORK/none/erfa.prom"
check "metrics --json" at hub metrics --json
check_same "has a schema" erfa.metrics/1 "$(field schema <<<"$OUT")"
check "without erfad there is one number" \
	"$ERFA" --socket="$WORK/none" metrics
check_has "erfa_up 0" "$OUT" '^erfa_up 0$'

# --- Doctor.
OUT=$(at hub doctor 2>&1)
check_has "doctor looks at the store" "$OUT" 'no errors were found'
check_has "at the key" "$OUT" 'only its owner can use .*/node\.key'
check_has "at the settings" "$OUT" 'erfad\.conf says what is in force'
check_has "at the clock" "$OUT" 'clock'
check_has "at peers" "$OUT" 'no-5501 and this node have told each other everything'
check_has "and whether they come in" "$OUT" 'others reach this node from outside'
check "nothing of it is bad" at hub doctor
check "it writes a ticket" at leaf doctor --firewall
check_has "with the way out" "$OUT" \
	"TCP out to $(status hub listen), and to the port after it \(dk-791\)"
check_has "and the way in" "$OUT" "TCP in to $(status leaf listen)"
check "doctor --json" at hub doctor --json
check_same "has a schema" erfa.doctor/1 "$(field schema <<<"$OUT")"
chmod 644 "$WORK/hub/node.key"
check_status "a key that others can read is bad" 1 at hub doctor
check_has "and doctor says what to type" "$OUT" 'chmod 600 .*/node\.key'
chmod 600 "$WORK/hub/node.key"
node_end hub
check_status "a peer that is silent is seen" 1 \
	eval 'at leaf watch --count 1 --wait 1 >/dev/null 2>&1; at leaf doctor'
check_has "with the text for the network team" "$OUT" 'For the network team'
check_status "without erfad doctor says how to start it" 1 at hub doctor
check_has "by name" "$OUT" 'sudo systemctl start erfad'

# --- Help and exit codes.
check "erfa help exit" at leaf help exit
check_has "names every code" "$OUT" '^78  config'
node_end leaf

# --- The service manager: READY, a line of status, and a watchdog that is fed only
# if the writer comes back.
heard=$WORK/heard
NOTIFY=$PWD/tests/e2e/notify.py
printf '#!/bin/sh\nexec "%s" "%s" "%s" "$@"\n' "$NOTIFY" "$heard" \
	"$(command -v "$ERFAD")" >"$WORK/managed"
chmod +x "$WORK/managed"
ERFAD=$WORK/managed
node_up leaf
check "the service manager hears READY" await "$heard" '^READY=1\|STATUS='
check "and a line of status" await "$heard" 'STATUS=no-5501: in step with '
check "and that it lives" await "$heard" '^WATCHDOG=1$'
printf '[timers]\ngap_ms = 300\n' >"$WORK/site.conf"
mkdir "$WORK/leaf/conf.d" && mv "$WORK/site.conf" "$WORK/leaf/conf.d"
check "erfa reload waits" at leaf reload
check "and the service manager hears of it" \
	await "$heard" '^RELOADING=1\|MONOTONIC_USEC=[0-9]+$'

# beats: how often it was said.
beats() {
	grep -c '^WATCHDOG=1$' "$heard"
}
mkfifo "$WORK/hold"
"$NOTIFY" --hold "$WORK/leaf/state/main.mdb" <"$WORK/hold" >"$WORK/held" &
HELPERS+=($!)
exec 8>"$WORK/hold"
check "the store is held, as a disk that hangs would" await "$WORK/held" held
at leaf watch --count 1 --wait $((1 * SLOW)) >/dev/null 2>&1
before=$(beats)
check_status "and its loop goes on" 75 \
	at leaf watch --count 1 --wait $((3 * SLOW))
check_same "but the watchdog is not fed" "$before" "$(beats)"
exec 8>&-

# beats_again: wait until it is said again.
# shellcheck disable=SC2317 # check calls it
beats_again() {
	local until=$((SECONDS + 30 * SLOW))
	while [ "$(beats)" -le "$before" ]; do
		[ "$SECONDS" -lt "$until" ] || return 1
		at leaf watch --count 1 --wait 1 >/dev/null 2>&1
	done
	return 0
}
check "and again when it is let go" beats_again
finish
