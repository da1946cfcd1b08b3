#!/bin/bash
# Files with bad lines: all are named, and nothing is written unless asked for.
. "$(dirname "$0")/lib.sh"

node_new node dk-791
node_up node
corpus=tests/corpus/trials.jsonl

# Six good lines, and between them one of each kind of bad ones.
{
	sed -n 1,2p "$corpus"
	echo "not json"
	sed -n 3p "$corpus"
	sed -n 4p "$corpus" | sed 's/"country": "DK"/"country": "XX"/'
	sed -n 5p "$corpus" | sed 's/"title": /"titel": /'
	sed -n 6p "$corpus"
	sed -n 1p "$corpus"
	sed -n 7p "$corpus" | sed 's/"sources": .*/"sources": 5}/'
	printf '{"id": "\377"}\n'
	sed -n 8,9p "$corpus"
} >"$WORK/bad.jsonl"

check_status "a file with bad lines is refused" 65 at node import "$WORK/bad.jsonl"
for line in 3 5 6 8 9 10; do
	check_has "line $line is named" "$OUT" "^ *line $line:"
done
for line in 1 2 4 7 11 12; do
	check_same "line $line is not" "" "$(grep -E "^ *line $line:" <<<"$OUT")"
done
check_same "nothing was published" 0 "$(status node trials)"
check_status "--dry-run says the same" 65 at node import --dry-run "$WORK/bad.jsonl"
check_status "--keep-going publishes the good lines" 65 \
	at node import --keep-going --json "$WORK/bad.jsonl"
check_same "and counts the bad ones" 6 "$(field badLines <<<"$OUT")"
check_same "the good ones are there" 6 "$(status node trials)"
check "--dry-run of a good file" at node import --dry-run "$corpus"
check_same "publishes nothing" 6 "$(status node trials)"
check_status "a file that is not there is named" 66 at node import "$WORK/none"
check_has "in words" "$OUT" "$WORK/none"

# A line that may hold personal data.
{
	sed -n 10,11p "$corpus"
	sed -n 12p "$corpus" | sed 's/"summary": "/&Ring til Mette Hansen på 20 12 34 56. /'
} >"$WORK/person.jsonl"
check_status "a telephone number is refused" 65 at node import "$WORK/person.jsonl"
check_has "with its line" "$OUT" "line 3, .*20 12 34 56"
check_same "nothing was published" 6 "$(status node trials)"
check_status "--keep-going publishes the others" 65 \
	at node import --keep-going "$WORK/person.jsonl"
check_same "which are there" 8 "$(status node trials)"
check "--allow-personal publishes it" at node import --allow-personal "$WORK/person.jsonl"
check_same "and nothing twice" 9 "$(status node trials)"

# Records of one's own.
trial "good" >"$WORK/good.json"
trial "good" | sed 's/SECTOR_[A-Z]*/SECTOR_MOON/' >"$WORK/bad.json"
check_status "a record with an unknown value is refused" 65 \
	at node publish --yes "$WORK/bad.json"
check_has "the field is named" "$OUT" "sector"
trial "$(printf '%0200d' 1)" >"$WORK/bad.json"
check_status "one that is too long is refused" 65 at node publish --yes "$WORK/bad.json"
check_has "the limit is named" "$OUT" "120"
check_status "nobody is asked without a terminal" 64 at node publish "$WORK/good.json"
check "--dry-run of a good one" at node publish --dry-run "$WORK/good.json"
check_same "nothing of this was published" 9 "$(status node trials)"
finish
