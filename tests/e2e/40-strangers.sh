#!/bin/bash
# Nobody without a key in the directory or an invitation gets a byte; a removed
# peer is cut off at once, everywhere; a wrong server is noticed.
# timeout: 150
. "$(dirname "$0")/lib.sh"

strangers() {
	/usr/bin/python3 tests/e2e/strangers.py "$@" || BAD=1
}

sock() {
	echo "$WORK/$1/run/control"
}

# Viborg invites Oulu, Oulu invites Kuopio.
node_stay viborg dk-791
node_listen oulu fi-564
node_listen kuopio fi-297
befriend viborg oulu
befriend oulu kuopio
for name in viborg oulu kuopio; do
	publish "$name" 1
done
check "all accept one another's logs" converge 30 viborg oulu kuopio
for name in viborg oulu kuopio; do
	check_same "$name shows three trials" 3 "$(status "$name" trials)"
done

# Which of several lines was sent to the wrong address the org does not tell.
invite viborg no-5501 >/dev/null
line=$(invite viborg no-5501)
invite viborg no-5501 >/dev/null
invite viborg se-1280 >/dev/null
check "a line alone is withdrawn" at viborg invite --revoke "$line"
check_has "it is one" "$OUT" "nobody can join with it"
check "all that are open for an organisation are withdrawn" \
	at viborg invite --revoke no-5501
check_has "and it is said how many" "$OUT" "2 invitations for no-5501"
check_same "only that of another is open" se-1280 "$(
	at viborg invite --list --json | tr '{' '\n' |
		grep '"state": *"open"' | field org)"
check_status "none is left to be withdrawn" 66 at viborg invite --revoke no-5501
at viborg invite --revoke se-1280 >/dev/null

strangers outside "$(sock viborg)"
strangers knock "$(sock viborg)" se-1280
strangers unusable "$(sock viborg)" se-1281
strangers removed "$(sock viborg)" "$(sock oulu)"
strangers twin "$(sock viborg)"

# Who invited somebody can remove him for everybody.
check "all are in step" converge 30 viborg oulu kuopio
trials=$(status viborg trials)
check "Oulu removes Kuopio" at oulu peers remove fi-297 --yes --json
check_has "and says that this holds everywhere" "$OUT" '"scope": *"everywhere'
publish kuopio 2
check "Viborg and Oulu are in step" converge 30 viborg oulu
check_same "what Kuopio said before is still there" "$trials" \
	"$(status viborg trials)"
for name in viborg oulu; do
	check_has "Kuopio is out at $name" \
		"$(at "$name" peers --json | tr '{' '\n' | grep '"org":"fi-297"')" \
		'"removed":true'
	strangers refused "$(sock "$name")" "$WORK/kuopio/node.key"
done

# Another key answers where the hub was.
node_end viborg
node_new impostor dk-791 --listen "$(sed -n 's/^listen *= *//p' \
	"$WORK/viborg/erfad.conf")"
node_up impostor
check "Oulu says after three tries that another key answers" \
	await "$WORK/oulu/log" "does not have the key" 60
check_has "and so does erfa peers" "$(at oulu peers --json)" \
	'"problem": *".*does not have the key'
check_same "the impostor has got nothing" 0 "$(status impostor trials)"
node_end impostor
node_up viborg
publish viborg 1
check "with the right key all is well again" converge 60 viborg oulu

# The thread that decides who gets in is dead: not even a member gets in.
node_listen shut se-1280
node_new guest fi-297
node_up guest
befriend shut guest
publish shut 1
check "a guest is in" converge 30 shut guest
for name in guest shut; do
	node_end "$name"
done
node_set shut "" "[test]" "kill_zap = yes"
check_status "kill_zap is refused where no store is marked as a test" 78 \
	"$ERFAD" --config="$WORK/shut/erfad.conf"
: >"$WORK/shut/state/TEST"
node_up shut
strangers refused "$(sock shut)" "$WORK/guest/node.key"
finish
