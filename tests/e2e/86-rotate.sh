#!/bin/bash
# A node gets a new key: signed by the old and the new one, put in force when its
# peers know it, the old one withdrawn, and all by itself; killed in the middle, at
# any moment, it goes on at the next start.
# timeout: 200
. "$(dirname "$0")/lib.sh"

# check_settled WHAT NAME: the change of key completes.
check_settled() {
	local until=$((SECONDS + 60 * SLOW))
	while [ "$(at "$2" key show --json 2>/dev/null | field state)" != settled ]; do
		if [ "$SECONDS" -ge "$until" ]; then
			not_ok "$1" "$(at "$2" key show --json 2>&1)"
			return
		fi
		at hub watch --count 1 --wait 1 >/dev/null 2>&1
	done
	ok "$1"
}

# publishes NAME: it says something that all are to hear.
publishes() {
	publish "$1" 1
	check "what $1 says with its new key reaches all" \
		converge 60 hub port leaf
}

node_stay hub dk-791
node_end hub
node_up hub
node_listen port no-5501
node_new leaf fi-297 --name "Kuopion kaupunki"
node_up leaf
befriend hub port
befriend hub leaf
for name in hub port leaf; do
	publish "$name" 1
done
check "all converge" converge 60 hub port leaf

# What is shown, and kept.
old=$(status leaf key)
check_has "erfa key show tells the check number" "$(at leaf key show)" \
	"Check number +$(status leaf checkNumber)"
check "erfa key export writes the secret" \
	at leaf key export "$WORK/copy" --yes --json
check_same "which is the key file" "$(cat "$WORK/leaf/node.key")" \
	"$(cat "$WORK/copy")"
check_same "for its owner only" 600 "$(stat -c %a "$WORK/copy")"
check_same "and is not printed" "" "$(grep -o "$(cat "$WORK/copy")" <<<"$OUT")"
check_status "what is there is not overwritten" 73 \
	at leaf key export "$WORK/copy" --yes
check_status "without a terminal nothing is written unasked" 64 \
	at leaf key export "$WORK/other"

# A leaf.
check "a leaf gets a new key" at leaf key rotate --yes --wait 60
new=$(status leaf key)
check_same "another one" no "$([ "$old" = "$new" ] && echo yes || echo no)"
publishes leaf
for name in hub port leaf; do
	check_same "$name sees the old key withdrawn" withdrawn \
		"$(at "$name" directory "$old" --json | field state)"
	check_same "the new one in" in \
		"$(at "$name" directory "$new" --json | field state)"
	check_has "under the same name" "$(at "$name" members)" \
		"fi-297 .*Kuopion kaupunki"
	check_same "nothing disputed" "" \
		"$(at "$name" directory | grep -i disputed)"
	check_same "and all trials" 4 "$(status "$name" trials)"
done
check_same "the old key is gone" "" \
	"$(find "$WORK/leaf/state" -name 'node.key.*')"

# erases NAME: it publishes something and erases it.
erases() {
	local id
	id=$(at "$1" new --title "Kort" --summary "Væk igen." --sector school --yes \
		--json | field id)
	check "what $1 published is erased" at "$1" erase "$id" --reason personal_data --yes
}

# erasures_are "ALL WAITING UNKNOWN": are these the counts of the hub?
# shellcheck disable=SC2317 # await_at runs it
erasures_are() {
	[ "$(status hub erasures) $(status hub erasuresWaiting) $(
		status hub erasuresUnknown
	)" = "$1" ]
}

# The hub: those who dial it find its new key.
erases hub
check "all have done it" await_at hub erasures_are "1 0 0"
old=$(status hub key)
check "the hub gets a new key" at hub key rotate --yes --wait 60
publishes hub
erases hub
check "all have done what it erased with either key" \
	await_at hub erasures_are "2 0 0"
check_same "the leaf sees the old one withdrawn" withdrawn \
	"$(at leaf directory "$old" --json | field state)"
for name in leaf port; do
	node_end "$name"
	node_up "$name"
done
check "after a restart they dial the new one" converge 60 hub port leaf

# Killed while the hub is away: nothing is lost, and it goes on.
node_end hub
old=$(status leaf key)
check_status "with no peer in reach the change waits" 75 \
	at leaf key rotate --yes --wait 1
