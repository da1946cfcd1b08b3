#!/bin/bash
# Drafts are kept and forgotten; a trial takes one legal step at a time; and who
# says that a trial is active without the two gates only claims it.
# timeout: 120
. "$(dirname "$0")/lib.sh"

node_listen tromso no-5501 --name "Tromsø kommune"
node_listen ministry no --name "Departementet"
befriend tromso ministry
/usr/bin/python3 tests/e2e/gates.py "$WORK/tromso/run/control" \
	"$WORK/ministry/run/control" "$WORK/tromso/state" >"$WORK/gates" 2>&1 ||
	BAD=1
cat "$WORK/gates"
check "both come into step" converge 30 tromso ministry
check "a list tells people who only claims" at tromso list --org no-0301
check_has "two of the guest's" "$(grep -c "claims to be active" <<<"$OUT")" "^2$"
check "the log of erfad tells nothing of a draft" \
	bash -c "! grep -q Trollheim '$WORK/tromso/log'"

# What is kept outlives a power cut.
node_kill tromso
node_up tromso
check "verify finds no errors" at tromso verify
finish
