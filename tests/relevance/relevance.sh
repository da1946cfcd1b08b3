#!/bin/bash
# The search finds what people need; "make relevance" prints rank by rank, and what
# other ways to reach the parts of compounds would give.
# timeout: 240
. tests/e2e/lib.sh

# collection NAME FILE: a node of its own with the trials of FILE.
collection() {
	node_new "$1" dk-751
	node_up "$1"
	at "$1" import "$2" >/dev/null || die "import of $2 failed"
	at "$1" sync --wait 60 >/dev/null || die "the index does not follow"
}

# collections PREFIX: the eight that questions are about; their sockets in SOCKETS.
collections() {
	collection "$1corpus" tests/corpus/trials.jsonl
	collection "$1made" tests/relevance/made_trials.jsonl
	collection "$1later" tests/relevance/made_later_trials.jsonl
	collection "$1last" tests/relevance/made_last_trials.jsonl
	collection "$1fourth" tests/relevance/made_fourth_trials.jsonl
	collection "$1fifth" tests/relevance/made_fifth_trials.jsonl
	collection "$1sixth" tests/relevance/made_sixth_trials.jsonl
	collection "$1seventh" tests/relevance/made_seventh_trials.jsonl
	SOCKETS=("$WORK/$1corpus/run/control" "$WORK/$1made/run/control"
		"$WORK/$1later/run/control" "$WORK/$1last/run/control"
		"$WORK/$1fourth/run/control" "$WORK/$1fifth/run/control"
		"$WORK/$1sixth/run/control" "$WORK/$1seventh/run/control")
}

collections ""
/usr/bin/python3 tests/relevance/measure.py ${TABLE:+--table} "${SOCKETS[@]}" ||
	BAD=1

# Where word lists are installed, the same must hold with a dictionary of them.
if said=$(erfad --dictionary "${ERFA_LISTS:-/usr/share/dictd}" "$WORK/words" \
	2>&1); then
	echo "# with a dictionary: ${said#"$WORK/"}"
	for name in corpus made later last fourth fifth sixth seventh; do
		node_end "$name"
		ERFA_DICTIONARY=$WORK/words node_up "$name"
	done
	/usr/bin/python3 tests/relevance/measure.py ${TABLE:+--table} \
		--with "a dictionary" "${SOCKETS[@]}" || BAD=1
else
	echo "# without a dictionary: $said"
fi

# Not in "make check": nothing here can fail, and it takes its time.
if [ -n "${TABLE:-}" ]; then
	ERFAD=$B/tests/relevance/erfad
	for ERFA_PARTS in splitting grams none; do
		export ERFA_PARTS
		collections "$ERFA_PARTS-"
		/usr/bin/python3 tests/relevance/measure.py --brief "$ERFA_PARTS" \
			"${SOCKETS[@]}"
		size=$(stat -c %s "$WORK/$ERFA_PARTS-corpus/state/index.mdb")
		echo "#   $ERFA_PARTS: $((size / $(wc -l <tests/corpus/trials.jsonl)))" \
			"bytes of index a trial"
	done
fi
finish