check_has "and says so" "$(at leaf key show)" "made known to peers"
check_status "a second one is refused" 75 at leaf key rotate --yes --wait 1
node_kill leaf
node_up leaf
check_same "killed, it still has the old key" "$old" "$(status leaf key)"
check_same "and still waits" spreading \
	"$(at leaf key show --json | field state)"
node_up hub
check_settled "with the hub there it completes by itself" leaf
publishes leaf

# rotate: ask the leaf for a new key; killed before its fence was written, it does
# that only when it is in step with who knew it.
rotate() {
	local until=$((SECONDS + 60 * SLOW))
	while at leaf key rotate --yes --wait 0 2>&1 >/dev/null |
		grep -q "has not caught up yet"; do
		[ "$SECONDS" -lt "$until" ] || return
		at hub watch --count 1 --wait 1 >/dev/null 2>&1
	done
}

# Killed at each step.
for step in "being made known" "put in force" "begins a new log" "serves" \
	"is complete"; do
	: >"$WORK/leaf/log"
	rotate
	check "the change comes to \"$step\"" await "$WORK/leaf/log" "$step" 30
	node_kill leaf
	node_up leaf
	check_settled "killed there it completes" leaf
done
publishes leaf
check_same "the hub shows no dispute" "" "$(at hub directory | grep -i disputed)"
check_same "one key of the leaf is in" 1 \
	"$(at hub members --jsonl | grep -c '"org":"fi-297"')"
same hub port leaf

# What a new key had erased of an older one's, before it was withdrawn itself, goes
# where both are heard of at once.
gone=$(trial "to be erased" | at leaf publish --yes --json - | field id)
check "all have what is to be erased" converge 60 hub port leaf
check "the leaf gets one more key" at leaf key rotate --yes --wait 60
check "all know it" converge 60 hub port leaf
befriend port leaf
check "it dials the other too" converge 60 hub port leaf

# What is sealed to the next key before it is in force is read all the same.
node_end port
check_status "a change waits for who is away" 75 at leaf key rotate --yes --wait 0
check "the hub knows the next key already" converge 60 hub leaf
check "it makes a group with the leaf" at hub group create Nordkreds fi-297 --yes
check "and publishes in it" at hub new --group Nordkreds --title "Lukket rotation" \
	--summary "Til den nye nøgle" --sector school --yes --json
sealed=$(field id <<<"$OUT")
check "the leaf has both" converge 60 hub leaf
node_up port
check_settled "the change completes" leaf
check_has "it knows the group" "$(at leaf group list)" Nordkreds
check_has "and reads the trial" "$(at leaf show "$sealed")" "Lukket rotation"
check "all know of it" converge 60 hub port leaf

node_end port
check "it erases what the older one published" \
	at leaf erase "$gone" --reason legal --yes
check "the hub has heard of it" converge 60 hub leaf
# Who is removed while its key changes is out with both keys.  The change waits for
# the peer that is away; the hub knows the new key.
old=$(status leaf key)
check_status "one more change waits" 75 at leaf key rotate --yes --wait 0
check "the hub knows the next key" converge 60 hub leaf
new=$(at leaf key show --json | field nextKey)
check_same "both are in" "replaced in" "$(at hub directory "$old" --json |
	field state) $(at hub directory "$new" --json | field state)"
check_status "of one organisation a cut is said by key" 66 \
	at hub peers remove fi-297 --yes --cut "$(status leaf log):1"
check_status "who would remove one key" 64 at hub peers remove "$old"
check_has "is shown that others may go with it" "$OUT" \
	"Its other keys; one that it gave itself"
check_has "by their check numbers" "$OUT" \
	"^  $(at hub directory "$new" --json | field checkNumber)  fi-297"
check "the hub removes the leaf" at hub peers remove fi-297 --yes
check_has "and says that these were two keys" "$OUT" \
	"2 keys, of which one follows the other"
node_end leaf
node_up port
check "who was away comes into step" converge 60 hub port
for name in hub port; do
	check_same "$name has both keys withdrawn" "withdrawn withdrawn" \
		"$(at "$name" directory "$old" --json |
			field state) $(at "$name" directory "$new" --json |
			field state)"
done
check_has "it is erased there too" "$(at port show "$gone" 2>&1)" "erased"
same hub port
finish
