#!/bin/bash
# The whole life of one trial: written, owned, anchored, planned, started, paused,
# finished and learnt from; and every refusal names what is missing and the command
# for it.
. "$(dirname "$0")/lib.sh"

node_new v dk-791 --name "Viborg Kommune"
node_up v
export VISUAL=false EDITOR=false

# id: the shown id in the JSON on standard input.
id() {
	field shownId
}

# only NAME: the shown id of the only draft.
only() {
	at "$1" drafts --json | id
}

# --- Written: three answers, the sector from the text; a draft, then public.

check "new keeps a draft" at v new --title "Faste teams i hjemmeplejen" \
	--summary "For mange hjælpere hos hver borger. Et lille fast team."
check_has "and tells how it is published" "$OUT" "erfa publish dk-791/"
t=$(only v)
check_same "nothing left" 0 "$(status v trials)"
check "drafts lists it" at v drafts
check_has "with its title" "$OUT" "Faste teams i hjemmeplejen"
check "status tells of a draft" at v status "$t"
check_has "and its first line that it may not start" "$(head -n 1 <<<"$OUT")" \
	"^May not start"
check_has "with the command for the owner" "$OUT" "erfa own $t --unit"
check_status "without a terminal nobody publishes by accident" 64 at v publish "$t"
check "--dry-run checks" at v publish --dry-run "$t"
check_same "and nothing has left" 0 "$(status v trials)"
check "edit --set changes the draft" at v edit "$t" --set "mandate=I må planlægge selv"
check "publish" at v publish "$t" --yes
check_same "it is public" 1 "$(status v trials)"
check_same "and no draft any more" "" "$(only v)"
check "the sector was told from the text" at v show "$t" --json
check_has "elder care" "$OUT" "SECTOR_ELDER_CARE"
check_status "a public trial without changes is not published again" 64 \
	at v publish "$t" --yes

# --- Owned, anchored, planned: it publishes itself.

check_status "it does not start without an owner" 65 at v start "$t"
check_has "the owner is named" "$OUT" "erfa own $t --unit"
check_has "the anchoring is named" "$OUT" "erfa anchor $t --body council"
check_has "the goal is named" "$OUT" "erfa plan $t --goal"
check "own" at v own "$t" --unit "Hjemmeplejen vest" --role "Distriktsleder"
check_has "publishes itself" "$OUT" "^Published: $t"
check_has "and tells what it waits for" "$OUT" "^May not start"
check_status "it does not start without an anchoring" 65 at v start "$t"
check_has "which is named" "$OUT" "erfa anchor $t"
check_same "the owner is not named any more" "" "$(grep "erfa own" <<<"$OUT")"
check_status "a kind of body that there is not" 64 at v anchor "$t" --body moon
check "anchor" at v anchor "$t" --body council --date 2026-09-01 --ref "sag 26/114"
check "plan in two steps" at v plan "$t" --goal "Færre hjælpere pr. borger"
check_status "a criterion is owed" 65 at v start "$t"
check_has "and named" "$OUT" "erfa plan $t --criterion"
check "plan: criterion and period" at v plan "$t" --criterion "Højst otte på en måned" \
	--from 2026-10 --to 2027-09
check "status: may start" at v status "$t"
check_has "in its first line" "$(head -n 1 <<<"$OUT")" "^May start"

# --- A rule in the way: the authority is waited for, by name.

check "exempt" at v exempt "$t" --provision "Serviceloven § 83" --level act \
	--why "Hver ydelse skal visiteres for sig" --authority "Ældreministeriet"
check "status says whom it waits for" at v status "$t"
check_has "in its first line" "$(head -n 1 <<<"$OUT")" "^May not start.*Ældreministeriet"
check_status "and it does not start" 65 at v start "$t"
check_has "the authority is named" "$OUT" "Ældreministeriet"
check_status "a decision of others wants a reference" 64 at v decide "$t" \
	--authority "Ældreministeriet" --outcome approved --plain "I må lade være"
check_has "which is said" "$OUT" "--ref"
check_status "who says no says why" 64 at v decide "$t" --authority "Ældreministeriet" \
	--ref "2026-88" --outcome rejected --plain "I må ikke"
check "decide, with a condition" at v decide "$t" --authority "Ældreministeriet" \
	--ref "2026-88" --outcome approved_with_conditions --date 2026-09-20 \
	--plain "I må lade være at visitere" --condition "Før en log; 2027-03-01" \
	--condition "$(printf 'å%.0s' {1..998}) z"
check "status" at v status "$t"
check_has "it may start now" "$(head -n 1 <<<"$OUT")" "^May start"
check_has "the condition is kept in mind" "$OUT" "Før en log"

