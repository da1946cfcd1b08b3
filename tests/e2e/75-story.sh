#!/bin/bash
# The story, with four municipalities, one authority that has a node and one that
# has none, and the corpus: Viborg claims what a source tells of its welfare
# agreement, Tromsø and Oulu adapt it, and Kuopio adapts Oulu's.  No start without
# owner and anchoring; two authorities, one late and one with conditions; one
# promise declined; a question answered; one trial stopped, two finished, one taken
# back.  In the end all print the same lineage and scale, and their inboxes are
# those of tests/golden/story (ERFA_GOLDEN=1 makes them anew: read the difference
# before you commit it).
#
# What is said of 2021 to 2026 beyond tests/corpus is invented.
# timeout: 120
. "$(dirname "$0")/lib.sh"

AT=2027-09-01
GOLDEN=tests/golden/story
TOWNS=(viborg tromso oulu kuopio)
ALL=("${TOWNS[@]}" health)
HEALTH=no-o983544622
NAME=Helsedirektoratet
COUNTY="Statsforvalteren i Troms og Finnmark"
export VISUAL=false EDITOR=false TZ=UTC

# meet: wait until all five hold the same.
meet() {
	converge 30 "${ALL[@]}" || die "the five do not come into step"
}

# first: the first id in the JSON on standard input, as people type it.
first() {
	grep -oE '"(id|shownId)": *"[a-z]{2}-[a-z0-9]+/[0-9a-z]{8}"' |
		head -n 1 | grep -oE '[a-z]{2}-[a-z0-9]+/[0-9a-z]{8}'
}

# theirs NAME ORG KIND: the id of the newest record of that kind and organisation.
theirs() {
	at "$1" list --org "$2" --kind "$3" --json | first
}

# draft NAME: the id of the only draft of a trial.
draft() {
	at "$1" drafts --jsonl | grep '"kind": *"trial"' | first
}

# stands TRIAL LINE: how status begins, once all are in step, on every node.
stands() {
	local name
	meet
	for name in "${ALL[@]}"; do
		check_same "$name: $2" "$2" \
			"$(at "$name" status "$1" | head -n 1)"
	done
}

# refused NAME SENTENCE...: what was just refused names these and no others.
refused() {
	check_same "$1" "$(printf '%s\n' "${@:2}")" \
		"$(sed -n 's/^  \([^ ].*\)/\1/p' <<<"$OUT")"
}

# --- Five nodes.  Kuopio and the directorate only dial out.

node_listen viborg dk-791 --name "Viborg Kommune"
node_listen tromso no-5501 --name "Tromsø kommune"
node_listen oulu fi-564 --name "Oulun kaupunki"
node_new kuopio fi-297 --name "Kuopion kaupunki"
node_up kuopio
node_new health "$HEALTH" --name "$NAME"
node_up health
befriend viborg tromso
befriend viborg oulu
befriend oulu kuopio
befriend tromso health
check "Tromsø imports the corpus" at tromso import tests/corpus/trials.jsonl
meet
check_same "Kuopio shows it" 138 "$(status kuopio trials)"

# --- Viborg claims what a source tells of it, and tells how it went.

check "Viborg finds its own" at viborg find "46 prøvehandlinger" --json
told=$(first <<<"$OUT")
check "and claims it" at viborg claim "$told" --yes --json \
	--set "goals[0].text=Færre hjælpere hos hver borger" \
	--set "recipe.procedures=Hver dag begynder med: hvad er vigtigt for dig?" \
	--set "recipe.dose=Ét besøg om dagen" \
	--set "competence_needs[0]=Samtaler uden skema" \
	--set "mandate=Teamet må selv planlægge" \
	--set "commitments[0].text=Ingen udlicitering" \
	--set "commitments[1].text=Ingen afskedigelser"
v=$(first <<<"$OUT")
check_status "what a source tells is no permission to start" 65 at viborg start "$v"
check "the ministry's yes is due" at viborg exempt "$v" --no 1 --level act \
	--why "Hver ydelse skal visiteres for sig" --authority "Ældreministeriet"
stands "$v" "May not start: waiting for Ældreministeriet."
meet
check "others see the same" at tromso status "$v"
check_has "and whose it is" "$OUT" "dk-791$"
check_has "and what they can do about it" "$OUT" "erfa adapt $v"
check_same "and no command that is refused to them" "" \
	"$(grep -E "erfa (plan|own|anchor|decide)" <<<"$OUT")"
check "it is written down" at viborg decide "$v" --authority "Ældreministeriet" \
	--ref "L 2021/879" --outcome approved --date 2021-05-20 \
	--plain "I må se bort fra det meste af loven"
check "own" at viborg own "$v" --unit "Sundhed og Omsorg" --role "Omsorgschef" \
	--date 2021-06-01
