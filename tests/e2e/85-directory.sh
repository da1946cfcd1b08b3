#!/bin/bash
# Who belongs, and by whose word: a registry vouches and withdraws with cuts that
# hide the same entries on every node, a lost key is replaced and the organisation
# goes on, two live keys of one organisation are shown as disputed.
# timeout: 150
. "$(dirname "$0")/lib.sh"

# pin NAME KEY: from its next start on it has this key pinned.
pin() {
	sed -i "/^\[node\]/a pinned = $2" "$WORK/$1/erfad.conf"
}

# state NAME WHO: how NAME sees a key.
state() {
	at "$1" directory "$2" --json | field state
}

# states NAME: key, standing and cuts of all, as NAME sees them.
states() {
	at "$1" directory --jsonl | sed -E \
		's/.*"key":"([0-9a-f]*)".*"state":"([a-z_]*)".*/\1 \2/' | sort
}

# titles NAME: what trials NAME shows.
titles() {
	at "$1" list --jsonl | grep -oE '"title":"[^"]*"' | sort
}

# KL is the registry; Viborg is its hub, Oulu and Kuopio are leaves of Viborg.
node_stay kl dk-kl
registry=$(status kl key)
node_end kl
pin kl "$registry"
node_up kl
for name in viborg:dk-791 oulu:fi-564; do
	node_new "${name%%:*}" "${name#*:}" --listen 127.0.0.1:0
	pin "${name%%:*}" "$registry"
	node_up "${name%%:*}"
done
node_new kuopio fi-297
pin kuopio "$registry"
node_up kuopio
befriend kl viborg
befriend viborg oulu
befriend viborg kuopio
for name in kl viborg oulu kuopio; do
	publish "$name" 2
done
check "all are in one circle" converge 60 kl viborg oulu kuopio
for name in viborg oulu kuopio; do
	check_has "$name knows the registry" \
		"$(at "$name" directory dk-kl --json)" '"registry": *true'
done
check_has "erfa directory says by whose word" \
	"$(at oulu directory fi-297)" "By word of +dk-791"
check_has "and what a key may sign" \
	"$(at oulu directory fi-297)" "decide for its organisation"
check_has "members come with check numbers" "$(at oulu members)" \
	"fi-297 +kuopio|fi-297.* [0-9]{4} [0-9]{4} [0-9]{4}"
check_status "who is not there is not found" 66 at oulu directory se-1280

# The registry mistypes the id of Oulu: there is one key, and nobody to be removed.
check "the registry vouches for Oulu's key under a wrong id" \
	at kl peers accept "$(status oulu key)" fi-297
check_has "and hears that others gave it another" "$OUT" "others gave this one"
check_has "with whom to look at" "$OUT" "erfa directory $(status oulu checkNumber)"
check "viborg hears of it" converge 30 kl viborg oulu
id=$(at viborg list --org fi-564 --json | field id)
for words in "kl directory" "viborg peers" "viborg members" "viborg show $id" \
	"oulu directory" "oulu directory $(status oulu checkNumber)"; do
	# shellcheck disable=SC2086
	said=$(at $words)
	check_has "$words says what is disputed" "$said" \
		"this key was given more than one organisation, and fi-564"
	check_has "and of which key" "$said" "^ +$(status oulu checkNumber)$"
	check_same "and advises to remove none" "" "$(grep remove <<<"$said")"
done

# It vouches by hand for a key it knows, with no stranger at its door.
check "the registry vouches for Oulu's key" \
	at kl peers accept "$(status oulu key)" fi-564 --json
check_has "which is a member" "$OUT" '"member": *true'
check_has "and no longer disputed" "$OUT" '"disputed": *false'
check_status "a wrong role is refused" 64 \
	at kl peers accept "$(status oulu key)" fi-564 --as boss
check_status "and so is the own key" 64 \
	at kl peers accept "$registry" dk-kl

# Kuopio's key is stolen: the registry cuts its log before what the thief wrote.
log=$(status kuopio log)
cut=$(status kuopio logN)
publish kuopio 3
check "the thief's words reach all" converge 30 kl viborg oulu kuopio
check_has "and are shown" "$(titles oulu)" "kuopio 3"
check_status "a cut beyond the end is refused" 66 \
	at kl peers remove fi-297 --yes --cut "$log:999"
check "the registry withdraws the key with a cut" \
	at kl peers remove fi-297 --yes --cut "${log:0:16}:$cut" --json
check_has "for all" "$OUT" '"scope": *"everywhere'
check "the others agree" converge 30 kl viborg oulu
for name in kl viborg oulu; do
	check_same "Kuopio is withdrawn at $name" withdrawn "$(state "$name" fi-297)"
	check_same "$name shows what was said before the cut" 2 \
		"$(titles "$name" | grep -c kuopio)"
	check_has "$name says up to where it counts" \
		"$(at "$name" directory fi-297)" "up to entry $cut"
	check_has "of the key with this check number" "$(at "$name" directory)" \
		"^fi-297 \(check number $(status kuopio checkNumber)\): withdrawn by dk-kl"
	check_same "$name sees the same directory" "$(states kl)" \
		"$(states "$name")"
