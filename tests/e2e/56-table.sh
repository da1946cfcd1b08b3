#!/bin/bash
# A municipality's own table becomes its own trials: what the columns are is
# proposed, every bad cell is named, and a second import changes nothing.
. "$(dirname "$0")/lib.sh"

node_new v dk-751 --name "Aarhus Kommune"
node_up v
t=$WORK/ours.csv

# --- What the columns may be.

cat >"$t" <<'END'
Nr;Titel;Beskrivelse;Område;Status;Periode;Mål;Succeskriterium;Ejer;Besluttet af;Besluttet den;Nøgleord;Bemærkninger
1;Faste teams;"Små teams i hjemmeplejen,
som planlægger selv";ældrepleje;idé;;;;;;;teams, ældre;intern
2;Natlys;Lys i gangen for beboere på plejehjem;;planlagt;1.2.2026 - 31.12.2027;Færre fald;Halvt så mange;;;;"fald;nat";
3;"Den ""åbne"" skole";Elever ude af huset;folkeskole;i gang;2025-2027;Mere lyst;Færre fravær;Skoleafdelingen;Byrådet;12/1-2025;;
END
check "--map proposes" at v import "$t" --map
check_has "the title" "$OUT" "^Titel +=  ?title$"
check_has "the goal" "$OUT" "^Mål +=  ?goals\[0\].text$"
check_has "the body that decided" "$OUT" "^Besluttet af +=  ?anchoring.body_kind$"
check_has "and leaves out what it does not know" "$OUT" "^Bemærkninger +=  ?$"
check_has "with how to correct it" "$OUT" "--map=map.txt"
check_same "nothing was published" 0 "$(status v trials)"
check "--map --json" at v import "$t" --map --json
check_has "is a document" "$OUT" "erfa.import-map/1"
at v import "$t" --map >"$WORK/map.txt" 2>/dev/null
check_status "a table without a mapping is asked about" 64 at v import "$t"
check_has "in words" "$OUT" "--map"

# --- Published with the mapping.

check "--dry-run" at v import "$t" --map="$WORK/map.txt" --dry-run
check_has "shows what would leave" "$OUT" "Den \"åbne\" skole"
check_has "and which sector was guessed" "$OUT" "text, lines: 4"
check_same "publishes nothing" 0 "$(status v trials)"
check_status "without a terminal --yes is needed" 64 at v import "$t" --map="$WORK/map.txt"
check "--yes" at v import "$t" --map "$WORK/map.txt" --yes
check_has "publishes the three" "$OUT" "Published 3"
check_same "they are there" 3 "$(status v trials)"
check_same "and are its own" 0 "$(status v trialsTranscribed)"
id=$(at v list --jsonl | grep "åbne" | field id)
check "show" at v show "$id" --json
check_has "the label is a code" "$OUT" "STATUS_ACTIVE"
check_has "the body is one" "$OUT" "BODY_KIND_COUNCIL"
check_has "that it began is a fact, as it runs" "$OUT" "DATE_KIND_ACTUAL"
check_has "the date is one" "$OUT" "2025-01-12"
check_has "the quotation marks are kept" "$OUT" 'Den \\"åbne\\" skole'
check "a second import" at v import "$t" --map "$WORK/map.txt" --yes --json
check_same "publishes nothing" 0 "$(field published <<<"$OUT")"
check_same "as all of it is known" 3 "$(field skipped <<<"$OUT")"

# --- A changed row is a new version, and what was done with erfa since holds.

sed -i 's/Færre fald/Ingen fald/' "$t"
check "a changed row" at v import "$t" --map "$WORK/map.txt" --yes --json
check_same "is published" 1 "$(field published <<<"$OUT")"
check_same "as the same trial" 3 "$(status v trials)"
check "stop" at v stop "$id" --reason no_budget
sed -i 's/Mere lyst/Mest lyst/' "$t"
check "the table says that it still runs" at v import "$t" --map "$WORK/map.txt" --yes
check_has "which is told" "$OUT" "left so, lines: 5"
check "show" at v show "$id" --json
check_has "it stays where it is" "$OUT" "STATUS_STOPPED"
check_has "and the rest is taken" "$OUT" "Mest lyst"

# --- Bad cells, all named; nothing is half imported.

