#!/bin/bash
# A restricted group: what is published in it its members read and find, and nobody
# else, though others carry it; nothing of it is on PUB; a later member gets what comes
# after it, and what came before when it is given on purpose; who was taken out gets
# nothing new; what is said of it stays in the group; an erasure reaches the copies,
# and a member with a new key goes on.
# timeout: 200
. "$(dirname "$0")/lib.sh"

NAME="Kvartalspiloten nord"
SECRET="Lønforhandlingerne i hjemmeplejen er ikke offentlige"
WORD="Spørgsmålet om nattevagterne bliver mellem os"
export VISUAL=false EDITOR=false

node_listen hub dk-791 --name "Viborg Kommune"
node_new a no-5501 --name "Tromsø kommune"
node_new b fi-564 --name "Oulun kaupunki"
node_new c fi-297 --name "Kuopion kaupunki"
for name in a b c; do
	node_up $name
	befriend hub $name
done
all=(hub a b c)

# texts TEXT NAME...: do their files hold any piece of it?
# shellcheck disable=SC2317 # check calls it
texts() {
	local text=$1
	shift
	/usr/bin/python3 tests/e2e/scan.py find "$text" "${@/#/$WORK/}"
}

# trial_in NAME TITLE SUMMARY: publish a trial in the group; its id is in $id.
trial_in() {
	check "$1 publishes in the group: $2" at "$1" new --group kvart \
		--title "$2" --summary "$3" --sector elder_care --yes --json
	id=$(field id <<<"$OUT")
	check "which goes everywhere" converge 60 "${all[@]}"
}

# finds NAME WORD COUNT: how many trials a search finds.
# shellcheck disable=SC2317 # check calls it
finds() {
	at "$1" find "$2" --json | grep -c '"fullId"' | grep -qx "$3"
}

helper /usr/bin/python3 tests/e2e/notes.py "$WORK/hub/run/control" is-0000 \
	"$WORK/notes"
check "a subscriber listens" await "$WORK/notes" '^ready$'
publish a 1
check "all four are in step" converge 60 "${all[@]}"

# --- Made, and by whom seen.

check_same "there is no group" "" "$(at a group --jsonl)"
check_status "nobody is let in without a word" 64 \
	at a group create "$NAME" fi-564 </dev/null
check_has "the number to be compared is shown" "$OUT" \
	"$(status b checkNumber) +fi-564 +Oulun kaupunki"
check_status "nor is one that nobody knows" 66 at a group create "$NAME" se-0180 --yes
check "a makes a group with b" at a group create "$NAME" fi-564 --yes --json \
	--purpose "Hvad der ikke kan siges højt"
group=$(grep -oE '"group": *"[0-9a-f]{16}"' <<<"$OUT" | field group)
check "it goes everywhere" converge 60 "${all[@]}"
for name in a b; do
	check "$name sees it" at $name group list
	check_has "by its name" "$OUT" "^$NAME +${group:0:8} +2 .* in it"
done
check_same "the hub knows no name of it" "" "$(at hub group --jsonl)"
check_has "and says that it carries one" "$(at hub group)" \
	"carries .* of 1 group that it is not in"
check "who is in it, and who can be sealed to" at b group show kvart
check_has "with check numbers" "$OUT" \
	"no-5501 \(made it\) +Tromsø kommune +$(status a checkNumber)"
check_status "only its maker changes it" 77 at b group add kvart fi-297 --yes
check_has "and that is said" "$OUT" "no-5501"
check_status "an unknown name" 66 at a group show nobody
check_status "a group that is not there" 66 at a new --group nobody --title x \
	--summary y --sector school --yes

# --- A trial in it.

trial_in a "Lukket lønpilot" "$SECRET"
first=$id
check "a sees whose it is" at a show "$first"
check_has "by the group's name" "$OUT" "Restricted to $NAME"
check "b reads it" at b show "$first"
check_has "all of it" "$OUT" "$SECRET"
check_has "and whose it is" "$OUT" "Restricted to $NAME"
check "b finds it" finds b Lønforhandlingerne 1
check_has "marked in the list" "$(at b list)" "Lukket lønpilot.*\(restricted\)"
for name in hub c; do
	check_status "$name has no such record" 66 at $name show "$first"
	check "and finds nothing" finds $name Lønforhandlingerne 0
	check_has "it holds the entry, sealed" \
		"$(at $name list --kind all --jsonl)" '"state": *"restricted"'
	check "verify at $name" at $name verify
done
check_status "the text stands in the files of b" 1 texts "$SECRET" b
check "and in none of the hub and c" texts "$SECRET" hub c
check "nor does the name of the group" texts "$NAME" hub c
check_same "an export leaves it out" 0 "$(at b export --proto 2>/dev/null |
	grep -c Lønforhandlingerne)"
check "and says so" eval 'at b export --proto 2>&1 >/dev/null | grep -q "Left out 1 record"'
check_has "unless it is asked for" "$(at b export --proto --restricted 2>/dev/null)" \
	Lønforhandlingerne

# --- What is said of it, and made of it, stays in the group.

