#!/bin/sh
# Check the table of municipalities and print how many there are.
#
#     tests/lint/municipalities.sh [conf/municipalities.tsv]
#
# Five columns; codes of the country's width, once each and in order; no name
# or other name shared by two municipalities, except the few names that two
# really bear; a former municipality has a last day and a living successor; as
# many living ones as the header says.  Each fault is one line, file:line: what;
# exit 1 if there was one, 2 if the table cannot be read.

set -u
LC_ALL=C
export LC_ALL

table=${1:-$(dirname "$0")/../../conf/municipalities.tsv}
if [ ! -r "$table" ]; then
	echo "municipalities: cannot read $table" >&2
	exit 2
fi
if ! iconv -f UTF-8 -t UTF-8 "$table" >/dev/null 2>&1; then
	echo "$table: not UTF-8" >&2
	exit 1
fi

awk -F '\t' '
function fault(line, what)
{
	printf "%s:%d: %s\n", FILENAME, line, what | "cat >&2"
	faults++
}

# Names are compared as written: no two rows of one country may share one.
function take_name(text,    key)
{
	if (text == "" || text ~ /^ | $|  |[\001-\037\177]/)
		fault(NR, "name empty or with stray blanks: \"" text "\"")
	key = $1 SUBSEP text
	if (!(key in name_row))
		name_row[key] = NR
	else if (name_row[key] == NR)
		fault(NR, "name twice in one row: " text)
	else if (!(key in shared))
		fault(NR, "name of line " name_row[key] " again: " text)
	else
		shared[key]++
}

function take_note(note,    part, n)
{
	if (note !~ /^valid_to=/) {
		living[$1]++
		alive[$1 SUBSEP $2] = 1
		return
	}
	former[$1]++
	n = split(note, part, ";")
	if (part[1] !~ /^valid_to=[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]$/)
		fault(NR, "valid_to is no day: " part[1])
	if (n < 2 || part[2] !~ /^successor=[0-9]+$/)
		fault(NR, "former municipality without successor=CODE")
	else
		heir[NR] = $1 SUBSEP substr(part[2], 11)
}

BEGIN {
	countries = split("DK NO SE FI IS", order, " ")
	split("3 4 4 3 4", digits, " ")
	for (i = 1; i <= countries; i++) {
		rank[order[i]] = i
		width[order[i]] = digits[i]
	}
	# Borne by two municipalities each, two living or one former.
	shared["NO" SUBSEP "Herøy"] = 1
	shared["NO" SUBSEP "Våler"] = 1
	shared["NO" SUBSEP "Os"] = 1
}

/\r/ { fault(NR, "carriage return") }

$1 == "#count" {
	expected[$2] = $3
	next
}

/^#/ { next }

NF != 5 {
	fault(NR, NF " columns, not 5")
	next
}

!($1 in rank) {
	fault(NR, "unknown country: " $1)
	next
}

{
	if (length($2) != width[$1] || $2 !~ /^[0-9]+$/)
		fault(NR, "code of " $1 " is not " width[$1] " digits: " $2)
	if (($1 SUBSEP $2) in code_row)
		fault(NR, "code of line " code_row[$1 SUBSEP $2] " again: " $2)
	else if (rank[$1] " " $2 <= last)
		fault(NR, "out of order: " $1 " " $2)
	code_row[$1 SUBSEP $2] = NR
	last = rank[$1] " " $2

	take_name($3)
	others = $4 == "" ? 0 : split($4, other, ";")
	for (i = 1; i <= others; i++)
		take_name(other[i])
	take_note($5)
}

END {
	for (row in heir)
		if (!(heir[row] in alive))
			fault(row, "successor is not a living municipality")
	for (key in shared)
		if (shared[key] != 2) {
			split(key, part, SUBSEP)
			fault(NR, part[2] " of " part[1] " is not borne by two")
		}
	for (i = 1; i <= countries; i++) {
		c = order[i]
		printf "municipalities: %s %d", c, living[c]
		if (former[c])
			printf " and %d former", former[c]
		print ""
		if (living[c] + 0 != expected[c] + 0)
			fault(NR, c ": header says " (expected[c] + 0))
	}
	exit (faults > 0)
}
' "$table"
