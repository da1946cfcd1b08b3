#!/bin/bash
# What a word means: in every language, with its false friends, with and without
# a node; and terms of one's own, which others see as such.
. "$(dirname "$0")/lib.sh"

# term ARGUMENT...: look up without a node.
# shellcheck disable=SC2317
term() {
	"$ERFA" --socket="$WORK/none" term "$@"
}

# --- Without a node.

check "a false friend" term dagtilbud --lang da
check_has "is told first" "$(head -n 1 <<<"$OUT")" "betyder|does not mean the same"
check_has "it is child care in Danish" "$OUT" "^dagtilbud +early_childhood$"
check_has "and for adults in Norwegian" "$OUT" "^dagaktivitet +day_activity$"
check "the reader's language comes first" term dagtilbud --lang nb
check_has "for a Norwegian" "$(grep -E '^[a-zæøå]+  ' <<<"$OUT" | head -n 1)" \
	"day_activity$"
check "nynorsk comes first for who reads it" term heimeteneste --lang nn
check_has "by its own word" "$(head -n 1 <<<"$OUT")" "^heimeteneste"
check "and by ERFA_LANG" env ERFA_LANG=nn "$ERFA" --socket="$WORK/none" \
	term heimeteneste
check_has "too" "$(head -n 1 <<<"$OUT")" "^heimeteneste"
check "Icelandic comes first for who reads that" term "home care" --lang is
check_has "by its own word" "$(head -n 1 <<<"$OUT")" "^heimastuðningur"
check "an inflected word" term kotihoidossa --lang en
check_has "is the concept" "$OUT" "^home care +home_care$"
check_has "with its Danish word" "$OUT" "da +hjemmepleje"
check_has "and what is broader" "$OUT" "Broader +elder care"
check "a word that was given up" term heimaþjónusta --lang en
check_has "says until when and what to say now" "$OUT" \
	"heimaþjónusta \(is, until 2023\) (→|->) heimastuðningur"
check "a compound" term hjemmeplejeforsøg --lang en
check_has "is taken apart" "$OUT" "Holds \"hjemmepleje\""
check_has "into all it names" "$OUT" "^trial +trial$"
check "a label in doubt" term welfare agreement --lang en
check_has "is marked" "$OUT" "fi +hyvinvointisopimus \(\?\)"
check_status "a slip" 66 term hjemmeplje --lang en
check_has "has neighbours" "$OUT" "nearly so: hjemmepleje"
check_status "nothing like it" 66 term qqqqqq --lang en
check_status "no word at all" 64 term "§§" --lang en
check_status "not UTF-8" 64 term $'\xff' --lang en
check "control characters" term $'home\x1b[2J care' --lang en
check_same "do not reach the terminal" 0 "$(grep -c $'\x1b' <<<"$OUT")"
check "--json" term dagtilbud --json
check_same "is one document" 1 "$(grep -c '"schema": *"erfa.term/1"' <<<"$OUT")"
check_has "with the concept" "$OUT" '"concept": *"early_childhood"'
check "--json of nothing" term qqqqqq --json
check_has "has no meaning" "$OUT" '"meaning": *\[\]'

/usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORK/left"
check "the socket file of a dead erfad" test -S "$WORK/left"
check "is no reason not to answer" "$ERFA" --socket="$WORK/left" term dagtilbud
check_has "from the vocabulary alone" "$OUT" "early_childhood"

# --- Terms of one's own.

node_listen a dk-791 --name "Viborg Kommune"
node_new b no-5001 --name "Trondheim kommune"
node_up b
befriend a b
export VISUAL=false EDITOR=false

check_status "an id is needed" 64 at a term "Sne og is" --new --label da:sne
check_status "not one that is taken" 64 at a term home_care --new --label da:x
check_status "a label is needed" 64 at a term snow --new
check_status "in a language we know" 64 at a term snow --new --label xx:snow
check_status "a mapping must lead somewhere" 64 \
	at a term snow --new --label da:snerydning --broad nowhere
check "a term" at a term snow_clearing --new --yes --label da:snerydning \
	--label nb:snørydding --also da:glatføre \
	--definition "da:Rydning af sne på veje og stier." --broad traffic_roads
converge 30 a b || not_ok "both meet" "they do not"
check "the other node knows it" at b term snørydding --lang en
check_has "by its concept and whose it is" "$OUT" "snow_clearing +\(dk-791\)"
check_has "and what it is part of" "$OUT" "traffic and roads"
check "by another word" at b term glatføre --lang en
check_has "too" "$OUT" "snow_clearing"
check "who asks for what it is mapped to" at b term "traffic and roads" --lang en
check_has "sees it behind" "$OUT" "snow_clearing +\(dk-791\)"
check "as JSON" at b term snørydding --json
check_has "with its owner" "$OUT" '"org": *"dk-791"'

finish