check "conditions" at v conditions "$t"
check_has "lists it with its day" "$OUT" "Før en log.*2027-03-01"
check_has "and one of 1000 letters as it was written" \
	"$(at v conditions "$t" --json)" "å{998} z\""
check "conditions --met" at v conditions "$t" --met 1 --date 2026-09-30
check "conditions" at v conditions "$t"
check_has "it is met" "$OUT" "2026-09-30"
check_status "a condition that there is not" 66 at v conditions "$t" --met 7

# --- What it runs under and is measured by.

check_status "a network needs a coordinator" 64 at v network new --name "Små teams"
check_has "which is said" "$OUT" "--coordinator"
check "programme new" at v programme new --name "Velfærdsaftalen" --type local \
	--status running --member dk-751 --yes --json
pr=$(id <<<"$OUT")
check "round new" at v round new --programme "$pr" --opens 2026-06-01 \
	--closes 2026-07-31 --yes --json
r=$(id <<<"$OUT")
check "network new" at v network new --name "Små teams" --coordinator dk-751 --yes
check "rounds, on a day of it" at v rounds --at 2026-06-15
check_has "counts its days, which are few" "$OUT" "46 days left +only 61 days"
check "rounds, later" at v rounds --at 2026-11-15
check_has "it is over" "$OUT" "No round"
check "programme list" at v programme list
check_has "has the programme" "$OUT" "Velfærdsaftalen"
check "apply" at v apply "$t" --round "$r" --with no-5501
check "rounds list" at v round list
check_has "a round without a title goes by its programme" "$OUT" "Velfærdsaftalen"
check "rounds, by the same name" at v rounds --at 2026-06-15
check_has "and no number that it has not" "$OUT" "Velfærdsaftalen +2026-06-01"
check "what was handed in goes by the trial" at v list --kind application
check_has "and no title of its own" "$OUT" "Faste teams"
check "applications" at v applications
check_has "shows what it is about" "$OUT" "Faste teams"
check "applications that wait for somebody else" at v applications --waiting dk-c999
check_has "there are none" "$OUT" "No applications"
check "indicator new" at v indicator new --code dk-791:helpers --name "Hjælpere pr. borger" \
	--unit "hjælpere" --polarity lower_better --yes --json
i=$(id <<<"$OUT")

# --- Running, and to its end.

check "start" at v start "$t" --date 2026-10-05
check "and show tells the period" at v show "$t"
check_has "by its days alone, the last one planned" "$OUT" \
	"period +2026-10-05 - [0-9-]+( \\(estimated\\))?$"
check "show" at v show "$t" --json
check_has "it is active" "$OUT" "STATUS_ACTIVE"
check_status "a trial that runs does not start" 65 at v start "$t"
check "confirm" at v confirm "$t"
check "ready" at v ready "$t" --goals yes --prepared partly
check "barrier" at v barrier "$t" --kind culture --text "To nathold"
check "endorse" at v endorse "$t" --party employees --involvement co_designed
check "endorse again changes the same" at v endorse "$t" --party employees \
	--involvement co_decided
check "show" at v show "$t" --json
check_same "there is one party" 1 "$(grep -o PARTY_EMPLOYEES <<<"$OUT" | wc -l)"
check "observe" at v observe "$t" --indicator "$i" --occasion baseline \
	--n 84 --mean 21.5 --sd 6 --from 2026-09
check "observe: a small count is held back" at v observe "$t" --indicator "$i" \
	--occasion interim --events 3 --total 60
check_has "which is said" "$OUT" "1 held back"
o=$(at v list --kind observation --json | field id)
check_status "nor does it come back unasked" 65 at v edit "$o" --yes \
	--set binary.events=2 --set binary.total=60
check_has "why is told" "$OUT" "may tell who they are"
check "the draft of it goes" at v drafts --drop "$o" --yes
full=$(at v show "$t" --json | field fullId)
printf '{"observation": {"trial": {"id": "%s"}, "indicator": {"id": "%s"},
	"binary": {"events": 2, "total": 60}}}' "$full" "$(at v list --kind indicator \
	--json | field fullId)" >"$WORK/few.json"
check_status "nor by way of a file" 65 at v publish "$WORK/few.json" --yes
check_has "and how it may be shown" "$OUT" "small_count_confirmed: true"
sed 's/"binary".*/"small_count_confirmed": false, "continuous": {"mean": 3, "n": 500}}}/' \
	"$WORK/few.json" >"$WORK/held.json"
check_status "nor what says itself that it is held back" 65 \
	at v publish "$WORK/held.json" --yes
check_has "which is told of it" "$OUT" "says itself"
check_same "nothing of it was published" 2 \
	"$(at v list --kind observation --json | field total)"
