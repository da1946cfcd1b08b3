#!/bin/bash
# What people get wrong on the way: a number that cannot be, a decision about a rule
# that is not there, or of nobody; a form sent back as it was; a trial that fell
# silent; and that what authorities themselves say stays beside what was written
# down of them, also when the trial runs.
. "$(dirname "$0")/lib.sh"

HEALTH=no-o983544622
export VISUAL=false EDITOR=false

node_listen v dk-791 --name "Viborg Kommune"
node_new h "$HEALTH" --name Helsedirektoratet
node_up h
befriend v h

# --- A draft can be read by whoever writes it.

check "new" at v new --title "Færre møder på Ærø" --summary "Mødefri uger" \
	--sector elder_care
t=$(at v drafts --json | field shownId)
check "show reads a draft" at v show "$t"
check_has "says what it is" "$OUT" "^A draft, $t"
check_has "and what stands in it" "$OUT" "Mødefri uger"
check "show --json" at v show "$t" --json
check_has "is a document" "$OUT" '"schema": *"erfa.show/1"'
check "converge" converge 30 v h
check_status "others have never heard of it" 66 at h show "$t"

# --- Whose decision, and about which rule.

check "publish" at v publish "$t" --yes
check "exempt" at v exempt "$t" --provision "Serviceloven § 83" --level act \
	--why "Binder tiden" --authority "$HEALTH"
check "own" at v own "$t" --unit Hjemmeplejen --role leder
check "anchor" at v anchor "$t" --body council --date 2026-02-01
check "plan" at v plan "$t" --goal "Færre møder" --criterion "Halvt så mange" \
	--from 2026-03-01 --to 2027-02-28
check "converge" converge 30 v h
check_status "a rule that is not there is not decided" 64 at h decide "$t" \
	--outcome approved --plain "I må" --covers 7
check_has "it is named" "$OUT" "no exemption number 7"
check_status "nobody is the authority of a trial by forgetting a word" 64 \
	at v decide "$t" --outcome approved --plain "Vi må" --ref 1
check_has "which is asked for" "$OUT" "--authority ORG"
check_same "nothing was published" 0 \
	"$(at v list --kind decision --json | field total)"
check "they decide" at h decide "$t" --outcome approved_with_conditions \
	--plain "I må på vilkår" --condition "Rapport; 2026-06-01" --date 2026-02-10
check "and were understood otherwise" at v decide "$t" --authority "$HEALTH" \
	--outcome rejected --plain "I må ikke" --reason nej --ref 9 --date 2026-02-20
check "converge" converge 30 v h
check "start" at v start "$t"
check "status of a trial that runs" at v status "$t"
check_has "still tells that both differ" "$OUT" "itself says something else"
check_has "and of the condition" "$OUT" "conditions $t --met 1"
check "who met it says so, beside the authority" at v conditions "$t" --met 1 \
	--date 2026-05-20
check "converge" converge 30 v h
for name in v h; do
	check "$name: status" at "$name" status "$t"
	check_same "$name warns of the condition no more" "" \
		"$(grep -e "--met" <<<"$OUT")"
	check "$name: conditions" at "$name" conditions "$t"
	check_has "$name: it is met" "$OUT" "Rapport.*2026-05-20"
done
check_same "the authority's own record is as it was" 1 \
	"$(at v list --kind decision --org "$HEALTH" --json | field total)"
check "status --json" at v status "$t" --json
check_has "so do programs read" "$OUT" '"warning": *\[ *\{'

# --- Every exemption has a number of its own, also those that a form began.

check "a trial whose form names a rule" at v new --title "Fri bane" \
	--summary "Uden skema" --sector elder_care
n=$(at v drafts --json | field shownId)
check "as --set does" at v edit "$n" --set 'exemptions[0].provision=Planloven § 5' \
	--set 'exemptions[0].why=Binder'
check "publish it" at v publish "$n" --yes
check "a rule beside it" at v exempt "$n" --provision "Byggeloven § 7" \
	--why "Binder også" --authority "$HEALTH"
check_has "both have a number" "$(at v show "$n" --json | tr -d ' \n')" \
	'"no":1,"provision":"Planloven.*"no":2,"provision":"Byggeloven'
check_status "a number that is not there begins nothing" 64 at v exempt "$n" \
	--no 7 --provision "Vejloven § 1" --why "Binder" --authority "$HEALTH"
check_has "and is named" "$OUT" "no exemption number 7"
check "a number that is there is changed" at v exempt "$n" --no 1 --level act \
	--authority "$HEALTH"
check "converge" converge 30 v h
check "only the second is decided" at h decide "$n" --outcome approved --plain "I må" \
	--covers 2
