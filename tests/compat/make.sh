#!/bin/bash
# Store what this release writes, so that every later one can be held to it: a data
# directory, and every frame of a session, in tests/compat/VERSION.  Run it once, when
# a release is made; what is there is never made anew.  From the top folder:
#
#     B=build tests/compat/make.sh
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
PATH=$B:$PATH

# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

version=$(erfad --version | awk '{ print $2 }')
out=$PWD/tests/compat/${version%%-*}
[ ! -e "$out" ] || die "$out is there already"

# A node with trials, versions, a draft, an erased body, and a peer's log.
node_listen node dk-791
node_new guest no-5501
node_up guest
head -n 6 tests/corpus/trials.jsonl >"$WORK/trials.jsonl"
at node import "$WORK/trials.jsonl" --yes >/dev/null || die "import"
publish node 2
id=$(trial "erased soon" | at node publish --yes - --json | field id)
at node erase "$id" --reason personal_data --yes >/dev/null || die "erase"
befriend node guest
publish guest 2
converge 60 node guest || die "the two differ"

# A member that keeps what is said; the node publishes when it asks for that.
line=$(invite node se-1280) || die "invite"
PYTHONPATH=$B/python:tests/e2e /usr/bin/python3 tests/compat/record.py \
	"$line" se-1280 "$WORK/transcript" |
	while read -r _; do
		publish node 1
	done
[ -s "$WORK/transcript" ] || die "no transcript"

# What later releases must find.
at node new --title "Still a draft" --summary "Nobody else sees it" \
	--sector school >/dev/null || die "new"
positions node >"$WORK/positions"
bodies node >"$WORK/bodies"
node_end guest
node_end node
rm -rf "$WORK/node/log" "$WORK/node/run" "$WORK/node/ready" \
	"$WORK/node/state/index.mdb"* "$WORK/node/state/LOCK" \
	"$WORK/node/state/main.mdb-lock"
sed -i "s,$WORK/node,@DIR@,g" "$WORK/node/erfad.conf"
mkdir -p "$out" || die "$out cannot be made"
cp "$WORK/transcript" "$WORK/positions" "$WORK/bodies" "$out/"
tar -C "$WORK" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
	-cf - node | gzip -9n >"$out/node.tar.gz"
du -sh "$out"
