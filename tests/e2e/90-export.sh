#!/bin/bash
# Everything can be taken out: as a table that an import elsewhere reads, and as a
# file that goes on where it ended.
. "$(dirname "$0")/lib.sh"

node_new a dk-791 --name "Viborg Kommune"
node_up a
node_new b dk-751 --name "Aarhus Kommune"
node_up b

# column FILE HEAD: the cells under one head, as they are, by id or title.
column() {
	/usr/bin/python3 - "$@" <<-'END'
		import csv, sys
		for row in csv.DictReader(open(sys.argv[1], newline="")):
		    print(repr(row[sys.argv[2]]))
	END
}

# fields FILE: all that is a field of a trial, a line a trial, sorted.
fields() {
	/usr/bin/python3 - "$@" <<-'END'
		import csv, sys
		left = ("id", "org", "country", "published", "external_id", "version")
		for line in sorted(repr([(k, v) for k, v in row.items() if k not in left])
		                   for row in csv.DictReader(open(sys.argv[1], newline=""))):
		    print(line)
	END
}

# --- A table that comes back.

cat >"$WORK/own.csv" <<'END'
external_id,title,summary,sector,status,period,goals[0].text,goals[0].success_criterion,goals[1].text,goals[1].success_criterion,owner.unit,owner.role,anchoring.body_kind,anchoring.date,keywords,needs_exemption,exemptions[0].provision,exemptions[0].why,exemptions[0].authorities,experience.what_worked,experience.what_did_not,experience.conditions
1,"=1+1; ""faste"" teams","- små teams
- som planlægger selv, ""helt""; alene",elder_care; health,planned,2026 - 2027,"+47 færre; fald","@halvt så mange",Mere ro;=1+1,Mindre larm,,,,,"teams; ældre",no,,,,,,
2,"'Åben' skole",'tis ude af huset,school,active,2025-01-31 - 2026-12,Mere lyst,Færre fravær,,,Skoleafdelingen,leder,council,2025-01-12,,no,,,,"Ro;
og lyst","=ingenting","små hold; godt vejr"
3,En idé,Kun en tanke,culture_leisure,idea,,,,,,,,,,,,yes,Folkeskoleloven § 14,den binder,dk-791,,,
END
check "a table is imported" at a import "$WORK/own.csv" --map --yes
check_same "three trials" 3 "$(status a trials)"
at a export --csv >"$WORK/a.csv" || not_ok "export --csv" "it ended with $?"
check_same "a row a trial" 3 "$(column "$WORK/a.csv" id | grep -c dk-791/)"
check_has "codes" "$(column "$WORK/a.csv" sector)" "^'elder_care; health'$"
check_has "what a spreadsheet would compute is text" \
	"$(column "$WORK/a.csv" title)" "'=1\+1; \"faste\" teams"
check_has "where semicolons part cells as well" \
	"$(column "$WORK/a.csv" "goals[1].text")" "Mere ro;'=1\+1"
check_has "lines are kept" "$(column "$WORK/a.csv" summary)" "teams\\\\n\\\\'- som"
check_has "what was learnt" "$(column "$WORK/a.csv" experience.conditions)" \
	"^'små hold; godt vejr'$"
check_has "and how often" "$(column "$WORK/a.csv" experiences)" "^'1'$"
check "the same node knows it again" at a import "$WORK/a.csv" --map --yes --json
check_same "and nothing is new" 0 "$(field published <<<"$OUT")"
check "another one takes it" at b import "$WORK/a.csv" --map --yes
at b export --csv >"$WORK/b.csv" || not_ok "export --csv" "it ended with $?"
check_same "with the same fields" "$(fields "$WORK/a.csv")" "$(fields "$WORK/b.csv")"
check_status "a table is no JSON" 64 at a export --csv --json

# --- A file that is whole or not there.

f=$WORK/whole.csv
check "--output" at a export --csv --output "$f"
check_same "writes the same" "$(cat "$WORK/a.csv")" "$(cat "$f")"
check_status "where nothing can be written" 73 \
	at a export --csv --output "$WORK/none/whole.csv"
check_status "a whole form cannot go on" 64 at a export --output "$f" --resume
check_status "nor can a table" 64 at a export --csv --output "$f" --resume
check_status "nor can what has no file" 64 at a export --proto --resume
check_status "a file that did not begin so is refused" 65 \
	at a export --proto --output "$f" --resume
check_same "and left as it is" "$(cat "$WORK/a.csv")" "$(cat "$f")"

# --- A file that goes on.

f=$WORK/all.jsonl
# shellcheck disable=SC2317 # called by check
on() { at "$1" export --proto --output "$f" --resume; }
check "--resume begins a file" on a
check_same "with all that is here" "$(at a export --proto | sort)" "$(sort "$f")"
cp "$f" "$WORK/first"
check "again" on a
check_same "adds nothing" "$(cat "$WORK/first")" "$(cat "$f")"

# An export waits for an index that is being built anew.
whole=$(at a export --proto --all-versions | sort)
for i in 1 2 3 4 5; do
	at a reindex >/dev/null
	check_same "an export lacks nothing after reindex $i" "$whole" \
		"$(at a export --proto --all-versions | sort)"
done

# A new record, and a new version of an old one; and a run that was killed had
# written a part of it.
publish a 1
sed -i 's/Kun en tanke/Kun to tanker/' "$WORK/own.csv"
check "a changed row" at a import "$WORK/own.csv" --map --yes
printf '{"half":' >>"$f"
check "it goes on" on a
check_has "and says with how many" "$OUT" "Added 2 records"
check_same "what was kept stands before" "$(cat "$WORK/first")" \
	"$(head -n "$(wc -l <"$WORK/first")" "$f")"
check_same "two are new" 2 "$(($(wc -l <"$f") - $(wc -l <"$WORK/first")))"
check_has "the new version" "$(tail -n 2 "$f")" "Kun to tanker"
check_same "the half line is gone" 0 "$(grep -c '"half"' "$f")"
check_status "other options are refused" 65 \
	at a export --jsonl --output "$f" --resume
cp "$f" "$WORK/second"
check_status "another store is refused" 65 on b
check_has "in words" "$OUT" "another node"
check_same "and the file is as it was" "$(cat "$WORK/second")" "$(cat "$f")"
: >"$f"
check_status "a file that lost something is refused" 65 on a
finish