check "anchor" at viborg anchor "$v" --body council --date 2021-06-16 --ref "21/114"
check "plan" at viborg plan "$v" --criterion "Højst otte på en måned"
check "start" at viborg start "$v" --date 2021-09-01
stands "$v" "May go on: allowed by Ældreministeriet."
check "an indicator" at viborg indicator new --code dk-791:hjaelpere --yes --json \
	--name "Hjælpere pr. borger" --unit "hjælpere" --polarity lower_better
i=$(first <<<"$OUT")
check "the numbers before" at viborg observe "$v" --indicator "$i" \
	--occasion baseline --n 84 --mean 21.5 --sd 6 --from 2021-08
check "and after" at viborg observe "$v" --indicator "$i" \
	--occasion follow_up --n 80 --mean 12.5 --sd 4 --from 2024-08
check_status "it does not end without what was learnt" 65 at viborg finish "$v" \
	--date 2025-07-31
check_has "what did not work" "$OUT" "erfa learn $v --not-worked"
check "finish" at viborg finish "$v" --date 2025-07-31 --verdict worked_partly \
	--worked "Borgerne kender dem, der kommer" \
	--not-worked "Nattevagterne kom ikke med" \
	--for-whom "Borgere med hjælp hver dag" --continuation made_permanent
stands "$v" "Over: completed."
for name in "${ALL[@]}"; do
	check_same "$name counts what was claimed once" 138 "$(status "$name" trials)"
done

# --- The directorate's programme, with a fence and a promise of its own.

check "a programme" at health programme new --yes --json \
	--name "Forsøkskommuner i eldreomsorgen" --type national_trial_scheme \
	--status open --from 2026 --to 2028 --legal-basis "Forsøksloven" \
	--guardrail "Retten til nødvendig hjelp gjelder" --member no-5501 \
	--set "commitments[0].text=Ingen konkurranseutsetting" \
	--set "commitments[0].until=2028-12-31"
p=$(first <<<"$OUT")
check "a round" at health round new --programme "$p" --opens 2026-01-15 \
	--closes 2026-05-01 --title "Runde 1" --yes --json
r=$(first <<<"$OUT")
meet

# --- Tromsø adapts Viborg's: the recipe, not the responsibility.

check "Tromsø sees the round" at tromso rounds --all
check_has "with its days" "$OUT" "Runde 1 +2026-01-15 +2026-05-01"
check_status "a promise is not passed over" 64 at tromso adapt "$v"
check "adapt, one promise declined" at tromso adapt "$v" --accept 1 --decline 2 \
	--title "Hva er viktig for deg i dag?" --set "recipe.dose=Hver morgen" \
	--set "programme=$p" --reason local_conditions
check_has "what was needed there is a hint" "$OUT" "^Needed there: Store dele af serv"
t=$(draft tromso)
check "publish" at tromso publish "$t" --yes
check "show" at tromso show "$t" --json
for word in "Teamet må selv" Omsorgschef "21/114" Ældreministeriet; do
	check_same "$word stays in Viborg" "" "$(grep -F "$word" <<<"$OUT")"
done
check_has "the promise is declined" "$OUT" STANCE_DECLINED
check_status "it does not start" 65 at tromso start "$t"
refused "without owner, anchoring and period" \
	"From when to when it runs is missing." \
	"Nobody here has taken it on: the local owner is missing." \
	"The local anchoring is missing: which body decided, and when."
check_has "the owner's command" "$OUT" "^    erfa own $t --unit UNIT --role ROLE"
check_has "the anchoring's" "$OUT" "^    erfa anchor $t --body council --date DATE"

# --- Two authorities: one answers with conditions, one late.

check "a rule of the directorate's" at tromso exempt "$t" --level act \
	--provision "Helse- og omsorgstjenesteloven § 3-2" \
	--why "Hvert vedtak må fattes for seg" --authority "$HEALTH"
check "one of the county governor's" at tromso exempt "$t" --level act \
	--provision "Forvaltningsloven § 16" \
	--why "Hver endring må varsles skriftlig" --authority "$COUNTY"
check "own" at tromso own "$t" --unit "Hjemmetjenesten øst" --role "Enhetsleder" \
	--date 2026-03-02
