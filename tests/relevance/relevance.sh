#!/bin/bash
# The search finds what people need; "make relevance" prints rank by rank.
# timeout: 120
. tests/e2e/lib.sh

node_new analyst dk-751
node_up analyst
at analyst import tests/corpus/trials.jsonl >/dev/null || die "import failed"
at analyst sync --wait 30 >/dev/null || die "the index does not follow"
/usr/bin/python3 tests/relevance/measure.py ${TABLE:+--table} \
	"$WORK/analyst/run/control" || BAD=1
finish
