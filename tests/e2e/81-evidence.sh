#!/bin/bash
# What works, over a whole family: thirteen trials of one lineage on several nodes
# give the published pooled effects, by lineage and by table; every node prints the
# same; what is taken back, late, or of one group alone is treated as it must be.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)

evidence() {
	/usr/bin/python3 "$here/evidence.py" "$@"
}

# report NAME ARGUMENT...: what that node's evidence is, in $WORK/report.
report() {
	at "$1" evidence "${@:2}" --json >"$WORK/report"
}

# value PATH: of the last report.
value() {
	evidence get "$WORK/report" "$1"
}

node_listen a dk-791 --name "Viborg Kommune"
node_listen b no-5501 --name "Tromsø kommune"
node_new c fi-564 --name "Oulun kaupunki"
node_up c
befriend a b
befriend a c
export VISUAL=false EDITOR=false

# ids: the full ids of the records in an answer of publish.
ids() {
	grep -oE '"id": *"[^"]*"' | sed -e 's/.*: *"//' -e 's/"$//'
}

# --- The first two by the commands, the others from files.

check "the origin" at a new --title "Aronson 1948" --summary "One arm of dat.bcg." \
	--sector health --set design=randomised --set "sites[0].id=dk-791" \
	--set "goals[0].text=Færre syge" --yes --json
root=$(ids <<<"$OUT" | head -n 1)
check "what is measured" at a indicator new --code dk-791:tb --name Tuberkulose \
	--unit andel --polarity lower_better --yes --json
ind=$(ids <<<"$OUT" | head -n 1)
check "before anything is measured" at a evidence "$root"
check_has "k = 0" "$OUT" "Nothing here can be pooled"
check_has "the denominator" "$OUT" "lineage 1 .* measured 0 .* poolable 0"
check "the origin's follow-up" at a observe "$root" --indicator "$ind" --date 1948-12-31 \
	--occasion follow_up --events 4 --total 123 --small-counts --yes
report a "$root"
check_same "one arm alone is no effect" no_baseline "$(value pool.0.excluded.0.reason)"
check "and its comparison" at a observe "$root" --indicator "$ind" --date 1948-12-31 \
	--occasion follow_up --arm comparison --events 11 --total 139 --yes
report a "$root"
check_same "k = 1: the study" 1 "$(value pool.0.pooled.k)"
check_has "and it is said" "$(value pool.0.banner)" one_municipality
shows b 1 || not_ok "b has it" "it has not"
check "adapt" at b adapt "$root" --title "Ferguson & Simes 1949" --yes --json \
	--set design=randomised --set "sites[0].id=no-5501"
two=$(ids <<<"$OUT" | head -n 1)
check "observe" at b observe "$two" --indicator "$ind" --date 1949-12-31 \
	--occasion follow_up --events 6 --total 306 --yes
check "observe" at b observe "$two" --indicator "$ind" --date 1949-12-31 \
	--occasion follow_up --arm comparison --events 29 --total 303 --yes
report b "$root"
check_same "k = 2 on the node of the copy" 2 "$(value pool.0.pooled.k)"
check_has "two carry no claim" "$(value pool.0.banner)" two_municipalities
shows c 2 || not_ok "c has both" "it has not"
for name in a b c; do
	evidence trials $name >"$WORK/$name.trials"
	check "trials of $name" at $name publish --yes --json "$WORK/$name.trials"
	# shellcheck disable=SC2046
	evidence rest $name "$root" "$ind" $(ids <<<"$OUT") >"$WORK/$name.rest"
	check "what $name measured" at $name publish --yes "$WORK/$name.rest"
done
converge 30 a b c || not_ok "all have everything" "they have not"

# --- The published numbers, by lineage and by table.

evidence table >"$WORK/bcg.csv"
for which in ee-z dl-z dl-hk reml-z reml-hk; do
	report b "$two" --method "${which%-*}" --ci "${which#*-}"
	check "$which by lineage" evidence check $which "$WORK/report"
	at a evidence --table "$WORK/bcg.csv" --method "${which%-*}" --ci "${which#*-}" \
		--json >"$WORK/table"
	check "$which by table" evidence check $which "$WORK/table"
