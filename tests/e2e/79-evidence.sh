#!/bin/bash
# erfa evidence --table pools what is in a table: the published set dat.bcg gives
# the published numbers, in every way of writing it.  No erfad is needed.
. "$(dirname "$0")/lib.sh"

mkdir -p "$WORK"
cat >"$WORK/bcg.csv" <<'CSV'
study,year,tpos,tneg,cpos,cneg,ablat,alloc
Aronson,1948,4,119,11,128,44,random
Ferguson & Simes,1949,6,300,29,274,55,random
Rosenthal et al,1960,3,228,11,209,42,random
Hart & Sutherland,1977,62,13536,248,12619,52,random
Frimodt-Moller et al,1973,33,5036,47,5761,13,alternate
Stein & Aronson,1953,180,1361,372,1079,44,alternate
Vandiviere et al,1973,8,2537,10,619,19,random
TPT Madras,1980,505,87886,499,87892,13,random
Coetzee & Berjak,1968,29,7470,45,7232,27,random
Rosenthal et al,1961,17,1699,65,1600,42,systematic
Comstock et al,1974,186,50448,141,27197,18,systematic
Comstock & Webster,1969,5,2493,3,2338,33,systematic
Comstock et al,1976,27,16886,29,17825,33,systematic
CSV

# evidence ARG...: pool without asking any erfad.
# shellcheck disable=SC2317 # check calls it
evidence() {
	"$B/erfa" evidence "$@"
}

# near METHOD CI FIELD=VALUE...: are these the numbers of the pool?
# shellcheck disable=SC2317 # check calls it
near() {
	local method=$1 ci=$2
	shift 2
	evidence --table "$WORK/bcg.csv" --class with --method "$method" \
		--ci "$ci" --quiet --json |
		/usr/bin/python3 -c '
import json, sys
pooled = json.load(sys.stdin)["pool"][0]["pooled"]
for word in sys.argv[1:]:
    name, value = word.split("=")
    value = float(value)
    most = {"tau2": 1e-5, "i2": 1e-3}.get(name, 1e-6) * max(1, abs(value))
    if abs(pooled[name] - value) > most:
        sys.exit(f"{name} is {pooled[name]}, not {value}")
' "$@"
}

check "equal effects, z" near ee z estimate=-0.4302851637 se=0.0404987517 \
	ciLow=-0.5096612584 ciHigh=-0.3509090689 i2=92.1173 q=152.2330081
check "DerSimonian-Laird, z" near dl z estimate=-0.7141172221 \
	se=0.1787420895 ciLow=-1.0644452801 ciHigh=-0.3637891641 \
	piLow=-1.8581537527 piHigh=0.4299193086 tau2=0.3087602629 i2=92.1173
check "DerSimonian-Laird, HK" near dl hk se=0.1806966283 \
	ciLow=-1.1078213542 ciHigh=-0.3204130900 piLow=-1.9872069634 \
	piHigh=0.5589725193
check "REML, z" near reml z estimate=-0.7145323422 se=0.1797815161 \
	ciLow=-1.0668976388 ciHigh=-0.3621670455 piLow=-1.8666922179 \
	piHigh=0.4376275336 tau2=0.3132432581 i2=92.2214
check "REML, HK" near reml hk se=0.1807917441 ciLow=-1.1084437137 \
	ciHigh=-0.3206209706 piLow=-1.9960168342 piHigh=0.5669521499 \
	hkQ=1.01126997

check "the plot is printed" evidence --table "$WORK/bcg.csv" --svg "$WORK/bcg.svg"
check_has "with what it comes to" "$OUT" "together .*0\.49 \[0\.33, 0\.73\]"
check_has "with what it does not use" "$OUT" "columns not used: ablat"
check_has "with its denominator" "$OUT" "measured 13 · poolable 13"
check "the picture is XML" /usr/bin/python3 -c \
	'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$WORK/bcg.svg"
check "standard input is a table too" \
	evidence --table - --csv <"$WORK/bcg.csv"
check_has "and a table comes out" "$OUT" "^,with,rr,pooled,"

