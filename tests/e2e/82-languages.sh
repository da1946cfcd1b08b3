#!/bin/bash
# What is found by a word in another Nordic language, and what is not, because the
# same letters mean something else there.
. "$(dirname "$0")/lib.sh"

node_new reader dk-751
node_up reader

# record LANGUAGE TITLE SUMMARY
record() {
	printf '{"envelope": {"language": "%s"}, "trial": {"title": "%s", %s}}\n' \
		"$1" "$2" "\"summary\": \"$3\", \"sector\": [\"SECTOR_SEVERAL\"]" |
		at reader publish --yes - >/dev/null || die "$2 is refused"
}

# titles LANGUAGE WORD...: what is found, best first, one title a line.
titles() {
	at reader find --lang "$1" --json -- "${@:2}" | /usr/bin/python3 -c '
import json, sys
print("\n".join(row["title"] for row in json.load(sys.stdin).get("row", [])))'
}

# first NAME TITLE LANGUAGE WORD...: the best hit has that title.
first() {
	local found
	found=$(titles "${@:3}")
	check_same "$1" "$2" "${found%%$'\n'*}"
}

# before NAME TITLE OTHER LANGUAGE WORD...: TITLE is found, OTHER behind it or not.
before() {
	local found
	found=$(titles "${@:4}" | grep -xE "$2|$3")
	check_same "$1" "$2" "${found%%$'\n'*}"
}

# both NAME TITLE OTHER LANGUAGE WORD...: both are found.
both() {
	check_same "$1" 2 "$(titles "${@:4}" | grep -cxE "$2|$3")"
}

record nb "Hjemmetjeneste om natten" "Faste ansatte på nattevakt."
record nn "Heimeteneste i bygda" "Korte vegar for dei tilsette."
record sv "Hemtjänst med fasta grupper" "Samma personal varje vecka."
record "fi" "Kotihoito illalla" "Uusi työnjako iltavuorossa."
record is "Heimaþjónusta um helgar" "Ný vaktaskipan."
record da "Hjemmepleje uden minutter" "Medarbejderne planlægger selv."
record is "Heimastuðningur allan sólarhringinn" "Teymi sem vinna saman."

record da "Dagtilbud i skoven" "Børnene er ude hele dagen."
record nb "Dagtilbud med sang" "Voksne møtes på formiddagen."
record sv "Förskola utomhus" "Barnen är ute hela dagen."
record "fi" "Päivätoiminta aikuisille" "Kehitysvammaiset tekevät taidetta."

record nb "Kommunestyre på nett" "Møtene sendes direkte."
record sv "Kommunstyrelsen möts oftare" "Kortare dagordning."
record da "Kommunalbestyrelse med færre møder" "Kortere dagsorden."

record da "En ny lov om leg" "Paragrafferne blev skrevet om."
record sv "Simning på lov" "Barnen är lediga från skolan."
record sv "Ny lag om avgifter" "Reglerna skrevs om."
record nb "Lag som spiller sammen" "Fotball på kvelden."

record nb "Sykehus uten kø" "Kortere vei til spesialisten."
record nb "Sykehjem med hage" "Beboerne dyrker grønnsaker."
record sv "Ett urval av metoder" "Forskare valde fem."
record nb "Utvalg for miljø" "Politikere møtes ute."

record "fi" "Luottamusmies mukana" "Neuvottelut alkavat ajoissa."
record sv "Tillit i stället för blanketter" "Chefen litar på sina medarbetare."
record nb "Tillitsvalgt på hvert skift" "Forhandlingene begynner tidlig."

record da "Ældre ved bordet" "Middag sammen."
record sv "Äldre vid bordet" "Middag tillsammans."
record da "Aeldre bogstaver" "Skrevet uden tegn."
record sv "Sju timmar om dagen" "Kortare pass på kvällen."
at reader sync --wait 30 >/dev/null || die "the index does not follow"

found=$(titles da hjemmepleje)
first "hjemmepleje: the Danish record first" "Hjemmepleje uden minutter" \
	da hjemmepleje
for title in "Hjemmetjeneste om natten" "Heimeteneste i bygda" \
	"Hemtjänst med fasta grupper" "Kotihoito illalla" \
	"Heimaþjónusta um helgar" "Heimastuðningur allan sólarhringinn"; do
	check_has "hjemmepleje: $title" "$found" "^$title$"
done
check_has "the reason quotes what was found" \
	"$(at reader find --lang da --json hjemmepleje)" \
	'"matched": *"hjemmepleje ← Kotihoito in title"'
both "kotihoidossa, with an ending, finds them too" "Kotihoito illalla" \
	"Hjemmepleje uden minutter" "fi" kotihoidossa
first "the Icelandic word that was given up finds the new one's record" \
	"Heimaþjónusta um helgar" is heimaþjónusta
both "and the other way round" "Heimastuðningur allan sólarhringinn" \
	"Heimaþjónusta um helgar" is heimastuðningur

