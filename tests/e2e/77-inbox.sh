#!/bin/bash
# What a municipality is reminded of: all of it follows from what is published and
# from the day, is told once, and goes away when it is answered.
# timeout: 180
. "$(dirname "$0")/lib.sh"

node_listen v dk-791 --name "Viborg Kommune"
node_new m dk-min --name "Ministeriet"
node_up m
befriend v m
export VISUAL=false EDITOR=false

meet() {
	converge 30 v m >/dev/null || not_ok "both meet" "they do not"
}

# inbox DAY: Viborg's on that day.
inbox() {
	at v inbox --at "$1"
}

# has NAME DAY PATTERN; has_not NAME DAY PATTERN: a line of it, or none.
has() {
	check_has "$1" "$(inbox "$2")" "$3"
}
has_not() {
	check_same "$1" "" "$(inbox "$2" | grep -E -- "$3")"
}

check "a trial that departs from a rule" at v new --yes --json --sector elder_care \
	--title "Faste team" --summary "Et lille team til hver." \
	--set "goals[0].text=Færre hjælpere" \
	--set "goals[0].success_criterion=Højst otte" \
	--set "period.start=2090-01-01" --set "period.end=2090-12-31"
a=$(field id <<<"$OUT")
check "exempt" at v exempt "$a" --provision "Serviceloven § 83" --level act \
	--why "Hver ydelse visiteres" --authority dk-min
check "own" at v own "$a" --unit "Hjemmeplejen" --role "Leder"
check "anchor" at v anchor "$a" --body council --date 2026-10-01 --name Byrådet
check "the programme" at v programme new --name "Velfærdsaftaler" \
	--type welfare_agreement --status open --yes --json
p=$(field id <<<"$OUT")
check "a round" at v round new --programme "$p" --opens 2090-06-01 --closes 2090-08-20 \
	--no 1 --yes --json
r=$(field id <<<"$OUT")
check "before it is handed in" at v status "$a"
check_has "that is what is missing" "$OUT" "erfa apply dk-791/"
check "apply" at v apply "$a" --round "$r"
check "after it" at v status "$a"
check_same "it is not asked for again" "" "$(grep "erfa apply" <<<"$OUT")"
check_has "but waited for" "$OUT" "not decided yet"
check "round show" at v show "$r"
check "rounds go by programme and number" at v list --kind round
check_has "where they have no title" "$OUT" "Velfærdsaftaler, round 1"
meet

# --- Applications wait for the authority, decisions arrive at the municipality.

check "the authority's inbox" at m inbox
check_has "begins with the application" "$(head -n 1 <<<"$OUT")" "^Applications that wait"
check_has "and how it is answered" "$OUT" "erfa decide dk-791/"
check "applications as JSON" at m applications --waiting me --json
check_same "is one document" 1 "$(grep -c . <<<"$OUT")"
check_has "with a schema" "$OUT" '^\{"schema":"erfa.applications/1"'
check_has "and the trial" "$OUT" "\"trial\":\"$a\""
check "it decides" at m decide "$a" --outcome approved_with_conditions \
	--plain "I må lade være med at visitere." --until 2090-12-31 \
	--condition "Send en rapport; 2090-09-30" \
	--condition "Tæl besøgene; 2090-10-31"
meet
check_same "nothing waits for it any more" "Nothing waits for you." "$(at m inbox)"
check "Viborg's inbox" at v inbox
check_has "says that it was decided" "$OUT" "^Decisions about your trials"
check_has "how" "$OUT" "approved with conditions"
check_has "in plain words" "$OUT" "I må lade være"
check "start" at v start "$a" --date 2090-01-01

# --- Reminders, by the day.

