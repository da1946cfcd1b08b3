#!/bin/bash
# Words that the vocabulary lacks: a dictionary is made of word lists, and a Swede
# finds what a Finn tried; without it, or with a damaged one, the rest goes on.
. "$(dirname "$0")/lib.sh"
unset ERFA_DICTIONARY

# list NAME HEADWORD TRANSLATION: a list of one entry, as dictd has it.
list() {
	local digits=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz
	printf '%s\n%s\n' "$2" "$3" >"$WORK/lists/$1.dict"
	printf '%s\tA\t%s\n' "$2" \
		"${digits:$(wc -c <"$WORK/lists/$1.dict"):1}" \
		>"$WORK/lists/$1.index"
}

# --- Made.

words=$WORK/made/words
mkdir "$WORK/lists"
check_status "without lists nothing is made" 78 \
	"$ERFAD" --dictionary "$WORK/lists" "$words"
check_has "and it says what to do" "$OUT" "no word list in .*install some"
list made-fin-swe majakka fyrtorn
list made-swe-nor fyrtorn fyrtårn
check "a dictionary is made" "$ERFAD" --dictionary "$WORK/lists" "$words"
check_has "and told" "$OUT" "$words: [0-9]+ words, .* of 2 word lists"
cp "$WORK/lists/made-fin-swe.index" "$WORK/lists/bad-fin-swe.index"
check "a list that is not whole is left out" "$ERFAD" --dictionary \
	"$WORK/lists" "$words"
check_has "and told" "$OUT" "left out.* 1 word list"
check_status "a third name is one too many" 64 \
	"$ERFAD" --dictionary "$WORK/lists" "$words" more
check_status "a place that cannot be" 78 \
	"$ERFAD" --dictionary "$WORK/lists" "$WORK/no/such/words"

# --- Asked.

node_new a fi-564
mkdir -p "$WORK/a/conf.d"
printf '[node]\ndictionary = %s\n' "$words" >"$WORK/a/conf.d/words.conf"
check "where the settings say" "$ERFAD" --config "$WORK/a/erfad.conf" \
	--dictionary "$WORK/lists"
check_has "it is made" "$OUT" "^$words: "
node_up a
check "a Finn writes of a lighthouse" at a new --title "Majakka auki kesällä" \
	--summary "Vapaaehtoiset oppaat majakassa" --sector culture_leisure --yes \
	--lang "fi"
check "it is indexed" at a sync --wait $((30 * SLOW))
check "a Swede finds it" at a --lang sv find fyrtorn
check_has "under its name" "$OUT" "Majakka auki"
check "and a Norwegian, by way of Swedish" at a --lang nb find fyrtårn
check_has "under its name" "$OUT" "Majakka auki"
node_end a

# --- Damaged, or none.

echo "no dictionary" >"$words"
: >"$WORK/a/log"
node_up a
check_has "a damaged one is told" "$(cat "$WORK/a/log")" \
	"dictionary cannot be read.*erfad --dictionary"
check "and a Finn finds it still" at a --lang "fi" find majakka
check_has "under its name" "$OUT" "Majakka auki"
node_end a
printf '[node]\ndictionary =\n' >"$WORK/a/conf.d/words.conf"
: >"$WORK/a/log"
node_up a
check_same "none need not be there" "" "$(grep dictionary "$WORK/a/log")"
node_end a
finish