check "b writes to it" at b comment "$first" "$WORD"
check_has "into the group" "$OUT" "restricted to $NAME"
check "b adapts it" at b adapt "$first" --title "Lukket pilot også her" \
	--summary "Det samme, hos os" --json
copy=$(at b drafts --jsonl | grep '"kind": *"trial"' | field id)
check_has "a draft for the group" "$(at b show "$copy")" "To be restricted to $NAME"
check_status "which goes nowhere else" 77 at b publish "$copy" --public --yes
check_has "and says why" "$OUT" "restricted to $NAME"
check "and publishes that" at b publish "$copy" --yes
check "both go everywhere" converge 60 "${all[@]}"
check_has "a reads the comment" "$(at a show "$first")" "$WORD"
check_has "and sees the copy" "$(at a lineage "$first")" "Lukket pilot også her.*restricted"
check "of which the hub has nothing" texts "$WORD" hub c
check_status "not by its id either" 66 at hub show "$copy"

# --- Who can read it stays as it is.

public=$(at a list --jsonl | grep '"title": *"a 1"' | field fullId)
at a edit "$public" --set "summary=Noget nyt" >/dev/null
check_status "what is public cannot become restricted" 65 \
	at a publish "$public" --group kvart --yes
check "its draft is as it was" at a publish "$public" --yes
draft=$(at a new --group kvart --title "Alligevel for alle" --summary "Intet hemmeligt" \
	--sector school --json | field id)
check "a draft for a group can go to all" at a publish "$draft" --public --yes
check "they get it" converge 60 "${all[@]}"
check_has "and read it" "$(at hub list)" "Alligevel for alle +no-5501 +idea *$"

# --- A later member.

check "a lets c in" at a group add kvart fi-297 --yes
check_has "says what c cannot read" "$OUT" "1 entry of yours from before"
check_has "and how to give it" "$OUT" "erfa group share ${group:0:8} fi-297"
check "c hears of it" converge 60 "${all[@]}"
trial_in a "Efter at c kom" "Nattevagterne, set fra tre steder"
check "c finds what is new" finds c Nattevagterne 1
check_status "and not what was before" 66 at c show "$first"
check_status "that is given with a yes only" 64 at a group share kvart fi-297 </dev/null
check_has "once it was said how much" "$OUT" "1 entry of yours"
check "a shares it" at a group share kvart fi-297 --yes
check_has "and counts it" "$OUT" "Shared 1 entry"
check "it comes" converge 60 "${all[@]}"
check_has "c reads it now" "$(at c show "$first")" "$SECRET"
check_same "without what b said of it" 0 "$(at c show "$first" | grep -c "$WORD")"
check "nothing is left to share" at a group share kvart fi-297 --yes
check_has "it says so" "$OUT" "Nothing was left"
check_same "for b it is there once" 1 "$(at b list --org no-5501 --json |
	grep -c '"Lukket lønpilot"')"

# --- One goes.

check "a takes b out" at a group remove kvart fi-564 --yes
check_has "and says what that means" "$OUT" "What they could read they keep"
check "all hear of it" converge 60 "${all[@]}"
trial_in a "Efter at b gik" "Weekendvagterne uden Oulu"
third=$id
check "c finds what is new" finds c Weekendvagterne 1
check_status "b does not" 66 at b show "$third"
check_has "what it had it keeps" "$(at b show "$first")" "$SECRET"
check_has "it is told" "$(at b group show kvart)" "This node was taken out"
check_status "it publishes nothing there" 77 at b new --group kvart --title x \
	--summary y --sector school --yes

# --- A member with a new key.

check "c gets a new key" at c key rotate --yes --wait 60
check "all know it" converge 60 "${all[@]}"
check_has "a seals to the new one" "$(at a group show kvart)" \
	"fi-297 .*$(status c checkNumber) .*yes, to its new key"
check "a changes the trial" at a edit "$third" --set "summary=Weekendvagterne igen" --yes
check "the new version goes everywhere" converge 60 "${all[@]}"
check_has "c reads it" "$(at c show "$third")" "Weekendvagterne igen"
trial_in c "Fra c med ny nøgle" "Morgenvagterne i Kuopio"
check "a finds what c says" finds a Morgenvagterne 1

# --- Erased, everywhere.

check "a erases the first" at a erase "$first" --reason personal_data --yes
check "it goes everywhere" converge 60 "${all[@]}"
check "b and c are clean" eval 'at b sync --wait 60 && at c sync --wait 60'
check "no file of any holds it" texts "$SECRET" "${all[@]}"
printf '%s\n' "$OUT"

# --- Nothing of it was ever on PUB.

publish b 1
check "the subscriber hears all that is public" await "$WORK/notes" "^fi-564/trial/"
check_has "heads too" "$(cut -c 1-40 "$WORK/notes")" "^no-5501/head/-/ head -"
check_same "no header of a group was said" "" \
	"$(awk 'NF == 4 && $3 != "-"' "$WORK/notes" | cut -c 1-80)"
check_same "nor its number" "" \
	"$(grep -c "$(fold -w 2 <<<"$group" | tac | tr -d '\n')" "$WORK/notes" |
		grep -v '^0$')"
for name in "${all[@]}"; do
	check "verify at $name" at "$name" verify
done
finish