check "taken out" at v edit "$n" --set 'exemptions[1]=' --yes
check "and another named" at v exempt "$n" --provision "Vejloven § 1" \
	--why "Binder" --authority "$HEALTH"
check_has "it is not the one decided" "$(at v show "$n" --json | tr -d ' \n')" \
	'"no":3,"provision":"Vejloven'

# --- A decision that nobody asked for.

check "another" at v new --title "Ingen skema" --summary "Samtaler uden skema" \
	--sector elder_care --yes --json
u=$(field shownId <<<"$OUT")
check "converge" converge 30 v h
check "it may be decided before somebody asks" at h decide "$u" --outcome approved \
	--plain "I må"
check_has "but counts for nothing until then" "$OUT" \
	"No exemption of .* names $HEALTH: the decision counts for nothing"
check_has "who could ask is told" "$OUT" "erfa exempt .* --authority \"$HEALTH\""

# --- Where a trial came from, in words.

check_status "words are no id" 64 at v link "$u" --from "Et foredrag i Malmö"
check_has "they have an option of their own" "$OUT" "--text \"...\""
check_has "and so has how one heard of it" "$OUT" "--heard"

# --- Short ids.

check "scale" at v scale "$u"
check_has "begins with the id that people type" "$(head -n 1 <<<"$OUT")" "^$u  and all"

# --- Numbers that cannot be.

check "indicator" at v indicator new --name Møder --unit "pr. uge" \
	--polarity lower_better --code kolada:N15505 --yes
i=$(at v list --kind indicator --json | field id)
check "indicator list" at v indicator list
check_has "has unit and code" "$OUT" "Møder, pr. uge +kolada:N15505"
# cannot NAME WHAT OPTION...
cannot() {
	check_status "$1" 64 at v observe "$t" --indicator "$i" \
		--occasion interim "${@:3}"
	check_has "$1: named" "$OUT" "$2"
}
cannot "more of them than all" "--events is more" --events 60 --total 50
cannot "a spread below nothing" "--sd: -1 is less than 0" --n 30 --mean 3 --sd -1
cannot "a correlation of two" "--r is not" --n 30 --mean 3 --sd 1 --r 2
cannot "no time to count in" "--exposure is not" --events 30 --exposure 0
cannot "nobody measured" "--n is 0" --n 0 --mean 3 --sd 1
cannot "none of none" "--total is 0" --events 0 --total 0
cannot "fewer than nobody" "-3 is less than 0" --n -3 --mean 3 --sd 1
cannot "no error at all" "--se is not" --estimate 3 --se 0 --measure md
cannot "ends that are swapped" "--low is above" --estimate 3 --low 5 --high 2
check_same "nothing was published" 0 \
	"$(at v list --kind observation --json | field total)"

# --- Who says it.

check "converge" converge 30 v h
check_status "others are not the municipality itself" 64 at h learn "$t" \
	--verdict worked --worked "Ro"
check_has "the role is asked for" "$OUT" "--role external_evaluator"
check_status "not even if they say so" 64 at h learn "$t" --role self --verdict worked
check "in a role of their own they are heard" at h learn "$t" --role authority \
	--verdict no_difference --worked nothing
check "or together with it" at h learn "$t" --with dk-791 --verdict too_early

# --- A form that comes back as it went.

check "edit --form" at v edit "$t" --form "$WORK/form.yaml"
check_status "unchanged" 1 at v edit "$t" --from "$WORK/form.yaml" --yes
check_has "it is no new version" "$OUT" "nothing was changed"

check_same "a version more is not there" "" "$(at v drafts --jsonl | grep "$t")"

# --- A form as programs of long ago save it, and numbers below nothing.

iconv -f UTF-8 -t ISO-8859-1//TRANSLIT "$WORK/form.yaml" >"$WORK/latin.yaml"
iconv -f UTF-8 -t UTF-16 "$WORK/form.yaml" >"$WORK/wide.yaml"
cp "$WORK/wide.yaml" "$WORK/wide.before"
check_status "Latin-1" 65 at v edit "$t" --from "$WORK/latin.yaml" --yes
check_has "is one mistake" "$OUT" "is not in UTF-8 but, it seems, in Windows-1252"
check_status "UTF-16" 65 at v edit "$t" --from "$WORK/wide.yaml" --yes
check_has "is another" "$OUT" "is not in UTF-8 but, it seems, in UTF-16 \(line 1\)"
check "nothing is written into it" cmp "$WORK/wide.before" "$WORK/wide.yaml"
{
	cat "$WORK/form.yaml"
	for ((n = 1; n <= 33; n++)); do
		echo "nothing$n: x"
	done
} >"$WORK/many.yaml"
check_status "33 mistakes" 65 at v edit "$t" --from "$WORK/many.yaml" --yes
check_has "are 33" "$OUT" "has 33 mistakes"
check_same "of which a screen shows 30" 30 "$(grep -c '"nothing' <<<"$OUT")"
check_has "and says so" "$OUT" "and 3 more"
for what in resources.hours=-3 resources.cost=-0.5; do
	check_status "$what" 64 at v edit "$t" --set "$what" --yes
	check_has "is named" "$OUT" "is less than 0"
