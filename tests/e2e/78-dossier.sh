#!/bin/bash
# What became of records, laws and programmes: history, dossier, burden, table 3.1,
# over two nodes and the corpus.
. "$(dirname "$0")/lib.sh"

node_listen v dk-791 --name "Viborg Kommune"
node_new t no-5501 --name "Tromsø kommune"
node_up t
befriend v t
export VISUAL=false EDITOR=false

meet() {
	at v sync --wait $((30 * SLOW)) >/dev/null 2>&1
	at t sync --wait $((30 * SLOW)) >/dev/null 2>&1
}

# set_trial NAME ID PROVISION: a rule is in the way.
exempt() {
	at "$1" exempt "$2" --provision "$3" --level act --why "Den passer ikke" \
		--authority "Ældreministeriet" >/dev/null 2>&1
}

# write NAME TITLE: a public trial; its id on standard output.
write() {
	at "$1" new --title "$2" --summary "Et lille team." --sector elder_care \
		--json --yes | field id
}

check "the corpus" at v import tests/corpus/trials.jsonl

# --- The dossier of a provision.

check "a dossier of the corpus" at t sync --wait $((60 * SLOW))
check "Tromsø asks for § 83" at t dossier "Serviceloven § 83"
check_has "one trial departed from it" "$(head -n 1 <<<"$OUT")" \
	"^1 trial in 1 municipality departed from it: Serviceloven § 83; 1 documented only"
check_has "cited in the genitive" "$OUT" "departs from +Servicelovens § 83$"
check_has "where it ran" "$OUT" "where +Herning Kommune"
check_has "what was reported" "$OUT" "Tilkøb blev ikke gjort til lov"
check_same "nothing with § 83 a" "" "$(grep "§ 83 a" <<<"$OUT")"
check "the sign may be left out" at t dossier Serviceloven 83
check_has "it is the same" "$OUT" "^1 trial in 1 municipality"
check "§ 54 is named with its paragraph" at t dossier "Serviceloven § 54"
check_has "as a part" "$OUT" "Servicelovens § 54, stk. 2 \(a part of it\)"
check "which provisions there are" at v dossier
check_has "§ 83 is" "$OUT" "^ +1  serviceloven § 83 "
check_status "what names no section is none" 64 at v dossier "Serviceloven"
check "what nobody departed from" at v dossier "Serviceloven § 999"
check_has "is said so" "$OUT" "^No trial departed from it"

a=$(write v "=Faste teams")
exempt v "$a" "Serviceloven § 83, stk. 2"
check "its authority answers with conditions" at v decide "$a" --authority "Ældreministeriet" \
	--outcome approved_with_conditions --plain "I må lade teamet visitere." \
	--condition "Hver borger skal spørges" --ref "2026-1234" \
	--until 2028-12-31 --yes
b=$(write t "Team i heimetenesta")
exempt t "$b" "Servicelovens § 83 a"
c=$(write t "Team i byen")
exempt t "$c" "§ 83 i serviceloven"
meet
check "both nodes tell the same" at v dossier "Serviceloven § 83"
mine=$OUT
check_same "word for word" "$mine" "$(at t dossier "Serviceloven § 83")"
check_has "three trials in three municipalities" "$mine" \
	"^3 trials in 3 municipalities departed from it"
check_has "the decision" "$mine" "decision +Ældreministeriet: approved with conditions"
check_has "valid to" "$mine" "valid to 2028-12-31"
check_has "in plain words" "$mine" "I må lade teamet visitere"
check_has "its condition" "$mine" "1\. Hver borger skal spørges"
check_same "not § 83 a" "" "$(grep "heimetenesta" <<<"$mine")"
check "§ 83 a has its own" at v dossier "Serviceloven § 83 a"
check_has "one trial" "$OUT" "^1 trial in 1 municipality"
check "as a table for a spreadsheet" at v dossier "Serviceloven § 83" --csv
check_has "no cell is a formula" "$OUT" ",'=Faste teams,"
check_has "lines end as RFC 4180 has them" "$OUT" $'\r$'
check "as JSON" at v dossier "Serviceloven § 83" --json
check_has "with a schema" "$OUT" '"schema": *"erfa.dossier/1"'
check_has "and the part" "$OUT" '"fit": *"part"'
check "Viborg takes its trial back" at v retract "$a" --reason data_error \
	--explanation "Tallene var forkerte" --yes
