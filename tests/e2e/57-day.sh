#!/bin/bash
# What is told of another day, of a permission that has run out, and of what was
# taken back.
. "$(dirname "$0")/lib.sh"

# The days below are counted from today, which shall not end meanwhile.
left=$((86400 - $(date -u +%s) % 86400))
[ "$left" -gt $((120 * SLOW)) ] || timeout $((left + 1)) tail -f /dev/null

node_new v dk-751 --name "Aarhus Kommune"
node_up v
day() { date -u -d "$1 days" +%F; }

trial "Natlys" | at v publish --yes --json - >"$WORK/one"
t=$(field shownId <"$WORK/one")

# --- Another day.

check "list --at yesterday" at v list --at "$(day -1)" --json
check_same "has nothing yet" "" "$(grep -o Natlys <<<"$OUT")"
check "list --at today" at v list --at "$(day 0)"
check_has "has it" "$OUT" "Natlys"
check_status "show --at yesterday" 66 at v show "$t" --at "$(day -1)"
check_status "what cannot tell of another day says so" 64 at v export --at "$(day -1)"
check_has "in words" "$OUT" "cannot tell of another day"
check_status "the node's own status neither" 64 at v status --at "$(day -1)"
check "own" at v own "$t" --unit "Plejehjem" --role Leder
check "anchor" at v anchor "$t" --body council --date 2026-01-15
check "plan" at v plan "$t" --goal Ro --criterion "Færre fald" --from "$(day -9)" \
	--to "$(day 30)"

# --- A permission that has run out is no yes.

check "exempt" at v exempt "$t" --provision "Serviceloven § 83" --level act --why "Lys" \
	--authority dk-c900
check "decide" at v decide "$t" --authority dk-c900 --ref 1 --outcome approved \
	--plain "I må" --date "$(day -20)" --until "$(day -3)"
check_status "it does not start today" 65 at v start "$t"
check_has "as the permission is over" "$OUT" "ran out on $(day -3), before the start"
check "status" at v status "$t"
check_has "says so first" "$(head -n 1 <<<"$OUT")" "^May not start: the permission of dk-c900"
check "it started when there was one" at v start "$t" --date "$(day -9)"
check "status" at v status "$t"
check_has "it goes on, and is warned" "$(head -n 1 <<<"$OUT")" "^May go on: but the permission"
check "list" at v list
check_has "which the list shows" "$OUT" "permission expired"

# --- A condition that the municipality met, a decision that replaces another.

trial "Åbne døre" | at v publish --yes --json - >"$WORK/two"
u=$(field shownId <"$WORK/two")
check "decide" at v decide "$u" --authority dk-c900 --ref 2 --outcome pending \
	--date "$(day -9)" --json
first=$(field id <<<"$OUT")
check "decide again" at v decide "$u" --authority dk-c900 --ref 3 \
	--outcome approved_with_conditions --plain "I må" --condition "Før log" --json
check "show the first" at v show "$first" --json
check_has "it is replaced" "$OUT" "replacedBy"
check "conditions" at v conditions "$u"
check_same "are told once" 1 "$(grep -c "Før log" <<<"$OUT")"

# --- What was taken back.

check "retract" at v retract "$u" --reason data_error --explanation "Dublet" --yes
check "list" at v list
check_has "says so" "$OUT" "Åbne døre.*retracted"
check "list --json" at v list --json
check_has "to programs too" "$OUT" '"retracted": ?true'
check "list --at before it began" at v list --at "$(day -1)"
check_same "knows neither" "" "$(grep -oE "Natlys|Åbne" <<<"$OUT")"

# --- Nobody has heard of it for a year.

printf '{"trial": {"title": "Glemt", "summary": "x", "sector": ["SECTOR_SEVERAL"], %s}}\n' \
	'"status": "STATUS_PLANNED", "goals": [{"text": "a", "successCriterion": "b"}],
	 "period": {"start": "2020", "end": "2021"}' | at v publish --yes - >"$WORK/three"
check "list in two years" at v list --at "$(day 800)"
check_has "does not know how it stands" "$OUT" "Glemt.*unknown"
check "list today" at v list
check_has "still does" "$OUT" "Glemt.*planned"

# --- A draft that is dropped takes its origin with it.

check "adapt" at v adapt "$t" --title "Lys hos os" --json
d=$(field shownId <<<"$OUT")
check "drop" at v drafts --drop "$d" --yes
check "drafts" at v drafts
check_has "none is left" "$OUT" "No drafts"
finish