done

# --- Silence.

check "status, long after the end" at v status "$t" --at 2029-01-01
check_has "does not say that it runs" "$OUT" "^Status +unknown$"
check_has "just as list" "$(at v list --at 2029-01-01)" "unknown"

# --- Doubted, and taken back.

check "a word of concern" at v retract "$t" --reason data_error \
	--kind expression_of_concern --explanation "Tallene skal ses efter" --yes
check "converge" converge 30 v h
check "show" at h show "$t"
check_has "says that it is no more than that" "$(head -n 1 <<<"$OUT")" \
	"^EXPRESSION OF CONCERN: error in the data"
check_has "and why" "$OUT" "Tallene skal ses efter"
check_same "nowhere that it was taken back" 0 "$(grep -c RETRACTED <<<"$OUT")"
check "status" at h status "$t"
check_has "says so too" "$OUT" "^In doubt +Tallene skal ses efter"
check_status "once is enough" 64 at v retract "$t" --reason data_error \
	--kind expression_of_concern --explanation "Igen" --yes
check_has "what was said is told" "$OUT" "already: Tallene skal ses efter"
check "retract" at v retract "$t" --reason data_error --explanation "Forkerte tal" --yes
check "converge" converge 30 v h
check "status" at h status "$t"
check_has "says so" "$OUT" "^Taken back +Forkerte tal"
check_status "once is enough" 64 at v retract "$t" --reason legal \
	--explanation "Endnu en gang" --yes
check_status "nor does a concern follow" 64 at v retract "$t" --reason legal \
	--explanation "Endnu en gang" --kind expression_of_concern --yes
check_has "what was said is told" "$OUT" "taken back already: Forkerte tal"
check_same "and nobody is told twice" 2 \
	"$(at v list --kind retraction --json | field total)"
check "show" at h show "$t"
check_has "a retraction comes before a concern" "$(head -n 1 <<<"$OUT")" \
	"^RETRACTED: error in the data"
check "adapt" at h adapt "$t"
check_has "warns whoever copies it" "$OUT" "^$t was taken back: Forkerte tal"

# --- What is learnt after a word was taken back is a word of its own.

check "a word that was wrong" at h learn "$u" --role authority --verdict worked \
	--worked Ro --json
e=$(field id <<<"$OUT")
check "it is taken back" at h retract "$e" --reason data_error \
	--explanation "Forkerte tal" --yes
check "what they say instead" at h learn "$u" --role authority \
	--verdict did_not_work --worked nothing --json
n=$(field id <<<"$OUT")
check "is a record of its own" test "$n" != "$e"
check_same "that nobody took back" 0 "$(at h show "$n" | grep -c RETRACTED)"

# --- An id that does not begin with a country is one all the same.

node_new k kl --name KL
node_up k
befriend v k
check "converge" converge 30 v h k
check "a trial" at v new --title "Fælles indkøb" --summary "Køb sammen" --yes --json \
	--sector elder_care
t=$(field fullId <<<"$OUT")
t=${t:-$(field id <<<"$OUT")}
check "exempt it" at v exempt "$t" --provision "Loven § 2" --level act \
	--why "Binder" --authority kl
check_has "the association is named by its id" "$(at v show "$t" --json)" '"id": *"kl"'
check "a form of it" at v edit "$t" --form "$WORK/kl.yaml"
check_status "unchanged" 1 at v edit "$t" --from "$WORK/kl.yaml" --yes
sed -i 's/Køb sammen/Køb ind sammen/' "$WORK/kl.yaml"
check "changed elsewhere" at v edit "$t" --from "$WORK/kl.yaml" --yes
check_has "it keeps the id" "$(at v show "$t" --json)" '"id": *"kl"'
check "converge" converge 30 v h k
check "the association decides" at k decide "$t" --outcome approved --plain "I må"
check "converge" converge 30 v h k
check "status" at v status "$t" --json
check_has "and is heard" "$OUT" '"permission": *"granted"'
finish
