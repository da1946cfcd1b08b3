#!/bin/bash
# What is restricted does not come out by the side doors: bundles, programs that only
# read, exports, lists and the journal of who carries it; nor into the open by what its
# own members do next; and no stranger passes a group of his own off for theirs.
# timeout: 150
. "$(dirname "$0")/lib.sh"

NAME="Kvartalspiloten nord"
SECRET="Lønforhandlingerne i hjemmeplejen er ikke offentlige"

node_listen hub dk-791
node_new a no-5501 --name "Tromsø kommune"
node_new b fi-564 --name "Oulun kaupunki" --listen 127.0.0.1:0
for name in a b; do
	sed -i 's/^pause_ms = .*/pause_ms = 600000/' "$WORK/$name/erfad.conf"
	node_up $name
	befriend hub $name
done
all=(hub a b)
check "all are in step" converge 60 "${all[@]}"

# sealed NAME WORD...: try something against a node.
sealed() {
	/usr/bin/python3 tests/e2e/sealed.py "$WORK/$1/run/control" "${@:2}"
}

# silent FILE...: does no file hold a word of the trial, or the group's name?
# shellcheck disable=SC2317 # check calls it
silent() {
	! grep -aqE 'forhandlingerne|hjemmeplejen|Lukket|Kvartalspiloten' "$@"
}

check "a makes a group with b" at a group create "$NAME" fi-564 --yes --json
group=$(grep -oE '"group": *"[0-9a-f]{16}"' <<<"$OUT" | field group)
check "b hears of it" converge 60 "${all[@]}"
check "a publishes in it" at a new --group kvart --title "Lukket lønpilot" \
	--summary "$SECRET" --sector elder_care --yes --json
first=$(field id <<<"$OUT")
check "all have it" converge 60 "${all[@]}"

# --- The side doors.

check "a bundle of a member" at b bundle export "$WORK/bundle"
check "holds nothing that can be read" silent "$WORK/bundle"
check "a program that only reads gets all that the hub has" \
	sealed hub read "$WORK/read-hub"
check "and all that a member has" sealed b read "$WORK/read-b"
check_has "the names of the members among it" "$(grep -a Troms "$WORK/read-b")" Troms
check "and reads nothing of it" silent "$WORK/read-hub" "$WORK/read-b"
for words in "list --kind all" log "export --proto" "export --proto --restricted" logs \
	"find hjemmeplejen" dossier "evidence" "watch --wait 0" status; do
	# shellcheck disable=SC2086 # they are several
	at hub $words --json >>"$WORK/said" 2>&1
	# shellcheck disable=SC2086
	at hub $words >>"$WORK/said" 2>&1
done
check_same "nor does anything that the hub says tell of it" "" \
	"$(grep -E 'forhandlingerne|Lukket|Kvartalspiloten' "$WORK/said")"
check "no journal does" silent "$WORK"/{hub,a,b}/log

# --- What members do next.

# A draft stays in its group, also when it cannot be read.
cp "$WORK/a/state/keys" "$WORK/keys"
drafted=$(sealed a draft - "$group")
check_has "a draft is of the group" "$drafted" " $group$"
drafted=${drafted% *}
check_same "written again, and no group said" "$drafted $group" \
	"$(sealed a draft "$drafted")"
cmp -l "$WORK/a/state/keys" "$WORK/keys" | awk '{ print $1 - 1 }' | while read -r slot; do
	printf x | dd of="$WORK/a/state/keys" bs=1 seek="$slot" conv=notrunc status=none
done
check_has "what it was is not known: it is not public for that" \
	"$(sealed a draft "$drafted")" "refused: the draft before cannot be read"

check_same "an import into the group" "$group" "$(sealed a import x-1 "$group")"
check_same "the same id again, and no group said" "$group" "$(sealed a import x-1)"
check_has "a list of many, of which the last is restricted" \
	"$(sealed b many "$first")" "^$group$"

# --- A stranger's group with the number of ours for a name.

for number in "$group" "${group:0:8}"; do
	check "the hub makes a group called $number" \
		at hub group create "$number" no-5501 --yes
done
check "a hears of them" converge 60 "${all[@]}"
check "the whole number is ours" at a new --group "$group" --title "Til vores" \
	--summary "$SECRET" --sector elder_care --yes
check_has "for us alone" "$OUT" "Restricted to $NAME"
check_status "half of it may be either" 64 at a new --group "${group:0:8}" --title x \
	--summary y --sector school --yes
check_has "so both are shown" "$OUT" "$group  $NAME, no-5501"
check "all have what came" converge 60 "${all[@]}"
check "and the hub nothing to read" silent "$WORK/hub/log"
check_status "not even by its number" 66 at hub show "$first"
for name in "${all[@]}"; do
	check "verify at $name" at "$name" verify
