#!/bin/bash
# The disk is full: what was accepted stays, what cannot be is refused, and with
# room again it goes on.
. "$(dirname "$0")/lib.sh"

# In a mount namespace of its own the store lies on a small file system.
if [ "${1:-}" != inside ]; then
	if ! unshare -Urm true 2>/dev/null; then
		skip "a full disk" "this machine does not allow namespaces"
		finish
	fi
	unshare -Urm "$0" inside || BAD=1
	finish
fi

# Fifty big records, to be published at a time.
text=$(head -c 3900 /dev/zero | tr '\0' x)
{
	printf '{"record": ['
	for ((i = 1; i <= 50; i++)); do
		printf '{"body": {"envelope": {"language": "da"}, "comment": '
		printf '{"kind": "COMMENT_KIND_COMMENT", "body": "%s"}}}' "$text"
		[ "$i" -eq 50 ] || printf ','
	done
	printf ']}'
} >"$WORK/big.json"

# fill NAME: publish until no more is taken; $accepted records were.
fill() {
	accepted=0
	status=0
	while [ "$status" -eq 0 ] && [ "$accepted" -lt 5000 ]; do
		said=$(at "$1" publish --yes "$WORK/big.json" 2>&1) || status=$?
		[ "$status" -ne 0 ] || accepted=$((accepted + 50))
	done
}

# comments NAME: how many are listed.
comments() {
	at "$1" list --kind comment --json --limit 1 | field total
}

# trouble NAME: the code of what is wrong with its index, and since when.
trouble() {
	at "$1" status --json | /usr/bin/python3 -c 'import json, sys
for problem in json.load(sys.stdin)["problem"]:
    if problem["where"] == "index":
        print(problem["code"], problem["since"])'
}

# The search index alone has no room: it lies on a file system of its own.
node_new narrow dk-630
mkdir "$WORK/small"
mount -t tmpfs -o size=600k tmpfs "$WORK/small" || die "no tmpfs"
trap 'umount -l "$WORK/small" "$WORK/node/state" 2>/dev/null; cleanup' EXIT
ln -s "$WORK/small/index.mdb" "$WORK/narrow/state/index.mdb"
node_up narrow
fill narrow
check_same "an index without room refuses what comes" 75 "$status"
check "after $accepted records" test "$accepted" -gt 0
check_has "it says that it is the index" "$said" \
	"search index cannot be written: no space left"
check_has "and what to do" "$said" "Make room on the disk"
check_status "a group is not made either" 75 at narrow group create Os dk-630
check_has "for the same reason" "$OUT" "index cannot be written: no space"
check_status "an export would lack records" 75 at narrow export --proto
check_has "and says so" "$OUT" "index cannot be written: no space left"
check_status "nor is it in step" 75 at narrow sync --wait 1
check_has "and tells why" "$OUT" "not in step: the search index cannot be"
check_has "status tells of it, and since when" "$(at narrow status)" \
	"no space left \(index\), since 20"
check_has "programs, too" "$(trouble narrow)" "^index 20"
check_status "it still reads" 0 at narrow list --kind comment
check_has "and says that something may be missing" "$OUT" \
	"may be missing here: erfad has still to index [0-9,]+ of the entries"
check_same "with --quiet it does not" 0 "$(
	at narrow list --kind comment --quiet 2>&1 | grep -c "be missing here"
)"
mount -o remount,size=20m "$WORK/small"
check "with room again it accepts at once" \
	at narrow publish --yes "$WORK/big.json"
check_same "an export holds all" $((accepted + 50)) \
	"$(at narrow export --proto | wc -l)"
check "the index follows" at narrow sync --wait 30
check_same "and nothing was lost" $((accepted + 50)) "$(comments narrow)"
check_same "status tells no more of it" "" "$(trouble narrow)"
check_same "the log told it once" 1 "$(grep -c "index: cannot" "$WORK/narrow/log")"
node_end narrow

# Store and index have no room: whichever notices first.
node_new node dk-791
mount -t tmpfs -o size=12m tmpfs "$WORK/node/state" || die "no tmpfs"
chmod 700 "$WORK/node/state"
node_up node
publish node 3
fill node
check_same "a full disk refuses what comes" 75 "$status"
check "after it took $accepted records" test "$accepted" -gt 0
check_has "it says what is wrong" "$said" "space|full"
/usr/bin/python3 tests/e2e/many_logs.py "$WORK/node/node.key" dk-791 600 00 \
	"$WORK/bundle" || die "no bundle"
check_status "nor is a bundle taken in" 75 at node bundle import "$WORK/bundle"
check_has "and nobody is told that it was" "$OUT" \
	"not all of the bundle was taken in: no space left"
check "it still reads" at node list
check "all is well with what was accepted" at node verify
check_has "status tells of the disk" "$(at node status)" "space|full"

# There is room again.
mount -o remount,size=60m "$WORK/node/state"
check "with room again it accepts" at node publish --yes "$WORK/big.json"
check "and takes in the rest of the bundle" at node bundle import "$WORK/bundle"
check "its index follows" at node sync --wait 30
node_kill node
node_up node
check "after a restart, too" at node sync --wait 30
check_same "and nothing was lost" $((accepted + 50)) "$(comments node)"
check "no damage" at node verify
node_end node

# An erfad that keeps another format wants room for a copy before it begins.
LATER=$B/tests/compat/erfad
used=$(du -sm "$WORK/node/state" | cut -f 1)
mount -o remount,size=$((used + 8))m "$WORK/node/state"
check_status "without room for a copy a store is not brought to a new format" 75 \
	"$LATER" --config="$WORK/node/erfad.conf"
check_has "it says how much is missing" "$OUT" "[0-9]+ MiB are needed .* [0-9]+ MiB are free"
check_same "and begins nothing" "" "$(find "$WORK/node/state" -name '*format*')"
check_status "a dry run says so beforehand" 75 \
	"$LATER" --config="$WORK/node/erfad.conf" --migrate --dry-run
check_has "and how much" "$OUT" "That is too little: make room first"
node_up node
check "today's erfad goes on with it" at node verify
node_end node
mount -o remount,size=200m "$WORK/node/state"
ERFAD=$LATER node_up node
check "with room it is done" at node verify
check_same "and nothing was lost" $((accepted + 50)) "$(comments node)"
finish
