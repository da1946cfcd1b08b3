#!/bin/bash
# A key with more logs than a withdrawal can name: what it cannot name would not count
# anywhere, so that a removal of its owner is refused and a new key leaves it in;
# and what was erased in any of its logs is known to be.
# timeout: 120
. "$(dirname "$0")/lib.sh"

# all_have_erased: waits no erasure of the leaf's for anybody?
# shellcheck disable=SC2317 # await_at runs it
all_have_erased() {
	[ "$(status leaf erasuresWaiting) $(status leaf erasuresUnknown)" = "0 0" ]
}

node_listen hub dk-791
node_new leaf fi-297
node_up leaf
befriend hub leaf
publish leaf 1
check "both converge" converge 60 hub leaf

# One log more than fits.
old=$(status leaf key)
old_number=$(status leaf checkNumber)
log=$(at leaf logs --jsonl | grep "\"key\":\"$old\"" | field log)
/usr/bin/python3 tests/e2e/many_logs.py "$WORK/leaf/node.key" fi-297 64 "$log" \
	"$WORK/bundle" || die "no bundle"
check "the leaf has its logs of before" at leaf bundle import "$WORK/bundle"
check "so has the hub" converge 60 hub leaf
check_same "all is shown" 65 "$(status hub trials)"

# An erasure is known to have reached the hub, in whichever log it stands.
gone=$(at leaf list --jsonl | grep '"log 1"' | field id)
check "one of these trials is erased" at leaf erase "$gone" --reason legal --yes
check "the hub hears of it" converge 60 hub leaf
check "and is known to have done it" await_at leaf all_have_erased

check_status "a removal that cannot name all is refused" 65 \
	at hub peers remove fi-297 --yes
check_has "and says why" "$OUT" "has 65 logs, a removal can name 64"
check_same "it is still in" in "$(at hub directory "$old" --json | field state)"

check "the leaf gets a new key" at leaf key rotate --yes --wait 60
check_has "and hears that the old one counts" "$OUT" \
	"An earlier key of yours still counts: check number $old_number"
check_has "later, too" "$(at leaf key show)" "still counts: check number $old_number"
check_same "and so do programs" "$old" \
	"$(at leaf key show --json | field standingKey)"
check_has "and the log of the node" "$(cat "$WORK/leaf/log")" \
	"the old key is not withdrawn"
check "the hub knows the new key" converge 60 hub leaf
check_same "all is shown there" 65 "$(status hub trials)"
check_same "and at the leaf" 65 "$(status leaf trials)"

check "with nothing that counts it can be removed" \
	at hub peers remove fi-297 --nothing --yes
check_has "which is said of the key as people compare it" "$OUT" \
	"Removed fi-297 \(check number $(status leaf checkNumber)\), everywhere"
check_same "then nothing is shown" 0 "$(status hub trials)"
finish