done

# --- An organisation that is in it with two keys goes with both.

node_new b2 fi-564 --name "Oulun kaupunki"
node_up b2
befriend hub b2
all+=(b2)
check "another node of b's comes" converge 60 "${all[@]}"
check "a lets it in" at a group add "$group" "$(status b2 key)" --yes
check "it hears of it" converge 60 "${all[@]}"
check_same "so that two keys are in it" 2 \
	"$(at a group show "$group" --json | grep -o '"org": *"fi-564"' | wc -l)"
check "a takes both out" at a group remove "$group" fi-564 --yes
check_same "neither is left" 0 \
	"$(at a group show "$group" --json | grep -o '"org": *"fi-564"' | wc -l)"
check "and lets the new one in" at a group add "$group" "$(status b2 key)" --yes
check "which all hear" converge 60 "${all[@]}"

# --- Restricted words about what everybody sees.

check "a publishes a trial for all" at a new --title "Åben skole" \
	--summary "For alle" --sector school --yes --json
open=$(field id <<<"$OUT")
printf '{"record": [{"body": {"envelope": {"language": "da"}, "experience": {
"trial": {"id": "%s"}, "verdict": "VERDICT_DID_NOT_WORK", "stage": "STAGE_FINAL",
"what_did_not": "%s", "lessons": ["Det virkede ikke"]}}}]}' \
	"$open" "Lærerne sagde det ikke til nogen" >"$WORK/word.json"
check "and in the group what did not work in it" \
	at a publish --group "$group" --yes "$WORK/word.json"
printf '{"record": [{"body": {"envelope": {"language": "da"}, "observation": {
"trial": {"id": "%s"}, "indicator": {"id": "%s"}, "arm": "ARM_TRIAL",
"occasion": "OCCASION_FOLLOW_UP", "continuous": {"n": 90, "mean": 2, "sd": 1}}}}]}' \
	"$open" "$open" >"$WORK/number.json"
check "and what was measured in it" \
	at a publish --group "$group" --yes "$WORK/number.json"
check "all have both" converge 60 "${all[@]}"
check_has "who is in the group sees it, marked" "$(at b2 overview)" \
	"Åben skole \(restricted\)"
check_has "for programs, too" "$(at b2 overview --json)" "\"group\": *\"$group\""
check_same "find quotes nothing of it beside the trial" 0 "$(
	at b2 find hvad virkede ikke i skole --json | grep -c "Lærerne sagde"
)"
check_same "nor says that it did not work" 0 "$(
	at b2 find hvad virkede ikke i skole --json | grep -c failure_did_not_work
)"
check_same "nor its verdict" 0 \
	"$(at b2 find skole --json | grep -c '"verdict": *"did_not_work"')"
check "its lineage is told" at b2 lineage "$open" --json
check_same "without that verdict" 0 "$(grep -ci did_not_work <<<"$OUT")"
check_has "nor as measured" "$OUT" '"measured": *false'
check "what is known of its kind is told" at b2 evidence "$open" --json
check_same "without it, too" 0 "$(grep -ci did_not_work <<<"$OUT")"

# --- What is erased.

check "a begins to erase" at a erase "$first" --reason personal_data --yes
check_has "and is told what stays here alone" "$OUT" \
	"its id and its place among the copies stay on this node alone"
check_has "its lineage here has a place for it" "$(at a erasure "$first")" "was erased"
check "the others hear of it" converge 60 "${all[@]}"

# --- Taken out, and not signed yet: nothing is sealed by the word before.

node_end hub
check "signing pauses at a" await "$WORK/a/log" "signing pauses"
# comment REPLY: a file with a comment that answers another.
comment() {
	printf '{"record": [{"body": {"envelope": {"language": "da"}, "comment":
{"kind": "COMMENT_KIND_COMMENT", "body": "Se her", "reply_to": {"id": "%s"}}}}]}' \
		"$1" >"$WORK/comment.json"
}

comment "$first"
check "a comments in the group" \
	at a publish --group "$group" --yes "$WORK/comment.json" --json
comment "$(field id <<<"$OUT")"
check_status "what names that is not let out before it is signed" 65 \
	at a publish --yes "$WORK/comment.json"
check_has "it says why" "$OUT" "may be restricted, and is not signed yet"
check_has "what is imported waits too" "$(sealed a import x-2 "$group")" "^$group$"
check_has "and does not leave the group by another import" \
	"$(sealed a import x-2)" "not signed yet"
check "a takes b out" at a group remove "$group" fi-564 --yes
comment "$first"
check_status "and writes nothing to the group until that is signed" 75 \
	at a publish --group "$group" --yes "$WORK/comment.json"
check_has "it says why" "$OUT" "who is in the restricted group is just being changed"
finish
