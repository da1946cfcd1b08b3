#!/bin/bash
# What is erased is gone from every node: from main, keys, index and whatever else
# they have; it does not come back by a node that was away, by a bundle or by a
# start; lineage, lists and history keep a place without a word; every node says
# which others have done it.
# timeout: 150
. "$(dirname "$0")/lib.sh"

SECRET="Frugtsommelighedshemmeligheden om kvistgaardskolonien"
CALM="Faste teams for alle"
export VISUAL=false EDITOR=false

node_stay v dk-791 --name "Viborg Kommune"
node_stay t no-5501 --name "Tromsø kommune"
node_stay o fi-564 --name "Oulun kaupunki"
node_new k fi-297 --name "Kuopion kaupunki"
node_up k
befriend v t
befriend v o
befriend t k

# Keys and salts that must be gone, as well as the text.
export GONE_KEYS=$WORK/gone
: >"$GONE_KEYS"

# secrets NAME...: do their files hold any piece of the secret?
# shellcheck disable=SC2317 # check calls it
secrets() {
	/usr/bin/python3 tests/e2e/scan.py find "$SECRET" "${@/#/$WORK/}"
}

# check_memory WHAT NAME...: their processes hold no piece of it in memory.
check_memory() {
	local name status=0 pids=()
	for name in "${@:2}"; do
		pids+=("${NODE_PID[$name]}")
	done
	OUT=$(/usr/bin/python3 tests/e2e/scan.py memory "$SECRET" "${pids[@]}") || status=$?
	case $status in
	0) ok "$1" ;;
	77) skip "$1" "the memory of a process must not be read here" ;;
	*) not_ok "$1" "${OUT//$'\n'/, }" ;;
	esac
}

# keys NAME: the keys it has now.
keys() {
	/usr/bin/python3 tests/e2e/scan.py keys "$WORK/$1/state/keys"
}

# check_keys NAME: the keys of both versions are gone since $WORK/NAME.keys was
# written; from now on they are looked for everywhere.
check_keys() {
	comm -23 "$WORK/$1.keys" <(keys "$1") >"$WORK/$1.gone"
	check_same "two keys are gone at $1" 2 "$(wc -l <"$WORK/$1.gone")"
	cat "$WORK/$1.gone" >>"$GONE_KEYS"
}

check "a trial is published" at v new --title "$CALM" --summary "$SECRET" \
	--sector elder_care --json --yes
a=$(field id <<<"$OUT")
check "and one that stays" at v new --title "Noget andet" --summary "Uden hemmelighed." \
	--sector elder_care --json --yes
other=$(field id <<<"$OUT")
check "a new version" at v edit "$a" --set "guardrails[0].text=$SECRET igen" --yes
check "all four have it" converge 30 v t o k
check "Tromsø adapts it" at t adapt "$a" --title "Faste team" --summary "Eget ord."
b=$(at t drafts --jsonl | grep '"kind": *"trial"' | field id)
check "and publishes that" at t publish "$b" --yes
check "all four have that" converge 30 v t o k
check_status "the secret is found before" 1 secrets v t o k
check "it is searched for" at o find kvistgaardskolonien --json
check_has "and found" "$OUT" "$CALM"
for name in v t o k; do
	keys "$name" >"$WORK/$name.keys"
done

# A bundle of before: to be brought in again.
check "a bundle is made" at v bundle export "$WORK/old.bundle"

# --- Who may, and how it is asked.

check_status "not without a reason" 64 at v erase "$a" --yes
check_status "nor with an unknown one" 64 at v erase "$a" --reason shame --yes
check_status "nor without being asked" 64 at v erase "$a" --reason personal_data </dev/null
check_has "what goes is named" "$OUT" "version 1.0"
check_has "and that it is for ever" "$OUT" "for ever"
check_status "nor what others published" 77 at o erase "$a" --reason personal_data --yes
check "nothing is erased yet" at v erasure "$a"
check_has "it says so" "$OUT" "not erased"

# --- One is away.

node_stop k || not_ok "Kuopio ends well" "it does not"
mkdir "$WORK/hold"
mv "$WORK/k" "$WORK/hold/k"
check "it is erased" at v erase "$a" --reason personal_data --yes
check_has "it says what is left to do" "$OUT" "erfa erasure"
check "three come into step" converge 30 v t o
for name in v t o; do
	check_keys "$name"
done

# With its salt, a commitment would confirm a guess of the text.
check "a bundle of now is made" at v bundle export "$WORK/new.bundle"
for name in old new; do
	/usr/bin/python3 tests/e2e/scan.py salts "$WORK/$name.bundle" >"$WORK/$name.salts"
done
comm -23 "$WORK/old.salts" "$WORK/new.salts" >"$WORK/salts.gone"
check_same "the salts of two versions are given no more" 2 "$(wc -l <"$WORK/salts.gone")"
cat "$WORK/salts.gone" >>"$GONE_KEYS"
check "neither text, key nor salt is left in any file there" secrets v t o
check_memory "nor in the memory of any of them" v t o
mv "$WORK/hold/k" "$WORK/k"
check_status "it is erased once" 65 at v erase "$a" --reason legal --yes

