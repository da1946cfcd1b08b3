#!/bin/bash
# Four municipalities exchange real trials on this machine: make demo.
#
# It uses ports that the system chooses, and a directory of its own, which it
# removes.  DEMO_EXIT=1 ends it where it would wait for Ctrl-C.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
PATH=$B:$PATH
export PATH TMPDIR=${TMPDIR:-/tmp}
. tests/e2e/lib.sh

CORPUS=tests/corpus/trials.jsonl
BEGAN=$EPOCHREALTIME
SINCE=$BEGAN
ALL=(viborg tromso oulu kuopio)
declare -A PLACE=([viborg]=Viborg [tromso]=Tromsø [oulu]=Oulu [kuopio]=Kuopio)
declare -A ORG=([viborg]=dk-791 [tromso]=no-5501 [oulu]=fi-564 [kuopio]=fi-297)

# --- What people read.

say() {
	printf '%s\n' "$*"
}

# step TEXT: a new part begins.
step() {
	printf '\n%s\n' "$*"
	SINCE=$EPOCHREALTIME
}

# row PLACE TEXT: aligned by characters, not by bytes.
row() {
	printf '  %s%*s%s\n' "$1" $((10 - ${#1})) "" "$2"
}

# took: seconds since the step began, with one decimal.
took() {
	local ms=$(((${EPOCHREALTIME/[.,]/} - ${SINCE/[.,]/}) / 1000))
	printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# fail WHY: the demo is itself a check.
fail() {
	BAD=1
	say
	say "This went wrong: $1"
	exit 1
}

# must WHY COMMAND...
must() {
	local why=$1
	shift
	OUT=$("$@" 2>&1) || {
		printf '%s\n' "$OUT"
		fail "$why"
	}
}

# --- The nodes.

# begin NODE NAME [OPTION...]: make it and start it.
begin() {
	node_new "$1" "${ORG[$1]}" --name "$2" "${@:3}"
	node_start "$1" || fail "the node of ${PLACE[$1]} does not start"
}

# joins NODE INVITER
joins() {
	local line
	line=$(invite "$2" "${ORG[$1]}")
	[ -n "$line" ] || fail "${PLACE[$2]} cannot invite"
	must "${PLACE[$1]} cannot join" at "$1" join --yes "$line"
	row "${PLACE[$1]}" "joined by an invitation from ${PLACE[$2]}."
}

# import NODE WHOSE COUNTRY...
import() {
	local file=$WORK/$1.jsonl
	grep -E "\"country\": \"($(IFS='|' && echo "${*:3}"))\"" "$CORPUS" >"$file"
	must "${PLACE[$1]} cannot import" at "$1" import "$file"
	row "${PLACE[$1]}" "imported $(wc -l <"$file") trials: $2."
}

# equal WHAT COMMAND: its output is the same for all four nodes.
equal() {
	local name first
	first=$("$2" viborg)
	[ -n "$first" ] || fail "there is nothing to compare"
	for name in tromso oulu kuopio; do
		[ "$("$2" "$name")" = "$first" ] ||
			fail "${PLACE[$name]} and Viborg do not hold the same $1"
	done
	row "same" "$(wc -l <<<"$first") $1 at all four."
}

say "erfa: four municipalities exchange $(wc -l <"$CORPUS") real Nordic trials."
say "Each has a node of its own. There is no centre."

step "Three nodes start. They can be reached by others."
begin viborg "Viborg Kommune" --listen 127.0.0.1:0
begin tromso "Tromsø kommune" --listen 127.0.0.1:0
begin oulu "Oulun kaupunki" --listen 127.0.0.1:0
for name in viborg tromso oulu; do
	row "${PLACE[$name]}" "${ORG[$name]}, listens on $(status "$name" listen)"
done

step "Two of them join the first. A line of text is all it takes."
joins tromso viborg
joins oulu viborg

step "Each imports what is known of trials in its country."
import viborg "those of Denmark" DK
import tromso "those of Norway, Sweden and Iceland" NO SE IS
import oulu "those of Finland" FI
converge 30 viborg tromso oulu || fail "they do not come into step"
for name in viborg tromso oulu; do
	row "${PLACE[$name]}" "now holds $(status "$name" trials) trials."
done
say "  That took $(took), signing, sending and checking included."

step "Kuopio joins late. Its node only dials out: no port is open."
begin kuopio "Kuopion kaupunki"
joins kuopio oulu
converge 30 "${ALL[@]}" || fail "Kuopio does not catch up"
row Kuopio "caught up with $(status kuopio trials) trials in $(took)."

step "Kuopio publishes a trial. Viborg is watching."
cat >"$WORK/new.json" <<'END'
{"envelope": {"language": "fi"},
 "trial": {"title": "Esimerkki: iltapäiväkahvila omaishoitajille",
  "summary": "Keksitty kokeilu, jolla erfaa esitellään.",
  "sector": ["SECTOR_ELDER_CARE"], "status": "STATUS_ACTIVE",
  "goals": [{"text": "Omaishoitajat jaksavat", "successCriterion": "Kävijät palaavat"}],
  "period": {"start": "2025-01", "end": "2027-12"},
  "owner": {"unit": "Kotihoito", "role": "Palvelupäällikkö"},
  "anchoring": {"bodyKind": "BODY_KIND_COUNCIL", "date": "2024-12-09"},
  "sites": [{"id": "fi-297", "name": "Kuopio"}]}}
END
mkfifo "$WORK/watch"
exec 8<>"$WORK/watch"
here=$(status viborg storeEpoch)/$(status viborg arrival)
helper at viborg watch --from "$here" --kind trial --count 1 --wait 30 \
	>"$WORK/watch"
must "Kuopio cannot publish" at kuopio publish --yes "$WORK/new.json"
read -r -t 30 line <&8 || fail "the watcher at Viborg saw nothing"
row Kuopio "published one of its own."
row Viborg "saw: $line"
converge 30 "${ALL[@]}" || fail "it did not reach all"
row all "have it, $(took) later."

step "Anybody can look for what others tried: erfa find boliger"
at kuopio find boliger || fail "find finds nothing"
countries=$(at kuopio find boliger --jsonl | grep -o '"country":"[A-Z]*"' |
	sort -u | cut -d '"' -f 4 | paste -sd ' ')
[ "${#countries}" -gt 2 ] || fail "the hits are of one country only"
say "They come from: $countries."

step "Every node checks all it holds: signatures, chains, contents."
for name in "${ALL[@]}"; do
	must "verify finds errors at ${PLACE[$name]}" at "$name" verify
	row "${PLACE[$name]}" "$(tail -n 1 <<<"$OUT")"
done

step "Do the four hold the same? This script compares it itself."
equal "logs, each with its length and last hash," positions
equal "records, to the last byte," bodies
ms=$(((${EPOCHREALTIME/[.,]/} - ${BEGAN/[.,]/}) / 1000))
say
say "All of it took $((ms / 1000)).$((ms % 1000 / 100)) s."
[ "${DEMO_EXIT:-}" != 1 ] || exit 0

for name in "${ALL[@]}"; do
	ln -s "$WORK/$name/run/control" "$WORK/$name.sock"
done
tool=${B#"$PWD"/}/erfa
say
say "The nodes are running. Try this in another terminal, in this folder:"
say "  $tool --socket $WORK/kuopio.sock list --country SE"
say "  $tool --socket $WORK/oulu.sock find nattilsyn"
say "  $tool --socket $WORK/viborg.sock peers"
say "Ctrl-C ends them and removes everything."
trap 'say; exit 0' INT TERM
wait "${NODE_PID[viborg]}"
