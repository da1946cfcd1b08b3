#!/bin/bash
# The examples of erfa-trial(5) and erfad.conf(5) are what they say they are.
. "$(dirname "$0")/lib.sh"

# block PAGE N: example number N of a page.
block() {
	awk -v n="$2" '/^```/ { on = !on; k += on; next } on && k == n' "$1"
}

page=client/man/erfa-trial.5.scd
block $page 1 >"$WORK/form.yaml"
block $page 2 >"$WORK/trial.json"
block $page 3 >"$WORK/ours.csv"
block $page 4 >"$WORK/map.txt"
block $page 5 | tr -d '\n' >"$WORK/lines.jsonl"
echo >>"$WORK/lines.jsonl"

node_listen v dk-791 --name "Viborg Kommune"
id=$(at v new --title x --summary y --sector school --yes --json | field id)
check "the form is read" at v edit "$id" --from "$WORK/form.yaml"
check "and published" at v publish --yes "$id"
check "then only the authority's answer is missing" at v status "$id"
check_has "as erfa status says" "$OUT" "waiting for ældreministeriet"
check "the JSON is good" at v publish --dry-run "$WORK/trial.json"
check "and published" at v publish --yes "$WORK/trial.json"
check "the table gets a proposal" at v import "$WORK/ours.csv" --map
while read -r line; do
	check_has "which has: $line" "$OUT" "^$line"
done <"$WORK/map.txt"
at v import "$WORK/ours.csv" --map >"$WORK/whole.txt" 2>/dev/null
check "and goes in by it" at v import "$WORK/ours.csv" \
	--map="$WORK/whole.txt" --yes --as-ideas
check_has "with both rows" "$OUT" "Published 2 records"
check "the line of JSON goes in" at v import "$WORK/lines.jsonl"

page=daemon/man/erfad.conf.5.scd
mkdir -p "$WORK/conf/conf.d"
block $page 2 >"$WORK/conf/erfad.conf"
block $page 3 >"$WORK/conf/conf.d/50-space.conf"
check "the settings are good" "$ERFAD" --config "$WORK/conf/erfad.conf" \
	--check-config
check "and in force" "$ERFAD" --config "$WORK/conf/erfad.conf" --print-config
check_has "with what the second file sets" "$OUT" '^store_max = 200 GB'
finish