check "anchor" at tromso anchor "$t" --body council --date 2026-03-25 --ref "26/77"
check "plan" at tromso plan "$t" --from 2026-05 --to 2027-04
check "status names rule and authority" at tromso status "$t"
check_has "the rule" "$OUT" "^  rule +1  Helse- og omsorgstjenesteloven § 3-2$"
check_has "and what was answered" "$OUT" "^ +$NAME: no answer yet$"
check "apply, for both" at tromso apply "$t" --round "$r" --date 2026-04-01
check_same "in time" "" "$(grep closed <<<"$OUT")"
stands "$t" "May not start: waiting for $NAME, $COUNTY."
check "the directorate sees it" at health applications --waiting me
check_has "as waiting for it" "$OUT" "2026-04-01 .*Hva er viktig for deg i dag"
check_status "no start before they answered" 65 at tromso start "$t" --date 2026-05-01
refused "both are named" \
	"$NAME has not decided yet about Helse- og omsorgstjenesteloven § 3-2." \
	"$COUNTY has not decided yet about Forvaltningsloven § 16."
check "the directorate decides at its own node" at health decide "$t" \
	--outcome approved_with_conditions --date 2026-04-20 \
	--plain "Dere kan la vedtakene vente" \
	--condition "Før logg over hver utsettelse; 2027-01-31" \
	--condition "Meld fra om klager"
stands "$t" "Partly: Helse- og omsorgstjenesteloven § 3-2 is allowed; waiting for $COUNTY."
check_status "half a permission is none" 65 at tromso start "$t" --date 2026-05-01
refused "who is late is named" \
	"$COUNTY has not decided yet about Forvaltningsloven § 16."
check_status "a stranger writes down no decision" 77 at oulu decide "$t" \
	--authority "$COUNTY" --ref "2026/1" --outcome approved --plain "Ja"
check "the county governor's letter is written down" at tromso decide "$t" \
	--authority "$COUNTY" --ref "2026/4411" --outcome approved \
	--date 2026-06-30 --plain "Dere kan varsle muntlig"
check_has "and where the trial stands is told" "$OUT" "^May start: allowed by"
stands "$t" "May start: allowed by $NAME, $COUNTY; conditions not yet met: 2."
check "start" at tromso start "$t" --date 2026-07-01
check_has "the conditions are kept in mind" "$OUT" "set condition 1, to be met by"
check "one condition is met, says its authority" at health conditions "$t" --met 2 --date 2026-08-15
stands "$t" "May go on: allowed by $NAME, $COUNTY; conditions not yet met: 1."

# --- Oulu adapts Viborg's, too; Kuopio adapts Oulu's.

check "Oulu adapts at once" at oulu adapt "$v" --accept 1 --accept 2 --yes --json \
	--title "Mikä on sinulle tärkeää tänään?" \
	--set "target_group=Yli 80-vuotiaat kotihoidon asiakkaat"
o=$(first <<<"$OUT")
check "own" at oulu own "$o" --unit "Kotihoito" --role "Palvelupäällikkö" \
	--date 2026-01-12
check "anchor" at oulu anchor "$o" --body committee --date 2026-01-28 --ref "HYV 9"
check "plan" at oulu plan "$o" --from 2026-03 --to 2027-02
check "start" at oulu start "$o" --date 2026-03-02
stands "$o" "May go on: whether somebody has to allow it is not stated."
check "Kuopio adapts the copy" at kuopio adapt "$o" --accept 1 --decline 2 --yes \
	--json --title "Mitä tänään?" --set "recipe.dose=Kahdesti viikossa" \
	--reason staffing
k=$(first <<<"$OUT")
stands "$k" "May not start: answers missing: 3."
check_status "it does not start" 65 at kuopio start "$k"
check_has "without an owner" "$OUT" "erfa own $k"
check "own" at kuopio own "$k" --unit "Kotihoito" --role "Esihenkilö" --date 2026-05-04
check_status "it does not start" 65 at kuopio start "$k"
check_has "without anchoring" "$OUT" "erfa anchor $k"
check "anchor" at kuopio anchor "$k" --body council --date 2026-05-25
check "plan" at kuopio plan "$k" --from 2026-08 --to 2028-12
check "start" at kuopio start "$k" --date 2026-08-10
check "the numbers before" at kuopio observe "$k" --indicator "$i" \
	--occasion baseline --n 41 --mean 18 --sd 5 --from 2026-08
check "and after" at kuopio observe "$k" --indicator "$i" \
	--occasion follow_up --n 39 --mean 14 --sd 5 --from 2026-10
stands "$k" "May go on: whether somebody has to allow it is not stated."

# --- Asked in Kuopio, answered in Viborg; Oulu's question to Tromsø waits.

check "Kuopio asks Viborg" at kuopio ask "$v" "Miten yöt sujuivat?"
meet
check "Viborg's inbox" at viborg inbox
check_has "begins with it" "$(head -n 1 <<<"$OUT")" "^Questions that wait"
check "Viborg answers" at viborg answer "$(theirs viborg fi-297 comment)" \
	"Vi lod nattevagterne være"