# --- What is shown of it.

check "erasure" at v erasure "$a"
check_has "Tromsø has done it" "$OUT" "no-5501 +erased there"
check_has "Kuopio is not known" "$OUT" "fi-297 +not"
check_has "and why it was" "$OUT" "personal data"
check_has "and since when it is silent" "$OUT" "fi-297 .* [0-9]{4}-[0-9]{2}-[0-9]{2} "
check "who has been in step with Kuopio asks" at t erasure "$a"
check_has "and is told no more than is known" "$OUT" "fi-297 +not known"

# status_says PATTERN: does the status of Viborg have such a line?
# shellcheck disable=SC2317 # await_at runs it
status_says() {
	at v status | grep -qE -- "$1"
}
# erasures_are "WAITING UNKNOWN": are these its counts of erasures?
# shellcheck disable=SC2317 # await_at runs it
erasures_are() {
	[ "$(status v erasuresWaiting) $(status v erasuresUnknown)" = "$1" ]
}
check "status at Viborg tells that one is not done" \
	await_at v status_says "0 of 1 done at all nodes"
check "and of whom it is not known, once the others have been in step" \
	await_at v status_says "not known of fi-297: never in step"
check "status at Viborg" at v status
check_has "and what to ask" "$OUT" "erfa erasure dk-791/"
check "none waits for a node that was in step, one is not known everywhere" \
	await_at v erasures_are "0 1"
check "metrics count it" at v metrics
check_has "by a name" "$OUT" "erfa_erasures_waiting 0"
check_has "each by its own" "$OUT" "erfa_erasures_unknown 1"
check_same "others have no erasures of their own" 0 "$(status o erasures)"
for name in v o; do
	check "show at $name" at "$name" show "$a"
	check_has "says that it was erased at $name" "$OUT" "erased"
	check_same "and asks nothing about its version at $name" "" \
		"$(grep -F '?' <<<"$OUT")"
	check "list at $name" at "$name" list
	check_has "says so in its place at $name" "$OUT" " ${a:0:15} .* erased"
	check "history at $name" at "$name" history "$a"
	check_has "keeps the versions at $name" "$OUT" "erased"
	check "lineage at $name" at "$name" lineage "$b"
	check_has "keeps its place at $name" "$OUT" "erased"
	check "find at $name" at "$name" find kvistgaardskolonien --json
	check_same "finds nothing at $name" "" "$(grep -c "$CALM" <<<"$OUT" | grep -v '^0$')"
	check "find by its sector at $name" at "$name" find --sector elder_care
	check_has "says at $name that one was erased" "$OUT" "text was erased: 1$"
	check "verify at $name" at "$name" verify
done
check "show says what that means" at o show "$a"
check_has "and where to look" "$OUT" "erfa erasure dk-791/"
check "who adapted it has a task" at t inbox --json
check_has "the source is erased" "$OUT" '"matched": *"source_erased"'
check "in words" at t inbox
check_has "with what to do" "$OUT" "erfa edit no-5501/"
check "the other trial is there" at o show "$other"
check "scale counts it" at o scale "$a" --json
check_has "as erased" "$OUT" '"erased": *"?1"?'

# --- Back again, and again.

check "the bundle of before is read" at v bundle import "$WORK/old.bundle"
check "also at Oulu" at o bundle import "$WORK/old.bundle"
node_up k
check "all four are in step" converge 30 v t o k
check_keys k
check "Kuopio has nothing left" secrets k
check "nor has anybody" secrets v t o
check_memory "nor in memory" v t o k
for name in v o; do
	node_kill "$name"
	node_up "$name"
done
check "all four are in step after that" converge 30 v t o k
check "and nothing has come back" secrets v t o k
node_listen n se-0180
befriend o n
check "it comes into step" converge 30 v o n
check "without a word of it" secrets n
check_same "all hold the same" "$(bodies v)" "$(bodies n)"

# --- A node that cannot rule out a restore serves no body, until it has met somebody
# who knew its older logs by himself.

for name in v t o k n; do
	node_stop "$name" || not_ok "$name ends well" "it does not"
done
rm "$WORK/v/run/fence"
node_up v
node_listen m is-0000
befriend v m
# shellcheck disable=SC2317 # called by check
entries() {
	[ "$(status m entries)" = "$(status v entries)" ]
}
check "a newcomer gets the headers of one without a fence" await_at m entries
check_status "but does not come into step" 75 at m sync --wait 3
check_has "for want of bodies" "$OUT" "bod(y|ies) to come"
node_up t
check "one comes back that knew it" converge 30 v t m
check_same "then bodies are served" 0 "$(status m bodiesAbsent)"

rm -f "$WORK/old.bundle" "$WORK/new.bundle"
finish