done
check_same "randomised ones alone stand beside" randomised "$(value pool.1.pool)"
check_same "seven of them" 7 "$(value pool.1.pooled.k)"
check_same "the origin is left out beside it" 12 "$(value pool.0.withoutOrigin.k)"
check_same "thirteen" 13 "$(value denominator.lineage)"
check_same "all measured" 13 "$(value denominator.measured)"
check_same "and poolable" 13 "$(value denominator.poolable)"
check_same "GRADE starts low with any that is not randomised" low "$(value pool.0.grade.start)"
check_same "and high with randomised ones" high "$(value pool.1.grade.start)"
check_same "nobody has judged" "suggested, not judged" "$(value pool.0.grade.standing)"
check_same "Nesta" 4 "$(value nesta.level)"
check "for people" at a evidence "$root"
check_has "the plot" "$OUT" "Helsingør"
check_has "the denominator" "$OUT" "lineage 13 .* measured 13 .* poolable 13"
check_has "certainty" "$OUT" "suggested, not judged"
check "in Danish" at a evidence "$root" --lang da
check "as a picture" at a evidence "$root" --svg "$WORK/plot.svg"
check_has "with the result" "$(cat "$WORK/plot.svg")" "<title"
check "as a table" at a evidence "$root" --csv
check_status "an indicator that nobody uses" 64 at a evidence "$root" --indicator nix
check "the indicator by its name" at a evidence "$root" --indicator tuberkulose
check_status "no trial at all" 64 at a evidence "$ind"

# --- Every node says the same, also one that came late by another way.

at a evidence "$root" --json >"$WORK/a.json"
node_new d dk-482 --name "Langeland Kommune"
node_up d
befriend b d
converge 30 a b c d || not_ok "d has everything" "it has not"
for name in b c d; do
	at $name evidence "$root" --json >"$WORK/$name.json"
	check "$name says what a says" cmp "$WORK/a.json" "$WORK/$name.json"
done

# --- Before and after alone: another pool, and never more than low.

check "a change of one group" at b new --title "Før og etter" --summary "Uten andre." \
	--sector health --set design=pre_post --set "sites[0].id=no-1103" --yes --json
alone=$(ids <<<"$OUT" | head -n 1)
check "a copy" at b link "$alone" --from "$root" --yes
check "before" at b observe "$alone" --indicator "$ind" --occasion baseline \
	--date 2019-01-31 --events 900 --total 1000 --yes
check "after" at b observe "$alone" --indicator "$ind" --occasion follow_up \
	--date 2020-01-31 --events 100 --total 1000 --yes
report b "$root"
check_same "with comparison nothing changes" 13 "$(value pool.0.pooled.k)"
check_same "a pool of its own" before_after "$(value pool.2.pool)"
check_has "at most low" "$(value pool.2.grade.level)" "^(very_)?low$"
report b "$root" --class before_after
check_same "alone" 1 "$(value pool.0.pooled.k)"

# --- What changes, changes the result at once.

report a "$root"
before=$(value studyHash)
check "a trial is taken back" at b retract "$two" --reason data_error \
	--explanation "Tallene er forkerte." --yes
report b "$root"
check_same "it no longer counts" 12 "$(value pool.0.pooled.k)"
check_has "it is named" "$(value gone.0)" "$two"
check_has "and listed as left out" "$(value pool.0.excluded)" '"retracted"'
check_same "but stays in the denominator" 14 "$(value denominator.lineage)"
converge 30 a b c d || not_ok "all know" "they do not"
report d "$root"
check_same "on every node" 12 "$(value pool.0.pooled.k)"
[ "$(value studyHash)" != "$before" ]
check_same "and the inputs have another name" 0 $?

# --- What is pooled with what: a second family, of every kind.