# As Excel writes it in the Nordic countries: semicolons, decimal commas, Windows'
# letters or a mark of the byte order, names of columns in any case.
printf 'STUDY;N1;M1;SD1;n2;m2;sd2\r\n"\xc5rhus ""S\xf8nder""; Nord";20;3,5;1,25;20;2,75;1,5\r\n' \
	>"$WORK/windows.csv"
printf '\xef\xbb\xbfStudy;n1;m1;sd1;n2;m2;sd2\r\n"Århus ""Sønder""; Nord";20;3,5;1,25;20;2,75;1,5\r\n' \
	>"$WORK/mark.csv"
check "semicolons, commas and the letters of Windows" \
	evidence --table "$WORK/windows.csv" --json
# shellcheck disable=SC2001 # no pattern of the shell says this
unnamed() { sed 's/"table": *"[^"]*"//' <<<"$1"; }
one=$(unnamed "$OUT")
check "the same in UTF-8 with a mark" evidence --table "$WORK/mark.csv" --json
check_same "is the same" "$one" "$(unnamed "$OUT")"
check_has "to the number" "$OUT" '"mean": *3.5'
check_has "and to the letter" "$OUT" 'Århus .*Sønder.*; Nord'
printf 'study;n1;m1;sd1;n2;m2;sd2\na;x;3;1;20;2;1\nb;20;3;1;20;2;1;7\nc;20;1.000,5;1;20;2;1\n' \
	>"$WORK/faults.csv"
check_status "faults are told" 65 evidence --table "$WORK/faults.csv"
check_has "the first" "$OUT" 'line 2: column 2 .n1.: "x"'
check_has "the second" "$OUT" "line 3: has 8 cells, the first row has 7"
check_has "and the third at once" "$OUT" 'line 4: column 3 .m1.: "1.000,5"'

# A difference is in the unit of its numbers.
printf 'study,n1,m1,sd1,n2,m2,sd2,unit\na,20,3,1,20,2,1,timer\nb,20,3,1,20,2,1,Timer\nc,20,180,60,20,120,60,min\n' \
	>"$WORK/units.csv"
check "two units" evidence --table "$WORK/units.csv"
check_has "are not pooled" "$OUT" "it was measured in another unit"
check_has "but what is in one" "$OUT" "measured 3 · poolable 2"
check "unless the unit goes" evidence --table "$WORK/units.csv" --measure smd
check_has "in standard deviations" "$OUT" "measured 3 · poolable 3"
printf '%s\n' 'study,year,design,m1,sd1,n1,m2,sd2,n2,unit' \
	'Frederikshavn Kommune,2010,randomised,-112.3,45.5,140,-101.2,44.2,150,min' \
	'Hovedstadsregionen vest,2011,randomised,-92.3,45.5,140,-90.2,44.2,150,min' \
	'Oulun kaupunki,2013,randomised,-52.3,45.5,140,-68.2,44.2,150,min' >"$WORK/long.csv"
check "long names" evidence --table "$WORK/long.csv" --measure md
check_has "do not cut those of rows of our own" "$OUT" "^prediction interval "
check_has "and fit as far as the plot can give way" "$OUT" "^Frederikshavn Kommune +2010"
check "in 80 columns" test "$(LC_ALL=C.UTF-8 wc -L <<<"$OUT")" -le 80
check "a change of one group is never more" evidence --json --table - <<'CSV'
study,design,measure,yi,vi
a,randomised,mc,-3,0.1
b,randomised,smcr,-3,0.1
CSV
check_has "whatever it is called" "$OUT" '"pool": *"before_after"'

printf 'study,e1,t1,e2,t2,unit\na,4,10,3,12,sygedage\n' >"$WORK/days.csv"
check_status "days are no events" 65 evidence --table "$WORK/days.csv"
check_has "and that is said" "$OUT" "mean per employee with sd, or ready-made"
printf 'study,yi,vi\na,NaN,1\n' >"$WORK/nan.csv"
check_status "what is no number is refused" 65 evidence --table "$WORK/nan.csv"
check_has "with line and column" "$OUT" 'line 2: column 2 .yi.: "NaN"'
check_status "a wrong method is refused" 64 \
	evidence --table "$WORK/bcg.csv" --method best
check_status "so is a file that is not there" 66 evidence --table "$WORK/none.csv"
finish