has_not "nothing is due in spring" 2090-06-01 "^(Exemptions|Conditions|Half|Over)"
has_not "nor the day before half-time" 2090-07-01 "^Half"
has "half of the time is over" 2090-07-02 "^Half of the time is over"
has "the exemption, half a year before" 2090-07-04 "It ends on 2090-12-31: 180 days"
has_not "not a day earlier" 2090-07-03 "^Exemptions"
has "it is one letter" 2090-11-15 "It ends on 2090-12-31: 46 days"
check_same "not three" 1 "$(inbox 2090-11-15 | grep -c "Serviceloven § 83")"
has "on its last day" 2090-12-31 "Today is its last day"
has "and after it" 2091-01-02 "It ran out on 2090-12-31"
has "the condition" 2090-08-15 "It is due on 2090-09-30: 46 days"
has "and when it is late" 2090-10-01 "It was due on 2090-09-30"
has "what comes after the end is asked" 2091-01-01 "^Over: what comes after"
has_not "and half-time is no more" 2091-01-01 "^Half"
check_same "the same day, the same letters" "$(inbox 2090-08-15)" "$(inbox 2090-08-15)"
check "nothing older" at v inbox --at 2090-08-15 --since 2090-07-20
check_has "but what began later" "$OUT" "^Conditions that are due"
check_same "is told" "" "$(grep "^Exemptions" <<<"$OUT")"
check "as JSON" at v inbox --at 2090-08-15 --json
check_has "with the day" "$OUT" '"due":"2090-12-31"'
check_has "and the rule" "$OUT" '"reminder":"Serviceloven § 83"'
check_same "in one document" 1 "$(grep -c . <<<"$OUT")"

# --- Questions come first.

check "the ministry asks" at m ask "$a" "Hvordan går det?"
meet
check_has "before all reminders" "$(inbox 2090-11-15 | head -n 1)" "^Questions that wait"

# --- What is answered goes away.

has "two conditions are told of" 2090-09-20 "Tæl besøgene"
check "Viborg writes down that one is met" at v conditions "$a" --met 2 \
	--date 2090-08-01
has_not "and is reminded of it no more" 2090-09-20 "Tæl besøgene"
has "but of the other" 2090-09-20 "Send en rapport"
check "the ministry says that the condition is met" at m conditions "$a" --met 1 \
	--date 2090-08-01
meet
has_not "and no more told of" 2090-10-01 "^Conditions"
check "what comes after" at v edit "$a" --set "continuation.code=extended" --yes
has_not "is asked no more" 2091-01-01 "^Over"

# --- A letter says what it is about and who wrote it; one word answers it.

check "the inbox of the municipality" at v inbox --at 2090-08-15
check_has "the title stands behind the id" \
	"$(grep -A 1 "^Decisions about" <<<"$OUT" | tail -n 1)" "about dk-791/.*  Faste team$"
check_has "and below it who wrote" "$OUT" "^  From Ministeriet$"
check "a trial that ends" at v new --yes --json --sector school --title "Kort prøve med $(
	printf 'mange ord i en meget lang titel %s' 'som ingen linje har plads til')" \
	--summary "Et halvt år." --set "goals[0].text=Ro" \
	--set "goals[0].success_criterion=Mere ro" --set "period.start=2026-01-01" \
	--set "period.end=2026-06-30"
e=$(field id <<<"$OUT")
check "own it" at v own "$e" --unit "Skolen" --role "Leder"
check "anchor it" at v anchor "$e" --body council --date 2025-12-01
check "start it" at v start "$e" --date 2026-01-01
check "finish it" at v finish "$e" --date 2026-06-30 --verdict worked --worked "Ro" \
	--not-worked "Intet" --for-whom "Alle"
check "what comes after is asked" at v inbox --at 2026-12-01
check_has "with the command" "$OUT" "erfa finish dk-791/[0-9a-z]* --continuation"
check_has "a title that is too long is cut" "$OUT" "Kort prøve med mange .*\.\.\.$"
check_same "so that it fits a line" "" "$(grep "^dk-791" <<<"$OUT" | grep -E '.{81}')"
check_status "without a word it is over already" 65 at v finish "$e"
check "one word answers" at v finish "$e" --continuation made_permanent
check_has "and is published" "$OUT" "what comes after is told"
check "show" at v show "$e" --json
check_has "as it was said" "$OUT" "CONTINUATION_CODE_MADE_PERMANENT"
check "inbox" at v inbox --at 2026-12-01
check_same "it is asked once" "" "$(grep "erfa finish" <<<"$OUT")"
check_status "a word that there is not" 64 at v finish "$e" --continuation moon