done

# A node that gets entries and withdrawal in another order sees the same.
node_new late se-1280
pin late "$registry"
node_up late
befriend oulu late
check "a newcomer converges" converge 30 kl viborg oulu late
check_same "and hides the same" "$(titles kl)" "$(titles late)"

# The registry sets the cut anew: none of it counts.
check "the cut is moved" at kl peers remove "$(status kuopio key)" --yes \
	--nothing
check "the others agree again" converge 30 kl viborg oulu late
check_same "nothing of Kuopio's is shown" 0 "$(titles late | grep -c kuopio)"
check "and back" at kl peers remove "$(status kuopio key)" --yes \
	--cut "$log:$cut"
check "all agree" converge 30 kl viborg oulu late
check_same "what counts is shown again" 2 "$(titles late | grep -c kuopio)"
node_end kuopio

# A registry erases what members of its country left that are closed, and no more: not
# what one published that is in, nor what one of another country did.
node_new closed dk-657
pin closed "$registry"
node_up closed
befriend viborg closed
publish closed 1
check "a Danish member publishes" converge 30 kl viborg oulu late closed

# first NAME ORG: a trial of that organisation, as that node sees it.
first() {
	at "$1" list --org "$2" --json | field id
}

left=$(first kl dk-657)
check_status "the registry erases nothing of one that is in" 77 \
	at kl erase "$left" --reason legal --yes
check "that one is withdrawn" at kl peers remove dk-657 --yes \
	--cut "$(status closed log):$(status closed logN)"
check "which all know" converge 30 kl viborg oulu late
node_end closed
check_status "nor of one of Finland that is withdrawn" 77 \
	at kl erase "$(first kl fi-297)" --reason legal --yes
check_status "nobody else does" 77 at viborg erase "$left" --reason legal --yes
check "it erases what a closed member of its country left" \
	at kl erase "$left" --reason legal --yes
check "and all follow" converge 30 kl viborg oulu late
for name in kl viborg oulu late; do
	check "erasure at $name" at "$name" erasure "$left"
	check_has "it is erased at $name" "$OUT" "was erased on .*: 1 of 1"
	check_same "and its text is gone from $name" "" \
		"$(bodies "$name" | grep -o 'closed 1')"
done

# Oulu loses its key.  Its new node has another one; both claim fi-564.
old=$(status oulu key)
old_check=$(status oulu checkNumber)
trials=$(titles viborg | grep -c oulu)
node_new oulu2 fi-564
pin oulu2 "$registry"
node_up oulu2
befriend viborg oulu2
publish oulu2 1
check "Oulu's new node is in" converge 30 kl viborg oulu oulu2
new=$(status oulu2 key)
for name in viborg kl; do
	check_has "$name shows that fi-564 is disputed" \
		"$(at "$name" directory)" "more than one key claims to be fi-564"
	check_has "with the old check number" "$(at "$name" directory)" \
		"^ +$old_check"
	check_has "and the new" "$(at "$name" members)" \
		"^ +$(status oulu2 checkNumber)"
done
check_has "erfa peers says so" "$(at viborg peers)" \
	"more than one key claims to be fi-564"
check_has "erfa status says so" "$(at viborg status)" \
	"disputed which key is that of fi-564"
check_has "erfa list says so" "$(at viborg list --kind all)" "disputed"
id=$(at viborg list --org fi-564 --json | field id)
check_has "erfa show says so" "$(at viborg show "$id")" "$old_check"

# Whose place nobody has can be taken by nobody: a typing error, most likely.
nobody=d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
check_status "a key that the node does not know is not followed" 66 \
	at kl peers accept "$new" fi-564 --succeeds "$nobody"
check_has "and it is said" "$OUT" "is no key that this node knows"

# Only the registry's word makes one of them the successor.
check "Viborg says that the new key takes the place" \
	at viborg peers accept "$new" fi-564 --succeeds "$old"
check_has "but that is no registry's word for others" \
	"$(at kl directory fi-564)" "more than one key claims"
check "the registry says it" at kl peers accept "$new" fi-564 \
	--succeeds "$old_check" --json
check_has "and it holds" "$OUT" "\"succeeds\": *\"$old\""
check "the old key is withdrawn" at kl peers remove "$old" --yes
node_end oulu
check "all agree on it" converge 30 kl viborg oulu2
for name in viborg kl oulu2; do
	check_same "the new key is in at $name" in "$(state "$name" "$new")"
	check_same "the old one is not" withdrawn "$(state "$name" "$old")"
	check_same "nothing is disputed at $name" "" \
		"$(at "$name" directory | grep -i disputed)"
	check_same "$name shows what Oulu said with either key" \
		"$((trials + 1))" "$(titles "$name" | grep -c oulu)"
	check_has "$name names the key in its place" \
		"$(at "$name" directory "$old")" \
		"In its place +$(status oulu2 checkNumber)"
done
finish
