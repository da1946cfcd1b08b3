#!/bin/bash
# erfa find --like-us: trials of places that are as large and as densely settled as
# the own, by what each says of itself; who says nothing is named.
. "$(dirname "$0")/lib.sh"

node_listen small dk-482 --name "Langeland Kommune"
node_new other no-3428 --name "Alvdal kommune"
node_new big dk-751 --name "Aarhus Kommune"
node_new silent fi-564 --name "Oulun kaupunki"
for name in other big silent; do
	node_up "$name"
	befriend small "$name"
	trial "Cykler i $name" | at "$name" publish --yes - >/dev/null ||
		die "$name cannot publish"
done
trial "Cykler her" | at small publish --yes - >/dev/null || die "cannot publish"
shows small 4 || die "they do not all arrive"

check "without a size of its own" at small find cykler --like-us
check_has "it says what to do" "$OUT" "erfa org edit --population N"
check_has "and leaves nothing out" "$OUT" "Cykler i big"

check "say it" at small org edit --population 12000 --yes
check "half as many" at other org edit --population 7000 --yes
check "thirty times as many" at big org edit --population 360000 --yes

# titles: what is found, sorted, in one line.
titles() {
	grep -oE '"title": *"[^"]*"' | sed -E 's/^[^:]*: *"//; s/"$//' | sort |
		paste -sd ,
}

check "converge" converge 60 small other big silent
check "in the index too" at small sync --wait 60
check "like us" at small find cykler --like-us --json
check_same "who is half to twice as large is like us" "Cykler her,Cykler i other" \
	"$(titles <<<"$OUT")"
check_has "who says nothing is named" "$OUT" '"sizeUnknown": *\[ *"fi-564"'
check "to people too" at small find cykler --like-us
check_has "in words" "$OUT" \
	"^Left out, since no profile says their size: fi-564$"
check "as many, but a city" at other org edit --set degree_of_urbanisation=city --yes
check "and the own is none" at small org edit --set degree_of_urbanisation=rural --yes
check "converge" converge 60 small other big silent
check "in the index too" at small sync --wait 60
check "like us" at small find cykler --like-us --json
check_same "a city is not like the country" "Cykler her" "$(titles <<<"$OUT")"

# --- The own size is that of the organisation, not that of a key, nor one that it
# says of another.

check "a profile of somebody else" at small publish --yes - <<END
{"envelope":{"language":"da"},"profile":{"org":"dk-751","population":360000}}
END
check "in the index" at small sync --wait 60
check_same "is not the own" "Cykler her" \
	"$(at small find cykler --like-us --json | titles)"
check "a new key" at small key rotate --yes --wait 60
check_same "which has the size that the old one said" "Cykler her" \
	"$(at small find cykler --like-us --json | titles)"
finish