meet
check "Tromsø sees that" at t dossier "Serviceloven § 83"
check_has "in the first line" "$(head -n 1 <<<"$OUT")" "; 1 retracted$"
check_has "with the reason" "$OUT" "taken back .*Tallene var forkerte"

# --- Pages: more trials than one answer holds.

{
	printf '{"record":['
	for i in $(seq 1 120); do
		[ "$i" -eq 1 ] || printf ','
		printf '{"body":{"envelope":{"language":"da"},"trial":{"title":"T%s","summary":"S","sector":["SECTOR_SCHOOL"],"exemptions":[{"no":1,"provision":"Folkeskolelovens § 5","why":"x","level":"EXEMPTION_LEVEL_ACT"}]}}}' "$i"
	done
	printf ']}'
} >"$WORK/many.json"
check "many trials" at v publish "$WORK/many.json" --yes --json
check "their dossier" at v dossier "Folkeskoleloven § 5"
check_has "all are there" "$(head -n 1 <<<"$OUT")" "^120 trials in 1 municipality"
check_same "each once" 120 "$(grep -c "Folkeskolelovens § 5$" <<<"$OUT")"
check "the list adds them up" at v dossier
check_has "over its pages" "$OUT" "^ +120  folkeskoleloven § 5 "

# --- History.

d=$(write v "Nye vagter")
check "change it" at v edit "$d" --set "summary=To små teams." --rethink --yes
check "and again" at v edit "$d" --set "initiator=employees" --yes
check "its history" at v history "$d"
check_has "three versions" "$OUT" ", 3 versions$"
check_has "the newest first" "$(grep -E '^[0-9]{4}-' <<<"$OUT" | head -n 1)" " 1\.2  update"
check_has "then the new thought" "$OUT" " 1\.1  rethink"
check_has "with what was" "$OUT" "^    - Et lille team\."
check_has "and what is" "$OUT" "^    \+ To små teams\."
check_has "who signed" "$OUT" "signed by Viborg Kommune \(dk-791\), key [0-9a-f]{16}"
check "in Danish" at v history "$d" --lang da
check_has "labels are Danish" "$OUT" "\+ medarbejdere"
check "as JSON" at v history "$d" --json
check_has "with a schema" "$OUT" '"schema": *"erfa.history/1"'
check "an earlier version" at v show "$d" --at-version 1.0
check_has "is as it was" "$OUT" "Et lille team\."
check_status "what never was is not there" 66 at v show "$d" --at-version 7.0
check_status "nor what was not yet" 66 at v show "$d" --at 2001-01-01
check "take it back" at v retract "$d" --reason duplicate --explanation "Står to gange" --yes
meet
check "Tromsø reads the history" at t history "$d"
check_has "what was taken back stands above" "$OUT" "retraction: .*\(dk-791/"
check_has "with the explanation" "$OUT" "Står to gange"
check_status "of nothing there is none" 66 at v history dk-791/zzzzzzzz

# --- Burden.

check "a programme" at v programme new --name "Frihed for teams" --type local \
	--status open --yes --json
p=$(field id <<<"$OUT")
check "what it asks" at v burden "$p"
check_has "twelve, fifteen with a rule" "$OUT" \
	"asks a trial 12 answers in its life; 15 if a rule must be suspended"
check_has "what one more costs now" "$OUT" "1 more answer . 0 trials"
check "a round" at v round new --programme "$p" --opens 2026-01-01 --closes 2026-06-30 \
	--decision-due 2026-09-01 --yes
for i in 1 2; do
	e=$(write v "Under ordningen $i")
	at v edit "$e" --set "programme=$p" --yes >/dev/null 2>&1
