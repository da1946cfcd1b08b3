#!/bin/bash
# Questions that stand: what arrives and fits is told once, in the inbox and in a
# watch, whatever the words are in the language of who tried it.
# timeout: 180
. "$(dirname "$0")/lib.sh"

node_stay v dk-791 --name "Viborg Kommune"
node_new t no-5501 --name "Tromsø kommune"
node_up t
befriend v t

meet() {
	converge 30 v t >/dev/null || not_ok "both meet" "they do not"
	at v sync --wait $((30 * SLOW)) >/dev/null
}

# tried NODE LANGUAGE SECTOR TITLE SUMMARY: publish a trial, and print its id.
tried() {
	printf '{"envelope": {"language": "%s"}, "trial": {"title": "%s", "summary": "%s", "sector": ["%s"]}}\n' \
		"$2" "$4" "$5" "SECTOR_$3" |
		at "$1" publish --yes --json - | field id
}

# told: the titles that Viborg's inbox tells as new, one a line, and no more.
told() {
	at v inbox --json | titles
}
titles() {
	python3 -c 'import json, sys
for row in json.load(sys.stdin).get("row", []):
	if row["matched"] == "followed":
		print(row["title"])'
}

tried t nb ELDER_CARE "Gammelt lag i hjemmetjenesten" "Det som var før." >"$WORK/old"
meet
check "nothing is followed yet" at v follow
check_has "and it says how to begin" "$OUT" "erfa follow"
check "follow a word" at v follow hjemmepleje --lang da
check_has "by number" "$OUT" ": 1  hjemmepleje$"
check "follow facets only" at v follow --country NO --sector elder_care
check_has "by the next" "$OUT" "^Followed from now on: 2  --country NO --sector elder_care"
check "the same again" at v follow hjemmepleje --lang da
check_has "is no third one" "$OUT" ": 1  hjemmepleje$"
check "what is followed" at v follow
check_has "is listed" "$OUT" "^ *2  --country NO --sector elder_care"
check_same "what was there before is not new" "" "$(told)"
check_same "the other node follows nothing" "" "$(at t inbox --json | titles)"

# --- What arrives.

tried t nb ELDER_CARE "Faste lag i hjemmetjenesten" "Færre ansatte hos hver." >"$WORK/a"
tried t nb SCHOOL "Uteskole" "Barna er ute." >"$WORK/b"
meet
check "the inbox" at v inbox --since 2000-01-01
check_has "has a part for it" "$OUT" "^New of what you follow"
check_has "with the title" "$OUT" "Faste lag i hjemmetjenesten"
check_has "what it fits" "$OUT" "Fits 1: hjemmepleje"
check_has "and why" "$OUT" "hjemmepleje.* ← hjemmetjenesten"
check_same "what does not fit is not told" "" "$(grep -i uteskole <<<"$OUT")"
check_same "whoever looks at a part was not told" "Faste lag i hjemmetjenesten" "$(told)"
check_same "it is told once" "" "$(told)"

# --- A new version, and what was learnt, are news.

a=$(cat "$WORK/a")
check "a new version" at t edit "$a" --set "summary=Nå med sju." --yes
check "and what was learnt of the old one" at t learn "$(cat "$WORK/old")" --verdict worked \
	--worked "Roen" --not-worked "Intet" --for-whom "Alle" --yes
meet
check "the inbox" at v inbox --json
check_same "tells both, once" "Faste lag i hjemmetjenesten
Gammelt lag i hjemmetjenesten" "$(titles <<<"$OUT" | sort)"
check_has "what is new about it" "$OUT" '"news":"experience"'
check_has "and which number it fits" "$OUT" '"follow":\[[12]\]'
check_same "then nothing" "" "$(told)"

# --- The index is built anew: nothing again, nothing lost.

tried t nb ELDER_CARE "Nattlag i hjemmetjenesten" "Om natten." >"$WORK/c"
meet
check "reindex" at v reindex
check "and done" at v sync --wait $((30 * SLOW))
check_same "what was not told yet is told" "Nattlag i hjemmetjenesten" "$(told)"
check "reindex again" at v reindex
check "and done" at v sync --wait $((30 * SLOW))
check_same "and not again" "" "$(told)"

# --- It survives the node, and comes to a watch.

node_stop v || not_ok "v ends" "it does not"
node_up v
check "what is followed" at v follow --json
check_has "is still" "$OUT" '"no":2'
cursor=$(at v watch --from start --count 1 --json | field cursor)
check "all that fits, from the start" at v watch --from "$cursor" --follow --count 4 \
	--wait $((20 * SLOW)) --json
check_same "is marked, and nothing else" "4" "$(grep -c '"follow":\[' <<<"$OUT")"
check_same "no school" "" "$(grep -i uteskole <<<"$OUT")"
at v watch --follow --count 1 --wait $((60 * SLOW)) >"$WORK/watched" &
watching=$!
HELPERS+=("$watching")
for i in 1 2 3; do
	tried t nb SCHOOL "Skole $i" "Ute." >/dev/null
done
until ! kill -0 "$watching" 2>/dev/null; do
	tried t "fi" ELDER_CARE "Pysyvä tiimi kotihoidossa" "Vähemmän." >/dev/null
	at v watch --count 1 --wait 1 >/dev/null 2>&1
done
check_has "a watch waits for what fits" "$(cat "$WORK/watched")" "kotihoidossa"
check_has "and says what it fits" "$(cat "$WORK/watched")" "number 1 of what you follow"

# --- Which words lie: in Norwegian dagtilbud is no childcare.

check "follow a false friend" at v follow dagtilbud --lang da
told >/dev/null
tried t nb DISABILITY "Dagtilbud på gården" "Dagtilbud for voksne med demens." >/dev/null
tried v da EARLY_CHILDHOOD "Natur i dagtilbud" "Børnene er ude i børnehaven." >/dev/null
meet
check_same "what it means is told" "Natur i dagtilbud" "$(told | grep -i dagtilbud)"

# --- What makes no sense is refused, what is long too.

check_status "no sector of that name" 64 at v follow --sector moon
check_status "nothing but signs" 64 at v follow "--" "???"
check_status "what is not UTF-8" 64 at v follow $'h\xe6r'
check_has "says where" "$OUT" "word 1 is not UTF-8: its byte 2 is 0xe6"
check_status "so does a search" 64 at v find boliger $'\xff\xfe'
check_has "with the word" "$OUT" "word 2 is not UTF-8: its byte 1 is 0xff"
check_status "a question of 5,000 bytes" 65 at v follow "$(printf 'ord%d ' {1..800})"
mapfile -t words < <(printf 'hjem%d\n' {1..40})
check_status "more words than can be followed" 64 at v follow "${words[@]}"
many=0
for i in $(seq 40); do
	at v follow "ord$i" >/dev/null 2>&1 && many=$((many + 1))
done
check_same "a user has 32" 29 "$many"
check_status "then no more" 75 at v follow "enda et"
check_has "it says what to do" "$OUT" "erfa follow --drop"
check "what is new of all of them" at v inbox
check_status "drop what there is not" 66 at v follow --drop 99
check_status "drop and more" 64 at v follow --drop 1 hjemmepleje
for i in $(seq 32); do
	at v follow --drop "$i" >/dev/null || not_ok "drop $i" "refused"
done
check "drop them all" at v follow --json
check_has "nothing is left" "$OUT" '"schema":"erfa.follow/1"'
check_same "indeed" "" "$(grep '"no"' <<<"$OUT")"

finish
