#!/bin/bash
# Who asks what did not work is shown what somebody judged so, and behind it what
# comes near: with the reason of each, and no verdict that nobody gave.
. "$(dirname "$0")/lib.sh"

node_new a dk-791 --name "Viborg Kommune"
node_up a

# line ID LANGUAGE COUNTRY PLACE TITLE STATUS RESULT...
line() {
	python3 -c 'import json, sys
i, lang, cc, place, title, status = sys.argv[1:7]
print(json.dumps({"id": i, "country": cc, "municipality": place,
	"municipality_code": None, "programme": None, "network": None,
	"sector": "eldercare", "language": lang, "title": title,
	"summary": title, "rules_waived": [], "purposes": [],
	"approach": "organisational", "status": status,
	"rejection_reason": None, "start": None, "end": None, "partners": [],
	"target_group": None, "results": sys.argv[7:], "measures": [],
	"lessons": [], "copied_from": None, "sources": [
	{"title": "Test", "url": "https://example.org/", "year": 2020}]}))' "$@"
}

{
	line good da DK "Vejle Kommune" "Faste teams i hjemmeplejen" ended \
		"Sygefraværet faldt."
	line none 'fi' FI "Oulun kaupunki" "Pysyvät tiimit kotihoidossa" ended \
		"Vaikutus jäi pieneksi."
	line refused nb NO "Oslo kommune" "Faste team i hjemmetjenesten" \
		rejected
} >"$WORK/lines.jsonl"
check "three records are imported" at a import "$WORK/lines.jsonl" --yes
check "they are indexed" at a sync --wait $((30 * SLOW))

# parts WORDS...: id and first reason of every hit.
parts() {
	at a find "$@" --json | python3 -c 'import json, sys
for row in json.load(sys.stdin).get("row", []):
	print(row["externalId"] or row["title"], row["reason"][0]["part"])'
}

wanted='none failure_reported
refused failure_refused'
check_same "without a verdict what is reported comes first" "$wanted" \
	"$(parts what did not work)"
check_same "asked in Danish" "$wanted" "$(parts hvad virkede ikke --lang da)"
check_same "asked in Finnish" "$wanted" "$(parts mikä ei toiminut --lang 'fi')"
check_same "asked in Swedish" "$wanted" "$(parts vad fungerade inte --lang sv)"
check_same "asked in Norwegian" "$wanted" "$(parts hva virket ikke --lang nb)"
check_same "and with a word" "$wanted" \
	"$(parts what did not work hjemmepleje)"
check "people are told" at a find what did not work
check_has "what stands there" "$OUT" "not judged, but reported: .Vaikutus jäi"
check_has "that it was refused" "$OUT" "the application was refused"
check_has "that nobody judged" "$OUT" "of no trial here anybody has said"
check_has "what was understood" "$OUT" "^Only with: did not work, or near"

check "a country and a sector are chosen" \
	at a find faste team --country NO --sector elder_care
check_has "and told" "$OUT" "^Only with: Norway, elder care"

check "the word of the sector is found" at a find eldercare
check_has "and told as that" "$OUT" "eldercare.* as its sector"
check "what was refused is chosen" at a find rejected
check_has "and told in words" "$OUT" "^Only with: rejected"

# --- Somebody says so.

id=$(trial "Nattevagt med kamera" | at a publish --yes --json - | field id)
printf '{"envelope": {"language": "da"}, "experience": {"trial": {"id": "%s"},
"verdict": "VERDICT_NO_DIFFERENCE"}}\n' "$(at a show "$id" --json |
	field fullId)" >"$WORK/experience.json"
check "an experience is published" at a publish --yes --json \
	"$WORK/experience.json"
word=$(field id <<<"$OUT")
check "and indexed" at a sync --wait $((30 * SLOW))
check_same "a verdict comes before all else" \
	"Nattevagt med kamera failure_no_difference
$wanted" "$(parts what did not work)"

# --- What was taken back says nothing.

take_back() {
	check "$1 is taken back" at a retract "$2" --reason data_error \
		--explanation "Forvekslet" --yes
	check "and indexed" at a sync --wait $((30 * SLOW))
}

take_back "the verdict" "$word"
check_same "nobody says so any more" "$wanted" "$(parts what did not work)"
printf '{"envelope": {"language": "da"}, "experience": {"trial": {"id": "%s"},
"whatDidNot": "Kameraet svigtede hver nat"}}\n' "$(at a show "$id" --json |
	field fullId)" >"$WORK/told.json"
check "what did not work is told" at a publish --yes --json "$WORK/told.json"
word=$(field id <<<"$OUT")
check "and indexed" at a sync --wait $((30 * SLOW))
check_same "and found" "Nattevagt med kamera failure_told
$wanted" "$(parts what did not work)"
take_back "the sentence" "$word"
check_same "and found no more" "$wanted" "$(parts what did not work)"

finish