evidence mixed >"$WORK/mixed.trials"
check "trials of every kind" at a publish --yes --json "$WORK/mixed.trials"
# shellcheck disable=SC2207
mixed=($(ids <<<"$OUT"))
evidence mixed-rest "${mixed[@]}" >"$WORK/mixed.rest"
check "and their numbers" at a publish --yes --json "$WORK/mixed.rest"
paste -d ' ' <(evidence mixed-names) <(ids <<<"$OUT") >"$WORK/mixed.ids"
origin=${mixed[0]}
report a "$origin"
check_same "five are pooled: the mapped one, and each municipality once" 5 \
	"$(value pool.0.pooled.k)"
check_same "all others are named with their reasons" "early too_early
joint joint_record
nosd no_sd
plain same_municipality
reported documented_only
unit unit_differs
unlike fidelity" "$(evidence excluded "$WORK/report" | sort)"
check_has "the comparison that two share is said" "$(value pool.0.assumption)" \
	comparison_shared
check_same "and shown once beside it" 4 "$(value pool.0.comparisonOnce.k)"
check_same "one code stands for both" dk-791:hours "$(value pool.0.indicator)"
check_same "and the other is named" sotkanet:77 "$(value indicator.0.mapped.0)"
check_same "the denominator has all but the documented" 11 "$(value denominator.lineage)"
report a "$origin" --all-fidelity
check_same "also those that left the core" 6 "$(value pool.0.pooled.k)"
report a "$origin" --measure smd
check_same "in standard deviations no unit matters" 6 "$(value pool.0.pooled.k)"
report a "$origin" --indicator sotkanet:77
check_same "either code finds it" 5 "$(value pool.0.pooled.k)"
check "before it there was nothing" at a evidence "$origin" --at 2020-01-01
check_has "and nobody" "$OUT" "lineage 0 .* measured 0"

# --- A number that is taken back.

# Which one is said by name: a list is by time to the millisecond, so that its
# first line may be any of them.
seen() {
	sed -n "s/^$1 //p" "$WORK/mixed.ids"
}

report a "$origin"
before=$(value studyHash)
pooled=$(value pool.0.pooled.k)
check "retract a number" at a retract "$(seen mapped.trial)" --reason data_error \
	--explanation "Forkert." --yes
report a "$origin"
[ "$(value studyHash)" != "$before" ]
check_same "changes the result at once" 0 $?
check_same "leaves the pool at once" $((pooled - 1)) "$(value pool.0.pooled.k)"
check_has "and is named" "$(value gone)" "observation"

# --- One that is erased.

pooled=$(value pool.0.pooled.k)
check "erase a number" at a erase "$(seen shared.trial)" --reason personal_data \
	--yes
report a "$origin"
check_same "leaves the pool without it" $((pooled - 1)) "$(value pool.0.pooled.k)"
check_has "and is named" "$(value gone)" "\"state\": \"erased\""

# --- Where the members told nothing, the joint record stands for them.

check "erase what the member told" at a erase "$(seen member.trial)" \
	--reason personal_data --yes
report a "$origin"
check_same "the joint record takes its place" $((pooled - 1)) \
	"$(value pool.0.pooled.k)"
check_has "by its own numbers" "$(value pool.0.effect)" '"mean": 20'

# --- Other units, declared and not.

check "an indicator and its units" at a indicator new --code dk-791:visit --name Besøg \
	--unit timer --polarity lower_better --convert "minutter=1/60" \
	--convert "grader=0.5+10" --yes --json
hours=$(ids <<<"$OUT" | head -n 1)
check_status "a factor of 0 is refused" 64 at a indicator new --code dk-791:no --name N \
	--unit timer --polarity neutral --convert minutter=0 --yes
check_status "so is one below" 64 at a indicator new --code dk-791:no --name N --unit timer \
	--polarity neutral --convert minutter=-1 --yes
check_status "and what is no number" 64 at a indicator new --code dk-791:no --name N \
	--unit timer --polarity neutral --convert minutter=en --yes
check "its fields are shown" at a show "$hours"
check_has "with the unit" "$OUT" minutter

