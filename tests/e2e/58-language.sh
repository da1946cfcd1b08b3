#!/bin/bash
# erfa speaks Danish, Norwegian, Swedish, Finnish and English, without a locale of
# any of them on the machine.
. "$(dirname "$0")/lib.sh"

unset ERFA_LANG LANGUAGE LC_MESSAGES LANG
export LC_ALL=C
nobody=$WORK/none/control

# says LANGUAGE STATUS PATTERN COMMAND...: with --lang and by ERFA_LANG alike.
says() {
	check_status "$1: erfa ${*:4}" "$2" "$ERFA" --lang "$1" "${@:4}"
	check_has "$1: in the language" "$OUT" "$3"
	ERFA_LANG=$1 check_status "ERFA_LANG=$1" "$2" "$ERFA" "${@:4}"
	check_has "$1: by ERFA_LANG" "$OUT" "$3"
}

# Wrong words, exit codes and help: letters beyond ASCII are spelled out.
says da 64 'ukendt kommando "xyzq"' xyzq
says nb 64 'ukjent kommando "xyzq"' xyzq
says sv 64 'okaent kommando "xyzq"' xyzq
says "fi" 64 'tuntematon komento "xyzq"' xyzq
says en 64 'unknown command "xyzq"' xyzq
says da 64 'Alle kommandoer:  erfa help' xyzq
says da 0 '^66  noinput      forsoeget, indfoerslen eller filen findes ikke' help exit
says nb 0 '^66  noinput      fant ikke forsoeket' help exit
says sv 0 '^66  noinput      foersoeket, posten' help exit
says "fi" 0 '^66  noinput      kokeilua, merkintaeae' help exit
says en 0 '^66  noinput      no such trial, entry or file' help exit
says da 0 '^Se  ' help
says nb 0 '^Se  ' help
says sv 0 '^Se  ' help
says "fi" 0 '^Katso  ' help
says en 0 '^Look  ' help
says da 69 "erfad koerer ikke \(der er ingen sokkel paa $nobody\)" \
	--socket "$nobody" status
says "fi" 69 "erfad ei ole kaeynnissae" --socket "$nobody" status

for language in da nb sv "fi"; do
	width=$(LC_ALL=C.UTF-8 "$ERFA" --lang "$language" help |
		LC_ALL=C.UTF-8 wc -L)
	check "$language: the help fits a terminal ($width)" \
		test "$width" -le 80
done

# The letters themselves, where they can be shown, also by a locale that is not
# installed; English is spoken where nothing is said.
for name in C.UTF-8 xx_XX.utf8; do
	check_status "letters with LC_ALL=$name" 64 \
		env LC_ALL="$name" "$ERFA" --lang sv xyzq
	check_has "as they are" "$OUT" "okänt kommando"
done
check_status "nynorsk is answered in bokmål" 64 \
	env LC_ALL=nn_NO.UTF-8 "$ERFA" xyzq
check_has "by the locale alone" "$OUT" "ukjent kommando"
check_status "and by --lang" 64 "$ERFA" --lang nn xyzq
check_has "likewise" "$OUT" "ukjent kommando"
check_status "Icelandic is answered in English" 64 "$ERFA" --lang is xyzq
check_has "until there is a catalogue" "$OUT" "unknown command"
check_status "another language is English" 64 \
	env LC_ALL=de_DE.UTF-8 "$ERFA" xyzq
check_has "which is the last resort" "$OUT" "unknown command"
check_status "an unknown --lang" 64 "$ERFA" --lang tlh help
check_has "names the seven" "$OUT" "da nb nn sv fi is en"
mkdir "$WORK/data"
cp -r "$ERFA_DATA"/. "$WORK/data"
mkdir -p "$WORK/data/locale/da/LC_MESSAGES"
printf 'no catalogue' >"$WORK/data/locale/da/LC_MESSAGES/erfa.mo"
ERFA_DATA=$WORK/data check_status "a damaged catalogue" 78 "$ERFA" --lang da help
check_has "is told in English" "$OUT" "the catalogue of this language"

# A person's own words stay as they are; what erfad refuses is translated here.
node_new v dk-791 --name "Viborg Kommune"
node_up v
check "a trial in Danish" at v new --title "Title" --sector elder_care \
	--summary "Look" --yes --lang da
t=$(at v list --json | field id)
OUT=$(at v list --lang 'fi')
check_has "a title that is a word of ours" "$OUT" " Title "
check_same "the node's JSON is the same in every language" \
	"$(at v list --json --lang en)" "$(at v list --json --lang 'fi')"
check_status "what stands in the way, in Danish" 65 at v start "$t" --lang da
check_has "is what the rules say" "$OUT" "Ingen her har taget det paa sig"
check_status "in Swedish" 65 at v start "$t" --lang sv
check_has "as well" "$OUT" "Ingen haer har tagit sig an"
check_has "with the command as it is typed" "$OUT" "erfa own $t --unit"
check_status "a record that erfad does not know" 66 \
	at v show dk-791/zzzz --lang nb
check_has "is refused in Norwegian" "$OUT" "ingen annen post har nummeret .dk-791/zzzz"
OUT=$(at v status --lang da)
check_has "the state of the node" "$OUT" "1 ting kraever opmaerksomhed: noden"
finish