cat >"$WORK/bad.csv" <<'END'
Titel,Beskrivelse,Område,Status,Start
God,Alt er i orden,school,idé,1.2.2026
Måne,Ingen sektor,månen,idé,
,Ingen titel,school,idé,
Dato,Skæv dato,school,idé,31.31.2026
Stade,Skævt stade,school,svævende,
God,Samme titel,school,idé,
Bred,"for, mange",school,idé,2026,x
Slut,"x"y,school,idé,
END
check_status "a table with bad cells is refused" 65 at v import "$WORK/bad.csv" --map --yes
check_has "the sector" "$OUT" "line 3: column 3 \(Område\): .*månen"
check_has "the title that is missing" "$OUT" "line 4: column 1 \(Titel\): is empty"
check_has "the date" "$OUT" "line 5: column 5 \(Start\)"
check_has "the status" "$OUT" "line 6: column 4 \(Status\): .*svævende"
check_has "the same trial twice" "$OUT" "line 7: .*the same as in line 2"
check_has "cells without a column" "$OUT" "line 8: 6 cells"
check_has "quotation marks" "$OUT" "line 9: .*quotation mark"
check_same "nothing was published" 3 "$(status v trials)"
check_status "--keep-going publishes the others" 65 \
	at v import "$WORK/bad.csv" --map --yes --keep-going
check_same "the good one is there" 4 "$(status v trials)"

# --- The gates hold for a table, too.

printf 'Titel;Beskrivelse;Område;Status\nKører;Uden ejer;skole;i gang\nNy;En idé;skole;idé\n' \
	>"$WORK/gate.csv"
sed -i 's/;skole;/;folkeskole;/' "$WORK/gate.csv"
check_status "active without an owner is refused" 65 at v import "$WORK/gate.csv" --map --yes
check_has "the row is named" "$OUT" "line 2: .*owner"
check_has "with what to do" "$OUT" "--as-ideas"
check_same "and nothing is published" 4 "$(status v trials)"
check "--as-ideas" at v import "$WORK/gate.csv" --map --yes --as-ideas
check_has "says which" "$OUT" "as ideas, lines: 2"
check_same "both are there" 6 "$(status v trials)"
check "list" at v list --json
check_same "none of them claims to run" "" "$(grep -o '"claims": true' <<<"$OUT")"

# --- What was learnt comes along.

cat >"$WORK/learnt.csv" <<'END'
Titel	Beskrivelse	Område	Hvad virkede	Hvad virkede ikke
Mødefri fredag	Ingen møder om fredagen	administration	Ro	Borgerne ringede
END
check "with tabs between the cells" at v import "$WORK/learnt.csv" --map --yes
check_has "both records" "$OUT" "Published 2"
check "find" at v find ringede --kind experience
check_has "it is found" "$OUT" "Borgerne ringede|Ro"

# --- Letters, and what is no table.

printf 'Titel;Beskrivelse;Omr\345de\nGr\370n by;\306ldre g\345r ture;folkeskole\n' >"$WORK/w.csv"
check "Windows-1252" at v import "$WORK/w.csv" --map --yes
check_has "is said" "$OUT" "Windows-1252"
check_has "and read" "$OUT" "Grøn by"
printf '\xef\xbb\xbfTitel;Beskrivelse;Område\nMed mærke;Byte order mark;folkeskole\n' >"$WORK/b.csv"
check "with a byte order mark" at v import "$WORK/b.csv" --map --yes
printf '\xff\xfeT\0i\0' >"$WORK/u.csv"
check_status "UTF-16 is refused" 65 at v import "$WORK/u.csv" --map
check_has "with what to do" "$OUT" "CSV UTF-8"
check_status "a field that there is not" 64 at v import "$t" --map="Titel=moon"
check_has "is named" "$OUT" "moon"
check_status "a column that there is not" 64 at v import "$t" --map="Titl=title"
check_has "with what was meant" "$OUT" "Titel"
check_status "no title" 64 at v import "$t" --map="Beskrivelse=summary"
printf 'Titel;Beskrivelse;Område\nHjælp;Ring til Mette Hansen på 20 12 34 56;folkeskole\n' \
	>"$WORK/person.csv"
check_status "personal data is refused" 65 at v import "$WORK/person.csv" --map --yes
check_has "with its line" "$OUT" "line 2, .*20 12 34 56"
finish