done
check "one question more" at v edit "$p" --set "required_extra[0].name=hours" \
	--set "required_extra[0].due=F" --yes
check_has "its price was told" "$OUT" "This costs 1 more answer . 2 trials"
check "what it asks now" at v burden "$p"
check_has "thirteen" "$OUT" "13 answers in its life; 16 if"
check_has "one is its own" "$OUT" "^1 of at most 3 questions are the programme's own"
check_has "two trials" "$OUT" "^2 trials under it, 0 started; 0 documented only; 0 applications"
check_has "its round" "$OUT" "2026-01-01 +2026-06-30 +2026-09-01 +0$"
check "as JSON" at v burden "$p" --json
check_has "with a schema" "$OUT" '"schema": *"erfa.burden/1"'
check "start one" at v own "$e" --unit "Øst" --role "Leder" --yes
at v anchor "$e" --body council --date 2026-01-05 --yes >/dev/null 2>&1
at v plan "$e" --goal "Ro" --criterion "Færre" --from 2026-02-01 --to 2027-02-01 --yes \
	>/dev/null 2>&1
check "it runs" at v start "$e" --date 2026-02-01 --yes
check "the questions are frozen" at v burden "$p"
check_has "since the first trial started" "$OUT" "^Frozen since 2026-02-01"
check_status "of a trial it is not asked" 64 at v burden "$e"
check "it is taken back" at v retract "$e" --reason data_error \
	--explanation "Skrevet ved en fejl" --yes
check "and indexed" at v sync --wait $((30 * SLOW))
check "what it asks then" at v burden "$p"
check_has "only what stands is counted" "$OUT" "^1 trial.* under it, 0 started"
check_has "though it had begun" "$OUT" "^Frozen since 2026-02-01"

# --- Table 3.1.

check "nothing is loaded" at v table31
check_has "it says how to" "$OUT" "erfa publish .*/table31\.json"
check "load what the note says" at v publish "$ERFA_DATA/table31.json" --yes
check "twice is once" at v publish "$ERFA_DATA/table31.json" --yes
check "the table in Norwegian" at v table31 --lang nb --csv
table=$(tr -d '\r' <<<"$OUT")
check_same "cell by cell" "$(cat tests/golden/table31.ok)" "$table"
meet
check_same "on every node" "$table" "$(at t table31 --lang nb --csv | tr -d '\r')"
check "a programme with many sectors" at v publish --yes - <<-EOF
	{"envelope":{"language":"da"},"programme":{"name":"Bredt",
	"type":"PROGRAMME_TYPE_LOCAL","status":"PROGRAMME_STATUS_OPEN",
	"owner":{"id":"dk-791"},"country":"dk","approach":["APPROACH_ECONOMIC"],
	"sector":["SECTOR_HEALTH","SECTOR_SCHOOL","SECTOR_HOUSING"]}}
EOF
q=$(at v list --kind programme --json | grep -oE '"fullId": *"[^"]*"[^}]*"Bredt"' |
	head -n 1 | sed -E 's/"fullId": *"([^"]*)".*/\1/')
check "changes its cell" at v table31 --lang nb --csv
check_has "five sectors are a breadth, named by the commonest" "$OUT" \
	'^Sektor,"bredde av sektorer, særlig helse og omsorg",'
check_has "and the means" "$OUT" "økonomiske virkemidler"
check "take the programme back" at v retract "$q" --reason other --explanation "Prøve" --yes
check_same "the cell is as before" "$table" "$(at v table31 --lang nb --csv | tr -d '\r')"
check "beside it what trials say" at v table31 --lang nb --from-trials --csv
check_has "counted" "$OUT" "endrede juridiske rammebetingelser [0-9]+"
check "as JSON" at v table31 --lang nb --json
check_has "with a schema" "$OUT" '"schema": *"erfa.table31/1"'
check "in words" at v table31 --nordic
check_has "with Finland" "$OUT" "Denmark +Norway +Sweden +Finland +Iceland"

finish