check "Oulu asks Tromsø" at oulu ask "$t" "Saitteko luvan molemmilta?"
check "Tromsø offers help" at tromso offer "$o" "Kom og se hos oss"
meet
check "Kuopio reads the answer" at kuopio show "$v"
check_has "as Viborg wrote it" "$OUT" "Vi lod nattevagterne være"
check "no question waits in Viborg" at viborg inbox
check_same "any more" "" "$(grep "^Questions" <<<"$OUT")"

# --- One is stopped, one is finished, and what was stopped is taken back.

check_status "a reason that there is not" 64 at oulu stop "$o" --reason moon
check "Oulu stops" at oulu stop "$o" --reason staff_capacity --date 2026-09-15
check_has "and is told what comes next" "$OUT" "erfa learn $o"
check "and says what it learnt" at oulu learn "$o" --verdict did_not_work \
	--worked "Aamut rauhoittuivat" --not-worked "Sijaiset puuttuivat" \
	--condition "Kun vakituisia on alle puolet"
check "Tromsø measures" at tromso observe "$t" --indicator "$i" \
	--occasion follow_up --n 66 --mean 11 --sd 4.5 --from 2026-10
check "and finishes" at tromso finish "$t" --date 2026-10-31 --verdict worked \
	--worked "Roligere morgener" --not-worked "Loggen tok for mye tid" \
	--for-whom "Dem som bor alene" --continuation extended
stands "$o" "Over: stopped."
stands "$t" "Over: completed."
check "Oulu takes its trial back" at oulu retract "$o" --reason data_error \
	--explanation "Kohderyhmä oli kirjattu väärin" --yes
meet

# --- All tell the same.

for name in "${ALL[@]}"; do
	for what in lineage scale; do
		at "$name" "$what" "$v" --json --at "$AT" >"$WORK/$name.$what"
		check "$name prints Viborg's $what, byte for byte" \
			cmp "$WORK/viborg.$what" "$WORK/$name.$what"
		at "$name" "$what" "$k" --json --at "$AT" >"$WORK/$name.k.$what"
		check "$name prints Kuopio's $what, byte for byte" \
			cmp "$WORK/viborg.k.$what" "$WORK/$name.k.$what"
	done
	check "$name tells what became of Oulu's" at "$name" show "$o"
	check_has "$name: it was taken back" "$(head -n 1 <<<"$OUT")" \
		"^RETRACTED: error in the data"
done

# counts FIELD NUMBER: what scale says of all that came of Viborg's.
counts() {
	check_same "$1: $2" "$2" "$(field "$1" <"$WORK/viborg.scale")"
}

counts copies 3
counts started 4
counts running 1
counts completed 2
counts stopped 1
counts measured 3
counts retracted 1
counts spread 1
at viborg lineage "$v" --at "$AT" >"$WORK/tree"
check_has "Kuopio's stands below Oulu's, which was taken back" \
	"$(grep -A 9 "RETRACTED" "$WORK/tree")" "$k"

# --- The four inboxes.  What differs from run to run is given names: the drawn part
# of an id by the order in which it is first seen, one that shows the trials of the
# story by the town; a time of day as "YYYY-MM-DD hh:mm".

# renamed: standard input with such names, which are as long as what they stand for.
renamed() {
	/usr/bin/python3 -c '
import re, sys

names = dict(pair.split("=") for pair in sys.argv[1:])


def rename(found):
    key = found[0][: found[0].index("/") + 9]
    if key not in names:
        names[key] = "record%02d" % (len(names) - len(sys.argv) + 2)
    return found[1] + names[key]


for line in sys.stdin.buffer:
    line = line.decode()
    line = re.sub(r"([a-z]{2}-[a-z0-9]+/)[0-9a-z]{8,26}", rename, line)
    line = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "YYYY-MM-DD hh:mm", line)
    sys.stdout.buffer.write(line.encode())
' "$v=viborg__" "$t=tromso__" "$o=oulu____" "$k=kuopio__"
}

for name in "${TOWNS[@]}"; do
	echo "=== $name"
	at "$name" inbox --at "$AT" --lang en
done 2>&1 | renamed >"$WORK/inboxes"
[ -z "${ERFA_GOLDEN:-}" ] || mkdir -p "$GOLDEN"
for name in "${TOWNS[@]}"; do
	sed -n "/^=== $name\$/,/^=== /{/^=== /d;p}" "$WORK/inboxes" \
		>"$WORK/$name.inbox"
	[ -z "${ERFA_GOLDEN:-}" ] || cp "$WORK/$name.inbox" "$GOLDEN/$name.inbox"
	check_same "the inbox of $name is $GOLDEN/$name.inbox" \
		"$(cat "$GOLDEN/$name.inbox" 2>&1)" "$(cat "$WORK/$name.inbox")"
done
finish