# --- The flag of a trial whose permission has run out.

check "lineage after it" at v lineage "$a" --at 2091-01-02
check_has "says so" "$OUT" "permission expired"
check "lineage before it" at v lineage "$a" --at 2090-12-31
check_same "does not" "" "$(grep "permission expired" <<<"$OUT")"
check "status after it" at v status "$a" --at 2091-01-02 --json
check_has "the permission is expired" "$OUT" '"permission": *"expired"'

# --- Rounds and budgets.

check "rounds" at v rounds --at 2090-06-10
check_has "too short" "$OUT" "only 81 days"
check_has "in the summer" "$OUT" "38 of them in the summer"
check_has "while the budget is made" "$OUT" "closes in the budget time"
check "its own budget is made in spring" at v org edit --budget-proposal 2 \
	--budget-adoption 4
check "rounds" at v rounds --at 2090-06-10 --json
check_same "are one document" 1 "$(grep -c . <<<"$OUT")"
check_has "with days" "$OUT" '"days":81'
check_has "and no budget in the way" "$OUT" '"meetsBudget":false'
check "a trial without money yet" at v new --yes --json --sector school \
	--title "Ny skoledag" --summary "Kortere dage." --set "resources.budget_room=next_budget"
b=$(field id <<<"$OUT")
check "plan it too early" at v plan "$b" --at 2090-03-01 --goal Ro --criterion Stille \
	--from 2090-08-01 --to 2092-06
check_has "is a warning" "$OUT" "money from 2091-01-01"
check_has "with the month" "$OUT" "adopted in month 4"
check "plan it later" at v plan "$b" --at 2090-03-01 --from 2091-01-01
check_same "is none" "" "$(grep Careful <<<"$OUT")"

# --- A yes that was taken back is none.

check "a trial of the school" at v new --yes --json --sector school --title "Fri time" \
	--summary "En time uden skema." --set "goals[0].text=Ro" \
	--set "goals[0].success_criterion=Mere ro" --set "period.start=2090-01-01" \
	--set "period.end=2090-12-31"
d=$(field id <<<"$OUT")
check "exempt it" at v exempt "$d" --provision "Folkeskoleloven § 14" --level act \
	--why "Timetallet" --authority dk-min
check "own it" at v own "$d" --unit "Skolen" --role "Leder"
check "anchor it" at v anchor "$d" --body council --date 2026-10-01 --name Byrådet
meet
check "the ministry says yes by mistake" at m decide "$d" --outcome approved \
	--plain "I må holde en fri time" --json
yes=$(field id <<<"$OUT")
meet
check "status" at v status "$d"
check_has "says that it is granted" "$OUT" "granted"
check "the ministry takes it back" at m retract "$yes" --reason other \
	--explanation "Forkert sag" --yes
meet
check "status" at v status "$d"
check_same "says so no more" "" "$(grep -i granted <<<"$OUT")"
check_status "and start is refused" 65 at v start "$d" --date 2090-01-01
check "inbox" at v inbox
check_has "the letter is marked" "$OUT" "^  RETRACTED$"

# --- An application whose trial is gone keeps nobody from reading the rest.

check "apply for what is erased later" at v apply "$d" --round "$r"
check "and for another" at v apply "$b" --round "$r"
meet
check "the trial is erased" at v erase "$d" --reason personal_data --yes
meet
for name in v m; do
	check "$name: inbox" at "$name" inbox
	check "$name: applications" at "$name" applications
	check_has "$name: has the others" "$OUT" "Ny skoledag"
	check "$name: before there was any" at "$name" applications --at 2020-01-01
done
finish
