#!/bin/bash
# Hostile questions: each is answered in time, and others hardly notice.  How much
# they do is printed by "make bench"; here only what would be a defect fails.
# timeout: 180
. "$(dirname "$0")/lib.sh"

node_new a dk-791
node_up a
check "records are imported" at a import tests/corpus/trials.jsonl --yes
check "and indexed" at a sync --wait $((60 * SLOW))
check "others are not held up" /usr/bin/python3 tests/e2e/hostile_words.py \
	"$WORK/a/run/control" 3 150
grep "^#" <<<"$OUT"
check "erfad is well" at a status
finish
