#!/bin/bash
# Whoever presses Ctrl-C at a question, or ends the input, gets nothing done; and what
# was typed while erfad started anew is done once.
. "$(dirname "$0")/lib.sh"

node_new v dk-791 --name "Viborg Kommune"
node_up v
at v new --title "Natlys i plejehjem" --summary "Lys i gangen." \
	--sector elder_care --yes --json >"$WORK/new" ||
	die "no trial: $(cat "$WORK/new")"
t=$(field shownId <"$WORK/new")
for step in "own $t --unit Plejehjem --role Leder" \
	"anchor $t --body council --date 2026-09-01" \
	"plan $t --goal Ro --criterion Søvn --from 2026-09 --to 2027-09" \
	"start $t --date 2026-09-01"; do
	# shellcheck disable=SC2086
	at v $step >"$WORK/step" 2>&1 || die "$step: $(cat "$WORK/step")"
done

/usr/bin/python3 tests/e2e/stopped.py "$WORK/v/run/control" "$t" \
	>"$WORK/stopped" 2>&1 || not_ok "whoever leaves" "not all went well"
cat "$WORK/stopped"
if grep -q '^skip ' "$WORK/stopped"; then
	finish
fi

# --- erfad is started anew while a question stands.

# anew QUESTION ANSWER COMMAND...: run it up to the question; answer when there is $WORK/go.
anew() {
	rm -f "$WORK/asked" "$WORK/go"
	helper /usr/bin/python3 tests/e2e/stopped.py "$WORK/v/run/control" "$t" \
		"$WORK/asked" "$WORK/go" "$@" >"$WORK/anew" 2>&1
	pid=$!
	await "$WORK/asked" "$1" || die "nothing is asked: $(cat "$WORK/anew")"
}

# comments: how often it was commented on.
comments() {
	at v list --kind comment --jsonl | wc -l
}

before=$(comments)
anew "Your comment:" "Hos os også" comment "$t"
node_end v
node_up v
: >"$WORK/go"
wait "$pid" || not_ok "it ends well" "$(cat "$WORK/anew")"
check_has "what was typed meanwhile is published" "$(cat "$WORK/anew")" "Published: dk-791/"
check_same "once" $((before + 1)) "$(comments)"

anew "Your comment:" "Ikke hos os" comment "$t"
node_end v
: >"$WORK/go"
wait "$pid" && not_ok "without erfad it is a failure" "$(cat "$WORK/anew")"
check_has "and told as one" "$(cat "$WORK/anew")" "erfad is not running"
node_up v
check_same "nothing was done" $((before + 1)) "$(comments)"

# --- What was typed is not lost if it stays away.

anew "Under which conditions" "Kun om natten" learn "$t" --new \
	--verdict worked --worked Lys --not-worked Larm
node_end v
: >"$WORK/go"
wait "$pid" && not_ok "what was learnt does not go without erfad" "$(cat "$WORK/anew")"
check_has "it is kept in a file" "$(cat "$WORK/anew")" "What was written is in"
node_up v
file=$(sed -n 's/.*erfa publish //p' "$WORK/anew" | tr -d '\r')
check "which can be published" at v publish "$file" --yes
check_has "with all that was answered" "$(at v show "$t" --json)" "Kun om natten"

# --- Nor does what was meant for a few go to everyone by it.

node_listen o fi-564 --name "Oulun kaupunki"
befriend o v
check "a group is made" at v group create "Pilot nord" fi-564 --yes
anew "Summary" "Kun for os" new --group "Pilot nord" --title Stilletimen \
	--sector elder_care
node_end v
: >"$WORK/go"
wait "$pid" && not_ok "a trial does not go without erfad" "$(cat "$WORK/anew")"
node_up v
file=$(sed -n 's/.*erfa publish //p' "$WORK/anew" | tr -d '\r')
check "what was meant for a group is kept" grep -q "Kun for os" "$file"
check "and published" at v publish "$file" --yes
check_has "for that group alone" "$OUT" "Pilot nord"
finish
