#!/bin/bash
# Conditions of a decision that stands on its authority's own node: the authority
# says when one is met, or the municipality says so in a note on its own node, which
# changes nothing of the authority's.
. "$(dirname "$0")/lib.sh"

node_listen m dk-bm --name "Beskæftigelsesministeriet"
node_new v dk-791 --name "Viborg Kommune"
node_up v
befriend m v
export VISUAL=false EDITOR=false

meet() {
	converge 30 m v >/dev/null || not_ok "both meet" "they do not"
}

# both TEXT PATTERN: what conditions prints on both nodes.
both() {
	local name
	meet
	for name in m v; do
		check "$name: conditions" at "$name" conditions "$t"
		check_has "$name: $1" "$OUT" "$2"
	done
}

check "a trial that a rule stands in the way of" at v new --yes --json \
	--title "Færre samtaler med ledige" --sector employment_inclusion \
	--summary "Samtaler, når de gavner." \
	--set "goals[0].text=Flere i arbejde" \
	--set "goals[0].success_criterion=Hver femte" \
	--set "period.start=2026-10-01" --set "period.end=2027-09-30"
t=$(field id <<<"$OUT")
check "exempt" at v exempt "$t" --provision "Lov om aktiv beskæftigelsesindsats § 31" \
	--level act --why "Samtaler hver måned" --authority dk-bm
meet
check "the ministry decides at its own node" at m decide "$t" \
	--outcome approved_with_conditions --date 2026-09-01 \
	--plain "I må selv vælge, hvornår I taler sammen" \
	--condition "Før en log; 2027-03-01" --condition "Meld klager"
meet
check "it is there" at v list --org dk-bm --kind decision --json
d=$(grep -oE '"fullId": *"[^"]*"' <<<"$OUT" | head -n 1)
versions=$(at m history "$(grep -oE 'dk-bm/[0-9a-z]+' <<<"$d")" --json |
	grep -oE '"major"' | wc -l)
check_status "a condition that there is not" 66 at v conditions "$t" --met 7
check "the municipality notes that one is met" at v conditions "$t" --met 1 \
	--date 2026-12-01
both "the first is met" "Før en log.*2026-12-01"
both "the second is not" "Meld klager"
check "what was written is its own" at m list --org dk-791 --kind decision --json
check_same "one note" 1 "$(grep -oE '"fullId"' <<<"$OUT" | wc -l)"
check_has "transcribed" "$OUT" '"transcribed": *true'
check_same "the ministry's decision has no new version" "$versions" \
	"$(at m history "$(grep -oE 'dk-bm/[0-9a-z]+' <<<"$d")" --json |
		grep -oE '"major"' | wc -l)"
check "a second one" at v conditions "$t" --met 2 --date 2026-12-24
both "that is met, too" "Meld klager.*2026-12-24"
check "there is still one note" at m list --org dk-791 --kind decision --json
check_same "in its next version" 1 "$(grep -oE '"fullId"' <<<"$OUT" | wc -l)"
check "what the ministry says itself holds" at m conditions "$t" --met 1 --date 2026-12-05
both "its day is the ministry's" "Før en log.*2026-12-05"
for name in m v; do
	check "$name: status" at "$name" status "$t"
	check_same "$name: no condition is open" "" "$(grep "not yet met" <<<"$OUT")"
done
finish
