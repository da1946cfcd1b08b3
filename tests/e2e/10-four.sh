#!/bin/bash
# Four nodes exchange the 138 trials of tests/corpus: what "make demo" shows, checked.
# timeout: 120
. "$(dirname "$0")/lib.sh"

CORPUS=tests/corpus/trials.jsonl
all=(viborg tromso oulu kuopio)

# lines COUNTRY...: the trials of these countries.
lines() {
	grep -E "\"country\": \"($(IFS='|' && echo "$*"))\"" "$CORPUS"
}

lines DK >"$WORK/viborg.jsonl"
lines NO SE IS >"$WORK/tromso.jsonl"
lines FI >"$WORK/oulu.jsonl"
cat >"$WORK/new.json" <<'END'
{"envelope": {"language": "fi"},
 "trial": {"title": "Esimerkki: iltapäiväkahvila omaishoitajille",
  "summary": "Keksitty kokeilu.", "sector": ["SECTOR_ELDER_CARE"],
  "status": "STATUS_ACTIVE",
  "goals": [{"text": "Omaishoitajat jaksavat", "successCriterion": "Kävijät palaavat"}],
  "period": {"start": "2025-01", "end": "2027-12"},
  "owner": {"unit": "Kotihoito", "role": "Palvelupäällikkö"},
  "anchoring": {"bodyKind": "BODY_KIND_COUNCIL", "date": "2024-12-09"},
  "sites": [{"id": "fi-297", "name": "Kuopio"}]}}
END

# Three that listen; two of them join the first; each imports its own.
node_listen viborg dk-791 --name "Viborg Kommune"
node_listen tromso no-5501 --name "Tromsø kommune"
node_listen oulu fi-564 --name "Oulun kaupunki"
befriend viborg tromso
befriend viborg oulu
for name in viborg tromso oulu; do
	check "$name imports the trials of its country" \
		at "$name" import "$WORK/$name.jsonl"
done
check "three nodes come into step" converge 30 viborg tromso oulu

# The fourth only dials out and joins late.
node_new kuopio fi-297 --name "Kuopion kaupunki"
node_up kuopio
befriend oulu kuopio
check "a fourth that only dials out catches up" converge 30 "${all[@]}"
check "it publishes one of its own" at kuopio publish --yes "$WORK/new.json"
for name in viborg tromso oulu; do
	check "it arrives at $name" shows "$name" 139
done
check "all four are in step" converge 30 "${all[@]}"

# The same everywhere.
for name in "${all[@]}"; do
	check_same "$name shows 139 trials" 139 "$(status "$name" trials)"
done
positions viborg >"$WORK/positions"
bodies viborg >"$WORK/bodies"
for name in tromso oulu kuopio; do
	check_same "$name holds the same logs as viborg" \
		"$(cat "$WORK/positions")" "$(positions "$name")"
	check_same "$name holds the same bodies as viborg" \
		"$(cat "$WORK/bodies")" "$(bodies "$name")"
done
check_same "there are logs to compare" 4 "$(wc -l <"$WORK/positions")"
for name in "${all[@]}"; do
	check "verify finds no errors at $name" at "$name" verify
done

# What was imported comes out again, key by key.
at kuopio export | grep '^{"id": ' | sort >"$WORK/exported"
check_same "export gives back every line of the import" \
	"$(sort "$CORPUS")" "$(cat "$WORK/exported")"

# Importing again.
entries=$(status viborg entries)
check "a second import is accepted" at viborg import --json "$WORK/viborg.jsonl"
check_same "and publishes nothing" 0 "$(field published <<<"$OUT")"
check_same "the node holds as many entries as before" "$entries" \
	"$(status viborg entries)"
check "two nodes may import the same file" \
	at oulu import --json "$WORK/viborg.jsonl"
check "the second publishes it as its own" test "$(field published <<<"$OUT")" -gt 76
check "it spreads" converge 30 "${all[@]}"
for name in "${all[@]}"; do
	check_same "$name counts each trial once" 139 "$(status "$name" trials)"
done

# Finding.
check "find boliger" at kuopio find boliger --jsonl
check_same "finds trials of two countries, whatever else is near" "DK NO" \
	"$(grep -oE '"country": *"(DK|NO)"' <<<"$OUT" | grep -oE '[A-Z]{2}' |
		sort -u | paste -sd ' ')"

# Watching, and going on from a cursor.
arrived() {
	grep -oE '"arrival": *"?[0-9]+' | grep -oE '[0-9]+$'
}
at viborg watch --json --from start --count 40 --wait 30 | arrived >"$WORK/once"
at viborg watch --json --from start --count 15 --wait 30 >"$WORK/first"
cursor=$(tail -n 1 "$WORK/first" | field cursor)
at viborg watch --json --from "$cursor" --count 25 --wait 30 >"$WORK/second"
check_same "watch goes on from a cursor without hole or repetition" \
	"$(cat "$WORK/once")" "$(cat "$WORK/first" "$WORK/second" | arrived)"
check_status "watch ends with 75 when nothing comes" 75 \
	at viborg watch --count 1 --wait 1
finish