check "observe: unless somebody says that it may be shown" at v observe "$t" \
	--indicator "$i" --occasion interim --events 3 --total 60 --small-counts
check_same "then nothing is held back" "" "$(grep held <<<"$OUT")"
printf 'occasion;arm;n;mean;sd\nfollow_up;trial;80;12.5;4\nfollow_up;comparison;81;20;5\n' \
	>"$WORK/numbers.csv"
check "observe --csv" at v observe "$t" --indicator "$i" --csv "$WORK/numbers.csv"
check_has "takes both rows" "$OUT" "Published: 2"
printf 'follow_up;trial;x;12.5;4\n' >>"$WORK/numbers.csv"
check_status "a bad row stops all of them" 64 at v observe "$t" --indicator "$i" \
	--csv "$WORK/numbers.csv"
check_has "and is named" "$OUT" "line 4"
observed() {
	check_status "$1" "$2" at v observe "$t" --indicator "$i" --csv "$WORK/numbers.csv"
	check_same "nothing of it was published" 5 \
		"$(at v list --kind observation --json | field total)"
}
{
	echo "occasion,n,mean,sd,site,unit"
	for n in {1..20}; do
		echo "interim,$n,1.$n,1,dk-791,$([ "$n" != 18 ] || echo "ring 010190-1234")"
	done
} >"$WORK/numbers.csv"
observed "what tells who is meant stops all of them, wherever it stands" 65
sed -i "s/ring 010190-1234/timer/; 1s/site/arms/" "$WORK/numbers.csv"
observed "a column that is none is refused" 65
check_has "and named" "$OUT" "no column can be called \"arms\""
printf 'occasion,n,mean,sd\n' >"$WORK/numbers.csv"
observed "so is a file without numbers" 65
printf 'occasion,n,mean,sd\rinterim,5,1.5,1,\rinterim,6,1.5,1,7\r' >"$WORK/numbers.csv"
observed "and what stands under no name" 65
check_has "with its line, whatever ends one" "$OUT" "numbers.csv:3: \"7\""
printf '\xef\xbb\xbfOccasion, n ,mean,sd,\r\n' >"$WORK/numbers.csv"
for n in {5..24}; do printf 'interim, %s ,1.5,"1",\r\n' "$n"; done >>"$WORK/numbers.csv"
check "twenty rows are one publication" at v observe "$t" --indicator "$i" \
	--csv "$WORK/numbers.csv" --json
check_same "of them all" 20 "$(field published <<<"$OUT")"
{
	echo "occasion,n,mean,sd"
	for n in {1..1001}; do echo "interim,$n,1.5,1"; done
} >"$WORK/numbers.csv"
check_status "more than a publication holds are none" 65 at v observe "$t" \
	--indicator "$i" --csv "$WORK/numbers.csv"
check_has "which says how many it holds" "$OUT" "at most 1000 numbers"
check_has "and where they end" "$OUT" "in line 1002"
check_same "nor is the first thousand" 25 \
	"$(at v list --kind observation --json | field total)"
check "pause" at v pause "$t" --note "Sommerferie"
check "start again" at v start "$t"
check "learn, while it runs" at v learn "$t" --verdict too_early --worked "Mødet hver uge"
check_status "it does not finish without what was learnt" 65 at v finish "$t"
check_has "which is named" "$OUT" "erfa learn $t --not-worked"
check "finish, with what was learnt" at v finish "$t" --verdict worked_partly \
	--worked "Borgerne kender dem" --not-worked "Nattevagterne kom ikke med" \
	--for-whom "Borgere med hjælp hver dag" --continuation extended
check "status" at v status "$t"
check_has "it is over" "$(head -n 1 <<<"$OUT")" "completed"
check_status "what is over does not start" 65 at v start "$t"
check_has "but can be copied" "$OUT" "erfa adapt $t"
check "learn more, in the end" at v learn "$t" --unexpected "Færre telefonopkald"
check "show" at v show "$t" --json
check_same "which is the same experience" 1 "$(grep -o STAGE_FINAL <<<"$OUT" | wc -l)"

check "learn under which conditions" at v learn "$t" --condition "Fast leder" \
	--condition "Under otte i hver gruppe" --condition "Ro"
check "learn of two more" at v learn "$t" --condition "Bil" --condition "Frokost"
check "learn of one that was told, and a new one" at v learn "$t" --condition "Ro" \
	--condition "Mandat" --for-whom "Borgere med hjælp hver dag" --for-whom "Unge"
check_same "they stand in their order, each once" \
	"Fast leder, Under otte i hver gruppe, Ro, Bil, Frokost, Mandat; Borgere med hjælp hver dag, Unge" \
	"$(at v show "$t" --json | /usr/bin/python3 -c '