# measured NODE TRIAL UNIT MEAN COMPARISON: in both arms; unit - is the indicator's.
measured() {
	local unit=()
	[ "$3" = - ] || unit=(--unit "$3")
	check "$2 with" at "$1" observe "$2" --indicator "$hours" --occasion follow_up \
		--date 2021-06-30 --n 40 --mean "$4" --sd 2 --yes "${unit[@]}"
	check "$2 without" at "$1" observe "$2" --indicator "$hours" --occasion follow_up \
		--date 2021-06-30 --n 40 --mean "$5" --sd 2 --arm comparison --yes \
		"${unit[@]}"
}

check "a family" at a new --title "Besøg" --summary "Kortere." --sector elder_care \
	--set design=comparison_post --set "sites[0].id=dk-791" --yes --json
visits=$(ids <<<"$OUT" | head -n 1)
measured a "$visits" - 4 5
copies=()
for site in dk-482 dk-217 dk-840; do
	check "a copy in $site" at a adapt "$visits" --title "Besøg i $site" --yes --json \
		--set design=comparison_post --set "sites[0].id=$site"
	copies+=("$(ids <<<"$OUT" | head -n 1)")
done
measured a "${copies[0]}" minutter 180 "270,5"
measured a "${copies[1]}" sekunder 1 2
check "one more, ready-made" at a observe "${copies[2]}" --indicator "$hours" --occasion \
	follow_up --date 2021-06-30 --estimate -60 --se 6 --measure md --unit minutter --yes
report a "$visits"
check_same "the declared unit is pooled" 3 "$(value pool.0.pooled.k)"
check_same "in the indicator's" timer "$(value pool.0.unit)"
check_same "the undeclared is left out" unit_differs "$(value pool.0.excluded.0.reason)"
check "the numbers are converted" evidence near "$WORK/report" 3 4.508333333333333 -1
check_has "and it is told how" "$(value pool.0.effect)" '"unit": "minutter", "factor": 0.0166'
check_has "as an assumption" "$(value pool.0.assumption)" converted
check "for people" at a evidence "$visits"
check_has "below the plot" "$OUT" "minutter \\* 0.0166667 = timer, as $hours"
check "in Danish with a comma" at a evidence "$visits" --lang da
check_has "also the conversion" "$OUT" "minutter \\* 0,0166667 = timer"
converge 30 a b c d || not_ok "all know the units" "they do not"
at a evidence "$visits" --json >"$WORK/a.json"
at d evidence "$visits" --json >"$WORK/d.json"
check "every node converts alike" cmp "$WORK/a.json" "$WORK/d.json"

# --- The overview.

check "what was learnt" at a learn "$root" --verdict worked --worked "Færre blev syge" \
	--not-worked nothing --condition "God kulde" --for-whom "Børn" --yes
check "overview" at a overview health
check_has "opportunities" "$OUT" "^Opportunities"
check_has "what worked" "$OUT" "Færre blev syge"
check_has "challenges" "$OUT" "^Challenges"
check "as JSON" at a overview --json
check_has "is one document" "$OUT" "erfa.overview/1"
check_status "a field of work that there is not" 64 at a overview fishing

# More of one trial than is told.
check_same "nothing is left out" 0 "$(at a overview --json | field moreWords)"
{
	printf '{"record": ['
	for ((i = 1; i <= 51; i++)); do
		printf '{"body": {"envelope": {"language": "da"}, "experience": {'
		printf '"trial": {"id": "%s"}, "verdict": "VERDICT_WORKED", ' "$root"
		printf '"what_worked": "For det %d"}}}' "$i"
		[ "$i" -eq 51 ] || printf ','
	done
	printf ']}'
} >"$WORK/words.json"
check "much is said of one trial" at a publish --yes "$WORK/words.json"
check "the overview" at a overview health
check_has "says that there is more" "$OUT" "Of some trials more was told: +erfa show TRIAL"
check "and how much to programs" test "$(at a overview --json | field moreWords)" -gt 0

finish