# What fits, and behind it what is merely near, are told apart.
at reader find --lang da --json sygehus | /usr/bin/python3 -c '
import json, sys
said = json.load(sys.stdin)
print(*(row["title"] for row in said["row"]), sep="\n")
print("near:", *(row["title"] for row in said["near"]), sep="\n")
print(said["total"])' >"$WORK/near"
check_same "what is merely near is none of what fits" \
	$'Sykehus uten kø\nnear:\nSykehjem med hage\n1' "$(cat "$WORK/near")"
check_same "and stands under a line of its own" \
	$'Sykehus uten kø\nMerely near\nSykehjem med hage' \
	"$(at reader find --lang en sygehus |
		grep -oE "^Merely near|Sykehus uten kø|Sykehjem med hage" | uniq)"
# typed COMMAND...: what a shell prints on a terminal of its own.
typed() {
	XDG_RUNTIME_DIR=$WORK ERFA_SOCKET=$WORK/reader/run/control \
		/usr/bin/python3 -c 'import pty, sys
pty.spawn(["sh", "-c", "; ".join(sys.argv[1:])])' "$@" </dev/null
}
if /usr/bin/python3 -c 'import os, pty; pty.openpty()' 2>/dev/null; then
	OUT=$(typed "erfa find --lang en sygehus >/dev/null" "erfa show @1" "erfa show @2")
	check_same "@1 is the best of what fits, and @2 the nearest" \
		$'Sykehus uten kø\nSykehjem med hage' \
		"$(grep -oE "Sykehus uten kø|Sykehjem med hage" <<<"$OUT" | uniq)"
else
	skip "@1 and @2" "this machine has no pseudo terminals (/dev/pts)"
fi
check_has "two things that were asked for are not" \
	"$(at reader find --lang da --json sygehus specialisten)" '"near": *\[\]'

first "dagtilbud is childcare for a Dane" "Dagtilbud i skoven" da dagtilbud
before "in Swedish too, before the Norwegian word" "Förskola utomhus" \
	"Dagtilbud med sang" da dagtilbud
first "and for adults for a Norwegian" "Dagtilbud med sang" nb dagtilbud
before "in Finnish too, before the Danish word" "Päivätoiminta aikuisille" \
	"Dagtilbud i skoven" nb dagtilbud

before "a council is no executive" "Kommunestyre på nett" \
	"Kommunstyrelsen möts oftare" da kommunalbestyrelse
before "nor the other way round" "Kommunstyrelsen möts oftare" \
	"Kommunestyre på nett" sv kommunstyrelse
before "an act is no leave" "En ny lov om leg" "Simning på lov" da lov
before "leave is no act" "Simning på lov" "En ny lov om leg" sv lov
before "a Swedish act is no team" "Ny lag om avgifter" \
	"Lag som spiller sammen" sv lag
before "a hospital is no nursing home" "Sykehus uten kø" \
	"Sykehjem med hage" da sygehus
before "a nursing home is no hospital" "Sykehjem med hage" \
	"Sykehus uten kø" da plejehjem
before "a committee is no sample" "Utvalg for miljø" \
	"Ett urval av metoder" da udvalg
before "who speaks for employees is not trust" "Luottamusmies mukana" \
	"Tillit i stället för blanketter" da tillidsrepræsentant
before "nor is trust one who speaks for them" \
	"Tillit i stället för blanketter" "Tillitsvalgt på hvert skift" da tillid
check_has "a word advised against finds what to say now" \
	"$(titles nb tillitsmodell)" "^Tillit i stället för blanketter$"

for word in Ældre aeldre äldre; do
	for title in "Ældre ved bordet" "Äldre vid bordet" "Aeldre bogstaver"; do
		check_has "$word: $title" "$(titles da $word)" "^$title$"
	done
done
first "Ældre as written first" "Ældre ved bordet" da Ældre
first "äldre likewise" "Äldre vid bordet" sv äldre
first "aeldre likewise" "Aeldre bogstaver" da aeldre

check_has "a slip finds what was meant, in all languages" \
	"$(titles da hjemmeplje)" "^Kotihoito illalla$"
check_has "and asks whether it was" "$(at reader find --lang en hjemmeplje)" \
	"^Did you mean: hjemmepleje$"
first "a number is found in the words of every language" \
	"Sju timmar om dagen" "fi" 7 päivässä
check "the number of a section is none" at reader find --lang da "§ 7"
check_has "and finds no hours" "$OUT" "§ 7"
check_same "at all" 0 "$(grep -c timmar <<<"$OUT")"

at reader find --lang en "droner der leverer medicin" >"$WORK/none" 2>&1
check_has "what nobody tried is not found" "$(cat "$WORK/none")" "Nothing fits"
check_same "though a word of it stands somewhere" "" \
	"$(titles da undersøiske børnehaver med vindkraft)"

check "who says English" at reader new --yes --lang en --sector school \
	--title "A quiet room" --summary "For pupils."
check_has "writes English" "$(at reader list --jsonl | grep "A quiet room")" \
	'"language":"en"'
finish