import json, sys
said = [r["body"]["experience"] for r in json.load(sys.stdin)["related"]
        if r.get("body", {}).get("experience", {}).get("stage") == "STAGE_FINAL"][0]
print("; ".join(", ".join(item["text"] for item in said[name])
                for name in ("conditions", "forWhom")))')"

# --- Nothing that looks like personal data leaves unseen.

check "new" at v new --title "Nabohjælp" --summary "Ring til Mette Hansen på 20 12 34 56" \
	--sector elder_care
p=$(only v)
check_status "a telephone number is refused" 65 at v publish "$p" --yes
check_has "and shown" "$OUT" "20 12 34 56"
check_has "with what to do" "$OUT" "--allow-personal"
check_same "it is still a draft" "$p" "$(only v)"
check "--allow-personal publishes it" at v publish "$p" --yes --allow-personal
check "what is public already is not asked about again" at v own "$p" \
	--unit "Hjemmeplejen"
check_status "but what is new is" 65 at v own "$p" --unit "Hos Anne Jensen"
check "new" at v new --title "Nabohjælp" --summary "Ring til Mette Hansen" \
	--sector elder_care
p=$(only v)
check "drop" at v drafts --drop "$p" --yes
check_same "the draft is gone" "" "$(only v)"

# --- Given up before it began.

at v new --title "Natlys" --summary "Lys i gangen for beboere" --sector elder_care \
	--yes --json >"$WORK/new" 2>&1
n=$(id <"$WORK/new")
check "stop before the start" at v stop "$n" --reason no_budget
check "show" at v show "$n" --json
check_has "it was not started" "$OUT" "STATUS_NOT_STARTED"
check_has "and why" "$OUT" "STOP_REASON_NO_BUDGET"

# --- At a terminal, start asks for what is missing.

# typed ANSWERS COMMAND...: a person who types these lines at a terminal.
# shellcheck disable=SC2317 # check calls it
typed() {
	/usr/bin/python3 -c '
import os, pty, sys

pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
os.write(fd, sys.argv[1].encode())
try:
    while data := os.read(fd, 4096):
        sys.stdout.buffer.write(data)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
' "$@"
}

check "new" at v new --title "Skolehave" --summary "Elever dyrker mad" --sector school \
	--yes --json
g=$(id <<<"$OUT")
check_status "finish, of what has not started" 65 typed $'\n' \
	"$ERFA" --socket "$WORK/v/run/control" finish "$g"
check_has "is refused" "$OUT" "has not started"
check_same "before anybody is asked what comes after" "" \
	"$(grep "What comes" <<<"$OUT")"
check "some answers, one in the second attempt, and Enter for the others" typed \
	$'Madglæde\nAlle har høstet\n2026-01-01\n2026-13\n2027-06-30\n\n\n\n\n' \
	"$ERFA" --socket "$WORK/v/run/control" start "$g" --date 2026-02-01
check_has "it asks for the goal" "$OUT" "What is to be reached"
check_has "what is still missing is said" "$OUT" "Not started yet"
check_has "with its command" "$OUT" "erfa own $g"
check_has "what was answered is kept" "$OUT" "what was answered"
check "show" at v show "$g" --json
check_has "the goal" "$OUT" "Madglæde"
check_has "the period" "$OUT" '"end": *"2027-06-30"'
check_same "it has not begun" "" "$(grep -o STATUS_ACTIVE <<<"$OUT")"
check_status "without a terminal nobody is asked" 65 at v start "$g" </dev/null
check "the rest" typed $'Skolen\nLeder\ncouncil\n2025-12-01\n' \
	"$ERFA" --socket "$WORK/v/run/control" start "$g" --date 2026-02-01
check_same "what is answered is not asked again" "" "$(grep "to be reached" <<<"$OUT")"
check_has "it is running" "$OUT" "it is running"
check "show" at v show "$g" --json
check_has "since the day that was given" "$OUT" '"start": *"2026-02-01"'
check_has "with the date of the council" "$OUT" '"date": *"2025-12-01"'

# --- A form with mistakes loses nothing.

check "edit --form" at v edit "$n" --form "$WORK/form.yaml"
sed -i -e 's/^title:.*/title: Natlys i gangen/' -e 's/^sector:.*/sector: moon/' \
	-e '$a nonsense: 1' "$WORK/form.yaml"
check_status "--from names the mistakes" 65 at v edit "$n" --from "$WORK/form.yaml"
check_has "a field that there is not" "$OUT" "nonsense"
check_has "where they are marked" "$OUT" "form.yaml"
check_has "the text is still there" "$(cat "$WORK/form.yaml")" "^title: Natlys i gangen"
check_has "with marks" "$(cat "$WORK/form.yaml")" "^# \^"
finish
