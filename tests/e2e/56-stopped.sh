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
	>"$WORK/stopped" 2>&1 || BAD=1
cat "$WORK/stopped"
finish
